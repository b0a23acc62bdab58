"""Large batches of dual numbers a few rows at a time: arrays beside the results stay in cache.

Arguments and results of a call over dual numbers are arrays of values with their tangents. To fetch
those of a large batch from the system and from memory takes longer than the computation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from treealg.errors import TreeAlgError
from treealg.numeric.arguments.tensors import is_tensor
from treealg.numeric.operations.operation import Argument

__all__ = ["in_parts"]

_ROWS = 16  # a multiple of the lanes of a vector
_BYTES = 1 << 20

Function = Callable[[Mapping[str, Any]], Any]


def in_parts(function: Function, given: Mapping[str, Any], arguments: Sequence[Argument]) -> Any:
    """Call a function of arguments by name on a few rows of the batch after the other.

    It is called on all at once if these are small, or if an argument serves several rows.

    Parameters
    ----------
    function : callable
        The function; a result belongs to the rows of the arguments.
    given : mapping of str
        Its arguments.
    arguments : sequence of Argument
        Those that may be arrays.
    """
    rows = _rows(given, arguments)
    if not rows:
        return function(given)
    size = _bytes(given, arguments)  # results are about as large
    step = _rows_at_once(2 * size, given)
    if rows <= step:
        return function(given)
    try:
        first = function(_part(given, arguments, 0, step))
    except TreeAlgError:  # which is to have the shapes that were given
        return function(given)
    several = isinstance(first, tuple)
    wholes = [_empty(x, rows) for x in (first if several else (first,))]
    start, part = 0, first
    step = _rows_at_once(size + sum(_row_bytes(x) for x in wholes), given)
    while True:
        pieces = part if several else (part,)
        for whole, own in zip(wholes, pieces, strict=True):
            whole[start : start + len(own)] = own
        start += len(pieces[0])
        if start >= rows:
            return tuple(wholes) if several else wholes[0]
        part = function(_part(given, arguments, start, start + step))


def _rows(given: Mapping[str, Any], arguments: Sequence[Argument]) -> int:
    """Return the length of the first axis that all arrays share, 0 if there is no such axis."""
    found = set()
    for argument in arguments:
        value = given[argument.name]
        if argument.is_absent(value) or argument.batch == "one":
            continue
        if not (isinstance(value, np.ndarray) or _is_dense(value)):
            return 0
        lead = value.ndim - len(argument.item_axes(value.ndim, given))
        found.add((lead, value.shape[0] if lead > 0 else 0))
    if len(found) != 1:
        return 0
    ((_, rows),) = found
    return int(rows)


def _is_dense(value: Any) -> bool:
    """Tell whether a value is a tensor whose rows are slices of it."""
    return is_tensor(value) and not value.is_nested and str(value.layout) == "torch.strided"


def _part(
    given: Mapping[str, Any], arguments: Sequence[Argument], start: int, stop: int
) -> dict[str, Any]:
    """Return the arguments of some rows."""
    part = dict(given)
    for argument in arguments:
        if argument.batch != "one" and not argument.is_absent(given[argument.name]):
            part[argument.name] = given[argument.name][start:stop]
    return part


def _bytes(given: Mapping[str, Any], arguments: Sequence[Argument]) -> int:
    """Return the bytes of one row of all arguments, as dual numbers."""
    found = [given[x.name] for x in arguments if x.batch != "one"]
    return sum(_row_bytes(x) for x in found if hasattr(x, "shape"))


def _row_bytes(array: Any) -> int:
    return 16 * int(math.prod(array.shape[1:]))


def _rows_at_once(size: int, given: Mapping[str, Any]) -> int:
    """Return how many rows of so many bytes are computed together."""
    threads = 1 if given.get("n_jobs", 1) == 1 else 16
    return max(_BYTES // max(size, 1) // _ROWS, 1) * _ROWS * threads


def _empty(part: Any, rows: int) -> Any:
    shape = (rows, *part.shape[1:])
    return np.empty(shape, part.dtype) if isinstance(part, np.ndarray) else part.new_empty(shape)
