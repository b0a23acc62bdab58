r"""Numbers with infinitesimals that square to zero: exact derivatives of Python functions.

With :math:`\epsilon_i^2 = 0` the coefficient of :math:`\epsilon_1 \cdots \epsilon_k` in
:math:`f(y + \sum \epsilon_i v_i)` is the k-th derivative of f in the directions v. Whatever
arithmetic the function does is done on such numbers, exactly when the numbers are exact.
"""

from __future__ import annotations

import functools
import operator
from fractions import Fraction
from typing import Any

import numpy as np

from treealg.errors import InvalidValueError
from treealg.symbolic.bseries.float_range import check_digits, in_range
from treealg.symbolic.bseries.taylor import function_at, taylor
from treealg.symbolic.linear.fields import is_expression
from treealg.symbolic.trees.meter import spend

__all__ = ["Nilpotent", "NilpotentArray"]

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
            return in_range(_quotient, self, other)
        return Nilpotent({mask: _over(value, other) for mask, value in self.terms.items()})

    def __rtruediv__(self, other: Any) -> Nilpotent:
        if _is_sequence(other):
            return NotImplemented
        return Nilpotent({0: other}).__truediv__(self)

    def __pow__(self, exponent: Any) -> Nilpotent:
        if _is_sequence(exponent):
            return NotImplemented
        if isinstance(exponent, int) and exponent >= 0:
            result = Nilpotent({0: 1})
            for _ in range(exponent):
                result = result * self
            return result
        if isinstance(exponent, (int, float, Fraction)):
            return self._function("power", exponent)
        power: Nilpotent = self.log() * exponent
        return power.exp()

    def __rpow__(self, base: Any) -> Nilpotent:
        if isinstance(base, (int, float, Fraction)) and base > 0:
            return self._function("exponential", base)
        power: Nilpotent = self * function_at("log", base)
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

    def __bool__(self) -> bool:
        return bool(self._difference(0) != 0)

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

    def _function(self, name: str, *parameters: Any) -> Nilpotent:
        """Return a function of this, given by its name in `taylor`."""

        def composed(x: Nilpotent) -> Nilpotent:
            coefficients = taylor(name, x.plain, x.degree, *parameters)
            check_digits(coefficients, x.plain)
            return x._composed(coefficients)

        return in_range(composed, self)

    @property
    def degree(self) -> int:
        """The number of infinitesimals, which bounds the powers that do not vanish."""
        return functools.reduce(operator.or_, self.terms, 0).bit_count()

    def _composed(self, coefficients: list[Any]) -> Nilpotent:
        """Return the value of a function of which the Taylor coefficients here are given."""
        small = Nilpotent({mask: value for mask, value in self.terms.items() if mask})
        terms, power = {0: coefficients[0]}, small
        for k, coefficient in enumerate(coefficients[1:], 2):
            if coefficient.__class__ is not int or coefficient:
                for mask, value in power.terms.items():
                    part = value * coefficient
                    terms[mask] = terms[mask] + part if mask in terms else part
            if k < len(coefficients):
                power = power * small
        return Nilpotent(terms)

    def exp(self) -> Nilpotent:
        """Return the exponential."""
        return self._function("exp")

    def log(self) -> Nilpotent:
        """Return the natural logarithm."""
        return self._function("log")

    def sin(self) -> Nilpotent:
        """Return the sine."""
        return self._function("sin")

    def cos(self) -> Nilpotent:
        """Return the cosine."""
        return self._function("cos")

    def tan(self) -> Nilpotent:
        """Return the tangent."""
        return self._function("tan")

    def sinh(self) -> Nilpotent:
        """Return the hyperbolic sine."""
        return self._function("sinh")

    def cosh(self) -> Nilpotent:
        """Return the hyperbolic cosine."""
        return self._function("cosh")

    def tanh(self) -> Nilpotent:
        """Return the hyperbolic tangent."""
        return self._function("tanh")

    def sinc(self) -> Nilpotent:
        """Return the normalized cardinal sine, sin(pi x) / (pi x)."""
        return self._function("sinc")

    def cbrt(self) -> Nilpotent:
        """Return the real cube root."""
        return self._function("cbrt")

    def expm1(self) -> Nilpotent:
        """Return the exponential less 1."""
        return self._function("expm1")

    def log1p(self) -> Nilpotent:
        """Return the logarithm of 1 more."""
        return self._function("log1p")

    def log2(self) -> Nilpotent:
        """Return the binary logarithm."""
        return self._function("log2")

    def log10(self) -> Nilpotent:
        """Return the decimal logarithm."""
        return self._function("log10")

    def arcsin(self) -> Nilpotent:
        """Return the inverse sine."""
        return self._function("asin")

    def arccos(self) -> Nilpotent:
        """Return the inverse cosine."""
        return self._function("acos")

    def arctan(self) -> Nilpotent:
        """Return the inverse tangent."""
        return self._function("atan")

    def arcsinh(self) -> Nilpotent:
        """Return the inverse hyperbolic sine."""
        return self._function("asinh")

    def arccosh(self) -> Nilpotent:
        """Return the inverse hyperbolic cosine."""
        return self._function("acosh")

    def arctanh(self) -> Nilpotent:
        """Return the inverse hyperbolic tangent."""
        return self._function("atanh")

    def sqrt(self) -> Nilpotent:
        """Return the square root."""
        return self._function("power", Fraction(1, 2))

    def square(self) -> Nilpotent:
        """Return the square."""
        return self * self

    def reciprocal(self) -> Nilpotent:
        """Return the inverse."""
        return self._function("power", -1)

    def exp2(self) -> Nilpotent:
        """Return the power of 2."""
        return self.__rpow__(2)

    def arctan2(self, other: Any) -> Nilpotent:
        """Return the angle of the point with this ordinate and the given abscissa."""
        return in_range(_angle, self, _lifted(other))

    def hypot(self, other: Any) -> Nilpotent:
        """Return the distance of a point from the origin."""
        return in_range(_distance, self, _lifted(other), reach=2)

    # -- what NumPy asks for -----------------------------------------------------------------------

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if len(inputs) == 1 and method == "__call__" and not options:
            own = getattr(self, ufunc.__name__, None)
            if own is not None:
                return own()
        return _apply_ufunc(ufunc, method, inputs, options)

    def __array_function__(
        self, function: Any, types: Any, inputs: tuple[Any, ...], options: dict[str, Any]
    ) -> Any:
        return _apply_function(function, inputs, options)


def _is_sequence(other: Any) -> bool:
    return hasattr(other.__class__, "__len__")


def _terms(other: Any) -> dict[int, Any]:
    return other.terms if isinstance(other, Nilpotent) else {0: other}


def _are_quick(terms: dict[int, Any]) -> bool:
    """Tell whether all coefficients are of types of which a product takes next to no time."""
    return all(value.__class__ in (int, float) for value in terms.values())


def _lifted(value: Any) -> Nilpotent:
    return value if isinstance(value, Nilpotent) else Nilpotent({0: value})


def _over(value: Any, divisor: Any) -> Any:
    """Return a quotient, which is exact if both are integers."""
    if isinstance(value, int) and isinstance(divisor, int):
        return Fraction(value, divisor)
    return value / divisor


def _quotient(x: Nilpotent, y: Nilpotent) -> Nilpotent:
    return x.__mul__(y._composed(taylor("power", y.plain, y.degree, -1)))


def _angle(y: Nilpotent, x: Nilpotent) -> Nilpotent:
    start = function_at("atan2", y.plain, x.plain)
    # Locally the inverse tangent of a quotient, up to a constant.
    if x.plain != 0 and (is_expression(start) or abs(y.plain) <= abs(x.plain)):
        angle = _quotient(y, x).arctan()
    else:
        angle = -_quotient(x, y).arctan()
    return Nilpotent({**angle.terms, 0: start})


def _distance(x: Nilpotent, y: Nilpotent) -> Nilpotent:
    sizes = abs(x.plain), abs(y.plain)
    if any(map(is_expression, sizes)) or not any(sizes):
        return (x * x + y * y).sqrt()
    if sizes[0] < sizes[1]:
        x, y = y, x
    # In the sum of squares the derivatives in the larger one would cancel.
    ratio = _quotient(y, x)
    return (ratio * ratio + 1).sqrt() * abs(x)


# -- functions of NumPy ----------------------------------------------------------------------------

# NumPy asks the first entry of an array of objects for a function of two, such as arctan2, which a
# plain number does not have, and computes others, such as sinc, by formulas in which digits cancel.

#: Functions of two numbers of which the first is asked.
_OF_TWO = frozenset({np.arctan2, np.hypot})


class NilpotentArray(np.ndarray[Any, Any]):
    """An array of numbers with infinitesimals."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return _apply_ufunc(ufunc, method, inputs, options)

    def __array_function__(self, function: Any, types: Any, inputs: Any, options: Any) -> Any:
        return _apply_function(function, inputs, options)


def _apply_ufunc(ufunc: Any, method: str, inputs: Any, options: dict[str, Any]) -> Any:
    """Return the value of a universal function of NumPy."""
    arrays = list(map(_unboxed, inputs))
    if ufunc in _OF_TWO:
        arrays[0] = _lifted_entries(arrays[0])
    out = options.get("out")
    if out is not None:
        options = {**options, "out": tuple(map(_unboxed, out))}
    call = ufunc if method == "__call__" else getattr(ufunc, method)
    found = call(*arrays, **options)
    if out is not None:
        return out[0] if len(out) == 1 else out
    is_array = found.__class__ is np.ndarray and found.dtype == object
    return found.view(NilpotentArray) if is_array else found


def _apply_function(function: Any, inputs: Any, options: dict[str, Any]) -> Any:
    """Return the value of another function of NumPy."""
    if function is np.sinc and len(inputs) == 1 and not options:
        return _sinc(_lifted_entries(_unboxed(inputs[0])))
    return function._implementation(*inputs, **options)


def _unboxed(value: Any) -> Any:
    """Return an array of objects without functions of its own."""
    if value.__class__ is NilpotentArray:
        return value.view(np.ndarray)
    if value.__class__ is Nilpotent:
        array = np.empty((), dtype=object)
        array[()] = value
        return array
    return value


def _lifted_entries(value: Any) -> Any:
    """Return an array of numbers with infinitesimals, of which plain numbers have none."""
    array = np.array(value, dtype=object)
    for place in np.ndindex(array.shape):
        if not isinstance(array[place], Nilpotent):
            array[place] = Nilpotent({0: array[place]})
    return array


def _sinc(array: Any) -> Any:
    found = np.empty(array.shape, dtype=object)
    for place in np.ndindex(array.shape):
        found[place] = array[place].sinc()
    return found.view(NilpotentArray) if array.shape else found[()]
