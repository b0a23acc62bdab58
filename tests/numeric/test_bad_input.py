"""Every bad argument is refused by an error of treealg that names it and says what is wrong."""

import tracemalloc

import numpy as np
import pytest

import treealg

PATH = np.arange(10.0).reshape(5, 2)
SIG = np.arange(1.0, 7.0)
SCALAR = np.arange(1.0, 8.0)


def sig(path=PATH, degree=2, **options):
    return treealg.branched_sig(path, degree, **options)


def log(path=PATH, degree=2, **options):
    return treealg.branched_log_sig(path, degree, **options)


COVARIANCES = np.zeros((2, 2, 2))


def ito(covariance=COVARIANCES, dt=0.1):
    return treealg.ito_correction(covariance, dt)


def realised(path=PATH):
    return treealg.realised_correction(path)


def transform(path=PATH, **options):
    return treealg.transform_path(path, **options)


def convert(bsig=SIG, dimension=2, degree=2, **options):
    return treealg.branched_sig_to_log_sig(bsig, dimension, degree, **options)


def back(bsig=SIG, blogsig_derivs=SIG, dimension=2, degree=2, **options):
    return treealg.branched_sig_to_log_sig_backprop(
        bsig, blogsig_derivs, dimension, degree, **options
    )


def length(dimension=2, degree=2, **options):
    return treealg.branched_sig_length(dimension, degree, **options)


def log_length(dimension=2, degree=2, **options):
    return treealg.branched_log_sig_length(dimension, degree, **options)


def trees(dimension=2, degree=2, **options):
    return treealg.trees(dimension, degree, **options)


def of_order(dimension=2, order=2, **options):
    return treealg.trees_of_order(dimension, order, **options)


def to_idx(tree=(0,), dimension=2, degree=2, **options):
    return treealg.tree_to_idx(tree, dimension, degree, **options)


def from_idx(idx=0, dimension=2, degree=2, **options):
    return treealg.idx_to_tree(idx, dimension, degree, **options)


def warm(dimension=2, degree=2, planar=False, **options):
    return treealg.warm_up(dimension, degree, planar=planar, **options)


ON_PATHS = (sig, log, transform)
ON_SIGS = (convert, back)
ON_ARRAYS = ON_PATHS + ON_SIGS
WITH_DEGREE = (sig, log, convert, back, length, log_length, trees, to_idx, from_idx, warm)
WITH_DIMENSION = (convert, back, length, log_length, trees, of_order, to_idx, from_idx, warm)
WITH_PLANAR = (*WITH_DEGREE, of_order)
WITH_JOBS = (sig, log, convert, back)
WITH_METHOD = (log, convert, back)


def bad(functions, argument, *values, error, match=None):
    """Return a parameter for each function and value."""
    return [
        pytest.param(
            function,
            {argument: value},
            error,
            match or argument,
            id=f"{function.__name__}-{argument}-{type(value).__name__}-{i}",
        )
        for function in functions
        for i, value in enumerate(values)
    ]


def first(function):
    """Return the name of the array argument of a function."""
    return "bsig" if function in ON_SIGS else "path"


NOT_ARRAYS = [
    None,
    3.0,
    "path",
    {1: 2},
    object(),
    iter([1.0]),
    np.float64(1),
    np.ones((5, 2), np.float16),
    np.ones((5, 2), np.longdouble),
    np.ones((5, 2), complex),
    np.ones((5, 2), bool),
    np.ones((5, 2), object),
    np.full((5, 2), "1.0"),
    np.zeros((5, 2), "M8[s]"),
    np.zeros((5, 2), [("x", float)]),
    np.ma.masked_array(np.ones((5, 2))),
    [[True, False]],
    [[True, 2.0]],
    [["1", "2"]],
    [[None, 1.0]],
    [[1j, 1.0]],
    [[10**400, 1]],
]
INTEGERS = [True, np.bool_(True), 2.0, np.float64(2), "2", None, [2], np.array(2)]
FLAGS = [1, 0, np.int64(1), "yes", None, 1.0, np.array(True)]

TYPES = [
    *bad([sig, log], "correction", 0.5, False, "no", error=TypeError),
    *bad([sig, log], "correction", np.zeros(4, np.float32), error=TypeError, match="dtype"),
    *[
        case
        for function in ON_ARRAYS
        for case in bad([function], first(function), *NOT_ARRAYS, error=TypeError)
    ],
    *bad(WITH_DEGREE, "degree", *INTEGERS, error=TypeError),
    *bad(WITH_DIMENSION, "dimension", *INTEGERS, error=TypeError),
    *bad([of_order], "order", *INTEGERS, error=TypeError),
    *bad([from_idx], "idx", *INTEGERS, error=TypeError),
    *bad(WITH_JOBS, "n_jobs", *INTEGERS, error=TypeError),
    *bad(WITH_METHOD, "method", *INTEGERS, error=TypeError),
    *bad(WITH_PLANAR, "planar", *FLAGS, error=TypeError),
    *bad([*ON_PATHS, *ON_SIGS], "time_aug", *FLAGS, error=TypeError),
    *bad([*ON_PATHS, *ON_SIGS], "lead_lag", *FLAGS, error=TypeError),
    *bad([sig, log, length, to_idx, from_idx], "scalar_term", *FLAGS, error=TypeError),
    *bad(ON_PATHS, "end_time", True, "1", None, 1j, [1.0], np.ones(1), error=TypeError),
    *bad([back], "blogsig_derivs", *NOT_ARRAYS, error=TypeError),
    *bad([to_idx], "tree", 0, "0", [0], [(0,), 0], ([0],), {0}, (True,), (0.0,), error=TypeError),
]

VALUES = [
    *bad(ON_PATHS, "path", 1.0 * np.arange(5), np.array(1.0), [], [1.0], error=ValueError),
    *bad(ON_PATHS, "path", [[1.0], [1.0, 2.0]], [[1.0, 2.0], 3.0], error=ValueError),
    *bad(ON_PATHS, "path", np.ones((0, 2)), np.ones((3, 0, 2)), error=ValueError, match="points"),
    *bad(ON_PATHS, "path", np.ones((5, 0)), [[], []], error=ValueError, match="channels"),
    *bad(ON_SIGS, "bsig", np.array(1.0), error=ValueError),
    *bad(ON_SIGS, "bsig", SIG[:-1], np.ones(8), np.ones(0), error=ValueError, match="columns"),
    *bad(ON_SIGS, "bsig", 0 * SCALAR, 2 * SCALAR, np.inf * SCALAR, error=ValueError),
    *bad(ON_SIGS, "bsig", np.nextafter(1, 2) * SCALAR, SCALAR.astype(">f8") * 3, error=ValueError),
    *bad(WITH_DEGREE, "degree", -1, np.int64(-3), error=ValueError),
    *bad(WITH_DIMENSION, "dimension", 0, -1, error=ValueError),
    *bad([of_order], "order", -1, error=ValueError),
    *bad([from_idx], "idx", -1, 6, 7, 10**30, error=ValueError),
    *bad(WITH_JOBS, "n_jobs", 0, np.int32(0), error=ValueError),
    *bad(WITH_METHOD, "method", 1, 2, 3, -1, error=ValueError),
    *bad(ON_PATHS, "end_time", np.nan, np.inf, -np.inf, 1e39, -1e300, 10**400, error=ValueError),
    *bad([sig, log], "correction", np.zeros(3), np.zeros(12), [0.0], error=ValueError),
    *bad([sig, log], "correction", np.zeros((5, 4)), np.zeros((1, 4, 4)), error=ValueError),
    *bad([ito], "covariance", np.zeros(2), np.zeros((2, 3)), np.zeros((0, 0)), error=ValueError),
    *bad([ito], "dt", np.nan, np.inf, np.zeros(3), error=ValueError),
    *bad([realised], "path", np.zeros(3), np.zeros((0, 2)), error=ValueError),
    *bad([to_idx], "tree", None, (), (2,), (-1,), error=ValueError),
    *bad([to_idx], "tree", (((0,), 0), 0), error=ValueError, match="tree.*degree"),
]


@pytest.mark.parametrize(("function", "arguments", "error", "match"), TYPES)
def test_wrong_type_is_refused(function, arguments, error, match):
    with pytest.raises(error, match=match) as caught:
        function(**arguments)
    assert isinstance(caught.value, treealg.InvalidTypeError)


@pytest.mark.parametrize(("function", "arguments", "error", "match"), VALUES)
def test_wrong_value_is_refused(function, arguments, error, match):
    with pytest.raises(error, match=match) as caught:
        function(**arguments)
    assert isinstance(caught.value, treealg.InvalidValueError)


@pytest.mark.parametrize("method", [3, -1, 10**9])
@pytest.mark.parametrize("function", WITH_METHOD)
def test_method_of_no_basis_is_refused(function, method):
    with pytest.raises(treealg.InvalidValueError, match="method"):
        function(planar=True, method=method)


@pytest.mark.parametrize("method", [1, 2])
def test_lyndon_coordinates_with_a_scalar_are_refused(method):
    with pytest.raises(treealg.InvalidValueError, match=r"scalar_term.*method=0"):
        log(planar=True, method=method, scalar_term=True)


@pytest.mark.parametrize("size", [5, 7, 0])
def test_derivatives_of_another_length_are_refused(size):
    with pytest.raises(treealg.InvalidValueError, match=r"blogsig_derivs.*6 columns"):
        back(blogsig_derivs=np.ones(size))


def test_derivatives_in_another_layout_are_refused():
    with pytest.raises(treealg.InvalidValueError, match=r"blogsig_derivs.*7 columns"):
        back(bsig=SCALAR)
    planar = treealg.branched_sig(PATH, 2, planar=True)
    with pytest.raises(treealg.InvalidValueError, match=r"blogsig_derivs.*7 columns"):
        back(bsig=planar, blogsig_derivs=planar, planar=True, method=1)


@pytest.mark.parametrize(
    ("first", "second"), [((3,), (4,)), ((3,), (1,)), ((), (1,)), ((2, 3), (3, 2)), ((6,), (2, 3))]
)
def test_batches_that_differ_are_refused(first, second):
    with pytest.raises(treealg.InvalidValueError, match=r"bsig and blogsig_derivs.*leading shape"):
        back(np.ones((*first, 6)), np.ones((*second, 6)))


@pytest.mark.parametrize("other", [np.float32, ">f4"])
def test_mixed_dtypes_are_refused(other):
    with pytest.raises(treealg.InvalidTypeError, match=r"bsig and blogsig_derivs.*float32"):
        back(SIG, SIG.astype(other))
    with pytest.raises(treealg.InvalidTypeError, match=r"bsig and blogsig_derivs.*float32"):
        back(SIG.astype(other), SIG.astype(np.int64))


@pytest.mark.parametrize("name", ["lengths", "windows"])
def test_integers_beyond_those_of_numpy_are_called_large(name):
    value = [2**70] if name == "lengths" else [[0, 2**70]]
    with pytest.raises(treealg.InvalidValueError, match=f"{name} must be integers that int64"):
        treealg.sig(np.zeros((1, 3, 1)), 1, **{name: value})


def test_one_wrong_scalar_in_a_batch_is_found():
    batch = np.ones((30_000, 7))
    batch[29_999, 0] = 1.5
    with pytest.raises(treealg.InvalidValueError, match=r"scalar 1.*1\.5"):
        convert(batch)


LARGE = [(2, 10**6), (10**6, 10), (10**9, 10**9), (5, 40), (1, 10**5)]


@pytest.mark.parametrize(
    ("levels", "error"),
    [
        (0, treealg.InvalidValueError),
        (3, treealg.InvalidValueError),
        (True, treealg.InvalidTypeError),
        (2.0, treealg.InvalidTypeError),
        (None, treealg.InvalidTypeError),
    ],
)
def test_levels_that_no_correction_has_are_refused(levels, error):
    with pytest.raises(error, match="levels"):
        warm(2, 2, levels=levels)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize(("dimension", "degree"), LARGE)
@pytest.mark.parametrize("function", [length, log_length, trees, warm, convert, back])
def test_basis_too_large_for_memory_is_refused_with_its_size(function, dimension, degree, planar):
    with pytest.raises(treealg.InvalidValueError, match=r"degree=.*coefficients"):
        function(dimension=dimension, degree=degree, planar=planar)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("function", [sig, log])
def test_signature_too_large_for_memory_is_refused_with_its_size(function, planar):
    with pytest.raises(treealg.InvalidValueError, match=r"degree=.*coefficients"):
        function(degree=10**6, planar=planar)


@pytest.mark.parametrize("degree", [1, 5])
def test_result_too_large_for_memory_is_refused_with_its_size(degree):
    many = np.lib.stride_tricks.as_strided(np.zeros((1, 1)), (2**45, 1, 1), (0, 8, 8))
    with pytest.raises(treealg.InvalidValueError, match=r"path.*bytes"):
        sig(many, degree)


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


@pytest.mark.parametrize("function", ON_ARRAYS)
def test_tensor_that_requires_a_gradient_is_refused_and_told_to_detach(torch, function):
    name = first(function)
    tensor = torch.ones(5, 2, dtype=torch.float64, requires_grad=True)
    with pytest.raises(treealg.InvalidTypeError, match=rf"{name}.*detach"):
        function(**{name: tensor})


@pytest.mark.parametrize("function", ON_ARRAYS)
def test_tensor_elsewhere_is_refused(torch, function):
    name = first(function)
    with pytest.raises(treealg.InvalidTypeError, match=rf"{name}.*CPU"):
        function(**{name: torch.ones(5, 2, device="meta")})


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "complex64", "bool"])
@pytest.mark.parametrize("function", ON_ARRAYS)
def test_tensor_of_another_dtype_is_refused(torch, function, dtype):
    name = first(function)
    with pytest.raises(treealg.InvalidTypeError, match=rf"{name}.*dtype"):
        function(**{name: torch.ones(5, 2).to(getattr(torch, dtype))})


def test_sparse_tensor_is_refused(torch):
    with pytest.raises(treealg.InvalidTypeError, match=r"path.*dense"):
        sig(torch.eye(3).to_sparse())


def test_tensor_and_array_in_one_call_are_refused(torch):
    with pytest.raises(treealg.InvalidTypeError, match=r"bsig and blogsig_derivs.*one kind"):
        back(torch.from_numpy(SIG), SIG)
    with pytest.raises(treealg.InvalidTypeError, match=r"bsig and blogsig_derivs.*one kind"):
        back(SIG.tolist(), torch.from_numpy(SIG))


def test_scratch_that_no_memory_holds_is_an_error_of_the_arguments():
    path = np.broadcast_to(0.0, (3, 2**40))  # one number, seen as very many channels
    with pytest.raises(treealg.errors.InvalidValueError, match=r"not fit in.*channels.*nodes"):
        treealg.branched_sig_coef(path, [((0,), 0)])


@pytest.mark.parametrize(
    "function",
    [
        lambda paths: treealg.sig(paths, 2),
        lambda paths: treealg.branched_sig_coef(paths, [(0,)]),
        lambda paths: treealg.branched_sig_kernel_gram(paths, paths, 1, 0),
    ],
)
def test_lists_that_are_too_large_as_one_array_are_refused(function):
    path = np.broadcast_to(np.zeros((1, 2)), (2**50, 2))  # one point, seen as very many
    with pytest.raises(
        treealg.InvalidValueError, match="as one array, cannot be held in the memory"
    ):
        function([path, path])


def test_lists_of_equal_paths_are_copied_once():
    path = np.ones((100_000, 10))
    tracemalloc.start()
    treealg.sig([path, path], 1)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * path.nbytes
