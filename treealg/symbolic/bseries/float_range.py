"""Operations on floats of any size: with unbounded exponents where floats would lose digits.

What a function of a large or small number has for its derivatives may be no float, such as
1e-400, while its product with a direction is one. Arguments are polynomials, given by `terms`,
their coefficients, and `degree`, the greatest power of what is not constant in them.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Protocol, TypeVar

from treealg.symbolic.bseries.taylor import unbounded

__all__ = ["check_digits", "in_range"]


class Polynomial(Protocol):
    """What has coefficients that may be floats."""

    terms: dict[int, Any]

    def __init__(self, terms: dict[int, Any]) -> None:
        """Make one of its coefficients."""

    @property
    def degree(self) -> int:
        """The greatest power of what is not constant that does not vanish."""


V = TypeVar("V", bound=Polynomial)

#: The largest and smallest floats have so many binary digits before or after the point, with some
#: left for factors.
_EXPONENTS = 960


def in_range(operation: Callable[..., V], *values: V, reach: int = 1) -> V:
    """Return the result of an operation; with unbounded exponents where floats would not do.

    `reach` is the degree that numbers between the arguments and the result have in them, for each
    infinitesimal twice.
    """
    if all(_is_moderate(value, reach) for value in values):
        try:
            return operation(*values)
        except OverflowError:
            pass
    if not all(_is_real(part) for value in values for part in value.terms.values()):
        return operation(*values)
    return _rounded(operation(*map(_unrounded, values)))


def _is_moderate(value: V, reach: int) -> bool:
    """Tell whether powers of the coefficients, as many as occur, are floats with all digits."""
    bound = 2.0 ** (_EXPONENTS // (reach * (2 * value.degree + 2)))
    return all(
        part == 0 or 1 / bound < abs(part) < bound
        for part in value.terms.values()
        if isinstance(part, float)
    )


def check_digits(coefficients: list[Any], point: Any) -> None:
    """Refuse Taylor coefficients that are no floats, or too small for all digits of floats."""
    for value in coefficients:
        if (
            isinstance(value, float)
            and not _SMALLEST <= abs(value) <= _LARGEST
            and (value != 0 or point != 0)
        ):
            raise OverflowError("a Taylor coefficient is too large or too small")


_SMALLEST, _LARGEST = sys.float_info.min, sys.float_info.max


def _is_real(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, (int, Fraction))


def _unrounded(value: V) -> V:
    """Return the same with numbers of any size, fractions with many digits."""
    number = unbounded().mpf
    return value.__class__(
        {
            mask: number(part.numerator) / part.denominator
            if isinstance(part, Fraction)
            else number(part)
            for mask, part in value.terms.items()
        }
    )


def _rounded(value: V) -> V:
    """Return the same with floats; infinite where a derivative is beyond these."""
    terms = {
        mask: float(part) if hasattr(part, "_mpf_") else part for mask, part in value.terms.items()
    }
    if isinstance(terms[0], float) and not math.isfinite(terms[0]):
        raise OverflowError("a value is beyond the greatest float")
    return value.__class__(terms)
