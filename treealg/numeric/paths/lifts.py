"""Signatures of general branched rough paths: an increment on every basis element per segment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from treealg.errors import InvalidValueError
from treealg.numeric.arguments.arrays import as_rows, check_alike
from treealg.numeric.arguments.batches import allocate, walk
from treealg.numeric.arguments.calls import SIGNATURE, Call, checked_call
from treealg.numeric.arguments.corrections import no_path
from treealg.numeric.arguments.rows import Rows
from treealg.numeric.arguments.targets import into
from treealg.numeric.arguments.vectors import split_scalar
from treealg.numeric.plans.elements import lift_plan
from treealg.typing import Array, ArrayLike

__all__ = ["branched_sig_of_lift", "branched_sig_of_lift_backprop"]


def branched_sig_of_lift(
    lift: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    scalar_term: bool = False,
    weights: Sequence[int] | None = None,
    n_jobs: int = 1,
    out: Array | None = None,
) -> Array:
    r"""Compute the branched signature of a path that steps in the whole algebra.

    :math:`X = \exp_* L_1 * \exp_* L_2 * \cdots * \exp_* L_n`, the earliest segment in the pruned
    slot: the general branched rough path, of which the path of increments, and the path with a
    correction on chains, are the cases with :math:`L_t` on single nodes or chains.

    Parameters
    ----------
    lift : ArrayLike, shape (..., segments, coefficients)
        :math:`L_t` for each segment, on every tree or, if `planar`, on every ordered forest; in
        basis order without scalar, ``branched_sig_length(dimension, degree, planar=planar)`` of
        them, like a branched log-signature. Planar, for a signature that is a character,
        :math:`L_t` is in the Lie algebra (0 on shuffles), as log-signatures are; any other
        functional has its exponential, too.
    dimension : int
        Labels of the trees, at least 1.
    degree : int
        Largest number of nodes of a tree or forest, at least 0.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    scalar_term : bool, default False
        Put the value 1 of the empty tree in front.
    weights : sequence of int or None, default None
        The weight of each channel, at least 1. Then `degree` bounds the weight of a tree or ordered
        forest, the sum over its nodes, and the basis is what is light enough, in basis order. None
        counts nodes.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., coefficients)
        Coefficients in basis order. NumPy array or tensor as `lift` is, of the same dtype (float64
        for integers and lists), never sharing memory with it. It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If `lift` is no real array, requires a gradient, or is not on the CPU; if `dimension`,
        `degree` or `n_jobs` is no integer, or a flag no boolean; or if `weights` are no integers;
        or if `out` is no array of the kind and dtype of the result.
    InvalidValueError
        If `lift` has fewer than two axes or not the columns of this basis; if `dimension` is below
        1, `degree` negative or `n_jobs` 0; if `weights` are not positive, one for each channel, or
        too fine; or if the basis, the words or the result do not fit in memory; or if `out` has not
        its shape or layout, or shares memory with an argument.

    See Also
    --------
    branched_sig : With its argument `correction` for increments on chains alone, which is faster.
    branched_sig_to_log_sig : What a segment of any other rough path has as its lift.

    Notes
    -----
    No segments give the identity. The letters of the words that are integrated are the basis
    elements; their number is a small multiple of that of the basis. Time is ``segments * words +
    entries`` per item, and memory beyond `lift` and result is bounded by threads times words. The
    GIL is released, no argument is changed.

    References
    ----------
    M. Gubinelli, *Ramification of rough paths*, J. Differential Equations 248 (2010), 693-721,
    doi:10.1016/j.jde.2009.11.015.

    M. Hairer and D. Kelly, *Geometric versus non-geometric rough paths*, Ann. Inst. H. Poincaré
    Probab. Statist. 51 (2015), 207-251, doi:10.1214/13-AIHP564.

    Examples
    --------
    Two segments in one channel: steps 1 and 2, and -1/2 on the ladder in the first one.

    >>> import treealg
    >>> treealg.branched_sig_of_lift([[1.0, -0.5], [2.0, 0.0]], 1, 2)
    array([3., 4.])
    """
    call = checked_call(
        dimension, degree, planar, n_jobs, SIGNATURE, scalar_term=scalar_term, weights=weights
    )
    rows = _lift_rows(lift, call)
    unit = 1.0 if call.scalar else None
    result, view = allocate(rows, call.columns, scalar=unit, to=into(out, lift))
    if call.degree:
        plan = lift_plan(call)
        for steps, out in walk(call.n_threads, (rows,), (view,)):
            path = no_path(steps, call.dimension)
            rows.engine.path_signature(path, steps, out, plan, call.transform, call.n_threads)
    return rows.wrap(result)


def branched_sig_of_lift_backprop(
    lift: ArrayLike,
    bsig_derivs: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    scalar_term: bool | None = None,
    weights: Sequence[int] | None = None,
    n_jobs: int = 1,
    out: Array | None = None,
) -> Array:
    r"""Compute the gradient in a lift from that in its branched signature.

    Parameters
    ----------
    lift : ArrayLike, shape (..., segments, coefficients)
        As given to `branched_sig_of_lift`.
    bsig_derivs : ArrayLike, shape (..., coefficients)
        Derivatives of a scalar function in the signature, with or without a place for the scalar
        in front, which has no influence.
    dimension : int
        Labels of the trees, at least 1.
    degree : int
        Largest number of nodes of a tree or forest, at least 0.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    scalar_term : bool or None, default None
        Whether `bsig_derivs` has a place for the scalar; None lets its length tell.
    weights : sequence of int or None, default None
        The weight of each channel, at least 1. Then `degree` bounds the weight of a tree or ordered
        forest, the sum over its nodes, and the basis is what is light enough, in basis order. None
        counts nodes.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., segments, coefficients)
        Derivatives in `lift`, of its shape, kind and dtype (float64 for integers and lists), never
        sharing memory with an argument. It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if the two are of
        different kinds or dtypes; if `dimension`, `degree` or `n_jobs` is no integer, or a flag no
        boolean; or if `weights` are no integers; or if `out` is no array of the kind and dtype of
        the result.
    InvalidValueError
        If `lift` has fewer than two axes, or an array not the columns of this basis; if the leading
        shapes differ; if `dimension` is below 1, `degree` negative or `n_jobs` 0; if `weights` are
        not positive, one for each channel, or too fine; or if the basis, the words or the result do
        not fit in memory; or if `out` has not its shape or layout, or shares memory with an
        argument.

    See Also
    --------
    branched_sig_of_lift : The function differentiated.

    Notes
    -----
    As `branched_sig_backprop`: backwards from checkpoints, in memory of words times the square root
    of the number of segments.

    Examples
    --------
    In one channel the ladder has the value of half the square of the step plus its own.

    >>> import treealg
    >>> treealg.branched_sig_of_lift_backprop([[3.0, 5.0]], [0.0, 1.0], 1, 2)
    array([[3., 1.]])
    """
    call = checked_call(dimension, degree, planar, n_jobs, SIGNATURE, weights=weights)
    rows, derivs = _lift_rows(lift, call), as_rows(bsig_derivs, "bsig_derivs", 1)
    check_alike(rows, derivs)
    given, _ = split_scalar(derivs, call.columns, call, scalar_term=scalar_term)
    result, view = allocate(rows, *rows.item, to=into(out, lift, bsig_derivs))
    if call.degree:
        plan = lift_plan(call)
        for steps, dy, out in walk(call.n_threads, (rows, given), (view,)):
            path = no_path(steps, call.dimension)
            d_path = np.empty(path.shape, steps.dtype)
            rows.engine.path_signature_backward(
                path, steps, dy, d_path, out, plan, call.transform, call.n_threads
            )
    return rows.wrap(result)


def _lift_rows(lift: Any, call: Call) -> Rows:
    """Read the argument `lift`."""
    rows = as_rows(lift, "lift", 2, axes=("segments", "coefficients"))
    columns = call.columns
    if rows.item[1] != columns:
        raise InvalidValueError(
            f"lift must have shape (..., segments, {columns}) for {call.basis}, without scalar; "
            f"got shape {rows.array.shape}; check dimension, degree and planar"
        )
    return rows
