"""A plan: a map by its sizes, and its tables in the form that an engine wants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from treealg import tables
from treealg.engines import KernelEngine
from treealg.numeric.plans.cache import trim_plans
from treealg.optional import untraced
from treealg.tables.foresight import foresee
from treealg.tables.frozen import Table
from treealg.tables.memory_limits import check_memory, within_memory

__all__ = ["Need", "Plan", "Prepared", "Tables"]

Need = Callable[[], Any] | None
"""Returns a table that a plan is made from; None in place of one that it does without."""


class Tables(NamedTuple):
    """The tables of a map.

    Attributes
    ----------
    words : tuple or None
        The words that are integrated along a path, and the column of the correction that each of
        their letters has.
    linear : LinearMap or None
        Map applied last; None for the identity.
    log : ConvolutionTable or None
        The algebra, or that of the words, in which a logarithm is taken; None for none.
    trees : CoefficientTable or None
        Chosen trees, in place of words.
    channel_letter : numpy.ndarray or None
        The letter that each channel is, -1 for none; None where these are the letters of weight 1.
    log_nodes : int or None
        The longest word, where the logarithm is graded by something else.
    """

    words: tuple[Any, Any] | None = None
    linear: tables.LinearMap | None = None
    log: tables.ConvolutionTable | None = None
    trees: tables.CoefficientTable | None = None
    channel_letter: npt.NDArray[np.int32] | None = None
    log_nodes: int | None = None


class Prepared(NamedTuple):
    """The same, as the kernels of an engine take them."""

    words: Any
    linear: Any
    log: Any
    trees: Any


class Plan:
    """A map, made once per size and kept.

    It depends on the size and the basis only, not on arrays or path transforms (these change the
    dimension alone). Tables are made when an engine first asks: one on a GPU never does.

    Parameters
    ----------
    make : callable
        Makes the tables from those that it needs.
    needs : sequence of Need
        All tables that are kept in memory and on disk, in the order in which they are made: first
        what may be found too large only then. None is made before all are seen to be possible.
    reduces : bool, default False
        Whether kernels take less than the tables that are needed.

    Attributes
    ----------
    dimension, degree, planar, method, longest
        The basis of the result, its form as in `Call`, and the longest chain of a correction.
    channels : int
        Labels of the corrections: all but that of time.
    size : int
        Coefficients of the result, without scalar.
    nbytes : int
        Size of the tables made so far.
    """

    __slots__ = (
        "_make",
        "_needs",
        "_ready",
        "_reduces",
        "channels",
        "degree",
        "dimension",
        "longest",
        "method",
        "nbytes",
        "planar",
        "size",
    )

    def __init__(
        self,
        dimension: int,
        degree: int,
        planar: bool | None,
        size: int,
        make: Callable[..., Tables],
        method: int | None = None,
        longest: int = 1,
        channels: int | None = None,
        *,
        needs: Sequence[Need] = (),
        reduces: bool = False,
    ) -> None:
        self.dimension = dimension
        self.degree = degree
        self.planar = planar
        self.method = method
        self.longest = longest
        self.channels = dimension if channels is None else channels
        self.size = size
        self.nbytes = 0
        self._make = make
        self._needs = needs
        self._reduces = reduces
        self._ready: dict[str, Prepared] = {}

    def prepared(self, engine: KernelEngine) -> Prepared:
        """Return the tables for the kernels of an engine."""
        return self._ready.get(engine.name) or untraced(self._within_memory)(engine)

    def foresee(self, engine: KernelEngine) -> None:
        """Refuse tables that are too large, before one is made."""
        if engine.name not in self._ready:
            with self._known():
                untraced(self._foresee)()

    def _foresee(self) -> None:
        nbytes, kernels, held = foresee(*(need for need in self._needs if need is not None))
        check_memory(nbytes + held, 0 if self._reduces else kernels, held=held)

    def _known(self) -> AbstractContextManager[None]:
        what = f"the tables of {self.dimension} channels to degree {self.degree}"
        return within_memory(what, for_kernels=not self._reduces)

    def _within_memory(self, engine: KernelEngine) -> Prepared:
        with self._known():
            self._foresee()
            return self._prepare(engine)

    def _prepare(self, engine: KernelEngine) -> Prepared:
        made = self._make(*(None if need is None else need() for need in self._needs))
        parts: list[Table] = [part for part in (made.linear, made.log) if part is not None]
        has = sum(part.nbytes for part in parts)
        check_memory(has, sum(part.kernels for part in parts), held=has)
        k = engine.kernels
        words = linear = log = trees = None
        if made.words is not None:
            layout, columns = made.words
            words = k.WordProgram(
                self.dimension, self.degree, *layout.program(), columns, made.channel_letter
            )
        if (m := made.linear) is not None:
            linear = k.SparseMap(m.width, m.n_cols, m.ptr, m.col, m.coef)
            self.nbytes += m.nbytes
        if (c := made.log) is not None:
            log = k.ConvolutionProgram(
                c.dimension, c.block_start, c.slot_start, c.factor, c.head, c.tail, c.term_ptr,
                c.term_slot, c.term_trunk, *tables.nodes(made.log_nodes or c.degree),
            )  # fmt: skip
            self.nbytes += c.nbytes
        if (t := made.trees) is not None:
            trees = k.TreeProgram(
                self.dimension, t.label, t.left, t.right, t.times, t.column, t.output
            )
            self.nbytes += 3 * t.nbytes
        found = self._ready[engine.name] = Prepared(words, linear, log, trees)
        trim_plans(self)
        return found
