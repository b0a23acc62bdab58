"""The cache directory: where it is, whom it is trusted from, what lies there, and what has to go.

Only files that are ours by name and content are ever removed: what else somebody keeps in the
directory is left alone.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import struct
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

from treealg.checks import in_home

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "DISK_BOUND",
    "MAGIC",
    "PREFIX",
    "TEMPORARY",
    "Listing",
    "TableFile",
    "cache_directory",
    "check_trusted",
    "directory_name",
    "file_name",
    "is_strange",
    "prune",
    "table_files",
    "without_waiting",
]

Key = tuple[int | bool, ...]

MAGIC = b"treealg\n"
"""What every table file begins with."""

PREFIX = struct.Struct("<8sQQ")
"""What it begins with: that, the checksum of what follows, and the length of its header."""

DISK_BOUND = 2**30
"""Bytes of table files that are kept; the one written last is kept even if it is larger."""

TEMPORARY = ".table-tmp"
"""How the name of a file ends that is being written."""

_CLOCKS_DIFFER = 3600.0
"""Seconds that the clock of a file server may be ahead of ours."""

_LONGEST_HEADER = 2**20
"""Bytes of a header, by far."""

_LONGEST_KEY = 80
"""Characters of a key in the name of a file, of which some systems allow for 143."""

_OFF = frozenset({"", "off", "none", "no", "false", "0"})
"""What switches the disk cache off, where a directory is named."""

_SUFFIX = ".table"
_OUR_NAME = re.compile(r"[a-z_]+(-\d+)+\.table")
_OUR_TEMPORARY_NAME = re.compile(r"[a-z_]+-[0-9a-f]{16}\.table-tmp")


class TableFile(NamedTuple):
    """A file of the cache directory.

    Attributes
    ----------
    name : str
        Its name there.
    nbytes : int
        Its size.
    used : float
        When it was written or last read, in seconds since the epoch.
    """

    name: str
    nbytes: int
    used: float


class Listing(NamedTuple):
    """What lies in the cache directory.

    Attributes
    ----------
    tables : list of TableFile
        The table files, the one used longest ago first.
    others : list of str
        Names of what is no table file.
    unread : dict
        From the name of what may be a table file and cannot be read to the reason.
    """

    tables: list[TableFile]
    others: list[str]
    unread: dict[str, str]


def cache_directory() -> Path | None:
    """Return the directory of the table files.

    Returns
    -------
    pathlib.Path or None
        An absolute path: the environment variable ``TREEALG_CACHE_DIR`` if it is set (None, no disk
        cache, if it is ``off``, ``none``, ``no``, ``false`` or ``0``, in letters of any case, or
        empty; blanks around it do not count); else the user's cache directory as platformdirs gives
        it, if that is installed; else ``treealg`` in ``$XDG_CACHE_HOME`` or in ``~/.cache``, as
        platformdirs gives on Linux; ``~`` in a variable is the home directory. It need not exist
        yet. None, too, if it would be in the home directory of a user who has none, or who is not
        known. A relative name is looked up where the process is at each call; ``./off`` and
        ``./~tables`` are such.

    Examples
    --------
    >>> import os
    >>> os.environ["TREEALG_CACHE_DIR"] = "/tmp/tables"  # doctest: +SKIP
    >>> cache_directory()  # doctest: +SKIP
    PosixPath('/tmp/tables')
    """
    from pathlib import Path

    found = directory_name()
    if found is None:
        return None
    with contextlib.suppress(OSError):  # where the process is may have been removed
        return Path(found).absolute()
    return Path(found)


def directory_name() -> str | None:
    """Return `cache_directory` as text."""
    chosen = os.environ.get("TREEALG_CACHE_DIR")
    if chosen is not None:
        chosen = chosen.strip()
        if chosen.lower() in _OFF:
            return None
        found = in_home(chosen)
        # A folder named by the ~ of a user who is not known would be made where the process is.
        return None if found == chosen and chosen.startswith("~") else found
    if sys.platform in ("win32", "darwin"):
        try:
            from platformdirs import user_cache_dir
        except ImportError:
            pass
        else:
            return user_cache_dir("treealg")
    # The XDG convention, in which a relative path is to be ignored. On the systems that follow it
    # platformdirs says the same, and to import it takes longer than to read the tables.
    base = in_home(os.environ.get("XDG_CACHE_HOME", "").strip()) or ""
    if not os.path.isabs(base):
        base = os.path.join(in_home("~") or "", ".cache")
    return os.path.join(base, "treealg") if os.path.isabs(base) else None


def file_name(directory: str, name: str, key: Key) -> str:
    """Return the path of a table file.

    Where the key is longer than a name may be, as of the weights of many channels, its hash stands
    in its place: the file has the key itself.

    Examples
    --------
    >>> file_name("cache", "convolution", (2, 5, False))
    'cache/convolution-2-5-0.table'
    """
    text = "-".join(str(int(part)) for part in key)
    if len(text) > _LONGEST_KEY:
        import hashlib

        text = str(int.from_bytes(hashlib.sha256(text.encode()).digest(), "big"))
    return os.path.join(directory, f"{name}-{text}{_SUFFIX}")


def check_trusted(directory: str) -> None:
    """Raise an OSError for what is no directory, or not to be trusted.

    So for a directory of another user in which everybody may put files, and for one that lies in
    such a directory, however deep, unless only owners may rename and remove what is there, as in
    ``/tmp``. A directory that is not there can be made.
    """
    if os.path.lexists(directory) and not os.path.isdir(directory):
        if os.path.exists(directory):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), directory)
        text = "it is a link to what is not there or cannot be seen"
        raise NotADirectoryError(errno.ENOTDIR, text, directory)
    if not hasattr(os, "geteuid"):
        return
    for folder in (directory, *_parents(directory)):
        try:
            found = os.stat(folder)
        except FileNotFoundError:
            continue
        if not found.st_mode & stat.S_IWOTH or found.st_uid == os.geteuid():
            continue
        if folder == directory:
            raise PermissionError(
                f"{directory} belongs to another user, and everybody may write to it: tables there "
                f"may be anybody's"
            )
        if not found.st_mode & stat.S_ISVTX:
            raise PermissionError(
                f"{directory} is in {folder}, which belongs to another user, and everybody may "
                f"write to it and put something else in its place"
            )


def is_strange(found: os.stat_result, directory: str) -> bool:
    """Tell whether a file is of another user than this one and root, and could be of anybody.

    So it is in a directory of one's own to which everybody may write, as ``/tmp`` is to root.
    """
    if not hasattr(os, "geteuid") or found.st_uid in (0, os.geteuid()):
        return False
    return bool(os.stat(directory).st_mode & stat.S_IWOTH)


def _parents(directory: str) -> list[str]:
    """Return the folders that a directory is in, by its name and by where links lead."""
    found: list[str] = []
    for path in (os.path.abspath(directory), os.path.realpath(directory)):
        while (parent := os.path.dirname(path)) not in found:
            found.append(parent)
            path = parent
    return found


def without_waiting(path: str, flags: int) -> int:
    """Open a file, as `open` has it done; a pipe or a device is not waited for."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0))


def table_files(directory: str) -> Listing:
    """Return what lies in the cache directory.

    Files that are left over from interrupted writers are among the first, and so are those whose
    time is in the future, as a clock that went wrong leaves them: they would never be the oldest.
    """
    ours: list[TableFile] = []
    others: list[str] = []
    unread: dict[str, str] = {}
    try:
        names = sorted(os.listdir(directory))
    except (FileNotFoundError, NotADirectoryError):
        names = []
    for name in names:
        try:
            found = os.lstat(os.path.join(directory, name))
            is_ours = stat.S_ISREG(found.st_mode) and _is_ours(directory, name)
        except FileNotFoundError:
            # Another process was faster.
            continue
        except OSError as error:
            unread[name] = error.strerror or str(error)
            continue
        if is_ours:
            ours.append(TableFile(name, found.st_size, found.st_mtime))
        else:
            others.append(name)
    latest = time.time() + _CLOCKS_DIFFER
    ours.sort(key=lambda file: file.used if file.used <= latest else 0.0)
    return Listing(ours, others, unread)


def _is_ours(directory: str, name: str) -> bool:
    """Tell by its name and by its header whether a regular file is a table file.

    Of one that was being written there may be no more than how it begins.
    """
    is_temporary = _OUR_TEMPORARY_NAME.fullmatch(name) is not None
    if not (is_temporary or _OUR_NAME.fullmatch(name)):
        return False
    with open(os.path.join(directory, name), "rb", opener=without_waiting) as file:
        prefix = file.read(PREFIX.size)
        if is_temporary or not prefix.startswith(MAGIC) or len(prefix) < PREFIX.size:
            return is_temporary and prefix.startswith(MAGIC)
        _, _, length = PREFIX.unpack(prefix)
        return length <= _LONGEST_HEADER and _is_header(file.read(length), name)


def _is_header(text: bytes, name: str) -> bool:
    """Tell whether this is the header, of whatever format, of a table file of some name."""
    import json

    try:
        header = json.loads(text)
        key = tuple(map(int, header["key"]))
        return "format" in header and file_name("", header["table"], key) == name
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError):
        return False


def prune(directory: str, bound: int = 0, spared: str = "") -> list[TableFile]:
    """Remove the table files that were used longest ago until no more than `bound` bytes are left.

    Parameters
    ----------
    directory : str
        The cache directory.
    bound : int
        Bytes to be left; 0 leaves nothing.
    spared : str
        The path of a file that stays, whatever its size.

    Returns
    -------
    list of TableFile
        What was removed. What another process removes first, is left to it.

    Raises
    ------
    OSError
        If the directory cannot be read, or a file not removed: the first of them, when all others
        are.
    """
    files = table_files(directory).tables
    total = sum(file.nbytes for file in files)
    removed = []
    refused = None
    for file in files:
        path = os.path.join(directory, file.name)
        if total <= bound and bound:
            break
        if path == spared:
            continue
        try:
            os.unlink(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            refused = refused or error
            continue
        total -= file.nbytes
        removed.append(file)
    if refused is not None:
        raise refused
    return removed
