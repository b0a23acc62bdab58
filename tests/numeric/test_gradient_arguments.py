"""Kinds, shapes and errors of the functions along paths backwards, of coefficients and words."""

import numpy as np
import pytest

import treealg
from treealg import InvalidTypeError, InvalidValueError

PATH = np.cumsum(np.random.default_rng(0).normal(size=(2, 3, 6, 2)), axis=2) / 2
TREES = [((0,), 1), (1,), ((1,), (0,), 0)]
DERIVS = {
    "sig": np.random.default_rng(1).normal(size=(2, 3, 20)),
    "log": np.random.default_rng(2).normal(size=(2, 3, 20)),
    "coef": np.random.default_rng(3).normal(size=(2, 3, 3)),
}
BACKWARD = {
    "sig": lambda path, w, **o: treealg.branched_sig_backprop(path, None, w, 3, **o),
    "log": lambda path, w, **o: treealg.branched_log_sig_backprop(path, w, 3, **o),
    "coef": lambda path, w, **o: treealg.branched_sig_coef_backprop(path, TREES, None, w, **o),
}
WORDS = treealg.sig(PATH, 3)
TREE_SIG = treealg.branched_sig(PATH, 3)
MAPS = {
    "to_trees": (lambda x, **o: treealg.sig_to_branched_sig(x, 2, 3, **o), WORDS),
    "back": (lambda x, **o: treealg.sig_to_branched_sig_backprop(x, 2, 3, **o), TREE_SIG),
    "to_words": (lambda x, **o: treealg.branched_sig_to_sig(x, 2, 3, **o), TREE_SIG),
}

each_backward = pytest.mark.parametrize("name", BACKWARD)
each_map = pytest.mark.parametrize("name", MAPS)


@each_backward
def test_a_path_of_one_point_has_a_zero_gradient(name):
    got = BACKWARD[name](PATH[:, :, :1], DERIVS[name])
    np.testing.assert_array_equal(got, np.zeros((2, 3, 1, 2)))


def test_degree_0_has_a_zero_gradient_and_no_words():
    zero = treealg.branched_sig_backprop(PATH, None, np.ones((2, 3, 1)), 0)
    np.testing.assert_array_equal(zero, np.zeros(PATH.shape))
    np.testing.assert_array_equal(treealg.sig(PATH[0, 0], 0, scalar_term=True), [1.0])
    np.testing.assert_array_equal(treealg.log_sig(PATH[0, 0], 0, scalar_term=True), [0.0])
    np.testing.assert_array_equal(treealg.sig_to_branched_sig([1.0], 2, 0), [1.0])
    assert treealg.branched_sig_to_sig(np.empty(0), 2, 0).shape == (0,)


def test_length_tells_whether_derivatives_have_a_place_for_the_scalar():
    with_scalar = np.concatenate([np.full((2, 3, 1), np.nan), DERIVS["sig"]], axis=-1)
    want = BACKWARD["sig"](PATH, DERIVS["sig"], scalar_term=False)
    np.testing.assert_array_equal(BACKWARD["sig"](PATH, DERIVS["sig"]), want)
    np.testing.assert_array_equal(BACKWARD["sig"](PATH, with_scalar), want)
    sig = treealg.branched_sig(PATH, 3, scalar_term=True)
    np.testing.assert_array_equal(treealg.branched_sig_backprop(PATH, sig, with_scalar, 3), want)


def test_forward_value_is_checked():
    derivs, backward = DERIVS["sig"], treealg.branched_sig_backprop
    for wrong, message in [
        (TREE_SIG[..., :-1], "columns"),
        (treealg.branched_sig(PATH, 3, scalar_term=True), "20 columns"),
        (TREE_SIG[:1], "leading shape"),
        (TREE_SIG[0, 0], "leading shape"),
        (treealg.branched_sig(PATH, 2), "columns"),
    ]:
        with pytest.raises(InvalidValueError, match=message):
            backward(PATH, wrong, derivs, 3)
    for wrong in (TREE_SIG.astype(np.float32), "sig", TREE_SIG.astype(complex)):
        with pytest.raises(InvalidTypeError):
            backward(PATH, wrong, derivs, 3)
    log = treealg.branched_log_sig(PATH, 3, scalar_term=True)
    with pytest.raises(InvalidValueError, match="scalar 1"):
        backward(PATH, log, log, 3)
    coefs = treealg.branched_sig_coef(PATH, TREES)
    with pytest.raises(InvalidValueError, match="each of the 3 coefficients"):
        treealg.branched_sig_coef_backprop(PATH, TREES, coefs[..., :2], DERIVS["coef"])
    with pytest.raises(InvalidValueError, match="leading shape"):
        treealg.branched_sig_coef_backprop(PATH, TREES, coefs[0], DERIVS["coef"])


@pytest.mark.parametrize("name", ["sig", "log"])
def test_wrong_derivatives_and_options_are_refused(name):
    w = DERIVS[name]
    for wrong, options, message in [
        (w[..., :-1], {}, "columns"),
        (w[:1], {}, "leading shape"),
        (w, {"planar": True}, "planar basis"),
        (w, {"time_aug": True}, "dimension 3"),
        (w, {"scalar_term": True}, "21 columns"),
        (w, {"n_jobs": 0}, "n_jobs"),
        (w, {"end_time": np.inf}, "end_time"),
    ]:
        with pytest.raises(InvalidValueError, match=message):
            BACKWARD[name](PATH, wrong, **options)
    for wrong, options in [
        (w.astype(np.float32), {}),
        (w, {"planar": 1}),
        (w, {"scalar_term": 0}),
        (w, {"n_jobs": True}),
        (None, {}),
    ]:
        with pytest.raises(InvalidTypeError):
            BACKWARD[name](PATH, wrong, **options)


def test_scalar_of_lyndon_coordinates_is_refused():
    size = treealg.branched_log_sig_length(2, 3, planar=True, method=1)
    options = {"planar": True, "method": 1}
    with pytest.raises(InvalidValueError, match="scalar_term must be False"):
        treealg.branched_log_sig_backprop(
            PATH[0], np.ones((3, size)), 3, scalar_term=True, **options
        )
    with pytest.raises(InvalidValueError, match="method=1"):
        treealg.branched_log_sig_backprop(PATH[0], np.ones((3, size + 1)), 3, **options)


@pytest.mark.parametrize(
    ("tree", "error", "message"),
    [
        ((2,), InvalidValueError, "labels from 0 to 1"),
        ((-1,), InvalidValueError, "at least 0"),
        ((True,), InvalidTypeError, "integer"),
        ((1.0,), InvalidTypeError, "integer"),
        (("a",), InvalidTypeError, "integer"),
        (0, InvalidTypeError, "tree"),
        ([0], InvalidTypeError, "tree"),
        ((), InvalidValueError, "tree"),
    ],
)
def test_what_is_no_tree_is_refused_even_if_it_looks_like_one_seen_before(tree, error, message):
    treealg.branched_sig_coef(PATH, [(1,)])
    with pytest.raises(error, match=message):
        treealg.branched_sig_coef(PATH, [tree])
    with pytest.raises(error):
        treealg.branched_sig_coef_backprop(PATH, [tree], None, np.ones((2, 3, 1)))


def test_labels_may_be_numpy_integers_and_channels_are_those_of_the_transformed_path():
    want = treealg.branched_sig_coef(PATH, [(1,)])
    np.testing.assert_array_equal(treealg.branched_sig_coef(PATH, [(np.int8(1),)]), want)
    time = treealg.branched_sig_coef(PATH, [(2,)], time_aug=True, end_time=3.0)
    np.testing.assert_allclose(time, np.full((2, 3, 1), 3.0), rtol=1e-14)
    with pytest.raises(InvalidValueError, match="labels from 0 to 4"):
        treealg.branched_sig_coef(PATH, [(5,)], time_aug=True, lead_lag=True)


def test_no_trees_give_no_columns():
    assert treealg.branched_sig_coef(PATH, []).shape == (2, 3, 0)
    zero = treealg.branched_sig_coef_backprop(PATH, [], None, np.empty((2, 3, 0)))
    np.testing.assert_array_equal(zero, np.zeros(PATH.shape))
    assert treealg.extract_branched_sig_coef(TREE_SIG, [], 2).shape == (2, 3, 0)


def test_extraction_refuses_what_is_not_there():
    for bsig, options, message in [
        (TREE_SIG[..., :-1], {}, "length of a signature"),
        (TREE_SIG, {"scalar_term": True}, "length of a signature"),
        (TREE_SIG, {"time_aug": True}, "length of a signature"),
        (np.empty(0), {"scalar_term": True}, "length of a signature"),
    ]:
        with pytest.raises(InvalidValueError, match=message):
            treealg.extract_branched_sig_coef(bsig, [(0,)], 2, **options)
    with pytest.raises(InvalidValueError, match="scalar_term=True"):
        treealg.extract_branched_sig_coef(TREE_SIG, [None], 2)
    with pytest.raises(InvalidValueError, match="degree=3"):
        treealg.extract_branched_sig_coef(TREE_SIG, [((((0,), 0), 0), 0)], 2)
    with pytest.raises(InvalidTypeError):
        treealg.extract_branched_sig_coef(TREE_SIG, [(0,)], 2.0)


@each_map
def test_maps_refuse_other_lengths(name):
    function, x = MAPS[name]
    with pytest.raises(InvalidValueError, match="columns"):
        function(x[..., :-1])
    with pytest.raises(InvalidValueError, match="columns"):
        function(x, lead_lag=True)
    with pytest.raises(InvalidTypeError):
        function(x, planar="no")


def test_words_that_do_not_fit_in_memory_are_refused():
    with pytest.raises(InvalidValueError, match="GiB"):
        treealg.sig(np.zeros((2, 10)), 30)
    with pytest.raises(InvalidValueError, match="GiB"):
        treealg.branched_sig_backprop(np.zeros((2, 10)), None, np.zeros(5), 30)
