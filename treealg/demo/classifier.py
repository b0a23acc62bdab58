"""A linear classifier on coefficients of trees, and what it has learned about them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from treealg.errors import InvalidValueError
from treealg.optional import require

__all__ = ["LinearClassifier", "fit_classifier", "gradient_error"]

Vector = np.ndarray[Any, np.dtype[np.float64]]

# Log-signature coefficients that vanish identically, such as those of trees with time labels only,
# are rounding noise; scaled to unit variance they would count as much as any other.
_NOISE = 1e-20
_SAME = 1e-5


@dataclass(frozen=True, eq=False)
class LinearClassifier:
    """A fitted linear classifier, as scores ``features @ slope[c] + offset[c]`` of each class.

    Attributes
    ----------
    classes : tuple of str
        The classes in alphabetic order.
    accuracy : float
        Share of the test half that is classified as labelled.
    slope : numpy.ndarray
        float64, shape ``(classes, coefficients)``, with respect to the features as given.
    offset : numpy.ndarray
        float64, shape ``(classes,)``.
    weight : numpy.ndarray
        float64, shape ``(classes, coefficients)``, with respect to features of unit variance: the
        scale on which coefficients can be compared.
    """

    classes: tuple[str, ...]
    accuracy: float
    slope: Vector
    offset: Vector
    weight: Vector

    def leading(self, count: int) -> list[int]:
        """Return the indices of the coefficients that carry most weight, the heaviest first.

        Parameters
        ----------
        count : int
            How many, at least 0; fewer if there are not as many.

        Returns
        -------
        list of int
            Ordered by the Euclidean norm of the weights over the classes; the smaller index first
            where norms are equal.

        Raises
        ------
        InvalidValueError
            If `count` is negative.

        Notes
        -----
        The coefficients of a path obey linear relations, so that several of them can be one number
        up to a factor; the classifier gives them one weight up to sign. Only the first of each
        such group is listed.
        """
        if count < 0:
            raise InvalidValueError(f"count must be at least 0, got {count}")
        # Rounding makes equal what differs by the rounding errors of the features only.
        weight = np.round(self.weight / (np.abs(self.weight).max() or 1.0), 6)
        norms = np.linalg.norm(weight, axis=0).round(6)
        found: list[int] = []
        for index in np.argsort(-norms, kind="stable"):
            if len(found) == count or norms[index] == 0.0:
                break
            column = weight[:, index, None]
            earlier = weight[:, found]
            if not (
                np.isclose(earlier, column, atol=_SAME).all(axis=0)
                | np.isclose(earlier, -column, atol=_SAME).all(axis=0)
            ).any():
                found.append(int(index))
        return found


def fit_classifier(features: Vector, labels: Any, n_train: int) -> LinearClassifier:
    """Fit a logistic regression on the training half and measure it on the test half.

    Parameters
    ----------
    features : numpy.ndarray
        float64, shape ``(recordings, coefficients)``, the training half first.
    labels : array_like of str
        Shape ``(recordings,)``, at least three classes.
    n_train : int
        Number of recordings in the training half.

    Returns
    -------
    LinearClassifier
        Nothing in it but the accuracy depends on the test half.

    Raises
    ------
    MissingDependencyError
        If scikit-learn is not installed.
    InvalidValueError
        If one half is empty, or if `labels` has another length than `features`.

    Notes
    -----
    Coefficients are scaled to unit variance; the penalty ``C=0.1`` was chosen by cross-validation
    on the training half.
    """
    if not 0 < n_train < len(features) or len(labels) != len(features):
        raise InvalidValueError(
            f"n_train must leave both halves non-empty and labels must match features, got "
            f"n_train={n_train}, {len(features)} features and {len(labels)} labels"
        )
    selection = require("sklearn.feature_selection", extra="demo").VarianceThreshold(_NOISE)
    scaler = require("sklearn.preprocessing", extra="demo").StandardScaler()
    regression = require("sklearn.linear_model", extra="demo").LogisticRegression(
        C=0.1, max_iter=2000
    )
    pipeline = require("sklearn.pipeline", extra="demo").make_pipeline(
        selection, scaler, regression
    )
    pipeline.fit(features[:n_train], labels[:n_train])
    weight = np.zeros((len(regression.classes_), features.shape[1]))
    weight[:, selection.get_support()] = regression.coef_
    slope = np.zeros_like(weight)
    slope[:, selection.get_support()] = regression.coef_ / scaler.scale_
    centre = np.zeros(features.shape[1])
    centre[selection.get_support()] = scaler.mean_
    return LinearClassifier(
        classes=tuple(map(str, regression.classes_)),
        accuracy=float(pipeline.score(features[n_train:], labels[n_train:])),
        slope=slope,
        offset=regression.intercept_ - slope @ centre,
        weight=weight,
    )


def gradient_error(
    function: Callable[[Vector], float],
    gradient: Vector,
    point: Vector,
    *,
    directions: int = 8,
    step: float = 1e-5,
    seed: int = 0,
) -> float:
    """Compare a gradient with central differences along random directions.

    Parameters
    ----------
    function : callable
        From a vector of shape ``(coefficients,)`` to a number.
    gradient, point : numpy.ndarray
        float64, shape ``(coefficients,)``.
    directions : int, default 8
        How many random directions, at least 1.
    step : float, default 1e-5
        Half the distance between the two points of a difference.
    seed : int, default 0
        Seed of the directions.

    Returns
    -------
    float
        The largest difference, relative to the largest derivative along the directions.

    Raises
    ------
    InvalidValueError
        If `directions` is less than 1, or if `gradient` and `point` differ in shape.

    Examples
    --------
    >>> import numpy as np
    >>> point = np.array([1.0, 2.0])
    >>> gradient_error(lambda x: float(x @ x), 2 * point, point) < 1e-9
    True
    >>> gradient_error(lambda x: float(x @ x), 3 * point, point) > 0.1
    True
    """
    if directions < 1 or gradient.shape != point.shape:
        raise InvalidValueError(
            f"directions must be at least 1 and gradient and point of one shape, got "
            f"directions={directions}, {gradient.shape} and {point.shape}"
        )
    normals = np.random.default_rng(seed).standard_normal((directions, *point.shape))
    exact = normals @ gradient
    differences = np.array(
        [(function(point + step * v) - function(point - step * v)) / (2 * step) for v in normals]
    )
    return float(np.abs(differences - exact).max() / np.abs(exact).max())
