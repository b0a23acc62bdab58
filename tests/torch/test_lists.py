"""Lists of tensors are taken as they are, with gradients in each of them."""

import os
import re
from pathlib import Path

import numpy as np
import pytest
import torch

import treealg
import treealg.torch
from treealg.torch.operators import OPERATORS_OF_LISTS

from ..operations.lists_of_paths import CALLS, PATHS, again, arrays_of, as_lists, one_by_one

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:torch")
each_call = pytest.mark.parametrize("call", CALLS)


def given_of(call):
    """Return a function on tensors with its arguments."""
    name, values = CALLS[call]
    return name, getattr(treealg.torch, name), as_lists(values, lambda x: torch.tensor(x))


def of_arrays(call):
    """Return a function of the arrays of a call, one after the other, and these."""
    name, function, given = given_of(call)
    known = arrays_of(name, CALLS[call][1])
    inputs = [torch.tensor(x, requires_grad=x.size > 0) for x in one_by_one(known.values())]
    return lambda *xs: function(**given | again(known, xs)), inputs


def results_of(found):
    return found if isinstance(found, (list, tuple)) else [found]


def assert_equal(got, want):
    got, want = one_by_one(results_of(got)), one_by_one(results_of(want))
    for x, y in zip(got, want, strict=True):
        np.testing.assert_array_equal(x.detach().numpy(), y)


@each_call
def test_values_are_those_of_numpy(call):
    name, function, given = given_of(call)
    want = getattr(treealg, name)(**CALLS[call][1])
    got = function(**given)
    assert isinstance(got, list) == isinstance(want, list)
    assert_equal(got, want)


@each_call
def test_gradients_are_those_of_numpy(call):
    name, values = CALLS[call]
    function, inputs = of_arrays(call)
    found = results_of(function(*inputs))
    rng = np.random.default_rng(3)
    derivs = [rng.normal(size=x.shape) for x in found]
    inputs = [x.requires_grad_() for x in inputs]
    found = results_of(function(*inputs))
    got = torch.autograd.grad(found, inputs, [torch.from_numpy(x) for x in derivs])
    row = treealg.operations[name].backward
    # Only where the result is a list are the derivatives that come in one.
    is_list = isinstance(getattr(treealg, name)(**values), list)
    own = {x.name: derivs if is_list else derivs[0] for x in row.arguments if x.role == "derivs"}
    options = {x: values[x] for x in row.signature.parameters if x in values}
    none = {x.name: None for x in row.arguments if x.role == "value"}
    want = row.function(**options | own | none | dict.fromkeys(row.flags, True))
    assert_equal(list(got), one_by_one(results_of(want)))


@each_call
def test_derivatives_are_those_of_quotients_of_differences(call):
    function, inputs = of_arrays(call)
    assert torch.autograd.gradcheck(function, inputs)


@pytest.mark.parametrize("call", ["trees", "corrections", "base points", "transforms", "brackets"])
def test_second_derivatives_are_those_of_quotients_of_differences(call):
    function, inputs = of_arrays(call)
    assert torch.autograd.gradgradcheck(function, inputs)
    assert torch.autograd.gradcheck(function, inputs, check_forward_ad=True)


@each_call
def test_products_of_hessians_agree_however_they_are_taken(call):
    function, inputs = of_arrays(call)
    rng = np.random.default_rng(6)
    xs = tuple(x.detach() for x in inputs)
    vs = tuple(torch.tensor(0.1 * rng.normal(size=x.shape)) for x in xs)

    def loss(*xs):
        return sum(x.sin().sum() for x in one_by_one(results_of(function(*xs))))

    autograd = torch.autograd.functional
    want = autograd.vhp(loss, xs, vs)[1]
    torch.testing.assert_close(autograd.hvp(loss, xs, vs)[1], want, rtol=1e-9, atol=1e-11)
    gradient = torch.func.grad(loss, tuple(range(len(xs))))
    got = torch.func.vjp(gradient, *xs)[1](vs)
    torch.testing.assert_close(got, want, rtol=1e-9, atol=1e-11)


def test_gradients_of_a_path_do_not_depend_on_the_others():
    function, inputs = of_arrays("trees")
    weights = torch.tensor(np.random.default_rng(4).normal(size=(len(inputs), 20)))
    got = torch.autograd.grad((weights * function(*inputs)).sum(), inputs)
    for x, own, gradient in zip(inputs, weights, got, strict=True):
        alone = torch.autograd.grad((own * treealg.torch.branched_sig(x, 3)).sum(), x)[0]
        torch.testing.assert_close(gradient, alone, rtol=1e-12, atol=1e-12)


def test_paths_without_gradients_may_stand_among_others():
    paths = [torch.tensor(x, requires_grad=i == 2) for i, x in enumerate(PATHS)]
    treealg.torch.branched_sig(paths, 2)[2].sum().backward()
    alone = paths[2].detach().requires_grad_()
    treealg.torch.branched_sig(alone, 2).sum().backward()
    torch.testing.assert_close(paths[2].grad, alone.grad, rtol=1e-13, atol=1e-13)
    assert paths[0].grad is None


def test_single_precision_and_strides_are_kept():
    wide = [torch.tensor(x, dtype=torch.float32).T.contiguous().T for x in PATHS]
    got = treealg.torch.branched_sig(wide, 2)
    assert got.dtype is torch.float32
    for row, path in zip(got, wide, strict=True):
        torch.testing.assert_close(row, treealg.torch.branched_sig(path, 2))


def test_a_list_of_one_path_is_a_list():
    (got,) = treealg.torch.transform_path([torch.tensor(PATHS[0])], lead_lag=True)
    assert_equal(got, treealg.transform_path(PATHS[0], lead_lag=True))
    derivs = torch.ones(1, 6, dtype=torch.float64)
    (gradient,) = treealg.torch.branched_sig_backprop([torch.tensor(PATHS[0])], None, derivs, 2)
    assert gradient.shape == PATHS[0].shape


@pytest.mark.parametrize("call", ["corrections", "transforms", "all pairs", "a list and an array"])
def test_compiled_functions_give_the_same(call):
    function, inputs = of_arrays(call)
    inputs = [x.requires_grad_() for x in inputs]
    loss = lambda *xs: sum(x.square().sum() for x in results_of(function(*xs)))  # noqa: E731
    compiled = torch.compile(loss, backend="aot_eager", fullgraph=True)
    got = torch.autograd.grad(compiled(*inputs), inputs)
    for x, y in zip(got, torch.autograd.grad(loss(*inputs), inputs), strict=True):
        torch.testing.assert_close(x, y, rtol=1e-13, atol=1e-13)


def test_compiled_functions_take_lists_of_several_sizes():
    def twice(paths):
        return treealg.torch.sig(paths, 2).sum() + treealg.torch.sig(paths[1:], 2).sum()

    paths = [torch.tensor(x) for x in PATHS]
    compiled = torch.compile(twice, backend="aot_eager", fullgraph=True)
    for given in (paths, paths[:2]):
        torch.testing.assert_close(compiled(given), twice(given))


@pytest.mark.parametrize("call", ["trees", "corrections", "transforms", "all pairs"])
def test_operators_are_what_pytorch_expects(call):
    name, function, given = given_of(call)
    row, operator = treealg.operations[name], OPERATORS_OF_LISTS[name]
    arguments = []
    for argument in row.arguments:
        value = given.get(argument.name)
        if argument.listed:
            value = value if isinstance(value, list) else [x for x in [value] if x is not None]
        arguments.append(value)
    options = [given.get(option.name, option.default) for option in row.options]
    options = [repr(x) if isinstance(x, int) and o.kind == "object" else x
               for x, o in zip(options, row.options, strict=True)]  # fmt: skip
    lists = " ".join(x for x in given if isinstance(given[x], list))
    torch.library.opcheck(operator, (*arguments, *options, lists))
    want = function(**given)
    got = operator(*arguments, *options, lists)
    torch.testing.assert_close(got if isinstance(want, list) else got[0], want, rtol=0, atol=0)


@pytest.mark.parametrize("call", ["corrections", "transforms", "pairs"])
def test_maps_over_lists_take_one_example_after_the_other(call):
    function, inputs = of_arrays(call)
    inputs = [x.detach() for x in inputs]
    stacked = [torch.stack([x, x / 2]) for x in inputs]
    got = results_of(torch.func.vmap(function)(*stacked))
    want = [results_of(function(*xs)) for xs in (inputs, [x / 2 for x in inputs])]
    torch.testing.assert_close(list(got), [torch.stack(xs) for xs in zip(*want, strict=True)])
    loss = lambda x, *rest: sum(y.sum() for y in results_of(function(x, *rest)))  # noqa: E731
    gradients = torch.func.vmap(torch.func.grad(loss))(*stacked)
    torch.testing.assert_close(gradients[0], torch.func.grad(loss)(*inputs))


@pytest.mark.parametrize("call", ["corrections", "transforms", "pairs"])
def test_a_batch_of_derivatives_is_one_after_the_other(call):
    function, inputs = of_arrays(call)
    inputs = [x.requires_grad_() for x in inputs]
    found = results_of(function(*inputs))
    rng = np.random.default_rng(5)
    derivs = [torch.tensor(rng.normal(size=(2, *y.shape))) for y in found]
    got = torch.autograd.grad(found, inputs, derivs, is_grads_batched=True, retain_graph=True)
    for i in range(2):
        want = torch.autograd.grad(found, inputs, [d[i] for d in derivs], retain_graph=True)
        torch.testing.assert_close([x[i] for x in got], list(want))


def test_what_does_not_belong_together_is_refused_by_its_name():
    paths = [torch.tensor(x) for x in PATHS]
    with pytest.raises(treealg.InvalidValueError, match="correction must have as many arrays as"):
        treealg.torch.branched_sig(paths, 2, correction=[torch.zeros(4).double()] * 2)
    with pytest.raises(
        treealg.InvalidTypeError, match="times must be a tensor, got an object of type"
    ):
        treealg.torch.branched_sig(paths[0], 2, time_aug=True, times=[paths[0][:, 0]])
    with pytest.raises(treealg.InvalidValueError, match="derivs must have as many arrays as path"):
        treealg.torch.transform_path_backprop(paths, paths[:2])
    with pytest.raises(treealg.InvalidValueError, match="no points"):
        treealg.torch.branched_sig([paths[0], paths[0][:0]], 2)
    with pytest.raises(treealg.InvalidTypeError, match=r"path\[1\] must have the dtype of path"):
        treealg.torch.branched_sig([paths[0], paths[1].float()], 2)
    with pytest.raises(treealg.InvalidTypeError, match=r"path\[1\] must be on the device"):
        treealg.torch.branched_sig([paths[0], paths[1].to("meta")], 2)
    for path in (paths[0][0], paths[0][None]):
        with pytest.raises(treealg.InvalidValueError, match=r"path\[0\] must have two axes, those"):
            treealg.torch.branched_sig([path, *paths], 2)


@pytest.mark.parametrize("name", ["bsig", "bsig_derivs", "basepoint"])
def test_lists_are_refused_where_the_paths_of_a_list_have_one_array(name):
    rows = {"bsig": 6, "bsig_derivs": 6, "basepoint": 2}
    paths = [torch.tensor(x) for x in PATHS]
    given = {"bsig": None, "bsig_derivs": torch.zeros(len(PATHS), 6).double()}
    given[name] = list(torch.zeros(len(PATHS), rows[name]).double())
    with pytest.raises(treealg.InvalidTypeError, match=f"{name} must be a tensor, got .*list"):
        treealg.torch.branched_sig_backprop(paths, degree=2, **given)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (np.array(1.0), "of type numpy.ndarray"),
        (torch.tensor(1.0), "of type torch.Tensor"),
    ],
    ids=["number", "scalar"],
)
def test_derivatives_beside_a_list_are_a_list_or_an_array_with_rows(value, said):
    paths = [torch.tensor(x) for x in PATHS]
    match = f"derivs must be a list of {len(PATHS)} arrays, as path is, got a value {said}"
    with pytest.raises(treealg.InvalidTypeError, match=match):
        treealg.torch.bracket_path_backprop(value, paths)


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors")
def test_a_nested_tensor_beside_a_list_is_told_how_it_becomes_a_list():
    paths = [torch.tensor(x) for x in PATHS]
    correction = torch.nested.nested_tensor([torch.zeros(4, dtype=torch.float64) for _ in paths])
    with pytest.raises(treealg.InvalidTypeError, match=r"use list\(correction\.unbind\(\)\)"):
        treealg.torch.sig(paths, 2, correction=correction)


def test_windows_that_are_none_are_named_beside_lists_of_tensors():
    paths = [torch.tensor(x) for x in PATHS]
    with pytest.raises(treealg.InvalidTypeError, match="windows"):
        treealg.torch.sig(paths, 2, windows=[np.array([[0, 2]]), None])


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (iter, r"read only once; use list\(path\)"),
        (lambda paths: (x for x in paths), r"read only once; use list\(path\)"),
        (torch.nn.ParameterList, r"list\(path\) is a list"),
        (lambda paths: dict(enumerate(paths)), r"list\(path\.values\(\)\) is a list"),
    ],
)
def test_what_holds_tensors_and_is_no_list_is_told_how_it_becomes_one(make, said):
    with pytest.raises(treealg.InvalidTypeError, match=f"path must be a tensor, .*{said}"):
        treealg.torch.branched_sig(make([torch.tensor(x) for x in PATHS]), 2)


@pytest.mark.skipif(not os.access("/proc/self/clear_refs", os.W_OK), reason="peaks are kept")
def test_no_path_is_padded_or_copied():
    paths = [torch.ones(n, 2, dtype=torch.float64) for n in [10] * 100 + [300_000]]
    leaves = [x.requires_grad_() for x in paths]
    treealg.torch.sig([x[:2] for x in leaves], 2).sum().backward()
    size = sum(x.nbytes for x in paths)
    before = peak()
    result = treealg.torch.sig(leaves, 2).sum()
    assert peak() - before < size / 4
    result.backward()
    assert peak() - before < 1.5 * size  # the gradient itself


def peak():
    """Return the most memory since this was asked last, or what there is now if that is more."""
    status = Path("/proc/self/status").read_text("utf-8")
    Path("/proc/self/clear_refs").write_text("5", "utf-8")
    return 1024 * int(re.search(r"VmHWM:\s*(\d+) kB", status)[1])


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors")
def test_nested_tensors_are_told_how_they_become_lists():
    nested = torch.nested.nested_tensor([torch.tensor(x) for x in PATHS], layout=torch.strided)
    with pytest.raises(treealg.InvalidTypeError, match=r"use list\(path\.unbind\(\)\)"):
        treealg.torch.branched_sig(nested, 2)
    with pytest.raises(treealg.InvalidTypeError, match=r"to_padded_tensor\(bsig, 0\.0\)$"):
        treealg.torch.branched_sig_inverse(nested, 2, 2)
    want = treealg.branched_sig(PATHS, 2)
    assert_equal(treealg.torch.branched_sig(list(nested.unbind()), 2), want)
