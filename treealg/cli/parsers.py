"""What the parsers of all commands share: options of every command, and errors that suggest."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from treealg.checks import brief, check_file, check_path, closest
from treealg.errors import InvalidValueError

__all__ = [
    "Commands",
    "Parser",
    "add_command",
    "add_common",
    "add_json",
    "add_planar",
    "path",
    "print_json",
    "say",
    "several",
]

Commands = argparse._SubParsersAction

_Number = TypeVar("_Number", int, float)


class Parser(argparse.ArgumentParser):
    """A parser whose errors say what may have been meant."""

    _given: Sequence[str] = ()

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse arguments, and remember them for errors."""
        self._given = sys.argv[1:] if args is None else list(args)
        return super().parse_known_args(args, namespace)

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse arguments; what a command does not know is an error of that command."""
        found, rest = self.parse_known_args(args, namespace)
        if rest:
            shown = " ".join(text if text.strip() else repr(text) for text in rest)
            _command_of(self, found).error(f"unrecognized arguments: {shown}")
        return found

    def _print_message(self, message: str, file: Any = None) -> None:
        """Print a text; argparse hides that a stream does not take it."""
        stream = file or sys.stderr
        if message and stream is not None:
            stream.write(message)

    def error(self, message: str) -> NoReturn:
        """Print usage, error and suggestions, and exit with status 2."""
        wrong = re.search(r"invalid choice: '([^']*)' \(choose from (.*)\)", message)
        if wrong:
            message += closest(wrong[1], re.findall(r"[\w-]+", wrong[2]))
        elif message.startswith("unrecognized arguments: "):
            first = message.removeprefix("unrecognized arguments: ").split()[0]
            options = sorted(option for action in self._actions for option in action.option_strings)
            message += closest(first.partition("=")[0], options)
        if any(re.match(r"-\d", given) for given in self._given):
            message += (
                "; an argument that begins with a minus, such as the tree -1[0], is written after "
                "-- or, as the value of an option, after ="
            )
        super().error(message)


def _command_of(
    parser: argparse.ArgumentParser, found: argparse.Namespace
) -> argparse.ArgumentParser:
    """Return the parser of the command that was chosen, or the one given."""
    for action in parser._actions:
        if isinstance(action, Commands) and getattr(found, action.dest, None):
            return _command_of(action.choices[getattr(found, action.dest)], found)
    return parser


def add_command(
    commands: Commands[Any], name: str, summary: str, description: str, examples: str
) -> argparse.ArgumentParser:
    """Add a command, with examples below its help and the options that all commands have."""
    shown = "\n".join(f"  treealg {line}" for line in examples.strip().splitlines())
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description=description,
        epilog=f"examples:\n{shown}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_common(parser)
    return parser


def add_common(parser: argparse.ArgumentParser, *, default: Any = False) -> None:
    """Add the options that all commands have; below a command they leave what that was given."""
    group = parser.add_mutually_exclusive_group()
    for letter, name, what in (
        ("-q", "--quiet", "print results and errors only"),
        ("-v", "--verbose", "show where an error comes from"),
    ):
        group.add_argument(letter, name, action="store_true", default=default, help=what)


def add_json(parser: argparse._ActionsContainer) -> None:
    """Add the option of results as JSON."""
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def add_planar(parser: argparse._ActionsContainer) -> None:
    """Add the option of the planar basis."""
    parser.add_argument("--planar", action="store_true", help="ordered forests of planar trees")


def path(text: str) -> Path:
    """Read the name of a file or folder; shells leave ~ as it is in ``--output=~/name``.

    Examples
    --------
    >>> path("features.npy").name
    'features.npy'
    """
    try:
        return check_path("it", text)
    except InvalidValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def output(text: str, *, folder: str | None = None) -> Path:
    """Read the name of a file to write, or of a folder that has a suffix; see `path`.

    Examples
    --------
    >>> output("features.npy").name
    'features.npy'
    """
    try:
        return check_file("it", text, folder=folder)
    except InvalidValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def several(text: str, kind: Callable[[str], _Number], what: str) -> list[_Number]:
    """Read numbers with commas between them.

    Examples
    --------
    >>> several("1,2", int, "integers")
    [1, 2]
    """
    try:
        return [kind(number) for number in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be {what}, got {brief(text)}") from None


def print_json(value: Any) -> None:
    """Print a value as JSON; numbers that JSON does not have become texts."""
    import json

    print(json.dumps(value, indent=2, default=str, ensure_ascii=not _takes_unicode()))


def _takes_unicode() -> bool:
    return (getattr(sys.stdout, "encoding", None) or "").lower().startswith("utf")


def say(arguments: argparse.Namespace, text: str) -> None:
    """Print what is no result, unless that is not wanted."""
    if not arguments.quiet:
        print(text)
