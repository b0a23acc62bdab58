"""Pre-Lie and post-Lie identities, Magnus and BCH series."""

import collections
import itertools
import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy

from tests.support import soon
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic import (
    Element,
    Forest,
    InfinitesimalCharacter,
    OrderedForest,
    PlanarTree,
    Tree,
    bck,
    butcher_product,
    concatenation_bracket,
    enumerate_forests,
    enumerate_trees,
    enveloping_product,
    gl,
    graft,
    graft_forest,
    grafting_bracket,
    lyndon_bracketing,
    lyndon_factorization,
    lyndon_words,
    nck,
    ogl,
    post_lie_bch,
    post_lie_exp,
    post_lie_magnus,
    pre_lie_bch,
    pre_lie_exp,
    pre_lie_magnus,
)
from treealg.symbolic.trees import sizes

PUBLISHED = json.loads((Path(__file__).parents[1] / "data" / "trees.json").read_text("utf-8"))


def trees(order, colours, planar=False):
    return [
        tree for n in range(1, order + 1) for tree in enumerate_trees(n, colours, planar=planar)
    ]


def associator(product, x, y, z):
    return product(x, product(y, z)) - product(product(x, y), z)


def test_grafting_is_pre_lie():
    for x, y, z in itertools.product(trees(2, 2), repeat=3):
        assert associator(graft, x, y, z) == associator(graft, y, x, z)


def test_left_grafting_and_concatenation_are_post_lie():
    for x, y, z in itertools.product(trees(2, 2, True), repeat=3):
        bracket = concatenation_bracket(y, z)
        assert graft_forest(x, bracket) == (
            concatenation_bracket(graft(x, y), z) + concatenation_bracket(y, graft(x, z))
        )
        assert graft_forest(concatenation_bracket(x, y), z) == (
            associator(graft, x, y, z) - associator(graft, y, x, z)
        )


@pytest.mark.parametrize("planar", [False, True])
def test_grafting_bracket_satisfies_jacobi(planar):
    for x, y, z in itertools.product(trees(2, 2, planar)[:4], repeat=3):
        total = Element()
        for a, b, c in ((x, y, z), (y, z, x), (z, x, y)):
            total = total + grafting_bracket(a, grafting_bracket(b, c))
        assert not total


def test_planar_grafting_bracket_is_the_sum_of_grafting_and_concatenation():
    for x, y in itertools.product(trees(3, 2, True), repeat=2):
        assert grafting_bracket(x, y) == (graft(x, y) - graft(y, x) + concatenation_bracket(x, y))


def test_butcher_product_commutes_from_the_right():
    # Non-associative permutative: (x y) z = (x z) y.
    for x, y, z in itertools.product(trees(2, 2), repeat=3):
        assert butcher_product(butcher_product(x, y), z) == (
            butcher_product(butcher_product(x, z), y)
        )
    assert butcher_product(PlanarTree([PlanarTree(label=1)]), PlanarTree(label=2)) == Element(
        {PlanarTree.from_text("0[2,1]"): 1}
    )


@pytest.mark.parametrize("planar", [False, True])
def test_enveloping_product_of_a_tree_is_product_plus_grafting(planar):
    algebra = nck if planar else bck
    for tree in trees(3, 2, planar):
        for forest in enumerate_forests(3, 2, planar=planar):
            assert enveloping_product(tree, forest) == (
                algebra.product(tree, forest) + graft_forest(tree, forest)
            )


@pytest.mark.parametrize("planar", [False, True])
def test_forest_grafting_acts_through_the_enveloping_product(planar):
    forests = [x for n in range(3) for x in enumerate_forests(n, 2, planar=planar)]
    for x, y in itertools.product(forests[:8], repeat=2):
        for z in forests[:8]:
            left = graft_forest(x, graft_forest(y, z))
            assert left == graft_forest(enveloping_product(x, y), z)


def test_enveloping_product_is_that_of_grossman_larson():
    for x, y in itertools.product([f for n in range(4) for f in enumerate_forests(n)], repeat=2):
        expected = gl.product(y.b_plus(), x.b_plus())
        found = enveloping_product(x, y).apply(lambda z: Element({z.b_plus(): 1}))
        assert found == expected
    for x, y in itertools.product(enumerate_forests(2, 2, planar=True), repeat=2):
        assert enveloping_product(x, y) == ogl.product(x, y)


def test_pre_lie_exponential_is_the_exact_flow():
    flow = pre_lie_exp(Tree(), 6)
    for tree in trees(6, 1):
        assert flow[tree] == Fraction(1, tree.factorial * tree.symmetry)


def test_pre_lie_magnus_is_the_logarithm_of_explicit_euler():
    magnus = pre_lie_magnus(Tree(), 5)
    for text, value in PUBLISHED["euler_logarithm"]["values"].items():
        tree = Tree.from_text(text)
        if tree.order <= 5:
            assert magnus[tree] * tree.symmetry == Fraction(value)


@pytest.mark.parametrize("inverse", [pre_lie_exp, pre_lie_magnus])
def test_pre_lie_exponential_and_magnus_are_inverse(inverse):
    other = pre_lie_magnus if inverse is pre_lie_exp else pre_lie_exp
    x = Element({Tree(label=1): Fraction(2, 3), Tree([Tree()]): 1, Tree(): -1})
    assert inverse(other(x, 4), 4) == x


def test_pre_lie_bch_starts_as_bch_does():
    x, y = Tree(label=1), Tree(label=2)
    xy = grafting_bracket(x, y)
    expected = Element({x: 1, y: 1}) + xy / 2
    expected = expected + (grafting_bracket(x, xy) - grafting_bracket(y, xy)) / 12
    expected = expected - grafting_bracket(y, grafting_bracket(x, xy)) / 24
    assert pre_lie_bch(x, y, 4) == expected


def test_pre_lie_bch_is_the_product_of_flows_with_the_left_one_first():
    x, y = Element({Tree(label=1): 1}), Element({Tree(label=2): 1, Tree([Tree()]): 3})

    def flow(field):
        values = {key[0]: value * key.symmetry for key, value in field.items()}
        return InfinitesimalCharacter(bck, values).exp()

    product = flow(x) * flow(y)
    total = flow(pre_lie_bch(x, y, 3))
    for tree in trees(3, 3):
        assert total(tree) == product(tree)


def test_planar_exact_flow():
    # The exponential for the enveloping product, as a sum over forests.
    power, total = Element({OrderedForest(): 1}), Element({OrderedForest(): 1})
    for k in range(1, 5):
        power = ogl.product(power, PlanarTree())
        total = total + power / math.factorial(k)
    for text, value in PUBLISHED["planar_exact_flow"]["values"].items():
        forest = OrderedForest.from_text(text)
        if forest.order <= 4:
            assert total[forest] == Fraction(value)


@pytest.mark.parametrize("inverse", [post_lie_exp, post_lie_magnus])
def test_post_lie_exponential_and_magnus_are_inverse_lie_series(inverse):
    other = post_lie_magnus if inverse is post_lie_exp else post_lie_exp
    x = Element({PlanarTree(label=1): 2, PlanarTree([PlanarTree()]): 1, PlanarTree(): -1})
    series = other(x, 4)
    assert inverse(series, 4) == x
    assert not ogl.reduced_coproduct(series)


def test_post_lie_magnus_without_order_is_pre_lie_magnus():
    series = post_lie_magnus(PlanarTree(), 5)
    assert any(len(forest) > 1 for forest in series)
    assert series.apply(lambda x: Element({x.forget_order(): 1})) == pre_lie_magnus(Tree(), 5)


def test_post_lie_bch_starts_as_bch_does():
    x, y = PlanarTree(label=1), PlanarTree(label=2)
    xy = grafting_bracket(x, y)
    expected = Element({x: 1, y: 1}) + xy / 2
    expected = expected + (grafting_bracket(x, xy) - grafting_bracket(y, xy)) / 12
    expected = expected - grafting_bracket(y, grafting_bracket(x, xy)) / 24
    found = post_lie_bch(x, y, 4)
    assert found == expected
    assert not ogl.reduced_coproduct(found)


def test_series_take_symbolic_coefficients():
    h = sympy.Symbol("h")
    assert pre_lie_exp(Element({Tree(): h}), 2) == Element({Tree(): h, Tree([Tree()]): h**2 / 2})


def test_bad_arguments_are_refused():
    for function in (pre_lie_exp, pre_lie_magnus):
        for x in (PlanarTree(), Forest([Tree(), Tree()]), Forest(), 3, ((0,),)):
            with pytest.raises(InvalidTypeError):
                function(x, 3)
        with pytest.raises(InvalidValueError):
            function(Tree(), -1)
    for function in (post_lie_exp, post_lie_magnus):
        for x in (Tree(), OrderedForest(), None):
            with pytest.raises(InvalidTypeError):
                function(x, 3)
        with pytest.raises(InvalidTypeError):
            function(PlanarTree(), 1.5)
    for function in (butcher_product, grafting_bracket, enveloping_product, graft_forest):
        with pytest.raises(InvalidTypeError):
            function(Tree(), PlanarTree())
        with pytest.raises(InvalidTypeError):
            function(Tree(), "x")
    with pytest.raises(InvalidTypeError, match="single trees"):
        butcher_product(Tree(), Forest())
    with pytest.raises(InvalidTypeError):
        concatenation_bracket(Tree(), Tree())


def test_standard_factors_are_those_of_the_definition():
    def bracketing(word):
        if len(word) == 1:
            return {word: 1}
        ends = (word[cut:] for cut in range(1, len(word)))
        end = next(end for end in ends if lyndon_factorization(end) == (end,))
        first, second = bracketing(word[: -len(end)]), bracketing(end)
        total = collections.Counter()
        for u, a in first.items():
            for v, b in second.items():
                total[u + v] += a * b
                total[v + u] -= a * b
        return total

    for length in range(1, 8):
        for word in lyndon_words(length, 2):
            assert lyndon_bracketing(word) == Element(bracketing(word))


def test_letters_of_factors_are_scalars_of_python():
    factors = lyndon_factorization((np.int8(1), np.int64(0), np.str_("a")))
    assert factors == ((1,), (0, "a"))
    assert {type(letter) for factor in factors for letter in factor} == {int, str}


def test_long_bracketings_are_refused_as_they_grow(monkeypatch):
    monkeypatch.setattr(sizes, "MAX_STEPS", 10_000)
    with pytest.raises(InvalidValueError, match="beyond the bound of 10,000"):
        lyndon_bracketing((0,) * 100 + (1,))
    assert len(lyndon_bracketing((0,) * 20 + (1,))) == 21


def test_bracketings_are_refused_before_all_ends_of_a_long_word_are_kept():
    with soon(5), pytest.raises(InvalidValueError, match="beyond the bound"):
        lyndon_bracketing((0,) * 10**5 + (1,))
