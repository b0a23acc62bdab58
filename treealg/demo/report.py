"""The demo: recorded motions told apart by the coefficients of trees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import treealg
from treealg.demo.classifier import LinearClassifier, fit_classifier, gradient_error
from treealg.demo.features import Features, compute_features
from treealg.demo.picture import draw_forests
from treealg.demo.recordings import CHANNELS, Recordings, load_recordings
from treealg.demo.text import forest_of, forest_text
from treealg.errors import InvalidValueError
from treealg.optional import require

__all__ = ["DemoReport", "leading_forests", "run_demo", "score_gradient_error"]

_SHOWN = 8
_PRINTED = 4


@dataclass(frozen=True)
class DemoReport:
    """What the demo measured.

    Attributes
    ----------
    signature_accuracy, log_signature_accuracy : float
        Share of the test half that the classifier on these features gets right.
    gradient_error : float
        Relative difference between the gradient and central differences.
    route_error : float
        Largest difference between the log-signatures computed from the signatures and those
        computed from the paths, relative to the largest coefficient.
    picture : pathlib.Path
        Where the picture was written.
    """

    signature_accuracy: float
    log_signature_accuracy: float
    gradient_error: float
    route_error: float
    picture: Path


def leading_forests(
    classifier: LinearClassifier, degree: int, count: int, *, planar: bool = False
) -> list[tuple[tuple[Any, ...], str]]:
    """Return the trees, or planar forests, that carry most weight in a classifier.

    Parameters
    ----------
    classifier : LinearClassifier
        Fitted on coefficients of the recordings' paths with time appended.
    degree : int
        Largest number of nodes of these coefficients.
    count : int
        How many, at least 0.
    planar : bool, default False
        Whether the coefficients belong to ordered forests of planar trees.

    Returns
    -------
    list of (tuple, str)
        Ordered forests in tuple form, a single tree as the forest of one tree, each with a line
        that states its weight and the class whose score it moves most.

    Raises
    ------
    InvalidValueError
        If `count` is negative.
    """
    found = []
    for index in classifier.leading(count):
        element = treealg.idx_to_tree(index, len(CHANNELS), degree, planar=planar)
        weights = classifier.weight[:, index]
        most = int(np.argmax(np.abs(weights)))
        sign = "for" if weights[most] > 0 else "against"
        title = f"weight {np.linalg.norm(weights):.3f}, {sign} {classifier.classes[most]}"
        found.append((forest_of(element, planar=planar), title))
    return found


def score_gradient_error(
    classifier: LinearClassifier,
    bsig: np.ndarray[Any, np.dtype[np.float64]],
    degree: int,
    *,
    planar: bool = False,
    n_jobs: int = 1,
) -> float:
    """Check the gradient of a class score with respect to a signature by finite differences.

    Parameters
    ----------
    classifier : LinearClassifier
        Fitted on log-signatures; the score of its first class is differentiated.
    bsig : numpy.ndarray
        float64, shape ``(coefficients,)``, the branched signature of one recording.
    degree : int
        Largest number of nodes.
    planar : bool, default False
        Whether the coefficients belong to ordered forests of planar trees.
    n_jobs : int, default 1
        Threads: 1 serial, -1 all.

    Returns
    -------
    float
        The relative error, as `gradient_error` defines it.

    Raises
    ------
    InvalidValueError
        If `bsig` has not the length that `degree` and `planar` ask for.
    """
    channels = len(CHANNELS) - 1
    slope = classifier.slope[0]

    def score(values: np.ndarray[Any, np.dtype[np.float64]]) -> float:
        logarithm = treealg.branched_sig_to_log_sig(
            values, channels, degree, time_aug=True, planar=planar, n_jobs=n_jobs
        )
        return float(logarithm @ slope + classifier.offset[0])

    gradient = treealg.branched_sig_to_log_sig_backprop(
        bsig, slope, channels, degree, time_aug=True, planar=planar, n_jobs=n_jobs
    )
    return gradient_error(score, gradient, bsig)


def run_demo(
    *,
    degree: int = 3,
    planar: bool = False,
    n_jobs: int = 1,
    output: Path = Path("treealg-demo.png"),
    progress: bool = True,
    write: Callable[[str], object] = print,
) -> DemoReport:
    """Run the demo and report on it line by line.

    Parameters
    ----------
    degree : int, default 3
        Largest number of nodes, at least 1.
    planar : bool, default False
        Ordered forests of planar trees instead of non-planar trees.
    n_jobs : int, default 1
        Threads: 1 serial, -1 all, -k all but k-1.
    output : pathlib.Path, default "treealg-demo.png"
        Picture file to write, in a format that Matplotlib knows by its suffix. An existing file is
        replaced.
    progress : bool, default True
        Show a progress bar on standard error.
    write : callable, default print
        Takes each piece of the report, one string at a time.

    Returns
    -------
    DemoReport
        The measured figures.

    Raises
    ------
    MissingDependencyError
        If a package of the extra ``demo`` is not installed.
    InvalidTypeError, InvalidValueError
        If `degree` is less than 1, if the directory of `output` does not exist or its suffix is
        not that of a picture, or if an argument is refused by `treealg.branched_sig`.
    """
    if degree < 1:
        raise InvalidValueError(f"degree must be at least 1, got {degree}")
    _check_output(output)
    recordings = load_recordings()
    test = len(recordings.paths) - recordings.n_train
    write(
        f"BasicMotions: {len(recordings.paths)} recordings of {recordings.paths.shape[1]} points "
        f"in {recordings.paths.shape[2]} channels, {recordings.n_train} for training, "
        f"{test} for testing"
    )
    features = compute_features(
        recordings.paths, degree, planar=planar, n_jobs=n_jobs, progress=progress
    )
    _write_timings(features, write)
    route_error = _route_error(recordings, features, degree, planar=planar, n_jobs=n_jobs)
    write(f"log-signatures straight from the paths agree to {route_error:.1e}")

    by_signature = fit_classifier(features.signatures, recordings.labels, recordings.n_train)
    classifier = fit_classifier(features.log_signatures, recordings.labels, recordings.n_train)
    write(f"test accuracy on signatures:     {by_signature.accuracy:.3f}")
    write(f"test accuracy on log-signatures: {classifier.accuracy:.3f}")

    found = leading_forests(classifier, degree, _SHOWN, planar=planar)
    write("the trees that carry most weight on log-signatures:")
    for forest, title in found[:_PRINTED]:
        write(f"\n{forest_text(forest, CHANNELS)}\n  {title}")
    error = score_gradient_error(
        classifier, features.signatures[0], degree, planar=planar, n_jobs=n_jobs
    )
    write(f"\ngradient of a class score against finite differences: relative error {error:.1e}")
    figure = draw_forests([forest for forest, _ in found], [title for _, title in found], CHANNELS)
    figure.savefig(output, dpi=150)
    write(f"picture of the leading trees: {output}")
    return DemoReport(
        signature_accuracy=by_signature.accuracy,
        log_signature_accuracy=classifier.accuracy,
        gradient_error=error,
        route_error=route_error,
        picture=output,
    )


def _check_output(output: Path) -> None:
    """Refuse a picture file that could not be written, before any work is done."""
    known = require("matplotlib.figure", extra="demo").Figure().canvas.get_supported_filetypes()
    if output.suffix[1:].lower() not in known:
        raise InvalidValueError(
            f"output must end in the suffix of a picture format, got {str(output)!r}; "
            f"known: {', '.join(sorted(known))}"
        )
    if not output.parent.is_dir():
        raise InvalidValueError(
            f"output must lie in a directory that exists, got {str(output)!r}; "
            f"create {str(output.parent)!r} first"
        )


def _write_timings(features: Features, write: Callable[[str], object]) -> None:
    """Report the sizes and times of the features."""
    count, length = features.signatures.shape
    write(f"{length} coefficients per signature and per log-signature")
    write(
        f"first call, with index tables built or read: {1e3 * features.preparation_seconds:.1f} ms"
    )
    write(
        f"{count} signatures and {count} log-signatures: {1e3 * features.seconds:.1f} ms, "
        f"{1e6 * features.seconds / count:.0f} µs per recording"
    )


def _route_error(
    recordings: Recordings, features: Features, degree: int, *, planar: bool, n_jobs: int
) -> float:
    """Compare the logarithm of the signature with the log-signature of the path."""
    direct = treealg.branched_log_sig(
        recordings.paths, degree, time_aug=True, planar=planar, n_jobs=n_jobs
    )
    difference = np.abs(direct - features.log_signatures).max()
    return float(difference / np.abs(direct).max())
