"""The command line interface: ``treealg`` and ``python -m treealg``.

Each subcommand is one function that takes the parsed arguments and returns the exit status. What a
subcommand needs beyond NumPy is imported inside it.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import treealg
from treealg.errors import TreeAlgError

__all__ = ["main"]

# The largest relative error of the demo's gradient check, which is far above what finite
# differences in float64 lose and far below what a wrong term would cause.
_GRADIENT_TOLERANCE = 1e-6


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line interface.

    Parameters
    ----------
    arguments : sequence of str, optional
        What follows the program's name; by default those of this process.

    Returns
    -------
    int
        The exit status: 0 on success, 1 if the demo's gradient check fails, 2 if an argument is
        refused, a package is missing or a file cannot be written, 130 if interrupted.

    Raises
    ------
    SystemExit
        With status 2 if the arguments do not parse, with 0 after ``--help`` and ``--version``.

    Examples
    --------
    >>> main(["trees", "1", "3"])
    0  (0,)
    1  ((0,), 0)
    2  ((0,), (0,), 0)
    3  (((0,), 0), 0)
    0
    """
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets a question mark instead of a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    parsed = _parser().parse_args(arguments)
    try:
        status: int = parsed.run(parsed)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("treealg: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader has gone, for instance `head`; nothing may be written when Python exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (TreeAlgError, OSError) as error:
        print(f"treealg: {error}", file=sys.stderr)
        return 2
    return status


def _parser() -> argparse.ArgumentParser:
    """Build the parser; each subcommand sets its function as ``run``."""
    parser = argparse.ArgumentParser(
        prog="treealg",
        description="Rooted trees, their Hopf algebras, and branched signatures of paths.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_demo(commands)
    _add_info(commands)
    _add_trees(commands)
    _add_cache(commands)
    return parser


class _Version(argparse.Action):
    """Print the version, which is looked up only when asked for."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        print(f"{parser.prog} {treealg.__version__}")
        parser.exit()


def _add_demo(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "demo",
        help="tell recorded motions apart by their branched log-signatures",
        description="Compute branched signatures and log-signatures of the BasicMotions "
        "recordings, fit a linear classifier on the training half, measure it on the test half, "
        "and draw the trees that carry most weight. Needs the extra demo.",
    )
    parser.add_argument(
        "--degree", type=int, default=3, help="largest number of nodes (default: %(default)s)"
    )
    parser.add_argument("--planar", action="store_true", help="ordered forests of planar trees")
    parser.add_argument(
        "--n-jobs", type=int, default=1, help="threads; -1 for all (default: %(default)s)"
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("treealg-demo.png"),
        help="picture to write (default: %(default)s)",
    )
    parser.add_argument("--no-progress", action="store_true", help="show no progress bar")
    parser.set_defaults(run=_demo)


def _demo(arguments: argparse.Namespace) -> int:
    from treealg.demo import run_demo

    report = run_demo(
        degree=arguments.degree,
        planar=arguments.planar,
        n_jobs=arguments.n_jobs,
        output=arguments.output,
        progress=not arguments.no_progress,
    )
    if not report.gradient_error < _GRADIENT_TOLERANCE:
        print(
            f"treealg: the gradient is off by {report.gradient_error:.1e}, more than the "
            f"{_GRADIENT_TOLERANCE:.0e} that finite differences can lose",
            file=sys.stderr,
        )
        return 1
    return 0


def _add_info(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "info", help="print versions, instruction set, threads and the table cache"
    )
    parser.set_defaults(run=_info)


def _info(arguments: argparse.Namespace) -> int:
    from treealg import _fast
    from treealg.numeric import options
    from treealg.tables import cache_directory

    directory = cache_directory()
    rows = {
        "treealg": treealg.__version__,
        "Python": platform.python_version(),
        "NumPy": np.__version__,
        "machine": f"{platform.system()} {platform.machine()}",
        "instruction set": _fast.instruction_set_name(),
        "OpenMP": "yes" if _fast.has_openmp() else "no",
        "threads": str(options.threads(-1)),
        "table cache": "off" if directory is None else str(directory),
    }
    if directory is not None:
        count, size = _cache_size(directory)
        rows["cached tables"] = f"{count} in {size / 1e6:.1f} MB"
    width = max(map(len, rows))
    for name, value in rows.items():
        print(f"{name.ljust(width)}  {value}")
    return 0


def _add_trees(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "trees",
        help="list the trees that coefficients belong to, in basis order",
        description="List each coefficient's index with its tree, or its ordered forest with "
        "--planar, in tuple form: (child, ..., child, root label).",
    )
    parser.add_argument("dimension", type=int, help="number of labels")
    parser.add_argument("degree", type=int, help="largest number of nodes")
    parser.add_argument("--planar", action="store_true", help="ordered forests of planar trees")
    parser.add_argument("--draw", action="store_true", help="draw each one below its index")
    parser.set_defaults(run=_trees)


def _trees(arguments: argparse.Namespace) -> int:
    from treealg.demo.text import forest_of, forest_text

    dimension, degree, planar = arguments.dimension, arguments.degree, arguments.planar
    count = treealg.branched_sig_length(dimension, degree, planar=planar)
    width = len(str(count - 1))
    for index in range(count):
        element = treealg.idx_to_tree(index, dimension, degree, planar=planar)
        print(f"{index:{width}}  {element}")
        if arguments.draw:
            print(forest_text(forest_of(element, planar=planar)), end="\n\n")
    return 0


def _add_cache(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("cache", help="manage the index tables kept on disk")
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION")
    clear = actions.add_parser("clear", help="remove all tables from the cache directory")
    clear.set_defaults(run=_clear_cache)


def _clear_cache(arguments: argparse.Namespace) -> int:
    from treealg.tables import cache_directory, clear_cache

    directory = cache_directory()
    if directory is None:
        print("there is no disk cache to clear: it is off")
        return 0
    count, size = _cache_size(directory)
    clear_cache(disk_too=True)
    print(f"removed {count} tables, {size / 1e6:.1f} MB, from {directory}")
    return 0


def _cache_size(directory: Path) -> tuple[int, int]:
    """Return the number of table files of the cache and their bytes."""
    sizes = [file.stat().st_size for file in directory.glob("*.table")]
    return len(sizes), sum(sizes)
