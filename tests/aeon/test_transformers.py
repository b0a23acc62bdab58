"""Transformers of aeon against those of scikit-learn, and against aeon's own checks."""

import inspect
import pickle

import aeon.testing.estimator_checking
import numpy as np
import pytest
import sklearn.pipeline
from aeon.base._base import _clone_estimator
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import GridSearchCV

import treealg
import treealg.aeon
import treealg.sklearn
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.sklearn.hosted import with_channels_last

NAMES = treealg.aeon.__all__


def some_series(cases=6, channels=2, length=9, seed=0):
    return np.random.default_rng(seed).normal(size=(cases, channels, length))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", NAMES)
def test_checks_of_aeon(name):
    found = aeon.testing.estimator_checking.check_estimator(getattr(treealg.aeon, name))
    assert {check: result for check, result in found.items() if result != "PASSED"} == {}
    assert len(found) > 40


@pytest.mark.parametrize("name", NAMES)
def test_features_are_those_of_scikit_learn(name):
    X = some_series()
    options = {"windows": ("dyadic", 1), "basepoint": True, "scale_features": True}
    transformer = getattr(treealg.aeon, name)(3, **options)
    expected = getattr(treealg.sklearn, name)(3, **options)
    np.testing.assert_array_equal(
        transformer.fit_transform(X), expected.fit_transform(np.swapaxes(X, 1, 2))
    )
    assert transformer.get_feature_names_out().tolist() == [*expected.get_feature_names_out()]
    pieces = [series[:, : 5 + place % 3] for place, series in enumerate(X)]
    np.testing.assert_array_equal(
        transformer.transform(pieces), expected.transform([piece.T for piece in pieces])
    )


@pytest.mark.parametrize("name", NAMES)
def test_parameters_are_those_of_scikit_learn(name):
    own, other = (
        dict(inspect.signature(getattr(module, name)).parameters)
        for module in (treealg.aeon, treealg.sklearn)
    )
    assert set(other) - set(own) == {"id", "time", "times"}
    assert own.pop("n_jobs").default == 1
    assert {name: other[name] for name in own} == own
    described = inspect.getdoc(getattr(treealg.aeon, name)).split("Attributes\n")[0]
    assert [parameter for parameter in own if parameter not in described] == []


def test_axes_are_exchanged_without_a_copy():
    X = some_series()
    assert np.shares_memory(with_channels_last(X), X)
    assert all(np.shares_memory(path, X) for path in with_channels_last([*X]))


def test_what_may_be_missing_is_a_tag():
    X = some_series()
    X[0, 1, 3] = np.nan
    transformer = treealg.aeon.SignatureTransformer(2)
    with pytest.raises(ValueError, match="missing values"):
        transformer.fit(X)
    features = transformer.set_params(missing="forward-fill").fit_transform(X)
    X[0, 1, 3] = X[0, 1, 2]
    np.testing.assert_array_equal(features, treealg.aeon.SignatureTransformer(2).fit_transform(X))


@pytest.mark.parametrize("name", NAMES)
def test_bad_use_is_refused(name):
    kind, X = getattr(treealg.aeon, name), some_series()
    with pytest.raises(NotFittedError):
        kind().transform(X)
    with pytest.raises(NotFittedError):
        kind().get_feature_names_out()
    with pytest.raises(InvalidValueError, match="degree must be at least 0"):
        kind(-1).fit(X)
    with pytest.raises(InvalidTypeError, match="cumsum must be True or False"):
        kind(cumsum=1).fit(X)
    with pytest.raises(TypeError, match="depth"):
        kind(depth=3)


def test_threads_change_nothing():
    X = some_series(40)
    one, two = (treealg.aeon.SignatureTransformer(3, n_jobs=n).fit_transform(X) for n in (1, 2))
    np.testing.assert_allclose(one, two, rtol=0, atol=1e-12)


def test_pickles_and_clones_compute_the_same():
    X = some_series()
    transformer = treealg.aeon.LogSignatureTransformer(3, scale_paths=True)
    features = transformer.fit_transform(X)
    written = pickle.dumps(transformer)
    assert len(written) < 4000
    np.testing.assert_array_equal(pickle.loads(written).transform(X), features)
    np.testing.assert_array_equal(_clone_estimator(transformer).fit_transform(X), features)


def test_parameters_are_searched_in_a_pipeline():
    X = some_series(60, length=12).cumsum(axis=2)
    area = treealg.log_sig(np.swapaxes(X, 1, 2), 2, method=1)[:, 2]
    pipeline = sklearn.pipeline.make_pipeline(
        treealg.aeon.LogSignatureTransformer(), RidgeClassifier()
    )
    search = GridSearchCV(pipeline, {"logsignaturetransformer__degree": [1, 2]}, cv=3)
    assert search.fit(X, area > 0).best_params_ == {"logsignaturetransformer__degree": 2}


PEER = {
    "global": ({}, {"window_name": "global"}),
    "sliding": (
        {"windows": ("sliding", 8, 4)},
        {"window_name": "sliding", "window_length": 8, "window_step": 4},
    ),
    "expanding": (
        {"windows": ("expanding", 5, 3)},
        {"window_name": "expanding", "window_length": 5, "window_step": 3},
    ),
    "factorials": ({"rescale": "factorial"}, {"window_name": "global", "rescaling": "post"}),
}


@pytest.mark.peer
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", PEER)
@pytest.mark.parametrize("augmentations", [("addtime",), ("basepoint", "addtime"), ("cumsum",)])
def test_features_are_those_of_the_transformer_of_aeon(case, augmentations):
    from aeon.transformations.collection.signature_based import SignatureTransformer

    pytest.importorskip("roughpy")
    ours, theirs = PEER[case]
    X = some_series(length=20)
    options = {
        "time_aug": "addtime" in augmentations,
        "basepoint": "basepoint" in augmentations,
        "cumsum": "cumsum" in augmentations,
    }
    found = treealg.aeon.SignatureTransformer(3, **options, **ours).fit(X)
    features = found.transform(X)
    peer = SignatureTransformer(augmentations, depth=3, **theirs).fit_transform(X)
    # There time is the first channel.
    order = np.arange(features.shape[1])
    if options["time_aug"]:
        names = found.get_feature_names_out()
        spelt = [
            (name.rpartition("@")[0] or name).replace("2", "t").translate({48: "1", 49: "2"})
            for name in names
        ]
        place = [int(name.partition("@")[2] or 0) for name in names]
        letters = [text.replace("t", "0").split() for text in spelt]
        order = sorted(order, key=lambda k: (place[k], len(letters[k]), letters[k]))
    np.testing.assert_allclose(features[:, order], peer, rtol=0, atol=1e-9)


@pytest.mark.peer
@pytest.mark.filterwarnings("ignore")
def test_log_signatures_are_those_of_the_transformer_of_aeon_but_for_signs():
    from aeon.transformations.collection.signature_based import SignatureTransformer

    pytest.importorskip("roughpy")
    X = some_series(length=20)
    ours = treealg.aeon.LogSignatureTransformer(4, method=2, time_aug=False, basepoint=True)
    theirs = SignatureTransformer(
        ("basepoint",), depth=4, window_name="global", sig_tfm="logsignature"
    )
    np.testing.assert_allclose(
        np.abs(ours.fit_transform(X)), np.abs(theirs.fit_transform(X)), rtol=0, atol=1e-9
    )


@pytest.mark.parametrize("value", [np.array([1, 2]), [1], "2", 1.5, True, np.zeros(0)])
@pytest.mark.parametrize("method", ["fit", "fit_transform"])
def test_threads_are_an_integer(value, method):
    transformer = treealg.aeon.SignatureTransformer(2, n_jobs=value)
    with pytest.raises(InvalidTypeError, match="n_jobs must be an integer, got"):
        getattr(transformer, method)(some_series())
    transformer.set_params(n_jobs=np.int64(1)).fit(some_series())
