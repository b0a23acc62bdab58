"""Normalised kernels of paths whose kernels overflow."""

import numpy as np
import pytest
import sympy

import treealg

PATHS = np.random.default_rng(31).normal(size=(3, 6, 2))
KERNELS = [None, treealg.ScaledLinearKernel(0.7), treealg.RBFKernel(0.8)]


@pytest.mark.parametrize("rule", ["trapezoid", "romberg"])
@pytest.mark.parametrize("static_kernel", KERNELS)
@pytest.mark.parametrize("transform", [{}, {"time_aug": True, "lead_lag": True}])
@pytest.mark.parametrize("depth", [0, 1, 2, 3])
def test_logarithms_give_what_division_does(depth, transform, static_kernel, rule, monkeypatch):
    options = {"static_kernel": static_kernel, "normalize": True, "rule": rule, **transform}
    paths = 0.3 * PATHS
    want = treealg.branched_sig_kernel_gram(paths, paths[:2, :4], depth, (1, 2), **options)
    finite = np.isfinite
    with monkeypatch.context() as patch:  # as if nothing were finite
        patch.setattr(np, "isfinite", lambda x: np.zeros(np.shape(x), bool) & finite(x))
        got = treealg.branched_sig_kernel_gram(paths, paths[:2, :4], depth, (1, 2), **options)
        pairs = treealg.branched_sig_kernel(paths[:2], paths[:2, :4], depth, (1, 2), **options)
    np.testing.assert_allclose(got, want, rtol=1e-12)
    np.testing.assert_allclose(pairs, np.diagonal(want), rtol=1e-12)


@pytest.mark.parametrize("size", [30.0, 40.0])
def test_kernels_of_linear_paths_beyond_floating_point(size):
    # At depth 1 and order 0: log K(x, y) = <x, y>.
    x, y = [[0.0, 0.0], [size, 0.0]], [[0.0, 0.0], [size, 0.01]]
    got = treealg.branched_sig_kernel(x, y, 1, 0, normalize=True)
    assert np.isinf(treealg.branched_sig_kernel(x, x, 1, 0))
    np.testing.assert_allclose(got, np.exp(-(0.01**2) / 2), rtol=1e-12)


@pytest.mark.parametrize("transform", [{}, {"time_aug": True, "lead_lag": True}])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("depth", [2, 3])
def test_a_path_with_itself_elsewhere_has_the_normalised_kernel_1(depth, dtype, transform):
    paths = np.round(100 * PATHS).astype(dtype)
    elsewhere = paths + np.array([3.0, -1000.0], dtype)
    options = {"normalize": True, **transform}
    assert not np.isfinite(treealg.branched_sig_kernel(paths, elsewhere, depth, 0)).any()
    got = treealg.branched_sig_kernel(paths, elsewhere, depth, 0, **options)
    np.testing.assert_array_equal(got, 1.0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("depth", [1, 2, 4])
@pytest.mark.parametrize("scale", [1.0, 8.0, 40.0, 1e4])
def test_a_path_with_itself_has_the_normalised_kernel_1(scale, depth, dtype):
    paths = (scale * PATHS).astype(dtype)
    got = treealg.branched_sig_kernel(paths, paths, depth, 1, normalize=True)
    np.testing.assert_allclose(got, 1.0, rtol=1e-5 if dtype is np.float32 else 1e-12)
    if scale > 1e3:
        assert (got == 1.0).all()
    gram = treealg.branched_sig_kernel_gram(paths, paths, depth, 1, normalize=True)
    np.testing.assert_allclose(np.diagonal(gram), 1.0, rtol=1e-5)


def test_what_is_not_finite_stays_nan():
    paths = PATHS.copy()
    paths[1, 2, 0] = np.nan
    got = treealg.branched_sig_kernel(paths, paths, 2, 0, normalize=True)
    assert np.isnan(got).tolist() == [False, True, False]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("rule", ["trapezoid", "romberg"])
@pytest.mark.parametrize("depth", [2, 3, 4])
@pytest.mark.parametrize("scale", [40.0, 1e3, 1e6])
def test_paths_that_differ_have_the_kernel_0_where_exponents_are_infinite(
    scale, depth, rule, dtype
):
    paths = (scale * PATHS).astype(dtype)
    options = {"normalize": True, "rule": rule}
    with np.errstate(all="raise"):
        got = treealg.branched_sig_kernel_gram(paths, paths, depth, 1, **options)
    np.testing.assert_array_equal(got, np.eye(3))
    listed = treealg.branched_sig_kernel_gram([*paths], [*paths[:2, 1:]], depth, 0, normalize=True)
    np.testing.assert_array_equal(listed, 0)


@pytest.mark.parametrize("depth", [2, 3])
def test_orders_of_exponents_are_those_of_exact_exponents(depth):
    # With one step each: the next exponent is c (3 + exp e) / 4, by the means of four nodes.
    for x, y in (
        (1.0, 2.0),
        (26.0, 28.0),
        (26.65, 25.9),
        (30.0, 27.0),
        (-30.0, 27.0),
        (40.0, 40.0),
    ):
        pair = [[0.0], [x]], [[0.0], [y]]
        got = treealg.branched_sig_kernel(*pair, depth, 0, normalize=True)
        exponents = {}
        exact = sympy.Rational
        for name, c in (("xy", exact(x) * exact(y)), ("xx", exact(x) ** 2), ("yy", exact(y) ** 2)):
            exponent = c
            for _ in range(depth - 1):
                exponent = c * (3 + sympy.exp(exponent)) / 4
            exponents[name] = exponent
        difference = exponents["xy"] - (exponents["xx"] + exponents["yy"]) / 2
        want = float(x == y)
        if x == 1 or (depth == 2 and x * y > 0):
            want = float(sympy.exp(difference.evalf(30)))
        np.testing.assert_allclose(got, want, rtol=1e-12)


def test_exponents_that_are_far_below_their_greatest_node_are_told_from_infinity():
    # The cells are 400, 290, 290 and -269. Of the exponents of level 1 the last node is greatest,
    # 711, in the cell that is negative; those of level 2 are therefore at most about 72 exp(690).
    x, y = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]], [[0.0, 0.0], [400.0, 290.0], [690.0, 21.0]]
    assert treealg.branched_sig_kernel(x, y, 3, 0, normalize=True) == 0
    paths = 3 * np.random.default_rng(2).normal(size=(8, 30, 2)).cumsum(axis=1)
    assert treealg.branched_sig_kernel(paths[4], paths[7], 3, 1, normalize=True) == 0


@pytest.mark.parametrize("depth", [2, 3])
@pytest.mark.parametrize("kind", [np.asarray, list])
def test_gradients_of_kernels_that_are_0_or_1_to_any_precision_are_0(depth, kind):
    paths = kind(40.0 * PATHS)
    others = kind(40.0 * PATHS[::-1])
    for second in (paths, others):
        found = treealg.branched_sig_kernel_gram_backprop(
            np.ones((3, 3)), paths, second, depth, 0, normalize=True
        )
        for gradients in found:
            for gradient in () if gradients is None else gradients:
                np.testing.assert_array_equal(gradient, 0)
        assert found[0] is not None


def test_a_pair_beyond_floating_point_leaves_the_gradients_of_others():
    paths = np.concatenate([0.2 * PATHS, 40.0 * PATHS[:1]])
    derivs = np.random.default_rng(32).normal(size=(4, 4))
    derivs[3, :3] = derivs[:3, 3] = 0
    got = treealg.branched_sig_kernel_gram_backprop(derivs, paths, paths, 2, 0, normalize=True)
    want = treealg.branched_sig_kernel_gram_backprop(
        derivs[:3, :3], paths[:3], paths[:3], 2, 0, normalize=True
    )
    for own, other in zip(got, want, strict=True):
        if other is not None:
            np.testing.assert_allclose(own[:3], other, rtol=1e-12, atol=1e-13)
            np.testing.assert_array_equal(own[3], 0)
    assert want[0] is not None


@pytest.mark.parametrize("rule", ["trapezoid", "romberg"])
@pytest.mark.parametrize("size", [1e3, 1e8, 1e150, 1e200, 1e300])
def test_depth_1_is_a_gaussian_of_the_steps_from_end_to_end(size, rule):
    pair = [[0.0], [size]], [[0.0], [np.nextafter(size, 0)]]
    apart = pair[0][1][0] - pair[1][1][0]
    for static_kernel, squared in ((None, 1.0), (treealg.ScaledLinearKernel(0.5), 0.25)):
        options = {"normalize": True, "static_kernel": static_kernel, "rule": rule}
        found = treealg.branched_sig_kernel(*pair, 1, 1, **options)
        with np.errstate(over="ignore"):
            want = np.exp(-squared * np.square(apart) / 2)
        np.testing.assert_allclose(found, want, rtol=1e-13)


@pytest.mark.parametrize(
    ("kind", "dtype"), [(np.asarray, np.float64), (np.asarray, np.float32), (list, np.float64)]
)
def test_gradients_of_linear_paths_beyond_floating_point(kind, dtype):
    # At depth 1 the kernel is exp(-|x - y|**2 / 2), of the steps x and y from end to end.
    rng = np.random.default_rng(33)
    paths = (100 + 40 * rng.normal(size=2) * np.linspace(0, 1, 4)[:, None]).astype(dtype)
    paths = paths + rng.normal(size=(3, 4, 2)).astype(dtype) / 4
    steps = (paths[:, -1] - paths[:, 0]).astype(np.float64)
    between = steps[:, None] - steps
    kernels = np.exp(-(between**2).sum(axis=-1) / 2)
    derivs = rng.normal(size=(3, 3)).astype(dtype)
    want = -((derivs * kernels)[..., None] * between).sum(axis=1)
    options = {"normalize": True, "right_deriv": True}
    assert np.isinf(treealg.branched_sig_kernel_gram(paths, paths, 1, 0)).all()
    for second in (kind(paths), kind(paths[:2])):
        first = second if len(second) == 3 else kind(paths)
        count = len(second)
        left, right = treealg.branched_sig_kernel_gram_backprop(
            derivs[:, :count], first, second, 1, 0, **options
        )
        want = -((derivs * kernels)[:, :count, None] * between[:, :count]).sum(axis=1)
        of_second = ((derivs * kernels)[:, :count, None] * between[:, :count]).sum(axis=0)
        tolerance = 1e-11 if dtype is np.float64 else 1e-3
        for found, step in ((left, want), (right, of_second)):
            for gradient, own in zip(found, step, strict=True):
                np.testing.assert_allclose(gradient[-1], own, atol=tolerance)
                np.testing.assert_allclose(gradient[0], -own, atol=tolerance)
                np.testing.assert_allclose(gradient[1:-1], 0, atol=tolerance)


@pytest.mark.parametrize(
    "options",
    [
        {"depth": 2},
        {"depth": 3},
        {"depth": 2, "time_aug": True, "end_time": 3.0},
        {"depth": 2, "lead_lag": True},
        {"depth": 2, "static_kernel": treealg.ScaledLinearKernel(0.9)},
        {"depth": 3, "static_kernel": treealg.RBFKernel(2.0)},
        {"depth": 1, "rule": "romberg"},
    ],
    ids=repr,
)
@pytest.mark.parametrize("kind", ["batch", "list"])
def test_gradients_beyond_floating_point_are_differences_of_values(options, kind):
    rng = np.random.default_rng(34)
    scale = {1: 30.0, 2: 2.8, 3: 1.7}[options["depth"]]
    if "static_kernel" in options and options["depth"] == 3:
        scale = 5.0
    common = {"dyadic_order": 1, "normalize": True, **options}
    base = scale * rng.normal(size=(1, 4, 2))
    paths, ways = base + rng.normal(size=(3, 4, 2)) / 10, rng.normal(size=(3, 4, 2))

    def moved(by):
        found = paths + by * ways
        return [found[0], found[1][:3], found[2]] if kind == "list" else found

    def gram(by):
        return treealg.branched_sig_kernel_gram(moved(by), moved(by), **common)

    derivs = rng.normal(size=(3, 3))
    want = (derivs * (gram(1e-6) - gram(-1e-6))).sum() / 2e-6
    here = moved(0.0)
    plain = {name: value for name, value in common.items() if name != "normalize"}
    assert not np.isfinite(treealg.branched_sig_kernel_gram(here, here, **plain)).all()
    given = here if kind == "batch" else [x.copy() for x in here]
    for second in (here, given):  # one and the same, or another
        found = treealg.branched_sig_kernel_gram_backprop(
            derivs, here, second, right_deriv=True, **common
        )
        got = sum(
            (gradient * way[: len(gradient)]).sum()
            for gradients in found
            for gradient, way in zip(gradients, ways, strict=True)
        )
        np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("scale", [7.0, 10.0, 14.0])
def test_a_difference_of_exponents_that_is_lost_is_nan(scale):
    # The exponents of scale 7 are about 1.4e64, those of a path and a part of it differ by 2e45:
    # the kernel is 0, which numbers of 16 digits do not tell.
    path = scale * np.random.default_rng(0).standard_normal((2, 5, 2))[1]
    assert np.isnan(treealg.branched_sig_kernel(path, path[:3], 2, 0, normalize=True))
    assert treealg.branched_sig_kernel(path, path, 2, 0, normalize=True) == 1
    assert treealg.branched_sig_kernel(path, -path, 2, 0, normalize=True) == 0


@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize(
    ("kernel", "match"),
    [
        (treealg.RBFKernel(1e-300), "sigma must have an inverse that float32 holds"),
        (treealg.RBFKernel(1e-39), "sigma must have an inverse that float32 holds"),
        (treealg.ScaledLinearKernel(1e20), "scale must have a square that float32 holds"),
    ],
)
def test_a_static_kernel_has_to_fit_the_dtype_of_the_paths(kernel, match, normalize):
    paths = PATHS.astype(np.float32)
    options = {"static_kernel": kernel, "normalize": normalize}
    constant = np.ones((3, 6, 2))
    for function in (treealg.branched_sig_kernel, treealg.branched_sig_kernel_gram):
        with pytest.raises(treealg.InvalidValueError, match=match):
            function(paths, paths, 2, 0, **options)
        assert (
            function(constant.astype(float), constant.astype(float), 2, 0, **options) == 1
        ).all()


@pytest.mark.parametrize("dyadic_order", [0, 2])
@pytest.mark.parametrize(
    ("depth", "points"),
    [(1, [-1e20, 2e20, -2e20, -1e20]), (2, [8.0, 16.0, -8.0, 16.0])],
)
def test_kernels_that_are_too_small_for_floats_are_normalised(depth, points, dyadic_order):
    path = np.reshape(points, (-1, 1))
    both = np.stack([path, path[::-1]])
    got = treealg.branched_sig_kernel_gram(both, both, depth, dyadic_order, normalize=True)
    np.testing.assert_array_equal(np.diagonal(got), 1.0)
    alone = treealg.branched_sig_kernel(both, both, depth, dyadic_order, normalize=True)
    np.testing.assert_array_equal(alone, 1.0)


BEYOND_FLOAT32 = np.random.default_rng(0).normal(size=(4, 30, 2)).cumsum(axis=1).astype(np.float32)


def test_a_step_whose_kernel_is_beyond_float32():
    # With one step each: the exponent of depth 2 is c (3 + exp c) / 4, here of c = 90.25.
    path = np.float32([[0], [9.5]])
    assert np.isinf(treealg.branched_sig_kernel(path, path, 2, 0))
    got = treealg.branched_sig_kernel(path, path / 2, 2, 0, normalize=True)
    assert got == 0.0
    assert got.dtype == np.float32


@pytest.mark.parametrize("lengths", [None, np.array([30, 29, 30, 25])])
@pytest.mark.parametrize(
    "options",
    [
        {"depth": 2, "scale": 1.0},
        {"depth": 2, "scale": 0.25},
        {"depth": 3, "scale": 0.25},
        {"depth": 2, "scale": 0.25, "time_aug": True, "lead_lag": True},
        {"depth": 1, "scale": 2.0, "rule": "romberg"},
        {"depth": 3, "scale": 2.0, "static_kernel": treealg.RBFKernel(0.1)},
    ],
    ids=repr,
)
def test_float32_gives_what_float64_does_where_kernels_are_beyond_float32(options, lengths):
    depth, scale, *_ = options.values()
    more = {name: value for name, value in options.items() if name not in ("depth", "scale")}
    narrow = np.float32(scale) * BEYOND_FLOAT32
    rng = np.random.default_rng(35)
    derivs, ways = (rng.normal(size=size).astype(np.float32) for size in ((4, 4), narrow.shape))
    own, parts = {"lengths1": lengths, "lengths2": lengths}, {}
    if lengths is not None:
        parts = {"lengths1": lengths[:2], "lengths2": lengths[2:]}

    def computed(dtype):
        paths, way = narrow.astype(dtype), ways.astype(dtype)
        halves = paths[:2], paths[2:], depth, 1
        gram = {"normalize": True, **own, **more}
        mmd = {"normalize": True, **parts, **more}
        backprop, jvp = (
            treealg.branched_sig_kernel_gram_backprop,
            treealg.branched_sig_kernel_gram_jvp,
        )
        return [
            treealg.branched_sig_kernel_gram(paths, paths, depth, 1, **gram),
            backprop(derivs.astype(dtype), paths, paths, depth, 1, **gram)[0],
            jvp(paths, way, paths, way, depth, 1, **gram),
            treealg.branched_mmd(*halves, **mmd),
            treealg.branched_mmd_backprop(dtype(1), *halves, **mmd)[0],
        ]

    plain = treealg.branched_sig_kernel_gram(narrow, narrow, depth, 1, **own, **more)
    assert not np.isfinite(plain).all()
    for got, want in zip(computed(np.float32), computed(np.float64), strict=True):
        assert np.isfinite(want).all()
        np.testing.assert_allclose(got, want, atol=2e-4)


def test_gradients_in_float32_of_paths_that_nearly_agree_are_those_in_float64():
    # Exponents are about 1e6, and their gradients cancel but for what is of size 1.
    rng = np.random.default_rng(36)
    paths = (1000 * rng.normal(size=(1, 4, 2)) + rng.normal(size=(3, 4, 2))).astype(np.float32)
    derivs = rng.normal(size=(3, 3)).astype(np.float32)
    for given in ({}, {"time_aug": True, "lead_lag": True}):
        (got, _), (want, _) = (
            treealg.branched_sig_kernel_gram_backprop(
                derivs.astype(dtype), paths.astype(dtype), paths.astype(dtype), 1, 0,
                normalize=True, **given,
            )
            for dtype in (np.float32, np.float64)
        )  # fmt: skip
        assert got.dtype == np.float32
        assert np.abs(want).max() > 0.01
        np.testing.assert_allclose(got, want, atol=1e-6 * np.abs(want).max())


def test_paths_that_are_shifted_have_the_normalised_kernel_1_or_nan():
    walks = np.random.default_rng(1).standard_normal((12, 100, 2)).cumsum(axis=1)
    for scale in (0.05, 0.3, 0.6, 1.0, 2.0):
        paths = scale * walks
        found = treealg.branched_sig_kernel(paths, paths + 1, 2, 0, normalize=True)
        known = found[~np.isnan(found)]
        np.testing.assert_allclose(known, 1, atol=1e-3)
        assert known.size or scale > 0.5


@pytest.mark.parametrize(
    "scales",
    [(1e153, 1e153), (1e155, 1e155), (3e307, 3e307), (2e307, 1e200), (1e10, 1e300)],
    ids=str,
)
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_paths_whose_products_are_beyond_floats_have_kernels_of_0_and_1(depth, scales):
    rng = np.random.default_rng(7)
    for length in (2, 3, 4):
        x, y = rng.normal(size=(2, 5, length, 2)) / 8 * np.reshape(scales, (2, 1, 1, 1))
        gram = treealg.branched_sig_kernel_gram(x, y, depth, 1, normalize=True)
        assert np.array_equal(gram, np.zeros((5, 5)))
        for paths in (x, y):
            gram = treealg.branched_sig_kernel_gram(paths, paths, depth, 1, normalize=True)
            assert np.array_equal(gram, np.eye(5))
