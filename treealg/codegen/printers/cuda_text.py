"""The pieces that CUDA kernels are printed from: tables of terms, rows of a level, the frame.

A block holds the numbers of `Block.lanes` items of the batch, with the constant 1 in front of each,
in shared memory, or in global memory where that has no room. Its threads share the rows of a level,
so that a term is read once for all lanes, and levels are separated by barriers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from treealg.codegen.printers.text import comment, fit, layout_lines, wrapped
from treealg.codegen.program import Program, Vector

__all__ = [
    "ITEM_BYTES",
    "MAX_BLOCKS",
    "MAX_SHARED_BYTES",
    "THREADS",
    "WARP",
    "Block",
    "array",
    "batched",
    "block_loop",
    "block_of",
    "defines",
    "finished",
    "kernel_head",
    "launcher",
    "levels",
    "load_helper",
    "opening",
    "outputs",
    "prelude",
    "row_helper",
    "rows_call",
    "term_tables",
]

MAX_SHARED_BYTES = 163 * 1024
"""Shared memory that a block may have on compute capability 8.0."""

MAX_BLOCKS = 2**31 - 1
"""Blocks that a launch may have."""

THREADS = 128
"""Threads of a block where any number will do."""

# Shared memory that a block may have without asking for more.
_PLAIN_SHARED_BYTES = 48 * 1024

_LANES = 4

WARP = 32
"""Threads that go on together."""

# How many times the terms of a table may be with those that fill up rows.
_MOST_FILLED = 1.5

_NOTHING = (Fraction(0), 0, 0)

ITEM_BYTES = {"double": 8, "float": 4}
"""Bytes of each C type."""

_ROWS = """\
/* Computes rows of a table, of which some lie side by side, to target, for all lanes. */
static __device__ void rows(const int *ptr, const {real} *coef, const {index} *left,
    const {index} *right, int count, int beside, const {real} *memory, {real} *target,
    long long stride, int lanes)
{{
    for (int j = (int)threadIdx.x; j < count * (LANES / GROUP); j += (int)blockDim.x) {{
        const int first = LANES == GROUP ? 0 : j / count * GROUP;
        const int r = LANES == GROUP ? j : j % count;
        const int slice = r / beside, begin = slice * beside;
        const int width = count - begin < beside ? count - begin : beside;
        {real} sum[GROUP];
        for (int k = 0; k < GROUP; ++k)
            sum[k] = 0;
        for (int e = ptr[slice] + r - begin; e < ptr[slice + 1]; e += width) {{
            const {real} c = coef[e];
            const {real} *a = memory + first * STRIDE + left[e];
            const {real} *b = memory + first * STRIDE + right[e];
            for (int k = 0; k < GROUP; ++k)
                sum[k] += c * a[k * STRIDE] * b[k * STRIDE];
        }}
        for (int k = 0; k < GROUP && first + k < lanes; ++k)
            target[(first + k) * stride + r] = sum[k];
    }}
}}
"""

_LOAD = """\
/* Copies a vector of each lane to shared memory; lanes without an item repeat the last one. */
static __device__ void load({real} *memory, const {real} *source, long long stride, int size,
    int lanes)
{{
    for (int i = (int)threadIdx.x; i < LANES * size; i += (int)blockDim.x) {{
        const int k = i / size;
        memory[k * STRIDE + i % size] = source[(k < lanes ? k : lanes - 1) * stride + i % size];
    }}
}}
"""


@dataclass(frozen=True)
class Block:
    """What a block holds.

    Parameters
    ----------
    real : {"double", "float"}
        The type of its numbers.
    stride : int
        Numbers of one item.
    lanes : int
        Items that it computes together.
    is_shared : bool
        Whether they are in shared memory; otherwise in an argument ``scratch``, item by item.
    threads : int, default 0
        Threads that it needs; 0 for any number.
    group : int, default 0
        Items of which one thread computes a row; 0 for all.
    """

    real: str
    stride: int
    lanes: int
    is_shared: bool
    threads: int = 0
    group: int = 0


def block_of(stride: int, real: str, shared_bytes: int) -> Block:
    """Return a block for items of a size: fewer items where they are large."""
    size = stride * ITEM_BYTES[real]
    if size > shared_bytes:
        return Block(real, stride, 1, False)
    # Three blocks of 32 KiB at least find room on one multiprocessor.
    lanes = _LANES
    while lanes > 1 and lanes * size > min(32 * 1024, shared_bytes):
        lanes //= 2
    return Block(real, stride, lanes, True)


def batched(vectors: Sequence[Vector]) -> list[str]:
    """Describe vectors of each item of a batch."""
    return [f"  batch x {line}" for line in layout_lines(vectors)]


def array(kind: str, name: str, values: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a table."""
    yield f"static __device__ const {kind} {name}[] = {{"
    yield from wrapped(", ".join(values) or "0", "    ")
    yield "};"


def _index_type(programs: Sequence[Program]) -> str:
    most = max(program.first + program.levels[-1] for program in programs)
    return "unsigned short" if most <= 2**16 else "int"


def _ranges(program: Program) -> Iterator[tuple[int, int]]:
    """Yield first and last row, and one more, of what is computed at once."""
    yield from zip(program.levels, program.levels[1:], strict=False)
    for number, vector in enumerate(program.outputs):
        begin = program.output_start(number)
        yield begin, begin + vector.size


def _slices(program: Program, begin: int, end: int) -> list[tuple[int, int]]:
    """Cut rows into those whose terms lie side by side: of a warp, unless too much is filled up."""
    cuts = [(first, min(first + WARP, end)) for first in range(begin, end, WARP)]
    lengths = [len(row) for row in program.rows]
    filled = sum((last - first) * max(lengths[first:last]) for first, last in cuts)
    if filled > _MOST_FILLED * sum(lengths[begin:end]):
        return [(row, row + 1) for row in range(begin, end)]
    return cuts


def _tables(program: Program, prefix: str, real: str, index: str) -> Iterator[str]:
    ptr = [0]
    terms: list[tuple[Fraction, int, int]] = []
    for begin, end in (cut for rows in _ranges(program) for cut in _slices(program, *rows)):
        rows = program.rows[begin:end]
        for number in range(max(map(len, rows))):
            terms += [row[number] if number < len(row) else _NOTHING for row in rows]
        ptr.append(len(terms))
    yield f"/* {prefix}: a row is a sum of coef * left * right. The terms of the rows of a warp lie"
    yield "   side by side from ptr to the next, 0 filling up short ones, or those of each row by"
    yield "   itself. Address 0 holds 1, then come the inputs, then the rows. */"
    yield from array("int", f"{prefix}_ptr", list(map(str, ptr)))
    coefs = [
        str(c.numerator) if c.denominator == 1 else f"({real}){c.numerator}/{c.denominator}"
        for c, _, _ in terms
    ]
    yield from array(real, f"{prefix}_coef", coefs)
    yield from array(index, f"{prefix}_left", [str(left) for _, left, _ in terms])
    yield from array(index, f"{prefix}_right", [str(right) for _, _, right in terms])
    yield ""


def term_tables(programs: dict[str, Program], real: str) -> list[str]:
    """Return the tables of programs."""
    index = _index_type(list(programs.values()))
    return [
        line
        for prefix, program in programs.items()
        for line in _tables(program, prefix, real, index)
    ]


def row_helper(programs: dict[str, Program], real: str) -> list[str]:
    """Return the function that computes rows of programs."""
    index = _index_type(list(programs.values()))
    return _ROWS.format(real=real, index=index).split("\n")


def finished(lines: Sequence[str], real: str) -> list[str]:
    """Return lines with their type, and none too long."""
    text = "\n".join(lines).replace("REAL", real)
    return [piece for line in text.split("\n") for piece in fit(line)]


def load_helper(real: str) -> list[str]:
    """Return the function that copies vectors to shared memory."""
    return _LOAD.format(real=real).split("\n")


def defines(block: Block) -> list[str]:
    """Return the sizes of a block as macros."""
    return [
        f"#define LANES {block.lanes}",
        f"#define GROUP {block.group or block.lanes}",
        f"#define STRIDE {block.stride}",
    ]


def prelude(notes: Sequence[str], programs: dict[str, Program], block: Block) -> list[str]:
    """Return the lines before a kernel with tables: what it is, tables, and functions."""
    if not block.is_shared:
        notes = [*notes, f"Uses scratch: batch x {block.stride} numbers."]
    return [
        *comment(notes),
        *defines(block),
        "",
        *term_tables(programs, block.real),
        *row_helper(programs, block.real),
        *load_helper(block.real),
    ]


def _launch_notes(block: Block) -> list[str]:
    """Say how a kernel has to be launched."""
    threads = f"{block.threads}" if block.threads else f"{THREADS}, or any other number of,"
    room = block.lanes * block.stride * ITEM_BYTES[block.real] if block.is_shared else 0
    lines = [
        "Launch: (batch + LANES - 1) / LANES blocks, or fewer,",
        f"of {threads} threads, with {room} bytes of dynamic shared memory.",
    ]
    if room > _PLAIN_SHARED_BYTES:
        lines.append("So many have to be allowed first: cudaFuncSetAttribute.")
    return lines


def launcher(name: str, text: str, block: Block) -> list[str]:
    """Return a host function that launches the kernel of a text, for whom nvcc compiles it."""
    head = re.search(rf"{name}\(([^)]*)\)", text)
    assert head is not None
    parameters = [" ".join(piece.split()) for piece in head[1].split(",")]
    names = [parameter.rpartition(" ")[2].lstrip("*") for parameter in parameters]
    shared = f"LANES * STRIDE * sizeof({block.real})" if block.is_shared else "0"
    plain = [parameter.replace("__restrict__ ", "") for parameter in parameters]
    return [
        "",
        "#if defined(__CUDACC__) && !defined(__CUDACC_RTC__)",
        "/* Launches the kernel on a stream; arrays are in the memory of the GPU. */",
        *wrapped(
            f'extern "C" cudaError_t {name}_launch({", ".join(plain)}, cudaStream_t stream)', ""
        ),
        "{",
        f"    const long long blocks = (batch + LANES - 1) / LANES, most = {MAX_BLOCKS};",
        f"    const size_t shared = {shared};",
        *wrapped(
            f"void *arguments[] = {{{', '.join(f'(void*)&{name}' for name in names)}}};", "    "
        ),
        f"    const void *kernel = (const void *){name};",
        "    cudaError_t status = cudaSuccess;",
        "    if (batch == 0)",
        "        return status;",
        f"    if (shared > {_PLAIN_SHARED_BYTES})",
        *wrapped(
            "status = cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, "
            "(int)shared);",
            "        ",
        ),
        "    if (status != cudaSuccess)",
        "        return status;",
        "    return cudaLaunchKernel(kernel, dim3((unsigned)(blocks < most ? blocks : most)),",
        f"        dim3({block.threads or THREADS}), arguments, shared, stream);",
        "}",
        "#endif",
    ]


def kernel_head(
    name: str, parameters: Sequence[str], numbers: Sequence[str], block: Block
) -> list[str]:
    """Return the first lines of a kernel."""
    real = block.real
    arrays = list(parameters) if block.is_shared else [*parameters, f"{real} *scratch"]
    declared = ", ".join([*arrays, *(f"long long {number}" for number in numbers)])
    bounds = f"__launch_bounds__({block.threads}) " if block.threads else ""
    shared = [f"    extern __shared__ {real} memory[];"]
    return [
        *comment(_launch_notes(block)),
        *wrapped(f'extern "C" __global__ void {bounds}{name}({declared})', ""),
        "{",
        *(shared if block.is_shared else []),
    ]


def block_loop(block: Block) -> list[str]:
    """Return the first lines of the loop over the batch, a block after the other."""
    own = [f"        {block.real} *const memory = scratch + base * STRIDE;"]
    return [
        "    for (long long base = (long long)blockIdx.x * LANES; base < batch;",
        "         base += (long long)gridDim.x * LANES) {",
        "        const int lanes = batch - base < LANES ? (int)(batch - base) : LANES;",
        *([] if block.is_shared else own),
    ]


def opening(
    name: str, parameters: Sequence[str], numbers: Sequence[str], block: Block
) -> list[str]:
    """Return the first lines of a kernel with tables, up to and into the loop over the batch."""
    return [
        *kernel_head(name, parameters, numbers, block),
        *block_loop(block),
        "        for (int k = (int)threadIdx.x; k < LANES; k += (int)blockDim.x)",
        "            memory[k * STRIDE] = 1;",
    ]


def rows_call(
    program: Program, prefix: str, begin: int, target: str, stride: str, lanes: str
) -> str:
    """Return a statement that computes the rows of a level, or of an output."""
    ranges = dict(_ranges(program))
    before = sum(len(_slices(program, *rows)) for rows in ranges.items() if rows[0] < begin)
    first, last = _slices(program, begin, ranges[begin])[0]
    return (
        f"rows({prefix}_ptr + {before}, {prefix}_coef, {prefix}_left, {prefix}_right, "
        f"{ranges[begin] - begin}, {last - first}, memory, {target}, {stride}, {lanes});"
    )


def levels(program: Program, prefix: str, indent: str) -> Iterator[str]:
    """Yield the statements for the rows of all levels, a barrier after each."""
    for begin in program.levels[:-1]:
        target = f"memory + {program.first + begin}"
        yield from wrapped(rows_call(program, prefix, begin, target, "STRIDE", "LANES"), indent)
        yield f"{indent}__syncthreads();"


def outputs(
    program: Program, prefix: str, targets: Sequence[tuple[str, str]], indent: str
) -> Iterator[str]:
    """Yield the statements for the output rows."""
    for number, (target, stride) in enumerate(targets):
        if not program.outputs[number].size:  # corrections of degree 1 have no columns
            continue
        begin = program.output_start(number)
        yield from wrapped(rows_call(program, prefix, begin, target, stride, "lanes"), indent)
