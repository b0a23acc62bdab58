"""The exceptions and warnings of treealg.

Every exception that bad input raises is a `TreeAlgError`, and also the built-in exception that a
caller would expect: ``except ValueError`` and ``except TreeAlgError`` both catch a bad value.
"""

from __future__ import annotations

import sys
import threading
import warnings
from types import FrameType

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
    {
        "treealg", "torch", "jax", "sklearn", "sktime", "skbase", "aeon", "xarray", "pandas",
        "polars", "dask", "distributed", "joblib", "concurrent", "multiprocessing",
        "threading", "queue",
    }
)  # fmt: skip


_WRITTEN_OUT = "<treealg.", "<eval_with_key>"
"""How names of files begin that generated functions have, of treealg and of torch.fx."""


def warn_caller(message: str, category: type[Warning]) -> None:
    """Warn at the line outside of treealg that made the call, however deep this one is.

    The packages in `_BETWEEN` stand between the two where they call what treealg gave them, and
    functions that treealg or PyTorch wrote out, which are in no module. Of a thread that has
    nothing else, it is the line where the main thread is, which as a rule waits for it.
    """
    here = sys._getframe(1)
    frame = _outside(here) or _waiting() or here
    scope = frame.f_globals
    warnings.warn_explicit(
        message,
        category,
        frame.f_code.co_filename,
        frame.f_lineno,
        scope.get("__name__") or "<string>",
        scope.setdefault("__warningregistry__", {}),
    )


def _outside(frame: FrameType | None) -> FrameType | None:
    """Return the first frame, from the innermost on, that is the caller's."""
    while frame is not None and _is_between(frame):
        frame = frame.f_back
    return frame


def _waiting() -> FrameType | None:
    """Return the caller's frame of the main thread, whatever it calls while it waits."""
    frame = now = sys._current_frames().get(threading.main_thread().ident or 0)
    while frame is not None and not _is_between(frame):
        frame = frame.f_back
    return _outside(frame or now)


def _is_between(frame: FrameType) -> bool:
    name = str(frame.f_globals.get("__name__"))
    return name.partition(".")[0] in _BETWEEN or frame.f_code.co_filename.startswith(_WRITTEN_OUT)
