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


def checked_scalars(case):
    return [
        argument.name
        for argument in case.row.arguments
        if argument.role in ("input", "value") and argument.axes in VECTORS
    ]


TAKE_ANY_FUNCTIONAL = (
    *("branched_sig_translate", "branched_sig_translate_backprop", "branched_sig_change_lift"),
    "geometric_to_branched_sig",
    "branched_sig_to_sig",
    "extract_branched_sig_coef",
    "extract_sig_coef",
    "sig_to_branched_sig",
)
CHECKED = [
    case
    for case in WITH_SCALAR
    if checked_scalars(case) and case.name.removesuffix("_jvp") not in TAKE_ANY_FUNCTIONAL
]


@each_case(CHECKED, "scalar", "with_value")
@pytest.mark.parametrize("value", [2.0, 0.5, -1.0, np.inf])
def test_a_wrong_scalar_is_refused(case, value):
    given = case.arguments((3,))
    for name in checked_scalars(case):
        if given.get(name) is not None:
            wrong = given[name].copy()
            wrong[1, 0] = value
            with pytest.raises(treealg.InvalidValueError, match="scalar"):
                case.row.function(**given | {name: wrong})
