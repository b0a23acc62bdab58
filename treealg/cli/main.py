"""The command line interface: ``treealg`` and ``python -m treealg``.

Each subcommand is a module here: ``add_parser`` adds it to the parser, ``run`` takes the parsed
arguments and returns the exit status. What it needs beyond NumPy is imported inside it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from treealg.cli import (
    cache,
    completion,
    compute,
    demo,
    formula,
    generate,
    hopf,
    info,
    methods,
    tables,
    trees,
    verify,
)
from treealg.cli.parsers import Parser
from treealg.cli.terminal import complain, error_text, give_up_output, prepare
from treealg.errors import TreeAlgError

__all__ = ["main"]

# In the order of the help.
_COMMANDS = (demo, compute, trees, hopf, formula, generate, verify, methods, tables, cache, info)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line interface.

    Parameters
    ----------
    arguments : sequence of str, optional
        What follows the program's name; by default those of this process.

    Returns
    -------
    int
        The exit status: 0 on success, 1 if a verification fails, 2 if an
        argument is refused, a package is missing or a file cannot be written, 130 if
        interrupted. Without a command the help is printed.

    Raises
    ------
    SystemExit
        With status 2 if the arguments do not parse, with 0 after ``--help`` and ``--version``.

    Examples
    --------
    >>> main(["trees", "1", "3"])
    0  (0,)
    1  ((0,), 0)
    2  ((0,), (0,), 0)
    3  (((0,), 0), 0)
    0
    """
    prepare()
    parsed = argparse.Namespace(verbose=False)
    try:
        try:
            return _run(_parser(), arguments, parsed)
        finally:
            sys.stdout.flush()  # also of --help, which ends here
    except KeyboardInterrupt as error:
        complain("treealg: interrupted" + (f": {error}" if str(error) else ""))
        return 130
    except BrokenPipeError:
        # The reader has gone, for instance `head`; nothing may be written when Python exits.
        give_up_output()
        return 0
    except (TreeAlgError, ImportError, OSError) as error:
        if parsed.verbose:
            import traceback

            complain(traceback.format_exc().rstrip())
        complain(f"treealg: {error_text(error)}")
        give_up_output()
        return 2


def _run(
    parser: argparse.ArgumentParser,
    arguments: Sequence[str] | None,
    parsed: argparse.Namespace,
) -> int:
    """Parse arguments, and run the command that they name."""
    parser.parse_args(arguments, parsed)
    if parsed.command is None:
        parser.print_help()
        return 0
    status: int = parsed.run(parsed)
    return status


def _parser() -> argparse.ArgumentParser:
    """Build the parser; each subcommand sets its function as ``run``."""
    parser = Parser(
        prog="treealg",
        description="Rooted trees, their Hopf algebras, and branched signatures of paths.",
        epilog="Exit status: 0 on success, 1 if something that is checked is wrong, 2 if an "
        "argument or a file is refused, 130 if interrupted. treealg COMMAND --help has examples.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND")
    for command in _COMMANDS:
        command.add_parser(commands)
    completion.add_parser(commands, parser)
    return parser


class _Version(argparse.Action):
    """Print the version, which is looked up only when asked for."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        import treealg

        print(f"{parser.prog} {treealg.__version__}")
        parser.exit()
