"""The tables that the kernels take, and what is done with them, in readable NumPy.

Inside, arrays have coefficients, words or instructions first, then quadrature nodes, then the
batch. Who calls has checked shapes, dtypes and ranges.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["ConvolutionProgram", "SparseMap", "TreeProgram", "WordProgram"]

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Indices = npt.NDArray[Any]


class SparseMap:
    """A sparse matrix of integers on blocks, applied alike to every root label.

    ``out[r * width + a] = sum(coef[e] * x[col[e] * width + a] for e in range(ptr[r], ptr[r + 1]))``

    Parameters
    ----------
    width : int
        Coefficients per block.
    n_cols : int
        Blocks of the input.
    ptr : ndarray of int64, shape (n_rows + 1,)
        Where the entries of each output block begin.
    col : ndarray of int32, shape (entries,)
        Input block of each entry.
    coef : ndarray of float64, shape (entries,)
        Value of each entry.
    """

    def __init__(self, width: int, n_cols: int, ptr: Longs, col: Ints, coef: Floats) -> None:
        self.width = width
        self.rows = width * (len(ptr) - 1)
        self.columns = width * n_cols
        self._row = np.repeat(np.arange(len(ptr) - 1), np.diff(ptr))
        self._col = col
        self._coef = coef

    def apply(self, x: Array) -> Array:
        """Map `x` of shape ``(columns, batch)`` to shape ``(rows, batch)``."""
        return self._gather(x, self._col, self._row, self.rows)

    def apply_transpose(self, y: Array) -> Array:
        """Map `y` of shape ``(rows, batch)`` by the transpose to shape ``(columns, batch)``."""
        return self._gather(y, self._row, self._col, self.columns)

    def _gather(self, x: Array, source: Indices, target: Indices, size: int) -> Array:
        out = np.zeros((size, x.shape[1]), dtype=x.dtype)
        terms = self._coef.astype(x.dtype)[:, None, None] * _blocks(x, self.width)[source]
        np.add.at(_blocks(out, self.width), target, terms)
        return out


def _blocks(x: Array, width: int) -> Array:
    """View the leading axis, of coefficients, as two: blocks, and places within a block."""
    return x.reshape(len(x) // width, width, *x.shape[1:])


class ConvolutionProgram:
    r"""The logarithm of a convolution algebra, and its adjoint, as a program over tables.

    With :math:`Y_t = \exp_*(tL)` the logarithm :math:`L` of :math:`X = Y_1` satisfies
    :math:`\dot Y_t(x) = L(x) + \sum Y_t(\text{pruned})\, L(\text{trunk})`, the sum over the proper
    terms of the coproduct. :math:`Y_t(x)` is a polynomial in :math:`t`, so that its values at a
    few fixed nodes carry everything, and :math:`L` follows order by order.

    Parameters
    ----------
    width : int
        Coefficients per block.
    block_start : ndarray of int64, shape (degree + 1,)
        Blocks of order ``n`` are ``block_start[n - 1]:block_start[n]``.
    slot_start : ndarray of int64, shape (degree,)
        Slots of order ``n < degree`` are ``slot_start[n - 1]:slot_start[n]``; slot 0 is the empty
        element with value 1, and ``slot_start[0] == 1``.
    factor, head, tail : ndarray of float64, int32, int32, shape (slots,)
        ``value[s] = factor[s] * Y[head[s]] * value[tail[s]]``.
    term_ptr, term_slot, term_trunk : ndarray of int64, int32, int32
        Proper terms of the coproduct of the element ``(b, a)``: for ``e`` in
        ``term_ptr[b]:term_ptr[b + 1]`` slot ``term_slot[e]`` beside the element
        ``term_trunk[e] * width + a``.
    nodes, weights : ndarray of float64, shape (m,)
        Quadrature on ``[0, 1]`` for polynomials that vanish at 0; the last node is 1.
    integration : ndarray of float64, shape (m - 1 or m, m)
        Integral from 0 to each node but the last.
    """

    def __init__(
        self,
        width: int,
        block_start: Longs,
        slot_start: Longs,
        factor: Floats,
        head: Ints,
        tail: Ints,
        term_ptr: Longs,
        term_slot: Ints,
        term_trunk: Ints,
        nodes: Floats,
        weights: Floats,
        integration: Floats,
    ) -> None:
        self.width = width
        self.columns = width * int(block_start[-1])
        self.degree = len(block_start) - 1
        self._block_start = block_start
        self._slot_start = slot_start
        self._factor, self._head, self._tail = factor, head, tail
        self._term_ptr, self._term_slot, self._term_trunk = term_ptr, term_slot, term_trunk
        self._nodes, self._weights = nodes, weights
        self._integration = integration[: max(len(nodes) - 1, 0)]

    def log(self, x: Array) -> Array:
        """Return the logarithm of `x`, shape ``(columns, batch)``."""
        return self._solve(x)[0]

    def log_backward(self, x: Array, derivs: Array) -> Array:
        """Return the derivative in `x` from that in the logarithm, both ``(columns, batch)``."""
        nodes, weights, integration = self._quadrature(x.dtype)
        logarithm, y, value = self._solve(x)
        d_x, d_log = np.zeros_like(x), derivs.copy()
        d_y, d_value = np.zeros_like(y), np.zeros_like(value)
        for order in range(self.degree, 0, -1):
            here = self._elements(order)
            d_g = np.zeros_like(y[here])
            if order < self.degree:
                self._slots_backward(order, y, value, d_y, d_value)
                inner = d_y[here, :-1]
                d_g += np.einsum("ij,xib->xjb", integration, inner)
                d_log[here] += np.einsum("i,xib->xb", nodes[:-1], inner)
                d_x[here] += d_y[here, -1]
            d_x[here] += d_log[here]
            d_g -= weights[:, None] * d_log[here, None]
            self._terms_backward(order, d_g, logarithm, value, d_log, d_value)
        return d_x

    def _solve(self, x: Array) -> tuple[Array, Array, Array]:
        """Return the logarithm, and at each node the values ``Y`` and those of the slots."""
        nodes, weights, integration = self._quadrature(x.dtype)
        logarithm = np.zeros_like(x)
        y = np.zeros((len(x), len(nodes), x.shape[1]), dtype=x.dtype)
        value = np.ones((len(self._factor), *y.shape[1:]), dtype=x.dtype)
        for order in range(1, self.degree + 1):
            here = self._elements(order)
            g = self._terms(order, logarithm, value)
            logarithm[here] = x[here] - np.einsum("i,xib->xb", weights, g)
            if order < self.degree:
                y[here, :-1] = nodes[:-1, None] * logarithm[here, None]
                y[here, :-1] += np.einsum("ij,xjb->xib", integration, g)
                y[here, -1] = x[here]
                self._slots(order, y, value)
        return logarithm, y, value

    def _quadrature(self, dtype: np.dtype[Any]) -> tuple[Array, Array, Array]:
        quadrature = (self._nodes, self._weights, self._integration)
        nodes, weights, integration = (part.astype(dtype) for part in quadrature)
        return nodes, weights, integration

    def _elements(self, order: int) -> slice:
        """Return the coefficients of one order."""
        first, last = self._block_start[order - 1], self._block_start[order]
        return slice(int(first) * self.width, int(last) * self.width)

    def _order_terms(self, order: int) -> tuple[Indices, Indices, Indices]:
        """Return, for each term of one order, its block within the order, slot and trunk."""
        ptr = self._term_ptr[self._block_start[order - 1] : self._block_start[order] + 1]
        block = np.repeat(np.arange(len(ptr) - 1), np.diff(ptr))
        here = slice(int(ptr[0]), int(ptr[-1]))
        return block, self._term_slot[here], self._term_trunk[here]

    def _terms(self, order: int, logarithm: Array, value: Array) -> Array:
        """Return ``G``, the proper part of ``Y * L`` on one order, at every node."""
        block, slot, trunk = self._order_terms(order)
        here = self._elements(order)
        g = np.zeros((here.stop - here.start, *value.shape[1:]), dtype=value.dtype)
        of_trunk = _blocks(logarithm, self.width)[trunk]
        np.add.at(_blocks(g, self.width), block, value[slot, None] * of_trunk[:, :, None])
        return g

    def _terms_backward(
        self, order: int, d_g: Array, logarithm: Array, value: Array, d_log: Array, d_value: Array
    ) -> None:
        """Add what ``G`` of one order sends to the smaller trunks and to the slots."""
        block, slot, trunk = self._order_terms(order)
        d_terms = _blocks(d_g, self.width)[block]
        of_trunk = _blocks(logarithm, self.width)[trunk]
        np.add.at(d_value, slot, (d_terms * of_trunk[:, :, None]).sum(axis=1))
        d_trunk = (d_terms * value[slot, None]).sum(axis=2)
        np.add.at(_blocks(d_log, self.width), trunk, d_trunk)

    def _order_slots(self, order: int) -> tuple[slice, Floats, Ints, Ints]:
        """Return the slots of one order, with their factors, heads and tails."""
        here = slice(int(self._slot_start[order - 1]), int(self._slot_start[order]))
        return here, self._factor[here, None, None], self._head[here], self._tail[here]

    def _slots(self, order: int, y: Array, value: Array) -> None:
        """Fill in the values of the slots of one order."""
        here, factor, head, tail = self._order_slots(order)
        value[here] = factor.astype(y.dtype) * y[head] * value[tail]

    def _slots_backward(
        self, order: int, y: Array, value: Array, d_y: Array, d_value: Array
    ) -> None:
        """Add what the slots of one order send to their heads and tails."""
        here, factor, head, tail = self._order_slots(order)
        d_here = factor.astype(y.dtype) * d_value[here]
        np.add.at(d_y, head, d_here * value[tail])
        np.add.at(d_value, tail, d_here * y[head])


class WordProgram:
    """Words, as a program over the weights of their letters.

    A letter is a chain of 1 to `longest` labels, numbered by its labels as digits from leaf to
    root; with `longest` 1 these are the plain words. Words are grouped by the weights of their
    letters, a composition; the words of a composition of n stand together, numbered by their n
    digits.

    Parameters
    ----------
    dimension, degree : int
        Labels, and the largest weight of a word.
    letters : ndarray of int64, shape (longest + 1,)
        Number of letters of each weight; 0 of weight 0, `dimension` of weight 1.
    start : ndarray of int64, shape (compositions + 1,)
        First word of each composition, and the number of words; composition 0 is the empty one.
    weight : ndarray of int, shape (compositions,)
        Labels of the words of each composition.
    child : ndarray of int32, shape (compositions, longest + 1)
        The composition followed by a letter of weight k, or -1.
    cut_ptr, cut_left, cut_right : ndarray
        The cuts of each composition in two that are not empty.
    letter_column : ndarray of int32, shape (letters,)
        For letters of weight 1 to `longest` the column of the correction, or -1: for one of weight
        1 the step of the path, otherwise nothing.
    channel_letter : ndarray of int32, shape (dimension,), or None
        The letter that each channel of the path is, -1 for none, where these weigh differently; all
        other letters have a column then.
    """

    def __init__(
        self,
        dimension: int,
        degree: int,
        letters: npt.NDArray[np.int64],
        start: npt.NDArray[np.int64],
        weight: npt.NDArray[np.int64],
        child: npt.NDArray[np.int32],
        cut_ptr: npt.NDArray[np.int64],
        cut_left: npt.NDArray[np.int32],
        cut_right: npt.NDArray[np.int32],
        letter_column: npt.NDArray[np.int32],
        channel_letter: npt.NDArray[np.int32] | None = None,
    ) -> None:
        self.dimension, self.degree, self.longest = dimension, degree, len(letters) - 1
        self.columns = int(start[-1])
        self.largest_column = int(letter_column.max())
        self._start, self._child = start, child
        self._cuts = [
            list(zip(cut_left[a:b].tolist(), cut_right[a:b].tolist(), strict=True))
            for a, b in pairwise(cut_ptr.tolist())
        ]
        self._columns = np.split(letter_column, np.cumsum(letters)[1:-1])
        self._channels = None
        if channel_letter is not None:
            channels = np.full(len(letter_column), -1)
            used = np.flatnonzero(channel_letter >= 0)
            channels[channel_letter[used]] = used
            self._channels = np.split(channels, np.cumsum(letters)[1:-1])

    def letters(self, step: Array, correction: Array | None) -> list[Array]:
        """Return the increments of the letters of each weight, each of shape (letters, batch).

        `step` has shape ``(batch, dimension)`` and `correction` ``(batch, columns)``.
        """
        found = [step.T] if self._channels is None and self._columns[0][0] < 0 else []
        for column in self._columns[len(found) :]:
            letter = np.zeros((len(column), len(step)), dtype=step.dtype)
            if correction is not None:
                letter[column >= 0] = correction.T[column[column >= 0]]
            found.append(letter)
        for channel, letter in zip(self._channels or (), found, strict=self._channels is not None):
            letter[channel >= 0] = step.T[channel[channel >= 0]]
        return found

    def exponential(self, letters: list[Array]) -> Array:
        """Return exp of the letters on every word, shape (columns, batch)."""
        out = np.zeros((self.columns, letters[0].shape[1]), dtype=letters[0].dtype)
        for node, (length, product) in enumerate(self._products(letters)):
            if node:
                out[self._words(node)] = product / math.factorial(length)
        return out

    def exponential_backward(self, letters: list[Array], derivs: Array) -> list[Array]:
        """Return the derivatives in the letters, given those in the exponential."""
        found = [np.zeros_like(letter) for letter in letters]
        products = self._products(letters)
        d_products = [np.zeros_like(product) for _, product in products]
        for node in range(len(products) - 1, -1, -1):
            length, product = products[node]
            if node:
                d_products[node] += derivs[self._words(node)] / math.factorial(length)
            for k, child in enumerate(self._child[node]):
                if child >= 0:
                    shape = (len(product), *letters[k - 1].shape)
                    d_child = d_products[child].reshape(shape)
                    found[k - 1] += (product[:, None] * d_child).sum(axis=0)
                    d_products[node] += (d_child * letters[k - 1]).sum(axis=1)
        return found

    def _products(self, letters: list[Array]) -> list[tuple[int, Array]]:
        """Return for each composition its letters, and the product of them on each word."""
        one = np.ones((1, letters[0].shape[1]), dtype=letters[0].dtype)
        found = [(0, one)] * len(self._child)
        for node in range(len(found)):
            length, product = found[node]
            for k, child in enumerate(self._child[node]):
                if child >= 0:
                    found[child] = (length + 1, _outer(product, letters[k - 1]))
        return found

    def product(self, left: Array, right: Array) -> Array:
        """Return the product of two signatures, shape (columns, batch)."""
        out = left + right
        for node, cuts in enumerate(self._cuts):
            for a, b in cuts:
                out[self._words(node)] += _outer(left[self._words(a)], right[self._words(b)])
        return out

    def product_backward(self, left: Array, right: Array, derivs: Array) -> tuple[Array, Array]:
        """Return the derivatives in both factors, given those in their product."""
        d_left, d_right = derivs.copy(), derivs.copy()
        for node, cuts in enumerate(self._cuts):
            for a, b in cuts:
                u, v = left[self._words(a)], right[self._words(b)]
                here = derivs[self._words(node)].reshape(len(u), *v.shape)
                d_left[self._words(a)] += (here * v[None]).sum(axis=1)
                d_right[self._words(b)] += (here * u[:, None]).sum(axis=0)
        return d_left, d_right

    def letters_backward(
        self, derivs: list[Array], d_step: Array, d_correction: Array | None
    ) -> None:
        """Write the derivatives in step and correction, given those in the letters."""
        if self._channels is not None:
            for channel, letter in zip(self._channels, derivs, strict=True):
                d_step[:, channel[channel >= 0]] = letter[channel >= 0].T
            if d_correction is not None:
                d_correction[...] = 0
        elif self._columns[0][0] < 0:
            d_step[...] = derivs[0].T
        if d_correction is not None:
            for column, letter in zip(self._columns, derivs, strict=True):
                d_correction[:, column[column >= 0]] = letter[column >= 0].T

    def _words(self, node: int) -> slice:
        return slice(int(self._start[node]), int(self._start[node + 1]))


def _outer(left: Array, right: Array) -> Array:
    return (left[:, None] * right[None]).reshape(len(left) * len(right), left.shape[1])


class TreeProgram:
    """Integrals and products of polynomials in time.

    Parameters
    ----------
    dimension : int
        Channels of the transformed path.
    label : ndarray of int32, shape (instructions,)
        The channel to integrate instruction `left` along (the constant 1 if `left` is -1), or
        ``dimension + i`` for the correction in column ``column[i]``; or -1 to multiply the results
        of `left` and `right`.
    left, right : ndarray of int32, shape (instructions,)
        Earlier instructions; `right` of an integral is one that it is added to, or -1.
    times : ndarray of int32, shape (instructions,)
        How often it is added.
    column : ndarray of int32
        The columns of the correction that are used.
    output : ndarray of int32, shape (outputs,)
        Integrals wanted, in any order and with repetition.
    """

    def __init__(
        self,
        dimension: int,
        label: Ints,
        left: Ints,
        right: Ints,
        times: Ints,
        column: Ints,
        output: Ints,
    ) -> None:
        self.dimension = dimension
        self.outputs = len(output)
        self.columns = int(column.max(initial=-1)) + 1
        self.label, self.left, self.right, self.times = label, left, right, times
        self.column, self.output = column, output

    def segment(self, values: Array, step: Array) -> list[Array]:
        """Return the polynomials of one segment, shape ``(batch, order + 1)`` each.

        `values`, shape ``(instructions, batch)``, is advanced over the segment.
        """
        polynomials: list[Array] = []
        one = np.ones((len(step), 1), dtype=step.dtype)
        for i, label in enumerate(self.label):
            left = polynomials[self.left[i]] if self.left[i] >= 0 else one
            if label < 0:
                polynomials.append(_multiply(left, polynomials[self.right[i]]))
                continue
            terms = left * step[:, label, None] * self.times[i] / _counts(left)
            base = self.right[i] if self.right[i] >= 0 else i
            if base == i:
                polynomials.append(np.concatenate((values[i][:, None], terms), axis=1))
            else:
                polynomials.append(one)  # nobody reads it
                polynomials[base][:, 1 : terms.shape[1] + 1] += terms
            values[base] += terms.sum(axis=1)
        return polynomials

    def segment_backward(
        self, polynomials: list[Array], step: Array, d_values: Array, d_step: Array
    ) -> None:
        """Take `d_values` from the end of a segment to its start, and add to `d_step`."""
        d_polynomials = [np.zeros_like(x) for x in polynomials]
        one = np.ones((len(step), 1), dtype=step.dtype)
        for i in range(len(self.label) - 1, -1, -1):
            label, left, right = self.label[i], self.left[i], self.right[i]
            if label < 0:
                d_polynomials[left] += _divide(d_polynomials[i], polynomials[right])
                d_polynomials[right] += _divide(d_polynomials[i], polynomials[left])
                continue
            integrand = polynomials[left] if left >= 0 else one
            base = right if right >= 0 else i
            d_terms = d_polynomials[base][:, 1 : integrand.shape[1] + 1] + d_values[base][:, None]
            d_terms *= self.times[i] / _counts(integrand)
            if base == i:
                d_values[i] += d_polynomials[i][:, 0]
            d_step[:, label] += (d_terms * integrand).sum(axis=1)
            if left >= 0:
                d_polynomials[left] += d_terms * step[:, label, None]


def _counts(polynomial: Array) -> Array:
    return np.arange(1, polynomial.shape[1] + 1, dtype=polynomial.dtype)


def _multiply(left: Array, right: Array) -> Array:
    """Multiply polynomials."""
    product = np.zeros((len(left), left.shape[1] + right.shape[1] - 1), dtype=left.dtype)
    for k in range(left.shape[1]):
        product[:, k : k + right.shape[1]] += left[:, k, None] * right
    return product


def _divide(derivs: Array, other: Array) -> Array:
    """Return the derivative in one factor, from that in the product, given the other factor."""
    size = derivs.shape[1] - other.shape[1] + 1
    return np.stack(
        [(derivs[:, k : k + other.shape[1]] * other).sum(axis=1) for k in range(size)], axis=1
    )
