"""Steps between logarithms and signatures that functions of several of them are made of.

Arrays are a few rows as `walk` yields them for kernels, without scalars, pairs of dual numbers
included; logarithms are by the method of the call. The degree is at least 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from treealg.numeric.arguments.calls import Call
from treealg.numeric.arguments.duals import of_parts
from treealg.numeric.arguments.rows import Rows
from treealg.numeric.arguments.transforms import PLAIN
from treealg.numeric.plans.plan import Plan
from treealg.numeric.plans.vectors import algebra_plan, expansion_plan, log_plan
from treealg.numeric.plans.words import weighted_plan

__all__ = ["Steps"]

Floats: TypeAlias = Any


class Steps:
    """The maps of one call on some rows; those whose result is not given allocate it.

    Parameters
    ----------
    call : Call
        The options.
    rows : Rows
        An argument, whose engine computes.
    exponentials, logarithms, pieces : bool, default False
        Whether there are steps of these kinds, beside products.
    """

    def __init__(
        self,
        call: Call,
        rows: Rows,
        *,
        exponentials: bool = False,
        logarithms: bool = False,
        pieces: bool = False,
    ) -> None:
        self._call, self._engine = call, rows.engine
        self._algebra, self._n_threads = algebra_plan(call), call.n_threads
        self._steps = exponentials, logarithms, pieces
        self._is_prepared = False

    def prepare(self) -> None:
        """Make the tables of all steps, or refuse one before the first is made."""
        if not self._is_prepared:
            self._engine.prepare(*self._plans())
            self._is_prepared = True

    def _plans(self) -> Iterator[Plan]:
        """Yield the plans, first those whose tables may be refused only while they are made."""
        exponentials, logarithms, pieces = self._steps
        by_weight = self._call.weights is not None
        if by_weight:
            yield self._algebra
        if by_weight and pieces:
            yield self._plan_of_pieces()
        if self._call.method and logarithms:
            yield log_plan(self._call)
        if self._call.method and exponentials:
            yield expansion_plan(self._call)
        if not by_weight:
            yield self._algebra

    def _plan_of_pieces(self) -> Plan:
        """Return the plan of linear pieces by weight."""
        return weighted_plan(self._call._replace(method=None))

    def empty(self, like: Floats) -> Floats:
        """Allocate signatures, as many as there are rows."""
        if isinstance(like, tuple):  # dual numbers, values and tangents
            value, size = like[0], self._algebra.size
            return tuple(np.empty((len(value), size), value.dtype) for _ in range(2))
        return np.empty((len(like), self._algebra.size), like.dtype)

    def exponentials(self, log: Floats, out: Floats | None = None) -> Floats:
        """Return the signatures of logarithms."""
        out = self.empty(log) if out is None else out
        full = self._expanded(log)
        self._engine.log_to_signature(full, out, self._algebra, self._n_threads)
        return out

    def exponentials_backward(self, log: Floats, d_sig: Floats, out: Floats) -> None:
        """Write the derivatives in logarithms from those in their signatures."""
        d_log = self.empty(log) if self._call.method else out
        full, n = self._expanded(log), self._n_threads
        self._engine.log_to_signature_backward(full, d_sig, d_log, self._algebra, n)
        if self._call.method:
            self._engine.map_rows(d_log, out, expansion_plan(self._call), True, n)

    def _expanded(self, log: Floats) -> Floats:
        if not self._call.method:
            return log
        self.prepare()
        out = self.empty(log)
        self._engine.map_rows(log, out, expansion_plan(self._call), False, self._n_threads)
        return out

    def logarithms(self, sig: Floats, out: Floats) -> None:
        """Write the logarithms of signatures."""
        self._engine.signature_to_log(sig, out, log_plan(self._call), self._n_threads)

    def linear(self, displacement: Floats, out: Floats | None = None) -> Floats:
        """Return the signatures of linear pieces."""
        out = self.empty(displacement) if out is None else out
        if self._call.weights is not None:
            plan = self._plan_of_pieces()
            path = of_parts(_segments, displacement)
            self._engine.path_signature(path, None, out, plan, PLAIN, self._n_threads)
            return out
        self._engine.linear_signature(displacement, out, self._algebra, self._n_threads)
        return out

    def linear_backward(self, displacement: Floats, derivs: Floats, out: Floats) -> None:
        """Write the derivatives in displacements."""
        n = self._n_threads
        if self._call.weights is not None:
            plan = self._plan_of_pieces()
            path = of_parts(_segments, displacement)
            are_dual = isinstance(path, tuple)
            points = np.empty_like(path[0] if are_dual else path)
            to = (None, points) if are_dual else points
            self._engine.path_signature_backward(path, None, derivs, to, None, plan, PLAIN, n)
            (out[1] if are_dual else out)[...] = points[:, 1]
            return
        self._engine.linear_signature_backward(displacement, derivs, out, self._algebra, n)

    def products(self, first: Floats, second: Floats, out: Floats | None = None) -> Floats:
        """Return the products of signatures, the first factor earlier."""
        out = self.empty(first) if out is None else out
        self._engine.signature_product(first, second, out, self._algebra, self._n_threads)
        return out

    def products_backward(
        self, derivs: Floats, first: Floats, second: Floats, d_first: Floats, d_second: Floats
    ) -> None:
        """Write the derivatives in two signatures from those in their product."""
        self._engine.signature_product_backward(
            first, second, derivs, d_first, d_second, self._algebra, self._n_threads
        )

    def logarithms_of_products_backward(
        self, derivs: Floats, first: Floats, second: Floats
    ) -> Floats:
        """Return the derivatives in the products of signatures from those in their logarithms."""
        product, out = self.products(first, second), self.empty(first)
        self._engine.signature_to_log_backward(
            product, derivs, out, log_plan(self._call), self._n_threads
        )
        return out


def _segments(displacement: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the paths of one segment with these displacements."""
    path = np.zeros((len(displacement), 2, displacement.shape[1]), displacement.dtype)
    path[:, 1] = displacement
    return path
