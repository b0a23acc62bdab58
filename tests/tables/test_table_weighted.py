"""Tables of bases by weight against the symbolic layer, element by element."""

from collections import Counter

import numpy as np
import pytest

from treealg import tables
from treealg.errors import InvalidValueError
from treealg.symbolic import (
    Forest,
    OrderedForest,
    PlanarTree,
    arborification,
    bck,
    count_by_weight,
    mkw,
    weight,
    weighted_basis,
    weighted_words,
)
from treealg.tables.weighted_layout import WeightedLayout

CASES = [
    ((1, 2), 4, False),
    ((2, 1), 5, False),
    ((1, 2), 4, True),
    ((2, 1), 4, True),
    ((2, 3), 8, False),
    ((3, 2), 8, True),
    ((1, 1, 2), 4, False),
    ((2, 1, 1), 3, True),
    ((1, 9), 3, True),
    ((4, 1, 9), 4, False),
    ((1, 2), 6, None),
    ((2, 3), 9, None),
    ((3, 1, 2), 4, None),
]


def basis_of(weights, degree, planar):
    if planar is None:
        return weighted_words(weights, degree)
    return weighted_basis(weights, degree, planar=planar)


def words_of_kernel(weights, degree):
    """The words in the layout of the kernels, by its definition."""
    letters = {}
    for label, own in enumerate(weights):
        letters.setdefault(own, []).append((label,))
    by_weight = [[()]]
    for total in range(1, degree + 1):
        by_weight.append(
            [
                word + letter
                for own in range(1, total + 1)
                for word in by_weight[total - own]
                for letter in letters.get(own, [])
            ]
        )
    return [word for words in by_weight[1:] for word in words]


def value_of_slot(table, slot, forests):
    """The forest of a slot as a multiset of elements, and its factor."""
    factor, parts = table.factor[slot], Counter()
    while slot:
        parts[int(table.head[slot])] += 1
        slot = table.tail[slot]
    return factor, parts


def cuts_of(x, planar):
    """The proper terms of a coproduct: pruned part, trunk, and how often."""
    if planar is None:
        return Counter({(x[:i], x[i:]): 1 for i in range(1, len(x))})
    algebra = mkw if planar else bck
    found = Counter()
    for (pruned, trunk), times in algebra.coproduct(algebra.basis_element(x)).items():
        if pruned != algebra.one and trunk != algebra.one:
            found[pruned, trunk] += times
    return found


@pytest.mark.parametrize(("weights", "degree", "planar"), CASES)
def test_the_coproduct_is_that_of_the_algebra(weights, degree, planar):
    basis = basis_of(weights, degree, planar)
    table = tables.weighted_convolution(weights, degree, planar=planar)
    assert (table.dimension, table.n_blocks) == (1, len(basis))
    for block, x in enumerate(basis):
        found = Counter()
        for entry in range(table.term_ptr[block], table.term_ptr[block + 1]):
            factor, parts = value_of_slot(table, table.term_slot[entry], basis)
            trunk = basis[table.term_trunk[entry]]
            if planar is False:
                pruned = Forest([basis[i] for i in parts.elements()])
                found[pruned, Forest([trunk])] += factor
            else:
                (pruned,) = (basis[i] for i in parts.elements())
                found[pruned, trunk] += factor
        assert found == cuts_of(x, planar)


@pytest.mark.parametrize(("weights", "degree", "planar"), CASES)
def test_arborification_is_that_of_the_algebra(weights, degree, planar):
    basis = basis_of(weights, degree, planar)
    phi = tables.weighted_arborification(weights, degree, planar=planar)
    words = words_of_kernel(weights, degree)
    assert (phi.width, phi.n_rows, phi.n_cols) == (1, len(basis), len(words))
    for row, x in enumerate(basis):
        entries = slice(phi.ptr[row], phi.ptr[row + 1])
        found = {words[c]: v for c, v in zip(phi.col[entries], phi.coef[entries], strict=True)}
        assert found == ({x: 1} if planar is None else dict(arborification(x).items()))


@pytest.mark.parametrize(("weights", "degree", "planar"), CASES)
def test_lengths_are_counted(weights, degree, planar):
    count = sum(count_by_weight(weights, degree, planar=planar)) - 1
    assert tables.weighted_length(weights, degree, planar=planar) == count
    assert len(basis_of(weights, degree, planar)) == count


@pytest.mark.parametrize(
    ("weights", "degree", "planar"), [case for case in CASES if case[2] is not False]
)
@pytest.mark.parametrize("method", [1, 2])
def test_lyndon_tables_are_those_of_the_whole_basis(weights, degree, planar, method):
    most, d = degree // min(weights), len(weights)
    letters = range(d)
    if planar:
        every = [
            x
            for n in range(1, most + 1)
            for x in basis_of((1,) * d, n, True)
            if sum(map(len, map(list, map(PlanarTree.vertices, x)))) == n
        ]
    else:
        every = list(basis_of((1,) * d, most, None))
    assert len(letters) == d
    light = [i for i, x in enumerate(every) if weight(x, weights) <= degree]
    lyndon = tables.lyndon(d, most, 1, planar=planar).col
    light_lyndon = [i for i, place in enumerate(lyndon) if weight(every[place], weights) <= degree]
    assert tables.weighted_log_length(weights, degree, planar=planar, method=method) == len(
        light_lyndon
    )
    for whole, found, rows, columns in (
        (
            tables.lyndon(d, most, method, planar=planar),
            tables.weighted_lyndon(weights, degree, method, planar=planar),
            light_lyndon,
            light,
        ),
        (
            tables.lyndon_expansion(d, most, method, planar=planar),
            tables.weighted_lyndon_expansion(weights, degree, method, planar=planar),
            light,
            light_lyndon,
        ),
    ):
        np.testing.assert_array_equal(dense(found), dense(whole)[np.ix_(rows, columns)])


def dense(table):
    matrix = np.zeros((table.n_rows, table.n_cols))
    row = np.repeat(np.arange(table.n_rows), np.diff(table.ptr))
    matrix[row, table.col] = table.coef
    return matrix


@pytest.mark.parametrize("planar", [False, True])
def test_equal_weights_of_1_give_the_basis_of_all(planar):
    layout = WeightedLayout((1, 1), 4, planar)
    kind = OrderedForest if planar else None
    assert layout.slots()[-1] == tables.basis_length(2, 4, planar=planar)
    assert kind is None or layout.nodes == 4


@pytest.mark.parametrize(("weights", "degree"), [((1, 2), 6), ((2, 3, 2), 8), ((1,), 6)])
def test_the_first_branch_of_a_last_tree_is_taken_off(weights, degree):
    layout = WeightedLayout(weights, degree, True)
    forests = [()]
    for first, rest in zip(layout.first[1:].tolist(), layout.rest[1:].tolist(), strict=True):
        tree = forests[layout.branches[first]], int(layout.label[first])
        forests.append((tree, *forests[rest]))
    number = {forest: place for place, forest in enumerate(forests)}
    assert len(number) == len(forests) > 50
    expected = [
        number[(*forest[:-1], (forest[-1][0][1:], forest[-1][1]))]
        if forest and forest[-1][0]
        else -1
        for forest in forests
    ]
    assert layout.without_branch.tolist() == expected


def test_tables_follow_the_basis_and_not_the_number_of_nodes():
    # 10 nodes of 3 labels would be 2.6 million trees.
    assert tables.weighted_length((1, 5, 5), 10, planar=False) < 3000
    assert tables.weighted_convolution((1, 5, 5), 10, planar=False).n_blocks < 3000


def test_a_basis_that_is_too_large_is_refused():
    with pytest.raises(InvalidValueError, match="more than the bound"):
        tables.require_weighted_fits((1, 2), 60, planar=False)
    with pytest.raises(InvalidValueError, match="times the smallest"):
        tables.weighted_length((1, 2), 10**9, planar=None)
