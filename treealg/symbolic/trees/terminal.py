"""Text for a terminal that knows no more than ASCII, or another encoding without our symbols."""

from __future__ import annotations

import re
import sys

__all__ = ["for_terminal", "in_ascii", "is_plain_terminal"]

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
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
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
    return in_ascii(text) if is_plain_terminal(text) else text


def in_ascii(text: str) -> str:
    """Return a text with our symbols in ASCII, and other characters escaped.

    Examples
    --------
    >>> in_ascii("(∅)⊗(0) − 10⁻⁵ (1)")
    '({})(x)(0) - 10^-5 (1)'
    """
    text = _EXPONENT.sub(lambda found: f"^{found[0].translate(_DIGITS)}", text)
    return text.translate(_IN_ASCII).encode("ascii", "backslashreplace").decode()
