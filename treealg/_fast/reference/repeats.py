"""Calls that were made before: what the table of the door does, with a dictionary."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

import numpy as np

from treealg.complex_step import Dual

__all__ = ["Repeats"]

_MOST = 64


class _Call(NamedTuple):
    """A call as it was made; it holds its key, so that no other object gets an address from it."""

    key: tuple[Any, ...]
    shapes: list[tuple[int, ...]]
    dtype: np.dtype[Any]
    function: Callable[..., Any]
    places: tuple[int, ...]
    rest: tuple[Any, ...]
    scalar: float | None
    axes: tuple[tuple[None, ...], ...]
    result_axes: tuple[None, ...]


class Repeats:
    """A table of calls that were made before."""

    def __init__(self) -> None:
        self._calls: dict[Hashable, _Call] = {}

    def clear(self) -> None:
        """Forget all calls."""
        self._calls.clear()

    def find(self, key: tuple[Any, ...], *arrays: Any, out: Any = None) -> Any:
        """Make a call as it was made before, and return what it returned; None if it is not known.

        So it is where the long way has to look at `out`.

        Parameters
        ----------
        key : tuple
            What the call is known by, beside its arrays; see `keep`.
        *arrays : object
            What was given as arrays, or as dual numbers, at most 4.
        out : object, default None
            Where the result is wanted, None for anywhere; a tuple or list of several.
        """
        call = self._calls.get(_known_by(key, arrays))
        if call is None:
            return None
        are_dual = any(isinstance(array, Dual) for array in arrays)
        rooms = [None] * len(call.shapes) if out is None else _rooms_of(call, arrays, out)
        if rooms is None or (are_dual and out is not None):
            return None
        results = [
            np.empty(shape, call.dtype) if room is None else room
            for shape, room in zip(call.shapes, rooms, strict=True)
        ]
        arguments: list[Any] = [None] * (max(call.places) + 1)
        for place, array, axes in zip(call.places, arrays, call.axes, strict=False):
            if place >= 0 and isinstance(array, Dual):
                tangent = None if array.tangent is None else array.tangent[axes]
                arguments[place] = array.value[axes], tangent
            elif place >= 0:
                arguments[place] = array[axes]
        for place, result in zip(call.places[len(arrays) :], results, strict=True):
            view = result
            if call.scalar is not None:
                result[..., 0] = call.scalar
                view = result[..., 1:]
            view = view[call.result_axes]
            arguments[place] = (None, view) if are_dual else view
        call.function(*arguments, *call.rest)
        return results[0] if len(results) == 1 else tuple(results)

    def keep(
        self,
        key: tuple[Any, ...],
        arrays: tuple[Any, ...],
        results: tuple[Any, ...],
        function: Callable[..., Any],
        places: tuple[int, ...],
        rest: tuple[Any, ...],
        scalar: float | None = None,
        axes: int | tuple[int, ...] = 0,
        result_axes: int | None = None,
        integers: int | None = None,
    ) -> None:
        """Keep a call, if its arrays lie in memory as kernels read them.

        Parameters
        ----------
        key : tuple
            What the call is known by, beside its arrays: objects that never change, and tuples of
            such objects, which need not be the same ones.
        arrays : tuple
            The arrays that were given, at most 4; of dual numbers the function is given pairs of
            values and tangents, and for results pairs of None and an array.
        results : tuple of numpy.ndarray
            What was computed, at most 4; a call that is made again returns one array, or a tuple of
            several.
        function : callable
            What writes the results.
        places : tuple of int
            Where among the arguments of the function the arrays stand, and then the results; -1 for
            an array that does not. Places in between have None.
        rest : tuple
            The arguments that come after these.
        scalar : float or None, default None
            What stands in front of the last axis of results, and is not written by the function;
            of tangents that is 0.
        axes : int or tuple of int, default 0
            How many axes of length 1 the function is to see in front of arrays, of all or of each.
        result_axes : int or None, default None
            The same for results; None for as many as in front of the first array.
        integers : int or None, default None
            Which of the arrays has integers, of 64 bits, where one has.
        """
        each = axes if isinstance(axes, tuple) else (axes,) * len(arrays)
        if (
            max(len(arrays), len(results)) > 4 or len(each) != len(arrays)
            or len(places) != len(arrays) + len(results) or min(places) < -1
        ):  # fmt: skip
            raise ValueError("a call of so many arrays or arguments cannot be kept")
        found = _known_by(key, arrays)
        are_dual = any(isinstance(array, Dual) for array in arrays)
        given = [array.value if isinstance(array, Dual) else array for array in arrays]
        if found is None or [i for i, x in enumerate(given) if x.dtype == np.int64] != (
            [] if integers is None else [integers]
        ):
            return
        self._calls.pop(found, None)
        if len(self._calls) >= _MOST:
            del self._calls[next(iter(self._calls))]  # that was kept longest ago
        self._calls[found] = _Call(
            key,
            [result.shape for result in results],
            results[0].dtype,
            function,
            places,
            rest,
            0.0 if are_dual and scalar is not None else scalar,
            tuple((None,) * count for count in each),
            (None,) * (each[0] if result_axes is None else result_axes),
        )


def _rooms_of(call: _Call, arrays: tuple[Any, ...], out: Any) -> list[Any] | None:
    """Return where each result is wanted, or None; None in all where the long way has to look."""
    rooms = [out] if len(call.shapes) == 1 else out
    if not isinstance(rooms, (tuple, list)) or len(rooms) != len(call.shapes):
        return None
    seen = list(arrays)
    for shape, room in zip(call.shapes, rooms, strict=True):
        if room is None:
            continue
        if type(room) is not np.ndarray or room.dtype != call.dtype or room.shape != shape:
            return None
        if not (room.flags.carray and room.dtype.isnative):
            return None
        if any(np.may_share_memory(room, array) for array in seen):
            return None
        seen.append(room)
    return list(rooms)


_DTYPES = (np.float32, np.float64, np.int64)


def _known_by(key: tuple[Any, ...], arrays: tuple[Any, ...]) -> Hashable:
    """Return what tells a call from others, None where an array is not read in place."""
    forms: list[Any] = []
    flat: list[Any] = []
    for array in arrays:
        if isinstance(array, Dual):
            if array.is_step or np.shape(array.tangent) not in ((), np.shape(array.value)):
                return None
            forms.append("dual" if array.tangent is not None else "constant")
            flat += [x for x in (array.value, array.tangent) if x is not None]
        else:
            flat.append(array)
    for array in flat:
        if type(array) is not np.ndarray or array.dtype not in _DTYPES:
            return None
        if array.ndim > 4 or not (array.flags.aligned and array.dtype.isnative):
            return None
        forms.append((array.shape, array.dtype))
    ids = (tuple(map(id, x)) if type(x) is tuple else id(x) for x in key)
    return tuple(ids), tuple(forms)
