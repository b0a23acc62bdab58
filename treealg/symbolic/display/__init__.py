"""Trees shown: as SVG and HTML in a notebook, as LaTeX, as text in a terminal, in Matplotlib."""

from __future__ import annotations

from treealg.symbolic.display.latex import LATEX_PREAMBLE, to_latex
from treealg.symbolic.display.layout import Layout, layout_forest
from treealg.symbolic.display.plot import plot, plot_grid
from treealg.symbolic.display.style import COLOURS, OTHER_COLOURS
from treealg.symbolic.display.svg import to_html, to_svg
from treealg.symbolic.display.table import TreeTable, tree_table
from treealg.symbolic.display.unicode import to_indented, to_unicode

__all__ = [
    "COLOURS",
    "LATEX_PREAMBLE",
    "OTHER_COLOURS",
    "Layout",
    "TreeTable",
    "layout_forest",
    "plot",
    "plot_grid",
    "to_html",
    "to_indented",
    "to_latex",
    "to_svg",
    "to_unicode",
    "tree_table",
]
