"""Tables are refused before one is made: for their sizes, and for the memory that there is."""

import importlib
import math
import threading
import tracemalloc
from types import SimpleNamespace

import numpy as np
import pytest

import treealg
from treealg import _fast, engines, tables
from treealg.errors import InvalidValueError
from treealg.numeric.plans.matrices import Matrix
from treealg.numeric.plans.plan import Plan, Tables
from treealg.tables import cache, foresight, memory_limits
from treealg.tables.coordinate_counts import counted_coordinates
from treealg.tables.entry_counts import counted_entries
from treealg.tables.foresight import Needs
from treealg.tables.lift_counts import counted_lifts
from treealg.tables.linear_map import LinearMap

TABLES = [
    lambda: tables.arborification(2, 8),
    lambda: tables.arborification(3, 8),
    lambda: tables.arborification(1, 9),
    lambda: tables.arborification(2, 8, planar=True),
    lambda: tables.arborification(2, 7, longest=2),
    lambda: tables.arborification(2, 9, planar=None, longest=3),
    lambda: tables.convolution(1, 12),
    lambda: tables.convolution(2, 8),
    lambda: tables.convolution(2, 7, planar=True),
    lambda: tables.word_convolution(1, 40),
    lambda: tables.word_convolution(3, 8),
    lambda: tables.word_convolution(2, 8, longest=3),
    lambda: tables.lyndon(2, 6, 1),
    lambda: tables.lyndon(2, 8, 2),
    lambda: tables.lyndon(3, 10, 2, planar=None),
    lambda: tables.lyndon(1, 5, 1, planar=None),
    lambda: tables.lyndon_expansion(2, 7, 2),
    lambda: tables.lyndon_expansion(2, 15, 2, planar=None),
    lambda: tables.cumulants(2, 7, planar=True, lift="ito"),
    lambda: tables.cumulants(2, 7, planar=False, lift="stratonovich"),
    lambda: tables.expectation(2, 8, lift="ito", longest=2),
    lambda: tables.expectation(2, 8, lift="backward", longest=2),
    lambda: tables.change_of_lift(1, 7, planar=True),
    lambda: tables.change_of_lift(2, 5, planar=False),
    lambda: tables.change_of_lift(2, 3, planar=True),
    lambda: tables.change_of_lift(3, 2, planar=False),
    lambda: tables.change_of_lift(9, 3, planar=False),
    lambda: tables.translation(2, 5, planar=False, order=2),
    lambda: tables.translation(2, 4, planar=True, order=2),
    lambda: tables.weighted_arborification((1, 2), 11, planar=False),
    lambda: tables.weighted_arborification((1, 2), 8, planar=True, longest=2),
    lambda: tables.weighted_arborification((1, 2), 12, planar=None, longest=2),
    lambda: tables.weighted_convolution((1, 2), 10, planar=False),
    lambda: tables.weighted_convolution((1, 2), 8, planar=True),
    lambda: tables.weighted_convolution((1, 2), 14, planar=None),
    lambda: tables.weighted_lyndon((1, 2), 8, 2, planar=True),
    lambda: tables.weighted_lyndon_expansion((1, 2), 7, 1, planar=True),
    lambda: tables.deconcatenation(tables.words_of_weights((1, 2), 12)),
]


@pytest.mark.parametrize("make", TABLES)
def test_no_more_is_foreseen_than_a_table_has(make, monkeypatch):
    monkeypatch.setenv("TREEALG_CACHE_DIR", "")
    nbytes, kernels, held = foresight.foresee(make)
    table = make()
    assert nbytes <= table.nbytes
    assert held == 0
    assert kernels <= 21 * table.kernels // 20  # terms are counted before some merge


@pytest.mark.parametrize("weights", [(1, 2), (1, 3), (2, 2, 3)])
@pytest.mark.parametrize(
    ("make", "method", "at_least"),
    [
        (tables.weighted_lyndon, 1, 0.999),
        (tables.weighted_lyndon, 2, 0.9),
        (tables.weighted_lyndon_expansion, 1, 0.6),
        (tables.weighted_lyndon_expansion, 2, 0.6),
    ],
)
def test_rows_of_weighted_lyndon_coordinates_are_foreseen(
    make, method, at_least, weights, monkeypatch
):
    monkeypatch.setenv("TREEALG_CACHE_DIR", "")

    def need():
        return make(weights, 10, method, planar=True)

    nbytes, kernels, _ = foresight.foresee(need)
    table = need()
    assert at_least * table.nbytes <= nbytes <= table.nbytes
    assert 0 < kernels <= table.kernels


@pytest.mark.parametrize(
    ("make", "parts"),
    [
        (
            lambda: tables.lyndon_arborification(2, 8, 2),
            (lambda: tables.lyndon(2, 8, 2), lambda: tables.arborification(2, 8, planar=True)),
        ),
        (
            lambda: tables.expectation(2, 8, lift="stratonovich", longest=2),
            (lambda: tables.arborification(2, 8),),
        ),
        (
            lambda: tables.arborification(2, 6, longest=None),
            (lambda: tables.convolution(2, 6),),
        ),
        (
            lambda: tables.weighted_lyndon_arborification((1, 2), 8, 2, planar=True),
            (
                lambda: tables.weighted_lyndon((1, 2), 8, 2, planar=True),
                lambda: tables.weighted_arborification((1, 2), 8, planar=True),
            ),
        ),
    ],
)
def test_what_a_table_is_made_from_is_foreseen_with_it(make, parts, monkeypatch):
    monkeypatch.setenv("TREEALG_CACHE_DIR", "")
    least, own = foresight.foresee(make).nbytes, foresight.foresee(*parts).nbytes
    assert 0 < own <= least <= make().nbytes + sum(part().nbytes for part in parts)


def of_a_test(number, done, nbytes=0, refused=False, kernels=0):
    """Return what asks for a table that notes what is done for it."""

    def foresee():
        done.append(("foreseen", number))
        if refused:
            raise InvalidValueError(f"table {number} is too large")
        return Needs(nbytes, kernels)

    def build():
        done.append(("made", number))
        return LinearMap(1, 1, 1, np.array([0, 1]), np.array([0], np.int32), np.array([1.0]))

    return lambda: cache.table(
        "of_a_test", (number,), LinearMap, build, lambda table: True, foresee=foresee
    )


def test_all_are_foreseen_once_before_the_first_is_made():
    done = []
    needs = [of_a_test(number, done, 10 * number) for number in (1, 2)]
    plan = Plan(1, 1, None, 1, lambda one, none, two: Tables(linear=two),
                needs=(needs[0], None, needs[1]))  # fmt: skip
    assert plan.prepared(engines.current()).linear is not None
    assert done == [("foreseen", 1), ("foreseen", 2), ("made", 1), ("made", 2)]
    nbytes = 2 * needs[0]().nbytes
    assert foresight.foresee(*needs) == (0, 2 * (4 + 8), nbytes)  # as they are in memory
    tables.clear_cache()
    assert foresight.foresee(*needs).nbytes >= nbytes  # as their files are
    assert len(done) == 4


def test_a_table_is_made_once_also_if_what_it_needs_is_asked_meanwhile():
    done, begun, asked = [], threading.Event(), threading.Event()

    def build():
        done.append("made")
        begun.set()
        asked.wait(10)
        return tables.convolution(1, 3)

    def need():
        return cache.table(
            "of_a_test", (9,), LinearMap, build, lambda table: True, foresee=lambda: Needs(10)
        )

    makers = [threading.Thread(target=need) for _ in range(2)]
    makers[0].start()
    assert begun.wait(10)
    assert foresight.foresee(need) == (10, 0, 0)
    makers[1].start()
    makers[1].join(0.2)  # it waits for the first one
    asked.set()
    for maker in makers:
        maker.join(10)
    assert done == ["made"]


def test_a_plan_makes_no_table_where_another_is_refused():
    done = []
    needs = of_a_test(1, done), of_a_test(2, done, refused=True)
    plan = Plan(1, 1, None, 1, lambda *made: Tables(), needs=needs)
    for _ in range(2):
        with pytest.raises(InvalidValueError, match="table 2 is too large"):
            plan.prepared(engines.current())
    assert done == [("foreseen", 1), ("foreseen", 2)]


def test_an_engine_makes_no_table_where_one_of_another_plan_is_refused():
    done = []
    first, second = (
        Plan(1, 1, None, 1, lambda made: Tables(linear=made), needs=(need,))
        for need in (of_a_test(1, done), of_a_test(2, done, refused=True))
    )
    with pytest.raises(InvalidValueError, match="table 2"):
        engines.current().prepare(first, second)
    assert ("made", 1) not in done


def test_a_table_for_which_memory_is_too_small_is_refused_with_both_sizes(monkeypatch):
    done, free = [], [10**9]
    monkeypatch.setattr(memory_limits, "free_memory", lambda: free[0])
    need = of_a_test(1, done, 10**9)
    with pytest.raises(
        InvalidValueError, match=r"\(1,\), .* 1000000000 bytes, .* 1125000000 are n"
    ):
        need()
    free[0] = 2 * 10**9
    assert need().n_rows == 1
    assert done == [("foreseen", 1), ("made", 1)]


def test_tables_of_a_plan_are_held_against_memory_together(monkeypatch):
    done, free = [], [10**9]
    monkeypatch.setattr(memory_limits, "free_memory", lambda: free[0])
    needs = [of_a_test(number, done, 5 * 10**8, kernels=10**8) for number in (1, 2)]
    plan = Plan(3, 7, None, 1, lambda *made: Tables(), needs=needs)
    with pytest.raises(
        InvalidValueError, match=r"3 channels to degree 7, of at .* 1000000000 bytes"
    ):
        plan.prepared(engines.current())
    assert ("made", 1) not in done
    free[0] = 2 * 10**9
    plan.prepared(engines.current())
    assert done[-2:] == [("made", 1), ("made", 2)]


def test_what_kernels_need_of_a_table_is_foreseen_with_what_its_making_tells(monkeypatch):
    monkeypatch.setattr(memory_limits, "free_memory", lambda: 12 * 10**8)

    def need():
        with memory_limits.within_memory("the table"):
            memory_limits.check_memory(3 * 10**8, 0, kernels=10**8)  # as foreseen
            memory_limits.check_memory(9 * 10**8, 0)
            memory_limits.check_memory(9 * 10**8 + 3, 0)

    plan = memory_limits.within_memory("the plan", for_kernels=True)
    with pytest.raises(InvalidValueError, match=r"at least 900000003 .* 1200000004 are n"), plan:
        need()
    need()


@pytest.mark.usefixtures("nothing_counted")
def test_a_last_order_is_counted_where_memory_is_in_doubt(monkeypatch):
    monkeypatch.setenv("TREEALG_CACHE_DIR", "")
    counted, free = [], [10**12]
    monkeypatch.setattr(memory_limits, "free_memory", lambda: 0 if counted else free[0])
    algebra = importlib.import_module("treealg.tables.rows").RowAlgebra
    check = algebra.check_last
    monkeypatch.setattr(
        algebra, "check_last", lambda *given: counted.append(given[-1]) or check(*given)
    )
    nbytes = 12 * tables.arborification(3, 8).coef.size
    assert not counted
    tables.clear_cache()
    free[0] = nbytes
    with pytest.raises(InvalidValueError, match=rf"at least {nbytes} bytes"):
        tables.arborification(3, 8)
    assert counted == [8]


SIZES = [
    (dimension, degree, planar, longest)
    for dimension, degree in [(1, 1), (1, 8), (2, 6), (3, 5), (4, 4), (7, 3), (40, 2)]
    for planar in (False, True)
    for longest in (1, 2, 3, None)
]


@pytest.mark.parametrize(("dimension", "degree", "planar", "longest"), SIZES)
def test_entries_are_those_that_were_counted(dimension, degree, planar, longest):
    table = tables.arborification(dimension, degree, planar=planar, longest=longest)
    least, exact = counted_entries(dimension, degree, planar, longest)
    assert exact == (longest != 3)
    assert least == table.col.size if exact else least <= table.col.size


@pytest.mark.parametrize("longest", [1, 2, None])
@pytest.mark.parametrize("planar", [False, True])
def test_entries_of_more_orders_or_labels_than_were_counted_are_at_least_the_others(
    planar, longest
):
    before = 0
    for degree in range(1, 30):
        least, exact = counted_entries(9, degree, planar, longest)
        assert least >= before
        before = least
    assert not exact


@pytest.mark.parametrize("nodes", range(1, 7))
def test_forests_of_labels_that_all_differ_have_as_many_words_as_pairs_of_orders(nodes):
    # A word names the vertices in an increasing order, and each goes below one after it, or none.
    all_differ = sum(
        (-1) ** (nodes - d)
        * math.comb(nodes, d)
        * (counted_entries(d, nodes + 1, False, 1)[0] - counted_entries(d, nodes, False, 1)[0])
        for d in range(1, nodes + 1)
    )
    assert all_differ == math.factorial(nodes) ** 2


@pytest.mark.parametrize(
    ("channels", "degree"),
    [(1, 0), (1, 8), (2, 6), (3, 4), (5, 3), (9, 3), (11, 2), (60, 1)],
)
@pytest.mark.parametrize("planar", [False, True])
def test_entries_of_changes_of_lift_are_those_that_were_counted(planar, channels, degree):
    made = tables.change_of_lift(channels, degree, planar=planar)
    assert counted_lifts(channels, degree, planar) == (made.col.size, True)


@pytest.mark.parametrize("planar", [False, True])
def test_changes_of_lift_beyond_what_was_counted_have_at_least_the_others(planar):
    counted = [counted_lifts(9, degree, planar) for degree in range(20)]
    sizes = [entries for entries, _ in counted]
    assert sizes == sorted(sizes)
    assert [exact for _, exact in counted] == [True] * 5 + [False] * 15


@pytest.mark.parametrize("planar", [False, True])
def test_a_change_of_lift_that_was_counted_is_refused_at_once(planar, monkeypatch):
    monkeypatch.setenv("TREEALG_CACHE_DIR", "")
    monkeypatch.setattr(memory_limits, "free_memory", lambda: 10**8)
    lifts = importlib.import_module("treealg.tables.lifts")
    monkeypatch.delattr(lifts, "_ordered_rows" if planar else "_tree_rows")
    degree = 6 if planar else 7
    entries, _ = counted_lifts(2, degree, planar)
    # 100 MB hold the table, not what kernels make of it beside.
    nbytes = 12 * entries + 8 * tables.basis_length(5, degree, planar=planar)
    assert nbytes < 10**8
    plan = Plan(2, degree, None, 1, lambda made: Tables(linear=made),
                needs=(lambda: tables.change_of_lift(2, degree, planar=planar),))  # fmt: skip
    with pytest.raises(InvalidValueError, match=rf" {nbytes} bytes"):
        plan.prepared(engines.current())


@pytest.mark.parametrize(("channels", "degree", "planar"), [(3, 6, True), (6, 5, False)])
def test_a_change_of_lift_beyond_the_bound_is_refused_at_once(
    channels, degree, planar, monkeypatch
):
    lifts = importlib.import_module("treealg.tables.lifts")
    monkeypatch.delattr(lifts, "_ordered_rows" if planar else "_tree_rows")
    with pytest.raises(InvalidValueError, match="the change of lift would have at least"):
        tables.change_of_lift(channels, degree, planar=planar)


COORDINATES = {
    "lyndon": tables.lyndon,
    "expansion": tables.lyndon_expansion,
    "arborification": tables.lyndon_arborification,
}


@pytest.mark.parametrize(("dimension", "degree"), [(2, 2), (2, 7), (3, 5), (4, 4), (6, 3), (9, 2)])
@pytest.mark.parametrize(
    ("name", "method", "planar"),
    [
        *((name, 2, planar) for name in ("lyndon", "expansion") for planar in (True, None)),
        ("expansion", 1, True),
        ("expansion", 1, None),
        ("arborification", 1, True),
        ("arborification", 2, True),
    ],
)
def test_entries_of_lyndon_coordinates_are_those_that_were_counted(
    name, method, planar, dimension, degree
):
    counted = counted_coordinates(name, dimension, degree, method, planar)
    made = COORDINATES[name](dimension, degree, method, planar=planar)
    assert counted == (made.col.size, True)


@pytest.mark.parametrize(
    ("dimension", "degree"),
    [
        (2, 9),
        (2, 13),
        (3, 9),
        pytest.param(3, 10, marks=pytest.mark.slow),
        pytest.param(4, 8, marks=pytest.mark.slow),
        (5, 7),
    ],
)
def test_entries_of_expansions_of_words_are_those_that_were_counted(dimension, degree):
    counted = counted_coordinates("expansion", dimension, degree, 1, None)
    assert counted == (tables.lyndon_expansion(dimension, degree, 1, planar=None).col.size, True)


@pytest.mark.parametrize("method", [1, 2])
def test_longer_letters_add_entries_to_lyndon_coordinates(method):
    counted = counted_coordinates("arborification", 2, 6, method, True)
    made = tables.lyndon_arborification(2, 6, method, longest=2)
    assert counted.entries < made.col.size


@pytest.mark.parametrize("letters", range(1, 8))
def test_brackets_of_letters_that_all_differ_are_counted_by_products(letters):
    def all_differ(name):
        return sum(
            (-1) ** (letters - d)
            * math.comb(letters, d)
            * (counted_coordinates(name, d, letters, 2, None).entries
               - counted_coordinates(name, d, letters - 1, 2, None).entries)
            for d in range(1, letters + 1)
        )  # fmt: skip

    # There are (n - 1)! brackets of n letters, and both sides of each comma are exchanged or not.
    assert all_differ("expansion") == 2 ** (letters - 1) * math.factorial(letters - 1)
    assert all_differ("lyndon") == math.prod(n * (n - 1) // 2 for n in range(2, letters + 1))


def test_brackets_that_were_counted_are_refused_at_once(monkeypatch):
    monkeypatch.setenv("TREEALG_CACHE_DIR", "")
    monkeypatch.setattr(memory_limits, "free_memory", lambda: 3 * 10**8)
    monkeypatch.delattr(importlib.import_module("treealg.tables.lyndon"), "lyndon_forests")
    entries, _ = counted_coordinates("lyndon", 5, 9, 2, None)
    nbytes = 12 * entries + 8 * tables.log_length(5, 9, planar=None, method=2)
    with pytest.raises(InvalidValueError, match=rf" {nbytes} bytes"):
        tables.lyndon(5, 9, 2, planar=None)


def of_growth_by_weight():
    tables.weighted_arborification((1, 3), 14, planar=True)


def of_growth_by_row():
    tables.lyndon_arborification(2, 9, 2)


@pytest.mark.usefixtures("nothing_counted")
@pytest.mark.parametrize(
    ("make", "module", "small", "most", "free"),
    [
        (of_growth_by_weight, "weighted_arborification", "_rows", 2, 2 * 10**7),
        (of_growth_by_row, "lyndon", "lyndon_map", 1, 10**8),
    ],
)
def test_growth_is_looked_at_no_further_where_memory_lacks(
    make, module, small, most, free, monkeypatch
):
    monkeypatch.setenv("TREEALG_CACHE_DIR", "")
    owner, made = importlib.import_module(f"treealg.tables.{module}"), []
    one = getattr(owner, small)
    monkeypatch.setattr(owner, small, lambda *size: made.append(size) or one(*size))
    monkeypatch.setattr(owner, "MAX_ENTRIES", 0, raising=False)  # always in doubt
    monkeypatch.setattr(memory_limits, "free_memory", lambda: free)
    with pytest.raises(InvalidValueError, match=r"at least \d+ bytes, cannot be made"):
        make()
    assert 0 < len(made) <= most


def test_a_table_that_was_counted_is_refused_at_once(monkeypatch):
    monkeypatch.setenv("TREEALG_CACHE_DIR", "")
    monkeypatch.setattr(memory_limits, "free_memory", lambda: 3 * 10**8)
    algebra = importlib.import_module("treealg.tables.rows").RowAlgebra
    monkeypatch.delattr(algebra, "pieces")  # without which no order is made
    rows = tables.basis_length(3, 9) // 3
    entries, _ = counted_entries(3, 9, False, 1)
    nbytes = 12 * entries + 8 * rows
    for _ in range(2):
        with pytest.raises(InvalidValueError, match=rf" {nbytes} bytes"):
            tables.arborification(3, 9)


def test_lack_of_memory_for_a_part_is_no_refusal_of_the_whole(monkeypatch):
    done, free = [], [0]
    monkeypatch.setattr(memory_limits, "free_memory", lambda: free[0])
    part = of_a_test(1, done, 10**9)

    def whole():
        return cache.table(
            "whole_of_a_test", (1,), LinearMap, part, lambda table: True, foresee=lambda: Needs(0)
        )

    with pytest.raises(InvalidValueError, match=r"of_a_test\(1,\), of at least"):
        whole()
    free[0] = None
    assert whole().n_rows == 1


def test_memory_that_runs_out_is_told_with_what_was_foreseen(monkeypatch):
    def build():
        raise MemoryError

    with pytest.raises(
        InvalidValueError, match=r"of_a_test\(1,\), of at least 77 bytes, or what i"
    ):
        cache.table(
            "of_a_test", (1,), LinearMap, build, lambda table: True, foresee=lambda: Needs(77)
        )


def test_memory_that_kernels_lack_for_a_matrix_is_told():
    def lacking(*of):
        raise MemoryError("Unable to allocate")

    engine = SimpleNamespace(name="lacking", kernels=SimpleNamespace(SparseMap=lacking))
    matrix = Matrix(np.array([0, 1]), np.array([0], dtype=np.int32), np.ones(1))
    with pytest.raises(InvalidValueError, match=r"matrix of 1 rows, or .* cannot be held"):
        matrix.prepared(engine)


def test_a_table_that_lacks_memory_is_refused_again_by_what_was_seen_of_it(monkeypatch):
    done, free = [], [10**9]
    monkeypatch.setattr(memory_limits, "free_memory", lambda: free[0])

    def build():
        done.append("made")
        memory_limits.check_memory(9 * 10**8, 0)
        raise AssertionError

    def need():
        return cache.table(
            "of_a_test", (6,), LinearMap, build, lambda table: True,
            foresee=lambda: Needs(3 * 10**8, 10**8),
        )  # fmt: skip

    plan = Plan(1, 1, None, 1, lambda made: Tables(linear=made), needs=(need,))
    told = r"of at least 900000000 bytes.* 1200000000 are needed"
    for _ in range(2):
        with pytest.raises(InvalidValueError, match=told):
            plan.prepared(engines.current())
    assert done == ["made"]


def test_a_table_is_held_against_memory_with_what_kernels_make_of_it(monkeypatch):
    free = [2 * 10**9]
    monkeypatch.setattr(memory_limits, "free_memory", lambda: free[0])
    monkeypatch.setattr(memory_limits, "_LOOKED_AT", 0)
    table = tables.arborification(2, 5)
    plans = [
        Plan(2, 5, None, 1, lambda made: Tables(linear=made), reduces=reduces,
             needs=(lambda: tables.arborification(2, 5),))
        for reduces in (False, True)
    ]  # fmt: skip
    free[0] = table.kernels - 1
    told = rf"of at least {table.nbytes} bytes, .* {table.kernels} are needed"
    with pytest.raises(InvalidValueError, match=told):
        plans[0].prepared(engines.current())
    plans[1].foresee(engines.current())
    free[0] += 1
    assert plans[0].prepared(engines.current()).linear is not None


@pytest.mark.parametrize(
    "made",
    [
        tables.arborification(2, 6),
        tables.arborification(2, 6, planar=None, longest=3),
        tables.cumulants(2, 6, planar=True, lift="ito"),
        tables.change_of_lift(2, 4, planar=False),
        tables.lyndon(2, 6, 1),
        tables.lyndon(2, 6, 2),
        tables.convolution(3, 5),
        tables.convolution(2, 6, planar=True),
        tables.word_convolution(2, 9),
        tables.weighted_convolution((1, 2), 8, planar=False),
    ],
)
def test_kernels_make_no_less_of_a_table_than_is_said(made):
    tracemalloc.start()
    if isinstance(made, LinearMap):
        kept = _fast.SparseMap(made.width, made.n_cols, made.ptr, made.col, made.coef)
    else:
        names = ("block_start", "slot_start", "factor", "head", "tail", "term_ptr", "term_slot")
        arrays = (getattr(made, name) for name in (*names, "term_trunk"))
        kept = _fast.ConvolutionProgram(made.dimension, *arrays, *tables.nodes(made.degree))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept is not None
    assert 0 < made.kernels <= peak


def test_what_grows_beyond_the_memory_is_refused_while_it_is_made(monkeypatch):
    monkeypatch.setattr(memory_limits, "free_memory", lambda: 4 * 10**7)
    monkeypatch.setattr(memory_limits, "_LOOKED_AT", 0)
    assert tables.arborification(2, 8).nbytes < 4 * 10**6
    monkeypatch.setattr(memory_limits, "free_memory", lambda: 3 * 10**5)
    tables.clear_cache(disk_too=True)
    with pytest.raises(InvalidValueError, match=r"arborification\(2, 8, .* are to be had of the m"):
        tables.arborification(2, 8)


CALLS = [
    "log_sig(np.zeros((3, 4)), 12, method=2)",
    "log_sig(np.zeros((3, 3)), 14, method=2)",
    "log_sig_to_sig(np.zeros(tables.log_length(3, 14, planar=None, method=2)), 3, 14, method=2)",
    "sig_to_log_sig(np.zeros(tables.word_length(3, 14)), 3, 14, method=2)",
    "warm_up(2, 10, levels=2)",
    "warm_up(2, 10, levels=3)",
    "branched_log_sig(np.zeros((3, 2)), 10, planar=True, method=2)",
]


@pytest.mark.parametrize("call", CALLS)
def test_a_call_that_is_refused_for_one_table_makes_no_other(call, table_directory):
    for _ in range(2):
        with pytest.raises(InvalidValueError, match="more than the bound"):
            eval(f"treealg.{call}", {"np": np, "tables": tables, "treealg": treealg})
    assert sum(path.stat().st_size for path in table_directory.rglob("*.table")) < 2**23
