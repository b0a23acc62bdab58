r"""Commutator-free and Crouch-Grossman methods on homogeneous spaces, with their order theory.

A method has stages :math:`g_r = \exp(\sum_k \alpha^k_{r,J} F_k) \cdots \exp(\sum_k
\alpha^k_{r,1} F_k) \cdot g`, where :math:`F_k = h f(g_k)` is the Lie algebra element of stage
k, and a step of the same form. All exponents are elements of the Lie algebra and not functions of
the point, so that their product is the frozen product of series at the starting point g; only
:math:`F_k` depends on where stage k is, :math:`F_k(B^+(\omega)) = g_k(\omega)`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from typing import Any

from treealg.checks import check_callable, check_integer
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic.bseries.coefficients import tidy
from treealg.symbolic.bseries.frozen import frozen_exponential, frozen_field, frozen_product
from treealg.symbolic.bseries.lie_butcher import LieButcherSeries, lie_butcher_order
from treealg.symbolic.bseries.methods_base import Vector, read_vector
from treealg.symbolic.bseries.runge_kutta import check_name
from treealg.symbolic.linear.sequences import rows_of
from treealg.symbolic.linear.tolerances import holds_to_rounding
from treealg.symbolic.linear.zeros import are_equal
from treealg.symbolic.trees.slots import Slotted

__all__ = ["CommutatorFree"]

Exponentials = tuple[Vector, ...]


class CommutatorFree(Slotted):
    """An explicit commutator-free method, a Crouch-Grossman method being a special case.

    Parameters
    ----------
    stages : sequence of sequences of sequences
        For each stage its exponentials, the first to act on the point first; each exponential
        has the coefficients of F_1, F_2, ..., and may end early. A stage uses earlier ones only;
        the first has no exponentials.
    step : sequence of sequences
        The exponentials of the step, in the same form.
    name : str, default ""
        A name.

    Raises
    ------
    InvalidTypeError
        If an argument has the wrong type.
    InvalidValueError
        If there are no stages, a stage uses itself or a later one, or a coefficient cannot be
        read.

    Notes
    -----
    Immutable; methods with the same coefficients are equal, whatever their names.

    References
    ----------
    P. E. Crouch and R. Grossman, "Numerical integration of ordinary differential equations on
    manifolds", J. Nonlinear Sci. 3 (1993). E. Celledoni, A. Marthinsen and B. Owren,
    "Commutator-free Lie group methods", Future Gener. Comput. Syst. 19 (2003). B. Owren, "Order
    conditions for commutator-free Lie group methods", J. Phys. A 39 (2006).

    Examples
    --------
    >>> midpoint = CommutatorFree([[], [["1/2"]]], [[0, 1]])
    >>> midpoint.order(), midpoint.exponentials
    (2, 2)
    """

    __slots__ = ("_name", "_stages", "_step")

    def __init__(self, stages: Any, step: Any, name: str = "") -> None:
        rows = rows_of("stages", stages)
        if not rows:
            raise InvalidValueError("stages must hold at least one stage, got none")
        self._stages = tuple(
            _read_exponentials(f"stage {i + 1}", row, i) for i, row in enumerate(rows)
        )
        self._step = _read_exponentials("step", step, len(rows))
        self._name = check_name(name)

    @classmethod
    def crouch_grossman(cls, a: Sequence[Any], b: Sequence[Any], name: str = "") -> CommutatorFree:
        r"""Return the Crouch-Grossman method of an explicit tableau.

        :math:`g_r = \exp(a_{r,r-1} F_{r-1}) \cdots \exp(a_{r,1} F_1) \cdot g`, and the same with
        the weights for the step.

        Parameters
        ----------
        a : sequence of sequences
            The strictly lower triangular matrix.
        b : sequence
            The weights.
        name : str, default ""
            A name.

        Returns
        -------
        CommutatorFree
            The method, with one exponential per coefficient.

        Raises
        ------
        InvalidTypeError
            If an argument has the wrong type.
        InvalidValueError
            If the matrix is not strictly lower triangular or a coefficient cannot be read.

        Examples
        --------
        >>> CommutatorFree.crouch_grossman([[], ["1/2"]], [0, 1]).order()
        2
        """
        rows = [_within(f"row {i + 1} of a", row, i) for i, row in enumerate(rows_of("a", a))]
        weights = _within("b", b, len(rows))
        matrix = [_singles(row) for row in rows]
        return cls(matrix, _singles(weights), name)

    @classmethod
    def low_storage(cls, a: Sequence[Any], b: Sequence[Any], name: str = "") -> CommutatorFree:
        r"""Return the method of a two-register (2N) Runge-Kutta scheme.

        :math:`K_i = A_i K_{i-1} + F_i` with :math:`F_i = h f(g_i)`, and :math:`g_{i+1} =
        \exp(B_i K_i) \cdot g_i`; the last point is the step.

        Parameters
        ----------
        a : sequence
            The coefficients A, of which the first is 0.
        b : sequence
            The coefficients B, as many.
        name : str, default ""
            A name.

        Returns
        -------
        CommutatorFree
            The method, with one exponential per stage in the step.

        Raises
        ------
        InvalidTypeError
            If an argument has the wrong type.
        InvalidValueError
            If the lengths differ, the first A is not 0, or a coefficient cannot be read.

        References
        ----------
        J. H. Williamson, "Low-storage Runge-Kutta schemes", J. Comput. Phys. 35 (1980).

        Examples
        --------
        >>> CommutatorFree.low_storage([0, "-1/2"], ["1", "1"]).exponentials
        3
        """
        first, second = read_vector("a", a), read_vector("b", b)
        if len(first) != len(second) or not first or not holds_to_rounding(first[0]):
            raise InvalidValueError(
                f"a and b must have the same length and a must start with 0, got {a!r} and {b!r}"
            )
        stages: list[list[list[Any]]] = []
        done: list[list[Any]] = []
        register: list[Any] = []
        for old, new in zip(first, second, strict=True):
            stages.append(list(done))
            register = [tidy(old * value) for value in register] + [1]
            done.append([tidy(new * value) for value in register])
        return cls(stages, done, name)

    @property
    def name(self) -> str:
        """The name of the method, empty when it has none."""
        return self._name

    @property
    def stages(self) -> tuple[Exponentials, ...]:
        """For each stage its exponentials, the first to act on the point first."""
        return self._stages

    @property
    def step(self) -> Exponentials:
        """The exponentials of the step, the first to act on the point first."""
        return self._step

    @property
    def exponentials(self) -> int:
        """The number of exponentials in all stages and the step."""
        return len(self._step) + sum(len(stage) for stage in self._stages)

    def __eq__(self, other: Any) -> bool:
        if not isinstance(other, CommutatorFree):
            return NotImplemented
        mine, others = (self._stages, self._step), (other._stages, other._step)
        return _shape(mine) == _shape(others) and all(map(are_equal, _flat(mine), _flat(others)))

    def __hash__(self) -> int:
        # Equal expressions may be written differently, so that coefficients cannot take part.
        return hash((CommutatorFree, *_shape((self._stages, self._step))))

    def __repr__(self) -> str:
        name = f" {self._name}" if self._name else ""
        return (
            f"<CommutatorFree{name} with {len(self._stages)} stages, "
            f"{self.exponentials} exponentials>"
        )

    def series(self, order: Any) -> LieButcherSeries:
        """Return the Lie-Butcher series of the method.

        Parameters
        ----------
        order : int
            Where to truncate, at least 0.

        Returns
        -------
        LieButcherSeries
            The coefficients on ordered forests.

        Raises
        ------
        InvalidTypeError
            If `order` is not an integer.
        InvalidValueError
            If `order` is negative.

        Examples
        --------
        >>> CommutatorFree([[]], [[1]]).series(2)  # Lie-Euler
        <LieButcherSeries to order 2: ∅: 1, 0: 1, 0 0: 1/2>
        """
        order = check_integer("order", order, 0)
        slopes: list[LieButcherSeries] = []
        for stage in self._stages:
            point = _move(stage, slopes, order)
            slopes.append(frozen_field(point))
        return _move(self._step, slopes, order)

    def order(self, limit: Any = 5, *, tol: Any = None) -> int:
        """Return the order of accuracy on manifolds.

        Parameters
        ----------
        limit : int, default 5
            Where to stop.
        tol : float, optional
            How far floats may be from what they must be, an absolute difference; without it floats
            that differ by what rounding explains are an error. Exact ones are decided exactly.

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
        >>> published_method("cmo3").order()
        3
        """
        for order in range(1, check_integer("limit", limit, 0) + 1):
            if lie_butcher_order(self.series(order), tol=tol) < order:
                return order - 1
        return int(limit)

    def advance(
        self, field: Callable[[Any], Any], act: Callable[[Any, Any], Any], point: Any, step: Any
    ) -> Any:
        """Take one step numerically.

        Parameters
        ----------
        field : callable
            f, from points to elements of the Lie algebra that can be added and multiplied by
            floats, such as NumPy arrays.
        act : callable
            ``act(element, point)`` is exp(element) applied to the point.
        point : object
            The starting point.
        step : float
            The step h.

        Returns
        -------
        object
            The point after the step, whatever `act` returns.

        Raises
        ------
        InvalidTypeError
            If `field` or `act` is not callable, or what `field` returns cannot be multiplied by
            `step` and by floats, as a list cannot.

        Examples
        --------
        On the positive numbers, with exp(a) acting by multiplication:

        >>> import math
        >>> euler = CommutatorFree([[]], [[1]])
        >>> euler.advance(lambda y: 2.0, lambda a, y: math.exp(a) * y, 1.0, 0.5) == math.exp(1)
        True
        """
        check_callable("field", field, "point")
        check_callable("act", act, "element", "point")
        slopes: list[Any] = []

        def move(exponentials: Exponentials) -> Any:
            moved = point
            for row in exponentials:
                terms = [
                    _times(float(value), slope)
                    for value, slope in zip(row, slopes, strict=False)
                    if value != 0
                ]
                if terms:
                    moved = act(reduce(lambda x, y: x + y, terms), moved)
            return moved

        for stage in self._stages:
            slopes.append(_times(step, field(move(stage))))
        return move(self._step)


def _times(number: Any, slope: Any) -> Any:
    """Return a multiple of what a field returned."""
    if not isinstance(slope, (list, tuple, str)):
        with contextlib.suppress(TypeError):
            return number * slope
    raise InvalidTypeError(
        f"field must return what {type(number).__name__} can multiply, such as a NumPy array, got "
        f"{type(slope).__name__}"
    )


def _shape(parts: Any) -> tuple[Any, ...]:
    return tuple(_shape(part) if isinstance(part, tuple) else None for part in parts)


def _flat(parts: Any) -> Iterator[Any]:
    for part in parts:
        if isinstance(part, tuple):
            yield from _flat(part)
        else:
            yield part


def _read_exponentials(name: str, value: Any, earlier: int) -> Exponentials:
    rows = []
    for row in rows_of(name, value):
        kept = _within(f"an exponential of {name}", row, earlier)
        rows.append(kept + (0,) * (earlier - len(kept)))
    return tuple(rows)


def _within(name: str, row: Any, earlier: int) -> Vector:
    """Read coefficients of earlier stages; what follows them is 0, floats to rounding."""
    coefficients = read_vector(name, row)
    if not all(map(holds_to_rounding, coefficients[earlier:])):
        raise InvalidValueError(
            f"{name} may use the first {earlier} stages only, got {len(coefficients)} coefficients"
        )
    return coefficients[:earlier]


def _singles(row: Vector) -> list[list[Any]]:
    """Return an exponential for each coefficient."""
    return [[0] * k + [value] for k, value in enumerate(row) if value != 0]


def _move(rows: Exponentials, slopes: list[LieButcherSeries], order: int) -> LieButcherSeries:
    """Return the series of the exponentials of combinations of slopes, one after the other."""
    point = LieButcherSeries({}, order)
    for row in rows:
        terms = [slope * value for slope, value in zip(slopes, row, strict=False) if value != 0]
        if terms:
            element = reduce(lambda x, y: x + y, terms)
            point = frozen_product(point, frozen_exponential(element))
    return point
