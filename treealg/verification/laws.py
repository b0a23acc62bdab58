"""The laws of the Hopf algebra and of signatures, for the programs that are made from tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from treealg import tables
from treealg.codegen.maps import MapSize, build_program
from treealg.verification.definitions import exact_map, sized
from treealg.verification.points import count_points, lattice_points
from treealg.verification.readers import columns
from treealg.verification.report import Outcome
from treealg.verification.rings import Degree

__all__ = ["check_laws", "count_law_points"]

_POINTS = 4
"""Points of the paths of laws of signatures: Chen's identity joins two paths of three."""


@dataclass(frozen=True)
class _Law:
    """Two maps that are equal, of vectors of the same weights."""

    name: str
    weights: tuple[tuple[int, ...], ...]
    left: Callable[..., list[Any]]
    right: Callable[..., list[Any]]


def _orders(size: MapSize) -> tuple[int, ...]:
    return build_program(size).inputs[0].orders


def _laws(dimension: int, degree: int, planar: bool | None) -> list[_Law]:
    def of(name: str) -> Callable[..., list[Any]]:
        exact = exact_map(name, sized(name, dimension, degree, planar))
        return lambda *vectors: exact.forward(vectors)

    combine, inverse, log, exp = map(of, ("combine", "inverse", "log", "exp"))
    sig, logsig = of("sig"), of("logsig")
    x = _orders(sized("log", dimension, degree, planar))
    path = ((1,) * (_POINTS * dimension),)

    def nothing(vector: Sequence[Any]) -> list[Any]:
        return [0] * len(vector)

    def same(vector: Sequence[Any]) -> list[Any]:
        return list(vector)

    def reversed_path(points: Sequence[Any]) -> list[Any]:
        starts = range(len(points) - dimension, -1, -dimension)
        return [value for start in starts for value in points[start : start + dimension]]

    def joined(points: Sequence[Any]) -> list[Any]:
        middle = (_POINTS // 2) * dimension
        return combine(sig(points[: middle + dimension]), sig(points[middle:]))

    result = [
        _Law(
            "coproduct is coassociative",
            (x, x, x),
            lambda a, b, c: combine(combine(a, b), c),
            lambda a, b, c: combine(a, combine(b, c)),
        ),
        _Law("inverse from the left", (x,), lambda a: combine(inverse(a), a), nothing),
        _Law("inverse from the right", (x,), lambda a: combine(a, inverse(a)), nothing),
        _Law("exp after log", (x,), lambda a: exp(log(a)), same),
        _Law("log after exp", (x,), lambda a: log(exp(a)), same),
        _Law("Chen's identity", path, sig, joined),
        _Law("reversed path", path, lambda p: sig(reversed_path(p)), lambda p: inverse(sig(p))),
        _Law("log of a signature", path, logsig, lambda p: log(sig(p))),
    ]
    if planar is not False:
        for method in (1, 2):
            coordinates = _applied(tables.lyndon(dimension, degree, method, planar=planar))
            expansion = _applied(tables.lyndon_expansion(dimension, degree, method, planar=planar))
            result.append(
                _Law(
                    f"Lyndon coordinates, method {method}",
                    path,
                    logsig,
                    lambda p, c=coordinates, e=expansion: e(c(logsig(p))),
                )
            )
    return result


def _applied(table: tables.LinearMap) -> Callable[[Sequence[Any]], list[Any]]:
    """Return a table of width 1 as a map of vectors."""

    def apply(vector: Sequence[Any]) -> list[Any]:
        rows = zip(table.ptr.tolist(), table.ptr[1:].tolist(), strict=False)
        return [
            sum((int(table.coef[e]) * vector[int(table.col[e])] for e in range(*row)), start=0)
            for row in rows
        ]

    return apply


def count_law_points(dimension: int, degree: int, planar: bool | None) -> int:
    """Count the points that the largest proof of a law needs."""
    x = _orders(sized("log", dimension, degree, planar))
    return max(count_points(x * 3, degree), count_points([1] * (_POINTS * dimension), degree))


def check_laws(dimension: int, degree: int, planar: bool | None) -> Iterator[tuple[str, Outcome]]:
    """Prove the laws of the group of characters, and of signatures, for the programs of a size."""
    for law in _laws(dimension, degree, planar):
        points = lattice_points([weight for own in law.weights for weight in own], degree)
        splits = np.cumsum([len(own) for own in law.weights])[:-1]
        vectors = columns(np.split(points, splits, axis=1))
        weights = [[Degree(weight) for weight in own] for own in law.weights]
        both = [*law.left(*weights), *law.right(*weights)]
        top = max((side.value for side in both if isinstance(side, Degree)), default=-1)
        if top > degree:
            yield law.name, Outcome(0, f"a side has degree {top}, above the bound {degree}")
            continue
        pairs = zip(law.left(*vectors), law.right(*vectors), strict=True)
        failed = [entry for entry, (left, right) in enumerate(pairs) if left - right != 0]
        if failed:
            yield law.name, Outcome(0, f"entry {failed[0]} of the two sides differs", degree)
        else:
            yield law.name, Outcome(len(points), degree=degree)
