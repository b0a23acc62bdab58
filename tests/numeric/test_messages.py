"""Messages call arguments, their axes and their parts by the names that callers know."""

import itertools
import re
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import treealg

PATH = np.arange(10.0).reshape(5, 2)


def sig(path=PATH, degree=2, **options):
    return treealg.branched_sig(path, degree, **options)


PAIR = np.arange(12.0).reshape(2, 3, 2) / 10
OF_PAIRS = {
    "lengths1": [1, 2, 3],
    "lengths2": [1, 9],
    "times1": [0.0, 2.0, 1.0],
    "times2": [0.0, 1.0],
}


@pytest.mark.parametrize("name", OF_PAIRS)
@pytest.mark.parametrize("function", ["branched_sig_kernel", "branched_sig_kernel_gram"])
def test_what_is_given_beside_one_path_of_a_pair_is_called_by_its_name(function, name):
    options = {name: OF_PAIRS[name], "time_aug": name.startswith("times")}
    with pytest.raises(treealg.InvalidValueError, match=f"^{name} must"):
        getattr(treealg, function)(PAIR, PAIR + 1, 1, 0, **options)


@pytest.mark.parametrize(("names", "place"), [("path1 path2", 0), ("path1 path2", 1)])
def test_a_path_of_a_pair_is_called_by_its_name_where_more_is_given(names, place):
    pair = [PAIR, PAIR]
    pair[place] = PAIR[0, 0]
    with pytest.raises(treealg.InvalidValueError, match=f"^{names.split()[place]} must"):
        treealg.branched_sig_kernel(*pair, 1, 0, basepoint=True)
    pair[place] = np.full((2, 3, 2), np.nan)
    with pytest.raises(treealg.InvalidValueError, match=f"^{names.split()[place]} must"):
        treealg.branched_sig_kernel(*pair, 1, 0, missing="linear")


@pytest.mark.parametrize(
    ("name", "arguments", "axes"),
    [
        ("branched_sig_of_lift", (np.ones(2), 1, 2), r"lift .*\(\.\.\., segments, coefficients\)"),
        ("ito_correction", (np.ones(2), 1.0), r"covariance .*\(\.\.\., channels, channels\)"),
        ("expected_branched_sig", (np.ones(1), np.ones(1), 2), "covariance .*channels, channels"),
        ("expected_branched_sig", (np.ones(()), np.ones((1, 1)), 2), r"drift .*, channels\)"),
        ("branched_sig_translate", (np.ones(2), np.ones(2), 1, 2), "translation .*dimension, mov"),
        ("linear_branched_sig", (np.ones(()), 1, 2), r"displacement .*\(\.\.\., dimension\)"),
    ],
)
def test_a_missing_axis_is_called_by_its_name(name, arguments, axes):
    with pytest.raises(treealg.InvalidValueError, match=f"^{axes}") as caught:
        getattr(treealg, name)(*arguments)
    assert "one channel" not in str(caught.value)


def test_dtypes_that_differ_are_those_of_the_caller_in_a_direction_too():
    corrections = np.zeros(4, np.float32)
    with pytest.raises(treealg.InvalidTypeError, match="float64 and float32"):
        treealg.branched_sig_jvp(PATH, PATH, 2, correction=corrections)


@pytest.mark.parametrize(
    ("function", "argument", "start"),
    [
        ("sig_coef", [(0,), (1.0,)], r"words\[1\]\[0\] must be an integer"),
        ("sig_coef", (1.0,), r"words\[0\] must be an integer"),
        ("log_sig_coef", [(5,)], "words must have letters from 0 to 1, got 5"),
        ("log_sig_coef", "01", "words must be a tuple"),
        ("branched_sig_coef", [(0,), "0[0]"], r"trees\[1\] must be a tree"),
        ("branched_sig_coef", "0[0]", "trees must be a tree"),
        ("branched_log_sig_coef", [(0,), 1.5], r"trees\[1\]: a tree must be"),
    ],
)
def test_one_of_several_elements_is_called_by_its_place(function, argument, start):
    with pytest.raises(treealg.TreeAlgError, match=f"^{start}"):
        getattr(treealg, function)(PATH, argument)


@pytest.mark.parametrize("name", ["lengths", "windows"])
@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda torch: torch.ones(2, requires_grad=True), "requires a gradient"),
        (lambda torch: torch.eye(2, dtype=torch.int64).to_sparse(), "must be a dense tensor"),
        (lambda torch: torch.ones(2, dtype=torch.float16), "must be integers, got"),
        (lambda torch: torch.ones(2, dtype=torch.bfloat16), "must be integers, got"),
        (lambda torch: torch.ones(2, dtype=torch.complex64), "must be integers, got"),
        (lambda torch: torch.ones(2, dtype=torch.bool), "must be integers, got"),
        (lambda torch: torch.ones(2, dtype=torch.int64, device="meta"), "on the device meta"),
    ],
)
def test_a_tensor_of_integers_is_refused_for_what_it_is(name, make, match):
    torch = pytest.importorskip("torch")
    with pytest.raises(treealg.InvalidTypeError, match=f"^{name} .*{match}|^{name} {match}"):
        sig(**{name: make(torch)})


@pytest.mark.parametrize(
    "weights",
    [
        np.broadcast_to(1, (2**40,)),
        np.broadcast_to(1, (2, 2**40)),
        itertools.count(1),
        itertools.repeat(1),
    ],
)
def test_weights_without_end_are_refused_at_once(weights):
    with pytest.raises(treealg.TreeAlgError, match=r"^weights"):
        sig(weights=weights)


@pytest.mark.parametrize("name", ["path", "times", "lengths", "windows", "basepoint", "weights"])
def test_a_list_that_holds_itself_is_refused(name):
    endless = []
    endless.append(endless)
    options = {"time_aug": name == "times", name: endless}
    with pytest.raises(treealg.TreeAlgError, match=f"^{name}"):
        sig(**options)


def test_names_of_channels_without_end_are_refused_at_once():
    with pytest.raises(treealg.InvalidValueError, match=r"^channels must be one name .*, got more"):
        treealg.branched_sig_names(2, 2, channels=map(str, itertools.count()))


def test_weights_that_are_a_nested_tensor_are_refused():
    torch = pytest.importorskip("torch")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a prototype
        nested = torch.nested.nested_tensor([torch.ones(2)])
    with pytest.raises(treealg.InvalidTypeError, match="weights"):
        sig(weights=nested)


@pytest.mark.parametrize(
    ("value", "match"),
    [
        (np.array([np.ones((5, 2)), np.ones((3, 2))], object), r"are ndarray; list\(path\) is a"),
        (np.array([[[1.0], [2.0]], [[3.0]]], object), r"are list; list\(path\) is a list of them"),
        ({"a": np.ones((5, 2)), "b": np.ones((3, 2))}, r"; list\(path.values\(\)\) is a list"),
        ({"a": np.ones(5), "b": np.ones(5)}, r"; numpy.column_stack\(list\(path.values\(\)\)\)"),
    ],
)
def test_paths_in_another_container_are_told_how_to_be_a_list(value, match):
    with pytest.raises(treealg.InvalidTypeError, match=match):
        treealg.branched_sig(value, 2)


@pytest.mark.parametrize("weights", [None, [1, 1]])
@pytest.mark.parametrize(
    "tree",
    [((0,), (0,), 0), (7,), ("a",), (-1,), ((0,),), None, "a"],
    ids=["order", "label", "name", "negative", "forest", "empty", "text"],
)
def test_a_wrong_tree_among_several_is_named_by_its_place(tree, weights):
    with pytest.raises(treealg.TreeAlgError, match=r"^(the label of )?trees\[1\] "):
        treealg.extract_branched_sig_coef(np.zeros(6), [(0,), tree], 2, weights=weights)
    with pytest.raises(treealg.TreeAlgError, match=r"^(the label of )?tree "):
        treealg.tree_to_idx(tree, 2, 2, weights=weights)


@pytest.mark.parametrize("planar", [False, True])
def test_a_tree_that_takes_long_to_count_is_refused_for_that(planar, monkeypatch):
    def refuse(x, colours):
        raise treealg.InvalidValueError("rank takes more than 10,000,000 steps")

    monkeypatch.setattr(treealg.symbolic, "rank", refuse)
    for call in (
        lambda: treealg.tree_to_idx(((1,), 0), 2, 9, planar=planar),
        lambda: treealg.extract_branched_sig_coef(np.zeros(6), [((1,), 0)], 2),
    ):
        with pytest.raises(treealg.InvalidValueError, match=r"^rank takes more than .* steps$"):
            call()


def test_coefficients_of_logarithms_name_the_length_that_is_too_large():
    path = [[0.0, 0.0], [1.0, 2.0]]
    with pytest.raises(treealg.InvalidValueError, match=r"^words must have at most 64"):
        treealg.log_sig_coef(path, (0, 1) * 40)


@pytest.mark.parametrize(
    ("times", "got"),
    [
        ([0.0, 1.0, np.nan, 2.0, np.nan], "got 0.0 as number 1 and nan as number 3"),
        ([np.nan, 1.0, 2.0, 3.0, 4.0], "got nan as number 1"),
        (np.array(["2020", "2021", "2022", "2023", "NaT"], "M8[s]"), "and NaT as number 5"),
        ([-1e308, 0.0, 1e308, 1e308, 1e308], "got -1e.308 as number 1 and 1e.308 as number 3"),
    ],
)
def test_a_time_that_is_none_is_named_by_its_place(times, got):
    with pytest.raises(treealg.InvalidValueError, match=f"{got}$"):
        sig(times=times, time_aug=True)
    good = np.arange(5).astype("M8[s]") if isinstance(times, np.ndarray) else np.arange(5.0)
    with pytest.raises(treealg.InvalidValueError, match=f"{got} of path 2$"):
        sig(np.stack([PATH] * 2), times=np.stack([good, times]), time_aug=True)


@pytest.mark.parametrize("value", [10**400, Fraction(10**400, 3), Decimal("1e400")])
def test_a_number_beyond_floats_is_shown_and_not_as_infinity(value):
    with pytest.raises(treealg.InvalidValueError, match=r"^end_time must be finite, got .*[0-9]"):
        sig(time_aug=True, end_time=value)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("weights", [(1, 2), (2, 4, 3), (1, 70), (1, 1)])
def test_a_basis_that_is_too_large_by_weight_is_refused_as_such(weights, planar):
    with pytest.raises(treealg.InvalidValueError, match=r"needs at least .* more than the bound"):
        treealg.branched_sig(np.ones((2, len(weights))), 130, weights=weights, planar=planar)


def test_weights_are_called_too_fine_where_the_basis_is_small():
    with pytest.raises(treealg.InvalidValueError, match="too fine"):
        treealg.sig(PATH, 70, weights=(1, 70))


@pytest.mark.parametrize("package", ["pandas", "polars"])
@pytest.mark.parametrize("name", ["lengths", "windows"])
def test_integers_of_a_table_with_missing_ones_are_refused_for_these(package, name):
    own = pytest.importorskip(package)
    series = own.Series([1, None], dtype="Int64" if package == "pandas" else own.Int64)
    with pytest.raises(treealg.InvalidTypeError, match=f"^{name} .* dtype Int64 with missing"):
        sig(np.stack([PATH] * 2), **{name: series})


@pytest.mark.parametrize("package", ["pandas", "polars"])
def test_a_series_of_paths_is_told_to_be_a_list(package):
    own = pytest.importorskip(package)
    with pytest.raises(treealg.InvalidTypeError, match=r"a Series .* list\(path\) is a list of"):
        sig(own.Series([PATH.tolist(), PATH[:3].tolist()]))
    with pytest.raises(treealg.InvalidTypeError, match=r"a Series .* that holds str; convert it"):
        sig(own.Series(["1", "2"]))


HALF = PATH.astype(np.float16)


@pytest.mark.parametrize(
    "value",
    [HALF, [HALF], [HALF, HALF], [HALF, HALF[:3]], [[HALF, HALF]], list(HALF), [PATH, HALF]],
    ids=["array", "one", "two", "ragged", "nested", "rows", "mixed"],
)
def test_half_precision_is_refused_wherever_the_array_stands(value):
    with pytest.raises(treealg.InvalidTypeError, match="float16"):
        sig(value)


@pytest.mark.parametrize("options", [{"lengths": [True, 2]}, {"windows": [[0, True]]}])
def test_lists_of_integers_are_not_called_lists_of_real_numbers(options):
    with pytest.raises(treealg.InvalidTypeError, match=r"a nested list of integers, got True"):
        sig(np.zeros((2, 3, 2)), **options)


@pytest.mark.parametrize(
    ("piece", "said"),
    [
        (
            lambda: (row for row in np.eye(2)),
            r"path\[1\] .* read only once; use list\(path\[1\]\)$",
        ),
        (lambda: map(list, np.eye(2)), r"path\[1\] .* read only once; use list\(path\[1\]\)$"),
        (lambda: {"x": [1.0]}, r"path\[1\] .*list\(path\[1\]\.values\(\)\)"),
    ],
    ids=["generator", "map", "dict"],
)
def test_a_piece_of_a_list_that_is_no_array_is_told_how_to_become_one(piece, said):
    with pytest.raises(treealg.InvalidTypeError, match=said):
        sig([np.eye(2), piece()])
    transformers = pytest.importorskip("treealg.sklearn")
    with pytest.raises(treealg.InvalidTypeError, match=said.replace("path", "X")):
        transformers.SignatureTransformer(2).fit([np.eye(2), piece()])


def test_a_list_of_packed_sequences_is_told_how_they_become_lists():
    torch = pytest.importorskip("torch")
    packed = torch.nn.utils.rnn.pack_sequence([torch.zeros(3, 2), torch.zeros(2, 2)])
    with pytest.raises(treealg.InvalidTypeError, match=r"unpack_sequence\(path\[0\]\)"):
        sig([packed, packed])


EXCHANGED = {
    "pair": lambda: treealg.branched_sig_kernel(np.ones((2, 9)), np.ones((2, 8)), 2, 0),
    "samples": lambda: treealg.branched_mmd(np.ones((3, 2, 9)), np.ones((3, 2, 8)), 2, 0),
    "lengths": lambda: sig(np.ones((2, 2, 9)), lengths=[9, 1]),
    "stream": lambda: treealg.BranchedSigStream(2, 2).push_batch(np.ones((2, 9))),
}
ALIKE = {
    "pair": lambda: treealg.branched_sig_kernel(np.ones((2, 9)), np.ones((3, 8)), 2, 0),
    "lengths": lambda: sig(np.ones((2, 2, 9)), lengths=[10, 1]),
    "stream": lambda: treealg.BranchedSigStream(2, 2).push_batch(np.ones((3, 9))),
}


@pytest.mark.parametrize("name", EXCHANGED)
def test_what_would_go_together_with_axes_exchanged_is_told_so(name):
    with pytest.raises(treealg.InvalidValueError, match="or exchange the last two axes of"):
        EXCHANGED[name]()


@pytest.mark.parametrize("name", ALIKE)
def test_what_goes_together_in_no_way_is_not_told_to_exchange_axes(name):
    with pytest.raises(treealg.InvalidValueError) as error:
        ALIKE[name]()
    assert "exchange" not in str(error.value)


def test_weights_with_a_masked_place_are_refused_as_such():
    with pytest.raises(treealg.InvalidTypeError, match="weights must not be a masked array"):
        sig(np.eye(2), weights=np.ma.array([1, 2], mask=[False, True]))


def test_more_pairs_of_points_than_any_machine_takes_are_refused():
    point = np.lib.stride_tricks.as_strided(np.ones(1), (2**40, 1, 1), (0, 0, 0))
    with pytest.raises(treealg.InvalidValueError, match=r"x make .* pairs of paths, of 0 cells"):
        treealg.branched_mmd(point, point, 1, 0)


def test_what_is_no_number_beside_a_path_is_named():
    with pytest.raises(treealg.InvalidTypeError, match=r"got None of type NoneType at path\[1\]"):
        sig([np.eye(2), None])


@pytest.mark.parametrize(
    ("other", "match"),
    [(np.ones((2, 1)), r"shape \(2, 1\); give them as many channels$"), (3.0, "one shape$")],
)
def test_paths_that_are_equally_long_are_not_told_to_be(other, match):
    with pytest.raises(treealg.InvalidValueError, match=match):
        sig([np.eye(2), other])


@pytest.mark.parametrize("points", [(50, 40), (40, 50), (50, 2)])
def test_a_list_of_paths_that_are_channels_by_points_is_told_how_to_transpose_them(points):
    path = [np.ones((2, n)) for n in points]
    with pytest.raises(treealg.InvalidValueError) as error:
        sig(path)
    advice = str(error.value).partition("transpose them: ")[2]
    assert [len(x) for x in eval(advice, {"path": path})] == list(points)


def test_a_list_of_paths_of_other_channels_is_not_told_to_transpose_them():
    with pytest.raises(treealg.InvalidValueError, match=r"path\[0\], 2; got shape \(50, 3\)$"):
        sig([np.ones((100, 2)), np.ones((50, 3))])


def test_what_holds_tensors_is_not_taken_for_what_is_traced():
    torch = pytest.importorskip("torch")
    pieces = torch.utils.data.TensorDataset(torch.zeros(4, 3, 2))
    for value in (pieces, torch.utils.data.DataLoader(pieces)):
        with pytest.raises(treealg.InvalidTypeError, match=r"; give the tensors that are in it$"):
            sig(value)
    with pytest.raises(treealg.InvalidTypeError, match=r"Linear; call it"):
        sig(torch.nn.Linear(2, 2))


def series(own):
    return own.Series([1.0, 2.0, 4.0])


@pytest.mark.parametrize("package", ["pandas", "polars"])
@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda x: [x, x], "path"),
        (lambda x: (x, x[:2]), "path"),
        (lambda x: [x, [1.0, 2.0, 3.0]], "path"),
        (lambda x: [[x, x], [x, x]], "path[0]"),
        (lambda x: [[[1.0, 2.0, 4.0]], [x]], "path[1]"),
        (lambda x: [[[1.0, 2.0, 4.0]] * 2, [x]], "path[1]"),
    ],
)
def test_a_list_of_series_is_no_path(package, make, name):
    own = pytest.importorskip(package)
    start = re.escape(f"{name} must not be a list of Series, which might be channels, points or")
    for function in (sig, treealg.sig_backprop, treealg.bracket_path):
        rest = (np.ones(6), np.ones(6), 2) if function is treealg.sig_backprop else ()
        with pytest.raises(treealg.InvalidTypeError, match=f"^{start}"):
            function(make(series(own)), *rest)


@pytest.mark.parametrize("package", ["pandas", "polars"])
def test_what_is_advised_for_series_gives_channels_points_or_paths(package):
    path = [series(pytest.importorskip(package)), series(pytest.importorskip(package))]
    column = np.array([1.0, 2.0, 4.0])
    for advised, array in [
        (np.column_stack(path), np.column_stack([column, column])),
        (np.stack(path), np.stack([column, column])),
        ([x.to_frame() for x in path], np.stack([column, column])[..., None]),
    ]:
        np.testing.assert_array_equal(sig(advised), sig(array))


@pytest.mark.parametrize("package", ["pandas", "polars"])
def test_a_list_of_series_that_are_vectors_is_taken(package):
    own = pytest.importorskip(package)
    vectors = [own.Series([1.0, 2.0]), own.Series([3.0, 4.0])]
    found = treealg.branched_sig_to_log_sig(vectors, 2, 1)
    np.testing.assert_array_equal(found, [[1.0, 2.0], [3.0, 4.0]])


def grouped(package, sizes):
    own = pytest.importorskip(package)
    labels = np.repeat(np.arange(len(sizes)), sizes)
    table = own.DataFrame({"a": labels, "b": np.arange(float(len(labels)))})
    return table.groupby("a") if package == "pandas" else table.group_by("a", maintain_order=True)


@pytest.mark.parametrize("package", ["pandas", "polars"])
@pytest.mark.parametrize("name", ["path", "times", "lengths", "windows", "correction"])
@pytest.mark.parametrize("sizes", [(1, 2, 2), (2, 2), (1,)])
def test_groups_of_a_table_are_told_to_be_a_list_where_paths_are(package, name, sizes):
    groups = grouped(package, sizes)
    fix = r"\[x for _, x in path\] is" if name == "path" else "give numbers instead$"
    with pytest.raises(treealg.InvalidTypeError, match=rf"^{name} must be .*GroupBy; {fix}"):
        sig(**{"time_aug": name == "times", name: groups})
    assert sig([x for _, x in groups]).shape == (len(sizes), 6)


class Unread:
    """Has items, of which NumPy makes no numbers."""

    def __init__(self, items):
        self.items = items

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        return self.items[index]


@pytest.mark.parametrize("name", ["times", "lengths", "windows"])
@pytest.mark.parametrize("items", [[[1], [1, 2]], [{}, {}]])
def test_what_has_items_that_are_no_numbers_is_called_by_its_type(name, items):
    with pytest.raises(
        treealg.InvalidTypeError, match=rf"^{name} must be .*\.Unread; give numbers"
    ):
        sig(**{"time_aug": name == "times", name: Unread(items)})


def test_no_derivative_is_promised_where_there_is_none():
    torch = pytest.importorskip("torch")
    times = torch.arange(5.0, requires_grad=True)
    for name, options in {
        "times": {"times": times},
        r"times\[0\]": {"times": list(times)},
        "lengths": {"lengths": times},
        "windows": {"windows": times},
    }.items():
        match = (
            rf"^{name} requires a gradient, which no function has in it; use {name}\.detach\(\)$"
        )
        with pytest.raises(treealg.InvalidTypeError, match=match):
            sig(time_aug=True, **options)
    np.testing.assert_array_equal(
        sig(time_aug=True, times=times.detach()), sig(time_aug=True, times=np.arange(5.0))
    )


@pytest.mark.filterwarnings("ignore:.*torch.jit.script.* is deprecated")
def test_no_tangent_is_promised_to_be_carried_on_where_there_is_none():
    torch = pytest.importorskip("torch")
    forward_ad = torch.autograd.forward_ad
    with forward_ad.dual_level():
        moved = forward_ad.make_dual(torch.arange(5.0), torch.ones(5))
        with pytest.raises(treealg.InvalidTypeError, match=r"^times has a tangent") as caught:
            sig(time_aug=True, times=moved)
    assert "treealg.torch" not in str(caught.value)


def sympy_half():
    return pytest.importorskip("sympy").Rational(1, 2)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Fraction(1, 2),
        lambda: Decimal("0.5"),
        sympy_half,
        lambda: sympy_half() ** sympy_half(),
    ],
    ids=["fraction", "decimal", "rational", "root"],
)
def test_numbers_that_numpy_has_not_are_told_to_be_floats(make):
    path = [[0, 0.0], [make(), 1.0]]
    advice = re.escape("path[1][0]; float(...) converts it, numpy.array(path, dtype=float) the")
    with pytest.raises(treealg.InvalidTypeError, match=advice):
        sig(path)
    floats = [[0, 0.0], [float(make()), 1.0]]
    np.testing.assert_array_equal(sig(np.array(path, dtype=float)), sig(floats))
    with pytest.raises(treealg.InvalidTypeError, match=r"int\(\.\.\.\) cuts off what is behind"):
        sig(windows=[[0, make()]])


@pytest.mark.parametrize("value", ["0.5", b"1", 1j, True, np.True_, np.timedelta64(1, "s"), None])
def test_what_is_no_real_number_is_not_told_to_be_a_float(value):
    with pytest.raises(treealg.InvalidTypeError) as caught:
        sig([[0, 0.0], [value, 1.0]])
    assert "float(...)" not in str(caught.value)


@pytest.mark.parametrize("points", [5, 3])
def test_arrays_of_two_kinds_are_no_list_whichever_comes_first(points):
    torch = pytest.importorskip("torch")
    other = torch.zeros(points, 2, dtype=torch.float64)
    for paths in ([PATH, other], [other, PATH]):
        with pytest.raises(treealg.InvalidTypeError, match=r"^the paths of a list must be of one"):
            sig(paths)


@pytest.mark.parametrize("points", [5, 3])
def test_an_array_and_a_table_are_paths_whichever_comes_first(points):
    table = pytest.importorskip("pandas").DataFrame(PATH[:points] ** 2)
    derivs = [np.ones(6), np.zeros(6)]
    for paths in ([PATH, table], [table, PATH]):
        arrays = [np.asarray(path) for path in paths]
        found = treealg.branched_sig_backprop(paths, sig(paths), derivs, 2)
        assert isinstance(found, list)
        for own, path, deriv in zip(found, arrays, derivs, strict=True):
            wanted = treealg.branched_sig_backprop(path, sig(path), deriv, 2)
            np.testing.assert_array_equal(own, wanted)


def nested(torch):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that these are a prototype
        return torch.nested.nested_tensor([torch.zeros(4, 2), torch.zeros(6, 2)])


def in_groups(pandas):
    return pandas.DataFrame({"a": [1, 2]}).groupby("a")


@pytest.mark.parametrize("name", ["correction", "basepoint", "times", "lengths", "windows", "out"])
def test_only_what_may_be_a_list_of_paths_is_told_how_to_be_one(name):
    torch, pandas = pytest.importorskip("torch"), pytest.importorskip("pandas")
    for value in (nested(torch), in_groups(pandas), {"a": PATH}, torch.ones(2, device="meta")):
        options = {"time_aug": name == "times", name: value}
        with pytest.raises(treealg.InvalidTypeError, match=f"^{name} must") as caught:
            sig(**options)
        said = str(caught.value)
        assert "list" not in said.rpartition(";")[2]
        if name in ("times", "lengths", "windows", "out"):
            assert "treealg.torch" not in said
    for value, fix in (
        (nested(torch), r"list\(path.unbind\(\)\) is a list of paths"),
        (in_groups(pandas), r"\[x for _, x in path\] is a list of its tables"),
        ({"a": PATH}, r"list\(path.values\(\)\) is a list"),
        (torch.ones(2, 2, device="meta"), r"use treealg.torch.branched_sig, whose result"),
    ):
        with pytest.raises(treealg.InvalidTypeError, match=fix):
            sig(value)


@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize("kind", [np.float32, np.ndarray, float, memoryview])
def test_a_class_is_no_array_anywhere(kind, listed):
    with pytest.raises(treealg.InvalidTypeError, match=r"^path.* type"):
        treealg.sig([PATH, kind] if listed else kind, 2)


def test_a_nested_tensor_in_a_list_is_refused_by_its_place():
    torch = pytest.importorskip("torch")
    for given in ([PATH, nested(torch)], [torch.zeros(3, 2), nested(torch)]):
        with pytest.raises(
            treealg.InvalidTypeError, match=r"^path\[1\] must not be a nested tensor"
        ):
            treealg.sig(given, 2)


@pytest.mark.parametrize("name", ["torch", "jax"])
def test_memory_of_any_axes_and_classes_are_no_arrays_of_frameworks(name):
    package = pytest.importorskip(f"treealg.{name}")
    for shape in ((4,), (4, 2), (1, 4, 2)):
        with pytest.raises(treealg.InvalidTypeError, match=r"^path .*\(numpy.asarray\(path\)\)"):
            package.sig(memoryview(np.zeros(shape)), 2)
    for kind in (np.float32, np.ndarray):
        with pytest.raises(treealg.InvalidTypeError, match=r"^path .* type; call it, or give its"):
            package.sig(kind, 2)


@pytest.mark.parametrize("shape", [(), (2,), (2, 1), (1, 1, 1)])
def test_memory_of_any_axes_in_the_place_of_a_sequence_is_read_or_refused(shape):
    memory = memoryview(np.ones(shape))
    with pytest.raises(treealg.InvalidTypeError, match=r"^weights"):
        sig(weights=memory)
    with pytest.raises(treealg.InvalidTypeError, match=r"^channels"):
        treealg.branched_sig_names(2, 2, channels=memory)


def test_degrees_that_are_mapped_over_are_no_integers():
    torch = pytest.importorskip("torch")
    tt = pytest.importorskip("treealg.torch")
    paths, degrees = torch.rand(4, 6, 2), torch.tensor([1, 2, 3, 4])
    for function in (tt.branched_sig, tt.sig):
        with pytest.raises(treealg.InvalidTypeError, match=r"^degree must be an integer, got"):
            torch.vmap(function)(paths, degrees)
        assert function(paths, degrees[1]).shape == function(paths, 2).shape
