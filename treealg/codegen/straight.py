"""Straight-line kernels of small convolution tables: C that the build compiles.

A kernel that knows its table is one sequence of multiply-adds, without indices and loops, and
writes results while it computes the next ones. The build writes such kernels for `SIZES`, from the
tables that all maps are made from; at run time a table is known by its fingerprint, and every
other one takes the loops of ``_fast/src/algebra``. The method is theirs: see `flow.h` and `group.h`
there, and ``_fast/src/straight/kernels.h`` for what the statements use.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from treealg import tables
from treealg.codegen.lines import Term, sum_text
from treealg.codegen.orders import Lower, Orders
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

Array = npt.NDArray[np.int64] | npt.NDArray[np.int32] | npt.NDArray[np.float64]


def arrays_of(table: tables.ConvolutionTable) -> tuple[Array, ...]:
    """Return the arrays that tell a table from others, with those of its quadrature."""
    return (
        table.block_start, table.slot_start, table.term_ptr, table.head, table.tail,
        table.term_slot, table.term_trunk, table.factor, *tables.nodes(table.degree),
    )  # fmt: skip


class Kernel(NamedTuple):
    """What tells kernels apart: the sign of their sums, and how many arguments they read."""

    sign: int
    operands: int


FLOWS = {"logarithm": Kernel(-1, 1), "exponential": Kernel(1, 1)}
KERNELS = {**FLOWS, "product": Kernel(1, 2), "inverse": Kernel(-1, 1)}


class Straight:
    """The kernels of one table.

    Parameters
    ----------
    table : ConvolutionTable
        Of a degree of at least 2.
    """

    def __init__(self, table: tables.ConvolutionTable) -> None:
        self._orders = Orders(table)
        self._size, self._low = self._orders.size, self._orders.low

    def fits(self, lanes: int) -> bool:
        """Tell whether so many columns can be written at a time."""
        return self._size - self._low >= lanes

    def has_backward(self, name: str) -> bool:
        """Tell whether there is a kernel for the gradient, too: not where it would be large."""
        return name == "logarithm" or (self._orders.degree < 5 and self._size < 1000)

    def _padded(self, lanes: int) -> int:
        """Return how many columns are read, so many at a time."""
        return min(-(-self._low // lanes) * lanes, self._size)

    def scratch(self, lanes: int) -> int:
        """Return how many vectors a kernel needs."""
        return 2 * self._padded(lanes) + 2 * len(self._orders.operands) + self._size + self._low

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
        starts = self._starts(self._size, lanes)
        low = sum(start < self._low for start in starts)
        yield f"FUNCTION NAME(top_{number})(const vec *p, const vec *l, strip a, strip b,"
        yield "                              strip to, write_t write) {"
        for start in starts[low:]:
            yield self._write(start, lanes, [])
        yield "}"
        yield from self._top_backward(number)
        for name in KERNELS:
            sign = KERNELS[name].sign
            lower = self._orders.flow(sign) if name in FLOWS else self._orders.group(sign)
            yield from self._kernel(name, number, lower, lanes, starts[:low])
            if self.has_backward(name):
                yield from self._kernel_backward(name, number, lower, lanes)

    def _starts(self, count: int, lanes: int) -> list[int]:
        """Return where vectors of columns begin, of which the last may overlap."""
        return [*range(0, count - lanes, lanes), count - lanes]

    def _opened(self, name: str, number: int, operands: list[str], lanes: int) -> Iterator[str]:
        """Yield the beginning of a kernel: where its arguments and its scratch are."""
        padded = self._padded(lanes)
        yield ""
        yield f"FUNCTION NAME({name}_{number})(const matrix_view *args, Py_ssize_t first,"
        yield "                          void *scratch) {"
        yield "    vec *const x = (vec *)scratch;"
        yield f"    vec *const l = x + {padded}, *const p = l + {padded};"
        yield "    const int lanes = lanes_of(args, first);"
        yield f"    Py_ssize_t places[{len(operands)}][LANES];"
        for i, operand in enumerate(operands):
            yield f"    const strip {operand} = strip_of(args + {i}, first, places[{i}]);"
        for operand, lane_buffer in zip("ab", "xl", strict=True):
            if operand in operands:
                yield f"    read_strip(lanes, {operand}, {padded}, {lane_buffer});"

    def _kernel(
        self, name: str, number: int, lower: Lower, lanes: int, starts: list[int]
    ) -> Iterator[str]:
        operands = ["a", "b"][: KERNELS[name].operands]
        yield from self._opened(name, number, [*operands, "to"], lanes)
        yield f"    const write_t write = WRITER(lanes, {name});"
        for line in lower.lines.text([*lower.sums, *lower.below, *lower.pruned]):
            yield f"    {line}"
        yield from self._stored(lower)
        second = operands[-1]
        for start in starts:
            yield self._write(start, lanes, lower.sums, second)
        yield f"    NAME(top_{number})(p, l, a, {second}, to, write);"
        yield "}"

    def _kernel_backward(self, name: str, number: int, lower: Lower, lanes: int) -> Iterator[str]:
        padded, (sign, count) = self._padded(lanes), KERNELS[name]
        operands, results = ["a", "b"][:count], ["to", "to_b"][:count]
        yield from self._opened(f"{name}_backward", number, [*operands, "back", *results], lanes)
        yield f"    vec *const d = p + {len(self._orders.operands)}, *const dl = d + {self._size};"
        yield f"    vec *const dp = dl + {self._low};"
        yield f"    pass_{name}(lanes, back, {results[0]}, {results[-1]}, {self._size}, d);"
        wanted = [*lower.below, *lower.pruned]
        yield from (f"    {line}" for line in lower.lines.text(wanted))
        yield from self._stored(lower)
        yield f"    NAME(top_backward_{number})(p, l, d, dp, dl);"
        written = {name: name for name in lower.lines.needed(wanted)}
        received: dict[str, list[Term]] = {}
        for names, given, factor in (
            (lower.results, "d", 1.0),
            (lower.below, "dl", float(sign)),
            (lower.pruned, "dp", float(sign)),
        ):
            for k, value in enumerate(names):
                received.setdefault(value, []).append((factor, f"{given}[{k}]", ""))
        back = lower.lines.adjoint(received)
        passed = [f"{'-' if name == 'inverse' else ''}d[{k}]" for k in range(self._low, padded)]
        columns = [[back[f"{x}[{k}]"] for k in range(self._low)] + passed for x in "xl"[:count]]
        for line in lower.lines.text([x for row in columns for x in row], written):
            yield f"    {line}"
        for result, row in zip(results, columns, strict=True):
            for start in self._starts(padded, lanes):
                vectors = ", ".join(row[start : start + lanes])
                yield f"    put_strip(lanes, FROM({result}, {start}), {vectors});"
        yield "}"

    def _stored(self, lower: Lower) -> Iterator[str]:
        """Yield what stores the operands of the highest order."""
        for to, values in (("l", lower.below), ("p", lower.pruned)):
            for k, value in enumerate(values):
                if value != f"{to}[{k}]":
                    yield f"    {to}[{k}] = {value};"

    def _top_backward(self, number: int) -> Iterator[str]:
        """Yield what sends the derivatives d of the highest order back, to dp and dl.

        A trunk stays in registers, with what it gets. Where it is multiplied with one operand in
        several elements, the sum of their derivatives is multiplied with both.
        """
        labels = range(self._orders.width)
        trunks: dict[int, dict[int, list[int]]] = {}
        for k, terms in self._orders.top.items():
            if k % self._orders.width == 0:
                for operand, trunk in terms:
                    trunks.setdefault(trunk, {}).setdefault(operand, []).append(k)
        last = {operand: trunk for trunk in sorted(trunks) for operand in trunks[trunk]}
        begun: set[int] = set()
        yield ""
        yield f"FUNCTION NAME(top_backward_{number})(const vec *p, const vec *l,"
        yield "                                          const vec *d, vec *dp, vec *dl) {"
        yield f"    vec {', '.join(f'p{i}' for i in range(len(self._orders.operands)))};"
        for trunk in sorted(trunks):
            yield f"    vec {', '.join(f'l{trunk + c}' for c in labels)};"
            for i, (operand, elements) in enumerate(trunks[trunk].items()):
                names = [f"d{trunk + c}_{operand}" for c in labels]
                for c, name in enumerate(names):
                    total = " + ".join(f"d[{k + c}]" for k in elements)
                    yield f"    const vec {name} = {total};"
                for c, name in enumerate(names):
                    yield f"    l{trunk + c} {'+' if i else ''}= p[{operand}] * {name};"
                total = " + ".join(f"l[{trunk + c}] * {name}" for c, name in enumerate(names))
                yield f"    p{operand} {'+' if operand in begun else ''}= {total};"
                begun.add(operand)
                if last[operand] == trunk:
                    yield f"    dp[{operand}] = p{operand};"
            yield from (f"    dl[{trunk + c}] = l{trunk + c};" for c in labels)
        yield "}"

    def _write(self, start: int, lanes: int, sums: list[str], second: str = "b") -> str:
        """Return what writes some columns, those of lower orders by the names of their sums."""
        columns = ", ".join(
            (sums[k] or "splat(0)") if k < self._low else self._top_text(k)
            for k in range(start, start + lanes)
        )
        return (
            f"    write(FROM(a, {start}), FROM({second}, {start}), FROM(to, {start}), {columns});"
        )

    def _top_text(self, k: int) -> str:
        return sum_text(
            (1.0, f"p[{operand}]", f"l[{trunk}]") for operand, trunk in self._orders.top[k]
        )


def sources() -> Iterator[tuple[str, str]]:
    """Yield name and text of each header: the kernels for a number of lanes, and the sizes."""
    made = [tables.convolution(d, n, planar=planar) for d, n, planar in SIZES]
    for lanes in LANES:
        lines: list[str] = []
        rows: list[str] = []
        for number, kernels in enumerate(map(Straight, made)):
            if kernels.fits(lanes):
                lines += kernels.source(number, lanes)
                fields = [f".scratch = {kernels.scratch(lanes)} * sizeof(vec)"]
                for name in KERNELS:
                    functions = [name, f"{name}_backward"][: 1 + kernels.has_backward(name)]
                    for function in functions:
                        field = function if name == "logarithm" else f"group[{function.upper()}]"
                        fields.append(f".{field} = NAME({function}_{number})")
                rows.append(f"    {{{', '.join(fields)}}},")
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
        (folder / name).write_text(text, "utf-8")
