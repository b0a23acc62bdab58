"""What is right is proved: readers, programs of paths, tables and laws."""

import pytest

import treealg
from treealg.codegen import map_size
from treealg.codegen.maps import LOG_MAPS, PATH_MAPS, word_size
from treealg.verification import algebra, laws, readers, steps, stochastic, translations
from treealg.verification.functions import KERNELS

LARGER = [("sig", 2, 3), ("log", 2, 3), ("combine", 2, 3), ("corrected_sig", 1, 3)]


def failures(outcomes):
    return {name: o.failure for name, o in outcomes.items() if o.failure or not o.points}


@pytest.mark.slow
def test_every_map_and_kernel_is_verified():
    report = treealg.verify(1, (2, 2), planar=True)
    assert report.passed, str(report)
    for name in treealg.codegen.MAPS:
        found = {check.name for check in report.checks if check.subject == f"{name} backward"}
        assert found >= {"NumPy source", "C source", "CUDA source, threads descending"}
    subjects = {check.subject for check in report.checks}
    there = [name for name, kernel in KERNELS.items() if kernel.is_there(True)]
    assert subjects >= {f"{name} kernel" for name in there}


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize(("name", "dimension", "degree"), LARGER)
def test_readers_are_proved(name, dimension, degree, backward, planar, compiled):
    size = map_size(name, dimension, degree, planar=planar)
    outcomes = dict(readers.check_readers(size, backward, compiled(size)))
    assert len(outcomes) == 5
    assert failures(outcomes) == {}
    assert all(outcome.degree == degree for outcome in outcomes.values())


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("method", [1, 2])
@pytest.mark.parametrize("name", LOG_MAPS)
def test_readers_of_lyndon_coordinates_are_proved(name, method, backward, compiled):
    size = map_size(name, 2, 3, planar=True, method=method)
    outcomes = dict(readers.check_readers(size, backward, compiled(size)))
    assert failures(outcomes) == {}
    assert len(outcomes) == 5


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("name", PATH_MAPS)
def test_steps_are_proved_from_any_state(name, planar):
    outcomes = dict(steps.check_steps(map_size(name, 2, 3, planar=planar)))
    assert list(outcomes) == ["step", "step backward", "readout", "readout backward"]
    assert failures(outcomes) == {}


@pytest.mark.parametrize("planar", [False, True, None])
def test_tables_are_those_of_the_definitions(planar):
    assert not algebra.check_arborification(2, 4, planar).failure
    assert not algebra.check_coproduct(2, 4, planar).failure


@pytest.mark.parametrize("planar", [False, True])
def test_what_is_computed_of_processes_is_that_of_the_definitions(planar):
    assert not stochastic.check_cumulants(2, 4, planar).failure
    assert planar or not stochastic.check_expectation(2, 4).failure
    assert not translations.check_translation(2, 3, planar).failure
    assert not translations.check_change_of_lift(2, 3, planar).failure


@pytest.mark.parametrize("planar", [True, None])
@pytest.mark.parametrize(("dimension", "degree"), [(1, 5), (2, 3), (3, 2)])
def test_lyndon_tables_are_those_of_the_brackets(dimension, degree, planar):
    outcome = algebra.check_lyndon(dimension, degree, planar)
    assert outcome.points
    assert not outcome.failure


@pytest.mark.parametrize("planar", [False, True, None])
def test_laws_hold(planar):
    outcomes = dict(laws.check_laws(2, 3, planar))
    assert failures(outcomes) == {}
    assert len(outcomes) == (8 if planar is False else 10)


WORDS = [(name, 0) for name in treealg.codegen.MAPS if name != "arborification"]
WORDS += [(name, method) for name in LOG_MAPS for method in (1, 2)]


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize(("name", "method"), WORDS)
def test_programs_of_words_are_proved(name, method, backward):
    size = word_size(name, 2, 3, method=method)
    outcomes = dict(readers.check_readers(size, backward, None))
    assert list(outcomes) == ["exact program"]
    assert failures(outcomes) == {}


@pytest.mark.parametrize("name", PATH_MAPS)
def test_steps_of_words_are_proved_from_any_state(name):
    outcomes = dict(steps.check_steps(word_size(name, 2, 3)))
    assert list(outcomes) == ["step", "step backward", "readout", "readout backward"]
    assert failures(outcomes) == {}


def test_words_are_verified():
    report = treealg.verify(1, 2, maps=["combine", "inverse"])
    assert report.passed, str(report)
    labels = {check.size for check in report.checks}
    assert labels == {f"1 {n} {kind}" for n in (1, 2) for kind in ("planar", "non-planar", "words")}
    words = {check.subject for check in report.checks if check.size.endswith("words")}
    assert words >= {"tables", "laws", "combine", "inverse backward", "inverse kernel"}
