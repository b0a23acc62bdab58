"""Shapes and dtypes of results are known without data."""

import itertools
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import treealg

from .cases import CASES, OPERATIONS, WAYS, Case, call, each_case


def without_data(case, arguments):
    """Replace every array by what has its shape and dtype, and nothing else."""
    names = {argument.name for argument in case.row.arguments}
    return {
        name: SimpleNamespace(shape=value.shape, dtype=value.dtype)
        if name in names and hasattr(value, "shape")
        else value
        for name, value in arguments.items()
    }


def assert_described(case, arguments):
    got = call(case, arguments)
    found = case.row.result(**without_data(case, arguments))
    want = list(found) if isinstance(found, tuple) else [found]
    assert len(got) == len(want)
    for array, described in zip(got, want, strict=True):
        assert (array is None) == (described is None)
        if described is not None:
            assert np.shape(array) == described.shape
            assert array.dtype == described.dtype
            assert len(described.axes) <= len(described.shape)


@each_case(CASES)
@pytest.mark.parametrize(
    ("batch", "dtype"), [((), np.float64), ((2, 1, 3), np.int16)], ids=["single", "integers"]
)
def test_results_have_the_shape_and_dtype_that_the_row_says(case, batch, dtype):
    assert_described(case, case.arguments(batch, dtype))


@each_case(CASES, *WAYS)
@pytest.mark.parametrize("batch", [(0,), (3,)], ids=str)
def test_results_in_float32_have_the_shape_and_dtype_that_the_row_says(case, batch):
    assert_described(case, case.arguments(batch, np.float32))


@each_case([c for c in CASES if any(a.batch == "broadcast" for a in c.row.arguments)])
@pytest.mark.parametrize("batch", [[(3, 1, 2), (5, 1)], [(1,), (0,)]], ids=str)
def test_batches_that_broadcast_are_described(case, batch):
    assert_described(case, case.arguments(batch))


@pytest.mark.parametrize("name", ["branched_sig_kernel_gram", "branched_sig_kernel_gram_backprop"])
def test_batches_of_a_gram_matrix_follow_each_other(name):
    path = np.zeros((2, 3, 4, 2)), np.zeros((5, 6, 2))
    given = (*path, 1, 0)
    if name.endswith("backprop"):
        given = (np.zeros((2, 3, 5)), *given)
        assert [x and x.shape for x in OPERATIONS[name].result(*given)] == [(2, 3, 4, 2), None]
    else:
        assert OPERATIONS[name].result(*given).shape == (2, 3, 5)


class Unknown:
    """The length of an axis that is not known: it can be compared, and no more."""

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return self.name


@each_case(CASES)
def test_batches_of_unknown_length_survive(case):
    unknown, size = Unknown("b"), 23
    given = without_data(case, case.arguments((size,)))
    for value in given.values():
        if isinstance(value, SimpleNamespace):
            value.shape = tuple(unknown if n == size else n for n in value.shape)
    found = case.row.result(**given)
    for described in found if isinstance(found, tuple) else (found,):
        if described is None or (case.variant.startswith("corrected") and not described.shape[1:]):
            continue
        is_shared = described.axes == ("segments", "columns") or case.asked.get("axes") == 1
        assert unknown in described.shape or is_shared
        assert all(n is unknown or type(n) is int for n in described.shape)


def test_unknown_lengths_broadcast_with_one_and_with_themselves():
    combine = OPERATIONS["branched_sig_combine"]
    b, c = Unknown("b"), Unknown("c")

    def vector(*batch):
        return SimpleNamespace(shape=(*batch, 6), dtype="float32")

    assert combine.result(vector(b, 1), vector(c), 2, 2).shape == (b, c, 6)
    assert combine.result(vector(b), vector(b), 2, 2).shape == (b, 6)
    assert combine.result(vector(), vector(b), 2, 2).shape == (b, 6)
    with pytest.raises(treealg.InvalidValueError, match="broadcast"):
        combine.result(vector(b), vector(c), 2, 2)


def test_lengths_of_bases_beyond_any_table_are_counted():
    path = SimpleNamespace(shape=(4, 10**9, 3), dtype=np.dtype(">f4"))
    found = OPERATIONS["branched_sig"].result(path, 16, planar=True)
    assert found.shape == (4, treealg.branched_sig_length(3, 16, planar=True))
    assert found.dtype == np.float32
    assert found.dtype.isnative


def test_tensors_without_memory_are_described():
    torch = pytest.importorskip("torch")
    path = torch.empty(3, 10, 2, dtype=torch.float32, device="meta")
    assert OPERATIONS["branched_log_sig"].result(path, 3).shape == (3, 20)
    assert OPERATIONS["branched_log_sig"].result(path, 3).dtype == np.float32
    with pytest.raises(treealg.InvalidTypeError, match="bfloat16"):
        OPERATIONS["branched_log_sig"].result(path.bfloat16(), 3)


@pytest.mark.parametrize(
    ("given", "options", "error", "message"),
    [
        ((), {}, "type", "degree|path"),
        ((np.empty((3, 2)), 2), {"colour": 1}, "type", "colour"),
        (([[1.0]], 2), {}, "type", r"path\[0\] must have a shape and a dtype"),
        ((None, 2), {}, "type", "path must have a shape and a dtype"),
        ((np.empty(3), 2), {}, "value", "path must have shape"),
        ((np.empty((3, 2), complex), 2), {}, "type", "dtype"),
        ((np.empty((3, 2)), -1), {}, "value", "degree"),
        ((np.empty((3, 2)), 10**9), {}, "value", "degree"),
    ],
)
def test_what_has_no_shape_is_refused(given, options, error, message):
    kind = treealg.InvalidTypeError if error == "type" else treealg.InvalidValueError
    with pytest.raises(kind, match=message):
        OPERATIONS["branched_sig"].result(*given, **options)


def test_cases_reach_every_parameter_of_every_row():
    reached = {name: set() for name in OPERATIONS}
    for case in CASES:
        reached[case.name] |= case.arguments((2,)).keys()
    for name, row in OPERATIONS.items():
        # Lengths of pairs are options of the shape of a batch, which cases do not know.
        apart = {"n_jobs", "max_batch", "out", "lengths1", "lengths2"}
        assert row.signature.parameters.keys() - reached[name] - apart == set(), name


ERRORS = {
    "one more": lambda item: {axis: n + 1 for axis, n in item.items()},
    "an axis less": lambda item: {},
}


@pytest.mark.parametrize("error", ERRORS)
def test_a_wrong_row_is_found(error):
    right = Case("branched_sig", "plain").row

    class Planted(Case):
        row = replace(right, shape=lambda given: ERRORS[error](right.shape(given)))

    case = Planted("branched_sig", "plain")
    with pytest.raises(AssertionError):
        assert_described(case, case.arguments((3,)))


NO_NUMBERS = [[1, 2], "2", {1}, object(), 2j, np.array([1, 2]), itertools.count(), int]


@each_case(CASES, "plain")
def test_options_that_are_no_numbers_are_refused_without_data(case):
    given = case.arguments(())
    for option in case.row.options:
        if option.kind not in ("enumeration", "object"):
            for value in NO_NUMBERS:
                with pytest.raises(treealg.InvalidTypeError, match=f"^{option.name} must be"):
                    case.row.result(**given | {option.name: value})
        if option.required and option.kind == "integer":
            with pytest.raises(treealg.InvalidTypeError, match=f"^{option.name} must be an int"):
                case.row.result(**given | {option.name: None})
            found = case.row.result(**given | {option.name: np.int64(given[option.name])})
            assert found == case.row.result(**given)
