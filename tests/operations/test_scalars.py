"""A scalar in front of vectors is followed, is written exactly, and has no influence."""

import numpy as np
import pytest

import treealg

from .cases import CASES, LOGARITHMS, VECTORS, Planted, call, each_case

WITH_SCALAR = [case for case in CASES if case.asked.get("scalar")]


def without_scalar(case, arguments):
    """Return the arguments of the same call without a scalar."""
    found = dict(arguments)
    for argument in case.row.arguments:
        value = arguments.get(argument.name)
        is_lyndon = case.asked.get("method") and argument.axes in LOGARITHMS
        if argument.axes in VECTORS and value is not None and not is_lyndon:
            found[argument.name] = value[..., 1:]
    return found | ({"scalar_term": False} if "scalar_term" in found else {})


def assert_scalar_has_no_influence(case):
    given = case.arguments((3,))
    for argument in case.row.arguments:
        if argument.role == "derivs" and argument.axes in VECTORS and "method" not in case.asked:
            given[argument.name][..., 0] = np.nan
    found = case.row.result(**given)
    plain = call(case, without_scalar(case, given))
    described = found if isinstance(found, tuple) else (found,)
    for got, want, kind in zip(call(case, given), plain, described, strict=True):
        if got.shape == want.shape:  # that of what has no scalar
            assert kind.axes not in VECTORS or case.asked.get("method")
            np.testing.assert_array_equal(got, want)
            continue
        np.testing.assert_array_equal(got[..., 1:], want)
        is_zero = case.row.gradients or case.row.tangents or kind.axes[-1:] in LOGARITHMS
        assert (got[..., 0] == (0 if is_zero or case.name.endswith("backprop") else 1)).all()


@each_case(WITH_SCALAR)
def test_a_scalar_in_front_is_followed_and_has_no_influence(case):
    assert_scalar_has_no_influence(case)


def first_column_added(function):
    def wrong(bsig, **rest):
        return function(bsig, **rest) + (bsig.shape[-1] % 2) * 1e-9

    return wrong


def scalar_doubled(function):
    def wrong(bsig, **rest):
        result = function(bsig, **rest)
        result[..., 0] *= 1 + (bsig.shape[-1] % 2)
        return result

    return wrong


@pytest.mark.parametrize("error", [first_column_added, scalar_doubled])
def test_a_scalar_that_has_influence_is_found(error):
    with pytest.raises(AssertionError):
        assert_scalar_has_no_influence(Planted("branched_sig_inverse", "scalar", error=error))


CHOSEN_FROM = {"extract_branched_sig_coef", "extract_sig_coef"}


@each_case(WITH_SCALAR)
def test_the_table_says_which_scalars_belong_to_an_argument(case):
    for argument in case.row.arguments:
        is_vector = argument.axes in VECTORS and argument.role in ("input", "value")
        assert bool(argument.scalars) == (is_vector and case.name not in CHOSEN_FROM)
        if is_vector and argument.scalars:
            assert {0 if argument.axes in LOGARITHMS else 1} <= {*argument.scalars} <= {0, 1}


def with_scalars(case, given, name, scalar):
    """Return arguments of which one has another scalar in front of its second vector."""
    changed = given[name].copy()
    changed[1, 0] = scalar
    return given | {name: changed}


def vectors_in(case, given):
    """Return the arguments that have a scalar in front, and what may stand there."""
    return {
        argument.name: argument.scalars
        for argument in case.row.arguments
        if argument.axes in VECTORS
        and argument.role in ("input", "value")
        and given.get(argument.name) is not None
        and not (case.asked.get("method") and argument.axes in LOGARITHMS)
    }


@each_case(WITH_SCALAR, "scalar", "with_value", "planar_scalar", "lead_lag_time", "degree_0_scalar")
@pytest.mark.parametrize("value", [0.0, 1.0, 2.0, 0.5, -1.0, np.inf])
def test_a_scalar_that_the_table_does_not_list_is_refused(case, value):
    given = case.arguments((3,))
    plain = call(case, given)
    for name, scalars in vectors_in(case, given).items():
        changed = with_scalars(case, given, name, value)
        if scalars and value not in scalars:
            expected = " or ".join(str(scalar) for scalar in scalars)
            message = rf"{name} must have the scalar {expected} in its first column, got {value}"
            with pytest.raises(treealg.InvalidValueError, match=message):
                case.row.function(**changed)
            continue
        for got, want in zip(call(case, changed), plain, strict=True):
            np.testing.assert_array_equal(got[..., 1:], want[..., 1:])


@each_case(WITH_SCALAR, "scalar", "with_value", "planar_scalar")
def test_a_scalar_that_is_missing_is_taken_and_stays_in_its_row(case):
    given = case.arguments((3,))
    plain = call(case, given)
    for name in vectors_in(case, given):
        for got, want in zip(
            call(case, with_scalars(case, given, name, np.nan)), plain, strict=True
        ):
            np.testing.assert_array_equal(got[[0, 2]], want[[0, 2]])


LINEAR = [case for case in WITH_SCALAR if any(len(x.scalars) > 1 for x in case.row.arguments)]


@each_case(LINEAR, "scalar", "planar_scalar")
def test_linear_maps_take_signatures_and_logarithms_in_one_batch(case):
    given = case.arguments((3,))
    assert "branched_sig_change_lift" in {case.name for case in LINEAR}
    for argument in case.row.arguments:
        if len(argument.scalars) > 1:
            mixed = with_scalars(case, given, argument.name, 0.0)
            (got,) = call(case, mixed)[:1]
            is_backward = case.name.endswith(("backprop", "jvp"))
            want = [0.0, 0.0, 0.0] if is_backward else [1.0, 0.0, 1.0]
            np.testing.assert_array_equal(got[..., 0], want)


@pytest.mark.parametrize(
    "refused",
    [
        lambda: treealg.branched_sig_change_lift([7.0, 1, 2], 2, 1),
        lambda: treealg.branched_sig_translate([7.0, 1, 2], [[0.0, 0], [0, 0]], 2, 1),
        lambda: treealg.branched_sig_to_sig([7.0, 1, 2], 2, 1),
        lambda: treealg.sig_to_branched_sig(np.float32([[1, 1, 2], [7, 1, 2]]), 2, 1),
        lambda: treealg.geometric_to_branched_sig([-1.0, 1, 2], 2, 1),
    ],
)
def test_linear_maps_say_which_scalars_they_take(refused):
    with pytest.raises(treealg.InvalidValueError, match="scalar 1 or 0 in its first column, got"):
        refused()
