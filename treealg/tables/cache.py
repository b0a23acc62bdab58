"""Tables in memory, on disk, or from the algebra: built once, shared by all threads.

One lock per table lets different tables be built at the same time and each only once. Tables are
immutable, so whoever holds one keeps it, whatever is dropped or cleared meanwhile.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar

from treealg.checks import check_flag
from treealg.errors import InvalidValueError, TableCacheWarning, warn_caller
from treealg.free_memory import free_memory
from treealg.memory import memory
from treealg.optional import untraced
from treealg.tables import disk
from treealg.tables.directory import DISK_BOUND, Key, directory_name, file_name, prune
from treealg.tables.frozen import Table

__all__ = [
    "check_memory",
    "clear_cache",
    "foresee",
    "foreseen",
    "may_lack_memory",
    "table",
    "until_tables",
    "within_memory",
]

_Table = TypeVar("_Table", bound=Table)

_building: dict[tuple[tuple[str, Key], int], threading.RLock] = {}
"""A lock for each table that is being built, by process: a forked one lacks the threads that do.

The handler of a signal may call amid the making of a table, and makes it then for itself.
"""

_warned_of_disk = False


class _Making(NamedTuple):
    """What is made, and has how many bytes at least.

    Once it is made it needs as much more as `beside` times its size, and what it is made of needs
    `beside_parts` times that; `free` was there before, if that was looked at.
    """

    what: str
    nbytes: int = 0
    beside: float = 0.0
    beside_parts: float = 0.0
    free: int | None = None


class _Here(threading.local):
    """What holds in this thread: stops or asks at tables, and what is made."""

    stops = False
    asks = False
    making: _Making | None = None


_here = _Here()

_LOOKED_AT = 2**24
"""Fewer bytes are taken to be there, without a look."""


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


class _NoMemoryError(MemoryError):
    """There is no memory, as is said in full."""


@contextlib.contextmanager
def within_memory(what: str, beside: float = 0.0) -> Iterator[None]:
    """Refuse what a system, or a limit of the process, has no memory for.

    Parameters
    ----------
    what : str
        What is made.
    beside : float, default 0
        How many times their own sizes is needed beside the tables that it is made of.

    Raises
    ------
    InvalidValueError
        If there is no memory for it; within another block, which raises that, a `MemoryError`.
    """
    before = _here.making
    _here.making = _Making(what, 0, beside if before is None else before.beside_parts, beside)
    try:
        yield
    except MemoryError as error:
        reason = str(error) if isinstance(error, _NoMemoryError) else _no_memory(*_here.making[:2])
        raise (InvalidValueError if before is None else _NoMemoryError)(reason) from None
    finally:
        _here.making = before


def _no_memory(what: str, nbytes: int) -> str:
    """Say that there was no memory for what has at least so many bytes, if any are known."""
    size = f", of at least {nbytes} bytes," if nbytes else ","
    return (
        f"{what}{size} or what is made on the way, cannot be held in the memory that is to be had; "
        f"lower the degree or the dimension"
    )


def check_memory(nbytes: int, more: int) -> None:
    """Refuse what is made within memory if that is seen to be too little, before it is taken.

    Parameters
    ----------
    nbytes : int
        What is made has at least so many.
    more : int
        What is needed beside; negative for what is there.
    """
    making = _here.making or _Making("what is made")
    bounds = []
    if nbytes + more >= _LOOKED_AT:
        free = free_memory()
        bounds.append((nbytes + more, free))
        if not making.nbytes:  # nothing of it is there yet
            making = making._replace(free=free)
    bounds.append((nbytes + int(making.beside * nbytes), making.free))
    _here.making = making._replace(nbytes=max(nbytes, making.nbytes))
    for needed, free in bounds:
        if free is not None and free < needed:
            raise _NoMemoryError(
                f"{making.what}, of at least {nbytes} bytes, cannot be made: at least {needed} are "
                f"needed, and {free} are to be had of the memory; lower the degree or the dimension"
            )


def may_lack_memory(nbytes: int) -> bool:
    """Tell whether there may be no memory for so many bytes more."""
    free = free_memory() if nbytes >= _LOOKED_AT else None
    return free is not None and free < nbytes


def table(
    name: str,
    key: Key,
    cls: type[_Table],
    build: Callable[[], _Table],
    check: Callable[[_Table], bool],
    *,
    foresee: Callable[[], int],
) -> _Table:
    """Return a table from memory, from disk, or newly built and then stored in both.

    Parameters
    ----------
    name, key : str and tuple of int
        What it is known by.
    cls : type
        Its class.
    build : callable
        Makes it, after `foresee`.
    check : callable
        Whether a table that was read has the right sizes.
    foresee : callable
        Refuses it, as far as it is seen to be too large before it is made, and returns the bytes
        that it has at least.

    Returns
    -------
    Table

    Raises
    ------
    InvalidValueError
        If it is refused, or does not fit in memory.
    """
    identity = (name, key)
    found: _Table | None = _remembered(identity)
    if found is not None:
        return found
    return untraced(_made_once)(name, key, cls, build, check, foresee)


def _made_once(
    name: str,
    key: Key,
    cls: type[_Table],
    build: Callable[[], _Table],
    check: Callable[[_Table], bool],
    foresee: Callable[[], int],
) -> _Table:
    """Read or build a table while other threads that need it wait, or tell what it needs."""
    if _here.stops:
        raise _Unmade
    identity = (name, key)
    lock = identity, os.getpid()
    found: _Table | None

    def build_what_fits() -> _Table:
        nbytes = _least(identity, foresee)
        check_memory(nbytes, nbytes // 8)  # room for as much more is kept while it grows
        return build()

    if _here.asks:  # without the lock, which whoever makes the table takes away at the end
        with within_memory(f"the table {name}{key}"), _refusals_kept(identity):
            kept = _bytes_on_disk(name, key, cls)
            raise _Seen(_least(identity, foresee) if kept is None else kept)

    # Memory may be there at the next call, and what lacks it is no refusal to remember.
    with (
        within_memory(f"the table {name}{key}"),
        _building.setdefault(lock, threading.RLock()),
    ):
        found = _remembered(identity)
        if found is not None:
            return found
        try:
            with _refusals_kept(identity):
                found, problem = _load_or_build(name, key, cls, build_what_fits, check)
                memory.put(identity, found)
        finally:
            _building.pop(lock, None)
    # Only now: where warnings are errors, the table is there for the next call.
    if problem is not None:
        warn_caller(problem, TableCacheWarning)
    return found


class _Refusal(NamedTuple):
    """Why a table is not built, so that this is not found out again at every call."""

    reason: str

    @property
    def nbytes(self) -> int:
        return len(self.reason)


@contextlib.contextmanager
def _refusals_kept(identity: tuple[str, Key]) -> Iterator[None]:
    """Remember why a table is refused."""
    try:
        yield
    except InvalidValueError as error:
        memory.put(identity, _Refusal(str(error)))
        raise


class _Least(NamedTuple):
    """The bytes that a table was seen to have at least, so that this is not found out again."""

    least: int

    @property
    def nbytes(self) -> int:
        return 0


def _remembered(identity: tuple[str, Key]) -> Any:
    """Return a table that is in memory, None if it is not, and refuse it as it was before."""
    found = memory.get(identity)
    if isinstance(found, _Refusal):
        raise InvalidValueError(found.reason)
    return None if isinstance(found, _Least) else found


def _least(identity: tuple[str, Key], foresee: Callable[[], int]) -> int:
    """Return the bytes that a table has at least, once it is not refused."""
    found = memory.get(identity)
    if not isinstance(found, _Least):
        with _asking(False):  # small tables are made to see how such tables grow
            found = memory.put(identity, _Least(foresee()))
    return found.least


def _bytes_on_disk(name: str, key: Key, cls: type[Table]) -> int | None:
    """Return the bytes of a table of which there is a file to be read, None if there is none."""
    directory = directory_name()
    return None if directory is None else disk.array_bytes(directory, name, key, cls)


def _load_or_build(
    name: str,
    key: Key,
    cls: type[_Table],
    build: Callable[[], _Table],
    check: Callable[[_Table], bool],
) -> tuple[_Table, str | None]:
    directory = directory_name()
    if directory is None:
        return build(), None
    problem = None
    try:
        found = disk.read(directory, name, key, cls)
        if found is not None:
            if check(found):
                return found, None
            raise disk.DamagedFileError("its sizes are wrong")
    except disk.DamagedFileError as error:
        problem = f"the file of table {name}{key} in {directory} is built anew: {error}"
    except OSError as error:
        problem = _disk_problem(error)
    new = build()
    try:
        disk.write(directory, name, key, new)
    except OSError as error:
        return new, problem or _disk_problem(error)
    with contextlib.suppress(OSError):  # in a common directory, files of others may have to stay
        prune(directory, DISK_BOUND, spared=file_name(directory, name, key))
    return new, problem


def _disk_problem(error: OSError) -> str | None:
    """Say, the first time only, that the cache directory does not work."""
    global _warned_of_disk
    if _warned_of_disk:
        return None
    _warned_of_disk = True
    return (
        f"tables are kept in memory only, as the cache directory cannot be used: {error}; "
        f"set TREEALG_CACHE_DIR to a directory that can, or to off"
    )


def clear_cache(*, disk_too: bool = False) -> None:
    """Forget what is in memory, tables and plans; the next call builds or reads tables again.

    Parameters
    ----------
    disk_too : bool, default False
        Remove the table files of `cache_directory`, too. What else lies there is left alone.

    Raises
    ------
    InvalidTypeError
        If `disk_too` is no flag.
    OSError
        If `disk_too` and a file cannot be removed.

    Notes
    -----
    Safe at any moment and from any thread: calls that run keep the tables that they have.

    Examples
    --------
    >>> clear_cache()
    """
    disk_too = check_flag("disk_too", disk_too)
    memory.clear()
    if disk_too:
        directory = directory_name()
        if directory is not None:
            prune(directory)
