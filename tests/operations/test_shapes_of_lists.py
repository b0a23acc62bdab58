"""Shapes and dtypes of results for lists of arrays of NumPy are known, too."""

import numpy as np
import pytest

import treealg

from .lists_of_paths import CALLS, arrays_of


def kept(value, dtype, length):
    """Return arrays in a dtype, in a list with as many points if a length is asked for."""
    if isinstance(value, list):
        return [kept(x, dtype, length) for x in value]
    array = np.asarray(value)
    if array.ndim == 2 and length:
        array = np.resize(array, (length, array.shape[1]))
    return array.astype(dtype)


def described(found):
    """Return shape and dtype of each result, in lists where these are lists."""
    if isinstance(found, (list, tuple)):
        return [described(x) for x in found]
    return tuple(np.shape(found) if isinstance(found, np.ndarray) else found.shape), found.dtype


@pytest.mark.parametrize("length", [0, 4], ids=["of their lengths", "of one length"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int16])
@pytest.mark.parametrize("name", ["transforms", "brackets", "trees", "prefixes", "pairs", "scores"])
def test_results_of_lists_are_those_that_the_table_says(name, dtype, length):
    name, given = CALLS[name]
    row = treealg.operations[name]
    paths = {x: kept(value, dtype, length) for x, value in arrays_of(name, given).items()}
    values = given | paths
    assert described(row.result(**values)) == described(row.function(**values))


@pytest.mark.parametrize("lengths", [(3, 5), (4, 4)])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", ["sig_backprop", "transform_path_backprop"])
def test_gradients_of_lists_are_those_that_the_table_says(name, dtype, lengths):
    paths = [np.ones((n, 2), dtype) for n in lengths]
    row = treealg.operations[name]
    if name == "sig_backprop":
        values = {"path": paths, "sig": None, "sig_derivs": np.ones((2, 6)), "degree": 2}
    else:
        values = {"path": paths, "derivs": treealg.transform_path(paths)}
    assert described(row.result(**values)) == described(row.function(**values))
