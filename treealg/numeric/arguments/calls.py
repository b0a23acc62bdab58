"""The checked options of a call: one description, made by one function and read everywhere."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from treealg import tables
from treealg.checks import brief, check_flag, check_integer, check_method, check_real, thread_count
from treealg.errors import InvalidValueError, TreeAlgError
from treealg.numeric.arguments.transforms import PLAIN, Transform
from treealg.optional import run_as_it_is
from treealg.sequences import check_weights

__all__ = [
    "SIGNATURE",
    "WORDS",
    "Call",
    "Weights",
    "checked_call",
    "checked_method",
    "checked_transform",
    "checked_weights",
    "coefficients",
]


SIGNATURE: Any = object()
"""In place of a method: the signature itself is wanted, and no logarithm."""

Weights = tuple[int, ...] | None

WORDS: Any = object()
"""In place of the flag `planar`: the basis of words is meant, and neither that of trees."""


class Call(NamedTuple):
    """What a call computes, beside its arrays.

    Attributes
    ----------
    channels : int
        Channels of the path of the caller.
    dimension : int
        Channels of the transformed path: the labels of the basis.
    degree : int
        Largest number of nodes.
    planar : bool or None
        Basis of ordered forests, of trees, or (None) of words.
    method : int or None
        Form of logarithms; None for the signature itself.
    transform : Transform
        What is done to the path.
    scalar : bool
        Whether a scalar is asked for in front of the result; functions that follow their arguments
        do not ask.
    n_threads : int
        Threads.
    weights : tuple of int or None
        The weight of each label where they differ; then `degree` is the largest weight.
    asked : str
        The weights and degree of the caller where there are weights, for messages.
    """

    channels: int
    dimension: int
    degree: int
    planar: bool | None
    method: int | None
    transform: Transform
    scalar: bool
    n_threads: int
    weights: Weights = None
    asked: str = ""

    @property
    def columns(self) -> int:
        """Coefficients of a signature, without scalar."""
        return coefficients(self.dimension, self.degree, self.planar, 0, self.weights)

    @property
    def nodes(self) -> int:
        """The most nodes of an element of the basis."""
        return self.degree if self.weights is None else self.degree // min(self.weights)

    @property
    def light(self) -> list[int]:
        """The labels that are in the basis, which their single nodes are the first elements of."""
        weights = self.weights or (1,) * self.dimension
        return [label for label, weight in enumerate(weights) if weight <= self.degree]

    @property
    def size(self) -> int:
        """Coefficients of the result by the method, without scalar."""
        method = self.method or 0
        return coefficients(self.dimension, self.degree, self.planar, method, self.weights)

    @property
    def unit(self) -> float | None:
        """The scalar in front of results, if it is asked for."""
        if not self.scalar:
            return None
        return 1.0 if self.method is None else 0.0

    @property
    def basis(self) -> str:
        """The name of the basis, for messages."""
        kind = "word" if self.planar is None else "planar" if self.planar else "non-planar"
        form = f" with method={self.method}" if self.method else ""
        return (
            f"the {kind} basis of dimension {self.dimension} (after path transforms) and "
            f"{self.asked or f'degree {self.degree}'}{form}"
        )


def checked_call(
    channels: Any,
    degree: Any,
    planar: Any,
    n_jobs: Any,
    method: Any = 0,
    time_aug: Any = False,
    lead_lag: Any = False,
    end_time: Any = 1.0,
    scalar_term: Any = False,
    weights: Any = None,
) -> Call:
    """Check every option, before any table is built or memory taken."""
    known = _known_call_apart if run_as_it_is() else _known_call
    if weights is not None:
        weights = check_weights("weights", weights)
    given = channels, degree, planar, method, time_aug, lead_lag, end_time, scalar_term, weights
    n_threads = thread_count(n_jobs)
    try:
        return known(*given, n_threads)
    except TreeAlgError:
        raise
    except (TypeError, ValueError):  # an option without a hash: none is, and the check says which
        pass
    return _checked_call(*given, n_threads)


def _known_call_apart(*given: Any) -> Call:
    """Return a call that is known, where a compiler reads what has memory with a warning."""
    return _known_call(*given)


def _checked_call(
    channels: Any,
    degree: Any,
    planar: Any,
    method: Any,
    time_aug: Any,
    lead_lag: Any,
    end_time: Any,
    scalar_term: Any,
    weights: Any,
    n_threads: int,
) -> Call:
    channels = check_integer("dimension", channels, 1)
    degree = check_integer("degree", degree, 0)
    planar = None if planar is WORDS else check_flag("planar", planar)
    if method is SIGNATURE:
        method, scalar = None, check_flag("scalar_term", scalar_term)
    else:
        method, scalar = checked_method(method, planar, scalar_term)
    transform = checked_transform(time_aug, lead_lag, end_time)
    dimension = transform.channels(channels)
    call = Call(channels, dimension, degree, planar, method, transform, scalar, n_threads)
    if weights is None:
        return call
    asked = f"weights={brief(weights)} and {degree=}"
    degree, weights = checked_weights(weights, dimension, degree, planar)
    return call._replace(degree=degree, weights=weights, asked=asked)


# Calls by their options, which are told apart by type too: True is not 1.
_known_call = lru_cache(maxsize=1024, typed=True)(_checked_call)


def checked_weights(
    weights: Any, dimension: int, degree: int, planar: bool | None
) -> tuple[int, Weights]:
    """Return the degree and weights of a basis: small ones, or None where labels weigh the same."""
    if weights is None:
        return degree, None
    found = check_weights("weights", weights)
    if len(found) != dimension:
        raise InvalidValueError(
            f"weights must be {dimension} integers, one for each channel after path transforms "
            f"(time is the last one), got {len(found)}: {brief(found)}"
        )
    return _small_weights(found, degree, planar)


@lru_cache(maxsize=1024)
def _small_weights(
    weights: tuple[int, ...], degree: int, planar: bool | None
) -> tuple[int, Weights]:
    """Return the smallest degree, and weights, that are found to have the same basis."""
    light = [weight for weight in weights if weight <= degree]
    if not light:
        return 0, None
    asked, unit = degree, math.gcd(*light)
    degree //= unit
    small = [weight // unit if weight % unit == 0 else degree + 1 for weight in weights]
    small = [min(weight, degree + 1) for weight in small]
    if set(small) == {1}:
        return degree, None
    nodes = degree // min(small)
    if nodes <= _MOST_WEIGHT:
        count = tables.weighted_length(tuple(small), degree, planar=None)
        for other in range(nodes, min(degree, _MOST_WEIGHT + 1)):
            # What is as light by these is as light by those: the bases agree if they are as large.
            fewer = tuple(min(weight * other // degree, other + 1) for weight in small)
            if 0 not in fewer and tables.weighted_length(fewer, other, planar=None) == count:
                return other, fewer
    if degree > _MOST_WEIGHT:
        # A basis that is too large is so by any weights.
        tables.require_weighted_fits(weights, asked, planar=planar)
        raise InvalidValueError(
            f"the weights {brief(weights)} are too fine for degree {asked}: none are found with a "
            f"degree up to {_MOST_WEIGHT} and the same basis; use smaller integers of about their "
            f"ratios"
        )
    return degree, tuple(small)


_MOST_WEIGHT = 64
"""The largest degree by weight: kernels need memory in proportion to its square."""


def checked_method(method: Any, planar: bool | None, scalar_term: Any) -> tuple[int, bool]:
    """Return the form of a logarithm, and whether it is to have a scalar in front."""
    scalar = check_flag("scalar_term", scalar_term)
    method = check_method(method, planar is not False)
    if method and scalar:
        raise InvalidValueError(
            f"scalar_term must be False with method={method}, whose coordinates have no scalar; "
            f"use method=0 for the expanded form"
        )
    return method, scalar


_LATEST = float(np.finfo(np.float32).max)


def checked_transform(time_aug: Any, lead_lag: Any, end_time: Any) -> Transform:
    """Check the options of the transform of a path."""
    if time_aug is False and lead_lag is False and type(end_time) is float and end_time == 1.0:
        return PLAIN
    found = Transform(
        check_flag("time_aug", time_aug),
        check_flag("lead_lag", lead_lag),
        check_real("end_time", end_time),
    )
    if abs(found.end_time) > _LATEST:
        raise InvalidValueError(
            f"end_time must be finite in float32 too, at most {_LATEST:.4g} in size, got "
            f"{found.end_time}"
        )
    return found if found.time_aug or found.lead_lag else PLAIN


@lru_cache(maxsize=1024)
def coefficients(
    dimension: int, degree: int, planar: bool | None, method: int, weights: Weights = None
) -> int:
    """Return the number of coefficients by a method, having refused what no table is built for."""
    if weights is not None:
        columns = tables.require_weighted_fits(weights, degree, planar=planar)
        return (
            tables.weighted_log_length(weights, degree, planar=planar, method=method)
            if method
            else columns
        )
    columns = tables.require_fits(dimension, degree, planar=planar)
    return tables.log_length(dimension, degree, planar=planar, method=method) if method else columns
