"""The logarithm of a branched signature, any character or functional, and its backward pass."""

from __future__ import annotations

from collections.abc import Sequence

from treealg.numeric.arguments.calls import checked_call
from treealg.numeric.vectors import maps
from treealg.typing import Array, ArrayLike

__all__ = ["branched_sig_to_log_sig", "branched_sig_to_log_sig_backprop"]


def branched_sig_to_log_sig(
    bsig: ArrayLike,
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
    r"""Compute the branched log-signature of a branched signature.

    With the convolution :math:`f * g = (f \otimes g) \circ \Delta`, pruned part first, the
    logarithm is :math:`\log_* X = \sum_{n \ge 1} \frac{(-1)^{n-1}}{n} (X - \varepsilon)^{*n}`. For
    non-planar trees :math:`\Delta` is that of Butcher, Connes and Kreimer, and :math:`X` is
    multiplicative on forests; for ordered forests it is that of Munthe-Kaas and Wright (2008), and
    :math:`X` any functional. The signature need not be that of a path.

    Parameters
    ----------
    bsig : ArrayLike, shape (..., coefficients)
        Signatures in basis order, with or without the scalar 1 in front; which of the two is told
        by the length.
    dimension : int
        Channels of the underlying path, before the transforms; at least 1.
    degree : int
        Truncation, at least 0.
    time_aug, lead_lag : bool, default False
        Whether the signature is that of a path so transformed.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    method : {0, 1, 2}, default 0
        0 is the expanded form, in the layout of `bsig`. If `planar`, 1 gives the coordinates at
        Lyndon forests and 2 the coefficients in the standard bracket basis, without scalar.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a tree or ordered forest, the sum over its nodes, and the basis is what is light enough,
        in basis order. None counts nodes.
    out : Array or None, default None
        Where to write the result: an array of its kind, dtype and shape that shares no memory with
        an argument; C-contiguous, or columns of such an array where results are vectors.

    Returns
    -------
    Array, shape (..., coefficients)
        Log-signatures. NumPy array or tensor as `bsig` is, of the same dtype (float64 for integers
        and lists), never sharing memory with it. The scalar, if `bsig` has one, is 0. It is `out`,
        if that is given.

    Raises
    ------
    InvalidTypeError
        If `bsig` is no real array, requires a gradient, or is on no CPU or GPU; if `dimension`,
        `degree`, `method` or `n_jobs` is no integer, or a flag no boolean; or if `weights` are no
        integers; or if `out` is no array of the kind and dtype of the result.
    InvalidValueError
        If the last axis of `bsig` has not the length of this basis, or a scalar in front is neither
        1 nor NaN; if `dimension` is below 1, `degree` negative, or `n_jobs` 0; if `method` is not
        one of this basis; or if the basis or the result does not fit in memory; or if `weights` are
        not positive, one for each channel, or too fine; or if `out` has not its shape or layout, or
        shares memory with an argument.
    MissingDependencyError
        If an array is on a GPU and CuPy is not installed.

    See Also
    --------
    branched_log_sig : Faster, where the path is at hand.
    branched_sig_to_log_sig_backprop : The gradient.

    Notes
    -----
    Logarithms lose digits: terms as large as ``|x|**n``, with the length ``|x|`` of the path,
    cancel in the coefficient of order n, whose error is about ``eps * |x|**n`` with the rounding
    unit ``eps`` of the dtype. Neither a path that is scaled, nor logarithms of pieces that are
    joined, nor float64 for the logarithm of a signature in float32 has more of them; float64 from
    the points on has. Along a line of length 122 with noise of size 1, errors of order 6 are 4e-4
    of the largest coefficient in float32 and 1e-12 in float64, which takes 2 to 2.6 times as long.

    The scalar is compared with 1 exactly, as every function here writes it exactly. A NaN there,
    for instance of a row that marks missing data, gives NaN there. NaN and infinity stay within
    their own row.

    The equation :math:`\dot Y_t = Y_t * L` of :math:`Y_t = \exp_*(tL)` is solved for :math:`L`
    order by order, with the values of the polynomials :math:`Y_t` at ``degree - 2`` nodes: for each
    term of the coproduct as many multiplications. Memory beyond `bsig` and the result is bounded by
    threads times coefficients. The GIL is released, no argument is changed.

    CuPy arrays and CUDA tensors are computed on their GPU, on the current stream, and come back
    there; `n_jobs` has no meaning then.

    References
    ----------
    M. Gubinelli, *Ramification of rough paths*, J. Differential Equations 248 (2010), 693-721,
    doi:10.1016/j.jde.2009.11.015.

    M. Hairer and D. Kelly, *Geometric versus non-geometric rough paths*, Ann. Inst. H. Poincaré
    Probab. Statist. 51 (2015), 207-251, doi:10.1214/13-AIHP564.

    H. Munthe-Kaas and W. Wright, *On the Hopf algebraic structure of Lie group integrators*, Found.
    Comput. Math. 8 (2008), 227-257, doi:10.1007/s10208-006-0222-5.

    J. Reizenstein and B. Graham, *Algorithm 1004: the iisignature library*, ACM Trans. Math.
    Softw. 46 (2020), 8:1-8:21, doi:10.1145/3371237.

    Examples
    --------
    In one channel to two nodes, the coproduct of the ladder has one proper term, leaf by leaf:
    the logarithm is :math:`X(\text{ladder}) - \tfrac12 X(\text{leaf})^2`.

    >>> import treealg
    >>> treealg.branched_sig_to_log_sig([3.0, 5.0], 1, 2)
    array([3. , 0.5])
    >>> treealg.branched_sig_to_log_sig([1.0, 3.0, 5.0], 1, 2)
    array([0. , 3. , 0.5])

    In an array that serves again and again:

    >>> import numpy as np
    >>> out = np.empty((1, 2))
    >>> treealg.branched_sig_to_log_sig(np.array([[3.0, 5.0]]), 1, 2, out=out) is out
    True
    >>> out
    array([[3. , 0.5]])
    """
    call = checked_call(
        dimension, degree, planar, n_jobs, method, time_aug, lead_lag, weights=weights
    )
    return maps.logarithms(call, bsig, "bsig", out)


def branched_sig_to_log_sig_backprop(
    bsig: ArrayLike,
    blogsig_derivs: ArrayLike,
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
    r"""Compute the gradient in a branched signature from that in its log-signature.

    For a scalar function :math:`F` of :math:`L = \log_* X`, this is :math:`\partial F / \partial
    X(\tau) = \sum_\sigma \partial F / \partial L(\sigma)\ \partial L(\sigma) / \partial X(\tau)`,
    where the coefficients of the signature are independent variables.

    Parameters
    ----------
    bsig : ArrayLike, shape (..., coefficients)
        Signatures, as given to `branched_sig_to_log_sig`.
    blogsig_derivs : ArrayLike, shape (..., log_coefficients)
        Derivatives of :math:`F` in the log-signature, in the layout that `branched_sig_to_log_sig`
        returns for these arguments. A scalar slot in front, there with ``method=0`` if `bsig` has
        one, has no influence.
    dimension : int
        Channels of the underlying path, before the transforms; at least 1.
    degree : int
        Truncation, at least 0.
    time_aug, lead_lag : bool, default False
        Whether the signature is that of a path so transformed.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    method : {0, 1, 2}, default 0
        Form of the log-signature, as for `branched_sig_to_log_sig`.
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
        Derivatives of :math:`F` in `bsig`, of its shape, kind and dtype (float64 for integers and
        lists), never sharing memory with an argument. The scalar slot, if there is one, is 0. It is
        `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is on no CPU or GPU; if the two are of
        different kinds or dtypes; if `dimension`, `degree`, `method` or `n_jobs` is no integer, or
        a flag no boolean; or if `weights` are no integers; or if `out` is no array of the kind and
        dtype of the result.
    InvalidValueError
        If the last axis of `bsig` or `blogsig_derivs` has not the length that belongs to these
        arguments, or a scalar in front of `bsig` is neither 1 nor NaN; if the leading shapes
        differ; if `dimension` is below 1, `degree` negative, or `n_jobs` 0; if `method` is not one
        of this basis; or if the basis or the result does not fit in memory; or if `weights` are not
        positive, one for each channel, or too fine; or if `out` has not its shape or layout, or
        shares memory with an argument.
    MissingDependencyError
        If an array is on a GPU and CuPy is not installed.

    See Also
    --------
    branched_sig_to_log_sig : The function differentiated.

    Notes
    -----
    The backward pass of the same program: about three times the work of the forward one. Memory
    beyond arguments and result is bounded by threads times coefficients. The GIL is released, no
    argument is changed.

    CuPy arrays and CUDA tensors are computed on their GPU, on the current stream, and come back
    there; `n_jobs` has no meaning then.

    References
    ----------
    J. Reizenstein and B. Graham, *Algorithm 1004: the iisignature library*, ACM Trans. Math.
    Softw. 46 (2020), 8:1-8:21, doi:10.1145/3371237.

    Examples
    --------
    In one channel to two nodes :math:`L = (x_1, x_2 - \tfrac12 x_1^2)`; the gradient of its second
    coordinate at :math:`x_1 = 3`:

    >>> import treealg
    >>> treealg.branched_sig_to_log_sig_backprop([3.0, 5.0], [0.0, 1.0], 1, 2)
    array([-3.,  1.])
    """
    call = checked_call(
        dimension, degree, planar, n_jobs, method, time_aug, lead_lag, weights=weights
    )
    names = "bsig", "blogsig_derivs"
    return maps.logarithms_backward(call, bsig, blogsig_derivs, *names, out)
