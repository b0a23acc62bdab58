"""Runge-Kutta methods, also additive and partitioned ones, exactly."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from treealg.checks import check_flag, check_integer
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.sequences import check_sequence
from treealg.symbolic.bseries.coefficients import tidy
from treealg.symbolic.bseries.methods_base import (
    Matrix,
    OneStepMethod,
    Vector,
    read_tableau,
)
from treealg.symbolic.bseries.stability import stability_quotient
from treealg.symbolic.linear.tolerances import vanishes
from treealg.symbolic.trees.displayed import Tableau
from treealg.symbolic.trees.sizes import check_terms
from treealg.symbolic.trees.trees import Tree

__all__ = ["AdditiveRungeKutta", "RungeKutta", "symbolic_tableau"]


class RungeKutta(OneStepMethod):
    """A Runge-Kutta method, explicit or implicit, with an exact tableau.

    Parameters
    ----------
    a : sequence of sequences
        The matrix; entries are numbers, strings such as ``"1/6"`` or ``"1/4 - sqrt(3)/6"``, or
        SymPy expressions. Rows that end early are filled with zeros.
    b : sequence
        The weights. The nodes are the sums of the rows.
    name : str, default ""
        A name.

    Raises
    ------
    InvalidTypeError
        If an argument has the wrong type.
    InvalidValueError
        If sizes do not fit, there are no stages, or a string cannot be read.

    Notes
    -----
    Floats are taken as they are, and decisions about them need a tolerance: ``order(tol=1e-12)``.
    Write fractions, strings or expressions for exact ones.

    Examples
    --------
    >>> midpoint = RungeKutta([[], ["1/2"]], [0, 1])
    >>> midpoint.order(), midpoint.nodes, midpoint.stability_function()
    (2, (0, Fraction(1, 2)), z**2/2 + z + 1)
    """

    __slots__ = ("_a", "_b")

    def __init__(self, a: Any, b: Any, name: str = "") -> None:
        self._a, self._b = read_tableau(a, b)
        self._name = check_name(name)

    @property
    def a(self) -> Matrix:
        """The matrix, as a tuple of rows."""
        return self._a

    @property
    def b(self) -> Vector:
        """The weights."""
        return self._b

    @property
    def nodes(self) -> Vector:
        """The nodes c, sums of the rows of the matrix."""
        entered, arithmetic = self._entered()
        return tuple(arithmetic.leave(tidy(sum(row))) for row in entered._a)

    @property
    def stages(self) -> int:
        """The number of stages."""
        return len(self._b)

    @property
    def colours(self) -> int:
        """One: there is a single vector field."""
        return 1

    @property
    def is_explicit(self) -> bool:
        """Whether the matrix is exactly zero on and above its diagonal."""
        return all(value == 0 for i, row in enumerate(self._a) for value in row[i:])

    @property
    def is_symplectic(self) -> bool:
        """Whether b_i a_ij + b_j a_ji = b_i b_j for all i, j, which makes it symplectic.

        Necessary too, unless stages are superfluous; `is_symplectic` of the series decides then.
        """
        entered, _ = self._entered()
        a, b = entered._a, entered._b
        remedy = "use symplectic_order(method.series(n), tol=...)"
        return all(
            vanishes(
                b[i] * a[i][j] + b[j] * a[j][i] - b[i] * b[j],
                None,
                remedy,
                summands=lambda size, i=i, j=j: map(
                    size, (b[i] * a[i][j], b[j] * a[j][i], b[i] * b[j])
                ),
            )
            for i in range(self.stages)
            for j in range(i + 1)
        )

    def _tableaux(self) -> tuple[Tableau, ...]:
        return (Tableau(self.nodes, (self._a,), self._b, self.is_explicit),)

    def _branch_matrix(self, parent: Tree, child: Tree) -> Matrix:
        return self._a

    def _root_weights(self, tree: Tree) -> Vector:
        return self._b

    def stability_function(self, z: Any = None) -> Any:
        r"""Return :math:`R(z) = 1 + z b^T (I - zA)^{-1} \mathbb 1`, one step for y' = λy, z = hλ.

        Parameters
        ----------
        z : SymPy expression, optional
            The variable; a symbol z by default.

        Returns
        -------
        SymPy expression
            A polynomial or a cancelled quotient.

        Raises
        ------
        InvalidTypeError
            If `z` is neither a number nor a SymPy expression.

        References
        ----------
        E. Hairer and G. Wanner, "Solving Ordinary Differential Equations II" (1996).

        Examples
        --------
        >>> RungeKutta([[1]], [1]).stability_function()
        -1/(z - 1)
        """
        return stability_quotient(self._a, self._b, z)

    def adjoint(self) -> RungeKutta:
        r"""Return the adjoint method: :math:`a^*_{ij} = b_j - a_{ij}`, the same weights.

        Returns
        -------
        RungeKutta
            The method of the step backwards, inverted.

        Raises
        ------
        InvalidValueError
            If a coefficient is nested deeper than Python's limit of recursion lets SymPy go.

        Notes
        -----
        The stages keep their order, so that the adjoint of an explicit method has an upper
        triangular matrix.

        Examples
        --------
        >>> RungeKutta([[0]], [1]).adjoint().a
        ((1,),)
        """
        entered, arithmetic = self._entered()
        rows = [
            [arithmetic.leave(tidy(b - a)) for a, b in zip(row, entered._b, strict=True)]
            for row in entered._a
        ]
        return RungeKutta(rows, self._b, f"adjoint of {self._name}" if self._name else "")


class AdditiveRungeKutta(OneStepMethod):
    """An additive Runge-Kutta method: one tableau per summand of the vector field.

    Parameters
    ----------
    parts : sequence of RungeKutta
        The method for the summand of each colour 0, 1, ...; all with the same number of stages.
    name : str, default ""
        A name.

    Raises
    ------
    InvalidTypeError
        If an argument has the wrong type.
    InvalidValueError
        If there are no parts, or they differ in their numbers of stages.

    Notes
    -----
    A partitioned method for p' = f(p, q), q' = g(p, q) is the additive method for the fields
    (f, 0) and (0, g), with the same series. Implicit-explicit methods are additive.

    References
    ----------
    A. L. Araujo, A. Murua and J. M. Sanz-Serna, "Symplectic methods based on decompositions",
    SIAM J. Numer. Anal. 34 (1997). E. Hairer, C. Lubich and G. Wanner, "Geometric Numerical
    Integration" (2006).

    Examples
    --------
    >>> explicit, implicit = RungeKutta([[0]], [1]), RungeKutta([[1]], [1])
    >>> AdditiveRungeKutta([explicit, implicit]).weight(((1,), 0))
    1
    """

    __slots__ = ("_parts",)

    def __init__(self, parts: Iterable[RungeKutta], name: str = "") -> None:
        self._parts: tuple[RungeKutta, ...] = tuple(
            check_sequence("parts", parts, "a sequence of RungeKutta")
        )
        self._name = check_name(name)
        for part in self._parts:
            if not isinstance(part, RungeKutta):
                raise InvalidTypeError(f"parts must be RungeKutta, got {type(part).__name__}")
        if len({part.stages for part in self._parts}) != 1:
            raise InvalidValueError(
                "parts must be at least one method, all with the same number of stages, got "
                f"{[part.stages for part in self._parts]}; fill up with stages of weight 0"
            )

    @property
    def parts(self) -> tuple[RungeKutta, ...]:
        """The method of each colour."""
        return self._parts

    @property
    def stages(self) -> int:
        """The number of stages."""
        return self._parts[0].stages

    @property
    def colours(self) -> int:
        """The number of summands of the vector field."""
        return len(self._parts)

    def _tableaux(self) -> tuple[Tableau, ...]:
        return tuple(table for part in self._parts for table in part._tableaux())

    def _branch_matrix(self, parent: Tree, child: Tree) -> Matrix:
        return self._part(child).a

    def _root_weights(self, tree: Tree) -> Vector:
        return self._part(tree).b

    def _part(self, tree: Tree) -> RungeKutta:
        label: Any = tree.label
        part: RungeKutta = self._parts[label]
        return part


def symbolic_tableau(stages: Any, *, explicit: bool = True) -> RungeKutta:
    """Return a Runge-Kutta method with symbols for its coefficients, for symbolic conditions.

    Parameters
    ----------
    stages : int
        The number of stages, at least 1.
    explicit : bool, default True
        Whether the matrix is strictly lower triangular.

    Returns
    -------
    RungeKutta
        The method with coefficients a21, ... and b1, ...; indices of two digits are separated by
        an underscore.

    Raises
    ------
    InvalidTypeError
        If `stages` is not an integer or `explicit` not a bool.
    InvalidValueError
        If `stages` is less than 1, or so large that there are a million coefficients.

    Examples
    --------
    >>> symbolic_tableau(2).a
    ((0, 0), (a21, 0))
    """
    import sympy

    stages = check_integer("stages", stages, 1)
    check_terms("a tableau of so many stages", stages * (stages + 1))
    explicit = check_flag("explicit", explicit)
    between = "_" if stages > 9 else ""
    a = [
        [sympy.Symbol(f"a{i}{between}{j}") for j in range(1, i if explicit else stages + 1)]
        for i in range(1, stages + 1)
    ]
    return RungeKutta(a, [sympy.Symbol(f"b{i}") for i in range(1, stages + 1)])


def check_name(name: Any) -> str:
    """Return a name."""
    if not isinstance(name, str):
        raise InvalidTypeError(f"name must be a string, got {type(name).__name__}")
    return name
