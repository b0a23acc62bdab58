"""Where the control groups of a process are, whose bounds hold for it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

__all__ = ["group_folders", "lines"]


def group_folders(process: str, controller: str) -> Iterator[tuple[int, str]]:
    """Yield the folders of the groups of a process, and of those above them, as far as visible.

    Parameters
    ----------
    process : str
        The directory of the process in the file system proc.
    controller : str
        What bounds, by its name in version 1: ``"cpu"`` or ``"memory"``.

    Yields
    ------
    tuple
        Version 1 or 2, and a folder. Both may be there, side by side.

    References
    ----------
    Linux kernel documentation, "Control Group v2"; proc(5).

    Examples
    --------
    >>> list(group_folders("/no/such/process", "cpu"))
    []
    """
    groups = {}
    for line in lines(f"{process}/cgroup"):
        _, _, rest = line.partition(":")
        controllers, _, group = rest.partition(":")
        for own in controllers.split(","):
            groups[own] = group
    for version, root, mount in _mounts(process, controller):
        own = "" if version == 2 else controller
        if own in groups:
            for folder in _way_up(groups[own], root, mount):
                yield version, folder


def _mounts(process: str, controller: str) -> Iterator[tuple[int, str, str]]:
    """Yield version, root and place of each mounted hierarchy that may bound something."""
    for line in lines(f"{process}/mountinfo"):
        before, _, after = line.partition(" - ")
        fields, kind = before.split(" "), after.split(" ")
        if len(fields) < 5 or len(kind) < 3:
            continue
        root, mount = (re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), x) for x in fields[3:5])
        if kind[0] == "cgroup2":
            yield 2, root, mount
        elif kind[0] == "cgroup" and controller in kind[2].split(","):
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


def lines(path: str) -> list[str]:
    """Return the lines of a file, none if it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read().splitlines()
    except OSError:
        return []
