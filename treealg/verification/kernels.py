r"""Compiled kernels and generated float source against exact values, within a rounding bound.

The bound for a result is :math:`16 (N + 1)^2 \varepsilon A`, with N the degree, ε the machine
epsilon, and A the program's value with every coefficient and every input made positive: each
number on the way is rounded a few times per order, in whatever sequence the terms are added.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

import treealg
from treealg.codegen.arguments import arguments
from treealg.codegen.host import HostFunction
from treealg.codegen.languages import generate_source
from treealg.codegen.maps import PATH_MAPS, MapSize
from treealg.verification.readers import definition, program_value
from treealg.verification.report import Outcome

__all__ = ["KERNELS", "check_kernels", "kernel_inputs"]

_LENGTH = 5
_BATCHES = (1, 3, 8, 17)
_THREADS = (1, 2)

# The public function of each map, where the package has it.
KERNELS = {
    "sig": "branched_sig",
    "logsig": "branched_log_sig",
    "log": "branched_sig_to_log_sig",
    "exp": "branched_log_sig_to_sig",
    "combine": "branched_sig_combine",
    "inverse": "branched_sig_inverse",
}


class _Size:
    """An upper bound of the size of a number: differences and signs count as sums."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = abs(value)

    def __add__(self, other: Any) -> _Size:
        return _Size(self.value + abs(other.value if isinstance(other, _Size) else other))

    __radd__ = __sub__ = __rsub__ = __add__

    def __mul__(self, other: Any) -> _Size:
        return _Size(self.value * abs(other.value if isinstance(other, _Size) else other))

    __rmul__ = __mul__


def kernel_inputs(size: MapSize, count: int, seed: int) -> list[list[list[Fraction]]]:
    """Return arguments that floats hold exactly.

    Parameters
    ----------
    size : MapSize
        The map.
    count : int
        Items of the batch.
    seed : int
        Of the generator.

    Returns
    -------
    list of list of list of Fraction
        One list of arguments per item: eighths from -2 to 2.

    Raises
    ------
    InvalidValueError
        If the map has too many terms.
    """
    generator = random.Random(seed)
    read = [a for a in arguments(size, False, _LENGTH) if a.role == "in"]
    return [
        [[Fraction(generator.randint(-16, 16), 8) for _ in range(a.size)] for a in read]
        for _ in range(count)
    ]


def _public(size: MapSize, dtype: str, n_jobs: int) -> Callable[..., Any] | None:
    function = getattr(treealg, KERNELS.get(size.name, "none"), None)
    if function is None:
        return None

    def call(*arrays: Any) -> Any:
        options = {"planar": size.planar, "n_jobs": n_jobs}
        typed = [np.asarray(array, dtype) for array in arrays]
        if size.name in PATH_MAPS:
            return function(*typed, size.degree, **options)
        return function(*typed, size.dimension, size.degree, **options)

    return call


def _generated(size: MapSize, dtype: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    length = _LENGTH if size.name in PATH_MAPS else 1
    for language in ("c", "cuda"):
        source = generate_source(
            size.name, size.dimension, size.degree, planar=size.planar, language=language,
            dtype=dtype, levels=size.levels,
        )  # fmt: skip
        function = HostFunction(source)
        name = {"c": "C", "cuda": "CUDA"}[language]
        yield f"{name} source, {dtype}", lambda *arrays, f=function: f(*arrays, length=length)[0]


def check_kernels(size: MapSize) -> Iterator[tuple[str, Outcome]]:
    """Compare compiled kernels and generated float source with exact values.

    Parameters
    ----------
    size : MapSize
        The map.

    Yields
    ------
    name : str
        Which code, in which dtype.
    outcome : Outcome
        Values compared, and the largest error as a fraction of its bound.

    Raises
    ------
    MissingDependencyError
        If there is no compiler.

    Notes
    -----
    Compiled kernels run on batches of 1, 3, 8 and 17 with 1 and 2 threads, so that lanes are full,
    empty and in part filled; maps that the package has no kernel for are checked as source only.
    """
    items = kernel_inputs(size, max(_BATCHES), seed=size.degree)
    exact = [definition(size, item) for item in items]
    sizes = [
        [entry.value if isinstance(entry, _Size) else abs(entry) for entry in values]
        for values in (
            program_value(size, [[_Size(v) for v in vector] for vector in item]) for item in items
        )
    ]
    length = _LENGTH if size.name in PATH_MAPS else 1
    shapes = [a.shape for a in arguments(size, False, length) if a.role == "in"]
    arrays = [
        np.array([item[i] for item in items], dtype=float).reshape(len(items), *shape)
        for i, shape in enumerate(shapes)
    ]
    for dtype in ("float64", "float32"):
        if _public(size, dtype, 1) is not None:
            outcomes = [
                _within(function(*(array[:batch] for array in arrays)), exact, sizes, size, dtype)
                for batch in _BATCHES
                for threads in _THREADS
                if (function := _public(size, dtype, threads)) is not None
            ]
            yield f"kernels, {dtype}", _merged(outcomes)
        for name, run in _generated(size, dtype):
            yield name, _within(run(*arrays), exact, sizes, size, dtype)


def _merged(outcomes: Sequence[Outcome]) -> Outcome:
    failure = next((outcome.failure for outcome in outcomes if outcome.failure), "")
    points = sum(outcome.points for outcome in outcomes)
    return Outcome(points, failure, error=max(outcome.error or 0.0 for outcome in outcomes))


def _within(
    found: Any, exact: list[list[Any]], sizes: list[list[Any]], size: MapSize, dtype: str
) -> Outcome:
    """Compare floats with exact values, row by row."""
    allowance = Fraction(float(np.finfo(dtype).eps)) * 16 * (size.degree + 1) ** 2
    worst, count = Fraction(0), 0
    for row, wanted, bounds in zip(np.asarray(found).tolist(), exact, sizes, strict=False):
        for index, (value, right, magnitude) in enumerate(zip(row, wanted, bounds, strict=True)):
            bound = allowance * magnitude
            error = abs(Fraction(value) - right) if np.isfinite(value) else None
            if error is None or error > bound:
                return Outcome(count, f"entry {index} is {value}, not {float(right)}", error=1.0)
            worst = max(worst, error / bound if bound else Fraction(0))
            count += 1
    return Outcome(count, error=float(worst))
