"""What tables need is asked before any is made, and nothing is made while it is asked."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from treealg.tables.frozen import Table
from treealg.tables.memory_limits import check_memory

__all__ = [
    "Needs",
    "check_needs",
    "foresee",
    "foreseen",
    "is_only_asked",
    "made_to_see",
    "stop_at_table",
    "until_tables",
]


class Needs(NamedTuple):
    """The bytes that tables need at least.

    Parameters
    ----------
    nbytes : int
        What tables have that are not in memory.
    kernels : int
        What kernels have beside all.
    held : int
        What tables have that are in memory.
    """

    nbytes: int
    kernels: int = 0
    held: int = 0

    def grown(self, nbytes: int) -> Needs:
        """Return what tables need of which it is known that they have so many bytes, if more."""
        if not self.nbytes:
            return self._replace(nbytes=nbytes)
        if nbytes <= self.nbytes:
            return self
        return self._replace(nbytes=nbytes, kernels=self.kernels * nbytes // self.nbytes)

    def beside(self, other: Needs) -> Needs:
        """Return what both need."""
        return Needs(*map(sum, zip(self, other, strict=True)))


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
    needs : Needs
        What it needs at least.
    """

    def __init__(self, needs: Needs) -> None:
        super().__init__(needs)
        self.needs = needs


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


def foresee(*needs: Callable[[], Any]) -> Needs:
    """Refuse tables that are too large, before the first of them is made.

    Parameters
    ----------
    *needs : callable
        Functions without arguments, each of which returns one table.

    Returns
    -------
    Needs
        What they need at least.

    Raises
    ------
    InvalidValueError
        If one is too large.

    Notes
    -----
    What a table has in doubt, and is found out while it is made, is not foreseen.
    """
    total = Needs(0)
    for need in needs:
        with _asking(True):
            try:
                found = need()
            except _Seen as seen:
                total = total.beside(seen.needs)
            else:
                if isinstance(found, Table):  # it is in memory
                    total = total.beside(Needs(0, found.kernels, found.nbytes))
    return total


def check_needs(needs: Needs) -> Needs:
    """Return what a table is seen to need by now, and refuse it if there is no memory for that.

    What tells more, and takes longer, is not begun then.
    """
    check_memory(needs.nbytes, 0, kernels=needs.kernels)
    return needs


def foreseen(needs: Needs) -> None:
    """Leave here, where a table is about to be made, if only that was asked, what it needs."""
    if _here.asks:
        raise _Seen(needs)
