"""Graded bialgebras with a combinatorial basis: products and coproducts, extended linearly.

An algebra states its basis, the product of two basis elements and the coproduct of one; iterated
coproducts and tensor products follow here, once.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from treealg.checks import check_integer
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic.hopf.graded import GradedSpace
from treealg.symbolic.linear.combinations import Terms, add_terms
from treealg.symbolic.linear.elements import Element
from treealg.symbolic.linear.products import product_of_sums
from treealg.symbolic.linear.tensors import Tensor
from treealg.symbolic.trees.memo import Memo, check_progress
from treealg.symbolic.trees.meter import spend
from treealg.symbolic.trees.sizes import MAX_TERMS, check_steps, check_terms

__all__ = ["Bialgebra"]

B = TypeVar("B")


class Bialgebra(GradedSpace[B]):
    """A graded bialgebra; the middle floor of `HopfAlgebra`, which adds the antipode.

    Raises
    ------
    TypeError
        If a subclass that does not state its product and coproduct is instantiated.
    """

    def __init__(self) -> None:
        self._coproducts: Memo[B, Terms] = Memo(
            self._coproduct_needs,
            self._build_coproduct,
            check=self._check_coproduct,
            table=self._table,
        )

    @abstractmethod
    def _product(self, x: B, y: B) -> Mapping[B, Any]:
        """Return the product of two basis elements."""

    @abstractmethod
    def _coproduct_needs(self, x: B) -> Iterable[B]:
        """Return the basis elements whose coproducts that of `x` is built from."""

    def _check_coproduct(self, x: B) -> None:
        """Refuse a coproduct that has too many terms, as far as that is known before the work."""

    def _least_split(self, x: B) -> int:
        """Return how many terms the coproduct of a basis element has at least."""
        return 1 if self._is_trivial(x) else 2

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
        return product_of_sums(left, right, self._product)

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
            If `x` does not belong to this algebra, or `progress` is not callable.
        InvalidValueError
            If `x` is a tuple that is not a valid tuple form.

        Examples
        --------
        >>> from treealg.symbolic import Tree, bck
        >>> bck.coproduct(Tree([Tree(), Tree()]))
        <Tensor (∅)⊗(0[0,0]) + 2 (0)⊗(0[0]) + (0 0)⊗(0) + (0[0,0])⊗(∅)>
        """
        check_progress(progress)
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
        trivial = self._is_trivial
        return Tensor._wrap(
            {
                key: value
                for key, value in self.coproduct(x).items()
                if not trivial(key[0]) and not trivial(key[1])
            }
        )

    def iterated_coproduct(self, x: Any, times: Any) -> Tensor:
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
            If `times` is negative, `x` is a tuple that is not a valid tuple form, or the result
            too large.

        Examples
        --------
        >>> from treealg.symbolic import Tree, bck
        >>> len(bck.iterated_coproduct(Tree([Tree()]), 2))
        6
        """
        times = check_integer("times", times, 0)
        result = Tensor._wrap({(key,): value for key, value in self.element(x).items()})
        if not result:
            return result
        # One term with one more slot each time at least, and what is not trivial in any slot.
        others = sum(not self._is_trivial(key) for (key,) in result)
        check_steps(
            "a coproduct that is iterated so often",
            times * (times + 1) // 2 * (len(result) - others)
            + times * (times + 1) * (times + 2) // 3 * others,
        )
        steps = times * (times + 1) // 2
        for slots in range(1, times + 1):
            if slots > 1:
                check_steps(
                    "a coproduct that is iterated so often",
                    steps + sum(self._least_split(key[0]) for key in result),
                )
            check_terms("an iterated coproduct", len(result))
            steps += len(result) * slots
            check_steps("a coproduct that is iterated so often", steps)
            result = result.apply(0, self.coproduct if slots == 1 else self._split)
        return result

    def _split(self, x: B) -> Tensor:
        """Return the coproduct of a part, of which no terms are drawn beforehand."""
        return Tensor._wrap(self._coproducts(x, checks=False))

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
            If the numbers of slots differ, or the product has more than a million terms.

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
        check_terms("a product", len(x) * len(y), 20 * MAX_TERMS)
        total: Terms = {}
        for left, a in x.items():
            steps = 0
            for right, b in y.items():
                keys: dict[tuple[Any, ...], Any] = {(): a * b}
                for u, v in zip(left, right, strict=True):
                    keys = {
                        (*key, new): value * factor
                        for key, value in keys.items()
                        for new, factor in self._product(u, v).items()
                    }
                add_terms(total, keys)
                steps += 4 * len(keys)
            check_terms("a product", len(total))
            spend(steps)
        return Tensor._collect(total)
