"""The three kinds of basis of the Hopf algebras: forests, ordered forests, words.

An algebra inherits its basis from here and states its product and coproduct only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from treealg.checks import brief
from treealg.errors import InvalidTypeError
from treealg.symbolic.hopf.algebra import HopfAlgebra
from treealg.symbolic.trees.enumeration import count_forests, enumerate_forests
from treealg.symbolic.trees.forests import Forest, OrderedForest
from treealg.symbolic.trees.labels import ByKind, normalize_word
from treealg.symbolic.trees.trees import PlanarTree

__all__ = ["ForestAlgebra", "OrderedForestAlgebra", "WordAlgebra"]


class ForestAlgebra(HopfAlgebra[Forest]):
    """A Hopf algebra on commutative forests of non-planar trees.

    Raises
    ------
    TypeError
        If a subclass that does not state its product and coproduct is instantiated.
    """

    @property
    def one(self) -> Forest:
        """The empty forest."""
        return Forest.empty  # type: ignore[no-any-return]

    def basis_element(self, x: Any) -> Forest:
        """Return the forest that `x` stands for.

        Parameters
        ----------
        x : Tree, Forest, tuple or None
            A tree, a forest, the tuple form of a tree, or for the empty forest None or ``()``.

        Returns
        -------
        Forest
            The forest.

        Raises
        ------
        InvalidTypeError
            If `x` is of another kind; planar objects are not converted silently.
        InvalidValueError
            If `x` is a tuple that is not a valid tuple form, or is that of a forest too because
            the label of its root is a tuple.

        Examples
        --------
        >>> from treealg.symbolic import bck
        >>> bck.basis_element((0,))
        <Forest 0>
        """
        if isinstance(x, (PlanarTree, OrderedForest)):
            raise InvalidTypeError(
                f"{self.name.upper()} needs non-planar trees, got {brief(x)}; use its "
                "forget_order() first"
            )
        return Forest._read(x)

    def _degree(self, x: Forest) -> int:
        return x.order

    def _is_trivial(self, x: Forest) -> bool:
        return not x._trees

    def _basis(self, degree: int, colours: int) -> Iterator[Forest]:
        return enumerate_forests(degree, colours)

    def _least_count(self, degree: int, colours: int) -> int:
        return count_forests(degree, colours)

    def _dual_key(self, x: Forest) -> tuple[Any, int]:
        return x, x.symmetry


class OrderedForestAlgebra(HopfAlgebra[OrderedForest]):
    """A Hopf algebra on ordered forests of planar trees.

    Raises
    ------
    TypeError
        If a subclass that does not state its product and coproduct is instantiated.
    """

    @property
    def one(self) -> OrderedForest:
        """The empty forest."""
        return OrderedForest.empty  # type: ignore[no-any-return]

    def basis_element(self, x: Any) -> OrderedForest:
        """Return the ordered forest that `x` stands for.

        Parameters
        ----------
        x : PlanarTree, OrderedForest, tuple or None
            A planar tree, an ordered forest, a tuple of trees in tuple form, or None for the
            empty forest.

        Returns
        -------
        OrderedForest
            The forest.

        Raises
        ------
        InvalidTypeError
            If `x` is of another kind, for instance a non-planar tree.
        InvalidValueError
            If `x` is a tuple that is not a valid tuple form.

        Examples
        --------
        >>> from treealg.symbolic import mkw
        >>> mkw.basis_element(((0,), (1,)))
        <OrderedForest 0 1>
        """
        if not (x is None or isinstance(x, (PlanarTree, OrderedForest, tuple))):
            raise InvalidTypeError(
                f"{self.name.upper()} needs a PlanarTree, an OrderedForest, None or a tuple of "
                f"trees in tuple form, got {type(x).__name__} {brief(x)}"
            )
        return OrderedForest._read(x)

    def _degree(self, x: OrderedForest) -> int:
        return x.order

    def _is_trivial(self, x: OrderedForest) -> bool:
        return not x._trees

    def _basis(self, degree: int, colours: int) -> Iterator[OrderedForest]:
        return enumerate_forests(degree, colours, planar=True)

    def _least_count(self, degree: int, colours: int) -> int:
        return count_forests(degree, colours, planar=True)


class WordAlgebra(HopfAlgebra[tuple[Any, ...]]):
    """A Hopf algebra on words, which are tuples of letters.

    Raises
    ------
    TypeError
        If a subclass that does not state its product and coproduct is instantiated.

    Notes
    -----
    Letters are what labels are, or trees. Two that are equal, such as 1 and True, are one letter
    here, though two labels of trees; a sum shows the one that came first.
    """

    _table = ByKind
    _instead = "write single words as tuples of letters"

    @property
    def one(self) -> tuple[Any, ...]:
        """The empty word."""
        return ()

    def basis_element(self, x: Any) -> tuple[Any, ...]:
        """Return the word that `x` stands for.

        Parameters
        ----------
        x : tuple or None
            A word, that is a tuple of letters; None is the empty word.

        Returns
        -------
        tuple
            The word.

        Raises
        ------
        InvalidTypeError
            If `x` is of another kind, or a letter is not hashable.
        InvalidValueError
            If a letter is not equal to itself, as NaN is not.

        Examples
        --------
        >>> from treealg.symbolic import shuffle_algebra
        >>> shuffle_algebra.basis_element((0, 1))
        (0, 1)
        """
        if x is None:
            return ()
        if not isinstance(x, tuple):
            raise InvalidTypeError(
                f"a word must be a tuple of letters, got {type(x).__name__} {brief(x)}; "
                "the word of one letter a is (a,)"
            )
        return normalize_word(x)

    def _degree(self, x: tuple[Any, ...]) -> int:
        return len(x)

    def _is_trivial(self, x: tuple[Any, ...]) -> bool:
        return not x

    def _basis(self, degree: int, colours: int) -> Iterator[tuple[Any, ...]]:
        word = [0] * degree
        yield tuple(word)
        while any(letter < colours - 1 for letter in word):
            last = degree - 1
            while word[last] == colours - 1:
                word[last] = 0
                last -= 1
            word[last] += 1
            yield tuple(word)

    def _least_count(self, degree: int, colours: int) -> int:
        count: int = colours**degree
        return count
