"""Times that are given, and values that are missing."""

import tracemalloc
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

import treealg
from treealg.errors import InvalidTypeError, InvalidValueError

FUNCTIONS = ("branched_sig", "branched_log_sig", "sig", "log_sig")
CORRECTION = np.array([-0.02, 0.01, 0.0, 0.03])
METHODS = ("forward-fill", "linear")


def paths(*batch, seed=0, length=12):
    steps = np.random.default_rng(seed).normal(size=(*batch, length, 2))
    return np.cumsum(steps, axis=-2) / length**0.5


def irregular(*batch, seed=3, length=12):
    return np.cumsum(np.random.default_rng(seed).exponential(size=(*batch, length)), axis=-1)


def with_channel(path, times):
    wide = np.broadcast_to(times, path.shape[:-1])[..., None]
    return np.concatenate([path, wide], axis=-1)


def backward(name, path, derivs, degree, **options):
    value = [None] if name in ("branched_sig", "sig") else []
    return getattr(treealg, f"{name}_backprop")(path, *value, derivs, degree, **options)


def with_gaps(path, seed=5, share=0.3):
    found = path.copy()
    lacks = np.random.default_rng(seed).random(path.shape) < share
    lacks[..., 4, :] = False
    found[lacks] = np.nan
    return found


# -- times ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [(), (3,), (2, 2)])
@pytest.mark.parametrize("alike", [False, True])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_times_are_the_values_of_the_last_channel(name, alike, batch):
    path, times = paths(*batch), irregular(*(() if alike else batch))
    compute = getattr(treealg, name)
    got = compute(path, 3, time_aug=True, times=times)
    np.testing.assert_allclose(got, compute(with_channel(path, times), 3), rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_gradients_with_times_are_those_of_the_other_channels(name):
    path, times = paths(2), irregular(2)
    wider = with_channel(path, times)
    derivs = np.random.default_rng(1).normal(size=getattr(treealg, name)(wider, 3).shape)
    got = backward(name, path, derivs, 3, time_aug=True, times=times)
    want = backward(name, wider, derivs, 3)[..., :2]
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-12)


@pytest.mark.parametrize("lead_lag", [False, True])
def test_even_times_are_those_of_time_aug(lead_lag):
    path = paths(3)
    options = {"time_aug": True, "lead_lag": lead_lag}
    want = treealg.branched_sig(path, 2, end_time=3.0, **options)
    times = np.linspace(5.0, 8.0, 12)
    got = treealg.branched_sig(path, 2, times=times, **options)
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-12)
    derivs = np.random.default_rng(1).normal(size=want.shape)
    want = backward("branched_sig", path, derivs, 2, end_time=3.0, **options)
    got = backward("branched_sig", path, derivs, 2, times=times, **options)
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-12)


def test_times_stream():
    path, times = paths(2), irregular(2)
    got = treealg.branched_sig(path, 3, time_aug=True, times=times, stream=True)
    want = treealg.branched_sig(with_channel(path, times), 3, stream=True)
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-12)


@pytest.mark.parametrize("lead_lag", [False, True])
def test_windows_have_the_times_of_their_points(lead_lag):
    path, times, windows = paths(2), irregular(2), [(0, 5), (3, 12), (2, 3)]
    options = {"time_aug": True, "lead_lag": lead_lag}
    got = treealg.branched_sig(path, 2, times=times, windows=windows, **options)
    derivs = np.random.default_rng(1).normal(size=got.shape)
    gradient = backward("branched_sig", path, derivs, 2, times=times, windows=windows, **options)
    want = np.zeros_like(path)
    for i, (start, stop) in enumerate(windows):
        piece, own = path[:, start:stop], times[:, start:stop]
        alone = treealg.branched_sig(piece, 2, times=own, **options)
        np.testing.assert_allclose(got[:, i], alone, rtol=0, atol=1e-12)
        want[:, start:stop] += backward(
            "branched_sig", piece, derivs[:, i], 2, times=own, **options
        )
    np.testing.assert_allclose(gradient, want, rtol=0, atol=1e-12)


@pytest.mark.parametrize("correction", [CORRECTION, np.full((2, 12, 4), 0.01)])
def test_a_base_point_has_a_time_and_corrections_stay(correction):
    path, times, point = paths(2), irregular(length=13), np.array([0.5, -1.0])
    longer = np.concatenate([np.broadcast_to(point, (2, 1, 2)), path], axis=1)
    options = {"time_aug": True, "times": times, "correction": correction}
    got = treealg.branched_sig(path, 2, basepoint=point, **options)
    np.testing.assert_allclose(got, treealg.branched_sig(longer, 2, **options), rtol=0, atol=1e-13)
    derivs = np.random.default_rng(1).normal(size=got.shape)
    in_path, in_correction, in_point = backward(
        "branched_sig", path, derivs, 2, basepoint=point, **options
    )
    want = backward("branched_sig", longer, derivs, 2, **options)
    np.testing.assert_allclose(in_path, want[0][:, 1:], rtol=0, atol=1e-13)
    np.testing.assert_allclose(in_correction, want[1], rtol=0, atol=1e-13)
    np.testing.assert_allclose(in_point, want[0][:, 0].sum(axis=0), rtol=0, atol=1e-13)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("name", ["branched_sig", "branched_log_sig", "coefficients"])
def test_beginnings_of_lead_lag_paths_are_windows_with_their_times(name, planar):
    rng = np.random.default_rng(11)
    x, times = paths(3, length=5), rng.uniform(size=(3, 5)).cumsum(axis=1)
    options = {"time_aug": True, "lead_lag": True, "planar": planar}
    tree = ((0,), (4,), 2)
    second = ([(tree,), ((1,), (4,))] if planar else [tree, (3,)],) if "co" in name else (2,)
    function = treealg.branched_sig_coef if "co" in name else getattr(treealg, name)
    windows = treealg.expanding_windows(5)
    want = function(x, *second, times=times, windows=windows, **options)
    got = function(x, *second, times=times, stream=True, **options)
    np.testing.assert_allclose(got, want, rtol=1e-13, atol=1e-14)
    lengths = [5, 1, 3]
    ragged = {"lengths": lengths, "times": times, "stream": True, **options}
    got = function(x, *second, **ragged)
    for row, own, count in zip(got, want, lengths, strict=True):
        np.testing.assert_allclose(row[: count - 1], own[: count - 1], rtol=1e-13, atol=1e-14)
        last = own[count - 2] if count > 1 else np.zeros_like(own[0])
        np.testing.assert_allclose(row[count - 1 :] - last, 0, rtol=0, atol=1e-14)
    derivs = rng.normal(size=want.shape)
    backward = getattr(treealg, f"{function.__name__}_backprop")
    given = (x, *second, None, derivs) if "co" in name else (x, derivs, *second)
    given = (x, None, derivs, *second) if name == "branched_sig" else given
    got = backward(*given, times=times, stream=True, **options)
    want = backward(*given, times=times, windows=windows, **options)
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-13)
    change = rng.normal(size=x.shape)
    step = 1e-6
    ends = [function(x + s * step * change, *second, **ragged) for s in (1, -1)]
    slope = ((ends[0] - ends[1]) * derivs).sum() / (2 * step)
    found = (backward(*given, **ragged) * change).sum()
    np.testing.assert_allclose(found, slope, rtol=1e-6)


@pytest.mark.parametrize("lead_lag", [False, True])
def test_each_path_of_a_list_has_its_times(lead_lag):
    lists = [paths(seed=n, length=n) for n in (4, 9, 1)]
    times = [irregular(seed=n, length=n) for n in (4, 9, 1)]
    options = {"time_aug": True, "lead_lag": lead_lag}
    got = treealg.branched_sig(lists, 2, times=times, **options)
    derivs = np.random.default_rng(1).normal(size=got.shape)
    gradients = backward("branched_sig", lists, derivs, 2, times=times, **options)
    filled, late = np.full((3, 9, 2), np.nan), np.full((3, 9), -np.inf)
    for i, (path, own) in enumerate(zip(lists, times, strict=True)):
        want = treealg.branched_sig(path, 2, times=own, **options)
        np.testing.assert_allclose(got[i], want, rtol=0, atol=1e-13)
        want = backward("branched_sig", path, derivs[i], 2, times=own, **options)
        np.testing.assert_allclose(gradients[i], want, rtol=0, atol=1e-13)
        filled[i, : len(path)], late[i, : len(path)] = path, own
    again = treealg.branched_sig(filled, 2, times=late, lengths=[4, 9, 1], **options)
    np.testing.assert_allclose(again, got, rtol=0, atol=1e-13)


TICKS = {
    "floats": float,
    "halves": np.float32,
    "integers": int,
    "stamps": lambda n: np.int64(n) + 2**60,
    "dates": lambda n: np.datetime64("2024-02-28T23:59:58", "s") + n,
    "days": lambda n: datetime(2024, 2, 28, tzinfo=UTC) + timedelta(days=int(n)),
}


@pytest.mark.parametrize("lead_lag", [False, True])
@pytest.mark.parametrize("kind", TICKS)
def test_times_in_a_list_have_the_bits_of_those_of_a_path_alone(kind, lead_lag):
    lists = [paths(seed=n, length=n) for n in (4, 9, 1, 2)]
    places = [np.random.default_rng(n).integers(0, 9, n).cumsum() for n in (4, 9, 1, 2)]
    times = [np.array([TICKS[kind](n) for n in own]) for own in places]
    options = {"time_aug": True, "lead_lag": lead_lag}
    alone = [
        treealg.transform_path(path, times=own, **options)
        for path, own in zip(lists, times, strict=True)
    ]
    several = [
        times,
        [own.tolist() if own.dtype.kind != "M" else list(own) for own in times],
        [*times[:2], list(times[2]), list(times[3])],
    ]
    for given in several:
        got = treealg.transform_path(lists, times=given, **options)
        for i in range(len(lists)):
            np.testing.assert_array_equal(got[i], alone[i])


@pytest.mark.parametrize("lead_lag", [False, True])
@pytest.mark.parametrize("is_one", [False, True])
def test_times_up_to_lengths_have_the_bits_of_those_of_a_list(is_one, lead_lag):
    array, counts = paths(2, 2, length=9), np.array([[4, 9], [1, 2]])
    times = irregular(*(() if is_one else (2, 2)), length=9)
    wide = np.broadcast_to(times, (2, 2, 9))
    ends = [(i, j, counts[i, j]) for i in range(2) for j in range(2)]
    lists, own = ([x[i, j, :n] for i, j, n in ends] for x in (array, wide))
    options = {"time_aug": True, "lead_lag": lead_lag, "missing": "linear"}
    want = treealg.branched_sig(lists, 3, times=own, **options).reshape(2, 2, -1)
    for given in (times, wide):
        got = treealg.branched_sig(array, 3, times=given, lengths=counts, **options)
        np.testing.assert_array_equal(got, want)


def test_a_list_names_the_path_whose_times_are_wrong():
    lists, times = [paths(length=n) for n in (3, 5)], [np.arange(3.0), np.arange(5.0)]
    wrong = {
        r"times\[1\] must not decrease along a path, got 3.0 and then 1.5 as numbers 3 and 4": 3.0,
        r"times\[1\] must be finite, .* nan as number 3": np.nan,
        r"times\[1\] must be finite, .* inf as number 3": np.inf,
    }
    for message, value in wrong.items():
        own = times[1].copy()
        own[2:4] = value, 1.5
        with pytest.raises(InvalidValueError, match=message):
            treealg.branched_sig(lists, 2, time_aug=True, times=[times[0], own])
    with pytest.raises(InvalidValueError, match=r"times\[1\] must have shape \(5,\)"):
        treealg.branched_sig(lists, 2, time_aug=True, times=times[:1] * 2)


FEW, MANY = 3, 20_000
LISTED = [paths(length=n) for n in [FEW] * 500 + [MANY]]
CLOCKS = [np.arange(float(len(path))) for path in LISTED]
ONE = [x[:FEW] for x in (LISTED[0], LISTED[0])], [x[:FEW] for x in (CLOCKS[0], CLOCKS[0])]
OF_LISTS = {
    "signature": lambda x, t, **k: treealg.branched_sig(x, 1, times=t, **k),
    "logarithm": lambda x, t, **k: treealg.log_sig(x, 1, times=t, **k),
    "missing": lambda x, t, **k: treealg.sig(x, 1, times=t, missing="linear", **k),
    "gradient": lambda x, t, **k: backward(
        "log_sig", x, np.ones((len(x), 2 * x[0].shape[1] + 1)), 1, times=t, lead_lag=True, **k
    ),
    "direction": lambda x, t, **k: treealg.branched_sig_jvp(x, x, 1, times=t, **k),
    "transform": lambda x, t, **k: treealg.transform_path(x, times=t, **k),
    "chosen": lambda x, t, **k: treealg.sig_coef(x, [(0, 2)], times=t, **k),
    "windows": lambda x, t, **k: treealg.sig(x, 1, times=t, windows=[[0, 2], [1, 3]], **k),
    "kernels": lambda x, t, **k: treealg.branched_sig_kernel_gram(
        x, x[:1], 1, 0, times1=t, times2=t[:1], **k
    ),
}


@pytest.mark.parametrize("kind", ["floats", "integers", "dates"])
@pytest.mark.parametrize("name", OF_LISTS)
def test_times_of_a_list_are_not_padded(name, kind):
    function = OF_LISTS[name]
    dtype = {"floats": "f8", "integers": "i8", "dates": "M8[s]"}[kind]
    function(*ONE, time_aug=True)  # what is loaded or made once
    times = [x.astype(dtype) for x in CLOCKS]
    padded = 8 * len(LISTED) * MANY
    tracemalloc.start()
    try:
        function(LISTED, times, time_aug=True)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < padded / 8


@pytest.mark.parametrize("lengths", [None, np.arange(900, 964)])
@pytest.mark.parametrize("lead_lag", [False, True])
def test_a_path_that_a_view_repeats_is_there_once_with_its_times(lead_lag, lengths):
    path = np.broadcast_to(paths(length=1000), (64, 1000, 2))
    options = {"times": irregular(length=1000), "lengths": lengths}
    options |= {"time_aug": True, "lead_lag": lead_lag}
    want = treealg.sig(path.copy(), 2, **options)
    tracemalloc.start()
    try:
        found = treealg.sig(path, 2, **options)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < path.size * path.itemsize / 4
    np.testing.assert_allclose(found, want, rtol=1e-12)


@pytest.mark.parametrize("shared", ["path", "times", "both"])
@pytest.mark.parametrize("lead_lag", [False, True])
def test_views_with_lengths_and_times_have_the_values_of_copies(lead_lag, shared):
    path, times = paths(2, 3), irregular(2, 3)
    if shared != "times":
        path = np.broadcast_to(path[:, :1], path.shape)
    if shared != "path":
        times = times[0, 0]
    lengths = np.array([[12, 5, 1], [7, 7, 2]])
    options = {"time_aug": True, "lead_lag": lead_lag}
    whole = {"times": times, "lengths": lengths, **options}
    sig = treealg.sig(path, 3, **whole)
    derivs = np.arange(1.0, sig.size + 1).reshape(sig.shape) / sig.size
    gradient = treealg.sig_backprop(path, sig, derivs, 3, **whole)
    stream = treealg.sig(path, 3, stream=True, **whole)
    windows = treealg.sig(path, 3, windows=[[0, 1]], **whole)
    assert windows.shape == (2, 3, 1, sig.shape[-1])
    for i, n in np.ndenumerate(lengths):
        own = {"times": np.broadcast_to(times, path.shape[:-1])[i][:n], **options}
        alone = treealg.sig(path[i][:n], 3, **own)
        np.testing.assert_allclose(sig[i], alone, rtol=1e-12, atol=1e-14)
        back = treealg.sig_backprop(path[i][:n], alone, derivs[i], 3, **own)
        np.testing.assert_allclose(gradient[i][:n], back, rtol=1e-11, atol=1e-13)
        assert not gradient[i][n:].any()
        np.testing.assert_array_equal(stream[i][-1], stream[i][max(n - 2, 0)])
        if n > 1:
            np.testing.assert_allclose(stream[i][-1], alone, rtol=1e-12, atol=1e-14)
        assert not windows[i].any()


def test_large_and_small_times_lose_no_digits():
    path = paths(length=3).astype(np.float32)
    stamps = np.array(
        [1_700_000_000_000_000_000, 1_700_000_000_000_000_001, 1_700_000_000_000_000_004]
    )
    want = treealg.branched_sig(with_channel(path, np.float32([0, 1, 4])), 2)
    for times in (stamps, stamps.tolist(), np.float64([1e9, 1e9 + 1, 1e9 + 4])):
        got = treealg.branched_sig(path, 2, time_aug=True, times=times)
        assert got.dtype == np.float32
        np.testing.assert_allclose(got, want, rtol=1e-6)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_dates_and_durations_are_in_seconds(unit):
    path = paths(length=3)
    dates = np.array(["2020-01-01T00:00:00", "2020-01-01T00:01:30", "2020-01-02"], f"M8[{unit}]")
    want = treealg.branched_sig(path, 2, time_aug=True, times=[0.0, 90.0, 86400.0])
    for times in (dates, dates - dates[0], list(dates)):
        got = treealg.branched_sig(path, 2, time_aug=True, times=times)
        np.testing.assert_allclose(got, want, rtol=1e-15)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"time_aug": False}, InvalidValueError, "set time_aug=True"),
        ({"end_time": 2.0}, InvalidValueError, "end_time must be left out"),
        ({"times": [0.0, 2.0, 1.0]}, InvalidValueError, r"not decrease along a path, got 2.0 and"),
        ({"times": [0.0, np.nan, 1.0]}, InvalidValueError, "times must be finite"),
        ({"times": [0.0, 1.0]}, InvalidValueError, r"times must have shape \(3,\)"),
        ({"times": np.zeros((2, 3))}, InvalidValueError, r"got shape \(2, 3\)"),
        ({"times": ["a", "b", "c"]}, InvalidTypeError, "times"),
        ({"times": [True, False, True]}, InvalidTypeError, "times"),
        ({"times": np.array([0, 1, 2], "m8[Y]")}, InvalidTypeError, "unit of fixed length"),
        ({"times": np.array([0, "NaT", 2], "m8[s]")}, InvalidValueError, "NaT"),
    ],
)
def test_what_are_no_times_is_refused(options, error, message):
    given = {"time_aug": True, "times": [0.0, 1.0, 2.0]} | options
    with pytest.raises(error, match=message):
        treealg.branched_sig(paths(length=3), 2, **given)


DAYS = [datetime(2020, 1, day) for day in (1, 2, 4)]
WITH_DAYS = {
    "dates": lambda: [day.date() for day in DAYS],
    "datetimes": lambda: DAYS,
    "objects": lambda: np.array(DAYS, object),
    "durations": lambda: [timedelta(days=k) for k in (0, 1, 3)],
    "arrays": lambda: np.array(DAYS, "M8[us]"),
    "numbers of NumPy": lambda: list(np.array(DAYS, "M8[h]")),
    "other byte order": lambda: np.array(DAYS, "M8[s]").astype(">M8[s]"),
    "a zone": lambda: [day.replace(tzinfo=UTC) for day in DAYS],
    "Series": lambda: pandas().Series(DAYS),
    "Series with a zone": lambda: pandas().Series(DAYS).dt.tz_localize("UTC"),
    "index": lambda: pandas().DatetimeIndex(DAYS, tz="UTC"),
    "time stamps": lambda: list(map(pandas().Timestamp, DAYS)),
    "durations of pandas": lambda: pandas().Series(pandas().to_timedelta([0, 1, 3], unit="D")),
    "polars": lambda: pytest.importorskip("polars").Series(DAYS),
    "dates of polars": lambda: pytest.importorskip("polars").Series([x.date() for x in DAYS]),
    "durations of polars": lambda: pytest.importorskip("polars").Series(
        [timedelta(days=k) for k in (0, 1, 3)]
    ),
}


def pandas():
    return pytest.importorskip("pandas")


def time_of(times, *, length=3, **options):
    path = np.zeros((length, 1))
    return treealg.transform_path(path, time_aug=True, times=times, **options)[:, 1]


@pytest.mark.parametrize("kind", WITH_DAYS)
def test_dates_and_durations_of_any_library_are_in_seconds(kind):
    times = WITH_DAYS[kind]()
    np.testing.assert_array_equal(time_of(times), [0, 86400, 3 * 86400])
    paths = [np.zeros((3, 1)), np.zeros((2, 1))]
    got = treealg.transform_path(paths, time_aug=True, times=[times, times[:2]])
    np.testing.assert_array_equal(got[1][:, 1], [0, 86400])


def test_an_hour_is_an_hour_where_clocks_change():
    hours = [datetime(2020, 3, 29, hour, tzinfo=ZoneInfo("Europe/Paris")) for hour in (0, 1, 4)]
    np.testing.assert_array_equal(time_of(hours), [0, 3600, 3 * 3600])


def test_nanoseconds_of_time_stamps_are_kept():
    stamps = [pandas().Timestamp(2**60 + k) for k in (0, 1, 3)]
    np.testing.assert_array_equal(time_of(stamps), [0, 1e-9, 3e-9])


@pytest.mark.parametrize(("unit", "second"), [("fs", 1e15), ("as", 1e18)])
def test_the_smallest_units_are_taken(unit, second):
    np.testing.assert_array_equal(time_of(np.array([0, 1, 2], f"m8[{unit}]")) * second, [0, 1, 2])


def test_dates_further_apart_than_their_integers_are_large():
    ends = np.array([-(2**63) + 1, 0, 2**63 - 1], "M8[ns]")
    np.testing.assert_allclose(time_of(ends), [0, 2**63 / 1e9, 2**64 / 1e9])


@pytest.mark.parametrize("late", [np.nan, -1.0])
def test_times_beyond_the_end_of_a_path_are_not_looked_at(late):
    assert time_of([0, 1, 3, late], length=4, lengths=3).tolist() == [0, 1, 3, 3]
    dates = np.array(["2020-01-01", "2020-01-02", "2020-01-03", "NaT"], "M8[D]")
    assert time_of(dates, length=4, lengths=3).tolist() == [0, 86400, 2 * 86400, 2 * 86400]


@pytest.mark.parametrize(
    ("times", "error", "message"),
    [
        (np.ma.masked_array([0.0, 1.0, 2.0], [0, 1, 0]), InvalidTypeError, "masked"),
        (np.array([None, 1, 2], object), InvalidTypeError, "all numbers, all dates.* got None"),
        (np.array(["a", "b", "c"], object), InvalidTypeError, "got 'a' of type builtins.str"),
        (np.array([DAYS[0], 1, 2], object), InvalidTypeError, "got 1 of type"),
        (np.array([np.timedelta64(1, "s"), 1, 2], object), InvalidTypeError, "timedelta64"),
        ([DAYS[0], DAYS[1].replace(tzinfo=UTC), DAYS[2]], InvalidTypeError, "offset-naive"),
        ((x for x in range(3)), InvalidTypeError, r"use list\(times\)"),
        ({0: 1.0}, InvalidTypeError, "dict"),
        (
            [-1e308, 0.0, 1e308],
            InvalidValueError,
            r"between them; got -1e\+308 as number 1 and 1e\+308",
        ),
        ([0.0, 1.0], InvalidValueError, r"shape \(3,\), one for each"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_other_objects_are_no_times(times, error, message):
    with pytest.raises(error, match=message):
        time_of(times)


@pytest.mark.filterwarnings("error")
def test_times_that_the_path_does_not_hold_are_refused():
    path = np.zeros((2, 1), np.float32)
    with pytest.raises(InvalidValueError, match="finite in the dtype of path, float32, got 1e"):
        treealg.sig(path, 1, time_aug=True, times=[0, 1e300])
    assert treealg.sig(path.astype(float), 1, time_aug=True, times=[0, 1e300])[1] == 1e300


@pytest.mark.parametrize("count", [0, 1, 3])
@pytest.mark.parametrize("more", [-1, 1, 7])
def test_times_are_as_many_as_points(count, more):
    paths, options = np.zeros((count, 4, 2)), {"time_aug": True}
    for basepoint in (False, True):
        points = 4 + basepoint
        times = np.arange(points + more)
        with pytest.raises(InvalidValueError, match=rf"shape \({points},\) or .*point among them"):
            treealg.sig(paths, 1, times=times, basepoint=basepoint, **options)
        times = np.arange(points)
        got = treealg.sig(paths, 1, times=times, basepoint=basepoint, **options)
        assert got.shape == (count, 3)
    if count:  # those of the array, or of the longest path
        for own in (3, 4):
            treealg.sig(paths, 1, times=np.arange(own), lengths=[3] * count, **options)
        with pytest.raises(InvalidValueError, match=r"shape \(3,\) or .* or \(4,\)"):
            treealg.sig(paths, 1, times=np.arange(5), lengths=[3] * count, **options)


def test_times_of_a_list_are_a_list():
    with pytest.raises(InvalidValueError, match="those of each of the 2 paths"):
        treealg.sig([np.zeros((3, 1)), np.zeros((2, 1))], 2, time_aug=True, times=[0.0, 1.0, 2.0])


# -- missing values ------------------------------------------------------------------------------


def filled(path, how, times=None):
    """Fill channel by channel, in plain loops."""
    found = path.copy()
    times = np.arange(path.shape[-2]) if times is None else times
    for index in np.ndindex(*path.shape[:-2], path.shape[-1]):
        values = path[(*index[:-1], slice(None), index[-1])]
        known = np.flatnonzero(~np.isnan(values))
        own = times if np.ndim(times) == 1 else times[index[:-1]]
        if how == "linear":
            new = np.interp(own, own[known], values[known])
        else:
            new = values[
                known[np.maximum(np.searchsorted(known, np.arange(len(values)), "right") - 1, 0)]
            ]
        found[(*index[:-1], slice(None), index[-1])] = np.where(np.isnan(values), new, values)
    return found


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("how", METHODS)
def test_missing_values_are_filled(how, name):
    path = with_gaps(paths(4))
    want = getattr(treealg, name)(filled(path, how), 3)
    np.testing.assert_allclose(getattr(treealg, name)(path, 3, missing=how), want, atol=1e-13)


def test_lines_are_straight_over_times():
    path, times = with_gaps(paths(4)), irregular(4)
    want = treealg.branched_sig(filled(path, "linear", times), 3, time_aug=True, times=times)
    got = treealg.branched_sig(path, 3, time_aug=True, times=times, missing="linear")
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"lead_lag": True, "time_aug": True},
        {"stream": True},
        {"windows": [(0, 5), (3, 12)], "time_aug": True},
        {"basepoint": np.array([0.5, 0.0])},
        {"lengths": np.array([12, 7])},
        {"correction": CORRECTION},
        {"time_aug": True, "times": irregular()},
    ],
    ids=lambda options: "-".join(options) or "plain",
)
@pytest.mark.parametrize("how", METHODS)
def test_gradients_of_missing_values_go_to_those_they_come_from(how, options):
    path = with_gaps(paths(2))

    def value(path):
        return treealg.branched_sig(path, 3, missing=how, **options)

    derivs = np.random.default_rng(1).normal(size=value(path).shape)
    found = backward("branched_sig", path, derivs, 3, missing=how, **options)
    gradient = found[0] if isinstance(found, tuple) else found
    assert not gradient[np.isnan(path)].any()
    direction, step = np.random.default_rng(2).normal(size=path.shape), 1e-6
    change = (value(path + step * direction) - value(path - step * direction)) / (2 * step)
    np.testing.assert_allclose(np.sum(change * derivs), np.sum(gradient * direction), rtol=1e-7)


def test_what_lies_beyond_the_end_of_a_path_is_not_missing():
    path = paths(2)
    path[1, 7:] = np.nan
    got = treealg.branched_sig(path, 3, lengths=[12, 7], missing="refuse")
    np.testing.assert_array_equal(got, treealg.branched_sig(path, 3, lengths=[12, 7]))


def test_lists_are_filled_each_by_itself():
    lists = [with_gaps(paths(seed=n, length=n), seed=n) for n in (6, 11)]
    got = treealg.branched_sig(lists, 3, missing="linear")
    want = [treealg.branched_sig(path, 3, missing="linear") for path in lists]
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-13)


def test_missing_values_go_on_to_results_unless_something_is_done():
    path = with_gaps(paths(3))
    assert np.isnan(treealg.branched_sig(path, 2)).any()
    with pytest.raises(InvalidValueError, match=r"got NaN at point \d+ of path \d, channel"):
        treealg.branched_sig(path, 2, missing="refuse")


@pytest.mark.parametrize("how", METHODS)
def test_channels_without_values_are_refused(how):
    path = paths(2)
    path[1, :, 0] = np.nan
    with pytest.raises(InvalidValueError, match="got none in channel 0 of path 1"):
        treealg.branched_sig(path, 2, missing=how)


def test_other_ways_are_refused():
    with pytest.raises(InvalidValueError, match="missing"):
        treealg.branched_sig(paths(), 2, missing="drop")


@pytest.mark.parametrize("options", [{}, {"stream": True}, {"correction": CORRECTION}])
def test_no_paths_have_no_results(options):
    path = np.zeros((0, 5, 2))
    for rest in ({"times": np.arange(5.0), "time_aug": True}, {"missing": "linear"}):
        given = {**options, **rest}
        result = treealg.branched_sig(path, 2, **given)
        assert result.shape[0] == 0
        found = backward("branched_sig", path, result, 2, **given)
        assert np.shape(found[0] if isinstance(found, tuple) else found) == path.shape
