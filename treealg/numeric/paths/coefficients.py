"""Chosen coefficients of branched signatures, without the rest of the basis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from treealg import tables
from treealg.errors import InvalidValueError
from treealg.numeric import indices
from treealg.numeric.arguments.arrays import as_rows
from treealg.numeric.arguments.calls import SIGNATURE, Call, checked_call
from treealg.numeric.arguments.rows import Rows
from treealg.numeric.paths.chosen import Along, Choice, chosen, chosen_backward
from treealg.numeric.plans.listed import by_elements
from treealg.sequences import check_weights
from treealg.typing import Array, ArrayLike, Gradients, TreeLike

__all__ = [
    "branched_sig_coef",
    "branched_sig_coef_backprop",
    "extract_branched_sig_coef",
    "extracted",
    "listed",
    "of_any_degree",
]


def branched_sig_coef(
    path: ArrayLike,
    trees: TreeLike | list[TreeLike],
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    planar: bool = False,
    correction: ArrayLike | None = None,
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    gram: bool = False,
    n_jobs: int = 1,
    out: Array | None = None,
) -> Array:
    r"""Compute chosen coefficients of the branched signature of a path.

    The values of `branched_sig` on `trees`, from the subtrees of these trees alone.

    Parameters
    ----------
    path : ArrayLike, shape (..., length, channels)
        Points of the path, or list of paths, as for `branched_sig`.
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
    stream : bool, default False
        Return one result per segment, of the path up to its end, rather than that of the whole
        path. Time runs as it does along the whole path.
    basepoint : bool or ArrayLike, shape (channels,) or (..., channels), default False
        Point to put in front of the path; True is the origin.
    lengths : ArrayLike of int, shape (...), optional
        Number of points of each path, which are the first ones of it; what follows is ignored. A
        list of paths needs none.
    windows : ArrayLike of int, shape (windows, 2), optional
        Pieces of the path, one result for each, as for `branched_sig`.
    times : ArrayLike, shape (length,) or (..., length), optional
        With `time_aug`, the values of the time channel, as for `branched_sig`.
    missing : {"propagate", "refuse", "forward-fill", "linear"}, default "propagate"
        What is done to NaN in the path, as for `branched_sig`.
    gram : bool, default False
        Divide each value by the square root of the symmetry factor of its tree, so that the inner
        product of two results is a kernel: see the notes.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., elements)
        A value for each element, in the order given; one column for a single element. Kind and
        dtype follow `path` as for `branched_sig`; never shares memory with it. With `stream` the
        shape is (..., length - 1, elements), with `windows` (..., windows, elements). It is `out`,
        if that is given.

    Raises
    ------
    InvalidTypeError
        If `path` or `correction` is no real array, requires a gradient, or is not on the CPU, or
        they are of different kinds or dtypes; if an element is no tree (or no ordered forest) or
        has a label that is no integer; if `n_jobs` is no integer, `end_time` no real number, a flag
        no boolean; if `missing` is no text; or if `times` are no times, `lengths` or `windows` no
        integers or `basepoint` no point; or if `out` is no array of the kind and dtype of the
        result.
    InvalidValueError
        If `path` has fewer than two axes, no points or no channels; if a label is not below the
        number of channels of the transformed path; if a tree has more than 32,768 nodes; if
        `correction` has another shape, or is combined with `lead_lag`; if `basepoint`, `lengths` or
        `windows` do not fit `path`, or `windows` come with `stream`; if `times` do not fit or come
        without `time_aug`, or a value is missing that cannot be; if `n_jobs` is 0 or `end_time` is
        not finite; or if the result does not fit in memory; or if `out` has not its shape or
        layout, or shares memory with an argument.

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

    The beginnings of a path (`stream`) take one pass, too, windows one pass each. Elements are
    chosen by the caller, so that there is no truncation and no `weights`: those that weigh little
    enough are ``list(trees(d, N, weights=w))``, which is closed under the coproduct.

    With ``gram=True`` the inner product of two results is :math:`\sum_\tau X(\tau) Y(\tau) /
    \sigma(\tau)` over `trees`, with :math:`\sigma` the symmetry factor. Of all trees up to a height
    this is the logarithm of the kernel that `branched_sig_kernel` approximates at that depth, as
    the sum over forests in place of trees is its exponential; of fewer trees it is a kernel that
    sees fewer of them, such as those that weigh little enough. Ordered forests have no symmetries:
    their inner product is that of the values as they are. Repeated elements count repeatedly.

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
    along = Along(correction, stream, basepoint, lengths, windows, times, missing)
    options = 0, planar, n_jobs, SIGNATURE, time_aug, lead_lag, end_time
    return chosen(path, Choice(listed(trees), False, gram), along, options, out)


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
    stream: bool = False,
    basepoint: bool | ArrayLike = False,
    lengths: ArrayLike | None = None,
    windows: ArrayLike | None = None,
    times: ArrayLike | None = None,
    missing: str = "propagate",
    gram: bool = False,
    n_jobs: int = 1,
    out: Array | tuple[Array | None, ...] | None = None,
) -> Gradients:
    r"""Compute the gradient in a path from that in chosen coefficients of its signature.

    Parameters
    ----------
    path : ArrayLike, shape (..., length, channels)
        Points of the path, or list of paths, as given to `branched_sig_coef`.
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
    stream : bool, default False
        Whether one result per segment was asked for; derivatives then come in for each of these.
    basepoint : bool or ArrayLike, shape (channels,) or (..., channels), default False
        The point that was put in front of the path.
    lengths : ArrayLike of int, shape (...), optional
        Number of points of each path. A list of paths needs none.
    windows : ArrayLike of int, shape (windows, 2), optional
        The pieces of the path that were asked for; derivatives then come in for each of these.
    times : ArrayLike, shape (length,) or (..., length), optional
        The times that were given; there is no gradient in them.
    missing : {"propagate", "refuse", "forward-fill", "linear"}, default "propagate"
        What was done to NaN in the path. The gradient in a missing value is 0.
    gram : bool, default False
        Whether values were divided by the square roots of symmetry factors.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.
    out : Array, tuple of (Array or None), or None, default None
        Where to write the gradient, as for `branched_sig`; C-contiguous. Where several are
        returned, a tuple with an array, or None, for each of them. Not for a list of paths.

    Returns
    -------
    Array, shape (..., length, channels)
        Derivatives in the points, of the shape, kind and dtype of `path` (float64 for integers and
        lists), never sharing memory with an argument. For a list of paths, a correction or a base
        point as for `branched_sig_backprop`. It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        As `branched_sig_coef`, or if two arrays are of different kinds or dtypes; or if `out` is no
        array of the kind and dtype of the result.
    InvalidValueError
        As `branched_sig_coef`, or if `derivs` or `coefs` has not one column for each element, or
        another leading shape than the result; or if `out` has not its shape or layout, or shares
        memory with an argument.

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
    along = Along(correction, stream, basepoint, lengths, windows, times, missing)
    options = 0, planar, n_jobs, SIGNATURE, time_aug, lead_lag, end_time
    return chosen_backward(
        path, Choice(listed(trees), False, gram), coefs, derivs, along, options, out
    )


def extract_branched_sig_coef(
    bsig: ArrayLike,
    trees: TreeLike | list[TreeLike],
    dimension: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    scalar_term: bool = False,
    weights: Sequence[int] | None = None,
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
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1, where `bsig` is truncated by
        weight; None where it is by nodes.

    Returns
    -------
    Array, shape (..., elements)
        A coefficient for each element, in the order given; one column for a single element. Kind
        and dtype follow `bsig`; a copy.

    Raises
    ------
    InvalidTypeError
        If `bsig` is no real array, requires a gradient, or is not on the CPU; if an element is no
        tree (or no ordered forest); if `dimension` is no integer, or a flag no boolean; or if
        `weights` are no integers.
    InvalidValueError
        If the length of `bsig` is that of no degree; if an element has more nodes than that degree,
        or is too heavy, has a label that is no integer below the number of channels, or is empty
        without a scalar in front; if `dimension` is below 1; or if `weights` are not positive, or
        not one for each channel.

    See Also
    --------
    branched_sig_coef : The same from a path, without the rest of the basis.
    tree_to_idx : The position of one element.

    Notes
    -----
    The degree is the least that has the length.

    Examples
    --------
    >>> import treealg
    >>> sig = treealg.branched_sig([[0.0, 0.0], [1.0, 2.0]], 3)
    >>> treealg.extract_branched_sig_coef(sig, [((1,), (1,), 0), (1,)], 2)
    array([1.33333333, 2.        ])
    """
    options = dimension, 0, planar, 1, SIGNATURE, time_aug, lead_lag, 1.0, scalar_term, weights
    rows, call, degree = of_any_degree(bsig, "bsig", options)
    weights = None if weights is None else check_weights("weights", weights)
    basis = call.dimension, degree, bool(call.planar), call.scalar, weights
    return extracted(rows, _places(listed(trees), *basis))


@by_elements
def _places(
    trees: list[Any], dimension: int, degree: int, planar: bool, scalar: bool,
    weights: tuple[int, ...] | None,
) -> list[int]:  # fmt: skip
    """Return which coefficients elements have."""
    several = len(trees) > 1
    return [
        indices.place_of(
            tree, f"trees[{i}]" if several else "trees", dimension, degree, planar, scalar, weights
        )
        for i, tree in enumerate(trees)
    ]


def of_any_degree(value: Any, name: str, options: tuple[Any, ...]) -> tuple[Rows, Call, int]:
    """Read signatures and their options, weights the last, and tell the degree by their length."""
    weights = options[-1]
    rows, call = as_rows(value, name, 1), checked_call(*options)
    columns, degree, length, unit = rows.item[0] - call.scalar, 0, 0, 1
    own = None if weights is None else check_weights("weights", weights)
    if own is not None:
        unit = math.gcd(*own)
        own = tuple(weight // unit for weight in own)
    while length < columns:
        degree += 1
        if own is None:
            length = tables.basis_length(call.dimension, degree, planar=call.planar)
        elif degree >= min(own):
            length = tables.weighted_length(own, degree, planar=call.planar)
    degree *= unit
    if length != columns:
        raise InvalidValueError(
            f"{name} must have the length of a signature, got shape {rows.array.shape}; "
            f"{call._replace(degree=degree).basis} has {length + call.scalar} columns with "
            f"scalar_term={call.scalar}"
        )
    return rows, call, degree


def extracted(rows: Rows, places: list[int]) -> Array:
    """Copy some coefficients of vectors."""
    result, array = rows.empty((*rows.batch, len(places)))
    if rows.array.flags.c_contiguous and rows.array.dtype == array.dtype:
        rows.array.take(np.array(places, np.intp), axis=-1, out=array, mode="clip")
    else:  # `take` would copy vectors as a whole that do not lie side by side
        for column, place in enumerate(places):
            array[..., column] = rows.array[..., place]
    return rows.wrap(result)


def listed(trees: Any) -> list[Any]:
    """Return the elements that are asked for."""
    return trees if isinstance(trees, list) else [trees]
