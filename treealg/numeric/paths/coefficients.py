"""Chosen coefficients of branched signatures, without the rest of the basis."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from treealg import tables
from treealg.checks import check_flag, check_integer, check_real, thread_count
from treealg.errors import InvalidValueError
from treealg.numeric import basis, kernels
from treealg.numeric.arguments import arrays, options
from treealg.numeric.arguments.corrections import Correction, as_correction, empty_like
from treealg.numeric.paths.corrected_gradients import corrected_backprop
from treealg.numeric.plans.trees import TreePlan, tree_plan
from treealg.typing import Array, ArrayLike, TreeLike

__all__ = ["branched_sig_coef", "branched_sig_coef_backprop", "extract_branched_sig_coef"]

Floats = npt.NDArray[Any]


def branched_sig_coef(
    path: ArrayLike,
    trees: TreeLike | list[TreeLike],
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    correction: ArrayLike | None = None,
    n_jobs: int = 1,
) -> Array:
    r"""Compute chosen coefficients of the branched signature of a path.

    The values of `branched_sig` on `trees`, from the subtrees of these trees alone.

    Parameters
    ----------
    path : ArrayLike, shape (..., length, channels)
        Points of the path, as for `branched_sig`.
    trees : tree or list of trees
        Elements of the basis, in any order and with repetition: `treealg.symbolic` objects, tuples
        ``(child_1, ..., child_k, root_label)``, or None for the empty one. If `planar`, ordered
        forests or tuples of trees; a planar tree stands for the forest of itself. A tuple is one
        element; several come in a list.
    time_aug : bool, default False
        Append time as the last channel, uniform from 0 to `end_time` over the points.
    lead_lag : bool, default False
        Take the lead-lag path in twice as many channels (lag first), before `time_aug`.
    end_time : float, default 1.0
        Last value of the time channel; finite.
    planar : bool, default False
        Ordered forests rather than non-planar trees.
    correction : ArrayLike or None, default None
        As for `branched_sig`, where the degree is the largest number of nodes of `trees`: what each
        segment adds on chains of 2 to m nodes, m at most that number. Shape ``(columns,)``,
        ``(length - 1, columns)`` or ``(..., length - 1, columns)``. A channel that `time_aug`
        appends has none; not with `lead_lag`. No columns are no correction.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.

    Returns
    -------
    Array, shape (..., elements)
        A value for each element, in the order given; one column for a single element. Kind and
        dtype follow `path` as for `branched_sig`; never shares memory with it.

    Raises
    ------
    InvalidTypeError
        If `path` or `correction` is no real array, requires a gradient, or is not on the CPU, or
        they are of different kinds or dtypes; if an element is no tree (or no ordered forest) or
        has a label that is no integer; if `n_jobs` is no integer, `end_time` no real number, or a
        flag no boolean.
    InvalidValueError
        If `path` has fewer than two axes, no points or no channels; if a label is not below the
        number of channels of the transformed path; if `correction` has another shape, or is
        combined with `lead_lag`; if `n_jobs` is 0 or `end_time` is not finite; or if the result
        does not fit in memory.

    See Also
    --------
    branched_sig_coef_backprop : The gradient.
    extract_branched_sig_coef : The same from a signature.

    Notes
    -----
    Along one segment the value on a tree of n nodes is a polynomial of degree n in time: the
    integral of the product of the values on its branches. That takes about n² / 2 multiplications
    for the tree and all its subtrees, where its words can be factorially many: trees of dozens of
    nodes are affordable, in any dimension. Subtrees that trees share are computed once. With a
    correction there is an integral for each chain of at most m nodes that begins at the root of a
    subtree, of the product of the values on what hangs off: for m = 2 and 12 nodes about three
    times the work. Where all words, or words of chains, up to the largest order are fewer than
    these multiplications, words are integrated instead, as `branched_sig` does; the rule is in
    ``treealg.numeric.plans.trees``. A few long paths share out their segments among the lanes of a
    vector. Threads take different paths. The GIL is released, no argument is changed.

    References
    ----------
    M. Gubinelli, *Ramification of rough paths*, J. Differential Equations 248 (2010), 693-721,
    doi:10.1016/j.jde.2009.11.015.

    Examples
    --------
    >>> import treealg
    >>> treealg.branched_sig_coef([[0.0, 0.0], [1.0, 2.0]], [((1,), (1,), 0), None, (1,)])
    array([1.33333333, 1.        , 2.        ])

    With a correction of -1/2 on the chain (0, 0) the cherry loses 1/2 from its value of 1/3.

    >>> treealg.branched_sig_coef([[0, 0], [1, 2]], ((0,), (0,), 0), correction=[-0.5, 0, 0, 0])
    array([-0.16666667])
    """
    rows = arrays.as_path(path)
    call = _check(rows, trees, time_aug, lead_lag, end_time, planar, correction, n_jobs)
    result, view = arrays.allocate(rows, call.plan.size)
    # A kernel writes contiguous columns; the empty tree is not among them.
    compact = view
    if len(call.plan.places) < call.plan.size:
        view[...] = 1.0
        compact = np.empty((rows.count, len(call.plan.places)), rows.dtype)
    given = (rows,) if call.correction is None else (rows, call.correction.rows)
    for *arguments, out in arrays.slabs(call.n_threads, compact, *given):
        call.values(*arguments, out=out)
    if compact is not view:
        view[:, call.plan.places] = compact
    return arrays.wrap(result, rows.kind)


def branched_sig_coef_backprop(
    path: ArrayLike,
    trees: TreeLike | list[TreeLike],
    coefs: ArrayLike | None,
    derivs: ArrayLike,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    correction: ArrayLike | None = None,
    n_jobs: int = 1,
) -> Array | tuple[Array, Array]:
    r"""Compute the gradient in a path from that in chosen coefficients of its signature.

    Parameters
    ----------
    path : ArrayLike, shape (..., length, channels)
        Points of the path, as given to `branched_sig_coef`.
    trees : tree or list of trees
        The elements, as given to `branched_sig_coef`.
    coefs : ArrayLike or None, shape (..., elements)
        What `branched_sig_coef` returned, or None. It is checked, and not needed for the result.
    derivs : ArrayLike, shape (..., elements)
        Derivatives of a scalar function in the coefficients.
    time_aug : bool, default False
        Whether time was appended as the last channel.
    lead_lag : bool, default False
        Whether the lead-lag path was taken.
    end_time : float, default 1.0
        Last value of the time channel; finite.
    planar : bool, default False
        Ordered forests rather than non-planar trees.
    correction : ArrayLike or None, default None
        The correction that was given, as for `branched_sig_coef`.
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
        As `branched_sig_coef`, or if two arrays are of different kinds or dtypes.
    InvalidValueError
        As `branched_sig_coef`, or if `derivs` or `coefs` has not one column for each element, or
        another leading shape than `path`.

    See Also
    --------
    branched_sig_coef : The function differentiated.

    Notes
    -----
    Backwards through the same polynomials or words, with values saved at checkpoints. Memory beyond
    arguments and result is bounded by threads times subtrees times the square root of the length.
    The GIL is released, no argument is changed.

    References
    ----------
    A. Griewank and A. Walther, *Algorithm 799: revolve*, ACM Trans. Math. Softw. 26 (2000), 19-45.

    Examples
    --------
    The ladder of two nodes has the value :math:`(x_1 - x_0)^2 / 2` in one channel.

    >>> import treealg
    >>> treealg.branched_sig_coef_backprop([[0.0], [3.0]], ((0,), 0), None, [1.0])
    array([[-3.],
           [ 3.]])
    """
    rows = arrays.as_path(path)
    cotangent = arrays.as_rows(derivs, "derivs", 1)
    forward = None if coefs is None else arrays.as_rows(coefs, "coefs", 1)
    call = _check(rows, trees, time_aug, lead_lag, end_time, planar, correction, n_jobs)
    for values in (cotangent,) if forward is None else (cotangent, forward):
        arrays.check_alike(rows, values)
        if values.item[0] != call.plan.size:
            raise InvalidValueError(
                f"{values.name} must have a column for each of the {call.plan.size} trees, as "
                f"branched_sig_coef returns, got shape {values.array.shape}"
            )
    if len(call.plan.places) < call.plan.size:
        compact = cotangent.array[..., call.plan.places]
        cotangent = arrays.Rows(compact, rows.kind, 1, "derivs")
    if call.correction is not None:
        return corrected_backprop(rows, cotangent, call.correction, call.n_threads, call.gradients)
    result, view = arrays.allocate(rows, *rows.item)
    for points, dy, out in arrays.slabs(call.n_threads, view, rows, cotangent):
        call.gradients(points, None, dy, out, None)
    gradient: Array = arrays.wrap(result, rows.kind)
    return gradient if correction is None else (gradient, empty_like(correction, rows))


def extract_branched_sig_coef(
    bsig: ArrayLike,
    trees: TreeLike | list[TreeLike],
    dimension: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    scalar_term: bool = False,
) -> Array:
    r"""Select coefficients of branched signatures.

    Parameters
    ----------
    bsig : ArrayLike, shape (..., coefficients)
        Signatures, or anything else in their layout, of any degree.
    trees : tree or list of trees
        The elements wanted, as for `branched_sig_coef`.
    dimension : int
        Channels of the underlying path, before the transforms; at least 1.
    time_aug, lead_lag : bool, default False
        Whether the signature is that of a path so transformed.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    scalar_term : bool, default False
        Whether there is a scalar in front, the coefficient of the empty tree.

    Returns
    -------
    Array, shape (..., elements)
        A coefficient for each element, in the order given; one column for a single element. Kind
        and dtype follow `bsig`; a copy.

    Raises
    ------
    InvalidTypeError
        If `bsig` is no real array, requires a gradient, or is not on the CPU; if an element is no
        tree (or no ordered forest); if `dimension` is no integer, or a flag no boolean.
    InvalidValueError
        If the length of `bsig` is that of no degree; if an element has more nodes than that degree,
        a label that is no integer below the number of channels, or is empty without a scalar in
        front; or if `dimension` is below 1.

    See Also
    --------
    branched_sig_coef : The same from a path, without the rest of the basis.
    tree_to_idx : The position of one element.

    Notes
    -----
    The degree is that of the length.

    Examples
    --------
    >>> import treealg
    >>> sig = treealg.branched_sig([[0.0, 0.0], [1.0, 2.0]], 3)
    >>> treealg.extract_branched_sig_coef(sig, [((1,), (1,), 0), (1,)], 2)
    array([1.33333333, 2.        ])
    """
    rows = arrays.as_rows(bsig, "bsig", 1)
    planar = check_flag("planar", planar)
    scalar = check_flag("scalar_term", scalar_term)
    dimension = options.effective_dimension(
        check_integer("dimension", dimension, 1),
        check_flag("time_aug", time_aug),
        check_flag("lead_lag", lead_lag),
    )
    columns, degree, length = rows.item[0] - scalar, 0, 0
    while length < columns:
        degree += 1
        length = tables.basis_length(dimension, degree, planar)
    if length != columns:
        raise InvalidValueError(
            f"bsig must have the length of a signature, got shape {rows.array.shape}; for the "
            f"{'planar' if planar else 'non-planar'} basis of dimension {dimension} (after path "
            f"transforms) degree {degree} has {length + scalar} columns with "
            f"scalar_term={scalar}"
        )
    places = [
        basis.tree_to_idx(tree, dimension, degree, planar=planar, scalar_term=scalar)
        for tree in _listed(trees)
    ]
    result = rows.array[..., places].astype(rows.dtype, copy=False)
    return arrays.wrap(np.ascontiguousarray(result).reshape(*rows.batch, len(places)), rows.kind)


class _Call(NamedTuple):
    """The checked options of one call."""

    plan: TreePlan
    correction: Correction | None
    transform: tuple[bool, bool, float]
    n_threads: int

    def values(self, points: Floats, increments: Floats | None = None, *, out: Floats) -> None:
        """Compute the coefficients of some paths."""
        plan, rest = self.plan, (*self.transform, self.n_threads)
        if plan.words is not None and plan.output_map is not None:
            prepared = plan.words, plan.output_map, None
            kernels.path_signature(points, increments, out, *prepared, *rest)
        elif plan.trees is not None:
            kernels.path_coefficients(points, increments, out, plan.trees, *rest)

    def gradients(
        self,
        points: Floats,
        increments: Floats | None,
        derivs: Floats,
        out: Floats,
        second: Floats | None,
    ) -> None:
        """Compute the derivatives in some paths and their corrections."""
        plan, rest = self.plan, (*self.transform, self.n_threads)
        arguments = points, increments, derivs, out, second
        if plan.words is not None and plan.output_map is not None:
            prepared = plan.words, plan.output_map, None
            kernels.path_signature_backward(*arguments, *prepared, *rest)
        elif plan.trees is not None:
            kernels.path_coefficients_backward(*arguments, plan.trees, *rest)


def _check(
    rows: arrays.Rows,
    trees: Any,
    time_aug: Any,
    lead_lag: Any,
    end_time: Any,
    planar: Any,
    correction: Any,
    n_jobs: Any,
) -> _Call:
    """Check every option, and find or build the plan of the trees."""
    time_aug = check_flag("time_aug", time_aug)
    lead_lag = check_flag("lead_lag", lead_lag)
    end_time = check_real("end_time", end_time)
    planar = check_flag("planar", planar)
    n_threads = thread_count(n_jobs)
    dimension = options.effective_dimension(rows.item[1], time_aug, lead_lag)
    elements = _listed(trees)
    plan, chains = tree_plan(elements, dimension, planar), None
    if correction is not None:
        chains = as_correction(correction, rows, plan.degree, lead_lag)
    if chains is not None:
        plan = tree_plan(elements, dimension, planar, chains.longest, rows.item[1])
    return _Call(plan, chains, (time_aug, lead_lag, end_time), n_threads)


def _listed(trees: Any) -> list[Any]:
    return trees if isinstance(trees, list) else [trees]
