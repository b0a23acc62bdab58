"""Generated kernels compiled to PTX, which needs no GPU."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future

from treealg.codegen.compilers.nvrtc import ARCHITECTURES, compile_ptx
from treealg.codegen.languages import generate_source
from treealg.codegen.maps import MapSize
from treealg.errors import InvalidValueError, MissingDependencyError
from treealg.verification.compiled import DTYPES
from treealg.verification.report import Outcome

__all__ = ["PtxMaps", "require_nvrtc"]

Job = tuple[MapSize, bool, str, str]


class PtxMaps:
    """Kernels of maps on their way to PTX.

    Parameters
    ----------
    sizes : sequence of MapSize
        The maps.
    pool : Executor
        Runs the compiler, beginning now.
    full : bool
        For both dtypes and all architectures, and not for the first of each alone.
    """

    def __init__(self, sizes: Sequence[MapSize], pool: Executor, *, full: bool) -> None:
        self._jobs: dict[Job, Future[Outcome]] = {}
        for size in sizes:
            for backward in (False, True):
                for dtype in DTYPES if full else DTYPES[:1]:
                    for architecture in ARCHITECTURES if full else ARCHITECTURES[:1]:
                        job = (size, backward, dtype, architecture)
                        self._jobs[job] = pool.submit(_compile, *job)

    def check(self, size: MapSize) -> Iterator[tuple[str, Outcome]]:
        """Tell which kernels of a map compile."""
        for (own, backward, dtype, architecture), outcome in self._jobs.items():
            if own == size:
                name = f"{dtype}, {architecture}"
                yield f"backward, {name}" if backward else name, outcome.result()


def _compile(size: MapSize, backward: bool, dtype: str, architecture: str) -> Outcome:
    try:
        source = generate_source(
            size.name, size.dimension, size.degree, planar=bool(size.planar), backward=backward,
            language="cuda", dtype=dtype, levels=size.levels, method=size.method,
        )  # fmt: skip
    except InvalidValueError as refusal:
        return Outcome(0, skipped=str(refusal))
    try:
        compile_ptx(source, architecture)
    except MissingDependencyError as missing:
        return Outcome(0, skipped=str(missing))
    except InvalidValueError as error:
        return Outcome(0, str(error))
    return Outcome(1)


def require_nvrtc() -> None:
    """Compile a smallest kernel."""
    compile_ptx(generate_source("linear", 1, 1, language="cuda"))
