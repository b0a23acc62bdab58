"""Trees and forests as values: identity, order, conversions, invariants, depth, threads."""

import copy
import enum
import gc
import itertools
import math
import pickle
import random
import re
import threading
import weakref
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given, settings, strategies as st

from treealg.errors import InvalidTypeError, InvalidValueError, TreeAlgError
from treealg.symbolic import (
    Forest,
    OrderedForest,
    PlanarTree,
    RootedTree,
    Tree,
    enumerate_forests,
    enumerate_trees,
)

TREES = [Tree, PlanarTree]
FORESTS = [Forest, OrderedForest]
DEEP = 3000


def random_tuple(rng, order, labels):
    """Return the tuple form of a random tree: vertices choose their parents."""
    children = [[] for _ in range(order)]
    for vertex in range(1, order):
        children[rng.randrange(vertex)].append(vertex)
    built = {}
    for vertex in reversed(range(order)):
        parts = [built[child] for child in children[vertex]]
        rng.shuffle(parts)
        built[vertex] = (*parts, rng.choice(labels))
    return built[0]


def path(kind, order, label=0):
    tree = kind((), label)
    for _ in range(order - 1):
        tree = kind((tree,), label)
    return tree


def automorphisms(form):
    """Count the label-preserving automorphisms by comparing child forms of sorted tuples."""
    result = 1
    parts = [canonical(child) for child in form[:-1]]
    for part in set(map(repr, parts)):
        result *= math.factorial(sum(repr(other) == part for other in parts))
    return result * math.prod(automorphisms(child) for child in form[:-1])


def canonical(form):
    return (*sorted((canonical(child) for child in form[:-1]), key=repr), form[-1])


def density(form):
    def size(part):
        return 1 + sum(size(child) for child in part[:-1])

    return size(form) * math.prod(density(child) for child in form[:-1])


@pytest.mark.parametrize("seed", range(20))
def test_isomorphic_trees_are_one_object_and_planar_ones_are_not(seed):
    rng = random.Random(seed)
    form = random_tuple(rng, 12, [0, 1])

    def shuffled(part):
        parts = [shuffled(child) for child in part[:-1]]
        rng.shuffle(parts)
        return (*parts, part[-1])

    other = shuffled(form)
    assert Tree.from_tuple(form) is Tree.from_tuple(other)
    assert hash(Tree.from_tuple(form)) == hash(Tree.from_tuple(other))
    assert (PlanarTree.from_tuple(form) is PlanarTree.from_tuple(other)) == (form == other)
    assert PlanarTree.from_tuple(form).to_tuple() == form
    assert PlanarTree.from_tuple(form).forget_order() is Tree.from_tuple(form)


@pytest.mark.parametrize("seed", range(20))
def test_invariants_agree_with_counting_on_tuples(seed):
    form = random_tuple(random.Random(100 + seed), 11, [0, 0, 1])
    tree, planar = Tree.from_tuple(form), PlanarTree.from_tuple(form)
    assert tree.order == planar.order == 11
    assert tree.symmetry == automorphisms(form)
    assert planar.symmetry == 1
    assert tree.factorial == planar.factorial == density(form)


@pytest.mark.parametrize("order", range(1, 9))
def test_sums_over_all_trees_of_labellings(order):
    trees = list(enumerate_trees(order))
    n_factorial = math.factorial(order)
    monotonic = [Fraction(n_factorial, tree.symmetry * tree.factorial) for tree in trees]
    assert sum(monotonic) == math.factorial(order - 1)
    assert sum(Fraction(n_factorial, tree.symmetry) for tree in trees) == order ** (order - 1)
    planar = sum(Fraction(n_factorial, t.factorial) for t in enumerate_trees(order, planar=True))
    assert planar == math.prod(range(1, 2 * order - 2, 2))


@pytest.mark.parametrize("colours", [1, 2, 3])
def test_coloured_symmetry_sums_to_labelled_coloured_trees(colours):
    total = sum(Fraction(24, tree.symmetry) for tree in enumerate_trees(4, colours))
    assert total == 4**3 * colours**4


def test_forest_invariants_are_products_with_multiplicities():
    leaf, cherry = Tree(), Tree([Tree(), Tree()])
    forest = Forest([cherry, leaf, leaf, Tree(label=1), cherry])
    assert (forest.order, len(forest)) == (9, 5)
    assert forest.symmetry == 2 * 2 * 2 * 2
    assert forest.factorial == 3 * 3
    ordered = OrderedForest([PlanarTree([PlanarTree(), PlanarTree()]), PlanarTree(), PlanarTree()])
    assert (ordered.symmetry, ordered.factorial, ordered.order) == (1, 3, 5)
    assert forest.b_plus(2).symmetry == forest.symmetry
    assert forest.b_plus(2).factorial == 10 * forest.factorial


@pytest.mark.parametrize("kind", TREES)
def test_vertices_are_the_subtrees_root_first(kind):
    tree = kind.from_text("0[1,2[3,4]]")
    assert [str(vertex) for vertex in tree.vertices()] == ["0[1,2[3,4]]", "1", "2[3,4]", "3", "4"]


# -- order ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("things", [enumerate_trees, enumerate_forests])
def test_comparison_is_the_total_order_of_enumeration(planar, things):
    listed = [x for n in range(1, 5) for x in things(n, 2, planar=planar)]
    shuffled = list(listed)
    random.Random(7).shuffle(shuffled)
    assert sorted(shuffled) == listed
    sample = random.Random(8).sample(range(len(listed)), 25)
    for i, j in itertools.product(sample, repeat=2):
        a, b = listed[i], listed[j]
        assert [a < b, a <= b, a > b, a >= b, a == b] == [i < j, i <= j, i > j, i >= j, i == j]


def test_basis_order_definition_on_tuples():
    def key(tree):
        return (tree.order, tuple(key(child) for child in tree.children), tree.label)

    trees = [tree for order in range(1, 6) for tree in enumerate_trees(order, 2)]
    assert trees == sorted(trees, key=key)


def test_trees_of_different_kinds_do_not_compare():
    with pytest.raises(TypeError):
        Tree() < PlanarTree()  # noqa: B015
    with pytest.raises(TypeError):
        Forest() < OrderedForest()  # noqa: B015
    assert Tree() != PlanarTree()


LABELS = [0, 5, -3, True, 2.5, Fraction(1, 3), "a", "b c", "", b"a", (1, "x"), ((1,),), None]


def test_labels_of_mixed_types_sort_the_same_from_every_start():
    leaves = [Tree((), label) for label in [*LABELS, frozenset([1]), sympy.Symbol("x")]]
    expected = sorted(leaves)
    rng = random.Random(3)
    for _ in range(30):
        rng.shuffle(leaves)
        assert sorted(leaves) == expected
        assert Tree(leaves).children == tuple(expected)


def test_equal_numbers_of_different_type_are_different_labels_but_foreign_integers_are_integers():
    assert Tree((), 1) is not Tree((), True)
    assert Tree((), 1.0).label.__class__ is float
    assert Tree((), 1).label.__class__ is int
    assert Tree((), np.int64(1)) is Tree((), 1)
    assert Tree((), np.uint8(3)).label.__class__ is int
    assert Tree((), sympy.Integer(2)) is Tree((), 2)


def test_enumeration_members_are_labels():
    colour = enum.Enum("colour", ["red", "green"])
    tree = Tree([Tree((), colour.green), Tree((), colour.red)], colour.red)
    assert {child.label for child in tree.children} == {colour.red, colour.green}


def test_labels_that_nothing_tells_apart_are_refused():
    first, second = sympy.Symbol("x", positive=True), sympy.Symbol("x")
    with pytest.raises(InvalidValueError, match="cannot be put in order"):
        Tree([Tree((), first), Tree((), second)])
    assert len(PlanarTree([PlanarTree((), first), PlanarTree((), second)]).children) == 2


# -- conversions ---------------------------------------------------------------------------------


@pytest.mark.parametrize("planar", [False, True])
def test_tuple_and_text_round_trip(planar):
    kind, forest_kind = (PlanarTree, OrderedForest) if planar else (Tree, Forest)
    for order in range(1, 5):
        for tree in enumerate_trees(order, 2, planar=planar):
            assert kind.from_tuple(tree.to_tuple()) is tree
            assert kind.from_text(tree.to_text()) is tree
    for nodes in range(4):
        for forest in enumerate_forests(nodes, 2, planar=planar):
            assert forest_kind.from_tuple(forest.to_tuple()) is forest
            assert forest_kind.from_text(forest.to_text()) is forest


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    st.recursive(
        st.tuples(st.integers() | st.text()),
        lambda parts: st.builds(
            lambda children, label: (*children, label), st.lists(parts), st.integers() | st.text()
        ),
        max_leaves=12,
    )
)
def test_text_round_trips_for_any_integer_and_string_labels(form):
    planar = PlanarTree.from_tuple(form)
    assert planar.to_tuple() == form
    assert PlanarTree.from_text(planar.to_text()) is planar
    assert Tree.from_text(planar.forget_order().to_text()) is Tree.from_tuple(form)


def test_text_examples():
    tree = PlanarTree.from_text(' f [ "a b", g [ -1 ] ] ')
    assert tree.to_tuple() == (("a b",), ((-1,), "g"), "f")
    assert tree.to_text() == 'f["a b",g[-1]]'
    assert repr(tree) == '<PlanarTree f["a b",g[-1]]>'
    assert OrderedForest.from_text("0 1[0] 0").to_tuple() == ((0,), ((0,), 1), (0,))
    assert Forest.from_text("∅") is Forest.from_text("  ") is Forest()
    assert str(Forest()) == "∅"


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("0[", 2), ("0]", 1), ("0[]", 2), ("0[1 2]", 4), ("0[1]]", 4), ("[0]", 0), ("0,1", 1),
        ("0[,1]", 2), ("0[1,]", 4), ("0[1[2]3]", 6), ("0[1][2]", 4), ("0 @", 1), ("12a", 0),
        ("0[1", 3), ('"\\x"', 0), ("0∅", 1),
    ],
)  # fmt: skip
def test_malformed_text_is_refused_with_its_position(text, position):
    with pytest.raises(InvalidValueError, match=f"at position {position} of"):
        Forest.from_text(text)


def test_text_of_several_or_no_trees_is_not_a_tree():
    for text in ["0 0", "", "∅"]:
        with pytest.raises(InvalidValueError, match="must describe one tree"):
            Tree.from_text(text)


@pytest.mark.parametrize("label", [None, 1.5, True, (1, 2), Fraction(1, 2)])
def test_text_refuses_labels_that_it_could_not_read_back(label):
    tree = Tree([Tree((), label)])
    with pytest.raises(InvalidTypeError, match="integer and string labels only"):
        tree.to_text()
    assert repr(label) in repr(tree)
    assert Tree.from_tuple(tree.to_tuple()) is tree


@pytest.mark.parametrize("kind", TREES)
@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ([0], InvalidTypeError, r"got list \[0\]"),
        (0, InvalidTypeError, "got int 0"),
        (None, InvalidTypeError, "got NoneType"),
        ("0", InvalidTypeError, "got str"),
        ((), InvalidValueError, "empty tuple"),
        ((0, 0), InvalidTypeError, "got int 0"),
        (((), 0), InvalidValueError, "empty tuple"),
        ((((0,), [1], 2), 0), InvalidTypeError, r"got list \[1\]"),
        (([],), InvalidTypeError, "hashable"),
        ((float("nan"),), InvalidValueError, "equal to itself"),
    ],
)
def test_bad_tuples_are_refused_with_the_offending_piece(kind, value, error, message):
    with pytest.raises(error, match=message) as caught:
        kind.from_tuple(value)
    assert isinstance(caught.value, TreeAlgError)


@pytest.mark.parametrize("kind", [*TREES, *FORESTS])
@pytest.mark.parametrize("parts", [0, "0", None, b"0", [0], [(0, 0)], [[0]], Tree()])
def test_bad_parts_are_refused(kind, parts):
    with pytest.raises(InvalidTypeError):
        kind(parts)


def test_kinds_do_not_mix_silently():
    for kind, parts in [
        (Tree, [PlanarTree()]), (PlanarTree, [Tree()]), (Forest, [PlanarTree()]),
        (OrderedForest, [Tree()]),
    ]:  # fmt: skip
        with pytest.raises(InvalidTypeError):
            kind(parts)
    with pytest.raises(TypeError):
        Forest() * OrderedForest()
    for base in (RootedTree, Forest.__mro__[1]):
        with pytest.raises(InvalidTypeError, match="no instances"):
            base()


@pytest.mark.parametrize("kind", FORESTS)
def test_forest_from_tuple_accepts_none_and_refuses_a_tree(kind):
    assert kind.from_tuple(None) is kind.from_tuple(()) is kind()
    with pytest.raises(InvalidTypeError):
        kind.from_tuple((0,))
    with pytest.raises(InvalidTypeError):
        kind.from_tuple([(0,)])


# -- values --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [*TREES, *FORESTS])
def test_values_are_immutable_and_copies_are_the_same(kind):
    value = kind([((0,), 1), (2,)])
    for name in ("order", "children", "trees", "label", "new"):
        with pytest.raises(AttributeError):
            setattr(value, name, 1)
    assert copy.copy(value) is value
    assert copy.deepcopy([value])[0] is value
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(value, protocol)) is value


@pytest.mark.parametrize("kind", TREES)
def test_unused_trees_are_forgotten(kind):
    gc.collect()
    before = len(kind._interned)
    tree = path(kind, 50, "only here")
    reference = weakref.ref(tree)
    assert len(kind._interned) == before + 50
    del tree
    gc.collect()
    assert reference() is None
    assert len(kind._interned) == before


@pytest.mark.parametrize("kind", TREES)
def test_deep_trees_work_in_all_basic_operations(kind):
    deep = path(kind, DEEP)
    other = path(kind, DEEP - 1)
    assert deep.order == DEEP
    assert deep.factorial == math.factorial(DEEP)
    assert deep.symmetry == 1
    assert kind.from_tuple(deep.to_tuple()) is deep
    assert kind.from_text(str(deep)) is deep
    assert str(deep) == "0[" * (DEEP - 1) + "0" + "]" * (DEEP - 1)
    assert pickle.loads(pickle.dumps(deep)) is deep
    assert copy.deepcopy(deep) is deep
    assert sum(1 for _ in deep.vertices()) == DEEP
    assert other < deep
    labelled = kind((), 1)
    for _ in range(DEEP - 1):
        labelled = kind((labelled,))
    assert deep < labelled
    expected = (deep, labelled) if kind is Tree else (labelled, deep)
    assert kind([labelled, deep]).children == expected


def test_deep_planar_tree_forgets_its_order():
    assert path(PlanarTree, DEEP).forget_order() is path(Tree, DEEP)


def test_threads_make_one_object_per_tree():
    forms = [random_tuple(random.Random(seed), 30, ["t", "u"]) for seed in range(40)]
    found = [None] * 8
    barrier = threading.Barrier(8)

    def work(slot):
        barrier.wait()
        found[slot] = [Tree.from_tuple(form) for form in forms]

    threads = [threading.Thread(target=work, args=(slot,)) for slot in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for trees in found[1:]:
        assert all(a is b for a, b in zip(found[0], trees, strict=True))


def test_product_of_forests():
    a, b = Forest.from_text("0 0[0]"), Forest.from_text("0 1")
    assert a * b is b * a is Forest.from_text("0 0 1 0[0]")
    assert a * Forest() is a
    u, v = OrderedForest.from_text("0[0] 0"), OrderedForest.from_text("1")
    assert (u * v).to_text() == "0[0] 0 1"
    assert (v * u).to_text() == "1 0[0] 0"
    assert (u * v).forget_order() is Forest.from_text("0 1 0[0]")
    assert list(u) == [u[0], u[1]]


@pytest.mark.parametrize("forest", [Forest([Tree()]), OrderedForest([PlanarTree()])])
def test_places_in_forests_are_integers(forest):
    assert forest[np.int64(0)] is forest[0]
    for index in ("0", 0.0, None, [0]):
        with pytest.raises(InvalidTypeError, match="place of a tree"):
            forest[index]


def counted(form):
    """Return a nested tuple with sorted branches, and the automorphisms of the tree that it is."""
    branches = sorted(counted(child) for child in form[:-1])
    count = math.prod(automorphisms for _, automorphisms in branches)
    for _, run in itertools.groupby(branches, key=lambda branch: branch[0]):
        count *= math.factorial(len(list(run)))
    return (tuple(branch for branch, _ in branches), form[-1]), count


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("copies", [1, 2, 10, 11, 20, 21, 40])
def test_symmetry_counts_equal_branches_however_many_there_are(seed, copies):
    # Runs of equal branches, among many and among few, are counted in two ways.
    rng = random.Random(seed)
    branches = [random_tuple(rng, rng.randint(1, 4), range(2)) for _ in range(4)]
    bush = [branch for branch in branches for _ in range(rng.randint(1, copies))]
    rng.shuffle(bush)
    form = ((*bush, 0), *bush[: rng.randint(0, len(bush))], 1)
    _, expected = counted(form)
    assert Tree.from_tuple(form).symmetry == expected
    assert Forest.from_tuple(form[:-1]).symmetry == expected
    assert PlanarTree.from_tuple(form).symmetry == 1


@pytest.mark.parametrize("count", [19, 20, 21, 22, 5000])
def test_the_symmetry_of_a_star_is_a_factorial(count):
    star = Tree([Tree()] * count)
    assert star.symmetry == Forest([Tree()] * count).symmetry == math.factorial(count)
    mixed = Tree([Tree(label=i % 2) for i in range(count)])
    assert mixed.symmetry == math.factorial(count // 2) * math.factorial(count - count // 2)
    assert Tree([Tree(label=i) for i in range(count)]).symmetry == 1


@pytest.mark.parametrize(("forest", "tree"), [(Forest, Tree), (OrderedForest, PlanarTree)])
@pytest.mark.parametrize("form", [(0,), ((0,), 0), (("a",), (0,), "b")])
def test_the_form_of_a_tree_is_called_that_where_trees_are_needed(forest, tree, form):
    text = f"tuple form of the tree {tree.from_tuple(form)}, where a tuple of trees is needed"
    with pytest.raises(InvalidTypeError, match=re.escape(text)):
        forest.from_tuple(form)
    assert forest.from_tuple((form,)) == forest([tree.from_tuple(form)])
