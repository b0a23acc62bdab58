"""Rooted trees, their Hopf algebras, and branched signatures of paths.

The functions at this level compute with arrays. ``treealg.symbolic`` holds trees and their algebra,
exactly, and ``treealg.tables`` the index tables that connect the two; both are loaded when first
used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from treealg import engines
from treealg.errors import (
    InvalidTypeError,
    InvalidValueError,
    MissingDependencyError,
    TableCacheWarning,
    TreeAlgError,
)
from treealg.numeric import (
    branched_log_sig,
    branched_log_sig_length,
    branched_sig,
    branched_sig_length,
    branched_sig_to_log_sig,
    branched_sig_to_log_sig_backprop,
    clear_cache,
    idx_to_tree,
    transform_path,
    tree_to_idx,
    trees,
    trees_of_order,
    warm_up,
)

if TYPE_CHECKING:
    from treealg.numeric import (
        BranchedLogSigStream,
        BranchedLogSigWindowStream,
        BranchedSigStream,
        BranchedSigWindowStream,
        LinearKernel,
        RBFKernel,
        ScaledLinearKernel,
        StaticKernel,
        branched_log_sig_backprop,
        branched_log_sig_combine,
        branched_log_sig_combine_backprop,
        branched_log_sig_join,
        branched_log_sig_join_backprop,
        branched_log_sig_to_sig,
        branched_log_sig_to_sig_backprop,
        branched_sig_backprop,
        branched_sig_coef,
        branched_sig_coef_backprop,
        branched_sig_combine,
        branched_sig_combine_backprop,
        branched_sig_inverse,
        branched_sig_inverse_backprop,
        branched_sig_join,
        branched_sig_join_backprop,
        branched_sig_kernel,
        branched_sig_kernel_backprop,
        branched_sig_kernel_gram,
        branched_sig_kernel_gram_backprop,
        branched_sig_of_lift,
        branched_sig_of_lift_backprop,
        branched_sig_to_sig,
        extract_branched_sig_coef,
        ito_correction,
        linear_branched_log_sig,
        linear_branched_log_sig_backprop,
        linear_branched_sig,
        linear_branched_sig_backprop,
        log_sig,
        realised_correction,
        sig,
        sig_to_branched_sig,
        sig_to_branched_sig_backprop,
    )
    from treealg.numeric.operations import operations

__all__ = [
    "BranchedLogSigStream",
    "BranchedLogSigWindowStream",
    "BranchedSigStream",
    "BranchedSigWindowStream",
    "InvalidTypeError",
    "InvalidValueError",
    "LinearKernel",
    "MissingDependencyError",
    "RBFKernel",
    "ScaledLinearKernel",
    "StaticKernel",
    "TableCacheWarning",
    "TreeAlgError",
    "branched_log_sig",
    "branched_log_sig_backprop",
    "branched_log_sig_combine",
    "branched_log_sig_combine_backprop",
    "branched_log_sig_join",
    "branched_log_sig_join_backprop",
    "branched_log_sig_length",
    "branched_log_sig_to_sig",
    "branched_log_sig_to_sig_backprop",
    "branched_sig",
    "branched_sig_backprop",
    "branched_sig_coef",
    "branched_sig_coef_backprop",
    "branched_sig_combine",
    "branched_sig_combine_backprop",
    "branched_sig_inverse",
    "branched_sig_inverse_backprop",
    "branched_sig_join",
    "branched_sig_join_backprop",
    "branched_sig_kernel",
    "branched_sig_kernel_backprop",
    "branched_sig_kernel_gram",
    "branched_sig_kernel_gram_backprop",
    "branched_sig_length",
    "branched_sig_of_lift",
    "branched_sig_of_lift_backprop",
    "branched_sig_to_log_sig",
    "branched_sig_to_log_sig_backprop",
    "branched_sig_to_sig",
    "clear_cache",
    "extract_branched_sig_coef",
    "idx_to_tree",
    "ito_correction",
    "linear_branched_log_sig",
    "linear_branched_log_sig_backprop",
    "linear_branched_sig",
    "linear_branched_sig_backprop",
    "log_sig",
    "operations",
    "realised_correction",
    "sig",
    "sig_to_branched_sig",
    "sig_to_branched_sig_backprop",
    "transform_path",
    "tree_to_idx",
    "trees",
    "trees_of_order",
    "warm_up",
]


def _cuda() -> engines.GPU:
    from treealg import cuda

    return cuda


engines.register_gpu(_cuda)


def __getattr__(name: str) -> Any:
    """Load a function or a subpackage, or read the version, when first asked for."""
    if name == "operations":
        from treealg.numeric.operations import operations

        return operations
    if name in __all__:
        from treealg import numeric

        value = getattr(numeric, name)
        globals()[name] = value
        return value
    if name in ("codegen", "symbolic", "tables"):
        import importlib

        return importlib.import_module(f"treealg.{name}")
    if name == "verify":
        from treealg.verification import verify

        return verify
    if name == "__version__":
        from importlib.metadata import version

        return version("treealg")
    raise AttributeError(f"module 'treealg' has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names, those loaded on demand among them."""
    return sorted({*globals(), *__all__, "__version__", "codegen", "symbolic", "tables", "verify"})
