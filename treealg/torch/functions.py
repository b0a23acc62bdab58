"""The functions: each of the table by its name, with its parameters, on tensors.

They are written out from the table, so that a call costs no more than one of a function written by
hand, and tracers read plain code.
"""

from __future__ import annotations

import inspect
import numbers
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.compiler import is_compiling

from treealg.checks import brief, check_real
from treealg.errors import InvalidTypeError, InvalidValueError, TreeAlgError
from treealg.frameworks.documentation import docstring
from treealg.frameworks.lists import Lists, is_list, no_array
from treealg.frameworks.options import (
    as_number,
    is_text,
    may_be_none,
    names_of,
    option_reader,
    option_type,
)
from treealg.numeric.arguments.lists import integer_array, refuse_packed
from treealg.numeric.arguments.rows import memory_for
from treealg.numeric.operations.operation import Argument, Operation
from treealg.numeric.operations.source import written
from treealg.numeric.operations.table import operations
from treealg.torch.derivatives import Differentiable, differentiable
from treealg.torch.lists import call_of_lists
from treealg.torch.operators import OPERATORS

__all__ = [*operations]

_COMPUTED = frozenset({torch.float32, torch.float64})
_TENSORS = frozenset({Tensor, torch.nn.Parameter})


def _function(row: Operation, differentiable: Differentiable) -> Callable[..., Any]:
    """Return the public function of a row."""
    parameters = [
        parameter.replace(annotation=parameter.empty)
        for parameter in row.signature.parameters.values()
    ]
    # Defaults of the table are constants, which print as they are written.
    head = str(inspect.Signature(parameters))
    is_flag = {a.name: a.alternative == "flag" for a in row.arguments}
    given = ", ".join(
        f"None if {name} is False else {name}" if is_flag.get(name) else name
        for name in names_of(row)
    )
    source = f"def {row.name}{head}:\n    return call({given})\n"
    function = written(row.name, source, "torch.functions", call=_caller(row, differentiable))
    function.__module__ = __name__
    function.__doc__ = docstring(row, "tensor")
    return function


def _caller(row: Operation, differentiable: Differentiable) -> Callable[..., Any]:
    """Return what checks the kinds of all arguments, and calls."""
    count, lists = len(row.arguments), Lists.of(row)
    reader, run = _Reader(row), differentiable.call
    needed = [not (x.optional or x.alternative == "flag") for x in row.arguments]
    call_lists: Any = None if lists is None else _caller_of_lists(row, lists)
    types = tuple(type(None) if may_be_none(x) else option_type(x) for x in row.options)
    # What prints as a text of its own is a text that has yet to be made.
    is_plain = not any(is_text(option) and not may_be_none(option) for option in row.options)

    def call(*given: Any) -> Any:
        tensors: Sequence[Any] = given[:count]
        options = given[count:]
        for tensor, is_needed in zip(tensors, needed, strict=True):
            if (
                is_needed
                if tensor is None
                else type(tensor) not in _TENSORS or tensor.dtype not in _COMPUTED
            ):
                if lists is not None and lists.are_in(tensors):
                    return call_lists(tensors, options)
                tensors = reader.tensors(tensors)
                given = (*tensors, *options)
                break
        if not is_plain or tuple(map(type, options)) != types:
            given = (*tensors, *reader.options(options))
        try:
            return run(*given)
        except RuntimeError:
            # The dispatcher knows nothing of nested tensors, and of no integers but those of int64;
            # what was given is looked at only here.
            reader.tensors(tensors)
            reader.options(options)
            raise

    if len(row.gradients) < 2:
        return call

    names = differentiable.names
    arguments = {argument.name: argument for argument in row.arguments}

    def call_for_several(*given: Any) -> Any:
        if lists is not None and lists.are_in(given):
            return call_lists(given[:count], given[count:])
        values = dict(zip(names, given, strict=True))
        # A flag that is set becomes a tensor, whose gradient nobody has asked for.
        returned = row.returned({name: 1 if x is True and name in arguments else x
                                 for name, x in values.items()})  # fmt: skip
        found = dict(zip(returned, call(*given), strict=True))
        present = [name for name in row.gradients if not arguments[name].is_absent(values[name])]
        return tuple(found.get(name) for name in present) if len(present) > 1 else found[present[0]]

    return call_for_several


def _caller_of_lists(row: Operation, lists: Lists) -> Callable[..., Any]:
    """Return what checks arguments among which there are lists, and calls."""
    reader = _Reader(row)
    may_be_lists = [argument.listed for argument in row.arguments]

    def call(given: Sequence[Any], options: Sequence[Any]) -> Any:
        values: Sequence[Any] = lists.aligned(reader.unpacked(given))
        if is_compiling() or not all(map(_is_plain, values, may_be_lists)):
            lists.check(values, _is_tensor, _no_tensor)
            _check_devices(row, values)
            values = reader.tensors(values, in_lists=True)
        options = reader.options(options)
        run = call_of_lists(row.name, lists.structure(values))
        try:
            found = run(*lists.flat(values), *options)
        except TreeAlgError:
            lists.check(values, _is_tensor, _no_tensor)  # which says it of the lists
            raise
        except RuntimeError:
            reader.tensors(values, in_lists=True)  # as in `_caller`
            raise
        return lists.results(given, values, options, found)

    return call


def _is_plain(value: Any, may_be_list: bool) -> bool:
    """Tell whether an argument is None, or a tensor or a list of such that operators take."""
    if isinstance(value, (list, tuple)):
        return (
            may_be_list
            and bool(value)
            and _TENSORS.issuperset(map(type, value))
            and _COMPUTED.issuperset([x.dtype for x in value])
            and all([x.is_cpu for x in value])
        )
    return value is None or (type(value) in _TENSORS and value.dtype in _COMPUTED)


class _Reader:
    """What callers may give beside tensors of float32 and float64 and plain options."""

    def __init__(self, row: Operation) -> None:
        self._row = row
        self._readers = [option_reader(option) for option in row.options]
        self._names = [argument.name for argument in row.arguments]

    def options(self, given: Sequence[Any]) -> tuple[Any, ...]:
        """Return options of the types of the schema, integers such as these hold."""
        values = tuple(
            read(as_number(value)) for read, value in zip(self._readers, given, strict=True)
        )
        for option, value in zip(self._row.options, values, strict=True):
            if type(value) is int and not -(2**63) <= value < 2**63:
                raise InvalidValueError(
                    f"{option.name} must be an integer that int64 holds, got {brief(value)}"
                )
        return values

    def tensors(self, given: Sequence[Any], *, in_lists: bool = False) -> Sequence[Any]:
        """Return the tensors, None for those that are left out."""
        values = self.unpacked(given)
        found = [x for value in values for x in (value if is_list(value) else [value])]
        found = [x for x in found if isinstance(x, Tensor)]
        first = found[0] if found else None
        return tuple(
            [_checked(f"{argument.name}[{i}]", x) for i, x in enumerate(value)]
            if in_lists and argument.listed and is_list(value)
            else self._tensor(argument, value, first)
            for argument, value in zip(self._row.arguments, values, strict=True)
        )

    def unpacked(self, given: Sequence[Any]) -> Sequence[Any]:
        """Return the arguments; sequences that torch has packed are refused."""
        for name, value in zip(self._names, given, strict=True):
            refuse_packed(value, name)
        return given

    def _tensor(self, argument: Argument, value: Any, first: Tensor | None) -> Any:
        if isinstance(value, Tensor):
            return _checked(argument.name, value, argument.listed)
        if value is None and (argument.optional or argument.alternative == "flag"):
            return None
        if argument.alternative is not None and first is not None:
            if argument.alternative == "flag" and value is True:
                return first.new_zeros(first.shape[-1])
            if argument.alternative == "number" and isinstance(value, numbers.Real):
                return first.new_full((), check_real(argument.name, value))
        if argument.batch == "one" and isinstance(value, (np.ndarray, list, tuple)):
            with memory_for(argument.name):
                return torch.from_numpy(integer_array(value, argument.name).astype(np.int64))
        raise _no_tensor(argument, argument.name, value)


def _is_tensor(value: Any) -> bool:
    return isinstance(value, Tensor)


def _check_devices(row: Operation, values: Sequence[Any]) -> None:
    """Refuse lists of tensors on several devices."""
    for argument, value in zip(row.arguments, values, strict=True):
        if not argument.listed or not is_list(value):
            continue
        for i, x in enumerate(value):
            if x.device != value[0].device:
                raise InvalidTypeError(
                    f"{argument.name}[{i}] must be on the device of {argument.name}[0], "
                    f"{value[0].device}, got a tensor on {x.device}; move one of them"
                )


def _checked(name: str, value: Any, is_listed: bool = False) -> Any:
    """Return a tensor as operators take it: dense, and in autocast of single precision."""
    if type(value).__name__ == "MaskedTensor" and hasattr(value, "get_mask"):
        raise InvalidTypeError(
            f"{name} must not be a masked tensor, as there is no value at a masked place; use "
            f"{name}.to_tensor(...) first"
        )
    if value.is_nested or value.layout is not torch.strided:
        if not value.is_nested:
            kind, fix = f"tensor of layout {value.layout}", f"{name}.to_dense()"
        elif is_listed:
            kind, fix = "nested tensor", f"list({name}.unbind()), as a list of paths"
        else:
            kind, fix = "nested tensor", f"torch.nested.to_padded_tensor({name}, 0.0)"
        raise InvalidTypeError(f"{name} must be a dense tensor, got a {kind}; use {fix}")
    kind = value.device.type
    is_half = value.dtype in (torch.float16, torch.bfloat16)
    is_cast = is_half and torch.amp.is_autocast_available(kind) and torch.is_autocast_enabled(kind)
    return value.float() if is_cast else value


def _no_tensor(argument: Argument, name: str, value: Any) -> InvalidTypeError:
    return no_array(argument, name, value, "a tensor", "torch.as_tensor")


DIFFERENTIABLE = differentiable(dict(operations), OPERATORS)
for _name, _row in operations.items():
    globals()[_name] = _function(_row, DIFFERENTIABLE[_name])
