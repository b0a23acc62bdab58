"""Dual numbers in NumPy: a step along the imaginary axis in place of a nilpotent one.

A complex array is one of values and tangents. A function of sums and products is a polynomial, so
that ``f(x + i h dx) = f(x) + i h df(x; dx)`` up to terms of ``h**2``, which a small ``h`` puts
below all digits: nothing is subtracted, and no digit lost. Kernels compute with dual numbers.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["Dual", "over_duals"]

_STEP = 2.0**-300


class Dual:
    """A value and its tangent, in place of an array.

    Parameters
    ----------
    value : object
        The array, as a caller gave it.
    tangent : object
        Its tangent, or None for zero.
    name : str
        The name of the tangent, for messages.
    is_step : bool, default False
        Whether the tangent is to be read as one that is very small, the `step_of` of
        `treealg.numeric.arguments.duals` times itself.
    """

    __slots__ = ("is_step", "name", "tangent", "value")

    def __init__(self, value: Any, tangent: Any, name: str, is_step: bool = False) -> None:
        self.value = value
        self.tangent = tangent
        self.name = name
        self.is_step = is_step

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the value."""
        own = getattr(self.value, "shape", None)
        return own if isinstance(own, tuple) else np.shape(self.value)


def over_duals(function: Callable[..., None]) -> Callable[..., None]:
    """Return a function that takes dual numbers, beside real ones.

    They are complex arrays, or pairs of real ones: values and tangents, which are None for zero;
    or, to write to, None for values that nobody wants. The function is one that writes its results
    to those arguments whose names begin with ``out``, ``d_`` or ``grad``.
    """
    names = list(inspect.signature(function).parameters)
    results = [i for i, name in enumerate(names) if name.startswith(("out", "d_", "grad"))]

    @functools.wraps(function)
    def compute(*given: Any) -> None:
        arguments = list(given)
        for i, argument in enumerate(given):
            if type(argument) is tuple:  # not one with names, of options
                value, tangent = argument
                if value is None or i in results:
                    arguments[i] = np.zeros(tangent.shape, np.complex128)
                else:
                    moved = 0.0 if tangent is None else tangent * np.float64(_STEP)
                    arguments[i] = value + 1j * moved
            elif isinstance(argument, np.ndarray) and argument.dtype.kind == "c":
                with np.errstate(invalid="ignore"):  # what stands where results go is any number
                    arguments[i] = argument.real + 1j * (argument.imag * np.float64(_STEP))
        function(*arguments)
        for i in results:
            if type(given[i]) is tuple:
                value, tangent = given[i]
                tangent[...] = arguments[i].imag / _STEP
                if value is not None:
                    value[...] = arguments[i].real
            elif arguments[i] is not given[i]:
                given[i].real = arguments[i].real
                given[i].imag = arguments[i].imag / _STEP

    return compute
