"""Rooted trees, their Hopf algebras, and branched signatures of paths.

The functions at this level compute with arrays. ``treealg.symbolic`` holds trees and their algebra,
exactly, and ``treealg.tables`` the index tables that connect the two; both are loaded when first
used.
"""

from __future__ import annotations

from typing import Any

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

__all__ = [
    "InvalidTypeError",
    "InvalidValueError",
    "MissingDependencyError",
    "TableCacheWarning",
    "TreeAlgError",
    "branched_log_sig",
    "branched_log_sig_length",
    "branched_sig",
    "branched_sig_length",
    "branched_sig_to_log_sig",
    "branched_sig_to_log_sig_backprop",
    "clear_cache",
    "idx_to_tree",
    "transform_path",
    "tree_to_idx",
    "trees",
    "trees_of_order",
    "warm_up",
]


def __getattr__(name: str) -> Any:
    """Load a subpackage, or read the version, when first asked for."""
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
    return sorted({*globals(), "__version__", "codegen", "symbolic", "tables", "verify"})
