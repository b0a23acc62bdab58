r"""Compiled kernels and generated float source against exact values, within a rounding bound.

The bound for a result is :math:`4 (N + L) \varepsilon A`, with N the degree, L the number
of points of a path (1 for other maps), ε the machine epsilon, and A the program's value, or that of
its adjoint, with every coefficient and every input made positive: each number on the way is rounded
a few times per order and segment, in whatever sequence the terms are added. The exact value is
rounded once to float64, and half a unit in its last place counts as error.

The kernels are listed in `functions`, each with the map or the formula that it computes. Gradients
are compared with the adjoint program, which is proved elsewhere to be the exact derivative of the
map, and derivatives of both in a direction with the programs over dual numbers of rational ones.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.codegen.arguments import arguments
from treealg.codegen.maps import PATH_MAPS, MapSize
from treealg.codegen.program import Vector
from treealg.errors import InvalidValueError
from treealg.verification.compiled import DTYPES, CompiledMaps
from treealg.verification.definitions import (
    Rule,
    Vectors,
    composition,
    exact_map,
    rule_definition,
    sized,
)
from treealg.verification.functions import KERNELS, Kernel
from treealg.verification.monomials import is_formula
from treealg.verification.report import Outcome, merged
from treealg.verification.rings import Dual, Magnitude, Rationals

__all__ = ["check_generated", "check_kernels"]

_LENGTH = 5
_BATCHES = (1, 3, 8, 17)
_LONG = 19
# Arguments are multiples of 1 / _ONE from -1 to 1: float32 holds them, and none of their products.
_ONE = 2**20
Floats = npt.NDArray[Any]


@lru_cache(maxsize=4)
def _sample(rule: Rule, size: MapSize, count: int, length: int) -> _Sample:
    """Return a sample, the same one for functions of one map."""
    return _Sample(rule, size, count, length)


class _Sample:
    """A batch of arguments that floats hold, with exact results and the sizes of the bounds."""

    def __init__(self, rule: Rule, size: MapSize, count: int, length: int) -> None:
        self.size, self.length, self.is_path = size, length, rule in PATH_MAPS
        shapes = _shapes(rule, size, length)
        generator = random.Random(f"{rule} {size} {length}")
        exact = exact_map(rule, size)

        def draw(shape: tuple[int, ...]) -> npt.NDArray[np.int64]:
            numbers = [generator.randint(-_ONE, _ONE) for _ in range(count * int(np.prod(shape)))]
            return np.array(numbers, dtype=np.int64).reshape(count, -1)

        def duals(ring: Any) -> Vectors:
            """Return arguments, and what comes in, with their tangents in a ring."""
            return [
                [Dual(ring(x), {0: ring(dx)}) for x, dx in zip(vector.T, moved.T, strict=True)]
                for vector, moved in zip([*drawn, d_out], tangents, strict=True)
            ]

        drawn = [draw(shape) for shape in shapes]
        values = [[Rationals(column, _ONE) for column in vector.T.copy()] for vector in drawn]
        sizes = [[Magnitude(column / _ONE) for column in vector.T] for vector in drawn]
        pairs = zip(drawn, shapes, strict=True)
        self.arrays = [(vector / _ONE).reshape(count, *shape) for vector, shape in pairs]
        is_long = length == _LONG
        expected = exact.forward(values) if is_long else rule_definition(rule, size, values)
        self.forward = _Expected([expected], [exact.forward(sizes)], count)
        d_out = draw((len(expected),))
        self.d_out = d_out / _ONE
        values.append([Rationals(column, _ONE) for column in d_out.T.copy()])
        sizes.append([Magnitude(column / _ONE) for column in d_out.T])
        self.backward = _Expected(exact.backward(values), exact.backward(sizes), count)
        tangents = [draw(shape) for shape in (*shapes, (len(expected),))]
        self.directions = [
            (vector / _ONE).reshape(count, *shape)
            for vector, shape in zip(tangents, (*shapes, (len(expected),)), strict=True)
        ]
        numbers = duals(lambda column: Rationals(column.copy(), _ONE))
        bounds = duals(lambda column: Magnitude(column / _ONE))
        self.along = _Expected(
            [_slopes(exact.forward(numbers[:-1]))], [_slopes(exact.forward(bounds[:-1]))], count
        )
        self.backward_along = _Expected(
            [_slopes(row) for row in exact.backward(numbers)],
            [_slopes(row) for row in exact.backward(bounds)],
            count,
        )

    def allowance(self, dtype: str) -> float:
        """Return the bound of the error as a multiple of the size."""
        degree, length = self.size.degree, self.length if self.is_path else 1
        return 4 * (degree + length) * float(np.finfo(dtype).eps)


class _Expected:
    """Exact results, rounded once, and sizes: one array per result, of shape ``(batch, size)``."""

    def __init__(self, values: Vectors, sizes: Vectors, count: int) -> None:
        zero = Rationals(np.zeros(count, dtype=np.int64))
        self.values = [_stacked([(zero + v).floats() for v in row], count) for row in values]
        self.sizes = [
            _stacked([(Magnitude(np.zeros(count)) + s).value for s in row], count) for row in sizes
        ]

    def compare(self, found: Sequence[Any], allowance: float) -> Outcome:
        """Compare the first items with what was computed."""
        worst, points = 0.0, 0
        for number, (value, right, size) in enumerate(
            zip(found, self.values, self.sizes, strict=True)
        ):
            got = np.asarray(value, dtype=np.float64)
            got = got.reshape(len(got), right.shape[1])
            right, bound = right[: len(got)], allowance * size[: len(got)]
            error = np.abs(got - right) + np.spacing(np.abs(right)) / 2 * (right != 0)
            wrong = ~(error <= bound)
            if wrong.any():
                item, entry = (int(index[0]) for index in np.nonzero(wrong))
                return Outcome(
                    points,
                    f"result {number}, item {item}, entry {entry} is {got[item, entry]}, not "
                    f"{right[item, entry]} within {bound[item, entry]:.3g}",
                    error=float("inf"),
                )
            shares = np.divide(error, bound, out=np.zeros_like(error), where=bound > 0)
            worst = max(worst, float(shares.max(initial=0.0)))
            points += got.size
        return Outcome(points, error=worst)


def _stacked(columns: list[Floats], count: int) -> Floats:
    return np.stack(columns, axis=1) if columns else np.zeros((count, 0))


def _slopes(values: Sequence[Any]) -> list[Any]:
    """Return the derivatives of numbers, some of which may be constants."""
    return [value.gradient.get(0, 0) if isinstance(value, Dual) else 0 for value in values]


def _shapes(rule: Rule, size: MapSize, length: int) -> list[tuple[int, ...]]:
    if rule in PATH_MAPS:
        return [a.shape for a in arguments(size, False, length) if a.role == "in"]
    vectors: tuple[Vector, ...] = composition(rule, size).inputs
    return [(vector.size,) for vector in vectors]


def check_kernels(
    name: str, dimension: int, degree: int, planar: bool | None, *, threads: bool = True
) -> Iterator[tuple[str, Outcome]]:
    """Compare a compiled kernel, its gradient, and how both change, with exact values.

    Notes
    -----
    Batches of 1, 3, 8 and 17, so that lanes are full, empty and in part filled; the last also with
    2 threads; and for maps of paths one path of 19 points, which is cut into pieces, with 1 and 2.
    """
    kernel = KERNELS[name]
    rule = kernel.rule
    map_name = rule if isinstance(rule, str) else rule[0]
    method = kernel.options.get("method", 0)
    if not isinstance(rule, str) or is_formula(rule):
        map_name = "log"  # of which a composition or a formula is no more than a size
    size = sized(map_name, kernel.labels(dimension, degree), degree, planar, method)
    full = _sample(rule, size, max(_BATCHES), _LENGTH)
    largest = [(full, max(_BATCHES))]
    if rule in PATH_MAPS:
        largest.append((_sample(rule, size, 1, _LONG), 1))
    calls = [(full, batch, 1) for batch in _BATCHES[:-1]]
    calls += [(*own, count) for own in largest for count in ((1, 2) if threads else (1,))]
    for along in (False, True):
        for backward in (False, True):
            label = f"kernel{' backward' * backward}{' in a direction' * along}"
            outcome = _outcome_along if along else _outcome
            for dtype in DTYPES:
                outcomes = (outcome(kernel, backward, dtype, *call) for call in calls)
                yield f"{label}, {dtype}", merged(outcomes)


def _outcome_along(
    kernel: Kernel, backward: bool, dtype: str, sample: _Sample, batch: int, threads: int
) -> Outcome:
    given = (*sample.arrays, sample.d_out) if backward else sample.arrays
    values = [array[:batch].astype(dtype) for array in given]
    moved = [array[:batch].astype(dtype) for array in sample.directions[: len(values)]]
    call = kernel.call_backward_jvp if backward else kernel.call_jvp
    found = call(sample.size, values, moved, threads)
    expected = sample.backward_along if backward else sample.along
    return expected.compare(found, sample.allowance(dtype))


def _outcome(
    kernel: Kernel, backward: bool, dtype: str, sample: _Sample, batch: int, threads: int
) -> Outcome:
    values = [array[:batch].astype(dtype) for array in sample.arrays]
    if backward:
        derivs = sample.d_out[:batch].astype(dtype)
        found = kernel.call_backward(sample.size, values, derivs, threads)
        return sample.backward.compare(found, sample.allowance(dtype))
    found = kernel.call(sample.size, values, threads)
    return sample.forward.compare(found, sample.allowance(dtype))


def check_generated(size: MapSize, code: CompiledMaps) -> Iterator[tuple[str, Outcome]]:
    """Compare generated C and CUDA source, compiled for floats, with exact values."""
    sample = _Sample(size.name, size, 3, _LENGTH)
    length = _LENGTH if sample.is_path else 1
    for backward in (False, True):
        for language in ("c", "cuda"):
            for dtype in DTYPES:
                label = f"{language.upper()} source, {dtype}"
                yield (
                    f"{label}, backward" if backward else label,
                    _generated_outcome(sample, code, backward, language, dtype, length),
                )


def _generated_outcome(
    sample: _Sample, code: CompiledMaps, backward: bool, language: str, dtype: str, length: int
) -> Outcome:
    size = sample.size
    try:
        code.source(size, backward, language, dtype)
    except InvalidValueError as refusal:
        return Outcome(0, skipped=str(refusal))
    try:
        function = code.function(size, backward, language, dtype, exact=False)
        given = [*sample.arrays, *([sample.d_out] if backward else [])]
        found = function(*given, length=length)
    except InvalidValueError as error:
        return Outcome(0, str(error))
    expected = sample.backward if backward else sample.forward
    return expected.compare(found, sample.allowance(dtype))
