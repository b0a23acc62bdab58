"""The door to GPUs: arrays are told by what they say of themselves, the rest loads on demand.

No array library is imported here, and `treealg.cuda` only when an array on a GPU shows up.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from treealg.errors import InvalidValueError

__all__ = ["clear_cache", "engine", "is_on_gpu", "refuse"]

_ENGINE = "treealg.cuda"


def is_on_gpu(value: Any) -> bool:
    """Tell whether a value is an array in the memory of an NVIDIA GPU."""
    is_cuda = getattr(value, "is_cuda", None)
    if is_cuda is None:
        return hasattr(value, "__cuda_array_interface__")
    return is_cuda is True


def engine() -> Any:
    """Return the module that computes on GPUs, loaded when first asked for."""
    return import_module(_ENGINE)


def refuse(value: Any, what: str) -> None:
    """Refuse an option for arrays on a GPU."""
    first = value[0] if isinstance(value, (list, tuple)) and value else value
    if is_on_gpu(first):
        raise InvalidValueError(
            f"{what} must be left out for a path on a GPU; compute on the CPU instead"
        )


def clear_cache() -> None:
    """Forget the kernels that are held in memory, if any were made."""
    module = sys.modules.get(_ENGINE)
    if module is not None:
        module.clear_cache()
