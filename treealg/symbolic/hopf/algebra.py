"""What connected graded Hopf algebras with a combinatorial basis share: antipode and duality."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, TypeVar

from treealg._lazy import announced
from treealg.checks import check_integer
from treealg.errors import InvalidValueError
from treealg.symbolic.hopf.bialgebra import Bialgebra
from treealg.symbolic.linear.combinations import Terms, add_terms
from treealg.symbolic.linear.elements import Element, word_beside
from treealg.symbolic.linear.nullspace import null_space
from treealg.symbolic.trees.memo import Memo, check_progress
from treealg.symbolic.trees.sizes import MAX_TERMS, check_steps, check_terms

__all__ = ["HopfAlgebra", "check_results"]

#: Steps that an element of one term takes, and a coproduct.
_STEPS, _STEPS_OF_COPRODUCT = 20, 60

B = TypeVar("B")
T = TypeVar("T")


class HopfAlgebra(Bialgebra[B]):
    """A connected graded Hopf algebra; the base class of `bck`, `mkw` and their kin.

    Raises
    ------
    TypeError
        If a subclass that does not state its product and coproduct is instantiated.

    Notes
    -----
    Coproducts have the pruned part in the first slot and the trunk in the second. Results of
    coproducts and antipodes are remembered up to a bound; `treealg.symbolic.clear_cache` forgets
    them. Safe in threads.
    """

    #: Steps that elimination of the coproducts of so many basis elements takes at least, divided by
    #: the square of their number, from where these are too many; as measured.
    _elimination: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self._antipodes: Memo[B, Terms] = Memo(
            self._antipode_needs,
            self._build_antipode,
            check=self._check_antipode,
            table=self._table,
        )

    # -- antipode ------------------------------------------------------------------------------

    def antipode(self, x: Any, *, progress: Callable[[int, int], Any] | None = None) -> Element:
        r"""Return the antipode, the convolution inverse of the identity.

        :math:`S(x) = -x - \sum x' S(x'')` over the reduced coproduct, by degree.

        Parameters
        ----------
        x : tree, forest, tuple, None or Element
            A basis element or an element.
        progress : callable, optional
            For what takes seconds: called again and again with the number of basis elements done
            and the number of those known to be still needed. It may raise to stop the work.

        Returns
        -------
        Element
            The antipode.

        Raises
        ------
        InvalidTypeError
            If `x` does not belong to this algebra, or `progress` is not callable.
        InvalidValueError
            If `x` is a tuple that is not a valid tuple form.

        Examples
        --------
        >>> from treealg.symbolic import Tree, bck
        >>> bck.antipode(Tree([Tree()]))
        <Element (0 0) - (0[0])>
        """
        check_progress(progress)
        if not isinstance(x, Element):
            return Element._wrap(self._antipode_of(self.basis_element(x), progress))
        total: Terms = {}
        for key, value in self.element(x).items():
            add_terms(total, self._antipode_of(key, progress), value)
        return Element._collect(total)

    def _antipode_of(self, x: B, progress: Callable[[int, int], Any] | None) -> Terms:
        """Return the antipode of a basis element."""
        return self._antipodes(x, progress)

    def _check_antipode(self, x: B) -> None:
        """Refuse an antipode that has too many terms, as far as that is known before the work."""

    def _antipode_needs(self, x: B) -> Iterable[B]:
        trivial = self._is_trivial
        return [
            trunk
            for pruned, trunk in self._coproducts(x)
            if not trivial(pruned) and not trivial(trunk)
        ]

    def _build_antipode(self, x: B, known: Mapping[B, Terms]) -> Terms:
        trivial = self._is_trivial
        if trivial(x):
            return {x: 1}
        total: Terms = {x: -1}
        for (pruned, trunk), value in self._coproducts(x).items():
            if not trivial(pruned) and not trivial(trunk):
                add_terms(total, self._multiply({pruned: 1}, known[trunk]), -value)
        return {key: value for key, value in total.items() if value != 0}

    # -- duality and primitive elements ----------------------------------------------------------

    @property
    def dual(self) -> HopfAlgebra[Any]:
        """The algebra dual to this one, which `pair` takes on the right."""
        dual: HopfAlgebra[Any] | None = announced("duals").dual_of(self)
        if dual is None:
            raise InvalidValueError(f"the dual of {self.name} is not an algebra of this package")
        return dual

    def _dual_key(self, x: B) -> tuple[Any, int]:
        """Return what names `x` in the dual basis, and the pairing of the two."""
        return x, 1

    def pair(self, x: Any, y: Any) -> Any:
        r"""Return the pairing of an element with an element of the dual algebra.

        On basis elements it is :math:`\langle a, b \rangle = \sigma(a) \delta_{ab}`, the symmetry
        being 1 for words and ordered forests. A tree of `gl` stands for the forest of its
        branches.

        Parameters
        ----------
        x : tree, forest, tuple, None or Element
            A basis element or an element of this algebra.
        y : tree, forest, tuple, None or Element
            A basis element or an element of `dual`.

        Returns
        -------
        coefficient
            Linear in both arguments.

        Raises
        ------
        InvalidTypeError
            If an argument does not belong to its algebra.
        InvalidValueError
            If this package has no dual of this algebra, or a tuple is not a valid tuple form.

        Examples
        --------
        >>> from treealg.symbolic import Forest, Tree, bck
        >>> bck.pair(Forest([Tree(), Tree()]), Tree([Tree(), Tree()]))
        2
        """
        dual = self.dual
        if isinstance(y, Element):
            x = word_beside(x, y)
        left = self.element(x)
        right = dual.element(word_beside(y, left))
        other: Terms = {}
        for key, value in right.items():
            add_terms(other, {dual._dual_key(key)[0]: value})
        total: Any = 0
        for key, value in left.items():
            name, weight = self._dual_key(key)
            if name in other:
                total = total + weight * value * other[name]
        return total

    def primitives(
        self, degree: Any, colours: Any = 1, *, progress: Callable[[int, int], Any] | None = None
    ) -> list[Element]:
        """Return a basis of the primitive elements of a degree.

        Parameters
        ----------
        degree : int
            The degree, at least 1.
        colours : int, default 1
            The number of labels 0, 1, ..., at least 1.
        progress : callable, optional
            Called with how many basis elements, or results where these are known, are done and
            how many there are.

        Returns
        -------
        list of Element
            With coprime integer coefficients, linearly independent.

        Raises
        ------
        InvalidTypeError
            If `degree` or `colours` is not an integer, or `progress` is not callable.
        InvalidValueError
            If `degree` or `colours` is less than 1, the basis has more than a million elements, or
            elimination would take long, as in `bck` from degree 11 on.

        Notes
        -----
        All of degree 1. Of words and ordered forests that are cut in two, the single letters and
        trees; of those that are distributed in all ways, the standard bracketings of Lyndon words,
        in lexicographic order; in `gl` the trees with one branch. Elsewhere the null space of the
        reduced coproduct, by exact elimination. It can be interrupted.

        Examples
        --------
        >>> from treealg.symbolic import bck
        >>> bck.primitives(2)
        [<Element (0 0) - 2 (0[0])>]
        """
        check_progress(progress)
        degree, colours = check_integer("degree", degree, 1), check_integer("colours", colours, 1)
        basis = self.basis(degree, colours)
        count = self._least_count(degree, colours)
        check_terms("the basis of this degree", count)
        known = self._known_primitives(degree, colours)
        if known is None and degree > 1:
            # Of labels that are all equal, for each label.
            same = self._least_count(degree, 1)
            check_steps(
                f"to find the relations among the coproducts of {count:,} basis elements",
                max(self._elimination * colours * same**2, _STEPS_OF_COPRODUCT * count),
            )
            elements = self._listed(basis)
            images = map(self._primitive_image, elements)
            return [
                Element._wrap({elements[i]: value for i, value in row.items()})
                for row in null_space(images, len(elements), progress)
            ]
        if known is None:
            check_results(count)
            known = ({x: 1} for x in basis)
        found = self._listed(map(Element._wrap, known))
        if progress is not None:
            for done in range(1, len(found) + 1):
                progress(done, len(found))
        return found

    @staticmethod
    def _listed(found: Iterable[T]) -> list[T]:
        """Return a list of basis elements, or of as many results, that is not too long."""
        listed = list(itertools.islice(found, MAX_TERMS + 1))
        check_terms("the basis of this degree", len(listed))
        return listed

    def _known_primitives(self, degree: int, colours: int) -> Iterable[Terms] | None:
        """Return a basis of the primitive elements of a degree, if no elimination is needed."""
        return None

    def _primitive_image(self, x: B) -> Mapping[Any, Any]:
        """Return what vanishes on a linear combination if and only if it is primitive."""
        return dict(self.reduced_coproduct(x).items())


def check_results(count: int) -> None:
    """Refuse so many primitive elements, if to make them would take long.

    Examples
    --------
    >>> check_results(70)
    """
    check_steps(f"the list of {count:,} primitive elements", _STEPS * count)
