"""Modules compute what their functions do, and train."""

import copy
import inspect
import pickle

import numpy as np
import pytest
import torch

import treealg
import treealg.torch
from treealg.torch import BranchedLogSignature, BranchedSignature, LogSignature, Signature

OPTIONS = {
    BranchedSignature: {"planar": True, "scalar_term": True},
    BranchedLogSignature: {"planar": True, "method": 2, "time_aug": True},
    Signature: {"lead_lag": True, "end_time": 2.0, "time_aug": True},
    LogSignature: {"method": 1, "n_jobs": 2},
}
each_module = pytest.mark.parametrize("kind", OPTIONS, ids=lambda kind: kind.__name__)


def paths(dtype=torch.float64):
    steps = np.random.default_rng(4).normal(size=(3, 6, 2))
    return torch.from_numpy(steps.cumsum(axis=1)).to(dtype)


@each_module
def test_a_module_computes_what_its_function_does(kind):
    layer, path = kind(2, **OPTIONS[kind]), paths()
    function = getattr(treealg.torch, kind.function)
    want = function(path, 2, **OPTIONS[kind])
    torch.testing.assert_close(layer(path), want, rtol=0, atol=0)
    assert layer.size(2) == want.shape[-1]
    assert list(layer.parameters()) == []
    assert dict(layer.state_dict()) == {}


@each_module
def test_a_module_has_the_options_of_its_function(kind):
    function = inspect.signature(getattr(treealg.torch, kind.function)).parameters
    given = {"path", "correction", "basepoint", "lengths", "windows", "times"}
    own = inspect.signature(kind).parameters
    assert own.keys() == function.keys() - given
    assert [p.default for p in own.values()] == [function[name].default for name in own]


@each_module
def test_arguments_of_a_call_are_those_of_the_function(kind):
    layer, path = kind(2), paths()
    function = getattr(treealg.torch, kind.function)
    given = {"basepoint": True, "lengths": torch.tensor([2, 6, 1])}
    torch.testing.assert_close(layer(path, **given), function(path, 2, **given), rtol=0, atol=0)
    listed = [path[0], path[1, :3]]
    torch.testing.assert_close(layer(listed), function(listed, 2), rtol=0, atol=0)
    correction = torch.full((4,), -0.5, dtype=path.dtype)
    want = function(path, 2, correction=correction)
    torch.testing.assert_close(layer(path, correction=correction), want, rtol=0, atol=0)


@each_module
def test_modules_are_copied_pickled_and_printed(kind):
    layer = kind(2, **OPTIONS[kind])
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert repr(other) == repr(layer)
        torch.testing.assert_close(other(paths()), layer(paths()), rtol=0, atol=0)
    shown = ", ".join(f"{name}={value!r}" for name, value in OPTIONS[kind].items())
    assert sorted(repr(layer)) == sorted(f"{kind.__name__}(degree=2, {shown})")
    assert repr(kind(3)) == f"{kind.__name__}(degree=3)"


@each_module
def test_bad_options_are_refused_by_their_names(kind):
    with pytest.raises(treealg.InvalidTypeError, match="degree"):
        kind(2.5)(paths())
    with pytest.raises(treealg.InvalidValueError, match="degree"):
        kind(-1).size(2)
    with pytest.raises(TypeError, match="colour"):
        kind(2, colour=1)


@each_module
def test_what_is_in_front_of_a_layer_learns(kind):
    torch.manual_seed(0)
    path = paths(torch.float32)
    layer = kind(2)
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), layer, torch.nn.Linear(layer.size(2), 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    target = torch.tensor([[1.0], [-1.0], [0.5]])
    losses = []
    for _ in range(40):
        optimizer.zero_grad()
        loss = (model(path) - target).square().mean()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < losses[0] / 10
    assert float(model[0].weight.grad.abs().max()) > 0


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning:torch")
def test_a_compiled_module_gives_what_others_give():
    torch._dynamo.reset()
    layer = BranchedLogSignature(2, time_aug=True)
    path = paths().requires_grad_()
    compiled = torch.compile(layer, fullgraph=True, backend="aot_eager")
    (want,) = torch.autograd.grad(layer(path).square().sum(), path)
    (got,) = torch.autograd.grad(compiled(path).square().sum(), path)
    torch.testing.assert_close(got, want, rtol=0, atol=0)


@pytest.mark.parametrize("channels", [0, -1, 2.0, True, "2", None, 10**20])
@pytest.mark.parametrize("kind", [BranchedSignature, LogSignature])
def test_sizes_of_no_paths_are_refused(kind, channels):
    with pytest.raises(treealg.TreeAlgError, match=r"channels|dimension"):
        kind(3).size(channels)


def test_a_symbolic_trace_is_named_and_takes_a_layer_as_a_leaf():
    layers = torch.nn.Sequential(torch.nn.Linear(2, 2), treealg.torch.Signature(2))
    with pytest.raises(treealg.InvalidTypeError, match=r"a symbolic trace .*is_leaf_module"):
        torch.fx.symbolic_trace(layers)

    class Tracer(torch.fx.Tracer):
        def is_leaf_module(self, m, module_qualified_name):
            is_ours = isinstance(m, treealg.torch.Signature)
            return is_ours or super().is_leaf_module(m, module_qualified_name)

    traced = torch.fx.GraphModule(layers, Tracer().trace(layers))
    path = torch.ones(5, 2).cumsum(0)
    torch.testing.assert_close(traced(path), layers(path), rtol=0, atol=0)
