"""Files that nobody sees before they are written."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from treealg.errors import InvalidValueError

__all__ = ["check_folder", "errors_of", "sync", "whole", "write_text"]

_NOT_SUPPORTED = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP})


def check_folder(path: Path) -> None:
    """Refuse the name of a file to be written in a folder that is not there.

    Examples
    --------
    >>> check_folder(Path(__file__))
    """
    if not path.parent.is_dir():
        raise InvalidValueError(f"there is no folder {path.parent} to write {path.name} to")


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """Open a file to be written, which gets its name at the end, if all went well.

    Notes
    -----
    Until then, and where it cannot be written, for instance as the disk is full, an older file of
    that name stays as it was. Several processes may write one: the last one counts. What a link
    leads to is replaced, and not the link; a device or a pipe is written to as it is. The new file
    has the mode of an older one, where the file system has modes.

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
    if target.exists() and not target.is_file():
        with target.open("wb") as file:
            yield file
        return
    new = target.with_name(f".new-{os.urandom(8).hex()}")
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


@contextmanager
def errors_of(path: Path, written: Path) -> Iterator[None]:
    """Have the system's errors name a file as the caller knows it, and not what is written first.

    Where a disk is full, the system names none.

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
        if error.filename in (None, str(written)):
            error.filename = str(path)
        raise


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


def write_text(path: Path, text: str) -> None:
    r"""Write a text to a file, as a whole.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_text(pathlib.Path(folder) / "name", "ü")
    ...     (pathlib.Path(folder) / "name").read_bytes()
    b'\xc3\xbc'
    """
    with whole(path) as file:
        file.write(text.encode("utf-8"))
