"""Memory of arrays: any layout in, results that are new, arguments as they were."""

import numpy as np
import pytest

import treealg

from .cases import CASES, WAYS, Case, Planted, assert_close, call, each_case, map_arrays


def unaligned(array):
    memory = np.zeros(array.nbytes + 1, np.uint8)
    result = memory[1:].view(array.dtype).reshape(array.shape)
    result[...] = array
    return result


def reverse(array):
    return array[(slice(None, None, -1),) * array.ndim]


LAYOUTS = {
    "fortran": np.asfortranarray,
    "byte_order": lambda x: x.astype(x.dtype.newbyteorder()),
    "unaligned": unaligned,
    "read_only": lambda x: np.broadcast_to(x, x.shape),
    "negative": lambda x: reverse(reverse(x).copy()),
    "padded": lambda x: np.pad(x, 1)[(slice(1, -1),) * x.ndim],
    "transposed": lambda x: np.moveaxis(np.moveaxis(x, 0, -1).copy(), -1, 0) if x.ndim else x,
    "subclass": lambda x: x.view(type("Sub", (np.ndarray,), {})),
}


def test_layouts_are_what_they_are_called():
    x = np.arange(24.0).reshape(2, 3, 4)
    changed = {name: layout(x) for name, layout in LAYOUTS.items()}
    for array in changed.values():
        np.testing.assert_array_equal(array, x)
    assert not changed["fortran"].flags.c_contiguous
    assert not changed["byte_order"].dtype.isnative
    assert not changed["unaligned"].flags.aligned
    assert not changed["read_only"].flags.writeable
    assert max(changed["negative"].strides) < 0
    assert changed["padded"].strides != x.strides
    assert changed["transposed"].strides == (8, 64, 16)


def assert_layout_is_of_no_matter(case, layout, batch):
    given = case.arguments(batch)
    assert_close(call(case, map_arrays(case, given, LAYOUTS[layout])), call(case, given))


@each_case(CASES, *WAYS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_layout_of_memory_does_not_change_results(case, layout):
    assert_layout_is_of_no_matter(case, layout, (2, 3) if "gram" in case.name else (5, 14))


@each_case(CASES, "plain")
@pytest.mark.parametrize("layout", ["byte_order", "transposed"])
def test_layout_of_an_empty_batch_is_of_no_matter(case, layout):
    assert_layout_is_of_no_matter(case, layout, (3, 0))


@each_case([c for c in CASES if any(a.batch == "broadcast" for a in c.row.arguments)], "plain")
@pytest.mark.parametrize("layout", LAYOUTS)
def test_layout_of_batches_that_broadcast_is_of_no_matter(case, layout):
    assert_layout_is_of_no_matter(case, layout, [(3, 1), (4,)])


def bytes_as_they_are(function):
    return lambda path, **rest: function(path.view(path.dtype.newbyteorder("=")), **rest)


def order_of_memory(function):
    return lambda path, **rest: function(path.base if path.strides[0] < 0 else path, **rest)


@pytest.mark.parametrize(
    ("error", "layout"), [(bytes_as_they_are, "byte_order"), (order_of_memory, "negative")]
)
def test_a_function_that_forgets_a_layout_is_found(error, layout):
    case = Planted("branched_sig", "plain", error=error)
    assert_layout_is_of_no_matter(case, "fortran", (3,))
    with pytest.raises(AssertionError):
        assert_layout_is_of_no_matter(case, layout, (3,))


@each_case(CASES, "plain", "corrected", "windows", "corrected_windows", "filled", "time")
def test_repeated_batches_without_memory_are_read_in_place(case):
    given = case.arguments()
    many = map_arrays(case, given, lambda x: np.broadcast_to(x, (3, 2, *x.shape)))
    copies = map_arrays(case, given, lambda x: np.broadcast_to(x, (3, 2, *x.shape)).copy())
    for name in {"derivs", "derivs_tangent"} & given.keys() if "gram_backprop" in case.name else ():
        shape = (3, 2, 3, 2)
        many[name], copies[name] = np.broadcast_to(0.5, shape), np.full(shape, 0.5)
    assert_close(call(case, many), call(case, copies))


def assert_results_are_new_and_arguments_unchanged(case, batch):
    given = case.arguments(batch)
    before = {name: x.copy() for name, x in given.items() if isinstance(x, np.ndarray)}
    results = [x for x in call(case, given) if x is not None]
    for name, copy in before.items():
        np.testing.assert_array_equal(given[name], copy)
        assert not any(np.shares_memory(x, given[name]) for x in results)
    for place, x in enumerate(results):
        assert x.flags.c_contiguous
        assert x.flags.writeable
        assert x.dtype.isnative
        assert not any(np.shares_memory(x, other) for other in results[:place])


@each_case(CASES)
def test_results_are_new_and_arguments_unchanged(case):
    assert_results_are_new_and_arguments_unchanged(case, (3,))


@each_case(CASES, "plain", "degree_0_scalar", "one_point", "corrected_by_nothing")
def test_results_of_single_items_are_new(case):
    assert_results_are_new_and_arguments_unchanged(case, ())


ERRORS = {
    "returns its argument": lambda f: lambda bsig, **rest: bsig,
    "returns a view": lambda f: lambda bsig, **rest: bsig[..., ::-1],
    "returns what is read only": lambda f: lambda bsig, **rest: np.broadcast_to(1.0, (3, 20)),
    "returns columns": lambda f: lambda bsig, **rest: np.asfortranarray(f(bsig, **rest)),
    "writes": lambda f: lambda bsig, **rest: f(np.negative(bsig, out=bsig), **rest),
}


@pytest.mark.parametrize("error", ERRORS)
def test_results_that_are_not_new_are_found(error):
    case = Planted("branched_sig_inverse", "plain", error=ERRORS[error])
    with pytest.raises(AssertionError):
        assert_results_are_new_and_arguments_unchanged(case, (3,))
    assert_results_are_new_and_arguments_unchanged(Case(case.name, case.variant), (3,))


# -- kinds and dtypes ----------------------------------------------------------------------------


def assert_float32_is_computed_as_such(case):
    given = case.arguments((5,), np.float32)
    got, want = call(case, given), call(case, map_arrays(case, given, np.float64))
    for one, other in zip(got, want, strict=True):
        if one is None:
            assert other is None
            continue
        assert one.dtype == np.float32
        assert other.dtype == np.float64
        scale = np.abs(other).max(initial=1)
        np.testing.assert_allclose(one, other, rtol=0, atol=2e-5 * scale)


@each_case(CASES, *WAYS, "lead_lag_time", "prefixes", "normalized", "extrapolated")
def test_float32_is_computed_and_returned_as_such(case):
    assert_float32_is_computed_as_such(case)


def assert_other_numbers_are_float64(case, change):
    given = map_arrays(case, case.arguments((3,), np.int32), np.abs)
    want = call(case, map_arrays(case, given, np.float64))
    assert_close(call(case, map_arrays(case, given, change)), want)


OTHER_NUMBERS = {
    "int32": lambda x: x,
    "uint8": lambda x: x.astype(np.uint8),
    "lists": lambda x: x.tolist(),
}


@each_case(CASES, *WAYS, "one_step")
@pytest.mark.parametrize("change", OTHER_NUMBERS)
def test_integers_and_lists_are_computed_in_float64(case, change):
    assert_other_numbers_are_float64(case, OTHER_NUMBERS[change])


def assert_tensors_give_tensors(torch, case, dtype):
    given = case.arguments((4,), dtype)
    got = call(case, map_arrays(case, given, torch.from_numpy))
    want = call(case, given)
    for one, other in zip(got, want, strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            assert isinstance(one, torch.Tensor)
            np.testing.assert_array_equal(one.numpy(), other)
            assert one.numpy().dtype == other.dtype


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


@each_case(CASES, *WAYS)
@pytest.mark.parametrize("dtype", [np.float32, np.int64], ids=lambda x: x.__name__)
def test_tensors_give_tensors_of_the_same_values(torch, case, dtype):
    assert_tensors_give_tensors(torch, case, dtype)


def test_a_function_that_loses_tensors_is_found(torch):
    case = Planted("branched_sig", "plain", error=lambda f: lambda **x: np.asarray(f(**x)))
    with pytest.raises(AssertionError):
        assert_tensors_give_tensors(torch, case, np.float32)


@each_case(CASES, "plain")
def test_tensors_that_record_a_gradient_are_refused(torch, case):
    given = map_arrays(case, case.arguments((4,)), torch.from_numpy)
    for name in map_arrays(case, case.arguments((4,)), lambda x: None):
        if isinstance(given[name], torch.Tensor):
            tensor = given[name].clone().requires_grad_()
            with pytest.raises(
                treealg.InvalidTypeError, match=rf"{name} requires a gradient.*treealg\.torch"
            ):
                case.row.function(**given | {name: tensor})


def where(dtype, change):
    """Return an error that changes arrays of a dtype."""
    return lambda function: (
        lambda path, **rest: function(change(path) if path.dtype == dtype else path, **rest)
    )


def test_wrong_precision_is_found():
    for change in (np.float64, lambda x: np.round(x, 2)):
        case = Planted("sig", "plain", error=where(np.float32, change))
        with pytest.raises(AssertionError):
            assert_float32_is_computed_as_such(case)
    case = Planted("sig", "plain", error=where(np.int32, np.float32))
    with pytest.raises(AssertionError):
        assert_other_numbers_are_float64(case, OTHER_NUMBERS["int32"])
