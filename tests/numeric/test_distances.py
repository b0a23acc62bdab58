"""Distances and scores of samples of paths, by kernels one pair at a time and by whole laws."""

import itertools
import tracemalloc

import numpy as np
import pytest

import treealg
from treealg._fast import reference
from treealg.numeric.pairs.blocks import blocks

OPTIONS = {
    "plain": {},
    "transformed": {"time_aug": True, "lead_lag": True, "end_time": 0.5},
    "exponential": {"static_kernel": treealg.RBFKernel(0.7), "rule": "romberg"},
    "normalized": {"normalize": True},
    "threads": {"n_jobs": 3, "normalize": True, "time_aug": True},
}
EPS = np.finfo(float).eps
each_option = pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
each_bias = pytest.mark.parametrize("unbiased", [True, False], ids=["unbiased", "biased"])


def paths(*shape, seed=0, scale=0.3):
    return np.random.default_rng(seed).normal(size=shape) * scale


def kernels_one_by_one(one, two, orders, options):
    return np.array(
        [[treealg.branched_sig_kernel(p, q, 2, orders, **options) for q in two] for p in one]
    )


def mean_within(sample, orders, options, unbiased):
    gram, n = kernels_one_by_one(sample, sample, orders, options), len(sample)
    if unbiased:
        return (gram.sum() - np.trace(gram)) / (n * (n - 1))
    return gram.mean()


# -- values --------------------------------------------------------------------------------------


@each_bias
@each_option
@pytest.mark.parametrize("orders", [(1, 1), (0, 2)], ids=str)
def test_statistics_are_means_of_kernels_of_one_pair_at_a_time(options, unbiased, orders):
    x, y = paths(4, 5, 2), paths(3, 4, 2, seed=1)
    within = [mean_within(sample, orders, options, unbiased) for sample in (x, y)]
    between = kernels_one_by_one(x, y, orders, options)
    given = {"unbiased": unbiased, **options}
    got = treealg.branched_mmd(x, y, 2, orders, **given)
    np.testing.assert_allclose(got, within[0] - 2 * between.mean() + within[1], atol=1e-13)
    scores = treealg.branched_scoring_rule(x, y, 2, orders, lam=0.3, **given)
    np.testing.assert_allclose(scores, 0.3 * within[0] - 2 * between.mean(axis=0), rtol=1e-13)
    got = treealg.expected_branched_scoring_rule(x, y, 2, orders, lam=0.3, **given)
    np.testing.assert_allclose(got, scores.mean(), rtol=1e-13)


def test_leading_shapes_are_samples_of_their_own_and_broadcast():
    x, y = paths(3, 1, 4, 5, 2), paths(2, 3, 4, 2, seed=1)
    got = treealg.branched_mmd(x, y, 2, 0)
    scores = treealg.branched_scoring_rule(x, y[:, 0], 2, 0)
    assert got.shape == scores.shape == (3, 2)
    for i, j in np.ndindex(3, 2):
        alone = treealg.branched_mmd(x[i, 0], y[j], 2, 0)
        np.testing.assert_allclose(got[i, j], alone, rtol=0, atol=1e-14)
        alone = treealg.branched_scoring_rule(x[i, 0], y[j, 0], 2, 0)
        np.testing.assert_allclose(scores[i, j], alone, rtol=0, atol=1e-14)


@each_bias
def test_more_samples_than_fit_in_a_block_are_each_taken_alone(unbiased):
    x, y = paths(40, 3, 4, 2), paths(40, 2, 4, 2, seed=1)
    given = {"unbiased": unbiased, "normalize": True}
    want = [treealg.branched_mmd(p, q, 2, 0, **given) for p, q in zip(x, y, strict=True)]
    for max_batch in (-1, 1, 2, 5):
        got = treealg.branched_mmd(x, y, 2, 0, max_batch=max_batch, **given)
        np.testing.assert_allclose(got, want, atol=1e-14)


def test_block_sizes_change_no_gradient():
    x, y = paths(7, 4, 2), paths(5, 3, 2, seed=1)
    want = treealg.branched_mmd_backprop(1.0, x, y, 2, 0, right_deriv=True, normalize=True)
    for max_batch in (1, 2, 3):
        got = treealg.branched_mmd_backprop(
            1.0, x, y, 2, 0, right_deriv=True, normalize=True, max_batch=max_batch
        )
        for one, other in zip(got, want, strict=True):
            np.testing.assert_allclose(one, other, rtol=0, atol=1e-14)


# -- laws ----------------------------------------------------------------------------------------


def law_of(count, seed):
    """Return paths, which a law takes with equal probability."""
    return paths(count, 4, 2, seed=seed, scale=0.5)


def samples_of(law, size):
    """Return all samples of independent paths, which are equally probable."""
    return law[np.array(list(itertools.product(range(len(law)), repeat=size)))]


@each_option
@pytest.mark.parametrize("orders", [(0, 0), (1, 0)], ids=str)
def test_mean_over_all_samples_is_the_squared_discrepancy_of_the_laws(options, orders):
    laws = law_of(3, 0), law_of(2, 1)
    grams = [kernels_one_by_one(p, q, orders, options) for p, q in itertools.product(laws, laws)]
    want = grams[0].mean() - 2 * grams[1].mean() + grams[3].mean()
    x, y = samples_of(laws[0], 2)[:, None], samples_of(laws[1], 3)
    estimates = treealg.branched_mmd(x, y, 2, orders, **options)
    assert estimates.shape == (9, 8)
    tolerance = 1e-14 * max(gram.max() for gram in grams)
    np.testing.assert_allclose(estimates.mean(), want, rtol=0, atol=tolerance)
    # With the pairs of a path with itself it is too large, by the known amount.
    biased = treealg.branched_mmd(x, y, 2, orders, unbiased=False, **options)
    excess = sum(
        (np.trace(gram) / len(gram) - gram.mean()) / size
        for gram, size in ((grams[0], 2), (grams[3], 3))
    )
    assert excess > 1e6 * tolerance
    np.testing.assert_allclose(biased.mean(), want + excess, rtol=0, atol=tolerance)


def test_mean_over_all_subsamples_is_the_estimate_from_all_paths():
    x, y = law_of(5, 0), law_of(4, 1)
    want = treealg.branched_mmd(x, y, 2, 0)
    parts = [np.array(list(itertools.combinations(range(len(z)), 2))) for z in (x, y)]
    estimates = treealg.branched_mmd(x[parts[0]][:, None], y[parts[1]], 2, 0)
    assert estimates.shape == (10, 6)
    np.testing.assert_allclose(estimates.mean(), want, rtol=0, atol=1e-13)
    assert np.ptp(estimates) > 1e-2


@pytest.mark.parametrize("orders", [(1, 1), (2, 0)], ids=str)
@each_option
def test_discrepancy_of_equal_samples_is_nothing_and_of_others_something(options, orders):
    x = paths(6, 5, 2)
    shuffled = x[[3, 1, 0, 5, 4, 2]].copy()
    largest = np.abs(kernels_one_by_one(x, x, orders, options)).max()
    # Each of four means is the sum of as many kernels as it is divided by.
    bound = 4 * len(x) ** 2 * EPS * largest
    given = {"unbiased": False, **options}
    assert abs(treealg.branched_mmd(x, shuffled, 2, orders, **given)) <= bound
    assert abs(treealg.branched_mmd(x, x, 2, orders, **given)) <= bound
    shuffled[0, 2, 1] += 0.1
    assert treealg.branched_mmd(x, shuffled, 2, orders, **given) > 1e3 * bound


def test_expected_score_is_the_discrepancy_less_what_the_forecast_does_not_change():
    x, y = paths(4, 5, 2), paths(3, 4, 2, seed=1)
    gap = treealg.branched_mmd(x, y, 2, 1) - treealg.expected_branched_scoring_rule(x, y, 2, 1)
    np.testing.assert_allclose(gap, mean_within(y, 1, {}, True), rtol=1e-13)
    one, _ = treealg.branched_mmd_backprop(1.0, x, y, 2, 1)
    other, _ = treealg.expected_branched_scoring_rule_backprop(1.0, x, y, 2, 1)
    np.testing.assert_array_equal(one, other)


def test_expected_score_is_proper():
    # Exact over the laws: the score of a law by itself is the least, by the discrepancy.
    laws = [law_of(3, seed) for seed in range(3)]
    given = {"unbiased": False}
    for p, q in itertools.permutations(laws, 2):
        scores = [treealg.expected_branched_scoring_rule(z, q, 2, 0, **given) for z in (p, q)]
        distance = treealg.branched_mmd(p, q, 2, 0, **given)
        assert distance > 1e-3
        np.testing.assert_allclose(scores[0] - scores[1], distance, rtol=1e-11)


# -- gradients -----------------------------------------------------------------------------------


def readable_gram(one, two, orders, normalize):
    """Return kernels of depth 2 in the dtype of the paths, which may be complex."""
    options = (2, *orders, False, 1.0, False, False, False, 1.0, 1)

    def of_pairs(a, b, first, second):
        out = np.empty((len(first), 1), one.dtype)
        reference.pairs.sig_kernel(a, b, first, second, out, *options)
        return out[:, 0]

    first, second = (i.ravel() for i in np.indices((len(one), len(two))))
    gram = of_pairs(one, two, first, second).reshape(len(one), len(two))
    if normalize:
        own = [of_pairs(z, z, np.arange(len(z)), np.arange(len(z))) for z in (one, two)]
        gram = gram / np.sqrt(np.outer(*own))
    return gram


def readable_mmd(x, y, orders, unbiased, normalize):
    total = -2 * readable_gram(x, y, orders, normalize).mean()
    for z in (x, y):
        gram, n = readable_gram(z, z, orders, normalize), len(z)
        own = np.trace(gram) if unbiased else 0
        total = total + (gram.sum() - own) / (n * (n - unbiased))
    return total


def complex_step(function, *arrays):
    """Return the gradients of an analytic function, of which no difference is taken."""
    gradients = []
    for place, array in enumerate(arrays):
        gradient = np.zeros(array.shape)
        for index in np.ndindex(array.shape):
            moved = [z.astype(np.clongdouble) for z in arrays]
            moved[place][index] += 1j * np.longdouble(1e-200)
            gradient[index] = function(*moved).imag / np.longdouble(1e-200)
        gradients.append(gradient)
    return gradients


@each_bias
@pytest.mark.parametrize("normalize", [False, True], ids=["plain", "normalized"])
@pytest.mark.parametrize("orders", [(0, 0), (1, 0)], ids=str)
def test_gradients_of_discrepancies_are_exact_derivatives(orders, normalize, unbiased):
    x, y = paths(3, 3, 2), paths(2, 3, 2, seed=1)
    want = complex_step(lambda x, y: readable_mmd(x, y, orders, unbiased, normalize), x, y)
    got = treealg.branched_mmd_backprop(
        1.0, x, y, 2, orders, unbiased=unbiased, normalize=normalize, right_deriv=True
    )
    for one, exact in zip(got, want, strict=True):
        np.testing.assert_allclose(one, exact, rtol=0, atol=1e-14 * max(np.abs(exact).max(), 1))


@pytest.mark.parametrize("orders", [(0, 0), (1, 0)], ids=str)
def test_gradient_of_a_normalised_gram_matrix_is_exact(orders):
    one, two, weights = paths(3, 3, 2), paths(2, 4, 2, seed=1), paths(3, 2, seed=2)
    want = complex_step(lambda x, y: (weights * readable_gram(x, y, orders, True)).sum(), one, two)
    given = {"right_deriv": True, "normalize": True}
    got = treealg.branched_sig_kernel_gram_backprop(weights, one, two, 2, orders, **given)
    pairs = treealg.branched_sig_kernel_backprop(weights, one[:, None], two, 2, orders, **given)
    for exact, gram, pair in zip(want, got, pairs, strict=True):
        np.testing.assert_allclose(gram, exact, rtol=0, atol=1e-14)
        np.testing.assert_allclose(pair.reshape(exact.shape), exact, rtol=0, atol=1e-14)


@pytest.mark.parametrize("orders", [(0, 0), (1, 0)], ids=str)
def test_gradient_of_a_normalised_gram_matrix_in_its_one_batch_is_exact(orders):
    one, weights = paths(3, 3, 2), paths(3, 3, seed=2)
    want = complex_step(lambda x: (weights * readable_gram(x, x, orders, True)).sum(), one)[0]
    given = {"right_deriv": True, "normalize": True}
    got = treealg.branched_sig_kernel_gram_backprop(weights, one, one, 2, orders, **given)
    np.testing.assert_allclose(sum(got), want, rtol=0, atol=1e-14)
    apart = treealg.branched_sig_kernel_gram_backprop(weights, one, one.copy(), 2, orders, **given)
    for together, alone in zip(got, apart, strict=True):
        np.testing.assert_allclose(together, alone, rtol=0, atol=1e-14)


def test_a_gradient_that_is_not_asked_for_is_none():
    x, y = paths(3, 3, 2), paths(2, 3, 2, seed=1)
    left, right = treealg.branched_mmd_backprop(1.0, x, y, 2, 0, right_deriv=True)
    assert treealg.branched_mmd_backprop(1.0, x, y, 2, 0)[1] is None
    for name, want in (("left", left), ("right", right)):
        flags = {"left_deriv": name == "left", "right_deriv": name == "right"}
        got = treealg.branched_mmd_backprop(1.0, x, y, 2, 0, **flags)
        np.testing.assert_array_equal(got[name == "right"], want)


# -- blocks and memory ---------------------------------------------------------------------------

KEEP = [None, np.less, np.less_equal, np.not_equal]


@pytest.mark.parametrize("keep", KEEP, ids=str)
def test_blocks_hold_each_pair_once_and_no_more_at_a_time_than_allowed(keep):
    for count, n1, at_once in itertools.product((0, 1, 5), (0, 1, 2, 7), (1, 2, 3, 10, 100)):
        for n2 in (n1,) if keep else (0, 1, 3, 20):
            found = []
            for samples, i, j in blocks(count, n1, n2, at_once, keep):
                each = range(count)[samples]
                assert 0 < len(each) * len(i) <= at_once
                found += [(sample, *pair) for sample in each for pair in zip(i, j, strict=True)]
            pairs = itertools.product(range(count), range(n1), range(n2))
            want = [pair for pair in pairs if keep is None or keep(pair[1], pair[2])]
            assert sorted(found) == want


@pytest.mark.parametrize(("n1", "n2"), [(1, 1000), (1000, 1), (20, 50)])
def test_blocks_are_as_large_as_allowed(n1, n2):
    sizes = [len(i) for _, i, _ in blocks(1, n1, n2, 100)]
    assert sizes == [100] * (n1 * n2 // 100)


def test_blocks_of_any_number_of_pairs_come_one_after_the_other():
    some = list(itertools.islice(blocks(1, 2**57, 2**57, 4, np.less), 3))
    assert [list(zip(i, j, strict=True)) for _, i, j in some] == [
        [(0, 1)], [(0, 2), (0, 3), (1, 2), (1, 3)], [(0, 4), (0, 5), (1, 4), (1, 5)],
    ]  # fmt: skip


def peak_of(function):
    function()  # loads what is loaded once
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_no_matrix_of_kernels_is_held():
    x, y = paths(240, 2, 1), paths(240, 2, 1, seed=1)
    given = {"normalize": True, "max_batch": 20}
    matrix = 240 * 240 * 8
    assert peak_of(lambda: treealg.branched_mmd(x, y, 1, 0, **given)) < matrix / 3
    backward = peak_of(lambda: treealg.branched_mmd_backprop(1.0, x, y, 1, 0, **given))
    assert backward < matrix / 3
    assert peak_of(lambda: treealg.branched_sig_kernel_gram(x, y, 1, 0, max_batch=20)) > matrix


@pytest.mark.parametrize("normalize", [False, True], ids=["plain", "normalized"])
def test_a_gram_matrix_and_its_derivatives_may_be_files(tmp_path, normalize):
    x = paths(240, 2, 1)
    given = {"normalize": normalize, "max_batch": 20}
    file = np.memmap(tmp_path / "gram", np.float64, "w+", shape=(240, 240))
    peak = peak_of(lambda: treealg.branched_sig_kernel_gram(x, x, 1, 0, out=file, **given))
    assert peak < file.nbytes / 3
    np.testing.assert_array_equal(file, treealg.branched_sig_kernel_gram(x, x, 1, 0, **given))
    derivs = np.array(file)
    got = treealg.branched_sig_kernel_gram_backprop(file, x, x, 1, 0, **given)
    want = treealg.branched_sig_kernel_gram_backprop(derivs, x, x, 1, 0, **given)
    np.testing.assert_array_equal(got[0], want[0])
    peak = peak_of(lambda: treealg.branched_sig_kernel_gram_backprop(file, x, x, 1, 0, **given))
    assert peak < file.nbytes / 3


def test_the_array_that_is_given_is_the_result():
    x, y = paths(2, 3, 4, 2), paths(5, 4, 2, seed=1)
    want = treealg.branched_sig_kernel_gram(x, y, 2, 0)
    out = np.full_like(want, np.nan)
    assert treealg.branched_sig_kernel_gram(x, y, 2, 0, out=out) is out
    np.testing.assert_array_equal(out, want)
    torch = pytest.importorskip("torch")
    tensor = torch.full(want.shape, torch.nan, dtype=torch.float64)
    got = treealg.branched_sig_kernel_gram(
        torch.from_numpy(x), torch.from_numpy(y), 2, 0, out=tensor
    )
    assert got is tensor
    np.testing.assert_array_equal(tensor.numpy(), want)


BAD = {
    "list": (lambda out: out.tolist(), treealg.InvalidTypeError),
    "dtype": (np.float32, treealg.InvalidTypeError),
    "byte order": (lambda out: out.astype(">f8"), treealg.InvalidTypeError),
    "text": (lambda out: "x", treealg.InvalidTypeError),
    "shape": (lambda out: out[:1], treealg.InvalidValueError),
    "flat": (np.ravel, treealg.InvalidValueError),
    "columns first": (np.asfortranarray, treealg.InvalidValueError),
    "read only": (lambda out: np.broadcast_to(out, out.shape), treealg.InvalidValueError),
}


@pytest.mark.parametrize("bad", BAD)
def test_what_the_result_does_not_fit_in_is_refused(bad):
    x, y = paths(2, 4, 2), paths(3, 4, 2, seed=1)
    change, error = BAD[bad]
    with pytest.raises(error, match="out must"):
        treealg.branched_sig_kernel_gram(x, y, 2, 0, out=change(np.zeros((2, 3))))


def test_a_result_that_would_overwrite_a_path_is_refused():
    x = paths(8, 4, 2)
    with pytest.raises(treealg.InvalidValueError, match="share memory with an argument"):
        treealg.branched_sig_kernel_gram(x, paths(1, 4, 2), 2, 0, out=x.reshape(-1)[:8, None])


# -- refusals ------------------------------------------------------------------------------------

ONE, TWO = np.zeros((1, 3, 2)), np.zeros((2, 3, 2))


@pytest.mark.parametrize(
    ("name", "x", "y", "given", "message"),
    [
        (
            "branched_mmd",
            TWO[0],
            TWO,
            {},
            r"x must be a sample of paths.*numpy\.asarray\(x\)\[None\]",
        ),
        ("branched_mmd", TWO, TWO[0], {}, "y must be a sample of paths"),
        ("branched_mmd", ONE, TWO, {}, "x must have at least 2 paths, got 1.*unbiased=False"),
        ("branched_mmd", TWO, ONE, {}, "y must have at least 2 paths"),
        ("branched_mmd", TWO[:0], TWO, {"unbiased": False}, "x must have at least 1 paths"),
        ("branched_mmd", TWO, TWO[..., :1], {}, "x and y .*channels"),
        ("branched_mmd", TWO, TWO, {"unbiased": 1}, "unbiased"),
        ("branched_mmd", TWO[None][[0, 0]], TWO[None][[0, 0, 0]], {}, "broadcast"),
        ("branched_scoring_rule", ONE, TWO, {}, "x must have at least 2 paths"),
        ("branched_scoring_rule", TWO, TWO, {"lam": np.inf}, "lam"),
        ("branched_scoring_rule", TWO, TWO, {"lam": "1"}, "lam"),
        ("expected_branched_scoring_rule", TWO, TWO[:0], {}, "y must have at least 1 paths"),
    ],
)
def test_samples_that_are_none_are_refused(name, x, y, given, message):
    with pytest.raises(treealg.TreeAlgError, match=message):
        getattr(treealg, name)(x, y, 2, 0, **given)


def test_a_mean_that_is_not_needed_asks_for_no_pairs():
    assert treealg.branched_scoring_rule(ONE, TWO[0], 2, 0, lam=0) == -2
    assert treealg.expected_branched_scoring_rule(TWO, ONE, 2, 0) == -1
    assert treealg.branched_mmd(ONE, ONE, 2, 0, unbiased=False) == 0


def test_a_batch_without_samples_has_no_results():
    empty = np.zeros((0, 2, 3, 2))
    assert treealg.branched_mmd(empty, TWO, 2, 0).shape == (0,)
    gradients = treealg.branched_mmd_backprop(np.zeros(0), empty, TWO, 2, 0, right_deriv=True)
    assert gradients[0].shape == empty.shape
    np.testing.assert_array_equal(gradients[1], np.zeros_like(TWO))


# -- beside pySigLib -----------------------------------------------------------------------------


@pytest.mark.peer
@pytest.mark.parametrize("orders", [(1, 1), (0, 2)], ids=str)
@pytest.mark.parametrize("options", [{}, {"lead_lag": True, "time_aug": True, "end_time": 0.5}])
def test_statistics_are_those_of_the_peer_with_the_branched_kernel(monkeypatch, options, orders):
    peer = pytest.importorskip("pysiglib")

    def gram(one, two, **_options):
        # For one object in both places it mirrors one half, which is right for equal orders only.
        return peer.branched_sig_kernel_gram(one, two.clone(), 2, orders, **options)

    monkeypatch.setattr(peer.sig_metrics, "sig_kernel_gram", gram)
    x, y = paths(4, 5, 2), paths(3, 4, 2, seed=1)
    got = treealg.branched_mmd(x, y, 2, orders, **options)
    np.testing.assert_allclose(got, peer.sig_mmd(x, y), rtol=0, atol=1e-12)
    got = treealg.branched_scoring_rule(x, y, 2, orders, lam=0.3, **options)
    np.testing.assert_allclose(got, peer.sig_score(x, y, lam=0.3), rtol=1e-12)
    got = treealg.expected_branched_scoring_rule(x, y, 2, orders, lam=0.3, **options)
    np.testing.assert_allclose([got], np.ravel(peer.expected_sig_score(x, y, lam=0.3)), rtol=1e-12)
