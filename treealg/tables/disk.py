"""Table files: where they lie, how they are written and what is checked when they are read.

A file is a magic number, the CRC-32 of all that follows, the length of a JSON header, the header
(format version, table, key, integers, and name, dtype, size and place of each array), and the raw
little-endian arrays, each aligned. It is read with one read; the arrays are views of the bytes and
cannot be written to. Nothing is ever unpickled.

The modules that only files need are imported where files are used, so that ``import treealg`` does
not pay for them.
"""

from __future__ import annotations

import contextlib
import os
import struct
import sys
import zlib
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from treealg.tables.frozen import Table

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "FORMAT",
    "DamagedFileError",
    "cache_directory",
    "directory_name",
    "file_name",
    "read",
    "remove_all",
    "write",
]

FORMAT = 1
"""Version of the files: raised when their layout or the meaning of a table changes."""

_MAGIC = b"treealg\n"
_PREFIX = struct.Struct("<8sQQ")
_ALIGNMENT = 16
_SUFFIX = ".table"
_TEMPORARY = ".table-tmp"

_Table = TypeVar("_Table", bound=Table)
Key = tuple[int | bool, ...]

# What reading a header that is not one of ours can raise, InvalidValueError among them.
_WRONG_CONTENT = (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError)


class DamagedFileError(Exception):
    """A table file is not what its name says; the message says in what way."""


def cache_directory() -> Path | None:
    """Return the directory of the table files.

    Returns
    -------
    pathlib.Path or None
        The environment variable ``TREEALG_CACHE_DIR`` if it is set (None, no disk cache, if it is
        empty); else the user's cache directory as platformdirs gives it, if that is installed;
        else ``treealg`` in ``$XDG_CACHE_HOME`` or in ``~/.cache``, which is what platformdirs
        gives on Linux. It need not exist yet. None, too, if the user has no home directory.

    Examples
    --------
    >>> import os
    >>> os.environ["TREEALG_CACHE_DIR"] = "/tmp/tables"  # doctest: +SKIP
    >>> cache_directory()  # doctest: +SKIP
    PosixPath('/tmp/tables')
    """
    from pathlib import Path

    found = directory_name()
    return None if found is None else Path(found)


def directory_name() -> str | None:
    """Return `cache_directory` as text."""
    chosen = os.environ.get("TREEALG_CACHE_DIR")
    if chosen is not None:
        return chosen or None
    if sys.platform in ("win32", "darwin"):
        try:
            from platformdirs import user_cache_dir
        except ImportError:
            pass
        else:
            return user_cache_dir("treealg")
    # The XDG convention, in which a relative path is to be ignored. On the systems that follow it
    # platformdirs says the same, and to import it takes longer than to read the tables.
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):
        base = os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "treealg") if os.path.isabs(base) else None


def file_name(directory: str, name: str, key: Key) -> str:
    """Return the path of a table file.

    Examples
    --------
    >>> file_name("cache", "convolution", (2, 5, False))
    'cache/convolution-2-5-0.table'
    """
    return os.path.join(directory, "-".join([name, *(str(int(part)) for part in key)]) + _SUFFIX)


def write(directory: str, name: str, key: Key, table: Table) -> None:
    """Write a table file atomically: a reader finds the old file, the new one, or none."""
    import json
    import tempfile

    integers, arrays = table.parts()
    places, chunks, place = [], [], 0
    for field, array in arrays.items():
        little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        places.append([field, little.dtype.str, little.size, place])
        gap = -little.nbytes % _ALIGNMENT
        chunks += [little.tobytes(), b"\0" * gap]
        place += little.nbytes + gap
    header = {
        "format": FORMAT,
        "table": name,
        "key": list(key),
        "integers": integers,
        "arrays": places,
    }
    text = json.dumps(header).encode()
    text += b" " * (-(_PREFIX.size + len(text)) % _ALIGNMENT)
    digest = _digest(len(text), [text, *chunks])
    os.makedirs(directory, exist_ok=True)
    handle, temporary = tempfile.mkstemp(suffix=_TEMPORARY, prefix=name, dir=directory)
    try:
        with open(handle, "wb") as file:
            file.writelines([_PREFIX.pack(_MAGIC, digest, len(text)), text, *chunks])
        os.replace(temporary, file_name(directory, name, key))
    except BaseException:
        # Interrupted or out of space: what was written so far is of no use to anybody.
        os.unlink(temporary)
        raise


def _digest(header: int, parts: list[Any]) -> int:
    value = zlib.crc32(header.to_bytes(8, "little"))
    for part in parts:
        value = zlib.crc32(part, value)
    return value


def read(directory: str, name: str, key: Key, cls: type[_Table]) -> _Table | None:
    """Read and check a table file."""
    import json

    try:
        with open(file_name(directory, name, key), "rb") as file:
            content = file.read()
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
    except _WRONG_CONTENT as error:
        raise DamagedFileError(f"its content is wrong: {error}") from error


def _arrays(
    content: bytes, begin: int, places: list[tuple[str, str, int, int]], cls: type[Table]
) -> dict[str, Any]:
    """View the arrays in the bytes of a file; NumPy refuses a view that is out of their range."""
    types = cls.array_types()
    arrays = {}
    for field, dtype, size, place in places:
        little = types[field].newbyteorder("<")
        if dtype != little.str or size < 0 or place < 0 or place % _ALIGNMENT:
            raise DamagedFileError(f"array {field} is of {dtype!r}, size {size!r}, at {place!r}")
        view = np.frombuffer(content, dtype=little, count=size, offset=begin + place)
        arrays[field] = view if sys.byteorder == "little" else view.astype(types[field])
    return arrays


def remove_all(directory: str) -> None:
    """Remove the table files of a directory, and files left over by interrupted writers."""
    if not os.path.isdir(directory):
        return
    for name in os.listdir(directory):
        if name.endswith((_SUFFIX, _TEMPORARY)):
            # Another process may have been faster.
            with contextlib.suppress(FileNotFoundError):
                os.unlink(os.path.join(directory, name))
