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
from treealg.memory import memory
from treealg.optional import untraced
from treealg.tables import disk
from treealg.tables.directory import DISK_BOUND, Key, directory_name, file_name, prune
from treealg.tables.frozen import Table

__all__ = ["clear_cache", "table", "until_tables", "within_memory"]

_Table = TypeVar("_Table", bound=Table)

_building: dict[tuple[tuple[str, Key], int], threading.RLock] = {}
"""A lock for each table that is being built, by process: a forked one lacks the threads that do.

The handler of a signal may call amid the making of a table, and makes it then for itself.
"""

_warned_of_disk = False
_here = threading.local()


class _Unmade(Exception):
    """A table would be made here."""


@contextlib.contextmanager
def until_tables() -> Iterator[None]:
    """Leave a block where this thread would read or build a table, which is done in none.

    A function of arrays has checked by then what it checks.
    """
    before = getattr(_here, "stops", False)
    _here.stops = True
    try:
        yield
    except _Unmade:
        pass
    finally:
        _here.stops = before


@contextlib.contextmanager
def within_memory(what: str) -> Iterator[None]:
    """Refuse what a system, or a limit of the process, has no memory for."""
    try:
        yield
    except MemoryError:
        raise InvalidValueError(
            f"{what}, or what it is made from, does not fit in the memory that is to be had; lower "
            f"the degree or the dimension"
        ) from None


def table(
    name: str,
    key: Key,
    cls: type[_Table],
    build: Callable[[], _Table],
    check: Callable[[_Table], bool],
) -> _Table:
    """Return a table from memory, from disk, or newly built and then stored in both."""
    identity = (name, key)
    found: _Table | None = _remembered(identity)
    if found is not None:
        return found
    return untraced(_made_once)(name, key, cls, build, check)


def _made_once(
    name: str,
    key: Key,
    cls: type[_Table],
    build: Callable[[], _Table],
    check: Callable[[_Table], bool],
) -> _Table:
    """Read or build a table while other threads that need it wait."""
    if getattr(_here, "stops", False):
        raise _Unmade
    identity = (name, key)
    lock = identity, os.getpid()
    found: _Table | None
    # Memory may be there at the next call, and what lacks it is no refusal to remember.
    with within_memory(f"the table {name}{key}"), _building.setdefault(lock, threading.RLock()):
        found = _remembered(identity)
        if found is not None:
            return found
        try:
            found, problem = _load_or_build(name, key, cls, build, check)
            memory.put(identity, found)
        except InvalidValueError as error:
            memory.put(identity, _Refusal(str(error)))
            raise
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


def _remembered(identity: tuple[str, Key]) -> Any:
    """Return a table that is in memory, None if it is not, and refuse it as it was before."""
    found = memory.get(identity)
    if isinstance(found, _Refusal):
        raise InvalidValueError(found.reason)
    return found


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
