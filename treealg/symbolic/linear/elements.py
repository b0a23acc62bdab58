"""Elements: finite linear combinations of forests, ordered forests or words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from math import comb
from typing import Any

from treealg.checks import brief, check_callable, check_integer
from treealg.errors import InvalidTypeError, TreeAlgError
from treealg.symbolic.linear.combinations import LinearCombination, add_terms, terms_of
from treealg.symbolic.linear.fields import is_expression
from treealg.symbolic.linear.products import multinomials, power_of_sum, product_of_sums
from treealg.symbolic.linear.tolerances import holds_to_rounding, is_rounded
from treealg.symbolic.trees.arithmetic import Summand
from treealg.symbolic.trees.forests import Forest, OrderedForest
from treealg.symbolic.trees.labels import normalize_word
from treealg.symbolic.trees.rooted import RootedTree
from treealg.symbolic.trees.sizes import check_steps, check_terms
from treealg.symbolic.trees.trees import PlanarTree, Tree

__all__ = [
    "Element",
    "check_kind",
    "check_letters",
    "element_of",
    "forest_power",
    "forest_product",
    "one_tree",
    "read_key",
    "sole_forest",
    "sole_key",
    "word_beside",
]


class Element(LinearCombination[Any]):
    """A finite linear combination of forests, ordered forests or words.

    Parameters
    ----------
    terms : mapping or iterable of pairs, default ()
        Keys are forests, ordered forests, or words (tuples of labels); a tree stands for the
        forest of itself. Values are the coefficients.

    Raises
    ------
    InvalidTypeError
        If `terms` is neither a mapping nor pairs, a key is none of these, or there are keys of
        several of these kinds.

    Notes
    -----
    What `LinearCombination` says. Sums of forests multiply as forests do, ``x * y`` and ``x ** n``:
    that is the product of `bck`, and for ordered forests the concatenation. All other products
    are ``algebra.product(x, y)``, those of words too.

    Examples
    --------
    >>> from treealg.symbolic import Tree
    >>> x = Element({Tree(): 1})
    >>> x / 2 + x
    <Element 3/2 (0)>
    >>> (x + Tree([Tree()])) * x
    <Element (0 0) + (0 0[0])>
    """

    __slots__ = ()

    _product_of = "shuffle_algebra.product"

    @classmethod
    def _family(cls) -> type[Element]:
        return Element

    @classmethod
    def _operand(cls, other: Any) -> Any:
        return element_of(other) if isinstance(other, Summand) else super()._operand(other)

    @classmethod
    def _check_key(cls, key: Any) -> Any:
        if isinstance(key, (Forest, OrderedForest)):
            return key
        if isinstance(key, tuple):
            return normalize_word(key)
        if isinstance(key, Tree):
            return Forest._make((key,))
        if isinstance(key, PlanarTree):
            return OrderedForest._make((key,))
        raise InvalidTypeError(
            f"a key of an element must be a tree, a forest or a word (a tuple of labels), got "
            f"{type(key).__name__}"
        )

    def _find_key(self, key: Any) -> Any:
        if isinstance(key, tuple) and (key := normalize_word(key)) in self._terms:
            return key
        if not self._terms:
            return read_key(key, ())
        found = read_key(key, next(iter(self._terms)))
        if found not in self._terms:
            check_kind(found, self._terms)
            if found.__class__ is tuple:
                found = word_beside(found, self._terms)
                check_letters(found, self._terms)
        return found

    def _has_words(self) -> bool:
        return next(iter(self._terms), None).__class__ is tuple

    def _multiply(self, other: Any) -> Element:
        operand = self._operand(other)
        if operand is None or (self and operand and (self._has_words() or operand._has_words())):
            return super()._multiply(other)
        return Element._collect(product_of_sums(self._terms, operand._terms, _product))

    def __pow__(self, exponent: Any) -> Element:
        if self._has_words():
            return super().__pow__(exponent)
        count = check_integer("exponent", exponent, 0)
        if not self._terms:
            return self if count else super().__pow__(exponent)
        kind = type(next(iter(self._terms)))
        if count and all(len(key.trees) < 2 for key in self._terms):  # without relations
            many = _terms_of_power(self._terms, kind, count)
            check_terms(f"a power of a sum of {len(self._terms)} terms", many)
            check_steps("a power of this exponent", count * (many + 19) // 20)
            if kind is Forest and all(map(_is_exact, self._terms.values())):
                return Element._collect(_power_of_trees(self._terms, count))
        terms = power_of_sum(self._terms, count, kind(), _product, lambda key: len(key.trees))
        return Element._collect(terms)

    def apply(self, function: Callable[[Any], Any]) -> Element:
        """Extend a map on basis elements linearly and apply it.

        Parameters
        ----------
        function : callable
            From a key to an `Element`.

        Returns
        -------
        Element
            The sum of coefficients times images.

        Raises
        ------
        InvalidTypeError
            If `function` is not callable, an image is not an `Element`, or images are over keys of
            several kinds.

        Examples
        --------
        >>> from treealg.symbolic import PlanarTree
        >>> x = Element({PlanarTree(): 2})
        >>> x.apply(lambda forest: Element({forest.forget_order(): 1}))
        <Element 2 (0)>
        """
        check_callable("function", function, "key")
        total: dict[Any, Any] = {}
        for key, value in self._terms.items():
            add_terms(total, terms_of(function(key)), value)
        self._check_kinds(total)
        return Element._collect(total)


def element_of(x: Any) -> Element:
    """Return the element that is a tree or forest.

    Examples
    --------
    >>> element_of(Tree())
    <Element (0)>
    """
    return Element._wrap({Element._check_key(x): 1})


def forest_product(x: Any, y: Any) -> Any:
    """Return the forest of two trees or forests.

    Examples
    --------
    >>> forest_product(Tree(), Tree([Tree()]))
    <Forest 0 0[0]>
    """
    left, right = Element._check_key(x), Element._check_key(y)
    if type(left) is not type(right):
        raise InvalidTypeError(
            f"a forest has trees of one kind, got {brief(x)} and {brief(y)}; use "
            "forget_order() first"
        )
    return left * right


def _product(x: Any, y: Any) -> dict[Any, int]:
    return {forest_product(x, y): 1}


def _is_exact(value: Any) -> bool:
    """Tell whether a coefficient has powers and multiples of any size."""
    return isinstance(value, (int, Fraction)) or is_expression(value)


def _terms_of_power(terms: Mapping[Any, Any], kind: type, count: int) -> int:
    """Return how many terms a power of a sum of trees and a unit has, or many if too many."""
    most = min(count, 200)
    if kind is Forest:
        # From five terms on there are too many soon.
        return comb(len(terms) - 1 + (count if len(terms) < 5 else most), len(terms) - 1)
    has_unit = any(not key.trees for key in terms)
    trees = len(terms) - has_unit
    return sum(trees**length for length in range(0 if has_unit else most, most + 1))


def _power_of_trees(terms: Mapping[Any, Any], count: int) -> dict[Any, Any]:
    """Return the terms of a power of a sum of trees that commute, and a unit."""
    factors = {key.trees: value for key, value in terms.items()}
    unit = {(): factors.pop(())} if () in factors else {}
    trees = Tree._arrange(tuple(tree for (tree,) in factors))
    ordered = unit | {(tree,): factors[tree,] for tree in trees}
    return {Forest._make(found): value for found, value in multinomials(ordered, count)}


def forest_power(x: Any, exponent: Any) -> Any:
    """Return the forest of so many copies of a tree or forest.

    Examples
    --------
    >>> forest_power(Tree(), 3)
    <Forest 0 0 0>
    """
    count = check_integer("exponent", exponent, 0)
    forest = Element._check_key(x)
    check_steps("a power of this exponent", count * len(forest.trees))
    return type(forest)(forest.trees * count) if forest.trees else forest


def check_kind(key: Any, stored: Iterable[Any]) -> None:
    """Refuse to look a key up among others, which are of another kind: it is not just absent.

    Examples
    --------
    >>> check_kind(Forest(), [Forest([Tree()])])
    """
    kind = type(next(iter(stored)))
    if kind is not type(key):
        names = "words" if kind is tuple else f"{kind.__name__}s"
        raise InvalidTypeError(
            f"an element over {names} has no coefficient for {type(key).__name__} {brief(key)}"
        )


def sole_key(x: Any) -> Any:
    """Return the tree, forest or word that an element is; what is no element is returned as it is.

    Examples
    --------
    >>> sole_key(Element({Tree(): 1})), sole_key(Tree())
    (<Forest 0>, <Tree 0>)
    """
    if not isinstance(x, Element):
        return x
    if len(x._terms) == 1:
        ((key, value),) = x._terms.items()
        if value == 1 or (is_rounded(value) and holds_to_rounding(value - 1)):
            return key
    raise InvalidTypeError(
        f"an element stands for a tree, a forest or a word if that is its only term, with the "
        f"coefficient 1, got {brief(x)}; take its terms one by one"
    )


def sole_forest(x: Any) -> Any:
    """Return the forest that an element is, of which no word is one; other things as they are.

    Examples
    --------
    >>> sole_forest(Element({Tree(): 1})), sole_forest(((0,), 1))
    (<Forest 0>, ((0,), 1))
    """
    key = sole_key(x)
    if key is not x and isinstance(key, tuple):
        raise InvalidTypeError(f"a tree or a forest is needed, got the element {brief(x)} of words")
    return key


def one_tree(x: Any) -> Tree:
    """Return the tree that `x` stands for: it, its tuple form, its forest, or the element of it.

    Examples
    --------
    >>> one_tree(((0,), 1)), one_tree(Forest([Tree()])), one_tree(Element({Tree(): 1}))
    (<Tree 1[0]>, <Tree 0>, <Tree 0>)
    """
    x = sole_forest(x)
    if not isinstance(x, Forest):
        return Tree._read_tree(x)
    if len(x) != 1:
        raise InvalidTypeError(
            f"a tree must be a Tree, or the forest of one, got {brief(x)} of {len(x)} trees"
        )
    return x._trees[0]


def read_key(key: Any, stored: Any) -> Any:
    """Return the key that a user means beside a stored one.

    A tuple is a word beside words. Beside forests it is what it is in their algebras: the tuple
    form of a tree, or, for ordered ones, a tuple of such; and None is the empty forest. An element
    that is one of these stands for it.

    Examples
    --------
    >>> read_key(((0,), 0), Forest()), read_key(((0,), 0), ())
    (<Forest 0[0]>, ((0,), 0))
    """
    if key is None or isinstance(key, tuple):
        kind: Any = type(stored)
        return Element._check_key(key or ()) if kind is tuple else kind._read(key)
    return Element._check_key(sole_key(key))


def word_beside(word: Any, stored: Iterable[Any]) -> Any:
    """Return the word that a user means beside stored ones; what is no word is returned as it is.

    Where the letters of these are trees, tuple forms of trees are those, too.

    Examples
    --------
    >>> word_beside(((0,), ((0,), 1)), [(Tree(),)])
    (<Tree 0>, <Tree 1[0]>)
    """
    tree = _trees_beside(word, stored)
    if tree is None:
        return word
    try:
        return tuple(tree.from_tuple(x) if x.__class__ is tuple else x for x in word)
    except TreeAlgError:
        return word


def check_letters(word: Any, stored: Iterable[Any]) -> None:
    """Refuse to look a word of letters up among words of trees: it is not just absent.

    Examples
    --------
    >>> check_letters((0,), [(0, 1)])
    """
    tree = _trees_beside(word, stored)
    wrong = [] if tree is None else [x for x in word if not isinstance(x, RootedTree)]
    if wrong and all(isinstance(x, RootedTree) for other in stored for x in other):
        raise InvalidTypeError(
            f"the letters of these words are trees, got {brief(wrong[0])} among those of "
            f"{brief(word)}; the word of a tree is (tree,)"
        )


def _trees_beside(word: Any, stored: Iterable[Any]) -> type[RootedTree] | None:
    """Return the class of the trees that are letters of stored words, if `word` has other ones."""
    if word.__class__ is not tuple or all(isinstance(letter, RootedTree) for letter in word):
        return None
    known = next((other for other in stored if other), ())
    if known.__class__ is not tuple or any(letter.__class__ is tuple for letter in known):
        return None
    return next((type(letter) for letter in known if isinstance(letter, RootedTree)), None)
