"""How large a result may be: one bound, and counts that are made before the work.

A sum of more than a million terms serves nobody and takes gigabytes. Where the terms can be
counted beforehand they are; everything that is remembered is measured as it grows.
``TREEALG_MAX_TERMS`` in the environment is another bound, read when this module is loaded.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import groupby, product
from math import comb, expm1, isqrt, lgamma, log, log10, prod
from operator import mul
from random import Random
from typing import Any
from weakref import WeakKeyDictionary

from treealg.checks import brief
from treealg.errors import InvalidValueError

__all__ = [
    "MAX_STEPS",
    "MAX_TERMS",
    "check_draws",
    "check_orders",
    "check_steps",
    "check_terms",
    "count_choices",
    "count_collected_terms",
    "count_cuts",
    "count_partitions",
    "count_quasi_shuffles",
    "count_shuffles",
    "height",
    "labels_differ",
    "longest_paths",
]

# Digits of other scripts, and what else Python takes for an integer, are slips in a setting.
_POSITIVE = re.compile(r"\s*\+?0*([1-9][0-9]{0,999})\s*")


def _bound(text: str) -> int:
    """Return the bound that the environment sets, which is the usual one if it is empty."""
    if not text.strip():
        return 1_000_000
    found = _POSITIVE.fullmatch(text)
    if found is None:
        raise InvalidValueError(
            f"TREEALG_MAX_TERMS must be a positive integer, got {brief(text)}; unset it for a "
            "million"
        )
    return int(found[1])


#: The most terms of a result.
MAX_TERMS = _bound(os.environ.get("TREEALG_MAX_TERMS", ""))

#: The most steps towards a result of few terms, which is a matter of seconds.
MAX_STEPS = 10 * MAX_TERMS


def _shown(count: int) -> str:
    return f"{count:,}" if count < 10**15 else f"10^{int(log10(count))}"


def check_terms(what: str, count: int, bound: int = MAX_TERMS) -> None:
    """Refuse a result that has so many terms at least, if that is more than the bound.

    Examples
    --------
    >>> check_terms("the shuffle", 70)
    """
    if count > bound:
        raise InvalidValueError(
            f"{what} has at least {_shown(count)} terms, beyond the bound of {bound:,}; take a "
            "smaller argument, ask for single coefficients by a pairing with the dual, or set "
            "TREEALG_MAX_TERMS in the environment to more"
        )


def check_steps(what: str, count: int) -> None:
    """Refuse a result that takes so many steps at least, if that is more than `MAX_STEPS`.

    Examples
    --------
    >>> check_steps("the shuffle", 70)
    """
    if count > MAX_STEPS:
        raise InvalidValueError(
            f"{what} takes at least {_shown(count)} steps, beyond the bound of {MAX_STEPS:,}; take "
            "shorter arguments, ask for single coefficients by a pairing with the dual, or set "
            "TREEALG_MAX_TERMS in the environment to more"
        )


#: Of draws from `MAX_TERMS` terms about so many repeat others: at a first look, and in all.
_REPEATS, _ALL_REPEATS = 40, 400


def check_draws(what: str, draw: Callable[[Random], Hashable]) -> None:
    """Refuse a sum of which terms drawn at random hardly ever come twice.

    ``draw`` returns a term, or what only one term has in common with others; terms need not be
    equally likely. Of n draws from N terms about n^2 / 2N or more repeat others; where that is 40,
    fewer than 11 come with probability 2e-8, and where it is 400, three quarters as many with
    about the same. Sums of one and a half times as many terms are found to be too large.

    Examples
    --------
    >>> check_draws("the sum", lambda random: random.randrange(10**5))
    """
    # Seeded, so that what is refused once is refused always.
    random = Random(0)
    seen: set[Hashable] = set()
    repeats = 0
    look = max(isqrt(2 * _REPEATS * MAX_TERMS), 5 * _REPEATS)
    last = max(isqrt(2 * _ALL_REPEATS * MAX_TERMS), look)
    for count in range(1, last + 1):
        term = draw(random)
        if term in seen:
            repeats += 1
            if repeats > _REPEATS // 4 and repeats > 2 * _expected_repeats(count):
                return
        seen.add(term)
        if count == look and repeats <= _REPEATS // 4:
            break
    else:
        if 4 * repeats >= 3 * _expected_repeats(last):
            return
    raise InvalidValueError(
        f"{what} has more than {MAX_TERMS:,} terms, beyond the bound of as many; take a smaller "
        "argument, ask for single coefficients by a pairing with the dual, or set "
        "TREEALG_MAX_TERMS in the environment to more"
    )


def _expected_repeats(draws: int) -> float:
    """Return how many of these draws from `MAX_TERMS` terms repeat others, if all are as likely."""
    return draws + MAX_TERMS * expm1(-draws / MAX_TERMS)


def check_orders(what: str, order: int, count: Callable[[int], int]) -> None:
    """Refuse a series that has, with so many coefficients of each order, too many up to `order`.

    Examples
    --------
    >>> check_orders("a series", 20, lambda n: 2**n // 10)
    """
    total = 0
    for n in range(1, order + 1):
        total += count(n)
        check_terms(f"{what} of order {order:,}", total)


def count_choices(total: int, chosen: int) -> int:
    """Return a binomial coefficient, or a power of ten below it if it has a thousand digits.

    Examples
    --------
    >>> count_choices(8, 4), count_choices(10**6, 10**5) < 10**141180
    (70, True)
    """
    digits = (lgamma(total + 1) - lgamma(chosen + 1) - lgamma(total - chosen + 1)) / log(10)
    return comb(total, chosen) if digits < 1000 else int(10 ** int(digits))


def count_shuffles(first: Sequence[Hashable], second: Sequence[Hashable]) -> int:
    """Return the number of different words in a shuffle, or a lower bound beyond `MAX_TERMS`.

    Words are paths in an automaton whose states are the sets of numbers of letters of `first` that
    may have been used; which is what tells different words from different ways to one.

    Examples
    --------
    >>> count_shuffles("ab", "c"), count_shuffles("aaa", "aa"), count_shuffles("ab", "ab")
    (3, 1, 2)
    """
    length = len(first) + len(second)
    layer = {frozenset((0,)): 1}
    steps = 0
    for done in range(length):
        steps += sum(map(len, layer))
        check_steps("the shuffle of these words", steps)
        grown: dict[frozenset[int], int] = {}
        for used, count in layer.items():
            moves: dict[Hashable, set[int]] = {}
            for i in used:
                if i < len(first):
                    moves.setdefault(first[i], set()).add(i + 1)
                if done - i < len(second):
                    moves.setdefault(second[done - i], set()).add(i)
            for reached in map(frozenset, moves.values()):
                grown[reached] = grown.get(reached, 0) + count
        layer = grown
        if sum(layer.values()) > MAX_TERMS:
            # Each beginning goes on in some way. Without common letters it is known in how many.
            disjoint = set(first).isdisjoint(second)
            return count_choices(length, len(first)) if disjoint else sum(layer.values())
    return sum(layer.values())


def count_quasi_shuffles(first: int, second: int) -> int:
    """Return in how many ways words of these lengths shuffle and letters merge, or a lower bound.

    That is beyond `MAX_TERMS`.

    Examples
    --------
    >>> count_quasi_shuffles(2, 1), count_quasi_shuffles(2, 2)
    (5, 13)
    """
    total = 0
    for k in range(min(first, second) + 1):
        total += count_choices(first, k) * count_choices(second, k) << k
        if total > MAX_TERMS:
            break
    return total


#: In how many ways trees can be cut, or a lower bound that is far beyond all others.
_cuts: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
_MANY = 10**100


def count_cuts(trees: Sequence[Any]) -> int:
    """Return in how many ways a forest can be cut, ways that differ by equal neighbours being one.

    Examples
    --------
    >>> from treealg.symbolic import Tree
    >>> count_cuts([Tree([Tree(), Tree()])]), count_cuts([Tree(label=i) for i in range(3)])
    (4, 8)
    """
    # Counts are kept, as the parts of what is cut are asked for in turn.
    known = _cuts

    def of_forest(forest: Iterable[Any]) -> int:
        # A multiset of cuts of each of several equal trees.
        runs = ((known[tree], len(list(run))) for tree, run in groupby(forest))
        return prod(count_choices(count + ways - 1, count) for ways, count in runs)

    for tree in trees:
        if tree in known:
            continue
        for part in tree._bottom_up():
            if part not in known:
                known[part] = min(1 + of_forest(part._children), _MANY)
    return of_forest(trees)


def count_partitions(number: int) -> int:
    """Return the number of partitions of an integer, or a lower bound beyond `MAX_TERMS`.

    Examples
    --------
    >>> [count_partitions(number) for number in range(8)]
    [1, 1, 2, 3, 5, 7, 11, 15]
    """
    counts = [1]
    while len(counts) <= number and counts[-1] <= MAX_TERMS:
        n = len(counts)
        total, k = 0, 1
        # Euler's recursion, over pentagonal numbers.
        while (pentagonal := k * (3 * k - 1) // 2) <= n:
            pair = sum(counts[n - m] for m in (pentagonal, pentagonal + k) if m <= n)
            total += pair if k % 2 else -pair
            k += 1
        counts.append(total)
    return counts[-1]


#: Pairs of parts that fit together, up to which they are gone through.
_MOST_PAIRS = 200_000

#: Equal members, of which the sums are far beyond all bounds.
_ENOUGH = 100


def count_collected_terms(*counts: int) -> int:
    """Return of how many terms the sums are that divide a multiset, and all its parts, into parts.

    The multiset has so many equal members of each kind; the sums are kept by one part each. A path
    that is cut to pieces has members of one kind, its vertices. Or return a lower bound, which is
    that of a part of the multiset if this is large.

    Examples
    --------
    >>> count_collected_terms(3), count_collected_terms(1, 1)
    (14, 10)
    """
    pairs = 1
    shape = []
    for count in sorted(counts, reverse=True):
        taken = min(count, _ENOUGH)
        while pairs * (taken + 1) * (taken + 2) // 2 > _MOST_PAIRS:
            taken -= 1
        if not taken:
            break
        pairs *= (taken + 1) * (taken + 2) // 2
        shape.append(taken + 1)
    strides = [prod(shape[i + 1 :]) for i in range(len(shape))]
    # In how many ways each part is divided: any number of times into each part of it.
    ways = [1] + [0] * (prod(shape) - 1)
    for start, part in enumerate(product(*map(range, shape))):
        if start:
            room = (range(size - used) for size, used in zip(shape, part, strict=True))
            for rest in product(*room):
                place = sum(map(mul, rest, strides))
                ways[start + place] += ways[place]
    for size, stride in zip(shape, strides, strict=True):
        for _ in range(2):
            for place in range(len(ways)):
                if place // stride % size:
                    ways[place] += ways[place - stride]
    return ways[-1]


def labels_differ(*forests: Iterable[Any]) -> bool:
    """Tell whether no label occurs twice in these forests.

    Examples
    --------
    >>> from treealg.symbolic import Tree
    >>> labels_differ([Tree([Tree(label=1)])]), labels_differ([Tree()], [Tree()])
    (True, False)
    """
    seen = set()
    for forest in forests:
        for tree in forest:
            for vertex in tree.vertices():
                if vertex.label in seen:
                    return False
                seen.add(vertex.label)
    return True


def height(root: Any) -> int:
    """Return the number of vertices of a longest path from the root of a tree to a leaf.

    Examples
    --------
    >>> from treealg.symbolic import Tree
    >>> height(Tree([Tree(), Tree([Tree()])]))
    3
    """
    known: dict[Any, int] = {}
    for tree in root._bottom_up():
        known[tree] = 1 + max((known[child] for child in tree._children), default=0)
    return known[root]


def longest_paths(trees: Sequence[Any]) -> list[tuple[int, int, int]]:
    """Follow a longest path of a forest down: the vertices from each of its own on, to the leaf.

    With how many paths below the parent, or in the forest, are as long, and how many branches or
    trees there are. Shortest first.

    Examples
    --------
    >>> from treealg.symbolic import Tree
    >>> longest_paths([Tree([Tree(), Tree()]), Tree([Tree()]), Tree()])
    [(1, 2, 2), (2, 3, 3)]
    """
    known: dict[Any, tuple[int, int]] = {}

    def longest(forest: Sequence[Any]) -> tuple[int, int]:
        length = max((known[tree][0] for tree in forest), default=0)
        return length, sum(known[tree][1] for tree in forest if known[tree][0] == length)

    for root in set(trees):
        for tree in root._bottom_up():
            length, paths = longest(tree._children)
            known[tree] = length + 1, paths or 1
    found = []
    while trees:
        found.append((*longest(trees), len(trees)))
        tallest = max(trees, key=lambda tree: known[tree][0])
        trees = tallest._children
    return found[::-1]
