"""The basis that coefficients belong to: how many elements it has, and which.

Everything here is counting and listing; the symbolic layer is not needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

from treealg import tables
from treealg.checks import check_flag, check_integer
from treealg.numeric.arguments.calls import checked_method, checked_transform, checked_weights
from treealg.numeric.listing import TUPLES, Form, basis_by_order
from treealg.tables.sizes import check_entries
from treealg.typing import TupleForm

__all__ = [
    "branched_log_sig_length",
    "branched_sig_length",
    "checked_basis",
    "elements_by_order",
    "trees",
    "trees_of_order",
]


def branched_sig_length(
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    scalar_term: bool = False,
    weights: Sequence[int] | None = None,
) -> int:
    """Return the number of coefficients of a branched signature.

    Parameters
    ----------
    dimension : int
        Channels of the path, before the transforms; at least 1.
    degree : int
        Largest number of nodes, at least 0.
    time_aug, lead_lag : bool, default False
        Whether the path is so transformed; the transforms add channels.
    planar : bool, default False
        Count ordered forests of planar trees rather than non-planar trees.
    scalar_term : bool, default False
        Count the empty tree too.
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a tree or ordered forest, the sum over its nodes, and the basis is what is light enough,
        in basis order. None counts nodes.

    Returns
    -------
    int
        The number of basis elements.

    Raises
    ------
    InvalidTypeError
        If `dimension` or `degree` is no integer, or a flag no boolean; or if `weights` are no
        integers.
    InvalidValueError
        If `dimension` is below 1 or `degree` below 0, or if no array could have that length; or if
        `weights` are not positive, one for each channel, or too fine.

    References
    ----------
    Non-planar: OEIS A000081 for one channel, A038055 and A038059 for two and three. Planar: Catalan
    numbers times powers of the dimension, OEIS A000108.

    Examples
    --------
    >>> import treealg
    >>> [treealg.branched_sig_length(2, degree) for degree in range(1, 6)]
    [2, 6, 20, 72, 286]
    >>> [treealg.branched_sig_length(2, degree, planar=True) for degree in range(1, 6)]
    [2, 10, 50, 274, 1618]

    With `time_aug` there is one more channel:

    >>> treealg.branched_sig_length(2, 4, time_aug=True)
    303

    Time counts twice; or a channel counts half as much as the others, which then count twice:

    >>> treealg.branched_sig_length(2, 4, time_aug=True, weights=(1, 1, 2))
    97
    >>> treealg.branched_sig_length(2, 2 * 3, weights=(1, 2))
    119
    """
    labels, degree, planar = checked_basis(dimension, degree, planar, time_aug, lead_lag)
    scalar = check_flag("scalar_term", scalar_term)
    degree, light = checked_weights(weights, labels, degree, planar)
    if light is not None:
        return tables.weighted_length(light, degree, planar=planar) + scalar
    return tables.basis_length(labels, degree, planar=planar) + scalar


def branched_log_sig_length(
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    scalar_term: bool = False,
    method: int = 0,
    weights: Sequence[int] | None = None,
) -> int:
    """Return the number of coefficients of a branched log-signature.

    Parameters
    ----------
    dimension : int
        Channels of the path, before the transforms; at least 1.
    degree : int
        Largest number of nodes, at least 0.
    time_aug, lead_lag : bool, default False
        Whether the path is so transformed; the transforms add channels.
    planar : bool, default False
        Count on ordered forests of planar trees rather than on non-planar trees.
    scalar_term : bool, default False
        Count the scalar 0 in front too; only of the expanded form.
    method : {0, 1, 2}, default 0
        The form, as in `branched_log_sig`: 0 counts all trees or forests, 1 and 2 the Lyndon
        forests of planar trees, so that they need `planar`.
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a tree or ordered forest, the sum over its nodes, and the basis is what is light enough,
        in basis order. None counts nodes.

    Returns
    -------
    int
        The number.

    Raises
    ------
    InvalidTypeError
        If `dimension`, `degree` or `method` is no integer, or a flag no boolean; or if `weights`
        are no integers.
    InvalidValueError
        If `dimension` is below 1 or `degree` below 0; if `method` is not one of this basis, or has
        no scalar and `scalar_term` asks for one; or if no array could have that length; or if
        `weights` are not positive, one for each channel, or too fine.

    See Also
    --------
    branched_log_sig_names : Their names.

    Notes
    -----
    The expanded form, ``method=0``, has the length of the signature for both kinds.

    References
    ----------
    H. Munthe-Kaas and S. Krogstad, *On enumeration problems in Lie-Butcher theory*, Future Gener.
    Comput. Syst. 19 (2003), 1197-1205; OEIS A022553 for one channel.

    Examples
    --------
    Two channels, by order: 2, 5, 26, 137 Lyndon forests.

    >>> import treealg
    >>> treealg.branched_log_sig_length(2, 4), treealg.branched_log_sig_length(2, 4, planar=True)
    (72, 274)
    >>> [treealg.branched_log_sig_length(2, n, planar=True, method=1) for n in range(1, 5)]
    [2, 7, 33, 170]
    """
    labels, degree, planar = checked_basis(dimension, degree, planar, time_aug, lead_lag)
    method, scalar = checked_method(method, planar, scalar_term)
    degree, light = checked_weights(weights, labels, degree, planar)
    if light is not None:
        return tables.weighted_log_length(light, degree, planar=planar, method=method) + scalar
    return tables.log_length(labels, degree, planar=planar, method=method) + scalar


def trees(
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    scalar_term: bool = True,
    weights: Sequence[int] | None = None,
) -> tuple[TupleForm, ...]:
    """List the basis up to a degree, the empty tree first.

    Parameters
    ----------
    dimension : int
        Channels of the path, before the transforms; at least 1.
    degree : int
        Largest number of nodes, at least 0.
    time_aug, lead_lag : bool, default False
        Whether the path is so transformed; the transforms add channels.
    planar : bool, default False
        List ordered forests of planar trees rather than non-planar trees.
    scalar_term : bool, default True
        Begin with the empty tree, whose coefficient is in front of results with
        ``scalar_term=True``. Those functions have it False by default: False here gives what the
        columns of their results stand for.
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a tree or ordered forest, the sum over its nodes, and the basis is what is light enough,
        in basis order. None counts nodes.

    Returns
    -------
    tuple
        None for the empty tree, unless `scalar_term` is False, then the elements in tuple form, in
        the order of coefficients: a tree is ``(child_1, ..., child_k, root_label)``, an ordered
        forest a tuple of such trees.

    Raises
    ------
    InvalidTypeError
        If `dimension` or `degree` is no integer, or a flag no boolean; or if `weights` are no
        integers.
    InvalidValueError
        If `dimension` is below 1 or `degree` below 0, or if the basis does not fit in memory; or if
        `weights` are not positive, one for each channel, or too fine.

    See Also
    --------
    trees_of_order : One order of it.
    idx_to_tree : One element of it, without a list.
    branched_sig_names : The same as names of columns.

    Examples
    --------
    >>> import treealg
    >>> treealg.trees(1, 3)
    (None, (0,), ((0,), 0), ((0,), (0,), 0), (((0,), 0), 0))
    >>> treealg.trees(1, 2, planar=True, scalar_term=False)
    (((0,),), ((0,), (0,)), (((0,), 0),))
    """
    labels, degree, planar = checked_basis(dimension, degree, planar, time_aug, lead_lag)
    first = 0 if check_flag("scalar_term", scalar_term) else 1
    levels = elements_by_order(labels, degree, planar, weights, TUPLES, "the list of trees")
    return (*(None,)[first:], *chain.from_iterable(levels))


def trees_of_order(
    dimension: int,
    order: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
) -> tuple[TupleForm, ...]:
    """List the basis elements with exactly so many nodes.

    Parameters
    ----------
    dimension : int
        Channels of the path, before the transforms; at least 1.
    order : int
        Number of nodes, at least 0.
    time_aug, lead_lag : bool, default False
        Whether the path is so transformed; the transforms add channels.
    planar : bool, default False
        List ordered forests of planar trees rather than non-planar trees.

    Returns
    -------
    tuple
        The elements in tuple form, in the order of coefficients; ``(None,)`` for order 0.

    Raises
    ------
    InvalidTypeError
        If `dimension` or `order` is no integer, or a flag no boolean.
    InvalidValueError
        If `dimension` is below 1 or `order` below 0, or if the list does not fit in memory.

    See Also
    --------
    trees : All orders up to a degree.

    Examples
    --------
    >>> import treealg
    >>> treealg.trees_of_order(2, 2)
    (((0,), 0), ((0,), 1), ((1,), 0), ((1,), 1))
    """
    labels, order, planar = checked_basis(
        dimension, order, planar, time_aug, lead_lag, degree_name="order"
    )
    if order == 0:
        return (None,)
    levels = elements_by_order(labels, order, planar, None, TUPLES, "the list of trees")
    return tuple(levels[-1])


def elements_by_order(
    labels: int, degree: int, planar: bool, weights: Any, form: Form, what: str
) -> list[list[Any]]:
    """List the basis by order, from 1 on, in some form; a list that is too long is refused."""
    degree, light = checked_weights(weights, labels, degree, planar)
    if light is None:
        count, most = tables.require_fits(labels, degree, planar=planar), degree
    else:
        count, most = (
            tables.require_weighted_fits(light, degree, planar=planar),
            degree // min(light),
        )
    check_entries(count * most, what)
    return basis_by_order(light or (1,) * labels, degree, planar, form) if degree else []


def checked_basis(
    dimension: Any,
    degree: Any,
    planar: Any,
    time_aug: Any,
    lead_lag: Any,
    degree_name: str = "degree",
) -> tuple[int, int, bool]:
    """Return the number of labels, that is, of channels after the transforms, degree and kind."""
    channels = check_integer("dimension", dimension, 1)
    degree = check_integer(degree_name, degree, 0)
    planar = check_flag("planar", planar)
    return checked_transform(time_aug, lead_lag, 1.0).channels(channels), degree, planar
