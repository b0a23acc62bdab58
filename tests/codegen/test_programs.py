"""Programs against the symbolic layer, in exact arithmetic; adjoints against derivatives."""

import random
from fractions import Fraction

import pytest

from treealg.codegen import MAPS, adjoint, build_program, map_size, maps
from treealg.codegen.maps import PATH_MAPS, build_path_program
from treealg.codegen.program import ZERO, Builder, Vector
from treealg.codegen.rules import rational_nodes
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic import lyndon_bracketing, lyndon_forests, rank
from treealg.verification.definitions import definition, exact_map
from treealg.verification.rings import Dual

VECTOR_MAPS = [name for name in MAPS if name not in PATH_MAPS]
SIZES = [(1, 1), (1, 5), (2, 3), (3, 2)]


def fractions(size, seed, length=3):
    generator = random.Random(seed)

    def draw(count):
        return [Fraction(generator.randint(-4, 4), generator.randint(1, 3)) for _ in range(count)]

    if size.name not in PATH_MAPS:
        return [draw(vector.size) for vector in build_program(size).inputs]
    columns = sum(size.dimension**k for k in range(2, size.levels + 1))
    values = [draw(length * size.dimension)]
    return [*values, draw((length - 1) * columns)] if size.name == "corrected_sig" else values


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize(("dimension", "degree"), SIZES)
@pytest.mark.parametrize("name", MAPS)
def test_program_is_the_definition(name, dimension, degree, planar):
    size = map_size(name, dimension, degree, planar=planar)
    values = fractions(size, seed=degree)
    assert exact_map(size.name, size).forward(values) == definition(size, values)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("levels", [1, 2, 3, 7])
def test_corrections_of_any_level_are_the_definition(levels, planar):
    size = map_size("corrected_sig", 2, 3, planar=planar, levels=levels)
    values = fractions(size, seed=levels)
    assert size.levels == min(levels, 3)
    assert exact_map(size.name, size).forward(values) == definition(size, values)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("name", VECTOR_MAPS)
def test_adjoint_is_the_transposed_derivative(name, planar):
    size = map_size(name, 2, 3, planar=planar)
    program = build_program(size)
    values = fractions(size, seed=5)
    seeded = [
        [Dual(v, {(k, i): 1}) for i, v in enumerate(vector)] for k, vector in enumerate(values)
    ]
    results = program.evaluate(*seeded)[0]
    slopes = fractions(map_size("exp", 2, 3, planar=planar), seed=6)[0]
    found = adjoint(program).evaluate(*values, slopes)
    for k, vector in enumerate(found):
        for i, value in enumerate(vector):
            partials = (getattr(r, "gradient", {}).get((k, i), 0) for r in results)
            assert value == sum(s * p for s, p in zip(slopes, partials, strict=True))


@pytest.mark.parametrize("name", ["log", "logsig"])
def test_lyndon_methods_are_coordinates_of_the_logarithm(name):
    forests = [f for n in range(1, 4) for f in lyndon_forests(n, 2)]
    expanded, at_lyndon, in_brackets = (
        map_size(name, 2, 3, planar=True, method=method) for method in (0, 1, 2)
    )
    values = fractions(expanded, seed=9)
    if name == "log":
        # Coordinates are those of logarithms of signatures, not of any functional.
        values = [definition(map_size("sig", 2, 3, planar=True), [[1, 2, 4, -3, 0, 5]])]
    logarithm = definition(expanded, values)
    places = [rank(forest, 2) - 1 for forest in forests]
    assert exact_map(name, at_lyndon).forward(values) == [logarithm[place] for place in places]
    total = [Fraction(0)] * len(logarithm)
    for coefficient, forest in zip(
        exact_map(name, in_brackets).forward(values), forests, strict=True
    ):
        for key, weight in lyndon_bracketing(forest).items():
            total[rank(key, 2) - 1] += coefficient * weight
    assert total == logarithm


@pytest.mark.parametrize(
    ("name", "planar", "method"),
    [("log", False, 1), ("sig", True, 1), ("log", True, 3), ("log", True, -1)],
)
def test_methods_that_a_map_has_not_are_refused(name, planar, method):
    with pytest.raises(InvalidValueError, match=r"method(=1| must be)"):
        map_size(name, 2, 2, planar=planar, method=method)


def test_adjoint_of_a_linear_map_is_its_transpose():
    program = build_program(map_size("arborification", 2, 3))
    transpose = adjoint(program)
    columns = [
        program.evaluate([int(i == j) for i in range(program.inputs[0].size)])[0]
        for j in range(program.inputs[0].size)
    ]
    zero = [0] * program.inputs[0].size
    for row in range(program.outputs[0].size):
        unit = [int(i == row) for i in range(program.outputs[0].size)]
        assert transpose.evaluate(zero, unit)[0] == [column[row] for column in columns]


def test_rows_of_a_level_use_nothing_of_their_level():
    for name in VECTOR_MAPS:
        program = build_program(map_size(name, 2, 4), backward=True)
        ends = [*program.levels[1:], len(program.rows)]
        for begin, end in zip(program.levels, ends, strict=True):
            for row in program.rows[begin:end]:
                assert all(a < program.first + begin for _, *pair in row for a in pair)


def test_equal_rows_are_kept_once_and_unneeded_ones_left_out():
    builder = Builder([Vector("x", (1, 1), ("x0", "x1"))])
    first, second = builder.input(0)
    square = builder.product(first, second)
    assert builder.product(second, first) == square
    assert builder.row([(1, first, 0)]) == first
    assert builder.row([(1, first, ZERO)]) == ZERO
    builder.product(first, first)
    cube = builder.product(square, first)
    program = builder.finish([(Vector("out", (3, 2), ("a", "b")), [cube, square])])
    assert len(program.rows) == 3
    assert program.evaluate([2, 3]) == [[12, 6]]


@pytest.mark.parametrize("degree", range(1, 8))
def test_rational_nodes_integrate_the_degree_that_is_needed(degree):
    nodes, matrix = rational_nodes(degree)
    assert nodes[0] == 0
    assert nodes[-1] == 1
    for end, row in zip(nodes, matrix, strict=True):
        for power in range(degree if end == 1 else degree - 1):
            integral = sum(w * t**power for w, t in zip(row, nodes, strict=True))
            assert integral == end ** (power + 1) / (power + 1)


@pytest.mark.parametrize(
    ("arguments", "options", "error"),
    [
        (("nonsense", 2, 3), {}, InvalidValueError),
        ((7, 2, 3), {}, InvalidValueError),
        (("log", 0, 3), {}, InvalidValueError),
        (("log", 2, 0), {}, InvalidValueError),
        (("log", 2.0, 3), {}, InvalidTypeError),
        (("log", 2, True), {}, InvalidTypeError),
        (("log", 2, 3), {"planar": 1}, InvalidTypeError),
        (("corrected", 2, 3), {"levels": 0}, InvalidValueError),
        (("log", 2, 10**9), {}, InvalidValueError),
        (("sig", 10**9, 2), {}, InvalidValueError),
        (("combine", 1, 10**9), {}, InvalidValueError),
        (("log", 2, 10**20), {}, InvalidValueError),
        (("logsig", 1, 10**20), {"planar": True, "method": 1}, InvalidValueError),
        (("corrected", 10**20, 10**20), {"levels": 10**20}, InvalidValueError),
    ],
)
def test_bad_size_is_refused_at_once(arguments, options, error):
    with pytest.raises(error):
        map_size(*arguments, **options)


def test_a_refused_size_names_its_terms():
    with pytest.raises(InvalidValueError, match=r"log, dimension 5, degree 9.* terms or more"):
        map_size("log", 5, 9)


@pytest.mark.parametrize("name", ["linear", "arborification", "sig", "logsig"])
def test_terms_of_the_map_from_words_are_counted_before_they_are_made(name, monkeypatch):
    build = build_path_program if name in PATH_MAPS else build_program
    for dimension, degree, planar in [(1, 6, False), (1, 6, True), (2, 5, False), (2, 4, True)]:
        size = map_size(name, dimension, degree, planar=planar)
        counts = []
        with monkeypatch.context() as patch:
            patch.setattr(
                maps, "refuse_terms", lambda count, _, counts=counts: counts.append(count)
            )
            build(size)
        assert 0 < counts[0] <= counts[-1]
    monkeypatch.setattr(maps, "arborify", None)  # which would make them
    with pytest.raises(InvalidValueError, match=r"has 2\d\d,\d{3} terms or more, beyond the bound"):
        build(map_size(name, 2, 8))


@pytest.mark.parametrize(
    ("dimension", "degree", "planar", "method"),
    [
        *((*size, False, 0) for size in [(1, 1), (1, 6), (2, 5), (12, 2)]),
        *((*size, True, method) for size in [(1, 5), (2, 4), (3, 3)] for method in (0, 1, 2)),
        *((*size, None, method) for size in [(3, 2), (2, 6)] for method in (0, 1, 2)),
    ],
)
def test_terms_of_logarithms_of_paths_are_counted_before_they_are_made(
    dimension, degree, planar, method, monkeypatch
):
    size = maps.MapSize("logsig", dimension, degree, planar, 1, method)
    counts = []
    with monkeypatch.context() as patch:
        patch.setattr(maps, "refuse_terms", lambda count, _: counts.append(count))
        program = build_path_program(size)
    if not method:
        assert 3 * (counts[0] + 1) > program.readout.n_terms
    assert counts[0] <= program.readout.n_terms


@pytest.mark.parametrize("name", ["log", "exp", "corrected", "corrected_sig"])
@pytest.mark.parametrize(
    ("dimension", "degree", "planar"),
    [(1, 1, False), (1, 2, False), (2, 3, False), (2, 5, False), (1, 7, False), (1, 5, True),
     (2, 4, True), (3, 3, True)],
)  # fmt: skip
def test_terms_of_flows_are_counted_before_they_are_made(
    name, dimension, degree, planar, monkeypatch
):
    build = build_path_program if name in PATH_MAPS else build_program
    for levels in (1, 2, 3):
        for method in (0, 1, 2) if planar and name == "log" else (0,):
            size = map_size(name, dimension, degree, planar=planar, levels=levels, method=method)
            counts = []
            with monkeypatch.context() as patch:
                patch.setattr(
                    maps, "refuse_terms", lambda count, _, seen=counts: seen.append(count)
                )
                program = build(size)
            terms = (program.step if name in PATH_MAPS else program).n_terms
            if planar and levels == 1 and "corrected" in name:
                continue  # many forests have the same values
            if method:
                assert 0 <= counts[0] <= terms
            else:
                assert counts[0] <= terms <= counts[0] + 2 * dimension * degree


@pytest.mark.parametrize(
    ("name", "dimension", "degree"),
    [
        ("corrected", 2, 8),
        ("corrected_sig", 2, 8),
        ("corrected", 1, 12),
        ("log", 1, 11),
        ("logsig", 40, 3),
        ("logsig", 14, 4),
        ("logsig", 2, 8),
    ],
)
def test_a_flow_that_is_too_large_is_refused_before_its_first_row(
    name, dimension, degree, monkeypatch
):
    build = build_path_program if name in PATH_MAPS else build_program
    monkeypatch.setattr(maps.Builder, "row", None)
    with pytest.raises(InvalidValueError, match=r"has [2-6]\d\d,\d{3} terms or more, beyond"):
        build(map_size(name, dimension, degree))


def test_evaluation_refuses_wrong_sizes():
    with pytest.raises(InvalidValueError, match=r"\[2\]"):
        build_program(map_size("linear", 2, 2)).evaluate([1, 2, 3])
