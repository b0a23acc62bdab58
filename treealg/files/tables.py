"""Tables of points as pieces: blocks of rows, put together and cut between paths."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from treealg.errors import InvalidValueError
from treealg.files.source import Piece, readable
from treealg.frames.jobs import LongTable, no_value
from treealg.frames.points import paths_of
from treealg.frames.tables import INSTEAD, lacks_value, without_missing
from treealg.recipes import Recipe

__all__ = ["TableSource"]

# Rows of a block; where pieces end depends on it.
_BLOCK = 1 << 17
_CSV_BYTES = 1 << 22


class _Block(NamedTuple):
    """Rows that were read together.

    Attributes
    ----------
    where : str
        The file, and the part of it.
    table : pyarrow.Table
        The rows.
    """

    where: str
    table: Any


class TableSource:
    """Files of tables with a row per point, the points of each path together and by time.

    Parameters
    ----------
    files : list of Path
        The files, in order.
    ids : list of str
        The columns that tell paths apart; without any each file is one path.
    time : str or None
        The column that has to rise along each path, if it has a name.
    values : list of str or None
        The columns that are channels; by default all columns of numbers but those above.
    """

    job: LongTable

    def __init__(
        self, files: list[Path], ids: list[str], time: str | None, values: list[str] | None
    ) -> None:
        self.files, self.time = files, time
        self.is_by_file = not ids
        self.ids = ids or ["path"]
        with readable(str(files[0])):
            schema = _schema(files[0])
        if values is None:
            keys = {*ids, time}
            values = [
                field.name for field in schema
                if field.name not in keys and _is_number(field.type)
            ]  # fmt: skip
        self.values = values
        is_number = (
            time is not None and time in schema.names and _is_number(schema.field(time).type)
        )
        self.numbers: list[str] = [*values, *([str(time)] if is_number else [])]
        self.channels = values
        self.total = 0
        self.unit = "file" if self.is_by_file else "row"

    def columns(self) -> list[str]:
        """Return the columns that are read."""
        ids = [] if self.is_by_file else self.ids
        return list(dict.fromkeys([*ids, *([self.time] if self.time else []), *self.values]))

    def begin(self, recipe: Recipe) -> None:
        """Refuse files that lack columns, and count rows where that is cheap."""
        ids = [] if self.is_by_file else self.ids
        self.job = LongTable(recipe, ids, self.time, self.values)
        self.total = len(self.files) if self.is_by_file else 0
        for file in self.files:
            with readable(str(file)):
                empty = _schema(file).empty_table()
                self.total += 0 if self.is_by_file else _rows(file)
            try:
                self.job.check(nw.from_native(empty).schema)
            except InvalidValueError as error:
                raise InvalidValueError(f"{file}: {error}") from None

    def pieces(self, start: int, nbytes: int, width: int) -> Iterator[Piece]:
        """Read pieces from some row on."""
        # Of a path with few points the features are the larger part.
        most = max(1, nbytes // (8 * (len(self.columns()) + width // 8)))
        if self.is_by_file:
            yield from self._files(start, most)
            return
        pending: list[_Block] = []
        rows, done = 0, start
        for block in self._blocks(start):
            pending.append(block)
            rows += len(block.table)
            if rows < most:
                continue
            table = _joined(pending)
            cut = int(np.flatnonzero(self._is_first(table))[-1])
            if cut:
                done += cut
                yield self._piece(table[:cut], pending, done)
                pending = _dropped(pending, cut)
                rows -= cut
        if rows:
            yield self._piece(_joined(pending), pending, done + rows)

    def close(self) -> None:
        """Do nothing, as files are closed when they have been read."""

    def _blocks(self, start: int) -> Iterator[_Block]:
        """Read blocks from some row on; the first one may be a part of a block."""
        before = 0
        for file in self.files:
            for block in _read(file, self.columns(), self.numbers, start - before):
                size = len(block.table)
                if before + size > start:
                    yield block._replace(table=block.table[max(0, start - before) :])
                before += size

    def _files(self, start: int, most: int) -> Iterator[Piece]:
        """Read pieces of whole files; here `start` counts files."""
        paths: list[Any] = []
        times: list[Any] = []
        names: list[str] = []
        rows = 0
        for place, file in enumerate(self.files[start:], start):
            blocks = list(_read(file, self.columns(), self.numbers, 0))
            if sum(len(block.table) for block in blocks):
                piece = self._piece(_joined(blocks), blocks, 0)
                paths += list(piece.paths)
                times += [] if piece.times is None else list(piece.times)
                names += [file.stem] * len(piece.paths)
                rows += sum(map(len, piece.paths))
            if rows >= most or place == len(self.files) - 1:
                ids = pa.table({"path": pa.array(names, pa.string())})
                yield Piece(place + 1, paths, ids, times or None, str(file))
                paths, times, names, rows = [], [], [], 0

    def _is_first(self, table: Any) -> Any:
        found = np.zeros(len(table), bool)
        found[:1] = True
        for name in [] if self.is_by_file else self.ids:
            column = table.column(name).combine_chunks()
            differs = pc.fill_null(pc.not_equal(column[1:], column[:-1]), True)
            found[1:] |= np.asarray(differs)
        return found

    def _piece(self, table: Any, blocks: list[_Block], stop: int) -> Piece:
        """Check rows and make paths of them."""
        where = _Places(blocks)
        first = self._is_first(table)
        if self.time is not None and len(table) > 1:
            time = table.column(self.time).combine_chunks()
            falls = np.asarray(pc.fill_null(pc.less(time[1:], time[:-1]), False)) & ~first[1:]
            if falls.any():
                raise InvalidValueError(
                    f"{where(int(falls.argmax()) + 1)}: {self.time!r} falls within a path; sort "
                    f"the rows by {', '.join([*self.ids, self.time])} first"
                )
        rows = nw.from_native(table)
        self._check_values(rows, where)
        try:
            drops = self.job.recipe.missing == "drop"
            kept = without_missing(rows, [], self.values, "drop") if drops else rows
            native = kept.to_native()
            starts = np.flatnonzero(self._is_first(native))
            points, times = self.job.points(kept, starts)
            paths = paths_of(points, starts)
        except InvalidValueError as error:
            raise InvalidValueError(f"{where(0)}: {error}") from None
        empty = self.job.recipe.without_value(paths)
        if empty is not None:
            row, channel = int(starts[empty[0]]), empty[1]
            names = [f"{name} {native.column(name)[row]}" for name in self.job.ids]
            what = f"{where(row)}: {', '.join(names) or 'the path'}"
            raise no_value(what, channel, self.job.recipe)
        clocks = None if times is None else paths_of(times, starts)
        if self.is_by_file:
            return Piece(stop, paths, None, clocks)
        ids = native.select(self.ids).take(pa.array(starts))
        return Piece(stop, paths, ids, clocks, where(0))

    def _check_values(self, rows: Any, where: _Places) -> None:
        """Refuse rows that lack a key, or a value where that is refused."""
        keys = [*self.job.ids, *([self.time] if self.time else [])]
        values = self.values if self.job.recipe.missing == "refuse" else []
        for name in [*keys, *values]:
            column = rows.get_column(name)
            lacks = lacks_value(column) if name in values else column.is_null().to_numpy()
            if lacks.any():
                instead = f"; {INSTEAD}" if name in values else " in a row"
                place = where(int(lacks.argmax()))
                raise InvalidValueError(f"{place}: column {name!r} lacks a value{instead}")


class _Places:
    """From a row of joined blocks to where it was read."""

    def __init__(self, blocks: list[_Block]) -> None:
        self.where = [block.where for block in blocks]
        self.starts = np.cumsum([0, *(len(block.table) for block in blocks)]).tolist()

    def __call__(self, row: int) -> str:
        place = min(bisect_right(self.starts, row) - 1, len(self.where) - 1)
        return self.where[place]


def _joined(blocks: list[_Block]) -> Any:
    return pa.concat_tables([block.table for block in blocks]).combine_chunks()


def _dropped(blocks: list[_Block], count: int) -> list[_Block]:
    """Return blocks without some rows at their beginning."""
    kept = []
    for block in blocks:
        size = len(block.table)
        if size > count:
            kept.append(block._replace(table=block.table[count:]))
        count = max(0, count - size)
    return kept


def _decoded(table: Any) -> Any:
    """Return a table whose columns hold values themselves, not numbers of categories."""
    for place, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            column = table.column(place).cast(field.type.value_type)
            table = table.set_column(place, field.name, column)
    return table


def _is_number(kind: Any) -> bool:
    types = pa.types
    return any((types.is_integer(kind), types.is_floating(kind), types.is_decimal(kind)))


def _schema(file: Path) -> Any:
    """Return names and types of columns, which have different names."""
    schema = _read_schema(file)
    twice = [name for name, count in Counter(schema.names).items() if count > 1]
    if twice:
        raise InvalidValueError(f"{file} has several columns {twice[0]!r}; rename them")
    return schema


def _read_schema(file: Path) -> Any:
    if file.suffix.lower() == ".parquet":
        return pa.parquet.read_schema(file)
    if file.suffix.lower() == ".csv":
        with pa.csv.open_csv(file) as reader:
            return reader.schema
    with pa.memory_map(str(file)) as mapped, pa.ipc.open_file(mapped) as reader:
        return reader.schema


def _rows(file: Path) -> int:
    """Return the number of rows where the file tells it, and else 0."""
    if file.suffix.lower() == ".parquet":
        return int(pa.parquet.read_metadata(file).num_rows)
    if file.suffix.lower() == ".csv":
        return 0
    count = 0
    with pa.memory_map(str(file)) as mapped, pa.ipc.open_file(mapped) as reader:
        for number in range(reader.num_record_batches):
            with readable(f"{file}, record batch {number}"):
                count += reader.get_batch(number).num_rows
    return count


def _read(file: Path, columns: list[str], numbers: list[str], start: int) -> Iterator[_Block]:
    """Read the blocks of a file; of those that end before a row the length alone counts."""
    suffix = file.suffix.lower()
    if suffix == ".parquet":
        yield from _read_parquet(file, columns, start)
    elif suffix == ".csv":
        yield from _read_csv(file, columns, numbers)
    else:
        yield from _read_arrow(file, columns)


def _read_parquet(file: Path, columns: list[str], start: int) -> Iterator[_Block]:
    with readable(str(file)):
        reader = pa.parquet.ParquetFile(file)
    with reader:
        before = 0
        for group in range(reader.num_row_groups):
            where = f"{file}, row group {group}"
            size = reader.metadata.row_group(group).num_rows
            if before + size <= start:
                yield _Block(where, _skipped(size))
                before += size
                continue
            with readable(where):
                batches = reader.iter_batches(_BLOCK, row_groups=[group], columns=columns)
                while (batch := next(batches, None)) is not None:
                    yield _Block(where, _decoded(pa.table(batch)))
            before += size


def _skipped(size: int) -> Any:
    """Return a table of so many rows that nobody looks at."""
    return pa.table({"": pa.nulls(size)})


def _read_csv(file: Path, columns: list[str], numbers: list[str]) -> Iterator[_Block]:
    options = pa.csv.ReadOptions(block_size=_CSV_BYTES)
    # What a column holds is otherwise guessed from the first block.
    types = dict.fromkeys(numbers, pa.float64())
    kept = pa.csv.ConvertOptions(include_columns=columns, column_types=types)
    with readable(str(file)):
        reader = pa.csv.open_csv(file, options, convert_options=kept)
    with reader:
        for number in range(1 << 60):
            where = f"{file}, block {number} of {_CSV_BYTES} bytes"
            with readable(where):
                try:
                    batch = reader.read_next_batch()
                except StopIteration:
                    return
            yield _Block(where, pa.table(batch))


def _read_arrow(file: Path, columns: list[str]) -> Iterator[_Block]:
    with readable(str(file)):
        mapped = pa.memory_map(str(file))
        reader = pa.ipc.open_file(mapped)
    with mapped, reader:
        for number in range(reader.num_record_batches):
            where = f"{file}, record batch {number}"
            with readable(where):
                table = _decoded(pa.table(reader.get_batch(number)).select(columns))
            for start in range(0, max(1, len(table)), _BLOCK):
                yield _Block(where, table[start : start + _BLOCK])
