"""The exceptions and warnings of treealg.

Every exception that bad input raises is a `TreeAlgError`, and also the built-in exception that a
caller would expect: ``except ValueError`` and ``except TreeAlgError`` both catch a bad value.
"""

from __future__ import annotations

import sys
import warnings

__all__ = [
    "AbsentKeyError",
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


class AbsentKeyError(InvalidValueError, KeyError):
    """A mapping has no such key; what mappings raise, too."""

    # That of KeyError puts quotes around the message.
    __str__ = Exception.__str__


class InvalidTypeError(TreeAlgError, TypeError):
    """An argument has the wrong type, array kind or dtype."""


class MissingDependencyError(TreeAlgError, ImportError):
    """What is needed here is not installed or not built; the message has the command for it."""


class TableCacheWarning(UserWarning):
    """A table file on disk could not be used or written; the table was built in memory instead."""


_BETWEEN = frozenset(
    ["treealg", "torch", "jax", "sklearn", "sktime", "skbase", "aeon", "xarray", "pandas", "polars"]
)


def warn_caller(message: str, category: type[Warning]) -> None:
    """Warn at the line outside of treealg that made the call, however deep this one is.

    The packages in `_BETWEEN` stand between the two where they call what treealg gave them, and
    functions that treealg wrote out, which are in no module.
    """
    frame, level = sys._getframe(1), 2
    while frame.f_back and (
        frame.f_globals.get("__name__", "").partition(".")[0] in _BETWEEN
        or frame.f_code.co_filename.startswith("<treealg.")
    ):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)
