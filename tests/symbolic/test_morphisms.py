"""Morphisms respect what they say they respect, and have their known values."""

import itertools
import math

import pytest

from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic import (
    Element,
    Forest,
    Morphism,
    OrderedForest,
    PlanarTree,
    Tree,
    arborification_bck,
    arborification_mkw,
    bck,
    contracting_arborification,
    enumerate_forests,
    forget_order,
    hairer_kelly,
    ladders,
    leaf_forests,
    mkw,
    morphism_from_cocycle,
    nck,
    quasi_shuffle,
    shuffle_algebra,
    symmetrisation,
)

MORPHISMS = [
    arborification_bck, arborification_mkw, contracting_arborification, forget_order,
    hairer_kelly, ladders, leaf_forests, symmetrisation,
    forget_order.then(symmetrisation), symmetrisation.then(arborification_mkw),
]  # fmt: skip
RANGES = [(1, 5), (2, 4), (3, 3)]


def basis(algebra, colours, degree):
    return [x for n in range(degree + 1) for x in algebra.basis(n, colours)]


@pytest.mark.parametrize("morphism", MORPHISMS, ids=repr)
@pytest.mark.parametrize(("colours", "degree"), RANGES)
def test_morphism_respects_coproduct_counit_and_antipode(morphism, colours, degree):
    assert morphism.respects_coproducts
    source, target = morphism.source, morphism.target
    for x in basis(source, colours, degree):
        image = morphism(x)
        mapped = source.coproduct(x).apply(0, morphism).apply(1, morphism)
        assert target.coproduct(image) == mapped
        assert target.counit(image) == source.counit(x)
        if morphism.respects_products:
            assert target.antipode(image) == morphism(source.antipode(x))


@pytest.mark.parametrize("morphism", MORPHISMS, ids=repr)
@pytest.mark.parametrize(("colours", "degree"), RANGES)
def test_morphism_respects_products_if_it_says_so(morphism, colours, degree):
    source, target = morphism.source, morphism.target
    assert morphism(source.unit) == target.unit
    equal = [
        morphism(source.product(x, y)) == target.product(morphism(x), morphism(y))
        for x, y in itertools.product(basis(source, colours, degree - 1), repeat=2)
        if source.degree(x) + source.degree(y) <= degree
    ]
    assert all(equal) == morphism.respects_products


def test_symmetrisation_is_the_sum_of_the_orders():
    # The cherry has two equal branches, 0[0,0[0]] two unequal ones.
    assert symmetrisation(Tree([Tree(), Tree()])) == Element(
        {PlanarTree([PlanarTree(), PlanarTree()]): 2}
    )
    assert symmetrisation(Tree.from_text("0[0,0[0]]")) == Element(
        {PlanarTree.from_text("0[0,0[0]]"): 1, PlanarTree.from_text("0[0[0],0]"): 1}
    )
    for forest in bck.basis(5):
        image = symmetrisation(forest)
        back = {(z.forget_order(), c) for z, c in image.items()}
        assert back == {(forest, forest.symmetry)}


def test_forgetting_the_order_is_that_of_forests():
    for n in range(5):
        for forest in enumerate_forests(n, 2, planar=True):
            assert forget_order(forest) == Element({forest.forget_order(): 1})


def test_arborification_takes_ladders_and_leaf_forests_back_to_words():
    for n in range(5):
        for word in shuffle_algebra.basis(n, 2):
            assert ladders.then(arborification_bck)(word) == Element({word: 1})
            assert leaf_forests.then(arborification_mkw)(word) == Element({word: 1})


def test_symmetrisation_then_planar_arborification_is_arborification():
    for x in basis(bck, 2, 4):
        assert symmetrisation.then(arborification_mkw)(x) == arborification_bck(x)


def test_contracting_arborification_merges_branches():
    image = contracting_arborification(Tree([Tree(label=1), Tree(label=2)], 3))
    assert image == Element({((1,), (2,), (3,)): 1, ((2,), (1,), (3,)): 1, ((1, 2), (3,)): 1})
    # Without the merged letters it is arborification.
    for x in basis(bck, 2, 4):
        plain = {
            tuple(letter[0] for letter in word): c
            for word, c in contracting_arborification(x).items()
            if all(len(letter) == 1 for letter in word)
        }
        assert Element(plain) == arborification_bck(x)


def test_corollas_contract_to_ordered_set_partitions():
    # The n-th Fubini number counts the ways to order n events with ties.
    for n, fubini in enumerate([1, 1, 3, 13, 75]):
        corolla = Tree([Tree(label=k) for k in range(n)], 9)
        assert sum(c for _, c in contracting_arborification(corolla).items()) == fubini


def test_hairer_kelly_map_of_small_trees():
    leaf, ladder = Tree(), Tree([Tree()])
    cherry = Tree([leaf, leaf])
    assert hairer_kelly(leaf) == Element({(leaf,): 1})
    assert hairer_kelly(ladder) == Element({(ladder,): 1, (leaf, leaf): 1})
    assert hairer_kelly(cherry) == Element({(cherry,): 1, (leaf, ladder): 2, (leaf, leaf, leaf): 2})
    for tree in (x[0] for n in range(1, 6) for x in bck.basis(n) if len(x) == 1):
        image = hairer_kelly(tree)
        assert image.coefficient((tree,)) == 1
        # Linear extensions: words of leaves.
        assert image.coefficient((leaf,) * tree.order) == (
            math.factorial(tree.order) // tree.factorial
        )


def test_morphisms_are_linear_and_compose_in_order():
    x = Element({Tree(): 3, Tree([Tree()]): -1})
    assert symmetrisation(x) == 3 * symmetrisation(Tree()) - symmetrisation(Tree([Tree()]))
    both = forget_order.then(arborification_bck)
    assert (both.source, both.target) == (nck, shuffle_algebra)
    assert both(OrderedForest.from_text("0[1] 2")) == arborification_bck(Forest.from_text("0[1] 2"))
    assert not ladders.then(symmetrisation).respects_products
    assert ladders.name == "ladders"


def test_a_cocycle_of_another_algebra_gives_a_hopf_morphism():
    ones = quasi_shuffle(lambda a, b: a + b, weight=int)
    weights = morphism_from_cocycle("weights", bck, ones, lambda word, label: (*word, 1))
    for x in basis(bck, 1, 4):
        assert ones.coproduct(weights(x)) == bck.coproduct(x).apply(0, weights).apply(1, weights)


def test_bad_morphisms_are_refused():
    with pytest.raises(InvalidTypeError, match="source"):
        Morphism("f", "bck", bck, bck.element)
    with pytest.raises(InvalidTypeError, match="target"):
        Morphism("f", bck, None, bck.element)
    with pytest.raises(InvalidTypeError, match="rule"):
        Morphism("f", bck, bck, 3)
    with pytest.raises(InvalidTypeError, match="bck or nck"):
        morphism_from_cocycle("f", mkw, bck, lambda x, a: x)
    with pytest.raises(InvalidValueError, match="starts at"):
        symmetrisation.then(forget_order)
    with pytest.raises(InvalidTypeError, match="Morphism"):
        symmetrisation.then(3)
    with pytest.raises(InvalidTypeError):
        symmetrisation(PlanarTree())


def test_what_is_no_element_is_no_image():
    for image in ("text", 1, {Tree(): 1}, None):
        with pytest.raises(InvalidTypeError, match="a linear map must return an Element"):
            Morphism("wrong", bck, bck, lambda x, image=image: image)(Tree())


@pytest.mark.parametrize("image", ["text", {Tree(): 1}, 2 * Tree(), PlanarTree()])
def test_what_is_no_basis_element_is_nothing_that_a_cocycle_gives(image):
    wrong = morphism_from_cocycle("wrong", bck, bck, lambda forest, label: image)
    with pytest.raises(InvalidTypeError):
        wrong(Tree())


@pytest.mark.parametrize("option", ["respects_products", "respects_coproducts"])
@pytest.mark.parametrize("value", [1, None, "yes"])
def test_what_a_morphism_respects_is_true_or_false(option, value):
    with pytest.raises(InvalidTypeError, match=f"{option} must be True or False"):
        Morphism("x", bck, bck, lambda x: Element({x: 1}), **{option: value})
