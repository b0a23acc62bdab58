"""Branched signatures on NVIDIA GPUs: generated kernels run on CuPy arrays and CUDA tensors.

`treealg.numeric` checks arguments and asks their engine, which is that of this package for arrays
in the memory of a GPU. The kernels are those of `treealg.codegen`, made for the size that is asked
for; a device that compiles and launches them is the only part that knows CuPy.
"""

from treealg.cuda.launch import clear_cache
from treealg.cuda.rows import as_rows

__all__ = ["as_rows", "clear_cache"]
