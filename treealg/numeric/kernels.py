"""The one place where the array face meets the kernels."""

from __future__ import annotations

from treealg._fast import (
    ConvolutionProgram,
    SparseMap,
    linear_signature,
    linear_signature_backward,
    log_to_signature,
    log_to_signature_backward,
    map_rows,
    path_signature,
    signature_inverse,
    signature_inverse_backward,
    signature_product,
    signature_product_backward,
    TreeProgram,
    map_rows,
    path_coefficients,
    path_coefficients_backward,
    path_signature,
    path_signature_backward,
    signature_to_log,
    signature_to_log_backward,
)

__all__ = [
    "ConvolutionProgram",
    "SparseMap",
    "linear_signature",
    "linear_signature_backward",
    "log_to_signature",
    "log_to_signature_backward",
    "map_rows",
    "path_signature",
    "signature_inverse",
    "signature_inverse_backward",
    "signature_product",
    "signature_product_backward",
    "TreeProgram",
    "map_rows",
    "path_coefficients",
    "path_coefficients_backward",
    "path_signature",
    "path_signature_backward",
    "signature_to_log",
    "signature_to_log_backward",
]
