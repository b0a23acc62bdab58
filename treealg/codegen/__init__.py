"""Formulas and source of the maps of the library, generated from its algebra and its tables.

`formula` gives a coefficient as a SymPy expression, `generate` a whole map as C99, NumPy or CUDA
source. Every map is one exact `Program` with several readers, and its adjoint is the same program
read the other way.
"""

from treealg._lazy import attach

__all__, __getattr__, __dir__ = attach(__name__)
