"""The command ``formula``: one coefficient in print."""

from __future__ import annotations

import argparse
from typing import Any

from treealg.cli.parsers import Commands, add_command, add_json, add_planar, print_json
from treealg.cli.reading import TREE_HELP, tree_of

__all__ = ["add_parser"]


def add_parser(commands: Commands[Any]) -> None:
    """Add the command ``formula`` to a parser."""
    parser = add_command(
        commands,
        "formula",
        "print the formula of a coefficient",
        "Print the coefficient of a map on a tree as a formula in named symbols. Symbols: dx "
        "increment, c correction of a chain, S word signature, X and Y signatures, L logarithm.",
        """\
formula log '0[1]'
formula combine '((0,),(1,),0)' --latex
formula exp '0[1] 0' --planar --cse
""",
    )
    # The names are checked by the function itself, so that the parser loads no algebra.
    parser.add_argument(
        "map",
        help="sig, logsig, corrected_sig, linear, corrected, arborification, combine, log, exp, "
        "inverse",
    )
    parser.add_argument("tree", help=TREE_HELP)
    add_planar(parser)
    parser.add_argument("--levels", type=int, default=2, help="longest chain of a correction")
    parser.add_argument("--latex", action="store_true", help="print LaTeX")
    parser.add_argument("--cse", action="store_true", help="extract common subexpressions")
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit status."""
    from treealg.codegen import formula

    result = formula(
        arguments.map,
        tree_of(arguments.tree, planar=arguments.planar).to_tuple(),
        planar=arguments.planar,
        levels=arguments.levels,
        cse=arguments.cse,
    )
    if arguments.json:
        print_json({"text": str(result), "LaTeX": result.latex()})
    else:
        print(result.latex() if arguments.latex else result)
    return 0
