"""Walks through expressions of SymPy: of any depth, and each part once, however often it occurs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from treealg.checks import brief
from treealg.errors import InvalidValueError

__all__ = ["ascending", "opened", "parts", "too_deep"]


def parts(value: Any) -> Iterator[Any]:
    """Iterate over the parts of an expression, itself first.

    Examples
    --------
    >>> from sympy import sqrt
    >>> list(parts(sqrt(2)))
    [sqrt(2), 1/2, 2]
    """
    stack = [value]
    seen: dict[int, Any] = {}  # by identity, as there are few in many terms
    while stack:
        part = stack.pop()
        if id(part) not in seen:
            seen[id(part)] = part
            yield part
            stack += part.args


def ascending(
    values: Iterable[Any], into: Callable[[Any], Iterable[Any]] | None = None
) -> Iterator[Any]:
    """Iterate over the parts of expressions, those that a part is made of before it.

    `into` says which these are; without it, they are all arguments.

    Examples
    --------
    >>> from sympy import sqrt
    >>> list(ascending([1 + sqrt(2)], opened))
    [sqrt(2), 1, 1 + sqrt(2)]
    """
    seen: dict[int, Any] = {}
    stack = [(value, False) for value in values]
    while stack:
        part, complete = stack.pop()
        if complete:
            yield part
        elif id(part) not in seen:
            seen[id(part)] = part
            stack.append((part, True))
            own = part.args if into is None else into(part)
            stack += [(each, False) for each in own]


def opened(part: Any) -> Iterable[Any]:
    """Return the summands, the factors, or what a whole power is taken of; of all else nothing.

    Examples
    --------
    >>> from sympy import Symbol, sin
    >>> a = Symbol("a")
    >>> opened(a * sin(a)), opened(sin(a) ** 2), opened(sin(a))
    ((a, sin(a)), (sin(a),), ())
    """
    if part.is_Add or part.is_Mul:
        return part.args  # type: ignore[no-any-return]
    return (part.base,) if part.is_Pow and part.exp.is_Integer else ()


def too_deep(value: Any) -> InvalidValueError:
    """Return the error of an expression of which SymPy does not see the ground.

    Examples
    --------
    >>> from sympy import Symbol
    >>> print(str(too_deep(Symbol("a")))[:51])
    a is nested too deep for SymPy, which takes steps o
    """
    return InvalidValueError(
        f"{brief(value)} is nested too deep for SymPy, which takes steps of recursion for each "
        "level; give it a name, as a symbol of its own, or raise sys.setrecursionlimit"
    )
