"""A backward function is the transposed derivative of its forward function, in all arguments.

Along a line the result is a polynomial of the degree of the truncation, of which a difference of
enough points is the derivative to rounding; the signature kernels are entire functions, of which
the same difference is one to 1e-10.
"""

import numpy as np
import pytest

from .cases import CASES, FORWARD, Case, Planted, call, each_case, scalar_slots

BACKWARD = [case for case in CASES if case.name in FORWARD]
STEP = 0.05
# The central difference of eight points, exact for polynomials of degree 8.
WEIGHTS = {1: 4 / 5, 2: -1 / 5, 3: 4 / 105, 4: -1 / 280}


def slope(function):
    """Return the derivative at 0 of a function of one number, and the size of its values."""
    total, scale = 0.0, 0.0
    for place, weight in WEIGHTS.items():
        for sign in (1, -1):
            value = function(sign * place * STEP)
            total = total + sign * weight * value
            scale = max(scale, float(np.abs(value)))
    return total / STEP, scale


def test_the_difference_is_exact_for_polynomials():
    for degree in range(9):
        found, _ = slope(lambda t, degree=degree: (1 + t) ** degree)
        assert found == pytest.approx(degree, abs=1e-11)


def assert_is_the_transposed_derivative(case, batch):
    given = case.arguments(batch)
    forward = case.forward
    known = forward.row.signature.parameters
    point = forward.arguments(batch) | {name: x for name, x in given.items() if name in known}
    (derivs,) = (given[a.name] for a in case.row.arguments if a.role == "derivs")
    gradients = call(case, given)
    names = [name for name in case.row.gradients if point.get(name) is not None]
    assert len(gradients) == len(names)
    rng = np.random.default_rng(len(case.name))
    is_kernel = "depth" in forward.row.signature.parameters
    directions, product = {}, 0.0
    for name, gradient in zip(names, gradients, strict=True):
        if gradient is None:
            continue
        assert gradient.shape == point[name].shape
        direction = rng.normal(size=gradient.shape) * (0.1 if is_kernel else 1)
        slots = scalar_slots(forward, name, direction)
        if slots is not None:
            slots[...] = 0
            np.testing.assert_array_equal(scalar_slots(forward, name, gradient), 0)
        directions[name] = direction
        product += float((gradient * direction).sum())
    assert directions

    def along_the_line(t):
        moved = {name: point[name] + t * v for name, v in directions.items()}
        (value,) = call(forward, point | moved)
        return (derivs * value).sum()

    want, scale = slope(along_the_line)
    tolerance = 1e-10 if is_kernel else 1e-12
    np.testing.assert_allclose(product, want, rtol=0, atol=tolerance * max(scale / STEP, 1))
    return product


@each_case(BACKWARD)
@pytest.mark.parametrize("batch", [(), (3,)], ids=["single", "batch"])
def test_backward_is_the_transposed_derivative(case, batch):
    assert_is_the_transposed_derivative(case, batch)


@each_case([c for c in BACKWARD if any(a.batch == "broadcast" for a in c.row.arguments)])
def test_backward_of_a_broadcast_is_the_transposed_derivative(case):
    assert_is_the_transposed_derivative(case, [(3, 1), (2,)])


LONGER = [
    Case(case.name, case.variant, points=90)
    for case in BACKWARD
    if {"path", "lift"} & case.row.signature.parameters.keys()
]
HIGHER = [
    Case(case.name, case.variant, degree=4)
    for case in BACKWARD
    if "degree" in case.row.signature.parameters
]


@each_case(LONGER, "plain", "planar", "time", "lead_lag", "lead_lag_time", "corrected_time")
@pytest.mark.parametrize("batch", [(), (9,)], ids=["single", "batch"])
def test_backward_along_a_long_path_is_the_transposed_derivative(case, batch):
    assert_is_the_transposed_derivative(case, batch)


@each_case(
    HIGHER, "plain", "planar", "lyndon", "brackets", "word_brackets", "corrected", "corrected_time"
)
def test_backward_of_a_higher_degree_is_the_transposed_derivative(case):
    assert_is_the_transposed_derivative(case, (3,))


def test_no_case_is_trivial():
    for case in BACKWARD:
        is_constant = case.variant == "one_point" or case.asked.get("degree") == 0
        product = assert_is_the_transposed_derivative(case, ())
        assert is_constant or abs(product) > 1e-4, case


def on_results(change):
    def error(function):
        def wrong(**given):
            result = function(**given)
            if isinstance(result, tuple):
                return (*result[:-1], change(result[-1]))
            return change(result)

        return wrong

    return error


def last_entry_lost(gradient):
    wrong = gradient.copy()
    wrong[..., -1] = 0
    return wrong


ERRORS = {
    "sign": on_results(np.negative),
    "digits": on_results(lambda gradient: gradient * (1 + 1e-6)),
    "entry": on_results(last_entry_lost),
}


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("name", FORWARD)
def test_a_wrong_gradient_is_found(name, error):
    case = Planted(name, "plain", error=ERRORS[error])
    assert_is_the_transposed_derivative(Case(name, "plain"), (3,))
    with pytest.raises(AssertionError):
        assert_is_the_transposed_derivative(case, (3,))
