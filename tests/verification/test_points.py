"""Points of proofs: they decide about polynomials, and are counted before they are listed."""

from itertools import product

import pytest
import sympy

from treealg.errors import InvalidValueError
from treealg.verification.points import count_points, lattice_points


@pytest.mark.parametrize(("weights", "bound"), [((1, 1, 2), 4), ((1, 2, 3, 3), 3)])
def test_points_decide_about_polynomials(weights, bound):
    points = [tuple(point) for point in lattice_points(weights, bound).tolist()]
    expected = [
        p
        for p in product(range(bound + 1), repeat=len(weights))
        if sum(a * w for a, w in zip(p, weights, strict=True)) <= bound
    ]
    assert sorted(points) == sorted(expected)
    matrix = sympy.Matrix(
        [[sympy.prod(sympy.Integer(x) ** e for x, e in zip(p, q, strict=True)) for q in points]
         for p in points]
    )  # fmt: skip
    assert matrix.det() != 0


def test_linear_variables_appear_once_in_a_point():
    points = lattice_points((1, 1, 1), 2, (False, True, True))
    assert max(points[:, 1] + points[:, 2]) == 1
    assert [1, 0, 1] in points.tolist()


@pytest.mark.parametrize("linear", [None, (True, False, True, False), (False, False, True, True)])
def test_points_are_counted_without_a_list(linear):
    points = lattice_points((1, 2, 2, 3), 6, linear)
    assert len({tuple(p) for p in points.tolist()}) == len(points)
    assert count_points((1, 2, 2, 3), 6, linear) == len(points)


def test_too_many_points_are_refused_with_their_number():
    with pytest.raises(InvalidValueError, match="96,560,646 points"):
        lattice_points([1] * 100, 5)
