"""Brackets, that is quadratic covariations, as channels, and what they do to signatures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations_with_replacement
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from treealg import tables
from treealg.checks import LIFTS, check_choice
from treealg.errors import InvalidValueError
from treealg.numeric.arguments.arrays import as_path, as_rows, check_alike
from treealg.numeric.arguments.batches import allocate
from treealg.numeric.arguments.calls import checked_call
from treealg.numeric.arguments.ragged import (
    dtype_of,
    is_list_of_paths,
    read_lengths,
    read_list,
    read_paths,
    refuse_lengths,
)
from treealg.numeric.arguments.rows import Rows
from treealg.numeric.arguments.targets import Target, into, refuse_for_lists
from treealg.numeric.arguments.vectors import split_scalar, split_signature_or_log
from treealg.numeric.plans.matrices import lift_change_plan
from treealg.numeric.vectors.maps import image
from treealg.sequences import check_weights
from treealg.typing import Array, ArrayLike

__all__ = [
    "bracket_path",
    "bracket_path_backprop",
    "branched_sig_change_lift",
    "branched_sig_change_lift_backprop",
]


def bracket_path(
    path: ArrayLike, *, lengths: ArrayLike | None = None, out: Array | None = None
) -> Array | list[Array]:
    r"""Append the brackets of all pairs of channels to a path.

    :math:`[x^i, x^j]_t = \sum_{s < t} \Delta x^i_s \Delta x^j_s`, the realised quadratic
    covariation, for :math:`i \le j` in lexicographic order.

    Parameters
    ----------
    path : ArrayLike, shape (..., length, channels)
        Points, at least one, in at least one channel; or a list of paths of any lengths.
    lengths : ArrayLike of int, shape (...), optional
        Number of points of each path, which are the first ones of it; what follows is ignored. A
        list of paths needs none.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`; not for a list of paths.

    Returns
    -------
    Array, shape (..., length, labels)
        The path, and ``channels * (channels + 1) / 2`` more channels, which begin at 0. NumPy array
        or tensor as `path` is, of the same dtype (float64 for integers and lists), never sharing
        memory with it. After the end of a shorter path its last point is repeated. Of a list of
        paths it is a list, unless these are NumPy arrays of one length, which are a batch. It is
        `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If `path` is no real array, requires a gradient, or is not on the CPU; if `lengths` are no
        integers; or if `out` is no array of the kind and dtype of the result.
    InvalidValueError
        If `path` has fewer than two axes, no points or no channels; if `lengths` do not fit it, or
        come with a list; or if the result does not fit in memory; or if `out` has not its shape or
        layout, or shares memory with an argument.

    See Also
    --------
    branched_sig_change_lift : What signatures of such paths are taken by.
    realised_correction : What makes the signature of such a path that of Itô integrals.

    Notes
    -----
    Labels of the signature are then channels and brackets. Where trees are weighed, a bracket has
    the weight 2.

    References
    ----------
    M. Hairer and D. Kelly, *Geometric versus non-geometric rough paths*, Ann. Inst. H. Poincaré
    Probab. Statist. 51 (2015), 207-251, doi:10.1214/13-AIHP564.

    Examples
    --------
    >>> import treealg
    >>> treealg.bracket_path([[0.0, 0.0], [1.0, 2.0], [3.0, 2.0]])
    array([[0., 0., 0., 0., 0.],
           [1., 2., 1., 2., 4.],
           [3., 2., 5., 2., 4.]])
    """
    if is_list_of_paths(path):
        refuse_for_lists(out)
        return [_with_brackets(rows) for rows in _listed(path, lengths, True)]
    (rows,) = read_paths(path, lengths, False, values=True)
    return _with_brackets(rows, _last_points(lengths, rows), into(out, path, lengths))


def _last_points(lengths: Any, rows: Rows) -> npt.NDArray[np.int64] | None:
    """Return the index of the last point of each path, as an array that goes with paths."""
    if lengths is None:
        return None
    return (read_lengths(lengths, rows) - 1).reshape(-1, 1, 1)


def _held(points: npt.NDArray[Any], last: npt.NDArray[np.int64] | None) -> npt.NDArray[Any]:
    """Return paths that rest at their last points, where they end before the others."""
    if last is None:
        return points
    places = np.minimum(np.arange(points.shape[-2])[:, None], last)
    return np.take_along_axis(points, places, axis=-2)


def _listed(paths: Any, lengths: Any, values: bool) -> list[Rows]:
    """Read a list of paths, which are computed in float64 where they are arrays of NumPy."""
    refuse_lengths(lengths)
    read = read_list(paths, values, "path")
    dtype, kind = dtype_of(read), read[0].kind
    return [
        rows if rows.dtype == dtype else Rows(np.asarray(rows.array, dtype), kind, 2, rows.name)
        for rows in read
    ]


def _with_brackets(
    rows: Rows, last: npt.NDArray[np.int64] | None = None, to: Target | None = None
) -> Array:
    length, channels = rows.item
    labels = tables.bracket_labels(channels)
    result, memory = allocate(rows, length, labels, to=to, walked=False)
    first, second = np.triu_indices(channels)
    points = _held(rows.whole(), last)
    with np.errstate(over="ignore", invalid="ignore"):  # infinities pass, here as in kernels
        step = np.diff(points, axis=-2)
        memory[..., :channels] = points
        memory[..., 0, channels:] = 0
        np.cumsum(step[..., first] * step[..., second], axis=-2, out=memory[..., 1:, channels:])
    return rows.wrap(result)


def bracket_path_backprop(
    derivs: ArrayLike,
    path: ArrayLike,
    *,
    lengths: ArrayLike | None = None,
    out: Array | None = None,
) -> Array | list[Array]:
    """Compute the gradient in a path from that in the path with its brackets.

    Parameters
    ----------
    derivs : ArrayLike, shape (..., length, labels)
        Derivatives of a scalar function in the result of `bracket_path`; a list for a list of
        paths.
    path : ArrayLike, shape (..., length, channels)
        As given to `bracket_path`; of the kind, dtype and leading shape of `derivs`.
    lengths : ArrayLike of int, shape (...), optional
        Number of points of each path; the gradient after the end of one is 0.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., length, channels)
        Derivatives in `path`, of its shape, kind and dtype, never sharing memory with an argument.
        It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; or if the two are
        of different kinds or dtypes; if `lengths` are no integers; or if `out` is no array of the
        kind and dtype of the result.
    InvalidValueError
        If `path` has fewer than two axes, no points or no channels, `derivs` is not of the shape of
        the result, or of a list of paths not a list as long, or the result does not fit in memory;
        or if `lengths` do not fit `path`; or if `out` has not its shape or layout, or shares memory
        with an argument.

    See Also
    --------
    bracket_path : The function differentiated.

    Examples
    --------
    The bracket of the last point is the square of the step.

    >>> import treealg
    >>> treealg.bracket_path_backprop([[0.0, 0.0], [0.0, 1.0]], [[1.0], [4.0]])
    array([[-6.],
           [ 6.]])
    """
    if not is_list_of_paths(path):
        rows = as_path(path)
        last, to = _last_points(lengths, rows), into(out, path, derivs, lengths)
        return _without_brackets(rows, as_rows(derivs, "derivs", 2), last, to)
    refuse_for_lists(out)
    paths = _listed(path, lengths, False)
    if isinstance(derivs, (list, tuple)):
        given = [as_rows(piece, f"derivs[{i}]", 2) for i, piece in enumerate(derivs)]
    else:
        rows = as_rows(derivs, "derivs", 2)
        given = [Rows(piece, rows.kind, 2, "derivs") for piece in rows.array]
    if len(given) != len(paths):
        raise InvalidValueError(
            f"derivs must be a list with one array for each of the {len(paths)} paths, got "
            f"{len(given)} of them"
        )
    return [_without_brackets(*pair) for pair in zip(paths, given, strict=True)]


def _without_brackets(
    rows: Rows,
    back: Rows,
    last: npt.NDArray[np.int64] | None = None,
    to: Target | None = None,
) -> Array:
    check_alike(back, rows)
    length, channels = rows.item
    labels = tables.bracket_labels(channels)
    if back.item != (length, labels):
        raise InvalidValueError(
            f"{back.name} must have shape (..., {length}, {labels}), as the path with its "
            f"brackets; got shape {back.array.shape}"
        )
    result, memory = allocate(rows, length, channels, to=to, walked=False)
    first, second = np.triu_indices(channels)
    given = back.whole()
    with np.errstate(over="ignore", invalid="ignore"):
        step = np.diff(_held(rows.whole(), last), axis=-2)
        later = np.cumsum(given[..., :0:-1, channels:], axis=-2)[..., ::-1, :]
        square = np.zeros((*step.shape, channels), rows.dtype)
        square[..., first, second] += later
        square[..., second, first] += later
        d_step = np.einsum("...ij,...j->...i", square, step)
        memory[...] = given[..., :channels]
        memory[..., 1:, :] += d_step
        memory[..., :-1, :] -= d_step
        if last is not None:
            place = np.arange(length)[:, None]
            at_rest = np.where(place < last, 0, memory).sum(axis=-2, keepdims=True)
            np.copyto(memory, at_rest, where=place == last)
            np.copyto(memory, 0, where=place > last)
    return rows.wrap(result)


def branched_sig_change_lift(
    bsig: ArrayLike,
    dimension: int,
    degree: int,
    *,
    source: str = "ito",
    target: str = "stratonovich",
    planar: bool = False,
    weights: Sequence[int] | None = None,
    n_jobs: int = 1,
    out: Array | None = None,
) -> Array:
    r"""Take Itô, Stratonovich or backward signatures to those of another lift.

    For a continuous semimartingale whose brackets are channels, as in `bracket_path`: integrals of
    `target` are those of `source` and c times the bracket of integrand and integrator. With trees,
    edges of which no two meet are contracted to brackets in all ways, at the price of c each.

    Parameters
    ----------
    bsig : ArrayLike, shape (..., coefficients)
        Signatures, or log-signatures in expanded form, in basis order, with or without a scalar in
        front, which is 1 for signatures and 0 for log-signatures.
    dimension : int
        Labels of the trees: d channels, then their brackets, ``d + d * (d + 1) / 2`` in all: 2, 5,
        9, 14, ...
    degree : int
        Truncation, at least 0.
    source, target : {"stratonovich", "ito", "backward"}, default "ito" and "stratonovich"
        Where integrands are taken: in the middle of each step, before or after it.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    weights : sequence of int or None, default None
        The weight of each channel, at least 1. Then `degree` bounds the weight of a tree or ordered
        forest, the sum over its nodes, and the basis is what is light enough, in basis order; a
        bracket may weigh at most what its two channels do. None counts nodes.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., coefficients)
        In the layout of `bsig`, with a copy of its scalar if it has one. NumPy array or tensor as
        `bsig` is, of the same dtype (float64 for integers and lists), never sharing memory with it.
        It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If `bsig` is no real array, requires a gradient, or is not on the CPU; if `dimension`,
        `degree` or `n_jobs` is no integer, or `planar` no boolean; or if `weights` are no integers;
        or if `out` is no array of the kind and dtype of the result.
    InvalidValueError
        If `dimension` is not that of channels and their brackets; if `source` or `target` is none
        of these; if the last axis of `bsig` has not the length of this basis, or a scalar in front
        is neither 1, 0 nor NaN; if `degree` is negative or `n_jobs` 0; if `weights` are not
        positive, one for each channel, too fine, or larger for a bracket than for its channels; or
        if the basis, the table or the result does not fit in memory; or if `out` has not its shape
        or layout, or shares memory with an argument.

    See Also
    --------
    branched_sig_translate : With a covariance that is known, as a translation of time.

    Notes
    -----
    Linear, a morphism of the group, and the translation of the bracket of i and j by c times the
    ladders of the two; c is 1/2 from Itô to Stratonovich, 1 from Itô to backward. From the
    signature of ``bracket_path(path)``, which is that of Stratonovich, it makes the one of Itô
    that has the correction ``realised_correction(path)`` on the channels of `path`.

    References
    ----------
    M. Hairer and D. Kelly, *Geometric versus non-geometric rough paths*, Ann. Inst. H. Poincaré
    Probab. Statist. 51 (2015), 207-251, doi:10.1214/13-AIHP564.

    Y. Bruned, I. Chevyrev, P. Friz and R. Preiß, *A rough path perspective on renormalization*, J.
    Funct. Anal. 277 (2019), 108283, doi:10.1016/j.jfa.2019.108283.

    Examples
    --------
    Of one channel and its bracket: left-point sums, 0 * 1 + 1 * 2, from half of the square.

    >>> import treealg
    >>> bsig = treealg.branched_sig(treealg.bracket_path([[0.0], [1.0], [3.0]]), 2)
    >>> bsig[2], treealg.branched_sig_change_lift(
    ...     bsig, 2, 2, source="stratonovich", target="ito"
    ... )[2]
    (np.float64(4.5), np.float64(2.0))
    """
    rows = as_rows(bsig, "bsig", 1)
    options = _Options(dimension, degree, source, target, planar, weights, n_jobs)
    return _change(rows, options, into(out, bsig), transposed=False)


def branched_sig_change_lift_backprop(
    derivs: ArrayLike,
    dimension: int,
    degree: int,
    *,
    source: str = "ito",
    target: str = "stratonovich",
    planar: bool = False,
    weights: Sequence[int] | None = None,
    n_jobs: int = 1,
    out: Array | None = None,
) -> Array:
    r"""Compute the gradient in the signature of one lift from that in another.

    The transpose of `branched_sig_change_lift`, which is linear: no signature is needed.

    Parameters
    ----------
    derivs : ArrayLike, shape (..., coefficients)
        Derivatives of a scalar function in the signature of `target`, with or without a place for
        the scalar in front, which has no influence.
    dimension : int
        Labels of the trees: d channels, then their brackets.
    degree : int
        Truncation, at least 0.
    source, target : {"stratonovich", "ito", "backward"}, default "ito" and "stratonovich"
        As given to `branched_sig_change_lift`.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    weights : sequence of int or None, default None
        The weight of each channel, at least 1. Then `degree` bounds the weight of a tree or ordered
        forest, the sum over its nodes, and the basis is what is light enough, in basis order; a
        bracket may weigh at most what its two channels do. None counts nodes.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., coefficients)
        Derivatives in the signature of `source`, with 0 in the place of the scalar if `derivs` has
        one. Kind and dtype follow `derivs`; never shares memory with it. It is `out`, if that is
        given.

    Raises
    ------
    InvalidTypeError
        If `derivs` is no real array, requires a gradient, or is not on the CPU; if `dimension`,
        `degree` or `n_jobs` is no integer, or `planar` no boolean; or if `weights` are no integers;
        or if `out` is no array of the kind and dtype of the result.
    InvalidValueError
        If `dimension` is not that of channels and their brackets; if `source` or `target` is none
        of these; if the last axis of `derivs` has not the length of this basis; if `degree` is
        negative or `n_jobs` 0; if `weights` are not positive, one for each channel, too fine, or
        larger for a bracket than for its channels; or if the basis, the table or the result does
        not fit in memory; or if `out` has not its shape or layout, or shares memory with an
        argument.

    See Also
    --------
    branched_sig_change_lift : The map differentiated.

    Examples
    --------
    The ladder of the channel, third in order, gets half of the bracket, the second.

    >>> import treealg
    >>> treealg.branched_sig_change_lift_backprop([0.0, 0.0, 1.0, 0.0, 0.0, 0.0], 2, 2)
    array([0. , 0.5, 1. , 0. , 0. , 0. ])
    """
    rows = as_rows(derivs, "derivs", 1)
    options = _Options(dimension, degree, source, target, planar, weights, n_jobs)
    return _change(rows, options, into(out, derivs), transposed=True)


class _Options(NamedTuple):
    """What a change of lift is asked, as callers give it."""

    dimension: Any
    degree: Any
    source: Any
    target: Any
    planar: Any
    weights: Any
    n_jobs: Any


def _change(rows: Rows, options: _Options, to: Target | None, *, transposed: bool) -> Array:
    """Apply a change of lift, or its transpose."""
    dimension, degree, source, target, planar, weights, n_jobs = options
    call = checked_call(dimension, degree, planar, n_jobs, weights=weights)
    share = LIFTS[check_choice("target", target, LIFTS)]
    share -= LIFTS[check_choice("source", source, LIFTS)]
    channels = (math.isqrt(8 * call.dimension + 9) - 3) // 2
    if channels < 1 or tables.bracket_labels(channels) != call.dimension:
        raise InvalidValueError(
            f"dimension must be d + d (d + 1) / 2 for d channels and their brackets, one of 2, 5, "
            f"9, 14, ...; got {dimension}; bracket_path appends brackets to a path"
        )
    if weights is not None:
        _check_brackets(check_weights("weights", weights), channels, int(degree))
    split = split_scalar if transposed else split_signature_or_log
    given, scalar = split(rows, call.columns, call)
    plan = lift_change_plan(channels, call, share)
    return image(call, given, scalar, call.columns, plan, to, transposed=transposed)


def _check_brackets(weights: tuple[int, ...], channels: int, degree: int) -> None:
    """Refuse brackets that are heavier than their channels: what has one may be too heavy."""
    pairs = combinations_with_replacement(range(channels), 2)
    for own, (i, j) in zip(weights[channels:], pairs, strict=True):
        both = weights[i] + weights[j]
        if own > both <= degree:
            raise InvalidValueError(
                f"weights must be at most {both} for the bracket of channels {i} "
                f"and {j}, which weigh {weights[i]} and {weights[j]}, got {own}"
            )
