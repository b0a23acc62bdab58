"""Results that are too large are refused before the work, with their size."""

import collections
import functools
import itertools
import math
import os
import random
import subprocess
import sys
from fractions import Fraction

import pytest
import sympy

from tests.support import soon
from treealg import symbolic
from treealg.codegen.maps import MapSize, build_program, map_size
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic import (
    AlgebraElement,
    Element,
    Forest,
    OrderedForest,
    PlanarTree,
    Tree,
    arborification,
    bck,
    bseries,
    cem,
    change_of_lift,
    chen_product,
    concatenation_algebra,
    contracting_arborification,
    count_by_weight,
    count_forests,
    count_trees,
    enumerate_forests,
    exact_log_signature,
    exact_signature,
    exp_star,
    functional_from_vector,
    gl,
    graft,
    graft_forest,
    hairer_kelly,
    log_star,
    lyndon_words,
    mkw,
    nck,
    ogl,
    pgl,
    post_lie_bch,
    pre_lie_exp,
    pre_lie_magnus,
    quasi_shuffle,
    rank,
    shuffle_algebra,
    shuffle_words,
    symmetrisation,
    unrank,
)
from treealg.symbolic.bseries import free_tree
from treealg.symbolic.hopf import readings, samples
from treealg.symbolic.hopf.grossman_larson import graft_multisets
from treealg.symbolic.linear import words
from treealg.symbolic.trees import memo, meter, modular_columns, sizes
from treealg.symbolic.trees.rooted import RootedTree

LETTERS = tuple(range(12))
OTHERS = tuple(range(12, 24))


def bush(count, kind=Tree):
    return kind([kind(label=label) for label in range(count)], "root")


def path(count, kind=Tree):
    return functools.reduce(lambda tree, _: kind([tree]), range(count - 1), kind())


def letters(count):
    return OrderedForest([PlanarTree(label=label) for label in range(count)])


TOO_LARGE = {
    "shuffle": (lambda: shuffle_words("a" * 12, "b" * 12), "2,704,156"),
    "shuffle of letters": (lambda: shuffle_algebra.product(LETTERS, OTHERS), "2,704,156"),
    "long shuffle": (lambda: shuffle_words("ab" * 500, "c" * 1000), "10^"),
    "very long shuffle": (lambda: shuffle_words("ab" * 5000, "c" * 10000), "10^6018 terms"),
    "long words": (lambda: shuffle_words("b", "a" * 999_999), "steps"),
    "long words of one letter": (lambda: shuffle_words("a" * 10**5, "a" * 10**5), f"{10**10:,}"),
    "quasi-shuffle": (
        lambda: quasi_shuffle().product(tuple(zip(LETTERS)), tuple(zip(OTHERS))),
        f"{sum(math.comb(12, k) ** 2 * 2**k for k in range(13)):,}",
    ),
    "deconcatenation's dual": (
        lambda: concatenation_algebra.coproduct(LETTERS + OTHERS),
        f"{2**24:,}",
    ),
    "ordered forests": (
        lambda: mkw.product(
            OrderedForest([PlanarTree(label=i) for i in LETTERS]),
            OrderedForest([PlanarTree(label=i) for i in OTHERS]),
        ),
        "2,704,156",
    ),
    "cuts": (lambda: bck.coproduct(bush(30)), f"{2**30 + 1:,}"),
    "planar cuts": (lambda: nck.coproduct(bush(30, PlanarTree)), f"{2**30 + 1:,}"),
    "antipode": (lambda: bck.antipode(bush(25)), f"{2**25:,}"),
    "partitions": (lambda: cem.coproduct(bush(40)), f"{2**40:,}"),
    "antipode of a path": (lambda: bck.antipode(path(300)), "1,121,505"),
    "planar antipode of a path": (lambda: nck.antipode(path(300, PlanarTree)), "1,121,505"),
    "antipode of a comb": (lambda: bck.antipode(path(80) * Tree()), "1,121,505"),
    "grafting": (lambda: gl.product(bush(14), bush(14)), "10^16"),
    "grafting of leaves on leaves": (
        lambda: ogl.product(OrderedForest([PlanarTree()] * 20), OrderedForest([PlanarTree()] * 20)),
        f"{math.comb(40, 20):,}",
    ),
    "hanging": (lambda: gl.antipode(bush(8)), f"{9**7:,}"),
    "ordered hanging": (lambda: ogl.antipode(letters(8)), f"{9**7:,}"),
    "hanging of equal leaves": (lambda: gl.antipode(Tree([Tree()] * 20)), "35,221,832"),
    "planar hanging": (lambda: pgl.antipode(letters(14)), f"{math.comb(28, 14) // 15:,}"),
    "contractions": (lambda: contracting_arborification(Tree([Tree()] * 30)), f"{2**29:,}"),
    "contracted edges of a path": (
        lambda: change_of_lift("ito", "stratonovich")(path(60)),
        "2,504,730,781,961",
    ),
    "paths on paths": (lambda: graft(path(10**4), path(10**4)), "steps"),
    "counts": (lambda: count_trees(10**5, 3), "steps"),
    "counts of many colours": (lambda: count_forests(1000, 10**300), "steps"),
    "relations": (lambda: bck.primitives(12), "12,486"),
    "divisions": (
        lambda: ogl.coproduct(OrderedForest(bush(25, PlanarTree).children)),
        f"{2**25:,}",
    ),
    "orders": (
        lambda: symmetrisation(Tree([path(i) for i in range(1, 11)])),
        f"{math.factorial(10):,}",
    ),
    "tensors": (
        lambda: bck.tensor_product(bck.coproduct(bush(13)), bck.coproduct(bush(13))),
        f"{(2**13 + 1) ** 2:,}",
    ),
}


def tree_of(seed, order, kind=Tree):
    """Return a tree whose vertices choose their parents at random."""
    draw = random.Random(seed)
    branches = [[] for _ in range(order)]
    for vertex in range(order - 1, 0, -1):
        branches[draw.randrange(vertex)].append(kind(branches[vertex]))
    return kind(branches[0])


FAR_TOO_LARGE = {
    "left cuts": lambda: mkw.coproduct(PlanarTree([path(3, PlanarTree)] * 12)),
    "antipode of left cuts": lambda: mkw.antipode(tree_of(1, 30, PlanarTree)),
    "antipode of a planar path": lambda: mkw.antipode(bamboo(15, PlanarTree)),
    "antipode of a bush": lambda: bck.antipode(tree_of(4, 60)),
    "planar antipode of a bush": lambda: nck.antipode(tree_of(4, 60, PlanarTree)),
    "cuts of a bush": lambda: bck.coproduct(tree_of(5, 80)),
    "grafting": lambda: gl.product(*(Tree([tree_of(i + j, 5) for i in range(8)]) for j in (0, 9))),
    "grafting on one tree": lambda: graft_forest(
        Forest([tree_of(i, 7) for i in range(9)]), path(9)
    ),
    "insertion": lambda: pgl.product(
        *(OrderedForest([tree_of(i + j, 5, PlanarTree) for i in range(8)]) for j in (0, 9))
    ),
    "hanging": lambda: gl.antipode(Tree([Tree(label=i % 2) for i in range(14)])),
    "ordered hanging": lambda: ogl.antipode(
        OrderedForest([path(1 + i % 2, PlanarTree) for i in range(12)])
    ),
    "planar hanging": lambda: pgl.antipode(
        OrderedForest([tree_of(i, 3, PlanarTree) for i in range(12)])
    ),
    "hanging of many trees": lambda: gl.antipode(Tree([tree_of(i % 7, 90) for i in range(90)])),
    "words of trees": lambda: arborification(bush(30)),
    "words of planar trees": lambda: arborification(
        bamboo(30, PlanarTree) * bamboo(30, PlanarTree)
    ),
    "partitions": lambda: cem.coproduct(twigs(12)),
    "pieces of a bush": lambda: cem.coaction(Forest([twigs(9), path(9)])),
    "words of trunks": lambda: hairer_kelly(twigs(8)),
    "partitions of many branches": lambda: cem.reduced_coproduct(leaves(3000).b_plus()),
    "words of trunks of many branches": lambda: hairer_kelly(leaves(3000).b_plus()),
    "words of trunks of many trees": lambda: hairer_kelly(leaves(3000)),
    "pieces of many branches": lambda: bck.antipode(leaves(3000).b_plus()),
    "cuts of many branches": lambda: bck.coproduct(leaves(3000).b_plus()),
    "words of trunks of a bush": lambda: hairer_kelly(tree_of(2, 70)),
    "contracted edges": lambda: change_of_lift("ito", "stratonovich")(tree_of(6, 60)),
    "contractions of paths": lambda: contracting_arborification(Tree([path(18)] * 2)),
}


def leaves(count):
    return Forest([Tree(label=i) for i in range(count)])


def twigs(count):
    """Return a tree with so many branches of two vertices, of which the leaves differ."""
    return Tree([Tree([Tree(label=i)]) for i in range(count)])


def bamboo(count, kind=Tree):
    return functools.reduce(lambda tree, label: kind([tree], label), range(1, count), kind())


@pytest.mark.parametrize("name", FAR_TOO_LARGE)
def test_what_is_far_too_large_is_refused_before_it_is_made(name):
    symbolic.clear_cache()
    with (
        soon(10),
        pytest.raises(InvalidValueError, match=r"more than 1,000,000 terms, beyond the bound of"),
    ):
        FAR_TOO_LARGE[name]()


FEW_TERMS = {
    "antipode of a star": lambda: len(bck.antipode(Tree([Tree()] * 2000))) - 2001,
    "planar antipode of a star": lambda: len(nck.antipode(PlanarTree([PlanarTree()] * 300))) - 301,
    "antipode of a star, left cuts": lambda: (
        len(mkw.antipode(PlanarTree([PlanarTree()] * 40))) - (40 * 41 // 2 + 1)
    ),
    "coproduct of a star": lambda: len(bck.coproduct(Tree([Tree()] * 2000))) - 2002,
    "antipode of many ordered leaves": lambda: (
        len(mkw.antipode(OrderedForest([PlanarTree(label=i) for i in range(200)]))) - 1
    ),
    "hanging of equal leaves": lambda: len(gl.antipode(Tree([Tree()] * 12))) - 12486,
    "ordered hanging of equal leaves": lambda: (
        len(ogl.antipode(OrderedForest([PlanarTree()] * 9))) - 4862
    ),
    "planar hanging of leaves": lambda: len(pgl.antipode(letters(10))) - 16796,
    "hanging of large trees": lambda: len(gl.antipode(Tree([path(100), path(70)]))) - 170,
    "divisions of a star": lambda: len(gl.coproduct(Tree([Tree()] * 2000))) - 2001,
    "long contraction": lambda: len(contracting_arborification(path(200))) - 1,
    "grafting": lambda: len(ogl.product(bush(50, PlanarTree), bush(40, PlanarTree))) - 42,
    "planar counts": lambda: (
        count_trees(10**5, 3, planar=True) * 10**5 - math.comb(2 * 10**5 - 2, 10**5 - 1) * 3**10**5
    ),
    "relations": lambda: len(bck.primitives(9)) - 98,
    "coproduct of a chain": lambda: len(bck.coproduct(path(5001))) - 5002,
    "symmetry of a star": lambda: Tree([Tree()] * 100_000).symmetry - math.factorial(100_000),
    "symmetry of many pairs": lambda: (
        Tree([Tree([Tree()] * 2)] * 50_000).symmetry - (math.factorial(50_000) << 50_000)
    ),
    "factorial of a chain": lambda: path(50_000).factorial - math.factorial(50_000),
}


@pytest.mark.parametrize("name", FEW_TERMS)
def test_large_arguments_with_small_results_come(name):
    with soon(30):
        assert FEW_TERMS[name]() == 0


@pytest.mark.parametrize("bound", [1, 50, 2000])
def test_no_sum_within_the_bound_is_refused_by_draws(bound, monkeypatch):
    monkeypatch.setattr(sizes, "MAX_TERMS", bound)
    for seed in range(20):
        own = random.Random(seed)
        sizes.check_draws("a sum", lambda _, own=own: own.randrange(bound))
    with pytest.raises(InvalidValueError, match="more than"):
        sizes.check_draws("a sum", lambda draw: draw.random())


def test_sums_of_twice_as_many_terms_are_refused_by_draws():
    for seed in range(10):
        own = random.Random(seed)
        with pytest.raises(InvalidValueError, match="more than 1,000,000 terms"):
            sizes.check_draws("a sum", lambda _, own=own: own.randrange(2 * 10**6))
        sizes.check_draws("a sum", lambda _, own=own: own.randrange(10**6))


@pytest.mark.parametrize(
    ("check", "terms"),
    [
        (samples.check_cuts, lambda forest: bck.coproduct(forest)),
        (readings.check_readings, lambda forest: arborification(forest)),
        (samples.check_partitions, lambda forest: cem.coaction(forest)),
        (samples.check_trunks, lambda forest: hairer_kelly(forest)),
        (samples.check_contractions, lambda forest: change_of_lift("ito", "backward")(forest)),
        (
            lambda what, forest: readings.check_readings(what, forest, together=True),
            lambda forest: contracting_arborification(forest),
        ),
        (
            lambda what, forest: samples.check_grafts(what, forest, forest),
            lambda forest: graft_multisets(forest, forest),
        ),
        (
            lambda what, forest: samples.check_pieces(what, forest.b_plus()),
            lambda forest: bck.antipode(forest.b_plus()),
        ),
        (
            lambda what, forest: samples.check_left_cuts(what, planar(forest), antipode=False),
            lambda forest: mkw.coproduct(planar(forest)),
        ),
        (
            lambda what, forest: samples.check_left_cuts(what, planar(forest), antipode=True),
            lambda forest: mkw.antipode(planar(forest)),
        ),
        (
            lambda what, forest: readings.check_readings(what, planar(forest)),
            lambda forest: arborification(planar(forest)),
        ),
        (samples.check_hangings, lambda forest: gl.antipode(forest.b_plus())),
        (
            lambda what, forest: samples.check_hangings(what, planar(forest)),
            lambda forest: ogl.antipode(planar(forest)),
        ),
        (
            lambda what, forest: samples.check_hangings(what, planar(forest), inserts=True),
            lambda forest: pgl.antipode(planar(forest)),
        ),
        (
            lambda what, forest: samples.check_insertions(what, planar(forest), planar(forest)),
            lambda forest: pgl.product(planar(forest), planar(forest)),
        ),
    ],
)
def test_what_is_drawn_are_terms_and_all_of_them(check, terms, monkeypatch):
    found = set()

    def gather(what, draw):
        own = random.Random(7)
        found.update(draw(own) for _ in range(4000))

    for module in (readings, samples):
        monkeypatch.setattr(module, "check_draws", gather)
    forest = Forest.from_text("1 0[0,0[1]]")
    check("a sum", forest)
    assert len(found) == len(terms(forest))


@pytest.mark.parametrize(
    ("check", "terms"),
    [
        (samples.check_cuts, lambda forest: bck.coproduct(forest)),
        (samples.check_partitions, lambda forest: cem.coaction(forest)),
    ],
)
@pytest.mark.parametrize(
    "forest", [Forest([Tree([Tree([Tree()] * 130)] * 2)]), Forest([Tree()] * 100 + [path(2)])]
)
def test_what_does_not_take_part_makes_no_more_terms(check, terms, forest, monkeypatch):
    found = set()

    def gather(what, draw):
        own = random.Random(8)
        found.update(draw(own) for _ in range(3000))

    for module in (readings, samples):
        monkeypatch.setattr(module, "check_draws", gather)
    check("a sum", forest)
    assert 1 <= len(found) <= len(terms(forest))


def planar(forest):
    return OrderedForest.from_tuple(forest.to_tuple())


@pytest.mark.parametrize("name", TOO_LARGE)
def test_what_is_too_large_is_refused_at_once_with_its_size(name):
    compute, size = TOO_LARGE[name]
    with pytest.raises(InvalidValueError, match="beyond the bound of") as caught:
        compute()
    assert size in str(caught.value)


def test_sums_of_shuffles_are_measured_as_they_grow(monkeypatch):
    monkeypatch.setattr(
        words, "check_terms", lambda what, count: sizes.check_terms(what, count, 5000)
    )
    with pytest.raises(InvalidValueError, match=r"has at least .* terms"):
        arborification(bush(8))


@pytest.mark.parametrize(
    "compute",
    [
        lambda: len(bck.coproduct(Tree([Tree()] * 100))) - 102,
        lambda: len(nck.coproduct(PlanarTree([PlanarTree()] * 60))) - 62,
        lambda: len(shuffle_words("a" * 500, "a" * 500)) - 1,
        lambda: len(shuffle_words("b", "a" * 500)) - 501,
        lambda: len(quasi_shuffle().product(((0,),) * 8, ((0,),) * 8)) - 1597,
    ],
)
def test_what_collapses_is_not_refused(compute):
    with soon(30):
        assert compute() == 0


def test_counts_are_the_numbers_of_words():
    for first, second in itertools.product(["abab", "aab", "abc", "aaa", ""], repeat=2):
        assert sizes.count_shuffles(first, second) == len(shuffle_words(first, second))
    assert sizes.count_quasi_shuffles(3, 2) == len(
        quasi_shuffle().product(((1,), (2,), (3,)), ((4,), (5,)))
    )


SUMS = [
    quasi_shuffle(lambda a, b: a + b, weight=int),
    quasi_shuffle(lambda a, b: a * b % 5, weight=int),
    quasi_shuffle(lambda a, b: None),
    quasi_shuffle(lambda a, b: {a + b: 2, 0: Fraction(1, 3)}),
]


@pytest.mark.parametrize("algebra", SUMS, ids=["sum", "product", "none", "two"])
def test_counts_of_quasi_shuffles_are_the_numbers_of_words(algebra):
    words = [(), (1,), (2, 1), (1, 1, 2), (3, 1, 4, 2), (2, 2, 2, 2)]
    for first, second in itertools.product(words, repeat=2):
        assert algebra._count_words(first, second) == len(algebra.product(first, second))
    ways = quasi_shuffle(lambda a, b: {a + b: -1})
    assert ways._count_words((1,), (1,)) == 0


@pytest.mark.parametrize("algebra", SUMS[:2] + SUMS[3:], ids=["sum", "product", "two"])
def test_quasi_shuffles_of_equal_letters_are_refused_at_once(algebra):
    message = "quasi-shuffle of these words has at least"
    with soon(1), pytest.raises(InvalidValueError, match=message):
        algebra.product((1,) * 13, (3,) * 13)


def test_quasi_shuffles_without_a_bracket_are_shuffles_also_in_number():
    letters = tuple(range(20))
    assert len(SUMS[2].product(letters[:9], letters[9:17])) == math.comb(17, 8)


def test_shuffles_are_those_of_their_definition():
    def shuffle(first, second):
        if not (first and second):
            return {first + second: 1}
        total = collections.Counter()
        for letter, rest in ((first[0], (first[1:], second)), (second[0], (first, second[1:]))):
            for word, ways in shuffle(*rest).items():
                total[letter, *word] += ways
        return total

    for first, second in itertools.product(["abab", "aab", "abc", "aaaa", ""], repeat=2):
        assert shuffle_words(first, second) == shuffle(tuple(first), tuple(second))
    ways = shuffle_words("a" * 300, "a" * 200)
    assert ways == {("a",) * 500: math.comb(500, 200)}


def test_counted_cuts_are_the_terms_of_coproducts():
    for order, colours in itertools.product((4, 5), (1, 2)):
        for forest in enumerate_forests(order, colours):
            count = sizes.count_cuts(forest.trees)
            # Two cuts may give the same pair; of distinguishable vertices none do.
            assert count >= len(bck.coproduct(forest))
    spread = Forest([Tree([Tree(label=1), Tree([Tree(label=2)], 3)], 4), Tree([Tree(label=5)], 6)])
    assert sizes.count_cuts(spread.trees) == len(bck.coproduct(spread))


def test_arguments_of_another_kind_are_errors_that_say_so():
    for wrong in (3, None):
        with pytest.raises(InvalidTypeError, match="a tree must be a Tree or a tuple"):
            free_tree(wrong)
        with pytest.raises(InvalidTypeError, match="size must be a MapSize"):
            build_program(wrong)
        with pytest.raises(InvalidTypeError, match="first must be a word"):
            shuffle_words(wrong, ())
    with pytest.raises(InvalidTypeError, match="letters of a word must be hashable"):
        shuffle_words(([],), (1,))
    for size in (map_size("sig", 1, 2), MapSize("nothing", 1, 2, False, 1)):
        with pytest.raises(InvalidValueError, match="a map between vectors"):
            build_program(size)
    assert free_tree(((0,), (0,), 0)) == free_tree(Tree([Tree(), Tree()]))


@pytest.mark.parametrize("order", [25, 10**20])
@pytest.mark.parametrize(
    "series",
    [
        bseries.exact_series,
        bseries.exact_lie_butcher_series,
        bseries.average_vector_field,
        bseries.published_method("rk4").series,
    ],
)
def test_series_of_too_many_trees_are_refused_at_once(series, order):
    with pytest.raises(InvalidValueError, match=r"series of order .* has at least .* terms"):
        series(order)


HUGE = 10**30


@pytest.mark.parametrize(
    "compute",
    [
        lambda: exact_signature([[0], [1]], HUGE),
        lambda: exact_log_signature([[0], [1]], HUGE, planar=True),
        lambda: log_star([1], 1, HUGE),
        lambda: exp_star([1], 1, HUGE, planar=True),
        lambda: chen_product([1], [1], 1, HUGE),
        lambda: functional_from_vector([1], 1, HUGE),
        lambda: pre_lie_exp(Tree(), HUGE),
        lambda: pre_lie_magnus(Tree([Tree()]), HUGE),
        lambda: post_lie_bch(PlanarTree(), PlanarTree(), HUGE),
        lambda: next(lyndon_words(HUGE, 2)),
        lambda: bseries.symbolic_tableau(HUGE),
    ],
)
def test_sizes_are_refused_before_loops(compute):
    with pytest.raises(InvalidValueError, match="beyond the bound of"):
        compute()


def test_nothing_grafted_is_nothing_to_any_order():
    assert pre_lie_exp(Element(), HUGE) == Element()


@pytest.mark.parametrize(("text", "bound"), [("5000", 5000), ("", 10**6), (" 7 ", 7), ("+070", 70)])
def test_the_environment_sets_the_bound(text, bound):
    assert sizes._bound(text) == bound


@pytest.mark.parametrize("text", ["many", "0", "-1", "1e6", "１０", "1_000", "٣", "1" * 5000])
def test_a_bound_that_is_no_number_is_refused(text):
    with pytest.raises(InvalidValueError, match="TREEALG_MAX_TERMS must be a positive integer"):
        sizes._bound(text)


def test_a_lower_bound_in_the_environment_refuses_and_a_higher_one_lets_through():
    program = (
        "from treealg.errors import InvalidValueError\n"
        "from treealg.symbolic import shuffle_words\n"
        "try:\n"
        "    print(len(shuffle_words('abcdef', 'ghijkl')))\n"
        "except InvalidValueError as error:\n"
        "    print('TREEALG_MAX_TERMS' in str(error))\n"
    )
    for bound, answer in (("900", "True"), ("924", "924")):
        found = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "TREEALG_MAX_TERMS": bound},
            capture_output=True,
            text=True,
            check=True,
        )
        assert found.stdout.strip() == answer


ALGEBRAS = [
    bck,
    mkw,
    nck,
    cem,
    gl,
    ogl,
    pgl,
    shuffle_algebra,
    concatenation_algebra,
    quasi_shuffle(),
]


@pytest.mark.parametrize("algebra", ALGEBRAS, ids=str)
@pytest.mark.parametrize(
    "ask",
    [
        lambda algebra: algebra.iterated_coproduct(algebra.one, 10**30),
        lambda algebra: algebra.iterated_coproduct(next(algebra.basis(2)), 10**5),
        lambda algebra: algebra.primitives(2, 10**30),
        lambda algebra: algebra.primitives(10**30),
        lambda algebra: next(algebra.basis(10**30)),
        lambda algebra: AlgebraElement(algebra, next(algebra.basis(2))) ** 10**30,
        lambda algebra: AlgebraElement(algebra, None) ** 10**8,
    ],
)
def test_every_algebra_refuses_sizes_before_its_loops(algebra, ask):
    with pytest.raises(InvalidValueError, match=r"beyond the bound|at most 400"):
        ask(algebra)


@pytest.mark.parametrize("algebra", ALGEBRAS[:2] + ALGEBRAS[4:9], ids=str)
def test_a_basis_of_any_number_of_colours_begins_at_once(algebra):
    assert algebra.degree(next(algebra.basis(3, 10**30))) == 3


@pytest.mark.parametrize("algebra", ALGEBRAS, ids=str)
def test_powers_are_repeated_products(algebra):
    x = AlgebraElement(algebra, next(algebra.basis(1))) + 2
    total = AlgebraElement(algebra, None)
    for exponent in range(5):
        assert x**exponent == total
        total = total * x
    with pytest.raises(InvalidValueError, match="exponent must be at least 0"):
        x**-1


def test_zero_is_zero_however_often_its_coproduct_is_taken():
    assert not bck.iterated_coproduct(Element(), 10**30)


def test_a_sum_is_refused_when_all_that_it_needs_is_too_large(monkeypatch):
    monkeypatch.setattr(memo, "MAX_STEPS", 50)
    with pytest.raises(InvalidValueError, match="all that is needed together has at least"):
        gl.product(Tree([Tree([Tree()])] * 5), Tree([Tree([Tree()])] * 5))


@pytest.mark.parametrize(
    "ask",
    [
        lambda: rank(Tree([Tree([Tree()] * 100)] * 3)),
        lambda: rank(Tree([Tree([Tree()] * 500)] * 3)),
        lambda: unrank(Tree, count_trees(300) * 2 // 3),
        lambda: unrank(Forest, count_trees(300, 3) * 2 // 3, 3),
        lambda: unrank(PlanarTree, 1 << 10**6),
        lambda: unrank(Forest, 1 << 10**5, 10**30),
    ],
)
def test_places_that_take_minutes_to_count_are_refused(monkeypatch, ask):
    monkeypatch.setattr(sizes, "MAX_STEPS", 1)
    with pytest.raises(InvalidValueError, match=r"beyond the bound|binary digits"):
        ask()


def test_places_are_refused_before_the_columns_that_they_need_are_made(monkeypatch):
    made = []
    monkeypatch.setattr(modular_columns, "_by_matrices", lambda *_: made.append(1))
    monkeypatch.setattr(modular_columns, "_by_terms", lambda *_: made.append(1))
    with pytest.raises(InvalidValueError, match=r"branches of 78 or more beside each other, takes"):
        rank(Tree([path(order) for order in range(1, 80)]))
    assert not made


def test_places_of_different_chains_are_found_again():
    tree = Tree([path(order) for order in range(1, 40)])
    assert unrank(Tree, rank(tree)) is tree


@pytest.mark.parametrize(
    "ask",
    [
        lambda e, a: e((a + 1) ** 10**6) == e(1),
        lambda e, a: e((a + 1) ** 10**6 * (a - 1)) == e(a),
        lambda e, a: e(a + (a + 1) ** -(10**6)) == e(1),
        lambda e, a: e(((a + 1) ** 60 + 1) ** 100).expand(),
        lambda e, a: e((1 + sympy.sqrt(2)) ** 10**6).expand(),
        lambda e, a: e((a + sympy.Symbol("b") + sympy.Symbol("c")) ** 200).expand(),
        lambda e, a: e((a + sum(sympy.symbols("b:9"))) ** 7).expand(),
        lambda e, a: e((a + 1) ** 10**6).simplify(),
        lambda e, a: e((a + 1) ** 10**6).collect(a),
        lambda e, a: e(a**10**20).collect(a),
        lambda e, a: hash(e((a + 1) ** 10**6)),
        lambda e, a: bseries.RungeKutta([[(a + 1) ** 10**6]], [1]).stability_function(),
    ],
)
def test_powers_that_expand_to_giants_are_refused(ask):
    with pytest.raises(InvalidValueError, match=r"powers of sums that|a degree of at most"):
        ask(lambda value: Element({Tree(): value}), sympy.Symbol("a"))


def test_powers_of_variables_are_no_giants():
    a = sympy.Symbol("a")
    power = Element({Tree(): a**10**20 * (a + 1)})
    assert power.expand() == power
    wide = (a + 1) ** 30 * (a + 2) ** 30 * (a + 3) ** 30
    assert len(Element({Tree(): wide}).collect(a)) == 91


@pytest.mark.parametrize(
    "ask",
    [
        lambda: symbolic.translate_element(path(5001), {0: Tree(label=1)}, 5001),
        lambda: symbolic.translate_element(Tree([Tree()] * 5000), {0: Tree(label=1)}, 5001),
        lambda: hairer_kelly(Tree([Tree()] * 5000)),
        lambda: cem.coproduct(Tree([Tree()] * 5000)),
        lambda: graft(Tree(), functools.reduce(lambda t, _: Tree([Tree(), t]), range(900), Tree())),
        lambda: bseries.elementary_differential_at(
            Tree([Tree()] * 1000), lambda y: [y[0] ** 2], [1]
        ),
    ],
)
def test_steps_of_long_forests_and_masks_count_as_more_than_one(monkeypatch, ask):
    # A tenth of the bound, within a tenth of the time.
    monkeypatch.setattr(meter, "MAX_STEPS", sizes.MAX_STEPS // 10)
    monkeypatch.setattr(sizes, "MAX_STEPS", sizes.MAX_STEPS // 10)
    symbolic.clear_cache()
    with soon(3), pytest.raises(InvalidValueError, match="steps"):
        ask()


def test_places_of_bushes_and_chains_need_few_counts(monkeypatch):
    monkeypatch.setattr(sizes, "MAX_STEPS", 50_000)  # what the counts themselves take
    chain = functools.reduce(lambda tree, _: Tree([tree]), range(300), Tree())
    for tree in (Tree([Tree()] * 300), chain):
        assert unrank(Tree, rank(tree)) == tree


@pytest.mark.parametrize("planar", [False, True, None])
def test_counts_by_weight_are_bounded(planar):
    with pytest.raises(InvalidValueError, match="at most 1,000 to be counted"):
        count_by_weight((1, 2), 10**30, planar=planar)


@pytest.mark.parametrize(
    "multiply",
    [
        lambda: ogl.product(OrderedForest([PlanarTree()] * 7), OrderedForest([PlanarTree()] * 7)),
        lambda: quasi_shuffle(lambda a, b: a + b, weight=lambda a: 1).product(
            (1, 2, 3) * 3, (2, 1) * 4
        ),
    ],
    ids=["ogl", "quasi-shuffle"],
)
def test_products_with_equal_labels_are_measured_before_they_are_made(multiply, monkeypatch):
    monkeypatch.setattr(sizes, "MAX_STEPS", 1000)
    symbolic.clear_cache()
    with pytest.raises(InvalidValueError, match="all that is needed together takes at least"):
        multiply()


def test_cuts_are_counted_once_for_all_parts(monkeypatch):
    path = functools.reduce(lambda tree, _: Tree([tree]), range(200), Tree(label="end"))
    assert sizes.count_cuts([path]) == 202
    monkeypatch.setattr(RootedTree, "_bottom_up", None)
    assert sizes.count_cuts([path.children[0]]) == 201
