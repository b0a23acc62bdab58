"""What connected graded Hopf algebras with a combinatorial basis share.

An algebra states its basis, the product of two basis elements and the coproduct of one; linear
extension, iterated coproducts, counit, antipode and tensor products follow here, once.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from treealg.checks import check_integer
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic.hopf.graded import GradedSpace
from treealg.symbolic.linear.elements import Element, add_terms
from treealg.symbolic.linear.tensors import Tensor
from treealg.symbolic.trees.memo import Memo, on_clear

__all__ = ["HopfAlgebra"]

B = TypeVar("B")
Terms = dict[Any, Any]


class HopfAlgebra(GradedSpace[B]):
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

    def __init__(self) -> None:
        self._coproducts: Memo[B, Terms] = Memo(self._coproduct_needs, self._build_coproduct)
        self._antipodes: Memo[B, Terms] = Memo(self._antipode_needs, self._build_antipode)
        on_clear(self._coproducts.clear)
        on_clear(self._antipodes.clear)

    @abstractmethod
    def _product(self, x: B, y: B) -> Mapping[B, Any]:
        """Return the product of two basis elements."""

    @abstractmethod
    def _coproduct_needs(self, x: B) -> Iterable[B]:
        """Return the basis elements whose coproducts that of `x` is built from."""

    @abstractmethod
    def _build_coproduct(self, x: B, known: Mapping[B, Terms]) -> Terms:
        """Build the coproduct of a basis element, as pairs of basis elements to coefficients."""

    def product(self, *factors: Any) -> Element:
        """Multiply elements, from left to right.

        Parameters
        ----------
        *factors : tree, forest, tuple, None or Element
            Basis elements or elements; no factor gives the unit.

        Returns
        -------
        Element
            The product.

        Raises
        ------
        InvalidTypeError
            If a factor does not belong to this algebra.
        InvalidValueError
            If a factor is a tuple that is not a valid tuple form.

        Examples
        --------
        >>> from treealg.symbolic import PlanarTree, mkw
        >>> mkw.product(PlanarTree(), PlanarTree())
        <Element 2 (0 0)>
        """
        if not factors:
            return self.unit
        terms: Terms = self.element(factors[0])._terms
        for factor in factors[1:]:
            terms = self._multiply(terms, self.element(factor)._terms)
        return Element._collect(terms)

    def _multiply(self, left: Mapping[B, Any], right: Mapping[B, Any]) -> Terms:
        total: Terms = {}
        for x, a in left.items():
            for y, b in right.items():
                add_terms(total, self._product(x, y), a * b)
        return total

    def coproduct(self, x: Any, *, progress: Callable[[int, int], Any] | None = None) -> Tensor:
        """Return the coproduct, the pruned part in slot 0 and the trunk in slot 1.

        Parameters
        ----------
        x : tree, forest, tuple, None or Element
            A basis element or an element.
        progress : callable, optional
            For what takes seconds: called again and again with the number of basis elements done
            and the number of those known to be still needed. It may raise to stop the work.

        Returns
        -------
        Tensor
            Two slots.

        Raises
        ------
        InvalidTypeError
            If `x` does not belong to this algebra.
        InvalidValueError
            If `x` is a tuple that is not a valid tuple form.

        Examples
        --------
        >>> from treealg.symbolic import Tree, bck
        >>> bck.coproduct(Tree([Tree(), Tree()]))
        <Tensor (∅)⊗(0[0,0]) + 2 (0)⊗(0[0]) + (0 0)⊗(0) + (0[0,0])⊗(∅)>
        """
        if not isinstance(x, Element):
            return Tensor._wrap(self._coproducts(self.basis_element(x), progress))
        total: Terms = {}
        for key, value in self.element(x).items():
            add_terms(total, self._coproducts(key, progress), value)
        return Tensor._collect(total)

    def reduced_coproduct(self, x: Any) -> Tensor:
        r"""Return the coproduct without its terms that have the unit in a slot.

        Parameters
        ----------
        x : tree, forest, tuple, None or Element
            A basis element or an element.

        Returns
        -------
        Tensor
            Two slots; :math:`\Delta x - x \otimes 1 - 1 \otimes x` for x in the kernel of the
            counit.

        Raises
        ------
        InvalidTypeError
            If `x` does not belong to this algebra.
        InvalidValueError
            If `x` is a tuple that is not a valid tuple form.

        Examples
        --------
        >>> from treealg.symbolic import Tree, bck
        >>> bck.reduced_coproduct(Tree([Tree()]))
        <Tensor (0)⊗(0)>
        """
        trivial = self.is_trivial
        return Tensor._wrap(
            {
                key: value
                for key, value in self.coproduct(x).items()
                if not trivial(key[0]) and not trivial(key[1])
            }
        )

    def iterated_coproduct(self, x: Any, times: int) -> Tensor:
        """Apply the coproduct repeatedly.

        Parameters
        ----------
        x : tree, forest, tuple, None or Element
            A basis element or an element.
        times : int
            How often, at least 0.

        Returns
        -------
        Tensor
            ``times + 1`` slots.

        Raises
        ------
        InvalidTypeError
            If `x` does not belong to this algebra or `times` is not an integer.
        InvalidValueError
            If `times` is negative, or `x` is a tuple that is not a valid tuple form.

        Examples
        --------
        >>> from treealg.symbolic import Tree, bck
        >>> len(bck.iterated_coproduct(Tree([Tree()]), 2))
        6
        """
        times = check_integer("times", times, 0)
        result = Tensor._wrap({(key,): value for key, value in self.element(x).items()})
        for _ in range(times):
            result = result.apply(0, self.coproduct)
        return result

    def tensor_product(self, x: Tensor, y: Tensor) -> Tensor:
        """Multiply two tensors slot by slot.

        Parameters
        ----------
        x, y : Tensor
            Tensors over this algebra with the same number of slots.

        Returns
        -------
        Tensor
            The product.

        Raises
        ------
        InvalidTypeError
            If an argument is not a `Tensor`.
        InvalidValueError
            If the numbers of slots differ.

        Examples
        --------
        >>> from treealg.symbolic import Tree, bck
        >>> leaf = bck.coproduct(Tree())
        >>> bck.tensor_product(leaf, leaf) == bck.coproduct(bck.product(Tree(), Tree()))
        True
        """
        for tensor in (x, y):
            if not isinstance(tensor, Tensor):
                raise InvalidTypeError(f"expected a Tensor, got {type(tensor).__name__}")
        if x and y and x.slots != y.slots:
            raise InvalidValueError(
                f"tensors must have the same number of slots, got {x.slots} and {y.slots}"
            )
        total: Terms = {}
        for left, a in x.items():
            for right, b in y.items():
                keys: dict[tuple[Any, ...], Any] = {(): a * b}
                for u, v in zip(left, right, strict=True):
                    keys = {
                        (*key, new): value * factor
                        for key, value in keys.items()
                        for new, factor in self._product(u, v).items()
                    }
                add_terms(total, keys)
        return Tensor._collect(total)

    # -- duality and primitive elements ----------------------------------------------------------

    @property
    def dual(self) -> HopfAlgebra[Any]:
        """The algebra dual to this one, which `pair` takes on the right."""
        raise InvalidValueError(f"the dual of {self.name} is not an algebra of this package")

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
        other: Terms = {}
        for key, value in dual.element(y).items():
            add_terms(other, {dual._dual_key(key)[0]: value})
        total: Any = 0
        for key, value in self.element(x).items():
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
            Called with the number of basis elements done and the number of all.

        Returns
        -------
        list of Element
            With coprime integer coefficients, linearly independent.

        Raises
        ------
        InvalidTypeError
            If `degree` or `colours` is not an integer.
        InvalidValueError
            If `degree` or `colours` is less than 1.

        Notes
        -----
        The kernel of the reduced coproduct, by exact elimination. It can be interrupted.

        Examples
        --------
        >>> from treealg.symbolic import bck
        >>> bck.primitives(2)
        [<Element (0 0) - 2 (0[0])>]
        """
        from treealg.symbolic.linear.nullspace import kernel

        elements = list(self.basis(check_integer("degree", degree, 1), colours))
        images = map(self._primitive_image, elements)
        return [
            Element._wrap({elements[i]: value for i, value in row.items()})
            for row in kernel(images, len(elements), progress)
        ]

    def _primitive_image(self, x: B) -> Mapping[Any, Any]:
        """Return what vanishes on a linear combination if and only if it is primitive."""
        return dict(self.reduced_coproduct(x).items())

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
            If `x` does not belong to this algebra.
        InvalidValueError
            If `x` is a tuple that is not a valid tuple form.

        Examples
        --------
        >>> from treealg.symbolic import Tree, bck
        >>> bck.antipode(Tree([Tree()]))
        <Element -(0[0]) + (0 0)>
        """
        if not isinstance(x, Element):
            return Element._wrap(self._antipodes(self.basis_element(x), progress))
        total: Terms = {}
        for key, value in self.element(x).items():
            add_terms(total, self._antipodes(key, progress), value)
        return Element._collect(total)

    def _antipode_needs(self, x: B) -> Iterable[B]:
        trivial = self.is_trivial
        return [
            trunk
            for pruned, trunk in self._coproducts(x)
            if not trivial(pruned) and not trivial(trunk)
        ]

    def _build_antipode(self, x: B, known: Mapping[B, Terms]) -> Terms:
        trivial = self.is_trivial
        if trivial(x):
            return {x: 1}
        total: Terms = {x: -1}
        for (pruned, trunk), value in self._coproducts(x).items():
            if not trivial(pruned) and not trivial(trunk):
                add_terms(total, self._multiply({pruned: 1}, known[trunk]), -value)
        return {key: value for key, value in total.items() if value != 0}
