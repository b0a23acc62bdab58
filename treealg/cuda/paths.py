"""Signatures of paths on a GPU, and their gradients: transforms around the generated kernels."""

from __future__ import annotations

from itertools import product
from typing import Any

from treealg.cuda.launch import CompiledMap, chunks, compiled_map
from treealg.cuda.rows import DeviceRows, allocate
from treealg.numeric.arguments import options
from treealg.numeric.arguments.corrections import Correction
from treealg.numeric.plans import cache as plans

__all__ = ["path_signature", "path_signature_backward"]


def path_signature(
    rows: DeviceRows, chains: Correction | None, settings: options.PathOptions
) -> Any:
    """Compute signatures or log-signatures of paths."""
    degree, time_aug, lead_lag, end_time, planar, column, method, _ = settings
    paths = _Paths(rows, chains, time_aug, lead_lag, end_time)
    size = plans.result_size(paths.dimension, degree, planar, method)
    with rows.device.active():
        route = _Route(paths, degree, planar, method) if degree else None
        result, view = allocate(rows, size + column)
        if column:
            view[:, 0] = 1 if method is None else 0
        if route is None:
            return result
        numbers = paths.numbers + route.numbers(backward=False) + size
        for start, stop in chunks(rows.count, numbers, rows.dtype):
            given = paths.read(start, stop)
            if column:
                target = route.empty(stop - start, size)
                route.forward(given, target)
                view[start:stop, 1:] = target
            else:
                route.forward(given, view[start:stop])
    return result


def path_signature_backward(
    rows: DeviceRows,
    derivs: DeviceRows,
    column: int,
    chains: Correction | None,
    settings: options.PathOptions,
) -> Any:
    """Compute gradients in paths, and in their correction if there is one."""
    degree, time_aug, lead_lag, end_time, planar, _, method, _ = settings
    paths = _Paths(rows, chains, time_aug, lead_lag, end_time)
    with rows.device.active():
        route = _Route(paths, degree, planar, method, backward=True) if degree else None
        result, view = allocate(rows, *rows.item)
        total = shared = None
        if chains is not None:
            total, shared = rows.device.allocate(chains.shared, rows.dtype)
            shared[...] = 0
        if route is None:
            view[...] = 0
            return result
        numbers = 2 * paths.numbers + route.numbers(backward=True) + derivs.item[0]
        for start, stop in chunks(rows.count, numbers, rows.dtype):
            outputs = paths.gradients(stop - start)
            route.backward(paths.read(start, stop), derivs.part(start, stop, column), outputs)
            paths.pull_points(outputs[0], view[start:stop])
            if shared is not None:
                paths.pull_correction(outputs[1], shared, start, stop)
    return result if total is None else (result, total)


class _Paths:
    """Paths and corrections as kernels read them: transformed, over the channels of all labels."""

    def __init__(
        self,
        rows: DeviceRows,
        chains: Correction | None,
        time_aug: bool,
        lead_lag: bool,
        end_time: float,
    ) -> None:
        points, self._channels = rows.item
        self._rows, self._chains = rows, chains
        self._time_aug, self._lead_lag, self._end_time = time_aug, lead_lag, end_time
        self.levels = 1 if chains is None else chains.longest
        self.dtype, self.device, self._xp = rows.dtype, rows.device, rows.device.xp
        self.dimension = options.effective_dimension(self._channels, time_aug, lead_lag)
        self.length = 2 * points - 1 if lead_lag else points
        self._columns = sum(self.dimension**k for k in range(2, self.levels + 1))
        self.numbers = self.length * (self.dimension + self._columns)

    def read(self, start: int, stop: int) -> list[Any]:
        """Return points, and corrections if there are any, of a range of paths."""
        given = [self._points(self._rows.part(start, stop))]
        if self._chains is not None:
            given.append(self._correction(self._chains, start, stop))
        return given

    def gradients(self, count: int) -> list[Any]:
        """Return memory for derivatives in what `read` returns."""
        xp, length = self._xp, self.length
        found = [xp.empty((count, length, self.dimension), dtype=self.dtype)]
        if self._chains is not None:
            found.append(xp.empty((count, length - 1, self._columns), dtype=self.dtype))
        return found

    def _points(self, points: Any) -> Any:
        if not (self._time_aug or self._lead_lag):
            return points
        xp, d = self._xp, self._channels
        moved = xp.empty((len(points), self.length, self.dimension), dtype=self.dtype)
        if self._lead_lag:
            moved[:, ::2, :d] = points
            moved[:, 1::2, :d] = points[:, :-1]
            moved[:, ::2, d : 2 * d] = points
            moved[:, 1::2, d : 2 * d] = points[:, 1:]
        else:
            moved[:, :, :d] = points
        if self._time_aug:
            moved[:, :, -1] = xp.linspace(0, self._end_time, self.length, dtype=self.dtype)
        return moved

    def pull_points(self, gradient: Any, target: Any) -> None:
        """Write the derivatives in points, from those in transformed points."""
        d = self._channels
        if not self._lead_lag:
            target[...] = gradient[:, :, :d]
            return
        target[...] = gradient[:, ::2, :d] + gradient[:, ::2, d : 2 * d]
        target[:, :-1] += gradient[:, 1::2, :d]
        target[:, 1:] += gradient[:, 1::2, d : 2 * d]

    def _places(self) -> Any:
        """Return the column over all labels of each column that was given."""
        found, first = [], 0
        for level in range(2, self.levels + 1):
            for chain in product(range(self._channels), repeat=level):
                place = 0
                for label in chain:
                    place = place * self.dimension + label
                found.append(first + place)
            first += self.dimension**level
        return self._xp.asarray(found)

    def _correction(self, chains: Correction, start: int, stop: int) -> Any:
        rows: Any = chains.rows
        given = rows.part(start, stop)
        if not self._time_aug:
            return given
        wider = self._xp.zeros((*given.shape[:2], self._columns), dtype=self.dtype)
        wider[..., self._places()] = given
        return wider

    def pull_correction(self, gradient: Any, shared: Any, start: int, stop: int) -> None:
        """Add the derivatives in the correction to those of the shape in which it was given."""
        if self._time_aug:
            gradient = gradient[..., self._places()]
        if shared.ndim == 1:
            shared += gradient.sum(axis=(0, 1))
        elif shared.shape == gradient.shape[1:]:
            shared += gradient.sum(axis=0)
        else:
            shared.reshape(-1, *gradient.shape[1:])[start:stop] = gradient


class _Route:
    """The kernels from paths to signatures or log-signatures, and back.

    The logarithm of a corrected path is that of its signature.
    """

    def __init__(
        self,
        paths: _Paths,
        degree: int,
        planar: bool,
        method: int | None,
        backward: bool = False,
    ) -> None:
        self._paths = paths
        self._columns = plans.basis_columns(paths.dimension, degree, planar)

        def kernel(name: str, is_backward: bool, method: int = 0) -> CompiledMap:
            return compiled_map(
                paths.device, name, paths.dimension, degree, planar, paths.dtype.name,
                backward=is_backward, levels=paths.levels, method=method,
            )  # fmt: skip

        self._log: CompiledMap | None = None
        self._forward: CompiledMap | None = None
        if paths.levels == 1:
            name = "sig" if method is None else "logsig"
            self._path = kernel(name, backward, method or 0)
            return
        self._path = kernel("corrected_sig", backward)
        if method is not None:
            self._log = kernel("log", backward, method)
            self._forward = kernel("corrected_sig", False) if backward else None

    def empty(self, count: int, columns: int) -> Any:
        """Return memory for vectors."""
        return self._paths.device.xp.empty((count, columns), dtype=self._paths.dtype)

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
        values = self.empty(len(target), self._columns)
        self._path.launch(given, [values], length)
        self._log.launch([values], [target])

    def backward(self, given: list[Any], derivs: Any, outputs: list[Any]) -> None:
        """Compute gradients of a chunk."""
        length = self._paths.length
        if self._log is not None and self._forward is not None:
            values, slopes = (self.empty(len(derivs), self._columns) for _ in range(2))
            self._forward.launch(given, [values], length)
            self._log.launch([values, derivs], [slopes])
            derivs = slopes
        self._path.launch([*given, derivs], outputs, length)
