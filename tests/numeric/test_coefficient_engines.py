"""Chosen coefficients: by trees or by words, and that either gives the same values."""

import numpy as np
import pytest

import treealg
from treealg import engines
from treealg.numeric.plans import trees as plans
from treealg.symbolic import enumerate_forests, enumerate_trees


def ladder(nodes, dimension):
    tree = (0,)
    for label in range(1, nodes):
        tree = (tree, label % dimension)
    return [tree]


def corolla(nodes, dimension):
    return [(*((label % dimension,) for label in range(1, nodes)), 0)]


def every_tree(nodes, dimension):
    return [x.to_tuple() for n in range(1, nodes + 1) for x in enumerate_trees(n, dimension)]


def every_forest(nodes, dimension):
    listed = (enumerate_forests(n, dimension, planar=True) for n in range(1, nodes + 1))
    return [x.to_tuple() for forests in listed for x in forests]


def way(elements, dimension, planar, longest):
    found = plans.chosen_elements(elements, dimension, planar, False)
    plan = plans.tree_plan(found.elements, dimension, planar, longest, dimension)
    prepared = plan.prepared(engines.current())
    assert plan.by_trees == (prepared.trees is not None) == (prepared.words is None)
    return "trees" if plan.by_trees else "words"


# Words are shared by all elements and cheap, but there are d + d² + … of them, and many more words
# of chains; each case is a factor of 1.4 or more from where the choice turns.
CHOICES = [
    *((ladder, nodes, 1, 1, "words") for nodes in range(1, 7)),
    *((corolla, nodes, 1, 1, "words") for nodes in range(1, 7)),
    *((every_tree, nodes, d, 1, "words") for nodes in (2, 3, 4) for d in (2, 3, 5)),
    *((every_tree, nodes, d, 2, "words") for nodes in (2, 3, 4) for d in (1, 2, 3)),
    *((every_forest, nodes, d, 1, "words") for nodes in (2, 3) for d in (2, 3)),
    *((ladder, nodes, d, 1, "trees") for nodes in (2, 3, 4, 6) for d in (2, 3, 5)),
    *((corolla, nodes, d, 1, "trees") for nodes in (2, 3, 4, 6) for d in (2, 3, 5)),
    *((ladder, nodes, d, 2, "trees") for nodes in (2, 4) for d in (2, 3)),
]


@pytest.mark.parametrize(("elements", "nodes", "dimension", "longest", "expected"), CHOICES)
def test_words_are_for_many_short_trees_in_few_channels(
    elements, nodes, dimension, longest, expected
):
    listed = elements(nodes, dimension)
    assert way(listed, dimension, elements is every_forest, longest) == expected


# Where all is dear, or all is free, one way is never taken.
FORCED = {"trees": 0.0, "words": 1e9}


@pytest.mark.parametrize("columns", [None, 4, 4 + 8])
@pytest.mark.parametrize("elements", [ladder, corolla, every_tree, every_forest])
def test_both_ways_give_the_same_values_and_gradients(elements, columns, monkeypatch):
    rng = np.random.default_rng(4)
    path = rng.normal(size=(5, 7, 2))
    options = {"planar": elements is every_forest}
    if columns is not None:
        options["correction"] = rng.normal(size=(6, columns)) / 4
    listed = elements(3, 2)
    derivs = rng.normal(size=(5, len(listed)))
    found = []
    for name, constant in FORCED.items():
        treealg.clear_cache()
        monkeypatch.setattr(plans, "_WORDS_PER_MULTIPLICATION", constant)
        longest = {None: 1, 4: 2, 12: 3}[columns]
        assert way(listed, 2, options["planar"], longest) == name
        coefs = treealg.branched_sig_coef(path, listed, **options)
        gradients = treealg.branched_sig_coef_backprop(path, listed, None, derivs, **options)
        found.append([coefs, *(gradients if columns else [gradients])])
    treealg.clear_cache()
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-12 * np.abs(one).max())
