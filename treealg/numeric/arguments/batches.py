"""Batches of several arguments that are equals: one leading shape for all, as NumPy broadcasts.

An argument of a smaller batch is seen as one of the common batch without being copied, and its
gradient is summed over the rows that it served.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.errors import InvalidValueError
from treealg.numeric.arguments import arrays

__all__ = ["broadcast", "check_result_batch", "common_batch", "source_rows", "summed"]


def common_batch(first: arrays.Rows, second: arrays.Rows) -> tuple[int, ...]:
    """Return the leading shape that those of two arguments broadcast to."""
    axes = []
    for one, two in zip_longest(reversed(first.batch), reversed(second.batch), fillvalue=1):
        if one != two and one != 1 and two != 1:
            raise InvalidValueError(
                f"{first.name} and {second.name} must have leading shapes that broadcast, got "
                f"{first.batch} and {second.batch}; from the last axis on, two lengths have to be "
                f"equal or one of them 1"
            )
        axes.append(two if one == 1 else one)
    return tuple(reversed(axes))


def broadcast(first: arrays.Rows, second: arrays.Rows) -> tuple[arrays.Rows, arrays.Rows]:
    """Give two arguments one batch."""
    arrays.check_kinds(first, second)
    if first.batch == second.batch:
        return first, second
    batch = common_batch(first, second)
    return _expanded(first, batch), _expanded(second, batch)


def _expanded(rows: arrays.Rows, batch: tuple[int, ...]) -> arrays.Rows:
    return rows if rows.batch == batch else rows.broadcast(batch + rows.item, len(rows.item))


def check_result_batch(derivs: arrays.Rows, argument: arrays.Rows) -> None:
    """Refuse derivatives that are not of kind, dtype and batch of the result they belong to."""
    arrays.check_kinds(argument, derivs)
    if derivs.batch != argument.batch:
        raise InvalidValueError(
            f"{derivs.name} must have the leading shape {argument.batch} of the result, to which "
            f"the other arguments broadcast, got {derivs.batch}; repeat or sum rows until it does"
        )


def source_rows(rows: arrays.Rows, batch: tuple[int, ...]) -> npt.NDArray[np.int64]:
    """Return which row of an argument belongs to each row of a larger batch."""
    own = np.arange(rows.count, dtype=np.int64).reshape(rows.batch)
    return np.ascontiguousarray(np.broadcast_to(own, batch).reshape(-1))


def summed(gradient: Any, rows: arrays.Rows) -> Any:
    """Sum a gradient over the axes along which its argument was broadcast."""
    split = gradient.ndim - len(rows.item)
    batch, item = gradient.shape[:split], gradient.shape[split:]
    if batch == rows.batch:
        return gradient
    own = (1,) * (split - len(rows.batch)) + rows.batch
    axes = tuple(i for i in range(split) if own[i] != batch[i])
    with np.errstate(invalid="ignore", over="ignore"):  # infinities pass, here as in kernels
        result = gradient.sum(axis=axes, dtype=np.float64).astype(gradient.dtype)
    return result.reshape(rows.batch + item)
