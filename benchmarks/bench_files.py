"""From files to files, and arrays of Dask: treealg beside loops that are written by hand.

The output of `treealg.files.compute` is kept in parts and put together at the end, so that a run
can go on where it was; the loops write theirs as they go.

    python benchmarks/bench_files.py
"""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import dask
import dask.array as da
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from harness import Run, main, paths

import treealg
import treealg.dask
from treealg.files import compute

CHANNELS = list("abcd")


def written(path: Path, rows: Any, names: list[str], writer: Any, **options: Any) -> Any:
    """Write rows, a column for each name, with a writer that is made for the first ones."""
    table = pa.table(list(np.ascontiguousarray(rows.T)), names=names)
    writer = writer or pq.ParquetWriter(path, table.schema, **options)
    writer.write_table(table)
    return writer


def loop_of_arrays(source: Path, target: Path, degree: int, **options: Any) -> Any:
    """Compute from a mapped array to Parquet, chunk by chunk."""
    x = np.load(source, mmap_mode="r")
    names, writer = list(treealg.branched_sig_names(4, degree)), None
    for start in range(0, len(x), 8192):
        rows = treealg.branched_sig(x[start : start + 8192], degree)
        writer = written(target, rows, names, writer, **options)
    writer.close()
    return target


def loop_of_tables(source: Path, target: Path, degree: int, **options: Any) -> Any:
    """Compute from Parquet whose row groups hold whole paths of one length to Parquet."""
    names, writer = list(treealg.branched_sig_names(4, degree)), None
    with pq.ParquetFile(source) as file:
        for group in range(file.num_row_groups):
            table = file.read_row_group(group, columns=CHANNELS)
            points = np.column_stack([table.column(name).to_numpy() for name in CHANNELS])
            rows = treealg.branched_sig(points.reshape(-1, 100, 4), degree)
            writer = written(target, rows, names, writer, **options)
    writer.close()
    return target


def sample(path: Path) -> Any:
    """Return a few of the 124 features in a file."""
    with pq.ParquetFile(path) as file:
        names = file.schema_arrow.names[-124:]
        table = file.read(columns=[names[0], names[30], names[-1]])
    return np.column_stack([column.to_numpy() for column in table.columns])


def bench_files(run: Run) -> None:
    """Time the way to Parquet, from an array and from a table of a row per point."""
    count = 2000 if run.quick else 100_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        x = paths(count, 100, 4)
        np.save(folder / "paths.npy", x)
        columns = {key: x[:, :, place].ravel() for place, key in enumerate(CHANNELS)}
        table = pa.table({"id": np.repeat(np.arange(count), 100), **columns})
        pq.write_table(table, folder / "points.parquet", row_group_size=100_000)
        del x, columns, table
        size = f"({count},100,4,3)"
        for suffix, loop, options in (
            ("paths.npy", loop_of_arrays, {}),
            ("points.parquet", loop_of_tables, {"id": "id"}),
        ):
            for kind, encoding in (("", {}), (", no dictionaries", {"use_dictionary": False})):
                source, target = folder / suffix, folder / "ours.parquet"

                def ours(source: Path = source, options: Any = options) -> Any:
                    compute(source, folder / "ours.parquet", degree=3, overwrite=True, **options)
                    return folder / "ours.parquet"

                theirs = partial(loop, source, folder / "loop.parquet", 3, **encoding)
                expected = sample(theirs())
                run.compare(
                    f"{suffix} to Parquet", f"{size}{kind}", ours, theirs, beside="a loop",
                    expected=lambda expected=expected: expected, part=sample,
                )  # fmt: skip
                target.unlink()


def bench_dask(run: Run) -> None:
    """Time arrays of Dask, one chunk after the other, beside a loop over the chunks."""
    for chunk, degree in ((2000, 3), (16_000, 3), (16_000, 4)):
        count = (2 if run.quick else 5) * chunk
        x = paths(count, 100, 4)
        array = da.from_array(x, chunks=(chunk, -1, -1))
        lazy = treealg.dask.branched_sig(array, degree)

        def loop(x: Any = x, chunk: int = chunk, degree: int = degree) -> Any:
            pieces = [x[start : start + chunk] for start in range(0, len(x), chunk)]
            return np.concatenate([treealg.branched_sig(piece, degree) for piece in pieces])

        ours = partial(lazy.compute, scheduler="synchronous")
        run.compare(f"chunks of {chunk}", f"(100,4,{degree})", ours, loop, beside="a loop")


if __name__ == "__main__":
    dask.config.set(scheduler="synchronous")
    main({"files": bench_files, "dask": bench_dask}, "files", __doc__, {})
