"""Trees and ordered forests drawn with text characters."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from treealg.errors import InvalidTypeError, InvalidValueError

__all__ = ["forest_of", "forest_text", "split_tree", "tree_text"]


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


def tree_text(tree: tuple[Any, ...], names: Sequence[str] | None = None) -> str:
    """Draw a tree as lines of text, the root first and each child indented under its parent.

    Parameters
    ----------
    tree : tuple
        A tree in tuple form, ``(child_1, ..., child_k, root_label)``.
    names : sequence of str, optional
        Names of the labels: label ``a`` is written as ``names[a]``. Without them the label itself.

    Returns
    -------
    str
        One line per node, without a newline at the end.

    Raises
    ------
    InvalidTypeError
        If `tree` or one of its children is not a tuple, or if names are given and a label is not
        an integer.
    InvalidValueError
        If `tree` or one of its children is the empty tuple, or if a label has no name.

    Examples
    --------
    >>> print(tree_text((((0,), 1), (2,), 0)))
    0
    ├─ 1
    │  └─ 0
    └─ 2
    >>> print(tree_text(((0,), 1), names=("price", "time")))
    time
    └─ price
    """
    lines: list[str] = []
    # Each entry: a tree, what stands before its own line, what stands before its children's lines.
    pending = [(tree, "", "")]
    while pending:
        node, own, below = pending.pop()
        children, label = split_tree(node)
        lines.append(own + _name(label, names))
        entries = [(child, below + "├─ ", below + "│  ") for child in children[:-1]]
        entries += [(child, below + "└─ ", below + "   ") for child in children[-1:]]
        pending.extend(reversed(entries))
    return "\n".join(lines)


def forest_text(forest: Sequence[tuple[Any, ...]], names: Sequence[str] | None = None) -> str:
    """Draw an ordered forest as text, its trees side by side from left to right.

    Parameters
    ----------
    forest : sequence of tuple
        Trees in tuple form.
    names : sequence of str, optional
        Names of the labels, as in `tree_text`.

    Returns
    -------
    str
        As many lines as the largest tree has nodes; the empty string for the empty forest.

    Raises
    ------
    InvalidTypeError
        If a tree is not a tuple of tuples, as in `tree_text`.
    InvalidValueError
        If a tree is empty or a label has no name, as in `tree_text`.

    Examples
    --------
    >>> print(forest_text(((1,), ((0,), 2))))
    1   2
        └─ 0
    """
    blocks = [tree_text(tree, names).split("\n") for tree in forest]
    widths = [max(map(len, block)) for block in blocks]
    rows = zip_longest(*blocks, fillvalue="")
    return "\n".join(
        "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def split_tree(tree: Any) -> tuple[tuple[Any, ...], Any]:
    """Split the tuple form of a tree into its children and its root label.

    Parameters
    ----------
    tree : tuple
        A tree in tuple form, ``(child_1, ..., child_k, root_label)``.

    Returns
    -------
    children : tuple
        What stands before the label; not looked at.
    label : object
        The root label.

    Raises
    ------
    InvalidTypeError
        If `tree` is not a tuple.
    InvalidValueError
        If `tree` is the empty tuple.

    Examples
    --------
    >>> split_tree(((0,), (1,), 2))
    (((0,), (1,)), 2)
    """
    if not isinstance(tree, tuple):
        raise InvalidTypeError(
            f"a tree must be a tuple (child_1, ..., child_k, label), got {tree!r}; "
            "a leaf with label a is written (a,)"
        )
    if not tree:
        raise InvalidValueError("a tree must have a root label, got the empty tuple")
    return tree[:-1], tree[-1]


def _name(label: Any, names: Sequence[str] | None) -> str:
    """Return the text that stands for a label."""
    if names is None:
        return str(label)
    if not isinstance(label, int) or isinstance(label, bool):
        raise InvalidTypeError(f"a label with a name must be an integer, got {label!r}")
    if not 0 <= label < len(names):
        raise InvalidValueError(
            f"label {label} has no name: names has {len(names)} entries, for labels "
            f"0 to {len(names) - 1}"
        )
    return names[label]
