"""The tables of docs/advice: which features tell recordings apart, on data that aeon bundles.

    python benchmarks/advice.py

Each row is a standard linear pipeline (unit variance, then ridge regression on the classes with its
penalty chosen by leave-one-out) on one kind of features. The first score is five-fold
cross-validation on the training part, repeated; the second is on the test part of the published
split, which decided nothing. Everything is seeded, so that the digits come out again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from aeon.datasets import load_basic_motions, load_japanese_vowels
from sklearn.linear_model import RidgeClassifierCV
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import treealg

Features = Callable[[list[np.ndarray]], np.ndarray]


class Recordings(NamedTuple):
    """Paths with their classes; the first `n_train` are for training."""

    name: str
    paths: list[np.ndarray]
    labels: np.ndarray
    n_train: int
    repeats: int


def basic_motions() -> Recordings:
    """Return 80 motions of a smart watch: 100 points, 6 channels, 4 classes."""
    return _recordings("BasicMotions", load_basic_motions, repeats=4)


def japanese_vowels() -> Recordings:
    """Return 640 utterances: 7 to 29 points, 12 channels, 9 speakers."""
    return _recordings("JapaneseVowels", load_japanese_vowels, repeats=1)


def _recordings(name: str, load: Callable[..., tuple], repeats: int) -> Recordings:
    """Load both parts, each channel divided by its standard deviation over the training part."""
    train, train_labels = load(split="train")
    test, test_labels = load(split="test")
    paths = [np.ascontiguousarray(item.T) for item in [*train, *test]]
    scale = np.concatenate(paths[: len(train)]).std(axis=0)
    labels = np.concatenate([train_labels, test_labels])
    return Recordings(name, [path / scale for path in paths], labels, len(train), repeats)


def summary(paths: list[np.ndarray]) -> np.ndarray:
    """Return mean and standard deviation of each channel."""
    return np.array([np.r_[path.mean(axis=0), path.std(axis=0)] for path in paths])


def deviations(paths: list[np.ndarray]) -> np.ndarray:
    """Return the standard deviation of each channel."""
    return np.array([path.std(axis=0) for path in paths])


def from_origin(features: Features) -> Features:
    """Put the origin in front of each path, so that where it starts counts."""

    def of(paths: list[np.ndarray]) -> np.ndarray:
        return features([np.concatenate([np.zeros((1, p.shape[1])), p]) for p in paths])

    return of


def in_windows(count: int, features: Features) -> Features:
    """Cut each path into pieces of equal length, and put their features side by side."""

    def of(paths: list[np.ndarray]) -> np.ndarray:
        pieces = []
        for k in range(count):
            pieces.append([path[_piece(len(path), count, k)] for path in paths])
        return np.concatenate([features(piece) for piece in pieces], axis=1)

    return of


def _piece(length: int, count: int, k: int) -> slice:
    """Return the k-th of so many pieces, which share their ends."""
    first, last = np.linspace(0, length - 1, count + 1).astype(int)[k : k + 2]
    return slice(first, last + 1)


def rooted(features: Features, orders: Callable[[int], np.ndarray]) -> Features:
    """Take the n-th root of the size of coefficients of order n: all scale as the path does."""

    def of(paths: list[np.ndarray]) -> np.ndarray:
        found = features(paths)
        order = orders(paths[0].shape[1])
        power = 1.0 / np.tile(order, found.shape[1] // len(order))
        return np.sign(found) * np.abs(found) ** power

    return of


def tree_orders(degree: int) -> Callable[[int], np.ndarray]:
    """Return the numbers of nodes of the trees, by the number of channels."""

    def of(channels: int) -> np.ndarray:
        lengths = [treealg.branched_sig_length(channels, n) for n in range(degree + 1)]
        return np.repeat(np.arange(1, degree + 1), np.diff(lengths))

    return of


def words(degree: int) -> Features:
    """Return signatures over words."""
    return lambda paths: treealg.sig(paths, degree, time_aug=True)


def lyndon(degree: int) -> Features:
    """Return log-signatures in independent coordinates."""
    return lambda paths: treealg.log_sig(paths, degree, time_aug=True, method=1)


def trees(degree: int) -> Features:
    """Return branched signatures of plain paths."""
    return lambda paths: treealg.branched_sig(paths, degree, time_aug=True)


def ito(degree: int) -> Features:
    """Return branched signatures with the quadratic variation of the path."""

    def of(paths: list[np.ndarray]) -> np.ndarray:
        corrections = [treealg.realised_correction(path) for path in paths]
        return treealg.branched_sig(paths, degree, correction=corrections)

    return of


def candidates(degree: int) -> Iterator[tuple[str, Features]]:
    """Yield kinds of features by name."""
    yield f"signature, degree {degree}", words(degree)
    yield f"log-signature, degree {degree}", lyndon(degree)
    yield f"branched signature, degree {degree}", trees(degree)
    yield f"branched signature, Itô, degree {degree}", ito(degree)


def table(data: Recordings, rows: list[tuple[str, Features]]) -> None:
    """Print a table of scores."""
    print(f"\n{data.name}\n")
    print("| features | number | independent | cross-validation | test |\n|---|---|---|---|---|")
    for name, features in rows:
        values = features(data.paths)
        count, rank, inside, outside = score(data, values)
        print(f"| {name} | {count} | {rank} | {inside:.3f} | {outside:.3f} |", flush=True)


def score(data: Recordings, values: np.ndarray) -> tuple[int, int, float, float]:
    """Return how many features there are, their rank, and both scores."""
    model = make_pipeline(StandardScaler(), RidgeClassifierCV(np.logspace(-3, 5, 9)))
    known = slice(data.n_train)
    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=data.repeats, random_state=0)
    inside = cross_val_score(model, values[known], data.labels[known], cv=folds).mean()
    model.fit(values[known], data.labels[known])
    outside = model.score(values[data.n_train :], data.labels[data.n_train :])
    scaled = values / (np.abs(values).max(axis=0) + 1e-300)
    rank = int(np.linalg.matrix_rank(scaled, tol=1e-9 * np.linalg.norm(scaled, 2)))
    return values.shape[1], rank, inside, outside


def main() -> None:
    """Print the tables."""
    motions, vowels = basic_motions(), japanese_vowels()
    plain = [("standard deviations", deviations), ("means and standard deviations", summary)]
    table(motions, [*plain, *(row for degree in (2, 3) for row in candidates(degree))])
    windowed = [
        ("Itô, rooted", rooted(ito(2), tree_orders(2))),
        ("Itô, 2 windows", in_windows(2, ito(2))),
        ("Itô, rooted, 2 windows", in_windows(2, rooted(ito(2), tree_orders(2)))),
    ]
    table(motions, [(f"{name}, degree 2", features) for name, features in windowed])
    start = [(name, from_origin(features)) for name, features in candidates(2)]
    table(vowels, [*plain, *candidates(2), *((f"{name}, from the origin", f) for name, f in start)])


if __name__ == "__main__":
    main()
