"""The raw operators are what PyTorch asks of operators, and tracers see through what is above."""

import math
import sys

import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode

import treealg
import treealg.torch
from treealg.frameworks.options import from_text, option_reader
from treealg.torch.operators import OPERATORS

from ..operations.cases import CASES, OPERATIONS, Case, each_case
from .cases import as_list, function_of, on_tensors, tensors_of

# What PyTorch does inside when it compiles is not ours to mend.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:torch")


def operands(case, batch=(2,)):
    """Return the arguments of an operator, in the order of its schema."""
    given = on_tensors(case, batch)
    row = case.row
    arrays = [given.get(a.name) for a in row.arguments]
    first = next(x for x in arrays if isinstance(x, torch.Tensor))
    arrays = [x if isinstance(x, torch.Tensor) else _instead(x, first) for x in arrays]
    options = [option_reader(o)(given.get(o.name, o.default)) for o in row.options]
    return (*arrays, *options)


def _instead(value, first):
    if value is True:
        return first.new_zeros(first.shape[-1])
    return None if value is None else first.new_tensor(value)


@each_case(CASES, "plain", "corrected", "grid")
def test_operators_pass_the_checks_of_pytorch(case):
    checks = ["test_schema", "test_autograd_registration", "test_faketensor"]
    found = torch.library.opcheck(OPERATORS[case.name], operands(case), test_utils=checks)
    assert found == dict.fromkeys(checks, "SUCCESS")


@pytest.mark.slow
@each_case([c for c in CASES if c.name.startswith("branched_sig_combine")], "plain")
def test_operators_pass_the_check_of_compilers(case):
    found = torch.library.opcheck(OPERATORS[case.name], operands(case))
    assert set(found.values()) == {"SUCCESS"}


@each_case(CASES)
def test_results_without_data_have_the_shapes_of_those_with_data(case):
    given = operands(case)
    want = as_list(OPERATORS[case.name](*given))
    with FakeTensorMode() as mode:
        fake = [mode.from_tensor(x) if isinstance(x, torch.Tensor) else x for x in given]
        got = as_list(OPERATORS[case.name](*fake))
    assert [(x.shape, x.dtype) for x in got] == [(x.shape, x.dtype) for x in want]
    assert all(x.is_contiguous() for x in (*got, *want))


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operator_is_there_for_each_row_by_its_name(name):
    operator = getattr(torch.ops.treealg, name).default
    assert operator is OPERATORS[name]
    row = OPERATIONS[name]
    names = [argument.name for argument in operator._schema.arguments]
    assert names == [thing.name for thing in (*row.arguments, *row.options)]


@pytest.mark.parametrize(
    "value",
    [
        [((0,), 1), (1,)],
        ((0,), 1),
        None,
        (1, 0),
        3,
        treealg.LinearKernel(),
        treealg.ScaledLinearKernel(0.1),
        treealg.RBFKernel(1 / 3),
    ],
    ids=repr,
)
def test_objects_are_read_back_from_their_text(value):
    option = next(o for o in OPERATIONS["branched_sig_kernel"].options if o.kind == "object")
    assert from_text(option_reader(option)(value)) == value


# -- tracers --------------------------------------------------------------------------------------


def compiled(function, **options):
    torch._dynamo.reset()
    return torch.compile(function, fullgraph=True, backend="aot_eager", **options)


def gradients(function, *tensors):
    leaves = [x.clone().requires_grad_() for x in tensors]
    result = function(*leaves)
    return [result.detach(), *torch.autograd.grad(result.square().sum(), leaves)]


def assert_same(got, want):
    for one, other in zip(got, want, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=0)


TRACED = [
    Case("branched_sig", "corrected"),  # a tensor that may be None
    Case("branched_sig_combine", "plain"),  # two gradients
    Case("branched_sig_coef", "plain"),  # an option that is an object
    Case("branched_sig_kernel", "exponential_kernel"),  # one of the library, and flags
]


def function_of_tensors(case, batch=(2,)):
    """Return a function of the tensors of a case, and these."""
    given = on_tensors(case, batch)
    inputs = tensors_of(case, given)

    def function(*tensors):
        return function_of(case)(**given | dict(zip(inputs, tensors, strict=True)))

    return function, list(inputs.values())


@pytest.mark.slow
@each_case(TRACED)
def test_compiled_functions_give_what_others_give(case):
    function, tensors = function_of_tensors(case)
    assert_same(gradients(compiled(function), *tensors), gradients(function, *tensors))


@pytest.mark.slow
def test_a_function_compiled_once_takes_every_batch_and_length():
    def function(path):
        return treealg.torch.branched_log_sig(path, 3, planar=True, method=1, time_aug=True)

    traced = compiled(function, dynamic=True)
    with torch._dynamo.config.patch(error_on_recompile=True):
        for shape in [(3, 5, 2), (7, 5, 2), (4, 9, 2)]:
            path = torch.linspace(0, 1, math.prod(shape)).reshape(shape).sin()
            assert_same(gradients(traced, path), gradients(function, path))


@pytest.mark.slow
def test_compilation_goes_together_with_transforms():
    path = torch.linspace(0, 1, 30, dtype=torch.float64).reshape(3, 5, 2).sin()

    def function(path):
        return treealg.torch.branched_sig(path, 3)

    def loss(path):
        return function(path).square().sum()

    want = function(path)
    assert_same([compiled(torch.func.vmap(function))(path)], [want])
    # Under a transform from outside, PyTorch runs what it would have compiled.
    torch._dynamo.reset()
    outside = torch.func.vmap(torch.compile(function, backend="aot_eager"))
    assert_same([outside(path)], [want])
    for transform in (torch.func.grad, lambda f: torch.func.jacrev(f)):
        inner = loss if transform is torch.func.grad else function
        assert_same([compiled(transform(inner))(path)], [transform(inner)(path)])


@pytest.mark.slow
def test_a_model_is_exported_for_every_batch():
    class Model(torch.nn.Module):
        def forward(self, path):
            return treealg.torch.branched_sig(path, 3, basepoint=True)

    batch = torch.export.Dim("batch", min=2, max=64)
    path = torch.linspace(0, 1, 30).reshape(3, 5, 2).sin()
    for strict in (False, True):
        shapes = {"path": {0: batch}}
        program = torch.export.export(Model(), (path,), dynamic_shapes=shapes, strict=strict)
        for given in (path, torch.cat([path, 2 * path])):
            assert_same([program.module()(given)], [Model()(given)])


@pytest.mark.slow
def test_what_has_no_gradient_is_refused_in_compilation_too():
    path = torch.zeros(3, 5, 2, requires_grad=True)
    with pytest.raises(Exception, match="realised_correction has no gradient"):
        compiled(treealg.torch.realised_correction)(path)
    with pytest.raises(Exception, match="degree must be an integer"):
        compiled(lambda path: treealg.torch.branched_sig(path, 2.5))(path.detach())
    with pytest.raises(Exception, match="path must have shape"):
        compiled(lambda path: treealg.torch.branched_sig(path, 2))(path.detach()[0, 0])


def test_small_calls_are_known_again(monkeypatch):
    from treealg.numeric.paths import signature

    monkeypatch.delitem(sys.modules, "torch._dynamo", raising=False)
    kept = []
    keep = signature.keep
    monkeypatch.setattr(
        signature, "keep", lambda *given, **options: (kept.append(1), keep(*given, **options))
    )
    path = torch.zeros(7, 2, dtype=torch.float64)
    for _ in range(3):
        OPERATORS["branched_sig"](path, *[None] * 5, 2, *[False] * 2, 0.75, *[False] * 3,
                                  "propagate", 1, None)  # fmt: skip
    assert kept == [1]


@pytest.mark.parametrize(
    "trace",
    [
        lambda x: torch.export.export(treealg.torch.LogSignature(2), (x,)),
        lambda x: treealg.torch.log_sig(FakeTensorMode().from_tensor(x), 2),
    ],
    ids=["export", "fake tensors"],
)
def test_half_precision_is_told_as_of_tensors_where_shapes_are_traced(trace):
    with pytest.raises(Exception, match=r"use path\.float\(\) for float32") as caught:
        trace(torch.zeros(4, 6, 2, dtype=torch.float16))
    assert "astype" not in str(caught.value)
