"""The main job on real data: recordings, the coefficients of trees, and what they tell.

``treealg demo`` runs `run_demo`; the notebook ``01_branched_signatures.ipynb`` goes through the
same steps. The packages that it needs are installed by the extra ``demo`` and imported when a
function first uses them.
"""

from __future__ import annotations

from treealg.demo.classifier import (
    Choice,
    LinearClassifier,
    choose,
    cross_validate,
    fit_classifier,
)
from treealg.demo.experiment import (
    Experiment,
    Row,
    feature_name,
    leading_trees,
    run_experiment,
    sign_test,
)
from treealg.demo.picture import draw_experiments
from treealg.demo.pipelines import (
    LIFTS,
    Pipeline,
    deviations,
    means_and_deviations,
    pipelines,
)
from treealg.demo.recordings import Recordings, load_motions, load_vowels
from treealg.demo.report import DATA, run_demo, verdict

__all__ = [
    "DATA",
    "LIFTS",
    "Choice",
    "Experiment",
    "LinearClassifier",
    "Pipeline",
    "Recordings",
    "Row",
    "choose",
    "cross_validate",
    "deviations",
    "draw_experiments",
    "feature_name",
    "fit_classifier",
    "leading_trees",
    "load_motions",
    "load_vowels",
    "means_and_deviations",
    "pipelines",
    "run_demo",
    "run_experiment",
    "sign_test",
    "verdict",
]
