"""What linear combinations do with their coefficients: substitution, simplification, floats."""

from __future__ import annotations

import cmath
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from numbers import Number
from typing import Any, NoReturn, Self

from treealg.checks import brief, is_iterable
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic.linear.giants import check_giants, check_substitution
from treealg.symbolic.linear.powers import check_expansion
from treealg.symbolic.linear.walks import ascending, too_deep
from treealg.symbolic.trees.displayed import Displayed
from treealg.symbolic.trees.scalars import as_fraction, python_scalar
from treealg.symbolic.trees.slots import Slotted

__all__ = [
    "Coefficients",
    "check_coefficient",
    "difference",
    "expression",
    "is_coefficient",
    "is_finite",
    "is_zero_start",
    "own_number",
    "python_number",
    "quotient",
    "values_by_key",
]


_GREATEST_EXPONENT = 10_000
_GREATEST_DEGREE = 100_000
_NUMBERS = frozenset({int, Fraction, float, complex})


def python_number(value: Any) -> Any:
    """Return a SymPy number as an int or Fraction, anything else as it is."""
    if getattr(value, "is_Integer", False):
        return int(value)
    if getattr(value, "is_Rational", False):
        return Fraction(int(value.p), int(value.q))
    return value


def own_number(value: Any) -> Any:
    """Return a coefficient of another kind as one of ours: a number of Python or an expression.

    Scalars of NumPy, decimal numbers, which are fractions, rational numbers of other libraries,
    polynomials and elements of SymPy's fields of fractions; everything else is returned as it is.

    Examples
    --------
    >>> import sympy
    >>> own_number(sympy.QQ(1, 2)), own_number(sympy.field("x", sympy.QQ)[1] ** 2)
    (Fraction(1, 2), x**2)
    """
    value = python_scalar(value)
    if value.__class__ in _NUMBERS or isinstance(value, bool):
        return value
    if isinstance(value, Decimal):
        return _fraction(value)
    for kind in (int, float, complex):
        if isinstance(value, kind):  # of an enumeration, or another subclass
            return getattr(kind, f"__{kind.__name__}__")(value)
    if hasattr(value, "as_expr"):
        if not hasattr(value, "equals"):
            return value.as_expr()
        check_giants(value)
        return value
    fraction = as_fraction(value)
    return value if fraction is None else fraction


def _fraction(value: Decimal) -> Any:
    """Return a decimal number as the fraction that it is; its own arithmetic rounds."""
    if not value.is_finite():
        try:
            return float(value)
        except ValueError:
            raise InvalidValueError(f"a coefficient must be a number, got {brief(value)}") from None
    if abs(value.adjusted()) > _GREATEST_EXPONENT:
        raise InvalidValueError(
            f"a coefficient must have an exponent of at most {_GREATEST_EXPONENT:,}, got "
            f"{brief(value)}; give a float, or another unit"
        )
    return Fraction(value)


def is_coefficient(value: Any) -> bool:
    """Tell whether a value can be a coefficient.

    Examples
    --------
    >>> is_coefficient(0.5), is_coefficient("0.5"), is_coefficient(True)
    (True, False, False)
    """
    if value.__class__ in _NUMBERS:
        return True
    # What adds and multiplies without being a scalar: truth values, collections, whose product is a
    # repetition or goes entry by entry, trees, sums and functionals, and matrices, vectors, truth
    # values and symbols of operators of SymPy; and intervals of mpmath, of which it is not known
    # whether they are equal. Of a class, only instances add.
    return (
        not isinstance(value, bool)
        and all(hasattr(type(value), name) for name in ("__add__", "__mul__", "__neg__"))
        and not isinstance(value, (Displayed, Slotted))
        and not hasattr(value, "dtype")
        and not getattr(value, "is_Matrix", False)
        and not (hasattr(value, "_mpi_") or hasattr(value, "_mpci_"))
        and not _is_vector(value)
        and not getattr(value, "is_Boolean", False)
        and _commutes(value)
        and not is_iterable(value)
        and (hasattr(type(value), "free_symbols") or _computes(value))
    )


def _is_vector(value: Any) -> bool:
    """Tell whether an expression is a vector of SymPy in space, or a dyadic, which add only."""
    return hasattr(value, "components") and hasattr(value, "_base_func")


def _commutes(value: Any) -> bool:
    try:
        return getattr(value, "is_commutative", True) is True
    except RecursionError:
        # An expression asks its parts, and knows then. Of each part, these have been asked before.
        return all(part.is_commutative is True for part in ascending([value]))
    except IndexError:  # of functions of no variables that they name
        return False


def _computes(value: Any) -> bool:
    """Tell whether a value of another library multiplies, adds, and may be zero or not."""
    try:
        return bool(value * value + value == 0) in {True, False}
    except (ArithmeticError, NotImplementedError, TypeError, ValueError):
        return False


def is_finite(value: Any) -> bool:
    """Tell whether a number is finite, and an expression made of such.

    Examples
    --------
    >>> import sympy
    >>> is_finite(0.5), is_finite(float("inf")), is_finite(sympy.oo)
    (True, False, False)
    """
    if isinstance(value, (float, complex)):
        return cmath.isfinite(value)
    if not hasattr(type(value), "free_symbols"):
        return True
    from sympy import Limit, S
    from sympy.concrete.expr_with_limits import ExprWithLimits

    def into(part: Any) -> Iterable[Any]:
        # The bounds of integrals and sums, and where limits are taken, may be infinite.
        own: Iterable[Any] = part.args
        return part.args[:1] if isinstance(part, (ExprWithLimits, Limit)) else own

    infinite = (S.NaN, S.Infinity, S.NegativeInfinity, S.ComplexInfinity)
    return not any(part in infinite for part in ascending([value], into) if not part.args)


def is_zero_start(value: Any, what: str) -> bool:
    """Tell whether a summand is the number 0, with which sums begin; other numbers are refused.

    Examples
    --------
    >>> is_zero_start(0, "a series"), is_zero_start([], "a series")
    (True, False)
    """
    value = own_number(value)
    if not isinstance(value, Number) and not hasattr(type(value), "free_symbols"):
        return False
    if value == 0 and not isinstance(value, bool):
        return True
    raise InvalidTypeError(
        f"no number can be added to {what} but 0, got {brief(value)}; add a multiple of what "
        "is 1 on the empty tree and 0 elsewhere"
    )


def check_coefficient(value: Any, name: str = "a coefficient") -> Any:
    """Return a coefficient: a number, of Python if it was one of NumPy, or an expression.

    Messages call it by the name.

    Examples
    --------
    >>> import numpy as np
    >>> check_coefficient(np.int64(1)), check_coefficient(0.5)
    (1, 0.5)
    """
    value = own_number(value)
    if not is_coefficient(value):
        how = "; write int(...) around truth values" if isinstance(value, bool) else ""
        raise InvalidTypeError(
            f"{name} must be a number or a symbolic expression that commutes, got "
            f"{type(value).__name__} {brief(value)}{how}"
        )
    return value


def difference(first: Any, second: Any) -> Any:
    """Return a difference, also of a fraction and a float of mpmath, which add only.

    Examples
    --------
    >>> import mpmath
    >>> difference(3, 5), difference(Fraction(1, 2), mpmath.mpf(2))
    (-2, mpf('-1.5'))
    """
    return first + -second


def quotient(numerator: Any, denominator: Any) -> Any:
    """Return a quotient, which is exact when both numbers are.

    Floats of mpmath divide integers, and no fractions.

    Examples
    --------
    >>> import mpmath
    >>> quotient(1, 2), quotient(Fraction(1, 2), mpmath.mpf(2))
    (Fraction(1, 2), mpf('0.25'))
    """
    if isinstance(numerator, int) and isinstance(denominator, int):
        return Fraction(numerator, denominator)
    if isinstance(numerator, Fraction) and hasattr(denominator, "_mpf_"):
        return numerator.numerator / (numerator.denominator * denominator)
    return numerator / denominator


def values_by_key(values: Mapping[Any, Any], read: Callable[[Any], Any]) -> dict[Any, Any]:
    """Return the coefficients that a caller gave, by the keys that were meant.

    Two ways to write one key may not have two values.

    Examples
    --------
    >>> values_by_key({"a": 1, "b": 2}, str.upper)
    {'A': 1, 'B': 2}
    """
    table: dict[Any, Any] = {}
    for given, value in values.items():
        key, value = read(given), check_coefficient(value)
        if key in table and table[key] != value:
            raise InvalidValueError(
                f"values has two values for {brief(key)}, {brief(table[key])} and {brief(value)}; "
                "leave one of them out"
            )
        table[key] = value
    return table


def expression(name: str, value: Any) -> Any:
    """Return an argument that is a number or an expression as one of SymPy.

    SymPy would read a text by evaluating it as Python; nothing but numbers and what is SymPy's own
    gets that far.

    Examples
    --------
    >>> expression("z", Fraction(1, 2))
    1/2
    """
    import sympy

    value = own_number(value)
    if isinstance(value, sympy.Expr) and is_coefficient(value):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return sympy.Integer(value) if isinstance(value, int) else sympy.Float(value)
    if isinstance(value, Fraction):
        return sympy.Rational(value.numerator, value.denominator)
    if isinstance(value, complex):
        return sympy.Float(value.real) + sympy.I * sympy.Float(value.imag)
    raise InvalidTypeError(
        f"{name} must be a number or a SymPy expression, got {type(value).__name__} "
        f"{brief(value)}; text is not evaluated"
    )


def _pairs(arguments: tuple[Any, ...]) -> list[tuple[Any, Any]]:
    """Return the pairs of old and new that the arguments of `subs` stand for, as expressions.

    Nothing else reaches SymPy, which would evaluate text wherever it finds it.
    """
    if len(arguments) == 2:
        given: Any = [arguments]
    elif len(arguments) == 1 and isinstance(arguments[0], Mapping):
        given = arguments[0].items()
    else:
        given = arguments[0] if len(arguments) == 1 else None
    if not is_iterable(given) or isinstance(given, (str, bytes)):
        _refuse(arguments)
    pairs = []
    for pair in given:
        try:
            old, new = pair
        except (TypeError, ValueError):
            _refuse(arguments)
        pairs.append((expression("what is substituted", old), expression("a value", new)))
    return pairs


def _substituted(value: Any, pairs: list[tuple[Any, Any]]) -> Any:
    """Return an expression with others for symbols in it, if no number becomes too large."""
    try:
        check_substitution(value, pairs)
        return python_number(value.subs(pairs))
    except RecursionError:
        raise too_deep(value) from None


def _refuse(arguments: tuple[Any, ...]) -> NoReturn:
    raise InvalidTypeError(
        "subs needs a symbol and a number or an expression, or a mapping or pairs of them, got "
        f"{', '.join(map(brief, arguments)) or 'nothing'}"
    )


def _expanded(value: Any) -> Any:
    if not hasattr(value, "expand"):
        return value
    if hasattr(value, "atoms"):
        check_expansion(value)
    try:
        return python_number(value.expand())
    except RecursionError:
        raise too_deep(value) from None


def _simplified(value: Any) -> Any:
    if not hasattr(value, "simplify"):
        return value
    if hasattr(value, "atoms"):
        check_expansion(value)
    try:
        return python_number(value.simplify())
    except RecursionError:
        raise too_deep(value) from None


def _polynomial(value: Any, symbol: Any) -> Any:
    """Return an expression as a polynomial, with the coefficients that it has.

    Of floats among them SymPy would make all of them floats.
    """
    import sympy

    check_expansion(value)
    for power in value.atoms(sympy.Pow):
        # Polynomials have a place for each power, whether there is a term or not.
        if power.base == symbol and power.exp.is_Integer and power.exp > _GREATEST_DEGREE:
            raise InvalidValueError(
                f"coefficients must have a degree of at most {_GREATEST_DEGREE:,} in {symbol} to "
                f"be collected, got the power {brief(power)}; substitute another symbol for it"
            )
    if value.has(sympy.Float):
        return sympy.Poly(value, symbol, domain=sympy.EXRAW)
    return sympy.Poly(value, symbol)


def _float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        raise InvalidValueError(
            f"a coefficient is beyond the greatest float, got {brief(value)}; scale it first"
        ) from None
    except (TypeError, ValueError):
        raise InvalidTypeError(
            f"coefficients must be real numbers to become floats, got {brief(value)}; "
            "substitute numbers for symbols with subs first"
        ) from None
    except RecursionError:
        raise too_deep(value) from None


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

        Raises
        ------
        InvalidTypeError
            If an argument is or contains a string, which SymPy would evaluate as Python, or is
            no symbol, number, expression, mapping or pairs of them.
        InvalidValueError
            If a power would be a number of more than a million binary digits, or a factorial or
            another function of integers, which grows with them, would have an argument beyond
            10,000, and 1,000 where it takes longer; if an expression is nested deeper than Python's
            limit of recursion lets SymPy go.

        Examples
        --------
        >>> import sympy
        >>> from treealg.symbolic import Element, Tree
        >>> a = sympy.Symbol("a")
        >>> Element({Tree(): a**2, Tree([Tree()]): 3}).subs(a, sympy.Rational(1, 2))
        <Element 1/4 (0) + 3 (0[0])>
        """
        pairs = _pairs(arguments)
        return self.map_coefficients(
            lambda value: _substituted(value, pairs) if hasattr(value, "subs") else value
        )

    def expand(self) -> Self:
        """Expand the coefficients, so that equal polynomials become equal.

        Returns
        -------
        same type
            Without the terms that became zero.

        Raises
        ------
        InvalidValueError
            If powers of sums would have more than 5,000 terms, or two million times their degree;
            if an expression is nested deeper than Python's limit of recursion lets SymPy go.

        Examples
        --------
        >>> import sympy
        >>> from treealg.symbolic import Element, Tree
        >>> a = sympy.Symbol("a")
        >>> Element({Tree(): (a + 1) ** 2 - a**2 - 2 * a}).expand()
        <Element (0)>
        """
        return self.map_coefficients(_expanded)

    def simplify(self) -> Self:
        """Simplify the coefficients with SymPy.

        Returns
        -------
        same type
            Without the terms that became zero.

        Raises
        ------
        InvalidValueError
            If powers of sums would have more than 5,000 terms, or two million times their degree;
            if an expression is nested deeper than Python's limit of recursion lets SymPy go.

        Examples
        --------
        >>> import sympy
        >>> from treealg.symbolic import Element, Tree
        >>> a = sympy.Symbol("a")
        >>> Element({Tree(): sympy.sin(a) ** 2 + sympy.cos(a) ** 2}).simplify()
        <Element (0)>
        """
        return self.map_coefficients(_simplified)

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
            If `symbol` is no expression, or a coefficient not a polynomial in it.
        InvalidValueError
            If a coefficient has a degree of more than 100,000 in it, or powers of sums would have
            more than 5,000 terms, or two million times their degree; if an expression is nested
            deeper than Python's limit of recursion lets SymPy go.

        Examples
        --------
        >>> import sympy
        >>> from treealg.symbolic import Element, Tree
        >>> h = sympy.Symbol("h")
        >>> Element({Tree(): 2 * h, Tree([Tree()]): h**2 / 2 + h}).collect(h)
        {1: <Element 2 (0) + (0[0])>, 2: <Element 1/2 (0[0])>}
        """
        import sympy

        symbol = expression("symbol", symbol)

        def coefficients(value: Any) -> dict[int, Any]:
            try:
                polynomial = _polynomial(expression("a coefficient", value), symbol)
            except (sympy.PolynomialError, TypeError):  # TypeError of infinite parts
                raise InvalidTypeError(
                    f"coefficients must be polynomials in {symbol}, got {brief(value)}"
                ) from None
            except RecursionError:
                raise too_deep(value) from None
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
        InvalidTypeError
            If a coefficient is not a real number.
        InvalidValueError
            If a coefficient is beyond the greatest float, or an expression nested deeper than
            Python's limit of recursion lets SymPy go.

        Examples
        --------
        >>> from fractions import Fraction
        >>> from treealg.symbolic import Element, Tree
        >>> Element({Tree(): Fraction(1, 4)}).to_float()
        <Element 0.25 (0)>
        """
        return self.map_coefficients(_float)
