"""Signatures and log-signatures of paths, indexed by words."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from treealg import tables
from treealg.numeric import kernels
from treealg.numeric.arguments import arrays, options
from treealg.numeric.arguments.ragged import Prepared
from treealg.numeric.paths.signature import signatures
from treealg.numeric.plans import cache as plans
from treealg.typing import Array, ArrayLike

__all__ = ["log_sig", "selection_of_blocks", "sig"]


def sig(
    path: ArrayLike,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool = False,
    n_jobs: int = 1,
) -> Array:
    r"""Compute the signature of a path, indexed by words.

    The iterated integrals :math:`S(a_1 \dots a_n) = \int_{u_1 < \dots < u_n} dx^{a_1}_{u_1} \cdots
    dx^{a_n}_{u_n}`: the values of the branched signature on ladders, the last letter at the root.

    Parameters
    ----------
    path : ArrayLike, shape (..., length, channels)
        Points of the path, as for `branched_sig`.
    degree : int
        Length of the longest word, at least 0.
    time_aug : bool, default False
        Append time as the last channel, uniform from 0 to `end_time` over the points.
    lead_lag : bool, default False
        Take the lead-lag path in twice as many channels (lag first), before `time_aug`.
    end_time : float, default 1.0
        Last value of the time channel; finite.
    scalar_term : bool, default False
        Put the value 1 of the empty word in front.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.

    Returns
    -------
    Array, shape (..., words)
        By length, then lexicographically. Kind and dtype follow `path` as for `branched_sig`; never
        shares memory with it.

    Raises
    ------
    InvalidTypeError
        If `path` is no real array, requires a gradient, or is not on the CPU; if `degree` or
        `n_jobs` is no integer, `end_time` no real number, or a flag no boolean.
    InvalidValueError
        If `path` has fewer than two axes, no points or no channels; if `degree` is negative,
        `n_jobs` is 0 or `end_time` is not finite; or if the words or the result do not fit in
        memory.

    See Also
    --------
    log_sig : The logarithm.
    sig_to_branched_sig : From here to trees.

    Notes
    -----
    Time is ``length * words`` per path. The GIL is released, no argument is changed.

    References
    ----------
    P. Kidger and T. Lyons, *Signatory: differentiable computations of the signature and
    logsignature transforms, on both CPU and GPU*, ICLR 2021.

    Examples
    --------
    >>> import treealg
    >>> treealg.sig([[0, 0], [1, 0], [1, 2]], 2)
    array([1. , 2. , 0.5, 2. , 0. , 2. ])
    """
    return _along_path(path, degree, time_aug, lead_lag, end_time, scalar_term, n_jobs, False)


def log_sig(
    path: ArrayLike,
    degree: int,
    *,
    time_aug: bool = False,
    lead_lag: bool = False,
    end_time: float = 1.0,
    scalar_term: bool = False,
    n_jobs: int = 1,
) -> Array:
    r"""Compute the log-signature of a path, in expanded form: a coefficient for each word.

    The logarithm of the signature in the tensor algebra, :math:`\sum_{n \ge 1}
    \frac{(-1)^{n-1}}{n} (S - 1)^{\otimes n}`.

    Parameters
    ----------
    path : ArrayLike, shape (..., length, channels)
        Points of the path, as for `branched_sig`.
    degree : int
        Length of the longest word, at least 0.
    time_aug : bool, default False
        Append time as the last channel, uniform from 0 to `end_time` over the points.
    lead_lag : bool, default False
        Take the lead-lag path in twice as many channels (lag first), before `time_aug`.
    end_time : float, default 1.0
        Last value of the time channel; finite.
    scalar_term : bool, default False
        Put the value 0 of the empty word in front.
    n_jobs : int, default 1
        Threads: 1 is serial, -1 all processors, ``-k`` all but ``k - 1``.

    Returns
    -------
    Array, shape (..., words)
        By length, then lexicographically. Kind and dtype follow `path` as for `branched_sig`; never
        shares memory with it.

    Raises
    ------
    InvalidTypeError
        If `path` is no real array, requires a gradient, or is not on the CPU; if `degree` or
        `n_jobs` is no integer, `end_time` no real number, or a flag no boolean.
    InvalidValueError
        If `path` has fewer than two axes, no points or no channels; if `degree` is negative,
        `n_jobs` is 0 or `end_time` is not finite; or if the words or the result do not fit in
        memory.

    See Also
    --------
    sig : The signature.
    branched_log_sig : The logarithm on trees.

    Notes
    -----
    Time is that of `sig`, and one word logarithm per path.

    References
    ----------
    J. Reizenstein and B. Graham, *Algorithm 1004: the iisignature library*, ACM Trans. Math.
    Softw. 46 (2020), 8:1-8:21, doi:10.1145/3371237.

    Examples
    --------
    Two steps leave their commutator, half the signed area.

    >>> import treealg
    >>> treealg.log_sig([[0, 0], [1, 0], [1, 2]], 2)
    array([ 1.,  2.,  0.,  1., -1.,  0.])
    """
    return _along_path(path, degree, time_aug, lead_lag, end_time, scalar_term, n_jobs, True)


def _along_path(
    path: Any,
    degree: Any,
    time_aug: Any,
    lead_lag: Any,
    end_time: Any,
    scalar_term: Any,
    n_jobs: Any,
    is_log: bool,
) -> Array:
    """Compute a word signature or its logarithm."""
    settings = options.path_options(
        degree, time_aug, lead_lag, end_time, False, scalar_term, is_log, 0, n_jobs
    )
    rows = arrays.as_path(path)
    dimension = options.effective_dimension(rows.item[1], settings.time_aug, settings.lead_lag)
    plan = _word_plan(dimension, settings.degree, is_log)
    return signatures(Prepared(rows, None, settings), plan)


def _word_plan(dimension: int, degree: int, is_log: bool) -> plans.Plan:
    """Return the plan of the word signature, which is mapped by the identity."""

    def make() -> plans.Plan:
        words = tables.require_fits(dimension, degree, None)
        if not words:
            return plans.Plan(0, 0, None, None, 0)
        blocks = words // dimension
        identity = selection_of_blocks(dimension, blocks, np.arange(blocks))
        program, nbytes = None, 20 * blocks
        if is_log:
            table = tables.word_convolution(dimension, degree)
            program, nbytes = plans.prepared_program(table), nbytes + table.nbytes
        layout = plans.word_program(dimension, degree, 1, False)
        return plans.PathPlan(words, words, identity, program, nbytes, identity, layout)

    return plans.keep_plan(("words", dimension, degree, is_log), make)


def selection_of_blocks(width: int, n_cols: int, blocks: npt.NDArray[Any]) -> kernels.SparseMap:
    """Return the map that selects some blocks."""
    return kernels.SparseMap(
        width,
        n_cols,
        np.arange(len(blocks) + 1, dtype=np.int64),
        blocks.astype(np.int32),
        np.ones(len(blocks)),
    )
