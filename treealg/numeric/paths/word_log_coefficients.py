"""Chosen coefficients of word log-signatures, without the rest of the words."""

from __future__ import annotations

from treealg.numeric.arguments.calls import SIGNATURE, WORDS
from treealg.numeric.paths.chosen import Along, Choice, chosen, chosen_backward
from treealg.numeric.word_indices import listed_words
from treealg.typing import Array, ArrayLike, Gradients, Word

__all__ = ["log_sig_coef", "log_sig_coef_backprop"]


def log_sig_coef(
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
    r"""Compute chosen coefficients of the log-signature of a path.

    The values of `log_sig` on `words`, in the expanded form. The logarithm is taken on the words
    within these words alone. At Lyndon words the values are those of ``method=1``.

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
        A value for each word, in the order given, 0 for the empty one; one column for a single
        word. Kind and dtype follow `path` as for `branched_sig`; never shares memory with it. With
        `stream` the shape is (..., length - 1, elements), with `windows` (..., windows, elements).
        It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        As `sig_coef`; or if `out` is no array of the kind and dtype of the result.
    InvalidValueError
        As `sig_coef`; or if `words` have too many words within them; or if `out` has not its shape
        or layout, or shares memory with an argument.

    See Also
    --------
    log_sig_coef_backprop : The gradient.
    sig_coef : Coefficients of the signature.
    branched_log_sig_coef : The same of trees.
    lyndon_words : Words whose coefficients determine all others.

    Notes
    -----
    The logarithm at a word takes powers under deconcatenation, so that it needs the words that
    stand within it, n (n + 1) / 2 of them for n different letters, in any dimension. Where all
    words up to the largest length cost less than these, the whole logarithm is computed instead.
    The symmetry factor of a word is 1: there is nothing to be divided by for inner products. The
    GIL is released, no argument is changed.

    Logarithms lose digits: terms as large as ``|x|**n``, with the length ``|x|`` of the path,
    cancel in the coefficient of order n, whose error is about ``eps * |x|**n`` with the rounding
    unit ``eps`` of the dtype. Neither a path that is scaled, nor logarithms of pieces that are
    joined, nor float64 for the logarithm of a signature in float32 has more of them; float64 from
    the points on has. Along a line of length 122 with noise of size 1, errors of order 6 are 4e-4
    of the largest coefficient in float32 and 1e-12 in float64, which takes 2 to 2.6 times as long.

    References
    ----------
    J. Reizenstein and B. Graham, *Algorithm 1004: the iisignature library*, ACM Trans. Math.
    Softw. 46 (2020), 8:1-8:21, doi:10.1145/3371237.

    Examples
    --------
    A path along one axis and then along the other: the two words have the area between it and its
    chord, with either sign.

    >>> import treealg
    >>> path = [[0.0, 0.0], [1.0, 0.0], [1.0, 2.0]]
    >>> treealg.log_sig_coef(path, [(0, 1), (1, 0), (1,), ()])
    array([ 1., -1.,  2.,  0.])
    """
    along = Along(correction, stream, basepoint, lengths, windows, times, missing)
    options = 0, WORDS, n_jobs, SIGNATURE, time_aug, lead_lag, end_time
    return chosen(path, Choice(listed_words(words, prefixes), True), along, options, out)


def log_sig_coef_backprop(
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
    r"""Compute the gradient in a path from that in chosen coefficients of its log-signature.

    Parameters
    ----------
    path : ArrayLike, shape (..., length, channels)
        Points of the path, or list of paths, as given to `log_sig_coef`.
    words : tuple of int or list of these
        The words, as given to `log_sig_coef`.
    coefs : ArrayLike or None, shape (..., elements)
        What `log_sig_coef` returned, or None. It is checked, and not needed for the result.
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
        The correction that was given, as for `log_sig_coef`.
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
        As `log_sig_coef`, or if two arrays are of different kinds or dtypes; or if `out` is no
        array of the kind and dtype of the result.
    InvalidValueError
        As `log_sig_coef`, or if `derivs` or `coefs` has not one column for each coefficient, or
        another leading shape than the result; or if `out` has not its shape or layout, or shares
        memory with an argument.

    See Also
    --------
    log_sig_coef : The function differentiated.

    Notes
    -----
    The coefficients of the words within `words` are computed again, for the backward pass of the
    logarithm on them, and the rest is that of `sig_coef_backprop`. The GIL is released, no argument
    is changed.

    References
    ----------
    A. Griewank and A. Walther, *Algorithm 799: revolve*, ACM Trans. Math. Softw. 26 (2000), 19-45.

    Examples
    --------
    How the signed area of two steps, half their determinant, changes with the points.

    >>> import treealg
    >>> path = [[0.0, 0.0], [1.0, 1.0], [3.0, 2.0]]
    >>> treealg.log_sig_coef_backprop(path, (0, 1), None, [1.0])
    array([[-0.5,  1. ],
           [ 1. , -1.5],
           [-0.5,  0.5]])
    """
    along = Along(correction, stream, basepoint, lengths, windows, times, missing)
    options = 0, WORDS, n_jobs, SIGNATURE, time_aug, lead_lag, end_time
    return chosen_backward(
        path, Choice(listed_words(words, prefixes), True), coefs, derivs, along, options, out
    )
