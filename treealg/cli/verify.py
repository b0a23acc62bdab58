"""The command ``verify``: proofs that tables, source and kernels are right."""

from __future__ import annotations

import argparse
import re
from typing import Any

from treealg.cli.parsers import Commands, add_command, add_json, output, print_json

__all__ = ["add_parser"]


def add_parser(commands: Commands[Any]) -> None:
    """Add the command ``verify`` to a parser."""
    parser = add_command(
        commands,
        "verify",
        "prove tables, generated source and kernels right, for a range of sizes",
        "Recompute the tables, prove each reader of each map equal to its definition as a "
        "polynomial, and compare kernels and gradients with exact values. A size is a number N, "
        "for 1 to N, or a range M:N. Exit status 1 on any failure.",
        """\
verify
verify --dimension 3 --degree 2:4 --no-planar --map log --report report.md
verify --dimension 1 --degree 2 --quiet --json
""",
    )
    parser.add_argument(
        "--dimension", type=_sizes, default=2, metavar="N|M:N", help="default: %(default)s"
    )
    parser.add_argument(
        "--degree", type=_sizes, default=3, metavar="N|M:N", help="default: %(default)s"
    )
    parser.add_argument(
        "--planar",
        action=argparse.BooleanOptionalAction,
        help="only one kind; default: both, and words",
    )
    parser.add_argument("--map", action="append", help="only this map; may be repeated")
    parser.add_argument(
        "--ptx",
        action="store_true",
        help="compile all kernels of the largest size to PTX, for all GPU architectures",
    )
    parser.add_argument("--report", type=output, help="file to write the report to")
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit status."""
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
            progress=None if arguments.quiet or arguments.json else rows.add,
        )
    if arguments.json:
        checks = [
            {"size": check.size, "subject": check.subject, "name": check.name,
             "passed": check.passed, "skipped": check.skipped, "seconds": check.seconds,
             **vars(check.outcome)}
            for check in result.checks
        ]  # fmt: skip
        print_json({"passed": result.passed, "checks": checks})
    else:
        print(result.verdict)
    return 0 if result.passed else 1


def _sizes(text: str) -> int | tuple[int, int]:
    """Read a size N or a range M:N."""
    match = re.fullmatch(r"(\d+)(?::(\d+))?", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"a size is a number N or a range M:N, got {text!r}")
    first, last = match.groups()
    return int(first) if last is None else (int(first), int(last))
