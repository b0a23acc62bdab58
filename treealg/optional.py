"""Import of packages that treealg does not require."""

from __future__ import annotations

import importlib
from typing import Any

from treealg.errors import MissingDependencyError

__all__ = ["require"]


def require(module: str, *, extra: str) -> Any:
    """Import an optional module, or say how to install it.

    Parameters
    ----------
    module : str
        Full name of the module, for instance ``"matplotlib.figure"``.
    extra : str
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
    >>> require("math", extra="plot").gcd(6, 4)
    2
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        package = module.partition(".")[0]
        if error.name is None or error.name.partition(".")[0] != package:
            raise
        raise MissingDependencyError(
            f"the package {package!r} is needed here and is not installed; "
            f'install it with: pip install "treealg[{extra}]"'
        ) from error
