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

from treealg.symbolic.hopf.algebra import HopfAlgebra
from treealg.symbolic.hopf.cem import CEM, cem
from treealg.symbolic.hopf.connes_kreimer import BCK, NCK, bck, nck
from treealg.symbolic.hopf.graded import GradedSpace
from treealg.symbolic.hopf.grossman_larson import GL, OGL, PGL, gl, ogl, pgl
from treealg.symbolic.hopf.mkw import MKW, mkw
from treealg.symbolic.hopf.word_algebras import (
    ConcatenationAlgebra,
    QuasiShuffleAlgebra,
    ShuffleAlgebra,
    concatenation_algebra,
    quasi_shuffle,
    shuffle_algebra,
)
from treealg.symbolic.lie.brackets import (
    butcher_product,
    concatenation_bracket,
    enveloping_product,
    graft_forest,
    grafting_bracket,
)
from treealg.symbolic.lie.lyndon import (
    ShuffleCharacter,
    lyndon_bracketing,
    lyndon_factorization,
    lyndon_forests,
    lyndon_words,
)
from treealg.symbolic.lie.magnus import (
    post_lie_bch,
    post_lie_exp,
    post_lie_magnus,
    pre_lie_bch,
    pre_lie_exp,
    pre_lie_magnus,
)
from treealg.symbolic.linear.elements import Element, LinearCombination
from treealg.symbolic.linear.grafting import b_minus, b_plus, graft
from treealg.symbolic.linear.tensors import Tensor
from treealg.symbolic.linear.words import shuffle_words
from treealg.symbolic.maps.arborification import arborification
from treealg.symbolic.maps.characters import Character, InfinitesimalCharacter
from treealg.symbolic.maps.endomorphisms import AlgebraElement, Endomorphism, identity_map, odd_even
from treealg.symbolic.maps.functionals import Functional, convolve_maps
from treealg.symbolic.maps.morphisms import (
    Morphism,
    arborification_bck,
    arborification_mkw,
    contracting_arborification,
    forget_order,
    hairer_kelly,
    ladders,
    leaf_forests,
    morphism_from_cocycle,
    symmetrisation,
)
from treealg.symbolic.maps.signatures import exact_log_signature, exact_signature
from treealg.symbolic.maps.substitution import substitution_product
from treealg.symbolic.maps.vectors import (
    chen_product,
    exp_star,
    functional_from_vector,
    functional_to_vector,
    log_star,
)
from treealg.symbolic.trees.arithmetic import sum_with
from treealg.symbolic.trees.displayed import draw_with
from treealg.symbolic.trees.enumeration import (
    count_forests,
    count_trees,
    enumerate_forests,
    enumerate_trees,
)
from treealg.symbolic.trees.forests import Forest, OrderedForest
from treealg.symbolic.trees.memo import clear_cache
from treealg.symbolic.trees.ranking import rank, unrank
from treealg.symbolic.trees.rooted import RootedTree
from treealg.symbolic.trees.trees import PlanarTree, Tree

if TYPE_CHECKING:
    from treealg.symbolic import bseries
    from treealg.symbolic.bseries import (
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
    from treealg.symbolic.display import (
        plot,
        to_html,
        to_indented,
        to_latex,
        to_svg,
        to_unicode,
        tree_table,
    )
    from treealg.symbolic.display.graphs import from_networkx, to_dot, to_networkx

__all__ = [
    "BCK",
    "CEM",
    "GL",
    "MKW",
    "NCK",
    "OGL",
    "PGL",
    "AdditiveRungeKutta",
    "AlgebraElement",
    "BSeries",
    "Character",
    "CommutatorFree",
    "ConcatenationAlgebra",
    "Element",
    "Endomorphism",
    "Forest",
    "Functional",
    "GradedSpace",
    "HopfAlgebra",
    "InfinitesimalCharacter",
    "LieButcherSeries",
    "LinearCombination",
    "Morphism",
    "OrderedForest",
    "PlanarTree",
    "QuasiShuffleAlgebra",
    "RootedTree",
    "Rosenbrock",
    "RungeKutta",
    "ShuffleAlgebra",
    "ShuffleCharacter",
    "Tensor",
    "Tree",
    "arborification",
    "arborification_bck",
    "arborification_mkw",
    "b_minus",
    "b_plus",
    "bck",
    "bseries",
    "butcher_product",
    "cem",
    "chen_product",
    "clear_cache",
    "concatenation_algebra",
    "concatenation_bracket",
    "contracting_arborification",
    "convolve_maps",
    "count_forests",
    "count_trees",
    "elementary_differential",
    "energy_order",
    "enumerate_forests",
    "enumerate_trees",
    "enveloping_product",
    "exact_lie_butcher_series",
    "exact_log_signature",
    "exact_series",
    "exact_signature",
    "exp_star",
    "forget_order",
    "from_networkx",
    "functional_from_vector",
    "functional_to_vector",
    "gl",
    "graft",
    "graft_forest",
    "grafting_bracket",
    "hairer_kelly",
    "identity_map",
    "is_energy_preserving",
    "is_symplectic",
    "ladders",
    "leaf_forests",
    "lie_butcher_order",
    "log_star",
    "lyndon_bracketing",
    "lyndon_factorization",
    "lyndon_forests",
    "lyndon_words",
    "mkw",
    "modified_equation",
    "modifying_integrator",
    "morphism_from_cocycle",
    "nck",
    "odd_even",
    "ogl",
    "order_of_accuracy",
    "pgl",
    "plot",
    "post_lie_bch",
    "post_lie_exp",
    "post_lie_magnus",
    "pre_lie_bch",
    "pre_lie_exp",
    "pre_lie_magnus",
    "published_method",
    "published_methods",
    "quasi_shuffle",
    "rank",
    "shuffle_algebra",
    "shuffle_words",
    "substitution_product",
    "symbolic_tableau",
    "symmetrisation",
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
    # Series and drawing are many modules, which most users never need.
    if name in {"bseries", "display"}:
        return import_module(f"{__name__}.{name}")
    if name in __all__:
        for folder in ("bseries", "display", "display.graphs"):
            module = import_module(f"{__name__}.{folder}")
            if hasattr(module, name):
                return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


draw_with(lambda: import_module(f"{__name__}.display"))
sum_with(lambda: import_module(f"{__name__}.linear.elements"))
