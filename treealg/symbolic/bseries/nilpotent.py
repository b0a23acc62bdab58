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
from treealg.symbolic.linear.fields import is_expression
from treealg.symbolic.trees.meter import spend

__all__ = ["Nilpotent"]

#: Masks of many infinitesimals, of which a look-up takes one step more.
_PROBED = 10_000


class Nilpotent:
    """A polynomial in infinitesimals that square to zero, given by its coefficients.

    Parameters
    ----------
    terms : dict
        From sets of infinitesimals, as bit masks, to coefficients; 0 is the real part.

    Notes
    -----
    Sums, products, quotients, powers, absolute values, and comparisons where real parts differ;
    the other methods are those that NumPy's functions look for on arrays of objects.

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
    def plain(self) -> Any:
        """The part without infinitesimals."""
        return self.terms.get(0, 0)

    @property
    def real(self) -> Nilpotent:
        """The value itself, as for every real number."""
        if any(isinstance(value, complex) for value in self.terms.values()):
            raise TypeError("the real part of a complex number is not differentiable")
        return self

    @property
    def imag(self) -> Nilpotent:
        """Zero, as for every real number."""
        return self.real * 0

    def conjugate(self) -> Nilpotent:
        """Return the value itself, as for every real number."""
        return self.real

    # Arrays and matrices are left to do operations with each of their entries.

    def __add__(self, other: Any) -> Nilpotent:
        if _is_sequence(other):
            return NotImplemented
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
        return NotImplemented if _is_sequence(other) else self.__add__(-other)

    def __rsub__(self, other: Any) -> Nilpotent:
        return self.__neg__().__add__(other)

    def __mul__(self, other: Any) -> Nilpotent:
        if _is_sequence(other):
            return NotImplemented
        terms: dict[int, Any] = {}
        others = _terms(other)
        quick = _are_quick(others)
        # Powers of 2 hash as those of 2^61 = 1, so that look-ups among larger ones go through many.
        is_wide = max(self.terms, default=0) | max(others, default=0) >= 1 << 61
        for left, a in self.terms.items():
            spend((1 + len(others)) * (1 + (len(terms) // _PROBED if is_wide else 0)))
            made = 0
            for right, b in others.items():
                if not left & right:
                    made += 1
                    mask = left | right
                    terms[mask] = terms[mask] + a * b if mask in terms else a * b
            if not (quick and a.__class__ in (int, float)):
                spend(4 * made)
        return Nilpotent(terms)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Nilpotent:
        if _is_sequence(other):
            return NotImplemented
        if isinstance(other, Nilpotent):
            return self.__mul__(other.__pow__(-1))
        return self * (Fraction(1, other) if isinstance(other, int) else 1 / other)

    def __rtruediv__(self, other: Any) -> Nilpotent:
        inverse: Nilpotent = self**-1
        return inverse.__mul__(other)

    def __pow__(self, exponent: Any) -> Nilpotent:
        if _is_sequence(exponent):
            return NotImplemented
        if isinstance(exponent, int) and exponent >= 0:
            result = Nilpotent({0: 1})
            for _ in range(exponent):
                result = result * self
            return result
        if isinstance(exponent, int):
            base = self.plain
            start = Fraction(1, base) if isinstance(base, int) else 1 / base
            return self._compose(
                lambda k: _falling(exponent, k) * start ** (k - exponent)  # type: ignore[operator, unused-ignore]
            )
        if isinstance(exponent, (float, Fraction)):
            return self._compose(lambda k: _falling(exponent, k) * self.plain ** (exponent - k))
        power: Nilpotent = self.log() * exponent
        return power.exp()

    def __rpow__(self, base: Any) -> Nilpotent:
        power: Nilpotent = self * _real_function("log", base)
        return power.exp()

    def __abs__(self) -> Nilpotent:
        return -self if self < 0 else self

    fabs = __abs__

    def __lt__(self, other: Any) -> bool:
        if _is_sequence(other):
            return NotImplemented
        return bool(self._difference(other) < 0)

    def __gt__(self, other: Any) -> bool:
        if _is_sequence(other):
            return NotImplemented
        return bool(self._difference(other) > 0)

    # Real parts that are equal are refused, so that these are the same.
    __le__ = __lt__
    __ge__ = __gt__

    def __eq__(self, other: Any) -> bool:
        if _is_sequence(other):
            return NotImplemented
        return bool(self._difference(other) == 0)

    __hash__ = None  # type: ignore[assignment]

    def _difference(self, other: Any) -> Any:
        """Return the difference of real parts, which decides how two values compare."""
        difference = self - other
        if difference.plain == 0 and any(value != 0 for value in difference.terms.values()):
            raise InvalidValueError(
                f"a comparison of two values that are both {self.plain} at the point depends on "
                "where one goes from there: the vector field has no derivative, or no one that "
                "can be seen; choose another point"
            )
        return difference.plain

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

    def _integral(self, start: Any, slope: Nilpotent) -> Nilpotent:
        """Return f of this, for f with the value `start` at the real part and the slope f'."""
        terms = {0: start}
        small = [mask for mask in self.terms if mask]
        for bit in {1 << i for mask in small for i in range(mask.bit_length()) if mask >> i & 1}:
            inner = Nilpotent({mask ^ bit: self.terms[mask] for mask in small if mask & bit})
            for mask, value in (slope * inner).terms.items():
                # The derivative with respect to the first infinitesimal gives all that have it.
                if not mask & bit and not mask & (bit - 1):
                    terms[mask | bit] = value
        return Nilpotent(terms)

    def exp(self) -> Nilpotent:
        """Return the exponential."""
        return self._periodic([_real_function("exp", self.plain)])

    def log(self) -> Nilpotent:
        """Return the natural logarithm."""
        return self._integral(_real_function("log", self.plain), self**-1)

    def sin(self) -> Nilpotent:
        """Return the sine."""
        s, c = _real_function("sin", self.plain), _real_function("cos", self.plain)
        return self._periodic([s, c, -s, -c])

    def cos(self) -> Nilpotent:
        """Return the cosine."""
        s, c = _real_function("sin", self.plain), _real_function("cos", self.plain)
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

    def cbrt(self) -> Nilpotent:
        """Return the real cube root."""
        return -((-self) ** Fraction(1, 3)) if self < 0 else self ** Fraction(1, 3)

    def square(self) -> Nilpotent:
        """Return the square."""
        return self * self

    def reciprocal(self) -> Nilpotent:
        """Return the inverse."""
        return self**-1

    def exp2(self) -> Nilpotent:
        """Return the power of 2."""
        return self.__rpow__(2)

    def expm1(self) -> Nilpotent:
        """Return the exponential less 1."""
        return self._integral(_real_function("expm1", self.plain), self.exp())

    def log1p(self) -> Nilpotent:
        """Return the logarithm of 1 more."""
        return self._integral(_real_function("log1p", self.plain), (self + 1) ** -1)

    def log2(self) -> Nilpotent:
        """Return the binary logarithm."""
        return self._integral(_real_function("log2", self.plain), (self * math.log(2)) ** -1)

    def log10(self) -> Nilpotent:
        """Return the decimal logarithm."""
        return self._integral(_real_function("log10", self.plain), (self * math.log(10)) ** -1)

    def arcsin(self) -> Nilpotent:
        """Return the inverse sine."""
        return self._integral(_real_function("asin", self.plain), (1 - self * self).sqrt() ** -1)

    def arccos(self) -> Nilpotent:
        """Return the inverse cosine."""
        return self._integral(_real_function("acos", self.plain), -((1 - self * self).sqrt() ** -1))

    def arctan(self) -> Nilpotent:
        """Return the inverse tangent."""
        return self._integral(_real_function("atan", self.plain), (1 + self * self) ** -1)

    def arcsinh(self) -> Nilpotent:
        """Return the inverse hyperbolic sine."""
        return self._integral(_real_function("asinh", self.plain), (1 + self * self).sqrt() ** -1)

    def arccosh(self) -> Nilpotent:
        """Return the inverse hyperbolic cosine."""
        return self._integral(_real_function("acosh", self.plain), (self * self - 1).sqrt() ** -1)

    def arctanh(self) -> Nilpotent:
        """Return the inverse hyperbolic tangent."""
        return self._integral(_real_function("atanh", self.plain), (1 - self * self) ** -1)

    def arctan2(self, other: Any) -> Nilpotent:
        """Return the angle of the point with this ordinate and the given abscissa."""
        x = other if isinstance(other, Nilpotent) else Nilpotent({0: other})
        # Locally the inverse tangent of a quotient, up to a constant.
        angle = (self / x).arctan() if x.plain != 0 else -(x / self).arctan()
        start = _real_function("atan2", self.plain, x.plain)
        return Nilpotent({**angle.terms, 0: start})

    def hypot(self, other: Any) -> Nilpotent:
        """Return the distance of a point from the origin."""
        square: Nilpotent = self * self + other * other
        return square.sqrt()


def _is_sequence(other: Any) -> bool:
    return hasattr(other.__class__, "__len__")


def _terms(other: Any) -> dict[int, Any]:
    return other.terms if isinstance(other, Nilpotent) else {0: other}


def _are_quick(terms: dict[int, Any]) -> bool:
    """Tell whether all coefficients are of types of which a product takes next to no time."""
    return all(value.__class__ in (int, float) for value in terms.values())


def _falling(exponent: Any, k: int) -> Any:
    result: Any = 1
    for i in range(k):
        result = result * (exponent - i)
    return result


def _real_function(name: str, *values: Any) -> Any:
    """Return the value of a function, named as in `math`, at numbers or expressions."""
    if any(map(is_expression, values)):
        import sympy

        exact = getattr(sympy, name, None)
        if exact is not None:
            return exact(*values)
    for value in values:
        if not isinstance(value, (int, float, Fraction)):
            raise InvalidTypeError(f"cannot take {name} of {type(value).__name__} {value!r}")
    try:
        return getattr(math, name)(*values)
    except ValueError:
        raise InvalidValueError(f"{name} is not defined at {values[0]}") from None
