"""Named features of the paths in a table, one row per path, in a table of the same kind."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import narwhals as nw

from treealg.checks import check_choice, check_flag
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.frames.jobs import LongTable, WideTable
from treealg.frames.tables import MISSING, check_distinct
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
    times: bool = False,
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
    windows : tuple of int, or array of int of shape (windows, 2), optional
        Windows of a path: size and step in points, or the first point of each and the one after
        its last. There is one row per window then, and a column ``"window"`` that counts them.
        Time runs anew in each.
    times : bool, default False
        Append the column `time` as the last channel, with the name ``"time"``: numbers as they are,
        dates and times in seconds. Not with `time_aug`, whose time is uniform, nor with `lead_lag`.
    missing : {"refuse", "drop", "keep"}, default "refuse"
        What to do with points that lack a value: refuse the table, leave these points out, or take
        NaN for it.
    dtype : {"float64", "float32"}, default "float64"
        Of the features.
    **options
        Options of `treealg.branched_sig`, or of `branched_log_sig`, `sig` or `log_sig` with `log`
        or `words`: `time_aug`, `lead_lag`, `end_time`, `planar`, `scalar_term`, `correction` (one
        row for all segments), `basepoint`, `method` and `n_jobs`.

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
        is missing in a row, a value is missing or no point is left; or if an option has a value
        that makes no sense.

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
    check_choice("missing", missing, MISSING)
    flags = {name: options.get(name, False) for name in ("time_aug", "lead_lag")}
    if check_flag("times", times):
        wrong = [name for name, flag in flags.items() if flag is not False]
        if wrong or time is None:
            what = f"without {wrong[0]}" if wrong else "with a column `time`"
            raise InvalidValueError(f"times must be False, or be given {what}")
    wide = dict(values) if isinstance(values, Mapping) else None
    if isinstance(values, str):
        raise InvalidTypeError(f"values must be a list of columns, got the text {values!r}")
    columns = list(values)
    recipe = recipe_of(
        [*map(str, columns), *(["time"] if times else [])], degree,
        log=log, words=words, trees=trees, windows=windows, dtype=dtype, options=options,
    )  # fmt: skip
    ids = [id] if isinstance(id, str) else [] if id is None else list(id)
    check_distinct([*ids, *(["window"] if windows is not None else []), *recipe.names])
    job = LongTable(recipe, ids, time, columns, times, missing)
    if isinstance(frame, (list, tuple, Mapping)):
        return job.several(frame)
    if wide is not None:
        job = WideTable(recipe, ids, time, columns, times, missing, wide)
    elif not ids:
        raise InvalidValueError("id must name the columns that tell paths apart, got none")
    if _is_dask(frame):
        return job.in_partitions(frame)
    native = nw.from_native(frame, pass_through=True)
    if not isinstance(native, (nw.DataFrame, nw.LazyFrame)):
        raise InvalidTypeError(
            f"frame must be a table of pandas, polars, PyArrow, Dask or DuckDB, or a list or "
            f"mapping of such, got {type(frame).__name__}"
        )
    if isinstance(native, nw.LazyFrame):
        return job.lazily(native)
    return job.eagerly(native).to_native()


def _is_dask(frame: Any) -> bool:
    """Tell whether a value is a frame of Dask, which its owner has imported then."""
    library = sys.modules.get("dask.dataframe")
    return library is not None and isinstance(frame, library.DataFrame)
