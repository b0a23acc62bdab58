"""Windows as a parameter: by name, for paths of any length, or as they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.checks import brief, check_integer
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric import dyadic_windows, expanding_windows, sliding_windows
from treealg.numeric.arguments.lists import integer_array

__all__ = ["is_named", "windows_of"]

Windows = npt.NDArray[np.int64]

_FORMS = (
    'an array of shape (windows, 2), ("sliding", size, step), ("expanding", first, step) or '
    '("dyadic", depth)'
)


def windows_of(windows: Any, length: int) -> Windows:
    """Return the windows of a path of so many points, a base point among them.

    Examples
    --------
    >>> windows_of(("expanding", 2, 3), 9).tolist()
    [[0, 2], [0, 5], [0, 8]]
    """
    if not is_named(windows):
        return _given(windows)
    name, *numbers = windows
    if name == "sliding" and len(numbers) == 2:
        size = _fitting("size", numbers[0], length)
        return sliding_windows(length, size, step=check_integer("step", numbers[1], 1))
    if name == "expanding" and len(numbers) == 2:
        first = _fitting("first", numbers[0], length)
        return expanding_windows(length, first=first, step=check_integer("step", numbers[1], 1))
    if name == "dyadic" and len(numbers) == 1:
        return dyadic_windows(length, check_integer("depth", numbers[0], 0))
    raise InvalidValueError(f"windows must be None, {_FORMS}, got {brief(windows)}")


def is_named(windows: Any) -> bool:
    """Tell whether windows are given by a name, so that they depend on the length of a path."""
    return isinstance(windows, (tuple, list)) and len(windows) > 0 and isinstance(windows[0], str)


def _fitting(name: str, value: Any, length: int) -> int:
    points = check_integer(f"{name} of windows", value, 1)
    if points > length:
        raise InvalidValueError(
            f"{name} of windows must be at most {length}, the points of a path (a base point among "
            f"them), got {points}"
        )
    return points


def _given(windows: Any) -> Windows:
    if isinstance(windows, str):
        raise InvalidTypeError(f"windows must be None, {_FORMS}, got {brief(windows)}")
    found = integer_array(windows, "windows")
    if found.ndim != 2 or found.shape[1] != 2:
        raise InvalidValueError(f"windows must be None, {_FORMS}, got shape {found.shape}")
    return found.astype(np.int64)
