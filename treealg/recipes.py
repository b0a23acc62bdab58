"""Named features of paths: which function of the package, with which options, and the names.

What computes features from tables and from files has one description, a `Recipe`. It is a value
that can be pickled, and a function from paths to rows of coefficients, so that it serves wherever
a function is mapped over pieces: joblib, Dask, Ray and Spark.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg._version import __version__
from treealg.cached import cached_property
from treealg.checks import (
    brief,
    check_choice,
    check_flag,
    check_integer,
    closest,
    is_integer,
)
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.frameworks.plain import plain_array
from treealg.numeric.arguments.integers import as_held
from treealg.numeric.arguments.lists import integer_array
from treealg.numeric.names import (
    branched_log_sig_names,
    branched_sig_names,
    name_to_tree,
    tree_to_name,
)
from treealg.numeric.operations.table import operations
from treealg.numeric.paths.signature import branched_log_sig, branched_sig
from treealg.numeric.paths.words import log_sig, sig
from treealg.numeric.windows import dyadic_windows, expanding_windows, sliding_windows
from treealg.numeric.word_names import log_sig_names, sig_names
from treealg.sequences import check_names, check_weights

__all__ = ["MISSING", "Recipe", "recipe_of"]

Floats = npt.NDArray[np.floating[Any]]
Paths = Floats | Sequence[Floats]
Integers = npt.NDArray[np.int64]

MISSING = ("refuse", "drop", "propagate", "forward-fill", "linear")
"""What may be done with values that are missing; those who read paths do the first two."""

# By whether words are meant, and logarithms: what computes, and what names.
_FUNCTIONS: dict[tuple[bool, bool], tuple[Callable[..., Any], Callable[..., tuple[str, ...]]]] = {
    (False, False): (branched_sig, branched_sig_names),
    (False, True): (branched_log_sig, branched_log_sig_names),
    (True, False): (sig, sig_names),
    (True, True): (log_sig, log_sig_names),
}
# What has an argument of its own here, and what tables and pieces of files settle themselves.
_OWN = {"path", "degree", "windows", "times", "missing", "lengths", "stream", "out"}
# What makes windows, and the least and default values of their numbers.
_MAKERS: dict[str, tuple[Callable[..., Integers], dict[str, tuple[int, int | None]]]] = {
    "sliding": (sliding_windows, {"size": (1, None), "step": (1, 1)}),
    "expanding": (expanding_windows, {"step": (1, 1), "first": (1, 2)}),
    "dyadic": (dyadic_windows, {"depth": (0, None)}),
}
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
    windows : tuple, or numpy.ndarray of shape (windows, 2), or None
        The name and the numbers of what makes windows, or slices of points.
    times : bool
        Whether points have times, which go to the channel of time.
    missing : {"refuse", "drop", "propagate", "forward-fill", "linear"}
        What is done with values that are missing. Who reads paths refuses or drops.
    dtype : {"float64", "float32"}
        Of the results; paths of floats are computed in it where they have one length, integers in
        float64, by their differences where they are large.
    options : mapping
        Other options of the function.
    """

    degree: int
    channels: tuple[str, ...]
    log: bool = False
    words: bool = False
    trees: tuple[str, ...] | None = None
    windows: Any = None
    times: bool = False
    missing: str = "refuse"
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

    @property
    def with_time(self) -> dict[str, Any]:
        """The options that say what the basis is."""
        return {**self.options, "time_aug": True} if self.times else {**self.options}

    @property
    def in_front(self) -> int:
        """How many points are put in front of each path."""
        point = self.options.get("basepoint", False)
        return int(np.ndim(point) > 0 or bool(point))

    @cached_property
    def all_names(self) -> tuple[str, ...]:
        """The names of all coefficients."""
        namer = _FUNCTIONS[self.words, self.log][1]
        taken = inspect.signature(namer).parameters
        options = {name: value for name, value in self.with_time.items() if name in taken}
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
                f"trees must be among the names of the coefficients, got {brief(wrong[0])}"
                f"{closest(wrong[0], self.all_names)}"
            )
        return [places[name] for name in self.trees]

    def canonical(self, name: str) -> str:
        """Return the name of a tree with its branches in the order of the basis."""
        if self.words or name in self.all_names:
            return name
        taken = inspect.signature(name_to_tree).parameters
        options = {key: value for key, value in self.with_time.items() if key in taken}
        options |= {"channels": self.channels}
        try:
            tree = name_to_tree(name, len(self.channels), **options)
        except InvalidValueError:
            return name
        return tree_to_name(tree, len(self.channels), **options)

    def windows_of(self, length: int) -> Integers:
        """Return the windows of a path of so many points, shape ``(windows, 2)``.

        A base point counts as a point. A path that is too short for them has none.
        """
        points = length + self.in_front
        if self.windows is None:
            return np.array([[0, points]])
        if isinstance(self.windows, tuple):
            name, *numbers = self.windows
            maker, known = _MAKERS[name]
            try:
                return maker(points, **dict(zip(known, numbers, strict=True)))
            except InvalidValueError:  # it is too short, as all else was checked
                return np.empty((0, 2), np.int64)
        if self.windows.size and self.windows.max() > points:
            raise InvalidValueError(
                f"windows must end at {points} at the latest, the points of the path, got "
                f"{self.windows.max()}"
            )
        windows: Integers = self.windows
        return windows

    def counts(self, lengths: Iterable[int]) -> Integers:
        """Return how many rows paths of so many points have."""
        found: dict[int, int] = {}
        for length in (lengths := [*lengths]):
            if length not in found:
                found[length] = len(self.windows_of(length))
        return np.array([found[length] for length in lengths], np.int64)

    def without_value(self, paths: Paths) -> tuple[int, str] | None:
        """Return a path and a channel of it in which there is nothing to fill gaps with."""
        if self.missing not in ("forward-fill", "linear"):
            return None
        for place, path in enumerate(paths):
            if np.isnan(path.min()):
                empty = np.isnan(path).all(axis=0)
                if empty.any():
                    return place, self.channels[int(empty.argmax())]
        return None

    def __call__(self, paths: Paths, times: Paths | None = None) -> Floats:
        """Compute the features of paths.

        Parameters
        ----------
        paths : numpy.ndarray, shape (paths, length, channels), or list of numpy.ndarray
            The paths, floats or integers; in a list of lengths of their own.
        times : numpy.ndarray, shape (paths, length), or list of numpy.ndarray, optional
            The times of their points. A base point has that of the first point.

        Returns
        -------
        numpy.ndarray, shape (paths, coefficients)
            One row per path; with windows one per window, those of the first path first.
        """
        if self.windows is None:
            return self._computed(paths, times, None)
        lengths = [*map(len, paths)]
        counts = self.counts(lengths)
        ends = np.cumsum(counts)
        if len(set(lengths)) == 1:
            return self._computed(paths, times, self.windows_of(lengths[0]))
        found = np.empty((int(counts.sum()), len(self.names)), self.dtype)
        for windows, places in self._alike(lengths):
            own = [paths[place] for place in places]
            clock = None if times is None else [times[place] for place in places]
            first = ends[places] - counts[places]
            rows = (first[:, None] + np.arange(len(windows))).reshape(-1)
            found[rows] = self._computed(own, clock, windows)
        return found

    def _alike(self, lengths: list[int]) -> Iterator[tuple[Integers, list[int]]]:
        """Yield windows, and the paths that have these."""
        groups: dict[bytes, tuple[Integers, list[int]]] = {}
        known = {length: self.windows_of(length) for length in set(lengths)}
        for place, length in enumerate(lengths):
            windows = known[length]
            groups.setdefault(windows.tobytes(), (windows, []))[1].append(place)
        yield from groups.values()

    def _computed(self, paths: Paths, times: Paths | None, windows: Integers | None) -> Floats:
        """Compute by one call."""
        if not len(paths) or (windows is not None and not len(windows)):
            return np.empty((0, len(self.names)), self.dtype)
        if not isinstance(paths, np.ndarray) and len(set(map(len, paths))) == 1:
            paths = np.stack(paths)
            times = None if times is None else np.stack([*times])
        if isinstance(paths, np.ndarray) and paths.dtype.kind == "f":
            paths = paths.astype(self.dtype, copy=False)
        options = self.with_time
        if self.missing in ("forward-fill", "linear"):
            options["missing"] = self.missing
        if times is not None:
            options["times"] = self._with_base_point(times)
        if windows is not None:
            options["windows"] = windows
        found = self.function(paths, self.degree, **options)
        rows = math.prod(found.shape[:-1])  # there may be no coefficient
        kept: Floats = found.reshape(rows, found.shape[-1])[:, self.columns]
        return np.ascontiguousarray(kept, dtype=self.dtype)

    def _with_base_point(self, times: Paths) -> Paths:
        if not self.in_front:
            return times
        if isinstance(times, np.ndarray):
            joined: Floats = np.concatenate([times[:, :1], times], axis=1)
            return joined
        return [np.concatenate([own[:1], own]) for own in times]

    def about(self) -> dict[str, Any]:
        """Return what the columns mean, as it is stored with them."""
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
            "windows": _plain(self.windows),
            "times": self.times,
            "missing": self.missing,
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
    times: bool = False,
    missing: str = "refuse",
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
    check_choice("dtype", dtype, _DTYPES)
    if trees is not None:
        trees = list(map(str, check_names("trees", trees)))
    found = Recipe(
        degree=check_integer("degree", degree, 0),
        channels=tuple(channels),
        log=log,
        words=words,
        windows=_checked_windows(windows),
        times=check_flag("times", times),
        missing=check_choice("missing", missing, MISSING),
        dtype=dtype,
        options={name: _read_option(function, name, options[name], dtype) for name in options},
    )
    _check_together(found)
    if trees is not None:
        found = replace(found, trees=tuple(map(found.canonical, trees)))
    _ = found.columns
    # What is wrong with an option is so for zeros, too. There are as many points as channels, so
    # that nobody is told to exchange these axes.
    points = len(found.channels)
    clock = np.arange(float(points)).reshape(1, points) if found.times else None
    found._computed(np.zeros((1, points, points), found.dtype), clock, None)
    return found


def _read_option(function: Callable[..., Any], name: str, value: Any, dtype: str) -> Any:
    """Return an option as numbers, texts and arrays of NumPy, which are written down as such."""
    row = operations[function.__name__]
    for argument in row.arguments:
        if argument.name == name and not argument.is_absent(value):
            found = plain_array(value, name)
            return as_held(found, name).astype(dtype) if found.dtype.kind in "iuf" else found
        if argument.name == name:
            return value
    (option,) = [option for option in row.options if option.name == name]
    if name == "weights" and value is not None:
        return check_weights(name, value)
    return option.read(value)


def _check_together(recipe: Recipe) -> None:
    """Refuse what does not go together."""
    if not recipe.channels:
        raise InvalidValueError("values must name at least one column, got none")
    if recipe.times and recipe.options.get("time_aug", True) is False:
        raise InvalidValueError("times must be False with time_aug=False, whose time they are")


def _checked_windows(windows: Any) -> Any:
    if windows is None:
        return None
    if isinstance(windows, (tuple, list)) and len(windows) == 2 and all(map(is_integer, windows)):
        windows = ("sliding", *windows)
    if isinstance(windows, (tuple, list)) and windows and isinstance(windows[0], str):
        return _checked_maker(*windows)
    try:
        found = integer_array(windows, "windows")
    except (InvalidTypeError, InvalidValueError):
        found = np.zeros(0)
    if found.ndim != 2 or found.shape[1] != 2:
        raise InvalidValueError(
            f"windows must be (size, step), ('sliding', size, step), ('expanding', step, first), "
            f"('dyadic', depth), or an integer array of shape (windows, 2) with the first point of "
            f"each and the one after its last, got {brief(windows)}"
        )
    if found.size and (found.min() < 0 or (found[:, 0] >= found[:, 1]).any()):
        raise InvalidValueError("windows must have a point each, and begin at 0 or later")
    return found.astype(np.int64)


def _checked_maker(name: str, *numbers: Any) -> tuple[Any, ...]:
    """Return what makes windows with all its numbers."""
    check_choice("the name of windows", name, [*_MAKERS])
    known = _MAKERS[name][1]
    least = sum(default is None for _, default in known.values())
    if not least <= len(numbers) <= len(known):
        raise InvalidValueError(
            f"windows must be ({name!r}, {', '.join(known)}), got {len(numbers)} numbers"
        )
    given = [*numbers, *[default for _, default in known.values()][len(numbers) :]]
    checked = [
        check_integer(f"{key} of windows", value, low)
        for (key, (low, _)), value in zip(known.items(), given, strict=True)
    ]
    return (name, *checked)


def _plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    return list(value) if isinstance(value, tuple) else value
