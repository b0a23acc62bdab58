"""Graded vector spaces with a combinatorial basis: what an algebra says about its elements."""

from __future__ import annotations

import operator
import os
import sys
import threading
from abc import ABCMeta, abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar, Generic, TypeVar

from treealg.checks import brief, check_integer
from treealg.errors import InvalidTypeError
from treealg.symbolic.linear.elements import Element
from treealg.symbolic.trees.enumeration import listable

__all__ = ["GradedSpace"]

B = TypeVar("B")


_locks: dict[int, threading.RLock] = {}
"""A lock by process: in one that was forked that of its parent may be held for ever."""


class _OneOfEach(ABCMeta):
    """The class of classes of algebras: without parameters there is one algebra of a class."""

    def __call__(cls, *arguments: Any, **options: Any) -> Any:
        if arguments or options:
            return super().__call__(*arguments, **options)
        with _locks.setdefault(os.getpid(), threading.RLock()):
            known = cls.__dict__.get("_only")
            if known is None:
                known = super().__call__()
                cls._only = known
            return known


class GradedSpace(Generic[B], metaclass=_OneOfEach):
    """A graded vector space with a basis and a unit; the ground floor of `HopfAlgebra`.

    Raises
    ------
    TypeError
        If a subclass that does not state its basis is instantiated.

    Notes
    -----
    A class that is called without arguments returns the same object each time, as algebras are told
    apart by identity. Keys of elements are basis elements. Where several objects stand for the
    unit, as all leaves do in the substitution algebra, `is_trivial` knows them.
    """

    name: ClassVar[str]
    #: Whether a forest is the product of its trees, so that values on trees fix a character.
    is_free_on_trees: ClassVar[bool] = False
    #: Makes what is remembered of basis elements; see `Memo`.
    _table: ClassVar[type[dict[Any, Any]]] = dict
    #: What to do where the basis is too large to be listed.
    _instead: ClassVar[str] = "use unrank for single trees of any size"

    def __repr__(self) -> str:
        return f"<HopfAlgebra {self.name}>"

    def __reduce__(self) -> Any:
        # Those of their module by name.
        known = getattr(sys.modules.get(type(self).__module__), self.name, None)
        return self.name if known is self else (type(self), ())

    def __setattr__(self, name: str, value: Any) -> None:
        # There is one object of an algebra, which all results share.
        if not name.startswith("_") and hasattr(type(self), name):
            raise AttributeError(f"{name} of {self!r} cannot be set; make a class of your own")
        super().__setattr__(name, value)

    # -- what an algebra states ----------------------------------------------------------------

    @property
    @abstractmethod
    def one(self) -> B:
        """The basis element that is the unit."""

    @abstractmethod
    def basis_element(self, x: Any) -> B:
        """Return the basis element that `x` stands for.

        Parameters
        ----------
        x : tree, forest, tuple or None
            What the algebra accepts for a basis element.

        Returns
        -------
        basis element
            The key of elements of this algebra.

        Raises
        ------
        InvalidTypeError
            If `x` is of another kind.
        InvalidValueError
            If `x` is a tuple that is not a valid tuple form.
        """

    @abstractmethod
    def _degree(self, x: B) -> int:
        """Return the degree of a basis element."""

    @abstractmethod
    def _basis(self, degree: int, colours: int) -> Iterator[B]:
        """Return the basis elements of a degree, with labels 0, ..., colours - 1."""

    def _least_count(self, degree: int, colours: int) -> int:
        """Return how many basis elements of a degree there are at least."""
        return 0

    def _is_trivial(self, x: B) -> bool:
        """Tell whether a basis element has degree 0."""
        return x == self.one

    def _factors(self, x: B) -> Any:
        """Return the generators of which a basis element is the product."""
        return x

    # -- what follows from it ------------------------------------------------------------------

    def degree(self, x: Any) -> int:
        """Return the degree of a basis element in the grading.

        Parameters
        ----------
        x : tree, forest, tuple or None
            What the algebra accepts for a basis element.

        Returns
        -------
        int
            The degree; only the unit, and what equals it, has degree 0.

        Raises
        ------
        InvalidTypeError
            If `x` does not belong to this algebra.
        InvalidValueError
            If `x` is a tuple that is not a valid tuple form.

        Examples
        --------
        >>> from treealg.symbolic import Tree, bck, cem
        >>> bck.degree(Tree([Tree()])), cem.degree(Tree([Tree()]))
        (2, 1)
        """
        return self._degree(self.basis_element(x))

    def basis(self, degree: Any, colours: Any = 1) -> Iterator[B]:
        """Iterate over the basis elements of a degree.

        Parameters
        ----------
        degree : int
            The degree, at least 0.
        colours : int, default 1
            The number of labels 0, 1, ..., at least 1.

        Returns
        -------
        iterator of basis elements
            Each once.

        Raises
        ------
        InvalidTypeError
            If an argument is not an integer.
        InvalidValueError
            If `degree` is negative or above 400, `colours` less than 1, or the basis known to have
            parts that are too long for a list.

        Examples
        --------
        >>> from treealg.symbolic import bck
        >>> [str(forest) for forest in bck.basis(2)]
        ['0 0', '0[0]']
        """
        return self._basis(
            listable("degree", degree, self._instead), check_integer("colours", colours, 1)
        )

    def is_trivial(self, x: Any) -> bool:
        """Tell whether a basis element has degree 0.

        Parameters
        ----------
        x : tree, forest, tuple or None
            What the algebra accepts for a basis element.

        Returns
        -------
        bool
            True for the unit and for what equals it.

        Raises
        ------
        InvalidTypeError
            If `x` does not belong to this algebra.
        InvalidValueError
            If `x` is a tuple that is not a valid tuple form.

        Examples
        --------
        >>> from treealg.symbolic import Tree, bck, cem
        >>> bck.is_trivial(Tree()), cem.is_trivial(Tree())
        (False, True)
        """
        return self._is_trivial(self.basis_element(x))

    def factors(self, x: Any) -> Any:
        """Return the generators of which a basis element is the product.

        Parameters
        ----------
        x : tree, forest, tuple or None
            What the algebra accepts for a basis element.

        Returns
        -------
        sequence
            The trees of a forest, none for the unit.

        Raises
        ------
        InvalidTypeError
            If `x` does not belong to this algebra.
        InvalidValueError
            If `x` is a tuple that is not a valid tuple form.

        Examples
        --------
        >>> from treealg.symbolic import Tree, bck, cem
        >>> len(bck.factors(Tree())), len(cem.factors(Tree()))
        (1, 0)
        """
        return self._factors(self.basis_element(x))

    # -- linear extension ----------------------------------------------------------------------

    def element(self, x: Any) -> Element:
        """Return `x` as an element of this algebra.

        Parameters
        ----------
        x : tree, forest, tuple, None or Element
            A basis element in any accepted form, or an element.

        Returns
        -------
        Element
            The element; `x` itself when it is one.

        Raises
        ------
        InvalidTypeError
            If `x` is of another kind or an element over other basis elements.
        InvalidValueError
            If `x` is a tuple that is not a valid tuple form.

        Examples
        --------
        >>> from treealg.symbolic import bck
        >>> bck.element(((0,), 1))
        <Element (1[0])>
        """
        if isinstance(x, Element):
            kind = type(self.one)
            for key in x:
                if not isinstance(key, kind):
                    raise InvalidTypeError(
                        f"an element of {self.name} has keys of type {kind.__name__}, got "
                        f"{type(key).__name__} {brief(key)}"
                    )
            keys = [self.basis_element(key) for key in x]
            if all(map(operator.is_, keys, x)):
                return x
            return Element(zip(keys, (value for _, value in x.items()), strict=True))
        return Element._wrap({self.basis_element(x): 1})

    @property
    def unit(self) -> Element:
        """The unit, as an element."""
        return Element._wrap({self.one: 1})

    def counit(self, x: Any) -> Any:
        """Return the counit, the coefficient of the unit.

        Parameters
        ----------
        x : tree, forest, tuple, None or Element
            A basis element or an element.

        Returns
        -------
        coefficient
            The coefficient of the unit.

        Raises
        ------
        InvalidTypeError
            If `x` does not belong to this algebra.
        InvalidValueError
            If `x` is a tuple that is not a valid tuple form.

        Examples
        --------
        >>> from treealg.symbolic import Tree, bck
        >>> bck.counit(Tree()), bck.counit(None)
        (0, 1)
        """
        total: Any = 0
        for key, value in self.element(x).items():
            if self._is_trivial(key):
                total = total + value
        return total
