"""Signatures and log-signatures of many paths, with a progress bar."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

import treealg
from treealg.optional import require

__all__ = ["Features", "compute_features"]

_BLOCK = 8


@dataclass(frozen=True, eq=False)
class Features:
    """Branched signatures and log-signatures of a batch of paths, in basis order.

    Attributes
    ----------
    signatures, log_signatures : numpy.ndarray
        float64, shape ``(paths, coefficients)``, without the scalar term.
    preparation_seconds : float
        Time of the first calls, on a single path: index tables are built or read from disk.
    seconds : float
        Time of all paths after that, both features.
    """

    signatures: np.ndarray[Any, np.dtype[np.float64]]
    log_signatures: np.ndarray[Any, np.dtype[np.float64]]
    preparation_seconds: float
    seconds: float


def compute_features(
    paths: np.ndarray[Any, np.dtype[np.float64]],
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
    progress: bool = True,
) -> Features:
    """Compute the branched signature and log-signature of each path, time appended.

    Parameters
    ----------
    paths : numpy.ndarray
        float64, shape ``(paths, points, channels)``.
    degree : int
        Largest number of nodes, at least 1.
    planar : bool, default False
        Ordered forests of planar trees instead of non-planar trees.
    n_jobs : int, default 1
        Threads: 1 serial, -1 all.
    progress : bool, default True
        Show a progress bar on standard error.

    Returns
    -------
    Features
        New arrays.

    Raises
    ------
    MissingDependencyError
        If tqdm is not installed.
    InvalidTypeError, InvalidValueError
        If an argument is refused by `treealg.branched_sig`.
    """
    tqdm = require("tqdm", extra="demo").tqdm
    channels = paths.shape[-1]

    def signature(block: Any) -> Any:
        return treealg.branched_sig(block, degree, time_aug=True, planar=planar, n_jobs=n_jobs)

    def logarithm(bsig: Any) -> Any:
        return treealg.branched_sig_to_log_sig(
            bsig, channels, degree, time_aug=True, planar=planar, n_jobs=n_jobs
        )

    start = time.perf_counter()
    logarithm(signature(paths[:1]))
    prepared = time.perf_counter()
    signatures, log_signatures = [], []
    with tqdm(total=len(paths), unit="path", desc="signatures", disable=not progress) as bar:
        for first in range(0, len(paths), _BLOCK):
            signatures.append(signature(paths[first : first + _BLOCK]))
            log_signatures.append(logarithm(signatures[-1]))
            bar.update(len(signatures[-1]))
    return Features(
        signatures=np.concatenate(signatures),
        log_signatures=np.concatenate(log_signatures),
        preparation_seconds=prepared - start,
        seconds=time.perf_counter() - prepared,
    )
