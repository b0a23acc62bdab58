"""What users pass for arrays, to every function: it works, or an error says cause and fix."""

import array
import collections
import io
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import treealg

from .cases import CASES, arrays_of, each_case


def torch_of(x):
    return pytest.importorskip("torch").from_numpy(np.array(x))


def packed(x):
    torch = pytest.importorskip("torch")
    return torch.nn.utils.rnn.pack_sequence([torch_of(x)])


def nested(x):
    torch = pytest.importorskip("torch")
    return torch.nested.nested_tensor([torch_of(x)], layout=torch.jagged)


def quantized(x):
    torch = pytest.importorskip("torch")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.quantize_per_tensor(torch_of(x).float(), 0.1, 0, torch.qint8)


def fake(x):
    torch = pytest.importorskip("torch")
    from torch._subclasses.fake_tensor import FakeTensorMode

    with FakeTensorMode():
        return torch.zeros(x.shape, dtype=torch.float64)


def proxy_of_torch(x):
    fx = pytest.importorskip("torch.fx")
    return fx.Proxy(fx.Graph().placeholder("x"))


def sparse(x):
    return pytest.importorskip("scipy.sparse").csr_array(x.reshape(-1, x.shape[-1]))


def frame(x, **options):
    pandas = pytest.importorskip("pandas")
    return pandas.DataFrame(x.reshape(-1, x.shape[-1])).assign(**options)


def text_frame(x):
    return frame(x, name="text")


def time_frame(x):
    pandas = pytest.importorskip("pandas")
    return frame(x, t=pandas.Timestamp("2020-01-01"))


def labelled(x):
    return pytest.importorskip("xarray").DataArray(x)


def lazy(x):
    return pytest.importorskip("dask.array").from_array(x)


def arrow(x):
    return pytest.importorskip("pyarrow").array(x.ravel())


def bfloat_of_jax(x):
    jax_numpy = pytest.importorskip("jax.numpy")
    return jax_numpy.asarray(x, jax_numpy.bfloat16)


def key_of_jax(x):
    return pytest.importorskip("jax").random.key(0)


def half_frame(x):
    polars = pytest.importorskip("polars")
    return polars.DataFrame({"x": polars.Series([1.0, 2.0], dtype=polars.Float16)})


def lazy_frame(x):
    return pytest.importorskip("polars").LazyFrame({"x": [1.0, 2.0]})


def masked_rows(x):
    return list(np.ma.masked_array(x, np.ones(x.shape, bool)))


def masked_tensor(x):
    torch = pytest.importorskip("torch")
    from torch.masked import masked_tensor

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return masked_tensor(torch.tensor(x), torch.ones(len(x), dtype=torch.bool))


def nest(depth):
    x = 1.0
    for _ in range(depth):
        x = [x]
    return x


def itself():
    x = []
    x.append(x)
    return x


class Wordless:
    """What has no text."""

    def __repr__(self):
        raise RuntimeError("no text")


# What comes, and a part of what is said: the cause or the fix, in terms of what came.
REFUSED = {
    "generator": (lambda x: (row for row in x), "read only once; use list"),
    "iterator": (iter, "use list"),
    "iterator in an array": (lambda x: np.array(iter(x)), "use list"),
    "mapping": (lambda x: {"x": x.ravel()}, "has its values as channels"),
    "mapping of paths": (
        lambda x: {"x": np.zeros((2, 2))},
        r"list\(\w+\.values\(\)\) is a list",
    ),
    "text": (lambda x: "values.csv", "the text 'values.csv'"),
    "tree": (lambda x: "0[1]", r"the text '0\[1\]'"),
    "bytes": (lambda x: b"12", "the text b'12'"),
    "set": (lambda x: {1.0, 2.0}, "no order"),
    "deque": (lambda x: collections.deque(x.ravel()), "numpy.asarray"),
    "class": (lambda x: np.ndarray, "call it"),
    "function": (lambda x: x.sum, "call it"),
    "sparse": (sparse, r"\.toarray\(\)"),
    "sparse mapping": (lambda x: sparse(x).todok(), r"a sparse scipy.*\.toarray\(\)"),
    "mapping with named axes": (
        lambda x: labelled(x).to_dataset(name="x"),
        r"use treealg\.xarray\.FUNCTION, given",
    ),
    "text in a frame": (text_frame, "'name' of"),
    "times in a frame": (time_frame, "'t' of datetime64.*total_seconds"),
    "masked": (np.ma.masked_array, r"filled\("),
    "half": (lambda x: x.astype(np.float16), r"got float16.*astype\(numpy.float64\)"),
    "long": (lambda x: x.astype(np.longdouble), r"astype\(numpy.float64\)"),
    "complex": (lambda x: x + 1j, r"\.real, .*\.imag"),
    "objects": (lambda x: x.astype(object), "says what is no number"),
    "text array": (lambda x: x.astype(str), r"astype\(numpy.float64\)"),
    "times": (lambda x: x.astype("M8[s]"), r"timedelta64\(1, 's'\)"),
    "durations": (lambda x: x.astype("m8[s]"), r"timedelta64\(1, 's'\)"),
    "records": (
        lambda x: np.zeros(x.shape, [("x", float), ("y", float)]),
        "structured_to_unstructured",
    ),
    "flat records": (lambda x: np.zeros(3, [("x", float), ("y", float)]), "fields as channels"),
    "none in a list": (lambda x: [[None, 1.0]], r"None of type NoneType at \w+\[0\]\[0\]"),
    "text in a list": (lambda x: [["1", 2.0]], "'1' of type str"),
    "flag in a list": (lambda x: [[2.0, True]], "True of type bool at"),
    "fraction in a list": (lambda x: [[Fraction(1, 2)]], "type Fraction"),
    "decimal in a list": (lambda x: [[Decimal(1)]], "type Decimal"),
    "time in a list": (lambda x: [[np.datetime64("2020")]], "type datetime64"),
    "half tensor": (lambda x: torch_of(x).half(), r"\.float\(\) for float32"),
    "bfloat tensor": (lambda x: torch_of(x).bfloat16(), r"torch.bfloat16.*\.double\(\)"),
    "complex tensor": (lambda x: torch_of(x) + 1j, "view_as_real"),
    "boolean tensor": (lambda x: torch_of(x) > 0, r"torch.bool; .*\.double\(\)"),
    "sparse tensor": (lambda x: torch_of(x).to_sparse(), r"\.to_dense\(\)"),
    "quantized tensor": (quantized, r"\.dequantize\(\)"),
    "meta tensor": (lambda x: torch_of(x).to("meta"), r"use treealg\.torch\.FUNCTION, "),
    "fake tensor": (fake, r"torch.export.* use treealg\.torch\.FUNCTION there"),
    "proxy of torch": (proxy_of_torch, r"use treealg\.torch\.FUNCTION for what"),
    "gradient": (
        lambda x: torch_of(x).requires_grad_(),
        r"use treealg\.torch\.FUNCTION for .*\.detach\(\)",
    ),
    "nested tensor": (nested, r"\.unbind\(\)"),
    "packed sequence": (packed, "unpack_sequence"),
    "array with named axes": (labelled, r"use treealg\.xarray\.FUNCTION, given"),
    "array of Dask": (lazy, r"use treealg\.dask\.FUNCTION, .*\.compute\(\)"),
    "array of Arrow": (arrow, r"numpy\.asarray"),
    "bfloat of JAX": (bfloat_of_jax, "of dtype bfloat16 on .*convert it first"),
    "masked rows in a list": (masked_rows, r"\[\d\] .*filled\("),
    "masked place in a list": (lambda x: [[np.ma.masked, 1.0]], r"\[0\]\[0\] .*filled\("),
    "named axes in a list": (lambda x: [labelled(r) for r in x], r"\[0\] .*treealg\.xarray"),
    "array of Dask in a list": (lambda x: [lazy(r) for r in x], r"\[0\] .*\[0\]\.compute\(\)"),
    "lazy frame in a list": (lambda x: [lazy_frame(x)], r"\[0\] .*not computed yet"),
    "key of JAX in a list": (lambda x: [key_of_jax(x)], r"\[0\] .*treealg\.jax"),
    "sparse in a list": (lambda x: [sparse(x)], r"use \w+\[0\]\.toarray\(\)"),
    "bfloat tensors in a list": (
        lambda x: [torch_of(r).bfloat16() for r in x],
        r"\[0\] .*\[0\]\.double\(\)",
    ),
    "gradients in a list": (
        lambda x: [torch_of(r).requires_grad_() for r in x],
        r"\[0\] requires.*\.detach\(\)",
    ),
    "half precision in a frame": (half_frame, r"got float16; use \w+\.cast\(polars\.Float64\)"),
    "no text": (lambda x: Wordless(), "type .*Wordless; give numbers"),
    "no text in a list": (lambda x: [[Wordless()]], "got <Wordless instance"),
    "huge integer in a list": (lambda x: [[10**400]], r"float64 holds, got 1000\S+ of type int at"),
    "long in a list": (lambda x: [[np.longdouble(1)]], "got .* of type longdouble at"),
    "lazy frame": (lazy_frame, r"not computed yet; \w+\.collect\(\)"),
    "duration in a list": (lambda x: [[np.timedelta64(1, "s")]], "type timedelta64 at"),
    "deep list": (lambda x: nest(70), "at most 64 lists deep"),
    "list of itself": (lambda x: itself(), "at most 64 lists deep, got one .* holds itself"),
    "values of a mapping": (lambda x: {"x": 1.0}.values(), "use list"),
    "open file": (lambda x: io.BytesIO(), "the open file <.*loadtxt"),
    "array of Python": (lambda x: array.array("d", x.ravel()), "use numpy.asarray"),
    "key of JAX": (key_of_jax, r"no numbers, jax.*treealg\.jax\.FUNCTION for what"),
}


# Where no list of paths is taken.
NOT_LISTED = {
    "mapping of paths": "; give numbers instead$",
    "nested tensor": r"; torch\.nested\.to_padded_tensor\(\w+, 0\.0\) is one tensor$",
}


@pytest.mark.filterwarnings("ignore:.*nested tensors is in prototype.*")
@pytest.mark.parametrize("kind", REFUSED)
@each_case(CASES, "plain", "corrected", "basepoint")
def test_what_is_no_array_is_refused_with_cause_and_fix(case, kind):
    change, text = REFUSED[kind]
    text = text.replace("FUNCTION", case.row.name)
    given = case.arguments((4,))
    inputs = [a for a in case.row.arguments if a.role == "input"]
    paths = {a.name for a in inputs if a.listed and "channels" in a.axes}
    points = {a.name for a in case.row.arguments if any("length" in x for x in a.axes[-2:-1])}
    for name, x in arrays_of(case, given).items():
        if kind == "sparse" and not x.ndim:
            continue
        said = text if name in paths else NOT_LISTED.get(kind, text)
        if kind == "mapping" and name not in points:
            said = r"numpy\.stack\(list\(\w+\.values\(\)\)\) has its values as rows$"
        with pytest.raises(treealg.InvalidTypeError, match=said) as caught:
            case.row.function(**given | {name: change(np.atleast_1d(x))})
        assert name in str(caught.value)
        if "tensor" in kind:
            assert "numpy" not in str(caught.value)


def dual_level(call, x):
    forward_ad = pytest.importorskip("torch.autograd.forward_ad")
    with forward_ad.dual_level():
        return call(forward_ad.make_dual(x, x))


TRANSFORMS = {
    "torch": {
        "vmap": lambda call, x: pytest.importorskip("torch").vmap(call)(x[None]),
        "grad": lambda call, x: pytest.importorskip("torch").func.grad(call)(x),
        "jvp": lambda call, x: pytest.importorskip("torch").func.jvp(call, (x,), (x,)),
        "dual level": dual_level,
    },
    "jax": {
        "jit": lambda call, x: pytest.importorskip("jax").jit(call)(x),
        "vmap": lambda call, x: pytest.importorskip("jax").vmap(call)(x[None]),
    },
}


@pytest.mark.filterwarnings("ignore:.*torch.jit.script.* is deprecated")
@pytest.mark.parametrize(
    ("package", "transform"),
    [(package, kind) for package in TRANSFORMS for kind in TRANSFORMS[package]],
)
@each_case(CASES, "plain", "corrected", "basepoint")
def test_what_is_traced_is_refused_with_the_function_that_takes_it(case, package, transform):
    given = case.arguments((4,))
    arrays = arrays_of(case, given)
    if package == "torch":
        arrays = {name: torch_of(x) for name, x in arrays.items()}
    text = rf"\btreealg\.{package}\.{case.row.name}\b"
    for name, x in arrays.items():

        def call(value, name=name):
            return case.row.function(**given | arrays | {name: value})

        with pytest.raises(treealg.InvalidTypeError, match=text) as caught:
            TRANSFORMS[package][transform](call, x)
        assert str(caught.value).startswith(name)


@pytest.mark.filterwarnings("ignore:.*torch.jit.script.* is deprecated")
@pytest.mark.parametrize("transform", TRANSFORMS["torch"])
def test_tensors_that_are_not_traced_are_read_within_a_transform(transform):
    path = torch_of([[0.0, 1.0], [2.0, 4.0]])
    array, lengths, found = path.numpy()[None], torch_of([1]), []
    paths = [path, path[:1]]

    def call(value):
        found.append(treealg.branched_sig(path, 2))
        found.append(treealg.branched_sig(paths, 1)[0])
        found.append(treealg.branched_sig(array, 1, lengths=lengths)[0])
        return value.sum()

    TRANSFORMS["torch"][transform](call, path)
    assert found[0].tolist() == treealg.branched_sig(path.numpy(), 2).tolist()
    assert [x.tolist() for x in found[1:]] == [[2.0, 3.0], [0.0, 0.0]]


def test_what_is_traced_for_no_function_of_the_table_is_told_of_all():
    torch = pytest.importorskip("torch")
    stream = treealg.BranchedSigStream(2, 2)
    with pytest.raises(
        treealg.InvalidTypeError, match=r"use the functions of treealg\.torch there"
    ):
        torch.vmap(stream.push)(torch.zeros(3, 2))


JAGGED = {
    "points": [[1.0, 2.0], [3.0]],
    "numbers": [[1.0, 2.0], 3.0],
    "deep": [[[1.0, 2.0], [1.0]], [[1.0, 2.0], [3.0, 4.0]]],
}


@pytest.mark.parametrize("kind", JAGGED)
@each_case(CASES, "plain", "corrected", "basepoint")
def test_lists_that_are_not_rectangular_say_where(case, kind):
    given = case.arguments((4,))
    for name in arrays_of(case, given):
        with pytest.raises(treealg.InvalidValueError, match=rf"{name}(\[\d\])+.*(entry|number)"):
            case.row.function(**given | {name: JAGGED[kind]})


def test_only_paths_are_said_to_be_taken_as_lists_of_several_lengths():
    with pytest.raises(treealg.InvalidValueError, match="equally long, or give paths of different"):
        treealg.branched_sig(JAGGED["points"], 2)
    with pytest.raises(
        treealg.InvalidTypeError, match=r"path\[0\] .*treealg\.xarray\.branched_sig,"
    ):
        treealg.branched_sig([labelled(np.zeros((n, 2))) for n in (3, 4)], 2)
    with pytest.raises(treealg.InvalidValueError, match=r"equally long$"):
        treealg.branched_sig_inverse(JAGGED["points"], 2, 1)
    paths = [np.zeros((3, 2)), np.zeros((2, 2))]
    for function in (
        treealg.BranchedSigStream(2, 1).push_batch,
        treealg.BranchedSigWindowStream(2, 1, 2).push_batch,
        treealg.realised_correction,
    ):
        with pytest.raises(treealg.InvalidValueError, match=r"\[1\] shape .* equally long$"):
            function(paths)


@pytest.mark.parametrize("empty", [[], ()])
def test_an_empty_list_is_no_path_and_no_list_of_paths(empty):
    with pytest.raises(treealg.InvalidValueError, match=r"path must be .* got an empty list"):
        treealg.branched_sig(empty, 2)
    with pytest.raises(treealg.InvalidValueError, match=r"path2 must be .* got an empty list"):
        treealg.branched_sig_kernel_gram([[[0.0]]], empty, 1, 0)
    assert treealg.branched_sig_inverse(empty, 2, 0).shape == (0,)


def test_a_correction_of_another_shape_is_told_each_that_there_is_once():
    for path, said in [
        (np.zeros((3, 2)), r"\(4,\), the same for all segments, or \(2, 4\) with one row per segm"),
        (
            np.zeros((5, 3, 2)),
            r"\(2, 4\) or \(5, 2, 4\) with one row per segment, of all paths or of",
        ),
    ]:
        with pytest.raises(treealg.InvalidValueError, match=said):
            treealg.branched_sig(path, 2, correction=np.zeros((3, 4)))


class Sub(np.ndarray):
    """A subclass, of which no function of NumPy knows."""

    def __array_function__(self, *_):
        raise RuntimeError("no functions of NumPy")


def memmap(x, tmp_path):
    array = np.memmap(tmp_path / "x", x.dtype, "w+", shape=x.shape)
    array[...] = x
    return array


TAKEN = {
    "subclass": lambda x, _: x.view(Sub),
    "memmap": memmap,
    "rows of arrays": lambda x, _: list(x),
    "frame": lambda x, _: frame(x) if x.ndim == 2 else x,
    "matrix": lambda x, _: np.matrix(x) if x.ndim == 2 else x,
    "series": lambda x, _: pytest.importorskip("pandas").Series(x) if x.ndim == 1 else x,
}


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
@pytest.mark.parametrize("batch", [(), (4,)])
@pytest.mark.parametrize("kind", TAKEN)
@each_case(CASES, "plain", "corrected")
def test_what_holds_an_array_is_one(case, kind, batch, tmp_path):
    given = case.arguments(batch)
    want = case.row.function(**given)
    for name, x in arrays_of(case, given).items():
        if x.ndim and x.size:
            got = case.row.function(**given | {name: TAKEN[kind](x, tmp_path)})
            for one, other in zip(_tuple(got), _tuple(want), strict=True):
                np.testing.assert_array_equal(one, other)


@each_case(CASES, "plain")
def test_a_list_of_frames_is_a_batch(case):
    given = case.arguments((4,))
    want = case.row.function(**given)
    for name, x in arrays_of(case, given).items():
        if x.ndim == 3:
            got = case.row.function(**given | {name: list(map(frame, x))})
            for one, other in zip(_tuple(got), _tuple(want), strict=True):
                np.testing.assert_array_equal(one, other)


def test_tables_of_a_list_have_one_order_of_columns():
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    for package in (pandas, polars):
        one, two = package.DataFrame({"a": [1.0, 2.0], "b": [3.0, 5.0]}), None
        for points in (2, 1):
            two = package.DataFrame({"b": [3.0, 5.0][:points], "a": [1.0, 2.0][:points]})
            with pytest.raises(
                treealg.InvalidValueError, match=r"path\[1\] .* order of path\[0\], \['a', 'b'\]"
            ):
                treealg.branched_sig([one, two], 2)
            got = treealg.branched_sig([one, two[list(one.columns)]], 2)
            np.testing.assert_array_equal(got[0], treealg.branched_sig(one, 2))


def _tuple(x):
    return x if isinstance(x, tuple) else (x,)


@pytest.mark.parametrize(
    "function",
    [
        treealg.branched_sig,
        treealg.branched_log_sig,
        treealg.sig,
        lambda path, degree: treealg.log_sig(path, degree - 1, method=2),
        lambda path, degree: treealg.branched_log_sig(path, degree, planar=True, method=1),
        lambda path, degree: treealg.branched_sig(path[None], degree, stream=True),
        lambda path, degree: treealg.branched_sig_backprop(path, None, np.zeros(1), degree),
    ],
)
def test_more_channels_than_points_may_be_exchanged_axes(function):
    with pytest.raises(treealg.InvalidValueError, match=r"\(path\)\.swapaxes\(-1, -2\)"):
        function(np.zeros((3, 1000)), 4)
    with pytest.raises(treealg.InvalidValueError, match="lower the degree") as caught:
        function(np.zeros((1000, 3)), 40)
    assert "swapaxes" not in str(caught.value)


@pytest.mark.parametrize("kind", [np.asarray, np.ndarray.tolist, "pandas", "torch"])
def test_exchanged_axes_are_exchanged_as_the_error_says(kind):
    given = np.zeros((3, 1000))
    if kind == "pandas":
        kind = pytest.importorskip("pandas").DataFrame
    elif kind == "torch":
        pytest.importorskip("torch")
        kind = torch_of
    path = kind(given)
    with pytest.raises(treealg.InvalidValueError, match="channels by points") as caught:
        treealg.branched_sig(path, 4)
    advice = str(caught.value).rpartition(": ")[2]
    assert advice.endswith(".swapaxes(-1, -2)")
    found = eval(advice, {"numpy": np, "path": path})
    assert treealg.branched_sig(found, 2).shape == (12,)


def test_tensors_inside_of_transforms_of_torch_say_so():
    torch = pytest.importorskip("torch")
    batch = torch_of(np.arange(12.0).reshape(2, 3, 2))
    with pytest.raises(treealg.InvalidTypeError, match="path is inside of a transform of torch"):
        torch.func.vmap(lambda path: treealg.branched_sig(path, 2))(batch)
    with pytest.raises(treealg.InvalidTypeError, match=r"torch\.func, such as vmap or grad"):
        torch.func.grad(lambda path: treealg.branched_sig(path, 2).sum())(batch[0])


def _traced(function):
    torch = pytest.importorskip("torch")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch, that tracing is deprecated
        return torch.jit.trace(function, (torch_of(np.ones((3, 2))),), check_trace=False)


def _made_fx(function):
    proxies = pytest.importorskip("torch.fx.experimental.proxy_tensor")
    return proxies.make_fx(function)(torch_of(np.ones((3, 2))))


@pytest.mark.parametrize("recorded", [_traced, _made_fx])
@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("path", lambda path: treealg.branched_sig(path, 2)),
        ("path", lambda path: treealg.branched_sig(2 * path + 1, 2)),
        (r"path\[0\]", lambda path: treealg.branched_sig([path, path[1:]], 2)[0]),
        (r"path\[0\]\[0\]", lambda path: treealg.branched_sig([[path[0], path[1]]], 2)[0]),
        ("times", lambda path: treealg.branched_sig(
            np.ones((3, 2)), 2, time_aug=True, times=path[:, 0])),
        ("lengths", lambda path: treealg.branched_sig(
            np.ones((1, 3, 2)), 2, lengths=path[:1, 0].long())),
    ],
)  # fmt: skip
def test_what_torch_records_is_refused_as_its_numbers_are_those_of_one_call(
    recorded, name, function
):
    fix = r"records, .*; use treealg\.torch\.branched_sig"
    with pytest.raises(treealg.InvalidTypeError, match=f"^{name} is .*{fix}"):
        recorded(function)


@pytest.mark.parametrize("recorded", [_traced, _made_fx])
def test_what_torch_records_may_be_written_into_what_was_constant(recorded):
    def written(path):
        made = path.new_zeros(3, 2)
        made[1:] = path[1:]
        return treealg.branched_sig(made, 2)

    with pytest.raises(treealg.InvalidTypeError, match=r"use treealg\.torch\.branched_sig"):
        recorded(written)


@pytest.mark.parametrize("recorded", [_traced, _made_fx])
def test_constants_are_read_where_torch_records_and_functions_of_torch_are_recorded(recorded):
    torch = pytest.importorskip("torch")
    import treealg.torch

    constant = torch_of(np.arange(6.0).reshape(3, 2))
    pair = [constant, constant[1:]]
    traced = recorded(lambda path: path.sum() + treealg.branched_sig(constant, 2))
    more = recorded(lambda path: path.sum() + treealg.branched_sig(pair, 2)[1])
    path = torch_of(np.random.default_rng(7).normal(size=(3, 2)))
    assert torch.equal(traced(path), path.sum() + treealg.branched_sig(constant, 2))
    assert torch.equal(more(path), path.sum() + treealg.branched_sig(constant[1:], 2))
    own = recorded(lambda path: treealg.torch.branched_sig(path, 2))
    assert torch.equal(own(path), treealg.branched_sig(path, 2))


def test_missing_values_of_frames_are_nan_and_large_integers_exact():
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame({"t": [2**60, 2**60 + 3], "x": [1.5, 2.0]})
    np.testing.assert_array_equal(treealg.branched_sig(table, 1), [3.0, 0.5])
    missing = pandas.DataFrame({"t": pandas.array([1, None], "Int64"), "x": [1.5, 2.0]})
    np.testing.assert_array_equal(treealg.branched_sig(missing, 1), [np.nan, 0.5])


def test_decimals_and_wide_integers_of_polars_are_read():
    polars = pytest.importorskip("polars")
    table = polars.DataFrame(
        {
            "x": [Decimal("1.5"), Decimal("2.25")],
            "t": polars.Series([2**100, 2**100 + 3], dtype=polars.Int128),
        }
    )
    np.testing.assert_array_equal(treealg.branched_sig(table, 1), [0.75, 3.0])
    missing = polars.DataFrame({"x": [Decimal("1.5"), None]})
    np.testing.assert_array_equal(treealg.branched_sig(missing, 1), [np.nan])
    vector = polars.Series([Decimal("1.5"), Decimal(2)])
    np.testing.assert_array_equal(treealg.linear_branched_sig(vector, 2, 1), [1.5, 2.0])


def test_tables_of_polars_are_read():
    polars = pytest.importorskip("polars")
    table = polars.DataFrame({"t": [2**60, 2**60 + 3], "x": [1.5, 2.0]})
    np.testing.assert_array_equal(treealg.branched_sig(table, 1), [3.0, 0.5])
    with pytest.raises(treealg.InvalidTypeError, match="'x' of String"):
        treealg.branched_sig(polars.DataFrame({"x": ["a", "b"]}), 1)


def test_single_numbers_of_any_kind_are_told_to_be_numbers():
    for number in (Decimal(1), Fraction(1, 2), np.float32(1), 2, 1j):
        with pytest.raises(treealg.InvalidTypeError, match=r"got the number .*\[\[\.\.\.\]\]"):
            treealg.branched_sig(number, 2)


@pytest.mark.filterwarnings("ignore:The PyTorch API of MaskedTensors")
def test_integers_of_a_kind_that_is_not_computed_with_lack_no_values():
    narrow = pytest.importorskip("ml_dtypes").int4
    pandas = pytest.importorskip("pandas")
    for lengths, said in [
        (np.array([1, 2], narrow), r"got dtype int4; use lengths\.astype\(numpy\.int64\)$"),
        (np.array([1.0, 2.0]), r"got dtype float64; numpy\.asarray\(lengths\)\.astype"),
        ([1.5, 2], r"got dtype float64; numpy\.asarray\(lengths\)\.astype"),
        (torch_of([1.0, 2.0]), r"got dtype torch\.float64; lengths\.long\(\)"),
        (pandas.interval_range(0, 2), "got dtype object$"),
        (pandas.Series([1, None], dtype="Int64"), "Int64 with missing values"),
        ([np.ma.masked, 1], "masked"),
        (masked_tensor([1, 2]), "MaskedTensor whose numbers cannot be read"),
        ({"x": 1}, "got an object of type dict"),
    ]:
        with pytest.raises(treealg.InvalidTypeError, match=said):
            treealg.branched_sig(np.zeros((2, 3, 2)), 2, lengths=lengths)


class Failing:
    """What raises whatever error where it is read as an array."""

    def __array__(self, *_, **__):
        raise ZeroDivisionError("no numbers today")


def test_errors_of_what_is_read_by_numpy_are_told_with_the_argument():
    for name in ("lengths", "windows", "times"):
        with pytest.raises(treealg.InvalidTypeError, match=f"^{name} .*no numbers today"):
            treealg.branched_sig(np.zeros((3, 2)), 2, time_aug=True, **{name: Failing()})


def test_views_of_more_than_memory_holds_are_refused():
    huge = np.broadcast_to(np.zeros((3, 2)), (2**40, 3, 2))
    sample = np.zeros((2, 3, 2))
    for call in (
        lambda: treealg.branched_mmd(
            np.broadcast_to(huge[:, None], (2**40, 2, 3, 2)), sample, 1, 0
        ),
        lambda: treealg.transform_path_backprop(huge, huge),
        lambda: treealg.branched_sig(huge[0], 2, windows=range(10**13)),
        lambda: treealg.BranchedSigStream(2, 2, correction=np.broadcast_to(0.0, (2**40,))),
    ):
        with pytest.raises(treealg.InvalidValueError):
            call()
