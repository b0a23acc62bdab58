"""Branched signatures on NVIDIA GPUs: generated kernels run on CuPy arrays and CUDA tensors.

`treealg.numeric` checks arguments and hands them over when they are in the memory of a GPU. The
kernels are those of `treealg.codegen`, made for the size that is asked for; a device that compiles
and launches them is the only part that knows CuPy.
"""

from treealg.cuda.launch import clear_cache
from treealg.cuda.maps import (
    signature_product,
    signature_product_backward,
    signature_to_log,
    signature_to_log_backward,
)
from treealg.cuda.paths import path_signature, path_signature_backward
from treealg.cuda.rows import as_rows, other_scalar, zeros

__all__ = [
    "as_rows",
    "clear_cache",
    "other_scalar",
    "path_signature",
    "path_signature_backward",
    "signature_product",
    "signature_product_backward",
    "signature_to_log",
    "signature_to_log_backward",
    "zeros",
]
