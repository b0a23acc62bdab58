"""The functions of arrays on arrays of xarray, by the names of their dimensions.

Points have a dimension of time and one of channels, called as the caller says; results have a
coordinate with the names of their trees or words. All other dimensions are a batch, also one in
chunks of Dask. This subpackage is loaded when it is imported by name; it needs the extra
``xarray``.
"""

from treealg._lazy import attach
from treealg.optional import require, require_main_interpreter

require_main_interpreter()  # before what loads NumPy
require("xarray", extra="xarray")
__all__, __getattr__, __dir__ = attach(__name__)
