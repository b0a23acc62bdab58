"""Import of the packages that only the demo needs."""

from __future__ import annotations

from typing import Any

from treealg import optional

__all__ = ["require"]


def require(module: str, *, extra: str = "demo") -> Any:
    """Import an optional module, or say how to install it.

    Parameters
    ----------
    module : str
        Full name of the module, for instance ``"sklearn.pipeline"``.
    extra : str, default "demo"
        The extra of treealg that installs the module.

    Returns
    -------
    module
        The imported module.

    Raises
    ------
    MissingDependencyError
        If the package of `module` is not installed. An import error from inside an installed
        package is not hidden: it passes through unchanged.

    Examples
    --------
    >>> require("math").gcd(6, 4)
    2
    """
    return optional.require(module, extra=extra)
