"""Calls that compiled programs make of kernels at once: by XLA's foreign function interface.

The handler is a small C function (``handler.c``), which is compiled against the header of the
jaxlib that is there when it is first needed. Where there is no compiler, or no such header, and for
all that a handler does not do, programs call back to Python.
"""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import jax
import numpy as np

from treealg import engines
from treealg._fast import calls
from treealg.codegen.compilers.host import shared_library
from treealg.errors import InvalidValueError, MissingDependencyError, warn_caller
from treealg.jax.operators import Operator, Options, Presence
from treealg.numeric.arguments.calls import SIGNATURE, WORDS, checked_call
from treealg.numeric.plans.words import plan_of

__all__ = ["TARGET", "call_number"]

TARGET = "treealg"
"""The name of the handler."""

_FUNCTIONS = ("branched_sig", "branched_log_sig", "sig", "log_sig")
_USUAL = {"stream": False, "missing": "propagate"}


def call_number(
    operator: Operator, types: Sequence[Any], present: Presence, options: Options
) -> int | None:
    """Return the number of the call that computes an operator on arrays of some types.

    None if it is not one that handlers make, or if there is no handler.
    """
    row = operator.row
    is_backward = row.name.endswith("_backprop")
    given = [x.name for x, is_there in zip(row.arguments, present, strict=True) if is_there]
    derivs = [x.name for x in row.arguments if x.role == "derivs"]
    if row.name.removesuffix("_backprop") not in _FUNCTIONS or given != ["path", *derivs]:
        return None
    values = operator.values(types, present, options)
    if any(values[name] != usual for name, usual in _USUAL.items()) or not values["degree"]:
        return None
    if engines.current().name != "compiled" or not _is_registered():
        return None
    return _kept(row.name, is_backward, types, values)


def _kept(name: str, is_backward: bool, types: Sequence[Any], values: dict[str, Any]) -> int:
    """Keep a call, and return its number, which is the same in every process."""
    channels, dtype = types[0].shape[-1], np.dtype(types[0].dtype)
    is_log = "log_sig" in name
    scalar = values["scalar_term"]
    call = checked_call(
        channels,
        values["degree"],
        values.get("planar", WORDS),
        values["n_jobs"],
        values["method"] if is_log else SIGNATURE,
        values["time_aug"],
        values["lead_lag"],
        values["end_time"],
        False if is_backward else scalar,
        values["weights"],
    )
    plan = plan_of(call, 1)
    unit = call.unit
    if is_backward and types[-1].shape[-1] == plan.size + 1:
        unit = 0.0  # whose derivative is not read
    described = repr((name, dtype.name, call, unit))
    number = int.from_bytes(hashlib.sha256(described.encode()).digest()[:8], "little", signed=True)
    if not calls.is_kept(number):
        words, linear, log, _ = plan.prepared(engines.current())
        like = np.empty((0, 1, channels), dtype)
        calls.keep_call(
            number, is_backward, like, words, linear, log, *call.transform, call.n_threads, unit
        )
    return number


@lru_cache(maxsize=1)
def _is_registered() -> bool:
    """Compile the handler and tell JAX of it; False where that cannot be.

    That there is no compiler is as good a reason as any, and one that fails is told of.
    """
    try:
        ffi: Any = jax.ffi
        folder = ffi.include_dir()
        text = Path(__file__).with_name("handler.c").read_text("utf-8")
        library = shared_library(text, "c", ["-std=c99", "-O1", f"-I{folder}"], "the handler")
        library.treealg_connect(ctypes.c_void_p(calls.address_of_calls()))
        ffi.register_ffi_target(TARGET, ffi.pycapsule(library.treealg_handler), platform="cpu")
    except (AttributeError, OSError, MissingDependencyError):
        return False
    except InvalidValueError as error:
        warn_caller(f"compiled programs call back to Python, which is slower: {error}", UserWarning)
        return False
    return True
