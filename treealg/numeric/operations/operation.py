"""What describes a function of arrays: its arguments, its options, and what its results look like.

Sizes of axes may be anything: integers, or the symbols of a library that does not know them yet.
The axes of the batch are put together and compared, never counted; the axes of an item enter into
arithmetic where the result's do, and have to be integers where a basis is counted from them.
"""

from __future__ import annotations

import importlib
import inspect
import numbers
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

import numpy as np

from treealg.cached import cached_property
from treealg.checks import brief, check_flag, check_integer, check_real, closest, is_flag
from treealg.errors import AbsentKeyError, InvalidTypeError, InvalidValueError
from treealg.numeric.arguments.arrays import check_axes
from treealg.numeric.arguments.foreign import not_an_array
from treealg.numeric.arguments.rows import ACCEPTED, compute_dtype
from treealg.numeric.operations.source import without_out
from treealg.slots import frozen_slots

__all__ = [
    "Argument",
    "ArrayType",
    "Call",
    "Item",
    "ListType",
    "Operation",
    "Operations",
    "Option",
    "Results",
    "Shape",
    "axes_of_windows",
]


@frozen_slots
class ArrayType:
    """Shape and dtype of an array, without the array.

    Attributes
    ----------
    shape : tuple
        The batch, then one item; integers or symbols.
    dtype : numpy.dtype
        Native float32 or float64.
    axes : tuple of str
        The names of the axes of an item, which are the last ones.
    """

    shape: tuple[Any, ...]
    dtype: np.dtype[Any]
    axes: tuple[str, ...]


@frozen_slots
class ListType(ArrayType):
    """The arrays of a list, and what would be one array of them.

    Attributes
    ----------
    pieces : tuple of ArrayType
        The arrays.
    """

    pieces: tuple[ArrayType, ...]


Result: TypeAlias = ArrayType | list[ArrayType] | None

Results: TypeAlias = Result | tuple[Result, ...]
"""What `Operation.result` returns."""

Kind: TypeAlias = Literal["flag", "integer", "real", "method", "enumeration", "object"]

Item: TypeAlias = dict[str, Any]
"""The axes of an item of a result: their lengths by their names."""


def axes_of_windows(
    options: Iterable[tuple[str, str]], values: Mapping[str, Any]
) -> dict[str, int]:
    """Return the axes that results have of windows that are options, with their lengths."""
    return {axis: _count(values[name], name) for name, axis in options if values[name] is not None}


def _count(windows: Any, name: str) -> int:
    """Return how many windows there are; all but that is checked where they are read."""
    try:
        return len(windows)
    except TypeError:
        raise not_an_array(windows, name, of_paths=False) from None


@frozen_slots
class Argument:
    """An argument that is an array.

    Attributes
    ----------
    name : str
        That of the parameter.
    axes : tuple of str
        The names of the axes of one item, which stand after those of the batch.
    batch : {"same", "broadcast", "product", "shared", "one", "result"}
        What the leading shape has to be: that of the call; one that broadcasts with the others so
        marked; any, as the batch of the call is their product, one after the other; that of the
        call, or none, where the first axis of an item may be missing too; none, as it is one for
        all; or that of the result.
    role : {"input", "derivs", "value", "tangent"}
        What it is: an input; in a backward function the derivatives that come in, or what the
        forward function returned; or the direction of a derivative.
    optional : bool
        Whether it may be None.
    differentiable : bool
        Whether a gradient in it makes sense; not so for integers, nor for what is only checked.
    alternative : {"flag", "number"} or None
        What it may be instead of an array.
    only_with : str or None
        The flag without which an item has no axes at all.
    by_segment : bool
        Whether there is an item for each segment, on an axis in front, if ``stream=True``, and for
        each window if there are `windows`.
    of_windows : tuple of (str, str)
        Options that are windows, and the axis in front of an item that there is with each.
    listed : bool
        Whether it may be a list, of one array for each path: an input as the caller likes, and what
        comes in beside it where the inputs are lists.
    scalars : tuple of int
        What may stand in front of a vector, beside NaN: 1 for a signature, 0 for a logarithm, both
        where a linear map takes either to its like. Where nothing is listed no scalar is looked at:
        there is none, it is that of derivatives and has no influence, or numbers are only chosen.
    """

    name: str
    axes: tuple[str, ...]
    batch: Literal["same", "broadcast", "product", "shared", "one", "result"] = "same"
    role: Literal["input", "derivs", "value", "tangent"] = "input"
    optional: bool = False
    differentiable: bool = True
    alternative: Literal["flag", "number"] | None = None
    only_with: str | None = None
    by_segment: bool = False
    of_windows: tuple[tuple[str, str], ...] = ()
    listed: bool = False
    scalars: tuple[int, ...] = ()

    @property
    def is_path(self) -> bool:
        """Whether an item is a path, of points and channels, or a batch of paths."""
        return len(self.axes) > 1 and self.axes[-2].startswith("length")

    @property
    def is_constant(self) -> bool:
        """Whether it is an input in which there are no derivatives, such as lengths and times."""
        return self.role == "input" and not self.differentiable

    def is_absent(self, value: Any) -> bool:
        """Tell whether there is no array: None, or a flag."""
        if self.alternative == "flag":  # where there are no flags, None stands for one not set
            return value is None or is_flag(value)
        return self.optional and value is None

    def is_number(self, value: Any) -> bool:
        """Tell whether there is a number where there may be one, or something without axes."""
        has_axes = isinstance(value, (list, tuple)) or getattr(value, "ndim", 0) != 0
        return self.alternative == "number" and not has_axes

    def item_axes(self, ndim: int, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the axes of an item in an array of so many axes."""
        if self.of_windows and (found := axes_of_windows(self.of_windows, values)):
            return tuple(found)
        if self.only_with is not None and not _is_set(values[self.only_with]):
            return ()
        if self.by_segment and _is_set(values["stream"]):
            return ("segments", *self.axes)
        if self.by_segment and values["windows"] is not None:
            return ("windows", *self.axes)
        is_short = self.batch == "shared" and ndim == 1
        return self.axes[-1:] if is_short else self.axes


def _is_set(flag: Any) -> bool:
    """Tell whether a flag is set; what is no flag is refused where it is read."""
    return is_flag(flag) and bool(flag)


_READERS: dict[str, Callable[[str, Any], Any]] = {
    "flag": check_flag,
    "integer": lambda name, value: check_integer(name, value, None),
    "method": lambda name, value: check_integer(name, value, None),
    "real": check_real,
}


@frozen_slots
class Option:
    """An argument that is no array.

    Attributes
    ----------
    name : str
        That of the parameter.
    kind : {"flag", "integer", "real", "method", "enumeration", "object"}
        What it may be: a boolean, an integer, a real number, a form of the log-signature (0, 1 or
        2), one of several texts, or else what the docstring of the function says.
    required : bool
        Whether it has to be given.
    default : object
        What it is if it is not given; None if it has to be.
    """

    name: str
    kind: Kind
    required: bool
    default: Any

    def read(self, value: Any) -> Any:
        """Return a value for it as a number of Python; None, texts and objects as they are."""
        read = _READERS.get(self.kind)
        if read is None or (value is None and not self.required):
            return value
        return read(self.name, value)


_KINDS: dict[str, Kind] = {
    "bool": "flag",
    "bool | None": "flag",
    "int": "integer",
    "float": "real",
    "str": "enumeration",
}


@frozen_slots
class Call:
    """The arguments of one call, without data.

    Attributes
    ----------
    values : mapping of str
        Every argument by name: an `ArrayType`, or what was given or is the default.
    sizes : mapping of str
        The lengths of the axes of items, by their names.
    batch : tuple
        The leading shape of the result.
    dtype : numpy.dtype
        What is computed in, and returned.
    """

    values: Mapping[str, Any]
    sizes: Mapping[str, Any]
    batch: tuple[Any, ...]
    dtype: np.dtype[Any]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


Shape: TypeAlias = Callable[[Call], Item | Results]
"""A function from a call to the items of its results."""


@dataclass(frozen=True)
class Operation:
    """A function of arrays, and what is to be known about it.

    Attributes
    ----------
    function : callable
        The function; a parameter is one of `arguments` or of `options`.
    arguments : tuple of Argument
        The arrays, in the order of the parameters.
    shape : callable
        The results of a `Call`: for each the axes of an item, by name, or an `ArrayType`.
    backward : Operation or None
        The function that returns gradients. Its parameters are those of this one, by the same
        names, beside derivatives; `without_gradient` lists those that it has not.
    gradients : tuple of str
        In a backward function, the arguments of the forward one that the results belong to, in
        this order; those that are None are left out, and a single result is no tuple.
    flags : tuple of str
        In a backward function, the option that asks for each of the gradients, if there are such.
    jvp : Operation or None
        The function that returns the derivative in a direction. Its parameters are those of this
        one, by the same names, beside tangents.
    tangents : tuple of str
        In such a function, the arguments of this one that its arguments of role "tangent" belong
        to, in this order; those that are None are 0.
    gpu : bool
        Whether arrays on a GPU are taken, too.
    gives_list : bool
        Whether the result is a list where the path is.
    is_of_lists : bool
        Whether some of its arguments are those of lists, one by one (see `of_lists`).
    """

    function: Callable[..., Any]
    arguments: tuple[Argument, ...]
    shape: Shape = field(repr=False)
    backward: Operation | None = field(default=None, repr=False)
    gradients: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    jvp: Operation | None = field(default=None, repr=False)
    tangents: tuple[str, ...] = ()
    gpu: bool = False
    gives_list: bool = False
    is_of_lists: bool = False

    def __reduce__(self) -> Any:
        # Shapes are functions without names: a pickle holds the name of the row.
        return _row, (self.name,)

    @property
    def name(self) -> str:
        """The name of the function, in `treealg` and in the table."""
        return self.function.__name__

    @cached_property
    def has_out(self) -> bool:
        """Whether the function takes `out`, an array that the result is written to.

        That is for callers who hold arrays: no argument, and in none of `signature`, `options` and
        what is made from these.
        """
        return "out" in inspect.signature(self.function).parameters

    @cached_property
    def signature(self) -> inspect.Signature:
        """The signature of the function, without `out`."""
        found = inspect.signature(self.function)
        parameters = found.parameters
        return found.replace(parameters=[x for name, x in parameters.items() if name != "out"])

    @cached_property
    def doc(self) -> str:
        """The docstring of the function, without indentation and without `out`."""
        return without_out(inspect.getdoc(self.function) or "")

    @cached_property
    def options(self) -> tuple[Option, ...]:
        """The arguments that are no arrays, in the order of the parameters."""
        arrays_of_this = {argument.name for argument in self.arguments}
        return tuple(
            _option(parameter)
            for name, parameter in self.signature.parameters.items()
            if name not in arrays_of_this
        )

    @property
    def without_gradient(self) -> tuple[str, ...]:
        """The parameters that have to be left at their defaults if a gradient is wanted."""
        if self.backward is None:
            return ()
        known = {*self.backward.signature.parameters, *self.backward.gradients}
        return tuple(name for name in self.signature.parameters if name not in known)

    def returned(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Return which of its gradients a backward function returns, given all its arguments.

        Those in arguments that are None are left out, and those that are not asked for are None.
        """
        flags = dict(zip(self.gradients, self.flags, strict=False))
        is_given = {
            x.name: x.name in values and not x.is_absent(values[x.name]) for x in self.arguments
        }
        return tuple(
            name
            for name in self.gradients
            if is_given.get(name, True)
            and (name not in flags or check_flag(flags[name], values[flags[name]]))
        )

    @cached_property
    def products(self) -> tuple[str, ...]:
        """The arguments of whose batches that of the call is the product, without tangents."""
        return tuple(x.name for x in self.arguments if x.batch == "product" and x.role != "tangent")

    @cached_property
    def points(self) -> dict[str, str]:
        """The argument that each tangent belongs to, by the name of the tangent."""
        names = [x.name for x in self.arguments if x.role == "tangent"]
        return dict(zip(names, self.tangents, strict=True))

    def asking(self, names: Collection[str]) -> dict[str, bool]:
        """Return the flags of a backward function that ask for the gradients in some arguments."""
        found = dict.fromkeys(self.flags, False)
        for name, flag in zip(self.gradients, self.flags, strict=False):
            found[flag] |= name in names
        return found

    def result(self, *arguments: Any, **options: Any) -> Results:
        """Return the shape and dtype of what the function returns for arrays of some shapes.

        No data is read, and no table is built: lengths of bases are counted.

        Parameters
        ----------
        *arguments, **options
            As the function takes them. For an array any object with `shape` and `dtype`, for a list
            of paths a list of these. The leading axes may have any lengths, also ones that are no
            numbers.

        Returns
        -------
        ArrayType, list of ArrayType or tuple of these
            As the function returns arrays; None where it returns None.

        Raises
        ------
        InvalidTypeError
            If an argument is missing or unknown, or one that is an array has no shape and dtype.
        InvalidValueError
            If an array has too few axes, leading shapes do not broadcast, or an option has a value
            for which there is no basis. All else is left to the function.

        Examples
        --------
        >>> import numpy as np, treealg
        >>> operation = treealg.operations["branched_sig"]
        >>> operation.result(np.empty((8, 100, 3), np.float32), 4, time_aug=True)
        ArrayType(shape=(8, 876), dtype=dtype('float32'), axes=('coefficients',))

        A batch of unknown length:

        >>> from types import SimpleNamespace
        >>> path = SimpleNamespace(shape=("batch", 100, 3), dtype="float64")
        >>> operation.result(path, 2, stream=True).shape
        ('batch', 99, 12)
        """
        call = self._call(arguments, options)
        if self.gives_list and isinstance(path := call["path"], ListType):
            alone = [replace(call, sizes=_sizes(x), batch=()) for x in path.pieces]
            return [_array(self.shape(one), one) for one in alone]
        found = self.shape(call)
        if isinstance(found, tuple):
            return tuple(_typed(piece, call) for piece in found)
        return _typed(found, call)

    def _call(self, given: tuple[Any, ...], options: Mapping[str, Any]) -> Call:
        """Read the arguments of a call."""
        try:
            bound = self.signature.bind(*given, **options)
        except TypeError as error:
            raise InvalidTypeError(f"{self.name}: {error}; see its signature") from None
        bound.apply_defaults()
        values = dict(bound.arguments)
        for option in self.options:
            values[option.name] = option.read(values[option.name])
        batches: dict[str, list[tuple[Any, ...]]] = {}
        sizes: dict[str, Any] = {}
        dtype = None
        for argument in self.arguments:
            value = values[argument.name]
            if argument.is_absent(value):
                continue
            if argument.alternative == "number" and isinstance(value, numbers.Real):
                shape: tuple[Any, ...] = ()
            else:
                array = _array_type(argument, value, values)
                shape = array.shape[: len(array.shape) - len(array.axes)]
                sizes |= _sizes(array)
                values[argument.name] = array
                dtype = dtype or array.dtype
            if argument.role != "tangent":  # of the batch of its argument
                batches.setdefault(argument.batch, []).append(shape)
        if dtype is None:
            names = ", ".join(argument.name for argument in self.arguments)
            raise InvalidTypeError(f"{self.name} must have an array among {names}, got none")
        return Call(values, sizes, _batch(batches), dtype)


def _row(name: str) -> Operation:
    """Return a row of the table of the package, which stands above this module."""
    row: Operation = importlib.import_module("treealg").operations[name]
    return row


class Operations(Mapping[str, Operation]):
    """Every public function of arrays: a row for each, by its name.

    A backward function is a row, too, and what its forward row has as `backward`; so it is with
    functions of derivatives in a direction. Streams are objects that hold a state; they, and
    functions of sizes and trees alone, are not here.

    Parameters
    ----------
    rows : iterable of Operation
        The rows, in order; those of backward functions follow by themselves.

    Examples
    --------
    >>> import treealg
    >>> row = treealg.operations["branched_sig_combine"]
    >>> [(argument.name, argument.axes, argument.batch) for argument in row.arguments]
    [('bsig1', ('coefficients',), 'broadcast'), ('bsig2', ('coefficients',), 'broadcast')]
    >>> row.backward.name, row.backward.gradients
    ('branched_sig_combine_backprop', ('bsig1', 'bsig2'))
    >>> [(option.name, option.kind) for option in row.options][:3]
    [('dimension', 'integer'), ('degree', 'integer'), ('planar', 'flag')]
    """

    def __init__(self, rows: Iterable[Operation]) -> None:
        self._rows: dict[str, Operation] = {}
        for row in rows:
            pending: list[Operation | None] = [row]
            while pending:
                operation = pending.pop()
                if operation is not None:
                    self._rows[operation.name] = operation
                    pending += operation.jvp, operation.backward

    def __getitem__(self, name: str) -> Operation:
        try:
            return self._rows[name]
        except (KeyError, TypeError):
            raise AbsentKeyError(
                f"there is no function of arrays with the name {brief(name)}"
                f"{closest(name, self._rows)}; list(treealg.operations) has all names"
            ) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return f"<{len(self)} operations: {', '.join(self)}>"


def _option(parameter: inspect.Parameter) -> Option:
    required = parameter.default is parameter.empty
    default = None if required else parameter.default
    if parameter.name == "method":
        return Option("method", "method", required, default)
    kind = _KINDS.get(str(parameter.annotation), "object")
    return Option(parameter.name, kind, required, default)


def _sizes(array: ArrayType) -> dict[str, Any]:
    """Return the lengths of the axes of an item, by their names."""
    return dict(zip(array.axes, array.shape[len(array.shape) - len(array.axes) :], strict=True))


def _array_type(argument: Argument, value: Any, values: Mapping[str, Any]) -> ArrayType:
    """Read the shape and dtype of an array, or of those of a list."""
    if argument.listed and _is_list(value):
        found = _list_type(argument, value, values)
        return _as_read(found, argument, values) if _is_of_numpy(value) else found
    try:
        shape, dtype = tuple(value.shape), value.dtype
    except (AttributeError, TypeError):
        raise InvalidTypeError(
            f"{argument.name} must have a shape and a dtype, as arrays have, got "
            f"{type(value).__name__}; numpy.asarray makes an array of a list"
        ) from None
    axes = argument.item_axes(len(shape), values)
    check_axes(shape, argument.name, axes)
    if argument.is_constant:  # not computed with: dates, too
        return ArrayType(shape, np.dtype(np.float64), axes)
    return ArrayType(shape, _dtype(argument.name, dtype), axes)


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and len(value) > 0


def _is_of_numpy(arrays: Any) -> bool:
    """Tell whether all of a list are arrays of NumPy, whose dtype a list does not keep."""
    return all(isinstance(array, np.ndarray) for array in arrays)


def _as_read(found: ListType, argument: Argument, values: Mapping[str, Any]) -> ArrayType:
    """Return what a list of arrays of NumPy is read as: float64, and one array if that can be."""
    dtype = np.dtype(np.float64)
    first = found.pieces[0].shape
    if all(piece.shape == first for piece in found.pieces):
        shape = (len(found.pieces), *first)
        return ArrayType(shape, dtype, argument.item_axes(len(shape), values))
    pieces = tuple(replace(piece, dtype=dtype) for piece in found.pieces)
    return replace(found, dtype=dtype, pieces=pieces)


def _list_type(argument: Argument, value: Any, values: Mapping[str, Any]) -> ListType:
    """Read the shapes and dtypes of the arrays of a list."""
    one = replace(argument, listed=False)
    if one.axes[0].startswith("paths"):
        one = replace(one, axes=one.axes[1:])
    named = [replace(one, name=f"{one.name}[{i}]") for i in range(len(value))]
    pieces = tuple(_array_type(x, piece, values) for x, piece in zip(named, value, strict=True))
    lengths = [piece.shape[0] for piece in pieces]
    # What depends on the longest is as long as all prefixes of it.
    longest = max(lengths) if _is_set(values.get("stream", False)) else lengths[0]
    shape = (len(pieces), longest, *pieces[0].shape[1:])
    axes = argument.axes if one.axes != argument.axes else pieces[0].axes
    return ListType(shape, pieces[0].dtype, axes, pieces)


def _dtype(name: str, dtype: Any) -> np.dtype[Any]:
    """Return the dtype that is computed in; `dtype` is one of NumPy, or a name, or of torch."""
    try:
        found = np.dtype(dtype)
    except TypeError:
        try:
            found = np.dtype(str(dtype).removeprefix("torch."))
        except TypeError:
            raise InvalidTypeError(f"{name} must have dtype {ACCEPTED}, got {dtype}") from None
    return compute_dtype(found, name)


def _batch(batches: Mapping[str, list[tuple[Any, ...]]]) -> tuple[Any, ...]:
    """Return the batch of a call from those of its arguments, by their kinds."""
    if "product" in batches:
        return tuple(axis for shape in batches["product"] for axis in shape)
    common: tuple[Any, ...] = ()
    for shape in batches.get("broadcast", ()):
        common = _broadcast(common, shape)
    return batches["same"][0] if "same" in batches else common


def _broadcast(first: tuple[Any, ...], second: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the shape that two shapes broadcast to; only equality is asked for."""
    if len(first) < len(second):
        first, second = second, first
    split = len(first) - len(second)
    axes = list(first[:split])
    for one, two in zip(first[split:], second, strict=True):
        if one != two and one != 1 and two != 1:
            raise InvalidValueError(
                f"leading shapes must broadcast, got {first} and {second}; from the last axis on, "
                f"two lengths have to be equal or one of them 1"
            )
        axes.append(two if one == 1 else one)
    return tuple(axes)


def _typed(found: Any, call: Call) -> Result:
    """Return what a result is."""
    if isinstance(found, ListType):
        return [_array(piece, call) for piece in found.pieces]
    return None if found is None else _array(found, call)


def _array(found: Any, call: Call) -> ArrayType:
    """Return what a result is that is an array."""
    if isinstance(found, ArrayType):
        return replace(found, dtype=call.dtype)
    return ArrayType((*call.batch, *found.values()), call.dtype, tuple(found))
