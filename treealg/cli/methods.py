"""The command ``methods``: published integrators, their tableaux and order conditions."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from treealg.checks import closest
from treealg.cli.parsers import Commands, add_command, add_json, print_json
from treealg.errors import InvalidValueError

__all__ = ["add_parser"]


def add_parser(commands: Commands[Any]) -> None:
    """Add the command ``methods`` to a parser."""
    parser = add_command(
        commands,
        "methods",
        "list published integrators, and show tableau and order conditions of one",
        "List the published methods, or show one: its tableau, exactly, its order, and with "
        "--conditions by how much it misses each condition up to an order.",
        """\
methods
methods --kind implicit
methods rk4
methods rk4 --conditions 5 --json
""",
    )
    parser.add_argument("name", nargs="?", help="a method; without it all are listed")
    parser.add_argument("--kind", help="explicit, implicit, additive, rosenbrock or lie_group")
    parser.add_argument("--conditions", type=int, metavar="ORDER", help="conditions up to an order")
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit status."""
    from treealg.symbolic.bseries import method_info, published_methods

    if arguments.name is None:
        if arguments.conditions is not None:
            raise InvalidValueError("--conditions are those of one method; give its name, too")
        return _list(arguments)
    if arguments.kind is not None:
        raise InvalidValueError(
            f"--kind chooses from the list, got it with the method {arguments.name!r}; leave one "
            "out"
        )
    names = published_methods()
    if arguments.name not in names:
        raise InvalidValueError(
            f"there is no method {arguments.name!r}, see treealg methods"
            f"{closest(arguments.name, names)}"
        )
    info = method_info(arguments.name)
    facts = _facts(arguments.name)
    conditions = None
    if arguments.conditions is not None:
        conditions = _conditions(arguments.name, arguments.conditions)
    if arguments.json:
        more = {} if conditions is None else {"conditions": conditions}
        print_json(vars(info) | {key: _plain(value) for key, value in facts.items()} | more)
        return 0
    print(f"{info.name}: {info.kind}, order {info.order}, {info.source}")
    for name, value in facts.items():
        print(f"\n{name}")
        for row in value if value and isinstance(value[0], (tuple, list)) else [value]:
            print("  " + "  ".join(map(_text, row)))
    if conditions is not None:
        print("\nconditions")
        for row in conditions:
            print(f"  {row['tree']}: is {row['weight']}, has to be {row['exact']}")
    return 0


def _text(entry: Any) -> str:
    """Return an entry of a tableau as text."""
    if isinstance(entry, (tuple, list)):
        return f"({', '.join(map(_text, entry))})"
    return str(entry)


def _list(arguments: argparse.Namespace) -> int:
    from treealg.symbolic.bseries import method_info, published_methods

    infos = [method_info(name) for name in published_methods(arguments.kind)]
    if arguments.json:
        print_json([vars(info) for info in infos])
        return 0
    width = max(len(info.name) for info in infos)
    for info in infos:
        print(f"{info.name:{width}}  {info.kind:10}  order {info.order}  {info.source}")
    return 0


def _facts(name: str) -> dict[str, Any]:
    """Return the parts of a tableau by name."""
    from treealg.symbolic.bseries import published_method

    method = published_method(name)
    parts = getattr(method, "parts", None)
    if parts is not None:
        return {
            f"{key} of part {place}": getattr(part, key)
            for place, part in enumerate(parts) for key in ("a", "b")
        }  # fmt: skip
    keys = ("nodes", "a", "alpha", "gamma", "b", "stages", "step")
    found = {key: getattr(method, key) for key in keys if hasattr(method, key)}
    return {key: value for key, value in found.items() if not isinstance(value, int)}


def _conditions(name: str, order: int) -> list[dict[str, Any]]:
    from fractions import Fraction

    from treealg.symbolic.bseries import published_method

    method = published_method(name)
    if not hasattr(method, "order_conditions"):
        raise InvalidValueError(
            f"{name} is a method for Lie groups, whose conditions are on ordered forests; see "
            f"treealg.symbolic.LieButcherSeries"
        )
    rows = []
    for tree in method.order_conditions(order):
        exact = Fraction(1, tree.factorial)
        rows.append(
            {"tree": tree.to_text(), "weight": str(method.weight(tree)), "exact": str(exact)}
        )
    return rows


def _plain(value: Any) -> Any:
    """Return a tableau as nested lists of texts."""
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_plain(entry) for entry in value]
    return str(value)
