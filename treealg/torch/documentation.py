"""Docstrings of the functions on tensors, written from those of the functions that they call."""

from __future__ import annotations

import inspect
import re

from treealg.numeric.operations.operation import Operation

__all__ = ["docstring"]

_KEPT = ("Parameters", "Returns", "Raises")


def docstring(row: Operation) -> str:
    r"""Return the docstring of a function on tensors.

    Examples
    --------
    >>> import treealg
    >>> docstring(treealg.operations["branched_sig_inverse"]).split("\n\n")[1]
    '`treealg.branched_sig_inverse` on tensors, with gradients in `bsig`.'
    """
    head, *parts = re.split(r"\n\n(?=[A-Z][A-Za-z ]+\n-{3,}\n)", inspect.getdoc(row.function) or "")
    summary = head.split("\n\n")[0]
    sections = [part for part in parts if part.split("\n")[0] in _KEPT]
    text = "\n\n".join([summary, _about(row), *sections, _notes(row)])
    text = re.sub(r"\bArrayLike( of int)?\b", r"Tensor\1", text)
    return re.sub(r"\bArray\b", "Tensor", text)


def _about(row: Operation) -> str:
    if row.backward is None:
        return f"`treealg.{row.name}` on tensors, without gradients."
    names = " and ".join(f"`{name}`" for name in row.backward.gradients)
    return f"`treealg.{row.name}` on tensors, with gradients in {names}."


def _notes(row: Operation) -> str:
    lines = ["Notes", "-----", f"All else is said at `treealg.{row.name}`."]
    if row.backward is not None and row.without_gradient:
        lines.append(f"There is no gradient with {', '.join(row.without_gradient)}.")
    return "\n".join(lines)
