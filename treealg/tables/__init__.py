"""Index tables: the algebra of trees as frozen arrays of numbers, with their cache.

A `LinearMap` or `ConvolutionTable` is generated from the exact algebra of `treealg.symbolic` when
it is first asked for, validated, and kept in memory and on disk. Kernels read nothing else.
"""

from treealg._lazy import attach

__all__, __getattr__, __dir__ = attach(__name__)
