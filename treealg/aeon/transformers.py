"""The transformers of scikit-learn as transformers of aeon's collections."""

from __future__ import annotations

from typing import Any, ClassVar

from aeon.transformations.collection import BaseCollectionTransformer
from aeon.utils.validation import check_n_jobs

from treealg import sklearn
from treealg.checks import check_integer
from treealg.sklearn.hosted import Hosted, with_channels_last

__all__ = [
    "BranchedLogSignatureTransformer",
    "BranchedSignatureTransformer",
    "LogSignatureTransformer",
    "SignatureTransformer",
]


class _CollectionTransformer(Hosted, BaseCollectionTransformer):  # type: ignore[misc]
    """A transformer from collections of series to a table."""

    _tags: ClassVar[dict[str, Any]] = {
        "X_inner_type": ["np-list", "numpy3D"],
        "output_data_type": "Tabular",
        "capability:multivariate": True,
        "capability:unequal_length": True,
        "capability:multithreading": True,
        "algorithm_type": "feature",
    }

    def set_params(self, **params: Any) -> Any:
        """Set parameters, and what the tags say of them.

        Parameters
        ----------
        **params
            Their new values.

        Returns
        -------
        object
            This transformer.

        Raises
        ------
        ValueError
            If there is no parameter of that name.
        """
        super().set_params(**params)
        self._tell_tags()
        return self

    def _fit(self, X: Any, y: Any = None) -> None:
        self.transformer_ = self._threaded().fit(with_channels_last(X))

    def _transform(self, X: Any, y: Any = None) -> Any:
        return self.transformer_.transform(with_channels_last(X))

    def _fit_transform(self, X: Any, y: Any = None) -> Any:
        self.transformer_ = self._threaded()
        return self.transformer_.fit_transform(with_channels_last(X))

    def _threaded(self) -> Any:
        """Return the transformer of scikit-learn with as many threads as aeon makes of `n_jobs`."""
        n_jobs = self.n_jobs
        if n_jobs is not None:
            n_jobs = check_integer("n_jobs", n_jobs, None)
        self._n_jobs = check_n_jobs(n_jobs)
        return self._made(n_jobs=self._n_jobs)

    @classmethod
    def _get_test_params(cls, parameter_set: str = "default") -> Any:
        return [
            {"degree": 2},
            {"degree": 2, "windows": ("dyadic", 1), "basepoint": True, "rescale": "root"},
            {"degree": 2, "invisibility": True, "scale_paths": True, "missing": "linear"},
        ]


class BranchedSignatureTransformer(_CollectionTransformer, of=sklearn.BranchedSignatureTransformer):
    """Branched signatures of a collection of series, with the names of their trees.

    Examples
    --------
    >>> import numpy as np
    >>> from treealg.aeon import BranchedSignatureTransformer
    >>> X = np.random.default_rng(0).normal(size=(4, 2, 30))  # Cases, channels, time.
    >>> transformer = BranchedSignatureTransformer(2, time_aug=False)
    >>> transformer.fit_transform(X).shape, transformer.get_feature_names_out().tolist()
    ((4, 6), ['0', '1', '0[0]', '1[0]', '0[1]', '1[1]'])
    """


class BranchedLogSignatureTransformer(
    _CollectionTransformer, of=sklearn.BranchedLogSignatureTransformer
):
    """Branched log-signatures of a collection of series, with the names of their trees.

    Examples
    --------
    >>> import numpy as np
    >>> from treealg.aeon import BranchedLogSignatureTransformer
    >>> X = np.random.default_rng(0).normal(size=(4, 2, 30))  # Cases, channels, time.
    >>> transformer = BranchedLogSignatureTransformer(2, drop_dependent=True)
    >>> transformer.fit_transform(X).shape, transformer.get_feature_names_out().tolist()
    ((4, 5), ['0', '1', '1[0]', '2[0]', '2[1]'])
    """


class SignatureTransformer(_CollectionTransformer, of=sklearn.SignatureTransformer):
    """Signatures of a collection of series, with the names of their words.

    Examples
    --------
    >>> import numpy as np
    >>> from treealg.aeon import SignatureTransformer
    >>> X = np.random.default_rng(0).normal(size=(4, 2, 30))  # Cases, channels, time.
    >>> transformer = SignatureTransformer(2, windows=("dyadic", 1), basepoint=True)
    >>> transformer.fit_transform(X).shape, transformer.get_feature_names_out()[-1]
    ((4, 36), '2 2@2')
    """


class LogSignatureTransformer(_CollectionTransformer, of=sklearn.LogSignatureTransformer):
    """Log-signatures of a collection of series, with the names of their Lyndon words.

    Examples
    --------
    >>> import numpy as np
    >>> from treealg.aeon import LogSignatureTransformer
    >>> X = np.random.default_rng(0).normal(size=(4, 2, 30))  # Cases, channels, time.
    >>> transformer = LogSignatureTransformer(2, time_aug=False)
    >>> transformer.fit_transform(X).shape, transformer.get_feature_names_out().tolist()
    ((4, 3), ['0', '1', '0 1'])
    """
