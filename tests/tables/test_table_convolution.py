"""The coproduct tables against the symbolic coproducts, element by element."""

from itertools import product

import numpy as np
import pytest

from treealg import symbolic, tables
from treealg.tables.convolution import convolution_of_some

CASES = [
    (1, 6, False),
    (2, 5, False),
    (3, 4, False),
    (4, 3, False),
    (2, 2, False),
    (2, 1, False),
    (2, 0, False),
    (1, 5, True),
    (2, 4, True),
    (3, 3, True),
    (4, 2, True),
    (2, 1, True),
    (2, 0, True),
]


def basis(dimension, degree, planar):
    for order in range(1, degree + 1):
        if planar:
            yield from symbolic.enumerate_forests(order, dimension, planar=True)
        else:
            for tree in symbolic.enumerate_trees(order, dimension):
                yield symbolic.Forest([tree])


def slots(table, elements, unit):
    """Return the multiplicity and the forest of each slot."""
    found = [(1, unit)]
    for s in range(1, table.n_slots):
        factor, rest = found[table.tail[s]]
        assert factor == 1
        found.append((int(table.factor[s]), elements[table.head[s]] * rest))
    return found


def chain(table, slot):
    """Return the trees of a slot but the first."""
    trees = []
    while slot := table.tail[slot]:
        trees.append(table.head[slot])
    return trees


@pytest.mark.parametrize(("dimension", "degree", "planar"), CASES)
def test_terms_are_the_proper_part_of_the_symbolic_coproduct(dimension, degree, planar):
    table = tables.convolution(dimension, degree, planar=planar)
    algebra = symbolic.mkw if planar else symbolic.bck
    elements = list(basis(dimension, degree, planar))
    pruned = slots(table, elements, (symbolic.OrderedForest if planar else symbolic.Forest)())
    for index, element in enumerate(elements):
        block, label = divmod(index, dimension)
        terms = {}
        for e in range(table.term_ptr[block], table.term_ptr[block + 1]):
            multiplicity, forest = pruned[table.term_slot[e]]
            key = (forest, elements[table.term_trunk[e] * dimension + label])
            assert key not in terms
            terms[key] = multiplicity
        expected = {
            key: value
            for key, value in algebra.coproduct(element if planar else element.trees[0]).items()
            if len(key[0]) and len(key[1])
        }
        assert terms == expected, element


@pytest.mark.parametrize(
    ("dimension", "degree", "planar"),
    [(1, 6, False), (2, 5, False), (3, 3, False), (2, 1, False), (1, 5, True), (2, 4, True)],
)
def test_chosen_blocks_have_the_terms_of_the_whole_table(dimension, degree, planar):
    whole = tables.convolution(dimension, degree, planar=planar)
    last = whole.block_start[-2]
    chosen = np.random.default_rng(degree).random(whole.n_blocks - last) < 0.4
    some = convolution_of_some(dimension, degree, planar, chosen)
    np.testing.assert_array_equal(some.block_start, whole.block_start)
    kept = np.concatenate((np.ones(last, bool), chosen))
    for block in range(whole.n_blocks):
        found, expected = (
            [
                (t.factor[slot], t.head[slot], chain(t, slot), trunk)
                for slot, trunk in zip(t.term_slot[part], t.term_trunk[part], strict=True)
            ]
            for t in (some, whole)
            for part in [slice(*t.term_ptr[block : block + 2])]
        )
        assert found == (expected if kept[block] else [])


@pytest.mark.parametrize(("dimension", "degree", "planar"), CASES)
def test_orders_begin_where_the_table_says(dimension, degree, planar):
    table = tables.convolution(dimension, degree, planar=planar)
    lengths = [tables.basis_length(dimension, n, planar=planar) for n in range(degree + 1)]
    assert (table.block_start * dimension).tolist() == lengths
    assert table.slot_start[0] == 1
    assert table.slot_start[-1] == table.n_slots
    for order in range(1, degree):
        part = slice(table.slot_start[order - 1], table.slot_start[order])
        units = int((table.factor[part] == 1).sum())
        assert units == symbolic.count_forests(order, dimension, planar=planar)
        assert (table.factor[part][:units] == 1).all()


# BCK and MKW columns: distinct coproduct terms, and terms with multiplicity, of all trees of order
# 1, ..., 6 of one colour; recomputed independently.
@pytest.mark.parametrize(
    ("planar", "distinct", "weighted"),
    [
        (False, [2, 3, 8, 22, 67, 208], [2, 3, 9, 27, 91, 302]),
        (True, [2, 3, 8, 26, 96, 388], [2, 3, 8, 27, 106, 468]),
    ],
)
def test_checksums_of_coproducts_of_trees(planar, distinct, weighted):
    table = tables.convolution(1, 6, planar=planar)
    found = []
    for order in range(1, 7):
        blocks = range(table.block_start[order - 1], table.block_start[order])
        if planar:
            forests = list(symbolic.enumerate_forests(order, planar=True))
            blocks = [b for b, f in zip(blocks, forests, strict=True) if len(f) == 1]
        entries = [e for b in blocks for e in range(table.term_ptr[b], table.term_ptr[b + 1])]
        ends = 2 * len(blocks)
        weight = int(table.factor[table.term_slot[entries]].sum())
        found.append((len(entries) + ends, weight + ends))
    assert found == list(zip(distinct, weighted, strict=True))


@pytest.mark.parametrize(("dimension", "degree"), [(1, 7), (2, 5), (3, 4), (4, 2), (2, 1), (3, 0)])
def test_words_are_deconcatenated(dimension, degree):
    table = tables.word_convolution(dimension, degree)
    words = [w for n in range(1, degree + 1) for w in product(range(dimension), repeat=n)]
    assert (table.block_start * dimension).tolist() == [
        tables.word_length(dimension, n) for n in range(degree + 1)
    ]
    slot_words = [(), *(words[h] for h in table.head[1:])]
    assert not table.tail.any()
    assert (table.factor == 1).all()
    for index, word in enumerate(words):
        block, label = divmod(index, dimension)
        entries = range(table.term_ptr[block], table.term_ptr[block + 1])
        cuts = {
            (slot_words[table.term_slot[e]], words[table.term_trunk[e] * dimension + label])
            for e in entries
        }
        assert cuts == {(word[:j], word[j:]) for j in range(1, len(word))}
        assert len(entries) == len(word) - 1
