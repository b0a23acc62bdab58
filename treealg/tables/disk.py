"""Table files: how they are written and what is checked when they are read.

A file is a magic number, the CRC-32 of all that follows, the length of a JSON header, the header
(format version, table, key, integers, and name, dtype, size and place of each array), and the raw
little-endian arrays, each aligned. The arrays are read with one read, are views of the bytes and
cannot be written to. Nothing is ever unpickled, and no text of a file becomes anything but itself:
names and dtypes are compared with those that the class of the table has.

The modules that only files need are imported where files are used, so that ``import treealg`` does
not pay for them.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple, TypeVar

import numpy as np

from treealg.checks import brief
from treealg.tables.directory import (
    MAGIC,
    PREFIX,
    TEMPORARY,
    Key,
    check_trusted,
    file_name,
    is_strange,
    without_waiting,
)
from treealg.tables.frozen import Table
from treealg.tables.sizes import MAX_COEFFICIENTS, MAX_ENTRIES

__all__ = ["FORMAT", "LARGEST_FILE", "DamagedFileError", "array_bytes", "read", "write"]

FORMAT = 1
"""Version of the files: raised when their layout or the meaning of a table changes."""

LARGEST_FILE = 24 * MAX_COEFFICIENTS + 16 * MAX_ENTRIES
"""No table is larger: three words of 8 bytes per row or slot, and two per entry."""

_LARGEST_HEADER = 2**13
"""No header is larger by more than the text of its key: names, and numbers of arrays."""

_ALIGNMENT = 16

_Table = TypeVar("_Table", bound=Table)

# What a header or arrays that are not ours can raise, InvalidValueError among them.
_WRONG_CONTENT = (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError)


class DamagedFileError(Exception):
    """A table file is not what its name says; the message says in what way."""


def write(directory: str, name: str, key: Key, table: Table) -> None:
    """Write a table file atomically: a reader finds the old file, the new one, or none."""
    import json

    integers, arrays = table.parts()
    places, _ = _places(table.array_types(), [array.size for array in arrays.values()])
    chunks: list[Any] = []
    for array in arrays.values():
        little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        chunks += [little.view(np.uint8).data, b"\0" * (-little.nbytes % _ALIGNMENT)]
    header = {
        "format": FORMAT,
        "table": name,
        "key": list(key),
        "integers": integers,
        "arrays": places,
    }
    text = json.dumps(header).encode()
    text += b" " * (-(PREFIX.size + len(text)) % _ALIGNMENT)
    digest = _digest(len(text), [text, *chunks])
    check_trusted(directory)
    try:
        os.makedirs(directory, exist_ok=True)
    except RecursionError:  # as os.makedirs calls itself for each folder in between
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG), directory) from None
    check_trusted(directory)  # if another process made it
    temporary = os.path.join(directory, f"{name}-{os.urandom(8).hex()}{TEMPORARY}")
    # Of the mode that the umask leaves, so that other users may read a common cache.
    try:
        with open(temporary, "xb") as file:
            file.writelines([PREFIX.pack(MAGIC, digest, len(text)), text, *chunks])
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
    path = file_name(directory, name, key)
    try:
        check_trusted(directory)
    except NotADirectoryError:
        return None
    try:
        header, payload = _content(path, name, key, cls)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        # Else it is of the directory. Where reading fails, the system names no file.
        if error.filename in (path, None) and os.path.lexists(path):
            raise DamagedFileError(f"it cannot be read: {error.strerror}") from error
        raise
    try:
        return cls.from_parts(header.integers, _arrays(payload, header.places, cls))
    except _WRONG_CONTENT as error:
        raise DamagedFileError(f"its content is wrong: {error}") from error


def array_bytes(directory: str, name: str, key: Key, cls: type[Table]) -> int | None:
    """Return the bytes of the arrays in a table file by its header, None if `read` takes none."""
    try:
        check_trusted(directory)
        with _opened(file_name(directory, name, key), name, key, cls) as opened:
            return opened.header.nbytes
    except (OSError, DamagedFileError):
        return None


class _Header(NamedTuple):
    """What the header of a file says that its name does not."""

    integers: dict[str, int]
    places: list[list[Any]]
    nbytes: int


class _Opened(NamedTuple):
    """A file of which only the arrays have not been read."""

    file: BinaryIO
    size: int
    digest: int
    text: bytes
    header: _Header


@contextlib.contextmanager
def _opened(path: str, name: str, key: Key, cls: type[Table]) -> Iterator[_Opened]:
    """Open a regular file that begins like one of ours, and read its header.

    Nothing is done with what the header says before it is known to be what `write` says of some
    table of the class, whose arrays fill the file.
    """
    with open(path, "rb", opener=without_waiting) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise DamagedFileError("it is no regular file")
        if is_strange(found, os.path.dirname(path)):
            raise DamagedFileError("it belongs to another user, and anybody may have put it there")
        size = found.st_size
        if size > LARGEST_FILE:
            raise DamagedFileError(f"it has {size} bytes, more than any table")
        prefix = file.read(PREFIX.size)
        if len(prefix) < PREFIX.size:
            raise DamagedFileError("it is too short")
        magic, digest, length = PREFIX.unpack(prefix)
        if magic != MAGIC:
            raise DamagedFileError("it does not begin like a table file")
        if length > _LARGEST_HEADER + len(str(list(key))):
            raise DamagedFileError(f"its header has {length} bytes, more than that of any table")
        text = file.read(length)
        if len(text) < min(length, size - PREFIX.size):
            raise DamagedFileError("it was cut off while it was read")
        header = _header(text, name, key, cls)
        if size != PREFIX.size + length + header.nbytes:
            raise DamagedFileError(f"its {size} bytes are not those of its arrays")
        yield _Opened(file, size, digest, text, header)


def _content(path: str, name: str, key: Key, cls: type[Table]) -> tuple[_Header, bytes]:
    """Read a file, and note that it was used."""
    with _opened(path, name, key, cls) as (file, size, digest, text, header):
        try:
            payload = file.read(header.nbytes)
        except MemoryError as error:
            raise DamagedFileError(f"its {size} bytes do not fit in memory") from error
        if len(payload) < header.nbytes:
            raise DamagedFileError("it was cut off while it was read")
    if digest != _digest(len(text), [text, payload]):
        raise DamagedFileError("its checksum is wrong")
    with contextlib.suppress(OSError):
        os.utime(path)
    return header, payload


def _header(text: bytes, name: str, key: Key, cls: type[Table]) -> _Header:
    """Read a header, of which nothing is free but integers and the sizes of the arrays."""
    import json

    try:
        header = json.loads(text)
        if header["format"] != FORMAT:
            raise DamagedFileError(f"it has format {brief(header['format'])}, not {FORMAT}")
        if (header["table"], header["key"]) != (name, [int(part) for part in key]):
            raise DamagedFileError(f"it is {brief(header['table'])} for {brief(header['key'])}")
        integers, given = header["integers"], header["arrays"]
        sizes = [size for _, _, size, _ in given]
    except _WRONG_CONTENT as error:
        raise DamagedFileError(f"its header is wrong: {error}") from error
    if not isinstance(integers, dict) or not all(type(value) is int for value in integers.values()):
        raise DamagedFileError(f"its integers are {brief(integers)}")
    if not all(type(size) is int and size >= 0 for size in sizes):
        raise DamagedFileError(f"its arrays have the sizes {brief(sizes)}")
    types = cls.array_types()
    if len(sizes) != len(types):
        raise DamagedFileError(f"it has {len(sizes)} arrays, and not {len(types)}")
    places, nbytes = _places(types, sizes)
    if given != places:
        wrong, right = next((a, b) for a, b in zip(given, places, strict=True) if a != b)
        raise DamagedFileError(f"it has an array {brief(wrong)}, where {right} should be")
    return _Header(integers, places, nbytes)


def _places(types: dict[str, np.dtype[Any]], sizes: list[int]) -> tuple[list[list[Any]], int]:
    """Return name, dtype, size and place of arrays that stand one after the other, and the end."""
    places: list[list[Any]] = []
    end = 0
    for (field, dtype), size in zip(types.items(), sizes, strict=True):
        places.append([field, dtype.newbyteorder("<").str, size, end])
        nbytes = size * dtype.itemsize
        end += nbytes + -nbytes % _ALIGNMENT
    return places, end


def _arrays(payload: bytes, places: list[list[Any]], cls: type[Table]) -> dict[str, Any]:
    """View the arrays in the bytes of a file."""
    types = cls.array_types()
    arrays = {}
    for field, dtype, size, place in places:
        view = np.frombuffer(payload, dtype=dtype, count=size, offset=place)
        arrays[field] = view if sys.byteorder == "little" else view.astype(types[field])
    return arrays
