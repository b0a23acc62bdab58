"""Rooted trees, planar and non-planar, and their algebra, exactly.

Trees, forests, their enumeration and ranking in one basis order, linear combinations and tensors
with exact coefficients, the Hopf algebras of Butcher-Connes-Kreimer (`bck`) and
Munthe-Kaas-Wright (`mkw`), grafting, functionals with their convolution, arborification, and
exact branched signatures; B-series and Lie-Butcher series, loaded when first used. Values are
immutable; functions are safe in threads. In a notebook they show themselves with pictures of their
trees; `treealg.symbolic.display` has all ways of showing.
"""

from importlib import import_module

from treealg._lazy import attach
from treealg.symbolic.trees.arithmetic import sum_with
from treealg.symbolic.trees.displayed import draw_with

__all__, __getattr__, __dir__ = attach(__name__)

draw_with(lambda: import_module(f"{__name__}.display"))
sum_with(lambda: import_module(f"{__name__}.linear.elements"))
