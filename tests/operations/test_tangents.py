"""A function named `…_jvp` is the derivative of its function along a line.

Along a line the results are polynomials of the degree of the truncation, of which a difference of
enough points is the derivative to rounding, and those of signature kernels entire functions, of
which it is one to 1e-10, as in `test_gradients`; what kernels are exact to, second derivatives
included, is measured by laws without differences.
"""

import numpy as np
import pytest

from .cases import CASES, LOGARITHMS, OF_JVP, VECTORS, Case, Planted, call, each_case
from .test_gradients import STEP, WEIGHTS, on_results

DIRECTIONS = [case for case in CASES if case.name in OF_JVP]


def without_scalars(case, given):
    """Set tangents of scalars, which have no influence, to zero."""
    for argument in case.row.arguments:
        is_lyndon = case.asked.get("method") and argument.axes in LOGARITHMS
        has_scalar = argument.axes in VECTORS and case.asked.get("scalar") and not is_lyndon
        if argument.role == "tangent" and argument.name in given and has_scalar:
            given[argument.name][..., 0] = 0


def assert_is_the_derivative_along_a_line(case, batch):
    given = case.arguments(batch)
    without_scalars(case, given)
    own = case.differentiated
    is_kernel = "depth" in own.row.signature.parameters
    names = [argument.name for argument in case.row.arguments if argument.role == "tangent"]
    directions = {
        name: given[tangent]
        for name, tangent in zip(case.row.tangents, names, strict=True)
        if given.get(tangent) is not None
    }
    if is_kernel:
        for direction in directions.values():
            direction *= 0.02
    point = {name: x for name, x in given.items() if name not in names}
    got = call(case, given)
    sums, scales = [0.0] * len(got), [0.0] * len(got)
    for place, weight in WEIGHTS.items():
        for sign in (1, -1):
            t = sign * place * STEP
            moved = {name: point[name] + t * v for name, v in directions.items()}
            for i, value in enumerate(call(own, point | moved)):
                if value is not None:
                    sums[i] = sums[i] + sign * weight * value
                    scales[i] = max(scales[i], float(np.abs(value).max(initial=0.0)))
    for one, total, scale in zip(got, sums, scales, strict=True):
        if one is not None:
            assert one.shape == np.shape(total)
            tolerance = (1e-10 if is_kernel else 1e-12) * max(scale / STEP, 1)
            np.testing.assert_allclose(one, total / STEP, rtol=0, atol=tolerance)
    return got


@each_case(DIRECTIONS)
@pytest.mark.parametrize("batch", [(), (3,)], ids=["single", "batch"])
def test_it_is_the_derivative_along_a_line(case, batch):
    assert_is_the_derivative_along_a_line(case, batch)


@each_case([c for c in DIRECTIONS if any(a.batch == "broadcast" for a in c.row.arguments)], "plain")
def test_it_is_the_derivative_along_a_line_of_arguments_that_broadcast(case):
    assert_is_the_derivative_along_a_line(case, [(3, 1), (2,)])


LONGER = [
    Case(case.name, case.variant, points=90)
    for case in DIRECTIONS
    if {"path", "lift"} & case.row.signature.parameters.keys()
]


@each_case(LONGER, "plain", "planar", "lead_lag_time", "corrected_time", "prefixes", "windows")
def test_it_is_the_derivative_along_a_line_of_long_paths(case):
    assert_is_the_derivative_along_a_line(case, (3,))


def last_lost(result):
    wrong = result.copy()
    wrong[..., -1] = 0
    return wrong


ERRORS = {
    "sign": on_results(np.negative),
    "digits": on_results(lambda x: x * (1 + 1e-6)),
    "entry": on_results(last_lost),
}


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("name", ["branched_sig_jvp", "branched_sig_combine_backprop_jvp"])
def test_a_wrong_derivative_is_found(name, error):
    with pytest.raises(AssertionError):
        assert_is_the_derivative_along_a_line(Planted(name, "plain", error=ERRORS[error]), (3,))
