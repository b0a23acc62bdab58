r"""Order of accuracy, and geometric properties of B-series: symplecticity, energy.

With f = J grad H, rooted trees that differ by the choice of the root give the same elementary
Hamiltonian up to a sign for each step of the root, and none at all when a tree is its own
neighbour (a *superfluous* free tree). Derivatives of the energy along a series are sums of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from typing import Any

from treealg.checks import check_choice
from treealg.errors import InvalidValueError
from treealg.symbolic.bseries.group import modified_equation
from treealg.symbolic.bseries.series import BSeries, check_series, trees_up_to
from treealg.symbolic.bseries.starts import is_starting_with
from treealg.symbolic.bseries.truncated import entered
from treealg.symbolic.linear.elements import one_tree
from treealg.symbolic.linear.tolerances import check_tolerance, vanishes
from treealg.symbolic.trees.trees import Tree

__all__ = [
    "energy_order",
    "free_tree",
    "is_energy_preserving",
    "is_symplectic",
    "order_of_accuracy",
    "symplectic_order",
]


def joined(first: Tree, second: Tree) -> Tree:
    r"""Return the Butcher product :math:`u \circ v` of two trees as a tree.

    The root of v becomes a child of that of u; `butcher_product` is the same, bilinear.

    Examples
    --------
    >>> joined(Tree([Tree()]), Tree(label=1))
    <Tree 0[0,1]>
    """
    return Tree([*first.children, second], first.label)


def order_of_accuracy(series: BSeries, *, tol: Any = None) -> int:
    r"""Return the greatest p with :math:`a(\tau) = 1/\tau!` for all trees of at most p vertices.

    Parameters
    ----------
    series : BSeries
        A method.
    tol : float, optional
        How far floats may be from what they must be, an absolute difference; without it floats
        that differ by what rounding explains are an error. Exact ones are decided exactly.

    Returns
    -------
    int
        The order; when it is the order of truncation, the method has at least that order.

    Raises
    ------
    InvalidTypeError
        If `series` is not a `BSeries`, or `tol` is not a real number.
    InvalidValueError
        If it does not have value 1 on the empty tree; if `tol` is
        negative, or a condition cannot be decided: floats that may be rounded,
        without `tol`, or expressions.

    Examples
    --------
    >>> order_of_accuracy(BSeries({Tree(): 1, Tree([Tree()]): Fraction(1, 2)}, 5))
    2
    """
    tol = check_tolerance(tol)
    values = entered(check_series("series", series, 1, tol=tol))._values
    for tree in trees_up_to(series.order, series.colours):
        sides = values[tree], Fraction(1, tree.factorial)
        if not vanishes(sides[0] - sides[1], tol, summands=partial(series._summands, *sides)):
            return tree.order - 1
    return series.order


def symplectic_order(series: BSeries, *, system: str = "additive", tol: Any = None) -> int:
    r"""Return the order up to which a series is symplectic, or Hamiltonian if a vector field.

    A method is symplectic for every Hamiltonian field if and only if
    :math:`a(u \circ v) + a(v \circ u) = a(u) a(v)` for all trees; a vector field is Hamiltonian if
    and only if :math:`b(u \circ v) + b(v \circ u) = 0`.

    Parameters
    ----------
    series : BSeries
        A method, with value 1 on the empty tree, or a vector field, with value 0.
    system : {"additive", "partitioned", "separable"}, default "additive"
        What several colours stand for. Additive: each of the fields is Hamiltonian, as in a
        splitting. Partitioned: colour 0 is p' = -H_q, colour 1 is q' = H_p; the condition is
        asked for roots of different colours, and coefficients must not depend on the colour of
        the root. Separable: the same with H = T(p) + U(q), so that only trees count in which no
        edge joins equal colours, and the colour of the root may matter.
    tol : float, optional
        How far floats may be from what they must be, an absolute difference; without it floats
        that differ by what rounding explains are an error. Exact ones are decided exactly.

    Returns
    -------
    int
        The greatest n such that the conditions hold for trees of together at most n vertices; at
        most the order of truncation.

    Raises
    ------
    InvalidTypeError
        If `series` is not a `BSeries`, or `tol` is not a real number.
    InvalidValueError
        If its value on the empty tree is neither 0 nor 1, `system` is none of these, or a
        partitioned system has other than two colours; if `tol` is
        negative, or a condition cannot be decided: floats that may be rounded,
        without `tol`, or expressions.

    References
    ----------
    M. P. Calvo and J. M. Sanz-Serna, "Canonical B-series", Numer. Math. 67 (1994). A. L. Araujo,
    A. Murua and J. M. Sanz-Serna, "Symplectic methods based on decompositions", SIAM J. Numer.
    Anal. 34 (1997). E. Hairer, C. Lubich and G. Wanner, "Geometric Numerical Integration" (2006).

    Examples
    --------
    >>> from treealg.symbolic.bseries import exact_series
    >>> symplectic_order(exact_series(5)), symplectic_order(BSeries({Tree(): 1}, 5))
    (5, 1)
    """
    tol = check_tolerance(tol)
    series = check_series("series", series, 1, 0, tol=tol)
    values = entered(series)._values
    method = is_starting_with(series, 1)
    _check_system(series, system)
    limit = _root_order(series, tol) if system == "partitioned" else series.order
    for first, second in _pairs(series, system):
        if first.order + second.order > limit:
            break
        parts = [values[joined(first, second)], values[joined(second, first)]]
        if method:
            parts.append(-values[first] * values[second])
        if not vanishes(sum(parts), tol, summands=partial(series._summands, *parts)):
            return first.order + second.order - 1
    return limit


def is_symplectic(series: BSeries, *, system: str = "additive", tol: Any = None) -> bool:
    """Tell whether a series is symplectic (a field: Hamiltonian) up to its order of truncation.

    Parameters
    ----------
    series : BSeries
        As for `symplectic_order`.
    system : {"additive", "partitioned", "separable"}, default "additive"
        As for `symplectic_order`.
    tol : float, optional
        How far floats may be from what they must be, an absolute difference; without it floats
        that differ by what rounding explains are an error. Exact ones are decided exactly.

    Returns
    -------
    bool
        True when all conditions hold.

    Raises
    ------
    InvalidTypeError
        If `series` is not a `BSeries`, or `tol` is not a real number.
    InvalidValueError
        As for `symplectic_order`; if `tol` is
        negative, or a condition cannot be decided: floats that may be rounded,
        without `tol`, or expressions.

    Examples
    --------
    >>> is_symplectic(BSeries({Tree(): 1}, 2))
    False
    """
    return symplectic_order(series, system=system, tol=tol) == series.order


def energy_order(series: BSeries, *, tol: Any = None) -> int:
    r"""Return the order up to which a series preserves the energy of every Hamiltonian field.

    For a field b: the greatest n with :math:`\sum b(\tau) / \sigma(\tau) H(\tau \circ \bullet) = 0`
    over the trees of k vertices for each k <= n, where elementary Hamiltonians H are counted as
    `free_tree` says. For a method: the same of its modified equation.

    Parameters
    ----------
    series : BSeries
        A method, with value 1 on the empty tree, or a vector field, with value 0; one colour.
    tol : float, optional
        How far floats may be from what they must be, an absolute difference; without it floats
        that differ by what rounding explains are an error. Exact ones are decided exactly.

    Returns
    -------
    int
        The order n; after one step the energy is changed by a term in :math:`h^{n+1}` at least.
        At most the order of truncation.

    Raises
    ------
    InvalidTypeError
        If `series` is not a `BSeries`, or `tol` is not a real number.
    InvalidValueError
        If it has several colours, or its value on the empty tree is neither 0 nor 1; if `tol` is
        negative, or a condition cannot be decided: floats that may be rounded,
        without `tol`, or expressions.

    References
    ----------
    E. Faou, E. Hairer and T.-L. Pham, "Energy conservation with non-symplectic methods: examples
    and counter-examples", BIT 44 (2004). E. Celledoni, R. I. McLachlan, B. Owren and G. R. W.
    Quispel, "Energy-preserving integrators and the structure of B-series", Found. Comput. Math.
    10 (2010).

    Examples
    --------
    >>> from treealg.symbolic.bseries import exact_series
    >>> energy_order(exact_series(5)), energy_order(BSeries({Tree(): 1}, 5))
    (5, 1)
    """
    tol = check_tolerance(tol)
    series = check_series("series", series, 1, 0, tol=tol)
    if series.colours != 1:
        raise InvalidValueError(f"series must have one colour, got {series.colours}")
    field = entered(modified_equation(series) if is_starting_with(series, 1) else series)
    sums: dict[Tree, Any] = {}
    for tree in trees_up_to(series.order, 1):
        found = free_tree(joined(tree, Tree()))
        if found is not None:
            key, sign = found
            term = field._values[tree] * Fraction(sign, tree.symmetry)
            sums[key] = sums.get(key, 0) + term
    summands = partial(series._summands, *field._values.values())
    failures = [
        tree.order - 2
        for tree, value in sums.items()
        if not vanishes(value, tol, summands=summands)
    ]
    return min(failures, default=series.order)


def is_energy_preserving(series: BSeries, *, tol: Any = None) -> bool:
    """Tell whether a series preserves the energy up to its order of truncation.

    Parameters
    ----------
    series : BSeries
        As for `energy_order`.
    tol : float, optional
        How far floats may be from what they must be, an absolute difference; without it floats
        that differ by what rounding explains are an error. Exact ones are decided exactly.

    Returns
    -------
    bool
        True when all conditions hold.

    Raises
    ------
    InvalidTypeError
        If `series` is not a `BSeries`, or `tol` is not a real number.
    InvalidValueError
        If it has several colours, or its value on the empty tree is neither 0 nor 1; if `tol` is
        negative, or a condition cannot be decided: floats that may be rounded,
        without `tol`, or expressions.

    Examples
    --------
    >>> is_energy_preserving(BSeries({Tree(): 1}, 2))
    False
    """
    return energy_order(series, tol=tol) == series.order


def free_tree(tree: Any) -> tuple[Tree, int] | None:
    """Return the canonical choice of the root of a tree, and the sign of getting there.

    Parameters
    ----------
    tree : Tree or tuple
        A rooted tree.

    Returns
    -------
    (Tree, int) or None
        The last in the basis order of the trees with the same edges and another root, with 1 or
        -1 for an even or odd number of edges between the roots; None when both signs occur, that
        is when the free tree is superfluous.

    Raises
    ------
    InvalidTypeError
        If the argument is neither a tree nor the tuple form of one.
    InvalidValueError
        If a tuple is not a valid tuple form.

    Examples
    --------
    >>> free_tree(Tree([Tree(), Tree()])), free_tree(Tree([Tree()]))
    ((<Tree 0[0[0]]>, -1), None)
    """
    tree = one_tree(tree)
    signs = {tree: 1}
    found = [tree]
    for rooted in found:
        for position, child in enumerate(rooted.children):
            rest = Tree(rooted.children[:position] + rooted.children[position + 1 :], rooted.label)
            moved = joined(child, rest)
            if moved not in signs:
                signs[moved] = -signs[rooted]
                found.append(moved)
            elif signs[moved] == signs[rooted]:
                return None
    last = max(found)
    return last, signs[last]


def _check_system(series: BSeries, system: str) -> None:
    check_choice("system", system, ("additive", "partitioned", "separable"))
    if system != "additive" and series.colours != 2:
        raise InvalidValueError(
            f"a {system} system has the two colours 0 and 1, got a series of {series.colours}"
        )


def _root_order(series: BSeries, tol: float | None) -> int:
    """Return the order up to which coefficients do not depend on the colour of the root."""
    for tree in trees_up_to(series.order, 2):
        other = Tree._make(tree._children, 1)
        sides = series[tree], series[other]
        if tree.label == 0 and not vanishes(
            sides[0] - sides[1], tol, summands=partial(series._summands, *sides)
        ):
            return tree.order - 1
    return series.order


def _pairs(series: BSeries, system: str) -> Iterator[tuple[Tree, Tree]]:
    """Iterate over the pairs of trees of together at most the order, by that sum."""
    by_order: dict[int, list[Tree]] = {n: [] for n in range(1, series.order)}
    for tree in trees_up_to(max(series.order - 1, 0), series.colours):
        if system != "separable" or _alternates(tree):
            by_order[tree.order].append(tree)
    for total in range(2, series.order + 1):
        for small in range(1, total // 2 + 1):
            for first in by_order[small]:
                for second in by_order[total - small]:
                    if system == "additive" or first.label != second.label:
                        yield first, second


def _alternates(tree: Tree) -> bool:
    return all(
        vertex.label != child.label for vertex in tree.vertices() for child in vertex.children
    )
