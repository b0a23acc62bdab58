"""Every row of the table on arrays of xarray, whatever the order of dimensions."""

import inspect
from functools import partial

import dask
import numpy as np
import pytest
import xarray

import treealg
import treealg.xarray

from ..operations.cases import CASES, OPERATIONS, assert_close, call, each_case

WAYS = (
    "plain", "planar_scalar", "brackets", "word_brackets", "corrected", "corrected_alike",
    "corrected_by_segment", "prefixes", "basepoint", "one_basepoint", "ragged", "grid",
    "with_value", "jumps", "right_only", "windows", "corrected_windows", "times", "weighted",
)  # fmt: skip
# What the dimensions of these axes are called in the tests; all others are called as they are.
DIMS = {
    "length": "t", "length_1": "t", "length_2": "t", "transformed_length": "t", "points": "t",
    "segments": "t", "channels": "c", "transformed_channels": "c", "labels": "c", "dimension": "c",
    "paths_1": "s", "paths_2": "s",
}  # fmt: skip
ROLES = {"time": "t", "channel": "c", "sample": "s"}


@pytest.fixture(autouse=True)
def _synchronous():
    with dask.config.set(scheduler="synchronous"):
        yield


def dims_of(axes):
    found = []
    for axis in axes:
        name = DIMS.get(axis, axis)
        found.append(name if name not in found else f"{name}_2")
    return found


def labelled(case, arguments, size=None):
    """Return arguments as arrays with dimensions, the last first, of Dask if there is a size."""
    found = dict(arguments)
    parameters = case.row.signature.parameters.values()
    values = {parameter.name: parameter.default for parameter in parameters} | arguments
    products = case.row.products
    for argument in case.row.arguments:
        value = arguments.get(argument.name)
        if not isinstance(value, np.ndarray) or (argument.alternative and not value.ndim):
            continue
        item = dims_of(argument.item_axes(value.ndim, values))
        rank = value.ndim - len(item)
        point = case.row.points.get(argument.name, argument.name)
        own = point if point in products else "b"
        batch = [f"{own}{i}" for i in range(-rank, 0)]
        if products and point not in products:
            half = rank // 2
            batch = [f"{name}{i}" for name in products for i in range(-half, 0)]
        found[argument.name] = xarray.DataArray(value, dims=[*batch, *item]).transpose()
        if size is not None:
            cut = dict.fromkeys(batch, size)
            found[argument.name] = found[argument.name].chunk(cut)
    return found


def function_of(case):
    function = getattr(treealg.xarray, case.name)
    known = inspect.signature(function).parameters
    return partial(function, **{role: dim for role, dim in ROLES.items() if role in known})


def assert_dimensions_give_what_axes_give(case, batch, size=None):
    given = case.arguments(batch)
    want = call(case, given)
    found = function_of(case)(**labelled(case, given, size))
    found = list(found) if isinstance(found, tuple) else [found]
    for one, other in zip(found, want, strict=True):
        if other is None:
            assert one is None
            continue
        assert isinstance(one, xarray.DataArray)
        assert (one.chunks is None) == (size is None)
        assert (one.shape, one.dtype) == (np.shape(other), other.dtype)
    if size is None:
        for one, other in zip(found, want, strict=True):
            if other is not None:
                np.testing.assert_array_equal(one.to_numpy(), other)
        return
    assert_close(
        [None if x is None else x.to_numpy() for x in found],
        [x if x is None else np.asarray(x) for x in want],
    )


@each_case(CASES, *WAYS)
def test_dimensions_give_what_axes_give(case):
    assert_dimensions_give_what_axes_give(case, (3,))


@each_case(CASES, "plain", "corrected", "basepoint", "windows")
def test_chunks_of_dask_give_what_all_of_the_batch_gives(case):
    assert_dimensions_give_what_axes_give(case, (5,), 2)


@each_case(CASES, "plain", "corrected")
def test_batches_of_two_dimensions_keep_their_order(case):
    given = case.arguments((3, 2))
    want = call(case, given)
    found = function_of(case)(**labelled(case, given))
    for one, other in zip(found if isinstance(found, tuple) else (found,), want, strict=True):
        if other is not None:
            dims = [f"{name}{i}" for name in BATCHES for i in (-2, -1)]
            got = one.transpose(*(dim for dim in dims if dim in one.dims), ...)
            assert_close([got.to_numpy()], [np.asarray(other)])


BATCHES = "b", "path1", "path2"
EQUALS = [case for case in CASES if any(a.batch == "broadcast" for a in case.row.arguments)]


@pytest.mark.parametrize("size", [None, 2])
@each_case(EQUALS, "plain", "jumps", "right_only")
def test_dimensions_that_differ_broadcast(case, size):
    given = case.arguments([(3, 1), (2,)])
    want = call(case, given)
    one = [x for x in case.row.arguments if x.batch == "broadcast"]
    changed = dict(given)
    tangents = [x.name for x in case.row.arguments if x.role == "tangent"]
    tangent_of = dict(zip(case.row.tangents, tangents, strict=True))
    for place, argument in enumerate(x for x in case.row.arguments if x.role == "input"):
        for name in (argument.name, tangent_of.get(argument.name)):
            value = given.get(name)
            if isinstance(value, np.ndarray) and argument in one:
                item = dims_of(argument.axes)
                value = value[:, 0] if place % 2 == 0 else value
                made = xarray.DataArray(value, dims=["v" if place % 2 else "u", *item])
                changed[name] = made if size is None else made.chunk({made.dims[0]: size})
    for argument in (x for x in case.row.arguments if x.role in ("derivs", "value")):
        for name in (argument.name, tangent_of.get(argument.name)):
            value = given.get(name)
            if isinstance(value, np.ndarray):
                item = dims_of(argument.axes if argument.only_with is None else ())
                changed[name] = xarray.DataArray(value, dims=["u", "v", *item])
    found = function_of(case)(**changed)
    found = list(found) if isinstance(found, tuple) else [found]
    for x, other in zip(found, want, strict=True):
        if other is not None:
            np.testing.assert_allclose(x.to_numpy(), other.reshape(x.shape), rtol=0, atol=1e-13)


def test_every_row_of_the_table_is_there():
    assert set(treealg.xarray.__all__) == set(OPERATIONS)
