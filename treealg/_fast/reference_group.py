"""Readable NumPy versions of the kernels of a convolution group, as in `treealg._fast.reference`.

The same names, arguments and results as the compiled ones, with the representation described
there. In all of them a matrix is beside the first of its columns that belongs to the call; results
go to ``out[:, out_column : out_column + size]``, and `n_threads` is ignored.
"""

from __future__ import annotations

import numpy as np

from treealg._fast.reference import Array, ConvolutionProgram

__all__ = [
    "linear_signature",
    "linear_signature_backward",
    "log_to_signature",
    "log_to_signature_backward",
    "signature_inverse",
    "signature_inverse_backward",
    "signature_product",
    "signature_product_backward",
]


def log_to_signature(
    blogsig: Array,
    in_column: int,
    out: Array,
    out_column: int,
    program: ConvolutionProgram,
    n_threads: int,
) -> None:
    """Write the convolution exponential of each row of `blogsig` into `out`.

    Parameters
    ----------
    blogsig : ndarray of float32 or float64, shape (batch, columns)
        Reads ``blogsig[:, in_column : in_column + program.columns]``.
    in_column : int
        First column read.
    out : ndarray, shape (batch, columns)
        Receives the signature from `out_column` on; of the dtype of `blogsig`.
    out_column : int
        First column written.
    program : ConvolutionProgram
        The algebra.
    n_threads : int
        Ignored here.
    """
    x = _flow(program, _read(blogsig, in_column, program))[0]
    _write(out, out_column, x)


def log_to_signature_backward(
    blogsig: Array,
    in_column: int,
    derivs: Array,
    derivs_column: int,
    out: Array,
    out_column: int,
    program: ConvolutionProgram,
    n_threads: int,
) -> None:
    """Write the derivative in `blogsig`, given that in the result of `log_to_signature`.

    Parameters
    ----------
    blogsig : ndarray of float32 or float64, shape (batch, columns)
        The logarithms.
    in_column : int
        First column read of `blogsig`.
    derivs : ndarray, shape (batch, columns)
        Derivatives with respect to the signatures.
    derivs_column : int
        First column read of `derivs`.
    out : ndarray, shape (batch, columns)
        Receives the derivatives with respect to the logarithms.
    out_column : int
        First column written.
    program : ConvolutionProgram
        The algebra.
    n_threads : int
        Ignored here.
    """
    log = _read(blogsig, in_column, program)
    d_x, d_log = _read(derivs, derivs_column, program), np.zeros_like(log)
    nodes, weights, integration = program._quadrature(log.dtype)
    _, y, value = _flow(program, log)
    d_y, d_value = np.zeros_like(y), np.zeros_like(value)
    for order in range(program.degree, 0, -1):
        here = program._elements(order)
        d_g = np.zeros_like(y[here])
        if order < program.degree:
            program._slots_backward(order, y, value, d_y, d_value)
            inner = d_y[here, :-1]
            d_g += np.einsum("ij,xib->xjb", integration, inner)
            d_log[here] += np.einsum("i,xib->xb", nodes[:-1], inner)
            d_x[here] += d_y[here, -1]
        d_log[here] += d_x[here]
        d_g += weights[:, None] * d_x[here, None]
        program._terms_backward(order, d_g, log, value, d_log, d_value)
    _write(out, out_column, d_log)


def _flow(program: ConvolutionProgram, log: Array) -> tuple[Array, Array, Array]:
    """Return the exponential, and at each node the values of the flow and those of the slots."""
    nodes, weights, integration = program._quadrature(log.dtype)
    x = np.zeros_like(log)
    y = np.zeros((len(log), len(nodes), log.shape[1]), dtype=log.dtype)
    value = _no_slots(program, y)
    for order in range(1, program.degree + 1):
        here = program._elements(order)
        g = program._terms(order, log, value)
        x[here] = log[here] + np.einsum("i,xib->xb", weights, g)
        if order < program.degree:
            y[here, :-1] = nodes[:-1, None] * log[here, None]
            y[here, :-1] += np.einsum("ij,xjb->xib", integration, g)
            y[here, -1] = x[here]
            program._slots(order, y, value)
    return x, y, value


def signature_product(
    left: Array,
    left_column: int,
    right: Array,
    right_column: int,
    out: Array,
    out_column: int,
    program: ConvolutionProgram,
    n_threads: int,
) -> None:
    """Write the convolution of each row of `left` with one of `right` into `out`.

    Parameters
    ----------
    left, right : ndarray of float32 or float64, shape (batch, columns)
        The factors; `left` is evaluated on what is pruned.
    left_column, right_column : int
        First columns read.
    out : ndarray, shape (batch, columns)
        Receives the products; of the dtype of the factors.
    out_column : int
        First column written.
    program : ConvolutionProgram
        The algebra.
    n_threads : int
        Ignored here.
    """
    first, second = _read(left, left_column, program), _read(right, right_column, program)
    value = _slot_values(program, first)
    product = first + second
    for order in range(2, program.degree + 1):
        product[program._elements(order)] += program._terms(order, second, value)[:, 0]
    _write(out, out_column, product)


def signature_product_backward(
    left: Array,
    left_column: int,
    right: Array,
    right_column: int,
    derivs: Array,
    derivs_column: int,
    d_left: Array,
    d_left_column: int,
    d_right: Array,
    d_right_column: int,
    program: ConvolutionProgram,
    n_threads: int,
) -> None:
    """Write the derivatives in both factors, given that in the result of `signature_product`.

    Parameters
    ----------
    left, right : ndarray of float32 or float64, shape (batch, columns)
        The factors.
    left_column, right_column : int
        First columns read of the factors.
    derivs : ndarray, shape (batch, columns)
        Derivatives with respect to the products.
    derivs_column : int
        First column read of `derivs`.
    d_left, d_right : ndarray, shape (batch, columns)
        Receive the derivatives with respect to the factors.
    d_left_column, d_right_column : int
        First columns written.
    program : ConvolutionProgram
        The algebra.
    n_threads : int
        Ignored here.
    """
    first, second = _read(left, left_column, program), _read(right, right_column, program)
    d_product = _read(derivs, derivs_column, program)
    value = _slot_values(program, first)
    d_first, d_second, d_value = d_product.copy(), d_product.copy(), np.zeros_like(value)
    for order in range(program.degree, 1, -1):
        d_terms = d_product[program._elements(order), None]
        program._terms_backward(order, d_terms, second, value, d_second, d_value)
    _slot_values_backward(program, first, value, d_first, d_value)
    _write(d_left, d_left_column, d_first)
    _write(d_right, d_right_column, d_second)


def signature_inverse(
    bsig: Array,
    in_column: int,
    out: Array,
    out_column: int,
    program: ConvolutionProgram,
    n_threads: int,
) -> None:
    """Write the convolution inverse of each row of `bsig` into `out`.

    Parameters
    ----------
    bsig : ndarray of float32 or float64, shape (batch, columns)
        Reads ``bsig[:, in_column : in_column + program.columns]``.
    in_column : int
        First column read.
    out : ndarray, shape (batch, columns)
        Receives the inverses; of the dtype of `bsig`.
    out_column : int
        First column written.
    program : ConvolutionProgram
        The algebra.
    n_threads : int
        Ignored here.
    """
    x = _read(bsig, in_column, program)
    _write(out, out_column, _inverse(program, x, _slot_values(program, x)))


def signature_inverse_backward(
    bsig: Array,
    in_column: int,
    derivs: Array,
    derivs_column: int,
    out: Array,
    out_column: int,
    program: ConvolutionProgram,
    n_threads: int,
) -> None:
    """Write the derivative in `bsig`, given that in the result of `signature_inverse`.

    Parameters
    ----------
    bsig : ndarray of float32 or float64, shape (batch, columns)
        The signatures that were inverted.
    in_column : int
        First column read of `bsig`.
    derivs : ndarray, shape (batch, columns)
        Derivatives with respect to the inverses.
    derivs_column : int
        First column read of `derivs`.
    out : ndarray, shape (batch, columns)
        Receives the derivatives with respect to the signatures.
    out_column : int
        First column written.
    program : ConvolutionProgram
        The algebra.
    n_threads : int
        Ignored here.
    """
    x = _read(bsig, in_column, program)
    value = _slot_values(program, x)
    inverse = _inverse(program, x, value)
    d_inverse, d_value = _read(derivs, derivs_column, program), np.zeros_like(value)
    for order in range(program.degree, 1, -1):
        d_terms = -d_inverse[program._elements(order), None]
        program._terms_backward(order, d_terms, inverse, value, d_inverse, d_value)
    d_x = -d_inverse
    _slot_values_backward(program, x, value, d_x, d_value)
    _write(out, out_column, d_x)


def _inverse(program: ConvolutionProgram, x: Array, value: Array) -> Array:
    """Solve ``x * y = counit`` for ``y``, order by order."""
    y = -x
    for order in range(2, program.degree + 1):
        y[program._elements(order)] -= program._terms(order, y, value)[:, 0]
    return y


def linear_signature(
    displacement: Array, out: Array, out_column: int, program: ConvolutionProgram, n_threads: int
) -> None:
    """Write the signature of a linear piece of path by each row of `displacement` into `out`.

    Parameters
    ----------
    displacement : ndarray of float32 or float64, shape (batch, program.width)
        Increments of the pieces.
    out : ndarray, shape (batch, columns)
        Receives the signatures; of the dtype of `displacement`.
    out_column : int
        First column written.
    program : ConvolutionProgram
        The algebra.
    n_threads : int
        Ignored here.
    """
    step = np.zeros((program.columns, len(displacement)), dtype=displacement.dtype)
    step[: program.width] = displacement.T
    _write(out, out_column, _flow(program, step)[0])


def linear_signature_backward(
    displacement: Array,
    derivs: Array,
    derivs_column: int,
    out: Array,
    program: ConvolutionProgram,
    n_threads: int,
) -> None:
    """Write the derivative in `displacement`, given that in the result of `linear_signature`.

    Parameters
    ----------
    displacement : ndarray of float32 or float64, shape (batch, program.width)
        Increments of the pieces.
    derivs : ndarray, shape (batch, columns)
        Derivatives with respect to the signatures.
    derivs_column : int
        First column read of `derivs`.
    out : ndarray, shape (batch, program.width)
        Receives the derivatives with respect to the increments.
    program : ConvolutionProgram
        The algebra.
    n_threads : int
        Ignored here.
    """
    step = np.zeros((len(displacement), program.columns), dtype=displacement.dtype)
    step[:, : program.width] = displacement
    d_step = np.empty_like(step)
    log_to_signature_backward(step, 0, derivs, derivs_column, d_step, 0, program, n_threads)
    out[:] = d_step[:, : program.width]


def _read(rows: Array, column: int, program: ConvolutionProgram) -> Array:
    """Return a copy of the coefficients of each row, coefficients first."""
    return rows[:, column : column + program.columns].T.copy()


def _write(out: Array, column: int, coefficients: Array) -> None:
    out[:, column : column + len(coefficients)] = coefficients.T


def _no_slots(program: ConvolutionProgram, y: Array) -> Array:
    """Return the slots before any is known; number 0, of the empty element, is 1."""
    value: Array = np.ones((len(program._factor), *y.shape[1:]), dtype=y.dtype)
    return value


def _slot_values(program: ConvolutionProgram, x: Array) -> Array:
    """Return the values of a functional on all slots, as at a single node."""
    y = x[:, None]
    value = _no_slots(program, y)
    for order in range(1, program.degree):
        program._slots(order, y, value)
    return value


def _slot_values_backward(
    program: ConvolutionProgram, x: Array, value: Array, d_x: Array, d_value: Array
) -> None:
    """Add what the slots send to the coefficients."""
    for order in range(program.degree - 1, 0, -1):
        program._slots_backward(order, x[:, None], value, d_x[:, None], d_value)
