"""Gradients of branched signatures and log-signatures in the points of the path."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from treealg.numeric.arguments.arrays import as_path, as_rows, check_alike
from treealg.numeric.arguments.batches import allocate, walk
from treealg.numeric.arguments.calls import SIGNATURE, WORDS, Call, checked_call
from treealg.numeric.arguments.corrections import Correction, as_correction, empty_like
from treealg.numeric.arguments.rows import Rows
from treealg.numeric.arguments.vectors import split_scalar
from treealg.numeric.plans.plan import Plan
from treealg.numeric.plans.words import plan_along
from treealg.typing import Array, ArrayLike

__all__ = ["along_path_backward", "backprop", "branched_log_sig_backprop", "branched_sig_backprop"]


def branched_sig_backprop(
    path: ArrayLike,
    bsig: ArrayLike | None,
    bsig_derivs: ArrayLike,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool | None = None,
    correction: ArrayLike | None = None,
    n_jobs: int = 1,
) -> Array | tuple[Array, Array]:
    r"""Compute the gradient in a path from that in its branched signature.

    For a scalar function :math:`F` of the signature :math:`X` of the points :math:`x_i`, this is
    :math:`\partial F / \partial x_i^a = \sum_\tau \partial F / \partial X(\tau)\ \partial X(\tau) /
    \partial x_i^a`.

    Parameters
    ----------
    path : ArrayLike, shape (..., length, channels)
        Points of the path, as given to `branched_sig`.
    bsig : ArrayLike or None, shape (..., coefficients)
        What `branched_sig` returned, or None. It is checked, and not needed for the result.
    bsig_derivs : ArrayLike, shape (..., coefficients)
        Derivatives of :math:`F` in the signature, with or without a place for the scalar in front,
        which has no influence.
    degree : int
        Largest number of nodes of a tree or forest, at least 0.
    time_aug : bool, default False
        Whether time was appended as the last channel.
    lead_lag : bool, default False
        Whether the lead-lag path was taken.
    end_time : float, default 1.0
        Last value of the time channel; finite.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    scalar_term : bool or None, default None
        Whether `bsig_derivs` has a place for the scalar; None lets its length tell.
    correction : ArrayLike or None, default None
        The correction that was given, as for `branched_sig`.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.

    Returns
    -------
    Array, shape (..., length, channels)
        Derivatives of :math:`F` in the points, of the shape, kind and dtype of `path` (float64 for
        integers and lists), never sharing memory with an argument. With a correction the pair of
        this and the derivatives in the correction, of its own shape: the sum over the segments or
        paths that share it.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is on no CPU or GPU; if two are of
        different kinds or dtypes; if `degree` or `n_jobs` is no integer, `end_time` no real number,
        or a flag no boolean.
    InvalidValueError
        If `path` has fewer than two axes, no points or no channels; if `bsig_derivs` has not the
        length of this basis, or `bsig` not the shape of `bsig_derivs`, or a scalar that is neither
        1 nor NaN; if the leading shapes differ; if `correction` has another shape, or is combined
        with `lead_lag`; if `degree` is negative, `n_jobs` is 0 or `end_time` is not finite; or if
        the basis or the result does not fit in memory.
    MissingDependencyError
        If an array is on a GPU and CuPy is not installed.

    See Also
    --------
    branched_sig : The function differentiated.

    Notes
    -----
    The transpose of arborification gives the derivatives in the word signature; these run back
    along the path. What they meet there is the signature up to each segment, which is computed
    forwards from checkpoints and never by inverting a step, so that long rough paths lose no
    digits. About four times the work of the forward function. Memory beyond arguments and result is
    bounded by threads times coefficients times the square root of the length. A single path is cut
    into pieces. The GIL is released, no argument is changed.

    CuPy arrays and CUDA tensors are computed on their GPU, on the current stream, and come back
    there; `n_jobs` has no meaning then.

    References
    ----------
    J. Reizenstein and B. Graham, *Algorithm 1004: the iisignature library*, ACM Trans. Math.
    Softw. 46 (2020), 8:1-8:21, doi:10.1145/3371237.

    P. Kidger and T. Lyons, *Signatory: differentiable computations of the signature and
    logsignature transforms, on both CPU and GPU*, ICLR 2021.

    Examples
    --------
    In one channel the ladder of two nodes has the value :math:`(x_1 - x_0)^2 / 2`.

    >>> import treealg
    >>> treealg.branched_sig_backprop([[0.0], [3.0]], None, [0.0, 1.0], 2)
    array([[-3.],
           [ 3.]])
    """
    derivs = as_rows(bsig_derivs, "bsig_derivs", 1, gpu=True)
    forward = None if bsig is None else as_rows(bsig, "bsig", 1, gpu=True)
    has_scalar = False if scalar_term is None else scalar_term
    options = degree, planar, n_jobs, SIGNATURE, time_aug, lead_lag, end_time, has_scalar
    return along_path_backward(path, forward, derivs, correction, scalar_term, options)


def branched_log_sig_backprop(
    path: ArrayLike,
    blogsig_derivs: ArrayLike,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool | None = None,
    correction: ArrayLike | None = None,
    method: int = 0,
    n_jobs: int = 1,
) -> Array | tuple[Array, Array]:
    r"""Compute the gradient in a path from that in its branched log-signature.

    Parameters
    ----------
    path : ArrayLike, shape (..., length, channels)
        Points of the path, as given to `branched_log_sig`.
    blogsig_derivs : ArrayLike, shape (..., coefficients)
        Derivatives of a scalar function in the log-signature, in the layout of `branched_log_sig`
        for these arguments. With ``method=0`` there may be a place for the scalar in front, which
        has no influence.
    degree : int
        Largest number of nodes of a tree or forest, at least 0.
    time_aug : bool, default False
        Whether time was appended as the last channel.
    lead_lag : bool, default False
        Whether the lead-lag path was taken.
    end_time : float, default 1.0
        Last value of the time channel; finite.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    scalar_term : bool or None, default None
        Whether `blogsig_derivs` has a place for the scalar; None lets its length tell.
    correction : ArrayLike or None, default None
        The correction that was given, as for `branched_sig`.
    method : {0, 1, 2}, default 0
        Form of the log-signature, as for `branched_log_sig`.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.

    Returns
    -------
    Array, shape (..., length, channels)
        Derivatives in the points, of the shape, kind and dtype of `path` (float64 for integers and
        lists), never sharing memory with an argument. With a correction the pair of this and the
        derivatives in the correction, as for `branched_sig_backprop`.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is on no CPU or GPU; if the two are of
        different kinds or dtypes; if `degree`, `method` or `n_jobs` is no integer, `end_time` no
        real number, or a flag no boolean.
    InvalidValueError
        If `path` has fewer than two axes, no points or no channels; if `blogsig_derivs` has not the
        length that belongs to these arguments; if the leading shapes differ; if `correction` has
        another shape, or is combined with `lead_lag`; if `degree` is negative, `n_jobs` is 0 or
        `end_time` is not finite; if `method` is not one of this basis, or has no scalar and
        `scalar_term` asks for one; or if the basis or the result does not fit in memory.
    MissingDependencyError
        If an array is on a GPU and CuPy is not installed.

    See Also
    --------
    branched_log_sig : The function differentiated.
    branched_sig_backprop : How it runs along the path.

    Notes
    -----
    As `branched_sig_backprop`, with the backward pass of the word logarithm before that of the
    path.

    CuPy arrays and CUDA tensors are computed on their GPU, on the current stream, and come back
    there; `n_jobs` has no meaning then.

    References
    ----------
    J. Reizenstein and B. Graham, *Algorithm 1004: the iisignature library*, ACM Trans. Math.
    Softw. 46 (2020), 8:1-8:21, doi:10.1145/3371237.

    Examples
    --------
    The logarithm of one step is the step: a change of the path changes nothing on two nodes.

    >>> import treealg
    >>> treealg.branched_log_sig_backprop([[0.0], [3.0]], [1.0, 1.0], 2)
    array([[-1.],
           [ 1.]])
    """
    derivs = as_rows(blogsig_derivs, "blogsig_derivs", 1, gpu=True)
    has_scalar = False if scalar_term is None else scalar_term
    options = degree, planar, n_jobs, method, time_aug, lead_lag, end_time, has_scalar
    return along_path_backward(path, None, derivs, correction, scalar_term, options)


def along_path_backward(
    path: Any,
    forward: Rows | None,
    derivs: Rows,
    correction: Any,
    scalar_term: Any,
    options: tuple[Any, ...],
) -> Array | tuple[Array, Array]:
    """Check everything, then run the backward pass of a signature, or of a log-signature.

    `options` are those of `checked_call` without the channels.
    """
    rows = as_path(path, gpu=options[1] is not WORDS)
    call = checked_call(rows.item[1], *options)
    check_alike(rows, derivs)
    if call.method:
        scalar_term = False
    added = as_correction(correction, rows, call)
    longest = 1 if added is None else added.longest
    plan = plan_along(rows, call, longest)
    given, scalar = split_scalar(derivs, plan.size, call, scalar_term=scalar_term)
    if forward is not None:
        check_alike(derivs, forward)
        split_scalar(forward, plan.size, call, scalar_term=scalar is not None, unit=1)
    backward = rows.engine.path_signature_backward if call.degree else None
    gradients = backprop(backward, rows, added, given, plan, call)
    if added is None and correction is not None:
        return gradients, empty_like(correction, rows)
    return gradients


def backprop(
    backward: Callable[..., None] | None,
    path: Rows,
    correction: Correction | None,
    derivs: Rows,
    plan: Plan,
    call: Call,
) -> Array | tuple[Array, Array]:
    """Compute the gradients in paths, and in their corrections if there are any.

    `backward` is that of an engine and writes those of some paths; without one they are zero. That
    of a correction which serves several paths or segments is their sum, taken a few paths at a
    time.
    """
    rest, n_threads = (plan, call.transform, call.n_threads), call.n_threads
    with path.active():
        result, out = allocate(path, *path.item)
        if backward is None:
            out[...] = 0
        elif correction is None:
            for points, d, dx in walk(n_threads, (path, derivs), (out,)):
                backward(points, None, d, dx, None, *rest)
        if correction is None:
            return path.wrap(result)
        total, memory = path.empty(correction.shared)
        inputs = path, correction.rows, derivs
        segments, columns = correction.rows.item
        if backward is None:
            memory[...] = 0
        elif correction.shared == correction.rows.array.shape:
            whole = memory.reshape(path.count, segments, columns)
            for *given, dx, dc in walk(n_threads, inputs, (out, whole)):
                backward(*given, dx, dc, *rest)
        else:
            memory[...] = 0
            for *given, dx in walk(n_threads, inputs, (out,), segments * columns):
                part = path.empty((len(dx), segments, columns))[1]
                backward(*given, dx, part, *rest)
                # einsum and not sum, which is ten times slower where the last axis is short.
                memory += np.einsum("bsc->sc" if memory.ndim == 2 else "bsc->c", part)
    return path.wrap(result), path.wrap(total)
