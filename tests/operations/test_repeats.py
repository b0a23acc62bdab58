"""Calls that are made again without being checked give what the long way gives, or its error."""

import gc
import threading
import weakref

import numpy as np
import pytest

import treealg
from treealg import _fast, checks, engines
from treealg._fast import reference
from treealg.errors import TreeAlgError

from .cases import CASES, Case, arrays_of, call, each_case

# Those that are looked up, of arrays that nothing else is asked about.
REPEATED = {
    "branched_sig", "branched_log_sig", "sig", "log_sig",
    "branched_sig_backprop", "branched_log_sig_backprop", "sig_backprop", "log_sig_backprop",
    "branched_sig_to_log_sig", "branched_sig_to_log_sig_backprop",
    "sig_to_log_sig", "sig_to_log_sig_backprop",
    "branched_log_sig_to_sig", "branched_log_sig_to_sig_backprop",
    "branched_sig_combine", "branched_sig_combine_backprop", "branched_sig_inverse",
    "branched_sig_join", "branched_sig_join_backprop", "branched_log_sig_join",
    "branched_log_sig_combine", "linear_branched_sig", "linear_branched_sig_backprop",
    "branched_sig_kernel", "branched_sig_kernel_backprop",
}  # fmt: skip
REPEATED |= {f"{name}_jvp" for name in REPEATED}
BATCHES = (), (3,)


class Counted(_fast.Repeats):
    """A table that counts what it is asked for and has."""

    found = 0

    def find(self, key, *arrays, out=None):
        result = super().find(key, *arrays, out=out)
        self.found += result is not None
        return result


class Never(_fast.Repeats):
    """A table that has nothing: every call takes the long way."""

    def find(self, key, *arrays, out=None):
        return None


@pytest.fixture
def repeats(monkeypatch):
    """An empty table for the engine in use, which counts."""
    table = Counted()
    monkeypatch.setattr(engines.current(), "repeats", table)
    return table


def long_way(function):
    """Return a result, or the error, with no call known."""
    engine = engines.current()
    before, engine.repeats = engine.repeats, Never()
    try:
        return outcome(function)
    finally:
        engine.repeats = before


def outcome(function):
    try:
        return function()
    except TreeAlgError as error:
        return type(error), str(error)


def assert_equal(got, want):
    assert len(got) == len(want)
    for one, other in zip(got, want, strict=True):
        assert type(one) is type(other)
        if isinstance(one, list):
            assert_equal(one, other)
        elif other is not None:
            assert one.dtype == other.dtype
            assert one.shape == other.shape
            assert one.flags.c_contiguous == other.flags.c_contiguous
            np.testing.assert_array_equal(one, other, strict=True)


@each_case(CASES)
@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_call_made_again_gives_to_the_bit_what_the_long_way_gives(case, batch, dtype, repeats):
    options = case.arguments(batch, dtype)
    call(case, options)  # is kept, if it can be
    other = options | arrays_of(case, case.arguments(batch, dtype, seed=1))
    assert_equal(call(case, other), long_way(lambda: call(case, other)))


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("name", sorted(REPEATED))
def test_plain_calls_are_made_again(name, batch, repeats):
    case = Case(name, "plain")
    arguments = case.arguments(batch)
    call(case, arguments)
    assert not repeats.found
    call(case, arguments)
    assert repeats.found == 1


@pytest.mark.parametrize("name", ["branched_sig", "branched_sig_combine", "branched_sig_kernel"])
@pytest.mark.parametrize(
    "change",
    [
        lambda x: x[..., ::-1],
        lambda x: np.repeat(x, 2, axis=0)[::2],
        np.asfortranarray,
        lambda x: np.broadcast_to(x[:1], x.shape),
        lambda x: x * np.nan,
    ],
    ids=["reversed", "strided", "fortran", "broadcast", "nan"],
)
def test_calls_are_made_again_of_arrays_of_any_strides_and_values(name, change, repeats):
    case = Case(name, "plain")
    arguments = case.arguments()
    call(case, arguments)
    changed = {key: change(x) for key, x in arrays_of(case, arguments).items()}
    got = call(case, arguments | changed)
    assert repeats.found == 1
    assert_equal(got, long_way(lambda: call(case, arguments | changed)))


class Special(np.ndarray):
    """What is no plain array."""


UNUSUAL = {
    "a subclass": lambda x: x.view(Special),
    "a masked array": lambda x: np.ma.masked_array(x, x > 0),
    "a list": lambda x: x.tolist(),
    "integers": lambda x: np.ones(x.shape, int),
    "the other byte order": lambda x: x.astype(x.dtype.newbyteorder()),
    "single precision": lambda x: x.astype(np.float32),
    "half precision": lambda x: x.astype(np.float16),
    "complex numbers": lambda x: x + 0j,
    "text": lambda x: x.astype(str),
    "dates": lambda x: np.ones(x.shape, "datetime64[s]"),
    "objects": lambda x: x.astype(object),
    "records": lambda x: np.zeros(x.shape, [("x", float)]),
    "not aligned": lambda x: np.frombuffer(b"0" + x.tobytes(), np.float64, offset=1).reshape(
        x.shape
    ),
    "one axis less": lambda x: x[0],
    "one axis more": lambda x: x[None],
    "five axes more": lambda x: x[(None,) * 5],
    "nothing": lambda x: x[..., :0],
    "more columns": lambda x: np.repeat(x, 2, axis=-1),
    "None": lambda x: None,
}


@pytest.mark.parametrize("name", ["branched_sig", "branched_sig_inverse", "branched_sig_kernel"])
@pytest.mark.parametrize("kind", UNUSUAL)
def test_unusual_arrays_take_the_long_way_to_the_same_result_or_error(name, kind, repeats):
    case = Case(name, "plain")
    arguments = case.arguments()
    call(case, arguments)
    changed = {key: UNUSUAL[kind](x) for key, x in arrays_of(case, arguments).items()}
    got = outcome(lambda: call(case, arguments | changed))
    want = long_way(lambda: call(case, arguments | changed))
    assert not repeats.found
    if isinstance(want, tuple):
        assert got == want
    else:
        assert_equal(got, want)


OPTIONS = {
    "degree": [True, 2.0, np.int64(2), "2", -1, None],
    "planar": [1, 0, None, np.True_],
    "end_time": [1, np.float32(1), "1", float("nan")],
    "n_jobs": [2, -1, 0, True],
    "scalar_term": [0, 1],
    "stream": [True, 0],
    "basepoint": [True, 0],
    "weights": [(1, 2), [2, 1]],
    "lengths": [3],
    "missing": ["refuse", "linear", "no"],
    "time_aug": [0, 1],
}


@pytest.mark.parametrize("option", OPTIONS)
def test_options_that_are_equal_but_not_the_same_are_checked(option, repeats):
    path = np.arange(8.0).reshape(4, 2) ** 2
    path[2] = path[1]
    assert treealg.branched_sig(path, 2, end_time=1.0).shape == (6,)
    for value in OPTIONS[option]:
        given = {"degree": 2} | {option: value}
        got = outcome(lambda g=given: treealg.branched_sig(path, **g))
        want = long_way(lambda g=given: treealg.branched_sig(path, **g))
        if isinstance(want, tuple):
            assert got == want
        else:
            assert_equal([got], [want])
    assert not repeats.found


@pytest.mark.parametrize("n_jobs", [2, 3, -1, -2])
def test_calls_are_known_by_the_threads_that_they_have_now(n_jobs, repeats, monkeypatch):
    path = np.arange(24.0).reshape(3, 4, 2) ** 2
    derivs = np.ones((3, 6))

    def threads(found):
        before, seen = repeats.found, len(asked)
        treealg.branched_sig(path, 2, n_jobs=n_jobs)
        treealg.branched_sig_backprop(path, None, derivs, 2, n_jobs=n_jobs)
        assert repeats.found - before == (2 if found else 0)
        assert len(asked) > seen

    asked = []
    for processors in (4, 1):
        monkeypatch.setattr(
            checks, "available_processors", lambda p=processors: asked.append(p) or p
        )
        threads(False)
        threads(True)
        threads(True)


def test_options_that_may_change_are_read_each_time(repeats):
    path, weights = np.arange(8.0).reshape(4, 2) ** 2, [1, 2]
    first = treealg.branched_sig(path, 3, weights=weights)
    weights[:] = [2, 1]
    assert not np.array_equal(treealg.branched_sig(path, 3, weights=weights), first)
    assert not repeats.found


def test_values_that_are_checked_are_checked_each_time(repeats):
    path = np.arange(8.0).reshape(4, 2)
    treealg.branched_sig(path, 2, missing="refuse")
    with pytest.raises(TreeAlgError, match="missing"):
        treealg.branched_sig(path * np.nan, 2, missing="refuse")
    treealg.branched_sig_kernel(path, path + 1, 2, 0, missing="refuse")
    with pytest.raises(TreeAlgError, match="missing"):
        treealg.branched_sig_kernel(path * np.nan, path, 2, 0, missing="refuse")
    treealg.branched_sig_kernel_backprop(1.0, path, path + 1, 2, 0, missing="refuse")
    with pytest.raises(TreeAlgError, match="missing"):
        treealg.branched_sig_kernel_backprop(1.0, path * np.nan, path, 2, 0, missing="refuse")
    signature = treealg.branched_sig(path, 2, scalar_term=True)
    treealg.branched_sig_to_log_sig(signature, 2, 2)
    with pytest.raises(TreeAlgError, match="scalar 1"):
        treealg.branched_sig_to_log_sig(2 * signature, 2, 2)
    assert not repeats.found


def test_results_are_never_the_memory_of_another_call(repeats):
    path = np.arange(8.0).reshape(4, 2)
    results = [treealg.branched_sig(path, 2) for _ in range(3)]
    assert repeats.found == 2
    results[1][:] = 0
    assert_equal([results[2]], [results[0]])


def test_roles_of_arrays_do_not_depend_on_which_of_them_are_the_same(repeats):
    one, other = (treealg.branched_sig(x, 2) for x in np.arange(24.0).reshape(2, 6, 2) ** 2)
    treealg.branched_sig_combine_backprop(one, one, one, 2, 2)
    given = other, one, 2 * one
    got = treealg.branched_sig_combine_backprop(*given, 2, 2)
    want = long_way(lambda: treealg.branched_sig_combine_backprop(*given, 2, 2))
    assert_equal(got, want)


def test_another_engine_does_not_take_calls_of_this_one():
    path = np.arange(8.0).reshape(4, 2)
    treealg.branched_sig(path, 2)
    table = engines.current().repeats
    with engines.use("reference"):
        assert engines.current().repeats is not table
        first = treealg.branched_sig(path, 2)
        np.testing.assert_array_equal(treealg.branched_sig(path, 2), first)


def test_forgotten_tables_are_let_go(repeats):
    path = np.arange(8.0).reshape(4, 2)
    treealg.branched_sig(path, 2)
    treealg.branched_sig(path, 2)
    assert repeats.found == 1
    treealg.clear_cache()
    treealg.branched_sig(path, 2)
    assert repeats.found == 1


def test_calls_of_several_threads_are_made_again(repeats):
    paths = np.random.default_rng(5).standard_normal((8, 5, 2))
    want = [treealg.branched_sig(path, 3) for path in paths]
    got = [None] * len(paths)

    def work(i):
        for _ in range(50):
            got[i] = treealg.branched_sig(paths[i], 3)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(len(paths))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert_equal(got, want)


# --- calls with arrays beside the path, and with arrays for results -----------------------------

# How a correction may be given, as the tables of `cases.py` call it.
CORRECTED = "corrected", "corrected_alike", "corrected_by_segment", "corrected_time"
ALONG = "branched_sig", "branched_log_sig", "sig", "log_sig"
BACK = "branched_sig_backprop", "branched_log_sig_backprop", "sig_backprop"


@pytest.mark.parametrize("batch", BATCHES)
@each_case([case for case in CASES if case.name in (*ALONG, *BACK) and case.variant in CORRECTED])
def test_calls_with_a_correction_are_made_again(case, batch, repeats):
    arguments = case.arguments(batch)
    other = arguments | arrays_of(case, case.arguments(batch, seed=1))
    before = repeats.found  # as arguments are results of functions, too
    call(case, arguments)
    got = call(case, other)
    assert repeats.found == before + 1
    assert_equal(got, long_way(lambda: call(case, other)))


@pytest.mark.parametrize("name", ["branched_sig", "sig"])
@pytest.mark.parametrize("shape", [(4,), (4, 4), (3, 4, 4)])
def test_lengths_and_a_correction_are_two_arrays_of_a_call(name, shape, repeats):
    rng = np.random.default_rng(7)
    paths, added = rng.standard_normal((3, 5, 2)), rng.standard_normal(shape)
    function = getattr(treealg, name)
    function(paths, 3, lengths=np.array([5, 2, 3]), correction=added)
    given = {"lengths": np.array([1, 4, 5]), "correction": added + 1}
    got = function(-paths, 3, **given)
    assert repeats.found == 1
    assert_equal([got], [long_way(lambda: function(-paths, 3, **given))])
    wrong = given | {"lengths": np.array([1, 4, 6])}
    assert outcome(lambda: function(paths, 3, **wrong)) == long_way(
        lambda: outcome(lambda: function(paths, 3, **wrong))
    )


@pytest.mark.parametrize("batch", BATCHES)
def test_the_forward_value_is_not_taken_for_a_correction(batch, repeats):
    rng = np.random.default_rng(8)
    path = rng.standard_normal((*batch, 2, 2))
    derivs, other = rng.standard_normal((2, *batch, 6))
    value = treealg.branched_sig(path, 2)
    plain = treealg.branched_sig_backprop(path, value, derivs, 2)
    correction = rng.standard_normal(4)
    with_value = treealg.branched_sig_backprop(path, value, derivs, 2, correction=correction)
    without = treealg.branched_sig_backprop(path, None, derivs, 2, correction=correction)
    assert_equal(with_value, without)
    assert not np.array_equal(plain, with_value[0])
    for given in (None, value):
        again = treealg.branched_sig_backprop(path, given, other, 2, correction=correction)
        want = long_way(
            lambda g=given: treealg.branched_sig_backprop(path, g, other, 2, correction=correction)
        )
        assert_equal(again, want)
    assert repeats.found == 2


@pytest.mark.parametrize("columns", [0, 3, 4, 5, 12])
def test_a_correction_of_other_columns_is_looked_at(columns, repeats):
    path = np.arange(8.0).reshape(4, 2) ** 2
    treealg.branched_sig(path, 3, correction=np.ones(4))
    added = np.ones(columns)
    for function in (
        lambda: treealg.branched_sig(path, 3, correction=added),
        lambda: treealg.branched_sig(path, 3, correction=added.astype(np.float32)),
        lambda: treealg.branched_sig(path, 3, correction=added.tolist()),
    ):
        got, want = outcome(function), long_way(function)
        if isinstance(want, tuple):
            assert got == want
        else:
            assert_equal([got], [want])


def rooms_for(want):
    """Return arrays for results, and these as a function is given them."""
    rooms = [np.full(x.shape, np.nan, x.dtype) for x in want]
    return rooms, rooms[0] if len(rooms) == 1 else tuple(rooms)


WITH_OUT = sorted(
    case.name for case in CASES
    if case.variant == "plain" and case.name in REPEATED and case.row.has_out
)  # fmt: skip


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("name", WITH_OUT)
def test_calls_are_made_again_into_the_arrays_that_are_given(name, batch, repeats):
    case = Case(name, "plain")
    arguments = case.arguments(batch)
    want = call(case, arguments)
    rooms, _ = rooms_for([x for x in want if x is not None])
    rest = iter(rooms)
    several = tuple(None if x is None else next(rest) for x in want)
    found = case.row.function(**arguments, out=several if len(want) > 1 else several[0])
    assert repeats.found == 1
    for got, room, expected in zip(
        found if len(want) > 1 else (found,), several, want, strict=True
    ):
        assert got is room
        if room is not None:
            np.testing.assert_array_equal(room, expected, strict=True)


@pytest.mark.parametrize("name", ["branched_sig", "branched_sig_combine_backprop"])
def test_a_call_into_arrays_is_kept_too(name, repeats):
    case = Case(name, "plain")
    arguments = case.arguments((3,))
    want = long_way(lambda: call(case, arguments))
    for count in range(2):
        rooms, out = rooms_for(want)
        case.row.function(**arguments, out=out)
        assert repeats.found == count
        assert_equal(rooms, want)


@pytest.mark.parametrize("scalar_term", [False, True])
def test_columns_of_a_table_are_written_again_and_no_more(scalar_term, repeats):
    paths = np.random.default_rng(9).standard_normal((3, 5, 2))
    want = treealg.branched_sig(paths, 3, scalar_term=scalar_term)
    table = np.full((3, want.shape[1] + 4), np.nan)
    out = table[:, 1:-3]
    assert treealg.branched_sig(paths, 3, scalar_term=scalar_term, out=out) is out
    assert repeats.found == 1
    np.testing.assert_array_equal(out, want)
    assert np.isnan(table[:, [0, -3, -2, -1]]).all()


def read_only(out):
    out.flags.writeable = False
    return out


UNFIT = {
    "of another shape": lambda out: out[:, :-1],
    "of another length": lambda out: np.repeat(out, 2, axis=0),
    "with an axis more": lambda out: out[None],
    "in single precision": lambda out: out.astype(np.float32),
    "of integers": lambda out: out.astype(np.int64),
    "in the other byte order": lambda out: out.astype(out.dtype.newbyteorder()),
    "read-only": read_only,
    "in columns": np.asfortranarray,
    "backwards": lambda out: out[::-1],
    "with columns backwards": lambda out: out[:, ::-1],
    "with every second column": lambda out: np.repeat(out, 2, axis=1)[:, ::2],
    "one row many times": lambda out: np.lib.stride_tricks.as_strided(
        out, out.shape, (0, out.itemsize)
    ),
    "rows that overlap": lambda out: np.lib.stride_tricks.as_strided(
        out, out.shape, (out.itemsize, out.itemsize)
    ),
    "a list": lambda out: out.tolist(),
    "a tuple": lambda out: (out,),
    "no array": lambda out: True,
    "a masked array": np.ma.masked_array,
    "not aligned": lambda out: np.frombuffer(bytearray(out.nbytes + 1), offset=1).reshape(
        out.shape
    ),
}


@pytest.mark.parametrize("kind", UNFIT)
@pytest.mark.parametrize("name", ["branched_sig", "branched_sig_to_log_sig"])
def test_arrays_that_do_not_fit_are_left_to_the_long_way(name, kind, repeats):
    case = Case(name, "plain")
    arguments = case.arguments((3,))
    (want,) = call(case, arguments)
    out = UNFIT[kind](np.full(want.shape, 7.0))
    got = outcome(lambda: case.row.function(**arguments, out=out))
    assert got == long_way(lambda: case.row.function(**arguments, out=out))
    assert issubclass(got[0], TreeAlgError)
    assert not repeats.found


@pytest.mark.parametrize("shift", [-1, 0, 1])
def test_no_result_is_written_over_an_argument(shift, repeats):
    x = treealg.branched_sig(np.random.default_rng(3).standard_normal((4, 5, 2)), 2)
    treealg.branched_sig_inverse(x, 2, 2)
    memory = np.zeros(3 * x.size)
    given = memory[x.size : 2 * x.size].reshape(x.shape)
    given[...] = x
    start = x.size + shift * (x.size - 1)
    out = memory[start : start + x.size].reshape(x.shape)
    with pytest.raises(TreeAlgError, match="must not share memory with an argument"):
        treealg.branched_sig_inverse(given, 2, 2, out=out)
    assert not repeats.found
    np.testing.assert_array_equal(given, x)


def test_results_beside_an_argument_in_one_piece_of_memory_are_written(repeats):
    x = treealg.branched_sig(np.random.default_rng(3).standard_normal((4, 5, 2)), 2)
    want = treealg.branched_sig_inverse(x, 2, 2)
    memory = np.zeros((3, *x.shape))
    memory[1] = x
    for place in (0, 2):
        treealg.branched_sig_inverse(memory[1], 2, 2, out=memory[place])
        np.testing.assert_array_equal(memory[place], want)
    assert repeats.found == 2


def test_the_reversed_rows_of_an_argument_are_no_place_for_a_result(repeats):
    x = treealg.branched_sig(np.random.default_rng(3).standard_normal((4, 5, 2)), 2)
    treealg.branched_sig_inverse(x, 2, 2)
    with pytest.raises(TreeAlgError, match="must not share memory with an argument"):
        treealg.branched_sig_inverse(x[::-1], 2, 2, out=x)
    assert not repeats.found


def test_two_results_are_not_written_to_the_same_memory(repeats):
    one, other = np.random.default_rng(6).standard_normal((2, 6))
    given = one, one, other
    treealg.branched_sig_combine_backprop(*given, 2, 2)
    memory = np.zeros(one.size + 1)
    with pytest.raises(TreeAlgError, match="share memory with another result"):
        treealg.branched_sig_combine_backprop(*given, 2, 2, out=(memory[1:], memory[:-1]))
    assert not repeats.found


@pytest.mark.parametrize("right", [False, True])
def test_a_gradient_of_kernels_that_is_not_asked_for_has_no_place(right, repeats):
    path = np.random.default_rng(4).standard_normal((2, 5, 2))
    flags = {"left_deriv": not right, "right_deriv": right}

    def gradients(out=None):
        return treealg.branched_sig_kernel_backprop(1.0, path[0], path[1], 2, 0, **flags, out=out)

    want = gradients()[right]
    room = np.zeros_like(want)
    for out in ((room, None)[:: -1 if right else 1], [room, None][:: -1 if right else 1]):
        assert gradients(out)[right] is room
        np.testing.assert_array_equal(room, want)
    assert repeats.found == 2
    for wrong in ((room, room + 1), room, (room,), (None, room)[:: -1 if right else 1]):
        got = outcome(lambda w=wrong: gradients(w))
        assert got == long_way(lambda w=wrong: outcome(lambda: gradients(w)))
        assert issubclass(got[0], TreeAlgError)
    assert repeats.found == 2


@pytest.mark.parametrize("count", [1, 32, 33])
def test_gradients_in_a_correction_that_is_shared_are_summed_as_on_the_long_way(count, repeats):
    rng = np.random.default_rng(11)
    paths, derivs = rng.standard_normal((count, 4, 2)), rng.standard_normal((count, 20))
    for correction in (rng.standard_normal(4), rng.standard_normal((3, 4))):
        given = {"correction": correction}
        for _ in range(2):
            got = treealg.branched_sig_backprop(paths, None, derivs, 3, **given)
        want = long_way(lambda g=given: treealg.branched_sig_backprop(paths, None, derivs, 3, **g))
        assert_equal(got, want)
    assert repeats.found == (2 if count <= 32 else 0)


# --- the table itself --------------------------------------------------------------------------


def doubled(array, out, factor):
    out[...] = factor * array


@pytest.fixture(params=[_fast.Repeats, reference.Repeats], ids=["compiled", "reference"])
def table(request):
    return request.param()


def test_a_table_returns_none_for_what_it_does_not_know(table):
    key, array = ("doubled", 2), np.ones(3)
    assert table.find(key, array) is None
    table.keep(key, (array,), (np.empty(3),), doubled, (0, 1), (2.0,))
    assert table.find(key, array) is not None
    assert table.find(("doubled", 3), array) is None
    assert table.find(("doubled",), array) is None
    assert table.find((*key, 2), array) is None
    assert table.find(key) is None
    assert table.find(key, array, array) is None
    assert table.find(key, np.ones(4)) is None
    assert table.find(key, np.ones((3, 1))) is None
    assert table.find(key, array.astype(np.float32)) is None
    table.clear()
    assert table.find(key, array) is None


def test_a_table_tells_objects_apart_that_are_equal(table):
    array = np.ones(3)
    table.keep((1, 2.5), (array,), (np.empty(3),), doubled, (0, 1), (2.0,))
    assert table.find((True, 2.5), array) is None
    assert table.find((1.0, 2.5), array) is None


def test_a_table_writes_the_scalar_and_adds_axes(table):
    def write(first, none, out, factor):
        assert none is None
        assert first.shape == (1, 3)
        out[...] = factor * first

    key, array = ("write",), np.arange(3.0)
    table.keep(key, (array,), (np.empty(4),), write, (0, 2), (2.0,), scalar=1.0, axes=1)
    np.testing.assert_array_equal(table.find(key, array + 1), [1, 2, 4, 6])


def test_a_table_adds_axes_to_each_array(table):
    def write(first, second, out):
        assert first.shape == (1, 2, 3)
        assert second.shape == (1, 1, 3)
        out[...] = first + second

    arrays = np.ones((2, 3)), np.arange(3.0)
    table.keep((), arrays, (np.empty((2, 3)),), write, (0, 1, 2), (), axes=(1, 2))
    np.testing.assert_array_equal(table.find((), *arrays), arrays[0] + arrays[1])


def test_a_table_writes_to_what_is_given_where_that_fits(table):
    array, key = np.arange(3.0), ("doubled",)
    table.keep(key, (array,), (np.empty(3),), doubled, (0, 1), (2.0,))
    out = np.full(3, np.nan)
    assert table.find(key, array, out=out) is out
    assert out.tolist() == [0, 2, 4]
    for unfit in (np.ones(4), np.ones((1, 3)), np.ones(3, np.float32), [1.0] * 3, (out,), array):
        assert table.find(key, array, out=unfit) is None
    assert array.tolist() == [0, 1, 2]


def test_a_table_writes_to_some_of_what_is_given(table):
    def write(array, out1, out2):
        out1[...], out2[...] = array + 1, array + 2

    array, room = np.zeros(2), np.empty(2)
    table.keep((), (array,), (np.empty(2), np.empty(2)), write, (0, 1, 2), ())
    for out, place in (((None, room), 1), ([room, None], 0)):
        found = table.find((), array, out=out)
        assert found[place] is room
        assert [x.tolist() for x in found] == [[1, 1], [2, 2]]
    for unfit in ((room,), (room, room), room, (room, array), ()):
        assert table.find((), array, out=unfit) is None


def test_a_table_places_several_arrays_and_results(table):
    def write(second, out2, first, out1):
        out1[...], out2[...] = first, second

    key, arrays, results = ("write",), (np.zeros(2), np.ones(3)), (np.empty(2), np.empty(3))
    table.keep(key, arrays, results, write, (2, 0, 3, 1), ())
    one, two = table.find(key, np.full(2, 5.0), np.full(3, 7.0))
    assert one.tolist() == [5, 5]
    assert two.tolist() == [7, 7, 7]


def test_errors_of_a_kernel_come_through(table):
    def fail(array, out):
        raise KeyboardInterrupt

    table.keep((), (np.ones(2),), (np.empty(2),), fail, (0, 1), ())
    with pytest.raises(KeyboardInterrupt):
        table.find((), np.ones(2))


def test_a_table_keeps_a_few_calls_and_lets_the_others_go(table):
    keys = [(object(),) for _ in range(1000)]
    array = np.ones(3)
    for i, key in enumerate(keys):
        table.keep(key, (array,), (array,), doubled, (0, 1), (float(i),))
    known = [i for i, key in enumerate(keys) if table.find(key, array) is not None]
    assert 0 < len(known) <= 64
    for i in known:
        assert table.find(keys[i], array).tolist() == [i, i, i]


def test_a_table_knows_the_four_calls_that_were_kept_last(table):
    keys = [(object(),) for _ in range(1000)]
    array = np.ones(3)
    for i, key in enumerate(keys):
        for factor in (-1.0, float(i)):  # the latter takes the place of the former
            table.keep(key, (array,), (array,), doubled, (0, 1), (factor,))
        for j in range(max(i - 3, 0), i + 1):
            assert table.find(keys[j], array).tolist() == [j, j, j]


def test_a_table_that_goes_lets_go_of_what_it_holds(table):
    class Held:
        def __call__(self, array, out):
            out[...] = array

    held = Held()
    watched = weakref.ref(held)
    table.keep((), (np.ones(2),), (np.empty(2),), held, (0, 1), ())
    table.find((), np.ones(2))
    del held
    assert watched() is not None
    table.clear()
    gc.collect()
    assert watched() is None


def test_what_cannot_be_kept_is_refused(table):
    with pytest.raises(ValueError, match="cannot be kept"):
        table.keep((), (np.ones(2),) * 5, (np.ones(2),), doubled, (0, 1, 2, 3, 4, 5), ())
    with pytest.raises(ValueError, match="cannot be kept"):
        table.keep((), (np.ones(2),), (np.ones(2),), doubled, (0,), ())
    with pytest.raises(ValueError, match="cannot be kept"):
        table.keep((), (np.ones(2),), (np.ones(2),) * 5, doubled, (0, 1, 2, 3, 4, 5), ())
    with pytest.raises(ValueError, match="cannot be kept"):
        table.keep((), (np.ones(2),), (np.ones(2),), doubled, (0, 1), (), axes=(1, 1))
