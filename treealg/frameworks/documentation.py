"""Docstrings of functions of a framework, written from those of the functions that they call."""

from __future__ import annotations

import inspect
import re

from treealg.numeric.operations.operation import Operation

__all__ = ["docstring"]

_KEPT = ("Parameters", "Returns", "Raises")


def docstring(row: Operation, kind: str) -> str:
    r"""Return the docstring of a function on arrays of a framework, which calls them by a kind.

    Examples
    --------
    >>> import treealg
    >>> docstring(treealg.operations["branched_sig_inverse"], "tensor").split("\n\n")[1]
    '`treealg.branched_sig_inverse` on tensors, with gradients in `bsig`.'
    """
    head, *parts = re.split(r"\n\n(?=[A-Z][A-Za-z ]+\n-{3,}\n)", inspect.getdoc(row.function) or "")
    summary = head.split("\n\n")[0]
    sections = [part for part in parts if part.split("\n")[0] in _KEPT]
    text = "\n\n".join([summary, _about(row, kind), *sections, _notes(row)])
    name = kind.rpartition(" ")[2].capitalize()
    text = re.sub(r"\bArrayLike( of int)?\b", rf"{name}\1", text)
    return re.sub(r"\bArray\b", name, text)


def _about(row: Operation, kind: str) -> str:
    if row.backward is None:
        return f"`treealg.{row.name}` on {kind}s, without gradients."
    names = " and ".join(f"`{name}`" for name in row.backward.gradients)
    return f"`treealg.{row.name}` on {kind}s, with gradients in {names}."


def _notes(row: Operation) -> str:
    lines = ["Notes", "-----", f"All else is said at `treealg.{row.name}`."]
    if row.backward is not None and row.without_gradient:
        lines.append(f"There is no gradient with {', '.join(row.without_gradient)}.")
    return "\n".join(lines)
