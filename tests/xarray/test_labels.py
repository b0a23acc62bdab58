"""Labels: what results are called, what goes with what, and what is refused."""

import numpy as np
import pandas
import pytest
import xarray

import treealg
import treealg.xarray as tx
from treealg.errors import InvalidTypeError, InvalidValueError

SIDES = ["bid", "ask, EUR"]
TIMES = np.array("2020-01-01", "M8[s]") + np.array([0, 1, 3, 6, 10])


def prices():
    values = np.random.default_rng(0).normal(size=(4, 5, 2))
    return xarray.DataArray(
        values,
        dims=("day", "minute", "side"),
        coords={"day": list("abcd"), "minute": TIMES, "side": SIDES, "exchange": "X",
                "is_open": ("minute", [False, True, True, True, False])},
        attrs={"unit": "EUR"},
        name="price",
    )  # fmt: skip


NAMES = {"time": "minute", "channel": "side"}


@pytest.mark.parametrize(
    ("function", "names", "options"),
    [
        ("branched_sig", "branched_sig_names", {"scalar_term": True, "time_aug": True}),
        ("branched_sig", "branched_sig_names", {"planar": True, "lead_lag": True}),
        ("branched_sig", "branched_sig_names", {"weights": (1, 2)}),
        ("branched_log_sig", "branched_log_sig_names", {"planar": True, "method": 1}),
        ("branched_log_sig", "branched_log_sig_names", {"planar": True}),
        ("sig", "sig_names", {"time_aug": True}),
        ("log_sig", "log_sig_names", {"method": 2}),
        ("log_sig", "log_sig_names", {"scalar_term": True}),
    ],
)
def test_coefficients_have_the_names_of_their_trees_in_channels(function, names, options):
    found = getattr(tx, function)(prices(), 2, **NAMES, **options)
    want = getattr(treealg, names)(2, 2, channels=SIDES, **options)
    (dim,) = set(found.dims) - {"day"}
    assert tuple(found[dim].to_numpy()) == want
    assert found.name == function
    assert list(found.coords) == ["day", "exchange", dim]


def test_coordinates_keep_what_is_said_of_them_and_arguments_are_unchanged():
    path, correction = prices(), xarray.zeros_like(prices().isel(minute=slice(1, None)))
    correction = correction.isel(side=[0, 0, 0, 0]).drop_vars("side").rename(side="columns")
    for array in (path, correction):
        array["day"].attrs["zone"] = "UTC"
    path["minute"].attrs["axis"] = "T"
    found = tx.branched_sig(path, 2, **NAMES)
    gradient = tx.branched_sig_backprop(path, None, found, 2, **NAMES)
    both = tx.branched_sig(path, 2, correction=correction, **NAMES)
    for result in (found, gradient, both):
        assert result.attrs == {}
        assert result["day"].attrs == {"zone": "UTC"}
    assert gradient["minute"].attrs == {"axis": "T"}
    assert path.attrs == {"unit": "EUR"}
    assert path["minute"].attrs == {"axis": "T"}


def test_channels_without_names_are_numbers():
    found = tx.branched_sig(prices().drop_vars("side"), 2, **NAMES)
    assert tuple(found["coefficients"].to_numpy()) == treealg.branched_sig_names(2, 2)


def test_names_go_on_through_functions_of_coefficients():
    bsig = tx.branched_sig(prices(), 2, time_aug=True, planar=True, scalar_term=True, **NAMES)
    log = tx.branched_sig_to_log_sig(bsig, 2, 2, time_aug=True, planar=True, method=1)
    lyndon = {"planar": True, "method": 1, "time_aug": True}
    want = treealg.branched_log_sig_names(2, 2, channels=SIDES, **lyndon)
    assert tuple(log["log_coefficients"].to_numpy()) == want
    inverse = tx.branched_sig_inverse(bsig, 3, 2, planar=True)
    xarray.testing.assert_equal(inverse["coefficients"], bsig["coefficients"])
    words = tx.branched_sig_to_sig(bsig, 3, 2, planar=True)
    want = treealg.sig_names(2, 2, time_aug=True, channels=SIDES, scalar_term=True)
    assert tuple(words["words"].to_numpy()) == want


def test_chosen_coefficients_have_names():
    trees = [((0,), 1), (1,)]
    found = tx.branched_sig_coef(prices(), trees, **NAMES)
    assert [*found["elements"].to_numpy()] == ['"ask, EUR"[bid]', '"ask, EUR"']
    bsig = tx.branched_sig(prices(), 2, **NAMES)
    again = tx.extract_branched_sig_coef(bsig, trees, 2)
    xarray.testing.assert_allclose(found.rename(None), again.rename(None))
    words = tx.sig_coef(prices(), [(0, 1)], prefixes=True, **NAMES)
    assert [*words["elements"].to_numpy()] == ["bid", 'bid "ask, EUR"']


def test_prefixes_have_the_time_of_their_last_point():
    found = tx.branched_sig(prices(), 2, stream=True, **NAMES)
    assert found.dims == ("day", "minute", "coefficients")
    xarray.testing.assert_equal(found["minute"], prices()["minute"][1:])
    xarray.testing.assert_equal(found["is_open"], prices()["is_open"][1:])
    from_origin = tx.branched_sig(prices(), 2, stream=True, basepoint=True, **NAMES)
    xarray.testing.assert_equal(from_origin["minute"], prices()["minute"])


def test_pairs_of_windows_have_the_times_of_their_ends():
    one, two = np.array([[0, 2], [1, 5]]), [(2, 4)]
    path, other = prices(), prices().rename(day="other")
    found = tx.branched_sig_kernel_gram(path, other, 1, 0, windows1=one, windows2=two, **NAMES)
    assert found.dims == ("day", "other", "windows_1", "windows_2")
    np.testing.assert_array_equal(found["minute_first_1"], TIMES[[0, 1]])
    np.testing.assert_array_equal(found["minute_last_1"], TIMES[[1, 4]])
    np.testing.assert_array_equal(found["minute_last_2"], TIMES[[3]])
    paired = tx.branched_sig_kernel(path, path, 1, 0, windows1=one, windows2=one, **NAMES)
    assert paired.dims == ("day", "windows")
    assert "minute_first" not in paired.coords


def test_windows_have_the_times_of_their_ends():
    windows = np.array([[0, 2], [1, 5]])
    found = tx.sig(prices(), 2, windows=windows, **NAMES)
    np.testing.assert_array_equal(found["minute_first"], TIMES[[0, 1]])
    np.testing.assert_array_equal(found["minute_last"], TIMES[[1, 4]])
    labelled = xarray.DataArray(windows.T, dims=("ends", "windows"))
    xarray.testing.assert_identical(found, tx.sig(prices(), 2, windows=labelled, **NAMES))
    assert (
        "minute_first" not in tx.sig(prices(), 2, windows=windows, basepoint=True, **NAMES).coords
    )


def test_times_are_a_coordinate():
    found = tx.branched_sig(prices(), 2, time_aug=True, times=prices()["minute"], **NAMES)
    np.testing.assert_array_equal(found.sel(coefficients="time"), 10.0)
    lazy = tx.branched_sig(
        prices().chunk(day=2), 2, time_aug=True, times=prices()["minute"], **NAMES
    )
    xarray.testing.assert_equal(lazy.compute(), found)


def test_increments_of_a_series_are_a_correction_by_segment():
    path = prices()
    steps = path.isel(side=0, drop=True).diff("minute") ** 2
    correction = -0.5 * steps.expand_dims(columns=4, axis=-1)
    found = tx.branched_sig(path, 2, correction=correction, **NAMES)
    want = treealg.branched_sig(
        path.to_numpy(), 2, correction=np.ascontiguousarray(correction.transpose("day", ...))
    )
    np.testing.assert_array_equal(found, want)


def test_gradients_have_the_coordinates_of_their_arguments():
    bsig = tx.branched_sig(prices(), 2, **NAMES)
    found = tx.branched_sig_backprop(prices(), None, bsig, 2, **NAMES)
    xarray.testing.assert_equal(0 * found, 0 * prices())
    assert found.name == "price"


def test_transformed_paths_have_channels_with_names():
    found = tx.transform_path(prices(), lead_lag=True, time_aug=True, **NAMES)
    assert [*found["side"].to_numpy()] == [
        "bid_lag", "ask, EUR_lag", "bid_lead", "ask, EUR_lead", "time",
    ]  # fmt: skip


def test_labels_of_the_batch_have_to_be_the_same():
    bsig = tx.branched_sig(prices(), 2, **NAMES)
    with pytest.raises(InvalidValueError, match=r"same labels along \('day',\)"):
        tx.branched_sig_combine(bsig, bsig[:2], 2, 2)
    found = tx.branched_sig_combine(bsig, bsig.rename(day="other"), 2, 2)
    assert found.dims == ("day", "other", "coefficients")


def test_arrays_of_numpy_go_along():
    path, point = prices(), np.ones(2)
    found = tx.branched_sig(path, 2, basepoint=point, **NAMES)
    want = treealg.branched_sig(path.to_numpy(), 2, basepoint=point)
    np.testing.assert_array_equal(found, want)
    gradient, of_point = tx.branched_sig_backprop(path, None, want, 2, basepoint=point, **NAMES)
    assert (gradient.dims, of_point.dims) == (path.dims, ("side",))


def test_what_does_not_fit_says_which_dimension():
    path = prices()
    with pytest.raises(InvalidValueError, match=r"dimensions time and channel.*say by time= and"):
        tx.branched_sig(path, 2)
    with pytest.raises(InvalidValueError, match=r"dimensions coefficients, got .*use rename"):
        tx.branched_sig_inverse(path, 2, 2)
    with pytest.raises(InvalidValueError, match="time and channel must be different"):
        tx.branched_sig(path, 2, time="side", channel="side")
    with pytest.raises(InvalidTypeError, match="time must be the name of a dimension"):
        tx.branched_sig(path, 2, time=0, channel="side")
    with pytest.raises(InvalidTypeError, match="must have a DataArray among path"):
        tx.branched_sig(path.to_numpy(), 2)
    with pytest.raises(InvalidTypeError, match=r"path\.to_dataarray\('channel'\)"):
        tx.branched_sig(path.to_dataset("side"), 2, **NAMES)
    with pytest.raises(InvalidTypeError, match=r"path must be one DataArray, .*xarray\.concat"):
        tx.branched_sig([path, path], 2, **NAMES)
    with pytest.raises(InvalidTypeError, match=r"use xarray\.DataArray\(path\)"):
        tx.branched_sig(path.variable, 2, **NAMES)
    with pytest.raises(InvalidTypeError, match="branched_sig: got an unexpected keyword"):
        tx.branched_sig(path, 2, tme="minute")
    with pytest.raises(InvalidValueError, match="degree"):
        tx.branched_sig(path, -1, **NAMES)
    with pytest.raises(InvalidValueError, match=r"different dimensions .*got day in both"):
        tx.branched_sig_kernel_gram(path, path, 2, 1, **NAMES)
    out, other = np.zeros((4, 4)), path.rename(day="other")
    with pytest.raises(InvalidTypeError, match="unexpected keyword argument 'out'"):
        tx.branched_sig_kernel_gram(path, other, 2, 1, out=out, **NAMES)
    derivs = xarray.DataArray(np.zeros(6), dims="coefficients")
    with pytest.raises(InvalidValueError, match=r"bsig_derivs must have the dimensions \('day', "):
        tx.branched_sig_backprop(path, None, derivs, 2, **NAMES)
    with pytest.raises(InvalidValueError, match="dimension coefficients of its own"):
        tx.branched_sig(path.rename(day="coefficients"), 2, **NAMES)
    with pytest.raises(InvalidValueError, match=r"basepoint must be a DataArray, or of shape"):
        tx.branched_sig(path, 2, basepoint=np.zeros((1, 4, 2)), **NAMES)


def test_what_belongs_together_lies_in_one_chunk():
    path = prices().chunk(minute=2, day=1)
    with pytest.raises(InvalidValueError, match="minute in one chunk") as caught:
        tx.branched_sig(path, 2, **NAMES)
    told = str(caught.value).rpartition("use path.chunk(")[2].rstrip(")")
    assert told == "{'minute': -1, 'side': -1}"
    mended = path.chunk({"minute": -1, "side": -1})
    assert tx.branched_sig(mended, 2, **NAMES).chunksizes["day"] == (1, 1, 1, 1)


BESIDE = {
    "jagged": ([[1.0, 2.0], [3.0]], "correction must be a rectangular nested list"),
    "text": ([["a"]], "correction must be a nested list of real numbers"),
    "huge": ([[10**400]], "correction must be a nested list of real numbers that float64 holds"),
    "generator": ((x for x in [1.0]), r"correction must be an array .*; use list\(correction\)"),
    "itself": (ITSELF := [], "correction must be a nested list of real numbers at most"),
    "masked": ([np.ma.masked_array([1.0], [True])], r"correction\[0\] must not be a masked array"),
    "mapping": (
        {"a": 1.0},
        r"correction must be an array .*; list\(correction\.values\(\)\) has its values$",
    ),
}
ITSELF.append(ITSELF)


@pytest.mark.parametrize("name", BESIDE)
def test_what_is_given_beside_labelled_arrays_is_read_as_the_functions_read_it(name):
    given, words = BESIDE[name]
    with pytest.raises((InvalidTypeError, InvalidValueError), match=words):
        tx.branched_sig(prices(), 2, correction=given, **NAMES)


def test_arrays_that_xarray_cannot_name_are_refused():
    with pytest.warns(UserWarning, match="Duplicate dimension names"):
        twice = xarray.DataArray(np.zeros((4, 4)), dims=("minute", "minute"))
    with pytest.raises(InvalidValueError, match=r"path must have dimensions of different names"):
        tx.branched_sig(twice, 2, **NAMES)
    categories = pandas.Categorical([1.0, 2.0])
    others = xarray.DataArray(categories, dims="words")
    with pytest.raises(InvalidTypeError, match=r"sig1 must hold an array of NumPy or Dask, got"):
        tx.sig_combine(others, [0.0, 1.0], 2, 1)
    found = others.copy(data=np.asarray(others.data))  # as the message says
    assert tx.sig_combine(found, [0.0, 1.0], 2, 1).values.tolist() == [1.0, 3.0]


@pytest.mark.parametrize("prefixes", [False, True])
def test_arrays_of_words_are_as_many_words_as_they_have_rows(prefixes):
    words = np.array([[0, 1], [1, 0], [1, 1]])
    found = tx.sig_coef(prices(), words, prefixes=prefixes, **NAMES)
    listed = tx.sig_coef(prices(), [*map(tuple, words)], prefixes=prefixes, **NAMES)
    xarray.testing.assert_identical(found, listed)
    kind = treealg.operations["sig_coef"].result(prices().data, words, prefixes=prefixes)
    assert kind.shape == found.shape


@pytest.mark.parametrize("words", [5, [5], None, [np.array(1)], iter([(0,)]), "01", {0}])
@pytest.mark.parametrize("prefixes", [False, True])
def test_what_are_no_words_is_refused(words, prefixes):
    with pytest.raises(InvalidTypeError, match=r"words(\[0\])? must be a tuple of integers, got"):
        tx.sig_coef(prices(), words, prefixes=prefixes, **NAMES)


def test_names_that_are_not_those_of_treealg_are_channels_as_they_are():
    bsig = tx.branched_sig(prices(), 1, **NAMES).assign_coords(coefficients=['"x" y', '"'])
    found = tx.branched_sig_to_log_sig(bsig, 2, 1)
    assert found.shape == bsig.shape
    with pytest.raises(InvalidTypeError, match="method must be an integer, got"):
        tx.branched_sig_to_log_sig(bsig, 2, 1, method=np.array([0, 1]))


def test_channels_with_labels_of_two_levels_keep_them_as_texts():
    levels = pandas.MultiIndex.from_product([["EUR"], ["bid", "ask"]])
    path = prices().drop_vars("side")
    path = path.assign_coords(xarray.Coordinates.from_pandas_multiindex(levels, "side"))
    found = tx.transform_path(path, time_aug=True, **NAMES)
    assert found["side"].values.tolist() == ["('EUR', 'bid')", "('EUR', 'ask')", "time"]
    sig = tx.branched_sig(path, 1, **NAMES)
    assert sig["coefficients"].values.tolist() == ["\"('EUR', 'bid')\"", "\"('EUR', 'ask')\""]
