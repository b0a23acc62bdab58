"""Tables in memory, on disk, or from the algebra: built once, shared by all threads.

One lock per table lets different tables be built at the same time and each only once. Tables are
immutable, so whoever holds one keeps it, whatever is dropped or cleared meanwhile.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from treealg.checks import check_flag
from treealg.errors import InvalidValueError, TableCacheWarning, warn_caller
from treealg.memory import memory
from treealg.optional import untraced
from treealg.tables import disk, foresight
from treealg.tables.directory import DISK_BOUND, Key, directory_name, file_name, prune
from treealg.tables.foresight import Needs
from treealg.tables.frozen import Table
from treealg.tables.memory_limits import check_memory, least_known, within_memory

__all__ = [
    "clear_cache",
    "table",
]

_Table = TypeVar("_Table", bound=Table)

_building: dict[tuple[tuple[str, Key], int], threading.RLock] = {}
"""A lock for each table that is being built, by process: a forked one lacks the threads that do.

The handler of a signal may call amid the making of a table, and makes it then for itself.
"""

_warned_of: set[str] = set()
"""The cache directories that were said not to work."""


def table(
    name: str,
    key: Key,
    cls: type[_Table],
    build: Callable[[], _Table],
    check: Callable[[_Table], bool],
    *,
    foresee: Callable[[], Needs],
    parts: Sequence[Callable[[], Table]] = (),
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
        Refuses it, as far as it is seen to be too large before it is made, and returns what it
        needs at least.
    parts : sequence of callable
        Return the tables that it is made from, which are foreseen after it.

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
    return untraced(_made_once)(name, key, cls, build, check, foresee, parts)


def _made_once(
    name: str,
    key: Key,
    cls: type[_Table],
    build: Callable[[], _Table],
    check: Callable[[_Table], bool],
    foresee: Callable[[], Needs],
    parts: Sequence[Callable[[], Table]],
) -> _Table:
    """Read or build a table while other threads that need it wait, or tell what it needs."""
    foresight.stop_at_table()
    identity = (name, key)
    lock = identity, os.getpid()
    found: _Table | None

    def build_what_fits() -> _Table:
        nbytes, kernels, _ = _least(identity, foresee)
        more = nbytes // 8 + foresight.foresee(*parts).nbytes  # room for an eighth is kept to grow
        check_memory(nbytes, more, kernels=kernels)
        return build()

    if foresight.is_only_asked():  # without the lock, which who makes the table takes away
        with within_memory(f"the table {name}{key}"), _refusals_kept(identity):
            kept = _bytes_on_disk(name, key, cls)
            needs = Needs(kept or 0)
            if kept is None:  # kernels take this table, and not what it is made from
                needs = _least(identity, foresee)
                needs = needs.beside(foresight.foresee(*parts)._replace(kernels=0))
            foresight.foreseen(needs)

    # Memory may be there at the next call, and what lacks it is no refusal to remember.
    with (
        within_memory(f"the table {name}{key}"),
        _building.setdefault(lock, threading.RLock()),
    ):
        found = _remembered(identity)
        if found is not None:
            return found
        try:
            with _refusals_kept(identity), _size_kept(identity):
                found, problem = _load_or_build(name, key, cls, build_what_fits, check)
                memory.put(_least_of(identity), _Least(Needs(found.nbytes, found.kernels)))
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
    """What a table was seen to need at least, so that this is not found out again."""

    needs: Needs

    @property
    def nbytes(self) -> int:
        return 0


def _least_of(identity: tuple[str, Key]) -> tuple[str, tuple[str, Key]]:
    """Return what is known by it, beside the table."""
    return "least", identity


@contextlib.contextmanager
def _size_kept(identity: tuple[str, Key]) -> Iterator[None]:
    """Remember how large a table was seen to be that there is no memory for."""
    try:
        yield
    except MemoryError:
        known = memory.get(_least_of(identity))
        if known is not None:
            memory.put(_least_of(identity), _Least(known.needs.grown(least_known())))
        raise


def _remembered(identity: tuple[str, Key]) -> Any:
    """Return a table that is in memory, None if it is not, and refuse it as it was before."""
    found = memory.get(identity)
    if isinstance(found, _Refusal):
        raise InvalidValueError(found.reason)
    return found


def _least(identity: tuple[str, Key], foresee: Callable[[], Needs]) -> Needs:
    """Return what a table needs at least, once it is not refused."""
    found: _Least | None = memory.get(_least_of(identity))
    if found is None:
        with foresight.made_to_see():  # small tables are made to see how such tables grow
            found = memory.put(_least_of(identity), _Least(foresee()))
    return found.needs


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
        problem = _disk_problem(directory, error)
    new = build()
    try:
        disk.write(directory, name, key, new)
    except OSError as error:
        return new, problem or _disk_problem(directory, error)
    with contextlib.suppress(OSError):  # in a common directory, files of others may have to stay
        prune(directory, DISK_BOUND, spared=file_name(directory, name, key))
    return new, problem


def _disk_problem(directory: str, error: OSError) -> str | None:
    """Say, the first time only, that a cache directory does not work."""
    if directory in _warned_of:
        return None
    _warned_of.add(directory)
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
