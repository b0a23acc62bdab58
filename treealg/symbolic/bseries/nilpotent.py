r"""Numbers with infinitesimals that square to zero: exact derivatives of Python functions.

With :math:`\epsilon_i^2 = 0` the coefficient of :math:`\epsilon_1 \cdots \epsilon_k` in
:math:`f(y + \sum \epsilon_i v_i)` is the k-th derivative of f in the directions v. Whatever
arithmetic the function does is done on such numbers, exactly when the numbers are exact.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

from treealg.errors import InvalidTypeError, InvalidValueError

__all__ = ["Nilpotent"]


class Nilpotent:
    """A polynomial in infinitesimals that square to zero, given by its coefficients.

    Parameters
    ----------
    terms : dict
        From sets of infinitesimals, as bit masks, to coefficients; 0 is the real part.

    Notes
    -----
    Sums, products, quotients, integer and real powers; the methods ``exp``, ``log``, ``sin``,
    ``cos``, ``tan``, ``sqrt``, ``sinh``, ``cosh`` and ``tanh`` are those that NumPy's functions
    look for on arrays of objects.

    Examples
    --------
    >>> x = Nilpotent({0: 3, 1: 1, 2: 1})
    >>> (x * x * x).terms[3]  # the second derivative of x^3 at 3
    18
    """

    __slots__ = ("terms",)
    terms: dict[int, Any]

    def __init__(self, terms: dict[int, Any]) -> None:
        self.terms = terms

    @property
    def real(self) -> Any:
        """The part without infinitesimals."""
        return self.terms.get(0, 0)

    def __add__(self, other: Any) -> Nilpotent:
        terms = dict(self.terms)
        for mask, value in _terms(other).items():
            terms[mask] = terms[mask] + value if mask in terms else value
        return Nilpotent(terms)

    __radd__ = __add__

    def __neg__(self) -> Nilpotent:
        return Nilpotent({mask: -value for mask, value in self.terms.items()})

    def __pos__(self) -> Nilpotent:
        return self

    def __sub__(self, other: Any) -> Nilpotent:
        return self.__add__(-other)

    def __rsub__(self, other: Any) -> Nilpotent:
        return self.__neg__().__add__(other)

    def __mul__(self, other: Any) -> Nilpotent:
        terms: dict[int, Any] = {}
        for left, a in self.terms.items():
            for right, b in _terms(other).items():
                if not left & right:
                    mask = left | right
                    terms[mask] = terms[mask] + a * b if mask in terms else a * b
        return Nilpotent(terms)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Nilpotent:
        if isinstance(other, Nilpotent):
            return self.__mul__(other.__pow__(-1))
        return self * (Fraction(1, other) if isinstance(other, int) else 1 / other)

    def __rtruediv__(self, other: Any) -> Nilpotent:
        inverse: Nilpotent = self**-1
        return inverse.__mul__(other)

    def __pow__(self, exponent: Any) -> Nilpotent:
        if isinstance(exponent, int) and exponent >= 0:
            result = Nilpotent({0: 1})
            for _ in range(exponent):
                result = result * self
            return result
        if isinstance(exponent, int):
            base = self.real
            start = Fraction(1, base) if isinstance(base, int) else 1 / base
            return self._compose(
                lambda k: _falling(exponent, k) * start ** (k - exponent)  # type: ignore[operator, unused-ignore]
            )
        if isinstance(exponent, (float, Fraction)):
            return self._compose(lambda k: _falling(exponent, k) * self.real ** (exponent - k))
        return NotImplemented

    def _compose(self, derivative: Callable[[int], Any]) -> Nilpotent:
        """Return the Taylor series of a function of known derivatives at the real part."""
        small = Nilpotent({mask: value for mask, value in self.terms.items() if mask})
        result, power, k = Nilpotent({0: derivative(0)}), small, 1
        while power.terms:
            value = derivative(k)
            # A power of k infinitesimals holds each product k! times; the division is exact.
            result = result + power * value * Fraction(1, math.factorial(k))
            power, k = power * small, k + 1
        return result

    def _periodic(self, values: Iterable[Any]) -> Nilpotent:
        cycle = list(values)
        return self._compose(lambda k: cycle[k % len(cycle)])

    def exp(self) -> Nilpotent:
        """Return the exponential."""
        return self._periodic([_real_function("exp", self.real)])

    def log(self) -> Nilpotent:
        """Return the natural logarithm."""
        start = Nilpotent({0: _real_function("log", self.real)})
        # log x - log x_0 is the sum of (-1)^(k+1) u^k / k with u = x / x_0 - 1, nilpotent.
        scaled = self / self.real
        u = Nilpotent({mask: value for mask, value in scaled.terms.items() if mask})
        power, k = u, 1
        while power.terms:
            start = start + power * Fraction((-1) ** (k + 1), k)
            power, k = power * u, k + 1
        return start

    def sin(self) -> Nilpotent:
        """Return the sine."""
        s, c = _real_function("sin", self.real), _real_function("cos", self.real)
        return self._periodic([s, c, -s, -c])

    def cos(self) -> Nilpotent:
        """Return the cosine."""
        s, c = _real_function("sin", self.real), _real_function("cos", self.real)
        return self._periodic([c, -s, -c, s])

    def tan(self) -> Nilpotent:
        """Return the tangent."""
        return self.sin() / self.cos()

    def sinh(self) -> Nilpotent:
        """Return the hyperbolic sine."""
        return (self.exp() - (-self).exp()) / 2

    def cosh(self) -> Nilpotent:
        """Return the hyperbolic cosine."""
        return (self.exp() + (-self).exp()) / 2

    def tanh(self) -> Nilpotent:
        """Return the hyperbolic tangent."""
        return self.sinh() / self.cosh()

    def sqrt(self) -> Nilpotent:
        """Return the square root."""
        return self ** Fraction(1, 2)


def _terms(other: Any) -> dict[int, Any]:
    return other.terms if isinstance(other, Nilpotent) else {0: other}


def _falling(exponent: Any, k: int) -> Any:
    result: Any = 1
    for i in range(k):
        result = result * (exponent - i)
    return result


def _real_function(name: str, value: Any) -> Any:
    own = getattr(value, name, None)
    if own is not None:
        return own()
    if not isinstance(value, (int, float, Fraction)):
        raise InvalidTypeError(f"cannot take {name} of {type(value).__name__} {value!r}")
    try:
        return getattr(math, name)(value)
    except ValueError:
        raise InvalidValueError(f"{name} is not defined at {value}") from None
