"""The logarithm of a word signature and the exponential back, with their backward passes."""

from __future__ import annotations

from collections.abc import Sequence

from treealg.numeric.arguments.calls import WORDS, checked_call
from treealg.numeric.vectors import maps
from treealg.typing import Array, ArrayLike

__all__ = ["log_sig_to_sig", "log_sig_to_sig_backprop", "sig_to_log_sig", "sig_to_log_sig_backprop"]


def sig_to_log_sig(
    sig: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    method: int = 0,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
    out: Array | None = None,
) -> Array:
    r"""Compute the log-signature of a signature, indexed by words.

    The logarithm in the tensor algebra, :math:`\log S = \sum_{n \ge 1} \frac{(-1)^{n-1}}{n} (S -
    1)^{\otimes n}`. The signature need not be that of a path: any functional on words has one.

    Parameters
    ----------
    sig : ArrayLike, shape (..., words)
        Signatures as `sig` returns them, with or without the scalar 1 in front; which of the two is
        told by the length.
    dimension : int
        Channels of the underlying path, before the transforms; at least 1.
    degree : int
        Length of the longest word, at least 0.
    time_aug, lead_lag : bool, default False
        Whether the path was so transformed: twice as many channels, then one more.
    method : {0, 1, 2}, default 0
        0 is the expanded form, in the layout of `sig`. 1 gives the coefficients at Lyndon words, 2
        those in the basis of their standard bracketings, without scalar.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a word, the sum over its letters, and the basis is what is light enough, in basis order.
        None counts letters.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., log_words)
        Log-signatures. NumPy array or tensor as `sig` is, of the same dtype (float64 for integers
        and lists), never sharing memory with it. The scalar, if `sig` has one, is 0. It is `out`,
        if that is given.

    Raises
    ------
    InvalidTypeError
        If `sig` is no real array, requires a gradient, or is not on the CPU; if `dimension`,
        `degree`, `method` or `n_jobs` is no integer, or a flag no boolean; or if `weights` are no
        integers; or if `out` is no array of the kind and dtype of the result.
    InvalidValueError
        If the last axis of `sig` has not the length of these words, or a scalar in front is neither
        1 nor NaN; if `dimension` is below 1, `degree` negative, or `n_jobs` 0; if `method` is none
        of these; or if the words or the result do not fit in memory; or if `weights` are not
        positive, one for each channel, or too fine; or if `out` has not its shape or layout, or
        shares memory with an argument.

    See Also
    --------
    log_sig : Faster, where the path is at hand.
    sig_to_log_sig_backprop : The gradient.
    branched_sig_to_log_sig : The same on trees, with its algorithm.

    Notes
    -----
    Methods 1 and 2 read the coefficients of Lyndon words, which determine the logarithm of the
    signature of a path: that is a Lie element. NaN and infinity stay within their own row. The GIL
    is released, no argument is changed.

    Logarithms lose digits: terms as large as ``|x|**n``, with the length ``|x|`` of the path,
    cancel in the coefficient of order n, whose error is about ``eps * |x|**n`` with the rounding
    unit ``eps`` of the dtype. Neither a path that is scaled, nor logarithms of pieces that are
    joined, nor float64 for the logarithm of a signature in float32 has more of them; float64 from
    the points on has. Along a line of length 122 with noise of size 1, errors of order 6 are 4e-4
    of the largest coefficient in float32 and 1e-12 in float64, which takes 2 to 2.6 times as long.

    References
    ----------
    C. Reutenauer, *Free Lie Algebras*, Oxford University Press (1993), sections 3.1 and 4.1.

    Examples
    --------
    In one channel :math:`L = (s_1,\ s_2 - \tfrac12 s_1^2)`, and a path has the first alone:

    >>> import treealg
    >>> treealg.sig_to_log_sig([3.0, 5.0], 1, 2)
    array([3. , 0.5])
    >>> treealg.sig_to_log_sig([1.0, 3.0, 4.5], 1, 2)
    array([0., 3., 0.])
    >>> treealg.sig_to_log_sig([3.0, 4.5], 1, 2, method=1)
    array([3.])
    """
    call = checked_call(
        dimension, degree, WORDS, n_jobs, method, time_aug, lead_lag, weights=weights
    )
    return maps.logarithms(call, sig, "sig", out)


def sig_to_log_sig_backprop(
    sig: ArrayLike,
    log_sig_derivs: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    method: int = 0,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
    out: Array | None = None,
) -> Array:
    r"""Compute the gradient in a signature from that in its log-signature.

    Parameters
    ----------
    sig : ArrayLike, shape (..., words)
        Signatures, as given to `sig_to_log_sig`.
    log_sig_derivs : ArrayLike, shape (..., log_words)
        Derivatives of a scalar function in the log-signature, in the layout that `sig_to_log_sig`
        returns for these arguments. A scalar slot in front, there with ``method=0`` if `sig` has
        one, has no influence.
    dimension : int
        Channels of the underlying path, before the transforms; at least 1.
    degree : int
        Length of the longest word, at least 0.
    time_aug, lead_lag : bool, default False
        Whether the path was so transformed: twice as many channels, then one more.
    method : {0, 1, 2}, default 0
        Form of the log-signature, as for `sig_to_log_sig`.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a word, the sum over its letters, and the basis is what is light enough, in basis order.
        None counts letters.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., words)
        Derivatives in `sig`, all of whose coefficients are independent variables; of its shape,
        kind and dtype (float64 for integers and lists), never sharing memory with an argument. The
        scalar slot, if there is one, is 0. It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if the two are of
        different kinds or dtypes; if `dimension`, `degree`, `method` or `n_jobs` is no integer, or
        a flag no boolean; or if `weights` are no integers; or if `out` is no array of the kind and
        dtype of the result.
    InvalidValueError
        If the last axis of `sig` or `log_sig_derivs` has not the length that belongs to these
        arguments, or a scalar in front of `sig` is neither 1 nor NaN; if the leading shapes differ;
        if `dimension` is below 1, `degree` negative, or `n_jobs` 0; if `method` is none of these;
        or if the words or the result do not fit in memory; or if `weights` are not positive, one
        for each channel, or too fine; or if `out` has not its shape or layout, or shares memory
        with an argument.

    See Also
    --------
    sig_to_log_sig : The function differentiated.

    Examples
    --------
    In one channel the second coordinate is :math:`s_2 - \tfrac12 s_1^2`; at :math:`s_1 = 3`:

    >>> import treealg
    >>> treealg.sig_to_log_sig_backprop([3.0, 5.0], [0.0, 1.0], 1, 2)
    array([-3.,  1.])
    """
    call = checked_call(
        dimension, degree, WORDS, n_jobs, method, time_aug, lead_lag, weights=weights
    )
    return maps.logarithms_backward(call, sig, log_sig_derivs, "sig", "log_sig_derivs", out)


def log_sig_to_sig(
    log_sig: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    method: int = 0,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
    out: Array | None = None,
) -> Array:
    r"""Compute the signature of a log-signature, indexed by words.

    The exponential in the tensor algebra, :math:`1 + \sum_{n \ge 1} L^{\otimes n} / n!`, the
    inverse of `sig_to_log_sig`.

    Parameters
    ----------
    log_sig : ArrayLike, shape (..., log_words)
        Log-signatures by `method`; the expanded form, any functional on words, with or without the
        scalar 0 in front.
    dimension : int
        Channels of the underlying path, before the transforms; at least 1.
    degree : int
        Length of the longest word, at least 0.
    time_aug, lead_lag : bool, default False
        Whether the path was so transformed: twice as many channels, then one more.
    method : {0, 1, 2}, default 0
        What `log_sig` is: 0 the expanded form; 1 the coefficients at Lyndon words and 2 those in
        the basis of their standard bracketings, without scalar.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a word, the sum over its letters, and the basis is what is light enough, in basis order.
        None counts letters.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., words)
        Signatures, with the scalar 1 in front if `log_sig` has its 0. NumPy array or tensor as
        `log_sig` is, of the same dtype (float64 for integers and lists), never sharing memory with
        it. It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If `log_sig` is no real array, requires a gradient, or is not on the CPU; if `dimension`,
        `degree`, `method` or `n_jobs` is no integer, or a flag no boolean; or if `weights` are no
        integers; or if `out` is no array of the kind and dtype of the result.
    InvalidValueError
        If the last axis of `log_sig` has not the length that belongs to `method`, or a scalar in
        front is neither 0 nor NaN; if `dimension` is below 1, `degree` negative, or `n_jobs` 0; if
        `method` is none of these; or if the words or the result do not fit in memory; or if
        `weights` are not positive, one for each channel, or too fine; or if `out` has not its shape
        or layout, or shares memory with an argument.

    See Also
    --------
    sig_to_log_sig : The inverse.
    log_sig_to_sig_backprop : The gradient.

    Notes
    -----
    NaN and infinity stay within their own row. The GIL is released, no argument is changed.

    References
    ----------
    C. Reutenauer, *Free Lie Algebras*, Oxford University Press (1993), section 3.1.

    Examples
    --------
    The straight line by 3, and the bracket of two channels, whose words are (0, 1) and (1, 0):

    >>> import treealg
    >>> treealg.log_sig_to_sig([3.0, 0.0], 1, 2)
    array([3. , 4.5])
    >>> treealg.log_sig_to_sig([0.0, 0.0, 1.0], 2, 2, method=2)
    array([ 0.,  0.,  0.,  1., -1.,  0.])
    """
    call = checked_call(
        dimension, degree, WORDS, n_jobs, method, time_aug, lead_lag, weights=weights
    )
    return maps.exponentials(call, log_sig, "log_sig", out)


def log_sig_to_sig_backprop(
    log_sig: ArrayLike,
    sig_derivs: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    method: int = 0,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
    out: Array | None = None,
) -> Array:
    r"""Compute the gradient in a log-signature from that in its signature.

    Parameters
    ----------
    log_sig : ArrayLike, shape (..., log_words)
        Log-signatures, as given to `log_sig_to_sig`.
    sig_derivs : ArrayLike, shape (..., words)
        Derivatives of a scalar function in the signature, with a place for the scalar, which has no
        influence, if `log_sig` has one.
    dimension : int
        Channels of the underlying path, before the transforms; at least 1.
    degree : int
        Length of the longest word, at least 0.
    time_aug, lead_lag : bool, default False
        Whether the path was so transformed: twice as many channels, then one more.
    method : {0, 1, 2}, default 0
        Form of the log-signature, as for `log_sig_to_sig`.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a word, the sum over its letters, and the basis is what is light enough, in basis order.
        None counts letters.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., log_words)
        Derivatives in `log_sig`, all of whose coefficients are independent variables; of its shape,
        kind and dtype (float64 for integers and lists), never sharing memory with an argument. The
        scalar slot, if there is one, is 0. It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if the two are of
        different kinds or dtypes; if `dimension`, `degree`, `method` or `n_jobs` is no integer, or
        a flag no boolean; or if `weights` are no integers; or if `out` is no array of the kind and
        dtype of the result.
    InvalidValueError
        If the last axis of `log_sig` or `sig_derivs` has not the length that belongs to these
        arguments, or a scalar in front of `log_sig` is neither 0 nor NaN; if the leading shapes
        differ; if `dimension` is below 1, `degree` negative, or `n_jobs` 0; if `method` is none of
        these; or if the words or the result do not fit in memory; or if `weights` are not positive,
        one for each channel, or too fine; or if `out` has not its shape or layout, or shares memory
        with an argument.

    See Also
    --------
    log_sig_to_sig : The function differentiated.

    Examples
    --------
    In one channel :math:`S = (l_1,\ l_2 + \tfrac12 l_1^2)`:

    >>> import treealg
    >>> treealg.log_sig_to_sig_backprop([3.0, 0.5], [0.0, 1.0], 1, 2)
    array([3., 1.])
    """
    call = checked_call(
        dimension, degree, WORDS, n_jobs, method, time_aug, lead_lag, weights=weights
    )
    return maps.exponentials_backward(call, log_sig, sig_derivs, "log_sig", "sig_derivs", out)
