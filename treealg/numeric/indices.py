"""The way between elements of the basis and the indices of their coefficients, by counting."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from treealg import tables
from treealg.checks import brief, check_flag, check_integer
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric.arguments.calls import checked_weights
from treealg.numeric.basis import checked_basis
from treealg.typing import TreeLike, TupleForm

if TYPE_CHECKING:
    from treealg.symbolic import OrderedForest, Tree

__all__ = ["as_element", "check_labels", "idx_to_tree", "place_of", "tree_to_idx"]


def tree_to_idx(
    tree: TreeLike,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    scalar_term: bool = False,
    weights: Sequence[int] | None = None,
) -> int:
    """Return the index of the coefficient of a tree.

    Parameters
    ----------
    tree : TreeLike
        A `Tree` or its tuple form, children in any order; if `planar` an `OrderedForest` or the
        tuple of its trees, a single planar tree standing for its forest. None is the empty tree.
    dimension : int
        Channels of the path, before the transforms; at least 1.
    degree : int
        Truncation of the signature, at least 0.
    time_aug, lead_lag : bool, default False
        Whether the path is so transformed; the transforms add channels.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    scalar_term : bool, default False
        Whether the signature has the empty tree in front.
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a tree or ordered forest, the sum over its nodes, and the basis is what is light enough,
        in basis order. None counts nodes.

    Returns
    -------
    int
        Position along the last axis of the signature.

    Raises
    ------
    InvalidTypeError
        If `tree` is neither a tree nor its tuple form, or a label no integer; if `dimension` or
        `degree` is no integer, or a flag no boolean; or if `weights` are no integers.
    InvalidValueError
        If a label is not one of ``0, ..., d - 1``, with ``d`` the channels after the transforms; if
        `tree` has more than `degree` nodes, is empty while there is no scalar, or so bushy that
        counting would take long; if `dimension` is below 1 or `degree` below 0; or if `weights` are
        not positive, one for each channel, or too fine.

    See Also
    --------
    idx_to_tree : The inverse.

    Notes
    -----
    The index is counted, not looked up: `degree` may be far beyond what can be computed.

    Examples
    --------
    >>> import treealg
    >>> treealg.tree_to_idx(((1,), 0), 2, 3)
    4
    >>> treealg.tree_to_idx(((1,), (0,)), 2, 3, planar=True, scalar_term=True)
    5
    """
    labels, degree, planar = checked_basis(dimension, degree, planar, time_aug, lead_lag)
    scalar = check_flag("scalar_term", scalar_term)
    return place_of(tree, "tree", labels, degree, planar, scalar, weights)


def place_of(
    tree: TreeLike,
    name: str,
    labels: int,
    degree: int,
    planar: bool,
    scalar: bool,
    weights: Sequence[int] | None,
) -> int:
    """Return the index of a tree in a basis that is checked; `name` is for messages."""
    element = as_element(tree, planar, name)
    if element is None:
        if not scalar:
            raise InvalidValueError(
                f"{name} is empty, which has a coefficient only with scalar_term=True; pass "
                "scalar_term=True if the signature has a scalar in front"
            )
        return 0
    degree, light = checked_weights(weights, labels, degree, planar)
    if light is not None:
        return _place(element, name, light, degree, planar, weights) + scalar
    if element.order > degree:
        raise InvalidValueError(
            f"{name} must have at most degree={degree} nodes, got {element.order}; raise degree"
        )
    from treealg.symbolic import Tree, rank

    check_labels(element, labels, name)
    index = rank(element, labels)
    return index + scalar - (0 if isinstance(element, Tree) else 1)


def idx_to_tree(
    idx: int,
    dimension: int,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    planar: bool = False,
    scalar_term: bool = False,
    weights: Sequence[int] | None = None,
) -> TupleForm:
    """Return the tree that a coefficient belongs to.

    Parameters
    ----------
    idx : int
        Position along the last axis of the signature, from 0.
    dimension : int
        Channels of the path, before the transforms; at least 1.
    degree : int
        Truncation of the signature, at least 0.
    time_aug, lead_lag : bool, default False
        Whether the path is so transformed; the transforms add channels.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    scalar_term : bool, default False
        Whether the signature has the empty tree in front.
    weights : sequence of int or None, default None
        The weight of each channel after the transforms, at least 1. Then `degree` bounds the weight
        of a tree or ordered forest, the sum over its nodes, and the basis is what is light enough,
        in basis order. None counts nodes.

    Returns
    -------
    tuple or None
        The tree ``(child_1, ..., child_k, root_label)``, or the tuple of the trees of an ordered
        forest; None for the empty tree.

    Raises
    ------
    InvalidTypeError
        If `idx`, `dimension` or `degree` is no integer, or a flag no boolean; or if `weights` are
        no integers.
    InvalidValueError
        If `idx` is negative or beyond the last coefficient; if `dimension` is below 1 or `degree`
        below 0; or if `weights` are not positive, one for each channel, or too fine.

    See Also
    --------
    tree_to_idx : The inverse.

    Notes
    -----
    The element is counted out, without a list: `degree` may be far beyond what can be computed.

    Examples
    --------
    >>> import treealg
    >>> treealg.idx_to_tree(4, 2, 3)
    ((1,), 0)
    >>> treealg.idx_to_tree(5, 2, 3, planar=True, scalar_term=True)
    ((1,), (0,))
    """
    labels, degree, planar = checked_basis(dimension, degree, planar, time_aug, lead_lag)
    scalar = int(check_flag("scalar_term", scalar_term))
    place = check_integer("idx", idx, 0) - scalar
    degree, light = checked_weights(weights, labels, degree, planar)
    if light is not None and place >= 0:
        basis = _light_basis(light, degree, planar)[0]
        if place >= len(basis):
            raise InvalidValueError(
                f"idx must be below {len(basis) + scalar}, the number of coefficients with "
                f"weights={brief(weights)}, got {idx}"
            )
        found: TupleForm = basis[place].to_tuple()
        return found
    if place < 0:
        return None
    from treealg.symbolic import OrderedForest, Tree, count_forests, count_trees, unrank

    count = count_forests if planar else count_trees
    total = 0
    for order in range(1, degree + 1):
        total += count(order, labels, planar=planar)
        if place < total:
            break
    else:
        raise InvalidValueError(
            f"idx must be below {total + scalar}, the number of coefficients, got {idx}"
        )
    if planar:
        return unrank(OrderedForest, place + 1, labels).to_tuple()
    return unrank(Tree, place, labels).to_tuple()


@lru_cache(maxsize=8)
def _light_basis(
    weights: tuple[int, ...], degree: int, planar: bool
) -> tuple[tuple[Any, ...], dict[Any, int]]:
    """Return what is light enough, and the place of each element."""
    tables.require_weighted_fits(weights, degree, planar=planar)
    from treealg.symbolic import weighted_basis

    basis = weighted_basis(weights, degree, planar=planar)
    return basis, {element: place for place, element in enumerate(basis)}


def _place(
    element: Any, name: str, light: tuple[int, ...], degree: int, planar: bool, weights: Any
) -> int:
    """Return the place of an element in what is light enough."""
    check_labels(element, len(light), name)
    place = _light_basis(light, degree, planar)[1].get(element)
    if place is None:
        raise InvalidValueError(
            f"{name} must be light enough for the degree with weights={brief(weights)}, got "
            f"{element.to_tuple()}; raise degree"
        )
    return place


def as_element(tree: TreeLike, planar: bool, name: str = "tree") -> Tree | OrderedForest | None:
    """Return a basis element as a symbolic object, None if it is empty."""
    from treealg.symbolic import OrderedForest, PlanarTree, Tree

    if tree is None:
        return None
    if isinstance(tree, str):
        raise InvalidTypeError(
            f"{name} must be a tree or its tuple form, got the text {brief(tree)}; name_to_tree "
            f"makes a tuple form of the name of a coefficient"
        )
    try:
        if not isinstance(tree, (tuple, Tree, PlanarTree, OrderedForest)):
            tree = _of_one_term(tree, planar)
        if not planar:
            return None if tree is None else Tree.from_tuple(tree)
        last = tree[-1] if isinstance(tree, tuple) and tree else ()
        if isinstance(tree, PlanarTree) or not isinstance(last, (tuple, PlanarTree)):
            tree = (tree,)
        return OrderedForest.from_tuple(tree) or None
    except InvalidTypeError as error:
        raise InvalidTypeError(f"{name}: {error}") from None
    except InvalidValueError as error:
        raise InvalidValueError(f"{name}: {error}") from None


def _of_one_term(tree: Any, planar: bool) -> Any:
    """Return the tree or ordered forest that an element or forest is; all else unchanged."""
    from treealg.symbolic import Forest
    from treealg.symbolic.linear.elements import one_tree, sole_forest

    tree = sole_forest(tree)
    if planar or not isinstance(tree, Forest):
        return tree
    return one_tree(tree) if len(tree) else None


def check_labels(element: Tree | OrderedForest, labels: int, name: str = "tree") -> None:
    """Refuse a tree or ordered forest with a label that is not the number of a channel."""
    from treealg.symbolic import OrderedForest

    for tree in element.trees if isinstance(element, OrderedForest) else (element,):
        for vertex in tree.vertices():
            if isinstance(vertex.label, tuple):
                raise InvalidTypeError(
                    f"{name} must have integers as labels, got the tuple {brief(vertex.label)} as "
                    f"one, as a tuple of trees has; several trees are a list, and a forest needs "
                    f"planar=True"
                )
            number = check_integer(f"the label of {name}", vertex.label, 0)
            if number >= labels:
                raise InvalidValueError(
                    f"{name} must have labels from 0 to {labels - 1}, the channels of the "
                    f"transformed path, got {number}"
                )
