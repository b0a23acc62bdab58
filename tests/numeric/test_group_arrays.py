"""Arguments of functions of the group, beyond the laws in tests/operations."""

import numpy as np
import pytest

import treealg

from ..operations.cases import Case, call

SIZE = (2, 3)
WITH_METHOD = [
    name
    for name, row in treealg.operations.items()
    if {"dimension", "method"} <= row.signature.parameters.keys()
]


@pytest.mark.parametrize(
    "name", ["branched_sig_combine", "branched_sig_inverse", "branched_sig_join"]
)
def test_nan_in_the_scalar_stays_there(name):
    case = Case(name, "scalar")
    given = case.arguments((4,))
    (clean,) = call(case, given)
    next(iter(given.values()))[2, 0] = np.nan
    (got,) = call(case, given)
    assert np.isnan(got[2, 0])
    np.testing.assert_array_equal(got[:, 1:], clean[:, 1:])


@pytest.mark.parametrize("name", ["branched_sig_combine", "branched_log_sig_combine"])
def test_factors_of_which_one_has_a_scalar_are_refused(name):
    scalar = list(Case(name, "scalar").arguments((4,)).values())[:2]
    plain = [x[:, 1:] for x in scalar]
    for given in ((plain[0], scalar[1]), (scalar[0], plain[1])):
        with pytest.raises(treealg.InvalidValueError, match="both have their scalar"):
            getattr(treealg, name)(*given, *SIZE)
    with pytest.raises(treealg.InvalidValueError, match="derivs"):
        getattr(treealg, f"{name}_backprop")(plain[0], *scalar, *SIZE)


@pytest.mark.parametrize("name", WITH_METHOD)
def test_expanded_vectors_are_refused_as_lyndon_coordinates(name):
    case = Case(name, "planar")
    given = case.arguments((4,))
    if any(argument.axes == ("log_coefficients",) for argument in case.row.arguments):
        with pytest.raises(treealg.InvalidValueError, match="columns"):
            case.row.function(**given | {"method": 1})


@pytest.mark.parametrize("name", ["linear_branched_log_sig", "linear_branched_log_sig_backprop"])
def test_lyndon_coordinates_with_a_scalar_are_refused(name):
    given = Case(name, "brackets").arguments((4,)) | {"scalar_term": True}
    with pytest.raises(treealg.InvalidValueError, match=r"scalar_term.*method=0"):
        getattr(treealg, name)(**given)
