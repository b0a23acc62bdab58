"""Index tables: the algebra of trees as frozen arrays of numbers, with their cache.

A `LinearMap` or `ConvolutionTable` is made by the recursion that defines the algebra when it is
first asked for, validated, and kept in memory and on disk; tests and `treealg verify` compare it
with the exact algebra of `treealg.symbolic`. Kernels read nothing else.
"""

from treealg._lazy import attach

__all__, __getattr__, __dir__ = attach(__name__)
