"""Public functions on arrays of a GPU, emulated, against the same functions on the CPU."""

import numpy as np
import pytest

import treealg

CHAINS = {2: 4, 3: 12}


def paths(*shape, dtype="float64", seed=1):
    steps = np.random.default_rng(seed).normal(size=shape)
    return (steps.cumsum(axis=-2) / 2).astype(dtype)


def derivatives(like, seed=2):
    return np.random.default_rng(seed).normal(size=like.shape).astype(like.dtype)


def assert_same(found, expected):
    if isinstance(expected, tuple):
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other)
        return
    assert found.dtype == expected.dtype
    assert found.shape == expected.shape
    rounding = 200 * np.finfo(expected.dtype).eps
    np.testing.assert_allclose(found, expected, rtol=rounding, atol=rounding)


FORMS = [("sig", 0), ("log", 0), ("log", 1), ("log", 2)]
OPTIONS = [
    {},
    {"time_aug": True, "end_time": 2.5},
    {"lead_lag": True},
    {"time_aug": True, "lead_lag": True},
]


def forward(form, path, degree, **options):
    if form == "sig":
        return treealg.branched_sig(path, degree, **options)
    return treealg.branched_log_sig(path, degree, **options)


def backward(form, path, derivs, degree, **options):
    if form == "sig":
        return treealg.branched_sig_backprop(path, None, derivs, degree, **options)
    return treealg.branched_log_sig_backprop(path, derivs, degree, **options)


def assert_paths_agree(gpu, cpu, form, path, degree, **options):
    given = {k: gpu(v) if isinstance(v, np.ndarray) else v for k, v in options.items()}
    expected = forward(form, path, degree, **options)
    assert_same(cpu(forward(form, gpu(path), degree, **given)), expected)
    derivs = derivatives(expected)
    expected = backward(form, path, derivs, degree, **options)
    assert_same(cpu(backward(form, gpu(path), gpu(derivs), degree, **given)), expected)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("form", "method"), FORMS)
def test_planar_paths_agree(gpu, cpu, form, method, dtype):
    extra = {"method": method} if form == "log" else {}
    assert_paths_agree(gpu, cpu, form, paths(3, 4, 2, dtype=dtype), 3, planar=True, **extra)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("form", ["sig", "log"])
def test_nonplanar_paths_agree(gpu, cpu, form, dtype):
    assert_paths_agree(gpu, cpu, form, paths(3, 5, 2, dtype=dtype), 3)


@pytest.mark.parametrize("scalar_term", [False, True])
@pytest.mark.parametrize("options", OPTIONS, ids=repr)
def test_transforms_and_scalar_agree(gpu, cpu, options, scalar_term):
    for form in ("sig", "log"):
        assert_paths_agree(gpu, cpu, form, paths(2, 4, 1), 2, scalar_term=scalar_term, **options)


@pytest.mark.parametrize("shared", ["all", "batch", "none"])
@pytest.mark.parametrize("time_aug", [False, True])
def test_corrections_agree(gpu, cpu, time_aug, shared):
    path = paths(2, 3, 4, 2)
    shape = {"all": (4,), "batch": (3, 4), "none": (2, 3, 3, 4)}[shared]
    correction = np.random.default_rng(20).normal(size=shape)
    assert_paths_agree(gpu, cpu, "sig", path, 2, correction=correction, time_aug=time_aug)


@pytest.mark.parametrize("method", [0, 1, 2])
def test_logarithms_of_corrected_paths_agree(gpu, cpu, method):
    correction = np.random.default_rng(20).normal(size=(2, 3, 12))
    path = paths(2, 4, 2)
    assert_paths_agree(gpu, cpu, "log", path, 3, correction=correction, planar=True, method=method)


@pytest.mark.parametrize("batch", [(), (0,), (1,), (5,), (2, 3), (2, 0, 3), (2, 1, 2)])
def test_batches_of_any_shape_agree(gpu, cpu, batch):
    assert_paths_agree(gpu, cpu, "sig", paths(*batch, 3, 2), 2)
    x = treealg.branched_sig(paths(*batch, 3, 2), 2)
    assert_same(
        cpu(treealg.branched_sig_to_log_sig(gpu(x), 2, 2)), treealg.branched_sig_to_log_sig(x, 2, 2)
    )


@pytest.mark.parametrize("scalar_term", [False, True])
@pytest.mark.parametrize("form", ["sig", "log"])
def test_one_point_and_degree_zero_agree(gpu, cpu, form, scalar_term):
    assert_paths_agree(gpu, cpu, form, paths(2, 1, 2), 2, scalar_term=scalar_term)
    assert_paths_agree(gpu, cpu, form, paths(2, 3, 2), 0, scalar_term=scalar_term)
    empty = np.zeros((2, 1, 0))
    assert_paths_agree(gpu, cpu, form, paths(2, 2, 2), 2, correction=empty)


LAYOUTS = {
    "fortran": np.asfortranarray,
    "reversed": lambda a: a[::-1, ::-1],
    "padded": lambda a: np.pad(a, ((1, 2), (2, 1), (1, 1)))[1:-2, 2:-1, 1:-1],
    "integers": lambda a: (4 * a).astype(np.int32),
    "repeated": lambda a: np.broadcast_to(a[0], a.shape),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_and_integers_agree(gpu, cpu, layout):
    path = LAYOUTS[layout](paths(3, 4, 2))
    assert_paths_agree(gpu, cpu, "sig", path, 2)


@pytest.mark.parametrize("scalar_term", [False, True])
@pytest.mark.parametrize("method", [0, 1, 2])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_logarithm_of_signatures_agrees(gpu, cpu, dtype, method, scalar_term):
    options = {"planar": True, "method": method}
    sig = treealg.branched_sig(paths(5, 6, 2, dtype=dtype), 3, planar=True, scalar_term=scalar_term)
    expected = treealg.branched_sig_to_log_sig(sig, 2, 3, **options)
    assert_same(cpu(treealg.branched_sig_to_log_sig(gpu(sig), 2, 3, **options)), expected)
    derivs = derivatives(expected)
    expected = treealg.branched_sig_to_log_sig_backprop(sig, derivs, 2, 3, **options)
    found = treealg.branched_sig_to_log_sig_backprop(gpu(sig), gpu(derivs), 2, 3, **options)
    assert_same(cpu(found), expected)


@pytest.mark.parametrize("scalar_term", [False, True])
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_product_of_signatures_agrees(gpu, cpu, dtype, planar, scalar_term):
    a, b = (
        treealg.branched_sig(
            paths(5, 6, 2, dtype=dtype, seed=s), 3, planar=planar, scalar_term=scalar_term
        )
        for s in (1, 2)
    )
    expected = treealg.branched_sig_combine(a, b, 2, 3, planar=planar)
    found = treealg.branched_sig_combine(gpu(a), gpu(b), 2, 3, planar=planar)
    assert_same(cpu(found), expected)
    derivs = derivatives(expected)
    expected = treealg.branched_sig_combine_backprop(derivs, a, b, 2, 3, planar=planar)
    given = (gpu(derivs), gpu(a), gpu(b))
    assert_same(cpu(treealg.branched_sig_combine_backprop(*given, 2, 3, planar=planar)), expected)


@pytest.mark.parametrize("scalar_term", [False, True])
@pytest.mark.parametrize("batches", [((3,), (1,)), ((), (2, 3)), ((2, 1), (3,))], ids=str)
def test_factors_of_different_batches_agree(gpu, cpu, batches, scalar_term):
    a, b = (
        treealg.branched_sig(paths(*batch, 4, 2, seed=s), 2, scalar_term=scalar_term)
        for s, batch in enumerate(batches)
    )
    expected = treealg.branched_sig_combine(a, b, 2, 2)
    assert_same(cpu(treealg.branched_sig_combine(gpu(a), gpu(b), 2, 2)), expected)
    derivs = derivatives(expected)
    found = treealg.branched_sig_combine_backprop(gpu(derivs), gpu(a), gpu(b), 2, 2)
    assert_same(cpu(found), treealg.branched_sig_combine_backprop(derivs, a, b, 2, 2))


@pytest.mark.parametrize("scalar", [[], [1.0]])
def test_vectors_of_degree_zero_agree(gpu, cpu, scalar):
    x = np.array([scalar, scalar])
    for function in (
        lambda a: treealg.branched_sig_to_log_sig(a, 2, 0),
        lambda a: treealg.branched_sig_to_log_sig_backprop(a, a, 2, 0),
        lambda a: treealg.branched_sig_combine(a, a, 2, 0),
        lambda a: treealg.branched_sig_combine_backprop(a, a, a, 2, 0),
    ):
        assert_same(cpu(function(gpu(x))), function(x))


def test_exact_values(gpu, cpu):
    path = np.array([[0.0, 0.0], [1.0, 2.0]])
    assert cpu(treealg.branched_sig(gpu(path), 2)).tolist() == [1, 2, 0.5, 1, 1, 2]
    assert cpu(treealg.branched_log_sig(gpu(path), 2)).tolist() == [1, 2, 0, 0, 0, 0]
    correction = gpu(np.array([-0.5, 0, 0, 0]))
    found = cpu(treealg.branched_sig(gpu(path), 2, correction=correction))
    assert found.tolist() == [1, 2, 0, 1, 1, 2]


def test_nan_stays_in_its_own_path(gpu, cpu):
    path = paths(6, 3, 2)
    path[1, 1, 0] = np.nan
    found = cpu(treealg.branched_sig(gpu(path), 2))
    expected = treealg.branched_sig(path, 2)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(expected))
    assert np.isfinite(np.delete(found, 1, axis=0)).all()
