"""Branched signature kernels of paths: one per pair of paths, or Gram matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from treealg.errors import InvalidValueError
from treealg.numeric.arguments.repeats import again, are_constant, keep
from treealg.numeric.arguments.rows import check_rank
from treealg.numeric.arguments.targets import into
from treealg.numeric.pairs.blocks import blocks
from treealg.numeric.pairs.kernels import kernels_of
from treealg.numeric.pairs.problem import Problem, max_batch_of, problem_of
from treealg.numeric.pairs.sides import Beside
from treealg.numeric.pairs.static import StaticKernel
from treealg.typing import Array, ArrayLike, Nested

__all__ = ["branched_sig_kernel", "branched_sig_kernel_gram"]


def branched_sig_kernel(
    path1: ArrayLike,
    path2: ArrayLike,
    depth: int,
    dyadic_order: int | tuple[int, int],
    *,
    static_kernel: StaticKernel | None = None,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    basepoint: bool | Nested = False,
    lengths1: Nested | None = None,
    lengths2: Nested | None = None,
    windows1: Nested | None = None,
    windows2: Nested | None = None,
    times1: Nested | None = None,
    times2: Nested | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    return_grid: bool = False,
    normalize: bool = False,
    rule: str = "trapezoid",
) -> Array:
    r"""Compute the branched signature kernel of two paths, or of a batch of pairs.

    By depth, :math:`K_0 = 1` and :math:`K_m(s, t) = \exp \int_0^s \int_0^t K_{m-1}\, dk`, with
    the static kernel :math:`k`. For :math:`k = \langle x, y \rangle` it is the sum over unordered
    forests :math:`F` of trees of height at most `depth` of :math:`X(F)\, Y(F) / \sigma(F)`, where
    :math:`\sigma` is the symmetry of the forest and labels run over the channels.

    Parameters
    ----------
    path1, path2 : ArrayLike, shapes (..., length_1, channels) and (..., length_2, channels)
        Points of the paths, at least one, in at least one channel, of one kind and dtype. Leading
        shapes broadcast: a single path pairs with every other. Or a list of paths of any lengths,
        which for tensors are of one dtype and otherwise become float64.
    depth : int
        Levels of the recursion, 0 to 1000: the largest height of a tree, a leaf having height 1.
    dyadic_order : int or tuple of int
        Each segment is cut into ``2**dyadic_order`` pieces; a pair gives one order per path. At
        least 0, at most 20.
    static_kernel : StaticKernel or None, default None
        `LinearKernel`, `ScaledLinearKernel` or `RBFKernel`; None is the first.
    time_aug : bool, default False
        Append time as the last channel, uniform from 0 to `end_time` over the points.
    lead_lag : bool, default False
        Take the lead-lag path in twice as many channels, before `time_aug`.
    end_time : float, default 1.0
        Last value of the time channel; finite.
    basepoint : bool or Nested, shape (channels,), default False
        Point to put in front of every path of both arguments; True is the origin. There is no
        gradient in it.
    lengths1, lengths2 : Nested of int, optional
        Number of points of each path of an array, of its leading shape; what follows is ignored. A
        list of paths needs none.
    windows1, windows2 : Nested of int, shape (windows, 2), optional
        Pieces of the paths of either argument, as for `branched_sig`, instead of whole paths: the
        kernels are those of windows at the same place, or of each window and the whole of a path
        without windows.
    times1, times2 : Nested, shape (length,) or (..., length), optional
        With `time_aug`, the values of the time channel of either argument, as for `branched_sig`,
        from the first of each path on; uniform where there are none. For a list it is a list.
    missing : {"propagate", "refuse", "forward-fill", "linear"}, default "propagate"
        What is done to NaN in the paths, as for `branched_sig`.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``. Pairs are shared out.
    return_grid : bool, default False
        Return the kernel of all pairs of initial pieces, at the nodes of the refined grid.
    normalize : bool, default False
        Divide by the square root of the kernels of each path with itself.
    rule : {"trapezoid", "romberg"}, default "trapezoid"
        How integrals over the pieces are computed; see the notes.

    Returns
    -------
    Array, shape (...), (..., windows) or (..., nodes_1, nodes_2)
        The kernels, with ``(length - 1) * 2**dyadic_order + 1`` nodes for a path of `length`
        (transformed) points. Kind and dtype follow `path1`; never shares memory with an argument.

    Raises
    ------
    InvalidTypeError
        If a path is no real array, requires a gradient, or is not on the CPU, or if the two differ
        in kind or dtype; if `depth`, `dyadic_order` or `n_jobs` is no integer, `end_time` no real
        number, a flag no boolean, `missing` no text, or `static_kernel` none of treealg's; or if
        lengths or windows are no integers, `times1` or `times2` no times, or `basepoint` no point.
    InvalidValueError
        If a path has fewer than two axes, no points or no channels; if channels differ, or leading
        shapes do not broadcast; if `depth` is not 0 to 1000, `dyadic_order` out of range or no
        pair, `n_jobs` 0, `end_time` not finite, or `rule` unknown; if `return_grid` comes with
        `normalize`, ``rule="romberg"``, a list, lengths, windows, times or missing values that are
        filled; if lengths, windows, times or a base point do not fit the paths, `windows1` and
        `windows2` are not equally many, times come without `time_aug`, or a value is missing that
        cannot be; or if the result does not fit in memory.

    See Also
    --------
    branched_sig_kernel_gram : All pairs of two batches.
    branched_sig_kernel_backprop : The gradient.

    Notes
    -----
    A path of one point has kernel 1 with every other. Values that are too large for the dtype come
    as infinity, and as NaN where integrals of such values have both signs; a normalised kernel is
    then computed in float64, by the exponents of the last level. Where these are infinite, too, it
    is 0 to any precision; where paths differ and such exponents, finite or not, do not to rounding,
    it is NaN. Paths with equal increments, of a Gaussian kernel with equal points, have the
    normalised kernel 1.

    The trapezoid rule takes over each refined cell the increment of the static kernel, spread
    evenly over the refinement, times the mean of the values at the four corners; the error is of
    second order in ``2**-dyadic_order``. The error has an expansion in even powers, so that the
    orders ``dyadic_order``, ``dyadic_order - 1``, ... down to 0 can be extrapolated, which
    ``rule="romberg"`` does at a third more work: the error is of order ``2 * dyadic_order + 2``.
    Where paths are too long for their refinement, what is extrapolated may be anything: of kernels
    beyond floating point it is NaN, as is a normalised kernel with a path whose own kernel comes
    out negative. Raise `dyadic_order` there, or take the trapezoid rule.

    Time is ``depth * nodes_1 * nodes_2`` per pair, memory per thread ``depth * nodes_2``. Paths of
    a list are not padded: pairs of similar lengths share a vector. Windows are read where they are,
    and none is copied; with `time_aug`, time runs as it does along the whole path. The GIL is
    released, no argument is changed.

    References
    ----------
    I. Chevyrev and H. Oberhauser, *Signature moments to characterize laws of stochastic processes*,
    J. Mach. Learn. Res. 23 (2022), 1-42.

    Examples
    --------
    At depth 1 the kernel is the exponential of the inner product of the increments.

    >>> import treealg
    >>> one, two = [[0.0, 0.0], [1.0, 2.0]], [[0.0, 0.0], [0.5, 0.25]]
    >>> print(treealg.branched_sig_kernel(one, two, 1, 0))
    2.718281828459045

    Two windows of one path, each with that of the other path at the same place:

    >>> one, two = [[0.0], [1.0], [3.0]], [[0.0], [1.0], [1.5]]
    >>> windows = [(0, 2), (1, 3)]
    >>> kernels = treealg.branched_sig_kernel(one, two, 1, 0, windows1=windows, windows2=windows)
    >>> kernels.round(6).tolist()
    [2.718282, 2.718282]
    """
    options = time_aug, lead_lag, end_time, n_jobs, return_grid, rule
    given = basepoint, lengths1, lengths2, windows1, windows2, times1, times2, missing
    key = "kernels", depth, dyadic_order, static_kernel, normalize, given, options
    known = again(key, path1, path2)
    if known is not None:
        return known
    beside = Beside(*given)
    problem = problem_of(path1, path2, depth, dyadic_order, static_kernel, *options, beside=beside)
    kernels = kernels_of(problem, normalize)
    batch, first, second = problem.batch_pairs()
    result = _allocated(problem, batch)
    flat = result.reshape(len(first), *problem.value_shape)
    flat[...] = kernels.values(first, second)
    if (
        beside.is_nothing
        and problem.is_simple
        and not normalize
        and are_constant((depth, dyadic_order, *options))
    ):
        sides = problem.rows1, problem.rows2
        write = problem.writer_of_values(len(first))
        # Of dual numbers only the tangents are returned again.
        keep(key, (path1, path2), sides, (result.real,), write, (0, 1, 2), ())
    return problem.rows1.wrap(result)


def branched_sig_kernel_gram(
    path1: ArrayLike,
    path2: ArrayLike,
    depth: int,
    dyadic_order: int | tuple[int, int],
    *,
    static_kernel: StaticKernel | None = None,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    basepoint: bool | Nested = False,
    lengths1: Nested | None = None,
    lengths2: Nested | None = None,
    windows1: Nested | None = None,
    windows2: Nested | None = None,
    times1: Nested | None = None,
    times2: Nested | None = None,
    missing: str = "propagate",
    n_jobs: int = 1,
    max_batch: int = -1,
    return_grid: bool = False,
    normalize: bool = False,
    rule: str = "trapezoid",
    out: Array | None = None,
) -> Array:
    r"""Compute the branched signature kernels of all pairs of two batches of paths.

    Entry :math:`(i, j)` is `branched_sig_kernel` of path :math:`i` of the first batch and path
    :math:`j` of the second. If both arguments are the same object, each pair is computed once.

    Parameters
    ----------
    path1, path2 : ArrayLike, shapes (batch_1…, length_1, channels), (batch_2…, length_2, channels)
        Points of the paths, or lists of paths, as for `branched_sig_kernel`, with any leading
        shapes.
    depth : int
        Levels of the recursion, 0 to 1000.
    dyadic_order : int or tuple of int
        Each segment is cut into ``2**dyadic_order`` pieces; a pair gives one order per path.
    static_kernel : StaticKernel or None, default None
        `LinearKernel`, `ScaledLinearKernel` or `RBFKernel`; None is the first.
    time_aug : bool, default False
        Append time as the last channel, uniform from 0 to `end_time` over the points.
    lead_lag : bool, default False
        Take the lead-lag path in twice as many channels, before `time_aug`.
    end_time : float, default 1.0
        Last value of the time channel; finite.
    basepoint : bool or Nested, shape (channels,), default False
        Point to put in front of every path of both arguments; True is the origin. There is no
        gradient in it.
    lengths1, lengths2 : Nested of int, optional
        Number of points of each path of an array, of its leading shape; what follows is ignored. A
        list of paths needs none.
    windows1, windows2 : Nested of int, shape (windows, 2), optional
        Pieces of the paths of either argument, as for `branched_sig`, instead of whole paths: the
        kernels are those of all windows with all others.
    times1, times2 : Nested, shape (length,) or (..., length), optional
        With `time_aug`, the values of the time channel of either argument, as for `branched_sig`,
        from the first of each path on; uniform where there are none. For a list it is a list.
    missing : {"propagate", "refuse", "forward-fill", "linear"}, default "propagate"
        What is done to NaN in the paths, as for `branched_sig`.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``. Pairs are shared out.
    max_batch : int, default -1
        Compute at most ``max_batch**2`` pairs at a time; -1 chooses.
    return_grid : bool, default False
        Return the grid of each pair, as `branched_sig_kernel` does.
    normalize : bool, default False
        Divide by the square root of the kernels of each path with itself.
    rule : {"trapezoid", "romberg"}, default "trapezoid"
        How integrals over the pieces are computed, as for `branched_sig_kernel`.
    out : Array or None, default None
        Where to write the result: a C-contiguous array of its kind, dtype and shape that shares no
        memory with an argument, for instance a ``numpy.memmap`` for a matrix that is larger than
        memory.

    Returns
    -------
    Array, shape (batch_1…, batch_2…) or (batch_1…, batch_2…, nodes_1, nodes_2)
        The kernels; behind the batches are axes for the windows of the first argument and for those
        of the second, where there are windows. Kind and dtype follow `path1`. It is `out`, if that
        is given.

    Raises
    ------
    InvalidTypeError
        As `branched_sig_kernel`; or if `max_batch` is no integer; or if `out` is no array of the
        kind and dtype of the result.
    InvalidValueError
        As `branched_sig_kernel`, but leading shapes and numbers of windows may differ; or if
        `max_batch` is 0 or below -1; or if `out` has not its shape or layout, or shares memory with
        an argument.

    See Also
    --------
    branched_sig_kernel_gram_backprop : The gradient.
    branched_mmd, branched_scoring_rule : Means over such matrices, which are not held.

    Notes
    -----
    The Gram matrix of a batch with itself is symmetric, and with the static kernels that there are
    positive semi-definite up to the error of the rule. It is written tile by tile, each with its
    mirror image; memory beyond the result is bounded by threads and `max_batch`. So is that of the
    windows of a path with themselves, for the same object as both arguments and as both windows.

    References
    ----------
    I. Chevyrev and H. Oberhauser, *Signature moments to characterize laws of stochastic processes*,
    J. Mach. Learn. Res. 23 (2022), 1-42.

    Examples
    --------
    >>> import numpy as np, treealg
    >>> paths = np.array([[[0.0], [1.0]], [[0.0], [2.0]]])
    >>> np.log(treealg.branched_sig_kernel_gram(paths, paths, 1, 0)).round(6)
    array([[1., 2.],
           [2., 4.]])

    All windows of a path with each other:

    >>> path, windows = [[0.0], [1.0], [3.0]], [(0, 2), (1, 3)]
    >>> options = {"windows1": windows, "windows2": windows}
    >>> np.log(treealg.branched_sig_kernel_gram(path, path, 1, 0, **options)).round(6)
    array([[1., 2.],
           [2., 4.]])
    """
    problem = problem_of(
        path1, path2, depth, dyadic_order, static_kernel, time_aug, lead_lag, end_time, n_jobs,
        return_grid, rule,
        beside=Beside(basepoint, lengths1, lengths2, windows1, windows2, times1, times2, missing),
    )  # fmt: skip
    kernels = kernels_of(problem, normalize)
    at_once = max_batch_of(max_batch, problem)
    n1, n2, batch = problem.rows1.count, problem.rows2.count, problem.gram_shape
    problem.check_work(n1 * n2)
    to = into(out, path1, path2, lengths1, lengths2, windows1, windows2, times1, times2)
    if to is None:
        result = _allocated(problem, batch)
    else:
        result = to.memory(problem.rows1, batch + problem.value_shape, dense=True)
    flat, index = problem.by_pair(result)
    keep = np.less_equal if problem.is_symmetric else None
    for _, first, second in blocks(1, n1, n2, at_once, keep):
        values = kernels.values(first, second)
        flat[index(first, second)] = values
        if problem.is_symmetric:
            flat[index(second, first)] = values.swapaxes(-1, -2) if problem.grid else values
    return problem.rows1.wrap(result) if out is None else out


def _allocated(problem: Problem, batch: tuple[int, ...]) -> np.ndarray[Any, Any]:
    shape = batch + problem.value_shape
    check_rank(len(shape), "the result", "those of both paths")
    try:
        return np.empty(shape, problem.rows1.dtype)
    except (MemoryError, ValueError):
        raise InvalidValueError(
            f"the result of shape {shape} does not fit in memory; use smaller batches, a smaller "
            f"dyadic_order, or return_grid=False"
        ) from None
