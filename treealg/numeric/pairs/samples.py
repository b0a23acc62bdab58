"""Means of kernels over the pairs of paths of samples, and the statistics that are sums of them.

A sample is an axis of paths. No matrix of kernels is held: its entries are summed as they come.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.checks import check_flag
from treealg.errors import InvalidValueError
from treealg.numeric.arguments.batches import common_batch, source_rows
from treealg.numeric.arguments.duals import sum_dtype, sums_by
from treealg.numeric.arguments.rows import Rows, check_rank, memory_for
from treealg.numeric.pairs.blocks import Indices, blocks
from treealg.numeric.pairs.gradients import derivs_of
from treealg.numeric.pairs.kernels import Floats, Kernels, Side, kernels_of, reserve
from treealg.numeric.pairs.problem import Problem, max_batch_of, problem_of
from treealg.numeric.pairs.sides import Beside
from treealg.slots import frozen_slots
from treealg.typing import Array

__all__ = ["Options", "Statistic", "statistic_of"]

Numbers = npt.NDArray[np.float64]


@frozen_slots
class Options:
    """What all statistics are asked, unchecked, beside their paths and coefficients.

    Attributes
    ----------
    depth, dyadic_order, static_kernel, time_aug, lead_lag, end_time, normalize, n_jobs
        As in `branched_sig_kernel_gram`.
    max_batch, rule
        As in `branched_sig_kernel_gram`.
    unbiased
        Whether pairs of a path with itself are left out.
    beside
        What is given beside the paths.
    """

    depth: Any
    dyadic_order: Any
    static_kernel: Any
    time_aug: Any
    lead_lag: Any
    end_time: Any
    normalize: Any
    n_jobs: Any
    max_batch: Any
    rule: Any
    unbiased: Any
    beside: Beside


@frozen_slots
class Mean:
    """The mean of the kernels of all pairs of paths of two samples, for some pairs of samples.

    Attributes
    ----------
    kernels : Kernels
        The kernels of all paths, one sample after the other.
    sources : tuple of numpy.ndarray
        Which samples belong together.
    sizes : tuple of int
        How many paths the samples of both sides have.
    is_within : bool
        Whether both are the same sample, of which a triangle is enough if kernels are symmetric.
    is_distinct : bool
        Whether a path makes no pair with itself.
    at_once : int
        How many pairs to take at a time.
    """

    kernels: Kernels
    sources: tuple[Indices, Indices]
    sizes: tuple[int, int]
    is_within: bool
    is_distinct: bool
    at_once: int

    def values(self) -> Floats:
        """Compute the mean for each pair of samples."""
        means = np.zeros(len(self.sources[0]), sum_dtype(self.kernels.problem.rows1.dtype))
        for samples, first, second, weights in self._blocks(self.at_once):
            values = self.kernels.values(first, second).reshape(-1, len(weights))
            with np.errstate(invalid="ignore", over="ignore"):  # infinities pass, as in kernels
                means[samples] += (values * weights).sum(axis=1)
        return means

    def add_gradients(self, derivs: Floats) -> None:
        """Add the gradients of weighted means to those of both sides."""
        dtype = self.kernels.problem.rows1.dtype
        at_once = min(self.at_once, self.kernels.problem.pairs_at_once)
        for samples, first, second, weights in self._blocks(at_once):
            with np.errstate(invalid="ignore", over="ignore"):
                given = np.outer(derivs[samples], weights).ravel().astype(dtype)
            self.kernels.add_gradients(first, second, given)

    def _blocks(self, at_once: int) -> Iterator[tuple[slice, Indices, Indices, Numbers]]:
        """Yield pairs of paths, those of each sample with the same weights, which add up to 1."""
        n1, n2 = self.sizes
        is_half = self.is_within and self.kernels.problem.is_symmetric
        keep: np.ufunc | None = None
        if is_half:
            keep = np.less if self.is_distinct else np.less_equal
        elif self.is_distinct:
            keep = np.not_equal
        weight = 1 / (n1 * (n2 - self.is_distinct))
        for samples, i, j in blocks(len(self.sources[0]), n1, n2, at_once, keep):
            first, second = (
                (source[samples, None] * n + index).ravel()
                for source, n, index in zip(self.sources, self.sizes, (i, j), strict=True)
            )
            weights = np.where(i == j, weight, 2 * weight) if is_half else np.full(len(i), weight)
            yield samples, first, second, weights


class Statistic:
    """A combination of the means of kernels within two samples and between them.

    Parameters
    ----------
    problem : Problem
        The paths of all samples, and the options.
    batch : tuple of int
        Leading shape of the result.
    sides : tuple of Side
        The paths of both arguments.
    terms : list of (float, Mean, numpy.ndarray)
        Coefficients, means, and which of the means belongs to each entry of the result.
    inputs : tuple of object
        All arguments that may be arrays, as the caller gave them.
    """

    def __init__(
        self,
        problem: Problem,
        batch: tuple[int, ...],
        sides: tuple[Side, Side],
        terms: list[tuple[float, Mean, Indices]],
        inputs: tuple[Any, ...],
    ) -> None:
        self.problem = problem
        self.batch = batch
        self.sides = sides
        self.terms = terms
        self.inputs = inputs

    def value(self) -> Array:
        """Compute the statistic of each pair of samples."""
        result, memory = self.problem.rows1.empty(self.batch)
        with np.errstate(invalid="ignore", over="ignore"):  # infinities pass, as in kernels
            total = sum(factor * mean.values()[source] for factor, mean, source in self.terms)
            memory[...] = np.reshape(total, self.batch)
        return self.problem.rows1.wrap(result)

    def gradients(self, derivs: Any, out: Any) -> tuple[Array | None, Array | None]:
        """Compute the gradients in both arguments, which are wanted in `out` if that is given."""
        reserve(self.sides, out, derivs, *self.inputs)
        given: Floats = derivs_of(derivs, self.problem, self.batch).ravel()
        for factor, mean, source in self.terms:
            if mean.kernels.left.is_wanted or mean.kernels.right.is_wanted:
                sums = sums_by(source, given, len(mean.sources[0]))
                with np.errstate(invalid="ignore", over="ignore"):  # infinities pass, as in kernels
                    sums = factor * sums
                mean.add_gradients(sums)
        return self.sides[0].gradient(), self.sides[1].gradient()


def statistic_of(
    x: Any,
    y: Any,
    options: Options,
    factors: tuple[float, float, float],
    is_sample: bool = True,
    wanted: tuple[bool, bool] = (False, False),
) -> Statistic:
    """Check the arguments of a statistic, whose factors are those of the means.

    They are the mean within `x`, that between `x` and `y`, and that within `y`; a mean with factor
    0 is not computed. Where `y` holds no samples, each of its paths stands for one.
    """
    problem = problem_of(
        x, y, options.depth, options.dyadic_order, options.static_kernel, options.time_aug,
        options.lead_lag, options.end_time, options.n_jobs, False, options.rule, ("x", "y"),
        options.beside,
    )  # fmt: skip
    is_unbiased = check_flag("unbiased", options.unbiased)
    at_once = max_batch_of(options.max_batch, problem)
    kernels = kernels_of(problem, options.normalize, wanted)
    sides = kernels.left, kernels.right
    many = problem.windows
    samples = (
        _samples(problem.rows1, many[0]),
        _samples(problem.rows2, many[1]) if is_sample else problem.rows2,
    )
    if not is_sample and many[1] is not None:  # each window of an observation is one
        check_rank(len(samples[0].shape) + 1, "x", "windows2")
        samples = Rows(samples[0].array[..., None, :, :, :], samples[0].kind, 3, "x"), samples[1]
    sizes = samples[0].item[0], samples[1].item[0] if is_sample else 1
    batch = common_batch(*samples)
    problem.check_work(math.prod(batch) * sizes[0] * sizes[1])
    with memory_for(f"the batch of samples, of shape {batch},"):
        sources = source_rows(samples[0], batch), source_rows(samples[1], batch)
    terms = []
    for factor, side, rows, size, source in zip(
        factors[::2], sides, samples, sizes, sources, strict=True
    ):
        if factor:
            _check_size(rows.name, size, 1 + is_unbiased)
            side.own.check_work(rows.count * size * size)
            each = np.arange(rows.count)
            own = Kernels(side.own, side, side)
            mean = Mean(own, (each, each), (size, size), True, is_unbiased, at_once)
            terms.append((factor, mean, source))
    for rows, size in zip(samples, sizes, strict=True):
        _check_size(rows.name, size, 1)
    between = Mean(kernels, sources, sizes, False, False, at_once)
    terms.append((factors[1], between, np.arange(len(sources[0]))))
    return Statistic(problem, batch, sides, terms, (x, y, *options.beside))


def _samples(rows: Rows, windows: int | None) -> Rows:
    """View a batch of paths as one of samples; windows of them are paths of the same sample."""
    batch = rows.batch if windows is None else rows.batch[:-1]
    if not batch:
        raise InvalidValueError(
            f"{rows.name} must be a sample of paths, of shape (..., paths, length, channels), got "
            f"one path; {rows.written}[None] is a sample of that"
        )
    size = batch[-1] * (1 if windows is None else windows)
    array = rows.array if windows is None else rows.array.reshape(*batch[:-1], size, *rows.item)
    return Rows(array, rows.kind, 3, rows.name)


def _check_size(name: str, size: int, least: int) -> None:
    if size < least:
        hint = "" if least == 1 else ", as an unbiased mean is over pairs; use unbiased=False"
        raise InvalidValueError(f"{name} must have at least {least} paths, got {size}{hint}")
