"""Arrays of paths as pieces: mapped files, archives read from the beginning on, and chunks."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from treealg.checks import closest
from treealg.errors import InvalidValueError
from treealg.files.source import Piece, readable
from treealg.frames.jobs import no_value
from treealg.frames.tables import INSTEAD
from treealg.numeric.arguments.times import read_times
from treealg.optional import require
from treealg.recipes import Recipe

__all__ = ["ArraySource"]

Floats = npt.NDArray[np.floating[Any]]

_MOST_CHANNELS = 1 << 20

_format: Any = np.lib.format


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
    time : str or None
        The array of the file that holds the times of points, of shape ``(length,)`` or ``(paths,
        length)``.
    """

    recipe: Recipe
    unit = "path"

    def __init__(
        self, path: Path, values: list[str] | None, name: str | None, time: str | None
    ) -> None:
        self.path, self.ids = path, ["path"]
        with readable(str(path)):
            self.array = _opened(path, name, [time] if time is not None else [])
            self.times = None if time is None else _opened(path, time, [])
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
        if count > _MOST_CHANNELS:
            raise InvalidValueError(
                f"{path} has {count} channels, the last axis of shape {tuple(shape)}; at most "
                f"{_MOST_CHANNELS} are read, as each becomes a column at least"
            )
        self.channels = list(map(str, range(count))) if values is None else values
        if len(self.channels) != count:
            raise InvalidValueError(
                f"{path} has {count} channels, got {len(self.channels)} names of values"
            )
        if self.times is not None and self.times.shape not in (shape[-2:-1], shape[:-1]):
            raise InvalidValueError(
                f"{path}: times must have shape {shape[-2:-1]} or {shape[:-1]}, got shape "
                f"{self.times.shape}"
            )

    def begin(self, recipe: Recipe) -> None:
        """Know what is wanted; an array has no columns to check."""
        self.recipe = recipe

    def pieces(self, start: int, nbytes: int, width: int) -> Iterator[Piece]:
        """Read pieces from some path on."""
        each = 8 * (self.length * len(self.channels) + width)
        step = self._aligned(max(1, nbytes // each))
        for first in range(start, self.total, step):
            stop = min(first + step, self.total)
            where = f"{self.path}, paths {first} to {stop - 1}"
            with readable(where):
                paths = np.asarray(
                    self.array[:][None] if self.is_single else self.array[first:stop]
                )
                times = self._times(first, stop)
            if paths.dtype.byteorder == ">":
                paths = paths.astype(paths.dtype.newbyteorder("="))
            ids = pa.table({"path": np.arange(first, stop)})
            piece = self._without_missing(Piece(stop, paths, ids, times, where), first)
            empty = self.recipe.without_value(piece.paths)
            if empty is not None:
                raise no_value(f"{self.path}: path {first + empty[0]}", empty[1], self.recipe)
            yield piece

    def close(self) -> None:
        """Close what stays open while it is read."""
        for array in (self.array, self.times):
            if isinstance(array, _Member):
                array.close()

    def _aligned(self, step: int) -> int:
        """Return a number of paths that are whole chunks of Zarr, if these are not too large."""
        for name in ("shards", "chunks"):
            chunk = getattr(self.array, name, None)
            if chunk and not self.is_single and chunk[0] <= step:
                return int(step // chunk[0] * chunk[0])
        return step

    def _times(self, first: int, stop: int) -> Floats | None:
        """Return the times of the points of some paths, from the first point of each on."""
        if self.times is None:
            return None
        is_alike = len(self.times.shape) == 1
        values = np.asarray(self.times[:] if is_alike else self.times[first:stop])
        try:
            return read_times(values, "times", (stop - first,), self.length)
        except InvalidValueError as error:
            where = f"{self.path}, paths {first} to {stop - 1}"
            raise InvalidValueError(f"{where}: {error}") from None

    def _without_missing(self, piece: Piece, first: int) -> Piece:
        """Refuse paths in which something is missing, or leave points without a value out."""
        paths, how = piece.paths, self.recipe.missing
        if how not in ("refuse", "drop") or not paths.size or not np.isnan(paths.min()):
            return piece
        lacks = np.isnan(paths)
        if how == "refuse":
            path, point, channel = (int(place) for place in np.argwhere(lacks)[0])
            raise InvalidValueError(
                f"{self.path}, path {first + path}: channel {self.channels[channel]!r} lacks a "
                f"value at point {point}; {INSTEAD}"
            )
        kept = ~lacks.any(axis=2)
        places = np.flatnonzero(kept.any(axis=1))
        times = piece.times
        return Piece(
            piece.stop,
            [paths[place][kept[place]] for place in places],
            piece.ids.take(pa.array(places)),
            None if times is None else [times[place][kept[place]] for place in places],
            piece.where,
        )


class _Member:
    """An array in an archive of NumPy, which is read from the beginning on.

    Parameters
    ----------
    path : Path
        The archive.
    name : str
        The name of the array.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.archive = zipfile.ZipFile(path)
        member = self.archive.getinfo(f"{name}.npy")
        self.file: Any = self.archive.open(member)
        read = {(1, 0): _format.read_array_header_1_0, (2, 0): _format.read_array_header_2_0}
        self.shape, self.is_turned, self.dtype = read[_format.read_magic(self.file)](self.file)
        if self.dtype.hasobject:
            raise ValueError(f"the array {name!r} holds Python objects")
        self.start = self.file.tell()
        if any(count < 0 for count in self.shape):
            raise ValueError(f"the array {name!r} has the shape {self.shape}")
        self.size = self.dtype.itemsize * prod(self.shape[1:])
        missing = self.start + prod(self.shape[:1]) * self.size - member.file_size
        if missing > 0:  # before memory is taken for what is not there
            raise EOFError(f"{missing} bytes of the array {name!r} are missing")

    def close(self) -> None:
        """Close the archive."""
        self.file.close()
        self.archive.close()

    def __getitem__(self, rows: slice) -> npt.NDArray[Any]:
        """Read rows; what was skipped is read, too, where it is compressed."""
        if self.is_turned:  # columns stand together
            return self._read(0, self.shape[0]).reshape(self.shape[::-1]).T[rows]
        first, stop, _ = rows.indices(self.shape[0])
        return self._read(first, stop).reshape(stop - first, *self.shape[1:])

    def _read(self, first: int, stop: int) -> npt.NDArray[Any]:
        place = self.start + first * self.size
        if self.file.tell() != place:
            self.file.seek(place)
        found = np.empty((stop - first) * self.size, np.uint8)
        view, done = found.data, 0
        while done < len(found):
            count = self.file.readinto(view[done:])
            if not count:
                raise EOFError(f"{len(found) - done} bytes are missing")
            done += count
        if stop == self.shape[0]:
            self.file.read(1)  # the checksum is compared at the end
        return found.view(self.dtype)


def _opened(path: Path, name: str | None, others: list[str]) -> Any:
    """Open one of the arrays of a file, which is read when it is asked for."""
    suffix = path.suffix.lower()
    if suffix == ".npy":
        if others or name is not None:
            raise InvalidValueError(
                f"{path} holds one array and no others; save several in a file .npz or .zarr"
            )
        return np.load(path, mmap_mode="r", allow_pickle=False)
    if suffix == ".npz":
        with zipfile.ZipFile(path) as archive:
            members = [own for own in archive.namelist() if own.endswith(".npy")]
        names = [own.removesuffix(".npy") for own in members]
        return _Member(path, _chosen(path, name, names, others))
    zarr = require("zarr", extra="files")
    found = zarr.open(path, mode="r")
    if isinstance(found, zarr.Array):
        if others or name is not None:
            raise InvalidValueError(f"{path} is one array; a group may hold several")
        return found
    return found[_chosen(path, name, list(found.array_keys()), others)]


def _chosen(path: Path, name: str | None, names: list[str], others: list[str]) -> str:
    twice = [own for own, count in Counter(names).items() if count > 1]
    if twice:
        raise InvalidValueError(f"{path} has several arrays {twice[0]!r}; save it anew")
    rest = [own for own in names if own not in others]
    if not names:
        raise InvalidValueError(f"{path} holds no array")
    if name is None and len(rest) != 1:
        raise InvalidValueError(
            f"{path} has {len(rest)} arrays, {', '.join(rest[:20])}; give the name of one as "
            f"--array"
        )
    if name is not None and name not in names:
        raise InvalidValueError(
            f"{path} has no array {name!r}{closest(name, names)}; it has {', '.join(names[:20])}"
        )
    return rest[0] if name is None else name
