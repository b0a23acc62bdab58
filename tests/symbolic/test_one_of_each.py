"""One algebra of each class, sums of subclasses, and one rule for tuples."""

import copy
import pickle

import pytest

from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic import (
    BCK,
    BSeries,
    Character,
    Element,
    Forest,
    LieButcherSeries,
    OrderedForest,
    PlanarTree,
    Tensor,
    Tree,
    bck,
    cem,
    concatenation_algebra,
    exact_lie_butcher_series,
    exact_series,
    gl,
    mkw,
    nck,
    ogl,
    pgl,
    quasi_shuffle,
    shuffle_algebra,
)

ALGEBRAS = [bck, nck, mkw, cem, gl, ogl, pgl, shuffle_algebra, concatenation_algebra]
LEAF = Tree()
AMBIGUOUS = ((0,), (0,))


class Named(BCK):
    """A class of users."""


class Sum(Element):
    """A class of users."""


class OtherSum(Element):
    """A class of users."""


class Pairs(Tensor):
    """A class of users."""


class Method(BSeries):
    """A class of users."""


@pytest.mark.parametrize("algebra", ALGEBRAS, ids=lambda algebra: algebra.name)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_class_without_parameters_has_one_algebra(algebra, protocol):
    again = type(algebra)()
    assert again is algebra
    assert pickle.loads(pickle.dumps(again, protocol)) is algebra
    assert copy.deepcopy(again) is algebra


def test_classes_of_users_have_one_algebra_of_their_own():
    named = Named()
    assert named is Named()
    assert named is not bck
    assert pickle.loads(pickle.dumps(named)) is named
    assert named.coproduct(LEAF) == bck.coproduct(LEAF)


def test_algebras_with_parameters_are_as_many_as_are_made():
    kind = type(quasi_shuffle())
    arguments = (lambda x, y: None), len, None
    first = kind(*arguments)
    assert kind(*arguments) is not first


def test_functionals_on_an_algebra_made_again_are_convolved():
    f = Character(bck, {LEAF: 2})
    assert (f * Character(BCK(), {LEAF: 3}))(LEAF) == 5


def test_subclasses_equal_what_they_are_made_from():
    for first, second, other in [
        (Sum({LEAF: 1}), Element({LEAF: 1}), Element({LEAF: 2})),
        (Sum({LEAF: 1}), OtherSum({LEAF: 1}), OtherSum({LEAF: 2})),
        (Pairs({(LEAF, LEAF): 1}), Tensor({(LEAF, LEAF): 1}), Tensor({(LEAF, LEAF): 2})),
        (Method({LEAF: 1}, 2), BSeries({LEAF: 1}, 2), BSeries({LEAF: 2}, 2)),
    ]:
        assert first == second
        assert second == first
        assert hash(first) == hash(second)
        assert first != other
        assert first + second == second * 2
        assert second - first == 0
        assert first.is_close(second, 0)
    assert Element({LEAF: 1}) != Tensor({(LEAF, LEAF): 1})
    assert BSeries({LEAF: 1}, 1) != LieButcherSeries({PlanarTree(): 1}, 1)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Tree([AMBIGUOUS]),
        lambda: Tree([(0,), ((1,), ((2,), 3), (4,))]),
        lambda: Forest([AMBIGUOUS]),
        lambda: PlanarTree([AMBIGUOUS]),
        lambda: OrderedForest([(0,), AMBIGUOUS]),
        lambda: bck.element(AMBIGUOUS),
        lambda: exact_series(2)[AMBIGUOUS],
    ],
)
def test_a_tuple_of_a_tree_and_of_a_forest_is_refused(make):
    with pytest.raises(InvalidValueError, match=r"is the tuple form of the tree .* forest"):
        make()


def test_what_reads_tuples_of_one_kind_reads_them_back():
    for kind in (Tree, PlanarTree):
        tree = kind(label=(0,))
        grown = kind([kind([LEAF if kind is Tree else PlanarTree()], label=(0,))])
        for each in (tree, grown):
            assert kind.from_tuple(each.to_tuple()) is each
    forest = Forest([Tree([Tree()], label=(0,)), Tree()])
    assert Forest.from_tuple(forest.to_tuple()) is forest
    ordered = OrderedForest([PlanarTree([PlanarTree()], label=(0,)), PlanarTree()])
    assert OrderedForest.from_tuple(ordered.to_tuple()) is ordered
    assert pickle.loads(pickle.dumps(forest)) is forest


def test_series_of_two_kinds_are_not_added():
    first, second = exact_series(2), exact_lie_butcher_series(2)
    for left, right in ((first, second), (second, first)):
        with pytest.raises(InvalidTypeError, match="must be of one kind"):
            left + right
        with pytest.raises(InvalidTypeError, match="must be of one kind"):
            left - right


@pytest.mark.parametrize(
    "x", [Element({LEAF: 1}), Tensor({(LEAF, LEAF): 1}), exact_series(2), Character(bck, {LEAF: 1})]
)
def test_truth_values_are_no_summands(x):
    for value in (False, True):
        with pytest.raises(InvalidTypeError):
            x + value
        with pytest.raises(InvalidTypeError):
            value + x
    assert sum([x]) == x


@pytest.mark.parametrize("other", [exact_series(2), Character(bck, {LEAF: 1}), "x", [1]])
def test_advice_about_numbers_is_for_numbers(other):
    with pytest.raises(InvalidTypeError) as caught:
        Element({LEAF: 1}) + other
    assert "a number stands" not in str(caught.value)
    for x in (Element({LEAF: 1}), bck.coproduct(LEAF)):
        with pytest.raises(InvalidTypeError, match="a number stands for nothing") as caught:
            x + 2
        advice = str(caught.value).partition("such as ")[2]
        unit = eval(advice, {"bck": bck})
        assert (x + unit) - x == unit
