"""What all benchmarks share: checking, timing in turns, describing the machine, writing results.

A benchmark is a module ``bench_NAME.py`` of groups, functions that are given a `Run` and call its
`compare` or `alone` for each case. Both check what is computed before they time it, so that no case
can forget to. `main` makes the command line of a benchmark and writes ``results/NAME.json``.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

import treealg
from treealg import _fast

RESULTS = Path(__file__).parent / "results"

# Whose versions are written down where they are installed.
PACKAGES = (
    "treealg", "numpy", "sympy", "pysiglib", "kauri", "torch", "jax", "cupy-cuda12x", "pyarrow",
    "dask", "scikit-learn", "aeon", "sktime", "roughpy", "esig",
)  # fmt: skip

# Of the random numbers: see `paths`, `derivatives` and `Slope`.
SEEDS: dict[str, Any] = {"paths": "batch + length + dimension", "derivatives": 1, "direction": 2}

Call = Callable[[], Any]
Group = Callable[["Run"], None]


@dataclass(frozen=True)
class Case:
    """One line of a result: seconds of ours, and of what stands beside it, in one run."""

    group: str
    function: str
    kind: str
    size: str
    seconds: float
    beside: str = ""
    beside_seconds: float | None = None

    @property
    def name(self) -> tuple[str, str, str, str]:
        """What tells this case from all others of its benchmark."""
        return self.group, self.function, self.kind, self.size

    @property
    def ratio(self) -> float | None:
        """Time of the other over ours."""
        return None if self.beside_seconds is None else self.beside_seconds / self.seconds


@dataclass
class Run:
    """One run of a benchmark: how long to measure, and the cases so far.

    Notes
    -----
    A time is the least mean of batches of calls that fill about `budget` seconds in each of
    `rounds` rounds; in every round the two sides of a case are measured one after the other, so
    that both see the same machine. Ratios within a run can be trusted, times of different runs on
    a shared machine cannot.
    """

    quick: bool = False
    group: str = ""
    cases: list[Case] = field(default_factory=list)

    @property
    def rounds(self) -> int:
        """How often the two sides take turns."""
        return 1 if self.quick else 3

    @property
    def budget(self) -> float:
        """Seconds for one side in one round, where a call is short enough."""
        return 0.04 if self.quick else 0.15

    def compare(
        self,
        function: str,
        size: str,
        ours: Call,
        theirs: Call,
        *,
        planar: bool | None = False,
        beside: str = "pySigLib",
        expected: Call | None = None,
        part: Callable[[Any], Any] = lambda result: result,
        tolerance: float = 1e-10,
    ) -> None:
        """Time our call and another in turns, after checking that they agree.

        Where the other computes something else, or is known to be wrong, `expected` gives what
        ours, or the `part` of it that is known, is checked against.
        """
        agree(part(ours()), (expected or theirs)(), f"{function} {size}", tolerance)
        pairs = [(self.seconds(ours), self.seconds(theirs)) for _ in range(self.rounds)]
        mine, other = (min(times) for times in zip(*pairs, strict=True))
        self.add(function, size, mine, other, planar=planar, beside=beside)

    def alone(
        self,
        function: str,
        size: str,
        ours: Call,
        expected: Call,
        *,
        planar: bool | None = False,
        part: Callable[[Any], Any] = lambda result: result,
        per: int = 1,
        tolerance: float = 1e-10,
    ) -> None:
        """Time our call, divided by `per` items, after checking a part of it, or all."""
        agree(part(ours()), expected(), f"{function} {size}", tolerance)
        times = [self.seconds(ours) for _ in range(self.rounds)]
        self.add(function, size, min(times) / per, None, planar=planar)

    def add(
        self,
        function: str,
        size: str,
        ours: float,
        theirs: float | None,
        *,
        planar: bool | None = False,
        beside: str = "",
    ) -> None:
        """Add a case that was measured, and print it."""
        kind = "words" if planar is None else "planar" if planar else "non-planar"
        case = Case(self.group, function, kind, size, ours, beside, theirs)
        if case.name in {known.name for known in self.cases}:
            raise ValueError(f"two cases are called {case.name}")
        self.cases.append(case)
        line = f"{function:36} {kind:10} {size:22} {ours * 1e3:10.4g} ms"
        if theirs is not None:
            line += f" {theirs * 1e3:10.4g} ms {theirs / ours:7.1f}x"
        print(line, flush=True)

    def seconds(self, function: Call) -> float:
        """Return the least time of one call, over batches that fill about the budget."""
        start = time.perf_counter()
        function()
        best = once = max(time.perf_counter() - start, 1e-7)
        repeats = max(1, min(1000, int(self.budget / 20 / once)))
        batches = min(20, int(self.budget / (once * repeats)))
        for _ in range(batches):
            start = time.perf_counter()
            for _ in range(repeats):
                function()
            best = min(best, (time.perf_counter() - start) / repeats)
        return best


def cold_seconds(function: Call, clear: Call, repeats: int) -> tuple[float, Any]:
    """Return the least time of a call from cold caches, and its last result."""
    best, result = float("inf"), None
    for _ in range(repeats):
        # Trees live as long as they are in use: the last result would warm this run.
        result = None
        clear()
        gc.collect()
        start = time.perf_counter()
        result = function()
        best = min(best, time.perf_counter() - start)
    return best, result


def agree(ours: Any, theirs: Any, what: str, tolerance: float = 1e-10) -> None:
    """Leave the benchmark if two results, arrays or tuples of them, differ."""
    one, two = (result if isinstance(result, tuple) else (result,) for result in (ours, theirs))
    for mine, other in zip(one, two, strict=True):
        if mine is None and other is None:  # a gradient that was not asked for
            continue
        mine, other = np.asarray(mine, dtype=float), np.asarray(other, dtype=float)
        if mine.shape != other.shape:
            sys.exit(f"{what}: results of the shapes {mine.shape} and {other.shape}")
        error = np.abs(mine - other).max(initial=0) / max(np.abs(other).max(initial=0), 1e-300)
        if not error <= tolerance:
            sys.exit(f"{what}: results differ by {error:.1e} of the greatest value")


class Slope:
    """A gradient in one direction: as a backward function gives it, and by a central difference."""

    def __init__(
        self, function: Callable[..., Any], arguments: tuple[np.ndarray, ...], derivs: np.ndarray
    ):
        rng = np.random.default_rng(SEEDS["direction"])
        self.function = function
        self.arguments = arguments
        self.direction = [rng.standard_normal(argument.shape) for argument in arguments]
        self.derivs = derivs

    def of(self, gradient: Any) -> float:
        """Return the slope that a gradient, an array for each argument, gives."""
        parts = gradient if isinstance(gradient, tuple) else (gradient,)
        return sum(np.vdot(g, v) for g, v in zip(parts, self.direction, strict=True))

    def measured(self, step: float = 1e-5) -> float:
        """Return the slope between two points."""
        values = [
            np.vdot(
                self.derivs,
                self.function(
                    *(
                        a + sign * step * v
                        for a, v in zip(self.arguments, self.direction, strict=True)
                    )
                ),
            )
            for sign in (1, -1)
        ]
        return (values[0] - values[1]) / (2 * step)


def machine() -> dict[str, Any]:
    """Return what a time depends on: processor, cores, instruction set, system."""
    processor = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = info.read_text("utf-8").splitlines()
        names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
        processor = names[0] if names else processor
    return {
        "processor": processor,
        "cores": os.cpu_count(),
        "instruction set": _fast.instruction_set_name(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def versions() -> dict[str, str]:
    """Return the versions of Python and of what is installed of `PACKAGES`."""
    found = {"Python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    # What was measured, which may be a checkout in front of an installed package.
    return found | {"treealg": treealg.__version__}


def paths(batch: int, length: int, dimension: int) -> np.ndarray:
    """Return random walks with increments of the size of 1 over the root of the length."""
    rng = np.random.default_rng(batch + length + dimension)
    steps = rng.standard_normal((batch, length, dimension)) / np.sqrt(length)
    return steps.cumsum(axis=1)


def derivatives(shape: tuple[int, ...]) -> np.ndarray:
    """Return what a backward function is given: the gradient with respect to the result."""
    return np.random.default_rng(SEEDS["derivatives"]).standard_normal(shape)


def summary(cases: Iterable[Case]) -> list[tuple[str, str, float, float]]:
    """Return function, kind, geometric mean and least of the ratios of compared cases."""
    ratios: dict[tuple[str, str], list[float]] = {}
    for case in cases:
        if case.ratio is not None:
            ratios.setdefault((case.function, case.kind), []).append(case.ratio)
    return [
        (function, kind, statistics.geometric_mean(values), min(values))
        for (function, kind), values in ratios.items()
    ]


def load(path: Path) -> tuple[dict[str, Any], list[Case]]:
    """Return a stored result: what it says about its run, and its cases."""
    result = json.loads(path.read_text("utf-8"))
    return result, [Case(**case) for case in result.pop("cases")]


def text_of(about: Mapping[str, Any], cases: Iterable[Case]) -> str:
    """Return a result as JSON, one line per case, times to four digits."""
    lines = []
    for case in cases:
        values = asdict(case)
        for key in ("seconds", "beside_seconds"):
            values[key] = None if values[key] is None else float(f"{values[key]:.4g}")
        lines.append(f"  {json.dumps(values, ensure_ascii=False)}")
    head = json.dumps(about, indent=1, ensure_ascii=False).removesuffix("\n}")
    return head + ',\n "cases": [\n' + ",\n".join(lines) + "\n ]\n}\n"


def main(
    groups: Mapping[str, Group], name: str, document: str, aims: Mapping[str, tuple[float, ...]]
) -> None:
    """Run the groups of a benchmark that the command line names, and write the result.

    Aims are the geometric mean of the ratios of a function and kind that the project set itself,
    and the least where there is one.
    """
    parser = argparse.ArgumentParser(description=document.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=groups, help="some groups, written nowhere")
    parser.add_argument("--quick", action="store_true", help="measure less, for a first look")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the result here instead")
    options = parser.parse_args()
    about = {
        "benchmark": name,
        "date": datetime.now(UTC).date().isoformat(),
        "quick": options.quick,
        "seeds": SEEDS,
        "aims": aims,
        "machine": machine(),
        "versions": versions(),
    }
    print(*(f"{key}: {value}" for key, value in about.items()), sep="\n", flush=True)
    run = Run(quick=options.quick)
    for run.group in options.only or groups:
        groups[run.group](run)
    print()
    for function, kind, mean, least in summary(run.cases):
        print(f"{function:36} {kind:10} geometric mean {mean:7.1f}x, least {least:7.1f}x")
    output = options.output or (None if options.only else RESULTS / f"{name}.json")
    if output:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text_of(about, run.cases), "utf-8")
