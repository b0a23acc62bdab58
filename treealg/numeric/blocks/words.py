"""Word signatures as arrays: what streams keep, and what they turn into results.

A row holds the coefficients of words by length, then lexicographically, without the empty word;
with a correction the words are those of chains, laid out as `treealg.tables.WeightedWords`, and so
are words by weight. The
stored rows are float64 whatever a stream returns, and where time is a channel it moves by one unit
per segment of the transformed path: a word then has to be multiplied by the right unit to the power
of the number of its time labels.

Points come as rows, too: the channels, then the correction of the segment that the point ends.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg import engines
from treealg.cached import cached_property
from treealg.numeric.arguments.calls import Call
from treealg.numeric.arguments.transforms import Transform
from treealg.numeric.plans.blocks import backwards_plan, time_labels, word_plan
from treealg.numeric.plans.plan import Plan

__all__ = ["Words"]

Floats = npt.NDArray[np.float64]


class Words:
    """Signatures of words, or of words of chains, over the channels of transformed paths.

    Parameters
    ----------
    call : Call
        What is computed.
    longest : int, default 1
        The longest chain.
    channels : int, optional
        Channels of the paths, if time is one of them; otherwise those of the call.

    Attributes
    ----------
    longest : int
        The longest chain.
    channels : int
        Channels of the paths.
    columns : int
        Numbers per point: channels and, from level 2 to `longest`, corrections.
    size : int
        Number of words.
    """

    def __init__(self, call: Call, longest: int = 1, channels: int | None = None) -> None:
        self._call = call
        self.longest = longest
        self.channels = channels or call.channels
        self.columns = self.channels + sum(call.channels**k for k in range(2, longest + 1))
        self.size = self._plan().size

    def steps(self, segments: Any) -> Any:
        """Return into how many segments of the transformed path some segments turn."""
        return 2 * segments if self._call.transform.lead_lag else segments

    def of_paths(self, points: Floats) -> Floats:
        """Compute signatures of paths."""
        engine, key = engines.current(), ("words of paths", self._call, self.longest)
        known: Floats | None = engine.repeats.find(key, points)
        if known is not None:
            return known
        out, call = np.empty((len(points), self.size)), self._call
        transform = self._transform(points.shape[1] - 1)
        kernel, rest = engine.kernel_along_path(self._plan(), transform, call.n_threads)
        kernel(*self._split(points), out, *rest)
        if self.longest == 1:
            engine.repeats.keep(key, (points,), (out,), kernel, (0, 2), rest)
        return out

    def of_prefixes(self, points: Floats) -> Floats:
        """Compute signatures of the beginnings of paths."""
        return self._prefixes(*self._split(points), self._plan())

    def of_suffixes(self, points: Floats) -> Floats:
        """Compute signatures of the ends of paths.

        To read words backwards, letter by letter, exchanges the factors of a product. So these are
        the signatures of the beginnings of paths of the same steps in reverse order; in a lead-lag
        path, lead and lag then change places.
        """
        path, correction = self._split(points)
        backwards = None if correction is None else correction[:, ::-1]
        plan = backwards_plan(self._call, self.longest)
        return self._prefixes(-path[:, ::-1], backwards, plan)[:, ::-1]

    def product(self, left: Floats, right: Floats) -> Floats:
        """Multiply signatures of neighbouring paths, the earlier ones left."""
        out = np.empty(left.shape)
        engines.current().word_products(
            np.ascontiguousarray(left).reshape(-1, self.size),
            np.ascontiguousarray(right).reshape(-1, self.size),
            out.reshape(-1, self.size),
            self._plan(),
            self._call.n_threads,
        )
        return out

    def with_time(self, words: Floats, segments: Any) -> Floats:
        """Let time run up to its end over some segments.

        The word of time counts segments, so that it becomes the end of time to the last digit.
        """
        transform = self._call.transform
        if not transform.time_aug:
            return words
        whole = np.maximum(self.steps(segments), 1.0)
        scaled: Floats = words / whole**self._times * transform.end_time**self._times
        return scaled

    def mapped(self, words: Floats, plan: Plan, call: Call, dtype: Any) -> npt.NDArray[Any]:
        """Turn word signatures into results."""
        count, columns = math.prod(words.shape[:-1]), plan.size + call.scalar
        out = np.empty((*words.shape[:-1], columns))
        rows = out.reshape(count, columns)
        if call.scalar:
            rows[:, 0] = 1.0 if call.method is None else 0.0
            rows = rows[:, 1:]
        if call.degree:
            given = np.ascontiguousarray(words).reshape(count, self.size)
            engines.current().map_words(given, rows, plan, call.n_threads)
        return out.astype(dtype, copy=False)

    def _split(self, points: Floats) -> tuple[Floats, Floats | None]:
        """Return paths and the corrections of their segments, if they have any."""
        correction = points[:, 1:, self.channels :] if self.longest > 1 else None
        return points[..., : self.channels], correction

    def _transform(self, segments: int) -> Transform:
        """Return the transform in which time moves by one unit per segment."""
        transform = self._call.transform
        if not transform.time_aug:
            return transform
        return transform._replace(end_time=float(self.steps(segments)))

    def _prefixes(self, path: Floats, correction: Floats | None, plan: Plan) -> Floats:
        segments = path.shape[1] - 1
        out = np.empty((len(path), segments, self.size))
        engines.current().path_prefixes(
            path, correction, out, plan, self._transform(segments), self._call.n_threads
        )
        return out

    def _plan(self) -> Plan:
        """Return the plan that leaves the words as they are."""
        return word_plan(self._call, self.longest)

    @cached_property
    def _times(self) -> npt.NDArray[np.int64]:
        """The number of time labels of each word."""
        return time_labels(self._call, self.longest)
