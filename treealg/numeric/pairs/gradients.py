"""Gradients of branched signature kernels in the points of both paths."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.checks import check_flag
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric.arguments.arrays import as_rows
from treealg.numeric.arguments.batches import parts
from treealg.numeric.arguments.duals import Dual
from treealg.numeric.arguments.kinds import NUMPY
from treealg.numeric.arguments.repeats import again, are_constant, keep
from treealg.numeric.arguments.rows import Rows
from treealg.numeric.pairs.blocks import blocks
from treealg.numeric.pairs.kernels import kernels_of, reserve
from treealg.numeric.pairs.problem import Problem, max_batch_of, problem_of
from treealg.numeric.pairs.sides import Beside
from treealg.numeric.pairs.static import StaticKernel
from treealg.typing import Array, ArrayLike, Nested

__all__ = [
    "branched_sig_kernel_backprop",
    "branched_sig_kernel_gram_backprop",
    "derivs_of",
    "wanted_of",
]

Floats = npt.NDArray[np.floating]

_FLOAT64 = np.dtype(np.float64)


def branched_sig_kernel_backprop(
    derivs: ArrayLike,
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
    left_deriv: bool = True,
    right_deriv: bool = False,
    n_jobs: int = 1,
    return_grid: bool = False,
    normalize: bool = False,
    rule: str = "trapezoid",
    out: tuple[Array | None, ...] | None = None,
) -> tuple[Array | None, Array | None]:
    r"""Compute the gradient of branched signature kernels in the points of the paths.

    The transposed derivative of `branched_sig_kernel`, applied to `derivs`: it is exact for the
    numbers that the rule computes.

    Parameters
    ----------
    derivs : ArrayLike, shape (...), (..., windows) or (..., nodes_1, nodes_2)
        Derivatives with respect to what `branched_sig_kernel` returns.
    path1, path2 : ArrayLike, shapes (..., length_1, channels) and (..., length_2, channels)
        The paths.
    depth, dyadic_order, static_kernel, time_aug, lead_lag, end_time, n_jobs, normalize, rule
        As in the forward call.
    basepoint, lengths1, lengths2, windows1, windows2, times1, times2, missing
        As in the forward call.
    left_deriv : bool, default True
        Compute the gradient in `path1`.
    right_deriv : bool, default False
        Compute the gradient in `path2`.
    return_grid : bool, default False
        Whether the forward call returned grids.
    out : tuple of (Array or None), default None
        Where to write the results, one for each of them, as for `branched_sig`; None for one that
        is to be made.

    Returns
    -------
    tuple of (Array or None)
        Gradients of the shapes of `path1` and `path2`, lists for lists, None for one that is not
        asked for. For an argument that was broadcast, sums over the pairs that each path is in, and
        so for the points that windows share. They are those of `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        As `branched_sig_kernel`; or if `derivs` is no real array of the kind and dtype of the
        paths, or `left_deriv` or `right_deriv` no boolean; or if `out` is no tuple, or one of it no
        array of the kind and dtype of its result.
    InvalidValueError
        As `branched_sig_kernel`; or if `derivs` has not the shape of the forward result; or if
        `out` has not the lengths of the results, or one of it not the shape or layout of its
        result, or memory in common with another one or an argument.

    Notes
    -----
    Rows of the grid are kept at about the square root of their number and recomputed in between,
    so that memory per thread is ``depth * nodes_2 * sqrt(nodes_1)``, and time about three times
    that of the forward call; with `normalize` the forward call comes on top. The GIL is released,
    no argument is changed.

    The gradient of a normalised kernel that is 0 or 1 to any precision is 0. Where the kernels of a
    pair are infinite it goes by their logarithms, as the values do, and is NaN where these are
    infinite, too, and their difference is not known.

    Examples
    --------
    >>> import treealg
    >>> one, two = [[0.0], [1.0]], [[0.0], [0.0]]
    >>> left, right = treealg.branched_sig_kernel_backprop(1.0, one, two, 1, 0)
    >>> left.tolist(), right
    ([[0.0], [0.0]], None)
    """
    options = time_aug, lead_lag, end_time, n_jobs, return_grid, rule
    flags = left_deriv, right_deriv, normalize
    given = basepoint, lengths1, lengths2, windows1, windows2, times1, times2, missing
    key = "kernels, backward", depth, dyadic_order, static_kernel, flags, given, options
    if isinstance(derivs, float) and getattr(path1, "dtype", None) is _FLOAT64:
        derivs = np.array(derivs)
    known = again(key, derivs, path1, path2, out=_rooms(out, left_deriv, right_deriv))
    if known is not None:
        left, right = known if right_deriv is left_deriv else (known, known)
        return left if left_deriv else None, right if right_deriv else None
    beside = Beside(*given)
    problem = problem_of(path1, path2, depth, dyadic_order, static_kernel, *options, beside=beside)
    wanted = wanted_of(left_deriv, right_deriv)
    kernels = kernels_of(problem, normalize, wanted)
    reserve((kernels.left, kernels.right), out, derivs, path1, path2, *given)
    batch, first, second = problem.batch_pairs()
    weights = derivs_of(derivs, problem, batch).reshape(len(first), *problem.value_shape)
    for part in parts(len(first), problem.pairs_at_once):
        kernels.add_gradients(first[part], second[part], weights[part])
    gradients = kernels.left.gradient(), kernels.right.gradient()
    found = tuple(x for x in gradients if x is not None)
    if (
        found
        and beside.is_nothing
        and problem.is_simple
        and not normalize
        and are_constant((depth, dyadic_order, *flags, *options))
    ):
        sides, places = (problem.rows1, problem.rows2), (2, 0, 1, *range(3, 3 + len(found)))
        write = problem.writer_of_gradients(len(first), wanted)
        most = problem.pairs_at_once
        keep(key, (derivs, path1, path2), sides, found, write, places, (), most=most)
    return gradients


def _rooms(out: Any, left: Any, right: Any) -> Any:
    """Return where the gradients that are asked for are wanted: two, or the only one.

    An empty tuple is no place, and what the long way has to look at.
    """
    if out is None or left is right:
        return out
    is_pair = type(left) is type(right) is bool and type(out) in (tuple, list) and len(out) == 2
    return out[right] if is_pair and out[left] is None else ()


def branched_sig_kernel_gram_backprop(
    derivs: ArrayLike,
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
    left_deriv: bool = True,
    right_deriv: bool = False,
    n_jobs: int = 1,
    return_grid: bool = False,
    max_batch: int = -1,
    normalize: bool = False,
    rule: str = "trapezoid",
    out: tuple[Array | None, ...] | None = None,
) -> tuple[Array | None, Array | None]:
    r"""Compute the gradient of a Gram matrix of branched signature kernels in the paths.

    The transposed derivative of `branched_sig_kernel_gram`, applied to `derivs`. If both arguments
    are the same object, the two gradients are those through the rows and through the columns; that
    of the Gram matrix as a function of one batch is their sum.

    Parameters
    ----------
    derivs : ArrayLike, shape (batch_1…, batch_2…) or (batch_1…, batch_2…, nodes_1, nodes_2)
        Derivatives with respect to what `branched_sig_kernel_gram` returns, with its axes of
        windows.
    path1, path2 : ArrayLike, shapes (batch_1…, length_1, channels), (batch_2…, length_2, channels)
        The paths.
    depth, dyadic_order, static_kernel, time_aug, lead_lag, end_time, n_jobs, max_batch
        As in the forward call.
    basepoint, lengths1, lengths2, windows1, windows2, times1, times2, missing
        As in the forward call.
    normalize, rule
        As in the forward call.
    left_deriv : bool, default True
        Compute the gradient in `path1`.
    right_deriv : bool, default False
        Compute the gradient in `path2`.
    return_grid : bool, default False
        Whether the forward call returned grids.
    out : tuple of (Array or None), default None
        Where to write the results, one for each of them, as for `branched_sig`; None for one that
        is to be made.

    Returns
    -------
    tuple of (Array or None)
        Gradients of the shapes of `path1` and `path2`, lists for lists, None for one that is not
        asked for. They are those of `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        As `branched_sig_kernel_gram`; or if `derivs` is no real array of the kind and dtype of the
        paths, or `left_deriv` or `right_deriv` no boolean; or if `out` is no tuple, or one of it no
        array of the kind and dtype of its result.
    InvalidValueError
        As `branched_sig_kernel_gram`; or if `derivs` has not the shape of the forward result; or if
        `out` has not the lengths of the results, or one of it not the shape or layout of its
        result, or memory in common with another one or an argument.

    Notes
    -----
    A batch with itself costs half: the gradients of a pair serve it and its mirror image. Pairs are
    taken tile by tile, and `derivs` is read as they are: it may be a ``numpy.memmap``.

    Examples
    --------
    >>> import numpy as np, treealg
    >>> paths = np.array([[[0.0], [0.0]], [[0.0], [1.0]]])
    >>> left, _ = treealg.branched_sig_kernel_gram_backprop(np.ones((2, 2)), paths, paths, 1, 0)
    >>> left[0].tolist()
    [[-1.0], [1.0]]
    """
    beside = Beside(basepoint, lengths1, lengths2, windows1, windows2, times1, times2, missing)
    problem = problem_of(
        path1, path2, depth, dyadic_order, static_kernel, time_aug, lead_lag, end_time, n_jobs,
        return_grid, rule, beside=beside,
    )  # fmt: skip
    kernels = kernels_of(problem, normalize, wanted_of(left_deriv, right_deriv))
    reserve((kernels.left, kernels.right), out, derivs, path1, path2, *beside)
    at_once = min(max_batch_of(max_batch, problem), problem.pairs_at_once)
    n1, n2 = problem.rows1.count, problem.rows2.count
    problem.check_work(n1 * n2)
    weights, index = problem.by_pair(derivs_of(derivs, problem, problem.gram_shape))
    is_symmetric = problem.is_symmetric and not problem.grid
    for _, first, second in blocks(1, n1, n2, at_once, np.less_equal if is_symmetric else None):
        # The gradients of K(i, j) serve K(j, i), with the sides exchanged.
        mirrored = (
            np.where(first == second, 0, weights[index(second, first)]) if is_symmetric else None
        )
        kernels.add_gradients(first, second, weights[index(first, second)], mirrored)
    return kernels.left.gradient(), kernels.right.gradient()


def wanted_of(left_deriv: Any, right_deriv: Any) -> tuple[bool, bool]:
    """Check which gradients are asked for."""
    return check_flag("left_deriv", left_deriv), check_flag("right_deriv", right_deriv)


def derivs_of(value: Any, problem: Problem, batch: tuple[int, ...]) -> Floats:
    """Read the derivatives with respect to kernels of a batch of pairs."""
    shape, dual = batch + problem.value_shape, None
    if isinstance(value, Dual) and isinstance(value.value, numbers.Real):
        value, dual = value.value, value
    if isinstance(value, (float, int)) and not isinstance(value, bool) and not shape:
        value = np.full((), value, problem.rows1.dtype).real
    elif isinstance(value, np.floating) and not shape:
        value = np.asarray(value)
    if dual is not None:
        tangent = None if dual.tangent is None else np.asarray(dual.tangent, value.dtype)
        value = Dual(value, tangent, dual.name, dual.is_step)
    rows = as_rows(value, "derivs", 0)
    if rows.array.dtype.kind in "iu" and problem.rows1.array.dtype.kind in "iu":
        rows = Rows(rows.array.astype(problem.rows1.dtype), rows.kind, 0, "derivs")
    kind = problem.rows1.kind if not shape and rows.kind is NUMPY else rows.kind
    if kind is not problem.rows1.kind or rows.dtype is not problem.rows1.dtype:
        raise InvalidTypeError(
            f"derivs must be of the kind and dtype of the paths, a {problem.rows1.kind} of "
            f"{problem.rows1.dtype}, got a {rows.kind} of {rows.dtype}"
        )
    if rows.array.shape != shape:
        raise InvalidValueError(
            f"derivs must have the shape {shape} of the forward result, got {rows.array.shape}"
        )
    return np.require(rows.array, problem.rows1.dtype, ("C", "ALIGNED"))
