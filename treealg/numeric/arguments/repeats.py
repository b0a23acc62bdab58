"""Calls that are made again without being checked, where nothing that was checked has changed.

See `treealg._fast.repeats` for how they are found. What is kept here holds for all arrays of the
shapes and the dtype of those that were given: no value is checked that may be another one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from treealg.checks import thread_count
from treealg.engines import current
from treealg.numeric.arguments.duals import Dual, step_of
from treealg.numeric.arguments.rows import Rows

__all__ = ["again", "apart", "are_constant", "are_usual", "keep", "threads_now"]

_ARRAY = object()  # in place of an array among what was given
_USUAL = (None, False, False, None, None, None, "propagate")
_CONSTANT = frozenset({bool, float, int, str, type(None), object})


def again(key: tuple[Any, ...], *arrays: Any, out: Any = None) -> Any:
    """Return what a call that was kept returns for these arrays, None if it was not.

    What is kept is a kernel, for which tangents need not be small: those that are come out again.
    """
    if any(type(array) is Dual and array.is_step for array in arrays):
        found = current().repeats.find(key, *map(_of_any_size, arrays), out=out)
        return None if found is None else _by_step(found)
    return current().repeats.find(key, *arrays, out=out)


def _of_any_size(array: Any) -> Any:
    """Return dual numbers without saying that their tangents are small."""
    return Dual(array.value, array.tangent, array.name) if isinstance(array, Dual) else array


def _by_step(found: Any) -> Any:
    """Multiply results by the step."""
    if isinstance(found, tuple):
        return tuple(map(_by_step, found))
    with np.errstate(under="ignore"):
        return np.multiply(found, found.dtype.type(step_of(found.dtype)), out=found)


def keep(
    key: tuple[Any, ...],
    arrays: tuple[Any, ...],
    rows: Sequence[Rows],
    results: tuple[Any, ...],
    function: Callable[..., Any],
    places: tuple[int, ...],
    rest: tuple[Any, ...],
    scalar: float | None = None,
    most: int | None = None,
    integers: int | None = None,
    is_corrected: bool = False,
) -> None:
    """Keep a call whose arguments and results are of one batch, of at most one axis.

    Parameters
    ----------
    key : tuple
        What the call is known by: its function, and options that never change.
    arrays : tuple
        The arrays that were given.
    rows : sequence of Rows
        The same, as they were read.
    results, function, places, rest, scalar, integers
        As for `treealg._fast.repeats.Repeats.keep`.
    most : int or None, default None
        How many rows the function takes at once, if it is to do more in parts.
    is_corrected : bool, default False
        Whether the last array is a correction, which may be the same for several rows.
    """
    batch = rows[0].batch
    if len(batch) > 1 or any(x.batch != batch for x in rows):
        return
    if most is not None and rows[0].count > most:
        return
    arrays = tuple(map(_of_any_size, arrays))
    axes = (int(not batch),) * len(arrays)
    if is_corrected:  # paths by segments by columns
        axes = (*axes[:-1], 3 - len(arrays[-1].shape))
    current().repeats.keep(
        key, arrays, results, function, places, rest, scalar, axes, None, integers
    )


def are_constant(options: tuple[Any, ...]) -> bool:
    """Tell whether options, or tuples of them, can never change, so that they were checked."""
    return all(
        type(option) in _CONSTANT or (type(option) is tuple and are_constant(option))
        for option in options
    )


def apart(given: tuple[Any, ...]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Return what was given beside paths without its arrays, and these: lengths, a correction.

    Parameters
    ----------
    given : tuple
        The arguments from `correction` to `missing`, in this order.
    """
    correction, stream, basepoint, lengths, *others = given
    arrays: list[Any] = []
    if type(lengths) is np.ndarray:
        arrays.append(lengths)
        lengths = _ARRAY
    if type(correction) is np.ndarray or type(correction) is Dual:
        arrays.append(correction)
        correction = _ARRAY
    return (correction, stream, basepoint, lengths, *others), tuple(arrays)


def are_usual(given: tuple[Any, ...], options: tuple[Any, ...]) -> bool:
    """Tell whether a call along paths holds for all paths of a shape.

    Then it is given nothing beside the path, from `correction` to `missing`, but the arrays that
    are kept `apart`, and no option is such as may change.
    """
    return all(
        value is usual or value is _ARRAY for value, usual in zip(given, _USUAL, strict=True)
    ) and are_constant(options)


def threads_now(n_jobs: Any) -> int:
    """Return the threads that a call is known by, as processors may come and go.

    They are those that `n_jobs` asks for, and 0 where the long way has to tell.
    """
    if type(n_jobs) is not int or n_jobs == 0:
        return 0
    return thread_count(n_jobs)
