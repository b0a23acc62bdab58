"""Products of word signatures seen on their logarithms: Baker, Campbell and Hausdorff."""

from __future__ import annotations

from collections.abc import Sequence

from treealg.checks import check_flag
from treealg.numeric.arguments.calls import WORDS, checked_call
from treealg.numeric.vectors import maps
from treealg.typing import Array, ArrayLike

__all__ = ["log_sig_combine", "log_sig_combine_backprop", "log_sig_join", "log_sig_join_backprop"]


def log_sig_combine(
    log_sig1: ArrayLike,
    log_sig2: ArrayLike,
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
    r"""Compute the log-signature of one path followed by another, from their log-signatures.

    :math:`\log(\exp L \otimes \exp M) = L + M + \tfrac12 [L, M] + \dots`, the series of Baker,
    Campbell and Hausdorff; the first argument is the earlier path.

    Parameters
    ----------
    log_sig1, log_sig2 : ArrayLike, shape (..., log_words)
        Log-signatures of the earlier and the later path by `method`, in expanded form both with or
        both without the scalar 0 in front; of one kind and dtype, with leading shapes that
        broadcast.
    dimension : int
        Channels of the underlying path, before the transforms; at least 1.
    degree : int
        Length of the longest word, at least 0.
    time_aug, lead_lag : bool, default False
        Whether the path was so transformed: twice as many channels, then one more.
    method : {0, 1, 2}, default 0
        Form of arguments and result: 0 expanded, 1 the coefficients at Lyndon words, 2 those in the
        basis of their standard bracketings.
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
        Log-signatures in the layout of the arguments. NumPy array or tensor as they are, of the
        same dtype (float64 for integers and lists), never sharing memory with them. It is `out`, if
        that is given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if the two are of
        different kinds or dtypes; if `dimension`, `degree`, `method` or `n_jobs` is no integer, or
        a flag no boolean; or if `weights` are no integers; or if `out` is no array of the kind and
        dtype of the result.
    InvalidValueError
        If the last axis of an array has not the length that belongs to `method`, a scalar in front
        is neither 0 nor NaN, or only one of them has a scalar; if the leading shapes do not
        broadcast; if `dimension` is below 1, `degree` negative, or `n_jobs` 0; if `method` is none
        of these; or if the words or the result do not fit in memory; or if `weights` are not
        positive, one for each channel, or too fine; or if `out` has not its shape or layout, or
        shares memory with an argument.

    See Also
    --------
    sig_combine : The same of signatures.
    log_sig_combine_backprop : The gradients.

    Notes
    -----
    Two exponentials, their product and its logarithm, a few rows at a time.

    Logarithms lose digits: the error of a coefficient of n letters is that of `sig_to_log_sig`,
    about ``eps * |x|**n``, with the length ``|x|`` of both paths together.

    References
    ----------
    C. Reutenauer, *Free Lie Algebras*, Oxford University Press (1993), section 3.1.

    Examples
    --------
    Two steps leave half their bracket.

    >>> import treealg
    >>> treealg.log_sig_combine([1.0, 0.0, 0.0], [0.0, 2.0, 0.0], 2, 2, method=2)
    array([1., 2., 1.])
    """
    call = checked_call(
        dimension, degree, WORDS, n_jobs, method, time_aug, lead_lag, weights=weights
    )
    return maps.log_products(call, log_sig1, log_sig2, ("log_sig1", "log_sig2"), out)


def log_sig_combine_backprop(
    derivs: ArrayLike,
    log_sig1: ArrayLike,
    log_sig2: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    method: int = 0,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
    out: tuple[Array | None, ...] | None = None,
) -> tuple[Array, Array]:
    r"""Compute the gradients in two log-signatures from that in the one of the joined path.

    Parameters
    ----------
    derivs : ArrayLike, shape (..., log_words)
        Derivatives of a scalar function in the result of `log_sig_combine`, in its layout.
    log_sig1, log_sig2 : ArrayLike, shape (..., log_words)
        Log-signatures, as given to `log_sig_combine`; of the kind and dtype of `derivs`, with
        leading shapes that broadcast to its own.
    dimension : int
        Channels of the underlying path, before the transforms; at least 1.
    degree : int
        Length of the longest word, at least 0.
    time_aug, lead_lag : bool, default False
        Whether the path was so transformed: twice as many channels, then one more.
    method : {0, 1, 2}, default 0
        Form of arguments and result: 0 expanded, 1 the coefficients at Lyndon words, 2 those in the
        basis of their standard bracketings.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a word, the sum over its letters, and the basis is what is light enough, in basis order.
        None counts letters.
    out : tuple of (Array or None), default None
        Where to write the results, one for each of them, as for `branched_sig`; None for one that
        is to be made.

    Returns
    -------
    tuple of two Array, shape (..., log_words)
        Derivatives in `log_sig1` and in `log_sig2`, in their layout, kind and dtype, never sharing
        memory with an argument: for one that was broadcast, the sum over the rows that it served. A
        scalar slot is 0. They are those of `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if they are of
        different kinds or dtypes; if `dimension`, `degree`, `method` or `n_jobs` is no integer, or
        a flag no boolean; or if `weights` are no integers; or if `out` is no tuple, or one of it no
        array of the kind and dtype of its result.
    InvalidValueError
        If the last axis of an array has not the length that belongs to `method`, a scalar in front
        of a log-signature is neither 0 nor NaN, or not all have a scalar where one has; if the
        leading shapes of the log-signatures do not broadcast, or not to that of `derivs`; if
        `dimension` is below 1, `degree` negative, or `n_jobs` 0; if `method` is none of these; or
        if the words or the result do not fit in memory; or if `weights` are not positive, one for
        each channel, or too fine; or if `out` has not the lengths of the results, or one of it not
        the shape or layout of its result, or memory in common with another one or an argument.

    See Also
    --------
    log_sig_combine : The function differentiated.

    Examples
    --------
    In one channel the result is the sum:

    >>> import treealg
    >>> treealg.log_sig_combine_backprop([0.0, 1.0], [3.0, 5.0], [1.0, 2.0], 1, 2)
    (array([0., 1.]), array([0., 1.]))
    """
    call = checked_call(
        dimension, degree, WORDS, n_jobs, method, time_aug, lead_lag, weights=weights
    )
    names = "log_sig1", "log_sig2"
    return maps.log_products_backward(call, derivs, log_sig1, log_sig2, names, out)


def log_sig_join(
    log_sig: ArrayLike,
    displacement: ArrayLike,
    dimension: int,
    degree: int,
    *,
    method: int = 0,
    prepend: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
    out: Array | None = None,
) -> Array:
    r"""Compute the log-signature of a path with one more linear piece, from its log-signature.

    :math:`\log(\exp L \otimes \exp \Delta x)`, or with `prepend` :math:`\log(\exp \Delta x \otimes
    \exp L)`.

    Parameters
    ----------
    log_sig : ArrayLike, shape (..., log_words)
        Log-signatures by `method`; the expanded form with or without the scalar 0 in front.
    displacement : ArrayLike, shape (..., dimension)
        End points minus start points of the pieces; of the kind and dtype of `log_sig`, with
        leading shapes that broadcast.
    dimension : int
        Channels of the path that is integrated (after path transforms), at least 1.
    degree : int
        Length of the longest word, at least 0.
    method : {0, 1, 2}, default 0
        Form of arguments and result: 0 expanded, 1 the coefficients at Lyndon words, 2 those in the
        basis of their standard bracketings.
    prepend : bool, default False
        Whether the piece comes before the path.
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
        Log-signatures in the layout of `log_sig`. NumPy array or tensor as that is, of the same
        dtype (float64 for integers and lists), never sharing memory with it. It is `out`, if that
        is given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if the two are of
        different kinds or dtypes; if `dimension`, `degree`, `method` or `n_jobs` is no integer, or
        `prepend` no boolean; or if `weights` are no integers; or if `out` is no array of the kind
        and dtype of the result.
    InvalidValueError
        If the last axis of `log_sig` has not the length that belongs to `method` or that of
        `displacement` not length `dimension`, or a scalar in front is neither 0 nor NaN; if the
        leading shapes do not broadcast; if `dimension` is below 1, `degree` negative, or `n_jobs`
        0; if `method` is none of these; or if the words or the result do not fit in memory; or if
        `weights` are not positive, one for each channel, or too fine; or if `out` has not its shape
        or layout, or shares memory with an argument.

    See Also
    --------
    log_sig_combine : The same of two paths.
    log_sig_join_backprop : The gradients.

    Notes
    -----
    An exponential, a product and a logarithm.

    Logarithms lose digits: the error of a coefficient of n letters is that of `sig_to_log_sig`,
    about ``eps * |x|**n``, with the length ``|x|`` of the path and the segment together.

    Examples
    --------
    >>> import treealg
    >>> treealg.log_sig_join([1.0, 0.0, 0.0], [0.0, 2.0], 2, 2, method=2)
    array([1., 2., 1.])
    >>> treealg.log_sig_join([1.0, 0.0, 0.0], [0.0, 2.0], 2, 2, method=2, prepend=True)
    array([ 1.,  2., -1.])
    """
    call = checked_call(dimension, degree, WORDS, n_jobs, method, weights=weights)
    before = check_flag("prepend", prepend)
    return maps.joined(call, log_sig, displacement, "log_sig", out, before=before, is_log=True)


def log_sig_join_backprop(
    derivs: ArrayLike,
    log_sig: ArrayLike,
    displacement: ArrayLike,
    dimension: int,
    degree: int,
    *,
    method: int = 0,
    prepend: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
    out: tuple[Array | None, ...] | None = None,
) -> tuple[Array, Array]:
    r"""Compute the gradients in a log-signature and a displacement from that in their join.

    Parameters
    ----------
    derivs : ArrayLike, shape (..., log_words)
        Derivatives of a scalar function in the result of `log_sig_join`, in its layout.
    log_sig : ArrayLike, shape (..., log_words)
        Log-signatures, as given to `log_sig_join`.
    displacement : ArrayLike, shape (..., dimension)
        Displacements, likewise; all three of one kind and dtype, with leading shapes that broadcast
        to that of `derivs`.
    dimension : int
        Channels of the path that is integrated (after path transforms), at least 1.
    degree : int
        Length of the longest word, at least 0.
    method : {0, 1, 2}, default 0
        Form of arguments and result: 0 expanded, 1 the coefficients at Lyndon words, 2 those in the
        basis of their standard bracketings.
    prepend : bool, default False
        As for `log_sig_join`.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a word, the sum over its letters, and the basis is what is light enough, in basis order.
        None counts letters.
    out : tuple of (Array or None), default None
        Where to write the results, one for each of them, as for `branched_sig`; None for one that
        is to be made.

    Returns
    -------
    tuple of two Array
        Derivatives in `log_sig`, shape ``(..., log_words)``, and in `displacement`, shape ``(...,
        dimension)``, of their kind and dtype, never sharing memory with an argument: for one that
        was broadcast, the sum over the rows that it served. A scalar slot is 0. They are those of
        `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if they are of
        different kinds or dtypes; if `dimension`, `degree`, `method` or `n_jobs` is no integer, or
        `prepend` no boolean; or if `weights` are no integers; or if `out` is no tuple, or one of it
        no array of the kind and dtype of its result.
    InvalidValueError
        If the last axis of an array has not the length that belongs to these arguments, or a scalar
        in front of `log_sig` is neither 0 nor NaN; if the leading shapes of `log_sig` and
        `displacement` do not broadcast, or not to that of `derivs`; if `dimension` is below 1,
        `degree` negative, or `n_jobs` 0; if `method` is none of these; or if the words or the
        result do not fit in memory; or if `weights` are not positive, one for each channel, or too
        fine; or if `out` has not the lengths of the results, or one of it not the shape or layout
        of its result, or memory in common with another one or an argument.

    See Also
    --------
    log_sig_join : The function differentiated.

    Examples
    --------
    In one channel the displacement is added to the first coefficient:

    >>> import treealg
    >>> treealg.log_sig_join_backprop([7.0, 1.0], [3.0, 5.0], [4.0], 1, 2)
    (array([7., 1.]), array([7.]))
    """
    call = checked_call(dimension, degree, WORDS, n_jobs, method, weights=weights)
    before = check_flag("prepend", prepend)
    return maps.joined_backward(
        call, derivs, log_sig, displacement, "log_sig", out, before=before, is_log=True
    )
