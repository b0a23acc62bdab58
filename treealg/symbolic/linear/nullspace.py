"""The null space of a linear map with integer or rational values, exactly."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping
from heapq import heapify, heappop, heappush
from typing import Any, TypeVar

from treealg.symbolic.trees.sizes import check_steps

__all__ = ["null_space"]

_FEW = 100  # rows, from which the number of steps is estimated
_ENTRIES_PER_STEP = 5
_MOST_BITS = 64  # by which entries grow before what they have in common is looked for

K = TypeVar("K", bound=Hashable)


def null_space(
    images: Iterable[Mapping[K, Any]],
    count: int,
    progress: Callable[[int, int], Any] | None = None,
) -> list[dict[int, int]]:
    """Return a basis of the null space of a linear map: the relations between its images.

    The `count` images are sparse vectors with integer or rational entries. A relation goes from
    the index of an image to its factor; the factors are coprime integers, the first one positive.
    What takes more than some ten million steps is refused, as early as that can be told.

    Examples
    --------
    >>> null_space([{"x": 1}, {"x": 2, "y": 1}, {"y": 3}], 3)
    [{0: 6, 1: -3, 2: 1}]
    """
    # Rows in echelon form with whole numbers: of each a pivot, a vector, and what it is made of.
    rows: list[tuple[K, dict[K, int], dict[int, int]]] = []
    places: dict[K, int] = {}
    relations = []
    steps = 0
    for index, image in enumerate(images):
        common = math.lcm(*(value.denominator for value in image.values()))
        vector = {key: int(value * common) for key, value in image.items()}
        origin = {index: common}
        scale = 1
        # A row has no pivots of rows before it, so that one ordered pass is enough: over those in
        # the vector, and those that rows bring in.
        pending = [places[key] for key in vector.keys() & places.keys()]
        heapify(pending)
        while pending:
            key, row, source = rows[heappop(pending)]
            factor = vector.get(key)
            if factor:
                pivot = row[key]
                steps += len(row) + len(source)
                if pivot != 1:
                    divisor = math.gcd(pivot, factor)
                    factor //= divisor
                    pivot //= divisor
                    _multiply(vector, pivot)
                    _multiply(origin, pivot)
                    scale *= pivot
                for new in _subtract(vector, row, factor):
                    if new in places:
                        heappush(pending, places[new])
                _subtract(origin, source, factor)
                if scale.bit_length() > _MOST_BITS:
                    _reduce(vector, origin)
                    scale = 1
        _reduce(vector, origin)
        if vector:
            # A small pivot keeps numbers small.
            least = min(vector, key=lambda key: abs(vector[key]))
            if vector[least] < 0:
                _multiply(vector, -1)
                _multiply(origin, -1)
            places[least] = len(rows)
            rows.append((least, vector, origin))
        else:
            relations.append(_sorted(origin))
        if progress is not None:
            progress(index + 1, count)
        # Rows fill up, so that all of them take far more steps than the first ones tell.
        if index >= _FEW:
            check_steps(
                f"to find the relations among {count:,} images",
                max(steps, steps * count**2 // (index + 1) ** 2 // 4) // _ENTRIES_PER_STEP,
            )
    return relations


def _multiply(target: dict[Any, int], factor: int) -> None:
    if factor != 1:
        for key in target:
            target[key] *= factor


def _subtract(target: dict[Any, int], row: Mapping[Any, int], factor: int) -> list[Any]:
    """Subtract a multiple of a row, and return which of its keys were not there."""
    added = []
    for key, value in row.items():
        old = target.get(key)
        if old is None:
            target[key] = -factor * value
            added.append(key)
        elif new := old - factor * value:
            target[key] = new
        else:
            del target[key]
    return added


def _reduce(vector: dict[Any, int], origin: dict[int, int]) -> None:
    """Divide by what all entries have in common."""
    divisor = math.gcd(*origin.values(), *vector.values())
    if divisor > 1:
        for target in (vector, origin):
            for key in target:
                target[key] //= divisor


def _sorted(relation: dict[int, int]) -> dict[int, int]:
    """Return a relation in the order of the images, its first factor positive."""
    sign = 1 if relation[min(relation)] > 0 else -1
    return {index: sign * relation[index] for index in sorted(relation)}
