"""The functions: each of the table by its name, with its parameters, on arrays of JAX."""

from __future__ import annotations

import inspect
import numbers
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from treealg.checks import check_real, is_flag
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.frameworks.documentation import docstring
from treealg.frameworks.lists import Lists, is_list, no_array
from treealg.frameworks.options import as_number, names_of, option_reader
from treealg.jax.operators import operators
from treealg.jax.primitives import Differentiable, differentiable
from treealg.numeric.arguments.integers import from_first_point
from treealg.numeric.arguments.times import from_first_time
from treealg.numeric.operations.listed import Structure, of_lists, roots
from treealg.numeric.operations.operation import Argument, Operation
from treealg.numeric.operations.source import written
from treealg.numeric.operations.table import operations
from treealg.numeric.pairs.static import as_static_kernel
from treealg.sequences import refuse_masked

__all__ = [*operations]

_COMPUTED = (np.dtype(np.float32), np.dtype(np.float64))


def _function(row: Operation, differentiable: Differentiable) -> Callable[..., Any]:
    """Return the public function of a row."""
    parameters = [
        parameter.replace(annotation=parameter.empty)
        for parameter in row.signature.parameters.values()
    ]
    # Defaults of the table are constants, which print as they are written.
    head = str(inspect.Signature(parameters))
    source = f"def {row.name}{head}:\n    return call({', '.join(names_of(row))})\n"
    function = written(row.name, source, "jax.functions", call=_caller(row, differentiable))
    function.__module__ = __name__
    function.__doc__ = docstring(row, "JAX array")
    return function


def _caller(row: Operation, differentiable: Differentiable) -> Callable[..., Any]:
    """Return what reads all arguments, and calls."""
    count, lists = len(row.arguments), Lists.of(row)
    reader = _Reader(row)
    call_lists: Any = None if lists is None else _caller_of_lists(row, lists)

    def call(*given: Any) -> Any:
        if lists is not None and lists.are_in(given):
            return call_lists(given)
        arrays, options = reader.arrays(given), reader.options(given[count:])
        results = differentiable.call(arrays, options)
        if len(row.gradients) < 2:
            return results[0]
        # A gradient that is not asked for is None; one in an argument that is None is left out.
        values = dict(zip(names_of(row), (*arrays, *options), strict=True))
        found = dict(zip(row.returned(values), results, strict=True))
        present = [name for name in row.gradients if values[name] is not None]
        return tuple(found.get(name) for name in present) if len(present) > 1 else found[present[0]]

    return call


def _caller_of_lists(row: Operation, lists: Lists) -> Callable[..., Any]:
    """Return what reads all arguments, among which there are lists, and calls."""
    count, reader = len(row.arguments), _Reader(row)

    def call(given: Sequence[Any]) -> Any:
        values = lists.aligned(given[:count])
        lists.check(values, _is_array, _no_array)
        options = reader.options(given[count:])
        arrays = reader.arrays([*values, *given[count:]], in_lists=True)
        known = _of_lists(row.name, lists.structure(arrays))
        found = known.call(_varying_alike(list(lists.flat(arrays))), options)
        return lists.results(given, arrays, options, found)

    return call


@lru_cache(maxsize=256)
def _of_lists(name: str, structure: Structure) -> Differentiable:
    """Return a function with its derivatives, which takes the arrays of lists one by one."""
    root = roots()[name]
    return _family(root, structure)[name]


@lru_cache(maxsize=128)
def _family(name: str, structure: Structure) -> dict[str, Differentiable]:
    return differentiable(operators([of_lists(name, structure)]))


class _Reader:
    """What callers may give for the arguments of a row."""

    def __init__(self, row: Operation) -> None:
        self._row = row
        self._names = [argument.name for argument in row.arguments]
        self._readers = [option_reader(option) for option in row.options]

    def options(self, given: Sequence[Any]) -> tuple[Any, ...]:
        """Return options as operators get them."""
        for option, value in zip(self._row.options, given, strict=True):
            if isinstance(value, jax.core.Tracer):
                raise InvalidTypeError(
                    f"{option.name} must be a value and not a tracer, as shapes and programs "
                    f"depend on it; name it in static_argnames of jax.jit"
                )
        return tuple(
            read(as_number(value)) for read, value in zip(self._readers, given, strict=True)
        )

    def arrays(self, given: Sequence[Any], *, in_lists: bool = False) -> list[Any]:
        """Return the arrays among all arguments, None for those that are left out."""
        values = list(given[: len(self._names)])
        by_steps = self._is_of_steps(given)
        pieces = [x for value in values for x in (value if is_list(value) else [value])]
        first = next((x for x in pieces if _is_array(x)), None)
        found = [
            self._arrays(argument, value, first, by_steps)
            if in_lists and argument.listed and is_list(value)
            else self._array(argument, value, first, by_steps)
            for argument, value in zip(self._row.arguments, values, strict=True)
        ]
        return found if any(map(is_list, found)) else _varying_alike(found)

    def _arrays(
        self, argument: Argument, given: Sequence[Any], first: Any, by_steps: bool
    ) -> list[Any]:
        """Return the arrays of a list."""
        named = [replace(argument, name=f"{argument.name}[{i}]") for i in range(len(given))]
        return [
            self._array(one, value, first, by_steps)
            for one, value in zip(named, given, strict=True)
        ]

    def _is_of_steps(self, given: Sequence[Any]) -> bool:
        """Tell whether of paths only the differences of points count, and not points themselves."""
        named = dict(zip(names_of(self._row), given, strict=True))
        point = named.get("basepoint")
        return (
            self._row.name not in ("transform_path", "bracket_path")
            and (point is None or (is_flag(point) and not point))
            and not as_static_kernel(named.get("static_kernel"))[0]
        )

    def _array(self, argument: Argument, value: Any, first: Any, by_steps: bool) -> Any:
        if _is_array(value):
            is_path = argument.is_path and argument.role == "input"
            return _real(argument, value, by_steps and is_path)
        if value is None and argument.optional:
            return None
        if argument.alternative == "flag" and isinstance(value, (bool, np.bool_, type(None))):
            if not value:
                return None
            if first is not None and first.ndim:
                return jnp.zeros(first.shape[-1:], _real(argument, first).dtype)
        elif argument.alternative == "number" and isinstance(value, numbers.Real):
            dtype = None if first is None else _real(argument, first).dtype
            return jnp.asarray(check_real(argument.name, value), dtype)
        raise _no_array(argument, argument.name, value)


def _is_array(value: Any) -> bool:
    return isinstance(value, (jax.Array, np.ndarray, np.generic))


def _real(argument: Argument, value: Any, by_steps: bool = False) -> Any:
    """Return an array as operators take it: integers, but for those of lengths, as floats.

    Integers may have more digits than floats, and those of NumPy more than those of JAX. If
    `by_steps`, they become the differences from their first point.
    """
    is_index = argument.is_constant
    if isinstance(value, jax.Array):
        array = value
    elif argument.name == "times":
        return jnp.asarray(from_first_time(value, argument.name))
    else:
        array = _as_array(argument.name, _of_numpy(argument.name, value, is_index, by_steps))
    if is_index or array.dtype in _COMPUTED:
        return array
    if jnp.issubdtype(array.dtype, jnp.integer):
        return (_from_first_point(array) if by_steps else array).astype(jnp.result_type(float))
    name, fix = argument.name, f"{argument.name}.astype(numpy.float32) converts it"
    kind = "float0" if array.dtype == jax.dtypes.float0 else array.dtype
    if jnp.issubdtype(array.dtype, jax.dtypes.prng_key):
        fix = f"jax.random.normal({name}, shape) draws numbers by a key"
    elif array.dtype == jax.dtypes.float0:
        fix = "this is how JAX writes the derivative in integers, which is 0"
    elif jnp.iscomplexobj(array):
        fix = f"numpy.stack([{name}.real, {name}.imag], axis=-1) has the parts on an axis"
    raise InvalidTypeError(
        f"{name} must have dtype float32, float64 or an integer type, got {kind}; {fix}"
    )


def _of_numpy(name: str, value: Any, is_index: bool, by_steps: bool) -> Any:
    """Return an array of NumPy whose integers JAX can hold; else it keeps their lowest digits."""
    refuse_masked(value, name)
    array = np.asarray(value)
    if array.dtype.kind not in "iu":
        return array
    if is_index:
        held = np.iinfo(jnp.result_type(int))
        if array.size and (array.min() < held.min or array.max() > held.max):
            raise InvalidValueError(
                f"{name} must be integers from {held.min} to {held.max}, which JAX holds here; got "
                f"{array.min()} to {array.max()}"
            )
        return array
    if by_steps and array.ndim > 1:
        array = from_first_point(array, name)
        if array.dtype.kind != "f":
            array = array.astype(np.int64)
            array = array - array[..., :1, :]
    return array.astype(jnp.result_type(float))


def _from_first_point(points: Any) -> Any:
    """Return paths of integers from their first points on, which takes all digits of them."""
    if points.ndim < 2:
        return points
    kind, half = jnp.result_type(float), 4 * points.dtype.itemsize
    # Each in half of the digits, which floats hold.
    parts = [x.astype(kind) for x in (points >> half, points & ((1 << half) - 1))]
    upper, lower = (x - x[..., :1, :] for x in parts)
    return upper * 2.0**half + lower


def _as_array(name: str, value: Any) -> Any:
    try:
        if isinstance(value, (np.ndarray, np.generic)):  # in the byte order that JAX has
            value = value.astype(value.dtype.newbyteorder("="), copy=False)
        return jnp.asarray(value)
    except TypeError:
        wide = f", of which JAX has no like; use {name}.astype(numpy.float64)"
        is_wide = value.dtype.kind in "fc" and value.dtype.itemsize > 8
        raise InvalidTypeError(
            f"{name} must be an array of numbers, got one of dtype {value.dtype}"
            f"{wide if is_wide else ''}"
        ) from None
    except RuntimeError as error:
        if "RESOURCE_EXHAUSTED" not in str(error):
            raise
        raise InvalidValueError(
            f"{name} does not fit in memory as an array of JAX, got shape {value.shape}; use a "
            f"smaller batch or shorter paths"
        ) from None


def _varying_alike(arrays: list[Any]) -> list[Any]:
    """Return arrays that vary along the same axes of a mesh, if they are inside of `shard_map`."""
    there = [x for x in arrays if isinstance(x, jax.core.Tracer)]
    if len({_varying(x) for x in arrays if x is not None}) < 2:
        return arrays
    zero = sum(jnp.sum(x.ravel()[:0]) for x in there)
    return [None if x is None else x + zero.astype(x.dtype) for x in arrays]


def _varying(x: Any) -> Any:
    kind = jax.typeof(x)
    return getattr(kind, "manual_axis_type", getattr(kind, "vma", None))


def _no_array(argument: Argument, name: str, value: Any) -> InvalidTypeError:
    return no_array(argument, name, value, "an array of JAX or NumPy", "jax.numpy.asarray")


DIFFERENTIABLE = differentiable(operators(list(operations.values())))
for _name, _row in operations.items():
    globals()[_name] = _function(_row, DIFFERENTIABLE[_name])
