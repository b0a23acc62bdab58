"""A tree of products of pieces of paths, windows as products of its nodes, and the way back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg import engines
from treealg.numeric.arguments.batches import parts
from treealg.numeric.arguments.windows import Windows
from treealg.numeric.plans.blocks import word_algebra_plan, word_plan
from treealg.numeric.plans.plan import Plan

__all__ = ["Tree", "integrate", "plan_of_words"]

Numbers = npt.NDArray[Any]
Integers = npt.NDArray[np.int64]
Steps = list[tuple[int, Integers, Integers, Integers, Integers]]

_NUMBERS_AT_ONCE = 1 << 18


def integrate(windows: Windows, spans: Integers, plan: Plan, out: Numbers) -> None:
    """Write what a plan gives for spans of the points."""
    count = len(spans)
    points = np.broadcast_to(windows.points, (count, *windows.points.shape))
    correction = windows.correction
    if correction is not None:
        correction = np.broadcast_to(correction, (count, *correction.shape))
    engine = engines.current()
    by_trees = plan.prepared(engine).trees is not None
    kernel = engine.span_coefficients if by_trees else engine.span_signature
    kernel(points, spans, correction, out, plan, windows.transform, windows.call.n_threads)


def plan_of_words(windows: Windows) -> Plan:
    """Return the plan of the word signatures of windows."""
    return word_plan(windows.call, windows.longest)


class Tree:
    """Products of the pieces between neighbouring ends of windows.

    Nodes of a level are products of two nodes of the one below. A window is the product of a head,
    whose nodes become larger, and a tail, whose nodes become smaller.

    Parameters
    ----------
    windows : Windows
        The windows.

    Attributes
    ----------
    plan : Plan
        That of the words of a piece.
    size : int
        Number of words.
    ends : ndarray
        The points where windows begin or end.
    pieces : ndarray, shape (pieces, 2)
        The first and the last point of each piece.
    """

    def __init__(self, windows: Windows) -> None:
        self._windows = windows
        self.plan = plan_of_words(windows)
        self.size = self.plan.size
        self.ends = np.unique(windows.ends)
        self.pieces = np.stack([self.ends[:-1], self.ends[1:]], axis=1)
        self._nodes = np.searchsorted(self.ends, windows.ends)

    def batches(self) -> Iterable[slice]:
        """Return ranges of paths whose nodes are made together."""
        step = max(4 * _NUMBERS_AT_ONCE // (self.size * max(len(self.pieces), 1)), 1)
        return parts(len(self._windows.starts), step)

    def parts(self, paths: slice) -> Iterable[slice]:
        """Return ranges of windows that are made together for some paths."""
        step = max(_NUMBERS_AT_ONCE // (self.size * (paths.stop - paths.start)), 1)
        return parts(len(self._nodes), step)

    def levels(self, paths: slice) -> list[Numbers]:
        """Compute the nodes of some paths, level by level, shape ``(paths, nodes, words)``."""
        windows = self._windows
        count = len(windows.starts[paths])
        leaves = np.empty((count, len(self.pieces), self.size), windows.points.dtype)
        if leaves.size:
            spans = windows.spans(self.pieces, paths)
            integrate(windows, spans, self.plan, leaves.reshape(-1, self.size))
        levels = [leaves]
        widest = int((self._nodes[:, 1] - self._nodes[:, 0]).max())
        while widest >> len(levels):
            left, right = self._halves(levels[-1])
            levels.append(self._product(left, right))
        return levels

    def steps(self, part: slice) -> Steps:
        """Return how some windows are made: at each level which heads and tails get which nodes."""
        first, last = self._nodes[part].T.copy()
        found, level = [], 0
        while (first < last).any():
            heads = np.flatnonzero((first < last) & (first % 2 == 1))
            nodes = first[heads]
            first[heads] += 1
            tails = np.flatnonzero((first < last) & (last % 2 == 1))
            last[tails] -= 1
            found.append((level, heads, tails, nodes, last[tails]))
            first, last, level = first // 2, last // 2, level + 1
        return found

    def products(self, levels: list[Numbers], part: slice) -> Numbers:
        """Compute some windows, shape ``(paths, windows, words)``."""
        steps = self.steps(part)
        heads, tails = self._sides(levels, part)
        for level, head, tail, head_nodes, tail_nodes in steps:
            nodes = levels[level]
            heads[:, head] = self._product(heads[:, head], nodes[:, head_nodes])
            tails[:, tail] = self._product(nodes[:, tail_nodes], tails[:, tail])
        return self._product(heads, tails)

    def products_backward(
        self, levels: list[Numbers], part: slice, derivs: Numbers, out: list[Numbers]
    ) -> None:
        """Add the derivatives in nodes, from those in some windows."""
        steps = self.steps(part)
        heads, tails = self._sides(levels, part)
        before = []
        for level, head, tail, head_nodes, tail_nodes in steps:
            nodes = levels[level]
            before.append((heads[:, head], tails[:, tail]))
            heads[:, head] = self._product(heads[:, head], nodes[:, head_nodes])
            tails[:, tail] = self._product(nodes[:, tail_nodes], tails[:, tail])
        d_heads, d_tails = self._product_backward(heads, tails, derivs)
        for step, (earlier, later) in zip(reversed(steps), reversed(before), strict=True):
            level, head, tail, head_nodes, tail_nodes = step
            nodes = levels[level]
            d_heads[:, head], of_heads = self._product_backward(
                earlier, nodes[:, head_nodes], d_heads[:, head]
            )
            of_tails, d_tails[:, tail] = self._product_backward(
                nodes[:, tail_nodes], later, d_tails[:, tail]
            )
            for path, target in enumerate(out[level]):
                np.add.at(target, head_nodes, of_heads[path])
                np.add.at(target, tail_nodes, of_tails[path])

    def levels_backward(self, levels: list[Numbers], derivs: list[Numbers]) -> Numbers:
        """Return the derivatives in the pieces, from those in the nodes of all levels."""
        for level in range(len(levels) - 1, 0, -1):
            left, right = self._halves(levels[level - 1])
            d_left, d_right = self._product_backward(left, right, derivs[level])
            pairs = 2 * left.shape[1]
            derivs[level - 1][:, 0:pairs:2] += d_left
            derivs[level - 1][:, 1:pairs:2] += d_right
        return derivs[0]

    def _sides(self, levels: list[Numbers], part: slice) -> tuple[Numbers, Numbers]:
        """Return heads and tails without anything, which is the unit of the product."""
        shape = len(levels[0]), len(self._nodes[part]), self.size
        return np.zeros(shape, levels[0].dtype), np.zeros(shape, levels[0].dtype)

    def _halves(self, nodes: Numbers) -> tuple[Numbers, Numbers]:
        pairs = nodes.shape[1] // 2 * 2
        return nodes[:, 0:pairs:2], nodes[:, 1:pairs:2]

    def _product(self, left: Numbers, right: Numbers) -> Numbers:
        out = np.empty(left.shape, left.dtype)
        if out.size:
            n_threads = self._windows.call.n_threads
            engines.current().word_products(
                self._rows(left), self._rows(right), self._rows(out), self.plan, n_threads
            )
        return out

    def _product_backward(
        self, left: Numbers, right: Numbers, derivs: Numbers
    ) -> tuple[Numbers, Numbers]:
        d_left, d_right = np.empty(left.shape, left.dtype), np.empty(left.shape, left.dtype)
        if left.size:
            call = self._windows.call
            plan = word_algebra_plan(call, self._windows.longest)
            engines.current().signature_product_backward(
                self._rows(left), self._rows(right), self._rows(derivs), self._rows(d_left),
                self._rows(d_right), plan, call.n_threads,
            )  # fmt: skip
        return d_left, d_right

    def _rows(self, words: Numbers) -> Numbers:
        """Return words as rows, not copied where they are next to each other."""
        return np.ascontiguousarray(words).reshape(-1, self.size)
