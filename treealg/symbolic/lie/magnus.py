"""The Magnus and BCH series of pre-Lie and post-Lie algebras of trees.

Series are truncated by the number of vertices.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from treealg.checks import brief, check_integer
from treealg.errors import InvalidTypeError
from treealg.symbolic.hopf.algebra import HopfAlgebra
from treealg.symbolic.hopf.connes_kreimer import nck
from treealg.symbolic.hopf.grossman_larson import graft_multisets, ogl
from treealg.symbolic.lie.brackets import forests_of
from treealg.symbolic.linear.combinations import Terms, add_terms
from treealg.symbolic.linear.elements import Element
from treealg.symbolic.linear.rounded_terms import terms_on
from treealg.symbolic.trees.enumeration import count_trees
from treealg.symbolic.trees.forests import Forest, OrderedForest
from treealg.symbolic.trees.meter import spend
from treealg.symbolic.trees.sizes import check_orders
from treealg.symbolic.trees.trees import Tree

__all__ = [
    "post_lie_bch",
    "post_lie_exp",
    "post_lie_magnus",
    "pre_lie_bch",
    "pre_lie_exp",
    "pre_lie_magnus",
]


def _series_arguments(planar: bool, order: Any, *arguments: Any) -> tuple[int, list[Element]]:
    algebra, elements = forests_of(*arguments)
    if (algebra is nck) != planar and any(elements):
        raise InvalidTypeError(
            f"expected {'planar' if planar else 'non-planar'} trees; the pre-Lie series are those "
            "of Tree, the post-Lie series those of PlanarTree"
        )
    elements = [_over_trees(x, planar) for x in elements]
    order = check_integer("order", order, 0)
    # Copies of the smallest tree, grafted onto each other, are as many as there are trees.
    orders = [key.order for x in elements for key in x]
    copies = order // min(orders) if orders else 0
    check_orders("a series", copies, lambda n: count_trees(n, 1, planar=planar))
    return (order if orders else 0), elements


def _over_trees(x: Element, planar: bool) -> Element:
    """Return an element over trees, planar over forests of them, without what is rounding."""
    found = terms_on(x, lambda key: len(key) > 0 and (planar or len(key) == 1))
    if found is None:
        raise InvalidTypeError(f"expected an element over trees, got {brief(x)}")
    return found


def _truncate(x: Element, order: int) -> Element:
    return Element._wrap({key: value for key, value in x.items() if key.order <= order})


def _graded(x: Element, order: int) -> list[Terms]:
    """Return the terms with 0, 1, ... vertices, up to an order."""
    parts: list[Terms] = [{} for _ in range(order + 1)]
    for key, value in x.items():
        if key.order <= order:
            parts[key.order][key] = value
    return parts


def _grafted(branch: Forest, trunk: Forest) -> list[tuple[Forest, int]]:
    """Return the trees that come of grafting one on another, and how often."""
    root = trunk._trees[0]
    forests = graft_multisets(branch, Forest._make(root._children))
    return [
        (Forest._make((Tree._make(forest._trees, root._label),)), count)
        for forest, count in forests.items()
    ]


def _graft(x: Element, y: Element, order: int) -> Element:
    """Graft non-planar trees, leaving out what has more than `order` vertices."""
    total: Terms = {}
    branches = _graded(x, order)
    for trunk, b in y.items():
        for part in branches[: max(0, order + 1 - trunk._order)]:
            for branch, a in part.items():
                for key, count in _grafted(branch, trunk):
                    add_terms(total, {key: count}, a * b)
    return Element._collect(total)


def _bernoulli(count: int) -> list[Fraction]:
    """Return the Bernoulli numbers from the 0th, with -1/2 as the first."""
    numbers = [Fraction(1)]
    for n in range(1, count):
        total = sum((math.comb(n + 1, k) * numbers[k] for k in range(n)), Fraction(0))
        numbers.append(-total / (n + 1))
    return numbers


def pre_lie_exp(x: Any, order: Any) -> Element:
    r"""Return the pre-Lie exponential :math:`x + x \rhd x / 2 + x \rhd (x \rhd x) / 6 + \ldots`.

    The B-series of the flow of the vector field x at time 1, without the identity, as a sum over
    trees.

    Parameters
    ----------
    x : Tree or Element
        The vector field.
    order : int
        The greatest number of vertices kept, at least 0.

    Returns
    -------
    Element
        Over single trees; the inverse of `pre_lie_magnus`.

    Raises
    ------
    InvalidTypeError
        If `x` is not an element over non-planar trees, or `order` not an integer.
    InvalidValueError
        If `order` is negative.

    References
    ----------
    A. Agrachev and R. Gamkrelidze, "Chronological algebras and nonstationary vector fields",
    J. Soviet Math. 17 (1981).

    Examples
    --------
    >>> from treealg.symbolic import Tree
    >>> pre_lie_exp(Tree(), 3)
    <Element (0) + 1/2 (0[0]) + 1/6 (0[0,0]) + 1/6 (0[0[0]])>
    """
    limit, (field,) = _series_arguments(False, order, x)
    return _exponential_action(field, field, limit, 1)


def _exponential_action(field: Element, x: Element, order: int, start: int) -> Element:
    """Return the sum over k of the k-th power of grafting `field`, on x, over (k + start)!."""
    total = term = _truncate(x, order)
    k = start
    while term:
        k += 1
        term = _graft(field, term, order) / k
        total = total + term
    return total


def pre_lie_magnus(x: Any, order: Any) -> Element:
    r"""Return the pre-Lie Magnus expansion :math:`\Omega = \sum_k B_k/k! \, L_\Omega^k(x)`.

    Here :math:`L_\Omega(y) = \Omega \rhd y`: the vector field whose flow at time 1 is one step
    of the explicit Euler method for x.

    Parameters
    ----------
    x : Tree or Element
        A sum over non-planar trees.
    order : int
        The greatest number of vertices kept, at least 0.

    Returns
    -------
    Element
        Over single trees; the inverse of `pre_lie_exp`.

    Raises
    ------
    InvalidTypeError
        If `x` is not an element over non-planar trees, or `order` not an integer.
    InvalidValueError
        If `order` is negative.

    References
    ----------
    K. Ebrahimi-Fard and D. Manchon, "A Magnus- and Fer-type formula in dendriform algebras",
    Found. Comput. Math. 9 (2009).

    Examples
    --------
    >>> from treealg.symbolic import Tree
    >>> pre_lie_magnus(Tree(), 3)
    <Element (0) - 1/2 (0[0]) + 1/12 (0[0,0]) + 1/3 (0[0[0]])>
    """
    limit, (field,) = _series_arguments(False, order, x)
    numbers = _bernoulli(limit + 1)
    parts = _graded(field, limit)
    magnus: list[Terms] = [{} for _ in parts]
    # By number of vertices n: of each tree, the coefficients in L^k(x) / k! for k < n.
    powers: list[dict[Forest, list[Any]]] = [{} for _ in parts]
    for n in range(1, limit + 1):
        found = {key: [value] + [0] * (n - 1) for key, value in parts[n].items()}
        for m in range(1, n):
            for trunk, values in powers[n - m].items():
                for branch, a in magnus[m].items():
                    terms = _grafted(branch, trunk)
                    spend(6 * len(terms) * len(values))
                    for k, value in enumerate(values, 1):
                        if value == 0:
                            continue
                        value = a * value * Fraction(1, k)
                        for key, count in terms:
                            row = found.get(key)
                            if row is None:
                                row = found[key] = [0] * n
                            row[k] = row[k] + (value if count == 1 else count * value)
        powers[n] = found
        for key, values in found.items():
            total = sum(numbers[k] * value for k, value in enumerate(values) if value != 0)
            if total != 0:
                magnus[n][key] = total
    return Element._wrap({key: value for part in magnus for key, value in part.items()})


def pre_lie_bch(x: Any, y: Any, order: Any) -> Element:
    r"""Return the vector field whose flow is that of y after that of x, up to an order.

    The Baker-Campbell-Hausdorff series for :math:`[x,y] = x \rhd y - y \rhd x`; the left
    argument acts first.

    Parameters
    ----------
    x, y : Tree or Element
        Sums over non-planar trees.
    order : int
        The greatest number of vertices kept, at least 0.

    Returns
    -------
    Element
        Over single trees, :math:`x + y + [x,y]/2 + \ldots`

    Raises
    ------
    InvalidTypeError
        If an argument is not an element over non-planar trees, or `order` not an integer.
    InvalidValueError
        If `order` is negative.

    Notes
    -----
    :math:`W(x) \# W(y) = W(x) + e^{L_x} W(y)` with W the pre-Lie exponential.

    Examples
    --------
    >>> from treealg.symbolic import Tree
    >>> pre_lie_bch(Tree(label=1), Tree(label=2), 2)
    <Element (1) + (2) + 1/2 (2[1]) - 1/2 (1[2])>
    """
    limit, (first, second) = _series_arguments(False, order, x, y)
    flow = pre_lie_exp(second, limit)
    total = pre_lie_exp(first, limit) + _exponential_action(first, flow, limit, 0)
    return pre_lie_magnus(total, limit)


def _product(algebra: HopfAlgebra[Any], x: Element, y: Element, order: int) -> Element:
    """Multiply in an algebra of forests, leaving out what has more than `order` vertices."""
    total: Terms = {}
    factors = _graded(y, order)
    for left, a in x.items():
        for part in factors[: max(0, order + 1 - left._order)]:
            spend(4 * len(part))
            for right, b in part.items():
                add_terms(total, algebra._product(left, right), a * b)
    return Element._collect(total)


def _power_series(
    x: Element, order: int, algebra: HopfAlgebra[Any], coefficient: Callable[[int], Any]
) -> Element:
    """Return the sum over k >= 1 of coefficients times powers, truncated."""
    power = _truncate(x, order)
    total = Element()
    k = 1
    while power:
        total = total + coefficient(k) * power
        k += 1
        # Grafting what is short on what is long makes fewer terms than the other way round.
        power = _product(algebra, x, power, order)
    return total


def _exp(x: Element, order: int, algebra: HopfAlgebra[Any]) -> Element:
    return _power_series(x, order, algebra, lambda k: Fraction(1, math.factorial(k)))


def _log(x: Element, order: int, algebra: HopfAlgebra[Any]) -> Element:
    return _power_series(x, order, algebra, lambda k: Fraction((-1) ** (k + 1), k))


def post_lie_exp(x: Any, order: Any) -> Element:
    r"""Return :math:`\log_\cdot(\exp_*(x))`: the frozen field that takes one step along a flow.

    Parameters
    ----------
    x : PlanarTree or Element
        A Lie polynomial in planar trees, for instance a sum of trees.
    order : int
        The greatest number of vertices kept, at least 0.

    Returns
    -------
    Element
        A Lie polynomial over ordered forests; the inverse of `post_lie_magnus`.

    Raises
    ------
    InvalidTypeError
        If `x` is not an element over ordered forests without the unit, or `order` not an integer.
    InvalidValueError
        If `order` is negative.

    References
    ----------
    K. Ebrahimi-Fard, A. Lundervold and H. Z. Munthe-Kaas, J. Lie Theory 25 (2015).

    Examples
    --------
    >>> from treealg.symbolic import PlanarTree
    >>> post_lie_exp(PlanarTree(), 2)
    <Element (0) + 1/2 (0[0])>
    """
    limit, (field,) = _series_arguments(True, order, x)
    return _log(_exp(field, limit, ogl), limit, nck)


def post_lie_magnus(x: Any, order: Any) -> Element:
    r"""Return the post-Lie Magnus expansion :math:`\log_*(\exp_\cdot(x))`.

    The vector field whose flow at time 1 is one step of the Lie-Euler method for x.

    Parameters
    ----------
    x : PlanarTree or Element
        A Lie polynomial in planar trees, for instance a sum of trees.
    order : int
        The greatest number of vertices kept, at least 0.

    Returns
    -------
    Element
        A Lie polynomial over ordered forests; the inverse of `post_lie_exp`.

    Raises
    ------
    InvalidTypeError
        If `x` is not an element over ordered forests without the unit, or `order` not an integer.
    InvalidValueError
        If `order` is negative.

    References
    ----------
    K. Ebrahimi-Fard, A. Lundervold and H. Z. Munthe-Kaas, J. Lie Theory 25 (2015).

    Examples
    --------
    >>> from treealg.symbolic import PlanarTree
    >>> post_lie_magnus(PlanarTree(), 2)
    <Element (0) - 1/2 (0[0])>
    """
    limit, (field,) = _series_arguments(True, order, x)
    return _log(_exp(field, limit, nck), limit, ogl)


def post_lie_bch(x: Any, y: Any, order: Any) -> Element:
    r"""Return :math:`\log_*(\exp_*(x) * \exp_*(y))`, the BCH series of flows on a manifold.

    Parameters
    ----------
    x, y : PlanarTree or Element
        Lie polynomials in planar trees, for instance sums of trees; x acts first.
    order : int
        The greatest number of vertices kept, at least 0.

    Returns
    -------
    Element
        A Lie polynomial over ordered forests, :math:`x + y + [[x,y]]/2 + \ldots`

    Raises
    ------
    InvalidTypeError
        If an argument is not an element over ordered forests without the unit, or `order` not an
        integer.
    InvalidValueError
        If `order` is negative.

    Examples
    --------
    >>> from treealg.symbolic import PlanarTree, grafting_bracket
    >>> x, y = PlanarTree(label=1), PlanarTree(label=2)
    >>> post_lie_bch(x, y, 2) == Element({x: 1, y: 1}) + grafting_bracket(x, y) / 2
    True
    """
    limit, factors = _series_arguments(True, order, x, y)
    return _in_words(factors, (), [[1]], limit)


def _in_words(
    factors: list[Element], word: tuple[int, ...], splits: list[list[int | Fraction]], order: int
) -> Element:
    """Return the sum of all words that begin so, without their beginnings, in the BCH series.

    Words are of places in `factors`, and `splits` has, for each beginning, how it is divided into
    words 0...01...1 that are not empty: for each number of these, the sum of the products of their
    coefficients, which are inverses of factorials. The series is the logarithm of their sum.
    """
    total: Terms = {}
    coefficient = sum(
        Fraction((-1) ** (k + 1), k) * value for k, value in enumerate(splits[-1]) if k
    )
    if word and coefficient:
        total[OrderedForest.empty] = coefficient
    for letter, factor in enumerate(factors):
        room = order - min((key._order for key in factor), default=order + 1)
        if room < 0:
            continue
        longer = (*word, letter)
        rest = _in_words(factors, longer, [*splits, _split(longer, splits)], room)
        add_terms(total, _product(ogl, factor, rest, order)._terms)
    return Element._collect(total)


def _split(word: tuple[int, ...], splits: list[list[int | Fraction]]) -> list[int | Fraction]:
    """Return how a word is divided, in the sense of `_in_words`, from how its beginnings are."""
    found: list[int | Fraction] = [0] * (len(word) + 1)
    counts = [0, 0]
    for start in range(len(word) - 1, -1, -1):
        counts[word[start]] += 1
        if word[start] and counts[0]:
            break
        weight = Fraction(1, math.factorial(counts[0]) * math.factorial(counts[1]))
        for k, value in enumerate(splits[start]):
            found[k + 1] += weight * value
    return found
