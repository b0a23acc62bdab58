"""The command ``cache``: the index tables that are kept on disk."""

from __future__ import annotations

import argparse
from pathlib import Path

__all__ = ["add_parser", "cache_size"]


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command ``cache`` to a parser."""
    parser = commands.add_parser("cache", help="manage the index tables kept on disk")
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION")
    clear = actions.add_parser("clear", help="remove all tables from the cache directory")
    clear.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit status."""
    from treealg.tables import cache_directory, clear_cache

    directory = cache_directory()
    if directory is None:
        print("there is no disk cache to clear: it is off")
        return 0
    count, size = cache_size(directory)
    clear_cache(disk_too=True)
    print(f"removed {count} tables, {size / 1e6:.1f} MB, from {directory}")
    return 0


def cache_size(directory: Path) -> tuple[int, int]:
    """Return the number of table files of the cache and their bytes."""
    sizes = [file.stat().st_size for file in directory.glob("*.table")]
    return len(sizes), sum(sizes)
