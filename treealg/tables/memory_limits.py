"""What is made fits in the memory that is to be had, or is refused with both numbers."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import NamedTuple

from treealg.errors import InvalidValueError
from treealg.free_memory import free_memory

__all__ = ["check_memory", "least_known", "may_lack_memory", "within_memory"]

_LOOKED_AT = 2**24
"""Fewer bytes are taken to be there, without a look."""


class _Making(NamedTuple):
    """What is made, and has how many bytes at least.

    Once it is made, as much more as `beside` times its size is needed; if it is `for_kernels`, they
    have what is said beside what it is made of. `free` was there before, if that was looked at.
    """

    what: str
    for_kernels: bool
    nbytes: int = 0
    beside: float = 0.0
    free: int | None = None


class _Here(threading.local):
    """What is made in this thread."""

    making: _Making | None = None
    within: _Making | None = None


_here = _Here()


class _NoMemoryError(MemoryError):
    """There is no memory, as is said in full."""


@contextlib.contextmanager
def within_memory(what: str, *, for_kernels: bool = False) -> Iterator[None]:
    """Refuse what a system, or a limit of the process, has no memory for.

    Parameters
    ----------
    what : str
        What is made.
    for_kernels : bool, default False
        Whether kernels make something of the tables that it is made of.

    Raises
    ------
    InvalidValueError
        If there is no memory for it; within another block, which raises that, a `MemoryError`.
    """
    before = _here.making, _here.within
    _here.making, _here.within = _Making(what, for_kernels), _here.making
    try:
        yield
    except MemoryError as error:
        known = isinstance(error, _NoMemoryError)
        reason = str(error) if known else _no_memory(what, least_known())
        raise (InvalidValueError if _here.within is None else _NoMemoryError)(reason) from None
    finally:
        _here.making, _here.within = before


def least_known() -> int:
    """Return how many bytes what is made has at least, 0 if that is not known."""
    return 0 if _here.making is None else _here.making.nbytes


def _no_memory(what: str, nbytes: int) -> str:
    """Say that there was no memory for what has at least so many bytes, if any are known."""
    size = f", of at least {nbytes} bytes," if nbytes else ","
    return (
        f"{what}{size} or what is made on the way, cannot be held in the memory that is to be had; "
        f"lower the degree or the dimension"
    )


def check_memory(nbytes: int, more: int, *, held: int = 0, kernels: int | None = None) -> None:
    """Refuse what is made within memory if that is seen to be too little, before it is taken.

    Parameters
    ----------
    nbytes : int
        What is made has at least so many.
    more : int
        What is needed beside; negative for what is there.
    held : int, default 0
        How many of them are in memory since before this was made.
    kernels : int, optional
        What kernels have beside so many bytes, and beside others in proportion.
    """
    making = _here.making or _Making("what is made", False)
    if kernels is not None and nbytes and _here.within is not None and _here.within.for_kernels:
        making = making._replace(beside=kernels / nbytes)
    bounds = []
    if nbytes - held + more >= _LOOKED_AT:
        free = free_memory()
        bounds.append((nbytes - held + more, free))
        if not making.nbytes:  # nothing of it is there yet
            making = making._replace(free=None if free is None else free + held)
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
    making = _here.making
    more = int(making.beside * (making.nbytes + nbytes)) if making else 0
    free = free_memory() if nbytes + more >= _LOOKED_AT else None
    return free is not None and free < nbytes + more
