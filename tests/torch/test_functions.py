"""Functions on tensors give what those of arrays give, and so do their gradients."""

import collections
import contextlib
import multiprocessing
import re
import warnings

import numpy as np
import pandas
import pytest
import scipy.sparse
import sympy
import torch

import treealg
import treealg.torch
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic import Element, Tree

from ..operations.cases import (
    CASES,
    OPERATIONS,
    WAYS,
    Case,
    each_case,
    is_without_gradient,
    scalar_slots,
)
from .cases import as_list, function_of, has_gradient, on_tensors, tensors_of, without_none

WITH_GRADIENT = [case for case in CASES if case.row.backward is not None]
DIFFERENTIABLE = [case for case in WITH_GRADIENT if has_gradient(case)]
each_name = pytest.mark.parametrize("name", OPERATIONS)
# The warning is about torch's own use of it.
forward_mode = pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")


def assert_equal(got, want):
    """Assert that results are the same, bit for bit."""
    got, want = as_list(got), as_list(want)
    assert len(got) == len(want)
    for one, other in zip(got, want, strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            assert isinstance(one, torch.Tensor)
            np.testing.assert_array_equal(one.detach().numpy(), np.asarray(other))


@each_case(CASES)
@pytest.mark.parametrize("batch", [(), (2, 3)], ids=["single", "batch"])
def test_functions_give_what_those_of_arrays_give(case, batch):
    want = case.row.function(**case.arguments(batch))
    assert_equal(function_of(case)(**on_tensors(case, batch)), want)


@each_case(CASES, *WAYS)
def test_dtypes_and_strides_are_those_of_arrays(case):
    given = on_tensors(case, (4,), np.float32)
    want = case.row.function(**case.arguments((4,), np.float32))
    got = as_list(function_of(case)(**given))
    assert all(x is None or x.dtype == torch.float32 for x in got)
    assert_equal(got, want)
    for name, x in tensors_of(case, given).items():
        given[name] = torch.stack([x, x], dim=-1).movedim(-1, 0).transpose(0, 1)[:, 0]
    assert_equal(function_of(case)(**given), want)


@each_case(DIFFERENTIABLE)
@pytest.mark.parametrize("batch", [(), (3,)], ids=["single", "batch"])
def test_gradients_are_those_of_the_backward_function(case, batch):
    given = on_tensors(case, batch)
    inputs = tensors_of(case, given)
    leaves = {name: x.clone().requires_grad_() for name, x in inputs.items()}
    result = function_of(case)(**given | leaves)
    backward = Case(case.row.backward.name, case.variant)
    derivs = torch.from_numpy(np.random.default_rng(1).normal(size=result.shape).astype(np.float64))
    names = backward.row.gradients
    (role,) = (a.name for a in backward.row.arguments if a.role == "derivs")
    known = backward.row.signature.parameters
    options = {name: x for name, x in given.items() if name in known} | {role: derivs}
    options |= dict.fromkeys(backward.row.flags, True)
    options |= {a.name: None for a in backward.row.arguments if a.role == "value"}
    want = as_list(backward.row.function(**options))
    result.backward(derivs)
    present = [name for name in names if name in leaves]
    assert present
    assert_equal([leaves[name].grad for name in present], want)


SMALL = "plain", "planar", "brackets", "corrected", "corrected_alike", "lead_lag", "grid"


@each_case(DIFFERENTIABLE, *SMALL)
def test_gradients_are_the_derivatives(case):
    given = on_tensors(case, ())
    inputs = tensors_of(case, given)
    leaves = [x.clone().requires_grad_() for x in inputs.values()]

    def function(*tensors):
        return function_of(case)(**given | dict(zip(inputs, tensors, strict=True)))

    assert torch.autograd.gradcheck(function, leaves, fast_mode=True)


@each_case([c for c in DIFFERENTIABLE if "corrected" in c.variant or "combine" in c.name], *WAYS)
def test_one_gradient_may_be_wanted_alone(case):
    given = on_tensors(case, (3,))
    inputs = tensors_of(case, given)
    both = {name: x.clone().requires_grad_() for name, x in inputs.items()}
    function_of(case)(**given | both).sum().backward()
    for name, x in inputs.items():
        alone = x.clone().requires_grad_()
        function_of(case)(**given | {name: alone}).sum().backward()
        assert_equal(alone.grad, both[name].grad)


@pytest.mark.parametrize("side", ["path1", "path2"])
def test_the_gradient_of_one_path_of_a_kernel_is_not_computed_for_the_other(side, monkeypatch):
    seen = []
    row = OPERATIONS["branched_sig_kernel_backprop"]
    case = Case("branched_sig_kernel", "plain")
    given = on_tensors(case, (2,))
    leaf = given[side].requires_grad_()
    result = treealg.torch.branched_sig_kernel(**given)
    hook = torch.utils._python_dispatch.TorchDispatchMode

    class Watch(hook):
        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            if row.name in str(function):
                seen.append(args[-6:])
            return function(*args, **(kwargs or {}))

    with Watch():
        result.sum().backward()
    assert leaf.grad.shape == leaf.shape
    (arguments,) = seen
    assert (True in arguments, False in arguments) == (True, True)


@each_case([c for c in CASES if is_without_gradient(c.row)], "plain")
def test_functions_without_gradient_say_so_when_one_is_wanted(case):
    given = on_tensors(case, (2,))
    name = case.row.arguments[0].name
    with pytest.raises(treealg.InvalidTypeError, match=f"{case.name} has no gradient"):
        function_of(case)(**given | {name: given[name].requires_grad_()})


TWICE = [case for case in DIFFERENTIABLE if case.row.jvp is not None]


def leaves_of(case, given):
    """Return the arguments in which a function has gradients, in its order, by name."""
    inputs = tensors_of(case, given)
    return {x: inputs[x] for x in case.row.backward.gradients if x in inputs}


def along(case, given, leaves):
    """Return a function as one of some of its arguments, without the scalars in front of these."""
    slots = {name: scalar_slots(case, name, x) for name, x in leaves.items()}

    def function(*moved):
        values = dict(zip(leaves, moved, strict=True))
        for name, slot in slots.items():
            if slot is not None:
                values[name] = torch.cat([slot.detach(), values[name][..., 1:]], dim=-1)
        return without_none(function_of(case)(**given | values))

    return function


@each_case(
    TWICE, "plain", "planar_scalar", "corrected", "basepoint", "ragged", "prefixes", "windows",
    "filled", "weighted", "normalized", "exponential_kernel",
)  # fmt: skip
def test_second_derivatives_are_those_of_differences(case):
    given = on_tensors(case, (2,))
    leaves = leaves_of(case, given)
    inputs = [x.clone().requires_grad_() for x in leaves.values()]
    assert torch.autograd.gradgradcheck(along(case, given, leaves), inputs, fast_mode=True)


@each_case(TWICE)
@forward_mode
def test_derivatives_in_a_direction_are_those_of_arrays(case):
    given = on_tensors(case, (3,))
    leaves = leaves_of(case, given)
    rng = np.random.default_rng(7)
    directions = {
        name: torch.from_numpy(rng.normal(size=tuple(x.shape))) for name, x in leaves.items()
    }
    for name, direction in directions.items():
        slots = scalar_slots(case, name, direction)
        if slots is not None:
            slots[...] = 0
    _, got = torch.func.jvp(
        along(case, given, leaves), tuple(leaves.values()), tuple(directions.values())
    )
    row = case.row.jvp
    names = [a.name for a in row.arguments if a.role == "tangent"]
    tangents = {
        tangent: directions[name].numpy() if name in directions else None
        for tangent, name in zip(names, row.tangents, strict=True)
    }
    assert_equal(got, row.function(**case.arguments((3,)) | tangents))


@each_case(TWICE, "plain", "planar_scalar", "corrected", "basepoint", "weighted", "normalized")
@forward_mode
def test_derivatives_in_a_direction_have_gradients(case):
    given = on_tensors(case, (2,))
    leaves = leaves_of(case, given)
    rng = np.random.default_rng(11)
    directions = [torch.from_numpy(0.1 * rng.normal(size=tuple(x.shape))) for x in leaves.values()]
    for name, direction in zip(leaves, directions, strict=True):
        slots = scalar_slots(case, name, direction)
        if slots is not None:
            slots[...] = 0
    inputs = [x.clone().requires_grad_() for x in (*leaves.values(), *directions)]

    def moved(*xs):
        n = len(leaves)
        return torch.func.jvp(along(case, given, leaves), xs[:n], xs[n:])[1]

    assert torch.autograd.gradcheck(moved, inputs, fast_mode=True)


def weighted_in_a_direction(path, v):
    weights = torch.linspace(-1, 1, 20, dtype=torch.float64)
    return (weights * treealg.torch.branched_sig_jvp(path, v, 3)).sum()


def test_gradients_of_derivatives_in_a_direction_are_those_of_the_backward_function():
    rng = np.random.default_rng(12)
    path, v = (torch.from_numpy(x) for x in rng.normal(size=(2, 2, 5, 2)))
    derivs = torch.linspace(-1, 1, 20, dtype=torch.float64).expand(2, 20)
    want = (
        treealg.torch.branched_sig_backprop_jvp(path, v, None, derivs, None, 3),
        treealg.torch.branched_sig_backprop(path, None, derivs, 3),
    )
    take = torch.func.grad(weighted_in_a_direction, (0, 1))
    torch.testing.assert_close(take(path, v), want)
    torch.testing.assert_close(torch.func.vmap(take)(path, v), want)


def test_what_is_of_third_order_is_refused_in_one_clear_error():
    path = torch.ones(3, 2, dtype=torch.float64, requires_grad=True)
    derivs = torch.ones(6, dtype=torch.float64)
    moved = treealg.torch.branched_sig_backprop_jvp(path, path, None, derivs, None, 2)
    with pytest.raises(treealg.InvalidTypeError, match="branched_sig has no derivatives of third"):
        moved.sum().backward()
    loss = treealg.torch.branched_sig(path, 2).square().sum()
    (gradient,) = torch.autograd.grad(loss, path, create_graph=True)
    (second,) = torch.autograd.grad(gradient.square().sum(), path, create_graph=True)
    with pytest.raises(treealg.InvalidTypeError, match="branched_sig has no derivatives of third"):
        second.sum().backward()


@forward_mode
def test_two_directions_are_refused_one_after_the_other_and_not_in_what_is_linear():
    path = torch.linspace(0, 1, 10, dtype=torch.float64).reshape(5, 2)

    def along(x, v):
        return torch.func.jvp(lambda x: treealg.torch.branched_sig(x, 2), (x,), (v,))[1]

    with pytest.raises(treealg.InvalidTypeError, match="branched_sig has no derivative in two dir"):
        torch.func.jvp(lambda x: along(x, path), (path,), (path,))
    with pytest.raises(treealg.InvalidTypeError, match="branched_sig has no derivative in two dir"):
        torch.func.jacfwd(torch.func.jacfwd(lambda x: treealg.torch.branched_sig(x, 2)))(path)
    linear = torch.func.jvp(lambda v: along(path, v), (path,), (2 * path,))[1]
    torch.testing.assert_close(linear, 2 * along(path, path))


HESSIANS = (
    "branched_sig",
    "branched_log_sig",
    "sig",
    "log_sig",
    "branched_sig_coef",
    "sig_inverse",
    "branched_sig_kernel",
    "branched_mmd",
    "branched_sig_translate",
)


@each_case([case for case in TWICE if case.name in HESSIANS], "plain", "corrected", "time")
@forward_mode
def test_hessians_agree_however_they_are_taken(case):
    given = on_tensors(case)
    name = case.row.backward.gradients[0]

    def number(x):
        return function_of(case)(**given | {name: x}).square().sum()

    want = torch.autograd.functional.hessian(number, given[name])
    for take in (torch.func.hessian, lambda f: torch.func.jacrev(torch.func.jacrev(f))):
        torch.testing.assert_close(take(number)(given[name]), want)
    both = torch.stack([given[name], given[name] + 1])
    torch.testing.assert_close(torch.func.vmap(torch.func.hessian(number))(both)[0], want)


def products_of_hessians(loss, xs, vs):
    """Return the product of the Hessian of a number with a vector, in ways that PyTorch has."""
    autograd, func = torch.autograd.functional, torch.func
    places = tuple(range(len(xs)))

    def gradient(*xs):
        return func.grad(loss, places)(*xs)

    def pulled(*us):
        return func.vjp(gradient, *xs)[1](us)

    return {
        "backward twice": autograd.vhp(loss, xs, vs, create_graph=True)[1],
        "in a gradient that nobody has": autograd.hvp(loss, xs, vs)[1],
        "the same with a graph": autograd.hvp(loss, xs, vs, create_graph=True)[1],
        "vjp of grad": pulled(*vs),
        "vjp of vjp of grad": func.vjp(pulled, *xs)[1](vs),
        "jvp of vjp of grad": func.jvp(pulled, xs, vs)[1],
        "grad of jvp": func.grad(lambda *xs: func.jvp(loss, xs, vs)[1], places)(*xs),
    }


@each_case(
    TWICE, "plain", "planar_scalar", "corrected", "basepoint", "ragged", "windows", "normalized",
)  # fmt: skip
@forward_mode
def test_products_of_hessians_agree_however_they_are_taken(case):
    given = on_tensors(case, (2,))
    leaves = leaves_of(case, given)
    rng = np.random.default_rng(13)
    vs = tuple(torch.from_numpy(0.1 * rng.normal(size=tuple(x.shape))) for x in leaves.values())
    function = along(case, given, leaves)

    def loss(*xs):
        return sum(y.sin().sum() for y in function(*xs))

    xs = tuple(leaves.values())
    want = torch.func.jvp(torch.func.grad(loss, tuple(range(len(xs)))), xs, vs)[1]
    for got in products_of_hessians(loss, xs, vs).values():
        torch.testing.assert_close(got, want, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("name", [name for name, row in OPERATIONS.items() if row.jvp is None])
@forward_mode
def test_derivatives_in_a_direction_are_refused_in_one_clear_error(name):
    case = Case(name, "plain")
    given = on_tensors(case, (2,))
    first = next(iter(tensors_of(case, given)))
    function = function_of(case)
    x = given[first]
    said = "no derivative in a direction"
    if case.row.tangents:
        said = "derivatives of third" if case.row.gradients else "derivative in two directions"
    with pytest.raises(treealg.InvalidTypeError, match=said):
        torch.func.jvp(lambda x: without_none(function(**given | {first: x})), (x,), (x,))
    with torch.autograd.forward_ad.dual_level():
        dual = torch.autograd.forward_ad.make_dual(x, x)
        with pytest.raises(treealg.InvalidTypeError, match=said):
            function(**given | {first: dual})


NO_TENSORS = {
    "an array": lambda x: x.numpy(),
    "a list": lambda x: x.tolist(),
    "text": lambda x: "x",
    "complex": lambda x: x.to(torch.complex128),
    "half": lambda x: x.half(),
    "booleans": lambda x: x > 0,
    "sparse": lambda x: x.to_sparse(),
    "nested": lambda x: torch.nested.nested_tensor([x, x], layout=torch.jagged),
    "nested and strided": lambda x: torch.nested.nested_tensor([x, x], layout=torch.strided),
    "packed": lambda x: torch.nn.utils.rnn.pack_sequence([x.reshape(-1, 1)]),
}


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors")
@each_name
@pytest.mark.parametrize("bad", NO_TENSORS)
def test_what_is_no_tensor_of_real_numbers_is_refused_by_its_name(name, bad):
    case = Case(name, "plain")
    given = on_tensors(case, (4,))
    for argument, x in tensors_of(case, given).items():
        with pytest.raises(treealg.InvalidTypeError, match=argument):
            function_of(case)(**given | {argument: NO_TENSORS[bad](x)})


@each_name
def test_none_is_refused_where_a_tensor_is_needed(name):
    case = Case(name, "plain")
    given = on_tensors(case, (4,))
    for argument in case.row.arguments:
        if not argument.optional and not argument.alternative and argument.name in given:
            with pytest.raises(treealg.InvalidTypeError, match=f"{argument.name} must be a tensor"):
                function_of(case)(**given | {argument.name: None})


FOREIGN = {
    "a nested list": (np.ndarray.tolist, r"got .*list; torch.as_tensor\(path\) makes one"),
    "a batch as a list": (
        lambda x: np.stack([x, x]).tolist(),
        r"\[torch.as_tensor\(x\) for x in path\] is a list",
    ),
    "a range": (lambda x: range(3), r"torch.as_tensor\(list\(path\)\) makes one"),
    "points in a deque": (collections.deque, r"list\(path\) is a list"),
    "a SymPy matrix": (sympy.Matrix, r"torch.as_tensor\(numpy.asarray\(path, dtype=float\)\)"),
    "a table": (pandas.DataFrame, r"got .*DataFrame; torch.as_tensor\(numpy.array\(path\)\)"),
    "a masked array": (np.ma.masked_array, r"must not be a masked array"),
    "a sparse matrix": (scipy.sparse.csr_matrix, r"torch.as_tensor\(path.toarray\(\)\) makes one"),
    "a text": (str, "got the text"),
    "channels by name": (lambda x: dict(zip("ab", x.T, strict=True)), r"column_stack"),
    "nothing": (lambda x: None, "got None; give a tensor"),
    "a masked tensor": (lambda x: masked_tensor(torch.tensor(x)), "must not be a masked tensor"),
}


def masked_tensor(x):
    with warnings.catch_warnings(action="ignore"):
        return torch.masked.masked_tensor(x, x > 0)


@pytest.mark.parametrize("kind", FOREIGN)
def test_what_is_no_tensor_is_told_how_it_becomes_one(kind):
    make, said = FOREIGN[kind]
    with pytest.raises(treealg.InvalidTypeError, match=f"path.*{said}"):
        treealg.torch.branched_sig(make(np.eye(3, 2)), 2)


DAYS = np.array(["2024-01-01", "2024-01-02", "2024-01-05"], "M8[D]")
TIMES = {
    "numbers": np.array([0.0, 1.0, 3.0]),
    "a list": [0.0, 1.0, 3.0],
    "backwards": np.array([3.0, 1.0, 0.0])[::-1],
    "another byte order": np.array([0.0, 1.0, 3.0], ">f8"),
    "a column": pandas.Series([0, 1, 3]),
    "a column that may have gaps": pandas.Series([0, 1, 3], dtype="Int64"),
    "days": DAYS,
    "durations": DAYS - DAYS[0],
    "days of Python": DAYS.tolist(),
    "durations of Python": (DAYS - DAYS[0]).tolist(),
    "a column of days": pandas.Series(DAYS),
    "a column of another zone": pandas.Series(DAYS).dt.tz_localize("Asia/Kolkata"),
}
PATHS = {
    "an array": np.array([[0.0, 1.0], [2.0, 3.0], [5.0, 1.0]]),
    "a batch of lists": np.arange(12.0).reshape(2, 3, 2).tolist(),
    "lists of several lengths": [[[0.0, 1.0], [2.0, 3.0]], [[0.0, 1.0]]],
    "tables of several lengths": [pandas.DataFrame(np.eye(n, 2)) for n in (2, 3)],
    "channels by name": {"x": [0.0, 2.0], "y": [1.0, 3.0]},
    "points from the last on": np.eye(3, 2)[::-1],
    "a table that may have gaps": pandas.DataFrame({"x": [1, 2]}, dtype="Int64"),
    "a sparse array": scipy.sparse.csr_array(np.eye(3, 2)),
    "a sparse matrix": scipy.sparse.csr_matrix(np.eye(3, 2)),
    "sparse columns": pandas.DataFrame(np.eye(3, 2)).astype(pandas.SparseDtype("float64", 0.0)),
    "groups": pandas.DataFrame({"k": [0, 0, 1], "x": [1.0, 2.0, 4.0]}).groupby("k"),
    "groups of a column": pandas.DataFrame({"k": [0, 0, 1], "x": [1.0, 2.0, 4.0]}).groupby("k").x,
    "a SymPy matrix": sympy.Matrix([[0, 1], [2, 3]]),
    "a matrix of NumPy": np.asmatrix(np.eye(3, 2)),
}


@contextlib.contextmanager
def advice(names):
    """Raise what is raised here unless it is of ours; else note what the advice makes."""
    made = []
    with pytest.raises(treealg.TreeAlgError) as caught:
        yield made
    said = str(caught.value).split("; ", 1)[1]
    if said.startswith("with t = "):
        first, _, said = said.removeprefix("with t = ").partition(
            "'), " if "us]" in said else "), "
        )
        names = names | {"t": eval(first + ("')" if "us]" in first else ")"), names)}
    expression = re.split(" makes one| is a list| has its", said)[0]
    made.append(eval(expression, names))


@pytest.mark.parametrize("kind", TIMES)
def test_what_is_advised_for_times_makes_these(kind):
    path, times = torch.eye(3, 2, dtype=torch.float64), TIMES[kind]
    with advice({"torch": torch, "numpy": np, "times": times}) as made:
        treealg.torch.sig(path, 2, time_aug=True, times=times)
    want = treealg.sig(path.numpy(), 2, time_aug=True, times=times)
    assert_equal(treealg.torch.sig(path, 2, time_aug=True, times=made[0]), want)


@pytest.mark.parametrize("kind", PATHS)
def test_what_is_advised_for_paths_makes_these(kind):
    path = PATHS[kind]
    with advice({"torch": torch, "numpy": np, "path": path}) as made:
        treealg.torch.sig(path, 2)
    if kind == "channels by name":
        path = np.column_stack(list(path.values()))
    elif "groups" in kind:
        path = [np.reshape(x.to_numpy(), (len(x), -1)) for _, x in path]
    elif "sparse a" in kind or "sparse m" in kind or "SymPy" in kind:
        path = np.array(getattr(path, "toarray", lambda: path)(), dtype=float)
    assert_equal(treealg.torch.sig(made[0], 2), treealg.sig(path, 2))


@pytest.mark.parametrize(
    ("path", "error", "said"),
    [
        (
            [[1.0, 2.0], [3.0]],
            treealg.InvalidValueError,
            r"path\[0\] has 2 entries and path\[1\] 1",
        ),
        (
            [[[1.0, 2.0], [3.0]], [[1.0, 2.0]]],
            treealg.InvalidValueError,
            r"path\[0\]\[0\] has 2 entries and path\[0\]\[1\] 1 entry; make them equally long$",
        ),
        (
            pandas.DataFrame({"a": ["x", "y"], "b": [1.0, 2.0]}),
            treealg.InvalidTypeError,
            r"columns of numbers only, but has 'a' of \w+; drop those columns, or convert them to "
            r"numbers$",
        ),
        (np.eye(2).astype(object), treealg.InvalidTypeError, "says what is no number"),
    ],
)
def test_what_no_function_takes_is_not_told_to_become_a_tensor(path, error, said):
    with pytest.raises(error, match=said):
        treealg.torch.sig(path, 2)


NO_NUMBERS = {
    "nothing": [],
    "a shape": torch.ones(1, 2, device="meta"),
    "a sparse tensor": torch.eye(2).to_sparse(),
    "a sparse array": scipy.sparse.csr_array(np.eye(2)),
}


@pytest.mark.parametrize(
    ("name", "kind"),
    [*(("weights", kind) for kind in NO_NUMBERS), ("path", "nothing"), ("path", "a sparse tensor")],
)
def test_what_has_no_numbers_is_no_option_and_no_path(name, kind):
    given = {"path": torch.eye(2), name: NO_NUMBERS[kind]}
    with pytest.raises(treealg.TreeAlgError, match=name):
        treealg.torch.sig(degree=2, **given)


def test_weights_that_are_a_table_are_no_names_of_columns():
    table = pandas.DataFrame({"a": [1, 2], "b": [1, 2]})
    for own, path in ((treealg, np.eye(2)), (treealg.torch, torch.eye(2))):
        with pytest.raises(treealg.InvalidTypeError, match="weights") as caught:
            own.sig(path, 2, weights=table)
        assert "'a'" not in str(caught.value)


def on_times(path, times):
    return treealg.torch.branched_sig(path, 2, time_aug=True, times=times).sum()


@pytest.mark.parametrize(
    "derivative",
    [
        lambda path, times: on_times(path, times.requires_grad_()),
        lambda path, times: on_times([path, path], [times, times.requires_grad_()]),
        lambda path, times: torch.func.grad(on_times, 1)(path, times),
        lambda path, times: torch.func.jvp(on_times, (path, times), (path, times)),
        lambda path, times: torch.func.vmap(torch.func.grad(on_times, 1))(path[None], times[None]),
    ],
)
@forward_mode
def test_derivatives_in_what_has_none_are_refused(derivative):
    path, times = torch.eye(2, dtype=torch.float64), torch.tensor([0.0, 1.0])
    with pytest.raises(treealg.InvalidTypeError, match=r"no derivative in times.*detach\(\)"):
        derivative(path, times)


def test_options_that_require_a_gradient_are_refused():
    path, times = torch.eye(2, dtype=torch.float64), torch.tensor([0.0, 1.0], requires_grad=True)
    for given in (times, [times[0], 1.0]):
        with pytest.raises(treealg.InvalidTypeError, match=r"times1 has no derivative.*detach"):
            treealg.torch.branched_sig_kernel(
                path, path, 2, 1, time_aug=True, times1=given, times2=[0.0, 1.0]
            )


@forward_mode
def test_derivatives_beside_what_has_none_are_as_before():
    path, times = torch.eye(2, dtype=torch.float64), torch.tensor([0.0, 1.0])
    found = torch.func.grad(on_times)(path, times)
    leaf = path.clone().requires_grad_()
    on_times(leaf, times).backward()
    assert_equal(found, leaf.grad)
    torch.func.jvp(lambda x: on_times(x, times), (path,), (path,))


@each_case(CASES, "plain", "corrected")
def test_every_tensor_of_another_length_is_refused(case):
    given = on_tensors(case, (4,))
    for argument in case.row.arguments:
        x = given.get(argument.name)
        if isinstance(x, torch.Tensor) and len(argument.axes) == 1:
            with pytest.raises(treealg.InvalidValueError, match=argument.name):
                function_of(case)(**given | {argument.name: x[..., :-1]})


WRONG = {
    "flag": (1, "yes"),
    "integer": (1.5, True),
    "real": ("1", float("inf")),
    "method": (3, "1"),
    "enumeration": ("neither", 7),
    "object": (object(), {1}),
}


@each_name
def test_wrong_options_are_refused_by_their_names(name):
    case = Case(name, "plain")
    given = on_tensors(case, (2,))
    for option in case.row.options:
        for wrong in WRONG[option.kind]:
            with pytest.raises(treealg.TreeAlgError, match=option.name):
                function_of(case)(**given | {option.name: wrong})


@each_name
def test_numbers_of_numpy_are_options(name):
    case = Case(name, "plain")
    given = on_tensors(case, (2,))
    same = {int: np.int64, bool: np.bool_, float: np.float64}
    other = {key: same[type(x)](x) if type(x) in same else x for key, x in given.items()}
    assert_equal(function_of(case)(**other), case.row.function(**case.arguments((2,))))


def test_wrong_parameters_are_those_of_any_function():
    path = torch.zeros(3, 2)
    with pytest.raises(TypeError, match=r"branched_sig\(\) missing 1 required"):
        treealg.torch.branched_sig(path)
    with pytest.raises(TypeError, match="unexpected keyword argument 'degre'"):
        treealg.torch.branched_sig(path, degre=2)


def test_trees_may_be_those_of_the_symbolic_layer():
    from treealg.symbolic import Tree

    path = torch.arange(10.0).reshape(5, 2)
    tree = Tree([Tree(label=0)], 1)
    want = treealg.torch.branched_sig_coef(path, [((0,), 1), (1,)])
    assert_equal(treealg.torch.branched_sig_coef(path, [tree, Tree(label=1)]), want)


def test_gradients_of_a_list_of_paths_are_parts_of_one_array():
    paths = [torch.rand(n, 2, dtype=torch.float64, requires_grad=True) for n in (3, 1, 40, 1)]
    got = torch.autograd.grad(treealg.torch.branched_sig(paths, 2).sum(), paths)
    alone = [torch.autograd.grad(treealg.torch.branched_sig(x, 2).sum(), x)[0] for x in paths]
    for x, y in zip(got, alone, strict=True):
        torch.testing.assert_close(x, y, rtol=1e-13, atol=1e-13)
    ends = [x.data_ptr() + x.nbytes for x in got]
    assert ends[:-1] == [x.data_ptr() for x in got[1:]]


def test_a_list_of_paths_is_taken_or_refused_by_its_items():
    rng = np.random.default_rng(5)
    paths = [torch.from_numpy(rng.normal(size=(n, 2))) for n in (3, 5, 1)]
    rows = [torch.from_numpy(rng.normal(size=(max(n - 1, 0), 4))) for n in (3, 5, 1)]
    options = {"time_aug": True, "scalar_term": True}
    want = treealg.branched_sig(paths, 3, correction=rows, **options)
    assert_equal(treealg.torch.branched_sig(paths, 3, correction=rows, **options), want)
    want = treealg.branched_log_sig(paths, 3, correction=rows[0][0], **options)
    assert_equal(treealg.torch.branched_log_sig(paths, 3, correction=rows[0][0], **options), want)
    with pytest.raises(treealg.InvalidTypeError, match="lengths"):
        treealg.torch.branched_sig(paths, 3, lengths=torch.tensor([1, 2, 1]))
    with pytest.raises(treealg.InvalidTypeError, match=r"path\[1\] must be a tensor"):
        treealg.torch.branched_sig([paths[0], [[0.0, 1.0]]], 3)
    for other in (torch.zeros(2, 3), torch.zeros(2), torch.zeros(1, 2, 2), torch.zeros(())):
        with pytest.raises(
            treealg.InvalidValueError, match=r"path\[1\] must have (two axes|as many channels)"
        ):
            treealg.torch.branched_sig([paths[0], other.double()], 3)
    with pytest.raises(treealg.InvalidValueError, match=r"path must be a list of at least one"):
        treealg.torch.branched_sig([], 3)
    with pytest.raises(treealg.InvalidTypeError, match=r"path\[2\] must have the dtype of path"):
        treealg.torch.branched_sig([*paths[:2], paths[2].float()], 3)
    want = treealg.branched_sig(paths, 3, correction=[rows[0][0]] * 3)
    assert_equal(treealg.torch.branched_sig(paths, 3, correction=[rows[0][0]] * 3), want)


def test_autocast_computes_in_single_precision():
    path = torch.from_numpy(np.random.default_rng(2).normal(size=(3, 5, 2))).bfloat16()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        leaf = path.clone().requires_grad_()
        got = treealg.torch.branched_sig(leaf, 3)
        got.sum().backward()
    assert_equal(got, treealg.branched_sig(path.float().numpy(), 3))
    assert leaf.grad.dtype == torch.bfloat16
    with pytest.raises(treealg.InvalidTypeError, match="bfloat16"):
        treealg.torch.branched_sig(path, 3)


def test_integers_are_computed_in_double_precision():
    path = torch.tensor([[0, 0], [1, 2]])
    assert_equal(treealg.torch.branched_sig(path, 2), treealg.branched_sig(path.numpy(), 2))


class Paths(torch.utils.data.Dataset):
    """Signatures of random paths, computed where they are asked for."""

    def __len__(self):
        return 8

    def __getitem__(self, place):
        path = torch.from_numpy(np.random.default_rng(place).normal(size=(6, 2)))
        return treealg.torch.branched_sig(path, 3, n_jobs=2)


@pytest.mark.slow
def test_workers_of_a_data_loader_compute():
    treealg.torch.branched_sig(torch.zeros(9, 6, 2), 3, n_jobs=2)  # threads before the fork
    context = multiprocessing.get_context("fork")
    loader = torch.utils.data.DataLoader(
        Paths(), batch_size=4, num_workers=2, multiprocessing_context=context
    )
    got = torch.cat(list(loader))
    assert_equal(got, torch.stack([Paths()[i] for i in range(8)]))


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**30])
@pytest.mark.parametrize("name", ["degree", "n_jobs"])
@pytest.mark.parametrize("kind", [torch.ones, lambda *shape: [torch.ones(3, 2), torch.ones(2, 2)]])
def test_integers_that_operators_do_not_hold_are_refused(kind, name, number):
    options = {"degree": np.int64(2), name: number}
    for degree in (options["degree"], int(options["degree"])):  # by both ways to the operator
        with pytest.raises(InvalidValueError, match=f"{name} must be an integer that int64 holds"):
            treealg.torch.branched_sig(kind(2, 3, 2), **{**options, "degree": degree})


def test_a_coefficient_does_not_lose_a_gradient():
    assert Element({Tree(): torch.tensor(2.0)}) == Element({Tree(): 2})
    with pytest.raises(InvalidTypeError, match=r"detach\(\)"):
        Element({Tree(): torch.tensor(2.0, requires_grad=True)})


def ladder(nodes):
    tree = (0,)
    for _ in range(nodes - 1):
        tree = (tree, 0)
    return tree


@pytest.mark.parametrize("nodes", [90, 250, 3000])
def test_trees_of_any_depth_are_taken(nodes):
    path = np.array([[0.0], [1.5], [0.5]])
    got = treealg.torch.branched_sig_coef(torch.from_numpy(path), [ladder(nodes), Tree()])
    np.testing.assert_array_equal(got, treealg.branched_sig_coef(path, [ladder(nodes), Tree()]))


def test_weights_are_what_the_function_on_arrays_takes():
    path = torch.tensor([[0.0, 1.0], [2.0, 4.0]])
    want = treealg.branched_sig(path, 3, weights=(1, 2))
    for weights in (
        [1, 2], range(1, 3), iter([1, 2]), np.array([1, 2]), torch.tensor([1, 2]),
        pandas.Series([1, 2]), (np.int8(1), 2),
    ):  # fmt: skip
        assert torch.equal(treealg.torch.branched_sig(path, 3, weights=weights), want)
    itself = [1]
    itself.append(itself)
    for weights, error, said in [
        (itself, InvalidValueError, "weights must not hold itself"),
        ({1, 2}, InvalidTypeError, "weights cannot be a value of type builtins.set"),
        ([1.5, float("nan")], InvalidValueError, "weights must hold finite numbers, got nan"),
        ([10**5000, 1], InvalidValueError, "weights must have at most 8,192 binary digits"),
    ]:
        with pytest.raises(error, match=said):
            treealg.torch.branched_sig(path, 3, weights=weights)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_without_numbers_is_refused_by_its_dtype(dtype):
    with pytest.raises(InvalidTypeError, match=f"path must have dtype .*got {dtype}"):
        treealg.torch.branched_sig(torch.zeros(3, 2, dtype=dtype, device="meta"), 2)


def test_what_has_no_gradient_has_none_of_a_gradient_either():
    path, times = torch.zeros(3, 2).double(), torch.tensor([0.0, 1.0, 3.0]).double()
    derivs = torch.ones(12).double()

    def gradient(path, times):
        return treealg.torch.branched_sig_backprop(
            path, None, derivs, 2, times=times, time_aug=True
        )

    with pytest.raises(InvalidTypeError, match="no derivative in times"):
        torch.func.jacrev(gradient, 1)(path, times)
    assert torch.func.jacrev(gradient, 0)(path, times).any()


def test_windows_that_no_memory_holds_are_refused():
    with pytest.raises(InvalidValueError, match="windows does not fit in memory"):
        treealg.torch.branched_sig(
            torch.zeros(3, 2), 2, windows=np.broadcast_to(np.int64(1), (2**43, 2))
        )


@pytest.mark.parametrize("flag", [np.zeros(0), torch.zeros(3, 2), np.ones(2)])
def test_flags_of_gradients_that_are_arrays_are_refused(flag):
    x = torch.zeros(1, 3, 2, dtype=torch.float64)
    with pytest.raises(treealg.InvalidTypeError, match="right_deriv must be True or False"):
        treealg.torch.branched_sig_kernel_gram_backprop(
            torch.ones(1, 1).double(), x, x, 1, 0, right_deriv=flag
        )
