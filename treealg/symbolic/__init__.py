"""Rooted trees, planar and non-planar, and their algebra, exactly.

Trees, forests, their enumeration and ranking in one basis order, linear combinations and tensors
with exact coefficients, the Hopf algebras of Butcher-Connes-Kreimer (`bck`) and
Munthe-Kaas-Wright (`mkw`), grafting, functionals with their convolution, arborification, and
exact branched signatures. Values are immutable; functions are safe in threads. In a notebook they
show themselves with pictures of their trees; `treealg.symbolic.display` has all ways of showing.
"""

from .arborification import arborification
from .bck import BCK, bck
from .characters import Character, InfinitesimalCharacter
from .display import plot, to_html, to_indented, to_latex, to_svg, to_unicode, tree_table
from .elements import Element, LinearCombination
from .enumeration import count_forests, count_trees, enumerate_forests, enumerate_trees
from .forests import Forest, OrderedForest
from .functionals import Functional, convolve_maps
from .grafting import b_minus, b_plus, graft
from .graphs import from_networkx, to_dot, to_networkx
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

__all__ = [
    "BCK",
    "MKW",
    "Character",
    "Element",
    "Forest",
    "Functional",
    "HopfAlgebra",
    "InfinitesimalCharacter",
    "LinearCombination",
    "OrderedForest",
    "PlanarTree",
    "RootedTree",
    "Tensor",
    "Tree",
    "arborification",
    "b_minus",
    "b_plus",
    "bck",
    "chen_product",
    "clear_cache",
    "convolve_maps",
    "count_forests",
    "count_trees",
    "enumerate_forests",
    "enumerate_trees",
    "exact_log_signature",
    "exact_signature",
    "exp_star",
    "from_networkx",
    "functional_from_vector",
    "functional_to_vector",
    "graft",
    "log_star",
    "mkw",
    "plot",
    "rank",
    "shuffle_words",
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
