r"""Truncated B-series: coefficients on non-planar trees.

A B-series with coefficients a stands for :math:`B(a, y) = a(\emptyset) y + \sum_\tau
h^{|\tau|} a(\tau) / \sigma(\tau) F(\tau)(y)` with the elementary differentials F of a vector
field, or of one vector field per colour; :math:`a(\tau) = 1/\tau!` is the exact solution.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from treealg.errors import InvalidTypeError
from treealg.symbolic.bseries.starts import starting_with
from treealg.symbolic.bseries.truncated import ABSENT, TruncatedSeries
from treealg.symbolic.linear.elements import one_tree, sole_forest
from treealg.symbolic.trees.enumeration import counts, enumerate_trees
from treealg.symbolic.trees.forests import Forest
from treealg.symbolic.trees.memo import remembered
from treealg.symbolic.trees.sizes import check_orders
from treealg.symbolic.trees.trees import Tree

__all__ = ["BSeries", "average_vector_field", "check_series", "exact_series", "trees_up_to"]


@remembered(16)
def trees_up_to(order: int, colours: int) -> tuple[Tree, ...]:
    """Return the trees with 1 to `order` vertices, in the basis order, if they are not too many.

    Examples
    --------
    >>> [str(tree) for tree in trees_up_to(3, 1)]
    ['0', '0[0]', '0[0,0]', '0[0[0]]']
    """
    check_orders("a B-series", order, counts(colours, False).trees)
    return tuple(tree for n in range(1, order + 1) for tree in enumerate_trees(n, colours))


class BSeries(TruncatedSeries[Tree | None]):
    r"""A B-series that is truncated at an order: a mapping from trees to coefficients.

    :math:`B(a, y) = a(\emptyset) y + \sum_\tau h^{|\tau|} a(\tau) / \sigma(\tau) F(\tau)(y)`,
    in the notation of Hairer, Lubich and Wanner and of Chartier, Hairer and Vilmart.

    Parameters
    ----------
    values : mapping or callable
        From trees to coefficients: int, Fraction, SymPy expressions, floats. A mapping may use
        the tuple form, may hold the empty tree as None, and is zero elsewhere; trees of more
        vertices than `order` are dropped. A callable receives each tree.
    order : int
        Where to truncate, at least 0.
    colours : int, default 1
        The number of vector fields; vertices have labels 0, ..., colours - 1.
    empty : number or SymPy expression, default 1
        The coefficient of the empty tree: 1 for a method, 0 for a vector field.

    Raises
    ------
    InvalidTypeError
        If an argument has the wrong type.
    InvalidValueError
        If `order` is negative, `colours` less than 1, a tree has other labels, or the
        coefficient of the empty tree is given twice.

    Notes
    -----
    With several colours the vector field is the sum of one per colour, and F(τ) has at each
    vertex the field of its colour. A partitioned system p' = f(p, q), q' = g(p, q) is the case
    of the fields (f, 0) and (0, g).

    References
    ----------
    P. Chartier, E. Hairer and G. Vilmart, "Algebraic structures of B-series", Found. Comput.
    Math. 10 (2010). E. Hairer, C. Lubich and G. Wanner, "Geometric Numerical Integration"
    (2006).

    Examples
    --------
    >>> euler = BSeries({Tree(): 1}, 3)
    >>> euler[None], euler[Tree()], euler[((0,), 0)]
    (1, 1, 0)
    >>> (euler + 2 * euler)[(0,)]
    3
    """

    __slots__ = ()
    _empty = None
    _variable = "τ"

    def __init__(
        self,
        values: Mapping[Any, Any] | Callable[[Tree], Any],
        order: Any,
        colours: Any = 1,
        *,
        empty: Any = ABSENT,
    ) -> None:
        self._fill(values, order, colours, empty)

    @classmethod
    def _basis(cls, order: int, colours: int) -> tuple[Tree, ...]:
        return trees_up_to(order, colours)

    @classmethod
    def _check_key(cls, key: Any) -> Tree | None:
        if key is None or key.__class__ is Tree:
            return key
        key = sole_forest(key)
        return None if key is Forest.empty else one_tree(key)


def exact_series(order: Any, colours: Any = 1) -> BSeries:
    r"""Return the B-series of the exact solution after one step, :math:`1/\tau!`.

    Parameters
    ----------
    order : int
        Where to truncate, at least 0.
    colours : int, default 1
        The number of vector fields, whose sum is solved.

    Returns
    -------
    BSeries
        The series.

    Raises
    ------
    InvalidTypeError
        If an argument is not an integer.
    InvalidValueError
        If `order` is negative or `colours` less than 1.

    Examples
    --------
    >>> exact_series(3)
    <BSeries to order 3: None: 1, 0: 1, 0[0]: 1/2, 0[0,0]: 1/3, 0[0[0]]: 1/6>
    """
    return BSeries(
        lambda tree: Fraction(1, tree.factorial) if tree.factorial > 1 else 1, order, colours
    )


def average_vector_field(order: Any) -> BSeries:
    r"""Return the B-series of the average vector field method, which preserves the energy.

    :math:`y_1 = y_0 + h \int_0^1 f((1 - s) y_0 + s y_1) ds`; its coefficients are
    :math:`a(B^+(\tau_1 \cdots \tau_k)) = a(\tau_1) \cdots a(\tau_k) / (k + 1)`.

    Parameters
    ----------
    order : int
        Where to truncate, at least 0.

    Returns
    -------
    BSeries
        The series.

    Raises
    ------
    InvalidTypeError
        If `order` is not an integer.
    InvalidValueError
        If `order` is negative.

    References
    ----------
    G. R. W. Quispel and D. I. McLaren, "A new class of energy-preserving numerical integration
    methods", J. Phys. A 41 (2008).

    Examples
    --------
    >>> average_vector_field(3)
    <BSeries to order 3: None: 1, 0: 1, 0[0]: 1/2, 0[0,0]: 1/3, 0[0[0]]: 1/4>
    """

    def value(tree: Tree) -> Any:
        # Every vertex with k branches contributes a factor 1/(k + 1).
        number = math.prod(len(vertex.children) + 1 for vertex in tree.vertices())
        return Fraction(1, number) if number > 1 else 1

    return BSeries(value, order)


def check_series(name: str, value: Any, *starts: int, tol: float | None = None) -> BSeries:
    """Return an argument that must be a B-series, with one of some values on the empty tree.

    These are 1 for a method, 0 for a vector field; none stand for any. A float that is one of them
    but for rounding, or to a tolerance, becomes it.
    """
    if not isinstance(value, BSeries):
        raise InvalidTypeError(f"{name} must be a BSeries, got {type(value).__name__}")
    return starting_with(name, value, *starts, tol=tol) if starts else value
