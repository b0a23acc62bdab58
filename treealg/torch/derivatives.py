"""Derivatives of the operators: one `autograd.Function` for each row of the table.

The gradient of a function is its backward function. The gradient of that one is, in the derivatives
that come in, the derivative of the function in a direction, and in the arguments the derivative of
the backward function in a direction. By the same symmetry the gradient of a derivative in a
direction is, in the direction, the backward function, and in the arguments its derivative in that
direction; and the derivative of a backward function in a direction is linear in that, with
gradients like those of the backward function. Where the table has no such row there is none here.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch.autograd import Function, forward_ad
from torch.compiler import is_compiling

from treealg.cached import cached_property
from treealg.errors import InvalidTypeError
from treealg.frameworks.options import default_of, names_of
from treealg.numeric.operations.operation import Operation

__all__ = ["Differentiable", "differentiable"]

_are_transforms_active = torch._C._are_functorch_transforms_active

Call = Callable[..., Any]


class Differentiable:
    """An operator with its derivatives.

    Parameters
    ----------
    row : Operation
        Its row.
    operator : callable
        The operator, which takes tensors and then options.
    forward : Differentiable or None
        If it is a backward function, that of which it is.
    backward, jvp : Differentiable or None
        Its gradient, and its derivative in a direction.
    base : Differentiable or None
        If it is a derivative in a direction, the function of which it is.
    """

    def __init__(self, row: Operation, operator: Call, forward: Differentiable | None) -> None:
        self.row = row
        self.operator = operator
        self.names = names_of(row)
        self._constants = [i for i, x in enumerate(row.arguments) if x.is_constant]
        self.forward = forward
        self.backward: Differentiable | None = None
        self.jvp: Differentiable | None = None
        self.base: Differentiable | None = None

    def derivative(self, given: Sequence[Any], directions: Mapping[str, Any]) -> Any:
        """Return the derivative in a direction: a tangent for each argument, None for zero."""
        if self.jvp is None:
            raise self.no_derivative()
        other = self.jvp
        values = dict(zip(self.names, given, strict=True))
        tangents = iter(other.row.tangents)
        for argument in other.row.arguments:
            if argument.role == "tangent":
                name = next(tangents)
                direction, value = directions.get(name), values[name]
                if direction is None and value is not None:
                    direction = torch.zeros_like(value)
                values[argument.name] = direction
        return other.call(*(values[name] for name in other.names))

    def along(self, given: Sequence[Any], directions: Mapping[str, Any]) -> Any:
        """Return how a derivative in a direction, linear in that, changes with that alone."""
        moved = {x.name for x in self.row.arguments if x.role == "tangent"}
        values = dict(zip(self.names, given, strict=True))
        return self.call(*(directions[x] if x in moved else values[x] for x in self.names))

    def no_derivative(self) -> InvalidTypeError:
        """Return the error of a derivative that the table has not."""
        function = self.base or self
        if function.forward is not None and (self.base is not None or function.jvp is not None):
            return InvalidTypeError(
                f"{function.forward.row.name} has no derivatives of third order; take those of "
                f"second order without create_graph=True, or use detach() on them"
            )
        if self.base is not None:
            return InvalidTypeError(
                f"{function.row.name} has no derivative in two directions, one after the other; "
                f"take a gradient first or last, as torch.func.hessian and torch.func.grad of "
                f"torch.func.jvp do"
            )
        return InvalidTypeError(
            f"{self.row.name} has no derivative in a direction, which torch.func.jvp and second "
            f"derivatives need; take gradients of first order, without create_graph=True"
        )

    @cached_property
    def call(self) -> Call:
        """The operator, as a function that records what derivatives need if there may be some."""
        operator, count, check = self.operator, len(self.row.arguments), self._check()
        fix = self._fixed()
        is_second = self.base is not None and self.base.forward is not None
        traced, eager = _functions(self)
        # What `apply` comes to where there is no transform, without its search for one.
        record = super(Function, eager).apply

        def call(*given: Any) -> Any:
            tensors = given[:count]
            if is_compiling():
                # Tracers know whether a tensor requires a gradient under torch.func.grad from the
                # call that made it; so it is made here.
                views = [None if tensor is None else tensor.view_as(tensor) for tensor in tensors]
                given = (*views, *given[count:])
                if _require_gradient(tensors):
                    if self.base is not None:
                        raise InvalidTypeError(
                            f"{self.row.name} has no gradient in what is compiled; use detach() on "
                            f"its tensors, or leave its gradient to eager code"
                        )
                    check(given)
                return traced.apply(*given)
            if _are_transforms_active() or forward_ad._current_level >= 0:
                if forward_ad._current_level >= 0:
                    self.refuse_constants(tensors, _has_tangent)
                return eager.apply(*fix(given))
            if _require_gradient(tensors):
                check(given)
                return record(*(fix(given) if is_second else given))
            return operator(*given)

        return call

    def _fixed(self) -> Call:
        """Return what makes arguments such in which a derivative is refused once it is wanted.

        Those of a derivative in a direction are so for derivatives in another one, and those of
        that of a backward function for gradients, too: what is recorded for the sake of the
        direction has to be recorded for them as well.
        """
        if self.base is None:
            return lambda given: given
        is_fixed = [argument.role != "tangent" for argument in self.row.arguments]
        is_fixed += [False] * len(self.row.options)
        fixed = _refusing(self.no_derivative, gradients=self.base.forward is not None)

        def fix(given: Sequence[Any]) -> list[Any]:
            return [
                fixed.apply(x) if is_one and x is not None else x
                for x, is_one in zip(given, is_fixed, strict=True)
            ]

        return fix

    def _check(self) -> Callable[[Sequence[Any]], None]:
        """Return what refuses arguments for which there is no gradient."""
        row = self.row
        if self.base is not None:
            return lambda _given: None  # as its function, whose gradient is asked for then
        if self.backward is None and self.forward is None:
            error = f"{row.name} has no gradient; use detach() on its tensors, or torch.no_grad()"
            defaults: dict[int, tuple[str, Any]] | None = None
        else:
            options = {option.name: option for option in row.options}
            defaults = {
                self.names.index(name): (
                    name,
                    default_of(options[name]) if name in options else None,
                )
                for name in row.without_gradient
            }

        def check(given: Sequence[Any]) -> None:
            if defaults is None:
                raise InvalidTypeError(error)
            for place, (name, default) in defaults.items():
                if given[place] is not None and given[place] != default:
                    raise InvalidTypeError(
                        f"{row.name} has no gradient with {name}; leave it out, or use detach() "
                        f"on its tensors"
                    )
            self.refuse_constants(given, lambda x: x is not None and x.requires_grad)

        return check

    def refuse_constants(self, values: Sequence[Any], is_moved: Callable[[Any], bool]) -> None:
        """Refuse derivatives in arguments in which there are none.

        Of the values that arguments have, or of something else for each, `is_moved` tells whether
        a derivative is asked for.

        Raises
        ------
        InvalidTypeError
            If there is one.
        """
        for place in self._constants:
            if is_moved(values[place]):
                name = self.names[place]
                raise InvalidTypeError(
                    f"{self.row.name} has no derivative in {name}; use {name}.detach()"
                )


def differentiable(rows: Mapping[str, Operation], operators: Mapping[str, Call]) -> dict[str, Any]:
    """Return the operators of some rows with their derivatives, by name."""
    made: dict[str, Differentiable] = {}

    def make(row: Operation, forward: Differentiable | None) -> Differentiable:
        found = made[row.name] = Differentiable(row, operators[row.name], forward)
        found.backward = None if row.backward is None else make(row.backward, found)
        found.jvp = None if row.jvp is None else make(row.jvp, None)
        if found.jvp is not None:
            found.jvp.base = found
        return found

    others = {other.name for row in rows.values() for other in (row.backward, row.jvp) if other}
    for name, row in rows.items():
        if name not in others:
            make(row, None)
    return made


def _functions(maker: Differentiable) -> tuple[type[Function], type[Function]]:
    """Return the function for compilers, which refuse a `jvp` of its own, and that for all else.

    Compilers read the first one: it reaches nothing but functions, operators and tuples.
    """
    operator, count = maker.operator, len(maker.row.arguments)
    wanted = () if maker.backward is None else _places(maker)
    once = _gradients(maker, lambda other: other.operator)
    again = _gradients(maker, lambda other: other.call)
    check = maker._check()

    size = len(maker.names)

    class Traced(Function):
        generate_vmap_rule = True

        @staticmethod
        def forward(*given: Any) -> Any:
            # Compilers hand over the context, too, if no gradient is wanted.
            results = operator(*given[-size:])
            return tuple(results) if isinstance(results, (list, tuple)) else results

        @staticmethod
        def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
            ctx.save_for_backward(*inputs[:count])
            ctx.options = inputs[count:]

        @staticmethod
        def backward(ctx: Any, *derivs: Any) -> Any:
            given = (*ctx.saved_tensors, *ctx.options)
            return once(given, derivs, (True,) * len(wanted))

    class Eager(Traced):
        @staticmethod
        def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
            ctx.save_for_backward(*inputs[:count])
            if forward_ad._current_level >= 0:
                ctx.save_for_forward(*inputs[:count])
            ctx.options = inputs[count:]

        @staticmethod
        def backward(ctx: Any, *derivs: Any) -> Any:
            given = (*ctx.saved_tensors, *ctx.options)
            needed = ctx.needs_input_grad
            maker.refuse_constants(needed, bool)
            if maker.forward is not None:
                return _second_gradients(maker, given, derivs, needed)
            if maker.base is not None:
                return _gradients_of_direction(maker, given, derivs, needed)
            check(given)
            return again(given, derivs, tuple(needed[place] for place in wanted))

        @staticmethod
        def jvp(ctx: Any, *tangents: Any) -> Any:
            given = (*ctx.saved_tensors, *ctx.options)
            derivative = maker.derivative if maker.base is None else maker.along
            return derivative(given, dict(zip(maker.names, tangents, strict=True)))

    # Arguments are bound to the parameters in each call, for which these would be looked up anew.
    Traced.forward.__signature__ = inspect.signature(Traced.forward)  # type: ignore[attr-defined]
    for made in (Traced, Eager):
        made.__name__ = made.__qualname__ = maker.row.name
    return Traced, Eager


def _refusing(error: Callable[[], InvalidTypeError], *, gradients: bool) -> type[Function]:
    """Return the identity, without derivatives in a direction, and without `gradients`."""

    class Fixed(Function):
        generate_vmap_rule = True

        @staticmethod
        def forward(x: Any) -> Any:
            return x.view_as(x)

        @staticmethod
        def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
            pass

        @staticmethod
        def backward(ctx: Any, *derivs: Any) -> Any:
            if gradients:
                raise error()
            return derivs[0]

        @staticmethod
        def jvp(ctx: Any, *tangents: Any) -> Any:
            raise error()

    return Fixed


def _places(maker: Differentiable) -> tuple[int, ...]:
    """Return the places of the arguments in which a function has gradients."""
    assert maker.backward is not None
    return tuple(maker.names.index(name) for name in maker.backward.row.gradients)


def _gradients(maker: Differentiable, choose: Callable[[Differentiable], Call]) -> Call:
    """Return what computes the gradient in each argument, None for those that have none.

    It takes the arguments, the derivatives, and which of the gradients are asked for.
    """
    if maker.backward is None:
        return lambda *_given: None
    row, names, call = maker.backward.row, maker.names, choose(maker.backward)
    wanted, is_one = _places(maker), len(row.gradients) == 1
    flags = tuple(dict.fromkeys(row.flags))
    by_flag = tuple(flags.index(flag) for flag in row.flags) if flags else (0,) * len(wanted)
    own = tuple(tuple(i for i, x in enumerate(by_flag) if x == j) for j in range(len(flags)))
    # All that may be handed on, in one tuple, and where in it each argument is.
    defaults = tuple(option.default for option in row.options)
    incoming = [argument.name for argument in row.arguments if argument.role == "derivs"]
    none = len(names) + len(incoming)
    sources = {argument.name: names.index(argument.name) if argument.name in names
               else len(names) + incoming.index(argument.name) if argument.role == "derivs"
               else none
               for argument in row.arguments}  # fmt: skip
    for i, option in enumerate(row.options):
        if option.name in flags:
            sources[option.name] = none + 1 + flags.index(option.name)
        elif option.name in names:
            sources[option.name] = names.index(option.name)
        else:
            sources[option.name] = none + 1 + len(flags) + i
    order = tuple(sources[name] for name in maker.backward.names)

    def gradients(given: Any, derivs: Any, asked: Any) -> Any:
        needed = tuple([any([asked[i] for i in places]) for places in own])
        pool = (*given, *derivs, None, *needed, *defaults)
        results = call(*[pool[place] for place in order])
        found, number = [None] * len(given), 0
        for place, flag in zip(wanted, by_flag, strict=True):
            if given[place] is not None and (not needed or needed[flag]):
                found[place] = results if is_one else results[number]
                number += 1
        return tuple(found)

    return gradients


def _second_gradients(
    maker: Differentiable, given: Sequence[Any], cotangents: Sequence[Any], needed: Sequence[bool]
) -> tuple[Any, ...]:
    """Return the gradients of a backward function, for cotangents of the gradients it returns."""
    assert maker.forward is not None
    values = dict(zip(maker.names, given, strict=True))
    directions = dict(zip(maker.row.returned(values), cotangents, strict=True))
    found: list[Any] = [None] * len(given)
    inputs = [
        i
        for i, x in enumerate(maker.row.arguments)
        if x.role == "input" and x.differentiable and needed[i]
    ]
    if inputs:
        asked = values | maker.row.asking({maker.names[i] for i in inputs})
        results = _several(maker.derivative([asked[name] for name in maker.names], directions))
        at = dict(zip(maker.row.returned(asked), results, strict=True))
        for i in inputs:
            found[i] = at[maker.names[i]]
    incoming = [i for i, x in enumerate(maker.row.arguments) if x.role == "derivs"]
    if any(needed[i] for i in incoming):
        # What a linear map has not asked for has no influence but by its shape.
        shapes = {x: torch.zeros_like(y) for x, y in directions.items() if x not in values}
        point = [values.get(x, shapes.get(x, False)) for x in maker.forward.names]
        for i, result in zip(incoming, _several(maker.forward.derivative(point, directions)),
                             strict=True):  # fmt: skip
            found[i] = result
    return tuple(found)


def _gradients_of_direction(
    maker: Differentiable, given: Sequence[Any], derivs: Sequence[Any], needed: Sequence[bool]
) -> tuple[Any, ...]:
    """Return the gradients of a derivative in a direction, in the arguments and the direction."""
    base = maker.base
    assert base is not None
    values = dict(zip(maker.names, given, strict=True))
    if base.forward is not None:
        return _gradients_in_direction(maker, values, derivs, needed)
    back = base.backward
    if back is None:
        raise maker.no_derivative()
    base._check()([values[name] for name in base.names])
    known = {option.name: default_of(option) for option in back.row.options} | values
    incoming = iter(derivs)
    for argument in back.row.arguments:
        if argument.role != "input":
            known[argument.name] = next(incoming) if argument.role == "derivs" else None
    places = {name: i for i, name in enumerate(maker.names)}
    tangents = [argument.name for argument in maker.row.arguments if argument.role == "tangent"]
    moved = dict(zip(maker.row.tangents, tangents, strict=True))
    found: list[Any] = [None] * len(given)
    for is_moved in (False, True):
        wanted = {name: places[moved[name] if is_moved else name] for name in moved}
        wanted = {name: i for name, i in wanted.items() if needed[i]}
        if not wanted:
            continue
        asked = known | back.row.asking(wanted)
        point = [asked[name] for name in back.names]
        if is_moved:
            results = back.call(*point)
        else:
            results = back.derivative(point, {x: values[moved[x]] for x in moved})
        at = dict(zip(back.row.returned(asked), _several(results), strict=True))
        for name, i in wanted.items():
            found[i] = at[name]
    return tuple(found)


def _gradients_in_direction(
    maker: Differentiable, values: Mapping[str, Any], derivs: Sequence[Any], needed: Sequence[bool]
) -> tuple[Any, ...]:
    """Return the gradients of the derivative of a backward function, in its direction.

    That is linear in it, and symmetric: they are those of the backward function.
    """
    base, places = maker.base, {name: i for i, name in enumerate(maker.names)}
    assert base is not None
    moved = {name: places[tangent] for tangent, name in maker.row.points.items()}
    point = [values[name] for name in base.names]
    wanted = [name in moved and needed[moved[name]] for name in base.names]
    found: list[Any] = [None] * len(maker.names)
    for name, gradient in zip(
        base.names, _second_gradients(base, point, derivs, wanted), strict=True
    ):
        if name in moved:
            found[moved[name]] = gradient
    return tuple(found)


def _several(results: Any) -> Sequence[Any]:
    """Return results as a sequence."""
    return results if isinstance(results, (list, tuple)) else (results,)


def _has_tangent(tensor: Any) -> bool:
    """Tell whether a derivative in a direction is taken along a tensor, as far as that is known."""
    try:
        unpacked: Any = forward_ad.unpack_dual
        return tensor is not None and unpacked(tensor).tangent is not None
    except RuntimeError:  # under `vmap`, which has no rule for it
        return False


def _require_gradient(tensors: Sequence[Any]) -> bool:
    """Tell whether a gradient is recorded of what is computed from some tensors."""
    if torch.is_grad_enabled():
        for tensor in tensors:
            if tensor is not None and tensor.requires_grad:
                return True
    return False
