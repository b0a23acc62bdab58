"""A table with a planted error is refused: readers rely on the structure without checks."""

import copy
import dataclasses
import pickle

import numpy as np
import pytest

from treealg import tables
from treealg.errors import InvalidValueError
from treealg.tables.composition import compose
from treealg.tables.linear_map import expand, merge, merge_below


def changed(array, index, value):
    copy = array.copy()
    copy[index] = value
    return copy


def linear_map():
    return tables.arborification(2, 4)


@pytest.mark.parametrize(
    ("field", "change", "message"),
    [
        ("ptr", lambda a: changed(a, 0, 1), "from 0"),
        ("ptr", lambda a: changed(a, -1, a[-1] + 1), "from 0"),
        ("ptr", lambda a: changed(a, 3, a[5]), "monotone"),
        ("ptr", lambda a: changed(a, 3, -(2**40)), "monotone"),
        ("ptr", lambda a: a[:-1], "one entry per row"),
        ("ptr", lambda a: a.astype(np.int32), "int64"),
        ("col", lambda a: changed(a, 0, -1), "block of the input"),
        ("col", lambda a: changed(a, -1, 10**6), "block of the input"),
        ("col", lambda a: a[:-1], "same length"),
        ("col", lambda a: a.astype(np.int64), "int32"),
        ("col", lambda a: a.reshape(1, -1), "one-dimensional"),
        ("col", lambda a: a.tolist(), "one-dimensional"),
        ("coef", lambda a: changed(a, 1, 0), "2\\*\\*53"),
        ("coef", lambda a: changed(a, 1, 2.0**53), "2\\*\\*53"),
        ("coef", lambda a: changed(a, 1, np.nan), "2\\*\\*53"),
        ("coef", lambda a: changed(a, 1, 1.5), "integers"),
        ("n_rows", lambda n: n + 1, "one entry per row"),
        ("n_cols", lambda n: n - 1, "block of the input"),
        ("width", lambda n: 0, "positive"),
    ],
)
def test_planted_errors_in_a_linear_map_are_found(field, change, message):
    table = linear_map()
    with pytest.raises(InvalidValueError, match=message):
        dataclasses.replace(table, **{field: change(getattr(table, field))})


def test_columns_must_ascend_within_a_row():
    table = linear_map()
    row = int(np.flatnonzero(np.diff(table.ptr) > 1)[0])
    first = table.ptr[row]
    for value in (table.col[first + 1], table.col[first + 1] + 1):
        with pytest.raises(InvalidValueError, match="ascend"):
            dataclasses.replace(table, col=changed(table.col, first, value))


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize(
    ("field", "change", "message"),
    [
        ("block_start", lambda a: a[:-1], "degree \\+ 1"),
        ("block_start", lambda a: changed(a, 1, 1000), "monotone"),
        ("block_start", lambda a: changed(a, 2, a[2] + 1), "add up"),
        ("slot_start", lambda a: changed(a, 0, 0), "slot 0"),
        ("slot_start", lambda a: changed(a, -1, a[-1] + 1), "from 0"),
        ("slot_start", lambda a: changed(a, 1, a[1] + 1), "add up"),
        ("slot_start", lambda a: a[1:], "degree entries"),
        ("factor", lambda a: changed(a, 1, 0), "factors"),
        ("factor", lambda a: changed(a, 1, np.nan), "factors"),
        ("factor", lambda a: changed(a, 0, 2), "slot 0"),
        ("factor", lambda a: a[:-1], "from 0"),
        ("head", lambda a: changed(a, 1, -1), "heads"),
        ("head", lambda a: changed(a, 1, 10**6), "heads"),
        ("head", lambda a: changed(a, 1, 5), "add up"),
        ("tail", lambda a: changed(a, -1, -1), "tails"),
        ("tail", lambda a: changed(a, -1, len(a)), "tails"),
        ("tail", lambda a: changed(a, 1, 1), "add up"),
        ("term_ptr", lambda a: changed(a, 2, 10**6), "monotone"),
        ("term_slot", lambda a: changed(a, 0, 0), "have a slot"),
        ("term_slot", lambda a: changed(a, 0, 10**6), "have a slot"),
        ("term_slot", lambda a: a[:-1], "both parts"),
        ("term_trunk", lambda a: changed(a, 0, -1), "have a trunk"),
        ("term_trunk", lambda a: changed(a, 0, 10**6), "have a trunk"),
        ("term_trunk", lambda a: changed(a, 0, 5), "add up"),
        ("degree", lambda n: n + 1, "degree \\+ 1"),
    ],
)
def test_planted_errors_in_a_convolution_are_found(planar, field, change, message):
    table = tables.convolution(2, 4, planar=planar)
    with pytest.raises(InvalidValueError, match=message):
        dataclasses.replace(table, **{field: change(getattr(table, field))})


def test_terms_must_be_sorted_within_a_block():
    table = tables.convolution(2, 4)
    row = int(np.flatnonzero(np.diff(table.term_ptr) > 1)[0])
    swap = [table.term_ptr[row] + 1, table.term_ptr[row]]
    ahead = swap[::-1]
    with pytest.raises(InvalidValueError, match="sorted"):
        dataclasses.replace(
            table,
            term_slot=changed(table.term_slot, ahead, table.term_slot[swap]),
            term_trunk=changed(table.term_trunk, ahead, table.term_trunk[swap]),
        )


def test_tails_have_factor_1():
    table = tables.convolution(1, 5)
    tail = int(table.tail.max())
    with pytest.raises(InvalidValueError, match="tails have factor 1"):
        dataclasses.replace(table, factor=changed(table.factor, tail, 2))


@pytest.mark.parametrize("name", ["ptr", "col", "coef"])
@pytest.mark.parametrize("from_disk", [False, True])
def test_arrays_cannot_be_changed(name, from_disk):
    table = linear_map()
    if from_disk:
        tables.clear_cache()
        assert linear_map() is not table
        table = linear_map()
    with pytest.raises(ValueError, match="read-only"):
        getattr(table, name)[0] = 1
    with pytest.raises(ValueError, match="WRITEABLE"):
        getattr(table, name).setflags(write=True)


def test_tables_do_not_share_memory_with_what_they_were_made_of():
    ptr, col, coef = np.array([0, 1]), np.zeros(1, np.int32), np.ones(1)
    table = tables.LinearMap(1, 1, 1, ptr, col, coef)
    coef[0] = 7
    assert table.coef.tolist() == [1]


def readable_only(array):
    view = array.view()
    view.flags.writeable = False
    return view


@pytest.mark.parametrize(
    "form",
    [
        readable_only,
        lambda array: readable_only(np.repeat(array, 2))[::2],
        lambda array: readable_only(array[::-1].copy())[::-1],
        lambda array: np.frombuffer(b"x" + array.tobytes(), array.dtype, offset=1),
    ],
    ids=["view", "stride", "backwards", "unaligned"],
)
def test_views_of_what_others_may_change_are_copied_as_kernels_read_them(form):
    given = np.array([0, 1, 2]), np.array([1, 0], np.int32), np.array([2.0, 1.0])
    numbers = [array.tolist() for array in given]
    arrays = [form(array) for array in given]
    owners = [array if array.base is None else array.base for array in arrays]
    table = tables.LinearMap(1, 2, 2, *arrays)
    for owner in owners:
        if isinstance(owner, np.ndarray) and owner.flags.writeable:
            owner[...] = 77
    for found, expected in zip((table.ptr, table.col, table.coef), numbers, strict=True):
        assert found.flags.c_contiguous
        assert found.flags.aligned
        assert found.tolist() == expected


def test_fields_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        linear_map().width = 3


def test_merge_adds_signs_and_drops_zeros():
    key, value = merge(np.array([5, 2, 5, 2, 9]), np.array([3.0, 4.0, -3.0, -6.0, 1.0]))
    assert (key.tolist(), value.tolist()) == ([2, 9], [-2.0, 1.0])


@pytest.mark.parametrize("bound", [1, 7, 40, 200])
def test_keys_below_a_bound_are_merged_as_others(bound):
    rng = np.random.default_rng(bound)
    key, value = rng.integers(0, bound, 60), rng.integers(-2, 3, 60).astype(np.float64)
    for found, want in zip(merge_below(bound, key, value), merge(key, value), strict=True):
        assert found.dtype == want.dtype
        assert found.tolist() == want.tolist()


@pytest.mark.parametrize("largest", [1, 2**20, 2**31 - 1, 2**31, 2**42])
@pytest.mark.parametrize("bound", [5, 2**32, 2**43, 2**62, 2**63 - 1])
@pytest.mark.parametrize("count", [20, 3000])
def test_keys_and_values_of_any_size_are_merged(bound, largest, count):
    rng = np.random.default_rng(largest)
    key = np.append(rng.integers(0, bound, count), [0, bound - 1])
    key = np.concatenate((key, key[:7]))
    value = rng.integers(-largest, largest + 1, key.size).astype(np.float64)
    want = {}
    for k, v in zip(key.tolist(), value.tolist(), strict=True):
        want[k] = want.get(k, 0) + v
    found, total = merge(key, value)
    assert found.tolist() == sorted(k for k, v in want.items() if v)
    assert dict(zip(found.tolist(), total.tolist(), strict=True)).items() <= want.items()


@pytest.mark.parametrize("bound", [1, 10])
def test_keys_below_a_bound_have_sums_that_are_exact(bound):
    key = np.zeros(2, dtype=np.int64)
    assert merge_below(bound, key, np.array([2.0**52, 2.0**52 - 1]))[1].tolist() == [2.0**53 - 1]
    with pytest.raises(InvalidValueError, match="exactly"):
        merge_below(bound, key, np.array([2.0**52, -(2.0**52)]))


def test_merge_refuses_sums_that_may_be_inexact():
    with pytest.raises(InvalidValueError, match="exactly"):
        merge(np.zeros(2, dtype=np.int64), np.array([2.0**52, -(2.0**52)]))


def test_merge_takes_sums_that_are_exact_one_by_one():
    most = 2.0**53 - 1
    assert merge(np.array([1, 0, 1]), np.array([most - 3, most, 3.0]))[1].tolist() == [most, most]
    with pytest.raises(InvalidValueError, match="exactly"):
        merge(np.array([1, 0]), np.array([2.0**53, 1.0]))


def test_expand_lists_entries_of_rows_with_repetition_and_empty_ones():
    ptr = np.array([0, 3, 3, 5])
    source, entry = expand(ptr, np.array([2, 1, 0, 2]))
    assert source.tolist() == [0, 0, 2, 2, 2, 3, 3]
    assert entry.tolist() == [3, 4, 0, 1, 2, 3, 4]


def test_composition_needs_maps_that_fit():
    with pytest.raises(InvalidValueError, match="fit together"):
        compose(tables.lyndon(2, 3, 1), tables.arborification(2, 4, planar=True))


TABLES = {
    "LinearMap": linear_map,
    "ConvolutionTable": lambda: tables.convolution(2, 3, planar=True),
    "TranslationTable": lambda: tables.translation(2, 2, planar=False, order=1),
}


@pytest.mark.parametrize("name", TABLES)
def test_copies_and_pickles_are_as_immutable_as_the_table(name):
    table = TABLES[name]()
    assert copy.copy(table) is table
    assert copy.deepcopy([table])[0] is table
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(table, protocol))
        (integers, arrays), (others, other_arrays) = table.parts(), again.parts()
        assert type(again) is type(table)
        assert integers == others
        for field, array in arrays.items():
            np.testing.assert_array_equal(other_arrays[field], array)
            with pytest.raises(ValueError, match=r"WRITEABLE|read-only"):
                other_arrays[field].setflags(write=True)


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_equal_that_have_the_same_numbers(name):
    table = TABLES[name]()
    again = pickle.loads(pickle.dumps(table))
    assert again == table
    assert hash(again) == hash(table)
    assert len({table, again}) == 1
    others = [make() for other, make in TABLES.items() if other != name]
    assert table not in [*others, tables.convolution(2, 2), None, 1]
    _, arrays = table.parts()
    field = next(field for field, array in arrays.items() if array.size and array[-1] > 0)
    object.__setattr__(again, field, changed(arrays[field], -1, 0))
    assert again != table


def test_a_pickle_with_an_index_beyond_its_array_is_refused():
    make, (integers, arrays) = linear_map().__reduce__()
    with pytest.raises(InvalidValueError, match="block of the input"):
        make(integers, arrays | {"col": changed(arrays["col"], 0, 10**6)})
