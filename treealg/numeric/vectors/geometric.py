"""Branched signatures as geometric ones over an alphabet of trees, and back."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np

from treealg import tables
from treealg.numeric.arguments.arrays import as_rows, check_alike
from treealg.numeric.arguments.batches import allocate, walk
from treealg.numeric.arguments.calls import Call, checked_call
from treealg.numeric.arguments.corrections import no_path
from treealg.numeric.arguments.targets import into
from treealg.numeric.arguments.vectors import (
    body,
    split_scalar,
    split_signature,
    split_signature_or_log,
)
from treealg.numeric.basis import trees
from treealg.numeric.plans.elements import (
    geometric_map_plan,
    geometric_plan,
    geometric_size,
    light_geometric_words,
)
from treealg.numeric.plans.vectors import algebra_plan
from treealg.numeric.vectors.maps import image
from treealg.typing import Array, ArrayLike, TupleForm

__all__ = [
    "branched_sig_to_geometric",
    "branched_sig_to_geometric_backprop",
    "geometric_sig_length",
    "geometric_sig_words",
    "geometric_to_branched_sig",
    "geometric_to_branched_sig_backprop",
]


def geometric_sig_length(
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    weights: Sequence[int] | None = None,
) -> int:
    """Count the words of trees that `branched_sig_to_geometric` has coefficients for.

    Parameters
    ----------
    dimension : int
        Labels of the trees, at least 1.
    degree : int
        Largest number of nodes of all letters of a word, at least 0.
    planar : bool, default False
        Ordered forests as letters rather than non-planar trees.
    weights : sequence of int or None, default None
        The weight of each channel, at least 1. Then `degree` bounds the weight of a tree or ordered
        forest, the sum over its nodes, and of a word of them; bases are what is light enough, in
        their order. None counts nodes.

    Returns
    -------
    int
        Their number, without the empty word.

    Raises
    ------
    InvalidTypeError
        If `dimension` or `degree` is no integer, or `planar` no boolean; or if `weights` are no
        integers.
    InvalidValueError
        If `dimension` is below 1, `degree` negative, or there are too many words; or if `weights`
        are not positive, one for each channel, or too fine.

    See Also
    --------
    geometric_sig_words : The words themselves.

    Examples
    --------
    >>> import treealg
    >>> [treealg.geometric_sig_length(2, degree) for degree in range(4)]
    [0, 2, 10, 48]
    """
    return geometric_size(checked_call(dimension, degree, planar, 1, weights=weights))


def geometric_sig_words(
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    weights: Sequence[int] | None = None,
) -> list[tuple[TupleForm, ...]]:
    """List the words of trees that `branched_sig_to_geometric` has coefficients for.

    Parameters
    ----------
    dimension : int
        Labels of the trees, at least 1.
    degree : int
        Largest number of nodes of all letters of a word, at least 0.
    planar : bool, default False
        Ordered forests as letters rather than non-planar trees.
    weights : sequence of int or None, default None
        The weight of each channel, at least 1. Then `degree` bounds the weight of a tree or ordered
        forest, the sum over its nodes, and of a word of them; bases are what is light enough, in
        their order. None counts nodes.

    Returns
    -------
    list of tuple
        In the order of the coefficients: by nodes, then by the nodes of the last letter, then by
        what is before it, then by the last letter in basis order. Letters are trees in tuple form
        or, planar, tuples of such.

    Raises
    ------
    InvalidTypeError
        If `dimension` or `degree` is no integer, or `planar` no boolean; or if `weights` are no
        integers.
    InvalidValueError
        If `dimension` is below 1, `degree` negative, or there are too many words; or if `weights`
        are not positive, one for each channel, or too fine.

    See Also
    --------
    geometric_sig_length : Their number.

    Examples
    --------
    >>> import treealg
    >>> treealg.geometric_sig_words(1, 2)
    [((0,),), ((0,), (0,)), (((0,), 0),)]
    """
    call = checked_call(dimension, degree, planar, 1, weights=weights)
    layout = tables.words(call.dimension, call.nodes, longest=None, planar=bool(call.planar))
    basis = iter(trees(call.dimension, call.nodes, planar=bool(call.planar)))
    next(basis)  # the empty one
    letters = [[next(basis) for _ in range(count)] for count in layout.letters[: call.nodes + 1]]
    every = [
        word
        for parts in layout.compositions[1:]
        for word in product(*(letters[weight] for weight in parts))
    ]
    return [every[place] for place in light_geometric_words(call).tolist()]


def branched_sig_to_geometric(
    bsig: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    weights: Sequence[int] | None = None,
    n_jobs: int = 1,
    out: Array | None = None,
) -> Array:
    r"""Write branched signatures as geometric ones over an alphabet of trees.

    :math:`\bar X = \exp_\otimes(\sum_\tau (\log_* X)(\tau)\, e_\tau)`, over words of trees. It
    respects shuffles, and :math:`X = \bar X \circ \psi` for the map :math:`\psi` of Hairer and
    Kelly, which `geometric_to_branched_sig` computes.

    Parameters
    ----------
    bsig : ArrayLike, shape (..., coefficients)
        Signatures in basis order, with or without the scalar 1 in front.
    dimension : int
        Labels of the trees, at least 1.
    degree : int
        Truncation, at least 0; a letter counts as many as its tree has nodes.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees, and letters too.
    weights : sequence of int or None, default None
        The weight of each channel, at least 1. Then `degree` bounds the weight of a tree or ordered
        forest, the sum over its nodes, and of a word of them; bases are what is light enough, in
        their order. None counts nodes.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., geometric_words)
        Coefficients of words of trees, as `geometric_sig_words` lists them, with the scalar 1 in
        front if `bsig` has it. NumPy array or tensor as `bsig` is, of the same dtype (float64 for
        integers and lists), never sharing memory with it. It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If `bsig` is no real array, requires a gradient, or is not on the CPU; if `dimension`,
        `degree` or `n_jobs` is no integer, or `planar` no boolean; or if `weights` are no integers;
        or if `out` is no array of the kind and dtype of the result.
    InvalidValueError
        If the last axis of `bsig` has not the length of this basis, or a scalar in front is neither
        1 nor NaN; if `dimension` is below 1, `degree` negative, or `n_jobs` 0; if `weights` are not
        positive, one for each channel, or too fine; or if the basis, the words or the result do not
        fit in memory; or if `out` has not its shape or layout, or shares memory with an argument.

    See Also
    --------
    geometric_to_branched_sig : The way back.
    branched_sig_to_sig : The restriction to ladders, for signatures that are geometric already.

    Notes
    -----
    There are many such :math:`\bar X`; this one is that of the signature as a single segment, the
    exponential of its logarithm. Along a path, multiply those of its pieces: the geometric rough
    path of Hairer and Kelly is made of these products, as this map respects no products itself.
    The GIL is released, no argument is changed.

    References
    ----------
    M. Hairer and D. Kelly, *Geometric versus non-geometric rough paths*, Ann. Inst. H. Poincaré
    Probab. Statist. 51 (2015), 207-251, section 4, doi:10.1214/13-AIHP564.

    Examples
    --------
    The words ``b``, ``bb`` and ``l`` for the node b and the ladder l, whose logarithm is -1/2:

    >>> import treealg
    >>> treealg.branched_sig_to_geometric([3.0, 4.0], 1, 2)
    array([ 3. ,  4.5, -0.5])
    """
    call = checked_call(dimension, degree, planar, n_jobs, weights=weights)
    rows = as_rows(bsig, "bsig", 1)
    x, scalar = split_signature(rows, call)
    plan, algebra, engine = geometric_plan(call), algebra_plan(call), rows.engine
    result, view = allocate(x, plan.size, scalar=scalar, to=into(out, bsig))
    if call.degree:
        for given, own in walk(call.n_threads, (x,), (view,), call.columns):
            log = np.empty(given.shape, given.dtype)
            engine.signature_to_log(given, log, algebra, call.n_threads)
            steps = log[:, None]
            path = no_path(steps, call.dimension)
            engine.path_signature(path, steps, own, plan, call.transform, call.n_threads)
    return rows.wrap(result)


def branched_sig_to_geometric_backprop(
    derivs: ArrayLike,
    bsig: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    weights: Sequence[int] | None = None,
    n_jobs: int = 1,
    out: Array | None = None,
) -> Array:
    r"""Compute the gradient in a branched signature from that in the geometric one.

    Parameters
    ----------
    derivs : ArrayLike, shape (..., geometric_words)
        Derivatives of a scalar function in the result of `branched_sig_to_geometric`, in its
        layout.
    bsig : ArrayLike, shape (..., coefficients)
        As given to `branched_sig_to_geometric`; of the kind, dtype and leading shape of `derivs`.
    dimension : int
        Labels of the trees, at least 1.
    degree : int
        Truncation, at least 0.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    weights : sequence of int or None, default None
        The weight of each channel, at least 1. Then `degree` bounds the weight of a tree or ordered
        forest, the sum over its nodes, and of a word of them; bases are what is light enough, in
        their order. None counts nodes.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., coefficients)
        Derivatives in `bsig`, in its layout, kind and dtype, with 0 in the place of a scalar, never
        sharing memory with an argument. It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if the two are of
        different kinds or dtypes; if `dimension`, `degree` or `n_jobs` is no integer, or `planar`
        no boolean; or if `weights` are no integers; or if `out` is no array of the kind and dtype
        of the result.
    InvalidValueError
        If the last axis of an array has not its length, a scalar in front of `bsig` is neither 1
        nor NaN, or only one array has a scalar; if the leading shapes differ; if `dimension` is
        below 1, `degree` negative, or `n_jobs` 0; if `weights` are not positive, one for each
        channel, or too fine; or if the basis, the words or the result do not fit in memory; or if
        `out` has not its shape or layout, or shares memory with an argument.

    See Also
    --------
    branched_sig_to_geometric : The function differentiated.

    Examples
    --------
    In one channel the three words have the values :math:`x_1, x_1^2 / 2, x_2 - x_1^2 / 2`:

    >>> import treealg
    >>> treealg.branched_sig_to_geometric_backprop([0.0, 0.0, 1.0], [3.0, 4.0], 1, 2)
    array([-3.,  1.])
    """
    call = checked_call(dimension, degree, planar, n_jobs, weights=weights)
    rows, back = as_rows(bsig, "bsig", 1), as_rows(derivs, "derivs", 1)
    check_alike(back, rows)
    x, scalar = split_signature(rows, call)
    plan, algebra, engine = geometric_plan(call), algebra_plan(call), rows.engine
    split_scalar(back, plan.size, call, scalar_term=scalar is not None, what=_WORDS)
    dy = body(back, scalar)
    zero = None if scalar is None else 0.0
    result, view = allocate(x, call.columns, scalar=zero, to=into(out, bsig, derivs))
    if call.degree:
        for given, derivatives, own in walk(call.n_threads, (x, dy), (view,), call.columns):
            log, d_log = np.empty(given.shape, given.dtype), np.empty(given.shape, given.dtype)
            engine.signature_to_log(given, log, algebra, call.n_threads)
            steps = log[:, None]
            path = no_path(steps, call.dimension)
            engine.path_signature_backward(
                path, steps, derivatives, np.empty(path.shape, log.dtype), d_log[:, None], plan,
                call.transform, call.n_threads,
            )  # fmt: skip
            engine.signature_to_log_backward(given, d_log, own, algebra, call.n_threads)
    return rows.wrap(result)


_WORDS = "the words of trees that belong to "


def geometric_to_branched_sig(
    gsig: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    weights: Sequence[int] | None = None,
    n_jobs: int = 1,
    out: Array | None = None,
) -> Array:
    r"""Map geometric signatures over an alphabet of trees to branched signatures.

    :math:`X = \bar X \circ \psi`, with the map of Hairer and Kelly, :math:`\psi(\tau) = \sum
    \psi(\mathrm{pruned})\, \mathrm{trunk}`, which multiplies by shuffles.

    Parameters
    ----------
    gsig : ArrayLike, shape (..., geometric_words)
        Coefficients of words of trees, as `geometric_sig_words` lists them, of signatures with or
        without the scalar 1 in front, or of logarithms with or without the scalar 0.
    dimension : int
        Labels of the trees, at least 1.
    degree : int
        Truncation, at least 0.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    weights : sequence of int or None, default None
        The weight of each channel, at least 1. Then `degree` bounds the weight of a tree or ordered
        forest, the sum over its nodes, and of a word of them; bases are what is light enough, in
        their order. None counts nodes.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., coefficients)
        In the layout of `branched_sig`, with a copy of the scalar if `gsig` has one. Kind and dtype
        follow `gsig`; never shares memory with it. It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If `gsig` is no real array, requires a gradient, or is not on the CPU; if `dimension`,
        `degree` or `n_jobs` is no integer, or `planar` no boolean; or if `weights` are no integers;
        or if `out` is no array of the kind and dtype of the result.
    InvalidValueError
        If the last axis of `gsig` has not the length of these words, or a scalar in front is
        neither 1, 0 nor NaN; if `dimension` is below 1, `degree` negative, or `n_jobs` 0; if
        `weights` are not positive, one for each channel, or too fine; or if the basis, the words or
        the result do not fit in memory; or if `out` has not its shape or layout, or shares memory
        with an argument.

    See Also
    --------
    branched_sig_to_geometric : The way back.

    Notes
    -----
    The map is linear and a Hopf morphism, so that it takes logarithms to logarithms.

    References
    ----------
    M. Hairer and D. Kelly, *Geometric versus non-geometric rough paths*, Ann. Inst. H. Poincaré
    Probab. Statist. 51 (2015), 207-251, section 4, doi:10.1214/13-AIHP564.

    Examples
    --------
    The ladder is the sum of the word ``bb`` and the letter l:

    >>> import treealg
    >>> treealg.geometric_to_branched_sig([3.0, 4.5, -0.5], 1, 2)
    array([3., 4.])
    """
    call = checked_call(dimension, degree, planar, n_jobs, weights=weights)
    return _map(gsig, "gsig", call, out, transposed=False)


def geometric_to_branched_sig_backprop(
    derivs: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    weights: Sequence[int] | None = None,
    n_jobs: int = 1,
    out: Array | None = None,
) -> Array:
    r"""Compute the gradient in a geometric signature from that in the branched one.

    The transpose of `geometric_to_branched_sig`, which is linear: no signature is needed.

    Parameters
    ----------
    derivs : ArrayLike, shape (..., coefficients)
        Derivatives of a scalar function in the branched signature, with or without a place for the
        scalar in front, which has no influence.
    dimension : int
        Labels of the trees, at least 1.
    degree : int
        Truncation, at least 0.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    weights : sequence of int or None, default None
        The weight of each channel, at least 1. Then `degree` bounds the weight of a tree or ordered
        forest, the sum over its nodes, and of a word of them; bases are what is light enough, in
        their order. None counts nodes.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., geometric_words)
        Derivatives in the coefficients of words of trees, with 0 in the place of the scalar if
        `derivs` has one. Kind and dtype follow `derivs`; never shares memory with it. It is `out`,
        if that is given.

    Raises
    ------
    InvalidTypeError
        If `derivs` is no real array, requires a gradient, or is not on the CPU; if `dimension`,
        `degree` or `n_jobs` is no integer, or `planar` no boolean; or if `weights` are no integers;
        or if `out` is no array of the kind and dtype of the result.
    InvalidValueError
        If the last axis of `derivs` has not the length of this basis; if `dimension` is below 1,
        `degree` negative, or `n_jobs` 0; if `weights` are not positive, one for each channel, or
        too fine; or if the basis, the words or the result do not fit in memory; or if `out` has not
        its shape or layout, or shares memory with an argument.

    See Also
    --------
    geometric_to_branched_sig : The map differentiated.

    Examples
    --------
    >>> import treealg
    >>> treealg.geometric_to_branched_sig_backprop([0.0, 1.0], 1, 2)
    array([0., 1., 1.])
    """
    call = checked_call(dimension, degree, planar, n_jobs, weights=weights)
    return _map(derivs, "derivs", call, out, transposed=True)


def _map(value: Any, name: str, call: Call, out: Any, *, transposed: bool) -> Array:
    """Apply the map of Hairer and Kelly, or its transpose."""
    rows = as_rows(value, name, 1)
    words = geometric_size(call)
    n_in, n_out = (call.columns, words) if transposed else (words, call.columns)
    split = split_scalar if transposed else split_signature_or_log
    given, scalar = split(rows, n_in, call, what="" if transposed else _WORDS)
    plan = geometric_map_plan(call)
    return image(call, given, scalar, n_out, plan, into(out, value), transposed=transposed)
