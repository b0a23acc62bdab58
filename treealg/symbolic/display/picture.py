"""Figures that show themselves in a notebook; loaded when Matplotlib is needed."""

from __future__ import annotations

import io

from matplotlib.figure import Figure

from treealg.checks import brief

__all__ = ["Picture"]


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
