"""Rooted trees, planar and non-planar, and their algebra, exactly.

Trees, forests, their enumeration and ranking in one basis order, linear combinations and tensors
with exact coefficients, the Hopf algebras of Butcher-Connes-Kreimer (`bck`) and
Munthe-Kaas-Wright (`mkw`), grafting, functionals with their convolution, arborification, and
exact branched signatures. Values are immutable; functions are safe in threads.
"""

from .arborification import arborification
from .bck import BCK, bck
from .cem import CEM, cem
from .characters import Character, InfinitesimalCharacter
from .elements import Element, LinearCombination
from .endomorphisms import AlgebraElement, Endomorphism, identity_map, odd_even
from .enumeration import count_forests, count_trees, enumerate_forests, enumerate_trees
from .forests import Forest, OrderedForest
from .functionals import Functional, convolve_maps
from .graded import GradedSpace
from .grafting import b_minus, b_plus, graft
from .grossman_larson import GL, OGL, PGL, gl, ogl, pgl
from .hopf import HopfAlgebra
from .lie import (
    butcher_product,
    concatenation_bracket,
    enveloping_product,
    graft_forest,
    grafting_bracket,
)
from .lyndon import (
    ShuffleCharacter,
    lyndon_bracketing,
    lyndon_factorization,
    lyndon_forests,
    lyndon_words,
)
from .magnus import (
    post_lie_bch,
    post_lie_exp,
    post_lie_magnus,
    pre_lie_bch,
    pre_lie_exp,
    pre_lie_magnus,
)
from .memo import clear_cache
from .mkw import MKW, mkw
from .morphisms import (
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
from .nck import NCK, nck
from .ranking import rank, unrank
from .signatures import exact_log_signature, exact_signature
from .substitution import substitution_product
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

__all__ = [
    "BCK",
    "CEM",
    "GL",
    "MKW",
    "NCK",
    "OGL",
    "PGL",
    "AlgebraElement",
    "Character",
    "ConcatenationAlgebra",
    "Element",
    "Endomorphism",
    "Forest",
    "Functional",
    "GradedSpace",
    "HopfAlgebra",
    "InfinitesimalCharacter",
    "LinearCombination",
    "Morphism",
    "OrderedForest",
    "PlanarTree",
    "QuasiShuffleAlgebra",
    "RootedTree",
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
    "enumerate_forests",
    "enumerate_trees",
    "enveloping_product",
    "exact_log_signature",
    "exact_signature",
    "exp_star",
    "forget_order",
    "functional_from_vector",
    "functional_to_vector",
    "gl",
    "graft",
    "graft_forest",
    "grafting_bracket",
    "hairer_kelly",
    "identity_map",
    "ladders",
    "leaf_forests",
    "log_star",
    "lyndon_bracketing",
    "lyndon_factorization",
    "lyndon_forests",
    "lyndon_words",
    "mkw",
    "morphism_from_cocycle",
    "nck",
    "odd_even",
    "ogl",
    "pgl",
    "post_lie_bch",
    "post_lie_exp",
    "post_lie_magnus",
    "pre_lie_bch",
    "pre_lie_exp",
    "pre_lie_magnus",
    "quasi_shuffle",
    "rank",
    "shuffle_algebra",
    "shuffle_words",
    "substitution_product",
    "symmetrisation",
    "unrank",
]
