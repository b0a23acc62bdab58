"""Text for a terminal that knows no more than ASCII, or another encoding without our symbols."""

from __future__ import annotations

import re
import sys
import unicodedata

__all__ = ["GREEK", "for_terminal", "in_ascii", "in_plain", "is_plain_terminal", "printable"]

_SIGNS = {
    "⊗": "(x)", "∅": "{}", "−": "-", "→": "->", "…": "...", "⧢": "sh", "Σ": "Sum", "∞": "oo",
    "·": "*", "●": "o", "│": "|", "─": "-", "└": "+", "┘": "+", "├": "+", "┤": "+", "┬": "+",
    "┴": "+", "┼": "+",
}  # fmt: skip


def _name(letter: str) -> str:
    name = unicodedata.name(letter).rpartition(" ")[2].replace("LAMDA", "LAMBDA")
    return name.lower() if letter.islower() else name.capitalize()


#: The Greek letters that are no Latin ones by their looks, nor a sign of sums, by their names.
GREEK = {_name(letter): letter for letter in "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΦΨΩ"}

_IN_ASCII = str.maketrans(_SIGNS | {letter: name for name, letter in GREEK.items()})
_UP = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_DOWN = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


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
    >>> in_ascii("(∅)⊗(0) − 10⁻⁵ (1)"), in_ascii("2√λ₁·x²")
    ('({})(x)(0) - 10^-5 (1)', '2sqrt(lambda_1)*x^2')
    """
    return _symbols_in_ascii(text).encode("ascii", "backslashreplace").decode()


def _symbols_in_ascii(text: str) -> str:
    text = text.replace("∞\N{COMBINING TILDE}", "zoo")
    text = re.sub("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda found: f"^{found[0].translate(_UP)}", text)
    text = re.sub("[₀₁₂₃₄₅₆₇₈₉]+", lambda found: f"_{found[0].translate(_DOWN)}", text)
    text = re.sub(r"√(\w+)", r"sqrt(\1)", text).replace("√", "sqrt")
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
