"""Chosen coefficients with every option: those of the whole basis, by words and by trees."""

import itertools

import numpy as np
import pytest

import treealg
from treealg.numeric.plans import trees as plans
from treealg.symbolic import (
    OrderedForest,
    Tree,
    bck,
    exact_log_signature,
    mkw,
    weighted_basis,
)
from treealg.tables import closure

N, D, LENGTH = 4, 2, 9
OPTIONS = {
    "plain": {},
    "stream": {"stream": True},
    "windows": {"windows": [(0, 9), (2, 7), (3, 4), (2, 9)]},
    "times": {"time_aug": True, "times": np.array([0, 1, 1, 2, 3, 5, 8, 9, 9.5])},
    "timed_windows": {"time_aug": True, "windows": [(0, 9), (2, 7)]},
    "timed_stream": {"time_aug": True, "end_time": 0.5, "stream": True},
    "lead_lag_stream": {"lead_lag": True, "stream": True},
    "lead_lag_windows": {"lead_lag": True, "time_aug": True, "windows": [(1, 6), (2, 9)]},
    "lengths": {"lengths": [4, 9, 1]},
    "stream_of_lengths": {"lengths": [4, 9, 1], "stream": True},
    "stream_from_a_point": {"basepoint": True, "stream": True},
    "windows_from_a_point": {"basepoint": True, "windows": [(0, 10), (1, 3)]},
}  # fmt: skip
CORRECTED = ["plain", "stream", "windows", "times", "timed_windows", "timed_stream", "lengths"]


@pytest.fixture(params=["words", "trees"])
def way(request, monkeypatch):
    if request.param == "trees":
        monkeypatch.setattr(plans, "_MOST_WORDS", 0)
    else:
        monkeypatch.setattr(plans, "_WORDS_PER_MULTIPLICATION", 1e9)
    treealg.clear_cache()
    yield request.param
    treealg.clear_cache()


def chosen_of(options, planar, rng, count=6):
    """Some elements of the basis, the empty one among them, and the places of the others."""
    kind = {k: options[k] for k in ("time_aug", "lead_lag") if k in options}
    every = treealg.trees(
        D, 3 if "lead_lag" in kind else N, planar=planar, scalar_term=False, **kind
    )
    places = rng.integers(0, len(every), count)
    elements = [every[i] for i in places]
    return [*elements[:2], None, *elements[2:]], places, [0, 1, *range(3, count + 1)]


def problem(options, planar, corrected, seed=0):
    rng = np.random.default_rng(seed)
    path = rng.normal(size=(3, LENGTH, D)) / 3
    elements, places, kept = chosen_of(options, planar, rng)
    given = options | {"planar": planar}
    if corrected:
        given["correction"] = rng.normal(size=(3, LENGTH - 1, D**2)) / 5
    degree = 3 if "lead_lag" in options else N
    return rng, path, elements, places, kept, given, degree


def cases():
    for name, planar in itertools.product(OPTIONS, (False, True)):
        yield name, planar, False
        if name in CORRECTED:
            yield name, planar, True


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("is_log", [False, True])
@pytest.mark.parametrize(("name", "planar", "corrected"), list(cases()))
def test_coefficients_and_gradients_are_those_of_the_whole_basis(name, planar, corrected, is_log):
    rng, path, elements, places, kept, given, degree = problem(OPTIONS[name], planar, corrected)
    whole = treealg.branched_log_sig if is_log else treealg.branched_sig
    some = treealg.branched_log_sig_coef if is_log else treealg.branched_sig_coef
    expected = whole(path, degree, **given)
    found = some(path, elements, **given)
    np.testing.assert_allclose(found[..., kept], expected[..., places], rtol=1e-9, atol=1e-11)
    assert (found[..., 2] == (0 if is_log else 1)).all()
    derivs = rng.normal(size=found.shape)
    spread = np.zeros_like(expected)
    for place, column in zip(places, kept, strict=True):
        spread[..., place] += derivs[..., column]
    if is_log:
        expected = treealg.branched_log_sig_backprop(path, spread, degree, **given)
        backprop = treealg.branched_log_sig_coef_backprop
    else:
        expected = treealg.branched_sig_backprop(path, None, spread, degree, **given)
        backprop = treealg.branched_sig_coef_backprop
    got = backprop(path, elements, found, derivs, **given)
    for one, other in zip(*((x if corrected else [x]) for x in (got, expected)), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-8, atol=1e-10)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("name", ["plain", "stream", "windows", "times"])
def test_coefficients_of_lists_are_those_of_their_paths(name):
    options = dict(OPTIONS[name])
    rng = np.random.default_rng(1)
    lengths = [9, 12, 10] if name == "windows" else [2, 9, 1]
    paths = [rng.normal(size=(n, D)) / 3 for n in lengths]
    if name == "times":
        options["times"] = [np.arange(float(n)) for n in lengths]
    elements = [((0,), (1,), 0), (1,), (((0,), 1), 1)]
    found = treealg.branched_sig_coef(paths, elements, **options)
    derivs = rng.normal(size=found.shape)
    gradients = treealg.branched_sig_coef_backprop(paths, elements, None, derivs, **options)
    for i, path in enumerate(paths):
        own = dict(options)
        if name == "times":
            own["times"] = options["times"][i]
        alone = treealg.branched_sig_coef(path, elements, **own)
        n = len(alone) if name == "stream" else None
        np.testing.assert_allclose(found[i][:n], alone, rtol=1e-12, atol=1e-13)
        back = derivs[i]
        if name == "stream":
            back = derivs[i][:n].copy()
            if n:
                back[-1] += derivs[i][n:].sum(axis=0)  # the last result is repeated
        alone = treealg.branched_sig_coef_backprop(path, elements, None, back, **own)
        np.testing.assert_allclose(gradients[i], alone, rtol=1e-10, atol=1e-12)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("is_log", [False, True])
@pytest.mark.parametrize(
    ("name", "corrected"),
    [(name, False) for name in OPTIONS] + [(name, True) for name in CORRECTED],
)
def test_coefficients_of_words_are_those_of_signatures(name, corrected, is_log):
    options, rng = OPTIONS[name], np.random.default_rng(2)
    path = rng.normal(size=(3, LENGTH, D)) / 3
    words = [(0, 1, 1), (), (1,), (0, 0), (0, 1, 1)]
    kind = {k: options[k] for k in ("time_aug", "lead_lag") if k in options}
    degree = 3
    if corrected:
        options = options | {"correction": rng.normal(size=(3, LENGTH - 1, D**2)) / 5}
    names = ("log_sig", "log_sig_coef") if is_log else ("sig", "sig_coef")
    (sig, sig_backprop), (sig_coef, sig_coef_backprop) = (
        (getattr(treealg, found), getattr(treealg, f"{found}_backprop")) for found in names
    )
    whole = sig(path, degree, scalar_term=True, **options)
    letters = treealg.sig_length(D, 1, **kind)
    places = [treealg.word_to_idx(word, letters, scalar_term=True) for word in words]
    found = sig_coef(path, words, **options)
    np.testing.assert_allclose(found, whole[..., places], rtol=1e-10, atol=1e-12)
    derivs, spread = rng.normal(size=found.shape), np.zeros_like(whole)
    for i, place in enumerate(places):
        spread[..., place] += derivs[..., i]
    given = (path, spread) if is_log else (path, None, spread)
    expected = sig_backprop(*given, degree, scalar_term=True, **options)
    got = sig_coef_backprop(path, words, None, derivs, **options)
    for one, other in zip(*((x if corrected else [x]) for x in (got, expected)), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-8, atol=1e-10)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("name", OPTIONS)
def test_the_empty_element_alone_has_the_scalar(name):
    options, path = OPTIONS[name], np.random.default_rng(7).normal(size=(3, LENGTH, D))
    shape = treealg.branched_sig_coef(path, [(1,)], **options).shape
    for function, empty, scalar in [
        (treealg.branched_sig_coef, None, 1.0),
        (treealg.branched_log_sig_coef, None, 0.0),
        (treealg.sig_coef, (), 1.0),
        (treealg.log_sig_coef, (), 0.0),
    ]:
        for several in (1, 2, 0):
            found = function(path, [empty] * several, **options)
            np.testing.assert_array_equal(found, np.full((*shape[:-1], several), scalar))
        np.testing.assert_array_equal(function(path, empty, **options), np.full(shape, scalar))


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("missing", ["forward-fill", "linear"])
def test_missing_values_are_filled_before(missing):
    path = np.random.default_rng(3).normal(size=(3, LENGTH, D))
    path[0, 3:5, 1] = path[2, 0, 0] = path[2, 8, 1] = np.nan
    elements = [((0,), (1,), 0), (1,)]
    whole = treealg.branched_sig(path, 3, missing=missing)
    found = treealg.branched_sig_coef(path, elements, missing=missing)
    places = [treealg.tree_to_idx(x, D, 3) for x in elements]
    np.testing.assert_allclose(found, whole[:, places], rtol=1e-12)
    with pytest.raises(treealg.InvalidValueError, match="missing"):
        treealg.branched_sig_coef(path, elements, missing="refuse")


@pytest.mark.parametrize("planar", [False, True])
def test_logarithms_on_light_trees_are_exact(planar):
    weights, degree = (1, 2), 4
    light = weighted_basis(weights, degree, planar=planar)
    path = [[0, 0], [1, 2], [3, 1], [2, 2]]
    exact = exact_log_signature(path, degree, planar=planar, weights=weights)
    found = treealg.branched_log_sig_coef(path, list(light), planar=planar)
    np.testing.assert_allclose(found, [float(x) for x in exact], rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("planar", [False, True])
def test_closures_have_the_coproducts_of_the_algebra(planar):
    kind, algebra = (OrderedForest, mkw) if planar else (Tree, bck)
    every = [kind.from_tuple(x) for x in treealg.trees(2, 4, planar=planar, scalar_term=False)]
    for i in (3, 20, len(every) - 1, len(every) - 40):
        basis, table = closure([every[i]], planar=planar)
        assert every[i] in basis
        for block, element in enumerate(basis):
            found = {}
            for entry in range(table.term_ptr[block], table.term_ptr[block + 1]):
                slot, trunk = int(table.term_slot[entry]), basis[table.term_trunk[entry]]
                factor, parts = int(table.factor[slot]), []
                while slot:
                    parts.append(basis[table.head[slot]])
                    slot = int(table.tail[slot])
                found[tuple(sorted(parts)), trunk] = factor
            wanted = {}
            for (pruned, trunk), count in algebra.coproduct(element).items():
                if pruned.order and trunk.order:
                    parts = (pruned,) if planar else tuple(sorted(pruned.trees))
                    wanted[parts, trunk if planar else trunk.trees[0]] = count
            assert found == wanted


def test_inner_products_of_gram_coefficients_are_logarithms_of_kernels():
    # Of all trees of at most two levels, to an order from which on they are nothing.
    rng = np.random.default_rng(4)
    paths = np.cumsum(rng.normal(size=(3, 4, 2)), axis=1) / 12
    low = [x for x in treealg.trees(2, 5, scalar_term=False) if all(len(c) == 1 for c in x[:-1])]
    features = treealg.branched_sig_coef(paths, low, gram=True)
    kernels = treealg.branched_sig_kernel_gram(paths, paths, 2, 9, rule="romberg")
    np.testing.assert_allclose(features @ features.T, np.log(kernels), rtol=1e-6)
    plain = treealg.branched_sig_coef(paths, low)
    assert abs(plain @ plain.T - np.log(kernels)).max() > 1e-5


@pytest.mark.parametrize("is_log", [False, True])
def test_gram_divides_by_roots_of_symmetry_factors(is_log):
    rng = np.random.default_rng(5)
    path = rng.normal(size=(3, 5, 1))
    trees = [((0,), (0,), 0), None, ((0,), 0), ((0,), (0,), (0,), 0)]
    name = "branched_log_sig_coef" if is_log else "branched_sig_coef"
    function, backprop = getattr(treealg, name), getattr(treealg, f"{name}_backprop")
    scale = np.array([2, 1, 1, 6]) ** -0.5
    expected = function(path, trees) * scale
    np.testing.assert_allclose(function(path, trees, gram=True), expected, rtol=1e-14)
    derivs = rng.normal(size=expected.shape)
    expected = backprop(path, trees, None, derivs * scale)
    found = backprop(path, trees, None, derivs, gram=True)
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-14)
    planar = function(path, [(x,) for x in trees if x], planar=True)
    found = function(path, [(x,) for x in trees if x], planar=True, gram=True)
    np.testing.assert_array_equal(found, planar)


def test_prefixes_by_trees_are_cut_in_time(monkeypatch):
    from treealg.numeric.blocks import tree_prefixes

    monkeypatch.setattr(plans, "_MOST_WORDS", 0)
    treealg.clear_cache()
    path = np.random.default_rng(6).normal(size=(2, 100, 2)) / 9
    trees, options = [((0,), ((0,), 1), 1), (1,)], {"stream": True, "lead_lag": True}
    derivs = np.random.default_rng(7).normal(size=(2, 99, 2))
    found = [
        (
            treealg.branched_sig_coef(path, trees, **options),
            treealg.branched_sig_coef_backprop(path, trees, None, derivs, **options),
        )
        for numbers in (1 << 20, 1)
        if not monkeypatch.setattr(tree_prefixes, "_NUMBERS_AT_ONCE", numbers)
    ]
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"stream": True, "windows": [(0, 2)]}, "windows must be None with stream=True"),
        ({"windows": [(0, 99)]}, "start < stop <= 9"),
        ({"times": np.arange(9.0)}, "times"),
        ({"stream": 1}, "stream must be"),
        ({"gram": 1}, "gram must be"),
    ],
)
def test_options_that_do_not_fit_are_refused(options, message):
    with pytest.raises(treealg.TreeAlgError, match=message):
        treealg.branched_sig_coef(np.zeros((9, 2)), [(0,)], **options)
