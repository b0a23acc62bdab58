"""Results for the beginnings of paths, one per segment, and what derivatives come in for them.

After the end of a shorter path its last result is repeated. Where time is written to lead-lag
paths, each segment is two for kernels, and every second result is one that was asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.numeric.arguments.batches import parts
from treealg.numeric.arguments.prepared import Prepared

__all__ = ["derivatives_of_steps", "write_prefixes"]

Floats = npt.NDArray[Any]
Integers = npt.NDArray[np.int64]

_NUMBERS_AT_ONCE = 1 << 18


def write_prefixes(found: Prepared, view: Floats, write: Callable[..., None]) -> None:
    """Write results for the beginnings of paths that are spans.

    ``write(points, spans, correction, out)`` writes one for each segment of some of them.
    """
    rows, spans, correction = found.path, found.whole_spans, found.correction
    if found.has_steps:
        write(rows.points(), spans, None if correction is None else correction.rows.whole(), view)
        _repeat_last(view, spans[:, 1] - 1)
        return
    points = rows.whole()  # of lead-lag paths, which have no correction
    _, results, size = view.shape
    for part in parts(len(spans), max(_NUMBERS_AT_ONCE // max(2 * results * size, 1), 1)):
        own = spans[part]
        halves = np.empty((len(own), 2 * results, size), view.dtype)
        write(points[part], own, None, halves)
        _repeat_last(halves, own[:, 1] - 1)
        view[part] = halves[:, 1::2]


def derivatives_of_steps(found: Prepared, derivs: Floats) -> Floats:
    """Return derivatives in results for each segment that kernels see.

    Those in results that repeat the last one of a path are added to those in that one.
    """
    counts = found.whole_spans[:, 1] - 1
    if found.has_steps:
        return _summed_ends(derivs, counts)
    paths, results, size = derivs.shape
    halves = np.zeros((paths, 2 * results, size), derivs.dtype)
    halves[:, 1::2] = _summed_ends(derivs, counts // 2)
    return halves


def _repeat_last(prefixes: Floats, counts: Integers) -> None:
    """Repeat the last result of each path after its end; that of a single point is zero."""
    short = np.flatnonzero(counts < prefixes.shape[1])
    for row, count in zip(short.tolist(), counts[short].tolist(), strict=True):
        prefixes[row, count:] = prefixes[row, count - 1] if count else 0


def _summed_ends(derivs: Floats, counts: Integers) -> Floats:
    short = np.flatnonzero((counts < derivs.shape[1]) & (counts > 0))
    if not len(short):
        return derivs
    derivs = derivs.copy()
    for row, count in zip(short.tolist(), counts[short].tolist(), strict=True):
        derivs[row, count - 1] += derivs[row, count:].sum(axis=0)
    return derivs
