"""Elements of which some terms are there by rounding only."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Any

from treealg.symbolic.linear.elements import Element
from treealg.symbolic.linear.magnitudes import magnitude
from treealg.symbolic.linear.tolerances import holds_to_rounding, is_rounded

__all__ = ["size_of", "terms_on"]


def terms_on(x: Element, belongs: Callable[[Any], Any], tol: float | None = None) -> Element | None:
    """Return the terms of an element on keys of a kind, None if others are more than rounding.

    Floats on other keys are rounding if they are to a tolerance, or to that of the sum of the sizes
    of all coefficients; exact coefficients are none.

    Examples
    --------
    >>> from treealg.symbolic import Forest, Tree
    >>> x = Element({Tree(): 0.5, Forest([Tree(), Tree()]): 1e-18})
    >>> terms_on(x, lambda forest: len(forest) == 1), terms_on(x, lambda forest: len(forest) == 2)
    (<Element 0.5 (0)>, None)
    """
    beside = [value for key, value in x.items() if not belongs(key)]
    if not beside:
        return x
    size = size_of(x)
    if not all(is_rounded(value) and holds_to_rounding(value, tol, size=size) for value in beside):
        return None
    return Element._wrap({key: value for key, value in x.items() if belongs(key)})


def size_of(x: Element) -> float:
    """Return the sum of the sizes of the coefficients, of expressions 1.

    Examples
    --------
    >>> from treealg.symbolic import Tree
    >>> size_of(Element({Tree(): -0.5, Tree(label=1): 2}))
    2.5
    """
    sizes = [magnitude(value) for _, value in x.items()]
    return sum(size if isfinite(size) else 1.0 for size in sizes)
