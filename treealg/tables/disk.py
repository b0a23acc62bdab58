"""Table files: how they are written and what is checked when they are read.

A file is a magic number, the CRC-32 of all that follows, the length of a JSON header, the header
(format version, table, key, integers, and name, dtype, size and place of each array), and the raw
little-endian arrays, each aligned. It is read with one read; the arrays are views of the bytes and
cannot be written to. Nothing is ever unpickled.

The modules that only files need are imported where files are used, so that ``import treealg`` does
not pay for them.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import struct
import sys
import zlib
from typing import Any, TypeVar

import numpy as np

from treealg.tables.directory import (
    MAGIC,
    TEMPORARY,
    Key,
    check_trusted,
    file_name,
    without_waiting,
)
from treealg.tables.frozen import Table
from treealg.tables.sizes import MAX_COEFFICIENTS, MAX_ENTRIES

__all__ = ["FORMAT", "DamagedFileError", "read", "write"]

FORMAT = 1
"""Version of the files: raised when their layout or the meaning of a table changes."""

_LARGEST_FILE = 24 * MAX_COEFFICIENTS + 16 * MAX_ENTRIES
"""No table is larger: three words of 8 bytes per row or slot, and two per entry."""

_LARGEST_HEADER = 2**24
"""No header is larger, whatever the key; nor is a file read whole whose header is none."""

_PREFIX = struct.Struct("<8sQQ")
_ALIGNMENT = 16

_Table = TypeVar("_Table", bound=Table)

# What reading a header that is not one of ours can raise, InvalidValueError among them.
_WRONG_CONTENT = (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError)


class DamagedFileError(Exception):
    """A table file is not what its name says; the message says in what way."""


def write(directory: str, name: str, key: Key, table: Table) -> None:
    """Write a table file atomically: a reader finds the old file, the new one, or none."""
    import json

    integers, arrays = table.parts()
    places: list[list[Any]] = []
    chunks: list[Any] = []
    place = 0
    for field, array in arrays.items():
        little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        places.append([field, little.dtype.str, little.size, place])
        gap = -little.nbytes % _ALIGNMENT
        chunks += [little.view(np.uint8).data, b"\0" * gap]
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
    try:
        os.makedirs(directory, exist_ok=True)
    except RecursionError:  # as os.makedirs calls itself for each folder in between
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG), directory) from None
    check_trusted(directory)
    temporary = os.path.join(directory, f"{name}-{os.urandom(8).hex()}{TEMPORARY}")
    # Of the mode that the umask leaves, so that other users may read a common cache.
    try:
        with open(temporary, "xb") as file:
            file.writelines([_PREFIX.pack(MAGIC, digest, len(text)), text, *chunks])
        # Who clears the cache meanwhile may have removed it.
        with contextlib.suppress(FileNotFoundError):
            os.replace(temporary, file_name(directory, name, key))
    except BaseException:
        # Interrupted, also while it is opened, or out of space: of no use to anybody.
        with contextlib.suppress(OSError):
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

    path = file_name(directory, name, key)
    try:
        check_trusted(directory)
        content = _content(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if error.filename == path and os.path.lexists(path):  # else it is of the directory
            raise DamagedFileError(f"it cannot be read: {error.strerror}") from error
        raise
    _, digest, length = _PREFIX.unpack_from(content)
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


def _content(path: str) -> bytes:
    """Read a regular file that begins like one of ours, and note that it was used."""
    with open(path, "rb", opener=without_waiting) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise DamagedFileError("it is no regular file")
        if found.st_size > _LARGEST_FILE:
            raise DamagedFileError(f"it has {found.st_size} bytes, more than any table")
        prefix = file.read(_PREFIX.size)
        if len(prefix) < _PREFIX.size:
            raise DamagedFileError("it is too short")
        if not prefix.startswith(MAGIC):  # before gigabytes of something else are read
            raise DamagedFileError("it does not begin like a table file")
        if not _is_of_size(file.read(min(_PREFIX.unpack(prefix)[2], _LARGEST_HEADER)), found):
            raise DamagedFileError(f"its {found.st_size} bytes are not those of its arrays")
        file.seek(0)
        try:
            content = file.read(found.st_size)
        except MemoryError as error:
            raise DamagedFileError(f"its {found.st_size} bytes do not fit in memory") from error
        if len(content) < found.st_size:
            raise DamagedFileError("it was cut off while it was read")
    with contextlib.suppress(OSError):
        os.utime(path)
    return content


def _is_of_size(text: bytes, found: os.stat_result) -> bool:
    """Tell whether a file ends where its arrays do; a header that does not say so is checked later.

    So a short table in a file that has gigabytes behind it is not read to the end.
    """
    import json

    end = _PREFIX.size + len(text)
    try:
        for _, dtype, size, place in json.loads(text)["arrays"]:
            nbytes = size * np.dtype(dtype).itemsize
            end = max(end, _PREFIX.size + len(text) + place + nbytes + -nbytes % _ALIGNMENT)
    except _WRONG_CONTENT:
        return bool(found.st_size <= _LARGEST_HEADER)
    return bool(found.st_size <= end)


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
