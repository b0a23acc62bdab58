"""Branched signatures for scikit-learn: transformers of paths, and a kernel."""

from treealg._lazy import attach
from treealg.optional import require, require_main_interpreter

require_main_interpreter()  # before what loads NumPy
require("sklearn", extra="sklearn")

__all__, __getattr__, __dir__ = attach(__name__)
