"""Docstrings of functions of a framework, written from those of the functions that they call."""

from __future__ import annotations

import re
from collections.abc import Sequence

from treealg.numeric.operations.operation import Operation

__all__ = ["docstring", "on_digits", "with_gradients"]

_KEPT = ("Parameters", "Returns", "Raises")


def docstring(
    row: Operation,
    kind: str,
    *,
    about: str | None = None,
    more: Sequence[str] = (),
    notes: Sequence[str] | None = None,
) -> str:
    r"""Return the docstring of a function on arrays of a framework, which calls them by a kind.

    Without gradients there is something else to be said `about` it, there may be `more` parameters,
    and `notes` in the place of those on gradients.

    Examples
    --------
    >>> import treealg
    >>> docstring(treealg.operations["branched_sig_inverse"], "tensor").split("\n\n")[1]
    '`treealg.branched_sig_inverse` on tensors, with gradients in `bsig`.'
    """
    head, *parts = re.split(r"\n\n(?=[A-Z][A-Za-z ]+\n-{3,}\n)", row.doc)
    summary = head.split("\n\n")[0]
    sections = [part for part in parts if part.split("\n")[0] in _KEPT]
    sections = ["\n".join([part, *more]) if part.startswith("Param") else part for part in sections]
    said = ["Notes", "-----", f"All else is said at `treealg.{row.name}`."]
    said += [f"\n{text}\n" for text in on_digits(row.doc)]
    said += _about_gradients(row) if notes is None else notes
    text = "\n\n".join([summary, about or _about(row, kind), *sections, "\n".join(said).rstrip()])
    name = kind.rpartition(" ")[2]
    name = name[0].upper() + name[1:]
    text = re.sub(r"\bArrayLike( of int)?\b", rf"{name}\1", text)
    return re.sub(r"\bArray\b", name, text)


def on_digits(doc: str) -> list[str]:
    r"""Return what a docstring says of the digits that logarithms lose, a paragraph or none.

    Examples
    --------
    >>> on_digits("Take it.\n\nLogarithms lose digits: many.\n\nMore.")
    ['Logarithms lose digits: many.']
    """
    return re.findall(r"^Logarithms lose digits: .*(?:\n.+)*", doc, re.MULTILINE)


def with_gradients(row: Operation) -> tuple[str, ...]:
    """Return the arguments in which a function has gradients of its own.

    A derivative in a direction has them in its direction as well, and that of a gradient there
    only, as all else would be of third order.

    Examples
    --------
    >>> import treealg
    >>> with_gradients(treealg.operations["branched_sig_inverse_jvp"])
    ('bsig', 'tangent')
    """
    if row.backward is not None:
        return row.backward.gradients
    if row.tangents:
        return tuple(row.points) if row.gradients else (*row.tangents, *row.points)
    return row.jvp.tangents if row.gradients and row.jvp is not None else ()


def _about(row: Operation, kind: str) -> str:
    names = [f"`{name}`" for name in with_gradients(row)]
    if not names:
        return f"`treealg.{row.name}` on {kind}s, without gradients."
    listed = ", ".join(names[:-1]) + " and " + names[-1] if names[1:] else names[0]
    return f"`treealg.{row.name}` on {kind}s, with gradients in {listed}."


def _about_gradients(row: Operation) -> list[str]:
    if row.backward is None or not row.without_gradient:
        return []
    return [f"There is no gradient with {', '.join(row.without_gradient)}."]
