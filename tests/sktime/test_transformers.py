"""Transformers of sktime against those of scikit-learn, and against sktime's own checks."""

import inspect
import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError as NotFitted
from sklearn.linear_model import RidgeClassifier
from sktime.exceptions import NotFittedError
from sktime.utils.estimator_checks import check_estimator

import treealg
import treealg.sklearn
import treealg.sktime
from treealg.errors import InvalidTypeError, InvalidValueError

NAMES = treealg.sktime.__all__

# What depends on the class, and not on what all of them have in common.
OWN = [
    "test_constructor",
    "test_set_params",
    "test_fit_transform_output",
    "test_persistence_via_pickle",
    "test_valid_estimator_class_tags",
]


def some_series(cases=6, channels=2, length=9, seed=0):
    return np.random.default_rng(seed).normal(size=(cases, channels, length))


def panel(pieces, names=None):
    """Return series as a frame with an index of instance and time."""
    names = range(len(pieces)) if names is None else names
    frames = [pd.DataFrame(piece.T, columns=["x", "y"]) for piece in pieces]
    return pd.concat(frames, keys=names, names=["instance", "time"])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", NAMES)
def test_checks_of_sktime(name):
    chosen = None if name == "BranchedLogSignatureTransformer" else OWN
    found = check_estimator(getattr(treealg.sktime, name), tests_to_run=chosen, verbose=False)
    assert {check: result for check, result in found.items() if result != "PASSED"} == {}
    assert len(found) > (300 if chosen is None else 30)


@pytest.mark.parametrize("name", NAMES)
def test_features_are_those_of_scikit_learn(name):
    X = some_series()
    options = {"windows": ("dyadic", 1), "basepoint": True, "scale_features": True}
    transformer = getattr(treealg.sktime, name)(3, **options)
    expected = getattr(treealg.sklearn, name)(3, **options)
    features = transformer.fit_transform(X)
    np.testing.assert_array_equal(features, expected.fit_transform(np.swapaxes(X, 1, 2)))
    assert features.columns.tolist() == expected.get_feature_names_out().tolist()
    np.testing.assert_array_equal(transformer.transform(panel(X)), features)


@pytest.mark.parametrize("form", ["pd-multiindex", "df-list"])
def test_series_of_any_lengths_keep_their_order_and_channels(form):
    pieces = [series[:, : 5 + place % 3] for place, series in enumerate(some_series(4))]
    names = ["c", "a", "d", "b"]
    X = panel(pieces, names)
    if form == "df-list":
        X = [frame.droplevel(0) for _, frame in X.groupby(level=0, sort=False)]
    transformer = treealg.sktime.SignatureTransformer(2, time_aug=False)
    features = transformer.fit_transform(X)
    expected = [treealg.sig(piece.T, 2) for piece in pieces]
    np.testing.assert_allclose(features, expected, rtol=0, atol=1e-13)
    assert features.columns.tolist() == ["x", "y", "x x", "x y", "y x", "y y"]


@pytest.mark.parametrize("name", NAMES)
def test_parameters_are_those_of_scikit_learn(name):
    own, other = (
        dict(inspect.signature(getattr(module, name)).parameters)
        for module in (treealg.sktime, treealg.sklearn)
    )
    assert set(other) - set(own) == {"id", "time", "times"}
    assert own.pop("n_jobs").default == 1
    assert {name: other[name] for name in own} == own


def test_what_may_be_missing_is_a_tag():
    X = some_series()
    X[0, 1, 3] = np.nan
    transformer = treealg.sktime.SignatureTransformer(2)
    with pytest.raises(ValueError, match="NaN"):
        transformer.fit(X)
    features = transformer.set_params(missing="forward-fill").fit_transform(X)
    X[0, 1, 3] = X[0, 1, 2]
    plain = treealg.sktime.SignatureTransformer(2)
    np.testing.assert_array_equal(features, plain.fit_transform(X))


@pytest.mark.parametrize("name", NAMES)
def test_bad_use_is_refused(name):
    kind, X = getattr(treealg.sktime, name), some_series()
    with pytest.raises(NotFittedError):
        kind().transform(X)
    with pytest.raises(NotFitted):
        kind().get_feature_names_out()
    with pytest.raises(InvalidValueError, match="degree must be at least 0"):
        kind(-1).fit(X)
    with pytest.raises(InvalidTypeError, match="cumsum must be True or False"):
        kind(cumsum=1).fit(X)
    with pytest.raises(TypeError, match="depth"):
        kind(depth=3)


def test_pickles_and_clones_compute_the_same():
    X = some_series()
    transformer = treealg.sktime.LogSignatureTransformer(3, scale_paths=True)
    features = transformer.fit_transform(X)
    copy = pickle.loads(pickle.dumps(transformer))
    np.testing.assert_array_equal(copy.transform(X), features)
    np.testing.assert_array_equal(transformer.clone().fit_transform(X), features)


def test_a_classifier_of_scikit_learn_follows():
    X = some_series(60, length=12).cumsum(axis=2)
    area = treealg.log_sig(np.swapaxes(X, 1, 2), 2, method=1)[:, 2]
    labels = (area > 0).astype(int)
    pipeline = treealg.sktime.LogSignatureTransformer(2) * RidgeClassifier()
    pipeline.fit(X, labels)
    assert (pipeline.predict(X) == labels).mean() > 0.85


@pytest.mark.peer
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("option", ["basepoint", "lead_lag", "invisibility"])
@pytest.mark.parametrize("log", [False, True])
def test_features_are_those_of_the_steps_of_sktime(option, log):
    # Its own transformer puts these into a pipeline that fails with scikit-learn 1.9.
    pytest.importorskip("esig")
    from sktime.transformations.signature_based import _augmentations, _compute

    steps = {
        "basepoint": "_BasePoint",
        "lead_lag": "_LeadLag",
        "invisibility": "_InvisibilityReset",
    }
    X = some_series(channels=1, length=12)
    kind = "LogSignatureTransformer" if log else "SignatureTransformer"
    transformer = getattr(treealg.sktime, kind)(2, time_aug=False, **{option: True})
    ours = transformer.fit_transform(X).to_numpy()
    augmented = getattr(_augmentations, steps[option])().fit_transform(X)
    theirs = _compute._WindowSignatureTransform(
        window_name="global",
        sig_tfm="logsignature" if log else "signature",
        sig_depth=2,
        backend="esig",
    ).fit_transform(augmented)
    if option != "basepoint":
        # There the lead comes first, and the channel that tells the end: letters are exchanged.
        ours = ours[:, [1, 0, 2]] * [1, 1, -1] if log else ours[:, [1, 0, 5, 4, 3, 2]]
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-9)
