"""What a few coefficients of a branched signature need: integrals and products, each once.

The value on a tree is the sum over its rooted chains of the integral, along the chain, of the
product of the values on what hangs off. Without a correction the chains are single labels: the
value on ``B_a(x_1 ... x_k)`` is the integral of the product of the values on the branches. So a
tree needs its subtrees and nothing else of the basis. An ordered forest has the chains of its last
tree that lead from last child to last child; what hangs off are the forests to the left of each
vertex, and the branches of the last one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from treealg.checks import check_integer
from treealg.tables.arguments import check_elements
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
        int32, shape ``(instructions,)``: what `left` is integrated along, a label, or ``dimension +
        i`` for the chain whose correction is in column ``column[i]``; or -1 for the product of
        `left` and `right`.
    left, right : numpy.ndarray
        int32, shape ``(instructions,)``: earlier instructions. Of an integral `left` is -1 for the
        constant 1, and `right` is -1, or the integral to which this one is added: it then follows
        that one, or another that is added to it.
    times : numpy.ndarray
        int32, shape ``(instructions,)``: how often an integral is added, otherwise 1.
    column : numpy.ndarray
        int32: the columns of the correction that are used.
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
    times: IntArray = field(metadata=_INT32)
    column: IntArray = field(metadata=_INT32)
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
        integral, labels = self.label >= 0, self.dimension + len(self.column)
        require(
            len(self.left) == len(self.right) == len(self.times) == count,
            "one entry per instruction",
        )
        require(((self.label >= -1) & (self.label < labels)).all(), "labels are in range")
        require(((self.left >= -1) & (self.left < number)).all(), "left comes earlier")
        require(((self.right >= -1) & (self.right < number)).all(), "right comes earlier")
        require((integral | ((self.left >= 0) & (self.right >= 0))).all(), "products have factors")
        added = integral & (self.right >= 0)
        total = np.where(added, self.right, number)
        require((total[added] == total[number[added] - 1]).all(), "sums are in one place")
        require(integral[self.right[added]].all(), "what is added to is an integral")
        require((self.times[~added] == 1).all() and (self.times >= 1).all(), "times count")
        require((self.column >= 0).all(), "columns exist")
        sources = np.concatenate((self.left[self.left >= 0], self.right[~integral]))
        require(not added[sources].any(), "sources are whole")
        wanted = self.output
        require(((wanted >= 0) & (wanted < count)).all(), "outputs exist")
        require((integral & ~added)[wanted].all(), "outputs are integrals")


def coefficients(
    elements: Iterable[Tree | OrderedForest],
    dimension: int,
    *,
    longest: int = 1,
    channels: int | None = None,
) -> CoefficientTable:
    """Build the program for some basis elements, trees or ordered forests.

    Parameters
    ----------
    elements : iterable of Tree or of OrderedForest
        Not empty ones; labels from 0 to ``dimension - 1``. Repetition is allowed.
    dimension : int
        Number of labels.
    longest : int, default 1
        The highest level of the correction; 1 for none.
    channels : int or None, default None
        The labels below this one have a correction; None for all.

    Returns
    -------
    CoefficientTable
        With an output for each element. It is not cached here.

    Raises
    ------
    InvalidTypeError
        If `elements` are no trees or ordered forests, or another argument is no integer.
    InvalidValueError
        If one is out of range, a label is, or an element is empty.

    Examples
    --------
    >>> from treealg.symbolic import OrderedForest
    >>> table = coefficients([OrderedForest.from_tuple(((0,), ((1,), 0)))], 2)
    >>> table.label.tolist(), table.output.tolist()
    ([0, 1, -1, 0], [3])

    The cherry with a correction on two nodes: twice the chain of root and leaf, off which a leaf
    hangs.

    >>> from treealg.symbolic import Tree
    >>> table = coefficients([Tree.from_tuple(((0,), (0,), 0))], 1, longest=2)
    >>> table.label.tolist(), table.right.tolist(), table.times.tolist()
    ([0, -1, 0, 1], [-1, 0, -1, 2], [1, 1, 1, 2])
    """
    found = check_elements(elements, None)
    dimension = check_integer("dimension", dimension, 1)
    longest = check_integer("longest", longest, 1)
    channels = dimension if channels is None else check_integer("channels", channels, 0)
    builder = _Builder(dimension, longest, channels)
    wanted = [builder.place(element) for element in found]
    rows = np.array(builder.instructions, dtype=np.int32).reshape(-1, 4)
    label, left, right, times = rows.T.copy()
    column = np.array(list(builder.letters), dtype=np.int32)
    output = np.array(wanted, dtype=np.int32)
    return CoefficientTable(dimension, label, left, right, times, column, output)


class _Builder:
    """Instructions so far, and where those are that compute a forest or a product."""

    def __init__(self, dimension: int, longest: int, channels: int) -> None:
        self.instructions: list[tuple[int, int, int, int]] = []
        self.letters: dict[int, int] = {}  # from column of the correction
        self._dimension, self._longest, self._channels = dimension, longest, channels
        self._forests: dict[Any, int] = {}
        self._products: dict[tuple[int, int], int] = {}

    def place(self, element: Any) -> int:
        """Return the instruction that computes an element, made with all that it needs."""
        from treealg.symbolic import Forest, OrderedForest

        require(element.order > 0, "elements are not empty")
        forest = element if isinstance(element, OrderedForest) else Forest([element])
        stack = [forest]
        while stack:
            top = stack[-1]
            if top in self._forests:
                stack.pop()
                continue
            chains = self._chains(top)
            needed = [part for _, parts in chains for part in parts if part not in self._forests]
            if needed:
                stack.extend(reversed(needed))
            else:
                self._forests[top] = self._integral(chains)
        return self._forests[forest]

    def _chains(self, forest: Any) -> list[tuple[tuple[int, ...], list[Any]]]:
        """Return the chains that have an increment, with the forests that hang off and exist."""
        from treealg.symbolic.maps.arborification import rooted_chains

        return [
            (chain, [part for part in parts if part.order])
            for chain, parts in rooted_chains(forest, self._longest)
            if len(chain) == 1 or max(chain) < self._channels
        ]

    def _integral(self, chains: list[tuple[tuple[int, ...], list[Any]]]) -> int:
        terms: dict[tuple[int, int], int] = {}
        for chain, parts in chains:
            product = self._product(sorted(self._forests[part] for part in parts))
            term = self._letter(chain), product
            terms[term] = terms.get(term, 0) + 1
        place = len(self.instructions)
        for (label, left), times in terms.items():
            right = place if len(self.instructions) > place else -1
            self.instructions.append((label, left, right, times))
        return place

    def _product(self, factors: list[int]) -> int:
        left = factors[0] if factors else -1
        for right in factors[1:]:
            if (left, right) not in self._products:
                self._products[left, right] = len(self.instructions)
                self.instructions.append((-1, left, right, 1))
            left = self._products[left, right]
        return left

    def _letter(self, chain: tuple[int, ...]) -> int:
        """Return the number of a label or of a chain, whose column is in the order of levels."""
        if len(chain) == 1:
            require(0 <= chain[0] < self._dimension, "labels are in range")
            return chain[0]
        column = sum(self._channels**level for level in range(2, len(chain)))
        for power, label in enumerate(reversed(chain)):
            column += int(label) * self._channels**power
        return self._dimension + self.letters.setdefault(column, len(self.letters))
