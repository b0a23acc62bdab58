"""Features as one function of pieces of tables, for whatever maps functions over these."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from treealg.errors import InvalidTypeError
from treealg.frames.features import features
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
            As `features` raises it.
        InvalidValueError
            As `features` raises it.
        """
        if isinstance(piece, Mapping):
            arrow = require("pyarrow", extra="files")
            table = arrow.table({name: np.asarray(column) for name, column in piece.items()})
            found = self._table(table)
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
            As `features` raises it.
        InvalidValueError
            As `features` raises it.
        """
        return self._table(schema.empty_table()).schema

    def _table(self, table: Any) -> Any:
        return features(table, **self.arguments)

    def _batches(self, batches: Iterable[Any]) -> Iterator[Any]:
        given = list(batches)
        if given:
            arrow = require("pyarrow", extra="files")
            found = self._table(arrow.Table.from_batches(given))
            yield from found.combine_chunks().to_batches()
