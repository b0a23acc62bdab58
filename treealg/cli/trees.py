"""The command ``trees``: the basis, in order, and what is known of one tree."""

from __future__ import annotations

import argparse
from typing import Any

from treealg.cli.parsers import Commands, add_command, add_json, add_planar, print_json
from treealg.cli.reading import TREE_HELP, tree_of
from treealg.errors import InvalidValueError

__all__ = ["add_parser"]

_MOST_BITS = 13_000  # of a count; Python prints some more digits than these have


def add_parser(commands: Commands[Any]) -> None:
    """Add the command ``trees`` to a parser."""
    parser = add_command(
        commands,
        "trees",
        "list, count and draw the trees that coefficients belong to",
        "List each coefficient's index with its tree, or its ordered forest with --planar, in "
        "tuple form: (child, ..., child, root label).",
        """\
trees 2 3
trees 2 3 --draw --planar
trees 3 8 --count
trees --of '0[1,1]'
""",
    )
    parser.add_argument("dimension", type=int, nargs="?", help="number of labels")
    parser.add_argument("degree", type=int, nargs="?", help="largest number of nodes")
    add_planar(parser)
    parser.add_argument("--draw", action="store_true", help="draw each one below its index")
    parser.add_argument("--count", action="store_true", help="only count them, by number of nodes")
    parser.add_argument("--of", metavar="TREE", help=f"what is known of {TREE_HELP}")
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit status."""
    if arguments.of is not None:
        if arguments.dimension is not None or arguments.count:
            raise InvalidValueError(
                "trees must be given either a dimension and a degree or --of TREE, got both"
            )
        return _one(arguments)
    if arguments.dimension is None or arguments.degree is None:
        raise InvalidValueError("trees must be given a dimension and a degree, or --of TREE")
    return _count(arguments) if arguments.count else _list(arguments)


def _list(arguments: argparse.Namespace) -> int:
    import treealg
    from treealg.symbolic import OrderedForest, to_indented

    dimension, degree, planar = arguments.dimension, arguments.degree, arguments.planar
    count = treealg.branched_sig_length(dimension, degree, planar=planar)
    elements = (
        treealg.idx_to_tree(index, dimension, degree, planar=planar) for index in range(count)
    )
    if arguments.json:
        names = treealg.branched_sig_names(dimension, degree, planar=planar)
        print_json([
            {"index": index, "name": name, "tree": element}
            for index, (name, element) in enumerate(zip(names, elements, strict=True))
        ])  # fmt: skip
        return 0
    width = len(str(count - 1))
    for index, element in enumerate(elements):
        print(f"{index:{width}}  {element}")
        if arguments.draw:
            # None is the empty forest; a tree is the forest of one.
            trees = (element or ()) if planar else (element,)
            print(to_indented(OrderedForest(trees)), end="\n\n")
    return 0


def _count(arguments: argparse.Namespace) -> int:
    from treealg.symbolic import count_forests, count_trees

    dimension, degree = arguments.dimension, arguments.degree
    if dimension < 1 or degree < 0:
        raise InvalidValueError(
            f"dimension must be at least 1 and degree at least 0, got {dimension} and {degree}"
        )

    def count(nodes: int) -> int:
        if arguments.planar:
            return count_forests(nodes, dimension, planar=True)
        return count_trees(nodes, dimension)

    # The greatest first, as it is what may be refused.
    if degree and count(degree).bit_length() > _MOST_BITS:
        raise InvalidValueError(
            f"degree must be so low that counts have at most {_MOST_BITS:,} binary digits, got "
            f"{degree:,}; treealg.symbolic.count_trees counts further"
        )
    counts = {n: count(n) for n in range(1, degree + 1)}
    total = sum(counts.values())
    if arguments.json:
        print_json({"by nodes": counts, "total": total})
        return 0
    width = len(str(total))
    for n, number in counts.items():
        print(f"{n:5}  {number:{width}}")
    print(f"total  {total:{width}}")
    return 0


def _one(arguments: argparse.Namespace) -> int:
    """Print what is known of one tree or ordered forest."""
    from treealg.symbolic import to_indented, to_latex

    element = tree_of(arguments.of, planar=arguments.planar)
    facts: dict[str, Any] = {
        "text": element.to_text(),
        "tuple form": element.to_tuple(),
        "nodes": element.order,
        "symmetry": element.symmetry,
        "factorial": element.factorial,
        "LaTeX": to_latex(element),
    }
    if arguments.json:
        print_json(facts)
        return 0
    width = max(map(len, facts))
    for name, value in facts.items():
        print(f"{name:{width}}  {value}")
    print(to_indented(element))
    return 0
