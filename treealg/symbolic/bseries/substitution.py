r"""Substitution of a vector field into a B-series, and modifying integrators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from treealg.checks import check_integer
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic.bseries.coefficients import tidy
from treealg.symbolic.bseries.contraction import Contraction, Weights
from treealg.symbolic.bseries.series import BSeries, check_series, exact_series, trees_up_to
from treealg.symbolic.bseries.truncated import in_field
from treealg.symbolic.linear.coefficients import difference, quotient
from treealg.symbolic.linear.tolerances import holds_to_rounding
from treealg.symbolic.trees.labels import first_labels
from treealg.symbolic.trees.trees import Tree

__all__ = ["modifying_integrator", "substitute"]


def substitute(field: BSeries | Mapping[int, BSeries], series: BSeries) -> BSeries:
    r"""Substitute a vector field, given as a B-series, for the vector field of a B-series.

    :math:`(b \star a)(\tau) = \sum_p a(\text{skeleton}) \prod_{\text{parts}} b(\text{part})` over
    the partitions p of the tree into subtrees, where B(b) is the field (times h) that replaces f
    (times h) in B(a): the field is the first argument, as in Chartier, Hairer and Vilmart.

    Parameters
    ----------
    field : BSeries or mapping from colours to BSeries
        The coefficients b, zero on the empty tree. One series replaces the field of each colour
        c by its terms with root colour c, which is right for partitioned systems and for one
        colour; a mapping gives the field that replaces that of each colour, and must have all.
    series : BSeries
        The coefficients a: a method or a vector field.

    Returns
    -------
    BSeries
        The substitution, to the smallest of the orders, with the value of `series` on the empty
        tree.

    Raises
    ------
    InvalidTypeError
        If an argument has the wrong type, or a colour of a mapping is no integer.
    InvalidValueError
        If a field is not zero on the empty tree, colours differ, or a mapping has not exactly
        the colours of `series`.

    References
    ----------
    P. Chartier, E. Hairer and G. Vilmart, "Algebraic structures of B-series", Found. Comput.
    Math. 10 (2010). D. Calaque, K. Ebrahimi-Fard and D. Manchon, "Two interacting Hopf
    algebras of trees", Adv. Appl. Math. 47 (2011).

    Examples
    --------
    The exact flow of the modified equation of a method is the method:

    >>> from treealg.symbolic.bseries import exact_series, modified_equation
    >>> euler = BSeries({Tree(): 1}, 4)
    >>> substitute(modified_equation(euler), exact_series(4)) == euler
    True
    """
    check_series("series", series)
    fields = _fields(field, series.colours)
    if isinstance(field, BSeries):
        return in_field(
            lambda one, base: _substitute(lambda part: _one_weight(part, one._values[part]), base),
            field,
            series.truncate(min(series.order, field.order)),
        )
    return in_field(
        lambda base, *each: _substitute(_weights(dict(zip(fields, each, strict=True))), base),
        series.truncate(min(series.order, *(one.order for one in fields.values()))),
        *fields.values(),
    )


def _substitute(weights: Weights, series: BSeries) -> BSeries:
    order, a = series.order, series._values
    contraction = Contraction(weights)
    values: dict[Tree | None, Any] = {None: a[None]}
    for tree in trees_up_to(order, series.colours):
        total: Any = 0
        for skeleton, value in contraction(tree).items():
            if a[skeleton] != 0:
                total = total + value * a[skeleton]
        values[tree] = tidy(total)
    return BSeries._wrap(values, order, series.colours)


def modifying_integrator(series: BSeries) -> BSeries:
    r"""Return the vector field to which a method must be applied to give the exact flow of f.

    Parameters
    ----------
    series : BSeries
        A method a, not zero on the tree of one vertex of any colour.

    Returns
    -------
    BSeries
        The coefficients b, zero on the empty tree, with :math:`b \star a` the exact solution.
        With several colours the terms with root colour c modify the field of that colour, as for
        a partitioned system.

    Raises
    ------
    InvalidTypeError
        If `series` is not a `BSeries`.
    InvalidValueError
        If it does not have value 1 on the empty tree, or is zero on a tree of one vertex, floats to
        1e-12.

    References
    ----------
    P. Chartier, E. Hairer and G. Vilmart, "Numerical integrators based on modified differential
    equations", Math. Comp. 76 (2007).

    Examples
    --------
    >>> modifying_integrator(BSeries({Tree(): 1}, 3))  # the explicit Euler method
    <BSeries to order 3: 0: 1, 0[0]: 1/2, 0[0,0]: 1/3, 0[0[0]]: 1/6>
    """
    return in_field(_modifying_integrator, check_series("series", series, 1))


def _modifying_integrator(series: BSeries) -> BSeries:
    a = series._values
    leaves = [a[Tree((), colour)] for colour in range(series.colours)] if series.order else []
    if any(map(holds_to_rounding, leaves)):
        raise InvalidValueError(
            "series must not be zero, or 0 but for rounding, on a tree of one vertex; such a "
            "method does not move along that field, and no modification makes it"
        )
    exact = exact_series(series.order, series.colours)._values
    values: dict[Tree | None, Any] = {None: 0}
    contraction = Contraction(lambda part: _one_weight(part, values[part]))
    for tree in trees_up_to(series.order, series.colours):
        total = exact[tree]
        for skeleton, value in contraction.partial(tree).items():
            if a[skeleton] != 0:
                total = difference(total, value * a[skeleton])
        leaf = a[Tree((), tree.label)]
        values[tree] = tidy(total if leaf == 1 else quotient(total, leaf))
    return BSeries._wrap(values, series.order, series.colours)


def _fields(field: Any, colours: int) -> dict[int, BSeries]:
    if isinstance(field, BSeries):
        fields = dict.fromkeys(range(colours), field)
    elif isinstance(field, Mapping):
        fields = {check_integer("a colour of field", c, None): one for c, one in field.items()}
        if len(fields) != len(field) or set(fields) != set(range(colours)):
            raise InvalidValueError(
                f"field must have the colours {first_labels(colours)} of the series, got "
                f"{sorted(map(str, fields))}"
            )
    else:
        raise InvalidTypeError(
            f"field must be a BSeries or a mapping from colours to them, got {type(field).__name__}"
        )
    for colour, one in fields.items():
        check_series(f"field of colour {colour}", one, 0)
        if one.colours != colours:
            raise InvalidValueError(
                f"field and series must have the same colours, got {one.colours} and {colours}"
            )
    return fields


def _one_weight(part: Tree, value: Any) -> list[tuple[Any, Any]]:
    return [] if value == 0 else [(part.label, value)]


def _weights(fields: dict[int, BSeries]) -> Weights:
    return lambda part: [
        (colour, one._values[part]) for colour, one in fields.items() if one._values[part] != 0
    ]
