r"""Signature kernels, their distances and scores, against fifty digits, within a rounding bound.

The kernel that is computed is the solution of a recursion on a grid, which is no rational number,
as every level is an exponential. So the recursion of its definition is written out here once, for
numbers of any kind, and evaluated in decimal numbers of fifty digits, with dual numbers for
gradients and for derivatives in a direction. The same evaluation with `Rounding` numbers counts
what roundings in each step can change; that times the machine epsilon is the bound.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal, localcontext
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg import numeric
from treealg.verification.compiled import DTYPES
from treealg.verification.report import Outcome, merged
from treealg.verification.rings import Dual

__all__ = ["PAIR_FUNCTIONS", "Rounding", "check_pairs"]

Floats = npt.NDArray[Any]
Point = list[Any]
Path = list[Point]
_DIGITS = 50
_PATHS, _LENGTH, _ORDERS = 3, 3, (1, 0)
# Coordinates are multiples of 1 / _ONE up to 1/4, which float32 holds, and none of their products.
_ONE = 2**18
_LAM = 0.75
_STATIC = (numeric.LinearKernel(), numeric.ScaledLinearKernel(0.5), numeric.RBFKernel(0.5))


class Rounding:
    """A number, and what roundings in all steps up to it can change.

    Parameters
    ----------
    value : float
        The number.
    error : float
        The bound of the change, as a multiple of the relative change in one rounding.

    Examples
    --------
    >>> x = Rounding(0.5)
    >>> (x * x - 1).value, (x * x - 1).error
    (-0.75, 1.5)
    """

    __slots__ = ("error", "value")

    def __init__(self, value: float, error: float = 0.0) -> None:
        self.value, self.error = value, error

    def __add__(self, other: Any) -> Rounding:
        other = other if isinstance(other, Rounding) else Rounding(float(other))
        # Sizes are those of both numbers, as sums may be taken in any order.
        error = self.error + other.error + abs(self.value) + abs(other.value)
        return Rounding(self.value + other.value, error)

    __radd__ = __add__

    def __neg__(self) -> Rounding:
        return Rounding(-self.value, self.error)

    def __sub__(self, other: Any) -> Rounding:
        return self.__add__(-other)

    def __rsub__(self, other: Any) -> Rounding:
        return self.__neg__().__add__(other)

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Dual):
            return NotImplemented
        other = other if isinstance(other, Rounding) else Rounding(float(other))
        value = self.value * other.value
        error = abs(self.value) * other.error + self.error * abs(other.value) + abs(value)
        return Rounding(value, error)

    __rmul__ = __mul__

    def exp(self) -> Rounding:
        """Take the exponential."""
        value = math.exp(self.value)
        return Rounding(value, value * (self.error + 1))


def _exp(x: Any) -> Any:
    """Take the exponential of a number, or of a dual one."""
    if not isinstance(x, Dual):
        return x.exp()
    value = _exp(x.value)
    return Dual(value, {key: slope * value for key, slope in x.gradient.items()})


def _static(kernel: Any, one: Point, two: Point) -> Any:
    """Evaluate a static kernel, by its definition."""
    if isinstance(kernel, numeric.RBFKernel):
        steps = [x - y for x, y in zip(one, two, strict=True)]
        squares = sum(step * step for step in steps)
        return _exp(-(squares * Decimal(1 / kernel.sigma)))
    scale = getattr(kernel, "scale", 1.0) ** 2
    return sum(x * y for x, y in zip(one, two, strict=True)) * Decimal(scale)


def _kernel(kernel: Any, depth: int, one: Path, two: Path) -> Any:
    """Evaluate the signature kernel of two paths by its recursion on the refined grid."""
    points = [[_static(kernel, x, y) for y in two] for x in one]
    rows, columns = ((len(p) - 1) << order for p, order in zip((one, two), _ORDERS, strict=True))
    share = Decimal(1) / 2 ** sum(_ORDERS)

    def cell(i: int, j: int) -> Any:
        a, b = i >> _ORDERS[0], j >> _ORDERS[1]
        step = points[a + 1][b + 1] - points[a][b + 1] - points[a + 1][b] + points[a][b]
        return step * share

    cells = {(i, j): cell(i, j) for i in range(rows) for j in range(columns)}
    level: dict[tuple[int, int], Any] = {}  # 1 where there is nothing
    for _ in range(depth):
        sums: dict[tuple[int, int], Any] = {}
        for (i, j), step in cells.items():
            corners = product((i, i + 1), (j, j + 1))
            mean = sum(level.get(corner, Decimal(1)) for corner in corners) * Decimal("0.25")
            parts = [sums[at] for at in ((i, j + 1), (i + 1, j)) if at in sums]
            total = sum(parts, start=step * mean)
            sums[i + 1, j + 1] = total - sums[i, j] if (i, j) in sums else total
        level = {at: _exp(total) for at, total in sums.items()}
    return level.get((rows, columns), Decimal(1))


def _mean(values: Sequence[Any]) -> Any:
    return sum(values) * (Decimal(1) / len(values))


def _within(k: Callable[..., Any], x: Sequence[Path]) -> Any:
    """Return the mean kernel of two different paths of a sample."""
    return _mean([k(a, b) for i, a in enumerate(x) for j, b in enumerate(x) if i != j])


def _between(k: Callable[..., Any], x: Sequence[Path], y: Sequence[Path]) -> Any:
    return _mean([k(a, b) for a in x for b in y])


def _score(k: Callable[..., Any], x: Sequence[Path], y: Sequence[Path]) -> Any:
    return _within(k, x) * Decimal(_LAM) - _between(k, x, y) * 2


PAIR_FUNCTIONS: dict[str, Callable[..., list[Any]]] = {
    "branched_sig_kernel": lambda k, x, y: [k(a, b) for a, b in zip(x, y, strict=True)],
    "branched_sig_kernel_gram": lambda k, x, y: [k(a, b) for a in x for b in y],
    "branched_mmd": lambda k, x, y: [_within(k, x) + _within(k, y) - _between(k, x, y) * 2],
    "branched_scoring_rule": lambda k, x, y: [_score(k, x, [path]) for path in y],
    "expected_branched_scoring_rule": lambda k, x, y: [_score(k, x, y)],
}
"""Results of the public functions of pairs, from the kernel of two paths and two samples."""


class _Sample:
    """Two samples of paths with tangents, and exact results and bounds of one function."""

    def __init__(self, name: str, kernel: Any, dimension: int, depth: int) -> None:
        generator = random.Random(f"{name} {kernel} {dimension} {depth}")

        def draw(*shape: int) -> Floats:
            count = int(np.prod(shape))
            numbers = [generator.randint(-_ONE // 4, _ONE // 4) for _ in range(count)]
            return np.array(numbers).reshape(shape) / _ONE

        self.paths, self.moved = (draw(2, _PATHS, _LENGTH, dimension) for _ in range(2))
        count = len(PAIR_FUNCTIONS[name](lambda a, b: 0, *self.paths.tolist()))
        self.derivs, self.d_moved = draw(count), draw(count)
        define = partial(PAIR_FUNCTIONS[name], partial(_kernel, kernel, depth))
        with localcontext(prec=_DIGITS):
            exact = self._evaluated(define, lambda x: Decimal(float(x)))
        bounds = self._evaluated(define, lambda x: Rounding(float(x)))
        self.expected = {
            key: (
                np.array([float(value) for value in values]),
                np.array([_bound(value) for value in bounds[key]]),
            )
            for key, values in exact.items()
        }

    def _evaluated(
        self, define: Callable[..., list[Any]], ring: Callable[[Any], Any]
    ) -> dict[tuple[bool, bool], list[Any]]:
        """Return results by whether they are gradients, and whether along the direction."""
        variables = range(self.paths.size)
        numbers = [
            Dual(Dual(ring(x), {0: ring(dx)}), {key: ring(1)})
            for key, x, dx in zip(variables, self.paths.ravel(), self.moved.ravel(), strict=True)
        ]
        shaped = np.empty(self.paths.size, dtype=object)
        shaped[:] = numbers
        results = define(*shaped.reshape(self.paths.shape).tolist())
        weights = zip(self.derivs, self.d_moved, strict=True)
        whole = sum(
            result * Dual(Dual(ring(w), {0: ring(dw)}), {})
            for result, (w, dw) in zip(results, weights, strict=True)
        )
        gradient = [_slope(whole, key) for key in variables]
        values = [_value(result) for result in results]
        return {
            (False, False): [_value(v) for v in values],
            (False, True): [_slope(v, 0) for v in values],
            (True, False): [_value(v) for v in gradient],
            (True, True): [_slope(v, 0) for v in gradient],
        }


def _value(x: Any) -> Any:
    return x.value if isinstance(x, Dual) else x


def _slope(x: Any, key: int) -> Any:
    return x.gradient.get(key, 0) if isinstance(x, Dual) else 0


def _bound(x: Any) -> float:
    return x.error if isinstance(x, Rounding) else 0.0


def check_pairs(
    dimension: int, depth: int, *, threads: bool = True
) -> Iterator[tuple[str, Outcome]]:
    """Compare functions of pairs of paths, their gradients, and how both change, with fifty digits.

    Notes
    -----
    For depths from 1 on, as the kernel of depth 0 is 1. Samples of three paths of three points
    each, with the first cut once more; all static kernels where single kernels are what comes out,
    with 1 and with 2 threads.
    """
    for name in PAIR_FUNCTIONS:
        kernels = _STATIC if "kernel" in name else _STATIC[:1]
        samples = [_Sample(name, kernel, dimension, depth) for kernel in kernels]
        for (backward, along), dtype in product(product((False, True), repeat=2), DTYPES):
            outcomes = [
                _outcome(name, kernel, sample, depth, backward, along, dtype, n_jobs)
                for kernel, sample in zip(kernels, samples, strict=True)
                for n_jobs in ((1, 2) if threads else (1,))
            ]
            label = f"{name}{' backward' * backward}{' in a direction' * along}, {dtype}"
            yield label, merged(outcomes)


def _outcome(
    name: str,
    kernel: Any,
    sample: _Sample,
    depth: int,
    backward: bool,
    along: bool,
    dtype: str,
    n_jobs: int,
) -> Outcome:
    pairs = [*zip(sample.paths, sample.moved, strict=True)]
    options: dict[str, Any] = {"static_kernel": kernel, "n_jobs": n_jobs}
    if "scoring" in name:
        options["lam"] = _LAM
    if backward:
        options["right_deriv"] = True
        pairs = [(sample.derivs, sample.d_moved), *pairs]
    given = [array.astype(dtype) for pair in pairs for array in pair[: 1 + along]]
    if backward:
        shape = _shape_of_result(name)
        given[: 1 + along] = [array.reshape(shape) for array in given[: 1 + along]]
    function = getattr(numeric, f"{name}{'_backprop' * backward}{'_jvp' * along}")
    found = function(*given, depth, _ORDERS, **options)
    got = np.concatenate([np.ravel(part) for part in (found if backward else [found])])
    right, error = sample.expected[backward, along]
    bound = float(np.finfo(dtype).eps) * error
    away = np.abs(got.astype(np.float64) - right) + np.spacing(np.abs(right)) / 2 * (right != 0)
    wrong = np.flatnonzero(~(away <= bound))
    if wrong.size:
        at = int(wrong[0])
        return Outcome(
            0,
            f"entry {at} with {kernel} is {got[at]}, not {right[at]} within {bound[at]:.3g}",
            error=float("inf"),
        )
    shares = np.divide(away, bound, out=np.zeros_like(away), where=bound > 0)
    return Outcome(got.size, error=float(shares.max(initial=0.0)))


def _shape_of_result(name: str) -> tuple[int, ...]:
    """Return the shape of what a function returns of two samples."""
    return {
        "branched_sig_kernel": (_PATHS,),
        "branched_sig_kernel_gram": (_PATHS, _PATHS),
        "branched_scoring_rule": (_PATHS,),
    }.get(name, ())
