"""Transformers against the functions that they call, and against scikit-learn's own checks."""

import pickle

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import check_estimator

import treealg
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.sklearn import (
    BranchedLogSignatureTransformer,
    BranchedSignatureTransformer,
    LogSignatureTransformer,
    SignatureTransformer,
)

TREES = (BranchedSignatureTransformer, BranchedLogSignatureTransformer)
WORDS = (SignatureTransformer, LogSignatureTransformer)
KINDS = (*TREES, *WORDS)


def results_of_checks(estimator):
    """Return the exception, or None, of each check of scikit-learn by its name."""
    if hasattr(sklearn.utils, "get_tags"):
        results = check_estimator(estimator, on_fail=None, on_skip=None)
        return {result["check_name"]: result["exception"] for result in results}
    # scikit-learn 1.5
    found = {}
    for own, check in check_estimator(estimator, generate_only=True):
        name = getattr(check, "func", check).__name__
        try:
            check(own)
        except Exception as error:
            found[name] = error
        else:
            found.setdefault(name, None)
    return found


@pytest.mark.parametrize(
    "estimator",
    [
        BranchedSignatureTransformer(2),
        BranchedSignatureTransformer(2, drop_dependent=True, scale_paths=True, scale_features=True),
        BranchedLogSignatureTransformer(2, planar=True, method=2),
        BranchedLogSignatureTransformer(
            2, lead_lag=True, basepoint=True, invisibility=True, drop_dependent=True
        ),
        SignatureTransformer(2, windows=("dyadic", 0), rescale="root", cumsum=True),
        LogSignatureTransformer(3, weights=[1, 2], missing="forward-fill", dtype="float64"),
    ],
)
def test_scikit_learn_checks(estimator):
    found = results_of_checks(estimator)
    passed = {name for name, exception in found.items() if exception is None}
    assert {name: found[name] for name in set(found) - passed - {"check_array_api_input"}} == {}
    assert len(passed) > 30


def some_paths(samples=5, length=6, channels=2, seed=0):
    return np.random.default_rng(seed).normal(size=(samples, length, channels))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("planar", [False, True])
def test_features_are_those_of_the_functions(planar, dtype):
    paths = some_paths().astype(dtype)
    for kind, function, form in (
        (BranchedSignatureTransformer, treealg.branched_sig, {}),
        (BranchedLogSignatureTransformer, treealg.branched_log_sig, {"method": int(planar)}),
    ):
        features = kind(3, planar=planar, lead_lag=True, basepoint=True).fit_transform(paths)
        expected = function(
            paths, 3, planar=planar, time_aug=True, lead_lag=True, basepoint=True, **form
        )
        assert features.dtype == dtype
        np.testing.assert_array_equal(features, expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("method", [0, 1, 2])
def test_features_of_words_are_those_of_the_functions(method, dtype):
    paths = some_paths().astype(dtype)
    features = LogSignatureTransformer(3, method=method, lead_lag=True).fit_transform(paths)
    expected = treealg.log_sig(paths, 3, method=method, time_aug=True, lead_lag=True)
    assert features.dtype == dtype
    np.testing.assert_array_equal(features, expected)
    np.testing.assert_array_equal(
        SignatureTransformer(3, time_aug=False, basepoint=True).fit_transform(paths),
        treealg.sig(paths, 3, basepoint=True),
    )


@pytest.mark.parametrize("kind", KINDS)
def test_paths_of_any_lengths_give_what_each_gives_alone(kind):
    paths = [path[: 3 + place] for place, path in enumerate(some_paths())]
    transformer = kind(3)
    features = transformer.fit_transform(paths)
    alone = [transformer.transform(path[np.newaxis])[0] for path in paths]
    np.testing.assert_allclose(features, alone, rtol=0, atol=1e-13)
    lengths = [len(path) for path in paths]
    padded = some_paths()
    np.testing.assert_allclose(
        transformer.transform(padded, lengths=lengths), features, rtol=0, atol=1e-13
    )


def test_a_frame_of_two_levels_is_paths_with_names():
    paths = some_paths(3, 4)
    index = pd.MultiIndex.from_product([["c", "a", "b"], range(4)])
    frame = pd.DataFrame(paths.reshape(12, 2), index=index, columns=["bid", "ask"])
    mixed = frame.groupby(level=0, sort=False, group_keys=False).apply(lambda rows: rows[::-1])
    transformer = BranchedSignatureTransformer(2, time_aug=False)
    np.testing.assert_array_equal(transformer.fit_transform(mixed), treealg.branched_sig(paths, 2))
    assert transformer.get_feature_names_out().tolist() == list(
        treealg.branched_sig_names(2, 2, channels=["bid", "ask"])
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("drop", [False, True])
@pytest.mark.parametrize("lead_lag", [False, True])
@pytest.mark.parametrize("invisibility", [False, True])
def test_there_is_one_name_per_column(kind, drop, lead_lag, invisibility):
    transformer = kind(
        2, drop_dependent=drop, lead_lag=lead_lag, invisibility=invisibility, channels=["u", "v"]
    )
    features = transformer.fit_transform(some_paths())
    names = transformer.get_feature_names_out()
    assert features.shape[1] == len(set(names)) == transformer.n_features_out_
    assert any("visible" in name for name in names) == invisibility


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_output_is_a_frame_where_asked_for(library):
    transformer = BranchedSignatureTransformer(2, channels=["u", "v"]).set_output(transform=library)
    frame = transformer.fit_transform(some_paths())
    assert list(frame.columns) == transformer.get_feature_names_out().tolist()
    assert frame.shape == (5, transformer.n_features_out_)


@pytest.mark.parametrize("kind", TREES)
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("lead_lag", [False, True])
def test_what_is_dropped_is_a_combination_of_what_is_kept(kind, planar, lead_lag):
    paths = some_paths(250, 12)
    form = {"method": 0} if kind is BranchedLogSignatureTransformer else {}
    everything = kind(3, planar=planar, lead_lag=lead_lag, **form)
    kept = kind(3, planar=planar, lead_lag=lead_lag, drop_dependent=True)
    whole, part = everything.fit_transform(paths), kept.fit_transform(paths)
    columns = {name: place for place, name in enumerate(everything.get_feature_names_out())}
    chosen = [columns[name] for name in kept.get_feature_names_out()]
    np.testing.assert_allclose(part, whole[:, chosen], rtol=0, atol=1e-11)
    part = np.column_stack([np.ones(len(paths)), part])
    factors, *_ = np.linalg.lstsq(part, whole, rcond=None)
    np.testing.assert_allclose(part @ factors, whole, rtol=0, atol=1e-8)
    if not lead_lag:
        assert np.linalg.matrix_rank(part) == part.shape[1]


@pytest.mark.parametrize("options", [{"lead_lag": True}, {"weights": [1, 1, 2]}, {"windows": True}])
@pytest.mark.parametrize("kind", WORDS)
def test_what_is_dropped_of_words_is_a_combination_of_what_is_kept(kind, options):
    paths, options = some_paths(250, 12), dict(options)
    if "windows" in options:
        # Time stays, of which windows of other paths may have more.
        options |= {"windows": [(0, 12), (3, 9)], "lead_lag": True}
    form = {"method": 0} if kind is LogSignatureTransformer else {}
    everything = kind(3, **form, **options)
    kept = kind(3, drop_dependent=True, **options)
    whole, part = everything.fit_transform(paths), kept.fit_transform(paths)
    assert part.shape[1] < whole.shape[1]
    columns = {name: place for place, name in enumerate(everything.get_feature_names_out())}
    chosen = [columns[name] for name in kept.get_feature_names_out()]
    np.testing.assert_allclose(part, whole[:, chosen], rtol=0, atol=1e-11)
    part = np.column_stack([np.ones(len(paths)), part])
    factors, *_ = np.linalg.lstsq(part, whole, rcond=None)
    np.testing.assert_allclose(part @ factors, whole, rtol=0, atol=1e-8)


def test_of_595_trees_140_are_kept():
    paths = some_paths(2, 5, 7)
    transformer = BranchedLogSignatureTransformer(3, time_aug=False)
    assert transformer.fit_transform(paths).shape == (2, 595)
    assert clone(transformer).set_params(drop_dependent=True).fit_transform(paths).shape == (2, 140)


def test_scales_are_learnt_in_fit():
    paths = some_paths(50) * [1, 100] + [3, -2]
    transformer = BranchedSignatureTransformer(2, scale_paths=True, scale_features=True)
    features = transformer.fit_transform(paths)
    np.testing.assert_allclose(features.mean(axis=0), 0, atol=1e-12)
    constant = transformer.features_scale_.scale == 1
    np.testing.assert_allclose(features.std(axis=0)[~constant], 1, rtol=1e-12)
    names = transformer.get_feature_names_out()
    assert names[constant].tolist() == ["2", "2[2]"]
    points = paths.reshape(-1, 2)
    scaled = (paths - points.mean(axis=0)) / points.std(axis=0)
    plain = treealg.branched_sig(scaled, 2, time_aug=True)
    mean, scale = transformer.features_scale_
    np.testing.assert_allclose(transformer.transform(paths), (plain - mean) / scale, atol=1e-10)
    # Half of the paths are transformed with what was learnt from all.
    np.testing.assert_array_equal(transformer.transform(paths[:9]), features[:9])


def test_what_follows_the_end_of_a_path_teaches_nothing():
    paths = some_paths(8)
    lengths = np.array([6, 5, 4, 3, 6, 5, 4, 3])
    longer = paths.copy()
    for path, length in zip(longer, lengths, strict=True):
        path[length:] = 1e6
    transformer = BranchedSignatureTransformer(2, scale_paths=True, invisibility=True)
    np.testing.assert_array_equal(
        transformer.fit_transform(longer, lengths=lengths),
        transformer.fit_transform(paths, lengths=lengths),
    )


def test_invisibility_tells_where_a_path_ends():
    path = np.array([[[1.0], [3.0]]])
    transformer = BranchedSignatureTransformer(1, invisibility=True, time_aug=False)
    np.testing.assert_array_equal(transformer.fit_transform(path), [[-1, -1]])
    by_hand = np.array([[1.0, 1], [3, 1], [3, 0], [0, 0]])
    transformer.set_params(degree=3)
    np.testing.assert_array_equal(
        transformer.fit_transform(path), [treealg.branched_sig(by_hand, 3)]
    )


@pytest.mark.parametrize("kind", KINDS)
def test_pickles_are_small_and_equal(kind):
    paths = some_paths()
    transformer = kind(4, scale_paths=True).fit(paths)
    written = pickle.dumps(transformer)
    assert len(written) < 2500
    np.testing.assert_array_equal(
        pickle.loads(written).transform(paths), transformer.transform(paths)
    )


def test_parameters_are_searched_in_a_pipeline():
    paths = some_paths(40, 8).cumsum(axis=1)
    area = treealg.log_sig(paths, 2, method=1)[:, 2]
    pipeline = make_pipeline(BranchedLogSignatureTransformer(), LogisticRegression(max_iter=1000))
    grid = {
        "branchedlogsignaturetransformer__degree": [1, 2],
        "branchedlogsignaturetransformer__time_aug": [False, True],
    }
    search = GridSearchCV(pipeline, grid, cv=2).fit(paths, area > 0)
    assert search.best_params_["branchedlogsignaturetransformer__degree"] == 2


def test_lengths_and_correction_are_routed():
    paths, lengths = some_paths(6), np.array([3, 4, 5, 6, 6, 2])
    correction = np.random.default_rng(1).normal(size=(6, 5, 4))
    transformer = BranchedSignatureTransformer(2, time_aug=False)
    with sklearn.config_context(enable_metadata_routing=True):
        for request in (transformer.set_fit_request, transformer.set_transform_request):
            request(lengths=True, correction=True)
        pipeline = make_pipeline(transformer, Ridge())
        pipeline.fit(paths, paths[:, 0, 0], lengths=lengths, correction=correction)
        features = transformer.transform(paths, lengths=lengths, correction=correction)
        expected = Ridge().fit(features, paths[:, 0, 0]).coef_
    np.testing.assert_allclose(pipeline[-1].coef_, expected, rtol=1e-12)
    np.testing.assert_array_equal(
        features, treealg.branched_sig(paths, 2, lengths=lengths, correction=correction)
    )


def holding_itself():
    paths = []
    paths.append(paths)
    return paths


@pytest.mark.parametrize(
    ("parameters", "paths", "error", "match"),
    [
        ({"degree": -1}, some_paths(), InvalidValueError, "degree must be at least 0"),
        ({"degree": "2"}, some_paths(), InvalidTypeError, "degree must be an integer"),
        ({"degree": [2], "drop_dependent": True}, some_paths(), InvalidTypeError, "degree must be"),
        (
            {"degree": True, "drop_dependent": True},
            some_paths(),
            InvalidTypeError,
            "degree must be",
        ),
        ({"scale_paths": None}, some_paths(), InvalidTypeError, "scale_paths must be"),
        ({"cumsum": 1}, some_paths(), InvalidTypeError, "cumsum must be"),
        ({"rescale": "sqrt"}, some_paths(), InvalidValueError, "rescale must be one of 'root'"),
        ({"missing": "drop"}, some_paths(), InvalidValueError, "missing must be one of"),
        ({"weights": [1, 2]}, some_paths(), InvalidValueError, "weights must be 3 integers"),
        ({"windows": "dyadic"}, some_paths(), InvalidTypeError, "windows must be None"),
        ({"windows": ("sliding", 3)}, some_paths(), InvalidValueError, "windows must be None"),
        ({"windows": ("sliding", 9, 1)}, some_paths(), InvalidValueError, "at most 6, the points"),
        ({"windows": [0, 3]}, some_paths(), InvalidValueError, r"got shape \(2,\)"),
        ({"times": True}, some_paths(), InvalidValueError, "times must be False without"),
        ({"time": "t"}, some_paths(), InvalidValueError, "time must be None without id"),
        ({"id": "k"}, some_paths(), InvalidTypeError, "X must be a table of pandas"),
        ({"dtype": "float16"}, some_paths(), InvalidValueError, "dtype must be 'float32'"),
        ({"channels": ["a"]}, some_paths(), InvalidValueError, "channels"),
        ({}, some_paths() * np.nan, ValueError, "NaN"),
        ({}, [some_paths()[0], some_paths(channels=3)[0]], InvalidValueError, r"X\[1\] of shape"),
        ({}, [some_paths()[0], [["a", "b"]]], ValueError, r"could not convert|X\[1\]"),
        ({}, some_paths()[np.newaxis], ValueError, "dim 4"),
        ({}, iter(some_paths()), InvalidTypeError, r"X must .* read only once; use list\(X\)"),
        ({}, {"x": some_paths()}, InvalidTypeError, "X must be .* of type dict"),
        ({}, np.ma.masked_array(some_paths()), InvalidTypeError, "X must not be a masked array"),
        ({"dtype": np.zeros(2)}, some_paths(), InvalidValueError, "dtype must be 'float32'"),
        ({}, [[10**400, 1.0]], InvalidValueError, "X has integers beyond"),
        ({}, 10**400, InvalidValueError, "X: int too large"),
        ({}, holding_itself(), InvalidTypeError, "X must be .*, or holds itself"),
        ({}, pd.DataFrame({"a": ["1", "x"]}), InvalidTypeError, "numbers, got 'a' of .*; drop it"),
        ({}, [[1.0, 2.0], [3.0]], InvalidValueError, r"X\[0\] has 2 entries and X\[1\] 1 entry"),
        (
            {},
            [[[1.0, 2.0], [3.0]], [[1.0, 2.0], [3.0, 4.0]]],
            InvalidValueError,
            r"X\[0\]\[0\] has 2 entries and X\[0\]\[1\] 1 entry; make them equally long$",
        ),
        ({}, np, InvalidTypeError, "X"),
        ({}, np.full((2, 3, 2), 1 + 2j, object), InvalidTypeError, "X: .*complex"),
        (
            {},
            np.zeros((2, 3), [("a", float), ("b", float)]),
            InvalidTypeError,
            "X must .*unstructured",
        ),
        ({}, np.broadcast_to(1, (2**44, 3)), InvalidValueError, r"X must have at most 2\*\*45"),
        ({}, np.broadcast_to(1, (2**40, 3)), InvalidValueError, "X does not fit in memory"),
        (
            {},
            [some_paths()[0], np.ma.masked_array(some_paths()[0])],
            InvalidTypeError,
            r"X\[1\] must not be a masked array",
        ),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_bad_input_is_refused_in_fit(kind, parameters, paths, error, match):
    with pytest.raises(error, match=match):
        kind(**parameters).fit(paths)


def test_a_tensor_that_requires_a_gradient_is_told_to_detach():
    torch = pytest.importorskip("torch")
    paths = torch.from_numpy(some_paths()).requires_grad_()
    with pytest.raises(InvalidTypeError, match=r"X requires a gradient.*X\.detach\(\)"):
        KINDS[0]().fit(paths)
    with pytest.raises(InvalidTypeError, match=r"X\[0\] requires a gradient"):
        KINDS[0]().fit([paths[0], paths[1, :3]])
    want = KINDS[0]().fit_transform(some_paths())
    np.testing.assert_array_equal(KINDS[0]().fit_transform(paths.detach()), want)


def test_a_column_of_paths_is_a_list_with_an_index():
    pandas = pytest.importorskip("pandas")
    paths = [some_paths()[0], some_paths()[1, :3]]
    column = pandas.Series(paths, index=["b", "a"])
    transformer = KINDS[0]().set_output(transform="pandas")
    found = transformer.fit_transform(column)
    assert list(found.index) == ["b", "a"]
    np.testing.assert_array_equal(found.to_numpy(), KINDS[0]().fit_transform(paths))


@pytest.mark.parametrize("kind", TREES)
def test_planar_is_a_flag(kind):
    with pytest.raises(InvalidTypeError, match="planar must be True or False"):
        kind(planar=1).fit(some_paths())


@pytest.mark.parametrize("kind", KINDS)
def test_bad_use_is_refused(kind):
    paths = some_paths()
    with pytest.raises(NotFittedError):
        kind().transform(paths)
    fitted = kind().fit(paths)
    with pytest.raises(InvalidValueError, match="must have 2 channels"):
        fitted.transform(paths[..., :1])
    correction = np.zeros((5, 5, 9))
    for parameter in ("drop_dependent", "scale_paths", "invisibility", "cumsum"):
        with pytest.raises(InvalidValueError, match=f"{parameter} must be False"):
            kind(**{parameter: True}).fit_transform(paths, correction=correction)


@pytest.mark.parametrize("option", ["scale_paths", "invisibility", "time_aug"])
@pytest.mark.parametrize("lengths", [[6, 6, 6, 6, 7], [6, 6, 6, 6, -1], [6, 6, 6, 6, 0], [6, 6]])
def test_lengths_are_checked_before_anything_is_learnt(option, lengths):
    with pytest.raises(InvalidValueError, match="lengths must"):
        BranchedSignatureTransformer(**{option: True}).fit_transform(some_paths(), lengths=lengths)
