"""What methods with stages have in common: elementary weights and order."""

from __future__ import annotations

import functools
from abc import abstractmethod
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, Self

from treealg.checks import brief, check_integer
from treealg.errors import InvalidValueError
from treealg.symbolic.bseries.coefficients import exact_number, product_sum, tidy
from treealg.symbolic.bseries.series import BSeries, trees_up_to
from treealg.symbolic.bseries.weight_terms import check_weights
from treealg.symbolic.linear.elements import one_tree
from treealg.symbolic.linear.fields import Arithmetic, arithmetic_of
from treealg.symbolic.linear.sequences import entries_of, rows_of
from treealg.symbolic.linear.tolerances import check_tolerance, holds_to_rounding, vanishes
from treealg.symbolic.linear.zeros import are_equal
from treealg.symbolic.trees.displayed import Tabular
from treealg.symbolic.trees.enumeration import enumerate_trees
from treealg.symbolic.trees.labels import first_labels
from treealg.symbolic.trees.slots import Slotted
from treealg.symbolic.trees.trees import Tree

__all__ = ["Matrix", "OneStepMethod", "Vector", "lower_triangular", "read_tableau"]

Vector = tuple[Any, ...]
Matrix = tuple[Vector, ...]


class OneStepMethod(Slotted, Tabular):
    r"""A method with s stages whose elementary weights follow the tree from its leaves to its root.

    The weight of a tree is :math:`\sum_i b_i g_i(\tau)` with :math:`g_i(\tau) = \prod_k \sum_j
    a_{ij} g_j(\tau_k)` over the branches; subclasses say which matrix and weights a vertex takes.

    Raises
    ------
    TypeError
        If it is instantiated itself.

    Notes
    -----
    Immutable; methods with the same coefficients are equal, whatever their names.
    """

    __slots__ = ("_name",)

    _name: str

    @property
    def name(self) -> str:
        """The name of the method, empty when it has none."""
        return self._name

    @property
    @abstractmethod
    def stages(self) -> int:
        """The number of stages."""

    @property
    @abstractmethod
    def colours(self) -> int:
        """The number of vector fields that the method treats differently."""

    @abstractmethod
    def _branch_matrix(self, parent: Tree, child: Tree) -> Matrix:
        """Return the matrix that acts on what a child of a vertex gives."""

    @abstractmethod
    def _root_weights(self, tree: Tree) -> Vector:
        """Return the weights at the root of a tree."""

    def _coefficients(self) -> Iterator[Any]:
        """Iterate over all coefficients of the tableaux."""
        stack = [getattr(self, slot) for slot in reversed(type(self).__slots__)]
        while stack:
            top = stack.pop()
            if isinstance(top, tuple):
                stack.extend(reversed(top))
            elif isinstance(top, OneStepMethod):
                yield from top._coefficients()
            else:
                yield top

    def _entered(self) -> tuple[Self, Arithmetic]:
        """Return the method with its coefficients in a field of fractions, and that field."""
        arithmetic = arithmetic_of(self._coefficients())
        return (self if arithmetic.is_plain else self._through(arithmetic.enter)), arithmetic

    def _through(self, function: Callable[[Any], Any]) -> Self:
        """Return the method with a function applied to each coefficient."""

        def apply(part: Any) -> Any:
            if isinstance(part, tuple):
                return tuple(map(apply, part))
            return part._through(function) if isinstance(part, OneStepMethod) else function(part)

        new = object.__new__(type(self))
        new._name = self._name
        for slot in type(self).__slots__:
            setattr(new, slot, apply(getattr(self, slot)))
        return new

    def __eq__(self, other: Any) -> bool:
        if not isinstance(other, OneStepMethod) or type(other) is not type(self):
            return NotImplemented
        if self.stages != other.stages or self.colours != other.colours:
            return False
        return all(map(are_equal, self._coefficients(), other._coefficients()))

    def __hash__(self) -> int:
        # Equal expressions may be written differently, so that coefficients cannot take part.
        return hash((type(self), self.stages, self.colours))

    def __repr__(self) -> str:
        name = f" {self._name}" if self._name else ""
        return f"<{type(self).__name__}{name} with {self.stages} stages>"

    def weight(self, tree: Any) -> Any:
        """Return the elementary weight of a tree.

        Parameters
        ----------
        tree : Tree or tuple
            A tree whose labels are 0, ..., colours - 1.

        Returns
        -------
        number or SymPy expression
            The weight; 1 / factorial for the trees up to the order of the method.

        Raises
        ------
        InvalidTypeError
            If `tree` is not a tree or its tuple form.
        InvalidValueError
            If a label is not one of the colours, or the weight of symbols has more than a million
            terms.

        Examples
        --------
        >>> from treealg.symbolic.bseries import published_method
        >>> published_method("rk4").weight(((0,), (0,), 0))
        Fraction(1, 3)
        """
        tree = one_tree(tree)
        for vertex in tree._bottom_up():
            label = vertex.label
            if not isinstance(label, int) or not 0 <= label < self.colours:
                raise InvalidValueError(
                    f"labels must be in {first_labels(self.colours)} for this method, got {label!r}"
                )
        entered, arithmetic = self._entered()
        check_weights(entered, [tree])
        return arithmetic.leave(entered._weight(tree, {}))

    def _weight(self, tree: Tree, known: dict[Tree, Vector]) -> Any:
        for part in tree._bottom_up():
            if part not in known:
                values = [1] * self.stages
                for child in part.children:
                    rows = self._branch_matrix(part, child)
                    inner = known[child]
                    values = [
                        tidy(value * product_sum(row, inner)) if value != 0 else 0
                        for value, row in zip(values, rows, strict=True)
                    ]
                known[part] = tuple(values)
        return product_sum(self._root_weights(tree), known[tree])

    def series(self, order: Any) -> BSeries:
        """Return the B-series of the method.

        Parameters
        ----------
        order : int
            Where to truncate, at least 0.

        Returns
        -------
        BSeries
            The elementary weights.

        Raises
        ------
        InvalidTypeError
            If `order` is not an integer.
        InvalidValueError
            If `order` is negative, or the weights of symbols have more than a million terms.

        Examples
        --------
        >>> from treealg.symbolic.bseries import RungeKutta
        >>> RungeKutta([[0]], [1]).series(2)
        <BSeries to order 2: None: 1, 0: 1>
        """
        order = check_integer("order", order, 0)
        known: dict[Tree, Vector] = {}
        entered, arithmetic = self._entered()
        if not arithmetic.is_plain:
            check_weights(entered, trees_up_to(order, self.colours))
        # Weights are in normal form already.
        values: dict[Tree | None, Any] = {None: 1}
        for tree in trees_up_to(order, self.colours):
            values[tree] = arithmetic.leave(entered._weight(tree, known))
        return BSeries._wrap(values, order, self.colours)

    def order_conditions(self, order: Any) -> dict[Tree, Any]:
        r"""Return the left sides of the order conditions, :math:`a(\tau) - 1/\tau!`.

        Parameters
        ----------
        order : int
            The greatest number of vertices, at least 0.

        Returns
        -------
        dict
            From each tree to what must be zero; polynomials for a symbolic tableau.

        Raises
        ------
        InvalidTypeError
            If `order` is not an integer.
        InvalidValueError
            If `order` is negative, or the weights of symbols have more than a million terms.

        References
        ----------
        J. C. Butcher, "Numerical Methods for Ordinary Differential Equations" (2016).

        Examples
        --------
        >>> from treealg.symbolic.bseries import symbolic_tableau
        >>> for condition in symbolic_tableau(2).order_conditions(2).values():
        ...     print(condition)
        b1 + b2 - 1
        a21*b2 - 1/2
        """
        order = check_integer("order", order, 0)
        known: dict[Tree, Vector] = {}
        entered, arithmetic = self._entered()
        if not arithmetic.is_plain:
            check_weights(entered, trees_up_to(order, self.colours))
        return {
            tree: arithmetic.leave(tidy(entered._weight(tree, known) - Fraction(1, tree.factorial)))
            for tree in trees_up_to(order, self.colours)
        }

    def order(self, limit: Any = 8, *, tol: Any = None) -> int:
        """Return the order of accuracy, by checking the order conditions exactly.

        Parameters
        ----------
        limit : int, default 8
            Where to stop.
        tol : float, optional
            How far floats may be from what they must be, an absolute difference; without it floats
            that differ by what rounding explains, to single precision, are an error. Exact
            coefficients are decided exactly.

        Returns
        -------
        int
            The order; `limit` when all conditions up to it hold.

        Raises
        ------
        InvalidTypeError
            If `limit` is not an integer, or `tol` is not a real number.
        InvalidValueError
            If `limit` or `tol` is negative, or a condition cannot be decided: floats that may
            be rounded, without `tol`, or expressions.

        Examples
        --------
        >>> from treealg.symbolic.bseries import published_method
        >>> published_method("dormand_prince54").order()
        5
        """
        last: int = check_integer("limit", limit, 0)
        tol = check_tolerance(tol)
        known: dict[Tree, Vector] = {}
        entered, _ = self._entered()
        for order in range(1, last + 1):
            # One order at a time: most methods fail long before the limit.
            for tree in enumerate_trees(order, self.colours):
                exact = Fraction(1, tree.factorial)
                value = entered._weight(tree, known) - exact
                summands = functools.partial(self._summands, tree, exact)
                if not vanishes(value, tol, summands=summands):
                    return order - 1
        return last

    def _summands(
        self, tree: Tree, exact: Fraction, *, size: Callable[[Any], float]
    ) -> tuple[float, ...]:
        """Return the sizes of both sides of an order condition, with no signs to cancel."""
        return self._through(size)._weight(tree, {}), size(exact)


def read_tableau(a: Any, b: Any) -> tuple[Matrix, Vector]:
    """Read a square matrix and its weights.

    Parameters
    ----------
    a : iterable of rows or matrix
        The matrix; rows that end early are filled with zeros.
    b : iterable of coefficients
        The weights, one per stage.

    Returns
    -------
    (tuple of tuples, tuple)
        Exact coefficients.

    Raises
    ------
    InvalidTypeError
        If an argument is not a sequence, or a coefficient not a number, string or expression.
    InvalidValueError
        If sizes do not fit, there are no stages, or a string cannot be read.

    Examples
    --------
    >>> read_tableau([[], ["1/2"]], [0, 1])
    (((0, 0), (Fraction(1, 2), 0)), (0, 1))
    """
    weights = read_vector("b", b)
    if not weights:
        raise InvalidValueError("b must have one weight per stage, got none")
    rows = [read_vector(f"row {i} of a", row) for i, row in enumerate(rows_of("a", a), 1)]
    stages = len(weights)
    if len(rows) != stages or any(len(row) > stages for row in rows):
        raise InvalidValueError(
            f"a must have {stages} rows of at most {stages} entries, as b has {stages} weights, "
            f"got rows of {[len(row) for row in rows]}"
        )
    return tuple(row + (0,) * (stages - len(row)) for row in rows), weights


def lower_triangular(name: str, matrix: Matrix, *, strictly: bool) -> Matrix:
    """Return a matrix that must be lower triangular, where floats are as good as 0 to rounding.

    Parameters
    ----------
    name : str
        Of the matrix.
    matrix : tuple of tuples
        It.
    strictly : bool
        Whether the diagonal must be 0, too.

    Raises
    ------
    InvalidValueError
        If it is not.

    Examples
    --------
    >>> lower_triangular("a", ((0, 1e-17), (0.5, 0)), strictly=True)
    ((0, 0), (0.5, 0))
    """
    rows = []
    for i, row in enumerate(matrix):
        kept = i if strictly else i + 1
        if not all(map(holds_to_rounding, row[kept:])):
            raise InvalidValueError(
                f"{name} must be {'strictly ' * strictly}lower triangular; row {i + 1} is not, got "
                f"{', '.join(map(brief, row))}"
            )
        rows.append(row[:kept] + (0,) * (len(row) - kept))
    return tuple(rows)


def read_vector(name: str, values: Any) -> Vector:
    """Read a sequence of exact coefficients.

    Examples
    --------
    >>> read_vector("b", ["1/2", 1])
    (Fraction(1, 2), 1)
    """
    return tuple(exact_number(value) for value in entries_of(name, values))
