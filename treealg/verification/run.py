"""All checks over a range of sizes, with progress."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from treealg.codegen.maps import MAPS, map_size
from treealg.codegen.source_cuda import cuda_source
from treealg.errors import InvalidTypeError, InvalidValueError, MissingDependencyError
from treealg.tables.sizes import as_integer
from treealg.verification.algebra import check_arborification, check_coproduct, check_laws
from treealg.verification.kernels import check_kernels
from treealg.verification.readers import check_readers
from treealg.verification.report import Check, Outcome, Report

__all__ = ["verify"]

Checks = Iterator[tuple[str, Outcome]]


def verify(
    dimension: int = 2,
    degree: int = 3,
    *,
    maps: Sequence[str] | None = None,
    report: str | Path | None = None,
    progress: Callable[[str], object] | None = None,
) -> Report:
    r"""Prove that what is computed is what is defined, for all sizes up to one.

    *Tables*: arborification and coproduct are recomputed from definitions on tuples, and the laws
    of the Hopf algebra are proved for the programs made from them. *Readers*: the exact program,
    NumPy source, C source and the CUDA kernel (emulated on the host) are evaluated in exact
    arithmetic at points that decide about polynomials of their weighted degree, which is computed
    along with them; agreement with the definition is a proof. Backward maps are compared with exact
    derivatives. *Kernels*: compiled kernels and generated source in float32 and float64 agree with
    exact values within :math:`16 (N + 1)^2 \varepsilon A`, where A is the value with all terms
    made positive, over remainders of lanes and numbers of threads.

    Parameters
    ----------
    dimension, degree : int, default 2 and 3
        The largest size, at least 1; all smaller ones and both kinds of trees are included.
    maps : sequence of str, optional
        Some of ``treealg.codegen.MAPS``; by default all.
    report : str or Path, optional
        A file to write the report to.
    progress : callable, optional
        Called with each line of the report as it is found, for instance `print`.

    Returns
    -------
    Report
        True in `Report.passed` if nothing differed.

    Raises
    ------
    InvalidTypeError
        If an integer is none, or `maps` a string.
    InvalidValueError
        If an integer is too small, a map unknown, or a proof needs too many points.
    MissingDependencyError
        If there is no C or C++ compiler.
    OSError
        If the report cannot be written.

    Notes
    -----
    Maps of paths are proved for paths of three points; longer ones repeat the same step. CUDA
    kernels of the largest size are also compiled to PTX where NVRTC is installed.

    References
    ----------
    N. Dyn and M. S. Floater (2014), "Multivariate polynomial interpolation on lower sets", J.
    Approx. Theory 177.

    Examples
    --------
    >>> import treealg
    >>> report = treealg.verify(1, 1, maps=["log"])
    >>> report.passed
    True
    """
    dimension = as_integer(dimension, "dimension", 1)
    degree = as_integer(degree, "degree", 1)
    if isinstance(maps, str):
        raise InvalidTypeError("maps must be a sequence of names, got a string; put it in a list")
    names = MAPS if maps is None else tuple(maps)
    if not names or any(name not in MAPS for name in names):
        raise InvalidValueError(f"maps must be some of {', '.join(MAPS)}; got {names}")
    # A size that is too large is refused before anything is computed.
    for name in names:
        for planar in (False, True):
            map_size(name, dimension, degree, planar=planar)
    checks = []
    for d in range(1, dimension + 1):
        for n in range(1, degree + 1):
            for planar in (False, True):
                largest = (d, n) == (dimension, degree)
                for check in _checks_of_size(d, n, planar, names, largest):
                    checks.append(check)
                    if progress is not None:
                        progress(str(check))
    result = Report(tuple(checks))
    if progress is not None:
        progress(str(result).rsplit("\n", 1)[-1])
    if report is not None:
        Path(report).write_text(f"{result}\n", "utf-8")
    return result


def _checks_of_size(
    dimension: int, degree: int, planar: bool, names: Sequence[str], largest: bool
) -> Iterator[Check]:
    kind = "planar" if planar else "non-planar"
    label = f"{dimension} {degree} {kind}"

    def timed(checks: Checks) -> Iterator[Check]:
        start = time.perf_counter()
        for name, outcome in checks:
            now = time.perf_counter()
            yield Check(label, name, outcome, now - start)
            start = now

    yield from timed(_table_checks(dimension, degree, planar))
    for name in names:
        yield from timed(_map_checks(name, dimension, degree, planar))
        if largest:
            yield from timed(_compiler_checks(name, dimension, degree, planar))


def _table_checks(dimension: int, degree: int, planar: bool) -> Checks:
    yield "arborification table", check_arborification(dimension, degree, planar)
    yield "coproduct table", check_coproduct(dimension, degree, planar)
    yield from check_laws(dimension, degree, planar)


def _map_checks(name: str, dimension: int, degree: int, planar: bool) -> Checks:
    size = map_size(name, dimension, degree, planar=planar)
    for backward in (False, True):
        full = f"{name} backward" if backward else name
        for reader, outcome in check_readers(size, backward):
            yield f"{full}: {reader}", outcome
    for code, outcome in check_kernels(size):
        yield f"{name}: {code}", outcome


def _compiler_checks(name: str, dimension: int, degree: int, planar: bool) -> Checks:
    """Compile CUDA kernels to PTX, where NVRTC is installed."""
    from treealg.codegen.nvrtc import ARCHITECTURES, compile_ptx

    size = map_size(name, dimension, degree, planar=planar)
    for backward in (False, True):
        full = f"{name} backward" if backward else name
        for dtype in ("float64", "float32"):
            source = cuda_source(size, backward, dtype)
            try:
                for architecture in ARCHITECTURES:
                    compile_ptx(source, architecture)
            except MissingDependencyError:
                return
            except InvalidValueError as error:
                yield f"{full}: PTX, {dtype}", Outcome(0, str(error))
                continue
            yield f"{full}: PTX, {dtype}", Outcome(len(ARCHITECTURES))
