"""Derivatives in the points of paths from those in results for windows, by what costs least."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from treealg import engines
from treealg.numeric.arguments.windows import Windows
from treealg.numeric.blocks.products import Tree
from treealg.numeric.blocks.windows import cheapest
from treealg.numeric.plans.plan import Plan

__all__ = ["Sums", "windows_backward"]

Numbers = npt.NDArray[Any]
Integers = npt.NDArray[np.int64]

_NUMBERS_AT_ONCE = 1 << 18


class Sums:
    """Derivatives in points and in corrections, summed over the windows that have them.

    Attributes
    ----------
    points : ndarray, shape (points, channels)
        Those in points.
    corrections : ndarray, shape (points, columns), or None
        Those in the correction of the segment from each point on.
    """

    def __init__(self, windows: Windows) -> None:
        self._windows = windows
        dtype = np.result_type(windows.points, np.float64)
        self.points = np.zeros(windows.points.shape, dtype)
        added = windows.correction
        self.corrections = (
            None if added is None else np.zeros((len(self.points), added.shape[1]), dtype)
        )

    def add(self, spans: Integers, derivs: Numbers, plan: Plan) -> None:
        """Add what comes from spans of the points."""
        engine = engines.current()
        by_trees = plan.prepared(engine).trees is not None
        backward = engine.span_coefficients_backward if by_trees else engine.span_signature_backward
        windows, points, added = self._windows, self._windows.points, self._windows.correction
        columns = 0 if added is None else added.shape[1]
        numbers = np.cumsum(spans[:, 1]) * (points.shape[1] + columns)
        first = 0
        while first < len(spans):
            before = numbers[first - 1] if first else 0
            stop = max(int(np.searchsorted(numbers, before + _NUMBERS_AT_ONCE)), first + 1)
            part = spans[first:stop]
            count, total = len(part), int(part[:, 1].sum())
            out = np.empty((total, points.shape[1]), points.dtype)
            wide = out_correction = None
            if added is not None:
                wide = np.broadcast_to(added, (count, *added.shape))
                out_correction = np.empty((total, columns), points.dtype)
            backward(
                np.broadcast_to(points, (count, *points.shape)), part, wide, derivs[first:stop],
                out, out_correction, plan, windows.transform, windows.call.n_threads,
            )  # fmt: skip
            at = np.arange(total)
            at += np.repeat(part[:, 0] - np.cumsum(part[:, 1]) + part[:, 1], part[:, 1])
            _add_rows(self.points, at, out)
            if self.corrections is not None:
                _add_rows(self.corrections, at, out_correction)
            first = stop


def windows_backward(
    windows: Windows, derivs: Numbers, plan: Plan, method: str | None = None
) -> Sums:
    """Return derivatives in the points of windows, from those in what a plan gives.

    Parameters
    ----------
    windows : Windows
        The windows.
    derivs : ndarray, shape (paths, windows, size)
        The derivatives in the results.
    plan : Plan
        What the results are.
    method : {"points", "tree"}, optional
        How, if it is not to be the cheapest way.
    """
    sums = Sums(windows)
    if not derivs.size:
        return sums
    by_trees = plan.prepared(engines.current()).trees is not None
    if by_trees or (method or cheapest(windows, backward=True)) == "points":
        rows = np.ascontiguousarray(derivs).reshape(-1, derivs.shape[2])
        sums.add(windows.spans(windows.ends), rows, plan)
        return sums
    tree = Tree(windows)
    for paths in tree.batches():
        levels = tree.levels(paths)
        of_levels = [np.zeros(nodes.shape, nodes.dtype) for nodes in levels]
        for part in tree.parts(paths):
            words = None if plan.method is None else tree.products(levels, part)
            of_words = _of_words(windows, words, derivs[paths, part], plan, tree.size)
            tree.products_backward(levels, part, of_words, of_levels)
        of_pieces = tree.levels_backward(levels, of_levels)
        if of_pieces.size:
            spans = windows.spans(tree.pieces, paths)
            sums.add(spans, of_pieces.reshape(-1, tree.size), tree.plan)
    return sums


def _of_words(
    windows: Windows, words: Numbers | None, derivs: Numbers, plan: Plan, size: int
) -> Numbers:
    """Return derivatives in the word signatures of windows; these are needed for logarithms."""
    rows = np.ascontiguousarray(derivs).reshape(-1, derivs.shape[2])
    out = np.empty((len(rows), size), derivs.dtype)
    engine, n_threads = engines.current(), windows.call.n_threads
    if words is None or plan.prepared(engine).log is None:
        engine.map_rows(rows, out, plan, True, n_threads)
    else:
        given = words.reshape(-1, size)
        engine.signature_to_log_backward(given, rows, out, plan, n_threads)
    return out.reshape(*derivs.shape[:2], size)


def _add_rows(target: Numbers, at: Integers, rows: Any) -> None:
    """Add rows to those of a target, some of them several times; of dual numbers, both parts."""
    target, rows = (numbers.view(numbers.real.dtype) for numbers in (target, rows))
    for column in range(target.shape[1]):
        target[:, column] += np.bincount(at, rows[:, column], len(target))
