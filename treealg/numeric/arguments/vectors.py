"""Vectors of coefficients as arguments: which basis they belong to, and their scalar."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy.typing as npt

from treealg import tables
from treealg.checks import check_flag, check_integer, check_method, thread_count
from treealg.errors import InvalidValueError
from treealg.numeric import kernels
from treealg.numeric.arguments import arrays, options
from treealg.numeric.arguments.scalars import basis_text, scalar_columns
from treealg.numeric.plans import cache as plans

__all__ = [
    "Space",
    "check_columns",
    "check_same_scalar",
    "chunks",
    "log_columns",
    "sig_columns",
    "slabs",
    "space_of",
]

_CHUNK_BYTES = 1 << 18
_CHUNK_ROWS = 32


class Space(NamedTuple):
    """The checked options of one call; `dimension` is that of the transformed path."""

    dimension: int
    degree: int
    planar: bool
    method: int
    n_threads: int

    def plan(self) -> plans.Plan:
        """Return the plan from signatures to logarithms, for `method`."""
        return plans.log_plan(self.dimension, self.degree, self.planar, self.method)

    def program(self) -> kernels.ConvolutionProgram | None:
        """Return the algebra of the signatures, None for degree 0."""
        return plans.log_plan(self.dimension, self.degree, self.planar, 0).program

    def expansion(self) -> plans.Plan:
        """Return the plan from coordinates of logarithms, by `method`, to their expanded form."""
        return plans.expansion_plan(self.dimension, self.degree, self.planar, self.method)

    def columns(self) -> int:
        """Return the coefficients of the signature, without scalar, without building a table."""
        plan = plans.find_log_plan(self.dimension, self.degree, self.planar, self.method)
        if plan is not None:
            return plan.columns
        return plans.basis_columns(self.dimension, self.degree, self.planar)

    def basis(self) -> str:
        """Return the name of the basis, for messages."""
        return basis_text(self.dimension, self.degree, self.planar)


def space_of(
    dimension: Any,
    degree: Any,
    planar: Any,
    n_jobs: Any,
    *,
    method: Any = 0,
    time_aug: Any = False,
    lead_lag: Any = False,
) -> Space:
    """Check every option, before any table is built or memory taken."""
    planar = check_flag("planar", planar)
    return Space(
        options.effective_dimension(
            check_integer("dimension", dimension, 1),
            check_flag("time_aug", time_aug),
            check_flag("lead_lag", lead_lag),
        ),
        check_integer("degree", degree, 0),
        planar,
        check_method(method, planar),
        thread_count(n_jobs),
    )


def sig_columns(rows: arrays.Rows, space: Space) -> int:
    """Return how many scalars (0 or 1) precede signatures, having checked length and scalar."""
    return scalar_columns(rows, space.columns(), space.basis(), unit=1)


def log_columns(rows: arrays.Rows, space: Space) -> int:
    """Return how many scalars (0 or 1) precede logarithms, having checked length and scalar."""
    if space.method == 0:
        return scalar_columns(rows, space.columns(), space.basis(), unit=0)
    size = tables.log_length(space.dimension, space.degree, space.planar, space.method)
    check_columns(rows, size, f"the Lyndon coordinates of method={space.method}, without scalar")
    return 0


def check_same_scalar(first: arrays.Rows, second: arrays.Rows) -> None:
    """Refuse two vectors of which one has a scalar and the other none."""
    if first.item != second.item:
        raise InvalidValueError(
            f"{first.name} and {second.name} must both have their scalar or both not, got shapes "
            f"{first.array.shape} and {second.array.shape}; drop or add the first column of one"
        )


def check_columns(rows: arrays.Rows, expected: int, what: str) -> None:
    """Refuse vectors of a wrong length."""
    if rows.item[0] != expected:
        raise InvalidValueError(
            f"{rows.name} must have {expected} columns, {what}; got shape {rows.array.shape}"
        )


def chunks(
    n_threads: int, outputs: tuple[npt.NDArray[Any], ...], *arguments: arrays.Rows
) -> Iterator[tuple[npt.NDArray[Any], ...]]:
    """Yield a few rows of each argument and output, for work with intermediate results."""
    size = max(sum(rows.item[0] for rows in arguments), 1)
    step = max(_CHUNK_BYTES // (8 * size), _CHUNK_ROWS * n_threads)
    for start in range(0, len(outputs[0]), step):
        stop = min(start + step, len(outputs[0]))
        yield (
            *(rows.slab(start, stop) for rows in arguments),
            *(out[start:stop] for out in outputs),
        )


def slabs(
    n_threads: int, outputs: tuple[npt.NDArray[Any], ...], *arguments: arrays.Rows
) -> Iterator[tuple[npt.NDArray[Any], ...]]:
    """Yield what `treealg.numeric.arguments.arrays.slabs` returns, for several outputs."""
    start = 0
    for pieces in arrays.slabs(n_threads, outputs[0], *arguments):
        stop = start + len(pieces[-1])
        yield (*pieces, *(out[start:stop] for out in outputs[1:]))
        start = stop
