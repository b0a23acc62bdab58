"""Numbers of which a few signs stand for more digits than can be computed: refused beforehand.

SymPy computes powers of numbers, and factorials and their like of integers, as soon as it meets
them in a sum, a product or a substitution. What is written without being computed, with
``evaluate=False`` or with symbols that numbers are put in for, is therefore measured first.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import inf, log2
from typing import Any

from treealg.checks import brief
from treealg.errors import InvalidValueError
from treealg.symbolic.trees.memo import remembered

__all__ = ["check_giants", "check_substitution"]

_MOST_BITS = 1_000_000

#: Parts of an expression, each as often as it is written.
_MOST_PARTS = 1_000_000

#: Functions of integers that grow, or take time, with these: by the modules where they are.
_GROWING = (
    "sympy.functions.combinatorial.",
    "sympy.functions.special.gamma_functions",
    "sympy.functions.special.polynomials",
    "sympy.functions.special.zeta_functions",
)
#: The greatest argument of these, and of those that take a step for each digit.
_GREATEST, _GREATEST_OF_QUICK = 1_000, 10_000
#: The greatest number, as of an exponent, in sums of which a closed form is looked for.
_MOST_SUMMED = 100
_QUICK = frozenset(
    {
        "FallingFactorial", "RisingFactorial", "binomial", "catalan", "factorial", "factorial2",
        "fibonacci", "gamma", "loggamma", "lucas", "subfactorial",
    }
)  # fmt: skip


def check_giants(value: Any) -> None:
    """Refuse an expression with a number that is not computed yet, and has too many digits.

    And one that is long only as it is written, since it has the same parts again and again: SymPy
    goes through these as often.

    Examples
    --------
    >>> import sympy
    >>> check_giants(sympy.Pow(9, 10, evaluate=False) * sympy.sqrt(2) ** sympy.Symbol("n"))
    """
    if value.args:
        try:
            _checked(value)
        except RecursionError:  # of deep expressions, when they are compared with equal ones
            _check(value)


def _check(value: Any) -> None:
    from sympy import Derivative, Integral, Product, Sum

    unevaluated = (Derivative, Integral, Product, Sum)
    for part in _parts([value]):
        if part.is_Pow:
            if not part.base.is_Symbol:
                _check_power(part, part.exp, _taken(part.base), "a coefficient has")
        elif _grows(part):
            _check_arguments(part, part.args, "a coefficient has")
        elif isinstance(part, unevaluated):
            _check_unevaluated(part)


_checked = remembered(1024)(_check)


def check_substitution(value: Any, pairs: list[tuple[Any, Any]]) -> None:
    """Refuse to put expressions for symbols where a power or function becomes too large a number.

    Of powers in powers the inner ones are looked at first.

    Examples
    --------
    >>> import sympy
    >>> n = sympy.Symbol("n")
    >>> check_substitution(sympy.factorial(n) + 2**n, [(n, sympy.Integer(50))])
    """
    for part in reversed(_parts([value, *(new for _, new in pairs)])):
        if part.is_Pow:
            base = part.base.subs(pairs)
            numbers = base.atoms() if _bits(base) is None else [base]
            _check_power(part, part.exp.subs(pairs), numbers, "subs makes")
        elif _grows(part):
            _check_arguments(part, [each.subs(pairs) for each in part.args], "subs makes")


def _parts(values: list[Any]) -> list[Any]:
    """Return all parts of expressions, each before its own, without those that are numbers.

    Each is there as often as it is written.
    """
    found: list[Any] = []
    stack = values[::-1]
    while stack:
        part = stack.pop()
        if part.args:
            found.append(part)
            if len(found) > _MOST_PARTS:
                raise InvalidValueError(
                    f"{type(values[0]).__name__} has more than {_MOST_PARTS:,} parts as it is "
                    "written; give names to those that occur often, as symbols of their own"
                )
            stack += part.args
    return found


def _grows(part: Any) -> bool:
    return bool(part.is_Function) and (type(part).__module__ or "").startswith(_GROWING)


def _check_power(power: Any, exponent: Any, numbers: Iterable[Any], who: str) -> None:
    """Refuse a power that is a number, or has numbers in it that are taken to it."""
    times = 0.0 if exponent.is_Float else _size(exponent)  # the power is a float, too
    if times <= 1:
        return
    bits = max((_bits(number) or 0.0 for number in numbers), default=0.0)
    if bits * times > _MOST_BITS:
        raise InvalidValueError(
            f"{who} the power {brief(power)}, a number of more than {_MOST_BITS:,} binary digits; "
            "put in smaller numbers"
        )


def _taken(base: Any) -> Iterable[Any]:
    """Return the numbers that are taken to a power together with what else is in its base."""
    from sympy import Integer

    if base.is_Float:
        _, mantissa, exponent, _ = base._mpf_  # which is taken for the fraction that it is
        return [Integer(mantissa), Integer(2) ** min(abs(exponent), _MOST_BITS)]
    return base.args if base.is_Mul and _bits(base) is None else [base]


def _check_arguments(part: Any, arguments: Any, who: str) -> None:
    most = _GREATEST_OF_QUICK if type(part).__name__ in _QUICK else _GREATEST
    if any(_size(argument) > most for argument in arguments):
        raise InvalidValueError(
            f"{who} {brief(part)} with an argument beyond {most:,}, a number of too many digits; "
            "put in smaller numbers"
        )


def _check_unevaluated(part: Any) -> None:
    """Refuse an integral, a derivative, a sum or a product that takes too many steps to evaluate.

    Of sums and products between numbers, a closed form takes no step for each term. SymPy evaluates
    that, too, with numbers for the ends.
    """
    from sympy import Derivative, Integral

    if isinstance(part, Integral):
        powers = (each.exp for each in _parts([part.function]) if each.is_Pow)
        if max(map(_size, powers), default=0) <= _GREATEST_OF_QUICK:
            return
        what = f"powers beyond {_GREATEST_OF_QUICK:,}"
    elif isinstance(part, Derivative):
        if sum(_size(times) for _, times in part.variable_count) <= _GREATEST:
            return
        what = f"an order beyond {_GREATEST:,}"
    else:
        if _count(part) <= _GREATEST or _has_closed_form(part):
            return
        what = f"more than {_GREATEST:,} terms or factors, and no closed form that is soon found"
    raise InvalidValueError(f"a coefficient has {brief(part)} of {what}; evaluate it beforehand")


def _count(part: Any) -> float:
    """Return how many terms a sum has, or factors a product, between numbers.

    Infinite ones have no end to go to.
    """
    count = 1.0
    for _, *ends in part.limits:
        if len(ends) == 2 and all(end.is_Integer for end in ends):
            count *= _size(ends[1] - ends[0]) + 1
    return count


def _has_closed_form(part: Any) -> bool:
    """Tell whether a sum or product has a closed form, and that no number of too many digits."""
    from sympy import Dummy, Product, Sum

    if max(map(_size, part.function.atoms()), default=0) > _MOST_SUMMED:
        return False
    limits, pairs = [], []
    for variable, *ends in part.limits:
        names = [Dummy(integer=True) if end.is_Integer else end for end in ends]
        pairs += [pair for pair in zip(names, ends, strict=True) if pair[0] != pair[1]]
        limits.append((variable, *names))
    closed = part.func(part.function, *limits).doit()
    if closed.has(Sum, Product):
        return False
    try:
        check_substitution(closed, pairs)
    except InvalidValueError:
        return False
    return True


def _size(part: Any) -> float:
    """Return a bound for the absolute value of a number, and 0 for anything else."""
    if part.is_Float:
        _, _, exponent, digits = part._mpf_
        bits: float | None = exponent + digits
    else:
        bits = _log2(part.p) - _log2(part.q) if part.is_Rational else _bits(part)
    if bits is None:
        return 0.0
    return inf if bits > 1000 else 2.0**bits


def _bits(part: Any) -> float | None:
    """Return how many binary digits numerator and denominator have, None for what is no fraction.

    It is a bound: of a sum, all have those of all.
    """
    if part.is_Rational:
        return max(_log2(part.p), _log2(part.q))
    if part.is_Add or part.is_Mul:
        total = 0.0
        for each in part.args:
            if (bits := _bits(each)) is None:
                return None
            total += bits + 1
        return None if part.is_Add and any(map(_is_root, _parts([part]))) else total
    if part.is_Pow and part.exp.is_number and (bits := _bits(part.base)) is not None:
        return bits * max(_size(part.exp), 1.0)
    return None


def _is_root(part: Any) -> bool:
    return bool(part.is_Pow and part.exp.is_Rational and not part.exp.is_Integer)


def _log2(number: Any) -> float:
    """Return the logarithm to base 2 of an integer, 0 of 0."""
    number = abs(int(number))
    return log2(number) if number else 0.0
