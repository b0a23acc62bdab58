"""What to say where axes of paths seem to be exchanged."""

from __future__ import annotations

from treealg.errors import InvalidValueError

__all__ = ["refuse_size"]


def refuse_size(error: InvalidValueError, name: str, written: str, item: tuple[int, ...]) -> None:
    """Raise an error about a size, which says so where paths have more channels than points.

    Parameters
    ----------
    error : InvalidValueError
        What was found too large.
    name, written : str
        Of the paths, and how an array of them is written.
    item : tuple of int
        Their points and channels.

    Raises
    ------
    InvalidValueError
        In any case.
    """
    length, channels = item
    if channels <= length:
        raise error
    raise InvalidValueError(
        f"{error}; or exchange the last two axes of {name}, which have {length} points in "
        f"{channels} channels, if it is channels by points: {written}.swapaxes(-1, -2)"
    ) from None
