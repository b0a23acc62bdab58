"""The basis that coefficients belong to: lengths, elements, and the way between element and index.

Everything here is counting and listing of symbolic trees; the symbolic layer is loaded when it is
first asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from treealg import tables
from treealg.checks import check_flag, check_integer
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.typing import TreeLike, TupleForm

if TYPE_CHECKING:
    from treealg.symbolic import OrderedForest, Tree

__all__ = [
    "branched_log_sig_length",
    "branched_sig_length",
    "idx_to_tree",
    "tree_to_idx",
    "trees",
    "trees_of_order",
]


def branched_sig_length(
    dimension: int, degree: int, *, planar: bool = False, scalar_term: bool = False
) -> int:
    """Return the number of coefficients of a branched signature.

    Parameters
    ----------
    dimension : int
        Channels of the path that is integrated (after path transforms), at least 1.
    degree : int
        Largest number of nodes, at least 0.
    planar : bool, default False
        Count ordered forests of planar trees rather than non-planar trees.
    scalar_term : bool, default False
        Count the empty tree too.

    Returns
    -------
    int
        The number of basis elements.

    Raises
    ------
    InvalidTypeError
        If `dimension` or `degree` is no integer, or a flag no boolean.
    InvalidValueError
        If `dimension` is below 1 or `degree` below 0, or if no array could have that length.

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
    """
    dimension, degree, planar = _sizes(dimension, degree, planar)
    scalar = check_flag("scalar_term", scalar_term)
    return tables.basis_length(dimension, degree, planar) + (1 if scalar else 0)


def branched_log_sig_length(dimension: int, degree: int, *, planar: bool = False) -> int:
    """Return the number of independent coefficients of a branched log-signature.

    Parameters
    ----------
    dimension : int
        Channels of the path that is integrated (after path transforms), at least 1.
    degree : int
        Largest number of nodes, at least 0.
    planar : bool, default False
        Count Lyndon forests, the coordinates of methods 1 and 2, rather than non-planar trees.

    Returns
    -------
    int
        The number; there is no scalar among them.

    Raises
    ------
    InvalidTypeError
        If `dimension` or `degree` is no integer, or `planar` no boolean.
    InvalidValueError
        If `dimension` is below 1 or `degree` below 0, or if no array could have that length.

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
    >>> [treealg.branched_log_sig_length(2, degree, planar=True) for degree in range(1, 5)]
    [2, 7, 33, 170]
    """
    dimension, degree, planar = _sizes(dimension, degree, planar)
    return tables.log_length(dimension, degree, planar, 1 if planar else 0)


def trees(dimension: int, degree: int, *, planar: bool = False) -> tuple[TupleForm, ...]:
    """List the basis up to a degree, the empty tree first.

    Parameters
    ----------
    dimension : int
        Number of labels, at least 1.
    degree : int
        Largest number of nodes, at least 0.
    planar : bool, default False
        List ordered forests of planar trees rather than non-planar trees.

    Returns
    -------
    tuple
        None for the empty tree, then the elements in tuple form, in the order of coefficients: a
        tree is ``(child_1, ..., child_k, root_label)``, an ordered forest a tuple of such trees.

    Raises
    ------
    InvalidTypeError
        If `dimension` or `degree` is no integer, or `planar` no boolean.
    InvalidValueError
        If `dimension` is below 1 or `degree` below 0, or if the basis does not fit in memory.

    See Also
    --------
    trees_of_order : One order of it.
    idx_to_tree : One element of it, without a list.

    Examples
    --------
    >>> import treealg
    >>> treealg.trees(1, 3)
    (None, (0,), ((0,), 0), ((0,), (0,), 0), (((0,), 0), 0))
    >>> treealg.trees(1, 2, planar=True)
    (None, ((0,),), ((0,), (0,)), (((0,), 0),))
    """
    dimension, degree, planar = _sizes(dimension, degree, planar)
    tables.require_fits(dimension, degree, planar)
    return tuple(
        element
        for order in range(degree + 1)
        for element in _elements_of_order(dimension, order, planar)
    )


def trees_of_order(dimension: int, order: int, *, planar: bool = False) -> tuple[TupleForm, ...]:
    """List the basis elements with exactly so many nodes.

    Parameters
    ----------
    dimension : int
        Number of labels, at least 1.
    order : int
        Number of nodes, at least 0.
    planar : bool, default False
        List ordered forests of planar trees rather than non-planar trees.

    Returns
    -------
    tuple
        The elements in tuple form, in the order of coefficients; ``(None,)`` for order 0.

    Raises
    ------
    InvalidTypeError
        If `dimension` or `order` is no integer, or `planar` no boolean.
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
    dimension = check_integer("dimension", dimension, 1)
    order = check_integer("order", order, 0)
    planar = check_flag("planar", planar)
    tables.require_fits(dimension, order, planar)
    return tuple(_elements_of_order(dimension, order, planar))


def tree_to_idx(
    tree: TreeLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    scalar_term: bool = False,
) -> int:
    """Return the index of the coefficient of a tree.

    Parameters
    ----------
    tree : TreeLike
        A `Tree` or its tuple form, children in any order; if `planar` an `OrderedForest` or the
        tuple of its trees, a single planar tree standing for its forest. None is the empty tree.
    dimension : int
        Number of labels, at least 1.
    degree : int
        Truncation of the signature, at least 0.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    scalar_term : bool, default False
        Whether the signature has the empty tree in front.

    Returns
    -------
    int
        Position along the last axis of the signature.

    Raises
    ------
    InvalidTypeError
        If `tree` is neither a tree nor its tuple form; if `dimension` or `degree` is no integer, or
        a flag no boolean.
    InvalidValueError
        If a label is not one of ``0, ..., dimension - 1``; if `tree` has more than `degree` nodes,
        or is empty while there is no scalar; if `dimension` is below 1 or `degree` below 0.

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
    dimension, degree, planar = _sizes(dimension, degree, planar)
    scalar = 1 if check_flag("scalar_term", scalar_term) else 0
    element = _element(tree, planar)
    if element is None:
        if not scalar:
            raise InvalidValueError(
                "tree is empty, which has a coefficient only with scalar_term=True; pass "
                "scalar_term=True if the signature has a scalar in front"
            )
        return 0
    if element.order > degree:
        raise InvalidValueError(
            f"tree must have at most degree={degree} nodes, got {element.order}; raise degree"
        )
    from treealg.symbolic import Tree, rank

    try:
        index = rank(element, dimension)
    except InvalidValueError as error:
        raise InvalidValueError(
            f"tree must have labels from 0 to {dimension - 1}, as dimension={dimension}: {error}"
        ) from None
    return index + scalar - (0 if isinstance(element, Tree) else 1)


def idx_to_tree(
    idx: int,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    scalar_term: bool = False,
) -> TupleForm:
    """Return the tree that a coefficient belongs to.

    Parameters
    ----------
    idx : int
        Position along the last axis of the signature, from 0.
    dimension : int
        Number of labels, at least 1.
    degree : int
        Truncation of the signature, at least 0.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    scalar_term : bool, default False
        Whether the signature has the empty tree in front.

    Returns
    -------
    tuple or None
        The tree ``(child_1, ..., child_k, root_label)``, or the tuple of the trees of an ordered
        forest; None for the empty tree.

    Raises
    ------
    InvalidTypeError
        If `idx`, `dimension` or `degree` is no integer, or a flag no boolean.
    InvalidValueError
        If `idx` is negative or beyond the last coefficient; if `dimension` is below 1 or `degree`
        below 0.

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
    dimension, degree, planar = _sizes(dimension, degree, planar)
    scalar = 1 if check_flag("scalar_term", scalar_term) else 0
    place = check_integer("idx", idx, 0) - scalar
    if place < 0:
        return None
    from treealg.symbolic import OrderedForest, Tree, count_forests, count_trees, unrank

    count = count_forests if planar else count_trees
    total = 0
    for order in range(1, degree + 1):
        total += count(order, dimension, planar)
        if place < total:
            break
    else:
        raise InvalidValueError(
            f"idx must be below {total + scalar}, the number of coefficients, got {idx}"
        )
    if planar:
        return unrank(OrderedForest, place + 1, dimension).to_tuple()
    return unrank(Tree, place, dimension).to_tuple()


def _sizes(dimension: Any, degree: Any, planar: Any) -> tuple[int, int, bool]:
    return (
        check_integer("dimension", dimension, 1),
        check_integer("degree", degree, 0),
        check_flag("planar", planar),
    )


def _elements_of_order(dimension: int, order: int, planar: bool) -> Iterator[TupleForm]:
    if order == 0:
        yield None
        return
    from treealg.symbolic import enumerate_forests, enumerate_trees

    if planar:
        for forest in enumerate_forests(order, dimension, planar=True):
            yield forest.to_tuple()
    else:
        for tree in enumerate_trees(order, dimension):
            yield tree.to_tuple()


def _element(tree: TreeLike, planar: bool) -> Tree | OrderedForest | None:
    """Return a basis element as a symbolic object, None if it is empty."""
    from treealg.symbolic import OrderedForest, PlanarTree, Tree

    if tree is None:
        return None
    try:
        if not planar:
            return Tree.from_tuple(tree)
        last = tree[-1] if isinstance(tree, tuple) and tree else ()
        if isinstance(tree, PlanarTree) or not isinstance(last, (tuple, PlanarTree)):
            tree = (tree,)
        return OrderedForest.from_tuple(tree) or None
    except InvalidTypeError as error:
        raise InvalidTypeError(f"tree: {error}") from None
    except InvalidValueError as error:
        raise InvalidValueError(f"tree: {error}") from None
