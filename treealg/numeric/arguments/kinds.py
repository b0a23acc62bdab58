"""Kinds of arrays in the memory of the CPU: how one is read, and results become one again.

A kind that is not known by name says itself what it is: its memory comes by ``__dlpack__``, and
the module of its ``__array_namespace__``, or that of its class, makes such arrays by `from_dlpack`.
No package is imported: an array can only be there if its owner has imported its package.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric.arguments.foreign import described, not_an_array
from treealg.sequences import refuse_masked

__all__ = ["NUMPY", "TORCH", "Kind", "foreign_array", "is_array", "read_array"]


class Kind:
    """A kind of arrays; there is one object for each, so that kinds are compared by identity.

    Parameters
    ----------
    name : str
        What an array of it is called in messages.
    module : str
        The module that makes one.
    maker : str
        The function of that module which makes one of an array of NumPy, not copied where it can.
    device : object or None
        Where arrays are made, if that is not where their module makes them unless told.
    """

    __slots__ = ("device", "maker", "module", "name")

    def __init__(self, name: str, module: str, maker: str, device: Any) -> None:
        self.name, self.module, self.maker, self.device = name, module, maker, device

    def __str__(self) -> str:
        return self.name

    def __reduce__(self) -> Any:
        return _kind, (self.name, self.module, self.maker, self.device)

    def __deepcopy__(self, memo: Any) -> Kind:
        return self

    def wrap(self, result: npt.NDArray[Any]) -> Any:
        """Return a result as an array of this kind."""
        make = getattr(sys.modules[self.module], self.maker)
        return make(result) if self.device is None else make(result, device=self.device)


@cache
def _kind(name: str, module: str, maker: str, device: Any) -> Kind:
    """Return the one object of a kind."""
    return Kind(name, module, maker, device)


NUMPY = _kind("NumPy array", "numpy", "asarray", None)
TORCH = _kind("torch tensor", "torch", "from_numpy", None)


def is_array(value: Any) -> bool:
    """Tell whether a value is an array of whatever kind, and no list, table or number.

    Examples
    --------
    >>> is_array(np.zeros(2)), is_array([1.0]), is_array(np.float64(1.0))
    (True, False, False)
    """
    # A tracer of JAX has the first of these only, and no memory.
    kind = type(value)
    return hasattr(kind, "__dlpack__") and hasattr(kind, "__dlpack_device__")


def foreign_array(value: Any, name: str) -> tuple[npt.NDArray[Any], Kind] | None:
    """Return the memory of an array, not copied, and its kind; None if nothing makes such."""
    module = _module(value)
    if module is None:
        return None
    try:
        array: npt.NDArray[Any] = np.from_dlpack(value)
    except (BufferError, RuntimeError, TypeError, ValueError) as error:
        dtype, device = (getattr(value, what, "?") for what in ("dtype", "device"))
        raise InvalidTypeError(
            f"{name} must be in the memory of the CPU, in one piece, and have dtype float32, "
            f"float64 or an integer type, got an array of {module} of dtype {dtype} on {device} "
            f"({error}); move or convert it first"
        ) from None
    device = getattr(value, "device", None)
    if device is not None and device == _usual_device(module):
        device = None
    where = "" if device is None else f" on {device}"
    return array, _kind(f"DLPack array of {module}{where}", module, "from_dlpack", device)


def read_array(value: Any, name: str, what: str) -> npt.NDArray[Any]:
    """Return what NumPy reads of any value that is not computed with, such as integers."""
    is_foreign = is_array(value) and not isinstance(value, np.ndarray)
    read = foreign_array(value, name) if is_foreign else None
    if read is not None:
        return read[0]
    refuse_masked(value, name)
    if isinstance(value, Mapping):
        raise not_an_array(value, name, of_paths=False)
    try:
        found = np.asarray(value)
    except MemoryError:
        raise InvalidValueError(f"{name} does not fit in memory; give fewer {what}") from None
    except Exception as error:  # of any package whose value it is
        if not _is_container(value):
            raise _not_read(value, name, what) from None
        raise InvalidTypeError(f"{name} must be an array of {what}: {error}") from None
    if found.dtype.kind in "OUS" and not found.ndim:
        raise not_an_array(found.item(), name, of_paths=False)
    if found.dtype.kind == "O" and not _is_container(value):
        raise _not_read(value, name, what)
    return found


def _is_container(value: Any) -> bool:
    """Tell whether a value is a list or an array, in which something is no number if it fails."""
    return isinstance(value, (list, tuple)) or hasattr(value, "__array__")


def _not_read(value: Any, name: str, what: str) -> InvalidTypeError:
    """Return the error of an object that has items, of which NumPy makes no numbers."""
    said, how = described(value, name, of_paths=False)
    return InvalidTypeError(
        f"{name} must be an array of {what}, got {said}; {how or 'give numbers instead'}"
    )


def _module(value: Any) -> str | None:
    """Return the name of the module that makes arrays of the kind of one, None if there is none."""
    space = getattr(value, "__array_namespace__", None)
    named = getattr(space(), "__name__", "") if space is not None else ""
    parts = type(value).__module__.split(".")
    names = [named, *(".".join(parts[:count]) for count in range(len(parts), 0, -1))]
    return next((x for x in names if hasattr(sys.modules.get(x), "from_dlpack")), None)


@cache
def _usual_device(module: str) -> Any:
    """Return where a module makes arrays unless told."""
    return getattr(sys.modules[module].from_dlpack(np.empty(0)), "device", None)
