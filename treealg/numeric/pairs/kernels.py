r"""Kernels of pairs of paths, normalised or not, and their gradients as they are summed up.

A normalised kernel is :math:`K(x, y) / (n(x)\, n(y))` with :math:`n(x) = \sqrt{K(x, x)}`, and its
derivative is :math:`dK(x, y) / (n(x)\, n(y))` less the kernel times :math:`d \log n(x)` and
:math:`d \log n(y)`. What belongs to a norm is summed up for each path, so that the gradient of
:math:`K(x, x)` is computed once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.checks import check_flag
from treealg.errors import InvalidValueError
from treealg.numeric.arguments.batches import allocate, parts
from treealg.numeric.arguments.duals import sum_dtype, sums_by
from treealg.numeric.arguments.prepared import Room, Rooms, in_line
from treealg.numeric.arguments.rows import memory_for
from treealg.numeric.arguments.targets import Target, into_each
from treealg.numeric.pairs.blocks import Indices
from treealg.numeric.pairs.logarithms import gradients_of_logarithms, normalized_by_logarithms
from treealg.numeric.pairs.problem import Problem

__all__ = ["Kernels", "Side", "kernels_of", "reserve"]

Floats = npt.NDArray[np.floating]


class Side:
    """The paths of one argument: their norms, and the gradient in them.

    Parameters
    ----------
    own : Problem
        The paths with themselves.
    norms : numpy.ndarray or None
        The norm of each path, if kernels are normalised.
    is_wanted : bool
        Whether the gradient is.
    """

    def __init__(self, own: Problem, norms: Floats | None, is_wanted: bool) -> None:
        self.own = own
        self.norms = norms
        self.is_wanted = is_wanted
        if is_wanted:
            self._pieces = None if own.given1 is None else _Pieces(own)
            if self._pieces is None:
                self._sums = self._no_sums()
            self._of_norms = np.zeros(own.rows1.count, sum_dtype(own.rows1.dtype))
        self._rooms = Rooms()

    def _no_sums(self) -> Floats:
        """Return zeros for the transformed paths; of normalised kernels, large terms cancel."""
        rows, own = self.own.rows1, self.own
        shape = rows.count, *own.point_shapes[0]
        if self.norms is not None:
            with memory_for(f"the gradient in {rows.name}, of shape {shape},"):
                return np.zeros(shape, sum_dtype(rows.dtype))
        sums: Floats
        _, sums = rows.empty(shape)
        sums[...] = 0
        return sums

    def reserve(self, to: Target | None) -> None:
        """Let the gradient be written where it is wanted."""
        rows, given = self.own.rows1, self.own.given1
        if to is None:
            return
        if not self.is_wanted:
            raise InvalidValueError(
                f"{to.name} must be None where that gradient is not asked for; use left_deriv=True "
                f"or right_deriv=True"
            )
        if given is not None:
            self._rooms = given.rooms(to, of_path_alone=True)
        else:
            self._rooms = Rooms(Room(to.value, to.memory(rows, rows.shape, dense=True)))

    def add(self, index: Indices, gradients: Floats) -> None:
        """Add gradients in the paths that the index names, in one pass over sorted rows."""
        if not self.is_wanted or not len(index):
            return
        if len(index) == 1:
            with np.errstate(invalid="ignore", over="ignore"):
                self._add_to(index, gradients)
            return
        order = np.argsort(index, kind="stable")
        ordered = index[order]
        starts = np.flatnonzero(np.concatenate([[True], np.diff(ordered) != 0]))
        with np.errstate(invalid="ignore", over="ignore"):  # infinities pass, as in kernels
            sums = np.add.reduceat(
                gradients[order], starts, axis=0, dtype=sum_dtype(gradients.dtype)
            )
            self._add_to(ordered[starts], sums)

    def _add_to(self, index: Indices, sums: Floats) -> None:
        """Add one gradient to each of some paths."""
        if self._pieces is None:
            self._sums[index] += sums
        else:
            self._pieces.add(index, sums)

    def add_norms(self, index: Indices, derivs: Floats) -> None:
        """Add derivatives in the logarithms of the norms that the index names."""
        if self.is_wanted:
            self._of_norms += sums_by(index, derivs, self.own.rows1.count)

    def _add_own(self, index: Indices, beyond: npt.NDArray[np.bool_], weights: Floats) -> None:
        """Add the gradients of norms, by their logarithms where these are beyond floats."""
        large, index = index[beyond[index]], index[~beyond[index]]
        for gradients in self.own.gradients(index, index, weights[index]):
            self.add(index, gradients)
        if len(large):
            for gradients in _of_logarithms(self.own, large, large, self._of_norms[large] / 2):
                self.add(large, gradients)

    def gradient(self) -> Any:
        """Return the gradient in the argument, None if it is not wanted."""
        if not self.is_wanted:
            return None
        rows, own = self.own.rows1, self.own
        if self.norms is not None:
            beyond = _is_beyond(self.norms)
            with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
                weights = (self._of_norms / self.norms / self.norms / 2).astype(rows.dtype)
            for part in parts(rows.count, own.pairs_at_once):
                index = part.start + np.flatnonzero(self._of_norms[part])
                for at in own.of_similar_lengths(index, index):
                    self._add_own(index[at], beyond, weights)
        if self._pieces is not None:
            return self._pieces.gradient(self._rooms)
        result, out = self._rooms.path or allocate(rows, *rows.item, walked=False)
        to = out.reshape(rows.count, *rows.item)
        if self._sums.dtype == to.dtype:
            own.transform.write_adjoint(self._sums, to)
        else:
            sums = np.empty(to.shape, self._sums.dtype)
            own.transform.write_adjoint(self._sums, sums)
            with np.errstate(under="ignore", over="ignore"):
                to[...] = sums
        return rows.wrap(result)


class _Pieces:
    """The sum of gradients in paths that are pieces of a line, which windows may share.

    Parameters
    ----------
    own : Problem
        The paths with themselves, which are not as they were given.
    """

    def __init__(self, own: Problem) -> None:
        assert own.given1 is not None
        self._own, self._given = own, own.given1
        self._line = in_line(own.given1)
        of = self._line if own.list1 is None else in_line(own.list1)
        self._starts, self._counts = of.starts, of.counts
        self._sums = np.zeros(self._line.points.shape, sum_dtype(own.rows1.dtype))

    def add(self, index: Indices, sums: Floats) -> None:
        """Add gradients in transformed pieces; what is beyond the end of one is at its end."""
        transform = self._own.transform
        _, moved, _ = sums.shape
        points = (moved + 1) // 2 if transform.lead_lag else moved
        found = np.empty((len(sums), points, self._line.points.shape[-1]), self._sums.dtype)
        transform.write_adjoint(sums, found)
        starts, counts = self._starts[index].tolist(), self._counts[index].tolist()
        for own, start, count in zip(found, starts, counts, strict=True):
            piece = self._sums[start : start + count]
            piece += own[:count]
            if count < points:
                piece[-1] += own[count:].sum(axis=0)

    def gradient(self, rooms: Rooms) -> Any:
        """Return the gradient in what was given."""
        sums = self._line.taken(self._sums).astype(self._own.rows1.dtype, copy=False)
        found = self._given.gradients(sums, None, rooms)
        return found[0] if isinstance(found, tuple) else found  # of no base point


class Kernels:
    """The kernels of pairs of paths.

    Parameters
    ----------
    problem : Problem
        The paths of both sides, and the options.
    left, right : Side
        The sides; one and the same for the pairs of paths of one argument in a sum over them all.
    """

    def __init__(self, problem: Problem, left: Side, right: Side) -> None:
        self.problem = problem
        self.left = left
        self.right = right

    def values(self, first: Indices, second: Indices) -> Floats:
        """Compute the kernels of pairs, by their logarithms where these are too large."""
        with np.errstate(under="ignore"):
            found: Floats = self._values(first, second)[0].astype(
                self.problem.rows1.dtype, copy=False
            )
        return found

    def _values(self, first: Indices, second: Indices) -> tuple[Floats, Any]:
        """Return the kernels of pairs, and whether each was too large, of which none is rounded."""
        values = self.problem.values(first, second)
        normalized = self._normalized(values, first, second)
        beyond: Any = np.zeros(len(first), bool)
        if self.left.norms is not None and self.right.norms is not None:
            norms = self.left.norms[first], self.right.norms[second]
            beyond = ~np.isfinite(values) | _is_beyond(norms[0]) | _is_beyond(norms[1])
            if beyond.any():
                normalized = normalized.astype(sum_dtype(normalized.dtype), copy=False)
                normalized[beyond] = self._by_logarithms(first[beyond], second[beyond])
        return normalized, beyond

    def _by_logarithms(self, first: Indices, second: Indices) -> Floats:
        if not self.problem.is_ragged:
            return normalized_by_logarithms(self.problem, first, second)
        zero = np.zeros(1, np.int64)
        pairs = zip(first.tolist(), second.tolist(), strict=True)
        alone = [normalized_by_logarithms(self.problem.of_one_pair(*x), zero, zero) for x in pairs]
        return np.concatenate(alone)

    def add_gradients(
        self, first: Indices, second: Indices, weights: Floats, mirrored: Floats | None = None
    ) -> None:
        """Add the gradients of weighted kernels of pairs.

        Where `mirrored` has weights for the pairs the other way round, they are served as well.
        """
        for at in self.problem.of_similar_lengths(first, second):
            self._add_similar(
                first[at], second[at], weights[at], None if mirrored is None else mirrored[at]
            )

    def _add_similar(
        self, first: Indices, second: Indices, weights: Floats, mirrored: Floats | None
    ) -> None:
        """Add the gradients of pairs that are computed at once."""
        if self.left.norms is not None:
            values, beyond = self._values(first, second)
            # A kernel is least and greatest there; floating point has no other numbers for it.
            flat = beyond & ((values.real == 0) | (values.real == 1))
            if flat.any():
                kept = ~flat
                first, second = first[kept], second[kept]
                weights, values = weights[kept], values[kept]
                mirrored = None if mirrored is None else mirrored[kept]
            if not len(first):
                return
            for index, given in ((first, second), weights), ((second, first), mirrored):
                if given is not None:
                    self.left.add_norms(index[0], -given * values)
                    self.right.add_norms(index[1], -given * values)
            large = beyond[~flat] & np.isfinite(values)
            if large.any():
                own = first[large], second[large]
                pair = _of_logarithms(self.problem, *own, values[large])
                self._add(*own, pair, weights[large], None if mirrored is None else mirrored[large])
                kept = ~large
                first, second, weights = first[kept], second[kept], weights[kept]
                mirrored = None if mirrored is None else mirrored[kept]
                if not len(first):
                    return
        dtype = self.problem.rows1.dtype
        given = weights if mirrored is None else np.ones(len(first), dtype)
        pair = self.problem.gradients(first, second, self._normalized(given, first, second))
        if mirrored is None:
            self.left.add(first, pair[0])
            self.right.add(second, pair[1])
        else:
            self._add(first, second, pair, weights, mirrored)

    def _add(
        self, first: Indices, second: Indices, pair: tuple[Floats, Floats], weights: Floats,
        mirrored: Floats | None,
    ) -> None:  # fmt: skip
        """Add gradients of pairs with weights, and of the pairs the other way round with theirs."""
        for index, gradients, given in (
            ((first, second), pair, weights),
            ((second, first), pair[::-1], mirrored),
        ):
            if given is None:
                continue
            self.left.add(index[0], gradients[0] * given[:, None, None])
            self.right.add(index[1], gradients[1] * given[:, None, None])

    def _normalized(self, numbers: Floats, first: Indices, second: Indices) -> Floats:
        """Divide numbers, one for each pair, by the norms of both paths."""
        if self.left.norms is None or self.right.norms is None:
            return numbers
        # Infinite values and norms of 0 have no ratio.
        with np.errstate(invalid="ignore", divide="ignore"):
            return numbers / self.left.norms[first] / self.right.norms[second]


def _is_beyond(norms: Floats) -> npt.NDArray[np.bool_]:
    """Tell which norms are no numbers to divide by: also of infinities that were extrapolated."""
    beyond: npt.NDArray[np.bool_] = ~np.isfinite(norms) | (norms.real == 0)
    return beyond


def _of_logarithms(
    problem: Problem, first: Indices, second: Indices, derivs: Floats
) -> tuple[Floats, Floats]:
    """Return the gradients of weighted logarithms of kernels, of lists one pair after the other."""
    with np.errstate(all="ignore"):
        if not problem.is_ragged:
            return gradients_of_logarithms(problem, first, second, derivs)
        dtype = sum_dtype(problem.rows1.dtype)
        one, two = (
            np.zeros((len(first), *shape), dtype)
            for shape in problem.point_shapes_of(first, second)
        )
        zero = np.zeros(1, np.int64)
        for at, pair in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
            alone = problem.of_one_pair(*pair)
            own = gradients_of_logarithms(alone, zero, zero, derivs[at : at + 1])
            for total, gradient in zip((one, two), own, strict=True):
                total[at, : gradient.shape[1]] = gradient[0]
    return one, two


def kernels_of(
    problem: Problem, normalize: Any = False, wanted: tuple[bool, bool] = (False, False)
) -> Kernels:
    """Return the kernels of a problem, with sides of their own."""
    if check_flag("normalize", normalize) and problem.grid:
        raise InvalidValueError(
            "normalize and return_grid must not both be True: a grid has no one norm"
        )
    own = problem.with_itself(0), problem.with_itself(1)
    norms: tuple[Floats | None, Floats | None] = None, None
    if normalize:
        first = _norms(own[0])
        norms = first, first if problem.rows1 is problem.rows2 else _norms(own[1])
    sides = [Side(*each) for each in zip(own, norms, wanted, strict=True)]
    return Kernels(problem, *sides)


def reserve(sides: tuple[Side, Side], out: Any, *inputs: Any) -> None:
    """Let gradients be written where a caller wants them, who gave these inputs."""
    for side, to in zip(sides, into_each(out, 2, *inputs), strict=True):
        side.reserve(to)


def _norms(own: Problem) -> Floats:
    own.check_work(own.rows1.count)
    with memory_for(f"{own.rows1.name}, for the norms,"):
        every = np.arange(own.rows1.count)
    with np.errstate(invalid="ignore"):  # extrapolation may go below 0, and beyond all numbers
        squares = own.values(every, every)
        if squares.dtype.kind == "c":  # whose roots are real, too
            squares = np.where(squares.real < 0, np.nan, squares)
        norms: Floats = np.sqrt(squares)
    return norms
