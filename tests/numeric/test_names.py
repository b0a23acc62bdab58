"""Names of coefficients: one for each, in the order of results, and back to trees."""

import numpy as np
import pytest

import treealg
from treealg.symbolic import OrderedForest, PlanarTree, Tree

SIZES = [(1, 5, False), (2, 4, False), (3, 3, False), (1, 4, True), (2, 3, True), (11, 2, True)]
TRANSFORMS = [
    {},
    {"time_aug": True},
    {"lead_lag": True},
    {"time_aug": True, "lead_lag": True},
]
ODD = ["", "a b", "x[0]", "1", "[", "∅", 'say "x"', "a,b", "\\", "x\n", "ä", "-", "x_", "time "]


@pytest.mark.parametrize("scalar_term", [False, True])
@pytest.mark.parametrize(("dimension", "degree", "planar"), SIZES)
def test_names_without_channels_are_the_texts_of_the_trees(dimension, degree, planar, scalar_term):
    options = {"planar": planar, "scalar_term": scalar_term}
    names = treealg.branched_sig_names(dimension, degree, **options)
    basis = treealg.trees(dimension, degree, **options)
    kind = OrderedForest if planar else Tree
    texts = ["∅" if tree is None else kind.from_tuple(tree).to_text() for tree in basis]
    assert list(names) == texts
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("transforms", TRANSFORMS)
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("scalar_term", [False, True])
def test_there_is_a_name_for_each_column_of_results(planar, scalar_term, transforms):
    path = np.random.default_rng(5).normal(size=(4, 2))
    options = {"planar": planar, "scalar_term": scalar_term, **transforms}
    columns = treealg.branched_sig(path, 2, **options).shape[-1]
    assert len(treealg.branched_sig_names(2, 2, **options)) == columns
    assert len(treealg.trees(2, 2, **options)) == columns
    assert treealg.branched_sig_length(2, 2, **options) == columns
    columns = treealg.branched_log_sig(path, 2, **options).shape[-1]
    assert len(treealg.branched_log_sig_names(2, 2, **options)) == columns
    assert treealg.branched_log_sig_length(2, 2, **options) == columns


@pytest.mark.parametrize("method", [1, 2])
@pytest.mark.parametrize("transforms", TRANSFORMS)
def test_names_of_lyndon_coordinates_are_those_of_their_forests(transforms, method):
    lyndon = {"planar": True, "method": method, **transforms}
    names = treealg.branched_log_sig_names(2, 3, **lyndon)
    assert len(names) == treealg.branched_log_sig_length(2, 3, **lyndon)
    path = np.random.default_rng(6).normal(size=(4, 2))
    expanded = treealg.branched_log_sig(path, 3, planar=True, **transforms)
    coordinates = treealg.branched_log_sig(path, 3, planar=True, method=1, **transforms)
    at = [
        treealg.tree_to_idx(
            treealg.name_to_tree(name, 2, planar=True, **transforms),
            2,
            3,
            planar=True,
            **transforms,
        )
        for name in names
    ]
    np.testing.assert_allclose(expanded[at], coordinates, rtol=0, atol=1e-14)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("transforms", TRANSFORMS)
@pytest.mark.parametrize(
    "channels", [None, ["x", "y"], ["y", "x"], [7, 3], [3, "3 x"], [np.str_("p"), np.int64(0)]]
)
def test_names_are_read_back(channels, transforms, planar):
    options = {"planar": planar, "channels": channels, **transforms}
    names = treealg.branched_sig_names(2, 2, scalar_term=True, **options)
    basis = treealg.trees(2, 2, planar=planar, **transforms)
    assert len(set(names)) == len(names)
    assert tuple(treealg.name_to_tree(name, 2, **options) for name in names) == basis
    assert tuple(treealg.tree_to_name(tree, 2, **options) for tree in basis) == names


@pytest.mark.parametrize("planar", [False, True])
def test_odd_channels_are_quoted_so_that_names_can_be_read(planar):
    options = {"planar": planar, "channels": ODD, "time_aug": True}
    names = treealg.branched_sig_names(len(ODD), 2, **options)
    basis = treealg.trees(len(ODD), 2, planar=planar, time_aug=True, scalar_term=False)
    assert len(set(names)) == len(names)
    assert tuple(treealg.name_to_tree(name, len(ODD), **options) for name in names) == basis


def test_letters_in_quotes_are_written_as_they_are_and_read_with_escapes_too():
    channels = ["Preis in €", "größe", "a \u200b"]
    names = treealg.branched_sig_names(3, 1, channels=channels)
    assert names == ('"Preis in €"', "größe", '"a \\u200b"')
    for name, tree in zip((*names, '"Preis in \\u20ac"'), (0, 1, 2, 0), strict=True):
        assert treealg.name_to_tree(name, 3, channels=channels) == (tree,)


def test_transforms_name_what_they_add():
    names = treealg.branched_sig_names(2, 1, time_aug=True, lead_lag=True, channels=["bid", "ask"])
    assert names == ("bid_lag", "ask_lag", "bid_lead", "ask_lead", "time")
    # The first block lags: at the second point only the lead has moved.
    first = treealg.transform_path([[1.0, 2.0], [3.0, 5.0]], lead_lag=True, time_aug=True)[1]
    assert dict(zip(names, first.tolist(), strict=True)) == {
        "bid_lag": 1.0,
        "ask_lag": 2.0,
        "bid_lead": 3.0,
        "ask_lead": 5.0,
        "time": 0.5,
    }


def test_branches_are_in_basis_order_whatever_the_channels_are_called():
    assert treealg.tree_to_name(((1,), (0,), 0), 2, channels=["b", "a"]) == "b[b,a]"
    assert treealg.name_to_tree("b[a, b]", 2, channels=["b", "a"]) == ((0,), (1,), 0)
    planar = treealg.name_to_tree("b[a, b]", 2, channels=["b", "a"], planar=True)
    assert planar == (((1,), (0,), 0),)
    element = PlanarTree([PlanarTree(label=1)])
    assert treealg.tree_to_name(element, 2, planar=True) == "0[1]"


def test_deep_trees_have_names():
    tree = (0,)
    for _ in range(3000):
        tree = (tree, 0)
    name = treealg.tree_to_name(tree, 1, channels=["x"])
    assert name == "x[" * 3000 + "x" + "]" * 3000
    assert treealg.tree_to_idx(Tree.from_text("0[0]"), 1, 2) == 1
    assert Tree.from_tuple(treealg.name_to_tree(name, 1, channels=["x"])) is Tree.from_tuple(tree)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("transforms", TRANSFORMS)
def test_basis_functions_take_the_transforms_as_path_functions_do(planar, transforms):
    labels = treealg.transform_path(np.zeros((2, 2)), **transforms).shape[-1]
    options = {"planar": planar, **transforms}
    assert treealg.trees(2, 2, **options) == treealg.trees(labels, 2, planar=planar)
    last = treealg.branched_sig_length(2, 2, **options) - 1
    tree = treealg.idx_to_tree(last, 2, 2, **options)
    assert tree == treealg.trees(labels, 2, planar=planar)[-1]
    assert treealg.tree_to_idx(tree, 2, 2, **options) == last
    of_order = treealg.trees_of_order(2, 2, **options)
    assert of_order == treealg.trees_of_order(labels, 2, planar=planar)


def test_default_trees_begin_with_the_empty_one():
    with_scalar = treealg.trees(2, 3)
    assert with_scalar[0] is None
    assert treealg.trees(2, 3, scalar_term=True) == with_scalar
    assert treealg.trees(2, 3, scalar_term=False) == with_scalar[1:]
    assert treealg.trees(2, 0, scalar_term=False) == ()


@pytest.mark.parametrize(
    ("channels", "error", "text"),
    [
        (["x"], treealg.InvalidValueError, "one name for each of the 2 channels"),
        (["x", "y", "z"], treealg.InvalidValueError, "got 3"),
        (["x", "x"], treealg.InvalidValueError, "got x twice"),
        ([1, np.int8(1)], treealg.InvalidValueError, "got 1 twice"),
        (["x", "time"], treealg.InvalidValueError, "got time twice"),
        ("xy", treealg.InvalidTypeError, "got the text 'xy'"),
        (7, treealg.InvalidTypeError, "got int"),
        (["x", True], treealg.InvalidTypeError, "got True of type bool"),
        (["x", np.True_], treealg.InvalidTypeError, "strings or integers"),
        (["x", None], treealg.InvalidTypeError, "got None of type NoneType"),
        (["x", 1.5], treealg.InvalidTypeError, "got 1.5 of type float"),
        ([("x", "y"), "z"], treealg.InvalidTypeError, "of type tuple"),
    ],
)
def test_channels_that_are_no_names_are_refused(channels, error, text):
    for call in (
        lambda **options: treealg.branched_sig_names(2, 1, **options),
        lambda **options: treealg.branched_log_sig_names(2, 1, **options),
        lambda **options: treealg.tree_to_name((0,), 2, **options),
        lambda **options: treealg.name_to_tree("x", 2, **options),
    ):
        with pytest.raises(error, match=text):
            call(time_aug=True, channels=channels)


def test_lead_lag_names_may_not_clash_with_others():
    with pytest.raises(treealg.InvalidValueError, match='"0_lag" twice'):
        treealg.branched_sig_names(2, 1, lead_lag=True, channels=[0, "0"])


@pytest.mark.parametrize(
    ("name", "error", "text"),
    [
        ("z", treealg.InvalidValueError, "made of the channels x, y, got z"),
        ("x[0]", treealg.InvalidValueError, "got 0 in"),
        ("x y", treealg.InvalidValueError, "planar=True reads forests"),
        ("x[", treealg.InvalidValueError, "position 2"),
        ("x]", treealg.InvalidValueError, "position 1"),
        (("x",), treealg.InvalidTypeError, "name must be a str, got tuple"),
        (None, treealg.InvalidTypeError, "got NoneType"),
        (3, treealg.InvalidTypeError, "got int"),
    ],
)
def test_what_is_no_name_is_refused(name, error, text):
    with pytest.raises(error, match=text):
        treealg.name_to_tree(name, 2, channels=["x", "y"])


def test_labels_beyond_the_channels_have_no_name():
    with pytest.raises(treealg.InvalidValueError, match="labels from 0 to 1"):
        treealg.tree_to_name(((2,), 0), 2)
    with pytest.raises(treealg.InvalidValueError, match="channels 0 to 1, got 2"):
        treealg.name_to_tree("0[2]", 2)
    assert treealg.name_to_tree("0[2]", 2, time_aug=True) == ((2,), 0)


@pytest.mark.parametrize("method", [1, 2])
def test_lyndon_names_have_no_scalar(method):
    for function in (treealg.branched_log_sig_names, treealg.branched_log_sig_length):
        with pytest.raises(treealg.InvalidValueError, match="scalar_term must be False"):
            function(2, 2, planar=True, method=method, scalar_term=True)
        with pytest.raises(treealg.InvalidValueError, match="planar=True"):
            function(2, 2, method=method)


def test_channels_without_names_are_never_listed():
    assert treealg.tree_to_name((10**20,), 10**30) == str(10**20)
    assert treealg.name_to_tree(f"0[{10**20}]", 10**30) == ((10**20,), 0)
    with pytest.raises(treealg.InvalidValueError, match="lower the degree or the dimension"):
        treealg.branched_sig_names(10**30, 1)
