"""The command ``demo``: the main job on recorded motions."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from treealg.cli.parsers import Commands, add_command, add_planar

__all__ = ["add_parser"]

# The largest relative error of the gradient check, which is far above what finite differences in
# float64 lose and far below what a wrong term would cause.
_GRADIENT_TOLERANCE = 1e-6


def add_parser(commands: Commands[Any]) -> None:
    """Add the command ``demo`` to a parser."""
    parser = add_command(
        commands,
        "demo",
        "tell recorded motions apart by their branched log-signatures",
        "Compute branched signatures and log-signatures of the BasicMotions recordings, fit a "
        "linear classifier on the training half, measure it on the test half, and draw the trees "
        "that carry most weight. Needs the extra demo.",
        """\
demo
demo --degree 2 --planar --n-jobs -1 --output trees.png
""",
    )
    parser.add_argument(
        "--degree", type=int, default=3, help="largest number of nodes (default: %(default)s)"
    )
    add_planar(parser)
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
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit status."""
    from treealg.demo import run_demo

    report = run_demo(
        degree=arguments.degree,
        planar=arguments.planar,
        n_jobs=arguments.n_jobs,
        output=arguments.output,
        progress=not (arguments.no_progress or arguments.quiet),
    )
    if not report.gradient_error < _GRADIENT_TOLERANCE:
        print(
            f"treealg: the gradient is off by {report.gradient_error:.1e}, more than the "
            f"{_GRADIENT_TOLERANCE:.0e} that finite differences can lose",
            file=sys.stderr,
        )
        return 1
    return 0
