"""Sparse matrices of floats as plans: what engines ask for their linear map."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from treealg import tables
from treealg.numeric.arguments.calls import Call
from treealg.numeric.plans.cache import find_plan, keep_plan
from treealg.numeric.plans.plan import Prepared
from treealg.tables.foresight import foresee
from treealg.tables.memory_limits import check_memory, within_memory

__all__ = ["Matrix", "lift_change_plan"]


_PART = 1 << 16
"""So many rows are scaled at a time, so as to need little beside the result."""


class Matrix:
    """A square sparse matrix.

    Parameters
    ----------
    ptr, col, coef : numpy.ndarray
        Where rows begin, and columns and values of the entries.
    """

    def __init__(
        self,
        ptr: npt.NDArray[np.int64],
        col: npt.NDArray[np.int32],
        coef: npt.NDArray[np.float64],
    ) -> None:
        self.ptr, self.col, self.coef = ptr, col, coef
        self._ready: dict[str, Prepared] = {}

    @property
    def nbytes(self) -> int:
        """The memory of the arrays, and of what an engine makes of them."""
        return 2 * (self.ptr.nbytes + self.col.nbytes + self.coef.nbytes)

    def prepared(self, engine: Any) -> Prepared:
        """Return the matrix for the kernels of an engine."""
        found = self._ready.get(engine.name)
        if found is None:
            rows = self.ptr.size - 1
            with within_memory(f"what kernels make of a matrix of {rows} rows"):
                linear = engine.kernels.SparseMap(1, rows, self.ptr, self.col, self.coef)
            found = self._ready[engine.name] = Prepared(None, linear, None, None)
        return found


def lift_change_plan(channels: int, call: Call, share: float) -> Matrix:
    """Return the plan that adds a share of the brackets to integrals."""
    degree, planar, weights = call.nodes, bool(call.planar), call.weights

    def need() -> tables.LinearMap:
        return tables.change_of_lift(channels, degree, planar=planar)

    def make() -> Matrix:
        with within_memory(f"the change of lift of {channels} channels", for_kernels=True):
            nbytes, kernels, held = foresee(need)
            check_memory(nbytes + held, kernels, held=held)
            return scaled(need())

    def scaled(table: tables.LinearMap) -> Matrix:
        lengths = [tables.basis_length(call.dimension, n, planar=planar) for n in range(degree + 1)]
        nodes = np.repeat(np.arange(1, degree + 1, dtype=np.int8), np.diff(lengths))
        if weights is not None:
            light = tables.light_elements(weights, call.degree, planar=planar)
            place = np.full(nodes.size, -1, dtype=np.int64)
            place[light] = np.arange(light.size)
            table = tables.restricted(table, light, columns=place, n_cols=light.size)
            nodes = nodes[light]
        if share == 1:
            return Matrix(table.ptr, table.col, table.coef)
        powers = float(share) ** np.arange(degree + 1)
        coef = np.empty_like(table.coef)
        for begin in range(0, table.n_rows, _PART):
            ptr = table.ptr[begin : begin + _PART + 1]
            some = slice(ptr[0], ptr[-1])
            lost = np.repeat(nodes[begin : begin + _PART], np.diff(ptr)) - nodes[table.col[some]]
            np.multiply(table.coef[some], powers[lost], out=coef[some])
        return Matrix(table.ptr, table.col, coef)

    key = ("lift change", channels, call.degree, planar, share, weights)
    return find_plan(key) or keep_plan(key, make)
