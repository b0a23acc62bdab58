"""The command ``trees``: the basis, in order."""

from __future__ import annotations

import argparse

import treealg

__all__ = ["add_parser"]


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command ``trees`` to a parser."""
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
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit status."""
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
