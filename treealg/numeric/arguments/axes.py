"""What to say where axes of paths seem to be exchanged."""

from __future__ import annotations

from treealg.errors import InvalidValueError

__all__ = ["exchanged", "other_channels", "refuse_size", "transposed"]


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
    raise InvalidValueError(f"{error}{exchanged(name, item)}: {written}.swapaxes(-1, -2)") from None


def exchanged(name: str, item: tuple[int, ...]) -> str:
    """Say that the axes of paths may be exchanged, to go on with after what is wrong.

    Examples
    --------
    >>> exchanged("path", (2, 100))[:40]
    '; or exchange the last two axes of path,'
    """
    length, channels = item
    return (
        f"; or exchange the last two axes of {name}, which have {length} points in {channels} "
        f"channels, if it is channels by points"
    )


def transposed(name: str, first: tuple[int, ...], other: tuple[int, ...]) -> str:
    """Say how two paths of a list go together, if they have equally many rows: as channels.

    Parameters
    ----------
    name : str
        Of the list.
    first, other : tuple of int
        Shapes of two of its paths, with different numbers of columns.

    Returns
    -------
    str
        To end a message with; nothing if they do not.

    Examples
    --------
    >>> transposed("path", (2, 100), (2, 50))
    ', or, if each is channels by points, transpose them: [each.T for each in path]'
    >>> transposed("path", (100, 2), (50, 3))
    ''
    """
    if first[0] != other[0] or first[1] <= first[0]:
        return ""
    return f", or, if each is channels by points, transpose them: [each.T for each in {name}]"


def other_channels(
    name: str, place: str, first: tuple[int, ...], other: tuple[int, ...]
) -> InvalidValueError:
    """Return the error of a path of a list that has other channels than the first.

    Parameters
    ----------
    name, place : str
        Of the list, and of the path.
    first, other : tuple of int
        Shapes of the first path and of this one.
    """
    return InvalidValueError(
        f"{place} must have as many channels as {name}[0], {first[1]}; got shape {other}"
        f"{transposed(name, first, other)}"
    )
