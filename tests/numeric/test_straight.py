"""Straight-line kernels: which tables have them, and that they compute what the loops do."""

import dataclasses
from fractions import Fraction

import numpy as np
import pytest

from treealg import _fast, codegen, tables
from treealg._fast.programs import straight_number
from treealg.codegen.straight import LANES, SIZES, Straight

from ..support import TOLERANCE, assert_parity, dyadic, program, sample

# Of each kernel its map in exact arithmetic, and how many arguments that has.
MAPS = {
    "signature_to_log": ("log", 1),
    "log_to_signature": ("exp", 1),
    "signature_product": ("combine", 2),
    "signature_inverse": ("inverse", 1),
}
KERNELS = [*MAPS, *(f"{name}_backward" for name in MAPS)]


def arguments_of(table):
    """Return what a program is made of, as arrays that may be changed."""
    names = [field.name for field in dataclasses.fields(table)][2:]
    arrays = [getattr(table, name).copy() for name in names]
    return dict(zip(names, arrays, strict=True)), [x.copy() for x in tables.nodes(table.degree)]


def with_loops(table):
    """Return the same program with two terms of one block in another order."""
    arrays, quadrature = arguments_of(table)
    block = int(np.argmax(np.diff(table.term_ptr) > 1))
    first = table.term_ptr[block]
    for name in ("term_slot", "term_trunk"):
        arrays[name][first : first + 2] = arrays[name][first : first + 2][::-1].copy()
    return _fast.ConvolutionProgram(table.dimension, *arrays.values(), *quadrature)


def map_of(name):
    """Return a map, how many arguments it has, and whether a kernel is its gradient."""
    forward = name.removesuffix("_backward")
    return (*MAPS[forward], name != forward)


def computed(name, made, inputs, n_threads=1):
    """Return what a kernel writes between margins, results side by side."""
    _, count, backward = map_of(name)
    rows, columns = inputs[0].shape
    results = count if backward else 1
    out = np.full((rows, results * (columns + 5)), np.nan, inputs[0].dtype)
    parts = [out[:, k + 2 : k + 2 + columns] for k in range(0, out.shape[1], columns + 5)]
    rest = (None, n_threads) if name.startswith("signature_to_log") else (n_threads,)
    getattr(_fast, name)(*inputs, *parts, made, *rest)
    return out


def inputs_of(name, table, dtype, batch):
    _, count, backward = map_of(name)
    return [sample(dtype, batch + k, table.size)[k:] / 2 for k in range(count + backward)]


@pytest.fixture(params=["baseline", "avx2", "avx512"])
def instruction_set(request):
    try:
        _fast.use_instruction_set(request.param)
    except ValueError:
        pytest.skip(f"this processor has no {request.param}")
    yield request.param
    _fast.use_instruction_set(None)


@pytest.mark.parametrize(("number", "size"), list(enumerate(SIZES)))
def test_tables_are_known_by_their_contents(number, size):
    assert straight_number(program(_fast, tables.convolution(*size[:2], planar=size[2]))) == number
    assert straight_number(with_loops(tables.convolution(*size[:2], planar=size[2]))) == -1


@pytest.mark.parametrize(
    "table",
    [
        tables.convolution(2, 2),
        tables.convolution(4, 3),
        tables.word_convolution(2, 4),
        tables.weighted_convolution((1, 2), 4, planar=False),
        tables.weighted_convolution((1, 2), 4, planar=True),
    ],
    ids=["smaller", "between", "words", "weights", "planar weights"],
)
def test_other_tables_take_the_loops(table):
    arrays, quadrature = arguments_of(table)
    made = _fast.ConvolutionProgram(table.dimension, *arrays.values(), *quadrature)
    assert straight_number(made) == -1


CHANGES = {
    "factor": lambda arrays, quadrature: arrays["factor"].__setitem__(-1, 7.0),
    "slot": lambda arrays, quadrature: arrays["term_slot"].__setitem__(-1, 1),
    "trunk": lambda arrays, quadrature: arrays["term_trunk"].__setitem__(-1, 0),
    "node": lambda arrays, quadrature: quadrature[0].__setitem__(0, 0.25),
    "weight": lambda arrays, quadrature: quadrature[1].__setitem__(0, 0.25),
    "integral": lambda arrays, quadrature: quadrature[2].__setitem__((0, 0), 0.25),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_table_with_one_other_number_takes_the_loops(change):
    table = tables.convolution(2, 4)
    arrays, quadrature = arguments_of(table)
    CHANGES[change](arrays, quadrature)
    made = _fast.ConvolutionProgram(table.dimension, *arrays.values(), *quadrature)
    assert straight_number(made) == -1


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.usefixtures("instruction_set")
def test_kernels_agree_with_the_loops(size, dtype, name):
    table = tables.convolution(*size[:2], planar=size[2])
    inputs = inputs_of(name, table, dtype, 35)
    found = computed(name, program(_fast, table), inputs, n_threads=2)
    assert_parity([computed(name, with_loops(table), inputs), found])


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("size", [size for size in SIZES if size[:2] != (2, 5)])
def test_kernels_agree_with_exact_arithmetic(size, name):
    dimension, degree, planar = size
    table = tables.convolution(*size[:2], planar=size[2])
    kind, count, backward = map_of(name)
    inputs = [dyadic(k, 32, table.size) for k in range(count + backward)]
    found = computed(name, program(_fast, table), inputs)[21]
    exact = codegen.build_program(
        codegen.map_size(kind, dimension, degree, planar=planar), backward=backward
    ).evaluate(*([Fraction(value) for value in x[21]] for x in inputs))
    want = np.array([float(value) for result in exact for value in result])
    error = np.abs(found[~np.isnan(found)] - want).max()
    assert error <= TOLERANCE[want.dtype] * np.abs(want).max()


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("batch", [0, 1, 2, 4, 5, 7, 8, 9, 12, 15, 16, 17, 33])
def test_a_row_has_the_same_bits_among_any_others(batch, dtype, name):
    table = tables.convolution(2, 3, planar=True)
    made = program(_fast, table)
    inputs = inputs_of(name, table, dtype, 64)
    whole = computed(name, made, inputs)
    part = computed(name, made, [x[64 - batch :] for x in inputs], n_threads=2)
    np.testing.assert_array_equal(part, whole[64 - batch :])
    inputs[0][0, 0] = np.nan
    np.testing.assert_array_equal(computed(name, made, inputs)[1:], whole[1:])


STRIDES = {
    "apart": lambda x: np.repeat(x, 2, axis=1)[:, ::2],
    "columns backwards": lambda x: x[:, ::-1].copy()[:, ::-1],
    "rows backwards": lambda x: x[::-1].copy()[::-1],
    "columns first": np.asfortranarray,
}


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("batch", [1, 8, 19])
@pytest.mark.parametrize("strides", STRIDES)
def test_a_row_has_the_same_bits_however_it_lies_in_memory(strides, batch, name):
    table = tables.convolution(2, 4)
    made = program(_fast, table)
    inputs = inputs_of(name, table, np.float64, batch)
    moved = [STRIDES[strides](x) for x in inputs]
    np.testing.assert_array_equal(computed(name, made, moved), computed(name, made, inputs))


@pytest.mark.parametrize("lanes", LANES)
def test_a_table_whose_highest_order_is_no_vector_has_no_kernel(lanes):
    assert Straight(tables.convolution(2, 3)).fits(lanes) == (lanes <= 14)
