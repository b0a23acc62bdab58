"""Checks of arguments that are not arrays: one function and one text per kind of argument.

Python and NumPy integers are both integers, Python and NumPy booleans both booleans, and neither
stands in for the other: ``True`` is not 1, so that a flag in the place of a degree is an error.
What is returned is a Python number. NumPy is not imported, as the symbolic layer does without it.
"""

from __future__ import annotations

import errno
import math
import numbers
import os
import re
import reprlib
import sys
from collections.abc import Callable, Collection, Iterable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import FunctionType
from typing import Any

from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.processors import all_processors, available_processors

__all__ = [
    "LIFTS",
    "MOST_BITS",
    "brief",
    "check_callable",
    "check_choice",
    "check_file",
    "check_flag",
    "check_integer",
    "check_method",
    "check_path",
    "check_planar",
    "check_real",
    "closest",
    "in_home",
    "is_flag",
    "is_integer",
    "is_iterable",
    "shown",
    "size_text",
    "thread_count",
]

LIFTS = {"stratonovich": 0.5, "ito": 0.0, "backward": 1.0}
"""The integrals of a lift, by name, with the share of its bracket that each adds to that of Itô."""

MOST_BITS = 2**13
"""The size of integers that are arguments; Python writes some more digits than these have."""

_LONGEST_NAME = 100
"""No text that is longer was meant as another name."""

_METHODS = ("0 (expanded)", "1 (Lyndon coordinates)", "2 (bracket coefficients)")


class _Written(str):
    """A text as what `repr` returns."""

    __slots__ = ()

    __repr__ = str.__str__


def size_text(x: int) -> str:
    """Return what stands for an integer that is too long to be written.

    Examples
    --------
    >>> size_text(10**5000)
    '<an integer of 16610 bits>'
    """
    return f"<an integer of {x.bit_length()} bits>"


class _Brief(reprlib.Repr):
    """Texts of values of any size, also of integers with more digits than Python writes."""

    def __init__(self) -> None:
        super().__init__()
        self.maxother = self.maxstring = self.maxlong = 40

    def repr_instance(self, x: Any, level: int) -> str:
        if hasattr(type(x), "_in_brief"):  # of long sums, which need not be written for that
            x = _Written(x._in_brief())
        return " ".join(super().repr_instance(x, level).split())  # that of a table has lines

    def repr_int(self, x: int, level: int) -> str:
        try:
            return super().repr_int(x, level)
        except ValueError:
            return size_text(x)

    def repr_Fraction(self, x: Fraction, level: int) -> str:
        numerator, denominator = (self.repr_int(n, level) for n in x.as_integer_ratio())
        return f"Fraction({numerator}, {denominator})"


brief = _Brief().repr
"""The text of a value, shortened; for messages."""


def is_flag(value: Any) -> bool:
    """Tell whether a value is a boolean of Python or NumPy."""
    if value is True or value is False:
        return True
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.bool_)


def is_integer(value: Any) -> bool:
    """Tell whether a value is an integer of Python, NumPy or SymPy, and no boolean."""
    return (
        isinstance(value, numbers.Integral)
        and not isinstance(value, bool)
        and not _is_duration(value)
    )


def _is_duration(value: Any) -> bool:
    """Tell whether a value is a duration of NumPy, which calls it an integer."""
    return getattr(getattr(value, "dtype", None), "kind", None) == "m"


def is_iterable(value: Any) -> bool:
    """Tell whether a value can be iterated over; arrays without axes only look as if they could.

    Examples
    --------
    >>> import numpy
    >>> is_iterable([]), is_iterable(numpy.array([])), is_iterable(numpy.array(1))
    (True, True, False)
    """
    if not isinstance(value, Iterable):
        return False
    try:
        iter(value)
    except (TypeError, NotImplementedError):  # the latter of memory of several axes
        return False
    return True


def check_flag(name: str, value: Any) -> bool:
    """Return a boolean argument.

    Examples
    --------
    >>> check_flag("planar", True)
    True
    """
    if is_flag(value):
        return bool(value)
    fix = "give one of them"
    if isinstance(value, str) and value.strip().casefold() in ("true", "false"):
        fix = f"write {value.strip().capitalize()} without quotation marks"
    elif _reads(lambda number: bool((0, 1).index(number)), value):
        fix = "write bool(...) around it if that is what you mean"
    raise InvalidTypeError(f"{name} must be True or False, got {shown(value)}; {fix}")


def check_integer(name: str, value: Any, minimum: int | None, most_bits: int = MOST_BITS) -> int:
    """Return an integer argument, of either sign if there is no minimum.

    Examples
    --------
    >>> check_integer("order", 3, 0)
    3
    """
    if type(value) is int:
        number = value
    elif is_integer(value):
        number = int(value)
    else:
        fix = f"give one, for instance {max(minimum or 0, 2)}"
        if _reads(int, value):
            fix = "write int(...) around it if that is what you mean"
        raise InvalidTypeError(f"{name} must be an integer, got {shown(value)}; {fix}")
    if number.bit_length() > most_bits:
        raise InvalidValueError(
            f"{name} must have at most {most_bits:,} binary digits, got {number.bit_length():,}"
        )
    if minimum is not None and number < minimum:
        raise InvalidValueError(f"{name} must be at least {minimum}, got {brief(number)}")
    return number


def _reads(read: Callable[[Any], float], value: Any) -> bool:
    """Tell whether a function makes a finite number of a number, a text or an array of no axes."""
    try:
        is_number = isinstance(value, (str, numbers.Number, Decimal)) or is_flag(value)
        if not is_number:
            # Those that are not computed yet, or have no value at all, are left alone.
            others = hasattr(value, "__dask_graph__") or hasattr(value, "filled")
            is_number = value.shape == () and not others
        return is_number and not _is_duration(value) and math.isfinite(read(value))
    except Exception:  # of any package whose value it is
        return False


def check_real(name: str, value: Any) -> float:
    """Return a finite real argument.

    Examples
    --------
    >>> check_real("end_time", 2)
    2.0
    """
    if type(value) is float and -math.inf < value < math.inf:
        return value
    is_real = isinstance(value, (numbers.Real, Decimal)) and not isinstance(value, bool)
    if not is_real or _is_duration(value):
        fix = "give one, for instance 1.0"
        if _reads(float, value):
            fix = "write float(...) around it if that is what you mean"
        raise InvalidTypeError(f"{name} must be a real number, got {shown(value)}; {fix}")
    try:
        number = float(value)
    except (OverflowError, ValueError):  # of a long integer, of a signaling NaN
        number = math.inf
    if not math.isfinite(number):
        got = number if isinstance(value, float) else brief(value)
        raise InvalidValueError(
            f"{name} must be finite, got {got}; give a number that float64 holds, for instance 1.0"
        )
    return number


def check_callable(name: str, value: Any, *given: str) -> None:
    """Refuse an argument that is no function, or none of so many arguments, which are given here.

    Examples
    --------
    >>> check_callable("function", abs, "coefficient")
    """
    if not callable(value):
        raise InvalidTypeError(f"{name} must be callable, got {shown(value)}; give a function")
    if not given or _takes(value, len(given)):
        return
    from inspect import signature

    try:
        # What a decorator makes of a function may take others than that function does.
        taken = signature(value, follow_wrapped=False)
    except (TypeError, ValueError):  # of functions in C
        return
    try:
        taken.bind(*given)
    except TypeError:
        count = "one argument" if len(given) == 1 else f"{len(given)} arguments"
        raise InvalidTypeError(
            f"{name} must be a function of {count}, ({', '.join(given)}), got one of {taken}"
        ) from None


def _takes(value: Any, count: int) -> bool:
    """Tell whether a value is a plain function of so many arguments, which is soon seen."""
    code = value.__code__ if type(value) is FunctionType else None
    return code is not None and code.co_argcount == count and not code.co_kwonlyargcount


def check_choice(name: str, value: Any, choices: Collection[str]) -> str:
    """Return an argument that is one of a few words.

    Examples
    --------
    >>> check_choice("dtype", "float32", ("float32", "float64"))
    'float32'
    """
    if isinstance(value, str) and value in choices:
        return value
    got = f"{brief(value)}{closest(value, choices)}" if isinstance(value, str) else shown(value)
    raise InvalidValueError(f"{name} must be one of {', '.join(map(repr, choices))}; got {got}")


def check_method(value: Any, planar: bool, minimum: int = 0) -> int:
    """Return the argument `method`, the form of a logarithm: 1 and 2 are for planar ones.

    Examples
    --------
    >>> check_method(2, planar=True)
    2
    """
    method = check_integer("method", value, minimum)
    if method == 0 or (planar and method <= 2):
        return method
    if method <= 2:
        raise InvalidValueError(
            f"method={method} gives coordinates at Lyndon forests, which exist only with "
            f"planar=True; use method=0 or planar=True"
        )
    *rest, last = _METHODS[minimum:]
    raise InvalidValueError(f"method must be {', '.join(rest)} or {last}, got {method}")


def check_planar(value: Any) -> bool | None:
    """Return the argument `planar` of what is there for words, too.

    Examples
    --------
    >>> check_planar(True), check_planar(None)
    (True, None)
    """
    if value is None or is_flag(value):
        return None if value is None else bool(value)
    raise InvalidTypeError(
        f"planar must be True (ordered forests), False (trees) or None (words), got {shown(value)}"
    )


def check_path(name: str, value: Any) -> Path:
    """Return the name of a file or folder, where ``~`` stands for the home directory.

    Examples
    --------
    >>> check_path("output", "features.npy").name
    'features.npy'
    """
    try:
        text = os.fsdecode(value)
    except TypeError:
        raise InvalidTypeError(
            f"{name} must be the name of a file, a string or a pathlib.Path, got {shown(value)}"
        ) from None
    if not text.strip() or "\0" in text:
        raise InvalidValueError(f"{name} must be the name of a file, got {brief(text)}")
    if re.match("[A-Za-z][A-Za-z0-9+.-]+://", text):
        is_here = text[:5].lower() == "file:"
        fix = "give the path in it" if is_here else "give the name of a copy on a disk"
        raise InvalidValueError(
            f"{name} must be the name of a file, got {brief(text)}, and URLs are neither read nor "
            f"written; {fix}"
        )
    found = in_home(text)
    if found is None:
        raise InvalidValueError(
            f"{name} is {brief(text)}, and there is no home directory; set HOME, or write ./~ for "
            f"a folder of that name"
        )
    try:
        os.lstat(found)
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise InvalidValueError(
                f"{name} is {brief(text)}, which is longer than names of files may be; shorten it"
            ) from None
        if error.errno == errno.ENOTDIR and _is_of_folder(text):
            raise _of_folder(name, text) from None
    except UnicodeEncodeError as error:
        if "\ud800" <= (half := error.object[error.start]) <= "\udfff":
            raise InvalidValueError(
                f"{name} is {brief(text)}, which has {half!r}, half a character, and is no name of "
                "a file; take it out"
            ) from None
        raise InvalidValueError(
            f"{name} is {brief(text)}, which names of files cannot be in the locale of this "
            "process; set LC_ALL=C.UTF-8, or PYTHONUTF8=1"
        ) from None
    return Path(found)


def check_file(name: str, value: Any, *, folder: str | None = None) -> Path:
    """Return the name of a file, which may not end as that of a folder.

    What has the suffix of `folder`, if there is one, is a folder and may.

    Examples
    --------
    >>> check_file("path", "table.npz").name
    'table.npz'
    """
    found = check_path(name, value)
    text = os.fsdecode(value)
    if _is_of_folder(text) and (folder is None or found.suffix.lower() != folder):
        raise _of_folder(name, text)
    return found


def _is_of_folder(text: str) -> bool:
    """Tell whether a name ends as only that of a folder may."""
    return text.replace(os.sep, "/").rpartition("/")[2] in ("", ".", "..")


def _of_folder(name: str, text: str) -> InvalidValueError:
    return InvalidValueError(
        f"{name} must be the name of a file, got {brief(text)}, which is that of a folder"
    )


def in_home(text: str) -> str | None:
    """Return a path with the home directory for ``~``, None if that is not known.

    Examples
    --------
    >>> in_home("features.npy")
    'features.npy'
    """
    found = os.path.expanduser(text)
    if text.split("/")[0] == "~" and (found == text or os.environ.get("HOME") == ""):
        return None  # an empty HOME stands for no home, and not for the root
    return found


def thread_count(n_jobs: Any) -> int:
    """Return the number of threads that `n_jobs` asks for.

    Examples
    --------
    >>> thread_count(1)
    1
    """
    count = check_integer("n_jobs", n_jobs, None)
    if count == 1:
        return 1
    if count == 0:
        raise InvalidValueError(
            "n_jobs must not be 0; use 1 for serial work, -1 for all processors, -k for all but k-1"
        )
    available = available_processors()
    return min(count, available) if count > 0 else max(all_processors(available) + 1 + count, 1)


def shown(value: Any) -> str:
    """Return a short text for a value of unknown type and size.

    Examples
    --------
    >>> shown(2.0), shown([])
    ('2.0 of type float', 'a value of type list')
    """
    text = brief(value) if isinstance(value, (str, numbers.Number)) or is_flag(value) else ""
    kind = f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
    return f"{text} of type {kind}" if text else f"a value of type {kind}"


def closest(name: Any, known: Iterable[str]) -> str:
    """Return what may have been meant, for the end of a message.

    Examples
    --------
    >>> closest("lead_lga", ["lead_lag", "time_aug"])
    "; did you mean 'lead_lag'?"
    >>> closest("x", ["lead_lag"])
    ''
    """
    from difflib import get_close_matches

    text = name if isinstance(name, str) else brief(name)
    if len(text) > _LONGEST_NAME:
        return ""
    spelled = {each.casefold(): each for each in known}
    found = get_close_matches(text.casefold(), spelled, 1)
    return f"; did you mean {spelled[found[0]]!r}?" if found else ""
