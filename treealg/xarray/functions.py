"""The functions: each of the table by its name, on arrays of xarray."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from treealg.errors import InvalidTypeError
from treealg.frameworks.documentation import docstring
from treealg.numeric.operations.operation import Operation
from treealg.numeric.operations.table import operations
from treealg.xarray.calls import call
from treealg.xarray.dimensions import ROLES, roles_of

__all__ = [*operations]

_ABOUT = {
    "time": "The dimension of points, and of what there is for each or for each segment.",
    "channel": "The dimension of channels.",
    "sample": "The dimension of the paths of a sample.",
}


def _function(row: Operation) -> Callable[..., Any]:
    """Return the public function of a row."""
    roles = roles_of(row)
    parameters = [
        *row.signature.parameters.values(),
        *(inspect.Parameter(x, inspect.Parameter.KEYWORD_ONLY, default=x) for x in roles),
    ]
    signature = inspect.Signature(
        [parameter.replace(annotation=parameter.empty) for parameter in parameters]
    )

    def function(*given: Any, **options: Any) -> Any:
        try:
            bound = signature.bind(*given, **options)
        except TypeError as error:
            raise InvalidTypeError(f"{row.name}: {error}; see its signature") from None
        bound.apply_defaults()
        values = dict(bound.arguments)
        return call(row, values, {role: values.pop(role) for role in roles})

    function.__name__ = function.__qualname__ = row.name
    function.__module__ = __name__
    function.__doc__ = _documented(row, roles)
    function.__signature__ = signature  # type: ignore[attr-defined]
    return function


def _documented(row: Operation, roles: tuple[str, ...]) -> str:
    """Return the docstring of a function."""
    more = [f'{role} : str, default "{role}"\n    {_ABOUT[role]}' for role in roles]
    axes = {axis for argument in row.arguments for axis in argument.axes} - ROLES.keys()
    notes = ["Other dimensions are those of the batch; arguments are aligned by all labels there."]
    if axes:
        notes.append(
            f"Further dimensions have the names that shapes have: {', '.join(sorted(axes))}."
        )
    return docstring(
        row, "DataArray", about=f"`treealg.{row.name}` on DataArrays.", more=more, notes=notes
    )


for _name, _row in operations.items():
    globals()[_name] = _function(_row)
