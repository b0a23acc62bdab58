"""Derivatives in a direction are used where the table has them: a row of powers shows how."""

import pytest
import torch

import treealg
from treealg.numeric.operations import Argument, Operation, shapes
from treealg.torch.derivatives import differentiable
from treealg.torch.operators import register

VECTOR = Argument("vector", ("coefficients",))
DERIVS = Argument("derivs", ("coefficients",), batch="result", role="derivs")
DIRECTION = Argument("direction", ("coefficients",), role="tangent")
DERIVS_DIRECTION = Argument("derivs_direction", ("coefficients",), role="tangent")


def power(vector, exponent: "int"):
    return vector**exponent


def power_jvp(vector, direction, exponent: "int"):
    return exponent * vector ** (exponent - 1) * direction


def power_backprop(derivs, vector, exponent: "int"):
    return exponent * vector ** (exponent - 1) * derivs


def power_backprop_jvp(derivs, derivs_direction, vector, direction, exponent: "int"):
    change = (exponent - 1) * vector ** (exponent - 2) * direction * derivs
    return exponent * (change + vector ** (exponent - 1) * derivs_direction)


def rows(*, has_jvp):
    like = shapes.like("vector")
    backward_jvp = Operation(
        power_backprop_jvp,
        (DERIVS, DERIVS_DIRECTION, VECTOR, DIRECTION),
        like,
        tangents=("derivs", "vector"),
    )
    backward = Operation(
        power_backprop,
        (DERIVS, VECTOR),
        shapes.gradients("vector"),
        gradients=("vector",),
        jvp=backward_jvp if has_jvp else None,
    )
    jvp = Operation(power_jvp, (VECTOR, DIRECTION), like, tangents=("vector",))
    forward = Operation(power, (VECTOR,), like, backward, jvp=jvp if has_jvp else None)
    found = [forward, backward, *([jvp, backward_jvp] if has_jvp else [])]
    return {row.name: row for row in found}


@pytest.fixture(scope="module", params=[True, False], ids=["with", "without"])
def made(request):
    library = torch.library.Library(f"treealg_test_{request.param}".lower(), "DEF")
    table = rows(has_jvp=request.param)
    operators = {name: register(row, library) for name, row in table.items()}
    yield request.param, differentiable(table, operators)["power"].call
    library._destroy()  # which it does by itself as soon as nobody holds it


def cube(made, x):
    return made[1](x, 3)


X = torch.tensor([[0.5, -1.0, 2.0]], dtype=torch.float64)
V = torch.tensor([[1.0, 0.5, -0.25]], dtype=torch.float64)


@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")
def test_a_derivative_in_a_direction_is_that_of_the_table(made):
    def derivative():
        return torch.func.jvp(lambda x: cube(made, x), (X,), (V,))[1]

    if made[0]:
        torch.testing.assert_close(derivative(), 3 * X**2 * V)
        jacobian = torch.func.jacfwd(lambda x: cube(made, x))(X[0])
        torch.testing.assert_close(jacobian, torch.diag(3 * X[0] ** 2))
    else:
        with pytest.raises(treealg.InvalidTypeError, match="power has no derivative in a dir"):
            derivative()


@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")
def test_second_derivatives_are_made_of_those_in_a_direction(made):
    leaf = X.clone().requires_grad_()
    if made[0]:
        assert torch.autograd.gradgradcheck(lambda x: cube(made, x), (leaf,))
        hessian = torch.func.jacrev(torch.func.jacrev(lambda x: cube(made, x).sum()))(X[0])
        torch.testing.assert_close(hessian, torch.diag(6 * X[0]))
        forward = torch.func.hessian(lambda x: cube(made, x).sum())(X[0])
        torch.testing.assert_close(forward, hessian)
    else:
        with pytest.raises(treealg.InvalidTypeError, match="has no derivative in a direction"):
            torch.autograd.gradgradcheck(lambda x: cube(made, x), (leaf,))
