r"""How each map is computed from tables: rules that add rows to a builder.

The exponential and its kin solve :math:`\dot Y_t = Y_t * \alpha` by order. Every value is a
polynomial in t, so that values at a few nodes carry everything. Generated programs use rational
nodes, which keeps their coefficients exact. From degree 5 on they are equidistant and one more than
the Gauss--Lobatto nodes of the compiled kernels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from treealg import tables
from treealg.codegen.program import ZERO, Builder

__all__ = ["Convolution", "arborify", "extend_words", "rational_nodes"]


def rational_nodes(degree: int) -> tuple[list[Fraction], list[list[Fraction]]]:
    """Return the nodes for a degree, and the integrals from 0 up to each of them.

    Examples
    --------
    >>> nodes, matrix = rational_nodes(4)
    >>> [str(node) for node in nodes], [str(weight) for weight in matrix[-1]]
    (['0', '1/2', '1'], ['1/6', '2/3', '1/6'])
    """
    if degree == 3:
        nodes = [Fraction(0), Fraction(1, 3), Fraction(1)]
    else:
        parts = max(degree - 2 if degree == 4 else degree - 1, 1)
        nodes = [Fraction(index, parts) for index in range(parts + 1)]
    cardinals = []
    for own in nodes:
        poly = [Fraction(1)]
        for point in nodes:
            if point != own:
                pairs = zip([Fraction(0), *poly], [*poly, Fraction(0)], strict=True)
                poly = [(high - point * low) / (own - point) for high, low in pairs]
        cardinals.append(poly)
    matrix = [
        [sum((c / (k + 1) * t ** (k + 1) for k, c in enumerate(p)), Fraction(0)) for p in cardinals]
        for t in nodes
    ]
    return nodes, matrix


class Convolution:
    """The maps that one coproduct table defines.

    Parameters
    ----------
    builder : Builder
        Receives the rows.
    table : ConvolutionTable
        The proper part of a coproduct.
    """

    def __init__(self, builder: Builder, table: tables.ConvolutionTable) -> None:
        self._builder = builder
        self._degree = table.degree
        self._dimension = table.dimension
        self._size = int(table.block_start[-1]) * table.dimension
        self._block_start = table.block_start.tolist()
        self._slot_start = table.slot_start.tolist()
        self._factor = [int(factor) for factor in table.factor]
        self._head, self._tail = table.head.tolist(), table.tail.tolist()
        self._ptr = table.term_ptr.tolist()
        self._slot, self._trunk = table.term_slot.tolist(), table.term_trunk.tolist()

    def _elements(self, order: int) -> range:
        first, last = self._block_start[order - 1], self._block_start[order]
        return range(first * self._dimension, last * self._dimension)

    def _terms(self, element: int) -> Iterator[tuple[int, int, int]]:
        """Yield multiplicity, slot and trunk of the proper terms of the coproduct."""
        block, label = divmod(element, self._dimension)
        for entry in range(self._ptr[block], self._ptr[block + 1]):
            slot = self._slot[entry]
            yield self._factor[slot], slot, self._trunk[entry] * self._dimension + label

    def _fill(self, order: int, values: Sequence[int], slots: list[int]) -> None:
        """Append the products of pruned forests of one order, multiplicities left out."""
        if order < self._degree:
            for slot in range(self._slot_start[order - 1], self._slot_start[order]):
                value = values[self._head[slot]]
                tail = slots[self._tail[slot]]
                slots.append(ZERO if ZERO in (value, tail) else self._builder.product(value, tail))

    def _nodes(self, order: int, nodes: Sequence[Any]) -> range:
        """Return the nodes where something of a higher order needs values: at last, only time 1."""
        return range(0 if order <= self._degree else len(nodes) - 1, len(nodes))

    def combine(self, first: Sequence[int], second: Sequence[int]) -> list[int]:
        """Add the convolution product."""
        slots, result = [0], []
        for order in range(1, self._degree + 1):
            for x in self._elements(order):
                terms = [(c, slots[slot], second[trunk]) for c, slot, trunk in self._terms(x)]
                result.append(self._builder.row([(1, first[x], 0), (1, second[x], 0), *terms]))
            self._fill(order, first, slots)
        return result

    def inverse(self, values: Sequence[int]) -> list[int]:
        """Add the inverse for the convolution."""
        slots: list[int] = [0]
        result: list[int] = []
        for order in range(1, self._degree + 1):
            for x in self._elements(order):
                terms = [(-c, slots[slot], values[trunk]) for c, slot, trunk in self._terms(x)]
                result.append(self._builder.row([(-1, values[x], 0), *terms]))
            self._fill(order, result, slots)
        return result

    def flow(self, start: Sequence[int] | None, field: Sequence[int]) -> list[int]:
        r"""Add the solution at time 1 of :math:`\dot Y_t = Y_t * \alpha`."""
        begin = [ZERO] * self._size if start is None else start
        nodes, matrix = rational_nodes(self._degree)
        slots: list[list[int]] = [[0] for _ in nodes]
        integrals: list[list[int]] = [[0] for _ in nodes]
        values: list[list[int]] = [[] for _ in nodes]
        for order in range(1, self._degree + 1):
            for x in self._elements(order):
                terms = [(c, slot, field[t]) for c, slot, t in self._terms(x) if field[t] != ZERO]
                for i in self._nodes(order + 1, nodes):
                    sums = [(c, integrals[i][slot], trunk) for c, slot, trunk in terms]
                    values[i].append(
                        self._builder.row([(1, begin[x], 0), (nodes[i], field[x], 0), *sums])
                    )
            self._fill_nodes(order, values, slots, integrals, matrix)
        return values[-1]

    def least_terms(
        self, field: Sequence[int] | None = None, *, moves: bool = False, whole: bool = True
    ) -> int:
        """Count the terms of `flow`, or of `log`, which has as many, without making one.

        Parameters
        ----------
        field : sequence of int or None, default None
            As for `flow`, in which no two trees are the same; None for one that is nowhere ZERO,
            and for `log`.
        moves : bool, default False
            Whether there is a `start`.
        whole : bool, default True
            Whether all of the highest order is wanted.

        Returns
        -------
        int
            As many as there are, less those that the integral of a leaf up to one time may have in
            common with its value at another.

        Examples
        --------
        >>> from treealg.codegen import build_program, map_size
        >>> Convolution(Builder([]), tables.convolution(2, 6)).least_terms()
        26410
        >>> build_program(map_size("log", 2, 6)).n_terms
        26422
        """
        degree, dimension = self._degree, self._dimension
        nodes, matrix = rational_nodes(degree)
        known = np.ones(self._size, bool) if field is None else np.array(field) != ZERO
        used = np.array(self._trunk, int)[:, None] * dimension + np.arange(dimension)
        ends = np.concatenate((np.zeros((1, dimension), int), np.cumsum(known[used], axis=0)))
        sizes = (ends[self._ptr[1:]] - ends[self._ptr[:-1]]).ravel() + known + moves
        unit, several = np.array(self._factor) == 1, np.array(self._tail) > 0
        # At time 0 there is nothing but a start.
        times = len(nodes) - 1
        weights = [sum(w != 0 for w in row[not moves :]) for row in matrix[1:]]
        total = -dimension * degree
        for order in range(1, degree + 1):
            own = self._elements(order)
            leaves = dimension if order == 1 and not moves else 0  # multiples of the field
            values = int(sizes[own.start : own.stop].sum())
            if order == degree:
                return max(total + values * whole, 0)
            # What is wanted and used is copied.
            total += (leaves or values) * times - leaves + len(own)
            slots = slice(self._slot_start[order - 1], self._slot_start[order])
            forests = int(unit[slots].sum())
            total += int((unit & several)[slots].sum()) * (times + moves)
            for i in self._nodes(order + 2, nodes):
                total += ((forests - leaves) * weights[i - 1] + leaves) if i else 0
        return max(total, 0)

    def log(self, values: Sequence[int]) -> list[int]:
        """Add the logarithm."""
        nodes, matrix = rational_nodes(self._degree)
        slots: list[list[int]] = [[0] for _ in nodes]
        integrals: list[list[int]] = [[0] for _ in nodes]
        result: list[int] = []
        at: list[list[int]] = [[] for _ in nodes]
        for order in range(1, self._degree + 1):
            for x in self._elements(order):
                terms = list(self._terms(x))
                sums = [(-c, integrals[-1][slot], result[trunk]) for c, slot, trunk in terms]
                result.append(self._builder.row([(1, values[x], 0), *sums]))
                at[0].append(ZERO)
                at[-1].append(values[x])
                for i in self._nodes(order + 1, nodes)[1:-1]:
                    sums = [(c, integrals[i][slot], result[trunk]) for c, slot, trunk in terms]
                    at[i].append(self._builder.row([(nodes[i], result[x], 0), *sums]))
            self._fill_nodes(order, at, slots, integrals, matrix)
        return result

    def _fill_nodes(
        self,
        order: int,
        values: list[list[int]],
        slots: list[list[int]],
        integrals: list[list[int]],
        matrix: list[list[Fraction]],
    ) -> None:
        """Append products of one order at every node, and their integrals up to every node."""
        if order == self._degree:
            return
        known = len(slots[0])
        for value, products in zip(values, slots, strict=True):
            self._fill(order, value, products)
        for i in self._nodes(order + 2, matrix):
            for slot in range(known, len(slots[0])):
                terms = zip(matrix[i], slots, strict=True)
                integrals[i].append(self._builder.row((w, at[slot], 0) for w, at in terms))


def arborify(builder: Builder, table: tables.LinearMap, words: Sequence[int]) -> list[int]:
    """Add a sparse linear map."""
    ptr, col = table.ptr.tolist(), table.col.tolist()
    coef = [int(value) for value in table.coef]
    return [
        builder.row(
            (coef[e], words[col[e] * table.width + label], 0)
            for e in range(ptr[block], ptr[block + 1])
        )
        for block in range(table.n_rows)
        for label in range(table.width)
    ]


def extend_words(
    builder: Builder, words: Sequence[int] | None, step: Sequence[int], degree: int
) -> list[int]:
    r"""Add the word signature of a path that goes on by one step, by Horner's rule."""
    dimension = len(step)
    start = [0]
    for letters in range(1, degree + 1):
        start.append(start[-1] + dimension**letters)
    begin = [ZERO] * start[-1] if words is None else words
    result: list[int] = []
    for letters in range(1, degree + 1):
        # partial[u] holds S(u) + (S(u') + ...) step / (letters - length of u + 1), u' without end
        partial = [0]
        for length in range(1, letters + 1):
            share = Fraction(1, letters - length + 1)
            partial = [
                builder.row(
                    [
                        (1, begin[start[length - 1] + u * dimension + a], 0),
                        (share, partial[u], step[a]),
                    ]
                )
                for u in range(dimension ** (length - 1))
                for a in range(dimension)
            ]
        result += partial
    return result
