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
from treealg.tables.foresight import foreseen, is_only_asked, made_to_see, stop_at_table
from treealg.tables.frozen import Table
from treealg.tables.memory_limits import check_memory, within_memory

__all__ = [
    "clear_cache",
    "table",
]

_Table = TypeVar("_Table", bound=Table)

_building: dict[tuple[tuple[str, Key], int], threading.RLock] = {}
"""A lock for each table that is being built, by process: a forked one lacks the threads that do.

The handler of a signal may call amid the making of a table, and makes it then for itself.
"""

_warned_of_disk = False


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
    stop_at_table()
    identity = (name, key)
    lock = identity, os.getpid()
    found: _Table | None

    def build_what_fits() -> _Table:
        nbytes = _least(identity, foresee)
        check_memory(nbytes, nbytes // 8)  # room for as much more is kept while it grows
        return build()

    if is_only_asked():  # without the lock, which whoever makes the table takes away at the end
        with within_memory(f"the table {name}{key}"), _refusals_kept(identity):
            kept = _bytes_on_disk(name, key, cls)
            foreseen(_least(identity, foresee) if kept is None else kept)

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
        with made_to_see():  # small tables are made to see how such tables grow
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
