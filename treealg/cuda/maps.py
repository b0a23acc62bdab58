"""Maps between vectors of coefficients on a GPU: logarithm and product, and their gradients."""

from __future__ import annotations

from typing import Any

from treealg.cuda.launch import CompiledMap, chunks, compiled_map
from treealg.cuda.rows import DeviceRows, allocate
from treealg.numeric.arguments.batches import broadcast, summed
from treealg.numeric.arguments.vectors import Space
from treealg.numeric.plans import cache as plans

__all__ = [
    "signature_product",
    "signature_product_backward",
    "signature_to_log",
    "signature_to_log_backward",
]


def signature_to_log(rows: DeviceRows, scalar: int, space: Space) -> Any:
    """Compute logarithms of signatures."""
    kept = 0 if space.method else scalar
    with rows.device.active():
        found = None
        if space.degree:
            found = _kernel(rows, "log", space, method=space.method)
        result, view = allocate(rows, plans.result_size(*space[:4]) + kept)
        if kept:
            view[:, 0] = rows.first_column() - 1
        _run(found, [(rows, scalar)], [(view, kept)])
    return result


def signature_to_log_backward(
    rows: DeviceRows, derivs: DeviceRows, scalar: int, space: Space
) -> Any:
    """Compute gradients in signatures from those in their logarithms."""
    with rows.device.active():
        found = None
        if space.degree:
            found = _kernel(rows, "log", space, backward=True, method=space.method)
        result, view = allocate(rows, *rows.item)
        view[:, :scalar] = 0
        kept = 0 if space.method else scalar
        _run(found, [(rows, scalar), (derivs, kept)], [(view, scalar)])
    return result


def signature_product(left: DeviceRows, right: DeviceRows, scalar: int, space: Space) -> Any:
    """Compute products of signatures."""
    with left.device.active():
        found = _kernel(left, "combine", space) if space.degree else None
        result, view = allocate(left, *left.item)
        if scalar:
            view[:, 0] = left.first_column() * right.first_column()
        _run(found, [(left, scalar), (right, scalar)], [(view, scalar)])
    return result


def signature_product_backward(
    derivs: DeviceRows, left: DeviceRows, right: DeviceRows, scalar: int, space: Space
) -> tuple[Any, Any]:
    """Compute gradients in two signatures from those in their product."""
    with left.device.active():
        found = _kernel(left, "combine", space, backward=True) if space.degree else None
        wide: tuple[Any, Any] = broadcast(left, right)
        results, views = zip(*(allocate(rows, *rows.item) for rows in wide), strict=True)
        for view in views:
            view[:, :scalar] = 0
        given = [(rows, scalar) for rows in (*wide, derivs)]
        _run(found, given, [(view, scalar) for view in views])
        first, second = map(_gathered, results, views, wide, (left, right))
    return first, second


def _gathered(result: Any, view: Any, wide: DeviceRows, rows: DeviceRows) -> Any:
    """Sum a gradient over the axes along which its argument was broadcast."""
    if wide is rows:
        return result
    total, memory = allocate(rows, *rows.item)
    memory[...] = summed(view.reshape(wide.batch + wide.item), rows).reshape(memory.shape)
    return total


def _kernel(
    rows: DeviceRows, name: str, space: Space, *, backward: bool = False, method: int = 0
) -> CompiledMap:
    return compiled_map(
        rows.device, name, space.dimension, space.degree, space.planar, rows.dtype.name,
        backward=backward, method=method,
    )  # fmt: skip


def _run(
    found: CompiledMap | None,
    inputs: list[tuple[DeviceRows, int]],
    outputs: list[tuple[Any, int]],
) -> None:
    """Launch on all items; each array has some columns in front that the kernel does not see."""
    if found is None:
        return
    rows = inputs[0][0]
    xp = rows.device.xp
    numbers = found.work() + sum(r.item[0] for r, _ in inputs) + sum(v.shape[1] for v, _ in outputs)
    for start, stop in chunks(rows.count, numbers, rows.dtype):
        given = [r.part(start, stop, skip) for r, skip in inputs]
        parts = [view[start:stop] for view, _ in outputs]
        targets = [
            xp.empty((stop - start, part.shape[1] - skip), dtype=rows.dtype) if skip else part
            for part, (_, skip) in zip(parts, outputs, strict=True)
        ]
        found.launch(given, targets)
        for part, target, (_, skip) in zip(parts, targets, outputs, strict=True):
            if skip:
                part[:, skip:] = target
