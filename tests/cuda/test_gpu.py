"""All that runs on a GPU, on one: CuPy arrays and CUDA tensors against the same call on the CPU."""

import numpy as np
import pytest

import treealg

from .test_dispatch import FORMS, OPTIONS, assert_paths_agree, assert_same, derivatives, paths

pytestmark = pytest.mark.gpu

SIZES = [(2, 3), (1, 5), (3, 4), (5, 4), (2, 7), (7, 3)]


def cupy_place():
    cupy = pytest.importorskip("cupy")
    try:
        cupy.cuda.runtime.getDeviceCount()
    except cupy.cuda.runtime.CUDARuntimeError as error:
        pytest.skip(f"no GPU that CuPy can use: {error}")

    def back(result):
        if isinstance(result, tuple):
            return tuple(map(back, result))
        assert isinstance(result, cupy.ndarray)
        assert result.device.id == 0
        return result.get()

    return cupy.asarray, back


def torch_place():
    torch = pytest.importorskip("torch")
    pytest.importorskip("cupy")
    if not torch.cuda.is_available():
        pytest.skip("no GPU that torch can use")

    def there(array):
        # A copy, as torch takes neither negative strides nor read-only memory.
        return torch.tensor(np.array(array), device="cuda:0")

    def back(result):
        if isinstance(result, tuple):
            return tuple(map(back, result))
        assert result.device == torch.device("cuda:0")
        return result.cpu().numpy()

    return there, back


@pytest.fixture(params=[cupy_place, torch_place], ids=["cupy", "torch"])
def place(request):
    return request.param()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("dimension", "degree"), SIZES)
@pytest.mark.parametrize("form", ["sig", "log"])
def test_paths_of_every_size(place, form, dimension, degree, dtype):
    path = paths(40, 33, dimension, dtype=dtype) / dimension
    assert_paths_agree(*place, form, (path / 4).astype(dtype), degree)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("form", "method"), FORMS)
def test_planar_paths(place, form, method, dtype):
    extra = {"method": method} if form == "log" else {}
    assert_paths_agree(*place, form, paths(17, 6, 3, dtype=dtype), 3, planar=True, **extra)


@pytest.mark.parametrize("scalar_term", [False, True])
@pytest.mark.parametrize("options", OPTIONS, ids=repr)
def test_transforms_and_scalar(place, options, scalar_term):
    for form in ("sig", "log"):
        assert_paths_agree(*place, form, paths(9, 7, 2), 3, scalar_term=scalar_term, **options)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("time_aug", [False, True])
@pytest.mark.parametrize("shape", [(4,), (6, 4), (2, 3, 6, 4)], ids=str)
def test_corrections(place, shape, time_aug, planar):
    correction = np.random.default_rng(4).normal(size=shape)
    for form in ("sig", "log"):
        assert_paths_agree(
            *place, form, paths(2, 3, 7, 2), 3,
            correction=correction, time_aug=time_aug, planar=planar,
        )  # fmt: skip


@pytest.mark.parametrize("batch", [(), (0,), (1,), (1001,), (2, 3), (2, 0, 3)])
def test_batches_and_edges(place, batch):
    for length in (1, 2, 5):
        for degree in (0, 2):
            assert_paths_agree(*place, "sig", paths(*batch, length, 2), degree)


@pytest.mark.parametrize("scalar_term", [False, True])
@pytest.mark.parametrize(("dimension", "degree"), [(2, 3), (3, 4), (2, 5)])
@pytest.mark.parametrize("planar", [False, True])
def test_products_and_logarithms(place, planar, dimension, degree, scalar_term):
    gpu, cpu = place
    options = {"planar": planar, "scalar_term": scalar_term}
    a, b = (
        treealg.branched_sig(paths(70, 6, dimension, seed=s) / 2, degree, **options) for s in (1, 2)
    )
    size = {"dimension": dimension, "degree": degree, "planar": planar}
    expected = treealg.branched_sig_combine(a, b, **size)
    assert_same(cpu(treealg.branched_sig_combine(gpu(a), gpu(b), **size)), expected)
    derivs = derivatives(expected)
    expected = treealg.branched_sig_combine_backprop(derivs, a, b, **size)
    found = treealg.branched_sig_combine_backprop(gpu(derivs), gpu(a), gpu(b), **size)
    assert_same(cpu(found), expected)
    for method in (0, 1, 2) if planar else (0,):
        expected = treealg.branched_sig_to_log_sig(a, **size, method=method)
        assert_same(cpu(treealg.branched_sig_to_log_sig(gpu(a), **size, method=method)), expected)
        slopes = derivatives(expected)
        expected = treealg.branched_sig_to_log_sig_backprop(a, slopes, **size, method=method)
        found = treealg.branched_sig_to_log_sig_backprop(gpu(a), gpu(slopes), **size, method=method)
        assert_same(cpu(found), expected)


def test_kernels_with_much_shared_memory_and_with_scratch(place):
    gpu, cpu = place
    for dimension, degree in ((4, 4), (6, 4)):
        x = treealg.branched_sig(paths(5, 4, dimension) / 4, degree, planar=True)
        found = treealg.branched_sig_combine(gpu(x), gpu(x), dimension, degree, planar=True)
        expected = treealg.branched_sig_combine(x, x, dimension, degree, planar=True)
        assert_same(cpu(found), expected)


def test_results_are_the_same_in_every_run(place):
    gpu, cpu = place
    path = gpu(paths(300, 50, 3))
    derivs = gpu(np.random.default_rng(3).normal(size=(300, 303)))
    assert cpu(derivs).shape[1] == treealg.branched_sig_length(3, 4)
    first = cpu(treealg.branched_sig_backprop(path, None, derivs, 4))
    for _ in range(3):
        again = cpu(treealg.branched_sig_backprop(path, None, derivs, 4))
        np.testing.assert_array_equal(again, first)


def test_strided_arrays_of_cupy():
    gpu, cpu = cupy_place()
    path = gpu(paths(6, 20, 3))[::-2, ::3, ::-1]
    assert_same(cpu(treealg.branched_sig(path, 3)), treealg.branched_sig(path.get(), 3))


def test_the_stream_of_torch_is_used():
    gpu, cpu = torch_place()
    torch = pytest.importorskip("torch")
    path = paths(200, 30, 3)
    stream = torch.cuda.Stream()
    with torch.cuda.stream(stream):
        # Work on this stream that the path depends on, and that takes a while.
        noise = torch.ones(4000, 4000, device="cuda:0")
        for _ in range(20):
            noise = noise @ noise / 4000
        found = treealg.branched_sig(gpu(path) * noise[0, 0].double(), 3)
        doubled = 2 * found
    stream.synchronize()
    assert_same(cpu(doubled), 2 * treealg.branched_sig(path, 3))


def test_the_stream_of_cupy_is_used():
    gpu, cpu = cupy_place()
    cupy = pytest.importorskip("cupy")
    path = paths(200, 30, 3)
    with cupy.cuda.Stream(non_blocking=True) as stream:
        found = 2 * treealg.branched_sig(gpu(path), 3)
        stream.synchronize()
        assert_same(cpu(found), 2 * treealg.branched_sig(path, 3))
