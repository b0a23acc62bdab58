"""Maps that know from what they were made, which is what a pickle holds: rules may be closures.

A map may be made of thousands of others, each of the one before, as a product is that is formed
step by step. So what is made of what is followed with lists, and not by recursion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from numbers import Number
from typing import Any, Self

from treealg.symbolic.linear.fields import is_expression
from treealg.symbolic.linear.zeros import are_equal, is_known_zero

__all__ = ["Made", "without_zeros"]

#: Maps that are made of others in more steps, one upon the other, are pickled as a list of steps.
_FEW = 20

#: What made a map, its arguments, and the place of the step before that made each, if one did.
_Step = tuple[Callable[..., Any], tuple[Any, ...], tuple[int | None, ...]]


class Made:
    """A value that is made again by calling what made it.

    Maps that were made in the same way from equal values are equal, as are a map and its copy;
    functions among these are compared as Python does, coefficients as numbers or for all values of
    their symbols. Two that were not may still agree everywhere.
    """

    _origin: tuple[Callable[..., Any], tuple[Any, ...]]
    #: How many steps were made, one upon the other.
    _depth: int
    _hash: int | None = None

    def _made_by(self, make: Callable[..., Any], *arguments: Any) -> Self:
        self._origin = (make, arguments)
        self._depth = 1 + max((one._depth for one in arguments if isinstance(one, Made)), default=0)
        return self

    def __reduce__(self) -> Any:
        return self._origin if self._depth <= _FEW else (_made_again, (_steps(self),))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Made):
            return NotImplemented
        pending: list[tuple[Made, Made]] = [(self, other)]
        compared: set[tuple[int, int]] = set()
        while pending:
            one, two = pending.pop()
            if one is two or (id(one), id(two)) in compared:
                continue
            compared.add((id(one), id(two)))
            (make, arguments), (other_make, others) = one._origin, two._origin
            if make != other_make or len(arguments) != len(others):
                return False
            for first, second in zip(arguments, others, strict=True):
                if isinstance(first, Made) and isinstance(second, Made):
                    pending.append((first, second))
                elif not _agree(first, second):
                    return False
        return True

    def __hash__(self) -> int:
        if self._hash is None:
            for one in _bottom_up(self, lambda each: each._hash is None):
                make, arguments = one._origin
                one._hash = hash((make, *map(_hashed, arguments)))
        return self._hash  # type: ignore[return-value]


def without_zeros(values: dict[Any, Any]) -> dict[Any, Any]:
    """Return the values of a map that is zero where it has none, as equal maps have them.

    Examples
    --------
    >>> without_zeros({"x": 1, "y": 0})
    {'x': 1}
    """
    return {key: value for key, value in values.items() if not is_known_zero(value)}


def _bottom_up(whole: Made, enters: Callable[[Made], bool]) -> Iterator[Made]:
    """Yield the maps that one was made of, each once and after those that it was made of.

    Those that are not entered, and what these were made of, are left out.
    """
    pending, done = [whole], set()
    while pending:
        one = pending[-1]
        missing = [
            part
            for part in one._origin[1]
            if isinstance(part, Made) and id(part) not in done and enters(part)
        ]
        pending += missing
        if not missing:
            pending.pop()
            if id(one) not in done:
                done.add(id(one))
                yield one


def _steps(whole: Made) -> list[_Step]:
    """Return how a map is made, with those of few steps among what is given."""
    places: dict[int, int] = {}
    steps: list[_Step] = []
    for one in _bottom_up(whole, lambda each: each._depth > _FEW):
        make, arguments = one._origin
        earlier = tuple(places.get(id(argument)) for argument in arguments)
        given = tuple(
            argument if place is None else None
            for argument, place in zip(arguments, earlier, strict=True)
        )
        places[id(one)] = len(steps)
        steps.append((make, given, earlier))
    return steps


def _made_again(steps: list[_Step]) -> Any:
    made: list[Any] = []
    for make, given, earlier in steps:
        arguments = (
            argument if place is None else made[place]
            for argument, place in zip(given, earlier, strict=True)
        )
        made.append(make(*arguments))
    return made[-1]


def _agree(one: Any, other: Any) -> bool:
    """Tell whether two arguments are equal, coefficients in any writing."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            _agree(value, other[key]) for key, value in one.items()
        )
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_agree, one, other))
    return are_equal(one, other)


def _hashed(argument: Any) -> Any:
    """Return what equal arguments have in common: of coefficients nothing, as in series."""
    if isinstance(argument, dict):
        return frozenset(argument)
    if isinstance(argument, (list, tuple)):
        return tuple(map(_hashed, argument))
    if isinstance(argument, Number) or is_expression(argument):
        return None
    try:
        hash(argument)
    except TypeError:  # of a function that is an object which compares by value
        return None
    return argument
