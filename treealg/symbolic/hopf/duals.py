"""Who is dual to whom.

Above the algebras, which do not know one another: `HopfAlgebra.dual` answers from here, and
`HopfAlgebra.pair` pairs an element of one with an element of the other.
"""

from __future__ import annotations

from treealg.symbolic.hopf.connes_kreimer import bck, nck
from treealg.symbolic.hopf.grossman_larson import gl, ogl, pgl
from treealg.symbolic.hopf.mkw import mkw
from treealg.symbolic.hopf.word_algebras import concatenation_algebra, shuffle_algebra

__all__ = ["DUALS"]

DUALS = (
    (bck, gl),
    (nck, pgl),
    (mkw, ogl),
    (shuffle_algebra, concatenation_algebra),
)

for first, second in DUALS:
    type(first)._dual, type(second)._dual = second, first
