"""The device as CuPy has it: the one module that knows CuPy and tensors on GPUs.

CuPy arrays are computed on the current stream of CuPy, tensors on that of torch. Results are
allocated by the library of the arguments, so that its memory pool and its streams own them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from treealg.codegen.printers.text import Source
from treealg.errors import MissingDependencyError
from treealg.numeric.arguments.tensors import check_tensor_dtype, dense_tensor
from treealg.optional import install_command

__all__ = ["CupyDevice", "TorchDevice", "open_array"]

_PLAIN_SHARED_BYTES = 48 * 1024


@dataclass(frozen=True)
class CupyDevice:
    """A GPU for CuPy arrays.

    Parameters
    ----------
    index : int
        Its number.
    """

    index: int

    @property
    def kind(self) -> str:
        """The kind of its arrays; the same object for each GPU."""
        return sys.intern(f"CuPy array on GPU {self.index}")

    @property
    def xp(self) -> Any:
        """CuPy."""
        return _cupy()

    @property
    def shared_bytes(self) -> int:
        """Shared memory that a block may have."""
        return int(_cupy().cuda.Device(self.index).attributes["MaxSharedMemoryPerBlockOptin"])

    @contextmanager
    def active(self) -> Iterator[None]:
        """Make the GPU current; the stream is the one that CuPy has there."""
        with _cupy().cuda.Device(self.index):
            yield

    def allocate(self, shape: tuple[int, ...], dtype: Any) -> tuple[Any, Any]:
        """Return an uninitialised array, twice."""
        array = _cupy().empty(shape, dtype)
        return array, array

    def compile(self, source: Source) -> _Launcher:
        """Compile a kernel for the GPU that is current."""
        module = _cupy().RawModule(code=source.text)
        kernel = module.get_function(source.name)
        shared = source.memory * np.dtype(source.dtype).itemsize
        if shared > _PLAIN_SHARED_BYTES:
            kernel.max_dynamic_shared_size_bytes = shared
        return _Launcher(kernel, shared)


@dataclass(frozen=True)
class TorchDevice(CupyDevice):
    """A GPU for CUDA tensors of torch.

    Parameters
    ----------
    index : int
        Its number.
    """

    @property
    def kind(self) -> str:
        """The kind of its arrays; the same object for each GPU."""
        return sys.intern(f"torch tensor on cuda:{self.index}")

    @contextmanager
    def active(self) -> Iterator[None]:
        """Make the GPU current, and the current stream of torch that of CuPy."""
        cuda = _cupy().cuda
        pointer = sys.modules["torch"].cuda.current_stream(self.index).cuda_stream
        with cuda.Device(self.index), cuda.Stream.from_external(_Stream(pointer)):
            yield

    def allocate(self, shape: tuple[int, ...], dtype: Any) -> tuple[Any, Any]:
        """Return an uninitialised tensor, and its memory as a CuPy array."""
        torch = sys.modules["torch"]
        numbers = getattr(torch, np.dtype(dtype).name)
        try:
            tensor = torch.empty(shape, dtype=numbers, device=f"cuda:{self.index}")
        except torch.cuda.OutOfMemoryError as error:
            raise MemoryError(str(error)) from error
        return tensor, _cupy().from_dlpack(tensor)


@dataclass(frozen=True)
class _Stream:
    """A stream of another library, by the stream protocol of CUDA."""

    pointer: int

    def __cuda_stream__(self) -> tuple[int, int]:
        return 0, self.pointer


@dataclass(frozen=True)
class _Launcher:
    """A compiled kernel and its shared memory."""

    kernel: Any
    shared: int

    def __call__(
        self, blocks: int, threads: int, given: Sequence[Any], numbers: Sequence[int]
    ) -> None:
        passed = (*given, *map(np.int64, numbers))
        self.kernel((blocks,), (threads,), passed, shared_mem=self.shared)


@lru_cache(maxsize=1)
def _cupy() -> Any:
    try:
        import cupy
    except ImportError as error:
        raise MissingDependencyError(
            "arrays on a GPU need CuPy, which is not installed here; install it with: "
            f"{install_command('cuda')} ({error})"
        ) from None
    return cupy


def open_array(value: Any, name: str) -> tuple[CupyDevice, Any] | None:
    """Return the device and the memory of a CuPy array or of a CUDA tensor."""
    cupy, torch = sys.modules.get("cupy"), sys.modules.get("torch")
    if cupy is not None and isinstance(value, cupy.ndarray):
        return CupyDevice(value.device.id), value
    if torch is None or not isinstance(value, torch.Tensor):
        return None
    _cupy()
    device = TorchDevice(value.device.index)
    tensor = dense_tensor(value, name)
    check_tensor_dtype(tensor, name)
    with device.active():
        return device, device.xp.from_dlpack(tensor.detach().resolve_neg())
