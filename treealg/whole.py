"""Files that nobody sees before they are written."""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from treealg.errors import InvalidValueError

__all__ = ["check_folder", "check_names", "errors_of", "sync", "whole"]

_NOT_SUPPORTED = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP})

# What is wrong with a name, and not with a disk.
_OF_NAMES = frozenset(
    {
        errno.EACCES, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENOENT, errno.ENOTDIR,
        errno.ENXIO, errno.EPERM, errno.EROFS,
    }
)  # fmt: skip

_PATIENCE = 10.0
"""Seconds that somebody is waited for who reads from a pipe."""


def check_folder(path: Path) -> None:
    """Refuse the name of a file to be written in a folder that is not there.

    Examples
    --------
    >>> check_folder(Path(__file__))
    """
    if not os.path.isdir(path.parent):
        raise InvalidValueError(f"there is no folder {path.parent} to write {path.name} to")


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """Open a file to be written, which gets its name at the end, if all went well.

    Notes
    -----
    Opened before long work, it refuses at once what cannot be written: a folder, a name that is too
    long, what may not be written to, a pipe from which nobody reads. Until the end, and where the
    disk is full then, an older file of that name stays as it was. Several processes may write one:
    the last one counts. What a link leads to is replaced, and not the link; a device or a pipe is
    written to as it is. The new file has the mode of an older one, where the file system has modes.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "name"
    ...     with whole(path) as file:
    ...         file.write(b"text"), path.exists()
    ...     path.read_text()
    (4, False)
    'text'
    """
    check_folder(path)
    target = Path(os.path.realpath(path))
    new = target.with_name(f".new-{os.urandom(8).hex()}")
    with errors_of(path, target):
        is_there = _is_there(target)
        if is_there and not target.is_file():
            with _opened_as_it_is(target) as file:
                yield file
            return
        if is_there and not os.access(target, os.W_OK):  # though its folder lets it be replaced
            raise InvalidValueError(f"{path} cannot be written: {os.strerror(errno.EACCES)}")
    try:
        with errors_of(path, new):
            with new.open("xb") as file:
                yield file
            with suppress(OSError):  # there is no older one, or there are no modes
                shutil.copymode(target, new)
            new.replace(target)
    finally:
        with suppress(OSError):
            new.unlink()


def _is_there(path: Path) -> bool:
    try:
        path.stat()
    except FileNotFoundError:
        return False
    return True


def _opened_as_it_is(path: Path) -> BinaryIO:
    """Open a device or a pipe; who is to read from a pipe may come a little later."""
    flags = os.O_WRONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
    last = time.monotonic() + _PATIENCE
    while True:
        try:
            number = os.open(path, flags)
        except OSError as error:
            if error.errno != errno.ENXIO or not path.is_fifo():
                raise
            if time.monotonic() > last:
                raise InvalidValueError(
                    f"{path} cannot be written: nobody reads from this pipe"
                ) from None
            time.sleep(0.01)
        else:
            os.set_blocking(number, True)
            return open(number, "wb")


@contextmanager
def errors_of(path: Path, written: Path) -> Iterator[None]:
    """Have the system's errors name a file as the caller knows it, and not what is written first.

    Where a disk is full, the system names none. A name that cannot be is an invalid value.

    Examples
    --------
    >>> with errors_of(Path("name"), Path("name.new")):
    ...     raise OSError(28, "No space left on device")
    Traceback (most recent call last):
        ...
    OSError: [Errno 28] No space left on device: 'name'
    """
    try:
        yield
    except OSError as error:
        named = error.filename
        if named is not None and str(named) == str(written) and error.errno in _OF_NAMES:
            raise InvalidValueError(f"{path} cannot be written: {error.strerror}") from error
        if named is None or str(named) == str(written):
            error.filename = str(path)
        raise


def check_names(path: Path, *beside: Path) -> None:
    """Refuse a file beside which others are written whose names would be too long.

    Examples
    --------
    >>> check_names(Path("name"), Path("name.json"))
    """
    for other in beside:
        with errors_of(path, other), suppress(FileNotFoundError):
            other.lstat()


def sync(path: Path) -> None:
    """Have the system write to disk what it keeps of a file, where the file system can.

    Examples
    --------
    >>> sync(Path(__file__))
    """
    with path.open("rb") as file:
        try:
            os.fsync(file.fileno())
        except OSError as error:
            if error.errno not in _NOT_SUPPORTED:
                raise
