"""Maps between vectors of coefficients, for the basis of a call: trees, ordered forests or words.

What functions of branched signatures and those of words share: they differ in names of arguments,
which are given where a message needs them. The words' are for arrays in the memory of the CPU.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import wraps
from typing import Any, Generic, NamedTuple, ParamSpec, TypeVar

from treealg.numeric.arguments.arrays import as_rows, check_alike
from treealg.numeric.arguments.batches import (
    LEAST_ROWS,
    allocate,
    broadcast,
    check_result_batch,
    gradients_in,
    walk,
)
from treealg.numeric.arguments.calls import Call
from treealg.numeric.arguments.duals import direction
from treealg.numeric.arguments.repeats import again, keep
from treealg.numeric.arguments.rows import Rows
from treealg.numeric.arguments.targets import Target, into, into_each
from treealg.numeric.arguments.vectors import (
    body,
    check_columns,
    check_same_scalar,
    of_scalars,
    split_log,
    split_signature,
)
from treealg.numeric.plans.vectors import algebra_plan, log_plan
from treealg.numeric.vectors.steps import Steps
from treealg.typing import Array

__all__ = [
    "exponentials",
    "exponentials_backward",
    "image",
    "inverses",
    "inverses_backward",
    "joined",
    "joined_backward",
    "linear",
    "linear_backward",
    "linear_logs",
    "linear_logs_backward",
    "log_products",
    "log_products_backward",
    "logarithms",
    "logarithms_backward",
    "products",
    "products_backward",
]


def _on_gpu(call: Call) -> bool:
    """Tell whether arrays on a GPU are taken: not of words, nor of a basis by weight."""
    return call.planar is not None and not call.asked


_Answer = TypeVar("_Answer")
_Given = ParamSpec("_Given")


class Made(NamedTuple, Generic[_Answer]):
    """What a map returns, and how it was computed: as for `keep`.

    A call of vectors with scalars is not kept, as these have to be looked at each time.
    """

    answer: _Answer
    rows: tuple[Rows, ...]
    results: tuple[Any, ...]
    scalar: Any
    function: Callable[..., Any]
    places: tuple[int, ...]
    rest: tuple[Any, ...]


def _repeated(
    count: int,
) -> Callable[[Callable[_Given, Made[_Answer]]], Callable[_Given, _Answer]]:
    """Let a map of so many arrays be computed again where its call is known, and keep it.

    Its last argument is where results are wanted.
    """

    def decorate(function: Callable[_Given, Made[_Answer]]) -> Callable[_Given, _Answer]:
        name = function.__name__

        @wraps(function)
        def known_or_made(*given: _Given.args, **options: _Given.kwargs) -> _Answer:
            call: Any = given[0]
            key, arrays = (name, call, *options.values()), given[1 : 1 + count]
            known: _Answer | None = again(key, *arrays, out=given[-1])
            if known is not None:
                return known
            made = function(*given, **options)
            if call.degree and made.scalar is None:
                how = made.function, made.places, made.rest
                most = None if made.rest else LEAST_ROWS  # steps have results in between
                keep(key, arrays, made.rows, made.results, *how, most=most)
            return made.answer

        return known_or_made

    return decorate


@_repeated(1)
def logarithms(call: Call, signature: Any, name: str, to: Any) -> Made[Array]:
    """Compute logarithms of signatures, by the method of the call."""
    rows = as_rows(signature, name, 1, gpu=_on_gpu(call))
    x, scalar = split_signature(rows, call)
    plan, engine = log_plan(call), rows.engine
    with rows.active():
        kept = None if call.method else of_scalars(rows, operator.sub, scalar, 1)
        result, out = allocate(x, plan.size, scalar=kept, to=into(to, signature))
        if call.degree:
            for signatures, logs in walk(call.n_threads, (x,), (out,), apart=True):
                engine.signature_to_log(signatures, logs, plan, call.n_threads)
    return Made(
        rows.wrap(result),
        (rows,),
        (result,),
        scalar,
        engine.signature_to_log,
        (0, 1),
        (plan, call.n_threads),
    )


@_repeated(2)
def logarithms_backward(
    call: Call, signature: Any, derivs: Any, name: str, derivs_name: str, to: Any
) -> Made[Array]:
    """Compute the derivatives in signatures from those in their logarithms."""
    gpu = _on_gpu(call)
    rows = as_rows(signature, name, 1, gpu=gpu)
    back = as_rows(derivs, derivs_name, 1, gpu=gpu)
    check_alike(rows, back)
    x, scalar = split_signature(rows, call)
    plan, engine = log_plan(call), rows.engine
    kept = None if call.method else scalar
    check_columns(back, plan.size + (kept is not None), f"as the logarithm of {name} has")
    with rows.active():
        result, out = allocate(
            x,
            call.columns,
            scalar=None if scalar is None else 0.0,
            to=into(to, signature, derivs),
        )
        if call.degree:
            for signatures, d, dx in walk(
                call.n_threads, (x, body(back, kept)), (out,), apart=True
            ):
                engine.signature_to_log_backward(signatures, d, dx, plan, call.n_threads)
    return Made(
        rows.wrap(result),
        (rows, back),
        (result,),
        scalar,
        engine.signature_to_log_backward,
        (0, 1, 2),
        (plan, call.n_threads),
    )


@_repeated(1)
def exponentials(call: Call, logarithm: Any, name: str, to: Any) -> Made[Array]:
    """Compute the signatures of logarithms."""
    rows = as_rows(logarithm, name, 1)
    log, scalar = split_log(rows, call)
    steps = Steps(call, rows, exponentials=True)
    result, out = allocate(
        log, call.columns, scalar=of_scalars(rows, operator.add, scalar, 1), to=into(to, logarithm)
    )
    if call.degree:
        for x, y in walk(
            call.n_threads, (log,), (out,), call.columns if call.method else 0, apart=True
        ):
            steps.exponentials(x, y)
    return Made(rows.wrap(result), (rows,), (result,), scalar, steps.exponentials, (0, 1), ())


@_repeated(2)
def exponentials_backward(
    call: Call, logarithm: Any, derivs: Any, name: str, derivs_name: str, to: Any
) -> Made[Array]:
    """Compute the derivatives in logarithms from those in their signatures."""
    rows, back = as_rows(logarithm, name, 1), as_rows(derivs, derivs_name, 1)
    check_alike(rows, back)
    log, scalar = split_log(rows, call)
    check_columns(back, call.columns + (scalar is not None), f"as the signature of {name} has")
    steps, work = Steps(call, rows, exponentials=True), call.columns if call.method else 0
    result, out = allocate(
        log, log.item[0], scalar=None if scalar is None else 0.0, to=into(to, logarithm, derivs)
    )
    if call.degree:
        for x, d, dx in walk(call.n_threads, (log, body(back, scalar)), (out,), work, apart=True):
            steps.exponentials_backward(x, d, dx)
    return Made(
        rows.wrap(result),
        (rows, back),
        (result,),
        scalar,
        steps.exponentials_backward,
        (0, 1, 2),
        (),
    )


@_repeated(2)
def products(call: Call, earlier: Any, later: Any, names: tuple[str, str], to: Any) -> Made[Array]:
    """Compute the products of two signatures."""
    left, right = _pair(call, earlier, later, names)
    wide1, wide2 = broadcast(left, right)
    (x, scalar), (y, other) = split_signature(wide1, call), split_signature(wide2, call)
    check_same_scalar(left, right)
    plan, engine = algebra_plan(call), left.engine
    with left.active():
        result, out = allocate(
            x,
            plan.size,
            scalar=of_scalars(left, operator.mul, scalar, other),
            to=into(to, earlier, later),
        )
        if call.degree:
            for first, second, z in walk(call.n_threads, (x, y), (out,), apart=True):
                engine.signature_product(first, second, z, plan, call.n_threads)
    return Made(
        left.wrap(result),
        (left, right),
        (result,),
        scalar,
        engine.signature_product,
        (0, 1, 2),
        (plan, call.n_threads),
    )


@_repeated(3)
def products_backward(
    call: Call, derivs: Any, earlier: Any, later: Any, names: tuple[str, str], to: Any
) -> Made[tuple[Array, Array]]:
    """Compute the derivatives in both signatures from those in their products."""
    back = as_rows(derivs, "derivs", 1, gpu=_on_gpu(call))
    left, right = _pair(call, earlier, later, names)
    wide1, wide2 = broadcast(left, right)
    check_result_batch(back, wide1)
    (x, scalar), (y, _) = split_signature(wide1, call), split_signature(wide2, call)
    check_same_scalar(left, right)
    check_columns(back, left.item[0], f"as {left.name} and {right.name} have")
    plan, engine = algebra_plan(call), left.engine
    zero = None if scalar is None else 0.0
    with left.active():
        targets = into_each(to, 2, derivs, earlier, later)
        found = gradients_in((left, right), (x, y), ((plan.size,),) * 2, targets, (zero, zero))
        if call.degree:
            inputs, outputs = (x, y, body(back, scalar)), [gradient.view for gradient in found]
            for first, second, d, dx, dy in walk(call.n_threads, inputs, outputs, apart=True):
                engine.signature_product_backward(first, second, d, dx, dy, plan, call.n_threads)
        gradients = found[0].summed(), found[1].summed()
    return Made(
        gradients,
        (back, left, right),
        tuple(gradient.result for gradient in found),
        scalar,
        engine.signature_product_backward,
        (2, 0, 1, 3, 4),
        (plan, call.n_threads),
    )


def _pair(call: Call, earlier: Any, later: Any, names: tuple[str, str]) -> tuple[Rows, Rows]:
    gpu = _on_gpu(call)
    return as_rows(earlier, names[0], 1, gpu=gpu), as_rows(later, names[1], 1, gpu=gpu)


@_repeated(1)
def inverses(call: Call, signature: Any, name: str, to: Any) -> Made[Array]:
    """Compute the inverses of signatures."""
    rows = as_rows(signature, name, 1)
    x, scalar = split_signature(rows, call)
    plan, engine = algebra_plan(call), rows.engine
    result, out = allocate(x, plan.size, scalar=scalar, to=into(to, signature))
    if call.degree:
        for signatures, y in walk(call.n_threads, (x,), (out,), apart=True):
            engine.signature_inverse(signatures, y, plan, call.n_threads)
    return Made(
        rows.wrap(result),
        (rows,),
        (result,),
        scalar,
        engine.signature_inverse,
        (0, 1),
        (plan, call.n_threads),
    )


@_repeated(2)
def inverses_backward(call: Call, derivs: Any, signature: Any, name: str, to: Any) -> Made[Array]:
    """Compute the derivatives in signatures from those in their inverses."""
    back, rows = as_rows(derivs, "derivs", 1), as_rows(signature, name, 1)
    check_alike(back, rows)
    x, scalar = split_signature(rows, call)
    check_columns(back, rows.item[0], f"as {name} has")
    plan, engine = algebra_plan(call), rows.engine
    result, out = allocate(
        x, plan.size, scalar=None if scalar is None else 0.0, to=into(to, derivs, signature)
    )
    if call.degree:
        for signatures, d, dx in walk(call.n_threads, (x, body(back, scalar)), (out,), apart=True):
            engine.signature_inverse_backward(signatures, d, dx, plan, call.n_threads)
    return Made(
        rows.wrap(result),
        (back, rows),
        (result,),
        scalar,
        engine.signature_inverse_backward,
        (1, 0, 2),
        (plan, call.n_threads),
    )


@_repeated(1)
def linear(call: Call, displacement: Any, to: Any) -> Made[Array]:
    """Compute the signatures of linear pieces."""
    rows = _displacements(displacement, call)
    steps = Steps(call, rows)
    result, out = allocate(
        rows, call.columns, scalar=1.0 if call.scalar else None, to=into(to, displacement)
    )
    if call.degree:
        for x, y in walk(call.n_threads, (rows,), (out,), apart=True):
            steps.linear(x, y)
    unit = call.scalar or None
    return Made(rows.wrap(result), (rows,), (result,), unit, steps.linear, (0, 1), ())


@_repeated(2)
def linear_backward(call: Call, derivs: Any, displacement: Any, to: Any) -> Made[Array]:
    """Compute the derivatives in displacements from those in the signatures of the pieces."""
    back, rows = as_rows(derivs, "derivs", 1), _displacements(displacement, call)
    check_alike(back, rows)
    check_columns(back, call.columns + call.scalar, "as the signature of a piece has")
    steps = Steps(call, rows)
    result, out = allocate(rows, call.dimension, to=into(to, derivs, displacement))
    if call.degree:
        for x, d, dx in walk(
            call.n_threads, (rows, body(back, call.scalar or None)), (out,), apart=True
        ):
            steps.linear_backward(x, d, dx)
    else:
        out[:] = 0.0
    return Made(
        rows.wrap(result),
        (back, rows),
        (result,),
        call.scalar or None,
        steps.linear_backward,
        (1, 0, 2),
        (),
    )


def linear_logs(call: Call, displacement: Any, to: Any) -> Array:
    """Write the logarithms of linear pieces, which are their displacements."""
    rows, scalar = direction(_displacements(displacement, call), 0.0 if call.scalar else None)
    result, out = allocate(rows, call.size, scalar=scalar, to=into(to, displacement))
    out[:] = 0.0
    if call.degree:
        for x, y in walk(1, (rows,), (out,)):
            y[:, : len(call.light)] = x[:, call.light]
    return rows.wrap(result)


def linear_logs_backward(call: Call, derivs: Any, displacement: Any, to: Any) -> Array:
    """Write the derivatives in displacements from those in the logarithms of the pieces."""
    back, rows = as_rows(derivs, "derivs", 1), _displacements(displacement, call)
    check_alike(back, rows)
    check_columns(back, call.size + call.scalar, "as the log-signature of a piece has")
    back, _ = direction(body(back, call.scalar or None))
    result, out = allocate(back, call.dimension, to=into(to, derivs, displacement))
    out[:] = 0.0
    if call.degree:
        for d, dx in walk(1, (back,), (out,)):
            dx[:, call.light] = d[:, : len(call.light)]
    return rows.wrap(result)


def image(
    call: Call,
    given: Rows,
    scalar: Any,
    columns: int,
    plan: Any,
    to: Target | None,
    *,
    transposed: bool = False,
) -> Array:
    """Apply the linear map of a plan, or its transpose, to vectors without their scalar."""
    rows, scalar = direction(given, 0.0 if transposed and scalar is not None else scalar)
    result, view = allocate(rows, columns, scalar=scalar, to=to)
    if call.degree:
        for x, out in walk(call.n_threads, (rows,), (view,)):
            rows.engine.map_rows(x, out, plan, transposed, call.n_threads)
    return rows.wrap(result)


def _displacements(displacement: Any, call: Call) -> Rows:
    """Read the argument `displacement`."""
    rows = as_rows(displacement, "displacement", 1, axes=("dimension",))
    check_columns(rows, call.dimension, "one for each of the channels that dimension says")
    return rows


@_repeated(2)
def joined(
    call: Call, value: Any, displacement: Any, name: str, to: Any, *, before: bool, is_log: bool
) -> Made[Array]:
    """Join a linear piece to signatures, or to logarithms."""
    rows, pieces = as_rows(value, name, 1), _displacements(displacement, call)
    wide, wide_pieces = broadcast(rows, pieces)
    given, scalar = (split_log if is_log else split_signature)(wide, call)
    steps = Steps(call, rows, exponentials=is_log, logarithms=is_log, pieces=True)
    result, out = allocate(given, given.item[0], scalar=scalar, to=into(to, value, displacement))

    def write(x: Any, piece: Any, y: Any) -> None:
        steps.prepare()
        factors = (steps.exponentials(x) if is_log else x), steps.linear(piece)
        first, second = factors[::-1] if before else factors
        if is_log:
            steps.logarithms(steps.products(first, second), y)
        else:
            steps.products(first, second, y)

    if call.degree:
        for views in walk(call.n_threads, (given, wide_pieces), (out,), call.columns, apart=True):
            write(*views)
    return Made(rows.wrap(result), (rows, pieces), (result,), scalar, write, (0, 1, 2), ())


@_repeated(3)
def joined_backward(
    call: Call,
    derivs: Any,
    value: Any,
    displacement: Any,
    name: str,
    to: Any,
    *,
    before: bool,
    is_log: bool,
) -> Made[tuple[Array, Array]]:
    """Compute the derivatives in signatures or logarithms, and in displacements."""
    back, rows = as_rows(derivs, "derivs", 1), as_rows(value, name, 1)
    pieces = _displacements(displacement, call)
    wide, wide_pieces = broadcast(rows, pieces)
    check_result_batch(back, wide)
    given, scalar = (split_log if is_log else split_signature)(wide, call)
    check_columns(back, rows.item[0], f"as {name} has")
    zero = None if scalar is None else 0.0
    steps = Steps(call, rows, exponentials=is_log, logarithms=is_log, pieces=True)
    found = gradients_in(
        (rows, pieces), (given, wide_pieces), (given.item, (call.dimension,)),
        into_each(to, 2, derivs, value, displacement), (zero, None),
    )  # fmt: skip
    outputs = [gradient.view for gradient in found]

    def write(d: Any, x: Any, piece: Any, dx: Any, d_piece: Any) -> None:
        steps.prepare()
        signature = steps.exponentials(x) if is_log else x
        d_signature, d_linear = steps.empty(signature) if is_log else dx, steps.empty(signature)
        factors, targets = (signature, steps.linear(piece)), (d_signature, d_linear)
        if before:
            factors, targets = factors[::-1], targets[::-1]
        d_product = steps.logarithms_of_products_backward(d, *factors) if is_log else d
        steps.products_backward(d_product, *factors, *targets)
        if is_log:
            steps.exponentials_backward(x, d_signature, dx)
        steps.linear_backward(piece, d_linear, d_piece)

    if call.degree:
        inputs = body(back, scalar), given, wide_pieces
        for views in walk(call.n_threads, inputs, outputs, call.columns, apart=True):
            write(*views)
    else:
        outputs[1][:] = 0.0
    gradients = found[0].summed(), found[1].summed()
    results = tuple(gradient.result for gradient in found)
    return Made(gradients, (back, rows, pieces), results, scalar, write, (0, 1, 2, 3, 4), ())


@_repeated(2)
def log_products(
    call: Call, earlier: Any, later: Any, names: tuple[str, str], to: Any
) -> Made[Array]:
    """Compute the logarithms of products, from the logarithms of the factors."""
    left, right = as_rows(earlier, names[0], 1), as_rows(later, names[1], 1)
    wide1, wide2 = broadcast(left, right)
    (first, scalar), (second, other) = split_log(wide1, call), split_log(wide2, call)
    check_same_scalar(left, right)
    steps = Steps(call, left, exponentials=True, logarithms=True)
    result, out = allocate(
        first,
        call.size,
        scalar=of_scalars(left, operator.add, scalar, other),
        to=into(to, earlier, later),
    )

    def write(x: Any, y: Any, z: Any) -> None:
        product = steps.products(steps.exponentials(x), steps.exponentials(y))
        steps.logarithms(product, z)

    if call.degree:
        for views in walk(call.n_threads, (first, second), (out,), call.columns, apart=True):
            write(*views)
    return Made(left.wrap(result), (left, right), (result,), scalar, write, (0, 1, 2), ())


@_repeated(3)
def log_products_backward(
    call: Call, derivs: Any, earlier: Any, later: Any, names: tuple[str, str], to: Any
) -> Made[tuple[Array, Array]]:
    """Compute the derivatives in both logarithms from those in the logarithm of the product."""
    back = as_rows(derivs, "derivs", 1)
    left, right = as_rows(earlier, names[0], 1), as_rows(later, names[1], 1)
    wide1, wide2 = broadcast(left, right)
    check_result_batch(back, wide1)
    (first, scalar), (second, _) = split_log(wide1, call), split_log(wide2, call)
    check_same_scalar(left, right)
    check_columns(back, left.item[0], f"as {left.name} and {right.name} have")
    zero = None if scalar is None else 0.0
    steps = Steps(call, left, exponentials=True, logarithms=True)
    targets = into_each(to, 2, derivs, earlier, later)
    found = gradients_in((left, right), (first, second), (first.item,) * 2, targets, (zero, zero))

    def write(d: Any, x: Any, y: Any, dx: Any, dy: Any) -> None:
        factors = steps.exponentials(x), steps.exponentials(y)
        d_product = steps.logarithms_of_products_backward(d, *factors)
        d_first, d_second = steps.empty(x), steps.empty(y)
        steps.products_backward(d_product, *factors, d_first, d_second)
        steps.exponentials_backward(x, d_first, dx)
        steps.exponentials_backward(y, d_second, dy)

    if call.degree:
        inputs = body(back, scalar), first, second
        outputs = [gradient.view for gradient in found]
        for views in walk(call.n_threads, inputs, outputs, call.columns, apart=True):
            write(*views)
    gradients = found[0].summed(), found[1].summed()
    results = tuple(gradient.result for gradient in found)
    return Made(gradients, (back, left, right), results, scalar, write, (0, 1, 2, 3, 4), ())
