"""What planar and non-planar rooted trees share: immutable, interned, in the basis order.

Equal trees are one object, so that equality and hash are those of identity and cost nothing.
The tables of known trees hold weak references; a tree lives as long as somebody uses it. No
operation recurses on depth.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from itertools import repeat
from typing import Any, ClassVar, Self

from treealg.checks import brief, is_iterable
from treealg.errors import InvalidTypeError, InvalidValueError, TreeAlgError
from treealg.symbolic.trees.arithmetic import Summand
from treealg.symbolic.trees.displayed import Displayed
from treealg.symbolic.trees.interning import Interned, WeakTable, intern_value
from treealg.symbolic.trees.labels import Label, label_kind, label_less, normalize_label
from treealg.symbolic.trees.meter import spend
from treealg.symbolic.trees.sizes import check_steps
from treealg.symbolic.trees.terminal import for_terminal
from treealg.symbolic.trees.text import parse_trees, tree_text

__all__ = ["RootedTree", "multiplicity_factor"]

_MANY = 20  # branches, of which some may be equal


class RootedTree(Displayed, Summand, Interned):
    """What planar and non-planar rooted trees share; use `Tree` or `PlanarTree`.

    Raises
    ------
    InvalidTypeError
        If it is instantiated itself.
    """

    __slots__ = ("_children", "_factorial", "_label", "_order", "_symmetry")

    _interned: ClassVar[WeakTable]
    _planar: ClassVar[bool]

    _children: tuple[Self, ...]
    _label: Label
    _order: int
    _symmetry: int | None
    _factorial: int | None

    def __new__(cls, children: Iterable[Any] = (), label: Any = 0) -> Self:
        """Return the tree with these children and root label; see the class."""
        if cls is RootedTree:
            raise InvalidTypeError("RootedTree has no instances; use Tree or PlanarTree")
        if isinstance(children, (str, bytes, RootedTree)) or not is_iterable(children):
            raise InvalidTypeError(
                f"children must be an iterable of trees, got {type(children).__name__} "
                f"{brief(children)}; write [child] for a single child"
            )
        cls._check_order("children", children)
        branches = tuple(map(cls._read_tree, children))
        return cls._make(cls._arrange(branches), normalize_label(label))

    @classmethod
    def _read_tree(cls, given: Any) -> Self:
        """Return the tree that `given` is or has the tuple form of, if it is of no forest, too."""
        tree = cls.from_tuple(given)
        if not isinstance(given, tuple) or not isinstance(given[-1], tuple):
            return tree
        try:
            trees = " ".join(str(cls.from_tuple(part)) for part in given)
        except TreeAlgError:
            return tree
        forest = "OrderedForest" if cls._planar else "Forest"
        raise InvalidValueError(
            f"{brief(given)} is the tuple form of the tree {tree}, whose root has a tuple as its "
            f"label, and of the forest {trees}; make one of them with {cls.__name__}.from_tuple "
            f"or {forest}.from_tuple"
        )

    @classmethod
    def _check_order(cls, name: str, given: Any) -> None:
        """Refuse mappings, and sets, whose order means nothing, where order matters."""
        if isinstance(given, Mapping) or (cls._planar and isinstance(given, Set)):
            raise InvalidTypeError(
                f"{name} must be a sequence of trees, got {type(given).__name__} {brief(given)}; "
                "its order means nothing, or its values would be lost"
            )

    @classmethod
    def _arrange(cls, children: tuple[Self, ...]) -> tuple[Self, ...]:
        """Return the children in the order in which a tree of this class keeps them."""
        if cls._planar or len(children) < 2:
            return children
        if len(children) == 2:
            first, second = children
            return (second, first) if second < first else children
        if len(children) > _MANY:
            spend(len(children) // 8)
            # To compare trees takes longer than to count those that are the same.
            counts = Counter(children)
            spend(4 * len(counts))
            if 2 * len(counts) < len(children):
                ordered = sorted(counts)
                runs = map(repeat, ordered, map(counts.__getitem__, ordered))
                return tuple(itertools.chain.from_iterable(runs))
        return tuple(sorted(children))

    @classmethod
    def _make(cls, children: tuple[Self, ...], label: Label) -> Self:
        """Return the one tree with these arranged children and this normalized label."""
        kind: Any = label.__class__
        if kind is tuple or kind is frozenset:
            kind = label_kind(label)
        key = (label, kind, children)
        known = cls._interned.get(key)
        if known is not None:
            tree: Self | None = known()
            if tree is not None:
                return tree
        if len(children) > _MANY:
            spend(len(children) // 10)
        order = 1
        for child in children:
            order += child._order
        new = object.__new__(cls)
        new._children = children
        new._label = label
        new._order = order
        new._symmetry = None
        new._factorial = None
        return intern_value(cls._interned, key, new)

    @classmethod
    def _family(cls, children: tuple[Self, ...], labels: range) -> list[Self]:
        """Return the trees with these arranged children and root labels.

        What `_make` does for each, with what they share done once: listing is mostly this.
        """
        table = cls._interned
        order = 1
        for child in children:
            order += child._order
        family: list[Self] = []
        for label in labels:
            key = (label, int, children)
            known = table.get(key)
            tree: Self | None = None if known is None else known()
            if tree is None:
                new = object.__new__(cls)
                new._children = children
                new._label = label
                new._order = order
                new._symmetry = new._factorial = None
                tree = intern_value(table, key, new)
            family.append(tree)
        return family

    # -- conversions ---------------------------------------------------------------------------

    @classmethod
    def from_tuple(cls, value: Any) -> Self:
        """Return the tree that a tuple ``(child_1, ..., child_k, label)`` describes.

        Parameters
        ----------
        value : tuple or tree
            The tuple form; a leaf is ``(label,)``. A tree of this class, also as a child, stands
            for itself. Children may come in any order when the tree is not planar.

        Returns
        -------
        tree
            The tree, of the class on which this is called.

        Raises
        ------
        InvalidTypeError
            If the value or one of its children is neither a tuple nor a tree of this class, or
            a label is not hashable, or a tree or forest stands in the place of a label.
        InvalidValueError
            If a tuple is empty, or a label is not equal to itself.

        Examples
        --------
        >>> from treealg.symbolic import Tree
        >>> Tree.from_tuple(((1,), (0,), 2))
        <Tree 2[0,1]>
        """
        if value.__class__ is cls:
            return value
        pending: list[tuple[tuple[Any, ...], list[Self]]] = [(_checked(cls, value), [])]
        while True:
            piece, built = pending[-1]
            if len(built) < len(piece) - 1:
                child = piece[len(built)]
                if child.__class__ is cls:
                    built.append(child)
                else:
                    pending.append((_checked(cls, child), []))
                continue
            pending.pop()
            if isinstance(piece[-1], Interned):
                raise InvalidTypeError(
                    f"a tree in tuple form ends with the label of its root, got the "
                    f"{type(piece[-1]).__name__} {piece[-1]} there; several trees are a forest, "
                    f"Forest([...]) or OrderedForest([...])"
                )
            tree = cls._make(cls._arrange(tuple(built)), normalize_label(piece[-1]))
            if not pending:
                return tree
            pending[-1][1].append(tree)

    def to_tuple(self) -> tuple[Any, ...]:
        """Return the tuple form ``(child_1, ..., child_k, label)``.

        Returns
        -------
        tuple
            Nested tuples, children in the order of `children`.

        Examples
        --------
        >>> from treealg.symbolic import Tree
        >>> Tree([Tree(), Tree(label=1)]).to_tuple()
        ((0,), (1,), 0)
        """
        known: dict[RootedTree, tuple[Any, ...]] = {}
        for tree in self._bottom_up():
            known[tree] = (*(known[child] for child in tree._children), tree._label)
        return known[self]

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Return the tree that a text such as ``0[1,2[0]]`` describes.

        Parameters
        ----------
        text : str
            The root label, then the children in brackets, if there are any. Labels are integers,
            or strings: bare when they are identifiers, else in double quotes as in JSON.

        Returns
        -------
        tree
            The tree, of the class on which this is called.

        Raises
        ------
        InvalidTypeError
            If `text` is not a string.
        InvalidValueError
            If `text` is not the text of exactly one tree; the message shows the position. If an
            integer has more than 50,000 digits, or there are more than some three million parts.

        Examples
        --------
        >>> from treealg.symbolic import Tree
        >>> Tree.from_text("f[g, f[g]]").to_tuple()
        (('g',), (('g',), 'f'), 'f')
        """
        trees = parse_trees(text, cls._build)
        if len(trees) != 1:
            raise InvalidValueError(
                f"text must describe one tree, got {len(trees)} in {brief(text)}; "
                "use the forest class for several"
            )
        return trees[0]

    @classmethod
    def _build(cls, children: tuple[Self, ...], label: Label) -> Self:
        return cls._make(cls._arrange(children), label)

    def to_text(self) -> str:
        """Return the text form, which `from_text` reads.

        Returns
        -------
        str
            The root label, then the children in brackets.

        Raises
        ------
        InvalidTypeError
            If a label is neither an integer nor a string: such a text could not be read back.
        InvalidValueError
            If there are more than ten million vertices, or a label is an integer of more than
            50,000 digits.

        Examples
        --------
        >>> from treealg.symbolic import Tree
        >>> Tree([Tree([Tree()]), Tree(label=1)]).to_text()
        '0[1,0[0]]'
        """
        return tree_text(self, strict=True)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"

    def __str__(self) -> str:
        return for_terminal(tree_text(self, strict=False))

    def __reduce__(self) -> tuple[Any, ...]:
        steps = tuple((tree._label, len(tree._children)) for tree in _post_order(self))
        return _rebuild, (type(self), steps)

    # -- parts and invariants ------------------------------------------------------------------

    @property
    def label(self) -> Label:
        """The label of the root."""
        return self._label

    @property
    def children(self) -> tuple[Self, ...]:
        """The branches at the root: in the basis order (`Tree`) or as given (`PlanarTree`)."""
        return self._children

    @property
    def order(self) -> int:
        """The number of vertices."""
        return self._order

    @property
    def symmetry(self) -> int:
        r"""The number of automorphisms that keep labels, 1 for a planar tree.

        :math:`\sigma(B^+_a(\tau_1^{m_1} \cdots)) = \prod_i m_i! \, \sigma(\tau_i)^{m_i}`
        (Butcher 2016, chapter 3).
        """
        if self._symmetry is None:
            self._symmetry = (
                1
                if self._planar
                else self._product(lambda tree: multiplicity_factor(tree._children))
            )
        return self._symmetry

    @property
    def factorial(self) -> int:
        r"""The tree factorial (density), the product over vertices of the order of what they bear.

        :math:`\tau! = |\tau| \prod_i \tau_i!` (Butcher 2016, chapter 3, there gamma).
        """
        if self._factorial is None:
            self._factorial = self._product(lambda tree: tree._order)
        return self._factorial

    def _product(self, factor: Callable[[Self], int]) -> int:
        """Return the product of a factor for each vertex, of equal trees the same one."""
        counts: dict[Self, int] = {self: 1}
        powers: list[tuple[int, int]] = []
        bits = 0
        for tree in reversed(self._bottom_up()):
            count = counts.pop(tree)
            for child in tree._children:
                counts[child] = counts.get(child, 0) + count
            if (one := factor(tree)) != 1:
                bits += one.bit_length() * count
                powers.append((one, count))
        check_steps("a product over all vertices", bits // 5)
        factors = [one**count for one, count in powers]
        # Of numbers of about one size, which costs least.
        while len(factors) > 1:
            pairs = itertools.zip_longest(factors[::2], factors[1::2], fillvalue=1)
            factors = [one * other for one, other in pairs]
        return factors[0] if factors else 1

    @property
    def is_planar(self) -> bool:
        """Whether the order of children matters."""
        return self._planar

    def vertices(self) -> Iterator[Self]:
        """Iterate over the vertices, each given as the tree that it bears, the root first.

        Yields
        ------
        tree
            The tree above a vertex; isomorphic ones appear once per vertex.

        Examples
        --------
        >>> from treealg.symbolic import Tree
        >>> [str(tree) for tree in Tree([Tree([Tree(label=2)])]).vertices()]
        ['0[0[2]]', '0[2]', '2']
        """
        spend(self._order)
        stack = [self]
        while stack:
            tree = stack.pop()
            yield tree
            stack.extend(reversed(tree._children))

    def _bottom_up(self) -> list[Self]:
        """Return the different trees that vertices bear, each after its children."""
        seen = {self}
        found = [self]
        for tree in found:
            for child in tree._children:
                if child not in seen:
                    seen.add(child)
                    found.append(child)
        found.sort(key=lambda tree: tree._order)
        return found

    def _precedes(self, other: Self) -> bool:
        first, second = self, other
        while first._order == second._order:
            spend(1 + len(first._children) // 20)
            # Child sequences of one total are never a prefix of one another, so that the first
            # difference decides, and its own first difference in turn.
            for left, right in zip(first._children, second._children, strict=False):
                if left is not right:
                    first, second = left, right
                    break
            else:
                return label_less(first._label, second._label)
        return first._order < second._order


def multiplicity_factor(trees: tuple[RootedTree, ...]) -> int:
    """Return the product of the factorials of the multiplicities of sorted trees.

    The number of ways to permute equal trees.

    Examples
    --------
    >>> from treealg.symbolic import Tree
    >>> multiplicity_factor((Tree(), Tree(), Tree(label=1)))
    2
    """
    if len(trees) > _MANY:
        return math.prod(map(math.factorial, Counter(trees).values()))
    result, run, previous = 1, 0, None
    for tree in trees:
        run = run + 1 if tree is previous else 1
        previous = tree
        result *= run
    return result


def _post_order(tree: RootedTree) -> list[RootedTree]:
    """Return the vertices, each after its children, with repetition."""
    check_steps("a list of all vertices", tree._order)
    found = []
    stack = [tree]
    while stack:
        top = stack.pop()
        found.append(top)
        stack.extend(top._children)
    found.reverse()
    return found


def _rebuild(cls: type[RootedTree], steps: tuple[tuple[Label, int], ...]) -> RootedTree:
    """Build a tree from labels and numbers of children in post-order (what a pickle holds)."""
    stack: list[RootedTree] = []
    for label, count in steps:
        children = tuple(stack[len(stack) - count :])
        del stack[len(stack) - count :]
        stack.append(cls._build(children, label))
    return stack[-1]


def _checked(cls: type[RootedTree], piece: Any) -> tuple[Any, ...]:
    if not isinstance(piece, tuple):
        raise InvalidTypeError(
            f"a tree must be a {cls.__name__} or a tuple (child_1, ..., child_k, label), got "
            f"{type(piece).__name__} {brief(piece)}; a leaf with label 0 is (0,)"
        )
    if not piece:
        raise InvalidValueError(
            "a tree in tuple form needs a root label, got an empty tuple; a leaf with label 0 "
            "is (0,)"
        )
    return piece
