"""Joining a linear piece to the path of a branched log-signature, and its backward pass."""

from __future__ import annotations

from collections.abc import Sequence

from treealg.checks import check_flag
from treealg.numeric.arguments.calls import checked_call
from treealg.numeric.vectors import maps
from treealg.typing import Array, ArrayLike

__all__ = ["branched_log_sig_join", "branched_log_sig_join_backprop"]


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
    weights: Sequence[int] | None = None,
    out: Array | None = None,
) -> Array:
    r"""Append a linear piece to the path of a branched log-signature, or prepend one.

    :math:`\log_*(\exp_* L * \exp_* \Delta x)`, or with the factors exchanged if `prepend`.

    Parameters
    ----------
    blogsig : ArrayLike, shape (..., log_coefficients)
        Log-signatures by `method`; in expanded form with or without the scalar 0 in front.
    displacement : ArrayLike, shape (..., dimension)
        End point of the piece minus its start point; of the kind and dtype of `blogsig`, with a
        leading shape that broadcasts with its own.
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
    weights : sequence of int or None, default None
        The weight of each channel, at least 1. Then `degree` bounds the weight of a tree or ordered
        forest, the sum over its nodes, and the basis is what is light enough, in basis order. None
        counts nodes.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., log_coefficients)
        Log-signatures in the layout of `blogsig`. NumPy array or tensor as it is, of the same dtype
        (float64 for integers and lists), never sharing memory with it. It is `out`, if that is
        given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if the two are of
        different kinds or dtypes; if `dimension`, `degree`, `method` or `n_jobs` is no integer, or
        a flag no boolean; or if `weights` are no integers; or if `out` is no array of the kind and
        dtype of the result.
    InvalidValueError
        If the last axis of `blogsig` has not the length that belongs to `method` in this basis or
        that of `displacement` not length `dimension`, or a scalar in front is neither 0 nor NaN; if
        the leading shapes do not broadcast; if `dimension` is below 1, `degree` negative, or
        `n_jobs` 0; if `method` is not one of this basis; or if the basis or the result does not fit
        in memory; or if `weights` are not positive, one for each channel, or too fine; or if `out`
        has not its shape or layout, or shares memory with an argument.

    See Also
    --------
    branched_sig_join : The same of signatures.
    branched_log_sig_join_backprop : The gradient.

    Notes
    -----
    An exponential, a product and a logarithm.

    Logarithms lose digits: the error of a coefficient of n nodes is that of
    `branched_sig_to_log_sig`, about ``eps * |x|**n``, with the length ``|x|`` of the path and the
    segment together.

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
    call = checked_call(dimension, degree, planar, n_jobs, method, weights=weights)
    before = check_flag("prepend", prepend)
    return maps.joined(call, blogsig, displacement, "blogsig", out, before=before, is_log=True)


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
    weights: Sequence[int] | None = None,
    out: tuple[Array | None, ...] | None = None,
) -> tuple[Array, Array]:
    r"""Compute the gradients in a log-signature and a displacement from that in their join.

    Parameters
    ----------
    derivs : ArrayLike, shape (..., log_coefficients)
        Derivatives of a scalar function in the result of `branched_log_sig_join`, in its layout.
    blogsig : ArrayLike, shape (..., log_coefficients)
        Log-signatures, as given to `branched_log_sig_join`.
    displacement : ArrayLike, shape (..., dimension)
        Displacements, likewise; all three of one kind and dtype, with leading shapes that broadcast
        to that of `derivs`.
    dimension : int
        Channels of the path that is integrated (after path transforms), at least 1.
    degree : int
        Truncation, at least 0.
    planar, method, prepend
        As for `branched_log_sig_join`.
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
        Derivatives in `blogsig`, shape ``(..., log_coefficients)``, and in `displacement`, shape
        ``(..., dimension)``, of their kind and dtype, never sharing memory with an argument: for
        one that was broadcast, the sum over the rows that it served. A scalar slot is 0. They are
        those of `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if they are of
        different kinds or dtypes; if `dimension`, `degree`, `method` or `n_jobs` is no integer, or
        a flag no boolean; or if `weights` are no integers; or if `out` is no tuple, or one of it no
        array of the kind and dtype of its result.
    InvalidValueError
        If the last axis of an array has not the length that belongs to these arguments, or a scalar
        in front of `blogsig` is neither 0 nor NaN; if the leading shapes of `blogsig` and
        `displacement` do not broadcast, or not to that of `derivs`; if `dimension` is below 1,
        `degree` negative, or `n_jobs` 0; if `method` is not one of this basis; or if the basis or
        the result does not fit in memory; or if `weights` are not positive, one for each channel,
        or too fine; or if `out` has not the lengths of the results, or one of it not the shape or
        layout of its result, or memory in common with another one or an argument.

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
    call = checked_call(dimension, degree, planar, n_jobs, method, weights=weights)
    before = check_flag("prepend", prepend)
    return maps.joined_backward(
        call, derivs, blogsig, displacement, "blogsig", out, before=before, is_log=True
    )
