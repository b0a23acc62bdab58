"""Counting, listing, ranking: published sequences, one order, inverse functions, no lists."""

import itertools
import json
import random
from pathlib import Path

import pytest

from tests.support import soon
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic import (
    Forest,
    OrderedForest,
    PlanarTree,
    Tree,
    count_forests,
    count_trees,
    enumerate_forests,
    enumerate_trees,
    rank,
    unrank,
)
from treealg.symbolic.trees import enumeration, modular_counts, ranking

PUBLISHED = json.loads((Path(__file__).parents[1] / "data" / "trees.json").read_text("utf-8"))
KINDS = [
    (Tree, enumerate_trees, False),
    (PlanarTree, enumerate_trees, True),
    (Forest, enumerate_forests, False),
    (OrderedForest, enumerate_forests, True),
]


def name(case):
    return f"{case.get('what', '')}-{case.get('colours', case.get('dimension'))}-{case['planar']}"


@pytest.mark.parametrize("case", PUBLISHED["counts"], ids=name)
def test_counts_are_the_published_sequences(case):
    count = count_trees if case["what"] == "trees" else count_forests
    found = [
        count(n, case["colours"], planar=case["planar"]) for n in range(1, len(case["values"]) + 1)
    ]
    assert found == case["values"]


@pytest.mark.parametrize("case", PUBLISHED["lengths"], ids=name)
def test_basis_lengths(case):
    count = count_forests if case["planar"] else count_trees
    values = [count(n, case["dimension"], planar=case["planar"]) for n in range(1, 6)]
    assert list(itertools.accumulate(values)) == case["values"]


@pytest.mark.parametrize("case", PUBLISHED["basis"], ids=name)
def test_basis_is_the_published_list(case):
    things = enumerate_forests if case["planar"] else enumerate_trees
    found = [
        str(x)
        for n in range(1, case["degree"] + 1)
        for x in things(n, case["dimension"], planar=case["planar"])
    ]
    assert found == case["elements"]


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("colours", [1, 2, 3])
def test_enumeration_lists_each_tree_and_forest_once(planar, colours):
    for n in range(6 if colours < 3 else 5):
        trees = list(enumerate_trees(n, colours, planar=planar))
        forests = list(enumerate_forests(n, colours, planar=planar))
        assert len(set(trees)) == len(trees) == count_trees(n, colours, planar=planar)
        assert len(set(forests)) == len(forests) == count_forests(n, colours, planar=planar)
        assert {tree.order for tree in trees} == ({n} if n else set())
        assert {forest.order for forest in forests} == {n}


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("colours", [1, 3])
@pytest.mark.parametrize("longest", [0, 1, 5])
def test_what_is_too_long_for_a_list_is_walked_in_the_same_order(
    monkeypatch, planar, colours, longest
):
    held = [list(enumerate_forests(n, colours, planar=planar)) for n in range(6)]
    monkeypatch.setattr(enumeration, "_LONGEST_LIST", longest)
    assert [list(enumerate_forests(n, colours, planar=planar)) for n in range(6)] == held


@pytest.mark.parametrize(("kind", "things", "planar"), KINDS)
def test_the_first_of_any_order_come_at_once(kind, things, planar):
    first = list(itertools.islice(things(60, 2, planar=planar), 3))
    start = rank(first[0], 2)
    assert first == [unrank(kind, start + place, 2) for place in range(3)]


@pytest.mark.parametrize("things", [enumerate_trees, enumerate_forests])
@pytest.mark.parametrize("planar", [False, True])
def test_what_cannot_be_listed_is_refused_at_the_call(things, planar):
    assert next(things(400, 1, planar=planar)) is not None
    for size in (401, 10**20):
        with pytest.raises(InvalidValueError, match="at most 400 to be listed"):
            things(size, 1, planar=planar)


@pytest.mark.parametrize("planar", [False, True])
def test_trees_from_one_child_forest_are_contiguous_in_forest_order(planar):
    trees = list(enumerate_trees(4, 3, planar=planar))
    forests = list(enumerate_forests(3, 3, planar=planar))
    assert trees == [forest.b_plus(label) for forest in forests for label in range(3)]


@pytest.mark.parametrize(("kind", "things", "planar"), KINDS)
@pytest.mark.parametrize("colours", [1, 2, 3])
def test_rank_is_the_place_in_the_list_and_unrank_its_inverse(kind, things, planar, colours):
    start = 1 if things is enumerate_trees else 0
    listed = [x for n in range(start, 7 - colours) for x in things(n, colours, planar=planar)]
    assert [rank(x, colours) for x in listed] == list(range(len(listed)))
    assert [unrank(kind, index, colours) for index in range(len(listed))] == listed


@pytest.mark.parametrize(("kind", "things", "planar"), KINDS)
@pytest.mark.parametrize("size", [20, 63, 64, 65, 66, 150])
def test_rank_and_unrank_are_inverse_on_large_random_trees(kind, things, planar, size):
    count = count_trees if things is enumerate_trees else count_forests
    first = 1 if things is enumerate_trees else 0
    before = sum(count(n, 2, planar=planar) for n in range(first, size))
    rng = random.Random(size)
    indices = [before + rng.randrange(count(size, 2, planar=planar)) for _ in range(3)]
    indices += [before, before + count(size, 2, planar=planar) - 1]
    found = [unrank(kind, index, 2) for index in indices]
    assert [x.order for x in found] == [size] * 5
    assert [rank(x, 2) for x in found] == indices
    order = sorted(range(5), key=indices.__getitem__)
    assert [found[i] for i in order] == sorted(found)


@pytest.mark.parametrize("kind", [Tree, PlanarTree])
def test_rank_of_a_path_of_a_thousand_vertices_takes_seconds(kind):
    tree = kind()
    for _ in range(999):
        tree = kind((tree,))
    with soon(30):
        index = rank(tree, 2)
        assert unrank(kind, index, 2) is tree
        # The labelled paths are the last of their order, the one with labels 0 the first of them.
        last = sum(count_trees(n, 2, planar=kind is PlanarTree) for n in range(1, 1001))
        assert last - index == 2**1000


@pytest.mark.parametrize(("colours", "most"), [(1, 520), (2, 520), (10**6, 70)])
def test_counts_by_residues_are_those_of_the_recursion(colours, most, monkeypatch):
    monkeypatch.setattr(enumeration, "_FEW", 10**6)
    one_by_one = enumeration.Counts(colours, False)
    one_by_one.forests(most)
    expected = tuple(one_by_one.forests(m) for m in range(most + 1))
    for nodes in {*(0, 1, 31, 32, 33, 64, 65), *range(most - 9, most + 1, 4), most}:
        assert modular_counts.forests_by_residues(nodes, colours) == expected[: nodes + 1]


def test_a_wrong_residue_is_noticed(monkeypatch):
    right = modular_counts._Residues._row

    def wrong(self, m, start, earlier):
        right(self, m, start, earlier)
        if m == 40:
            self.forests[m, 0] = (self.forests[m, 0] + 1) % self._primes[0]

    assert modular_counts.forests_by_residues(100, 1) is not None
    monkeypatch.setattr(modular_counts._Residues, "_row", wrong)
    assert modular_counts.forests_by_residues(100, 1) is None
    # Then the recursion takes over.
    monkeypatch.setattr(enumeration, "_FEW", 50)
    assert enumeration.Counts(1, False).forests(19) == 12826228
    assert enumeration.Counts(1, False).trees(100) == enumeration.Counts(1, False).forests(99)


def test_counts_beyond_the_primes_are_left_to_the_recursion(monkeypatch):
    monkeypatch.setattr(enumeration, "_FEW", 10)
    many = 10**2000
    assert modular_counts.forests_by_residues(40, many) is None
    assert enumeration.Counts(many, False).trees(40) > many**40


@pytest.mark.parametrize("kind", [Tree, PlanarTree])
@pytest.mark.parametrize("shape", ["path", "comb"])
def test_trees_of_thousands_of_vertices_have_a_place(kind, shape):
    tree = kind()
    for _ in range(3000 if shape == "path" else 1500):
        tree = kind((tree,) if shape == "path" else (kind(), tree))
    with soon(20):
        index = rank(tree)
        assert unrank(kind, index) is tree
        if shape == "path":
            assert index + 1 == sum(
                count_trees(n, 1, planar=kind is PlanarTree) for n in range(1, 3002)
            )


@pytest.mark.parametrize(("colours", "greatest"), [(1, 90), (3, 70), (40, 50), (10**20, 60)])
def test_sequences_by_least_order_are_counted_alike_by_residues(colours, greatest, monkeypatch):
    by_integers = ranking._Sorted(colours, greatest)
    by_residues = ranking._Sorted(colours, greatest)
    monkeypatch.setattr(ranking, "_FEW_PRODUCTS", 0)
    for total in range(greatest + 1):
        for order in range(1, total + 2):
            monkeypatch.setattr(ranking, "_FEW", 0)
            found = by_residues._from_order(total, order)
            monkeypatch.setattr(ranking, "_FEW", greatest)
            assert found == by_integers._from_order(total, order)
    assert len(by_residues._residues._columns) >= greatest // 3
    assert by_integers._residues is None


@pytest.mark.parametrize("seed", range(3))
def test_bushy_trees_have_a_place_that_is_counted_fast(seed):
    generator = random.Random(seed)
    branches = [[] for _ in range(1200)]
    for vertex in range(1, 1200):
        branches[generator.randrange(vertex)].append(vertex)
    trees = {}
    for vertex in reversed(range(1200)):
        trees[vertex] = Tree([trees[child] for child in branches[vertex]])
    with soon(8):
        assert unrank(Tree, rank(trees[0])) is trees[0]


@pytest.mark.parametrize("number", [200_001, 10**30])
@pytest.mark.parametrize("planar", [False, True])
def test_counts_that_would_not_end_are_refused(number, planar):
    with pytest.raises(InvalidValueError, match="at most 200,000 to be counted"):
        count_trees(number, planar=planar)
    with pytest.raises(InvalidValueError, match="at most 200,000 to be counted"):
        count_forests(number, planar=planar)


@pytest.mark.parametrize(
    "function", [count_trees, count_forests, enumerate_trees, enumerate_forests]
)
@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((-1,), InvalidValueError),
        ((1.0,), InvalidTypeError),
        ((True,), InvalidTypeError),
        (("2",), InvalidTypeError),
        ((2, 0), InvalidValueError),
        ((2, False), InvalidTypeError),
    ],
)
def test_bad_counts_are_refused_at_the_call(function, arguments, error):
    with pytest.raises(error):
        function(*arguments)
    with pytest.raises(InvalidTypeError, match="planar"):
        function(2, planar=1)


def test_bad_ranks_are_refused():
    with pytest.raises(InvalidValueError, match="labels must be integers from 0 to 1"):
        rank(Tree((), 2), 2)
    with pytest.raises(InvalidValueError, match="got 'a'"):
        rank(Tree((), "a"), 2)
    with pytest.raises(InvalidValueError, match="got True"):
        rank(Tree([Tree((), True)]), 2)
    with pytest.raises(InvalidTypeError, match="from_tuple"):
        rank((0,), 2)
    with pytest.raises(InvalidTypeError, match="kind must be"):
        unrank("Tree", 0)
    with pytest.raises(InvalidValueError, match="at least 0"):
        unrank(Tree, -1)
    with pytest.raises(InvalidTypeError, match="index must be an integer"):
        unrank(Tree, 0.0)
    with pytest.raises(InvalidValueError, match="colours"):
        unrank(Tree, 0, 0)
