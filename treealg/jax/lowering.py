"""How a compiled program computes an operator: the one place that knows."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from jax.interpreters import mlir

from treealg.jax import handlers
from treealg.jax.operators import Operator, Options, Presence

__all__ = ["lower", "lower_on_cpu"]


def lower_on_cpu(
    operator: Operator, context: Any, *given: Any, present: Presence, options: Options
) -> Any:
    """Return the values in a program for the CPU that are the results of an operator."""
    number = handlers.call_number(operator, context.avals_in, present, options)
    if number is None:
        return lower(operator, context, *given, present=present, options=options)
    rule: Any = jax.ffi.ffi_lowering(handlers.TARGET)
    return rule(context, *given, call=np.int64(number))


def lower(
    operator: Operator, context: Any, *given: Any, present: Presence, options: Options
) -> Any:
    """Return the same as a call of Python from the program, of whatever device."""

    def compute(*arrays: Any) -> tuple[np.ndarray[Any, Any], ...]:
        # Nothing of JAX in here: it may wait for the very thread that this runs on.
        results = operator.compute([np.asarray(x) for x in arrays], present, options)
        return tuple(results)

    results, *_ = mlir.emit_python_callback(
        context, compute, None, list(given), context.avals_in, context.avals_out,
        has_side_effect=False,
    )  # fmt: skip
    return results
