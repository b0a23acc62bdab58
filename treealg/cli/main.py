"""The command line interface: ``treealg`` and ``python -m treealg``.

Each subcommand is one function that takes the parsed arguments and returns the exit status. What a
subcommand needs beyond NumPy is imported inside it.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import treealg
from treealg.errors import InvalidValueError, TreeAlgError

__all__ = ["main"]

# The largest relative error of the demo's gradient check, which is far above what finite
# differences in float64 lose and far below what a wrong term would cause.
_GRADIENT_TOLERANCE = 1e-6

# More characters than a tree has whose formula can be printed.
_LONGEST_TREE = 1000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line interface.

    Parameters
    ----------
    arguments : sequence of str, optional
        What follows the program's name; by default those of this process.

    Returns
    -------
    int
        The exit status: 0 on success, 1 if the demo's gradient check or a verification fails, 2 if
        an argument is refused, a package is missing or a file cannot be written, 130 if
        interrupted.

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
    _add_formula(commands)
    _add_generate(commands)
    _add_verify(commands)
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
    from treealg.numeric.arguments import options
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


def _add_formula(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "formula",
        help="print the formula of a coefficient",
        description="Print the coefficient of a map on a tree as a formula in named symbols. "
        "Symbols: dx increment, c correction of a chain, S word signature, X and Y signatures, "
        "L logarithm.",
    )
    # The names are checked by the function itself, so that the parser loads no algebra.
    parser.add_argument("map", help="linear, corrected, arborification, combine, log, exp, inverse")
    parser.add_argument("tree", help="tuple form, such as ((0,),1); of a forest, with --planar")
    parser.add_argument("--planar", action="store_true", help="ordered forests of planar trees")
    parser.add_argument("--levels", type=int, default=2, help="longest chain of a correction")
    parser.add_argument("--latex", action="store_true", help="print LaTeX")
    parser.add_argument("--cse", action="store_true", help="extract common subexpressions")
    parser.set_defaults(run=_formula)


def _formula(arguments: argparse.Namespace) -> int:
    from treealg.codegen import formula

    result = formula(
        arguments.map,
        _tuple_form(arguments.tree),
        planar=arguments.planar,
        levels=arguments.levels,
        cse=arguments.cse,
    )
    print(result.latex() if arguments.latex else result)
    return 0


def _tuple_form(text: str) -> object:
    """Read nested tuples of integers, and nothing else; the text is not evaluated."""
    if len(text) > _LONGEST_TREE:
        raise InvalidValueError(f"tree must have at most {_LONGEST_TREE} characters")
    pieces = re.findall(r"\d+|[(),]|\S", text)
    open_tuples: list[list[object]] = [[]]
    # What may follow: an item, or after an item a comma or a bracket that closes.
    before = "("
    for piece in pieces:
        after_item = before == ")" or before.isdecimal()
        if piece == "(" and not after_item:
            open_tuples.append([])
        elif piece.isdecimal() and not after_item:
            open_tuples[-1].append(int(piece))
        elif piece == "," and after_item:
            pass
        elif piece == ")" and len(open_tuples) > 1 and (after_item or before == ","):
            done = tuple(open_tuples.pop())
            open_tuples[-1].append(done)
        else:
            break
        before = piece
    else:
        if len(open_tuples) == 1 and len(open_tuples[0]) == 1 and before == ")":
            return open_tuples[0][0]
    raise InvalidValueError(
        f"tree must be a tuple form such as ((0,),1): nested round brackets with integer labels, "
        f"the root label last; got {text!r}"
    )


def _add_generate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "generate",
        help="print a map as C99, NumPy or CUDA source",
        description="Write the source of a map of a size to standard output: a self-contained "
        "C99 function, a NumPy function, or a CUDA C++ kernel.",
    )
    parser.add_argument(
        "--map",
        required=True,
        help="sig, logsig, corrected_sig, linear, corrected, arborification, combine, log, exp, "
        "inverse",
    )
    parser.add_argument("--dimension", type=int, required=True, help="number of labels")
    parser.add_argument("--degree", type=int, required=True, help="largest number of nodes")
    parser.add_argument("--planar", action="store_true", help="ordered forests of planar trees")
    parser.add_argument("--backward", action="store_true", help="the adjoint of the derivative")
    parser.add_argument("--language", default="c", help="c, numpy or cuda (default: %(default)s)")
    parser.add_argument("--dtype", default="float64", help="float64 or float32")
    parser.add_argument("--levels", type=int, default=2, help="longest chain of a correction")
    parser.add_argument(
        "--method", type=int, default=0, help="planar logarithms: 1 Lyndon coordinates, 2 brackets"
    )
    parser.set_defaults(run=_generate)


def _generate(arguments: argparse.Namespace) -> int:
    from treealg.codegen import generate

    text = generate(
        arguments.map,
        arguments.dimension,
        arguments.degree,
        planar=arguments.planar,
        backward=arguments.backward,
        language=arguments.language,
        dtype=arguments.dtype,
        levels=arguments.levels,
        method=arguments.method,
    )
    print(text, end="")
    return 0


def _add_verify(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "verify",
        help="prove tables, generated source and kernels right, for a range of sizes",
        description="Recompute the tables, prove each reader of each map equal to its definition "
        "as a polynomial, and compare kernels and gradients with exact values. A size is a number "
        "N, for 1 to N, or a range M:N. Exit status 1 on any failure.",
    )
    parser.add_argument(
        "--dimension", type=_sizes, default=2, metavar="N|M:N", help="default: %(default)s"
    )
    parser.add_argument(
        "--degree", type=_sizes, default=3, metavar="N|M:N", help="default: %(default)s"
    )
    parser.add_argument(
        "--planar", action=argparse.BooleanOptionalAction, help="only one kind; default: both"
    )
    parser.add_argument("--map", action="append", help="only this map; may be repeated")
    parser.add_argument(
        "--ptx",
        action="store_true",
        help="compile all kernels of the largest size to PTX, for all GPU architectures",
    )
    parser.add_argument("--report", type=Path, help="file to write the report to")
    parser.set_defaults(run=_verify)


def _sizes(text: str) -> int | tuple[int, int]:
    """Read a size N or a range M:N."""
    match = re.fullmatch(r"(\d+)(?::(\d+))?", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"a size is a number N or a range M:N, got {text!r}")
    first, last = match.groups()
    return int(first) if last is None else (int(first), int(last))


def _verify(arguments: argparse.Namespace) -> int:
    from treealg.verification import verify
    from treealg.verification.progress import Rows

    with Rows() as rows:
        result = verify(
            arguments.dimension,
            arguments.degree,
            planar=arguments.planar,
            maps=arguments.map,
            ptx=arguments.ptx,
            report=arguments.report,
            progress=rows.add,
        )
    print(result.verdict)
    return 0 if result.passed else 1
