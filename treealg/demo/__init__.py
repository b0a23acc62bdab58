"""The main job on real data: recorded motions, their branched signatures, and what they tell.

``treealg demo`` runs `run_demo`; the notebook ``01_branched_signatures.ipynb`` goes through the
same steps. The packages that it needs are installed by the extra ``demo`` and imported when a
function first uses them.
"""

from __future__ import annotations

from treealg.demo.classifier import LinearClassifier, fit_classifier, gradient_error
from treealg.demo.features import Features, compute_features
from treealg.demo.picture import COLOURS, draw_forests
from treealg.demo.recordings import CHANNELS, Recordings, load_recordings
from treealg.demo.report import DemoReport, leading_forests, run_demo, score_gradient_error
from treealg.demo.text import forest_of, forest_text

__all__ = [
    "CHANNELS",
    "COLOURS",
    "DemoReport",
    "Features",
    "LinearClassifier",
    "Recordings",
    "compute_features",
    "draw_forests",
    "fit_classifier",
    "forest_of",
    "forest_text",
    "gradient_error",
    "leading_forests",
    "load_recordings",
    "run_demo",
    "score_gradient_error",
]
