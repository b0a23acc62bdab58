"""Signatures and log-signatures of paths: words along the path, then one sparse map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.checks import check_flag
from treealg.engines import KernelEngine, current
from treealg.numeric.arguments.arrays import refuse_on_device
from treealg.numeric.arguments.batches import allocate, walk
from treealg.numeric.arguments.calls import SIGNATURE, WORDS, checked_call
from treealg.numeric.arguments.duals import Dual
from treealg.numeric.arguments.prepared import Prepared, prepared
from treealg.numeric.arguments.repeats import apart, are_usual, keep, threads_now
from treealg.numeric.arguments.targets import Target, into
from treealg.numeric.paths.prefixes import write_prefixes
from treealg.numeric.paths.windowed import check_either, of_windows
from treealg.numeric.plans.plan import Plan
from treealg.numeric.plans.trees import TreePlan
from treealg.numeric.plans.words import plan_along
from treealg.typing import Array, ArrayLike

__all__ = [
    "along_path",
    "branched_log_sig",
    "branched_sig",
    "results_along",
    "signatures",
    "write_along",
]


def branched_sig(
    path: ArrayLike,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
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
    r"""Compute the branched signature of a path or of a batch of paths.

    The path is linear between its points. For a tree :math:`B^+_a(\tau_1 \dots \tau_k)`, with root
    label :math:`a` and branches :math:`\tau_i`,

    .. math:: X_{s,t}(B^+_a(\tau_1 \dots \tau_k))
              = \int_s^t X_{s,u}(\tau_1) \cdots X_{s,u}(\tau_k)\, dx^a_u,

    in the notation of Gubinelli (2010), and on an ordered forest :math:`\omega B^+_a(F)` of planar
    trees :math:`\int X_{s,u}(\omega)\, X_{s,u}(F)\, dx^a_u`.

    Parameters
    ----------
    path : ArrayLike, shape (..., length, channels)
        Points of the path, at least one, in at least one channel: a NumPy array or CPU tensor of
        float32, float64 or integers, with any strides and byte order, or a nested list; or a list
        of paths of any lengths, which for tensors are of one dtype and otherwise become float64.
    degree : int
        Largest number of nodes of a tree or forest, at least 0.
    time_aug : bool, default False
        Append time as the last channel, uniform from 0 to `end_time` over the points.
    lead_lag : bool, default False
        Take the lead-lag path in twice as many channels (lag first), before `time_aug`.
    end_time : float, default 1.0
        Last value of the time channel; finite.
    planar : bool, default False
        Index by ordered forests of planar trees rather than by non-planar trees.
    scalar_term : bool, default False
        Put the value 1 of the empty tree in front.
    correction : ArrayLike or None, default None
        What each segment adds to its increment on chains (ladder trees) of 2 to ``m`` nodes, ``m``
        at most `degree`: shape ``(columns,)`` for all segments, ``(length - 1, columns)``, or
        ``(..., length - 1, columns)`` with the leading shape of `path`, whose kind and dtype it
        must have. There are ``d**2 + ... + d**m`` columns for the ``d`` channels of `path`, level
        by level, the chain ``(i_1, ..., i_k)`` from root to leaf at ``i_1 * d**(k - 1) + ... +
        i_k``. A base point counts as a point: the first row is then that of the segment from it.
        With `lengths`, rows beyond the end of a path are ignored; for a list of paths the shape is
        ``(columns,)``, or it is a list with one array per path. A channel from `time_aug` has none;
        not with `lead_lag`. No columns are no correction.
    stream : bool, default False
        Return one result per segment, of the path up to its end, rather than that of the whole
        path. Time runs as it does along the whole path.
    basepoint : bool or ArrayLike, shape (channels,) or (..., channels), default False
        Point to put in front of the path; True is the origin.
    lengths : ArrayLike of int, shape (...), optional
        Number of points of each path, which are the first ones of it; what follows is ignored. A
        list of paths needs none.
    windows : ArrayLike of int, shape (windows, 2), optional
        Pieces of the path, one result for each: its first point and the point after its last one,
        as in a slice. A base point counts as a point, and every path has all windows. Time runs as
        it does along the whole path. `sliding_windows`, `expanding_windows` and `dyadic_windows`
        make them; not with `stream`.
    times : ArrayLike, shape (length,) or (..., length), optional
        With `time_aug`, the values of the time channel in place of uniform ones: numbers, dates or
        durations (in seconds), which do not decrease. A base point has one, too. In a lead-lag path
        the points between others are in the middle. For a list of paths it is a list.
    missing : {"propagate", "refuse", "forward-fill", "linear"}, default "propagate"
        What is done to NaN in the path: nothing, so that it goes on to results; an error; the last
        value of the channel before it; or the straight line from that to the next value, over
        `times` if they are given and else over points. Before the first value of a channel it is
        that one, after the last one that.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a tree or ordered forest, the sum over its nodes, and the basis is what is light enough,
        in basis order. None counts nodes.
    out : Array or None, default None
        Where to write the result: an array of its kind, dtype and shape that shares no memory with
        an argument; C-contiguous, or columns of such an array where results are vectors.

    Returns
    -------
    Array, shape (..., coefficients)
        Coefficients in basis order, ``branched_sig_length(d, degree, ...)`` of them with ``d`` the
        channels of the transformed path. NumPy array or tensor as `path` is, of the same dtype
        (float64 for integers and lists), never sharing memory with it. With `stream` the shape is
        (..., length - 1, coefficients), where a base point counts as a point; after the end of a
        shorter path its last result is repeated. With `windows` it is (..., windows, coefficients).
        It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If `path` or `correction` is no real array, requires a gradient, or is on no CPU or GPU, or
        they are of different kinds or dtypes; if `degree` or `n_jobs` is no integer, `end_time` no
        real number, a flag no boolean; or if `times` are no times, `lengths` or `windows` no
        integers or `basepoint` no point; or if `weights` are no integers; or if `out` is no array
        of the kind and dtype of the result.
    InvalidValueError
        If `path` has fewer than two axes, no points or no channels; if `degree` is negative,
        `n_jobs` is 0 or `end_time` is not finite; if `correction` has another shape, or is combined
        with `lead_lag`; if `basepoint`, `lengths` or `windows` do not fit `path`, or `windows` come
        with `stream`; or if the basis or the result does not fit in memory; or if `weights` are not
        positive, one for each channel, or too fine; or if `out` has not its shape or layout, or
        shares memory with an argument.
    MissingDependencyError
        If an array is on a GPU and CuPy is not installed.

    See Also
    --------
    branched_log_sig : The logarithm, straight from the path.
    trees : What the coefficients belong to.

    Notes
    -----
    A path of one point has the signature of a constant path: 0 everywhere but at the empty tree.
    Degree 0 gives no coefficient but the scalar. NaN and infinity stay within their own path.

    Without a correction all integrals are combinations of word integrals: the branched signature is
    the word signature composed with arborification, a sparse matrix of non-negative integers. Time
    is ``length * words + entries`` per path; memory beyond `path` and result is bounded by threads
    times coefficients. The GIL is released, no argument is changed.

    With a correction :math:`c` each segment is :math:`\exp_*(\sum_i \Delta x_i e_i + \sum_k \sum
    c_{i_1 \dots i_k} e_{(i_1, \dots, i_k)})`, and the letters of the words are chains: in place of
    the ``d**n`` words of ``n`` letters there are those of ``n`` labels, two to eight times as many
    at usual sizes for ``m = 2``. `ito_correction` makes the usual one.

    Windows that overlap are products of blocks that they have in common, by Chen's identity, where
    that takes less time than to go along each of them; no inverse is taken, so that no digits are
    lost. Long windows at short distances then cost a product or two each, whatever their length.

    CuPy arrays and CUDA tensors are computed on their GPU, on the current stream, and come back
    there; `n_jobs` has no meaning then, and `stream`, `basepoint`, `lengths`, `windows`,
    `times` and `missing` are refused.

    References
    ----------
    M. Gubinelli, *Ramification of rough paths*, J. Differential Equations 248 (2010), 693-721,
    doi:10.1016/j.jde.2009.11.015.

    M. Hairer and D. Kelly, *Geometric versus non-geometric rough paths*, Ann. Inst. H. Poincaré
    Probab. Statist. 51 (2015), 207-251, doi:10.1214/13-AIHP564.

    H. Munthe-Kaas and W. Wright, *On the Hopf algebraic structure of Lie group integrators*, Found.
    Comput. Math. 8 (2008), 227-257, doi:10.1007/s10208-006-0222-5.

    P. Kidger and T. Lyons, *Signatory: differentiable computations of the signature and
    logsignature transforms, on both CPU and GPU*, ICLR 2021.

    Examples
    --------
    One step by (1, 2): a tree has the product of its increments over its tree factorial.

    >>> import treealg
    >>> treealg.trees_of_order(2, 2)
    (((0,), 0), ((0,), 1), ((1,), 0), ((1,), 1))
    >>> treealg.branched_sig([[0, 0], [1, 2]], 2)
    array([1. , 2. , 0.5, 1. , 1. , 2. ])

    With a correction of -1/2 on the chain (0, 0), the first tree of two nodes:

    >>> treealg.branched_sig([[0, 0], [1, 2]], 2, correction=[-0.5, 0.0, 0.0, 0.0])
    array([1., 2., 0., 1., 1., 2.])

    Two windows of three points:

    >>> treealg.branched_sig([[0], [1], [3], [4], [9]], 2, windows=[(0, 3), (2, 5)])
    array([[ 3. ,  4.5],
           [ 6. , 18. ]])

    Into the last columns of a table:

    >>> import numpy as np
    >>> table = np.zeros((2, 4))
    >>> paths = np.array([[[0.0], [1.0]], [[0.0], [2.0]]])
    >>> _ = treealg.branched_sig(paths, 2, out=table[:, 2:])
    >>> table
    array([[0. , 0. , 1. , 0.5],
           [0. , 0. , 2. , 2. ]])
    """
    options = degree, planar, n_jobs, SIGNATURE, time_aug, lead_lag, end_time, scalar_term, weights
    arrays = correction, stream, basepoint, lengths, windows, times, missing
    return along_path(path, arrays, options, out)


def branched_log_sig(
    path: ArrayLike,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
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
    r"""Compute the branched log-signature of a path or of a batch of paths.

    The logarithm of the signature :math:`X` in the algebra that it lives in,
    :math:`\log_* X = \sum_{n \ge 1} \frac{(-1)^{n-1}}{n} (X - \varepsilon)^{*n}`, computed as the
    logarithm of the word signature composed with arborification: a Hopf morphism commutes with
    logarithms. The planar one is that of Munthe-Kaas and Wright (2008).

    Parameters
    ----------
    path : ArrayLike, shape (..., length, channels)
        Points of the path, as for `branched_sig`.
    degree : int
        Largest number of nodes of a tree or forest, at least 0.
    time_aug : bool, default False
        Append time as the last channel, uniform from 0 to `end_time` over the points.
    lead_lag : bool, default False
        Take the lead-lag path in twice as many channels (lag first), before `time_aug`.
    end_time : float, default 1.0
        Last value of the time channel; finite.
    planar : bool, default False
        Index by ordered forests of planar trees rather than by non-planar trees.
    scalar_term : bool, default False
        Put the value 0 of the empty tree in front; only of the expanded form.
    correction : ArrayLike or None, default None
        As for `branched_sig`.
    method : {0, 1, 2}, default 0
        0 is the expanded form, in the layout of the signature. If `planar`, 1 gives the coordinates
        at Lyndon forests and 2 the coefficients in the standard bracket basis.
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
        of a tree or ordered forest, the sum over its nodes, and the basis is what is light enough,
        in basis order. None counts nodes.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., coefficients)
        As many coefficients as the signature, or ``branched_log_sig_length(d, degree,
        planar=True, method=1)`` for methods 1 and 2. Kind and dtype follow `path` as for
        `branched_sig`; never shares memory with it. With `stream` the shape is (..., length - 1,
        coefficients), with `windows` (..., windows, coefficients). It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If `path` or `correction` is no real array, requires a gradient, or is on no CPU or GPU, or
        they are of different kinds or dtypes; if `degree`, `method` or `n_jobs` is no integer,
        `end_time` no real number, a flag no boolean; or if `times` are no times, `lengths` or
        `windows` no integers or `basepoint` no point; or if `weights` are no integers; or if `out`
        is no array of the kind and dtype of the result.
    InvalidValueError
        If `path` has fewer than two axes, no points or no channels; if `degree` is negative,
        `n_jobs` is 0 or `end_time` is not finite; if `method` is not one of this basis, or has no
        scalar and `scalar_term` asks for one; if `correction` has another shape, or is combined
        with `lead_lag`; if `basepoint`, `lengths` or `windows` do not fit `path`, or `windows` come
        with `stream`; or if the basis or the result does not fit in memory; or if `weights` are not
        positive, one for each channel, or too fine; or if `out` has not its shape or layout, or
        shares memory with an argument.
    MissingDependencyError
        If an array is on a GPU and CuPy is not installed.

    See Also
    --------
    branched_sig_to_log_sig : The logarithm of any signature.

    Notes
    -----
    A path of one point has a zero log-signature. NaN and infinity stay within their own path.
    Complexity, memory and threads are those of `branched_sig`, and one word logarithm per path.

    Logarithms lose digits: terms as large as ``|x|**n``, with the length ``|x|`` of the path,
    cancel in the coefficient of order n, whose error is about ``eps * |x|**n`` with the rounding
    unit ``eps`` of the dtype. Neither a path that is scaled, nor logarithms of pieces that are
    joined, nor float64 for the logarithm of a signature in float32 has more of them; float64 from
    the points on has. Along a line of length 122 with noise of size 1, errors of order 6 are 4e-4
    of the largest coefficient in float32 and 1e-12 in float64, which takes 2 to 2.6 times as long.

    With one channel and no correction the result is the increment, and exactly zero elsewhere.

    CuPy arrays and CUDA tensors are computed on their GPU, on the current stream, and come back
    there; `n_jobs` has no meaning then, and `stream`, `basepoint`, `lengths`, `windows`,
    `times` and `missing` are refused.

    References
    ----------
    H. Munthe-Kaas and W. Wright, *On the Hopf algebraic structure of Lie group integrators*, Found.
    Comput. Math. 8 (2008), 227-257, doi:10.1007/s10208-006-0222-5.

    J. Reizenstein and B. Graham, *Algorithm 1004: the iisignature library*, ACM Trans. Math.
    Softw. 46 (2020), 8:1-8:21, sections 3 and 4, doi:10.1145/3371237.

    Examples
    --------
    The logarithm of one step is the step: nothing on trees of two nodes.

    >>> import treealg
    >>> treealg.branched_log_sig([[0, 0], [1, 2]], 2)
    array([1., 2., 0., 0., 0., 0.])
    """
    options = degree, planar, n_jobs, method, time_aug, lead_lag, end_time, scalar_term, weights
    arrays = correction, stream, basepoint, lengths, windows, times, missing
    return along_path(path, arrays, options, out)


def along_path(path: Any, given: tuple[Any, ...], options: tuple[Any, ...], out: Any) -> Array:
    """Compute signatures or log-signatures, on trees, ordered forests or words.

    `given` are the arguments from `correction` to `missing`, in this order, and
    `options` those of `checked_call` without the channels; the result is `out`, if that is given.
    Everything is checked before a table is built or memory taken.
    """
    engine, usual, arrays = current(), given, ()
    if given[0] is not None or given[3] is not None:
        usual, arrays = apart(given)
    key = ("along path", usual, options, threads_now(options[2]))
    known = _known(engine, key, path, arrays, out)
    if known is not None:
        return known
    correction, stream, basepoint, lengths, windows, times, missing = given
    every = stream is not False and check_flag("stream", stream)
    if every or windows is not None:
        check_either(every, windows)
        refuse_on_device(path, "stream, basepoint, lengths, windows and lists of paths")
    found = prepared(
        path,
        correction,
        basepoint,
        lengths,
        lambda channels: checked_call(channels, *options),
        gpu=options[1] is not WORDS and options[-1] is None,
        times=times,
        missing=missing,
    )
    plan = plan_along(found.path, found.call, found.longest)
    to = into(out, path, *given)
    if windows is not None:
        return of_windows(found, plan, windows, to)
    result = signatures(found, plan, every, to)
    if found.call.degree and found.path.engine is engine and are_usual(usual, options):
        _keep(engine, key, (path, *arrays), type(lengths) is np.ndarray, found, plan, result)
    return result


def _known(
    engine: KernelEngine, key: tuple[Any, ...], path: Any, arrays: tuple[Any, ...], out: Any
) -> Any:
    """Return what a call that was kept returns; None if it was not, or for wrong lengths."""
    if not arrays:
        return engine.repeats.find(key, path, out=out)
    try:
        return engine.repeats.find(key, path, *arrays, out=out)
    except ValueError:  # from lengths, whose values the kernel checks
        return None


def _keep(
    engine: KernelEngine, key: tuple[Any, ...], arrays: tuple[Any, ...], has_lengths: bool,
    found: Prepared, plan: Plan, result: Array,
) -> None:  # fmt: skip
    """Keep a call along paths, of these, of lengths and of a correction, if it has them."""
    rows, call = found.path, found.call
    kind, has_correction = (call.transform, call.n_threads), found.correction is not None
    if len(arrays) != 1 + has_lengths + has_correction:  # a correction without columns
        return
    if has_lengths and isinstance(arrays[0], Dual):
        return
    if has_lengths:
        kernel, rest = engine.kernel_along_spans(plan, *kind)
        places: tuple[int, ...] = (0, 1, 2, 3)
    else:
        kernel, rest = engine.kernel_along_path(plan, *kind)
        places = (0, 1, 2)
    if not has_correction:
        places = (*places[:-2], places[-1])
    keep(
        key, arrays, (rows,), (result,), kernel, places, rest, call.unit,
        integers=1 if has_lengths else None, is_corrected=has_correction,
    )  # fmt: skip


def signatures(found: Prepared, plan: Plan, every: bool = False, to: Target | None = None) -> Array:
    """Compute what a plan gives along paths; if `every`, along their beginnings, one per segment.

    After the end of a shorter path its last result is repeated.
    """
    rows, call = found.path, found.call
    item = (*results_along(found, every), plan.size)
    with rows.active():
        result, view = allocate(rows, *item, scalar=call.unit, to=to)
        if call.degree:
            write_along(found, plan, every, view)
    return rows.wrap(result)


def results_along(found: Prepared, every: bool) -> tuple[int, ...]:
    """Return how many results there are for each path, an axis if there are several."""
    if not every:
        return ()
    return (found.most_points - 1,)


def write_along(found: Prepared, plan: Plan, every: bool, view: npt.NDArray[Any]) -> None:
    """Write what a plan gives along paths, or along their beginnings."""
    rows, correction, call, spans = found.path, found.correction, found.call, found.spans
    engine, rest = rows.engine, (plan, call.transform, call.n_threads)
    by_trees = isinstance(plan, TreePlan) and plan.by_trees
    if spans is not None or (every and not found.has_steps):
        if every:

            def write(points: Any, own: Any, added: Any, out: Any) -> None:
                engine.span_prefixes(points, own, added, out, *rest)

            write_prefixes(found, view, write)
            return
        added = None if correction is None else correction.rows.whole()
        of_spans = engine.span_coefficients if by_trees else engine.span_signature
        of_spans(rows.points(), spans, added, view, *rest)
        return
    kernel = engine.path_prefixes if every else engine.path_signature
    if by_trees:
        kernel = engine.path_coefficients
    if correction is None:
        for points, out in walk(call.n_threads, (rows,), (view,), apart=not every):
            kernel(points, None, out, *rest)
        return
    inputs = rows, correction.rows
    for points, increments, out in walk(call.n_threads, inputs, (view,), apart=not every):
        kernel(points, increments, out, *rest)
