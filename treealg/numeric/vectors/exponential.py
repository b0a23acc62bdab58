"""The exponential of a branched log-signature, and its backward pass."""

from __future__ import annotations

from collections.abc import Sequence

from treealg.numeric.arguments.calls import checked_call
from treealg.numeric.vectors import maps
from treealg.typing import Array, ArrayLike

__all__ = ["branched_log_sig_to_sig", "branched_log_sig_to_sig_backprop"]


def branched_log_sig_to_sig(
    blogsig: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    method: int = 0,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
    out: Array | None = None,
) -> Array:
    r"""Compute the branched signature of a branched log-signature.

    The convolution exponential :math:`\exp_* L = \varepsilon + \sum_{n \ge 1} L^{*n} / n!`, the
    inverse of `branched_sig_to_log_sig`. Non-planar, :math:`L` is 0 on forests of several trees and
    the result multiplicative on forests; planar, :math:`L` is any functional.

    Parameters
    ----------
    blogsig : ArrayLike, shape (..., log_coefficients)
        Log-signatures by `method`; the expanded form with or without the scalar 0 in front.
    dimension : int
        Channels of the underlying path, before the transforms; at least 1.
    degree : int
        Truncation, at least 0.
    time_aug, lead_lag : bool, default False
        Whether the log-signature is that of a path so transformed.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    method : {0, 1, 2}, default 0
        What `blogsig` is: 0 the expanded form; if `planar`, 1 the coordinates at Lyndon forests and
        2 the coefficients in the standard bracket basis, without scalar.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a tree or ordered forest, the sum over its nodes, and the basis is what is light enough,
        in basis order. None counts nodes.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., coefficients)
        Signatures in basis order, with the scalar 1 in front if `blogsig` has its 0. NumPy array or
        tensor as `blogsig` is, of the same dtype (float64 for integers and lists), never sharing
        memory with it. It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If `blogsig` is no real array, requires a gradient, or is not on the CPU; if `dimension`,
        `degree`, `method` or `n_jobs` is no integer, or a flag no boolean; or if `weights` are no
        integers; or if `out` is no array of the kind and dtype of the result.
    InvalidValueError
        If the last axis of `blogsig` has not the length that belongs to `method` in this basis, or
        a scalar in front is neither 0 nor NaN; if `dimension` is below 1, `degree` negative, or
        `n_jobs` 0; if `method` is not one of this basis; or if the basis or the result does not fit
        in memory; or if `weights` are not positive, one for each channel, or too fine; or if `out`
        has not its shape or layout, or shares memory with an argument.

    See Also
    --------
    branched_sig_to_log_sig : The inverse.
    branched_log_sig_to_sig_backprop : The gradient.

    Notes
    -----
    The equation :math:`\dot Y_t = Y_t * L` is solved order by order up to :math:`t = 1`, with the
    values of the polynomials :math:`Y_t` at ``degree - 2`` nodes. NaN and infinity stay within
    their own row. Memory beyond `blogsig` and the result is bounded by threads times coefficients.
    The GIL is released, no argument is changed.

    References
    ----------
    M. Gubinelli, *Ramification of rough paths*, J. Differential Equations 248 (2010), 693-721,
    doi:10.1016/j.jde.2009.11.015.

    H. Munthe-Kaas and W. Wright, *On the Hopf algebraic structure of Lie group integrators*, Found.
    Comput. Math. 8 (2008), 227-257, doi:10.1007/s10208-006-0222-5.

    Examples
    --------
    In one channel to two nodes, :math:`X = (l_1,\ l_2 + \tfrac12 l_1^2)`:

    >>> import treealg
    >>> treealg.branched_log_sig_to_sig([3.0, 0.5], 1, 2)
    array([3., 5.])
    >>> treealg.branched_log_sig_to_sig([0.0, 3.0, 0.5], 1, 2)
    array([1., 3., 5.])
    """
    call = checked_call(
        dimension, degree, planar, n_jobs, method, time_aug, lead_lag, weights=weights
    )
    return maps.exponentials(call, blogsig, "blogsig", out)


def branched_log_sig_to_sig_backprop(
    blogsig: ArrayLike,
    bsig_derivs: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    method: int = 0,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
    out: Array | None = None,
) -> Array:
    r"""Compute the gradient in a branched log-signature from that in its signature.

    For a scalar function :math:`F` of :math:`X = \exp_* L`, this is its derivative in the
    coefficients or coordinates of :math:`L`, all of them independent variables.

    Parameters
    ----------
    blogsig : ArrayLike, shape (..., log_coefficients)
        Log-signatures, as given to `branched_log_sig_to_sig`.
    bsig_derivs : ArrayLike, shape (..., coefficients)
        Derivatives of :math:`F` in the signature, in the layout that `branched_log_sig_to_sig`
        returns; of the kind, dtype and leading shape of `blogsig`.
    dimension, degree, time_aug, lead_lag, planar, method
        As for `branched_log_sig_to_sig`.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a tree or ordered forest, the sum over its nodes, and the basis is what is light enough,
        in basis order. None counts nodes.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., log_coefficients)
        Derivatives of :math:`F` in `blogsig`, of its shape, kind and dtype (float64 for integers
        and lists), never sharing memory with an argument. A scalar slot is 0. It is `out`, if that
        is given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if the two are of
        different kinds or dtypes; if `dimension`, `degree`, `method` or `n_jobs` is no integer, or
        a flag no boolean; or if `weights` are no integers; or if `out` is no array of the kind and
        dtype of the result.
    InvalidValueError
        If the last axis of `blogsig` or `bsig_derivs` has not the length that belongs to these
        arguments, or a scalar in front of `blogsig` is neither 0 nor NaN; if the leading shapes
        differ; if `dimension` is below 1, `degree` negative, or `n_jobs` 0; if `method` is not one
        of this basis; or if the basis or the result does not fit in memory; or if `weights` are not
        positive, one for each channel, or too fine; or if `out` has not its shape or layout, or
        shares memory with an argument.

    See Also
    --------
    branched_log_sig_to_sig : The function differentiated.

    Examples
    --------
    In one channel to two nodes :math:`X = (l_1,\ l_2 + \tfrac12 l_1^2)`:

    >>> import treealg
    >>> treealg.branched_log_sig_to_sig_backprop([3.0, 0.5], [0.0, 1.0], 1, 2)
    array([3., 1.])
    """
    call = checked_call(
        dimension, degree, planar, n_jobs, method, time_aug, lead_lag, weights=weights
    )
    names = "blogsig", "bsig_derivs"
    return maps.exponentials_backward(call, blogsig, bsig_derivs, *names, out)
