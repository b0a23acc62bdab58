"""Finite linear combinations of keys, with exact coefficients.

Coefficients may be any ring elements that Python can add and multiply: int, Fraction, SymPy
expressions. They are used as they come, except that scalars of NumPy become those of Python;
nothing becomes a float.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, ItemsView, Iterable, Iterator, Mapping
from fractions import Fraction
from numbers import Number
from typing import Any, ClassVar, Generic, Self, TypeVar

from treealg.checks import brief, check_callable, is_iterable
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic.linear.coefficients import (
    Coefficients,
    check_coefficient,
    quotient,
)
from treealg.symbolic.linear.fields import is_expression
from treealg.symbolic.linear.ordering import ends_in_order, in_order
from treealg.symbolic.linear.plain_numbers import plain_number
from treealg.symbolic.linear.tolerances import check_tolerance, is_close
from treealg.symbolic.linear.zeros import are_equal, is_known_zero, is_zero, is_zero_number
from treealg.symbolic.trees.arithmetic import Summand
from treealg.symbolic.trees.displayed import Displayed
from treealg.symbolic.trees.entries import Entry
from treealg.symbolic.trees.forests import Forest, OrderedForest
from treealg.symbolic.trees.labels import shown_label
from treealg.symbolic.trees.meter import spend
from treealg.symbolic.trees.scalars import number_text
from treealg.symbolic.trees.slots import Slotted
from treealg.symbolic.trees.terminal import for_terminal
from treealg.symbolic.trees.trees import Tree

__all__ = ["LinearCombination", "Terms", "add_terms", "terms_of"]

#: So few terms with integers cost less than to count them.
_FEW = 10

Terms = dict[Any, Any]
K = TypeVar("K", bound=Hashable)


def add_terms(target: dict[K, Any], terms: Mapping[K, Any], factor: Any = 1) -> None:
    """Add `factor` times `terms` to the dictionary `target`; terms that vanish stay as zeros.

    Examples
    --------
    >>> total = {"x": 1}
    >>> add_terms(total, {"x": 2, "y": 1}, 3)
    >>> total
    {'x': 7, 'y': 3}
    """
    exact = factor.__class__ is int
    if not exact:
        spend(6 * len(terms))
    elif len(terms) > _FEW:
        spend(len(terms))
    if exact and factor == 1:
        for key, value in terms.items():
            target[key] = target[key] + value if key in target else value
        return
    for key, value in terms.items():
        value = factor * value
        target[key] = target[key] + value if key in target else value


class LinearCombination(Entry, Displayed, Coefficients, Slotted, Generic[K]):
    """A finite sum of coefficients times keys; the common part of `Element` and `Tensor`.

    Parameters
    ----------
    terms : mapping or iterable of pairs, default ()
        Keys and coefficients; equal keys are added up, zeros dropped.

    Raises
    ------
    InvalidTypeError
        If `terms` is neither, or a key has the wrong type, or another than the others.

    Notes
    -----
    Immutable. ``+``, ``-``, multiplication and division by a coefficient are defined, and the
    number 0 is the zero; a product that depends on the algebra is
    ``algebra.product(x, y)``. Division of integers gives fractions. Two are equal when their
    coefficients are, as numbers or for all values of their symbols; floats are compared exactly,
    and `is_close` takes a tolerance. They are written in the basis order, and iterated over in the
    order in which terms came.
    """

    __slots__ = ("_terms",)

    _terms: dict[K, Any]

    #: An example of the products that an algebra has for those that ``*`` does not multiply.
    _product_of: ClassVar[str] = "algebra.product"

    #: An example of a multiple of the unit of an algebra.
    _multiple: ClassVar[str] = "2 * bck.unit"

    def __init__(self, terms: Mapping[Any, Any] | Iterable[tuple[Any, Any]] = ()) -> None:
        collected: dict[K, Any] = {}
        if isinstance(terms, LinearCombination):
            pairs: Iterable[Any] = terms.items()
        elif isinstance(terms, Mapping):
            pairs = terms.items()
        elif is_iterable(terms) and not isinstance(terms, (str, bytes)):
            pairs = terms
        else:
            raise InvalidTypeError(
                f"terms must be a mapping from keys to coefficients or pairs of them, got "
                f"{type(terms).__name__}"
            )
        for pair in pairs:
            if not isinstance(pair, tuple) or len(pair) != 2:
                raise InvalidTypeError(
                    f"terms must be pairs (key, coefficient), got {brief(pair)}; write {{key: 1}} "
                    f"for a single one"
                )
            key, value = self._check_key(pair[0]), check_coefficient(pair[1])
            collected[key] = collected[key] + value if key in collected else value
        self._terms = {key: value for key, value in collected.items() if value != 0}
        self._check_kinds(self._terms)

    @classmethod
    def _wrap(cls, terms: dict[K, Any]) -> Self:
        """Make a combination of checked keys and non-zero coefficients, without a copy."""
        new = object.__new__(cls)
        new._terms = terms
        return new

    @classmethod
    def _collect(cls, terms: dict[K, Any]) -> Self:
        """Make a combination of checked keys, dropping the zeros."""
        return cls._wrap({key: value for key, value in terms.items() if value != 0})

    @classmethod
    def _check_key(cls, key: Any) -> K:
        return key  # type: ignore[no-any-return]

    @classmethod
    def _kind(cls, key: K) -> Any:
        """Return what all keys have in common that are added: their class."""
        return key.__class__

    @classmethod
    def _check_kinds(cls, keys: Iterable[K]) -> None:
        """Refuse keys of several kinds, which no algebra has together."""
        found = {cls._kind(key): key for key in keys}
        if len(found) > 1:
            first, second, *_ = found.values()
            raise InvalidTypeError(
                "a sum is over forests, over ordered forests or over words, got "
                f"{brief(first)} and {brief(second)}; a tuple is a word here, and planar trees and "
                "ordered forests have forget_order()"
            )

    # -- as a mapping --------------------------------------------------------------------------

    def items(self) -> ItemsView[K, Any]:
        """Return the pairs of keys and coefficients.

        Returns
        -------
        view of pairs
            Each key once, no coefficient zero.
        """
        return self._terms.items()

    def coefficient(self, key: Any) -> Any:
        """Return the coefficient of a key, 0 if it is absent.

        Parameters
        ----------
        key : hashable
            A basis element; a tree stands for the forest of itself. Where the keys are forests, a
            tuple and None mean what they mean in `bck`, or for ordered forests in `mkw`.

        Returns
        -------
        coefficient
            The stored coefficient, or the integer 0.

        Raises
        ------
        InvalidTypeError
            If the key has the wrong type.
        """
        return self._terms.get(self._find_key(key), 0)

    def _find_key(self, key: Any) -> Any:
        """Return the key that a user means: as in the algebra to which the stored keys belong."""
        return self._check_key(key)

    def __getitem__(self, key: Any) -> Any:
        return self.coefficient(key)

    def __contains__(self, key: Any) -> bool:
        return self._find_key(key) in self._terms

    def __iter__(self) -> Iterator[K]:
        return iter(self._terms)

    def __len__(self) -> int:
        return len(self._terms)

    def __bool__(self) -> bool:
        return bool(self._terms)

    def __eq__(self, other: Any) -> bool:
        # Sums start with the number 0.
        if is_zero_number(other):
            return all(map(is_zero, self._terms.values()))
        if not isinstance(other, self._family()):
            return NotImplemented
        return self._agrees(other, are_equal)

    def _agrees(self, other: Self, agree: Callable[[Any, Any], bool]) -> bool:
        """Tell whether all coefficients agree, absent ones being 0."""
        mine, others = self._terms, other._terms
        return all(agree(c, others.get(key, 0)) for key, c in mine.items()) and all(
            agree(0, c) for key, c in others.items() if key not in mine
        )

    def is_close(self, other: Self, tol: Any) -> bool:
        """Tell whether coefficients differ by at most a tolerance, as those of floats do.

        Parameters
        ----------
        other : same type
            Another combination.
        tol : float
            The greatest absolute difference of two coefficients; absent ones are 0.

        Returns
        -------
        bool
            True when all coefficients are that close.

        Raises
        ------
        InvalidTypeError
            If `other` is of another type, or `tol` is not a real number.
        InvalidValueError
            If `tol` is negative, or a difference has symbols and is no rational function of them.

        Notes
        -----
        Differences with symbols are compared by the coefficients of polynomials; with floats, those
        of a quotient by the coefficients of its numerator, where the greatest one of its
        denominator is 1. An exact quotient of polynomials that is no constant is close to nothing.

        Examples
        --------
        >>> from treealg.symbolic import Element, Tree
        >>> Element({Tree(): 0.1 + 0.2}).is_close(Element({Tree(): 0.3}), 1e-12)
        True
        """
        operand = self._operand(other)
        if operand is None:
            raise InvalidTypeError(
                f"other must be a {type(self).__name__}, got {type(other).__name__}"
            )
        tol = check_tolerance(tol)
        return self._agrees(operand, lambda first, second: is_close(first, second, tol))

    def __hash__(self) -> int:
        # Equal expressions may be written differently, so that their values cannot take part, nor
        # those of numbers that they may equal.
        keys = frozenset(key for key, c in self._terms.items() if not is_known_zero(c))
        if not keys:
            return hash(0)
        if len(keys) == 1 and (key := next(iter(keys))) in _UNITS:
            # In its algebra, a multiple of the unit equals its coefficient, if that is a number.
            value = plain_number(self._terms[key])
            return hash(keys) if is_expression(value) else hash(value)
        return hash(keys)

    # -- arithmetic ----------------------------------------------------------------------------

    @classmethod
    def _operand(cls, other: Any) -> Any:
        """Return what can be added as a combination, and None for anything else."""
        if isinstance(other, cls._family()):
            return other
        return cls._wrap({}) if is_zero_number(other) and not isinstance(other, bool) else None

    @classmethod
    def _family(cls) -> type[LinearCombination[Any]]:
        """Return the class whose subclasses, as users make, are equal and add up with this one."""
        return cls

    def _combine(self, other: Any, factor: int) -> Any:
        if getattr(other, "multiplies_elements", False):
            return NotImplemented
        operand = self._operand(other)
        if operand is None:
            is_number = isinstance(other, Number) and not isinstance(other, bool)
            advice = (
                "; a number stands for nothing without an algebra: add a multiple of its unit, "
                f"such as {self._multiple}"
            )
            raise InvalidTypeError(
                f"only a combination of the same kind can be added to {brief(self)}, got "
                f"{type(other).__name__} {brief(other)}"
                f"{advice if is_number or is_expression(other) else ''}"
            )
        other = operand
        if self._terms and other._terms:
            self._check_kinds((next(iter(self._terms)), next(iter(other._terms))))
        terms: dict[K, Any] = dict(self._terms)
        add_terms(terms, other._terms, factor)
        for key in other._terms:  # of a long sum, only these can have vanished
            if terms[key] == 0:
                del terms[key]
        return self._wrap(terms)

    def __add__(self, other: Any) -> Self:
        return self._combine(other, 1)  # type: ignore[no-any-return]

    def __radd__(self, other: Any) -> Self:
        return self._combine(other, 1)  # type: ignore[no-any-return]

    def __sub__(self, other: Any) -> Self:
        return self._combine(other, -1)  # type: ignore[no-any-return]

    def __rsub__(self, other: Any) -> Self:
        return (-self)._combine(other, 1)  # type: ignore[no-any-return]

    def __neg__(self) -> Self:
        return self._wrap({key: -value for key, value in self._terms.items()})

    def __pos__(self) -> Self:
        return self

    def __mul__(self, scalar: Any) -> Self:
        if getattr(scalar, "multiplies_elements", False):
            return NotImplemented
        if isinstance(scalar, (LinearCombination, Summand)):
            return self._multiply(scalar)
        scalar = check_coefficient(scalar)
        return self._collect({key: value * scalar for key, value in self._terms.items()})

    def __rmul__(self, scalar: Any) -> Self:
        scalar = check_coefficient(scalar)
        return self._collect({key: scalar * value for key, value in self._terms.items()})

    def _multiply(self, other: Any) -> Self:
        raise InvalidTypeError(
            f"the product of {brief(self)} and {brief(other)} depends on the algebra; use that of "
            f"one, for instance {self._product_of}(x, y)"
        )

    def __truediv__(self, scalar: Any) -> Self:
        scalar = check_coefficient(scalar)
        if scalar == 0:
            raise InvalidValueError("cannot divide a linear combination by 0")
        if isinstance(scalar, int):
            return self * Fraction(1, scalar)
        return self._collect({key: quotient(value, scalar) for key, value in self._terms.items()})

    def __pow__(self, exponent: Any) -> Self:
        raise InvalidTypeError(
            f"the powers of {brief(self)} depend on the algebra, got the exponent "
            f"{brief(exponent)}; use the product of one, for instance {self._product_of}(x, x)"
        )

    def map_coefficients(self, function: Callable[[Any], Any]) -> Self:
        """Apply a function to each coefficient, for instance ``sympy.expand``.

        Parameters
        ----------
        function : callable
            From coefficient to coefficient.

        Returns
        -------
        same type
            The new combination, without the terms that became zero.

        Raises
        ------
        InvalidTypeError
            If `function` is not callable, or returns neither a number nor a symbolic expression.

        Examples
        --------
        >>> from treealg.symbolic import Element, Tree
        >>> Element({Tree(): -2}).map_coefficients(abs)
        <Element 2 (0)>
        """
        check_callable("function", function, "coefficient")
        return self._collect(
            {key: check_coefficient(function(value)) for key, value in self._terms.items()}
        )

    def __str__(self) -> str:
        return for_terminal(self._text(in_order(self._terms.items()))) or "0"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"

    def _in_brief(self) -> str:
        """Return a text with the beginning and the end of what `repr` returns, for messages."""
        return f"<{type(self).__name__} {self._ends()}>"

    def _ends(self) -> str:
        """Return the text of the first and the last terms."""
        return for_terminal(self._text(ends_in_order(self._terms.items(), _FEW))) or "0"

    def _text(self, terms: Iterable[tuple[K, Any]]) -> str:
        parts: list[str] = []
        for key, value in terms:
            text = number_text(value)
            negative = text.startswith("-") and not any(sign in text[1:] for sign in "+-")
            text = text[1:] if negative else text
            is_complex = isinstance(value, complex) and text.startswith("(")
            if not is_complex and (any(sign in text for sign in "+-") or " " in text):
                text = f"({text})"
            sign = "-" if negative else "+" if parts else ""
            factor = "" if text == "1" else f"{text} "
            parts.append(f"{sign}{' ' if sign and parts else ''}{factor}{self._key_text(key)}")
        return " ".join(parts)

    def _key_text(self, key: K) -> str:
        return f"({shown_label(key) if isinstance(key, tuple) else key})"


_UNITS = {(), Forest.empty, OrderedForest.empty, Forest([Tree()])}


def terms_of(image: Any) -> dict[Any, Any]:
    """Return the terms of what a linear map returned.

    They are not to be changed.
    """
    if not isinstance(image, LinearCombination):
        raise InvalidTypeError(
            f"a linear map must return an Element or a Tensor, got {type(image).__name__}"
        )
    return image._terms
