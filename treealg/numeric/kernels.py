"""The one place where the array face meets the kernels."""

from __future__ import annotations

from treealg._fast import (
    ChainProgram,
    ConvolutionProgram,
    SparseMap,
    corrected_path_signature,
    corrected_path_signature_backward,
    path_signature,
    signature_to_log,
    signature_to_log_backward,
)

__all__ = [
    "ChainProgram",
    "ConvolutionProgram",
    "SparseMap",
    "corrected_path_signature",
    "corrected_path_signature_backward",
    "path_signature",
    "signature_to_log",
    "signature_to_log_backward",
]
