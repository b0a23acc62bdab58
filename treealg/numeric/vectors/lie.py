"""Steps between logarithms and signatures that the functions of log-signatures are made of.

Arrays are a few rows, native and aligned, as `vectors.chunks` yields them.
Signatures are without scalar here; logarithms are by the method of the `Space`, after `scalar`
columns (0 or 1) that are neither read nor written. The degree is at least 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.numeric import kernels
from treealg.numeric.arguments.vectors import Space
from treealg.numeric.vectors.exponential import expanded, gather_coordinates

__all__ = [
    "factors_backward",
    "logarithms",
    "pieces",
    "products",
    "signatures",
    "signatures_backward",
]

Floats = npt.NDArray[Any]


def signatures(log: Floats, scalar: int, space: Space) -> Floats:
    """Return the signatures of logarithms."""
    full = expanded(log[:, scalar:], space)
    out = np.empty((len(log), space.columns()), log.dtype)
    kernels.log_to_signature(full, out, space.program(), space.n_threads)
    return out


def signatures_backward(log: Floats, d_sig: Floats, out: Floats, scalar: int, space: Space) -> None:
    """Write the derivatives in logarithms from those in their signatures."""
    full, out = expanded(log[:, scalar:], space), out[:, scalar:]
    d_log = np.empty_like(d_sig) if space.method else out
    kernels.log_to_signature_backward(full, d_sig, d_log, space.program(), space.n_threads)
    gather_coordinates(d_log, out, space)


def pieces(step: Floats, space: Space) -> Floats:
    """Return the signatures of linear pieces."""
    out = np.empty((len(step), space.columns()), step.dtype)
    kernels.linear_signature(step, out, space.program(), space.n_threads)
    return out


def products(first: Floats, second: Floats, space: Space) -> Floats:
    """Return the products of signatures, the first factor earlier."""
    out = np.empty_like(first)
    kernels.signature_product(first, second, out, space.program(), space.n_threads)
    return out


def logarithms(sig: Floats, out: Floats, scalar: int, space: Space) -> None:
    """Write the logarithms of signatures."""
    plan = space.plan()
    kernels.signature_to_log(sig, out[:, scalar:], plan.program, plan.output_map, space.n_threads)


def factors_backward(
    derivs: Floats, scalar: int, first: Floats, second: Floats, space: Space
) -> tuple[Floats, Floats]:
    """Return the derivatives in two signatures from those in the logarithm of their product."""
    plan, n = space.plan(), space.n_threads
    product = products(first, second, space)
    d_product, d_first, d_second = (np.empty_like(first) for _ in range(3))
    kernels.signature_to_log_backward(
        product, derivs[:, scalar:], d_product, plan.program, plan.output_map, n
    )
    kernels.signature_product_backward(first, second, d_product, d_first, d_second, plan.program, n)
    return d_first, d_second
