"""One chunk of results: the function of a row, and what is done with what it returns."""

from __future__ import annotations

import math
import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.locks import hold, let_go
from treealg.numeric.operations.operation import Operation

__all__ = ["Beside", "Chunk", "OfPair", "Single", "Unpacked", "only"]

Floats = npt.NDArray[np.floating[Any]]


class Chunk:
    """A row of the table as a function of chunks, which can be pickled.

    Parameters
    ----------
    row : Operation
        The row.
    arrays : mapping of str to int
        The arguments that are chunks, with the number of axes of an item of theirs.
    rest : mapping of str
        All other arguments.
    finish : callable
        From what the row returns one array.
    """

    def __init__(
        self,
        row: Operation,
        arrays: Mapping[str, int],
        rest: Mapping[str, Any],
        finish: Callable[[Any], Floats],
    ) -> None:
        self.row, self.arrays, self.rest, self.finish = row, dict(arrays), dict(rest), finish

    def __dask_tokenize__(self) -> tuple[Any, ...]:
        """Return what tells this function from others."""
        return self.row.name, self.arrays, self.rest, vars(self.finish)

    def __call__(self, *chunks: Any) -> Floats:
        """Compute."""
        given = dict(zip(self.arrays, map(only, chunks), strict=True))
        self._prepare(given)
        return self.finish(self.row.function(**given, **self.rest))

    def _prepare(self, given: Mapping[str, Any]) -> None:
        """Let one process of this machine make the tables, which others then find on disk."""
        sizes = [given[name].shape[given[name].ndim - n :] for name, n in self.arrays.items()]
        key = self.row.name, repr(self.rest), repr(sizes)
        if key in _prepared or any(not chunk.size for chunk in given.values()):
            return
        if getattr(_here, "prepares", False):  # amid which the handler of a signal computes
            return
        few = {
            name: chunk[(slice(0, 1),) * (chunk.ndim - self.arrays[name])]
            for name, chunk in given.items()
        }
        _here.prepares = True
        try:
            with _threads.setdefault(os.getpid(), threading.Lock()), _one_process():
                if key not in _prepared:
                    self.row.function(**few, **self.rest)
                    _prepared.add(key)
        finally:
            _here.prepares = False


def only(chunk: Any) -> Any:
    """Return the chunk in nested lists of one, as those are that hold all of some axes."""
    while isinstance(chunk, list):
        (chunk,) = chunk
    return chunk


_prepared: set[tuple[str, str, str]] = set()
_here = threading.local()
_threads: dict[int, threading.Lock] = {}
"""A lock by process: in one that was forked that of its parent may be held for ever."""


@contextmanager
def _one_process() -> Iterator[None]:
    """Wait for other processes of this user on this machine, or at worst do the same as they."""
    user = os.getuid() if hasattr(os, "getuid") else ""
    try:
        path = Path(tempfile.gettempdir()) / f"treealg-{user}.lock"
        flags = os.O_CREAT | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0)
        number = os.open(path, flags | getattr(os, "O_NONBLOCK", 0), 0o600)
    except OSError:  # there is no place for it, or something of another user is in its place
        yield
        return
    try:
        if not hasattr(os, "getuid") or os.fstat(number).st_uid == os.getuid():
            hold(number, wait=True)  # others may hold their own file for ever
        yield
    finally:
        let_go(number)


class Single:
    """What is done with one result: nothing."""

    def __call__(self, found: Any) -> Floats:
        """Return it as an array."""
        return np.asarray(found)


class OfPair:
    """Take one of two gradients, with axes for the batch of the other argument."""

    def __init__(self, place: int, rank: int, others: Sequence[int]) -> None:
        self.place, self.rank, self.others = place, rank, tuple(others)

    def __call__(self, found: Any) -> Floats:
        """Return the one in place."""
        gradient: Floats = found[self.place]
        return np.expand_dims(gradient, self.others)


class Beside:
    """Put several results beside each other; `ranks` counts the axes of their items."""

    def __init__(self, ranks: Sequence[int]) -> None:
        self.ranks = ranks

    def __call__(self, found: Any) -> Floats:
        """Return them as one array."""
        given = [x for x in found if x is not None] if isinstance(found, tuple) else [found]
        batches = (x.shape[: x.ndim - n] for x, n in zip(given, self.ranks, strict=True))
        flat = [
            x.reshape(*batch, math.prod(x.shape[len(batch) :]))
            for x, batch in zip(given, batches, strict=True)
        ]
        return flat[0] if len(flat) == 1 else np.concatenate(flat, axis=-1)


class Unpacked:
    """Take one of several results that stand beside each other."""

    def __init__(self, start: int, item: Sequence[int]) -> None:
        self.start, self.item = start, tuple(item)

    def __call__(self, packed: Any) -> Floats:
        """Return it, with the axes of its items."""
        packed = only(packed)
        stop = self.start + int(np.prod(self.item))
        found: Floats = packed[..., self.start : stop].reshape(*packed.shape[:-1], *self.item)
        return found
