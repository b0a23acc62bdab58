"""Rosenbrock methods, exactly."""

from __future__ import annotations

from typing import Any

from treealg.errors import InvalidValueError
from treealg.symbolic.bseries.coefficients import tidy
from treealg.symbolic.bseries.methods_base import (
    Matrix,
    OneStepMethod,
    Vector,
    lower_triangular,
    read_tableau,
    read_vector,
)
from treealg.symbolic.bseries.runge_kutta import RungeKutta, check_name
from treealg.symbolic.bseries.stability import stability_quotient
from treealg.symbolic.linear.tolerances import holds_to_rounding
from treealg.symbolic.trees.displayed import Tableau
from treealg.symbolic.trees.trees import Tree

__all__ = ["Rosenbrock"]


class Rosenbrock(OneStepMethod):
    r"""A Rosenbrock method with the exact Jacobian, for an autonomous system.

    :math:`k_i = h f(y_0 + \sum_j \alpha_{ij} k_j) + h f'(y_0) \sum_j \gamma_{ij} k_j`,
    :math:`y_1 = y_0 + \sum_i b_i k_i`. In a tree, a vertex with one branch takes
    :math:`\beta = \alpha + \gamma`, any other :math:`\alpha`.

    Parameters
    ----------
    alpha : sequence of sequences
        The matrix of the stages, strictly lower triangular.
    gamma : sequence of sequences
        The matrix of the Jacobian, lower triangular.
    b : sequence
        The weights.
    name : str, default ""
        A name.

    Raises
    ------
    InvalidTypeError
        If an argument has the wrong type.
    InvalidValueError
        If sizes do not fit, a matrix is not triangular, or a string cannot be read.

    References
    ----------
    E. Hairer and G. Wanner, "Solving Ordinary Differential Equations II" (1996).

    Examples
    --------
    >>> linearly_implicit_euler = Rosenbrock([[0]], [[1]], [1])
    >>> linearly_implicit_euler.order(), linearly_implicit_euler.stability_function()
    (1, -1/(z - 1))
    """

    __slots__ = ("_alpha", "_b", "_beta", "_gamma")

    def __init__(self, alpha: Any, gamma: Any, b: Any, name: str = "") -> None:
        stages, self._b = read_tableau(alpha, b)
        jacobian, _ = read_tableau(gamma, b)
        self._alpha = lower_triangular("alpha", stages, strictly=True)
        self._gamma = lower_triangular("gamma", jacobian, strictly=False)
        self._name = check_name(name)
        self._beta = tuple(
            tuple(tidy(x + y) for x, y in zip(first, second, strict=True))
            for first, second in zip(self._alpha, self._gamma, strict=True)
        )

    @classmethod
    def from_transformed(cls, a: Any, c: Any, m: Any, gamma: Any, name: str = "") -> Rosenbrock:
        r"""Return the method whose coefficients are given for :math:`u_i = \sum_j \gamma_{ij} k_j`.

        Many methods are published in this form, in which a step needs no product with the
        Jacobian: :math:`(I/(h\gamma) - J) u_i = f(y_0 + \sum a_{ij} u_j) + \sum (c_{ij}/h) u_j`
        and :math:`y_1 = y_0 + \sum m_i u_i`.

        Parameters
        ----------
        a, c : sequence of sequences
            Strictly lower triangular matrices; rows that end early are filled with zeros.
        m : sequence
            The weights.
        gamma : number, string or SymPy expression
            The diagonal entry of gamma, not zero.
        name : str, default ""
            A name.

        Returns
        -------
        Rosenbrock
            The method with the matrices alpha and gamma.

        Raises
        ------
        InvalidTypeError
            If an argument has the wrong type.
        InvalidValueError
            If sizes do not fit, or gamma is zero.

        References
        ----------
        E. Hairer and G. Wanner, "Solving Ordinary Differential Equations II" (1996).

        Examples
        --------
        >>> Rosenbrock.from_transformed([[]], [[]], [1], "1/2").weight((0,))
        Fraction(1, 2)
        """
        rows, weights = read_tableau(a, m)
        couplings, _ = read_tableau(c, m)
        (diagonal,) = read_vector("gamma", [gamma])
        if holds_to_rounding(diagonal):
            raise InvalidValueError("gamma must not be zero: there would be nothing implicit")
        stages = len(weights)
        # gamma^-1 = 1/gamma - c is triangular; forward substitution gives its inverse by rows.
        matrix: list[list[Any]] = []
        for i in range(stages):
            row = [
                tidy(diagonal * sum(couplings[i][k] * matrix[k][j] for k in range(j, i)))
                for j in range(i)
            ]
            matrix.append([*row, diagonal, *[0] * (stages - i - 1)])
        alpha = [
            [tidy(sum(row[k] * matrix[k][j] for k in range(stages))) for j in range(stages)]
            for row in rows
        ]
        b = [tidy(sum(weights[k] * matrix[k][j] for k in range(stages))) for j in range(stages)]
        return cls(alpha, matrix, b, name)

    @property
    def alpha(self) -> Matrix:
        """The matrix of the stages."""
        return self._alpha

    @property
    def gamma(self) -> Matrix:
        """The matrix of the Jacobian."""
        return self._gamma

    @property
    def b(self) -> Vector:
        """The weights."""
        return self._b

    @property
    def stages(self) -> int:
        """The number of stages."""
        return len(self._b)

    @property
    def colours(self) -> int:
        """One: there is a single vector field."""
        return 1

    def _tableaux(self) -> tuple[Tableau, ...]:
        nodes = RungeKutta(self._alpha, self._b).nodes
        return (Tableau(nodes, (self._alpha, self._gamma), self._b, is_explicit=False),)

    def _branch_matrix(self, parent: Tree, child: Tree) -> Matrix:
        return self._beta if len(parent.children) == 1 else self._alpha

    def _root_weights(self, tree: Tree) -> Vector:
        return self._b

    def stability_function(self, z: Any = None) -> Any:
        r"""Return :math:`R(z) = 1 + z b^T (I - z\beta)^{-1} \mathbb 1`.

        Parameters
        ----------
        z : SymPy expression, optional
            The variable; a symbol z by default.

        Returns
        -------
        SymPy expression
            A cancelled quotient.

        Raises
        ------
        InvalidTypeError
            If `z` is neither a number nor a SymPy expression.

        Examples
        --------
        >>> Rosenbrock([[0]], [["1/2"]], [1]).stability_function()
        (-z - 2)/(z - 2)
        """
        return stability_quotient(self._beta, self._b, z)
