"""Static kernels: inner products of points, of which signature kernels are the lift to paths."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from treealg.checks import check_real
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.slots import frozen_slots

__all__ = ["LinearKernel", "RBFKernel", "ScaledLinearKernel", "StaticKernel", "as_static_kernel"]


class StaticKernel:
    """Base class of the static kernels k(x, y) on points.

    See Also
    --------
    LinearKernel, ScaledLinearKernel, RBFKernel : The kernels there are.

    Notes
    -----
    The kernels that compute are compiled and know these three; a class of one's own would have to
    be called once per pair of points, and is refused.
    """

    __slots__ = ()


@frozen_slots
class LinearKernel(StaticKernel):
    """The inner product of two points, k(x, y) = <x, y>; the default.

    Examples
    --------
    >>> import treealg
    >>> treealg.LinearKernel()
    LinearKernel()
    """


@frozen_slots
class ScaledLinearKernel(StaticKernel):
    """The inner product of two points, both scaled, k(x, y) = scale² <x, y>.

    Parameters
    ----------
    scale : float, default 1.0
        What points are multiplied by; finite and at least 0.

    Raises
    ------
    InvalidTypeError
        If `scale` is no real number.
    InvalidValueError
        If `scale` is negative, not finite, or so large that its square is not; in calls, if that is
        not finite in the dtype of the paths.

    Examples
    --------
    >>> import treealg
    >>> treealg.ScaledLinearKernel(0.5)
    ScaledLinearKernel(scale=0.5)
    """

    scale: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "scale", check_real("scale", self.scale))
        if self.scale < 0:
            raise InvalidValueError(f"scale must be at least 0, got {self.scale}")
        if not math.isfinite(self.scale * self.scale):
            raise InvalidValueError(
                f"scale must have a square that float64 holds, got {self.scale}; give at most 1e154"
            )


@frozen_slots
class RBFKernel(StaticKernel):
    r"""The Gaussian kernel :math:`k(x, y) = \exp(-|x - y|^2 / \sigma)`.

    Parameters
    ----------
    sigma : float
        What squared distances are divided by; finite and above 0.

    Raises
    ------
    InvalidTypeError
        If `sigma` is no real number.
    InvalidValueError
        If `sigma` is not above 0, not finite, or so small that its inverse is not; in calls, if
        that is not finite in the dtype of the paths.

    Examples
    --------
    >>> import treealg
    >>> treealg.RBFKernel(2.0)
    RBFKernel(sigma=2.0)
    """

    sigma: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "sigma", check_real("sigma", self.sigma))
        if self.sigma <= 0:
            raise InvalidValueError(f"sigma must be above 0, got {self.sigma}")
        if not math.isfinite(1.0 / self.sigma):
            raise InvalidValueError(
                f"sigma must have an inverse that float64 holds, got {self.sigma}; give at least "
                f"1e-308"
            )


def as_static_kernel(value: Any, dtype: Any = np.float64) -> tuple[bool, float]:
    """Return a static kernel as the compiled kernels take it, with a number that a dtype holds."""
    if value is None or type(value) is LinearKernel:
        return False, 1.0
    if type(value) is ScaledLinearKernel:
        rbf, found, what = False, value.scale * value.scale, "scale must have a square"
    elif type(value) is RBFKernel:
        rbf, found, what = True, 1.0 / value.sigma, "sigma must have an inverse"
    else:
        raise InvalidTypeError(
            f"static_kernel must be LinearKernel(), ScaledLinearKernel(scale) or RBFKernel(sigma) "
            f"of treealg, or None for the first, got {type(value).__module__}."
            f"{type(value).__qualname__}"
        )
    if found > float(np.finfo(dtype).max):
        raise InvalidValueError(
            f"{what} that {np.dtype(dtype)} holds, that of the paths, got {value}; give "
            f"{'at least 1e-38' if rbf else 'at most 1e19'}, or paths of float64"
        )
    return rbf, found
