"""Kinds, dtypes, strides and shapes of arrays, and the edges of every function."""

import numpy as np
import pytest

import treealg

FLOATS = [np.float32, np.float64]


def paths(*shape, dtype=np.float64):
    return np.random.default_rng(0).integers(-8, 9, shape).astype(dtype)


def all_functions(path):
    """Return every kind of result for one array of paths."""
    sig = treealg.branched_sig(path, 3)
    return [
        sig,
        treealg.branched_sig(path, 3, planar=True, scalar_term=True, time_aug=True),
        treealg.branched_log_sig(path, 3, lead_lag=True),
        treealg.branched_sig_to_log_sig(sig, path.shape[-1], 3),
        treealg.branched_sig_to_log_sig_backprop(sig, sig, path.shape[-1], 3),
        treealg.transform_path(path, time_aug=True, lead_lag=True),
    ]


def assert_all_equal(got, want):
    for one, other in zip(got, want, strict=True):
        assert type(one) is type(other)
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))


def unaligned(array):
    memory = np.zeros(array.nbytes + 1, np.uint8)
    result = memory[1:].view(array.dtype).reshape(array.shape)
    result[...] = array
    assert not result.flags.aligned
    return result


def read_only(array):
    result = array.copy()
    result.flags.writeable = False
    return result


LAYOUTS = {
    "fortran": np.asfortranarray,
    "swapped": lambda a: a.astype(a.dtype.newbyteorder()),
    "unaligned": unaligned,
    "read_only": read_only,
    "negative": lambda a: a[::-1, ::-1].copy()[::-1, ::-1],
    "padded": lambda a: np.pad(a, ((1, 2), (2, 1), (1, 1)))[1:-2, 2:-1, 1:-1],
    "transposed": lambda a: np.ascontiguousarray(a.T).T,
    "matrix_subclass": lambda a: a.view(type("Sub", (np.ndarray,), {})),
}


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_layout_of_memory_does_not_change_results(layout, dtype):
    path = paths(5, 6, 2, dtype=dtype)
    assert_all_equal(all_functions(LAYOUTS[layout](path)), all_functions(path))


@pytest.mark.parametrize("layout", ["swapped", "unaligned", "padded"])
def test_layout_of_signatures_does_not_change_logarithms(layout):
    sig = treealg.branched_sig(paths(200, 4, 2), 3, scalar_term=True)
    spread = LAYOUTS[layout](sig[:, None])[:, 0]
    assert_all_equal(
        [
            treealg.branched_sig_to_log_sig(spread, 2, 3),
            treealg.branched_sig_to_log_sig_backprop(spread, sig, 2, 3),
            treealg.branched_sig_to_log_sig_backprop(sig, spread, 2, 3),
        ],
        [
            treealg.branched_sig_to_log_sig(sig, 2, 3),
            *[treealg.branched_sig_to_log_sig_backprop(sig, sig, 2, 3)] * 2,
        ],
    )


BATCHES = {
    "plain": lambda a: a,
    "transposed": lambda a: a.transpose(1, 0, 2, 3).copy().transpose(1, 0, 2, 3),
    "reversed": lambda a: a[::-1, ::-1].copy()[::-1, ::-1],
    "every_other": lambda a: np.repeat(np.repeat(a, 2, axis=0), 2, axis=1)[::2, ::2],
    "swapped": lambda a: a.astype(a.dtype.newbyteorder()),
}


@pytest.mark.parametrize("layout", BATCHES)
@pytest.mark.parametrize("batch", [(3, 4), (1, 5), (5, 1), (1, 1), (0, 3), (3, 0)])
def test_leading_shape_is_kept_whatever_its_strides(batch, layout):
    path = paths(*batch, 5, 2)
    got = all_functions(BATCHES[layout](path))
    want = all_functions(path.reshape(-1, 5, 2))
    assert_all_equal([one.reshape(other.shape) for one, other in zip(got, want, strict=True)], want)
    assert {one.shape[:2] for one in got} == {batch}


def test_repeated_batch_axis_without_memory_is_read_in_place():
    many = np.broadcast_to(paths(5, 2), (2, 3, 5, 2))
    assert_all_equal(all_functions(many), all_functions(many.copy()))


@pytest.mark.parametrize("rows", [1, 63, 64, 65, 8191, 8192, 8193, 20_000])
def test_converted_batches_agree_with_native_ones_across_slabs(rows):
    path = paths(rows, 4, 1)
    want = treealg.branched_sig(path, 3)
    np.testing.assert_array_equal(treealg.branched_sig(path.astype(">f8"), 3), want)
    np.testing.assert_array_equal(treealg.branched_sig(path.astype(np.int16), 3), want)


def test_single_path_has_no_batch_axis():
    path = paths(5, 2)
    single, batch = all_functions(path), all_functions(path[None])
    assert_all_equal([x[None] for x in single], batch)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.int64, np.uint64])
def test_integers_are_computed_in_float64(dtype):
    path = np.abs(paths(2, 5, 2)).astype(dtype)
    assert_all_equal(all_functions(path), all_functions(path.astype(np.float64)))


def test_nested_lists_and_tuples_are_computed_in_float64():
    path = paths(3, 5, 2)
    want = all_functions(path)
    assert_all_equal([treealg.branched_sig(path.tolist(), 3)], want[:1])
    assert_all_equal([treealg.branched_sig(tuple(path.astype(int).tolist()), 3)], want[:1])
    assert_all_equal([treealg.branched_sig(list(path.astype(np.float32)), 3)], want[:1])


def test_float32_is_computed_in_float32():
    path = np.random.default_rng(1).normal(size=(9, 20, 2)).astype(np.float32)
    single, double = all_functions(path), all_functions(path.astype(np.float64))
    for one, other in zip(single, double, strict=True):
        assert one.dtype == np.float32
        assert np.abs(one - other).max() <= 3e-6 * np.abs(other).max()


def test_results_never_share_memory_with_arguments():
    path = paths(3, 5, 2)
    sig = treealg.branched_sig(path, 1)
    results = [
        treealg.transform_path(path),
        sig,
        treealg.branched_sig_to_log_sig(sig, 2, 1),
        treealg.branched_sig_to_log_sig_backprop(sig, sig, 2, 1),
    ]
    for result in results:
        assert not np.shares_memory(result, path)
        assert result is sig or not np.shares_memory(result, sig)
        assert result.flags.writeable
        assert result.flags.c_contiguous


def test_arguments_are_not_changed():
    path = paths(3, 5, 2)
    before = path.copy()
    sig = treealg.branched_sig(path, 3)
    copy = sig.copy()
    all_functions(path)
    treealg.branched_sig_to_log_sig_backprop(sig, sig, 2, 3, n_jobs=2)
    np.testing.assert_array_equal(path, before)
    np.testing.assert_array_equal(sig, copy)


# -- edges ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("planar", [False, True])
def test_one_point_has_the_identity_signature_and_a_zero_logarithm(planar):
    one = np.full((1, 2), 3.0)
    sig = treealg.branched_sig(one, 3, planar=planar, scalar_term=True)
    assert sig[0] == 1
    assert not sig[1:].any()
    assert not treealg.branched_log_sig(one, 3, planar=planar, scalar_term=True).any()
    assert not treealg.branched_sig(one, 3, planar=planar, lead_lag=True, time_aug=True).any()


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("batch", [(), (4,), (0,), (2, 3)])
def test_degree_0_is_the_scalar_or_nothing(planar, batch):
    path = paths(*batch, 5, 2)
    sig = treealg.branched_sig(path, 0, planar=planar, scalar_term=True)
    np.testing.assert_array_equal(sig, np.ones((*batch, 1)))
    assert treealg.branched_sig(path, 0, planar=planar).shape == (*batch, 0)
    assert treealg.branched_log_sig(path, 0, planar=planar).shape == (*batch, 0)
    log = treealg.branched_sig_to_log_sig(sig, 2, 0, planar=planar)
    np.testing.assert_array_equal(log, np.zeros((*batch, 1)))
    gradient = treealg.branched_sig_to_log_sig_backprop(sig, sig, 2, 0, planar=planar)
    np.testing.assert_array_equal(gradient, np.zeros((*batch, 1)))
    assert treealg.branched_sig_to_log_sig(sig[..., 1:], 2, 0, planar=planar).shape == (*batch, 0)


def test_degree_0_has_no_lyndon_coordinates():
    assert treealg.branched_log_sig(paths(3, 5, 2), 0, planar=True, method=1).shape == (3, 0)
    got = treealg.branched_sig_to_log_sig(np.ones((3, 1)), 2, 0, planar=True, method=2)
    assert got.shape == (3, 0)


@pytest.mark.parametrize("planar", [False, True])
def test_scalar_in_front_is_followed_and_has_no_influence(planar):
    path = paths(3, 5, 2)
    plain = treealg.branched_sig(path, 3, planar=planar)
    scalar = treealg.branched_sig(path, 3, planar=planar, scalar_term=True)
    np.testing.assert_array_equal(scalar, np.pad(plain, ((0, 0), (1, 0)), constant_values=1))
    log = treealg.branched_sig_to_log_sig(plain, 2, 3, planar=planar)
    log_scalar = treealg.branched_sig_to_log_sig(scalar, 2, 3, planar=planar)
    np.testing.assert_array_equal(log_scalar, np.pad(log, ((0, 0), (1, 0))))
    gradient = treealg.branched_sig_to_log_sig_backprop(plain, log, 2, 3, planar=planar)
    log_scalar[:, 0] = 1e9
    with_scalar = treealg.branched_sig_to_log_sig_backprop(scalar, log_scalar, 2, 3, planar=planar)
    np.testing.assert_array_equal(with_scalar, np.pad(gradient, ((0, 0), (1, 0))))


def test_lyndon_coordinates_of_a_signature_with_scalar_have_none():
    scalar = treealg.branched_sig(paths(3, 5, 2), 3, planar=True, scalar_term=True)
    got = treealg.branched_sig_to_log_sig(scalar, 2, 3, planar=True, method=1)
    want = treealg.branched_sig_to_log_sig(scalar[:, 1:], 2, 3, planar=True, method=1)
    np.testing.assert_array_equal(got, want)
    gradient = treealg.branched_sig_to_log_sig_backprop(scalar, got, 2, 3, planar=True, method=1)
    assert gradient.shape == scalar.shape
    assert not gradient[:, 0].any()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("planar", [False, True])
def test_nan_and_infinity_stay_in_their_row(bad, planar):
    path = paths(20, 5, 2)
    want = treealg.branched_sig(path, 3, planar=planar)
    path[7, 2, 0] = bad
    sig = treealg.branched_sig(path, 3, planar=planar)
    log = treealg.branched_sig_to_log_sig(sig, 2, 3, planar=planar)
    gradient = treealg.branched_sig_to_log_sig_backprop(sig, sig, 2, 3, planar=planar)
    others = np.arange(20) != 7
    np.testing.assert_array_equal(sig[others], want[others])
    for result in (log, gradient):
        assert np.isfinite(result[others]).all()
        assert not np.isfinite(result[7]).all()
    assert not np.isfinite(sig[7]).all()


def test_nan_in_the_scalar_shows_in_the_result():
    sig = treealg.branched_sig(paths(3, 5, 2), 2, scalar_term=True)
    sig[1] = np.nan
    log = treealg.branched_sig_to_log_sig(sig, 2, 2)
    assert np.isnan(log[1]).all()
    assert np.isfinite(log[[0, 2]]).all()


def test_time_runs_from_0_to_end_time_and_lead_moves_first():
    got = treealg.transform_path([[1.0], [2.0], [5.0]], lead_lag=True, time_aug=True, end_time=2)
    want = [[1, 1, 0], [1, 2, 0.5], [2, 2, 1], [2, 5, 1.5], [5, 5, 2]]
    np.testing.assert_array_equal(got, want)


def test_path_transform_without_flags_is_a_copy():
    path = paths(2, 5, 2, dtype=np.float32)
    got = treealg.transform_path(path)
    assert got.dtype == np.float32
    np.testing.assert_array_equal(got, path)


# -- torch ---------------------------------------------------------------------------------------


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


@pytest.mark.parametrize("dtype", FLOATS)
def test_tensors_in_give_tensors_out_with_the_same_values(torch, dtype):
    path = paths(2, 3, 5, 2, dtype=dtype)
    got = all_functions(torch.from_numpy(path))
    assert {type(x) for x in got} == {torch.Tensor}
    assert {x.dtype for x in got} == {torch.from_numpy(path).dtype}
    assert_all_equal([x.numpy() for x in got], all_functions(path))


def test_tensors_with_any_strides_and_of_integers_are_read(torch):
    path = paths(4, 5, 2)
    tensor = torch.from_numpy(path).transpose(0, 1).contiguous().transpose(0, 1)
    assert_all_equal([x.numpy() for x in all_functions(tensor)], all_functions(path))
    assert_all_equal([x.numpy() for x in all_functions(tensor.long())], all_functions(path))


def test_tensors_that_require_gradients_are_read_where_none_are_recorded(torch):
    tensor = torch.from_numpy(paths(4, 5, 2)).requires_grad_()
    with torch.no_grad():
        got = treealg.branched_sig(tensor, 2)
    assert torch.equal(got, treealg.branched_sig(tensor.detach(), 2))


def test_lazily_negated_tensors_are_read_with_their_sign(torch):
    lazy = torch.complex(torch.ones(3, 2, dtype=torch.float64), torch.ones(3, 2).double()).conj()
    tensor = lazy.imag
    assert tensor.is_neg()
    want = treealg.branched_sig(-np.ones((3, 2)), 2)
    np.testing.assert_array_equal(treealg.branched_sig(tensor, 2).numpy(), want)
