"""From Lyndon coordinates back to the expanded logarithm, on ordered forests and on words.

The inverse of `lyndon` on logarithms: bracket coefficients are multiplied by the expansions of
their standard bracketings; coordinates at Lyndon forests become bracket coefficients first, content
by content, as for each order of the letters.
"""

from __future__ import annotations

from treealg.checks import check_integer, check_method, check_planar
from treealg.tables import cache
from treealg.tables.brackets import (
    assembled,
    check_exact,
    everywhere,
    from_lyndon_words,
    gathered,
)
from treealg.tables.coordinate_counts import counted_coordinates
from treealg.tables.foresight import Needs
from treealg.tables.linear_map import LinearMap
from treealg.tables.lyndon import (
    Layout,
    all_contents,
    check_search,
    foresee_growth,
    layout_of,
    lyndon_forests,
    places,
)
from treealg.tables.sizes import (
    basis_length,
    log_length,
    require_fits,
)

__all__ = ["lyndon_expansion"]


def lyndon_expansion(
    dimension: int, degree: int, method: int, *, planar: bool | None = True
) -> LinearMap:
    """Return the map from Lyndon coordinates to the expanded logarithm.

    Parameters
    ----------
    dimension : int
        Number of labels, at least 1.
    degree : int
        Largest number of nodes, at least 0.
    method : {1, 2}
        What the input is, as in `lyndon`: 1 coordinates at the Lyndon forests, 2 coefficients in
        the basis of their standard bracketings.
    planar : bool or None, default True
        Ordered forests, or (None) words.

    Returns
    -------
    LinearMap
        Of width 1, from the Lyndon forests to the ordered forests.

    Raises
    ------
    InvalidTypeError
        If a number is no integer, or `planar` none of True, False and None.
    InvalidValueError
        If one is out of range, or the table would be too large or not exact in float64.

    Notes
    -----
    Built on first use, then kept in memory and on disk. Safe from several threads.

    References
    ----------
    C. Reutenauer (1993), "Free Lie Algebras", Oxford University Press.

    Examples
    --------
    One colour, three nodes, with the leaf b before the ladder l: [b, l] = b l - l b.

    >>> table = lyndon_expansion(1, 3, method=2)
    >>> [table.coef[table.col == column].tolist() for column in range(table.n_cols)]
    [[1.0], [1.0], [1.0, -1.0], [1.0], [1.0]]
    """
    dimension = check_integer("dimension", dimension, 1)
    degree = check_integer("degree", degree, 0)
    planar = check_planar(planar)
    method = check_method(method, planar is not False, minimum=1)
    require_fits(dimension, degree, planar=planar)

    def foresee() -> Needs:
        least = Needs(0)
        if planar or dimension > 1:
            if planar is None and method == 1:
                check_exact((1, 1), degree)
            least = foresee_growth(
                lambda layout, size: expansion_map(method, layout, size),
                lambda order: basis_length(dimension, order, planar=planar),
                dimension,
                degree,
                planar,
                counted_coordinates("expansion", dimension, degree, method, planar),
            )
        check_search(dimension, degree, planar)
        return least

    def build() -> LinearMap:
        layout = layout_of(dimension, degree, planar)
        return expansion_map(method, layout, f"{dimension=}, {degree=}")

    def check(table: LinearMap) -> bool:
        return (table.width, table.n_rows, table.n_cols) == (
            1,
            basis_length(dimension, degree, planar=planar),
            log_length(dimension, degree, planar=planar, method=method),
        )

    name = "word_lyndon_expansion" if planar is None else "lyndon_expansion"
    key = (dimension, degree, method)
    return cache.table(name, key, LinearMap, build, check, foresee=foresee)


def expansion_map(method: int, layout: Layout, size: str) -> LinearMap:
    """Return the map from Lyndon coordinates for a numbering; `size` is for messages."""
    forests = lyndon_forests(layout)
    every, what = all_contents(layout, forests), f"the Lyndon expansion for {size}"
    if method == 2:  # longer bracketings have more terms each
        blocks = gathered(every, everywhere, lambda words: words, what)
    else:
        blocks = gathered(every, from_lyndon_words, lambda words: words**2, what)
    return assembled(
        blocks,
        lambda letters: layout.rank(letters) - 1,
        lambda letters: places(forests, layout.rank(letters)),
        (layout.start[-1] - 1, forests.size),
    )
