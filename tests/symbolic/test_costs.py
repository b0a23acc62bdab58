"""What is too large is refused at once, by its size and not after the work."""

import functools
from collections import Counter
from itertools import compress, product

import pytest
import sympy

import treealg
from tests.support import soon
from treealg.errors import InvalidValueError
from treealg.symbolic import (
    Element,
    Forest,
    OrderedForest,
    PlanarTree,
    Tensor,
    Tree,
    arborification,
    bck,
    bseries,
    cem,
    clear_cache,
    concatenation_algebra,
    count_by_weight,
    count_trees,
    exact_signature,
    gl,
    mkw,
    nck,
    ogl,
    pgl,
    quasi_shuffle,
    rank,
    shuffle_algebra,
    shuffle_words,
    symmetrisation,
    unrank,
)
from treealg.symbolic.hopf import collected, enveloping
from treealg.symbolic.linear import combinations
from treealg.symbolic.trees import contraction, interning, memo, meter
from treealg.symbolic.trees.sizes import count_collected_terms


def _chain(vertices, kind=Tree, label=0):
    tree = kind(label=label)
    for _ in range(vertices - 1):
        tree = kind([tree], label)
    return tree


@pytest.mark.parametrize(
    ("read", "text", "match"),
    [
        (Tree.from_text, "9" * 10**6, "at most 50,000 digits, got 1,000,000 at position 0"),
        (Tree.from_text, "0[1, -" + "9" * 50_001 + "]", "got 50,002 at position 5"),
        (Forest.from_text, "0 " + "7" * 60_000, "got 60,000 at position 2"),
        (lambda text: treealg.name_to_tree(text, 1), "9" * 10**6, "at most 50,000 digits"),
        (lambda text: treealg.name_to_tree(text, 1), "9" * 40_000, "made of the channels"),
        (lambda text: treealg.name_to_tree(text, 1), "0 " * 10**5, "one tree, got 100000"),
        (PlanarTree.from_text, "[" * 10**6, "expected a label at position 0"),
    ],
)
def test_text_is_refused_by_its_length_in_few_words(read, text, match):
    with soon(2), pytest.raises(InvalidValueError, match=match) as caught:
        read(text)
    assert len(str(caught.value)) < 400


def test_many_long_integers_and_many_parts_are_refused(monkeypatch):
    monkeypatch.setattr(meter, "MAX_STEPS", 10**5)
    with pytest.raises(InvalidValueError, match="more than 100,000 steps"):
        Forest.from_text("0 " * 40_000)
    with pytest.raises(InvalidValueError, match="more than 100,000 steps"):
        Tree.from_text("0[" + ",".join(["9" * 20_000] * 5) + "]")


def test_integers_are_written_up_to_the_length_to_which_they_are_read():
    last = 10**50_000 - 1
    for label in (last, -last):
        assert Tree.from_text(Tree(label=label).to_text()).label == label
    with pytest.raises(InvalidValueError, match="integers of at most 50,000 digits"):
        Tree(label=10**50_100).to_text()


def chain(labels, kind=Tree):
    first, *others = labels
    return functools.reduce(lambda tree, label: kind([tree], label), others, kind([], first))


SINGLES = Element({Tree(label=i): 1 for i in range(10_000)})


def broom(vertices, leaves):
    return functools.reduce(lambda tree, _: Tree([tree]), range(vertices), Tree([Tree()] * leaves))


CHERRY = Tree([Tree()] * 2)
LEAVES = OrderedForest([PlanarTree()] * 300)
BUSHES = [Tree([Tree()] * count) for count in range(100)]


@pytest.mark.parametrize(
    "ask",
    [
        lambda: count_by_weight([1] * 10_000, 1000),
        lambda: count_by_weight([1] * 10**6, 1000, planar=True),
        lambda: exact_signature([[0], [1]] * 50_000, 3),
        lambda: exact_signature([[0, 0], [1, 2]] * 10_000, 3, planar=True),
        lambda: unrank(Tree, 2**15_999),
        lambda: unrank(Forest, 2**15_999 - 1),
        lambda: unrank(Tree, 2**8_000),
        lambda: unrank(Forest, 2**12_000),
        lambda: count_trees(9_000),
        lambda: bck.coproduct(Forest([Tree()] * 20_000)),
        lambda: bck.reduced_coproduct(Forest([Tree()] * 20_000)),
        lambda: nck.coproduct(OrderedForest([PlanarTree()] * 20_000)),
        lambda: shuffle_words((0,) * 5000, (1,)),
        lambda: shuffle_words((0,) * 20_000, (0, 1)),
        lambda: shuffle_words(tuple(range(20_000)), (0,)),
        lambda: mkw.coproduct(OrderedForest([PlanarTree()] * 20_000)),
        lambda: mkw.antipode(OrderedForest([PlanarTree()] * 20_000)),
        lambda: bck.antipode(Forest([Tree([Tree()])] * 10_000)),
        lambda: bck.iterated_coproduct(Forest([Tree()] * 3_000), 2),
        lambda: nck.iterated_coproduct(OrderedForest([PlanarTree()] * 3_000), 2),
        lambda: mkw.iterated_coproduct(OrderedForest([PlanarTree()] * 1_000), 2),
        lambda: shuffle_algebra.iterated_coproduct((0, 1) * 1_000, 2),
        lambda: bck.iterated_coproduct(SINGLES, 50),
        lambda: bck.coproduct(chain([0, 1] * 2_500)),
        lambda: mkw.coproduct(chain([0] * 5_000, PlanarTree)),
        lambda: mkw.antipode(chain([0] * 5_000, PlanarTree)),
        lambda: concatenation_algebra.coproduct((0,) * 20_000),
        lambda: concatenation_algebra.coproduct((0,) * 300 + (1,) * 300),
        lambda: gl.primitives(1, 10**6),
        lambda: bck.primitives(1, 10**6),
        lambda: concatenation_algebra.primitives(1, 600_000),
        lambda: bck.primitives(11),
        lambda: bck.primitives(2, 700),
        lambda: nck.primitives(8),
        lambda: mkw.primitives(9),
        lambda: cem.primitives(9),
        lambda: cem.primitives(12),
        lambda: cem.coproduct(chain([0] * 46)),
        lambda: cem.coproduct(Tree([chain([0] * 50), Tree()])),
        lambda: bck.antipode(chain([0] * 59)),
        lambda: bck.antipode(chain([0] * 52)),
        lambda: bck.antipode(chain(range(20))),
        lambda: bck.antipode(broom(40, 40)),
        lambda: bck.antipode(Tree([broom(30, 20), Tree()])),
        lambda: bck.antipode(Forest([chain([0] * 4)] * 100)),
        lambda: cem.antipode(Tree([Tree()] * 60)),
        lambda: cem.antipode(Tree([Tree()] * 12 + [Tree(label=1)] * 12)),
        lambda: cem.antipode(Tree([Tree()] * 100 + [Tree(label=i) for i in range(100)])),
        lambda: symmetrisation(Forest([Tree([Tree()])] * 12_000 + [Tree()])),
        lambda: count_trees(10**5, 10**1000, planar=True),
        lambda: count_trees(10**5, 10**100, planar=True),
        lambda: quasi_shuffle().product(((0,),) * 20_000, ((1,),)),
        lambda: quasi_shuffle().product(((0,),) * 500, ((1,),)),
        lambda: quasi_shuffle(lambda a, b: None).product((0,) * 3_000, (1,)),
    ],
)
def test_work_is_refused_before_it_is_done(ask):
    with soon(3), pytest.raises(InvalidValueError, match="steps, beyond the bound of"):
        ask()


def test_places_of_many_ordered_trees_take_one_list_of_counts():
    with soon(2):
        assert rank(OrderedForest([PlanarTree()] * 9_000)) > 2**17_000


@pytest.mark.parametrize(
    "ask",
    [
        lambda: bck.coproduct(Forest(BUSHES)),
        lambda: bck.antipode(Forest(BUSHES)),
        lambda: nck.antipode(OrderedForest([PlanarTree([PlanarTree()] * 2)] * 5_000)),
        lambda: nck.antipode(OrderedForest([PlanarTree([PlanarTree()])] * 5_000)),
        lambda: mkw.coproduct(OrderedForest([PlanarTree([PlanarTree()])] * 300)),
        lambda: mkw.antipode(OrderedForest([PlanarTree([PlanarTree()])] * 300)),
        lambda: concatenation_algebra.coproduct((0, 1) * 200),
        lambda: pgl.product(LEAVES, LEAVES),
        lambda: pgl.product(OrderedForest([PlanarTree()] * 20), chain([0] * 300, PlanarTree)),
        lambda: gl.product(chain([0] * 300), Tree([Tree()] * 20)),
        lambda: gl.product(Tree([CHERRY] * 100), Tree([Tree(label=i) for i in range(100)])),
    ],
)
def test_parts_of_what_is_large_tell_that_the_whole_is_too_large(ask):
    with soon(3), pytest.raises(InvalidValueError, match="has more than 1,000,000 terms"):
        ask()


@pytest.mark.parametrize(
    ("ask", "terms"),
    [
        (lambda: shuffle_algebra.primitives(2, 1000), 0),
        (lambda: shuffle_algebra.primitives(3, 100), 0),
        (lambda: quasi_shuffle().primitives(400), 1),
        (lambda: quasi_shuffle().primitives(3, 20), 20 * 21 * 22 // 6),
        (lambda: gl.primitives(12), 4766),
        (lambda: pgl.primitives(9), 1430),
        (lambda: symmetrisation(Forest([Tree([Tree()])] * 5_000)), 1),
        (lambda: symmetrisation(Forest([Tree([Tree()])] * 500 + [Tree()])), 501),
        (lambda: mkw.coproduct(OrderedForest([PlanarTree()] * 4_000)), 4_001),
        (lambda: bck.coproduct(Forest([Tree()] * 4_000)), 4_001),
        (lambda: bck.antipode(Forest([Tree([Tree()])] * 3_000)), 3_001),
        (lambda: bck.antipode(Forest([chain([0] * 3)] * 100)), 101 * 102 // 2),
        (lambda: cem.antipode(Forest([chain([0] * 4)] * 60)), 61 * 62 // 2),
        (lambda: cem.coproduct(Tree([Tree()] * 3_000)), 3_001),
        (lambda: bck.antipode(chain(range(17))), 2**16),
    ],
)
def test_few_terms_take_little_work(ask, terms):
    with soon(3):
        assert len(ask()) == terms


MIXED = Tree([Tree([Tree(), Tree(label=1)]), chain([0] * 3)])


@pytest.mark.parametrize(
    ("algebra", "trees"),
    [
        (bck, [chain([0] * 3)] * 7 + [chain([0] * 4)] * 5 + [CHERRY] * 3),
        (bck, [MIXED] * 2 + [chain([0, 0])] * 8),
        (bck, [MIXED, MIXED] + [CHERRY] * 4 + [Tree()] * 30 + [Tree(label=1)] * 8),
        (bck, [Tree([Tree()] * 3)] * 8),
        (cem, [chain([0] * 3)] * 7 + [chain([0] * 4)] * 5 + [CHERRY] * 3),
        (cem, [MIXED] * 2),
    ],
)
@pytest.mark.parametrize("ways", [0, 10**6])
def test_powers_of_antipodes_are_products_of_them(algebra, trees, ways, monkeypatch):
    monkeypatch.setattr(collected, "_FEW_WAYS", ways)
    clear_cache()
    total = algebra.unit
    for tree in trees:
        total = algebra.product(total, algebra.antipode(tree))
    assert algebra.antipode(Forest(trees)) == total


def test_antipodes_of_forests_have_the_sign_of_the_number_of_trees():
    trees = [chain([0] * 3)] * 7 + [chain([0] * 4)] * 5 + [CHERRY] * 3
    assert bck.antipode(Forest(trees))[Forest([Tree()] * 50)] == (-1) ** 50


@pytest.mark.parametrize("forest", [[[0], [1]], [[0, 1], [0], [2, 3]], [[0], [0, 0], [0]]])
def test_left_cuts_are_those_of_shorter_forests(forest):
    x = OrderedForest([chain(labels, PlanarTree) for labels in forest])
    *before, last = x.trees
    branches = mkw.coproduct(OrderedForest(last.children))
    total = {(x, mkw.one): 1}
    for (pruned, trunk), value in mkw.coproduct(OrderedForest(before)).items():
        for (more, rest), factor in branches.items():
            root = rest.b_plus(last.label)
            for key, count in mkw.product(pruned, more).items():
                pair = (key, trunk * root)
                total[pair] = total.get(pair, 0) + value * factor * count
    assert mkw.coproduct(x) == Tensor(total)


@pytest.mark.parametrize("colours", [1, 2, 5, 10**6])
@pytest.mark.parametrize("kind", [Tree, PlanarTree, Forest, OrderedForest])
def test_places_are_found_whatever_was_counted_before(kind, colours):
    for index in [*range(40), *(2**bits for bits in range(6, 300, 49))]:
        assert rank(unrank(kind, index, colours), colours) == index


@pytest.mark.parametrize("planar", [False, True, None])
def test_counts_by_weight_have_a_label_for_each_weight_given(planar):
    weights = [1, 3, 3, 1000, 5]
    counts = count_by_weight(weights, 12, planar=planar)
    assert counts == count_by_weight([5, 3, 1, 3], 12, planar=planar)
    assert (
        counts[:4]
        == {
            False: (1, 1, 1, 4),
            True: (1, 1, 2, 7),
            None: (1, 1, 1, 3),
        }[planar]
    )


def test_powers_of_sums_are_those_of_repeated_products():
    forest = Forest([Tree(), *[Tree([Tree()])] * 3])
    delta = bck.coproduct(Tree([Tree()]))
    power = bck.coproduct(Tree())
    for _ in range(3):
        power = bck.tensor_product(power, delta)
    assert bck.coproduct(forest) == power


def divisions(whole):
    """Return the multisets of parts, none of them empty, of which a vector is the sum."""
    found = {()} if not any(whole) else set()
    for part in product(*(range(count + 1) for count in whole)):
        if any(part):
            rest = tuple(count - taken for count, taken in zip(whole, part, strict=True))
            found |= {tuple(sorted((*more, part))) for more in divisions(rest)}
    return found


@pytest.mark.parametrize("whole", [(0,), (1,), (6,), (2, 3), (3, 2, 1), (1, 1, 1, 1)])
def test_divisions_of_multisets_are_counted_with_those_of_their_parts(whole):
    total = 0
    for part in product(*(range(count + 1) for count in whole)):
        smaller = product(*(range(count + 1) for count in part))
        total += sum(len(divisions(one)) for one in smaller)
    assert count_collected_terms(*whole) == total


@pytest.mark.parametrize("count", [100, 101, 10**6])
def test_divisions_of_large_multisets_are_counted_from_below(count):
    with soon(1):
        assert count_collected_terms(count, *[count] * 9) >= count_collected_terms(100)
        assert count_collected_terms(count) == count_collected_terms(100) > 10**9
        assert count_collected_terms(*[1] * count) > 10**7


@pytest.mark.parametrize("keep_leaves", [False, True])
def test_partitions_of_equal_branches_are_powers_of_those_of_one(keep_leaves, monkeypatch):
    branch = Tree([Tree(), Tree([Tree(label=1)])])
    tree = Tree([*[Tree()] * 4, *[branch] * 2, *[chain([0] * 2)] * 3])
    found = contraction.Partitions(keep_leaves)(tree)
    monkeypatch.setattr(contraction, "_FEW_WAYS", 0)
    assert contraction.Partitions(keep_leaves)(tree) == found
    assert sum(found.values()) == 2 ** (tree.order - 1)


N, X = sympy.symbols("n x")


def unevaluated(base, exponent):
    return sympy.Pow(base, exponent, evaluate=False)


GIANTS = [
    unevaluated(9, 9**9),
    unevaluated(9, 9**7),
    unevaluated(sympy.Rational(1, 9), -(9**9)),
    unevaluated(sympy.Float(1.5), 10**9),
    unevaluated(unevaluated(9, 9**5), 9**5),
    unevaluated(9, unevaluated(9, 9)),
    unevaluated(2 * sympy.sqrt(3), 10**9),
    sympy.Add(sympy.sqrt(2), unevaluated(9, 9**9), evaluate=False),
    sympy.Mul(X, unevaluated(9, -(9**9)), evaluate=False),
    sympy.sqrt(1 + X * sympy.factorial(10**9, evaluate=False)),
    sympy.binomial(10**9, 10**8, evaluate=False),
    sympy.fibonacci(10**9, evaluate=False),
    sympy.bell(10**9, evaluate=False),
]


@pytest.mark.parametrize("giant", GIANTS, ids=str)
@pytest.mark.parametrize(
    "take",
    [
        lambda giant: Element({Tree(): giant}),
        lambda giant: Element({Tree(): 1}) * giant,
        lambda giant: Element({Tree(): X}).subs(X, giant),
        lambda giant: bseries.RungeKutta([[giant]], [1]),
        lambda giant: bseries.exact_series(3).map_coefficients(lambda _: giant),
    ],
)
def test_numbers_of_too_many_digits_are_refused_before_they_are_computed(giant, take):
    with soon(2), pytest.raises(InvalidValueError, match=r"binary digits|too many digits"):
        take(giant)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (sympy.factorial(N), 10**7),
        (sympy.fibonacci(N), 10**8),
        (sympy.catalan(N + 1), 10**8),
        (sympy.bell(N), 10**5),
        (sympy.rf(X, N), 10**8),
        (2 ** sympy.factorial(N), 10**8),
        (2 ** sympy.factorial(N), 15),
        (2**N, 10**8),
        ((X + 3) ** N, 10**8),
    ],
)
def test_nothing_is_put_in_that_makes_a_giant(value, number):
    with soon(2), pytest.raises(InvalidValueError, match="subs makes"):
        Element({Tree(): value}).subs(N, number)


@pytest.mark.parametrize(
    "value",
    [
        unevaluated(9, 1000),
        sympy.factorial(1000, evaluate=False),
        unevaluated(unevaluated(2, 100), -3),
        unevaluated(sympy.Float(1.5), 100),
    ],
    ids=str,
)
def test_numbers_that_are_not_computed_yet_are_the_numbers_that_they_are(value):
    number = value.doit() if not value.has(sympy.Float) else sympy.Rational(3, 2) ** 100
    assert Element({Tree(): value}) == Element({Tree(): number})
    assert Element({Tree(): value}) != Element({Tree(): number + 1})


@pytest.mark.parametrize(
    "value",
    [
        sympy.sin(10**9) + sympy.pi ** (10**9) + sympy.exp(10**9),
        (1 + sympy.sqrt(2)) ** 10**7,
        X ** (10**20),
        2**N * sympy.factorial(N) + sympy.erf(10**6),
        sympy.Float(1.1) * X**0.1,
    ],
    ids=str,
)
def test_what_is_no_number_of_many_digits_is_a_coefficient(value):
    assert Element({Tree(): value})[Tree()] == value


def test_numbers_of_moderate_size_are_put_in():
    x = Element({Tree(): sympy.factorial(N) + 2**N + X**0.1})
    assert x.subs({N: 1000, X: 1})[Tree()] == sympy.factorial(1000) + 2**1000 + 1
    assert Element({Tree(): X**0.1}).subs(X, 2)[Tree()] == sympy.Float(2) ** 0.1
    assert Element({Tree(): X ** (10**6)}).subs(X, 1.0)[Tree()] == 1.0


@pytest.mark.parametrize("kind", [Tree, PlanarTree])
@pytest.mark.parametrize(
    ("vertices", "longest"), [(5001, None), (40, None), (5001, 2), (31, 2), (26, 3), (60, 70)]
)
def test_words_of_pieces_of_a_path_are_counted_before_they_are_made(kind, vertices, longest):
    for tree in (_chain(vertices, kind), kind([_chain(3, kind), _chain(vertices, kind)])):
        with soon(1), pytest.raises(InvalidValueError, match=r"has at least 1,\d{3},\d{3} terms"):
            arborification(tree, longest=longest)


def test_words_of_pieces_up_to_the_bound_are_made():
    assert len(arborification(_chain(15), longest=None)) == 2**14
    assert len(arborification(_chain(20, PlanarTree), longest=2)) == 10946


@pytest.mark.parametrize(
    "tree", [_chain(60), Tree([_chain(59), _chain(2)]), _chain(60, PlanarTree, 1)]
)
def test_antipodes_are_refused_by_the_pieces_of_all_that_they_need(tree):
    algebra = nck if tree.is_planar else bck
    with (
        soon(1),
        pytest.raises(InvalidValueError, match=r"antipode of a tree .* at least 43,6\d\d"),
    ):
        algebra.antipode(tree)


def test_antipodes_of_paths_within_the_bound_are_found():
    assert len(nck.antipode(_chain(14, PlanarTree))) == 2**13
    with soon(1), pytest.raises(InvalidValueError, match="at least 2,097,152 terms"):
        nck.antipode(_chain(22, PlanarTree))
    assert len(bck.antipode(_chain(35))) == 14883  # the partitions of 35


@pytest.mark.parametrize("word", [(0, 1) * 4, (0, 1, 2, 0, 1), (0,) * 9, ("a", 0, (1, 2), 0), ()])
def test_coproducts_of_words_give_each_letter_to_either_word(word):
    total = Counter()
    for sides in product((0, 1), repeat=len(word)):
        total[tuple(tuple(compress(word, map(side.__eq__, sides))) for side in (0, 1))] += 1
    assert concatenation_algebra.coproduct(word) == Tensor(total)


@pytest.mark.parametrize(
    "runs", [[(0, 3)], [(0, 2), (1, 2)], [(0, 1), (1, 3), (2, 1)], [(2, 2), (3, 1)], [(3, 2)]]
)
def test_orders_of_forests_are_products_of_those_of_trees(runs):
    kinds = [
        Tree(),
        Tree(label=1),
        Tree([Tree(), Tree([Tree()])]),
        Tree([Tree(), Tree(label=1), Tree([Tree()])]),
    ]
    trees = [kinds[kind] for kind, count in runs for _ in range(count)]
    total = mkw.unit
    for tree in trees:
        total = mkw.product(total, symmetrisation(tree))
    assert symmetrisation(Forest(trees)) == total
    root = symmetrisation(Tree(trees, 7))
    assert root == total.apply(lambda forest: Element({forest.b_plus(7): 1}))


@pytest.mark.parametrize(
    ("value", "is_zero"),
    [
        (sympy.erf(200) + sympy.erfc(200) - 1, True),
        (sympy.erf(100) + sympy.erfc(100) - 1, True),
        (sympy.sinh(10**4) - sympy.cosh(10**4) + sympy.exp(-(10**4)), True),
        (
            sympy.exp(-1000) + sympy.sqrt(2) + sympy.sqrt(3) - sympy.sqrt(5 + 2 * sympy.sqrt(6)),
            False,
        ),
        (X + sympy.sinh(10**4) - sympy.cosh(10**4), False),
    ],
    ids=str,
)
def test_sums_of_terms_of_far_different_sizes_take_no_more_digits_than_there_may_be(value, is_zero):
    with soon(3):
        assert (Element({Tree(): value}) == Element({})) is is_zero


@pytest.mark.parametrize(
    "value",
    [
        sympy.erf(200) - sympy.erfc(200) - 1,
        sympy.polylog(2, X)
        + sympy.polylog(2, 1 - X)
        + sympy.log(X) * sympy.log(1 - X)
        - sympy.pi**2 / 6,
    ],
    ids=str,
)
def test_what_seems_to_be_zero_is_told_undecided_soon(value):
    with soon(4), pytest.raises(InvalidValueError, match="cannot decide"):
        assert Element({Tree(): value}) == Element({})


@pytest.mark.parametrize(
    "ask",
    [
        lambda: gl.product(_chain(200), CHERRY),
        lambda: gl.product(_chain(300), Tree([_chain(5), _chain(3), Tree()])),
        lambda: gl.product(Tree([_chain(260), _chain(250)]), CHERRY),
        lambda: pgl.product(OrderedForest([PlanarTree()] * 2), _chain(200, PlanarTree)),
        lambda: ogl.product(OrderedForest([PlanarTree()] * 2), _chain(200, PlanarTree)),
    ],
)
def test_grafts_on_long_paths_are_refused_by_those_on_all_their_ends(ask):
    with soon(1), pytest.raises(InvalidValueError, match="takes at least 10,"):
        ask()


@pytest.mark.parametrize(
    ("algebra", "first", "second"),
    [
        (gl, _chain(100), CHERRY),
        (gl, _chain(20), Tree([_chain(5), _chain(3), Tree()])),
        (gl, Tree([_chain(30), _chain(30)]), CHERRY),
        (pgl, OrderedForest([PlanarTree()] * 2), _chain(60, PlanarTree)),
        (pgl, OrderedForest([_chain(3, PlanarTree), PlanarTree()]), _chain(20, PlanarTree)),
        (ogl, OrderedForest([PlanarTree()] * 2), _chain(60, PlanarTree)),
        (
            ogl,
            OrderedForest([PlanarTree(), PlanarTree(label=1)]),
            PlanarTree([_chain(20, PlanarTree)] * 2),
        ),
    ],
)
def test_grafts_take_no_fewer_steps_than_are_counted_on_a_longest_path(
    algebra, first, second, monkeypatch
):
    counted, spent = [0], []
    monkeypatch.setattr(enveloping, "MAX_STEPS", 0)
    monkeypatch.setattr(enveloping, "check_steps", lambda what, steps: counted.append(steps))
    for module in (enveloping, combinations, interning, memo):
        monkeypatch.setattr(module, "spend", spent.append)
    clear_cache()
    algebra.product(first, second)
    assert 0 < max(counted) <= sum(spent)
