"""The device of CuPy: what it asks of CuPy and torch, on stand-ins where there is no GPU."""

import sys
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

import treealg
from treealg import InvalidTypeError
from treealg.cuda import cupy_device, launch

from .conftest import XP, EmulatedDevice

PATH = np.random.default_rng(8).normal(size=(3, 5, 2))


def bare(value):
    return value.memory if isinstance(value, Array) else value


def dressed(function):
    def call(*args, **options):
        return Array(np.asarray(function(*map(bare, args), **options)))

    return staticmethod(call)


class Array(np.lib.mixins.NDArrayOperatorsMixin):
    """A stand-in for an array of CuPy."""

    device = SimpleNamespace(id=1)
    __cuda_array_interface__ = {}  # noqa: RUF012

    def __init__(self, memory):
        self.memory = memory

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
        if out is not None:
            options["out"] = tuple(map(bare, out))
        return Array(np.asarray(getattr(ufunc, method)(*map(bare, inputs), **options)))

    def __getattr__(self, name):
        found = getattr(self.memory, name)
        return dressed(found).__func__ if callable(found) else found

    def __len__(self):
        return len(self.memory)

    def __float__(self):
        return float(self.memory)

    def __getitem__(self, key):
        return Array(self.memory[bare(key)])

    def __setitem__(self, key, value):
        self.memory[bare(key)] = bare(value)


class Module(ModuleType):
    """A stand-in for CuPy that compiles for the host and notes what it is asked for."""

    ndarray = Array
    ascontiguousarray = dressed(XP.ascontiguousarray)
    asarray = dressed(XP.asarray)
    broadcast_to = dressed(XP.broadcast_to)
    linspace = dressed(XP.linspace)
    empty = dressed(XP.empty)
    zeros = dressed(XP.zeros)
    from_dlpack = dressed(np.from_dlpack)

    def __init__(self):
        super().__init__("cupy")
        self.devices, self.streams, self.shared = [], [], []
        self.cuda = SimpleNamespace(
            Device=self.device, Stream=SimpleNamespace(from_external=self.stream)
        )

    def device(self, index):
        @contextmanager
        def entered():
            self.devices.append(index)
            yield

        context = entered()
        context.attributes = {"MaxSharedMemoryPerBlockOptin": 99 * 1024}
        return context

    @contextmanager
    def stream(self, stream):
        self.streams.append(stream.__cuda_stream__())
        yield

    def RawModule(self, *, code):
        def get_function(name):
            return Kernel(self, code, name)

        return SimpleNamespace(get_function=get_function)


class Kernel:
    max_dynamic_shared_size_bytes = 48 * 1024

    def __init__(self, module, code, name):
        self.module, self.code, self.name = module, code, name

    def __call__(self, grid, block, args, *, shared_mem):
        assert shared_mem <= self.max_dynamic_shared_size_bytes
        self.module.shared.append(shared_mem)
        arrays = [a for a in args if isinstance(a, Array)]
        numbers = args[len(arrays) :]
        assert all(type(number) is np.int64 for number in numbers)
        found = [
            compiled.source
            for compiled in self.module.compiled
            if (compiled.source.text, compiled.source.name) == (self.code, self.name)
        ]
        with EmulatedDevice(0).active():
            kernel = EmulatedDevice(0).compile(found[0])
            kernel(*grid, *block, [a.memory for a in arrays], numbers)


@pytest.fixture
def module(monkeypatch):
    module = Module()
    module.compiled = []
    monkeypatch.setitem(sys.modules, "cupy", module)
    cupy_device._cupy.cache_clear()
    made = launch.CompiledMap.launch

    def noted(self, *args, **options):
        module.compiled.append(self)
        made(self, *args, **options)

    monkeypatch.setattr(launch.CompiledMap, "launch", noted)
    yield module
    cupy_device._cupy.cache_clear()
    treealg.clear_cache()


def test_arrays_of_cupy_come_back_on_their_device(module):
    found = treealg.branched_log_sig(Array(PATH), 2, time_aug=True)
    assert type(found) is Array
    np.testing.assert_allclose(
        found.memory, treealg.branched_log_sig(PATH, 2, time_aug=True), rtol=1e-12, atol=1e-12
    )
    assert set(module.devices) == {1}
    assert module.streams == []


@pytest.mark.slow
def test_kernels_with_much_shared_memory_ask_for_it(module):
    x = Array(treealg.branched_sig(np.zeros((1, 2, 4)), 4, planar=True))
    treealg.branched_sig_combine(x, x, 4, 4, planar=True)
    assert 48 * 1024 < module.shared[0] <= 99 * 1024


def on_gpu(torch):
    class Tensor(torch.Tensor):
        is_cuda = True
        device = SimpleNamespace(type="cuda", index=2)

        def detach(self):
            return self.as_subclass(torch.Tensor)

    return lambda array: torch.as_tensor(array).as_subclass(Tensor)


@pytest.fixture
def tensor(monkeypatch):
    torch = pytest.importorskip("torch")
    empty, asked = torch.empty, []

    def allocate(shape, *, dtype, device):
        asked.append(device)
        return empty(shape, dtype=dtype)

    monkeypatch.setattr(torch, "empty", allocate)
    current = lambda index: SimpleNamespace(cuda_stream=700 + index)  # noqa: E731
    monkeypatch.setattr(torch.cuda, "current_stream", current)
    make = on_gpu(torch)
    make.asked = asked
    return make


def test_tensors_come_back_as_tensors_on_the_stream_of_torch(module, tensor):
    torch = sys.modules["torch"]
    found = treealg.branched_sig(tensor(PATH), 3)
    assert isinstance(found, torch.Tensor)
    np.testing.assert_allclose(found.numpy(), treealg.branched_sig(PATH, 3), rtol=1e-12)
    assert set(module.streams) == {(0, 702)}
    assert set(module.devices) == {2}
    assert set(tensor.asked) == {"cuda:2"}


def test_tensors_and_arrays_do_not_mix(module, tensor):
    x = treealg.branched_sig(PATH, 2)
    with pytest.raises(InvalidTypeError, match=r"a torch tensor on cuda:2 and a CuPy array on GPU"):
        treealg.branched_sig_combine(tensor(x), Array(x), 2, 2)


def test_tensors_that_cannot_be_read_are_refused(module, tensor):
    torch = sys.modules["torch"]
    with pytest.raises(InvalidTypeError, match="requires a gradient"):
        treealg.branched_sig(tensor(PATH).requires_grad_(), 2)
    with pytest.raises(InvalidTypeError, match=r"must have dtype .* got torch.bfloat16"):
        treealg.branched_sig(tensor(torch.zeros(3, 2, dtype=torch.bfloat16)), 2)
    with pytest.raises(InvalidTypeError, match="must be on the CPU, got a tensor on"):
        treealg.branched_sig_inverse(tensor(treealg.branched_sig(PATH, 2)), 2, 2)


def test_memory_of_torch_that_is_not_to_be_had_is_named(module, tensor, monkeypatch):
    torch = sys.modules["torch"]

    def none(*args, **options):
        raise torch.cuda.OutOfMemoryError

    monkeypatch.setattr(torch, "empty", none)
    with pytest.raises(treealg.InvalidValueError, match="needs 144 bytes"):
        treealg.branched_sig(tensor(PATH), 2)


def test_what_is_used_of_cupy_is_there():
    cupy = pytest.importorskip("cupy")
    names = [*vars(XP), "from_dlpack", "ndarray", "RawModule"]
    assert [name for name in names if not hasattr(cupy, name)] == []
    assert hasattr(cupy.cuda.Stream, "from_external")
    assert hasattr(cupy.RawKernel, "max_dynamic_shared_size_bytes")
    assert issubclass(cupy.cuda.memory.OutOfMemoryError, MemoryError)
    assert cupy.cuda.Stream.from_external(cupy_device._Stream(77)).ptr == 77
