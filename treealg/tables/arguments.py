"""Checks of arguments that several tables have, before anything is counted, cached or built."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from treealg.checks import brief, check_integer, check_planar, is_iterable
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.sequences import check_weights

if TYPE_CHECKING:
    from treealg.symbolic import OrderedForest, Tree
    from treealg.tables.layout import IntArray

__all__ = [
    "MAX_WEIGHT",
    "check_elements",
    "check_instance",
    "check_integers",
    "check_letters",
    "check_weighted",
]

MAX_WEIGHT = 2**20
"""The largest weight of a layout of words, which has an entry for each weight."""

_MOST = 2**62 - 1
"""The largest weight that is added in int64."""

_Wanted = TypeVar("_Wanted")


def check_weighted(
    weights: object, degree: object, planar: object, nodes: int = 0
) -> tuple[tuple[int, ...], int, bool | None]:
    """Return weights as a tuple, the largest weight, and the kind of a basis with so many nodes.

    Examples
    --------
    >>> check_weighted([1, 2], 3, None)
    ((1, 2), 3, None)
    """
    own = check_weights("weights", weights)
    most = _check_degree(own, degree, nodes)
    if nodes and max(*own, most) > _MOST:
        raise InvalidValueError(
            f"weights and degree must be at most {_MOST} for tables, got {brief(max(*own, most))}; "
            "divide them by what they have in common"
        )
    return own, most, check_planar(planar)


def check_letters(
    weights: object, degree: object, longest: object, channels: object
) -> tuple[tuple[int, ...], int, int, int]:
    """Return what words of letters with weights are made of: `channels` is a number then.

    Examples
    --------
    >>> check_letters([1, 2], 3, 10**9, None)
    ((1, 2), 3, 3, 2)
    """
    own = check_weights("weights", weights)
    most = _check_degree(own, degree, 1)
    many = len(own) if channels is None else check_integer("channels", channels, 0)
    if many > len(own):
        raise InvalidValueError(
            f"channels must be at most {len(own)}, the number of weights, got {brief(many)}"
        )
    if most > MAX_WEIGHT:
        raise InvalidValueError(
            f"degree must be at most {MAX_WEIGHT:,} for words, which are laid out weight by "
            f"weight, got {brief(most)}; divide weights and degree by what they have in common"
        )
    return own, most, min(check_integer("longest", longest, 1), most // min(own)), many


def _check_degree(weights: tuple[int, ...], degree: object, nodes: int) -> int:
    most = check_integer("degree", degree, 0)
    if most < nodes * min(weights):
        raise InvalidValueError(
            f"degree must be at least {brief(min(weights))}, the smallest of the weights, got "
            f"{most}; nothing is as light"
        )
    return most


def check_instance(name: str, value: object, wanted: type[_Wanted], maker: str) -> _Wanted:
    """Return an argument that is made by a function of this project, which a message names.

    Examples
    --------
    >>> check_instance("layout", 1, int, "len")
    1
    """
    if isinstance(value, wanted):
        return value
    raise InvalidTypeError(
        f"{name} must be a {wanted.__name__}, got {type(value).__name__}; {maker} makes one"
    )


def check_integers(name: str, value: Any, minimum: int, stop: int) -> IntArray:
    """Return integers from `minimum` to ``stop - 1`` as an array with one axis.

    Examples
    --------
    >>> check_integers("rows", [2, 0], 0, 3)
    array([2, 0])
    """
    found: Any = None
    if isinstance(value, (list, tuple)):
        value = [check_integer(f"{name}[{i}]", each, None, 63) for i, each in enumerate(value)]
    with contextlib.suppress(TypeError, ValueError, RuntimeError):  # what is no array
        found = np.asarray(value)
    if found is not None and found.size == 0 and found.ndim == 1:
        found = found.astype(np.int64)
    if found is None or found.ndim != 1 or found.dtype.kind not in "iu":
        got = "no array" if found is None else f"shape {found.shape} of {found.dtype}"
        raise InvalidTypeError(f"{name} must be integers along one axis, got {got}")
    if found.size and not (minimum <= int(found.min()) and int(found.max()) < stop):
        raise InvalidValueError(
            f"{name} must be from {minimum} to {stop - 1}, got {found.min()} to {found.max()}"
        )
    return np.ascontiguousarray(found, dtype=np.int64)


def check_elements(elements: Any, planar: bool | None) -> list[Tree | OrderedForest]:
    """Return basis elements that are not empty, ordered forests or trees, or (None) either.

    Examples
    --------
    >>> from treealg.symbolic import Tree
    >>> check_elements([Tree.from_tuple((0,))], False)
    [<Tree 0>]
    """
    from treealg.symbolic import OrderedForest, Tree

    kinds: Any = (Tree, OrderedForest) if planar is None else OrderedForest if planar else Tree
    wanted = {None: "trees or ordered forests", True: "ordered forests", False: "trees"}[planar]
    if not isinstance(elements, Iterable) or not is_iterable(elements):
        raise InvalidTypeError(f"elements must be {wanted}, got {type(elements).__name__}")
    found: list[Tree | OrderedForest] = []
    for i, each in enumerate(elements):
        if not isinstance(each, kinds):
            raise InvalidTypeError(
                f"elements[{i}] must be one of {wanted}, got {type(each).__name__}; from_tuple of "
                "the class makes one"
            )
        if not each.order:
            raise InvalidValueError(
                f"elements[{i}] is empty, must be one that is not empty; leave it out"
            )
        found.append(each)
    return found
