"""Pickles and copies of maps: equal in value, also in another process."""

import copy
import operator
import pickle
import subprocess
import sys
from fractions import Fraction

import pytest
import sympy

from treealg.errors import InvalidValueError
from treealg.symbolic import (
    AlgebraElement,
    BSeries,
    Character,
    Element,
    Endomorphism,
    Functional,
    InfinitesimalCharacter,
    LieButcherSeries,
    LinearCombination,
    Morphism,
    OrderedForest,
    PlanarTree,
    ShuffleCharacter,
    Tree,
    arborification_bck,
    arborification_mkw,
    bck,
    cem,
    contracting_arborification,
    exact_lie_butcher_series,
    exact_series,
    forget_order,
    functional_from_vector,
    hairer_kelly,
    identity_map,
    ladders,
    leaf_forests,
    mkw,
    morphism_from_cocycle,
    nck,
    odd_even,
    quasi_shuffle,
    shuffle_algebra,
    substitution_product,
    symmetrisation,
)

A = sympy.Symbol("a")
LEAF, LADDER = Tree(), Tree([Tree()])
VALUES = {LEAF: 2, ((0,), 0): Fraction(1, 3), ((0,), (0,), 0): A}
PLANAR = {PlanarTree(): 2, OrderedForest([PlanarTree()] * 2): 5, PlanarTree([PlanarTree()]): 7}

f = Character(bck, VALUES | {tree: 3 for tree in (((((0,), 0),), 0), (((0,), 0), 0))})
g = InfinitesimalCharacter(bck, VALUES)
h = Functional(mkw, PLANAR | {None: 1})

FUNCTIONALS = {
    "character": f,
    "character by a function": Character(bck, operator.attrgetter("order")),
    "infinitesimal": g,
    "functional": h,
    "functional by a function": Functional(nck, len),
    "shuffle character": ShuffleCharacter(mkw, {PlanarTree(): 2, PlanarTree([PlanarTree()]): 3}),
    "of words": Functional(shuffle_algebra, {(): 1, (0,): 2, (0, 0): 5}),
    "of merging words": Functional(quasi_shuffle(), {(): 1, ((0,),): 2}),
    "from a vector": functional_from_vector([1, 2, 3, 4], 1, 3),
    "planar, from a vector": functional_from_vector([1, 2, 3], 1, 2, planar=True),
    "product": f * g,
    "sum": f + g - f,
    "multiple": -(A * f) * Fraction(1, 2),
    "exponential": g.exp(),
    "logarithm": f.log(),
    "power": f.power(A),
    "inverse": h.inverse(),
    "of results": (h.log() * h.power(Fraction(1, 2))).exp(),
    "even": odd_even(f)[0],
    "odd": odd_even(f)[1],
    "substitution": substitution_product(g, f),
    "identity": identity_map(bck),
    "endomorphism": Endomorphism(bck, bck.antipode),
    "antipode": identity_map(mkw).inverse(),
    "composition": identity_map(bck).log().then(identity_map(bck).power(2)),
}
MORPHISMS = [
    arborification_bck,
    arborification_mkw,
    contracting_arborification,
    forget_order,
    hairer_kelly,
    ladders,
    leaf_forests,
    symmetrisation,
]


def graft_at_root(forest, label):
    return OrderedForest([forest.b_plus(label)])


def values_of(x):
    if isinstance(x, Endomorphism):
        algebra = x.algebra
        return [x(key) for n in range(4) for key in algebra.basis(n)]
    return [sympy.expand(x(key)) for n in range(4) for key in x.algebra.basis(n)]


def pickled(x):
    return pickle.loads(pickle.dumps(x))


@pytest.mark.parametrize("name", FUNCTIONALS)
@pytest.mark.parametrize("again", [pickled, copy.copy, copy.deepcopy])
def test_functionals_survive(name, again):
    x = FUNCTIONALS[name]
    y = again(x)
    assert y is not x
    assert type(y) is type(x)
    assert y.algebra is x.algebra
    assert values_of(y) == values_of(x)
    assert any(value != 0 for value in values_of(x))


@pytest.mark.parametrize("morphism", MORPHISMS, ids=lambda morphism: morphism.name)
def test_morphisms_of_the_package_are_the_same_object(morphism):
    assert pickle.loads(pickle.dumps(morphism)) is morphism
    assert copy.deepcopy(morphism) is copy.copy(morphism) is morphism


@pytest.mark.parametrize(
    "x",
    [
        forget_order.then(arborification_bck),
        Morphism("antipode", bck, bck, bck.antipode, respects_coproducts=False),
        morphism_from_cocycle("graft", nck, nck, graft_at_root),
    ],
    ids=lambda x: x.name,
)
def test_other_morphisms_survive(x):
    y = pickle.loads(pickle.dumps(x))
    assert (y.name, y.source, y.target) == (x.name, x.source, x.target)
    assert y.respects_coproducts is x.respects_coproducts
    assert [y(key) for key in x.source.basis(3)] == [x(key) for key in x.source.basis(3)]


def test_a_pickle_of_a_character_is_read_by_a_new_process():
    code = f"import pickle; x = pickle.loads({pickle.dumps(f.log() * g)!r}); print(x(((0,), 0)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str((f.log() * g)(LADDER))


def test_a_mapping_that_changes_later_changes_nothing():
    values = {LEAF: 2}
    x = Character(bck, values)
    values[LEAF] = 3
    assert pickle.loads(pickle.dumps(x))(LEAF) == x(LEAF) == 2


@pytest.mark.parametrize(
    "x",
    [AlgebraElement(cem, LADDER), BSeries({LEAF: 2}, 3), LinearCombination({"a": 1}),
     Element({LEAF: 2}), cem.coproduct(LADDER)],
    ids=lambda x: type(x).__name__,
)  # fmt: skip
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_other_values_survive(x, protocol):
    assert pickle.loads(pickle.dumps(x, protocol)) == copy.copy(x) == copy.deepcopy(x) == x


# -- beyond the truncation -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("series", "key"),
    [
        (exact_series(2), ((0,), (0,), 0)),
        (exact_series(2), Tree(label=1)),
        (exact_series(2, 2), Tree(label="x")),
        (exact_lie_butcher_series(2), ((0,), (0,), (0,))),
        (LieButcherSeries({}, 1), PlanarTree([PlanarTree()])),
    ],
)
def test_a_key_beyond_the_truncation_is_refused_with_a_reason(series, key):
    for error in (InvalidValueError, KeyError):
        with pytest.raises(
            error, match=f"truncated at order {series.order}, with labels"
        ) as caught:
            series[key]
    assert str(caught.value).startswith("the series has no coefficient for ")
    assert series.get(key) is None
    assert series.get(key, 5) == 5
    assert key not in series


def test_an_algebra_in_use_is_the_same_however_many_were_made_since():
    algebra = quasi_shuffle()
    functional = Functional(algebra, {((0,),): 2})
    for weight in range(50):
        quasi_shuffle(weight=lambda letter, weight=weight: weight + 1)
    assert quasi_shuffle() is algebra
    assert pickle.loads(pickle.dumps(functional)) == functional
