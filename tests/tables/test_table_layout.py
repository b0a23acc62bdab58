"""The numbering of forests against the symbolic enumeration."""

import numpy as np
import pytest

from treealg import symbolic
from treealg.tables.layout import ForestLayout

CASES = [(1, 6, False), (2, 4, False), (3, 3, False), (1, 5, True), (2, 4, True), (3, 3, True)]


def listed(dimension, nodes, planar):
    """Return all forests and all trees in the basis order, by the symbolic enumeration."""
    forests, trees = [], []
    for n in range(nodes + 1):
        forests += symbolic.enumerate_forests(n, dimension, planar=planar)
        trees += symbolic.enumerate_trees(n + 1, dimension, planar=planar)
    return forests, {tree: index for index, tree in enumerate(trees)}


@pytest.mark.parametrize(("dimension", "nodes", "planar"), CASES)
def test_forests_split_into_first_tree_and_rest(dimension, nodes, planar):
    layout = ForestLayout(dimension, nodes, planar)
    forests, trees = listed(dimension, nodes, planar)
    number = {forest: index for index, forest in enumerate(forests)}
    kind = symbolic.OrderedForest if planar else symbolic.Forest
    first = [trees[f.trees[0]] if len(f) else -1 for f in forests]
    rest = [number[kind(f.trees[1:])] if len(f) else -1 for f in forests]
    assert layout.start[-1] == len(forests)
    assert layout.first.tolist() == first
    assert layout.rest.tolist() == rest
    assert layout.order_of.tolist() == [f.order for f in forests]


@pytest.mark.parametrize(("dimension", "nodes", "planar"), [c for c in CASES if c[2]])
def test_the_last_trees_of_planar_forests_are_taken_off_by_blocks(dimension, nodes, planar):
    layout = ForestLayout(dimension, max(nodes - 1, 0), planar)
    forests, _ = listed(dimension, nodes, planar)
    place = {}
    for forest in forests:
        place[forest] = sum(other.order == forest.order for other in place)
    expected = [[] for _ in range(nodes)]
    for forest in forests:
        if len(forest) and forest.trees[-1].label == 0:
            before = symbolic.OrderedForest(forest.trees[:-1])
            branches = symbolic.OrderedForest(forest.trees[-1].children)
            expected[forest.order - 1].append((before.order, place[before], place[branches]))
    found = [
        list(zip(*(part.tolist() for part in own), strict=True)) for own in layout.blocks(nodes)
    ]
    assert found == expected


@pytest.mark.parametrize(("dimension", "nodes", "planar"), CASES)
def test_trees_multiply_to_their_forest(dimension, nodes, planar):
    layout = ForestLayout(dimension, nodes, planar)
    forests, trees = listed(dimension, nodes, planar)
    rng = np.random.default_rng(5)
    for index in rng.choice(len(forests), size=30):
        members = list(forests[index].trees)
        if not planar:
            rng.shuffle(members)
        rank = np.zeros(1, dtype=np.int64)
        for tree in members:
            rank = layout.multiply(rank, np.array([trees[tree]]))
        assert rank.tolist() == [index]


@pytest.mark.parametrize(("dimension", "nodes", "planar"), CASES)
def test_forests_are_products_of_their_first_tree_and_rest(dimension, nodes, planar):
    layout = ForestLayout(dimension, nodes, planar)
    every = np.arange(1, layout.start[-1])
    first, rest = layout.first[every], layout.rest[every]
    assert layout.prepend_each(first, rest).tolist() == every.tolist()
    single = every[rest == 0]
    assert layout.multiply(0 * single, layout.first[single]).tolist() == single.tolist()
    few = ForestLayout(dimension, nodes, planar, apart=nodes - 1)
    assert [part.tolist() for part in few.split(every)] == [first.tolist(), rest.tolist()]
    assert few.prepend_each(first, rest).tolist() == every.tolist()
    places = layout.place(every)
    assert (places + np.array(layout.start)[layout.order_of[every]]).tolist() == every.tolist()
