"""Floats and complex numbers as mathematics writes them: 10⁻⁵ and 2i, not 1e-05 and 2j."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from treealg.symbolic.display.style import printable

__all__ = ["LATEX", "TEXT", "Notation"]

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
        if isinstance(value, float) or getattr(value, "is_Float", False):
            return self._real(float(value))
        if not isinstance(value, complex):
            return printable(str(value))
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
        digits, _, exponent = repr(value).partition("e")
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


TEXT = Notation("∞", "NaN", "i", "·", "10{}")
LATEX = Notation(r"\infty", r"\mathrm{NaN}", r"\mathrm{i}", r" \cdot ", "10^{{{}}}")
