"""Word signatures as arrays: what streams keep, and what they turn into results.

A row holds the coefficients of words by length, then lexicographically, without the empty word;
with a correction the words are those of chains, laid out as `treealg.tables.WeightedWords`. The
stored rows are float64 whatever a stream returns, and where time is a channel it moves by one unit
per segment of the transformed path: a word then has to be multiplied by the right unit to the power
of the number of its time labels.

Points come as rows, too: the channels, then the correction of the segment that the point ends.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from treealg import tables
from treealg.numeric import kernels
from treealg.numeric.arguments import options
from treealg.numeric.paths.words import selection_of_blocks
from treealg.numeric.plans import cache as plans

__all__ = ["Words"]

Floats = npt.NDArray[np.float64]


class Words:
    """Signatures of words, or of words of chains, over the channels of transformed paths.

    Attributes
    ----------
    dimension : int
        Channels of the transformed paths.
    columns : int
        Numbers per point: channels and, from level 2 to `longest`, corrections.
    size : int
        Number of words.
    """

    def __init__(
        self,
        channels: int,
        degree: int,
        time_aug: bool,
        lead_lag: bool,
        n_threads: int,
        longest: int = 1,
    ) -> None:
        self.channels = channels
        self.dimension = options.effective_dimension(channels, time_aug, lead_lag)
        self.degree = degree
        self.time_aug = time_aug
        self.lead_lag = lead_lag
        self.n_threads = n_threads
        self.longest = longest
        self.columns = sum(channels**k for k in range(1, longest + 1))
        self.size = tables.words(self.dimension, degree, longest).size

    def steps(self, segments: int) -> int:
        """Return into how many segments of the transformed path some segments turn."""
        return 2 * segments if self.lead_lag else segments

    def of_paths(self, points: Floats) -> Floats:
        """Compute signatures of paths."""
        out = np.empty((len(points), self.size))
        path, correction = self._split(points)
        plan, time = self._plan(), float(self.steps(points.shape[1] - 1))
        kernels.path_signature(
            path,
            correction,
            out,
            plan.words,
            plan.linear,
            None,
            self.time_aug,
            self.lead_lag,
            time,
            self.n_threads,
        )
        return out

    def of_prefixes(self, points: Floats) -> Floats:
        """Compute signatures of the beginnings of paths."""
        return self._prefixes(*self._split(points), self._plan().linear)

    def of_suffixes(self, points: Floats) -> Floats:
        """Compute signatures of the ends of paths.

        To read words backwards, letter by letter, exchanges the factors of a product. So these are
        the signatures of the beginnings of paths of the same steps in reverse order; in a lead-lag
        path, lead and lag then change places.
        """
        path, correction = self._split(points)
        if correction is not None:
            correction = correction[:, ::-1]
        found = self._prefixes(-path[:, ::-1], correction, self._backwards())
        return found[:, ::-1]

    def product(self, left: Floats, right: Floats) -> Floats:
        """Multiply signatures of neighbouring paths, the earlier ones left."""
        out = np.empty(left.shape)
        kernels.word_products(
            np.ascontiguousarray(left).reshape(-1, self.size),
            np.ascontiguousarray(right).reshape(-1, self.size),
            out.reshape(-1, self.size),
            self._plan().words,
            self.n_threads,
        )
        return out

    def with_time(self, words: Floats, unit: Any) -> Floats:
        """Give the time channel its unit."""
        if not self.time_aug:
            return words
        scaled: Floats = words * unit**self._times
        return scaled

    def mapped(self, words: Floats, plan: plans.Plan, column: int, dtype: Any) -> npt.NDArray[Any]:
        """Turn word signatures into results."""
        out = np.empty((*words.shape[:-1], plan.size + column))
        if column:
            out[..., 0] = 1.0 if plan.program is None else 0.0
        if plan.output_map is not None:
            kernels.map_words(
                np.ascontiguousarray(words).reshape(-1, self.size),
                out.reshape(-1, plan.size + column)[:, column:],
                plan.output_map,
                plan.program,
                self.n_threads,
            )
        return out.astype(dtype, copy=False)

    def _split(self, points: Floats) -> tuple[Floats, Floats | None]:
        """Return paths and, if they have any, the corrections of their segments."""
        correction = points[:, 1:, self.channels :] if self.longest > 1 else None
        return points[..., : self.channels], correction

    def _prefixes(
        self, path: Floats, correction: Floats | None, output_map: kernels.SparseMap
    ) -> Floats:
        segments = path.shape[1] - 1
        out = np.empty((len(path), segments, self.size))
        kernels.path_prefixes(
            path,
            correction,
            out,
            self._plan().words,
            output_map,
            None,
            self.time_aug,
            self.lead_lag,
            float(self.steps(segments)),
            self.n_threads,
        )
        return out

    def _plan(self) -> plans.PathPlan:
        """Return the plan that leaves the words as they are."""
        channels, time_aug = self.channels, self.time_aug
        if self.longest == 1:
            channels, time_aug = self.dimension, False
        key = ("chain words", channels, self.degree, self.longest, time_aug)

        def make() -> plans.PathPlan:
            blocks = self.size // self.dimension
            identity = selection_of_blocks(self.dimension, blocks, np.arange(blocks))
            words = plans.word_program(channels, self.degree, self.longest, time_aug)
            nbytes = 20 * blocks
            return plans.PathPlan(self.size, self.size, identity, None, nbytes, identity, words)

        return cast(plans.PathPlan, plans.keep_plan(key, make))

    def _backwards(self) -> kernels.SparseMap:
        """Return the map that reads words backwards, with lead and lag exchanged."""
        exchanged = self.channels if self.lead_lag else 0
        key = ("words backwards", self.dimension, self.degree, self.longest, exchanged)

        def make() -> plans.Plan:
            layout = tables.words(self.dimension, self.degree, self.longest)
            number = {parts: i for i, parts in enumerate(layout.compositions)}
            places = []
            for parts in layout.compositions[1:]:
                shape = [self.dimension**weight for weight in reversed(parts)]
                place = np.arange(self.dimension ** sum(parts)).reshape(shape).transpose()
                if exchanged:
                    swap = np.arange(self.dimension)
                    swap[: 2 * exchanged] = np.roll(swap[: 2 * exchanged], exchanged)
                    place = place[np.ix_(*[swap] * len(parts))]
                places.append(layout.start[number[parts[::-1]]] + place.ravel())
            reading = selection_of_blocks(1, self.size, np.concatenate(places))
            return plans.Plan(self.size, self.size, reading, None, 20 * self.size)

        return cast(kernels.SparseMap, plans.keep_plan(key, make).output_map)

    @cached_property
    def _times(self) -> npt.NDArray[np.int64]:
        """The number of time labels of each word."""
        letter = np.zeros(self.dimension, np.int64)
        letter[-1] = 1
        levels = [np.zeros(1, np.int64)]
        for _ in range(self.degree):
            levels.append((levels[-1][:, None] + letter).ravel())
        layout = tables.words(self.dimension, self.degree, self.longest)
        return np.concatenate([levels[weight] for weight in layout.weights()[1:]])
