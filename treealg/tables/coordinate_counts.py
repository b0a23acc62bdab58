"""How many entries maps to and from Lyndon coordinates have, from what was counted once.

The order of the labels is all that they know of these: so the rows of one order over d labels are
those over k labels that all occur, for each way to choose k of d. See `entry_counts`.
"""

from __future__ import annotations

from typing import Literal

from treealg.tables.entry_counts import Counted, over_labels

__all__ = ["counted_coordinates"]

_Name = Literal["lyndon", "expansion", "arborification"]

_COUNTS: dict[tuple[_Name, int, bool | None], tuple[tuple[int, ...], ...]] = {
    ("lyndon", 2, None): (
        (1,),
        (0, 1),
        (0, 2, 3),
        (0, 3, 18, 18),
        (0, 8, 89, 244, 180),
        (0, 14, 428, 2474, 4662, 2700),
        (0, 44, 2282, 23864, 85071, 119438, 56700),
        (0, 103, 12431, 232583, 1413227, 3578327, 3960247),
        (0, 309, 74293, 2391292, 23331894),
        (0, 864, 464810, 25983690),
        (0, 2771, 3096891),
        (0, 8459, 21527297),
        (0, 28059),
        (0, 91449),
        (0, 310798),
    ),
    ("lyndon", 2, True): (
        (1,),
        (1, 3),
        (3, 20, 21),
        (8, 125, 339, 234),
        (25, 810, 4223, 6988, 3600),
        (77, 5296, 48431, 145086, 172742, 71100),
        (258, 35710, 539801, 2615160, 5416201, 5031518, 1727460),
        (863, 245703, 5970293, 44106691, 141786077),
        (2987, 1728245, 66263656, 720877156),
        (10453, 12380694, 742286318),
        (37231, 90261642),
    ),
    ("expansion", 2, None): (
        (1,),
        (0, 2),
        (0, 6, 8),
        (0, 12, 62, 48),
        (0, 40, 345, 692, 384),
        (0, 84, 1744, 6712, 8856, 3840),
        (0, 285, 8882, 55868, 130584, 129408, 46080),
        (0, 756, 43562, 432028, 1586318, 2686904, 2135040),
        (0, 2308, 218802, 3218761, 17363224),
        (0, 6502, 1086506),
        (0, 20325, 5476919),
        (0, 59710, 27552398),
        (0, 185343),
        (0, 559742),
        (0, 1738920),
    ),
    ("expansion", 2, True): (
        (1,),
        (1, 4),
        (4, 30, 32),
        (12, 200, 560, 384),
        (41, 1398, 7353, 12092, 6144),
        (130, 9548, 87538, 259432, 303976, 122880),
        (465, 66775, 999887, 4759240, 9657824, 8780688, 2949120),
        (1601, 470010, 11194571, 80601520, 252235198),
        (5754, 3353656, 124354182, 1304852921),
        (20568, 24151170, 1377916742),
        (74883, 175555827),
    ),
    ("expansion", 1, None): (
        (1,),
        (0, 2),
        (0, 6, 8),
        (0, 12, 62, 48),
        (0, 42, 368, 728, 384),
        (0, 96, 2060, 8126, 10094, 3840),
        (0, 344, 12964, 88125, 198928, 167062),
        (0, 978, 82454, 1018806, 3967408),
        (0, 3395, 604699, 13639471),
        (0, 10990, 4603326),
        (0, 39738),
        (0, 138474),
        (0, 509312),
        (0, 1839716),
        (0, 6835769),
    ),
    ("expansion", 1, True): (
        (1,),
        (1, 4),
        (4, 30, 32),
        (12, 200, 560, 384),
        (41, 1400, 7376, 12128, 6144),
        (130, 9604, 88343, 261986, 305934, 122880),
        (466, 67728, 1021435, 4865993, 9835958, 8870602),
        (1612, 483014, 11636561, 84052706),
        (5815,),
    ),
    ("arborification", 1, True): (
        (1,),
        (1, 3),
        (3, 24, 26),
        (8, 182, 543, 390),
        (25, 1548, 9756, 17712, 9624),
        (75, 13998, 171782, 596106, 775350, 338280),
        (245, 138508, 3175876, 18933390),
        (800, 1456961),
        (2700, 16243495),
        (9225,),
        (32065,),
        (112632,),
        (400023,),
        (1432613,),
    ),
    ("arborification", 2, True): (
        (1,),
        (1, 3),
        (3, 24, 27),
        (8, 187, 585, 438),
        (25, 1644, 10989, 20916, 11820),
        (75, 15389, 204242, 751035, 1023052, 463860),
        (245, 157075, 3980333, 25446734),
        (800, 1701102),
        (2700, 19448146),
        (9225,),
        (32065,),
        (112632,),
        (400023,),
        (1432613,),
    ),
}
"""By map, method and basis (None for words), order after order from the first one on: the entries
with exactly 1, 2, ... labels."""


def counted_coordinates(
    name: _Name, dimension: int, degree: int, method: int, planar: bool | None
) -> Counted:
    """Return how many entries a map to or from Lyndon coordinates has, as far as they were counted.

    Parameters
    ----------
    name : {"lyndon", "expansion", "arborification"}
        From expanded logarithms, to these, or from words to Lyndon forests.
    dimension, degree, method, planar
        As for `lyndon`.

    Returns
    -------
    Counted

    Examples
    --------
    Of two letters, up to three: 0, 1, [0, 1], [0, [0, 1]] and [[0, 1], 1], at one Lyndon word each.

    >>> counted_coordinates("lyndon", 2, 3, 2, None)
    Counted(entries=5, exact=True)
    """
    return over_labels(_COUNTS[name, method, planar], dimension, degree)
