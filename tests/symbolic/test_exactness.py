"""Nothing of fixed width enters: scalars of NumPy become Python's, and a tuple has one meaning."""

import pickle
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import sympy

from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic import (
    BSeries,
    Character,
    Element,
    Forest,
    Functional,
    InfinitesimalCharacter,
    OrderedForest,
    PlanarTree,
    RungeKutta,
    ShuffleCharacter,
    Tensor,
    Tree,
    arborification,
    bck,
    cem,
    chen_product,
    concatenation_algebra,
    enumerate_forests,
    exact_signature,
    exp_star,
    gl,
    mkw,
    nck,
    ogl,
    quasi_shuffle,
    shuffle_algebra,
)
from treealg.symbolic.trees.scalars import python_scalar

LEAF, LADDER = Tree(), Tree([Tree()])
BIG = np.int64(2**40)
INTEGERS = [np.uint8(200), np.int8(100), np.int64(2**62), np.uint64(2**63), np.array(7, np.int8)]


def identifier(value):
    return f"{type(value).__name__}-{value}"


# -- scalars ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *((value, int(value)) for value in INTEGERS),
        (np.float16(0.5), 0.5),
        (np.float32(0.1), float(np.float32(0.1))),
        (np.longdouble(0.25), 0.25),
        (np.complex64(1j), 1j),
        (np.clongdouble(1j), 1j),
        (np.True_, True),
        (np.str_("x"), "x"),
        (np.bytes_(b"x"), b"x"),
        (np.array("x"), "x"),
        (np.array(Fraction(1, 3), object), Fraction(1, 3)),
    ],
    ids=identifier,
)
def test_scalars_of_numpy_become_those_of_python(value, expected):
    scalar = python_scalar(value)
    assert scalar == expected
    assert type(scalar) is type(expected)


@pytest.mark.parametrize("value", [Fraction(1, 3), sympy.Rational(1, 3), Decimal(1), None, [1]])
def test_everything_else_stays_what_it_is(value):
    assert python_scalar(value) is value


def test_dates_stay_what_they_are_and_long_doubles_are_not_rounded_silently():
    day = np.datetime64("2020-01-01", "ns")
    assert python_scalar(day) is day
    third = np.longdouble(1) / 3
    if third != float(third):
        with pytest.raises(InvalidTypeError, match="round it with float"):
            python_scalar(third)


@pytest.mark.parametrize("value", INTEGERS, ids=identifier)
def test_coefficients_do_not_overflow(value):
    exact = int(value)
    x = Element({LEAF: value})
    assert (x + x)[LEAF] == 2 * exact
    assert (x * value)[LEAF] == (value * x)[LEAF] == exact**2
    assert (x / value)[LEAF] == 1
    assert (Element({LEAF: 1}) / value)[LEAF] == Fraction(1, exact)
    assert type(x[LEAF]) is int
    assert (bck.product(x, x, x))[Forest([LEAF] * 3)] == exact**3
    assert Tensor({(LEAF, LEAF): value})[LEAF, LEAF] * 3 == 3 * exact
    assert Element([(LEAF, value), (LEAF, value)])[LEAF] == 2 * exact
    assert Element({LEAF: 1}).map_coefficients(lambda one: value)[LEAF] * 300 == 300 * exact


@pytest.mark.parametrize("value", INTEGERS, ids=identifier)
def test_values_of_functionals_do_not_overflow(value):
    exact, square = int(value), Forest([LEAF, LEAF])
    for f in (Character(bck, {LEAF: value}), Character(bck, lambda tree: value)):
        assert f(square) == exact**2
    for f in (InfinitesimalCharacter(bck, {LEAF: value}), Functional(bck, {LEAF: value})):
        assert (f * f)(square) == 2 * exact**2
        assert (f * value)(LEAF) == (value * f)(LEAF) == exact**2
    f = ShuffleCharacter(mkw, {PlanarTree(): value})
    assert f(OrderedForest([PlanarTree()] * 3)) == Fraction(exact**3, 6)
    assert Character(bck, {LEAF: 1}).power(value)(LEAF) == exact


def test_vectors_and_paths_do_not_overflow():
    vector = np.array([2**40, 0])
    assert chen_product(vector, vector, 1, 2)[1] == 2**80
    assert exp_star(vector, 1, 2)[1] == 2**79
    path = np.array([[0], [2**40]])
    assert exact_signature(path, 2) == [2**40, 2**79]
    assert exact_signature(np.array([[0], [200]], np.uint8), 3)[1] == 20000


def test_series_and_tableaux_do_not_overflow():
    series = BSeries({LEAF: BIG}, 2)
    assert (series * BIG)[LEAF] == series.scale_step(BIG)[LEAF] == 2**80
    assert (BSeries({LEAF: 1}, 1) / np.int64(3))[LEAF] == Fraction(1, 3)
    assert series.map_coefficients(lambda c: np.int8(100))[LEAF] * 3 == 300
    method = RungeKutta(np.array([[0, 0], [1, 0]], np.int8), np.array([0.5, 0.5], np.float32))
    assert method.b == (0.5, 0.5)
    assert {type(c) for row in (*method.a, method.b) for c in row} == {int, float}
    with pytest.raises(InvalidTypeError, match="coefficient"):
        RungeKutta([[]], [np.True_])


def test_brackets_of_letters_do_not_overflow():
    algebra = quasi_shuffle(lambda a, b: {a: np.uint8(200)}, weight=lambda letter: 1)
    assert algebra.product(("a",), ("a",), ("a",))[("a",)] == 40000


# -- labels and letters ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        (np.str_("x"), "x"),
        (np.bytes_(b"x"), b"x"),
        (np.int16(3), 3),
        (np.float64(0.5), 0.5),
        (np.True_, True),
        ((np.int64(1), (np.str_("x"),)), (1, ("x",))),
        (sympy.Integer(2), 2),
    ],
    ids=identifier,
)
@pytest.mark.parametrize("cls", [Tree, PlanarTree])
def test_equal_labels_give_one_tree(cls, label, expected):
    tree = cls(label=expected)
    assert cls(label=label) is cls.from_tuple((label,)) is tree
    assert str(cls([cls(label=label)])) == str(cls([tree]))
    assert pickle.loads(pickle.dumps(cls(label=label))) is tree


def test_letters_of_words_are_those_of_python():
    word = (np.int64(1), np.str_("x"))
    assert str(shuffle_algebra.element(word)) == str(Element({word: 1})) == "((1, 'x'))"
    assert arborification(Tree.from_tuple(((1,), 2)))[np.int64(1), np.int64(2)] == 1
    plain = (1, "x")
    assert shuffle_algebra.basis_element(plain) is plain
    for make in (lambda w: Element([(w, 1)]), shuffle_algebra.element):
        with pytest.raises(InvalidTypeError, match="hashable"):
            make(([1],))


# -- what a tuple means ----------------------------------------------------------------------------


@pytest.mark.parametrize("algebra", [bck, cem, gl], ids=lambda algebra: algebra.name)
def test_a_tuple_that_is_a_tree_and_a_forest_is_refused(algebra):
    for forest in enumerate_forests(3, 2):
        if len(forest) == 1 and algebra is gl:
            continue
        with pytest.raises(InvalidValueError, match=r"Forest\.from_tuple"):
            algebra.element(forest.to_tuple())


def test_a_label_that_is_a_tuple_but_no_tree_is_a_label():
    assert bck.element(((0,), ("x", 1))) == Element({Tree([Tree()], ("x", 1)): 1})
    assert bck.element(((1, 2),)) == Element({Tree(label=(1, 2)): 1})


@pytest.mark.parametrize(
    ("cls", "last"),
    [(Tree, Tree()), (Tree, Forest()), (PlanarTree, PlanarTree()), (PlanarTree, Tree())],
)
def test_a_tree_is_no_label_in_a_tuple(cls, last):
    for value in ((cls(), last), (last,), (((0,), last), 0)):
        with pytest.raises(InvalidTypeError, match="ends with the label"):
            cls.from_tuple(value)


@pytest.mark.parametrize("algebra", [bck, mkw, nck, gl, ogl, cem], ids=lambda algebra: algebra.name)
def test_look_up_reads_what_the_algebra_reads(algebra):
    for x in algebra.basis(2, 2):
        forms = [x]
        if algebra in (mkw, nck, ogl):
            forms.append(x.to_tuple())
        elif len(x) == 1:
            forms.append(x[0].to_tuple())
        image = algebra.antipode(x)
        cut = algebra.coproduct(x)
        for form in forms:
            assert algebra.basis_element(form) is x
            assert image[form] == image[x]
            assert (form in image) is (x in image)
            one = None if algebra not in (gl, cem) else algebra.one
            assert cut[form, one] == cut[one, form] == cut[x, algebra.one] != 0


def test_look_up_by_tuple_is_not_silently_zero():
    assert bck.antipode(LADDER)[((0,), 0)] == -1
    assert bck.coproduct(LADDER)[(0,), (0,)] == 1


def test_look_up_among_words_takes_tuples_as_words():
    image = concatenation_algebra.coproduct((0, 1))
    assert image[(0,), (1,)] == 1
    assert image[None, (0, 1)] == image[(), (0, 1)] == 1
    assert shuffle_algebra.antipode((0, 1))[1, 0] == 1
    assert shuffle_algebra.unit[None] == bck.unit[None] == mkw.unit[None] == 1
    assert Element()[None] == Element()[((0,), 0)] == 0


# -- equality and hash -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (sympy.Rational(1, 2), Fraction(1, 2)),
        (sympy.Integer(3), 3),
        (np.int64(3), 3),
        (Decimal("0.5"), Fraction(1, 2)),
        (0.5, Fraction(1, 2)),
        (sympy.Float(0.5), 0.5),
        (np.float32(0.5), Fraction(1, 2)),
        (2.0, 2),
        (True, 1),
        (2 + 0j, 2),
    ],
)
def test_equal_elements_have_equal_hashes(first, second):
    for make in (
        lambda c: Element({LEAF: c, LADDER: 3}),
        lambda c: Tensor({(LEAF, LADDER): c}),
        lambda c: bck.product(Element({LEAF: c}), LEAF),
    ):
        x, y = make(first), make(second)
        assert x == y
        assert hash(x) == hash(y)
        assert len({x, y}) == 1


def test_rational_numbers_that_expressions_leave_behind_hash_as_those_of_python():
    a = sympy.Symbol("a")
    x = a * Element({LEAF: Fraction(1, 2)}) / a
    assert x == Element({LEAF: Fraction(1, 2)})
    assert hash(x) == hash(Element({LEAF: Fraction(1, 2)}))
