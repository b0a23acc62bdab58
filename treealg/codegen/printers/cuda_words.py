r"""CUDA kernels of plain paths: words in registers, one prefix per thread.

A thread owns a word w of k letters and holds the words that begin with it, and the prefixes of w,
in registers. Then a segment is thread-local: for words of n letters, longest first, Horner's rule
:math:`((x_{u_1}/n + S_1)\, x_{u_2}/(n-1) + S_2) \cdots`, where only increments are read, from
shared memory, and nothing waits. At the end words go to shared memory, where the rest is done as
in the kernels with tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from treealg import tables
from treealg.codegen.maps import MapSize, basis_text, build_path_program, refuse_terms
from treealg.codegen.printers.cuda_text import (
    ITEM_BYTES,
    Block,
    array,
    block_loop,
    defines,
    kernel_head,
    levels,
    outputs,
    row_helper,
    term_tables,
)
from treealg.codegen.printers.text import comment, heading, layout_lines

__all__ = ["words_kernel"]

_REGISTER_BYTES = 448
_THREADS = 256
_WARP = 32
_LOG_THREADS = 64
_GROUP = 8
_BLOCK_BYTES = 40 * 1024
_TILE_BYTES = 8 * 1024


@dataclass(frozen=True)
class _Shape:
    """Which thread owns what."""

    dimension: int
    degree: int
    prefix: int
    paths: int
    tile: int

    @property
    def per_path(self) -> int:
        """Threads of one path."""
        return int(self.dimension**self.prefix)

    @property
    def threads(self) -> int:
        """Threads of a block, in whole warps."""
        return -(-self.paths * self.per_path // _WARP) * _WARP

    def start(self, letters: int) -> int:
        """Where words of some letters begin, the constant 1 at address 0."""
        return int(1 + sum(self.dimension**n for n in range(1, letters)))


def words_kernel(
    size: MapSize, name: str, real: str, shared_bytes: int
) -> tuple[Block, list[str]] | None:
    """Return the lines of a kernel that keeps the words of a plain path in registers."""
    words = tables.word_length(size.dimension, size.degree)
    ending = _signature_end(size, real) if size.name == "sig" else _logarithm_end(size, real)
    stride = 1 + words + ending.memory
    shape = _shape(size, stride * ITEM_BYTES[real], ITEM_BYTES[real], shared_bytes)
    if shape is None:
        return None
    threads = max(shape.threads, ending.threads)
    block = Block(real, stride, shape.paths, True, threads, _group(shape.paths))
    notes = heading(size, False)
    notes += ["", "Reads:", f"  path: batch x length x {size.dimension} numbers"]
    notes += ["Writes:", f"  batch x {ending.note}", "length is at least 1."]
    notes += ["", f"A block has {threads} threads, {shape.per_path} for the words of each path."]
    lines = [*comment(notes), *defines(block)]
    # An odd distance spreads the paths over the banks of shared memory.
    lines += [f"#define TILE {shape.tile}", f"#define APART {shape.tile * shape.dimension | 1}", ""]
    lines += ending.prelude
    parameters = [f"const {real} *__restrict__ path", f"{real} *__restrict__ out"]
    lines += kernel_head(name, parameters, ("batch", "length"), block)
    lines += _letters(shape)
    lines += block_loop(block)
    walk = "\n".join(_walk(shape)).split("\n")
    lines += [f"        {line}" if line else "" for line in walk]
    lines += ["        __syncthreads();", *ending.body, "        __syncthreads();", "    }", "}"]
    return block, "\n".join(lines).replace("REAL", real).split("\n")


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

    table = tables.arborification(size.dimension, size.degree, size.planar)
    refuse_terms(len(table.coef), size)
    columns = table.n_rows * table.width
    # Index 0 of forests is the empty one.
    last: OrderedForest | Tree
    if size.planar:
        last = unrank(OrderedForest, columns, size.dimension)
    else:
        last = unrank(Tree, columns - 1, size.dimension)
    entries = "0" if columns == 1 else f"0 ... {basis_text(last)}"
    body = [f"        arborify(memory, out + base * {columns}, lanes);"]
    return _Ending(f"out: {columns} numbers, {entries}", [*_map_tables(table, real)], body)


def _logarithm_end(size: MapSize, real: str) -> _Ending:
    """Run the program from words to the logarithm on trees."""
    readout = build_path_program(size).readout
    columns = readout.outputs[0].size
    body = [*levels(readout, "read", " " * 8)]
    body += outputs(readout, "read", [(f"out + base * {columns}", str(columns))], " " * 8)
    prelude = [*term_tables({"read": readout}, real), *row_helper({"read": readout}, real)]
    # There is work for more threads than words have.
    return _Ending(
        layout_lines(readout.outputs)[0], prelude, body, readout.levels[-1], _LOG_THREADS
    )


def _shape(size: MapSize, path_bytes: int, item: int, shared_bytes: int) -> _Shape | None:
    """Choose the prefix such that words fit in registers, and as many paths as fill warps."""
    d, n = size.dimension, size.degree
    fits = [k for k in range(n) if sum(d**m for m in range(1, n - k + 1)) * item <= _REGISTER_BYTES]
    if not fits or d ** fits[0] > _THREADS * 4 or path_bytes > shared_bytes:
        return None
    shape = _Shape(d, n, fits[0], 1, 1)
    most = max(_THREADS // 2 // shape.per_path, 1)
    most = min(most, max(min(_BLOCK_BYTES, shared_bytes) // path_bytes, 1))
    choices = [p for p in range(1, most + 1) if p <= _GROUP or _group(p) > _GROUP // 2]
    paths = max(choices, key=lambda p: (p * shape.per_path / replace(shape, paths=p).threads, p))
    # The words, which come there later, are no fewer than the increments of a path.
    tile = min(_TILE_BYTES // (paths * d * item), (path_bytes // item - 1) // d, 32)
    return replace(shape, paths=paths, tile=max(tile, 1))


def _group(paths: int) -> int:
    """Return of how many paths one thread computes a row."""
    return max(n for n in range(1, _GROUP + 1) if paths % n == 0)


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


def _letters(shape: _Shape) -> Iterator[str]:
    d, k = shape.dimension, shape.prefix
    yield f"    const int item = (int)threadIdx.x / {shape.per_path};"
    yield f"    const int prefix = (int)threadIdx.x % {shape.per_path};"
    for j in range(1, k + 1):
        yield f"    const int letter{j} = prefix / {d ** (k - j)} % {d};"


def _walk(shape: _Shape) -> Iterator[str]:
    """Yield the way along the path, and the words to shared memory."""
    d, k, top = shape.dimension, shape.prefix, shape.degree - shape.prefix
    for j in range(1, k + 1):
        yield f"REAL p{j} = 0;"
    for m in range(1, top + 1):
        yield f"REAL s{m}[{d**m}];"
        yield "#pragma unroll"
        yield f"for (int j = 0; j < {d**m}; ++j)"
        yield f"    s{m}[j] = 0;"
    yield f"""\
for (long long first = 1; first < length; first += TILE) {{
    const int count = length - first < TILE ? (int)(length - first) : TILE;
    for (int j = (int)threadIdx.x; j < LANES * TILE * {d}; j += (int)blockDim.x) {{
        const int own = j / (TILE * {d}), at = j % (TILE * {d});
        if (at < count * {d}) {{
            const REAL *point = path
                + ((base + (own < lanes ? own : lanes - 1)) * length + first) * {d} + at;
            memory[own * APART + at] = point[0] - point[-{d}];
        }}
    }}
    __syncthreads();
    for (int i = 0; i < (item < LANES ? count : 0); ++i) {{
        const REAL *dx = memory + item * APART + i * {d};
        REAL x[{d}];
        #pragma unroll
        for (int a = 0; a < {d}; ++a)
            x[a] = dx[a];"""
    for j in range(1, k + 1):
        yield f"        const REAL x{j} = dx[letter{j}];"
    for letters in range(shape.degree, 0, -1):
        yield from (f"        {line}" for line in _horner(shape, letters))
    yield """\
    }
    __syncthreads();
}
if (item < LANES) {
    REAL *words = memory + item * STRIDE;
    if (prefix == 0)
        words[0] = 1;"""
    for j in range(1, k + 1):
        rest = d ** (k - j)
        yield f"    if (prefix % {rest} == 0)"
        yield f"        words[{shape.start(j)} + prefix / {rest}] = p{j};"
    for m in range(1, top + 1):
        yield "    #pragma unroll"
        yield f"    for (int j = 0; j < {d**m}; ++j)"
        yield f"        words[{shape.start(k + m)} + prefix * {d**m} + j] = s{m}[j];"
    yield "}"


def _horner(shape: _Shape, letters: int) -> Iterator[str]:
    """Yield the step of all words of some letters."""
    d, k = shape.dimension, shape.prefix
    own = min(letters, k)
    text = ""
    for j in range(1, own + 1):
        share = letters - j + 1
        factor = f"x{j}" if share == 1 else f"x{j} * ((REAL)1 / {share})"
        text = f"{factor} + p{j}" if j == 1 else f"({text}) * ({factor}) + p{j}"
    yield f"/* words of {letters} letter{'s' if letters > 1 else ''} */"
    if letters <= k:
        yield f"p{letters} = {text};"
        return
    below = letters - k
    yield "{"
    value = text
    for m in range(1, below + 1):
        indent = "    " * m
        share = below - m + 1
        scaled = value if share == 1 else f"({value}) * ((REAL)1 / {share})"
        if not value:
            scaled = f"(REAL)1 / {share}"
        at = "" if m == 1 else f"at{m - 1} * {d} + "
        yield f"{indent}const REAL q{m} = {scaled};"
        yield f"{indent}#pragma unroll"
        yield f"{indent}for (int a{m} = 0; a{m} < {d}; ++a{m}) {{"
        yield f"{indent}    const int at{m} = {at}a{m};"
        value = f"q{m} * x[a{m}] + s{m}[at{m}]"
        if m == below:
            yield f"{indent}    s{m}[at{m}] = {value};"
    yield from ("    " * m + "}" for m in range(below, 0, -1))
    yield "}"
