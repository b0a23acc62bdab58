"""What a benchmark states about where and with what it ran, and how it times."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def describe(packages: tuple[str, ...]) -> list[str]:
    """Return lines that name the machine, the interpreter and the versions of `packages`."""
    processor = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            x.split(":")[1].strip() for x in info.read_text().splitlines() if "model name" in x
        ]
        processor = names[0] if names else processor
    versions = []
    for name in packages:
        try:
            versions.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            versions.append(f"{name} (not installed)")
    return [
        f"{processor}, {os.cpu_count()} logical cores, {platform.system()} {platform.machine()}",
        f"Python {platform.python_version()}, " + ", ".join(versions),
    ]


def seconds(function: Callable[[], object], budget: float = 0.2) -> float:
    """Return the least time of one call of `function`, over batches that fill about `budget`."""
    function()
    start = time.perf_counter()
    function()
    once = max(time.perf_counter() - start, 1e-7)
    repeats = max(1, min(1000, int(0.01 / once)))
    batches = max(3, min(20, int(budget / (once * repeats))))
    best = float("inf")
    for _ in range(batches):
        start = time.perf_counter()
        for _ in range(repeats):
            function()
        best = min(best, (time.perf_counter() - start) / repeats)
    return best


def side_by_side(
    ours: Callable[[], object], theirs: Callable[[], object], rounds: int = 3
) -> tuple[float, float]:
    """Return the least times of both, measured in turns so that both see the same machine."""
    first, second = [], []
    for _ in range(rounds):
        first.append(seconds(ours))
        second.append(seconds(theirs))
    return min(first), min(second)


def geometric_mean(ratios: list[float]) -> float:
    """Return the geometric mean."""
    return statistics.geometric_mean(ratios)
