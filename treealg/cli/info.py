"""The command ``info``: versions, instruction set, threads and the table cache."""

from __future__ import annotations

import argparse
import platform

import numpy as np

import treealg
from treealg.checks import thread_count
from treealg.cli.cache import cache_size

__all__ = ["add_parser"]


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command ``info`` to a parser."""
    parser = commands.add_parser(
        "info", help="print versions, instruction set, threads and the table cache"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit status."""
    from treealg import _fast
    from treealg.tables import cache_directory

    directory = cache_directory()
    rows = {
        "treealg": treealg.__version__,
        "Python": platform.python_version(),
        "NumPy": np.__version__,
        "machine": f"{platform.system()} {platform.machine()}",
        "instruction set": _fast.instruction_set_name(),
        "threads": str(thread_count(-1)),
        "table cache": "off" if directory is None else str(directory),
    }
    if directory is not None:
        count, size = cache_size(directory)
        rows["cached tables"] = f"{count} in {size / 1e6:.1f} MB"
    width = max(map(len, rows))
    for name, value in rows.items():
        print(f"{name.ljust(width)}  {value}")
    return 0
