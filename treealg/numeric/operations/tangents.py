"""Derivatives in a direction: the function of each row over dual numbers, as a row of its own.

Nothing is written for one function alone. Arguments and tangents become dual numbers, the function
is called, and what it returns has the derivative as its tangent (see `numeric/arguments/duals.py`).
Parameters, documentation and the row follow from those of the function.
"""

from __future__ import annotations

import inspect
import numbers
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from treealg.errors import InvalidValueError
from treealg.numeric.arguments.arrays import as_rows
from treealg.numeric.arguments.duals import Dual, step_of
from treealg.numeric.arguments.kinds import is_array
from treealg.numeric.arguments.ragged import ListOfPaths, is_list_of_paths, not_beside_list
from treealg.numeric.operations.documentation import documented
from treealg.numeric.operations.operation import Argument, Operation
from treealg.numeric.operations.source import written
from treealg.sequences import shape_of

__all__ = ["jvp_row", "tangent_name", "with_jvp"]

# Where the functions are found by their names; it imports this module.
_MODULE = f"{__package__}.directions"


def with_jvp(row: Operation, by_steps: bool = False) -> Operation:
    """Return a row with its derivative in a direction, and that of its backward function.

    A function that does more than is linear outside kernels is computed `by_steps`.
    """
    backward = row.backward
    if backward is not None:
        backward = replace(backward, jvp=jvp_row(backward, by_steps))
    return replace(row, backward=backward, jvp=jvp_row(row, by_steps))


def jvp_row(row: Operation, by_steps: bool) -> Operation:
    """Return the row of the derivative of a function in a direction."""
    names: dict[str, str] = {}
    arguments: list[Argument] = []
    for argument in row.arguments:
        arguments.append(argument)
        if argument.differentiable:
            name = names[argument.name] = tangent_name(row, argument)
            arguments.append(
                replace(
                    argument, name=name, role="tangent", optional=True, alternative=None, scalars=()
                )
            )  # fmt: skip
    return Operation(
        _function(row, names, by_steps), tuple(arguments), row.shape,
        gradients=row.gradients, flags=row.flags, tangents=tuple(names), gives_list=row.gives_list,
    )  # fmt: skip


def tangent_name(row: Operation, argument: Argument) -> str:
    """Return the name of the tangent of an argument.

    That of the one argument that a function is of is `tangent`, as in ``jvp(path, tangent, ...)``.
    """
    main = [x for x in row.arguments if x.role == "input" and _is_needed(x)]
    return "tangent" if main == [argument] else f"{argument.name}_tangent"


def _is_needed(argument: Argument) -> bool:
    return argument.differentiable and not (argument.optional or argument.alternative)


def _function(row: Operation, names: Mapping[str, str], by_steps: bool) -> Callable[..., Any]:
    """Return the function, whose tangents stand behind their arguments."""
    parameters = []
    for name, parameter in row.signature.parameters.items():
        parameters.append(parameter)
        if name in names:
            is_positional = parameter.kind is not parameter.KEYWORD_ONLY
            parameters.append(
                inspect.Parameter(
                    names[name], parameter.kind, annotation="ArrayLike | None",
                    default=parameter.empty if is_positional else None,
                )
            )  # fmt: skip
    signature = row.signature.replace(parameters=parameters)
    plain = [parameter.replace(annotation=parameter.empty) for parameter in parameters]
    given = ", ".join(f"{name}={name}" for name in signature.parameters)
    name = f"{row.name}_jvp"
    # Defaults of the table are constants, which print as they are written.
    source = f"def {name}{inspect.Signature(plain)}:\n    return derivative({given})\n"
    place = _MODULE.removeprefix("treealg.")
    function = written(name, source, place, derivative=_derivative(row, names, by_steps))
    function.__module__ = _MODULE
    function.__signature__ = signature  # type: ignore[attr-defined]
    function.__doc__ = documented(row, names) if row.doc else None  # none with python -OO
    return function


def _derivative(row: Operation, names: Mapping[str, str], by_steps: bool) -> Callable[..., Any]:
    """Return what calls a function with dual numbers for its arguments."""
    duals = [
        (x.name, names.get(x.name, ""), x)
        for x in row.arguments
        if x.name in names or x.role == "value"
    ]
    function = row.function

    def derivative(**given: Any) -> Any:
        path = given.get("path")
        made: dict[tuple[int, int], Any] = {}  # one object that is given twice is one object again
        for own, name, argument in duals:
            value = given[own]
            tangent = given.pop(name, None)
            if value is None and tangent is None:
                continue
            is_plain = type(value) is np.ndarray
            if is_plain or not argument.is_absent(value):
                key = id(value), id(tangent)
                if key not in made:
                    made[key] = (
                        Dual(value, tangent, name, by_steps)
                        if is_plain
                        else _dual(value, tangent, name, argument, path, by_steps)
                    )
                given[own] = made[key]
            elif tangent is not None:
                raise InvalidValueError(
                    f"{name} must be None where {own} is no array; give both or none"
                )
        found = function(**given)
        return _by_the_step(found) if by_steps else found

    return derivative


def _by_the_step(result: Any) -> Any:
    """Divide results, which are new, by the step."""
    if isinstance(result, (list, tuple)):
        return type(result)(_by_the_step(piece) for piece in result)
    if result is None:
        return None
    rows = as_rows(result, "result", 0)
    with np.errstate(over="ignore", invalid="ignore"):  # infinities pass, as in kernels
        out = rows.array if rows.array.flags.writeable else None
        return rows.wrap(np.multiply(rows.array, 1 / step_of(rows.dtype), out=out))


def _dual(
    value: Any, tangent: Any, name: str, argument: Argument, path: Any, by_steps: bool
) -> Any:
    """Return an argument with its tangent; of a list, a list of these."""
    if argument.role == "input" and any(axis.startswith("length") for axis in argument.axes):
        is_list = is_list_of_paths(value)
    elif argument.role == "derivs" and argument.axes and argument.axes[0].endswith("length"):
        is_list = isinstance(value, (list, tuple)) and is_list_of_paths(path)
    else:
        # One array for each path of a list, and not one for all.
        is_list = argument.name == "correction" and isinstance(value, (list, tuple))
        is_list = is_list and is_list_of_paths(path)
        is_list = is_list and not all(isinstance(piece, numbers.Real) for piece in value)
    if not is_list:
        return Dual(value, tangent, name, by_steps)
    made = ListOfPaths if isinstance(value, ListOfPaths) else list
    if tangent is None:
        return made(Dual(piece, None, name, by_steps) for piece in value)
    is_array_of_rows = is_array(tangent) and bool(shape_of(tangent))
    if not isinstance(tangent, (list, tuple)) and not is_array_of_rows:
        raise not_beside_list(tangent, name, argument.name, len(value))
    if len(tangent) != len(value):
        raise InvalidValueError(
            f"{name} must have as many arrays as {argument.name}, {len(value)}, got {len(tangent)}"
        )
    pairs = enumerate(zip(value, tangent, strict=True))
    return made(Dual(piece, own, f"{name}[{i}]", by_steps) for i, (piece, own) in pairs)
