"""The numbering of forests against the symbolic enumeration."""

import numpy as np
import pytest

from treealg import symbolic
from treealg.tables.layout import ForestLayout
from treealg.tables.shapes import Indexer, formal, ordered_shapes, tree_shapes

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
def test_planar_forests_split_into_init_and_last_tree(dimension, nodes, planar):
    layout = ForestLayout(dimension, nodes, planar)
    forests, trees = listed(dimension, nodes, planar)
    number = {forest: index for index, forest in enumerate(forests)}
    last = [trees[f.trees[-1]] if len(f) else -1 for f in forests]
    init = [number[symbolic.OrderedForest(f.trees[:-1])] if len(f) else -1 for f in forests]
    assert layout.last.tolist() == last
    assert layout.init.tolist() == init


@pytest.mark.parametrize(("dimension", "nodes", "planar"), CASES)
def test_join_ranks_trees_in_any_order(dimension, nodes, planar):
    layout = ForestLayout(dimension, nodes, planar)
    forests, trees = listed(dimension, nodes, planar)
    rng = np.random.default_rng(5)
    for index in rng.choice(len(forests), size=30):
        members = list(forests[index].trees)
        if not planar:
            rng.shuffle(members)
        rank = layout.join([np.array([trees[t]]) for t in members], [t.order for t in members])
        assert rank.tolist() == [index]


@pytest.mark.parametrize(("dimension", "degree"), [(1, 6), (2, 5), (3, 4)])
def test_decorations_of_tree_shapes_are_all_trees_once(dimension, degree):
    layout = ForestLayout(dimension, degree - 1, planar=False)
    ranks = [Indexer(layout, labels).tree(tree) for tree, labels in tree_shapes(dimension, degree)]
    expected = np.arange(layout.start[-1]) * dimension
    assert np.sort(np.concatenate(ranks)).tolist() == expected.tolist()


@pytest.mark.parametrize(("dimension", "degree"), [(1, 5), (2, 4), (3, 3)])
def test_decorations_of_ordered_shapes_are_all_forests_once(dimension, degree):
    layout = ForestLayout(dimension, degree, planar=True)
    ranks = [
        np.broadcast_to(Indexer(layout, labels).forest(forest), labels.shape[1:])
        for forest, labels in ordered_shapes(dimension, degree)
    ]
    expected = np.arange(1, layout.start[-1], dimension)
    assert np.sort(np.concatenate(ranks)).tolist() == expected.tolist()


def test_formal_labels_are_post_order_and_keep_the_shape():
    shape = symbolic.PlanarTree.from_tuple((((7,), (7,), 7), (7,), 7))
    assert formal(shape, 3).to_tuple() == (((3,), (4,), 5), (6,), 7)
