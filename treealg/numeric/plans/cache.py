"""Plans: what a call needs beside its arrays, made once per size and kept.

A plan holds the tables of one map, prepared for the kernels.  It depends on the size and the basis
only, not on arrays or path transforms (these change the dimension alone), and is immutable, so that
threads share it and a cleared cache never pulls it from under a running call.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from treealg import tables
from treealg.numeric import kernels
from treealg.numeric.arguments import corrections, devices

__all__ = [
    "PathPlan",
    "Plan",
    "PlanCache",
    "basis_columns",
    "clear_cache",
    "expansion_plan",
    "find_log_plan",
    "keep_plan",
    "log_plan",
    "path_plan",
    "prepared_map",
    "prepared_program",
    "result_size",
    "word_program",
]

_CACHE_BYTES = 1 << 29


@dataclass(frozen=True, slots=True)
class Plan:
    """The prepared tables of one map.

    Attributes
    ----------
    columns : int
        Coefficients of the signature in this basis, without scalar.
    size : int
        Coefficients of the result, without scalar.
    output_map : SparseMap or None
        Map applied last; None for the identity.
    program : ConvolutionProgram or None
        Logarithm taken before; None for none.
    nbytes : int
        Size of the tables.
    """

    columns: int
    size: int
    output_map: kernels.SparseMap | None
    program: kernels.ConvolutionProgram | None
    nbytes: int


@dataclass(frozen=True, slots=True)
class PathPlan(Plan):
    """The prepared tables of a map along paths, from words to the result.

    Attributes
    ----------
    linear : SparseMap
        The `output_map`, which these plans always have.
    words : WordProgram
        The words; of chains with a correction, of single labels without.
    """

    linear: kernels.SparseMap
    words: kernels.WordProgram


class PlanCache:
    """A cache of plans, bounded by the bytes of their tables, oldest out first.

    There is no lock, which a forked process could inherit closed: each step is one atomic operation
    on a dictionary, and a plan that leaves the cache lives on with whoever holds it.

    Attributes
    ----------
    find : callable
        ``find(key)`` returns a plan or None.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._plans: dict[Hashable, Plan] = {}
        self.find = self._plans.get

    def keep(self, key: Hashable, plan: Plan) -> Plan:
        """Keep a plan, and drop the oldest ones beyond the limit."""
        self._plans[key] = plan
        entries = list(self._plans.items())
        total = sum(entry.nbytes for _, entry in entries)
        for oldest, entry in entries:
            if total <= self._limit:
                break
            if entry is not plan:
                self._plans.pop(oldest, None)
                total -= entry.nbytes
        return plan

    def clear(self) -> None:
        """Drop every plan."""
        self._plans.clear()


_cache = PlanCache(_CACHE_BYTES)


def keep_plan(key: Hashable, make: Callable[[], Plan]) -> Plan:
    """Return the plan of a key, made and kept if it is not there."""
    return _cache.find(key) or _cache.keep(key, make())


def path_plan(dimension: int, degree: int, planar: bool, method: int | None) -> Plan:
    """Return the plan from words to the branched signature or log-signature."""
    key = ("path", dimension, degree, planar, method)
    plan = _cache.find(key)
    if plan is not None:
        return plan
    columns = basis_columns(dimension, degree, planar)
    if degree == 0:
        return _EMPTY
    if method:
        table = tables.lyndon_arborification(dimension, degree, method)
    else:
        table = tables.arborification(dimension, degree, planar)
    output_map, program, nbytes = prepared_map(table), None, table.nbytes
    if method is not None:
        words = tables.word_convolution(dimension, degree)
        program, nbytes = prepared_program(words), nbytes + words.nbytes
    layout = word_program(dimension, degree, 1, False)
    plan = PathPlan(columns, output_map.rows, output_map, program, nbytes, output_map, layout)
    return _cache.keep(key, plan)


def find_log_plan(dimension: int, degree: int, planar: bool, method: int) -> Plan | None:
    """Return what `log_plan` returns if it is there already, otherwise None."""
    return _cache.find(("log", dimension, degree, planar, method))


def log_plan(dimension: int, degree: int, planar: bool, method: int) -> Plan:
    """Return the plan from a branched signature to its logarithm."""
    plan = find_log_plan(dimension, degree, planar, method)
    if plan is not None:
        return plan
    columns = basis_columns(dimension, degree, planar)
    if degree == 0:
        return _EMPTY
    algebra = tables.convolution(dimension, degree, planar)
    output_map, size, nbytes = None, columns, algebra.nbytes
    if method:
        table = tables.lyndon(dimension, degree, method)
        output_map = prepared_map(table)
        size, nbytes = output_map.rows, nbytes + table.nbytes
    plan = Plan(columns, size, output_map, prepared_program(algebra), nbytes)
    return _cache.keep(("log", dimension, degree, planar, method), plan)


def expansion_plan(dimension: int, degree: int, planar: bool, method: int) -> Plan:
    """Return the plan from coordinates of logarithms to their expanded form."""
    key = ("expansion", dimension, degree, planar, method)
    plan = _cache.find(key)
    if plan is not None:
        return plan
    columns = basis_columns(dimension, degree, planar)
    if degree == 0:
        return _EMPTY
    if method == 0:
        return _cache.keep(key, Plan(columns, columns, None, None, 0))
    table = tables.lyndon_expansion(dimension, degree, method)
    output_map = prepared_map(table)
    return _cache.keep(
        key, Plan(output_map.columns, output_map.rows, output_map, None, table.nbytes)
    )


def result_size(dimension: int, degree: int, planar: bool, method: int | None) -> int:
    """Return the `size` of a plan along a path or of a logarithm, without building a table."""
    columns = basis_columns(dimension, degree, planar)
    return tables.log_length(dimension, degree, planar, method) if method else columns


def basis_columns(dimension: int, degree: int, planar: bool) -> int:
    """Return the number of coefficients of a signature, without scalar."""
    return tables.require_fits(dimension, degree, planar)


def prepared_map(table: tables.LinearMap) -> kernels.SparseMap:
    """Prepare a map for the kernels."""
    return kernels.SparseMap(table.width, table.n_cols, table.ptr, table.col, table.coef)


def word_program(channels: int, degree: int, longest: int, time_aug: bool) -> kernels.WordProgram:
    """Return the words of chains of up to `longest` labels, as the kernels take them."""
    dimension = channels + time_aug
    layout = tables.words(dimension, degree, longest)
    letters = corrections.letter_columns(channels, time_aug, longest)
    return kernels.WordProgram(dimension, degree, *layout.program(), letters)


def prepared_program(table: tables.ConvolutionTable) -> kernels.ConvolutionProgram:
    """Prepare the logarithm of a table for the kernels."""
    return kernels.ConvolutionProgram(
        table.dimension,
        table.block_start,
        table.slot_start,
        table.factor,
        table.head,
        table.tail,
        table.term_ptr,
        table.term_slot,
        table.term_trunk,
        *tables.nodes(table.degree),
    )


_EMPTY = Plan(0, 0, None, None, 0)


def clear_cache() -> None:
    """Forget the tables that are held in memory.

    Files in the disk cache stay. Other threads may be computing: they keep the tables that they
    use, and results do not change.

    See Also
    --------
    warm_up : Build tables early.

    Examples
    --------
    >>> import treealg
    >>> treealg.clear_cache()
    """
    _cache.clear()
    tables.clear_cache()
    devices.clear_cache()
