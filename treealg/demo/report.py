"""The demo: recordings told apart by coefficients of trees, and by what is simpler."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

import treealg
from treealg.checks import check_file, closest, thread_count
from treealg.demo.experiment import (
    Experiment,
    Row,
    feature_name,
    leading_trees,
    run_experiment,
    sign_test,
)
from treealg.demo.picture import draw_experiments
from treealg.demo.recordings import load_motions, load_vowels
from treealg.errors import InvalidValueError
from treealg.optional import require
from treealg.whole import whole

__all__ = ["DATA", "run_demo", "verdict"]

DATA = {"vowels": load_vowels, "motions": load_motions}
"""The data sets of the demo by name."""

_PRINTED = 4


def run_demo(
    data: Iterable[str] = tuple(DATA),
    *,
    n_jobs: int = 1,
    output: Path = Path("treealg-demo.png"),
    progress: bool = True,
    write: Callable[[str], object] = print,
) -> tuple[Experiment, ...]:
    """Run the demo and report on it line by line.

    Parameters
    ----------
    data : iterable of str, default ("vowels", "motions")
        Names of data sets, keys of `DATA`.
    n_jobs : int, default 1
        Threads of signatures: 1 serial, -1 all, -k all but k-1.
    output : pathlib.Path, default "treealg-demo.png"
        Picture file to write, in a format that Matplotlib knows by its suffix. An existing file is
        replaced.
    progress : bool, default True
        Show a progress bar on standard error.
    write : callable, default print
        Takes each piece of the report, one string at a time.

    Returns
    -------
    tuple of Experiment
        The measured figures, one per data set; the same in every run with the same versions.

    Raises
    ------
    MissingDependencyError
        If a package of the extra ``demo`` is not installed.
    InvalidTypeError, InvalidValueError
        If `data` names no or an unknown data set, if `output` cannot be written, as in a folder
        that is not there, or its suffix is not that of a picture, or if `n_jobs` is no integer
        or 0.
    """
    names = tuple(data)
    unknown = [name for name in names if name not in DATA]
    if unknown or not names:
        got = repr(unknown[0]) + closest(unknown[0], DATA) if unknown else "none"
        raise InvalidValueError(f"data must be among {', '.join(DATA)}, got {got}")
    thread_count(n_jobs)
    output = check_file("output", output)
    _check_output(output)
    tqdm = require("tqdm", extra="demo").tqdm
    packages = ("numpy", "scikit-learn", "aeon")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages)
    write(f"treealg {treealg.__version__}, {versions}")
    experiments = []
    with whole(output) as file:  # which is refused before the work
        for name in names:
            experiment = run_experiment(
                DATA[name](),
                n_jobs=n_jobs,
                progress=lambda items: tqdm(
                    items, desc="pipelines", leave=False, disable=not progress
                ),
            )
            experiments.append(experiment)
            _write_table(experiment, write)
        picture = draw_experiments(experiments)
        picture.savefig(file, dpi=200, format=output.suffix[1:].lower())
    write(f"\npicture: {output}")
    return tuple(experiments)


def _check_output(output: Path) -> None:
    """Refuse the name of what is no picture, before any work is done."""
    known = require("matplotlib.figure", extra="demo").Figure().canvas.get_supported_filetypes()
    if output.suffix[1:].lower() not in known:
        raise InvalidValueError(
            f"output must end in the suffix of a picture format, got {str(output)!r}; "
            f"known: {', '.join(sorted(known))}"
        )


def _write_table(experiment: Experiment, write: Callable[[str], object]) -> None:
    """Report what was tried on one data set, and what came out."""
    recordings = experiment.recordings
    lengths = sorted({len(path) for path in recordings.paths})
    points = f"{lengths[0]} to {lengths[-1]}" if len(lengths) > 1 else f"{lengths[0]}"
    write(
        f"\n{recordings.name}: {recordings.about}, {len(experiment.classifier.classes)} classes, "
        f"{points} points of {len(recordings.channels)} channels;\n{recordings.n_train} recordings "
        f"to choose by and to learn from, {recordings.n_test} to test\n"
    )
    width = max(len(row.name) for row in experiment.best) + 2
    write(f"{'features':{width}}number  cross-validation  test")

    def line(row: Row) -> None:
        mark = f"  chosen of {len(experiment.choice.items)}" if row is experiment.chosen else ""
        write(
            f"{row.name:{width}}{row.number:6d}  {row.inside:16.3f}  {row.test:.3f} "
            f"± {row.error:.3f}{mark}"
        )

    for row in experiment.simple:
        line(row)
    for row in experiment.best:
        line(row)
    line(experiment.shuffled)
    write(f"\n{verdict(experiment)}")
    write("trees that carry most weight:")
    for index, tree, window in leading_trees(experiment, _PRINTED):
        weights = experiment.classifier.weight[:, index]
        most = int(np.abs(weights).argmax())
        sign = "for" if weights[most] > 0 else "against"
        write(
            f"  {feature_name(experiment, tree, window):22} {sign} "
            f"{experiment.classifier.classes[most]}"
        )


def verdict(experiment: Experiment) -> str:
    """Say in a sentence whether the chosen pipeline beats what is simpler.

    Parameters
    ----------
    experiment : Experiment
        What was measured.

    Returns
    -------
    str
        With the counts that it rests on.
    """
    chosen, rival = experiment.chosen, experiment.rival
    more, less, chance = sign_test(chosen.right, rival.right)
    counts = (
        f"{chosen.right.sum()} against {rival.right.sum()} of {len(chosen.right)} right\n"
        f"({more} only the one, {less} only the other; p = {chance:.3f})"
    )
    if more == less:
        return f"What is chosen and {rival.name} are equal: {counts}."
    if chance >= 0.05:
        return f"What is chosen and {rival.name} are not told apart: {counts}."
    verb = "beats" if more > less else "loses to"
    return f"What is chosen {verb} {rival.name}: {counts}."
