r"""Texts of labels in LaTeX's mathematics, where they are texts all the same.

What a character means there is another thing: a hyphen is a minus, an asterisk an operator, a comma
ends with a space, and letters with accents are none. What is written here is read alike by LaTeX,
by MathJax and KaTeX, as notebooks and sites have them, and by Matplotlib, which has no ``\&``: they
know different escapes within ``\text``, and the same ones outside.
"""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["escaped", "named", "upright"]

_ESCAPES = {
    "\\": r"{\backslash}",
    "^": r"{}^{\wedge}",
    "~": r"{\sim}",
    **dict.fromkeys(" \t\n\r", r"\ "),
    **{mark: f"\\{mark}" for mark in "{}$&%#_"},
    # Operators, relations and punctuation, without the space around them.
    **{mark: f"{{{mark}}}" for mark in "+=<>:;,"},
    # Of another shape in mathematics.
    **{mark: rf"\text{{{mark}}}" for mark in "-*'\"`"},
}

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ϵ": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi",
    "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau", "υ": "upsilon", "ϕ": "phi", "χ": "chi",
    "ψ": "psi", "ω": "omega", "ε": "varepsilon", "ϑ": "vartheta", "ϖ": "varpi", "ϱ": "varrho",
    "ς": "varsigma", "φ": "varphi", "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda",
    "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma", "Υ": "Upsilon", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip

_WORD_OR_MARK = re.compile(r"[0-9A-Za-z\u0080-\U0010ffff]+|.", re.DOTALL)
_PLAIN = re.compile(r"[0-9A-Za-z'.()\[\]]*")
_ESCAPED = re.compile(r"\\.", re.DOTALL)
_SPECIAL = re.compile(r"[%&#$~\\]|[^\x20-\x7e]")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def upright(text: str) -> str:
    r"""Return LaTeX, for use in mathematics, that shows a text, in upright letters.

    Examples
    --------
    >>> print(upright("x_1"), upright("50%"), upright("log-price"))
    \mathrm{x\_1} \mathrm{50\%} \mathrm{log\text{-}price}
    """
    return rf"\mathrm{{{text if _NUMBER.fullmatch(text) else escaped(text)}}}"


def escaped(text: str) -> str:
    r"""Return LaTeX, for use in mathematics, in which no character of a text is taken for another.

    Notes
    -----
    Greek letters are those of mathematics; words with other letters beyond ASCII are written in
    ``\text``, where the font has to have them.

    Examples
    --------
    >>> print(escaped("Δt"), escaped("naïve"))
    \Delta t \text{naïve}
    """
    return "".join(map(_part, _WORD_OR_MARK.findall(text)))


def named(name: str, write: Callable[[str], str]) -> str:
    r"""Return LaTeX for the name of a symbol, of which `write` knows plain ones and those in LaTeX.

    A name in LaTeX has commands or braces, each closed, and no special character without a
    backslash. In any other one, these are texts, and so are letters beyond ASCII, signs and spaces;
    ``_`` and ``^`` are followed by an index, as SymPy has it.

    Examples
    --------
    >>> for name in ("x_1", "50%_1", r"\hat{x}", "{"):
    ...     print(named(name, str))
    x_1
    50\%_{1}
    \hat{x}
    \{
    """
    if "\\" in name or "{" in name or "}" in name:
        left = _ESCAPED.sub("", name)
        depths = [left.count("{", 0, end) - left.count("}", 0, end) for end in range(len(left) + 1)]
        is_latex = min(depths) == depths[-1] == 0 and not _SPECIAL.search(left)
        return write(name) if is_latex else escaped(name)
    if all(map(_PLAIN.fullmatch, re.split("[_^]", name))) and name.strip("_^"):
        return write(name)
    from sympy.printing.conventions import split_super_sub

    parts = split_super_sub(name)
    if not parts[0]:
        return escaped(name)
    head, above, below = (
        [write(part) if _PLAIN.fullmatch(part) else escaped(part) for part in some]
        for some in ([parts[0]], *parts[1:])
    )
    power = f"^{{{' '.join(above)}}}" if above else ""
    index = f"_{{{' '.join(below)}}}" if below else ""
    return f"{head[0]}{power}{index}"


def _part(word: str) -> str:
    """Return LaTeX for letters and digits, or for one other character."""
    if word.isascii():
        return _ESCAPES.get(word, word)
    if all(letter.isascii() or letter in _GREEK for letter in word):
        return "".join(f"\\{_GREEK[c]} " if c in _GREEK else c for c in word)
    return rf"\text{{{word}}}"
