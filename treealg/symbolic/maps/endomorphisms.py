"""Linear maps of a Hopf algebra to itself under convolution, and the odd-even decomposition."""

from __future__ import annotations

import numbers
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from treealg.checks import check_callable, check_integer
from treealg.errors import InvalidTypeError, TreeAlgError
from treealg.symbolic.hopf.algebra import HopfAlgebra
from treealg.symbolic.linear.combinations import LinearCombination, Terms, add_terms
from treealg.symbolic.linear.elements import Element
from treealg.symbolic.linear.products import power_of_sum
from treealg.symbolic.linear.tolerances import holds_to_rounding
from treealg.symbolic.maps.evaluation import Asked, Asking
from treealg.symbolic.maps.functionals import Functional
from treealg.symbolic.trees.arithmetic import Summand
from treealg.symbolic.trees.entries import Entry
from treealg.symbolic.trees.meter import spend
from treealg.symbolic.trees.slots import Slotted

__all__ = ["AlgebraElement", "Endomorphism", "convolve_maps", "identity_map", "odd_even"]


class AlgebraElement(Entry, Slotted):
    """An element that knows its algebra, so that ``*`` is the product of that algebra.

    Parameters
    ----------
    algebra : HopfAlgebra
        Where the product is taken.
    x : tree, forest, tuple, None or Element
        A basis element or an element.

    Raises
    ------
    InvalidTypeError
        If `algebra` is not a `HopfAlgebra`, or `x` does not belong to it.
    InvalidValueError
        If `x` is a tuple that is not a valid tuple form.

    Notes
    -----
    Immutable. ``x + y``, ``x - y``, ``x * y``, ``x ** n`` and, with a coefficient c, ``c * x``,
    ``x / c``, and ``x + c``, where c stands for c times the unit.

    Examples
    --------
    >>> from treealg.symbolic import Tree, bck, gl
    >>> leaf = AlgebraElement(bck, Tree())
    >>> (leaf + 1) ** 2
    <AlgebraElement of bck: (∅) + 2 (0) + (0 0)>
    >>> ladder = AlgebraElement(gl, Tree([Tree()]))
    >>> ladder * ladder
    <AlgebraElement of gl: (0[0,0]) + (0[0[0]])>
    """

    __slots__ = ("_algebra", "_element")

    #: Tells `Element` on the left that this is no coefficient.
    multiplies_elements = True

    def __init__(self, algebra: HopfAlgebra[Any], x: Any) -> None:
        if not isinstance(algebra, HopfAlgebra):
            raise InvalidTypeError(f"algebra must be a HopfAlgebra, got {type(algebra).__name__}")
        self._algebra = algebra
        self._element = algebra.element(x)

    @property
    def algebra(self) -> HopfAlgebra[Any]:
        """The algebra whose product ``*`` is."""
        return self._algebra

    @property
    def element(self) -> Element:
        """The element without its algebra."""
        return self._element

    def _new(self, element: Element) -> AlgebraElement:
        new = object.__new__(AlgebraElement)
        new._algebra = self._algebra
        new._element = element
        return new

    def _operand(self, other: Any) -> Element:
        if isinstance(other, AlgebraElement):
            if other._algebra is not self._algebra:
                raise InvalidTypeError(
                    "elements must belong to one algebra, got "
                    f"{self._algebra.name} and {other._algebra.name}"
                )
            return other._element
        if isinstance(other, (LinearCombination, Summand)):
            return self._algebra.element(other)
        scaled: Element = self._algebra.unit * other
        return scaled

    def __repr__(self) -> str:
        return f"<AlgebraElement of {self._algebra.name}: {self._element}>"

    def _in_brief(self) -> str:
        return f"<AlgebraElement of {self._algebra.name}: {self._element._ends()}>"

    def __eq__(self, other: Any) -> bool:
        if isinstance(other, AlgebraElement):
            return self._algebra is other._algebra and self._element == other._element
        if isinstance(other, LinearCombination):
            return self._element == other
        if isinstance(other, numbers.Number) or getattr(other, "is_Rational", False):
            try:
                multiple = self._algebra.unit * (int(other) if isinstance(other, bool) else other)
            except TreeAlgError:  # what is called a number, and is no coefficient
                return NotImplemented
            return bool(self._element == multiple)
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self._element)

    def __bool__(self) -> bool:
        return bool(self._element)

    def __add__(self, other: Any) -> AlgebraElement:
        return self._new(self._element + self._operand(other))

    __radd__ = __add__

    def __sub__(self, other: Any) -> AlgebraElement:
        return self._new(self._element - self._operand(other))

    def __rsub__(self, other: Any) -> AlgebraElement:
        return self._new(self._operand(other) - self._element)

    def __neg__(self) -> AlgebraElement:
        return self._new(-self._element)

    def __mul__(self, other: Any) -> AlgebraElement:
        if isinstance(other, (AlgebraElement, LinearCombination, Summand)):
            return self._new(self._algebra.product(self._element, self._operand(other)))
        return self._new(self._element * other)

    def __rmul__(self, scalar: Any) -> AlgebraElement:
        if isinstance(scalar, (LinearCombination, Summand)):
            return self._new(self._algebra.product(scalar, self._element))
        return self._new(scalar * self._element)

    def __truediv__(self, scalar: Any) -> AlgebraElement:
        return self._new(self._element / scalar)

    def __pow__(self, exponent: Any) -> AlgebraElement:
        count = check_integer("exponent", exponent, 0)
        algebra, own = self._algebra, self._element._terms
        (unit,) = algebra.unit
        total = power_of_sum(own, count, unit, algebra._product, algebra._degree)
        return self._new(Element._collect(total))


class Endomorphism(Functional):
    r"""A linear map of a Hopf algebra to itself, under convolution.

    What holds for `Functional` holds here, with the product of the algebra for that of numbers:
    ``f * g`` is :math:`x \mapsto \sum f(x') g(x'')`, ``f.power(Fraction(1, 2))`` is its square
    root, ``identity_map(bck).log()`` the Eulerian idempotent, ``.inverse()`` the antipode.

    Parameters
    ----------
    algebra : HopfAlgebra
        Where the map starts and ends.
    rule : callable
        From basis elements to what the algebra accepts as an element.

    Raises
    ------
    InvalidTypeError
        If `algebra` is not a `HopfAlgebra`, or `rule` not callable.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from treealg.symbolic import Tree, bck
    >>> root = identity_map(bck).power(Fraction(1, 2))
    >>> root(Tree([Tree()]))
    <Element -1/8 (0 0) + 1/2 (0[0])>
    """

    _is_map = True

    def __init__(self, algebra: HopfAlgebra[Any], rule: Callable[[Any], Any]) -> None:
        check_callable("rule", rule, "key")

        def value(key: Any) -> Any:
            image = rule(key)
            return image if isinstance(image, AlgebraElement) else AlgebraElement(algebra, image)

        super().__init__(algebra, value)
        self._made_by(type(self), algebra, rule)
        self._calls(rule, lambda key: (key,))

    def _like(self, asks: Asking) -> Endomorphism:
        # Sums that have no term are the number 0, and series start with a number.
        zero = AlgebraElement(self._algebra, Element())

        def asks_for_elements(key: Any) -> Asked:
            return zero + (yield from asks(key))

        return Endomorphism._asking(self._algebra, asks_for_elements)

    def convolve(self, other: Functional) -> Functional:
        r"""Return the convolution :math:`x \mapsto \sum f(x') g(x'')`, f being this one.

        Parameters
        ----------
        other : Functional
            The right factor, applied to the trunk.

        Returns
        -------
        Endomorphism
            The convolution.

        Raises
        ------
        InvalidTypeError
            If `other` is not a `Functional` on the same algebra.

        Examples
        --------
        >>> from treealg.symbolic import Tree, bck
        >>> identity_map(bck).convolve(identity_map(bck))(Tree([Tree()]))
        <Element (0 0) + 2 (0[0])>
        """
        if not isinstance(other, Endomorphism):
            return super().convolve(other)
        right: Endomorphism = other
        self._other(right)
        algebra, first, second = self._algebra, self._known, right._known

        def asks(key: Any) -> Asked:
            total: Terms = {}
            delta = algebra.coproduct(key)
            spend(4 * len(delta))
            for (pruned, trunk), count in delta.items():
                value = first[pruned] if pruned in first else (yield self, pruned)
                if value:
                    last = second[trunk] if trunk in second else (yield right, trunk)
                    terms = algebra._multiply(value.element._terms, last.element._terms)
                    add_terms(total, terms, count)
            return AlgebraElement(algebra, Element._collect(total))

        return Endomorphism._asking(algebra, asks)._made_by(Functional.convolve, self, right)

    def _check_value(self, value: Any) -> Any:
        return value  # an `AlgebraElement`, always

    def _is_rounded_to_zero(self, value: Any) -> bool:
        if isinstance(value, AlgebraElement):
            return all(holds_to_rounding(part) for _, part in value.element.items())
        return super()._is_rounded_to_zero(value)

    def __call__(self, x: Any) -> Element:
        """Return the image of a basis element or an element.

        Parameters
        ----------
        x : tree, forest, tuple, None or Element
            A basis element in any form that the algebra accepts, or an element.

        Returns
        -------
        Element
            Linear in `x`.

        Raises
        ------
        InvalidTypeError
            If `x` does not belong to the algebra.
        InvalidValueError
            If `x` is a tuple that is not a valid tuple form.
        """
        element = self._algebra.element(x)
        return element.apply(lambda key: self._value(key).element)

    def then(self, other: Endomorphism) -> Endomorphism:
        """Return the composition of maps: this one first, then `other`.

        Parameters
        ----------
        other : Endomorphism
            Of the same algebra.

        Returns
        -------
        Endomorphism
            The composition.

        Raises
        ------
        InvalidTypeError
            If `other` is not an `Endomorphism` of the same algebra.
        """
        if not isinstance(other, Endomorphism):
            raise InvalidTypeError(f"other must be an Endomorphism, got {type(other).__name__}")
        self._other(other)

        def asks(key: Any) -> Asked:
            element = (yield self, key).element
            for part in element:
                yield other, part
            return AlgebraElement(self._algebra, other(element))

        return Endomorphism._asking(self._algebra, asks)._made_by(Endomorphism.then, self, other)


def identity_map(algebra: HopfAlgebra[Any]) -> Endomorphism:
    """Return the identity of a Hopf algebra, for its convolution powers and logarithm.

    Parameters
    ----------
    algebra : HopfAlgebra
        The algebra.

    Returns
    -------
    Endomorphism
        The identity.

    Raises
    ------
    InvalidTypeError
        If `algebra` is not a `HopfAlgebra`.

    Examples
    --------
    >>> from treealg.symbolic import Tree, bck
    >>> identity_map(bck).inverse()(Tree([Tree()])) == bck.antipode(Tree([Tree()]))
    True
    """
    if not isinstance(algebra, HopfAlgebra):
        raise InvalidTypeError(f"algebra must be a HopfAlgebra, got {type(algebra).__name__}")
    return Endomorphism(algebra, algebra.element)


def convolve_maps(
    algebra: HopfAlgebra[Any], first: Callable[[Any], Any], second: Callable[[Any], Any]
) -> Endomorphism:
    r"""Return the convolution :math:`x \mapsto \sum f(x') g(x'')` of two linear maps.

    Parameters
    ----------
    algebra : HopfAlgebra
        Where the maps start and end.
    first, second : callable
        Linear maps f and g of the algebra to itself, from basis elements to elements.

    Returns
    -------
    Endomorphism
        From basis elements and elements to elements; the product of `first` and `second` as maps.

    Raises
    ------
    InvalidTypeError
        If `algebra` is not a `HopfAlgebra`, or `first` or `second` not callable.

    Examples
    --------
    >>> from treealg.symbolic import Tree, bck
    >>> convolve_maps(bck, bck.antipode, bck.element)(Tree([Tree()]))
    <Element 0>
    """
    if not isinstance(algebra, HopfAlgebra):
        raise InvalidTypeError(f"algebra must be a HopfAlgebra, got {type(algebra).__name__}")
    maps: list[Any] = []
    for name, each in (("first", first), ("second", second)):
        check_callable(name, each, "key")
        known = isinstance(each, Endomorphism) and each._algebra is algebra
        maps.append(each if known else Endomorphism(algebra, each))
    product: Endomorphism = maps[0] * maps[1]
    return product


def odd_even(f: Functional) -> tuple[Functional, Functional]:
    r"""Factorize a functional into an even and an odd one, :math:`f = f_+ * f_-`.

    With :math:`\bar f(x) = (-1)^{|x|} f(x)` the even factor satisfies
    :math:`\bar f_+ = f_+` and the odd one :math:`\bar f_- = f_-^{-1}`. They are
    :math:`f_- = (\bar f^{-1} * f)^{1/2}` and :math:`f_+ = f * f_-^{-1}`.

    Parameters
    ----------
    f : Functional
        A character, or a normalized functional or endomorphism: 1 on the unit.

    Returns
    -------
    even, odd : Functional
        The two factors, of the kind of `f`; the even one acts first.

    Raises
    ------
    InvalidTypeError
        If `f` is not a `Functional`.
    InvalidValueError
        If the value on the unit is not 1.

    References
    ----------
    M. Aguiar, N. Bergeron and F. Sottile, "Combinatorial Hopf algebras and generalized
    Dehn-Sommerville relations", Compositio Math. 142 (2006).

    Examples
    --------
    >>> from treealg.symbolic import Character, Tree, bck
    >>> even, odd = odd_even(Character(bck, {Tree(): 1, Tree([Tree()]): 0}))
    >>> even(Tree()), odd(Tree()), even(Tree([Tree()])), odd(Tree([Tree()]))
    (Fraction(0, 1), Fraction(1, 1), Fraction(-1, 2), Fraction(1, 2))
    """
    if not isinstance(f, Functional):
        raise InvalidTypeError(f"f must be a Functional, got {type(f).__name__}")
    odd = (_conjugate(f).inverse() * f).power(Fraction(1, 2))
    return f * odd.inverse(), odd


def _conjugate(f: Functional) -> Functional:
    degree = f.algebra._degree

    def asks(key: Any) -> Asked:
        return (-1) ** degree(key) * (yield f, key)

    return f._like(asks)._made_by(_conjugate, f)
