r"""Elementary differentials of SymPy vector fields and of Python callables.

:math:`F(\bullet_c) = f_c` and :math:`F(B^+_c(\tau_1 \cdots \tau_k)) = f_c^{(k)}(F(\tau_1), \ldots,
F(\tau_k))`, with one vector field :math:`f_c` per colour.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NoReturn

import numpy as np

from treealg.checks import brief, check_callable
from treealg.errors import InvalidTypeError, InvalidValueError, TreeAlgError
from treealg.symbolic.bseries.coefficients import tidy
from treealg.symbolic.bseries.nilpotent import Nilpotent, NilpotentArray
from treealg.symbolic.bseries.series import BSeries, check_series
from treealg.symbolic.linear.coefficients import (
    check_coefficient,
    expression,
    is_coefficient,
    is_finite,
)
from treealg.symbolic.linear.elements import one_tree
from treealg.symbolic.linear.sequences import entries_of
from treealg.symbolic.trees.meter import spend
from treealg.symbolic.trees.trees import Tree

__all__ = [
    "elementary_differential",
    "elementary_differential_at",
    "evaluate_series",
    "expand_series",
]

#: Steps that it takes to derive each part of an expression.
_DERIVED = 400

Components = tuple[Any, ...]
Directional = Callable[[int, list[Components]], Components]


def elementary_differential(tree: Any, fields: Any, variables: Iterable[Any]) -> Components:
    """Return the elementary differential of a tree as SymPy expressions.

    Parameters
    ----------
    tree : Tree or tuple
        The tree.
    fields : sequence of expressions, or mapping from colours to such
        The components of the vector field, one per variable; with several colours one field
        each.
    variables : sequence of SymPy symbols
        The coordinates y.

    Returns
    -------
    tuple of SymPy expressions
        The components, expanded.

    Raises
    ------
    InvalidTypeError
        If an argument has the wrong type.
    InvalidValueError
        If a field has another number of components than there are variables, a variable occurs
        twice, or a colour of the tree has no field.

    References
    ----------
    J. C. Butcher, "Numerical Methods for Ordinary Differential Equations" (2016).

    Examples
    --------
    >>> import sympy
    >>> y = sympy.Symbol("y")
    >>> elementary_differential(((0,), (0,), 0), [y**2], [y])
    (2*y**4,)
    """
    tree = one_tree(tree)
    symbols, table = _symbolic_fields(fields, variables)
    return _differential(tree, _symbolic_derivative(table, symbols), {})


def elementary_differential_at(tree: Any, fields: Any, point: Sequence[Any]) -> Components:
    """Return the elementary differential of a tree at a point, for vector fields that are code.

    Parameters
    ----------
    tree : Tree or tuple
        The tree.
    fields : callable, or mapping from colours to callables
        From y, a NumPy array of objects of shape (dimension,), to the components; it may use
        arithmetic, smooth NumPy functions, comparisons and matrix products.
    point : sequence of numbers
        Where to evaluate. Integers and fractions stay exact as long as the callable does.

    Returns
    -------
    tuple of numbers
        The components. Derivatives are exact, not finite differences.

    Raises
    ------
    InvalidTypeError
        If an argument has the wrong type, a function that the callable uses is not known, the
        callable fails, or what it returns is no sequence of numbers.
    InvalidValueError
        If a field returns another number of components than the point has, asks for one more, or
        has no value or derivative there, or a colour of the tree has no field.

    Examples
    --------
    >>> elementary_differential_at(((0,), (0,), 0), lambda y: [y[0] ** 2], [3])
    (162,)
    """
    tree = one_tree(tree)
    derivative = _pointwise_derivative(fields, point)
    with np.errstate(all="ignore"):  # what is not finite is refused
        return _differential(tree, derivative, {})


def expand_series(series: BSeries, fields: Any, variables: Iterable[Any], step: Any) -> Components:
    r"""Return a B-series of SymPy vector fields, a polynomial in the step.

    Parameters
    ----------
    series : BSeries
        The coefficients.
    fields : sequence of expressions, or mapping from colours to such
        The components of the vector field, as for `elementary_differential`.
    variables : sequence of SymPy symbols
        The coordinates y.
    step : SymPy expression or number
        The step h.

    Returns
    -------
    tuple of SymPy expressions
        :math:`a(\emptyset) y + \sum h^{|\tau|} a(\tau) / \sigma(\tau) F(\tau)(y)`, expanded.

    Raises
    ------
    InvalidTypeError
        If an argument has the wrong type.
    InvalidValueError
        If a field has another number of components than there are variables, a variable occurs
        twice or in the step, or a colour has no field.

    Examples
    --------
    >>> import sympy
    >>> from treealg.symbolic.bseries import exact_series
    >>> y, h = sympy.symbols("y h")
    >>> expand_series(exact_series(2), [y**2], [y], h)
    (h**2*y**3 + h*y**2 + y,)
    """
    check_series("series", series)
    symbols, table = _symbolic_fields(fields, variables)
    step = expression("step", step)
    if step.free_symbols & set(symbols):
        raise InvalidValueError(
            f"step must not depend on the variables {symbols}, got {step}; take another symbol"
        )
    return _sum(series, _symbolic_derivative(table, symbols), symbols, step)


def evaluate_series(series: BSeries, fields: Any, point: Sequence[Any], step: Any) -> Components:
    """Return the value at a point of a B-series of vector fields that are code.

    Parameters
    ----------
    series : BSeries
        The coefficients.
    fields : callable, or mapping from colours to callables
        As for `elementary_differential_at`.
    point : sequence of numbers
        Where to evaluate.
    step : number
        The step h.

    Returns
    -------
    tuple of numbers
        The components.

    Raises
    ------
    InvalidTypeError
        If an argument has the wrong type, a function that the callable uses is not known, the
        callable fails, or what it returns is no sequence of numbers.
    InvalidValueError
        If a field returns another number of components than the point has, asks for one more, or
        has no value or derivative there, or a colour has no field.

    Examples
    --------
    >>> from treealg.symbolic.bseries import exact_series
    >>> evaluate_series(exact_series(3), lambda y: [y[0] ** 2], [Fraction(1, 2)], 1)
    (Fraction(15, 16),)
    """
    check_series("series", series)
    start = _point(point)
    step = check_coefficient(step, "step")
    derivative = _pointwise_derivative(fields, start)
    with np.errstate(all="ignore"):  # what is not finite is refused
        return _sum(series, derivative, start, step)


def _differential(tree: Tree, derivative: Directional, known: dict[Tree, Components]) -> Components:
    for part in tree._bottom_up():
        if part not in known:
            directions = [known[child] for child in part.children]
            known[part] = tuple(tidy(value) for value in derivative(part.label, directions))  # type: ignore[arg-type]
    return known[tree]


def _sum(series: BSeries, derivative: Directional, start: Components, step: Any) -> Components:
    known: dict[Tree, Components] = {}
    total: list[Any] = [series[None] * value for value in start]
    for tree, value in series.items():
        if tree is not None and value != 0:
            factor = value * Fraction(1, tree.symmetry) * step**tree.order
            parts = _differential(tree, derivative, known)
            total = [old + factor * part for old, part in zip(total, parts, strict=True)]
    return tuple(tidy(value) for value in total)


def _field_of(table: Mapping[Any, Any], colour: Any) -> Any:
    if colour not in table:
        raise InvalidValueError(
            f"fields must have a field for the colour {brief(colour)}, got {list(table)}"
        )
    return table[colour]


def _symbolic_fields(fields: Any, variables: Any) -> tuple[Components, dict[Any, Components]]:
    import sympy

    symbols = tuple(entries_of("variables", variables, "symbols"))
    if any(not isinstance(symbol, sympy.Symbol) for symbol in symbols):
        raise InvalidTypeError(f"variables must be SymPy symbols, got {brief(symbols)}")
    if len(set(symbols)) < len(symbols):
        raise InvalidValueError(f"variables must be different, got {brief(symbols)}")
    given = fields if isinstance(fields, Mapping) else {0: fields}
    table = {}
    for colour, field in given.items():
        parts = entries_of("a vector field", field, "expressions")
        if any(
            isinstance(part, (list, tuple))
            or (not is_coefficient(part) and getattr(part, "shape", ()))
            for part in parts
        ):
            raise InvalidTypeError(
                "a vector field must be a sequence of expressions, got one of sequences; give "
                "several fields as a mapping from their colours, {0: [...], 1: [...]}"
            )
        table[colour] = tuple(expression("a component of a field", part) for part in parts)
        if len(table[colour]) != len(symbols):
            raise InvalidValueError(
                f"a vector field must have one component per variable, got {len(table[colour])} "
                f"for {len(symbols)} variables"
            )
    return symbols, table


def _symbolic_derivative(table: dict[Any, Components], symbols: Components) -> Directional:
    import sympy

    def derivative(colour: int, directions: list[Components]) -> Components:
        values = _field_of(table, colour)
        # Directions are constants of the derivatives to come: symbols stand in for them.
        stand_ins: dict[Any, Any] = {}
        for direction in directions:
            constants = [sympy.Dummy() for _ in direction]
            stand_ins.update(zip(constants, direction, strict=True))
            parts = sum(1 for value in values for _ in sympy.preorder_traversal(value))
            spend(_DERIVED * len(symbols) * parts)
            values = tuple(
                sum(
                    (_derivative(value, y) * c for y, c in zip(symbols, constants, strict=True)),
                    sympy.Integer(0),
                )
                for value in values
            )
        return tuple(value.xreplace(stand_ins) for value in values)

    return derivative


def _derivative(value: Any, y: Any) -> Any:
    """Return a derivative; of what is constant and not finite, which SymPy says is 0, it is NaN."""
    found = value.diff(y)
    return found if found != 0 or is_finite(value) else value - value


def _value(field: Callable[[Any], Any], y: Any) -> Any:
    """Return the value of a vector field at numbers with infinitesimals."""
    try:
        return field(y)
    except (MemoryError, TreeAlgError):
        raise
    except Exception as error:  # of a function that a user wrote
        _translate(error, len(y))


def _translate(error: Exception, dimension: int) -> NoReturn:
    """Raise what says of an error within a vector field what it means here."""
    if type(error).__name__ == "SympifyError":
        raise InvalidTypeError(
            f"the vector field uses SymPy at numbers with infinitesimals, of which derivatives are "
            f"made: {error}; use functions of NumPy, which symbols pass too, or give expressions "
            "to elementary_differential"
        ) from error
    if isinstance(error, (ArithmeticError, ValueError)):
        raise InvalidValueError(
            f"the vector field has no value or no derivative at the point: {error}; choose another "
            "point"
        ) from error
    if isinstance(error, (AttributeError, TypeError, RuntimeError)):
        raise InvalidTypeError(
            f"the vector field does something that has no derivative here: {error}; it may use "
            "arithmetic and NumPy functions that are smooth, such as numpy.sin for math.sin, and "
            "write to arrays of objects, such as numpy.zeros_like(y); or give it as SymPy "
            "expressions to elementary_differential"
        ) from error
    if isinstance(error, IndexError):
        raise InvalidValueError(
            f"the vector field asks for an entry that is not there, {error}; the point has "
            f"{dimension} coordinate{'s' if dimension != 1 else ''}, and y as many entries"
        ) from error
    raise InvalidTypeError(
        f"the vector field fails with {type(error).__name__}: {error}; give one that has a value "
        "at the point"
    ) from error


def _component(value: Any, top: int) -> Any:
    """Return the coefficient of the given infinitesimals in a component of a vector field."""
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        value = value.item()  # as numpy.where returns it
    if isinstance(value, Nilpotent):
        return value.terms[top] if top in value.terms else _of_constant(value.terms.get(0, 0), top)
    if hasattr(value, "__len__"):
        raise InvalidTypeError(
            "a component of a vector field must be a number or a symbolic expression, got "
            f"a {type(value).__name__} of length {len(value)}; return a sequence of numbers"
        )
    # A component that does not depend on y may come back as a plain number.
    return _of_constant(check_coefficient(value), top)


def _of_constant(value: Any, top: int) -> Any:
    """Return the coefficient in a constant: 0, or NaN if that is not finite."""
    if not top:
        return value
    return 0 if is_finite(value) else value - value


def _point(point: Any) -> Components:
    """Return the coordinates of a point, which are finite."""
    start = tuple(
        check_coefficient(value, "a coordinate of the point")
        for value in entries_of("point", point)
    )
    if not all(map(is_finite, start)):
        raise InvalidValueError(f"point must have finite coordinates, got {brief(point)}")
    return start


def _pointwise_derivative(fields: Any, point: Any) -> Directional:
    start = _point(point)
    table = fields if isinstance(fields, Mapping) else {0: fields}
    for colour, field in table.items():
        if not callable(field):
            raise InvalidTypeError(
                "fields must be a callable or a mapping from colours to callables"
            )
        try:
            check_callable(f"the field of colour {brief(colour)}", field, "y")
        except InvalidTypeError as error:
            raise InvalidTypeError(
                f"{error}; with a time, write lambda y: field(t, y) for a fixed t, or make the "
                f"time a coordinate whose derivative is 1"
            ) from None

    def derivative(colour: int, directions: list[Components]) -> Components:
        field = _field_of(table, colour)
        y = NilpotentArray(len(start), dtype=object)
        for i, value in enumerate(start):
            terms = {0: value}
            terms.update({1 << k: vector[i] for k, vector in enumerate(directions)})
            y[i] = Nilpotent(terms)
        found = _value(field, y)
        if isinstance(found, np.ndarray) and found.ndim == 2 and 1 in found.shape:
            found = found.ravel()  # a row or a column, as SymPy's lambdify makes of a matrix
        result = entries_of(f"the field of colour {brief(colour)}", found)
        if len(result) != len(start):
            raise InvalidValueError(
                f"a vector field must return one component per coordinate, got {len(result)} for "
                f"{len(start)} coordinates"
            )
        top = (1 << len(directions)) - 1
        values = tuple(_component(value, top) for value in result)
        given = (_component(value, 0) for value in result)
        if not all(map(is_finite, values)) and all(
            map(is_finite, itertools.chain(given, *directions))
        ):
            raise InvalidValueError(
                f"the vector field has no derivative of order {len(directions)} at the point that "
                f"floats can hold: got {brief(values)}; choose another point, or other units"
            )
        return values

    return derivative
