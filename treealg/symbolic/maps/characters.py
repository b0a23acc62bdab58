"""Characters and infinitesimal characters, given by their values on trees."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from treealg.checks import brief, check_callable
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic.hopf.algebra import HopfAlgebra
from treealg.symbolic.linear.coefficients import check_coefficient, values_by_key
from treealg.symbolic.maps.functionals import Functional, Values
from treealg.symbolic.maps.origin import without_zeros

__all__ = ["Character", "InfinitesimalCharacter"]


class Character(Functional):
    """A multiplicative functional on an algebra whose product is that of forests, such as BCK.

    Parameters
    ----------
    algebra : HopfAlgebra
        `bck`, or another algebra in which a forest is the product of its trees. A character of
        `mkw` is a `Functional` whose values on ordered forests respect shuffles.
    values : mapping or callable
        From trees to values; the value on a forest is the product, 1 on the empty one.

    Raises
    ------
    InvalidTypeError
        If an argument or a value has the wrong type, or forests are not products of trees in
        `algebra`.
    InvalidValueError
        If a key is not valid. When called: if a mapping has no value for a tree that is needed.

    Examples
    --------
    >>> from treealg.symbolic import Forest, Tree, bck
    >>> Character(bck, {Tree(): 3})(Forest([Tree(), Tree()]))
    9
    """

    def __init__(self, algebra: HopfAlgebra[Any], values: Values) -> None:
        given, tree_value = _tree_values(type(self).__name__, algebra, values, None)

        def rule(forest: Any) -> Any:
            result: Any = 1
            for tree in algebra._factors(forest):
                result = result * tree_value(tree)
            return result

        super().__init__(algebra, rule)
        self._made_by(type(self), algebra, given)
        self._calls(values, algebra._factors)


class InfinitesimalCharacter(Functional):
    """A functional that is zero on the unit and on products, as the log of a character is.

    Parameters
    ----------
    algebra : HopfAlgebra
        `bck`, or another algebra in which a forest is the product of its trees.
    values : mapping or callable
        From trees to values; a mapping is zero elsewhere.

    Raises
    ------
    InvalidTypeError
        If an argument or a value has the wrong type, or forests are not products of trees in
        `algebra`.
    InvalidValueError
        If a key is not valid.

    Examples
    --------
    >>> from treealg.symbolic import Forest, Tree, bck
    >>> f = InfinitesimalCharacter(bck, {Tree(): 3})
    >>> f(Tree()), f(Forest([Tree(), Tree()])), f(None)
    (3, 0, 0)
    """

    def __init__(self, algebra: HopfAlgebra[Any], values: Values) -> None:
        given, tree_value = _tree_values(type(self).__name__, algebra, values, 0)

        def single(forest: Any) -> Any:
            trees = algebra._factors(forest)
            return trees if len(trees) == 1 else ()

        def rule(forest: Any) -> Any:
            trees = single(forest)
            return tree_value(trees[0]) if trees else 0

        super().__init__(algebra, rule)
        known = without_zeros(given) if isinstance(given, dict) else given
        self._made_by(type(self), algebra, known)
        self._calls(values, single)


def _tree_values(
    name: str, algebra: HopfAlgebra[Any], values: Values, missing: Any
) -> tuple[Values, Callable[[Any], Any]]:
    """Return the values on trees as they were given, and as a function of a tree."""
    if not isinstance(algebra, HopfAlgebra) or not algebra.is_free_on_trees:
        raise InvalidTypeError(
            f"{name} needs an algebra in which a forest is the product of its trees, such as "
            f"bck, got {brief(algebra)}; use Functional with values on all forests"
        )
    if not isinstance(values, Mapping):
        if not callable(values):
            raise InvalidTypeError(
                f"values must be a mapping or a callable, got {type(values).__name__}"
            )
        check_callable("values", values, "tree")
        return values, lambda tree: check_coefficient(values(tree))

    def single(key: Any) -> Any:
        forest = algebra.basis_element(key)
        if len(forest) != 1:
            raise InvalidValueError(f"values must be given on single trees, got {brief(forest)}")
        return forest[0]

    table = values_by_key(values, single)

    def lookup(tree: Any) -> Any:
        if tree in table:
            return table[tree]
        if missing is None:
            raise InvalidValueError(
                f"values has no value for the tree {brief(tree)}, which is needed"
            )
        return missing

    return table, lookup
