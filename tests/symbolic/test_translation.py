"""Translations: morphisms, transposes of each other, and what takes one lift to another."""

import itertools
import math
import pickle
import random
from fractions import Fraction

import pytest

from treealg.checks import LIFTS
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic import (
    Character,
    Element,
    Forest,
    Functional,
    OrderedForest,
    PlanarTree,
    Tree,
    arborification,
    bck,
    change_of_lift,
    concatenation_bracket,
    contracting_arborification,
    enumerate_forests,
    expected_signature,
    gl,
    graft,
    mkw,
    ogl,
    symmetrisation,
    translate,
    translate_element,
)
from treealg.symbolic.maps.lifts import WEIGHTS
from treealg.symbolic.maps.vectors import basis_elements

HALF = Fraction(1, 2)
KINDS = {False: (Tree, Forest), True: (PlanarTree, OrderedForest)}


def chain(kind, *labels):
    """Return the ladder with these labels from leaf to root."""
    tree = kind((), labels[0])
    for label in labels[1:]:
        tree = kind((tree,), label)
    return tree


def example(planar):
    """Return a translation of two labels with terms of orders 1 to 3."""
    kind = KINDS[planar][0]
    cherry = kind((kind((), 1), kind((), 1)), 0)
    more = concatenation_bracket(chain(kind, 0, 1), chain(kind, 1)) if planar else Element()
    return {
        0: Element({chain(kind, 0, 1): HALF, cherry: 3}) + more,
        1: Element({chain(kind, 1, 0): 2, kind((), 0): -1}),
    }


def values(seed):
    rng, known = random.Random(seed), {}

    def value(key):
        if key not in known:
            known[key] = Fraction(rng.randint(-6, 6), 2)
        return known[key]

    return value


def functional(planar, seed):
    value = values(seed)
    if planar:
        return Functional(mkw, lambda key: value(key) if key.order else 1)
    return Character(bck, value)


def pairing(planar, x, y):
    return (ogl if planar else bck).pair(x, y)


def forests(planar, most, colours=2):
    return [f for n in range(most + 1) for f in enumerate_forests(n, colours, planar=planar)]


@pytest.mark.parametrize("planar", [False, True])
def test_functionals_are_moved_by_the_transpose(planar):
    """(T_v X)(x) = sum over y of X(y) <M_v y, x> / sigma(y)."""
    x_of, v = functional(planar, 1), example(planar)
    moved, most = translate(x_of, v), 3
    images = {y: translate_element(y, v, most) for y in forests(planar, most)}
    for x in forests(planar, most):
        total = 0
        for y, image in images.items():
            ratio = Fraction(1 if planar else x.symmetry, 1 if planar else y.symmetry)
            total += x_of(y) * image[x] * ratio
        assert moved(x) == total, x


@pytest.mark.parametrize("planar", [False, True])
def test_translations_respect_the_convolution(planar):
    one, two, v = functional(planar, 2), functional(planar, 3), example(planar)
    both, apart = translate(one * two, v), translate(one, v) * translate(two, v)
    for key in basis_elements(2, 3, planar):
        assert both(key) == apart(key)


def test_translations_of_characters_are_characters():
    x_of, v = functional(False, 4), example(False)
    moved = translate(x_of, v)
    for x, y in itertools.product(forests(False, 2), repeat=2):
        assert moved(x * y) == moved(x) * moved(y)


def test_planar_translations_of_characters_are_characters_of_shuffles():
    steps = expected_signature([2, -1], planar=True)  # of a line: a character
    moved = translate(steps, example(True))
    trees = forests(True, 1) + [f for f in forests(True, 2, 1) if f.order == 2]
    for x, y in itertools.product(trees, repeat=2):
        assert moved(mkw.product(x, y)) == moved(x) * moved(y)


@pytest.mark.parametrize("planar", [False, True])
def test_images_of_trees_respect_grafting(planar):
    v = example(planar)
    trees = [f[0] for f in forests(planar, 2) if len(f) == 1]
    for x, y in itertools.product(trees, repeat=2):
        image = translate_element(graft(x, y), v, 4)
        if planar:  # Lie elements are grafted as derivations: compare the associative products
            image = translate_element(ogl.product(x, y), v, 4)
            product = ogl.product(translate_element(x, v, 4), translate_element(y, v, 4))
        else:
            product = graft(translate_element(x, v, 4), translate_element(y, v, 4))
        assert image == Element({k: c for k, c in product.items() if k.order <= 4})


def test_translations_are_morphisms_of_the_grossman_larson_algebra():
    v = example(False)

    def rooted(element):
        return element.apply(lambda f: Element({Forest([f.b_plus(9)]): 1}))

    for x, y in itertools.product(forests(False, 2), repeat=2):
        product = gl.product(rooted(Element({x: 1})), rooted(Element({y: 1})))
        below = product.apply(lambda f: Element({Forest(f[0].children): 1}))
        images = [translate_element(z, v, 4) for z in (x, y)]
        right = gl.product(*map(rooted, images))
        right = Element({Forest(f[0].children): c for f, c in right.items() if f.order <= 5})
        assert translate_element(below, v, 4) == right


@pytest.mark.parametrize("planar", [False, True])
def test_translations_compose(planar):
    """M_w(M_v(i)) = i + w_i + M_w(v_i)."""
    kind = KINDS[planar][0]
    v, w = example(planar), {0: Element({kind((), 1): 1, chain(kind, 0, 0): 2})}
    x_of = functional(planar, 5)
    both = {
        i: translate_element(kind((), i), w, 3) + translate_element(v[i], w, 3)
        - Element({kind((), i): 1})
        for i in v
    }  # fmt: skip
    after, at_once = translate(translate(x_of, v), w), translate(x_of, both)
    for key in basis_elements(2, 3, planar):
        assert after(key) == at_once(key)


def test_moving_nothing_changes_nothing():
    for planar in (False, True):
        x_of = functional(planar, 6)
        for key in basis_elements(2, 3, planar):
            assert translate(x_of, {})(key) == translate(x_of, {0: Element()})(key) == x_of(key)


def test_the_published_example():
    """Bruned, Chevyrev, Friz and Preiß: a drift that gets the ladder of a noise with itself."""
    moved = translate_element(Tree([Tree(label=0)], 1), {0: chain(Tree, 1, 1)}, 3)
    assert moved == Element({Tree([Tree(label=0)], 1): 1, chain(Tree, 1, 1, 1): 1})
    root = translate_element(Tree([Tree(label=1)], 0), {0: chain(Tree, 1, 1)}, 3)
    cherry = Tree([Tree(label=1), Tree(label=1)], 1)
    assert root == Element({chain(Tree, 1, 0): 1, chain(Tree, 1, 1, 1): 1, cherry: 1})


# -- lifts ---------------------------------------------------------------------------------------


def brackets(kind, c):
    """Return the translation of the brackets of 0 and 1 by c times their ladders."""
    ladders = {(i, i): Element({chain(kind, i, i): c}) for i in (0, 1)}
    return ladders | {(0, 1): Element({chain(kind, 0, 1): c, chain(kind, 1, 0): c})}


@pytest.mark.parametrize(("source", "target"), list(itertools.product(LIFTS, LIFTS)))
def test_a_change_of_lift_is_the_translation_of_brackets(source, target):
    change = change_of_lift(source, target)
    x_of = functional(False, 7)
    moved = translate(x_of, brackets(Tree, WEIGHTS[target] - WEIGHTS[source]))
    for tree in basis_elements(2, 4, False):
        assert x_of(change(tree)) == moved(tree)


@pytest.mark.parametrize("middle", LIFTS)
def test_changes_of_lift_compose(middle):
    direct = change_of_lift("ito", "backward")
    for tree in basis_elements(2, 4, False):
        assert change_of_lift("ito", middle)(change_of_lift(middle, "backward")(tree)) == direct(
            tree
        )


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize(("source", "target"), list(itertools.permutations(LIFTS, 2)))
def test_expectations_of_lifts_belong_together(planar, source, target):
    """With brackets as channels that have the covariance as their drift."""
    covariance = [[2, HALF], [HALF, 1]]
    names = {0: 0, 1: 1, (0, 0): 2, (0, 1): 3, (1, 1): 4}
    drift = [1, -1, 2, HALF, 1]
    wide = [[*row, 0, 0, 0] for row in covariance] + [[0] * 5] * 3
    laws = {
        lift: expected_signature(drift, wide, lift=lift, planar=planar) for lift in (source, target)
    }
    c = WEIGHTS[target] - WEIGHTS[source]
    numbered = {
        names[label]: element.apply(lambda f: Element({f: 1}))
        for label, element in brackets(KINDS[planar][0], c).items()
    }
    moved = translate(laws[source], numbered)
    for key in basis_elements(2, 2 if planar else 4, planar):
        assert moved(key) == laws[target](key), key
    if planar:
        for key in [((((0,), 0), 0),), ((0,), ((0,), 0)), (((0,), (0,), 0),), (((0,), 0), (0,))]:
            assert moved(key) == laws[target](key), key


def test_lifts_agree_with_hoffman_exponential():
    """By words of Itô integrals, with letters that merge; brackets of three vanish."""
    change = change_of_lift("ito", "stratonovich")

    def merged(word):
        found = {}
        for cuts in itertools.product((0, 1), repeat=max(len(word) - 1, 0)):
            letters, factor = [[word[0]]] if word else [], Fraction(1)
            for letter, cut in zip(word[1:], cuts, strict=True):
                letters[-1].append(letter) if cut else letters.append([letter])
            factor /= math.prod(math.factorial(len(x)) for x in letters)
            key = tuple(tuple(sorted(x)) for x in letters)
            found[key] = found.get(key, 0) + factor
        return found

    def plain(letter):
        return letter[0] if isinstance(letter[0], tuple) else letter

    for tree in basis_elements(2, 4, False):
        expected = {}
        for word, count in arborification(tree).items():
            for key, factor in merged(word).items():
                if all(len(letter) < 3 for letter in key):
                    expected[key] = expected.get(key, 0) + count * factor
        found = {}
        for word, c in contracting_arborification(change(tree)).items():
            flat = [
                [x for y in letter for x in (y if isinstance(y, tuple) else (y,))]
                for letter in word
            ]
            key = tuple(tuple(sorted(letter)) for letter in flat)
            if all(len(letter) < 3 for letter in key):
                found[key] = found.get(key, 0) + c
        assert {k: c for k, c in found.items() if c} == expected


def test_a_change_of_lift_is_a_hopf_morphism():
    change = change_of_lift("stratonovich", "ito")
    for forest in forests(False, 3):
        left = bck.coproduct(change(forest))
        right = {}
        for (pruned, trunk), count in bck.coproduct(forest).items():
            for (a, c), (b, d) in itertools.product(change(pruned).items(), change(trunk).items()):
                right[a, b] = right.get((a, b), 0) + count * c * d
        assert dict(left.items()) == {k: c for k, c in right.items() if c}
    for x, y in itertools.product(forests(False, 2), repeat=2):
        assert change(x * y) == bck.product(change(x), change(y))


def test_planar_translations_extend_the_others_where_order_does_not_count():
    """By the ladder of a label on itself; a forest is the sum of its orders."""
    law, planar = (expected_signature([1, 2], [[1, 0], [0, 0]], planar=p) for p in (False, True))
    moved = translate(law, {1: Element({chain(Tree, 0, 0): 3})})
    twin = translate(planar, {1: Element({chain(PlanarTree, 0, 0): 3})})
    for key in basis_elements(2, 3, False):
        assert moved(key) == twin(symmetrisation(key))


def test_deep_trees_are_no_obstacle():
    deep = chain(Tree, *[(0, 0)] * 500, 0, 0)
    contracted = chain(Tree, *[(0, 0)] * 501)
    assert change_of_lift("ito", "backward")(deep) == Element({deep: 1, contracted: 1})
    assert translate(Character(bck, lambda tree: tree.order), {})(deep) == 502


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: change_of_lift("ito", "marcus"), InvalidValueError, "target must be one of"),
        (lambda: change_of_lift(1, "ito"), InvalidValueError, "source must be one of"),
        (lambda: translate(bck, {}), InvalidTypeError, "functional must be a Functional"),
        (lambda: translate(functional(False, 0), [1]), InvalidTypeError, "must be a mapping"),
        (
            lambda: translate(functional(False, 0), {0: Element({Forest([Tree(), Tree()]): 1})}),
            InvalidValueError,
            "over single trees",
        ),
        (
            lambda: translate(functional(True, 0), {0: OrderedForest([PlanarTree()] * 2)}),
            InvalidValueError,
            "Lie algebra of planar trees",
        ),
        (
            lambda: translate(functional(False, 0), {0: PlanarTree()}),
            InvalidTypeError,
            "planar",
        ),
        (lambda: translate_element(Tree(), {}, -1), InvalidValueError, "degree"),
        (lambda: translate_element(Tree(), {}, 1.5), InvalidTypeError, "degree"),
        (lambda: translate_element("tree", {}, 1), InvalidTypeError, "str"),
    ],
)
def test_bad_arguments_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_pickles():
    x_of = Character(bck, {Tree(): 2, Tree([Tree()]): 3})
    moved = translate(x_of, {0: chain(Tree, 0, 0)})
    assert pickle.loads(pickle.dumps(moved))(Tree([Tree()])) == moved(Tree([Tree()])) == 5
    change = pickle.loads(pickle.dumps(change_of_lift("ito", "backward")))
    assert change(Tree([Tree()])) == change_of_lift("ito", "backward")(Tree([Tree()]))
