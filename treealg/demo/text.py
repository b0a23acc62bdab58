"""Basis elements in tuple form as forests, and as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from treealg.errors import InvalidTypeError
from treealg.symbolic import OrderedForest
from treealg.symbolic.display import to_indented

__all__ = ["forest_of", "forest_text"]


def forest_of(element: tuple[Any, ...] | None, *, planar: bool) -> tuple[tuple[Any, ...], ...]:
    """Return a basis element as an ordered forest, a tree being the forest of one tree.

    Parameters
    ----------
    element : tuple or None
        A basis element in tuple form: a tree, or with `planar` an ordered forest; None is the
        empty one.
    planar : bool
        Which of the two it is.

    Returns
    -------
    tuple of tuple
        Trees in tuple form.

    Raises
    ------
    InvalidTypeError
        If `element` is neither a tuple nor None.

    Examples
    --------
    >>> forest_of(((0,), 1), planar=False)
    (((0,), 1),)
    >>> forest_of(((0,), (1,)), planar=True)
    ((0,), (1,))
    >>> forest_of(None, planar=False)
    ()
    """
    if element is None:
        return ()
    if not isinstance(element, tuple):
        raise InvalidTypeError(f"a tree or forest must be a tuple or None, got {element!r}")
    return element if planar else (element,)


def forest_text(forest: Sequence[tuple[Any, ...]], names: Sequence[str] | None = None) -> str:
    """Draw an ordered forest as text, its trees side by side from left to right.

    Parameters
    ----------
    forest : sequence of tuple
        Trees in tuple form, drawn with their children in the given order.
    names : sequence of str, optional
        Names of the labels: label ``a`` is written as ``names[a]``. Without them the label itself.

    Returns
    -------
    str
        As many lines as the largest tree has nodes; the empty string for the empty forest.

    Raises
    ------
    InvalidTypeError
        If a tree or one of its children is not a tuple, or if names are given and a label is not
        an integer.
    InvalidValueError
        If a tree or one of its children is the empty tuple, or if a label has no name.

    Examples
    --------
    >>> print(forest_text(((1,), ((0,), 2))))
    1   2
        └─ 0
    """
    return to_indented(OrderedForest(forest), names=names)
