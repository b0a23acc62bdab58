"""The group of word signatures: products, inverses, and their backward passes."""

from __future__ import annotations

from collections.abc import Sequence

from treealg.numeric.arguments.calls import WORDS, checked_call
from treealg.numeric.vectors import maps
from treealg.typing import Array, ArrayLike

__all__ = ["sig_combine", "sig_combine_backprop", "sig_inverse", "sig_inverse_backprop"]


def sig_combine(
    sig1: ArrayLike,
    sig2: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
    out: Array | None = None,
) -> Array:
    r"""Compute the signature of one path followed by another, indexed by words.

    The product of the tensor algebra, by Chen's identity: :math:`(S \otimes T)(w) = \sum_{w = uv}
    S(u)\,T(v)`; the first argument is the earlier path.

    Parameters
    ----------
    sig1, sig2 : ArrayLike, shape (..., words)
        Signatures of the earlier and the later path, both with or both without the scalar 1 in
        front; of one kind and dtype, with leading shapes that broadcast.
    dimension : int
        Channels of the underlying path, before the transforms; at least 1.
    degree : int
        Length of the longest word, at least 0.
    time_aug, lead_lag : bool, default False
        Whether the path was so transformed: twice as many channels, then one more.
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
        Signatures in the layout of the arguments. NumPy array or tensor as they are, of the same
        dtype (float64 for integers and lists), never sharing memory with them. It is `out`, if that
        is given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if the two are of
        different kinds or dtypes; if `dimension`, `degree` or `n_jobs` is no integer, or a flag no
        boolean; or if `weights` are no integers; or if `out` is no array of the kind and dtype of
        the result.
    InvalidValueError
        If the last axis of an array has not the length of these words, a scalar in front is neither
        1 nor NaN, or only one of them has a scalar; if the leading shapes do not broadcast; if
        `dimension` is below 1, `degree` negative, or `n_jobs` 0; or if the words or the result do
        not fit in memory; or if `weights` are not positive, one for each channel, or too fine; or
        if `out` has not its shape or layout, or shares memory with an argument.

    See Also
    --------
    sig_join : One more linear piece.
    sig_combine_backprop : The gradients.
    branched_sig_combine : The same on trees.

    Notes
    -----
    NaN and infinity stay within their own row. The GIL is released, no argument is changed.

    References
    ----------
    K.-T. Chen, *Iterated integrals and exponential homomorphisms*, Proc. London Math. Soc. (3) 4
    (1954), 502-512.

    Examples
    --------
    First a unit along channel 0, then one along channel 1: the word (0, 1) has 1, (1, 0) has 0.

    >>> import treealg
    >>> first, second = treealg.linear_sig([[1.0, 0.0], [0.0, 1.0]], 2, 2)
    >>> treealg.sig_combine(first, second, 2, 2)
    array([1. , 1. , 0.5, 1. , 0. , 0.5])
    """
    call = checked_call(dimension, degree, WORDS, n_jobs, 0, time_aug, lead_lag, weights=weights)
    return maps.products(call, sig1, sig2, ("sig1", "sig2"), out)


def sig_combine_backprop(
    derivs: ArrayLike,
    sig1: ArrayLike,
    sig2: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
    out: tuple[Array | None, ...] | None = None,
) -> tuple[Array, Array]:
    r"""Compute the gradients in two signatures from that in the one of the joined path.

    Parameters
    ----------
    derivs : ArrayLike, shape (..., words)
        Derivatives of a scalar function in the result of `sig_combine`, in its layout.
    sig1, sig2 : ArrayLike, shape (..., words)
        Signatures, as given to `sig_combine`; of the kind and dtype of `derivs`, with leading
        shapes that broadcast to its own.
    dimension : int
        Channels of the underlying path, before the transforms; at least 1.
    degree : int
        Length of the longest word, at least 0.
    time_aug, lead_lag : bool, default False
        Whether the path was so transformed: twice as many channels, then one more.
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
    tuple of two Array, shape (..., words)
        Derivatives in `sig1` and in `sig2`, in their layout, kind and dtype, never sharing memory
        with an argument: for one that was broadcast, the sum over the rows that it served. A scalar
        slot is 0. They are those of `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if they are of
        different kinds or dtypes; if `dimension`, `degree` or `n_jobs` is no integer, or a flag no
        boolean; or if `weights` are no integers; or if `out` is no tuple, or one of it no array of
        the kind and dtype of its result.
    InvalidValueError
        If the last axis of an array has not the length of these words, a scalar in front of a
        factor is neither 1 nor NaN, or not all have a scalar where one has; if the leading shapes
        of the factors do not broadcast, or not to that of `derivs`; if `dimension` is below 1,
        `degree` negative, or `n_jobs` 0; or if the words or the result do not fit in memory; or if
        `weights` are not positive, one for each channel, or too fine; or if `out` has not the
        lengths of the results, or one of it not the shape or layout of its result, or memory in
        common with another one or an argument.

    See Also
    --------
    sig_combine : The function differentiated.

    Examples
    --------
    In one channel the product is :math:`(s_1 + t_1,\ s_2 + t_2 + s_1 t_1)`:

    >>> import treealg
    >>> treealg.sig_combine_backprop([0.0, 1.0], [3.0, 5.0], [4.0, 6.0], 1, 2)
    (array([4., 1.]), array([3., 1.]))
    """
    call = checked_call(dimension, degree, WORDS, n_jobs, 0, time_aug, lead_lag, weights=weights)
    return maps.products_backward(call, derivs, sig1, sig2, ("sig1", "sig2"), out)


def sig_inverse(
    sig: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
    out: Array | None = None,
) -> Array:
    r"""Compute the signature of a path run backwards, from that of the path.

    The inverse in the tensor algebra; for the signature of a path :math:`S^{-1}(a_1 \dots a_n) =
    (-1)^n S(a_n \dots a_1)`, the antipode.

    Parameters
    ----------
    sig : ArrayLike, shape (..., words)
        Signatures, with or without the scalar 1 in front.
    dimension : int
        Channels of the underlying path, before the transforms; at least 1.
    degree : int
        Length of the longest word, at least 0.
    time_aug, lead_lag : bool, default False
        Whether the path was so transformed: twice as many channels, then one more.
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
        Inverses in the layout of `sig`, with a scalar if it has one. NumPy array or tensor as `sig`
        is, of the same dtype (float64 for integers and lists), never sharing memory with it. It is
        `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If `sig` is no real array, requires a gradient, or is not on the CPU; if `dimension`,
        `degree` or `n_jobs` is no integer, or a flag no boolean; or if `weights` are no integers;
        or if `out` is no array of the kind and dtype of the result.
    InvalidValueError
        If the last axis of `sig` has not the length of these words, or a scalar in front is neither
        1 nor NaN; if `dimension` is below 1, `degree` negative, or `n_jobs` 0; or if the words or
        the result do not fit in memory; or if `weights` are not positive, one for each channel, or
        too fine; or if `out` has not its shape or layout, or shares memory with an argument.

    See Also
    --------
    sig_combine : The product that this is the inverse for.
    sig_inverse_backprop : The gradient.

    Notes
    -----
    The signature may be any functional on words, which need not be a character: what is solved is
    :math:`S \otimes S^{-1} = 1`. NaN and infinity stay within their own row. The GIL is released,
    no argument is changed.

    References
    ----------
    C. Reutenauer, *Free Lie Algebras*, Oxford University Press (1993), section 1.5.

    Examples
    --------
    >>> import treealg
    >>> treealg.sig_inverse([1.0, 1.0, 0.5, 1.0, 0.0, 0.5], 2, 2)
    array([-1. , -1. ,  0.5,  0. ,  1. ,  0.5])
    """
    call = checked_call(dimension, degree, WORDS, n_jobs, 0, time_aug, lead_lag, weights=weights)
    return maps.inverses(call, sig, "sig", out)


def sig_inverse_backprop(
    derivs: ArrayLike,
    sig: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
    out: Array | None = None,
) -> Array:
    r"""Compute the gradient in a signature from that in its inverse.

    Parameters
    ----------
    derivs : ArrayLike, shape (..., words)
        Derivatives of a scalar function in the inverse, in the layout of `sig`.
    sig : ArrayLike, shape (..., words)
        Signatures, as given to `sig_inverse`; of the kind, dtype and leading shape of `derivs`.
    dimension : int
        Channels of the underlying path, before the transforms; at least 1.
    degree : int
        Length of the longest word, at least 0.
    time_aug, lead_lag : bool, default False
        Whether the path was so transformed: twice as many channels, then one more.
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
        Derivatives in `sig`, all of whose coefficients are independent variables; of its kind and
        dtype, never sharing memory with an argument. A scalar slot is 0. It is `out`, if that is
        given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if the two are of
        different kinds or dtypes; if `dimension`, `degree` or `n_jobs` is no integer, or a flag no
        boolean; or if `weights` are no integers; or if `out` is no array of the kind and dtype of
        the result.
    InvalidValueError
        If the last axis of an array has not the length of these words, or only one of them has a
        scalar, or that in front of `sig` is neither 1 nor NaN; if the leading shapes differ; if
        `dimension` is below 1, `degree` negative, or `n_jobs` 0; or if the words or the result do
        not fit in memory; or if `weights` are not positive, one for each channel, or too fine; or
        if `out` has not its shape or layout, or shares memory with an argument.

    See Also
    --------
    sig_inverse : The function differentiated.

    Examples
    --------
    In one channel the second coefficient of the inverse is :math:`s_1^2 - s_2`:

    >>> import treealg
    >>> treealg.sig_inverse_backprop([0.0, 1.0], [3.0, 5.0], 1, 2)
    array([ 6., -1.])
    """
    call = checked_call(dimension, degree, WORDS, n_jobs, 0, time_aug, lead_lag, weights=weights)
    return maps.inverses_backward(call, derivs, sig, "sig", out)
