"""One operator for each row of the table: what a row computes, as JAX has to see it.

An operator takes the arrays that are there, and says by `present` which of the arguments these are;
options come as plain types. What is wrong with arrays whose numbers nobody has yet is found out by
the function of the row itself, on an empty batch of the same arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, TypeAlias

import numpy as np

from treealg.errors import TreeAlgError
from treealg.frameworks.options import from_text, is_text, names_of
from treealg.numeric.operations.operation import Argument, Operation

__all__ = ["Operator", "Options", "Presence", "Shapes", "as_list", "operators"]

Presence: TypeAlias = tuple[bool, ...]
"""Which arguments are arrays; the others are left out."""

Options: TypeAlias = tuple[Any, ...]
"""The options of a call, in the order of the row, in plain types."""

Shapes: TypeAlias = tuple[tuple[tuple[int, ...], np.dtype[Any]], ...]
"""Shape and dtype of each array that is there."""


class Operator:
    """What a row of the table computes.

    Parameters
    ----------
    row : Operation
        The row.
    forward : Operator or None
        If it is a backward function, that of which it is.

    Attributes
    ----------
    backward, jvp : Operator or None
        Its gradient, and its derivative in a direction.
    base : Operator or None
        If it is a derivative in a direction, the function of which it is.
    """

    def __init__(self, row: Operation, forward: Operator | None = None) -> None:
        self.row = row
        self.names = names_of(row)
        self.forward = forward
        self.backward = None if row.backward is None else Operator(row.backward, self)
        self.base: Operator | None = None
        self.jvp = None if row.jvp is None else Operator(row.jvp)
        if self.jvp is not None:
            self.jvp.base = self
        self._texts = [is_text(option) for option in row.options]
        self.shapes = lru_cache(maxsize=4096)(self._shapes)

    def values(self, arrays: Sequence[Any], present: Presence, options: Options) -> dict[str, Any]:
        """Return the arguments of the function by name."""
        given = iter(arrays)
        values = {
            argument.name: next(given) if is_there else _absent(argument)
            for argument, is_there in zip(self.row.arguments, present, strict=True)
        }
        for option, text, value in zip(self.row.options, self._texts, options, strict=True):
            values[option.name] = from_text(value) if text else value
        return values

    def compute(
        self, arrays: Sequence[Any], present: Presence, options: Options
    ) -> list[np.ndarray[Any, Any]]:
        """Return the results for arrays of NumPy."""
        results = self.row.function(**self.values(arrays, present, options))
        return [np.asarray(result) for result in as_list(results)]

    def _shapes(self, given: Shapes, present: Presence, options: Options) -> Shapes:
        """Return what the results look like; raises what the function would raise."""
        try:
            self.compute(self._without_numbers(given, present, options), present, options)
        except (TreeAlgError, ValueError):
            # It says so of the shapes that were given, too, before it computes anything.
            there = [x for x, is_there in zip(self.row.arguments, present, strict=True) if is_there]
            plain = [_stand_in(x, *kind) for x, kind in zip(there, given, strict=True)]
            self.compute(plain, present, options)
        types = [SimpleNamespace(shape=shape, dtype=dtype) for shape, dtype in given]
        found = as_list(self.row.result(**self.values(types, present, options)))
        return tuple((like.shape, like.dtype) for like in found)

    def _without_numbers(
        self, given: Shapes, present: Presence, options: Options
    ) -> list[np.ndarray[Any, Any]]:
        """Return arrays of these shapes with one axis more in front of the batch, of length 0.

        Of lists, which have no such axis, paths are cut to two points, if nothing else is as long.
        """
        values = self.values(given, present, options)
        there = [x for x, is_there in zip(self.row.arguments, present, strict=True) if is_there]
        if self.row.is_of_lists:
            is_cut = not any(values.get(name) for name in _ALONG_POINTS) and all(
                _is_path(argument) or not set(argument.axes) & _OF_POINTS for argument in there
            )
            return [
                _stand_in(argument, (min(shape[0], 2), *shape[1:]), dtype)
                if is_cut and _is_path(argument) and len(shape) == 2
                else _stand_in(argument, shape, dtype)
                for argument, (shape, dtype) in zip(there, given, strict=True)
            ]
        batches = [
            shape[: len(shape) - len(argument.item_axes(len(shape), values))]
            for argument, (shape, _) in zip(there, given, strict=True)
        ]
        rank = max(
            (len(b) for a, b in zip(there, batches, strict=True) if a.batch == "broadcast"),
            default=0,
        )
        fronts: dict[str, tuple[int, ...]] = {}
        empty = []
        for argument, batch, (shape, dtype) in zip(there, batches, given, strict=True):
            front: tuple[int, ...] = (0,)
            if self.row.points.get(argument.name) in fronts:
                front = fronts[self.row.points[argument.name]]
            elif argument.batch == "broadcast":
                front = (0, *(1,) * (rank - len(batch)))
            elif (
                argument.batch == "one"
                or (argument.batch == "shared" and not batch)
                or argument.name in self.row.products[1:]
            ):
                front = ()
            fronts[argument.name] = front
            empty.append(_stand_in(argument, (*front, *shape), dtype))
        return empty


# Options and axes that have to do with the points of a path.
_ALONG_POINTS = ("stream", "windows1", "windows2", "times1", "times2", "return_grid")
_OF_POINTS = {"length", "transformed_length", "points", "segments", "windows"}


def _is_path(argument: Argument) -> bool:
    return argument.is_path and argument.role in ("input", "tangent")


def operators(rows: Sequence[Operation]) -> dict[str, Operator]:
    """Return the operators of some rows, and of what belongs to them, by name."""
    others = {id(other) for row in rows for other in (row.backward, row.jvp) if other}
    found: dict[str, Operator] = {}
    pending = [Operator(row) for row in rows if id(row) not in others]
    while pending:
        operator = pending.pop()
        found[operator.row.name] = operator
        pending += [other for other in (operator.backward, operator.jvp) if other is not None]
    return found


def as_list(results: Any) -> list[Any]:
    """Return the results that are there as a list."""
    found = results if isinstance(results, (list, tuple)) else [results]
    return [result for result in found if result is not None]


def _stand_in(
    argument: Argument, shape: tuple[int, ...], dtype: np.dtype[Any]
) -> np.ndarray[Any, Any]:
    """Return an array that is as good as any: zeros, but where numbers have to increase."""
    if not argument.is_constant:
        return np.broadcast_to(np.zeros((), dtype), shape)
    if not argument.axes:
        return np.broadcast_to(np.ones((), dtype), shape)
    return np.broadcast_to(np.arange(shape[-1]).astype(dtype), shape)


def _absent(argument: Argument) -> Any:
    return False if argument.alternative == "flag" else None
