"""What connected graded Hopf algebras with a combinatorial basis share.

An algebra states its basis, the product of two basis elements and the coproduct of one; linear
extension, iterated coproducts, counit, antipode and tensor products follow here, once.
"""

from __future__ import annotations

import reprlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Generic, TypeVar

from ..errors import InvalidTypeError, InvalidValueError
from .elements import Element, add_terms
from .memo import Memo, on_clear
from .tensors import Tensor

__all__ = ["HopfAlgebra"]

B = TypeVar("B")
Terms = dict[Any, Any]


class HopfAlgebra(ABC, Generic[B]):
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

    name: ClassVar[str]
    #: Whether a forest is the product of its trees, so that values on trees fix a character.
    is_free_on_trees: ClassVar[bool] = False

    def __init__(self) -> None:
        self._coproducts: Memo[B, Terms] = Memo(self._coproduct_needs, self._build_coproduct)
        self._antipodes: Memo[B, Terms] = Memo(self._antipode_needs, self._build_antipode)
        on_clear(self._coproducts.clear)
        on_clear(self._antipodes.clear)

    def __repr__(self) -> str:
        return f"<HopfAlgebra {self.name}>"

    def __reduce__(self) -> str:
        return self.name

    # -- what an algebra states ----------------------------------------------------------------

    @property
    @abstractmethod
    def one(self) -> B:
        """The basis element that is the unit."""

    @abstractmethod
    def basis_element(self, x: Any) -> B:
        """Return the basis element that `x` stands for.

        Parameters
        ----------
        x : tree, forest, tuple or None
            What the algebra accepts for a basis element.

        Returns
        -------
        basis element
            The key of elements of this algebra.

        Raises
        ------
        InvalidTypeError
            If `x` is of another kind.
        InvalidValueError
            If `x` is a tuple that is not a valid tuple form.
        """

    @abstractmethod
    def degree(self, x: B) -> int:
        """Return the degree of a basis element in the grading.

        Parameters
        ----------
        x : basis element
            A key of elements of this algebra.

        Returns
        -------
        int
            The degree; only the unit has degree 0.

        Raises
        ------
        None
            Every basis element has a degree.
        """

    @abstractmethod
    def _product(self, x: B, y: B) -> Mapping[B, Any]:
        """Return the product of two basis elements."""

    @abstractmethod
    def _coproduct_needs(self, x: B) -> Iterable[B]:
        """Return the basis elements whose coproducts that of `x` is built from."""

    @abstractmethod
    def _build_coproduct(self, x: B, known: Mapping[B, Terms]) -> Terms:
        """Build the coproduct of a basis element, as pairs of basis elements to coefficients."""

    # -- linear extension ----------------------------------------------------------------------

    def element(self, x: Any) -> Element:
        """Return `x` as an element of this algebra.

        Parameters
        ----------
        x : tree, forest, tuple, None or Element
            A basis element in any accepted form, or an element.

        Returns
        -------
        Element
            The element; `x` itself when it is one.

        Raises
        ------
        InvalidTypeError
            If `x` is of another kind or an element over other basis elements.
        InvalidValueError
            If `x` is a tuple that is not a valid tuple form.

        Examples
        --------
        >>> from treealg.symbolic import bck
        >>> bck.element(((0,), 1))
        <Element (1[0])>
        """
        if isinstance(x, Element):
            kind = type(self.one)
            for key in x:
                if not isinstance(key, kind):
                    raise InvalidTypeError(
                        f"an element of {self.name} has keys of type {kind.__name__}, got "
                        f"{type(key).__name__} {reprlib.repr(key)}"
                    )
            return x
        return Element._wrap({self.basis_element(x): 1})

    @property
    def unit(self) -> Element:
        """The unit, as an element."""
        return Element._wrap({self.one: 1})

    def counit(self, x: Any) -> Any:
        """Return the counit, the coefficient of the unit.

        Parameters
        ----------
        x : tree, forest, tuple, None or Element
            A basis element or an element.

        Returns
        -------
        coefficient
            The coefficient of the empty forest.

        Raises
        ------
        InvalidTypeError
            If `x` does not belong to this algebra.
        InvalidValueError
            If `x` is a tuple that is not a valid tuple form.

        Examples
        --------
        >>> from treealg.symbolic import Tree, bck
        >>> bck.counit(Tree()), bck.counit(None)
        (0, 1)
        """
        return self.element(x).coefficient(self.one)

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
        terms: Terms = {self.one: 1}
        for factor in factors:
            terms = self._multiply(terms, self.element(factor)._terms)
        return Element._collect(terms)

    def _multiply(self, left: Mapping[B, Any], right: Mapping[B, Any]) -> Terms:
        total: Terms = {}
        for x, a in left.items():
            for y, b in right.items():
                add_terms(total, self._product(x, y), a * b)
        return total

    def coproduct(self, x: Any) -> Tensor:
        """Return the coproduct, the pruned part in slot 0 and the trunk in slot 1.

        Parameters
        ----------
        x : tree, forest, tuple, None or Element
            A basis element or an element.

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
            return Tensor._wrap(self._coproducts(self.basis_element(x)))
        total: Terms = {}
        for key, value in self.element(x).items():
            add_terms(total, self._coproducts(key), value)
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
        one = self.one
        return Tensor._wrap(
            {
                key: value
                for key, value in self.coproduct(x).items()
                if key[0] != one and key[1] != one
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
        if isinstance(times, bool) or not isinstance(times, int):
            raise InvalidTypeError(f"times must be an int, got {type(times).__name__}")
        if times < 0:
            raise InvalidValueError(f"times must be at least 0, got {times}")
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

    # -- antipode ------------------------------------------------------------------------------

    def antipode(self, x: Any) -> Element:
        r"""Return the antipode, the convolution inverse of the identity.

        :math:`S(x) = -x - \sum S(x') x''` over the reduced coproduct, by degree.

        Parameters
        ----------
        x : tree, forest, tuple, None or Element
            A basis element or an element.

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
            return Element._wrap(self._antipodes(self.basis_element(x)))
        total: Terms = {}
        for key, value in self.element(x).items():
            add_terms(total, self._antipodes(key), value)
        return Element._collect(total)

    def _antipode_needs(self, x: B) -> Iterable[B]:
        one = self.one
        return [pruned for pruned, _ in self._coproducts(x) if pruned != one and pruned != x]

    def _build_antipode(self, x: B, known: Mapping[B, Terms]) -> Terms:
        one = self.one
        if x == one:
            return {one: 1}
        total: Terms = {x: -1}
        for (pruned, trunk), value in self._coproducts(x).items():
            if pruned != one and trunk != one:
                add_terms(total, self._multiply(known[pruned], {trunk: 1}), -value)
        return {key: value for key, value in total.items() if value != 0}
