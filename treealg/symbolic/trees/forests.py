"""Forests: commutative products of trees, and ordered forests; immutable, interned, ordered."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Generic, Self, TypeVar

from treealg.checks import brief, is_iterable
from treealg.errors import InvalidTypeError, InvalidValueError, TreeAlgError
from treealg.symbolic.trees.arithmetic import Summand
from treealg.symbolic.trees.displayed import Displayed
from treealg.symbolic.trees.interning import Interned, WeakTable, intern_value
from treealg.symbolic.trees.labels import normalize_label
from treealg.symbolic.trees.meter import spend
from treealg.symbolic.trees.rooted import RootedTree, multiplicity_factor
from treealg.symbolic.trees.terminal import for_terminal
from treealg.symbolic.trees.text import EMPTY, parse_trees, tree_text
from treealg.symbolic.trees.trees import PlanarTree, Tree

#: Trees that take longer to go through than to note.
_MANY = 20

__all__ = ["Forest", "OrderedForest", "RootedForest"]

T = TypeVar("T", bound=RootedTree)


class _AbsentPlaceError(InvalidValueError, IndexError):
    """A place that a forest does not have; what a sequence raises, too."""


class RootedForest(Displayed, Summand, Interned, Generic[T]):
    """What commutative and ordered forests share; use `Forest` or `OrderedForest`.

    Raises
    ------
    InvalidTypeError
        If it is instantiated itself.
    """

    __slots__ = ("_order", "_trees")

    _interned: ClassVar[WeakTable]
    _tree: ClassVar[type[RootedTree]]
    empty: ClassVar[Any]

    _trees: tuple[T, ...]
    _order: int

    def __new__(cls, trees: Iterable[Any] = ()) -> Self:
        """Return the forest of these trees; see the class."""
        if cls is RootedForest:
            raise InvalidTypeError("RootedForest has no instances; use Forest or OrderedForest")
        if isinstance(trees, (str, bytes, RootedTree)) or not is_iterable(trees):
            raise InvalidTypeError(
                f"trees must be an iterable of trees, got {type(trees).__name__} "
                f"{brief(trees)}; write [tree] for a single tree"
            )
        cls._tree._check_order("trees", trees)
        return cls._arranged(map(cls._tree._read_tree, trees))

    @classmethod
    def _arranged(cls, trees: Iterable[Any]) -> Self:
        """Return the forest of these trees in any order."""
        arranged: Any = cls._tree._arrange(tuple(trees))
        return cls._make(arranged)

    @classmethod
    def _make(cls, trees: tuple[T, ...]) -> Self:
        """Return the one forest of these arranged trees."""
        known = cls._interned.get(trees)
        if known is not None:
            forest: Self | None = known()
            if forest is not None:
                return forest
        if len(trees) > _MANY:
            spend(len(trees) // 10)
        order = 0
        for tree in trees:
            order += tree._order
        new = object.__new__(cls)
        new._trees = trees
        new._order = order
        return intern_value(cls._interned, trees, new)

    # -- conversions ---------------------------------------------------------------------------

    @classmethod
    def from_tuple(cls, value: Any) -> Self:
        """Return the forest that a tuple of trees in tuple form describes.

        Parameters
        ----------
        value : tuple, None or forest
            Trees, each in tuple form or as an object; None and ``()`` are the empty forest, and a
            forest of this class stands for itself.

        Returns
        -------
        forest
            The forest, of the class on which this is called.

        Raises
        ------
        InvalidTypeError
            If the value is none of these, or a tree is not a tuple or tree of the right class.
        InvalidValueError
            If a tree is an empty tuple, or a label is not equal to itself.

        Examples
        --------
        >>> OrderedForest.from_tuple((((0,), 1), (0,)))
        <OrderedForest 1[0] 0>
        """
        if value.__class__ is cls:
            return value
        if value is None:
            return cls._make(())
        if not isinstance(value, tuple):
            raise InvalidTypeError(
                f"a forest must be a {cls.__name__}, None or a tuple of trees, got "
                f"{type(value).__name__} {brief(value)}; the forest of one leaf is ((0,),)"
            )
        try:
            return cls._arranged(map(cls._tree.from_tuple, value))
        except InvalidTypeError:
            tree = cls._only_tree(value)
            if tree is None:
                raise
        raise InvalidTypeError(
            f"{brief(value)} is the tuple form of the tree {tree}, where a tuple of trees is "
            f"needed; the forest of it is {brief((value,))}"
        )

    @classmethod
    def _only_tree(cls, value: tuple[Any, ...]) -> RootedTree | None:
        """Return the tree of which a tuple is the tuple form, None if it is of no tree."""
        try:
            return cls._tree.from_tuple(value)
        except TreeAlgError:
            return None

    def to_tuple(self) -> tuple[Any, ...]:
        """Return the tuple of the tuple forms of the trees.

        Returns
        -------
        tuple
            One tuple per tree; ``()`` for the empty forest.

        Examples
        --------
        >>> Forest([Tree([Tree()]), Tree()]).to_tuple()
        ((0,), ((0,), 0))
        """
        return tuple(tree.to_tuple() for tree in self._trees)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Return the forest that a text such as ``0 0[1]`` describes.

        Parameters
        ----------
        text : str
            Texts of trees, separated by white space; ``∅``, ``{}`` or nothing is the empty forest.

        Returns
        -------
        forest
            The forest, of the class on which this is called.

        Raises
        ------
        InvalidTypeError
            If `text` is not a string.
        InvalidValueError
            If `text` is not well formed; the message shows the position. If an integer has more
            than 50,000 digits, or there are more than some three million parts.

        Examples
        --------
        >>> Forest.from_text("0[1] 0").to_tuple()
        ((0,), ((1,), 0))
        """
        trees: Any = cls._tree._arrange(parse_trees(text, cls._tree._build))
        return cls._make(trees)

    def to_text(self) -> str:
        """Return the text form, which `from_text` reads.

        Returns
        -------
        str
            The texts of the trees, separated by spaces.

        Raises
        ------
        InvalidTypeError
            If a label is neither an integer nor a string.
        InvalidValueError
            If a tree has more than ten million vertices, or a label is an integer of more than
            50,000 digits.

        Examples
        --------
        >>> Forest([Tree([Tree()]), Tree()]).to_text(), Forest().to_text()
        ('0 0[0]', '∅')
        """
        return " ".join(tree_text(tree, strict=True) for tree in self._trees) or EMPTY

    def __str__(self) -> str:
        return for_terminal(
            " ".join(tree_text(tree, strict=False) for tree in self._trees) or EMPTY
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._trees,)

    # -- parts and invariants ------------------------------------------------------------------

    @property
    def trees(self) -> tuple[T, ...]:
        """The trees: in the basis order (`Forest`) or as given (`OrderedForest`)."""
        return self._trees

    @property
    def order(self) -> int:
        """The number of vertices of all trees together."""
        return self._order

    @property
    def symmetry(self) -> int:
        """The number of automorphisms, those that exchange equal trees included; ordered: 1."""
        if self._tree._planar:
            return 1
        return multiplicity_factor(self._trees) * math.prod(t.symmetry for t in self._trees)

    @property
    def factorial(self) -> int:
        """The product of the factorials of the trees."""
        return math.prod(tree.factorial for tree in self._trees)

    @property
    def is_planar(self) -> bool:
        """Whether the order of trees matters."""
        return self._tree._planar

    def __len__(self) -> int:
        return len(self._trees)

    def __iter__(self) -> Iterator[T]:
        return iter(self._trees)

    def __getitem__(self, index: int) -> T:
        try:
            return self._trees[index]
        except TypeError:
            raise InvalidTypeError(
                f"the place of a tree in a forest must be an integer, got {type(index).__name__}"
            ) from None
        except IndexError:
            raise _AbsentPlaceError(
                f"the forest has the places 0 to {len(self) - 1}, got {brief(index)}"
                if self._trees
                else f"the empty forest has no trees, got the place {brief(index)}"
            ) from None

    def b_plus(self, label: Any = 0) -> T:
        r"""Return :math:`B^+_a` of the forest: its trees joined to a new root.

        Parameters
        ----------
        label : hashable, default 0
            The label of the new root.

        Returns
        -------
        tree
            The tree whose children are the trees of the forest.

        Raises
        ------
        InvalidTypeError
            If `label` is not hashable.
        InvalidValueError
            If `label` is not equal to itself.

        Examples
        --------
        >>> Forest([Tree(), Tree()]).b_plus(1)
        <Tree 1[0,0]>
        """
        tree: Any = self._tree._make(self._trees, normalize_label(label))
        return tree  # type: ignore[no-any-return]

    def _precedes(self, other: Self) -> bool:
        if self._order != other._order:
            return self._order < other._order
        # Sequences of trees of one total are never a prefix of one another: a difference exists.
        return next(
            left < right
            for left, right in zip(self._trees, other._trees, strict=False)
            if left is not right
        )


class Forest(RootedForest[Tree]):
    """A commutative forest: a finite multiset of non-planar trees, basis element of BCK.

    Parameters
    ----------
    trees : iterable of Tree or tuple, default ()
        The trees in any order.

    Raises
    ------
    InvalidTypeError
        If `trees` is not an iterable of trees.
    InvalidValueError
        If a tree in tuple form is not valid, or two labels cannot be ordered.

    Notes
    -----
    Equal forests are the same object. ``forest * other`` is the union, also with a tree; sums and
    multiples are elements.

    Examples
    --------
    >>> Forest([Tree([Tree()]), Tree()])
    <Forest 0 0[0]>
    >>> Forest([Tree()]) * Forest([Tree()]) is Forest([Tree(), Tree()])
    True
    """

    __slots__ = ()
    _interned: ClassVar[WeakTable] = WeakTable()
    _tree = Tree

    @classmethod
    def _read(cls, x: Any) -> Forest:
        """Return the basis element that `x` stands for: a tuple is the tuple form of a tree.

        The empty one is that of the empty forest. A tuple that is the tuple form of a tree with a
        tuple for a label and of a forest too is refused.
        """
        if x.__class__ is Forest:
            return x
        if x is None or (x.__class__ is tuple and not x):
            return Forest._make(())
        return Forest._make((Tree._read_tree(x),))

    def __mul__(self, other: Any) -> Any:
        if other.__class__ is not Forest:
            return super().__mul__(other)
        first, second = self._trees, other._trees
        if not first:
            return other
        if not second:
            return self
        # To compare trees is what takes time; both sides are sorted.
        if not second[0] < first[-1]:
            return Forest._make(first + second)
        if not first[0] < second[-1]:
            return Forest._make(second + first)
        if len(second) > 1:
            if len(first) > 1:
                return Forest._make(Tree._arrange(first + second))
            first, second = second, first
        place = bisect_right(first, second[0])
        return Forest._make((*first[:place], *second, *first[place:]))


class OrderedForest(RootedForest[PlanarTree]):
    """An ordered forest: a finite sequence of planar trees, basis element of MKW.

    Parameters
    ----------
    trees : iterable of PlanarTree or tuple, default ()
        The trees from left to right.

    Raises
    ------
    InvalidTypeError
        If `trees` is not an iterable of trees.
    InvalidValueError
        If a tree in tuple form is not valid.

    Notes
    -----
    Equal forests are the same object. ``forest * other`` is the concatenation, also with a tree;
    sums and multiples are elements.

    Examples
    --------
    >>> OrderedForest([PlanarTree([PlanarTree()]), PlanarTree()])
    <OrderedForest 0[0] 0>
    """

    __slots__ = ()
    _interned: ClassVar[WeakTable] = WeakTable()
    _tree = PlanarTree

    @classmethod
    def _read(cls, x: Any) -> OrderedForest:
        """Return the basis element that `x` stands for: a tuple is one of trees in tuple form."""
        if x.__class__ is OrderedForest:
            return x
        return cls._make((x,)) if isinstance(x, PlanarTree) else cls.from_tuple(x)

    def __mul__(self, other: Any) -> Any:
        if other.__class__ is not OrderedForest:
            return super().__mul__(other)
        return OrderedForest._make(self._trees + other._trees)

    def forget_order(self) -> Forest:
        """Return the commutative forest of the same trees without their orders.

        Returns
        -------
        Forest
            The commutative forest.

        Raises
        ------
        InvalidValueError
            If two labels cannot be ordered.

        Examples
        --------
        >>> OrderedForest([PlanarTree([PlanarTree()]), PlanarTree()]).forget_order()
        <Forest 0 0[0]>
        """
        return Forest(tree.forget_order() for tree in self._trees)


Forest.empty = Forest()
OrderedForest.empty = OrderedForest()
