"""All checks over a range of sizes, with progress."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import nullcontext
from functools import partial
from itertools import product
from pathlib import Path

from treealg.checks import brief, check_callable, check_file, check_flag, check_integer, closest
from treealg.codegen.compilers.host import find_compiler
from treealg.codegen.maps import LOG_MAPS, MAPS, PATH_MAPS, MapSize
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.processors import available_processors
from treealg.sequences import check_sequence
from treealg.verification.algebra import check_arborification, check_coproduct, check_lyndon
from treealg.verification.closures import check_closures
from treealg.verification.compiled import CompiledMaps
from treealg.verification.definitions import sized
from treealg.verification.functions import KERNELS
from treealg.verification.kernels import check_generated, check_kernels
from treealg.verification.laws import check_laws, count_law_points
from treealg.verification.pairs import check_pairs
from treealg.verification.points import MAX_POINTS
from treealg.verification.ptx import PtxMaps, require_nvrtc
from treealg.verification.readers import check_readers, count_problem_points
from treealg.verification.report import Check, Outcome, Report, row
from treealg.verification.steps import check_steps
from treealg.verification.stochastic import check_cumulants, check_expectation
from treealg.verification.times import check_times
from treealg.verification.translations import check_change_of_lift, check_translation
from treealg.verification.weights import (
    check_light_words,
    check_weighted_arborification,
    check_weighted_coproduct,
)
from treealg.whole import whole

__all__ = ["verify"]

Checks = Iterator[tuple[str, Outcome]]
Subject = tuple[str, str, Callable[[], Checks]]
Size = tuple[int, int, bool | None]
Sizes = int | tuple[int, int]
Progress = Callable[[str, int, int], object]


def verify(
    dimension: Sizes = 2,
    degree: Sizes = 3,
    *,
    planar: bool | None = None,
    maps: Sequence[str] | None = None,
    ptx: bool = False,
    report: str | Path | None = None,
    progress: Progress | None = None,
) -> Report:
    r"""Prove that what is computed is what is defined, for a range of sizes.

    *Tables*: arborification, coproduct and Lyndon coordinates are recomputed from definitions on
    tuples, and the laws of the Hopf algebra and of signatures are proved for the programs made from
    them. *Readers*: the exact program, NumPy source, C source and the CUDA kernel (emulated on the
    host) are evaluated in exact arithmetic at points that decide about polynomials of their
    weighted degree, which is computed along with them; agreement with the definition is a proof.
    Backward maps are compared with exact derivatives, so that adjoints are transposes. *Kernels*:
    compiled kernels, their gradients, and generated source in float32 and float64 agree with exact
    values within :math:`4 (N + L) \varepsilon A`, where L is the number of points of a path and A
    the value with all terms made positive, over remainders of lanes and, at the largest size, with
    1 and 2 threads. *Time*: what kernels append as a channel is one grid, whose rounded increments
    add up to its end exactly; results are those of the path with these times, bit for bit.

    Parameters
    ----------
    dimension, degree : int or tuple of two int, default 2 and 3
        The sizes, at least 1: from 1 to a number, or from the first of a pair to the second.
    planar : bool, optional
        The kind, trees or ordered forests; by default both, and words, of which there is no
        generated source.
    maps : sequence of str, optional
        Some of ``treealg.codegen.MAPS``; by default all. Compiled kernels are checked if they
        compute one of these, or a composition of some.
    ptx : bool, default False
        Compile the CUDA kernels of the largest size to PTX for both dtypes and all architectures.
        Otherwise those for float64 are compiled for one, where NVRTC is installed; where it is not,
        the report says so.
    report : str or Path, optional
        A file to write the report to, one line per check.
    progress : callable, optional
        Called with a row of the table, how many rows there are so far, and how many there will be.

    Returns
    -------
    Report
        True in `Report.passed` if nothing differed. What could not be checked is in
        `Report.skipped`: kernels too large for the shared memory of a GPU, and PTX without NVRTC.

    Raises
    ------
    InvalidTypeError
        If a size is neither an integer nor a pair of such, `maps` a string, a flag no boolean,
        `report` no name, or `progress` not callable.
    InvalidValueError
        If a size is too small or a range empty, a map unknown, or a map or proof too large,
        `report` cannot be written, as a folder or in one that is not there, or the environment has
        a ``CC`` or ``CXX`` that names no program; nothing has been computed then.
    MissingDependencyError
        If there is no C or C++ compiler, or `ptx` is asked for and NVRTC is not installed.
    OSError
        If there is no room for the report. It is opened first, and gets its name at the end.

    Notes
    -----
    Maps of paths are proved for paths of 1 to 4 points, and their programs, step and readout, as
    polynomials in any state, from which paths of any length follow by induction.

    References
    ----------
    N. Dyn and M. S. Floater (2014), "Multivariate polynomial interpolation on lower sets", J.
    Approx. Theory 177.

    Examples
    --------
    >>> import treealg
    >>> report = treealg.verify(1, (1, 2), maps=["log"], planar=False)
    >>> report.passed
    True
    """
    if progress is not None:
        check_callable("progress", progress)
    dimensions, degrees = _range(dimension, "dimension"), _range(degree, "degree")
    kinds = _kinds(planar)
    ptx = check_flag("ptx", ptx)
    names = _names(maps)
    target = None if report is None else check_file("report", report)
    _refuse_large(dimensions[-1], degrees[-1], kinds, names)
    find_compiler("c")
    find_compiler("c++")
    if ptx:
        require_nvrtc()
    sizes = list(product(dimensions, degrees, kinds))
    with nullcontext() if target is None else whole(target) as file:
        result = Report(tuple(_checked(sizes, names, len(kinds), ptx, progress)))
        if file is not None:
            file.write(f"{result}\n".encode())
    return result


def _checked(
    sizes: Sequence[Size],
    names: Sequence[str],
    kinds: int,
    ptx: bool,
    progress: Progress | None,
) -> list[Check]:
    """Make the checks of all sizes, of which the largest are the last, one for each kind."""
    largest = sizes[-kinds:]
    checks: list[Check] = []
    with ThreadPoolExecutor(available_processors()) as pool, ThreadPoolExecutor(1) as background:
        try:
            printed = [size for size in sizes if size[2] is not None]  # of words there is no source
            kernels = [
                own for size in largest if size in printed for own in _map_sizes(*size, names)
            ]
            ptx_maps = PtxMaps(kernels, background, full=ptx)
            ahead = _Ahead(printed, names, pool)
            subjects = [
                subject
                for size in sizes
                for subject in _subjects(size, names, ahead, threads=size in largest)
            ]
            for own in kernels:
                label = _label(own.dimension, own.degree, own.planar)
                subjects.append((label, f"{_title(own)} PTX", partial(ptx_maps.check, own)))
            for done, subject in enumerate(subjects, 1):
                found = _timed(*subject)
                checks += found
                if progress is not None:
                    progress(row(found), done, len(subjects))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            background.shutdown(cancel_futures=True)
            raise
    return checks


def _range(value: Sizes, name: str) -> range:
    if isinstance(value, tuple):
        if len(value) != 2:
            raise InvalidTypeError(
                f"{name} must be an integer or a pair of first and last, got {brief(value)}"
            )
        first, last = (check_integer(name, bound, 1) for bound in value)
    else:
        first, last = 1, check_integer(name, value, 1)
    if last < first:
        raise InvalidValueError(f"{name} must be a range from first to last, got {brief(value)}")
    return range(first, last + 1)


def _kinds(planar: bool | None) -> tuple[bool | None, ...]:
    """Return the kinds that are meant, of which None are words."""
    if planar is None:
        return (False, True, None)
    return (check_flag("planar", planar),)


def _names(maps: Sequence[str] | None) -> tuple[str, ...]:
    names = MAPS if maps is None else check_sequence("maps", maps, "a sequence of names")
    if not names:
        raise InvalidValueError(f"maps must be some of {', '.join(MAPS)}; got none")
    for name in names:
        if not isinstance(name, str) or name not in MAPS:
            raise InvalidValueError(
                f"maps must be some of {', '.join(MAPS)}; got {brief(name)}{closest(name, MAPS)}"
            )
    return tuple(dict.fromkeys(names))


def _map_sizes(
    dimension: int, degree: int, planar: bool | None, names: Sequence[str]
) -> list[MapSize]:
    return [
        sized(name, dimension, degree, planar, method)
        for name in names
        for method in ((0, 1, 2) if planar is not False and name in LOG_MAPS else (0,))
        if planar is not None or name != "arborification"  # of words, the identity
    ]


def _refuse_large(
    dimension: int, degree: int, kinds: Sequence[bool | None], names: Sequence[str]
) -> None:
    """Refuse what needs too many terms or points, before anything is computed."""
    for planar in kinds:
        sizes = _map_sizes(dimension, degree, planar, names)
        needed = {"the laws": count_law_points(dimension, degree, planar)}
        for size in sizes:
            needed[str(size)] = count_problem_points(size)
        what = max(needed, key=needed.__getitem__)
        if needed[what] > MAX_POINTS:
            raise InvalidValueError(
                f"the proof about {what} at dimension={dimension}, degree={degree} needs "
                f"{needed[what]:,} points, beyond the bound of {MAX_POINTS:,}; lower the "
                f"dimension or the degree, or choose other maps"
            )


def _label(dimension: int, degree: int, planar: bool | None) -> str:
    kind = "words" if planar is None else "planar" if planar else "non-planar"
    return f"{dimension} {degree} {kind}"


def _title(size: MapSize) -> str:
    return f"{size.name} method {size.method}" if size.method else size.name


def _timed(size: str, subject: str, run: Callable[[], Checks]) -> list[Check]:
    """Make the checks of a subject."""
    checks = []
    start = time.perf_counter()
    for name, outcome in run():
        now = time.perf_counter()
        checks.append(Check(size, subject, name, outcome, now - start))
        start = now
    return checks


class _Ahead:
    """Compiled source of one size after the other, each begun while the one before is checked."""

    def __init__(self, sizes: Sequence[Size], names: Sequence[str], pool: Executor) -> None:
        self._sizes, self._names, self._pool = list(sizes), names, pool
        self._known: dict[Size, CompiledMaps] = {}

    def of(self, size: MapSize) -> CompiledMaps:
        """Return the source of a size, and begin with the next one."""
        wanted = (size.dimension, size.degree, size.planar)
        place = self._sizes.index(wanted)
        for own in self._sizes[place : place + 2]:
            if own not in self._known:
                self._known[own] = CompiledMaps(_map_sizes(*own, self._names), self._pool)
        for own in self._sizes[:place]:
            self._known.pop(own, None)
        return self._known[wanted]


def _subjects(
    size: Size, names: Sequence[str], ahead: _Ahead, *, threads: bool
) -> Iterator[Subject]:
    """List what is checked of one size."""
    label = _label(*size)
    yield label, "tables", partial(_check_tables, *size)
    yield label, "laws", partial(check_laws, *size)
    for own in _map_sizes(*size, names):
        title = _title(own)
        if own.name in PATH_MAPS:
            yield label, f"{title} programs", partial(check_steps, own)
        yield label, title, partial(_check_map, own, False, ahead)
        yield label, f"{title} backward", partial(_check_map, own, True, ahead)
        if own.planar is not None:
            yield label, f"{title} in floats", partial(_check_floats, own, ahead)
    for name, kernel in KERNELS.items():
        if kernel.is_asked(names) and kernel.is_there(size[2]):
            yield label, f"{name} kernel", partial(check_kernels, name, *size, threads=threads)
    if size[2] is False and size[1] and set(MAPS) <= set(names):
        yield label, "kernels of pairs", partial(check_pairs, *size[:2], threads=threads)
    if "sig" in names and size[2] is not None:
        yield label, "time", partial(check_times, *size[:2], size[2])


def _check_tables(dimension: int, degree: int, planar: bool | None) -> Checks:
    yield "arborification", check_arborification(dimension, degree, planar)
    yield "coproduct", check_coproduct(dimension, degree, planar)
    if dimension > 1:
        yield "arborification by weight", check_weighted_arborification(dimension, degree, planar)
        yield "chains by weight", check_weighted_arborification(dimension, degree, planar, 3)
        yield "coproduct by weight", check_weighted_coproduct(dimension, degree, planar)
        yield "light elements", check_light_words(dimension, degree, planar)
    if planar is not False:
        yield "Lyndon coordinates", check_lyndon(dimension, degree, planar)
    else:
        yield "expected signatures", check_expectation(dimension, degree)
    if planar is not None:
        yield "signature cumulants", check_cumulants(dimension, degree, planar)
        yield "translations", check_translation(dimension, degree, planar)
        yield "changes of lift", check_change_of_lift(dimension, degree, planar)
        if degree:
            yield "closed sets", check_closures(dimension, degree, planar)


def _check_map(size: MapSize, backward: bool, ahead: _Ahead) -> Checks:
    return check_readers(size, backward, None if size.planar is None else ahead.of(size))


def _check_floats(size: MapSize, ahead: _Ahead) -> Checks:
    return check_generated(size, ahead.of(size))
