"""Table files: where they lie, how they are written and what is checked when they are read.

A file is a magic number, a BLAKE2b digest of all that follows, the length of a JSON header, the
header (format version, table, key, integers, and name, dtype, size and place of each array), and
the raw little-endian arrays, each aligned. It is read with one read; the arrays are views of the
bytes and cannot be written to. Nothing is ever unpickled.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import sys
import tempfile
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from treealg.errors import InvalidValueError
from treealg.tables.frozen import Table

__all__ = ["FORMAT", "DamagedFileError", "cache_directory", "read", "remove_all", "write"]

FORMAT = 1
"""Version of the files: raised when their layout or the meaning of a table changes."""

_MAGIC = b"treealg\n"
_PREFIX = struct.Struct("<8s32sQ")
_ALIGNMENT = 16
_SUFFIX = ".table"

_Table = TypeVar("_Table", bound=Table)
Key = tuple[int | bool, ...]


class DamagedFileError(Exception):
    """A table file is not what its name says; the message says in what way."""


def cache_directory() -> Path | None:
    """Return the directory of the table files.

    Returns
    -------
    pathlib.Path or None
        The environment variable ``TREEALG_CACHE_DIR`` if it is set (None, no disk cache, if it is
        empty); else the user's cache directory as platformdirs gives it, if that is installed;
        else ``treealg`` in ``$XDG_CACHE_HOME`` or in ``~/.cache``. It need not exist yet. None,
        too, if the user has no home directory.

    Raises
    ------
    None
        A directory that cannot be used is found out when it is used.

    Examples
    --------
    >>> import os
    >>> os.environ["TREEALG_CACHE_DIR"] = "/tmp/tables"  # doctest: +SKIP
    >>> cache_directory()  # doctest: +SKIP
    PosixPath('/tmp/tables')
    """
    chosen = os.environ.get("TREEALG_CACHE_DIR")
    if chosen is not None:
        return Path(chosen) if chosen else None
    try:
        import platformdirs
    except ImportError:
        base = os.environ.get("XDG_CACHE_HOME", "")
        # The XDG convention: a relative path is to be ignored.
        home = Path(os.path.expanduser("~"))
        if os.path.isabs(base):
            return Path(base, "treealg")
        return home / ".cache" / "treealg" if home.is_absolute() else None
    return platformdirs.user_cache_path("treealg")


def _path(directory: Path, name: str, key: Key) -> Path:
    return directory / ("-".join([name, *(str(int(part)) for part in key)]) + _SUFFIX)


def write(directory: Path, name: str, key: Key, table: Table) -> None:
    """Write a table file atomically: a reader finds the old file, the new one, or none.

    Parameters
    ----------
    directory : pathlib.Path
        Made if it does not exist.
    name : str
        The name of the table.
    key : tuple of int
        What it was built for.
    table : Table
        Its content.

    Raises
    ------
    OSError
        If the directory or the file cannot be written.
    """
    integers, arrays = table.parts()
    places, chunks, place = [], [], 0
    for field, array in arrays.items():
        little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        places.append([field, little.dtype.str, little.size, place])
        gap = -little.nbytes % _ALIGNMENT
        chunks += [little.tobytes(), b"\0" * gap]
        place += little.nbytes + gap
    header = {"format": FORMAT, "table": name, "key": list(key), "integers": integers,
              "arrays": places}
    text = json.dumps(header).encode()
    text += b" " * (-(_PREFIX.size + len(text)) % _ALIGNMENT)
    digest = _digest(len(text), [text, *chunks])
    directory.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(suffix=".tmp", prefix=name, dir=directory)
    try:
        with open(handle, "wb") as file:
            file.writelines([_PREFIX.pack(_MAGIC, digest, len(text)), text, *chunks])
        os.replace(temporary, _path(directory, name, key))
    except BaseException:
        # Interrupted or out of space: what was written so far is of no use to anybody.
        Path(temporary).unlink(missing_ok=True)
        raise


def _digest(header: int, parts: list[Any]) -> bytes:
    state = hashlib.blake2b(header.to_bytes(8, "little"), digest_size=32)
    for part in parts:
        state.update(part)
    return state.digest()


def read(directory: Path, name: str, key: Key, cls: type[_Table]) -> _Table | None:
    """Read and check a table file.

    Parameters
    ----------
    directory : pathlib.Path
        Where the files are.
    name : str
        The name of the table.
    key : tuple of int
        What it was built for.
    cls : type
        The class of the table, which validates the arrays.

    Returns
    -------
    Table or None
        None if there is no such file.

    Raises
    ------
    DamagedFileError
        If the file is not exactly what `write` writes for this name and key.
    OSError
        If it exists and cannot be read.
    """
    try:
        content = _path(directory, name, key).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if len(content) < _PREFIX.size:
        raise DamagedFileError("it is too short")
    magic, digest, length = _PREFIX.unpack_from(content)
    if magic != _MAGIC:
        raise DamagedFileError("it does not begin like a table file")
    if digest != _digest(length, [memoryview(content)[_PREFIX.size :]]):
        raise DamagedFileError("its checksum is wrong")
    try:
        header = json.loads(content[_PREFIX.size : _PREFIX.size + length])
        if header["format"] != FORMAT:
            raise DamagedFileError(f"it has format {header['format']!r}, not {FORMAT}")
        if (header["table"], header["key"]) != (name, [int(part) for part in key]):
            raise DamagedFileError(f"it is {header['table']!r} for {header['key']!r}")
        return cls.from_parts(
            header["integers"], _arrays(content, _PREFIX.size + length, header["arrays"], cls)
        )
    except (InvalidValueError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedFileError(f"its content is wrong: {error}") from error


def _arrays(
    content: bytes, begin: int, places: list[tuple[str, str, int, int]], cls: type[Table]
) -> dict[str, Any]:
    """View the arrays in the bytes of a file; NumPy refuses a view that is out of their range."""
    types = cls.array_types()
    arrays = {}
    for field, dtype, size, place in places:
        little = types[field].newbyteorder("<")
        if dtype != little.str or type(size) is not int or size < 0 or place < 0:
            raise DamagedFileError(f"array {field} has dtype {dtype!r} and size {size!r}")
        view = np.frombuffer(content, dtype=little, count=size, offset=begin + place)
        arrays[field] = view if sys.byteorder == "little" else view.astype(types[field])
    return arrays


def remove_all(directory: Path) -> None:
    """Remove the table files of a directory, and files left over by interrupted writers.

    Parameters
    ----------
    directory : pathlib.Path
        Other files in it are left alone.

    Raises
    ------
    OSError
        If a file cannot be removed.
    """
    for path in [*directory.glob("*" + _SUFFIX), *directory.glob("*.tmp")]:
        path.unlink(missing_ok=True)
