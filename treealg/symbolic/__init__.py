"""Rooted trees, planar and non-planar, and their algebra, exactly.

Trees, forests, their enumeration and ranking in one basis order, linear combinations and tensors
with exact coefficients, the Hopf algebras of Butcher-Connes-Kreimer (`bck`) and
Munthe-Kaas-Wright (`mkw`), grafting, functionals with their convolution, arborification, and
exact branched signatures; B-series and Lie-Butcher series, loaded when first used. Values are
immutable; functions are safe in threads. In a notebook they show themselves with pictures of their
trees; `treealg.symbolic.display` has all ways of showing.
"""

from treealg._lazy import announce, attach

__all__, __getattr__, __dir__ = attach(__name__)

announce("drawing", f"{__name__}.display")
announce("sums", f"{__name__}.linear.elements")
