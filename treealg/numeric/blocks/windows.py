"""Signatures of windows of paths, by what costs least: from their points, or from blocks.

Windows that overlap have blocks of path in common, and a window is a product of blocks. The pieces
between neighbouring ends of windows are integrated once; products of two, four, eight of them form
a tree, and a window is a product of at most two nodes of each of its levels. Windows of one size at
even distances take one product each, and those from one point on none: see `sliding` and
`Words.of_prefixes`. No inverse is ever taken, so that no digits are lost.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg import engines
from treealg.numeric.arguments.batches import parts
from treealg.numeric.arguments.windows import Windows
from treealg.numeric.blocks.products import Tree, integrate, plan_of_words
from treealg.numeric.blocks.sliding import LONG, SlidingWords
from treealg.numeric.blocks.words import Words
from treealg.numeric.plans.plan import Plan

__all__ = ["METHODS", "cheapest", "write_windows"]

Numbers = npt.NDArray[Any]

_NUMBERS_AT_ONCE = 1 << 18
_SMALL = 2e5  # nanoseconds, for which no other way is looked for


def write_windows(windows: Windows, plan: Plan, out: Numbers, method: str | None = None) -> None:
    """Write what a plan gives for each window of each path, shape ``(paths, windows, size)``.

    Parameters
    ----------
    windows : Windows
        The windows.
    plan : Plan
        What is wanted of them.
    out : ndarray
        Where it is written.
    method : {"points", "prefixes", "sliding", "tree"}, optional
        How, if it is not to be the cheapest way.
    """
    if out.size:
        METHODS[method or cheapest(windows)](windows, plan, out)


def from_points(windows: Windows, plan: Plan, out: Numbers) -> None:
    """Write results that are each computed from the points of its window."""
    count, size = out.shape[0] * out.shape[1], out.shape[2]
    ends, first = windows.ends, windows.ends[0]
    stride = int(ends[1, 0] - first[0]) if len(ends) > 1 else 0
    if stride < 1 or not _is_even(ends, stride):
        integrate(windows, windows.spans(ends), plan, out.reshape(count, size))
        return
    # Windows of one size at even distances are paths of one length, and need not be cut.
    segments = int(first[1] - first[0])
    for start, target in zip((windows.starts + first[0]).tolist(), out, strict=True):
        points = _pieces(windows.points[start:], len(ends), segments + 1, stride)
        added = windows.correction
        if added is not None:
            added = _pieces(added[start:], len(ends), segments, stride)
        engines.current().path_signature(
            points, added, target, plan, windows.transform, windows.call.n_threads
        )


def _pieces(rows: Numbers, count: int, length: int, stride: int) -> Numbers:
    """View pieces of one length of an array, so many rows after each other."""
    row, column = rows.strides
    shape = count, length, rows.shape[1]
    return np.lib.stride_tricks.as_strided(
        rows, shape, (stride * row, row, column), writeable=False
    )


def from_prefixes(windows: Windows, plan: Plan, out: Numbers) -> None:
    """Write results for windows with one first point, which are met along the way to the last."""
    words, start = _words(windows), int(windows.ends[0, 0])
    last = windows.ends[:, 1] - start
    piece = max(_NUMBERS_AT_ONCE // words.size, LONG)
    for path in range(len(out)):
        before = np.zeros((1, words.size))
        for part in parts(int(last.max()), piece):
            points = _paths(windows, slice(path, path + 1), start + part.start, start + part.stop)
            reached = words.of_prefixes(points)[0]
            if part.start:
                reached = words.product(np.broadcast_to(before, reached.shape), reached)
            inside = np.flatnonzero((last > part.start) & (last <= part.stop))
            _map(windows, plan, reached[last[inside] - part.start - 1], out[path], inside)
            before = reached[-1:]
        inside = np.flatnonzero(last == 0)
        _map(windows, plan, np.zeros((len(inside), words.size)), out[path], inside)


def from_slides(windows: Windows, plan: Plan, out: Numbers) -> None:
    """Write results for windows of one size at even distances, of two parts each."""
    words, (first, last) = _words(windows), windows.ends[0].tolist()
    stride, size = int(windows.ends[1, 0]) - first, words.size
    end = int(windows.ends[-1, 1])
    for paths in parts(len(out), max(_NUMBERS_AT_ONCE // (size * (last - first)), 1)):
        count = len(out[paths])
        stream = SlidingWords(words, count, last - first, stride)
        done, step = 0, max(_NUMBERS_AT_ONCE // (size * count), last - first)
        for part in parts(end + 1 - first, step):
            points = _paths(windows, paths, first + part.start, first + part.stop - 1)
            for found in stream.append(points):
                for i, rows in enumerate(found.swapaxes(0, 1)):
                    target = np.arange(done, done + len(rows))
                    _map(windows, plan, rows, out[paths.start + i], target)
                done += len(found)


def from_tree(windows: Windows, plan: Plan, out: Numbers) -> None:
    """Write results that are products of nodes of a tree over the ends of windows."""
    tree = Tree(windows)
    for paths in tree.batches():
        levels = tree.levels(paths)
        for part in tree.parts(paths):
            found = tree.products(levels, part)
            for rows, target in zip(found, out[paths], strict=True):
                _map(windows, plan, rows, target, part)


METHODS: dict[str, Callable[[Windows, Plan, Numbers], None]] = {
    "points": from_points,
    "prefixes": from_prefixes,
    "sliding": from_slides,
    "tree": from_tree,
}


def cheapest(windows: Windows, backward: bool = False) -> str:
    """Return the method that takes the least time, by the measured cost of steps and products.

    Backwards, and of dual numbers, there are two ways, and steps and products take about as much
    more as each other.

    In nanoseconds of one core, a step along a path in the lanes of a vector takes about 4 and 0.2
    per word, one alone 30 and 2 per word, a product 30 and 5 per word, and one of the tree, whose
    factors are gathered, 150 and 10.
    """
    ends, paths = windows.ends, len(windows.starts)
    backward = backward or windows.points.dtype.kind == "c"
    segments = ends[:, 1] - ends[:, 0]
    size, steps = plan_of_words(windows).size, 2 if windows.transform.lead_lag else 1
    step, alone = (4 + 0.2 * size) * steps, (30 + 2 * size) * steps
    product, gathered = 30 + 5 * size, 150 + 10 * size
    costs = {"points": float(segments.sum()) * step * paths}
    if len(ends) < 3 or costs["points"] < _SMALL:
        return "points"
    way = float(ends.max() - ends.min())
    stride = int(ends[1, 0] - ends[0, 0])
    if not (backward or (ends[:, 0] - ends[0, 0]).any()):
        costs["prefixes"] = way * alone * paths
    elif not backward and 0 < LONG * stride <= segments[0] and _is_even(ends, stride):
        costs["sliding"] = (2 * way * alone + len(ends) * product) * paths
    elif costs["points"] > (way * step + len(ends) * gathered) * paths:  # the least of a tree
        costs["tree"] = _cost_of_tree(windows, way * step, gathered) * paths
    return min(costs, key=costs.__getitem__)


def _cost_of_tree(windows: Windows, way: float, product: float) -> float:
    """Return what a tree costs per path."""
    tree = Tree(windows)
    products = len(tree.pieces) + sum(len(w) for step in tree.steps(slice(None)) for w in step[1:3])
    calls = 4 * len(tree.ends).bit_length()
    return way + products * product + 2e4 * calls / len(windows.starts)


def _is_even(ends: npt.NDArray[np.int64], stride: int) -> bool:
    distances = np.diff(ends, axis=0)
    return bool((distances == stride).all())


def _words(windows: Windows) -> Words:
    """Return the word signatures of windows, as streams compute them."""
    call = windows.call._replace(transform=windows.transform)
    return Words(call, windows.longest, windows.points.shape[1])


def _paths(windows: Windows, paths: slice, start: int, stop: int) -> npt.NDArray[np.float64]:
    """Return some points of paths, the last one included, each with what its segment has."""
    at = windows.starts[paths, None] + np.arange(start, stop + 1)
    points = windows.points[at].astype(np.float64)
    if windows.correction is None:
        return points
    added = np.zeros((*points.shape[:2], windows.correction.shape[1]))
    before = np.maximum(at - 1, 0)
    if len(windows.correction):
        added[...] = windows.correction[before]
    return np.concatenate([points, added], axis=-1)


def _map(windows: Windows, plan: Plan, words: Numbers, out: Numbers, target: Any) -> None:
    """Write what a plan gives from word signatures of windows, to some rows."""
    found = np.empty((len(words), plan.size), words.dtype)
    if len(words):
        given = np.ascontiguousarray(words)
        engines.current().map_words(given, found, plan, windows.call.n_threads)
        out[target] = found
