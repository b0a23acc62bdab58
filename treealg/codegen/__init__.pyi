from treealg.codegen.formulas import (
    FORMULA_MAPS as FORMULA_MAPS,
    Formula as Formula,
    formula as formula,
)
from treealg.codegen.languages import (
    LANGUAGES as LANGUAGES,
    generate as generate,
    generate_source as generate_source,
)
from treealg.codegen.maps import (
    MAPS as MAPS,
    MapSize as MapSize,
    PathProgram as PathProgram,
    build_path_program as build_path_program,
    build_program as build_program,
    map_size as map_size,
)
from treealg.codegen.printers.text import Source as Source
from treealg.codegen.program import Program as Program, Vector as Vector, adjoint as adjoint
