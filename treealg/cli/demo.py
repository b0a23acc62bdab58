"""The command ``demo``: the main job on recordings that aeon bundles."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from treealg.cli.parsers import Commands, add_command, output

__all__ = ["add_parser"]


def add_parser(commands: Commands[Any]) -> None:
    """Add the command ``demo`` to a parser."""
    parser = add_command(
        commands,
        "demo",
        "tell recordings apart by coefficients of trees, beside simpler features",
        "Choose features by cross-validation on the training part of JapaneseVowels and of "
        "BasicMotions, among signatures and log-signatures, plain and with quadratic variation; "
        "try them on the test part beside chance and statistics of channels; and draw the trees "
        "that carry most weight. Takes about a minute, and needs the extra demo.",
        """\
demo
demo vowels --output vowels.pdf
""",
    )
    parser.add_argument(
        "data",
        nargs="*",
        metavar="DATA",
        help="vowels or motions (default: both)",
    )
    parser.add_argument(
        "--n-jobs",
        type=int,
        default=1,
        help="threads of signatures; -1 for all (default: %(default)s)",
    )
    parser.add_argument(
        "--output",
        type=output,
        default=Path("treealg-demo.png"),
        help="picture to write (default: %(default)s)",
    )
    parser.add_argument("--no-progress", action="store_true", help="show no progress bar")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit status."""
    from treealg.demo import DATA, run_demo

    run_demo(
        arguments.data or tuple(DATA),
        n_jobs=arguments.n_jobs,
        output=arguments.output,
        progress=not (arguments.no_progress or arguments.quiet),
    )
    return 0
