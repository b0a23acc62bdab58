"""Functions of lists of tensors: a function of so many tensors, with its derivatives, for each."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from types import ModuleType
from typing import Any

from torch.compiler import is_compiling

from treealg.numeric.operations.listed import Structure, lists_of, of_lists, related, roots
from treealg.numeric.operations.operation import Operation
from treealg.numeric.operations.table import operations
from treealg.torch.derivatives import differentiable
from treealg.torch.operators import OPERATORS_OF_LISTS

__all__ = ["call_of_lists"]

Call = Callable[..., Any]

# Compilers look up an attribute of a module when they come to it, and guard what they find.
_KNOWN = ModuleType(f"{__name__}.known")


def call_of_lists(name: str, structure: Structure) -> Call:
    """Return a function with its derivatives, which takes the tensors of lists one by one.

    Parameters
    ----------
    name : str
        That of its row.
    structure : tuple of (str, int)
        Which inputs are lists, and of how many tensors.

    Returns
    -------
    callable
        From tensors, one by one, and options to a tensor, or a tuple of tensors if there may be
        several.
    """
    if is_compiling():
        found: Call = getattr(_KNOWN, _prepared(name, structure))
        return found
    return _call(name, structure)


def _prepared(name: str, structure: Structure) -> str:
    """Put a function where compilers find it, and return by which name."""
    key = "_".join([name, *(f"{argument}_{count}" for argument, count in structure)])
    setattr(_KNOWN, key, _call(name, structure))
    return key


# All that torch.compiler.assume_constant_result does once it has loaded Dynamo, which takes long.
_prepared._dynamo_marked_constant = True  # type: ignore[attr-defined]


@lru_cache(maxsize=256)
def _call(name: str, structure: Structure) -> Call:
    found: Call = _differentiable(roots()[name], structure)[name].call
    return found


@lru_cache(maxsize=128)
def _differentiable(name: str, structure: Structure) -> dict[str, Any]:
    """Return a function, its gradient and its derivatives in a direction, by their names."""
    rows = {row.name: row for row in related(of_lists(name, structure))}
    made = {key: _operator(operations[key], structure) for key in rows}
    return differentiable(rows, made)


def _operator(row: Operation, structure: Structure) -> Call:
    """Return the operator of lists as one that takes their tensors one by one."""
    counts, operator = lists_of(row, structure), OPERATORS_OF_LISTS[row.name]
    places, end = [], 0
    for argument in row.arguments:
        start, end = end, end + counts.get(argument.name, 1)
        places.append((start, end, argument.listed))
    taken, size, lists = tuple(places), end, " ".join(counts)

    def call(*given: Any) -> Any:
        arrays = [
            [x for x in given[start:stop] if x is not None] if is_listed else given[start]
            for start, stop, is_listed in taken
        ]
        results = operator(*arrays, *given[size:], lists)
        return results[0] if len(results) == 1 else results

    return call
