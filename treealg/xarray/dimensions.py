"""Which dimension of an array is which axis of the table of operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric.operations.operation import Argument, Operation

__all__ = ["ROLES", "Names", "check_names", "dimensions", "item_of", "roles_of"]

Names = Mapping[str, str]
"""What the caller calls a dimension, by its role."""

_OF_TIME = ("length", "length_1", "length_2", "transformed_length", "points", "segments")
_OF_CHANNELS = ("channels", "transformed_channels", "labels", "dimension")
ROLES = (
    dict.fromkeys(_OF_TIME, "time")
    | dict.fromkeys(_OF_CHANNELS, "channel")
    | dict.fromkeys(("paths_1", "paths_2"), "sample")
)
"""The role of each axis of the table which has one; all others are dimensions by their names."""


def roles_of(row: Operation) -> tuple[str, ...]:
    """Return the roles that dimensions of the arrays of a function may have.

    Examples
    --------
    >>> import treealg
    >>> roles_of(treealg.operations["branched_sig"])
    ('time', 'channel')
    >>> roles_of(treealg.operations["branched_sig_inverse"])
    ()
    """
    found = {ROLES.get(axis) for argument in row.arguments for axis in argument.axes}
    return tuple(role for role in ("sample", "time", "channel") if role in found)


def dimensions(axes: Sequence[str], names: Names) -> tuple[str, ...]:
    """Return the dimensions of some axes; where one has a name twice, the second gets a number.

    Examples
    --------
    >>> dimensions(["length", "channels"], {"time": "t", "channel": "c"})
    ('t', 'c')
    >>> dimensions(["channels", "channels"], {"channel": "c"})
    ('c', 'c_2')
    """
    found: list[str] = []
    for axis in axes:
        name = names.get(ROLES.get(axis, ""), axis)
        found.append(f"{name}_2" if name in found else name)
    return tuple(found)


def item_of(
    argument: Argument, value: Any, values: Mapping[str, Any], names: Names
) -> tuple[str, ...]:
    """Return the dimensions of an item of an argument, all of which have to be there."""
    ndim = value.ndim
    if argument.batch == "shared" and dimensions(argument.axes, names)[0] not in value.dims:
        ndim = 1
    found = dimensions(argument.item_axes(ndim, values), names)
    missing = [name for name in found if name not in value.dims]
    if missing:
        roles = {ROLES[axis] for axis in argument.axes if axis in ROLES}
        fix = " and ".join(f"{role}=" for role in ("sample", "time", "channel") if role in roles)
        say = f"say by {fix} which they are, or use rename" if fix else "use rename"
        raise InvalidValueError(
            f"{argument.name} must have the dimensions {' and '.join(found)}, got "
            f"{' and '.join(map(str, value.dims)) or 'none'}; {say}"
        )
    return found


def check_names(names: Names) -> None:
    """Refuse names of dimensions that are no texts, or not different."""
    for role, name in names.items():
        if not isinstance(name, str):
            raise InvalidTypeError(
                f"{role} must be the name of a dimension, a str, got a value of type "
                f"{type(name).__name__}"
            )
    if len({*names.values()}) < len(names):
        raise InvalidValueError(
            f"{' and '.join(names)} must be different dimensions, got "
            f"{' and '.join(names.values())}"
        )
