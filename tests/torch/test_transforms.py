"""The transforms of `torch.func`: a mapped function is one example after the other."""

import numpy as np
import pytest
import torch

import treealg
import treealg.torch

from ..operations.cases import CASES, WAYS, each_case
from .cases import function_of, has_gradient, on_tensors, tensors_of, without_none

DIFFERENTIABLE = [c for c in CASES if c.row.backward is not None and has_gradient(c)]
SIZE = 3


def examples(case, batch=()):
    """Return examples of a case: their arguments, and names and values of those that are tensors.

    Arguments that may be shared have a batch of their own as soon as each example has one.
    """
    many = [on_tensors(case, batch, seed=seed) for seed in range(SIZE)]
    names = [name for name, x in many[0].items() if isinstance(x, torch.Tensor)]
    return many, names, {name: torch.stack([given[name] for given in many]) for name in names}


def assert_alike(got, want):
    got, want = without_none(got), without_none(want)
    assert len(got) == len(want)
    for one, other in zip(got, want, strict=True):
        assert one.shape == other.shape
        scale = max(1.0, float(other.abs().max()) if other.numel() else 0.0)
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=0, atol=1e-13 * scale)


def stacked(results):
    return [torch.stack(column) for column in zip(*map(without_none, results), strict=True)]


def assert_mapped(case, batch, mapped, dim=0):
    """Assert that a function maps over some of its arguments, the others being shared."""
    many, names, values = examples(case, batch)
    function = function_of(case)

    def called(*tensors):
        return without_none(function(**many[0] | dict(zip(names, tensors, strict=True))))

    in_dims = tuple(dim if name in mapped else None for name in names)
    given = [values[name].movedim(0, dim) if name in mapped else many[0][name] for name in names]
    got = torch.func.vmap(called, in_dims)(*given)
    want = stacked(function(**many[0] | {name: one[name] for name in mapped}) for one in many)
    assert_alike(got, want)


@each_case(CASES)
@pytest.mark.parametrize("batch", [(), (2,)], ids=["single", "batch"])
def test_vmap_over_all_arguments_is_one_example_after_the_other(case, batch):
    assert_mapped(case, batch, set(examples(case, batch)[1]))


@each_case(CASES, *WAYS, "corrected_alike", "corrected_by_segment", "one_basepoint", "right_only")
@pytest.mark.parametrize("batch", [(), (2,)], ids=["single", "batch"])
def test_vmap_over_one_argument_shares_the_others(case, batch):
    for name in examples(case, batch)[1]:
        assert_mapped(case, batch, {name})


@each_case([c for c in CASES if any(a.batch == "broadcast" for a in c.row.arguments)], "plain")
def test_vmap_over_arguments_that_broadcast(case):
    assert_mapped(case, [(2, 1), (4,)], set(examples(case, [(2, 1), (4,)])[1]))
    for name in examples(case, [(4,), (2, 1)])[1]:
        assert_mapped(case, [(4,), (2, 1)], {name})


@each_case(CASES, "plain", "corrected")
def test_vmap_over_another_axis(case):
    assert_mapped(case, (2,), set(examples(case, (2,))[1]), dim=1)


@each_case(CASES, "plain")
def test_vmap_of_vmap_is_one_of_all(case):
    many, names, values = examples(case)
    function = function_of(case)

    def called(*tensors):
        return without_none(function(**many[0] | dict(zip(names, tensors, strict=True))))

    once = torch.func.vmap(called)(*values.values())
    twice = torch.func.vmap(torch.func.vmap(called))(*(x[None] for x in values.values()))
    assert_alike([x[0] for x in twice], once)


@each_case(DIFFERENTIABLE)
def test_gradients_per_example_are_those_of_each_example(case):
    many, names, values = examples(case)
    function = function_of(case)
    wanted = [name for name in case.row.backward.gradients if name in names]

    def loss(*tensors):
        return function(**many[0] | dict(zip(names, tensors, strict=True))).square().sum()

    places = tuple(names.index(name) for name in wanted)
    gradient = torch.func.grad(loss, argnums=places)
    got = torch.func.vmap(gradient)(*values.values())
    assert_alike(got, stacked(gradient(*(one[name] for name in names)) for one in many))
    shared = torch.func.vmap(gradient, in_dims=(0, *(None,) * (len(names) - 1)))
    rest = [many[0][name] for name in names[1:]]
    got = shared(values[names[0]], *rest)
    assert_alike(got, stacked(gradient(one[names[0]], *rest) for one in many))


@each_case(DIFFERENTIABLE)
def test_a_batch_of_derivatives_is_one_after_the_other(case):
    given = on_tensors(case, (2,))
    leaves = {name: x.clone().requires_grad_() for name, x in tensors_of(case, given).items()}
    found = without_none(function_of(case)(**given | leaves))
    rng = np.random.default_rng(5)
    many = [torch.tensor(rng.normal(size=(SIZE, *y.shape))).to(y) for y in found]

    def gradient(derivs, **options):
        return torch.autograd.grad(found, leaves.values(), derivs, retain_graph=True, **options)

    got = gradient(many, is_grads_batched=True)
    assert_alike(got, stacked(gradient([d[i] for d in many]) for i in range(SIZE)))


@each_case(DIFFERENTIABLE, "plain")
def test_vectorized_hessians_are_those_of_one_row_after_the_other(case):
    given = on_tensors(case, ())
    name, value = next(iter(tensors_of(case, given).items()))

    def loss(x):
        return sum(y.square().sum() for y in without_none(function_of(case)(**given | {name: x})))

    hessian = torch.autograd.functional.hessian
    want = hessian(loss, value)
    assert_alike(hessian(loss, value, vectorize=True), want)
    assert_alike(hessian(loss, value, create_graph=True).detach(), want)


@each_case(DIFFERENTIABLE, "plain", "corrected", "brackets")
def test_gradients_of_transforms_are_those_of_autograd(case):
    given = on_tensors(case, (2,))
    inputs = tensors_of(case, given)
    function = function_of(case)

    def loss(*tensors):
        return function(**given | dict(zip(inputs, tensors, strict=True))).square().sum()

    got = torch.func.grad(loss, argnums=tuple(range(len(inputs))))(*inputs.values())
    leaves = [x.clone().requires_grad_() for x in inputs.values()]
    assert_alike(got, torch.autograd.grad(loss(*leaves), leaves))


@each_case(DIFFERENTIABLE, "plain", "corrected")
def test_jacobians_have_the_gradient_of_each_coefficient(case):
    given = on_tensors(case)
    inputs = tensors_of(case, given)
    first, x = next(iter(inputs.items()))

    def function(x):
        return function_of(case)(**given | {first: x}).reshape(-1)

    got = torch.func.jacrev(function)(x)
    want = [torch.func.grad(lambda x, k=k: function(x)[k])(x) for k in range(len(function(x)))]
    assert_alike(got, torch.stack(want))


def test_a_third_derivative_is_refused_in_one_clear_error():
    path = torch.zeros(4, 2, dtype=torch.float64)

    def gradient(x):
        return torch.func.grad(lambda x: treealg.torch.branched_sig(x, 2).sum())(x)

    hessian = torch.func.jacrev(gradient)(path)
    assert hessian.shape == (4, 2, 4, 2)
    with pytest.raises(treealg.InvalidTypeError, match="branched_sig has no derivatives of third"):
        torch.func.jacrev(torch.func.jacrev(gradient))(path)
