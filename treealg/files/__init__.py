"""Features of paths from files to files: arrays and tables, in pieces, resumable."""

from treealg._lazy import attach
from treealg.optional import require, require_main_interpreter

require_main_interpreter()  # before what loads NumPy
require("pyarrow", extra="files")

__all__, __getattr__, __dir__ = attach(__name__)
