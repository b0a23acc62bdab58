"""Rooted trees, non-planar and planar."""

from __future__ import annotations

from typing import ClassVar

from treealg.symbolic.trees.interning import WeakTable
from treealg.symbolic.trees.rooted import RootedTree

__all__ = ["PlanarTree", "Tree"]


class Tree(RootedTree):
    """A rooted tree with labelled vertices, whose children have no order.

    Parameters
    ----------
    children : iterable of Tree or tuple, default ()
        The branches at the root, in any order, as trees or in tuple form.
    label : hashable, default 0
        The label of the root.

    Raises
    ------
    InvalidTypeError
        If `children` is not an iterable of trees, or a label is not hashable.
    InvalidValueError
        If a label is not equal to itself, or two labels of different trees cannot be ordered.

    Notes
    -----
    Isomorphic trees are the same object; children are kept in the basis order: by number of
    vertices, then by the sequence of children, then by label. Safe in threads. Sums and multiples
    of trees are elements, and the product of two is a forest.

    Examples
    --------
    >>> Tree([Tree(label=1), Tree()]) is Tree([Tree(), Tree(label=1)])
    True
    >>> cherry = Tree([Tree(), Tree()])
    >>> cherry, cherry.order, cherry.symmetry, cherry.factorial
    (<Tree 0[0,0]>, 3, 2, 3)
    >>> 2 * cherry - Tree() / 3, cherry * Tree()
    (<Element -1/3 (0) + 2 (0[0,0])>, <Forest 0 0[0,0]>)
    """

    __slots__ = ()
    _interned: ClassVar[WeakTable] = WeakTable()
    _planar = False


class PlanarTree(RootedTree):
    """A rooted tree with labelled vertices, whose children are ordered from left to right.

    Parameters
    ----------
    children : iterable of PlanarTree or tuple, default ()
        The branches at the root from left to right, as trees or in tuple form.
    label : hashable, default 0
        The label of the root.

    Raises
    ------
    InvalidTypeError
        If `children` is not an iterable of trees, or a label is not hashable.
    InvalidValueError
        If a label is not equal to itself.

    Notes
    -----
    Sums and multiples of trees are elements, and the product of two is an ordered forest.

    Examples
    --------
    >>> ladder = PlanarTree([PlanarTree()])
    >>> PlanarTree([ladder, PlanarTree()]) == PlanarTree([PlanarTree(), ladder])
    False
    >>> PlanarTree([ladder, PlanarTree()]).forget_order()
    <Tree 0[0,0[0]]>
    """

    __slots__ = ()
    _interned: ClassVar[WeakTable] = WeakTable()
    _planar = True

    def forget_order(self) -> Tree:
        """Return the non-planar tree with the same vertices.

        Returns
        -------
        Tree
            The tree without the order of children.

        Raises
        ------
        InvalidValueError
            If two labels cannot be ordered.

        Examples
        --------
        >>> PlanarTree([PlanarTree(label=1), PlanarTree()]).forget_order()
        <Tree 0[0,1]>
        """
        known: dict[PlanarTree, Tree] = {}
        for tree in self._bottom_up():
            known[tree] = Tree._build(tuple(known[child] for child in tree._children), tree._label)
        return known[self]
