"""Tables of closed sets: what is counted, what is refused before it is made, and how deep."""

import math

import numpy as np
import pytest

import treealg
from tests.support import soon
from treealg.errors import InvalidValueError
from treealg.symbolic import OrderedForest, PlanarTree, Tree, bck
from treealg.symbolic.maps.vectors import basis_elements
from treealg.tables import closure
from treealg.tables.forest_cuts import ForestCuts


def _star(leaves, height=1):
    """Return a root with ladders of different labels."""
    ladder = [(label,) for label in range(leaves)]
    for _ in range(height - 1):
        ladder = [(below, label) for label, below in enumerate(ladder)]
    return Tree.from_tuple((*ladder, leaves))


def _comb(height, leaves=1):
    tree = Tree()
    for _ in range(height - 1):
        tree = Tree([tree, *[Tree()] * leaves])
    return tree


def _nested(height):
    """Return a root on which all nested trees of smaller height stand."""
    return PlanarTree([_nested(i) for i in range(height)])


def _terms(table):
    """Return the terms of each element, as forests by their trees, which are places."""
    forests = [()]
    for head, tail in zip(table.head[1:], table.tail[1:], strict=True):
        forests.append((int(head), *forests[tail]))
    return [
        sorted(
            (tuple(sorted(forests[slot])), int(trunk), int(table.factor[slot]))
            for slot, trunk in zip(
                table.term_slot[begin:end], table.term_trunk[begin:end], strict=True
            )
        )
        for begin, end in zip(table.term_ptr[:-1], table.term_ptr[1:], strict=True)
    ]


@pytest.mark.parametrize(("d", "degree"), [(1, 6), (2, 4)])
def test_terms_are_those_of_the_algebra(d, degree):
    every = list(basis_elements(d, degree, False))
    basis, table = closure([every[-1], every[len(every) // 2]], planar=False)
    place = {tree: i for i, tree in enumerate(basis)}
    for tree, found in zip(basis, _terms(table), strict=True):
        expected = [
            (tuple(sorted(place[part] for part in pruned.trees)), place[trunk.trees[0]], int(often))
            for (pruned, trunk), often in bck.coproduct(tree).items()
            if pruned.order and trunk.order
        ]
        assert found == sorted(expected)


@pytest.mark.parametrize("leaves", [1, 4, 7])
def test_a_root_with_different_leaves_has_3_to_the_leaves(leaves):
    _, table = closure([_star(leaves)], planar=False)
    # A leaf is not there, is cut off, or stays; nothing is cut off 2**leaves trunks.
    assert table.term_slot.size == 3**leaves - 2**leaves


@pytest.mark.parametrize("element", [_star(5), _star(4, 2), _star(3, 2)])
def test_of_different_labels_as_many_terms_are_counted_as_come(element):
    cuts = ForestCuts(planar=False)
    counted = cuts.least([cuts.number(element)])
    basis, table = closure([element], planar=False)
    # Those of the trunks of the tree are counted, and not those of its branches.
    trunks = [i for i, tree in enumerate(basis) if tree.label == element.label]
    assert counted == int(np.diff(table.term_ptr)[trunks].sum()) <= table.term_slot.size


@pytest.mark.parametrize(("d", "degree"), [(1, 7), (2, 5)])
@pytest.mark.parametrize("planar", [False, True])
def test_never_more_terms_are_counted_than_come(d, degree, planar):
    for element in basis_elements(d, degree - planar, planar):
        if element.order == degree - planar:
            cuts = ForestCuts(planar)
            counted = cuts.least([cuts.number(element)])
            assert counted <= closure([element], planar=planar)[1].term_slot.size


@pytest.mark.parametrize("element", [_comb(8), _comb(5, 2), Tree([_comb(5), _comb(3)])])
def test_about_as_many_terms_are_counted_as_come(element):
    cuts = ForestCuts(planar=False)
    size = closure([element], planar=False)[1].term_slot.size
    assert size / 20 < cuts.least([cuts.number(element)]) <= size


def _trunks(forest):
    """Return all trunks of an ordered forest, as sequences of trees that are such sequences."""
    ways = [()]
    found = {()}
    for tree in reversed(forest):
        own = _trunks(tree)
        ways = [(trunk, *way) for trunk in own for way in ways]
        found.update(ways)
    return found


@pytest.mark.parametrize(
    "forest", [((), ((), ()), ()), (((((),), ()), ()), ((),)), ((((),), ((),), ((), ())),)]
)
def test_pairs_of_trunks_of_ordered_forests_are_counted_exactly(forest):
    def made(trees):
        return [PlanarTree(made(tree)) for tree in trees]

    cuts = ForestCuts(planar=True)
    pairs = sum(1 for trunk in _trunks(forest) for own in _trunks(trunk) if own not in (trunk, ()))
    assert cuts.least([cuts.number(OrderedForest(made(forest)))]) == pairs


def test_products_that_no_memory_holds_are_refused():
    with soon(4), pytest.raises(InvalidValueError, match=r"products or more|have at least"):
        closure([Tree.from_tuple(_nested(7).to_tuple())], planar=False)


def test_of_several_elements_the_largest_are_to_be_left_out():
    with soon(1), pytest.raises(InvalidValueError, match=r"2 elements have.*leave out the larg"):
        closure([_comb(30), Tree()], planar=False)
    with (
        soon(1),
        pytest.raises(InvalidValueError, match=r"at least 102,[\d,]{15} terms.*take a smaller"),
    ):
        treealg.branched_log_sig_coef([[0.0], [1.0]], [_comb(30)])


@pytest.mark.parametrize(
    "element",
    [
        _star(14),
        _star(9, 2),
        _star(7, 4),
        Tree.from_tuple((*[(0,)] * 2100, 0)),
        _star(1, 2100),
        _comb(20),
        _comb(14),
        _comb(400),
        _comb(9, 4),
        Tree([Tree([_comb(8)] * 2), _comb(7), _comb(5)]),
        Tree([_star(1, 200).children[0], _comb(2, 3), _comb(9)]),
        OrderedForest([PlanarTree([_nested(4)] * 3)]),
        OrderedForest([PlanarTree(), _nested(6)]),
        OrderedForest([_nested(9)]),
    ],
)
def test_too_many_terms_are_refused_before_one_is_made(element, monkeypatch):
    monkeypatch.setattr(ForestCuts, "make", None)
    with pytest.raises(InvalidValueError, match="more than the bound of 2,097,152; take a s"):
        closure([element], planar=isinstance(element, OrderedForest))


@pytest.mark.parametrize(
    "element",
    [
        Tree.from_tuple(((((0,), 0), 0), (((0,), 0), 0), 0)),
        OrderedForest.from_tuple((((((0,), 1),) * 4 + (0,)),)),
    ],
)
def test_terms_that_come_are_counted_as_they_come(element, monkeypatch):
    planar = isinstance(element, OrderedForest)
    size = closure([element], planar=planar)[1].term_slot.size
    monkeypatch.setattr("treealg.tables.forest_cuts.MAX_TERMS", size)
    assert closure([element], planar=planar)[1].term_slot.size == size
    monkeypatch.setattr("treealg.tables.forest_cuts.MAX_TERMS", size - 1)
    with pytest.raises(InvalidValueError, match=f"more than the bound of {size - 1:,};"):
        closure([element], planar=planar)


@pytest.mark.slow
def test_deep_ladders_have_a_logarithm():
    ladder = _star(1, 1010)
    basis, table = closure([ladder], planar=False)
    assert table.term_slot.size > math.comb(1011, 2)
    assert basis[-1] == ladder


def test_a_chosen_logarithm_that_does_not_end_is_refused():
    tree = (*((label,) for label in range(14)), 1)
    with pytest.raises(InvalidValueError, match="at least 4,766,585 terms"):
        treealg.branched_log_sig_coef(np.ones((5, 20)), tree)


@pytest.mark.parametrize(("ones", "twos"), [(20, 0), (56, 0), (45, 12), (28, 28)])
def test_how_often_equal_branches_are_cut_off_is_exact(ones, twos):
    star = Tree([Tree(label=1)] * ones + [Tree(label=2)] * twos)
    table = closure([star], planar=False)[1]
    # Of the trunks of the star, the last block is the star itself.
    own = table.factor[table.term_slot[table.term_ptr[-2] :]]
    expected = [
        math.comb(ones, i) * math.comb(twos, j) for i in range(ones + 1) for j in range(twos + 1)
    ]
    assert sorted(own.tolist()) == sorted(map(float, expected[1:]))


@pytest.mark.parametrize(("ones", "twos"), [(57, 0), (64, 0), (200, 0), (50, 10), (40, 40)])
def test_coefficients_that_floats_do_not_hold_are_refused(ones, twos):
    star = Tree([Tree(label=1)] * ones + [Tree(label=2)] * twos)
    with pytest.raises(InvalidValueError, match=r"coproduct of <Forest .* 2\*\*53 or more"):
        closure([star], planar=False)
