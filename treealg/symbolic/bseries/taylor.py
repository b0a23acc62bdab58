r"""Taylor coefficients of functions of one variable at a point: :math:`f^{(k)}(a) / k!`.

Each function has a recurrence of its own in which nothing cancels, so that floats lose no digits
wherever powers of the point and its coefficients are floats; where they are not, the same
recurrences work on numbers of any size, those of `unbounded`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic.linear.fields import is_expression

__all__ = ["function_at", "taylor", "unbounded"]

#: Binary digits of numbers of any size: a float and another less than all its digits away from
#: 1 both fit, as in 1 + x for the smallest x.
_DIGITS = 1300


@cache
def unbounded() -> Any:
    """Return the arithmetic of floats whose exponents have no bounds, a context of mpmath.

    Examples
    --------
    >>> unbounded().mpf(10) ** 400 > 0
    True
    """
    import mpmath

    context = mpmath.MPContext()
    context.prec = _DIGITS
    return context


def _is_unbounded(value: Any) -> bool:
    return hasattr(value, "_mpf_") and isinstance(value, unbounded().mpf)


def function_at(name: str, *values: Any) -> Any:
    """Return the value of a function, named as in `math`, at numbers or expressions.

    Examples
    --------
    >>> import sympy
    >>> function_at("exp", 0.0), function_at("log1p", sympy.Symbol("a"))
    (1.0, log(a + 1))
    """
    if any(map(is_expression, values)):
        import sympy

        exact = _EXACT.get(name) or getattr(sympy, name, None)
        if exact is not None:
            return exact(*values)
    if any(map(_is_unbounded, values)):
        return _UNBOUNDED.get(name, getattr(unbounded(), name, None))(*values)  # type: ignore[misc]
    for value in values:
        if not isinstance(value, (int, float, Fraction)):
            raise InvalidTypeError(f"cannot take {name} of {type(value).__name__} {value!r}")
    try:
        return _FLOATS.get(name, getattr(math, name, None))(*values)  # type: ignore[misc]
    except ValueError:
        raise InvalidValueError(f"{name} is not defined at {values[0]}") from None


def _sine_of_half_turns(a: Any) -> float:
    """Return sin(pi a), to all digits also at large a and near its zeros."""
    rest = math.remainder(a, 2)
    if abs(rest) > 0.5:
        rest = math.copysign(1, rest) - rest
    return math.sin(math.pi * rest)


def _cosine_of_half_turns(a: Any) -> float:
    """Return cos(pi a), to all digits also at large a and near its zeros."""
    return math.sin(math.pi * (0.5 - abs(math.remainder(a, 2))))


#: What the three sources of functions do not have by the name that `math` gives or would give.
_FLOATS: dict[str, Callable[..., Any]] = {
    "sinpi": _sine_of_half_turns,
    "cospi": _cosine_of_half_turns,
}
_UNBOUNDED: dict[str, Callable[..., Any]] = {
    "log2": lambda a: unbounded().log(a, 2),
}
_EXACT: dict[str, Callable[..., Any]] = {
    "expm1": lambda a: function_at("exp", a) - 1,
    "log1p": lambda a: function_at("log", 1 + a),
    "log2": lambda a: function_at("log", a) / function_at("log", a * 0 + 2),
    "log10": lambda a: function_at("log", a) / function_at("log", a * 0 + 10),
    "sinpi": lambda a: function_at("sin", _pi_of(a) * a),
    "cospi": lambda a: function_at("cos", _pi_of(a) * a),
}


def _pi_of(a: Any) -> Any:
    if is_expression(a):
        from sympy import pi

        return pi
    return +unbounded().pi if _is_unbounded(a) else math.pi


def taylor(name: str, a: Any, count: int, *parameters: Any) -> list[Any]:
    """Return the Taylor coefficients of a function at a point, up to the degree `count`.

    Examples
    --------
    >>> taylor("power", 2, 3, -1)
    [Fraction(1, 2), Fraction(-1, 4), Fraction(1, 8), Fraction(-1, 16)]
    >>> taylor("tanh", 0.0, 3)
    [0.0, 1.0, -0.0, -0.3333333333333333]
    """
    if isinstance(a, float):
        a = float(a)
        if not math.isfinite(a):
            raise InvalidValueError(
                f"{name} has no derivatives at {a}: floats overflow on the way to it, or the "
                "point is not finite"
            )
    coefficients: list[Any] = _FUNCTIONS[name](a, count, *parameters)
    return coefficients


def _over(value: Any, divisor: Any) -> Any:
    """Return a quotient, which is exact if both are integers."""
    if isinstance(value, int) and isinstance(divisor, int):
        return Fraction(value, divisor)
    return value / divisor


def _periodic(values: list[Any], count: int, rate: Any = 1) -> list[Any]:
    """Return the coefficients of what has these derivatives, again and again."""
    found: list[Any] = []
    factor: Any = 1
    for k in range(count + 1):
        found.append(values[k % len(values)] * factor if k else values[0])
        factor = _over(factor * rate, k + 1)
    return found


def _integral(value: Any, slope: list[Any]) -> list[Any]:
    """Return the coefficients of what has this value, and a derivative with these coefficients."""
    return [value, *(_over(each, k + 1) for k, each in enumerate(slope))]


def _exp(a: Any, count: int) -> list[Any]:
    return _periodic([function_at("exp", a)], count)


def _expm1(a: Any, count: int) -> list[Any]:
    return [function_at("expm1", a), *_exp(a, count)[1:]]


def _exponential(a: Any, count: int, base: Any) -> list[Any]:
    """Return the coefficients of base**x."""
    return _periodic([base**a], count, function_at("log", base + a * 0))


def _sin(a: Any, count: int) -> list[Any]:
    s, c = function_at("sin", a), function_at("cos", a)
    return _periodic([s, c, -s, -c], count)


def _cos(a: Any, count: int) -> list[Any]:
    s, c = function_at("sin", a), function_at("cos", a)
    return _periodic([c, -s, -c, s], count)


def _sinh(a: Any, count: int) -> list[Any]:
    return _periodic([function_at("sinh", a), function_at("cosh", a)], count)


def _cosh(a: Any, count: int) -> list[Any]:
    return _periodic([function_at("cosh", a), function_at("sinh", a)], count)


def _riccati(value: Any, slope: Any, sign: int, count: int) -> list[Any]:
    """Return the coefficients of a solution of f' = 1 + f^2, or of 1 - f^2, with the sign -1."""
    found = [value, slope]
    for k in range(1, count):
        total = sum((found[i] * found[k - i] for i in range(1, k)), 2 * found[0] * found[k])
        found.append(_over(sign * total, k + 1))
    return found[: count + 1]


def _tan(a: Any, count: int) -> list[Any]:
    t = function_at("tan", a)
    return _riccati(t, 1 + t * t, 1, count)


def _tanh(a: Any, count: int) -> list[Any]:
    t = function_at("tanh", a)
    if is_expression(a):
        return _riccati(t, 1 - t * t, -1, count)
    decay = function_at("exp", -2 * abs(a))
    return _riccati(t, 4 * decay / (1 + decay) ** 2, -1, count)


def _log(a: Any, count: int) -> list[Any]:
    return _integral(function_at("log", a), _power(a, count - 1, -1))


def _log1p(a: Any, count: int) -> list[Any]:
    return _integral(function_at("log1p", a), _power(1 + a, count - 1, -1))


def _log_to(name: str, base: int) -> Callable[[Any, int], list[Any]]:
    def found(a: Any, count: int) -> list[Any]:
        rate = function_at("log", a * 0 + base)  # in the arithmetic of the point
        slope = [each / rate for each in _power(a, count - 1, -1)]
        return _integral(function_at(name, a), slope)

    return found


def _power(a: Any, count: int, exponent: Any) -> list[Any]:
    if _is_negative(a) and exponent % 1:
        raise InvalidValueError(f"the power {exponent} is not defined at {a}")
    found: list[Any] = []
    binomial: Any = 1
    for k in range(count + 1):
        found.append(binomial * _raised(a, exponent - k) if binomial else 0)
        binomial = _over(binomial * (exponent - k), k + 1)
    return found


def _is_negative(a: Any) -> bool:
    """Tell whether a point is negative, as far as that is known of an expression."""
    if is_expression(a):
        return bool(a.is_negative)
    return not isinstance(a, complex) and bool(a < 0)


def _raised(a: Any, exponent: Any) -> Any:
    if isinstance(exponent, int) and isinstance(a, int) and exponent < 0:
        return Fraction(1, a) ** -exponent
    return a**exponent


def _cbrt(a: Any, count: int) -> list[Any]:
    if not _is_negative(a):
        return _power(a, count, Fraction(1, 3))
    return [each if k % 2 else -each for k, each in enumerate(_cbrt(-a, count))]


def _of_quadratic(
    name: str, constant: int, square: int, exponent: Fraction, sign: int = 1
) -> Callable[[Any, int], list[Any]]:
    r"""Return the coefficients of what has a power of :math:`p = c + q x^2` for its derivative.

    With :math:`p(a + x) = u + 2 q a x + q x^2` those of :math:`p^s` obey
    :math:`(k+1) u d_{k+1} = q ((2s - 2k) a d_k + (2s - k + 1) d_{k-1})`.
    """
    twice = int(2 * exponent)

    def found(a: Any, count: int) -> list[Any]:
        value = function_at(name, a)
        if not count:
            return [value]
        has_roots = constant * square < 0  # near which there is a difference of close numbers
        u = square * (a - 1) * (a + 1) if has_roots else constant + square * a * a
        slope = [sign * (_over(1, u) if twice == -2 else u**exponent)]
        for k in range(count - 1):
            total = (twice - 2 * k) * a * slope[k]
            if k:
                total = total + (twice - k + 1) * slope[k - 1]
            slope.append(_over(square * total, (k + 1) * u))
        return _integral(value, slope)

    return found


def _sinc(a: Any, count: int) -> list[Any]:
    """Return the coefficients of sin(pi x) / (pi x), which is 1 at 0."""
    pi = _pi_of(a)
    y = pi * a
    if not is_expression(a) and abs(y) <= 1 + count / 2:
        found = [_power_series(y, k) for k in range(count + 1)]
    else:
        s, c = function_at("sinpi", a), function_at("cospi", a)
        sines = _periodic([s, c, -s, -c], count)
        found = [s / y]
        for each in sines[1:]:
            found.append((each - found[-1]) / y)
    return [each * pi**k for k, each in enumerate(found)]


def _power_series(y: Any, k: int) -> Any:
    """Return the k-th Taylor coefficient of sin(y) / y at a small point."""
    total: Any = 0 * y
    j = (k + 1) // 2
    while True:
        term = (-1) ** j * math.comb(2 * j, k) * y ** (2 * j - k) / math.factorial(2 * j + 1)
        if total + term == total:
            return total
        total = total + term
        j += 1


_FUNCTIONS: dict[str, Callable[..., list[Any]]] = {
    "power": _power,
    "exponential": _exponential,
    "exp": _exp,
    "expm1": _expm1,
    "sin": _sin,
    "cos": _cos,
    "tan": _tan,
    "sinh": _sinh,
    "cosh": _cosh,
    "tanh": _tanh,
    "sinc": _sinc,
    "log": _log,
    "log1p": _log1p,
    "log2": _log_to("log2", 2),
    "log10": _log_to("log10", 10),
    "cbrt": _cbrt,
    "asin": _of_quadratic("asin", 1, -1, Fraction(-1, 2)),
    "acos": _of_quadratic("acos", 1, -1, Fraction(-1, 2), -1),
    "atan": _of_quadratic("atan", 1, 1, Fraction(-1)),
    "asinh": _of_quadratic("asinh", 1, 1, Fraction(-1, 2)),
    "acosh": _of_quadratic("acosh", -1, 1, Fraction(-1, 2)),
    "atanh": _of_quadratic("atanh", 1, -1, Fraction(-1)),
}
