"""Rows of lists: each array of a list as an argument of its own.

Frameworks differentiate in arrays, and know of no lists of them. A function of lists of so many
arrays is a function of so many more arguments, with a row that follows from that of the function:
``path`` becomes ``path_0``, ``path_1`` and so on, its gradient as many gradients, and what is said
of the function, its gradient and its derivatives holds of these. The arrays come to the function as
lists again.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeAlias

from treealg.numeric.arguments.ragged import ListOfPaths
from treealg.numeric.operations.operation import Argument, Call, Operation
from treealg.numeric.operations.table import operations

__all__ = ["Structure", "lists_of", "of_lists", "related", "roots"]

Structure: TypeAlias = tuple[tuple[str, int], ...]
"""The inputs that are lists, and how many arrays each of them has."""


@lru_cache(maxsize=256)
def of_lists(name: str, structure: Structure) -> Operation:
    """Return the row of a function for inputs of which some are lists.

    Examples
    --------
    >>> row = of_lists("branched_sig", (("path", 2),))
    >>> [argument.name for argument in row.arguments][:3], row.backward.gradients[:3]
    (['path_0', 'path_1', 'correction'], ('path_0', 'path_1', 'correction'))
    """
    return _spread(operations[name], dict(structure))


def lists_of(row: Operation, structure: Structure) -> dict[str, int]:
    """Return how many arrays each argument has that is a list; others are left out.

    Examples
    --------
    >>> lists_of(operations["transform_path_backprop"], (("path", 2),))
    {'path': 2, 'derivs': 2}
    """
    inputs = dict(structure)
    found = {}
    for argument in row.arguments:
        base = row.points.get(argument.name, argument.name)
        count = inputs.get(base, 0)
        is_derivs = base not in inputs and _role(row, base) == "derivs"
        if is_derivs and argument.listed:
            count = inputs.get("path", 0)
        if count:
            found[argument.name] = count
    return found


def related(row: Operation) -> list[Operation]:
    """Return a row and those of its derivatives.

    Examples
    --------
    >>> [other.name for other in related(operations["bracket_path"])][:3]
    ['bracket_path', 'bracket_path_backprop', 'bracket_path_backprop_jvp']
    """
    found = [row]
    for other in (row.backward, row.jvp):
        if other is not None:
            found += related(other)
    return found


@lru_cache(maxsize=1)
def roots() -> dict[str, str]:
    """Return the name of the function that each row is of, or a derivative of, by its name.

    Examples
    --------
    >>> roots()["bracket_path_backprop_jvp"]
    'bracket_path'
    """
    found: dict[str, str] = {}
    for name, row in operations.items():
        if name not in found:
            found |= {other.name: name for other in related(row)}
    return found


def _role(row: Operation, name: str) -> str:
    return next(argument.role for argument in row.arguments if argument.name == name)


def _spread(row: Operation, inputs: Mapping[str, int]) -> Operation:
    structure = tuple(inputs.items())
    counts = lists_of(row, structure)
    names = {name: [f"{name}_{i}" for i in range(n)] for name, n in counts.items()}
    arguments: list[Argument] = []
    for argument in row.arguments:
        axes = argument.axes
        if axes[:1] and axes[0].startswith("paths"):  # the list itself
            axes = axes[1:]
        arguments += [
            replace(argument, name=name, axes=axes, listed=False)
            for name in names.get(argument.name, ())
        ] or [replace(argument, listed=False)]
    flags = [
        flag
        for name, flag in zip(row.gradients, row.flags, strict=False)
        for _ in names.get(name, [name])
    ]

    def of_pieces(given: Mapping[str, Any]) -> dict[str, Any]:
        found = dict(given)
        for name, pieces in names.items():
            own = [found.pop(piece) for piece in pieces]
            found[name] = None if all(x is None for x in own) else ListOfPaths(own)
        return found

    def function(**given: Any) -> Any:
        return _in_one(row.function(**of_pieces(given)))

    def shape(call: Call) -> Any:
        return _in_one(row.result(**of_pieces(call.values)))

    function.__name__ = function.__qualname__ = row.name
    function.__signature__ = _signature(row, names)  # type: ignore[attr-defined]
    return Operation(
        function,
        tuple(arguments),
        shape,
        None if row.backward is None else _spread(row.backward, inputs),
        _named(row.gradients, names),
        tuple(flags),
        None if row.jvp is None else _spread(row.jvp, inputs),
        _named(row.tangents, names),
        is_of_lists=True,
    )


def _named(given: Sequence[str], names: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    return tuple(piece for name in given for piece in names.get(name, (name,)))


def _signature(row: Operation, names: Mapping[str, Sequence[str]]) -> inspect.Signature:
    parameters: list[inspect.Parameter] = []
    for name, parameter in row.signature.parameters.items():
        parameters += [parameter.replace(name=own) for own in names.get(name, (name,))]
    return row.signature.replace(parameters=parameters)


def _in_one(found: Any) -> Any:
    """Return results, of which some are lists, as one after the other; one alone as it is."""
    if not isinstance(found, (list, tuple)):
        return found
    flat: list[Any] = []
    for piece in found:
        flat.extend(piece if isinstance(piece, (list, tuple)) else [piece])
    return flat[0] if len(flat) == 1 else tuple(flat)
