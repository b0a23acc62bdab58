"""Joining a linear piece to the path of a word signature, and its backward pass."""

from __future__ import annotations

from collections.abc import Sequence

from treealg.checks import check_flag
from treealg.numeric.arguments.calls import WORDS, checked_call
from treealg.numeric.vectors import maps
from treealg.typing import Array, ArrayLike

__all__ = ["sig_join", "sig_join_backprop"]


def sig_join(
    sig: ArrayLike,
    displacement: ArrayLike,
    dimension: int,
    degree: int,
    *,
    prepend: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
    out: Array | None = None,
) -> Array:
    r"""Compute the signature of a path with one more linear piece, indexed by words.

    :math:`S \otimes \exp(\Delta x)`, or with `prepend` :math:`\exp(\Delta x) \otimes S`.

    Parameters
    ----------
    sig : ArrayLike, shape (..., words)
        Signatures, with or without the scalar 1 in front.
    displacement : ArrayLike, shape (..., dimension)
        End points minus start points of the pieces; of the kind and dtype of `sig`, with leading
        shapes that broadcast.
    dimension : int
        Channels of the path that is integrated (after path transforms), at least 1.
    degree : int
        Length of the longest word, at least 0.
    prepend : bool, default False
        Whether the piece comes before the path.
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
        Signatures in the layout of `sig`, with a scalar if it has one. NumPy array or tensor as
        `sig` is, of the same dtype (float64 for integers and lists), never sharing memory with it.
        It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if the two are of
        different kinds or dtypes; if `dimension`, `degree` or `n_jobs` is no integer, or `prepend`
        no boolean; or if `weights` are no integers; or if `out` is no array of the kind and dtype
        of the result.
    InvalidValueError
        If the last axis of `sig` has not the length of these words or that of `displacement` not
        length `dimension`, or a scalar in front is neither 1 nor NaN; if the leading shapes do not
        broadcast; if `dimension` is below 1, `degree` negative, or `n_jobs` 0; or if the words or
        the result do not fit in memory; or if `weights` are not positive, one for each channel, or
        too fine; or if `out` has not its shape or layout, or shares memory with an argument.

    See Also
    --------
    sig_combine : The product of two signatures.
    sig_join_backprop : The gradients.

    Examples
    --------
    >>> import treealg
    >>> first = treealg.linear_sig([1.0, 0.0], 2, 2)
    >>> treealg.sig_join(first, [0.0, 1.0], 2, 2)
    array([1. , 1. , 0.5, 1. , 0. , 0.5])
    >>> treealg.sig_join(first, [0.0, 1.0], 2, 2, prepend=True)
    array([1. , 1. , 0.5, 0. , 1. , 0.5])
    """
    call = checked_call(dimension, degree, WORDS, n_jobs, weights=weights)
    before = check_flag("prepend", prepend)
    return maps.joined(call, sig, displacement, "sig", out, before=before, is_log=False)


def sig_join_backprop(
    derivs: ArrayLike,
    sig: ArrayLike,
    displacement: ArrayLike,
    dimension: int,
    degree: int,
    *,
    prepend: bool = False,
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
    out: tuple[Array | None, ...] | None = None,
) -> tuple[Array, Array]:
    r"""Compute the gradients in a signature and a displacement from that in their join.

    Parameters
    ----------
    derivs : ArrayLike, shape (..., words)
        Derivatives of a scalar function in the result of `sig_join`, in its layout.
    sig : ArrayLike, shape (..., words)
        Signatures, as given to `sig_join`.
    displacement : ArrayLike, shape (..., dimension)
        Displacements, likewise; all three of one kind and dtype, with leading shapes that broadcast
        to that of `derivs`.
    dimension : int
        Channels of the path that is integrated (after path transforms), at least 1.
    degree : int
        Length of the longest word, at least 0.
    prepend : bool, default False
        As for `sig_join`.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    weights : sequence of int or None, default None
        The weight of each channel, at least 1. Then `degree` bounds the weight of a word, the sum
        over its letters, and the basis is what is light enough, in basis order. None counts
        letters.
    out : tuple of (Array or None), default None
        Where to write the results, one for each of them, as for `branched_sig`; None for one that
        is to be made.

    Returns
    -------
    tuple of two Array
        Derivatives in `sig`, shape ``(..., words)``, and in `displacement`, shape ``(...,
        dimension)``, of their kind and dtype, never sharing memory with an argument: for one that
        was broadcast, the sum over the rows that it served. A scalar slot is 0. They are those of
        `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if they are of
        different kinds or dtypes; if `dimension`, `degree` or `n_jobs` is no integer, or `prepend`
        no boolean; or if `weights` are no integers; or if `out` is no tuple, or one of it no array
        of the kind and dtype of its result.
    InvalidValueError
        If the last axis of an array has not the length that belongs to these arguments, or a scalar
        in front of `sig` is neither 1 nor NaN; if the leading shapes of `sig` and `displacement` do
        not broadcast, or not to that of `derivs`; if `dimension` is below 1, `degree` negative, or
        `n_jobs` 0; or if the words or the result do not fit in memory; or if `weights` are not
        positive, one for each channel, or too fine; or if `out` has not the lengths of the results,
        or one of it not the shape or layout of its result, or memory in common with another one or
        an argument.

    See Also
    --------
    sig_join : The function differentiated.

    Examples
    --------
    In one channel the second coefficient of the join is :math:`s_2 + s_1 \Delta x + \tfrac12
    \Delta x^2`:

    >>> import treealg
    >>> treealg.sig_join_backprop([0.0, 1.0], [3.0, 5.0], [4.0], 1, 2)
    (array([4., 1.]), array([7.]))
    """
    call = checked_call(dimension, degree, WORDS, n_jobs, weights=weights)
    before = check_flag("prepend", prepend)
    return maps.joined_backward(
        call, derivs, sig, displacement, "sig", out, before=before, is_log=False
    )
