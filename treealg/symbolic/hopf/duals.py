"""Who is dual to whom.

Above the algebras, which do not know one another: `HopfAlgebra.dual` answers from here, and
`HopfAlgebra.pair` pairs an element of one with an element of the other.
"""

from __future__ import annotations

from typing import Any

from treealg.symbolic.hopf.algebra import HopfAlgebra
from treealg.symbolic.hopf.connes_kreimer import bck, nck
from treealg.symbolic.hopf.grossman_larson import gl, ogl, pgl
from treealg.symbolic.hopf.mkw import mkw
from treealg.symbolic.hopf.word_algebras import concatenation_algebra, shuffle_algebra

__all__ = ["DUALS", "dual_of"]

DUALS: tuple[tuple[HopfAlgebra[Any], HopfAlgebra[Any]], ...] = (
    (bck, gl),
    (nck, pgl),
    (mkw, ogl),
    (shuffle_algebra, concatenation_algebra),
)

_BY_CLASS = {type(one): other for pair in DUALS for one, other in (pair, pair[::-1])}


def dual_of(algebra: HopfAlgebra[Any]) -> HopfAlgebra[Any] | None:
    """Return the algebra that is dual to those of a class, None if there is none here."""
    found = (_BY_CLASS[one] for one in type(algebra).__mro__ if one in _BY_CLASS)
    return next(found, None)
