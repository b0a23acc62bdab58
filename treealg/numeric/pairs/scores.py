"""Scoring rules of samples of paths, by the branched signature kernel, and their means."""

from __future__ import annotations

from typing import Any

from treealg.checks import check_real
from treealg.numeric.pairs.gradients import wanted_of
from treealg.numeric.pairs.samples import Options, statistic_of
from treealg.numeric.pairs.sides import Beside
from treealg.numeric.pairs.static import StaticKernel
from treealg.typing import Array, ArrayLike, Nested

__all__ = [
    "branched_scoring_rule",
    "branched_scoring_rule_backprop",
    "expected_branched_scoring_rule",
    "expected_branched_scoring_rule_backprop",
]


def branched_scoring_rule(
    x: ArrayLike,
    y: ArrayLike,
    depth: int,
    dyadic_order: int | tuple[int, int],
    *,
    lam: float = 1.0,
    unbiased: bool = True,
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
    normalize: bool = False,
    rule: str = "trapezoid",
) -> Array:
    r"""Score a sample of paths, as a forecast, by a path that was observed.

    With the branched signature kernel :math:`k` of `branched_sig_kernel`,

    .. math:: s(P, y) = \lambda\, E\, k(X, X') - 2 E\, k(X, y),

    where :math:`X, X'` are independent paths of the law :math:`P` that `x` is a sample of. The
    lower the better: for :math:`\lambda = 1` its mean over :math:`y` is least for the law of
    :math:`y`.

    Parameters
    ----------
    x : ArrayLike, shape (..., paths_1, length_1, channels)
        The sample, or a list of paths of any lengths.
    y : ArrayLike, shape (..., length_2, channels)
        The observation, of the kind and dtype of `x`. Leading shapes broadcast: one sample is
        scored by many observations, or each by its own.
    depth : int
        Levels of the recursion, 0 to 1000.
    dyadic_order : int or tuple of int
        Each segment is cut into ``2**dyadic_order`` pieces; a pair gives one order for each place
        of the kernel, in both means.
    lam : float, default 1.0
        The factor :math:`\lambda` of the mean within the sample; with 0 that is not computed.
    unbiased : bool, default True
        Leave out the pairs of a path with itself in the mean within the sample.
    static_kernel, time_aug, lead_lag, end_time, n_jobs, max_batch, normalize, rule
        As in `branched_sig_kernel_gram`.
    windows1, windows2 : Nested of int, shape (windows, 2), optional
        Pieces of the paths of either argument, as for `branched_sig`: the sample is that of all
        windows of its paths, and each window of an observation is one of its own.
    basepoint, lengths1, lengths2, times1, times2, missing
        As in `branched_sig_kernel_gram`.

    Returns
    -------
    Array, shape (...), or (..., windows) with `windows2`
        The scores; their kind and dtype follow `x`. Never shares memory with an argument.

    Raises
    ------
    InvalidTypeError
        As `branched_sig_kernel_gram`; or if `lam` is no real number or `unbiased` no boolean.
    InvalidValueError
        As `branched_sig_kernel_gram`; or if `x` has fewer than three axes, no paths, or only one
        path with ``unbiased=True`` and a `lam` other than 0, if `lam` is not finite, or if leading
        shapes do not broadcast.

    See Also
    --------
    branched_scoring_rule_backprop : The gradient.
    expected_branched_scoring_rule : The mean over a sample of observations.
    branched_mmd : The discrepancy of two samples.

    Notes
    -----
    The kernels are summed up as they come, as in `branched_mmd`; the mean within a sample is
    computed once, whatever the number of observations. Kernels that overflow give infinity or NaN.

    References
    ----------
    T. Gneiting and A. E. Raftery, *Strictly proper scoring rules, prediction, and estimation*,
    J. Amer. Statist. Assoc. 102 (2007), 359-378, Section 5.

    Examples
    --------
    A forecast that knows the observation, and one that does not:

    >>> import treealg
    >>> still, up = [[0.0], [0.0]], [[0.0], [1.0]]
    >>> print(treealg.branched_scoring_rule([up, up], up, 1, 0).round(6))
    -2.718282
    >>> print(treealg.branched_scoring_rule([still, still], up, 1, 0))
    -1.0
    """
    beside = Beside(basepoint, lengths1, lengths2, windows1, windows2, times1, times2, missing)
    options = Options(
        depth, dyadic_order, static_kernel, time_aug, lead_lag, end_time, normalize, n_jobs,
        max_batch, rule, unbiased, beside,
    )  # fmt: skip
    return statistic_of(x, y, options, _factors(lam), is_sample=False).value()


def branched_scoring_rule_backprop(
    derivs: ArrayLike,
    x: ArrayLike,
    y: ArrayLike,
    depth: int,
    dyadic_order: int | tuple[int, int],
    *,
    lam: float = 1.0,
    unbiased: bool = True,
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
    max_batch: int = -1,
    normalize: bool = False,
    rule: str = "trapezoid",
    out: tuple[Array | None, ...] | None = None,
) -> tuple[Array | None, Array | None]:
    r"""Compute the gradient of scores in the points of the sample and of the observation.

    The transposed derivative of `branched_scoring_rule`, applied to `derivs`: exact for the
    numbers that the rule of quadrature computes.

    Parameters
    ----------
    derivs : ArrayLike, shape (...), or (..., windows) with `windows2`
        Derivatives with respect to what `branched_scoring_rule` returns.
    x, y : ArrayLike, shapes (..., paths_1, length_1, channels) and (..., length_2, channels)
        The sample and the observation.
    depth, dyadic_order, lam, unbiased, static_kernel, time_aug, lead_lag, end_time, n_jobs
        As in the forward call.
    basepoint, lengths1, lengths2, windows1, windows2, times1, times2, missing
        As in the forward call.
    max_batch, normalize, rule
        As in the forward call.
    left_deriv : bool, default True
        Compute the gradient in `x`.
    right_deriv : bool, default False
        Compute the gradient in `y`.
    out : tuple of (Array or None), default None
        Where to write the results, one for each of them, as for `branched_sig`; None for one that
        is to be made.

    Returns
    -------
    tuple of (Array or None)
        Gradients of the shapes of `x` and `y`, None for one that is not asked for. For an argument
        that was broadcast, sums over the results that it is in. They are those of `out`, if that is
        given.

    Raises
    ------
    InvalidTypeError
        As `branched_scoring_rule`; or if `derivs` is no real array of the kind and dtype of the
        paths, or `left_deriv` or `right_deriv` no boolean; or if `out` is no tuple, or one of it no
        array of the kind and dtype of its result.
    InvalidValueError
        As `branched_scoring_rule`; or if `derivs` has not the shape of the forward result; or if
        `out` has not the lengths of the results, or one of it not the shape or layout of its
        result, or memory in common with another one or an argument.

    Notes
    -----
    No matrix is held: memory beyond arguments and results is bounded. Time is about three times
    that of the forward call.

    Examples
    --------
    >>> import treealg
    >>> still, up = [[0.0], [0.0]], [[0.0], [1.0]]
    >>> gradient, _ = treealg.branched_scoring_rule_backprop(1.0, [still, still], up, 1, 0)
    >>> gradient.tolist()
    [[[1.0], [-1.0]], [[1.0], [-1.0]]]
    """
    beside = Beside(basepoint, lengths1, lengths2, windows1, windows2, times1, times2, missing)
    options = Options(
        depth, dyadic_order, static_kernel, time_aug, lead_lag, end_time, normalize, n_jobs,
        max_batch, rule, unbiased, beside,
    )  # fmt: skip
    wanted = wanted_of(left_deriv, right_deriv)
    return statistic_of(x, y, options, _factors(lam), False, wanted).gradients(derivs, out)


def expected_branched_scoring_rule(
    x: ArrayLike,
    y: ArrayLike,
    depth: int,
    dyadic_order: int | tuple[int, int],
    *,
    lam: float = 1.0,
    unbiased: bool = True,
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
    normalize: bool = False,
    rule: str = "trapezoid",
) -> Array:
    r"""Estimate the expected score of a sample of paths, as a forecast, from observations.

    The mean of `branched_scoring_rule` over the paths of `y`, which with the kernel :math:`k` of
    `branched_sig_kernel` estimates

    .. math:: S(P, Q) = \lambda\, E\, k(X, X') - 2 E\, k(X, Y)

    for independent paths :math:`X, X'` of the law :math:`P` and :math:`Y` of the law :math:`Q`.

    Parameters
    ----------
    x, y : ArrayLike, shapes (..., paths_1, length_1, channels), (..., paths_2, length_2, channels)
        The samples of both laws, of one kind and dtype. Leading shapes broadcast. A list of paths
        of any lengths is one sample.
    depth : int
        Levels of the recursion, 0 to 1000.
    dyadic_order : int or tuple of int
        Each segment is cut into ``2**dyadic_order`` pieces; a pair gives one order for each place
        of the kernel, in both means.
    lam : float, default 1.0
        The factor :math:`\lambda` of the mean within `x`; with 0 that is not computed.
    unbiased : bool, default True
        Leave out the pairs of a path with itself in the mean within `x`.
    static_kernel, time_aug, lead_lag, end_time, n_jobs, max_batch, normalize, rule
        As in `branched_sig_kernel_gram`.
    windows1, windows2 : Nested of int, shape (windows, 2), optional
        Pieces of the paths of either sample, as for `branched_sig`: the sample is that of all
        windows of its paths.
    basepoint, lengths1, lengths2, times1, times2, missing
        As in `branched_sig_kernel_gram`.

    Returns
    -------
    Array, shape (...)
        The mean scores; their kind and dtype follow `x`. Never shares memory with an argument.

    Raises
    ------
    InvalidTypeError
        As `branched_scoring_rule`.
    InvalidValueError
        As `branched_scoring_rule`; or if `y` has fewer than three axes or no paths.

    See Also
    --------
    expected_branched_scoring_rule_backprop : The gradient.
    branched_scoring_rule : The score by each observation.

    Notes
    -----
    For :math:`\lambda = 1` this is `branched_mmd` less the mean within `y`, which does not depend
    on the forecast: both have the same gradient in `x`. Kernels that overflow give infinity or NaN.

    Examples
    --------
    >>> import treealg
    >>> still, up = [[0.0], [0.0]], [[0.0], [1.0]]
    >>> print(treealg.expected_branched_scoring_rule([up, up], [up, still], 1, 0))
    -1.0
    """
    beside = Beside(basepoint, lengths1, lengths2, windows1, windows2, times1, times2, missing)
    options = Options(
        depth, dyadic_order, static_kernel, time_aug, lead_lag, end_time, normalize, n_jobs,
        max_batch, rule, unbiased, beside,
    )  # fmt: skip
    return statistic_of(x, y, options, _factors(lam)).value()


def expected_branched_scoring_rule_backprop(
    derivs: ArrayLike,
    x: ArrayLike,
    y: ArrayLike,
    depth: int,
    dyadic_order: int | tuple[int, int],
    *,
    lam: float = 1.0,
    unbiased: bool = True,
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
    max_batch: int = -1,
    normalize: bool = False,
    rule: str = "trapezoid",
    out: tuple[Array | None, ...] | None = None,
) -> tuple[Array | None, Array | None]:
    r"""Compute the gradient of mean scores in the points of the samples.

    The transposed derivative of `expected_branched_scoring_rule`, applied to `derivs`: exact for
    the numbers that the rule of quadrature computes.

    Parameters
    ----------
    derivs : ArrayLike, shape (...)
        Derivatives with respect to what `expected_branched_scoring_rule` returns.
    x, y : ArrayLike, shapes (..., paths_1, length_1, channels), (..., paths_2, length_2, channels)
        The samples.
    depth, dyadic_order, lam, unbiased, static_kernel, time_aug, lead_lag, end_time, n_jobs
        As in the forward call.
    basepoint, lengths1, lengths2, windows1, windows2, times1, times2, missing
        As in the forward call.
    max_batch, normalize, rule
        As in the forward call.
    left_deriv : bool, default True
        Compute the gradient in `x`.
    right_deriv : bool, default False
        Compute the gradient in `y`.
    out : tuple of (Array or None), default None
        Where to write the results, one for each of them, as for `branched_sig`; None for one that
        is to be made.

    Returns
    -------
    tuple of (Array or None)
        Gradients of the shapes of `x` and `y`, None for one that is not asked for. For an argument
        that was broadcast, sums over the results that it is in. They are those of `out`, if that is
        given.

    Raises
    ------
    InvalidTypeError
        As `expected_branched_scoring_rule`; or if `derivs` is no real array of the kind and dtype
        of the paths, or `left_deriv` or `right_deriv` no boolean; or if `out` is no tuple, or one
        of it no array of the kind and dtype of its result.
    InvalidValueError
        As `expected_branched_scoring_rule`; or if `derivs` has not the shape of the forward result;
        or if `out` has not the lengths of the results, or one of it not the shape or layout of its
        result, or memory in common with another one or an argument.

    Notes
    -----
    No matrix is held: memory beyond arguments and results is bounded. Time is about three times
    that of the forward call.

    Examples
    --------
    >>> import treealg
    >>> still, up = [[0.0], [0.0]], [[0.0], [1.0]]
    >>> samples = [still, still], [up, still]
    >>> gradient, _ = treealg.expected_branched_scoring_rule_backprop(1.0, *samples, 1, 0)
    >>> gradient.tolist()
    [[[0.5], [-0.5]], [[0.5], [-0.5]]]
    """
    beside = Beside(basepoint, lengths1, lengths2, windows1, windows2, times1, times2, missing)
    options = Options(
        depth, dyadic_order, static_kernel, time_aug, lead_lag, end_time, normalize, n_jobs,
        max_batch, rule, unbiased, beside,
    )  # fmt: skip
    wanted = wanted_of(left_deriv, right_deriv)
    return statistic_of(x, y, options, _factors(lam), wanted=wanted).gradients(derivs, out)


def _factors(lam: Any) -> tuple[float, float, float]:
    return check_real("lam", lam), -2.0, 0.0
