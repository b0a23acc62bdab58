"""The points of the paths in a table of one row per point: selected, sorted, and as numbers."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
from narwhals.exceptions import NarwhalsError

from treealg.errors import InvalidTypeError
from treealg.frames.tables import (
    check_columns,
    check_names,
    check_numbers,
    numbers_of_columns,
    times_of,
    without_missing,
)

__all__ = ["Points", "paths_of"]

Floats = npt.NDArray[np.floating[Any]]
Starts = npt.NDArray[np.int64]

_ROW = "row of treealg"


class Points:
    """How the points of the paths in a table are read.

    Parameters
    ----------
    ids : list of str
        The columns that tell paths apart.
    time : str or None
        The column by which the points of a path are sorted; without it they stay in their order.
    columns : list of str
        The columns that are the channels.
    missing : {"refuse", "drop", "propagate", "forward-fill", "linear"}
        What is done with points that lack a value; all but the first two leave them here.
    dtype : {"float64", "float32"}
        Of the points.
    """

    def __init__(
        self, ids: list[str], time: str | None, columns: list[str], missing: str, dtype: str
    ) -> None:
        check_names([*ids, time, *columns])
        self.ids, self.time, self.columns = ids, time, columns
        self.missing, self.dtype = missing, dtype

    @property
    def keys(self) -> list[str]:
        """The columns by which rows are sorted."""
        return [*self.ids, *([] if self.time is None else [self.time])]

    @property
    def needed(self) -> list[str]:
        """The columns of the table that are read."""
        return list(dict.fromkeys([*self.keys, *self.columns]))

    def check(self, table: Any) -> None:
        """Refuse a table that lacks columns, or has no numbers where they have to be."""
        schema = table.collect_schema()
        check_columns(self.needed, schema)
        check_numbers(self.columns, schema, table.to_native())

    def read(self, table: Any) -> tuple[Any, Starts]:
        """Return the needed columns, path after path, and the rows where paths begin."""
        self.check(table)
        # The index of a table of pandas may have the name of a column, or the same label twice.
        table = nw.maybe_reset_index(table.select(self.needed))
        table = without_missing(table, self.keys, self.columns, self.missing)
        try:
            table = self.sorted(table)
            return table, np.flatnonzero(self.is_first(table))
        except (TypeError, NotImplementedError, NarwhalsError) as error:  # of lists and the like
            names = ", ".join(repr(name) for name in self.keys)
            raise InvalidTypeError(
                f"rows are sorted by {names}, whose values must be of kinds that can be: {error}; "
                f"convert them to numbers or texts"
            ) from None

    def sorted(self, table: Any) -> Any:
        """Return the rows by id and time, those of one time in their order."""
        if len(table) < 2:
            return table
        return table.with_row_index(_ROW).sort([*self.keys, _ROW]).drop(_ROW)

    def is_first(self, table: Any) -> npt.NDArray[np.bool_]:
        """Tell of each row whether a path begins there."""
        found = np.zeros(len(table), bool)
        found[:1] = True
        for name in self.ids if len(table) > 1 else ():
            column = table.get_column(name)
            differs = (column != column.shift(1)).to_numpy()
            found[1:] |= differs[1:].astype(bool)
        return found

    def numbers(self, table: Any) -> Floats:
        """Return the channels, row by row."""
        return numbers_of_columns(table, self.columns, self.dtype)

    def seconds(self, table: Any, starts: Starts) -> Floats:
        """Return the time of each row as a number, from that of the first of its path on."""
        return times_of(table.get_column(self.time), str(self.time), starts)


def paths_of(points: Floats, starts: Starts) -> Floats | list[Floats]:
    """Return the paths that stand one after the other, as one array if they have one length."""
    lengths = np.diff(starts, append=len(points))
    if len(starts) and (lengths == lengths[0]).all():
        return points.reshape(len(starts), int(lengths[0]), *points.shape[1:])
    return np.split(points, starts[1:]) if len(starts) else []
