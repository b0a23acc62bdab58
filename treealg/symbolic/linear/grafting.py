"""Joining and taking off roots, and grafting of a tree on every vertex of another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from treealg.checks import brief
from treealg.errors import InvalidTypeError
from treealg.symbolic.linear.combinations import Terms, add_terms
from treealg.symbolic.linear.elements import Element
from treealg.symbolic.linear.rounded_terms import terms_on
from treealg.symbolic.trees.forests import Forest, OrderedForest
from treealg.symbolic.trees.memo import Memo
from treealg.symbolic.trees.rooted import RootedTree
from treealg.symbolic.trees.sizes import check_steps

__all__ = ["b_minus", "b_plus", "graft"]

#: Steps that it takes to make a vertex.
_MADE = 10


def b_plus(x: Any, label: Any = 0) -> Any:
    r"""Return :math:`B^+_a`: the trees of a forest joined to a new root, extended linearly.

    Parameters
    ----------
    x : tree, forest or Element
        What becomes the branches; a tree stands for the forest of itself.
    label : hashable, default 0
        The label of the new root.

    Returns
    -------
    Tree, PlanarTree or Element
        A tree for a tree or forest, an element for an element.

    Raises
    ------
    InvalidTypeError
        If `x` is none of these, or `label` is not hashable.
    InvalidValueError
        If `label` is not equal to itself.

    Examples
    --------
    >>> from treealg.symbolic import Tree
    >>> b_plus(Forest([Tree(), Tree()]), 1)
    <Tree 1[0,0]>
    """
    if isinstance(x, Element):
        return x.apply(lambda key: Element({_forest(key).b_plus(label): 1}))
    return _forest(x).b_plus(label)


def b_minus(x: Any) -> Any:
    r"""Return :math:`B^-`: the branches of a tree without its root, extended linearly.

    Parameters
    ----------
    x : Tree, PlanarTree or Element
        A tree, or an element whose forests have one tree each.

    Returns
    -------
    Forest, OrderedForest or Element
        A forest for a tree, an element for an element.

    Raises
    ------
    InvalidTypeError
        If `x` is none of these, or a forest of an element is not a single tree.

    Examples
    --------
    >>> from treealg.symbolic import PlanarTree
    >>> b_minus(PlanarTree([PlanarTree(label=1), PlanarTree()]))
    <OrderedForest 1 0>
    """
    if isinstance(x, Element):
        return x.apply(lambda key: Element({b_minus(_tree(key)): 1}))
    return _forest_class(_tree(x))._make(_tree(x).children)


def graft(branch: Any, trunk: Any) -> Element:
    """Graft one tree on every vertex of another, and add up: the pre-Lie product.

    Non-planar: the free pre-Lie product of Chapoton and Livernet. Planar: left grafting, where
    the new branch becomes the leftmost child. Bilinear.

    Parameters
    ----------
    branch : tree or Element
        What is grafted.
    trunk : tree or Element
        That on which it is grafted; of the same kind as `branch`.

    Returns
    -------
    Element
        The sum over the vertices of `trunk`; equal results are added up.

    Raises
    ------
    InvalidTypeError
        If an argument is neither a tree nor an element over single trees, or one is planar and
        the other is not.
    InvalidValueError
        If more than a million vertices of new trees would have to be made.

    References
    ----------
    F. Chapoton and M. Livernet, "Pre-Lie algebras and the rooted trees operad", IMRN 2001.
    H. Z. Munthe-Kaas and W. M. Wright, Found. Comput. Math. 8 (2008).

    Examples
    --------
    >>> from treealg.symbolic import PlanarTree, Tree
    >>> graft(Tree(label=1), Tree([Tree()]))
    <Element (0[0,1]) + (0[0[1]])>
    >>> graft(PlanarTree(label=1), PlanarTree([PlanarTree()]))
    <Element (0[1,0]) + (0[0[1]])>
    """
    total: Terms = {}
    for left, a in _single_trees(branch):
        for right, b in _single_trees(trunk):
            if type(left) is not type(right):
                raise InvalidTypeError(
                    "branch and trunk must be of one kind, got "
                    f"{type(left).__name__} and {type(right).__name__}"
                )
            add_terms(total, _graft_tree(left, right), a * b)
    terms: Terms = {}
    for tree, value in total.items():
        if value != 0:
            forest = _forest_class(tree)._make((tree,))
            terms[forest] = value
    return Element._wrap(terms)


def _graft_tree(branch: Any, trunk: Any) -> Mapping[Any, int]:
    cls = type(trunk)
    # Grafting makes all vertices from the root to that of the branch anew.
    what = f"grafting on a tree of {trunk.order:,} vertices"
    check_steps(what, trunk.order)
    check_steps(what, _MADE * sum(vertex.order for vertex in trunk.vertices()))

    def build(tree: Any, known: Mapping[Any, Terms]) -> Terms:
        children = tree.children
        found: Terms = {cls._build((branch, *children), tree.label): 1}
        for position, child in enumerate(children):
            for new, value in known[child].items():
                grown = cls._build(
                    (*children[:position], new, *children[position + 1 :]), tree.label
                )
                found[grown] = found.get(grown, 0) + value
        return found

    return Memo[Any, Terms](lambda tree: tree.children, build)(trunk)


def _single_trees(x: Any) -> list[tuple[Any, Any]]:
    if isinstance(x, Element):
        found = terms_on(x, _is_tree)
        return [(_tree(key), value) for key, value in (x if found is None else found).items()]
    return [(_tree(x), 1)]


def _is_tree(key: Any) -> bool:
    return isinstance(key, (Forest, OrderedForest)) and len(key) == 1


def _tree(x: Any) -> Any:
    if isinstance(x, RootedTree):
        return x
    if isinstance(x, (Forest, OrderedForest)) and len(x) == 1:
        return x[0]
    raise InvalidTypeError(
        f"expected a tree or an element over single trees, got {type(x).__name__} "
        f"{brief(x)}; use Tree.from_tuple or PlanarTree.from_tuple for tuples"
    )


def _forest(x: Any) -> Any:
    if isinstance(x, (Forest, OrderedForest)):
        return x
    if isinstance(x, RootedTree):
        return _forest_class(x)._make((x,))
    raise InvalidTypeError(
        f"expected a tree, a forest or an element over forests, got {type(x).__name__} "
        f"{brief(x)}; use Forest.from_tuple or OrderedForest.from_tuple for tuples"
    )


def _forest_class(tree: RootedTree) -> Any:
    return OrderedForest if tree.is_planar else Forest
