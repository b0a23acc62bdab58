"""How many entries the rows of an arborification have, from what was counted once.

Nothing in it knows one label from another. So the rows of one order over d labels have as many
entries as there are over k labels that all occur, times the ways to choose k of d, for all k: a
polynomial in d. What was counted for few labels holds for many, and with fewer orders or labels
counted than there are it is the least that there is. With longer chains as letters, or with all
basis elements, come more words to each row, and none is lost.
"""

from __future__ import annotations

import math
from typing import NamedTuple

__all__ = ["Counted", "counted_entries", "over_labels"]

_COUNTS: dict[tuple[bool, int | None], tuple[tuple[int, ...], ...]] = {
    (False, 1): (
        (1,),
        (2, 4),
        (4, 32, 36),
        (9, 226, 744, 576),
        (20, 1626, 12096, 24480, 14400),
        (48, 12382, 188874, 757128, 1094400, 518400),
        (115, 99324, 2996880, 21377760),
        (286, 835250, 49207428),
        (719, 7293334),
        (1842, 65686128),
        (4766,),
        (12486,),
        (32973,),
        (87811,),
        (235381,),
        (634847,),
        (1721159,),
        (4688676,),
    ),
    (False, 2): (
        (2,),
        (5, 10),
        (15, 106, 114),
        (53, 1018, 3000, 2184),
        (187, 10144, 63306, 115800, 63720),
        (726, 108384, 1293150, 4501368, 5923200),
        (2817, 1235620, 27002790),
        (11418, 14975160),
        (46867,),
        (196377,),
        (831810,),
        (3568842,),
        (15438499,),
    ),
    (False, None): (
        (2,),
        (7, 13),
        (26, 162, 166),
        (112, 1785, 4929, 3457),
        (499, 20042, 114435, 199592, 106416),
        (2451, 238786, 2540833, 8336912, 10559435),
        (12399, 3021934, 57229422),
        (66192, 40566843),
        (363945,),
        (2068093,),
        (12029116,),
    ),
    (True, 1): (
        (2,),
        (5, 12),
        (14, 124, 144),
        (42, 1148, 3768, 2880),
        (132, 10976, 78024, 151776, 86400),
        (429, 111254, 1559352, 5841984, 8003520),
        (1430, 1196060, 31802556),
        (4862, 13541396),
        (16796,),
        (58786,),
        (208012,),
        (742900,),
        (2674440,),
        (9694845,),
        (35357670,),
    ),
    (True, 2): (
        (3,),
        (10, 22),
        (40, 292, 318),
        (177, 3482, 10260, 7416),
        (839, 42926, 261582, 469728, 254280),
        (4196, 562690, 6417972),
        (21841, 7868390),
        (117181,),
        (644078,),
        (3608946,),
        (20541483,),
    ),
    (True, None): (
        (4,),
        (21, 46),
        (134, 964, 1044),
        (984, 18712, 54780, 39504),
        (8038, 384012, 2320704, 4159536),
        (70957, 8523240),
        (665366,),
        (6541128,),
    ),
}
"""By basis and longest letter (None for all elements), order after order from the second one on:
the entries with exactly 1, 2, ... labels beside that of the root."""


class Counted(NamedTuple):
    """Entries of a table.

    Parameters
    ----------
    entries : int
        How many there are at least.
    exact : bool
        Whether there are no more.
    """

    entries: int
    exact: bool


def counted_entries(dimension: int, degree: int, planar: bool, longest: int | None) -> Counted:
    """Return how many entries an arborification has, as far as they were counted.

    Examples
    --------
    Trees with up to three nodes: a root, two ladders of two, and of three those on a ladder or on
    two leaves, which are two words if the leaves are different.

    >>> counted_entries(2, 3, False, 1)
    Counted(entries=11, exact=True)
    """
    kind = longest if longest in (1, 2, None) else 2
    orders = _COUNTS[planar, kind]
    entries, exact = over_labels(orders, dimension, max(degree - 1, 0))
    return Counted(min(degree, 1) + entries, exact and longest == kind)


def over_labels(
    orders: tuple[tuple[int, ...], ...], dimension: int, degree: int, *, occur: int = 1
) -> Counted:
    """Return how many there are up to a degree, from those with exactly 1, 2, ... labels.

    As many labels as `occur` may be those of one node.

    Examples
    --------
    Words of one letter, two, and three: of three those with all three letters are not known.

    >>> over_labels(((1,), (1, 2), (1, 6)), 2, 3), over_labels(((1,), (1, 2), (1, 6)), 3, 3)
    (Counted(entries=14, exact=True), Counted(entries=33, exact=False))
    """
    entries, exact = 0, degree <= len(orders)
    for nodes, own in enumerate(orders[:degree], 1):
        exact = exact and min(occur * nodes, dimension) <= len(own)
        entries += sum(math.comb(dimension, k) * count for k, count in enumerate(own, 1))
    return Counted(entries, exact)
