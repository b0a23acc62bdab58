"""Named features of the paths in a table, one row per path, in a table of the same kind."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import narwhals as nw

from treealg.checks import brief, check_flag, is_flag
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.frames.jobs import LongTable, WideTable
from treealg.frames.tables import (
    check_columns_named,
    check_distinct,
    check_names,
    column_or_several,
    read_frame,
)
from treealg.recipes import recipe_of

__all__ = ["features"]


def features(
    frame: Any,
    *,
    values: Iterable[str] | Mapping[str, Sequence[str]],
    degree: int,
    id: str | Iterable[str] | None = None,
    time: str | None = None,
    log: bool = False,
    words: bool = False,
    trees: Iterable[str] | None = None,
    windows: Any = None,
    times: Any = False,
    missing: str = "refuse",
    dtype: str = "float64",
    **options: Any,
) -> Any:
    """Compute the features of the paths in a table: one row per path, one named column per tree.

    Parameters
    ----------
    frame : DataFrame, LazyFrame, Table, relation, list or mapping
        A table of pandas, polars, PyArrow, Dask or DuckDB: of one row per point, or if `values` is
        a mapping of one row per path. Or tables of pandas, polars or PyArrow of which each is one
        path: a list, or a mapping from their names.
    values : iterable of str, or mapping from str to sequence of str
        The columns that are the channels of the path, in this order; or for a wide table the names
        of the channels, each with its columns in the order of time.
    degree : int
        Largest number of nodes, or with `words` of letters, at least 0.
    id : str or iterable of str, optional
        The columns that tell paths apart. Needed for one long table; in a wide one it names the
        columns that are kept; for several tables it is the name that the new column gets, by
        default ``"path"``.
    time : str, optional
        The column by which the points of a path are sorted: numbers, dates or times. Without it
        they come in the order of the table, which one from Dask or DuckDB has not got.
    log : bool, default False
        Log-signatures rather than signatures.
    words : bool, default False
        Indexed by words rather than by trees.
    trees : iterable of str, optional
        The names of the coefficients that are wanted; by default all.
    windows : tuple, or array of int of shape (windows, 2), optional
        Windows of a path, a row for each, and a column ``"window"`` that counts them: ``(size,
        step)`` in points, which is short for ``("sliding", size, step)``; ``("expanding", step,
        first)``; ``("dyadic", depth)``, as `sliding_windows`, `expanding_windows` and
        `dyadic_windows` make them; or the first point of each and the one after its last. A base
        point counts as a point. Time runs as it does along the whole path. A path that is too short
        has no row.
    times : bool or sequence, default False
        Take the column `time` for the channel of time, which is appended as with `time_aug`:
        numbers as they are, dates and times in seconds. For a wide table a sequence with a number
        or date for each column of a channel. A base point has the time of the first point.
    missing : {"refuse", "drop", "propagate", "forward-fill", "linear"}, default "refuse"
        What to do where a value is missing: refuse the table; leave the point out; take NaN for it;
        the last value of the channel before it; or the straight line from that to the next one,
        over the column `time` with `times` and else over points.
    dtype : {"float64", "float32"}, default "float64"
        Of the features.
    **options
        Options of `treealg.branched_sig`, or of `branched_log_sig`, `sig` or `log_sig` with `log`
        or `words`: `time_aug`, `lead_lag`, `end_time`, `planar`, `scalar_term`, `correction` (one
        row for all segments), `basepoint`, `method`, `n_jobs` and `weights`.

    Returns
    -------
    DataFrame, LazyFrame, Table or relation
        Of the kind of `frame`: the columns `id`, with windows ``"window"``, and the features, with
        the names of their trees and channels. Rows are sorted by `id`; those of a wide table and of
        several tables stay in their order. Lazy frames of polars and frames of Dask are computed
        when they are collected, those of Dask sorted within partitions only; a relation of DuckDB
        is computed at once, after DuckDB has selected and sorted the columns.

    Raises
    ------
    InvalidTypeError
        If `frame` is no table, a column of `values` holds no numbers, an option is unknown, or a
        flag is no boolean.
    InvalidValueError
        If a column is missing, a name of a column is there twice in the result, an `id` or a `time`
        is missing in a row, a value is missing, no point is left, or a channel of a path has no
        value to fill others with; or if an option has a value that makes no sense.

    See Also
    --------
    treealg.branched_sig_names : The names of the columns.

    Notes
    -----
    Paths of all lengths are computed in one call, and none is padded. Points with the same time
    stay in the order of the table. Where points are dropped, a path that keeps none has no row.

    Examples
    --------
    >>> import pandas as pd
    >>> from treealg.frames import features
    >>> trades = pd.DataFrame({
    ...     "day": [2, 1, 1, 2, 1],
    ...     "minute": [0, 1, 0, 5, 2],
    ...     "price": [5.0, 1.0, 0.0, 7.0, 3.0],
    ... })
    >>> features(trades, id="day", time="minute", values=["price"], degree=2)
       day  price  price[price]
    0    1    3.0           4.5
    1    2    2.0           2.0
    """
    is_wide = isinstance(values, Mapping)
    columns = list(values) if is_wide else check_columns_named("values", values)
    wide = dict(values) if isinstance(values, Mapping) else None
    has_times = wide is not None and not is_flag(times)
    if not has_times and check_flag("times", times) and (wide is not None or time is None):
        raise InvalidValueError(
            "times must be False, or be given with a column `time`; for a wide table it is a "
            "sequence with the times of its columns"
        )
    ids = column_or_several("id", id)
    check_names([*ids, *columns])
    recipe = recipe_of(
        map(str, columns), degree, log=log, words=words, trees=trees, windows=windows,
        times=has_times or times, missing=missing, dtype=dtype, options=options,
    )  # fmt: skip
    check_distinct([*ids, *(["window"] if windows is not None else []), *recipe.names])
    job = LongTable(recipe, ids, time, columns)
    if isinstance(frame, (list, tuple, Mapping)):
        if wide is not None:
            raise InvalidTypeError("values must be a list of columns for a list of tables")
        return job.several(frame)
    is_dask = _is_dask(frame)  # which narwhals reads with a warning
    native = frame if is_dask else read_frame(frame, "frame")
    if not (is_dask or isinstance(native, (nw.DataFrame, nw.LazyFrame))):
        raise InvalidTypeError(
            f"frame must be a table of pandas, polars, PyArrow, Dask or DuckDB, or a list or "
            f"mapping of such, got {type(frame).__name__}"
        )
    if wide is not None:
        for name, own in wide.items():
            wide[name] = check_columns_named(f"values[{brief(name)}]", own)
        job = WideTable(recipe, ids, time, wide, times if has_times else None)
    elif not ids:
        raise InvalidValueError("id must name the columns that tell paths apart, got none")
    if is_dask:
        return job.in_partitions(frame)
    if isinstance(native, nw.LazyFrame):
        return job.lazily(native)
    return job.eagerly(native).to_native()


def _is_dask(frame: Any) -> bool:
    """Tell whether a value is a frame of Dask, which its owner has imported then."""
    library = sys.modules.get("dask.dataframe")
    return library is not None and isinstance(frame, library.DataFrame)
