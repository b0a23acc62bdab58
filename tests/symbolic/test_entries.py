"""Values of the algebra in arrays of NumPy: each is one entry, whatever its length and items."""

import numpy as np
import pandas as pd
import pytest

import treealg
from treealg.errors import InvalidTypeError
from treealg.symbolic import (
    AlgebraElement,
    Element,
    Forest,
    Functional,
    OrderedForest,
    PlanarTree,
    Tree,
    bck,
    exact_lie_butcher_series,
    exact_series,
    identity_map,
    mkw,
    shuffle_algebra,
)

LEAF, LADDER = Tree(), Tree([Tree()])
VALUES = {
    "tree": LADDER,
    "planar tree": PlanarTree([PlanarTree()]),
    "forest": LEAF * LADDER,
    "forest of one": Forest([LADDER]),
    "empty forest": Forest(),
    "ordered forest": OrderedForest([PlanarTree(), PlanarTree()]),
    "element of one term": 3 * LEAF,
    "element": 3 * LEAF + 5 * LADDER,
    "zero": Element(),
    "words": shuffle_algebra.product((0, 1), (2,)),
    "letter": Element({(0,): 2}),
    "tensor": bck.coproduct(LEAF),
    "planar tensor": mkw.coproduct(PlanarTree([PlanarTree()])),
    "series": exact_series(3),
    "Lie-Butcher series": exact_lie_butcher_series(2),
    "algebra element": AlgebraElement(bck, LEAF),
}
# Equal only where they were made alike.
MAPS = {"functional": Functional(bck, {LEAF: 1}), "map": identity_map(bck)}


each_vector = pytest.mark.parametrize("value", VALUES.values(), ids=VALUES.keys())
each_value = pytest.mark.parametrize("value", (VALUES | MAPS).values(), ids=(VALUES | MAPS).keys())


@each_value
@pytest.mark.parametrize("dtype", [None, object])
def test_an_array_of_values_has_each_of_them_as_an_entry(value, dtype):
    alone, three = np.array(value, dtype), np.array([[value, LEAF, value]], dtype)
    assert alone.shape == ()
    assert alone[()] is value
    assert three.shape == (1, 3)
    assert three.dtype == object
    assert three[0, 0] is three[0, 2] is value


@each_vector
def test_sums_and_products_of_numpy_are_those_of_python(value):
    pair = [value, value]
    assert np.sum(pair) == sum(pair) == value + value
    assert np.dot([2, 3], pair) == 2 * value + 3 * value
    assert np.mean(pair) == (value + value) / 2
    table = np.array([[1, 2], [3, 4]], object)
    assert list(table @ np.array(pair, object)) == [value + 2 * value, 3 * value + 4 * value]


@each_vector
def test_means_and_sums_agree_with_those_of_tables(value):
    column = pd.Series([value, value, value])
    assert column.sum() == np.sum([value, value, value])
    assert column.shape == (3,)


@each_value
@pytest.mark.parametrize("dtype", [float, np.float32, int, bool, complex, "M8[s]"])
@pytest.mark.parametrize("nested", [False, True])
def test_there_are_no_arrays_of_numbers_of_what_is_none(value, dtype, nested):
    with pytest.raises(InvalidTypeError, match=r"is no number, so that .* use dtype=object"):
        np.asarray([value, value] if nested else value, dtype)


@each_vector
def test_scalars_of_numpy_multiply_and_arrays_do_not(value):
    assert np.int64(2) * value == value * np.int64(2) == 2 * value
    assert np.array(2) * value == 2 * value
    for multiply in (lambda: np.array([1, 2]) * value, lambda: value * np.array([1, 2])):
        with pytest.raises(InvalidTypeError, match="must be a number"):
            multiply()


@each_vector
def test_objects_in_an_array_are_multiplied_and_added_one_by_one(value):
    both = np.array([value, value], object)
    assert list(2 * both) == [2 * value, 2 * value]
    assert list(both + both) == [value + value, value + value]


@pytest.mark.parametrize("name", ["element", "forest", "tensor", "series"])
def test_a_value_in_the_place_of_a_path_is_told_what_it_is(name):
    with pytest.raises(InvalidTypeError, match=r"no array of numbers; .*functional_to_vector"):
        treealg.branched_sig(VALUES[name], 2)
    with pytest.raises(InvalidTypeError, match=r"at path\[0\]\[0\]"):
        treealg.branched_sig([[VALUES[name]], [1.0]], 2)
