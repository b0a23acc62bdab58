"""Real recordings that the aeon package bundles, as paths."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from treealg.optional import require

__all__ = ["Recordings", "load_motions", "load_vowels"]

Vector = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, eq=False)
class Recordings:
    """Recordings as paths with a class each, in the published split.

    Attributes
    ----------
    name : str
        Name of the data set.
    about : str
        What was recorded.
    paths : list of numpy.ndarray
        float64, shape ``(points, channels)`` each, those for training first; each channel divided
        by its standard deviation over all points for training.
    labels : numpy.ndarray
        Shape ``(recordings,)``, the class of each recording.
    n_train : int
        Number of recordings for training.
    channels : tuple of str
        Names of the channels.
    symbols : tuple of str
        Names of at most two characters, for pictures.
    """

    name: str
    about: str
    paths: list[Vector]
    labels: np.ndarray[Any, np.dtype[np.str_]]
    n_train: int
    channels: tuple[str, ...]
    symbols: tuple[str, ...]

    @property
    def n_test(self) -> int:
        """Number of recordings for testing."""
        return len(self.paths) - self.n_train


def load_motions() -> Recordings:
    """Load the BasicMotions data set: four activities, recorded 20 times each by a smart watch.

    The watch has an accelerometer and a gyroscope of three axes each, and was read at 10 Hz for
    10 s. The files are part of the aeon package: nothing is downloaded.

    Returns
    -------
    Recordings
        80 paths of shape ``(100, 6)``, the first 40 for training. A new copy at each call.

    Raises
    ------
    MissingDependencyError
        If aeon is not installed.

    References
    ----------
    Bagnall, Dau, Lines, Flynn, Large, Bostrom, Southam and Keogh, "The UEA multivariate time
    series classification archive, 2018", arXiv:1811.00075.
    """
    load = require("aeon.datasets", extra="demo").load_basic_motions
    channels = ("acc_x", "acc_y", "acc_z", "gyr_x", "gyr_y", "gyr_z")
    symbols = ("ax", "ay", "az", "gx", "gy", "gz")
    return _recordings("BasicMotions", "motions of a smart watch", load, channels, symbols)


def load_vowels() -> Recordings:
    """Load the JapaneseVowels data set: nine men say the vowels /ae/, 640 times in all.

    Each frame of an utterance is described by twelve cepstrum coefficients of a linear predictor;
    utterances have 7 to 29 frames. The files are part of the aeon package: nothing is downloaded.

    Returns
    -------
    Recordings
        640 paths of 12 channels, the first 270 for training. A new copy at each call.

    Raises
    ------
    MissingDependencyError
        If aeon is not installed.

    References
    ----------
    M. Kudo, J. Toyama, M. Shimbo, "Multidimensional curve classification using passing-through
    regions", Pattern Recognition Letters 20 (1999), 1103-1111.
    """
    load = require("aeon.datasets", extra="demo").load_japanese_vowels
    symbols = tuple(str(number) for number in range(1, 13))
    channels = tuple(f"c{symbol}" for symbol in symbols)
    return _recordings("JapaneseVowels", "vowels of nine speakers", load, channels, symbols)


def _recordings(
    name: str,
    about: str,
    load: Callable[..., Any],
    channels: tuple[str, ...],
    symbols: tuple[str, ...],
) -> Recordings:
    """Load both parts, divided by deviations of the training part: the test part is unseen."""
    train, train_labels = load(split="train")
    test, test_labels = load(split="test")
    paths = [np.ascontiguousarray(item.T) for item in [*train, *test]]
    scale = np.concatenate(paths[: len(train)]).std(axis=0)
    return Recordings(
        name=name,
        about=about,
        paths=[path / scale for path in paths],
        labels=np.concatenate([train_labels, test_labels]),
        n_train=len(train),
        channels=channels,
        symbols=symbols,
    )
