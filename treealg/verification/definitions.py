"""What maps are, three times: by the algebra, by their programs, and by exact derivatives.

The definition uses the symbolic layer and reads no table; the program is made from tables. Both
are evaluated in the ring of their arguments. A *rule* is the name of a map, or a composition of
maps of vectors: ``("combine", 0, ("linear", 1))`` joins argument 0 and the segment of argument 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product
from typing import Any

from treealg.codegen.maps import (
    LOG_MAPS,
    PATH_MAPS,
    MapSize,
    PathProgram,
    build_path_program,
    build_program,
    map_size,
    word_size,
)
from treealg.codegen.program import Builder, Program, Vector, adjoint
from treealg.verification.monomials import evaluated, is_formula, program_of
from treealg.verification.rings import Dual

__all__ = [
    "ExactMap",
    "Rule",
    "Vectors",
    "composition",
    "coordinates",
    "definition",
    "exact_map",
    "jacobian",
    "rule_definition",
    "sized",
    "word_functional",
    "words_of",
]

Vectors = list[list[Any]]
Rule = str | tuple[Any, ...]


def sized(name: str, dimension: int, degree: int, planar: bool | None, method: int = 0) -> MapSize:
    """Return the size of a map on ordered forests, on trees, or (None) on words."""
    if planar is None:
        return word_size(name, dimension, degree, method=method)
    return map_size(name, dimension, degree, planar=planar, method=method)


def definition(size: MapSize, values: Sequence[Sequence[Any]]) -> list[Any]:
    """Evaluate the definition of a map in the symbolic layer, which reads no table."""
    from treealg import symbolic
    from treealg.symbolic.maps.vectors import basis_elements

    if is_formula(size.name):
        return evaluated(size, values)
    if size.planar is None:
        return _definition_on_words(size, values)
    d, n, planar = size.dimension, size.degree, size.planar
    first = values[0]
    if size.name in ("log", "exp"):
        if size.name == "exp":
            return symbolic.exp_star(first, d, n, planar=planar)
        return coordinates(symbolic.log_star(first, d, n, planar=planar), size)
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
    if size.name != "logsig":
        return result
    return coordinates(symbolic.log_star(result, d, n, planar=planar), size)


def words_of(size: MapSize) -> list[tuple[int, ...]]:
    """Return the words of a size, by length and then lexicographically."""
    letters = range(size.dimension)
    return [w for k in range(1, size.degree + 1) for w in product(letters, repeat=k)]


def word_functional(size: MapSize, values: Sequence[Any], unit: int) -> Any:
    """Return a functional on words from its values on the first words."""
    from treealg.symbolic import Functional, shuffle_algebra

    known = dict(zip(words_of(size), values, strict=False))
    known[()] = unit
    return Functional(shuffle_algebra, known)


def _definition_on_words(size: MapSize, values: Sequence[Sequence[Any]]) -> list[Any]:
    """Evaluate the definition of a map of words, by functionals on the shuffle algebra."""
    first, d = values[0], size.dimension
    corrections: list[Sequence[Any]] = [()]
    if size.name in PATH_MAPS:
        points = [first[i : i + d] for i in range(0, len(first), d)]
        steps = [[b - a for a, b in zip(*pair, strict=True)] for pair in pairwise(points)]
        corrections = [()] * len(steps)
        if len(values) > 1 and values[1]:
            columns = len(values[1]) // len(steps)
            corrections = [values[1][i : i + columns] for i in range(0, len(values[1]), columns)]
        result = word_functional(size, [], 1)
        for step, correction in zip(steps, corrections, strict=True):
            result = result * word_functional(size, [*step, *correction], 0).exp()
        if size.name == "logsig":
            result = result.log()
    elif size.name == "combine":
        result = word_functional(size, first, 1) * word_functional(size, values[1], 1)
    elif size.name == "inverse":
        result = word_functional(size, first, 1).inverse()
    elif size.name == "log":
        result = word_functional(size, first, 1).log()
    elif size.name == "arborification":
        result = word_functional(size, first, 0)
    else:  # exp, linear, corrected
        result = word_functional(size, [value for part in values for value in part], 0).exp()
    found = [result(word) for word in words_of(size)]
    return coordinates(found, size) if size.name in LOG_MAPS else found


def coordinates(logarithm: list[Any], size: MapSize) -> list[Any]:
    """Return a logarithm in the form that the method of a map asks for."""
    if not size.method:
        return logarithm
    from treealg import symbolic
    from treealg.symbolic.maps.vectors import basis_elements

    d, n = size.dimension, size.degree
    basis: Sequence[Any] = words_of(size)
    lyndon: Callable[[int, int], Iterator[Any]] = symbolic.lyndon_words
    if size.planar is not None:
        basis, lyndon = basis_elements(d, n, True), symbolic.lyndon_forests
    left = dict(zip(basis, logarithm, strict=True))
    result = []
    for forest in (f for order in range(1, n + 1) for f in lyndon(order, d)):
        result.append(left[forest])
        if size.method == 2:
            # A bracketing is its Lyndon word plus larger ones, which come later.
            for word, count in symbolic.lyndon_bracketing(forest).items():
                left[word] = left[word] - count * result[-1]
    return result


def rule_definition(rule: Rule, size: MapSize, values: Sequence[Sequence[Any]]) -> list[Any]:
    """Evaluate the definition of a rule."""
    if isinstance(rule, str):
        return definition(_named(rule, size), values)
    name, *parts = rule
    inner = [
        values[part] if isinstance(part, int) else rule_definition(part, size, values)
        for part in parts
    ]
    return definition(_named(name, size), inner)


def _named(name: str, size: MapSize) -> MapSize:
    return size if name == size.name else replace(size, name=name)


def composition(rule: Rule, size: MapSize) -> Program:
    """Return the program of a map between vectors, or of a composition of such."""
    if isinstance(rule, str):
        return _program(_named(rule, size))
    found: dict[int, Vector] = {}

    def collect(node: tuple[Any, ...]) -> Vector:
        program = _program(_named(node[0], size))
        for part, vector in zip(node[1:], program.inputs, strict=True):
            if isinstance(part, int):
                found[part] = vector
            else:
                collect(part)
        return program.outputs[0]

    def include(node: Any) -> list[int]:
        if isinstance(node, int):
            return builder.input(node)
        parts = [include(part) for part in node[1:]]
        return builder.include(_program(_named(node[0], size)), parts)[0]

    output = collect(rule)
    builder = Builder([found[number] for number in range(len(found))])
    return builder.finish([(output, include(rule))])


def _program(size: MapSize) -> Program:
    return program_of(size) if is_formula(size.name) else build_program(size)


@dataclass(frozen=True)
class ExactMap:
    """A map and the adjoint of its derivative, to be evaluated in any ring.

    Parameters
    ----------
    forward : callable
        From the arguments, flat, to the result.
    backward : callable
        From the arguments and the derivatives in the result to those in each argument.
    """

    forward: Callable[[Sequence[Sequence[Any]]], list[Any]]
    backward: Callable[[Sequence[Sequence[Any]]], Vectors]


def exact_map(rule: Rule, size: MapSize) -> ExactMap:
    """Return the programs of a rule, made from tables."""
    if rule in PATH_MAPS:
        return _exact_path_map(_named(rule, size))
    program = composition(rule, size)
    back = adjoint(program)
    return ExactMap(
        lambda values: program.evaluate(*values)[0], lambda values: back.evaluate(*values)
    )


def _exact_path_map(size: MapSize) -> ExactMap:
    program, back = build_path_program(size), build_path_program(size, backward=True)

    def forward(values: Sequence[Sequence[Any]]) -> list[Any]:
        return program.readout.evaluate(_states(program, size, values)[-1][0])[0]

    def backward(values: Sequence[Sequence[Any]]) -> Vectors:
        *given, d_out = values
        (*states, (last, *_)) = _states(program, size, given)
        d_state = back.readout.evaluate(last, d_out)[0]
        d_path: list[Any] = [0] * len(given[0])
        d_rows: list[list[Any]] = []
        for number in reversed(range(len(states))):
            d_state, d_dx, *more = back.step.evaluate(*states[number], d_state)
            start = number * size.dimension
            for place, slope in enumerate(d_dx, start):
                d_path[place + size.dimension] += slope
                d_path[place] -= slope
            d_rows[:0] = more
        return [d_path, *[[d for row in d_rows for d in row]] * (len(given) - 1)]

    return ExactMap(forward, backward)


def _states(
    program: PathProgram, size: MapSize, values: Sequence[Sequence[Any]]
) -> list[list[list[Any]]]:
    """Return what each step reads, state first, and the last state."""
    channels = size.dimension
    points = [values[0][i : i + channels] for i in range(0, len(values[0]), channels)]
    state: list[Any] = [0] * program.state.size
    result = []
    for number, (start, end) in enumerate(pairwise(points)):
        inputs = [state, [b - a for a, b in zip(start, end, strict=True)]]
        if len(values) > 1:
            columns = program.step.inputs[2].size
            inputs.append(list(values[1][number * columns : (number + 1) * columns]))
        result.append(inputs)
        state = program.step.evaluate(*inputs)[0]
    return [*result, [state]]


def jacobian(
    forward: Callable[[Sequence[Sequence[Any]]], list[Any]], values: Sequence[Sequence[Any]]
) -> list[dict[int, Any]]:
    """Return the derivatives of a map, by numbers that carry their gradients."""
    number = 0
    seeded = []
    for vector in values:
        seeded.append([Dual(v, {number + i: 1}) for i, v in enumerate(vector)])
        number += len(vector)
    results = forward(seeded)
    return [result.gradient if isinstance(result, Dual) else {} for result in results]
