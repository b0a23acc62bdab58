"""Named features of paths: which function of the package, with which options, and the names.

What computes features from tables and from files has one description, a `Recipe`. It is a value
that can be pickled, and a function from paths to rows of coefficients, so that it serves wherever
a function is mapped over pieces: joblib, Dask, Ray and Spark.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg._version import __version__
from treealg.checks import check_flag, check_integer, closest, is_integer
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric.names import (
    branched_log_sig_names,
    branched_sig_names,
    name_to_tree,
    tree_to_name,
)
from treealg.numeric.paths.signature import branched_log_sig, branched_sig
from treealg.numeric.paths.words import log_sig, sig
from treealg.numeric.word_names import log_sig_names, sig_names

__all__ = ["Recipe", "recipe_of"]

Floats = npt.NDArray[np.floating[Any]]

# By whether words are meant, and logarithms: what computes, and what names.
_FUNCTIONS: dict[tuple[bool, bool], tuple[Callable[..., Any], Callable[..., tuple[str, ...]]]] = {
    (False, False): (branched_sig, branched_sig_names),
    (False, True): (branched_log_sig, branched_log_sig_names),
    (True, False): (sig, sig_names),
    (True, True): (log_sig, log_sig_names),
}
# What tables and pieces of files settle themselves.
_OWN = {"path", "degree", "lengths", "stream", "out"}
_TREE_ORDER = "by nodes, then by children, then by root label"
_WORD_ORDER = "by length, then lexicographically"
_DTYPES = ("float64", "float32")


@dataclass(frozen=True, eq=False)
class Recipe:
    """Features of paths: a function from paths to rows, with names.

    Attributes
    ----------
    degree : int
        Largest number of nodes, or of letters.
    channels : tuple of str
        The names of the channels, before path transforms.
    log, words : bool
        Whether log-signatures are meant, and whether words rather than trees.
    trees : tuple of str or None
        The names of the coefficients that are kept; None for all.
    windows : tuple of int, or numpy.ndarray of shape (windows, 2), or None
        Size and step of sliding windows, or slices of points.
    dtype : {"float64", "float32"}
        Of the results; paths are computed in it where they have one length.
    options : mapping
        Options of the function.
    """

    degree: int
    channels: tuple[str, ...]
    log: bool = False
    words: bool = False
    trees: tuple[str, ...] | None = None
    windows: Any = None
    dtype: str = "float64"
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def function(self) -> Callable[..., Any]:
        """The function of the package that computes."""
        return _FUNCTIONS[self.words, self.log][0]

    @property
    def kind(self) -> str:
        """What indexes the coefficients."""
        if self.words:
            return "words"
        return "planar" if self.options.get("planar", False) else "non-planar"

    @cached_property
    def all_names(self) -> tuple[str, ...]:
        """The names of all coefficients."""
        namer = _FUNCTIONS[self.words, self.log][1]
        taken = inspect.signature(namer).parameters
        options = {name: value for name, value in self.options.items() if name in taken}
        if "method" in taken:
            options.setdefault("method", 0)
        return namer(len(self.channels), self.degree, channels=self.channels, **options)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return self.all_names if self.trees is None else self.trees

    @cached_property
    def columns(self) -> list[int] | slice:
        """Which coefficients are kept."""
        if self.trees is None:
            return slice(None)
        places = {name: place for place, name in enumerate(self.all_names)}
        wrong = [name for name in self.trees if name not in places]
        if wrong:
            raise InvalidValueError(
                f"trees must be among the names of the coefficients, got {wrong[0]!r}"
                f"{closest(wrong[0], self.all_names)}"
            )
        return [places[name] for name in self.trees]

    def canonical(self, name: str) -> str:
        """Return the name of a tree with its branches in the order of the basis."""
        if self.words or name in self.all_names:
            return name
        taken = inspect.signature(name_to_tree).parameters
        options = {key: value for key, value in self.options.items() if key in taken}
        options |= {"channels": self.channels}
        try:
            tree = name_to_tree(name, len(self.channels), **options)
        except InvalidValueError:
            return name
        return tree_to_name(tree, len(self.channels), **options)

    def windows_of(self, length: int) -> npt.NDArray[np.int64]:
        """Return the windows of a path of so many points, shape ``(windows, 2)``."""
        if self.windows is None:
            return np.array([[0, length]])
        if isinstance(self.windows, tuple):
            size, step = self.windows
            starts = np.arange(0, max(length - size, -1) + 1, step)
            return np.stack([starts, starts + size], axis=1)
        if self.windows.size and self.windows.max() > length:
            raise InvalidValueError(
                f"windows must end at {length} at the latest, the points of the path, got "
                f"{self.windows.max()}"
            )
        windows: npt.NDArray[np.int64] = self.windows
        return windows

    def __call__(self, paths: Floats | Sequence[Floats]) -> Floats:
        """Compute the features of paths.

        Parameters
        ----------
        paths : ArrayLike, shape (paths, length, channels), or list of numpy.ndarray
            The paths; in a list of lengths of their own.

        Returns
        -------
        numpy.ndarray, shape (paths, coefficients)
            One row per path; with windows one per window, those of the first path first.
        """
        if self.windows is not None:
            paths = [path[a:b] for path in paths for a, b in self.windows_of(len(path)).tolist()]
        if not len(paths):
            return np.empty((0, len(self.names)), self.dtype)
        if isinstance(paths, np.ndarray):
            paths = paths.astype(self.dtype, copy=False)
        found = self.function(paths, self.degree, **self.options)
        kept: Floats = found[:, self.columns]
        return np.ascontiguousarray(kept, dtype=self.dtype)

    def about(self) -> dict[str, Any]:
        """Return what the columns mean, as it is stored with them."""
        windows = self.windows
        return {
            "function": self.function.__name__,
            "dimension": len(self.channels),
            "channels": list(self.channels),
            "degree": self.degree,
            "kind": self.kind,
            "order": _WORD_ORDER if self.words else _TREE_ORDER,
            "weights": _plain(self.options.get("weights")),
            "options": {name: _plain(self.options[name]) for name in sorted(self.options)},
            "trees": None if self.trees is None else list(self.trees),
            "windows": _plain(windows),
            "dtype": self.dtype,
            "version": __version__,
        }


def recipe_of(
    channels: Iterable[str],
    degree: int,
    *,
    log: bool = False,
    words: bool = False,
    trees: Iterable[str] | None = None,
    windows: Any = None,
    dtype: str = "float64",
    options: Mapping[str, Any],
) -> Recipe:
    """Check what features are asked for, before any data are read."""
    log, words = check_flag("log", log), check_flag("words", words)
    function = _FUNCTIONS[words, log][0]
    known = [name for name in inspect.signature(function).parameters if name not in _OWN]
    for name in options:
        if name not in known:
            raise InvalidTypeError(
                f"{name} is no option of {function.__name__}{closest(name, known)}; there are "
                f"{', '.join(known)}"
            )
    if dtype not in _DTYPES:
        raise InvalidValueError(f"dtype must be 'float64' or 'float32', got {dtype!r}")
    if isinstance(trees, str):
        raise InvalidTypeError(f"trees must be an iterable of names, got the text {trees!r}")
    found = Recipe(
        check_integer("degree", degree, 0),
        tuple(channels),
        log,
        words,
        None,
        _checked_windows(windows),
        dtype,
        dict(options),
    )
    if not found.channels:
        raise InvalidValueError("values must name at least one column, got none")
    if trees is not None:
        found = replace(found, trees=tuple(map(found.canonical, trees)))
    _ = found.columns
    # What is wrong with an option is so for a path of one point, too.
    trial = np.zeros((1, len(found.channels)), found.dtype)
    found.function(trial, found.degree, **found.options)
    return found


def _checked_windows(windows: Any) -> Any:
    if windows is None:
        return None
    is_pair = isinstance(windows, (tuple, list)) and all(map(is_integer, windows))
    if is_pair and len(windows) == 2:
        size, step = windows
        return check_integer("size of windows", size, 1), check_integer("step", step, 1)
    found = np.asarray(windows)
    if found.dtype.kind not in "iu" or found.ndim != 2 or found.shape[1] != 2:
        raise InvalidValueError(
            f"windows must be (size, step) or an integer array of shape (windows, 2) with the "
            f"first point of each and the one after its last, got {windows!r:.80}"
        )
    if found.size and (found.min() < 0 or (found[:, 0] >= found[:, 1]).any()):
        raise InvalidValueError("windows must have a point each, and begin at 0 or later")
    return found.astype(np.int64)


def _plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    return list(value) if isinstance(value, tuple) else value
