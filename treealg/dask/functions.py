"""The functions: each of the table by its name, on arrays of Dask."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from treealg.dask.calls import call
from treealg.errors import InvalidTypeError
from treealg.frameworks.documentation import docstring
from treealg.numeric.operations.operation import Operation
from treealg.numeric.operations.table import operations

__all__ = [*operations]

_NOTES = (
    "Options, shapes and dtypes are checked at once, by a call of no item, whose shapes messages "
    "have; numbers are checked where a chunk is computed, and so are options where the size of an "
    "item is not known.",
)


def _function(row: Operation) -> Callable[..., Any]:
    """Return the public function of a row."""
    signature = row.signature.replace(
        parameters=[
            parameter.replace(annotation=parameter.empty)
            for parameter in row.signature.parameters.values()
        ],
        return_annotation=inspect.Signature.empty,
    )

    def function(*given: Any, **options: Any) -> Any:
        try:
            bound = signature.bind(*given, **options)
        except TypeError as error:
            raise InvalidTypeError(f"{row.name}: {error}; see its signature") from None
        bound.apply_defaults()
        return call(row, bound.arguments)

    function.__name__ = function.__qualname__ = row.name
    function.__module__ = __name__
    function.__doc__ = _documented(row)
    function.__signature__ = signature  # type: ignore[attr-defined]
    return function


def _documented(row: Operation) -> str:
    """Return the docstring of a function."""
    about = f"`treealg.{row.name}` on arrays of Dask, computed when they are asked for."
    return docstring(row, "Dask array", about=about, notes=_NOTES)


for _name, _row in operations.items():
    globals()[_name] = _function(_row)
