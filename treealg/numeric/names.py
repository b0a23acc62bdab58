"""Names of coefficients: the text forms of their trees, with the names of channels as labels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Sized
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from treealg import tables
from treealg.checks import brief, check_flag
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric.arguments.calls import checked_method, checked_weights
from treealg.numeric.basis import checked_basis, elements_by_order
from treealg.numeric.indices import as_element, check_labels
from treealg.numeric.listing import texts_of
from treealg.sequences import check_names, is_sequence
from treealg.typing import TreeLike, TupleForm

if TYPE_CHECKING:
    from treealg.symbolic import OrderedForest, Tree

__all__ = [
    "branched_log_sig_names",
    "branched_sig_names",
    "channel_texts",
    "name_to_tree",
    "tree_to_name",
]

_MOST_CHANNELS = 2**20 - 1  # a sequence of names has no more


def branched_sig_names(
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    scalar_term: bool = False,
    channels: Iterable[str | int] | None = None,
    weights: Sequence[int] | None = None,
) -> tuple[str, ...]:
    """Name the coefficients of a branched signature, for instance as columns of a table.

    Parameters
    ----------
    dimension : int
        Channels of the path, before the transforms; at least 1.
    degree : int
        Largest number of nodes, at least 0.
    time_aug, lead_lag : bool, default False
        Whether the path is so transformed; the transforms add channels.
    planar : bool, default False
        Name ordered forests of planar trees rather than non-planar trees.
    scalar_term : bool, default False
        Whether the signature has the empty tree in front.
    channels : iterable of str or int, optional
        The names of the channels of the path, such as the columns of a DataFrame. With `lead_lag`
        a channel ``x`` becomes ``x_lag`` and ``x_lead``; what `time_aug` appends is ``time``.
        Without names a channel is its number, from 0, also after the transforms.
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a tree or ordered forest, the sum over its nodes, and the basis is what is light enough,
        in basis order. None counts nodes.

    Returns
    -------
    tuple of str
        One name per coefficient, in basis order, all different.

    Raises
    ------
    InvalidTypeError
        If `dimension` or `degree` is no integer, a flag no boolean, or `channels` holds anything
        but strings and integers; or if `weights` are no integers.
    InvalidValueError
        If `dimension` is below 1 or `degree` below 0; if `channels` are not `dimension` names that
        differ, also after the transforms; or if the basis, or the list, does not fit in memory; or
        if `weights` are not positive, one for each channel, or too fine.

    See Also
    --------
    name_to_tree : The tree that a name stands for.
    branched_log_sig_names : The same of a log-signature.

    Notes
    -----
    A name is the root, then the branches in brackets, in basis order: the text form of the symbolic
    layer. The trees of a forest are separated by spaces, and the empty tree is ∅. A channel that
    is no identifier stands in double quotes as in JSON, so that every name can be read back.

    Examples
    --------
    >>> import treealg
    >>> treealg.branched_sig_names(2, 2)
    ('0', '1', '0[0]', '1[0]', '0[1]', '1[1]')
    >>> treealg.branched_sig_names(1, 2, time_aug=True, channels=["x"], planar=True)[2:7]
    ('x x', 'x time', 'time x', 'time time', 'x[x]')
    >>> treealg.branched_sig_names(1, 2, channels=["bid, EUR"], scalar_term=True)
    ('∅', '"bid, EUR"', '"bid, EUR"["bid, EUR"]')
    """
    labels, degree, planar = checked_basis(dimension, degree, planar, time_aug, lead_lag)
    scalar = check_flag("scalar_term", scalar_term)
    texts = channel_texts(dimension, channels, time_aug=time_aug, lead_lag=lead_lag)
    return _names(labels, degree, planar, scalar, weights, texts)


def branched_log_sig_names(
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    scalar_term: bool = False,
    method: int = 0,
    channels: Iterable[str | int] | None = None,
    weights: Sequence[int] | None = None,
) -> tuple[str, ...]:
    """Name the coefficients of a branched log-signature.

    Parameters
    ----------
    dimension : int
        Channels of the path, before the transforms; at least 1.
    degree : int
        Largest number of nodes, at least 0.
    time_aug, lead_lag : bool, default False
        Whether the path is so transformed; the transforms add channels.
    planar : bool, default False
        Name ordered forests of planar trees rather than non-planar trees.
    scalar_term : bool, default False
        Whether there is a scalar 0 in front; only of the expanded form.
    method : {0, 1, 2}, default 0
        The form, as in `branched_log_sig`: 0 names all trees or forests, 1 and 2 the Lyndon forests
        of planar trees, so that they need `planar`.
    channels : iterable of str or int, optional
        The names of the channels, as for `branched_sig_names`.
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a tree or ordered forest, the sum over its nodes, and the basis is what is light enough,
        in basis order. None counts nodes.

    Returns
    -------
    tuple of str
        One name per coefficient, ``branched_log_sig_length(...)`` of them, all different.

    Raises
    ------
    InvalidTypeError
        If `dimension`, `degree` or `method` is no integer, a flag no boolean, or `channels` holds
        anything but strings and integers; or if `weights` are no integers.
    InvalidValueError
        If `dimension` is below 1 or `degree` below 0; if `method` is not one of this basis, or has
        no scalar and `scalar_term` asks for one; if `channels` are not `dimension` names that
        differ, also after the transforms; or if the basis, or the list, does not fit in memory; or
        if `weights` are not positive, one for each channel, or too fine.

    See Also
    --------
    name_to_tree : The tree that a name stands for.

    Notes
    -----
    With ``method=2`` the coefficient of the bracket of a Lyndon forest has the name of the forest.

    Examples
    --------
    >>> import treealg
    >>> treealg.branched_log_sig_names(2, 2)
    ('0', '1', '0[0]', '1[0]', '0[1]', '1[1]')
    >>> treealg.branched_log_sig_names(2, 2, planar=True, method=1)
    ('0', '1', '0 1', '0[0]', '1[0]', '0[1]', '1[1]')
    """
    labels, degree, planar = checked_basis(dimension, degree, planar, time_aug, lead_lag)
    method, scalar = checked_method(method, planar, scalar_term)
    texts = channel_texts(dimension, channels, time_aug=time_aug, lead_lag=lead_lag)
    names = _names(labels, degree, planar, scalar, weights, texts)
    if method:
        degree, light = checked_weights(weights, labels, degree, planar)
        if light is None:
            lyndon = tables.lyndon(labels, degree, 1)
        else:
            lyndon = tables.weighted_lyndon(light, degree, 1, planar=planar)
        return tuple(names[place] for place in lyndon.col.tolist())
    return names


def tree_to_name(
    tree: TreeLike,
    dimension: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    channels: Iterable[str | int] | None = None,
) -> str:
    """Return the name of the coefficient of a tree.

    Parameters
    ----------
    tree : TreeLike
        A tree, as for `tree_to_idx`; None is the empty one.
    dimension : int
        Channels of the path, before the transforms; at least 1.
    time_aug, lead_lag : bool, default False
        Whether the path is so transformed; the transforms add channels.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    channels : iterable of str or int, optional
        The names of the channels, as for `branched_sig_names`.

    Returns
    -------
    str
        The name, as `branched_sig_names` gives it.

    Raises
    ------
    InvalidTypeError
        If `tree` is neither a tree nor its tuple form; if a label or `dimension` is no integer, a
        flag no boolean, or `channels` holds anything but strings and integers.
    InvalidValueError
        If a label is not one of ``0, ..., d - 1``, with ``d`` the channels after the transforms; if
        `dimension` is below 1; or if `channels` are not `dimension` names that differ.

    See Also
    --------
    name_to_tree : The inverse.

    Examples
    --------
    >>> import treealg
    >>> treealg.tree_to_name(((1,), (0,), 0), 2, channels=["x", "y"])
    'x[x,y]'
    """
    labels, _, planar = checked_basis(dimension, 0, planar, time_aug, lead_lag)
    texts = channel_texts(dimension, channels, time_aug=time_aug, lead_lag=lead_lag)
    element = as_element(tree, planar)
    if element is not None:
        check_labels(element, labels)
    return _name(element, texts)


def name_to_tree(
    name: str,
    dimension: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    channels: Iterable[str | int] | None = None,
) -> TupleForm:
    """Return the tree that a name of a coefficient stands for.

    Parameters
    ----------
    name : str
        A name, as `branched_sig_names` gives it; also with spaces between its parts, and with the
        branches of a non-planar tree in any order.
    dimension : int
        Channels of the path, before the transforms; at least 1.
    time_aug, lead_lag : bool, default False
        Whether the path is so transformed; the transforms add channels.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    channels : iterable of str or int, optional
        The names of the channels, as for `branched_sig_names`.

    Returns
    -------
    tuple or None
        The tree ``(child_1, ..., child_k, root_label)``, or the tuple of the trees of an ordered
        forest; None for the empty tree.

    Raises
    ------
    InvalidTypeError
        If `name` is no string; if `dimension` is no integer, a flag no boolean, or `channels` holds
        anything but strings and integers.
    InvalidValueError
        If `name` is not the text of a tree, or of a forest if `planar`; if it names a channel that
        is not there; if `dimension` is below 1; or if `channels` are not `dimension` names that
        differ.

    See Also
    --------
    tree_to_name : The inverse.
    tree_to_idx : The index of the coefficient.

    Examples
    --------
    >>> import treealg
    >>> treealg.name_to_tree("x[y, x]", 2, channels=["x", "y"])
    ((0,), (1,), 0)
    >>> treealg.name_to_tree("1 0[0]", 2, planar=True)
    ((1,), ((0,), 0))
    """
    from treealg.symbolic.trees.text import label_text, parse_trees

    labels, _, planar = checked_basis(dimension, 0, planar, time_aug, lead_lag)
    texts = channel_texts(dimension, channels, time_aug=time_aug, lead_lag=lead_lag)
    numbers = None if texts is None else {text: number for number, text in enumerate(texts)}

    def build(children: tuple[TupleForm, ...], label: Any) -> TupleForm:
        text = label_text(label, strict=True)
        if numbers is not None and text in numbers:
            return (*children, numbers[text])
        if numbers is None and isinstance(label, int) and 0 <= label < labels:
            return (*children, label)
        known = f"0 to {labels - 1}" if texts is None else ", ".join(texts[:20])
        raise InvalidValueError(
            f"name must be made of the channels {known}, got {text:.60} in {brief(name)}"
        )

    try:
        found = parse_trees(name, build)
    except InvalidTypeError:
        raise InvalidTypeError(
            f"name must be a str, got {type(name).__name__}; tree_to_name makes one of a tree"
        ) from None
    if not found:
        return None
    if planar:
        return found
    if len(found) > 1:
        raise InvalidValueError(
            f"name must be that of one tree, got {len(found)} in {brief(name)}; planar=True reads "
            f"forests"
        )
    element = as_element(found[0], planar)
    return None if element is None else element.to_tuple()


def channel_texts(
    dimension: int, channels: Any, *, time_aug: bool, lead_lag: bool
) -> tuple[str, ...] | None:
    """Return the texts of the channels of a transformed path; None if they have no names.

    Examples
    --------
    >>> channel_texts(1, ["x"], time_aug=True, lead_lag=True)
    ('x_lag', 'x_lead', 'time')
    """
    if channels is None:
        return None
    from treealg.symbolic.trees.text import label_text

    names = _channel_names(dimension, channels)
    if lead_lag:
        names = [f"{name}_{block}" for block in ("lag", "lead") for name in names]
    if time_aug:
        names.append("time")
    texts = tuple(label_text(name, strict=True) for name in names)
    if len(set(texts)) < len(texts):
        twice = next(text for place, text in enumerate(texts) if text in texts[:place])
        raise InvalidValueError(
            f"channels must have names that differ, got {twice} twice (after path transforms); "
            f"rename one of them"
        )
    return texts


def _channel_names(dimension: int, channels: Any) -> list[str | int]:
    """Read the argument `channels`."""
    is_sized = isinstance(channels, Sized) or not is_sequence(channels)
    given = channels if is_sized else list(islice(channels, min(dimension, _MOST_CHANNELS) + 1))
    names = check_names("channels", given)
    if len(names) != dimension:
        found = len(names) if is_sized or len(names) < dimension else "more"
        raise InvalidValueError(
            f"channels must be one name for each of the {dimension} channels of the path, before "
            f"path transforms, got {found}"
        )
    return names


def _names(
    labels: int, degree: int, planar: bool, scalar: bool, weights: Any,
    texts: tuple[str, ...] | None,
) -> tuple[str, ...]:  # fmt: skip
    """Return the texts of the basis, in order, with the texts of channels as labels."""
    from treealg.symbolic.trees.text import EMPTY

    form = texts_of(range(labels) if texts is None else texts)
    levels = elements_by_order(labels, degree, planar, weights, form, "the list of names")
    return (*(EMPTY,)[: int(scalar)], *chain.from_iterable(levels))


def _name(element: Tree | OrderedForest | None, texts: tuple[str, ...] | None) -> str:
    """Return the text of a basis element, with the texts of channels in the place of labels."""
    if element is None:
        from treealg.symbolic.trees.text import EMPTY

        return EMPTY
    text = element.to_text()
    if texts is None:
        return text
    return re.sub("[0-9]+", lambda label: texts[int(label[0])], text)
