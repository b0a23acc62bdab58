"""Chosen coefficients of the beginnings of paths, one per segment, by the trees themselves.

The value on an element is a running sum of integrals over segments, each of a polynomial that the
values at the start of the segment give. So an instruction of the table runs over all segments of a
path at once, in NumPy, and takes a cumulative sum; backwards the sum runs the other way. The time
is linear in the number of segments, and a bounded number of these is in memory at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.complex_step import over_duals
from treealg.numeric.arguments.batches import parts
from treealg.numeric.arguments.transforms import Transform
from treealg.tables import CoefficientTable

__all__ = ["tree_prefixes", "tree_prefixes_backward"]

Numbers = npt.NDArray[Any]
Spans = npt.NDArray[np.int64]

_NUMBERS_AT_ONCE = 1 << 20


@over_duals
def tree_prefixes(
    path: Numbers,
    spans: Spans,
    correction: Numbers | None,
    out: Numbers,
    table: CoefficientTable,
    transform: Transform,
) -> None:
    """Write the coefficients of the beginnings of spans of paths, as `span_prefixes` of kernels."""
    program = _Program(table)
    step = 2 if transform.lead_lag else 1
    for rows, start, count in program.groups(spans):
        letters = program.letters(path, correction, rows, start, count, transform)
        carry = np.zeros((len(table.label), letters.shape[1]), path.dtype)
        for part in program.parts(letters, step):
            ends = program.run(letters[..., part], carry)[1]
            found = ends[..., step - 1 :: step].transpose(1, 2, 0)
            out[rows, part.start // step : part.stop // step] = found


@over_duals
def tree_prefixes_backward(
    path: Numbers,
    spans: Spans,
    correction: Numbers | None,
    derivs: Numbers,
    out: Numbers,
    out_correction: Numbers | None,
    table: CoefficientTable,
    transform: Transform,
) -> None:
    """Write the derivatives in points and corrections, span after span, as kernels do."""
    program, at, labels = _Program(table), 0, table.dimension
    step = 2 if transform.lead_lag else 1
    for rows, start, count in program.groups(spans):
        letters = program.letters(path, correction, rows, start, count, transform)
        pieces, carries = list(program.parts(letters, step)), []
        carry = np.zeros((len(table.label), letters.shape[1]), path.dtype)
        for part in pieces:
            carries.append(carry.copy())
            program.run(letters[..., part], carry)
        d_letters, d_carry = np.zeros_like(letters), np.zeros_like(carry)
        for part, before in zip(reversed(pieces), reversed(carries), strict=True):
            shape = len(table.output), letters.shape[1], part.stop - part.start
            d_ends = np.zeros(shape, path.dtype)
            given = derivs[rows, part.start // step : part.stop // step]
            d_ends[..., step - 1 :: step] = given.transpose(2, 0, 1)
            d_letters[..., part] = program.run_backward(letters[..., part], before, d_ends, d_carry)
        d_steps = d_letters.transpose(1, 2, 0)
        paths, points = len(d_steps), count * len(d_steps)
        d_points = np.zeros((paths, d_steps.shape[1] + 1, labels), path.dtype)
        d_points[:, 1:] += d_steps[..., :labels]
        d_points[:, :-1] -= d_steps[..., :labels]
        transform.write_adjoint(d_points, out[at : at + points].reshape(paths, count, -1))
        if out_correction is not None:
            own = out_correction[at : at + points].reshape(paths, count, -1)
            own[...] = 0
            own[:, :-1, table.column] = d_steps[..., labels:]
        at += points


class _Program:
    """A table of coefficients, run over many segments of paths of one length at once.

    Polynomials have shape ``(order + 1, paths, segments)``.
    """

    def __init__(self, table: CoefficientTable) -> None:
        self._table = table
        self._rows = list(
            zip(*(x.tolist() for x in (table.label, table.left, table.right, table.times)),
                strict=True)
        )  # fmt: skip
        last: dict[int, int] = {}  # of each integral, the last instruction that adds to it
        for i, (label, _, right, _) in enumerate(self._rows):
            if label >= 0:
                last[right if right >= 0 else i] = i
        self._whole = {end: base for base, end in last.items()}
        orders: list[int] = []
        for label, left, right, _ in self._rows:
            if label < 0:
                orders.append(orders[left] + orders[right])
            else:
                orders.append(1 + (orders[left] if left >= 0 else 0))
        self._numbers = max(sum(orders) + len(orders), 1)

    def groups(self, spans: Spans) -> Iterator[tuple[slice, int, int]]:
        """Yield some paths whose spans are alike, with their first point and number of points."""
        for start, count in np.unique(spans, axis=0).tolist() if len(spans) else []:
            if (spans == (start, count)).all():
                at_once = max(_NUMBERS_AT_ONCE // (self._numbers * count), 1)
                yield from ((part, start, count) for part in parts(len(spans), at_once))
                return
        for row, (start, count) in enumerate(spans.tolist()):
            yield slice(row, row + 1), start, count

    def letters(
        self, path: Numbers, correction: Numbers | None, rows: slice, start: int, count: int,
        transform: Transform,
    ) -> Numbers:  # fmt: skip
        """Return the increments of labels, and then of chains, shape (letters, paths, segments)."""
        points = path[rows, start : start + count]
        shape = len(points), transform.points(count), transform.channels(points.shape[2])
        moved = np.empty(shape, points.dtype)
        transform.write(points, moved)
        steps = np.diff(moved, axis=1)
        if correction is not None:
            own = correction[rows, start : start + count - 1]
            steps = np.concatenate([steps, own[..., self._table.column]], axis=2)
        return np.ascontiguousarray(steps.transpose(2, 0, 1))

    def parts(self, letters: Numbers, step: int) -> Iterator[slice]:
        """Cut segments into pieces that are run at once; those of a lead-lag step stay together."""
        _, paths, segments = letters.shape
        at_once = max(_NUMBERS_AT_ONCE // (self._numbers * paths), 8)
        yield from parts(segments, at_once // step * step)

    def run(self, letters: Numbers, carry: Numbers) -> tuple[list[Numbers], Numbers]:
        """Return the polynomials of segments, and the values at their ends.

        `carry` has the values at the start, and is brought to the end.
        """
        found: list[Numbers] = []
        one = np.ones((1, *letters.shape[1:]), letters.dtype)
        ends = np.empty((len(self._rows), *letters.shape[1:]), letters.dtype)
        for i, (label, left, right, times) in enumerate(self._rows):
            integrand = found[left] if left >= 0 else one
            if label < 0:
                found.append(_multiply(integrand, found[right]))
                continue
            terms = integrand * (letters[label] * times) / _counts(integrand)
            if right < 0:
                found.append(np.concatenate([np.zeros_like(one), terms]))
            else:
                found.append(one)  # nobody reads it
                found[right][1 : len(terms) + 1] += terms
            base = self._whole.get(i)
            if base is None:
                continue
            np.cumsum(found[base][1:].sum(axis=0), axis=-1, out=ends[base])
            ends[base] += carry[base][:, None]
            found[base][0, :, 0] = carry[base]
            found[base][0, :, 1:] = ends[base][:, :-1]
            carry[base] = ends[base][:, -1]
        return found, ends[self._table.output]

    def run_backward(
        self, letters: Numbers, carry: Numbers, d_ends: Numbers, d_carry: Numbers
    ) -> Numbers:
        """Return the derivatives in letters; `d_carry` is brought from the end to the start."""
        d_letters = np.zeros_like(letters)
        found, _ = self.run(letters, carry.copy())
        derivs = [np.zeros_like(x) for x in found]
        one = np.ones((1, *letters.shape[1:]), letters.dtype)
        d_values = np.zeros((len(self._rows), *letters.shape[1:]), letters.dtype)
        np.add.at(d_values, self._table.output, d_ends)
        for i in range(len(self._rows) - 1, -1, -1):
            label, left, right, times = self._rows[i]
            if label < 0:
                derivs[left] += _divide(derivs[i], found[right])
                derivs[right] += _divide(derivs[i], found[left])
                continue
            base = self._whole.get(i)
            if base is not None:  # from values at ends and at starts to those of increments
                total = d_values[base]
                total[:, :-1] += derivs[base][0, :, 1:]
                total[:, -1] += d_carry[base]
                total[...] = np.cumsum(total[:, ::-1], axis=-1)[:, ::-1]
                d_carry[base] = total[:, 0] + derivs[base][0, :, 0]
                derivs[base][1:] += total
            integrand = found[left] if left >= 0 else one
            base = right if right >= 0 else i
            d_terms = derivs[base][1 : len(integrand) + 1] * times / _counts(integrand)
            d_letters[label] += (d_terms * integrand).sum(axis=0)
            if left >= 0:
                derivs[left] += d_terms * letters[label]
        return d_letters


def _counts(polynomial: Numbers) -> Numbers:
    return np.arange(1, len(polynomial) + 1, dtype=polynomial.dtype)[:, None, None]


def _multiply(left: Numbers, right: Numbers) -> Numbers:
    """Multiply polynomials."""
    product = np.zeros((len(left) + len(right) - 1, *left.shape[1:]), left.dtype)
    for k in range(len(left)):
        product[k : k + len(right)] += left[k] * right
    return product


def _divide(derivs: Numbers, other: Numbers) -> Numbers:
    """Return the derivative in one factor, from that in the product, given the other factor."""
    size = len(derivs) - len(other) + 1
    return np.stack([(derivs[k : k + len(other)] * other).sum(axis=0) for k in range(size)])
