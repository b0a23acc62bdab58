"""Lists of paths, which are given to a framework array by array, and results that are lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from datetime import timedelta
from numbers import Number
from typing import Any, TypeAlias

import numpy as np

from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric.arguments.arrays import as_path, as_rows
from treealg.numeric.arguments.axes import other_channels
from treealg.numeric.arguments.foreign import (
    described,
    has_no_numbers,
    is_concrete,
    is_grouped,
    is_traced,
)
from treealg.numeric.arguments.lists import integer_array
from treealg.numeric.arguments.ragged import is_list_of_paths, not_beside_list
from treealg.numeric.arguments.tables import is_table
from treealg.numeric.arguments.tensors import is_tensor
from treealg.numeric.arguments.times import MOMENTS, array_of_times
from treealg.numeric.operations.operation import Argument, Operation
from treealg.sequences import shape_of

__all__ = ["ErrorOfArray", "Lists", "is_list", "no_array"]

ErrorOfArray: TypeAlias = Callable[[Argument, str, Any], InvalidTypeError]
"""What returns the error of a value that is no array of a framework; see `Lists.check`."""


def is_list(value: Any) -> bool:
    """Tell whether a value is a list, that may be one of paths.

    Examples
    --------
    >>> is_list([1, 2]), is_list(1)
    (True, False)
    """
    return isinstance(value, (list, tuple))


def no_array(argument: Argument, name: str, value: Any, wanted: str, make: str) -> InvalidTypeError:
    """Return the error of a value that is no array of a framework.

    Parameters
    ----------
    argument : Argument
        What it should have been, or one of.
    name : str
        What it was given as.
    value : object
        The value.
    wanted : str
        The array that it should have been.
    make : str
        The function of the framework that makes one of an array of NumPy or a list of numbers.

    Raises
    ------
    TreeAlgError
        If it is an array, a table or a list that the function on arrays does not take either, for
        what is wrong with it.

    Examples
    --------
    >>> import treealg
    >>> path = treealg.operations["sig"].arguments[0]
    >>> error = no_array(path, "path", {"x": [1.0]}, "a tensor", "torch.as_tensor")
    >>> str(error).partition("dict; ")[2]
    'torch.as_tensor(numpy.column_stack(list(path.values()))) has its values as channels'
    """
    listed = argument.is_path and argument.listed and "[" not in name
    found, how = described(value, name, listed=listed, of_paths=argument.is_path, make=make)
    if value is None:
        how = f"give {wanted}"
    elif is_traced(value):
        found = f"{_type(value)}, which a symbolic trace has instead of one"
        how = (
            "torch.export takes this; for torch.fx, let is_leaf_module of a torch.fx.Tracer be "
            "true of the layer, or give the function to torch.fx.wrap"
        )
    elif is_list(value) or _has_numbers(value):
        found = f"an object of type {_type(value)}".replace("builtins.", "")
        how = _made(argument, name, value, make)
    elif _is_of_items(value) and not isinstance(value, (Iterator, Set)):
        if isinstance(value, memoryview):  # of any axes
            how = f"{make}(numpy.asarray({name})) makes one"
        elif isinstance(next(iter(value), None), Number):
            how = f"{make}(list({name})) makes one of its numbers"
        else:
            how = f"list({name}) is a list of what is in it"
    how = how or f"{make} makes one of an array or of a list of numbers"
    return InvalidTypeError(f"{name} must be {wanted}, got {found}; {how}")


def _made(argument: Argument, name: str, value: Any, make: str) -> str:
    """Return how to make arrays of a list, an array or a table, which must be right in itself."""
    if argument.is_path and argument.listed and (is_list_of_paths(value) or _is_deep(value)):
        for i, piece in enumerate(value):
            _read(argument, f"{name}[{i}]", piece)
        plain = "x" if all(map(is_list, value)) else "numpy.array(x)"
        return f"[{make}({plain}) for x in {name}] is a list of arrays"
    is_known = is_list(value) or isinstance(value, np.ndarray) or is_table(value)
    read = _read(argument, name, value) if is_known or is_tensor(value) else np.asarray(value)
    if read.dtype.kind in "mM" or (read.dtype.kind == "O" and isinstance(read.flat[0], MOMENTS)):
        unit = "m8[us]" if isinstance(read.flat[0], timedelta) else "M8[us]"
        kind = "" if read.dtype.kind in "mM" else f", {unit!r}"
        return (
            f"with t = numpy.asarray({name}{kind}), {make}((t - t.min()) / "
            f"numpy.timedelta64(1, 's')) makes one of seconds"
        )
    if is_list(value):
        return f"{make}({name}) makes one of numbers"
    array = np.asarray(value)
    if array.dtype.kind == "O" and hasattr(value, "iloc"):
        return f"{make}({name}.to_numpy(dtype=float, na_value=numpy.nan)) makes one"
    if array.dtype.kind == "O":
        return f"{make}(numpy.asarray({name}, dtype=float)) makes one"
    if not array.dtype.isnative or min(array.strides, default=0) < 0:
        return f"{make}(numpy.array({name}, dtype=float)) makes one"
    if isinstance(value, (np.ndarray, np.generic)) and array.flags.writeable:
        return f"{make}({name}) makes one of numbers"
    return f"{make}(numpy.array({name})) makes one"  # a copy, as PyTorch warns of what is read-only


def _read(argument: Argument, name: str, value: Any) -> Any:
    """Return what the function on arrays reads of a value, which is refused in its words."""
    if argument.name.startswith("times"):
        return array_of_times(value, name)
    if argument.is_constant:
        return integer_array(value, name)
    if argument.is_path:
        return as_path(value, name, listed=argument.listed and "[" not in name).array
    return as_rows(value, name, 0, axes=()).array


def _is_deep(value: Any) -> bool:
    """Tell whether a value is a nested list of three axes, or more."""
    for _ in range(2):
        if not is_list(value) or not value:
            return False
        value = value[0]
    return is_list(value)


def _type(value: Any) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}"


def _has_numbers(value: Any) -> bool:
    """Tell whether NumPy reads a value, or a part of it, and not what stands for one."""
    if not hasattr(value, "__array__") or isinstance(value, type):
        return False
    return is_concrete(value) or not has_no_numbers(value)


def _is_of_items(value: Any) -> bool:
    """Tell whether a value has items, which are not numbers or text, and is no list."""
    is_other = is_list(value) or isinstance(value, (str, bytes, Mapping)) or has_no_numbers(value)
    is_other |= is_grouped(value) or hasattr(value, "__array__")
    return isinstance(value, Iterable) and not is_other


class Lists:
    """The lists among the arguments and results of a function.

    Parameters
    ----------
    row : Operation
        Its row.

    Examples
    --------
    >>> import treealg
    >>> lists = Lists(treealg.operations["transform_path"])
    >>> lists.are_in([["a", "b"], False, None, None])
    True
    >>> lists.flat([["a", "b"], False, None, None])
    ('a', 'b', False, None, None)
    """

    @classmethod
    def of(cls, row: Operation) -> Lists | None:
        """Return the lists of a row, or None if there cannot be any."""
        return cls(row) if any(argument.listed for argument in row.arguments) else None

    def __init__(self, row: Operation) -> None:
        self._arguments = row.arguments
        self._names = tuple(argument.name for argument in row.arguments)
        self._places = tuple(i for i, argument in enumerate(row.arguments) if argument.listed)
        self._inputs = tuple(i for i in self._places if row.arguments[i].role == "input")
        self._paths = tuple(i for i in self._inputs if row.arguments[i].is_path)
        points = {tangent: self._names.index(name) for tangent, name in row.points.items()}
        # What comes beside an input is a list where that is one, derivatives where the path is.
        self._beside = tuple(
            (i, points.get(self._names[i], self._paths[0]))
            for i in self._places
            if row.arguments[i].role != "input"
        )
        self._partners = tuple((i, self._paths[0]) for i in self._inputs if i not in self._paths)
        flags = dict(zip(row.gradients, row.flags, strict=False))
        options = {option.name: i for i, option in enumerate(row.options)}
        self._gradients = tuple(
            (self._names.index(name), options[flags[name]] if name in flags else None)
            for name in row.gradients
        )
        self._gives_list = row.gives_list
        self._length = self._names.index("lengths") if "lengths" in self._names else None

    def are_in(self, values: Sequence[Any]) -> bool:
        """Tell whether a value for each argument has lists of paths among them."""
        return any(isinstance(values[place], (list, tuple)) for place in self._paths)

    def structure(self, values: Sequence[Any]) -> tuple[tuple[str, int], ...]:
        """Return which inputs are lists, and of how many arrays."""
        return tuple([
            (self._names[i], len(values[i]))
            for i in self._inputs
            if isinstance(values[i], (list, tuple))
        ])  # fmt: skip

    def aligned(self, values: Sequence[Any]) -> list[Any]:
        """Return the values, where what comes beside a list is a list as long, if it is there.

        Raises
        ------
        InvalidTypeError
            If lengths were given as well, or what comes beside an array is a list.
        InvalidValueError
            If a list is empty, or has not as many arrays as that which it belongs to.
        """
        found = list(values)
        if self._length is not None and found[self._length] is not None:
            raise InvalidTypeError(
                "lengths must be None for a list of paths, which have lengths of their own"
            )
        for i in self._places:
            if isinstance(found[i], (list, tuple)) and not found[i]:
                raise InvalidValueError(
                    f"{self._names[i]} must be a list of at least one array, got an empty list"
                )
        for i, base in (*self._partners, *self._beside):
            value, of = found[i], found[base]
            if value is None or not (is_list(value) or is_list(of)):
                continue
            name, paths = self._names[i], self._names[base]
            if not is_list(of):
                raise InvalidTypeError(f"{name} must be an array, as {paths} is, got a list")
            if not is_list(value) and (i, base) in self._beside:
                if not shape_of(value) or is_table(value):
                    raise not_beside_list(value, name, paths, len(of))
                value = found[i] = list(value)
            if is_list(value) and len(value) != len(of):
                raise InvalidValueError(
                    f"{name} must have as many arrays as {paths}, {len(of)}, got {len(value)}"
                )
        return found

    def check(
        self, values: Sequence[Any], is_array: Callable[[Any], bool], error: ErrorOfArray
    ) -> None:
        """Refuse lists that are none of paths.

        Parameters
        ----------
        values : sequence
            A value for each argument, as `aligned` returns them.
        is_array : callable
            Tells whether a value is an array of the framework.
        error : callable
            Returns the error of what is none, given the argument that it is or is of, and what it
            is called.

        Raises
        ------
        InvalidTypeError
            If what is in a list is no array, or the arrays of one have not one dtype.
        InvalidValueError
            If paths have not two axes with as many columns each.
        """
        for i in self._places:
            if is_list(values[i]):
                _check_list(self._arguments[i], values[i], is_array, error)

    def flat(self, values: Sequence[Any]) -> tuple[Any, ...]:
        """Return the values with all arrays of lists one by one; None for each of an absent one."""
        counts = {}
        for i, base in self._beside:
            if isinstance(values[base], (list, tuple)):
                counts[i] = len(values[base])
        found: list[Any] = []
        for i, value in enumerate(values):
            if isinstance(value, (list, tuple)):
                found.extend(value)
            elif i in counts:
                found.extend([None] * counts[i])
            else:
                found.append(value)
        return tuple(found)

    def results(
        self, given: Sequence[Any], values: Sequence[Any], options: Sequence[Any], found: Any
    ) -> Any:
        """Return results as the function of NumPy does, given those that are there one by one.

        Parameters
        ----------
        given : sequence
            A value for each argument, as it was given: a flag may be there.
        values : sequence
            The same as arrays: a point, for one.
        options : sequence
            The options.
        found : sequence
            The results.
        """
        pieces = found if isinstance(found, (list, tuple)) else [found]
        if not self._gradients:
            return list(pieces) if self._gives_list else pieces[0]
        returned: list[Any] = []
        at = 0
        for place, flag in self._gradients:
            value = values[place]
            if value is None:
                continue
            if flag is not None and not options[flag]:
                returned.append(None)
            elif isinstance(value, (list, tuple)):
                returned.append(list(pieces[at : at + len(value)]))
                at += len(value)
            else:
                # Nobody has asked for the gradient in a point that is a flag.
                if not isinstance(given[place], (bool, np.bool_)):
                    returned.append(pieces[at])
                at += 1
        return tuple(returned) if len(returned) > 1 else returned[0]


def _check_list(
    argument: Argument,
    given: Sequence[Any],
    is_array: Callable[[Any], bool],
    error: ErrorOfArray,
) -> None:
    name, first, is_path = argument.name, given[0], argument.is_path
    if is_path and not any(map(is_array, given)):
        raise error(argument, name, given)  # for it all
    for i, x in enumerate(given):
        if not is_array(x):
            raise error(argument, f"{name}[{i}]", x)
        if is_path and x.ndim != 2:
            raise InvalidValueError(
                f"{name}[{i}] must have two axes, those of points and of channels, as a path "
                f"of a list has; got shape {tuple(x.shape)}"
            )
        if is_path and x.shape[1] != first.shape[1]:
            raise other_channels(name, f"{name}[{i}]", tuple(first.shape), tuple(x.shape))
        if x.dtype != first.dtype:
            raise InvalidTypeError(
                f"{name}[{i}] must have the dtype of {name}[0], {first.dtype}, got {x.dtype}; "
                f"convert one of them"
            )
