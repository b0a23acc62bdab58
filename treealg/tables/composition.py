"""One sparse map after another, in pieces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.tables.frozen import require
from treealg.tables.linear_map import FloatArray, LinearMap, expand, linear_map_of
from treealg.tables.rows import ranges, rows_of

__all__ = ["compose"]


def compose(outer: LinearMap, inner: LinearMap) -> LinearMap:
    """Compose a map of width 1 with a map of any width: `inner` acts first."""
    width = inner.width
    require(outer.width == 1 and outer.n_cols == inner.n_rows * width, "the maps fit together")
    return linear_map_of(1, inner.n_cols * width, _pieces(outer, inner), "the composition")


def _pieces(
    outer: LinearMap, inner: LinearMap
) -> Iterator[tuple[npt.NDArray[Any], npt.NDArray[Any], FloatArray]]:
    """Yield the rows of the composition, some at a time: their sizes and entries."""
    if not outer.n_rows:
        return
    width, n_cols = inner.width, inner.n_cols * inner.width
    ends = np.concatenate(([0], np.cumsum(np.diff(inner.ptr)[outer.col // width])))
    for begin, end in ranges(np.diff(ends[outer.ptr])):
        some = slice(outer.ptr[begin], outer.ptr[end])
        column = outer.col[some].astype(np.int64)
        source, entry = expand(inner.ptr, column // width)
        row = np.repeat(np.arange(end - begin), np.diff(outer.ptr[begin : end + 1]))[source]
        col = inner.col[entry].astype(np.int64) * width + (column % width)[source]
        coef = outer.coef[some][source] * inner.coef[entry]
        ptr, col, coef = rows_of(end - begin, n_cols, [(row * n_cols + col, coef)])
        yield np.diff(ptr), col, coef
