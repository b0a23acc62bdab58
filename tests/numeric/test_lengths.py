"""How long words and how large trees may be, which is said before they are read."""

import numpy as np
import pytest

import treealg
from tests.support import soon
from treealg.numeric.plans.trees import MAX_ORDER

PATH = np.array([[0.0, 0.0], [1.0, 2.0]])


def _chain(nodes):
    tree = (0,)
    for _ in range(nodes - 1):
        tree = (tree, 0)
    return tree


@pytest.mark.parametrize(
    ("ask", "match"),
    [
        (lambda: treealg.sig_coef(PATH, [(0, 1) * 500_000]), "words must have at most 32768"),
        (lambda: treealg.sig_coef(PATH, [(0,), (1,) * 40_000]), "letters .* got 40000"),
        (lambda: treealg.sig_coef(PATH, [(0, 1) * 20_000], stream=True), "got 40000"),
        (
            lambda: treealg.sig_coef_backprop(PATH, [(0,) * 10**5], np.ones(1), np.ones(1)),
            "letters .* got 100000",
        ),
        (lambda: treealg.log_sig_coef(PATH, [(0, 1) * 50_000]), "at most 64 letters"),
        (lambda: treealg.log_sig_coef(PATH, [(), (0,) * 65]), "at most 64 letters .* got 65"),
        (lambda: treealg.sig_coef(PATH, [(0, 1) * 9_000], prefixes=True), "prefixes of at most"),
        (
            lambda: treealg.log_sig_coef(PATH, [(0,) * 2_000] * 3, prefixes=True),
            "at most 4194304 letters together, got 6003000",
        ),
        (lambda: treealg.branched_sig_coef(PATH, [_chain(40_000)]), "trees must have at most 327"),
        (
            lambda: treealg.branched_sig_coef(
                PATH, (_chain(9), (*[(0,)] * 40_000, 0)), planar=True
            ),
            "at most 32768 nodes .* got 40010",
        ),
        (lambda: treealg.branched_log_sig_coef(PATH, [_chain(30_000)]), "at most 64 nodes"),
    ],
)
def test_what_is_too_long_is_refused_at_once(ask, match):
    with soon(2), pytest.raises(treealg.InvalidValueError, match=match):
        ask()


def test_the_longest_words_and_trees_have_coefficients(monkeypatch):
    monkeypatch.setattr("treealg.numeric.plans.trees.MAX_ORDER", 12)
    word = (0, 1) * 6
    factorial = float(np.prod(np.arange(1.0, 13)))
    np.testing.assert_allclose(treealg.sig_coef(PATH, [word]), [2.0**6 / factorial])
    np.testing.assert_allclose(treealg.branched_sig_coef(PATH, [_chain(12)]), [1 / factorial])
    with pytest.raises(treealg.InvalidValueError, match="at most 12 letters"):
        treealg.sig_coef(PATH, [(*word, 0)])
    assert MAX_ORDER > 64
