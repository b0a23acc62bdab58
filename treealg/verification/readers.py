"""The readers of a map against its definition, as polynomials.

Each reader is evaluated at the points that decide about polynomials of its weighted degree, and
that degree is itself computed by running the reader on degrees. So agreement is equality of
polynomials, in all their variables at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

import numpy as np

from treealg.codegen.arguments import Argument, arguments
from treealg.codegen.host import HostFunction
from treealg.codegen.languages import generate_source
from treealg.codegen.maps import PATH_MAPS, MapSize, build_path_program, build_program
from treealg.codegen.text import Source
from treealg.errors import InvalidValueError
from treealg.verification.points import Degree, lattice_points
from treealg.verification.report import Outcome

__all__ = ["LENGTH", "Dual", "check_readers", "definition", "program_value"]

LENGTH = 3
"""Points of the paths that maps of paths are proved on."""

Vectors = list[list[Any]]


class Dual:
    """A number with its gradient, for exact derivatives.

    Parameters
    ----------
    value : Fraction or int
        The number.
    gradient : dict of int to Fraction
        Its derivatives that are not 0.

    Raises
    ------
    None
        Nothing is checked.
    """

    __slots__ = ("gradient", "value")

    def __init__(self, value: Any, gradient: dict[int, Any]) -> None:
        self.value, self.gradient = value, gradient

    def __add__(self, other: Any) -> Dual:
        if not isinstance(other, Dual):
            return Dual(self.value + other, self.gradient)
        gradient = dict(self.gradient)
        for key, slope in other.gradient.items():
            gradient[key] = gradient.get(key, 0) + slope
        return Dual(self.value + other.value, gradient)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Dual:
        return self + (other.scaled(-1) if isinstance(other, Dual) else -other)

    def __mul__(self, other: Any) -> Dual:
        if not isinstance(other, Dual):
            return self.scaled(other)
        gradient = {key: slope * other.value for key, slope in self.gradient.items()}
        for key, slope in other.gradient.items():
            gradient[key] = gradient.get(key, 0) + slope * self.value
        return Dual(self.value * other.value, gradient)

    __rmul__ = __mul__

    def scaled(self, number: Any) -> Dual:
        """Return a constant multiple.

        Parameters
        ----------
        number : Fraction or int
            The constant.

        Returns
        -------
        Dual
            The product.

        Raises
        ------
        None
            Nothing is checked.
        """
        return Dual(self.value * number, {k: s * number for k, s in self.gradient.items()})


def program_value(size: MapSize, values: Sequence[Sequence[Any]]) -> list[Any]:
    """Evaluate the program of a map, along a path if it is one.

    Parameters
    ----------
    size : MapSize
        The map.
    values : sequence of sequence
        One per argument that the forward map reads, flat.

    Returns
    -------
    list
        The result, in the ring of the arguments.

    Raises
    ------
    InvalidValueError
        If a size is wrong.
    """
    if size.name not in PATH_MAPS:
        return build_program(size).evaluate(*values)[0]
    program = build_path_program(size)
    channels = size.dimension
    points = [values[0][i : i + channels] for i in range(0, len(values[0]), channels)]
    state: list[Any] = [0] * program.state.size
    for number, (start, end) in enumerate(pairwise(points)):
        inputs = [[b - a for a, b in zip(start, end, strict=True)]]
        if len(values) > 1:
            columns = program.step.inputs[2].size
            inputs.append(list(values[1][number * columns : (number + 1) * columns]))
        state = program.step.evaluate(state, *inputs)[0]
    return program.readout.evaluate(state)[0]


def definition(size: MapSize, values: Vectors) -> list[Any]:
    """Evaluate the definition of a map in the symbolic layer, which reads no table.

    Parameters
    ----------
    size : MapSize
        The map.
    values : list of list
        One per argument, flat.

    Returns
    -------
    list
        The exact result.

    Raises
    ------
    InvalidTypeError, InvalidValueError
        If the values do not fit.
    """
    from treealg import symbolic
    from treealg.symbolic.vectors import basis_elements

    d, n, planar = size.dimension, size.degree, size.planar
    first = values[0]
    if size.name in ("log", "exp"):
        rule = symbolic.log_star if size.name == "log" else symbolic.exp_star
        return rule(first, d, n, planar=planar)
    if size.name == "combine":
        return symbolic.chen_product(first, values[1], d, n, planar=planar)
    if size.name == "inverse":
        functional = symbolic.functional_from_vector(first, d, n, planar=planar)
        return symbolic.functional_to_vector(functional.inverse(), d, n)
    if size.name == "arborification":
        words = [w for k in range(1, n + 1) for w in product(range(d), repeat=k)]
        value = dict(zip(words, first, strict=True))
        return [
            sum(c * value[word] for word, c in symbolic.arborification(element).items())
            for element in basis_elements(d, n, planar)
        ]
    if size.name in PATH_MAPS:
        points = [first[i : i + d] for i in range(0, len(first), d)]
    else:
        points = [[0] * d, first]
    correction = None
    if len(values) > 1 and values[1]:
        columns = len(values[1]) // (len(points) - 1)
        correction = [values[1][i : i + columns] for i in range(0, len(values[1]), columns)]
    result = symbolic.exact_signature(points, n, planar=planar, correction=correction)
    return symbolic.log_star(result, d, n, planar=planar) if size.name == "logsig" else result


def _derivative(size: MapSize, values: Vectors) -> Vectors:
    """Return the adjoint of the derivative at `values[:-1]`, applied to the last vector.

    The derivative is that of the program, by numbers with gradients, so that nothing is used of
    what it is compared with.
    """
    *primal, d_out = values
    number = 0
    seeded = []
    for vector in primal:
        seeded.append([Dual(v, {number + i: 1}) for i, v in enumerate(vector)])
        number += len(vector)
    totals = [Fraction(0)] * number
    for slope, result in zip(d_out, program_value(size, seeded), strict=True):
        if isinstance(result, Dual) and slope:
            for key, partial in result.gradient.items():
                totals[key] += slope * partial
    result_vectors, start = [], 0
    for vector in primal:
        result_vectors.append(totals[start : start + len(vector)])
        start += len(vector)
    return result_vectors


def _numpy_function(source: Source, given: Sequence[Argument]) -> Callable[[Vectors], Vectors]:
    scope: dict[str, Any] = {}
    exec(compile(source.text, source.name, "exec"), scope)
    function = scope[source.name]

    def call(values: Vectors) -> Vectors:
        read = [argument for argument in given if argument.role == "in"]
        arrays = []
        for value, argument in zip(values, read, strict=True):
            array = np.empty(len(value), dtype=object)
            array[:] = [Fraction(v) if isinstance(v, int) else v for v in value]
            arrays.append(array.reshape(argument.shape))
        results = function(*arrays)
        results = results if isinstance(results, tuple) else (results,)
        return [result.reshape(-1).tolist() for result in results]

    return call


def _compare(found: Any, expected: Vectors, point: Any) -> str:
    for vector, wanted in zip(found, expected, strict=True):
        for index, (value, exact) in enumerate(zip(vector, wanted, strict=True)):
            if value != exact:
                return f"entry {index} is {value}, not {exact}, at the point {point}"
    return ""


def _split(point: Sequence[int], read: Sequence[Argument]) -> Vectors:
    result, start = [], 0
    for argument in read:
        result.append(list(point[start : start + argument.size]))
        start += argument.size
    return result


def check_readers(size: MapSize, backward: bool) -> Iterator[tuple[str, Outcome]]:
    """Prove that each reader computes the map.

    Parameters
    ----------
    size : MapSize
        The map.
    backward : bool
        Its adjoint derivative.

    Yields
    ------
    reader : str
        Program, NumPy, C, or CUDA.
    outcome : Outcome
        With the bound of the degree that was found and used.

    Raises
    ------
    InvalidValueError
        If the proof needs too many points.
    MissingDependencyError
        If there is no compiler.
    """
    length = LENGTH if size.name in PATH_MAPS else 1
    given = arguments(size, backward, length)
    read = [argument for argument in given if argument.role == "in"]
    weights = [order for argument in read for order in argument.orders]
    linear = [backward and argument is read[-1] for argument in read for _ in argument.orders]
    points = [_split(p, read) for p in lattice_points(weights, size.degree, linear)]
    expected = [
        _derivative(size, point) if backward else [definition(size, point)] for point in points
    ]
    for name, evaluate in _readers(size, backward, given, length):
        try:
            outcome = _prove(evaluate, points, expected, read, size.degree, backward)
        except InvalidValueError as error:
            outcome = Outcome(0, str(error))
        yield name, outcome


Reader = Callable[[list[Vectors], list[list[int]]], tuple[list[Vectors], Vectors]]


def _prove(
    evaluate: Reader,
    points: list[Vectors],
    expected: list[Vectors],
    read: Sequence[Argument],
    bound: int,
    backward: bool,
) -> Outcome:
    """Check the degree of a reader, then its values."""
    weights = [list(argument.orders) for argument in read]
    found, degrees = evaluate(points, weights)
    top = max((degree for vector in degrees for degree in vector), default=-1)
    if top > bound:
        return Outcome(0, f"the reader has degree {top}, above the bound {bound}")
    if backward:
        ones = [[int(argument is read[-1])] * argument.size for argument in read]
        _, degrees = evaluate(points[:1], ones)
        if max((degree for vector in degrees for degree in vector), default=-1) > 1:
            return Outcome(0, "the reader is not linear in the derivatives that it is given")
    for count, (value, exact, point) in enumerate(zip(found, expected, points, strict=True)):
        failure = _compare(value, exact, point)
        if failure:
            return Outcome(count, failure, bound)
    return Outcome(len(points), degree=bound)


def _readers(
    size: MapSize, backward: bool, given: Sequence[Argument], length: int
) -> Iterator[tuple[str, Reader]]:
    def python(call: Callable[[Vectors], Vectors]) -> Reader:
        def evaluate(points: list[Vectors], weights: list[list[int]]) -> Any:
            degrees = call([[Degree(w) for w in vector] for vector in weights])
            bounds = [[x.value if isinstance(x, Degree) else 0 for x in v] for v in degrees]
            return [call(point) for point in points], bounds

        return evaluate

    def compiled(function: HostFunction, launch: tuple[int, int, bool]) -> Reader:
        def evaluate(points: list[Vectors], weights: list[list[int]]) -> Any:
            batch = list(zip(*points, strict=True))
            results = function(*batch, length=length, weights=weights, launch=launch)
            values = [[[v for v, _ in items[i]] for items in results] for i in range(len(points))]
            degrees = [[degree for item in items for _, degree in item] for items in results]
            return values, degrees

        return evaluate

    def source(language: str) -> Source:
        return generate_source(
            size.name, size.dimension, size.degree, planar=size.planar, backward=backward,
            language=language, levels=size.levels,
        )  # fmt: skip

    if backward:
        if size.name not in PATH_MAPS:
            adjoint = build_program(size, backward=True)
            yield "exact program", python(lambda values: adjoint.evaluate(*values))
    else:
        yield "exact program", python(lambda values: [program_value(size, values)])
    yield "NumPy source", python(_numpy_function(source("numpy"), given))
    yield "C source", compiled(HostFunction(source("c"), exact=True), (1, 1, False))
    kernel = HostFunction(source("cuda"), exact=True)
    yield "CUDA source, threads ascending", compiled(kernel, (2, 5, False))
    yield "CUDA source, threads descending", compiled(kernel, (1, 3, True))
