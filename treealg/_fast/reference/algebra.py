"""Operations on rows of coefficients in readable NumPy: maps, word products, logarithms, a group.

Arrays are of shape ``(batch, columns)`` and of one dtype, float32 or float64; those named `out` or
with a ``d_`` in front of an argument's name receive results. `n_threads` is ignored.
"""

from __future__ import annotations

import numpy as np

from treealg._fast.reference.programs import Array, ConvolutionProgram, SparseMap, WordProgram

__all__ = [
    "linear_signature",
    "linear_signature_backward",
    "log_to_signature",
    "log_to_signature_backward",
    "map_rows",
    "map_words",
    "signature_inverse",
    "signature_inverse_backward",
    "signature_product",
    "signature_product_backward",
    "signature_to_log",
    "signature_to_log_backward",
    "word_products",
]


def map_rows(
    rows: Array,
    out: Array,
    linear_map: SparseMap,
    transposed: bool,
    n_threads: int,
) -> None:
    """Write the image of each row, by a sparse map or its transpose, to a row of `out`.

    Parameters
    ----------
    rows : ndarray of float32 or float64, shape (batch, linear_map.columns)
        What is mapped; with `transposed` of ``linear_map.rows`` columns.
    out : ndarray, shape (batch, linear_map.rows)
        Receives the images; with `transposed` of ``linear_map.columns`` columns.
    linear_map : SparseMap
        The map.
    transposed : bool
        Whether to apply the transpose.
    n_threads : int
        Ignored here.
    """
    x = _read(rows)
    out[...] = (linear_map.apply_transpose(x) if transposed else linear_map.apply(x)).T


def word_products(
    left: Array, right: Array, out: Array, words: WordProgram, n_threads: int
) -> None:
    """Write the product of each row of `left` with that of `right`, the earlier one left.

    Parameters
    ----------
    left, right : ndarray of float32 or float64, shape (batch, words)
        Word signatures; rows are contiguous, here and in `out`.
    out : ndarray, shape (batch, words)
        Receives the products.
    words : WordProgram
        The words.
    n_threads : int
        Ignored here.
    """
    out[...] = words.product(left.T, right.T).T


def map_words(
    words: Array,
    out: Array,
    output_map: SparseMap,
    log_program: ConvolutionProgram | None,
    n_threads: int,
) -> None:
    """Write the mapped word signature, or its logarithm, of each row of `words` to one of `out`.

    Parameters
    ----------
    words : ndarray of float32 or float64, shape (batch, words)
        Word signatures.
    out : ndarray, shape (batch, output_map.rows)
        Receives the results.
    output_map : SparseMap
        Applied last.
    log_program : ConvolutionProgram or None
        Logarithm taken before; None for none.
    n_threads : int
        Ignored here.
    """
    given = _read(words)
    if log_program is not None:
        given = log_program.log(given)
    out[...] = output_map.apply(given).T


def signature_to_log(
    bsig: Array,
    out: Array,
    program: ConvolutionProgram,
    output_map: SparseMap | None,
    n_threads: int,
) -> None:
    """Write the mapped logarithm of each row of `bsig` into `out`.

    Parameters
    ----------
    bsig : ndarray of float32 or float64, shape (batch, program.columns)
        Signatures, or whatever has a logarithm.
    out : ndarray, shape (batch, program.columns), or (batch, output_map.rows)
        Receives the logarithms, mapped.
    program : ConvolutionProgram
        The logarithm.
    output_map : SparseMap or None
        Applied to the logarithm; None is the identity.
    n_threads : int
        Ignored here.
    """
    result = program.log(_read(bsig))
    if output_map is not None:
        result = output_map.apply(result)
    out[...] = result.T


def signature_to_log_backward(
    bsig: Array,
    derivs: Array,
    out: Array,
    program: ConvolutionProgram,
    output_map: SparseMap | None,
    n_threads: int,
) -> None:
    """Write the derivative in `bsig`, given that in the result of `signature_to_log`.

    Parameters
    ----------
    bsig : ndarray of float32 or float64, shape (batch, program.columns)
        As given to `signature_to_log`.
    derivs : ndarray, shape (batch, program.columns), or (batch, output_map.rows)
        Derivatives in its result.
    out : ndarray, shape (batch, program.columns)
        Receives the derivatives in `bsig`.
    program : ConvolutionProgram
        The logarithm.
    output_map : SparseMap or None
        What the forward kernel applied to the logarithm; None is the identity.
    n_threads : int
        Ignored here.
    """
    d_log = _read(derivs)
    if output_map is not None:
        d_log = output_map.apply_transpose(d_log)
    out[...] = program.log_backward(_read(bsig), d_log).T


def log_to_signature(
    blogsig: Array,
    out: Array,
    program: ConvolutionProgram,
    n_threads: int,
) -> None:
    """Write the convolution exponential of each row of `blogsig` into `out`.

    Parameters
    ----------
    blogsig : ndarray of float32 or float64, shape (batch, program.columns)
        The logarithms.
    out : ndarray, shape (batch, program.columns)
        Receives the signatures.
    program : ConvolutionProgram
        The algebra.
    n_threads : int
        Ignored here.
    """
    x = _flow(program, _read(blogsig))[0]
    out[...] = x.T


def log_to_signature_backward(
    blogsig: Array,
    derivs: Array,
    out: Array,
    program: ConvolutionProgram,
    n_threads: int,
) -> None:
    """Write the derivative in `blogsig`, given that in the result of `log_to_signature`.

    Parameters
    ----------
    blogsig : ndarray of float32 or float64, shape (batch, program.columns)
        The logarithms.
    derivs : ndarray, shape (batch, program.columns)
        Derivatives with respect to the signatures.
    out : ndarray, shape (batch, program.columns)
        Receives the derivatives with respect to the logarithms.
    program : ConvolutionProgram
        The algebra.
    n_threads : int
        Ignored here.
    """
    log = _read(blogsig)
    d_x, d_log = _read(derivs), np.zeros_like(log)
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
    out[...] = d_log.T


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
    right: Array,
    out: Array,
    program: ConvolutionProgram,
    n_threads: int,
) -> None:
    """Write the convolution of each row of `left` with one of `right` into `out`.

    Parameters
    ----------
    left, right : ndarray of float32 or float64, shape (batch, program.columns)
        The factors; `left` is evaluated on what is pruned.
    out : ndarray, shape (batch, program.columns)
        Receives the products; of the dtype of the factors.
    program : ConvolutionProgram
        The algebra.
    n_threads : int
        Ignored here.
    """
    first, second = _read(left), _read(right)
    value = _slot_values(program, first)
    product = first + second
    for order in range(2, program.degree + 1):
        product[program._elements(order)] += program._terms(order, second, value)[:, 0]
    out[...] = product.T


def signature_product_backward(
    left: Array,
    right: Array,
    derivs: Array,
    d_left: Array,
    d_right: Array,
    program: ConvolutionProgram,
    n_threads: int,
) -> None:
    """Write the derivatives in both factors, given that in the result of `signature_product`.

    Parameters
    ----------
    left, right : ndarray of float32 or float64, shape (batch, program.columns)
        The factors.
    derivs : ndarray, shape (batch, program.columns)
        Derivatives with respect to the products.
    d_left, d_right : ndarray, shape (batch, program.columns)
        Receive the derivatives with respect to the factors.
    program : ConvolutionProgram
        The algebra.
    n_threads : int
        Ignored here.
    """
    first, second = _read(left), _read(right)
    d_product = _read(derivs)
    value = _slot_values(program, first)
    d_first, d_second, d_value = d_product.copy(), d_product.copy(), np.zeros_like(value)
    for order in range(program.degree, 1, -1):
        d_terms = d_product[program._elements(order), None]
        program._terms_backward(order, d_terms, second, value, d_second, d_value)
    _slot_values_backward(program, first, value, d_first, d_value)
    d_left[...] = d_first.T
    d_right[...] = d_second.T


def signature_inverse(
    bsig: Array,
    out: Array,
    program: ConvolutionProgram,
    n_threads: int,
) -> None:
    """Write the convolution inverse of each row of `bsig` into `out`.

    Parameters
    ----------
    bsig : ndarray of float32 or float64, shape (batch, program.columns)
        The signatures.
    out : ndarray, shape (batch, program.columns)
        Receives the inverses; of the dtype of `bsig`.
    program : ConvolutionProgram
        The algebra.
    n_threads : int
        Ignored here.
    """
    x = _read(bsig)
    out[...] = _inverse(program, x, _slot_values(program, x)).T


def signature_inverse_backward(
    bsig: Array,
    derivs: Array,
    out: Array,
    program: ConvolutionProgram,
    n_threads: int,
) -> None:
    """Write the derivative in `bsig`, given that in the result of `signature_inverse`.

    Parameters
    ----------
    bsig : ndarray of float32 or float64, shape (batch, program.columns)
        The signatures that were inverted.
    derivs : ndarray, shape (batch, program.columns)
        Derivatives with respect to the inverses.
    out : ndarray, shape (batch, program.columns)
        Receives the derivatives with respect to the signatures.
    program : ConvolutionProgram
        The algebra.
    n_threads : int
        Ignored here.
    """
    x = _read(bsig)
    value = _slot_values(program, x)
    inverse = _inverse(program, x, value)
    d_inverse, d_value = _read(derivs), np.zeros_like(value)
    for order in range(program.degree, 1, -1):
        d_terms = -d_inverse[program._elements(order), None]
        program._terms_backward(order, d_terms, inverse, value, d_inverse, d_value)
    d_x = -d_inverse
    _slot_values_backward(program, x, value, d_x, d_value)
    out[...] = d_x.T


def _inverse(program: ConvolutionProgram, x: Array, value: Array) -> Array:
    """Solve ``x * y = counit`` for ``y``, order by order."""
    y = -x
    for order in range(2, program.degree + 1):
        y[program._elements(order)] -= program._terms(order, y, value)[:, 0]
    return y


def linear_signature(
    displacement: Array, out: Array, program: ConvolutionProgram, n_threads: int
) -> None:
    """Write the signature of a linear piece of path by each row of `displacement` into `out`.

    Parameters
    ----------
    displacement : ndarray of float32 or float64, shape (batch, program.width)
        Increments of the pieces.
    out : ndarray, shape (batch, program.columns)
        Receives the signatures; of the dtype of `displacement`.
    program : ConvolutionProgram
        The algebra.
    n_threads : int
        Ignored here.
    """
    step = np.zeros((program.columns, len(displacement)), dtype=displacement.dtype)
    step[: program.width] = displacement.T
    out[...] = _flow(program, step)[0].T


def linear_signature_backward(
    displacement: Array,
    derivs: Array,
    out: Array,
    program: ConvolutionProgram,
    n_threads: int,
) -> None:
    """Write the derivative in `displacement`, given that in the result of `linear_signature`.

    Parameters
    ----------
    displacement : ndarray of float32 or float64, shape (batch, program.width)
        Increments of the pieces.
    derivs : ndarray, shape (batch, program.columns)
        Derivatives with respect to the signatures.
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
    log_to_signature_backward(step, derivs, d_step, program, n_threads)
    out[...] = d_step[:, : program.width]


def _read(rows: Array) -> Array:
    """Return a copy of the coefficients of each row, coefficients first."""
    return np.array(rows.T, order="C")


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
