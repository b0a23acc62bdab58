"""What the transformers do in common: paths read, scales learnt, coefficients named."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import TransformerMixin
from sklearn.utils._set_output import _get_output_config
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted

from treealg.checks import brief, check_choice, check_flag, shown
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric.arguments.axes import refuse_size
from treealg.numeric.arguments.missing import MISSING
from treealg.sklearn.augmentations import Batch, Standardisation
from treealg.sklearn.coefficients import PathCoefficients
from treealg.sklearn.samples import (
    Floats,
    Samples,
    its_errors,
    nan_option,
    read_samples,
    read_table,
)

__all__ = ["PathTransformer", "may_lack"]

try:
    from sklearn.utils.validation import validate_data
except ImportError:  # scikit-learn 1.5

    def validate_data(estimator: Any, X: Any, **options: Any) -> Any:
        """Check a table, and learn or check its columns."""
        return estimator._validate_data(X, **options)


_DTYPES: dict[str, Any] = {"float64": np.float64, "float32": np.float32}
# What a correction does not go with, and why.
_UNCORRECTED = {
    "scale_paths": ", which is that of paths as given",
    "cumsum": ", which is that of paths as given",
    "invisibility": "",
    "drop_dependent": ", where no tree depends on others",
}


def may_lack(missing: Any) -> bool:
    """Tell whether paths may lack values, by a parameter that is not checked yet.

    Examples
    --------
    >>> may_lack("refuse"), may_lack("linear"), may_lack([1.0])
    (False, True, False)
    """
    return isinstance(missing, str) and missing != "refuse"


class PathTransformer(TransformerMixin, PathCoefficients):  # type: ignore[misc]
    """What fits, transforms and names."""

    def fit(
        self,
        X: Any,
        y: Any = None,
        lengths: npt.ArrayLike | None = None,
        correction: npt.ArrayLike | None = None,
        times: npt.ArrayLike | None = None,
    ) -> Self:
        """Learn the number of channels and, where asked for, the scales.

        Parameters
        ----------
        X : array-like, DataFrame or Table
            The paths: a table ``(samples, length)`` of paths of one channel; an array ``(samples,
            length, channels)``; a list of arrays ``(length, channels)`` of any lengths; a pandas
            frame with one column per channel and an index of two levels, sample and time; or, with
            `id`, a table of one row per point.
        y : object, optional
            Not used.
        lengths : array-like of int, shape (samples,), optional
            Points of each path of an array, those that follow being ignored.
        correction : array-like, shape (samples, length - 1, columns), optional
            Correction of each segment, as for `branched_sig`.
        times : array-like, shape (length,) or (samples, length), or list, optional
            The values of the time channel, in place of uniform ones: numbers, dates or durations,
            which do not decrease. A base point has the time of the first point.

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
        MissingDependencyError
            If `id` is given, and narwhals is not installed.
        ValueError
            If scikit-learn refuses `X`: not numbers, not finite, or empty.
        """
        self._fit(X, lengths, correction, times)
        return self

    def transform(
        self,
        X: Any,
        lengths: npt.ArrayLike | None = None,
        correction: npt.ArrayLike | None = None,
        times: npt.ArrayLike | None = None,
    ) -> Floats | Any:
        """Compute the coefficients.

        Parameters
        ----------
        X : array-like, DataFrame or Table
            The paths, with as many channels as those that were fitted.
        lengths : array-like of int, shape (samples,), optional
            As for `fit`.
        correction : array-like, shape (samples, length - 1, columns), optional
            As for `fit`.
        times : array-like, shape (length,) or (samples, length), or list, optional
            As for `fit`.

        Returns
        -------
        numpy.ndarray, shape (samples, features)
            One row per path, the coefficients of each window after those of the one before;
            float32 if the paths are, unless `dtype` says otherwise. With `id`, rows are sorted by
            it. A frame of pandas or polars where `set_output` asks for one.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If `fit` was not called.
        InvalidTypeError
            If `lengths`, `correction` or `times` is of the wrong type.
        InvalidValueError
            If the paths have other channels than those that were fitted, or another number of
            windows.
        MissingDependencyError
            If `id` is given, and narwhals is not installed.
        ValueError
            If scikit-learn refuses `X`.
        """
        check_is_fitted(self)
        samples = self._read(X, reset=False)
        batch = self._batch(samples, lengths, correction, times)
        return self._finished(self._features(batch, correction), samples)

    def fit_transform(
        self,
        X: Any,
        y: Any = None,
        lengths: npt.ArrayLike | None = None,
        correction: npt.ArrayLike | None = None,
        times: npt.ArrayLike | None = None,
    ) -> Floats | Any:
        """Fit, and compute the coefficients of the same paths once.

        Parameters
        ----------
        X : array-like, DataFrame or Table
            The paths, as for `fit`.
        y : object, optional
            Not used.
        lengths : array-like of int, shape (samples,), optional
            As for `fit`.
        correction : array-like, shape (samples, length - 1, columns), optional
            As for `fit`.
        times : array-like, shape (length,) or (samples, length), or list, optional
            As for `fit`.

        Returns
        -------
        numpy.ndarray, shape (samples, features)
            As `transform` gives it.

        Raises
        ------
        InvalidTypeError
            As `fit` raises it.
        InvalidValueError
            As `fit` raises it.
        MissingDependencyError
            As `fit` raises it.
        ValueError
            If scikit-learn refuses `X`.
        """
        samples, batch, features = self._fit(X, lengths, correction, times)
        if features is None:
            features = self._features(batch, correction)
        return self._finished(features, samples)

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[np.object_]:
        """Return the names of the coefficients, those of their trees or words.

        Parameters
        ----------
        input_features : array-like of str, optional
            Not used, but checked by scikit-learn as for all transformers.

        Returns
        -------
        numpy.ndarray of str objects, shape (features,)
            With the names of channels as labels, as `treealg.branched_sig_names` gives them; with
            windows followed by ``@`` and the number of the window.

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
        names = [*self._coefficient_names(self.channels_in_)]
        if self.windows is not None:
            names = [f"{name}@{window}" for window in range(self.n_windows_) for name in names]
        return np.array(names, dtype=object)

    @property
    def _n_features_out(self) -> int:
        return int(self.n_features_out_)

    def _more_tags(self) -> dict[str, Any]:  # scikit-learn 1.5
        return {
            "X_types": ["2darray", "3darray"],
            "preserves_dtype": self._preserved,
            "allow_nan": may_lack(self.missing),
        }

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = may_lack(self.missing)
        tags.transformer_tags.preserves_dtype = self._preserved
        return tags

    @property
    def _preserved(self) -> list[str]:
        """The dtypes that features have if paths have them."""
        is_kind = isinstance(self.dtype, (str, type, np.dtype))
        kept = [name for name, kind in _DTYPES.items() if is_kind and self.dtype in (name, kind)]
        return kept or [*_DTYPES]

    def _read(self, X: Any, *, reset: bool) -> Samples:
        """Read paths, and learn or check what belongs to all of them."""
        allow_nan = check_choice("missing", self.missing, MISSING) != "refuse"
        try:
            return self._read_samples(X, allow_nan, reset=reset)
        except InvalidValueError as error:
            if allow_nan or "contains NaN" not in str(error):
                raise
            how = "missing='forward-fill' or 'linear', or 'propagate' for NaN in features"
            said, _, _ = str(error).partition(".\n")
            raise InvalidValueError(f"{said.removesuffix('.')}; give {how}") from None

    def _read_samples(self, X: Any, allow_nan: bool, *, reset: bool) -> Samples:
        for name in ("weights", "channels", "id"):
            if isinstance(getattr(self, name), Iterator):
                raise InvalidTypeError(
                    f"{name} must be a list, got {shown(getattr(self, name))}, which can be read "
                    f"only once; use list(...)"
                )
        if check_flag("times", self.times) and (self.id is None or self.time is None):
            raise InvalidValueError(
                "times must be False without the parameters id and time, which name the columns of "
                "a table; the times of arrays and lists are an argument of fit and transform"
            )
        if self.id is not None:
            columns = self.channels if reset else self.channels_in_
            samples = read_table(X, self.id, self.time, columns, self.times, allow_nan)
        elif self.time is not None:
            raise InvalidValueError("time must be None without id, the columns of a table")
        else:
            samples = read_samples(X, allow_nan)
        if samples.is_table:
            with its_errors("X"):
                table = validate_data(
                    self, X, reset=reset, dtype=list(_DTYPES.values()), **nan_option(allow_nan)
                )
            samples = samples._replace(paths=table[:, :, np.newaxis])
        elif reset:
            for name in ("n_features_in_", "feature_names_in_"):
                self.__dict__.pop(name, None)
        self._learn_channels(samples, reset)
        if self.dtype is None:
            return samples
        is_kind = isinstance(self.dtype, (str, type, np.dtype))
        if not is_kind or self.dtype not in [*_DTYPES, *_DTYPES.values()]:
            raise InvalidValueError(
                f"dtype must be 'float32', 'float64' or None, got {brief(self.dtype)}"
            )
        paths, kept = samples.paths, _DTYPES.get(self.dtype, self.dtype)
        if isinstance(paths, np.ndarray):
            return samples._replace(paths=paths.astype(kept, copy=False))
        return samples._replace(paths=[path.astype(kept, copy=False) for path in paths])

    def _learn_channels(self, samples: Samples, reset: bool) -> None:
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

    def _batch(self, samples: Samples, lengths: Any, correction: Any, times: Any) -> Batch:
        """Check what comes with the paths, and fill their gaps."""
        flags = {name: check_flag(name, getattr(self, name)) for name in _UNCORRECTED}
        if correction is not None and any(flags.values()):
            name = next(name for name, flag in flags.items() if flag)
            raise InvalidValueError(f"{name} must be False with a correction{_UNCORRECTED[name]}")
        if times is not None and samples.times is not None:
            raise InvalidValueError("times must be None where the table has them")
        if times is not None and flags["drop_dependent"]:
            raise InvalidValueError(
                "drop_dependent must be False where times are given, whose sum is not the same for "
                "all paths"
            )
        batch = Batch.of(samples.paths, lengths, samples.times if times is None else times)
        if self.missing in ("refuse", "propagate"):
            return batch
        return batch.filled(self.missing)

    def _fit(
        self, X: Any, lengths: Any, correction: Any, times: Any
    ) -> tuple[Samples, Batch, Floats | None]:
        """Fit, and return the features where these had to be computed."""
        samples = self._read(X, reset=True)
        batch = self._batch(samples, lengths, correction, times)
        scales = check_flag("scale_paths", self.scale_paths)
        self.paths_scale_ = Standardisation.of_rows(batch.points()) if scales else None
        self.n_windows_ = self._count_windows(batch)
        longest = int(batch.counts.max())
        try:
            self.n_features_out_ = self.n_windows_ * len(self._coefficient_names(self.channels_in_))
        except InvalidValueError as error:
            refuse_size(error, "X", "numpy.asarray(X)", (longest, self.n_channels_in_))
            raise
        self.orders_ = self._orders()
        self.vanishing_ = self._vanishing(longest)
        self.features_scale_ = None
        if not check_flag("scale_features", self.scale_features):
            return samples, batch, None
        features = self._features(batch, correction)
        self.features_scale_ = Standardisation.of_rows(features)
        return samples, batch, features

    def _finished(self, features: Floats, samples: Samples) -> Any:
        """Standardise, and put the names of samples in front where a frame is wanted."""
        scale: Standardisation | None = self.features_scale_
        if scale is not None:
            features = scale.apply(features)
        if samples.index is None or _get_output_config("transform", self)["dense"] != "pandas":
            return features
        frame = sys.modules["pandas"].DataFrame
        return frame(features, index=samples.index, columns=self.get_feature_names_out())
