"""Kernels and float source stay within the rounding bound, and errors do not."""

import random
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

import treealg.numeric
from treealg.codegen import MAPS, map_size
from treealg.codegen.maps import build_program
from treealg.verification import kernels, monomials, pairs
from treealg.verification.functions import KERNELS
from treealg.verification.monomials import FORMULAS, evaluated, program_of
from treealg.verification.pairs import PAIR_FUNCTIONS, check_pairs


@pytest.mark.parametrize(
    ("name", "planar"),
    [
        (name, p)
        for name, kernel in KERNELS.items()
        for p in (False, True, None)
        if kernel.is_there(p)
    ],
)
def test_kernels_and_gradients_stay_within_the_bound(name, planar):
    outcomes = dict(kernels.check_kernels(name, 2, 3, planar))
    assert list(outcomes) == [
        f"kernel{direction}{along}, {dtype}"
        for along in ("", " in a direction")
        for direction in ("", " backward")
        for dtype in ("float64", "float32")
    ]
    assert {name: o.failure for name, o in outcomes.items() if o.failure} == {}
    assert all(outcome.points for outcome in outcomes.values())


@pytest.mark.parametrize("name", ["corrected_sig", "log"])
def test_generated_source_stays_within_the_bound(name, compiled):
    size = map_size(name, 2, 3)
    outcomes = dict(kernels.check_generated(size, compiled(size, floats=True)))
    assert len(outcomes) == 8
    assert {name: o.failure for name, o in outcomes.items() if o.failure} == {}


def test_every_function_with_a_gradient_is_listed():
    public = {
        name.removesuffix("_backprop")
        for name in treealg.__all__
        if name.endswith("_backprop") and not name.startswith("extract")
    }
    listed = {kernel.function_on(planar) for kernel in KERNELS.values() for planar in kernel.kinds}
    assert listed == public - set(PAIR_FUNCTIONS)
    assert public >= set(PAIR_FUNCTIONS)
    assert set.union(*(kernel.maps for kernel in KERNELS.values())) == set(MAPS) - {"corrected"}


def spoiled(argument):
    if not isinstance(argument, np.ndarray):
        return argument
    return argument * argument.dtype.type(1 + 2**12 * np.finfo(argument.dtype).eps)


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize(
    ("name", "planar"),
    [
        *((name, kernel.kinds[0]) for name, kernel in KERNELS.items()),
        *((name, None) for name, kernel in KERNELS.items() if None in kernel.kinds[1:]),
    ],
)
def test_a_wrong_kernel_input_is_found(name, planar, backward, monkeypatch):
    attribute = KERNELS[name].function_on(planar) + ("_backprop" if backward else "")
    function = getattr(treealg, attribute)

    def wrong(*arguments, **options):
        return function(*map(spoiled, arguments), **options)

    monkeypatch.setattr(treealg.numeric, attribute, wrong)
    outcomes = dict(kernels.check_kernels(name, 2, 2, planar))
    found = {name for name, outcome in outcomes.items() if outcome.failure}
    direction = "kernel backward" if backward else "kernel"
    assert found == {f"{direction}, float64", f"{direction}, float32"}


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("name", ["corrected_sig", "combine", "log method 1"])
def test_a_wrong_tangent_is_found(name, backward, monkeypatch):
    attribute = KERNELS[name].function_on(None) + ("_backprop_jvp" if backward else "_jvp")
    function = getattr(treealg, attribute)

    def wrong(first, tangent, *arguments, **options):
        return function(first, spoiled(tangent), *arguments, **options)

    monkeypatch.setattr(treealg.numeric, attribute, wrong)
    outcomes = dict(kernels.check_kernels(name, 2, 2, None))
    found = {name for name, outcome in outcomes.items() if outcome.failure}
    direction = "kernel backward in a direction" if backward else "kernel in a direction"
    assert found == {f"{direction}, float64", f"{direction}, float32"}


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_is_its_program(name):
    size = replace(map_size("log", 5 if name == "change of lift" else 2, 2), name=name)
    program = program_of(size)
    generator = random.Random(name)
    values = [
        [Fraction(generator.randint(-9, 9), 7) for _ in range(vector.size)]
        for vector in program.inputs
    ]
    assert program.evaluate(*values)[0] == evaluated(size, values)


@pytest.mark.parametrize(
    "name", ["ladders", "letter products", "translation", "cumulants of stratonovich"]
)
def test_a_wrong_formula_is_found(name, monkeypatch):
    right = FORMULAS[name]

    def wrong(size):
        inputs, rows = right(size)
        last = dict(rows[-1])
        last[next(iter(last))] += Fraction(1, 100)
        return inputs, [*rows[:-1], last]

    (own,) = [x for x in KERNELS if name in str(KERNELS[x].rule)]
    monkeypatch.setitem(FORMULAS, name, wrong)
    caches = kernels._sample, monomials._formula
    try:
        for cache in caches:
            cache.cache_clear()
        outcomes = dict(kernels.check_kernels(own, 2, 2, False, threads=False))
    finally:
        for cache in caches:
            cache.cache_clear()
    assert all(outcome.failure for outcome in outcomes.values())


def test_formulas_are_checked_where_all_maps_are():
    assert KERNELS["ladders"].is_asked(MAPS)
    assert not KERNELS["ladders"].is_asked(["log", "combine"])
    assert KERNELS["to geometric"].is_asked(["log"])
    assert not KERNELS["to geometric"].is_asked(["combine"])


@pytest.mark.parametrize("backward", [False, True])
def test_an_error_with_two_threads_is_found(backward, monkeypatch):
    attribute = "branched_sig_backprop" if backward else "branched_sig"
    function = getattr(treealg, attribute)

    def wrong(*arguments, n_jobs, **options):
        return function(*arguments, n_jobs=n_jobs, **options) * (1 if n_jobs == 1 else 1.01)

    monkeypatch.setattr(treealg.numeric, attribute, wrong)
    direction = "kernel backward" if backward else "kernel"
    found = {threads: dict(kernels.check_kernels("sig", 1, 2, False, threads=threads))
             for threads in (False, True)}  # fmt: skip
    assert found[True][f"{direction}, float32"].failure
    assert not any(outcome.failure for outcome in found[False].values())


def test_a_result_that_is_not_finite_is_found(monkeypatch):
    function = treealg.branched_sig_inverse

    def wrong(*arguments, **options):
        result = function(*arguments, **options)
        result[..., -1] = np.nan
        return result

    monkeypatch.setattr(treealg.numeric, "branched_sig_inverse", wrong)
    assert dict(kernels.check_kernels("inverse", 1, 2, True))["kernel, float64"].failure


def test_a_composition_is_the_product_of_its_programs():
    size = map_size("combine", 2, 3)
    joined = kernels.composition(("combine", 0, ("linear", 1)), size)
    first, dx = [3, *range(19)], [5, 7]
    segment = build_program(map_size("linear", 2, 3)).evaluate(dx)[0]
    expected = build_program(size).evaluate(first, segment)
    assert joined.evaluate(first, dx) == expected


@pytest.mark.parametrize(("dimension", "depth"), [(1, 1), (2, 3), (3, 2)])
def test_functions_of_pairs_stay_within_the_bound(dimension, depth):
    outcomes = dict(check_pairs(dimension, depth))
    assert len(outcomes) == 8 * len(PAIR_FUNCTIONS)
    assert {name: o.failure for name, o in outcomes.items() if o.failure} == {}
    assert all(outcome.points for outcome in outcomes.values())


@pytest.mark.parametrize("along", ["", "_jvp"])
@pytest.mark.parametrize("backward", ["", "_backprop"])
@pytest.mark.parametrize("name", sorted(PAIR_FUNCTIONS))
def test_a_wrong_pair_is_found(name, backward, along, monkeypatch):
    attribute = name + backward + along
    function = getattr(treealg, attribute)

    def wrong(*arguments, **options):
        return function(*map(spoiled, arguments), **options)

    monkeypatch.setattr(treealg.numeric, attribute, wrong)
    monkeypatch.setattr(pairs, "PAIR_FUNCTIONS", {name: PAIR_FUNCTIONS[name]})
    monkeypatch.setattr(pairs, "_STATIC", pairs._STATIC[:1])
    found = {name for name, o in check_pairs(2, 2, threads=False) if o.failure}
    direction = f"{' backward' * bool(backward)}{' in a direction' * bool(along)}"
    assert found == {f"{name}{direction}, {dtype}" for dtype in ("float64", "float32")}


@pytest.mark.parametrize("change", [{"depth": 3}, {"orders": (0, 1)}, {"lam": 0.5}])
def test_another_kernel_is_found(change, monkeypatch):
    function = treealg.expected_branched_scoring_rule

    def wrong(x, y, depth, orders, **options):
        options["lam"] = change.get("lam", options["lam"])
        return function(x, y, change.get("depth", depth), change.get("orders", orders), **options)

    name = "expected_branched_scoring_rule"
    monkeypatch.setattr(treealg.numeric, name, wrong)
    monkeypatch.setattr(pairs, "PAIR_FUNCTIONS", {name: PAIR_FUNCTIONS[name]})
    found = {name for name, o in check_pairs(2, 2, threads=False) if o.failure}
    assert found == {f"{name}, {t}" for t in ("float64", "float32")}
