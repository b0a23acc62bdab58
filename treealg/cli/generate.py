"""The command ``generate``: a whole map as source."""

from __future__ import annotations

import argparse

__all__ = ["add_parser"]


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command ``generate`` to a parser."""
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
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit status."""
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
