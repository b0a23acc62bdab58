"""What linear combinations do with their coefficients: substitution, simplification, floats."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Self

from treealg.errors import InvalidTypeError

__all__ = ["Coefficients", "python_number"]


def python_number(value: Any) -> Any:
    """Return a SymPy number as an int or Fraction, anything else as it is."""
    if getattr(value, "is_Integer", False):
        return int(value)
    if getattr(value, "is_Rational", False):
        return Fraction(int(value.p), int(value.q))
    return value


class _Next:
    """A function that gives one value after the other, whatever it is asked."""

    def __init__(self, values: list[Any]) -> None:
        self._values = iter(values)

    def __call__(self, value: Any) -> Any:
        return next(self._values)


class Coefficients:
    """Operations on coefficients, for linear combinations; SymPy is loaded when it is needed."""

    __slots__ = ()

    @abstractmethod
    def map_coefficients(self, function: Callable[[Any], Any]) -> Self:
        """Apply a function to each coefficient."""

    def subs(self, *arguments: Any) -> Self:
        """Substitute symbols in the coefficients, as ``subs`` of SymPy does.

        Parameters
        ----------
        *arguments : object
            Old and new, or a mapping or pairs of them.

        Returns
        -------
        same type
            Rational results are int or Fraction.

        Examples
        --------
        >>> import sympy
        >>> from treealg.symbolic import Element, Tree
        >>> a = sympy.Symbol("a")
        >>> Element({Tree(): a**2, Tree([Tree()]): 3}).subs(a, sympy.Rational(1, 2))
        <Element 1/4 (0) + 3 (0[0])>
        """
        return self.map_coefficients(
            lambda value: python_number(value.subs(*arguments)) if hasattr(value, "subs") else value
        )

    def expand(self) -> Self:
        """Expand the coefficients, so that equal polynomials become equal.

        Returns
        -------
        same type
            Without the terms that became zero.

        Examples
        --------
        >>> import sympy
        >>> from treealg.symbolic import Element, Tree
        >>> a = sympy.Symbol("a")
        >>> Element({Tree(): (a + 1) ** 2 - a**2 - 2 * a}).expand()
        <Element (0)>
        """
        return self.map_coefficients(
            lambda value: python_number(value.expand()) if hasattr(value, "expand") else value
        )

    def simplify(self) -> Self:
        """Simplify the coefficients with SymPy.

        Returns
        -------
        same type
            Without the terms that became zero.

        Examples
        --------
        >>> import sympy
        >>> from treealg.symbolic import Element, Tree
        >>> a = sympy.Symbol("a")
        >>> Element({Tree(): sympy.sin(a) ** 2 + sympy.cos(a) ** 2}).simplify()
        <Element (0)>
        """
        return self.map_coefficients(
            lambda value: python_number(value.simplify()) if hasattr(value, "simplify") else value
        )

    def collect(self, symbol: Any) -> dict[int, Self]:
        """Collect by powers of a symbol: the coefficients as polynomials in it.

        Parameters
        ----------
        symbol : Symbol
            A SymPy symbol.

        Returns
        -------
        dict
            From the power to what it is multiplied with, ascending; the sum of power times value
            is the combination.

        Raises
        ------
        InvalidTypeError
            If a coefficient is not a polynomial in the symbol.

        Examples
        --------
        >>> import sympy
        >>> from treealg.symbolic import Element, Tree
        >>> h = sympy.Symbol("h")
        >>> Element({Tree(): 2 * h, Tree([Tree()]): h**2 / 2 + h}).collect(h)
        {1: <Element 2 (0) + (0[0])>, 2: <Element 1/2 (0[0])>}
        """
        import sympy

        def coefficients(value: Any) -> dict[int, Any]:
            try:
                polynomial = sympy.Poly(sympy.sympify(value), symbol)
            except sympy.PolynomialError:
                raise InvalidTypeError(
                    f"coefficients must be polynomials in {symbol}, got {value}"
                ) from None
            return {power: python_number(c) for (power,), c in polynomial.terms()}

        parts: dict[int, dict[int, Any]] = {}
        order: list[Any] = []

        def note(value: Any) -> Any:
            order.append(coefficients(value))
            return value

        self.map_coefficients(note)
        for index, found in enumerate(order):
            for power, c in found.items():
                parts.setdefault(power, {})[index] = c
        collected = {}
        for power in sorted(parts):
            column = [parts[power].get(index, 0) for index in range(len(order))]
            collected[power] = self.map_coefficients(_Next(column))
        return collected

    def to_float(self) -> Self:
        """Turn the coefficients into floats, which nothing else does.

        Returns
        -------
        same type
            With float coefficients.

        Raises
        ------
        TypeError
            If a coefficient is not a number.

        Examples
        --------
        >>> from fractions import Fraction
        >>> from treealg.symbolic import Element, Tree
        >>> Element({Tree(): Fraction(1, 4)}).to_float()
        <Element 0.25 (0)>
        """
        return self.map_coefficients(float)
