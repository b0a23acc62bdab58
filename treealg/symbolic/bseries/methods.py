"""Published methods with exact tableaux, their orders and their sources."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from treealg.checks import brief, check_choice, closest
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic.bseries import tableaux
from treealg.symbolic.bseries.lie_group import CommutatorFree
from treealg.symbolic.bseries.rosenbrock import Rosenbrock
from treealg.symbolic.bseries.runge_kutta import AdditiveRungeKutta, RungeKutta
from treealg.symbolic.trees.memo import remembered

__all__ = ["MethodInfo", "method_info", "published_method", "published_methods"]


@dataclass(frozen=True)
class MethodInfo:
    """What is known of a published method.

    Parameters
    ----------
    name : str
        The name under which `published_method` knows it.
    kind : str
        "explicit", "implicit", "additive", "rosenbrock" or "lie_group".
    order : int
        Its order of accuracy.
    source : str
        Authors and year.

    Examples
    --------
    >>> method_info("rk4")
    MethodInfo(name='rk4', kind='explicit', order=4, source='Kutta 1901')
    """

    name: str
    kind: str
    order: int
    source: str


def published_methods(kind: str | None = None) -> tuple[str, ...]:
    """Return the names of the published methods.

    Parameters
    ----------
    kind : str, optional
        "explicit", "implicit", "additive", "rosenbrock" or "lie_group"; all by default.

    Returns
    -------
    tuple of str
        The names, in the order of the tables.

    Raises
    ------
    InvalidValueError
        If there is no such kind.

    Examples
    --------
    >>> published_methods("rosenbrock")
    ('rosenbrock_euler', 'rosenbrock_midpoint', 'ros2', 'ros3p', 'shampine4')
    """
    if kind is not None:
        check_choice("kind", kind, sorted({entry.kind for entry in _infos().values()}))
    return tuple(name for name, entry in _infos().items() if kind in (None, entry.kind))


def method_info(name: str) -> MethodInfo:
    """Return kind, order and source of a published method.

    Parameters
    ----------
    name : str
        One of `published_methods`.

    Returns
    -------
    MethodInfo
        The record.

    Raises
    ------
    InvalidTypeError
        If `name` is not a string.
    InvalidValueError
        If there is no method of that name.

    Examples
    --------
    >>> method_info("gauss4").order
    4
    """
    if not isinstance(name, str):
        raise InvalidTypeError(f"name must be a string, got {type(name).__name__}")
    if name not in _infos():
        raise InvalidValueError(
            f"there is no method {brief(name)}; published_methods() lists them"
            f"{closest(name, _infos())}"
        )
    return _infos()[name]


def published_method(name: str) -> Any:
    """Return a published method with its exact tableau.

    Parameters
    ----------
    name : str
        One of `published_methods`. The lower order weights of a pair of embedded methods are a
        method of their own, with a name that ends in ``_embedded``.

    Returns
    -------
    RungeKutta, AdditiveRungeKutta, Rosenbrock or CommutatorFree
        The method, according to its kind. SymPy is loaded if a coefficient is not rational.

    Raises
    ------
    InvalidTypeError
        If `name` is not a string.
    InvalidValueError
        If there is no method of that name.

    Examples
    --------
    >>> published_method("rk4").b
    (Fraction(1, 6), Fraction(1, 3), Fraction(1, 3), Fraction(1, 6))
    >>> published_method("gauss4").order(5)
    4
    """
    return _method(method_info(name).name)


@remembered(128)
def _method(name: str) -> Any:
    info = method_info(name)
    builders: dict[str, Callable[[str], Any]] = {
        "additive": _additive,
        "lie_group": _commutator_free,
        "rosenbrock": _rosenbrock,
    }
    return builders.get(info.kind, _runge_kutta)(name)


@remembered(1)
def _infos() -> dict[str, MethodInfo]:
    infos = {}
    for kind, table in (("explicit", tableaux.EXPLICIT), ("implicit", tableaux.IMPLICIT)):
        for name, (order, source, _) in table.items():
            infos[name] = MethodInfo(name, kind, order, source)
            if name in tableaux.EMBEDDED:
                lower = f"{name}_embedded"
                infos[lower] = MethodInfo(lower, kind, tableaux.EMBEDDED[name][0], source)
    for name, (order, source, _) in tableaux.ADDITIVE.items():
        infos[name] = MethodInfo(name, "additive", order, source)
    for name, (order, source, *_) in tableaux.ROSENBROCK.items():
        infos[name] = MethodInfo(name, "rosenbrock", order, source)
    for name, (order, source, *_) in tableaux.LIE_GROUP.items():
        infos[name] = MethodInfo(name, "lie_group", order, source)
    return infos


def _runge_kutta(name: str) -> RungeKutta:
    pair = name.removesuffix("_embedded")
    table = {**tableaux.EXPLICIT, **tableaux.IMPLICIT}
    a, b = _matrix(table[pair][2])
    return RungeKutta(a, b if pair == name else _row(tableaux.EMBEDDED[pair][1]), name)


def _additive(name: str) -> AdditiveRungeKutta:
    parts = [RungeKutta(*_matrix(text)) for text in tableaux.ADDITIVE[name][2]]
    return AdditiveRungeKutta(parts, name)


def _rosenbrock(name: str) -> Rosenbrock:
    _, _, form, first, second, diagonal = tableaux.ROSENBROCK[name]
    rows, weights = _matrix(first)
    others = [_row(line) for line in second.split(";")]
    if form == "transformed":
        return Rosenbrock.from_transformed(rows, others, weights, diagonal, name)
    return Rosenbrock(rows, [[*row, diagonal] for row in others], weights, name)


def _commutator_free(name: str) -> CommutatorFree:
    _, _, form, stages, step = tableaux.LIE_GROUP[name]
    if form == "low storage":
        return CommutatorFree.low_storage(_row(stages), _row(step), name)
    if form == "tableau":
        rows = [_row(line) for line in stages.split(";")]
        return CommutatorFree.crouch_grossman(rows, _row(step), name)
    return CommutatorFree(
        [_exponentials(line) for line in stages.split(";")], _exponentials(step), name
    )


def _exponentials(line: str) -> list[list[str]]:
    return [_row(part) for part in line.split("|") if part.strip()]


def _matrix(text: str) -> tuple[list[list[Any]], list[Any]]:
    """Read rows separated by semicolons, the weights after the last."""
    *rows, weights = [_row(line) for line in text.split(";")]
    return rows, weights


def _row(line: str) -> list[str]:
    return line.split()
