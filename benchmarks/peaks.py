"""The peaks of one core, by `peaks.c`, and the least time that work needs at them.

python benchmarks/peaks.py
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from functools import cache
from itertools import accumulate
from pathlib import Path

import numpy as np

from treealg import _fast, tables

SOURCE = Path(__file__).with_name("peaks.c")
BITS = {"baseline": 128, "avx2": 256, "avx512": 512}


@cache
def peaks() -> dict[str, float]:
    """Return what a core does at most, units per second by name, and what its caches hold."""
    with tempfile.TemporaryDirectory() as folder:
        program = str(Path(folder, "peaks"))
        compiler = os.environ.get("CC", "cc")
        subprocess.run([compiler, "-O2", str(SOURCE), "-o", program], check=True)
        done = subprocess.run([program], capture_output=True, text=True, check=True)
    lines = (line.split("\t") for line in done.stdout.splitlines())
    return {name: float(rate) for name, rate in lines}


def limit(multiply_adds: float, arrays: list[np.ndarray]) -> float:
    """Return the seconds that multiply-adds of float64 need, or that arrays need to pass.

    The kernels in use say how wide the vectors are, and the smallest level that holds all arrays
    how fast they pass: half of its bytes are written.
    """
    found = peaks()
    by_arithmetic = (
        multiply_adds / found[f"multiply-adds, {BITS[_fast.instruction_set_name()]} bits"]
    )
    size = sum(array.nbytes for array in arrays)
    held = (level for level in ("L1", "L2", "L3") if size <= found[f"bytes held, {level}"])
    level = next(held, "memory")
    return max(by_arithmetic, size / 2 / found[f"bytes copied, {level}"])


def of_words(dimension: int, degree: int, longest: int = 1) -> int:
    """Return the multiply-adds of one segment: each word by Horner's rule, letter by letter."""
    compositions = tables.words(dimension, degree, longest=longest).compositions
    return sum(dimension**weight for word in compositions for weight in [*accumulate(word)][1:])


def of_map(dimension: int, degree: int, planar: bool, longest: int = 1) -> int:
    """Return the multiply-adds from words to trees or ordered forests."""
    return (
        len(tables.arborification(dimension, degree, planar=planar, longest=longest).col)
        * dimension
    )


def along_path(
    path: np.ndarray, degree: int, planar: bool | None, *, longest: int = 1, passes: int = 1
) -> int:
    """Return the multiply-adds along paths: a gradient has three passes.

    These are its path run backwards, and two products in place of each.
    """
    batch, length, dimension = path.shape
    once = 0 if planar is None else of_map(dimension, degree, planar, longest)
    return passes * batch * ((length - 1) * of_words(dimension, degree, longest) + once)


def of_logarithm(rows: int, dimension: int, degree: int, planar: bool, passes: int = 1) -> int:
    """Return the multiply-adds of logarithms: a term of the highest order is met once.

    The others, and products of the branches of a forest, are met at each node in time.
    """
    table = tables.convolution(dimension, degree, planar=planar)
    nodes = len(tables.nodes(degree).t)
    lower = int(table.term_ptr[table.block_start[degree - 1]])
    terms = len(table.term_slot) - lower + nodes * lower
    products = 0 if planar else nodes * table.n_slots
    return passes * rows * (terms * dimension + products)


def of_product(rows: int, dimension: int, degree: int, planar: bool) -> int:
    """Return the multiply-adds of products of signatures."""
    table = tables.convolution(dimension, degree, planar=planar)
    return rows * (len(table.term_slot) * dimension + (0 if planar else table.n_slots))


def of_kernels(pairs: int, rows: int, columns: int, dimension: int, depth: int) -> int:
    """Return the operations of kernels of pairs of paths, of so many cells each.

    A linear cell is a scalar product; each level but the last adds to a sum, an integral and the
    values of two rows, and takes an exponential of 17 operations; the last one adds to a sum.
    """
    cell = dimension + 1 + (depth - 1) * (4 + 17) + 2
    return pairs * rows * columns * cell


if __name__ == "__main__":
    for what, rate in peaks().items():
        unit = "million" if "held" in what else "billion per second"
        print(f"{what:24} {rate / (1e6 if 'held' in what else 1e9):8.2f} {unit}")
