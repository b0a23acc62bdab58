"""Features from files to a file, piece by piece; what is interrupted goes on where it was."""

from __future__ import annotations

import errno
import gc
import os
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from treealg.checks import check_file, check_flag, check_path, is_iterable, shown
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.files.arrays import ArraySource
from treealg.files.parts import Part, Parts, remove
from treealg.files.sinks import opened, sidecar_of
from treealg.files.source import ARRAYS, Piece, Source, input_files, suffix_of
from treealg.files.tables import TableSource
from treealg.frames.tables import check_distinct, column_or_several
from treealg.optional import require
from treealg.recipes import Recipe, recipe_of
from treealg.sequences import check_names, check_sequence
from treealg.whole import check_folder, sync

__all__ = ["compute"]

# Of a piece: its points and its features.
_PIECE = 1 << 25

_WINDOW = "window"

# What tells a path of an array from others.
_ID_BYTES = 8

# Formats that hold bytes.
_OF_ARROW = (".parquet", ".arrow", ".feather")

# How long a scheduler may take to answer.
_PATIENCE = "10s"


def compute(
    input: str | Path | Iterable[str | Path],
    output: str | Path,
    *,
    degree: int,
    id: str | Iterable[str] | None = None,
    time: str | None = None,
    values: Iterable[str] | None = None,
    array: str | None = None,
    log: bool = False,
    words: bool = False,
    trees: Iterable[str] | None = None,
    windows: Any = None,
    times: bool = False,
    missing: str = "refuse",
    dtype: str = "float64",
    overwrite: bool = False,
    restart: bool = False,
    progress: bool = False,
    dask: str | None = None,
    **options: Any,
) -> int:
    """Compute the features of the paths in files, and write them to a file.

    Parameters
    ----------
    input : str, Path, or iterable of such
        Arrays of shape ``(paths, length, channels)`` in a file of NumPy (``.npy``, ``.npz``) or a
        folder of Zarr; or tables with a row per point, ``.csv``, ``.parquet``, ``.arrow`` or
        ``.feather``: one, several, or a folder of them.
    output : str or Path
        The file to write, in any of these formats; the suffix says which.
    degree : int
        Largest number of nodes, or with `words` of letters, at least 0.
    id : str or iterable of str, optional
        Of tables, the columns that tell paths apart. The points of a path stand together. Without
        it each file is one path, which is known by the name of the file.
    time : str, optional
        Of tables, a column that has to rise along each path. Of ``.npz`` and ``.zarr`` the array
        that holds the times of points, of shape ``(length,)`` or ``(paths, length)``.
    values : iterable of str, optional
        The columns that are channels, by default all other columns of numbers; of arrays the names
        of channels, by default their numbers.
    array : str, optional
        Which of several arrays in a file is meant.
    log, words, trees, windows, times, missing, dtype
        As for `treealg.frames.features`.
    overwrite : bool, default False
        Replace an output that is there already.
    restart : bool, default False
        Throw away what an earlier run left behind, in the place of going on with it.
    progress : bool, default False
        Show on standard error how much is done, how fast, and how long it still takes.
    dask : str, optional
        The address of a scheduler of Dask, whose workers compute.
    **options
        Options of the function, as for `treealg.frames.features`.

    Returns
    -------
    int
        The number of rows that were written.

    Raises
    ------
    InvalidTypeError
        If an option is unknown, a flag is no boolean, a column of `values` holds no numbers, or one
        of `id` or `time` neither numbers nor text nor times, or for other formats than those of
        Arrow bytes.
    InvalidValueError
        If a file is missing, damaged, of another shape or lacks columns; if the rows of a table are
        not in order; if an option has a value that makes no sense; if `output`, or the file beside
        it, is there already; if it is, holds or lies in what is read, is being written by another
        process, or was begun with other options; if what has the name of the folder of its parts is
        something else.
    MissingDependencyError
        If a format needs a package that is not installed.
    OSError
        If the output cannot be written, for instance as the disk is full, or would be by what an
        array holds; or a cluster is lost.
    KeyboardInterrupt
        If it is interrupted. What was done is kept.

    Notes
    -----
    Files larger than memory are read piece by piece: row groups, chunks, parts of a mapped file, an
    archive from its beginning on. A path is read at once, and so is an array of ``.npz`` in the
    order of Fortran. What is done lies in a folder beside the output, ``NAME.parts``, until the
    output is whole and gets its name. Whenever a run ends, also by a signal, the same call goes on
    with the pieces that are missing, and the output is the same to the byte.

    Parquet, Arrow and Zarr keep in their metadata, under the key ``treealg``, what the numbers
    mean: function, dimension, channels, degree, kind, order, weights, options and version.
    ``.npz`` has it as an array of that name, and ``.npy`` and ``.csv`` have a file beside them,
    ``NAME.json``.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> from treealg.files import compute
    >>> with tempfile.TemporaryDirectory() as name:
    ...     folder = pathlib.Path(name)
    ...     np.save(folder / "paths.npy", [[[0.0], [1.0]], [[0.0], [3.0]]])
    ...     rows = compute(folder / "paths.npy", folder / "features.npy", degree=2)
    ...     print(rows, np.load(folder / "features.npy").tolist())
    2 [[1.0, 0.5], [3.0, 4.5]]
    """
    flags = {"times": times, "overwrite": overwrite, "restart": restart, "progress": progress}
    for name, flag in flags.items():
        check_flag(name, flag)
    if time is not None and not isinstance(time, str):
        raise InvalidTypeError(
            f"time must be the name of a column, or of an array, a str, got {shown(time)}"
        )
    if dask is not None and not isinstance(dask, str):
        raise InvalidTypeError(f"dask must be the address of a scheduler, a str, got {shown(dask)}")
    if times and time is None:
        raise InvalidValueError("times must be False, or be given with the name of `time`")
    given: Iterable[Any] = [input]
    if is_iterable(input) and not isinstance(input, (str, bytes)):
        given = check_sequence("input", input, "the name of a file, or a list of such")
    files = input_files([check_path("input", file) for file in given])
    target = check_file("output", output, folder=".zarr")
    suffix_of(target, "output")
    check_folder(target)
    _check_apart(target, files, overwrite)
    ids = column_or_several("id", id)
    named = None if values is None else list(map(str, check_names("values", values)))
    if files[0].suffix.lower() in ARRAYS:
        if ids:
            raise InvalidValueError("id must be left out for arrays, which have no columns")
        if time is not None and not times:
            raise InvalidValueError("time must be left out for arrays where times=False")
        source: Source = ArraySource(files[0], named, array, time)
    else:
        source = TableSource(files, ids, time, named)
    with closing(source):
        recipe = recipe_of(
            source.channels, degree, log=log, words=words, trees=trees, windows=windows,
            times=times, missing=missing, dtype=dtype, options=options,
        )  # fmt: skip
        columns = [*source.ids, *([_WINDOW] if windows is not None else [])]
        check_distinct([*columns, *recipe.names])
        source.begin(recipe)
        if isinstance(source, TableSource) and target.suffix.lower() not in _OF_ARROW:
            source.check_written()
        job = _job(recipe, files, columns, time)
        with Parts(target, job, overwrite=overwrite, restart=restart) as parts:
            if not parts.is_done:
                with _keeping(parts):
                    _compute_all(source, recipe, parts, progress, dask)
                    _assemble(recipe, parts, columns)
            rows = parts.rows
            parts.finish()
    return rows


def _check_apart(target: Path, files: list[Path], overwrite: bool) -> None:
    """Refuse an output that is, holds or lies in what is read."""
    own = os.path.realpath(target)
    for file in files:
        other = os.path.realpath(file)
        both = os.path.commonpath([own, other])
        if overwrite and target.exists() and target.samefile(file):
            raise InvalidValueError(
                f"output must be none of the files that are read, got {target}; give another name"
            )
        if own != other and both in (own, other):
            raise InvalidValueError(
                f"output must be none of the folders that are read, in none and around none, got "
                f"{target}; give another name"
            )


def _job(recipe: Recipe, files: list[Path], columns: list[str], time: str | None) -> dict[str, Any]:
    """Return what parts depend on."""
    stats = [(str(file), file.stat()) for file in files]
    return {
        **recipe.about(),
        "ids": columns,
        "time": time,
        "bytes of a piece": _PIECE,
        "inputs": [[name, stat.st_size, stat.st_mtime_ns] for name, stat in stats],
    }


def _compute_all(
    source: Source, recipe: Recipe, parts: Parts, progress: bool, dask: str | None
) -> None:
    """Compute the pieces that are missing."""
    start = parts.last_stop()
    if isinstance(source, ArraySource):
        _check_space(source, recipe, parts, start)
    pieces = _ahead(source.pieces(start, _PIECE, len(recipe.names)))
    if isinstance(source, TableSource) and not source.is_by_file:
        pieces = _each_once(pieces, parts.ids(), source)
    with _bar(progress, start, source) as update, _mapper(dask) as mapped:
        for piece, rows in mapped(recipe, pieces):
            parts.add(Part(piece.stop, _ids_of_rows(piece, recipe), rows))
            update(piece.stop)
    if not parts.count:
        ids = pa.table({name: pa.array([], pa.int64()) for name in source.ids})
        piece = Piece(start, [], ids)
        parts.add(Part(start, _ids_of_rows(piece, recipe), recipe([])))


def _check_space(source: ArraySource, recipe: Recipe, parts: Parts, start: int) -> None:
    """Refuse to begin what does not fit on the disk: how much an array holds, its header says."""
    if recipe.missing == "drop":
        return
    rows = (source.total - start) * int(recipe.counts([source.length])[0])
    nbytes = rows * (len(recipe.names) * np.dtype(recipe.dtype).itemsize + _ID_BYTES)
    free = shutil.disk_usage(parts.folder).free
    if nbytes > free:
        text = (
            f"{os.strerror(errno.ENOSPC)}: {rows} rows of {len(recipe.names)} features take "
            f"{nbytes / 1e9:.4g} GB, and {free / 1e9:.4g} GB are free"
        )
        raise OSError(errno.ENOSPC, text)


def _ids_of_rows(piece: Piece, recipe: Recipe) -> Any:
    """Return what tells the rows of a piece apart."""
    if recipe.windows is None:
        return piece.ids
    counts = recipe.counts(map(len, piece.paths))
    number = np.concatenate([np.arange(0), *map(np.arange, counts)])
    ids = piece.ids.take(pa.array(np.repeat(np.arange(len(counts)), counts)))
    return ids.append_column(_WINDOW, pa.array(number))


def _each_once(
    pieces: Iterator[Piece], before: Iterable[Any], source: TableSource
) -> Iterator[Piece]:
    """Refuse a path that comes again after others."""
    seen: set[Any] = set()

    def keys(table: Any) -> list[Any]:
        columns = [table.column(name).to_pylist() for name in source.ids]
        return list(zip(*columns, strict=True)) if len(columns) > 1 else columns[0]

    for table in before:
        seen.update(keys(table))
    for piece in pieces:
        own = keys(piece.ids)
        size = len(seen)
        seen.update(own)
        if len(seen) < size + len(own):
            twice = _repeated(own, seen, size)
            raise InvalidValueError(
                f"{source.files[0]}: the points of {', '.join(source.ids)} {twice!r} do not stand "
                f"together; sort the rows by {', '.join(source.ids)} first"
            )
        yield piece


def _repeated(own: list[Any], seen: set[Any], size: int) -> Any:
    inside = [key for place, key in enumerate(own) if key in own[:place]]
    return inside[0] if inside else own[0]


def _ahead(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Read one piece while another is computed."""
    with ThreadPoolExecutor(1) as pool:
        pending = pool.submit(next, pieces, None)
        while (piece := pending.result()) is not None:
            pending = pool.submit(next, pieces, None)
            yield piece


Mapper = Callable[[Recipe, Iterable[Piece]], Iterator[tuple[Piece, Any]]]


def _here(recipe: Recipe, pieces: Iterable[Piece]) -> Iterator[tuple[Piece, Any]]:
    for piece in pieces:
        yield piece, recipe(piece.paths, piece.times)


@contextmanager
def _mapper(address: str | None) -> Iterator[Mapper]:
    """Return what computes pieces, in their order."""
    if address is None:
        yield _here
        return
    distributed = require("distributed", extra="dask")
    gc.collect()  # what is left of clients before would end amid the start of this one, or never
    try:
        client = distributed.Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError, AssertionError) as error:  # the last of what is no address
        said = f": {error}" if str(error) else ""
        raise InvalidValueError(
            f"no scheduler of Dask answers at {address!r}{said}; give the address of one, such as "
            f"tcp://127.0.0.1:8786"
        ) from None
    with client:

        def mapped(recipe: Recipe, pieces: Iterable[Piece]) -> Iterator[tuple[Piece, Any]]:
            waiting: deque[tuple[Piece, Any]] = deque()

            def submitted(piece: Piece) -> Any:
                return client.submit(recipe, piece.paths, piece.times, pure=False)

            def gathered(piece: Piece, future: Any) -> tuple[Piece, Any]:
                with _naming(piece):
                    try:
                        return piece, future.result()
                    except distributed.scheduler.KilledWorker:
                        # Dask counts a death against each piece that the worker had, and blames
                        # any: one that is computed alone has only its own.
                        distributed.wait([other for _, other in waiting])
                        return piece, submitted(piece).result()

            most = 2 * max(1, len(client.scheduler_info(n_workers=-1)["workers"]))
            for piece in pieces:
                waiting.append((piece, submitted(piece)))
                if len(waiting) >= most:
                    yield gathered(*waiting.popleft())
            while waiting:
                yield gathered(*waiting.popleft())

        yield mapped


@contextmanager
def _naming(piece: Piece) -> Iterator[None]:
    """Say on which piece a cluster failed."""
    distributed = require("distributed", extra="dask")
    try:
        yield
    except distributed.scheduler.KilledWorker as error:
        raise OSError(f"workers died again and again on {piece.where}: {error}") from error
    except (CancelledError, distributed.comm.CommClosedError) as error:
        raise OSError(f"the cluster was lost, with {piece.where}: {error}") from error


@contextmanager
def _bar(progress: bool, start: int, source: Source) -> Iterator[Callable[[int], None]]:
    """Return what is told how far the work is."""
    if not progress:
        yield lambda stop: None
        return
    tqdm = require("tqdm", extra="files").tqdm
    total = source.total or None
    with tqdm(total=total, initial=start, unit=f" {source.unit}s", unit_scale=True) as bar:
        yield lambda stop: bar.update(stop - bar.n)


@contextmanager
def _keeping(parts: Parts) -> Iterator[None]:
    """Say what is kept where the work cannot go on."""

    def kept() -> str:
        left = f"; {parts.count} pieces are kept in {parts.folder}, and the same call goes on"
        return left if parts.count else ""

    try:
        yield
    except KeyboardInterrupt as error:
        raise KeyboardInterrupt(f"{parts.output} was not written{kept()}") from error
    except OSError as error:
        number, text = error.errno, error.strerror or str(error)
        message = f"{parts.output} could not be written: {text}{kept()}"
        raise OSError(number, message) if number else OSError(message) from error


def _assemble(recipe: Recipe, parts: Parts, columns: list[str]) -> None:
    """Write the output from the parts, under another name."""
    finished = parts.finished
    if finished.exists():
        remove(finished)
    about = {**recipe.about(), "ids": columns}
    beside = sidecar_of(parts.output)
    sink = None
    try:
        sink = opened(finished, parts.rows, list(recipe.names), about, recipe.dtype)
        for part in parts:
            sink.write(part.ids, part.rows)
        sink.close()
        if finished.is_file():
            sync(finished)
        if beside is not None:
            parts.keep(beside.name, {**about, "names": list(recipe.names)})
    except BaseException:
        if sink is not None:
            sink.abandon()
        if finished.exists():
            remove(finished)
        raise
