"""The BasicMotions recordings that the aeon package bundles, as paths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from treealg.optional import require

__all__ = ["CHANNELS", "Recordings", "load_recordings"]

CHANNELS = ("acc x", "acc y", "acc z", "gyr x", "gyr y", "gyr z", "time")
"""Names of the labels: the six recorded channels, then the time that `time_aug` appends."""


@dataclass(frozen=True, eq=False)
class Recordings:
    """Recorded motions as paths, split in a training and a test half.

    Attributes
    ----------
    paths : numpy.ndarray
        float64, shape ``(recordings, points, channels)``, the training half first; each channel
        divided by its standard deviation over the training half.
    labels : numpy.ndarray
        Shape ``(recordings,)``, the class of each recording.
    n_train : int
        Number of recordings in the training half.
    """

    paths: np.ndarray[Any, np.dtype[np.float64]]
    labels: np.ndarray[Any, np.dtype[np.str_]]
    n_train: int


def load_recordings() -> Recordings:
    """Load the BasicMotions data set in its published split.

    A smart watch recorded four activities, 20 times each, with an accelerometer and a gyroscope
    of three axes each, at 10 Hz for 10 s. The files are part of the aeon package: nothing is
    downloaded.

    Returns
    -------
    Recordings
        Paths of shape ``(80, 100, 6)``, the first 40 for training. A new copy at each call.

    Raises
    ------
    MissingDependencyError
        If aeon is not installed.

    Notes
    -----
    The scales of the channels are taken from the training half only, so that the test half stays
    unseen.

    References
    ----------
    Bagnall, Dau, Lines, Flynn, Large, Bostrom, Southam and Keogh, "The UEA multivariate time
    series classification archive, 2018", arXiv:1811.00075.
    """
    datasets = require("aeon.datasets", extra="demo")
    train, train_labels = datasets.load_basic_motions(split="train")
    test, test_labels = datasets.load_basic_motions(split="test")
    scale = train.std(axis=(0, 2), keepdims=True)
    paths = np.concatenate([train, test]) / scale
    return Recordings(
        paths=np.ascontiguousarray(paths.transpose(0, 2, 1)),
        labels=np.concatenate([train_labels, test_labels]),
        n_train=len(train),
    )
