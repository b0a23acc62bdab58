"""Options: keyword-only, no boolean for an integer at any depth, parameters that overflow."""

import inspect

import numpy as np
import pytest

import treealg
from treealg import numeric

PATHS = np.random.default_rng(8).normal(size=(4, 5, 2))
FUNCTIONS = {
    name: getattr(treealg, name)
    for name in numeric.__all__
    if inspect.isfunction(getattr(treealg, name))
}
STREAMS = {name: getattr(treealg, name) for name in treealg.__all__ if name.endswith("Stream")}


@pytest.mark.parametrize("function", (FUNCTIONS | STREAMS).values(), ids=FUNCTIONS | STREAMS)
def test_what_has_a_default_is_keyword_only(function):
    for parameter in inspect.signature(function).parameters.values():
        if parameter.default is not parameter.empty:
            assert parameter.kind is parameter.KEYWORD_ONLY, parameter.name


def test_the_reported_call_is_refused_by_python():
    with pytest.raises(TypeError):
        treealg.warm_up(2, 3, True)


BOOLEANS = [True, False, np.True_, np.False_]


@pytest.mark.parametrize("flag", BOOLEANS)
@pytest.mark.parametrize(
    "call",
    [
        lambda flag: treealg.branched_sig(PATHS, 2, lengths=[flag, 2, 3, 4]),
        lambda flag: treealg.branched_sig(PATHS, 2, lengths=(2, 2, flag, 4)),
        lambda flag: treealg.branched_sig(PATHS[None], 2, lengths=[[2, 2, 2, flag]]),
        lambda flag: treealg.branched_log_sig(PATHS, 2, lengths=[np.int64(2), flag, 3, 4]),
        lambda flag: treealg.branched_sig(PATHS, 2, lengths=np.full(4, flag)),
        lambda flag: treealg.branched_sig(PATHS[0], 2, lengths=flag),
        lambda flag: treealg.branched_sig(PATHS, 2, basepoint=[flag, 0.0]),
        lambda flag: treealg.branched_sig(PATHS, 2, correction=[flag, 0.0, 0.0, 0.0]),
        lambda flag: treealg.branched_sig_kernel(PATHS, PATHS, 1, (flag, 1)),
        lambda flag: treealg.branched_sig_kernel(PATHS, PATHS, flag, 1),
        lambda flag: treealg.branched_sig_kernel_gram(PATHS, PATHS, 1, 0, max_batch=flag),
        lambda flag: treealg.branched_sig_coef(PATHS, [(flag,)]),
        lambda flag: treealg.ito_correction(np.eye(2), flag),
        lambda flag: treealg.ito_correction(np.eye(2), [flag, flag]),
        lambda flag: treealg.BranchedSigWindowStream(2, 2, flag),
        lambda flag: treealg.BranchedSigWindowStream(2, 2, 2, stride=flag),
        lambda flag: treealg.BranchedSigStream(2, 2, keep=flag),
        lambda flag: pushed().sig(flag, 2),
        lambda flag: pushed().sig_batch([(0, flag)]),
        lambda flag: pushed().drop(flag),
        lambda flag: treealg.trees_of_order(2, flag),
        lambda flag: treealg.branched_log_sig_names(2, 2, method=flag),
        lambda flag: treealg.LinearKernel() and treealg.RBFKernel(flag),
        lambda flag: treealg.ScaledLinearKernel(flag),
    ],
)
def test_a_boolean_is_no_number(call, flag):
    with pytest.raises(treealg.InvalidTypeError):
        call(flag)


@pytest.mark.parametrize("alike", [np.int8(1), np.uint8(1)])
def test_a_boolean_is_no_label_that_has_the_same_memory(alike):
    want = treealg.branched_sig_coef(PATHS, [(1,)])
    np.testing.assert_array_equal(treealg.branched_sig_coef(PATHS, [(alike,)]), want)
    with pytest.raises(treealg.InvalidTypeError):
        treealg.branched_sig_coef(PATHS, [(np.True_,)])


def pushed():
    stream = treealg.BranchedSigStream(2, 2)
    stream.push_batch(PATHS)
    return stream


def test_lengths_are_read_as_integers_of_any_kind():
    want = treealg.branched_sig(PATHS, 2, lengths=np.array([1, 2, 3, 4]))
    for lengths in (
        [1, 2, 3, 4],
        (1, np.int8(2), np.uint8(3), 4),
        np.arange(1, 5, dtype=np.uint8),
    ):
        np.testing.assert_array_equal(treealg.branched_sig(PATHS, 2, lengths=lengths), want)
    assert treealg.branched_sig(PATHS[:0], 2, lengths=[]).shape == (0, 6)
    for lengths in ([1.0, 2, 3, 4], ["1", 2, 3, 4], [None] * 4, np.full(4, 2.0)):
        with pytest.raises(treealg.InvalidTypeError, match="lengths"):
            treealg.branched_sig(PATHS, 2, lengths=lengths)


@pytest.mark.parametrize("sigma", [5e-324, 1e-320, 2e-309])
def test_a_width_without_an_inverse_is_refused(sigma):
    with pytest.raises(treealg.InvalidValueError, match="sigma must have an inverse"):
        treealg.RBFKernel(sigma)


@pytest.mark.parametrize("scale", [1e155, 1e200, 1.7e308])
def test_a_scale_without_a_square_is_refused(scale):
    with pytest.raises(treealg.InvalidValueError, match="scale must have a square"):
        treealg.ScaledLinearKernel(scale)
    assert treealg.ScaledLinearKernel(1e154).scale == 1e154


@pytest.mark.parametrize(
    "call",
    [
        lambda tree: treealg.branched_sig_coef(PATHS, tree),
        lambda tree: treealg.branched_sig_coef(PATHS, [(0,), tree]),
        lambda tree: treealg.branched_sig_coef(PATHS, tree, planar=True),
        lambda tree: treealg.branched_sig_coef_backprop(PATHS, tree, None, np.ones((4, 1))),
        lambda tree: treealg.extract_branched_sig_coef(np.zeros(6), tree, 2),
        lambda tree: treealg.tree_to_idx(tree, 2, 2),
        lambda tree: treealg.tree_to_name(tree, 2),
    ],
)
def test_a_text_is_no_tree_and_the_error_says_what_makes_one(call):
    with pytest.raises(treealg.InvalidTypeError, match=r"the text '0\[1\]'; name_to_tree"):
        call("0[1]")


@pytest.mark.parametrize("tree", [((0,), (1,)), ((0,), ((0,), 1))])
def test_a_tuple_of_trees_is_no_tree(tree):
    with pytest.raises(treealg.InvalidTypeError, match="several trees are a list"):
        treealg.branched_sig_coef(PATHS, tree)
    assert treealg.branched_sig_coef(PATHS, tree, planar=True).shape == (4, 1)
