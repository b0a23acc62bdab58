"""The one place where the array face meets the kernels."""

from __future__ import annotations

from treealg._fast import (
    ConvolutionProgram,
    SparseMap,
    branched_kernel,
    branched_kernel_backward,
    map_words,
    path_prefixes,
    path_signature,
    signature_to_log,
    signature_to_log_backward,
    word_products,
)

__all__ = [
    "ConvolutionProgram",
    "SparseMap",
    "branched_kernel",
    "branched_kernel_backward",
    "map_words",
    "path_prefixes",
    "path_signature",
    "signature_to_log",
    "signature_to_log_backward",
    "word_products",
]
