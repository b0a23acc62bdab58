"""What branched signature kernels and their gradients share: options, pairs, and quadrature rules.

A problem is two batches of paths and the options that both passes need.  A pass runs over pairs of
paths, given as two arrays of indices, so that a batch and a Gram matrix are the same to a kernel.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.checks import check_choice, check_flag, check_integer, thread_count
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric.arguments.axes import exchanged
from treealg.numeric.arguments.batches import common_batch, source_rows
from treealg.numeric.arguments.calls import checked_transform
from treealg.numeric.arguments.duals import of_parts
from treealg.numeric.arguments.prepared import Prepared
from treealg.numeric.arguments.rows import Rows, memory_for
from treealg.numeric.arguments.transforms import Transform
from treealg.numeric.pairs.sides import NOTHING, Beside, read_paths, read_paths_beside
from treealg.numeric.pairs.static import as_static_kernel
from treealg.slots import frozen_slots

__all__ = ["Problem", "max_batch_of", "problem_of"]

_MAX_DEPTH = 1000  # as many rows of a grid are kept by each thread

Floats = npt.NDArray[np.floating]
Indices = npt.NDArray[np.int64]

_LARGEST_ORDER = 20
_MOST_CELLS = 2.0**60  # of a billion a second, for 36 years
_PAIRS = 1 << 14
_GRADIENT_NUMBERS = 1 << 22
_SIMILAR = 4  # times as many points as another path, at most


def _as_column(values: Floats) -> Floats:
    return values[:, None]


@frozen_slots
class Problem:
    """Two batches of paths, and what is computed of their pairs.

    Attributes
    ----------
    rows1, rows2 : Rows
        The paths.
    paths1, paths2 : numpy.ndarray, shape (count, length, channels)
        The same, for the kernels.
    depth : int
        Levels of the recursion.
    orders : tuple of int
        Dyadic refinement of each path.
    rbf, parameter : bool, float
        The static kernel.
    grid : bool
        Whether values at all nodes are wanted.
    transform : Transform
        What is done to both paths.
    terms : tuple of (float, int)
        The quadrature rule: weights, and by how much the refinement is lower.
    n_threads : int
        Threads.
    list1, list2 : Prepared or None
        The paths, where they are of different lengths, or parts of one long array.
    given1, given2 : Prepared or None
        The way back to what was given, where that is not the paths themselves.
    windows : tuple of (int or None)
        How many windows each path of either argument is cut into, on the last axis of the batch.
    """

    rows1: Rows
    rows2: Rows
    paths1: Floats
    paths2: Floats
    depth: int
    orders: tuple[int, int]
    rbf: bool
    parameter: float
    grid: bool
    transform: Transform
    terms: tuple[tuple[float, int], ...]
    n_threads: int
    list1: Prepared | None = None
    list2: Prepared | None = None
    given1: Prepared | None = None
    given2: Prepared | None = None
    windows: tuple[int | None, int | None] = (None, None)

    @property
    def value_shape(self) -> tuple[int, ...]:
        """Shape of what belongs to one pair: a number or a grid."""
        if not self.grid:
            return ()
        (n1, _), (n2, _) = self.point_shapes
        return ((n1 - 1) << self.orders[0]) + 1, ((n2 - 1) << self.orders[1]) + 1

    @property
    def point_shapes(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Length and channels of both transformed paths."""
        (length1, channels), (length2, _) = self.rows1.item, self.rows2.item
        length1 = length1 if self.list1 is None else _longest(self.list1)
        length2 = length2 if self.list2 is None else _longest(self.list2)
        transform, dimension = self.transform, self.transform.channels(channels)
        return (transform.points(length1), dimension), (transform.points(length2), dimension)

    def point_shapes_of(self, first: Indices, second: Indices) -> Sequence[tuple[int, int]]:
        """Length of the longest transformed paths of some pairs, and channels."""
        if not self.is_ragged:
            return self.point_shapes
        return [
            (self.transform.points(int(lengths.max(initial=1))), channels)
            for lengths, (_, channels) in zip(
                self._lengths(first, second), self.point_shapes, strict=True
            )
        ]

    def check_work(self, pairs: int) -> None:
        """Refuse so many pairs of paths, of the mean length, where no machine ends."""
        cells: float = self.depth * 2 ** sum(self.orders)
        for rows, listed in ((self.rows1, self.list1), (self.rows2, self.list2)):
            segments = rows.item[0] - 1
            if listed is not None:
                segments = int(listed.whole_spans[:, 1].sum()) // max(rows.count, 1) - 1
            cells *= self.transform.points(segments + 1) - 1
        if pairs * max(cells, 1) > _MOST_CELLS:
            names = self.rows1.name, self.rows2.name
            raise InvalidValueError(
                f"{' and '.join(dict.fromkeys(names))} make {pairs:,} pairs of paths, of "
                f"{cells:.3g} cells each at all levels, more than 2**60 in all, which take years; "
                f"use fewer or shorter paths, or a smaller depth or dyadic_order"
            )

    @property
    def is_symmetric(self) -> bool:
        """Whether a pair and the same pair the other way round have one kernel."""
        return self.rows1 is self.rows2 and self.orders[0] == self.orders[1]

    def with_itself(self, place: int) -> Problem:
        """Return the problem of one argument in both places, refined as the two of them are."""
        rows, paths, listed, given = (
            (self.rows1, self.paths1, self.list1, self.given1),
            (self.rows2, self.paths2, self.list2, self.given2),
        )[place]
        sides: dict[str, Any] = {"rows1": rows, "rows2": rows, "paths1": paths, "paths2": paths}
        sides |= {"list1": listed, "list2": listed, "given1": given, "given2": given}
        sides["windows"] = (self.windows[place],) * 2
        return replace(self, **sides)

    @property
    def is_ragged(self) -> bool:
        """Whether paths are of different lengths."""
        return self.list1 is not None or self.list2 is not None

    def of_one_pair(self, first: int, second: int) -> Problem:
        """Return the problem of one pair of paths, as arrays of their own lengths."""
        rows = []
        for given, listed, index in (
            (self.rows1, self.list1, first),
            (self.rows2, self.list2, second),
        ):
            points = given.slab(index, index + 1)
            if listed is not None:
                start, count = listed.whole_spans[index].tolist()
                points = points[:, start : start + count]
            rows.append(Rows(points, given.kind, 2, given.name))
        one, two = rows
        paths = one.slab(0, 1), two.slab(0, 1)
        return replace(
            self, rows1=one, rows2=two, paths1=paths[0], paths2=paths[1], list1=None, list2=None
        )

    def _lengths(self, first: Indices, second: Indices) -> list[Indices]:
        """Return how many points the paths of pairs have."""
        return [
            np.full(len(index), rows.item[0]) if side is None else side.whole_spans[index, 1]
            for side, rows, index in (
                (self.list1, self.rows1, first),
                (self.list2, self.rows2, second),
            )
        ]

    def _have_cells(self, first: Indices, second: Indices) -> Any:
        """Tell which pairs are of two paths of at least two points; in lists others share lanes."""
        one, two = self._lengths(first, second)
        return (one > 1) & (two > 1)

    def in_order(self, first: Indices, second: Indices) -> tuple[Indices, Indices, Any]:
        """Return pairs in the order that lanes want, similar lengths together, and the way back."""
        if not self.is_ragged:
            return first, second, slice(None)
        lengths = self._lengths(first, second)
        order = np.lexsort((-lengths[1], -lengths[0]))
        back = np.empty_like(order)
        back[order] = np.arange(len(order))
        return first[order], second[order], back

    def batch_pairs(self) -> tuple[tuple[int, ...], Indices, Indices]:
        """Return the pairs of two batches of one leading shape, or that broadcast to one.

        Windows pair with those of the same place, or with the whole of a path that has none.
        """
        one, two, (first, second) = self.rows1, self.rows2, self.windows
        if first is None and second is not None:
            one = _once_more(one)
        elif second is None and first is not None:
            two = _once_more(two)
        elif first != second:
            raise InvalidValueError(
                f"windows1 and windows2 must be equally many, got {first} and {second}: those at "
                f"the same place make a pair; branched_sig_kernel_gram takes all pairs"
            )
        batch = common_batch(one, two)
        self.check_work(math.prod(batch))
        with memory_for(f"the batch of pairs, of shape {batch},"):
            return batch, source_rows(one, batch), source_rows(two, batch)

    @property
    def gram_shape(self) -> tuple[int, ...]:
        """Leading shape of all pairs: both batches, then the windows of both."""
        kept = [n for rows, count in self._cut for n in _before_windows(rows, count)]
        return *kept, *(count for _, count in self._cut if count is not None)

    @property
    def _cut(self) -> tuple[tuple[Rows, int | None], ...]:
        """The paths, with the number of windows that each is cut into."""
        return (self.rows1, self.windows[0]), (self.rows2, self.windows[1])

    def by_pair(self, result: Any) -> tuple[Any, Callable[[Indices, Indices], tuple[Any, ...]]]:
        """View all pairs so that they can be indexed, and return what makes the index of some."""
        if self.windows == (None, None):
            flat = result.reshape(self.rows1.count, self.rows2.count, *self.value_shape)
            return flat, lambda first, second: (first, second)
        w1, w2 = (1 if count is None else count for count in self.windows)
        n1, n2 = (math.prod(_before_windows(*side)) for side in self._cut)

        def index(first: Indices, second: Indices) -> tuple[Any, ...]:
            return first // w1, second // w2, first % w1, second % w2

        return result.reshape(n1, n2, w1, w2), index

    def values(self, first: Indices, second: Indices) -> Floats:
        """Compute the kernel of pairs."""
        size = math.prod(self.value_shape)
        total: Floats | None = None
        first, second, back = self.in_order(first, second)
        for weight, lower in self.terms:
            out = np.empty((len(first), size), self.rows1.dtype)
            self.rows1.engine.sig_kernel(
                self.paths1, self.paths2, first, second, out, *self._options(lower)
            )
            if len(self.terms) == 1:
                total = out
                break
            with np.errstate(invalid="ignore", over="ignore"):  # infinite values of two signs
                out *= weight
                total = out if total is None else total + out
        assert total is not None
        if self.is_ragged:
            total[~self._have_cells(first, second)] = 1
        found: Floats = total[back].reshape(len(first), *self.value_shape)
        return found

    @property
    def is_simple(self) -> bool:
        """Whether a kernel is one number, computed by one rule from two arrays of one batch."""
        return (
            not self.grid
            and self.given1 is self.given2 is None
            and len(self.terms) == 1
            and self.rows1.batch == self.rows2.batch
            and self.n_threads == 1
        )

    def writer_of_values(self, count: int) -> Callable[..., None]:
        """Return what writes the kernels of so many pairs of paths, if the problem is simple."""
        index, options, kernel = np.arange(count), self._options(0), self.rows1.engine.sig_kernel

        def write(one: Floats, two: Floats, out: Floats) -> None:
            kernel(one, two, index, index, of_parts(_as_column, out), *options)

        return write

    def writer_of_gradients(self, count: int, wanted: tuple[bool, bool]) -> Callable[..., None]:
        """Return what writes the gradients that are wanted, if the problem is simple."""
        index, options, transform = np.arange(count), self._options(0), self.transform
        kernel, shapes = self.rows1.engine.sig_kernel_backward, self.point_shapes
        dtype = np.empty(0, self.rows1.dtype).real.dtype  # of dual numbers, that of tangents

        def write(one: Floats, two: Floats, derivs: Floats, *outs: Floats) -> None:
            pair = [np.empty((count, n * d), dtype) for n, d in shapes]
            written = [(None, x) for x in pair] if isinstance(one, tuple) else pair
            kernel(one, two, index, index, of_parts(_as_column, derivs), *written, *options)
            kept = [
                (x, n, d)
                for x, (n, d), is_kept in zip(pair, shapes, wanted, strict=True)
                if is_kept
            ]
            for given, (gradient, n, d) in zip(outs, kept, strict=True):
                out = given[1] if isinstance(given, tuple) else given
                gradient += 0.0  # as in sums, which have no negative zeros
                transform.write_adjoint(gradient.reshape(count, n, d), out)

        return write

    def gradients(self, first: Indices, second: Indices, derivs: Floats) -> tuple[Floats, Floats]:
        """Compute the gradients of pairs in their transformed paths, up to the longest of these."""
        width = math.prod(self.value_shape)
        given = np.ascontiguousarray(derivs, self.rows1.dtype).reshape(len(first), width)
        first, second, back = self.in_order(first, second)
        if self.is_ragged:
            ordered = np.empty_like(given)
            ordered[back] = given
            given = ordered
        # Kernels leave alone what is beyond the longest path of a group.
        make = np.zeros if self.is_ragged else np.empty
        shape1, shape2 = self.point_shapes_of(first, second)
        totals: list[Floats] = []
        for weight, lower in self.terms:
            pair = [make((len(first), n * d), self.rows1.dtype) for n, d in (shape1, shape2)]
            scaled = given if len(self.terms) == 1 else given * given.dtype.type(weight)
            self.rows1.engine.sig_kernel_backward(
                self.paths1, self.paths2, first, second, scaled, *pair, *self._options(lower)
            )
            totals = [a + b for a, b in zip(totals, pair, strict=True)] if totals else pair
        if self.is_ragged:
            for total in totals:
                total[~self._have_cells(first, second)] = 0
        one, two = (total[back] for total in totals)
        return one.reshape(-1, *shape1), two.reshape(-1, *shape2)

    def _options(self, lower: int) -> tuple[Any, ...]:
        return (
            self.depth,
            self.orders[0] - lower,
            self.orders[1] - lower,
            self.rbf,
            self.parameter,
            self.grid,
            *self.transform,
            self.n_threads,
            None if self.list1 is None else self.list1.spans,
            None if self.list2 is None else self.list2.spans,
        )

    @property
    def pairs_at_once(self) -> int:
        """How many pairs to take at once for gradients, before those of similar lengths are."""
        if self.is_ragged:
            return _PAIRS * self.n_threads
        (n1, d), (n2, _) = self.point_shapes
        return max(_GRADIENT_NUMBERS // ((n1 + n2) * d), 16 * self.n_threads)

    def of_similar_lengths(self, first: Indices, second: Indices) -> Iterator[Any]:
        """Yield the places of those pairs whose gradients are computed in one array.

        Arrays are as wide as the longest path, so that long and short ones have arrays apart.
        """
        if not self.is_ragged:
            yield slice(None)
            return
        one, two = self._lengths(first, second)
        size = np.maximum(one + two, 1)
        order = np.argsort(-size, kind="stable")
        size, channels = size[order], self.point_shapes[0][1]
        begin = 0
        while begin < len(order):
            longest = int(size[begin])
            numbers = 2 * self.transform.points(longest) * channels
            most = max(_GRADIENT_NUMBERS // numbers, 16 * self.n_threads)
            similar = int(np.searchsorted(-size, -longest / _SIMILAR, "right"))
            end = min(begin + most, max(similar, begin + 1))
            yield order[begin:end]
            begin = end


def problem_of(
    path1: Any,
    path2: Any,
    depth: Any,
    dyadic_order: Any,
    static_kernel: Any,
    time_aug: Any,
    lead_lag: Any,
    end_time: Any,
    n_jobs: Any,
    return_grid: Any,
    rule: Any,
    names: tuple[str, str] = ("path1", "path2"),
    beside: Beside = NOTHING,
) -> Problem:
    """Check the arguments that all kernel functions have."""
    rbf, _ = as_static_kernel(static_kernel)
    transform, n_threads = checked_transform(time_aug, lead_lag, end_time), thread_count(n_jobs)
    # A linear kernel sees increments alone, the Gaussian one how far apart two paths are.
    if beside.is_nothing:
        one = read_paths(path1, names[0], rbf)
        two = one if path2 is path1 else read_paths(path2, names[1], rbf)
    else:
        one, two, transform = read_paths_beside(path1, path2, names, rbf, transform, beside)
    (rows1, list1, given1, windows1), (rows2, list2, given2, windows2) = one, two
    if rows1.kind is not rows2.kind or rows1.dtype is not rows2.dtype:
        raise InvalidTypeError(
            f"{names[0]} and {names[1]} must be of one kind and dtype, got a {rows1.kind} of "
            f"{rows1.dtype} and a {rows2.kind} of {rows2.dtype}; convert one of them"
        )
    _, parameter = as_static_kernel(static_kernel, np.empty(0, rows1.dtype).real.dtype)
    if rows1.item[1] != rows2.item[1]:
        (length1, channels1), (length2, channels2) = rows1.item, rows2.item
        are_exchanged = length1 == length2 < min(channels1, channels2)
        fix = exchanged(f"{names[0]} and {names[1]}", rows1.item) if are_exchanged else ""
        raise InvalidValueError(
            f"{names[0]} and {names[1]} must have equally many channels, got {channels1} and "
            f"{channels2}{fix}"
        )
    orders = _dyadic_orders(dyadic_order)
    grid = check_flag("return_grid", return_grid)
    if grid and (list1 is not None or list2 is not None):
        raise InvalidValueError(
            "return_grid must be False for lists of paths, lengths, windows or missing values, as "
            "grids may be of different sizes; call the function for each pair"
        )
    return Problem(
        rows1,
        rows2,
        rows1.slab(0, rows1.count),
        rows2.slab(0, rows2.count),
        _depth(depth),
        orders,
        rbf,
        parameter,
        grid,
        transform,
        _terms(rule, orders, grid),
        n_threads,
        list1,
        list2,
        given1,
        given2,
        (windows1, windows2),
    )


def _before_windows(rows: Rows, windows: int | None) -> tuple[int, ...]:
    """Return the leading shape of paths, without the axis of their windows."""
    return rows.batch if windows is None else rows.batch[:-1]


def _once_more(rows: Rows) -> Rows:
    """View paths with an axis of one entry behind those of their batch."""
    return Rows(rows.array[..., None, :, :], rows.kind, 2, rows.name)


def _longest(side: Prepared) -> int:
    """Return the points of the longest path, as kernels get it."""
    return int(side.whole_spans[:, 1].max(initial=1))


def _depth(value: Any) -> int:
    depth = check_integer("depth", value, 0)
    if depth > _MAX_DEPTH:
        raise InvalidValueError(
            f"depth must be at most {_MAX_DEPTH}, got {depth}; the levels converge long before"
        )
    return depth


def _dyadic_orders(value: Any) -> tuple[int, int]:
    pair = value if isinstance(value, (tuple, list)) else (value, value)
    if len(pair) != 2:
        raise InvalidValueError(
            f"dyadic_order must be an integer or a pair of integers, got {len(pair)} entries"
        )
    first, second = (check_integer("dyadic_order", order, 0) for order in pair)
    if max(first, second) > _LARGEST_ORDER:
        raise InvalidValueError(
            f"dyadic_order must be at most {_LARGEST_ORDER}, got {max(first, second)}: each "
            f"segment is cut into 2**dyadic_order pieces"
        )
    return first, second


def _terms(rule: Any, orders: tuple[int, int], grid: bool) -> tuple[tuple[float, int], ...]:
    check_choice("rule", rule, ("trapezoid", "romberg"))
    if rule == "trapezoid":
        return ((1.0, 0),)
    if grid:
        raise InvalidValueError(
            'rule="romberg" combines grids of different sizes and has no grid of its own; use '
            'rule="trapezoid" or return_grid=False'
        )
    levels = range(min(orders) + 1)
    weights = []
    for level in levels:
        weight = 1.0
        for other in levels:
            if other != level:
                weight *= 4.0**other / (4.0**other - 4.0**level)
        weights.append((weight, level))
    return tuple(weights)


def max_batch_of(value: Any, problem: Problem) -> int:
    """Return how many pairs of a Gram matrix to compute in one call of a kernel."""
    side = check_integer("max_batch", value, -1)
    if side == 0:
        raise InvalidValueError("max_batch must be -1 or at least 1, got 0")
    return side * side if side > 0 else _PAIRS * problem.n_threads
