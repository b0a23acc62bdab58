"""The null space of a linear map with integer or rational values, exactly."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping
from fractions import Fraction
from typing import Any, TypeVar

__all__ = ["null_space"]

K = TypeVar("K", bound=Hashable)


def null_space(
    images: Iterable[Mapping[K, Any]],
    count: int,
    progress: Callable[[int, int], Any] | None = None,
) -> list[dict[int, int]]:
    """Return a basis of the null space of a linear map: the relations between its images.

    The `count` images are sparse vectors with integer or rational entries. A relation goes from
    the index of an image to its factor; the factors are coprime integers, the first one positive.

    Examples
    --------
    >>> null_space([{"x": 1}, {"x": 2, "y": 1}, {"y": 3}], 3)
    [{0: 6, 1: -3, 2: 1}]
    """
    # Rows in echelon form: for each pivot a vector with entry 1 there, and what it is made of.
    pivots: dict[K, tuple[dict[K, Any], dict[int, Any]]] = {}
    relations = []
    for index, image in enumerate(images):
        vector: dict[K, Any] = dict(image)
        origin: dict[int, Any] = {index: 1}
        # Later pivots do not occur in earlier rows' place, so that one ordered pass is enough.
        for key, (row, source) in pivots.items():
            factor = vector.get(key)
            if factor:
                _subtract(vector, row, factor)
                _subtract(origin, source, factor)
        if vector:
            # A pivot 1 or -1 keeps whole numbers whole, which are much faster than fractions.
            pivot: Any = next((key for key, value in vector.items() if value in (1, -1)), None)
            if pivot is None:
                pivot = next(iter(vector))
            scale = vector[pivot] if vector[pivot] in (1, -1) else Fraction(1) / vector[pivot]
            pivots[pivot] = (
                {key: value * scale for key, value in vector.items()},
                {key: value * scale for key, value in origin.items()},
            )
        else:
            relations.append(_integral(origin))
        if progress is not None:
            progress(index + 1, count)
    return relations


def _subtract(target: dict[Any, Any], row: Mapping[Any, Any], factor: Any) -> None:
    for key, value in row.items():
        new = target.get(key, 0) - factor * value
        if new:
            target[key] = new
        else:
            del target[key]


def _integral(relation: dict[int, Any]) -> dict[int, int]:
    common = math.lcm(*(value.denominator for value in relation.values()))
    whole = {index: int(relation[index] * common) for index in sorted(relation)}
    divisor = math.gcd(*whole.values())
    if next(iter(whole.values())) < 0:
        divisor = -divisor
    return {index: value // divisor for index, value in whole.items()}
