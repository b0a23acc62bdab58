"""Tables of words of chains, against the algebra and against the tables of plain words."""

from itertools import product

import numpy as np
import pytest

from treealg import tables
from treealg.errors import InvalidValueError
from treealg.symbolic import (
    Forest,
    OrderedForest,
    PlanarTree,
    Tree,
    arborification,
    bck,
    enumerate_forests,
    enumerate_trees,
    mkw,
)


def chain_of(tree):
    """Return the labels of a ladder from root to leaf, or None for another tree."""
    labels = [tree.label]
    while tree.children:
        if len(tree.children) > 1:
            return None
        tree = tree.children[0]
        labels.append(tree.label)
    return tuple(labels)


def words_by_coproduct(x, longest, planar):
    """Cut off the trunk again and again wherever it is a chain: the definition by duality."""
    if not x.order:
        return {(): 1}
    total = {}
    delta = mkw.coproduct(x) if planar else bck.coproduct(x)
    for (pruned, trunk), count in delta.items():
        if len(trunk) != 1 or trunk.order > longest:
            continue
        chain = chain_of(trunk.trees[0])
        if chain is not None:
            letter = chain if longest > 1 else chain[0]
            for word, inner in words_by_coproduct(pruned, longest, planar).items():
                total[*word, letter] = total.get((*word, letter), 0) + count * inner
    return total


@pytest.mark.parametrize("longest", [1, 2, 3, 5])
@pytest.mark.parametrize("order", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("planar", [False, True])
def test_words_of_chains_are_what_the_coproduct_cuts_off(planar, order, longest):
    for x in enumerate_forests(order, 2, planar=planar):
        got = dict(arborification(x, longest=longest).items())
        assert got == words_by_coproduct(x, longest, planar)


def test_a_tree_of_a_thousand_vertices_has_its_word():
    tree = Tree()
    for _ in range(999):
        tree = Tree([tree])
    assert dict(arborification(tree).items()) == {(0,) * 1000: 1}


@pytest.mark.parametrize("longest", [0, -1])
def test_a_chain_has_at_least_one_label(longest):
    with pytest.raises(InvalidValueError, match="longest"):
        arborification(Tree(), longest=longest)
    with pytest.raises(InvalidValueError, match="longest"):
        tables.words(2, 3, longest=longest)


def words_in_order(layout):
    """List the words of a layout by its documented numbering."""
    for parts in layout.compositions[1:]:
        for digits in product(range(layout.dimension), repeat=sum(parts)):
            word, rest = [], list(digits)
            for size in parts:
                word.append(tuple(reversed(rest[:size])))
                rest = rest[size:]
            yield tuple(word)


def basis(dimension, degree, planar):
    enumerate_ = enumerate_forests if planar else enumerate_trees
    return [x for n in range(1, degree + 1) for x in enumerate_(n, dimension, planar=planar)]


def assert_is_matrix(table, words, elements, longest):
    for index, x in enumerate(elements):
        block, root = divmod(index, table.width)
        entries = slice(table.ptr[block], table.ptr[block + 1])
        got = {
            words[column * table.width + root]: coefficient
            for column, coefficient in zip(
                table.col[entries].tolist(), table.coef[entries].tolist(), strict=True
            )
        }
        assert got == dict(arborification(x, longest=longest).items())


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize(
    ("dimension", "degree", "longest"), [(1, 5, 2), (2, 4, 2), (2, 4, 4), (3, 3, 2), (1, 7, 3)]
)
def test_the_table_is_the_matrix_of_the_map(dimension, degree, longest, planar):
    table = tables.arborification(dimension, degree, planar=planar, longest=longest)
    words = list(words_in_order(tables.words(dimension, degree, longest=longest)))
    assert_is_matrix(table, words, basis(dimension, degree, planar), longest)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize(("dimension", "degree"), [(1, 0), (1, 6), (2, 1), (2, 4), (3, 3)])
def test_the_table_of_lifts_is_the_matrix_of_the_map(dimension, degree, planar):
    elements = basis(dimension, degree, planar)
    by_order = [
        [x if planar else Forest([x]) for x in elements if x.order == n] for n in range(degree + 1)
    ]
    layout = tables.words(dimension, degree, longest=None, planar=planar)
    words = [
        word
        for parts in layout.compositions[1:]
        for word in product(*(by_order[part] for part in parts))
    ]
    assert layout.size == len(words)
    table = tables.arborification(dimension, degree, planar=planar, longest=None)
    assert_is_matrix(table, words, elements, None)


@pytest.mark.parametrize(("dimension", "degree", "longest"), [(1, 6, 1), (2, 4, 2), (3, 3, 3)])
def test_words_are_found_by_their_letters(dimension, degree, longest):
    layout = tables.words(dimension, degree, longest=longest)
    for number, word in enumerate(words_in_order(layout)):
        letters = word if longest > 1 else [label for (label,) in word]
        assert layout.index(letters) == number


def test_letters_longer_than_words_change_nothing():
    assert tables.words(2, 3, longest=10**20).letters == tables.words(2, 3, longest=3).letters
    assert tables.words(2, 0, longest=5).size == 0
    assert tables.arborification(2, 3, longest=7) is tables.arborification(2, 3, longest=3)


@pytest.mark.parametrize(("dimension", "degree", "longest"), [(1, 5, 2), (2, 4, 2), (2, 4, 4)])
def test_deconcatenation_cuts_between_letters(dimension, degree, longest):
    table = tables.word_convolution(dimension, degree, longest=longest)
    words = list(words_in_order(tables.words(dimension, degree, longest=longest)))
    for index, word in enumerate(words):
        block, root = divmod(index, dimension)
        entries = range(table.term_ptr[block], table.term_ptr[block + 1])
        got = {
            (words[table.term_slot[e] - 1], words[table.term_trunk[e] * dimension + root])
            for e in entries
        }
        assert len(entries) == len(word) - 1
        assert got == {(word[:cut], word[cut:]) for cut in range(1, len(word))}


@pytest.mark.parametrize("method", [1, 2])
def test_lyndon_coordinates_of_chains_are_the_composition(method):
    rng = np.random.default_rng(1)
    inner = tables.arborification(2, 4, planar=True, longest=2)
    outer = tables.lyndon(2, 4, method)
    both = tables.lyndon_arborification(2, 4, method, longest=2)

    def apply(table, x):
        blocks = x.reshape(table.n_cols, table.width)[table.col] * table.coef[:, None]
        out = np.zeros((table.n_rows, table.width))
        np.add.at(out, np.repeat(np.arange(table.n_rows), np.diff(table.ptr)), blocks)
        return out.ravel()

    x = rng.integers(-9, 10, tables.words(2, 4, longest=2).size).astype(float)
    np.testing.assert_array_equal(apply(both, x), apply(outer, apply(inner, x)))


@pytest.mark.parametrize(("dimension", "degree", "longest"), [(1, 40, 40), (2, 27, 1), (40, 8, 2)])
def test_too_many_words_are_refused_at_once(dimension, degree, longest):
    with pytest.raises(InvalidValueError, match="bounds"):
        tables.words(dimension, degree, longest=longest)


def test_planar_and_non_planar_forests_have_their_own_words():
    forest = (((0,), 1), (2,))
    commutative = arborification(Forest.from_tuple(forest), longest=2)
    ordered = arborification(OrderedForest.from_tuple(forest), longest=2)
    assert ((2,), (0,), (1,)) in dict(commutative.items())
    assert set(dict(ordered.items())) == {((0,), (1,), (2,)), ((1, 0), (2,))}
    tree = ((0,), (1,), 2)
    assert ((1,), (2, 0)) in dict(arborification(Tree.from_tuple(tree), longest=2).items())
    assert ((1,), (2, 0)) not in dict(
        arborification(PlanarTree.from_tuple(tree), longest=2).items()
    )
