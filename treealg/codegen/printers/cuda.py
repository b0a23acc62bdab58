"""CUDA C++ source of a map: tables of terms, and a kernel in which a block computes a few items.

Output rows go straight to global memory, neighbouring threads to neighbouring places. The same
text compiles as C++ for the host when blocks and threads are emulated.
"""

from __future__ import annotations

from treealg.codegen.maps import PATH_MAPS, MapSize, build_program
from treealg.codegen.printers.cuda_paths import path_kernel
from treealg.codegen.printers.cuda_text import (
    MAX_SHARED_BYTES,
    Block,
    batched,
    block_of,
    launcher,
    levels,
    opening,
    outputs,
    prelude,
)
from treealg.codegen.printers.text import REAL, Source, function_name, heading

__all__ = ["cuda_source"]


def cuda_source(
    size: MapSize, backward: bool, dtype: str, shared_bytes: int = MAX_SHARED_BYTES
) -> Source:
    """Return the CUDA C++ source of a map."""
    name, real = function_name(size, backward, dtype), REAL[dtype]
    kernel = path_kernel if size.name in PATH_MAPS else _vector_kernel
    block, lines, states = kernel(size, backward, name, real, shared_bytes)
    shared, scratch = (block.stride, 0) if block.is_shared else (0, block.stride)
    kernel_text = "\n".join(lines)
    text = "\n".join([kernel_text, *launcher(name, kernel_text, block)]) + "\n"
    return Source(
        text,
        name,
        "cuda",
        dtype,
        size,
        backward,
        memory=shared * block.lanes,
        lanes=block.lanes,
        scratch=scratch,
        states=states,
        threads=block.threads,
    )


def _vector_kernel(
    size: MapSize, backward: bool, name: str, real: str, shared_bytes: int
) -> tuple[Block, list[str], int]:
    program = build_program(size, backward=backward)
    block = block_of(program.first + program.levels[-1], real, shared_bytes)
    notes = heading(size, backward)
    notes += ["", "Reads:", *batched(program.inputs), "Writes:", *batched(program.outputs)]
    lines = prelude(notes, {"map": program}, block)
    parameters = [f"const {real} *__restrict__ {vector.name}" for vector in program.inputs]
    parameters += [f"{real} *__restrict__ {vector.name}" for vector in program.outputs]
    lines += opening(name, parameters, ("batch",), block)
    indent, start = " " * 8, 1
    for vector in program.inputs:
        if vector.size:
            lines.append(
                f"{indent}load(memory + {start}, {vector.name} + base * {vector.size}, "
                f"{vector.size}, {vector.size}, lanes);"
            )
        start += vector.size
    lines.append(f"{indent}__syncthreads();")
    lines += levels(program, "map", indent)
    targets = [(f"{v.name} + base * {v.size}", str(v.size)) for v in program.outputs]
    lines += outputs(program, "map", targets, indent)
    return block, [*lines, f"{indent}__syncthreads();", "    }", "}"], 0
