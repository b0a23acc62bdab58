"""Every Hopf algebra: axioms on all basis elements and pairs, duality on all triples, values."""

import itertools
import json
import math
import pickle
from pathlib import Path

import pytest

from treealg.errors import InvalidTypeError, InvalidValueError, TreeAlgError
from treealg.symbolic import (
    Element,
    Forest,
    Functional,
    OrderedForest,
    PlanarTree,
    Tensor,
    Tree,
    bck,
    cem,
    clear_cache,
    concatenation_algebra,
    convolve_maps,
    count_trees,
    enumerate_trees,
    gl,
    mkw,
    nck,
    ogl,
    pgl,
    quasi_shuffle,
    shuffle_algebra,
)
from treealg.symbolic.linear.nullspace import null_space

DATA = [
    json.loads((Path(__file__).parents[1] / "data" / name).read_text("utf-8"))
    for name in ("trees.json", "hopf_algebras.json")
]
PUBLISHED = DATA[1] | {name: DATA[0][name] + DATA[1][name] for name in ("coproducts", "antipodes")}
CHECKSUMS = DATA[0]["checksums"] | DATA[1]["checksums"]


def _sum(a, b):
    return a + b


def _weights(weight, colours):
    return (weight,)


stuffle = quasi_shuffle(_sum, weight=int, letters=_weights)
ALGEBRAS = {
    "bck": bck, "nck": nck, "mkw": mkw, "cem": cem, "gl": gl, "ogl": ogl, "pgl": pgl,
    "shuffle": shuffle_algebra, "concatenation": concatenation_algebra,
    "quasi_shuffle": quasi_shuffle(), "stuffle": stuffle,
}  # fmt: skip
COMMUTATIVE = {"bck", "mkw", "cem", "shuffle", "quasi_shuffle", "stuffle"}
COCOMMUTATIVE = {"gl", "ogl", "concatenation"}
# (colours, degree): with two or three labels branches differ.
RANGES = [(1, 5), (2, 4), (3, 3)]
CASES = [
    pytest.param(name, colours, degree, id=f"{name}-{colours}-{degree}")
    for name in ALGEBRAS
    for colours, degree in [*RANGES, *[(1, 6)] * (name in {"bck", "mkw"})]
    if name != "stuffle" or colours == 1
]
PLANAR = {"nck", "mkw", "ogl", "pgl"}


def basis(algebra, colours, degree):
    return [x for n in range(degree + 1) for x in algebra.basis(n, colours)]


def pairs(algebra, colours, degree):
    listed = basis(algebra, colours, degree)
    return [
        (x, y)
        for x, y in itertools.product(listed, repeat=2)
        if algebra.degree(x) + algebra.degree(y) <= degree
    ]


def forest_class(name):
    return OrderedForest if name in PLANAR else Forest


@pytest.mark.parametrize(("name", "colours", "degree"), CASES)
def test_coproduct_is_coassociative_counital_and_graded(name, colours, degree):
    algebra = ALGEBRAS[name]
    for x in basis(algebra, colours, degree):
        coproduct = algebra.coproduct(x)
        assert coproduct.apply(0, algebra.coproduct) == coproduct.apply(1, algebra.coproduct)
        left = Element([(b, c * algebra.counit(a)) for (a, b), c in coproduct.items()])
        right = Element([(a, c * algebra.counit(b)) for (a, b), c in coproduct.items()])
        assert left == right == algebra.element(x)
        assert {algebra.degree(a) + algebra.degree(b) for a, b in coproduct} == {algebra.degree(x)}
        assert all(type(c) is int and c > 0 for _, c in coproduct.items())


@pytest.mark.parametrize(("name", "colours", "degree"), CASES)
def test_coproduct_and_counit_are_multiplicative(name, colours, degree):
    algebra = ALGEBRAS[name]
    for x, y in pairs(algebra, colours, degree):
        product = algebra.product(x, y)
        assert algebra.coproduct(product) == algebra.tensor_product(
            algebra.coproduct(x), algebra.coproduct(y)
        )
        assert algebra.counit(product) == algebra.counit(x) * algebra.counit(y)
        assert {algebra.degree(z) for z in product} == {algebra.degree(x) + algebra.degree(y)}


@pytest.mark.parametrize(("name", "colours", "degree"), CASES)
def test_product_is_associative_and_unital(name, colours, degree):
    algebra = ALGEBRAS[name]
    listed = basis(algebra, colours, degree - 1)
    unit = algebra.unit
    assert algebra.product() == unit
    for x in listed:
        assert algebra.product(x, unit) == algebra.product(None, x) == algebra.element(x)
    for x, y, z in itertools.product(listed, repeat=3):
        if sum(map(algebra.degree, (x, y, z))) <= degree - 1:
            assert algebra.product(algebra.product(x, y), z) == algebra.product(
                x, algebra.product(y, z)
            )


@pytest.mark.parametrize(("name", "colours", "degree"), CASES)
def test_antipode_is_the_inverse_of_the_identity(name, colours, degree):
    algebra = ALGEBRAS[name]
    left = convolve_maps(algebra, algebra.antipode, algebra.element)
    right = convolve_maps(algebra, algebra.element, algebra.antipode)
    for x in basis(algebra, colours, degree):
        expected = algebra.counit(x) * algebra.unit
        assert left(x) == expected
        assert right(x) == expected
        if name in COMMUTATIVE | COCOMMUTATIVE:
            assert algebra.antipode(algebra.antipode(x)) == algebra.element(x)


@pytest.mark.parametrize("name", ALGEBRAS)
def test_antipode_reverses_products(name):
    algebra = ALGEBRAS[name]
    for x, y in pairs(algebra, 1 if name == "stuffle" else 2, 3):
        assert algebra.antipode(algebra.product(x, y)) == algebra.product(
            algebra.antipode(y), algebra.antipode(x)
        )


@pytest.mark.parametrize("name", ALGEBRAS)
def test_which_algebras_are_commutative_and_cocommutative(name):
    algebra = ALGEBRAS[name]
    colours = 1 if name == "stuffle" else 2
    flips = [algebra.product(x, y) == algebra.product(y, x) for x, y in pairs(algebra, colours, 3)]
    assert all(flips) == (name in COMMUTATIVE)
    coproducts = [algebra.coproduct(x) for x in basis(algebra, colours, 3)]
    symmetric = [x == x.permute((1, 0)) for x in coproducts]
    assert all(symmetric) == (name in COCOMMUTATIVE)


def test_square_of_the_antipode_of_nck_is_not_the_identity():
    moved = [x for x in nck.basis(3) if nck.antipode(nck.antipode(x)) != nck.element(x)]
    assert moved


DUALITIES = [
    pytest.param(name, colours, degree, id=f"{name}-{colours}")
    for name in ("bck", "mkw", "nck", "shuffle")
    for colours, degree in RANGES
]


@pytest.mark.parametrize(("name", "colours", "degree"), DUALITIES)
def test_product_of_the_dual_is_the_transposed_coproduct_on_all_triples(name, colours, degree):
    algebra = ALGEBRAS[name]
    dual = algebra.dual
    assert dual.dual is algebra
    for n in range(degree + 1):
        tensors = [(x, dict(algebra.coproduct(x).items())) for x in algebra.basis(n, colours)]
        for k in range(n + 1):
            for a, b in itertools.product(dual.basis(k, colours), dual.basis(n - k, colours)):
                # Grossman-Larson multiplies as trunk times pruned, the others the other way.
                product = dual.product(b, a) if name == "bck" else dual.product(a, b)
                (x, weight), (y, other) = dual._dual_key(a), dual._dual_key(b)
                for z, tensor in tensors:
                    assert algebra.pair(z, product) == weight * other * tensor.get((x, y), 0)


@pytest.mark.parametrize(("name", "colours", "degree"), DUALITIES)
def test_coproduct_of_the_dual_is_the_transposed_product_on_all_triples(name, colours, degree):
    algebra = ALGEBRAS[name]
    dual = algebra.dual
    names = [(dual._dual_key(a)[0], a) for a in basis(dual, colours, degree)]
    coproducts = {name: dual.coproduct(a) for name, a in names}
    for x, y in pairs(algebra, colours, degree):
        product = algebra.product(x, y)
        (u, s), (v, t) = algebra._dual_key(x), algebra._dual_key(y)
        u, v = (b if dual is not gl else b.b_plus() for b in (u, v))
        for name, a in names:
            if dual.degree(a) == algebra.degree(x) + algebra.degree(y):
                weight = s * t * coproducts[name].coefficient((u, v))
                assert product.coefficient(name) * algebra._dual_key(name)[1] == weight


def test_pairing_is_the_symmetry_on_basis_elements():
    for n in range(5):
        for x, y in itertools.product(bck.basis(n, 2), repeat=2):
            assert bck.pair(x, y.b_plus()) == gl.pair(y.b_plus(), x) == (x == y) * x.symmetry
    with pytest.raises(InvalidValueError, match="dual"):
        cem.pair(Tree(), Tree())


@pytest.mark.parametrize("name", ["bck", "mkw", "nck", "cem"])
def test_checksums_of_coproducts(name):
    expected = CHECKSUMS[name]
    levels = [
        [ALGEBRAS[name].coproduct(tree) for tree in enumerate_trees(n, 1, planar=name in PLANAR)]
        for n in range(1, 7)
    ]
    assert [sum(map(len, level)) for level in levels] == expected["terms"]
    assert [sum(c for x in level for _, c in x.items()) for level in levels] == expected["weight"]


@pytest.mark.parametrize("name", ["bck", "mkw", "nck", "cem", "gl"])
def test_checksums_of_antipodes(name):
    expected = CHECKSUMS[name]
    levels = [
        [ALGEBRAS[name].antipode(tree) for tree in enumerate_trees(n, 1, planar=name in PLANAR)]
        for n in range(1, 6)
    ]
    assert [sum(map(len, level)) for level in levels] == expected["antipode_terms"]
    assert [sum(abs(c) for x in level for _, c in x.items()) for level in levels] == (
        expected["antipode_weight"]
    )


@pytest.mark.parametrize("case", PUBLISHED["coproducts"], ids=lambda c: c["algebra"] + c["tree"])
def test_published_coproducts(case):
    read = forest_class(case["algebra"]).from_text
    expected = Tensor({(read(a), read(b)): c for c, a, b in case["terms"]})
    assert ALGEBRAS[case["algebra"]].coproduct(read(case["tree"])) == expected


@pytest.mark.parametrize("case", PUBLISHED["antipodes"], ids=lambda c: c["algebra"] + c["tree"])
def test_published_antipodes(case):
    read = forest_class(case["algebra"]).from_text
    expected = Element({read(x): c for c, x in case["terms"]})
    assert ALGEBRAS[case["algebra"]].antipode(read(case["tree"])) == expected


@pytest.mark.parametrize("case", PUBLISHED["grossman_larson_products"], ids=lambda c: c["left"])
def test_published_grossman_larson_products(case):
    read = Tree.from_text
    expected = Element({read(x): c for c, x in case["terms"]})
    assert gl.product(read(case["left"]), read(case["right"])) == expected


def planar_cuts(form):
    """Yield (pruned trees, trunk) over the admissible cuts of a tuple tree that keep its root."""
    options = [[([child], None), *planar_cuts(child)] for child in form[:-1]]
    for choice in itertools.product(*options):
        pruned = [tree for part, _ in choice for tree in part]
        yield pruned, (*(trunk for _, trunk in choice if trunk is not None), form[-1])


@pytest.mark.parametrize(("colours", "order"), [(1, 6), (2, 4)])
def test_nck_coproduct_is_the_sum_over_admissible_cuts_in_order(colours, order):
    for tree in enumerate_trees(order, colours, planar=True):
        expected = Tensor(
            [((tree, OrderedForest()), 1)]
            + [
                ((OrderedForest(p), PlanarTree.from_tuple(t)), 1)
                for p, t in planar_cuts(tree.to_tuple())
            ]
        )
        assert nck.coproduct(tree) == expected


def edge_subsets(tree):
    """Yield (pieces without leaves, skeleton) over all sets of contracted edges, by brute force."""
    labels, parents = [], []
    stack = [(tree, None)]
    while stack:
        vertex, parent = stack.pop()
        stack += [(child, len(labels)) for child in vertex.children]
        labels.append(vertex.label)
        parents.append(parent)

    def build(vertex, edges, roots):
        kept = [build(v, edges, roots) for v, p in enumerate(parents) if p == vertex and v in edges]
        return Tree(kept, labels[vertex])

    inner = range(1, len(labels))
    for chosen in itertools.chain.from_iterable(
        itertools.combinations(inner, k) for k in range(len(labels))
    ):
        roots = [v for v in range(len(labels)) if v not in chosen]
        pieces = [build(v, chosen, roots) for v in roots]
        top = {v: v for v in roots}
        for v in chosen:
            top[v] = top[parents[v]]
        skeletons = {}
        for v in reversed(roots):
            above = [skeletons[w] for w in roots if w != 0 and top[parents[w]] == v]
            skeletons[v] = Tree(above, labels[v])
        yield [piece for piece in pieces if piece.order > 1], skeletons[0]


@pytest.mark.parametrize(("colours", "order"), [(1, 6), (2, 4), (3, 3)])
def test_cem_coaction_is_the_sum_over_sets_of_contracted_edges(colours, order):
    for tree in enumerate_trees(order, colours):
        expected = Tensor([((Forest(p) if p else Tree(), t), 1) for p, t in edge_subsets(tree)])
        assert cem.coaction(tree) == expected
        assert sum(c for _, c in cem.coaction(tree).items()) == 2 ** (order - 1)


@pytest.mark.parametrize(("colours", "nodes"), [(1, 5), (2, 4), (3, 3)])
def test_cem_coacts_on_bck(colours, nodes):
    for forest in basis(bck, colours, nodes):
        coaction = cem.coaction(forest)
        assert coaction.apply(0, cem.coproduct) == coaction.apply(1, cem.coaction)
        counit = Element([(b, c * cem.counit(a)) for (a, b), c in coaction.items()])
        assert counit == bck.element(forest)
        # The coaction respects the coproduct of BCK.
        left = coaction.apply(1, bck.coproduct)
        right = {}
        for (pruned, trunk), c in bck.coproduct(forest).items():
            for (a, x), m in cem.coaction(pruned).items():
                for (b, y), n in cem.coaction(trunk).items():
                    for key, value in cem.product(a, b).items():
                        right[key, x, y] = right.get((key, x, y), 0) + c * m * n * value
        assert left == Tensor(right)


def test_cem_coaction_is_multiplicative_and_keeps_labels_of_leaves():
    x, y = Forest.from_text("0[1] 2"), Forest.from_text("1 0[0,1]")
    expected = {}
    for (a, u), m in cem.coaction(x).items():
        for (b, v), n in cem.coaction(y).items():
            for key, value in cem.product(a, b).items():
                expected[key, u * v] = expected.get((key, u * v), 0) + m * n * value
    assert cem.coaction(x * y) == Tensor(expected)
    assert cem.coaction(Tree(label=2)) == Tensor({(Tree(), Tree(label=2)): 1})
    assert cem.coaction(None) == Tensor({(Tree(), Forest()): 1})


def test_leaves_are_the_unit_of_cem():
    assert cem.element(Tree(label=3)) == cem.element(None) == cem.unit
    assert cem.product(Tree(label=1), Tree([Tree()])) == cem.element(Tree([Tree()]))
    assert cem.counit(Element({Tree(label=1): 2, Forest(): 3, Tree([Tree()]): 5})) == 5
    assert cem.coproduct(Tree([Tree(label=1)], 2)) == Tensor(
        {(Tree(), Tree([Tree(label=1)], 2)): 1, (Tree([Tree(label=1)], 2), Tree()): 1}
    )


def test_unequal_branches_tell_the_planar_grossman_larson_algebras_apart():
    x, y = OrderedForest.from_text("1 2"), OrderedForest.from_text("0[3]")
    # With the order kept the deshuffle coproduct of OGL does not fit, deconcatenation does.
    product = pgl.product(x, y)
    assert pgl.coproduct(product) == pgl.tensor_product(pgl.coproduct(x), pgl.coproduct(y))
    assert ogl.coproduct(product) != pgl.tensor_product(ogl.coproduct(x), ogl.coproduct(y))
    assert ogl.coproduct(ogl.product(x, y)) == ogl.tensor_product(
        ogl.coproduct(x), ogl.coproduct(y)
    )


def test_enveloping_product_of_a_tree_is_concatenation_and_left_grafting():
    tree = PlanarTree.from_text("1[2]")
    assert ogl.product(tree, OrderedForest.from_text("0 3[4]")) == Element(
        {
            OrderedForest.from_text(text): 1
            for text in ("1[2] 0 3[4]", "0[1[2]] 3[4]", "0 3[1[2],4]", "0 3[4[1[2]]]")
        }
    )


@pytest.mark.parametrize("order", range(1, 8))
def test_number_of_bck_primitives(order):
    found = bck.primitives(order)
    assert len(found) == PUBLISHED["primitives"]["bck"][order - 1]
    assert all(not bck.reduced_coproduct(x) for x in found)


@pytest.mark.slow
@pytest.mark.parametrize("order", [8, pytest.param(9, marks=pytest.mark.exhaustive)])
def test_number_of_bck_primitives_of_high_order(order):
    assert len(bck.primitives(order)) == PUBLISHED["primitives"]["bck"][order - 1]


@pytest.mark.parametrize(("colours", "order"), [(1, 5), (2, 3), (3, 3)])
def test_primitives_of_the_cocommutative_algebras_are_trees_and_lie_elements(colours, order):
    expected = PUBLISHED["primitives"]["lyndon_forests"][str(colours)]
    for n in range(1, order + 1):
        assert len(gl.primitives(n, colours)) == count_trees(n, colours)
        assert len(ogl.primitives(n, colours)) == expected[n - 1]
    assert concatenation_algebra.primitives(2, 2) == [Element({(0, 1): 1, (1, 0): -1})]


@pytest.mark.parametrize(
    "algebra",
    [gl, ogl, pgl, shuffle_algebra, concatenation_algebra, quasi_shuffle()],
    ids=lambda algebra: algebra.name,
)
@pytest.mark.parametrize(("degree", "colours"), [(1, 3), (2, 3), (3, 2), (4, 1), (4, 2)])
def test_primitives_that_are_known_are_those_that_elimination_finds(algebra, degree, colours):
    found = algebra.primitives(degree, colours)
    assert all(not algebra.reduced_coproduct(x) for x in found)
    assert not null_space([dict(x.items()) for x in found], len(found))
    images = [dict(algebra.reduced_coproduct(x).items()) for x in algebra.basis(degree, colours)]
    assert len(found) == len(null_space(images, len(images)))


def test_primitives_report_progress_and_can_be_interrupted():
    calls = []
    bck.primitives(3, progress=lambda done, total: calls.append((done, total)))
    assert calls == [(1, 4), (2, 4), (3, 4), (4, 4)]

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bck.primitives(3, progress=stop)
    assert len(bck.primitives(3)) == 1


@pytest.mark.parametrize("method", ["coproduct", "antipode"])
@pytest.mark.parametrize("algebra", [bck, nck, mkw], ids=repr)
def test_coproducts_and_antipodes_report_progress_and_can_be_interrupted(algebra, method):
    x = next(x for x in algebra.basis(5) if len(x) == 1)
    expected = getattr(algebra, method)(x)
    clear_cache()
    calls = []

    def stop(done, left):
        calls.append((done, left))
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        getattr(algebra, method)(x, progress=stop)
    assert [done for done, _ in calls] == [1, 2]
    calls.clear()
    found = getattr(algebra, method)(x, progress=lambda *call: calls.append(call))
    assert found == expected
    assert calls[-1][1] == 0


def test_algebras_pickle_as_themselves():
    for name, algebra in ALGEBRAS.items():
        assert pickle.loads(pickle.dumps(algebra)) is algebra, name


@pytest.mark.parametrize(
    ("algebra", "x"),
    [
        (bck, PlanarTree()), (bck, OrderedForest()), (bck, 0), (bck, "0"), (bck, [0]),
        (mkw, Tree()), (mkw, Forest()), (mkw, (0,)), (mkw, 1), (mkw, [(0,)]),
        (bck, Element({PlanarTree(): 1})), (mkw, Element({(1, 2): 1})),
        (gl, Forest([Tree(), Tree()])), (gl, Element({Forest(): 1})), (gl, PlanarTree()), (gl, 1),
        (nck, Tree()), (ogl, Forest()), (pgl, (0,)), (cem, PlanarTree()), (cem, 0),
        (shuffle_algebra, Tree()), (shuffle_algebra, "ab"), (shuffle_algebra, ([1],)),
        (shuffle_algebra, Element({Tree(): 1})), (concatenation_algebra, [0]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["coproduct", "antipode", "counit", "product", "element"])
def test_what_does_not_belong_to_an_algebra_is_refused(algebra, x, method):
    with pytest.raises(InvalidTypeError):
        getattr(algebra, method)(x)


@pytest.mark.parametrize(
    "algebra",
    [
        stuffle,
        quasi_shuffle(lambda a, b: a * b % 5),
        quasi_shuffle(lambda a, b: None),
        quasi_shuffle(lambda a, b: {a + b: -2}),
    ],
    ids=["sum", "product", "none", "multiple"],
)
@pytest.mark.parametrize("word", [(1,), (2, 1), (1, 1, 1), (3, 1, 2, 2), (2, 1, 3, 1, 4)], ids=str)
def test_antipodes_of_merging_words_are_inverse_to_the_identity(algebra, word):
    total = Element()
    for (first, second), value in algebra.coproduct(word).items():
        total = total + value * algebra.product(algebra.antipode(first), second)
    assert total == 0


def test_antipodes_of_merging_words_have_a_term_for_each_way_to_merge():
    antipode = stuffle.antipode((1,) * 16)
    assert len(antipode) == 2**15
    assert set(dict(antipode.items()).values()) == {1}


def test_bad_quasi_shuffles_are_refused():
    for name in ("bracket", "weight", "letters"):
        with pytest.raises(InvalidTypeError, match=name):
            quasi_shuffle(**{name: 3})
    with pytest.raises(InvalidValueError, match="letters"):
        list(quasi_shuffle(_sum).basis(2))
    with pytest.raises(InvalidTypeError, match="tuples of labels"):
        quasi_shuffle().product((0,), (1,))


def test_bases_that_are_too_large_say_what_to_do_in_terms_of_the_algebra():
    with pytest.raises(InvalidValueError, match="use unrank for single trees"):
        bck.basis(500)
    for algebra in (shuffle_algebra, concatenation_algebra, quasi_shuffle()):
        with pytest.raises(InvalidValueError, match="write single words as tuples of letters"):
            algebra.basis(500)


@pytest.mark.parametrize("algebra", [bck, mkw, shuffle_algebra, quasi_shuffle()], ids=repr)
@pytest.mark.parametrize("name", ["name", "product", "one", "is_free_on_trees"])
def test_what_an_algebra_is_cannot_be_set(algebra, name):
    before = getattr(algebra, name)
    with pytest.raises(AttributeError, match=f"{name} of <HopfAlgebra .*> cannot be set"):
        setattr(algebra, name, 5)
    assert getattr(algebra, name) == before


@pytest.mark.parametrize("word", [((0,), 0), (0,), ((),), ((1, 0),), ((0,), ("b", "a"))])
def test_what_is_no_letter_of_the_free_quasi_shuffle_algebra_is_refused_everywhere(word):
    algebra = quasi_shuffle()
    for use in (
        algebra.basis_element,
        algebra.element,
        algebra.degree,
        algebra.coproduct,
        lambda x: algebra.element(Element({x: 1})),
        lambda x: Functional(algebra, {x: 1}),
    ):
        with pytest.raises(TreeAlgError, match="letters of the free quasi-shuffle algebra are"):
            use(word)


def test_a_zero_bracket_gives_the_shuffle_algebra_and_a_linear_one_is_linear():
    nothing = quasi_shuffle(lambda a, b: None)
    assert nothing.product((1, 2), (3, 4)) == shuffle_algebra.product((1, 2), (3, 4))
    linear = quasi_shuffle(lambda a, b: {"x": 2, "y": -1})
    assert linear.product(("a",), ("b",)) == Element(
        {("a", "b"): 1, ("b", "a"): 1, ("x",): 2, ("y",): -1}
    )


def test_stuffle_of_ones_counts_delannoy_paths():
    product = stuffle.product((1,) * 3, (1,) * 3)
    assert sum(c for _, c in product.items()) == 63


@pytest.mark.parametrize(("algebra", "kind"), [(bck, Tree), (mkw, PlanarTree), (nck, PlanarTree)])
def test_coproduct_of_a_path_of_a_thousand_vertices(algebra, kind):
    tree = kind()
    for _ in range(999):
        tree = kind((tree,))
    coproduct = algebra.coproduct(tree)
    assert len(coproduct) == 1001
    assert {c for _, c in coproduct.items()} == {1}
    clear_cache()


def test_label_of_the_root_goes_along_in_grossman_larson():
    one, two = Tree.from_text("1[0]"), Tree.from_text("2[3]")
    assert gl.product(one, two) == Element(
        {Tree.from_text("1[0,3]"): 1, Tree.from_text("1[0[3]]"): 1}
    )
    leaf = Tree(label=1)
    assert gl.coproduct(one) == Tensor({(one, leaf): 1, (leaf, one): 1})
    assert (gl.antipode(one), gl.counit(leaf)) == (Element({one: -1}), 1)
    assert gl.product(two, gl.unit) == gl.element(two)


def test_wide_grossman_larson_coproduct_is_binomial():
    corolla = Tree([Tree()] * 60)
    found = [c for _, c in gl.coproduct(corolla).items()]
    assert found == [math.comb(60, k) for k in range(61)]
