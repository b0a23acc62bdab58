"""Docstrings of derivatives in a direction, written from those of the functions themselves."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping

from treealg.numeric.operations.examples import EXAMPLES
from treealg.numeric.operations.operation import Operation

__all__ = ["documented"]


def documented(row: Operation, names: Mapping[str, str]) -> str:
    """Return the docstring of the derivative of a function, given the names of tangents."""
    _, *parts = re.split(r"\n\n(?=[A-Z][A-Za-z ]+\n-{3,}\n)", row.doc)
    of = {head: body for head, _, body in (part.split("\n", 2) for part in parts)}
    sections = {
        "Parameters": _parameters(of["Parameters"], names),
        "Returns": _returns(row, of["Returns"]),
        "Raises": _raises(of["Raises"], names),
        "See Also": f"{row.name} : The function differentiated.",
        "Notes": _NOTES,
        "References": _REFERENCES,
        "Examples": EXAMPLES[row.name].strip(),
    }
    head = f"Compute the derivative of `{row.name}` in a direction."
    body = [f"{name}\n{'-' * len(name)}\n{text}" for name, text in sections.items()]
    return "\n\n".join([head, _ABOUT, *body]) + "\n"


_ABOUT = textwrap.dedent("""
    For arguments :math:`x` and tangents :math:`v` of these it is the derivative of the function
    :math:`f` along a line, :math:`\\frac{d}{d\\varepsilon} f(x + \\varepsilon v)` at
    :math:`\\varepsilon = 0`, exactly and not by differences.
""").strip()

_NOTES = textwrap.dedent("""
    The function is computed with dual numbers :math:`x + \\varepsilon v` where
    :math:`\\varepsilon^2 = 0`, in about three times its own time. Tangents go the way of their
    arguments: what is in front of a path, between its points or in place of missing values is
    linear in these. Times have no tangent, and neither has a scalar in front of coefficients, where
    the result has 0. NaN in a tangent stays within its own path or vector, and does not count as
    missing.
""").strip()

_REFERENCES = textwrap.dedent("""
    A. Griewank and A. Walther, *Evaluating Derivatives*, 2nd edition, SIAM (2008), chapter 3,
    doi:10.1137/1.9780898717761.
""").strip()


def _parameters(text: str, names: Mapping[str, str]) -> str:
    """Return the parameters, with the tangents behind theirs."""
    found = []
    for entry in re.split(r"\n(?=\S)", text):
        found.append(entry)
        for name in re.split(r", ?", entry.split(" : ")[0]):
            if name in names:
                shape = re.search(
                    r", shape (.*?)(?:, default.*|, optional)?$", entry.split("\n")[0]
                )
                where = f", shape {shape[1]}" if shape else ""
                found.append(
                    f"{names[name]} : ArrayLike or None{where}\n"
                    f"    The tangent of `{name}`, of its shape, kind and dtype; None is 0."
                )
    return "\n".join(found)


def _returns(row: Operation, text: str) -> str:
    head = text.split("\n")[0]
    words = (
        f"The derivative of what `{row.name}` returns, of its shape, kind and dtype, and as it is "
        f"in a tuple or list where that is; never sharing memory with an argument."
    )
    return f"{head}\n{textwrap.indent(textwrap.fill(words, 96), '    ')}"


def _raises(text: str, names: Mapping[str, str]) -> str:
    """Return the errors of the function, and those of tangents; arrays on a GPU are refused."""
    entries = dict(entry.split("\n", 1) for entry in re.split(r"\n(?=\S)", text))
    entries.pop("MissingDependencyError", None)
    several = " or ".join(f"`{name}`" for name in names.values())
    added = {
        "InvalidTypeError": f"if {several} is no real array, or not of kind and dtype of its "
        f"argument, or if an array is on a GPU.",
        "InvalidValueError": f"if {several} has not the shape of its argument, or is there without "
        f"it.",
    }
    found = []
    for error, body in entries.items():
        words = " ".join(body.split())
        if error in added:
            words = f"{words.rstrip('.')}; or {added[error]}"
        found.append(f"{error}\n{textwrap.indent(textwrap.fill(words, 96), '    ')}")
    return "\n".join(found)
