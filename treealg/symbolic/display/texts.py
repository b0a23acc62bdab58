r"""Texts of labels in LaTeX's mathematics, where they are texts all the same.

What a character means there is another thing: a hyphen is a minus, an asterisk an operator, a comma
ends with a space, and letters with accents are none. What is written here is read alike by LaTeX,
by MathJax and KaTeX, as notebooks and sites have them, and by Matplotlib, which has no ``\&``: they
know different escapes within ``\text``, and the same ones outside.
"""

from __future__ import annotations

import re

__all__ = ["escaped", "upright"]

_ESCAPES = {
    "\\": r"{\backslash}",
    "^": r"{}^{\wedge}",
    "~": r"{\sim}",
    " ": r"\ ",
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


def _part(word: str) -> str:
    """Return LaTeX for letters and digits, or for one other character."""
    if word.isascii():
        return _ESCAPES.get(word, word)
    if all(letter.isascii() or letter in _GREEK for letter in word):
        return "".join(f"\\{_GREEK[c]} " if c in _GREEK else c for c in word)
    return rf"\text{{{word}}}"
