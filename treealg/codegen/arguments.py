"""The arguments of generated functions: one list for all that call them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from treealg.codegen.maps import PATH_MAPS, MapSize, build_path_program, build_program
from treealg.codegen.program import Vector

__all__ = ["Argument", "arguments"]


@dataclass(frozen=True)
class Argument:
    """An array argument of a generated function.

    Parameters
    ----------
    name : str
        Its name.
    role : {"in", "work", "out"}
        Whether it is read, written, or both.
    orders : tuple of int
        The weight of each number of one item; 0 for workspace.
    shape : tuple of int
        The shape of one item.
    """

    name: str
    role: str
    orders: tuple[int, ...]
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        """The number of numbers of one item."""
        return len(self.orders)


def arguments(size: MapSize, backward: bool, length: int = 1) -> list[Argument]:
    """Return the array arguments of the generated function of a map, in their order.

    Examples
    --------
    >>> from treealg.codegen.maps import map_size
    >>> [(a.name, a.shape) for a in arguments(map_size("sig", 2, 3), False, length=5)]
    [('path', (5, 2)), ('out', (20,))]
    """
    return list(_arguments(size, backward, length))


@lru_cache(maxsize=512)
def _arguments(size: MapSize, backward: bool, length: int) -> tuple[Argument, ...]:
    """Return the arguments, which depend on sizes only and not on what tables hold."""
    if size.name not in PATH_MAPS:
        program = build_program(size, backward=backward)
        inputs = [_argument(vector, "in") for vector in program.inputs]
        return (*inputs, *(_argument(vector, "out") for vector in program.outputs))
    route = build_path_program(size)
    channels, segments = size.dimension, length - 1
    end = route.readout.outputs[0]
    path = Argument("path", "in", (1,) * (length * channels), (length, channels))
    result = [path]
    corrections: tuple[int, ...] | None = None
    if len(route.step.inputs) > 2:
        corrections = route.step.inputs[2].orders
        shape = (segments, len(corrections))
        result.append(Argument("correction", "in", corrections * segments, shape))
    if not backward:
        return (*result, _argument(end, "out"))
    top = size.degree + 1
    derivative = Vector("d_out", tuple(top - order for order in end.orders), end.entries)
    room = (length + 1) * route.state.size + channels
    result.append(_argument(derivative, "in"))
    result.append(Argument("work", "work", (0,) * room, (room,)))
    result.append(Argument("d_path", "out", (size.degree,) * path.size, path.shape))
    if corrections is not None:
        orders = tuple(top - order for order in corrections) * segments
        result.append(Argument("d_correction", "out", orders, (segments, len(corrections))))
    return tuple(result)


def _argument(vector: Vector, role: str) -> Argument:
    return Argument(vector.name, role, vector.orders, (vector.size,))
