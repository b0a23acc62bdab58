"""Straight-line kernels of small convolution tables: C that the build compiles.

A kernel that knows its table is one sequence of multiply-adds, without indices and loops, and
writes results while it computes the next ones. The build writes such kernels for `SIZES`, from the
tables that all maps are made from; at run time a table is known by its fingerprint, and every
other one takes the loops of ``_fast/src/algebra``. The method is theirs: see `flow.h` and `group.h`
there, and ``_fast/src/straight/kernels.h`` for what the statements use.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from treealg import tables
from treealg.fingerprints import fingerprint

__all__ = ["LANES", "SIZES", "Straight", "arrays_of", "write"]

SIZES = tuple(
    (dimension, degree, planar)
    for planar in (False, True)
    for dimension, degree in ((2, 3), (2, 4), (2, 5), (3, 3), (3, 4), (5, 3))
)
"""Dimension, degree and kind of the tables that have kernels of their own."""

LANES = (4, 8, 16)
"""The numbers of lanes that there are kernels for: those of AVX2 and AVX-512."""

Term = tuple[float, str, str]
"""A coefficient and two factors; the second one may be empty, for 1."""

Array = npt.NDArray[np.int64] | npt.NDArray[np.int32] | npt.NDArray[np.float64]


def arrays_of(table: tables.ConvolutionTable) -> tuple[Array, ...]:
    """Return the arrays that tell a table from others, with those of its quadrature."""
    return (
        table.block_start, table.slot_start, table.term_ptr, table.head, table.tail,
        table.term_slot, table.term_trunk, table.factor, *tables.nodes(table.degree),
    )  # fmt: skip


def sum_text(row: Iterable[Term]) -> str:
    """Return a sum of products as C."""
    text = ""
    for coefficient, left, right in row:
        product = f"{left} * {right}" if right else left
        if abs(coefficient) != 1:
            product = f"(REAL){abs(coefficient)!r} * {product}"
        if text:
            text += f" {'-' if coefficient < 0 else '+'} {product}"
        else:
            text = f"-{product}" if coefficient < 0 else product
    return text or "splat(0)"


class Lines:
    """Statements: each the sum of products of what is given and of earlier ones."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[Term, ...]] = {}
        self._names: dict[tuple[Term, ...], str] = {}

    def sum(self, terms: Iterable[Term]) -> str:
        """Add a sum, unless it is there, and return its name; the empty one for 0."""
        row = tuple(term for term in terms if term[0] and term[1])
        if not row:
            return ""
        if len(row) == 1 and row[0][0] == 1 and not row[0][2]:
            return row[0][1]
        if row not in self._names:
            self._names[row] = f"v{len(self._rows)}"
            self._rows[self._names[row]] = row
        return self._names[row]

    def text(self, wanted: Iterable[str]) -> Iterator[str]:
        """Yield the statements that some names need."""
        needed = set(wanted)
        for name, row in reversed(self._rows.items()):
            if name in needed:
                needed.update(factor for term in row for factor in term[1:])
        for name, row in self._rows.items():
            if name in needed:
                yield f"const vec {name} = {sum_text(row)};"


class Lower(NamedTuple):
    """The orders below the highest one, as statements and names of their results.

    Attributes
    ----------
    lines : Lines
        The statements, of x and, for a product, l.
    sums : list of str
        For each element what is added to, or subtracted from, what is given.
    below : list of str
        For each element what stands behind a cut; empty where it is given, in l.
    pruned : list of str
        What stands before a cut, for each operand of the highest order.
    """

    lines: Lines
    sums: list[str]
    below: list[str]
    pruned: list[str]


class Straight:
    """The kernels of one table.

    Parameters
    ----------
    table : ConvolutionTable
        Of a degree of at least 2.
    """

    def __init__(self, table: tables.ConvolutionTable) -> None:
        self._width, self._degree = table.dimension, table.degree
        self._blocks, self._slots = table.block_start.tolist(), table.slot_start.tolist()
        self._factor = table.factor.tolist()
        self._head, self._tail = table.head.tolist(), table.tail.tolist()
        self._ptr = table.term_ptr.tolist()
        self._slot, self._trunk = table.term_slot.tolist(), table.term_trunk.tolist()
        self._low: int = self._blocks[-2] * self._width
        self._size: int = table.size
        # Terms of the highest order that have one trunk are one term, of a sum of slots.
        self._operands: dict[tuple[int, ...], int] = {}
        self._top: dict[int, list[Term]] = {}
        for k, terms in self._elements(self._degree):
            merged: dict[int, list[int]] = {}
            for slot, below in terms:
                merged.setdefault(below, []).append(slot)
            self._top[k] = [
                (
                    1.0,
                    f"p[{self._operands.setdefault(tuple(slots), len(self._operands))}]",
                    f"l[{b}]",
                )
                for b, slots in merged.items()
            ]

    def fits(self, lanes: int) -> bool:
        """Tell whether so many columns can be written at a time."""
        return self._size - self._low >= lanes

    def _padded(self, lanes: int) -> int:
        """Return how many columns are read, so many at a time."""
        return min(-(-self._low // lanes) * lanes, self._size)

    def scratch(self, lanes: int) -> int:
        """Return how many vectors a kernel needs."""
        return 2 * self._padded(lanes) + len(self._operands)

    def _elements(self, order: int) -> Iterator[tuple[int, list[tuple[int, int]]]]:
        """Yield the elements of an order, with slot and trunk of the terms of each."""
        for block in range(self._blocks[order - 1], self._blocks[order]):
            entries = range(self._ptr[block], self._ptr[block + 1])
            for label in range(self._width):
                yield (
                    block * self._width + label,
                    [(self._slot[e], self._trunk[e] * self._width + label) for e in entries],
                )

    def _slots_of(self, order: int) -> Iterator[tuple[int, int]]:
        """Yield the slots of an order, each with the one of which it is a multiple, or itself."""
        units: dict[tuple[int, int], int] = {}
        for slot in range(self._slots[order - 1], self._slots[order]):
            yield slot, units.setdefault((self._head[slot], self._tail[slot]), slot)

    def _pruned(self, lines: Lines, value: dict[int, str]) -> list[str]:
        return [lines.sum((1.0, value[slot], "") for slot in slots) for slots in self._operands]

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
        nodes, weights, matrix = (x.tolist() for x in tables.nodes(self._degree))
        every = range(len(nodes))
        sums: list[str] = []
        log: list[str] = []
        y: list[list[str]] = []
        halves: dict[int, str] = {}  # the integral of Y
        value: dict[int, list[str]] = {0: ["" for _ in every]}
        integral: dict[int, str] = {}
        moment: dict[int, str] = {}
        for order in range(1, self._degree):
            inner = order < self._degree - 1
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
        return Lower(lines, sums, log, self._pruned(lines, integral))

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
        for order in range(1, self._degree):
            for k, terms in self._elements(order):
                sums.append(lines.sum((1.0, value[slot], below[trunk]) for slot, trunk in terms))
                inverse = [(-1.0, f"x[{k}]", ""), (-1.0, sums[k], "")]
                below.append(lines.sum(inverse) if sign < 0 else f"l[{k}]")
            for slot, unit in self._slots_of(order):
                value[slot] = lines.sum(
                    [(self._factor[slot], value[unit], "")]
                    if unit != slot
                    else [(1.0, f"x[{self._head[slot]}]", value[self._tail[slot]])]
                )
        return Lower(lines, sums, [] if sign > 0 else below, self._pruned(lines, value))

    def source(self, number: int, lanes: int) -> Iterator[str]:
        """Yield the source of all kernels.

        Parameters
        ----------
        number : int
            Of the table; names end with it.
        lanes : int
            How many columns are written at a time.

        Yields
        ------
        str
            A line.
        """
        starts = list(range(0, self._size - lanes + 1, lanes))
        if self._size % lanes:
            starts.append(self._size - lanes)
        low = sum(start < self._low for start in starts)
        yield f"static void NAME(top_{number})(const vec *p, const vec *l, strip a, strip b,"
        yield "                              strip to, write_t write) {"
        for start in starts[low:]:
            yield self._write(start, lanes, [])
        yield "}"
        for name, lower in (
            ("logarithm", self.flow(-1)),
            ("exponential", self.flow(1)),
            ("product", self.group(1)),
            ("inverse", self.group(-1)),
        ):
            yield from self._kernel(f"{name}_{number}", number, lower, lanes, starts[:low])

    def _kernel(
        self, name: str, number: int, lower: Lower, lanes: int, starts: list[int]
    ) -> Iterator[str]:
        padded = self._padded(lanes)
        kind = name.partition("_")[0]
        yield ""
        yield f"static void NAME({name})(const matrix_view *args, Py_ssize_t first,"
        yield "                          void *scratch) {"
        yield "    vec *const x = (vec *)scratch;"
        yield f"    vec *const l = x + {padded}, *const p = l + {padded};"
        yield "    const int few = are_few(args, first);"
        yield f"    const write_t write = few ? NAME(write_few_{kind}) : NAME(write_{kind});"
        yield "    Py_ssize_t places[3][LANES];"
        yield "    const strip a = strip_of(args, first, places[0]);"
        if kind == "product":
            yield "    const strip b = strip_of(args + 1, first, places[1]);"
            yield "    const strip to = strip_of(args + 2, first, places[2]);"
        else:
            yield "    const strip b = a, to = strip_of(args + 1, first, places[1]);"
        yield f"    read_strip(few, a, {padded}, x);"
        if kind == "product":
            yield f"    read_strip(few, b, {padded}, l);"
        for line in lower.lines.text([*lower.sums, *lower.below, *lower.pruned]):
            yield f"    {line}"
        yield from (f"    l[{k}] = {value};" for k, value in enumerate(lower.below))
        yield from (f"    p[{k}] = {value};" for k, value in enumerate(lower.pruned))
        for start in starts:
            yield self._write(start, lanes, lower.sums)
        yield f"    NAME(top_{number})(p, l, a, b, to, write);"
        yield "}"

    def _write(self, start: int, lanes: int, sums: list[str]) -> str:
        """Return what writes some columns, those of lower orders by the names of their sums."""
        columns = ", ".join(
            (sums[k] or "splat(0)") if k < self._low else sum_text(self._top[k])
            for k in range(start, start + lanes)
        )
        return f"    write(FROM(a, {start}), FROM(b, {start}), FROM(to, {start}), {columns});"


def sources() -> Iterator[tuple[str, str]]:
    """Yield name and text of each header: the kernels for a number of lanes, and the sizes."""
    made = [tables.convolution(*size) for size in SIZES]
    for lanes in LANES:
        lines: list[str] = []
        rows: list[str] = []
        for number, kernels in enumerate(map(Straight, made)):
            if kernels.fits(lanes):
                lines += kernels.source(number, lanes)
                names = ("logarithm", "exponential", "product", "inverse")
                functions = ", ".join(f"NAME({name}_{number})" for name in names)
                rows.append(f"    {{{kernels.scratch(lanes)} * sizeof(vec), {functions}}},")
            else:
                rows.append("    {0},")
        lines += ["", "const straight_kernels TABLE[TREEALG_STRAIGHT_SIZES] = {", *rows, "};"]
        yield f"lanes_{lanes}.h", "\n".join(lines) + "\n"
    found = " ".join(fingerprint(table.dimension, arrays_of(table)) for table in made)
    yield (
        "sizes.h",
        f"#define TREEALG_STRAIGHT_SIZES {len(made)}\n"
        f"#define TREEALG_STRAIGHT_COLUMNS {max(table.size for table in made)}\n"
        f'#define TREEALG_STRAIGHT_FINGERPRINTS "{found}"\n',
    )


def write(folder: Path) -> None:
    """Write the headers.

    Parameters
    ----------
    folder : Path
        Made where it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in sources():
        (folder / name).write_text(text)
