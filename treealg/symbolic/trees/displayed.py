"""How trees, forests, elements, tensors and series show themselves in a notebook, and methods.

Drawing stands above what it draws, and is loaded when a notebook first asks for a picture.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, NamedTuple, Protocol

from treealg._lazy import announced

__all__ = ["Displayed", "Drawing", "Tableau", "Tabular"]

# A page with thousands of pictures would be of no use to anybody.
_MAX_TERMS = 60


class Drawing(Protocol):
    """What draws: `treealg.symbolic.display`."""

    def to_html(self, x: Any, *, max_terms: int | None) -> str:
        """Return a formula with pictures of trees, as HTML."""

    def to_svg(self, x: Any, *, max_terms: int | None) -> str:
        """Return one picture."""

    def to_latex(self, x: Any, *, max_terms: int | None) -> str:
        """Return a formula in LaTeX."""


def _load() -> Drawing:
    found: Drawing = announced("drawing")
    return found


class Displayed:
    """A value that a notebook shows as a formula with pictures of trees.

    The methods with underscores are those that IPython looks for; `treealg.symbolic.display` has
    the same with options. Sums show their first 60 terms.
    """

    __slots__ = ()

    #: What the terms of a series are called, in front of which it says what they show.
    _variable: ClassVar[str] = ""

    def _repr_html_(self) -> str:
        return _load().to_html(self, max_terms=_MAX_TERMS)

    def _repr_svg_(self) -> str:
        return _load().to_svg(self, max_terms=_MAX_TERMS)

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {_load().to_latex(self, max_terms=_MAX_TERMS)}$"


class Tableau(NamedTuple):
    """The coefficients of a method as they are printed: matrices side by side, weights below."""

    nodes: tuple[Any, ...]
    matrices: tuple[tuple[tuple[Any, ...], ...], ...]
    weights: tuple[Any, ...]
    is_explicit: bool


class Tabular(ABC):
    """A value that is written as tables of coefficients."""

    __slots__ = ()

    @abstractmethod
    def _tableaux(self) -> tuple[Tableau, ...]:
        """Return the tables."""
