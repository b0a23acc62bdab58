"""Chosen coefficients of branched log-signatures, without the rest of the basis."""

from __future__ import annotations

from treealg.numeric.arguments.calls import SIGNATURE
from treealg.numeric.paths.chosen import Along, Choice, chosen, chosen_backward
from treealg.numeric.paths.coefficients import listed
from treealg.typing import Array, ArrayLike, Gradients, TreeLike

__all__ = ["branched_log_sig_coef", "branched_log_sig_coef_backprop"]


def branched_log_sig_coef(
    path: ArrayLike,
    trees: TreeLike | list[TreeLike],
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    correction: ArrayLike | None = None,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    gram: bool = False,
    n_jobs: int = 1,
    out: Array | None = None,
) -> Array:
    r"""Compute chosen coefficients of the branched log-signature of a path.

    The values of `branched_log_sig` on `trees`. The logarithm is taken on the smallest set that has
    them and is closed under the coproduct: with a tree its trunks and what is pruned of it.

    Parameters
    ----------
    path : ArrayLike, shape (..., length, channels)
        Points of the path, or list of paths, as for `branched_sig`.
    trees : tree or list of trees
        Elements of the basis, as for `branched_sig_coef`.
    time_aug : bool, default False
        Append time as the last channel, uniform from 0 to `end_time` over the points.
    lead_lag : bool, default False
        Take the lead-lag path in twice as many channels (lag first), before `time_aug`.
    end_time : float, default 1.0
        Last value of the time channel; finite.
    planar : bool, default False
        Ordered forests rather than non-planar trees.
    correction : ArrayLike or None, default None
        As for `branched_sig_coef`.
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
    gram : bool, default False
        Divide each value by the square root of the symmetry factor of its tree, as
        `branched_sig_coef` does.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., elements)
        A value for each element, in the order given, 0 for the empty one; one column for a single
        element. Kind and dtype follow `path` as for `branched_sig`; never shares memory with it.
        With `stream` the shape is (..., length - 1, elements), with `windows` (..., windows,
        elements). It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        As `branched_sig_coef`; or if `out` is no array of the kind and dtype of the result.
    InvalidValueError
        As `branched_sig_coef`; or if the coproducts of the closed set have more than 2**21 terms;
        or if `out` has not its shape or layout, or shares memory with an argument.

    See Also
    --------
    branched_log_sig_coef_backprop : The gradient.
    branched_sig_coef : Coefficients of the signature.

    Notes
    -----
    A coefficient of the logarithm takes powers under convolution on what its coproduct meets, and
    nothing else of the basis. Where few trees are wanted, as those that weigh little enough, this
    is a small part of it. The cost beside that of `branched_sig_coef` for the closed set is about
    that of its coproducts, whose terms are as many as there are cuts: exponentially many for one
    large tree, ``3**k`` for a root with k different leaves. The GIL is released, no argument is
    changed.

    Logarithms lose digits: terms as large as ``|x|**n``, with the length ``|x|`` of the path,
    cancel in the coefficient of order n, whose error is about ``eps * |x|**n`` with the rounding
    unit ``eps`` of the dtype. Neither a path that is scaled, nor logarithms of pieces that are
    joined, nor float64 for the logarithm of a signature in float32 has more of them; float64 from
    the points on has. Along a line of length 122 with noise of size 1, errors of order 6 are 4e-4
    of the largest coefficient in float32 and 1e-12 in float64, which takes 2 to 2.6 times as long.

    So it is up to some 15 nodes. For larger trees with many equal branches the error grows as the
    Bernoulli numbers in their logarithms: of a root with n leaves in float64 it is about 1e-12 for
    n = 20, 1e-9 for 25, 1e-6 for 30 and 100 for 40, with ``|x| = 1``. Ladders keep their digits.

    References
    ----------
    K. Ebrahimi-Fard, J. M. Gracia-Bondia and F. Patras, *A Lie theoretic approach to
    renormalization*, Comm. Math. Phys. 276 (2007), 519-549, doi:10.1007/s00220-007-0346-8.

    Examples
    --------
    A path along one axis and then along the other: the ladders have half of the area each.

    >>> import treealg
    >>> path = [[0.0, 0.0], [1.0, 0.0], [1.0, 2.0]]
    >>> treealg.branched_log_sig_coef(path, [((0,), 1), ((1,), 0), (1,), None])
    array([ 1., -1.,  2.,  0.])
    """
    along = Along(correction, stream, basepoint, lengths, windows, times, missing)
    options = 0, planar, n_jobs, SIGNATURE, time_aug, lead_lag, end_time
    return chosen(path, Choice(listed(trees), True, gram), along, options, out)


def branched_log_sig_coef_backprop(
    path: ArrayLike,
    trees: TreeLike | list[TreeLike],
    coefs: ArrayLike | None,
    derivs: ArrayLike,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    correction: ArrayLike | None = None,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    gram: bool = False,
    n_jobs: int = 1,
    out: Array | tuple[Array | None, ...] | None = None,
) -> Gradients:
    r"""Compute the gradient in a path from that in chosen coefficients of its log-signature.

    Parameters
    ----------
    path : ArrayLike, shape (..., length, channels)
        Points of the path, or list of paths, as given to `branched_log_sig_coef`.
    trees : tree or list of trees
        The elements, as given to `branched_log_sig_coef`.
    coefs : ArrayLike or None, shape (..., elements)
        What `branched_log_sig_coef` returned, or None. It is checked, and not needed for the
        result.
    derivs : ArrayLike, shape (..., elements)
        Derivatives of a scalar function in the coefficients.
    time_aug : bool, default False
        Whether time was appended as the last channel.
    lead_lag : bool, default False
        Whether the lead-lag path was taken.
    end_time : float, default 1.0
        Last value of the time channel; finite.
    planar : bool, default False
        Ordered forests rather than non-planar trees.
    correction : ArrayLike or None, default None
        The correction that was given, as for `branched_sig_coef`.
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
    gram : bool, default False
        Whether values were divided by the square roots of symmetry factors.
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
        point as for `branched_sig_backprop`. It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        As `branched_log_sig_coef`, or if two arrays are of different kinds or dtypes; or if `out`
        is no array of the kind and dtype of the result.
    InvalidValueError
        As `branched_log_sig_coef`, or if `derivs` or `coefs` has not one column for each element,
        or another leading shape than the result; or if `out` has not its shape or layout, or shares
        memory with an argument.

    See Also
    --------
    branched_log_sig_coef : The function differentiated.

    Notes
    -----
    The coefficients of the closed set are computed again, for the backward pass of the logarithm on
    it, and the rest is that of `branched_sig_coef_backprop`. The GIL is released, no argument is
    changed.

    References
    ----------
    A. Griewank and A. Walther, *Algorithm 799: revolve*, ACM Trans. Math. Softw. 26 (2000), 19-45.

    Examples
    --------
    In one channel the logarithm is the increment.

    >>> import treealg
    >>> treealg.branched_log_sig_coef_backprop([[0.0], [3.0]], (0,), None, [2.0])
    array([[-2.],
           [ 2.]])
    """
    along = Along(correction, stream, basepoint, lengths, windows, times, missing)
    options = 0, planar, n_jobs, SIGNATURE, time_aug, lead_lag, end_time
    return chosen_backward(
        path, Choice(listed(trees), True, gram), coefs, derivs, along, options, out
    )
