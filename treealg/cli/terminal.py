"""Standard output and error, whatever they are: closed, or without mathematical characters."""

from __future__ import annotations

import codecs
import io
import os
import sys
from contextlib import suppress

__all__ = ["complain", "error_text", "give_up_output", "prepare"]


def prepare() -> None:
    """Let both streams take any text: what they cannot show is written in ASCII."""
    if sys.stdout is None:  # Closed by the caller, as in ``treealg info >&-``.
        sys.stdout = io.StringIO()
    codecs.register_error("treealg", _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="treealg")


def _plain(error: UnicodeError) -> tuple[str, int]:
    """Return what stands for characters that a stream does not have."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    from treealg.symbolic.trees.terminal import in_ascii  # which loads the algebra's package

    return in_ascii(error.object[error.start : error.end]), error.end


def error_text(error: Exception) -> str:
    """Return what is wrong in words; of a file that cannot be opened its name, and why."""
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return str(error).removeprefix("treealg: ")


def complain(text: str) -> None:
    """Print a line on standard error, if that takes it."""
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)


def give_up_output() -> None:
    """Let nothing be written when Python exits to what takes no more."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
