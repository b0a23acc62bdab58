"""What is read: files as a sequence of pieces, each some whole paths, always the same ones.

Where a piece ends depends on the files and on the number of bytes that a piece has, and not on
where reading began, so that a run which was interrupted goes on with the pieces that are missing.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from struct import error as StructError
from tokenize import TokenError
from typing import Any, NamedTuple, Protocol
from zipfile import BadZipFile
from zlib import error as DamagedStream

import pyarrow as pa

from treealg.checks import closest
from treealg.errors import InvalidValueError, TreeAlgError
from treealg.recipes import Recipe

__all__ = ["ARRAYS", "SUFFIXES", "TABLES", "Piece", "Source", "input_files", "mapped", "readable",
           "suffix_of"]  # fmt: skip

ARRAYS = (".npy", ".npz", ".zarr")
"""Suffixes of files that hold arrays of paths."""

TABLES = (".csv", ".parquet", ".arrow", ".feather")
"""Suffixes of files that hold tables of points."""

SUFFIXES = (*ARRAYS, *TABLES)

# What readers raise on damaged files.
_DAMAGES = (
    pa.ArrowException, AssertionError, AttributeError, BadZipFile, DamagedStream, EOFError,
    LookupError, NotImplementedError, OSError, OverflowError, RuntimeError, StructError,
    SyntaxError, TokenError, TypeError, ValueError,
)  # fmt: skip


class Piece(NamedTuple):
    """Some whole paths.

    Attributes
    ----------
    stop : int
        Where the next piece begins: a number of paths of an array, or of rows of tables.
    paths : numpy.ndarray or list of numpy.ndarray
        Shape ``(paths, length, channels)``, or an array per path.
    ids : pyarrow.Table
        A row per path: what tells it from others.
    times : numpy.ndarray or list of numpy.ndarray or None
        The times of the points, where they are asked for.
    where : str
        The file, and the part of it.
    """

    stop: int
    paths: Any
    ids: Any
    times: Any = None
    where: str = ""


class Source(Protocol):
    """Files, read piece by piece."""

    channels: list[str]
    ids: list[str]
    total: int
    unit: str

    def begin(self, recipe: Recipe) -> None:
        """Check that there is what the recipe needs."""

    def pieces(self, start: int, nbytes: int, width: int) -> Iterator[Piece]:
        """Read pieces from some place on, of about so many bytes with their features."""

    def close(self) -> None:
        """Close what stays open while pieces are read."""


_PACKED = frozenset({".gz", ".bz2", ".xz", ".zst", ".zip", ".lz4", ".br"})


def suffix_of(path: Path, what: str) -> str:
    """Return the suffix of a file, if it is one of those that are known."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        how = closest(suffix, SUFFIXES)
        if suffix in _PACKED:
            how = "; unpack it first, or use .parquet, which is packed by itself"
        raise InvalidValueError(f"{what} must end in one of {', '.join(SUFFIXES)}, got {path}{how}")
    return suffix


def input_files(inputs: list[Path]) -> list[Path]:
    """Return the files to read; for a folder those in it, in the order of their names."""
    found: list[Path] = []
    if not inputs:
        raise InvalidValueError("input must name at least one file, got none")
    for path in inputs:
        with readable(str(path)):
            found += _files(path)
    for path in found:  # a pipe would be waited for
        if not (path.is_file() or path.is_dir()):
            raise InvalidValueError(f"{path} is neither a file nor a folder")
    suffixes = {suffix_of(path, "input") for path in found}
    if len(suffixes) > 1:
        raise InvalidValueError(f"all inputs must be of one format, got {', '.join(suffixes)}")
    if suffixes <= {*ARRAYS} and len(found) > 1:
        raise InvalidValueError(
            f"an array must be one file, got {len(found)}; give one after the other, with an "
            f"output each"
        )
    return found


def _files(path: Path) -> list[Path]:
    if path.is_symlink() and not path.exists():
        raise InvalidValueError(f"{path} is a link to {path.readlink()}, which is not there")
    if not path.exists():
        near = closest(path.name, [other.name for other in _folder(path)])
        raise InvalidValueError(f"there is no file {path}{near}")
    if path.is_dir() and path.suffix.lower() != ".zarr":
        inside = sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES)
        if not inside:
            raise InvalidValueError(f"{path} has no file that ends in {', '.join(SUFFIXES)}")
        return inside
    return [path]


def _folder(path: Path) -> list[Path]:
    return list(path.parent.iterdir()) if path.parent.is_dir() else []


def mapped(path: Path) -> Any:
    """Return a file for the readers of Arrow, whose own names of files are UTF-8 only."""
    with path.open("rb") as file:
        return pa.BufferReader(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


@contextmanager
def readable(where: str) -> Iterator[None]:
    """Say which file, and which part of it, could not be read."""
    try:
        yield
    except TreeAlgError:
        raise
    except MemoryError as error:
        raise InvalidValueError(f"{where} does not fit in memory: {error}") from error
    except _DAMAGES as error:
        if isinstance(error, PermissionError):
            raise InvalidValueError(f"{where} cannot be read: {error.strerror}") from error
        text = " ".join(str(error).split())[:300]
        raise InvalidValueError(f"{where} cannot be read, it may be damaged: {text}") from error
