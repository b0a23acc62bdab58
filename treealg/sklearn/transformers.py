"""Transformers from paths to the coefficients of their signatures and log-signatures."""

from __future__ import annotations

from abc import abstractmethod
from functools import lru_cache
from itertools import compress
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted

from treealg.checks import check_flag, check_integer
from treealg.errors import InvalidValueError
from treealg.numeric import (
    branched_log_sig,
    branched_log_sig_names,
    branched_sig,
    branched_sig_names,
    log_sig,
    lyndon_words,
    sig,
    tree_to_name,
    words,
)
from treealg.numeric.word_indices import ladder
from treealg.sklearn.augmentations import Standardisation, make_invisible, trimmed
from treealg.sklearn.samples import Floats, Samples, read_samples

__all__ = ["BranchedLogSignatureTransformer", "BranchedSignatureTransformer"]

try:
    from sklearn.utils.validation import validate_data
except ImportError:  # scikit-learn 1.5

    def validate_data(estimator: Any, X: Any, **options: Any) -> Any:
        """Check a table, and learn or check its columns."""
        return estimator._validate_data(X, **options)


_DTYPES: dict[str, Any] = {"float64": np.float64, "float32": np.float32}


class _Ladders(NamedTuple):
    """The coefficients on which all others depend, by the algebra alone.

    On a path without correction those of trees depend on those of words. The increment of time is
    one number, c, and that of a lead is that of its lag. So for a letter a of such a channel, of
    increment c or that of an earlier letter b, the shuffle product of a and u is c u, or that of b
    and u: this gives the word a u by words that begin with fewer such letters. Of a logarithm,
    whose shuffle products are zero, it is the single letters that are given.

    Attributes
    ----------
    words : list of tuple of int
        The words that are kept, read from the leaf to the root of the tree without branches.
    columns : numpy.ndarray
        Their places among all words, or all Lyndon words.
    """

    words: list[tuple[int, ...]]
    columns: npt.NDArray[np.intp]

    def names(self, channels: int, options: dict[str, Any]) -> tuple[str, ...]:
        """Name the trees."""
        trees = (ladder(word, max(word) + 1) for word in self.words)
        return tuple(tree_to_name(tree, channels, **options) for tree in trees)


@lru_cache(maxsize=32)
def _ladders(channels: int, degree: int, lead_lag: bool, time_aug: bool, log: bool) -> _Ladders:
    """Choose from the words, or Lyndon words, of a transformed path."""
    labels = channels * (1 + lead_lag) + time_aug
    listed = lyndon_words(labels, degree) if log else words(labels, degree)[1:]
    free = [word[0] < channels or (log and len(word) > 1) for word in listed]
    return _Ladders([*compress(listed, free)], np.flatnonzero(free))


class _PathTransformer(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """What the transformers share: reading of paths, scaling, augmentations, names."""

    degree: Any
    time_aug: Any
    lead_lag: Any
    basepoint: Any
    invisibility: Any
    end_time: Any
    scale_paths: Any
    scale_features: Any
    drop_dependent: Any
    channels: Any
    dtype: Any
    n_jobs: Any

    @abstractmethod
    def _compute(self, paths: Any, options: dict[str, Any]) -> Any:
        """Return the coefficients of augmented paths."""

    @abstractmethod
    def _names(self, count: int, options: dict[str, Any]) -> tuple[str, ...]:
        """Name the coefficients of augmented paths of `count` channels."""

    def fit(
        self,
        X: Any,
        y: Any = None,
        lengths: npt.ArrayLike | None = None,
        correction: npt.ArrayLike | None = None,
    ) -> Self:
        """Learn the number of channels and, where asked for, the scales.

        Parameters
        ----------
        X : array-like or pandas.DataFrame
            The paths: a table ``(samples, length)`` of paths of one channel; an array ``(samples,
            length, channels)``; a list of arrays ``(length, channels)`` of any lengths; or a pandas
            frame with one column per channel and an index of two levels, sample and time.
        y : object, optional
            Not used.
        lengths : array-like of int, shape (samples,), optional
            Points of each path of an array, those that follow being ignored.
        correction : array-like, shape (samples, length - 1, columns), optional
            Correction of each segment, as for `branched_sig`.

        Returns
        -------
        object
            This transformer.

        Raises
        ------
        InvalidTypeError
            If a parameter is of the wrong type.
        InvalidValueError
            If paths have no common number of channels, or a parameter does not fit them.
        ValueError
            If scikit-learn refuses `X`: not numbers, not finite, or empty.
        """
        self._fit(X, lengths, correction)
        return self

    def transform(
        self,
        X: Any,
        lengths: npt.ArrayLike | None = None,
        correction: npt.ArrayLike | None = None,
    ) -> Any:
        """Compute the coefficients.

        Parameters
        ----------
        X : array-like or pandas.DataFrame
            The paths, with as many channels as those that were fitted.
        lengths : array-like of int, shape (samples,), optional
            As for `fit`.
        correction : array-like, shape (samples, length - 1, columns), optional
            As for `fit`.

        Returns
        -------
        numpy.ndarray, shape (samples, coefficients)
            One row per path; float32 if the paths are, unless `dtype` says otherwise.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If `fit` was not called.
        InvalidTypeError
            If `lengths` or `correction` is of the wrong type.
        InvalidValueError
            If the paths have other channels than those that were fitted.
        ValueError
            If scikit-learn refuses `X`.
        """
        check_is_fitted(self)
        samples = self._read(X, reset=False)
        return self._scaled(self._features(samples, lengths, correction))

    def fit_transform(
        self,
        X: Any,
        y: Any = None,
        lengths: npt.ArrayLike | None = None,
        correction: npt.ArrayLike | None = None,
    ) -> Any:
        """Fit, and compute the coefficients of the same paths once.

        Parameters
        ----------
        X : array-like or pandas.DataFrame
            The paths, as for `fit`.
        y : object, optional
            Not used.
        lengths : array-like of int, shape (samples,), optional
            As for `fit`.
        correction : array-like, shape (samples, length - 1, columns), optional
            As for `fit`.

        Returns
        -------
        numpy.ndarray, shape (samples, coefficients)
            As `transform` gives it.

        Raises
        ------
        InvalidTypeError
            As `fit` raises it.
        InvalidValueError
            As `fit` raises it.
        ValueError
            If scikit-learn refuses `X`.
        """
        samples, features = self._fit(X, lengths, correction)
        if features is None:
            features = self._features(samples, lengths, correction)
        return self._scaled(features)

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[np.object_]:
        """Return the names of the coefficients, those of their trees.

        Parameters
        ----------
        input_features : array-like of str, optional
            Not used, but checked by scikit-learn as for all transformers.

        Returns
        -------
        numpy.ndarray of str objects, shape (coefficients,)
            With the names of channels as labels, as `treealg.branched_sig_names` gives them.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If `fit` was not called.
        ValueError
            If `input_features` are not the columns of a table that was fitted.
        """
        check_is_fitted(self)
        if hasattr(self, "n_features_in_"):
            _check_feature_names_in(self, input_features)
        return np.array(self._feature_names(), dtype=object)

    def _feature_names(self) -> tuple[str, ...]:
        channels = self.channels_in_
        if self.invisibility:
            channels = [*(channels or map(str, range(self.n_channels_in_))), "visible"]
        options = {"channels": channels, "time_aug": self.time_aug, "lead_lag": self.lead_lag}
        return self._names(self.n_channels_in_ + bool(self.invisibility), options)

    def _drops(self, correction: Any = None) -> bool:
        """Tell whether dependent coefficients are to go, which a corrected path does not have."""
        drops = check_flag("drop_dependent", self.drop_dependent)
        if drops and correction is not None:
            raise InvalidValueError(
                "drop_dependent must be False with a correction, where no tree depends on others"
            )
        return drops

    def _kept(self, log: bool) -> _Ladders:
        channels = self.n_channels_in_ + self.invisibility
        degree = check_integer("degree", self.degree, 0)
        lead_lag = check_flag("lead_lag", self.lead_lag)
        return _ladders(channels, degree, lead_lag, check_flag("time_aug", self.time_aug), log)

    def _more_tags(self) -> dict[str, Any]:  # scikit-learn 1.5
        return {"X_types": ["2darray", "3darray"], "preserves_dtype": ["float64", "float32"]}

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def _fit(self, X: Any, lengths: Any, correction: Any) -> tuple[Samples, Floats | None]:
        """Fit, and return the features where these had to be computed."""
        samples = self._read(X, reset=True)
        self.paths_scale_ = None
        if check_flag("scale_paths", self.scale_paths):
            if correction is not None:
                raise InvalidValueError(
                    "scale_paths must be False with a correction, which is that of paths as given"
                )
            self.paths_scale_ = Standardisation.of_paths(samples.paths, lengths)
        self.n_features_out_ = len(self._feature_names())
        self.features_scale_ = None
        if not check_flag("scale_features", self.scale_features):
            return samples, None
        features = self._features(samples, lengths, correction)
        self.features_scale_ = Standardisation.of_rows(features)
        return samples, features

    @property
    def _n_features_out(self) -> int:
        return int(self.n_features_out_)

    def _read(self, X: Any, *, reset: bool) -> Samples:
        """Read paths, and learn or check what belongs to all of them."""
        samples = read_samples(X)
        if samples.is_table:
            table = validate_data(self, X, reset=reset, dtype=list(_DTYPES.values()))
            samples = samples._replace(paths=table[:, :, np.newaxis])
        elif reset:
            for name in ("n_features_in_", "feature_names_in_"):
                self.__dict__.pop(name, None)
        paths = samples.paths
        count = (paths if isinstance(paths, np.ndarray) else paths[0]).shape[-1]
        if reset:
            self.n_channels_in_ = count
            self.channels_in_ = self.channels if self.channels is not None else samples.channels
        elif count != self.n_channels_in_:
            raise InvalidValueError(
                f"X must have {self.n_channels_in_} channels, as the paths had that "
                f"{type(self).__name__} was fitted on, got {count}"
            )
        if self.dtype is None:
            return samples
        if self.dtype not in _DTYPES and self.dtype not in _DTYPES.values():
            raise InvalidValueError(
                f"dtype must be 'float32', 'float64' or None, got {self.dtype!r}"
            )
        kept = _DTYPES.get(self.dtype, self.dtype)
        if isinstance(paths, np.ndarray):
            return samples._replace(paths=paths.astype(kept, copy=False))
        return samples._replace(paths=[path.astype(kept, copy=False) for path in paths])

    def _features(self, samples: Samples, lengths: Any, correction: Any) -> Floats:
        """Scale and augment the paths, and compute."""
        paths = samples.paths
        if self.paths_scale_ is not None:
            paths = self.paths_scale_.apply(paths)
        if check_flag("invisibility", self.invisibility):
            if correction is not None:
                raise InvalidValueError("invisibility must be False with a correction")
            paths, lengths = make_invisible(trimmed(paths, lengths)), None
        options = {
            "time_aug": self.time_aug,
            "lead_lag": self.lead_lag,
            "basepoint": self.basepoint,
            "end_time": self.end_time,
            "lengths": lengths,
            "n_jobs": 1 if self.n_jobs is None else self.n_jobs,
        }
        if correction is not None:
            options["correction"] = correction
        features: Floats = self._compute(paths, options)
        return features

    def _scaled(self, features: Floats) -> Floats:
        scale: Standardisation | None = self.features_scale_
        if scale is not None:
            features = scale.apply(features)
        return features


class BranchedSignatureTransformer(_PathTransformer):
    """Branched signatures of paths, with the names of their trees.

    Parameters
    ----------
    degree : int, default 3
        Largest number of nodes of a tree.
    planar : bool, default False
        Ordered forests of planar trees rather than non-planar trees.
    time_aug : bool, default True
        Append time as the last channel.
    lead_lag : bool, default False
        Take the lead-lag path, before time is appended.
    basepoint : bool, default False
        Begin each path at zero, so that features tell where it begins.
    invisibility : bool, default False
        Append a channel that falls to zero at the end, and then lead the path to zero, so that
        features tell where it ends.
    end_time : float, default 1.0
        Last value of the time channel.
    drop_dependent : bool, default False
        Keep only coefficients on which all others of a path without correction depend: those of
        trees without branches, whose leaf is not time or a lead. All others, but for a constant,
        are their linear combinations. A lead-lag path has more relations,
        which this does not use.
    scale_paths : bool, default False
        Standardise each channel by the mean and deviation of all points that were fitted.
    scale_features : bool, default False
        Standardise each coefficient by its mean and deviation over the paths that were fitted.
    channels : list of str or None, default None
        The names of the channels; by default those of a frame, or else numbers.
    dtype : {"float64", "float32"} or None, default None
        In which precision to compute; by default that of the paths.
    n_jobs : int or None, default None
        Threads; None is 1, -1 all processors.

    Attributes
    ----------
    n_channels_in_ : int
        Channels of the paths that were fitted.
    n_features_out_ : int
        Number of coefficients.
    n_features_in_ : int
        Columns of the table that was fitted, if it was one.

    See Also
    --------
    treealg.branched_sig : The function that computes.

    Examples
    --------
    >>> import numpy as np
    >>> from treealg.sklearn import BranchedSignatureTransformer
    >>> transformer = BranchedSignatureTransformer(degree=2, channels=["x"])
    >>> transformer.fit_transform(np.array([[[0.0], [1.0], [3.0]]]))
    array([[3.  , 1.  , 4.5 , 1.25, 1.75, 0.5 ]])
    >>> transformer.get_feature_names_out().tolist()
    ['x', 'time', 'x[x]', 'time[x]', 'x[time]', 'time[time]']
    """

    def __init__(
        self,
        degree: int = 3,
        *,
        planar: bool = False,
        time_aug: bool = True,
        lead_lag: bool = False,
        basepoint: bool = False,
        invisibility: bool = False,
        end_time: float = 1.0,
        drop_dependent: bool = False,
        scale_paths: bool = False,
        scale_features: bool = False,
        channels: list[str] | None = None,
        dtype: str | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.degree = degree
        self.planar = planar
        self.time_aug = time_aug
        self.lead_lag = lead_lag
        self.basepoint = basepoint
        self.invisibility = invisibility
        self.end_time = end_time
        self.drop_dependent = drop_dependent
        self.scale_paths = scale_paths
        self.scale_features = scale_features
        self.channels = channels
        self.dtype = dtype
        self.n_jobs = n_jobs

    def _compute(self, paths: Any, options: dict[str, Any]) -> Any:
        if self._drops(options.get("correction")):
            return sig(paths, self.degree, **options)[:, self._kept(False).columns]
        return branched_sig(paths, self.degree, planar=self.planar, **options)

    def _names(self, count: int, options: dict[str, Any]) -> tuple[str, ...]:
        if self._drops():
            return self._kept(False).names(count, options)
        return branched_sig_names(count, self.degree, planar=self.planar, **options)


class BranchedLogSignatureTransformer(_PathTransformer):
    """Branched log-signatures of paths, with the names of their trees.

    Parameters
    ----------
    degree : int, default 3
        Largest number of nodes of a tree.
    planar : bool, default False
        Ordered forests of planar trees rather than non-planar trees.
    method : {0, 1, 2} or None, default None
        Form of a planar log-signature: 0 expanded, 1 coordinates at Lyndon forests, 2 coefficients
        of brackets; None is 1 if `planar`, and 0 otherwise.
    time_aug, lead_lag, basepoint, invisibility : bool
        As for `BranchedSignatureTransformer`, with the same defaults.
    end_time : float, default 1.0
        Last value of the time channel.
    drop_dependent : bool, default False
        Keep only coefficients on which all others of a path without correction depend: those of
        trees without branches that are Lyndon words, but not of a lead or of time alone. All others
        are their linear combinations, but for a constant.
    scale_paths, scale_features : bool, default False
        As for `BranchedSignatureTransformer`.
    channels : list of str or None, default None
        The names of the channels; by default those of a frame, or else numbers.
    dtype : {"float64", "float32"} or None, default None
        In which precision to compute; by default that of the paths.
    n_jobs : int or None, default None
        Threads; None is 1, -1 all processors.

    Attributes
    ----------
    n_channels_in_ : int
        Channels of the paths that were fitted.
    n_features_out_ : int
        Number of coefficients.
    n_features_in_ : int
        Columns of the table that was fitted, if it was one.

    See Also
    --------
    treealg.branched_log_sig : The function that computes.

    Notes
    -----
    On a path without correction trees know no more than words. With 7 channels and degree 3 there
    are 595 trees, whose coefficients have rank 140, and so many does `drop_dependent` keep.

    Examples
    --------
    >>> import numpy as np
    >>> from treealg.sklearn import BranchedLogSignatureTransformer
    >>> transformer = BranchedLogSignatureTransformer(
    ...     degree=2, channels=["x"], drop_dependent=True
    ... )
    >>> transformer.fit_transform(np.array([[[0.0], [1.0], [3.0]]]))
    array([[ 3.  , -0.25]])
    >>> transformer.get_feature_names_out().tolist()
    ['x', 'time[x]']
    """

    def __init__(
        self,
        degree: int = 3,
        *,
        planar: bool = False,
        method: int | None = None,
        time_aug: bool = True,
        lead_lag: bool = False,
        basepoint: bool = False,
        invisibility: bool = False,
        end_time: float = 1.0,
        drop_dependent: bool = False,
        scale_paths: bool = False,
        scale_features: bool = False,
        channels: list[str] | None = None,
        dtype: str | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.degree = degree
        self.planar = planar
        self.method = method
        self.time_aug = time_aug
        self.lead_lag = lead_lag
        self.basepoint = basepoint
        self.invisibility = invisibility
        self.end_time = end_time
        self.drop_dependent = drop_dependent
        self.scale_paths = scale_paths
        self.scale_features = scale_features
        self.channels = channels
        self.dtype = dtype
        self.n_jobs = n_jobs

    def _compute(self, paths: Any, options: dict[str, Any]) -> Any:
        if self._drops(options.get("correction")):
            return log_sig(paths, self.degree, method=1, **options)[:, self._kept(True).columns]
        method = int(bool(self.planar)) if self.method is None else self.method
        return branched_log_sig(paths, self.degree, planar=self.planar, method=method, **options)

    def _names(self, count: int, options: dict[str, Any]) -> tuple[str, ...]:
        if self._drops():
            return self._kept(True).names(count, options)
        return branched_log_sig_names(
            count, self.degree, planar=self.planar, method=self.method, **options
        )
