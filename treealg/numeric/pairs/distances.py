"""The maximum mean discrepancy of two samples of paths, by the branched signature kernel."""

from __future__ import annotations

from treealg.numeric.pairs.gradients import wanted_of
from treealg.numeric.pairs.samples import Options, statistic_of
from treealg.numeric.pairs.sides import Beside
from treealg.numeric.pairs.static import StaticKernel
from treealg.typing import Array, ArrayLike, Nested

__all__ = ["branched_mmd", "branched_mmd_backprop"]

_FACTORS = 1.0, -2.0, 1.0


def branched_mmd(
    x: ArrayLike,
    y: ArrayLike,
    depth: int,
    dyadic_order: int | tuple[int, int],
    *,
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
    r"""Estimate the squared maximum mean discrepancy of two laws from samples of paths.

    With the branched signature kernel :math:`k` of `branched_sig_kernel`,

    .. math:: \mathrm{MMD}^2 = E\, k(X, X') - 2 E\, k(X, Y) + E\, k(Y, Y'),

    where :math:`X, X'` are independent paths of the one law and :math:`Y, Y'` of the other.

    Parameters
    ----------
    x, y : ArrayLike, shapes (..., paths_1, length_1, channels), (..., paths_2, length_2, channels)
        The samples of both laws, of one kind and dtype. Leading shapes broadcast: one sample is
        compared with every other. A list of paths of any lengths is one sample.
    depth : int
        Levels of the recursion, 0 to 1000.
    dyadic_order : int or tuple of int
        Each segment is cut into ``2**dyadic_order`` pieces; a pair gives one order for each place
        of the kernel, in all three means.
    unbiased : bool, default True
        Leave out the pairs of a path with itself, so that the mean over all samples is the squared
        discrepancy, which lets estimates be negative. Otherwise the squared distance of the
        two empirical laws, which is at least 0 and is 0 for equal samples.
    static_kernel, time_aug, lead_lag, end_time, n_jobs, max_batch, normalize, rule
        As in `branched_sig_kernel_gram`.
    windows1, windows2 : Nested of int, shape (windows, 2), optional
        Pieces of the paths of either sample, as for `branched_sig`: the sample is that of all
        windows of its paths. A single long path is a sample of windows as ``path[None]``.
    basepoint, lengths1, lengths2, times1, times2, missing
        As in `branched_sig_kernel_gram`.

    Returns
    -------
    Array, shape (...)
        The estimates; their kind and dtype follow `x`. Never shares memory with an argument.

    Raises
    ------
    InvalidTypeError
        As `branched_sig_kernel_gram`; or if `unbiased` is no boolean.
    InvalidValueError
        As `branched_sig_kernel_gram`; or if an argument has fewer than three axes, no paths, or
        only one path with ``unbiased=True``, of which windows count as several, or if leading
        shapes do not broadcast.

    See Also
    --------
    branched_mmd_backprop : The gradient.
    branched_scoring_rule : How well a sample forecasts one path.

    Notes
    -----
    This is the square, as in other libraries of signature kernels. Kernels grow fast with the
    size of paths, and the means with them: ``normalize=True`` or small paths give estimates that
    single paths do not rule. Kernels that overflow give infinity or NaN.

    The kernels are summed up in float64 as they come, ``max_batch**2`` at a time, and no Gram
    matrix is held: memory beyond the arguments is bounded by threads and `max_batch`, whatever
    the size of the samples. Time is that of three Gram matrices, of which two cost half if both
    orders are equal. The GIL is released, no argument is changed.

    References
    ----------
    A. Gretton, K. M. Borgwardt, M. J. Rasch, B. Schölkopf and A. Smola, *A kernel two-sample test*,
    J. Mach. Learn. Res. 13 (2012), 723-773, Lemma 6.

    I. Chevyrev and H. Oberhauser, *Signature moments to characterize laws of stochastic processes*,
    J. Mach. Learn. Res. 23 (2022), 1-42.

    Examples
    --------
    At depth 1 the kernel is the exponential of the inner product of the increments: here 0 or
    log 2, and every kernel of the second sample is 1.

    >>> import numpy as np, treealg
    >>> x = np.sqrt(np.log(2)) * np.array([[[0.0], [1.0]], [[0.0], [0.0]]])
    >>> y = np.zeros((3, 2, 1))
    >>> print(abs(treealg.branched_mmd(x, y, 1, 0).round(12)))
    0.0
    >>> print(treealg.branched_mmd(x, y, 1, 0, unbiased=False).round(12))
    0.25
    """
    beside = Beside(basepoint, lengths1, lengths2, windows1, windows2, times1, times2, missing)
    options = Options(
        depth, dyadic_order, static_kernel, time_aug, lead_lag, end_time, normalize, n_jobs,
        max_batch, rule, unbiased, beside,
    )  # fmt: skip
    return statistic_of(x, y, options, _FACTORS).value()


def branched_mmd_backprop(
    derivs: ArrayLike,
    x: ArrayLike,
    y: ArrayLike,
    depth: int,
    dyadic_order: int | tuple[int, int],
    *,
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
    r"""Compute the gradient of squared maximum mean discrepancies in the points of both samples.

    The transposed derivative of `branched_mmd`, applied to `derivs`: exact for the numbers that the
    rule computes. If both arguments are the same object, the gradients are those in each place.

    Parameters
    ----------
    derivs : ArrayLike, shape (...)
        Derivatives with respect to what `branched_mmd` returns.
    x, y : ArrayLike, shapes (..., paths_1, length_1, channels), (..., paths_2, length_2, channels)
        The samples.
    depth, dyadic_order, unbiased, static_kernel, time_aug, lead_lag, end_time, n_jobs, max_batch
        As in the forward call.
    basepoint, lengths1, lengths2, windows1, windows2, times1, times2, missing
        As in the forward call.
    normalize, rule
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
        that was broadcast, sums over the results that each sample is in. They are those of `out`,
        if that is given.

    Raises
    ------
    InvalidTypeError
        As `branched_mmd`; or if `derivs` is no real array of the kind and dtype of the samples, or
        `left_deriv` or `right_deriv` no boolean; or if `out` is no tuple, or one of it no array of
        the kind and dtype of its result.
    InvalidValueError
        As `branched_mmd`; or if `derivs` has not the shape of the forward result; or if `out` has
        not the lengths of the results, or one of it not the shape or layout of its result, or
        memory in common with another one or an argument.

    Notes
    -----
    No matrix is held, here neither: memory beyond arguments and results is bounded. Time is about
    three times that of the forward call; the mean within a sample whose gradient is not asked for
    is left out.

    Examples
    --------
    >>> import treealg
    >>> x, y = [[[0.0], [1.0]], [[0.0], [1.0]]], [[[0.0], [0.0]], [[0.0], [0.0]]]
    >>> gradient, _ = treealg.branched_mmd_backprop(1.0, x, y, 1, 0)
    >>> gradient[0].round(6).tolist()
    [[-2.718282], [2.718282]]
    """
    beside = Beside(basepoint, lengths1, lengths2, windows1, windows2, times1, times2, missing)
    options = Options(
        depth, dyadic_order, static_kernel, time_aug, lead_lag, end_time, normalize, n_jobs,
        max_batch, rule, unbiased, beside,
    )  # fmt: skip
    wanted = wanted_of(left_deriv, right_deriv)
    return statistic_of(x, y, options, _FACTORS, wanted=wanted).gradients(derivs, out)
