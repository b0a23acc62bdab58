"""How many processors this process may use, for all that start threads."""

from __future__ import annotations

import os
import re
import sys
from functools import cache

from treealg.control_groups import group_folders, lines

__all__ = ["all_processors", "available_processors", "cgroup_quota"]

_NUMBER = re.compile(r"\s*0*([1-9]\d{0,9})\s*(,|$)")


def available_processors() -> int:
    """Return how many threads of this process may compute at the same time.

    Returns
    -------
    int
        The processors that the process may be scheduled on, fewer if its control group bounds
        their time or the environment variable ``OMP_THREAD_LIMIT`` the threads; at least 1.

    Notes
    -----
    The bounds of control groups are read once.

    Examples
    --------
    >>> available_processors() >= 1
    True
    """
    count = _scheduled()
    for bound in (_quota(), _number("OMP_THREAD_LIMIT")):
        if bound is not None and bound < count:
            count = bound
    return count


def all_processors(available: int) -> int:
    """Return how many of the processors count as all where no number is given.

    Parameters
    ----------
    available : int
        The `available_processors`.

    Returns
    -------
    int
        The first number of the environment variable ``OMP_NUM_THREADS``, if that is smaller:
        schedulers and launchers set it to divide a machine among processes.

    Examples
    --------
    >>> all_processors(1)
    1
    """
    return min(available, _number("OMP_NUM_THREADS") or available)


if sys.version_info >= (3, 13):

    def _scheduled() -> int:
        return os.process_cpu_count() or 1

elif hasattr(os, "sched_getaffinity"):

    def _scheduled() -> int:
        return len(os.sched_getaffinity(0)) or 1

else:

    def _scheduled() -> int:
        return os.cpu_count() or 1


def _number(variable: str) -> int | None:
    """Return the number of threads that an environment variable gives, None if it gives none."""
    text = os.environ.get(variable)
    found = _NUMBER.match(text) if text else None
    return int(found[1]) if found else None


@cache
def _quota() -> int | None:
    return cgroup_quota("/proc/self")


def cgroup_quota(process: str) -> int | None:
    """Return the processors whose time the control groups of a process grant, None if all.

    Parameters
    ----------
    process : str
        The directory of the process in the file system proc.

    Returns
    -------
    int or None
        The smallest quota of the process's group and those above it, as far as they can be seen,
        as whole processors: a quota of one and a half keeps two busy.

    Notes
    -----
    Versions 1 and 2 of control groups, also side by side. Where there are none, or what is read
    makes no sense, nothing is bounded.

    References
    ----------
    Linux kernel documentation, "Control Group v2", cpu.max; "CFS Bandwidth Control"; proc(5).

    Examples
    --------
    >>> cgroup_quota("/no/such/process")
    """
    found = (_group_quota(*own) for own in group_folders(process, "cpu"))
    return min((quota for quota in found if quota is not None), default=None)


def _group_quota(version: int, folder: str) -> int | None:
    """Return the quota of one group in whole processors, None if it has none."""
    names = ["cpu.max"] if version == 2 else ["cpu.cfs_quota_us", "cpu.cfs_period_us"]
    words = [word for name in names for line in lines(f"{folder}/{name}") for word in line.split()]
    if len(words) != 2 or not all(word.isdecimal() and int(word) for word in words):
        return None
    quota, period = map(int, words)
    return -(-quota // period)
