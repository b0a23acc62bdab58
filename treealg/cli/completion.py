"""The command ``completion``: what a shell needs to complete all others."""

from __future__ import annotations

import argparse
from typing import Any

from treealg.cli.parsers import Commands, add_command

__all__ = ["add_parser"]

_SHELLS = ("bash", "zsh", "tcsh")


def add_parser(commands: Commands[Any], root: argparse.ArgumentParser) -> None:
    """Add the command ``completion`` to a parser, which is below another."""
    parser = add_command(
        commands,
        "completion",
        "print what lets a shell complete commands and options",
        "Print a script for bash, zsh or tcsh. It is fixed text: nothing of treealg runs when a "
        "key is pressed. Needs the extra completion.",
        """\
completion bash > ~/.local/share/bash-completion/completions/treealg
completion zsh > ~/.zfunc/_treealg
""",
    )
    parser.add_argument("shell", choices=_SHELLS, metavar="SHELL", help=", ".join(_SHELLS))
    parser.set_defaults(run=run, root=root)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit status."""
    from treealg.optional import require

    shtab = require("shtab", extra="completion")
    print(shtab.complete(arguments.root, arguments.shell))
    return 0
