"""CUDA kernels of plain paths: words in registers, one prefix per thread.

Of a segment only increments are read, from shared memory, and nothing waits. At the end words go
to shared memory, where the rest is done as in the kernels with tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from treealg import tables
from treealg.codegen.maps import MapSize, build_path_program, refuse_terms
from treealg.codegen.printers.cuda_prefixes import (
    LOG_THREADS,
    Shape,
    advance,
    increment,
    increments_helper,
    letters,
    prefix_shape,
    shared_group,
    zeros,
)
from treealg.codegen.printers.cuda_text import (
    ITEM_BYTES,
    Block,
    array,
    block_loop,
    defines,
    finished,
    kernel_head,
    levels,
    outputs,
    row_helper,
    term_tables,
)
from treealg.codegen.printers.text import comment, heading, layout_lines

__all__ = ["words_kernel", "words_to_shared"]

_TILE_BYTES = 8 * 1024


def words_kernel(
    size: MapSize, name: str, real: str, shared_bytes: int
) -> tuple[Block, list[str], int] | None:
    """Return the lines of a kernel that keeps the words of a plain path, and no states."""
    words = tables.word_length(size.dimension, size.degree)
    ending = _signature_end(size, real) if size.name == "sig" else _logarithm_end(size, real)
    stride = 1 + words + ending.memory
    item = ITEM_BYTES[real]
    shape = prefix_shape(size, stride * item, item, shared_bytes)
    if shape is None:
        return None
    # What comes there later takes no less room than the increments of a path.
    room = (stride - 1) // size.dimension
    tile = max(min(_TILE_BYTES // (shape.paths * size.dimension * item), room, 32), 1)
    threads = max(shape.threads, ending.threads)
    block = Block(real, stride, shape.paths, True, threads, shared_group(shape.paths))
    notes = heading(size, False)
    notes += ["", "Reads:", f"  path: batch x length x {size.dimension} numbers"]
    notes += ["Writes:", f"  batch x {ending.note}", "length is at least 1."]
    notes += ["", f"A block has {threads} threads, {shape.per_path} for the words of each path."]
    lines = [*comment(notes), *defines(block)]
    # An odd distance spreads the paths over the banks of shared memory.
    lines += [f"#define TILE {tile}", f"#define APART {tile * shape.dimension | 1}", ""]
    lines += [*ending.prelude, *increments_helper(shape)]
    parameters = [f"const {real} *__restrict__ path", f"{real} *__restrict__ out"]
    lines += kernel_head(name, parameters, ("batch", "length"), block)
    lines += letters(shape)
    lines += block_loop(block)
    walk = "\n".join(_walk(shape)).split("\n")
    lines += [f"        {line}" if line else "" for line in walk]
    lines += ["        __syncthreads();", *ending.body, "    }", "}"]
    return block, finished(lines, real), 0


@dataclass(frozen=True)
class _Ending:
    """What happens to the words in shared memory."""

    note: str
    prelude: list[str]
    body: list[str]
    memory: int = 0
    threads: int = 0


def _signature_end(size: MapSize, real: str) -> _Ending:
    """Apply arborification, straight from its table."""
    from treealg.symbolic import OrderedForest, Tree, unrank

    table = tables.arborification(size.dimension, size.degree, planar=size.planar)
    refuse_terms(len(table.coef), size)
    columns = table.n_rows * table.width
    # Index 0 of forests is the empty one.
    last: OrderedForest | Tree
    if size.planar:
        last = unrank(OrderedForest, columns, size.dimension)
    else:
        last = unrank(Tree, columns - 1, size.dimension)
    entries = "0" if columns == 1 else f"0 ... {last}"
    body = [f"        arborify(memory, out + base * {columns}, lanes);"]
    return _Ending(f"out: {columns} numbers, {entries}", [*_map_tables(table, real)], body)


def _logarithm_end(size: MapSize, real: str) -> _Ending:
    """Run the program from words to the logarithm on trees."""
    readout = build_path_program(size).readout
    columns = readout.outputs[0].size
    body = [*levels(readout, "read", " " * 8)]
    body += outputs(readout, "read", [(f"out + base * {columns}", str(columns))], " " * 8)
    prelude = [*term_tables({"read": readout}, real), *row_helper({"read": readout}, real)]
    return _Ending(layout_lines(readout.outputs)[0], prelude, body, readout.levels[-1], LOG_THREADS)


def _map_tables(table: tables.LinearMap, real: str) -> Iterator[str]:
    """Yield the tables of arborification, and the function that applies it."""
    index = "unsigned short" if table.n_cols <= 2**16 else "int"
    yield "/* Row r is the sum of coef * words[col] over ptr[r] <= e < ptr[r + 1], in blocks of"
    yield f"   {table.width} neighbours. */"
    yield from array("int", "map_ptr", [str(entry) for entry in table.ptr.tolist()])
    yield from array(index, "map_col", [str(entry) for entry in table.col.tolist()])
    yield from array(real, "map_coef", [str(int(entry)) for entry in table.coef])
    columns = table.n_rows * table.width
    yield f"""
static __device__ void arborify(const REAL *memory, REAL *out, int lanes)
{{
    for (int j = (int)threadIdx.x; j < {columns} * (LANES / GROUP); j += (int)blockDim.x) {{
        const int column = j % {columns}, first = j / {columns} * GROUP;
        const int r = column / {table.width}, a = column % {table.width};
        REAL sum[GROUP];
        for (int k = 0; k < GROUP; ++k)
            sum[k] = 0;
        for (int e = map_ptr[r]; e < map_ptr[r + 1]; ++e) {{
            const REAL c = map_coef[e];
            const REAL *word = memory + first * STRIDE + 1 + map_col[e] * {table.width} + a;
            for (int k = 0; k < GROUP; ++k)
                sum[k] += c * word[k * STRIDE];
        }}
        for (int k = 0; k < GROUP && first + k < lanes; ++k)
            out[(first + k) * {columns} + column] = sum[k];
    }}
}}
"""


def _walk(shape: Shape) -> Iterator[str]:
    """Yield the way along the path, and the words to shared memory."""
    yield from zeros(shape, "p", "s", shape.degree)
    yield """\
for (long long first = 1; first < length; first += TILE) {
    const int count = length - first < TILE ? (int)(length - first) : TILE;
    increments(memory, path, base, lanes, length, first, count);
    for (int i = 0; i < (item < LANES ? count : 0); ++i) {"""
    yield from increment(shape, " " * 8)
    yield from advance(shape, shape.degree, " " * 8)
    yield """\
    }
}
__syncthreads();
if (item < LANES) {
    REAL *words = memory + item * STRIDE;
    if (prefix == 0)
        words[0] = 1;"""
    yield from words_to_shared(shape, "    ")
    yield "}"


def words_to_shared(shape: Shape, indent: str) -> Iterator[str]:
    """Yield the lines that write the words of a thread to their places."""
    d, k = shape.dimension, shape.prefix
    for j in range(1, k + 1):
        rest = d ** (k - j)
        yield f"{indent}if (prefix % {rest} == 0)"
        yield f"{indent}    words[{shape.start(j)} + prefix / {rest}] = p{j};"
    for m in range(1, shape.degree - k + 1):
        yield f"{indent}#pragma unroll"
        yield f"{indent}for (int j = 0; j < {d**m}; ++j)"
        yield f"{indent}    words[{shape.start(k + m)} + prefix * {d**m} + j] = s{m}[j];"
