"""Lengths, elements and indices of the basis."""

from itertools import accumulate

import numpy as np
import pytest

import treealg
from treealg import symbolic
from treealg.symbolic import OrderedForest, PlanarTree, Tree, count_forests, count_trees

SIZES = [(1, 6, False), (2, 4, False), (3, 3, False), (1, 5, True), (2, 4, True), (3, 3, True)]

# Rooted trees: OEIS A000081 (one colour), A038055, A038059 (two, three). Ordered forests: OEIS
# A000108 times powers of the dimension. Lyndon forests: Munthe-Kaas and Krogstad 2003, A022553.
PER_ORDER = [
    (1, False, [1, 1, 2, 4, 9, 20, 48, 115, 286, 719, 1842, 4766]),
    (2, False, [2, 4, 14, 52, 214, 916, 4116, 18996]),
    (3, False, [3, 9, 45, 246, 1485, 9432, 62625, 428319]),
    (1, True, [1, 2, 5, 14, 42, 132, 429]),
    (2, True, [2, 8, 40, 224, 1344]),
]
LYNDON_PER_ORDER = [
    (1, [1, 1, 3, 8, 25, 75, 245, 800, 2700, 9225]),
    (2, [2, 5, 26, 137, 806, 4913]),
    (3, [3, 12, 89, 702, 6123]),
]


@pytest.mark.parametrize(("dimension", "planar", "numbers"), PER_ORDER)
def test_lengths_are_the_published_numbers(dimension, planar, numbers):
    got = [
        treealg.branched_sig_length(dimension, degree, planar=planar)
        for degree in range(len(numbers) + 1)
    ]
    assert got == [0, *accumulate(numbers)]
    scalar = treealg.branched_sig_length(dimension, 4, planar=planar, scalar_term=True)
    assert scalar == got[4] + 1


@pytest.mark.parametrize(("dimension", "numbers"), LYNDON_PER_ORDER)
def test_log_lengths_are_the_published_numbers_of_lyndon_forests(dimension, numbers):
    got = [
        treealg.branched_log_sig_length(dimension, degree, planar=True, method=1)
        for degree in range(len(numbers) + 1)
    ]
    assert got == [0, *accumulate(numbers)]


@pytest.mark.parametrize("degree", range(5))
def test_nonplanar_log_length_is_that_of_the_signature(degree):
    want = treealg.branched_sig_length(3, degree)
    assert treealg.branched_log_sig_length(3, degree) == want


def test_basis_order_is_the_documented_one():
    assert treealg.trees(2, 2) == (None, (0,), (1,), ((0,), 0), ((0,), 1), ((1,), 0), ((1,), 1))
    assert treealg.trees(2, 2, planar=True)[:9] == (
        None,
        ((0,),),
        ((1,),),
        ((0,), (0,)),
        ((0,), (1,)),
        ((1,), (0,)),
        ((1,), (1,)),
        (((0,), 0),),
        (((0,), 1),),
    )


@pytest.mark.parametrize(("dimension", "degree", "planar"), SIZES)
def test_basis_is_listed_in_full_without_repetition(dimension, degree, planar):
    basis = treealg.trees(dimension, degree, planar=planar)
    length = treealg.branched_sig_length(dimension, degree, planar=planar, scalar_term=True)
    assert len(basis) == len(set(basis)) == length
    parts = [treealg.trees_of_order(dimension, order, planar=planar) for order in range(degree + 1)]
    assert basis == tuple(element for part in parts for element in part)


@pytest.mark.parametrize("scalar_term", [False, True])
@pytest.mark.parametrize(("dimension", "degree", "planar"), SIZES)
def test_index_and_element_are_inverse(dimension, degree, planar, scalar_term):
    options = {"planar": planar, "scalar_term": scalar_term}
    basis = treealg.trees(dimension, degree, planar=planar)[0 if scalar_term else 1 :]
    listed = [treealg.idx_to_tree(i, dimension, degree, **options) for i in range(len(basis))]
    assert tuple(listed) == basis
    indices = [treealg.tree_to_idx(tree, dimension, degree, **options) for tree in basis]
    assert indices == list(range(len(basis)))


@pytest.mark.parametrize(
    "tree",
    [
        ((1,), (0,), 1),
        ((0,), (1,), 1),
        Tree([Tree(label=1), Tree()], 1),
        ((np.int64(1),), (np.int8(0),), np.int32(1)),
        (Tree(label=1), (0,), 1),
    ],
)
def test_nonplanar_tree_is_found_however_it_is_written(tree):
    index = treealg.tree_to_idx(tree, 2, 3)
    assert treealg.idx_to_tree(index, 2, 3) == ((0,), (1,), 1)


@pytest.mark.parametrize(
    "forest",
    [
        ((1,), (0,), 1),
        (((1,), (0,), 1),),
        PlanarTree([PlanarTree(label=1), PlanarTree()], 1),
        (PlanarTree([PlanarTree(label=1), PlanarTree()], 1),),
        OrderedForest([PlanarTree([PlanarTree(label=1), PlanarTree()], 1)]),
    ],
)
def test_single_planar_tree_stands_for_its_forest(forest):
    index = treealg.tree_to_idx(forest, 2, 3, planar=True)
    assert treealg.idx_to_tree(index, 2, 3, planar=True) == (((1,), (0,), 1),)


def test_order_of_children_counts_only_when_planar():
    one, other = ((1,), (0,), 1), ((0,), (1,), 1)
    assert treealg.tree_to_idx(one, 2, 3) == treealg.tree_to_idx(other, 2, 3)
    planar = {treealg.tree_to_idx(tree, 2, 3, planar=True) for tree in (one, other)}
    assert len(planar) == 2


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("empty", [None, OrderedForest(())])
def test_empty_tree_is_at_the_scalar(empty, planar):
    if planar or empty is None:
        assert treealg.tree_to_idx(empty, 2, 3, planar=planar, scalar_term=True) == 0
    else:
        with pytest.raises(treealg.InvalidTypeError, match="tree"):
            treealg.tree_to_idx(empty, 2, 3, scalar_term=True)


@pytest.mark.parametrize("planar", [False, True])
def test_indices_are_counted_far_beyond_what_could_be_listed(planar):
    index = 10**30 + 7
    tree = treealg.idx_to_tree(index, 3, 200, planar=planar)
    assert treealg.tree_to_idx(tree, 3, 200, planar=planar) == index


@pytest.mark.parametrize(("planar", "count"), [(False, count_trees), (True, count_forests)])
def test_deep_path_is_the_last_of_its_order(planar, count):
    tree = (0,)
    for _ in range(299):
        tree = (tree, 0)
    last = sum(count(order, 1, planar=planar) for order in range(1, 301)) - 1
    assert treealg.tree_to_idx(tree, 1, 300, planar=planar) == last
    listed = treealg.idx_to_tree(last, 1, 300, planar=planar)
    assert listed == ((tree,) if planar else tree)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("weights", [(1,), (1, 1), (1, 2), (3, 1), (2, 2), (5, 1, 9), (4, 7)])
def test_lists_are_those_of_the_symbolic_layer(weights, planar):
    labels, degree = len(weights), 5
    basis = symbolic.weighted_basis(weights, degree, planar=planar)
    options = {"planar": planar, "weights": weights, "scalar_term": False}
    assert treealg.trees(labels, degree, **options) == tuple(x.to_tuple() for x in basis)
    names = treealg.branched_sig_names(labels, degree, **options)
    assert names == tuple(x.to_text() for x in basis)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("order", range(5))
def test_one_order_is_that_of_the_list(order, planar):
    longer, shorter = (treealg.trees(2, n, planar=planar) for n in (order, max(order - 1, 0)))
    wanted = longer[len(shorter) :] if order else (None,)
    assert treealg.trees_of_order(2, order, planar=planar) == wanted


def test_trees_share_their_branches():
    listed = treealg.trees(1, 6)
    leaf = listed[1]
    assert all(branch is leaf for tree in listed[1:] for branch in tree[:-1] if branch == leaf)


@pytest.mark.parametrize(("dimension", "degree", "planar"), [(2, 12, False), (2, 10, True)])
@pytest.mark.parametrize("function", [treealg.trees, treealg.branched_sig_names])
def test_a_list_of_too_many_nodes_is_refused_though_a_vector_fits(
    function, dimension, degree, planar
):
    assert treealg.branched_sig_length(dimension, degree, planar=planar) < 2**27
    with pytest.raises(treealg.InvalidValueError, match="the list of"):
        function(dimension, degree, planar=planar)


@pytest.mark.parametrize("labels", [2, 10**30])
def test_degree_0_has_the_empty_element_alone(labels):
    assert treealg.trees(labels, 0) == (None,)
    assert treealg.branched_sig_names(labels, 0, scalar_term=True) == ("∅",)
