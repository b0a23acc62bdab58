"""Labels of tree vertices: what is allowed, and one total order for labels of any mixture of types.

The basis order needs labels to be comparable, and labels may be any hashable. Real numbers, of any
library, are ordered by value, strings, bytes and tuples as usual, everything else by type, then
complex numbers by their parts, dates by time, and what is left by repr; different kinds come one
after the other. Two labels that this cannot tell apart are an error, because the
canonical form of a tree would otherwise depend on the order in which its parts were given.
"""

from __future__ import annotations

import math
import numbers
import operator
from collections.abc import Hashable
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, localcontext
from fractions import Fraction
from typing import Any

from treealg.checks import brief
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic.trees.interning import Interned
from treealg.symbolic.trees.scalars import as_fraction, number_text, python_scalar

__all__ = [
    "ByKind",
    "Label",
    "first_labels",
    "label_kind",
    "label_less",
    "label_place",
    "normalize_label",
    "normalize_word",
    "shown_label",
]

Label = Hashable

_PLAIN = frozenset({int, str})
_HOUR = timedelta(hours=1)
_FARTHEST = timedelta(hours=23, minutes=59)  # of zones that times are compared by, from UTC
_UNITS = ("D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as")  # of times of NumPy
_MOST_SHIFTED = 10_000  # binary digits, up to which floats of mpmath are compared as fractions
_DIGITS = 40  # of larger and smaller ones
_FEW_ZEROS = 20  # at the end of an integer, which it is written with


def first_labels(count: int) -> str:
    """Return the labels 0, ..., count - 1 as messages name them.

    Examples
    --------
    >>> first_labels(1), first_labels(2), first_labels(5)
    ('0', '0, 1', '0, ..., 4')
    """
    return ", ".join(map(str, range(count))) if count < 3 else f"0, ..., {count - 1}"


def normalize_label(label: Any) -> Label:
    """Return `label` as trees store it, or refuse it.

    Integers of SymPy, scalars of NumPy and instances of subclasses of numbers, strings and tuples,
    also in tuples and sets, become those of Python, times of other zones those of UTC, and those of
    NumPy are in the longest unit, so that equal labels of one type give one tree; everything else
    is kept as it is.

    Examples
    --------
    >>> normalize_label("x")
    'x'
    """
    if label.__class__ is int or label.__class__ is str:
        return label
    label = python_scalar(label)
    if isinstance(label, (str, bytes, int, float, complex, tuple)):
        return _plain(label)  # type: ignore[no-any-return]
    if isinstance(label, Interned):
        raise InvalidTypeError(
            f"a label must not be a tree or a forest, got {brief(label)}; branches are given as "
            "children, and a name or a tuple can label a vertex"
        )
    if (
        isinstance(label, numbers.Integral)
        and not isinstance(label, int)
        and not hasattr(label, "dtype")  # a duration, which NumPy calls an integer
    ):
        return int(label)
    try:
        hash(label)
    except TypeError:
        raise InvalidTypeError(
            f"a label must be hashable, got {type(label).__name__} {brief(label)}; "
            "use a tuple or a frozenset instead"
        ) from None
    _check_itself(label)
    if isinstance(label, frozenset):
        return frozenset(map(normalize_label, label))
    if isinstance(label, (datetime, time)) and label.utcoffset():
        return _in_utc(label)
    if _is_time(label):
        return _in_days(label)
    return _shortest(label) if isinstance(label, Decimal) else label


def _in_utc(label: datetime | time) -> Label:
    """Return a moment, or a time of any day, as it is in UTC: equal ones of other zones are one."""
    if isinstance(label, datetime):
        try:
            return label.astimezone(UTC)
        except OverflowError:  # at the first or last day of all
            return label
    day = datetime(2000, 1, 1, tzinfo=UTC)
    since = datetime.combine(day, label, tzinfo=UTC) - (label.utcoffset() or timedelta()) - day
    # What is before or after that day in UTC equals no time there: the next zone has it.
    hours = since // _HOUR
    shift = max(min((min(max(hours, 0), 23) - hours) * _HOUR, _FARTHEST), -_FARTHEST)
    moved = day + since + shift
    if moved.date() != day.date():  # seconds are left, of a zone that has some
        return label
    return moved.timetz().replace(tzinfo=timezone(shift) if shift else UTC, fold=0)


def _plain(label: Any) -> Any:
    """Return a label as the string, number or tuple of Python that it is."""
    if isinstance(label, tuple):
        try:
            return tuple(map(normalize_label, label))
        except RecursionError:
            raise InvalidValueError(
                "a label must not be nested that deep; take branches as children, or a name"
            ) from None
    _check_itself(label)
    if isinstance(label, complex):
        return complex(label.real + 0.0, label.imag + 0.0)
    if isinstance(label, float):
        return float.__float__(label) + 0.0  # not -0.0, which equals 0.0
    if isinstance(label, int):
        return label if label.__class__ is bool else int.__int__(label)
    if isinstance(label, str):
        return str.__str__(label)
    return bytes.__bytes__(label)


def _check_itself(label: Any) -> None:
    try:
        is_itself = bool(label == label)
    except (ArithmeticError, RuntimeError, TypeError, ValueError):  # entry by entry, or unknown
        is_itself = False
    if not is_itself:
        raise InvalidValueError(
            f"a label must be equal to itself, got {brief(label)}; use None or a string"
        )


def _shortest(label: Decimal) -> Decimal:
    """Return a decimal number without zeros at its end: 1.0 and 1.00 are equal."""
    sign, digits, exponent = label.as_tuple()
    if not isinstance(exponent, int):
        return label
    kept = list(digits)
    while kept and not kept[-1]:
        kept.pop()
    if not kept:
        return Decimal(0)
    exponent += len(digits) - len(kept)
    if 0 < exponent < _FEW_ZEROS:
        kept, exponent = kept + [0] * exponent, 0
    return Decimal((sign, tuple(kept), exponent))


def _in_days(label: Any) -> Label:
    """Return a date or duration of NumPy in the longest unit of up to a day that it is a whole of.

    Durations of months, of which no number of days is known, are those of years if they are.
    """
    from numpy import datetime_data

    kind = label.dtype.kind
    months = kind == "m" and datetime_data(label)[0] in {"Y", "M"}
    for unit in ("Y", "M") if months else _UNITS:
        # There and back, as NumPy compares far times by numbers that overflow.
        try:
            same = label.astype(f"{kind}8[{unit}]")
            back = same.astype(label.dtype)
        except OverflowError:
            continue
        if back.astype("i8") == label.astype("i8"):
            return same  # type: ignore[no-any-return]
    return label  # type: ignore[no-any-return]


def label_kind(label: Any) -> Any:
    """Return what tells labels apart that are equal: their class, and those of their members.

    Examples
    --------
    >>> label_kind(1) == label_kind(True), label_kind((1,)) == label_kind((True,))
    (False, False)
    """
    if label.__class__ is tuple:
        return tuple(map(label_kind, label))
    if label.__class__ is frozenset:
        return frozenset((member, label_kind(member)) for member in label)
    return label.__class__


def normalize_word(word: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a word, a tuple of letters, with scalars of Python; the same one if it has them.

    Examples
    --------
    >>> import numpy
    >>> normalize_word((numpy.int64(1), "x"))
    (1, 'x')
    """
    if _PLAIN.issuperset(map(type, word)):
        return word
    letters = tuple(map(_letter, word))
    return word if all(map(operator.is_, letters, word)) else letters


def _letter(letter: Any) -> Any:
    """Return a letter as labels are stored; trees may be letters, or parts of them."""
    if isinstance(letter, Interned):
        return letter
    if isinstance(letter, tuple):
        parts = normalize_word(letter)
        return parts if parts.__class__ is tuple else tuple(parts)
    letter = python_scalar(letter)
    try:
        hash(letter)
    except TypeError:
        raise InvalidTypeError(
            f"letters of a word must be hashable, got {type(letter).__name__} {brief(letter)}; "
            f"use tuples or frozensets"
        ) from None
    return normalize_label(letter)


class ByKind(dict[Any, Any]):
    """What is known of words, of each apart from those that equal it: 1, 1.0 and True are letters.

    Notes
    -----
    To be asked and filled one by one; what it iterates over are words, or these and their kinds.

    Examples
    --------
    >>> known = ByKind()
    >>> known[1.0,], known[1,] = "float", "int"
    >>> known[1.0,], known[1,], (True,) in known
    ('float', 'int', False)
    """

    __slots__ = ()

    def __contains__(self, word: Any) -> bool:
        return super().__contains__(_place(word))

    def __getitem__(self, word: Any) -> Any:
        return super().__getitem__(_place(word))

    def __setitem__(self, word: Any, value: Any) -> None:
        super().__setitem__(_place(word), value)

    def get(self, word: Any, default: Any = None) -> Any:
        """Return what is known of a word, or `default`."""
        return super().get(_place(word), default)


def _place(word: tuple[Any, ...]) -> tuple[Any, ...]:
    return word if _is_plain(word) else (word, label_kind(word))


def _is_plain(word: tuple[Any, ...]) -> bool:
    """Tell whether all words that equal a word look like it."""
    return _PLAIN.issuperset(map(type, word)) or all(
        letter.__class__ in _PLAIN
        or isinstance(letter, Interned)
        or (letter.__class__ is tuple and _is_plain(letter))
        for letter in word
    )


def label_place(label: Any) -> tuple[Any, ...]:
    """Return by what labels of any types are sorted; labels that differ may share it.

    Examples
    --------
    >>> sorted(["b", 2, "a", 1.5], key=label_place)
    [1.5, 2, 'a', 'b']
    """
    if label.__class__ is int:
        return (0, label, "builtins.int")
    if label.__class__ is str:
        return (1, label, "builtins.str")
    name = f"{type(label).__module__}.{type(label).__qualname__}"
    if isinstance(label, (int, float, Fraction, Decimal)):
        return (0, label, name)
    if isinstance(label, str):
        return (1, label, name)
    if isinstance(label, bytes):
        return (2, label, name)
    if isinstance(label, tuple):
        return (3, tuple(label_place(part) for part in label), name)
    if isinstance(label, frozenset):
        return (4, tuple(sorted(map(label_place, label))), name)
    if getattr(label, "is_number", False) and getattr(label, "is_extended_real", False):
        return (0, _real(label), name, repr(label))
    if isinstance(label, complex):
        return (5, name, label.real, label.imag)
    if isinstance(label, timedelta) or _is_time(label):
        return (5, name, label, repr(label))
    if (fraction := as_fraction(label)) is not None:
        return (0, fraction, name)
    if hasattr(label, "_mpc_") and hasattr(label, "real"):  # of mpmath, and not of SymPy
        return (5, name, _value_of_real(label.real), _value_of_real(label.imag), label._mpc_)
    if isinstance(label, numbers.Real) or hasattr(label, "_mpf_"):
        # Its parts beside it: mpmath shows as many digits as it has at the moment.
        return (0, _value_of_real(label), name, getattr(label, "_mpf_", ()))
    text = repr(label)
    if isinstance(label, (date, time)):
        return (5, name, label.isoformat(), text)
    if " at 0x" in text:
        raise InvalidValueError(
            f"labels that show as their address in memory have no order that lasts, got "
            f"{brief(label)}; give them names"
        )
    return (5, name, text)


def _real(label: Any) -> Any:
    """Return the value of a real number of SymPy, to some digits where it has no end."""
    if label.is_Rational:
        return Fraction(int(label.p), int(label.q))
    if label.is_infinite:
        return math.inf if label.is_extended_positive else -math.inf
    return Decimal(str(label.evalf(30)))


def _value_of_real(label: Any) -> Any:
    """Return the value of a real number of another library, as what compares with ours."""
    if hasattr(label, "_mpf_"):
        sign, mantissa, exponent, _ = label._mpf_
        if not mantissa:
            return float(label)
        signed = int(-mantissa if sign else mantissa)
        if abs(exponent) <= _MOST_SHIFTED:
            return signed * Fraction(2) ** exponent
        with localcontext(Context(prec=_DIGITS, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])):
            return Decimal(signed) * Decimal(2) ** exponent
    value = float(label)
    if not math.isfinite(value) or not hasattr(label, "as_integer_ratio"):
        return value
    return Fraction(*map(int, label.as_integer_ratio()))


def _is_time(label: Any) -> bool:
    """Tell whether a label is a date or a duration of NumPy."""
    return getattr(getattr(label, "dtype", None), "kind", None) in {"m", "M"}


def shown_label(label: Any) -> str:
    """Return what Python shows of a label, with the members of sets in order.

    Examples
    --------
    >>> shown_label("a"), shown_label((1, frozenset("ba")))
    ("'a'", "(1, frozenset({'a', 'b'}))")
    """
    if label.__class__ is frozenset and label:
        members = sorted(label, key=label_place)
        return f"frozenset({{{', '.join(map(shown_label, members))}}})"
    if label.__class__ is tuple:
        return f"({', '.join(map(shown_label, label))}{',' if len(label) == 1 else ''})"
    if label.__class__ is Fraction:
        return f"Fraction({', '.join(map(number_text, label.as_integer_ratio()))})"
    return number_text(label) if label.__class__ is int else repr(label)


def label_less(first: Any, second: Any) -> bool:
    """Tell whether the label `first` comes before the different label `second`.

    Examples
    --------
    >>> label_less(2, 10), label_less("a", 7)
    (True, False)
    """
    if first.__class__ is int and second.__class__ is int:
        return bool(first < second)
    left, right = label_place(first), label_place(second)
    if left == right:
        raise InvalidValueError(
            f"two different labels of type {type(first).__name__} cannot be put in order: both "
            f"show as {brief(first)}; give them different names"
        )
    return left < right
