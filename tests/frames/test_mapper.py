"""One function of pieces, with what Ray, Spark and joblib hand to it."""

import pickle

import joblib
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from treealg.errors import InvalidTypeError
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
