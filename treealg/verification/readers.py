"""The readers of a map against its definition, as polynomials.

Each reader is evaluated at the points that decide about polynomials of its weighted degree, and
that degree is itself computed by running the reader on degrees. So agreement is equality of
polynomials, in all their variables at once.

Maps of paths go along the segments of a path with one step, from a state that begins as zero. Step
and readout are proved as polynomials in any state, so that by induction their composition is right
for paths of any length; the source that runs them in a loop is proved for paths of 1 to 4 points:
no step, the first one, the last one, and one between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.codegen.arguments import Argument, arguments
from treealg.codegen.compilers.host import HostFunction
from treealg.codegen.maps import PATH_MAPS, MapSize
from treealg.codegen.printers.text import Source
from treealg.errors import InvalidValueError
from treealg.verification.compiled import CompiledMaps
from treealg.verification.definitions import Vectors, definition, exact_map, jacobian
from treealg.verification.points import count_points, lattice_points
from treealg.verification.report import Outcome, merged
from treealg.verification.rings import Degree, Rationals

__all__ = [
    "LENGTHS",
    "Problem",
    "check_readers",
    "columns",
    "count_problem_points",
    "exact_gradient",
    "python_reader",
]

LENGTHS = (1, 2, 3, 4)
"""Points of the paths that maps of paths are proved on."""

_CHUNK = 2_000
_LANGUAGES = {"c": "C source", "cuda": "CUDA source"}

Points = list[npt.NDArray[np.int64]]
Weights = list[list[int]]
Reader = Callable[[Points, Weights, int], tuple[Vectors, int]]


class Problem:
    """The points that decide about a map, and the right values at them.

    Parameters
    ----------
    read : sequence of Argument
        What the map reads.
    degree : int
        Its weighted degree.
    backward : bool
        Whether it is linear in what it reads last.
    evaluate : callable
        The definition, from the points to the results.
    length : int, default 1
        Points of a path.
    """

    def __init__(
        self,
        read: Sequence[Argument],
        degree: int,
        backward: bool,
        evaluate: Callable[[Points], Vectors],
        length: int = 1,
    ) -> None:
        self.degree, self.backward, self.length = degree, backward, length
        self.weights = [list(argument.orders) for argument in read]
        points = lattice_points(*_polynomials(read, degree, backward))
        splits = np.cumsum([len(orders) for orders in self.weights])[:-1]
        self.points = np.split(points, splits, axis=1)
        self.expected = evaluate(self.points)

    def prove(self, reader: Reader) -> Outcome:
        """Check the degree of a reader, then its values."""
        count = len(self.points[0])
        try:
            found, top = reader(self.points, self.weights, self.length)
            if top > self.degree:
                return Outcome(0, f"the reader has degree {top}, above the bound {self.degree}")
            if self.backward:
                last = len(self.weights) - 1
                ones = [[int(k == last)] * len(own) for k, own in enumerate(self.weights)]
                first = [vector[:1] for vector in self.points]
                if reader(first, ones, self.length)[1] > 1:
                    return Outcome(0, "the reader is not linear in the derivatives it is given")
        except InvalidValueError as error:
            return Outcome(0, str(error))
        for vector, wanted in zip(found, self.expected, strict=True):
            for entry, (value, exact) in enumerate(zip(vector, wanted, strict=True)):
                if exact != value:
                    return Outcome(0, self._difference(entry, value, exact), self.degree)
        return Outcome(count, degree=self.degree)

    def _difference(self, entry: int, value: Any, exact: Any) -> str:
        zero = columns(self.points)[0][0] * 0
        values, wanted = (zero + value).fractions(), (zero + exact).fractions()
        row = next(k for k, (a, b) in enumerate(zip(values, wanted, strict=True)) if a != b)
        point = [vector[row].tolist() for vector in self.points]
        return f"entry {entry} is {values[row]}, not {wanted[row]}, at the point {point}"


def columns(points: Points) -> Vectors:
    """Return the variables at all points."""
    return [[Rationals(column) for column in vector.T.copy()] for vector in points]


def exact_gradient(
    forward: Callable[[Sequence[Sequence[Any]]], list[Any]], points: Points
) -> Vectors:
    """Return the adjoint of the exact derivative of a map, where nothing is used of an adjoint."""
    *primal, d_out = points
    splits = np.cumsum([vector.shape[1] for vector in primal])
    # Many points differ in the derivatives alone.
    distinct, place = np.unique(np.concatenate(primal, axis=1), axis=0, return_inverse=True)
    slopes = jacobian(forward, columns(np.split(distinct, splits[:-1], axis=1)))
    totals: list[Any] = [0] * int(splits[-1])
    for slope, gradient in zip(columns([d_out])[0], slopes, strict=True):
        for variable, partial in gradient.items():
            here = partial.take(place.ravel()) if isinstance(partial, Rationals) else partial
            totals[variable] = totals[variable] + slope * here
    return [totals[end - v.shape[1] : end] for end, v in zip(splits.tolist(), primal, strict=True)]


def _polynomials(
    read: Sequence[Argument], degree: int, backward: bool
) -> tuple[list[int], int, list[bool]]:
    """Return weights, degree, and which variables are linear."""
    weights = [order for argument in read for order in argument.orders]
    linear = [backward and argument is read[-1] for argument in read for _ in argument.orders]
    return weights, degree, linear


def _read(size: MapSize, backward: bool, length: int) -> list[Argument]:
    return [a for a in arguments(size, backward, length) if a.role == "in"]


def _lengths(size: MapSize) -> tuple[int, ...]:
    return LENGTHS if size.name in PATH_MAPS else (1,)


def count_problem_points(size: MapSize) -> int:
    """Count the points that the largest proof about a map needs."""
    read = _read(size, True, _lengths(size)[-1])
    return count_points(*_polynomials(read, size.degree, True))


def check_readers(
    size: MapSize, backward: bool, code: CompiledMaps | None
) -> Iterator[tuple[str, Outcome]]:
    """Prove that each reader computes the map; without code there is the exact program alone."""
    exact = exact_map(size.name, size)

    def evaluate(points: Points) -> Vectors:
        if backward:
            return exact_gradient(exact.forward, points)
        return [definition(size, columns(points))]

    problems = [
        Problem(_read(size, backward, length), size.degree, backward, evaluate, length)
        for length in _lengths(size)
    ]

    def proof(reader: Reader) -> Outcome:
        return merged(problem.prove(reader) for problem in problems)

    def program(values: Vectors) -> Vectors:
        return exact.backward(values) if backward else [exact.forward(values)]

    yield "exact program", proof(python_reader(lambda values, _: program(values)))
    if code is None:
        return
    source = code.source(size, backward, "numpy", "float64")
    yield "NumPy source", proof(python_reader(_numpy_function(source, size, backward)))
    for language, launches in (("c", ("",)), ("cuda", ("ascending", "descending"))):
        for launch in launches:
            name = _LANGUAGES[language] + (f", threads {launch}" if launch else "")
            try:
                code.source(size, backward, language, "float64")
            except InvalidValueError as refusal:
                yield name, Outcome(0, skipped=str(refusal))
                continue
            try:
                function = code.function(size, backward, language, "float64", exact=True)
            except InvalidValueError as error:
                yield name, Outcome(0, str(error))
                continue
            yield name, proof(_compiled(function, launch))


def python_reader(call: Callable[[Vectors, int], Vectors]) -> Reader:
    """Return a reader that computes in the ring of its arguments."""

    def evaluate(points: Points, weights: Weights, length: int) -> tuple[Vectors, int]:
        degrees = call([[Degree(w) for w in vector] for vector in weights], length)
        known = [x.value for vector in degrees for x in vector if isinstance(x, Degree)]
        return call(columns(points), length), max(known, default=-1)

    return evaluate


def _numpy_function(
    source: Source, size: MapSize, backward: bool
) -> Callable[[Vectors, int], Vectors]:
    scope: dict[str, Any] = {}
    exec(compile(source.text, source.name, "exec"), scope)
    function = scope[source.name]

    def call(values: Vectors, length: int) -> Vectors:
        arrays = []
        for value, argument in zip(values, _read(size, backward, length), strict=True):
            array = np.empty(len(value), dtype=object)
            array[:] = value
            arrays.append(array.reshape(argument.shape))
        results = function(*arrays)
        results = results if isinstance(results, tuple) else (results,)
        return [result.reshape(-1).tolist() for result in results]

    return call


def _compiled(function: HostFunction, launch: str) -> Reader:
    threads = (1, 3, True) if launch == "descending" else (2, 5, False)

    def evaluate(points: Points, weights: Weights, length: int) -> tuple[Vectors, int]:
        chunks = [
            function(
                *(vector[start : start + _CHUNK] for vector in points),
                length=length, weights=weights, launch=threads, arrays=True,
            )
            for start in range(0, len(points[0]), _CHUNK)
        ]  # fmt: skip
        results, top = [], -1
        for parts in zip(*chunks, strict=True):
            over, under, degrees = (np.concatenate(part) for part in zip(*parts, strict=True))
            top = max(top, int(degrees.max(initial=-1)))
            pairs = zip(over.T, under.T, strict=True)
            results.append([Rationals.quotients(*pair) for pair in pairs])
        return results, top

    return evaluate
