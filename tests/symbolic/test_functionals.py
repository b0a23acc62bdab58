"""Convolution, exp, log, powers, inverse of functionals; exact signatures of paths."""

import itertools
import json
import math
import random
from fractions import Fraction
from pathlib import Path

import pytest
import sympy

from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic import (
    Character,
    Element,
    Forest,
    Functional,
    InfinitesimalCharacter,
    OrderedForest,
    PlanarTree,
    Tree,
    arborification,
    bck,
    chen_product,
    count_forests,
    count_trees,
    enumerate_forests,
    enumerate_trees,
    exact_log_signature,
    exact_signature,
    exp_star,
    functional_from_vector,
    functional_to_vector,
    log_star,
    mkw,
)

DATA = Path(__file__).parents[1] / "data"
PUBLISHED = json.loads((DATA / "trees.json").read_text("utf-8"))
SIGNATURES = json.loads((DATA / "exact_signatures.json").read_text("utf-8"))["cases"]


def length(dimension, degree, planar):
    count = count_forests if planar else count_trees
    return sum(count(n, dimension, planar=planar) for n in range(1, degree + 1))


def random_vector(seed, dimension, degree, planar):
    rng = random.Random(seed)
    return [
        Fraction(rng.randint(-9, 9), rng.randint(1, 4))
        for _ in range(length(dimension, degree, planar))
    ]


SHAPES = [(1, 5, False), (2, 4, False), (3, 3, False), (1, 4, True), (2, 3, True), (3, 2, True)]


@pytest.mark.parametrize(("dimension", "degree", "planar"), SHAPES)
def test_exp_and_log_are_inverse(dimension, degree, planar):
    values = random_vector(1, dimension, degree, planar)
    shape = (dimension, degree)
    assert exp_star(log_star(values, *shape, planar=planar), *shape, planar=planar) == values
    assert log_star(exp_star(values, *shape, planar=planar), *shape, planar=planar) == values


@pytest.mark.parametrize(("dimension", "degree", "planar"), SHAPES)
def test_log_is_the_alternating_sum_of_convolution_powers(dimension, degree, planar):
    algebra = mkw if planar else bck
    f = functional_from_vector(random_vector(2, dimension, degree, planar), dimension, degree,
                               planar=planar)  # fmt: skip
    counit = Functional(algebra, {algebra.one: 1})
    reduced, power, total = f - counit, counit, Functional(algebra, {})
    for k in range(1, degree + 1):
        power = power * reduced
        total = total + power * Fraction((-1) ** (k + 1), k)
    assert functional_to_vector(total, dimension, degree) == functional_to_vector(
        f.log(), dimension, degree
    )


@pytest.mark.parametrize(("dimension", "degree", "planar"), SHAPES)
def test_convolution_is_associative_with_inverses_and_powers(dimension, degree, planar):
    f, g, h = (
        functional_from_vector(random_vector(seed, dimension, degree, planar), dimension, degree,
                               planar=planar)
        for seed in (3, 4, 5)
    )  # fmt: skip

    def vector(functional):
        return functional_to_vector(functional, dimension, degree)

    assert vector((f * g) * h) == vector(f * (g * h))
    assert vector(f.inverse() * f) == vector(f * f.inverse()) == [0] * len(vector(f))
    assert vector((f * g).inverse()) == vector(g.inverse() * f.inverse())
    assert vector(f.power(-1)) == vector(f.inverse())
    assert vector(f.power(3)) == vector(f * f * f)
    root = f.power(Fraction(1, 2))
    if planar:
        assert vector(root * root) == vector(f)
    else:
        assert vector(Character(bck, root) * Character(bck, root)) == vector(f)
    assert vector(f.power(0)) == [0] * len(vector(f))


def test_the_earlier_factor_takes_the_pruned_part():
    f = Character(bck, {Tree(): 2, Tree([Tree()]): 3})
    g = Character(bck, {Tree(): 5, Tree([Tree()]): 7})
    assert (f * g)(Tree([Tree()])) == 3 + 2 * 5 + 7
    tree = Tree([Tree((), 1)], 2)
    one = Character(bck, lambda tree: int(tree == Tree((), 1)))
    two = Character(bck, lambda tree: int(tree == Tree((), 2)))
    assert ((one * two)(tree), (two * one)(tree)) == (1, 0)


def test_inverse_of_a_character_is_its_value_on_the_antipode():
    f = Character(bck, lambda tree: Fraction(tree.factorial, tree.order + 1))
    for n in range(1, 6):
        for tree in enumerate_trees(n):
            assert f.inverse()(tree) == f(bck.antipode(tree))


def test_log_of_the_explicit_euler_character():
    expected = PUBLISHED["euler_logarithm"]["values"]
    log = Character(bck, lambda tree: int(tree.order == 1)).log()
    found = {text: str(Fraction(log(Tree.from_text(text)))) for text in expected}
    assert found == expected


@pytest.mark.parametrize(
    ("leaves", "bernoulli"),
    [(0, "1"), (1, "-1/2"), (2, "1/6"), (3, "0"), (4, "-1/30"), (6, "1/42"), (8, "-1/30")],
)
def test_euler_logarithm_of_corollas_is_bernoulli_and_of_ladders_harmonic(leaves, bernoulli):
    log = Character(bck, lambda tree: int(tree.order == 1)).log()
    # Bernoulli numbers with B_1 = -1/2.
    assert log(Tree([Tree()] * leaves)) == Fraction(bernoulli)
    ladder = Tree()
    for _ in range(leaves):
        ladder = Tree([ladder])
    assert log(ladder) == Fraction((-1) ** leaves, leaves + 1)


def test_log_of_a_character_vanishes_on_products():
    log = functional_from_vector(random_vector(6, 2, 3, False), 2, 3).log()
    forests = [x for n in (2, 3) for x in enumerate_forests(n, 2) if len(x) > 1]
    assert [log(forest) for forest in forests] == [0] * len(forests)


def test_exact_flows():
    flow = InfinitesimalCharacter(bck, {Tree(): 1}).exp()
    for n in range(1, 7):
        for tree in enumerate_trees(n):
            assert flow(tree) == Fraction(1, tree.factorial)
    planar = Functional(mkw, {PlanarTree(): 1}).exp()
    expected = PUBLISHED["planar_exact_flow"]["values"]
    assert {text: str(planar(OrderedForest.from_text(text))) for text in expected} == expected
    for n in range(1, 6):
        values = [planar(forest) for forest in enumerate_forests(n, planar=True)]
        assert sum(values) == 1


def test_symbolic_values_and_exponents():
    a, s = sympy.symbols("a s")
    f = Character(bck, {Tree(): a, Tree([Tree()]): 0})
    assert f.log()(Tree([Tree()])) == -(a**2) / 2
    power = f.power(s)
    assert sympy.expand(power(Tree([Tree()])) - a**2 * s * (s - 1) / 2) == 0
    assert type(f.power(3)(Tree([Tree()])).subs(a, 1)) is sympy.Integer


def test_functionals_are_linear():
    f = Functional(bck, {Tree(): 2, None: 5})
    assert f(Element({Tree(): 3, Forest(): 1, Tree([Tree()]): 9})) == 11
    assert (f + f - f * 3)(Tree()) == -2
    assert (-f)(None) == -5
    assert (Fraction(1, 2) * f)(Tree()) == 1
    assert type(f(Tree())) is int


def test_bad_functionals_are_refused():
    f = Functional(bck, {})
    for algebra in ("bck", None):
        for kind in (Functional, Character, InfinitesimalCharacter):
            with pytest.raises(InvalidTypeError):
                kind(algebra, {})
    with pytest.raises(InvalidTypeError, match="mapping or a callable"):
        Functional(bck, 3)
    with pytest.raises(InvalidTypeError, match="mapping or a callable"):
        Character(bck, 3)
    with pytest.raises(InvalidTypeError):
        Functional(bck, {PlanarTree(): 1})
    for kind in (Character, InfinitesimalCharacter):
        with pytest.raises(InvalidTypeError, match="product of its trees"):
            kind(mkw, {})
        with pytest.raises(InvalidValueError, match="single trees"):
            kind(bck, {Forest(): 1})
    with pytest.raises(InvalidValueError, match="no value for the tree"):
        Character(bck, {})(Tree())
    with pytest.raises(InvalidTypeError, match="one algebra"):
        f * Functional(mkw, {})
    with pytest.raises(InvalidTypeError):
        f.convolve(3)
    with pytest.raises(TypeError):
        f + 1
    for method in (f.log, f.inverse, lambda: f.power(2)):
        with pytest.raises(InvalidValueError, match="value 1 on the unit"):
            method()
    with pytest.raises(InvalidValueError, match="value 0 on the unit"):
        Character(bck, {}).exp()


def test_bad_vectors_are_refused():
    with pytest.raises(InvalidValueError, match="must have length 2"):
        log_star([1, 2, 3], 1, 2)
    with pytest.raises(InvalidTypeError):
        log_star(3, 1, 2)
    with pytest.raises(InvalidTypeError):
        log_star("12", 1, 2)
    with pytest.raises(InvalidTypeError):
        exp_star([1], 1.0, 1)
    with pytest.raises(InvalidValueError):
        exp_star([1], 0, 1)
    with pytest.raises(InvalidTypeError):
        chen_product([1], [1], 1, 1, planar=1)
    with pytest.raises(InvalidTypeError):
        functional_to_vector(lambda tree: 1, 1, 1)


# -- signatures ----------------------------------------------------------------------------------


def fractions(rows):
    return [[Fraction(value) for value in row] for row in rows]


@pytest.mark.parametrize(
    "case", SIGNATURES, ids=lambda c: f"{c['planar']}-{c['dimension']}-{c['degree']}"
)
@pytest.mark.parametrize("corrected", [False, True])
def test_exact_signatures_of_the_reference_paths(case, corrected):
    options = {"planar": case["planar"]}
    suffix = ""
    if corrected:
        options["correction"] = fractions(case["correction"])
        suffix = "_corrected"
    path = fractions(case["path"])
    signature = exact_signature(path, case["degree"], **options)
    logarithm = exact_log_signature(path, case["degree"], **options)
    assert signature == [Fraction(value) for value in case["branched_sig" + suffix]]
    assert logarithm == [Fraction(value) for value in case["branched_log_sig" + suffix]]


def word_signature(path, word):
    """Sum over the ways to split a word into runs, one per segment, of products over factorials."""
    steps = [[b - a for a, b in itertools.pairwise(axis)] for axis in zip(*path, strict=True)]
    values = [Fraction(1)] + [Fraction(0)] * len(word)
    for segment in range(len(path) - 1):
        values = [
            sum(
                values[i] * math.prod(steps[a][segment] for a in word[i:j]) / math.factorial(j - i)
                for i in range(j + 1)
            )
            for j in range(len(word) + 1)
        ]
    return values[-1]


@pytest.mark.parametrize("planar", [False, True])
def test_signature_is_the_word_signature_of_the_arborification(planar):
    rng = random.Random(11)
    path = [[Fraction(rng.randint(-5, 5)) for _ in range(2)] for _ in range(4)]
    things = enumerate_forests if planar else enumerate_trees
    expected = [
        sum(c * word_signature(path, word) for word, c in arborification(x).items())
        for n in range(1, 5)
        for x in things(n, 2, planar=planar)
    ]
    assert exact_signature(path, 4, planar=planar) == expected


@pytest.mark.parametrize("planar", [False, True])
def test_chen_and_reversal(planar):
    path = [(0, 0), (1, -2), (3, 1), (2, 2)]
    whole = exact_signature(path, 3, planar=planar)
    first, second = (exact_signature(part, 3, planar=planar) for part in (path[:2], path[1:]))
    assert chen_product(first, second, 2, 3, planar=planar) == whole
    assert chen_product(second, first, 2, 3, planar=planar) != whole
    back = exact_signature(path[::-1], 3, planar=planar)
    assert chen_product(whole, back, 2, 3, planar=planar) == [0] * len(whole)


@pytest.mark.parametrize("planar", [False, True])
def test_edges_of_signatures(planar):
    assert exact_signature([(1, 2)], 2, planar=planar) == [0] * length(2, 2, planar)
    assert exact_log_signature([(1, 2)], 2, planar=planar) == [0] * length(2, 2, planar)
    assert exact_signature([(1, 2), (3, 4)], 0, planar=planar) == []
    doubled = exact_signature([(0,), (0,), (1,)], 3, planar=planar)
    assert doubled == exact_signature([(0,), (1,)], 3, planar=planar)


def test_ito_correction_of_one_segment():
    signature = exact_signature([(0, 0), (1, 2)], 4, correction=[(Fraction(-1, 2), 0, 0, 0)])
    trees = [tree for n in range(1, 5) for tree in enumerate_trees(n, 2)]
    assert signature[trees.index(Tree.from_tuple(((0,), (0,), 0)))] == Fraction(-1, 6)
    assert signature[trees.index(Tree.from_tuple(((0,), (1,), 1)))] == Fraction(4, 3)


def test_floats_are_the_fractions_they_stand_for_and_symbols_stay():
    assert exact_signature([(0.0,), (0.1,)], 1) == [Fraction(0.1)]
    a = sympy.Symbol("a")
    assert exact_signature([(0,), (a,)], 3) == [a, a**2 / 2, a**3 / 3, a**3 / 6]


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ([], InvalidValueError),
        ([()], InvalidValueError),
        ([(1, 2), (1,)], InvalidValueError),
        ([(float("nan"),)], InvalidValueError),
        ([(float("inf"),)], InvalidValueError),
        ([1, 2], InvalidTypeError),
        (["12"], InvalidTypeError),
        ("12", InvalidTypeError),
        (3, InvalidTypeError),
        ([(True,)], InvalidTypeError),
        ([("1",)], InvalidTypeError),
    ],
)
def test_bad_paths_are_refused(path, error):
    for function in (exact_signature, exact_log_signature):
        with pytest.raises(error):
            function(path, 2)


def test_bad_corrections_and_degrees_are_refused():
    path = [(0, 0), (1, 1)]
    with pytest.raises(InvalidValueError, match="one row per segment"):
        exact_signature(path, 2, correction=[])
    with pytest.raises(InvalidValueError, match="columns"):
        exact_signature(path, 2, correction=[(1, 2, 3)])
    with pytest.raises(InvalidTypeError):
        exact_signature(path, 2, correction=[1])
    with pytest.raises(InvalidValueError):
        exact_signature(path, -1)
    with pytest.raises(InvalidTypeError):
        exact_signature(path, 2.0)


@pytest.mark.parametrize("wrong", ["text", None, [1], Tree(), {}])
def test_values_that_are_no_numbers_are_refused(wrong):
    for kind in (Functional, Character, InfinitesimalCharacter):
        with pytest.raises(InvalidTypeError, match="a coefficient must be a number"):
            kind(bck, {Tree(): wrong})
        with pytest.raises(InvalidTypeError, match="a coefficient must be a number"):
            kind(bck, lambda x: wrong)(Tree())
    with pytest.raises(InvalidTypeError, match="a coefficient must be a number"):
        Character(bck, lambda x: 1).power(wrong)


@pytest.mark.parametrize("algebra", [bck, mkw], ids=["bck", "mkw"])
def test_the_inverse_is_inverse_on_both_sides(algebra):
    functional = Functional(algebra, lambda key: 1 + key.order**2 + 3 * len(key) * key.order)
    inverse = functional.inverse()
    for order in range(1, 5):
        for forest in enumerate_forests(order, planar=algebra is mkw):
            assert (functional * inverse)(forest) == 0
            assert (inverse * functional)(forest) == 0


def test_the_inverse_of_a_long_ladder_takes_a_step_for_each_pair_of_its_parts():
    ladder = Tree()
    for _ in range(150):
        ladder = Tree([ladder])
    exact = Character(bck, lambda tree: Fraction(1, tree.factorial))
    assert exact.inverse()(ladder) == Fraction(-1, math.factorial(151))


@pytest.mark.parametrize(
    "values",
    [
        [2, 3, -5],
        [Fraction(1, 2), Fraction(-2, 3), Fraction(4)],
        [3, Fraction(1, 6), 2, Fraction(5, 4)],
        [0.1, 0.7, 1.3],
        [Fraction(1, 3), 0.1, 2, Fraction(1, 7), 0.3],
        [Fraction(1, 3), sympy.sqrt(2), 2],
        [Fraction(1, 2), Fraction(1, 3) + 0j, 1],
    ],
    ids=str,
)
@pytest.mark.parametrize("algebra", [bck, mkw])
def test_convolution_adds_the_terms_of_the_coproduct_in_their_order(algebra, values):
    given = {x: values[i % len(values)] for i, x in enumerate(algebra.basis(1))}
    for degree in range(2, 6):
        given |= {
            x: values[(i + degree) % len(values)] for i, x in enumerate(algebra.basis(degree))
        }
    given[algebra.one] = values[0]
    f = Functional(algebra, given)
    square = f * f
    for x in given:
        total = 0
        for (pruned, trunk), count in algebra.coproduct(x).items():
            total = total + count * given[pruned] * given[trunk]
        found = square(x)
        assert found == total
        assert type(found) is type(total)
