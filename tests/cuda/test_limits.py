"""What is refused on a GPU, what is kept, and how large batches and large bases are cut."""

import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

import treealg
from treealg import InvalidTypeError, InvalidValueError, MissingDependencyError
from treealg.cuda import cupy_device, device as device_module, launch

PATH = np.random.default_rng(5).normal(size=(3, 5, 2))
SIG = treealg.branched_sig(PATH, 2)


REFUSED = {
    "stream": (lambda g: treealg.branched_sig(g(PATH), 2, stream=True), "must be left out"),
    "basepoint": (lambda g: treealg.branched_sig(g(PATH), 2, basepoint=True), "must be left out"),
    "lengths": (lambda g: treealg.branched_log_sig(g(PATH), 2, lengths=[1, 2, 3]), "left out"),
    "paths": (lambda g: treealg.branched_sig([g(PATH[0]), g(PATH[1])], 2), "numbers"),
    "axes": (lambda g: treealg.branched_sig(g(PATH[0, 0]), 2), "at least 2 axes"),
    "points": (lambda g: treealg.branched_sig(g(PATH[:, :0]), 2), "has no points"),
    "dtype": (lambda g: treealg.branched_sig(g(PATH.astype(complex)), 2), "must have dtype"),
    "half": (lambda g: treealg.branched_sig(g(PATH.astype(np.float16)), 2), "must have dtype"),
    "booleans": (lambda g: treealg.branched_sig(g(PATH > 0), 2), "must have dtype"),
    "degree": (lambda g: treealg.branched_sig(g(PATH), -1), "degree must be at least 0"),
    "n_jobs": (lambda g: treealg.branched_sig(g(PATH), 2, n_jobs=0), "n_jobs must not be 0"),
    "method": (lambda g: treealg.branched_log_sig(g(PATH), 2, method=1), "planar=True"),
    "kinds": (
        lambda g: treealg.branched_sig_backprop(g(PATH), None, SIG, 2),
        "must be of one kind, got a emulated array on GPU 0 and a NumPy array",
    ),
    "devices": (
        lambda g: treealg.branched_sig_combine(g(SIG), g(SIG, 1), 2, 2),
        "must be of one kind, got a emulated array on GPU 0 and a emulated array on GPU 1",
    ),
    "dtypes": (
        lambda g: treealg.branched_sig_combine(g(SIG), g(SIG.astype("f")), 2, 2),
        "must have one dtype",
    ),
    "batch": (
        lambda g: treealg.branched_sig_backprop(g(PATH), None, g(SIG[:2]), 2),
        "same leading shape",
    ),
    "columns": (lambda g: treealg.branched_sig_to_log_sig(g(SIG), 2, 3), "must have 20 columns"),
    "log_columns": (
        lambda g: treealg.branched_sig_to_log_sig_backprop(g(SIG), g(SIG[:, 1:]), 2, 2),
        "must have 6 columns",
    ),
    "scalar": (
        lambda g: treealg.branched_sig_to_log_sig(g(np.pad(SIG, ((0, 0), (1, 0)))), 2, 2),
        "must have the scalar 1 in its first column, got 0.0",
    ),
    "forward": (
        lambda g: treealg.branched_sig_backprop(g(PATH), g(SIG[:, 1:]), g(SIG), 2),
        "bsig must have 6 columns",
    ),
    "correction": (
        lambda g: treealg.branched_sig(g(PATH), 2, correction=g(SIG[0])),
        "correction must have the 2",
    ),
    "lead_lag": (
        lambda g: treealg.branched_sig(g(PATH), 2, correction=g(SIG[0, :4]), lead_lag=True),
        "cannot be combined with lead_lag",
    ),
    "size": (lambda g: treealg.branched_sig(g(PATH), 12), "beyond the bound"),
    "absurd": (lambda g: treealg.branched_sig(g(PATH), 60), "GiB of float64"),
    "inverse": (lambda g: treealg.branched_sig_inverse(g(SIG), 2, 2), "must be on the CPU here"),
    "linear": (lambda g: treealg.linear_branched_sig(g(SIG), 6, 2), "must be on the CPU here"),
    "coef": (
        lambda g: treealg.branched_sig_coef(g(PATH), [(0,)]),
        r"must be on the CPU here, got .*EmulatedArray; use path.get\(\)",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_is_a_clear_error(gpu, case):
    call, message = REFUSED[case]
    with pytest.raises((InvalidTypeError, InvalidValueError), match=message):
        call(gpu)


def test_nan_in_place_of_the_scalar_passes(gpu, cpu):
    x = treealg.branched_sig(PATH, 2, scalar_term=True)
    x[1, 0] = np.nan
    found = cpu(treealg.branched_sig_to_log_sig(gpu(x), 2, 2))
    np.testing.assert_allclose(found, treealg.branched_sig_to_log_sig(x, 2, 2), rtol=1e-12)


def test_arrays_of_an_unknown_library_are_refused():
    class Other:
        __cuda_array_interface__ = {}  # noqa: RUF012

    with pytest.raises(InvalidTypeError, match=r"must be a CuPy array or a torch tensor"):
        treealg.branched_sig(Other(), 2)


@pytest.mark.parametrize("bytes_", [1, 1000, 5000])
def test_chunks_change_nothing_and_stay_below_the_bound(gpu, cpu, monkeypatch, bytes_):
    path = np.random.default_rng(6).normal(size=(11, 4, 2))
    correction = np.random.default_rng(7).normal(size=(3, 4))
    options = {"correction": correction, "scalar_term": True}
    expected = treealg.branched_log_sig(path, 2, **options)
    gradients = treealg.branched_log_sig_backprop(path, expected, 2, **options)
    taken = []
    monkeypatch.setattr(launch, "WORK_BYTES", bytes_)
    run = launch.CompiledMap.launch

    def counted(self, inputs, outputs, length=None):
        taken.append((len(outputs[0]), len(outputs[0]) * self.work(length or 1) * 8))
        run(self, inputs, outputs, length)

    monkeypatch.setattr(launch.CompiledMap, "launch", counted)
    options["correction"] = gpu(correction)
    found = cpu(treealg.branched_log_sig(gpu(path), 2, **options))
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-13)
    found = cpu(treealg.branched_log_sig_backprop(gpu(path), gpu(expected), 2, **options))
    for one, other in zip(found, gradients, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)
    assert all(count == 1 or size <= bytes_ for count, size in taken)
    assert len(taken) > 5


def test_what_has_no_room_in_shared_memory_works(gpu, cpu, monkeypatch):
    device = device_module.device_of(gpu(PATH), "path")[0]
    monkeypatch.setattr(type(device), "shared_bytes", 256)
    small = type(device)(0, 256)
    monkeypatch.setattr(device_module, "OPENERS", [lambda value, name: (small, value.memory)])
    expected = treealg.branched_log_sig(PATH, 3)
    found = cpu(treealg.branched_log_sig(gpu(PATH), 3))
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
    assert all(map_.source.scratch for map_ in _kernels_of(small))


def _kernels_of(device):
    return [launch.compiled_map(device, "logsig", 2, 3, False, "float64", levels=1)]


def test_kernels_are_compiled_once_until_the_cache_is_cleared(gpu):
    treealg.clear_cache()
    for _ in range(3):
        treealg.branched_sig(gpu(PATH), 2)
    assert launch.compiled_map.cache_info().misses == 1
    treealg.branched_sig(gpu(PATH.astype("f")), 2)
    assert launch.compiled_map.cache_info().misses == 2
    treealg.clear_cache()
    assert launch.compiled_map.cache_info().currsize == 0


def test_results_share_no_memory_with_arguments(gpu, cpu):
    x = SIG.copy()
    kept = x.copy()
    found = cpu(treealg.branched_sig_combine(gpu(x), gpu(x), 2, 2))
    assert not np.shares_memory(found, x)
    np.testing.assert_array_equal(x, kept)


def test_memory_that_is_not_to_be_had_is_named(gpu, monkeypatch):
    def none(self, shape, dtype):
        raise MemoryError

    device = type(device_module.device_of(gpu(PATH), "path")[0])
    monkeypatch.setattr(device, "allocate", none)
    with pytest.raises(InvalidValueError, match=r"result of shape \(3, 6\).* needs 144 bytes"):
        treealg.branched_sig(gpu(PATH), 2)


def test_missing_cupy_names_the_extra(monkeypatch):
    torch = pytest.importorskip("torch")

    class OnGpu(torch.Tensor):
        is_cuda = True
        device = SimpleNamespace(type="cuda", index=0)

    monkeypatch.setitem(sys.modules, "cupy", None)
    cupy_device._cupy.cache_clear()
    with pytest.raises(MissingDependencyError, match=r"pip install .*\[cuda\]"):
        treealg.branched_sig(torch.zeros(3, 2).as_subclass(OnGpu), 2)
    cupy_device._cupy.cache_clear()


def test_computing_on_the_cpu_loads_nothing_for_gpus():
    code = """
import sys, treealg
treealg.branched_sig([[0.0, 0.0], [1.0, 2.0]], 2)
treealg.branched_sig_backprop([[0.0], [3.0]], None, [0.0, 1.0], 2)
treealg.clear_cache()
assert not any(name.startswith(("treealg.cuda", "treealg.codegen", "cupy")) for name in sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
