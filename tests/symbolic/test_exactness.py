"""Nothing of fixed width enters: scalars of NumPy become Python's, and a tuple has one meaning."""

import pickle
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy

from treealg.errors import InvalidTypeError, InvalidValueError, TreeAlgError
from treealg.symbolic import (
    AlgebraElement,
    BSeries,
    Character,
    Element,
    Forest,
    Functional,
    InfinitesimalCharacter,
    LieButcherSeries,
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
    count_trees,
    enumerate_forests,
    exact_series,
    exact_signature,
    exp_star,
    expected_signature,
    functional_from_vector,
    gl,
    identity_map,
    mkw,
    nck,
    ogl,
    quasi_shuffle,
    shuffle_algebra,
    to_latex,
)
from treealg.symbolic.bseries import (
    elementary_differential,
    elementary_differential_at,
    evaluate_series,
    iterate,
)
from treealg.symbolic.linear.coefficients import python_number
from treealg.symbolic.trees.scalars import python_scalar

LEAF, LADDER = Tree(), Tree([Tree()])
BIG = np.int64(2**40)
H = sympy.Symbol("h")
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
        (2 + 0j, 2),
    ],
    ids=identifier,
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


#: Numbers in groups of equal ones.
GROUPS = [
    [Fraction(1, 10), Decimal("0.1"), sympy.Rational(1, 10)],
    [
        0.1,
        Fraction(0.1),
        np.float64(0.1),
        sympy.Float("0.1"),
        sympy.Float(0.1, 50),
        mpmath.mpf(0.1),
        complex(0.1),
        mpmath.mpc(0.1, 0),
    ],
    [np.float32(0.1), Fraction(float(np.float32(0.1)))],
    [sympy.Float("0.1", 50)],
    [sympy.Float(0.5), Fraction(1, 2)],
    [0.5 + 0.25j, sympy.Float(0.5) + sympy.I / 4, mpmath.mpc(0.5, 0.25)],
    [sympy.Float(2) ** 4000, 2**4000],
    [sympy.sqrt(2)],
    [2**0.5, sympy.Float(2**0.5)],
    [float("inf"), sympy.oo, mpmath.inf],
    [sympy.Float(2), 2, mpmath.mpf(2)],
]


@pytest.mark.parametrize(
    "make",
    [
        lambda c: Element({LEAF: c}),
        lambda c: Element({Forest(): c}),
        lambda c: Element({Forest(): c, LADDER: 1}),
        lambda c: Tensor({(LEAF, LADDER): c}),
        lambda c: BSeries({LEAF: c}, 2),
        lambda c: Character(bck, {LEAF: c}),
        lambda c: Functional(bck, {LEAF: c}),
    ],
    ids=["element", "unit", "with unit", "tensor", "series", "character", "functional"],
)
def test_numbers_are_equal_where_their_values_are_and_hash_alike(make):
    made = [(i, make(number), number) for i, group in enumerate(GROUPS) for number in group]
    for i, first, x in made:
        for j, second, y in made:
            assert (first == second) is (i == j), (x, y)
            assert i != j or hash(first) == hash(second), (x, y)


def test_floats_in_expressions_are_the_numbers_that_they_are():
    x = sympy.Symbol("x")
    tenth = Element({LEAF: sympy.Float(0.1) * x})
    assert tenth != Element({LEAF: x / 10})
    assert tenth == Element({LEAF: sympy.Rational(*(0.1).as_integer_ratio()) * x})
    assert Element({LEAF: x**0.5}) == Element({LEAF: sympy.sqrt(x)})
    power = x ** sympy.Float(0.1)
    assert Element({LEAF: power * (x**2 - 1)}) == Element({LEAF: power * (x - 1) * (x + 1)})


def test_rational_numbers_that_expressions_leave_behind_hash_as_those_of_python():
    a = sympy.Symbol("a")
    x = a * Element({LEAF: Fraction(1, 2)}) / a
    assert x == Element({LEAF: Fraction(1, 2)})
    assert hash(x) == hash(Element({LEAF: Fraction(1, 2)}))


@pytest.mark.parametrize(
    "algebra", [bck, cem, gl, mkw, nck, ogl, shuffle_algebra], ids=lambda algebra: algebra.name
)
@pytest.mark.parametrize("number", [0, 1, -2, Fraction(1, 2), sympy.Rational(1, 2), 0.0, 1j])
def test_multiples_of_the_unit_hash_as_the_numbers_that_they_equal(algebra, number):
    multiple = AlgebraElement(algebra, number * algebra.unit)
    plain = multiple.element
    assert multiple == number
    assert number == multiple
    assert multiple == plain
    same = python_number(number)
    assert hash(multiple) == hash(plain) == hash(same)
    assert (plain == number) is (number == 0)


def test_what_is_no_number_is_unequal():
    for x in (bck.unit, bck.coproduct(LEAF), AlgebraElement(bck, LEAF), Element()):
        for other in (None, "x", [], object()):
            assert x != other


# -- integers and flags ----------------------------------------------------------------------------


def test_integers_and_flags_of_numpy_are_taken_everywhere():
    two, yes = np.int64(2), np.True_
    assert bck.iterated_coproduct(LADDER, two) == bck.iterated_coproduct(LADDER, 2)
    euler = BSeries({LEAF: 1}, two)
    assert iterate(euler, two) == iterate(euler, 2)
    assert AlgebraElement(bck, LEAF) ** two == AlgebraElement(bck, LEAF) ** 2
    assert count_trees(two, two, planar=yes) == count_trees(2, 2, planar=True)
    assert list(enumerate_forests(two, planar=yes)) == list(enumerate_forests(2, planar=True))
    assert list(bck.basis(two, two)) == list(bck.basis(2, 2))
    assert exact_signature([[0], [1]], two, planar=yes) == exact_signature(
        [[0], [1]], 2, planar=True
    )
    assert functional_from_vector([1], 1, np.int8(1), infinitesimal=yes)(None) == 0
    assert RungeKutta([[]], [1]).order(np.uint8(3)) == 1
    assert to_latex(LEAF, drawn=yes, max_terms=two) == to_latex(LEAF, drawn=True)
    assert bck.coproduct(LADDER).permute(np.array([1, 0])) == bck.coproduct(LADDER).permute((1, 0))
    for wrong in (True, yes):
        with pytest.raises(InvalidTypeError, match="times must be an integer"):
            bck.iterated_coproduct(LADDER, wrong)
        with pytest.raises(InvalidTypeError, match="times must be an integer"):
            iterate(euler, wrong)
    with pytest.raises(InvalidTypeError, match="planar must be True or False"):
        count_trees(2, planar=np.int64(1))


# -- sums ------------------------------------------------------------------------------------------

t, s, p, q = LADDER, LEAF, PlanarTree([PlanarTree()]), PlanarTree()


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (lambda: 2 * t + s, {t: 2, s: 1}),
        (lambda: t + t, {t: 2}),
        (lambda: t - s / 3, {t: 1, s: Fraction(-1, 3)}),
        (lambda: -t * 2, {t: -2}),
        (lambda: t - t, {}),
        (lambda: sum([t, s, t]), {t: 2, s: 1}),
        (lambda: sum([Element({t: 1}), Element({s: 2})]), {t: 1, s: 2}),
        (lambda: sum([], Element()), {}),
        (lambda: 0 + Element({t: 1}) + 0, {t: 1}),
        (lambda: 0 - Element({t: 1}) - 0, {t: -1}),
        (lambda: Element({t: 1}) + s, {t: 1, s: 1}),
        (lambda: s - Element({t: 1}), {t: -1, s: 1}),
        (lambda: Forest([s, s]) + t, {Forest([s, s]): 1, t: 1}),
        (lambda: p + 2 * OrderedForest([q, q]), {p: 1, OrderedForest([q, q]): 2}),
        (lambda: np.int8(100) * t + np.int8(100) * t, {t: 200}),
        (lambda: sympy.Symbol("a") * t, {t: sympy.Symbol("a")}),
        (lambda: t * Fraction(1, 2), {t: Fraction(1, 2)}),
    ],
)
def test_sums_and_multiples_of_trees_are_elements(found, expected):
    assert found() == Element(expected)


def test_products_of_trees_are_forests():
    assert t * s is s * t is Forest([s, t])
    assert t * t * s is t * (t * s) is Forest([s, t, t])
    assert p * q is OrderedForest([p, q])
    assert q * OrderedForest([p, p]) is OrderedForest([q, p, p])
    with pytest.raises(InvalidTypeError, match="forget_order"):
        t * p


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: t + 1,
        lambda: 1 - t,
        lambda: Element({t: 1}) + 2,
        lambda: Element({t: 1}) + None,
        lambda: Element({t: 1}) - "x",
        lambda: Element({t: 1}) + bck.coproduct(t),
        lambda: bck.coproduct(t) + t,
        lambda: t + BSeries({t: 1}, 2),
        lambda: np.array([1, 2]) * t,
        lambda: t * np.array([1, 2]),
        lambda: Element({t: np.array([1, 2])}),
        lambda: Character(bck, {t: 1}) * t,
    ],
)
def test_what_does_not_add_is_refused_with_a_reason(attempt):
    with pytest.raises(InvalidTypeError, match=r"added|coefficient"):
        attempt()


def test_elements_that_know_their_algebra_take_trees():
    x = AlgebraElement(gl, t)
    assert (x + s) - s == s + x - s == x
    assert x * t == t * x == gl.product(t, t)


def test_a_tree_adds_where_nothing_but_trees_was_imported():
    code = (
        "from treealg.symbolic.trees.trees import Tree; print(2 * Tree() + Tree(), Tree() * Tree())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "3 (0) 0 0\n"


@pytest.mark.parametrize(
    "value",
    [
        sympy.Matrix([1, 2]),
        sympy.ImmutableMatrix([[1, 2]]),
        sympy.MatrixSymbol("A", 2, 2),
        sympy.Symbol("A", commutative=False),
        2 * sympy.Symbol("A", commutative=False),
        sympy.Symbol("a") > 1,
        sympy.true,
        sympy.FiniteSet(1, 2),
        sympy.Tuple(1, 2),
        sympy.Array([1, 2]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_scalar_of_sympy_is_no_coefficient(value):
    with pytest.raises(InvalidTypeError, match="commutes"):
        Element({Tree(): value})
    with pytest.raises(InvalidTypeError, match="commutes"):
        Element({Tree(): 1}) * value


@pytest.mark.parametrize(
    ("written", "number"),
    [
        (sympy.Float(0.5), Fraction(1, 2)),
        (sympy.Float(0.1), 0.1),
        (2 * sympy.I, 2j),
        (sympy.Float(0.5) + sympy.I, 0.5 + 1j),
    ],
    ids=str,
)
@pytest.mark.parametrize("key", [LEAF, LADDER, Forest([])], ids=str)
def test_floats_and_complex_numbers_of_sympy_are_those_of_python(key, written, number):
    for x, y in ((written, number), (number, written)):
        first, second = Element({key: x}), Element({key: y})
        assert first == second
        assert hash(first) == hash(second)
        assert first != Element({key: 3 * y})


NO_NUMBERS = [
    np.timedelta64(3, "s"),
    np.datetime64("2020-01-01"),
    np.ma.masked,
    np.ma.masked_array(3, True),
    sympy.true,
    sympy.Matrix([[1, 2], [3, 4]]),
    "1/0",
]


@pytest.mark.parametrize("value", NO_NUMBERS, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize(
    "use",
    [
        lambda x: Element({LEAF: x}),
        lambda x: Element({LEAF: 1}) * x,
        lambda x: Element({LEAF: 1}) / x,
        lambda x: Character(bck, {LEAF: x})(LEAF),
        lambda x: exact_signature([[0], [x]], 1),
        lambda x: RungeKutta([[x]], [1]),
        lambda x: RungeKutta([[0]], [x]),
        lambda x: BSeries({LEAF: x}, 2),
    ],
)
def test_what_looks_like_a_number_and_is_none_is_refused_everywhere(value, use):
    with pytest.raises(TreeAlgError):
        use(value)


@pytest.mark.parametrize("zero", [0, 0.0, 0j, Fraction(0), np.int8(0), sympy.Integer(0)])
def test_no_zero_divides_a_combination(zero):
    with pytest.raises(InvalidValueError, match="by 0"):
        Element({LEAF: 1}) / zero


@pytest.mark.parametrize("label", [np.timedelta64(3, "s"), np.datetime64("2020-01-01")])
def test_dates_and_durations_are_labels(label):
    assert Tree(label=label).label == label
    with pytest.raises(InvalidTypeError, match="masked"):
        Tree(label=np.ma.masked)


# -- numbers of other kinds, and what they are called ----------------------------------------------


def test_decimal_numbers_are_the_fractions_that_they_are():
    tenth, third = Decimal("0.1"), Fraction(1, 3)
    x = Element({LEAF: tenth})
    assert (x + Element({LEAF: third}))[LEAF] == Fraction(13, 30)
    assert (x / 3)[LEAF] == (tenth * Element({LEAF: third}))[LEAF] == Fraction(1, 30)
    assert (x + Element({LEAF: 0.5}))[LEAF] == 0.6
    assert (x * sympy.Symbol("a"))[LEAF] == sympy.Symbol("a") / 10
    assert Character(bck, {LEAF: tenth})(Forest([LEAF] * 3)) == Fraction(1, 1000)
    assert exact_signature([[0], [tenth]], 2) == [Fraction(1, 10), Fraction(1, 200)]
    assert RungeKutta([[Decimal("0.5")]], [Decimal(1)]).order() == 2
    assert BSeries({LEAF: tenth}, 1)[LEAF] == Fraction(1, 10)
    for huge in ("1e1000000000", "-1e-1000000000"):
        with pytest.raises(InvalidValueError, match="exponent"):
            Element({LEAF: Decimal(huge)})
    with pytest.raises(InvalidValueError, match="number"):
        Element({LEAF: Decimal("sNaN")})
    assert Element({LEAF: Decimal("Infinity")})[LEAF] == float("inf")


@pytest.mark.parametrize(
    "value", [sympy.nan, sympy.oo, -sympy.oo, sympy.zoo, 2 * sympy.oo + sympy.Symbol("a")], ids=str
)
def test_coefficients_of_methods_are_finite(value):
    for make in (lambda: RungeKutta([[value]], [1]), lambda: RungeKutta([[0]], [value])):
        with pytest.raises(InvalidValueError, match="must be finite"):
            make()


@pytest.mark.filterwarnings("ignore:the matrix subclass")
@pytest.mark.parametrize(
    "kind", ["frame", "matrix", "sparse", "object", "tensor-like", "column", "mpmath"]
)
def test_tables_and_matrices_of_other_packages_are_tableaux(kind):
    a, b = [[0, 0], [0.5, 0.5]], [0.5, 0.5]
    if kind == "frame":
        pandas = pytest.importorskip("pandas")
        given, weights = pandas.DataFrame(a), pandas.Series(b)
    elif kind == "matrix":
        given, weights = np.matrix(a), np.matrix(b)
    elif kind == "sparse":
        sparse = pytest.importorskip("scipy.sparse")
        given, weights = sparse.csr_array(np.array(a)), b
    elif kind == "object":
        given, weights = np.array(a, object), np.array(b, object)
    elif kind == "column":
        given, weights = np.array(a), np.array(b)[:, None]
    elif kind == "mpmath":
        given, weights = mpmath.matrix(a), mpmath.matrix(b)
    else:
        given, weights = sympy.Array(a), sympy.Array(b)
    assert RungeKutta(given, weights).order(tol=1e-12) == RungeKutta(a, b).order(tol=1e-12) == 2


@pytest.mark.parametrize(
    ("x", "value"),
    [
        (Character(bck, {LEAF: 2}), lambda x: x(LEAF)),
        (InfinitesimalCharacter(bck, {LEAF: 2}), lambda x: x(LEAF)),
        (BSeries({LEAF: 2, LADDER: 3}, 2), lambda x: x[LEAF]),
        (LieButcherSeries({OrderedForest([PlanarTree()]): 2}, 1), lambda x: x[PlanarTree()]),
    ],
    ids=lambda x: type(x).__name__,
)
def test_sums_of_functionals_and_series_begin_with_zero(x, value):
    assert value(sum([x, x])) == 4
    assert value(0 + x) == value(x + 0) == value(x - 0) == value(x + 0.0) == 2
    assert value(0 - x) == -2
    with pytest.raises(InvalidTypeError, match="no number can be added"):
        x + 1
    with pytest.raises(InvalidTypeError, match="no number can be added"):
        1 - x
    with pytest.raises(InvalidTypeError, match="no number can be added"):
        x + sympy.Symbol("a")
    for zero in (0, 0.0, Fraction(0), sympy.Integer(0), np.int8(0)):
        with pytest.raises(InvalidValueError, match="by 0"):
            x / zero
    assert value(x / 3) == value(pickle.loads(pickle.dumps(x / 3))) == Fraction(2, 3)
    assert value(x / sympy.Symbol("a")) == 2 / sympy.Symbol("a")


def test_powers_of_trees_are_forests():
    assert t**3 is Forest([t, t, t])
    assert Forest([s, t]) ** 2 is Forest([s, s, t, t])
    assert OrderedForest([q, p]) ** 2 is OrderedForest([q, p, q, p])
    assert t**0 is Forest.empty
    assert +t == Element({t: 1})
    for wrong, error in ((-1, InvalidValueError), (0.5, InvalidTypeError), (10**30, TreeAlgError)):
        with pytest.raises(error):
            t**wrong


# -- text is not evaluated, however it comes -------------------------------------------------------

CODE = "__import__('os').getpid()"
VARIABLE = sympy.Symbol("a")


@pytest.mark.parametrize(
    "arguments",
    [
        (VARIABLE, CODE),
        ({VARIABLE: CODE},),
        ({VARIABLE: CODE}.items(),),
        ([(VARIABLE, CODE)],),
        (np.array([[VARIABLE, CODE]], object),),
        (np.array([[CODE, VARIABLE]], object),),
        (iter([(VARIABLE, CODE)]),),
        (map(tuple, [(VARIABLE, CODE)]),),
        ([(VARIABLE, [CODE])],),
        ([(VARIABLE, np.str_(CODE))],),
        (VARIABLE, np.array(CODE)),
        (VARIABLE, np.array(CODE, object)),
        (VARIABLE, CODE.encode()),
        (VARIABLE, type("Text", (str,), {})(CODE)),
        ("ab",),
        (["ab"],),
        (VARIABLE,),
        (VARIABLE, 1, 2),
        (),
        ([(VARIABLE, 1, 2)],),
        (3,),
    ],
    ids=lambda arguments: ", ".join(type(one).__name__ for one in arguments),
)
def test_substitution_takes_no_text_in_any_container(arguments):
    with pytest.raises(InvalidTypeError, match=r"subs needs|text is not evaluated"):
        Element({LEAF: VARIABLE}).subs(*arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        (VARIABLE, Decimal("0.5")),
        ({VARIABLE: Fraction(1, 2)},),
        ([[VARIABLE, sympy.S.Half]],),
        (np.array([[VARIABLE, Fraction(1, 2)]], object),),
        (iter({VARIABLE: Fraction(1, 2)}.items()),),
    ],
    ids=["two", "mapping", "lists", "array", "iterator"],
)
def test_substitution_takes_pairs_in_any_container(arguments):
    assert Element({LEAF: VARIABLE + 1}).subs(*arguments)[LEAF] == Fraction(3, 2)


@pytest.mark.parametrize("point", [[CODE], [None], [[1.0]], [np.str_("1")]])
def test_points_of_vector_fields_are_numbers(point):
    with pytest.raises(InvalidTypeError, match="a coordinate of the point must be a number"):
        elementary_differential_at(LEAF, lambda y: y, point)
    with pytest.raises(InvalidTypeError, match="a coordinate of the point must be a number"):
        evaluate_series(exact_series(1), lambda y: y, point, 1)


@pytest.mark.parametrize("value", [10**400, -(10**5000), Fraction(10**400, 3)], ids=["a", "b", "c"])
def test_what_is_beyond_floats_becomes_none(value):
    with pytest.raises(InvalidValueError, match="beyond the greatest float"):
        Element({LEAF: value}).to_float()


def test_infinities_are_close_to_themselves_and_what_is_no_number_is_not():
    infinite, undefined = float("inf"), float("nan")
    assert Element({LEAF: infinite}).is_close(Element({LEAF: np.inf * 2}), 0)
    assert not Element({LEAF: infinite}).is_close(Element({LEAF: -infinite}), 1)
    assert not Element({LEAF: undefined * 1}).is_close(Element({LEAF: undefined * 2}), 1)


@pytest.mark.parametrize("tol", [Decimal("1e-6"), Fraction(1, 10**6), sympy.Rational(1, 10**6)])
def test_tolerances_are_real_numbers_of_any_kind(tol):
    assert RungeKutta([[0.5]], [1.0]).order(tol=tol) == 2
    for wrong in (Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), 10**5000):
        with pytest.raises(InvalidValueError, match="tol must be finite"):
            RungeKutta([[0.5]], [1.0]).order(tol=wrong)


# -- what is given is not lost ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        lambda values: BSeries(values, 2),
        lambda values: Character(bck, values),
        lambda values: InfinitesimalCharacter(bck, values),
        lambda values: Functional(bck, values),
    ],
)
def test_two_values_for_one_key_are_refused(make):
    for values in ({LEAF: 1, (0,): 2}, {(0,): 1, LEAF: Fraction(1, 2)}, {LEAF: 1, (0,): VARIABLE}):
        with pytest.raises(InvalidValueError, match="two values for"):
            make(values)
    make({LEAF: 1, (0,): Fraction(1)})


def test_two_values_for_one_ordered_forest_are_refused():
    for make in (
        lambda values: Functional(mkw, values),
        lambda values: ShuffleCharacter(mkw, values),
        lambda values: LieButcherSeries(values, 2),
    ):
        with pytest.raises(InvalidValueError, match="two values for"):
            make({PlanarTree(): 1, ((0,),): 2})


@pytest.mark.parametrize("cls", [Tree, PlanarTree, Forest, OrderedForest])
def test_mappings_are_no_sequences_of_trees_nor_sets_where_order_matters(cls):
    leaf = cls._tree() if issubclass(cls, (Forest, OrderedForest)) else cls()
    other = type(leaf)([leaf])
    with pytest.raises(InvalidTypeError, match="must be a sequence of trees"):
        cls({leaf: 2})
    for unordered in ({leaf, other}, frozenset({leaf}), {leaf: 1}.keys()):
        if cls in (PlanarTree, OrderedForest):
            with pytest.raises(InvalidTypeError, match="its order means nothing"):
                cls(unordered)
        else:
            assert cls(unordered) is cls(sorted(unordered))


# -- what others give ------------------------------------------------------------------------------


@pytest.mark.parametrize("true", [True, np.True_])
@pytest.mark.parametrize(
    "take",
    [
        lambda true: Element({LEAF: true}),
        lambda true: Tensor({(LEAF, LEAF): true}),
        lambda true: BSeries({LEAF: true}, 2),
        lambda true: Element({LEAF: 1}) * true,
        lambda true: true * LEAF,
        lambda true: exact_series(2) / true,
        lambda true: Element({LEAF: 1}).map_coefficients(lambda _: true),
        lambda true: Character(bck, {LEAF: true}),
        lambda true: Character(bck, lambda tree: true)(LADDER),
        lambda true: Character(bck, lambda tree: 1).power(true),
        lambda true: exact_signature([[0], [true]], 1),
    ],
)
def test_truth_values_are_no_coefficients(take, true):
    with pytest.raises(InvalidTypeError):
        take(true)


def test_decimal_coordinates_are_subtracted_without_rounding():
    start, end = Decimal(10) ** 30, Decimal("1000000000000000000000000000000.125")
    assert exact_signature([[end], [start / 3]], 1) == [Fraction(start / 3) - Fraction(end)]
    assert exact_signature([[start], [Decimal("0.375")]], 1) == [Fraction("0.375") - 10**30]


def test_points_and_vectors_may_be_matrices():
    rows = [sympy.Matrix([0, 1]), sympy.ImmutableMatrix([[2, 1]])]
    assert exact_signature(rows, 2) == exact_signature([[0, 1], [2, 1]], 2)
    given = expected_signature(sympy.Matrix([1, 2]), sympy.eye(2))
    assert given(LADDER) == expected_signature([1, 2], [[1, 0], [0, 1]])(LADDER)
    with pytest.raises(InvalidValueError, match="one row or column"):
        exact_signature([sympy.eye(2)], 1)


@pytest.mark.parametrize(
    "value",
    [
        LEAF,
        Forest([LEAF]),
        Element({LEAF: 1}),
        Tensor({(LEAF, LEAF): 1}),
        exact_series(1),
        Functional(bck, {LEAF: 1}),
        identity_map(bck),
        AlgebraElement(gl, LEAF),
    ],
    ids=lambda value: type(value).__name__,
)
def test_matrices_on_the_left_are_no_scalars(value):
    with pytest.raises(InvalidTypeError, match="a coefficient must be"):
        sympy.Matrix([[1]]) * value
    assert type(sympy.Symbol("x") * value) is type(2 * value)


@pytest.mark.parametrize(
    "part", [sympy.Matrix([1, 2]), sympy.Array([1, 2]), np.array([1, 2])], ids=identifier
)
def test_fields_for_several_colours_are_asked_for_as_a_mapping(part):
    x, y = sympy.symbols("x y")
    with pytest.raises(InvalidTypeError, match="a mapping from their colours"):
        elementary_differential(LEAF, [part, part], [x, y])


def test_relations_are_no_expressions():
    x = sympy.Symbol("x")
    with pytest.raises(InvalidTypeError, match="a component of a field must be a number"):
        elementary_differential(LADDER, [x > 0], [x])


class Own:
    """A coefficient of a library that knows nothing of SymPy."""

    def __mul__(self, other):
        return self

    __rmul__ = __add__ = __mul__

    def __neg__(self):
        return self


def test_coefficients_that_cannot_be_subtracted_are_different():
    own = Own()
    assert Element({LEAF: own}) != Element({LEAF: VARIABLE})
    assert BSeries({LEAF: VARIABLE}, 1) != BSeries({LEAF: own}, 1)
    one = Element({LEAF: own})
    assert one == one + Element()


def test_functionals_show_where_they_live_and_no_address():
    assert repr(Functional(bck, {LEAF: 1})) == "<Functional on bck>"
    assert repr(identity_map(mkw)) == "<Endomorphism on mkw>"


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        (H / 3 + H**2 / sympy.Float(2), {1: Fraction(1, 3), 2: sympy.Float(0.5)}),
        ((10**30 + 1) * H + sympy.Float(0.5), {0: sympy.Float(0.5), 1: 10**30 + 1}),
        (H * sympy.Symbol("a") / 3 + 0.5 * H**2, {1: sympy.Symbol("a") / 3, 2: sympy.Float(0.5)}),
    ],
)
def test_floats_in_a_polynomial_leave_its_other_coefficients_exact(value, parts):
    found = Element({LEAF: value}).collect(H)
    assert {power: part[LEAF] for power, part in found.items()} == parts
    assert [type(found[power][LEAF]) for power in parts] == list(map(type, parts.values()))


@pytest.mark.parametrize(
    "value", [sympy.oo, -sympy.oo, sympy.zoo, sympy.nan, sympy.oo * H, complex("nan"), np.inf]
)
@pytest.mark.parametrize(
    "use",
    [
        lambda value: exact_signature([(0,), (value,)], 2),
        lambda value: exact_signature([(0,), (1,)], 2, correction=[(value,)]),
        lambda value: expected_signature([value])(LEAF),
        lambda value: RungeKutta([[value]], [1]),
    ],
)
def test_numbers_that_are_not_finite_are_refused_in_any_writing(use, value):
    with pytest.raises(InvalidValueError, match="finite"):
        use(value)


def test_complex_numbers_of_python_are_those_of_sympy_in_tableaux():
    method, same = RungeKutta([[0.5 + 0.25j]], [1]), RungeKutta([[0.5 + sympy.I / 4]], [1])
    assert method.series(3).is_close(same.series(3), 1e-15)
    assert method.adjoint().a == ((0.5 - 0.25j,),)
    assert RungeKutta([[0.5 + 0j]], [1]) == RungeKutta([["1/2"]], [1])


def test_what_does_not_commute_is_no_coefficient_of_a_tableau():
    with pytest.raises(InvalidTypeError, match="expression that commutes, got Symbol A"):
        RungeKutta([[sympy.Symbol("A", commutative=False)]], [1])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.5e3/7", Fraction(1500, 7)),
        ("2*1E-3", Fraction(1, 500)),
        ("(1e200)**2", 10**400),
        ("1/3e2", Fraction(1, 300)),
        ("sqrt(2e0)", sympy.sqrt(2)),
    ],
)
def test_powers_of_ten_are_read_within_expressions(text, value):
    assert RungeKutta([[text]], [1]).a == ((value,),)


@pytest.mark.parametrize("text", ["e", "1e", "e5*2", "1e5/0", "(1)e5", "2*1e1001", "2e3e4", "1 e5"])
def test_what_only_looks_like_a_power_of_ten_is_refused(text):
    with pytest.raises(InvalidValueError, match="cannot read"):
        RungeKutta([[text]], [1])
