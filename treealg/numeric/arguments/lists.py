"""Nested lists of numbers as arrays, and what is wrong with those that are none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from treealg.checks import brief, is_flag
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.numeric.arguments.axes import transposed
from treealg.numeric.arguments.foreign import (
    has_no_numbers,
    is_symbolic,
    is_traced,
    not_an_array,
)
from treealg.numeric.arguments.integers import numbers_of
from treealg.numeric.arguments.kinds import is_array, read_array
from treealg.numeric.arguments.rows import MAX_AXES, check_size, compute_dtype
from treealg.numeric.arguments.tables import is_series, refuse_series, without_tables
from treealg.numeric.arguments.tensors import data_of, dense_tensor, is_tensor, tensor_array
from treealg.sequences import refuse_masked, shape_of

__all__ = ["integer_array", "list_array", "refuse_packed"]


def refuse_packed(value: Any, name: str) -> None:
    """Refuse what torch packs sequences into, which is a tuple and no list of them.

    Examples
    --------
    >>> refuse_packed([[1.0]], "path")
    """
    if type(value).__name__ == "PackedSequence" and hasattr(value, "batch_sizes"):
        raise InvalidTypeError(
            f"{name} must not be a PackedSequence, whose points are those of all sequences by "
            f"turns; torch.nn.utils.rnn.unpack_sequence({name}) is a list of paths, "
            f"pad_packed_sequence gives an array and the argument lengths"
        )


class _Meant(NamedTuple):
    """What a nested list is meant as; see `list_array`."""

    wanted: str
    of_paths: bool
    constant: bool


def list_array(
    value: Any,
    name: str,
    *,
    of_paths: bool = False,
    listed: bool = False,
    constant: bool = False,
    wanted: str = "real numbers",
) -> npt.NDArray[Any]:
    """Return a nested list as an array of floats, of integers, or of integers beyond those.

    If it is one `of_paths`, and paths may be `listed`, lists that are not equally long may be meant
    as these. In what is `constant` there are no derivatives. What is `wanted` is said of a list of
    something else.
    """
    refuse_packed(value, name)
    if of_paths and not value:
        raise InvalidValueError(
            f"{name} must be a list of at least one path, or of one point, got an empty list"
        )
    meant = _Meant(wanted, of_paths, constant)
    value = without_tables(value, name, of_paths=of_paths)
    try:
        array = np.array(value)
    except ValueError as error:
        wrong = _other_leaf(value, name, meant)
        if wrong is not None:
            raise wrong from None
        raise _unequal(value, name, error, of_paths, listed) from None
    except MemoryError:
        raise InvalidValueError(
            f"{name}, as one array, cannot be held in the memory that is to be had; give fewer "
            "rows or shorter ones at a time"
        ) from None
    except (TypeError, RuntimeError, UserWarning, np.ma.MaskError) as error:
        raise _wrong_leaf(value, name, str(error), meant) from None
    if array.dtype.kind in "iufO" and array.dtype.itemsize <= 8:
        exact = numbers_of(value, array)
        is_real = array.dtype.kind in "iuf" or exact is not array
        if is_real and not _holds_other(value, name, meant):
            return exact.astype(np.float64, copy=False) if exact.dtype.kind == "f" else exact
    raise _wrong_leaf(value, name, f"it is read as dtype {array.dtype}", meant)


def integer_array(value: Any, name: str) -> npt.NDArray[Any]:
    """Return integers as an array of the dtype they have; a list without any is one of integers."""
    if isinstance(value, (list, tuple)):
        found = list_array(value, name, constant=True, wanted="integers")
        found = found if found.size else found.astype(np.int64)
    elif is_tensor(value) and value.device.type in ("cpu", "meta"):
        tensor = dense_tensor(value, name, constant=True)
        if tensor.is_complex() or tensor.is_floating_point():
            fix = (
                "" if tensor.is_complex() else f"; {name}.long() cuts off what is behind the point"
            )
            raise InvalidTypeError(f"{name} must be integers, got dtype {tensor.dtype}{fix}")
        found = data_of(tensor, name)
    else:
        found = read_array(value, name, "integers")
    if found.dtype.kind == "O" and isinstance(value, (list, tuple)):
        raise InvalidValueError(f"{name} must be integers that int64 holds, got larger ones")
    if found.dtype.kind not in "iu":
        own = str(getattr(value, "dtype", found.dtype))
        got = f"dtype {found.dtype}"
        # Of pandas and polars, which have objects or floats for it in NumPy.
        if found.dtype.kind in "Of" and re.fullmatch("u?int[0-9]+", own.lower()):
            got = f"dtype {own} with missing values; fill these in, or leave them out"
        elif found.dtype.kind == "f":
            got += f"; numpy.asarray({name}).astype(numpy.int64) cuts off what is behind the point"
        elif re.fullmatch("u?int[0-9]+", own):  # of less than a byte
            got += f"; use {name}.astype(numpy.int64)"
        raise InvalidTypeError(f"{name} must be integers, got {got}")
    check_size(found.shape, name)
    return found


def _holds_other(value: Any, name: str, meant: _Meant) -> bool:
    """Tell whether a nested list, known to be rectangular, holds a boolean at any depth.

    An array in it that is none of those that are taken is refused, where NumPy reads it.
    """
    if _is_plain(value):
        return False
    for place, leaf in _leaves(value, name):
        if type(leaf) is not float and type(leaf) is not int:
            if is_flag(leaf):
                return True
            _check_array(leaf, place, meant)
    return False


def _is_plain(value: Any) -> bool:
    """Tell whether a rectangular nested list holds nothing but numbers of Python."""
    level = [value]
    while True:
        kinds = set(map(type, level))
        if not kinds <= {list, tuple}:
            return kinds <= {int, float}
        level = list(chain.from_iterable(level))
        if not level:
            return True


def _check_array(leaf: Any, place: str, meant: _Meant) -> None:
    """Refuse an array in a list as it would be refused alone."""
    refuse_masked(leaf, place)
    if meant.wanted == "integers" and (is_array(leaf) or is_tensor(leaf)):
        integer_array(leaf, place)
    elif is_tensor(leaf):
        tensor_array(leaf, place, constant=meant.constant)
    elif isinstance(leaf, np.ndarray):
        compute_dtype(leaf.dtype, place)
    elif isinstance(leaf, (Iterator, dict)) or (has_no_numbers(leaf) and not is_array(leaf)):
        raise not_an_array(leaf, place)
    elif meant.of_paths and not isinstance(leaf, np.generic) and is_series(leaf):
        refuse_series(place.rpartition("[")[0])


def _leaves(value: Any, name: str) -> Any:
    """Yield what stands in a nested list, in order, with the name of its place."""
    stack = [(name, value)]
    while stack:
        place, piece = stack.pop()
        refuse_packed(piece, place)
        if isinstance(piece, (list, tuple)) and place.count("[") <= MAX_AXES:
            stack.extend((f"{place}[{i}]", piece[i]) for i in reversed(range(len(piece))))
        else:
            yield place, piece


def _wrong_leaf(value: Any, name: str, why: str, meant: _Meant) -> InvalidTypeError:
    """Return the error of a list that is not read as numbers."""
    return _other_leaf(value, name, meant) or InvalidTypeError(
        f"{name} must be a nested list of {meant.wanted} that fit float64; it could not be read: "
        f"{why}"
    )


def _other_leaf(value: Any, name: str, meant: _Meant) -> InvalidTypeError | None:
    """Return the error of a list with something that is no number, if there is such a thing."""
    for place, leaf in _leaves(value, name):
        _check_array(leaf, place, meant)
        if isinstance(leaf, (list, tuple)):
            return InvalidTypeError(
                f"{name} must be a nested list of {meant.wanted} at most {MAX_AXES} lists deep, "
                f"got one that is deeper, or holds itself; leave out lists around lists"
            )
        is_number = isinstance(leaf, (int, float, np.integer, np.floating)) and not (
            is_flag(leaf) or isinstance(leaf, np.timedelta64)
        )
        is_array = hasattr(leaf, "__array__") and not (
            isinstance(leaf, (np.generic, type)) or is_symbolic(leaf)
        )
        if is_number and not _fits(leaf):
            return InvalidTypeError(
                f"{name} must be a nested list of {meant.wanted} that float64 holds, got "
                f"{brief(leaf)} of type {type(leaf).__name__} at {place}; scale or round it first"
            )
        if is_number or is_array:
            continue
        fix = "convert or leave out what is no number"
        if _is_convertible(leaf):
            fix = f"float(...) converts it, numpy.array({name}, dtype=float) the whole list"
            if meant.wanted == "integers":
                fix = "int(...) cuts off what is behind the point"
        return InvalidTypeError(
            f"{name} must be a nested list of {meant.wanted}, got {brief(leaf)} of type "
            f"{type(leaf).__name__} at {place}; {fix}"
        )
    return None


def _is_convertible(value: Any) -> bool:
    """Tell whether a value is a number that NumPy has not, such as fractions and those of SymPy."""
    if is_flag(value) or is_traced(value) or isinstance(value, np.generic):
        return False
    try:
        return hasattr(type(value), "__float__") and isinstance(float(value), float)
    except Exception:  # of any package whose value it is
        return False


def _fits(number: Any) -> bool:
    """Tell whether a number is no larger or finer than those of float64."""
    try:
        float(number)
    except OverflowError:
        return False
    return getattr(number, "dtype", np.dtype(np.float64)).itemsize <= 8


def _unequal(
    value: Any, name: str, error: ValueError, of_paths: bool, listed: bool
) -> InvalidValueError:
    """Return the error of a nested list of numbers that is not rectangular."""
    level = [(name, value)]
    for _ in range(MAX_AXES):
        shapes = [_shape(piece) for _, piece in level]
        for (place, _), shape in zip(level, shapes, strict=True):
            if shape != shapes[0]:
                fix = "make them equally long"
                if shape[1:] != shapes[0][1:] or len(shape) != len(shapes[0]):
                    are_paths = of_paths and len(shape) == len(shapes[0])
                    fix = "give them one shape"
                    if are_paths:
                        fix = f"give them as many channels{transposed(name, shapes[0], shape)}"
                elif listed:
                    fix += ", or give paths of different lengths as a list of arrays of two axes"
                return InvalidValueError(
                    f"{name} must be a rectangular nested list of numbers, but {level[0][0]} has "
                    f"{_said(shapes[0])} and {place} {_said(shape)}; {fix}"
                )
        if not isinstance(level[0][1], (list, tuple)):
            break
        level = [(f"{place}[{i}]", x) for place, piece in level for i, x in enumerate(piece)]
        if not level:
            break
    return InvalidValueError(
        f"{name} must be a rectangular nested list of numbers; NumPy says: {error}"
    )


def _shape(piece: Any) -> tuple[int, ...]:
    if isinstance(piece, (list, tuple)):
        return (len(piece),)
    return shape_of(piece)


def _said(shape: tuple[int, ...]) -> str:
    if len(shape) == 1:
        return f"{shape[0]} entries" if shape[0] != 1 else "1 entry"
    return f"shape {shape}" if shape else "a number"
