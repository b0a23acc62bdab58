"""Paths on a GPU as generated kernels take them, and the kernels that they go through."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from treealg.cuda.device import Device
from treealg.cuda.launch import CompiledMap, compiled_map
from treealg.numeric.arguments.calls import coefficients
from treealg.numeric.arguments.transforms import PLAIN, Transform
from treealg.numeric.plans.plan import Plan

__all__ = ["Paths", "Route"]


class Paths:
    """Paths and corrections as kernels read them: transformed, over the channels of all labels."""

    def __init__(
        self,
        device: Device,
        path: Any,
        correction: Any,
        plan: Plan,
        transform: Transform,
        dtype: np.dtype[Any],
    ) -> None:
        self.device, self.dtype, self._xp = device, dtype, device.xp
        self._path, self._correction = path, correction
        self._plan, self._transform = plan, transform
        self.length = transform.points(path.shape[1])
        self._columns = sum(plan.dimension**k for k in range(2, plan.longest + 1))
        self.numbers = self.length * (plan.dimension + self._columns)

    def read(self, part: slice) -> list[Any]:
        """Return points, and corrections if there are any, of a range of paths."""
        given = [self._points(self._contiguous(self._path[part]))]
        if self._correction is not None:
            given.append(self._wide(self._contiguous(self._correction[part])))
        return given

    def gradients(self, count: int) -> list[Any]:
        """Return memory for derivatives in what `read` returns."""
        found = [self._xp.empty((count, self.length, self._plan.dimension), dtype=self.dtype)]
        if self._correction is not None:
            shape = count, self.length - 1, self._columns
            found.append(self._xp.empty(shape, dtype=self.dtype))
        return found

    def write_correction(self, gradient: Any, out: Any) -> None:
        """Write the derivatives in the columns of the correction that was given."""
        has_all = self._plan.channels == self._plan.dimension
        out[...] = gradient if has_all else gradient[..., self._places()]

    def _contiguous(self, array: Any) -> Any:
        return self._xp.ascontiguousarray(array, dtype=self.dtype)

    def _points(self, points: Any) -> Any:
        if self._transform is PLAIN:
            return points
        shape = len(points), self.length, self._plan.dimension
        moved = self._xp.empty(shape, dtype=self.dtype)
        self._transform.write(points, moved, self._xp)
        return moved

    def _wide(self, correction: Any) -> Any:
        if self._plan.channels == self._plan.dimension:
            return correction
        shape = *correction.shape[:2], self._columns
        wider = self._xp.zeros(shape, dtype=self.dtype)
        wider[..., self._places()] = correction
        return wider

    def _places(self) -> Any:
        """Return the column over all labels of each column that was given."""
        found, first, dimension = [], 0, self._plan.dimension
        for level in range(2, self._plan.longest + 1):
            for chain in product(range(self._plan.channels), repeat=level):
                place = 0
                for label in chain:
                    place = place * dimension + label
                found.append(first + place)
            first += dimension**level
        return self._xp.asarray(found)


class Route:
    """The kernels from paths to signatures or log-signatures, and back.

    The logarithm of a corrected path is that of its signature.
    """

    def __init__(self, paths: Paths, plan: Plan, backward: bool = False) -> None:
        self._paths = paths
        self._columns = coefficients(plan.dimension, plan.degree, plan.planar, 0)

        def kernel(name: str, is_backward: bool, method: int = 0) -> CompiledMap:
            return compiled_map(
                paths.device, name, plan.dimension, plan.degree, plan.planar, paths.dtype.name,
                backward=is_backward, levels=plan.longest, method=method,
            )  # fmt: skip

        self._log: CompiledMap | None = None
        self._forward: CompiledMap | None = None
        if plan.longest == 1:
            name = "sig" if plan.method is None else "logsig"
            self._path = kernel(name, backward, plan.method or 0)
            return
        self._path = kernel("corrected_sig", backward)
        if plan.method is not None:
            self._log = kernel("log", backward, plan.method)
            self._forward = kernel("corrected_sig", False) if backward else None

    def numbers(self, *, backward: bool) -> int:
        """Return how many numbers of work an item needs."""
        found = [k for k in (self._path, self._log, self._forward) if k is not None]
        vectors = 0 if self._log is None else (2 if backward else 1) * self._columns
        return sum(kernel.work(self._paths.length) for kernel in found) + vectors

    def forward(self, given: list[Any], target: Any) -> None:
        """Compute results of a chunk."""
        length = self._paths.length
        if self._log is None:
            self._path.launch(given, [target], length)
            return
        values = self._vectors(len(target))
        self._path.launch(given, [values], length)
        self._log.launch([values], [target])

    def backward(self, given: list[Any], derivs: Any, outputs: list[Any]) -> None:
        """Compute gradients of a chunk."""
        length = self._paths.length
        if self._log is not None and self._forward is not None:
            values, slopes = (self._vectors(len(derivs)) for _ in range(2))
            self._forward.launch(given, [values], length)
            self._log.launch([values, derivs], [slopes])
            derivs = slopes
        self._path.launch([*given, derivs], outputs, length)

    def _vectors(self, count: int) -> Any:
        """Return memory for signatures."""
        return self._paths.device.xp.empty((count, self._columns), dtype=self._paths.dtype)
