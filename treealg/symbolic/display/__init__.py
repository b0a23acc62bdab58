"""Trees shown: as SVG and HTML in a notebook, as LaTeX, as text in a terminal, in Matplotlib."""

from __future__ import annotations

from .latex import LATEX_PREAMBLE, to_latex
from .layout import Layout, layout_forest
from .plot import plot, plot_grid
from .style import COLOURS
from .svg import to_html, to_svg
from .table import TreeTable, tree_table
from .unicode import to_indented, to_unicode

__all__ = [
    "COLOURS",
    "LATEX_PREAMBLE",
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
