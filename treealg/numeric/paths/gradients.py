"""Gradients of branched signatures and log-signatures in the points of the path."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from treealg.checks import check_flag
from treealg.engines import KernelEngine, current
from treealg.errors import InvalidValueError
from treealg.numeric.arguments.arrays import as_rows, check_alike, check_kinds, refuse_on_device
from treealg.numeric.arguments.batches import LEAST_ROWS, allocate, walk
from treealg.numeric.arguments.calls import SIGNATURE, WORDS, checked_call
from treealg.numeric.arguments.duals import Dual
from treealg.numeric.arguments.prepared import Prepared, Rooms, prepared
from treealg.numeric.arguments.repeats import apart, are_usual, keep, threads_now
from treealg.numeric.arguments.rows import Rows
from treealg.numeric.arguments.targets import Target, into
from treealg.numeric.arguments.vectors import split_scalar
from treealg.numeric.arguments.windows import read_windows
from treealg.numeric.paths.prefixes import derivatives_of_steps
from treealg.numeric.paths.windowed import check_either, of_windows_backward
from treealg.numeric.plans.plan import Plan
from treealg.numeric.plans.words import plan_along
from treealg.typing import Array, ArrayLike, Gradients

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
    r"""Compute the gradient in a path from that in its branched signature.

    For a scalar function :math:`F` of the signature :math:`X` of the points :math:`x_i`, this is
    :math:`\partial F / \partial x_i^a = \sum_\tau \partial F / \partial X(\tau)\ \partial X(\tau) /
    \partial x_i^a`.

    Parameters
    ----------
    path : ArrayLike, shape (..., length, channels)
        Points of the path, or list of paths, as given to `branched_sig`.
    bsig : ArrayLike or None, shape (..., coefficients)
        What `branched_sig` returned, or None. It is checked, and not needed for the result.
    bsig_derivs : ArrayLike, shape (..., coefficients)
        Derivatives of :math:`F` in the signature, with or without a place for the scalar in front,
        which has no influence; of the shape of what `branched_sig` returned.
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
        of a tree or ordered forest, the sum over its nodes, and the basis is what is light enough,
        in basis order. None counts nodes.
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
        If an array is no real array, requires a gradient, or is on no CPU or GPU; if two are of
        different kinds or dtypes; if `degree` or `n_jobs` is no integer, `end_time` no real number,
        a flag no boolean; if `missing` is no text; or if `times` are no times, `lengths` or
        `windows` no integers or `basepoint` no point; or if `weights` are no integers; or if `out`
        is no array of the kind and dtype of the result.
    InvalidValueError
        If `path` has fewer than two axes, no points or no channels; if `bsig_derivs` has not the
        length of this basis, or `bsig` not the shape of `bsig_derivs`, or a scalar that is neither
        1 nor NaN; if the leading shapes differ; if `correction` has another shape, or is combined
        with `lead_lag`; if `basepoint`, `lengths` or `windows` do not fit `path`, or `windows` come
        with `stream`; if `degree` is negative, `n_jobs` is 0 or `end_time` is not finite; or if the
        basis or the result does not fit in memory; or if `weights` are not positive, one for each
        channel, or too fine; or if `out` has not its shape or layout, or shares memory with an
        argument.
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
    into pieces, but not with `stream`, whose derivatives are added where each prefix ends. Paths of
    different lengths end in their own lanes, and none is padded. The GIL is released, no argument
    is changed.

    CuPy arrays and CUDA tensors are computed on their GPU, on the current stream, and come back
    there; `n_jobs` has no meaning then, and `stream`, `basepoint`, `lengths`, `windows`,
    `times` and `missing` are refused.

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
    has_scalar = False if scalar_term is None else scalar_term
    options = degree, planar, n_jobs, SIGNATURE, time_aug, lead_lag, end_time, has_scalar, weights
    arrays = (bsig, "bsig"), (bsig_derivs, "bsig_derivs")
    given = correction, stream, basepoint, lengths, windows, times, missing
    return along_path_backward(path, *arrays, scalar_term, given, options, out)


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
    r"""Compute the gradient in a path from that in its branched log-signature.

    Parameters
    ----------
    path : ArrayLike, shape (..., length, channels)
        Points of the path, or list of paths, as given to `branched_log_sig`.
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
        of a tree or ordered forest, the sum over its nodes, and the basis is what is light enough,
        in basis order. None counts nodes.
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
        If an array is no real array, requires a gradient, or is on no CPU or GPU; if the two are of
        different kinds or dtypes; if `degree`, `method` or `n_jobs` is no integer, `end_time` no
        real number, a flag no boolean; or if `times` are no times, `lengths` or `windows` no
        integers or `basepoint` no point; or if `weights` are no integers; or if `out` is no array
        of the kind and dtype of the result.
    InvalidValueError
        If `path` has fewer than two axes, no points or no channels; if `blogsig_derivs` has not the
        length that belongs to these arguments; if the leading shapes differ; if `correction` has
        another shape, or is combined with `lead_lag`; if `basepoint`, `lengths` or `windows` do not
        fit `path`, or `windows` come with `stream`; if `degree` is negative, `n_jobs` is 0 or
        `end_time` is not finite; if `method` is not one of this basis, or has no scalar and
        `scalar_term` asks for one; or if the basis or the result does not fit in memory; or if
        `weights` are not positive, one for each channel, or too fine; or if `out` has not its shape
        or layout, or shares memory with an argument.
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
    there; `n_jobs` has no meaning then, and `stream`, `basepoint`, `lengths`, `windows`,
    `times` and `missing` are refused.

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
    has_scalar = False if scalar_term is None else scalar_term
    options = degree, planar, n_jobs, method, time_aug, lead_lag, end_time, has_scalar, weights
    arrays = (None, ""), (blogsig_derivs, "blogsig_derivs")
    given = correction, stream, basepoint, lengths, windows, times, missing
    return along_path_backward(path, *arrays, scalar_term, given, options, out)


def along_path_backward(
    path: Any,
    forward: tuple[Any, str],
    derivs: tuple[Any, str],
    scalar_term: Any,
    given: tuple[Any, ...],
    options: tuple[Any, ...],
    out: Any,
) -> Gradients:
    """Compute gradients in paths from those in their signatures or log-signatures.

    What the forward function returned, or None, and the derivatives in it come with their names;
    `given`, `options` and `out` are as for `along_path`.
    """
    usual = given
    arrays: tuple[Any, ...] = (path, derivs[0])
    if forward[0] is not None:
        arrays = (*arrays, forward[0])
    if given[0] is not None:
        usual, beside = apart(given)
        arrays = (*arrays, *beside)
    key = "along path, backward", scalar_term, usual, options, threads_now(options[2])
    engine = current()
    known = engine.repeats.find(key, *arrays, out=out)
    if known is not None:
        return known
    gpu = options[1] is not WORDS and options[-1] is None
    correction, stream, basepoint, lengths, windows, times, missing = given
    every = stream is not False and check_flag("stream", stream)
    if every or windows is not None:
        check_either(every, windows)
        refuse_on_device(path, "stream, basepoint, lengths, windows and lists of paths")
    cotangent = as_rows(*derivs, 1, gpu=gpu)
    value = None if forward[0] is None else as_rows(*forward, 1, gpu=gpu)
    found = prepared(
        path,
        correction,
        basepoint,
        lengths,
        lambda channels: checked_call(channels, *options),
        gpu=gpu,
        times=times,
        missing=missing,
    )
    rows, call = found.path, found.call
    count = None if windows is None else len(read_windows(found, windows))
    check_results(cotangent, found, every, count)
    if call.method:
        scalar_term = False
    plan = plan_along(rows, call, found.longest)
    cotangent, scalar = split_scalar(cotangent, plan.size, call, scalar_term=scalar_term)
    if value is not None:
        check_alike(cotangent, value)
        split_scalar(value, plan.size, call, scalar_term=scalar is not None, units=(1,))
    if every or windows is not None:
        cotangent = Rows(cotangent.array, cotangent.kind, 2, cotangent.name)
    to = into(out, path, derivs[0], forward[0], *given)
    if windows is not None:
        return of_windows_backward(found, cotangent, plan, windows, to)
    if not call.degree:
        return backprop(None, None, found, cotangent, plan, to)
    if every:
        return backprop(None, rows.engine.span_prefixes_backward, found, cotangent, plan, to)
    # An engine on a GPU has no spans, and is asked for none.
    of_spans = None if found.is_given else rows.engine.span_signature_backward
    backward = rows.engine.path_signature_backward
    result = backprop(backward, of_spans, found, cotangent, plan, to)
    is_usual = scalar is None and found.is_given and are_usual(usual, (scalar_term, *options))
    if is_usual and rows.engine is engine:
        _keep(engine, key, arrays, value is not None, found, cotangent, plan, result)
    return result


def _keep(
    engine: KernelEngine, key: tuple[Any, ...], arrays: tuple[Any, ...], has_value: bool,
    found: Prepared, derivs: Rows, plan: Plan, result: Gradients,
) -> None:  # fmt: skip
    """Keep a call of a path, derivatives, the value and a correction, if it has them."""
    call, correction, most = found.call, found.correction, None
    if len(arrays) != 2 + has_value + (correction is not None):  # a correction without columns
        return
    kernel, rest = engine.kernel_along_path_backward(plan, call.transform, call.n_threads)
    places = (0, 2, -1) if has_value else (0, 2)
    if correction is None:
        places, rest = (*places, 3), (None, *rest)
    else:
        places = *places, 1, 3, 4
    if correction is not None and correction.is_shared:
        if isinstance(arrays[0], Dual):
            return
        kernel, most = _summed(kernel, correction.shared), LEAST_ROWS
    results = result if isinstance(result, tuple) else (result,)
    keep(
        key, arrays, (found.path, derivs), results, kernel, places, rest, most=most,
        is_corrected=correction is not None,
    )  # fmt: skip


def _summed(backward: Callable[..., None], shape: tuple[int, ...]) -> Callable[..., None]:
    """Return a function that writes the gradient in a correction of a shape that is shared."""

    def write(path: Any, correction: Any, derivs: Any, out: Any, total: Any, *rest: Any) -> None:
        part = np.empty((len(out), out.shape[1] - 1, shape[-1]), out.dtype)
        backward(path, correction, derivs, out, part, *rest)
        total[...] = 0
        total += _over_all(part, shape)

    return write


def _over_all(part: Any, shape: tuple[int, ...]) -> Any:
    """Sum the gradients in the corrections of segments over what one of a shape served."""
    # einsum and not sum, which is ten times slower where the last axis is short.
    return np.einsum("bsc->sc" if len(shape) == 2 else "bsc->c", part)


def check_results(derivs: Rows, found: Prepared, every: bool, windows: int | None) -> None:
    """Refuse derivatives that are not of kind, dtype and batch of the results."""
    if windows is not None:
        check_kinds(found.path, derivs)
        if derivs.batch != (*found.path.batch, windows):
            raise InvalidValueError(
                f"{derivs.name} must have the leading shape {(*found.path.batch, windows)}, that "
                f"of path and its windows; got shape {derivs.array.shape}"
            )
        return
    if not every:
        check_alike(found.path, derivs)
        return
    check_kinds(found.path, derivs)
    batch = (*found.path.batch, found.most_points - 1)
    if derivs.batch != batch:
        raise InvalidValueError(
            f"{derivs.name} must have the leading shape {batch} with stream=True, that of path and "
            f"its segments; got shape {derivs.array.shape}"
        )


def backprop(
    backward: Callable[..., None] | None,
    span_backward: Callable[..., None] | None,
    found: Prepared,
    derivs: Rows,
    plan: Plan,
    to: Target | None = None,
) -> Gradients:
    """Compute the gradients in paths, and in corrections and base points that are arrays.

    The functions are those of an engine: `backward` for whole paths, without which these go as
    spans, too, and `span_backward` for spans. Without both, gradients are zero.
    """
    rooms = found.rooms(to)
    if found.is_given and (backward is not None or span_backward is None):
        return _of_whole_paths(backward, found, derivs, plan, rooms)
    rows, spans, correction = found.path, found.whole_spans, found.correction
    total = int(spans[:, 1].sum())
    # Of paths as they are given, kernels write the result itself.
    room = rooms.path if found.is_given else None
    points: Any = rows.empty((total, rows.item[1]))[1] if room is None else room.memory
    points = points.reshape(total, rows.item[1])
    corrections: Any = None
    if correction is not None:
        corrections = rows.empty((total, correction.rows.item[1]))[1]
    if span_backward is None:
        points[...] = 0
        if corrections is not None:
            corrections[...] = 0
    elif backward is not None and found.spans is None and correction is None:
        own = points.reshape(rows.count, *rows.item)
        for given, d, dx in walk(found.call.n_threads, (rows, derivs), (own,)):
            backward(given, None, d, dx, None, plan, found.call.transform, found.call.n_threads)
    else:
        array = derivs.whole()
        if array.ndim == 3:
            array = derivatives_of_steps(found, array)
        added = None if correction is None else correction.rows.whole()
        rest = plan, found.call.transform, found.call.n_threads
        span_backward(rows.points(), spans, added, array, points, corrections, *rest)
    return found.gradients(points, corrections, rooms)


def _of_whole_paths(
    backward: Callable[..., None] | None,
    found: Prepared,
    derivs: Rows,
    plan: Plan,
    rooms: Rooms,
) -> Gradients:
    """Compute gradients in paths that are given as they are.

    `backward` writes those of some paths. That of a correction which serves several paths or
    segments is their sum, taken a few paths at a time.
    """
    path, correction, call = found.path, found.correction, found.call
    rest, n_threads = (plan, call.transform, call.n_threads), call.n_threads
    with path.active():
        result, out = rooms.path or allocate(path, *path.item)
        out = out.reshape(path.count, *path.item)
        if backward is None:
            out[...] = 0
        elif correction is None:
            for points, d, dx in walk(n_threads, (path, derivs), (out,), apart=True):
                backward(points, None, d, dx, None, *rest)
        if correction is None:
            if found.given_correction is not None:
                return path.wrap(result), found.empty_correction(rooms.correction)
            return path.wrap(result)
        total, memory = rooms.correction or path.empty(correction.shared)
        inputs = path, correction.rows, derivs
        segments, columns = correction.rows.item
        if backward is None:
            memory[...] = 0
        elif not correction.is_shared:
            whole = memory.reshape(path.count, segments, columns)
            for *given, dx, dc in walk(n_threads, inputs, (out, whole), apart=True):
                backward(*given, dx, dc, *rest)
        else:
            memory[...] = 0
            for *given, dx in walk(n_threads, inputs, (out,), segments * columns):
                part = path.empty((len(dx), segments, columns))[1]
                backward(*given, dx, part, *rest)
                memory += _over_all(part, correction.shared)
    return path.wrap(result), path.wrap(total)
