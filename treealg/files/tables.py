"""Tables of points as pieces: blocks of rows, put together and cut between paths."""

from __future__ import annotations

import contextlib
import os
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

from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.files.source import Piece, mapped, readable
from treealg.frames.jobs import LongTable, no_value
from treealg.frames.points import paths_of
from treealg.frames.tables import INSTEAD, lacks_value, without_missing
from treealg.recipes import Recipe

__all__ = ["TableSource"]

# Rows of a block; where pieces end depends on it.
_BLOCK = 1 << 17
_CSV_BYTES = 1 << 22
_INTEGER = r"^[+-]?[0-9]+$"
# More than any integer of floats has.
_MOST_DIGITS = 400
# What stands in a file of text where a number is missing.
_NO_VALUE = pa.array(pa.csv.ConvertOptions().null_values)


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
            if not values:
                found = ", ".join(f"{field.name!r} of {field.type}" for field in schema)
                raise InvalidValueError(
                    f"{files[0]} has no column of numbers"
                    f"{' but what `id` and `time` name' if keys - {None} else ''}; its columns are "
                    f"{found or 'none'}"
                )
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
        return list(
            dict.fromkeys([*ids, *([self.time] if self.time is not None else []), *self.values])
        )

    def begin(self, recipe: Recipe) -> None:
        """Refuse files that lack columns, and count rows where that is cheap."""
        ids = [] if self.is_by_file else self.ids
        self.job = LongTable(recipe, ids, self.time, self.values)
        self.total = len(self.files) if self.is_by_file else 0
        for file in self.files:
            with readable(str(file)):
                empty = _schema(file).empty_table()
                self._check_keys(file, empty.schema)
                self.total += 0 if self.is_by_file else _rows(file)
            try:
                self.job.check(nw.from_native(empty))
            except InvalidValueError as error:
                raise InvalidValueError(f"{file}: {error}") from None

    def _check_keys(self, file: Path, schema: Any) -> None:
        """Refuse columns whose values cannot be compared."""
        keys = [
            *([] if self.is_by_file else self.ids),
            *([self.time] if self.time is not None else []),
        ]
        for field in schema:
            if field.name in keys and not _is_comparable(field.type):
                raise InvalidTypeError(
                    f"{file}: column {field.name!r} must hold numbers, text or times, to tell "
                    f"paths apart or points in order, got {field.type}"
                )

    def check_written(self) -> None:
        """Refuse ids that only files of Arrow hold."""
        schema = _schema(self.files[0])
        for field in schema:
            if field.name in self.ids and _is_binary(field.type):
                raise InvalidTypeError(
                    f"{self.files[0]}: column {field.name!r} holds bytes, which go to parquet, "
                    f"arrow and feather only; give an output of these"
                )

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
                names += [_text(file.stem)] * len(piece.paths)
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
        keys = [*self.job.ids, *([self.time] if self.time is not None else [])]
        values = self.values if self.job.recipe.missing == "refuse" else []
        for name in [*keys, *values]:
            column = rows.get_column(name)
            lacks = lacks_value(column)
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
    tables = [block.table for block in blocks]
    if any(table.schema != tables[0].schema for table in tables):  # integers, and then others
        with readable(f"{blocks[0].where} to {blocks[-1].where}"):
            tables = [pa.concat_tables(tables, promote_options="permissive")]
    return pa.concat_tables(tables).combine_chunks()


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
    """Return a table whose columns hold values themselves, of types that can be compared."""
    for place, field in enumerate(table.schema):
        kind = _plain(field.type)
        if kind != field.type:
            table = table.set_column(place, field.name, table.column(place).cast(kind))
    return table


def _plain(kind: Any) -> Any:
    """Return the type of values of which there are numbers of categories, views, or none."""
    types = pa.types
    if types.is_dictionary(kind):
        return _plain(kind.value_type)
    if types.is_string_view(kind) or types.is_null(kind):
        return pa.string()
    return pa.binary() if types.is_binary_view(kind) else kind


def _is_comparable(kind: Any) -> bool:
    types, kind = pa.types, _plain(kind)
    return _is_number(kind) or any(
        (
            types.is_boolean(kind),
            types.is_string(kind) or types.is_large_string(kind),
            types.is_date(kind) or types.is_time(kind) or types.is_timestamp(kind),
            types.is_duration(kind),
            _is_binary(kind),
        )
    )


def _is_binary(kind: Any) -> bool:
    types, kind = pa.types, _plain(kind)
    return any(
        (types.is_binary(kind), types.is_large_binary(kind), types.is_fixed_size_binary(kind))
    )


def _text(name: str) -> str:
    """Return the name of a file, whose bytes may be no text, as one."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


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
        with file.open("rb") as data:
            return pa.parquet.read_schema(data)
    if file.suffix.lower() == ".csv":
        with file.open("rb") as data, pa.csv.open_csv(data) as reader:
            return reader.schema
    with mapped(file) as data, pa.ipc.open_file(data) as reader:
        return reader.schema


def _rows(file: Path) -> int:
    """Return the number of rows where the file tells it, and else 0."""
    if file.suffix.lower() == ".parquet":
        with file.open("rb") as data:
            return int(pa.parquet.read_metadata(data).num_rows)
    if file.suffix.lower() == ".csv":
        return 0
    count = 0
    with mapped(file) as data, pa.ipc.open_file(data) as reader:
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
        data = file.open("rb")
    with data:
        with readable(str(file)):
            reader = pa.parquet.ParquetFile(data)
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
    # What a column holds would be guessed from the first block: integers may be followed by other
    # numbers, and floats do not hold all of them.
    types = dict.fromkeys(numbers, pa.string())
    kept = pa.csv.ConvertOptions(include_columns=columns, column_types=types)
    with readable(str(file)):
        data = file.open("rb")
    with data:
        with readable(str(file)):
            reader = pa.csv.open_csv(data, options, convert_options=kept)
        for number in range(1 << 60):
            where = f"{file}, block {number} of {_CSV_BYTES} bytes"
            with readable(where):
                try:
                    table = pa.table(reader.read_next_batch())
                except StopIteration:
                    return
                for name in numbers:
                    place = table.schema.get_field_index(name)
                    found = _numbers(table.column(place), f"{where}: column {name!r}")
                    table = table.set_column(place, name, found)
            yield _Block(where, _decoded(table))


def _numbers(texts: Any, what: str) -> Any:
    """Return numbers that are written out, as integers if they all are.

    Integers beside others, and those of more than 64 bits, have to be such that floats hold them.
    """
    texts = pc.utf8_trim_whitespace(texts)
    texts = pc.if_else(pc.is_in(texts, _NO_VALUE), None, texts)
    for kind in (pa.int64(), pa.uint64()):
        with contextlib.suppress(pa.ArrowInvalid):
            return texts.cast(kind)
    found = texts.cast(pa.float64())
    large = pc.greater_equal(pc.abs(found), 2.0**53)
    own = texts.filter(pc.and_(large, pc.match_substring_regex(texts, _INTEGER)))
    for text in own.to_pylist():
        if len(text) > _MOST_DIGITS or int(text) != float(text):
            raise InvalidValueError(
                f"{what} has the integer {text:.40}, which floats do not hold, beside other "
                f"numbers or beyond 64 bits; subtract the first of them, or write it as a decimal "
                f"if digits may be lost"
            )
    return found


def _read_arrow(file: Path, columns: list[str]) -> Iterator[_Block]:
    with readable(str(file)):
        data = mapped(file)
        reader = pa.ipc.open_file(data)
    with data, reader:
        for number in range(reader.num_record_batches):
            where = f"{file}, record batch {number}"
            with readable(where):
                table = pa.table(reader.get_batch(number)).select(columns)
                table.validate(full=True)  # places in memory are those that the file gives
                table = _decoded(table)
            for start in range(0, max(1, len(table)), _BLOCK):
                yield _Block(where, table[start : start + _BLOCK])
