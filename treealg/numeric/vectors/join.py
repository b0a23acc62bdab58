"""Joining a linear piece to the path of a branched signature, and its backward pass."""

from __future__ import annotations

from collections.abc import Sequence

from treealg.checks import check_flag
from treealg.numeric.arguments.calls import checked_call
from treealg.numeric.vectors import maps
from treealg.typing import Array, ArrayLike

__all__ = ["branched_sig_join", "branched_sig_join_backprop"]


def branched_sig_join(
    bsig: ArrayLike,
    displacement: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    prepend: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
    out: Array | None = None,
) -> Array:
    r"""Append a linear piece to the path of a branched signature, or prepend one.

    :math:`X * \exp_*(\Delta x)`, or :math:`\exp_*(\Delta x) * X` if `prepend`.

    Parameters
    ----------
    bsig : ArrayLike, shape (..., coefficients)
        Signatures in basis order, with or without the scalar 1 in front.
    displacement : ArrayLike, shape (..., dimension)
        End point of the piece minus its start point; of the kind and dtype of `bsig`, with a
        leading shape that broadcasts with its own.
    dimension : int
        Channels of the path that is integrated (after path transforms), at least 1.
    degree : int
        Truncation, at least 0.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    prepend : bool, default False
        Whether the piece comes before the path.
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
        Signatures in the layout of `bsig`, with a scalar if it has one. NumPy array or tensor as
        `bsig` is, of the same dtype (float64 for integers and lists), never sharing memory with it.
        It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if the two are of
        different kinds or dtypes; if `dimension`, `degree` or `n_jobs` is no integer, or a flag no
        boolean; or if `weights` are no integers; or if `out` is no array of the kind and dtype of
        the result.
    InvalidValueError
        If the last axis of `bsig` has not the length of this basis or that of `displacement` not
        length `dimension`, or a scalar in front is neither 1 nor NaN; if the leading shapes do not
        broadcast; if `dimension` is below 1, `degree` negative, or `n_jobs` 0; or if the basis or
        the result does not fit in memory; or if `weights` are not positive, one for each channel,
        or too fine; or if `out` has not its shape or layout, or shares memory with an argument.

    See Also
    --------
    branched_sig_combine : The product of two signatures.
    branched_sig_join_backprop : The gradient.

    Notes
    -----
    NaN and infinity stay within their own row. Memory beyond arguments and result is bounded by
    threads times coefficients. The GIL is released, no argument is changed.

    References
    ----------
    P. Kidger and T. Lyons, *Signatory: differentiable computations of the signature and
    logsignature transforms, on both CPU and GPU*, ICLR 2021.

    Examples
    --------
    >>> import treealg
    >>> first = treealg.linear_branched_sig([1.0, 0.0], 2, 2)
    >>> treealg.branched_sig_join(first, [0.0, 1.0], 2, 2)
    array([1. , 1. , 0.5, 1. , 0. , 0.5])
    >>> treealg.branched_sig_join(first, [0.0, 1.0], 2, 2, prepend=True)
    array([1. , 1. , 0.5, 0. , 1. , 0.5])
    """
    call = checked_call(dimension, degree, planar, n_jobs, weights=weights)
    before = check_flag("prepend", prepend)
    return maps.joined(call, bsig, displacement, "bsig", out, before=before, is_log=False)


def branched_sig_join_backprop(
    derivs: ArrayLike,
    bsig: ArrayLike,
    displacement: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    prepend: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
    out: tuple[Array | None, ...] | None = None,
) -> tuple[Array, Array]:
    r"""Compute the gradients in a signature and a displacement from that in their join.

    Parameters
    ----------
    derivs : ArrayLike, shape (..., coefficients)
        Derivatives of a scalar function in the result of `branched_sig_join`, in its layout.
    bsig : ArrayLike, shape (..., coefficients)
        Signatures, as given to `branched_sig_join`.
    displacement : ArrayLike, shape (..., dimension)
        Displacements, likewise; all three of one kind and dtype, with leading shapes that broadcast
        to that of `derivs`.
    dimension : int
        Channels of the path that is integrated (after path transforms), at least 1.
    degree : int
        Truncation, at least 0.
    planar, prepend : bool, default False
        As for `branched_sig_join`.
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
    tuple of two Array
        Derivatives in `bsig`, shape ``(..., coefficients)``, and in `displacement`, shape ``(...,
        dimension)``, of their kind and dtype, never sharing memory with an argument: for one that
        was broadcast, the sum over the rows that it served. A scalar slot is 0. They are those of
        `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if they are of
        different kinds or dtypes; if `dimension`, `degree` or `n_jobs` is no integer, or a flag no
        boolean; or if `weights` are no integers; or if `out` is no tuple, or one of it no array of
        the kind and dtype of its result.
    InvalidValueError
        If the last axis of an array has not the length that belongs to these arguments, or a scalar
        in front of `bsig` is neither 1 nor NaN; if the leading shapes of `bsig` and `displacement`
        do not broadcast, or not to that of `derivs`; if `dimension` is below 1, `degree` negative,
        or `n_jobs` 0; or if the basis or the result does not fit in memory; or if `weights` are not
        positive, one for each channel, or too fine; or if `out` has not the lengths of the results,
        or one of it not the shape or layout of its result, or memory in common with another one or
        an argument.

    See Also
    --------
    branched_sig_join : The function differentiated.

    Examples
    --------
    In one channel to two nodes the second coefficient of the join is :math:`x_2 + x_1 \Delta x +
    \tfrac12 \Delta x^2`:

    >>> import treealg
    >>> treealg.branched_sig_join_backprop([0.0, 1.0], [3.0, 5.0], [4.0], 1, 2)
    (array([4., 1.]), array([7.]))
    """
    call = checked_call(dimension, degree, planar, n_jobs, weights=weights)
    before = check_flag("prepend", prepend)
    return maps.joined_backward(
        call, derivs, bsig, displacement, "bsig", out, before=before, is_log=False
    )
