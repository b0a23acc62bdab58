"""The functions of arrays on arrays of Dask, chunk by chunk, each when it is asked for.

There is a function here for every row of the table of operations, `treealg.operations`, with the
name and the arguments that it has there. The batch may be cut into chunks as one likes; what
belongs to one path, its points and channels or its coefficients, has to lie in one chunk. Arrays of
NumPy go along as they are. The gradient of an argument that served several chunks is the sum.

Examples
--------
>>> import dask.array, treealg.dask
>>> paths = dask.array.zeros((1000, 50, 2), chunks=(100, -1, -1))
>>> features = treealg.dask.branched_sig(paths, 3)
>>> features.shape, features.chunksize, features.dtype
((1000, 20), (100, 20), dtype('float64'))
"""

from __future__ import annotations

import functools
import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.locks import hold, let_go
from treealg.numeric.operations.operation import Argument, Operation
from treealg.numeric.operations.table import operations
from treealg.optional import require

dask_array = require("dask.array", extra="dask")
dask = require("dask", extra="dask")

__all__ = [*operations]

Floats = npt.NDArray[np.floating[Any]]


def __getattr__(name: str) -> Callable[..., Any]:
    """Return the function of a row of the table."""
    if name not in operations:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    row = operations[name]

    @functools.wraps(row.function)
    def lazily(*arguments: Any, **options: Any) -> Any:
        return _LazyCall(row, arguments, options).results()

    lazily.__module__ = __name__
    lazily.__signature__ = row.signature  # type: ignore[attr-defined]
    lazily.__doc__ = row.doc
    globals()[name] = lazily
    return lazily


def __dir__() -> list[str]:
    """List the functions."""
    return sorted(__all__)


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
        given = dict(zip(self.arrays, map(_only, chunks), strict=True))
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


def _only(chunk: Any) -> Any:
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


def _refuse_collections(name: str, value: Any) -> None:
    """Refuse what Dask computes later and is no array, and lists of arrays."""
    if isinstance(value, (list, tuple)) and any(isinstance(x, dask_array.Array) for x in value):
        raise InvalidTypeError(
            f"{name} must be one array of Dask, got a list of them; dask.array.stack makes one of "
            f"paths of one length, those of several lengths take a call each"
        )
    if dask.is_dask_collection(value) and not isinstance(value, dask_array.Array):
        kind, how = type(value), "dask.array.from_delayed"
        if hasattr(kind, "to_dask_array"):
            how = f"{name}.to_dask_array(lengths=True)"
        elif hasattr(kind, "data"):
            how = f"{name}.data, or the functions of treealg.xarray"
        raise InvalidTypeError(
            f"{name} must be an array of Dask, got a {kind.__module__}.{kind.__qualname__}; use "
            f"{how}"
        )


class _LazyCall:
    """A call with arrays of Dask."""

    def __init__(
        self, row: Operation, arguments: Sequence[Any], options: Mapping[str, Any]
    ) -> None:
        self.row = row
        try:
            bound = row.signature.bind(*arguments, **options)
        except TypeError as error:
            raise InvalidTypeError(f"{row.name}: {error}; see its signature") from None
        bound.apply_defaults()
        self.values = dict(bound.arguments)
        self.arguments = {
            argument.name: argument for argument in row.arguments if self._is_array(argument)
        }
        for name in self.arguments:
            _refuse_collections(name, self.values[name])
        if not any(isinstance(self.values[name], dask_array.Array) for name in self.arguments):
            raise InvalidTypeError(
                f"{row.name} of treealg.dask must have an array of Dask among "
                f"{', '.join(a.name for a in row.arguments)}; treealg.{row.name} takes all others"
            )
        self.arrays = {name: _as_dask(self.values[name]) for name in self.arguments}
        self.values |= self.arrays
        found = row.result(**self.values)
        self.types: tuple[Any, ...] = found if isinstance(found, tuple) else (found,)
        for name in self.arrays:
            self._check_chunks(name)
        self.products = [name for name in self.arguments if name in row.products]
        ranks = [self._rank(name) for name in self.arrays]
        self.rank = sum(map(self._rank, self.products)) if self.products else max(ranks)

    def results(self) -> Any:
        """Return what the row returns, as arrays of Dask."""
        if not self.row.gradients or not self.arrays.keys() & {*self.row.gradients}:
            (kind,) = self.types
            item = kind.shape[self.rank :]
            return self._blocks(self.values, self.arrays, item, kind.dtype, _Single())
        names = iter(self.row.returned(self.values))
        if self.products:
            return tuple(
                None if kind is None else self._of_product(next(names)) for kind in self.types
            )
        found = self._gradients(list(names))
        wanted = [None if kind is None else next(found) for kind in self.types]
        return tuple(wanted) if len(wanted) > 1 else wanted[0]

    def _is_array(self, argument: Argument) -> bool:
        value = self.values[argument.name]
        is_number = argument.alternative == "number" and np.ndim(value) == 0
        return not (argument.is_absent(value) or is_number)

    def _item(self, name: str) -> tuple[str, ...]:
        """Return the names of the axes of an item of an argument."""
        return self.arguments[name].item_axes(self.arrays[name].ndim, self.values)

    def _rank(self, name: str) -> int:
        """Return how many axes the batch of an argument has."""
        return int(self.arrays[name].ndim) - len(self._item(name))

    def _check_chunks(self, name: str) -> None:
        """Refuse items that are cut into chunks."""
        array, axes = self.arrays[name], self._item(name)
        first = array.ndim - len(axes)
        cut = [axis for axis, n in zip(axes, array.numblocks[first:], strict=True) if n > 1]
        if cut:
            lists = ", ".join(f"{axis - array.ndim}: -1" for axis in range(first, array.ndim))
            raise InvalidValueError(
                f"{name} must have its {' and '.join(cut)} in one chunk, got chunks of "
                f"{array.chunksize} in shape {array.shape}; use {name}.rechunk({{{lists}}})"
            )

    def _has_point_in_front(self) -> bool:
        point = self.values.get("basepoint", False)
        return "basepoint" in self.arrays or bool(point)

    def _labels(self, name: str, rank: int) -> list[int]:
        """Return the axes of the batch of the results that those of an argument go with."""
        if self.arguments[name].batch != "product":
            return list(range(self.rank - rank, self.rank))
        before = self.products[: self.products.index(self.row.points.get(name, name))]
        first = sum(map(self._rank, before))
        return list(range(first, first + rank))

    def _blocks(
        self,
        values: Mapping[str, Any],
        arrays: Mapping[str, Any],
        item: Sequence[int],
        dtype: Any,
        finish: Callable[[Any], Floats],
        single: Sequence[int] = (),
    ) -> Any:
        """Return results of an item, one chunk for each of the batch.

        Along the axes in `single` a chunk has one result, whatever went in.
        """
        pairs: list[Any] = []
        label = self.rank
        items = {}
        for name, array in arrays.items():
            # What was given a batch, for its gradient, has all of it.
            is_own = array.ndim == self.arrays[name].ndim
            inside = len(self._item(name)) if is_own else array.ndim - self.rank
            items[name] = inside
            rank = array.ndim - inside
            own = list(range(label, label + inside))
            label += inside
            pairs += [array, [*self._labels(name, rank), *own]]
        axes = list(range(label, label + len(item)))
        rest = {name: value for name, value in values.items() if name not in arrays}
        return dask_array.blockwise(
            Chunk(self.row, items, rest, finish),
            [*range(self.rank), *axes],
            *pairs,
            new_axes=dict(zip(axes, item, strict=True)),
            adjust_chunks=dict.fromkeys(single, 1),
            concatenate=False,
            dtype=dtype,
            meta=np.empty((0,) * (self.rank + len(item)), dtype),
            token=self.row.name,
        )

    def _of_product(self, name: str) -> Any:
        """Return the gradient in one of two arguments of which all pairs were taken."""
        flags = dict(zip(self.row.gradients, self.row.flags, strict=True))
        values = {**self.values, **{flag: other == name for other, flag in flags.items()}}
        array, rank = self.arrays[name], self._rank(name)
        own = self._labels(name, rank)
        others = [axis for axis in range(self.rank) if axis not in own]
        finish = _OfPair(self.row.gradients.index(name), rank, others)
        item = array.shape[rank:]
        found = self._blocks(values, self.arrays, item, array.dtype, finish, others)
        return found.sum(axis=tuple(others), dtype=array.dtype)

    def _gradients(self, names: list[str]) -> Iterator[Any]:
        """Return gradients, those of arguments that served several paths summed over these."""
        batch = np.broadcast_shapes(
            *(array.shape[: self._rank(name)] for name, array in self.arrays.items())
        )
        arrays = dict(self.arrays)
        for name in names:
            item = arrays[name].shape[self._rank(name) :]
            if self.arguments[name].axes == ("segments", "columns") and len(item) == 1:
                in_front = self._has_point_in_front()
                item = (self.arrays["path"].shape[-2] - 1 + in_front, *item)
            if arrays[name].shape != (*batch, *item):
                arrays[name] = dask_array.broadcast_to(arrays[name], (*batch, *item))
        tangents = (argument.name for argument in self.row.arguments if argument.role == "tangent")
        for name, tangent in zip(self.row.tangents, tangents, strict=True):
            if tangent in arrays:
                arrays[tangent] = dask_array.broadcast_to(arrays[tangent], arrays[name].shape)
        items = [arrays[name].shape[len(batch) :] for name in names]
        sizes = [int(np.prod(item)) for item in items]
        dtype = arrays[names[0]].dtype
        finish = _Beside([len(item) for item in items])
        packed = self._blocks(self.values, arrays, (sum(sizes),), dtype, finish)
        start = 0
        for name, item, size in zip(names, items, sizes, strict=True):
            axes = list(range(self.rank + 1, self.rank + 1 + len(item)))
            gradient = dask_array.blockwise(
                _Unpacked(start, item),
                [*range(self.rank), *axes],
                packed,
                list(range(self.rank + 1)),
                new_axes=dict(zip(axes, item, strict=True)),
                concatenate=False,
                dtype=dtype,
                meta=np.empty((0,) * (self.rank + len(item)), dtype),
                token=f"{self.row.name}-{name}",
            )
            start += size
            yield _summed(gradient, self.arrays[name].shape)


class _Single:
    """What is done with one result: nothing."""

    def __call__(self, found: Any) -> Floats:
        return np.asarray(found)


class _OfPair:
    """Take one of two gradients, with axes for the batch of the other argument."""

    def __init__(self, place: int, rank: int, others: Sequence[int]) -> None:
        self.place, self.rank, self.others = place, rank, tuple(others)

    def __call__(self, found: Any) -> Floats:
        gradient: Floats = found[self.place]
        return np.expand_dims(gradient, self.others)


class _Beside:
    """Put several results beside each other; `ranks` counts the axes of their items."""

    def __init__(self, ranks: Sequence[int]) -> None:
        self.ranks = ranks

    def __call__(self, found: Any) -> Floats:
        given = [x for x in found if x is not None] if isinstance(found, tuple) else [found]
        batches = (x.shape[: x.ndim - n] for x, n in zip(given, self.ranks, strict=True))
        flat = [x.reshape(*batch, -1) for x, batch in zip(given, batches, strict=True)]
        return flat[0] if len(flat) == 1 else np.concatenate(flat, axis=-1)


class _Unpacked:
    """Take one of several results that stand beside each other."""

    def __init__(self, start: int, item: Sequence[int]) -> None:
        self.start, self.item = start, tuple(item)

    def __call__(self, packed: Any) -> Floats:
        packed = _only(packed)
        stop = self.start + int(np.prod(self.item))
        found: Floats = packed[..., self.start : stop].reshape(*packed.shape[:-1], *self.item)
        return found


def _as_dask(value: Any) -> Any:
    """Return an array of Dask; one of another kind is one chunk."""
    if isinstance(value, dask_array.Array):
        return value
    return dask_array.from_array(np.asarray(value), chunks=-1)


def _summed(gradient: Any, shape: tuple[int, ...]) -> Any:
    """Sum over the axes that an argument did not have, or of which it had one entry."""
    more = gradient.ndim - len(shape)
    if more:
        gradient = gradient.sum(axis=tuple(range(more)), dtype=gradient.dtype)
    ones = tuple(i for i, n in enumerate(shape) if n == 1 and gradient.shape[i] != 1)
    return gradient.sum(axis=ones, keepdims=True, dtype=gradient.dtype) if ones else gradient
