"""Signatures and log-signatures of paths, indexed by words."""

from __future__ import annotations

from typing import Any

from treealg.numeric.arguments.arrays import as_path
from treealg.numeric.arguments.calls import SIGNATURE, checked_call
from treealg.numeric.paths.signature import signatures
from treealg.numeric.plans.words import word_plan
from treealg.typing import Array, ArrayLike

__all__ = ["log_sig", "sig"]


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
    options = degree, False, n_jobs, SIGNATURE, time_aug, lead_lag, end_time, scalar_term
    return _along_path(path, options)


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
    options = degree, False, n_jobs, 0, time_aug, lead_lag, end_time, scalar_term
    return _along_path(path, options)


def _along_path(path: Any, options: tuple[Any, ...]) -> Array:
    """Compute a word signature or its logarithm."""
    rows = as_path(path)
    call = checked_call(rows.item[1], *options)
    plan = word_plan(call.dimension, call.degree, call.method)
    return signatures(rows, None, call, plan)
