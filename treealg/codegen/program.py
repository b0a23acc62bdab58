r"""Polynomial maps as programs: sums of products of two numbers, in levels.

Every map of the library is polynomial, and every polynomial map is a list of *rows*, each a sum of
terms ``coefficient * left * right``. The operands are addresses: 0 holds the constant 1, then come
the inputs, then the rows in order. Rows of one *level* use nothing of their own level, so that they
may be computed side by side; the output rows come last and nothing uses them. Coefficients are
exact.

One program has several readers: exact evaluation here, and the printers of source beside this
module. Its adjoint is the same list of terms read the other way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from treealg.errors import InvalidTypeError, InvalidValueError

__all__ = ["ZERO", "Builder", "Program", "Row", "Vector", "adjoint"]

Row = tuple[tuple[Fraction, int, int], ...]

ZERO = -1
"""The address of what vanishes; terms with it are dropped."""


@dataclass(frozen=True)
class Vector:
    """A named input or output.

    Parameters
    ----------
    name : str
        An identifier.
    orders : tuple of int
        The weight of each entry: the number of nodes of what it belongs to.
    entries : tuple of str
        What each entry belongs to, as text for comments.
    """

    name: str
    orders: tuple[int, ...]
    entries: tuple[str, ...]

    @property
    def size(self) -> int:
        """The number of entries."""
        return len(self.orders)


@dataclass(frozen=True)
class Program:
    """A polynomial map.

    Parameters
    ----------
    inputs, outputs : tuple of Vector
        What is read and written, each in the order of its entries.
    rows : tuple of Row
        Terms ``(coefficient, left, right)`` of each row; the last ones are the outputs.
    levels : tuple of int
        Where each level begins, and where the last one ends: the output rows begin there.
    """

    inputs: tuple[Vector, ...]
    outputs: tuple[Vector, ...]
    rows: tuple[Row, ...]
    levels: tuple[int, ...]

    @property
    def first(self) -> int:
        """The address of row 0."""
        return 1 + sum(vector.size for vector in self.inputs)

    @property
    def n_terms(self) -> int:
        """The number of terms of all rows."""
        return sum(map(len, self.rows))

    def output_start(self, number: int) -> int:
        """Return the row of the first entry of an output.

        Parameters
        ----------
        number : int
            Which output.

        Returns
        -------
        int
            A row number.
        """
        return self.levels[-1] + sum(vector.size for vector in self.outputs[:number])

    def evaluate(self, *values: Sequence[Any]) -> list[list[Any]]:
        """Evaluate the map in the ring of its arguments.

        Parameters
        ----------
        *values : sequence
            One per input, each of its size: numbers, fractions, expressions, or anything with
            sums, products, and products with a `Fraction`.

        Returns
        -------
        list of list
            One per output.

        Raises
        ------
        InvalidValueError
            If the number of arguments or the size of one is wrong.
        """
        sizes = [vector.size for vector in self.inputs]
        if [len(value) for value in values] != sizes:
            raise InvalidValueError(f"values must have the sizes {sizes}; see Program.inputs")
        memory: list[Any] = [1, *(entry for value in values for entry in value)]
        for row in self.rows:
            total: Any = 0
            for coefficient, left, right in row:
                number = coefficient.numerator if coefficient.denominator == 1 else coefficient
                product = memory[left] if not right else memory[left] * memory[right]
                total = total + (product if number == 1 else product * number)
            memory.append(total)
        result = []
        for number, vector in enumerate(self.outputs):
            start = self.first + self.output_start(number)
            result.append(memory[start : start + vector.size])
        return result


class Builder:
    """Collects rows, each once, and arranges those that are needed.

    Parameters
    ----------
    inputs : sequence of Vector
        The inputs of the program.
    """

    def __init__(self, inputs: Sequence[Vector]) -> None:
        self._inputs = tuple(inputs)
        self._first = 1 + sum(vector.size for vector in inputs)
        self._rows: list[Row] = []
        self._known: dict[Row, int] = {}

    def input(self, number: int) -> list[int]:
        """Return the addresses of an input."""
        start = 1 + sum(vector.size for vector in self._inputs[:number])
        return list(range(start, start + self._inputs[number].size))

    def row(self, terms: Iterable[tuple[int | Fraction, int, int]]) -> int:
        """Add a sum of products, unless it is there."""
        merged: dict[tuple[int, int], Fraction] = {}
        for coefficient, left, right in terms:
            if coefficient and left != ZERO and right != ZERO:
                key = (max(left, right), min(left, right))
                if key[1]:
                    key = (key[1], key[0])
                else:
                    # A multiple of a multiple costs no more than a multiple.
                    factor, operand = self._unscaled(key[0])
                    coefficient, key = coefficient * factor, (operand, 0)
                known = merged.get(key)
                merged[key] = Fraction(coefficient) if known is None else known + coefficient
        row = tuple((c, left, right) for (left, right), c in sorted(merged.items()) if c)
        if not row:
            return ZERO
        if len(row) == 1 and row[0][0] == 1 and row[0][2] == 0:
            return row[0][1]
        if row not in self._known:
            self._known[row] = self._first + len(self._rows)
            self._rows.append(row)
        return self._known[row]

    def _unscaled(self, address: int) -> tuple[Fraction, int]:
        """Return factor and operand of a row that is a multiple of something; else 1 and itself."""
        row = self._rows[address - self._first] if address >= self._first else ()
        if len(row) == 1 and not row[0][2]:
            return row[0][:2]
        return Fraction(1), address

    def product(self, left: int, right: int) -> int:
        """Add the product of two addresses."""
        return self.row([(1, left, right)])

    def include(self, program: Program, inputs: Sequence[Sequence[int]]) -> list[list[int]]:
        """Add the rows of a program."""
        address = [0, *(entry for vector in inputs for entry in vector)]
        for row in program.rows:
            address.append(self.row((c, address[left], address[right]) for c, left, right in row))
        result = []
        for number, vector in enumerate(program.outputs):
            start = program.first + program.output_start(number)
            result.append(address[start : start + vector.size])
        return result

    def finish(self, outputs: Sequence[tuple[Vector, Sequence[int]]]) -> Program:
        """Arrange what the outputs need."""
        wanted = [address for _, addresses in outputs for address in addresses]
        needed, uses = self._needed(wanted)
        for address in wanted:
            uses[address] = uses.get(address, 0) + 1
        inline = {a for a in wanted if a >= self._first and uses[a] == 1}
        level: dict[int, int] = {}
        for address in sorted(needed):
            row = self._rows[address - self._first]
            level[address] = 1 + max(level.get(a, 0) for _, *pair in row for a in pair)
        kept = sorted(needed - inline, key=lambda address: (level[address], address))
        place = {address: self._first + index for index, address in enumerate(kept)}
        rows = [self._moved(self._rows[address - self._first], place) for address in kept]
        counts = [sum(level[a] <= top for a in kept) for top in sorted({level[a] for a in kept})]
        for address in wanted:
            if address in inline:
                rows.append(self._moved(self._rows[address - self._first], place))
            else:
                copy: Row = ((Fraction(1), place.get(address, address), 0),)
                rows.append(() if address == ZERO else copy)
        vectors = tuple(vector for vector, _ in outputs)
        return Program(self._inputs, vectors, tuple(rows), (0, *counts))

    def _needed(self, wanted: Iterable[int]) -> tuple[set[int], dict[int, int]]:
        """Return the rows that are needed, and how often rows use each address."""
        needed = {address for address in wanted if address >= self._first}
        uses: dict[int, int] = {}
        pending = list(needed)
        while pending:
            for _, *pair in self._rows[pending.pop() - self._first]:
                for address in pair:
                    uses[address] = uses.get(address, 0) + 1
                    if address >= self._first and address not in needed:
                        needed.add(address)
                        pending.append(address)
        return needed, uses

    @staticmethod
    def _moved(row: Row, place: dict[int, int]) -> Row:
        moved = ((c, place.get(a, a), place.get(b, b)) for c, a, b in row)
        return tuple(sorted(moved, key=lambda term: term[1:]))


def adjoint(program: Program) -> Program:
    r"""Return the adjoint of the derivative: the same terms, read from outputs to inputs.

    For y = f(x) it maps x and :math:`\bar y` to :math:`\bar x_i = \sum_j \bar y_j\, \partial f_j /
    \partial x_i`. A term c l r of a row adds c times the row's derivative times r to that of l, and
    the same with l and r exchanged.

    Parameters
    ----------
    program : Program
        The map f.

    Returns
    -------
    Program
        With the inputs of `program`, then one derivative per output, named ``d_...``; the outputs
        are the derivatives of the inputs. Weights are such that an entry of order n has a
        derivative of order ``degree + 1 - n``, for which the adjoint is homogeneous, too.

    Raises
    ------
    InvalidTypeError
        If `program` is not a `Program`.
    """
    if not isinstance(program, Program):
        raise InvalidTypeError(
            f"program must be a Program, got {type(program).__name__}; build_program(size) makes "
            "one"
        )
    degree = max((order for vector in program.outputs for order in vector.orders), default=0)

    def derivative(vector: Vector) -> Vector:
        orders = tuple(degree + 1 - order for order in vector.orders)
        return Vector(f"d_{vector.name}", orders, vector.entries)

    seeds = tuple(derivative(vector) for vector in program.outputs)
    builder = Builder(program.inputs + seeds)
    n_inputs = len(program.inputs)
    address = [0, *(a for number in range(n_inputs) for a in builder.input(number))]
    for row in program.rows[: program.levels[-1]]:
        address.append(builder.row((c, address[a], address[b]) for c, a, b in row))
    pending: list[list[tuple[Fraction, int, int]]] = [[] for _ in address]
    seed = [a for number in range(len(seeds)) for a in builder.input(n_inputs + number)]
    for number in reversed(range(len(program.rows))):
        own = number - program.levels[-1]
        here = seed[own] if own >= 0 else builder.row(pending[program.first + number])
        for coefficient, left, right in program.rows[number]:
            pending[left].append((coefficient, here, address[right]))
            if right:
                pending[right].append((coefficient, here, address[left]))
    result, start = [], 1
    for vector in program.inputs:
        addresses = [builder.row(terms) for terms in pending[start : start + vector.size]]
        result.append((derivative(vector), addresses))
        start += vector.size
    return builder.finish(result)
