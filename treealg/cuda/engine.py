"""The engine of a GPU: the maps that take arrays there, cut such that their work fits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from treealg.cuda.device import Device
from treealg.cuda.launch import chunks, compiled_map
from treealg.cuda.paths import Paths, Route
from treealg.numeric.arguments.transforms import Transform
from treealg.numeric.plans.plan import Plan

__all__ = ["DeviceEngine"]


class DeviceEngine:
    """What `treealg.engines.Engine` says, on one GPU, which has to be current.

    Arrays may have any strides, and inputs any dtype that arguments may have; the result says what
    is computed in. The number of threads has no meaning.

    Parameters
    ----------
    device : Device
        The GPU.
    """

    name = "gpu"

    def __init__(self, device: Device) -> None:
        self._device = device

    def path_signature(
        self, path: Any, correction: Any, out: Any, plan: Plan, transform: Transform, _: int
    ) -> None:
        """Write signatures or logarithms of paths. Memory is that of a chunk."""
        paths = Paths(self._device, path, correction, plan, transform, out.dtype)
        route = Route(paths, plan)
        numbers = paths.numbers + route.numbers(backward=False) + plan.size
        for part in chunks(len(out), numbers, out.dtype):
            target = self._writable(out[part])
            route.forward(paths.read(part), target)
            self._keep(target, out[part])

    def path_signature_backward(
        self,
        path: Any,
        correction: Any,
        derivs: Any,
        out: Any,
        out_correction: Any,
        plan: Plan,
        transform: Transform,
        _: int,
    ) -> None:
        """Write derivatives in points, and in corrections if there are any."""
        paths = Paths(self._device, path, correction, plan, transform, out.dtype)
        route = Route(paths, plan, backward=True)
        numbers = 2 * paths.numbers + route.numbers(backward=True) + plan.size
        for part in chunks(len(out), numbers, out.dtype):
            gradients = paths.gradients(part.stop - part.start)
            given = self._device.xp.ascontiguousarray(derivs[part], dtype=out.dtype)
            route.backward(paths.read(part), given, gradients)
            transform.write_adjoint(gradients[0], out[part])
            if correction is not None:
                paths.write_correction(gradients[1], out_correction[part])

    def signature_to_log(self, bsig: Any, out: Any, plan: Plan, _: int) -> None:
        """Write logarithms of signatures."""
        self._run("log", plan, [bsig], [out])

    def signature_to_log_backward(
        self, bsig: Any, derivs: Any, out: Any, plan: Plan, _: int
    ) -> None:
        """Write derivatives in signatures from those in their logarithms."""
        self._run("log", plan, [bsig, derivs], [out], backward=True)

    def signature_product(self, left: Any, right: Any, out: Any, plan: Plan, _: int) -> None:
        """Write products of signatures, the earlier factor left."""
        self._run("combine", plan, [left, right], [out])

    def signature_product_backward(
        self, left: Any, right: Any, derivs: Any, d_left: Any, d_right: Any, plan: Plan, _: int
    ) -> None:
        """Write derivatives in both factors."""
        self._run("combine", plan, [left, right, derivs], [d_left, d_right], backward=True)

    def _run(
        self,
        name: str,
        plan: Plan,
        inputs: Sequence[Any],
        outputs: Sequence[Any],
        backward: bool = False,
    ) -> None:
        dtype, xp = outputs[0].dtype, self._device.xp
        found = compiled_map(
            self._device, name, plan.dimension, plan.degree, plan.planar, dtype.name,
            backward=backward, method=plan.method or 0,
        )  # fmt: skip
        numbers = found.work() + sum(array.shape[1] for array in (*inputs, *outputs))
        for part in chunks(len(outputs[0]), numbers, dtype):
            given = [xp.ascontiguousarray(array[part], dtype=dtype) for array in inputs]
            targets = [self._writable(out[part]) for out in outputs]
            found.launch(given, targets)
            for target, out in zip(targets, outputs, strict=True):
                self._keep(target, out[part])

    def _writable(self, out: Any) -> Any:
        """Return memory that a kernel can write: an array, or another one of its shape."""
        if out.flags.c_contiguous:
            return out
        return self._device.xp.empty(out.shape, dtype=out.dtype)

    def _keep(self, target: Any, out: Any) -> None:
        if not out.flags.c_contiguous:
            out[...] = target
