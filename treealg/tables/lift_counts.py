"""How many entries changes of lift have, from what was counted once.

Nothing in them knows one channel from another. So the rows of one order over d channels and their
brackets have as many entries as those in which k channels all occur, alone or in brackets, for each
way to choose k of d. See `entry_counts`.
"""

from __future__ import annotations

from treealg.tables.entry_counts import Counted, over_labels

__all__ = ["counted_lifts"]

_COUNTS: dict[bool, tuple[tuple[int, ...], ...]] = {
    False: (
        (2, 1),
        (5, 19, 18, 6),
        (20, 220, 657, 858, 540, 135),
        (88, 2476, 16635, 49328, 78360, 70170, 33600, 6720),
        (426, 28888, 384504, 2151988, 6509610),
        (2160, 348908, 8680647),
        (11462, 4352470),
        (62559, 55742378),
        (349875,),
        (1992651,),
        (11522621,),
    ),
    True: (
        (2, 1),
        (9, 36, 36, 12),
        (50, 625, 2025, 2790, 1800, 450),
        (313, 10352, 76059, 239760, 396900, 364320, 176400, 35280),
        (2118, 175182, 2574936, 15397428),
        (15124, 3061188),
        (112380, 55157693),
        (860919,),
        (6756554,),
        (54072872,),
    ),
}
"""By whether forests are ordered, order after order from the first one on: the entries with exactly
1, 2, ... channels, of which a node has up to two."""


def counted_lifts(channels: int, degree: int, planar: bool) -> Counted:
    """Return how many entries a change of lift has, as far as they were counted.

    Parameters
    ----------
    channels, degree, planar
        As for `change_of_lift`.

    Returns
    -------
    Counted

    Examples
    --------
    Of one channel and its bracket: a node of each, the ladders of two of these, and the bracket
    that one ladder gets beside itself.

    >>> counted_lifts(1, 2, False)
    Counted(entries=7, exact=True)
    """
    return over_labels(_COUNTS[planar], channels, degree, occur=2)
