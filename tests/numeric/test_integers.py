"""Integers beyond 2**53 along paths: differences are exact, or refused."""

from fractions import Fraction

import numpy as np
import pytest

import treealg
from treealg import InvalidValueError

LARGE = 2**60 + 1
STEPS = [0, 3, 1, 8, 8, 2]
SMALL = [[float(step)] for step in STEPS]


def stamps(offset=LARGE):
    return [[offset + step] for step in STEPS]


def as_list(offset):
    return stamps(offset)


def as_tuple(offset):
    return tuple(map(tuple, stamps(offset)))


def as_signed(offset):
    return np.array(stamps(offset), np.int64)


def as_swapped(offset):
    return np.array(stamps(offset), ">i8")


def as_unsigned(offset):
    return np.array(stamps(offset), np.uint64)


def as_numpy_scalars(offset):
    return [[np.int64(row[0])] for row in stamps(offset)]


def as_rows_of_arrays(offset):
    return list(np.array(stamps(offset)))


def as_strided(offset):
    return np.array(stamps(offset))[::-1][::-1]


def as_tensor(offset):
    torch = pytest.importorskip("torch")
    return torch.tensor(stamps(offset))


KINDS = [
    as_list,
    as_tuple,
    as_signed,
    as_swapped,
    as_unsigned,
    as_numpy_scalars,
    as_rows_of_arrays,
    as_strided,
    as_tensor,
]
# What sees the increments of a path alone, as functions of the path.
FUNCTIONS = {
    "branched_sig": lambda path: treealg.branched_sig(path, 3),
    "planar": lambda path: treealg.branched_sig(path, 3, planar=True, time_aug=True),
    "prefixes": lambda path: treealg.branched_sig(path, 2, stream=True, lead_lag=True),
    "lengths": lambda path: treealg.branched_sig(path, 2, lengths=4),
    "branched_log_sig": lambda path: treealg.branched_log_sig(path, 3, time_aug=True),
    "sig": lambda path: treealg.sig(path, 3),
    "log_sig": lambda path: treealg.log_sig(path, 3, time_aug=True),
    "coef": lambda path: treealg.branched_sig_coef(path, [((0,), 0), ((0,), (0,), 0)]),
    "realised": treealg.realised_correction,
    "kernel": lambda path: treealg.branched_sig_kernel(path, path, 2, 1),
    "gram": lambda path: treealg.branched_sig_kernel_gram(path, path, 2, 0),
}


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_large_offset_of_integers_changes_nothing(kind, function):
    want = function(SMALL)
    np.testing.assert_array_equal(np.asarray(function(kind(LARGE))), want)


@pytest.mark.parametrize("offset", [2**53, 2**53 + 1, 2**62 + 1, -(2**62) - 1, 2**63 - 9, -(2**63)])
def test_offsets_up_to_the_bounds_of_int64(offset):
    got = treealg.branched_sig(as_signed(offset), 3)
    np.testing.assert_array_equal(got, treealg.branched_sig(SMALL, 3))


@pytest.mark.parametrize("offset", [2**64 - 9, 2**64 + 1, 10**30, -(10**40)])
def test_python_integers_of_any_size(offset):
    got = treealg.branched_sig(as_list(offset), 3)
    np.testing.assert_array_equal(got, treealg.branched_sig(SMALL, 3))


def test_the_reported_stamps():
    assert treealg.branched_sig([[2**60], [2**60 + 1]], 1) == 1.0
    assert treealg.branched_sig(np.array([[2**60], [2**60 + 1]]), 1) == 1.0


def test_gradients_are_those_of_the_small_path():
    derivs = np.array([1.0, -2.0, 0.5])
    got = treealg.branched_sig_coef_backprop(
        stamps(), [(0,), ((0,), 0), ((0,), (0,), 0)], None, derivs
    )
    trees = [(0,), ((0,), 0), ((0,), (0,), 0)]
    want = treealg.branched_sig_coef_backprop(SMALL, trees, None, derivs)
    np.testing.assert_array_equal(got, want)
    whole = np.arange(4.0)
    got = treealg.branched_sig_backprop(as_signed(LARGE), None, whole, 3)
    np.testing.assert_array_equal(got, treealg.branched_sig_backprop(SMALL, None, whole, 3))


def test_prices_beside_stamps_stay_as_they_are():
    prices = [1.1, 1.3, 1.2, 1.7, 0.9, float("nan")]
    path = [[LARGE + step, price] for step, price in zip(STEPS, prices, strict=True)]
    small = [[step, price] for step, price in zip(STEPS, prices, strict=True)]
    np.testing.assert_array_equal(treealg.branched_sig(path, 2), treealg.branched_sig(small, 2))
    path, small = path[:5], small[:5]
    np.testing.assert_array_equal(treealg.branched_sig(path, 3), treealg.branched_sig(small, 3))


def test_each_path_of_a_batch_has_its_own_first_point():
    batch = [stamps(LARGE), stamps(-LARGE), stamps(2**62 + 3)]
    got = treealg.branched_sig(batch, 3)
    np.testing.assert_array_equal(got, [treealg.branched_sig(SMALL, 3)] * 3)
    ragged = [stamps(LARGE), stamps(-LARGE)[:3]]
    want = treealg.branched_sig([SMALL, SMALL[:3]], 3)
    np.testing.assert_array_equal(treealg.branched_sig(ragged, 3), want)


@pytest.mark.parametrize("kind", [as_list, as_signed])
def test_differences_that_are_not_exact_are_refused(kind):
    path = kind(LARGE)
    path[2][0] = -LARGE
    with pytest.raises(InvalidValueError, match=r"path has integers beyond 2\*\*53"):
        treealg.branched_sig(path, 2)


def test_points_that_are_exact_themselves_are_never_refused():
    path = [[-(2**62)], [2**62], [2**54 + 4], [2**40]]
    got = treealg.branched_sig(path, 1)
    assert Fraction(float(got[0])) == 2**40 + 2**62
    floats = np.array(path, float)
    np.testing.assert_array_equal(treealg.branched_sig(path, 3), treealg.branched_sig(floats, 3))


@pytest.mark.parametrize(
    "function",
    [
        treealg.transform_path,
        lambda path: treealg.branched_sig(path, 1, basepoint=True),
        lambda path: treealg.branched_sig(path, 1, basepoint=[0.0]),
        lambda path: treealg.branched_sig([path, path[:2]], 1, basepoint=True),
        lambda path: treealg.branched_sig_kernel(
            path, SMALL, 1, 0, static_kernel=treealg.RBFKernel(1.0)
        ),
    ],
)
def test_where_points_themselves_count_what_is_not_exact_is_refused(function):
    with pytest.raises(InvalidValueError, match="more than their differences"):
        function(stamps())
    function([[2**60 + 1024 * step] for step in STEPS])  # exact in float64


@pytest.mark.parametrize(
    "function",
    [
        lambda vector: treealg.sig_combine(vector, [-(2**60)], 1, 1),
        lambda vector: treealg.sig_combine([-(2**60)], vector, 1, 1),
        lambda vector: treealg.branched_log_sig_combine(vector, [-(2**60)], 1, 1),
        lambda vector: treealg.branched_sig_inverse(vector, 1, 1),
        lambda vector: treealg.linear_branched_sig(vector, 1, 1),
        lambda vector: treealg.branched_sig_backprop([[0.0], [1.0]], None, vector, 1),
        lambda vector: treealg.branched_sig([[0.0], [1.0]], 1, basepoint=vector),
    ],
)
def test_vectors_whose_integers_float64_does_not_hold_are_refused(function):
    for vector in ([2**60 + 1], np.array([2**60 + 1]), [2**70 + 1]):
        with pytest.raises(InvalidValueError, match="integers beyond"):
            function(vector)
    np.testing.assert_array_equal(function([2**60]), function([2.0**60]))


def test_floats_are_never_shifted():
    path = np.array([[2.0**60], [2.0**60 + 512]])
    np.testing.assert_array_equal(treealg.transform_path(path), path)
    np.testing.assert_array_equal(treealg.transform_path(path.tolist()), path)
    assert treealg.branched_sig([[1e300], [3e300]], 1) == 2e300


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sizes", [[6], [1, 5], [2, 3, 1], [0, 2, 4]])
def test_streams_keep_the_first_point_ever_pushed(kind, sizes):
    stream = treealg.BranchedSigStream(1, 3)
    window = treealg.BranchedSigWindowStream(1, 3, 2)
    path, start = kind(LARGE), 0
    if isinstance(path, (list, tuple)):
        sizes = [size for size in sizes if size]
    for size in sizes:
        for each in (stream, window):
            each.push_batch(path[start : start + size])
        start += size
    np.testing.assert_array_equal(np.asarray(stream.sig(0, 5)), treealg.branched_sig(SMALL, 3))
    np.testing.assert_array_equal(
        np.asarray(window.sig()),
        [treealg.branched_sig(SMALL[i : i + 2], 3) for i in range(5)],
    )


def test_points_are_pushed_one_by_one_and_as_floats_too():
    stream = treealg.BranchedSigStream(2, 2)
    stream.push([LARGE, 1.5])
    stream.push([LARGE + 3, 2.5])
    stream.push(np.array([2.0**60, 2.0]))
    want = treealg.branched_sig([[0.0, 1.5], [3.0, 2.5], [-1.0, 2.0]], 2)
    np.testing.assert_array_equal(stream.sig(0, 2), want)


def test_what_a_stream_refuses_leaves_it_as_it_was():
    stream = treealg.BranchedSigStream(1, 2)
    stream.push([0])
    with pytest.raises(InvalidValueError, match="point has integers"):
        stream.push([LARGE])
    stream.push([2])
    np.testing.assert_array_equal(stream.sig(0, 1), [2.0, 2.0])
    other = treealg.BranchedSigStream(1, 2)
    with pytest.raises(InvalidValueError, match="channels"):
        other.push([LARGE, LARGE])
    other.push([1])
    other.push([3])
    np.testing.assert_array_equal(other.sig(0, 1), [2.0, 2.0])


@pytest.mark.filterwarnings("error")
def test_numbers_of_half_precision_in_lists_are_numbers():
    points = np.arange(6.0).reshape(3, 2) / 8
    want = treealg.branched_sig(points, 3)
    for half in (list(map(list, points.astype(np.float16))), points.astype(np.float16).tolist()):
        np.testing.assert_array_equal(treealg.branched_sig([half], 3), [want])


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("after", [2**62 + 1, -(2**62) + 1, 2**53 + 1])
@pytest.mark.parametrize("make", [np.array, list], ids=["array", "list"])
def test_points_after_the_end_are_not_looked_at(make, after):
    points = np.array([[[LARGE], [LARGE + 3], [after]], [[0], [2], [5]]])
    lengths = [2, 3]
    want = [treealg.branched_sig([[0.0], [3.0]], 3), treealg.branched_sig([[0.0], [2.0], [5.0]], 3)]
    own = make(points.tolist())
    np.testing.assert_array_equal(treealg.branched_sig(own, 3, lengths=lengths), want)
    got = treealg.branched_sig_kernel(own, own, 2, 0, lengths1=lengths, lengths2=lengths)
    plain = [[[0.0], [3.0], [3.0]], [[0.0], [2.0], [5.0]]]
    np.testing.assert_allclose(got, treealg.branched_sig_kernel(plain, plain, 2, 0), rtol=1e-15)
    small = np.array([[[0], [3], [after]]])
    for options in ({"basepoint": True}, {"basepoint": [0.0]}):
        got = treealg.branched_sig(make(small.tolist()), 3, lengths=[2], **options)
        np.testing.assert_array_equal(got, want[:1])
    moved = treealg.bracket_path(make(small.tolist()), lengths=[2])
    np.testing.assert_array_equal(moved[0, :2], treealg.bracket_path([[0.0], [3.0]]))


def test_lengths_are_checked_before_points():
    points = np.array([[[LARGE], [LARGE + 3], [-LARGE]]])
    with pytest.raises(InvalidValueError, match=r"^lengths must be from 1 to 3"):
        treealg.branched_sig(points, 3, lengths=[4])
    with pytest.raises(InvalidValueError, match=r"^path has integers beyond"):
        treealg.branched_sig(points, 3, lengths=[3])


def test_times_after_the_end_are_not_looked_at():
    times = [[LARGE, LARGE + 1, -LARGE], [0, 1, 3]]
    got = treealg.branched_sig(np.zeros((2, 3, 1)), 1, lengths=[2, 3], time_aug=True, times=times)
    np.testing.assert_array_equal(got, [[0.0, 1.0], [0.0, 3.0]])


@pytest.mark.parametrize("dtype", ["Decimal", "Int128", "UInt64"])
def test_large_integers_in_tables_keep_their_differences(dtype):
    polars = pytest.importorskip("polars")
    kind = polars.Decimal(38, 0) if dtype == "Decimal" else getattr(polars, dtype)
    column = polars.Series("t", [LARGE + step for step in STEPS], dtype=kind)
    beside = polars.Series("x", [0.5 * step for step in STEPS]).cast(polars.Decimal(10, 1))
    want = treealg.branched_sig([[float(step), 0.5 * step] for step in STEPS], 2)
    got = treealg.branched_sig(polars.DataFrame([column, beside]), 2)
    np.testing.assert_array_equal(got, want)
    with pytest.raises(InvalidValueError, match="integers beyond"):
        treealg.transform_path(polars.DataFrame([column, beside]), basepoint=True)
