"""Expected branched signatures of processes with independent increments, and their cumulants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from treealg.numeric.arguments.arrays import as_rows
from treealg.numeric.arguments.batches import (
    Gradient,
    allocate,
    check_result_batch,
    gradients_in,
    walk,
)
from treealg.numeric.arguments.corrections import no_path
from treealg.numeric.arguments.targets import into, into_each
from treealg.numeric.arguments.vectors import split_scalar
from treealg.numeric.plans.stochastic import cumulant_plan, expectation_plan
from treealg.numeric.plans.vectors import algebra_plan
from treealg.numeric.stochastic.law import Law, Options, checked_law
from treealg.typing import Array, ArrayLike

__all__ = [
    "expected_branched_log_sig",
    "expected_branched_log_sig_backprop",
    "expected_branched_sig",
    "expected_branched_sig_backprop",
]


def expected_branched_sig(
    drift: ArrayLike,
    covariance: ArrayLike,
    degree: int,
    *,
    jump_moments: ArrayLike | None = None,
    lift: str = "stratonovich",
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool = False,
    weights: Sequence[int] | None = None,
    n_jobs: int = 1,
    out: Array | None = None,
) -> Array:
    r"""Compute the expected branched signature of Brownian motion with drift and jumps.

    :math:`E X_{0,t}` for :math:`x_t = b t + W_t + \sum_k J_k`, with the branched signature X whose
    integrals are those of `lift`: :math:`\exp_*(t\, \alpha\, \kappa)`, where :math:`\alpha` is the
    signature of a unit jump and :math:`\kappa` has the joint cumulants of :math:`x_1`.

    Parameters
    ----------
    drift : ArrayLike, shape (..., channels)
        b per unit of time.
    covariance : ArrayLike, shape (..., channels, channels)
        :math:`\Sigma` of the Brownian part per unit of time; its symmetric part counts.
    degree : int
        Largest number of nodes, at least 0.
    jump_moments : ArrayLike, shape (..., moments), optional
        Of compound Poisson jumps, their rate times the means of :math:`J_{i_1} \cdots J_{i_n}`
        for n from 1 to `degree`: ``sig_length(channels, degree)`` of them in the order of words,
        whose symmetric part counts. Leading shapes broadcast with those of `drift` and
        `covariance`.
    lift : {"stratonovich", "ito", "backward"}, default "stratonovich"
        Where integrands are taken: in the middle of each step, before or after it; for
        ``"stratonovich"`` a jump is a linear piece of path (Marcus).
    end_time : float, default 1.0
        Length of the interval of time; finite.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    scalar_term : bool, default False
        Put the value 1 of the empty tree in front.
    weights : sequence of int or None, default None
        The weight of each channel, at least 1. Then `degree` bounds the weight of a tree or ordered
        forest, the sum over its nodes, and the basis is what is light enough, in basis order; so it
        is with the words that `jump_moments` has. None counts nodes.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., coefficients)
        Coefficients in basis order. NumPy array or tensor as `drift` is, of the same dtype (float64
        for integers and lists), never sharing memory with an argument. It is `out`, if that is
        given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if arrays are of
        different kinds or dtypes; if `degree` or `n_jobs` is no integer, `end_time` no real number,
        or a flag no boolean; if `weights` are no integers; or if `out` is no array of the kind and
        dtype of the result.
    InvalidValueError
        If `drift` has no channels, `covariance` is not square of their number, or `jump_moments`
        has not the length of these words; if leading shapes do not broadcast; if `degree` is
        negative, `n_jobs` 0, `end_time` not finite, or `lift` none of these; if `weights` are not
        positive, one for each channel, or too fine; or if the basis, the words or the result do not
        fit in memory; or if `out` has not its shape or layout, or shares memory with an argument.

    See Also
    --------
    expected_branched_log_sig : Its logarithm.
    ito_correction : Makes signatures of sampled paths those of the Itô lift.

    Notes
    -----
    The limit of the mean of ``branched_sig(path, degree, correction=...)`` over paths that are
    sampled finely, with the correction of `ito_correction` for Itô, its negative for the backward
    lift, and none for that of Stratonovich; with jumps, where those are taken as `lift` says.

    An expectation is not multiplicative, E X(x) E X(y) is not E[X(x) X(y)]. So with trees, whose
    products are not in the basis, the convolution of two results and their logarithm are not those
    of the expectations; with ordered forests they are. What is multiplied out instead is exact: the
    expected Itô integrals of words are integrated, and one sparse map takes them to trees. The GIL
    is released, no argument is changed.

    References
    ----------
    T. Lyons and N. Victoir, *Cubature on Wiener space*, Proc. R. Soc. Lond. A 460 (2004), 169-198,
    doi:10.1098/rspa.2003.1239.

    P. Friz and A. Shekhar, *General rough integration, Lévy rough paths and a Lévy-Kintchine-type
    formula*, Ann. Probab. 45 (2017), 2707-2765, doi:10.1214/16-AOP1123.

    Examples
    --------
    Half of the square of Brownian motion, and its Itô integral against itself, a martingale:

    >>> import treealg
    >>> treealg.expected_branched_sig([0.0], [[1.0]], 2)
    array([0. , 0.5])
    >>> treealg.expected_branched_sig([0.0], [[1.0]], 2, lift="ito")
    array([0., 0.])

    Jumps of size 1 at rate 2, which have the moments 2, 2, ...:

    >>> treealg.expected_branched_sig([0.0], [[0.0]], 2, jump_moments=[2.0, 2.0], lift="ito")
    array([2., 2.])
    """
    options = Options(degree, lift, end_time, planar, weights, n_jobs, scalar_term)
    law = checked_law(drift, covariance, jump_moments, options)
    call = law.call
    unit, to = 1.0 if call.scalar else None, into(out, drift, covariance, jump_moments)
    result, view = allocate(law.wide[0], call.columns, scalar=unit, to=to)
    if call.degree:
        _expect(law, view)
    return law.given[0].wrap(result)


def _expect(law: Law, view: Any) -> None:
    """Write expected signatures."""
    call, engine = law.call, law.given[0].engine
    if call.planar:
        algebra, plan = algebra_plan(call), cumulant_plan(call, law.lift)
        words = law.words
        for *values, out in walk(call.n_threads, law.wide, (view,), call.columns):
            engine.prepare(algebra, plan)
            log = np.empty(out.shape, out.dtype)
            engine.map_rows(law.cumulants(values, words), log, plan, False, call.n_threads)
            engine.log_to_signature(log, out, algebra, call.n_threads)
        return
    plan = expectation_plan(call, law.lift, law.levels)
    for *values, out in walk(call.n_threads, law.wide, (view,), law.columns):
        steps = law.cumulants(values, law.columns)[:, None]
        path = no_path(steps, call.dimension)
        engine.path_signature(path, steps, out, plan, call.transform, call.n_threads)


def expected_branched_sig_backprop(
    derivs: ArrayLike,
    drift: ArrayLike,
    covariance: ArrayLike,
    degree: int,
    *,
    jump_moments: ArrayLike | None = None,
    lift: str = "stratonovich",
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool | None = None,
    weights: Sequence[int] | None = None,
    n_jobs: int = 1,
    out: tuple[Array | None, ...] | None = None,
) -> tuple[Array, ...]:
    r"""Compute the gradients in the law of a process from that in its expected signature.

    Parameters
    ----------
    derivs : ArrayLike, shape (..., coefficients)
        Derivatives of a scalar function in the result of `expected_branched_sig`, with or without a
        place for the scalar in front, which has no influence.
    drift : ArrayLike, shape (..., channels)
        b per unit of time; of the kind and dtype of `derivs`.
    covariance : ArrayLike, shape (..., channels, channels)
        :math:`\Sigma` of the Brownian part per unit of time; its symmetric part counts.
    degree : int
        Largest number of nodes, at least 0.
    jump_moments : ArrayLike, shape (..., moments), optional
        Of compound Poisson jumps, their rate times the means of :math:`J_{i_1} \cdots J_{i_n}`
        for n from 1 to `degree`: ``sig_length(channels, degree)`` of them in the order of words,
        whose symmetric part counts. Leading shapes broadcast with those of `drift` and
        `covariance`.
    lift : {"stratonovich", "ito", "backward"}, default "stratonovich"
        Where integrands are taken: in the middle of each step, before or after it; for
        ``"stratonovich"`` a jump is a linear piece of path (Marcus).
    end_time : float, default 1.0
        Length of the interval of time; finite.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    scalar_term : bool or None, default None
        Whether `derivs` has a place for the scalar; None lets its length tell.
    weights : sequence of int or None, default None
        The weight of each channel, at least 1. Then `degree` bounds the weight of a tree or ordered
        forest, the sum over its nodes, and the basis is what is light enough, in basis order; so it
        is with the words that `jump_moments` has. None counts nodes.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    out : tuple of (Array or None), default None
        Where to write the results, one for each of them, as for `branched_sig`; None for one that
        is to be made.

    Returns
    -------
    tuple of Array
        Derivatives in `drift`, in `covariance` and, if they are given, in `jump_moments`, of their
        shapes, kind and dtype, never sharing memory with an argument: for one that was broadcast,
        the sum over the rows that it served. Those in symmetric arguments are symmetric. They are
        those of `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if arrays are of
        different kinds or dtypes; if `degree` or `n_jobs` is no integer, `end_time` no real number,
        or a flag no boolean; or if `weights` are no integers; or if `out` is no tuple, or one of it
        no array of the kind and dtype of its result.
    InvalidValueError
        If `drift` has no channels, `covariance` is not square of their number, or `jump_moments`
        has not the length of these words; if `derivs` has not the length of this basis or another
        leading shape; if leading shapes do not broadcast; if `degree` is negative, `n_jobs` 0,
        `end_time` not finite, or `lift` none of these; if `weights` are not positive, one for each
        channel, or too fine; or if the basis, the words or the result do not fit in memory; or if
        `out` has not the lengths of the results, or one of it not the shape or layout of its
        result, or memory in common with another one or an argument.

    See Also
    --------
    expected_branched_sig : The function differentiated.

    Notes
    -----
    Backwards through the same integrals. The GIL is released, no argument is changed.

    Examples
    --------
    To two nodes the ladder has the value :math:`(b^2 + \Sigma) / 2`:

    >>> import treealg
    >>> treealg.expected_branched_sig_backprop([0.0, 1.0], [3.0], [[5.0]], 2)
    (array([3.]), array([[0.5]]))
    """
    options = Options(degree, lift, end_time, planar, weights, n_jobs)
    law = checked_law(drift, covariance, jump_moments, options)
    call, engine = law.call, law.given[0].engine
    back = _derivatives(derivs, law, scalar_term)
    found = _gradients(law, (derivs, drift, covariance, jump_moments), out)
    outputs = [gradient.view for gradient in found]
    if not call.degree:
        for view in outputs:
            view[...] = 0
    elif call.planar:
        algebra, plan = algebra_plan(call), cumulant_plan(call, law.lift)
        words = law.words
        for dy, *rest in walk(call.n_threads, (back, *law.wide), outputs, call.columns):
            engine.prepare(algebra, plan)
            values, outs = rest[: len(outputs)], rest[len(outputs) :]
            log, d_log = np.empty(dy.shape, dy.dtype), np.empty(dy.shape, dy.dtype)
            cumulants = law.cumulants(values, words)
            engine.map_rows(cumulants, log, plan, False, call.n_threads)
            engine.log_to_signature_backward(log, dy, d_log, algebra, call.n_threads)
            engine.map_rows(d_log, cumulants, plan, True, call.n_threads)
            law.gradients(cumulants, outs)
    else:
        plan = expectation_plan(call, law.lift, law.levels)
        for dy, *rest in walk(call.n_threads, (back, *law.wide), outputs, law.columns):
            values, outs = rest[: len(outputs)], rest[len(outputs) :]
            steps = law.cumulants(values, law.columns)[:, None]
            path = no_path(steps, call.dimension)
            d_path, d_steps = np.empty(path.shape, dy.dtype), np.empty(steps.shape, dy.dtype)
            engine.path_signature_backward(
                path, steps, dy, d_path, d_steps, plan, call.transform, call.n_threads
            )
            law.gradients(d_steps[:, 0], outs)
    return tuple(gradient.summed() for gradient in found)


def _derivatives(derivs: Any, law: Law, scalar_term: Any) -> Any:
    """Read the argument `derivs`."""
    back = as_rows(derivs, "derivs", 1)
    check_result_batch(back, law.wide[0])
    return split_scalar(back, law.call.columns, law.call, scalar_term=scalar_term)[0]


def _gradients(law: Law, arguments: tuple[Any, ...], out: Any) -> tuple[Gradient, ...]:
    """Return the gradients in the arguments of a law, in `out` if that is given."""
    items = [rows.item for rows in law.given]
    to = into_each(out, len(items), *arguments)
    return gradients_in(law.given, law.wide, items, to)


def expected_branched_log_sig(
    drift: ArrayLike,
    covariance: ArrayLike,
    degree: int,
    *,
    jump_moments: ArrayLike | None = None,
    lift: str = "stratonovich",
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool = False,
    weights: Sequence[int] | None = None,
    n_jobs: int = 1,
    out: Array | None = None,
) -> Array:
    r"""Compute the logarithm of an expected branched signature: signature cumulants.

    :math:`\log_* E X_{0,t} = t\, \alpha\, \kappa`, linear in drift, covariance and moments of
    jumps: on a tree or ordered forest with n nodes the signature :math:`\alpha` of a unit jump
    times the cumulant :math:`\kappa` of its n labels.

    Parameters
    ----------
    drift : ArrayLike, shape (..., channels)
        b per unit of time.
    covariance : ArrayLike, shape (..., channels, channels)
        :math:`\Sigma` of the Brownian part per unit of time; its symmetric part counts.
    degree : int
        Largest number of nodes, at least 0.
    jump_moments : ArrayLike, shape (..., moments), optional
        Of compound Poisson jumps, their rate times the means of :math:`J_{i_1} \cdots J_{i_n}`
        for n from 1 to `degree`: ``sig_length(channels, degree)`` of them in the order of words,
        whose symmetric part counts. Leading shapes broadcast with those of `drift` and
        `covariance`.
    lift : {"stratonovich", "ito", "backward"}, default "stratonovich"
        Where integrands are taken: in the middle of each step, before or after it; for
        ``"stratonovich"`` a jump is a linear piece of path (Marcus).
    end_time : float, default 1.0
        Length of the interval of time; finite.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    scalar_term : bool, default False
        Put the value 0 of the empty tree in front.
    weights : sequence of int or None, default None
        The weight of each channel, at least 1. Then `degree` bounds the weight of a tree or ordered
        forest, the sum over its nodes, and the basis is what is light enough, in basis order; so it
        is with the words that `jump_moments` has. None counts nodes.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., log_coefficients)
        In the layout of `branched_sig`. NumPy array or tensor as `drift` is, of the same dtype
        (float64 for integers and lists), never sharing memory with an argument. It is `out`, if
        that is given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if arrays are of
        different kinds or dtypes; if `degree` or `n_jobs` is no integer, `end_time` no real number,
        or a flag no boolean; if `weights` are no integers; or if `out` is no array of the kind and
        dtype of the result.
    InvalidValueError
        If `drift` has no channels, `covariance` is not square of their number, or `jump_moments`
        has not the length of these words; if leading shapes do not broadcast; if `degree` is
        negative, `n_jobs` 0, `end_time` not finite, or `lift` none of these; if `weights` are not
        positive, one for each channel, or too fine; or if the basis, the words or the result do not
        fit in memory; or if `out` has not its shape or layout, or shares memory with an argument.

    See Also
    --------
    expected_branched_sig : Its exponential.

    Notes
    -----
    With trees it is not 0 on products, which are not in the basis, so that
    `branched_log_sig_to_sig` does not take it back; with ordered forests it does. It is not 0 on
    shuffles, and has no Lyndon coordinates.

    References
    ----------
    P. Friz, P. Hager and N. Tapia, *Unified signature cumulants and generalized Magnus expansions*,
    Forum Math. Sigma 10 (2022), e42, doi:10.1017/fms.2022.20.

    Examples
    --------
    >>> import treealg
    >>> treealg.expected_branched_log_sig([3.0], [[1.0]], 3)
    array([3. , 0.5, 0. , 0. ])
    """
    options = Options(degree, lift, end_time, planar, weights, n_jobs, scalar_term)
    law = checked_law(drift, covariance, jump_moments, options)
    call, engine = law.call, law.given[0].engine
    zero, to = 0.0 if call.scalar else None, into(out, drift, covariance, jump_moments)
    result, view = allocate(law.wide[0], call.columns, scalar=zero, to=to)
    if call.degree:
        plan = cumulant_plan(call, law.lift)
        words = law.words
        for *values, own in walk(call.n_threads, law.wide, (view,), words):
            engine.map_rows(law.cumulants(values, words), own, plan, False, call.n_threads)
    return law.given[0].wrap(result)


def expected_branched_log_sig_backprop(
    derivs: ArrayLike,
    drift: ArrayLike,
    covariance: ArrayLike,
    degree: int,
    *,
    jump_moments: ArrayLike | None = None,
    lift: str = "stratonovich",
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool | None = None,
    weights: Sequence[int] | None = None,
    n_jobs: int = 1,
    out: tuple[Array | None, ...] | None = None,
) -> tuple[Array, ...]:
    r"""Compute the gradients in the law of a process from that in its signature cumulants.

    The transpose of `expected_branched_log_sig`, which is linear: of the law, shapes and dtypes
    count alone.

    Parameters
    ----------
    derivs : ArrayLike, shape (..., log_coefficients)
        Derivatives of a scalar function in the result of `expected_branched_log_sig`, with or
        without a place for the scalar in front, which has no influence.
    drift : ArrayLike, shape (..., channels)
        b per unit of time; of the kind and dtype of `derivs`.
    covariance : ArrayLike, shape (..., channels, channels)
        :math:`\Sigma` of the Brownian part per unit of time; its symmetric part counts.
    degree : int
        Largest number of nodes, at least 0.
    jump_moments : ArrayLike, shape (..., moments), optional
        Of compound Poisson jumps, their rate times the means of :math:`J_{i_1} \cdots J_{i_n}`
        for n from 1 to `degree`: ``sig_length(channels, degree)`` of them in the order of words,
        whose symmetric part counts. Leading shapes broadcast with those of `drift` and
        `covariance`.
    lift : {"stratonovich", "ito", "backward"}, default "stratonovich"
        Where integrands are taken: in the middle of each step, before or after it; for
        ``"stratonovich"`` a jump is a linear piece of path (Marcus).
    end_time : float, default 1.0
        Length of the interval of time; finite.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    scalar_term : bool or None, default None
        Whether `derivs` has a place for the scalar; None lets its length tell.
    weights : sequence of int or None, default None
        The weight of each channel, at least 1. Then `degree` bounds the weight of a tree or ordered
        forest, the sum over its nodes, and the basis is what is light enough, in basis order; so it
        is with the words that `jump_moments` has. None counts nodes.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    out : tuple of (Array or None), default None
        Where to write the results, one for each of them, as for `branched_sig`; None for one that
        is to be made.

    Returns
    -------
    tuple of Array
        Derivatives in `drift`, in `covariance` and, if they are given, in `jump_moments`, of their
        shapes, kind and dtype, never sharing memory with an argument: for one that was broadcast,
        the sum over the rows that it served. Those in symmetric arguments are symmetric. They are
        those of `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if arrays are of
        different kinds or dtypes; if `degree` or `n_jobs` is no integer, `end_time` no real number,
        or a flag no boolean; or if `weights` are no integers; or if `out` is no tuple, or one of it
        no array of the kind and dtype of its result.
    InvalidValueError
        If `drift` has no channels, `covariance` is not square of their number, or `jump_moments`
        has not the length of these words; if `derivs` has not the length of this basis or another
        leading shape; if leading shapes do not broadcast; if `degree` is negative, `n_jobs` 0,
        `end_time` not finite, or `lift` none of these; if `weights` are not positive, one for each
        channel, or too fine; or if the basis, the words or the result do not fit in memory; or if
        `out` has not the lengths of the results, or one of it not the shape or layout of its
        result, or memory in common with another one or an argument.

    See Also
    --------
    expected_branched_log_sig : The function differentiated.

    Examples
    --------
    >>> import treealg
    >>> treealg.expected_branched_log_sig_backprop([0.0, 1.0], [3.0], [[5.0]], 2)
    (array([0.]), array([[0.5]]))
    """
    options = Options(degree, lift, end_time, planar, weights, n_jobs)
    law = checked_law(drift, covariance, jump_moments, options)
    call, engine = law.call, law.given[0].engine
    back = _derivatives(derivs, law, scalar_term)
    found = _gradients(law, (derivs, drift, covariance, jump_moments), out)
    outputs = [gradient.view for gradient in found]
    plan = cumulant_plan(call, law.lift)
    words = law.words
    for dy, *outs in walk(call.n_threads, (back,), outputs, max(words, 1)):
        cumulants = np.zeros((dy.shape[0], words), dy.dtype)
        if call.degree:
            engine.map_rows(dy, cumulants, plan, True, call.n_threads)
        law.gradients(cumulants, outs)
    return tuple(gradient.summed() for gradient in found)
