"""The maps of the library as programs, by name and size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise, product
from typing import Any

from treealg import tables
from treealg.checks import check_choice, check_flag, check_integer, check_method, check_planar
from treealg.codegen.program import ZERO, Builder, Program, Vector, adjoint
from treealg.codegen.rules import Convolution, arborify, extend_words
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.tables.sizes import forest_counts
from treealg.tables.term_counts import least_terms

__all__ = [
    "LOG_MAPS",
    "MAPS",
    "MAX_TERMS",
    "PATH_MAPS",
    "MapSize",
    "PathProgram",
    "build_path_program",
    "build_program",
    "map_size",
    "refuse_terms",
    "word_size",
]

MAX_TERMS = 200_000
"""The most terms that a program may have."""

PATH_MAPS = ("sig", "logsig", "corrected_sig")
"""Maps that read a path of any length."""

_VECTOR_MAPS = (
    "linear",
    "corrected",
    "arborification",
    "combine",
    "log",
    "exp",
    "inverse",
)

MAPS = PATH_MAPS + _VECTOR_MAPS
"""The names of all maps."""

LOG_MAPS = ("logsig", "log")
"""Maps to logarithms."""


@dataclass(frozen=True)
class MapSize:
    """The name and size of a map, or of a part of one.

    Parameters
    ----------
    name : str
        One of `MAPS`.
    dimension, degree : int
        Labels, at least 1, and largest number of nodes, at least 1.
    planar : bool or None
        Ordered forests, trees, or (None) words.
    levels : int
        The longest chain of a correction, at least 1; one that is longer than `degree` is that.
    method : int
        The form of a logarithm: 0, or 1 or 2 on ordered forests and words.

    Raises
    ------
    InvalidTypeError
        If a field has another type.
    InvalidValueError
        If a number is out of range, or there is no such `method`.

    Notes
    -----
    `map_size` checks that there is such a map; parts of maps, which have names of their own, are
    told by their sizes, too.
    """

    name: str
    dimension: int
    degree: int
    planar: bool | None
    levels: int
    method: int = 0

    def __post_init__(self) -> None:
        """Check the fields, and make them those of Python."""
        planar = check_planar(self.planar)
        dimension = check_integer("dimension", self.dimension, 1)
        degree = check_integer("degree", self.degree, 1)
        levels = min(check_integer("levels", self.levels, 1), degree)
        method = check_method(self.method, planar is not False)
        found = {"planar": planar, "dimension": dimension, "degree": degree, "levels": levels}
        for field, value in (found | {"method": method}).items():
            object.__setattr__(self, field, value)

    def __str__(self) -> str:
        kind = "words" if self.planar is None else "planar" if self.planar else "non-planar"
        text = f"{self.name}, dimension {self.dimension}, degree {self.degree}, {kind}"
        if self.method:
            text += f", method {self.method}"
        if self.name.startswith("corrected"):
            text += f", corrections to level {self.levels}"
        return text


def map_size(
    name: str,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    levels: int = 2,
    method: int = 0,
) -> MapSize:
    """Check the name and size of a map.

    Parameters
    ----------
    name : str
        One of `MAPS`.
    dimension, degree : int
        Labels, at least 1, and largest number of nodes, at least 1.
    planar : bool, default False
        Ordered forests and not trees.
    levels : int, default 2
        The longest chain of a correction, at least 1; more than `degree` counts as `degree`.
    method : {0, 1, 2}, default 0
        The form of a planar logarithm: 0 expanded, 1 its coordinates at Lyndon forests, 2 its
        coefficients in the standard bracket basis.

    Returns
    -------
    MapSize
        The same, with Python integers.

    Raises
    ------
    InvalidTypeError
        If an integer is none, or `planar` no boolean.
    InvalidValueError
        If `name` is not a map, an integer is too small, the map has no such method, or it has too
        many terms.

    Examples
    --------
    >>> print(map_size("log", 2, 3))
    log, dimension 2, degree 3, non-planar
    """
    check_choice("map", name, MAPS)
    size = MapSize(name, dimension, degree, check_flag("planar", planar), levels, method)
    if size.method and name not in LOG_MAPS:
        raise InvalidValueError(
            f"method must be 0 for {name}, as only {' and '.join(LOG_MAPS)} have coordinates; got "
            f"{size.method}"
        )
    _refuse_large(size)
    return size


def word_size(
    name: str, dimension: int, degree: int, *, levels: int = 2, method: int = 0
) -> MapSize:
    """Return the size of a map on words, of which there is a program, but no source.

    Examples
    --------
    >>> print(word_size("combine", 2, 3))
    combine, dimension 2, degree 3, words
    """
    size = MapSize(name, dimension, degree, None, levels, method)
    tables.require_fits(dimension, degree, planar=None)
    # A product has a term for each cut of each word, two ends among them.
    refuse_terms((degree + 1) * tables.word_length(dimension, degree), size)
    return size


def _refuse_large(size: MapSize) -> None:
    """Refuse a map whose program has too many terms, before anything is built."""
    least, order = 0, 0
    counts = islice(forest_counts(size.dimension, bool(size.planar)), 1, None)
    for order, count in zip(range(1, size.degree + 1), counts, strict=False):
        # The trees of the next order are at least as many as the forests of this one.
        least = max(least, count if size.planar or order < size.degree else 0)
        if least > MAX_TERMS or size.dimension**order > MAX_TERMS:
            break
    else:
        least = tables.basis_length(size.dimension, size.degree, planar=size.planar)
        if least <= MAX_TERMS and size.name in ("combine", "log", "exp", "inverse"):
            least += size.dimension * least_terms(size.dimension, size.degree, bool(size.planar))
    least = max(least, size.dimension**order)
    if least > MAX_TERMS:
        raise InvalidValueError(
            f"the program of {size} has {least:,} terms or more, beyond the bound of "
            f"{MAX_TERMS:,}; lower the degree or the dimension"
        )


@dataclass(frozen=True)
class PathProgram:
    """A map that goes along a path: a step for each segment, and a program at the end.

    Parameters
    ----------
    step : Program
        From the state, the increment and (corrected) the correction to the next state.
    readout : Program
        From the last state to the result; the state begins as zero.
    """

    step: Program
    readout: Program

    @property
    def state(self) -> Vector:
        """The state between segments."""
        return self.step.inputs[0]


@lru_cache(maxsize=32)
def _signature_vector(name: str, dimension: int, degree: int, planar: bool) -> Vector:
    from treealg.symbolic.maps.vectors import basis_elements

    elements = basis_elements(dimension, degree, planar)
    orders = tuple(element.order for element in elements)
    return Vector(name, orders, tuple(map(str, elements)))


def _word_vector(name: str, dimension: int, degree: int) -> Vector:
    lengths = range(1, degree + 1)
    words = [word for n in lengths for word in product(range(dimension), repeat=n)]
    return _vector_of_words(name, words)


def _vector_of_words(name: str, words: Sequence[tuple[int, ...]]) -> Vector:
    return Vector(
        name, tuple(map(len, words)), tuple("word " + " ".join(map(str, word)) for word in words)
    )


def _step_vector(dimension: int) -> Vector:
    return Vector("dx", (1,) * dimension, tuple(f"channel {a}" for a in range(dimension)))


def _correction_vector(dimension: int, levels: int) -> Vector:
    chains = [chain for k in range(2, levels + 1) for chain in product(range(dimension), repeat=k)]
    text = tuple("chain " + " ".join(map(str, chain)) for chain in chains)
    return Vector("correction", tuple(map(len, chains)), text)


def _field(size: MapSize, step: Sequence[int], correction: Sequence[int]) -> list[int]:
    """Place increment and correction on the trees that they belong to, or the words."""
    if size.planar is None:
        rest = tables.word_length(size.dimension, size.degree) - len(step) - len(correction)
        return [*step, *correction, *[ZERO] * rest]
    from treealg.symbolic.maps.vectors import basis_elements

    elements = basis_elements(size.dimension, size.degree, size.planar)
    place = {element.to_tuple(): index for index, element in enumerate(elements)}
    field = [ZERO] * len(elements)
    field[: size.dimension] = step
    chains = (
        chain
        for k in range(2, size.levels + 1)
        for chain in product(range(size.dimension), repeat=k)
    )
    for chain, address in zip(chains, correction, strict=True):
        tree: tuple[Any, ...] = (chain[-1],)
        for label in reversed(chain[:-1]):
            tree = (tree, label)
        field[place[(tree,) if size.planar else tree]] = address
    return field


def _vector(size: MapSize, name: str) -> Vector:
    if size.planar is None:
        return _word_vector(name, size.dimension, size.degree)
    return _signature_vector(name, size.dimension, size.degree, size.planar)


def _result(size: MapSize) -> Vector:
    """Return the vector that a logarithm or signature is written to."""
    if not size.method:
        return _vector(size, "out")
    from treealg.symbolic import lyndon_forests, lyndon_words

    if size.planar is None:
        words = [w for n in range(1, size.degree + 1) for w in lyndon_words(n, size.dimension)]
        return _vector_of_words("out", words)
    forests = [f for n in range(1, size.degree + 1) for f in lyndon_forests(n, size.dimension)]
    return Vector("out", tuple(f.order for f in forests), tuple(map(str, forests)))


def _convolution(
    size: MapSize, builder: Builder, field: Sequence[int] | None = None, *, moves: bool = False
) -> Convolution:
    """Return the maps of a coproduct; of the flow of a field the terms are counted first."""
    found = Convolution(
        builder, tables.convolution(size.dimension, size.degree, planar=size.planar)
    )
    # Of plain increments many forests have the same values.
    if field is not None and not (size.planar and size.levels == 1 and "corrected" in size.name):
        refuse_terms(found.least_terms(field, moves=moves, whole=not size.method), size)
    return found


def _phi(size: MapSize) -> tables.LinearMap:
    if size.method:
        return tables.lyndon_arborification(
            size.dimension, size.degree, size.method, planar=size.planar
        )
    return tables.arborification(size.dimension, size.degree, planar=size.planar)


def _arborified(size: MapSize, builder: Builder, words: Sequence[int]) -> list[int]:
    """Add the map from words to the result, whose rows are counted before they are made."""
    table = _phi(size)
    if ZERO not in words and len(set(words)) == len(words):
        refuse_terms(_terms_of_rows(table), size)
    return arborify(builder, table, words)


def _terms_of_rows(table: tables.LinearMap, *, several: bool = False) -> int:
    """Count the terms of all rows that differ, or of those that have several."""
    ends, col, coef = table.ptr.tolist(), table.col, table.coef
    lengths: dict[tuple[bytes, bytes], int] = {
        (col[start:stop].tobytes(), coef[start:stop].tobytes()): stop - start
        for start, stop in pairwise(ends)
        if stop - start > several
    }
    return table.width * sum(lengths.values())


def _linear(size: MapSize) -> Program:
    builder = Builder([_step_vector(size.dimension)])
    words = extend_words(builder, None, builder.input(0), size.degree)
    return builder.finish([(_vector(size, "out"), _arborified(size, builder, words))])


def _corrected(size: MapSize) -> Program:
    inputs = [_step_vector(size.dimension), _correction_vector(size.dimension, size.levels)]
    builder = Builder(inputs)
    field = _field(size, builder.input(0), builder.input(1))
    convolution = _convolution(size, builder, field)
    return builder.finish([(_vector(size, "out"), convolution.flow(None, field))])


def _arborification(size: MapSize) -> Program:
    builder = Builder([_word_vector("words", size.dimension, size.degree)])
    return builder.finish([(_vector(size, "out"), _arborified(size, builder, builder.input(0)))])


def _combine(size: MapSize) -> Program:
    builder = Builder([_vector(size, "a"), _vector(size, "b")])
    result = _convolution(size, builder).combine(builder.input(0), builder.input(1))
    return builder.finish([(_vector(size, "out"), result)])


def _log(size: MapSize) -> Program:
    builder = Builder([_vector(size, "x")])
    logarithm = _convolution(size, builder, builder.input(0)).log(builder.input(0))
    if size.method:
        table = tables.lyndon(size.dimension, size.degree, size.method, planar=size.planar)
        logarithm = arborify(builder, table, logarithm)
    return builder.finish([(_result(size), logarithm)])


def _exp(size: MapSize) -> Program:
    builder = Builder([_vector(size, "x")])
    field = builder.input(0)
    convolution = _convolution(size, builder, field)
    return builder.finish([(_vector(size, "out"), convolution.flow(None, field))])


def _inverse(size: MapSize) -> Program:
    builder = Builder([_vector(size, "x")])
    return builder.finish(
        [(_vector(size, "out"), _convolution(size, builder).inverse(builder.input(0)))]
    )


_RULES: dict[str, Callable[[MapSize], Program]] = {
    "linear": _linear,
    "corrected": _corrected,
    "arborification": _arborification,
    "combine": _combine,
    "log": _log,
    "exp": _exp,
    "inverse": _inverse,
}


def build_program(size: MapSize, *, backward: bool = False) -> Program:
    """Return the program of a map between vectors.

    Parameters
    ----------
    size : MapSize
        Its name is none of `PATH_MAPS`.
    backward : bool, default False
        The adjoint of the derivative and not the map.

    Returns
    -------
    Program
        The map.

    Raises
    ------
    InvalidTypeError
        If `size` is not a `MapSize`, or `backward` no flag.
    InvalidValueError
        If the program has too many terms, or it is a map of paths.

    Examples
    --------
    >>> program = build_program(map_size("log", 1, 3))
    >>> program.evaluate([1, 0, 0, 0])  # the Euler character has logarithm b, -l2/2, ch/6, l3/3
    [[1, Fraction(-1, 2), Fraction(1, 6), Fraction(1, 3)]]
    """
    _check_size(size)
    backward = check_flag("backward", backward)
    if size.name not in _RULES:
        raise InvalidValueError(
            f"size must be that of a map between vectors, {', '.join(_RULES)}; got "
            f"{size.name!r}, a map of paths, which is printed but no program"
        )
    program = _RULES[size.name](size)
    return _bounded(adjoint(program) if backward else program, size)


def _bounded(program: Program, size: MapSize) -> Program:
    refuse_terms(program.n_terms, size)
    return program


def refuse_terms(count: int, size: MapSize) -> None:
    """Refuse a map with too many terms."""
    if count > MAX_TERMS:
        raise InvalidValueError(
            f"the program of {size} has {count:,} terms or more, beyond the bound of "
            f"{MAX_TERMS:,}; lower the degree or the dimension"
        )


def _check_size(size: object) -> None:
    """Refuse what is no size of a map."""
    if not isinstance(size, MapSize):
        raise InvalidTypeError(
            f"size must be a MapSize, got {type(size).__name__}; map_size(name, dimension, degree) "
            "makes one"
        )


def build_path_program(size: MapSize, *, backward: bool = False) -> PathProgram:
    """Return the programs of a map that goes along a path.

    Parameters
    ----------
    size : MapSize
        Its name is one of `PATH_MAPS`.
    backward : bool, default False
        The adjoints of the derivatives of both programs.

    Returns
    -------
    PathProgram
        Plain paths go along words, corrected ones along trees.

    Raises
    ------
    InvalidTypeError
        If `size` is not a `MapSize`, or `backward` no flag.
    InvalidValueError
        If a program has too many terms, or it is a map between vectors.

    Examples
    --------
    >>> program = build_path_program(map_size("sig", 2, 3))
    >>> program.state.size, program.readout.outputs[0].size
    (14, 20)
    """
    _check_size(size)
    backward = check_flag("backward", backward)
    if size.name not in PATH_MAPS:
        raise InvalidValueError(
            f"size must be that of a map of paths, {', '.join(PATH_MAPS)}; got {size.name!r}, a "
            "map between vectors, of which build_program makes the program"
        )
    if size.name == "corrected_sig":
        step, readout = _corrected_path(size)
    else:
        step, readout = _plain_path(size)
    programs = [adjoint(p) if backward else p for p in (step, readout)]
    return PathProgram(*(_bounded(program, size) for program in programs))


def _corrected_path(size: MapSize) -> tuple[Program, Program]:
    state = _vector(size, "state")
    builder = Builder(
        [
            state,
            _step_vector(size.dimension),
            _correction_vector(size.dimension, size.levels),
        ]
    )
    field = _field(size, builder.input(1), builder.input(2))
    moved = _convolution(size, builder, field, moves=True).flow(builder.input(0), field)
    step = builder.finish([(_vector(size, "next"), moved)])
    builder = Builder([state])
    return step, builder.finish([(_vector(size, "out"), builder.input(0))])


def _plain_path(size: MapSize) -> tuple[Program, Program]:
    state = _word_vector("state", size.dimension, size.degree)
    readout = Builder([state])
    words = readout.input(0)
    convolution = None
    if size.name == "logsig":  # has the most terms, and is counted before others are made
        table = tables.word_convolution(size.dimension, size.degree)
        convolution = Convolution(readout, table)
        if size.planar is not None or not size.method:  # else many words are needed by nothing
            least = convolution.least_terms(whole=not size.method)
            refuse_terms(least + _terms_of_rows(_phi(size), several=True), size)
    builder = Builder([state, _step_vector(size.dimension)])
    moved = extend_words(builder, builder.input(0), builder.input(1), size.degree)
    following = Vector("next", state.orders, state.entries)
    step = builder.finish([(following, moved)])
    if convolution is not None:
        words = convolution.log(words)
    return step, readout.finish([(_result(size), _arborified(size, readout, words))])
