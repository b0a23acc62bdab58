"""What bounds the generated CUDA kernels, from what they ask for, without a GPU.

The emulation counts the memory transactions, the passes through the banks of shared memory, the
barriers and the operations of one block. With a GPU's figures each of them needs a number of cycles
of one multiprocessor at least: the multiply-adds, the passes and sectors of the first level of the
cache, and the bytes that have to come from memory and go there. The largest is a bound on the
speed; what share of the bandwidth of memory it leaves is printed, as Markdown.

    python benchmarks/cuda_bounds.py
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from treealg.codegen import generate_source
from treealg.codegen.arguments import arguments
from treealg.codegen.compilers.traffic import Traffic, TrafficCounter
from treealg.codegen.printers.text import Source

# Map, dimension, degree, planar, backward, dtype, points of a path.
GRID = [
    ("sig", 5, 4, False, False, "float64", 100),
    ("sig", 5, 4, False, False, "float32", 100),
    ("sig", 2, 5, False, False, "float64", 100),
    ("sig", 3, 4, False, False, "float64", 100),
    ("sig", 3, 5, False, False, "float64", 100),
    ("sig", 2, 7, False, False, "float64", 50),
    ("sig", 5, 4, True, False, "float64", 100),
    ("sig", 5, 4, False, True, "float64", 100),
    ("sig", 3, 4, False, True, "float64", 100),
    ("logsig", 3, 4, False, True, "float64", 100),
    ("corrected_sig", 3, 3, False, False, "float64", 100),
    ("log", 3, 4, False, False, "float64", 1),
    ("log", 5, 4, False, False, "float64", 1),
    ("log", 3, 4, False, True, "float64", 1),
    ("combine", 3, 4, False, False, "float64", 1),
]


@dataclass(frozen=True)
class Gpu:
    """A GPU's figures: multiply-adds per cycle and multiprocessor, and bytes per second."""

    name: str
    multiprocessors: int
    hertz: float
    bandwidth: float
    multiply_adds: dict[str, int]

    def cycles(self, found: Traffic, dtype: str, moved: int) -> dict[str, float]:
        """Return the least cycles of a block, for each thing that can bound it."""
        sectors = found.read_sectors + found.write_sectors + found.table_sectors
        return {
            "operations": max(found.products, found.sums) / self.multiply_adds[dtype],
            "first level": found.shared_waves + sectors / SECTORS_PER_CYCLE,
            "memory": moved / (self.bandwidth / self.multiprocessors / self.hertz),
        }


# The first level passes 128 bytes a cycle: one request of 32 banks, or four sectors.
SECTORS_PER_CYCLE = 4
GPUS = [
    Gpu("A100", 108, 1.41e9, 2.04e12, {"float64": 32, "float32": 64}),
    Gpu("H200", 132, 1.98e9, 4.8e12, {"float64": 64, "float32": 128}),
]


def moved_bytes(source: Source, length: int) -> int:
    """Return the bytes of a block's arguments and results, without scratch memory."""
    numbers = sum(
        argument.size
        for argument in arguments(source.size, source.backward, length)
        if argument.role in {"in", "out"}
    )
    return numbers * source.lanes * (8 if source.dtype == "float64" else 4)


def main() -> None:
    """Print the table."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    heads = ["map", "d, N", "dtype", "items", "sectors", "of tables", "passes", "barriers",
             "multiply-adds", *(gpu.name for gpu in GPUS)]  # fmt: skip
    print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for name, dimension, degree, planar, backward, dtype, length in GRID:
        source = generate_source(
            name, dimension, degree,
            planar=planar, backward=backward, language="cuda", dtype=dtype,
        )  # fmt: skip
        found = TrafficCounter(source)(length=length)
        moved = moved_bytes(source, length)
        sectors = found.read_sectors + found.write_sectors
        cells = [
            name + (", backward" if backward else ""),
            f"{dimension}, {degree}" + (" planar" if planar else ""),
            dtype,
            f"{source.lanes}",
            f"{sectors:,} ({sectors * 32 / moved:.2f})",
            f"{found.table_sectors:,}",
            f"{found.shared_waves:,} ({found.shared_conflicts:,})",
            f"{found.barriers:,}",
            f"{max(found.products, found.sums):,}",
        ]
        for gpu in GPUS:
            cycles = gpu.cycles(found, dtype, moved)
            most = max(cycles, key=lambda key: cycles[key])
            cells.append(f"{cycles['memory'] / cycles[most]:.2f}, {most}")
        print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
