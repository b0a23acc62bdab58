"""Arrays, edges and bad input of the functions of the group."""

import numpy as np
import pytest

import treealg

SIZE = (2, 3)

# name: (arguments before dimension and degree, whether it takes a method)
# s signature, l log-signature, d displacement; * stands for derivatives, in the layout of the
# result that the letter after it names.
FUNCTIONS = {
    "branched_sig_combine": ("ss", False),
    "branched_sig_combine_backprop": ("*sss", False),
    "branched_sig_inverse": ("s", False),
    "branched_sig_inverse_backprop": ("*ss", False),
    "branched_sig_join": ("sd", False),
    "branched_sig_join_backprop": ("*ssd", False),
    "linear_branched_sig": ("d", False),
    "linear_branched_sig_backprop": ("*sd", False),
    "linear_branched_log_sig": ("d", True),
    "linear_branched_log_sig_backprop": ("*ld", True),
    "branched_log_sig_to_sig": ("l", True),
    "branched_log_sig_to_sig_backprop": ("l*s", True),
    "branched_log_sig_combine": ("ll", True),
    "branched_log_sig_combine_backprop": ("*lll", True),
    "branched_log_sig_join": ("ld", True),
    "branched_log_sig_join_backprop": ("*lld", True),
}
NAMES = list(FUNCTIONS)
every_function = pytest.mark.parametrize("name", NAMES)


def arguments(name, batch=(4,), *, dtype=np.float64, planar=False, scalar=False, size=SIZE):
    """Return one array per argument, with the scalar in front that it should have."""
    rng = np.random.default_rng(len(name))
    columns = treealg.branched_sig_length(*size, planar=planar)
    found = []
    derivs = False
    for kind in FUNCTIONS[name][0]:
        if kind == "*":
            derivs = True
            continue
        array = rng.normal(size=(*batch, size[0] if kind == "d" else columns)).astype(dtype)
        if scalar and kind != "d":
            unit = 7 if derivs else int(kind == "s")
            array = np.concatenate((np.full((*batch, 1), unit, dtype), array), axis=-1)
        derivs = False
        found.append(array)
    return found


def call(name, given, size=SIZE, **options):
    """Return the results as a tuple."""
    if name.startswith("linear") and given[0].shape[-1] == 1 + treealg.branched_sig_length(*size):
        options["scalar_term"] = True
    result = getattr(treealg, name)(*given, *size, **options)
    return result if isinstance(result, tuple) else (result,)


def assert_all_equal(got, want):
    assert len(got) == len(want)
    for one, other in zip(got, want, strict=True):
        np.testing.assert_array_equal(one, other)


@every_function
def test_scalar_in_front_changes_nothing_behind_it(name):
    plain = call(name, arguments(name))
    given = arguments(name, scalar=True)
    options = {"scalar_term": True} if name.startswith("linear") else {}
    for with_scalar, without in zip(call(name, given, **options), plain, strict=True):
        if with_scalar.shape == without.shape:  # a displacement
            np.testing.assert_array_equal(with_scalar, without)
            continue
        np.testing.assert_array_equal(with_scalar[..., 1:], without)
        is_signature = not name.endswith("backprop") and not (
            name.startswith(("branched_log_sig_combine", "branched_log_sig_join"))
            or name == "linear_branched_log_sig"
        )
        assert (with_scalar[..., 0] == int(is_signature)).all()


@every_function
@pytest.mark.parametrize("batch", [(), (1,), (2, 3), (0,), (2, 0), (3, 1, 2)])
def test_leading_shape_is_kept(name, batch):
    given = arguments(name, batch)
    got = call(name, given)
    count = int(np.prod(batch))
    flat = call(name, [x.reshape(count, x.shape[-1]) for x in given])
    for one, other in zip(got, flat, strict=True):
        assert one.shape == (*batch, other.shape[-1])
        np.testing.assert_array_equal(one.reshape(other.shape), other)


LAYOUTS = {
    "reversed": lambda x: x[::-1].copy()[::-1],
    "fortran": np.asfortranarray,
    "columns_apart": lambda x: np.repeat(x, 2, axis=1)[:, ::2],
    "other_byte_order": lambda x: x.astype(">f8"),
    "unaligned": lambda x: (
        np.frombuffer(b"x" + x.tobytes(), np.uint8)[1:].view(np.float64).reshape(x.shape)
    ),
}


@every_function
@pytest.mark.parametrize("layout", LAYOUTS)
def test_memory_layout_does_not_matter(name, layout):
    given = arguments(name, (70,))
    spread = [LAYOUTS[layout](x) for x in given]
    for x in spread:
        x.flags.writeable = False
    for one, other in zip(call(name, spread), call(name, given), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-13, atol=1e-14)
        assert one.flags.c_contiguous
        assert one.flags.writeable
        assert not any(np.shares_memory(one, x) for x in spread)


@every_function
@pytest.mark.parametrize("planar", [False, True])
def test_float32_is_computed_in_float32(name, planar):
    given = arguments(name, (9,), dtype=np.float32, planar=planar)
    double = [x.astype(np.float64) for x in given]
    pairs = zip(call(name, given, planar=planar), call(name, double, planar=planar), strict=True)
    for one, other in pairs:
        assert one.dtype == np.float32
        assert np.abs(one - other).max() <= 1e-5 * np.abs(other).max()


@every_function
def test_lists_and_integers_are_computed_in_float64(name):
    given = [np.round(x).astype(np.int64) for x in arguments(name)]
    want = call(name, [x.astype(np.float64) for x in given])
    assert_all_equal(call(name, given), want)
    results = getattr(treealg, name)(*(x.tolist() for x in given), *SIZE)
    assert_all_equal(results if isinstance(results, tuple) else (results,), want)


@every_function
def test_tensors_come_back_as_tensors(name):
    torch = pytest.importorskip("torch")
    given = arguments(name)
    got = call(name, [torch.from_numpy(x) for x in given])
    assert all(isinstance(x, torch.Tensor) for x in got)
    assert_all_equal([x.numpy() for x in got], call(name, given))
    with pytest.raises(treealg.InvalidTypeError, match="requires a gradient"):
        call(name, [torch.from_numpy(x).requires_grad_() for x in given])


@every_function
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("scalar", [False, True])
def test_degree_0_leaves_the_scalar_or_nothing(name, scalar, planar):
    given = arguments(name, (3,), scalar=scalar, size=(2, 0))
    options = {"scalar_term": scalar} if name.startswith("linear") else {}
    results = getattr(treealg, name)(*given, 2, 0, planar=planar, **options)
    for result in results if isinstance(results, tuple) else (results,):
        assert result.shape in [(3, int(scalar)), (3, 2)]
        if name.endswith("backprop"):
            assert not result.any()


@every_function
def test_nan_stays_in_its_row(name):
    given = arguments(name, (13,))
    clean = call(name, given)
    for x in given:
        x[5, 0] = np.nan
    others = np.arange(13) != 5
    for got, want in zip(call(name, given), clean, strict=True):
        assert np.isnan(got[5]).any()
        np.testing.assert_array_equal(got[others], want[others])


@pytest.mark.parametrize(
    "name", ["branched_sig_combine", "branched_sig_inverse", "branched_sig_join"]
)
def test_nan_in_the_scalar_stays_there(name):
    given = arguments(name, scalar=True)
    clean = call(name, given)
    given[0][2, 0] = np.nan
    (got,) = call(name, given)
    assert np.isnan(got[2, 0])
    np.testing.assert_array_equal(got[:, 1:], clean[0][:, 1:])


# -- bad input -----------------------------------------------------------------------------------


@every_function
@pytest.mark.parametrize(
    "bad", [None, 3.0, "x", {}, np.ones(14, complex), np.ones(14, bool), [[True]], [[1j]]]
)
def test_what_is_no_array_is_refused(name, bad):
    given = arguments(name)
    for place in range(len(given)):
        with pytest.raises(treealg.InvalidTypeError):
            getattr(treealg, name)(*given[:place], bad, *given[place + 1 :], *SIZE)


@every_function
def test_every_argument_of_another_length_is_refused_by_its_name(name):
    import inspect

    given = arguments(name)
    names = list(inspect.signature(getattr(treealg, name)).parameters)
    for place, array in enumerate(given):
        for wrong in (array[:, :-1], np.ones((4, array.shape[1] + 2))):
            changed = [*given[:place], wrong, *given[place + 1 :]]
            with pytest.raises(treealg.InvalidValueError, match=rf"{names[place]} .*columns"):
                getattr(treealg, name)(*changed, *SIZE)


@pytest.mark.parametrize("name", [name for name in NAMES if len(arguments(name)) > 1])
def test_arguments_of_different_batch_dtype_or_kind_are_refused(name):
    torch = pytest.importorskip("torch")
    given = arguments(name)
    for place in range(1, len(given)):
        for change, error in [
            (lambda x: x[:3], treealg.InvalidValueError),
            (lambda x: x.astype(np.float32), treealg.InvalidTypeError),
            (torch.from_numpy, treealg.InvalidTypeError),
        ]:
            changed = [*given[:place], change(given[place]), *given[place + 1 :]]
            with pytest.raises(error, match=r"leading shape|dtype|kind"):
                getattr(treealg, name)(*changed, *SIZE)


@every_function
@pytest.mark.parametrize("value", [2.0, 0.5, -1.0, np.inf])
def test_wrong_scalar_is_refused(name, value):
    given = arguments(name, scalar=True)
    kinds = FUNCTIONS[name][0]
    derivs = 0 if kinds.startswith("*") else kinds.find("*")
    checked = [i for i, kind in enumerate(kinds.replace("*", "")) if kind != "d" and i != derivs]
    for place in checked:
        changed = [x.copy() for x in given]
        changed[place][1, 0] = value
        with pytest.raises(treealg.InvalidValueError, match="scalar"):
            getattr(treealg, name)(*changed, *SIZE)


@pytest.mark.parametrize("name", ["branched_sig_combine", "branched_log_sig_combine"])
def test_factors_of_which_one_has_a_scalar_are_refused(name):
    plain, scalar = arguments(name), arguments(name, scalar=True)
    with pytest.raises(treealg.InvalidValueError, match="both have their scalar"):
        getattr(treealg, name)(plain[0], scalar[1], *SIZE)
    with pytest.raises(treealg.InvalidValueError, match="both have their scalar"):
        getattr(treealg, name)(scalar[0], plain[1], *SIZE)
    derivs = plain[0]
    with pytest.raises(treealg.InvalidValueError, match="derivs"):
        getattr(treealg, f"{name}_backprop")(derivs, *scalar, *SIZE)


@every_function
@pytest.mark.parametrize(
    ("option", "value", "error"),
    [
        ("n_jobs", 0, treealg.InvalidValueError),
        ("n_jobs", 1.0, treealg.InvalidTypeError),
        ("planar", 1, treealg.InvalidTypeError),
    ],
)
def test_bad_option_is_refused(name, option, value, error):
    with pytest.raises(error, match=option):
        call(name, arguments(name), **{option: value})


@pytest.mark.parametrize("name", [name for name in NAMES if FUNCTIONS[name][1]])
@pytest.mark.parametrize(
    ("method", "error"), [(3, "value"), (-1, "value"), (1, "value"), ("1", "type")]
)
def test_bad_method_is_refused(name, method, error):
    kind = treealg.InvalidValueError if error == "value" else treealg.InvalidTypeError
    with pytest.raises(kind, match="method"):
        call(name, arguments(name), method=method)


@pytest.mark.parametrize("name", [name for name in NAMES if FUNCTIONS[name][1]])
def test_expanded_vectors_are_refused_as_lyndon_coordinates(name):
    if name != "linear_branched_log_sig":
        with pytest.raises(treealg.InvalidValueError, match="columns"):
            call(name, arguments(name, planar=True), planar=True, method=1)


@pytest.mark.parametrize("name", ["linear_branched_log_sig", "linear_branched_log_sig_backprop"])
def test_lyndon_coordinates_with_a_scalar_are_refused(name):
    given = arguments(name, planar=True)
    with pytest.raises(treealg.InvalidValueError, match=r"scalar_term.*method=0"):
        getattr(treealg, name)(*given, *SIZE, planar=True, method=2, scalar_term=True)


@every_function
@pytest.mark.parametrize(
    ("dimension", "degree", "error"),
    [
        (0, 3, treealg.InvalidValueError),
        (2, -1, treealg.InvalidValueError),
        (2.0, 3, treealg.InvalidTypeError),
        (2, True, treealg.InvalidTypeError),
        (2, 10**6, treealg.InvalidValueError),
    ],
)
def test_bad_size_is_refused(name, dimension, degree, error):
    with pytest.raises(error, match=r"dimension|degree"):
        getattr(treealg, name)(*arguments(name), dimension, degree)


@pytest.mark.parametrize("name", [name for name in NAMES if "join" in name])
def test_prepend_must_be_a_flag(name):
    with pytest.raises(treealg.InvalidTypeError, match="prepend"):
        call(name, arguments(name), prepend=1)
