"""The argument `correction`: what a segment adds to its increment, on chains of labels.

Columns are those of the underlying path: levels 2 to m one after the other, level k having the
chains (i_1, ..., i_k), from root to leaf, at i_1 d^(k-1) + ... + i_k. The kernels number letters
from leaf to root, so that the root comes last, and over the channels of the transformed path.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from treealg.errors import InvalidValueError
from treealg.numeric import arrays, devices

__all__ = ["Correction", "as_correction", "empty_like", "letter_columns"]


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

    rows: arrays.Rows
    longest: int
    shared: tuple[int, ...]


def as_correction(value: Any, path: arrays.Rows, degree: int, lead_lag: bool) -> Correction | None:
    """Read the argument `correction`.

    Parameters
    ----------
    value : ArrayLike or None
        Shape ``(columns,)``, ``(length - 1, columns)`` or ``(..., length - 1, columns)``.
    path : Rows
        The path that it belongs to.
    degree : int
        The truncation.
    lead_lag : bool
        Whether the lead-lag path is taken.

    Returns
    -------
    Correction or None
        None if `value` is None or has no columns, which is the same as zero.

    Raises
    ------
    InvalidTypeError
        If `value` is no array of the kind and dtype of `path`.
    InvalidValueError
        If the shape is none of these, the columns are not those of the levels 2 to m for an m up to
        `degree`, or with `lead_lag`.
    """
    if value is None:
        return None
    rows = arrays.as_rows(value, "correction", 1, gpu=True)
    if rows.item[0] == 0:
        return None
    if lead_lag:
        raise InvalidValueError(
            "correction cannot be combined with lead_lag=True, whose segments are not those of "
            "the path; leave one of them out"
        )
    arrays.check_kinds(path, rows)
    longest = _levels(rows, path.item[1], degree)
    return Correction(_broadcast(rows, path), longest, rows.array.shape)


def _levels(rows: arrays.Rows, channels: int, degree: int) -> int:
    """Return the highest level that the columns of a correction reach."""
    columns, level, total = rows.item[0], 1, 0
    while total < columns and level < degree:
        level += 1
        total += channels**level
    if total == columns:
        return level
    allowed = [sum(channels**k for k in range(2, m + 1)) for m in range(2, min(degree, 5) + 1)]
    raise InvalidValueError(
        f"correction must have the {channels}^2 + ... + {channels}^m columns of levels 2 to m for "
        f"an m up to the degree, {degree}: one of {[*allowed, '...'] if degree > 5 else allowed}; "
        f"got shape {rows.array.shape}"
    )


def _broadcast(rows: arrays.Rows, path: arrays.Rows) -> arrays.Rows:
    """View a correction as one item per path."""
    shape = rows.array.shape
    wanted = (*path.batch, path.item[0] - 1, shape[-1])
    if shape not in (shape[-1:], wanted[-2:], wanted):
        raise InvalidValueError(
            f"correction must have shape {shape[-1:]}, {wanted[-2:]} or {wanted}: the same for "
            f"all segments, one row per segment, or that for each path; got shape {shape}"
        )
    return rows.broadcast(wanted, 2)


def empty_like(value: Any, path: arrays.Rows) -> Any:
    """Return the gradient in a correction without columns.

    Parameters
    ----------
    value : ArrayLike
        For which `as_correction` returned None.
    path : Rows
        The path that it belongs to.

    Returns
    -------
    Array
        Of the shape of `value` and the kind and dtype of `path`: without any element.

    Raises
    ------
    InvalidTypeError
        If `value` is no real array.
    """
    shape = arrays.as_rows(value, "correction", 1, gpu=True).array.shape
    if path.device is not None:
        return devices.engine().zeros(path, shape)
    return arrays.wrap(np.zeros(shape, path.dtype), path.kind)


def letter_columns(channels: int, time_aug: bool, longest: int) -> npt.NDArray[np.int32]:
    """Return the column of the correction that each letter of the kernel has.

    Parameters
    ----------
    channels : int
        Of the underlying path.
    time_aug : bool
        Whether time is appended to them.
    longest : int
        The highest level.

    Returns
    -------
    numpy.ndarray
        int32: letters of 1 to `longest` labels, by length and then by label from leaf to root; -1
        for one that no column belongs to, as it has one label or time among its labels.

    Raises
    ------
    None
        The caller has checked the sizes.

    Examples
    --------
    >>> letter_columns(2, False, 2).tolist()
    [-1, -1, 0, 2, 1, 3]
    >>> letter_columns(1, True, 2).tolist()
    [-1, -1, 0, -1, -1, -1]
    """
    dimension = channels + time_aug
    found = [np.full(dimension, -1)]
    first = 0
    for level in range(2, longest + 1):
        letter = np.arange(dimension**level)
        column, inside = np.zeros_like(letter), np.ones(letter.shape, dtype=bool)
        for _ in range(level):
            letter, label = letter // dimension, letter % dimension
            column = column * channels + label
            inside &= label < channels
        found.append(np.where(inside, first + column, -1))
        first += channels**level
    return np.concatenate(found, dtype=np.int32)
