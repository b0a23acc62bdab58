"""Tensors of PyTorch as arrays; torch is never imported, its caller has done so."""

from __future__ import annotations

import sys
from typing import Any

import numpy.typing as npt

from treealg.errors import InvalidTypeError
from treealg.numeric.arguments.foreign import function_for
from treealg.optional import run_as_it_is

__all__ = [
    "check_has_numbers",
    "check_tensor_dtype",
    "data_of",
    "dense_tensor",
    "is_tensor",
    "plain_arrays",
    "tensor_array",
]

_ACCEPTED = {"float32", "float64"} | {f"{u}int{n}" for u in ("", "u") for n in (8, 16, 32, 64)}


def is_tensor(value: Any) -> bool:
    """Tell whether a value is a tensor of PyTorch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def tensor_array(
    value: Any, name: str, *, constant: bool = False, listed: bool = False
) -> npt.NDArray[Any]:
    """Return the data of a tensor on the CPU, not copied; see `dense_tensor`."""
    tensor = dense_tensor(value, name, constant=constant, listed=listed)
    check_tensor_dtype(tensor, name)
    return data_of(tensor, name)


def data_of(tensor: Any, name: str) -> npt.NDArray[Any]:
    """Return the data of a tensor, also within a transform of torch.func that it is not of.

    Notes
    -----
    There all that is computed, also of such a tensor, is of the transform, and has no numbers.
    """
    try:
        try:
            array: npt.NDArray[Any] = tensor.detach().resolve_neg().numpy()
        except RuntimeError:
            with sys.modules["torch"]._C._DisableFuncTorch():
                array = tensor.detach().resolve_neg().numpy()
    except (TypeError, RuntimeError) as error:
        kind = type(tensor)
        raise InvalidTypeError(
            f"{name} is a {kind.__module__}.{kind.__qualname__} whose numbers cannot be read: "
            f"{error}; make a plain tensor of it first"
        ) from None
    return array


def plain_arrays(values: Any) -> list[npt.NDArray[Any]] | None:
    """Return the data of tensors that need no look at each of them, or None if there are others."""
    torch = sys.modules.get("torch")
    if torch is None or set(map(type, values)) != {torch.Tensor}:
        return None
    if _may_be_dual() or torch._C._is_tracing() or torch._C._len_torch_dispatch_stack():
        return None
    try:
        return [value.numpy() for value in values]
    except (RuntimeError, TypeError):
        return None


def dense_tensor(value: Any, name: str, *, constant: bool = False, listed: bool = False) -> Any:
    """Check that a tensor has numbers, is dense, and records no derivatives, and return it.

    In a `constant`, such as times and lengths, no function has derivatives. Only what may be
    `listed` is told to be given as a list.
    """
    run_as_it_is()
    torch = sys.modules["torch"]
    check_has_numbers(value, name, constant=constant)
    if value.is_nested:
        fix = f"torch.nested.to_padded_tensor({name}, 0.0) is one tensor"
        if listed:
            fix = f"list({name}.unbind()) is a list of paths, {fix}"
        raise InvalidTypeError(f"{name} must not be a nested tensor; {fix}")
    if value.is_quantized:
        raise InvalidTypeError(
            f"{name} must not be a quantized tensor, got {value.dtype}; use {name}.dequantize()"
        )
    if value.layout is not torch.strided:
        raise InvalidTypeError(
            f"{name} must be a dense tensor, got layout {value.layout}; use {name}.to_dense()"
        )
    if value.requires_grad and torch.is_grad_enabled():
        said = f"{name} requires a gradient, which"
        if constant:
            raise InvalidTypeError(f"{said} no function has in it; use {name}.detach()")
        raise InvalidTypeError(
            f"{said} this function does not record; use {function_for('torch')} for that, or "
            f"{name}.detach() here"
        )
    if _may_be_dual() and torch.autograd.forward_ad.unpack_dual(value).tangent is not None:
        said = f"{name} has a tangent of torch.autograd.forward_ad, which"
        primal = f"torch.autograd.forward_ad.unpack_dual({name}).primal"
        if constant:
            raise InvalidTypeError(f"{said} no function carries on from it; use {primal}")
        raise InvalidTypeError(
            f"{said} this function does not carry on; use {function_for('torch')} for that, or "
            f"{primal} here"
        )
    return value


def _may_be_dual() -> bool:
    """Tell whether derivatives in a direction are recorded here, by dual numbers."""
    forward_ad = sys.modules["torch"].autograd.forward_ad
    return bool(forward_ad._current_level >= 0 and forward_ad._is_fwd_grad_enabled())


def check_tensor_dtype(value: Any, name: str) -> None:
    """Refuse a tensor of a dtype that is not computed with, and say what to do with it."""
    dtype = str(value.dtype).removeprefix("torch.")
    if dtype in _ACCEPTED:
        return
    if value.is_complex():
        fix = f"torch.view_as_real({name}) has real and imaginary parts on an axis of their own"
    elif value.is_floating_point():
        fix = f"use {name}.float() for float32 or {name}.double() for float64"
    else:
        fix = f"use {name}.double() if it stands for numbers"
    raise InvalidTypeError(
        f"{name} must have dtype float32, float64 or an integer type, got {value.dtype}; {fix}"
    )


def check_has_numbers(value: Any, name: str, *, constant: bool = False) -> None:
    """Refuse tensors that stand for numbers without having them; see `dense_tensor`."""
    torch = sys.modules["torch"]
    if torch._C._functorch.is_functorch_wrapped_tensor(value):
        raise InvalidTypeError(
            f"{name} is inside of a transform of torch.func, such as vmap or grad, where a tensor "
            f"has no numbers to read; use {function_for('torch')} there, or call this function "
            f"outside of it: leading axes are a batch, and the function's backprop is its gradient"
        )
    fake = sys.modules.get("torch._subclasses.fake_tensor")
    if fake is not None and isinstance(value, fake.FakeTensor):
        raise InvalidTypeError(
            f"{name} is a FakeTensor, a shape without numbers, as torch.export and torch.compile "
            f"trace with; use {function_for('torch')} there, or call this function outside of what "
            f"is traced"
        )
    tracer = "torch.jit.trace" if torch._C._is_tracing() and _is_recorded(value) else ""
    if torch._C._len_torch_dispatch_stack() and _has_proxy(value):
        tracer = "make_fx of torch.fx"
    if tracer:
        raise InvalidTypeError(
            f"{name} is a tensor that {tracer} records, which would take the numbers of this call "
            f"for those of every other; use {function_for('torch')} there, or call this function "
            f"outside of what is traced"
        )
    if value.device.type == "meta":
        fix = f"use {function_for('torch')}, whose result is such a shape, too"
        raise InvalidTypeError(
            f"{name} must be on the CPU, got a tensor on the device meta, a shape without numbers; "
            f"{'give one that has them' if constant else fix}"
        )


def _has_proxy(value: Any) -> bool:
    """Tell whether a tensor is one that torch.fx records where it runs a function."""
    proxies = sys.modules.get("torch.fx.experimental.proxy_tensor")
    if proxies is None:
        return False
    mode = proxies.get_proxy_mode()
    return mode is not None and bool(proxies.has_proxy_slot(value, mode.tracer))


def _is_recorded(value: Any) -> bool:
    """Tell whether a tensor is one that tracing gave or computed, and no constant.

    What is made of constants alone is computed, too: other values may have been written into it.
    """
    node = sys.modules["torch"]._C._get_value_trace(value).node()
    return bool(node.kind() != "prim::Constant")
