"""Kernels, Gram matrices, distances and scores of windows of paths: those of the slices."""

import tracemalloc

import numpy as np
import pytest

import treealg

DEPTH, ORDER, D = 2, 1, 2
ONE, TWO = [(0, 4), (2, 7), (3, 4)], [(1, 4), (0, 6), (2, 4)]
FUNCTIONS = {
    "kernel": "branched_sig_kernel",
    "gram": "branched_sig_kernel_gram",
    "mmd": "branched_mmd",
    "rule": "expected_branched_scoring_rule",
    "score": "branched_scoring_rule",
}
KINDS = {
    "plain": {},
    "lead_lag": {"lead_lag": True},
    "time": {"time_aug": True, "end_time": 0.5},
    "lead_lag_time": {"lead_lag": True, "time_aug": True},
    "gaussian": {"static_kernel": treealg.RBFKernel(1.5)},
    "normalized": {"normalize": True, "rule": "romberg"},
}
OF_PATHS = {"lead_lag", "time_aug", "end_time", "basepoint", "missing"}


def samples(dtype=np.float64, lengths=(7, 6), count=2):
    rng = np.random.default_rng(3)
    return [(rng.normal(size=(count, n, D)).cumsum(axis=1) / 4).astype(dtype) for n in lengths]


def slices(path, windows, lead_lag=False):
    """Pieces of transformed paths, in order of paths and then of windows."""
    if lead_lag:
        windows = [(2 * start, 2 * stop - 1) for start, stop in windows]
    return [own[start:stop] for own in path for start, stop in windows]


def by_slices(name, pieces, counts, options, derivs):
    """The value of a function, and its gradients in the pieces, two lists of them.

    The last two numbers of paths and windows are in `counts`.
    """
    function = getattr(treealg, FUNCTIONS[name])
    backward = getattr(treealg, FUNCTIONS[name] + "_backprop")
    given = (DEPTH, ORDER)
    if name in ("mmd", "rule"):
        value = function(*pieces, *given, **options)
        return value, *backward(derivs, *pieces, *given, right_deriv=True, **options)
    (n1, w1), (n2, w2) = counts
    pairs = [(i, j) for i in range(len(pieces[0])) for j in range(len(pieces[1]))]
    gradients = [[np.zeros_like(p) for p in side] for side in pieces]
    if name == "score":
        scores = []
        for j, observation in enumerate(pieces[1]):
            scores.append(function(pieces[0], observation, *given, **options))
            left, right = backward(
                derivs[j], pieces[0], observation, *given, right_deriv=True, **options
            )
            gradients[1][j] += right
            for total, own in zip(gradients[0], left, strict=True):
                total += own
        return np.array(scores), *gradients
    shape = (n1, w1, n2, w2)
    value = np.zeros(shape)
    for i, j in pairs:
        place = np.unravel_index(i, (n1, w1)) + np.unravel_index(j, (n2, w2))
        k = place[0], place[2], place[1], place[3]
        if name == "kernel" and not (k[0] == k[1] and (k[2] == k[3] or 1 in (w1, w2))):
            continue
        pair = pieces[0][i], pieces[1][j]
        value[place] = function(*(pair if name == "kernel" else (p[None] for p in pair)),
                                *given, **options).item()  # fmt: skip
        weight = derivs[k[0], max(k[2:])] if name == "kernel" else derivs[k]
        found = treealg.branched_sig_kernel_backprop(
            weight, *pair, *given, right_deriv=True, **options
        )
        for total, own in zip((gradients[0][i], gradients[1][j]), found, strict=True):
            total += own
    value = value.transpose(0, 2, 1, 3)
    if name == "kernel":
        both = max(w1, w2)
        value = np.array([
            [value[i, i, min(k, w1 - 1), min(k, w2 - 1)] for k in range(both)] for i in range(n1)
        ])  # fmt: skip
    return value, *gradients


def summed(gradients, path, windows, lead_lag=False):
    """Gradients in transformed paths from those in their slices."""
    total = np.zeros_like(path, np.float64)
    for piece, own in zip(slices(total, windows, lead_lag), gradients, strict=True):
        piece += own
    return total


def close(found, expected):
    scale = max(float(np.abs(expected).max(initial=0)), 1)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-11 * scale)


def check(name, x, y, options, windows, of_x=None, of_y=None):
    """Compare with slices of transformed paths."""
    of_x, of_y = of_x or {}, of_y or {}
    common = {key: value for key, value in options.items() if key in OF_PATHS}
    rest = {key: value for key, value in options.items() if key not in OF_PATHS}
    lead_lag = options.get("lead_lag", False)
    if name == "score":
        y = y[0]
    moved = [
        treealg.transform_path(z, **common, **own) for z, own in ((x, of_x), (y, of_y))
    ]  # fmt: skip
    flat = [moved[0], moved[1] if y.ndim == 3 else moved[1][None]]
    ends = [flat[i].shape[1] // (1 + lead_lag) + lead_lag for i in (0, 1)]
    cut = [own or [(0, end)] for own, end in zip(windows, ends, strict=True)]
    pieces = [slices(z, own, lead_lag) for z, own in zip(flat, cut, strict=True)]
    given = {f"windows{i + 1}": own for i, own in enumerate(windows) if own is not None}
    given |= {f"{key}1": value for key, value in of_x.items()}
    given |= {f"{key}2": value for key, value in of_y.items()}
    found = getattr(treealg, FUNCTIONS[name])(x, y, DEPTH, ORDER, **options, **given)
    derivs = np.random.default_rng(5).normal(size=found.shape)
    whole = {"gram": (2, 2, len(cut[0]), len(cut[1]))}.get(name, np.shape(derivs))
    counts = tuple((len(z), len(own)) for z, own in zip(flat, cut, strict=True))
    value, left, right = by_slices(name, pieces, counts, rest, derivs.reshape(whole))
    close(found, value.reshape(found.shape))
    gradients = getattr(treealg, FUNCTIONS[name] + "_backprop")(
        derivs, x, y, DEPTH, ORDER, right_deriv=True, **options, **given
    )
    for got, z, flat_z, own, expected, more in zip(
        gradients, (x, y), flat, cut, (left, right), (of_x, of_y), strict=True
    ):
        total = summed(expected, flat_z, own, lead_lag)
        total = total if z.ndim == 3 else total[0]
        back = treealg.transform_path_backprop(z, total, **common, **more)
        close(got, back[0] if isinstance(back, tuple) else back)


@pytest.mark.parametrize("windows", [(ONE, TWO), (ONE, None), (None, TWO)], ids=["both", "1", "2"])
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_windows_are_slices_of_transformed_paths(name, kind, windows):
    if name == "score" and windows[1] is None:
        windows = windows[0], [(0, 6)]
    check(name, *samples(), kind, windows)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize(
    ("options", "of_x"),
    [
        ({"basepoint": True}, {}),
        ({"basepoint": [0.5, -1.0], "lead_lag": True}, {}),
        ({"time_aug": True}, {"times": np.array([0, 0.1, 0.4, 0.45, 0.8, 2, 2.5])}),
        ({"time_aug": True, "lead_lag": True}, {"times": np.arange(7.0) ** 2 / 40}),
    ],
)
def test_windows_count_base_points_and_keep_times(name, options, of_x):
    check(name, *samples(), options, (ONE, TWO), of_x)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_windows_come_after_missing_values(name):
    x, y = samples()
    x[0, 2:4, 1] = y[0, 0, 0] = np.nan
    check(name, x, y, {"missing": "linear"}, (ONE, TWO))


@pytest.mark.parametrize("time_aug", [False, True])
def test_windows_of_lists_and_of_paths_with_lengths_agree(time_aug):
    x, y = samples()
    lists, counts = [x[0, :5], x[1]], [5, 7]
    options = {"windows1": [(0, 3), (2, 5)], "windows2": TWO, "time_aug": time_aug}
    one = treealg.branched_sig_kernel_gram(x, y, DEPTH, ORDER, lengths1=counts, **options)
    two = treealg.branched_sig_kernel_gram(lists, y, DEPTH, ORDER, **options)
    np.testing.assert_array_equal(one, two)
    derivs = np.random.default_rng(0).normal(size=one.shape)
    found, _ = treealg.branched_sig_kernel_gram_backprop(
        derivs, x, y, DEPTH, ORDER, lengths1=counts, **options
    )
    alone, _ = treealg.branched_sig_kernel_gram_backprop(derivs, lists, y, DEPTH, ORDER, **options)
    for row, own, count in zip(found, alone, counts, strict=True):
        close(row[:count], own)
        assert not row[count:].any()


def test_windows_of_one_object_make_a_symmetric_matrix():
    x, windows = samples(count=1)[0][0], treealg.sliding_windows(7, 3)
    options = {"windows1": windows, "windows2": windows}
    one = treealg.branched_sig_kernel_gram(x, x, DEPTH, ORDER, **options)
    assert (one == one.T).all()
    close(one, treealg.branched_sig_kernel_gram(x, x.copy(), DEPTH, ORDER, **options))
    derivs = np.random.default_rng(0).normal(size=one.shape)
    pairs = [
        treealg.branched_sig_kernel_gram_backprop(
            derivs, x, other, DEPTH, ORDER, right_deriv=True, **options
        )
        for other in (x, x.copy())
    ]
    for got, want in zip(*pairs, strict=True):
        close(got, want)


@pytest.mark.parametrize("windows", [(ONE, TWO), (ONE, None)])
def test_leading_shapes_broadcast_before_windows(windows):
    x, y = samples()
    options = {f"windows{i + 1}": w for i, w in enumerate(windows)}
    wide = treealg.branched_sig_kernel(x[:, None], y[None], DEPTH, ORDER, **options)
    each = [
        [treealg.branched_sig_kernel(a, b, DEPTH, ORDER, **options) for b in y] for a in x
    ]  # fmt: skip
    close(wide, np.array(each))
    assert wide.shape == (2, 2, 3)


def test_windows_are_exact_in_float32_and_with_threads():
    x, y = samples(np.float32, count=5)
    options = {"windows1": ONE, "windows2": TWO}
    one = treealg.branched_sig_kernel_gram(x, y, DEPTH, ORDER, **options)
    two = treealg.branched_sig_kernel_gram(x, y, DEPTH, ORDER, n_jobs=2, max_batch=3, **options)
    assert one.dtype == np.float32
    np.testing.assert_allclose(one, two, rtol=1e-6)
    double = treealg.branched_sig_kernel_gram(
        *(z.astype(np.float64) for z in (x, y)), DEPTH, ORDER, **options
    )
    np.testing.assert_allclose(one, double, rtol=2e-6)


def test_a_matrix_of_windows_is_written_where_it_is_wanted():
    x, y = samples()
    out = np.full((2, 2, 3, 3), np.nan)
    options = {"windows1": ONE, "windows2": TWO}
    assert treealg.branched_sig_kernel_gram(x, y, DEPTH, ORDER, out=out, **options) is out
    np.testing.assert_array_equal(
        out, treealg.branched_sig_kernel_gram(x, y, DEPTH, ORDER, **options)
    )


def test_windows_are_not_copied():
    x = np.random.default_rng(0).normal(size=(2000, 2)).cumsum(axis=0) / 100
    windows = treealg.sliding_windows(2000, 200)  # 1801 windows, of 5.8 MB
    given = x, x[:200], 1, 0
    treealg.branched_sig_kernel(*given, windows1=windows)
    tracemalloc.start()
    found = treealg.branched_sig_kernel(*given, windows1=windows)
    forward = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert forward < 300_000
    assert found.shape == (1801,)


@pytest.mark.parametrize(
    ("name", "shape"), [("kernel", (2, 0)), ("gram", (2, 2, 0)), ("score", (0,))]
)
def test_no_windows_give_nothing(name, shape):
    x, y = samples()
    given = x, y[0] if name == "score" else y, DEPTH, ORDER
    none = np.zeros((0, 2), int)
    found = getattr(treealg, FUNCTIONS[name])(*given, windows2=none)
    assert found.shape == shape
    backward = getattr(treealg, FUNCTIONS[name] + "_backprop")
    gradient, _ = backward(np.zeros(found.shape), *given, windows2=none)
    assert gradient.shape == x.shape
    assert not gradient.any()


@pytest.mark.parametrize("name", ["mmd", "rule"])
def test_a_sample_of_no_windows_is_refused(name):
    none = np.zeros((0, 2), int)
    with pytest.raises(treealg.InvalidValueError, match="at least 2 paths, got 0"):
        getattr(treealg, FUNCTIONS[name])(*samples(), DEPTH, ORDER, windows1=none)


def test_windows_of_no_paths_are_none():
    x, y = (z[:0] for z in samples())
    found = treealg.branched_sig_kernel(x, y, DEPTH, ORDER, windows1=ONE, windows2=TWO)
    assert found.shape == (0, 3)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"windows1": [(0, 8)]}, r"windows1 must have 0 <= start < stop <= 7"),
        ({"windows2": [(0, 7)]}, r"windows2 must have 0 <= start < stop <= 6"),
        ({"windows1": [1, 2]}, r"windows1 must have shape \(windows, 2\)"),
        ({"windows1": [(0.5, 2)]}, "windows1"),
        ({"windows1": ONE, "windows2": TWO[:2]}, "must be equally many, got 3 and 2"),
        ({"windows1": ONE, "return_grid": True}, "return_grid must be False"),
        ({"windows1": [(0, 6)], "lengths1": [5, 7]}, "stop <= 5"),
    ],
)
def test_windows_that_do_not_fit_are_refused(options, message):
    with pytest.raises(treealg.TreeAlgError, match=message):
        treealg.branched_sig_kernel(*samples(), DEPTH, ORDER, **options)
