"""Trees, forests and sums as text in a terminal, drawn with Unicode characters."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import zip_longest
from typing import Any

from treealg.checks import check_flag, check_integer
from treealg.errors import InvalidTypeError
from treealg.symbolic.display.layout import Layout, layout_forest
from treealg.symbolic.display.pieces import Piece, labels_of, lead_of, pieces_of, terms_to_show
from treealg.symbolic.display.style import Names, Style, make_style
from treealg.symbolic.trees.forests import RootedForest
from treealg.symbolic.trees.rooted import RootedTree
from treealg.symbolic.trees.sizes import check_steps
from treealg.symbolic.trees.terminal import in_ascii, in_plain, is_plain_terminal

__all__ = ["to_indented", "to_unicode"]

_DOT = "●"
# A label that is nothing else beside others and between signs.
_CLEAR = re.compile(r"[^\s+\-−*·⊗∅{}]([^\s+−*·⊗{}]*[^\s+\-−*·⊗{}])?")
_ENCLOSED = re.compile(r"\([^()]*\)")

# A rectangle of text, all lines of one length; the last line is the one with the roots.
_Block = list[str]


def to_unicode(
    x: Any,
    *,
    names: Names = None,
    labels: bool | None = None,
    max_terms: int | None = None,
    width: int = 100,
    ascii: bool | None = None,
) -> str:
    """Draw a tree, a forest or a sum of such with text characters, the roots at the bottom.

    Parameters
    ----------
    x : Tree, PlanarTree, Forest, OrderedForest, Element, Tensor, BSeries or LieButcherSeries
        What to draw; sums in the basis order.
    names : mapping or sequence of str, optional
        Texts of the labels: ``names[label]``.
    labels : bool, optional
        Whether to write the labels, dots otherwise. By default they are written if there are
        names or any label in `x` is not 0.
    max_terms : int, optional
        Largest number of terms of a sum, at least 1; by default all.
    width : int, default 100
        A line longer than this is broken between terms; a term that is longer stays whole. At
        least 1.
    ascii : bool, optional
        Whether to draw with ASCII alone; by default where standard output cannot show the symbols.

    Returns
    -------
    str
        Lines without trailing spaces; the signs of a sum stand in the line of the roots. A label
        that could be taken for several there, such as 1 + 2i, is in parentheses, and so is one
        that looks like vertices without labels, unless `names` has it.

    Raises
    ------
    InvalidTypeError
        If `x` or an option has another type, or a label that is not an integer is looked up in a
        sequence of names.
    InvalidValueError
        If a label has no name, or `max_terms` or `width` is less than 1.

    Examples
    --------
    >>> from treealg.symbolic import Tree, bck
    >>> print(to_unicode(bck.antipode(Tree.from_text("0[0,0]"))))
                  ●   ● ●
                  │   └┬┘
    − ● ● ● + 2 ● ● −  ●
    >>> print(to_unicode(Tree.from_text("0[1[3],2]")))
      3
      │
    2 1
    └┬┘
     0
    """
    terms, left_out = terms_to_show(x, max_terms)
    style = make_style(labels_of(terms), names, labels)
    limit = check_integer("width", width, 1)
    # A label in the line of the roots must not be taken for a coefficient.
    times = "·" if style.shown else ""
    pieces = pieces_of(terms, left_out, style, times=times, lead=lead_of(x))
    if ascii is not None and check_flag("ascii", ascii):
        return _drawn(pieces, style, limit, in_ascii)
    drawn = _drawn(pieces, style, limit, str)
    if ascii is None and is_plain_terminal(drawn):
        return _drawn(pieces, style, limit, in_plain)
    return drawn


def _drawn(terms: list[list[Piece]], style: Style, limit: int, write: Callable[[str], str]) -> str:
    """Draw a sum with the characters that a function writes for others."""
    lines: list[_Block] = []
    pieces = [piece for term in terms for piece in term]
    is_alone = len(pieces) == 1 and not isinstance(pieces[0], str) and len(pieces[0]) == 1
    for term in terms:
        block = _beside([_piece(piece, style, write, is_alone) for piece in term])
        if lines and len(lines[-1][0]) + 1 + len(block[0]) <= limit:
            lines[-1] = _beside([lines[-1], block])
        else:
            lines.append(block)
    return "\n\n".join("\n".join(line.rstrip() for line in block) for block in lines)


def _piece(piece: Piece, style: Style, write: Callable[[str], str], is_alone: bool) -> _Block:
    if isinstance(piece, str):
        return [write(piece)]
    layout = layout_forest(piece)
    dot = write(_DOT)
    texts = [dot] * len(layout.label)
    if style.shown:
        # Who names labels like that wants them so.
        other = dot if style.names is None else ""
        texts = [_label(write(style.text(label)), other, is_alone) for label in layout.label]
    # What joins the vertices is one character each, before and after.
    return [write(line) for line in _draw(layout, texts)]


def _label(text: str, dot: str, is_alone: bool) -> str:
    """Return a label, in parentheses where it could be taken for something else."""
    is_clear = is_alone or _CLEAR.fullmatch(text) or _ENCLOSED.fullmatch(text)
    return text if is_clear and set(text) != {dot} else f"({text})"


def _beside(blocks: list[_Block]) -> _Block:
    """Set blocks side by side on one bottom line, a space between them."""
    height = max(map(len, blocks))
    rows = [""] * height
    for number, block in enumerate(blocks):
        padded = [" " * len(block[0])] * (height - len(block)) + block
        rows = [
            row + (" " if number else "") + line for row, line in zip(rows, padded, strict=True)
        ]
    return rows


def _draw(layout: Layout, texts: list[str]) -> _Block:
    """Draw vertices in every second line and what joins them in the lines between."""
    longest = max(map(len, texts))
    # An even number: halves are then rounded in the same direction one unit apart, so that
    # rounding never brings neighbours closer than one unit.
    unit = longest + 1 + (longest + 1) % 2
    margin = (longest - 1) // 2
    columns = [margin + round(across * unit) for across in layout.across]
    size = max(columns) + longest - margin
    rows = [[" "] * size for _ in range(2 * layout.top + 1)]
    children: dict[int, list[int]] = {}
    for parent, child in layout.edges:
        children.setdefault(parent, []).append(columns[child])
    for vertex, (column, height, text) in enumerate(
        zip(columns, layout.height, texts, strict=True)
    ):
        start = column - (len(text) - 1) // 2
        rows[2 * height][start : start + len(text)] = text
        if vertex in children:
            _connect(rows[2 * height + 1], column, children[vertex])
    return ["".join(row) for row in reversed(rows)]


def _connect(row: list[str], parent: int, children: list[int]) -> None:
    """Draw the line between a vertex, below, and its children, above."""
    first, last = children[0], children[-1]
    row[first : last + 1] = "─" * (last + 1 - first)
    for column in children:
        row[column] = "┴"
    row[first], row[last] = "└", "┘"
    below = {"─": "┬", "┴": "┼", "└": "├", "┘": "┤"}
    row[parent] = "│" if first == last else below[row[parent]]


def to_indented(x: Any, *, names: Names = None) -> str:
    """Draw a tree or forest as lines of text, each child indented under its parent.

    Parameters
    ----------
    x : Tree, PlanarTree, Forest or OrderedForest
        What to draw.
    names : mapping or sequence of str, optional
        Texts of the labels: ``names[label]``. Without them the labels themselves.

    Returns
    -------
    str
        One line per vertex, the root first; the trees of a forest stand side by side. The empty
        string for the empty forest.

    Raises
    ------
    InvalidTypeError
        If `x` or `names` has another type, or a label that is not an integer is looked up in a
        sequence of names.
    InvalidValueError
        If a label has no name.

    Examples
    --------
    >>> from treealg.symbolic import OrderedForest, PlanarTree
    >>> print(to_indented(PlanarTree.from_text("0[1[0],2]")))
    0
    ├─ 1
    │  └─ 0
    └─ 2
    >>> print(to_indented(OrderedForest.from_text("0 1[0]"), names=("price", "time")))
    price   time
            └─ price
    """
    terms, _ = terms_to_show(x, None)
    style = make_style(labels_of(terms), names, True)
    if not isinstance(x, (RootedTree, RootedForest)):
        raise InvalidTypeError(
            f"only trees and forests can be indented, got {type(x).__name__}; use to_unicode"
        )
    blocks = [_indent(tree, style) for tree in terms[0][0][0].trees]
    if any(is_plain_terminal(line) for block in blocks for line in block):
        blocks = [list(map(in_plain, block)) for block in blocks]
    widths = [max(map(len, block)) for block in blocks]
    rows = zip_longest(*blocks, fillvalue="")
    return "\n".join(
        "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _indent(tree: Any, style: Style) -> list[str]:
    check_steps("the text of a tree", tree.order)
    lines: list[str] = []
    # Each entry: a tree, what stands before its own line, what stands before its children's lines.
    pending = [(tree, "", "")]
    while pending:
        node, own, below = pending.pop()
        lines.append(own + style.text(node.label))
        entries = [(child, below + "├─ ", below + "│  ") for child in node.children[:-1]]
        entries += [(child, below + "└─ ", below + "   ") for child in node.children[-1:]]
        pending.extend(reversed(entries))
    return lines
