"""One function of pieces, with what Ray, Spark and joblib hand to it."""

import itertools
import pickle

import joblib
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.frames import FeatureFunction, features

ARGUMENTS = {"id": "id", "time": "t", "values": ["x"], "degree": 2, "time_aug": True}
FUNCTION = FeatureFunction(**ARGUMENTS)


def a_table(first=0, count=3):
    rng = np.random.default_rng(first)
    ids = np.repeat(np.arange(first, first + count), 5)
    return pa.table({"id": ids, "t": rng.permutation(len(ids)), "x": rng.normal(size=len(ids))})


def test_a_piece_gives_what_features_gives():
    table = a_table()
    expected = features(table, **ARGUMENTS)
    assert FUNCTION(table).equals(expected)
    pd.testing.assert_frame_equal(FUNCTION(table.to_pandas()), expected.to_pandas())
    arrays = FUNCTION({name: table.column(name).to_numpy() for name in table.column_names})
    assert list(arrays) == expected.column_names
    np.testing.assert_array_equal(arrays["x[x]"], expected.column("x[x]").to_numpy())
    (batch,) = table.to_batches()
    assert pa.table(FUNCTION(batch)).equals(expected)


def test_record_batches_of_a_partition_are_one_piece():
    table = a_table()
    batches = table.to_batches(max_chunksize=4)
    assert len(batches) == 4
    found = pa.Table.from_batches(list(FUNCTION(iter(batches))))
    assert found.equals(features(table, **ARGUMENTS))
    assert list(FUNCTION(iter([]))) == []


def test_the_schema_is_known_before():
    assert FUNCTION.schema(a_table().schema).equals(FUNCTION(a_table()).schema)


def test_the_function_is_pickled_and_runs_elsewhere():
    again = pickle.loads(pickle.dumps(FUNCTION))
    assert repr(again) == repr(FUNCTION)
    tables = [a_table(3 * place) for place in range(3)]
    found = joblib.Parallel(n_jobs=2, backend="threading")(
        joblib.delayed(again)(table) for table in tables
    )
    expected = features(pa.concat_tables(tables), **ARGUMENTS)
    assert pa.concat_tables(found).equals(expected)


def test_a_missing_argument_is_refused_before_anything_runs():
    with pytest.raises(InvalidTypeError, match=r"missing a required.*'degree'"):
        FeatureFunction(id="id", values=["x"])


GOOD = {"id": [1, 1], "t": [0.0, 1.0], "x": [1.0, 3.0]}
PIECES = {
    "axes": ({"x": np.zeros((2, 2))}, r"column 'x' of a piece must be an array of one axis, got"),
    "number": ({"x": 1.0}, r"column 'x' of a piece must be an array of one axis, got shape \(\)"),
    "none": ({"x": None}, "column 'x' of a piece must be an array of values, got None|, got None"),
    "jagged": ({"x": [[1], [1, 2]]}, "column 'x' of a piece must be an array of values: setting"),
    "length": ({"x": [1.0]}, "must be equally long, got 'id' 2, 't' 2, 'x' 1; give one value"),
    "complex": ({"x": [1j, 2]}, "column 'x' of a piece must have values that PyArrow has, got c"),
    "objects": ({"x": [object(), 1]}, "column 'x' of a piece must have values that PyArrow has"),
    "huge": ({"x": [10**400, 1]}, "column 'x' of a piece must have values that PyArrow has"),
    "masked": ({"x": np.ma.masked_array([1.0, 2.0], [0, 1])}, "must not be a masked array"),
    "long": ({"x": np.ones(2, np.longdouble)}, "must have values that PyArrow has, got .*astype"),
    "key": ({1: [1.0, 2.0]}, "the names of columns of a piece must be texts, got 1 of type int"),
}


@pytest.mark.parametrize("name", PIECES)
def test_columns_that_are_none_are_refused_by_their_name(name):
    change, words = PIECES[name]
    with pytest.raises((InvalidTypeError, InvalidValueError), match=words):
        FUNCTION(GOOD | change)


def test_columns_in_the_byte_order_of_another_machine_are_read():
    other = {name: np.array(column, ">f8") for name, column in GOOD.items()}
    found, expected = FUNCTION(other), FUNCTION(GOOD)
    np.testing.assert_array_equal(found["x[x]"], expected["x[x]"])


def test_what_are_no_record_batches_is_refused_at_the_first_of_them():
    batch = a_table().to_batches()[0]
    for given in (itertools.count(), iter([a_table().to_pandas()])):
        with pytest.raises(InvalidTypeError, match="must yield record batches of PyArrow, got"):
            list(FUNCTION(given))
    with pytest.raises(InvalidValueError, match="one schema, got at place 1 the columns"):
        list(FUNCTION(iter([batch, batch.select(["x"])])))
    assert list(FUNCTION(iter([]))) == []
    with pytest.raises(InvalidTypeError, match=r"schema must be a pyarrow.Schema, got .*DataFrame"):
        FUNCTION.schema(a_table().to_pandas())
