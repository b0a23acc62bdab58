"""The functions of arrays on arrays of Dask, chunk by chunk, each when it is asked for.

There is a function here for every row of the table of operations, `treealg.operations`, with the
name and the arguments that it has there. The batch may be cut into chunks as one likes; what
belongs to one path, its points and channels or its coefficients, has to lie in one chunk. Arrays of
NumPy go along as they are. The gradient of an argument that served several chunks is the sum.

This subpackage is loaded when it is imported by name; it needs the extra ``dask``.

Examples
--------
>>> import dask.array, treealg.dask
>>> paths = dask.array.zeros((1000, 50, 2), chunks=(100, -1, -1))
>>> features = treealg.dask.branched_sig(paths, 3)
>>> features.shape, features.chunksize, features.dtype
((1000, 20), (100, 20), dtype('float64'))
"""

from treealg._lazy import attach
from treealg.optional import require, require_main_interpreter

require_main_interpreter()  # before what loads NumPy
require("dask.array", extra="dask")
__all__, __getattr__, __dir__ = attach(__name__)
