r"""Words in registers, one prefix per thread: who owns what, and the step of a segment.

A thread owns a word w of k letters and holds the words that begin with it, and the prefixes of w,
in registers. Then a segment is thread-local: for words of n letters, longest first, Horner's rule
:math:`((x_{u_1}/n + S_1)\, x_{u_2}/(n-1) + S_2) \cdots`.

So is its adjoint. What the words of one thread contribute to a function depends on these words and
their prefixes alone, so that a thread holds derivatives for its words, and derivatives of its own
in the prefixes of w; only derivatives in the increment are summed over threads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from treealg.codegen.maps import MapSize
from treealg.codegen.printers.cuda_text import WARP

__all__ = [
    "LOG_THREADS",
    "Shape",
    "advance",
    "increment",
    "increments_helper",
    "letters",
    "prefix_shape",
    "retreat",
    "shared_group",
    "zeros",
]

LOG_THREADS = 64
"""For logarithms there is work for so many threads, and not only for those that words have."""

# Of so many paths at most one thread computes a row.
_GROUP = 8

# Shared memory that a block takes, if that is enough for one path.
_BLOCK_BYTES = 40 * 1024

_REGISTER_BYTES = 448
_THREADS = 256


@dataclass(frozen=True)
class Shape:
    """Which thread owns what.

    Parameters
    ----------
    dimension, degree : int
        Of the words.
    prefix : int
        Letters of the word that a thread owns.
    paths : int
        Paths of a block.
    """

    dimension: int
    degree: int
    prefix: int
    paths: int

    @property
    def per_path(self) -> int:
        """Threads of one path."""
        return int(self.dimension**self.prefix)

    @property
    def threads(self) -> int:
        """Threads of a block, in whole warps."""
        return -(-self.paths * self.per_path // WARP) * WARP

    def start(self, letters: int) -> int:
        """Where words of some letters begin, the constant 1 at address 0."""
        return int(1 + sum(self.dimension**n for n in range(1, letters)))

    def own(self, letters: int) -> int:
        """Return how many words of up to some letters a thread holds, prefixes among them."""
        k = self.prefix
        below = (int(self.dimension**m) for m in range(1, letters - k + 1))
        return min(k, letters) + sum(below)


def prefix_shape(
    size: MapSize, path_bytes: int, item: int, shared_bytes: int, *, backward: bool = False
) -> Shape | None:
    """Choose the prefix such that words fit in registers, and as many paths as fill warps."""
    d, n = size.dimension, size.degree

    def held(k: int) -> int:
        sizes = [int(d**m) for m in range(1, n - k + 1)]
        return sum(sizes) + sum(sizes[:-1]) if backward else sum(sizes)

    fits = [k for k in range(n) if held(k) * item <= _REGISTER_BYTES]
    if not fits or d ** fits[0] > _THREADS * 4 or path_bytes > shared_bytes:
        return None
    shape = Shape(d, n, fits[0], 1)
    most = max(_THREADS // 2 // shape.per_path, 1)
    most = min(most, max(min(_BLOCK_BYTES, shared_bytes) // path_bytes, 1))
    choices = [p for p in range(1, most + 1) if p <= _GROUP or shared_group(p) > _GROUP // 2]
    paths = max(choices, key=lambda p: (p * shape.per_path / replace(shape, paths=p).threads, p))
    return replace(shape, paths=paths)


def shared_group(paths: int) -> int:
    """Return of how many paths one thread computes a row."""
    return max(n for n in range(1, _GROUP + 1) if paths % n == 0)


def letters(shape: Shape) -> Iterator[str]:
    """Yield the lines that tell a thread its path, its prefix, and the letters of that."""
    d, k = shape.dimension, shape.prefix
    yield f"    const int item = (int)threadIdx.x / {shape.per_path};"
    yield f"    const int prefix = (int)threadIdx.x % {shape.per_path};"
    for j in range(1, k + 1):
        yield f"    const int letter{j} = prefix / {d ** (k - j)} % {d};"


def zeros(shape: Shape, chain: str, words: str, most: int) -> Iterator[str]:
    """Yield declarations of numbers for prefixes and words of up to some letters, all 0."""
    d, k = shape.dimension, shape.prefix
    for j in range(1, min(k, most) + 1):
        yield f"REAL {chain}{j} = 0;"
    for m in range(1, most - k + 1):
        yield f"REAL {words}{m}[{d**m}];"
        yield "#pragma unroll"
        yield f"for (int j = 0; j < {d**m}; ++j)"
        yield f"    {words}{m}[j] = 0;"


_INCREMENTS = """\
/* Copies the increments of some segments to shared memory. */
static __device__ void increments(REAL *memory, const REAL *path, long long base, int lanes,
    long long length, long long from, int count)
{
    __syncthreads();
    for (int j = (int)threadIdx.x; j < LANES * TILE * CHANNELS; j += (int)blockDim.x) {
        const int own = j / (TILE * CHANNELS), at = j % (TILE * CHANNELS);
        if (at < count * CHANNELS) {
            const REAL *point = path
                + ((base + (own < lanes ? own : lanes - 1)) * length + from) * CHANNELS + at;
            memory[own * APART + at] = point[0] - point[-CHANNELS];
        }
    }
    __syncthreads();
}
"""


def increments_helper(shape: Shape) -> list[str]:
    """Return the function that copies the increments of a tile to shared memory."""
    return _INCREMENTS.replace("CHANNELS", f"{shape.dimension}").split("\n")


def increment(shape: Shape, indent: str) -> Iterator[str]:
    """Yield the lines that read increment i of the tile."""
    d = shape.dimension
    yield f"{indent}const REAL *dx = memory + item * APART + i * {d};"
    yield f"{indent}REAL x[{d}];"
    yield f"{indent}#pragma unroll"
    yield f"{indent}for (int a = 0; a < {d}; ++a)"
    yield f"{indent}    x[a] = dx[a];"
    for j in range(1, shape.prefix + 1):
        yield f"{indent}const REAL x{j} = dx[letter{j}];"


def advance(shape: Shape, most: int, indent: str) -> Iterator[str]:
    """Yield the step of a segment, of words of up to some letters."""
    for n in range(most, 0, -1):
        yield from (f"{indent}{line}" for line in _horner(shape, n))


def retreat(shape: Shape, indent: str) -> Iterator[str]:
    """Yield the adjoint of a segment's step.

    From the words before it, p and s, and the derivatives r and e in the words after it come those
    in the words before it, in their place, and in the increment, in g and, for the letters of the
    prefix, y.
    """
    # Words of n letters add to derivatives of shorter ones, which have been used by then.
    for n in range(1, shape.degree + 1):
        yield from (f"{indent}{line}" for line in _adjoint(shape, n))


def _horner(shape: Shape, n: int) -> Iterator[str]:
    """Yield the step of all words of n letters."""
    d, k = shape.dimension, shape.prefix
    text = ""
    for j in range(1, min(n, k) + 1):
        share = n - j + 1
        factor = f"x{j}" if share == 1 else f"x{j} * ((REAL)1 / {share})"
        text = f"{factor} + p{j}" if j == 1 else f"({text}) * ({factor}) + p{j}"
    yield f"/* words of {n} letter{'s' if n > 1 else ''} */"
    if n <= k:
        yield f"p{n} = {text};"
        return
    below = n - k
    yield "{"
    value = text
    for m in range(1, below + 1):
        indent = "    " * m
        yield f"{indent}const REAL q{m} = {_scaled(value, below - m + 1)};"
        yield from _loop(m, d, indent)
        value = f"q{m} * x[a{m}] + s{m}[at{m}]"
        if m == below:
            yield f"{indent}    s{m}[at{m}] = {value};"
    yield from ("    " * m + "}" for m in range(below, 0, -1))
    yield "}"


def _scaled(value: str, share: int) -> str:
    """Return a value, by default 1, over its share."""
    if not value:
        return f"(REAL)1 / {share}"
    return value if share == 1 else f"({value}) * ((REAL)1 / {share})"


def _loop(m: int, d: int, indent: str) -> Iterator[str]:
    at = "" if m == 1 else f"at{m - 1} * {d} + "
    yield f"{indent}#pragma unroll"
    yield f"{indent}for (int a{m} = 0; a{m} < {d}; ++a{m}) {{"
    yield f"{indent}    const int at{m} = {at}a{m};"


def _adjoint(shape: Shape, n: int) -> Iterator[str]:
    """Yield the adjoint of the step of all words of n letters."""
    d, k = shape.dimension, shape.prefix
    below = n - k
    yield f"/* words of {n} letter{'s' if n > 1 else ''} */"
    yield "{"
    # h is what Horner's rule has after j letters, q that over its share of the next one.
    before = ""
    for j in range(1, min(n, k) + 1):
        yield f"    const REAL f{j} = {_scaled(before, n - j + 1)};"
        if j < n:
            yield f"    const REAL h{j} = f{j} * x{j} + p{j};"
        before = f"h{j}"
    if below <= 0:
        yield f"    const REAL b{n} = r{n};"
    else:
        yield "    REAL c0 = 0;"
        value = before
        for m in range(1, below + 1):
            indent = "    " * m
            yield f"{indent}const REAL q{m} = {_scaled(value, below - m + 1)};"
            yield from _loop(m, d, indent)
            if m < below:
                yield f"{indent}    REAL c{m} = 0;"
            value = f"q{m} * x[a{m}] + s{m}[at{m}]"
        for m in range(below, 0, -1):
            indent = "    " * (m + 1)
            if m == below:
                yield f"{indent}const REAL c{m} = e{m}[at{m}];"
            else:
                if below - m > 1:
                    yield f"{indent}c{m} = c{m} * ((REAL)1 / {below - m});"
                yield f"{indent}e{m}[at{m}] += c{m};"
            yield f"{indent}g[a{m}] += c{m} * q{m};"
            yield f"{indent}c{m - 1} += c{m} * x[a{m}];"
            yield "    " * m + "}"
        if k:
            yield f"    const REAL b{k} = {_scaled('c0', below)};"
            yield f"    r{k} += b{k};"
    for j in range(min(n, k), 0, -1):
        yield f"    y{j} += b{j} * f{j};"
        if j > 1:
            yield f"    const REAL b{j - 1} = {_scaled(f'b{j} * x{j}', n - j + 1)};"
            yield f"    r{j - 1} += b{j - 1};"
    yield "}"
