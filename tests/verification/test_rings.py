"""Numbers that maps are evaluated on, against Python's own and against rules of calculus."""

import random
from fractions import Fraction

import numpy as np
import pytest

from treealg.verification.rings import Degree, Dual, Magnitude, Rationals


def draw(generator, size):
    numbers = [generator.randint(-size, size) for _ in range(4)]
    denominator = generator.randint(1, size)
    return Rationals(np.array(numbers), denominator), [Fraction(n, denominator) for n in numbers]


@pytest.mark.parametrize("size", [3, 2**20, 2**40])
@pytest.mark.parametrize("seed", range(4))
def test_rationals_compute_as_fractions_beyond_64_bits(size, seed):
    generator = random.Random(seed)
    value, exact = draw(generator, size)
    for _ in range(8):
        other, right = draw(generator, size)
        scale = Fraction(generator.randint(-size, size), generator.randint(1, 9))
        value = (value * other - other) * scale + 1
        exact = [(a * b - b) * scale + 1 for a, b in zip(exact, right, strict=True)]
        assert value.fractions() == exact
        assert (value / 3).fractions() == [a / 3 for a in exact]
        assert (2 - value).fractions() == [2 - a for a in exact]
        np.testing.assert_array_equal((value + 0).floats(), [float(a) for a in exact])
    assert value == value * 1
    assert value != value + Rationals(np.array([0, 0, 0, 1]))


def test_quotients_come_over_one_denominator():
    made = Rationals.quotients(np.array([1, -1, 4]), np.array([2, 3, 1]))
    assert made.fractions() == [Fraction(1, 2), Fraction(-1, 3), 4]


def test_rationals_that_vanish_everywhere_are_zero():
    x = Rationals(np.array([1, 2]))
    assert x - x == 0
    assert x != 0
    assert x - 1 != 0


def test_degrees_add_up_in_products():
    x, zero = Degree(2), Degree(-1)
    assert (x * x + 1).value == 4
    assert (3 * x - 1).value == 2
    assert (x * 0).value == (x * zero).value == -1


@pytest.mark.parametrize("make", [Degree, lambda v: Rationals(np.array([v]))])
def test_elements_of_arrays_count_on_both_sides(make):
    x = np.empty(1, dtype=object)
    x[:] = [make(3)]
    for result in (make(1) * x[..., 0], x[..., 0] * make(1), make(1) + x[..., 0]):
        assert type(result) is type(x[0])
    product = make(1) * x[..., 0]
    assert product.value == 4 if isinstance(product, Degree) else product.fractions() == [3]


def test_gradients_follow_the_rules_of_differentiation():
    x, y = Dual(Fraction(2), {0: 1}), Dual(Fraction(3), {1: 1})
    result = 2 * x * y - x + 1
    assert (result.value, result.gradient) == (11, {0: 5, 1: 4})


def test_magnitudes_bound_every_sign():
    x, y = Magnitude(np.array([-2.0, 3.0])), Magnitude(-1.0)
    np.testing.assert_array_equal((x * y - x * Fraction(-1, 2) - 1).value, [4.0, 5.5])
