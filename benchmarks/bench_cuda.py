"""Branched signatures on a GPU: time, the fraction of its memory bandwidth, and a rival.

Correctness is checked against the CPU before anything is timed. The bandwidth counts paths read
once and results written once, against that of a large copy on the same GPU. Beside it stands
pySigLib with its CUDA plugin where that is installed, and otherwise the CPU engine on all cores.

    pip install "treealg[cuda]" pysiglib==4.0.0 pysiglib-cuda==4.0.0 torch
    python benchmarks/bench_cuda.py             the grid
    python benchmarks/bench_cuda.py --quick     its first size
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from machine import describe

import treealg

# (batch, length, dimension, degree, planar); the aim of half the bandwidth is for the first.
GRID = [
    (16384, 100, 5, 4, False),
    (16384, 100, 2, 5, False),
    (16384, 100, 3, 4, False),
    (4096, 100, 5, 4, True),
    (4096, 100, 3, 5, False),
    (4096, 50, 2, 7, False),
    (1024, 1000, 3, 4, False),
]
FUNCTIONS = {
    "sig": treealg.branched_sig,
    "log": treealg.branched_log_sig,
}


def find_gpu() -> Any:
    """Return CuPy, or leave with the reason why nothing can be measured."""
    try:
        import cupy

        cupy.cuda.runtime.getDeviceCount()
    except Exception as error:  # CuPy raises what its libraries raise
        raise SystemExit(f"no GPU: nothing was measured ({error})") from None
    return cupy


def seconds(cupy: Any, function: Callable[[], object], repeats: int = 15) -> float:
    """Return the median time of a call, between events on the device."""
    times = []
    for _ in range(repeats + 3):
        begin, end = cupy.cuda.Event(), cupy.cuda.Event()
        begin.record()
        function()
        end.record()
        end.synchronize()
        times.append(cupy.cuda.get_elapsed_time(begin, end) / 1e3)
    return statistics.median(times[3:])


def copy_bandwidth(cupy: Any) -> float:
    """Return the bytes per second that a large copy reads and writes."""
    source = cupy.ones(1 << 27, dtype=np.float64)
    target = cupy.empty_like(source)
    return 2 * source.nbytes / seconds(cupy, lambda: cupy.copyto(target, source))


def peer(planar: bool, dimension: int, degree: int, path: Any, name: str) -> Any:
    """Return a call of pySigLib on the same GPU, None where it has no CUDA."""
    try:
        import pysiglib
        import pysiglib_cuda  # noqa: F401
        import torch
    except ImportError:
        return None
    tensor = torch.from_dlpack(path)
    if name == "sig":
        pysiglib.prepare_branched_sig(dimension, degree, planar=planar, device="cuda")
        return lambda: pysiglib.branched_sig(tensor, degree, planar=planar)
    pysiglib.prepare_branched_log_sig(dimension, degree, 0, planar=planar, device="cuda")
    return lambda: pysiglib.branched_log_sig(tensor, degree, planar=planar, method=0)


def measure(cupy: Any, case: tuple[int, int, int, int, bool], name: str, copied: float) -> str:
    """Check and time one size, and return its line."""
    batch, length, dimension, degree, planar = case
    function = FUNCTIONS[name]
    rng = np.random.default_rng(batch + dimension)
    steps = rng.standard_normal((batch, length, dimension)) / np.sqrt(length)
    host = steps.cumsum(axis=1)
    path = cupy.asarray(host)
    result = function(path, degree, planar=planar)
    some = slice(0, batch, batch // 16)
    expected = function(host[some], degree, planar=planar)
    np.testing.assert_allclose(result[some].get(), expected, rtol=1e-9, atol=1e-9)
    ours = seconds(cupy, lambda: function(path, degree, planar=planar))
    fraction = (path.nbytes + result.nbytes) / ours / copied
    other = peer(planar, dimension, degree, path, name)
    if other is not None:
        np.testing.assert_allclose(other()[some].cpu().numpy(), expected, rtol=1e-6, atol=1e-6)
        rival, theirs = "pySigLib", seconds(cupy, other)
    else:
        begin = time.perf_counter()
        function(host, degree, planar=planar, n_jobs=-1)
        rival, theirs = "CPU", time.perf_counter() - begin
    kind = "planar" if planar else "non-planar"
    return (
        f"| {name} | {kind} | {batch}, {length}, {dimension}, {degree} | {ours * 1e3:.3f} | "
        f"{100 * fraction:.0f} % | {rival} {theirs * 1e3:.3f} | {theirs / ours:.1f} |"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="the first size only")
    quick = parser.parse_args().quick
    cupy = find_gpu()
    gpu = cupy.cuda.runtime.getDeviceProperties(0)["name"].decode()
    copied = copy_bandwidth(cupy)
    print(*describe(("treealg", "cupy-cuda12x", "torch", "pysiglib", "pysiglib-cuda")), sep="\n")
    print(f"{gpu}; a copy of 1 GiB moves {copied / 1e9:.0f} GB/s; float64\n")
    print("| function | kind | batch, length, d, N | ms | bandwidth | rival, ms | ratio |")
    print("|---|---|---|---|---|---|---|")
    for case in GRID[:1] if quick else GRID:
        for name in FUNCTIONS:
            print(measure(cupy, case, name, copied), flush=True)


if __name__ == "__main__":
    main()
