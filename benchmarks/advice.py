"""The tables of docs/advice: which features tell recordings apart, on data that aeon bundles.

    python benchmarks/advice.py

Each row is the linear model of `treealg demo` on one kind of features, with its accuracy by
cross-validation on the training part, and on the test part of the published split, which decided
nothing. Everything is seeded, so that the digits come out again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

import treealg
from treealg.demo import (
    Pipeline,
    Recordings,
    cross_validate,
    deviations,
    fit_classifier,
    load_motions,
    load_vowels,
    means_and_deviations,
)

Features = Callable[[Sequence[np.ndarray]], np.ndarray]


def plain_trees(degree: int, origin: bool) -> Features:
    """Return branched signatures of plain paths with time."""

    def of(paths: Sequence[np.ndarray]) -> np.ndarray:
        return treealg.branched_sig(list(paths), degree, time_aug=True, basepoint=origin)

    return of


def candidates(degree: int, *, origin: bool = False) -> Iterator[tuple[str, Features]]:
    """Yield kinds of features by name."""
    end = f", degree {degree}" + ", from the origin" * origin
    yield f"signature{end}", Pipeline("signature", degree, origin, time=True)
    yield f"log-signature{end}", Pipeline("log-signature", degree, origin, time=True)
    yield f"branched signature{end}", plain_trees(degree, origin)
    yield f"branched signature, Itô{end}", Pipeline("Itô signature", degree, origin)


def table(data: Recordings, rows: Sequence[tuple[str, Features]]) -> None:
    """Print a table of scores."""
    print(f"\n{data.name}\n")
    print("| features | number | independent | cross-validation | test |\n|---|---|---|---|---|")
    n_train = data.n_train
    for name, features in rows:
        values = features(data.paths)
        inside = cross_validate(values[:n_train], data.labels[:n_train])
        test = fit_classifier(values, data.labels, n_train).accuracy
        numbers = f"{values.shape[1]} | {independent(values)} | {inside:.3f} | {test:.3f}"
        print(f"| {name} | {numbers} |", flush=True)


def independent(values: np.ndarray) -> int:
    """Return the numerical rank of features."""
    scaled = values / (np.abs(values).max(axis=0) + 1e-300)
    return int(np.linalg.matrix_rank(scaled, tol=1e-9 * np.linalg.norm(scaled, 2)))


def main() -> None:
    """Print the tables."""
    motions, vowels = load_motions(), load_vowels()
    simple = [
        ("standard deviations", deviations),
        ("means and standard deviations", means_and_deviations),
    ]
    table(motions, [*simple, *(row for degree in (2, 3) for row in candidates(degree))])
    ito = "branched signature, Itô, degree 2"
    more = [
        (f"{ito}, roots", Pipeline("Itô signature", 2, roots=True)),
        (f"{ito}, 2 windows", Pipeline("Itô signature", 2, windows=2)),
        (f"{ito}, roots, 2 windows", Pipeline("Itô signature", 2, roots=True, windows=2)),
    ]
    table(motions, more)
    table(vowels, [*simple, *candidates(2), *candidates(2, origin=True)])


if __name__ == "__main__":
    main()
