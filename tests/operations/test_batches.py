"""Batches: each row is computed as if alone, and arguments that are equals broadcast."""

import re

import numpy as np
import pytest

import treealg

from .cases import (
    CASES,
    OF_JVP,
    WAYS,
    Case,
    Planted,
    arrays_of,
    assert_close,
    call,
    each_case,
    map_arrays,
    scalar_slots,
)

GRAM = [case for case in CASES if "gram" in case.name]
ROW_BY_ROW = [case for case in CASES if case not in GRAM]
BROADCAST = [c for c in CASES if any(a.batch == "broadcast" for a in c.row.arguments)]


def row_of(case, arguments, place):
    """Return the arguments of one row of a batch."""
    found = dict(arguments)
    for argument in case.row.arguments:
        value = arguments.get(argument.name)
        is_short = argument.batch == "shared" and "axes" in case.asked
        is_short = is_short or argument.batch == "one"
        if isinstance(value, np.ndarray) and not is_short:
            found[argument.name] = value[place]
    return found


def rows_of(case, results, place):
    """Return the results that belong to one row of a batch."""
    is_summed = case.row.gradients and "axes" in case.asked
    return [x if x is None else x[place] for x in (results[:1] if is_summed else results)]


def assert_rows_are_computed_as_if_alone(case, batch):
    given = case.arguments(batch)
    together = call(case, given)
    for place in np.ndindex(batch):
        alone = call(case, row_of(case, given, place))
        want = rows_of(case, together, place)
        assert_close([x if x is None else np.asarray(x) for x in alone[: len(want)]], [
            x if x is None else np.asarray(x) for x in want
        ])  # fmt: skip


@each_case(ROW_BY_ROW)
def test_rows_are_computed_as_if_alone(case):
    assert_rows_are_computed_as_if_alone(case, (2, 2))


@each_case(ROW_BY_ROW, "plain", "planar_scalar", "brackets", "word_brackets", "corrected")
def test_many_rows_are_computed_as_if_alone(case):
    assert_rows_are_computed_as_if_alone(case, (19,))


def assert_leading_shape_is_kept(case, batch):
    given = case.arguments(batch)
    want = case.arguments((int(np.prod(batch)),))
    for name, x in want.items():
        if isinstance(x, np.ndarray) and np.shape(given[name]) != x.shape:
            want[name] = given[name].reshape(x.shape)
    for one, other in zip(call(case, given), call(case, want), strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            np.testing.assert_array_equal(one.reshape(other.shape), other)


@each_case(CASES, *WAYS)
@pytest.mark.parametrize("batch", [(2, 0), (3, 1, 2)], ids=str)
def test_leading_shape_is_kept_whatever_it_is(case, batch):
    assert_leading_shape_is_kept(case, batch)


def with_axes(case, arguments, count):
    """Return arguments of which each axis of the batch, of one row, is so many."""
    values = {name: x.default for name, x in case.row.signature.parameters.items()} | arguments
    found = dict(arguments)
    for argument in case.row.arguments:
        value = arguments.get(argument.name)
        if isinstance(value, np.ndarray):
            rank = value.ndim - len(argument.item_axes(value.ndim, values))
            found[argument.name] = value.reshape((1,) * (rank * count) + value.shape[rank:])
    return found


@each_case(CASES)
def test_as_many_axes_as_an_array_may_have_are_taken_or_refused(case):
    given = case.arguments((1,))
    want = call(case, given)
    taken = 0
    for count in (29, 30, 31, 60, 61, 62, 63):
        try:
            wide = with_axes(case, given, count)
        except ValueError:  # of NumPy: there is no such argument
            continue
        try:
            found = call(case, wide)
        except treealg.InvalidValueError as error:
            axes = re.search(r" would have (\d+) axes with .* more than the 64 ", str(error))
            if axes is None or int(axes[1]) < 65:
                raise
            continue
        taken += 1
        for one, other in zip(found, want, strict=True):
            if other is not None:
                np.testing.assert_array_equal(np.reshape(one, np.shape(other)), other)
    assert taken >= 2


def assert_gram_matrix_has_all_pairs(case):
    if case.row.gradients:
        batches = [(2,), (3,)]
        given = case.arguments(batches)
        pairs = Case("branched_sig_kernel_backprop", case.variant)
        wide = {name: x for name, x in given.items() if name != "max_batch"}
        wide["path1"] = np.repeat(given["path1"][:, None], 3, axis=1)
        wide["path2"] = np.repeat(given["path2"][None], 2, axis=0)
        results = call(pairs, wide)
        sums = [x if x is None else x.sum(axis=1 - i) for i, x in enumerate(results)]
        assert_close(call(case, given), sums)
    else:
        given = case.arguments([(2, 1), (3,)])
        pairs = Case("branched_sig_kernel", case.variant)
        wide = given | {"path1": given["path1"][:, :, None]}
        assert_close(call(case, given), call(pairs, wide))


# -- broadcasting --------------------------------------------------------------------------------

SHAPES = [
    ((), (5,)),
    ((5,), ()),
    ((2, 3), (3,)),
    ((3, 1), (4,)),
    ((3, 1, 2), (5, 1)),
    ((1, 1), (7,)),
    ((70, 1), (1, 3)),
    ((0,), ()),
    ((1,), (0,)),
    ((3, 0), (3, 1)),
    ((2, 1), (1, 0)),
]


def sum_to(gradient, shape, item_ndim):
    """Sum a gradient of repeated rows, one axis at a time, in extended precision."""
    total = gradient.astype(np.longdouble)
    while total.ndim > len(shape):
        total = total.sum(axis=0)
    for axis in range(total.ndim - item_ndim):
        if shape[axis] == 1:
            total = total.sum(axis=axis, keepdims=True)
    return total.astype(gradient.dtype)


def assert_broadcasts(case, batches, dtype):
    given = case.arguments(batches, dtype)
    items = {
        argument.name: len(argument.axes)
        for argument in case.row.arguments
        if argument.batch == "broadcast" and isinstance(given.get(argument.name), np.ndarray)
    }
    split = {name: given[name].ndim - ndim for name, ndim in items.items()}
    common = np.broadcast_shapes(*(given[name].shape[:n] for name, n in split.items()))
    repeated = dict(given)
    for name, n in split.items():
        shape = common + given[name].shape[n:]
        repeated[name] = np.broadcast_to(given[name], shape).copy()
    got, want = call(case, given), call(case, repeated)
    if case.row.gradients:
        names = [name for name in case.row.gradients if given.get(name) is not None]
        want = [
            x if x is None else sum_to(x, given[name].shape, items[name])
            for name, x in zip(names, want, strict=True)
        ]
    assert_close(got, want, dtype)


@each_case(BROADCAST, *WAYS, "scaled_kernel", "normalized", "right_only", "prepended")
@pytest.mark.parametrize("batches", SHAPES, ids=str)
def test_result_is_that_of_repeated_rows_and_gradients_are_sums_over_them(case, batches):
    assert_broadcasts(case, list(batches), np.float64)


@each_case(BROADCAST)
def test_batches_broadcast_in_float32(case):
    assert_broadcasts(case, [(3, 1), (4,)], np.float32)


# Tangents have the shapes of their arguments, which is looked at first (test_tangents.py).
WITHOUT_TANGENTS = [case for case in BROADCAST if case.name not in OF_JVP]


@each_case(WITHOUT_TANGENTS, "plain")
@pytest.mark.parametrize(
    "batches", [((2,), (3,)), ((2, 3), (2,)), ((0,), (2,)), ((4, 1), (3, 2))], ids=str
)
def test_shapes_that_do_not_broadcast_are_refused_with_both_names(case, batches):
    given = case.arguments([(5,), (5,)])
    broadcast = [a for a in case.row.arguments if a.batch == "broadcast"]
    first, second = (a.name for a in broadcast if not a.optional)
    for name, batch in zip((first, second), batches, strict=True):
        given[name] = np.zeros(batch + given[name].shape[1:])
    with pytest.raises(treealg.InvalidValueError, match="broadcast") as caught:
        case.row.function(**given)
    for text in (first, second, str(batches[0]), str(batches[1])):
        assert text in str(caught.value)


@each_case([case for case in WITHOUT_TANGENTS if case.row.gradients], "plain")
@pytest.mark.parametrize("batch", [(), (4,), (1, 4), (3, 1), (1, 3, 4), (4, 3)], ids=str)
def test_derivatives_have_the_batch_of_the_result(case, batch):
    given = case.arguments([(3, 1), (4,)])
    item = given["derivs"].shape[2:]
    given["derivs"] = np.ones(batch + item)
    with pytest.raises(treealg.InvalidValueError, match=r"derivs .*shape \(3, 4\)"):
        case.row.function(**given)


# -- values that are no numbers ------------------------------------------------------------------


def assert_bad_numbers_stay_in_their_row(case, bad):
    given = case.arguments((13,))
    if "lengths" in given:  # one point has no increment, whatever it is
        given["lengths"] = np.maximum(given["lengths"], 2)
    clean = call(case, given)
    spoilt = map_arrays(case, given, np.copy)
    for name, x in arrays_of(case, spoilt).items():
        slots = scalar_slots(case, name, x.copy())
        x[5] = bad
        if slots is not None and np.isinf(bad):  # which a scalar must not be
            x[..., :1] = slots
    others = np.arange(13) != 5
    for got, want in zip(call(case, spoilt), clean, strict=True):
        assert (got is None) == (want is None)
        if got is not None and got.size:
            np.testing.assert_array_equal(got[others], want[others])
            assert not np.isfinite(got[5]).all()


@each_case(ROW_BY_ROW, *WAYS)
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_and_infinity_stay_in_their_row(case, bad):
    assert_bad_numbers_stay_in_their_row(case, bad)


# -- tests of these tests ------------------------------------------------------------------------


def mixed(function):
    return lambda bsig, **rest: function(bsig, **rest)[::-1].copy()


def spread(function):
    return lambda bsig, **rest: function(bsig, **rest) + 0 * bsig.sum()


def not_summed(function):
    def wrong(**given):
        first, second = function(**given)
        times = given["derivs"].size // given["bsig2"].size
        return first, second / times

    return wrong


def columns_first(function):
    def wrong(bsig, **rest):
        return function(np.ascontiguousarray(np.swapaxes(bsig, 0, -2)), **rest).reshape(bsig.shape)

    return wrong


def exchanged(function):
    return lambda path2, **rest: function(path2=path2[::-1], **rest)


def test_axes_of_a_batch_that_are_exchanged_are_found():
    case = Planted("branched_sig_inverse", "plain", error=columns_first)
    with pytest.raises(AssertionError):
        assert_leading_shape_is_kept(case, (3, 1, 2))


@pytest.mark.parametrize("name", ["branched_sig_kernel_gram", "branched_sig_kernel_gram_backprop"])
def test_pairs_that_are_exchanged_are_found(name):
    with pytest.raises(AssertionError):
        assert_gram_matrix_has_all_pairs(Planted(name, "plain", error=exchanged))


def test_rows_that_are_mixed_up_are_found():
    case = Planted("branched_sig_inverse", "plain", error=mixed)
    with pytest.raises(AssertionError):
        assert_rows_are_computed_as_if_alone(case, (3,))


def test_bad_numbers_that_spread_are_found():
    case = Planted("branched_sig_inverse", "plain", error=spread)
    assert_rows_are_computed_as_if_alone(case, (3,))
    with pytest.raises(AssertionError):
        assert_bad_numbers_stay_in_their_row(case, np.nan)


def test_gradients_that_are_not_summed_are_found():
    case = Planted("branched_sig_combine_backprop", "plain", error=not_summed)
    with pytest.raises(AssertionError):
        assert_broadcasts(case, [(3, 1), (4,)], np.float64)
