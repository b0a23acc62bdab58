"""The branched signature kernel as a kernel of Gaussian processes and support vector machines."""

from __future__ import annotations

from typing import Any, Literal, overload

import numpy as np
from sklearn.gaussian_process.kernels import Hyperparameter, Kernel

from treealg.checks import brief, check_choice, check_flag, check_integer, check_real
from treealg.errors import InvalidValueError
from treealg.numeric import (
    branched_sig_kernel,
    branched_sig_kernel_gram,
    branched_sig_kernel_gram_jvp,
)
from treealg.sequences import check_sequence, is_sequence
from treealg.sklearn.samples import Floats, checked, read_samples

__all__ = ["BranchedKernel"]


class BranchedKernel(Kernel):  # type: ignore[misc]
    r"""The branched signature kernel of paths, with their scale as hyperparameter.

    .. math:: k(x, y) = K(s x, s y)

    with the kernel :math:`K` of `treealg.branched_sig_kernel`; with `normalize` divided by the root
    of :math:`k(x, x)\, k(y, y)`.

    Parameters
    ----------
    depth : int, default 3
        Depth of the trees, as for `branched_sig_kernel`.
    dyadic_order : int, default 0
        Refinement of the grid.
    channels : int, default 1
        Channels of a path, whose points stand one after another in a row of a table, all channels
        of the first point first: estimators that accept tables only can so be given paths of
        several channels.
    scale : float, default 1.0
        The factor :math:`s` of all paths.
    scale_bounds : pair of float or "fixed", default (1e-3, 1.0)
        Within which a Gaussian process looks for the scale: kernels grow as the exponential of a
        power of it, and leave the range of floats where paths are long and the scale is large.
    time_aug : bool, default True
        Append time as the last channel, which is not scaled.
    lead_lag : bool, default False
        Take the lead-lag path.
    normalize : bool, default True
        Divide, so that :math:`k(x, x) = 1`.
    n_jobs : int or None, default None
        Threads; None is 1, -1 all processors.

    See Also
    --------
    treealg.branched_sig_kernel_gram : The function that computes.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.svm import SVC
    >>> from treealg.sklearn import BranchedKernel
    >>> paths = np.random.default_rng(0).normal(size=(20, 10, 2)).cumsum(axis=1)
    >>> labels = paths[:, -1, 0] > 0
    >>> machine = SVC(C=10, kernel=BranchedKernel(2, channels=2, scale=0.2))
    >>> machine.fit(paths.reshape(20, 20), labels).score(paths.reshape(20, 20), labels)
    1.0
    """

    def __init__(
        self,
        depth: int = 3,
        dyadic_order: int = 0,
        *,
        channels: int = 1,
        scale: float = 1.0,
        scale_bounds: tuple[float, float] | str = (1e-3, 1.0),
        time_aug: bool = True,
        lead_lag: bool = False,
        normalize: bool = True,
        n_jobs: int | None = None,
    ) -> None:
        self.depth = depth
        self.dyadic_order = dyadic_order
        self.channels = channels
        self.scale = scale
        self.scale_bounds = scale_bounds
        self.time_aug = time_aug
        self.lead_lag = lead_lag
        self.normalize = normalize
        self.n_jobs = n_jobs

    @property
    def hyperparameter_scale(self) -> Any:
        """The scale, as Gaussian processes see it."""
        return Hyperparameter("scale", "numeric", _bounds(self.scale_bounds))

    @property
    def requires_vector_input(self) -> bool:
        """Whether rows of a table are needed; a list of paths will do."""
        return False

    def __repr__(self) -> str:
        return f"BranchedKernel(depth={self.depth}, scale={self.scale:.3g})"

    def is_stationary(self) -> bool:
        """Tell whether the kernel is a function of a difference, which it is not.

        Returns
        -------
        bool
            False.
        """
        return False

    @overload
    def __call__(self, X: Any, Y: Any = None, eval_gradient: Literal[False] = False) -> Floats: ...

    @overload
    def __call__(self, X: Any, Y: None, eval_gradient: Literal[True]) -> tuple[Floats, Floats]: ...

    @overload
    def __call__(
        self, X: Any, Y: None = None, *, eval_gradient: Literal[True]
    ) -> tuple[Floats, Floats]: ...

    def __call__(self, X: Any, Y: Any = None, eval_gradient: bool = False) -> Any:
        """Compute the kernel of all pairs.

        Parameters
        ----------
        X : array-like, shape (samples, length * channels) or (samples, length, channels)
            Paths, in rows or as an array or list.
        Y : array-like, optional
            Other paths, of any length; by default those of `X`.
        eval_gradient : bool, default False
            Whether to return the gradient in the logarithm of the scale too.

        Returns
        -------
        kernel : numpy.ndarray, shape (samples of X, samples of Y)
            The values.
        gradient : numpy.ndarray, shape (samples of X, samples of X, 1 or 0)
            With `eval_gradient`; no column if the scale is fixed.

        Raises
        ------
        InvalidTypeError
            If a parameter is of the wrong type.
        InvalidValueError
            If paths have no common length, are not numbers or not finite; or if `Y` and
            `eval_gradient` are both given.
        """
        if check_flag("eval_gradient", eval_gradient) and Y is not None:
            raise InvalidValueError("eval_gradient needs Y=None; the gradient is that of one batch")
        paths = self._scaled(X)
        others = paths if Y is None else self._scaled(Y, "Y")
        gram = branched_sig_kernel_gram(
            paths, others, *self._sizes, normalize=self.normalize, **self._options
        )
        if not eval_gradient:
            return gram
        if self.hyperparameter_scale.fixed:
            return gram, np.empty((*gram.shape, 0))
        return gram, self._gradient(paths)[..., np.newaxis]

    def diag(self, X: Any) -> Floats:
        """Compute the kernel of each path with itself.

        Parameters
        ----------
        X : array-like, shape (samples, length * channels) or (samples, length, channels)
            Paths.

        Returns
        -------
        numpy.ndarray, shape (samples,)
            The diagonal of the kernel of `X`.

        Raises
        ------
        InvalidTypeError
            If a parameter is of the wrong type.
        InvalidValueError
            If paths have no common length, are not numbers or not finite.
        """
        paths = self._scaled(X)
        if check_flag("normalize", self.normalize):
            return np.ones(len(paths), paths.dtype)
        return branched_sig_kernel(paths, paths, *self._sizes, **self._options)

    @property
    def _sizes(self) -> tuple[Any, Any]:
        return self.depth, self.dyadic_order

    @property
    def _options(self) -> dict[str, Any]:
        n_jobs = 1 if self.n_jobs is None else self.n_jobs
        return {"time_aug": self.time_aug, "lead_lag": self.lead_lag, "n_jobs": n_jobs}

    def _scaled(self, X: Any, name: str = "X") -> Floats:
        """Read paths, one row each, and scale them."""
        samples = read_samples(X, name=name)
        paths = samples.paths
        if not samples.is_table and isinstance(paths, list):
            raise InvalidValueError(
                f"all paths of {name} must have one length, got lengths "
                f"{sorted({len(p) for p in paths})}"
            )
        paths = checked(paths, name)
        if paths.ndim not in (2, 3):
            raise InvalidValueError(
                f"{name} must have shape (samples, length * channels) or (samples, length, "
                f"channels), got shape {paths.shape}; add the missing axis, for instance with "
                f"reshape"
            )
        if paths.ndim == 2:
            channels = check_integer("channels", self.channels, 1)
            if paths.shape[1] % channels:
                raise InvalidValueError(
                    f"a row of {name} must hold points of channels={channels} numbers each, "
                    f"got {paths.shape[1]} columns"
                )
            paths = paths.reshape(len(paths), -1, channels)
        return paths * paths.dtype.type(check_real("scale", self.scale))

    def _gradient(self, paths: Floats) -> Any:
        """Return the derivative in log(scale): that of the kernel along both paths themselves."""
        return branched_sig_kernel_gram_jvp(
            paths, paths, paths, paths, *self._sizes, normalize=self.normalize, **self._options
        )


def _bounds(given: Any) -> Any:
    """Return bounds as Gaussian processes read them: a pair, also one in a list, or "fixed"."""
    if isinstance(given, str):
        return check_choice("scale_bounds", given, ("fixed",))
    what = 'a pair of positive numbers, the least and the largest scale, or "fixed"'
    ends = check_sequence("scale_bounds", given, what)
    if len(ends) == 1 and is_sequence(ends[0]):
        ends = check_sequence("scale_bounds[0]", ends[0], what)
    pair = tuple(check_real(f"scale_bounds[{i}]", end) for i, end in enumerate(ends))
    if len(pair) != 2 or not 0 < pair[0] <= pair[1]:
        raise InvalidValueError(
            f"scale_bounds must be {what}, got {brief(pair)}; (1e-3, 1.0) is the default"
        )
    return pair
