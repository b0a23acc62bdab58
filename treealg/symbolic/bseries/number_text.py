"""Numbers that are given as text: fractions, the four operations, powers and square roots.

Nothing evaluates the text: Python's parser makes a tree of it, of which only what is named here
has a meaning. Sizes are bounded, as a few characters can stand for a number of any length.
"""

from __future__ import annotations

import ast
import operator
import re
from fractions import Fraction
from typing import Any

__all__ = ["read_number"]

_MOST_CHARACTERS = 1000
_GREATEST_EXPONENT = 1000
# Of all numerators and denominators in a power together.
_MOST_BITS = 10_000
# Roots that do not combine: without a bound their number doubles with each factor.
_MOST_TERMS = 500


def read_number(text: str) -> Any:
    """Return a Fraction, or an expanded SymPy number for what is more than a fraction.

    What cannot be read, or is too large, is a ValueError without a text.

    Examples
    --------
    >>> read_number("1/4"), read_number("1/4 - sqrt(3)/6"), read_number("(1 + sqrt(2))**2")
    (Fraction(1, 4), 1/4 - sqrt(3)/6, 2*sqrt(2) + 3)
    """
    text = text.strip()
    if len(text) > _MOST_CHARACTERS:
        raise ValueError
    try:
        return _digits(text)
    except ZeroDivisionError:
        raise ValueError from None
    except ValueError:
        if not re.fullmatch(r"(?:sqrt\(|[0-9.][eE]|[0-9+\-*/(). ])+", text):
            raise
    try:
        return _number(ast.parse(text, mode="eval").body, text)
    except (SyntaxError, RecursionError, MemoryError):
        raise ValueError from None


def _digits(text: str) -> Fraction:
    exponent = re.search(r"[eE]([+-]?[0-9_]+)$", text)
    if exponent and abs(int(exponent[1])) > _GREATEST_EXPONENT:
        raise ValueError
    return Fraction(text)


def _number(node: Any, text: str) -> Any:
    """Return the number that a part of a text stands for."""
    import sympy

    if isinstance(node, ast.Constant):
        # The digits themselves: Python would round them.
        digits = _digits(text[node.col_offset : node.end_col_offset])
        return sympy.Rational(digits.numerator, digits.denominator)
    if isinstance(node, ast.UnaryOp):
        value = _number(node.operand, text)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1:
        return _finite(sympy.sqrt(_number(node.args[0], text)))
    operations = {
        ast.Add: operator.add,
        ast.Sub: operator.sub,
        ast.Mult: _product,
        ast.Div: operator.truediv,
        ast.Pow: _power,
    }
    if not isinstance(node, ast.BinOp) or type(node.op) not in operations:
        raise ValueError
    return _finite(operations[type(node.op)](_number(node.left, text), _number(node.right, text)))


def _finite(value: Any) -> Any:
    value = value.expand()
    if not value.is_finite:
        raise ValueError
    return value


def _product(left: Any, right: Any) -> Any:
    terms = [len(side.as_ordered_terms()) for side in (left, right)]
    if terms[0] * terms[1] > _MOST_TERMS:
        raise ValueError
    return (left * right).expand()


def _power(base: Any, exponent: Any) -> Any:
    import sympy

    bits = sum(int(r.p).bit_length() + int(r.q).bit_length() for r in base.atoms(sympy.Rational))
    if not exponent.is_Rational or (abs(exponent) + exponent.q) * (bits + 1) > _MOST_BITS:
        raise ValueError
    if not exponent.is_Integer or base.is_Rational:
        return base**exponent
    # Roots of integers span few terms, which a power that is expanded at its end does not see.
    result = sympy.Integer(1)
    for digit in f"{abs(int(exponent)):b}":
        result = _product(result, result)
        if digit == "1":
            result = _product(result, base)
    return result if exponent > 0 else 1 / result
