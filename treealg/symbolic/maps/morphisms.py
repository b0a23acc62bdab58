"""Morphisms of Hopf algebras as objects: trees to words, order added and forgotten."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from treealg.checks import brief, check_callable, check_flag
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic.hopf.algebra import HopfAlgebra
from treealg.symbolic.hopf.connes_kreimer import ConnesKreimer, bck, nck, parts
from treealg.symbolic.hopf.mkw import mkw
from treealg.symbolic.hopf.readings import check_readings
from treealg.symbolic.hopf.samples import check_trunks
from treealg.symbolic.hopf.word_algebras import quasi_shuffle, shuffle_algebra
from treealg.symbolic.linear.combinations import Terms, add_terms, terms_of
from treealg.symbolic.linear.elements import Element
from treealg.symbolic.maps.arborification import arborification
from treealg.symbolic.maps.origin import Made
from treealg.symbolic.trees.forests import Forest, OrderedForest
from treealg.symbolic.trees.memo import Memo
from treealg.symbolic.trees.meter import spend
from treealg.symbolic.trees.sizes import MAX_TERMS, check_steps, check_terms, height
from treealg.symbolic.trees.terminal import for_terminal
from treealg.symbolic.trees.trees import PlanarTree, Tree

__all__ = [
    "Morphism",
    "arborification_bck",
    "arborification_mkw",
    "contracting_arborification",
    "forget_order",
    "hairer_kelly",
    "ladders",
    "leaf_forests",
    "morphism_from_cocycle",
    "symmetrisation",
]

_FEW = 9  # vertices, which are read in few ways
_MANY = 8  # compositions of more than so many morphisms have not all of these in their name


class Morphism(Made):
    """A linear map of Hopf algebras, with what it respects.

    Parameters
    ----------
    name : str
        What it is called.
    source, target : HopfAlgebra
        Where it starts and ends.
    rule : callable
        From a basis element of `source` to an `Element` over the basis of `target`.
    respects_products, respects_coproducts : bool, default True
        A Hopf morphism does both.

    Raises
    ------
    InvalidTypeError
        If `source` or `target` is not a `HopfAlgebra`, `rule` not callable, or `respects_products`
        or `respects_coproducts` not a bool.

    Examples
    --------
    >>> from treealg.symbolic import PlanarTree
    >>> forget_order.then(arborification_bck)(PlanarTree([PlanarTree(label=1)]))
    <Element ((1, 0))>
    """

    #: Of how many morphisms it is the composition.
    _length = 1

    def __init__(
        self,
        name: str,
        source: HopfAlgebra[Any],
        target: HopfAlgebra[Any],
        rule: Callable[[Any], Element],
        *,
        respects_products: bool = True,
        respects_coproducts: bool = True,
    ) -> None:
        for argument, value in (("source", source), ("target", target)):
            if not isinstance(value, HopfAlgebra):
                raise InvalidTypeError(
                    f"{argument} must be a HopfAlgebra, got {type(value).__name__}"
                )
        check_callable("rule", rule, "key")
        self._name = name
        self._source = source
        self._target = target
        self._rule = rule
        self._respects = (
            check_flag("respects_products", respects_products),
            check_flag("respects_coproducts", respects_coproducts),
        )
        self._made_by(_make, name, source, target, rule, self._respects)

    def __reduce__(self) -> Any:
        # Those of this module by name.
        return self._name if globals().get(self._name) is self else super().__reduce__()

    def __repr__(self) -> str:
        text = f"<Morphism {self._name}: {self._source.name} → {self._target.name}>"
        return for_terminal(text)

    @property
    def name(self) -> str:
        """What the morphism is called."""
        return self._name

    @property
    def source(self) -> HopfAlgebra[Any]:
        """Where the morphism starts."""
        return self._source

    @property
    def target(self) -> HopfAlgebra[Any]:
        """Where the morphism ends."""
        return self._target

    @property
    def respects_products(self) -> bool:
        """Whether the image of a product is the product of the images."""
        return self._respects[0]

    @property
    def respects_coproducts(self) -> bool:
        """Whether the coproduct of an image is the image of the coproduct in both slots."""
        return self._respects[1]

    def __call__(self, x: Any) -> Element:
        """Return the image of a basis element or an element.

        Parameters
        ----------
        x : tree, forest, tuple, None or Element
            What `source` accepts.

        Returns
        -------
        Element
            The image, linear in `x`.

        Raises
        ------
        InvalidTypeError
            If `x` does not belong to `source`, or the rule returns no element.
        InvalidValueError
            If `x` is a tuple that is not a valid tuple form.
        """
        if not isinstance(x, Element):
            image = self._rule(self._source.basis_element(x))
            terms_of(image)  # refuses what is no sum
            return image
        return self._source.element(x).apply(self._rule)

    def then(self, other: Morphism) -> Morphism:
        """Return the composition: this one first, then `other`.

        Parameters
        ----------
        other : Morphism
            Starts where this one ends.

        Returns
        -------
        Morphism
            From `source` to the target of `other`.

        Raises
        ------
        InvalidTypeError
            If `other` is not a `Morphism`.
        InvalidValueError
            If it starts elsewhere.
        """
        if not isinstance(other, Morphism):
            raise InvalidTypeError(f"other must be a Morphism, got {type(other).__name__}")
        if other._source is not self._target:
            raise InvalidValueError(
                f"{other._name} starts at {other._source.name}, not where {self._name} ends, at "
                f"{self._target.name}"
            )

        length = self._length + other._length

        def rule(key: Any) -> Any:
            check_steps("an image under a composition", 16 * length)
            for link in _links(self, other):
                spend(16)
                key = link(key)
            return key

        composition = Morphism(
            _joined(self._name, other._name),
            self._source,
            other._target,
            rule,
            respects_products=self.respects_products and other.respects_products,
            respects_coproducts=self.respects_coproducts and other.respects_coproducts,
        )
        composition._length = length
        return composition._made_by(Morphism.then, self, other)


def _links(first: Morphism, second: Morphism) -> Iterator[Morphism]:
    """Yield what two morphisms are compositions of, in the order in which they act."""
    pending = [second, first]
    while pending:
        one = pending.pop()
        make, parts = one._origin
        if make is Morphism.then:
            pending += reversed(parts)
        else:
            yield one


def _joined(first: str, second: str) -> str:
    """Return the name of a composition, of a long one its beginning and end."""
    names = f"{first}, then {second}".split(", then ")
    if len(names) > _MANY:
        names = [*names[:3], "…", *names[-3:]]
    return ", then ".join(names)


def _make(name: str, source: Any, target: Any, rule: Any, respects: tuple[bool, bool]) -> Morphism:
    products, coproducts = respects
    return Morphism(
        name, source, target, rule, respects_products=products, respects_coproducts=coproducts
    )


def morphism_from_cocycle(
    name: str,
    source: HopfAlgebra[Any],
    target: HopfAlgebra[Any],
    append: Callable[[Any, Any], Any],
) -> Morphism:
    r"""Return the morphism f with :math:`f(B^+_a(F)) = L_a(f(F))` for given maps L.

    Parameters
    ----------
    name : str
        What it is called.
    source : HopfAlgebra
        `bck`, with a commutative `target`, or `nck`.
    target : HopfAlgebra
        Where it ends.
    append : callable
        ``append(key, label)`` gives the basis element :math:`L_a(\mathrm{key})` of `target`.

    Returns
    -------
    Morphism
        Multiplicative, and a Hopf morphism if
        :math:`\Delta L_a = L_a \otimes 1 + (\mathrm{id} \otimes L_a) \Delta`.

    Raises
    ------
    InvalidTypeError
        If `source` is neither `bck` nor `nck`, or `target` not a `HopfAlgebra`; when the morphism
        is called, if `append` returns no basis element of `target`.
    InvalidValueError
        When the morphism is called: if an image has more terms than any result may have.

    References
    ----------
    A. Connes and D. Kreimer, Comm. Math. Phys. 199 (1998); L. Foissy, Bull. Sci.
    Math. 126 (2002): the universal properties of BCK and NCK.

    Examples
    --------
    >>> from treealg.symbolic import Tree, shuffle_algebra
    >>> read = morphism_from_cocycle("read", bck, shuffle_algebra, lambda word, a: (*word, a))
    >>> read(Tree([Tree(label=1)])) == arborification(Tree([Tree(label=1)]))
    True
    """
    if not isinstance(source, ConnesKreimer):
        raise InvalidTypeError(f"source must be bck or nck, got {brief(source)}")
    morphism = _from_cocycle(name, source, target, append)
    return morphism._made_by(morphism_from_cocycle, name, source, target, append)


def _from_cocycle(
    name: str,
    source: ConnesKreimer,
    target: HopfAlgebra[Any],
    append: Callable[[Any, Any], Any],
    check: Callable[[Any], None] | None = None,
) -> Morphism:
    def build(forest: Any, known: Mapping[Any, Terms]) -> Terms:
        needs = parts(forest)
        if not forest._trees:
            return {target.one: 1}
        if len(forest) == 1:
            total: Terms = {}
            for key, value in known[forest._make(forest._trees[0]._children)].items():
                image = append(key, forest._trees[0]._label)
                add_terms(total, {target.basis_element(image): value})
            return total
        *before, one = needs
        product: Mapping[Any, Any] = known[before[0]] if before else {target.one: 1}
        for _ in range(len(forest) - sum(map(len, before))):
            product = target._multiply(product, known[one])
        return {key: value for key, value in product.items() if value != 0}

    images: Memo[Any, Terms] = Memo(parts, build, check=check)
    return Morphism(name, source, target, lambda forest: Element._wrap(images(forest)))


def _check_orders(forest: Forest) -> None:
    # The terms are the planar trees that are this one without their order.
    ways, pending = 1, [forest._trees]
    while pending and ways <= MAX_TERMS:
        trees = pending.pop()
        counts = Counter(trees)
        pending.extend(tree._children for tree in trees if tree._children)
        # In a run of equal trees, each may be ordered in its own way.
        ways *= math.factorial(len(trees)) // math.prod(map(math.factorial, counts.values()))
    what = f"the image of a forest of {forest._order:,} vertices"
    check_terms(what, ways)
    check_steps(what, ways * len(forest) // 10)


def _order_all(forest: Forest, known: Mapping[Forest, Terms]) -> Terms:
    """Return the sum of all ways to order the trees, of which those of equal trees are one."""
    runs = sorted(Counter(forest._trees).items(), key=lambda run: -run[1])
    words: dict[tuple[PlanarTree, ...], int] = {(): 1}
    for tree, count in runs:
        letters = [
            (PlanarTree._make(branches._trees, tree._label), value)
            for branches, value in known[Forest._make(tree._children)].items()
        ]
        equal = math.factorial(count)
        grown: dict[tuple[PlanarTree, ...], int] = {}
        for word, value in words.items():
            spend(1 + (len(word) + count) // 10)
            for chosen in itertools.product(letters, repeat=count):
                factor = value * equal * math.prod(ways for _, ways in chosen)
                run = tuple([letter for letter, _ in chosen])
                for whole in _insertions(word, run):
                    grown[whole] = factor
        words = grown
    return {OrderedForest._make(word): value for word, value in words.items()}


def _insertions(word: tuple[Any, ...], run: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """Iterate over the words in which some letters stand anywhere in a word, in their order."""
    if not word:
        yield run
        return
    for places in itertools.combinations(range(len(word) + len(run)), len(run)):
        spend(1 + (len(word) + len(run)) // 10)
        whole: tuple[Any, ...] = ()
        start = 0
        for done, place in enumerate(places):
            whole += (*word[start : place - done], run[done])
            start = place - done
        yield whole + word[start:]


def _check_contracting(forest: Forest) -> None:
    if forest._order > _FEW:
        what = f"the image of a forest of {forest._order:,} vertices"
        # Vertices of one depth may be read one after the other, or some of them together.
        check_terms(what, 2 ** (forest._order - max(map(height, forest._trees))))
        check_readings(what, forest, together=True)


def _check_trunks(forest: Forest) -> None:
    if forest._order > _FEW:
        check_trunks(f"the image of a forest of {forest._order:,} vertices", forest)


def _hairer_kelly_trunks(forest: Forest) -> Iterable[tuple[tuple[Forest, Forest], Any]]:
    return [(key, count) for key, count in bck.coproduct(forest).items() if len(key[1]) == 1]


def _hairer_kelly(forest: Forest, known: Mapping[Forest, Terms]) -> Terms:
    if not forest._trees:
        return {(): 1}
    total: Terms = {}
    for (pruned, trunk), count in _hairer_kelly_trunks(forest):
        words = {(*word, trunk._trees[0]): value for word, value in known[pruned].items()}
        add_terms(total, words, count)
        check_terms("a sum that is needed", len(total))
    return total


_tree_words: Memo[Forest, Terms] = Memo(
    lambda forest: [pruned for (pruned, _), _ in _hairer_kelly_trunks(forest)],
    _hairer_kelly,
    check=_check_trunks,
)

_all_orders: Memo[Forest, Terms] = Memo(
    lambda forest: {Forest._make(tree._children) for tree in forest._trees},
    _order_all,
    check=_check_orders,
)

#: Trees to words of labels, from BCK.
arborification_bck = Morphism("arborification_bck", bck, shuffle_algebra, arborification)
#: Ordered forests to words of labels, from MKW.
arborification_mkw = Morphism("arborification_mkw", mkw, shuffle_algebra, arborification)
#: Trees to words whose letters are sorted tuples of labels, from BCK to the quasi-shuffle algebra.
contracting_arborification = _from_cocycle(
    "contracting_arborification",
    bck,
    quasi_shuffle(),
    lambda word, label: (*word, (label,)),
    _check_contracting,
)
#: Trees to words of trees (Hairer and Kelly 2015): a branched rough path as a geometric one.
hairer_kelly = Morphism(
    "hairer_kelly", bck, shuffle_algebra, lambda forest: Element._wrap(_tree_words(forest))
)
#: A forest to the sum of all ways to order its branches, from BCK to MKW.
symmetrisation = Morphism(
    "symmetrisation", bck, mkw, lambda forest: Element._wrap(_all_orders(forest))
)
#: An ordered forest to the forest without orders, from NCK to BCK.
forget_order = morphism_from_cocycle(
    "forget_order",
    nck,
    bck,
    lambda forest, label: Forest._make((Tree._make(forest._trees, label),)),
)


def _ladder(word: tuple[Any, ...]) -> Element:
    forest = bck.one
    for label in word:
        forest = Forest._make((forest.b_plus(label),))
    return Element._wrap({forest: 1})


#: A word to the ladder that bears it, last letter at the root: it respects coproducts only, and
#: arborification takes it back.
ladders = Morphism("ladders", shuffle_algebra, bck, _ladder, respects_products=False)
#: A word to the ordered forest of leaves with its letters, from the shuffle algebra to MKW.
leaf_forests = Morphism(
    "leaf_forests",
    shuffle_algebra,
    mkw,
    lambda word: Element._wrap({OrderedForest(PlanarTree((), label) for label in word): 1}),
)
