"""Disks in the complex plane that hold the values of numbers with roots, of any precision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from treealg.checks import brief
from treealg.errors import InvalidValueError
from treealg.symbolic.linear.number_parts import is_root, is_unit, turn_of
from treealg.symbolic.trees.meter import spend

__all__ = [
    "FEW_DIGITS",
    "MOST_DIGITS",
    "Disk",
    "Disks",
    "NotAlgebraicError",
    "TooFewDigitsError",
    "approximation",
    "integer_relation",
]

#: Binary digits to begin with, and those that a decision may need at most.
FEW_DIGITS, MOST_DIGITS = 64, 50_000
#: Binary digits of which an operation of mpmath may lose some, and few do one.
_GUARD = 8
#: Binary digits of what counts as a small factor.
_DIGITS_OF_FACTORS = 16


class NotAlgebraicError(Exception):
    """A part is not known to be an algebraic number, or has no value."""


class TooFewDigitsError(Exception):
    """A part has no disk with so few digits."""


def approximation(value: Any) -> tuple[complex, float]:
    """Return a number with roots in floats, and how far it may be from that.

    Examples
    --------
    >>> from sympy import sqrt
    >>> abs(approximation(sqrt(2))[0] ** 2 - 2) < 1e-15
    True
    """
    digits = FEW_DIGITS
    while digits <= MOST_DIGITS:
        try:
            disk = Disks(digits).of(value)
        except TooFewDigitsError:
            digits *= 2
            continue
        return complex(disk.centre), float(disk.radius) + abs(complex(disk.centre)) * 2.0**-50
    raise InvalidValueError(f"cannot tell on which side of the negative numbers {brief(value)} is")


def integer_relation(values: list[Any]) -> list[int] | None:
    """Return small factors with which real numbers seem to sum up to zero, None if none are found.

    Examples
    --------
    >>> from sympy import S, sqrt
    >>> integer_relation([sqrt(3 + 2 * sqrt(2)), S.One, sqrt(2)])
    [1, -1, -1]
    """
    disks = Disks(len(values) * _DIGITS_OF_FACTORS + FEW_DIGITS)
    spend(200 * len(values) ** 2)
    try:
        centres = [disks.of(value).centre for value in values]
    except TooFewDigitsError:
        return None
    if any(hasattr(centre, "_mpc_") for centre in centres):
        return None
    found: list[int] | None = disks.context.pslq(
        centres, maxcoeff=2**_DIGITS_OF_FACTORS, maxsteps=100 * len(values) ** 2
    )
    return found


class Disk(NamedTuple):
    """A disk in the complex plane; one about a real number is an interval of real ones."""

    centre: Any
    radius: Any

    @property
    def holds_zero(self) -> bool:
        """Whether 0 is in the disk."""
        return bool(abs(self.centre) <= self.radius)

    @property
    def is_real(self) -> bool:
        """Whether all numbers in it are real."""
        return not hasattr(self.centre, "_mpc_")

    def is_within(self, digits: float) -> bool:
        """Tell whether all that the disk holds is less than 1 / 2^digits."""
        size = abs(self.centre) + self.radius
        return bool(size == 0 or size.man.bit_length() + size.exp + 1 < -digits)


class Disks:
    """Disks for the parts of an expression, with numbers of so many binary digits."""

    def __init__(self, digits: int, is_zero: Callable[[Any], bool] | None = None) -> None:
        import mpmath

        self._is_zero = is_zero
        self._digits = digits
        self.context = mpmath.mp.clone()  # that of the process is everybody's
        self.context.prec = digits + _GUARD
        self._unit = self.context.mpf(2) ** -digits
        self._steps = 2 + digits // 128
        self._known: dict[Any, Disk] = {}

    def of(self, part: Any) -> Disk:
        """Return a disk that holds the value of an expression."""
        known = self._known.get(part)
        if known is None:
            spend(self._steps)
            known = self._known[part] = self._found(part)
        return known

    def _rounded(self, centre: Any, radius: Any) -> Disk:
        """Return a disk for what is computed with errors beside those of the arguments."""
        return Disk(centre, (radius + abs(centre) * self._unit) * (1 + self._unit))

    def _found(self, part: Any) -> Disk:
        context = self.context
        if part.is_Rational:
            return self._rounded(context.mpf(int(part.p)) / int(part.q), 0)
        if part.is_Add or part.is_Mul:
            combine = self._sum if part.is_Add else self._product
            disk = self.of(part.args[0])
            for other in part.args[1:]:
                disk = combine(disk, self.of(other))
            return disk
        if part.is_Pow:
            return self._power(part)
        if is_unit(part):
            return Disk(context.mpc(0, 1), context.mpf(0))
        if is_root(part):
            return self._root_of_polynomial(part)
        turn = turn_of(part)
        turn = context.mpf(2 * (int(turn.p) % int(turn.q))) / int(turn.q)
        return Disk(context.cospi(turn), 8 * self._unit)

    def _root_of_polynomial(self, part: Any) -> Disk:
        from sympy import Rational, im, re

        width = Rational(1, 2**self._digits)
        value = part.eval_rational(width, width)
        spend(self._digits)
        real, imaginary = (self.context.mpf(int(x.p)) / int(x.q) for x in (re(value), im(value)))
        centre = real if part.is_real else self.context.mpc(real, imaginary)
        return self._rounded(centre, 2 * self._unit)

    def _sum(self, left: Disk, right: Disk) -> Disk:
        return self._rounded(left.centre + right.centre, left.radius + right.radius)

    def _product(self, left: Disk, right: Disk) -> Disk:
        radius = abs(left.centre) * right.radius + abs(right.centre) * left.radius
        return self._rounded(left.centre * right.centre, radius + left.radius * right.radius)

    def _power(self, part: Any) -> Disk:
        disk, degree = self.of(part.base), int(part.exp.q)
        if degree > 1:
            disk = self._root(part.base, disk, degree)
        if part.exp.is_negative:
            disk = self._inverse(part.base, disk)
        exponent = abs(int(part.exp.p))
        result, square = Disk(self.context.mpf(1), self.context.mpf(0)), disk
        while exponent:
            if exponent & 1:
                result = self._product(result, square)
            exponent >>= 1
            if exponent:
                square = self._product(square, square)
        return result

    def _inverse(self, base: Any, disk: Disk) -> Disk:
        """Return the inverse of a disk that holds a root of `base`."""
        size = abs(disk.centre)
        if 2 * disk.radius >= size:
            if disk.holds_zero and self._is_zero is not None and self._is_zero(base):
                raise NotAlgebraicError
            raise TooFewDigitsError
        return self._rounded(1 / disk.centre, disk.radius / (size * (size - disk.radius)))

    def _root(self, base: Any, disk: Disk, degree: int) -> Disk:
        """Return the principal root of a disk that holds `base`."""
        context = self.context
        if disk.holds_zero:
            size = context.root(abs(disk.centre) + disk.radius, degree)
            return Disk(context.mpc(0), size * (1 + self._unit))
        centre = disk.centre
        if not disk.is_real and centre.real < 0 and abs(centre.imag) <= disk.radius:
            # Beside negative numbers, on either side, roots are far from each other.
            if not base.is_extended_real:
                raise TooFewDigitsError
            centre = centre.real
        radius = context.root(abs(centre), degree) * disk.radius / abs(centre)
        return self._rounded(context.root(centre, degree), radius * (1 + 8 * self._unit))
