"""The argument `correction`: what a segment adds to its increment, on chains of labels.

Columns are those of the underlying path: levels 2 to m one after the other, level k having the
chains (i_1, ..., i_k), from root to leaf, at i_1 d^(k-1) + ... + i_k. On words level k has the
words (i_1, ..., i_k) there, which as ladders are read from leaf to root. The kernels number letters
from leaf to root, so that the root comes last, and over the channels of the transformed path.
"""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from treealg.errors import InvalidValueError
from treealg.numeric.arguments.arrays import as_rows, check_kinds
from treealg.numeric.arguments.calls import Call
from treealg.numeric.arguments.rows import Rows

__all__ = [
    "Correction",
    "as_correction",
    "as_corrections",
    "as_row",
    "letter_columns",
    "no_path",
    "pushed_rows",
]

Floats = npt.NDArray[np.float64]

_AXES = ("columns",)


class Correction(NamedTuple):
    """A checked correction.

    Attributes
    ----------
    rows : Rows
        As many items as the path has, each of shape ``(segments, columns)``.
    longest : int
        The highest level, at least 2.
    shared : tuple of int
        The shape that the caller gave.
    """

    rows: Rows
    longest: int
    shared: tuple[int, ...]

    @property
    def is_shared(self) -> bool:
        """Whether one row serves several segments, or one array several paths."""
        return self.shared != self.rows.shape


def as_correction(
    value: Any,
    path: Rows,
    call: Call,
    *,
    in_front: int = 0,
    name: str = "correction",
) -> Correction | None:
    """Read the argument `correction`."""
    if value is None:
        return None
    rows = as_rows(value, name, 1, gpu=True, axes=_AXES)
    if rows.item[0] == 0:
        return None
    _refuse_lead_lag(call)
    if call.planar is None and call.method:
        raise InvalidValueError(
            f"{name} must be None with method={call.method}, as the logarithm of a corrected word "
            f"signature is no Lie element, which Lyndon coordinates are for; use method=0"
        )
    check_kinds(path, rows)
    longest = _levels(rows, call)
    segments = path.item[0] - 1 + in_front
    return Correction(_broadcast(rows, path.batch, segments), longest, rows.shape)


def as_corrections(
    value: Any, paths: Sequence[Rows], call: Call, in_front: int
) -> list[Correction] | None:
    """Read the argument `correction` for a list of paths."""
    if value is None:
        return None
    is_list = isinstance(value, (list, tuple)) and not all(
        isinstance(piece, numbers.Real) for piece in value
    )
    if is_list and len(value) != len(paths):
        raise InvalidValueError(
            f"correction must be of shape (columns,) or a list with one array for each of the "
            f"{len(paths)} paths, got a list of {len(value)}"
        )
    names = [f"correction[{i}]" if is_list else "correction" for i in range(len(paths))]
    found = [
        as_correction(piece, path, call, in_front=in_front, name=name)
        for piece, path, name in zip(
            value if is_list else [value] * len(paths), paths, names, strict=True
        )
    ]
    present = [correction for correction in found if correction is not None]
    if not present:
        return None
    if len(present) < len(found) or len({correction.longest for correction in present}) > 1:
        raise InvalidValueError(
            "correction must have equally many columns for every path of a list; fill up the "
            "missing ones with zeros"
        )
    return present


def as_row(value: Any, call: Call) -> tuple[Floats, int]:
    """Read the correction that a stream is made with."""
    rows = as_rows([] if value is None else value, "correction", 1, axes=_AXES)
    if rows.batch:
        raise InvalidValueError(
            f"correction must have shape (columns,), what a segment has for which no other is "
            f"pushed; got shape {rows.array.shape}; give rows with the points that are pushed"
        )
    if rows.item[0] == 0:
        return np.zeros(0), 1
    _refuse_lead_lag(call)
    longest = _levels(rows, call)
    return np.array(rows.array, np.float64), longest


def pushed_rows(value: Any, points: Rows, columns: int, segments: int) -> npt.NDArray[Any]:
    """Read the correction of points that are pushed to a stream."""
    rows = as_rows(value, "correction", 1, axes=_AXES)
    if rows.item[0] != columns:
        raise InvalidValueError(
            f"correction must have {columns} columns as that with which the stream was made, got "
            f"shape {rows.array.shape}; zeros of shape (columns,) at that place make room for it"
        )
    check_kinds(points, rows)
    if len(points.item) == 2 or not rows.batch:
        return _broadcast(rows, points.batch, segments).array
    if rows.batch != points.batch or not segments:
        raise InvalidValueError(
            f"correction must have shape {(columns,)} or {(*points.batch, columns)} for the "
            f"segment that a point ends; the first point ends none; got shape {rows.array.shape}"
        )
    return rows.array[..., None, :]


def _refuse_lead_lag(call: Call) -> None:
    if call.transform.lead_lag:
        raise InvalidValueError(
            "correction cannot be combined with lead_lag=True, whose segments are not those of "
            "the path; leave one of them out"
        )


def _levels(rows: Rows, call: Call) -> int:
    """Return the highest level that the columns of a correction reach."""
    channels, nodes = call.channels, call.nodes
    columns, level, total = rows.item[0], 1, 0
    while total < columns and level < nodes:
        level += 1
        total += channels**level
    if total == columns:
        return level
    ms = range(min(nodes, 2), min(nodes, 5) + 1)
    allowed = [sum(channels**k for k in range(2, m + 1)) for m in ms]
    most = f"the degree, {nodes}" if call.weights is None else f"{nodes}, the most nodes by weight"
    raise InvalidValueError(
        f"{rows.name} must have the {channels}^2 + ... + {channels}^m columns of levels 2 to m for "
        f"an m up to {most}: one of {[*allowed, '...'] if nodes > 5 else allowed}; got shape "
        f"{rows.array.shape}"
    )


def _broadcast(rows: Rows, batch: tuple[int, ...], segments: int) -> Rows:
    """View a correction as one item per path."""
    shape = rows.shape
    wanted = (*batch, segments, shape[-1])
    if shape not in (shape[-1:], wanted[-2:], wanted):
        said = f"{wanted[-2:]} with one row per segment"
        if batch:
            said = f"{wanted[-2:]} or {wanted} with one row per segment, of all paths or of each"
        raise InvalidValueError(
            f"{rows.name} must have shape {shape[-1:]}, the same for all segments, or {said}; got "
            f"shape {shape}"
        )
    return rows.broadcast(wanted, 2)


def letter_columns(
    channels: int, time_aug: bool, longest: int, from_leaf: bool = False
) -> npt.NDArray[np.int32]:
    """Return the column of the correction that each letter of the kernel has.

    Columns are those of chains from root to leaf, or from leaf to root.

    Examples
    --------
    >>> letter_columns(2, False, 2).tolist()
    [-1, -1, 0, 2, 1, 3]
    >>> letter_columns(1, True, 2).tolist()
    [-1, -1, 0, -1, -1, -1]
    >>> letter_columns(2, False, 2, from_leaf=True).tolist()
    [-1, -1, 0, 1, 2, 3]
    """
    dimension = channels + time_aug
    found = [np.full(dimension, -1)]
    first = 0
    for level in range(2, longest + 1):
        letter = np.arange(dimension**level)
        column, inside = np.zeros_like(letter), np.ones(letter.shape, dtype=bool)
        for power in range(level):
            letter, label = letter // dimension, letter % dimension
            column += label * channels ** (power if from_leaf else level - 1 - power)
            inside &= label < channels
        found.append(np.where(inside, first + column, -1))
        first += channels**level
    return np.concatenate(found, dtype=np.int32)


def no_path(steps: npt.NDArray[Any], dimension: int) -> npt.NDArray[Any]:
    """Return the path that the kernels do not read when all steps are given, without memory."""
    shape = (steps.shape[0], steps.shape[1] + 1, dimension)
    return np.broadcast_to(np.zeros((), steps.dtype), shape)
