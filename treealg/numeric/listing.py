"""The basis in order, in whatever form: each element is made once, from smaller ones.

An order follows from those below it, as the basis is ordered: a tree from the sequence of its
branches, for each label of the root; a sequence from its first tree, and those that may follow.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

__all__ = ["TUPLES", "Form", "basis_by_order", "texts_of"]


class Form(NamedTuple):
    """What elements are made into.

    Attributes
    ----------
    tree : callable
        Makes a tree of its branches, which are a tuple, and the label of its root.
    forest : callable
        Makes an ordered forest of a tuple of trees.
    """

    tree: Callable[[tuple[Any, ...], int], Any]
    forest: Callable[[tuple[Any, ...]], Any]


TUPLES = Form(lambda branches, label: (*branches, label), lambda trees: trees)
"""Tuple forms, which share those of their branches."""


def texts_of(labels: Sequence[object]) -> Form:
    """Return what makes the texts of elements, given those of labels.

    Examples
    --------
    >>> texts_of(("x", "y")).tree(("y", "x[x]"), 0)
    'x[y,x[x]]'
    """

    def tree(branches: tuple[str, ...], label: int) -> str:
        return f"{labels[label]}[{','.join(branches)}]" if branches else str(labels[label])

    return Form(tree, " ".join)


def basis_by_order(
    weights: tuple[int, ...], degree: int, planar: bool, form: Form
) -> list[list[Any]]:
    """List what weighs at most so much, by the number of nodes from 1 on.

    Parameters
    ----------
    weights : tuple of int
        The weight of each label.
    degree : int
        The largest weight.
    planar : bool
        Ordered forests of planar trees rather than trees.
    form : Form
        What is listed.

    Examples
    --------
    >>> basis_by_order((1, 2), 3, False, texts_of(("x", "y")))
    [['x', 'y'], ['x[x]', 'y[x]', 'x[y]'], ['x[x,x]', 'x[x[x]]']]
    """
    most = degree // min(weights)
    trees: list[list[tuple[Any, int]]] = [[]]
    sequences: list[list[tuple[tuple[Any, ...], int]]] = [[((), 0)]]
    firsts = [[0]]  # of each sequence, the number of its first tree among all
    for nodes in range(1, most + 1):
        trees.append([
            (form.tree(branches, label), total + own)
            for branches, total in sequences[-1]
            for label, own in enumerate(weights)
            if total + own <= degree
        ])  # fmt: skip
        if nodes == most and not planar:
            break
        found, number = [], 0
        first: list[int] = []
        for order in range(1, nodes + 1):
            rest, of_rest = sequences[nodes - order], firsts[nodes - order]
            for tree, own in trees[order]:
                start = 0 if planar or order == nodes else bisect_left(of_rest, number)
                found += [
                    ((tree, *others), own + total)
                    for others, total in rest[start:]
                    if own + total <= degree
                ]
                first += [number] * (len(found) - len(first))
                number += 1
        sequences.append(found)
        firsts.append(first)
    if planar:
        return [[form.forest(trees) for trees, _ in level] for level in sequences[1:]]
    return [[tree for tree, _ in level] for level in trees[1:]]
