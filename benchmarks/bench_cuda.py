"""Branched signatures on a GPU: time beside a rival, and beside a copy of the bytes that are moved.

Results are checked against the CPU before anything is timed. The bytes are those of paths read
once and results written once; the ratio to their copy is the fraction of the bandwidth of the GPU's
memory that is used. The rival is pySigLib with its CUDA plugin where that is installed, and
otherwise treealg on all cores of the CPU.

    pip install ".[cuda]" pysiglib==4.0.0 pysiglib-cuda==4.0.0 torch
    python benchmarks/bench_cuda.py
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from harness import Run, agree, main, paths

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


def peer(name: str, path: Any, degree: int, planar: bool) -> Callable[[], Any] | None:
    """Return a call of pySigLib on the same GPU, None where it has no CUDA."""
    try:
        import pysiglib
        import pysiglib_cuda  # noqa: F401
        import torch
    except ImportError:
        return None
    tensor, d, options = torch.from_dlpack(path), path.shape[-1], {"planar": planar}
    if name == "branched_sig":
        pysiglib.prepare_branched_sig(d, degree, device="cuda", **options)
        return partial(pysiglib.branched_sig, tensor, degree, **options)
    pysiglib.prepare_branched_log_sig(d, degree, 0, device="cuda", **options)
    return partial(pysiglib.branched_log_sig, tensor, degree, method=0, **options)


def bench_paths(run: Run) -> None:
    """Check and time every size."""
    cupy = find_gpu()
    print(cupy.cuda.runtime.getDeviceProperties(0)["name"].decode())
    bandwidth = copy_bandwidth(cupy)
    print(f"a copy of 1 GiB moves {bandwidth / 1e9:.0f} GB/s")
    for batch, length, d, n, planar in GRID[:1] if run.quick else GRID:
        host, size = paths(batch, length, d), f"({batch},{length},{d},{n})"
        path, some = cupy.asarray(host), slice(0, batch, batch // 16)
        for name in ("branched_sig", "branched_log_sig"):
            function = partial(getattr(treealg, name), degree=n, planar=planar)
            result, expected = function(path), function(host[some])
            agree(result[some].get(), expected, f"{name} {size}", 1e-9)
            ours = seconds(cupy, partial(function, path))
            other = peer(name, path, n, planar)
            if other is None:
                begin = time.perf_counter()
                function(host, n_jobs=-1)
                rival, theirs = "the CPU", time.perf_counter() - begin
            else:
                agree(other()[some].cpu().numpy(), expected, f"pySigLib's {name} {size}", 1e-6)
                rival, theirs = "pySigLib", seconds(cupy, other)
            run.add(name, size, ours, theirs, planar=planar, beside=rival)
            copied = (path.nbytes + result.nbytes) / bandwidth
            run.add(f"{name}, its bytes", size, ours, copied, planar=planar, beside="a copy")


# Geometric mean and least of the ratios that are aimed at.
AIMS = {"branched_sig, its bytes, non-planar": (0.5,)}

if __name__ == "__main__":
    main({"paths": bench_paths}, "cuda", __doc__, AIMS)
