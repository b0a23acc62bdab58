"""Chosen coefficients along paths: what those of trees, of words and of logarithms share."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from treealg.checks import check_flag
from treealg.errors import InvalidValueError
from treealg.numeric.arguments.arrays import as_rows, refuse_on_device
from treealg.numeric.arguments.batches import allocate
from treealg.numeric.arguments.calls import Call, checked_call
from treealg.numeric.arguments.prepared import Prepared, prepared
from treealg.numeric.arguments.rows import Rows, memory_for
from treealg.numeric.arguments.targets import into
from treealg.numeric.arguments.windows import read_windows, windows_of
from treealg.numeric.blocks.products import integrate
from treealg.numeric.blocks.tree_prefixes import tree_prefixes, tree_prefixes_backward
from treealg.numeric.blocks.windows import write_windows
from treealg.numeric.paths.gradients import backprop, check_results
from treealg.numeric.paths.prefixes import write_prefixes
from treealg.numeric.paths.signature import results_along, write_along
from treealg.numeric.paths.windowed import check_either, of_windows_backward
from treealg.numeric.plans.trees import (
    Chosen,
    TreePlan,
    check_order,
    chosen_elements,
    on_closed_set,
    tree_plan,
)
from treealg.numeric.word_indices import ladder
from treealg.typing import Array, Gradients

__all__ = ["Along", "Choice", "chosen", "chosen_backward"]

Floats = npt.NDArray[Any]


class Choice(NamedTuple):
    """Which coefficients are wanted, and of what.

    Attributes
    ----------
    elements : list
        Trees, ordered forests or words, with None or the empty word among them.
    is_log : bool
        Whether coefficients are those of the logarithm.
    gram : object
        Whether they are divided by the roots of symmetry factors.
    """

    elements: list[Any]
    is_log: bool = False
    gram: Any = False


class Along(NamedTuple):
    """What a caller gives beside a path, as it is."""

    correction: Any
    stream: Any
    basepoint: Any
    lengths: Any
    windows: Any
    times: Any
    missing: Any


def chosen(path: Any, choice: Choice, along: Along, options: tuple[Any, ...], out: Any) -> Array:
    """Compute chosen coefficients of signatures, or of log-signatures, of paths.

    `options` are those of `checked_call` without the channels.
    """
    found, plan, wanted, every = _planned(path, choice, along, options)
    with memory_for("path, copied for windows,"):
        pieces = None if along.windows is None else windows_of(found, along.windows, once=True)
    item = (len(pieces.ends),) if pieces is not None else results_along(found, every)
    # What walks along whole paths writes the result itself.
    walked = wanted.is_plain and pieces is None and not (every and plan.by_trees)
    to = into(out, path, *along)
    result, view = allocate(found.path, *item, wanted.number, walked=walked, to=to)
    if wanted.is_plain:
        _write(found, plan, every, pieces, view)
        return found.path.wrap(result)
    view[...] = 0.0 if choice.is_log else 1.0  # that of the empty element
    if wanted.places:
        values = np.empty((*view.shape[:-1], plan.size), found.path.dtype)
        _write(found, plan, every, pieces, values)
        rows = values.reshape(-1, plan.size)
        if wanted.log is not None:
            logs = np.empty((len(rows), len(wanted.places)), rows.dtype)
            found.path.engine.signature_to_log(rows, logs, wanted.log, found.call.n_threads)
            rows = logs
        if wanted.scale is not None:
            rows *= wanted.scale.astype(rows.dtype)
        view[..., wanted.places] = rows.reshape(*view.shape[:-1], len(wanted.places))
    return found.path.wrap(result)


def chosen_backward(
    path: Any,
    choice: Choice,
    coefs: Any,
    derivs: Any,
    along: Along,
    options: tuple[Any, ...],
    out: Any,
) -> Gradients:
    """Compute the gradients in paths, corrections and base points, from those in coefficients."""
    cotangent = as_rows(derivs, "derivs", 1)
    forward = None if coefs is None else as_rows(coefs, "coefs", 1)
    found, plan, wanted, every = _planned(path, choice, along, options)
    rows, engine, windows = found.path, found.path.engine, along.windows
    count = None if windows is None else len(read_windows(found, windows))
    for values in (cotangent,) if forward is None else (cotangent, forward):
        check_results(values, found, every, count)
        if values.item[0] != wanted.number:
            raise InvalidValueError(
                f"{values.name} must have a column for each of the {wanted.number} coefficients "
                f"that were chosen, got shape {values.array.shape}"
            )
    to = into(out, path, coefs, derivs, *along)
    if not wanted.places:
        return backprop(None, None, found, cotangent, plan, to)
    array = cotangent.array
    if not wanted.is_plain:
        array = array[..., wanted.places]
        if wanted.scale is not None:
            array = array * wanted.scale.astype(rows.dtype)
        if wanted.log is not None:
            array = _log_backward(found, plan, wanted, every, windows, array)
    given = Rows(array, rows.kind, 1 if windows is None and not every else 2, "derivs")
    if windows is not None:
        return of_windows_backward(found, given, plan, windows, to)
    if every:
        by_trees = _prefixes_backward if plan.by_trees else engine.span_prefixes_backward
        return backprop(None, by_trees, found, given, plan, to)
    if plan.by_trees:
        kernels = engine.path_coefficients_backward, engine.span_coefficients_backward
    else:
        kernels = engine.path_signature_backward, engine.span_signature_backward
    return backprop(*kernels, found, given, plan, to)


def _planned(
    path: Any, choice: Choice, along: Along, options: tuple[Any, ...]
) -> tuple[Prepared, TreePlan, Chosen, bool]:
    """Check every option, and find or build the plan of the elements, which say the degree."""
    every = along.stream is not False and check_flag("stream", along.stream)
    if every or along.windows is not None:
        check_either(every, along.windows)
        refuse_on_device(path, "stream, basepoint, lengths, windows and lists of paths")
    gram = choice.gram is not False and check_flag("gram", choice.gram)
    wanted: Any = None

    def call_of(channels: int) -> Call:
        nonlocal wanted
        call = checked_call(channels, *options)
        listed = choice.elements
        if call.planar is None:
            # Before they are read as trees.
            check_order(max(map(len, listed), default=0), None, choice.is_log)
            listed = [ladder(word, call.dimension, "words") for word in listed]
        wanted = chosen_elements(listed, call.dimension, call.planar, gram)
        check_order(wanted.degree, call.planar, choice.is_log)
        return call._replace(degree=wanted.degree)

    found = prepared(
        path, along.correction, along.basepoint, along.lengths, call_of, times=along.times,
        missing=along.missing,
    )  # fmt: skip
    call, longest = found.call, found.longest
    own = call.dimension if longest == 1 else call.channels
    of_call = call.dimension, call.planar
    ways = {"every": every, "is_log": choice.is_log}
    plan = tree_plan(wanted.elements, *of_call, longest, own, **ways)
    if choice.is_log and plan.by_trees and plan.size:  # and the logarithm is not that of words
        wanted = on_closed_set(wanted, *of_call)
        plan = tree_plan(wanted.elements, *of_call, longest, own, every=every)
    return found, plan, wanted, every


def _write(found: Prepared, plan: TreePlan, every: bool, pieces: Any, out: Floats) -> None:
    """Write what a plan gives along paths, their beginnings, or their windows."""
    if not plan.size or not out.size:
        return
    if pieces is None and every and plan.by_trees:
        _write_prefixes(found, plan, out)
    elif pieces is None:
        write_along(found, plan, every, out)
    elif plan.by_trees:
        integrate(pieces, pieces.spans(pieces.ends), plan, out.reshape(-1, plan.size))
    else:
        write_windows(pieces, plan, out)


def _write_prefixes(found: Prepared, plan: TreePlan, out: Floats) -> None:
    rest = plan.table, found.call.transform

    def write(points: Any, spans: Any, correction: Any, own: Floats) -> None:
        whole = points if isinstance(points, np.ndarray) else points.whole()
        tree_prefixes(whole, spans, correction, own, *rest)

    write_prefixes(found, out, write)


def _prefixes_backward(
    path: Any, spans: Any, correction: Any, derivs: Floats, points: Floats, corrections: Any,
    plan: TreePlan, transform: Any, n_threads: int,
) -> None:  # fmt: skip
    """As the kernels that go backwards along spans."""
    rest = plan.table, transform
    whole = path if isinstance(path, np.ndarray) else path.whole()
    tree_prefixes_backward(whole, spans, correction, derivs, points, corrections, *rest)


def _log_backward(
    found: Prepared, plan: TreePlan, wanted: Chosen, every: bool, windows: Any, derivs: Floats
) -> Floats:
    """Return the derivatives in the coefficients that logarithms are taken of."""
    front = derivs.shape[len(found.path.batch) : -1]
    values = np.empty((found.path.count, *front, plan.size), found.path.dtype)
    pieces = None if windows is None else windows_of(found, windows, once=True)
    _write(found, plan, every, pieces, values)
    out = np.empty((math.prod(values.shape[:-1]), plan.size), values.dtype)
    given = np.ascontiguousarray(derivs, values.dtype).reshape(len(out), len(wanted.places))
    found.path.engine.signature_to_log_backward(
        values.reshape(out.shape), given, out, wanted.log, found.call.n_threads
    )
    return out.reshape(*found.path.batch, *front, plan.size)
