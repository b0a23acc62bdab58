"""How much memory this process may still have, for all that can say beforehand what it needs."""

from __future__ import annotations

import os
from collections.abc import Iterator

from treealg.control_groups import group_folders, lines

__all__ = ["free_memory"]


def free_memory(process: str = "/proc/self", machine: str = "/proc/meminfo") -> int | None:
    """Return the bytes that this process may still have at most, None if nothing bounds them.

    Parameters
    ----------
    process : str
        The directory of the process in the file system proc.
    machine : str
        The file that says what memory the machine has.

    Returns
    -------
    int or None
        The least of what its limits of addresses and of data leave, of what the machine has, and of
        what its control groups grant; what files occupy may be had, and so may swap that is free.

    Notes
    -----
    What cannot be read, or makes no sense, bounds nothing: so it is where there is no proc.

    References
    ----------
    proc(5), getrlimit(2); Linux kernel documentation, "Control Group v2", memory.max; "Memory
    Resource Controller".

    Examples
    --------
    >>> free_memory("/no/such/process", "/no/such/file") is None
    True
    """
    swap = 0
    bounds = list(_addresses(process))
    fields = _fields(machine)
    if "MemAvailable:" in fields:
        swap = 1024 * fields.get("SwapFree:", 0)
        bounds.append(1024 * fields["MemAvailable:"] + swap)
    for version, folder in group_folders(process, "memory"):
        found = _of_group(version, folder)
        if found is not None:
            bounds.append(found + swap)
    return max(min(bounds), 0) if bounds else None


def _addresses(process: str) -> Iterator[int]:
    """Yield what the limits of addresses and of data leave, as far as there are any."""
    try:
        import resource
    except ImportError:  # on Windows
        return
    taken = next((line.split() for line in lines(f"{process}/statm")), [])
    # Of both there are pages: of all, and sixth those of data, with the stack.
    for kind, place in ((resource.RLIMIT_AS, 0), (resource.RLIMIT_DATA, 5)):
        limit = resource.getrlimit(kind)[0]
        if limit != resource.RLIM_INFINITY and taken[place:] and taken[place].isdecimal():
            yield limit - int(taken[place]) * os.sysconf("SC_PAGE_SIZE")


def _of_group(version: int, folder: str) -> int | None:
    """Return what one group leaves of its memory, None if it has no bound."""
    names = ["memory.max", "memory.current"]
    if version == 1:
        names = ["memory.limit_in_bytes", "memory.usage_in_bytes"]
    words = [line.strip() for name in names for line in lines(f"{folder}/{name}")]
    if len(words) != 2 or not all(word.isdecimal() for word in words):
        return None
    limit, taken = map(int, words)
    fields, total = _fields(f"{folder}/memory.stat"), "total_" if version == 1 else ""
    reclaimed = f"{total}inactive_file", f"{total}active_file", "slab_reclaimable"
    return limit - taken + sum(fields.get(name, 0) for name in reclaimed)


def _fields(path: str) -> dict[str, int]:
    """Read lines of a name and a number."""
    words = (line.split() for line in lines(path))
    return {own[0]: int(own[1]) for own in words if len(own) > 1 and own[1].isdecimal()}
