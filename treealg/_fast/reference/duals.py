"""Values and tangents as complex arrays, and apart again."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["join_tangents", "take_tangents"]


def join_tangents(
    values: npt.NDArray[np.floating],
    tangents: npt.NDArray[np.floating] | None,
    out: npt.NDArray[Any],
) -> None:
    """Write values and tangents to the real and imaginary parts of `out`.

    Parameters
    ----------
    values : ndarray
        Of the precision and the shape of `out`.
    tangents : ndarray or None
        The same; None for zero.
    out : ndarray of complex
        What is written.
    """
    out.real = values
    out.imag = 0 if tangents is None else tangents


def take_tangents(duals: npt.NDArray[Any], out: npt.NDArray[np.floating]) -> None:
    """Write the imaginary parts of an array.

    Parameters
    ----------
    duals : ndarray of complex
        What is read.
    out : ndarray
        Of its precision and shape.
    """
    out[...] = duals.imag
