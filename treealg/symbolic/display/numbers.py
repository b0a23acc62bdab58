"""Coefficients as mathematics writes them: 10⁻⁵ and 2i, not 1e-05 and 2j."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from treealg.symbolic.trees.scalars import expression_text, float_of_mpmath, number_text
from treealg.symbolic.trees.terminal import printable

__all__ = ["LATEX", "TEXT", "Notation", "without_mpmath"]

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Notation:
    """How the parts of a number are written.

    Attributes
    ----------
    infinity, undefined, unit, times : str
        Infinity, what is not a number, the imaginary unit, and the sign of products.
    power : str
        A power of ten, with ``{}`` for the exponent.
    """

    infinity: str
    undefined: str
    unit: str
    times: str
    power: str

    def number(self, value: Any) -> str:
        """Return the text of a coefficient; what is neither float nor complex is as it prints.

        Examples
        --------
        >>> TEXT.number(1e-05), TEXT.number(-2.5e20), TEXT.number(1 - 2j), TEXT.number(3)
        ('10⁻⁵', '-2.5·10²⁰', '1 - 2i', '3')
        """
        value = without_mpmath(value)
        if getattr(value, "is_Float", False):
            return self._float(value)
        if isinstance(value, float):
            return self._real(value)
        if isinstance(value, Decimal) and value.is_finite():
            return self._decimal(str(value).lower())
        if hasattr(type(value), "free_symbols"):
            return printable(self._expression(value))
        if not isinstance(value, complex):
            return printable(number_text(value))
        real, imaginary = value.real, value.imag
        if math.isnan(real) or math.isnan(imaginary):
            return self.undefined
        size = "" if abs(imaginary) == 1 else self._real(abs(imaginary))
        sign = "-" if math.copysign(1.0, imaginary) < 0 else ""
        if not real:
            return f"{sign}{size}{self.unit}" if imaginary else "0"
        return f"{self._real(real)} {sign or '+'} {size}{self.unit}"

    def _real(self, value: float) -> str:
        if math.isnan(value):
            return self.undefined
        if math.isinf(value):
            return f"-{self.infinity}" if value < 0 else self.infinity
        return self._decimal(repr(value))

    def _float(self, value: Any) -> str:
        """Return the text of a float of SymPy, which may be beyond those of Python."""
        near = float(value)
        if value == 0 or (near and math.isfinite(near)):
            return self._real(near)
        from sympy import sstr

        return self._decimal(sstr(value, full_prec=False, min=-4, max=15))

    def _expression(self, value: Any) -> str:
        """Return the text of an expression, with the numbers in it as here."""
        # SymPy is imported for its own objects only.
        from treealg.symbolic.display.expressions import written

        numbers: dict[str, Callable[[Any], str]] = {
            "Float": self._float,
            "Infinity": lambda number: self.infinity,
            "NegativeInfinity": lambda number: f"-{self.infinity}",
            "ComplexInfinity": lambda number: f"{self.infinity}\N{COMBINING TILDE}",
            "NaN": lambda number: self.undefined,
            "ImaginaryUnit": lambda number: self.unit,
            "Pi": lambda number: "π",
        }
        return expression_text(value, lambda spelled: written(spelled, numbers))

    def _decimal(self, text: str) -> str:
        digits, _, exponent = text.partition("e")
        digits = digits.removesuffix(".0")
        if not exponent:
            return digits
        power = self._power(int(exponent))
        if digits in {"1", "-1"}:
            return digits.replace("1", power)
        return f"{digits}{self.times}{power}"

    def _power(self, exponent: int) -> str:
        written = str(exponent)
        return self.power.format(written if "^" in self.power else written.translate(_SUPERSCRIPTS))


def without_mpmath(value: Any) -> Any:
    """Return a float of mpmath as one of SymPy, a complex one as Python's, and all else as it is.

    Examples
    --------
    >>> import mpmath
    >>> without_mpmath(mpmath.mpf("1e-7")), without_mpmath(mpmath.mpc(1, 2)), without_mpmath(1)
    (1.00000000000000e-7, (1+2j), 1)
    """
    if hasattr(type(value), "free_symbols"):
        return value
    if hasattr(value, "_mpc_"):
        return complex(value)
    return float_of_mpmath(value) if hasattr(value, "_mpf_") else value


TEXT = Notation("∞", "NaN", "i", "·", "10{}")
LATEX = Notation(r"\infty", r"\mathrm{NaN}", r"\mathrm{i}", r" \cdot ", "10^{{{}}}")
