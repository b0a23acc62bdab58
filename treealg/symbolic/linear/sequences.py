"""Sequences and tables of coefficients as users give them: lists, arrays, symbolic matrices."""

from __future__ import annotations

from typing import Any

from treealg.errors import InvalidValueError
from treealg.sequences import check_sequence
from treealg.symbolic.linear.coefficients import python_number

__all__ = ["entries_of", "rows_of"]


def entries_of(name: str, values: Any, kind: str = "numbers") -> list[Any]:
    """Return the entries of an argument that is a sequence, or a matrix of one row or column.

    Examples
    --------
    >>> import sympy
    >>> entries_of("b", (1, 2)), entries_of("b", sympy.Matrix([1, 2]))
    ([1, 2], [1, 2])
    """
    if _is_matrix(values):
        rows = values.tolist()
        return [python_number(x) for x in _line(name, rows, (values.rows, values.cols), kind)]
    values = _as_array(values)
    if getattr(values, "ndim", 1) == 2 and hasattr(values, "tolist"):
        values = _line(name, values.tolist(), values.shape, kind)
    return _listed(name, values, kind)


def _line(name: str, rows: list[list[Any]], shape: tuple[int, int], kind: str) -> list[Any]:
    if 1 not in shape:
        raise InvalidValueError(
            f"{name} must be a sequence of {kind}, or a matrix of one row or column, got a matrix "
            f"of shape {tuple(shape)}"
        )
    return [entry for row in rows for entry in row]


def rows_of(name: str, values: Any) -> list[Any]:
    """Return the rows of an argument that is a sequence of sequences, or a matrix.

    Examples
    --------
    >>> import sympy
    >>> rows_of("a", [[], [1]]), rows_of("a", sympy.ImmutableMatrix([[0, 1]]))
    ([[], [1]], [[0, 1]])
    """
    if _is_matrix(values):
        return [list(map(python_number, row)) for row in values.tolist()]
    return _listed(name, values, "rows")


def _is_matrix(values: Any) -> bool:
    """Tell whether something is a matrix of SymPy or mpmath with entries."""
    return all(hasattr(values, name) for name in ("tolist", "rows", "cols"))


def _listed(name: str, values: Any, kind: str) -> list[Any]:
    return check_sequence(name, _as_array(values), f"a sequence of {kind}")


def _as_array(values: Any) -> Any:
    """Return a table, a sparse array or a matrix of NumPy as an array, all else as it is."""
    for name in ("to_numpy", "toarray"):
        convert = getattr(values, name, None)
        if callable(convert):
            values = convert()
    return getattr(values, "A", values) if hasattr(values, "A1") else values
