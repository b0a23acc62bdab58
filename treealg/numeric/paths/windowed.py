"""Signatures and log-signatures of the windows of paths, and their gradients."""

from __future__ import annotations

from typing import Any

from treealg.errors import InvalidValueError
from treealg.numeric.arguments.batches import allocate
from treealg.numeric.arguments.prepared import Prepared
from treealg.numeric.arguments.rows import Rows, memory_for
from treealg.numeric.arguments.targets import Target
from treealg.numeric.arguments.windows import windows_of
from treealg.numeric.blocks.gradients import windows_backward
from treealg.numeric.blocks.windows import write_windows
from treealg.numeric.plans.plan import Plan
from treealg.typing import Array

__all__ = ["check_either", "of_windows", "of_windows_backward"]


def check_either(every: bool, windows: Any) -> None:
    """Refuse prefixes of windows."""
    if every and windows is not None:
        raise InvalidValueError(
            "windows must be None with stream=True; expanding_windows makes windows of prefixes"
        )


def of_windows(found: Prepared, plan: Plan, windows: Any, to: Target | None = None) -> Array:
    """Compute what a plan gives for windows of paths that were prepared for a call."""
    rows, call = found.path, found.call
    with memory_for("path, copied for windows,"):
        pieces = windows_of(found, windows, once=True)
    result, view = allocate(
        rows, len(pieces.ends), plan.size, scalar=call.unit, walked=False, to=to
    )
    if call.degree:
        write_windows(pieces, plan, view)
    return rows.wrap(result)


def of_windows_backward(
    found: Prepared, derivs: Rows, plan: Plan, windows: Any, to: Target | None = None
) -> Any:
    """Compute the derivatives in what was prepared from those in results for windows.

    The derivatives are items of shape ``(windows, size)``.
    """
    rooms = found.rooms(to)
    with memory_for("path, copied for windows,"):
        pieces = windows_of(found, windows)
    sums = windows_backward(pieces, derivs.whole(), plan)
    line, dtype = pieces.line, found.path.dtype
    corrections = sums.corrections
    if corrections is not None:
        corrections = line.taken(corrections).astype(dtype, copy=False)
    points = line.taken(sums.points).astype(dtype, copy=False)
    return pieces.found.gradients(points, corrections, rooms)
