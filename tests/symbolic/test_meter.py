"""Every call ends, or is refused after a bounded number of steps, whatever it is asked."""

import functools
import gc
import pickle
import threading
from fractions import Fraction
from itertools import islice

import pytest
import sympy

from tests.support import soon
from treealg import symbolic
from treealg.errors import InvalidValueError
from treealg.symbolic import (
    AlgebraElement,
    Character,
    Element,
    Forest,
    Functional,
    OrderedForest,
    PlanarTree,
    Tree,
    bck,
    cem,
    concatenation_algebra,
    enumerate_forests,
    exact_lie_butcher_series,
    exact_series,
    gl,
    identity_map,
    mkw,
    nck,
    ogl,
    pgl,
    shuffle_algebra,
)
from treealg.symbolic.bseries import (
    compose,
    elementary_differential,
    elementary_differential_at,
    flow,
    lie_butcher_compose,
    modifying_integrator,
)
from treealg.symbolic.trees import memo, meter
from treealg.symbolic.trees.meter import spend

Y = sympy.Symbol("y")
REFUSED = r"takes more than [\d,]+ steps, beyond the bound of as many.*TREEALG_MAX_TERMS"


@pytest.fixture
def bound(monkeypatch):
    """Set another bound for calls."""

    def at(steps):
        symbolic.clear_cache()
        monkeypatch.setattr(meter, "MAX_STEPS", steps)
        monkeypatch.setattr(meter, "_LOOK", max(1, steps // 100))

    return at


def path(count, kind=Tree):
    return functools.reduce(lambda tree, _: kind([tree]), range(count - 1), kind())


def twigs(count, kind=Tree):
    return kind([kind([kind(label=i)]) for i in range(count)])


def doubled(height, kind=Tree):
    """Return a tree of 2^(height+1) - 1 vertices, of which few are different."""
    return functools.reduce(lambda tree, _: kind([tree, tree]), range(height), kind())


def leaf_sum(count):
    return Element({PlanarTree(label=i): i + 1 for i in range(count)})


def leaves(count, kind=Tree):
    return (OrderedForest if kind is PlanarTree else Forest)([kind(label=i) for i in range(count)])


def letters(algebra):
    """Return a sum of two generators of an algebra."""
    if algebra is shuffle_algebra:
        return Element({(0,): 1, (1,): 1})
    kind = PlanarTree if algebra in (nck, mkw, ogl, pgl) else Tree
    keys = [kind([kind(label=i)]) if algebra in (gl, cem) else kind(label=i) for i in range(2)]
    return Element(dict.fromkeys(keys, 1))


def large(count, algebra):
    """Return a basis element that many smaller ones are made of."""
    if algebra is concatenation_algebra:
        return tuple(range(count))
    if algebra in (ogl, pgl):
        return leaves(count, PlanarTree)
    return twigs(count, PlanarTree if algebra in (nck, mkw) else Tree)


ALGEBRAS = (bck, nck, mkw, cem, gl, ogl, pgl, shuffle_algebra)

# Work that grows with a number, by what it is; none of it ends soon.
GROWING = {
    "morphism": lambda n: symbolic.hairer_kelly(twigs(n)),
    "ordering": lambda n: symbolic.symmetrisation(twigs(n)),
    "contracting": lambda n: symbolic.contracting_arborification(twigs(n)),
    "arborification": lambda n: symbolic.arborification(twigs(n, PlanarTree)),
    "lift": lambda n: symbolic.change_of_lift("ito", "backward")(path(4 * n)),
    "grafting": lambda n: symbolic.graft(path(100 * n), path(100 * n)),
    "grafting of forests": lambda n: symbolic.graft_forest(leaves(n), path(n)),
    "enveloping": lambda n: symbolic.enveloping_product(leaves(n), leaves(n)),
    "bracket": lambda n: symbolic.grafting_bracket(leaves(n, PlanarTree), leaves(n, PlanarTree)),
    "lyndon": lambda n: symbolic.lyndon_bracketing(tuple(range(n))),
    "shuffle": lambda n: symbolic.shuffle_words(tuple(range(n)), tuple(range(n, 2 * n))),
    "pre-lie": lambda n: symbolic.pre_lie_magnus(letters(bck), n),
    "pre-lie of two": lambda n: symbolic.pre_lie_bch(Tree(), Tree(label=1), n),
    "post-lie": lambda n: symbolic.post_lie_bch(PlanarTree(), PlanarTree(label=1), n),
    "post-lie field": lambda n: symbolic.post_lie_magnus(letters(ogl), n),
    "composition": lambda n: compose(exact_series(n, 2), exact_series(n, 2)),
    "flow": lambda n: flow(exact_series(n, 2) - exact_series(n, 2)),
    "field": lambda n: symbolic.modified_equation(exact_series(n, 2)),
    "integrator": lambda n: modifying_integrator(exact_series(n, 1)),
    "planar composition": lambda n: lie_butcher_compose(*[exact_lie_butcher_series(n)] * 2),
    "character": lambda n: exact_lie_butcher_series(n).is_character,
    "convolution": lambda n: (identity_map(bck) * identity_map(bck))(twigs(n)),
    "power": lambda n: Functional(mkw, lambda x: 1).power(5)(twigs(n, PlanarTree)),
    "substitution": lambda n: symbolic.substitution_product(*[Character(bck, lambda tree: 1)] * 2)(
        twigs(n)
    ),
    "translation": lambda n: symbolic.translate_element(twigs(n), {0: path(2)}, 4 * n),
    "signature": lambda n: symbolic.exact_signature([(0, 0), (1, 2), (2, 1)], n),
    "relations": lambda n: bck.primitives(n),
    "apply": lambda n: Element(dict.fromkeys(enumerate_forests(n), 1)).apply(bck.antipode),
    "product of sums": lambda n: mkw.product(*[leaf_sum(20 * n)] * 2),
    "products of shared trees": lambda n: pgl.product(*[doubled(4 * n, PlanarTree)] * 2),
    "contraction of forests": lambda n: cem.coproduct(Forest(twigs(n).children)),
    "callback": lambda n: Element({Tree(label=i): 1 for i in range(10**n)}).apply(
        lambda x: bck.product(bck.antipode(x), letters(bck))
    ),
    **{
        f"{a.name} power": lambda n, a=a: AlgebraElement(a, letters(a)) ** (2 * n)
        for a in ALGEBRAS
        if a not in (bck, cem)
    },
    "long power": lambda n: bck.product(*[letters(bck)] * n**2),
    **{
        f"{a.name} {name}": lambda n, a=a, name=name: getattr(a, name)(large(n, a))
        for a in (*ALGEBRAS[:-1], concatenation_algebra)
        for name in ("coproduct", "antipode")
        if (a, name) not in {(pgl, "coproduct"), (concatenation_algebra, "antipode")}
    },
}


@pytest.mark.parametrize("name", GROWING)
def test_what_grows_is_refused_after_few_steps(name, bound):
    bound(30_000)
    refusal = None
    for n in range(1, 60):
        try:
            with soon(3):
                GROWING[name](n)
        except InvalidValueError as error:
            refusal = str(error)
            break
    assert "TREEALG_MAX_TERMS" in refusal


# Work that a bound lets through when its steps are counted at half their weight.
WEIGHED = {
    "fractions": (120_000, lambda: symbolic.post_lie_magnus(letters(ogl), 5)),
    "enveloping product": (700_000, lambda: pgl.product(*[doubled(12, PlanarTree)] * 2)),
    "partitions": (250_000, lambda: cem.coproduct(twigs(7))),
    "inverse of fractions": (
        70_000,
        lambda: Character(bck, lambda tree: Fraction(1, tree.factorial)).inverse()(twigs(5)),
    ),
    "logarithm of fractions": (
        150_000,
        lambda: Character(bck, lambda tree: Fraction(1, tree.factorial)).log()(twigs(5)),
    ),
    "derivatives in fractions": (
        300_000,
        lambda: elementary_differential_at(
            Tree([Tree()] * 10), lambda y: [1 / (1 + y[0] ** 2)], [1]
        ),
    ),
    "derivatives of expressions": (
        500_000,
        lambda: elementary_differential(Tree([Tree()] * 14), [sympy.exp(sympy.sin(Y))], [Y]),
    ),
    "comparisons": (10_000, lambda: Tree([Tree(label=i * 991 % 2003) for i in range(2003)])),
}


@pytest.mark.parametrize("name", WEIGHED)
def test_steps_weigh_what_they_take(name, bound):
    steps, call = WEIGHED[name]
    bound(steps)
    with pytest.raises(InvalidValueError, match=REFUSED):
        call()


def test_what_is_refused_once_is_refused_always(bound):
    bound(100_000)
    for _ in range(5):
        with pytest.raises(InvalidValueError, match="hairer_kelly " + REFUSED):
            symbolic.hairer_kelly(twigs(6))


def test_pictures_that_are_too_large_are_told_how_to_be_smaller(bound):
    many = Element({Tree(label=label): 1 for label in range(300)})
    bound(1000)
    with pytest.raises(InvalidValueError, match="draw fewer terms with max_terms=, or set"):
        symbolic.to_svg(many)
    with pytest.raises(InvalidValueError, match="pairing with the dual, or set"):
        symbolic.hairer_kelly(twigs(6))


def test_nothing_of_what_was_refused_is_kept(bound):
    bound(100_000)
    with pytest.raises(InvalidValueError, match=REFUSED):
        symbolic.hairer_kelly(twigs(6))
    gc.collect()
    assert not sum(len(one) for one in memo._memos.values())


def test_calls_one_after_the_other_are_not_added_up(bound):
    symbolic.clear_cache()
    bound(20_000)
    for i in range(50):
        assert len(bck.coproduct(Tree([Tree(label=(i, j)) for j in range(8)]))) == 257


def test_steps_of_a_generator_are_not_added_up(bound):
    bound(20_000)
    assert sum(1 for _ in islice(bck.basis(12, 2), 30_000)) == 30_000


def test_calls_within_a_call_are_added_up(bound):
    bound(20_000)
    x = Element({Tree(label=i): 1 for i in range(1000)})
    with pytest.raises(InvalidValueError, match="apply of an Element " + REFUSED):
        x.apply(lambda key: bck.product(key, letters(bck), letters(bck), letters(bck)))
    for key in x:
        bck.product(key, letters(bck), letters(bck), letters(bck))


def test_work_of_nobody_has_no_bound(bound):
    bound(100)
    for _ in range(100):
        spend(1000)
    assert meter._pending == 0


def test_trees_of_vertices_without_number_are_refused_or_come():
    # Equal trees are one object, so that forty of them have a million million vertices.
    tree = functools.reduce(lambda tree, _: Tree([tree, tree]), range(40), Tree())
    assert str(tree) == f"0[… {2**41 - 2:,} more vertices]"
    for ask in (Tree.to_text, symbolic.to_svg, symbolic.to_latex, symbolic.to_dot, pickle.dumps):
        with pytest.raises(InvalidValueError, match=r"TREEALG_MAX_TERMS"):
            ask(tree)
    for number in ("symmetry", "factorial"):
        with pytest.raises(InvalidValueError, match="a product over all vertices takes at least"):
            getattr(tree, number)


def test_threads_have_accounts_of_their_own(bound):
    bound(100_000)
    outcomes = {}

    def small(name):
        for i in range(100):
            bck.coproduct(Tree([Tree(label=(name, i, j)) for j in range(6)]))
        outcomes[name] = "done"

    def large(name):
        try:
            symbolic.hairer_kelly(twigs(7))
        except InvalidValueError:
            outcomes[name] = "refused"

    threads = [
        threading.Thread(target=one, args=(i,)) for i, one in enumerate([small, large, small])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == {0: "done", 1: "refused", 2: "done"}


def test_an_account_ends_with_its_call(bound):
    bound(100_000)
    bck.coproduct(twigs(7))
    assert meter._last.account() is None
