"""Expected signatures, against sums over all random walks and over numbers of jumps, exactly."""

import itertools
import math
import pickle
from fractions import Fraction
from functools import cache

import pytest

from treealg.checks import LIFTS
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic import (
    Forest,
    Tree,
    arborification,
    bck,
    enumerate_forests,
    exact_signature,
    expected_signature,
    mkw,
    signature_cumulants,
    symmetrisation,
)
from treealg.symbolic.maps.expected import signature_of_jump
from treealg.symbolic.maps.vectors import basis_elements

HALF = Fraction(1, 2)
# Two correlated coordinates with steps of size 1, and time: (probability, step), covariance, drift.
STEPS = [
    (Fraction(3, 8), (1, 1)),
    (Fraction(3, 8), (-1, -1)),
    (Fraction(1, 8), (1, -1)),
    (Fraction(1, 8), (-1, 1)),
]
COVARIANCE = [[1, HALF, 0], [HALF, 1, 0], [0, 0, 0]]
JUMPS = [(Fraction(1, 3), (1, 2)), (Fraction(2, 3), (-1, HALF))]
SIGN = {"stratonovich": 0, "ito": -HALF, "backward": HALF}


def integral(forest, steps, lift):
    """Return the product of iterated sums, with integrands before or after each step."""
    return math.prod(prefixes(tree, steps, lift)[-1] for tree in forest)


def prefixes(tree, steps, lift):
    """Return the value on a tree after 0, 1, ... steps."""
    branches = [prefixes(child, steps, lift) for child in tree.children]
    values = [0]
    for k, step in enumerate(steps):
        at = k if lift == "ito" else k + 1
        values.append(values[-1] + math.prod(b[at] for b in branches) * step[tree.label])
    return values


def signature_of_steps(forest, steps, lift):
    """Return the signature of a walk on a forest, without the Hopf algebra of trees."""
    if lift != "stratonovich":
        return integral(forest, steps, lift)
    total = 0
    for word, count in arborification(forest).items():
        total += count * word_signature(word, tuple(steps))
    return total


@cache
def word_signature(word, steps):
    """Return the sum over all ways to share out the letters among linear pieces."""
    values = {0: 1}
    for step in steps:
        grown = {}
        for done, value in values.items():
            term = Fraction(value)
            for place in range(done, len(word) + 1):
                grown[place] = grown.get(place, 0) + term
                if place < len(word):
                    term = term * step[word[place]] / (place + 1 - done)
        values = grown
    return values.get(len(word), 0)


def leading(values):
    """Return the limit of p(n) / n^k from p(0), ..., p(k): the last difference over k!."""
    k = len(values) - 1
    return sum(
        (-1) ** (k - i) * math.comb(k, i) * v for i, v in enumerate(values)
    ) / math.factorial(k)


@pytest.mark.parametrize("lift", LIFTS)
def test_expected_signature_is_the_limit_of_random_walks(lift):
    """n steps of variance 1/n: the mean is p(n) / n^k, with k half the Brownian vertices + time."""
    expected = expected_signature([0, 0, 1], COVARIANCE, lift=lift)
    walks = {
        n: [
            (math.prod(p for p, _ in chosen), [(*step, 1) for _, step in chosen])
            for chosen in itertools.product(STEPS, repeat=n)
        ]
        for n in range(4)
    }
    checked = 0
    for nodes in range(1, 5):
        for forest in enumerate_forests(nodes, 3):
            labels = [v.label for tree in forest for v in tree.vertices()]
            brownian, degree = len(labels) - labels.count(2), labels.count(2)
            degree += brownian // 2
            if brownian % 2 or degree > 3:
                assert degree > 3 or expected(forest) == 0
                continue
            if nodes == 4 and (1 in labels and 2 in labels):
                continue  # what is left has all kinds of pairs
            means = [
                sum(
                    (p * signature_of_steps(forest, steps, lift) for p, steps in walks[n]),
                    Fraction(0),
                )
                for n in range(degree + 1)
            ]
            assert expected(forest) == leading(means), forest
            checked += expected(forest) != 0
    assert checked > 40


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("lift", LIFTS)
def test_generator_is_that_of_corrected_segments(planar, lift):
    """To first order in h the mean of a segment with steps of variance h is 1 + h G."""
    covariance, drift = [[2, HALF], [HALF, 1]], [HALF, -1]
    root = [[1, 1], [1, 0], [0, HALF]]  # covariance = sum of outer products of these
    covariance = [[sum(r[i] * r[j] for r in root) for j in range(2)] for i in range(2)]
    steps = [[sum(s * r[i] for s, r in zip(signs, root, strict=True)) for i in range(2)]
             for signs in itertools.product((-1, 1), repeat=3)]  # fmt: skip
    cumulants = signature_cumulants(drift, covariance, lift=lift, planar=planar)
    correction = [[SIGN[lift] * covariance[i][j] for i in range(2) for j in range(2)]]
    basis = basis_elements(2, 2, planar)
    # At h = 1: order 2 of the mean is exact, order 1 without the drift vanishes.
    values = [
        exact_signature([(0, 0), step], 2, planar=planar, correction=correction) for step in steps
    ]
    for place, key in enumerate(basis):
        mean = sum(value[place] for value in values) * Fraction(1, len(steps))
        order = bck.basis_element(key).order if not planar else key.order
        assert cumulants(key) == (
            mean if order == 2 else drift[key[0].label if planar else key.label]
        )
    for key in basis_elements(2, 4, planar)[len(basis) :]:
        assert cumulants(key) == 0


@pytest.mark.parametrize("lift", LIFTS)
def test_compound_poisson_is_the_mean_over_numbers_of_jumps(lift):
    """The mean after n jumps is a polynomial in n, and E binomial(N, k) = (rate t)^k / k!."""
    time = Fraction(3, 2)
    expected = expected_signature([0, 0], jumps=JUMPS, time=time, lift=lift)
    checked = 0
    for nodes in range(1, 4):
        for forest in enumerate_forests(nodes, 2):
            means = []
            for n in range(nodes + 1):
                mean = Fraction(0)
                for chosen in itertools.product(JUMPS, repeat=n):
                    steps = [step for _, step in chosen]
                    weight = math.prod((p for p, _ in chosen), start=Fraction(1))
                    mean += weight * signature_of_steps(forest, steps, lift)
                means.append(mean)
            total = Fraction(0)
            for k in range(nodes + 1):
                difference = sum((-1) ** (k - i) * math.comb(k, i) * means[i] for i in range(k + 1))
                total += difference * time**k / math.factorial(k)
            assert expected(forest) == total, forest
            checked += total != 0
    assert checked > 20


@pytest.mark.parametrize("lift", LIFTS)
def test_planar_lifts_restrict_to_the_others(lift):
    """A forest is the sum of its orders, for the process and for a jump."""
    arguments = ([1, -2], [[2, 1], [1, 3]])
    plain = expected_signature(*arguments, jumps=JUMPS, lift=lift)
    planar = expected_signature(*arguments, jumps=JUMPS, lift=lift, planar=True)
    for nodes in range(5):
        for forest in enumerate_forests(nodes, 2 if nodes < 4 else 1):
            assert plain(forest) == planar(symmetrisation(forest))


def test_a_backward_jump_is_seen_by_all_vertices():
    for nodes in range(6):
        for forest in enumerate_forests(nodes, 1):
            assert signature_of_jump(forest, "backward", bck) == 1


@pytest.mark.parametrize("lift", LIFTS)
def test_a_planar_jump_is_a_character_of_shuffles(lift):
    forests = [f for n in range(1, 3) for f in enumerate_forests(n, 1, planar=True)]
    for x, y in itertools.product(forests, repeat=2):
        value = sum(c * signature_of_jump(k, lift, mkw) for k, c in mkw.product(x, y).items())
        one = signature_of_jump(x, lift, mkw) * signature_of_jump(y, lift, mkw)
        assert value == one


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("lift", LIFTS)
def test_expectations_multiply_over_time(planar, lift):
    def law(time):
        return expected_signature(
            [1, HALF], [[1, 1], [1, 2]], jumps=JUMPS, time=time, lift=lift, planar=planar
        )

    both = law(Fraction(1, 3)) * law(Fraction(2, 3))
    basis = basis_elements(2, 3, planar)
    assert [both(key) for key in basis] == [law(1)(key) for key in basis]
    cumulants = signature_cumulants(
        [1, HALF], [[1, 1], [1, 2]], jumps=JUMPS, lift=lift, planar=planar
    )
    assert [law(1).log()(key) for key in basis] == [cumulants(key) for key in basis]


def test_words_have_the_exponential_of_the_law():
    """Fawcett: on ladders, the word 0011 has (1/2)^2 / 2, and 0101 nothing."""
    expected = expected_signature([0, 0], [[1, 0], [0, 1]])

    def ladder(word):
        tree = Tree([], word[0])
        for label in word[1:]:
            tree = Tree([tree], label)
        return expected(tree)

    assert (ladder((0, 0, 1, 1)), ladder((0, 1, 0, 1))) == (Fraction(1, 8), 0)
    for n in range(1, 4):
        assert ladder((0,) * 2 * n) == Fraction(1, 2**n * math.factorial(n))


def test_moments_of_hermite_polynomials():
    """Itô: iterated integrals are Hermite polynomials, orthogonal with E H_n^2 = t^n / n!."""
    expected = expected_signature([0], [[1]], time=3, lift="ito")
    ladders = [Tree()]
    for _ in range(3):
        ladders.append(Tree([ladders[-1]]))
    for m, n in itertools.product(range(1, 5), repeat=2):
        value = expected(Forest([ladders[m - 1], ladders[n - 1]]))
        assert value == (Fraction(3**n, math.factorial(n)) if m == n else 0)


def test_stratonovich_values_are_those_of_words():
    law = expected_signature([1, 2], [[1, HALF], [HALF, 1]], planar=True)
    for forest in basis_elements(2, 3, True):
        words = sum(c * law(leaves(word)) for word, c in arborification(forest).items())
        assert law(forest) == words


def leaves(word):
    """Return the ordered forest of leaves, on which the signature of words is read."""
    return mkw.basis_element(tuple((label,) for label in word))


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        (([],), {}, InvalidValueError, "drift must have at least one"),
        ((3,), {}, InvalidTypeError, "rows"),
        (([True],), {}, InvalidTypeError, "drift must hold numbers"),
        (([float("nan")],), {}, InvalidValueError, "finite"),
        (([1], [[1, 2]]), {}, InvalidValueError, "covariance must have 1 rows of 1"),
        (([1, 1], [[1, 2], [3, 1]]), {}, InvalidValueError, "symmetric"),
        (([1],), {"jumps": [(1, (1, 2))]}, InvalidValueError, "sizes of 1 numbers"),
        (([1],), {"jumps": [(1,)]}, InvalidValueError, "pairs"),
        (([1],), {"lift": "marcus"}, InvalidValueError, "'stratonovich', 'ito', 'backward'"),
        (([1],), {"planar": 1}, InvalidTypeError, "planar must be True or False"),
        (([1],), {"time": "1"}, InvalidTypeError, "time must hold numbers"),
    ],
)
def test_bad_arguments_are_refused(arguments, options, error, message):
    with pytest.raises(error, match=message):
        expected_signature(*arguments, **options)


def test_labels_beyond_the_coordinates_are_refused():
    with pytest.raises(InvalidValueError, match="integers from 0 to 0"):
        expected_signature([1])(Tree(label=1))


def test_pickles_and_symbols():
    import sympy

    s = sympy.Symbol("s")
    law = expected_signature([s], [[2 * s]], jumps=[(s, (1,))])
    again = pickle.loads(pickle.dumps(law))
    tree = Tree([Tree(), Tree()])
    assert sympy.expand(again(tree) - law(tree)) == 0
    assert sympy.expand(law(Tree([Tree()])) - (3 * s / 2 + 2 * s**2)) == 0
