r"""Linear functionals on a Hopf algebra: convolution, exponential, logarithm, powers.

Convolution is :math:`(f * g)(x) = \sum f(x') g(x'')` over the coproduct, the pruned part to the
left factor: of two signatures, the earlier path stands on the left. Values are exact.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, Self

from treealg.checks import brief, check_callable
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic.hopf.algebra import HopfAlgebra
from treealg.symbolic.linear.coefficients import (
    check_coefficient,
    difference,
    is_zero_start,
    values_by_key,
)
from treealg.symbolic.linear.elements import Element, word_beside
from treealg.symbolic.linear.tolerances import holds_to_rounding
from treealg.symbolic.maps.evaluation import Asked, Asking, value_of
from treealg.symbolic.maps.origin import Made, without_zeros
from treealg.symbolic.trees.entries import Entry
from treealg.symbolic.trees.memo import Memo
from treealg.symbolic.trees.meter import spend

__all__ = ["Functional", "Values"]

_RATIONAL: frozenset[Any] = frozenset({int, Fraction})

Values = Mapping[Any, Any] | Callable[[Any], Any]


class Functional(Entry, Made):
    """A linear functional, given by its values on the basis of a Hopf algebra.

    Parameters
    ----------
    algebra : HopfAlgebra
        `bck`, `mkw` or another.
    values : mapping or callable
        From basis elements to values. A mapping may use any form of a basis element that the
        algebra accepts, and is zero elsewhere; a callable receives forests.

    Raises
    ------
    InvalidTypeError
        If `algebra` is not a `HopfAlgebra`, `values` neither a mapping nor callable, a key not a
        basis element, or a value neither a number nor an expression.
    InvalidValueError
        If a key is a tuple that is not a valid tuple form.

    Notes
    -----
    Immutable; values are remembered, scalars of NumPy as those of Python. ``f * g`` is the
    convolution, ``f + g``, ``f - g`` and ``f * number`` are pointwise. A pickle holds the values
    of a mapping, or the callable, and of a result from what it was made; functionals are equal that
    are made alike, where a value 0 is as good as none. With an `Endomorphism`, ``f + g`` and
    ``f * g`` are maps, and numbers multiples of the unit.

    Examples
    --------
    >>> from treealg.symbolic import PlanarTree, mkw
    >>> leaf = Functional(mkw, {PlanarTree(): 1})
    >>> (leaf * leaf)(((0,), (0,))), leaf.exp()(((0,), (0,)))
    (1, Fraction(1, 2))
    """

    #: What tells scalars apart in SymPy: a functional is no coefficient.
    is_commutative = False
    #: Whether values are elements of the algebra, of which numbers are multiples of the unit.
    _is_map = False
    #: The rule of the result of an operation, which asks for the values that it needs.
    _asks: Asking | None = None

    def __init__(self, algebra: HopfAlgebra[Any], values: Values) -> None:
        if not isinstance(algebra, HopfAlgebra):
            raise InvalidTypeError(
                f"algebra must be a HopfAlgebra such as bck or mkw, got {type(algebra).__name__}"
            )
        self._algebra = algebra
        self._known = algebra._table()
        if isinstance(values, Mapping):
            table = values_by_key(values, self._key)
            self._rule: Callable[[Any], Any] = lambda key: (
                table[key] if key in table else table.get(word_beside(key, table), 0)
            )
            self._made_by(type(self), algebra, without_zeros(table))
        elif callable(values):
            check_callable("values", values, "key")
            self._rule = values
            self._made_by(type(self), algebra, values)
            self._calls(values, lambda key: (key,))
        else:
            raise InvalidTypeError(
                f"values must be a mapping or a callable, got {type(values).__name__}"
            )

    def _key(self, key: Any) -> Any:
        return self._algebra.basis_element(key)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} on {self._algebra.name}>"

    @classmethod
    def _asking(cls, algebra: HopfAlgebra[Any], asks: Asking) -> Self:
        """Make the result of an operation, which says by what it was made."""
        result = object.__new__(cls)
        result._algebra, result._known, result._asks = algebra, algebra._table(), asks
        return result

    def _calls(self, values: Any, keys: Callable[[Any], Iterable[Any]]) -> None:
        """Have the values on keys asked for before the rule calls a functional on them."""
        if isinstance(values, Functional):
            functional, rule = values, self._rule

            def asks(key: Any) -> Asked:
                for each in keys(key):
                    yield functional, functional._key(each)
                return rule(key)

            self._asks = asks

    def _like(self, asks: Asking) -> Functional:
        """Make the result of an operation on this one."""
        return Functional._asking(self._algebra, asks)

    def _with(self, other: Functional, asks: Asking) -> Functional:
        """Make the result of an operation on two: a map if one of them is, else a functional."""
        return (self if self._is_map else other)._like(asks)

    def _through(self, function: Callable[[Any], Any]) -> Functional:
        """Make the result of an operation that takes values one by one."""

        def asks(key: Any) -> Asked:
            return function((yield self, key))

        return self._like(asks)

    def _pointwise(
        self, other: Any, operation: Callable[[Any, Any], Any], of_values: Callable[[Any, Any], Any]
    ) -> Any:
        """Make the result of an operation, by one that takes two values on one key."""
        if not isinstance(other, Functional):
            return self if is_zero_start(other, "a functional") else NotImplemented
        right = self._other(other)

        def asks(key: Any) -> Asked:
            return of_values((yield self, key), (yield right, key))

        return self._with(right, asks)._made_by(operation, self, right)

    @property
    def algebra(self) -> HopfAlgebra[Any]:
        """The Hopf algebra on which the functional lives."""
        return self._algebra

    def __call__(self, x: Any) -> Any:
        """Return the value on a basis element or an element.

        Parameters
        ----------
        x : tree, forest, tuple, None or Element
            A basis element in any form that the algebra accepts, or an element.

        Returns
        -------
        value
            Linear in `x`.

        Raises
        ------
        InvalidTypeError
            If `x` does not belong to the algebra, or a value is neither a number nor an
            expression.
        InvalidValueError
            If `x` is a tuple that is not a valid tuple form.
        """
        if isinstance(x, Element):
            total: Any = 0
            for key, coefficient in self._algebra.element(x).items():
                total = total + coefficient * self._value(key)
            return total
        return self._value(self._algebra.basis_element(x))

    def _value(self, key: Any) -> Any:
        known = self._known
        return known[key] if key in known else value_of(self, key)

    def _check_value(self, value: Any) -> Any:
        """Return a value of the rule, or refuse it."""
        return check_coefficient(value)

    # -- linear structure ----------------------------------------------------------------------

    def _other(self, other: Any) -> Functional:
        if other._algebra is not self._algebra:
            raise InvalidTypeError(
                "functionals must live on one algebra, got "
                f"{self._algebra.name} and {other._algebra.name}"
            )
        return other  # type: ignore[no-any-return]

    def __add__(self, other: Any) -> Functional:
        result: Functional = self._pointwise(other, operator.add, operator.add)
        return result

    __radd__ = __add__

    def __sub__(self, other: Any) -> Functional:
        result: Functional = self._pointwise(other, operator.sub, difference)
        return result

    def __neg__(self) -> Functional:
        return self._through(operator.neg)._made_by(operator.neg, self)

    def __mul__(self, other: Any) -> Functional:
        if isinstance(other, Functional):
            return self.convolve(other)
        other = check_coefficient(other)
        scaled = self._through(lambda value: value * other)
        return scaled._made_by(operator.mul, self, other)

    def __rsub__(self, other: Any) -> Functional:
        return -self if is_zero_start(other, "a functional") else NotImplemented

    def __truediv__(self, scalar: Any) -> Functional:
        scalar = check_coefficient(scalar)
        if scalar == 0:
            raise InvalidValueError("cannot divide a functional by 0")
        return self * (Fraction(1, scalar) if isinstance(scalar, int) else 1 / scalar)

    def __rmul__(self, scalar: Any) -> Functional:
        scalar = check_coefficient(scalar)
        scaled = self._through(lambda value: scalar * value)
        return scaled._made_by(operator.mul, scalar, self)

    def __pow__(self, exponent: Any) -> Functional:
        raise InvalidTypeError(
            f"a functional has several kinds of powers, got the exponent {brief(exponent)}; use "
            "power(exponent) for those under convolution"
        )

    # -- convolution ---------------------------------------------------------------------------

    def convolve(self, other: Functional) -> Functional:
        r"""Return the convolution :math:`(f * g)(x) = \sum f(x') g(x'')`, f being this one.

        Parameters
        ----------
        other : Functional
            The right factor, applied to the trunk.

        Returns
        -------
        Functional
            The convolution.

        Raises
        ------
        InvalidTypeError
            If `other` is not a `Functional` on the same algebra.

        Examples
        --------
        >>> from treealg.symbolic import Character, Tree, bck
        >>> f = Character(bck, lambda tree: 1)
        >>> (f * f)(Tree([Tree()]))
        3
        """
        if not isinstance(other, Functional):
            raise InvalidTypeError(f"other must be a Functional, got {type(other).__name__}")
        right = self._other(other)

        first, second = self._known, right._known

        def asks(key: Any) -> Asked:
            total: Any = 0
            # Fractions are added by their denominators, as long as there is nothing else.
            fractions: dict[int, int] | None = {}
            delta = self._algebra.coproduct(key)
            spend(4 * len(delta))
            for (pruned, trunk), count in delta.items():
                value = first[pruned] if pruned in first else (yield self, pruned)
                if value != 0:
                    last = second[trunk] if trunk in second else (yield right, trunk)
                    value = count * value
                    if fractions is not None:
                        if value.__class__ in _RATIONAL and last.__class__ in _RATIONAL:
                            if value.__class__ is int and last.__class__ is int:
                                total += value * last
                                continue
                            below = value.denominator * last.denominator
                            above = value.numerator * last.numerator
                            fractions[below] = fractions.get(below, 0) + above
                            continue
                        total, fractions = _with_fractions(total, fractions), None
                    total = total + value * last
            return _with_fractions(total, fractions or {})

        return self._with(right, asks)._made_by(Functional.convolve, self, right)

    def exp(self) -> Functional:
        r"""Return the convolution exponential :math:`\sum_k f^{*k} / k!`.

        Returns
        -------
        Functional
            The exponential; a character when this one is infinitesimal.

        Raises
        ------
        InvalidValueError
            If the value on the unit is not 0.

        Examples
        --------
        >>> from treealg.symbolic import InfinitesimalCharacter, Tree, bck
        >>> exact = InfinitesimalCharacter(bck, {Tree(): 1}).exp()
        >>> exact(Tree([Tree(), Tree()]))  # 1 / factorial
        Fraction(1, 3)
        """
        self._check_unit(0, "exp", "an infinitesimal functional")
        series = self._series(lambda k: Fraction(1, math.factorial(k)) if k > 1 else 1, self)
        return series._made_by(Functional.exp, self)

    def log(self) -> Functional:
        r"""Return the convolution logarithm :math:`\sum_k (-1)^{k+1} (f - \epsilon)^{*k} / k`.

        Returns
        -------
        Functional
            The logarithm; zero on products when this one is a character.

        Raises
        ------
        InvalidValueError
            If the value on the unit is not 1.

        Examples
        --------
        >>> from treealg.symbolic import Character, Tree, bck
        >>> euler = Character(bck, lambda tree: int(tree.order == 1))
        >>> euler.log()(Tree([Tree()]))
        Fraction(-1, 2)
        """
        series = self._power_series("log", lambda k: Fraction((-1) ** (k + 1), k) if k > 1 else k)
        return series._made_by(Functional.log, self)

    def power(self, exponent: Any) -> Functional:
        r"""Return the convolution power :math:`\sum_k \binom{s}{k} (f - \epsilon)^{*k}`.

        Parameters
        ----------
        exponent : int, Fraction or SymPy expression
            The exponent s.

        Returns
        -------
        Functional
            The power; ``power(-1)`` is the inverse, ``power(2)`` is ``f * f``.

        Raises
        ------
        InvalidTypeError
            If `exponent` is neither a number nor an expression.
        InvalidValueError
            If the value on the unit is not 1.

        Examples
        --------
        >>> from treealg.symbolic import Character, Tree, bck
        >>> f = Character(bck, lambda tree: 1)
        >>> f.power(2)(Tree([Tree()])) == (f * f)(Tree([Tree()]))
        True
        """
        exponent = check_coefficient(exponent)

        def binomial(k: int) -> Any:
            result: Any = 1
            for i in range(k):
                result = result * (exponent - i)
            if isinstance(result, int):
                return result // math.factorial(k)
            return result * Fraction(1, math.factorial(k))

        return self._power_series("power", binomial)._made_by(Functional.power, self, exponent)

    def inverse(self) -> Functional:
        """Return the convolution inverse.

        Returns
        -------
        Functional
            The functional g with ``f * g`` equal to the counit; for a character, it is the
            character composed with the antipode.

        Raises
        ------
        InvalidValueError
            If the value on the unit is not 1.

        Examples
        --------
        >>> from treealg.symbolic import Character, Tree, bck
        >>> f = Character(bck, lambda tree: 1)
        >>> f.inverse()(Tree()) == f(bck.antipode(Tree()))
        True
        """
        self._check_unit(1, "inverse", "a normalized functional")
        return self._recursive_inverse()._made_by(Functional.inverse, self)

    def _recursive_inverse(self) -> Functional:
        """Return g with g(x) = -f(x) - Σ f(pruned) g(trunk), over the proper cuts of x."""
        algebra = self._algebra
        one = algebra.one

        def cuts(key: Any) -> Iterator[tuple[Any, Any]]:
            for (pruned, trunk), count in algebra.coproduct(key).items():
                if pruned != one and trunk != one:
                    value = self._value(pruned)
                    if value != 0:
                        spend(_steps(value) - 4)
                        yield trunk, count * value

        def build(key: Any, known: Mapping[Any, tuple[Any]]) -> tuple[Any]:
            total = self._value(key)
            for trunk, value in cuts(key):
                spend(_steps(value))
                total = total + value * known[trunk][0]
            return (-total,)

        inverses = Memo(
            lambda key: [trunk for trunk, _ in cuts(key)], build, table=self._algebra._table
        )
        ask_below = self._asking_below()

        def asks(key: Any) -> Asked:
            if key == one:
                return 1
            yield from ask_below(key)
            return inverses(key)[0]

        return self._like(asks)

    def _asking_below(self) -> Asking:
        """Return what asks for the values that a sum of powers on a key needs."""
        algebra, values = self._algebra, self._known
        one = algebra.one
        known = algebra._table()

        def ask_below(key: Any) -> Asked:
            # Those of a functional that is no result of an operation need no others.
            pending = [] if self._asks is None else [key]
            found = algebra._table()
            while pending:
                top = pending.pop()
                if top in known or top in found:
                    continue
                found[top] = True
                yield self, top
                for pruned, trunk in algebra.coproduct(top):
                    if pruned != one and trunk != one:
                        value = values[pruned] if pruned in values else (yield self, pruned)
                        if value != 0:
                            pending.append(trunk)
            known.update(found)

        return ask_below

    def _check_unit(self, expected: int, name: str, kind: str) -> None:
        """Refuse another value on the unit, but for the rounding of floats."""
        value = self._value(self._algebra.one)
        if value != expected and not self._is_rounded_to_zero(value - expected):
            raise InvalidValueError(
                f"{name} needs {kind}, with value {expected} on the unit (the empty forest), "
                f"got {value}"
            )

    def _is_rounded_to_zero(self, value: Any) -> bool:
        """Tell whether a value is zero, but for the rounding of floats of the size of 1."""
        return holds_to_rounding(value)

    def _power_series(self, name: str, coefficient: Callable[[int], Any]) -> Functional:
        self._check_unit(1, name, "a normalized functional")
        one = self._algebra.one

        def asks(key: Any) -> Asked:
            return 0 if key == one else (yield self, key)

        return self._series(coefficient, self._like(asks))

    def _series(self, coefficient: Callable[[int], Any], base: Functional) -> Functional:
        """Return the sum of coefficients times convolution powers of `base`."""
        algebra = self._algebra
        one = algebra.one
        weights: dict[int, Any] = {}

        def needs(key: Any) -> Iterable[Any]:
            return [
                trunk
                for (pruned, trunk), _ in algebra.coproduct(key).items()
                if pruned != one and trunk != one and base._value(pruned) != 0
            ]

        def build(key: Any, known: Mapping[Any, list[Any]]) -> list[Any]:
            # powers[k-1] is the value of the k-th power: the first factor takes the pruned part.
            powers = [base._value(key)]
            for (pruned, trunk), count in algebra.coproduct(key).items():
                if pruned == one or trunk == one:
                    continue
                value = base._value(pruned)
                if value == 0:
                    continue
                value = count * value
                spend(_steps(value) * len(known[trunk]))
                for k, lower in enumerate(known[trunk], 1):
                    if k == len(powers):
                        powers.append(0)
                    powers[k] = powers[k] + value * lower
            return powers

        powers = Memo(needs, build, table=algebra._table)
        ask_below = base._asking_below()

        def asks(key: Any) -> Asked:
            if key == one:
                return coefficient(0)
            yield from ask_below(key)
            total: Any = 0
            for k, value in enumerate(powers(key), 1):
                if k not in weights:
                    weights[k] = coefficient(k)
                if value != 0:
                    total = total + weights[k] * value
            return total

        return self._like(asks)


def _steps(value: Any) -> int:
    """Return how many steps it takes to add a multiple of a value."""
    return 4 if value.__class__ in (int, float) else 8


def _with_fractions(total: Any, fractions: Mapping[int, int]) -> Any:
    """Return an integer plus fractions, given as the sum of the numerators for each denominator."""
    if not fractions:
        return total
    common = math.lcm(*fractions)
    return total + Fraction(
        sum(above * (common // below) for below, above in fractions.items()), common
    )
