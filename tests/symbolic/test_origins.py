"""Maps that are made alike: equal, with equal hashes, however arguments are written."""

import copy
import operator
import pickle
from fractions import Fraction

import numpy as np
import pytest
import sympy

from treealg.symbolic import (
    AlgebraElement,
    BSeries,
    Character,
    Element,
    Endomorphism,
    Functional,
    InfinitesimalCharacter,
    LieButcherSeries,
    Morphism,
    PlanarTree,
    RungeKutta,
    ShuffleCharacter,
    Tree,
    arborification_bck,
    bck,
    change_of_lift,
    convolve_maps,
    expected_signature,
    forget_order,
    functional_from_vector,
    identity_map,
    lyndon_bracketing,
    mkw,
    morphism_from_cocycle,
    nck,
    odd_even,
    shuffle_algebra,
    signature_cumulants,
    substitution_product,
    translate,
    translate_element,
)

A = sympy.Symbol("a")
HALF = Fraction(1, 2)
LEAF, LADDER = Tree(), Tree([Tree()])
#: Ways to write the numbers 2 and 1/2, and a sequence.
WRITINGS = {
    "lists": (2, HALF, list),
    "tuples": (2.0, 0.5, tuple),
    "NumPy": (np.int64(2), np.float64(0.5), np.array),
    "SymPy": (sympy.Integer(2), sympy.Rational(1, 2), sympy.Array),
    "matrices": (sympy.Float(2), sympy.Float(0.5), lambda x: sympy.Matrix(x).T if x else ()),
    "objects": (Fraction(2), HALF, lambda x: np.array(x, object)),
}


def graft_at_root(forest, label):
    return forest.b_plus(label)


#: From the numbers 2 and 1/2, and what makes a sequence, to a value.
MAKERS = {
    "functional": lambda two, half, of: Functional(nck, {PlanarTree(): two, None: half}),
    "functional with a 0": lambda two, half, of: Functional(bck, {LEAF: two, LADDER: two - two}),
    "functional of words": lambda two, half, of: Functional(shuffle_algebra, {(2,): half}),
    "functional by a function": lambda two, half, of: two * Functional(bck, len),
    "character": lambda two, half, of: Character(bck, {LEAF: two, ((0,), 0): half}),
    "infinitesimal": lambda two, half, of: InfinitesimalCharacter(bck, {Tree(label=2): half}),
    "shuffle character": lambda two, half, of: ShuffleCharacter(mkw, {PlanarTree(): half}),
    "vector": lambda two, half, of: functional_from_vector(of([two, half]), 1, 2),
    "planar vector": lambda two, half, of: functional_from_vector(of([two, half, half]), 1, 2,
                                                                  planar=True),
    "cumulants": lambda two, half, of: signature_cumulants(of([half]), [of([two])], time=half),
    "jumps": lambda two, half, of: signature_cumulants(
        of([two, half]), jumps=[(two, of([half, half])), (half, of([two, half]))], lift="ito"),
    "expectation": lambda two, half, of: expected_signature(
        of([two, half]), [of([two, half]), of([half, two])], jumps=[(two, of([half, half]))]),
    "planar expectation": lambda two, half, of: expected_signature([half], [[two]], planar=True),
    "sum": lambda two, half, of: Functional(bck, {LEAF: two}) + Functional(bck, {LADDER: half}),
    "multiple": lambda two, half, of: -(Functional(bck, {LEAF: A}) * half) / two,
    "product": lambda two, half, of: Character(bck, {LEAF: two}) * Character(bck, {LEAF: half}),
    "logarithm": lambda two, half, of: Character(bck, {LEAF: two}).log().exp().inverse(),
    "power": lambda two, half, of: Character(bck, {LEAF: two}).power(half),
    "even": lambda two, half, of: odd_even(Character(bck, {LEAF: half}))[0],
    "translation": lambda two, half, of: translate(
        Character(bck, {LEAF: two}), {2: Element({LADDER: half})}),
    "substitution": lambda two, half, of: substitution_product(
        InfinitesimalCharacter(bck, {LEAF: half}), Character(bck, {LEAF: two})),
    "endomorphism": lambda two, half, of: Endomorphism(bck, bck.antipode) * half,
    "convolution": lambda two, half, of: convolve_maps(bck, bck.antipode, bck.element) * two,
    "composition": lambda two, half, of: identity_map(bck).power(half).then(identity_map(bck)),
    "morphism": lambda two, half, of: Morphism("S", bck, bck, bck.antipode),
    "morphism by a cocycle": lambda two, half, of: morphism_from_cocycle(
        "same", bck, bck, graft_at_root),
    "morphisms": lambda two, half, of: forget_order.then(arborification_bck),
    "change of lift": lambda two, half, of: change_of_lift("ito", "backward"),
    "element of an algebra": lambda two, half, of: AlgebraElement(bck, LEAF) * half + two,
    "element": lambda two, half, of: Element({LEAF: two, Tree(label=2): half}),
    "tensor": lambda two, half, of: bck.coproduct(Element({LADDER: half, LEAF: two})),
    "Lie element": lambda two, half, of: (
        lyndon_bracketing((0, 1)) * half + two * lyndon_bracketing((1,))),
    "translated element": lambda two, half, of: translate_element(
        Tree(label=2), {2: Element({LADDER: half})}, 3),
    "series": lambda two, half, of: BSeries({LEAF: two, LADDER: half}, 3),
    "Lie series": lambda two, half, of: LieButcherSeries({PlanarTree(): half}, 3),
    "method": lambda two, half, of: RungeKutta(
        [[], of([half])], of([two - two, two - 1])).series(3),
    "tableau": lambda two, half, of: RungeKutta([[], of([half])], of([two - two, two - 1])),
}  # fmt: skip


@pytest.mark.parametrize("writing", WRITINGS)
@pytest.mark.parametrize("name", MAKERS)
def test_what_is_made_alike_is_equal_and_has_one_hash(name, writing):
    x = MAKERS[name](*WRITINGS["lists"])
    y = MAKERS[name](*WRITINGS[writing])
    assert x == y
    assert hash(x) == hash(y)
    assert len({x, y}) == 1
    for again in (pickle.loads(pickle.dumps(y)), copy.copy(y), copy.deepcopy(y)):
        assert again == x
        assert hash(again) == hash(x)


def test_coefficients_of_processes_are_compared_for_all_values_of_their_symbols():
    x = expected_signature([(A + 1) ** 2], jumps=[(A, [A * (A + 1)])], time=A)
    y = expected_signature([A**2 + 2 * A + 1], jumps=[(A, [A**2 + A])], time=A)
    assert x == y
    assert hash(x) == hash(y)


@pytest.mark.parametrize(
    "other",
    [
        signature_cumulants([1, 2], [[1, 0], [0, 2]]),
        signature_cumulants([1, 2], [[1, 0], [0, 1]], jumps=[(1, [1, 1])]),
        signature_cumulants([1, 2], [[1, 0], [0, 1]], time=2),
        signature_cumulants([1, 2], [[1, 0], [0, 1]], lift="ito"),
        signature_cumulants([1, 2], [[1, 0], [0, 1]], planar=True),
        signature_cumulants([1, 2]),
        expected_signature([1, 2], [[1, 0], [0, 1]]),
    ],
)
def test_processes_that_differ_are_not_equal(other):
    assert signature_cumulants([1, 2], [[1, 0], [0, 1]]) != other


class Rule:
    """A function that compares by value, which Python takes the hash from."""

    def __eq__(self, other):
        return isinstance(other, Rule)

    __hash__ = None

    def __call__(self, key):
        return len(key)


def test_functionals_by_functions_without_a_hash_have_one():
    x, y = (Functional(bck, Rule()) for _ in "xy")
    assert x == y
    assert hash(x) == hash(y)
    assert {x: 1}[y] == 1


def test_a_convolution_of_maps_is_the_product_of_endomorphisms():
    x = convolve_maps(bck, bck.antipode, identity_map(bck))
    y = Endomorphism(bck, bck.antipode) * identity_map(bck)
    assert x == y
    assert x.then(identity_map(bck)) == y.then(identity_map(bck))
    assert all(x(key) == 0 for key in bck.basis(4))
    three = convolve_maps(bck, bck.element, convolve_maps(bck, bck.element, bck.element))
    assert all(three(key) == identity_map(bck).power(3)(key) for key in bck.basis(4))
    assert operator.eq(pickle.loads(pickle.dumps(three)), three)
