"""Formulas and source of the maps of the library, generated from its algebra and its tables.

`formula` gives a coefficient as a SymPy expression, `generate` a whole map as C99, NumPy or CUDA
source. Every map is one exact `Program` with several readers, and its adjoint is the same program
read the other way.
"""

from treealg.codegen.formulas import FORMULA_MAPS, Formula, formula
from treealg.codegen.languages import LANGUAGES, generate, generate_source
from treealg.codegen.maps import (
    MAPS,
    MapSize,
    PathProgram,
    build_path_program,
    build_program,
    map_size,
)
from treealg.codegen.printers.text import Source
from treealg.codegen.program import Program, Vector, adjoint

__all__ = [
    "FORMULA_MAPS",
    "LANGUAGES",
    "MAPS",
    "Formula",
    "MapSize",
    "PathProgram",
    "Program",
    "Source",
    "Vector",
    "adjoint",
    "build_path_program",
    "build_program",
    "formula",
    "generate",
    "generate_source",
    "map_size",
]
