"""Between words and trees: the map from word signatures to branched signatures, and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from treealg import tables
from treealg.checks import check_flag, check_integer, thread_count
from treealg.numeric import kernels
from treealg.numeric.arguments import arrays, options, scalars
from treealg.numeric.paths import words
from treealg.numeric.plans import cache as plans
from treealg.typing import Array, ArrayLike

__all__ = ["branched_sig_to_sig", "sig_to_branched_sig", "sig_to_branched_sig_backprop"]


def sig_to_branched_sig(
    sig: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    n_jobs: int = 1,
) -> Array:
    r"""Map word signatures to branched signatures.

    The value on a tree is the sum of those on the words of its arborification: :math:`\Phi(B^+_a(
    \tau_1 \cdots \tau_k)) = (\Phi(\tau_1) ⧢ \cdots ⧢ \Phi(\tau_k))\,a`, planar :math:`\Phi(\omega
    B^+_a(F)) = (\Phi(\omega) ⧢ \Phi(F))\,a`.

    Parameters
    ----------
    sig : ArrayLike, shape (..., words)
        Coefficients of words as `sig` returns them, with or without a scalar in front.
    dimension : int
        Channels of the underlying path, before the transforms; at least 1.
    degree : int
        Length of the longest word, at least 0.
    time_aug, lead_lag : bool, default False
        Whether the signature is that of a path so transformed.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.

    Returns
    -------
    Array, shape (..., coefficients)
        In the layout of `branched_sig`, with a copy of the scalar if `sig` has one. Kind and dtype
        follow `sig`; never shares memory with it.

    Raises
    ------
    InvalidTypeError
        If `sig` is no real array, requires a gradient, or is not on the CPU; if `dimension`,
        `degree` or `n_jobs` is no integer, or a flag no boolean.
    InvalidValueError
        If the last axis of `sig` has not the length of these words; if `dimension` is below 1,
        `degree` negative, or `n_jobs` 0; or if the basis or the result does not fit in memory.

    See Also
    --------
    branched_sig_to_sig : The way back.

    Notes
    -----
    The map is linear and a Hopf morphism, so that it takes log-signatures to log-signatures: any
    scalar is accepted. It is a right inverse of the restriction to ladders.

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
    return _map_rows(
        sig, "sig", dimension, degree, time_aug, lead_lag, planar, n_jobs, "arborification"
    )


def sig_to_branched_sig_backprop(
    derivs: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    n_jobs: int = 1,
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
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.

    Returns
    -------
    Array, shape (..., words)
        Derivatives in the word signature, with 0 in the place of the scalar if `derivs` has one.
        Kind and dtype follow `derivs`; never shares memory with it.

    Raises
    ------
    InvalidTypeError
        If `derivs` is no real array, requires a gradient, or is not on the CPU; if `dimension`,
        `degree` or `n_jobs` is no integer, or a flag no boolean.
    InvalidValueError
        If the last axis of `derivs` has not the length of this basis; if `dimension` is below 1,
        `degree` negative, or `n_jobs` 0; or if the basis or the result does not fit in memory.

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
    return _map_rows(
        derivs, "derivs", dimension, degree, time_aug, lead_lag, planar, n_jobs, "transpose"
    )


def branched_sig_to_sig(
    bsig: ArrayLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    n_jobs: int = 1,
) -> Array:
    r"""Restrict branched signatures to ladders, which are words.

    The word :math:`a_1 \dots a_n` gets the value on the ladder with leaf :math:`a_1` and root
    :math:`a_n`.

    Parameters
    ----------
    bsig : ArrayLike, shape (..., coefficients)
        Signatures in the layout of `branched_sig`, with or without a scalar in front.
    dimension : int
        Channels of the underlying path, before the transforms; at least 1.
    degree : int
        Truncation, at least 0.
    time_aug, lead_lag : bool, default False
        Whether the signature is that of a path so transformed.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.

    Returns
    -------
    Array, shape (..., words)
        By length, then lexicographically, with a copy of the scalar if `bsig` has one. Kind and
        dtype follow `bsig`; never shares memory with it.

    Raises
    ------
    InvalidTypeError
        If `bsig` is no real array, requires a gradient, or is not on the CPU; if `dimension`,
        `degree` or `n_jobs` is no integer, or a flag no boolean.
    InvalidValueError
        If the last axis of `bsig` has not the length of this basis; if `dimension` is below 1,
        `degree` negative, or `n_jobs` 0; or if the basis or the result does not fit in memory.

    See Also
    --------
    sig_to_branched_sig : The way back, for signatures of paths without correction.

    Notes
    -----
    For the branched signature of a path without correction this is its word signature; in general
    it is a functional on words that need not be a signature.

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
    return _map_rows(
        bsig, "bsig", dimension, degree, time_aug, lead_lag, planar, n_jobs, "restriction"
    )


def _map_rows(
    value: Any,
    name: str,
    dimension: Any,
    degree: Any,
    time_aug: Any,
    lead_lag: Any,
    planar: Any,
    n_jobs: Any,
    which: str,
) -> Array:
    """Apply arborification, its transpose, or the restriction to ladders."""
    rows = arrays.as_rows(value, name, 1)
    dimension = options.effective_dimension(
        check_integer("dimension", dimension, 1),
        check_flag("time_aug", time_aug),
        check_flag("lead_lag", lead_lag),
    )
    degree = check_integer("degree", degree, 0)
    planar = check_flag("planar", planar)
    n_threads = thread_count(n_jobs)
    if which == "restriction":
        plan = _ladder_plan(dimension, degree, planar)
    else:
        plan = plans.path_plan(dimension, degree, planar, None)
    linear = plan.output_map
    transposed = which == "transpose"
    n_in, n_out = (linear.columns, linear.rows) if linear is not None else (0, 0)
    if transposed:
        n_in, n_out = n_out, n_in
    basis = scalars.basis_text(dimension, degree, planar)
    if which == "arborification":
        basis = f"the words below {basis}"
    scalar = scalars.scalar_columns(rows, n_in, basis)
    result, view = arrays.allocate(rows, n_out + scalar)
    for x, out in arrays.slabs(n_threads, view, rows):
        if scalar:
            out[:, 0] = 0.0 if transposed else x[:, 0]
        if linear is not None:
            kernels.map_rows(x[:, scalar:], out[:, scalar:], linear, transposed, n_threads)
    return arrays.wrap(result, rows.kind)


def _ladder_plan(dimension: int, degree: int, planar: bool) -> plans.Plan:
    """Return the plan of the restriction to ladders."""

    def make() -> plans.Plan:
        columns = plans.basis_columns(dimension, degree, planar)
        if not columns:
            return plans.Plan(0, 0, None, None, 0)
        phi = tables.arborification(dimension, degree, planar)
        # Blocks with one word each, once: ladders, and of ordered forests also some with more
        # trees. Of those with one word the ladder is the last, as a single tree comes after
        # forests of smaller ones, and that holds again for what is below its root.
        sizes = np.diff(phi.ptr)
        single = np.flatnonzero(sizes == 1)
        entry = phi.ptr[single]
        once = phi.coef[entry] == 1
        ladder = np.zeros(phi.n_cols, dtype=np.int64)
        np.maximum.at(ladder, phi.col[entry[once]], single[once])
        linear = words.selection_of_blocks(dimension, phi.n_rows, ladder)
        return plans.Plan(columns, linear.rows, linear, None, 20 * phi.n_cols)

    return plans.keep_plan(("ladders", dimension, degree, planar), make)
