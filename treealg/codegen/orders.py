"""The orders of a convolution table without loops: statements below, terms at the highest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from treealg import tables
from treealg.codegen.lines import Lines

__all__ = ["Lower", "Orders"]


class Lower(NamedTuple):
    """The orders below the highest one, as statements and names of their results.

    Attributes
    ----------
    lines : Lines
        The statements, of x and, for a product, l.
    sums : list of str
        For each element what is added to, or subtracted from, what is given.
    below : list of str
        For each element what stands behind a cut.
    pruned : list of str
        What stands before a cut, for each operand of the highest order.
    results : list of str
        For each element what is written.
    """

    lines: Lines
    sums: list[str]
    below: list[str]
    pruned: list[str]
    results: list[str]


class Orders:
    """The orders of one table.

    Parameters
    ----------
    table : ConvolutionTable
        Of a degree of at least 2.

    Attributes
    ----------
    width, degree, size : int
        As they are of the table.
    low : int
        How many elements are of lower orders.
    operands : list of tuple of int
        The sums of slots that are multiplied in the highest order.
    top : dict from int to list of tuple of int
        For each element of the highest order the operand and the trunk of each term.
    """

    def __init__(self, table: tables.ConvolutionTable) -> None:
        self.width, self.degree = table.dimension, table.degree
        self._blocks, self._slots = table.block_start.tolist(), table.slot_start.tolist()
        self._factor = table.factor.tolist()
        self._head, self._tail = table.head.tolist(), table.tail.tolist()
        self._ptr = table.term_ptr.tolist()
        self._slot, self._trunk = table.term_slot.tolist(), table.term_trunk.tolist()
        self.low: int = self._blocks[-2] * self.width
        self.size: int = table.size
        # Terms of the highest order that have one trunk are one term, of a sum of slots.
        operands: dict[tuple[int, ...], int] = {}
        self.top: dict[int, list[tuple[int, int]]] = {}
        for k, terms in self._elements(self.degree):
            merged: dict[int, list[int]] = {}
            for slot, below in terms:
                merged.setdefault(below, []).append(slot)
            self.top[k] = [
                (operands.setdefault(tuple(slots), len(operands)), below)
                for below, slots in merged.items()
            ]
        self.operands = list(operands)

    def _elements(self, order: int) -> Iterator[tuple[int, list[tuple[int, int]]]]:
        """Yield the elements of an order, with slot and trunk of the terms of each."""
        for block in range(self._blocks[order - 1], self._blocks[order]):
            entries = range(self._ptr[block], self._ptr[block + 1])
            for label in range(self.width):
                yield (
                    block * self.width + label,
                    [(self._slot[e], self._trunk[e] * self.width + label) for e in entries],
                )

    def _slots_of(self, order: int) -> Iterator[tuple[int, int]]:
        """Yield the slots of an order, each with the one of which it is a multiple, or itself."""
        units: dict[tuple[int, int], int] = {}
        for slot in range(self._slots[order - 1], self._slots[order]):
            yield slot, units.setdefault((self._head[slot], self._tail[slot]), slot)

    def _pruned(self, lines: Lines, value: dict[int, str]) -> list[str]:
        return [lines.sum((1.0, value[slot], "") for slot in slots) for slots in self.operands]

    def flow(self, sign: int) -> Lower:
        """Return the lower orders of the logarithm (sign -1) or of the exponential (1).

        Parameters
        ----------
        sign : int
            As in `flow.h`.

        Returns
        -------
        Lower
            Of X, or of L, in x.
        """
        lines = Lines()
        nodes, weights, matrix = (x.tolist() for x in tables.nodes(self.degree))
        every = range(len(nodes))
        sums: list[str] = []
        log: list[str] = []
        results: list[str] = []
        y: list[list[str]] = []
        halves: dict[int, str] = {}  # the integral of Y
        value: dict[int, list[str]] = {0: ["" for _ in every]}
        integral: dict[int, str] = {}
        moment: dict[int, str] = {}
        for order in range(1, self.degree):
            inner = order < self.degree - 1
            for k, terms in self._elements(order):
                g = [
                    lines.sum((1.0, value[slot][i], log[below]) for slot, below in terms)
                    for i in every
                    if inner
                ]
                sums.append(
                    lines.sum((weights[i], g[i], "") for i in every)
                    if inner
                    else lines.sum((1.0, integral[slot], log[below]) for slot, below in terms)
                )
                given = f"x[{k}]"
                solved = lines.sum([(1.0, given, ""), (float(sign), sums[k], "")])
                log.append(solved if sign < 0 else given)
                results.append(solved)
                end = given if sign < 0 else solved
                if inner:
                    y.append(
                        [
                            lines.sum(
                                [
                                    (nodes[i], log[k], ""),
                                    *((matrix[i][j], g[j], "") for j in every),
                                ]
                            )
                            for i in every[:-1]
                        ]
                        + [end]
                    )
                else:
                    rest = ((1.0, moment[slot], log[below]) for slot, below in terms)
                    halves[k] = lines.sum([(0.5, log[k], ""), *rest])
            for slot, unit in self._slots_of(order):
                if unit != slot:
                    times = self._factor[slot]
                    integral[slot] = lines.sum([(times, integral[unit], "")])
                    if inner:
                        moment[slot] = lines.sum([(times, moment[unit], "")])
                        value[slot] = [lines.sum([(times, v, "")]) for v in value[unit]]
                elif self._head[slot] in halves:
                    integral[slot] = halves[self._head[slot]]
                else:
                    head, tail = y[self._head[slot]], value[self._tail[slot]]
                    v = [lines.sum([(1.0, head[i], tail[i])]) for i in every]
                    integral[slot] = lines.sum((weights[i], v[i], "") for i in every)
                    if inner:
                        value[slot] = v
                        moment[slot] = lines.sum(
                            (weights[i] * (1 - nodes[i]), v[i], "") for i in every
                        )
        return Lower(lines, sums, log, self._pruned(lines, integral), results)

    def group(self, sign: int) -> Lower:
        """Return the lower orders of the product (sign 1) or of the inverse (-1).

        Parameters
        ----------
        sign : int
            As in `group.h`.

        Returns
        -------
        Lower
            Of the left factor in x and the right one in l, or of what is inverted in x.
        """
        lines = Lines()
        value: dict[int, str] = {0: ""}
        sums: list[str] = []
        below: list[str] = []
        results: list[str] = []
        for order in range(1, self.degree):
            for k, terms in self._elements(order):
                sums.append(lines.sum((1.0, value[slot], below[trunk]) for slot, trunk in terms))
                given = [(float(sign), f"x[{k}]", "")]
                if sign > 0:
                    given.append((1.0, f"l[{k}]", ""))
                results.append(lines.sum([*given, (float(sign), sums[k], "")]))
                below.append(results[k] if sign < 0 else f"l[{k}]")
            for slot, unit in self._slots_of(order):
                value[slot] = lines.sum(
                    [(self._factor[slot], value[unit], "")]
                    if unit != slot
                    else [(1.0, f"x[{self._head[slot]}]", value[self._tail[slot]])]
                )
        return Lower(lines, sums, below, self._pruned(lines, value), results)
