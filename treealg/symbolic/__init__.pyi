from treealg.symbolic import bseries as bseries, display as display
from treealg.symbolic.bseries.elementary import elementary_differential as elementary_differential
from treealg.symbolic.bseries.geometry import (
    energy_order as energy_order,
    is_energy_preserving as is_energy_preserving,
    is_symplectic as is_symplectic,
    order_of_accuracy as order_of_accuracy,
    symplectic_order as symplectic_order,
)
from treealg.symbolic.bseries.group import modified_equation as modified_equation
from treealg.symbolic.bseries.lie_butcher import (
    LieButcherSeries as LieButcherSeries,
    exact_lie_butcher_series as exact_lie_butcher_series,
    is_character as is_character,
    is_infinitesimal as is_infinitesimal,
    lie_butcher_order as lie_butcher_order,
)
from treealg.symbolic.bseries.lie_group import CommutatorFree as CommutatorFree
from treealg.symbolic.bseries.methods import (
    published_method as published_method,
    published_methods as published_methods,
)
from treealg.symbolic.bseries.rosenbrock import Rosenbrock as Rosenbrock
from treealg.symbolic.bseries.runge_kutta import (
    AdditiveRungeKutta as AdditiveRungeKutta,
    RungeKutta as RungeKutta,
    symbolic_tableau as symbolic_tableau,
)
from treealg.symbolic.bseries.series import BSeries as BSeries, exact_series as exact_series
from treealg.symbolic.bseries.substitution import modifying_integrator as modifying_integrator
from treealg.symbolic.display.graphs import (
    from_networkx as from_networkx,
    to_dot as to_dot,
    to_networkx as to_networkx,
)
from treealg.symbolic.display.latex import to_latex as to_latex
from treealg.symbolic.display.plot import plot as plot
from treealg.symbolic.display.svg import to_html as to_html, to_svg as to_svg
from treealg.symbolic.display.table import tree_table as tree_table
from treealg.symbolic.display.unicode import to_indented as to_indented, to_unicode as to_unicode
from treealg.symbolic.hopf.algebra import HopfAlgebra as HopfAlgebra
from treealg.symbolic.hopf.cem import CEM as CEM, cem as cem
from treealg.symbolic.hopf.connes_kreimer import BCK as BCK, NCK as NCK, bck as bck, nck as nck
from treealg.symbolic.hopf.graded import GradedSpace as GradedSpace
from treealg.symbolic.hopf.grossman_larson import (
    GL as GL,
    OGL as OGL,
    PGL as PGL,
    gl as gl,
    ogl as ogl,
    pgl as pgl,
)
from treealg.symbolic.hopf.mkw import MKW as MKW, mkw as mkw
from treealg.symbolic.hopf.word_algebras import (
    ConcatenationAlgebra as ConcatenationAlgebra,
    QuasiShuffleAlgebra as QuasiShuffleAlgebra,
    ShuffleAlgebra as ShuffleAlgebra,
    concatenation_algebra as concatenation_algebra,
    quasi_shuffle as quasi_shuffle,
    shuffle_algebra as shuffle_algebra,
)
from treealg.symbolic.lie.brackets import (
    butcher_product as butcher_product,
    concatenation_bracket as concatenation_bracket,
    enveloping_product as enveloping_product,
    graft_forest as graft_forest,
    grafting_bracket as grafting_bracket,
)
from treealg.symbolic.lie.lyndon import (
    ShuffleCharacter as ShuffleCharacter,
    lyndon_bracketing as lyndon_bracketing,
    lyndon_factorization as lyndon_factorization,
    lyndon_forests as lyndon_forests,
    lyndon_words as lyndon_words,
)
from treealg.symbolic.lie.magnus import (
    post_lie_bch as post_lie_bch,
    post_lie_exp as post_lie_exp,
    post_lie_magnus as post_lie_magnus,
    pre_lie_bch as pre_lie_bch,
    pre_lie_exp as pre_lie_exp,
    pre_lie_magnus as pre_lie_magnus,
)
from treealg.symbolic.linear.combinations import LinearCombination as LinearCombination
from treealg.symbolic.linear.elements import Element as Element
from treealg.symbolic.linear.grafting import b_minus as b_minus, b_plus as b_plus, graft as graft
from treealg.symbolic.linear.tensors import Tensor as Tensor
from treealg.symbolic.linear.words import shuffle_words as shuffle_words
from treealg.symbolic.maps.arborification import arborification as arborification
from treealg.symbolic.maps.characters import (
    Character as Character,
    InfinitesimalCharacter as InfinitesimalCharacter,
)
from treealg.symbolic.maps.endomorphisms import (
    AlgebraElement as AlgebraElement,
    Endomorphism as Endomorphism,
    convolve_maps as convolve_maps,
    identity_map as identity_map,
    odd_even as odd_even,
)
from treealg.symbolic.maps.expected import (
    expected_signature as expected_signature,
    signature_cumulants as signature_cumulants,
)
from treealg.symbolic.maps.functionals import Functional as Functional
from treealg.symbolic.maps.lifts import change_of_lift as change_of_lift
from treealg.symbolic.maps.morphisms import (
    Morphism as Morphism,
    arborification_bck as arborification_bck,
    arborification_mkw as arborification_mkw,
    contracting_arborification as contracting_arborification,
    forget_order as forget_order,
    hairer_kelly as hairer_kelly,
    ladders as ladders,
    leaf_forests as leaf_forests,
    morphism_from_cocycle as morphism_from_cocycle,
    symmetrisation as symmetrisation,
)
from treealg.symbolic.maps.signatures import (
    exact_log_signature as exact_log_signature,
    exact_signature as exact_signature,
)
from treealg.symbolic.maps.substitution import substitution_product as substitution_product
from treealg.symbolic.maps.translation import (
    translate as translate,
    translate_element as translate_element,
)
from treealg.symbolic.maps.vectors import (
    chen_product as chen_product,
    exp_star as exp_star,
    functional_from_vector as functional_from_vector,
    functional_to_vector as functional_to_vector,
    log_star as log_star,
)
from treealg.symbolic.trees.enumeration import (
    count_forests as count_forests,
    count_trees as count_trees,
    enumerate_forests as enumerate_forests,
    enumerate_trees as enumerate_trees,
)
from treealg.symbolic.trees.forests import Forest as Forest, OrderedForest as OrderedForest
from treealg.symbolic.trees.memo import clear_cache as clear_cache
from treealg.symbolic.trees.ranking import rank as rank, unrank as unrank
from treealg.symbolic.trees.rooted import RootedTree as RootedTree
from treealg.symbolic.trees.trees import PlanarTree as PlanarTree, Tree as Tree
from treealg.symbolic.trees.weighted import (
    count_by_weight as count_by_weight,
    weight as weight,
    weighted_basis as weighted_basis,
    weighted_words as weighted_words,
)
