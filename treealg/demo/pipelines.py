"""Features of paths as a specialist would make them, and those that are simpler."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any

import numpy as np

import treealg
from treealg.errors import InvalidValueError
from treealg.numeric.word_indices import ladder

__all__ = ["LIFTS", "Pipeline", "deviations", "means_and_deviations", "pipelines"]

Vector = np.ndarray[Any, np.dtype[np.float64]]

LIFTS = ("signature", "log-signature", "Itô signature", "Itô log-signature")
"""What is computed of a path: over words the signature, and the log-signature in independent
coordinates; over trees the same of the path with its quadratic variation as correction."""


def deviations(paths: Sequence[Vector]) -> Vector:
    """Return the standard deviation of each channel.

    Parameters
    ----------
    paths : sequence of numpy.ndarray
        float64, shape ``(points, channels)`` each.

    Returns
    -------
    numpy.ndarray
        float64, shape ``(paths, channels)``.
    """
    return np.array([path.std(axis=0) for path in paths])


def means_and_deviations(paths: Sequence[Vector]) -> Vector:
    """Return mean and standard deviation of each channel.

    Parameters
    ----------
    paths : sequence of numpy.ndarray
        float64, shape ``(points, channels)`` each.

    Returns
    -------
    numpy.ndarray
        float64, shape ``(paths, 2 * channels)``, the means first.
    """
    return np.array([np.r_[path.mean(axis=0), path.std(axis=0)] for path in paths])


@dataclass(frozen=True)
class Pipeline:
    """From paths to rows of features.

    Attributes
    ----------
    lift : str
        One of `LIFTS`.
    degree : int
        Largest number of nodes, or of letters, at least 1.
    origin : bool
        Whether the origin is put in front of each path, so that where it begins counts.
    time : bool
        Whether time is appended as a channel.
    windows : int
        How many pieces of equal length each path is cut into, at least 1; their features stand
        side by side.
    roots : bool
        Whether the n-th root of the size of coefficients of order n is taken, so that all scale as
        the path does.

    Examples
    --------
    >>> pipeline = Pipeline("Itô signature", 2, windows=2)
    >>> print(pipeline)
    Itô signature, degree 2, 2 windows
    >>> pipeline.trees(1)
    [((0,), 0), (((0,), 0), 0), ((0,), 1), (((0,), 0), 1)]
    """

    lift: str
    degree: int
    origin: bool = False
    time: bool = False
    windows: int = 1
    roots: bool = False

    def __post_init__(self) -> None:
        """Check the lift; all else is checked where it is used."""
        if self.lift not in LIFTS:
            raise InvalidValueError(f"lift must be one of {', '.join(LIFTS)}, got {self.lift!r}")

    def __str__(self) -> str:
        """Say what is done, as in a table of results."""
        parts = [self.lift, f"degree {self.degree}"]
        parts += ["from the origin"] * self.origin + ["time"] * self.time + ["roots"] * self.roots
        return ", ".join(parts + [f"{self.windows} windows"] * (self.windows > 1))

    def __call__(self, paths: Sequence[Vector], *, n_jobs: int = 1) -> Vector:
        """Compute the features.

        Parameters
        ----------
        paths : sequence of numpy.ndarray
            float64, shape ``(points, channels)`` each, of one number of channels.
        n_jobs : int, default 1
            Threads: 1 serial, -1 all.

        Returns
        -------
        numpy.ndarray
            float64, shape ``(paths, windows * coefficients)``.
        """
        pieces = [piece for path in paths for piece in self._pieces(path)]
        if self.time:
            pieces = [treealg.transform_path(piece, time_aug=True) for piece in pieces]
        options: dict[str, Any] = {"n_jobs": n_jobs}
        function: Callable[..., Any]
        if self.lift.startswith("Itô"):
            options["correction"] = [treealg.realised_correction(piece) for piece in pieces]
            function = (
                treealg.branched_sig if self.lift == "Itô signature" else treealg.branched_log_sig
            )
        elif self.lift == "signature":
            function = treealg.sig
        else:
            function, options["method"] = treealg.log_sig, 1
        found: Vector = function(pieces, self.degree, **options)
        if self.roots:
            orders = [_order(tree) for tree in self._basis(paths[0].shape[1])]
            found = np.sign(found) * np.abs(found) ** (1.0 / np.array(orders))
        return found.reshape(len(paths), -1)

    def count(self, channels: int) -> int:
        """Return how many features there are.

        Parameters
        ----------
        channels : int
            Of the paths, at least 1.

        Returns
        -------
        int
            Windows times coefficients.

        Raises
        ------
        InvalidTypeError, InvalidValueError
            If `channels` or the degree is no integer of that range.
        """
        labels = channels + self.time
        if self.lift.startswith("Itô"):
            return self.windows * treealg.branched_sig_length(labels, self.degree)
        if self.lift == "signature":
            return self.windows * treealg.sig_length(labels, self.degree)
        return self.windows * treealg.log_sig_length(labels, self.degree, method=1)

    def trees(self, channels: int) -> list[tuple[Any, int]]:
        """Return the tree and the window that each feature belongs to.

        Parameters
        ----------
        channels : int
            Of the paths, at least 1.

        Returns
        -------
        list of (tuple, int)
            One pair per feature: a tree in tuple form, of which words are those without branches,
            and the number of the window from 0.
        """
        basis = self._basis(channels)
        return [(tree, window) for window in range(self.windows) for tree in basis]

    def _basis(self, channels: int) -> list[Any]:
        """Return the trees of the coefficients of one window."""
        labels = channels + self.time
        if self.lift.startswith("Itô"):
            return [*treealg.trees(labels, self.degree, scalar_term=False)]
        if self.lift == "signature":
            words = treealg.words(labels, self.degree)[1:]
        else:
            words = treealg.lyndon_words(labels, self.degree)
        return [ladder(word, labels) for word in words]

    def _pieces(self, path: Vector) -> list[Vector]:
        """Cut a path into windows, of which neighbours share a point."""
        if self.origin:
            path = np.concatenate([np.zeros((1, path.shape[1])), path])
        ends = np.linspace(0, len(path) - 1, self.windows + 1).astype(int)
        return [path[first : last + 1] for first, last in pairwise(ends)]


def _order(tree: Any) -> int:
    """Return the number of nodes of a tree in tuple form; small, so that recursion is fine."""
    return 1 + sum(_order(child) for child in tree[:-1])


def pipelines(
    channels: int, *, degree: int = 3, windows: int = 2, most: int = 600
) -> list[Pipeline]:
    """Return all pipelines of at most so many features, those to choose from.

    Parameters
    ----------
    channels : int
        Of the paths, at least 1.
    degree : int, default 3
        Largest degree, at least 1.
    windows : int, default 2
        Largest number of windows, at least 1.
    most : int, default 600
        Largest number of features.

    Returns
    -------
    list of Pipeline
        From the simplest on.

    Examples
    --------
    >>> len(pipelines(6)), len(pipelines(12))
    (116, 72)
    """
    flags = (False, True)
    numbers = range(1, degree + 1), range(1, windows + 1)

    def every() -> Iterator[Pipeline]:
        for size, pieces, lift, *options in product(*numbers, LIFTS, flags, flags, flags):
            origin, time, roots = options
            yield Pipeline(lift, size, origin, time, pieces, roots)

    # Of degree 1 all lifts are the increment, whose first root it is.
    return [
        pipeline
        for pipeline in every()
        if (pipeline.degree > 1 or (pipeline.lift == "signature" and not pipeline.roots))
        and pipeline.count(channels) <= most
    ]
