"""Readable NumPy versions of the kernels: the same names, arguments and results.

The compiled kernels are compared with these functions, and these with exact arithmetic. Nothing
here is tuned beyond being vectorised over the batch; working memory grows with the batch.

Representation, shared with the kernels
    A vector of coefficients has no scalar: index 0 is the first element of one node. Coefficients
    come in blocks of `width`: the elements of a block differ only in the label of the last root.
    Inside, arrays have coefficients first, then quadrature nodes, then the batch.
    Blocks of order ``n`` are ``block_start[n - 1]:block_start[n]``. A word ``u.a`` over ``d``
    letters stands at ``block(u) * d + a``. Who calls has checked shapes, dtypes and ranges.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "ConvolutionProgram",
    "SparseMap",
    "path_signature",
    "signature_to_log",
    "signature_to_log_backward",
]

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


def path_signature(
    path: Array,
    out: Array,
    column: int,
    degree: int,
    output_map: SparseMap,
    log_program: ConvolutionProgram | None,
    time_aug: bool,
    lead_lag: bool,
    end_time: float,
    n_threads: int,
) -> None:
    """Write the mapped word signature, or its logarithm, of each path into `out`.

    Parameters
    ----------
    path : ndarray of float32 or float64, shape (batch, length, channels)
        Paths, piecewise linear; ``length >= 1``.
    out : ndarray, shape (batch, columns)
        Receives ``out[:, column : column + output_map.rows]``; of the dtype of `path`.
    column : int
        First column written.
    degree : int
        Longest word, at least 1.
    output_map : SparseMap
        From words to the coefficients wanted.
    log_program : ConvolutionProgram or None
        Logarithm of words to take before `output_map`; None for the signature itself.
    time_aug, lead_lag : bool
        Path transforms, lead-lag first.
    end_time : float
        Last value of the time channel.
    n_threads : int
        Ignored here.
    """
    points = _transformed(path, time_aug, lead_lag, end_time)
    levels = [
        np.zeros((len(points), points.shape[2] ** (k + 1)), dtype=path.dtype) for k in range(degree)
    ]
    for segment in range(points.shape[1] - 1):
        _extend(levels, points[:, segment + 1] - points[:, segment])
    words = np.concatenate(levels, axis=1).T.copy()
    if log_program is not None:
        words = log_program.log(words)
    out[:, column : column + output_map.rows] = output_map.apply(words).T


def _transformed(path: Array, time_aug: bool, lead_lag: bool, end_time: float) -> Array:
    points = path
    if lead_lag:
        twice = np.repeat(points, 2, axis=1)
        points = np.concatenate((twice[:, :-1], twice[:, 1:]), axis=2)
    if time_aug:
        time = np.linspace(0.0, end_time, points.shape[1], dtype=path.dtype)
        column = np.broadcast_to(time[:, None], (*points.shape[:2], 1))
        points = np.concatenate((points, column), axis=2)
    return points


def _extend(levels: list[Array], step: Array) -> None:
    """Multiply the word signature by the exponential of one step, highest level first."""
    for n in range(len(levels), 0, -1):
        product = step / n
        for k in range(1, n):
            product = _outer(levels[k - 1] + product, step / (n - k))
        levels[n - 1] += product


def _outer(left: Array, right: Array) -> Array:
    size = left.shape[1] * right.shape[1]
    return (left[:, :, None] * right[:, None, :]).reshape(len(left), size)


def signature_to_log(
    bsig: Array,
    in_column: int,
    out: Array,
    out_column: int,
    program: ConvolutionProgram,
    output_map: SparseMap | None,
    n_threads: int,
) -> None:
    """Write the mapped logarithm of each row of `bsig` into `out`.

    Parameters
    ----------
    bsig : ndarray of float32 or float64, shape (batch, columns)
        Reads ``bsig[:, in_column : in_column + program.columns]``.
    in_column : int
        First column read.
    out : ndarray, shape (batch, columns)
        Receives the result from `out_column` on; of the dtype of `bsig`.
    out_column : int
        First column written.
    program : ConvolutionProgram
        The logarithm.
    output_map : SparseMap or None
        Applied to the logarithm; None is the identity.
    n_threads : int
        Ignored here.
    """
    result = program.log(_coefficients(bsig, in_column, program.columns))
    if output_map is not None:
        result = output_map.apply(result)
    out[:, out_column : out_column + len(result)] = result.T


def signature_to_log_backward(
    bsig: Array,
    in_column: int,
    derivs: Array,
    derivs_column: int,
    out: Array,
    out_column: int,
    program: ConvolutionProgram,
    output_map: SparseMap | None,
    n_threads: int,
) -> None:
    """Write the derivative in `bsig`, given that in the result of `signature_to_log`.

    Parameters
    ----------
    bsig : ndarray of float32 or float64, shape (batch, columns)
        Reads ``bsig[:, in_column : in_column + program.columns]``.
    in_column : int
        First column read of `bsig`.
    derivs : ndarray, shape (batch, columns)
        Derivatives with respect to the forward result, which begins at `derivs_column`.
    derivs_column : int
        First column read of `derivs`.
    out : ndarray, shape (batch, columns)
        Receives ``out[:, out_column : out_column + program.columns]``.
    out_column : int
        First column written.
    program : ConvolutionProgram
        The logarithm.
    output_map : SparseMap or None
        What the forward kernel applied to the logarithm; None is the identity.
    n_threads : int
        Ignored here.
    """
    size = program.columns if output_map is None else output_map.rows
    d_log = _coefficients(derivs, derivs_column, size)
    if output_map is not None:
        d_log = output_map.apply_transpose(d_log)
    x = _coefficients(bsig, in_column, program.columns)
    out[:, out_column : out_column + program.columns] = program.log_backward(x, d_log).T


def _coefficients(rows: Array, column: int, size: int) -> Array:
    """Copy some columns of rows to an array with coefficients first."""
    return np.array(rows[:, column : column + size].T, order="C")
