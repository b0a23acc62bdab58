"""How many processors this process may use, for all that start threads."""

from __future__ import annotations

import os
import posixpath
import re
import sys
from collections.abc import Iterator
from functools import cache

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
    groups = {}
    for line in _lines(f"{process}/cgroup"):
        _, _, rest = line.partition(":")
        controllers, _, group = rest.partition(":")
        for controller in controllers.split(","):
            groups[controller] = group
    quotas = []
    for version, root, mount in _mounts(process):
        controller = "" if version == 2 else "cpu"
        if controller in groups:
            way = _way_up(groups[controller], root, mount)
            quotas += [_group_quota(version, folder) for folder in way]
    return min((quota for quota in quotas if quota is not None), default=None)


def _mounts(process: str) -> Iterator[tuple[int, str, str]]:
    """Yield version, root and place of each mounted hierarchy that may bound processor time."""
    for line in _lines(f"{process}/mountinfo"):
        before, _, after = line.partition(" - ")
        fields, kind = before.split(" "), after.split(" ")
        if len(fields) < 5 or len(kind) < 3:
            continue
        root, mount = (re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), x) for x in fields[3:5])
        if kind[0] == "cgroup2":
            yield 2, root, mount
        elif kind[0] == "cgroup" and "cpu" in kind[2].split(","):
            yield 1, root, mount


def _way_up(group: str, root: str, mount: str) -> Iterator[str]:
    """Yield the folders of a group and of those above it, up to where the hierarchy is mounted."""
    below = posixpath.relpath(group, root)
    if below == "." or below.split("/")[0] == "..":  # not below what is mounted, as containers do
        below = ""
    while below:
        yield posixpath.join(mount, below)
        below = posixpath.dirname(below)
    yield mount


def _group_quota(version: int, folder: str) -> int | None:
    """Return the quota of one group in whole processors, None if it has none."""
    names = ["cpu.max"] if version == 2 else ["cpu.cfs_quota_us", "cpu.cfs_period_us"]
    words = [word for name in names for line in _lines(f"{folder}/{name}") for word in line.split()]
    if len(words) != 2 or not all(word.isdecimal() and int(word) for word in words):
        return None
    quota, period = map(int, words)
    return -(-quota // period)


def _lines(path: str) -> list[str]:
    """Return the lines of a file, none if it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read().splitlines()
    except OSError:
        return []
