"""Lists of paths, where a framework has arrays only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from treealg.errors import InvalidTypeError

__all__ = ["pad_lists"]


def pad_lists(
    names: Sequence[str],
    values: list[Any],
    lengths_of: Callable[[Sequence[Any]], Any],
    padded: Callable[[str, Sequence[Any]], Any],
) -> None:
    """Replace a list of paths by one array and their lengths, and a list of corrections likewise.

    Parameters
    ----------
    names : sequence of str
        The arguments of a function of paths that has `lengths`.
    values : list
        What was given for them, the list of paths first; changed in place.
    lengths_of : callable
        Returns the lengths of a list of paths, as an array of the framework.
    padded : callable
        Returns the arrays of a list as one, given the name of their argument too.

    Raises
    ------
    InvalidTypeError
        If lengths were given as well.

    Examples
    --------
    >>> values = [[[[1.0]], [[2.0], [3.0]]], None]
    >>> pad_lists(["path", "lengths"], values, lambda x: list(map(len, x)), lambda name, x: name)
    >>> values
    ['path', [1, 2]]
    """
    place = names.index("lengths")
    if values[place] is not None:
        raise InvalidTypeError(
            "lengths must be None for a list of paths, which have lengths of their own"
        )
    values[place] = lengths_of(values[0])
    for name in ("path", "correction"):
        if name in names and isinstance(values[names.index(name)], (list, tuple)):
            values[names.index(name)] = padded(name, values[names.index(name)])
