"""Functions of two batches: leading shapes broadcast, and gradients are summed where they did."""

import tracemalloc

import numpy as np
import pytest

import treealg

SIZE = (2, 3)
PLANAR = pytest.mark.parametrize("planar", [False, True], ids=["trees", "forests"])
DTYPE = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])

# name: what its two arguments are: s signature, l log-signature, d displacement
FUNCTIONS = {
    "branched_sig_combine": "ss",
    "branched_sig_join": "sd",
    "branched_log_sig_combine": "ll",
    "branched_log_sig_join": "ld",
}
NAMES = pytest.mark.parametrize("name", FUNCTIONS)

BATCHES = [
    ((), (5,)),
    ((5,), ()),
    ((), (2, 3)),
    ((1,), (4,)),
    ((2, 3), (3,)),
    ((3, 1), (4,)),
    ((3, 1, 2), (5, 1)),
    ((1, 1), (7,)),
    ((70, 1), (1, 3)),
    ((0,), ()),
    ((1,), (0,)),
    ((3, 0), (3, 1)),
    ((2, 1), (1, 0)),
]
SHAPES = pytest.mark.parametrize(("batch1", "batch2"), BATCHES, ids=str)


def vectors(kind, batch, planar, dtype, seed, scalar=False):
    """Return arguments of one kind; with scalar they have 1 or 0 in front."""
    rng = np.random.default_rng(seed)
    if kind == "d":
        return rng.normal(size=(*batch, SIZE[0])).astype(dtype)
    found = rng.normal(size=(*batch, treealg.branched_sig_length(*SIZE, planar=planar)))
    if scalar:
        unit = np.full((*batch, 1), float(kind == "s"))
        found = np.concatenate((unit, found), axis=-1)
    return found.astype(dtype)


def two_arguments(name, batch1, batch2, planar=False, dtype=np.float64, scalar=False):
    first, second = FUNCTIONS[name]
    return (
        vectors(first, batch1, planar, dtype, 1, scalar),
        vectors(second, batch2, planar, dtype, 2, scalar),
    )


def repeated(arrays, item_ndim=1):
    """Copy each row as often as it is needed."""
    batch = np.broadcast_shapes(*(x.shape[: x.ndim - item_ndim] for x in arrays))
    return [np.broadcast_to(x, batch + x.shape[x.ndim - item_ndim :]).copy() for x in arrays], batch


def sum_to(gradient, shape, item_ndim=1):
    """Sum a gradient of repeated rows, one axis at a time, in extended precision."""
    total = gradient.astype(np.longdouble)
    while total.ndim > len(shape):
        total = total.sum(axis=0)
    for axis in range(total.ndim - item_ndim):
        if shape[axis] == 1:
            total = total.sum(axis=axis, keepdims=True)
    return total


def assert_close(got, want, dtype):
    tolerance = 20 * np.finfo(dtype).eps
    scale = max(np.abs(want).max(initial=0), 1)
    np.testing.assert_allclose(got, want, rtol=tolerance, atol=tolerance * float(scale))


@NAMES
@SHAPES
@PLANAR
@DTYPE
def test_result_is_that_of_repeated_rows(name, batch1, batch2, planar, dtype):
    given = two_arguments(name, batch1, batch2, planar, dtype)
    copies, batch = repeated(given)
    function = getattr(treealg, name)
    got = function(*given, *SIZE, planar=planar)
    assert got.shape == batch + given[0].shape[-1:]
    assert got.dtype == dtype
    assert got.flags.c_contiguous
    assert got.flags.writeable
    np.testing.assert_array_equal(got, function(*copies, *SIZE, planar=planar))


@NAMES
@SHAPES
@PLANAR
@DTYPE
def test_gradients_are_sums_over_the_rows_that_an_argument_served(
    name, batch1, batch2, planar, dtype
):
    given = two_arguments(name, batch1, batch2, planar, dtype)
    copies, batch = repeated(given)
    derivs = vectors("s", batch, planar, dtype, 3)
    backward = getattr(treealg, name + "_backprop")
    got = backward(derivs, *given, *SIZE, planar=planar)
    rows = backward(derivs, *copies, *SIZE, planar=planar)
    for gradient, argument, row in zip(got, given, rows, strict=True):
        assert gradient.shape == argument.shape
        assert gradient.dtype == dtype
        assert gradient.flags.c_contiguous
        assert_close(gradient, sum_to(row, argument.shape), dtype)


@NAMES
def test_gradients_are_those_of_the_whole_map(name):
    # <derivs, J (v, w)> by central differences, exact for polynomials of this degree
    given = two_arguments(name, (3, 1), (4,))
    steps = [np.sin(7 * x) for x in given]
    derivs = vectors("s", (3, 4), False, np.float64, 3)
    function = getattr(treealg, name)

    def value(t):
        moved = [x + t * v for x, v in zip(given, steps, strict=True)]
        return (derivs * function(*moved, *SIZE)).sum()

    h = 1e-2
    slope = (
        45 * (value(h) - value(-h))
        - 9 * (value(2 * h) - value(-2 * h))
        + value(3 * h)
        - value(-3 * h)
    ) / (60 * h)
    gradients = getattr(treealg, name + "_backprop")(derivs, *given, *SIZE)
    inner = sum((g * v).sum() for g, v in zip(gradients, steps, strict=True))
    np.testing.assert_allclose(inner, slope, rtol=1e-10)


@NAMES
@pytest.mark.parametrize(("batch1", "batch2"), [((3, 1), (4,)), ((), (2,)), ((0,), ())], ids=str)
def test_scalars_in_front_broadcast_too(name, batch1, batch2):
    plain = two_arguments(name, batch1, batch2)
    given = two_arguments(name, batch1, batch2, scalar=True)
    function, backward = getattr(treealg, name), getattr(treealg, name + "_backprop")
    got, want = function(*given, *SIZE), function(*plain, *SIZE)
    np.testing.assert_array_equal(got[..., 1:], want)
    np.testing.assert_array_equal(got[..., 0], float(FUNCTIONS[name][0] == "s"))
    gradients = backward(got, *given, *SIZE)
    for one, other in zip(gradients, backward(want, *plain, *SIZE), strict=True):
        if one.shape == other.shape:  # a displacement
            np.testing.assert_array_equal(one, other)
        else:
            np.testing.assert_array_equal(one[..., 1:], other)
            np.testing.assert_array_equal(one[..., 0], 0.0)


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if FUNCTIONS[name][0] == "l"])
@pytest.mark.parametrize("method", [1, 2])
def test_lyndon_coordinates_broadcast(name, method):
    rng = np.random.default_rng(4)
    columns = treealg.branched_log_sig_length(*SIZE, planar=True)
    given = [rng.normal(size=(3, 1, columns)), rng.normal(size=(4, columns))]
    if FUNCTIONS[name][1] == "d":
        given[1] = given[1][:, : SIZE[0]]
    copies, _ = repeated(given)
    options = {"planar": True, "method": method}
    got = getattr(treealg, name)(*given, *SIZE, **options)
    np.testing.assert_array_equal(got, getattr(treealg, name)(*copies, *SIZE, **options))
    derivs = rng.normal(size=got.shape)
    backward = getattr(treealg, name + "_backprop")
    rows = backward(derivs, *copies, *SIZE, **options)
    for gradient, row, argument in zip(
        backward(derivs, *given, *SIZE, **options), rows, given, strict=True
    ):
        assert_close(gradient, sum_to(row, argument.shape), np.float64)


@NAMES
@DTYPE
def test_tensors_broadcast(name, dtype):
    torch = pytest.importorskip("torch")
    given = two_arguments(name, (3, 1), (4,), dtype=dtype)
    tensors = [torch.from_numpy(x) for x in given]
    got = getattr(treealg, name)(*tensors, *SIZE)
    assert isinstance(got, torch.Tensor)
    want = getattr(treealg, name)(*given, *SIZE)
    np.testing.assert_array_equal(got.numpy(), want)
    gradients = getattr(treealg, name + "_backprop")(got, *tensors, *SIZE)
    numbers = getattr(treealg, name + "_backprop")(want, *given, *SIZE)
    for one, other, tensor in zip(gradients, numbers, tensors, strict=True):
        assert one.shape == tensor.shape
        assert one.dtype == tensor.dtype
        np.testing.assert_array_equal(one.numpy(), other)


@NAMES
def test_odd_memory_broadcasts(name):
    given = two_arguments(name, (3, 1), (4,))
    want = getattr(treealg, name)(*given, *SIZE)
    for change in (
        lambda x: x[..., ::-1].copy()[..., ::-1],
        lambda x: x[::-1].copy()[::-1],
        lambda x: x.astype(x.dtype.newbyteorder()),
        lambda x: np.asfortranarray(x),
    ):
        changed = [change(x) for x in given]
        for x in changed:
            x.flags.writeable = False
        np.testing.assert_array_equal(getattr(treealg, name)(*changed, *SIZE), want)


@NAMES
@pytest.mark.parametrize(
    ("batch1", "batch2"), [((2,), (3,)), ((2, 3), (2,)), ((0,), (2,)), ((4, 1), (3, 2))], ids=str
)
def test_shapes_that_do_not_broadcast_are_refused_with_both_names(name, batch1, batch2):
    given = two_arguments(name, batch1, batch2)
    with pytest.raises(treealg.InvalidValueError, match="broadcast") as caught:
        getattr(treealg, name)(*given, *SIZE)
    first = "bsig" if FUNCTIONS[name][0] == "s" else "blogsig"
    second = "displacement" if FUNCTIONS[name][1] == "d" else first + "2"
    for text in (first, second, str(batch1), str(batch2)):
        assert text in str(caught.value)
    with pytest.raises(treealg.InvalidValueError, match="broadcast"):
        getattr(treealg, name + "_backprop")(given[0], *given, *SIZE)


@NAMES
@pytest.mark.parametrize("batch", [(), (4,), (1, 4), (3, 1), (1, 3, 4), (4, 3)], ids=str)
def test_derivatives_have_the_batch_of_the_result(name, batch):
    given = two_arguments(name, (3, 1), (4,))
    derivs = vectors("s", batch, False, np.float64, 3)
    with pytest.raises(treealg.InvalidValueError, match=r"derivs .*leading shape \(3, 4\)"):
        getattr(treealg, name + "_backprop")(derivs, *given, *SIZE)


@NAMES
@pytest.mark.parametrize("n_jobs", [2, -1])
def test_threads_change_nothing(name, n_jobs):
    given = two_arguments(name, (40, 1), (3,))
    derivs = vectors("s", (40, 3), False, np.float64, 3)
    one = getattr(treealg, name)(*given, *SIZE)
    np.testing.assert_array_equal(getattr(treealg, name)(*given, *SIZE, n_jobs=n_jobs), one)
    backward = getattr(treealg, name + "_backprop")
    for got, want in zip(
        backward(derivs, *given, *SIZE, n_jobs=n_jobs), backward(derivs, *given, *SIZE), strict=True
    ):
        np.testing.assert_array_equal(got, want)


def test_long_sums_of_small_numbers_keep_their_digits():
    derivs = np.full((1 << 18, 1), 0.1, np.float32)
    left, right = treealg.branched_sig_combine_backprop(
        derivs, np.ones((1, 1), np.float32), np.ones((1 << 18, 1), np.float32), 1, 1
    )
    np.testing.assert_allclose(left, (1 << 18) * float(np.float32(0.1)), rtol=1e-7)
    np.testing.assert_array_equal(right, derivs)


def test_a_nan_stays_in_the_rows_that_it_serves():
    given = two_arguments("branched_sig_combine", (3, 1), (4,))
    given[0][1, 0, 2] = np.nan
    got = treealg.branched_sig_combine(*given, *SIZE)
    assert np.isnan(got[1]).any(axis=-1).all()
    assert np.isfinite(got[[0, 2]]).all()


@pytest.mark.parametrize("batch1", [(), (100, 1)], ids=str)
def test_no_copy_of_a_whole_batch_is_made(batch1):
    size = (2, 4)
    columns = treealg.branched_sig_length(*size)
    rng = np.random.default_rng(5)
    first, second = rng.normal(size=(*batch1, columns)), rng.normal(size=(100, 100, columns))
    treealg.branched_sig_combine(first, second[:1], *size)
    tracemalloc.start()
    try:
        result = treealg.branched_sig_combine(first, second, *size)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1.3 * result.nbytes


KERNELS = [None, treealg.RBFKernel(0.8)]


@SHAPES
@DTYPE
@pytest.mark.parametrize("kernel", KERNELS, ids=["linear", "rbf"])
def test_kernels_pair_paths_as_batches_broadcast(batch1, batch2, dtype, kernel):
    rng = np.random.default_rng(6)
    given = [
        (0.5 * rng.normal(size=(*batch, length, 2))).astype(dtype)
        for batch, length in ((batch1, 3), (batch2, 4))
    ]
    copies, batch = repeated(given, 2)
    flat = [x.reshape(-1, *x.shape[-2:]) for x in copies]
    for options in ({}, {"normalize": True}, {"return_grid": True}):
        got, want = (
            treealg.branched_sig_kernel(*pair, 2, 1, static_kernel=kernel, **options)
            for pair in (given, flat)
        )
        assert got.shape == batch + want.shape[1:]
        assert_close(got, want.reshape(got.shape), dtype)
    derivs = rng.normal(size=batch).astype(dtype)
    options = {"static_kernel": kernel, "right_deriv": True}
    gradients = treealg.branched_sig_kernel_backprop(derivs, *given, 2, 1, **options)
    rows = treealg.branched_sig_kernel_backprop(derivs.reshape(-1), *flat, 2, 1, **options)
    for gradient, row, argument in zip(gradients, rows, given, strict=True):
        assert gradient.shape == argument.shape
        row = row.reshape(batch + row.shape[1:])
        assert_close(gradient, sum_to(row, argument.shape, 2), dtype)


@pytest.mark.parametrize(("batch1", "batch2"), [((2,), (3,)), ((2, 3), (2,))], ids=str)
def test_pairs_that_do_not_broadcast_are_refused(batch1, batch2):
    given = np.zeros((*batch1, 3, 2)), np.zeros((*batch2, 4, 2))
    with pytest.raises(treealg.InvalidValueError, match=r"path1 and path2 must .*broadcast"):
        treealg.branched_sig_kernel(*given, 1, 0)
    with pytest.raises(treealg.InvalidValueError, match=r"path1 and path2 must .*broadcast"):
        treealg.branched_sig_kernel_backprop(np.zeros(batch1), *given, 1, 0)


@pytest.mark.parametrize(
    ("batch1", "batch2"), [((3, 1), (4,)), ((4,), ()), ((), (3,)), ((2, 3), (3,))], ids=str
)
def test_covariances_and_times_broadcast(batch1, batch2):
    rng = np.random.default_rng(7)
    covariance, dt = rng.normal(size=(*batch1, 2, 2)), rng.uniform(size=batch2)
    want = -0.5 * covariance.reshape(*batch1, 4) * dt[..., None]
    np.testing.assert_allclose(treealg.ito_correction(covariance, dt), want, rtol=1e-15)


def test_more_axes_than_numpy_broadcasts_by_itself_are_no_obstacle():
    first, second = (
        vectors("s", (1,) * 40, False, np.float64, 1),
        vectors("s", (2,), False, float, 2),
    )
    got = treealg.branched_sig_combine(first, second, *SIZE)
    assert got.shape == (1,) * 39 + second.shape
    want = treealg.branched_sig_combine(first.reshape(1, -1), second, *SIZE)
    np.testing.assert_array_equal(got.reshape(second.shape), want)


@pytest.mark.parametrize("dt", [10**400, float("nan"), -float("inf")], ids=["huge", "nan", "-inf"])
def test_times_that_are_no_finite_floats_are_refused(dt):
    with pytest.raises(treealg.InvalidValueError, match="dt must be finite"):
        treealg.ito_correction(np.eye(2), dt)


def test_covariances_and_times_that_do_not_broadcast_are_refused():
    with pytest.raises(treealg.InvalidValueError, match=r"dt and covariance must .*broadcast"):
        treealg.ito_correction(np.ones((3, 2, 2)), np.ones(2))
