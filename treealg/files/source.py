"""What is read: files as a sequence of pieces, each some whole paths, always the same ones.

Where a piece ends depends on the files and on the number of bytes that a piece has, and not on
where reading began, so that a run which was interrupted goes on with the pieces that are missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from zipfile import BadZipFile

import numpy as np

from treealg.checks import closest
from treealg.errors import InvalidValueError
from treealg.optional import require
from treealg.recipes import Recipe

__all__ = [
    "ARRAYS", "SUFFIXES", "TABLES", "ArraySource", "Piece", "Source", "input_files", "readable",
    "suffix_of",
]  # fmt: skip

ARRAYS = (".npy", ".npz", ".zarr")
"""Suffixes of files that hold arrays of paths."""

TABLES = (".csv", ".parquet", ".arrow", ".feather")
"""Suffixes of files that hold tables of points."""

SUFFIXES = (*ARRAYS, *TABLES)


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
    """

    stop: int
    paths: Any
    ids: Any


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


def suffix_of(path: Path, what: str) -> str:
    """Return the suffix of a file, if it is one of those that are known."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InvalidValueError(
            f"{what} must end in one of {', '.join(SUFFIXES)}, got {path}"
            f"{closest(suffix, SUFFIXES)}"
        )
    return suffix


def input_files(inputs: list[Path]) -> list[Path]:
    """Return the files to read; for a folder those in it, in the order of their names."""
    found: list[Path] = []
    for path in inputs:
        if not path.exists():
            near = closest(path.name, [other.name for other in _folder(path)])
            raise InvalidValueError(f"there is no file {path}{near}")
        if path.is_dir() and path.suffix.lower() != ".zarr":
            inside = sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES)
            if not inside:
                raise InvalidValueError(f"{path} has no file that ends in {', '.join(SUFFIXES)}")
            found += inside
        else:
            found.append(path)
    suffixes = {suffix_of(path, "INPUT") for path in found}
    if len(suffixes) > 1:
        raise InvalidValueError(f"all inputs must be of one format, got {', '.join(suffixes)}")
    if suffixes <= {*ARRAYS} and len(found) > 1:
        raise InvalidValueError(
            f"an array must be one file, got {len(found)}; give one after the other, with an "
            f"output each"
        )
    return found


def _folder(path: Path) -> list[Path]:
    return list(path.parent.iterdir()) if path.parent.is_dir() else []


@contextmanager
def readable(where: str) -> Iterator[None]:
    """Say which file, and which part of it, could not be read."""
    import pyarrow as pa

    try:
        yield
    except InvalidValueError:
        raise
    except (pa.ArrowException, BadZipFile, OSError, ValueError, EOFError, KeyError) as error:
        text = " ".join(str(error).split())[:300]
        raise InvalidValueError(f"{where} cannot be read, it may be damaged: {text}") from error


class ArraySource:
    """An array of paths, of shape ``(paths, length, channels)``.

    Parameters
    ----------
    path : Path
        A file of NumPy, or a folder of Zarr.
    values : list of str or None
        The names of channels; by default their numbers.
    name : str or None
        Of several arrays in a file, the one to read.
    """

    unit = "path"

    def __init__(self, path: Path, values: list[str] | None, name: str | None) -> None:
        self.path, self.ids = path, ["path"]
        with readable(str(path)):
            self.array = _opened(path, name)
        shape = self.array.shape
        if len(shape) not in (2, 3) or 0 in shape[-2:]:
            raise InvalidValueError(
                f"{path} must hold an array of shape (paths, length, channels), or (length, "
                f"channels) for one path, got shape {tuple(shape)}"
            )
        if np.dtype(self.array.dtype).kind not in "fiu":
            raise InvalidValueError(f"{path} must hold numbers, got dtype {self.array.dtype}")
        self.is_single = len(shape) == 2
        self.total = 1 if self.is_single else int(shape[0])
        self.length, count = int(shape[-2]), int(shape[-1])
        self.channels = list(map(str, range(count))) if values is None else values
        if len(self.channels) != count:
            raise InvalidValueError(
                f"{path} has {count} channels, got {len(self.channels)} names of values"
            )

    def begin(self, recipe: Recipe) -> None:
        """Do nothing, as an array has no columns to check."""

    def pieces(self, start: int, nbytes: int, width: int) -> Iterator[Piece]:
        """Read pieces from some path on."""
        import pyarrow as pa

        each = 8 * (self.length * len(self.channels) + width)
        step = self._aligned(max(1, nbytes // each))
        for first in range(start, self.total, step):
            stop = min(first + step, self.total)
            with readable(f"{self.path}, paths {first} to {stop - 1}"):
                rows = self.array[None] if self.is_single else self.array[first:stop]
                paths = np.asarray(rows)
            if paths.dtype.byteorder == ">":
                paths = paths.astype(paths.dtype.newbyteorder("="))
            yield Piece(stop, paths, pa.table({"path": np.arange(first, stop)}))

    def _aligned(self, step: int) -> int:
        """Return a number of paths that are whole chunks of Zarr, if these are not too large."""
        for name in ("shards", "chunks"):
            chunk = getattr(self.array, name, None)
            if chunk and not self.is_single and chunk[0] <= step:
                return int(step // chunk[0] * chunk[0])
        return step


def _opened(path: Path, name: str | None) -> Any:
    """Open a file of one array, without reading it where that is possible."""
    suffix = path.suffix.lower()
    if suffix == ".npy":
        return np.load(path, mmap_mode="r", allow_pickle=False)
    if suffix == ".npz":
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return arrays[_chosen(path, name, list(arrays))]
    zarr = require("zarr", extra="files")
    found = zarr.open(path, mode="r")
    if isinstance(found, zarr.Array):
        return found
    return found[_chosen(path, name, list(found.array_keys()))]


def _chosen(path: Path, name: str | None, names: list[str]) -> str:
    if name is None and len(names) != 1:
        raise InvalidValueError(
            f"{path} has {len(names)} arrays, {', '.join(names[:20])}; give the name of one as "
            f"--array"
        )
    if name is not None and name not in names:
        raise InvalidValueError(
            f"{path} has no array {name!r}{closest(name, names)}; it has {', '.join(names[:20])}"
        )
    return names[0] if name is None else name
