"""The one place where the array face meets the kernels."""

from __future__ import annotations

from treealg._fast import (
    ChainProgram,
    ConvolutionProgram,
    SparseMap,
    TreeProgram,
    corrected_path_signature,
    corrected_path_signature_backward,
    map_rows,
    path_coefficients,
    path_coefficients_backward,
    path_signature,
    path_signature_backward,
    signature_to_log,
    signature_to_log_backward,
)

__all__ = [
    "ChainProgram",
    "ConvolutionProgram",
    "SparseMap",
    "TreeProgram",
    "corrected_path_signature",
    "corrected_path_signature_backward",
    "map_rows",
    "path_coefficients",
    "path_coefficients_backward",
    "path_signature",
    "path_signature_backward",
    "signature_to_log",
    "signature_to_log_backward",
]
