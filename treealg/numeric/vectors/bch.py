"""Products of branched signatures seen on their logarithms: Baker, Campbell and Hausdorff."""

from __future__ import annotations

from collections.abc import Sequence

from treealg.numeric.arguments.calls import checked_call
from treealg.numeric.vectors import maps
from treealg.typing import Array, ArrayLike

__all__ = ["branched_log_sig_combine", "branched_log_sig_combine_backprop"]


def branched_log_sig_combine(
    blogsig1: ArrayLike,
    blogsig2: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    method: int = 0,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
    out: Array | None = None,
) -> Array:
    r"""Compute the log-signature of one path followed by another, from their log-signatures.

    :math:`\log_*(\exp_* L * \exp_* M) = L + M + \tfrac12 [L, M] + \dots`, the series of Baker,
    Campbell and Hausdorff with :math:`[L, M] = L * M - M * L`; the first argument is the earlier
    path.

    Parameters
    ----------
    blogsig1, blogsig2 : ArrayLike, shape (..., log_coefficients)
        Log-signatures of the earlier and the later path by `method`, in expanded form both with or
        both without the scalar 0 in front; of one kind and dtype, with leading shapes that
        broadcast.
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
    weights : sequence of int or None, default None
        The weight of each channel, at least 1. Then `degree` bounds the weight of a tree or ordered
        forest, the sum over its nodes, and the basis is what is light enough, in basis order. None
        counts nodes.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., log_coefficients)
        Log-signatures in the layout of the arguments. NumPy array or tensor as they are, of the
        same dtype (float64 for integers and lists), never sharing memory with them. It is `out`, if
        that is given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if the two are of
        different kinds or dtypes; if `dimension`, `degree`, `method` or `n_jobs` is no integer, or
        `planar` no boolean; or if `weights` are no integers; or if `out` is no array of the kind
        and dtype of the result.
    InvalidValueError
        If the last axis of an array has not the length that belongs to `method` in this basis, a
        scalar in front is neither 0 nor NaN, or only one of them has a scalar; if the leading
        shapes do not broadcast; if `dimension` is below 1, `degree` negative, or `n_jobs` 0; if
        `method` is not one of this basis; or if the basis or the result does not fit in memory; or
        if `weights` are not positive, one for each channel, or too fine; or if `out` has not its
        shape or layout, or shares memory with an argument.

    See Also
    --------
    branched_sig_combine : The same of signatures.
    branched_log_sig_combine_backprop : The gradient.

    Notes
    -----
    Two exponentials, their product and its logarithm, a few rows at a time. NaN and infinity stay
    within their own row. The GIL is released in each of the four, no argument is changed.

    Logarithms lose digits: the error of a coefficient of n nodes is that of
    `branched_sig_to_log_sig`, about ``eps * |x|**n``, with the length ``|x|`` of both paths
    together.

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
    call = checked_call(dimension, degree, planar, n_jobs, method, weights=weights)
    return maps.log_products(call, blogsig1, blogsig2, ("blogsig1", "blogsig2"), out)


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
    weights: Sequence[int] | None = None,
    out: tuple[Array | None, ...] | None = None,
) -> tuple[Array, Array]:
    r"""Compute the gradients in two log-signatures from that in the one of the joined path.

    Parameters
    ----------
    derivs : ArrayLike, shape (..., log_coefficients)
        Derivatives of a scalar function in the result of `branched_log_sig_combine`, in its layout.
    blogsig1, blogsig2 : ArrayLike, shape (..., log_coefficients)
        Log-signatures, as given to `branched_log_sig_combine`; of the kind and dtype of `derivs`,
        with leading shapes that broadcast to its own.
    dimension : int
        Channels of the path that is integrated (after path transforms), at least 1.
    degree : int
        Truncation, at least 0.
    planar, method
        As for `branched_log_sig_combine`.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    weights : sequence of int or None, default None
        The weight of each channel, at least 1. Then `degree` bounds the weight of a tree or ordered
        forest, the sum over its nodes, and the basis is what is light enough, in basis order. None
        counts nodes.
    out : tuple of (Array or None), default None
        Where to write the results, one for each of them, as for `branched_sig`; None for one that
        is to be made.

    Returns
    -------
    tuple of two Array, shape (..., log_coefficients)
        Derivatives in `blogsig1` and in `blogsig2`, in their layout, kind and dtype, never sharing
        memory with an argument: for one that was broadcast, the sum over the rows that it served. A
        scalar slot is 0. They are those of `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if they are of
        different kinds or dtypes; if `dimension`, `degree`, `method` or `n_jobs` is no integer, or
        `planar` no boolean; or if `weights` are no integers; or if `out` is no tuple, or one of it
        no array of the kind and dtype of its result.
    InvalidValueError
        If the last axis of an array has not the length that belongs to `method` in this basis, a
        scalar in front of a log-signature is neither 0 nor NaN, or not all have a scalar where one
        has; if the leading shapes of the log-signatures do not broadcast, or not to that of
        `derivs`; if `dimension` is below 1, `degree` negative, or `n_jobs` 0; if `method` is not
        one of this basis; or if the basis or the result does not fit in memory; or if `weights` are
        not positive, one for each channel, or too fine; or if `out` has not the lengths of the
        results, or one of it not the shape or layout of its result, or memory in common with
        another one or an argument.

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
    call = checked_call(dimension, degree, planar, n_jobs, method, weights=weights)
    names = "blogsig1", "blogsig2"
    return maps.log_products_backward(call, derivs, blogsig1, blogsig2, names, out)
