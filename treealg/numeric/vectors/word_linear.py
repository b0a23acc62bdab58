"""Word signatures and log-signatures of linear pieces of path, and their backward passes."""

from __future__ import annotations

from collections.abc import Sequence

from treealg.numeric.arguments.calls import WORDS, checked_call
from treealg.numeric.vectors import maps
from treealg.typing import Array, ArrayLike

__all__ = ["linear_log_sig", "linear_log_sig_backprop", "linear_sig", "linear_sig_backprop"]


def linear_sig(
    displacement: ArrayLike,
    dimension: int,
    degree: int,
    *,
    scalar_term: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
    out: Array | None = None,
) -> Array:
    r"""Compute the signature of a linear piece of path, indexed by words.

    The exponential of the displacement: :math:`S(a_1 \dots a_n) = \Delta x^{a_1} \cdots \Delta
    x^{a_n} / n!`.

    Parameters
    ----------
    displacement : ArrayLike, shape (..., dimension)
        End point minus start point.
    dimension : int
        Channels of the path that is integrated (after path transforms), at least 1.
    degree : int
        Length of the longest word, at least 0.
    scalar_term : bool, default False
        Put the value 1 of the empty word in front.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    weights : sequence of int or None, default None
        The weight of each channel, at least 1. Then `degree` bounds the weight of a word, the sum
        over its letters, and the basis is what is light enough, in basis order. None counts
        letters.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., words)
        Signatures. NumPy array or tensor as `displacement` is, of the same dtype (float64 for
        integers and lists), never sharing memory with it. It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If `displacement` is no real array, requires a gradient, or is not on the CPU; if
        `dimension`, `degree` or `n_jobs` is no integer, `scalar_term` no boolean, or `weights` no
        integers; or if `out` is no array of the kind and dtype of the result.
    InvalidValueError
        If the last axis of `displacement` has not length `dimension`; if `dimension` is below 1,
        `degree` negative, or `n_jobs` 0; if `weights` are not positive, one for each channel, or
        too fine; or if the words or the result do not fit in memory; or if `out` has not its shape
        or layout, or shares memory with an argument.

    See Also
    --------
    sig : The signature of a path of several pieces.
    linear_sig_backprop : The gradient.

    Examples
    --------
    >>> import treealg
    >>> treealg.linear_sig([1.0, 2.0], 2, 2)
    array([1. , 2. , 0.5, 1. , 1. , 2. ])
    """
    call = checked_call(dimension, degree, WORDS, n_jobs, scalar_term=scalar_term, weights=weights)
    return maps.linear(call, displacement, out)


def linear_sig_backprop(
    derivs: ArrayLike,
    displacement: ArrayLike,
    dimension: int,
    degree: int,
    *,
    scalar_term: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
    out: Array | None = None,
) -> Array:
    r"""Compute the gradient in a displacement from that in the signature of its linear piece.

    Parameters
    ----------
    derivs : ArrayLike, shape (..., words)
        Derivatives of a scalar function in the signature, in the layout that `linear_sig` returns;
        what stands in the scalar slot has no effect.
    displacement : ArrayLike, shape (..., dimension)
        End points minus start points; of the kind, dtype and leading shape of `derivs`.
    dimension : int
        Channels of the path that is integrated (after path transforms), at least 1.
    degree : int
        Length of the longest word, at least 0.
    scalar_term : bool, default False
        As for `linear_sig`.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    weights : sequence of int or None, default None
        The weight of each channel, at least 1. Then `degree` bounds the weight of a word, the sum
        over its letters, and the basis is what is light enough, in basis order. None counts
        letters.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., dimension)
        Derivatives in `displacement`, of its kind and dtype, never sharing memory with it. It is
        `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if the two are of
        different kinds or dtypes; if `dimension`, `degree` or `n_jobs` is no integer, or
        `scalar_term` no boolean; or if `out` is no array of the kind and dtype of the result.
    InvalidValueError
        If the last axis of an array has not the length that belongs to these arguments; if the
        leading shapes differ; if `dimension` is below 1, `degree` negative, or `n_jobs` 0; if
        `weights` are not positive, one for each channel, or too fine; or if the words or the result
        do not fit in memory; or if `out` has not its shape or layout, or shares memory with an
        argument.

    See Also
    --------
    linear_sig : The function differentiated.

    Examples
    --------
    In one channel the second coefficient is :math:`\tfrac12 \Delta x^2`:

    >>> import treealg
    >>> treealg.linear_sig_backprop([0.0, 1.0], [3.0], 1, 2)
    array([3.])
    """
    call = checked_call(dimension, degree, WORDS, n_jobs, scalar_term=scalar_term, weights=weights)
    return maps.linear_backward(call, derivs, displacement, out)


def linear_log_sig(
    displacement: ArrayLike,
    dimension: int,
    degree: int,
    *,
    scalar_term: bool = False,
    method: int = 0,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
    out: Array | None = None,
) -> Array:
    r"""Compute the log-signature of a linear piece of path, indexed by words.

    It is the displacement: all words of several letters have 0.

    Parameters
    ----------
    displacement : ArrayLike, shape (..., dimension)
        End point minus start point.
    dimension : int
        Channels of the path that is integrated (after path transforms), at least 1.
    degree : int
        Length of the longest word, at least 0.
    scalar_term : bool, default False
        Put the value 0 of the empty word in front; only of the expanded form.
    method : {0, 1, 2}, default 0
        0 is the expanded form, 1 gives the coefficients at Lyndon words and 2 those in the basis of
        their standard bracketings.
    n_jobs : int, default 1
        Threads, as elsewhere; there is nothing to compute here.
    weights : sequence of int or None, default None
        The weight of each channel, at least 1. Then `degree` bounds the weight of a word, the sum
        over its letters, and the basis is what is light enough, in basis order. None counts
        letters.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., log_words)
        Log-signatures. NumPy array or tensor as `displacement` is, of the same dtype (float64 for
        integers and lists), never sharing memory with it. It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If `displacement` is no real array, requires a gradient, or is not on the CPU; if
        `dimension`, `degree`, `method` or `n_jobs` is no integer, `scalar_term` no boolean, or
        `weights` no integers; or if `out` is no array of the kind and dtype of the result.
    InvalidValueError
        If the last axis of `displacement` has not length `dimension`; if `dimension` is below 1,
        `degree` negative, or `n_jobs` 0; if `method` is none of these, or has no scalar and
        `scalar_term` asks for one; if `weights` are not positive, one for each channel, or too
        fine; or if the words or the result do not fit in memory; or if `out` has not its shape or
        layout, or shares memory with an argument.

    See Also
    --------
    linear_sig : The exponential of this.

    Examples
    --------
    >>> import treealg
    >>> treealg.linear_log_sig([1.0, 2.0], 2, 2)
    array([1., 2., 0., 0., 0., 0.])
    >>> treealg.linear_log_sig([1.0, 2.0], 2, 2, method=1)
    array([1., 2., 0.])
    """
    call = checked_call(
        dimension, degree, WORDS, n_jobs, method, scalar_term=scalar_term, weights=weights
    )
    return maps.linear_logs(call, displacement, out)


def linear_log_sig_backprop(
    derivs: ArrayLike,
    displacement: ArrayLike,
    dimension: int,
    degree: int,
    *,
    scalar_term: bool = False,
    method: int = 0,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
    out: Array | None = None,
) -> Array:
    r"""Compute the gradient in a displacement from that in the log-signature of its linear piece.

    Parameters
    ----------
    derivs : ArrayLike, shape (..., log_words)
        Derivatives of a scalar function in the log-signature, in the layout that `linear_log_sig`
        returns.
    displacement : ArrayLike, shape (..., dimension)
        End points minus start points; of the kind, dtype and leading shape of `derivs`.
    dimension : int
        Channels of the path that is integrated (after path transforms), at least 1.
    degree : int
        Length of the longest word, at least 0.
    scalar_term, method
        As for `linear_log_sig`.
    n_jobs : int, default 1
        Threads, as elsewhere; there is nothing to compute here.
    weights : sequence of int or None, default None
        The weight of each channel, at least 1. Then `degree` bounds the weight of a word, the sum
        over its letters, and the basis is what is light enough, in basis order. None counts
        letters.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., dimension)
        Derivatives in `displacement`, of its kind and dtype, never sharing memory with an argument.
        It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if the two are of
        different kinds or dtypes; if `dimension`, `degree`, `method` or `n_jobs` is no integer, or
        `scalar_term` no boolean; or if `out` is no array of the kind and dtype of the result.
    InvalidValueError
        If the last axis of an array has not the length that belongs to these arguments; if the
        leading shapes differ; if `dimension` is below 1, `degree` negative, or `n_jobs` 0; if
        `method` is none of these, or has no scalar and `scalar_term` asks for one; if `weights` are
        not positive, one for each channel, or too fine; or if the words or the result do not fit in
        memory; or if `out` has not its shape or layout, or shares memory with an argument.

    See Also
    --------
    linear_log_sig : The function differentiated.

    Examples
    --------
    >>> import treealg
    >>> treealg.linear_log_sig_backprop([5.0, 6.0], [3.0], 1, 2)
    array([5.])
    """
    call = checked_call(
        dimension, degree, WORDS, n_jobs, method, scalar_term=scalar_term, weights=weights
    )
    return maps.linear_logs_backward(call, derivs, displacement, out)
