"""What is written: pieces one after the other, into a file that nobody sees before it is whole."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from treealg.optional import require

__all__ = ["Sink", "opened", "sidecar_of"]

Floats = npt.NDArray[np.floating[Any]]

KEY = "treealg"

_format: Any = np.lib.format


class Sink(Protocol):
    """A file that is being written."""

    def write(self, ids: Any, rows: Floats) -> None:
        """Append rows: a table of what tells them apart, and their features."""

    def close(self) -> None:
        """Write what stands at the end."""

    def abandon(self) -> None:
        """Let go of a file that cannot be written."""


def sidecar_of(path: Path) -> Path | None:
    """Return the file beside one that has no place for what its numbers mean."""
    return path.with_name(f"{path.name}.json") if path.suffix.lower() in (".npy", ".csv") else None


def opened(path: Path, count: int, names: list[str], about: dict[str, Any], dtype: str) -> Sink:
    """Open a file for so many rows."""
    text = json.dumps(about, indent=1)
    kind: Callable[..., Sink] = _SINKS[path.suffix.lower()]
    return kind(path, count, names, text, np.dtype(dtype))


class _Tables:
    """A table with a column per coefficient."""

    def __init__(
        self, path: Path, count: int, names: list[str], text: str, dtype: np.dtype[Any]
    ) -> None:
        self.names, self.text = names, text
        # Opened here, as Arrow takes names of files in UTF-8 only.
        self.file = path.open("wb")
        self.writer: Any = None

    def write(self, ids: Any, rows: Floats) -> None:
        columns = [pa.array(column) for column in np.ascontiguousarray(rows.T)]
        table = pa.table([*ids.columns, *columns], names=[*ids.column_names, *self.names])
        table = table.replace_schema_metadata({KEY: self.text})
        if self.writer is None:
            self.writer = self.open(table.schema, ids.column_names)
        self.writer.write_table(table)

    def open(self, schema: Any, ids: list[str]) -> Any:
        raise NotImplementedError

    def close(self) -> None:
        self.writer.close()
        self.file.close()

    def abandon(self) -> None:
        if self.writer is not None:
            _let_go(self.writer.close)
        _let_go(self.file.close)


class _Parquet(_Tables):
    def open(self, schema: Any, ids: list[str]) -> Any:
        # Of numbers that hardly ever repeat a dictionary would only take time.
        return pa.parquet.ParquetWriter(self.file, schema, use_dictionary=ids)


class _Arrow(_Tables):
    def open(self, schema: Any, ids: list[str]) -> Any:
        return pa.ipc.new_file(self.file, schema)


class _CSV(_Tables):
    def open(self, schema: Any, ids: list[str]) -> Any:
        return pa.csv.CSVWriter(self.file, schema)


class _Npy:
    """An array of NumPy."""

    def __init__(
        self, path: Path, count: int, names: list[str], text: str, dtype: np.dtype[Any]
    ) -> None:
        self.file = path.open("wb")
        _write_header(self.file, (count, len(names)), dtype)

    def write(self, ids: Any, rows: Floats) -> None:
        self.file.write(np.ascontiguousarray(rows).data)

    def close(self) -> None:
        self.file.close()

    def abandon(self) -> None:
        _let_go(self.file.close)


class _Npz:
    """Arrays of NumPy: features, names, what tells rows apart, and what the numbers mean."""

    def __init__(
        self, path: Path, count: int, names: list[str], text: str, dtype: np.dtype[Any]
    ) -> None:
        self.archive = zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True)
        self.ids: list[Any] = []
        self.add("names", np.array(names, str))
        self.add(KEY, np.array(text))
        self.file = self.archive.open("features.npy", "w", force_zip64=True)
        _write_header(self.file, (count, len(names)), dtype)

    def add(self, name: str, array: npt.NDArray[Any]) -> None:
        with self.archive.open(f"{name}.npy", "w", force_zip64=True) as file:
            np.save(file, array, allow_pickle=False)

    def write(self, ids: Any, rows: Floats) -> None:
        self.ids.append(ids)
        self.file.write(np.ascontiguousarray(rows).data)

    def close(self) -> None:
        self.file.close()
        for name, array in _id_arrays(self.ids).items():
            self.add(name, array.astype(str) if array.dtype == object else array)
        self.archive.close()

    def abandon(self) -> None:
        _let_go(self.file.close, self.archive.close)


class _Zarr:
    """A group of Zarr, version 3, with the names and what tells rows apart as coordinates."""

    def __init__(
        self, path: Path, count: int, names: list[str], text: str, dtype: np.dtype[Any]
    ) -> None:
        zarr = require("zarr", extra="files")
        attributes = {KEY: json.loads(text)}
        self.group = zarr.create_group(path, zarr_format=3, attributes=attributes)
        width = len(names)
        chunk = max(1, min(count, (1 << 22) // max(1, width * dtype.itemsize)))
        self.features = self.group.create_array(
            "features", shape=(count, width), chunks=(chunk, max(1, width)), dtype=dtype,
            dimension_names=("row", "coefficient"),
        )  # fmt: skip
        self.add("coefficient", np.array(names, object), "coefficient")
        self.chunk, self.done = chunk, 0
        self.ids: list[Any] = []
        self.pending: list[Floats] = []

    def add(self, name: str, array: npt.NDArray[Any], axis: str) -> None:
        if array.dtype == object:
            array = array.astype(np.dtypes.StringDType())
        self.group.create_array(name, data=array, chunks="auto", dimension_names=(axis,))

    def write(self, ids: Any, rows: Floats) -> None:
        self.ids.append(ids)
        self.pending.append(rows)
        count = sum(map(len, self.pending))
        if count >= self.chunk:
            self.flush(count - count % self.chunk)

    def flush(self, count: int) -> None:
        """Write so many rows, which are whole chunks or the last ones."""
        rows = np.concatenate(self.pending)
        if count:
            self.features[self.done : self.done + count] = rows[:count]
        self.done += count
        self.pending = [rows[count:]]

    def close(self) -> None:
        self.flush(sum(map(len, self.pending)))
        for name, array in _id_arrays(self.ids).items():
            self.add(name, array, "row")

    def abandon(self) -> None:
        self.pending = []


def _let_go(*closing: Callable[[], Any]) -> None:
    """Close what is to be thrown away, whose last bytes may not be written."""
    for close in closing:
        with suppress(OSError, ValueError):
            close()


def _write_header(file: Any, shape: tuple[int, int], dtype: np.dtype[Any]) -> None:
    header = {"descr": dtype.str, "fortran_order": False, "shape": shape}
    _format.write_array_header_1_0(file, header)


def _id_arrays(tables: list[Any]) -> dict[str, npt.NDArray[Any]]:
    """Return what tells rows apart as arrays, texts as objects."""
    table = pa.concat_tables(tables)
    return {name: table.column(name).to_numpy() for name in table.column_names}


_SINKS: dict[str, Any] = {
    ".npy": _Npy,
    ".npz": _Npz,
    ".zarr": _Zarr,
    ".csv": _CSV,
    ".parquet": _Parquet,
    ".arrow": _Arrow,
    ".feather": _Arrow,
}
