"""The command ``cache``: the index tables that are kept on disk."""

from __future__ import annotations

import argparse
import time
from functools import partial
from pathlib import Path
from typing import Any

from treealg.cli.parsers import (
    Commands,
    add_command,
    add_common,
    add_json,
    print_json,
    say,
    several,
)

__all__ = ["add_parser", "cache_size", "refusal"]


def add_parser(commands: Commands[Any]) -> None:
    """Add the command ``cache`` to a parser."""
    parser = add_command(
        commands,
        "cache",
        "manage the index tables kept on disk",
        "List the index tables that are kept on disk, and remove some or all of them.",
        """\
cache list
cache prune --megabytes 100
cache clear
""",
    )
    parser.set_defaults(run=partial(_help, parser))
    actions = parser.add_subparsers(title="actions", dest="action", metavar="ACTION")
    listed = actions.add_parser("list", help="list the tables, the one used longest ago first")
    add_json(listed)
    listed.set_defaults(run=run_list)
    pruned = actions.add_parser("prune", help="remove the tables that were used longest ago")
    pruned.add_argument(
        "--megabytes", type=_megabytes, required=True, help="how much is to be left, in MB"
    )
    pruned.set_defaults(run=run_prune)
    clear = actions.add_parser("clear", help="remove all tables from the cache directory")
    clear.set_defaults(run=run_prune, megabytes=0.0)
    for action in (listed, pruned, clear):
        add_common(action, default=argparse.SUPPRESS)


def _help(parser: argparse.ArgumentParser, _: argparse.Namespace) -> int:
    """Print what actions there are, and return the exit status."""
    parser.print_help()
    return 0


def refusal(directory: Path) -> str | None:
    """Return why a cache directory is not used, None if it is."""
    from treealg.tables.directory import check_trusted

    try:
        check_trusted(str(directory))
    except OSError as error:
        return error.strerror or str(error)
    return None


def run_list(arguments: argparse.Namespace) -> int:
    """List the tables and return the exit status."""
    from treealg.tables import cache_directory
    from treealg.tables.directory import DISK_BOUND, table_files

    directory = cache_directory()
    if directory is None:
        if arguments.json:
            print_json({"directory": None, "refused": None, "tables": [], "unread": {}})
        else:
            print("there is no disk cache: it is off")
        return 0
    files, _, unread = table_files(str(directory))
    why = refusal(directory)
    if arguments.json:
        tables = [{"name": file.name, "bytes": file.nbytes, "used": file.used} for file in files]
        found = {"directory": str(directory), "refused": why, "tables": tables, "unread": unread}
        print_json(found)
        return 0
    for file in files:
        used = time.strftime("%Y-%m-%d %H:%M", time.localtime(file.used))
        print(f"{file.nbytes / 1e6:10.1f} MB  {used}  {file.name}")
    size = sum(file.nbytes for file in files)
    print(f"{size / 1e6:10.1f} MB of at most {DISK_BOUND / 1e6:.1f} MB in {directory}")
    for reason, names in _by_reason(unread).items():
        print(f"not counted, as they cannot be read ({reason}): {', '.join(names)}")
    if why is not None:
        print(f"it is not used: {why}")
    return 0


def run_prune(arguments: argparse.Namespace) -> int:
    """Remove tables and return the exit status."""
    from treealg.tables import cache_directory
    from treealg.tables.directory import prune, table_files

    directory = cache_directory()
    if directory is None:
        say(arguments, "there is no disk cache to clear: it is off")
        return 0
    removed = prune(str(directory), int(arguments.megabytes * 1e6))
    size = sum(file.nbytes for file in removed)
    say(arguments, f"removed {len(removed)} tables, {size / 1e6:.1f} MB, from {directory}")
    why = refusal(directory)
    if why is not None:
        say(arguments, f"it is not used: {why}")
    _, others, unread = table_files(str(directory))
    if others:
        say(arguments, f"left alone, as they are no tables of treealg: {', '.join(others)}")
    for reason, names in _by_reason(unread).items():
        say(arguments, f"left alone, as they cannot be read ({reason}): {', '.join(names)}")
    return 0


def _by_reason(unread: dict[str, str]) -> dict[str, list[str]]:
    """Return the names of files that have one reason in common."""
    found: dict[str, list[str]] = {}
    for name, reason in unread.items():
        found.setdefault(reason, []).append(name)
    return found


def cache_size(directory: Path) -> tuple[int, int, int]:
    """Return the number of table files of the cache, their bytes, and how many cannot be read."""
    from treealg.tables.directory import table_files

    files, _, unread = table_files(str(directory))
    return len(files), sum(file.nbytes for file in files), len(unread)


def _megabytes(text: str) -> float:
    value, *rest = several(text, float, "a number")
    if rest or not 0 <= value < 1e12:
        raise argparse.ArgumentTypeError(f"must be a number from 0 to 1e12, got {text}")
    return value
