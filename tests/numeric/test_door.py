"""The door to the kernels and its readable reference: the same names and parameters."""

import inspect

import numpy as np
import pytest

from treealg import _fast, symbolic, tables
from treealg._fast import layouts, reference
from treealg._fast.pieces import checked_spans
from treealg.numeric.arguments.corrections import letter_columns

FUNCTIONS = [name for name in _fast.__all__ if inspect.isfunction(getattr(reference, name))]
CLASSES = [name for name in _fast.__all__ if inspect.isclass(getattr(reference, name))]
TABLES = [name for name in CLASSES if name not in {"Lines", "Repeats"}]


def arguments_of(name):
    """Return arguments of a class of tables, in the order of its reference."""
    if name == "SparseMap":
        table = tables.arborification(2, 3, planar=False)
        return [table.width, table.n_cols, table.ptr, table.col, table.coef]
    if name == "ConvolutionProgram":
        table = tables.convolution(2, 3, planar=True)
        return [2, *table.parts()[1].values(), *tables.nodes(3)]
    if name == "WordProgram":
        return [2, 3, *tables.words(2, 3, longest=2).program(), letter_columns(2, False, 2), None]
    if name == "TreeProgram":
        return [2, *(np.array(x, np.int32) for x in ([0, 1], [-1, 0], [-1, -1], [1, 1], [], [1]))]
    raise AssertionError(name)


def test_reference_exports_the_names_of_the_door():
    assert reference.__all__ == _fast.__all__
    assert sorted(FUNCTIONS + CLASSES) == sorted(_fast.__all__)
    assert CLASSES


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_have_the_same_parameters(name):
    door, readable = (inspect.signature(getattr(x, name)) for x in (_fast, reference))
    assert list(door.parameters) == list(readable.parameters)


@pytest.mark.parametrize("change", [np.asarray, np.asfortranarray, lambda x: x[::-1]])
def test_lists_of_arrays_are_the_same_lines(change):
    paths = [change(np.arange(2.0 * n).reshape(n, 2)) for n in (3, 1, 4)]
    compiled, readable = _fast.Lines.of(paths), reference.Lines.of(paths)
    assert compiled.shape == readable.shape == (3, 8, 2)
    assert compiled.dtype is readable.dtype
    assert all(map(lambda one, other: one is other, compiled.arrays, readable.arrays))
    np.testing.assert_array_equal(compiled.spans, [[0, 3], [3, 1], [4, 4]])
    np.testing.assert_array_equal(compiled.spans, readable.spans)
    np.testing.assert_array_equal(compiled.whole(), readable.whole())


@pytest.mark.parametrize(
    "paths",
    [
        [],
        [[[1.0]]],
        [np.zeros((2, 1)), np.zeros((2, 2))],
        [np.zeros((2, 1)), np.zeros((2, 1), np.float32)],
        [np.zeros((2, 1)), np.zeros((0, 1))],
        [np.zeros((2, 0))],
        [np.zeros(2)],
        [np.zeros((2, 1), int)],
        [np.zeros((2, 1), object)],
        [np.zeros((2, 1), complex)],
        [np.zeros((2, 1), "M8[s]")],
        [np.zeros((2, 1), ">f8")],
        [np.ma.zeros((2, 1))],
        [np.zeros(17, np.uint8)[1:].view(np.float64)[:, None]],
    ],
    ids=str,
)
def test_other_lists_are_no_lines(paths):
    assert _fast.Lines.of(paths) is None
    assert reference.Lines.of(paths) is None


@pytest.mark.parametrize("name", ["find", "keep", "clear"])
def test_tables_of_calls_have_the_same_methods(name):
    door, readable = (
        inspect.signature(getattr(x.Repeats, name)).parameters for x in (_fast, reference)
    )
    assert list(door) == list(readable)
    assert {x for x in dir(_fast.Repeats) if not x.startswith("_")} == {"find", "keep", "clear"}


@pytest.mark.parametrize("name", TABLES)
def test_tables_have_the_same_parameters_and_attributes(name):
    names = list(inspect.signature(getattr(reference, name)).parameters)
    arguments = dict(zip(names, arguments_of(name), strict=True))
    door, readable = (getattr(x, name)(**arguments) for x in (_fast, reference))
    public = {x for x in dir(door) if not x.startswith("_")}
    assert public
    for attribute in public:
        assert getattr(door, attribute) == getattr(readable, attribute), attribute


def test_reference_has_no_choice_of_instruction_sets():
    reference.use_instruction_set(None)
    with pytest.raises(ValueError, match="avx2"):
        reference.use_instruction_set("avx2")
    reference.use_thread_for(None)
    assert reference.threads_started() == reference.threads_called() == 0
    assert reference.instruction_set_name() == "numpy"


FAR = [2**63 - 1, -(2**63)]  # the difference of the two is 1, as numbers of 64 bits are


@pytest.mark.parametrize("name", TABLES)
def test_indices_that_are_too_far_apart_for_their_difference_are_refused(name):
    arguments = arguments_of(name)
    wide = [
        place
        for place, array in enumerate(arguments)
        if isinstance(array, np.ndarray) and array.dtype == np.int64 and array.size > 3
    ]
    assert wide or name == "TreeProgram"
    for place in wide:
        for pair in (FAR, FAR[::-1]):
            changed = arguments[place].copy()
            changed[1:3] = pair
            damaged = [*arguments[:place], changed, *arguments[place + 1 :]]
            with pytest.raises(ValueError, match=name):
                getattr(_fast, name)(*damaged)


@pytest.mark.parametrize("width", [0, -1, 2**62, 2**63 - 1])
@pytest.mark.parametrize("name", ["SparseMap", "ConvolutionProgram"])
def test_widths_whose_products_are_no_sizes_are_refused(name, width):
    with pytest.raises(ValueError, match=name):
        getattr(_fast, name)(width, *arguments_of(name)[1:])


@pytest.mark.parametrize(
    "span", [(-1, 2), (0, 0), (3, 2), (2**62, 2**62), (1, 2**63 - 1), (2**63 - 1, 1)]
)
def test_spans_that_leave_their_path_are_refused(span):
    with pytest.raises(ValueError, match="within its path"):
        checked_spans([span], 1, 4)


@pytest.mark.parametrize("part", [1, 7, 100])
@pytest.mark.parametrize(
    "table",
    [
        tables.convolution(2, 5),
        tables.convolution(2, 4, planar=True),
        tables.word_convolution(2, 6),
        tables.weighted_convolution((2, 3), 6, planar=False),
    ],
    ids=["trees", "forests", "words", "weights"],
)
def test_terms_have_one_order_however_many_are_walked_at_a_time(table, part, monkeypatch):
    first = table.block_start[-2]
    start = table.term_ptr[first]

    def found():
        merged = layouts.merged_by_trunk(
            table.term_ptr[first:] - start, table.term_slot[start:], table.term_trunk[start:],
            table.n_slots,
        )  # fmt: skip
        count = int(table.block_start[-1] - first)
        orders = layouts.orders_of_terms(*merged[:3], count, table.dimension, 8)
        return [*merged, *orders[0], *orders[1]]

    at_once = found()
    monkeypatch.setattr(layouts, "_PART", part)
    for array, expected in zip(found(), at_once, strict=True):
        assert array.dtype == expected.dtype
        np.testing.assert_array_equal(array, expected)


@pytest.mark.parametrize("part", [1, 7, 1000])
def test_entries_of_coefficient_1_come_first_however_many_are_walked_at_a_time(part, monkeypatch):
    monkeypatch.setattr(layouts, "_PART", part)
    table = tables.arborification(2, 6)
    unit_end, col, coef = layouts.units_first(table.ptr, table.col, table.coef)
    assert col is not table.col
    for begin, end, units in zip(table.ptr, table.ptr[1:], unit_end, strict=False):
        entries = list(zip(table.col[begin:end], table.coef[begin:end], strict=True))
        expected = sorted(entries, key=lambda entry: entry[1] != 1)
        assert list(zip(col[begin:end], coef[begin:end], strict=True)) == expected
        assert units - begin == sum(value == 1 for _, value in entries)
    ladders = tables.arborification(2, 6, planar=None)
    assert layouts.units_first(ladders.ptr, ladders.col, ladders.coef)[1] is ladders.col


@pytest.mark.parametrize(
    ("table", "single"),
    [
        (tables.word_convolution(2, 5), True),
        (tables.word_convolution(1, 7), True),
        (tables.deconcatenation(tables.words_of_weights((1, 3), 7)), True),
        (tables.convolution(2, 4), False),
        (tables.convolution(2, 4, planar=True), False),
    ],
    ids=["words", "one letter", "weights", "trees", "forests"],
)
def test_slots_of_words_are_single_coefficients(table, single):
    arrays = [table.block_start, table.slot_start, table.head, table.tail, table.factor]
    assert layouts.slots_are_single(table.dimension, *arrays) is single
    for place in range(len(arrays)):
        for at in (1, -1):
            changed = [array.copy() for array in arrays]
            changed[place][at] += 1
            assert not layouts.slots_are_single(table.dimension, *changed) or (place, at) == (0, -1)


def word(letters):
    tree = symbolic.Tree()
    for letter in range(1, letters):
        tree = symbolic.Tree([tree], letter % 2)
    return tree


@pytest.mark.parametrize(
    ("elements", "places"),
    [
        ([word(200)], 600),
        ([word(letters) for letters in range(1, 60)], 180),
        (list(symbolic.enumerate_trees(7, 2)), 1900),
        ([t for n in range(1, 5) for t in symbolic.enumerate_forests(n, 2, planar=True)], 230),
    ],
    ids=["word", "prefixes", "trees", "forests"],
)
def test_polynomials_that_are_yet_to_be_read_have_places_of_their_own(elements, places):
    table = tables.coefficients(elements, 2)
    _, _, size, whole = layouts.states_of_trees(table.label, table.left, table.right)
    offset, total = layouts.places_in_turn(table.label, table.left, table.right, size)
    assert ((offset < 0) == (whole < 0)).all()
    assert total < min(places, size.sum())
    holder = np.full(total, -1)
    for i, sources in enumerate(zip(table.left.tolist(), table.right.tolist(), strict=True)):
        for source in sources:
            if source >= 0 and size[source]:
                assert (holder[offset[source] : offset[source] + size[source]] == source).all()
        if size[i]:
            holder[offset[i] : offset[i] + size[i]] = i


def test_a_program_has_no_more_coefficients_than_kernels_can_number():
    program = arguments_of("ConvolutionProgram")
    program[0] = 2**27
    with pytest.raises(ValueError, match="more coefficients than the kernels can number"):
        _fast.ConvolutionProgram(*program)
