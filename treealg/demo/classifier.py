"""A linear classifier, its scores on known and on unknown recordings, and what it has learned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

from treealg.cached import cached_property
from treealg.errors import InvalidValueError
from treealg.optional import require

__all__ = ["Choice", "LinearClassifier", "choose", "cross_validate", "fit_classifier"]

Vector = np.ndarray[Any, np.dtype[np.float64]]
_Item = TypeVar("_Item")

_PENALTIES = np.logspace(-3, 5, 9)


@dataclass(frozen=True, eq=False)
class LinearClassifier:
    """A linear classifier that was fitted on the training part.

    Attributes
    ----------
    classes : tuple of str
        The classes in alphabetic order, at least three.
    weight : numpy.ndarray
        float64, shape ``(classes, features)``, with respect to features of unit variance: the scale
        on which features can be compared.
    right : numpy.ndarray
        bool, one entry per recording of the test part: whether it is classified as labelled.
    """

    classes: tuple[str, ...]
    weight: Vector
    right: np.ndarray[Any, np.dtype[np.bool_]]

    @property
    def accuracy(self) -> float:
        """Share of the test part that is classified as labelled."""
        return float(self.right.mean())

    def leading(self, count: int) -> list[int]:
        """Return the indices of the features that carry most weight, the heaviest first.

        Parameters
        ----------
        count : int
            How many, at least 0; fewer if there are not as many.

        Returns
        -------
        list of int
            Ordered by the Euclidean norm of the weights over the classes; the smaller index first
            where norms are equal up to rounding.

        Raises
        ------
        InvalidValueError
            If `count` is negative.
        """
        if count < 0:
            raise InvalidValueError(f"count must be at least 0, got {count}")
        norms = np.linalg.norm(self.weight, axis=0)
        norms = (norms / (norms.max(initial=0.0) or 1.0)).round(9)
        return [int(index) for index in np.argsort(-norms, kind="stable")[:count] if norms[index]]


def _model() -> Any:
    """Return the model: unit variance, then ridge regression on the classes.

    Its penalty is chosen by leave-one-out on what it is fitted on.
    """
    scaler = require("sklearn.preprocessing", extra="demo").StandardScaler()
    ridge = require("sklearn.linear_model", extra="demo").RidgeClassifierCV(_PENALTIES)
    return require("sklearn.pipeline", extra="demo").make_pipeline(scaler, ridge)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep matrices on one thread: they are small, and sums have one order then."""
    limits = require("threadpoolctl", extra="demo").threadpool_limits(1)
    with limits, require("sklearn", extra="demo").config_context(assume_finite=True):
        yield


@_one_thread()
def fit_classifier(features: Vector, labels: Any, n_train: int) -> LinearClassifier:
    """Fit the classifier on the training part and try it on the test part.

    Parameters
    ----------
    features : numpy.ndarray
        float64, shape ``(recordings, features)``, the training part first.
    labels : array_like of str
        Shape ``(recordings,)``, at least three classes.
    n_train : int
        Number of recordings in the training part.

    Returns
    -------
    LinearClassifier
        Nothing in it but `right` depends on the test part.

    Raises
    ------
    MissingDependencyError
        If scikit-learn is not installed.
    InvalidValueError
        If one part is empty, or if `labels` has another length than `features`.
    """
    if not 0 < n_train < len(features) or len(labels) != len(features):
        raise InvalidValueError(
            f"n_train must leave both parts non-empty and labels must match features, got "
            f"n_train={n_train}, {len(features)} features and {len(labels)} labels"
        )
    model = _model().fit(features[:n_train], labels[:n_train])
    return LinearClassifier(
        classes=tuple(map(str, model[-1].classes_)),
        weight=model[-1].coef_,
        right=model.predict(features[n_train:]) == labels[n_train:],
    )


@_one_thread()
def cross_validate(features: Vector, labels: Any, *, folds: int = 5, repeats: int = 10) -> float:
    """Return the accuracy of the classifier by repeated stratified cross-validation.

    Parameters
    ----------
    features : numpy.ndarray
        float64, shape ``(recordings, features)``, of the training part alone.
    labels : array_like of str
        Shape ``(recordings,)``.
    folds : int, default 5
        Number of parts, each of which is left out once.
    repeats : int, default 10
        How often, with other parts each time; the parts are the same in every call.

    Returns
    -------
    float
        Mean share of what was left out that is classified as labelled.

    Raises
    ------
    MissingDependencyError
        If scikit-learn is not installed.
    InvalidValueError
        If `labels` has another length than `features`.
    """
    if len(labels) != len(features):
        raise InvalidValueError(
            f"labels must match features, got {len(features)} features and {len(labels)} labels"
        )
    selection = require("sklearn.model_selection", extra="demo")
    parts = selection.RepeatedStratifiedKFold(n_splits=folds, n_repeats=repeats, random_state=0)
    # Of one accuracy per part: counts over all, as parts differ in size.
    right = [
        _model().fit(features[known], labels[known]).predict(features[left]) == labels[left]
        for known, left in parts.split(features, labels)
    ]
    return float(np.concatenate(right).mean())


@dataclass(frozen=True, eq=False)
class Choice(Generic[_Item]):
    """What was tried, and what is chosen by the rule of one standard error.

    Attributes
    ----------
    items : tuple
        What there was to choose from.
    scores : tuple of float
        Their accuracies by cross-validation.
    sizes : tuple of int
        Their numbers of features.
    n_train : int
        Number of recordings that the scores come from.
    """

    items: tuple[_Item, ...]
    scores: tuple[float, ...]
    sizes: tuple[int, ...]
    n_train: int

    @cached_property
    def index(self) -> int:
        """The place of what is chosen.

        Of all within one standard error of the best, it is that with the fewest features; of
        several of these the best, and of several of the best the first.

        References
        ----------
        Breiman, Friedman, Olshen and Stone, *Classification and regression trees* (1984), section
        3.4.3.
        """
        best = max(self.scores)
        least = best - (best * (1.0 - best) / self.n_train) ** 0.5
        near = [place for place, score in enumerate(self.scores) if score >= least]
        return min(near, key=lambda place: (self.sizes[place], -round(self.scores[place], 9)))

    def among(self, kept: Callable[[_Item], bool]) -> Choice[_Item]:
        """Return the choice from some of the items.

        Parameters
        ----------
        kept : callable
            Tells of an item whether it stays; at least one must.

        Returns
        -------
        Choice
            With the scores that these items have.

        Raises
        ------
        InvalidValueError
            If no item is left.
        """
        places = [place for place, item in enumerate(self.items) if kept(item)]
        if not places:
            raise InvalidValueError("kept must leave an item, got none")
        return Choice(
            tuple(self.items[place] for place in places),
            tuple(self.scores[place] for place in places),
            tuple(self.sizes[place] for place in places),
            self.n_train,
        )

    @property
    def item(self) -> _Item:
        """What is chosen."""
        return self.items[self.index]

    @property
    def score(self) -> float:
        """Its accuracy by cross-validation."""
        return self.scores[self.index]


def choose(
    items: Sequence[_Item],
    features: Callable[[_Item], Vector],
    labels: Any,
    *,
    progress: Callable[[Sequence[_Item]], Any] = iter,
) -> Choice[_Item]:
    """Choose by cross-validation on the training part.

    Parameters
    ----------
    items : sequence
        What there is to choose from, at least one.
    features : callable
        From one of these to the features of the training part, shape ``(recordings, features)``.
    labels : array_like of str
        Shape ``(recordings,)``, of the training part.
    progress : callable, default iter
        Wraps the items, such as `tqdm.tqdm`.

    Returns
    -------
    Choice
        All scores, and which is chosen.

    Raises
    ------
    MissingDependencyError
        If scikit-learn is not installed.
    InvalidValueError
        If there is nothing to choose from, or `labels` has another length than features.
    """
    if not items:
        raise InvalidValueError("items must not be empty: there is nothing to choose from")
    scores, sizes = [], []
    for item in progress(items):
        found = features(item)
        scores.append(cross_validate(found, labels))
        sizes.append(found.shape[1])
    return Choice(tuple(items), tuple(scores), tuple(sizes), len(labels))
