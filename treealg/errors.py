"""The exceptions and warnings of treealg.

Every exception that bad input raises is a `TreeAlgError`, and also the built-in exception that a
caller would expect: ``except ValueError`` and ``except TreeAlgError`` both catch a bad value.
"""

from __future__ import annotations

__all__ = [
    "InvalidTypeError",
    "InvalidValueError",
    "MissingDependencyError",
    "TableCacheWarning",
    "TreeAlgError",
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
