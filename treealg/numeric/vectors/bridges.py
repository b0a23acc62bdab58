"""Between words and trees: the map from word signatures to branched signatures, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from treealg.numeric.arguments.arrays import as_rows
from treealg.numeric.arguments.calls import SIGNATURE, Call, checked_call, coefficients
from treealg.numeric.arguments.targets import into
from treealg.numeric.arguments.vectors import split_scalar, split_signature_or_log
from treealg.numeric.plans.plan import Plan
from treealg.numeric.plans.words import bridge_plan, ladder_plan
from treealg.numeric.vectors.maps import image
from treealg.typing import Array, ArrayLike

__all__ = [
    "branched_sig_to_sig",
    "branched_sig_to_sig_backprop",
    "sig_to_branched_sig",
    "sig_to_branched_sig_backprop",
]


def sig_to_branched_sig(
    sig: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    weights: Sequence[int] | None = None,
    n_jobs: int = 1,
    out: Array | None = None,
) -> Array:
    r"""Map word signatures to branched signatures.

    The value on a tree is the sum of those on the words of its arborification: :math:`\Phi(B^+_a(
    \tau_1 \cdots \tau_k)) = (\Phi(\tau_1) ⧢ \cdots ⧢ \Phi(\tau_k))\,a`, planar :math:`\Phi(\omega
    B^+_a(F)) = (\Phi(\omega) ⧢ \Phi(F))\,a`.

    Parameters
    ----------
    sig : ArrayLike, shape (..., words)
        Coefficients of words as `sig` returns them, with or without the scalar 1 in front, or
        log-signatures in expanded form, with or without the scalar 0.
    dimension : int
        Channels of the underlying path, before the transforms; at least 1.
    degree : int
        Length of the longest word, at least 0.
    time_aug, lead_lag : bool, default False
        Whether the signature is that of a path so transformed.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a word, tree or ordered forest, the sum over its letters or nodes, and both bases are
        what is light enough, in basis order. None counts nodes.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., coefficients)
        In the layout of `branched_sig`, with a copy of the scalar if `sig` has one. Kind and dtype
        follow `sig`; never shares memory with it. It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If `sig` is no real array, requires a gradient, or is not on the CPU; if `dimension`,
        `degree` or `n_jobs` is no integer, or a flag no boolean; or if `weights` are no integers;
        or if `out` is no array of the kind and dtype of the result.
    InvalidValueError
        If the last axis of `sig` has not the length of these words, or a scalar in front is neither
        1, 0 nor NaN; if `dimension` is below 1, `degree` negative, or `n_jobs` 0; if `weights` are
        not positive, one for each channel, or too fine; or if the basis or the result does not fit
        in memory; or if `out` has not its shape or layout, or shares memory with an argument.

    See Also
    --------
    branched_sig_to_sig : The way back.
    sig_to_branched_sig_backprop : The gradient.

    Notes
    -----
    The map is linear and a Hopf morphism, so that it takes log-signatures to log-signatures. It is
    a right inverse of the restriction to ladders.

    References
    ----------
    M. Hairer and D. Kelly, *Geometric versus non-geometric rough paths*, Ann. Inst. H. Poincaré
    Probab. Statist. 51 (2015), 207-251, doi:10.1214/13-AIHP564.

    Examples
    --------
    >>> import treealg
    >>> treealg.sig_to_branched_sig([3.0, 4.5, 4.5], 1, 3)
    array([3. , 4.5, 9. , 4.5])
    """
    call = checked_call(
        dimension, degree, planar, n_jobs, SIGNATURE, time_aug, lead_lag, weights=weights
    )
    plan = bridge_plan(call)
    words = coefficients(call.dimension, call.degree, None, 0, call.weights)
    return _map_rows(sig, "sig", call, plan, words, call.columns, out, what="the words below ")


def sig_to_branched_sig_backprop(
    derivs: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    weights: Sequence[int] | None = None,
    n_jobs: int = 1,
    out: Array | None = None,
) -> Array:
    r"""Compute the gradient in a word signature from that in its branched signature.

    The transpose of `sig_to_branched_sig`, which is linear: no signature is needed.

    Parameters
    ----------
    derivs : ArrayLike, shape (..., coefficients)
        Derivatives of a scalar function in the branched signature, with or without a place for the
        scalar in front, which has no influence.
    dimension : int
        Channels of the underlying path, before the transforms; at least 1.
    degree : int
        Length of the longest word, at least 0.
    time_aug, lead_lag : bool, default False
        Whether the signature is that of a path so transformed.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a word, tree or ordered forest, the sum over its letters or nodes, and both bases are
        what is light enough, in basis order. None counts nodes.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., words)
        Derivatives in the word signature, with 0 in the place of the scalar if `derivs` has one.
        Kind and dtype follow `derivs`; never shares memory with it. It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If `derivs` is no real array, requires a gradient, or is not on the CPU; if `dimension`,
        `degree` or `n_jobs` is no integer, or a flag no boolean; or if `weights` are no integers;
        or if `out` is no array of the kind and dtype of the result.
    InvalidValueError
        If the last axis of `derivs` has not the length of this basis; if `dimension` is below 1,
        `degree` negative, or `n_jobs` 0; if `weights` are not positive, one for each channel, or
        too fine; or if the basis or the result does not fit in memory; or if `out` has not its
        shape or layout, or shares memory with an argument.

    See Also
    --------
    sig_to_branched_sig : The map differentiated.

    Examples
    --------
    Of the four trees of three nodes in one channel, the word of length 3 goes once to the ladder
    and twice to the cherry, the third in order.

    >>> import treealg
    >>> treealg.sig_to_branched_sig_backprop([0.0, 0.0, 1.0, 0.0], 1, 3)
    array([0., 0., 2.])
    """
    call = checked_call(
        dimension, degree, planar, n_jobs, SIGNATURE, time_aug, lead_lag, weights=weights
    )
    plan = bridge_plan(call)
    words = coefficients(call.dimension, call.degree, None, 0, call.weights)
    return _map_rows(derivs, "derivs", call, plan, call.columns, words, out, transposed=True)


def branched_sig_to_sig(
    bsig: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    weights: Sequence[int] | None = None,
    n_jobs: int = 1,
    out: Array | None = None,
) -> Array:
    r"""Restrict branched signatures to ladders, which are words.

    The word :math:`a_1 \dots a_n` gets the value on the ladder with leaf :math:`a_1` and root
    :math:`a_n`.

    Parameters
    ----------
    bsig : ArrayLike, shape (..., coefficients)
        Signatures in the layout of `branched_sig`, with or without the scalar 1 in front, or
        log-signatures in expanded form, with or without the scalar 0.
    dimension : int
        Channels of the underlying path, before the transforms; at least 1.
    degree : int
        Truncation, at least 0.
    time_aug, lead_lag : bool, default False
        Whether the signature is that of a path so transformed.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a word, tree or ordered forest, the sum over its letters or nodes, and both bases are
        what is light enough, in basis order. None counts nodes.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., words)
        By length, then lexicographically, with a copy of the scalar if `bsig` has one. Kind and
        dtype follow `bsig`; never shares memory with it. It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If `bsig` is no real array, requires a gradient, or is not on the CPU; if `dimension`,
        `degree` or `n_jobs` is no integer, or a flag no boolean; or if `weights` are no integers;
        or if `out` is no array of the kind and dtype of the result.
    InvalidValueError
        If the last axis of `bsig` has not the length of this basis, or a scalar in front is neither
        1, 0 nor NaN; if `dimension` is below 1, `degree` negative, or `n_jobs` 0; if `weights` are
        not positive, one for each channel, or too fine; or if the basis or the result does not fit
        in memory; or if `out` has not its shape or layout, or shares memory with an argument.

    See Also
    --------
    sig_to_branched_sig : The way back, for signatures of paths without correction.
    branched_sig_to_sig_backprop : The gradient.

    Notes
    -----
    For the branched signature of a path without correction this is its word signature; in general
    it is a functional on words that need not be a signature. As ladders are closed under the
    coproduct, products and logarithms are those of what is restricted.

    References
    ----------
    M. Hairer and D. Kelly, *Geometric versus non-geometric rough paths*, Ann. Inst. H. Poincaré
    Probab. Statist. 51 (2015), 207-251, doi:10.1214/13-AIHP564.

    Examples
    --------
    >>> import treealg
    >>> treealg.branched_sig_to_sig([3.0, 4.5, 9.0, 4.5], 1, 3)
    array([3. , 4.5, 4.5])
    """
    call = checked_call(
        dimension, degree, planar, n_jobs, SIGNATURE, time_aug, lead_lag, weights=weights
    )
    plan = ladder_plan(call)
    return _map_rows(bsig, "bsig", call, plan, call.columns, plan.size, out)


def branched_sig_to_sig_backprop(
    derivs: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    weights: Sequence[int] | None = None,
    n_jobs: int = 1,
    out: Array | None = None,
) -> Array:
    r"""Compute the gradient in a branched signature from that in its restriction to ladders.

    The transpose of `branched_sig_to_sig`, which is linear: no signature is needed. It is 0 on what
    is no ladder.

    Parameters
    ----------
    derivs : ArrayLike, shape (..., words)
        Derivatives of a scalar function in the word signature, with or without a place for the
        scalar in front, which has no influence.
    dimension : int
        Channels of the underlying path, before the transforms; at least 1.
    degree : int
        Truncation, at least 0.
    time_aug, lead_lag : bool, default False
        Whether the signature is that of a path so transformed.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a word, tree or ordered forest, the sum over its letters or nodes, and both bases are
        what is light enough, in basis order. None counts nodes.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., coefficients)
        Derivatives in the branched signature, with 0 in the place of the scalar if `derivs` has it.
        Kind and dtype follow `derivs`; never shares memory with it. It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If `derivs` is no real array, requires a gradient, or is not on the CPU; if `dimension`,
        `degree` or `n_jobs` is no integer, or a flag no boolean; or if `weights` are no integers;
        or if `out` is no array of the kind and dtype of the result.
    InvalidValueError
        If the last axis of `derivs` has not the length of these words; if `dimension` is below 1,
        `degree` negative, or `n_jobs` 0; if `weights` are not positive, one for each channel, or
        too fine; or if the basis or the result does not fit in memory; or if `out` has not its
        shape or layout, or shares memory with an argument.

    See Also
    --------
    branched_sig_to_sig : The map differentiated.

    Examples
    --------
    Of the four trees of up to three nodes in one channel, the cherry, the third in order, is no
    ladder.

    >>> import treealg
    >>> treealg.branched_sig_to_sig_backprop([1.0, 2.0, 3.0], 1, 3)
    array([1., 2., 0., 3.])
    """
    call = checked_call(
        dimension, degree, planar, n_jobs, SIGNATURE, time_aug, lead_lag, weights=weights
    )
    plan = ladder_plan(call)
    what = "the words below "
    return _map_rows(
        derivs, "derivs", call, plan, plan.size, call.columns, out, transposed=True, what=what
    )


def _map_rows(
    value: Any,
    name: str,
    call: Call,
    plan: Plan,
    n_in: int,
    n_out: int,
    out: Any,
    *,
    transposed: bool = False,
    what: str = "",
) -> Array:
    """Apply the linear map of a plan, or its transpose."""
    rows = as_rows(value, name, 1)
    split = split_scalar if transposed else split_signature_or_log
    given, scalar = split(rows, n_in, call, what=what)
    to = into(out, value)
    return image(call, given, scalar, n_out, plan, to, transposed=transposed)
