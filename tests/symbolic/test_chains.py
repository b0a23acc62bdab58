"""Maps that are added, multiplied and composed thousands of times, one after another."""

import copy
import operator
import pickle
import sys
from fractions import Fraction
from functools import reduce

import pytest

from treealg.errors import InvalidValueError
from treealg.symbolic import (
    Character,
    Element,
    Endomorphism,
    Forest,
    Functional,
    InfinitesimalCharacter,
    Morphism,
    OrderedForest,
    PlanarTree,
    ShuffleCharacter,
    Tree,
    bck,
    change_of_lift,
    convolve_maps,
    functional_from_vector,
    identity_map,
    mkw,
    odd_even,
    substitution_product,
    translate,
)

#: How often cheap steps are made, and others; each takes several frames where it recurses.
N, M = 1500, 400
HALF = Fraction(1, 2)
LEAF, LADDER = Tree(), Tree([Tree()])
PLANAR = OrderedForest([PlanarTree([PlanarTree()])])
BOTH = Element({Forest([LEAF, LEAF]): 1})

f = functional_from_vector([1, HALF], 1, 2)
g = InfinitesimalCharacter(bck, {LEAF: 1, LADDER: 1})
h = functional_from_vector([1, 0, 3], 1, 2, planar=True)
k = ShuffleCharacter(mkw, {PlanarTree(): 1, PLANAR: 3})
one = identity_map(bck)
S = Morphism("S", bck, bck, bck.antipode)
antipode = Endomorphism(bck, bck.antipode)
to, back = change_of_lift("ito", "stratonovich"), change_of_lift("stratonovich", "ito")

#: A step, where it starts, how often it is made, and the value on the tree of two vertices.
CHAINS = {
    "sum": (lambda x: x + f, f, N, HALF * (N + 1)),
    "sum from the right": (lambda x: f + x, f, N, HALF * (N + 1)),
    "difference": (lambda x: x - f, f, N, HALF * (1 - N)),
    "differences of differences": (lambda x: f - x, f, N, HALF),
    "product": (lambda x: x * f, f, N, HALF * (N + 1) ** 2),
    "product from the right": (lambda x: f * x, f, N, HALF * (N + 1) ** 2),
    "squares": (lambda x: x * x, f, 20, HALF * 4**20),
    "doubles": (lambda x: x + x, f, N, Fraction(2) ** (N - 1)),
    "negative": (lambda x: -x, f, N + 1, -HALF),
    "multiple": (lambda x: 2 * x, f, N, Fraction(2) ** (N - 1)),
    "multiple from the right": (lambda x: x * -1, f, N + 1, -HALF),
    "quotient": (lambda x: x / -1, f, N + 1, -HALF),
    "inverse": (lambda x: x.inverse(), f, M, HALF),
    "logarithm, exponential": (lambda x: x.log().exp(), f, M, HALF),
    "power": (lambda x: x.power(-1), f, M, HALF),
    "odd": (lambda x: odd_even(x)[1], f, M, HALF),
    "translation": (lambda x: translate(x, {0: LADDER}), f, M, M + HALF),
    "planar translation": (lambda x: translate(x, {0: PLANAR}), h, M, M + 3),
    "substituted": (lambda x: substitution_product(x, g), g, M, M + 1),
    "substitution": (lambda x: substitution_product(g, x), g, M, M + 1),
    "function": (lambda x: Functional(bck, x), f, N, HALF),
    "character": (lambda x: Character(bck, x * f), f, M, HALF * (M + 1) ** 2),
    "infinitesimal": (lambda x: InfinitesimalCharacter(bck, x + f), f, M, HALF * (M + 1)),
    "shuffle character": (lambda x: ShuffleCharacter(mkw, x * k), k, M,
                          3 * (M + 1) + M * (M + 1) // 2),
    "map by a map": (lambda x: Endomorphism(bck, x), one, N, Element({LADDER: 1})),
    "several": (lambda x: -((x * f - 2 * x) / 3).exp().log() * 3, f.log(), M, None),
    "sum of maps": (lambda x: x + one, one, N, (N + 1) * Element({LADDER: 1})),
    "product of maps": (lambda x: x * one, one, M,
                        (M + 1) * Element({LADDER: 1}) + M * (M + 1) // 2 * BOTH),
    "convolution of maps": (lambda x: convolve_maps(bck, bck.element, x), one, M,
                            (M + 1) * Element({LADDER: 1}) + M * (M + 1) // 2 * BOTH),
    "composition": (lambda x: x.then(antipode), antipode, N, BOTH - Element({LADDER: 1})),
    "composition from the right": (lambda x: antipode.then(x), antipode, N,
                                   BOTH - Element({LADDER: 1})),
    "squares of maps": (lambda x: x.then(x), antipode, N, Element({LADDER: 1})),
    "morphism": (lambda x: x.then(S), S, N, BOTH - Element({LADDER: 1})),
    "morphism from the right": (lambda x: S.then(x), S, N, BOTH - Element({LADDER: 1})),
    "lifts": (lambda x: x.then(back).then(to), to, N // 2,
              Element({LADDER: 1, Tree(label=(0, 0)): HALF})),
}  # fmt: skip


def chain(name):
    step, x, times, _ = CHAINS[name]
    for _ in range(times):
        x = step(x)
    return x


def on_two(x):
    algebra = x.source if isinstance(x, Morphism) else x.algebra
    return x(PLANAR if algebra is mkw else LADDER)


@pytest.mark.parametrize("name", [name for name in CHAINS if name != "several"])
def test_a_long_chain_has_its_value(name):
    assert on_two(chain(name)) == CHAINS[name][3]


@pytest.mark.parametrize("name", CHAINS)
def test_long_chains_are_equal_and_copied_as_short_ones_are(name):
    x = chain(name)
    others = [chain(name), pickle.loads(pickle.dumps(x)), copy.copy(x), copy.deepcopy(x)]
    for y in others:
        assert y is not x
        assert y == x
        assert hash(y) == hash(x)
    step = CHAINS[name][0]
    assert step(x) != x
    assert on_two(others[-1]) == on_two(x)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_long_chains_are_pickled_by_every_protocol(protocol):
    x = chain("product")
    assert pickle.loads(pickle.dumps(x, protocol)) == x


def test_the_product_of_many_segments_is_that_of_values():
    segments = [functional_from_vector([k, HALF * k * k], 1, 2) for k in range(N)]
    total = N * (N - 1) // 2
    assert reduce(operator.mul, segments)(LADDER) == HALF * total**2
    assert sum(segments)(LEAF) == total


def test_a_chain_in_many_pieces_is_computed_without_the_stack():
    limit = sys.getrecursionlimit()
    x = f
    for _ in range(20 * limit):
        x = x + f
    assert x(LEAF) == 20 * limit + 1
    del x  # and taken apart


def test_pickles_of_short_chains_share_what_they_are_made_of():
    x = f * g
    again, product = pickle.loads(pickle.dumps([x, x + x]))
    assert product._origin[1] == (again, again)
    assert product._origin[1][0] is again


@pytest.mark.parametrize("result", [lambda x: x.log(), lambda x: x.inverse(), lambda x: x * g])
def test_values_are_asked_for_only_where_they_are_needed(result):
    # Of a functional that is 0 on the leaf, what grows on leaves is not.
    asked = []

    def value(tree):
        asked.append(tree)
        return tree.order - 1

    cherry = Tree([LEAF, LEAF])
    result(Character(bck, value) * Functional(bck, {None: 1}))(cherry)
    assert set(asked) == {LEAF, cherry}


def test_an_error_leaves_nothing_half_done():
    refused = True

    def value(tree):
        if refused and tree.order == 2:
            raise InvalidValueError("not yet")
        return 1

    x = Character(bck, value)
    log = (x * x).log()
    with pytest.raises(InvalidValueError, match="not yet"):
        log(Tree([LADDER]))
    refused = False
    assert log(Tree([LADDER])) == (f_of_ones() * f_of_ones()).log()(Tree([LADDER]))


def f_of_ones():
    return Character(bck, lambda tree: 1)


def test_names_of_compositions_are_short():
    x = S
    for _ in range(N):
        x = x.then(S)
    assert S.then(S).then(S).name == "S, then S, then S"
    assert x.name == "S, then S, then S, then …, then S, then S, then S"


def test_compositions_beyond_the_bound_are_refused():
    x = S
    for _ in range(100):
        x = x.then(x)
    assert x == pickle.loads(pickle.dumps(x))
    with pytest.raises(InvalidValueError, match="steps, beyond the bound"):
        x(LEAF)
