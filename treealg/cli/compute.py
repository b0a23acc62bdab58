"""The command ``compute``: features of the paths in files, written to a file."""

from __future__ import annotations

import argparse
import re
import sys
from functools import partial
from typing import Any

from treealg.cli.parsers import (
    Commands,
    add_command,
    add_json,
    add_planar,
    output,
    path,
    print_json,
    say,
    several,
)

__all__ = ["add_parser"]

_EXAMPLES = """\
compute paths.npy features.parquet --degree 3 --time-aug
compute trades.parquet features.parquet --id day --time minute --values price size --degree 3
compute recordings/ features.csv --degree 2 --log --windows 50,10 --n-jobs -1
compute trades.parquet features.zarr --id day --degree 3 --dask tcp://10.0.0.1:8786
"""


def add_parser(commands: Commands[Any]) -> None:
    """Add the command ``compute`` to a parser."""
    parser = add_command(
        commands,
        "compute",
        "compute features of the paths in files",
        "Compute signatures or log-signatures of paths, with the names of their trees. Files are "
        "arrays (npy, npz, zarr) of shape (paths, length, channels), or tables (csv, parquet, "
        "arrow, feather) with a row per point. A run that was interrupted goes on where it was "
        "when the same command is given again. Needs the extra files.",
        _EXAMPLES,
    )
    parser.add_argument(
        "input", type=path, nargs="+", metavar="INPUT", help="files of one format, or a folder"
    )
    parser.add_argument(
        "output", type=partial(output, folder=".zarr"), metavar="OUTPUT", help="file to write"
    )
    _add_input(parser)
    _add_features(parser)
    run_group = parser.add_argument_group("the run")
    run_group.add_argument("--n-jobs", type=int, default=1, help="threads; -1 for all (default: 1)")
    run_group.add_argument("--dask", metavar="ADDRESS", help="scheduler whose workers compute")
    run_group.add_argument(
        "--overwrite", action="store_true", help="replace an output that is there"
    )
    run_group.add_argument(
        "--restart", action="store_true", help="throw away what an earlier run left behind"
    )
    add_json(run_group)
    run_group.add_argument("--no-progress", action="store_true", help="show no progress bar")
    parser.set_defaults(run=run)


def _add_input(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what is read")
    group.add_argument(
        "--id", nargs="+", metavar="COLUMN",
        help="columns that tell paths apart; without them each file is one path",
    )  # fmt: skip
    group.add_argument(
        "--time", metavar="COLUMN",
        help="column that rises along each path; of npz and zarr the array of times",
    )  # fmt: skip
    group.add_argument(
        "--values", nargs="+", metavar="COLUMN",
        help="columns that are channels (default: all other numbers); of arrays their names",
    )  # fmt: skip
    group.add_argument("--array", metavar="NAME", help="which array of a file of several")
    group.add_argument(
        "--missing", default="refuse", metavar="HOW",
        help="where a value is missing: refuse, drop the point, propagate NaN, forward-fill, or "
        "linear between its neighbours (default: refuse)",
    )  # fmt: skip


def _add_features(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what is computed")
    group.add_argument("--degree", type=int, required=True, help="largest number of nodes")
    group.add_argument("--log", action="store_true", help="log-signatures")
    group.add_argument("--words", action="store_true", help="words rather than trees")
    add_planar(group)
    group.add_argument(
        "--method", type=int, help="of log-signatures: 0 expanded, 1 Lyndon, 2 brackets"
    )
    group.add_argument("--time-aug", action="store_true", help="append uniform time")
    group.add_argument("--end-time", type=float, help="last value of uniform time (default: 1)")
    group.add_argument(
        "--times", action="store_true", help="append time as --time has it, rather than uniform"
    )
    group.add_argument("--lead-lag", action="store_true", help="take the lead-lag path")
    group.add_argument("--basepoint", action="store_true", help="begin each path at zero")
    group.add_argument("--scalar-term", action="store_true", help="the empty tree in front")
    group.add_argument(
        "--correction", type=_numbers, metavar="C,C,...",
        help="of each segment on chains, as for treealg.branched_sig",
    )  # fmt: skip
    group.add_argument(
        "--windows", type=_windows, metavar="SIZE,STEP",
        help="a row for each window of points: sliding ones; or expanding,STEP or dyadic,DEPTH or "
        "START:STOP,START:STOP,...",
    )  # fmt: skip
    group.add_argument(
        "--weights", type=_integers, metavar="W,W,...",
        help="of the channels after the transforms; the degree then bounds the weight",
    )  # fmt: skip
    group.add_argument(
        "--trees", nargs="+", metavar="NAME", help="only these, such as 'x[y]' (default: all)"
    )
    group.add_argument("--dtype", default="float64", help="float64 or float32 (default: float64)")


# Options of the functions, which are left out where they are not given.
_OPTIONS = (
    "planar", "method", "time_aug", "end_time", "lead_lag", "basepoint", "scalar_term",
    "correction", "n_jobs", "weights",
)  # fmt: skip
_OWN = (
    "id", "time", "values", "array", "missing", "degree", "log", "words", "trees", "windows",
    "times", "dtype", "overwrite", "restart", "dask",
)  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit status."""
    from treealg.files import compute

    given = vars(arguments)
    options: dict[str, Any] = {
        # 0 is equal to False, and is no flag.
        name: given[name]
        for name in _OPTIONS
        if given[name] is not None and given[name] is not False
    }
    progress = not (arguments.no_progress or arguments.quiet) and sys.stderr.isatty()
    own = {name: given[name] for name in _OWN}
    rows = compute(arguments.input, arguments.output, progress=progress, **own, **options)
    if arguments.json:
        print_json({"output": str(arguments.output), "rows": rows})
    else:
        say(arguments, f"{arguments.output}: {rows} rows")
    return 0


def _numbers(text: str) -> list[float]:
    return several(text, float, "numbers with commas between them")


def _integers(text: str) -> list[int]:
    return several(text, int, "integers with commas between them")


def _windows(text: str) -> Any:
    """Read what makes windows, or slices."""
    if re.fullmatch(r"\d+:\d+(,\d+:\d+)*", text):
        return [[int(end) for end in window.split(":")] for window in text.split(",")]
    if not re.fullmatch(r"(\d+|sliding,\d+|expanding|dyadic)(,\d+)*", text):
        raise argparse.ArgumentTypeError(
            f"windows are SIZE,STEP or sliding,SIZE,STEP or expanding,STEP,FIRST or dyadic,DEPTH "
            f"or START:STOP,START:STOP,..., got {text!r}"
        )
    return tuple(int(part) if part.isdigit() else part for part in text.split(","))
