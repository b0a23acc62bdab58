"""Chosen coefficients of word signatures, without the rest of the words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from treealg.errors import InvalidValueError
from treealg.numeric.arguments.calls import SIGNATURE, WORDS
from treealg.numeric.paths.chosen import Along, Choice, chosen, chosen_backward
from treealg.numeric.paths.coefficients import extracted, of_any_degree
from treealg.numeric.plans.listed import by_elements
from treealg.numeric.word_indices import as_words, listed_words, word_to_idx
from treealg.sequences import check_weights
from treealg.typing import Array, ArrayLike, Gradients, Word

__all__ = ["extract_sig_coef", "sig_coef", "sig_coef_backprop"]


def sig_coef(
    path: ArrayLike,
    words: Word | list[Word],
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    prefixes: bool = False,
    correction: ArrayLike | None = None,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    out: Array | None = None,
) -> Array:
    r"""Compute chosen coefficients of the signature of a path.

    The values of `sig` on `words`, from the prefixes of these words alone.

    Parameters
    ----------
    path : ArrayLike, shape (..., length, channels)
        Points of the path, or list of paths, as for `branched_sig`.
    words : tuple of int or list of these
        The words, in any order and with repetition; the empty word is ``()``. A tuple is one word;
        several come in a list, or as rows of an array of integers, of which a single axis is one
        word.
    time_aug : bool, default False
        Append time as the last channel, uniform from 0 to `end_time` over the points.
    lead_lag : bool, default False
        Take the lead-lag path in twice as many channels (lag first), before `time_aug`.
    end_time : float, default 1.0
        Last value of the time channel; finite.
    prefixes : bool, default False
        Give each word together with its prefixes: in place of ``(1, 2)`` the words ``(1,)`` and
        ``(1, 2)``.
    correction : ArrayLike or None, default None
        As for `sig`, where the degree is the largest length of `words`.
    stream : bool, default False
        Return one result per segment, of the path up to its end, rather than that of the whole
        path. Time runs as it does along the whole path.
    basepoint : bool or ArrayLike, shape (channels,) or (..., channels), default False
        Point to put in front of the path; True is the origin.
    lengths : ArrayLike of int, shape (...), optional
        Number of points of each path, which are the first ones of it; what follows is ignored. A
        list of paths needs none.
    windows : ArrayLike of int, shape (windows, 2), optional
        Pieces of the path, one result for each, as for `branched_sig`.
    times : ArrayLike, shape (length,) or (..., length), optional
        With `time_aug`, the values of the time channel, as for `branched_sig`.
    missing : {"propagate", "refuse", "forward-fill", "linear"}, default "propagate"
        What is done to NaN in the path, as for `branched_sig`.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., elements)
        A value for each word, in the order given; one column for a single word. Kind and dtype
        follow `path` as for `branched_sig`; never shares memory with it. With `stream` the shape is
        (..., length - 1, elements), with `windows` (..., windows, elements). It is `out`, if that
        is given.

    Raises
    ------
    InvalidTypeError
        If `path` or `correction` is no real array, requires a gradient, or is not on the CPU, or
        they are of different kinds or dtypes; if a word is no tuple of integers; if `n_jobs` is no
        integer, `end_time` no real number, a flag no boolean; if `missing` is no text; or if
        `times` are no times, `lengths` or `windows` no integers or `basepoint` no point; or if
        `out` is no array of the kind and dtype of the result.
    InvalidValueError
        If `path` has fewer than two axes, no points or no channels; if a letter is not below the
        number of channels of the transformed path; if a word has more than 32,768 letters, or all
        `prefixes` together more than 2**22; if `correction` has another shape, or is
        combined with `lead_lag`; if `basepoint`, `lengths` or `windows` do not fit `path`, or
        `windows` come with `stream`; if `times` do not fit or come without `time_aug`, or a value
        is missing that cannot be; if `n_jobs` is 0 or `end_time` is not finite; or if the result
        does not fit in memory; or if `out` has not its shape or layout, or shares memory with an
        argument.

    See Also
    --------
    sig_coef_backprop : The gradient.
    extract_sig_coef : The same from a signature.
    branched_sig_coef : The same of trees, with its algorithm.

    Notes
    -----
    A word is a ladder tree. Along one segment its value is a polynomial in time, so that the cost
    per segment is about n² / 2 multiplications for a word of n letters with all its prefixes, in
    any dimension; prefixes that words share are computed once. Where all words up to the largest
    length are fewer than these multiplications, `sig` is computed instead. The GIL is released, no
    argument is changed.

    References
    ----------
    P. Kidger and T. Lyons, *Signatory: differentiable computations of the signature and
    logsignature transforms, on both CPU and GPU*, ICLR 2021.

    Examples
    --------
    >>> import treealg
    >>> path = [[0.0, 0.0], [1.0, 0.0], [1.0, 2.0]]
    >>> treealg.sig_coef(path, [(0, 1), (), (1, 0)])
    array([2., 1., 0.])
    >>> treealg.sig_coef(path, (0, 1), prefixes=True)
    array([1., 2.])
    """
    along = Along(correction, stream, basepoint, lengths, windows, times, missing)
    options = 0, WORDS, n_jobs, SIGNATURE, time_aug, lead_lag, end_time
    return chosen(path, Choice(listed_words(words, prefixes)), along, options, out)


def sig_coef_backprop(
    path: ArrayLike,
    words: Word | list[Word],
    coefs: ArrayLike | None,
    derivs: ArrayLike,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    prefixes: bool = False,
    correction: ArrayLike | None = None,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    out: Array | tuple[Array | None, ...] | None = None,
) -> Gradients:
    r"""Compute the gradient in a path from that in chosen coefficients of its signature.

    Parameters
    ----------
    path : ArrayLike, shape (..., length, channels)
        Points of the path, or list of paths, as given to `sig_coef`.
    words : tuple of int or list of these
        The words, as given to `sig_coef`.
    coefs : ArrayLike or None, shape (..., elements)
        What `sig_coef` returned, or None. It is checked, and not needed for the result.
    derivs : ArrayLike, shape (..., elements)
        Derivatives of a scalar function in the coefficients.
    time_aug : bool, default False
        Whether time was appended as the last channel.
    lead_lag : bool, default False
        Whether the lead-lag path was taken.
    end_time : float, default 1.0
        Last value of the time channel; finite.
    prefixes : bool, default False
        Whether the coefficients are those of the words and of their prefixes.
    correction : ArrayLike or None, default None
        The correction that was given, as for `sig_coef`.
    stream : bool, default False
        Whether one result per segment was asked for; derivatives then come in for each of these.
    basepoint : bool or ArrayLike, shape (channels,) or (..., channels), default False
        The point that was put in front of the path.
    lengths : ArrayLike of int, shape (...), optional
        Number of points of each path. A list of paths needs none.
    windows : ArrayLike of int, shape (windows, 2), optional
        The pieces of the path that were asked for; derivatives then come in for each of these.
    times : ArrayLike, shape (length,) or (..., length), optional
        The times that were given; there is no gradient in them.
    missing : {"propagate", "refuse", "forward-fill", "linear"}, default "propagate"
        What was done to NaN in the path. The gradient in a missing value is 0.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    out : Array, tuple of (Array or None), or None, default None
        Where to write the gradient, as for `branched_sig`; C-contiguous. Where several are
        returned, a tuple with an array, or None, for each of them. Not for a list of paths.

    Returns
    -------
    Array, shape (..., length, channels)
        Derivatives in the points, of the shape, kind and dtype of `path` (float64 for integers and
        lists), never sharing memory with an argument. For a list of paths, a correction or a base
        point as for `sig_backprop`. It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        As `sig_coef`, or if two arrays are of different kinds or dtypes; or if `out` is no array of
        the kind and dtype of the result.
    InvalidValueError
        As `sig_coef`, or if `derivs` or `coefs` has not one column for each coefficient, or another
        leading shape than the result; or if `out` has not its shape or layout, or shares memory
        with an argument.

    See Also
    --------
    sig_coef : The function differentiated.

    Notes
    -----
    Backwards through the same polynomials or words, with values saved at checkpoints. `derivs` is
    not written to. The GIL is released, no argument is changed.

    References
    ----------
    A. Griewank and A. Walther, *Algorithm 799: revolve*, ACM Trans. Math. Softw. 26 (2000), 19-45.

    Examples
    --------
    The word of two letters has the value :math:`(x_1 - x_0)^2 / 2` in one channel.

    >>> import treealg
    >>> treealg.sig_coef_backprop([[0.0], [3.0]], (0, 0), None, [1.0])
    array([[-3.],
           [ 3.]])
    """
    along = Along(correction, stream, basepoint, lengths, windows, times, missing)
    options = 0, WORDS, n_jobs, SIGNATURE, time_aug, lead_lag, end_time
    return chosen_backward(
        path, Choice(listed_words(words, prefixes)), coefs, derivs, along, options, out
    )


def extract_sig_coef(
    sig: ArrayLike,
    words: Word | list[Word],
    dimension: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    scalar_term: bool = False,
    weights: Sequence[int] | None = None,
) -> Array:
    r"""Select coefficients of word signatures.

    Parameters
    ----------
    sig : ArrayLike, shape (..., words)
        Signatures, or anything else in their layout, of any degree.
    words : tuple of int or list of these
        The words wanted, as for `sig_coef`.
    dimension : int
        Channels of the underlying path, before the transforms; at least 1.
    time_aug, lead_lag : bool, default False
        Whether the signature is that of a path so transformed.
    scalar_term : bool, default False
        Whether there is a scalar in front, the coefficient of the empty word.
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1, where `sig` is truncated by
        weight; None where it is by letters.

    Returns
    -------
    Array, shape (..., elements)
        A coefficient for each word, in the order given; one column for a single word. Kind and
        dtype follow `sig`; a copy.

    Raises
    ------
    InvalidTypeError
        If `sig` is no real array, requires a gradient, or is not on the CPU; if a word is no tuple
        of integers; if `dimension` is no integer, or a flag no boolean; or if `weights` are no
        integers.
    InvalidValueError
        If the length of `sig` is that of no degree; if a word is longer than that degree, or too
        heavy, has a letter that is not below the number of channels, or is empty without a scalar
        in front; if `dimension` is below 1; or if `weights` are not positive, or not one for each
        channel.

    See Also
    --------
    sig_coef : The same from a path, without the rest of the words.
    word_to_idx : The position of one word.

    Notes
    -----
    The degree is the least that has the length.

    Examples
    --------
    >>> import treealg
    >>> sig = treealg.sig([[0.0, 0.0], [1.0, 0.0], [1.0, 2.0]], 3)
    >>> treealg.extract_sig_coef(sig, [(0, 1), (1,)], 2)
    array([2., 2.])
    """
    options = dimension, 0, WORDS, 1, SIGNATURE, time_aug, lead_lag, 1.0, scalar_term, weights
    rows, call, degree = of_any_degree(sig, "sig", options)
    weights = None if weights is None else check_weights("weights", weights)
    return extracted(rows, _places(as_words(words), call.dimension, degree, call.scalar, weights))


@by_elements
def _places(
    words: list[Any], dimension: int, degree: int, scalar: bool, weights: tuple[int, ...] | None
) -> list[int]:
    """Return which coefficients words have."""
    most = None if weights is None else degree
    places = []
    for word in words:
        places.append(
            word_to_idx(word, dimension, scalar_term=scalar, degree=most, weights=weights)
        )
        if weights is None and len(word) > degree:
            raise InvalidValueError(
                f"words must have at most {degree} letters, the degree of sig, got {len(word)}"
            )
    return places
