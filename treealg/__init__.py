"""Rooted trees, their Hopf algebras, and branched signatures of paths.

The functions at this level compute with arrays. ``treealg.symbolic`` holds trees and their algebra,
exactly, and ``treealg.tables`` the index tables that connect the two. Everything is loaded when
first used.
"""

from importlib import import_module
from types import ModuleType

from treealg._lazy import attach

__all__, __getattr__, __dir__ = attach(__name__)


def _cuda() -> ModuleType:
    from treealg import cuda

    return cuda


import_module("treealg.engines").register_gpu(_cuda)
