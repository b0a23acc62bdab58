"""From augmented paths to coefficients: the parameters, windows, names, and orders."""

from __future__ import annotations

import math
import re
from abc import abstractmethod
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator

from treealg.checks import check_choice, check_flag, check_integer
from treealg.errors import InvalidValueError
from treealg.sequences import check_weights
from treealg.sklearn.augmentations import Batch, Standardisation
from treealg.sklearn.independent import Independent, independent
from treealg.sklearn.samples import Floats
from treealg.sklearn.windows import is_named, windows_of

__all__ = ["PathCoefficients"]


class PathCoefficients(BaseEstimator):  # type: ignore[misc]
    """All parameters but those of one function, and what they say.

    What is done to paths, in this order: missing values are filled, channels standardised, values
    summed up, the end marked; then come base point, lead-lag and time. What is done to
    coefficients: rescaled by their order, and then standardised.
    """

    n_channels_in_: int
    n_windows_: int
    paths_scale_: Standardisation | None
    orders_: npt.NDArray[np.int64] | None
    vanishing_: npt.NDArray[np.bool_] | None

    def __init__(
        self,
        degree: int = 3,
        *,
        time_aug: bool = True,
        lead_lag: bool = False,
        basepoint: bool = False,
        invisibility: bool = False,
        cumsum: bool = False,
        end_time: float = 1.0,
        windows: Any = None,
        weights: Any = None,
        missing: str = "refuse",
        drop_dependent: bool = False,
        scale_paths: bool = False,
        rescale: str | None = None,
        scale_features: bool = False,
        channels: Iterable[str] | None = None,
        id: str | Iterable[str] | None = None,
        time: str | None = None,
        times: bool = False,
        dtype: str | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.degree = degree
        self.time_aug = time_aug
        self.lead_lag = lead_lag
        self.basepoint = basepoint
        self.invisibility = invisibility
        self.cumsum = cumsum
        self.end_time = end_time
        self.windows = windows
        self.weights = weights
        self.missing = missing
        self.drop_dependent = drop_dependent
        self.scale_paths = scale_paths
        self.rescale = rescale
        self.scale_features = scale_features
        self.channels = channels
        self.id = id
        self.time = time
        self.times = times
        self.dtype = dtype
        self.n_jobs = n_jobs

    @abstractmethod
    def _compute(self, paths: Any, options: dict[str, Any]) -> Any:
        """Return the coefficients of augmented paths."""

    @abstractmethod
    def _names(self, count: int, options: dict[str, Any]) -> tuple[str, ...]:
        """Name the coefficients of augmented paths of `count` channels."""

    def _features(self, batch: Batch, correction: Any) -> Floats:
        """Standardise the paths, compute, and rescale."""
        windows = self._count_windows(batch)
        if windows != self.n_windows_:
            raise InvalidValueError(
                f"X must have paths of {self.n_windows_} windows, as those had that "
                f"{type(self).__name__} was fitted on, got {windows}"
            )
        if self.paths_scale_ is not None:
            batch = batch.mapped(self.paths_scale_.apply)
        features = self._plain(batch, correction)
        if self.vanishing_ is not None and correction is None:
            features[..., self.vanishing_] = 0
        if self.orders_ is not None:
            features = _rescaled(features, self.rescale, self.orders_)
        return features.reshape(len(features), -1)

    def _plain(self, batch: Batch, correction: Any) -> Floats:
        """Augment the paths, and compute; shape (samples, coefficients), or one for each window."""
        invisibility = check_flag("invisibility", self.invisibility)
        if check_flag("cumsum", self.cumsum):
            has_places = invisibility or check_flag("basepoint", self.basepoint)
            batch = batch.mapped(_sums if has_places else _later_sums)
        if invisibility:
            batch = batch.invisible()
        if self.windows is None:
            return self._coefficients(batch, correction, None)
        if is_named(self.windows):
            return self._by_length(batch, correction)
        return self._coefficients(batch, correction, windows_of(self.windows, 0))

    def _by_length(self, batch: Batch, correction: Any) -> Floats:
        """Compute windows that depend on the length of a path."""
        groups = batch.groups()
        if len(groups) > 1 and correction is not None:
            raise InvalidValueError(
                "windows must be an array, or paths have one length, where there is a correction"
            )
        pieces = [
            self._coefficients(own, correction, self._windows(int(own.counts[0]), augmented=True))
            for _, own in groups
        ]
        if len(groups) == 1:
            return pieces[0]
        found: Floats = np.empty((len(batch.paths), *pieces[0].shape[1:]), pieces[0].dtype)
        for (places, _), piece in zip(groups, pieces, strict=True):
            found[places] = piece
        return found

    def _coefficients(self, batch: Batch, correction: Any, windows: Any) -> Floats:
        basepoint = check_flag("basepoint", self.basepoint)
        if basepoint:
            batch = batch.based()
        options = {
            "time_aug": self.time_aug,
            "lead_lag": self.lead_lag,
            "basepoint": basepoint,
            "end_time": self.end_time,
            "lengths": batch.lengths,
            "times": batch.times,
            "windows": windows,
            "weights": self.weights,
            "n_jobs": 1 if self.n_jobs is None else self.n_jobs,
        }
        if correction is not None:
            options["correction"] = correction
        found: Floats = self._compute(batch.paths, options)
        return found

    def _windows(self, length: int, augmented: bool = False) -> Any:
        """Return the windows of a path, before or after its end is marked."""
        more = 0 if augmented else 2 * check_flag("invisibility", self.invisibility)
        return windows_of(self.windows, length + more + check_flag("basepoint", self.basepoint))

    def _count_windows(self, batch: Batch) -> int:
        if self.windows is None:
            return 1
        lengths = np.unique(batch.counts).tolist()
        counts = {length: len(self._windows(length)) for length in lengths}
        least, most = min(counts.values()), max(counts.values())
        if least < most:
            raise InvalidValueError(
                f"windows must be as many for all paths, got {least} to {most} for paths of "
                f"{lengths[0]} to {lengths[-1]} points; ('dyadic', depth) are"
            )
        return most

    def _coefficient_names(self, channels: Any) -> tuple[str, ...]:
        count = self.n_channels_in_
        if check_flag("invisibility", self.invisibility):
            if channels is not None:
                channels = [*channels, "visible"]
            count += 1
        options = {
            "channels": channels,
            "time_aug": self.time_aug,
            "lead_lag": self.lead_lag,
            "weights": self.weights,
        }
        return self._names(count, options)

    def _orders(self) -> npt.NDArray[np.int64] | None:
        """Return the number of nodes or letters of each coefficient, or their weight."""
        if self.rescale is None:
            return None
        check_choice("rescale", self.rescale, ("root", "factorial"))
        weights = None if self.weights is None else check_weights("weights", self.weights)
        found = []
        for name in self._coefficient_names(None):
            letters = re.findall("[0-9]+", name)
            found.append(
                len(letters) if weights is None else sum(weights[int(letter)] for letter in letters)
            )
        return np.array(found, dtype=np.int64)

    def _vanishing(self, longest: int) -> npt.NDArray[np.bool_] | None:
        """Return which coefficients are zero by the algebra, of which rounding errors are left.

        Notes
        -----
        One path in general position tells: these vanish on it, and no others do. Of logarithms
        they are those whose words are powers of shuffle products, such as trees of one label. What
        is wrong with an option shows here, too.
        """
        length = 2 * check_integer("degree", self.degree, 0) + 2
        if self.windows is not None:
            length = max(longest, length)
        path = np.random.default_rng(0).normal(size=(1, length, self.n_channels_in_)) / length
        found = self._plain(Batch(path, None, None), None)
        zero: npt.NDArray[np.bool_] = np.abs(found).max(axis=tuple(range(found.ndim - 1))) < 1e-14
        rescales = self.rescale is not None or check_flag("scale_features", self.scale_features)
        return zero if rescales and zero.any() else None

    def _kept(self, log: bool) -> Independent:
        """Return what is kept where dependent coefficients are dropped."""
        channels = self.n_channels_in_ + self.invisibility
        degree = check_integer("degree", self.degree, 0)
        lead_lag = check_flag("lead_lag", self.lead_lag)
        time_aug = check_flag("time_aug", self.time_aug)
        # Windows of paths of different lengths do not take the same time.
        is_given = self.windows is None and not self.times
        weights = None if self.weights is None else check_weights("weights", self.weights)
        return independent(channels, degree, lead_lag, is_given if time_aug else None, log, weights)


def _sums(paths: Floats) -> Floats:
    found: Floats = np.cumsum(paths, axis=-2, dtype=paths.dtype)
    return found


def _later_sums(paths: Floats) -> Floats:
    """Return the sums without the first value, which costs digits and moves paths as wholes."""
    steps = paths.copy()
    steps[..., :1, :] *= 0  # NaN and infinity stay
    return _sums(steps)


def _rescaled(features: Floats, how: str | None, orders: npt.NDArray[np.int64]) -> Floats:
    """Bring coefficients of all orders to one scale."""
    if how == "root":
        found: Floats = np.sign(features) * np.abs(features) ** (1 / orders).astype(features.dtype)
        return found
    factors = np.array([math.factorial(order) for order in orders.tolist()], features.dtype)
    return features * factors
