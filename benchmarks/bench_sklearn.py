"""Transformers of scikit-learn, aeon and sktime beside pySigLib by hand and beside their own.

python benchmarks/bench_sklearn.py
python benchmarks/bench_sklearn.py --only aeon

That of sktime is its steps one after the other, as its pipeline fails with scikit-learn 1.9.
"""

from __future__ import annotations

import warnings
from functools import partial
from typing import Any

import numpy as np
import pysiglib
from aeon.transformations.collection import signature_based as of_aeon
from harness import Run, main, paths
from sklearn.preprocessing import StandardScaler
from sktime.transformations.signature_based import _augmentations, _compute

import treealg
import treealg.aeon
import treealg.sklearn
import treealg.sktime

# (paths, points, dimension, degree): from one short path to what a data set has.
SIZES = [(1, 20, 2, 3), (100, 100, 2, 4), (100, 100, 6, 3)]

Array = np.ndarray[Any, np.dtype[np.float64]]


def bench_transformers(run: Run) -> None:
    """Compare with pySigLib by hand, and with what a step of scikit-learn takes in any case."""
    for batch, length, d, n in SIZES:
        X = paths(batch, length, d)
        table = X.reshape(batch, -1)
        scaler = StandardScaler().fit(table)
        size = f"{batch} of {length} points, d={d},N={n}"
        pysiglib.prepare_branched_sig(d + 1, n)
        for kind, function, peer, planar in (
            (treealg.sklearn.SignatureTransformer, treealg.sig, pysiglib.sig, None),
            (
                treealg.sklearn.BranchedSignatureTransformer,
                treealg.branched_sig,
                pysiglib.branched_sig,
                False,
            ),
        ):
            ours = partial(kind(n).fit(X).transform, X)
            run.compare(
                kind.__name__, size, ours, partial(peer, X, n, time_aug=True), planar=planar
            )
            run.compare(
                f"{kind.__name__}, beside a step",
                size,
                ours,
                partial(scaler.transform, table),
                planar=planar,
                beside="StandardScaler",
                expected=partial(function, X, n, time_aug=True),
            )


def bench_aeon(run: Run) -> None:
    """Compare with the signature transformer of aeon, which calls roughpy."""
    windows = {
        "whole": ({}, {"window_name": "global"}),
        "sliding": (
            {"windows": ("sliding", 10, 5)},
            {"window_name": "sliding", "window_length": 10, "window_step": 5},
        ),
    }
    for batch, length, d, n in SIZES:
        X = np.swapaxes(paths(batch, length, d), 1, 2).copy()
        for name, (own, other) in windows.items():
            transformer = treealg.aeon.SignatureTransformer(
                n, time_aug=False, basepoint=True, **own
            ).fit(X)
            peer = of_aeon.SignatureTransformer(("basepoint",), depth=n, **other).fit(X)
            run.compare(
                "aeon.SignatureTransformer",
                f"{batch} of {length} points, d={d},N={n}; {name}",
                partial(transformer.transform, X),
                partial(peer.transform, X),
                planar=None,
                beside="aeon",
            )


def bench_sktime(run: Run) -> None:
    """Compare with the steps of the signature transformer of sktime, which calls esig."""
    for batch, length, d, n in SIZES:
        X = np.swapaxes(paths(batch, length, d), 1, 2).copy()
        transformer = treealg.sktime.SignatureTransformer(n, time_aug=False, basepoint=True).fit(X)
        base = _augmentations._BasePoint()
        step = _compute._WindowSignatureTransform(
            window_name="global", sig_tfm="signature", sig_depth=n, backend="esig"
        )

        def theirs(X: Array = X, base: Any = base, step: Any = step) -> Any:
            return np.asarray(step.fit_transform(base.fit_transform(X)))

        def ours(X: Array = X, transformer: Any = transformer) -> Any:
            return transformer.transform(X).to_numpy()

        size = f"{batch} of {length} points, d={d},N={n}"
        run.compare("sktime.SignatureTransformer", size, ours, theirs, planar=None, beside="sktime")


BENCHMARKS = {"transformers": bench_transformers, "aeon": bench_aeon, "sktime": bench_sktime}

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(BENCHMARKS, "sklearn", __doc__, {})
