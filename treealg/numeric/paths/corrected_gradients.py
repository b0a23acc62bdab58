"""Gradients in a path and in its correction, once their arguments have been checked."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.numeric.arguments import arrays
from treealg.numeric.arguments.corrections import Correction
from treealg.typing import Array

__all__ = ["corrected_backprop"]

_SHARED_BYTES = 1 << 22
_SHARED_ROWS = 64


def corrected_backprop(
    path: arrays.Rows,
    derivs: arrays.Rows,
    correction: Correction,
    n_threads: int,
    kernel: Callable[..., None],
) -> tuple[Array, Array]:
    """Compute the gradients in path and correction, a slab of paths at a time."""
    result, view = arrays.allocate(path, *path.item)
    rows = correction.rows
    segments, columns = rows.item
    if correction.shared == rows.array.shape:
        total, whole = arrays.allocate(rows, segments, columns)
        step = max(path.count, 1)
    else:
        total, whole = np.zeros(correction.shared, rows.dtype), None
        step = max(_SHARED_BYTES // (8 * max(segments * columns, 1)), _SHARED_ROWS * n_threads)
    if any(part.view is None for part in (path, derivs, rows)):
        step = min(step, max(_SHARED_BYTES // (8 * max(math.prod(path.item), 1)), _SHARED_ROWS))
    for start in range(0, path.count, step):
        stop = min(start + step, path.count)
        if whole is None:
            part = np.empty((stop - start, segments, columns), rows.dtype)
        else:
            part = whole[start:stop]
        kernel(
            path.slab(start, stop),
            rows.slab(start, stop),
            derivs.slab(start, stop),
            view[start:stop],
            part,
        )
        if whole is None:
            _add_shared(total, part)
    return arrays.wrap(result, path.kind), arrays.wrap(total, path.kind)


def _add_shared(total: npt.NDArray[Any], part: npt.NDArray[Any]) -> None:
    # einsum and not sum, which is ten times slower where the last axis is short.
    total += np.einsum("bsc->sc" if total.ndim == 2 else "bsc->c", part)
