"""The place of a tree or forest in the basis order, and back, by counting: nothing is listed.

A tree is the pair (order k, place j among the trees of that order). The trees that share their
children are contiguous, so that j = d * (place of the children) + label, and everything comes
down to the place of a sequence of trees among all those with the same total.
"""

from __future__ import annotations

from itertools import islice
from math import log2
from typing import Any, Protocol, TypeVar

from treealg.checks import brief, check_integer
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic.trees.enumeration import Counts, counts
from treealg.symbolic.trees.forests import Forest, OrderedForest
from treealg.symbolic.trees.memo import remembered
from treealg.symbolic.trees.rooted import RootedTree
from treealg.symbolic.trees.sizes import check_steps
from treealg.symbolic.trees.trees import PlanarTree, Tree

__all__ = ["rank", "unrank"]

Place = tuple[int, int]
T = TypeVar("T", Tree, PlanarTree, Forest, OrderedForest)

_SMALL = 64
_FEW = 400  # vertices up to which counts are made as integers
_FEW_PRODUCTS = 20  # for each total, that are made as such of integers with more vertices
_MOST_BITS = 16_000  # of an index, which is what trees of 10,000 vertices need


class _Sequences(Protocol):
    counts: Counts

    def rank(self, places: list[Place], total: int) -> int: ...

    def unrank(self, index: int, total: int) -> list[Place]: ...


class _Ordered:
    """Places of arbitrary sequences of planar trees, up to a greatest total."""

    def __init__(self, colours: int, greatest: int) -> None:
        self.counts = counts(colours, True)
        self.counts.forests(greatest)  # all of them together, as one by one takes longer

    def rank(self, places: list[Place], total: int) -> int:
        trees, forests = self.counts.trees, self.counts.forests
        index = 0
        for order, place in places:
            # Sequences that start with fewer vertices, or all but those that do not.
            if 2 * order <= total:
                index += sum(trees(k) * forests(total - k) for k in range(1, order))
            else:
                rest = sum(trees(k) * forests(total - k) for k in range(order, total + 1))
                index += forests(total) - rest
            total -= order
            index += place * forests(total)
        return index

    def unrank(self, index: int, total: int) -> list[Place]:
        trees, forests = self.counts.trees, self.counts.forests
        places = []
        while total:
            # From both ends, so that the work is that of the smaller part.
            low, high, below, above = 1, total, 0, forests(total)
            while True:
                block = trees(low) * forests(total - low)
                if index < below + block:
                    order = low
                    break
                below, low = below + block, low + 1
                above -= trees(high) * forests(total - high)
                if index >= above:
                    order, below = high, above
                    break
                high -= 1
            index -= below
            total -= order
            place, index = divmod(index, forests(total))
            places.append((order, place))
        return places


class _Sorted:
    """Places of non-decreasing sequences of non-planar trees, up to a greatest total."""

    def __init__(self, colours: int, greatest: int) -> None:
        self.counts = counts(colours, False)
        self.counts.forests(greatest)
        self._colours = colours
        self._columns = [[self.counts.forests(m) for m in range(greatest + 1)]]
        self._residues: Any = None
        self._known: dict[tuple[int, int], int] = {}

    def _from_order(self, total: int, order: int) -> int:
        """Count the sequences with `total` vertices whose trees have at least `order`."""
        if total < order:
            return 0 if total else 1
        if total < 2 * order:
            return self.counts.trees(total)
        # A search for a place asks for the same ones again and again.
        found = self._known.get((total, order))
        if found is None:
            found = self._known[total, order] = self._counted(total, order)
        return found

    def _counted(self, total: int, order: int) -> int:
        if total < 3 * order:
            return self._of_at_most_two(total, order)
        if len(self._columns) < order:
            if self._has_many_products(order):
                # Where the first tree is not known yet, it may be as large as this.
                found: int = self._modular(total // 3).count(total, order)
                return found
            self._extend(order)
        return self._columns[order - 1][total]

    def _of_at_most_two(self, total: int, order: int) -> int:
        """Count the sequences of one or two trees, of at least `order` vertices each."""
        trees = self.counts.trees
        pairs = sum(trees(k) * trees(total - k) for k in range(order, (total + 1) // 2))
        equal = 0 if total % 2 else trees(total // 2)
        return trees(total) + pairs + equal * (equal + 1) // 2

    def _has_many_products(self, order: int) -> bool:
        """Tell whether integers are too long, or their products too many, to be taken one by one.

        Examples are branches of more than five vertices beside others among 2,000.
        """
        greatest = len(self._columns[0]) - 1
        if greatest <= _FEW:
            return False
        products = (min(greatest // k, self.counts.trees(k)) for k in range(1, order))
        return sum(islice(products, _FEW_PRODUCTS + 1)) > _FEW_PRODUCTS

    def _modular(self, order: int) -> Any:
        """Return counts modulo primes, unless those up to an order of trees take too long."""
        if self._residues is None:
            from treealg.symbolic.trees.modular_columns import ModularColumns, check_columns

            greatest = len(self._columns[0]) - 1
            check_columns(greatest, order, self.counts, self._colours)
            self._residues = ModularColumns(greatest, self.counts, self._colours)
        return self._residues

    def _prepare(self, places: list[Place], total: int) -> None:
        """Make all columns that a rank needs, or refuse them, before the first of them is used."""
        greatest = 0
        for order, place in places:
            larger = order + 1 if place else order
            if total >= 3 * larger:
                greatest = larger
            total -= order
        if len(self._columns) < greatest:
            if self._has_many_products(greatest):
                self._modular(greatest).extend(greatest)
            else:
                self._extend(greatest)

    def _last_order(self, total: int, order: int, least: int) -> int:
        """Return the last order from which on at least `least` sequences start, `order` or more."""
        third = total // 3 + 1
        if order < third and self._from_order(total, third) < least:
            while self._from_order(total, order + 1) >= least:
                order += 1
            return order
        # From here on there are at most two trees, and counts need no others.
        low, high = max(order, third), total // 2 + 1
        while high - low > 1:
            middle = (low + high) // 2
            if self._from_order(total, middle) >= least:
                low = middle
            else:
                high = middle
        return low

    def _extend(self, order: int) -> None:
        # Threads that extend at the same time each replace the whole list by a right one.
        columns = list(self._columns)
        self._check_work(order)
        while len(columns) < order:
            # Dropping the trees of order k multiplies the generating function of sequences by
            # (1 - x^k)^N_k.
            k = len(columns)
            old = columns[-1]
            new = list(old)
            choices = 1
            for r in range(1, (len(old) - 1) // k + 1):
                choices = choices * (self.counts.trees(k) - r + 1) // r
                if not choices:
                    break
                signed = -choices if r % 2 else choices
                for m in range(r * k, len(old)):
                    if old[m - r * k]:
                        new[m] += signed * old[m - r * k]
            columns.append(new)
        self._columns = columns

    def _check_work(self, order: int) -> None:
        """Refuse columns whose products of long integers take minutes."""
        greatest, digits = len(self._columns[0]), self._columns[0][-1].bit_length()
        products = sum(min(greatest // k, self.counts.trees(k)) for k in range(1, order))
        check_steps(
            f"the place of a tree of {greatest:,} vertices, with several branches of {order:,} or "
            "more beside each other,",
            products * greatest * digits**2 // 30_000_000,
        )

    def _from_place(self, total: int, order: int, place: int) -> int:
        """Count the sequences with `total` vertices whose trees are at least (order, place)."""
        if place == 0:
            return self._from_order(total, order)
        left = self.counts.trees(order) - place
        if total < 2 * order:
            return left if total == order else self._from_order(total, order + 1)
        found, choices = 0, 1
        for r in range(total // order + 1):
            if r:
                choices = choices * (left + r - 1) // r
            found += choices * self._from_order(total - r * order, order + 1)
        return found

    def rank(self, places: list[Place], total: int) -> int:
        self._prepare(places, total)
        index = 0
        low = (1, 0)
        for place in places:
            if place != low:
                index += self._from_place(total, *low) - self._from_place(total, *place)
                low = place
            total -= place[0]
        return index

    def unrank(self, index: int, total: int) -> list[Place]:
        places: list[Place] = []
        low = (1, 0)
        while total:
            # The first tree is the last one from which on at least `left` sequences start.
            left = self._from_place(total, *low) - index
            if self.counts.trees(total) >= left:
                low = (total, self.counts.trees(total) - left)
                return [*places, low]
            order = self._last_order(total, low[0], left)
            first, last = 0, self.counts.trees(order)
            while last - first > 1:
                middle = (first + last) // 2
                if self._from_place(total, order, middle) >= left:
                    first = middle
                else:
                    last = middle
            low = (order, first)
            index = self._from_place(total, *low) - left
            total -= order
            places.append(low)
        return places


@remembered(16)
def _small(colours: int) -> _Sorted:
    return _Sorted(colours, _SMALL)


def _sequences(planar: bool, colours: int, total: int) -> _Sequences:
    if planar:
        return _Ordered(colours, total)
    return _small(colours) if total <= _SMALL else _Sorted(colours, total)


def _orders(index: int, colours: int, planar: bool) -> tuple[int, int]:
    """Return how many vertices what has an index has at least but for one, and hardly more than.

    There are at most (3 d)^n trees with n vertices and d colours, planar ones at most (4 d)^n, and
    half as many again with up to n; forests are as many as trees that have one root more. Of trees
    that are not planar there are some 2.95^n of one colour, and more than (e d)^n / n^2 of d.
    """
    bits = index.bit_length() - 2
    most, usual = (4.0, 4.0) if planar else (3.0, 2.95 if colours == 1 else 2.718)
    least = int(bits / (log2(most) + log2(colours))) - 2
    likely = int((bits + 2 * bits.bit_length()) / (log2(usual) + log2(colours))) + 2
    return least, likely


def rank(x: Tree | PlanarTree | Forest | OrderedForest, colours: Any = 1) -> int:
    """Return the index of a tree or forest among all of its kind, in the basis order.

    Parameters
    ----------
    x : Tree, PlanarTree, Forest or OrderedForest
        The object; its labels are integers from 0 to ``colours - 1``.
    colours : int, default 1
        The number of labels, at least 1.

    Returns
    -------
    int
        For a tree, its index among all trees, the leaf with label 0 first; for a forest, its
        index among all forests, the empty one first.

    Raises
    ------
    InvalidTypeError
        If `x` is none of these, or `colours` is not an integer.
    InvalidValueError
        If `colours` is less than 1, a label is not an integer from 0 to ``colours - 1``, or
        counting would take long, as for most bushy trees of more than 2,000 vertices.

    Notes
    -----
    Only counts are used: for n vertices O(n^2 log n) operations on integers of O(n) digits, or
    on their residues modulo primes.

    Examples
    --------
    >>> rank(Tree.from_tuple(((1,), 0)), 2)
    4
    >>> rank(OrderedForest.from_tuple((((0,), 0),)), 2)
    7
    """
    colours = check_integer("colours", colours, 1)
    if isinstance(x, RootedTree):
        trees: tuple[Any, ...] = (x,)
    elif isinstance(x, (Forest, OrderedForest)):
        trees = x.trees
    else:
        raise InvalidTypeError(
            f"rank needs a tree or a forest, got {type(x).__name__} {brief(x)}; "
            "use from_tuple first"
        )
    sequences = _sequences(x.is_planar, colours, x.order)
    places: dict[Any, Place] = {}
    for root in trees:
        for tree in root._bottom_up():
            if tree not in places:
                children = [places[child] for child in tree.children]
                label = _checked_label(tree.label, colours)
                place = sequences.rank(children, tree.order - 1) * colours + label
                places[tree] = (tree.order, place)
    count = sequences.counts
    if isinstance(x, RootedTree):
        return sum(count.trees(k) for k in range(1, x.order)) + places[x][1]
    before = sum(count.forests(m) for m in range(x.order))
    return before + sequences.rank([places[tree] for tree in trees], x.order)


def unrank(kind: type[T], index: Any, colours: Any = 1) -> T:
    """Return the tree or forest with a given index in the basis order.

    Parameters
    ----------
    kind : type
        `Tree`, `PlanarTree`, `Forest` or `OrderedForest`.
    index : int
        At least 0.
    colours : int, default 1
        The number of labels, at least 1.

    Returns
    -------
    Tree, PlanarTree, Forest or OrderedForest
        The object of which `rank` is `index`.

    Raises
    ------
    InvalidTypeError
        If `kind` is none of the four classes, or `index` or `colours` is not an integer.
    InvalidValueError
        If `index` is negative or has more than 16,000 binary digits, `colours` less than 1, or
        counting would take long, as for trees of more than some 2,000 vertices, planar ones, and
        those of one or two branches at each vertex, excepted.

    Examples
    --------
    >>> unrank(Tree, 10**30).order
    70
    >>> [str(unrank(OrderedForest, index)) for index in range(5)]
    ['∅', '0', '0 0', '0[0]', '0 0 0']
    """
    if not isinstance(kind, type) or kind not in (Tree, PlanarTree, Forest, OrderedForest):
        raise InvalidTypeError(
            f"kind must be Tree, PlanarTree, Forest or OrderedForest, got {brief(kind)}"
        )
    index = check_integer("index", index, 0, _MOST_BITS)
    colours = check_integer("colours", colours, 1)
    is_tree = issubclass(kind, RootedTree)
    planar = kind in (PlanarTree, OrderedForest)
    count = counts(colours, planar)
    count.prepare(*_orders(index, colours, planar))
    size = 1 if is_tree else 0
    number = count.trees if is_tree else count.forests
    while index >= number(size):
        index -= number(size)
        size += 1
    sequences = _sequences(planar, colours, size)
    tree_class: Any = PlanarTree if planar else Tree
    places = [(size, index)] if is_tree else sequences.unrank(index, size)
    known: dict[Place, Any] = {}
    parts: dict[Place, list[Place]] = {}
    stack = list(places)
    while stack:
        order, place = top = stack[-1]
        if top in known:
            stack.pop()
            continue
        if top not in parts:
            parts[top] = sequences.unrank(place // colours, order - 1)
            stack.extend(parts[top])
            continue
        stack.pop()
        children = tuple(known[part] for part in parts[top])
        known[top] = tree_class._make(children, place % colours)
    forest_class: Any = kind
    trees = tuple(known[place] for place in places)
    found: T = trees[0] if is_tree else forest_class._make(trees)
    return found


def _checked_label(label: Any, colours: int) -> int:
    if label.__class__ is not int or not 0 <= label < colours:
        raise InvalidValueError(
            f"labels must be integers from 0 to {colours - 1} for colours={colours}, got "
            f"{brief(label)}"
        )
    return label
