"""The exceptions and warnings of treealg.

Every exception that bad input raises is a `TreeAlgError`, and also the built-in exception that a
caller would expect: ``except ValueError`` and ``except TreeAlgError`` both catch a bad value.
"""

from __future__ import annotations

import sys
import warnings

__all__ = [
    "InvalidTypeError",
    "InvalidValueError",
    "MissingDependencyError",
    "TableCacheWarning",
    "TreeAlgError",
    "warn_caller",
]


class TreeAlgError(Exception):
    """Base class of every exception that treealg raises on purpose."""


class InvalidValueError(TreeAlgError, ValueError):
    """An argument has the right type and a value, shape or size that makes no sense."""


class InvalidTypeError(TreeAlgError, TypeError):
    """An argument has the wrong type, array kind or dtype."""


class MissingDependencyError(TreeAlgError, ImportError):
    """What is needed here is not installed or not built; the message has the command for it."""


class TableCacheWarning(UserWarning):
    """A table file on disk could not be used or written; the table was built in memory instead."""


def warn_caller(message: str, category: type[Warning]) -> None:
    """Warn at the line outside of treealg that made the call, however deep this one is.

    PyTorch stands between the two where it calls what it does not compile.
    """
    frame, level = sys._getframe(1), 2
    ours = ("treealg", "torch")
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] in ours:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)
