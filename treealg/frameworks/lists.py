"""Lists of paths, where a framework has arrays only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from treealg.errors import InvalidTypeError, InvalidValueError

__all__ = ["is_list_of_paths", "pad_lists"]


def is_list_of_paths(names: Sequence[str], values: Sequence[Any]) -> bool:
    """Tell whether the arguments are those of a function that has `lengths`, and a list of paths.

    Examples
    --------
    >>> is_list_of_paths(["derivs", "path", "lengths"], [0, [1, 2], None])
    True
    """
    return "lengths" in names and isinstance(values[names.index("path")], (list, tuple))


def pad_lists(
    names: Sequence[str],
    values: list[Any],
    check: Callable[[str, Any], None],
    lengths_of: Callable[[Sequence[int]], Any],
    padded: Callable[[Sequence[Any]], Any],
) -> None:
    """Replace a list of paths by one array and their lengths, and a list of corrections likewise.

    Parameters
    ----------
    names : sequence of str
        The arguments of a function of paths that has `lengths`.
    values : list
        What was given for them, a list of paths among it; changed in place.
    check : callable
        Refuses what is no array of the framework, given what it is called.
    lengths_of : callable
        Returns the lengths of the paths as an array of the framework.
    padded : callable
        Returns arrays of two axes as one, with zeros at the ends of the shorter ones.

    Raises
    ------
    InvalidTypeError
        If lengths were given as well, or the arrays of a list have not one dtype.
    InvalidValueError
        If a list is empty, or not of arrays of two axes with as many columns each.

    Examples
    --------
    >>> import numpy as np
    >>> values = [[np.zeros((1, 2)), np.zeros((3, 2))], None]
    >>> pad_lists(["path", "lengths"], values, lambda name, x: None, list, len)
    >>> values
    [2, [1, 3]]
    """
    place = names.index("lengths")
    if values[place] is not None:
        raise InvalidTypeError(
            "lengths must be None for a list of paths, which have lengths of their own"
        )
    for name in ("path", "correction"):
        found = values[names.index(name)] if name in names else None
        if isinstance(found, (list, tuple)):
            _check_list(name, found, check)
            if name == "path":
                values[place] = lengths_of([len(path) for path in found])
            values[names.index(name)] = padded(found)


def _check_list(name: str, given: Sequence[Any], check: Callable[[str, Any], None]) -> None:
    """Refuse what cannot be put into one array."""
    if not given:
        raise InvalidValueError(f"{name} must be a list of at least one array, got an empty list")
    for i, x in enumerate(given):
        check(f"{name}[{i}]", x)
        if x.ndim != 2 or x.shape[1] != given[0].shape[1]:
            raise InvalidValueError(
                f"{name}[{i}] must have two axes, and the last one as long as that of {name}[0], "
                f"got shape {tuple(x.shape)}"
            )
        if x.dtype != given[0].dtype:
            raise InvalidTypeError(
                f"{name}[{i}] must have the dtype of {name}[0], {given[0].dtype}, got {x.dtype}; "
                f"convert one of them"
            )
