r"""Proofs about the channel of time: one grid for all kernels, and sums that end where it ends.

Point i of L segments has the time of ``numpy.linspace(0, end_time, L + 1)``, rounded to the dtype,
and the increments are the differences of these. For each grid it is checked that increments, summed
up in the dtype from the start on, give every time and in the end `end_time`, and that times are the
exact ones but for rounding. For each kernel it is checked, bit for bit, that a path with `time_aug`
has the same results as the path to which `transform_path` has appended these times; and, for
batches that are cut into pieces of time, that the coefficient of time alone is still `end_time`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg import numeric
from treealg.verification.report import Outcome, merged

__all__ = ["check_times"]

_ENDS = (1.0, 0.1, -3.7)
_DTYPES = (np.float32, np.float64)
_SEGMENTS = (1, 2, 3, 5, 10, 49, 100, 777)
# More paths than lanes and threads together are not cut; fewer long ones are.
_WHOLE, _LENGTH = 64, 12
_CUT, _LONG = (1, 3), 700

_face: Any = numeric  # options come in dictionaries, which overloads do not take
Floats = npt.NDArray[Any]
Function = Callable[..., Floats]


def check_times(dimension: int, degree: int, planar: bool) -> Iterator[tuple[str, Outcome]]:
    """Prove what is said above for one size; without room for time, for two labels."""
    labels = max(dimension, 2)
    yield "grid", merged(_grid(dtype, end, n) for dtype, end, n in _all(_SEGMENTS))
    elements = [_face.idx_to_tree(i, labels, 1, planar=planar) for i in range(labels)]
    basis = {"planar": planar}
    forward: dict[str, Function] = {
        "signatures": lambda path, **o: _face.branched_sig(path, degree, **basis, **o),
        "log-signatures": lambda path, **o: _face.branched_log_sig(path, degree, **basis, **o),
        "prefixes": lambda path, **o: _face.branched_sig(path, degree, stream=True, **basis, **o),
        "coefficients": lambda path, **o: _face.branched_sig_coef(path, elements, **basis, **o),
        "corrected signatures": lambda path, **o: _face.branched_sig(
            path, max(degree, 2), correction=np.zeros(path.shape[-1] ** 2, path.dtype), **basis, **o
        ),
    }
    for name, function in forward.items():
        yield (
            f"{name} by the grid",
            merged(_same(function, labels, *own) for own in _all((_WHOLE,))),
        )
        yield f"{name} end", merged(_ends(function, labels, *own) for own in _all(_CUT))
    yield (
        "gradients by the grid",
        merged(_same_gradients(degree, planar, labels, *own) for own in _all((_WHOLE,))),
    )
    yield "signature kernels by the grid", merged(_same_kernels(labels, *own) for own in _all(_CUT))


def _all(numbers: tuple[int, ...]) -> Iterator[tuple[Any, float, int]]:
    for dtype in _DTYPES:
        for end in _ENDS:
            for number in numbers:
                yield dtype, float(dtype(end)), number


def _path(dtype: Any, count: int, length: int, labels: int) -> Floats:
    steps = np.random.default_rng(count).normal(size=(count, length, labels - 1))
    return (np.cumsum(steps, axis=1) / length).astype(dtype)


def _grid(dtype: Any, end: float, segments: int) -> Outcome:
    """Compare sums in floats with times, and times with exact ones."""
    times = _face.transform_path(np.zeros((segments + 1, 1), dtype), time_aug=True, end_time=end)
    total = dtype(0)
    # The product and its step are rounded to double, and then once more to the dtype.
    allowed = 2 * Fraction(np.finfo(dtype).eps.item()) * abs(Fraction(end))
    for i, time in enumerate(times[:, 1]):
        total = total if i == 0 else dtype(total + (time - times[i - 1, 1]))
        exact = Fraction(end) * i / segments
        if total != time or abs(Fraction(time.item()) - exact) > allowed:
            return Outcome(0, f"time {i} of {segments} to {end} in {dtype.__name__} is {total}")
    if total != end:
        return Outcome(0, f"time ends at {total} rather than {end}")
    return Outcome(2 * segments)


def _compared(found: Floats, expected: Floats, what: str) -> Outcome:
    if found.shape != expected.shape or not np.array_equal(found, expected):
        return Outcome(0, f"{what}: not bit for bit that of the path with these times")
    return Outcome(found.size)


def _same(function: Function, labels: int, dtype: Any, end: float, count: int) -> Outcome:
    path = _path(dtype, count, _LENGTH, labels)
    timed = _face.transform_path(path, time_aug=True, end_time=end)
    found = function(path, time_aug=True, end_time=end)
    return _compared(found, function(timed), f"end_time={end} in {dtype.__name__}")


def _ends(function: Function, labels: int, dtype: Any, end: float, count: int) -> Outcome:
    path = _path(dtype, count, _LONG, labels)
    outcomes = []
    for threads in (1, 2):
        found = function(path, time_aug=True, end_time=end, n_jobs=threads)
        last = found[..., labels - 1].reshape(count, -1)[:, -1]
        if (last != end).any():
            return Outcome(0, f"time ends at {last} rather than {end}, {threads} threads")
        outcomes.append(Outcome(count))
    return merged(outcomes)


def _same_gradients(
    degree: int, planar: bool, labels: int, dtype: Any, end: float, count: int
) -> Outcome:
    path = _path(dtype, count, _LENGTH, labels)
    timed = _face.transform_path(path, time_aug=True, end_time=end)
    values = _face.branched_sig(timed, degree, planar=planar)
    derivs = np.cos(np.arange(values.size).reshape(values.shape)).astype(dtype)
    gradient = _face.branched_sig_backprop
    found = gradient(path, values, derivs, degree, time_aug=True, end_time=end, planar=planar)
    expected = gradient(timed, values, derivs, degree, planar=planar)[..., :-1]
    return _compared(found, expected, f"end_time={end} in {dtype.__name__}")


def _same_kernels(labels: int, dtype: Any, end: float, count: int) -> Outcome:
    path = _path(dtype, count + 1, 4 * _LENGTH, labels)
    timed = _face.transform_path(path, time_aug=True, end_time=end)
    options = (1, 0)  # values of more levels overflow
    found = _face.branched_sig_kernel(path[:-1], path[1:], *options, time_aug=True, end_time=end)
    expected = _face.branched_sig_kernel(timed[:-1], timed[1:], *options)
    return _compared(found, expected, f"end_time={end} in {dtype.__name__}")
