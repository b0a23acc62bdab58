"""Values of other libraries that look like numbers, collections or labels, and are none."""

import array
import datetime
import enum
import itertools
import math
import operator
import re
from decimal import Decimal
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
from sympy.vector import CoordSys3D

from treealg.errors import InvalidTypeError, InvalidValueError, TreeAlgError
from treealg.symbolic import (
    AlgebraElement,
    Character,
    Element,
    Endomorphism,
    Forest,
    Functional,
    LinearCombination,
    PlanarTree,
    RungeKutta,
    Tree,
    arborification,
    bck,
    clear_cache,
    concatenation_algebra,
    exact_series,
    exact_signature,
    lyndon_factorization,
    published_method,
    quasi_shuffle,
    shuffle_algebra,
    shuffle_words,
    tree_table,
    unrank,
)
from treealg.symbolic.bseries import AdditiveRungeKutta, elementary_differential
from treealg.symbolic.display import plot_grid

LEAF = Tree()
ZEROS = Element({(0, 0): 1})
X, Y = sympy.symbols("x y")
SPACE = CoordSys3D("N")


class Level(enum.IntEnum):
    LOW = 3


class Share(float, enum.Enum):
    HALF = 0.5


class OwnFraction(Fraction):
    pass


class Field:
    """A quantity that no number can be added to."""

    def __add__(self, other):
        raise NotImplementedError

    __mul__ = __add__

    def __neg__(self):
        return self


NO_COEFFICIENTS = {
    "class": Tree,
    "bytearray": bytearray(b"ab"),
    "array": array.array("d", [1.0]),
    "range": range(3),
    "timedelta": datetime.timedelta(1),
    "polynomial": np.poly1d([1, 2]),
    "matrix": mpmath.matrix([[1, 2], [3, 4]]),
    "interval": mpmath.iv.mpf([1, 2]),
    "rectangle": mpmath.iv.mpc(1, 2),
    "truth": sympy.true,
    "set": sympy.Interval(0, 1),
    "operator": sympy.Symbol("p", commutative=False),
    "symbol": sympy.MatrixSymbol("M", 2, 2),
    "vector": 2 * SPACE.i + SPACE.j,
    "no vector": SPACE.i - SPACE.i,
    "dyadic": SPACE.i | SPACE.j,
    "function": sympy.Lambda(X, X + 1),
    "identity": sympy.Lambda(X, X),
    "quantity": Field(),
    "tree": LEAF,
    "element": Element({LEAF: 1}),
    "series": exact_series(1),
    "functional": Functional(bck, {LEAF: 1}),
    "algebra": bck,
    "sNaN": Decimal("sNaN"),
}


@pytest.mark.parametrize("name", NO_COEFFICIENTS)
@pytest.mark.parametrize(
    "use",
    [
        lambda value: Element({LEAF: value}),
        lambda value: Element({LEAF: 1}) / value,
        lambda value: Functional(bck, {LEAF: 1}) / value,
        lambda value: exact_series(2) / value,
        lambda value: exact_series(2).scale_step(value),
        lambda value: Character(bck, lambda tree: value)(LEAF),
        lambda value: RungeKutta([[0]], [1]).stability_function(value),
        lambda value: Element({LEAF: X}).subs(X, value),
    ],
    ids=["element", "quotient", "functional", "series", "step", "rule", "stability", "subs"],
)
def test_what_is_no_coefficient_is_refused_everywhere(name, use):
    with pytest.raises(TreeAlgError):
        use(NO_COEFFICIENTS[name])


@pytest.mark.parametrize(
    "value",
    [
        sympy.IndexedBase("A")[sympy.Idx("i")],
        sympy.IndexedBase("A")[X, 2],
        sympy.MatrixSymbol("M", 2, 2)[0, 1],
        sympy.Trace(sympy.MatrixSymbol("M", 2, 2)),
        SPACE.x * SPACE.y,
    ],
    ids=str,
)
def test_entries_of_arrays_and_coordinates_are_coefficients(value):
    x = Element({LEAF: value})
    assert x[LEAF] == value
    assert x + x == 2 * x
    assert x - x == 0
    assert str(x).endswith(" (0)")
    assert Character(bck, {LEAF: value})(LEAF * LEAF) == value**2
    assert RungeKutta([[0, 0], [value, 0]], [0, 1]).series(2)[LEAF] == 1
    assert elementary_differential(((0,), 0), [value * Y], [Y]) == (value**2 * Y,)


@pytest.mark.parametrize("value", [sympy.true, np.poly1d([1, 2]), Tree, mpmath.matrix([[1]])])
@pytest.mark.parametrize("operation", [operator.add, operator.sub, operator.mul, operator.truediv])
@pytest.mark.parametrize("left", [AlgebraElement(bck, LEAF), LEAF], ids=["product", "tree"])
def test_trees_and_elements_compute_with_coefficients_only(left, operation, value):
    with pytest.raises(InvalidTypeError):
        operation(left, value)


@pytest.mark.parametrize(
    ("value", "kind"),
    [(Level.LOW, int), (Share.HALF, float), (OwnFraction(1, 3), Fraction), (mpmath.mpf(2), None)],
)
def test_numbers_of_subclasses_become_those_of_python(value, kind):
    stored = Element({LEAF: value})[LEAF]
    assert stored == value
    assert type(stored) is (kind or type(value))


@pytest.mark.parametrize("other", [Decimal("sNaN"), Decimal("NaN"), 1, np.float64(2)])
@pytest.mark.parametrize(
    "value", [Functional(bck, {LEAF: 1}), exact_series(1), Element({LEAF: 1})], ids=repr
)
def test_only_the_number_0_is_added_to_what_is_no_number(value, other):
    with pytest.raises(TreeAlgError):
        value + other


POINTS = [np.array(3), np.ma.masked, np.array("x", dtype=object)]


@pytest.mark.parametrize("value", POINTS, ids=["array", "masked", "object"])
@pytest.mark.parametrize(
    "use",
    [
        Tree,
        PlanarTree,
        Forest,
        Element,
        AdditiveRungeKutta,
        tree_table,
        plot_grid,
        lambda value: plot_grid([LEAF], titles=value),
        lambda value: RungeKutta(value, [1]),
        lambda value: RungeKutta([[0]], value),
        lambda value: exact_signature(value, 2),
        lambda value: exact_signature([[0], value], 2),
        lambda value: Element({LEAF: X}).subs(value),
    ],
)
def test_arrays_without_axes_are_no_collections(use, value):
    with pytest.raises(InvalidTypeError):
        use(value)


@pytest.mark.parametrize("value", [np.eye(2), [Tree], "Tree", None, type], ids=repr)
def test_kinds_of_trees_are_classes(value):
    with pytest.raises(InvalidTypeError, match="kind must be Tree"):
        unrank(value, 1)


@pytest.mark.parametrize("name", [["rk4"], {}, np.array("rk4"), Decimal("sNaN"), None], ids=repr)
def test_names_of_methods_are_strings(name):
    with pytest.raises(InvalidTypeError, match="name must be a string"):
        published_method(name)


class Entries:
    """A label that compares entry by entry, as tensors and tables do."""

    def __init__(self, error):
        self.error = error

    __hash__ = object.__hash__

    def __eq__(self, other):
        raise self.error


@pytest.mark.parametrize("error", [RuntimeError("ambiguous"), TypeError("NA"), ValueError("two")])
def test_labels_that_do_not_say_whether_they_are_equal_are_refused(error):
    with pytest.raises(InvalidValueError, match="equal to itself"):
        Tree(label=Entries(error))


@pytest.mark.parametrize("place", [2, -3, 10**30, np.uint64(2**63)])
def test_places_beyond_a_forest_are_errors_of_sequences_and_ours(place):
    forest = Forest([LEAF, Tree([LEAF])])
    with pytest.raises(InvalidValueError, match="has the places 0 to 1, got"):
        forest[place]
    with pytest.raises(IndexError):
        forest[place]
    with pytest.raises(InvalidValueError, match="has no trees"):
        Forest()[0]


def test_integers_of_any_length_are_shown_in_series_labels_and_words():
    long = 10**5000
    for shown in (
        exact_series(1) * long,
        Element({("w", long): 1}),
        Tree([Tree(label=Fraction(1, long))]),
        bck.coproduct(Tree(label=Fraction(1, long))),
    ):
        assert "0" * 5000 in repr(shown)


# -- letters of words ------------------------------------------------------------------------------

EQUAL = {
    "flag": (True,),
    "float": (1.0,),
    "decimal": (Decimal(1),),
    "fraction": (Fraction(1),),
    "complex": (1 + 0j,),
    "nested": ((True, "x"),),
}


@pytest.mark.parametrize("name", EQUAL)
@pytest.mark.parametrize(
    "compute",
    [
        lambda word: shuffle_algebra.product(word, ("a",)),
        lambda word: shuffle_words(word, ("a",)),
        lambda word: shuffle_algebra.coproduct((*word, "a")),
        lambda word: shuffle_algebra.antipode((*word, "a")),
        lambda word: concatenation_algebra.coproduct((*word, "a")),
        lambda word: concatenation_algebra.antipode((*word, "a")),
        lambda word: quasi_shuffle(lambda a, b: None).product((*word, "b"), ("a",)),
        lambda word: quasi_shuffle(lambda a, b: None).antipode((*word, "a")),
        lambda word: arborification(Tree([Tree(label=word[0]), Tree(label="a")])),
    ],
)
def test_letters_look_the_same_whatever_equal_ones_were_met_before(name, compute):
    word = EQUAL[name]
    clear_cache()
    alone = repr(compute(word))
    clear_cache()
    compute(((1, "x"),) if name == "nested" else (1,))
    assert repr(compute(word)) == alone


@pytest.mark.parametrize(
    "compute",
    [
        lambda f: f,
        lambda f: f * f,
        lambda f: f.log(),
        lambda f: f.inverse(),
        lambda f: f.power(Fraction(1, 2)),
        lambda f: f.then(f),
    ],
)
def test_maps_are_asked_for_each_word_that_equals_another(compute):
    def spelled(word):
        return Element({tuple(f"{type(letter).__name__} {letter}" for letter in word): 1})

    words = list(itertools.product([1, True, 1.0, Decimal(1)], repeat=2))
    alone = [repr(compute(Endomorphism(shuffle_algebra, spelled))(word)) for word in words]
    asked = compute(Endomorphism(shuffle_algebra, spelled))
    assert [repr(asked(word)) for word in words] == alone


def test_functionals_are_asked_for_each_word_that_equals_another():
    def value(word):
        return {int: 0, float: 1, bool: 2}[type(word[0])] if word else 1

    f = Functional(shuffle_algebra, value)
    assert [f((letter,)) for letter in (1.0, True, 1, 1.0)] == [1, 2, 0, 1]
    assert [(f * f)((letter,)) for letter in (True, 1, 1.0)] == [4, 0, 2]
    assert [f.inverse()((letter,)) for letter in (True, 1, 1.0)] == [-2, 0, -1]


@pytest.mark.parametrize(
    ("letter", "plain"),
    [
        (np.str_("x"), "x"),
        (Level.LOW, 3),
        ((np.int8(1), (np.float64(2.5),)), (1, (2.5,))),
        (Decimal("1.50"), Decimal("1.5")),
        (frozenset([np.int8(1)]), frozenset([1])),
    ],
    ids=repr,
)
@pytest.mark.parametrize(
    "compute",
    [
        lambda word: next(iter(Element({word: 1}))),
        shuffle_algebra.basis_element,
        lambda word: next(iter(shuffle_words(word, ()))),
        lambda word: lyndon_factorization(word)[0],
        lambda word: next(
            iter(quasi_shuffle(lambda a, b: word[0]).product((0,), (0,)) - 2 * ZEROS)
        ),
    ],
)
def test_letters_are_kept_as_labels_are(letter, plain, compute):
    assert repr(compute((letter,))) == repr((plain,))


@pytest.mark.parametrize("letter", [float("nan"), Decimal("NaN"), [1], (1, [2])], ids=repr)
def test_what_is_no_label_is_no_letter(letter):
    for compute in (shuffle_algebra.element, lambda word: shuffle_words(word, ())):
        with pytest.raises(TreeAlgError):
            compute((letter,))
    with pytest.raises(TreeAlgError):
        quasi_shuffle(lambda a, b: letter).product((0,), (0,))


def test_trees_are_letters_and_parts_of_them():
    word = (LEAF, (PlanarTree(), 1), Forest([LEAF]))
    assert shuffle_algebra.basis_element(word) == word


STRANGERS = [
    None, Level.LOW, "x", "", b"x", (), (1,), [], [LEAF], {}, {LEAF: 1}, set(),
    range(3), object(), int, len, ..., math.nan, math.inf, Decimal("NaN"), Decimal("sNaN"),
    datetime.timedelta(1), datetime.date(2020, 1, 1), np.timedelta64(1, "s"), np.timedelta64("NaT"),
    np.datetime64("2020"), np.datetime64("NaT"), np.bool_(True), np.str_("x"), np.void(b"a"),
    sympy.Symbol("a", commutative=False), sympy.true, sympy.nan, sympy.oo, sympy.zoo,
    sympy.Interval(0, 1), sympy.Matrix([1]), mpmath.mpf("nan"), array.array("d", [1.0]),
    np.poly1d([1]), 10**5000, re.compile("a"), bck, published_method("rk4"),
]  # fmt: skip
VALUES = {
    "tree": LEAF,
    "forest": Forest([LEAF, LEAF]),
    "element": 3 * LEAF,
    "unit": bck.unit,
    "zero": Element(),
    "combination": LinearCombination({"a": 1}),
    "tensor": bck.coproduct(LEAF),
    "series": exact_series(2),
    "zero series": 0 * exact_series(2),
    "algebra element": AlgebraElement(bck, LEAF),
    "algebra unit": AlgebraElement(bck, None),
    "algebra zero": AlgebraElement(bck, Element()),
    "functional": Functional(bck, {LEAF: 1}),
    "character": Character(bck, {LEAF: 1}),
    "method": RungeKutta([[]], [1]),
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES.keys())
@pytest.mark.parametrize("other", STRANGERS, ids=range(len(STRANGERS)))
def test_what_is_something_else_is_unequal_and_no_error(value, other):
    assert value != other
    assert other != value
    assert value not in [other]
    assert other not in (value,)


@pytest.mark.parametrize("number", [1, 1.0, Fraction(1), sympy.Integer(1), np.int64(1), 1 + 0j])
def test_numbers_equal_the_multiples_of_the_unit_that_they_are(number):
    assert AlgebraElement(bck, None) == number
    assert AlgebraElement(bck, LEAF) != number
    assert AlgebraElement(bck, None) * 2 != number


def test_booleans_equal_what_the_numbers_equal_that_they_are_for_python():
    assert AlgebraElement(bck, None) == True  # noqa: E712
    assert AlgebraElement(bck, LEAF) not in [True, False]
    for zero in (AlgebraElement(bck, Element()), Element(), 0 * exact_series(2)):
        assert zero == False  # noqa: E712
        assert zero != True  # noqa: E712


def traced_by_jax(use):
    jax = pytest.importorskip("jax")
    jax.jit(use)(1.0)


def mapped_by_torch(use):
    torch = pytest.importorskip("torch")
    torch.func.vmap(use)(torch.ones(2))


def shape_of_torch(use):
    torch = pytest.importorskip("torch")
    use(torch.ones((), device="meta"))


@pytest.mark.parametrize("where", [traced_by_jax, mapped_by_torch, shape_of_torch])
@pytest.mark.parametrize(
    "use",
    [
        lambda x: Element({LEAF: x}),
        lambda x: ZEROS / x,
        lambda x: x * ZEROS,
        lambda x: RungeKutta([[x]], [1]),
        lambda x: Tree([], x),
    ],
)
def test_what_stands_for_a_number_that_is_not_there_yet_is_none(where, use):
    with pytest.raises(InvalidTypeError, match=r"has no number here.*; give a number, or a symbol"):
        where(use)
