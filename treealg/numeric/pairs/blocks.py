"""All pairs of two samples of paths, block by block, so that no matrix of them is needed."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from treealg.numeric.arguments.batches import parts

__all__ = ["Indices", "blocks"]

Indices = npt.NDArray[np.int64]


def blocks(
    count: int, n1: int, n2: int, at_once: int, keep: np.ufunc | None = None
) -> Iterator[tuple[slice, Indices, Indices]]:
    """Yield the pairs of `n1` with `n2` paths in each of `count` samples, a bounded number at once.

    A block is a range of samples with two arrays of indices, which are the same for each of them: a
    tile of one matrix, or several small matrices. Of a matrix and its transpose, or without its
    diagonal, only those pairs come for which ``keep(i, j)`` is true, where `keep` is a comparison.
    """
    columns = max(min(n2, max(math.isqrt(at_once), at_once // max(n1, 1))), 1)
    rows = max(min(n1, at_once // columns), 1)
    # Nothing is listed beforehand, as there may be many tiles.
    for first, second in ((one, two) for one in parts(n1, rows) for two in parts(n2, columns)):
        i, j = (index.ravel() for index in np.mgrid[first, second])
        if keep is not None:
            is_kept = keep(i, j)
            i, j = i[is_kept], j[is_kept]
        if len(i):
            for samples in parts(count, max(at_once // len(i), 1)):
                yield samples, i, j
