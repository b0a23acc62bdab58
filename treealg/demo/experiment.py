"""One data set: what is chosen on its training part, and its scores beside simpler features."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import comb
from typing import Any

import numpy as np

import treealg
from treealg.checks import thread_count
from treealg.demo.classifier import (
    Choice,
    LinearClassifier,
    choose,
    cross_validate,
    fit_classifier,
)
from treealg.demo.pipelines import (
    LIFTS,
    Pipeline,
    Vector,
    deviations,
    means_and_deviations,
    pipelines,
)
from treealg.demo.recordings import Recordings

__all__ = ["Experiment", "Row", "feature_name", "leading_trees", "run_experiment", "sign_test"]

_Features = Callable[[Sequence[Vector]], Vector]


@dataclass(frozen=True, eq=False)
class Row:
    """The scores of one kind of features.

    Attributes
    ----------
    name : str
        What the features are.
    number : int
        How many there are.
    inside : float
        Accuracy by cross-validation on the training part.
    right : numpy.ndarray
        bool, one entry per recording of the test part: whether it is classified as labelled.
    """

    name: str
    number: int
    inside: float
    right: np.ndarray[Any, np.dtype[np.bool_]]

    @property
    def test(self) -> float:
        """Accuracy on the test part."""
        return float(self.right.mean())

    @property
    def error(self) -> float:
        """Standard error of the accuracy on the test part."""
        return float((self.test * (1.0 - self.test) / len(self.right)) ** 0.5)


@dataclass(frozen=True, eq=False)
class Experiment:
    """What was measured on one data set.

    Attributes
    ----------
    recordings : Recordings
        The data.
    choice : Choice of Pipeline
        All pipelines with their scores, and which is chosen.
    classifier : LinearClassifier
        The classifier on the chosen features.
    simple : tuple of Row
        Chance, statistics of channels, and the plain signature.
    best : tuple of Row
        What is chosen, and of each other lift what is chosen among its pipelines.
    chosen : Row
        What is chosen among all, one of `best`.
    shuffled : Row
        The chosen features of the same recordings with their points in random order.
    """

    recordings: Recordings
    choice: Choice[Pipeline]
    classifier: LinearClassifier
    simple: tuple[Row, ...]
    best: tuple[Row, ...]
    chosen: Row
    shuffled: Row

    @property
    def rival(self) -> Row:
        """The simple features that cross-validation likes best, without a signature."""
        return max(self.simple[1:3], key=lambda row: row.inside)


def run_experiment(
    recordings: Recordings,
    *,
    n_jobs: int = 1,
    progress: Callable[[Sequence[Pipeline]], Any] = iter,
) -> Experiment:
    """Choose a pipeline on the training part, then try it and what is simpler on the test part.

    Parameters
    ----------
    recordings : Recordings
        The data.
    n_jobs : int, default 1
        Threads of signatures: 1 serial, -1 all.
    progress : callable, default iter
        Wraps the pipelines, such as `tqdm.tqdm`.

    Returns
    -------
    Experiment
        The same in every run.

    Raises
    ------
    MissingDependencyError
        If scikit-learn is not installed.
    InvalidTypeError
        If `n_jobs` is no integer.
    InvalidValueError
        If `n_jobs` is 0, or there are no recordings to learn from or to test.
    """
    thread_count(n_jobs)
    known, n_train = recordings.labels[: recordings.n_train], recordings.n_train
    train = recordings.paths[:n_train]
    offered = pipelines(len(recordings.channels))
    choice = choose(
        offered, lambda pipeline: pipeline(train, n_jobs=n_jobs), known, progress=progress
    )

    def row(name: str, features: _Features, paths: Sequence[Vector], inside: Any = None) -> Row:
        values = features(paths)
        if inside is None:
            inside = cross_validate(values[:n_train], known)
        fitted = fit_classifier(values, recordings.labels, n_train)
        return Row(name, values.shape[1], inside, fitted.right)

    paths = recordings.paths
    plain = Pipeline("signature", 2)
    simple = (
        _chance(recordings),
        row("standard deviations", deviations, paths),
        row("means and standard deviations", means_and_deviations, paths),
        row(str(plain), plain, paths),
    )
    pipeline = choice.item
    best = []
    for lift in LIFTS:
        of_lift = choice
        if lift != pipeline.lift:
            others = {item for item in offered if item.lift == lift}
            of_lift = choice.among(others.__contains__)
        best.append(row(str(of_lift.item), of_lift.item, paths, of_lift.score))
    chosen = best[LIFTS.index(pipeline.lift)]
    random = np.random.default_rng(0)
    mixed = [random.permutation(path) for path in paths]
    shuffled = row("what is chosen, points in random order", pipeline, mixed)
    classifier = fit_classifier(pipeline(paths), recordings.labels, n_train)
    return Experiment(recordings, choice, classifier, simple, tuple(best), chosen, shuffled)


def _chance(recordings: Recordings) -> Row:
    """Name the first of the most frequent classes, always."""
    known = recordings.labels[: recordings.n_train]
    names, counts = np.unique(known, return_counts=True)
    right = recordings.labels[recordings.n_train :] == names[counts.argmax()]
    return Row("chance", 0, float(counts.max() / counts.sum()), right)


def leading_trees(experiment: Experiment, count: int) -> list[tuple[int, Any, int]]:
    """Return the trees that carry most weight in the classifier on the chosen features.

    Parameters
    ----------
    experiment : Experiment
        What was measured.
    count : int
        How many, at least 0; fewer if there are not as many.

    Returns
    -------
    list of (int, tuple, int)
        The index of the feature, its tree in tuple form, and its window, the heaviest first.

    Raises
    ------
    InvalidValueError
        If `count` is negative.
    """
    trees = experiment.choice.item.trees(len(experiment.recordings.channels))
    return [(index, *trees[index]) for index in experiment.classifier.leading(count)]


def feature_name(experiment: Experiment, tree: Any, window: int) -> str:
    """Name a feature by its tree, with the names of channels, and its window.

    Parameters
    ----------
    experiment : Experiment
        What was measured.
    tree : tuple
        In tuple form.
    window : int
        Number of the window, from 0.

    Returns
    -------
    str
        Such as ``gyr_z[acc_x], window 2``.

    Raises
    ------
    InvalidTypeError, InvalidValueError
        If `tree` is no tree with these labels.
    """
    pipeline, channels = experiment.choice.item, experiment.recordings.channels
    name = treealg.tree_to_name(
        tree, len(channels), channels=list(channels), time_aug=pipeline.time
    )
    return name if pipeline.windows == 1 else f"{name}, window {window + 1}"


def sign_test(first: Any, second: Any) -> tuple[int, int, float]:
    """Compare two classifiers on the recordings that only one of them gets right.

    Parameters
    ----------
    first, second : array_like of bool
        One entry per recording: whether it is classified as labelled.

    Returns
    -------
    tuple of int, int and float
        How many only the first gets right, how many only the second, and the probability that they
        differ as much or more if either were as likely (McNemar's test, exact and two-sided).

    Examples
    --------
    >>> sign_test([True] * 5 + [False], [False] * 5 + [False])
    (5, 0, 0.0625)
    """
    first, second = np.asarray(first), np.asarray(second)
    one, other = int((first & ~second).sum()), int((second & ~first).sum())
    count = one + other
    tail = sum(comb(count, k) for k in range(min(one, other) + 1))
    return one, other, min(1.0, 2.0 * tail / 2.0**count)
