"""Import of the packages that only the demo needs."""

from __future__ import annotations

from typing import Any

from treealg import optional

__all__ = ["require"]


def require(module: str, *, extra: str = "demo") -> Any:
    """Import an optional module, or say how to install it.

    Examples
    --------
    >>> require("math").gcd(6, 4)
    2
    """
    return optional.require(module, extra=extra)
