"""The command ``formula``: one coefficient in print."""

from __future__ import annotations

import argparse
import re

from treealg.errors import InvalidValueError

__all__ = ["add_parser"]

# More characters than a tree has whose formula can be printed.
_LONGEST_TREE = 1000


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command ``formula`` to a parser."""
    parser = commands.add_parser(
        "formula",
        help="print the formula of a coefficient",
        description="Print the coefficient of a map on a tree as a formula in named symbols. "
        "Symbols: dx increment, c correction of a chain, S word signature, X and Y signatures, "
        "L logarithm.",
    )
    # The names are checked by the function itself, so that the parser loads no algebra.
    parser.add_argument(
        "map",
        help="sig, logsig, corrected_sig, linear, corrected, arborification, combine, log, exp, "
        "inverse",
    )
    parser.add_argument("tree", help="tuple form, such as ((0,),1); of a forest, with --planar")
    parser.add_argument("--planar", action="store_true", help="ordered forests of planar trees")
    parser.add_argument("--levels", type=int, default=2, help="longest chain of a correction")
    parser.add_argument("--latex", action="store_true", help="print LaTeX")
    parser.add_argument("--cse", action="store_true", help="extract common subexpressions")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit status."""
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
