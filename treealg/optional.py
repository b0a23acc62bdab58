"""Import of packages that treealg does not require."""

from __future__ import annotations

import importlib
from typing import Any

from treealg.errors import MissingDependencyError

__all__ = ["require"]


def require(module: str, *, extra: str) -> Any:
    """Import an optional module, or say how to install it.

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
