"""Trees shown: as SVG and HTML in a notebook, as LaTeX, as text in a terminal, in Matplotlib."""

from treealg._lazy import attach

__all__, __getattr__, __dir__ = attach(__name__)
