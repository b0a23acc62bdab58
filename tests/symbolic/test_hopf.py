"""BCK and MKW: published values, checksums, and the Hopf axioms on all basis elements."""

import gc
import itertools
import json
import math
import pickle
import subprocess
import sys
import threading
import weakref
from pathlib import Path

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
    clear_cache,
    convolve_maps,
    enumerate_forests,
    enumerate_trees,
    mkw,
)
from treealg.symbolic.trees.memo import Memo

PUBLISHED = json.loads((Path(__file__).parents[1] / "data" / "trees.json").read_text("utf-8"))
ALGEBRAS = {"bck": bck, "mkw": mkw}
FORESTS = {"bck": Forest, "mkw": OrderedForest}
# All labellings of all forests to an order; with two or three labels branches differ.
RANGES = [(1, 6), (2, 4), (3, 3)]


def basis(algebra, colours, nodes):
    return [
        forest for n in range(nodes + 1) for forest in enumerate_forests(n, colours, algebra is mkw)
    ]


@pytest.mark.parametrize("case", PUBLISHED["coproducts"], ids=lambda c: c["algebra"] + c["tree"])
def test_published_coproducts(case):
    read = FORESTS[case["algebra"]].from_text
    expected = Tensor({(read(left), read(right)): c for c, left, right in case["terms"]})
    assert ALGEBRAS[case["algebra"]].coproduct(read(case["tree"])) == expected


@pytest.mark.parametrize("case", PUBLISHED["antipodes"], ids=lambda c: c["algebra"] + c["tree"])
def test_published_antipodes(case):
    read = FORESTS[case["algebra"]].from_text
    expected = Element({read(forest): c for c, forest in case["terms"]})
    assert ALGEBRAS[case["algebra"]].antipode(read(case["tree"])) == expected


@pytest.mark.parametrize("name", ["bck", "mkw"])
def test_checksums_of_coproducts_and_antipodes(name):
    algebra, expected = ALGEBRAS[name], PUBLISHED["checksums"][name]
    trees = [list(enumerate_trees(n, 1, name == "mkw")) for n in range(1, 7)]
    coproducts = [[algebra.coproduct(tree) for tree in level] for level in trees]
    antipodes = [[algebra.antipode(tree) for tree in level] for level in trees[:5]]
    assert [sum(map(len, level)) for level in coproducts] == expected["terms"]
    assert [sum(c for x in level for _, c in x.items()) for level in coproducts] == (
        expected["weight"]
    )
    assert [sum(map(len, level)) for level in antipodes] == expected["antipode_terms"]
    assert [sum(abs(c) for x in level for _, c in x.items()) for level in antipodes] == (
        expected["antipode_weight"]
    )


@pytest.mark.parametrize("algebra", [bck, mkw], ids=repr)
@pytest.mark.parametrize(("colours", "nodes"), RANGES)
def test_coproduct_is_coassociative_counital_and_graded(algebra, colours, nodes):
    for forest in basis(algebra, colours, nodes):
        coproduct = algebra.coproduct(forest)
        assert coproduct.apply(0, algebra.coproduct) == coproduct.apply(1, algebra.coproduct)
        left = Element([(t, c * algebra.counit(p)) for (p, t), c in coproduct.items()])
        right = Element([(p, c * algebra.counit(t)) for (p, t), c in coproduct.items()])
        assert left == right == algebra.element(forest)
        assert {p.order + t.order for p, t in coproduct} == {forest.order}
        assert all(type(c) is int and c > 0 for _, c in coproduct.items())


@pytest.mark.parametrize("algebra", [bck, mkw], ids=repr)
@pytest.mark.parametrize(("colours", "nodes"), [(1, 6), (2, 4), (3, 3)])
def test_coproduct_and_counit_are_multiplicative(algebra, colours, nodes):
    listed = basis(algebra, colours, nodes - 1)
    for x, y in itertools.product(listed, repeat=2):
        if x.order + y.order <= nodes:
            product = algebra.product(x, y)
            assert algebra.coproduct(product) == algebra.tensor_product(
                algebra.coproduct(x), algebra.coproduct(y)
            )
            assert algebra.counit(product) == algebra.counit(x) * algebra.counit(y)


@pytest.mark.parametrize("algebra", [bck, mkw], ids=repr)
def test_product_is_associative_commutative_and_unital(algebra):
    listed = basis(algebra, 2, 2)
    for x, y in itertools.product(listed, repeat=2):
        assert algebra.product(x, y) == algebra.product(y, x)
        assert algebra.product(x, algebra.unit) == algebra.product(None, x) == algebra.element(x)
        for z in listed[:4]:
            assert algebra.product(algebra.product(x, y), z) == algebra.product(
                x, algebra.product(y, z)
            )
    assert algebra.product() == algebra.unit


@pytest.mark.parametrize("algebra", [bck, mkw], ids=repr)
@pytest.mark.parametrize(("colours", "nodes"), [(1, 5), (2, 4), (3, 3)])
def test_antipode_is_the_two_sided_inverse_of_the_identity(algebra, colours, nodes):
    left = convolve_maps(algebra, algebra.antipode, algebra.element)
    right = convolve_maps(algebra, algebra.element, algebra.antipode)
    for forest in basis(algebra, colours, nodes):
        expected = algebra.counit(forest) * algebra.unit
        assert left(forest) == expected
        assert right(forest) == expected
        assert algebra.antipode(algebra.antipode(forest)) == algebra.element(forest)


@pytest.mark.parametrize("algebra", [bck, mkw], ids=repr)
def test_antipode_is_multiplicative(algebra):
    listed = basis(algebra, 2, 2)
    for x, y in itertools.product(listed, repeat=2):
        assert algebra.antipode(algebra.product(x, y)) == algebra.product(
            algebra.antipode(x), algebra.antipode(y)
        )


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


@pytest.mark.parametrize(
    ("algebra", "x"),
    [
        (bck, PlanarTree()), (bck, OrderedForest()), (bck, 0), (bck, "0"), (bck, [0]),
        (mkw, Tree()), (mkw, Forest()), (mkw, (0,)), (mkw, 1), (mkw, [(0,)]),
        (bck, Element({PlanarTree(): 1})), (mkw, Element({(1, 2): 1})),
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["coproduct", "antipode", "counit", "product", "element"])
def test_what_does_not_belong_to_an_algebra_is_refused(algebra, x, method):
    with pytest.raises(InvalidTypeError):
        getattr(algebra, method)(x)


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


def test_algebras_pickle_as_themselves():
    assert pickle.loads(pickle.dumps((bck, mkw))) == (bck, mkw)


@pytest.mark.parametrize(("algebra", "kind"), [(bck, Tree), (mkw, PlanarTree)])
def test_coproduct_of_a_path_of_a_thousand_vertices(algebra, kind):
    tree = kind()
    for _ in range(999):
        tree = kind((tree,))
    coproduct = algebra.coproduct(tree)
    assert len(coproduct) == 1001
    assert set(dict(coproduct.items()).values()) == {1}
    clear_cache()


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
