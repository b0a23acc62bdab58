"""CUDA kernels of gradients along plain paths: words and derivatives in registers, by prefixes.

Each thread goes forward with its words and keeps them at some points, then back with derivatives
for them: where a stretch between two kept points begins, it computes the words in between again.
What is kept is read by the thread that wrote it. Derivatives in increments meet in shared memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

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
    retreat,
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
    load_helper,
    outputs,
    row_helper,
    term_tables,
)
from treealg.codegen.printers.cuda_words import words_to_shared
from treealg.codegen.printers.text import comment, heading, layout_lines

__all__ = ["words_back_kernel"]

_TILE_BYTES = 16 * 1024


@dataclass(frozen=True)
class _Beginning:
    """How derivatives for words come to shared memory, and where they are there."""

    note: str
    prelude: list[str]
    body: list[str]
    memory: int
    place: int = 0
    threads: int = 0
    needs_words: bool = False


def words_back_kernel(
    size: MapSize, name: str, real: str, shared_bytes: int
) -> tuple[Block, list[str], int] | None:
    """Return the lines of a kernel with words in registers, and the numbers of a path's state."""
    d, item = size.dimension, ITEM_BYTES[real]
    beginning = _signature(size, real) if size.name == "sig" else _logarithm(size, real)
    shape = prefix_shape(size, beginning.memory * item, item, shared_bytes, backward=True)
    if shape is None:
        return None
    least = max(beginning.memory, _tile_memory(shape, 1))
    shape = prefix_shape(size, least * item, item, shared_bytes, backward=True)
    if shape is None:
        return None
    most = max(least, min(_TILE_BYTES, shared_bytes) // (shape.paths * item))
    tile = max(n for n in range(1, 33) if n == 1 or _tile_memory(shape, n) <= most)
    stride = max(least, _tile_memory(shape, tile))
    threads = max(shape.threads, beginning.threads)
    block = Block(real, stride, shape.paths, True, threads, shared_group(shape.paths))
    own = shape.own(size.degree - 1)
    states = shape.per_path * own
    notes = heading(size, True)
    notes += ["", "Reads:", f"  path: batch x length x {d} numbers", f"  batch x {beginning.note}"]
    notes += [
        f"Uses work: batch x ((kept + every) x {states} + {d}) numbers, where every is",
        "  the least number whose square is not below length, and kept = (length - 1) / every",
        "  + 1: the words at each every-th point, and those between two of these.",
        "Writes:",
        f"  d_path: batch x length x {d} numbers",
        "length is at least 1.",
        "",
        f"A block has {threads} threads, {shape.per_path} for the words of each path.",
    ]
    lines = [*comment(notes), *defines(block)]
    lines += [f"#define TILE {tile}", f"#define APART {tile * d | 1}"]
    lines += ["/* Where derivatives in increments wait to be summed, and that of the next one. */"]
    lines += [f"#define PARTS {shape.per_path | 1}", "#define PARTIAL (LANES * APART)"]
    lines += [f"#define CARRIED (PARTIAL + LANES * TILE * {d} * PARTS)"]
    lines += ["/* What a thread keeps of its words at one point. */", f"#define WORDS {own}", ""]
    lines += [*beginning.prelude, *increments_helper(shape)]
    parameters = [f"const {real} *__restrict__ {given}" for given in ("path", "d_out")]
    parameters += [f"{real} *work", f"{real} *__restrict__ d_path"]
    lines += kernel_head(name, parameters, ("batch", "length"), block)
    lines += letters(shape)
    lines += block_loop(block)
    body = "\n".join([*_forward(shape, beginning, states), *_backward(shape)]).split("\n")
    lines += [f"        {line}" if line else "" for line in body]
    lines += ["    }", "}"]
    return block, finished(lines, real), states


def _tile_memory(shape: Shape, tile: int) -> int:
    """Return the numbers per path while there are so many increments in shared memory."""
    d = shape.dimension
    return (tile * d | 1) + tile * d * (shape.per_path | 1) + d


def _signature(size: MapSize, real: str) -> _Beginning:
    """Apply the transpose of arborification, straight from its table."""
    table = tables.arborification(size.dimension, size.degree, planar=size.planar)
    refuse_terms(len(table.coef), size)
    width, words = table.width, table.shape[1]
    order = np.argsort(table.col, kind="stable")
    rows = np.repeat(np.arange(table.n_rows), np.diff(table.ptr))[order]
    ptr = np.concatenate(([0], np.cumsum(np.bincount(table.col, minlength=table.n_cols))))
    index = "unsigned short" if table.n_rows <= 2**16 else "int"
    vector = build_path_program(size, backward=True).readout.inputs[1]
    prelude = [
        "/* Word c is the sum of coef * d_out[row] over ptr[c] <= e < ptr[c + 1], in blocks of",
        f"   {width} neighbours. */",
        *array("int", "map_ptr", [str(entry) for entry in ptr.tolist()]),
        *array(index, "map_row", [str(entry) for entry in rows.tolist()]),
        *array(real, "map_coef", [str(int(entry)) for entry in table.coef[order]]),
        *f"""
static __device__ void transposed(REAL *memory, const REAL *d_out, int lanes)
{{
    for (int j = (int)threadIdx.x; j < {words} * (LANES / GROUP); j += (int)blockDim.x) {{
        const int word = j % {words}, first = j / {words} * GROUP;
        const int c = word / {width}, a = word % {width};
        REAL sum[GROUP];
        for (int k = 0; k < GROUP; ++k)
            sum[k] = 0;
        for (int e = map_ptr[c]; e < map_ptr[c + 1]; ++e) {{
            const REAL coef = map_coef[e];
            const REAL *from = d_out + map_row[e] * {width} + a;
            for (int k = 0; k < GROUP && first + k < lanes; ++k)
                sum[k] += coef * from[(first + k) * {vector.size}];
        }}
        for (int k = 0; k < GROUP; ++k)
            memory[(first + k) * STRIDE + word] = sum[k];
    }}
}}
""".split("\n"),
    ]
    body = [f"transposed(memory, d_out + base * {vector.size}, lanes);"]
    return _Beginning(layout_lines([vector])[0], prelude, body, words)


def _logarithm(size: MapSize, real: str) -> _Beginning:
    """Run the adjoint of the program from words to the logarithm on trees."""
    program = build_path_program(size, backward=True).readout
    words, vector = program.inputs
    place = program.first + program.levels[-1]
    programs = {"read_back": program}
    prelude = [*term_tables(programs, real), *row_helper(programs, real), *load_helper(real)]
    body = [
        f"load(memory + {1 + words.size}, d_out + base * {vector.size}, {vector.size}, "
        f"{vector.size}, lanes);",
        "__syncthreads();",
        *levels(program, "read_back", ""),
        *outputs(program, "read_back", [(f"memory + {place}", "STRIDE")], ""),
    ]
    return _Beginning(
        layout_lines([vector])[0], prelude, body, place + words.size, place, LOG_THREADS, True
    )


def _forward(shape: Shape, beginning: _Beginning, states: int) -> Iterator[str]:
    """Yield the way along the path, and the derivatives for the words at its end."""
    d, k = shape.dimension, shape.prefix
    most = shape.degree if beginning.needs_words else shape.degree - 1
    yield f"""\
long long every = 1;
while (every * every < length)
    ++every;
const long long kept = (length - 1) / every + 1;
const long long room = (kept + every) * {states} + {d};
const long long apart = lanes * {shape.per_path};
REAL *const own = work + base * room + threadIdx.x;
const int is_used = item < lanes;"""
    if most:
        yield "{"
        yield from _indented(zeros(shape, "p", "s", most))
        yield """\
    REAL *state = own;
    long long since = 0;
    for (long long first = 1; first < length; first += TILE) {
        const int count = length - first < TILE ? (int)(length - first) : TILE;
        increments(memory, path, base, lanes, length, first, count);
        for (int i = 0; i < (is_used ? count : 0); ++i) {
            if (since == 0) {"""
        yield from _moved(shape, "state[{0}] = {1};", " " * 16)
        yield """\
                state += WORDS * apart;
            }
            since = since + 1 == every ? 0 : since + 1;"""
        yield from increment(shape, " " * 12)
        yield from advance(shape, most, " " * 12)
        yield "        }\n    }"
        if beginning.needs_words:
            yield "    __syncthreads();"
            yield "    if (item < LANES) {"
            yield "        REAL *words = memory + item * STRIDE;"
            yield "        words[0] = 1;"
            yield from words_to_shared(shape, " " * 8)
            yield "    }"
        yield "}"
    if not beginning.needs_words:
        yield "__syncthreads();"
    yield from beginning.body
    yield "__syncthreads();"
    yield from zeros(shape, "r", "e", shape.degree)
    yield "if (is_used) {"
    yield f"    const REAL *words = memory + item * STRIDE + {beginning.place};"
    # Of threads that share a prefix the first one has its derivative.
    for j in range(1, k + 1):
        rest = d ** (k - j)
        yield f"    if (prefix % {rest} == 0)"
        yield f"        r{j} = words[{shape.start(j) - 1} + prefix / {rest}];"
    for m in range(1, shape.degree - k + 1):
        yield "    #pragma unroll"
        yield f"    for (int j = 0; j < {d**m}; ++j)"
        yield f"        e{m}[j] = words[{shape.start(k + m) - 1} + prefix * {d**m} + j];"
    yield "}"
    yield "__syncthreads();"


def _backward(shape: Shape) -> Iterator[str]:
    """Yield the way back along the path."""
    d, k, below = shape.dimension, shape.prefix, shape.degree - 1
    yield f"""\
for (int j = (int)threadIdx.x; j < LANES * {d}; j += (int)blockDim.x)
    memory[CARRIED + j] = 0;
for (long long last = length - 1; last > 0;) {{
    const long long first = (last - 1) / every * every;"""
    if below:
        yield """\
    const REAL *const kept_state = own + first / every * WORDS * apart;
    REAL *const between = own + (kept - 1) * WORDS * apart;
    {"""
        yield from _indented(zeros(shape, "p", "s", below), 2)
        yield """\
        if (is_used) {
            const REAL *const state = kept_state;"""
        yield from _moved(shape, "{1} = state[{0}];", " " * 12)
        yield """\
        }
        for (long long from = first + 1; from < last; from += TILE) {
            const int count = last - from < TILE ? (int)(last - from) : TILE;
            increments(memory, path, base, lanes, length, from, count);
            for (int i = 0; i < (is_used ? count : 0); ++i) {"""
        yield from increment(shape, " " * 16)
        yield from advance(shape, below, " " * 16)
        yield "                REAL *const state = between + (from + i - first) * WORDS * apart;"
        yield from _moved(shape, "state[{0}] = {1};", " " * 16)
        yield "            }\n        }\n    }"
    yield """\
    for (long long end = last; end > first; end -= TILE) {
        const int count = end - first < TILE ? (int)(end - first) : TILE;
        const long long from = end - count + 1;
        increments(memory, path, base, lanes, length, from, count);
        for (int i = (is_used ? count : 0) - 1; i >= 0; --i) {"""
    yield from increment(shape, " " * 12)
    yield from _indented(zeros(shape, "p", "s", below), 3)
    if below:
        yield """\
            const long long since = from + i - 1 - first;
            const REAL *const state = since ? between + since * WORDS * apart : kept_state;"""
    yield from _moved(shape, "{1} = state[{0}];", " " * 12)
    yield f"            REAL g[{d}];"
    yield "            #pragma unroll"
    yield f"            for (int a = 0; a < {d}; ++a)"
    yield "                g[a] = 0;"
    yield from (f"            REAL y{j} = 0;" for j in range(1, k + 1))
    yield from retreat(shape, " " * 12)
    chain = "".join(f" + (letter{j} == a ? y{j} : (REAL)0)" for j in range(1, k + 1))
    yield f"""\
            REAL *part = memory + PARTIAL + (i * {d} * LANES + item) * PARTS + prefix;
            #pragma unroll
            for (int a = 0; a < {d}; ++a)
                part[a * LANES * PARTS] = g[a]{chain};
        }}
        __syncthreads();
        for (int j = (int)threadIdx.x; j < LANES * count * {d}; j += (int)blockDim.x) {{
            const REAL *part = memory + PARTIAL + j * PARTS;
            REAL sum = 0;
            for (int q = 0; q < (j % LANES < lanes ? {shape.per_path} : 0); ++q)
                sum += part[q];
            memory[j % LANES * APART + j / LANES] = sum;
        }}
        __syncthreads();
        for (int j = (int)threadIdx.x; j < lanes * {d}; j += (int)blockDim.x) {{
            const REAL *slope = memory + j / {d} * APART + j % {d};
            REAL *point = d_path + ((base + j / {d}) * length + from) * {d} + j % {d};
            REAL following = memory[CARRIED + j];
            for (int i = count - 1; i >= 0; --i) {{
                point[i * {d}] = slope[i * {d}] - following;
                following = slope[i * {d}];
            }}
            memory[CARRIED + j] = following;
        }}
    }}
    last = first;
}}
for (int j = (int)threadIdx.x; j < lanes * {d}; j += (int)blockDim.x)
    d_path[(base + j / {d}) * length * {d} + j % {d}] = (REAL)0 - memory[CARRIED + j];"""


def _indented(lines: Iterator[str], levels: int = 1) -> Iterator[str]:
    return (f"{'    ' * levels}{line}" for line in lines)


def _moved(shape: Shape, statement: str, indent: str) -> Iterator[str]:
    """Yield statements for each of a thread's words below the longest, with its place."""
    d, k, number = shape.dimension, shape.prefix, 0
    for j in range(1, min(k, shape.degree - 1) + 1):
        yield indent + statement.format(f"{number} * apart", f"p{j}")
        number += 1
    for m in range(1, shape.degree - k):
        yield f"{indent}#pragma unroll"
        yield f"{indent}for (int j = 0; j < {d**m}; ++j)"
        yield indent + "    " + statement.format(f"({number} + j) * apart", f"s{m}[j]")
        number += d**m
