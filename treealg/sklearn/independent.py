"""The coefficients on which all others of a path without correction depend."""

from __future__ import annotations

from functools import lru_cache
from itertools import compress
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from treealg.numeric import tree_to_name
from treealg.numeric.word_basis import lyndon_words, words
from treealg.numeric.word_indices import is_lyndon, ladder
from treealg.typing import Word

__all__ = ["Independent", "independent"]


class Independent(NamedTuple):
    """The coefficients on which all others depend, by the algebra alone.

    On a path without correction those of trees depend on those of words. The increment of uniform
    time is one number, c, and that of a lead is that of its lag. So for a letter a of such a
    channel, of increment c or that of an earlier letter b, the shuffle product of a and u is c u,
    or that of b and u: this gives the word a u by words that begin with fewer such letters. Of a
    logarithm, whose shuffle products are zero, it is the single letters that are given.

    Attributes
    ----------
    words : list of tuple of int
        The words that are kept, read from the leaf to the root of the tree without branches.
    columns : numpy.ndarray
        Their places among all words, or all Lyndon words.
    """

    words: list[Word]
    columns: npt.NDArray[np.intp]

    def trees(self, channels: int, options: dict[str, Any]) -> tuple[str, ...]:
        """Name the words by trees without branches."""
        trees = (ladder(word, max(word) + 1) for word in self.words)
        options = {name: value for name, value in options.items() if name != "weights"}
        return tuple(tree_to_name(tree, channels, **options) for tree in trees)

    def of(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Choose from the names of all words."""
        return tuple(names[place] for place in self.columns.tolist())


@lru_cache(maxsize=32)
def independent(
    channels: int,
    degree: int,
    lead_lag: bool,
    given_time: bool | None,
    log: bool,
    weights: tuple[int, ...] | None,
) -> Independent:
    """Choose from the words, or Lyndon words, of a transformed path.

    Parameters
    ----------
    channels, degree : int
        Channels of the path before the transforms, and length of the longest word.
    lead_lag : bool
        Whether there is a lead of each channel.
    given_time : bool or None
        Whether the increment of time is the same for all paths; None if there is no time.
    log : bool
        Whether of Lyndon words.
    weights : tuple of int or None
        Those of all channels.
    """
    labels = channels * (1 + lead_lag) + (given_time is not None)
    listed = words(labels, degree, weights=weights)[1:]
    if log:
        plain = weights is None
        listed = lyndon_words(labels, degree) if plain else [w for w in listed if is_lyndon(w)]
    # Leads come after the channels themselves, and time last.
    bound = set(range(channels, channels * (1 + lead_lag)))
    if given_time:
        bound.add(labels - 1)
    free = [word[0] not in bound or (log and len(word) > 1) for word in listed]
    return Independent([*compress(listed, free)], np.flatnonzero(free))
