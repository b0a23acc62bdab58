"""What tables need is asked before any is made, and nothing is made while it is asked."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["foresee", "foreseen", "is_only_asked", "made_to_see", "stop_at_table", "until_tables"]


class _Here(threading.local):
    """What holds in this thread, which stops or asks at tables."""

    stops = False
    asks = False


_here = _Here()


class _Unmade(Exception):
    """A table would be made here."""


@contextlib.contextmanager
def until_tables() -> Iterator[None]:
    """Leave a block where this thread would read or build a table, which is done in none.

    A function of arrays has checked by then what it checks.
    """
    before = _here.stops
    _here.stops = True
    try:
        yield
    except _Unmade:
        pass
    finally:
        _here.stops = before


class _Seen(Exception):
    """What a table needs is asked here, and it is not made.

    Parameters
    ----------
    nbytes : int
        What it needs at least.
    """

    def __init__(self, nbytes: int) -> None:
        super().__init__(nbytes)
        self.nbytes = nbytes


def stop_at_table() -> None:
    """Leave here, where a table would be read or made, if that is where this thread stops."""
    if _here.stops:
        raise _Unmade


def is_only_asked() -> bool:
    """Tell whether this thread only asks what tables need."""
    return _here.asks


def made_to_see() -> contextlib.AbstractContextManager[None]:
    """Make small tables in a block, also where only what others need is asked."""
    return _asking(False)


@contextlib.contextmanager
def _asking(asks: bool) -> Iterator[None]:
    """Say whether this thread only asks what tables need."""
    before = _here.asks
    _here.asks = asks
    try:
        yield
    finally:
        _here.asks = before


def foresee(*needs: Callable[[], Any]) -> int:
    """Refuse tables that are too large, before the first of them is made.

    Parameters
    ----------
    *needs : callable
        Functions without arguments, each of which returns one table.

    Returns
    -------
    int
        The bytes that those need at least which are not in memory.

    Raises
    ------
    InvalidValueError
        If one is too large.

    Notes
    -----
    What a table has in doubt, and is found out while it is made, is not foreseen.
    """
    total = 0
    for need in needs:
        with _asking(True):
            try:
                need()
            except _Seen as seen:
                total += seen.nbytes
    return total


def foreseen(nbytes: int) -> None:
    """Leave here, where a table is about to be made, if only that was asked, what it needs."""
    if _here.asks:
        raise _Seen(nbytes)
