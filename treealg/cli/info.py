"""The command ``info``: versions, instruction set, threads and the table cache."""

from __future__ import annotations

import argparse
from typing import Any

from treealg.cli.parsers import Commands, add_command, add_json, print_json
from treealg.cli.terminal import error_text

__all__ = ["add_parser"]


def add_parser(commands: Commands[Any]) -> None:
    """Add the command ``info`` to a parser."""
    parser = add_command(
        commands,
        "info",
        "print versions, instruction set, threads and the table cache",
        "Print the versions of treealg, Python and NumPy, the instruction set that the kernels "
        "use on this machine, the number of threads, and where index tables are kept.",
        """\
info
info --json
""",
    )
    add_json(parser)
    parser.set_defaults(run=run)


def _instruction_set() -> str:
    """Return the name of the instruction set, or why there are no kernels that use one."""
    try:
        from treealg import _fast
    except ImportError as error:  # not built, or built for another system
        return f"none: {error_text(error)}"
    return _fast.instruction_set_name()


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit status."""
    import platform

    import numpy as np

    import treealg
    from treealg.checks import thread_count
    from treealg.cli.cache import cache_size, refusal
    from treealg.tables import cache_directory

    directory = cache_directory()
    rows: dict[str, Any] = {
        "treealg": treealg.__version__,
        "Python": platform.python_version(),
        "NumPy": np.__version__,
        "machine": f"{platform.system()} {platform.machine()}",
        "instruction set": _instruction_set(),
        "threads": thread_count(-1),
        "table cache": None if directory is None else str(directory),
    }
    count: int | None = 0
    size: int | None = 0
    text = None
    if directory is not None:
        try:
            count, size, unread = cache_size(directory)
            text = f"{count} in {size / 1e6:.1f} MB"
            if unread:
                text += f", and {unread} that cannot be read"
        except OSError as error:
            count = size = None
            text = f"unknown, as the directory cannot be read: {error.strerror}"
    why = None if directory is None else refusal(directory)
    if arguments.json:
        cached = {"cached tables": count, "bytes of cached tables": size}
        print_json(rows | {"table cache refused": why} | cached)
        return 0
    rows["table cache"] = rows["table cache"] or "off"
    if why is not None:
        rows["table cache"] = f"not used: {why}"
    if text is not None:
        rows["cached tables"] = text
    width = max(map(len, rows))
    for name, value in rows.items():
        print(f"{name.ljust(width)}  {value}")
    return 0
