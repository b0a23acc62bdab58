"""Batches: results for each item, walks over items, and one leading shape for several arguments.

An argument of a smaller batch is seen as one of the common batch without being copied, and its
gradient is summed over the rows that it served.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.errors import InvalidValueError
from treealg.numeric.arguments.arrays import check_kinds
from treealg.numeric.arguments.duals import DualRows, of_parts
from treealg.numeric.arguments.rows import Rows, as_batch, memory_for
from treealg.numeric.arguments.targets import Target

__all__ = [
    "LEAST_ROWS",
    "Gradient",
    "allocate",
    "broadcast",
    "broadcast_all",
    "check_result_batch",
    "common_batch",
    "gradients_in",
    "parts",
    "source_rows",
    "walk",
]

LEAST_ROWS = 32
"""So many rows are never done in parts."""

_DUAL_BYTES = 1 << 19  # dual numbers beside each other in cache
_LANE_BYTES = 64  # of the widest vector: so many bytes of values, one of each row


def allocate(
    rows: Rows,
    *item: int,
    scalar: Any = None,
    walked: bool = True,
    to: Target | None = None,
    dense: bool = False,
) -> tuple[Any, Any]:
    """Allocate a result for each item of an argument, and view it as a kernel writes it.

    With a scalar, a number or one per row, the last axis is longer by one: it is written there, and
    the view is what comes after it. Of dual numbers it is a result for the tangents alone, where it
    is written by `walk`. The result is `to`, if that is given; if `dense`, the kernel needs items
    without gaps.
    """
    unit = scalar
    if scalar is not None:
        item = (*item[:-1], item[-1] + 1)
    shape = rows.batch + item
    view: Any
    if to is None:
        empty = rows.empty
        if walked and isinstance(rows, DualRows):
            empty, unit = rows.empty_tangents, 0.0
        result, memory = empty(shape)
        view = memory.reshape(rows.count, *item)
    else:
        result, memory = to.value, to.memory(rows, shape, dense=dense or len(item) > 1)
        view = as_batch(memory, len(rows.batch))
    if scalar is None:
        return result, view
    memory[..., 0] = unit
    return result, view[..., 1:]


def walk(
    n_threads: int,
    inputs: Sequence[Rows],
    outputs: Sequence[Any],
    work: int = 0,
    *,
    apart: bool = False,
) -> Iterable[tuple[Any, ...]]:
    """Return what to give to a kernel, one after the other: a range of items of each array.

    All items at once, unless an input has to be copied for the kernel or there is `work`, numbers
    of an intermediate result per item. Then so many that each of these arrays stays in cache.

    Dual numbers are put side by side so, and of what is written to a real output the tangents are
    taken, in memory that is used again for the next items. If `apart`, as for kernels alone, they
    are pairs of values and tangents where they lie, and outputs pairs of None and an array.
    """
    if any(isinstance(rows, DualRows) for rows in inputs):
        pairs = [rows.apart() if isinstance(rows, DualRows) else rows.view for rows in inputs]
        if not apart or any(pair is None for pair in pairs):
            return _walk_over_duals(n_threads, inputs, outputs, work)
        written = (out if out.dtype.kind == "c" else (None, out) for out in outputs)
        given = (*pairs, *written)
        if not work:
            return [given]
        step = _step_of_duals(n_threads, inputs, outputs, work)
        return (
            tuple(of_parts(itemgetter(part), view) for view in given)
            for part in parts(inputs[0].count, step)
        )
    if not work:
        views = []
        for rows in inputs:
            if rows.view is None:
                break
            views.append(rows.view)
        else:
            return [(*views, *outputs)]
    return _walk_in_parts(n_threads, inputs, outputs, work)


def _walk_in_parts(
    n_threads: int, inputs: Sequence[Rows], outputs: Sequence[Any], work: int
) -> Iterator[tuple[Any, ...]]:
    numbers = max(work, sum(math.prod(rows.item) for rows in inputs), 1)
    step = max(inputs[0].work_bytes // (8 * numbers), LEAST_ROWS * n_threads)
    for part in parts(inputs[0].count, step):
        given = (rows.slab(part.start, part.stop) for rows in inputs)
        yield (*given, *(out[part] for out in outputs))


def _walk_over_duals(
    n_threads: int, inputs: Sequence[Rows], outputs: Sequence[Any], work: int
) -> Iterator[tuple[Any, ...]]:
    count, dtype, engine = inputs[0].count, inputs[0].dtype, inputs[0].engine
    step = _step_of_duals(n_threads, inputs, outputs, work)
    with memory_for(f"{inputs[0].name}, beside its tangent,"):
        sides = [
            np.empty((step, *rows.item), dtype) if isinstance(rows, DualRows) else None
            for rows in inputs
        ]
        written = [
            out if out.dtype.kind == "c" else np.empty((step, *out.shape[1:]), dtype)
            for out in outputs
        ]
    for part in parts(count, step):
        size = part.stop - part.start
        given = [
            rows.slab(part.start, part.stop, side[:size])
            if isinstance(rows, DualRows) and side is not None
            else rows.slab(part.start, part.stop)
            for rows, side in zip(inputs, sides, strict=True)
        ]
        results = [
            own[part] if own is out else own[:size]
            for own, out in zip(written, outputs, strict=True)
        ]
        yield (*given, *results)
        for own, out in zip(results, outputs, strict=True):
            if out.dtype.kind != "c":
                engine.take_tangents(own, out[part])


def _step_of_duals(
    n_threads: int, inputs: Sequence[Rows], outputs: Sequence[Any], work: int
) -> int:
    """Return how many items are computed at once, so that their dual numbers stay in cache."""
    size = inputs[0].dtype.itemsize
    numbers = work + sum(math.prod(rows.item) for rows in inputs)
    numbers += sum(math.prod(out.shape[1:]) for out in outputs)
    least = 2 * _LANE_BYTES // size * n_threads
    most = max(_DUAL_BYTES // (size * max(numbers, 1)) // least, 1) * least
    return int(min(max(inputs[0].count, 1), most))


def parts(count: int, step: int) -> Iterator[slice]:
    """Cut a number of items into ranges."""
    for start in range(0, count, step):
        yield slice(start, min(start + step, count))


def common_batch(first: Rows, second: Rows) -> tuple[int, ...]:
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


def broadcast(first: Rows, second: Rows) -> tuple[Rows, Rows]:
    """Give two arguments one batch."""
    check_kinds(first, second)
    if first.batch == second.batch:
        return first, second
    batch = common_batch(first, second)
    return _expanded(first, batch), _expanded(second, batch)


def broadcast_all(*given: Rows) -> tuple[Rows, ...]:
    """Give several arguments one batch."""
    widest = given[0]
    for rows in given[1:]:
        widest, _ = broadcast(widest, rows)
    return tuple(_expanded(rows, widest.batch) for rows in given)


def _expanded(rows: Rows, batch: tuple[int, ...]) -> Rows:
    return rows if rows.batch == batch else rows.broadcast(batch + rows.item, len(rows.item))


def check_result_batch(derivs: Rows, argument: Rows) -> None:
    """Refuse derivatives that are not of kind, dtype and batch of the result they belong to."""
    check_kinds(argument, derivs)
    if derivs.batch != argument.batch:
        raise InvalidValueError(
            f"{derivs.name} must have the leading shape {argument.batch} of the result, to which "
            f"the other arguments broadcast, got {derivs.batch}; repeat or sum rows until it does"
        )


def source_rows(rows: Rows, batch: tuple[int, ...]) -> npt.NDArray[np.int64]:
    """Return which row of an argument belongs to each row of a larger batch."""
    own = np.arange(rows.count, dtype=np.int64)
    if rows.batch == batch:
        return own
    wide = np.broadcast_to(own.reshape(rows.batch), batch)
    return np.ascontiguousarray(wide.reshape(-1))


class Gradient:
    """The gradient in an argument: as kernels write it, and summed over what was broadcast.

    Parameters
    ----------
    given, wide : Rows
        The argument as it was given, and with the batch of the result.
    item : tuple of int
        The shape of an item, without a scalar.
    scalar : float or None
        What is written in front of each item, if there is a place.
    to : Target or None
        Where it is wanted.
    walked : bool
        As for `allocate`.

    Attributes
    ----------
    result : array
        The gradient in `wide`, as a caller gets it.
    view : numpy.ndarray
        The same without scalar, as a kernel writes it.
    """

    __slots__ = ("_given", "_scalar", "_to", "_walked", "_wide", "result", "view")

    def __init__(
        self, given: Rows, wide: Rows, item: tuple[int, ...], scalar: float | None,
        to: Target | None, walked: bool,
    ) -> None:  # fmt: skip
        self._given, self._wide = given, wide
        self._scalar, self._to, self._walked = scalar, to, walked
        own = to if given.batch == wide.batch else None
        self.result, self.view = allocate(wide, *item, scalar=scalar, walked=walked, to=own)

    def summed(self) -> Any:
        """Return the gradient in the argument as it was given."""
        given, wide = self._given, self._wide
        if given.batch == wide.batch:
            return given.wrap(self.result)
        item = self.view.shape[1:]
        total, own = allocate(given, *item, scalar=self._scalar, walked=self._walked, to=self._to)
        wider = self.view.reshape(*wide.batch, *self.view.shape[1:])
        batch = (1,) * (len(wide.batch) - len(given.batch)) + given.batch
        axes = tuple(
            i for i, (one, many) in enumerate(zip(batch, wide.batch, strict=True)) if one != many
        )
        with np.errstate(invalid="ignore", over="ignore"):  # infinities pass, here as in kernels
            dtype = np.result_type(wider, np.float64)
            own[...] = wider.sum(axis=axes, dtype=dtype).reshape(own.shape)
        return given.wrap(total)


def gradients_in(
    given: Sequence[Rows],
    wide: Sequence[Rows],
    items: Sequence[tuple[int, ...]],
    to: Sequence[Target | None],
    scalars: Sequence[float | None] | None = None,
    walked: bool = True,
) -> tuple[Gradient, ...]:
    """Return the gradients in several arguments.

    As for `Gradient`, of each; where they are wanted is checked for all of them before anything is
    written.
    """
    fronts = scalars or (None,) * len(given)
    for rows, item, target, scalar in zip(given, items, to, fronts, strict=True):
        if target is not None:
            last = item[-1] + (scalar is not None)
            target.memory(rows, (*rows.batch, *item[:-1], last), dense=len(item) > 1)
    each = zip(given, wide, items, fronts, to, strict=True)
    return tuple(Gradient(*own, walked) for own in each)
