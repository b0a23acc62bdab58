"""Features as one function of pieces of tables, for whatever maps functions over these."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from treealg.checks import brief, shown
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.frames.features import features
from treealg.numeric.arguments.kinds import read_array
from treealg.optional import require

__all__ = ["FeatureFunction"]


class FeatureFunction:
    """The features of the paths in a piece of a table: a function that can be pickled.

    Parameters
    ----------
    **arguments
        Those of `features`, but for the table.

    Raises
    ------
    InvalidTypeError
        If an argument of `features` is missing.

    See Also
    --------
    features : What is computed.

    Notes
    -----
    Each piece has to hold whole paths: repartition by the columns of `id` before. Ray hands
    mappings or tables to it (``map_batches``), Spark record batches of a partition
    (``mapInArrow``), joblib whatever it is given.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from treealg.frames import FeatureFunction
    >>> function = FeatureFunction(id="day", values=["price"], degree=1)
    >>> function(pa.table({"day": [1, 1, 2], "price": [3.0, 5.0, 2.0]})).to_pydict()
    {'day': [1, 2], 'price': [2.0, 0.0]}
    """

    def __init__(self, **arguments: Any) -> None:
        try:
            inspect.signature(features).bind(None, **arguments)
        except TypeError as error:
            raise InvalidTypeError(
                f"FeatureFunction: {error}; see treealg.frames.features"
            ) from None
        self.arguments = arguments
        self.__name__ = type(self).__name__  # which Ray asks for

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in self.arguments.items())
        return f"FeatureFunction({given})"

    def __call__(self, piece: Any) -> Any:
        """Compute the features of the paths in a piece.

        Parameters
        ----------
        piece : DataFrame, Table, RecordBatch, mapping or iterator
            A table, as for `features`; a record batch of PyArrow; a mapping from names of columns
            to NumPy arrays; or an iterator of record batches, which together are one piece.

        Returns
        -------
        DataFrame, Table, RecordBatch, dict or iterator
            Of the kind of `piece`.

        Raises
        ------
        InvalidTypeError
            As `features` raises it; or if a column of a mapping holds no values that PyArrow has,
            or an iterator yields no record batches.
        InvalidValueError
            As `features` raises it; or if columns of a mapping have several axes or lengths, or
            record batches several schemas.
        MissingDependencyError
            If a mapping or record batches are given, and PyArrow is not installed.
        """
        if isinstance(piece, Mapping):
            found = self._table(_table_of(piece))
            return {name: found.column(name).to_numpy() for name in found.column_names}
        if isinstance(piece, Iterator):
            return self._batches(piece)
        if type(piece).__name__ == "RecordBatch":
            return next(self._batches([piece]))
        return self._table(piece)

    def schema(self, schema: Any) -> Any:
        """Return the schema of the features of a table.

        Parameters
        ----------
        schema : pyarrow.Schema
            That of the table.

        Returns
        -------
        pyarrow.Schema
            Names and types of the columns, as Spark wants to know them before.

        Raises
        ------
        InvalidTypeError
            As `features` raises it, or if `schema` is none of PyArrow.
        InvalidValueError
            As `features` raises it.
        MissingDependencyError
            If PyArrow is not installed.
        """
        arrow = require("pyarrow", extra="files")
        if not isinstance(schema, arrow.Schema):
            raise InvalidTypeError(
                f"schema must be a pyarrow.Schema, got {shown(schema)}; that of a table is "
                f"table.schema, of a pandas frame pyarrow.Schema.from_pandas(frame)"
            )
        return self._table(schema.empty_table()).schema

    def _table(self, table: Any) -> Any:
        return features(table, **self.arguments)

    def _batches(self, batches: Iterable[Any]) -> Iterator[Any]:
        table = _joined(batches)
        if table is not None:
            found = self._table(table)
            yield from found.combine_chunks().to_batches()


def _table_of(piece: Mapping[Any, Any]) -> Any:
    """Return a mapping from names to arrays as a table of PyArrow."""
    arrow = require("pyarrow", extra="files")
    columns = {}
    for name, given in piece.items():
        if not isinstance(name, str):
            raise InvalidTypeError(
                f"the names of columns of a piece must be texts, got {brief(name)} of type "
                f"{type(name).__name__}; write str(...) around it"
            )
        column = f"column {brief(name)} of a piece"
        values = read_array(given, column, "values")
        if values.ndim != 1:
            raise InvalidValueError(
                f"{column} must be an array of one axis, got shape {values.shape}; give each of "
                f"its parts a name of its own"
            )
        try:
            columns[name] = arrow.array(values.astype(values.dtype.newbyteorder("="), copy=False))
        except (arrow.ArrowException, TypeError, ValueError, OverflowError) as error:
            raise InvalidTypeError(
                f"{column} must have values that PyArrow has, got {values.dtype}: {error}; convert "
                f"it, for instance with astype(float)"
            ) from None
    lengths = {brief(name): len(column) for name, column in columns.items()}
    if len({*lengths.values()}) > 1:
        counts = ", ".join(f"{name} {count}" for name, count in lengths.items())
        raise InvalidValueError(
            f"the columns of a piece must be equally long, got {counts}; give one value for each "
            f"row"
        )
    return arrow.table(columns)


def _joined(batches: Iterable[Any]) -> Any:
    """Return record batches as one table, None if there are none."""
    arrow = require("pyarrow", extra="files")
    found: list[Any] = []
    for place, batch in enumerate(batches):  # which may have no end
        if not isinstance(batch, arrow.RecordBatch):
            raise InvalidTypeError(
                f"an iterator must yield record batches of PyArrow, got {shown(batch)} at place "
                f"{place}; call the function with each table itself"
            )
        if found and batch.schema != found[0].schema:
            raise InvalidValueError(
                f"record batches of a piece must have one schema, got at place {place} the columns "
                f"{brief(batch.schema.names)}, and first {brief(found[0].schema.names)}, or other "
                f"types; use cast or select"
            )
        found.append(batch)
    return arrow.Table.from_batches(found) if found else None
