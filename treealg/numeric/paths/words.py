"""Signatures and log-signatures of paths, indexed by words."""

from __future__ import annotations

from collections.abc import Sequence

from treealg.numeric.arguments.calls import SIGNATURE, WORDS
from treealg.numeric.paths.signature import along_path
from treealg.typing import Array, ArrayLike

__all__ = ["log_sig", "sig"]


def sig(
    path: ArrayLike,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool = False,
    correction: ArrayLike | None = None,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
    out: Array | None = None,
) -> Array:
    r"""Compute the signature of a path or of a batch of paths, indexed by words.

    The iterated integrals :math:`S(a_1 \dots a_n) = \int_{u_1 < \dots < u_n} dx^{a_1}_{u_1} \cdots
    dx^{a_n}_{u_n}`: the values of the branched signature on ladders, the last letter at the root.

    Parameters
    ----------
    path : ArrayLike, shape (..., length, channels)
        Points of the path, as for `branched_sig`, or a list of paths of any lengths.
    degree : int
        Length of the longest word, at least 0.
    time_aug : bool, default False
        Append time as the last channel, uniform from 0 to `end_time` over the points.
    lead_lag : bool, default False
        Take the lead-lag path in twice as many channels (lag first), before `time_aug`.
    end_time : float, default 1.0
        Last value of the time channel; finite.
    scalar_term : bool, default False
        Put the value 1 of the empty word in front.
    correction : ArrayLike or None, default None
        What each segment adds to its increment on words of 2 to ``m`` letters, ``m`` at most
        `degree`; of the shapes that `branched_sig` takes. There are ``d**2 + ... + d**m`` columns
        for the ``d`` channels of `path`, as words are ordered: ``(i_1, ..., i_k)`` at ``i_1 *
        d**(k - 1) + ... + i_k`` within its level. A channel from `time_aug` has none; not with
        `lead_lag`. No columns are no correction.
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
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a word, the sum over its letters, and the basis is what is light enough, in basis order.
        None counts letters.
    out : Array or None, default None
        Where to write the result: an array of its kind, dtype and shape that shares no memory with
        an argument; C-contiguous, or columns of such an array where results are vectors.

    Returns
    -------
    Array, shape (..., words)
        By length, then lexicographically, ``sig_length(d, degree, ...)`` of them with ``d`` the
        channels of the transformed path. Kind and dtype follow `path` as for `branched_sig`; never
        shares memory with it. With `stream` the shape is (..., length - 1, words), with `windows`
        (..., windows, words). It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If `path` or `correction` is no real array, requires a gradient, or is not on the CPU, or
        they are of different kinds or dtypes; if `degree` or `n_jobs` is no integer, `end_time` no
        real number, a flag no boolean; or if `times` are no times, `lengths` or `windows` no
        integers or `basepoint` no point; or if `weights` are no integers; or if `out` is no array
        of the kind and dtype of the result.
    InvalidValueError
        If `path` has fewer than two axes, no points or no channels; if `degree` is negative,
        `n_jobs` is 0 or `end_time` is not finite; if `correction` has another shape, or is combined
        with `lead_lag`; if `basepoint`, `lengths` or `windows` do not fit `path`, or `windows` come
        with `stream`; or if the words or the result do not fit in memory; or if `weights` are not
        positive, one for each channel, or too fine; or if `out` has not its shape or layout, or
        shares memory with an argument.

    See Also
    --------
    log_sig : The logarithm.
    sig_backprop : The gradient.
    sig_to_branched_sig : From here to trees.
    words : What the coefficients belong to.

    Notes
    -----
    Time is ``length * words`` per path. With a correction each segment is :math:`\exp_\otimes(
    \sum_i \Delta x_i e_i + \sum_k \sum c_{i_1 \dots i_k} e_{i_1 \dots i_k})`, and the result is the
    restriction to ladders of the branched signature; there a chain is read from its root, so that
    the columns of each level are in reverse. The GIL is released, no argument is changed.

    References
    ----------
    P. Kidger and T. Lyons, *Signatory: differentiable computations of the signature and
    logsignature transforms, on both CPU and GPU*, ICLR 2021.

    Examples
    --------
    >>> import treealg
    >>> treealg.sig([[0, 0], [1, 0], [1, 2]], 2)
    array([1. , 2. , 0.5, 2. , 0. , 2. ])

    With a correction of 10 on the word (0, 1):

    >>> treealg.sig([[0, 0], [1, 2]], 2, correction=[0, 10, 0, 0])
    array([ 1. ,  2. ,  0.5, 11. ,  1. ,  2. ])
    """
    options = degree, WORDS, n_jobs, SIGNATURE, time_aug, lead_lag, end_time, scalar_term, weights
    arrays = correction, stream, basepoint, lengths, windows, times, missing
    return along_path(path, arrays, options, out)


def log_sig(
    path: ArrayLike,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool = False,
    correction: ArrayLike | None = None,
    method: int = 0,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
    out: Array | None = None,
) -> Array:
    r"""Compute the log-signature of a path or of a batch of paths, indexed by words.

    The logarithm of the signature in the tensor algebra, :math:`\sum_{n \ge 1}
    \frac{(-1)^{n-1}}{n} (S - 1)^{\otimes n}`.

    Parameters
    ----------
    path : ArrayLike, shape (..., length, channels)
        Points of the path, as for `branched_sig`, or a list of paths of any lengths.
    degree : int
        Length of the longest word, at least 0.
    time_aug : bool, default False
        Append time as the last channel, uniform from 0 to `end_time` over the points.
    lead_lag : bool, default False
        Take the lead-lag path in twice as many channels (lag first), before `time_aug`.
    end_time : float, default 1.0
        Last value of the time channel; finite.
    scalar_term : bool, default False
        Put the value 0 of the empty word in front; only of the expanded form.
    correction : ArrayLike or None, default None
        As for `sig`; only of the expanded form.
    method : {0, 1, 2}, default 0
        0 is the expanded form, a coefficient for each word. 1 gives the coefficients at Lyndon
        words, 2 those in the basis of their standard bracketings.
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
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a word, the sum over its letters, and the basis is what is light enough, in basis order.
        None counts letters.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., log_words)
        As many coefficients as `sig` has, or ``log_sig_length(d, degree, method=1)`` for
        methods 1 and 2, those of Lyndon words by length, then lexicographically. Kind and dtype
        follow `path` as for `branched_sig`; never shares memory with it. With `stream` the shape is
        (..., length - 1, log_words), with `windows` (..., windows, log_words). It is `out`, if that
        is given.

    Raises
    ------
    InvalidTypeError
        If `path` or `correction` is no real array, requires a gradient, or is not on the CPU, or
        they are of different kinds or dtypes; if `degree`, `method` or `n_jobs` is no integer,
        `end_time` no real number, a flag no boolean; or if `times` are no times, `lengths` or
        `windows` no integers or `basepoint` no point; or if `weights` are no integers; or if `out`
        is no array of the kind and dtype of the result.
    InvalidValueError
        If `path` has fewer than two axes, no points or no channels; if `degree` is negative,
        `n_jobs` is 0 or `end_time` is not finite; if `method` is none of these, or not 0 while
        there is a `correction` or `scalar_term` asks for a scalar; if `correction` has another
        shape, or is combined with `lead_lag`; if `basepoint`, `lengths`, `windows` or `times` do
        not fit `path`, or `windows` come with `stream`; if `times` are not finite, decrease, or
        come without `time_aug` or with `end_time`; if `missing` is none of these, a value is
        missing with ``"refuse"``, or all of a channel are with the others; or if the words or the
        result do not fit in memory; or if `weights` are not positive, one for each channel, or too
        fine; or if `out` has not its shape or layout, or shares memory with an argument.

    See Also
    --------
    sig : The signature.
    log_sig_backprop : The gradient.
    branched_log_sig : The logarithm on trees.
    lyndon_words : What the coefficients of methods 1 and 2 belong to.

    Notes
    -----
    Time is that of `sig`, and one word logarithm per path. With a correction the logarithm is no
    Lie element, so that Lyndon words do not determine it.

    Logarithms lose digits: terms as large as ``|x|**n``, with the length ``|x|`` of the path,
    cancel in the coefficient of order n, whose error is about ``eps * |x|**n`` with the rounding
    unit ``eps`` of the dtype. Neither a path that is scaled, nor logarithms of pieces that are
    joined, nor float64 for the logarithm of a signature in float32 has more of them; float64 from
    the points on has. Along a line of length 122 with noise of size 1, errors of order 6 are 4e-4
    of the largest coefficient in float32 and 1e-12 in float64, which takes 2 to 2.6 times as long.

    References
    ----------
    C. Reutenauer, *Free Lie Algebras*, Oxford University Press (1993), sections 4.1 and 5.1.

    J. Reizenstein and B. Graham, *Algorithm 1004: the iisignature library*, ACM Trans. Math.
    Softw. 46 (2020), 8:1-8:21, doi:10.1145/3371237.

    Examples
    --------
    Two steps leave their commutator, half the signed area; its one Lyndon word is (0, 1).

    >>> import treealg
    >>> treealg.log_sig([[0, 0], [1, 0], [1, 2]], 2)
    array([ 1.,  2.,  0.,  1., -1.,  0.])
    >>> treealg.log_sig([[0, 0], [1, 0], [1, 2]], 2, method=2)
    array([1., 2., 1.])
    """
    options = degree, WORDS, n_jobs, method, time_aug, lead_lag, end_time, scalar_term, weights
    arrays = correction, stream, basepoint, lengths, windows, times, missing
    return along_path(path, arrays, options, out)
