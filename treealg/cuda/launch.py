"""Kernels by the map and size that they are for, and their launches on chunks of a batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from treealg.codegen.maps import map_size
from treealg.codegen.printers.cuda import cuda_source
from treealg.codegen.printers.cuda_paths import path_work
from treealg.codegen.printers.cuda_text import MAX_BLOCKS, THREADS
from treealg.codegen.printers.text import Source
from treealg.cuda.device import Device, Kernel
from treealg.numeric.arguments.batches import parts

__all__ = ["WORK_BYTES", "CompiledMap", "chunks", "clear_cache", "compiled_map"]

WORK_BYTES = 1 << 29
"""Bytes of device memory that a call takes beside arguments and results, but for single items."""

_MOST_KERNELS = 128


class CompiledMap(NamedTuple):
    """A kernel on a device.

    Attributes
    ----------
    source : Source
        Its source.
    kernel : callable
        What the device made of it.
    device : Device
        The device.
    """

    source: Source
    kernel: Kernel
    device: Device

    def work(self, length: int = 1) -> int:
        """Return how many numbers of memory a launch needs per item, beside its arrays."""
        return self.source.scratch + self._path_work(length)

    def _path_work(self, length: int) -> int:
        source = self.source
        if not (source.is_path and source.backward):
            return 0
        return path_work(source.states, source.size.dimension, length)

    def launch(
        self, inputs: Sequence[Any], outputs: Sequence[Any], length: int | None = None
    ) -> None:
        """Compute a chunk of a batch; the device is current."""
        source, device, count = self.source, self.device, len(outputs[0])
        if count == 0:
            return
        between, behind = [], []
        if length is not None and source.backward:
            work = self._path_work(length)
            between.append(device.xp.empty(count * work, dtype=source.dtype))
        if source.scratch:
            behind.append(device.xp.empty(count * source.scratch, dtype=source.dtype))
        numbers = (count,) if length is None else (count, length)
        blocks = min(-(-count // source.lanes), MAX_BLOCKS)
        self.kernel(
            blocks, source.threads or THREADS, (*inputs, *between, *outputs, *behind), numbers
        )


@lru_cache(maxsize=_MOST_KERNELS)
def compiled_map(
    device: Device,
    name: str,
    dimension: int,
    degree: int,
    planar: bool,
    dtype: str,
    backward: bool = False,
    levels: int = 2,
    method: int = 0,
) -> CompiledMap:
    """Return the kernel of a map, generated and compiled when first asked for."""
    size = map_size(name, dimension, degree, planar=planar, levels=levels, method=method)
    source = cuda_source(size, backward, dtype, device.shared_bytes)
    return CompiledMap(source, device.compile(source), device)


def clear_cache() -> None:
    """Forget all kernels."""
    compiled_map.cache_clear()


def chunks(count: int, numbers: int, dtype: np.dtype[Any]) -> Iterator[slice]:
    """Cut a batch such that its temporary memory stays below `WORK_BYTES`."""
    return parts(count, max(WORK_BYTES // max(numbers * dtype.itemsize, 1), 1))
