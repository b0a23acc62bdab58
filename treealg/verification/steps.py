"""The programs of maps of paths, step and readout, as polynomials in any state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from treealg.codegen.arguments import Argument
from treealg.codegen.maps import MapSize, build_path_program
from treealg.codegen.program import Program, adjoint
from treealg.verification.definitions import (
    Vectors,
    coordinates,
    rule_definition,
    word_functional,
    words_of,
)
from treealg.verification.readers import Points, Problem, columns, exact_gradient, python_reader
from treealg.verification.report import Outcome

__all__ = ["check_steps"]


def check_steps(size: MapSize) -> Iterator[tuple[str, Outcome]]:
    """Prove step and readout of a map of paths, and their adjoints."""
    program = build_path_program(size)
    parts: list[tuple[str, Program, Callable[..., list[Any]]]] = [
        ("step", program.step, partial(_step, size)),
        ("readout", program.readout, partial(_readout, size)),
    ]
    for name, part, define in parts:
        yield name, _proved(part, size.degree, False, _spread(define))
        back = partial(exact_gradient, _forward(part))
        yield f"{name} backward", _proved(adjoint(part), size.degree, True, back)


def _forward(program: Program) -> Callable[[Sequence[Sequence[Any]]], list[Any]]:
    return lambda values: program.evaluate(*values)[0]


def _spread(define: Callable[..., list[Any]]) -> Callable[[Points], Vectors]:
    return lambda points: [define(*columns(points))]


def _proved(
    program: Program, degree: int, backward: bool, evaluate: Callable[[Points], Vectors]
) -> Outcome:
    read = [Argument(v.name, "in", v.orders, (v.size,)) for v in program.inputs]
    problem = Problem(read, degree, backward, evaluate)
    return problem.prove(python_reader(lambda values, _: program.evaluate(*values)))


def _step(
    size: MapSize, state: Sequence[Any], dx: Sequence[Any], correction: Sequence[Any] = ()
) -> list[Any]:
    """Return the next state by its definition: the product with the exponential of the segment."""
    if size.name == "corrected_sig":
        segment = rule_definition("corrected", size, [dx, correction])
        return rule_definition("combine", size, [state, segment])
    product_ = word_functional(size, state, 1) * word_functional(size, dx, 0).exp()
    return [product_(word) for word in words_of(size)]


def _readout(size: MapSize, state: Sequence[Any]) -> list[Any]:
    """Return the result by its definition, from the last state."""
    if size.name == "corrected_sig":
        return list(state)
    if size.name == "logsig":
        logarithm = word_functional(size, state, 1).log()
        state = [logarithm(word) for word in words_of(size)]
    return coordinates(rule_definition("arborification", size, [state]), size)
