"""Arborification is a Hopf morphism to words; grafting; roots; shuffles."""

import itertools
import math
from collections import Counter

import pytest

from treealg.errors import InvalidTypeError
from treealg.symbolic import (
    Element,
    Forest,
    OrderedForest,
    PlanarTree,
    Tensor,
    Tree,
    arborification,
    b_minus,
    b_plus,
    bck,
    enumerate_forests,
    enumerate_trees,
    graft,
    mkw,
    shuffle_words,
)


def shuffles(first, second):
    """Shuffle two words by choosing the places of the first."""
    total = len(first) + len(second)
    found = Counter()
    for places in itertools.combinations(range(total), len(first)):
        letters, others = iter(first), iter(second)
        found[tuple(next(letters) if i in places else next(others) for i in range(total))] += 1
    return dict(found)


@pytest.mark.parametrize(
    ("first", "second"), [((), ()), ((1,), ()), ((1, 2), (3,)), ((1, 1), (1, 2, 1)), ("ab", "ba")]
)
def test_shuffle_of_words(first, second):
    assert shuffle_words(tuple(first), tuple(second)) == shuffles(tuple(first), tuple(second))


def shuffle_elements(x, y):
    return Element(
        [
            (word, a * b * count)
            for (u, a), (v, b) in itertools.product(x.items(), y.items())
            for word, count in shuffles(u, v).items()
        ]
    )


def deconcatenation(x):
    return Tensor(
        [((word[:i], word[i:]), c) for word, c in x.items() for i in range(len(word) + 1)]
    )


def tensor_words(tensor):
    return Tensor(
        [
            ((u, v), c * a * b)
            for (p, t), c in tensor.items()
            for u, a in arborification(p).items()
            for v, b in arborification(t).items()
        ]
    )


@pytest.mark.parametrize(("algebra", "planar"), [(bck, False), (mkw, True)])
@pytest.mark.parametrize(("colours", "nodes"), [(1, 6), (2, 4), (3, 3)])
def test_arborification_is_a_coalgebra_morphism(algebra, planar, colours, nodes):
    for n in range(nodes + 1):
        for forest in enumerate_forests(n, colours, planar=planar):
            words = arborification(forest)
            assert tensor_words(algebra.coproduct(forest)) == deconcatenation(words)
            assert all(len(word) == n for word in words)


@pytest.mark.parametrize(("algebra", "planar"), [(bck, False), (mkw, True)])
def test_arborification_is_an_algebra_morphism_and_respects_the_antipode(algebra, planar):
    listed = [x for n in range(4) for x in enumerate_forests(n, 2, planar=planar)]
    for x, y in itertools.product(listed, repeat=2):
        if x.order + y.order <= 4:
            assert arborification(algebra.product(x, y)) == shuffle_elements(
                arborification(x), arborification(y)
            )
    for x in listed:
        reverse = Element([(w[::-1], (-1) ** len(w) * c) for w, c in arborification(x).items()])
        assert arborification(algebra.antipode(x)) == reverse


@pytest.mark.parametrize("order", range(1, 7))
def test_arborification_counts_linear_extensions(order):
    for tree in enumerate_trees(order):
        words = arborification(tree)
        assert words == Element({(0,) * order: math.factorial(order) // tree.factorial})


def linear_extensions(tree):
    """Return the readings of a tree with different labels, children before parents."""
    if not tree.children:
        return Counter({(tree.label,): 1})
    parts = Counter({(): 1})
    for child in tree.children:
        parts = Counter(
            word for u in parts for v in linear_extensions(child) for word in shuffles(u, v)
        )
    return Counter({(*word, tree.label): 1 for word in parts})


def test_arborification_reads_each_linear_extension_once():
    tree = Tree.from_text("0[1[2,3],4[5]]")
    assert dict(arborification(tree).items()) == dict(linear_extensions(tree))


def test_planar_arborification_of_forests():
    forest = OrderedForest.from_text("1 2[3]")
    assert arborification(forest) == Element({(1, 3, 2): 1, (3, 1, 2): 1})
    ladder = PlanarTree.from_text("0[1[2]]")
    assert arborification(ladder) == Element({(2, 1, 0): 1})
    assert arborification(OrderedForest()) == arborification(Forest()) == Element({(): 1})


def test_arborification_is_linear_and_refuses_what_is_not_a_forest():
    x = Element({Tree(): 2, Forest([Tree(), Tree()]): 3})
    assert arborification(x) == Element({(0,): 2, (0, 0): 6})
    for bad in [(0,), ((0,),), None, 0, Element({(1, 2): 1})]:
        with pytest.raises(InvalidTypeError, match="arborification needs"):
            arborification(bad)


def test_arborification_of_a_path_of_a_thousand_vertices():
    tree, planar = Tree(), PlanarTree()
    for label in range(999):
        tree, planar = Tree((tree,), label), PlanarTree((planar,), label)
    word = (0, *range(999))
    assert arborification(tree) == arborification(planar) == Element({word: 1})


# -- grafting ------------------------------------------------------------------------------------


def grafts(branch, form, planar):
    """Yield the tuple trees with a branch on each vertex."""
    yield (branch, *form)
    for position, child in enumerate(form[:-1]):
        for new in grafts(branch, child, planar):
            yield (*form[:position], new, *form[position + 1 :])


@pytest.mark.parametrize("planar", [False, True])
def test_grafting_adds_a_branch_to_every_vertex(planar):
    kind = PlanarTree if planar else Tree
    branches = [tree for n in (1, 2) for tree in enumerate_trees(n, 2, planar=planar)]
    for trunk in enumerate_trees(4, 2, planar=planar):
        for branch in branches:
            forms = grafts(branch.to_tuple(), trunk.to_tuple(), planar)
            expected = Element([(kind.from_tuple(form), 1) for form in forms])
            assert graft(branch, trunk) == expected
            assert sum(c for _, c in expected.items()) == 4


def associator(a, b, c):
    return graft(a, graft(b, c)) - graft(graft(a, b), c)


def test_non_planar_grafting_is_pre_lie():
    trees = [tree for n in (1, 2, 3) for tree in enumerate_trees(n, 2)][:12]
    for a, b, c in itertools.product(trees, repeat=3):
        assert associator(a, b, c) == associator(b, a, c)


def test_left_grafting_is_not_pre_lie_but_forgetting_the_order_makes_it_so():
    a, b, c = PlanarTree((), 1), PlanarTree((), 2), PlanarTree((), 3)
    assert associator(a, b, c) != associator(b, a, c)

    def forget(x):
        return x.apply(lambda forest: Element({forest.forget_order(): 1}))

    for trunk in enumerate_trees(4, 1, planar=True):
        for branch in enumerate_trees(3, 1, planar=True):
            assert forget(graft(branch, trunk)) == graft(
                branch.forget_order(), trunk.forget_order()
            )


def test_left_grafting_makes_the_new_branch_leftmost():
    found = graft(PlanarTree((), 1), PlanarTree.from_text("0[2,3]"))
    assert found == Element(
        {PlanarTree.from_text(text): 1 for text in ("0[1,2,3]", "0[2[1],3]", "0[2,3[1]]")}
    )


def test_grafting_is_bilinear():
    a, b = Tree(), Tree([Tree()])
    x, y = Element({a: 2, b: -1}), Element({a: 1, b: 3})
    expected = 2 * graft(a, a) + 6 * graft(a, b) - graft(b, a) - 3 * graft(b, b)
    assert graft(x, y) == expected


def test_grafting_on_a_deep_path():
    tree = Tree()
    for _ in range(299):
        tree = Tree((tree,))
    assert len(graft(Tree((), 1), tree)) == 300


def test_b_plus_and_b_minus_are_inverse_and_linear():
    for forest in enumerate_forests(4, 2):
        assert b_minus(b_plus(forest, 1)) is forest
    for tree in enumerate_trees(4, 2, planar=True):
        assert b_plus(b_minus(tree), tree.label) is tree
    x = Element({Forest([Tree(), Tree()]): 2, Forest(): -1})
    assert b_plus(x, 1) == Element({Tree([Tree(), Tree()], 1): 2, Tree((), 1): -1})
    assert b_minus(b_plus(x, 1)) == x
    assert b_plus(Tree()) is Tree([Tree()])


def test_bad_grafts_are_refused():
    for bad in [(0,), None, Forest([Tree(), Tree()]), Element({Forest(): 1})]:
        with pytest.raises(InvalidTypeError):
            graft(bad, Tree())
        with pytest.raises(InvalidTypeError):
            graft(Tree(), bad)
        with pytest.raises(InvalidTypeError):
            b_minus(bad)
    with pytest.raises(InvalidTypeError, match="one kind"):
        graft(Tree(), PlanarTree())
    with pytest.raises(InvalidTypeError):
        b_plus((0,))
    with pytest.raises(InvalidTypeError, match="hashable"):
        b_plus(Tree(), [])
