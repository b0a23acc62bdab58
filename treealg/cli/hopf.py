"""The commands ``coproduct`` and ``antipode``: the Hopf algebra, exactly, of one tree."""

from __future__ import annotations

import argparse
from typing import Any

from treealg.cli.parsers import Commands, add_command, add_json, add_planar, print_json
from treealg.cli.reading import TREE_HELP, tree_of
from treealg.errors import InvalidValueError

__all__ = ["add_parser"]

# Those whose elements are forests, by whether these are ordered.
_ALGEBRAS = {"bck": False, "cem": False, "nck": True, "mkw": True}


def add_parser(commands: Commands[Any]) -> None:
    """Add both commands to a parser."""
    for name, what in (
        ("coproduct", "what is cut off, and the trunk"),
        ("antipode", "the inverse for the convolution"),
    ):
        parser = add_command(
            commands,
            name,
            f"print the {name} of a tree",
            f"Print the {name} of a tree, {what}: in the algebra of Butcher, Connes and Kreimer "
            f"(bck), with --planar of Munthe-Kaas and Wright (mkw), or in another one.",
            f"""\
{name} '0[0,0]'
{name} '0[1] 2' --planar --latex
{name} '((0,),1)' --algebra cem --json
""",
        )
        parser.add_argument("tree", metavar="TREE", help=TREE_HELP)
        add_planar(parser)
        parser.add_argument("--algebra", help="bck, mkw, nck or cem (default: bck, planar mkw)")
        parser.add_argument("--latex", action="store_true", help="print LaTeX")
        add_json(parser)
        parser.set_defaults(run=run, operation=name)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit status."""
    from treealg import symbolic
    from treealg.checks import check_choice

    planar = arguments.planar
    algebra = arguments.algebra
    if algebra is None:
        algebra = "mkw" if planar else "bck"
    check_choice("algebra", algebra, tuple(_ALGEBRAS))
    if planar and not _ALGEBRAS[algebra]:
        raise InvalidValueError(f"algebra must be mkw or nck with --planar, got {algebra!r}")
    element = tree_of(arguments.tree, planar=_ALGEBRAS[algebra])
    result = getattr(getattr(symbolic, algebra), arguments.operation)(element)
    if arguments.json:
        print_json([{"coefficient": str(c), "element": _texts(x)} for x, c in result.items()])
    else:
        print(symbolic.to_latex(result) if arguments.latex else result)
    return 0


def _texts(x: Any) -> Any:
    """Return an element as text, the two of a tensor as a list."""
    if x is None:
        return ""
    if isinstance(x, tuple):
        return [_texts(part) for part in x]
    return x.to_text() if hasattr(x, "to_text") else str(x)
