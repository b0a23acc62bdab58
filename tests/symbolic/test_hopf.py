"""BCK and MKW: cuts, forms of arguments, width, memory, threads; their laws are elsewhere."""

import gc
import itertools
import math
import subprocess
import sys
import threading
import weakref

import pytest

from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic import (
    Element,
    Forest,
    HopfAlgebra,
    OrderedForest,
    PlanarTree,
    Tensor,
    Tree,
    bck,
    cem,
    clear_cache,
    convolve_maps,
    enumerate_forests,
    enumerate_trees,
    gl,
    mkw,
    nck,
    ogl,
    pgl,
)
from treealg.symbolic.hopf.collected import collected_antipode, collected_contractions
from treealg.symbolic.trees.memo import Memo


def basis(algebra, colours, nodes):
    return [
        forest
        for n in range(nodes + 1)
        for forest in enumerate_forests(n, colours, planar=algebra is mkw)
    ]


def cuts(form):
    """Yield (pruned trees, trunk) over the admissible cuts of a tuple tree that keep its root."""
    options = []
    for child in form[:-1]:
        options.append([([child], None), *cuts(child)])
    for choice in itertools.product(*options):
        pruned = [tree for part, _ in choice for tree in part]
        yield pruned, (*(trunk for _, trunk in choice if trunk is not None), form[-1])


@pytest.mark.parametrize(("colours", "order"), [(1, 7), (2, 4)])
def test_bck_coproduct_is_the_sum_over_admissible_cuts(colours, order):
    for tree in enumerate_trees(order, colours):
        expected = Tensor(
            [((tree, Forest()), 1)]
            + [((Forest(p), Tree.from_tuple(t)), 1) for p, t in cuts(tree.to_tuple())]
        )
        assert bck.coproduct(tree) == expected


@pytest.mark.parametrize("labels", [(1, 1, 1, 1), (1, 1, 2, 1), (1, True, 1, 1), (2, 1, 1, 1)])
@pytest.mark.parametrize("top", [(), ((0,),), (((1,), 1), (0,))])
def test_coproducts_of_stems_are_the_sums_over_admissible_cuts(labels, top):
    form = (*top, 1)
    for label in labels:
        form = (form, label)
    for algebra, forest, kind in ((bck, Forest, Tree), (nck, OrderedForest, PlanarTree)):
        tree = kind.from_tuple(form)
        expected = Tensor(
            [((tree, forest()), 1)]
            + [((forest(p), kind.from_tuple(t)), 1) for p, t in cuts(tree.to_tuple())]
        )
        assert algebra.coproduct(tree) == expected


def test_mkw_prunes_left_prefixes():
    tree = PlanarTree.from_text("0[1,2,3]")
    proper = {(str(p), str(t)): c for (p, t), c in mkw.reduced_coproduct(tree).items()}
    assert proper == {("1", "0[2,3]"): 1, ("1 2", "0[3]"): 1, ("1 2 3", "0"): 1}
    forest = OrderedForest.from_text("1 2[3]")
    proper = {(str(p), str(t)): c for (p, t), c in mkw.reduced_coproduct(forest).items()}
    assert proper == {
        ("1", "2[3]"): 1, ("3", "1 2"): 1, ("1 3", "2"): 1, ("3 1", "2"): 1,
    }  # fmt: skip


def test_coproducts_are_linear_and_accept_every_form_of_a_basis_element():
    x = Element({Tree([Tree()]): 3, Tree(): -2})
    assert bck.coproduct(x) == 3 * bck.coproduct(((0,), 0)) - 2 * bck.coproduct((0,))
    assert bck.antipode(x) == 3 * bck.antipode(((0,), 0)) - 2 * bck.antipode(Forest([Tree()]))
    assert bck.coproduct(None) == Tensor({(Forest(), Forest()): 1})
    assert mkw.coproduct(((0,), (1,))) == mkw.coproduct(OrderedForest.from_text("0 1"))
    assert mkw.coproduct((((0,), 1),)) == mkw.coproduct(PlanarTree([PlanarTree()], 1))
    assert mkw.antipode(()) == mkw.unit
    assert bck.counit(Element({Forest(): 5, Tree(): 1})) == 5


@pytest.mark.parametrize("algebra", [bck, mkw], ids=repr)
def test_iterated_coproduct_does_not_depend_on_the_slot(algebra):
    forest = basis(algebra, 2, 3)[-7]
    assert algebra.iterated_coproduct(forest, 0) == Tensor({(forest,): 1})
    assert algebra.iterated_coproduct(forest, 1) == algebra.coproduct(forest)
    twice = algebra.coproduct(forest).apply(1, algebra.coproduct)
    assert algebra.iterated_coproduct(forest, 2) == twice
    assert algebra.iterated_coproduct(forest, 3) == twice.apply(1, algebra.coproduct)


def test_other_bad_arguments_are_refused():
    with pytest.raises(InvalidTypeError):
        bck.iterated_coproduct((0,), 1.0)
    with pytest.raises(InvalidValueError):
        bck.iterated_coproduct((0,), -1)
    with pytest.raises(InvalidTypeError):
        bck.tensor_product(bck.coproduct((0,)), bck.unit)
    with pytest.raises(InvalidValueError):
        bck.tensor_product(bck.coproduct((0,)), bck.iterated_coproduct((0,), 2))
    with pytest.raises(InvalidTypeError):
        convolve_maps("bck", bck.antipode, bck.antipode)
    with pytest.raises(TypeError):
        HopfAlgebra()


@pytest.mark.parametrize("width", [80, pytest.param(300, marks=pytest.mark.exhaustive)])
def test_antipode_of_a_wide_tree(width):
    leaf = Tree()
    antipode = bck.antipode(Tree([leaf] * width))
    # S of a corolla is minus the sum over k of binomial(n, k) (-1)^k leaves^k corolla(n - k).
    expected = Element(
        [
            (
                Forest([*[leaf] * k, Tree([leaf] * (width - k))]),
                (-1) ** (k + 1) * math.comb(width, k),
            )
            for k in range(width + 1)
        ]
    )
    assert antipode == expected
    clear_cache()


def ladder(length, top=None):
    tree = top or Tree()
    for _ in range(length - (top is None)):
        tree = Tree([tree])
    return tree


def partitions_of(number, most):
    if not number:
        yield ()
    for part in range(min(number, most), 0, -1):
        for rest in partitions_of(number - part, part):
            yield (part, *rest)


def test_antipode_of_a_ladder_counts_the_orders_of_its_pieces():
    # Cut to k pieces of given sizes, in as many ways as these have orders, with the sign of k.
    antipode = bck.antipode(ladder(32))
    ladders = [ladder(n) for n in range(1, 33)]
    expected = {}
    for parts in partitions_of(32, 32):
        equal = [math.factorial(parts.count(part)) for part in set(parts)]
        orders = math.factorial(len(parts)) // math.prod(equal)
        expected[Forest([ladders[part - 1] for part in parts])] = (-1) ** len(parts) * orders
    assert dict(antipode.items()) == expected
    clear_cache()


def test_antipode_of_a_planar_ladder_has_its_pieces_in_all_orders():
    length = 13
    ladders = [PlanarTree()]
    while len(ladders) < length:
        ladders.append(PlanarTree([ladders[-1]]))
    expected = {}
    for cuts in range(2 ** (length - 1)):
        word, size = [], 1
        for i in range(length - 1):
            if cuts >> i & 1:
                word.append(ladders[size - 1])
                size = 0
            size += 1
        word.append(ladders[size - 1])
        expected[OrderedForest(word)] = (-1) ** len(word) * math.factorial(len(word))
    assert dict(mkw.antipode(ladders[-1]).items()) == expected
    clear_cache()


def test_antipodes_with_a_hundred_thousand_terms_take_a_second():
    assert len(bck.antipode(ladder(43))) == 63261
    assert len(bck.antipode(Forest([ladder(20)] * 2))) == 33601
    planar = PlanarTree()
    for _ in range(15):
        planar = PlanarTree([planar])
    assert len(mkw.antipode(planar)) == 2**15
    clear_cache()


COLLECTED = [
    Forest([ladder(3), ladder(2)]),
    Forest([ladder(4)] * 3),
    Forest([ladder(2, Tree([ladder(3), ladder(2), Tree()]))]),
    Forest([Tree([Tree([Tree(label=1)], 1), Tree([Tree(label=1)]), Tree()], 1)]),
    Forest([Tree([Tree([Tree(), Tree()])] * 2), Tree()]),
    Forest([Tree()] * 5),
]


@pytest.mark.parametrize(
    ("algebra", "collected"),
    [(bck, collected_antipode), (cem, collected_contractions)],
    ids=["bck", "cem"],
)
@pytest.mark.parametrize("forest", COLLECTED, ids=str)
def test_antipodes_with_collected_terms_are_inverse_to_the_identity(algebra, collected, forest):
    def antipode(key):
        key = algebra.basis_element(key)
        return algebra.unit if algebra.is_trivial(key) else Element(collected(key))

    for key in {forest, algebra.basis_element(forest)}:
        if algebra.is_trivial(key):
            continue
        total = Element()
        for (pruned, trunk), value in algebra.coproduct(key).items():
            total = total + value * algebra.product(antipode(pruned), trunk)
        assert total == 0
        assert antipode(key) == algebra.antipode(key)


@pytest.mark.parametrize("algebra", [bck, cem], ids=repr)
def test_antipodes_do_not_depend_on_whether_terms_are_collected(algebra, monkeypatch):
    trees = [ladder(21), ladder(14, Tree([ladder(3), ladder(3)])), Tree([ladder(8), ladder(12)])]
    if algebra is cem:
        trees = [ladder(13), ladder(6, Tree([Tree(), Tree()])), Tree([Tree([Tree()] * 4)] * 2)]
    found = [algebra.antipode(tree) for tree in trees]
    clear_cache()
    monkeypatch.setattr("treealg.symbolic.hopf.collected._MOST_DIGITS", 0)
    assert [algebra.antipode(tree) for tree in trees] == found
    calls = []
    clear_cache()
    monkeypatch.undo()
    algebra.antipode(trees[0], progress=lambda done, left: calls.append((done, left)))
    assert len(calls) > 5
    assert calls[-1][1] == 0


def test_threads_agree_while_another_clears_the_cache():
    trees = list(enumerate_trees(6, planar=True))
    expected = [mkw.coproduct(tree) for tree in trees]
    failures = []
    stop = threading.Event()

    def work():
        for _ in range(3):
            if [mkw.coproduct(tree) for tree in trees] != expected:
                failures.append("different")

    def clear():
        while not stop.is_set():
            clear_cache()

    cleaner = threading.Thread(target=clear)
    workers = [threading.Thread(target=work) for _ in range(4)]
    cleaner.start()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    stop.set()
    cleaner.join()
    assert not failures


def test_memory_is_bounded():
    memo = Memo(lambda n: [n - 1] if n else [], lambda n, known: [0] * n, bound=100)
    assert memo(3) == [0] * 3
    assert len(memo) == 4
    assert memo(40) == [0] * 40
    assert len(memo) == 0
    assert memo(2) == [0] * 2


def test_clearing_reaches_every_memory_that_is_in_use_and_keeps_none_alive():
    kept = Memo(lambda n: (), lambda n, known: [n])
    gone = weakref.ref(Memo(lambda n: (), lambda n, known: [n]))
    gc.collect()
    assert gone() is None
    assert kept(3) == [3]
    assert len(kept) == 1
    clear_cache()
    assert len(kept) == 0


@pytest.mark.parametrize(("name", "module"), [("mkw", "mkw"), ("ogl", "grossman_larson")])
def test_duals_are_known_wherever_an_algebra_is_imported_from(name, module):
    code = (
        f"from treealg.symbolic.hopf.{module} import {name} as x; print(x.dual, x.dual.dual is x)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    dual = {"mkw": "ogl", "ogl": "mkw"}[name]
    assert done.stdout.strip() == f"<HopfAlgebra {dual}> True"


def test_symbolic_layer_loads_no_optional_or_heavy_package():
    code = (
        "import sys, treealg.symbolic as s; s.bck.antipode(((0,), (0,), 0)); "
        "s.exact_log_signature([(0, 0), (1, 2)], 3); "
        "print(sorted({'sympy', 'networkx', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("algebra", [bck, nck], ids=str)
def test_coproducts_and_antipodes_of_runs_of_equal_trees_are_products(algebra):
    kind, many = (Tree, Forest) if algebra is bck else (PlanarTree, OrderedForest)
    path, fork = kind([kind([], 1)]), kind([kind([kind()]), kind()])
    for trees in ([kind()] * 7 + [path] * 4, [fork] * 3 + [path], [path, fork, fork]):
        forests = [many([tree]) for tree in many(trees)]
        whole, antipode = algebra.coproduct(None), algebra.unit
        for forest in forests:
            whole = algebra.tensor_product(whole, algebra.coproduct(forest))
            antipode = algebra.product(algebra.antipode(forest), antipode)
        assert algebra.coproduct(many(trees)) == whole
        assert algebra.antipode(many(trees)) == antipode


def antipode_by_definition(algebra, x):
    """Return the antipode of a basis element by S(x) = -x - sum x' S(x'')."""
    total = -algebra.element(x)
    for (first, second), count in algebra.reduced_coproduct(x).items():
        total = total - count * algebra.product(first, antipode_by_definition(algebra, second))
    return total


@pytest.mark.parametrize(
    ("algebra", "text"),
    [
        (gl, "9[0,1[2],3]"),
        (gl, "9[0,0,1[0,0]]"),
        (gl, "0[0,0,0,0]"),
        (ogl, "0 1[2] 0"),
        (ogl, "0 0 1 0[0]"),
        (ogl, "0[1,2] 3 4"),
        (pgl, "0 1[2,3] 4 0[1]"),
        (pgl, "0 0 0 0 0"),
        (pgl, "0[0[0]] 1[0,0] 2"),
    ],
)
def test_trees_that_hang_on_one_another_are_the_antipode(algebra, text):
    x = (Tree if algebra is gl else OrderedForest).from_text(text)
    assert algebra.antipode(x) == antipode_by_definition(algebra, x)


@pytest.mark.parametrize("use", [gl.coproduct, gl.antipode, gl.degree, gl.counit, gl.element])
def test_the_empty_forest_in_any_form_is_no_tree_of_gl(use):
    for empty in ((), Forest()):
        with pytest.raises(InvalidTypeError, match="is a single tree"):
            use(empty)
