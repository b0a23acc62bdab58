"""Tables before they are needed."""

from __future__ import annotations

from treealg import engines
from treealg.checks import check_integer
from treealg.errors import InvalidValueError
from treealg.numeric.arguments.calls import checked_call
from treealg.numeric.plans.vectors import log_plan
from treealg.numeric.plans.words import path_plan

__all__ = ["warm_up"]


def warm_up(dimension: int, degree: int, *, planar: bool = False, levels: int = 1) -> None:
    """Build the tables of a size before they are needed.

    Nothing ever has to be prepared: tables are built, or read from the disk cache, by the first
    call that needs them. This makes that first call fast.

    Parameters
    ----------
    dimension : int
        Channels of the path that is integrated, at least 1: those of the data, twice as many with
        ``lead_lag``, and one more with ``time_aug``.
    degree : int
        Truncation, at least 0.
    planar : bool, default False
        Basis of ordered forests rather than non-planar trees.
    levels : int, default 1
        The highest level m of the `correction` to come, which has the columns of levels 2 to m; 1
        for paths without correction. At least 1, and above 1 at most `degree`.

    Raises
    ------
    InvalidTypeError
        If `dimension`, `degree` or `levels` is no integer or `planar` no boolean.
    InvalidValueError
        If `dimension` or `levels` is below 1 or `degree` below 0, if `levels` is above 1 and above
        `degree`, or if the basis, or the words of the correction, do not fit in memory.

    See Also
    --------
    clear_cache : The opposite.

    Notes
    -----
    The tables of `branched_sig`, and of `branched_log_sig` and `branched_sig_to_log_sig` with
    ``method=0``, are built; above level 1 also those of the first two with a correction. Their
    backward passes use the same tables.

    Examples
    --------
    >>> import treealg
    >>> treealg.warm_up(2, 3)
    >>> treealg.warm_up(2, 3, levels=2)
    """
    call = checked_call(dimension, degree, planar, 1)
    levels = check_integer("levels", levels, 1)
    if 1 < levels > call.degree:
        raise InvalidValueError(
            f"levels must be at most the degree, {degree}, as no correction has higher ones; got "
            f"{levels}"
        )
    # First what may be found too large only while it is made.
    plans = [
        path_plan(*call[1:4], method, longest)
        for longest in sorted({1, levels}, reverse=True)
        for method in (None, 0)
    ]
    plans.append(log_plan(call))
    if call.degree:
        engines.current().prepare(*plans)
