"""What is done with tables of paths: points sorted, paths computed, and a table made again."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt

from treealg.checks import brief
from treealg.errors import InvalidTypeError, InvalidValueError, TreeAlgError
from treealg.frames.points import Points, paths_of
from treealg.frames.tables import (
    INSTEAD,
    check_columns,
    check_numbers,
    numbers_of_columns,
    read_frame,
)
from treealg.numeric.arguments.times import read_times
from treealg.recipes import Recipe

__all__ = ["LongTable", "WideTable", "no_value"]

Floats = npt.NDArray[np.floating[Any]]
Starts = npt.NDArray[np.int64]


class LongTable(Points):
    """What is done with a table of one row per point."""

    is_by_row = False

    def __init__(
        self, recipe: Recipe, ids: list[str], time: str | None, columns: list[str]
    ) -> None:
        super().__init__(ids, time, columns, recipe.missing, recipe.dtype)
        self.recipe = recipe

    def eagerly(self, table: Any) -> Any:
        """Compute at once."""
        table, starts = self.read(table)
        points, times = self.points(table, starts)
        ids = table.select(self.ids)[starts]
        return self.result(ids, points, times, starts, table.implementation)

    def points(self, table: Any, starts: Starts) -> tuple[Floats, Floats | None]:
        """Return the points of all paths, one after the other, and their times."""
        return self.numbers(table), self.seconds(table, starts) if self.recipe.times else None

    def result(
        self, ids: Any, points: Floats, times: Floats | None, starts: Starts, backend: Any
    ) -> Any:
        """Return the features as a table, the ids in front."""
        recipe = self.recipe
        paths, ids = paths_of(points, starts), nw.maybe_reset_index(ids)
        empty = recipe.without_value(paths)
        if empty is not None:
            place, channel = empty
            keys = [f"{name} {ids.get_column(name).to_list()[place]!r}" for name in self.ids]
            raise no_value(", ".join(keys) or f"row {place}", channel, recipe)
        found = recipe(paths, None if times is None else paths_of(times, starts))
        if recipe.windows is not None:
            counts = recipe.counts(map(len, paths))
            at = np.repeat(np.arange(len(counts)), counts)
            ids = nw.maybe_reset_index(ids[at]) if self.ids else ids
            number = np.concatenate([np.arange(count) for count in counts] or [np.arange(0)])
            window = nw.new_series("window", number, nw.Int64, backend=backend)
            ids = ids.with_columns(window) if self.ids else window.to_frame()
        if not recipe.names:
            return ids
        table = nw.from_numpy(found, schema=list(recipe.names), backend=backend)
        return nw.concat([ids, table], how="horizontal") if len(ids.columns) else table

    def several(self, frames: Any) -> Any:
        """Compute of tables of which each is one path."""
        if len(self.ids) > 1:
            raise InvalidValueError("id must be one name for the tables of a list, got several")
        names = list(frames) if isinstance(frames, Mapping) else list(range(len(frames)))
        tables = [frames[name] for name in names]
        name, self.ids = (self.ids or ["path"])[0], []
        pieces, clocks, kept, backend = [], [], [], None
        for place, frame in zip(names, tables, strict=True):
            table = read_frame(frame, f"frame[{brief(place)}]")
            if not isinstance(table, nw.DataFrame):
                raise InvalidTypeError(
                    f"frame[{brief(place)}] must be a table of pandas, polars or PyArrow, got "
                    f"{type(frame).__name__}"
                )
            table, first = self.read(table)
            backend = backend or table.implementation
            if len(table):
                points, times = self.points(table, first)
                pieces.append(points)
                clocks += [] if times is None else [times]
                kept.append(place)
        if not pieces:
            raise InvalidValueError("frame must hold at least one table with a point, got none")
        starts = np.cumsum([0, *map(len, pieces[:-1])])
        ids = nw.new_series(name, kept, backend=backend).to_frame()
        self.ids = [name]
        times = np.concatenate(clocks) if clocks else None
        return self.result(ids, np.concatenate(pieces), times, starts, backend).to_native()

    def lazily(self, table: Any) -> Any:
        """Compute when it is asked for, where the library can wait."""
        self.check(table)
        native, kind = table.select(self.needed).to_native(), table.implementation
        if kind.is_polars():
            polars = sys.modules["polars"]
            empty = self.eagerly(nw.from_native(native.clear().collect())).to_native()
            return native.map_batches(
                self.of_native,
                schema=polars.Schema(empty.schema),
                predicate_pushdown=False,
                projection_pushdown=False,
                slice_pushdown=False,
            )
        if kind.is_duckdb():
            found = self.eagerly(table.select(self.needed).collect("pyarrow")).to_native()
            return sys.modules["duckdb"].from_arrow(found)
        raise InvalidTypeError(
            f"frame must be a lazy table of polars, Dask or DuckDB, got one of {kind}; collect it "
            f"first"
        )

    def in_partitions(self, frame: Any) -> Any:
        """Compute of a frame of Dask, each partition when it is asked for."""
        self.check(read_frame(frame._meta, "frame"))
        needed = frame[self.needed]
        if needed.npartitions > 1 and not self.is_by_row:
            needed = needed.shuffle(on=self.ids)
        empty = self.of_native(needed._meta)
        return needed.map_partitions(self.of_native, meta=empty, enforce_metadata=False)

    def of_native(self, frame: Any) -> Any:
        """Compute of a table of its own library, at once."""
        return self.eagerly(nw.from_native(frame, eager_only=True)).to_native()


class WideTable(LongTable):
    """What is done with a table of one row per path."""

    is_by_row = True

    def __init__(
        self, recipe: Recipe, ids: list[str], time: str | None, wide: dict[str, Sequence[str]],
        times: Any,
    ) -> None:  # fmt: skip
        super().__init__(recipe, ids, None, list(wide))
        lengths = {name: len(wide[name]) for name in wide}
        if len(set(lengths.values())) > 1 or 0 in lengths.values():
            raise InvalidValueError(
                f"values must have as many columns for each channel, at least one, got {lengths}"
            )
        if time is not None:
            raise InvalidValueError(
                f"time must be None for a wide table, whose columns are in the order of time, got "
                f"{brief(time)}"
            )
        self.wide = wide
        self.clock = None if times is None else self.read_clock(times, *set(lengths.values()))

    def read_clock(self, times: Any, length: int) -> Floats:
        """Return the times of the columns."""
        try:
            found: Floats = read_times(times, "times", (), length)[0]
        except TreeAlgError as error:
            raise type(error)(
                f"times of a wide table must be {length} numbers, dates or durations, one for each "
                f"column of a channel: {error}"
            ) from None
        return found

    @property
    def needed(self) -> list[str]:
        """The columns of the table that are read."""
        return list(dict.fromkeys([*self.ids, *(c for own in self.wide.values() for c in own)]))

    def check(self, table: Any) -> None:
        """Refuse a table that lacks columns, or has no numbers where they have to be."""
        schema = table.collect_schema()
        check_columns(self.needed, schema)
        check_numbers([c for own in self.wide.values() for c in own], schema, table.to_native())

    def eagerly(self, table: Any) -> Any:
        """Compute at once."""
        self.check(table)
        channels = [numbers_of_columns(table, own, "float64") for own in self.wide.values()]
        paths = np.stack(channels, axis=2)
        count, length, _ = paths.shape
        points = paths.reshape(count * length, -1)
        starts = np.arange(count) * length
        times = None if self.clock is None else np.tile(self.clock, count)
        lacks = np.isnan(points).any(axis=1)
        if self.recipe.missing in ("refuse", "drop") and lacks.any():
            place = int(lacks.argmax()) // length
            if self.recipe.missing == "refuse":
                raise InvalidValueError(f"values are missing in row {place}; {INSTEAD}")
            kept = (~lacks).reshape(count, length).sum(axis=1)
            if (kept == 0).any():
                raise InvalidValueError(
                    f"row {int(kept.argmin())} has no point without a missing value"
                )
            points, starts = points[~lacks], np.cumsum(kept) - kept
            times = None if times is None else times[~lacks]
        return self.result(table.select(self.ids), points, times, starts, table.implementation)


def no_value(where: str, channel: str, recipe: Recipe) -> InvalidValueError:
    """Return the error of a path that has no value in some channel."""
    return InvalidValueError(
        f"{where} has no value of {channel!r} at all, from which missing={recipe.missing!r} could "
        f"make others; leave it out"
    )
