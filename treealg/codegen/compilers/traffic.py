"""What a CUDA kernel asks of a GPU: memory transactions, bank conflicts, barriers, operations."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import NamedTuple

import numpy as np

from treealg.codegen.compilers.host import given_arrays, kernel_lines, shared_library
from treealg.codegen.printers.text import REAL, Source
from treealg.errors import InvalidValueError

__all__ = ["Traffic", "TrafficCounter"]

_FLAGS = [
    "-std=c++17", "-w", "-O2", "-fno-exceptions", "-ffp-contract=off", "-fno-tree-vectorize",
    "-fno-tree-slp-vectorize", "-fno-tree-loop-distribute-patterns", "-fno-reorder-blocks",
    "-fsanitize=thread", "-nodefaultlibs", f"-I{Path(__file__).parent}",
]  # fmt: skip

# Reads of what is constant are not watched: tables are not, then.
_WATCH = """
extern "C" void watch(void **begins, const long long *bytes, int number)
{
    watch_arrays(begins, bytes, number, memory, sizeof memory);
}
"""


class Traffic(NamedTuple):
    """What the blocks of a kernel ask for, in all.

    A request is one instruction of a warp of 32 threads; those that wait after a branch take no
    part in it. Sectors are of 32 bytes, banks of 4.

    Attributes
    ----------
    read_requests, read_sectors : int
        Of arguments in global memory: the requests, and the sectors that each of them touches.
    write_requests, write_sectors : int
        The same of what is written there.
    table_requests, table_sectors : int
        The same of the tables of the source, which stay in the cache.
    shared_requests, shared_waves : int
        Of shared memory: the requests, and the passes that they take: for each the most different
        words that it touches in one of the 32 banks.
    shared_conflicts : int
        The passes that would be saved if the same words lay in different banks.
    barriers : int
        Barriers that blocks wait at.
    products, sums : int
        Multiplications and additions of all threads; a fused multiply-add is one of each.
    """

    read_requests: int
    read_sectors: int
    write_requests: int
    write_sectors: int
    table_requests: int
    table_sectors: int
    shared_requests: int
    shared_waves: int
    shared_conflicts: int
    barriers: int
    products: int
    sums: int


class TrafficCounter:
    """A generated CUDA kernel on the host that counts what it asks for.

    Blocks run one after the other, and the threads of a warp side by side. The text is compiled
    with GCC's or Clang's optimisation, which keeps numbers in registers much as NVCC does; what
    does not fit into the registers of a GPU is not known here.

    Parameters
    ----------
    source : Source
        In CUDA.

    Raises
    ------
    InvalidValueError
        If the source is in another language, or the compiler refuses it.
    MissingDependencyError
        If there is no C++ compiler.

    Examples
    --------
    >>> from treealg.codegen import generate_source
    >>> counter = TrafficCounter(generate_source("combine", 2, 3, language="cuda"))
    >>> found = counter(blocks=1, threads=64)
    >>> found.barriers, found.shared_waves, found.shared_conflicts
    (3, 79, 12)
    """

    def __init__(self, source: Source) -> None:
        if source.language != "cuda":
            raise InvalidValueError(
                f"only kernels have traffic to count: source must be CUDA, got {source.language}"
            )
        self._source, real = source, REAL[source.dtype]
        headers = ["#include <stddef.h>", '#include "traffic.h"', f"COUNTED({real})"]
        kernel = "\n".join(kernel_lines(source)).replace("static __device__ const ", "")
        text = "\n".join([*headers, f"#define {real} Counted", kernel, _WATCH])
        self._library = shared_library(text, "c++", _FLAGS, f"the source of {source.name}")

    def __call__(self, *, length: int = 2, blocks: int = 1, threads: int = 128) -> Traffic:
        """Run full blocks on zeros and count.

        Parameters
        ----------
        length : int, default 2
            Points of each path, of maps of paths.
        blocks : int, default 1
            How many blocks, each with as many items as it takes at a time.
        threads : int, default 128
            Threads of a block, where the kernel leaves it open.

        Returns
        -------
        Traffic
            Of all blocks.
        """
        source, batch = self._source, blocks * self._source.lanes
        arrays = [
            np.zeros((batch, max(argument.size, 1)), source.dtype)
            for argument in given_arrays(source, length)
        ]
        pointers = (ctypes.c_void_p * len(arrays))(*(array.ctypes.data for array in arrays))
        sizes = (ctypes.c_longlong * len(arrays))(*(array.nbytes for array in arrays))
        self._library.watch(pointers, sizes, len(arrays))
        numbers = (ctypes.c_longlong * 2)(batch, length)
        if self._library.run(pointers, numbers, blocks, source.threads or threads, 0):
            raise InvalidValueError(f"threads of {source.name} meet different barriers")
        found = (ctypes.c_longlong * len(Traffic._fields)).in_dll(self._library, "counts")
        return Traffic(*found)
