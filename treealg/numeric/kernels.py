"""The one place where the array face meets the kernels."""

from __future__ import annotations

from treealg._fast import (
    ConvolutionProgram,
    SparseMap,
    path_signature,
    signature_to_log,
    signature_to_log_backward,
)

__all__ = [
    "ConvolutionProgram",
    "SparseMap",
    "path_signature",
    "signature_to_log",
    "signature_to_log_backward",
]
