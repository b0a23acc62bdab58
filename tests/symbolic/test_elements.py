"""Elements and tensors: exact arithmetic, keys, linear maps."""

import random
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
import sympy

from treealg import branched_sig_coef, geometric_sig_words, tree_to_idx, tree_to_name
from treealg.checks import brief
from treealg.codegen import formula
from treealg.errors import InvalidTypeError, InvalidValueError, TreeAlgError
from treealg.symbolic import (
    AlgebraElement,
    Character,
    Element,
    Forest,
    Functional,
    LinearCombination,
    OrderedForest,
    PlanarTree,
    Tensor,
    Tree,
    bck,
    elementary_differential,
    enumerate_forests,
    enumerate_trees,
    hairer_kelly,
    mkw,
    quasi_shuffle,
    shuffle_algebra,
)
from treealg.symbolic.bseries import exact_lie_butcher_series, exact_series, published_method
from treealg.symbolic.display import to_latex
from treealg.symbolic.linear.elements import check_kind
from treealg.symbolic.linear.ordering import ends_in_order, in_order

B = Tree()
L2 = Tree([B])
X, Y = sympy.symbols("x y")


def test_terms_are_collected_and_zeros_dropped():
    x = Element([(B, 1), (Forest([B]), 2), (L2, 1), (L2, -1)])
    assert dict(x.items()) == {Forest([B]): 3}
    assert (len(x), bool(x), list(x)) == (1, True, [Forest([B])])
    assert not Element()
    assert x - x == Element()
    assert x[L2] == 0
    assert B in x
    assert L2 not in x


def test_arithmetic_is_exact_and_integers_stay_integers():
    x = 2 * Element({B: 3}) + Element({L2: 1}) * -1
    assert {str(key): value for key, value in x.items()} == {"0": 6, "0[0]": -1}
    assert all(type(value) is int for _, value in x.items())
    half = x / 4
    assert half[B] == Fraction(3, 2)
    assert type(half[L2]) is Fraction
    assert half * 4 == x
    assert -x + x == Element()
    assert +x is x
    assert (x / Fraction(1, 2))[B] == 12


def test_to_add_a_term_to_a_long_sum_asks_only_whether_that_one_vanishes(monkeypatch):
    asked = []
    equal = Fraction.__eq__
    monkeypatch.setattr(Fraction, "__eq__", lambda a, b: asked.append(a) or equal(a, b))
    terms = [Element({Tree(label=i): Fraction(1, 3)}) for i in range(200)]
    total = sum(terms)
    assert len(total) == 200
    assert len(asked) <= 5 * len(terms)
    assert len(total - terms[7]) == 199


def test_symbolic_coefficients_cancel_and_substitute():
    a, b = sympy.symbols("a b")
    x = a * Element({B: 1}) + Element({B: b, L2: a})
    assert x[B] == a + b
    assert (x - a * Element({B: 1}))[B] == b
    assert x.map_coefficients(lambda value: value.subs({a: 1, b: -1})) == Element({L2: 1})
    product = mkw.product(Element({PlanarTree(): a}), Element({PlanarTree(): a}))
    assert product[OrderedForest([PlanarTree(), PlanarTree()])] == 2 * a**2


def test_numpy_scalars_multiply_elements_from_either_side():
    x = Element({B: 2})
    assert np.int64(3) * x == x * np.int64(3) == Element({B: 6})
    assert isinstance(np.float64(0.5) * x, Element)


def test_sums_of_forests_multiply_as_forests_do():
    a = sympy.Symbol("a")
    one = Forest()
    samples = [
        2 * B,
        B + L2 / 3 - one,
        a * L2 * B - Fraction(5, 7) * Tree([L2, B]),
        Element({one: 0.5, L2: 1j}),
    ]
    for x in samples:
        for y in [*samples, B, Forest([B, L2]), one]:
            assert x * y == bck.product(x, y) == y * x
        assert x**0 == Element({one: 1})
        assert x**3 == x * x * x
        assert x * Element() == Element() == Element() ** 2 == Element() * Element({(0, 1): 1})
    assert 2 * B * L2 == B * L2 * 2 == B * (2 * L2)
    assert sum([B, L2]) ** 2 == B * B + 2 * B * L2 + L2 * L2


def test_sums_of_ordered_forests_concatenate():
    b, c = PlanarTree(), PlanarTree(label=1)
    x, y = 2 * b - c, b + 3 * OrderedForest([b, c])
    expected = {
        OrderedForest(word): value
        for word, value in [((b, b), 2), ((b, b, c), 6), ((c, b), -1), ((c, b, c), -3)]
    }
    assert dict((x * y).items()) == expected
    assert x**2 == 4 * (b * b) - 2 * (b * c) - 2 * (c * b) + c * c


WORD = Element({(0, 1): 1})


@pytest.mark.parametrize(
    ("x", "y", "way"),
    [
        (WORD, WORD, r"shuffle_algebra\.product\(x, y\)"),
        (WORD, B, r"shuffle_algebra\.product"),
        (B, WORD, r"shuffle_algebra\.product"),
        (bck.coproduct(B), 2 * B, r"bck\.tensor_product"),
        (bck.coproduct(B), bck.coproduct(B), r"bck\.tensor_product"),
        (2 * B, PlanarTree(), r"forget_order\(\) first"),
        (2 * PlanarTree(), 3 * B, r"forget_order\(\) first"),
        (2 * B, exact_series(2), "must be a number"),
    ],
    ids=str,
)
def test_other_products_are_refused_with_what_to_use(x, y, way):
    with pytest.raises(InvalidTypeError, match=way):
        x * y


def test_powers_of_sums_are_bounded_and_take_whole_exponents():
    with pytest.raises(InvalidValueError, match="takes at least"):
        (B + L2) ** 60_000
    with pytest.raises(InvalidValueError, match="exponent must be at least 0, got -1"):
        (2 * B) ** -1
    with pytest.raises(InvalidTypeError, match="exponent must be an integer"):
        (2 * B) ** X


CHERRY = Tree([Tree(), Tree()])
BASES = {
    "trees": Element({B: 2, L2: Fraction(-1, 3), CHERRY: 5}),
    "with a unit": Element({Forest(): 3, B: 2, L2: 7}),
    "symbols": Element({B: X, L2: X + 1, CHERRY: -3}),
    "floats": Element({B: 0.5, L2: 2.0}),
    "one": Element({B: 3}),
    "unit": Element({Forest(): 3}),
    "forests": Element({B * B: 2, B: 1}),
    "planar": Element({PlanarTree(): 2, PlanarTree([PlanarTree()]): 3}),
    "planar with a unit": Element({OrderedForest(): 2, PlanarTree(): 3}),
}


@pytest.mark.parametrize("name", BASES)
def test_powers_of_sums_are_products(name):
    x, product = BASES[name], Element({type(next(iter(BASES[name])))(): 1})
    for exponent in range(6):
        assert x**exponent == product
        product = product * x


def test_large_powers_of_sums_of_trees_are_made_at_once_or_refused_with_their_size():
    four = B + L2 + CHERRY + Tree([L2])
    assert len(four**60) == 39_711
    assert (four**60)[B * B * L2**58] == 60 * 59 // 2
    assert (B + L2)[B] == 1
    with pytest.raises(InvalidValueError, match=r"a sum of 2 terms has at least 1,048,576 terms"):
        (PlanarTree() + PlanarTree([PlanarTree()])) ** 20
    with pytest.raises(InvalidValueError, match=r"a sum of 5 terms has at least .* terms"):
        (four + Element({Forest(): 1})) ** 10**30


def test_what_takes_too_many_steps_is_named_as_it_was_asked_for(monkeypatch):
    monkeypatch.setattr("treealg.symbolic.trees.meter.MAX_STEPS", 1000)
    with pytest.raises(InvalidValueError, match=r"^a power of an Element takes more than"):
        (B * B + B + L2) ** 30


@pytest.mark.parametrize("forest", [Forest(), OrderedForest()])
def test_the_empty_forest_has_every_power(forest):
    assert forest**10**30 == forest


def test_sums_of_other_keys_have_no_product_and_no_powers():
    x = LinearCombination({"a": 1})
    with pytest.raises(InvalidTypeError, match=r"product of .* depends on the algebra"):
        x * x
    with pytest.raises(InvalidTypeError, match=r"powers of .* depend on the algebra"):
        x**2


def test_equality_and_hash_follow_terms_and_type():
    x, y = Element({B: 1, L2: 2}), Element([(L2, 2), (B, 1)])
    assert x == y
    assert hash(x) == hash(y)
    assert x != Element({B: 1})
    assert Element() != Tensor()
    assert Element({B: 1}) != B


@pytest.mark.parametrize(
    ("element", "text"),
    [
        (Element(), "0"),
        (Element({B: 1}), "(0)"),
        (Element({B: -1, Forest(): 2}), "2 (∅) - (0)"),
        (Element({B: Fraction(-1, 2), L2: -3}), "-1/2 (0) - 3 (0[0])"),
        (Element({B: sympy.Symbol("a") - 1}), "(a - 1) (0)"),
        (Element({B: -sympy.Symbol("a")}), "-a (0)"),
        (Tensor({(Forest(), B): -1, (B, L2): 2}), "-(∅)⊗(0) + 2 (0)⊗(0[0])"),
    ],
)
def test_text_of_sums(element, text):
    assert str(element) == text
    assert repr(element) == f"<{type(element).__name__} {text}>"


SUMS = {
    "forests": [Forest(), B, Forest([B, B]), L2, Tree(label="a"), Tree([B], "a"), Tree(label=1.5)],
    "ordered forests": [
        OrderedForest([PlanarTree(label=x) for x in word]) for word in ("", "a", "b", "ab", "ba")
    ],
    "words": [(), (1,), ("a",), (1.5,), (B,), (L2,), ((0, 1),), ("a", 0), (0, "a"), (frozenset(),)],
}


@pytest.mark.parametrize("kind", SUMS)
def test_equal_sums_have_one_text_however_they_were_made(kind):
    keys = SUMS[kind]
    terms = [(key, i + 1) for i, key in enumerate(keys)]
    pairs = [((x, y), i * j) for x, i in terms for y, j in terms]
    turn = random.Random(0)
    for cls, given in ((Element, terms), (Tensor, pairs)):
        known = cls(given)
        for _ in range(5):
            other = cls(turn.sample(given, len(given)))
            assert other == known
            assert (str(other), repr(other)) == (str(known), repr(known))
            assert to_latex(other) == to_latex(known)


def test_terms_are_written_in_the_basis_order_and_iterated_over_as_they_came():
    trees = [tree for order in (1, 2, 3) for tree in enumerate_trees(order, colours=2)]
    x = Element({tree: 1 for tree in reversed(trees)})
    assert str(x) == " + ".join(f"({tree})" for tree in trees)
    assert list(x) == [Forest([tree]) for tree in reversed(trees)]
    words = [word for length in range(4) for word in product("ab", repeat=length)]
    assert str(Element({word: 1 for word in reversed(words)})) == " + ".join(
        f"({word})" for word in words
    )


def test_the_order_of_sums_is_that_of_their_trees_compared_one_by_one():
    turn = random.Random(1)
    for planar in (False, True):
        trees = [x for n in range(1, 6) for x in enumerate_trees(n, colours=2, planar=planar)]
        forests = [x for n in range(5) for x in enumerate_forests(n, colours=2, planar=planar)]
        for keys in (trees, forests):
            mixed = [(key, index) for index, key in enumerate(turn.sample(keys, len(keys)))]
            expected = sorted(mixed, key=lambda term: term[0])
            assert in_order(mixed) == expected
            assert in_order(mixed, 20) == expected[:20]
            assert ends_in_order(mixed, 20) == expected[:20] + expected[-20:]


@pytest.mark.parametrize("kind", SUMS)
@pytest.mark.parametrize("count", [0, 1, 3, 49])
def test_short_texts_of_sums_are_cut_from_long_ones(kind, count):
    pairs = list(product(SUMS[kind], repeat=2))[:count]
    words = Element({(i, "a"): 1 for i in range(count)})
    for x in (Tensor({pair: 1 for pair in pairs}), words, AlgebraElement(shuffle_algebra, words)):
        assert brief(x) == brief(_Shown(repr(x)))


class _Shown:
    def __init__(self, text):
        self.text = text

    def __repr__(self):
        return self.text


def test_sums_of_which_labels_have_no_order_are_written_as_they_came():
    first, second = Tree(label=object()), Tree(label=object())
    x = Element({second: 1, L2: 2, first: 3})
    assert str(x) == f"({second}) + 2 (0[0]) + 3 ({first})"


def test_bad_terms_are_refused():
    for terms in (3, "ab", [B], [(B, 1, 2)], [[B, 1]]):
        with pytest.raises(InvalidTypeError):
            Element(terms)
    with pytest.raises(InvalidTypeError, match="key of an element"):
        Element({"0": 1})
    with pytest.raises(InvalidTypeError, match="tuple of basis elements"):
        Tensor({Forest(): 1})
    with pytest.raises(InvalidValueError, match="number of slots"):
        Tensor({(B, B): 1, (B,): 1})


@pytest.mark.parametrize("factor", ["2", None, [2], (2,), {}])
def test_what_is_not_a_coefficient_is_refused(factor):
    with pytest.raises(InvalidTypeError, match="coefficient"):
        Element({B: 1}) * factor
    with pytest.raises(InvalidTypeError, match="coefficient"):
        factor * Element({B: 1})


def test_mixed_sums_are_refused():
    x = Element({B: 1})
    with pytest.raises(TypeError):
        x + 1
    with pytest.raises(TypeError):
        x + bck.coproduct(B)
    with pytest.raises(InvalidValueError, match="divide"):
        x / 0


@pytest.mark.parametrize(
    ("x", "way"),
    [
        (Element({(0, 1): 1}), r"shuffle_algebra\.product"),
        (bck.coproduct(B), r"bck\.tensor_product"),
        (exact_series(2), "compose"),
        (Character(bck, {B: 1}), r"power\(exponent\)"),
    ],
    ids=repr,
)
def test_powers_are_refused_with_what_to_use(x, way):
    with pytest.raises(InvalidTypeError, match=f"got the exponent 2; use .*{way}"):
        x**2


@pytest.mark.parametrize(
    "ask",
    [
        lambda tree: exact_series(2)[tree],
        lambda tree: Character(bck, {B: 1})(tree),
        lambda tree: bck.element({tree: 1}) + 1,
        lambda tree: Forest([tree]) * PlanarTree(),
    ],
)
def test_messages_shorten_trees(ask):
    with pytest.raises(TreeAlgError) as raised:
        ask(Tree([Tree()] * 1000))
    assert len(str(raised.value)) < 400


def test_linear_maps_apply_to_elements_and_slots():
    x = Element({PlanarTree([PlanarTree(), PlanarTree([PlanarTree()])]): 1,
                 PlanarTree([PlanarTree([PlanarTree()]), PlanarTree()]): 2})  # fmt: skip
    forget = x.apply(lambda forest: Element({forest.forget_order(): 1}))
    assert forget == Element({Tree([B, L2]): 3})
    with pytest.raises(InvalidTypeError, match="must return"):
        x.apply(lambda forest: forest)
    tensor = bck.coproduct(L2)
    assert tensor.slots == 2
    assert tensor.apply(1, bck.antipode) == tensor - 2 * Tensor({(B, B): 1}) - 2 * Tensor(
        {(Forest(), L2): 1}
    ) + Tensor({(Forest(), Forest([B, B])): 1})
    assert tensor.permute((1, 0)).permute((1, 0)) == tensor
    with pytest.raises(InvalidValueError, match="slot must be"):
        tensor.apply(2, bck.antipode)
    with pytest.raises(InvalidValueError, match="permutation"):
        tensor.permute((0, 0))


P = PlanarTree()


@pytest.mark.parametrize(
    ("x", "key"),
    [
        (Element({B: 1}), P),
        (Element({B: 1}), OrderedForest([P])),
        (Element({P: 1}), B),
        (Element({P: 1}), Forest([B])),
        (Element({("a",): 1}), B),
        (Element({("a",): 1}), P),
        (Tensor({(B, B): 1}), (B, P)),
        (Tensor({(P, ("a",)): 1}), (P, B)),
        (Tensor({(B, B): 1}), (B, B, B)),
        (bck.coproduct(L2), (L2,)),
        (mkw.antipode(PlanarTree([P])), L2),
    ],
    ids=str,
)
def test_keys_of_another_kind_are_refused_where_absent_ones_are_zero(x, key):
    with pytest.raises(InvalidTypeError, match=r"has no coefficient for|slots, got"):
        x[key]
    with pytest.raises(InvalidTypeError, match=r"has no coefficient for|slots, got"):
        key in x  # noqa: B015


def test_words_of_trees_are_found_by_their_tuple_forms():
    h = hairer_kelly(L2)
    assert [h[word] for word in geometric_sig_words(1, 2)] == [0, 1, 1]
    pair = shuffle_algebra.coproduct((B, L2))
    assert pair[((0,),), (((0,), 0),)] == pair[(B,), (((0,), 0),)] == 1
    assert ((0,), (0,)) in h
    for tree in (L2, PlanarTree([P])):
        f = Functional(shuffle_algebra, {(tree, tree): 2})
        form = tree.to_tuple()
        assert f((form, form)) == f((tree, form)) == (f + f)((form, form)) / 2 == 2
        assert shuffle_algebra.pair(Element({(tree, tree): 3}), (form, form)) == 3
        assert shuffle_algebra.pair((form, form), Element({(tree, tree): 3})) == 3


def test_letters_that_are_tuples_stay_what_they_are():
    merged = quasi_shuffle().product(((0,),), ((1,),))
    assert merged[((0, 1),)] == merged[(0,), (1,)] == 1
    both = Element({((0,),): 1, (B,): 2, (7,): 3})
    assert [both[word] for word in (((0,),), (B,), (7,), (8,), ((9,),))] == [1, 2, 3, 0, 0]
    assert Functional(shuffle_algebra, {((0,),): 1, (B,): 2})(((0,),)) == 1
    assert Functional(shuffle_algebra, {(B,): 2})((7,)) == 0


@pytest.mark.parametrize("word", [(0,), ("a", B), ((0, 1),)])
def test_letters_that_are_no_trees_are_refused_among_words_of_trees(word):
    with pytest.raises(InvalidTypeError, match=r"the letters of these words are trees, got"):
        hairer_kelly(L2)[word]
    with pytest.raises(InvalidTypeError, match=r"the letters of these words are trees, got"):
        shuffle_algebra.coproduct((B, L2))[(B,), word]


def test_the_tuple_form_of_the_empty_forest_is_that_of_no_tree():
    assert bck.element(Forest().to_tuple()) == bck.unit
    assert bck.coproduct(B)[(), B] == 1
    assert Element({B: 1})[()] == 0


KINDS = [[B, Forest([L2, B])], [P, OrderedForest([P, P])], [("a",), ()]]
UNLIKE = [
    (x, y) for some in KINDS for x in some for kind in KINDS if kind is not some for y in kind
]


@pytest.mark.parametrize(("first", "second"), UNLIKE)
def test_a_sum_is_over_one_kind_of_basis_elements(first, second):
    x, y = Element({first: 1}), Element({second: 2})
    for make in (
        lambda: Element({first: 1, second: 2}),
        lambda: x + y,
        lambda: x - y,
        lambda: x.apply(lambda key: x) + x.apply(lambda key: y),
        lambda: Element({B: 1, L2: 1}).apply(lambda key: x if key.order == 1 else y),
        lambda: Tensor({(B, first): 1, (B, second): 2}),
        lambda: Tensor({(B, first): 1}) - Tensor({(B, second): 1}),
        lambda: bck.coproduct(L2).apply(1, lambda key: y if key.order == 1 else x),
    ):
        with pytest.raises(InvalidTypeError, match="a sum is over forests, over ordered forests"):
            make()
    assert x + 0 * y == x == (x + x) - x
    assert Element({first: 1, second: 0}) == x != y


def test_trees_that_are_added_are_of_one_kind():
    for make in (lambda: B + P, lambda: P - B, lambda: sum([B, L2, P]), lambda: bck.unit + P):
        with pytest.raises(InvalidTypeError, match="forget_order"):
            make()
    assert B + P.forget_order() == 2 * B


def test_absent_keys_of_the_same_kind_are_zero():
    assert Element({B: 1})[L2] == 0
    assert Tensor({(B, B): 1})[B, L2] == 0
    assert Element({("a",): 1})["b", "c"] == 0
    assert Element()[P] == 0
    assert Element({P: 2})[PlanarTree([P])] == 0
    assert L2 not in Element({B: 1})


@pytest.mark.parametrize("label", [Tree(), PlanarTree(), Forest(), OrderedForest(), ("a", Tree())])
def test_trees_label_no_vertex(label):
    for kind in (Tree, PlanarTree):
        with pytest.raises(InvalidTypeError, match="a label must not be a tree or a forest"):
            kind(label=label)
        with pytest.raises(
            InvalidTypeError, match=r"label must not be a tree|the label of its root"
        ):
            kind.from_tuple(((0,), label))


@pytest.mark.parametrize("wrong", ["text", None, [], Tree(), 3, object()])
def test_what_is_no_function_is_refused(wrong):
    x = bck.coproduct(L2)
    for call in (
        Element({B: 1}).apply,
        Element({B: 1}).map_coefficients,
        lambda function: x.apply(0, function),
        x.map_coefficients,
        exact_series(2).map_coefficients,
    ):
        with pytest.raises(InvalidTypeError, match="function must be callable"):
            call(wrong)


def test_slots_are_integers_in_range():
    x = bck.coproduct(L2)
    for order in (None, 3, "01", (0, "1"), {0: 1}):
        with pytest.raises(InvalidTypeError):
            x.permute(order)
    with pytest.raises(InvalidTypeError, match="slot must be an integer"):
        x.apply("0", bck.antipode)
    with pytest.raises(InvalidValueError, match="slot must be"):
        x.apply(2, bck.antipode)
    assert x.permute(np.array([1, 0])) == x.permute((1, 0))


@pytest.mark.parametrize("arguments", [(), (None,), (object(), 1), ([1, 2, 3],), (Tree(), 1)])
def test_what_does_not_substitute_is_refused(arguments):
    x = Element({B: sympy.Symbol("a")})
    with pytest.raises(InvalidTypeError, match=r"subs needs|what is substituted must be"):
        x.subs(*arguments)


@pytest.mark.parametrize("wrong", [object(), "2", [1], np.zeros(2), None])
def test_scalars_of_another_kind_are_refused_everywhere(wrong):
    for x in (B, P, Forest([B]), Element({B: 1}), bck.coproduct(B), exact_series(2)):
        for compute in (lambda x: x * wrong, lambda x: x / wrong):
            with pytest.raises(InvalidTypeError):
                compute(x)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1 + 2j, "(1+2j) (0)"),
        (2j, "2j (0)"),
        (sympy.Symbol("a") - 1, "(a - 1) (0)"),
        (-0.5, "-0.5 (0)"),
    ],
)
def test_coefficients_are_put_in_one_pair_of_parentheses(value, text):
    assert str(Element({Tree(): value})) == text


@pytest.mark.parametrize("operation", [lambda x, y: x + y, lambda x, y: x - y])
def test_tensors_of_different_numbers_of_slots_are_not_added(operation):
    two, three = bck.coproduct(L2), bck.iterated_coproduct(L2, 2)
    with pytest.raises(InvalidTypeError, match="one number of slots, got 2 and 3"):
        operation(two, three)
    assert operation(three, three - three) == operation(three, Tensor()) == three


def test_images_of_a_slot_have_one_number_of_slots():
    with pytest.raises(InvalidValueError, match=r"one number of slots, got \[1, 2\]"):
        bck.coproduct(L2).apply(0, lambda x: bck.coproduct(x) if x.order else Element({x: 1}))


def test_a_look_up_reads_no_more_keys_than_it_needs():
    def stored():
        yield Forest()
        pytest.fail("a second key was read")

    check_kind(Forest([B]), stored())
    with pytest.raises(InvalidTypeError, match="over Forests has no coefficient"):
        check_kind(OrderedForest(), stored())
    many = Element({Tree(label=label): label for label in range(1, 5000)})
    assert sum(many[key] for key in many) == 4999 * 2500
    assert many[Tree(label=-1)] == 0


@pytest.mark.parametrize(
    ("value", "given"),
    [
        (X**Y, {X: 9, Y: 9**9}),
        (X ** (X**Y), {X: 7, Y: 12}),
        (2**X + 1, [(X, Y**Y), (Y, 99)]),
        ((X / 3) ** (-Y), {X: 1, Y: 10**9}),
        ((X * Y) ** 10, {X: Y**100, Y: 3 ** (10**4)}),
    ],
    ids=range(5),
)
def test_numbers_that_make_a_power_too_large_are_refused(value, given):
    with pytest.raises(InvalidValueError, match="binary digits"):
        Element({Tree(): value}).subs(given)


def test_powers_of_moderate_size_and_of_symbols_are_put_in():
    element = Element({Tree(): X**Y})
    assert element.subs({X: 9, Y: 99})[Tree()] == 9**99
    assert element.subs({Y: 10**9})[Tree()] == X**10**9
    assert element.subs({X: 1, Y: 10**99})[Tree()] == 1
    assert element.subs({X: 4, Y: sympy.Rational(-1, 2)})[Tree()] == Fraction(1, 2)


TREE, PLANAR = Tree([Tree()]), PlanarTree([PlanarTree()])
ANY_OF = {
    "series": lambda: exact_series(2),
    "sum": lambda: Element({TREE: Fraction(1, 2), Tree(): 3}),
    "planar series": lambda: exact_lie_butcher_series(2),
    "planar sum": lambda: Element({PLANAR: Fraction(1, 2), PlanarTree(): 3}),
}


@pytest.mark.parametrize("name", ANY_OF)
def test_a_tree_its_forest_and_its_element_are_looked_up_alike(name):
    planar = name.startswith("planar")
    tree, forest = (PLANAR, OrderedForest) if planar else (TREE, Forest)
    looked_up = ANY_OF[name]()
    for key in (tree, forest([tree]), Element({tree: 1}), Element({forest([tree]): 1})):
        assert looked_up[key] == Fraction(1, 2)
        assert key in looked_up
    assert looked_up[Element({forest.empty: 1})] == looked_up[forest.empty]
    for key in (2 * tree, tree + type(tree)(), Element()):
        with pytest.raises(InvalidTypeError, match="take its terms one by one"):
            looked_up[key]


def test_slots_of_tensors_are_looked_up_by_elements_too():
    coproduct = bck.coproduct(TREE)
    leaf = bck.element(Tree())
    assert coproduct[leaf, leaf] == coproduct[Tree(), leaf] == 1
    assert coproduct[bck.element(TREE), bck.element(None)] == 1
    assert Tensor()[leaf, Tree()] == 0
    with pytest.raises(InvalidTypeError, match="take its terms one by one"):
        coproduct[leaf, 2 * leaf]


def test_an_element_of_words_is_no_tuple_form():
    word = shuffle_algebra.element((0, 1))
    assert Element({(0, 1): 7})[word] == 7
    nested = shuffle_algebra.element(((0,), 0))
    with pytest.raises(InvalidTypeError):
        bck.element(TREE)[nested]
    for series in (exact_series(2), exact_lie_butcher_series(2)):
        with pytest.raises(InvalidTypeError, match="of words"):
            series[nested]
    with pytest.raises(InvalidTypeError, match="of words"):
        tree_to_idx(nested, 1, 2)


@pytest.mark.parametrize("x", [Forest([TREE]), bck.element(TREE), TREE.to_tuple()], ids=repr)
def test_what_a_tree_is_asked_for_may_be_its_forest_or_element(x):
    (y,) = variables = sympy.symbols("y,")
    assert elementary_differential(x, [y**2], variables) == (2 * y**3,)
    assert published_method("rk4").weight(x) == Fraction(1, 2)
    with pytest.raises(InvalidTypeError, match="of 2 trees"):
        published_method("rk4").weight(Forest([TREE, TREE]))


@pytest.mark.parametrize("planar", [False, True])
def test_coefficients_of_numbers_are_looked_up_alike(planar):
    tree, forest = (PLANAR, OrderedForest) if planar else (TREE, Forest)
    path, options = [[0.0], [2.0]], {"planar": planar}
    for key in (tree, forest([tree]), Element({tree: 1})):
        assert tree_to_idx(key, 1, 2, **options) == (2 if planar else 1)
        assert tree_to_name(key, 1, **options) == "0[0]"
        assert branched_sig_coef(path, [key], **options).tolist() == [2.0]
        assert str(formula("log", key, **options)).startswith("L(0[0]) = ")
    assert tree_to_idx(forest.empty, 1, 2, scalar_term=True, **options) == 0
    for several in (2 * tree, tree + type(tree)()):
        with pytest.raises(InvalidTypeError, match="take its terms one by one"):
            tree_to_idx(several, 1, 2, **options)


def test_forests_of_several_trees_are_no_coefficient_of_trees():
    with pytest.raises(InvalidTypeError, match="of 2 trees"):
        tree_to_idx(Forest([TREE, TREE]), 1, 4)
