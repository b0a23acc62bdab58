"""Gradients of word signatures and log-signatures in the points of the path."""

from __future__ import annotations

from collections.abc import Sequence

from treealg.numeric.arguments.calls import SIGNATURE, WORDS
from treealg.numeric.paths.gradients import along_path_backward
from treealg.typing import Array, ArrayLike, Gradients

__all__ = ["log_sig_backprop", "sig_backprop"]


def sig_backprop(
    path: ArrayLike,
    sig: ArrayLike | None,
    sig_derivs: ArrayLike,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool | None = None,
    correction: ArrayLike | None = None,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    weights: Sequence[int] | None = None,
    out: Array | tuple[Array | None, ...] | None = None,
) -> Gradients:
    r"""Compute the gradient in a path from that in its signature.

    For a scalar function :math:`F` of the signature :math:`S` of the points :math:`x_i`, this is
    :math:`\partial F / \partial x_i^a = \sum_w \partial F / \partial S(w)\ \partial S(w) /
    \partial x_i^a`, the sum over words.

    Parameters
    ----------
    path : ArrayLike, shape (..., length, channels)
        Points of the path, or list of paths, as given to `sig`.
    sig : ArrayLike or None, shape (..., words)
        What `sig` returned, or None. It is checked, and not needed for the result.
    sig_derivs : ArrayLike, shape (..., words)
        Derivatives of :math:`F` in the signature, with or without a place for the scalar in front,
        which has no influence; of the shape of what `sig` returned.
    degree : int
        Length of the longest word, at least 0.
    time_aug : bool, default False
        Whether time was appended as the last channel.
    lead_lag : bool, default False
        Whether the lead-lag path was taken.
    end_time : float, default 1.0
        Last value of the time channel; finite.
    scalar_term : bool or None, default None
        Whether `sig_derivs` has a place for the scalar; None lets its length tell.
    correction : ArrayLike or None, default None
        The correction that was given, as for `sig`.
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
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a word, the sum over its letters, and the basis is what is light enough, in basis order.
        None counts letters.
    out : Array, tuple of (Array or None), or None, default None
        Where to write the gradient, as for `branched_sig`; C-contiguous. Where several are
        returned, a tuple with an array, or None, for each of them. Not for a list of paths.

    Returns
    -------
    Array, shape (..., length, channels)
        Derivatives of :math:`F` in the points, of the shape, kind and dtype of `path` (float64 for
        integers and lists), never sharing memory with an argument; zero beyond the end of a shorter
        path. Of a list of paths it is a list, unless these are NumPy arrays of one length, which
        are a batch. With a correction, or a base point that is an array, this comes in a tuple
        before the derivatives in the correction and those in the base point, each of its own shape:
        the sum over the segments or paths that share it. It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if two are of
        different kinds or dtypes; if `degree` or `n_jobs` is no integer, `end_time` no real number,
        a flag no boolean; if `missing` is no text; or if `times` are no times, `lengths` or
        `windows` no integers or `basepoint` no point; or if `weights` are no integers; or if `out`
        is no array of the kind and dtype of the result.
    InvalidValueError
        If `path` has fewer than two axes, no points or no channels; if `sig_derivs` has not the
        length of these words, or `sig` not the shape of `sig_derivs`, or a scalar that is neither 1
        nor NaN; if the leading shapes differ; if `correction` has another shape, or is combined
        with `lead_lag`; if `basepoint`, `lengths` or `windows` do not fit `path`, or `windows` come
        with `stream`; if `degree` is negative, `n_jobs` is 0 or `end_time` is not finite; or if the
        words or the result do not fit in memory; or if `weights` are not positive, one for each
        channel, or too fine; or if `out` has not its shape or layout, or shares memory with an
        argument.

    See Also
    --------
    sig : The function differentiated.
    branched_sig_backprop : How it runs along the path.

    Notes
    -----
    About four times the work of the forward function. What the derivatives meet on their way back
    is computed forwards from checkpoints and never by inverting a step. Memory beyond arguments and
    result is bounded by threads times words times the square root of the length. The GIL is
    released, no argument is changed.

    References
    ----------
    P. Kidger and T. Lyons, *Signatory: differentiable computations of the signature and
    logsignature transforms, on both CPU and GPU*, ICLR 2021.

    Examples
    --------
    In one channel the word of two letters has the value :math:`(x_1 - x_0)^2 / 2`.

    >>> import treealg
    >>> treealg.sig_backprop([[0.0], [3.0]], None, [0.0, 1.0], 2)
    array([[-3.],
           [ 3.]])
    """
    has_scalar = False if scalar_term is None else scalar_term
    options = degree, WORDS, n_jobs, SIGNATURE, time_aug, lead_lag, end_time, has_scalar, weights
    arrays = (sig, "sig"), (sig_derivs, "sig_derivs")
    given = correction, stream, basepoint, lengths, windows, times, missing
    return along_path_backward(path, *arrays, scalar_term, given, options, out)


def log_sig_backprop(
    path: ArrayLike,
    log_sig_derivs: ArrayLike,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool | None = None,
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
    out: Array | tuple[Array | None, ...] | None = None,
) -> Gradients:
    r"""Compute the gradient in a path from that in its log-signature.

    Parameters
    ----------
    path : ArrayLike, shape (..., length, channels)
        Points of the path, or list of paths, as given to `log_sig`.
    log_sig_derivs : ArrayLike, shape (..., log_words)
        Derivatives of a scalar function in the log-signature, in the layout of `log_sig` for these
        arguments. With ``method=0`` there may be a place for the scalar in front, which has no
        influence.
    degree : int
        Length of the longest word, at least 0.
    time_aug : bool, default False
        Whether time was appended as the last channel.
    lead_lag : bool, default False
        Whether the lead-lag path was taken.
    end_time : float, default 1.0
        Last value of the time channel; finite.
    scalar_term : bool or None, default None
        Whether `log_sig_derivs` has a place for the scalar; None lets its length tell.
    correction : ArrayLike or None, default None
        The correction that was given, as for `log_sig`.
    method : {0, 1, 2}, default 0
        Form of the log-signature, as for `log_sig`.
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
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a word, the sum over its letters, and the basis is what is light enough, in basis order.
        None counts letters.
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
        If an array is no real array, requires a gradient, or is not on the CPU; if the two are of
        different kinds or dtypes; if `degree`, `method` or `n_jobs` is no integer, `end_time` no
        real number, a flag no boolean; or if `times` are no times, `lengths` or `windows` no
        integers or `basepoint` no point; or if `weights` are no integers; or if `out` is no array
        of the kind and dtype of the result.
    InvalidValueError
        If `path` has fewer than two axes, no points or no channels; if `log_sig_derivs` has not the
        length that belongs to these arguments; if the leading shapes differ; if `correction` has
        another shape, or is combined with `lead_lag`; if `basepoint`, `lengths` or `windows` do not
        fit `path`, or `windows` come with `stream`; if `degree` is negative, `n_jobs` is 0 or
        `end_time` is not finite; if `method` is none of these, or not 0 while there is a
        `correction` or `scalar_term` asks for a scalar; or if the words or the result do not fit in
        memory; or if `weights` are not positive, one for each channel, or too fine; or if `out` has
        not its shape or layout, or shares memory with an argument.

    See Also
    --------
    log_sig : The function differentiated.

    Notes
    -----
    As `sig_backprop`, with the backward pass of the logarithm before that of the path.

    References
    ----------
    J. Reizenstein and B. Graham, *Algorithm 1004: the iisignature library*, ACM Trans. Math.
    Softw. 46 (2020), 8:1-8:21, doi:10.1145/3371237.

    Examples
    --------
    How the signed area of two steps, half their determinant, changes with the points.

    >>> import treealg
    >>> path = [[0.0, 0.0], [1.0, 1.0], [3.0, 2.0]]
    >>> treealg.log_sig_backprop(path, [0.0, 0.0, 1.0], 2, method=2)
    array([[-0.5,  1. ],
           [ 1. , -1.5],
           [-0.5,  0.5]])
    """
    has_scalar = False if scalar_term is None else scalar_term
    options = degree, WORDS, n_jobs, method, time_aug, lead_lag, end_time, has_scalar, weights
    arrays = (None, ""), (log_sig_derivs, "log_sig_derivs")
    given = correction, stream, basepoint, lengths, windows, times, missing
    return along_path_backward(path, *arrays, scalar_term, given, options, out)
