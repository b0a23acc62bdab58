"""Functions of the windows of paths: signatures and log-signatures."""

from __future__ import annotations

from typing import Any

from treealg.numeric.arguments.batches import allocate
from treealg.numeric.arguments.ragged import Prepared
from treealg.numeric.arguments.rows import memory_for
from treealg.numeric.arguments.windows import windows_of
from treealg.numeric.blocks.windows import write_windows
from treealg.numeric.plans.plan import Plan
from treealg.typing import Array

__all__ = ["of_windows"]


def of_windows(found: Prepared, plan: Plan, windows: Any) -> Array:
    """Compute what a plan gives for windows of paths that were prepared for a call."""
    rows, call = found.path, found.call
    with memory_for("path, copied for windows,"):
        pieces = windows_of(found, windows)
    result, view = allocate(rows, len(pieces.ends), plan.size, scalar=call.unit)
    if call.degree:
        write_windows(pieces, plan, view)
    return rows.wrap(result)
