"""Rooted trees, planar and non-planar, and their algebra, exactly.

Trees, forests, their enumeration and ranking in one basis order, linear combinations and tensors
with exact coefficients, the Hopf algebras of Butcher-Connes-Kreimer (`bck`) and
Munthe-Kaas-Wright (`mkw`), grafting, functionals with their convolution, arborification, and
exact branched signatures; B-series and Lie-Butcher series, loaded when first used. Values are
immutable; functions are safe in threads. In a notebook they show themselves with pictures of their
trees; `treealg.symbolic.display` has all ways of showing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .arborification import arborification
from .bck import BCK, bck
from .cem import CEM, cem
from .characters import Character, InfinitesimalCharacter
from .display import plot, to_html, to_indented, to_latex, to_svg, to_unicode, tree_table
from .elements import Element, LinearCombination
from .enumeration import count_forests, count_trees, enumerate_forests, enumerate_trees
from .forests import Forest, OrderedForest
from .functionals import Functional, convolve_maps
from .graded import GradedSpace
from .grafting import b_minus, b_plus, graft
from .graphs import from_networkx, to_dot, to_networkx
from .grossman_larson import GL, OGL, PGL, gl, ogl, pgl
from .hopf import HopfAlgebra
from .memo import clear_cache
from .mkw import MKW, mkw
from .nck import NCK, nck
from .ranking import rank, unrank
from .signatures import exact_log_signature, exact_signature
from .tensors import Tensor
from .trees import PlanarTree, RootedTree, Tree
from .vectors import (
    chen_product,
    exp_star,
    functional_from_vector,
    functional_to_vector,
    log_star,
)
from .word_algebras import (
    ConcatenationAlgebra,
    QuasiShuffleAlgebra,
    ShuffleAlgebra,
    concatenation_algebra,
    quasi_shuffle,
    shuffle_algebra,
)
from .words import shuffle_words

if TYPE_CHECKING:
    from . import bseries
    from .bseries import (
        AdditiveRungeKutta,
        BSeries,
        CommutatorFree,
        LieButcherSeries,
        Rosenbrock,
        RungeKutta,
        elementary_differential,
        energy_order,
        exact_lie_butcher_series,
        exact_series,
        is_energy_preserving,
        is_symplectic,
        lie_butcher_order,
        modified_equation,
        modifying_integrator,
        order_of_accuracy,
        published_method,
        published_methods,
        symbolic_tableau,
        symplectic_order,
    )

__all__ = [
    "BCK",
    "CEM",
    "GL",
    "MKW",
    "NCK",
    "OGL",
    "PGL",
    "AdditiveRungeKutta",
    "BSeries",
    "Character",
    "CommutatorFree",
    "ConcatenationAlgebra",
    "Element",
    "Forest",
    "Functional",
    "GradedSpace",
    "HopfAlgebra",
    "InfinitesimalCharacter",
    "LieButcherSeries",
    "LinearCombination",
    "OrderedForest",
    "PlanarTree",
    "QuasiShuffleAlgebra",
    "RootedTree",
    "Rosenbrock",
    "RungeKutta",
    "ShuffleAlgebra",
    "Tensor",
    "Tree",
    "arborification",
    "b_minus",
    "b_plus",
    "bck",
    "bseries",
    "cem",
    "chen_product",
    "clear_cache",
    "concatenation_algebra",
    "convolve_maps",
    "count_forests",
    "count_trees",
    "elementary_differential",
    "energy_order",
    "enumerate_forests",
    "enumerate_trees",
    "exact_lie_butcher_series",
    "exact_log_signature",
    "exact_series",
    "exact_signature",
    "exp_star",
    "from_networkx",
    "functional_from_vector",
    "functional_to_vector",
    "gl",
    "graft",
    "is_energy_preserving",
    "is_symplectic",
    "lie_butcher_order",
    "log_star",
    "mkw",
    "modified_equation",
    "modifying_integrator",
    "nck",
    "ogl",
    "order_of_accuracy",
    "pgl",
    "plot",
    "published_method",
    "published_methods",
    "quasi_shuffle",
    "rank",
    "shuffle_algebra",
    "shuffle_words",
    "symbolic_tableau",
    "symplectic_order",
    "to_dot",
    "to_html",
    "to_indented",
    "to_latex",
    "to_networkx",
    "to_svg",
    "to_unicode",
    "tree_table",
    "unrank",
]


def __getattr__(name: str) -> Any:
    # The series are many modules, which most users never need.
    if name in __all__:
        module = import_module(f"{__name__}.bseries")
        return module if name == "bseries" else getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
