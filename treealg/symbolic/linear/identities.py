"""Identities of functions, by which SymPy makes a rational function of an expression, or zero.

What is no rational function counts as a variable of its own. Of functions that depend on each
other, such as the error functions, all are written by one of them first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from treealg.symbolic.linear.fields import fraction_of
from treealg.symbolic.linear.sampling import attempted, differs, points
from treealg.symbolic.linear.walks import parts

__all__ = ["evaluated", "is_zero_by_identities", "unevaluated"]


def unevaluated(value: Any) -> list[Any]:
    """Return the parts of an expression that are integrals, sums and the like, still to evaluate.

    Examples
    --------
    >>> from sympy import Integral, Symbol
    >>> x = Symbol("x")
    >>> unevaluated(Integral(x) + x), unevaluated(x)
    ([Integral(x, x)], [])
    """
    from sympy import Derivative, Integral, Limit, Product, Subs, Sum

    kinds = (Derivative, Integral, Limit, Product, Subs, Sum)
    return [part for part in parts(value) if isinstance(part, kinds)]


def evaluated(value: Any) -> Any:
    """Return an expression with its integrals, sums and the like evaluated, as far as SymPy can.

    Examples
    --------
    >>> from sympy import Integral, Symbol
    >>> x = Symbol("x")
    >>> evaluated(Integral(x, (x, 0, 2)) + x)
    x + 2
    """
    found = attempted(value.doit)
    return value if found is None else found


def is_zero_by_identities(value: Any, *, has_value: bool = True) -> bool | None:
    """Tell whether an expression is zero, if identities make a rational function of it.

    None if they do not. Of an expression that has no values itself, those of other forms tell that
    it is not zero.

    Examples
    --------
    >>> from sympy import Symbol, erf, erfc, sin
    >>> x = Symbol("x")
    >>> is_zero_by_identities(erf(x) + erfc(x) - 1), is_zero_by_identities(sin(x))
    (True, None)
    """
    for form in _forms(value):
        if form == 0:
            return True
        if form.is_Number:
            return False
        numerator, rational = fraction_of(form)
        if rational or numerator == 0 or numerator.expand() == 0:
            return bool(numerator == 0) or not rational
        if not has_value and differs(form, points(form.free_symbols)):
            return False
    return None


def _forms(value: Any) -> Iterator[Any]:
    """Iterate over ways to write an expression, those first that are found soon."""
    from sympy import (
        Ei,
        besselj,
        bessely,
        erf,
        erfinv,
        exp,
        expand_func,
        expint,
        gamma,
        hyper,
        log,
        sin,
    )

    kinds = (exp, erf, erfinv, gamma, Ei, expint, log, besselj, bessely, sin, hyper)
    seen = {value}
    ways: list[Callable[[Any], Any]] = [evaluated, expand_func]
    ways += [partial(_rewritten, kind=kind) for kind in kinds]
    ways.append(_simplified)
    for way in ways:
        form = attempted(partial(way, value))
        if form is not None and form not in seen:
            seen.add(form)
            yield form


def _rewritten(value: Any, kind: Any) -> Any:
    from sympy import expand_func

    return expand_func(value.rewrite(kind)).expand()


def _simplified(value: Any) -> Any:
    return value.simplify()
