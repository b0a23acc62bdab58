"""The group of branched signatures: product and inverse, with their backward passes."""

from __future__ import annotations

from collections.abc import Sequence

from treealg.numeric.arguments.calls import checked_call
from treealg.numeric.vectors import maps
from treealg.typing import Array, ArrayLike

__all__ = [
    "branched_sig_combine",
    "branched_sig_combine_backprop",
    "branched_sig_inverse",
    "branched_sig_inverse_backprop",
]


def branched_sig_combine(
    bsig1: ArrayLike,
    bsig2: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
    out: Array | None = None,
) -> Array:
    r"""Compute the signature of one path followed by another, from their signatures.

    Chen's identity: the convolution :math:`(X * Y)(x) = \sum X(\text{pruned})\, Y(\text{trunk})`
    over the coproduct of Butcher, Connes and Kreimer or, planar, of Munthe-Kaas and Wright. The
    first factor is the earlier path.

    Parameters
    ----------
    bsig1, bsig2 : ArrayLike, shape (..., coefficients)
        Signatures of the earlier and the later path, in basis order, both with or both without the
        scalar 1 in front; of one kind and dtype, with leading shapes that broadcast.
    dimension : int
        Channels of the path that is integrated (after path transforms), at least 1.
    degree : int
        Truncation, at least 0.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
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
    Array, shape (..., coefficients)
        Signatures in the layout of the factors, with a scalar if they have one. NumPy array or
        tensor as they are, of the same dtype (float64 for integers and lists), never sharing memory
        with them. It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If a factor is no real array, requires a gradient, or is on no CPU or GPU; if the two are of
        different kinds or dtypes; if `dimension`, `degree` or `n_jobs` is no integer, or `planar`
        no boolean; or if `weights` are no integers; or if `out` is no array of the kind and dtype
        of the result.
    InvalidValueError
        If the last axis of a factor has not the length of this basis, a scalar in front is neither
        1 nor NaN, or only one of them has a scalar; if the leading shapes do not broadcast; if
        `dimension` is below 1, `degree` negative, or `n_jobs` 0; or if the basis or the result does
        not fit in memory; or if `weights` are not positive, one for each channel, or too fine; or
        if `out` has not its shape or layout, or shares memory with an argument.
    MissingDependencyError
        If an array is on a GPU and CuPy is not installed.

    See Also
    --------
    branched_sig_inverse : The inverse in this group.
    branched_sig_join : The product with the signature of a linear piece.
    branched_sig_combine_backprop : The gradient.

    Notes
    -----
    The product is associative. NaN and infinity stay within their own row. Time is one
    multiplication per term of the coproduct; memory beyond arguments and result is bounded by
    threads times coefficients. The GIL is released, no argument is changed.

    CuPy arrays and CUDA tensors are computed on their GPU, on the current stream, and come back
    there; `n_jobs` has no meaning then.

    References
    ----------
    M. Gubinelli, *Ramification of rough paths*, J. Differential Equations 248 (2010), 693-721,
    doi:10.1016/j.jde.2009.11.015.

    H. Munthe-Kaas and W. Wright, *On the Hopf algebraic structure of Lie group integrators*, Found.
    Comput. Math. 8 (2008), 227-257, doi:10.1007/s10208-006-0222-5.

    Examples
    --------
    First a unit along channel 0, then one along channel 1: channel 0 integrated against channel 1,
    the tree ``((0,), 1)``, gives 1, and the other way 0.

    >>> import treealg
    >>> first = treealg.branched_sig([[0.0, 0.0], [1.0, 0.0]], 2)
    >>> second = treealg.branched_sig([[0.0, 0.0], [0.0, 1.0]], 2)
    >>> treealg.branched_sig_combine(first, second, 2, 2)
    array([1. , 1. , 0.5, 1. , 0. , 0.5])
    """
    call = checked_call(dimension, degree, planar, n_jobs, weights=weights)
    return maps.products(call, bsig1, bsig2, ("bsig1", "bsig2"), out)


def branched_sig_combine_backprop(
    derivs: ArrayLike,
    bsig1: ArrayLike,
    bsig2: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
    out: tuple[Array | None, ...] | None = None,
) -> tuple[Array, Array]:
    r"""Compute the gradients in two signatures from that in their product.

    For a scalar function :math:`F` of :math:`X * Y`, these are its derivatives in the coefficients
    of :math:`X` and of :math:`Y`, all of them independent variables.

    Parameters
    ----------
    derivs : ArrayLike, shape (..., coefficients)
        Derivatives of :math:`F` in the product, in its layout.
    bsig1, bsig2 : ArrayLike, shape (..., coefficients)
        The factors, as given to `branched_sig_combine`; of the kind and dtype of `derivs`, with
        leading shapes that broadcast to its own.
    dimension : int
        Channels of the path that is integrated (after path transforms), at least 1.
    degree : int
        Truncation, at least 0.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
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
    tuple of two Array, shape (..., coefficients)
        Derivatives of :math:`F` in `bsig1` and in `bsig2`, in their layout, kind and dtype, never
        sharing memory with an argument: for a factor that was broadcast, the sum over the rows that
        it served. A scalar slot is 0. They are those of `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is on no CPU or GPU; if they are of
        different kinds or dtypes; if `dimension`, `degree` or `n_jobs` is no integer, or `planar`
        no boolean; or if `weights` are no integers; or if `out` is no tuple, or one of it no array
        of the kind and dtype of its result.
    InvalidValueError
        If the last axis of an array has not the length of this basis, a scalar in front of a factor
        is neither 1 nor NaN, or not all have a scalar where one has; if the leading shapes of the
        factors do not broadcast, or not to that of `derivs`; if `dimension` is below 1, `degree`
        negative, or `n_jobs` 0; or if the basis or the result does not fit in memory; or if
        `weights` are not positive, one for each channel, or too fine; or if `out` has not the
        lengths of the results, or one of it not the shape or layout of its result, or memory in
        common with another one or an argument.
    MissingDependencyError
        If an array is on a GPU and CuPy is not installed.

    See Also
    --------
    branched_sig_combine : The function differentiated.

    Notes
    -----
    CuPy arrays and CUDA tensors are computed on their GPU, on the current stream, and come back
    there; `n_jobs` has no meaning then.

    Examples
    --------
    In one channel to two nodes the product is :math:`(x_1 + y_1,\ x_2 + y_2 + x_1 y_1)`:

    >>> import treealg
    >>> treealg.branched_sig_combine_backprop([0.0, 1.0], [3.0, 5.0], [4.0, 6.0], 1, 2)
    (array([4., 1.]), array([3., 1.]))
    """
    call = checked_call(dimension, degree, planar, n_jobs, weights=weights)
    return maps.products_backward(call, derivs, bsig1, bsig2, ("bsig1", "bsig2"), out)


def branched_sig_inverse(
    bsig: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
    out: Array | None = None,
) -> Array:
    r"""Compute the signature of a path run backwards, from that of the path.

    The inverse :math:`X^{-1}` for the convolution of `branched_sig_combine`, which is :math:`X`
    composed with the antipode: :math:`X * X^{-1} = X^{-1} * X = \varepsilon`. Without corrections
    it is the signature of the path in reversed time.

    Parameters
    ----------
    bsig : ArrayLike, shape (..., coefficients)
        Signatures in basis order, with or without the scalar 1 in front.
    dimension : int
        Channels of the path that is integrated (after path transforms), at least 1.
    degree : int
        Truncation, at least 0.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
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
    Array, shape (..., coefficients)
        Inverses in the layout of `bsig`, with a scalar if it has one. NumPy array or tensor as
        `bsig` is, of the same dtype (float64 for integers and lists), never sharing memory with it.
        It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If `bsig` is no real array, requires a gradient, or is not on the CPU; if `dimension`,
        `degree` or `n_jobs` is no integer, or `planar` no boolean; or if `weights` are no integers;
        or if `out` is no array of the kind and dtype of the result.
    InvalidValueError
        If the last axis of `bsig` has not the length of this basis, or a scalar in front is neither
        1 nor NaN; if `dimension` is below 1, `degree` negative, or `n_jobs` 0; or if the basis or
        the result does not fit in memory; or if `weights` are not positive, one for each channel,
        or too fine; or if `out` has not its shape or layout, or shares memory with an argument.

    See Also
    --------
    branched_sig_combine : The product in this group.
    branched_sig_inverse_backprop : The gradient.

    Notes
    -----
    Solved order by order, :math:`X^{-1}(x) = -X(x) - \sum X(\text{pruned})\,
    X^{-1}(\text{trunk})` over the proper terms, without forming the antipode: one multiplication
    per term of the coproduct. The GIL is released, no argument is changed.

    References
    ----------
    A. Connes and D. Kreimer, *Hopf algebras, renormalization and noncommutative geometry*, Comm.
    Math. Phys. 199 (1998), 203-242, doi:10.1007/s002200050499.

    H. Munthe-Kaas and W. Wright, *On the Hopf algebraic structure of Lie group integrators*, Found.
    Comput. Math. 8 (2008), 227-257, doi:10.1007/s10208-006-0222-5.

    Examples
    --------
    In one channel to two nodes the inverse is :math:`(-x_1,\ x_1^2 - x_2)`:

    >>> import treealg
    >>> treealg.branched_sig_inverse([3.0, 5.0], 1, 2)
    array([-3.,  4.])
    """
    call = checked_call(dimension, degree, planar, n_jobs, weights=weights)
    return maps.inverses(call, bsig, "bsig", out)


def branched_sig_inverse_backprop(
    derivs: ArrayLike,
    bsig: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
    out: Array | None = None,
) -> Array:
    r"""Compute the gradient in a signature from that in its inverse.

    For a scalar function :math:`F` of :math:`X^{-1}`, this is its derivative in the coefficients of
    :math:`X`, all of them independent variables.

    Parameters
    ----------
    derivs : ArrayLike, shape (..., coefficients)
        Derivatives of :math:`F` in the inverse, in its layout.
    bsig : ArrayLike, shape (..., coefficients)
        Signatures, as given to `branched_sig_inverse`; of the kind, dtype and leading shape of
        `derivs`.
    dimension : int
        Channels of the path that is integrated (after path transforms), at least 1.
    degree : int
        Truncation, at least 0.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
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
    Array, shape (..., coefficients)
        Derivatives of :math:`F` in `bsig`, in its layout, kind and dtype, never sharing memory with
        an argument. A scalar slot is 0. It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if the two are of
        different kinds or dtypes; if `dimension`, `degree` or `n_jobs` is no integer, or `planar`
        no boolean; or if `weights` are no integers; or if `out` is no array of the kind and dtype
        of the result.
    InvalidValueError
        If the last axis of `bsig` has not the length of this basis, that of `derivs` not the length
        of `bsig`, or a scalar in front of `bsig` is neither 1 nor NaN; if the leading shapes
        differ; if `dimension` is below 1, `degree` negative, or `n_jobs` 0; or if the basis or the
        result does not fit in memory; or if `weights` are not positive, one for each channel, or
        too fine; or if `out` has not its shape or layout, or shares memory with an argument.

    See Also
    --------
    branched_sig_inverse : The function differentiated.

    Examples
    --------
    In one channel to two nodes the second coefficient of the inverse is :math:`x_1^2 - x_2`:

    >>> import treealg
    >>> treealg.branched_sig_inverse_backprop([0.0, 1.0], [3.0, 5.0], 1, 2)
    array([ 6., -1.])
    """
    call = checked_call(dimension, degree, planar, n_jobs, weights=weights)
    return maps.inverses_backward(call, derivs, bsig, "bsig", out)
