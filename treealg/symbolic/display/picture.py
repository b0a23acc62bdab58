"""Figures that show themselves in a notebook, and legends; loaded when Matplotlib is needed."""

from __future__ import annotations

import io
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from treealg.checks import brief
from treealg.symbolic.display.style import INK

__all__ = ["Picture", "add_legend"]


class Picture(Figure):
    """A figure that a notebook shows, also where pyplot does not know of it."""

    #: What it shows, as text.
    drawn: str = ""

    def _repr_png_(self) -> bytes:
        file = io.BytesIO()
        self.savefig(file, format="png")
        return file.getvalue()

    def __repr__(self) -> str:
        return f"<Picture of {brief(self.drawn)[1:-1]}; show or save it with savefig>"


def add_legend(
    where: Any, colours: list[str], texts: list[str], *, size: float, edge: float, **options: Any
) -> None:
    """Say in axes or a figure which colour stands for what.

    The texts are put in afterwards: Matplotlib leaves out those that begin with an underscore, and
    takes what stands between two dollar signs for mathematics.
    """
    handles = [
        Line2D([], [], marker="o", linestyle="", markersize=size, markeredgewidth=edge,
               markerfacecolor=colour, markeredgecolor=INK)
        for colour in colours
    ]  # fmt: skip
    legend = where.legend(handles, [" "] * len(handles), **options)
    for entry, text in zip(legend.get_texts(), texts, strict=True):
        entry.set_text(text)
        entry.set_parse_math(False)
