"""Text for a terminal that knows no more than ASCII, or another encoding without our symbols."""

from __future__ import annotations

import re
import sys

__all__ = ["for_terminal", "in_ascii", "in_plain", "is_plain_terminal", "printable"]

_IN_ASCII = str.maketrans(
    {
        "⊗": "(x)", "∅": "{}", "−": "-", "→": "->", "…": "...", "⧢": "sh", "Σ": "Sum",
        "τ": "tau", "ω": "omega", "σ": "sigma", "α": "alpha", "β": "beta", "∞": "oo", "·": "*",
        "●": "o", "│": "|", "─": "-", "└": "+", "┘": "+", "├": "+", "┤": "+", "┬": "+", "┴": "+",
        "┼": "+", "π": "pi",
    }
)  # fmt: skip


_DIGITS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_EXPONENT = re.compile("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")


def is_plain_terminal(text: str) -> bool:
    """Tell whether standard output cannot show a text, as its encoding has not all characters."""
    if text.isascii():
        return False
    try:
        text.encode(_encoding())
    except (UnicodeEncodeError, LookupError):
        return True
    return False


def for_terminal(text: str) -> str:
    """Return a text as standard output can show it: in ASCII where its encoding has no symbols.

    Examples
    --------
    >>> for_terminal("0[1]")
    '0[1]'
    """
    return in_plain(text) if is_plain_terminal(text) else text


def in_plain(text: str) -> str:
    """Return a text with our symbols in ASCII, and what standard output cannot show escaped.

    Examples
    --------
    >>> in_plain("(∅)⊗(0)")
    '({})(x)(0)'
    """
    encoding = _encoding()
    try:
        return _symbols_in_ascii(text).encode(encoding, "backslashreplace").decode(encoding)
    except LookupError:
        return in_ascii(text)


def in_ascii(text: str) -> str:
    """Return a text with our symbols in ASCII, and other characters escaped.

    Examples
    --------
    >>> in_ascii("(∅)⊗(0) − 10⁻⁵ (1)")
    '({})(x)(0) - 10^-5 (1)'
    """
    return _symbols_in_ascii(text).encode("ascii", "backslashreplace").decode()


def _symbols_in_ascii(text: str) -> str:
    text = _EXPONENT.sub(lambda found: f"^{found[0].translate(_DIGITS)}", text)
    return text.translate(_IN_ASCII)


def _encoding() -> str:
    return getattr(sys.stdout, "encoding", None) or "utf-8"


def printable(text: str) -> str:
    r"""Return a text with the characters that cannot be printed escaped.

    Examples
    --------
    >>> printable("x\ty")
    'x\\ty'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
