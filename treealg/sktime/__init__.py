"""Branched signatures for sktime: transformers of panels of series."""

from treealg._lazy import attach
from treealg.optional import require, require_main_interpreter

require_main_interpreter()  # before what loads NumPy
require("sktime", extra="sktime")

__all__, __getattr__, __dir__ = attach(__name__)
