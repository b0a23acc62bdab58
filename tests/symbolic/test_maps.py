"""Endomorphisms, odd-even decomposition, substitution, Lyndon bases, symbolic coefficients."""

import itertools
import json
import random
from fractions import Fraction
from pathlib import Path

import pytest
import sympy

import treealg
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic import (
    AlgebraElement,
    Character,
    Element,
    Endomorphism,
    Forest,
    Functional,
    InfinitesimalCharacter,
    OrderedForest,
    PlanarTree,
    ShuffleCharacter,
    Tensor,
    Tree,
    bck,
    cem,
    concatenation_algebra,
    enumerate_forests,
    enumerate_trees,
    gl,
    identity_map,
    lyndon_bracketing,
    lyndon_factorization,
    lyndon_forests,
    lyndon_words,
    mkw,
    nck,
    odd_even,
    ogl,
    pgl,
    quasi_shuffle,
    shuffle_algebra,
    substitution_product,
)

PUBLISHED = json.loads(
    (Path(__file__).parents[1] / "data" / "hopf_algebras.json").read_text("utf-8")
)
LEAF, LADDER = Tree(), Tree([Tree()])
X = sympy.Symbol("x")
ALGEBRAS = [bck, nck, mkw, cem, gl, ogl, shuffle_algebra, quasi_shuffle()]


def basis(algebra, colours, degree):
    return [x for n in range(degree + 1) for x in algebra.basis(n, colours)]


def random_values(seed):
    rng = random.Random(seed)
    known = {}

    def value(key):
        if key not in known:
            known[key] = Fraction(rng.randint(-5, 5), rng.randint(1, 3))
        return known[key]

    return value


@pytest.mark.parametrize("algebra", ALGEBRAS, ids=repr)
def test_powers_of_the_identity(algebra):
    identity = identity_map(algebra)
    root = identity.power(Fraction(1, 2))
    square, inverse, third = root * root, identity.inverse(), identity.power(Fraction(1, 3))
    back = identity.log().exp()
    for x in basis(algebra, 2, 3):
        assert square(x) == identity(x) == algebra.element(x) == back(x)
        assert inverse(x) == identity.power(-1)(x) == algebra.antipode(x)
        assert (third * third * third)(x) == algebra.element(x)
        assert identity.power(0)(x) == algebra.counit(x) * algebra.unit


@pytest.mark.parametrize("algebra", [bck, mkw, gl, ogl, shuffle_algebra], ids=repr)
def test_eulerian_idempotent_is_a_projection(algebra):
    # Onto the primitive elements if cocommutative; along the products if commutative.
    euler = identity_map(algebra).log()
    for x in basis(algebra, 2, 3):
        image = euler(x)
        assert euler(image) == image
        if algebra in (gl, ogl):
            assert not algebra.reduced_coproduct(image)
    if algebra in (bck, mkw, shuffle_algebra):
        for x, y in itertools.product(basis(algebra, 2, 2)[1:], repeat=2):
            assert not euler(algebra.product(x, y))


def test_powers_with_a_symbolic_exponent():
    s = sympy.Symbol("s")
    power = identity_map(bck).power(s)
    for x in basis(bck, 1, 4):
        symbolic = power(x)
        for value in (-1, 2, Fraction(1, 2)):
            number = sympy.Rational(Fraction(value).numerator, Fraction(value).denominator)
            assert symbolic.subs(s, number) == identity_map(bck).power(value)(x)


@pytest.mark.parametrize("algebra", [bck, nck, mkw, cem, shuffle_algebra], ids=repr)
def test_odd_even_decomposition_of_endomorphisms_and_functionals(algebra):
    values = random_values(3)
    f = Functional(algebra, lambda key: 1 if algebra.is_trivial(key) else values(key))
    for start in (identity_map(algebra), f):
        even, odd = odd_even(start)
        product, inverse = even * odd, odd.inverse()
        for x in basis(algebra, 2, 3):
            sign = (-1) ** algebra.degree(x)
            assert product(x) == start(x)
            assert sign * even(x) == even(x)
            assert sign * odd(x) == inverse(x)


def test_odd_part_of_a_character_is_a_character():
    values = random_values(4)
    _, odd = odd_even(Character(bck, values))
    for x, y in itertools.product(basis(bck, 1, 2), repeat=2):
        assert odd(bck.product(x, y)) == odd(x) * odd(y)


def test_endomorphisms_compose_from_left_to_right():
    double = Endomorphism(bck, lambda key: 2 ** len(key) * bck.element(key))
    first = double.then(identity_map(bck))
    assert first(Tree()) == Element({Tree(): 2})
    assert identity_map(bck).then(double)(Tree()) == Element({Tree(): 2})
    grow = Endomorphism(bck, lambda key: key.b_plus())
    assert grow.then(double)(None) == Element({Tree(): 2})
    assert double.then(grow)(None) == Element({Tree(): 1})


def test_algebra_elements_multiply_in_their_algebra():
    ladder = Tree([Tree()])
    x, y = AlgebraElement(gl, ladder), AlgebraElement(bck, ladder)
    assert (x * x).element == gl.product(ladder, ladder)
    assert (y * y).element == bck.product(ladder, ladder)
    assert (2 * y + 1) * (y - 1) == 2 * y**2 - y - 1
    assert (y / 2 + 1 - y).element[ladder] == Fraction(-1, 2)
    assert y * Element({Tree(): 1}) == Element({Tree(): 1}) * y == y * AlgebraElement(bck, Tree())
    assert y**0 == 1
    assert hash(y + 0) == hash(y)
    with pytest.raises(InvalidTypeError, match="one algebra"):
        x + y
    with pytest.raises(InvalidValueError, match="exponent"):
        y**-1


# -- substitution --------------------------------------------------------------------------------


def test_substitution_by_the_leaf_does_nothing():
    g = Character(bck, random_values(5))
    identity = InfinitesimalCharacter(bck, dict.fromkeys(enumerate_trees(1, 2), 1))
    for x in basis(bck, 2, 4):
        assert substitution_product(identity, g)(x) == g(x)


def test_substitution_is_associative_and_distributes_over_composition():
    f, g = (InfinitesimalCharacter(bck, random_values(seed)) for seed in (6, 7))
    h, k = (Character(bck, random_values(seed)) for seed in (8, 9))
    twice = substitution_product(f, substitution_product(g, h))
    once = substitution_product(substitution_product(f, g), h)
    product = substitution_product(f, h * k)
    factors = substitution_product(f, h) * substitution_product(f, k)
    for x in basis(bck, 2, 3):
        assert twice(x) == once(x)
        assert product(x) == factors(x)


def test_substitution_of_a_logarithm_in_the_exact_flow_gives_back_the_character():
    # The modified equation: the exact flow of the logarithm is the method.
    flow = InfinitesimalCharacter(bck, {Tree(): 1}).exp()
    method = Character(bck, lambda tree: int(tree.order == 1))
    found = substitution_product(method.log(), flow)
    for n in range(1, 6):
        for tree in enumerate_trees(n):
            assert found(tree) == method(tree)


def test_cem_convolution_of_characters_is_substitution():
    f, g = (Character(cem, random_values(seed)) for seed in (10, 11))
    product = f * g

    def on_trees(character):
        return InfinitesimalCharacter(bck, lambda tree: character(tree))

    found = substitution_product(f, on_trees(g))
    for n in range(1, 6):
        for tree in enumerate_trees(n):
            assert found(tree) == product(tree)
    assert product(cem.unit) == 1


# -- Lyndon words --------------------------------------------------------------------------------


@pytest.mark.parametrize(("colours", "order"), [(1, 6), (2, 5), (3, 4)])
def test_number_of_lyndon_forests(colours, order):
    found = [len(list(lyndon_forests(n, colours))) for n in range(1, order + 1)]
    assert found == PUBLISHED["primitives"]["lyndon_forests"][str(colours)][:order]


@pytest.mark.parametrize(("length", "colours"), [(1, 3), (4, 2), (6, 2), (4, 3)])
def test_lyndon_words_are_smaller_than_their_rotations(length, colours):
    expected = [
        word
        for word in itertools.product(range(colours), repeat=length)
        if all(word < word[i:] + word[:i] for i in range(1, length))
    ]
    assert list(lyndon_words(length, colours)) == expected


def test_lyndon_factorization_is_non_increasing_and_unique():
    for word in itertools.product(range(3), repeat=5):
        factors = lyndon_factorization(word)
        assert tuple(itertools.chain(*factors)) == word
        assert list(factors) == sorted(factors, reverse=True)
        assert all(lyndon_factorization(factor) == (factor,) for factor in factors)
    assert lyndon_factorization(()) == ()


def test_lyndon_bracketings_are_primitive_and_triangular():
    for n in range(1, 5):
        for forest in lyndon_forests(n, 2):
            image = lyndon_bracketing(forest)
            assert not ogl.reduced_coproduct(image)
            assert image[forest] == 1
            assert min(image) is forest
    for word in lyndon_words(5, 2):
        assert not concatenation_algebra.reduced_coproduct(lyndon_bracketing(word))
    with pytest.raises(InvalidValueError, match="Lyndon"):
        lyndon_bracketing((1, 0))


@pytest.mark.parametrize(
    ("algebra", "degree"), [(mkw, 4), (shuffle_algebra, 5), (quasi_shuffle(), 3)], ids=repr
)
def test_shuffle_character_is_multiplicative_with_free_values_on_lyndon_words(algebra, degree):
    values = random_values(12)
    f = ShuffleCharacter(algebra, values)
    listed = basis(algebra, 2, degree)
    for x, y in itertools.product(listed, repeat=2):
        if algebra.degree(x) + algebra.degree(y) <= degree:
            assert f(algebra.product(x, y)) == f(x) * f(y)
    for x in listed:
        if len(lyndon_factorization(x)) == 1:
            assert f(x) == values(x)
    inverse = f.inverse()
    assert all(inverse(x) == f(algebra.antipode(x)) for x in listed[:20])


def test_a_planar_character_need_not_be_symmetric():
    pair = OrderedForest.from_text("0 0[0]")
    f = ShuffleCharacter(mkw, {PlanarTree(): 2, PlanarTree([PlanarTree()]): 3, pair: 5})
    assert (f(pair), f(OrderedForest.from_text("0[0] 0"))) == (5, 1)
    assert [f(x) for x in enumerate_forests(2, 1, planar=True)] == [2, 3]


def test_bad_characters_and_maps_are_refused():
    with pytest.raises(InvalidTypeError):
        ShuffleCharacter(nck, {})
    with pytest.raises(InvalidValueError, match="Lyndon"):
        ShuffleCharacter(mkw, {OrderedForest.from_text("0 0"): 1})
    with pytest.raises(InvalidTypeError):
        lyndon_factorization(Tree())
    with pytest.raises(InvalidTypeError):
        identity_map("bck")
    with pytest.raises(InvalidTypeError):
        Endomorphism(bck, 3)
    with pytest.raises(InvalidTypeError):
        AlgebraElement(None, Tree())
    with pytest.raises(InvalidTypeError):
        identity_map(bck).then(identity_map(nck))
    with pytest.raises(InvalidTypeError):
        odd_even(bck.antipode)
    with pytest.raises(InvalidValueError):
        odd_even(Functional(bck, {}))
    f = Character(bck, {})
    with pytest.raises(InvalidTypeError, match="first"):
        substitution_product(Functional(mkw, {}), f)
    with pytest.raises(InvalidTypeError, match="second"):
        substitution_product(f, Functional(mkw, {}))


# -- coefficients --------------------------------------------------------------------------------


def test_symbols_are_substituted_expanded_simplified_and_collected():
    a, b = sympy.symbols("a b")
    x = Element({Tree(): (a + b) ** 2, Tree([Tree()]): a - b, Forest(): 2})
    assert x.subs(b, a) == Element({Tree(): 4 * a**2, Forest(): 2})
    assert x.subs({a: 1, b: sympy.Rational(1, 2)}) == Element(
        {Tree(): Fraction(9, 4), Tree([Tree()]): Fraction(1, 2), Forest(): 2}
    )
    assert x.expand()[Tree()] == a**2 + 2 * a * b + b**2
    assert (x - x.expand()).expand() == Element()
    collected = x.collect(a)
    total = Element()
    for power, part in collected.items():
        total = total + a**power * part
    assert (total - x).expand() == Element()
    assert list(collected) == [0, 1, 2]
    tensor = Tensor({(Tree(), Tree()): a * (a - 1) - a**2})
    assert tensor.simplify() == Tensor({(Tree(), Tree()): -a})
    assert type(Element({Tree(): Fraction(1, 3)}).to_float()[Tree()]) is float
    with pytest.raises(InvalidTypeError, match="polynomials"):
        Element({Tree(): sympy.sin(a)}).collect(a)


@pytest.mark.parametrize(
    "algebra", [bck, mkw, nck, cem, gl, ogl, pgl, shuffle_algebra, quasi_shuffle()], ids=str
)
@pytest.mark.parametrize("other", ["x", 3, 1.5, [Tree()], {Tree()}, object(), Tree, True, b"0"])
@pytest.mark.parametrize("name", ["degree", "is_trivial", "factors"])
def test_what_is_no_basis_element_is_refused_by_all_that_an_algebra_says(algebra, other, name):
    with pytest.raises(InvalidTypeError):
        getattr(algebra, name)(other)


def test_what_an_algebra_says_of_basis_elements_it_says_of_what_stands_for_them():
    assert bck.degree(((0,), 1)) == bck.degree(Tree([Tree()])) == 2
    assert mkw.degree(((0,), (1,))) == 2
    assert gl.degree(Tree([Tree()])) == cem.degree(Tree([Tree()])) == 1
    assert cem.is_trivial(Tree(label="a"))
    assert gl.is_trivial((0,))
    assert not bck.is_trivial((0,))
    assert cem.factors(Tree(label="a")) == ()
    assert bck.degree(None) == 0
    assert bck.is_trivial(None)


@pytest.mark.parametrize("progress", [3, "x", [print], True])
def test_progress_that_cannot_be_called_is_refused_before_the_work(progress):
    for ask in (
        lambda: bck.coproduct(Tree(), progress=progress),
        lambda: mkw.antipode(PlanarTree(), progress=progress),
        lambda: gl.primitives(2, progress=progress),
        lambda: treealg.verify(2, 2, progress=progress),
    ):
        with pytest.raises(InvalidTypeError, match="progress must be callable"):
            ask()


@pytest.mark.parametrize("kind", [Functional, InfinitesimalCharacter])
@pytest.mark.parametrize("zero", [0, (X + 1) ** 2 - X**2 - 2 * X - 1])
def test_a_value_of_zero_is_as_good_as_none(kind, zero):
    long, short = kind(bck, {LEAF: 1, LADDER: zero}), kind(bck, {LEAF: 1})
    assert long == short
    assert hash(long) == hash(short)
    assert kind(bck, {LEAF: 1, LADDER: 2}) != short


def test_a_character_has_no_value_where_none_was_given():
    assert Character(bck, {LEAF: 1, LADDER: 0}) != Character(bck, {LEAF: 1})


def test_characters_of_shuffles_are_equal_in_any_form_of_their_words():
    one = ShuffleCharacter(mkw, {PlanarTree(): 2, PlanarTree([PlanarTree()]): 0})
    same = ShuffleCharacter(mkw, {((0,),): Fraction(2)})
    assert one == same
    assert hash(one) == hash(same)


@pytest.mark.parametrize(
    ("algebra", "tree"), [(bck, Tree([LADDER, LEAF])), (mkw, PlanarTree([PlanarTree()] * 2))]
)
def test_a_functional_beside_a_map_is_multiples_of_the_unit(algebra, tree):
    functional = Functional(algebra, lambda x: 2 + x.order)
    unit = Endomorphism(algebra, lambda x: (2 + x.order) * algebra.unit)
    identity = identity_map(algebra)
    for one, same in [
        (functional + identity, unit + identity),
        (identity + functional, identity + unit),
        (functional - identity, unit - identity),
        (identity - functional, identity - unit),
        (functional * identity, unit * identity),
        (identity * functional, identity * unit),
    ]:
        assert isinstance(one, Endomorphism)
        assert one(tree) == same(tree)
