"""Arrays and edges, beyond the laws in tests/operations."""

import sys

import numpy as np
import pytest

import treealg


def paths(*shape, dtype=np.float64):
    return np.random.default_rng(0).integers(-8, 9, shape).astype(dtype)


@pytest.mark.parametrize("rows", [1, 63, 64, 65, 8191, 8192, 8193, 20_000])
def test_converted_batches_agree_with_native_ones_across_slabs(rows):
    path = paths(rows, 4, 1)
    want = treealg.branched_sig(path, 3)
    np.testing.assert_array_equal(treealg.branched_sig(path.astype(">f8"), 3), want)
    np.testing.assert_array_equal(treealg.branched_sig(path.astype(np.int16), 3), want)


def test_nested_lists_and_tuples_are_computed_in_float64():
    path = paths(3, 5, 2)
    want = treealg.branched_sig(path, 3)
    for nested in (path.tolist(), tuple(path.astype(int).tolist()), list(path.astype(np.float32))):
        got = treealg.branched_sig(nested, 3)
        assert got.dtype == np.float64
        np.testing.assert_array_equal(got, want)


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


def test_native_byte_order_by_its_name_is_read():
    path = np.random.default_rng(0).normal(size=(3, 5, 2))
    order = "<" if sys.byteorder == "little" else ">"
    named = path.view(path.dtype.newbyteorder(order))
    assert memoryview(named).format == f"{order}d"
    np.testing.assert_array_equal(treealg.branched_sig(named, 3), treealg.branched_sig(path, 3))
