"""Rooted trees, planar and non-planar, and their algebra, exactly.

Trees, forests, their enumeration and ranking in one basis order, linear combinations and tensors
with exact coefficients, the Hopf algebras of Butcher-Connes-Kreimer (`bck`) and
Munthe-Kaas-Wright (`mkw`), grafting, functionals with their convolution, arborification, and
exact branched signatures; B-series and Lie-Butcher series, loaded when first used. Values are
immutable; functions are safe in threads.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .arborification import arborification
from .bck import BCK, bck
from .characters import Character, InfinitesimalCharacter
from .elements import Element, LinearCombination
from .enumeration import count_forests, count_trees, enumerate_forests, enumerate_trees
from .forests import Forest, OrderedForest
from .functionals import Functional, convolve_maps
from .grafting import b_minus, b_plus, graft
from .hopf import HopfAlgebra
from .memo import clear_cache
from .mkw import MKW, mkw
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
    "MKW",
    "AdditiveRungeKutta",
    "BSeries",
    "Character",
    "CommutatorFree",
    "Element",
    "Forest",
    "Functional",
    "HopfAlgebra",
    "InfinitesimalCharacter",
    "LieButcherSeries",
    "LinearCombination",
    "OrderedForest",
    "PlanarTree",
    "RootedTree",
    "Rosenbrock",
    "RungeKutta",
    "Tensor",
    "Tree",
    "arborification",
    "b_minus",
    "b_plus",
    "bck",
    "bseries",
    "chen_product",
    "clear_cache",
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
    "functional_from_vector",
    "functional_to_vector",
    "graft",
    "is_energy_preserving",
    "is_symplectic",
    "lie_butcher_order",
    "log_star",
    "mkw",
    "modified_equation",
    "modifying_integrator",
    "order_of_accuracy",
    "published_method",
    "published_methods",
    "rank",
    "shuffle_words",
    "symbolic_tableau",
    "symplectic_order",
    "unrank",
]


def __getattr__(name: str) -> Any:
    # The series are many modules, which most users never need.
    if name in __all__:
        module = import_module(f"{__name__}.bseries")
        return module if name == "bseries" else getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
