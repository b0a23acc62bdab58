"""What is made fits in the memory that is to be had, or is refused with both numbers."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import NamedTuple

from treealg.errors import InvalidValueError
from treealg.free_memory import free_memory

__all__ = ["check_memory", "may_lack_memory", "within_memory"]

_LOOKED_AT = 2**24
"""Fewer bytes are taken to be there, without a look."""


class _Making(NamedTuple):
    """What is made, and has how many bytes at least.

    Once it is made it needs as much more as `beside` times its size, and what it is made of needs
    `beside_parts` times that; `free` was there before, if that was looked at.
    """

    what: str
    nbytes: int = 0
    beside: float = 0.0
    beside_parts: float = 0.0
    free: int | None = None


class _Here(threading.local):
    """What is made in this thread."""

    making: _Making | None = None


_here = _Here()


class _NoMemoryError(MemoryError):
    """There is no memory, as is said in full."""


@contextlib.contextmanager
def within_memory(what: str, beside: float = 0.0) -> Iterator[None]:
    """Refuse what a system, or a limit of the process, has no memory for.

    Parameters
    ----------
    what : str
        What is made.
    beside : float, default 0
        How many times their own sizes is needed beside the tables that it is made of.

    Raises
    ------
    InvalidValueError
        If there is no memory for it; within another block, which raises that, a `MemoryError`.
    """
    before = _here.making
    _here.making = _Making(what, 0, beside if before is None else before.beside_parts, beside)
    try:
        yield
    except MemoryError as error:
        reason = str(error) if isinstance(error, _NoMemoryError) else _no_memory(*_here.making[:2])
        raise (InvalidValueError if before is None else _NoMemoryError)(reason) from None
    finally:
        _here.making = before


def _no_memory(what: str, nbytes: int) -> str:
    """Say that there was no memory for what has at least so many bytes, if any are known."""
    size = f", of at least {nbytes} bytes," if nbytes else ","
    return (
        f"{what}{size} or what is made on the way, cannot be held in the memory that is to be had; "
        f"lower the degree or the dimension"
    )


def check_memory(nbytes: int, more: int) -> None:
    """Refuse what is made within memory if that is seen to be too little, before it is taken.

    Parameters
    ----------
    nbytes : int
        What is made has at least so many.
    more : int
        What is needed beside; negative for what is there.
    """
    making = _here.making or _Making("what is made")
    bounds = []
    if nbytes + more >= _LOOKED_AT:
        free = free_memory()
        bounds.append((nbytes + more, free))
        if not making.nbytes:  # nothing of it is there yet
            making = making._replace(free=free)
    bounds.append((nbytes + int(making.beside * nbytes), making.free))
    _here.making = making._replace(nbytes=max(nbytes, making.nbytes))
    for needed, free in bounds:
        if free is not None and free < needed:
            raise _NoMemoryError(
                f"{making.what}, of at least {nbytes} bytes, cannot be made: at least {needed} are "
                f"needed, and {free} are to be had of the memory; lower the degree or the dimension"
            )


def may_lack_memory(nbytes: int) -> bool:
    """Tell whether there may be no memory for so many bytes more."""
    free = free_memory() if nbytes >= _LOOKED_AT else None
    return free is not None and free < nbytes
