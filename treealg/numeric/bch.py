"""Products of branched signatures seen on their logarithms: Baker, Campbell and Hausdorff."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.numeric import arrays, kernels, options
from treealg.numeric.coefficients import (
    Space,
    check_columns,
    check_same_scalar,
    chunks,
    log_columns,
    space_of,
)
from treealg.numeric.exponential import expanded, gather_coordinates
from treealg.numeric.linear import displacement_rows
from treealg.typing import Array, ArrayLike

__all__ = [
    "branched_log_sig_combine",
    "branched_log_sig_combine_backprop",
    "branched_log_sig_join",
    "branched_log_sig_join_backprop",
]

Floats = npt.NDArray[Any]


def branched_log_sig_combine(
    blogsig1: ArrayLike,
    blogsig2: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> Array:
    r"""Compute the log-signature of one path followed by another, from their log-signatures.

    :math:`\log_*(\exp_* L * \exp_* M) = L + M + \tfrac12 [L, M] + \dots`, the series of Baker,
    Campbell and Hausdorff with :math:`[L, M] = L * M - M * L`; the first argument is the earlier
    path.

    Parameters
    ----------
    blogsig1, blogsig2 : ArrayLike, shape (..., log_coefficients)
        Log-signatures of the earlier and the later path by `method`, in expanded form both with or
        both without the scalar 0 in front; of one kind, dtype and leading shape.
    dimension : int
        Channels of the path that is integrated (after path transforms), at least 1.
    degree : int
        Truncation, at least 0.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    method : {0, 1, 2}, default 0
        Form of arguments and result: 0 expanded; if `planar`, 1 the coordinates at Lyndon forests
        and 2 the coefficients in the standard bracket basis.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.

    Returns
    -------
    Array, shape (..., log_coefficients)
        Log-signatures in the layout of the arguments. NumPy array or tensor as they are, of the
        same dtype (float64 for integers and lists), never sharing memory with them.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if the two are of
        different kinds or dtypes; if `dimension`, `degree`, `method` or `n_jobs` is no integer, or
        `planar` no boolean.
    InvalidValueError
        If the last axis of an array has not the length that belongs to `method` in this basis, a
        scalar in front is neither 0 nor NaN, or only one of them has a scalar; if the leading
        shapes differ; if `dimension` is below 1, `degree` negative, or `n_jobs` 0; if `method` is
        not one of this basis; or if the basis or the result does not fit in memory.

    See Also
    --------
    branched_sig_combine : The same of signatures.
    branched_log_sig_combine_backprop : The gradient.

    Notes
    -----
    Two exponentials, their product and its logarithm, a few rows at a time. NaN and infinity stay
    within their own row. The GIL is released in each of the four, no argument is changed.

    References
    ----------
    C. Reutenauer, *Free Lie Algebras*, Oxford University Press (1993).

    H. Munthe-Kaas and W. Wright, *On the Hopf algebraic structure of Lie group integrators*, Found.
    Comput. Math. 8 (2008), 227-257, doi:10.1007/s10208-006-0222-5.

    Examples
    --------
    In one channel to two nodes the two commute, as there is one tree of each order only:

    >>> import treealg
    >>> treealg.branched_log_sig_combine([3.0, 5.0], [1.0, 2.0], 1, 2)
    array([4., 7.])
    """
    space = space_of(dimension, degree, planar, n_jobs, method=method)
    left = arrays.as_rows(blogsig1, "blogsig1", 1)
    right = arrays.as_rows(blogsig2, "blogsig2", 1)
    arrays.check_alike(left, right)
    scalar = log_columns(left, space)
    log_columns(right, space)
    check_same_scalar(left, right)
    result, out = arrays.allocate(left, left.item[0])
    for x, y, z in chunks(space.n_threads, (out,), left, right):
        if scalar:
            np.add(x[:, 0], y[:, 0], out=z[:, 0])
        if space.degree:
            first, second = _exponential(x, scalar, space), _exponential(y, scalar, space)
            _logarithm(_product(first, second, space), z, scalar, space)
    return arrays.wrap(result, left.kind)


def branched_log_sig_combine_backprop(
    derivs: ArrayLike,
    blogsig1: ArrayLike,
    blogsig2: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    method: int = 0,
    n_jobs: int = 1,
) -> tuple[Array, Array]:
    r"""Compute the gradients in two log-signatures from that in the one of the joined path.

    Parameters
    ----------
    derivs : ArrayLike, shape (..., log_coefficients)
        Derivatives of a scalar function in the result of `branched_log_sig_combine`, in its layout.
    blogsig1, blogsig2 : ArrayLike, shape (..., log_coefficients)
        Log-signatures, as given to `branched_log_sig_combine`; of the kind, dtype and leading shape
        of `derivs`.
    dimension : int
        Channels of the path that is integrated (after path transforms), at least 1.
    degree : int
        Truncation, at least 0.
    planar, method
        As for `branched_log_sig_combine`.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.

    Returns
    -------
    tuple of two Array, shape (..., log_coefficients)
        Derivatives in `blogsig1` and in `blogsig2`, in their layout, kind and dtype, never sharing
        memory with an argument. A scalar slot is 0.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if they are of
        different kinds or dtypes; if `dimension`, `degree`, `method` or `n_jobs` is no integer, or
        `planar` no boolean.
    InvalidValueError
        If the last axis of an array has not the length that belongs to `method` in this basis, a
        scalar in front of a log-signature is neither 0 nor NaN, or not all have a scalar where one
        has; if the leading shapes differ; if `dimension` is below 1, `degree` negative, or `n_jobs`
        0; if `method` is not one of this basis; or if the basis or the result does not fit in
        memory.

    See Also
    --------
    branched_log_sig_combine : The function differentiated.

    Examples
    --------
    In one channel to two nodes the result is the sum:

    >>> import treealg
    >>> treealg.branched_log_sig_combine_backprop([0.0, 1.0], [3.0, 5.0], [1.0, 2.0], 1, 2)
    (array([0., 1.]), array([0., 1.]))
    """
    space = space_of(dimension, degree, planar, n_jobs, method=method)
    back = arrays.as_rows(derivs, "derivs", 1)
    left = arrays.as_rows(blogsig1, "blogsig1", 1)
    right = arrays.as_rows(blogsig2, "blogsig2", 1)
    arrays.check_alike(left, right)
    arrays.check_alike(left, back)
    scalar = log_columns(left, space)
    log_columns(right, space)
    check_same_scalar(left, right)
    check_columns(back, left.item[0], "as blogsig1 and blogsig2 have")
    result1, out1 = arrays.allocate(left, left.item[0])
    result2, out2 = arrays.allocate(left, left.item[0])
    if scalar:
        out1[:, 0] = out2[:, 0] = 0.0
    if space.degree:
        for d, x, y, dx, dy in chunks(space.n_threads, (out1, out2), back, left, right):
            first, second = _exponential(x, scalar, space), _exponential(y, scalar, space)
            d_first, d_second = _product_backward(d, scalar, first, second, space)
            _exponential_backward(x, d_first, dx, scalar, space)
            _exponential_backward(y, d_second, dy, scalar, space)
    return arrays.wrap(result1, left.kind), arrays.wrap(result2, left.kind)


def branched_log_sig_join(
    blogsig: ArrayLike,
    displacement: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    method: int = 0,
    prepend: bool = False,
    n_jobs: int = 1,
) -> Array:
    r"""Append a linear piece to the path of a branched log-signature, or prepend one.

    :math:`\log_*(\exp_* L * \exp_* \Delta x)`, or with the factors exchanged if `prepend`.

    Parameters
    ----------
    blogsig : ArrayLike, shape (..., log_coefficients)
        Log-signatures by `method`; in expanded form with or without the scalar 0 in front.
    displacement : ArrayLike, shape (..., dimension)
        End point of the piece minus its start point; of the kind, dtype and leading shape of
        `blogsig`.
    dimension : int
        Channels of the path that is integrated (after path transforms), at least 1.
    degree : int
        Truncation, at least 0.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    method : {0, 1, 2}, default 0
        Form of `blogsig` and result: 0 expanded; if `planar`, 1 the coordinates at Lyndon forests
        and 2 the coefficients in the standard bracket basis.
    prepend : bool, default False
        Whether the piece comes before the path.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.

    Returns
    -------
    Array, shape (..., log_coefficients)
        Log-signatures in the layout of `blogsig`. NumPy array or tensor as it is, of the same dtype
        (float64 for integers and lists), never sharing memory with it.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if the two are of
        different kinds or dtypes; if `dimension`, `degree`, `method` or `n_jobs` is no integer, or
        a flag no boolean.
    InvalidValueError
        If the last axis of `blogsig` has not the length that belongs to `method` in this basis or
        that of `displacement` not length `dimension`, or a scalar in front is neither 0 nor NaN; if
        the leading shapes differ; if `dimension` is below 1, `degree` negative, or `n_jobs` 0; if
        `method` is not one of this basis; or if the basis or the result does not fit in memory.

    See Also
    --------
    branched_sig_join : The same of signatures.
    branched_log_sig_join_backprop : The gradient.

    References
    ----------
    C. Reutenauer, *Free Lie Algebras*, Oxford University Press (1993).

    Examples
    --------
    One unit along channel 0, then one along channel 1: half of it is left on ``((0,), 1)``.

    >>> import treealg
    >>> first = treealg.linear_branched_log_sig([1.0, 0.0], 2, 2)
    >>> treealg.branched_log_sig_join(first, [0.0, 1.0], 2, 2)
    array([ 1. ,  1. ,  0. ,  0.5, -0.5,  0. ])
    """
    space = space_of(dimension, degree, planar, n_jobs, method=method)
    before = options.flag(prepend, "prepend")
    rows = arrays.as_rows(blogsig, "blogsig", 1)
    steps = displacement_rows(displacement, space)
    arrays.check_alike(rows, steps)
    scalar = log_columns(rows, space)
    result, out = arrays.allocate(rows, rows.item[0])
    for x, step, y in chunks(space.n_threads, (out,), rows, steps):
        if scalar:
            y[:, 0] = x[:, 0]
        if space.degree:
            factors = _exponential(x, scalar, space), _piece(step, space)
            _logarithm(_product(*_ordered(factors, before), space), y, scalar, space)
    return arrays.wrap(result, rows.kind)


def branched_log_sig_join_backprop(
    derivs: ArrayLike,
    blogsig: ArrayLike,
    displacement: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    method: int = 0,
    prepend: bool = False,
    n_jobs: int = 1,
) -> tuple[Array, Array]:
    r"""Compute the gradients in a log-signature and a displacement from that in their join.

    Parameters
    ----------
    derivs : ArrayLike, shape (..., log_coefficients)
        Derivatives of a scalar function in the result of `branched_log_sig_join`, in its layout.
    blogsig : ArrayLike, shape (..., log_coefficients)
        Log-signatures, as given to `branched_log_sig_join`.
    displacement : ArrayLike, shape (..., dimension)
        Displacements, likewise; all three of one kind, dtype and leading shape.
    dimension : int
        Channels of the path that is integrated (after path transforms), at least 1.
    degree : int
        Truncation, at least 0.
    planar, method, prepend
        As for `branched_log_sig_join`.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.

    Returns
    -------
    tuple of two Array
        Derivatives in `blogsig`, shape ``(..., log_coefficients)``, and in `displacement`, shape
        ``(..., dimension)``, of their kind and dtype, never sharing memory with an argument. A
        scalar slot is 0.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if they are of
        different kinds or dtypes; if `dimension`, `degree`, `method` or `n_jobs` is no integer, or
        a flag no boolean.
    InvalidValueError
        If the last axis of an array has not the length that belongs to these arguments, or a scalar
        in front of `blogsig` is neither 0 nor NaN; if the leading shapes differ; if `dimension` is
        below 1, `degree` negative, or `n_jobs` 0; if `method` is not one of this basis; or if the
        basis or the result does not fit in memory.

    See Also
    --------
    branched_log_sig_join : The function differentiated.

    Examples
    --------
    In one channel to two nodes the displacement is added to the first coefficient:

    >>> import treealg
    >>> treealg.branched_log_sig_join_backprop([7.0, 1.0], [3.0, 5.0], [4.0], 1, 2)
    (array([7., 1.]), array([7.]))
    """
    space = space_of(dimension, degree, planar, n_jobs, method=method)
    before = options.flag(prepend, "prepend")
    back, rows = arrays.as_rows(derivs, "derivs", 1), arrays.as_rows(blogsig, "blogsig", 1)
    steps = displacement_rows(displacement, space)
    arrays.check_alike(rows, steps)
    arrays.check_alike(rows, back)
    scalar = log_columns(rows, space)
    check_columns(back, rows.item[0], "as blogsig has")
    result, out = arrays.allocate(rows, rows.item[0])
    d_steps, out_steps = arrays.allocate(steps, space.dimension)
    program = space.program()
    if scalar:
        out[:, 0] = 0.0
    if program is None:
        out_steps[:] = 0.0
    else:
        for d, x, step, dx, d_step in chunks(space.n_threads, (out, out_steps), back, rows, steps):
            factors = _ordered((_exponential(x, scalar, space), _piece(step, space)), before)
            gradients = _product_backward(d, scalar, *factors, space)
            d_first, d_piece = _ordered(gradients, before)
            _exponential_backward(x, d_first, dx, scalar, space)
            kernels.linear_signature_backward(step, d_piece, 0, d_step, program, space.n_threads)
    return arrays.wrap(result, rows.kind), arrays.wrap(d_steps, rows.kind)


def _ordered(pair: tuple[Floats, Floats], exchanged: bool) -> tuple[Floats, Floats]:
    return pair[::-1] if exchanged else pair


def _exponential(log: Floats, scalar: int, space: Space) -> Floats:
    """Return the signatures, without scalar, of logarithms by the method of `space`."""
    full, column = expanded(log, scalar, space)
    out = np.empty((len(log), space.columns()), log.dtype)
    kernels.log_to_signature(full, column, out, 0, space.program(), space.n_threads)
    return out


def _exponential_backward(
    log: Floats, d_sig: Floats, out: Floats, scalar: int, space: Space
) -> None:
    """Write the derivatives in logarithms from those in their signatures."""
    full, column = expanded(log, scalar, space)
    d_log = np.empty_like(d_sig) if space.method else out
    kernels.log_to_signature_backward(
        full, column, d_sig, 0, d_log, column, space.program(), space.n_threads
    )
    gather_coordinates(d_log, out, space)


def _piece(step: Floats, space: Space) -> Floats:
    """Return the signatures of linear pieces, without scalar."""
    out = np.empty((len(step), space.columns()), step.dtype)
    kernels.linear_signature(step, out, 0, space.program(), space.n_threads)
    return out


def _product(first: Floats, second: Floats, space: Space) -> Floats:
    out = np.empty_like(first)
    kernels.signature_product(first, 0, second, 0, out, 0, space.program(), space.n_threads)
    return out


def _logarithm(sig: Floats, out: Floats, scalar: int, space: Space) -> None:
    """Write the logarithms of signatures, by the method of `space`."""
    plan = space.plan()
    kernels.signature_to_log(sig, 0, out, scalar, plan.program, plan.output_map, space.n_threads)


def _product_backward(
    derivs: Floats, scalar: int, first: Floats, second: Floats, space: Space
) -> tuple[Floats, Floats]:
    """Return the derivatives in two signatures from those in the logarithm of their product."""
    plan = space.plan()
    d_product, d_first, d_second = (np.empty_like(first) for _ in range(3))
    kernels.signature_to_log_backward(
        _product(first, second, space),
        0,
        derivs,
        scalar,
        d_product,
        0,
        plan.program,
        plan.output_map,
        space.n_threads,
    )
    kernels.signature_product_backward(
        first,
        0,
        second,
        0,
        d_product,
        0,
        d_first,
        0,
        d_second,
        0,
        plan.program,
        space.n_threads,
    )
    return d_first, d_second
