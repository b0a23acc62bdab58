"""Gradients of branched signatures and log-signatures in the points of the path."""

from __future__ import annotations

from typing import Any

from treealg.numeric import kernels
from treealg.numeric.arguments import arrays, devices, options, scalars
from treealg.numeric.arguments.corrections import as_correction, empty_like
from treealg.numeric.arguments.options import PathOptions
from treealg.numeric.paths.corrected_gradients import corrected_backprop
from treealg.numeric.plans import cache as plans
from treealg.numeric.plans.chains import chain_plan
from treealg.typing import Array, ArrayLike

__all__ = ["branched_log_sig_backprop", "branched_sig_backprop"]


def branched_sig_backprop(
    path: ArrayLike,
    bsig: ArrayLike | None,
    bsig_derivs: ArrayLike,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool | None = None,
    correction: ArrayLike | None = None,
    n_jobs: int = 1,
) -> Array | tuple[Array, Array]:
    r"""Compute the gradient in a path from that in its branched signature.

    For a scalar function :math:`F` of the signature :math:`X` of the points :math:`x_i`, this is
    :math:`\partial F / \partial x_i^a = \sum_\tau \partial F / \partial X(\tau)\ \partial X(\tau) /
    \partial x_i^a`.

    Parameters
    ----------
    path : ArrayLike, shape (..., length, channels)
        Points of the path, as given to `branched_sig`.
    bsig : ArrayLike or None, shape (..., coefficients)
        What `branched_sig` returned, or None. It is checked, and not needed for the result.
    bsig_derivs : ArrayLike, shape (..., coefficients)
        Derivatives of :math:`F` in the signature, with or without a place for the scalar in front,
        which has no influence.
    degree : int
        Largest number of nodes of a tree or forest, at least 0.
    time_aug : bool, default False
        Whether time was appended as the last channel.
    lead_lag : bool, default False
        Whether the lead-lag path was taken.
    end_time : float, default 1.0
        Last value of the time channel; finite.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    scalar_term : bool or None, default None
        Whether `bsig_derivs` has a place for the scalar; None lets its length tell.
    correction : ArrayLike or None, default None
        The correction that was given, as for `branched_sig`.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.

    Returns
    -------
    Array, shape (..., length, channels)
        Derivatives of :math:`F` in the points, of the shape, kind and dtype of `path` (float64 for
        integers and lists), never sharing memory with an argument. With a correction the pair of
        this and the derivatives in the correction, of its own shape: the sum over the segments or
        paths that share it.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is on no CPU or GPU; if two are of
        different kinds or dtypes; if `degree` or `n_jobs` is no integer, `end_time` no real number,
        or a flag no boolean.
    InvalidValueError
        If `path` has fewer than two axes, no points or no channels; if `bsig_derivs` has not the
        length of this basis, or `bsig` not the shape of `bsig_derivs`, or a scalar that is neither
        1 nor NaN; if the leading shapes differ; if `correction` has another shape, or is combined
        with `lead_lag`; if `degree` is negative, `n_jobs` is 0 or `end_time` is not finite; or if
        the basis or the result does not fit in memory.
    MissingDependencyError
        If an array is on a GPU and CuPy is not installed.

    See Also
    --------
    branched_sig : The function differentiated.

    Notes
    -----
    The transpose of arborification gives the derivatives in the word signature; these run back
    along the path. What they meet there is the signature up to each segment, which is computed
    forwards from checkpoints and never by inverting a step, so that long rough paths lose no
    digits. About four times the work of the forward function. Memory beyond arguments and result is
    bounded by threads times coefficients times the square root of the length. A single path is cut
    into pieces. The GIL is released, no argument is changed.

    CuPy arrays and CUDA tensors are computed on their GPU, on the current stream, and come back
    there; `n_jobs` has no meaning then.

    References
    ----------
    J. Reizenstein and B. Graham, *Algorithm 1004: the iisignature library*, ACM Trans. Math.
    Softw. 46 (2020), 8:1-8:21, doi:10.1145/3371237.

    P. Kidger and T. Lyons, *Signatory: differentiable computations of the signature and
    logsignature transforms, on both CPU and GPU*, ICLR 2021.

    Examples
    --------
    In one channel the ladder of two nodes has the value :math:`(x_1 - x_0)^2 / 2`.

    >>> import treealg
    >>> treealg.branched_sig_backprop([[0.0], [3.0]], None, [0.0, 1.0], 2)
    array([[-3.],
           [ 3.]])
    """
    derivs = arrays.as_rows(bsig_derivs, "bsig_derivs", 1, gpu=True)
    forward = None if bsig is None else arrays.as_rows(bsig, "bsig", 1, gpu=True)
    has_scalar = False if scalar_term is None else scalar_term
    settings = options.path_options(
        degree, time_aug, lead_lag, end_time, planar, has_scalar, False, 0, n_jobs
    )
    return _backward(path, forward, derivs, correction, scalar_term, settings)


def branched_log_sig_backprop(
    path: ArrayLike,
    blogsig_derivs: ArrayLike,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    scalar_term: bool | None = None,
    correction: ArrayLike | None = None,
    method: int = 0,
    n_jobs: int = 1,
) -> Array | tuple[Array, Array]:
    r"""Compute the gradient in a path from that in its branched log-signature.

    Parameters
    ----------
    path : ArrayLike, shape (..., length, channels)
        Points of the path, as given to `branched_log_sig`.
    blogsig_derivs : ArrayLike, shape (..., coefficients)
        Derivatives of a scalar function in the log-signature, in the layout of `branched_log_sig`
        for these arguments. With ``method=0`` there may be a place for the scalar in front, which
        has no influence.
    degree : int
        Largest number of nodes of a tree or forest, at least 0.
    time_aug : bool, default False
        Whether time was appended as the last channel.
    lead_lag : bool, default False
        Whether the lead-lag path was taken.
    end_time : float, default 1.0
        Last value of the time channel; finite.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    scalar_term : bool or None, default None
        Whether `blogsig_derivs` has a place for the scalar; None lets its length tell.
    correction : ArrayLike or None, default None
        The correction that was given, as for `branched_sig`.
    method : {0, 1, 2}, default 0
        Form of the log-signature, as for `branched_log_sig`.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.

    Returns
    -------
    Array, shape (..., length, channels)
        Derivatives in the points, of the shape, kind and dtype of `path` (float64 for integers and
        lists), never sharing memory with an argument. With a correction the pair of this and the
        derivatives in the correction, as for `branched_sig_backprop`.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is on no CPU or GPU; if the two are of
        different kinds or dtypes; if `degree`, `method` or `n_jobs` is no integer, `end_time` no
        real number, or a flag no boolean.
    InvalidValueError
        If `path` has fewer than two axes, no points or no channels; if `blogsig_derivs` has not the
        length that belongs to these arguments; if the leading shapes differ; if `correction` has
        another shape, or is combined with `lead_lag`; if `degree` is negative, `n_jobs` is 0 or
        `end_time` is not finite; if `method` is not one of this basis, or has no scalar and
        `scalar_term` asks for one; or if the basis or the result does not fit in memory.
    MissingDependencyError
        If an array is on a GPU and CuPy is not installed.

    See Also
    --------
    branched_log_sig : The function differentiated.
    branched_sig_backprop : How it runs along the path.

    Notes
    -----
    As `branched_sig_backprop`, with the backward pass of the word logarithm before that of the
    path.

    CuPy arrays and CUDA tensors are computed on their GPU, on the current stream, and come back
    there; `n_jobs` has no meaning then.

    References
    ----------
    J. Reizenstein and B. Graham, *Algorithm 1004: the iisignature library*, ACM Trans. Math.
    Softw. 46 (2020), 8:1-8:21, doi:10.1145/3371237.

    Examples
    --------
    The logarithm of one step is the step: a change of the path changes nothing on two nodes.

    >>> import treealg
    >>> treealg.branched_log_sig_backprop([[0.0], [3.0]], [1.0, 1.0], 2)
    array([[-1.],
           [ 1.]])
    """
    derivs = arrays.as_rows(blogsig_derivs, "blogsig_derivs", 1, gpu=True)
    has_scalar = False if scalar_term is None else scalar_term
    settings = options.path_options(
        degree, time_aug, lead_lag, end_time, planar, has_scalar, True, method, n_jobs
    )
    return _backward(path, None, derivs, correction, scalar_term, settings)


def _backward(
    path: Any,
    forward: arrays.Rows | None,
    derivs: arrays.Rows,
    correction: Any,
    scalar_term: Any,
    settings: PathOptions,
) -> Array | tuple[Array, Array]:
    """Check everything, then run the backward pass of a signature, or of a log-signature."""
    degree, time_aug, lead_lag, end_time, planar, _, form, n_threads = settings
    rows = arrays.as_path(path, gpu=True)
    arrays.check_alike(rows, derivs)
    dimension = options.effective_dimension(rows.item[1], time_aug, lead_lag)
    basis = scalars.basis_text(dimension, degree, planar)
    if form:
        scalar_term, basis = False, f"{basis} with method={form}"
    chains = as_correction(correction, rows, degree, lead_lag)
    plan: plans.Plan | None = None
    if rows.device is not None:
        size = plans.result_size(dimension, degree, planar, form)
    else:
        if chains is None:
            plan = plans.path_plan(dimension, degree, planar, form)
        else:
            plan = chain_plan(rows.item[1], degree, planar, form, chains.longest, time_aug)
        size = plan.size
    column = scalars.scalar_columns(derivs, size, basis, scalar_term=scalar_term)
    if forward is not None:
        arrays.check_alike(derivs, forward)
        scalars.scalar_columns(forward, size, basis, scalar_term=bool(column), unit=1)
    if plan is None:
        gradients = devices.engine().path_signature_backward(rows, derivs, column, chains, settings)
        if chains is None and correction is not None:
            return gradients, empty_like(correction, rows)
        return gradients
    if isinstance(plan, plans.PathPlan):
        rest = (plan.words, plan.linear, plan.program, time_aug, lead_lag, end_time, n_threads)
    if chains is not None and isinstance(plan, plans.PathPlan):

        def kernel(points: Any, increments: Any, dy: Any, out: Any, second: Any) -> None:
            kernels.path_signature_backward(points, increments, dy[:, column:], out, second, *rest)

        return corrected_backprop(rows, derivs, chains, n_threads, kernel)
    result, view = arrays.allocate(rows, *rows.item)
    if isinstance(plan, plans.PathPlan):
        for points, dy, out in arrays.slabs(n_threads, view, rows, derivs):
            kernels.path_signature_backward(points, None, dy[:, column:], out, None, *rest)
    else:
        view[...] = 0.0
    gradient: Array = arrays.wrap(result, rows.kind)
    if correction is None:
        return gradient
    return gradient, empty_like(correction, rows)
