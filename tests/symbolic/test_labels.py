"""Labels: equal ones give one tree, whatever was made before; numbers and dates in their order."""

import datetime
import enum
import functools
import itertools
import numbers
from collections import namedtuple
from decimal import Decimal
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy

from tests.support import soon
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic import (
    Element,
    PlanarTree,
    Tree,
    bck,
    bseries,
    lyndon_factorization,
    rank,
    shuffle_algebra,
    shuffle_words,
    to_html,
    to_latex,
    to_svg,
    to_unicode,
    unrank,
)


class Text(str):
    __slots__ = ()


class Colour(enum.StrEnum):
    RED = "red"


class Level(enum.IntEnum):
    LOW = 1


class Many(int):
    __slots__ = ()


class Real(float):
    __slots__ = ()


Point = namedtuple("Point", "x y")


@pytest.mark.parametrize(
    ("label", "plain"),
    [
        (Text("x"), "x"),
        (Colour.RED, "red"),
        (Level.LOW, 1),
        (Many(7), 7),
        (Real(0.5), 0.5),
        (Point(1, np.int8(2)), (1, 2)),
        ((Text("x"), (Many(1),)), ("x", (1,))),
        (frozenset({np.int64(3)}), frozenset({3})),
        (-0.0, 0.0),
        ((-0.0, 1), (0.0, 1)),
        (complex(-0.0, 1.0), 1j),
        (Decimal("1.500"), Decimal("1.5")),
        (Decimal("-0.0"), Decimal(0)),
        (Decimal("1E+3"), Decimal(1000)),
    ],
    ids=repr,
)
@pytest.mark.parametrize("cls", [Tree, PlanarTree])
def test_labels_of_subclasses_and_other_writings_give_the_tree_of_the_plain_label(
    cls, label, plain
):
    def kinds(value):
        return [type(value), *map(kinds, value)] if isinstance(value, tuple) else type(value)

    tree = cls(label=label)
    assert tree is cls(label=plain)
    assert kinds(tree.label) == kinds(plain)
    assert repr(tree) == repr(cls(label=plain))
    assert Element({tree: 1})[cls(label=plain)] == 1


def test_an_enumeration_that_is_no_number_or_text_is_a_label_of_its_own():
    kind = enum.Enum("Kind", "A B")
    assert Tree(label=kind.A).label is kind.A
    assert Tree(label=kind.A) is not Tree(label=1)


ONES = [1, True, 1.0, Fraction(1), Decimal(1)]


@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: (x,), lambda x: frozenset({x})])
def test_equal_labels_of_different_types_are_told_apart_whichever_came_first(wrap):
    for order in itertools.permutations(ONES, 3):
        trees = [Tree(label=wrap(one)) for one in order]
        assert [str(tree) for tree in trees] == [str(Tree(label=wrap(one))) for one in order]
        assert len(set(trees)) == len(set(map(str, trees))) == 3
    bush = Tree([Tree(label=wrap(one)) for one in ONES])
    assert bush is Tree([Tree(label=wrap(one)) for one in reversed(ONES)])


@functools.total_ordering
class Real:
    """A real number of a library that nobody knows."""

    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        return self.value == other

    def __lt__(self, other):
        return self.value < other

    def __hash__(self):
        return hash(self.value)

    def __float__(self):
        return self.value


numbers.Real.register(Real)


INCREASING = [
    [-1, Fraction(1, 3), Decimal("0.5"), sympy.sqrt(2), 2, sympy.Rational(5, 2), 3.5, sympy.pi + 1],
    [Decimal(9), 9.5, Decimal(10), sympy.Float(11), 10**400, float("inf")],
    [-sympy.oo, sympy.Integer(-3), Decimal("1e-400"), sympy.Rational(1, 10**9), sympy.oo],
    [
        mpmath.mpf(9),
        9.5,
        mpmath.mpf(10),
        mpmath.mpf("10.5"),
        sympy.QQ(32, 3),
        sympy.Rational(65, 6),
    ],
    [
        -mpmath.inf,
        mpmath.ldexp(-1, 10**12),
        mpmath.ldexp(1, -(10**12)),
        Decimal("1e-400"),
        Real(0.25),
    ],
    [10**7000, mpmath.ldexp(1, 10**12), mpmath.ldexp(3, 10**12), mpmath.inf],
    [mpmath.mpc(9, 2), mpmath.mpc(10, 1), mpmath.mpc(10, 2)],
    [np.timedelta64(9, "s"), np.timedelta64(10, "s"), np.timedelta64(1, "m")],
    [np.datetime64("-20000-01-01"), np.datetime64("1999-01-01"), np.datetime64("12000-01-01")],
    [datetime.date(2020, 9, 1), datetime.date(2020, 10, 1), datetime.date(2021, 1, 1)],
    [datetime.timedelta(seconds=9), datetime.timedelta(seconds=10), datetime.timedelta(1)],
    [datetime.time(9), datetime.time(9, 30), datetime.time(10)],
    [9j, 10j, 1 + 2j],
    [(Decimal(9),), (10,), (Fraction(21, 2),)],
]


@pytest.mark.parametrize("labels", INCREASING, ids=lambda labels: type(labels[0]).__name__)
def test_numbers_and_dates_are_ordered_by_value(labels):
    for mixed in (labels, labels[::-1], labels[1:] + labels[:1]):
        tree = Tree([Tree(label=label) for label in mixed])
        assert [child.label for child in tree.children] == labels


def test_the_order_of_floats_of_mpmath_is_that_at_any_precision():
    ten, more = mpmath.mpf(10), mpmath.mpf(10) + mpmath.mpf(2) ** -40
    for digits in (3, 50):
        with mpmath.workdps(digits):
            assert lyndon_factorization((ten, more)) == ((ten, more),)
            assert lyndon_factorization((more, ten)) == ((more,), (ten,))


def test_a_label_nested_too_deep_is_refused():
    deep = functools.reduce(lambda inner, _: (inner,), range(100_000), 1)
    with pytest.raises(InvalidValueError, match="nested that deep"):
        Tree(label=deep)


# -- integers longer than those of which Python prints the digits ----------------------------------

LONG = 10**5000 + 7
DIGITS = "1" + "0" * 4999 + "7"


def test_long_integers_are_labels_with_a_text():
    tree = Tree([Tree(label=LONG)], -LONG)
    assert str(tree) == tree.to_text() == f"-{DIGITS}[{DIGITS}]"
    assert Tree.from_text(tree.to_text()) is tree
    assert str(Tree(label=(LONG, "x"))) == f"({DIGITS}, 'x')"
    for draw in (to_latex, to_svg, to_html, to_unicode):
        assert DIGITS in draw(tree)


@pytest.mark.parametrize(
    ("coefficient", "text"),
    [
        (LONG, DIGITS),
        (-LONG, f"-{DIGITS}"),
        (Fraction(1, LONG), f"1/{DIGITS}"),
        (sympy.Symbol("a") * LONG, f"{DIGITS}*a"),
        (sympy.Symbol("a") / LONG, f"a/{DIGITS}"),
    ],
    ids=["integer", "negative", "fraction", "multiple", "quotient"],
)
def test_long_integers_are_coefficients_with_a_text(coefficient, text):
    x = Element({Tree(): coefficient})
    assert str(x) == f"{text} (0)"
    assert text.removeprefix("-").replace("*", "") in to_unicode(x)
    assert DIGITS in to_html(x)
    assert DIGITS in to_latex(x)


HUGE = 10**1_000_000
SIZE = "<an integer of 3321929 bits>"


@pytest.mark.parametrize(
    ("coefficient", "text"),
    [
        (HUGE, f"({SIZE}) (0)"),
        (-HUGE, f"-({SIZE}) (0)"),
        (Fraction(-1, HUGE), f"-(1/{SIZE}) (0)"),
        (HUGE * sympy.Symbol("a"), f"({SIZE}*a) (0)"),
        (10**50_000 - 1, f"{'9' * 50_000} (0)"),
        (10**50_000, "(<an integer of 166097 bits>) (0)"),
    ],
    ids=["integer", "negative", "fraction", "multiple", "longest", "shortest"],
)
def test_integers_that_take_too_long_to_write_are_told_by_their_size(coefficient, text):
    x = Element({Tree(): coefficient})
    with soon(1):
        assert str(x) == text
        assert repr(x) == f"<Element {text}>"
        series = repr(bseries.BSeries({Tree(): coefficient}, 1))
        assert series.startswith("<BSeries to order 1: None: 1, 0: ")
        for draw in (to_unicode, to_html, to_latex):
            assert draw(x)


def test_labels_that_take_too_long_to_write_are_told_by_their_size():
    tree = Tree([Tree(label=-HUGE)], (HUGE, Fraction(1, HUGE)))
    with soon(1):
        assert str(tree) == f"({SIZE}, Fraction(1, {SIZE}))[-{SIZE}]"
        assert r"\ of\ 3321929\ bits" in to_latex(Tree(label=HUGE))
        assert SIZE in to_unicode(tree)


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: rank(Tree(label=LONG)),
        lambda: unrank(Tree, LONG),
        lambda: unrank(Tree, -LONG),
        lambda: bck.iterated_coproduct(Tree(), LONG),
        lambda: Tree([Tree()], LONG) ** LONG,
        lambda: list(bck.basis(LONG)),
        lambda: list(bck.basis(-LONG)),
    ],
)
def test_long_integers_are_no_sizes(attempt):
    with pytest.raises(InvalidValueError, match=r"binary digits|of 16610 bits"):
        attempt()


@pytest.mark.parametrize(
    ("label", "kept"),
    [
        (np.timedelta64(120, "s"), np.timedelta64(2, "m")),
        (np.timedelta64(2, "W"), np.timedelta64(14, "D")),
        (np.timedelta64(-90, "s"), np.timedelta64(-90, "s")),
        (np.timedelta64(24, "M"), np.timedelta64(2, "Y")),
        (np.timedelta64(25, "M"), np.timedelta64(25, "M")),
        (np.datetime64("2020-01-01T00:00", "ns"), np.datetime64("2020-01-01")),
        (np.datetime64("2020"), np.datetime64("2020-01-01")),
        (np.datetime64("1969-12-31T23:30:00.000"), np.datetime64("1969-12-31T23:30")),
        (np.datetime64(10**17, "Y"), np.datetime64(10**17, "Y")),
    ],
    ids=str,
)
def test_times_of_numpy_are_in_the_longest_unit_whichever_came_first(label, kept):
    assert label == kept
    for given in (label, kept, (label,)):
        found = Tree(label=given).label
        assert repr(found) == repr((kept,) if given.__class__ is tuple else kept)


def test_times_of_numpy_are_other_labels_than_those_of_python_that_they_equal():
    day, moment = datetime.date(2020, 1, 1), datetime.datetime(2020, 1, 1)
    stamp = np.datetime64("2020-01-01")
    assert stamp == day
    assert stamp.astype("M8[s]") == moment != day  # so that equality does not tell what is one
    assert len({Tree(label=label) for label in (stamp, stamp.astype("M8[s]"), day, moment)}) == 3
    assert Tree(label=np.timedelta64(1, "D")) != Tree(label=datetime.timedelta(1))
    assert Tree(label=np.timedelta64(1, "D").item()) is Tree(label=datetime.timedelta(1))


def test_times_of_other_zones_that_are_equal_are_those_of_utc():
    utc, east = datetime.UTC, datetime.timezone(datetime.timedelta(hours=1))
    for early, late in (
        (
            datetime.datetime(2020, 1, 1, 12, tzinfo=utc),
            datetime.datetime(2020, 1, 1, 13, tzinfo=east),
        ),
        (datetime.time(12, tzinfo=utc), datetime.time(13, tzinfo=east)),
    ):
        assert Tree(label=late).label.tzinfo is utc
        assert Tree(label=late) is Tree(label=early)
        assert Tree(label=(late,)) is Tree(label=(early,))
    for kept in (
        datetime.datetime(1, 1, 1, tzinfo=east),
        datetime.datetime(2020, 1, 1),
    ):
        assert Tree(label=kept).label is kept
    before = datetime.time(0, 30, tzinfo=east)
    assert str(Tree(label=before).label) == str(before)


@pytest.mark.parametrize("minutes", range(-1439, 1440, 137))
@pytest.mark.parametrize("clock", [(0, 0), (0, 30), (12, 0), (23, 59, 59, 999999)])
def test_equal_times_of_a_day_are_one_label_on_either_side_of_midnight(clock, minutes):
    def at(offset):
        return datetime.timezone(datetime.timedelta(minutes=offset))

    first = datetime.time(*clock, tzinfo=at(minutes))
    label = Tree(label=first).label
    assert label == first
    moment = datetime.datetime.combine(datetime.date(2000, 1, 2), first)
    for offset in range(-1439, 1440, 100):
        there = moment.astimezone(at(offset))
        if there.date() == moment.date():
            other = there.timetz()
            assert other == first
            assert str(Tree(label=other).label) == str(label)


def test_letters_without_axes_are_read_as_labels_are():
    x = shuffle_algebra.element((np.array(1), np.array("a")))
    assert list(x) == [(1, "a")]
    assert x[(np.array(1), np.str_("a"))] == 1
    assert Element({((1, 2), 3): 5})[((np.array(1), np.int8(2)), sympy.Integer(3))] == 5
    assert shuffle_words((np.array(1), 0), (1,)) == shuffle_words((1, 0), (1,))
    with pytest.raises(InvalidTypeError, match=r"letters of a word .* got ndarray .*use tuples"):
        shuffle_words((np.array([1]),), (1,))


@pytest.mark.parametrize("label", [sympy.I, 2 * sympy.I, 1 + sympy.I, sympy.sqrt(-2)])
def test_complex_numbers_of_sympy_stand_beside_other_labels(label):
    tree = Tree([Tree(label=label), Tree(label=1)])
    assert tree == Tree([Tree(label=1), Tree(label=label)])
