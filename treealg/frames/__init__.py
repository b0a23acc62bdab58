"""Features of paths in tables: pandas, polars, PyArrow and DuckDB, by way of narwhals."""

from treealg._lazy import attach
from treealg.optional import require, require_main_interpreter

require_main_interpreter()  # before what loads NumPy
require("narwhals", extra="frames")

__all__, __getattr__, __dir__ = attach(__name__)
