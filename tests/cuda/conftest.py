"""A GPU that is none: kernels run here, block after block, on NumPy memory.

Everything but CuPy itself is what a GPU gets: dispatch, checks, kernels, launch geometry, chunks.
"""

from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from treealg.codegen.arguments import arguments
from treealg.codegen.compilers.host import HostFunction
from treealg.cuda import device as device_module
from treealg.cuda.launch import clear_cache

# What the package uses of CuPy: each name is there, too.
XP = SimpleNamespace(
    ascontiguousarray=np.ascontiguousarray,
    asarray=np.asarray,
    broadcast_to=np.broadcast_to,
    linspace=np.linspace,
    zeros=np.zeros,
    empty=lambda shape, dtype: np.full(shape, np.nan, dtype),
)

COMPILED = {}
CURRENT = []


class EmulatedArray:
    """An array that says that it is on a GPU, and that NumPy cannot read."""

    def __init__(self, memory, index=0):
        self.memory, self.index = memory, index

    __array__ = None

    @property
    def __cuda_array_interface__(self):
        return self.memory.__array_interface__

    @property
    def shape(self):
        return self.memory.shape


@dataclass(frozen=True)
class EmulatedDevice:
    index: int
    shared_bytes: int = 163 * 1024

    xp = XP

    @property
    def kind(self):
        return ("emulated array on GPU 0", "emulated array on GPU 1")[self.index]

    @contextmanager
    def active(self):
        CURRENT.append(self.index)
        yield
        CURRENT.pop()

    def allocate(self, shape, dtype):
        assert CURRENT[-1] == self.index
        memory = np.full(shape, np.nan, dtype)
        return EmulatedArray(memory, self.index), memory

    def compile(self, source):
        assert CURRENT[-1] == self.index
        function = COMPILED.get(source.text)
        if function is None:
            function = COMPILED[source.text] = HostFunction(source)

        def kernel(blocks, threads, given, numbers):
            assert CURRENT[-1] == self.index
            assert all(a.flags.c_contiguous and a.dtype == source.dtype for a in given)
            batch, length = (*numbers, 1)[:2]
            assert blocks * source.lanes >= batch
            assert source.threads in (0, threads)
            wanted = arguments(source.size, source.backward, length)
            for array, argument in zip(given, wanted, strict=False):
                assert argument.role == "work" or array.size == batch * argument.size
            addresses = [array.ctypes.data for array in given]
            function.launch(addresses, batch, length, blocks, threads)

        return kernel


def open_emulated(value, name):
    if isinstance(value, EmulatedArray):
        return EmulatedDevice(value.index), value.memory
    return None


@pytest.fixture(scope="session", autouse=True)
def _emulated_gpu():
    device_module.OPENERS.append(open_emulated)
    yield
    device_module.OPENERS.remove(open_emulated)
    clear_cache()


@pytest.fixture(scope="session")
def gpu():
    """Move an array to the GPU that is emulated."""
    return EmulatedArray


@pytest.fixture(scope="session")
def cpu():
    """Move a result back."""

    def read(result):
        if isinstance(result, tuple):
            return tuple(map(read, result))
        assert isinstance(result, EmulatedArray)
        return result.memory

    return read
