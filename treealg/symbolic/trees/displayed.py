"""How trees, forests, elements and tensors show themselves in a notebook."""

from __future__ import annotations

__all__ = ["Displayed"]

# A page with thousands of pictures would be of no use to anybody.
_MAX_TERMS = 60


class Displayed:
    """A value that a notebook shows as a formula with pictures of trees.

    The methods with underscores are those that IPython looks for; `treealg.symbolic.display` has
    the same with options. Sums show their first 60 terms.
    """

    __slots__ = ()

    def _repr_html_(self) -> str:
        from treealg.symbolic.display import to_html

        return to_html(self, max_terms=_MAX_TERMS)

    def _repr_svg_(self) -> str:
        from treealg.symbolic.display import to_svg

        return to_svg(self, max_terms=_MAX_TERMS)

    def _repr_latex_(self) -> str:
        from treealg.symbolic.display import to_latex

        return rf"$\displaystyle {to_latex(self, max_terms=_MAX_TERMS)}$"
