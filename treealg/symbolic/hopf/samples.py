"""Random terms of coproducts, antipodes and products, which tell whether these have too many.

Each function draws a term in time that does not depend on their number; see `check_draws`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Sequence
from itertools import accumulate, repeat
from math import comb, prod
from random import Random
from typing import Any

from treealg.symbolic.trees.sizes import MAX_TERMS, check_draws, count_choices, count_cuts

__all__ = [
    "check_contractions",
    "check_cuts",
    "check_grafts",
    "check_hangings",
    "check_insertions",
    "check_left_cuts",
    "check_partitions",
    "check_pieces",
    "check_powers",
    "check_subwords",
    "check_trunks",
]

# Vertices that take part, from the roots on.
_MOST_VERTICES = 60
_MOST_HUNG, _ENOUGH_HUNG = 20, 10

# Ways to put trees on vertices, of which so many hardly ever make less than a million terms.
_ENOUGH_WAYS = 10**12


# Ordered forests by the number of their vertices.
_CATALAN = [comb(2 * n, n) // (n + 1) for n in range(_MOST_HUNG)]


class _Top:
    """The upper vertices of a forest, each after its parent, and what becomes of it if some go.

    Of more trees than that, those beyond stay in all terms, which they change alike. So do the
    branches of a vertex of which only the first take part; where they are many, one tree stands
    for them. Terms that are equal may then look different, as many as there are vertices with as
    many branches at most; but as many more come from those that are left out.
    """

    def __init__(self, trees: tuple[Any, ...], most: int = _MOST_VERTICES) -> None:
        trees = _first_ones(trees, most)
        self.vertices = list(trees)
        self.parents: list[int | None] = [None] * len(trees)
        # The branches of each vertex, with their numbers; none where no branch takes part.
        self.branches: list[list[tuple[Any, int | None]]] = []
        for tree in self.vertices:
            room = most - len(self.vertices)
            number = len(self.branches)
            taken = tree._children[: max(room, 0)]
            others = tree._children[len(taken) :] if taken else ()
            if len(others) > most:
                others = (tree._make(others, tree._label),)
            first = len(self.vertices)
            self.branches.append(
                [*((child, first + i) for i, child in enumerate(taken)), *zip(others, repeat(None))]
            )
            self.vertices.extend(taken)
            self.parents.extend([number] * len(taken))

    def pieces(self, cut: list[bool], more: dict[int, list[Any]]) -> tuple[list[Any], list[Any]]:
        """Return the trees that are cut off, and those that stay, with more branches at some."""
        built: list[Any] = list(self.vertices)
        pieces, rest = [], []
        for i in range(len(built) - 1, -1, -1):
            tree, more_here = self.vertices[i], more.get(i, ())
            below = self.branches[i]
            if below:
                kept = [
                    child if j is None else built[j]
                    for child, j in below
                    if j is None or not cut[j]
                ]
                built[i] = tree._build((*more_here, *kept), tree._label)
            elif more_here:
                built[i] = tree._build((*more_here, *tree._children), tree._label)
            if cut[i]:
                pieces.append(built[i])
            elif self.parents[i] is None:
                rest.append(built[i])
        return pieces, rest

    def blocks(self, cut: list[bool]) -> tuple[list[Any], list[Any]]:
        """Return, where edges are cut, each piece at the vertex of its root, and the skeletons.

        In these each piece is a vertex with the label of its root.
        """
        inner: list[Any] = list(self.vertices)
        outer: list[list[Any]] = [[] for _ in inner]
        skeletons = []
        for i in range(len(inner) - 1, -1, -1):
            tree, kept = self.vertices[i], []
            for child, j in self.branches[i]:
                if j is None or not cut[j]:
                    kept.append(child if j is None else inner[j])
                if j is not None:
                    outer[i] += outer[j]
            if self.branches[i]:
                inner[i] = tree._build(tuple(kept), tree._label)
            if cut[i]:
                outer[i] = [tree._build(tuple(outer[i]), tree._label)]
                if self.parents[i] is None:
                    skeletons += outer[i]
        return [one if cut[i] else None for i, one in enumerate(inner)], skeletons

    def contracted(self, joined: list[bool]) -> Hashable:
        """Return the forest, where vertices that are joined are one with their parents."""
        built: list[Any] = [()] * len(self.vertices)  # branches and label
        roots = []
        for i in range(len(built) - 1, -1, -1):
            tree = self.vertices[i]
            label: Any = (tree._label, 0)
            branches: list[Any] = []
            if not self.branches[i]:
                branches += ((child, None) for child in tree._children)
            for child, j in self.branches[i]:
                if j is None:
                    branches.append((child, None))
                elif joined[j]:
                    (inner, _), below = built[j]
                    label = (frozenset(Counter((inner, tree._label)).items()), 1)
                    branches += below
                else:
                    branches.append((built[j][0], _multiset(built[j][1])))
            built[i] = (label, branches)
            if self.parents[i] is None:
                roots.append((label, _multiset(branches)))
        return _multiset(roots)


def _first_ones(trees: tuple[Any, ...], most: int) -> tuple[Any, ...]:
    """Return so many trees at most, different ones first, as equal ones hardly make more terms."""
    return trees if len(trees) <= most else (*dict.fromkeys(trees), *trees)[:most]


def _left_part(trees: tuple[Any, ...], most: int = _MOST_VERTICES) -> tuple[Any, ...]:
    """Return the first trees of an ordered forest, or of branches in it, of few vertices."""
    while trees and trees[0]._order > most:
        trees = trees[0]._children
    ends = accumulate(tree._order for tree in trees)
    return trees[: bisect_right(list(ends), most)]


def _fewest(counts: Collection[int], gaps: int) -> int:
    """Return on how many vertices equal trees, so many of each kind, are put in enough ways.

    Each vertex has so many gaps for them.
    """
    for most in range(1, _MOST_VERTICES):
        if prod(count_choices(n + gaps * most, n) for n in counts) > _ENOUGH_WAYS:
            return most
    return _MOST_VERTICES


def _multiset(trees: list[Any]) -> Hashable:
    return frozenset(Counter(trees).items())


def check_cuts(what: str, forest: Any) -> None:
    """Refuse a coproduct, by admissible cuts, that has far too many terms.

    Examples
    --------
    >>> from treealg.symbolic import Forest, Tree
    >>> check_cuts("the coproduct", Forest([Tree()] * 30))
    """
    top = _Top(forest._trees)
    # Of trees that stay whole or not, because there are many, half do.
    chances = [
        1 / count_cuts([tree]) if below else 0.5
        for tree, below in zip(top.vertices, top.branches, strict=True)
    ]

    def draw(random: Random) -> Hashable:
        cut: list[bool] = []
        above: list[bool] = []
        for parent, chance in zip(top.parents, chances, strict=True):
            hidden = parent is not None and above[parent]
            cut.append(not hidden and random.random() < chance)
            above.append(hidden or cut[-1])
        pieces, rest = top.pieces(cut, {})
        return _multiset(pieces), _multiset(rest)

    check_draws(what, draw)


def check_pieces(what: str, tree: Any) -> None:
    """Refuse an antipode, the sum over all ways to cut edges of a tree, of far too many terms.

    Examples
    --------
    >>> from treealg.symbolic import Tree
    >>> check_pieces("the antipode", Tree([Tree()] * 30))
    """
    top = _Top((tree,))

    def draw(random: Random) -> Hashable:
        chosen = random.getrandbits(len(top.vertices))
        cut = [bool(chosen >> i & 1) and i > 0 for i in range(len(top.vertices))]
        pieces, rest = top.pieces(cut, {})
        return _multiset(pieces + rest)

    check_draws(what, draw)


def check_powers(
    what: str,
    powers: Sequence[tuple[Collection[Any], int]],
    joined: Callable[[list[Any]], Hashable],
    is_planar: bool = False,
) -> None:
    """Refuse a product of powers of sums, none of whose terms cancel, of far too many terms.

    ``joined`` tells what terms of the factors make together; with `is_planar` their order counts.

    Examples
    --------
    >>> check_powers("the product", [([1, 10], 30), ([1, 100], 30)], sum)
    """
    ways = 1
    for terms, count in powers:
        count = min(count, MAX_TERMS)
        ways *= (
            len(terms) ** min(count, MAX_TERMS.bit_length())
            if is_planar
            else count_choices(count + len(terms) - 1, count)
        )
        if ways > MAX_TERMS:
            break
    else:
        return
    # Different sums first; of those that do not take part, the same term is taken.
    factors = [terms for terms, _ in powers]
    for terms, count in powers:
        factors += [terms] * (min(count, _MOST_VERTICES) - 1)
    choices = [list(terms) for terms in factors[:_MOST_VERTICES]]
    check_draws(what, lambda random: joined(list(map(random.choice, choices))))


def check_partitions(what: str, forest: Any) -> None:
    """Refuse the ways to contract edges, with the pieces that become vertices, if far too many.

    Pieces of one vertex do not count.

    Examples
    --------
    >>> from treealg.symbolic import Forest, Tree
    >>> check_partitions("the coproduct", Forest([Tree()] * 30))
    """
    top = _Top(forest._trees)

    def draw(random: Random) -> Hashable:
        cut = _chosen(top, random)
        pieces, skeletons = top.blocks(cut)
        kept = [piece for piece in pieces if piece is not None and piece._children]
        return _multiset(kept), _multiset(skeletons)

    check_draws(what, draw)


def check_trunks(what: str, forest: Any) -> None:
    """Refuse the words of trees that are cut off a forest at its roots if they are far too many.

    Examples
    --------
    >>> from treealg.symbolic import Forest, Tree
    >>> check_trunks("the image", Forest([Tree()] * 30))
    """
    top = _Top(forest._trees)

    def draw(random: Random) -> Hashable:
        # With more pieces there are more orders.
        cut = [
            one or other
            for one, other in zip(*(_chosen(top, random) for _ in range(2)), strict=True)
        ]
        pieces, _ = top.blocks(cut)
        # Of all orders in which each piece comes after those above it, one; all equally likely.
        home = list(range(len(pieces)))
        below: list[list[int]] = [[] for _ in pieces]
        sizes = [1] * len(pieces)
        available = []
        for i, parent in enumerate(top.parents):
            if not cut[i] and parent is not None:
                home[i] = home[parent]
        for i in range(len(pieces) - 1, -1, -1):
            parent = top.parents[i]
            if parent is None:
                available.append(i)
            elif cut[i]:
                below[home[parent]].append(i)
                sizes[home[parent]] += sizes[i]
        word = []
        while available:
            (place,) = random.choices(range(len(available)), [sizes[i] for i in available])
            i = available.pop(place)
            word.append(pieces[i])
            available += below[i]
        return tuple(word)

    check_draws(what, draw)


def _chosen(top: _Top, random: Random) -> list[bool]:
    """Return above which vertices edges are cut, those above roots being so."""
    chosen = random.getrandbits(len(top.vertices))
    return [parent is None or bool(chosen >> i & 1) for i, parent in enumerate(top.parents)]


def check_grafts(what: str, branches: Any, trunk: Any) -> None:
    """Refuse a product, by grafting trees on any vertices of a forest, of far too many terms.

    Examples
    --------
    >>> from treealg.symbolic import Forest, Tree
    >>> check_grafts("the product", Forest([Tree()] * 30), Forest([Tree()]))
    """
    # Those beyond stay beside the others, and nothing is grafted below the upper vertices.
    grafted = _first_ones(branches._trees, _MOST_VERTICES)
    top = _Top(trunk._trees, _fewest(Counter(grafted).values(), 1))
    none = [False] * len(top.vertices)

    def draw(random: Random) -> Hashable:
        places: dict[int, list[Any]] = {}
        for tree in grafted:
            places.setdefault(random.randrange(-1, len(none)), []).append(tree)
        _, rest = top.pieces(none, places)
        return _multiset(rest + places.get(-1, []))

    check_draws(what, draw)


def check_insertions(what: str, inserted: Any, forest: Any) -> None:
    """Refuse a product, by insertion of trees in their order anywhere, of far too many terms.

    Examples
    --------
    >>> from treealg.symbolic import OrderedForest, PlanarTree
    >>> check_insertions("the product", OrderedForest([PlanarTree()]), OrderedForest.empty)
    """
    # Those beyond come last, and all else stays: of the whole there are no fewer terms.
    trees = inserted._trees[:_MOST_VERTICES]
    others = _left_part(forest._trees, _fewest([len(trees)], 2))
    check_draws(what, lambda random: _inserted(trees, others, random))


def _inserted(inserted: Sequence[Any], trees: Any, random: Random) -> tuple[Any, ...]:
    """Return an ordered forest with trees put anywhere, in their order."""
    # Before each tree of a forest or branch of a vertex, and after the last one.
    gaps = 2 * sum(tree._order for tree in trees) + 1
    chosen = sorted(random.randrange(gaps) for _ in inserted)
    pending = iter(zip(chosen, inserted, strict=True))
    following = next(pending, None)
    levels: list[list[Any]] = [[]]
    gap = 0
    stack: list[tuple[Any, int]] = [(trees, 0)]
    while stack:
        while following is not None and following[0] == gap:
            levels[-1].append(following[1])
            following = next(pending, None)
        gap += 1
        trees, done = stack.pop()
        if done < len(trees):
            stack += [(trees, done + 1), (trees[done]._children, 0)]
            levels.append([])
        elif stack:
            parents, place = stack[-1]
            branches = levels.pop()
            vertex = parents[place - 1]
            levels[-1].append(vertex._make(tuple(branches), vertex._label))
    return tuple(levels[0])


def check_hangings(what: str, forest: Any, inserts: bool = False) -> None:
    """Refuse the forests made by hanging trees on one another if they are far too many.

    Trees that stay roots come in reverse order, and the others go to the left of branches. Or, if
    asked, they go anywhere on the next tree to their right, in their order.

    Examples
    --------
    >>> from treealg.symbolic import Forest, Tree
    >>> check_hangings("the antipode", Forest([Tree()] * 10))
    """
    # Those beyond stay roots.
    trees, others = forest._trees[:_MOST_HUNG], forest._trees[_MOST_HUNG:]
    hang = _hung_in_blocks if inserts else _Hanging(trees)

    def draw(random: Random) -> Hashable:
        made = [*hang(trees, random), *others]
        return tuple(made) if forest.is_planar else _multiset(made)

    check_draws(what, draw)


class _Hanging:
    """Random ways to hang trees on vertices of one another, all equally likely."""

    def __init__(self, trees: tuple[Any, ...]) -> None:
        # Of ten trees, the roots suffice for a billion ways.
        each = _MOST_VERTICES // len(trees) if len(trees) < _ENOUGH_HUNG else 1
        self._tops = [_Top((tree,), each) for tree in trees]
        self._places = [
            (i, v) for i, top in enumerate(self._tops) for v in range(len(top.vertices))
        ]

    def __call__(self, trees: tuple[Any, ...], random: Random) -> list[Any]:
        count, places = len(trees), self._places
        # Wilson's algorithm: walk until a tree is met that has its place, or no tree; what was
        # chosen last counts. Then trees from those on which nothing hangs.
        chosen: list[Any] = [None] * count
        done: list[int] = []
        placed = [False] * count
        for start in range(count):
            i = start
            while i >= 0 and not placed[i]:
                k = random.randrange(-1, len(places))
                chosen[i] = places[k] if k >= 0 else (-1, 0)
                i = chosen[i][0]
            way = []
            i = start
            while i >= 0 and not placed[i]:
                placed[i] = True
                way.append(i)
                i = chosen[i][0]
            done += reversed(way)
        hung: list[dict[int, list[tuple[int, Any]]]] = [{} for _ in range(count)]
        roots: list[tuple[int, Any]] = []
        for i in reversed(done):
            more = {
                v: [tree for _, tree in sorted(found, key=_place, reverse=True)]
                for v, found in hung[i].items()
            }
            top = self._tops[i]
            (made,) = top.pieces([False] * len(top.vertices), more)[1]
            on, vertex = chosen[i]
            (roots if on < 0 else hung[on].setdefault(vertex, [])).append((i, made))
        return [tree for _, tree in sorted(roots, key=_place, reverse=True)]


def _place(found: tuple[int, Any]) -> int:
    return found[0]


def _hung_in_blocks(trees: tuple[Any, ...], random: Random) -> list[Any]:
    made: list[Any] = []
    while trees:
        # As many ways as there are to continue, if all trees are leaves.
        count = len(trees)
        sizes = range(1, count + 1)
        (size,) = random.choices(sizes, [_CATALAN[k - 1] * _CATALAN[count - k] for k in sizes])
        block, root, trees = trees[: size - 1], trees[size - 1], trees[size:]
        hung = _hung_in_blocks(block, random)
        if not root._children:
            branches = tuple(hung)
        elif root._order > _MOST_VERTICES:  # left of its branches
            branches = (*hung, *root._children)
        else:
            branches = _inserted(hung, root._children, random)
        made.insert(0, root._make(branches, root._label))
    return made


class _LeftCuts:
    """Random left admissible cuts of an ordered forest of few vertices, and what they prune."""

    random: Random

    def __init__(self, trees: tuple[Any, ...], evenly: bool) -> None:
        self._evenly = evenly  # Whether so many trees are pruned, not one of all cuts chosen.
        self._ways: dict[Any, int] = {}
        for root in trees:
            for tree in root._bottom_up():
                self._ways[tree] = sum(self._weights(tree._children))

    def _weights(self, trees: tuple[Any, ...]) -> list[int]:
        """Return in how many ways a forest is cut where its first 0, 1, ... trees are pruned."""
        weights = [1]
        for tree in reversed(trees):
            weights.append(weights[-1] * self._ways[tree])
        return weights[::-1]

    def _cut(self, trees: tuple[Any, ...], words: list[Any], first: int) -> list[Any]:
        """Return what stays if the `first` trees are pruned, and add a word for each vertex."""
        words.append(trees[:first])
        return [
            tree._make(tuple(self._cut(below, words, self._first(below))), tree._label)
            for tree in trees[first:]
            for below in (tree._children,)
        ]

    def _first(self, trees: tuple[Any, ...]) -> int:
        numbers = range(len(trees) + 1)
        if self._evenly:
            return self.random.choice(numbers)
        (first,) = self.random.choices(numbers, self._weights(trees))
        return first

    def _shuffled(self, words: list[Any]) -> tuple[Any, ...]:
        order = [i for i, word in enumerate(words) for _ in word]
        self.random.shuffle(order)
        letters = [iter(word) for word in words]
        return tuple(next(letters[i]) for i in order)

    def term(self, trees: tuple[Any, ...]) -> Hashable:
        """Return a term of the coproduct."""
        words: list[Any] = []
        rest = self._cut(trees, words, self._first(trees))
        return self._shuffled(words), tuple(rest)

    def antipode(self, trees: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return a term of the antipode."""
        if not trees:
            return ()
        words: list[Any] = []
        rest = self._cut(trees, words, 0)
        return self._shuffled([rest[::-1], *map(self.antipode, words)])


def check_left_cuts(what: str, forest: Any, antipode: bool) -> None:
    """Refuse a coproduct, by left admissible cuts, or its antipode, of far too many terms.

    Examples
    --------
    >>> from treealg.symbolic import OrderedForest, PlanarTree
    >>> check_left_cuts("the coproduct", OrderedForest([PlanarTree()] * 30), antipode=False)
    """
    # Of the first trees, while the others stay, or of branches: of the whole there are no fewer.
    first = _left_part(forest._trees)
    if not first:
        return
    # To many pieces, as their orders count.
    cuts = _LeftCuts(first, evenly=antipode)

    def draw(random: Random) -> Hashable:
        cuts.random = random
        return (cuts.antipode if antipode else cuts.term)(first)

    check_draws(what, draw)


def check_subwords(what: str, word: Sequence[Any]) -> None:
    """Refuse the ways to give letters of a word to two words if they are far too many.

    Examples
    --------
    >>> check_subwords("the coproduct", "a" * 30)
    """
    # Of the first letters, while the others go to the second word.
    letters = word[:_MOST_VERTICES]

    def draw(random: Random) -> Hashable:
        chosen = random.getrandbits(len(letters))
        parts: tuple[list[Any], list[Any]] = ([], [])
        for i, letter in enumerate(letters):
            parts[chosen >> i & 1].append(letter)
        return tuple(map(tuple, parts))

    check_draws(what, draw)


def check_contractions(what: str, forest: Any) -> None:
    """Refuse the ways to contract edges, no two of which meet, if they are far too many.

    Edges at vertices whose labels are tuples stay.

    Examples
    --------
    >>> from treealg.symbolic import Forest, Tree
    >>> check_contractions("the image", Forest([Tree()] * 30))
    """
    top = _Top(forest._trees)
    tuples = [isinstance(tree._label, tuple) for tree in top.vertices]

    def draw(random: Random) -> Hashable:
        joined = [False] * len(top.vertices)  # with one of its branches
        taken = list(tuples)
        for i in range(len(top.vertices) - 1, -1, -1):
            parent = top.parents[i]
            if parent is not None and not (taken[i] or taken[parent]) and random.random() < 0.5:
                taken[i] = taken[parent] = True
                joined[i] = True
        return top.contracted(joined)

    check_draws(what, draw)
