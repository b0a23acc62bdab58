"""Tables of trees with their invariants."""

from __future__ import annotations

import html
import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from treealg.checks import brief, is_iterable
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic.display.latex import to_latex
from treealg.symbolic.display.style import Names, Style, make_style
from treealg.symbolic.display.svg import forest_image
from treealg.symbolic.trees.forests import Forest, OrderedForest
from treealg.symbolic.trees.rooted import RootedTree
from treealg.symbolic.trees.scalars import number_text
from treealg.symbolic.trees.terminal import for_terminal, printable
from treealg.symbolic.trees.trees import PlanarTree

__all__ = ["TreeTable", "tree_table"]

_MOST_ROWS = 100_000

_HEADERS = ("tree", "text", "order", "σ", "τ!", "α", "β")
_LATEX_HEADERS = r"\tau & |\tau| & \sigma & \tau! & \alpha & \beta"


@dataclass(frozen=True, repr=False)
class TreeTable:
    """Trees with their invariants, shown as a table; made by `tree_table`.

    Attributes
    ----------
    trees : tuple of Tree or PlanarTree
        One per row.
    style : Style
        How labels are written.
    """

    trees: tuple[RootedTree, ...]
    style: Style

    @property
    def rows(self) -> list[tuple[int, int, int, int, int]]:
        """Order, symmetry σ, factorial τ!, α = n!/(σ τ!) and β = n!/σ of each tree of n nodes."""
        found = []
        for tree in self.trees:
            beta = math.factorial(tree.order) // tree.symmetry
            found.append((tree.order, tree.symmetry, tree.factorial, beta // tree.factorial, beta))
        return found

    def to_latex(self, *, drawn: bool = False) -> str:
        r"""Write the table as a LaTeX array for use in mathematics.

        Parameters
        ----------
        drawn : bool, default False
            Draw trees with the package forest, as in `treealg.symbolic.display.to_latex`.

        Returns
        -------
        str
            An ``array`` environment.

        Raises
        ------
        InvalidTypeError
            If `drawn` is not a bool.

        Examples
        --------
        >>> from treealg.symbolic import Tree
        >>> print(tree_table([Tree()]).to_latex())
        \begin{array}{crrrrr}
        \tau & |\tau| & \sigma & \tau! & \alpha & \beta \\[0.2em] \hline
        {\bullet} & 1 & 1 & 1 & 1 & 1 \\[0.5em]
        \end{array}
        """
        lines = [r"\begin{array}{crrrrr}", rf"{_LATEX_HEADERS} \\[0.2em] \hline"]
        for tree, row in zip(self.trees, self.rows, strict=True):
            shown = to_latex(tree, drawn=drawn, names=self.style.names, labels=self.style.shown)
            lines.append(rf"{' & '.join([shown, *map(number_text, row)])} \\[0.5em]")
        return "\n".join([*lines, r"\end{array}"])

    def __repr__(self) -> str:
        return f"<TreeTable of {len(self.trees)} trees>"

    def __str__(self) -> str:
        cells = [list(map(for_terminal, _HEADERS[1:]))]
        for tree, row in zip(self.trees, self.rows, strict=True):
            cells.append([printable(str(tree)), *map(number_text, row)])
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = []
        for line in cells:
            numbers = [cell.rjust(width) for cell, width in zip(line, widths, strict=True)][1:]
            lines.append("  ".join([line[0].ljust(widths[0]), *numbers]))
        return "\n".join(lines)

    def _repr_latex_(self) -> str:
        return f"$${self.to_latex()}$$"

    def _repr_html_(self) -> str:
        lines = [f"<tr>{''.join(f'<th>{header}</th>' for header in _HEADERS)}</tr>"]
        for tree, row in zip(self.trees, self.rows, strict=True):
            forest: Any = (OrderedForest if isinstance(tree, PlanarTree) else Forest)((tree,))
            texts = [html.escape(printable(str(tree))), *map(number_text, row)]
            cells = [forest_image(forest, self.style), *texts]
            lines.append(f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
        return f'<table cellpadding="6">{"".join(lines)}</table>'


def tree_table(
    trees: Iterable[Any], *, names: Names = None, labels: bool | None = None
) -> TreeTable:
    r"""Make a table of trees with their invariants.

    Columns: order (number n of nodes), symmetry :math:`\sigma`, factorial :math:`\tau!`, the
    number :math:`\alpha = n!/(\sigma\,\tau!)` of monotone labellings and the number
    :math:`\beta = n!/\sigma` of labellings, in the notation of Butcher; :math:`\sigma = 1` for
    planar trees.

    Parameters
    ----------
    trees : iterable of Tree or PlanarTree
        One per row, for instance from `enumerate_trees`.
    names : mapping or sequence of str, optional
        Texts of the labels in pictures: ``names[label]``.
    labels : bool, optional
        Whether pictures show labels. By default they do if there are names or any label is not 0.

    Returns
    -------
    TreeTable
        A table that shows itself in a notebook and prints as text.

    Raises
    ------
    InvalidTypeError
        If `trees` is not an iterable of trees, or an option has the wrong type.
    InvalidValueError
        If a label has no name, or there are more than 100,000 trees.

    References
    ----------
    J. C. Butcher, "Numerical Methods for Ordinary Differential Equations", 3rd edition, 2016,
    section 304 (there :math:`\gamma` for the factorial).

    Examples
    --------
    >>> from treealg.symbolic import enumerate_trees
    >>> print(tree_table(enumerate_trees(4)))
    text          order  σ  τ!  α   β
    0[0,0,0]          4  6   4  1   4
    0[0,0[0]]         4  1   8  3  24
    0[0[0,0]]         4  2  12  1  12
    0[0[0[0]]]        4  1  24  1  24
    """
    if isinstance(trees, (str, bytes)) or not is_iterable(trees):
        raise InvalidTypeError(
            f"trees must be an iterable of trees, got {type(trees).__name__} "
            f"{brief(trees)}; write [tree] for a single one"
        )
    found = tuple(itertools.islice(trees, _MOST_ROWS + 1))
    if len(found) > _MOST_ROWS:
        raise InvalidValueError(
            f"a table has at most {_MOST_ROWS:,} rows, got more trees; take some of them, for "
            "instance with itertools.islice"
        )
    for tree in found:
        if not isinstance(tree, RootedTree):
            raise InvalidTypeError(
                f"trees must be Tree or PlanarTree, got {type(tree).__name__} {brief(tree)}"
            )
    used = (vertex.label for tree in found for vertex in tree.vertices())
    style = make_style(used, names, labels)
    for label in style.found:
        style.text(label)
    return TreeTable(found, style)
