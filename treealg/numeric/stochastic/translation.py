"""Translations of branched signatures, with gradients."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from treealg import tables
from treealg.engines import HostEngine
from treealg.errors import InvalidValueError
from treealg.numeric.arguments.arrays import as_rows
from treealg.numeric.arguments.batches import (
    allocate,
    broadcast,
    check_result_batch,
    gradients_in,
    parts,
    source_rows,
)
from treealg.numeric.arguments.calls import Call, checked_call
from treealg.numeric.arguments.duals import sum_dtype, sums_by
from treealg.numeric.arguments.rows import Rows
from treealg.numeric.arguments.targets import into, into_each
from treealg.numeric.arguments.vectors import body, check_columns, split_signature_or_log
from treealg.numeric.plans.cache import find_plan, keep_plan
from treealg.numeric.plans.matrices import Matrix
from treealg.sequences import check_weights
from treealg.typing import Array, ArrayLike

__all__ = ["branched_sig_translate", "branched_sig_translate_backprop"]

_AXES = "dimension", "moved"
_NUMBERS = 1 << 18
"""Numbers of an intermediate result, beyond which work is done in parts."""
_ROUNDINGS = 64
"""How many times the rounding of a number sums of such are off, of the size of what is added."""


def branched_sig_translate(
    bsig: ArrayLike,
    translation: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    weights: Sequence[int] | None = None,
    n_jobs: int = 1,
    out: Array | None = None,
) -> Array:
    r"""Translate branched signatures: channels are moved by series of trees.

    :math:`(T_v X)(x) = \langle M_v X, x \rangle`, where :math:`M_v` takes a vertex with label i to
    itself and :math:`v_i`, and respects grafting. With trees, x is cut in all ways into connected
    pieces; a piece becomes a vertex with label i in exchange for the value of :math:`v_i` on it,
    and X is taken of what remains.

    Parameters
    ----------
    bsig : ArrayLike, shape (..., coefficients)
        Signatures, or log-signatures in expanded form, in basis order, with or without a scalar in
        front, which is 1 for signatures and 0 for log-signatures.
    translation : ArrayLike, shape (..., dimension, moved)
        :math:`v_i` for each label i as values on the trees or, if `planar`, ordered forests of 1 to
        m nodes in basis order, without scalar: ``branched_sig_length(dimension, m)`` of them, for
        any m from 0 on, like a log-signature. The value on a tree is its coefficient times its
        symmetry. Of the kind and dtype of `bsig`, with a leading shape that broadcasts.
    dimension : int
        Labels of the trees, at least 1.
    degree : int
        Truncation, at least 0.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees. For a signature that is a character,
        :math:`v_i` has to be in the Lie algebra (0 on shuffles), which is not checked.
    weights : sequence of int or None, default None
        The weight of each label, at least 1. Then `degree` bounds the weight of a tree or ordered
        forest, the sum over its nodes, and the basis is what is light enough, in basis order; so
        does m for `translation`, which must be 0 on what is lighter than the label, but for
        rounding. None counts nodes.
    n_jobs : int, default 1
        Threads, which share the rows that have one translation: 1 is serial, -1 all processors,
        ``-k`` all but ``k - 1``.
    out : Array or None, default None
        Where to write the result, as for `branched_sig`.

    Returns
    -------
    Array, shape (..., coefficients)
        In the layout of `bsig`, with a copy of its scalar if it has one. NumPy array or tensor as
        `bsig` is, of the same dtype (float64 for integers and lists), never sharing memory with an
        argument. It is `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if the two are of
        different kinds or dtypes; if `dimension`, `degree` or `n_jobs` is no integer, or `planar`
        no boolean; if `weights` are no integers; or if `out` is no array of the kind and dtype of
        the result.
    InvalidValueError
        If the last axis of `bsig` has not the length of this basis, a scalar in front of it is
        neither 1, 0 nor NaN, or `translation` has not the shape of one; if leading shapes do not
        broadcast; if `dimension` is below 1, `degree` negative, or `n_jobs` 0; if `weights` are not
        positive, one for each label, or too fine, or `translation` is not 0 on what is lighter than
        its label; or if the basis, the table or the result does not fit in memory; or if `out` has
        not its shape or layout, or shares memory with an argument.

    See Also
    --------
    branched_sig_translate_backprop : The gradient.
    ito_correction : The correction of a path, whose Itô lift is a translation of that of
        Stratonovich.

    Notes
    -----
    Linear in `bsig`, and a morphism of the group: it respects `branched_sig_combine`, and takes
    log-signatures to log-signatures. What :math:`v_i` has on more than `degree` nodes has no
    effect. A matrix whose entries are polynomials in :math:`v` is evaluated for each translation
    and applied to its rows. The GIL is released, no argument is changed.

    References
    ----------
    Y. Bruned, I. Chevyrev, P. Friz and R. Preiß, *A rough path perspective on renormalization*, J.
    Funct. Anal. 277 (2019), 108283, section 3.2, doi:10.1016/j.jfa.2019.108283.

    L. Rahm, *Translations of planarly branched rough paths* (2021): ordered forests.

    Examples
    --------
    Channel 1 is time, and takes half of the ladder of channel 0: Stratonovich from Itô.

    >>> import treealg
    >>> ladder = treealg.tree_to_idx(((0,), 0), 2, 2)
    >>> translation = [[0.0] * 6, [0.5 * (i == ladder) for i in range(6)]]
    >>> ito = [3.0, 1.0, 4.0, 1.0, 2.0, 0.5]
    >>> treealg.branched_sig_translate(ito, translation, 2, 2)
    array([3. , 1. , 4.5, 1. , 2. , 0.5])
    """
    call = checked_call(dimension, degree, planar, n_jobs, weights=weights)
    rows, moves = as_rows(bsig, "bsig", 1), as_rows(translation, "translation", 2, axes=_AXES)
    given, scalar = split_signature_or_log(rows, call.columns, call)
    known = _known(moves, call, weights, degree)
    x, _ = broadcast(given, moves)
    if scalar is not None:
        scalar = np.broadcast_to(scalar, x.batch)
    to = into(out, bsig, translation)
    result, view = allocate(x, call.columns, scalar=scalar, to=to, walked=False)
    for move, part in _runs(moves, x.batch, call.degree):
        matrix = known.matrix(known.moved(move), is_alone=moves.count == 1)
        own = x.slab(part.start, part.stop)
        matrix.write_image(own, view[part], False, rows.engine, call.n_threads)
    return rows.wrap(result)


def branched_sig_translate_backprop(
    derivs: ArrayLike,
    bsig: ArrayLike,
    translation: ArrayLike,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    weights: Sequence[int] | None = None,
    n_jobs: int = 1,
    out: tuple[Array | None, ...] | None = None,
) -> tuple[Array, Array]:
    r"""Compute the gradients in signatures and a translation from that in what is translated.

    Parameters
    ----------
    derivs : ArrayLike, shape (..., coefficients)
        Derivatives of a scalar function in the result of `branched_sig_translate`, in its layout.
    bsig : ArrayLike, shape (..., coefficients)
        As given to `branched_sig_translate`; of the kind and dtype of `derivs`.
    translation : ArrayLike, shape (..., dimension, moved)
        As given to `branched_sig_translate`; of the kind and dtype of `derivs`.
    dimension : int
        Labels of the trees, at least 1.
    degree : int
        Truncation, at least 0.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    weights : sequence of int or None, default None
        The weight of each label, at least 1. Then `degree` bounds the weight of a tree or ordered
        forest, the sum over its nodes, and the basis is what is light enough, in basis order; so
        does m for `translation`, which must be 0 on what is lighter than the label, but for
        rounding. None counts nodes.
    n_jobs : int, default 1
        Threads, which share the rows that have one translation: 1 is serial, -1 all processors,
        ``-k`` all but ``k - 1``.
    out : tuple of (Array or None), default None
        Where to write the results, one for each of them, as for `branched_sig`; None for one that
        is to be made.

    Returns
    -------
    tuple of two Array, shapes (..., coefficients) and (..., dimension, moved)
        Derivatives in `bsig`, with 0 in the place of a scalar, and in `translation`; in their
        layout, kind and dtype, never sharing memory with an argument: for one that was broadcast,
        the sum over the rows that it served. They are those of `out`, if that is given.

    Raises
    ------
    InvalidTypeError
        If an array is no real array, requires a gradient, or is not on the CPU; if they are of
        different kinds or dtypes; if `dimension`, `degree` or `n_jobs` is no integer, or `planar`
        no boolean; or if `weights` are no integers; or if `out` is no tuple, or one of it no array
        of the kind and dtype of its result.
    InvalidValueError
        If the last axis of `bsig` has not the length of this basis, a scalar in front of it is
        neither 1, 0 nor NaN, `translation` has not the shape of one, or `derivs` not that of the
        result; if leading shapes do not broadcast; if `dimension` is below 1, `degree` negative, or
        `n_jobs` 0; if `weights` are not positive, one for each label, or too fine, or `translation`
        is not 0 on what is lighter than its label; or if the basis, the table or the result does
        not fit in memory; or if `out` has not the lengths of the results, or one of it not the
        shape or layout of its result, or memory in common with another one or an argument.

    See Also
    --------
    branched_sig_translate : The function differentiated.

    Examples
    --------
    In one channel the ladder has the value :math:`x_2 (1 + v_1)^2 + x_1 v_2`:

    >>> import treealg
    >>> treealg.branched_sig_translate_backprop([0.0, 1.0], [3.0, 5.0], [[0.0, 7.0]], 1, 2)
    (array([7., 1.]), array([[10.,  3.]]))
    """
    call = checked_call(dimension, degree, planar, n_jobs, weights=weights)
    back = as_rows(derivs, "derivs", 1)
    rows, moves = as_rows(bsig, "bsig", 1), as_rows(translation, "translation", 2, axes=_AXES)
    _, scalar = split_signature_or_log(rows, call.columns, call)
    known = _known(moves, call, weights, degree)
    wide, _ = broadcast(rows, moves)
    check_result_batch(back, wide)
    check_columns(back, rows.item[0], "as bsig has")
    x, dy = body(wide, scalar), body(back, scalar)
    zero = None if scalar is None else 0.0
    of_rows, of_moves = gradients_in(
        (rows, moves), (x, moves), ((call.columns,), moves.item),
        into_each(out, 2, derivs, bsig, translation), (zero, None), walked=False,
    )  # fmt: skip
    total = np.zeros((moves.count, known.table.values), sum_dtype(moves.dtype))
    source = source_rows(moves, wide.batch)
    for move, part in _runs(moves, wide.batch, call.degree):
        values = known.moved(move)
        matrix = known.matrix(values, is_alone=moves.count == 1)
        d, own = dy.slab(part.start, part.stop), x.slab(part.start, part.stop)
        matrix.write_image(d, of_rows.view[part], True, rows.engine, call.n_threads)
        total[source[part.start]] += matrix.derivatives(d, own)
    of_moves.view[...] = 0
    of_labels = total.reshape(moves.count, call.dimension, known.table.values // call.dimension)
    of_moves.view[..., known.columns] = of_labels[..., known.places]
    return of_rows.summed(), of_moves.summed()


class _Known(NamedTuple):
    """The table of a translation, and which of its values an argument has.

    Attributes
    ----------
    table : TranslationTable
        The matrix.
    columns, places : ndarray of int64
        Columns of the argument that have an effect, and where they are among the elements that the
        table has values of.
    dimension : int
        The number of labels.
    last : _Last
        The translation that was last taken alone.
    """

    table: tables.TranslationTable
    columns: npt.NDArray[np.int64]
    places: npt.NDArray[np.int64]
    dimension: int
    last: _Last

    def moved(self, move: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Return what vertices become: themselves, and a translation."""
        shape = self.dimension, self.table.values // self.dimension
        values = np.zeros(shape, sum_dtype(move.dtype))
        values[:, self.places] = move[:, self.columns]
        labels = np.arange(self.dimension)
        values[labels, labels] += 1.0
        return values.ravel()

    def matrix(self, values: npt.NDArray[np.float64], *, is_alone: bool) -> _Matrix:
        """Return the matrix of what vertices become, which may be the last one of a call."""
        if not is_alone or values.dtype.kind == "c":
            return _Matrix(self.table, values)
        last = self.last.known
        if last is not None and last[0] == values.tobytes():
            return last[1]
        made = _Matrix(self.table, values)
        self.last.known = values.tobytes(), made
        return made


class _Last:
    """The translation of all rows of the last call of a size, as the next one may have it too.

    Attributes
    ----------
    known : tuple or None
        The bytes of what vertices become, and the matrix.
    """

    def __init__(self, entries: int) -> None:
        self.known: tuple[bytes, _Matrix] | None = None
        self._entries = entries

    @property
    def nbytes(self) -> int:
        """About the memory of the matrix, and of what it is made of and kept with."""
        return 48 * self._entries


def _known(moves: Rows, call: Call, weights: Any, degree: Any) -> _Known:
    """Check the shape of a translation, and return its table."""
    planar, dimension = bool(call.planar), call.dimension
    own = (1,) * dimension if weights is None else check_weights("weights", weights)
    labels, columns = moves.item
    order = _order(own, planar, columns)
    if labels != dimension or order is None:
        first = [tables.weighted_length(own, m, planar=planar) for m in range(1, 4)]
        raise InvalidValueError(
            f"translation must have shape (..., {dimension}, moved), where moved is one of "
            f"{[*first, '...']}, the basis of 1, 2, 3, ... nodes or by weight; got shape "
            f"{moves.array.shape}"
        )
    nodes = order // min(own)
    table = tables.translation(dimension, call.nodes, planar=planar, order=nodes)
    places = np.arange(columns)
    if call.weights is not None or weights is not None:
        places = tables.light_elements(own, order, planar=planar)
        lighter = tables.element_weights(own, nodes, planar=planar)[places] < np.array(own)[:, None]
        _check_zero(moves, lighter)
    if call.weights is not None:
        key = ("translation", dimension, call.degree, planar, nodes, own, int(degree))

        def make() -> tables.TranslationTable:
            return tables.restricted_translation(table, own, int(degree), planar=planar)

        table = find_plan(key) or keep_plan(key, make)
    kept = np.flatnonzero(places < table.values // dimension)
    basis = call.weights and (own, int(degree))
    own_key = ("last translation", dimension, call.degree, planar, nodes, basis)
    last = find_plan(own_key) or keep_plan(own_key, lambda: _Last(table.col.size))
    return _Known(table, kept, places[kept], dimension, last)


@lru_cache(maxsize=64)
def _order(weights: tuple[int, ...], planar: bool, columns: int) -> int | None:
    """Return the order, or weight, up to which a basis has so many elements, None if none has."""
    order = length = 0
    while length < columns:
        order += 1
        length = tables.weighted_length(weights, order, planar=planar)
    return order if length == columns else None


def _check_zero(moves: Rows, lighter: npt.NDArray[np.bool_]) -> None:
    """Refuse a translation that makes something lighter: the value on that is not known.

    What is there by rounding, beside other values of the translation, has no effect.
    """
    found = abs(moves.array[..., lighter])
    if not found.any():
        return
    size = abs(moves.array).sum(axis=(-2, -1), dtype=np.float64)[..., None]
    bound = np.where(np.isfinite(size), _ROUNDINGS * np.finfo(moves.dtype).eps * size, 0)
    wrong = np.argwhere(~(found <= bound))
    if wrong.size:
        label, column = np.argwhere(lighter)[wrong[0][-1]].tolist()
        raise InvalidValueError(
            f"translation must be 0 on what is lighter than the label, got another value for label "
            f"{label} in column {column}; lower its weight, or leave out weights"
        )


def _runs(
    moves: Rows, batch: tuple[int, ...], degree: int
) -> Iterator[tuple[npt.NDArray[Any], slice]]:
    """Yield each translation with a range of the rows that it serves."""
    if moves.count == 1 and degree and math.prod(batch):
        yield moves.slab(0, 1)[0], slice(0, math.prod(batch))
        return
    source = source_rows(moves, batch)
    if not degree or not source.size:
        return
    begins = np.flatnonzero(np.append(True, source[1:] != source[:-1]))
    for start, stop in zip(begins, np.append(begins[1:], source.size), strict=True):
        own = int(source[start])
        yield moves.slab(own, own + 1)[0], slice(int(start), int(stop))


class _Matrix(Matrix):
    """The matrix of a translation.

    Parameters
    ----------
    table : TranslationTable
        Its entries as polynomials.
    values : numpy.ndarray
        What vertices become.
    """

    def __init__(self, table: tables.TranslationTable, values: npt.NDArray[np.float64]) -> None:
        self._table = table
        self._place = table.factor.reshape(-1, table.width).T
        known = np.append(values, 1.0)
        self._known = known
        with np.errstate(over="ignore", invalid="ignore"):  # infinities pass, as in kernels
            terms = table.count
            for place in self._place:
                terms = terms * known[place]
            coef = np.add.reduceat(terms, table.term_ptr[:-1])
        super().__init__(table.ptr, table.col, np.ascontiguousarray(np.real(coef)))
        self._tangent: Matrix | None = None
        if coef.dtype.kind == "c":
            self._tangent = Matrix(table.ptr, table.col, np.ascontiguousarray(np.imag(coef)))

    def write_image(
        self, rows: Any, out: Any, transposed: bool, engine: HostEngine, n_threads: int
    ) -> None:
        """Write the images of some rows, or those of the transpose; kernels have real matrices."""
        engine.map_rows(rows, out, self, transposed, n_threads)
        if self._tangent is not None:
            added = np.empty(out.shape, out.real.dtype)
            values = np.ascontiguousarray(rows.real)
            engine.map_rows(values, added, self._tangent, transposed, n_threads)
            out.imag += added

    def derivatives(self, derivs: Any, rows: Any) -> npt.NDArray[np.float64]:
        """Return derivatives in what vertices become, from those in the images of some rows."""
        table = self._table
        row = np.repeat(np.arange(table.size), np.diff(table.ptr))
        entries = np.zeros(table.col.size, sum_dtype(rows.dtype))
        with np.errstate(over="ignore", invalid="ignore"):
            for part in parts(len(rows), max(_NUMBERS // max(entries.size, 1), 1)):
                left, right = derivs[part][:, row], rows[part][:, table.col]
                entries += np.einsum("re,re->e", left, right, dtype=entries.dtype)
            terms = np.repeat(entries, np.diff(table.term_ptr)) * table.count
            factors = [self._known[place] for place in self._place]
            before = _products(terms, factors[:-1])
            after = _products(np.ones(terms.size), factors[:0:-1])[::-1]
            total = np.zeros(table.values + 1, entries.dtype)
            for place, left, right in zip(self._place, before, after, strict=True):
                total += sums_by(place, left * right, total.size)
        return total[:-1]


def _products(
    first: npt.NDArray[np.float64], factors: list[npt.NDArray[np.float64]]
) -> list[npt.NDArray[np.float64]]:
    """Return the products of an array with none, one, two, ... of some factors."""
    return list(accumulate(factors, np.multiply, initial=first))
