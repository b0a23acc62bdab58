"""Kernels, Gram matrices, distances and scores of paths with lengths, times, gaps, a base point."""

import numpy as np
import pytest

import treealg

DEPTH, ORDER, D = 2, 1, 2
FUNCTIONS = {
    "kernel": "branched_sig_kernel",
    "gram": "branched_sig_kernel_gram",
    "mmd": "branched_mmd",
    "rule": "expected_branched_scoring_rule",
}
KINDS = {
    "plain": {},
    "lead_lag": {"lead_lag": True},
    "gaussian": {"static_kernel": treealg.RBFKernel(1.5)},
    "normalized": {"normalize": True},
}


def samples(seed=0, lengths=(7, 6), count=3):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(count, n, D)).cumsum(axis=1) / 4 for n in lengths]


def both(name, x, y, derivs=None, **options):
    """The value of a function, and its gradients in both arguments."""
    value = getattr(treealg, FUNCTIONS[name])(x, y, DEPTH, ORDER, **options)
    rng = np.random.default_rng(9)
    derivs = rng.normal(size=np.shape(value)) if derivs is None else derivs
    gradients = getattr(treealg, FUNCTIONS[name] + "_backprop")(
        derivs, x, y, DEPTH, ORDER, right_deriv=True, **options
    )
    return value, *gradients


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("point", [True, [0.5, -1.0]])
def test_a_base_point_is_a_point_in_front(name, kind, point):
    x, y = samples()
    start = np.zeros(D) if point is True else np.array(point)
    longer = [np.concatenate([np.broadcast_to(start, (3, 1, D)), z], axis=1) for z in (x, y)]
    value, left, right = both(name, *longer, **kind)
    found = both(name, x, y, basepoint=point if point is True else np.array(point), **kind)
    close(found[0], value)
    close(found[1], left[:, 1:])
    close(found[2], right[:, 1:])


@pytest.mark.parametrize("time_aug", [False, True])
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_paths_with_lengths_are_those_of_lists(name, kind, time_aug):
    x, y = samples()
    counts, others = [7, 2, 5], [1, 6, 3]
    options = kind | {"time_aug": time_aug}
    lists = [[p[:n] for p, n in zip(z, c, strict=True)] for z, c in ((x, counts), (y, others))]
    value, left, right = both(name, *lists, **options)
    found = both(name, x, y, lengths1=counts, lengths2=others, **options)
    close(found[0], value)
    for gradient, own, cut in ((found[1], left, counts), (found[2], right, others)):
        for row, alone, n in zip(gradient, own, cut, strict=True):
            close(row[:n], alone)
            assert (row[n:] == 0).all()


@pytest.mark.parametrize("which", [(0,), (1,), (0, 1)])
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_times_are_a_channel(name, kind, which):
    x, y = samples()
    rng, timed, options = np.random.default_rng(1), [], dict(kind)
    for i, z in enumerate((x, y)):
        clock = np.broadcast_to(np.linspace(0, 1, z.shape[1]), z.shape[:2])
        if i in which:
            clock = rng.uniform(size=z.shape[:2]).cumsum(axis=1)
            clock -= clock[:, :1]
            options[f"times{i + 1}"] = clock
        if kind.get("lead_lag"):
            z = treealg.transform_path(z, lead_lag=True)
            clock = treealg.transform_path(clock[..., None], lead_lag=True)[..., 0]
            if i in which:
                clock[:, 1::2] = (clock[:, :-2:2] + clock[:, 2::2]) / 2
            else:
                clock = np.broadcast_to(np.linspace(0, 1, z.shape[1]), z.shape[:2])
        timed.append(np.concatenate([z, clock[..., None]], axis=-1))
    own = {k: v for k, v in kind.items() if k != "lead_lag"}
    value, *gradients = both(name, *timed, **own)
    found = both(name, x, y, time_aug=True, **options)
    close(found[0], value)
    for got, given, expected in zip(found[1:], (x, y), gradients, strict=True):
        expected = expected[..., :-1]
        if kind.get("lead_lag"):
            expected = treealg.transform_path_backprop(given, expected, lead_lag=True)
        close(got, expected)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("missing", ["forward-fill", "linear"])
def test_missing_values_are_filled_before(name, missing):
    x, y = samples()
    x[0, 2:4, 1] = x[2, 6, 0] = y[1, 0, 0] = np.nan
    value, left, right = both(name, *(treealg.transform_path(z, missing=missing) for z in (x, y)))
    found = both(name, x, y, missing=missing)
    close(found[0], value)
    for got, given, expected in ((found[1], x, left), (found[2], y, right)):
        back = treealg.transform_path_backprop(given, expected, missing=missing)
        close(got, back)
        assert (got[np.isnan(given)] == 0).all()
    with pytest.raises(treealg.InvalidValueError, match="missing"):
        both(name, x, y, missing="refuse")


def test_lists_have_times_of_their_own():
    x, y = samples()
    lists = [x[0, :4], x[1], x[2, :1]]
    times = [np.array([0, 1, 4, 9.0]), np.arange(7.0), np.array([3.0])]
    timed = [np.column_stack([p, t]) for p, t in zip(lists, times, strict=True)]
    clock = np.concatenate([y, np.linspace(0, 1, 6)[None, :, None].repeat(3, 0)], axis=2)
    value, left, right = both("gram", timed, clock)
    found = both("gram", lists, y, time_aug=True, times1=times)
    close(found[0], value)
    for one, other in zip(found[1], left, strict=True):
        close(one, other[:, :D])
    close(found[2], right[..., :D])


def test_one_object_twice_has_one_set_of_options():
    x = samples()[0]
    copy = x.copy()
    given = {"lengths1": [2, 7, 4], "lengths2": [7, 7, 1]}
    for name in FUNCTIONS:
        for one, other in zip(both(name, x, x, **given), both(name, x, copy, **given), strict=True):
            close(one, other)


def test_scores_of_a_single_path_take_options():
    x, y = samples()
    start = np.zeros((3, 1, D))
    expected = treealg.branched_scoring_rule(
        np.concatenate([start, x], axis=1), np.concatenate([start[0], y[0]]), DEPTH, ORDER
    )
    close(treealg.branched_scoring_rule(x, y[0], DEPTH, ORDER, basepoint=True), expected)


def test_a_grid_has_the_base_point():
    x, y = samples()
    start = np.zeros((3, 1, D))
    longer = [np.concatenate([start, z], axis=1) for z in (x, y)]
    options = {"return_grid": True}
    expected = treealg.branched_sig_kernel(*longer, DEPTH, ORDER, **options)
    close(treealg.branched_sig_kernel(x, y, DEPTH, ORDER, basepoint=True, **options), expected)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"basepoint": np.zeros((3, D))}, "one point"),
        ({"lengths1": [1, 2]}, "lengths"),
        ({"times1": np.arange(7.0)}, "time_aug"),
        ({"times2": np.arange(5.0), "time_aug": True}, "times"),
        ({"missing": "no"}, "missing"),
        ({"lengths1": [7, 7, 7], "return_grid": True}, "return_grid must be False"),
    ],
)
def test_options_that_do_not_fit_are_refused(options, message):
    with pytest.raises(treealg.TreeAlgError, match=message):
        treealg.branched_sig_kernel(*samples(), DEPTH, ORDER, **options)


@pytest.mark.parametrize("options", [{}, {"lead_lag": True}, {"basepoint": True}])
@pytest.mark.parametrize("one_alone", [False, True])
def test_grids_of_paths_with_times_are_those_of_paths_with_these_in_a_channel(options, one_alone):
    rng = np.random.default_rng(21)
    x, y = rng.normal(size=(3, 4, 2)) / 3, rng.normal(size=(3, 5, 2)) / 3
    more = "basepoint" in options
    times = [rng.uniform(size=n + more).cumsum() / 4 for n in (4, 5)]
    if one_alone:
        times[1] = None
    given = {"times1": times[0], "times2": times[1], "time_aug": True, **options}
    moved = [
        treealg.transform_path(path, times=own, time_aug=True, **options)
        for path, own in zip((x, y), times, strict=True)
    ]
    got = treealg.branched_sig_kernel(x, y, 2, 1, return_grid=True, **given)
    want = treealg.branched_sig_kernel(*moved, 2, 1, return_grid=True)
    np.testing.assert_allclose(got, want, rtol=1e-12)
    derivs = rng.normal(size=want.shape)
    flags = {"return_grid": True, "right_deriv": True}
    found = treealg.branched_sig_kernel_backprop(derivs, x, y, 2, 1, **flags, **given)
    of_moved = treealg.branched_sig_kernel_backprop(derivs, *moved, 2, 1, **flags)
    for path, got, gradient in zip((x, y), found, of_moved, strict=True):
        want = treealg.transform_path_backprop(path, gradient, time_aug=True, **options)
        want = want[0] if isinstance(want, tuple) else want
        np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-13)
