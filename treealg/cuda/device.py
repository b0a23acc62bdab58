"""What the package asks of a GPU, and how the device of an array is found."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol

from treealg.codegen.printers.text import Source
from treealg.cuda.cupy_device import open_array

__all__ = ["OPENERS", "Device", "Kernel", "device_of"]

Kernel = Callable[..., None]
"""``kernel(blocks, threads, arrays, numbers)`` launches on the stream that is current."""


class Device(Protocol):
    """A GPU, as arrays of one kind see it; hashable.

    Attributes
    ----------
    kind : str
        The kind of its arrays, for messages; one object per kind and GPU.
    xp : module
        Functions on its arrays, as NumPy has them.
    shared_bytes : int
        Shared memory that a block may have.
    """

    def __hash__(self) -> int:
        """See above."""

    @property
    def kind(self) -> str:
        """See above."""

    @property
    def xp(self) -> Any:
        """See above."""

    @property
    def shared_bytes(self) -> int:
        """See above."""

    def active(self) -> AbstractContextManager[Any]:
        """Make the GPU current, and the stream that its arrays are computed on."""

    def allocate(self, shape: tuple[int, ...], dtype: Any) -> tuple[Any, Any]:
        """Return an array of the kind that results have, and its memory as an `xp` array."""

    def compile(self, source: Source) -> Kernel:
        """Compile a kernel for the GPU that is current."""


OPENERS: list[Callable[[Any, str], tuple[Device, Any] | None]] = [open_array]
"""From a value and its name to its device and its memory; None if it is of another kind."""


def device_of(value: Any, name: str) -> tuple[Device, Any] | None:
    """Return the device of an array, and its memory without a copy."""
    for opener in OPENERS:
        found = opener(value, name)
        if found is not None:
            return found
    return None
