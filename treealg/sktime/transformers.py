"""The transformers of scikit-learn as transformers of sktime's panels."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from sktime.transformations.base import BaseTransformer

from treealg import sklearn
from treealg.optional import require
from treealg.sklearn.hosted import Hosted, with_channels_last

__all__ = [
    "BranchedLogSignatureTransformer",
    "BranchedSignatureTransformer",
    "LogSignatureTransformer",
    "SignatureTransformer",
]


class _PanelTransformer(Hosted, BaseTransformer):  # type: ignore[misc]
    """A transformer from panels of series to a table."""

    _tags: ClassVar[dict[str, Any]] = {
        "scitype:transform-input": "Series",
        "scitype:transform-output": "Primitives",
        "scitype:instancewise": False,
        "X_inner_mtype": ["pd-multiindex", "numpy3D"],
        "y_inner_mtype": "None",
        "fit_is_empty": False,
        "capability:multivariate": True,
        "capability:unequal_length": True,
        "capability:categorical_in_X": False,
    }

    def _fit(self, X: Any, y: Any = None) -> Any:
        self.transformer_ = self._made().fit(_paths(X))
        return self

    def _transform(self, X: Any, y: Any = None) -> Any:
        pandas = require("pandas", extra="sktime")
        paths = _paths(X)
        index = None if paths is not X else X.index.get_level_values(0).unique()
        names = self.get_feature_names_out()
        return pandas.DataFrame(self.transformer_.transform(paths), index=index, columns=names)

    @classmethod
    def get_test_params(cls, parameter_set: str = "default") -> Any:
        """Return parameters for the tests of sktime.

        Parameters
        ----------
        parameter_set : str, default "default"
            Not used.

        Returns
        -------
        list of dict
            Some parameters each.
        """
        return [
            {"degree": 2},
            {"degree": 2, "windows": ("dyadic", 0), "basepoint": True, "rescale": "root"},
            {"degree": 2, "invisibility": True, "scale_paths": True, "missing": "linear"},
        ]


def _paths(X: Any) -> Any:
    """Return a panel as a transformer of scikit-learn reads it."""
    return with_channels_last(X) if isinstance(X, np.ndarray) else X


class BranchedSignatureTransformer(_PanelTransformer, of=sklearn.BranchedSignatureTransformer):
    """Branched signatures of a panel of series, with the names of their trees.

    Examples
    --------
    >>> import numpy as np
    >>> from treealg.sktime import BranchedSignatureTransformer
    >>> X = np.random.default_rng(0).normal(size=(4, 2, 30))  # Cases, channels, time.
    >>> transformer = BranchedSignatureTransformer(2, time_aug=False)
    >>> transformer.fit_transform(X).shape, transformer.get_feature_names_out().tolist()
    ((4, 6), ['0', '1', '0[0]', '1[0]', '0[1]', '1[1]'])
    """


class BranchedLogSignatureTransformer(
    _PanelTransformer, of=sklearn.BranchedLogSignatureTransformer
):
    """Branched log-signatures of a panel of series, with the names of their trees.

    Examples
    --------
    >>> import numpy as np
    >>> from treealg.sktime import BranchedLogSignatureTransformer
    >>> X = np.random.default_rng(0).normal(size=(4, 2, 30))  # Cases, channels, time.
    >>> transformer = BranchedLogSignatureTransformer(2, drop_dependent=True)
    >>> transformer.fit_transform(X).shape, transformer.get_feature_names_out().tolist()
    ((4, 5), ['0', '1', '1[0]', '2[0]', '2[1]'])
    """


class SignatureTransformer(_PanelTransformer, of=sklearn.SignatureTransformer):
    """Signatures of a panel of series, with the names of their words.

    Examples
    --------
    >>> import numpy as np
    >>> from treealg.sktime import SignatureTransformer
    >>> X = np.random.default_rng(0).normal(size=(4, 2, 30))  # Cases, channels, time.
    >>> transformer = SignatureTransformer(2, windows=("dyadic", 1), basepoint=True)
    >>> transformer.fit_transform(X).shape, transformer.get_feature_names_out()[-1]
    ((4, 36), '2 2@2')
    """


class LogSignatureTransformer(_PanelTransformer, of=sklearn.LogSignatureTransformer):
    """Log-signatures of a panel of series, with the names of their Lyndon words.

    Examples
    --------
    >>> import numpy as np
    >>> from treealg.sktime import LogSignatureTransformer
    >>> X = np.random.default_rng(0).normal(size=(4, 2, 30))  # Cases, channels, time.
    >>> transformer = LogSignatureTransformer(2, time_aug=False)
    >>> transformer.fit_transform(X).shape, transformer.get_feature_names_out().tolist()
    ((4, 3), ['0', '1', '0 1'])
    """
