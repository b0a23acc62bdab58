"""Tables in memory: built once, shared by all threads, the least recently used dropped first.

One short lock guards the store; one lock per table lets different tables be built at the same
time and each only once. Tables are immutable, so whoever holds one keeps it, whatever is dropped
or cleared meanwhile.
"""

from __future__ import annotations

import os
import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

from treealg.errors import TableCacheWarning
from treealg.tables import disk
from treealg.tables.frozen import Table

__all__ = ["MEMORY_BOUND", "clear_cache", "table"]

MEMORY_BOUND = 2**29
"""Bytes of tables that are kept in memory; the table used last is kept even if it is larger."""

_Table = TypeVar("_Table", bound=Table)
_Id = tuple[str, disk.Key]


class _Store:
    """The tables of one process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.tables: OrderedDict[_Id, Table] = OrderedDict()
        self.nbytes = 0
        self.building: dict[_Id, threading.Lock] = {}
        self.warned_of_disk = False

    def get(self, identity: _Id) -> Table | None:
        with self.lock:
            found = self.tables.get(identity)
            if found is not None:
                self.tables.move_to_end(identity)
            return found

    def put(self, identity: _Id, new: Table) -> None:
        with self.lock:
            self.building.pop(identity, None)
            before = self.tables.pop(identity, None)
            self.nbytes += new.nbytes - (before.nbytes if before is not None else 0)
            self.tables[identity] = new
            while self.nbytes > MEMORY_BOUND and len(self.tables) > 1:
                _, dropped = self.tables.popitem(last=False)
                self.nbytes -= dropped.nbytes

    def clear(self) -> None:
        with self.lock:
            self.tables.clear()
            self.nbytes = 0

    def builder_lock(self, identity: _Id) -> threading.Lock:
        with self.lock:
            return self.building.setdefault(identity, threading.Lock())

    def after_fork_in_child(self) -> None:
        """Start with new locks: threads that held the old ones do not exist here."""
        self.lock = threading.Lock()
        self.building = {}


_store = _Store()

if hasattr(os, "register_at_fork"):
    # The short lock is taken around the fork, so that the child finds the store whole.
    os.register_at_fork(
        before=lambda: _store.lock.acquire(),
        after_in_parent=lambda: _store.lock.release(),
        after_in_child=_store.after_fork_in_child,
    )


def table(
    name: str,
    key: disk.Key,
    cls: type[_Table],
    build: Callable[[], _Table],
    check: Callable[[_Table], bool],
) -> _Table:
    """Return a table from memory, from disk, or newly built and then stored in both."""
    identity = (name, key)
    found: Any = _store.get(identity)
    if found is not None:
        return found  # type: ignore[no-any-return]
    with _store.builder_lock(identity):
        found = _store.get(identity)
        if found is None:
            found, problem = _load_or_build(name, key, cls, build, check)
            _store.put(identity, found)
            # Only now: where warnings are errors, the table is there for the next call.
            if problem is not None:
                warnings.warn(problem, TableCacheWarning, stacklevel=4)
    return found  # type: ignore[no-any-return]


def _load_or_build(
    name: str,
    key: disk.Key,
    cls: type[_Table],
    build: Callable[[], _Table],
    check: Callable[[_Table], bool],
) -> tuple[_Table, str | None]:
    directory = disk.directory_name()
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
        problem = problem or _disk_problem(error)
    return new, problem


def _disk_problem(error: OSError) -> str | None:
    """Say, the first time only, that the cache directory does not work."""
    if _store.warned_of_disk:
        return None
    _store.warned_of_disk = True
    return (
        f"tables are kept in memory only, as the cache directory cannot be used: {error}; "
        f"set TREEALG_CACHE_DIR to a directory that can, or to nothing"
    )


def clear_cache(*, disk_too: bool = False) -> None:
    """Forget the tables in memory; the next call builds or reads them again.

    Parameters
    ----------
    disk_too : bool, default False
        Remove the table files of `cache_directory`, too.

    Raises
    ------
    OSError
        If `disk_too` and a file cannot be removed.

    Notes
    -----
    Safe at any moment and from any thread: calls that run keep the tables that they have.

    Examples
    --------
    >>> clear_cache()
    """
    _store.clear()
    if disk_too:
        directory = disk.directory_name()
        if directory is not None:
            disk.remove_all(directory)
