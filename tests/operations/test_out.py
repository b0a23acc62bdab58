"""Results go where the caller says, once, and what does not fit there is refused unwritten."""

import importlib
import inspect
import tracemalloc

import numpy as np
import pytest

import treealg
from treealg import engines

from .cases import CASES, OPERATIONS, Case, arrays_of, call, each_case

WITH_OUT = [case for case in CASES if case.row.has_out]


def returns_several(case):
    """Tell whether a gradient comes in a tuple, as do those in paths with others beside them."""
    flags, row = case.row.flags, case.row
    arguments = {x.name: x for x in row.arguments}
    return bool(flags) or any(
        name in arguments and (case.asked.get(name) is ... or not is_left_out(arguments[name]))
        for name in row.gradients[1:]
    )


def is_left_out(argument):
    """Tell whether an argument is no array if nothing is said."""
    return argument.optional or argument.alternative == "flag"


SEVERAL = [case for case in WITH_OUT if returns_several(case)]
ONE = [case for case in WITH_OUT if case not in SEVERAL]
WAYS = "plain", "planar_scalar", "brackets", "word_brackets", "corrected", "ragged", "jumps"
VECTORS = [
    case
    for case in ONE
    if case.variant in WAYS and len(case.row.result(**case.arguments((3,))).axes) == 1
]
BATCHES = (), (3,), (2, 2)
# Results that are as small as a number, a choice out of an argument, or a pair of paths; and those
# of which there are several.
WITHOUT = {
    "branched_sig_kernel", "branched_mmd", "branched_scoring_rule",
    "expected_branched_scoring_rule", "ito_correction", "realised_correction",
    "extract_branched_sig_coef", "extract_sig_coef",
}  # fmt: skip


@pytest.mark.parametrize("row", OPERATIONS.values(), ids=OPERATIONS)
def test_functions_without_it_are_listed(row):
    of_direction = any(argument.role == "tangent" for argument in row.arguments)
    assert row.has_out is not (row.name in WITHOUT or of_direction)


@pytest.mark.parametrize("batch", BATCHES, ids=str)
@each_case(ONE)
def test_the_array_that_is_given_is_the_result_to_the_bit(case, batch):
    arguments = case.arguments(batch)
    (want,) = call(case, arguments)
    out = np.full(want.shape, np.nan)
    assert case.row.function(**arguments, out=out) is out
    np.testing.assert_array_equal(out.view(np.int64), want.view(np.int64))


def room_for(want):
    """Return arrays for several results, None for what is None."""
    return tuple(None if x is None else np.full(x.shape, np.nan, x.dtype) for x in want)


@pytest.mark.parametrize("batch", BATCHES, ids=str)
@each_case(SEVERAL)
def test_the_arrays_of_a_tuple_are_the_results_to_the_bit(case, batch):
    arguments = case.arguments(batch)
    want = call(case, arguments)
    out = room_for(want)
    found = case.row.function(**arguments, out=out)
    assert type(found) is tuple
    assert len(found) == len(want) > 1
    for got, own, expected in zip(found, out, want, strict=True):
        assert got is own
        if own is not None:
            np.testing.assert_array_equal(own.view(np.int64), expected.view(np.int64))


@each_case(SEVERAL, "plain", "corrected", "basepoint", "ragged", "corrected_windows")
def test_a_result_of_several_that_is_left_open_is_made(case):
    arguments = case.arguments((3,))
    want = call(case, arguments)
    for place in range(len(want)):
        out = [x if i == place else None for i, x in enumerate(room_for(want))]
        found = case.row.function(**arguments, out=tuple(out))
        assert found[place] is out[place]
        for got, expected in zip(found, want, strict=True):
            np.testing.assert_array_equal(got, expected)


@each_case([case for case in SEVERAL if case.variant == "plain" and "broadcast" in (
    argument.batch for argument in case.row.arguments)])  # fmt: skip
def test_sums_over_rows_that_an_argument_served_are_written_where_they_are_wanted(case):
    arguments = case.arguments([(3, 1), (1, 2)])
    want = call(case, arguments)
    out = room_for(want)
    found = case.row.function(**arguments, out=out)
    for got, own, expected in zip(found, out, want, strict=True):
        assert got is own
        np.testing.assert_array_equal(own, expected)


@each_case(SEVERAL, "plain", "corrected", "basepoint")
def test_several_arrays_that_do_not_fit_are_refused_unwritten(case):
    arguments = case.arguments((3,))
    out = room_for(call(case, arguments))
    last = out[-1]
    bad = {
        "must be a tuple": (out[0], treealg.InvalidTypeError),
        r"must be a tuple of \d": (out[:1], treealg.InvalidValueError),
        r"out\[\d\] must have the shape": ((*out[:-1], last[:1]), treealg.InvalidValueError),
        r"out\[\d\] must be of the kind": (
            (*out[:-1], last.astype(np.float32)), treealg.InvalidTypeError
        ),
        r"out\[\d\] must not share memory with another": (
            sharing(out), treealg.InvalidValueError
        ),
    }  # fmt: skip
    for match, (wrong, error) in bad.items():
        with pytest.raises(error, match=match):
            case.row.function(**arguments, out=wrong)
    assert all(np.isnan(own).all() for own in out)


def sharing(out):
    """Return arrays of the same shapes, the first and the last in one piece of memory."""
    memory = np.zeros(max(x.size for x in out))
    first, last = (memory[: x.size].reshape(x.shape) for x in (out[0], out[-1]))
    return first, *out[1:-1], last


@each_case(SEVERAL, "right_only")
def test_no_array_is_taken_for_a_gradient_that_is_not_asked_for(case):
    arguments = case.arguments((3,))
    _, right = call(case, arguments)
    with pytest.raises(treealg.InvalidValueError, match=r"out\[0\] must be None"):
        case.row.function(**arguments, out=(right, None))


@each_case(VECTORS)
def test_columns_of_a_larger_array_get_vectors_and_no_more(case):
    arguments = case.arguments((3,), np.float32)
    (want,) = call(case, arguments)
    size = want.shape[1]
    whole = np.full((3, size + 3), np.float32(7))
    out = whole[:, 1 : 1 + size]
    assert case.row.function(**arguments, out=out) is out
    np.testing.assert_array_equal(out, want)
    assert (whole[:, 0] == 7).all()
    assert (whole[:, 1 + size :] == 7).all()


def read_only(out):
    out.flags.writeable = False
    return out


def unaligned(out):
    memory = np.zeros(out.nbytes + 1, np.uint8)[1:]
    return memory.view(out.dtype).reshape(out.shape)


BAD = {
    "list": (lambda out: out.tolist(), TypeError),
    "text": (lambda out: "out", TypeError),
    "dtype": (lambda out: out.astype(np.float32), TypeError),
    "integers": (lambda out: np.zeros(out.shape, np.int64), TypeError),
    "byte order": (lambda out: out.astype(">f8"), TypeError),
    "masked": (lambda out: np.ma.masked_array(out, out == 7), TypeError),
    "matrix": (lambda out: np.asarray(out).view(np.recarray), TypeError),
    "shape": (lambda out: out[:1], ValueError),
    "too many axes": (lambda out: out[None], ValueError),
    "flat": (np.ravel, ValueError),
    "columns first": (np.asfortranarray, ValueError),
    "backwards": (lambda out: out[..., ::-1], ValueError),
    "rows backwards": (lambda out: out[::-1], ValueError),
    "one row for all": (lambda out: np.lib.stride_tricks.as_strided(
        out, strides=(0, *out.strides[1:])), ValueError),
    "read only": (read_only, ValueError),
    "unaligned": (unaligned, ValueError),
}  # fmt: skip


@pytest.mark.parametrize("bad", BAD)
@each_case(ONE, "plain")
def test_what_the_result_does_not_fit_in_is_refused_and_not_written(case, bad):
    arguments = case.arguments((3,))
    shape = call(case, arguments)[0].shape
    change, error = BAD[bad]
    out = change(np.full(shape, 7.0))
    with pytest.raises(treealg.TreeAlgError, match="out must") as caught:
        case.row.function(**arguments, out=out)
    assert isinstance(caught.value, error)
    if isinstance(out, np.ndarray) and bad not in ("integers", "unaligned"):
        assert (np.asarray(out) == 7).all()


@each_case(ONE, "plain", "basepoint", "corrected", "ragged", "times", "with_value", "jumps")
def test_a_result_that_would_overwrite_an_argument_is_refused(case):
    arguments = case.arguments((3,))
    (want,) = call(case, arguments)
    size = want.size
    for name, array in arrays_of(case, arguments).items():
        memory = np.zeros(max(size, array.size))
        given = memory[: array.size].reshape(array.shape)
        given[...] = array
        before = memory.copy()
        out = memory[:size].reshape(want.shape)
        with pytest.raises(treealg.InvalidValueError, match="out must not share memory"):
            case.row.function(**(arguments | {name: given}), out=out)
        np.testing.assert_array_equal(memory, before)


def test_a_result_between_the_numbers_of_an_argument_is_taken():
    table = np.zeros((4, 5, 8))
    table[..., :2] = np.random.default_rng(0).normal(size=(4, 5, 2))
    signatures = np.zeros((4, 12))
    signatures[:, 6:] = treealg.branched_sig(table[..., :2], 2)
    want = treealg.branched_sig_to_log_sig(signatures[:, 6:], 2, 2)
    out = signatures[:, :6]
    assert treealg.branched_sig_to_log_sig(signatures[:, 6:], 2, 2, out=out) is out
    np.testing.assert_array_equal(out, want)


def test_paths_of_a_list_are_arguments_and_one_result_is_for_all():
    rng = np.random.default_rng(1)
    memory = rng.normal(size=40)
    paths = [memory[:12].reshape(6, 2), memory[12:20].reshape(4, 2)]
    want = treealg.branched_sig(paths, 2)
    out = np.zeros((2, 6))
    assert treealg.branched_sig(paths, 2, out=out) is out
    np.testing.assert_array_equal(out, want)
    with pytest.raises(treealg.InvalidValueError, match="out must not share memory"):
        treealg.branched_sig(paths, 2, out=memory[18:30].reshape(2, 6))
    ones = np.ones((2, 6))
    for function in (treealg.branched_sig_backprop, treealg.sig_backprop):  # no array for a list
        with pytest.raises(
            treealg.InvalidValueError, match=r"out must be None for a list of paths"
        ):
            function(paths, None, ones, 2, out=np.zeros((2, 6, 2)))
    for function in (treealg.transform_path, treealg.bracket_path):
        with pytest.raises(
            treealg.InvalidValueError, match=r"out must be None for a list of paths"
        ):
            function(paths, out=np.zeros((2, 6, 2)))


def test_a_tensor_takes_the_result_of_tensors_and_no_other_kind():
    torch = pytest.importorskip("torch")
    paths = torch.randn(3, 5, 2, dtype=torch.float64)
    want = treealg.branched_sig(paths, 3)
    out = torch.full_like(want, torch.nan)
    assert treealg.branched_sig(paths, 3, out=out) is out
    assert torch.equal(out, want)
    wrong = {"kind": np.zeros(want.shape), "integers": torch.zeros(want.shape, dtype=torch.int64)}
    for other in wrong.values():
        with pytest.raises(treealg.InvalidTypeError, match="out must be of the kind and dtype"):
            treealg.branched_sig(paths, 3, out=other)
    with pytest.raises(treealg.InvalidTypeError, match="out requires a gradient"):
        treealg.branched_sig(paths, 3, out=out.clone().requires_grad_())
    with pytest.raises(treealg.InvalidValueError, match="out must not share memory"):
        treealg.branched_sig_inverse(want, 2, 3, out=want)
    with pytest.raises(
        treealg.InvalidValueError, match=r"; torch\.empty\(\(3, 20\), dtype=torch\.fl"
    ):
        treealg.branched_sig(paths, 3, out=out[:2])


def test_a_tensor_that_is_negated_when_it_is_read_is_an_argument_and_no_result():
    torch = pytest.importorskip("torch")
    paths = torch.randn(3, 5, 2, dtype=torch.complex128).conj().imag
    assert paths.is_neg()
    want = treealg.branched_sig(paths.clone(), 2)
    out = torch.zeros(3, 6, dtype=torch.float64)
    assert treealg.branched_sig(paths, 2, out=out) is out
    assert torch.equal(out, want)
    bad = torch.zeros(3, 6, dtype=torch.complex128).conj().imag
    with pytest.raises(treealg.InvalidValueError, match="out must hold its numbers as they are"):
        treealg.branched_sig(paths, 2, out=bad)
    memory = torch.zeros(30, dtype=torch.complex128)
    given = memory.conj().imag.reshape(3, 5, 2)
    with pytest.raises(treealg.InvalidValueError, match="out must not share memory"):
        treealg.branched_sig(given, 2, out=torch.view_as_real(memory)[:18].reshape(3, 12)[:, :6])


def test_a_file_is_taken(tmp_path):
    paths = np.random.default_rng(2).normal(size=(4, 5, 2))
    want = treealg.branched_sig(paths, 3)
    out = np.memmap(tmp_path / "result", np.float64, "w+", shape=want.shape)
    assert treealg.branched_sig(paths, 3, out=out) is out
    np.testing.assert_array_equal(out, want)


def test_the_same_call_with_and_without_it_is_not_mistaken_for_one_another():
    path = np.random.default_rng(3).normal(size=(5, 2))
    first = treealg.branched_sig(path, 2)
    out = np.zeros_like(first)
    for _ in range(2):
        assert treealg.branched_sig(path, 2, out=out) is out
        assert treealg.branched_sig(path, 2) is not out
    np.testing.assert_array_equal(out, first)


LARGE = {
    "branched_sig": "plain", "branched_log_sig": "planar_scalar", "sig": "scalar",
    "log_sig": "plain", "branched_sig_to_log_sig": "scalar", "branched_log_sig_to_sig": "plain",
    "branched_sig_to_log_sig_backprop": "plain", "branched_log_sig_to_sig_backprop": "planar",
    "branched_sig_combine": "scalar", "branched_sig_inverse": "plain",
    "branched_sig_inverse_backprop": "planar", "branched_sig_join": "plain",
    "branched_log_sig_combine": "plain", "branched_log_sig_join": "scalar",
    "sig_combine": "plain", "sig_inverse": "plain", "sig_to_log_sig": "word_brackets",
    "log_sig_to_sig": "lyndon_words", "linear_branched_sig": "scalar",
    "linear_branched_log_sig": "planar", "sig_to_branched_sig": "plain",
    "branched_sig_to_sig": "plain", "branched_sig_to_sig_backprop": "plain",
    "branched_sig_of_lift": "scalar",
    "branched_sig_translate": "plain", "branched_sig_change_lift": "plain",
    "branched_sig_to_geometric": "plain", "geometric_to_branched_sig": "plain",
    "branched_sig_coef": "plain", "sig_coef": "plain", "log_sig_coef": "plain",
    "branched_sig_backprop": "plain", "branched_log_sig_backprop": "brackets",
    "sig_backprop": "prefixes", "branched_sig_of_lift_backprop": "plain",
    "transform_path": "lead_lag", "linear_sig_backprop": "plain",
    "expected_branched_sig": "plain",
}  # fmt: skip


@pytest.mark.parametrize(("name", "variant"), LARGE.items())
def test_no_second_array_of_the_size_of_the_result_is_made(name, variant):
    case = Case(name, variant)
    assert case.is_known()
    arguments = case.arguments((20_000,))
    (want,) = call(case, arguments)
    out = np.full(want.shape, np.nan)
    tracemalloc.start()
    try:
        assert case.row.function(**arguments, out=out) is out
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    np.testing.assert_array_equal(out, want)
    assert peak < max(out.nbytes / 2, 1 << 21)
    assert out.nbytes > 1 << 18


def test_an_error_on_the_way_leaves_the_array_to_the_caller(monkeypatch):
    signatures = treealg.branched_sig(np.random.default_rng(4).normal(size=(2000, 5, 2)), 3)
    wide = np.asarray(signatures, ">f8")  # is copied for kernels a few rows at a time
    want = treealg.branched_sig_to_log_sig(signatures, 2, 3)
    out = np.full(signatures.shape, np.nan)
    engine = type(engines.current())
    kernel, calls = engine.signature_to_log, []

    def failing(self, *given):
        calls.append(given)
        if len(calls) == 2:
            raise KeyboardInterrupt
        kernel(self, *given)

    monkeypatch.setattr(engine, "signature_to_log", failing)
    with pytest.raises(KeyboardInterrupt):
        treealg.branched_sig_to_log_sig(wide, 2, 3, out=out)
    rows = len(calls[0][0])
    np.testing.assert_array_equal(out[:rows], want[:rows])
    assert np.isnan(out[rows:]).all()
    monkeypatch.undo()
    assert treealg.branched_sig_to_log_sig(wide, 2, 3, out=out) is out
    np.testing.assert_array_equal(out, want)


@pytest.mark.parametrize("framework", ["torch", "jax", "xarray", "dask"])
def test_frameworks_make_their_results_themselves(framework):
    pytest.importorskip(framework)
    module = importlib.import_module(f"treealg.{framework}")
    for name, row in OPERATIONS.items():
        function = getattr(module, name)
        assert "out" not in inspect.signature(function).parameters
        assert "out" not in [option.name for option in row.options]
        assert "`out`" not in (inspect.getdoc(function) or "")
        assert "\nout : " not in (inspect.getdoc(function) or "")
        assert ("`out`" in row.function.__doc__) is row.has_out
