"""The algebra once more, on tuples, from the definitions: what tables are compared with.

Nothing here uses the symbolic layer or a table. Trees are tuples ``(child, ..., label)``; children
of non-planar trees are sorted by their text, so that equal trees are equal tuples.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import combinations
from typing import Any

__all__ = [
    "bck_cuts",
    "brackets",
    "is_lyndon",
    "mkw_cuts",
    "normal",
    "words_of_chains",
    "words_of_forest",
]

Tree = tuple[Any, ...]
Forest = tuple[Tree, ...]


def normal(tree: Tree) -> Tree:
    """Sort the children of a non-planar tree, and theirs."""
    *children, label = tree
    return (*sorted((normal(child) for child in children), key=repr), label)


@cache
def _shuffles(left: tuple[Any, ...], right: tuple[Any, ...]) -> tuple[tuple[Any, ...], ...]:
    """List all shuffles, by the places that the left word takes."""
    total = len(left) + len(right)
    result = []
    for places in combinations(range(total), len(left)):
        first, second, taken = iter(left), iter(right), set(places)
        result.append(tuple(next(first if i in taken else second) for i in range(total)))
    return tuple(result)


def words_of_forest(forest: Forest, *, planar: bool) -> Counter[tuple[Any, ...]]:
    """Count the words of a forest: all ways to read it from leaves to roots."""
    words = Counter({(): 1})
    for tree in forest:
        *children, label = tree
        inner = words_of_forest(tuple(children), planar=planar)
        grown: Counter[tuple[Any, ...]] = Counter()
        for left, m in words.items():
            for right, n in inner.items():
                if planar:
                    # The root comes after everything to its left.
                    for word in _shuffles(left, right):
                        grown[(*word, label)] += m * n
                else:
                    for word in _shuffles(left, (*right, label)):
                        grown[word] += m * n
        words = grown
    return words


def words_of_chains(
    forest: tuple[Any, ...], planar: bool | None, longest: int
) -> Counter[tuple[Any, ...]]:
    """Words of chains of a forest: the last letter is a chain that begins at a root.

    Planar, at the last root, and it goes on at last children; of a word, it is the end, read
    backwards.
    """
    if not forest:
        return Counter({(): 1})
    found: Counter[tuple[Any, ...]] = Counter()
    for chain, rests in _chains_off(forest, planar, longest):
        for rest in rests:
            for word, count in words_of_chains(rest, planar, longest).items():
                found[(*word, chain)] += count
    return found


def _chains_off(
    forest: tuple[Any, ...], planar: bool | None, longest: int
) -> Iterator[tuple[tuple[int, ...], tuple[tuple[Any, ...], ...]]]:
    """Yield the chains of at most so many labels, and the forests that each of them leaves."""
    if planar is None:
        for n in range(1, min(longest, len(forest)) + 1):
            yield forest[: -n - 1 : -1], (forest[:-n],)
        return
    for place in range(len(forest)) if not planar else [len(forest) - 1]:
        *branches, root = forest[place]
        before, after = forest[:place], forest[place + 1 :]
        ends: list[tuple[tuple[int, ...], tuple[tuple[Any, ...], ...]]]
        ends = [((root,), (tuple(branches),))]
        if longest > 1 and branches:
            for chain, rests in _chains_off(tuple(branches), planar, longest - 1):
                ends.append(((root, *chain), rests))
        for chain, rests in ends:
            if planar:
                yield chain, tuple(whole for rest in rests for whole in _shuffles(before, rest))
            else:
                yield chain, tuple(before + rest + after for rest in rests)


def bck_cuts(tree: Tree) -> Counter[tuple[Forest, Tree]]:
    """Count the admissible cuts of a non-planar tree that leave its root."""
    *children, label = tree
    options: Counter[tuple[Forest, Forest]] = Counter({((), ()): 1})
    for child in children:
        grown: Counter[tuple[Forest, Forest]] = Counter()
        for (pruned, kept), m in options.items():
            grown[((*pruned, child), kept)] += m
            for (more, trunk), n in bck_cuts(child).items():
                grown[((*pruned, *more), (*kept, trunk))] += m * n
        options = grown
    result: Counter[tuple[Forest, Tree]] = Counter()
    for (pruned, kept), m in options.items():
        result[(tuple(sorted(pruned, key=repr)), normal((*kept, label)))] += m
    return result


def mkw_cuts(forest: Forest) -> Counter[tuple[Forest, Forest]]:
    """Count the left admissible cuts of an ordered forest, the full one included."""
    if not forest:
        return Counter({((), ()): 1})
    *children, label = forest[-1]
    result: Counter[tuple[Forest, Forest]] = Counter({(forest, ()): 1})
    for (left, kept), m in mkw_cuts(forest[:-1]).items():
        for (right, inner), n in mkw_cuts(tuple(children)).items():
            for pruned in _shuffles(left, right):
                result[(pruned, (*kept, (*inner, label)))] += m * n
    return result


def is_lyndon(word: tuple[int, ...]) -> bool:
    """Tell whether a word is smaller than all its proper suffixes."""
    return all(word < word[cut:] for cut in range(1, len(word)))


def brackets(word: tuple[int, ...]) -> Counter[tuple[int, ...]]:
    """Expand the standard bracketing of a Lyndon word: [uv] = [u][v] - [v][u], v the longest."""
    if len(word) == 1:
        return Counter({word: 1})
    cut = next(cut for cut in range(1, len(word)) if is_lyndon(word[cut:]))
    result: Counter[tuple[int, ...]] = Counter()
    for first, m in brackets(word[:cut]).items():
        for second, n in brackets(word[cut:]).items():
            result[first + second] += m * n
            result[second + first] -= m * n
    return result
