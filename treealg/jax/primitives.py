"""The primitives of JAX: for each operator what it computes, and its derivative in a direction.

The second one is linear in the direction. It is computed by the row of the table that is named so,
and its transpose, which gradients are made of, by the backward function. The transpose of the
derivative of a backward function takes, in what came in, the derivative of the function in a
direction, and in the arguments the derivative of the backward function in a direction: second
derivatives are symmetric. Where the table has no such row, it is an error when it is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir
from jax.sharding import NamedSharding, PartitionSpec

from treealg.errors import InvalidTypeError
from treealg.frameworks.batching import Batch, Library, has_one_by_one, mapped, one_by_one
from treealg.frameworks.options import default_of
from treealg.jax.lowering import lower, lower_on_cpu
from treealg.jax.operators import Operator, Options, Presence, Shapes
from treealg.numeric.operations.operation import Operation

__all__ = ["Differentiable", "differentiable"]

_instantiate_zeros: Any = ad.instantiate_zeros
_is_undefined_primal: Any = ad.is_undefined_primal

_LIBRARY = Library(
    front=lambda x, axis: jnp.moveaxis(x, axis, 0),
    expand=jnp.broadcast_to,
    stack=jnp.stack,
    total=lambda x, axes: jnp.sum(x, axis=axes),
)


class Differentiable:
    """An operator as a function of JAX with its derivatives.

    Parameters
    ----------
    operator : Operator
        What it computes.
    made : dict of str
        Those of other operators by name, which this one is added to.
    """

    def __init__(self, operator: Operator, made: dict[str, Differentiable]) -> None:
        self.operator, self._made = operator, made
        self.row = operator.row
        made[self.row.name] = self
        self._call = Primitive(self.row.name)
        self._tangent = Primitive(f"{self.row.name}_tangent")
        self._second = Primitive(f"{self.row.name}_second")
        for primitive in (self._call, self._tangent, self._second):
            primitive.multiple_results = True
        self._call.def_impl(self._compute)
        self._call.def_abstract_eval(self._types)
        mlir.register_lowering(self._call, partial(lower, operator))
        mlir.register_lowering(self._call, partial(lower_on_cpu, operator), platform="cpu")
        ad.primitive_jvps[self._call] = self._jvp
        batching.primitive_batchers[self._call] = self._batched
        self._tangent.def_impl(self._derivative)
        self._tangent.def_abstract_eval(self._types_of_tangent)
        mlir.register_lowering(self._tangent, mlir.lower_fun(self._derivative, True))
        ad.primitive_jvps[self._tangent] = self._jvp_of_tangent
        ad.primitive_transposes[self._tangent] = self._transposed
        batching.primitive_batchers[self._tangent] = self._batched_tangent
        # How a derivative in a direction changes with the arguments: linear, and known by its
        # transpose alone, which is the derivative of the backward function in that direction.
        self._second.def_impl(self._not_twice)
        self._second.def_abstract_eval(self._types_of_second)
        mlir.register_lowering(self._second, mlir.lower_fun(self._not_twice, True))
        batching.primitive_batchers[self._second] = self._not_twice
        ad.primitive_jvps[self._second] = self._jvp_of_second
        ad.primitive_transposes[self._second] = self._second_transposed

    def call(self, values: Sequence[Any], options: Options) -> list[Any]:
        """Return the results, given a value for each argument that is None where it is absent."""
        present = tuple(value is not None for value in values)
        arrays = [value for value in values if value is not None]
        found: list[Any] = self._call.bind(*arrays, present=present, options=options)
        return found

    def _other(self, operator: Operator | None) -> Differentiable | None:
        return None if operator is None else self._made[operator.row.name]

    # -- what it computes ---------------------------------------------------------------------

    def _compute(self, *arrays: Any, present: Presence, options: Options) -> list[Any]:
        """Compute on arrays that are there: no compiler is needed, nor a second thread."""
        results = self.operator.compute([np.asarray(x) for x in arrays], present, options)
        placed: Any = (x for x in arrays if isinstance(x, jax.Array) and x.committed)
        devices = next((x.devices() for x in placed), ())
        found: list[Any] = jax.device_put(results, *(devices if len(devices) == 1 else ()))
        return found

    def _types(self, *types: Any, present: Presence, options: Options) -> list[Any]:
        for x in types:
            if not all(isinstance(n, int) for n in x.shape):
                raise InvalidTypeError(
                    f"{self.row.name} needs a shape of numbers, got {x.str_short()}; export a "
                    f"program for each shape, without symbols"
                )
        shapes: Shapes = tuple((x.shape, np.dtype(x.dtype)) for x in types)
        return [
            _like(types[0], shape, dtype)
            for shape, dtype in self.operator.shapes(shapes, present, options)
        ]

    def _batched(
        self, arrays: Sequence[Any], axes: Sequence[int | None], present: Presence, options: Options
    ) -> tuple[Any, Any]:
        count = len(self.row.arguments)

        def operator(*given: Any) -> list[Any]:
            return self.call(given[:count], given[count:])

        places = [*_spread(axes, present), *(None,) * len(options)]
        given = [*_spread(arrays, present), *options]
        return mapped(_LIBRARY, self.row, operator, _size(arrays, axes), places, given)

    # -- derivatives in a direction -----------------------------------------------------------

    def direction(
        self, values: Sequence[Any], options: Options, tangents: Mapping[int, Any]
    ) -> list[Any]:
        """Return the derivative in a direction: tangents by the places of arguments."""
        present = tuple(value is not None for value in values)
        arrays = [value for value in values if value is not None]
        wanted = tuple(sorted(tangents))
        found: list[Any] = self._tangent.bind(
            *arrays, *(tangents[i] for i in wanted),
            present=present, options=options, wanted=wanted,
        )  # fmt: skip
        return found

    def _jvp(
        self,
        arrays: Sequence[Any],
        tangents: Sequence[Any],
        *,
        present: Presence,
        options: Options,
    ) -> tuple[list[Any], list[Any]]:
        results = self._call.bind(*arrays, present=present, options=options)
        directions = {}
        for i, tangent in enumerate(_spread(tangents, present)):
            if tangent is None or isinstance(tangent, ad.Zero):
                continue
            argument = self.row.arguments[i]
            if argument.differentiable:
                directions[i] = tangent
            elif argument.is_constant and tangent.dtype != jax.dtypes.float0:
                raise InvalidTypeError(
                    f"{self.row.name} has no derivative in {argument.name}; use "
                    f"jax.lax.stop_gradient({argument.name})"
                )
        if not directions:
            return results, [jnp.zeros_like(result) for result in results]
        base = self._other(self.operator.base)
        if base is not None and (base.operator.backward or base.operator.forward):
            # What does not change is no argument, or its derivatives would be asked for as well.
            moved = [i for i, x in enumerate(tangents) if not isinstance(x, ad.Zero)]

            def same(*changing: Any) -> list[Any]:
                values = dict(zip(moved, changing, strict=True))
                given = [values.get(i, x) for i, x in enumerate(arrays)]
                return self._by_base(*given, present=present, options=options)

            point = tuple(arrays[i] for i in moved)
            return results, jax.jvp(same, point, tuple(tangents[i] for i in moved))[1]
        if self.row.jvp is None and self.row.backward is None:
            raise self._no_derivative()
        return results, self.direction(_spread(arrays, present), options, directions)

    def _by_base(self, *arrays: Any, present: Presence, options: Options) -> list[Any]:
        """Return the derivative in a direction that this is as one of the function itself."""
        base = self._other(self.operator.base)
        assert base is not None
        own = [argument.name for argument in self.row.arguments]
        values = dict(zip(own, _spread(arrays, present), strict=True))
        names = [argument.name for argument in base.row.arguments]
        tangents = {
            names.index(name): values[tangent]
            for tangent, name in self.row.points.items()
            if values[tangent] is not None
        }
        return base.direction([values[name] for name in names], options, tangents)

    def _derivative(
        self, *given: Any, present: Presence, options: Options, wanted: tuple[int, ...]
    ) -> list[Any]:
        """Compute the derivative in a direction by its row."""
        other = self._other(self.operator.jvp)
        if other is None:
            raise self._no_derivative()
        count = sum(present)
        values = dict(zip(self.operator.names, (*_spread(given, present), *options), strict=True))
        directions = dict(zip(wanted, given[count:], strict=True))
        places = {argument.name: i for i, argument in enumerate(self.row.arguments)}
        names = iter(other.row.tangents)
        for argument in other.row.arguments:
            if argument.role == "tangent":
                name = next(names)
                value = values[name]
                zero = None if value is None else jnp.zeros_like(value)
                values[argument.name] = directions.get(places[name], zero)
        self._refuse(other.row, values, "derivative in a direction")
        return other.call(*_arguments(other.row, values))

    def _types_of_tangent(
        self, *types: Any, present: Presence, options: Options, wanted: tuple[int, ...]
    ) -> list[Any]:
        del wanted
        return self._types(*types[: sum(present)], present=present, options=options)

    def _jvp_of_tangent(
        self,
        given: Sequence[Any],
        tangents: Sequence[Any],
        *,
        present: Presence,
        options: Options,
        wanted: tuple[int, ...],
    ) -> tuple[list[Any], list[Any]]:
        count = sum(present)
        parameters = {"present": present, "options": options, "wanted": wanted}
        if all(isinstance(tangent, ad.Zero) for tangent in tangents[:count]):
            moved = [
                _instantiate_zeros(tangent) if isinstance(tangent, ad.Zero) else tangent
                for tangent in tangents[count:]
            ]
            bind: Any = self._tangent.bind
            return bind(*given, **parameters), bind(*given[:count], *moved, **parameters)
        if self.operator.jvp is None:
            raise self._no_derivative()
        if self.operator.forward is not None:
            raise self._no_third_derivative()
        if self.operator.backward is None:
            self._not_twice()
        return self._tangent.bind(*given, **parameters), self._change(given, tangents, parameters)

    def _change(
        self, given: Sequence[Any], tangents: Sequence[Any], parameters: Mapping[str, Any]
    ) -> list[Any]:
        """Return how a derivative in a direction changes with the arguments and the direction."""
        count = sum(parameters["present"])
        moved = {
            i: tangent
            for i, tangent in enumerate(_spread(tangents[:count], parameters["present"]))
            if tangent is not None and not isinstance(tangent, ad.Zero)
        }
        bind: Any = self._second.bind
        found: list[Any] = bind(*given, *moved.values(), **parameters, moved=tuple(moved))
        if all(isinstance(tangent, ad.Zero) for tangent in tangents[count:]):
            return found
        turned = [_instantiate_zeros(tangent) for tangent in tangents[count:]]
        bind = self._tangent.bind
        added = bind(*given[:count], *turned, **parameters)
        return [one + other for one, other in zip(found, added, strict=True)]

    def _types_of_second(self, *types: Any, moved: tuple[int, ...], **parameters: Any) -> list[Any]:
        del moved
        return self._types_of_tangent(*types, **parameters)

    def _not_twice(self, *_given: Any, **_parameters: Any) -> Any:
        raise InvalidTypeError(
            f"{self.row.name} has no derivative in two directions, one after the other; take a "
            f"gradient first or last, as jax.hessian and jax.grad of jax.jvp do"
        )

    def _jvp_of_second(
        self, given: Sequence[Any], tangents: Sequence[Any], **parameters: Any
    ) -> tuple[list[Any], list[Any]]:
        count = len(given) - len(parameters["moved"])
        if not all(isinstance(tangent, ad.Zero) for tangent in tangents[:count]):
            self._not_twice()
        bind: Any = self._second.bind
        moved = [_instantiate_zeros(tangent) for tangent in tangents[count:]]
        return bind(*given, **parameters), bind(*given[:count], *moved, **parameters)

    def _second_transposed(
        self,
        cotangents: Sequence[Any],
        *given: Any,
        present: Presence,
        options: Options,
        wanted: tuple[int, ...],
        moved: tuple[int, ...],
    ) -> list[Any]:
        """Return the gradients in what arguments change by."""
        count = sum(present)
        other = self._other(self.operator.backward)
        assert other is not None
        values = _spread(given[:count], present)
        changes = dict(zip(moved, given[count + len(wanted) :], strict=True))
        known = dict(zip(self.operator.names, (*values, *options), strict=True))
        self._refuse(other.row, known, "gradient")
        derivs = map(_instantiate_zeros, cotangents)
        for argument in other.row.arguments:
            if argument.role != "input":
                known[argument.name] = next(derivs) if argument.role == "derivs" else None
        own = [argument.name for argument in self.row.arguments]
        asked = {own[i] for i, change in changes.items() if _is_undefined_primal(change)}
        known |= other.row.asking(asked)
        point, settings = _arguments(other.row, known)
        names = other.operator.names
        directions = {
            names.index(own[i]): tangent
            for i, tangent in zip(wanted, given[count:], strict=False)
            if own[i] in names
        }
        if not directions:  # of a linear function, whose derivative is the same everywhere
            return [None] * len(given)
        results = other.direction(point, settings, directions)
        found = dict(zip(other.row.returned(known), results, strict=True))
        gradients = (found[own[i]] if own[i] in asked else None for i in moved)
        return [*(None,) * (count + len(wanted)), *gradients]

    def _batched_tangent(
        self,
        given: Sequence[Any],
        axes: Sequence[int | None],
        *,
        present: Presence,
        options: Options,
        wanted: tuple[int, ...],
    ) -> tuple[Any, Any]:
        count, size = sum(present), _size(given, axes)
        front = [
            x if axis is None else jnp.moveaxis(x, axis, 0)
            for x, axis in zip(given, axes, strict=True)
        ]
        values, tangents = (
            _spread(front[:count], present),
            dict(zip(wanted, front[count:], strict=True)),
        )
        is_mapped = [axis is not None for axis in _spread(axes[:count], present)]
        has_axis = dict(zip(wanted, (axis is not None for axis in axes[count:]), strict=True))
        for i, is_there in has_axis.items():
            if is_there and not is_mapped[i]:
                values[i] = jnp.broadcast_to(values[i], (size, *values[i].shape))
            elif is_mapped[i] and not is_there:
                tangents[i] = jnp.broadcast_to(tangents[i], (size, *tangents[i].shape))
            is_mapped[i] = is_mapped[i] or is_there

        def one(*items: Any) -> list[Any]:
            n = len(is_mapped)
            return self.direction(items[:n], options, dict(zip(wanted, items[n:], strict=True)))

        if has_one_by_one(self.row, is_mapped):
            many = [*is_mapped, *(is_mapped[i] for i in wanted)]
            return one_by_one(_LIBRARY, one, size, many, [*values, *(tangents[i] for i in wanted)])
        batch = Batch(_LIBRARY, self.row, size, is_mapped, [*values, *options])
        placed = {i: batch.placed(i, tangent) for i, tangent in tangents.items()}
        results = self.direction(batch.arguments(), options, placed)
        if self.row.gradients:
            results = batch.gradients(results)
        return results, [batch.axis_of_result()] * len(results)

    # -- gradients ----------------------------------------------------------------------------

    def _transposed(
        self,
        cotangents: Sequence[Any],
        *given: Any,
        present: Presence,
        options: Options,
        wanted: tuple[int, ...],
    ) -> list[Any]:
        """Return the gradient in each tangent that is unknown."""
        count = sum(present)
        values = _spread(given[:count], present)
        asked = [i for i, x in zip(wanted, given[count:], strict=True) if _is_undefined_primal(x)]
        if self.operator.forward is None:
            found = self._gradients(values, options, cotangents, asked)
        else:
            found = self._second_gradients(values, options, cotangents, asked)
        return [*(None,) * count, *(found.get(i) for i in wanted)]

    def _gradients(
        self,
        values: Sequence[Any],
        options: Options,
        cotangents: Sequence[Any],
        asked: Sequence[int],
    ) -> dict[int, Any]:
        """Return the gradients in some arguments, by their places."""
        other = self._other(self.operator.backward)
        if other is None:
            raise InvalidTypeError(
                f"{self.row.name} has no gradient; use jax.lax.stop_gradient on its arrays"
            )
        known = dict(zip(self.operator.names, (*values, *options), strict=True))
        self._refuse(other.row, known, "gradient")
        places = {argument.name: i for i, argument in enumerate(self.row.arguments)}
        derivs = map(_instantiate_zeros, cotangents)
        for argument in other.row.arguments:
            if argument.role == "derivs":
                known[argument.name] = next(derivs)
            elif argument.role == "value":
                known[argument.name] = None
        known |= other.row.asking({name for name, place in places.items() if place in asked})
        results = other.call(*_arguments(other.row, known))
        returned = other.row.returned(known)
        found = dict(zip((places[name] for name in returned), results, strict=True))
        return {i: found[i] for i in asked}

    def _second_gradients(
        self, values: Sequence[Any], options: Options, cotangents: Sequence[Any], asked: list[int]
    ) -> dict[int, Any]:
        """Return the gradients of a backward function in some arguments, by their places."""
        forward = self._other(self.operator.forward)
        assert forward is not None
        names = self.operator.names
        known = dict(zip(names, (*values, *options), strict=True))
        returned = self.row.returned(known)
        directions = {
            name: cotangent
            for name, cotangent in zip(returned, cotangents, strict=True)
            if not isinstance(cotangent, ad.Zero)
        }
        found: dict[int, Any] = {}
        arguments = self.row.arguments
        inputs = [i for i in asked if arguments[i].role == "input"]
        if inputs:
            tangents = {names.index(name): x for name, x in directions.items()}
            wider = known | self.row.asking({names[i] for i in inputs})
            settings = tuple(wider[name] for name in names[len(values) :])
            moved = self.direction(values, settings, tangents)
            results = dict(zip(self.row.returned(wider), moved, strict=True))
            found |= {i: results[names[i]] for i in inputs}
        incoming = [i for i, argument in enumerate(arguments) if argument.role == "derivs"]
        if any(i in asked for i in incoming):
            # What a linear map has not asked for has no influence but by its shape.
            shapes = {name: jnp.zeros_like(x) for name, x in directions.items()}
            point, settings = _arguments(forward.row, {**shapes, **known})
            at = forward.operator.names
            tangents = {at.index(name): x for name, x in directions.items()}
            found |= zip(incoming, forward.direction(point, settings, tangents), strict=True)
        return {i: found[i] for i in asked}

    def _refuse(self, other: Operation, values: Mapping[str, Any], what: str) -> None:
        """Refuse arguments which the function of a derivative has not."""
        known = {*other.signature.parameters, *other.gradients}
        defaults = {option.name: default_of(option) for option in self.row.options}
        for name in self.operator.names:
            if name not in known and values[name] not in (None, defaults.get(name)):
                raise InvalidTypeError(
                    f"{self.row.name} has no {what} with {name}; leave it out, or use "
                    f"jax.lax.stop_gradient on its arrays"
                )

    def _no_third_derivative(self) -> InvalidTypeError:
        forward = self._other(self.operator.forward)
        assert forward is not None
        return InvalidTypeError(
            f"{forward.row.name} has no derivatives of third order; use jax.lax.stop_gradient on "
            f"those of second order, or on its arrays"
        )

    def _no_derivative(self) -> InvalidTypeError:
        if self.row.backward is None and self.operator.forward is None:
            return InvalidTypeError(
                f"{self.row.name} has no gradient; use jax.lax.stop_gradient on its arrays"
            )
        return InvalidTypeError(
            f"{self.row.name} has no derivative in a direction, which jax.jvp and second "
            f"derivatives need; take gradients of first order by jax.grad or jax.vjp"
        )


def differentiable(operators: Mapping[str, Operator]) -> dict[str, Differentiable]:
    """Return the primitives of some operators, by name."""
    made: dict[str, Differentiable] = {}
    for operator in operators.values():
        Differentiable(operator, made)
    return made


def _arguments(row: Operation, values: Mapping[str, Any]) -> tuple[list[Any], Options]:
    """Return the arguments of a row out of values by name; options may be left out."""
    return (
        [values.get(argument.name) for argument in row.arguments],
        tuple(values.get(option.name, default_of(option)) for option in row.options),
    )


def _spread(given: Sequence[Any], present: Presence) -> list[Any]:
    """Return one value for each argument, None for those that are absent."""
    values = iter(given)
    return [next(values) if is_there else None for is_there in present]


def _size(arrays: Sequence[Any], axes: Sequence[int | None]) -> int:
    """Return how many examples there are."""
    for x, axis in zip(arrays, axes, strict=True):
        if axis is not None:
            return int(x.shape[axis])
    raise AssertionError("one argument at least is mapped")


def _like(first: Any, shape: tuple[int, ...], dtype: Any) -> Any:
    """Return the type of a result, on the mesh, and varying along the axes, of an argument."""
    sharding = NamedSharding(first.sharding.mesh, PartitionSpec(*(None,) * len(shape)))
    return first.update(shape=shape, dtype=dtype, weak_type=False, sharding=sharding)
