"""What a few coefficients of a branched signature need: integrals and products, each once.

The value on ``B_a(x_1 ... x_k)`` is the integral of the product of the values on the branches, so a
tree needs its subtrees and nothing else of the basis; an ordered forest whose last tree is
``B_a(F)`` needs the forest before that tree and ``F``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from treealg.tables.frozen import Table, require

if TYPE_CHECKING:
    from treealg.symbolic import OrderedForest, Tree

__all__ = ["CoefficientTable", "coefficients"]

IntArray = npt.NDArray[np.int32]

_INT32 = {"dtype": np.dtype(np.int32)}


@dataclass(frozen=True, eq=False)
class CoefficientTable(Table):
    """A program that computes chosen coefficients, an instruction after those that it needs.

    Parameters
    ----------
    dimension : int
        Number of labels.
    label : numpy.ndarray
        int32, shape ``(instructions,)``: the label along which `left` is integrated, or -1 for the
        product of `left` and `right`.
    left, right : numpy.ndarray
        int32, shape ``(instructions,)``: earlier instructions. Of an integral `left` is -1 for the
        constant 1, and `right` is -1.
    output : numpy.ndarray
        int32, shape ``(outputs,)``: the integrals that were asked for, in that order.

    Raises
    ------
    InvalidValueError
        If the arrays do not have this structure.

    Notes
    -----
    Arrays are immutable; those given writable are copied. Tables compare by identity.

    Examples
    --------
    >>> from treealg.symbolic import Tree
    >>> table = coefficients([Tree.from_tuple(((0,), (1,), 0))], 2)  # x0 x1 dx0
    >>> table.label.tolist(), table.left.tolist(), table.right.tolist(), table.output.tolist()
    ([0, 1, -1, 0], [-1, -1, 0, 2], [-1, -1, 1, -1], [3])
    """

    dimension: int
    label: IntArray = field(metadata=_INT32)
    left: IntArray = field(metadata=_INT32)
    right: IntArray = field(metadata=_INT32)
    output: IntArray = field(metadata=_INT32)

    def validate(self) -> None:
        """Check the structure that the class documents.

        Raises
        ------
        InvalidValueError
            If it does not hold.
        """
        count = len(self.label)
        number = np.arange(count)
        integral = self.label >= 0
        require(len(self.left) == len(self.right) == count, "one entry per instruction")
        require(((self.label >= -1) & (self.label < self.dimension)).all(), "labels are in range")
        require(((self.left >= -1) & (self.left < number)).all(), "left comes earlier")
        require(((self.right >= -1) & (self.right < number)).all(), "right comes earlier")
        require((integral | ((self.left >= 0) & (self.right >= 0))).all(), "products have factors")
        require((~integral | (self.right == -1)).all(), "integrals have one source")
        wanted = self.output
        require(((wanted >= 0) & (wanted < count)).all(), "outputs exist")
        require(integral[wanted].all(), "outputs are integrals")


def coefficients(elements: Iterable[Tree | OrderedForest], dimension: int) -> CoefficientTable:
    """Build the program for some basis elements, trees or ordered forests.

    Parameters
    ----------
    elements : iterable of Tree or of OrderedForest
        Not empty ones; labels from 0 to ``dimension - 1``. Repetition is allowed.
    dimension : int
        Number of labels.

    Returns
    -------
    CoefficientTable
        With an output for each element. It is not cached here.

    Raises
    ------
    InvalidValueError
        If a label is out of range or an element empty.

    Examples
    --------
    >>> from treealg.symbolic import OrderedForest
    >>> table = coefficients([OrderedForest.from_tuple(((0,), ((1,), 0)))], 2)
    >>> table.label.tolist(), table.output.tolist()
    ([0, 1, -1, 0], [3])
    """
    builder = _Builder()
    wanted = [builder.place(element) for element in elements]
    label, left, right = np.array(builder.instructions, dtype=np.int32).reshape(-1, 3).T.copy()
    return CoefficientTable(dimension, label, left, right, np.array(wanted, dtype=np.int32))


class _Builder:
    """Instructions so far. What they compute is a basis element, or a tuple of factors."""

    def __init__(self) -> None:
        self.instructions: list[tuple[int, int, int]] = []
        self._places: dict[Any, int] = {}

    def place(self, element: Any) -> int:
        """Return the instruction that computes an element, made with all that it needs."""
        require(element.order > 0, "elements are not empty")
        stack = [element]
        while stack:
            top = stack[-1]
            if top in self._places:
                stack.pop()
                continue
            label, sources = _parts(top)
            missing = [x for x in sources if x not in self._places]
            if missing:
                stack.extend(reversed(missing))
                continue
            left, right = ([self._places[x] for x in sources] + [-1, -1])[:2]
            self._places[top] = len(self.instructions)
            self.instructions.append((label, left, right))
        return self._places[element]


def _parts(key: Any) -> tuple[Any, Sequence[Any]]:
    """Return the label to integrate along, or -1 for a product, and the one or two sources."""
    from treealg.symbolic import OrderedForest, Tree

    if isinstance(key, tuple):
        return -1, (key[0] if len(key) == 2 else key[:-1], key[-1])
    if isinstance(key, Tree):
        branches = key.children
        return key.label, ((branches,) if len(branches) > 1 else branches)
    last = key.trees[-1]
    before, below = OrderedForest(key.trees[:-1]), OrderedForest(last.children)
    factors = tuple(x for x in (before, below) if x.order)
    return last.label, ((factors,) if len(factors) > 1 else factors)
