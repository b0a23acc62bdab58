"""Letters of words by weight: labels, and chains of labels that a correction is defined on.

Letters come by weight, then by length, then in lexicographic order from root to leaf, so that the
labels of one weight are numbered as they are. A label without correction, as that of time, is in no
chain but itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.checks import brief
from treealg.errors import InvalidValueError
from treealg.tables.arguments import check_letters
from treealg.tables.frozen import freeze, same_numbers
from treealg.tables.layout import IntArray
from treealg.tables.sizes import MAX_SHAPES

__all__ = ["Chains", "chains_of_weights"]


@dataclass(frozen=True, eq=False)
class Chains:
    """Letters of words by weight.

    Attributes
    ----------
    dimension : int
        The number of labels.
    channels : int
        So many labels, the first ones, have a correction.
    labels : tuple of tuple of int
        Each letter from root to leaf.
    weight : ndarray of int64
        What each of them weighs.
    place : ndarray of int64
        The number of each among those of its weight.
    longer : ndarray of int64, shape (dimension, letters)
        The letter that is another below one label more, or -1 where there is none.

    Examples
    --------
    >>> chains = chains_of_weights((1, 2), 3, longest=2)
    >>> chains.labels
    ((0,), (1,), (0, 0), (0, 1), (1, 0))
    >>> chains.weight.tolist(), chains.place.tolist()
    ([1, 2, 2, 3, 3], [0, 0, 1, 0, 1])
    >>> chains.longer.tolist()
    [[2, 3, -1, -1, -1], [4, -1, -1, -1, -1]]
    """

    dimension: int
    channels: int
    labels: tuple[tuple[int, ...], ...]
    weight: IntArray
    place: IntArray
    longer: IntArray

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Chains):
            return NotImplemented
        own, others = self._numbers(), other._numbers()
        return own[:3] == others[:3] and same_numbers(own[3:], others[3:])

    def __hash__(self) -> int:
        return hash((Chains, *self._numbers()[:3]))

    def _numbers(self) -> tuple[Any, ...]:
        return self.dimension, self.channels, self.labels, self.weight, self.place, self.longer

    @property
    def has_longer(self) -> bool:
        """Whether any letter has more than one label."""
        return bool((self.longer >= 0).any())

    def counts(self) -> list[int]:
        """Return the number of letters of each weight, from 0.

        Returns
        -------
        list of int
        """
        found: list[int] = np.bincount(self.weight).tolist()
        return found

    def of_labels(self) -> npt.NDArray[np.int32]:
        """Return the letter that each label is, -1 where it is too heavy.

        Returns
        -------
        numpy.ndarray
            int32, shape ``(dimension,)``.
        """
        letter = np.full(self.dimension, -1, dtype=np.int32)
        for number, chain in enumerate(self.labels):
            if len(chain) == 1:
                letter[chain[0]] = number
        return letter

    def columns(self, *, from_leaf: bool) -> npt.NDArray[np.int32]:
        """Return the column of the correction that each letter has, -1 for labels.

        Parameters
        ----------
        from_leaf : bool
            Whether columns are those of chains from leaf to root; otherwise from root to leaf.

        Returns
        -------
        numpy.ndarray
            int32, shape ``(letters,)``.
        """
        found = np.full(len(self.labels), -1, dtype=np.int32)
        for number, chain in enumerate(self.labels):
            if len(chain) == 1:
                continue
            place = 0
            for label in reversed(chain) if from_leaf else chain:
                place = place * self.channels + label
            found[number] = place + sum(self.channels**k for k in range(2, len(chain)))
        return found


def chains_of_weights(
    weights: tuple[int, ...], degree: int, *, longest: int = 1, channels: int | None = None
) -> Chains:
    """Return the letters that weigh at most so much.

    Parameters
    ----------
    weights : tuple of int
        The weight of each label, at least 1.
    degree : int
        Largest weight of a letter, at least the smallest of a label.
    longest : int, default 1
        Labels of the longest chain.
    channels : int, optional
        So many labels have a correction; None for all.

    Returns
    -------
    Chains

    Raises
    ------
    InvalidTypeError
        If `weights` are no integers, or another argument is none.
    InvalidValueError
        If one of them is out of range, or there are more letters than the bounds in
        ``treealg.tables.sizes``.
    """
    return _chains(*check_letters(weights, degree, longest, channels))


@lru_cache(maxsize=64)
def _chains(weights: tuple[int, ...], degree: int, longest: int, channels: int) -> Chains:
    """Return the letters for arguments that are checked."""
    refusal = (
        f"a correction on chains of {longest} labels has more than {MAX_SHAPES} letters for "
        f"weights={brief(weights)} and {degree=}; lower the degree"
    )
    smallest = min(weights[:channels], default=degree + 1)
    if min(longest, degree // smallest) > MAX_SHAPES:
        raise InvalidValueError(refusal)
    level: list[tuple[tuple[int, ...], int]]
    level = [((label,), weight) for label, weight in enumerate(weights) if weight <= degree]
    found, level = list(level), [pair for pair in level if pair[0][0] < channels]
    for _ in range(1, longest):
        level = [
            ((label, *chain), weights[label] + weight)
            for label in range(channels)
            for chain, weight in level
            if weights[label] + weight <= degree
        ]
        found += level
        if len(found) > MAX_SHAPES:
            raise InvalidValueError(refusal)
    found.sort(key=lambda pair: (pair[1], len(pair[0]), pair[0]))
    labels = tuple(chain for chain, _ in found)
    weight = np.array([own for _, own in found], dtype=np.int64)
    place = np.arange(weight.size) - np.searchsorted(weight, weight)
    number = {chain: i for i, chain in enumerate(labels)}
    longer = np.array(
        [[number.get((label, *chain), -1) for chain in labels] for label in range(len(weights))],
        dtype=np.int64,
    )
    arrays = map(freeze, (weight, place, longer))
    return Chains(len(weights), channels, labels, *arrays)
