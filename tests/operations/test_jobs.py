"""Threads: they change no result, and they work."""

import time
from pathlib import Path

import pytest

from treealg import checks

from .cases import CASES, WAYS, Case, Planted, assert_close, call, each_case

WITH_JOBS = [case for case in CASES if "n_jobs" in case.row.signature.parameters]
# A copy: there is nothing to compute.
WITHOUT_WORK = {"linear_branched_log_sig", "linear_branched_log_sig_backprop"}
ALONG_PATH = [
    Case(case.name, case.variant, 600)
    for case in WITH_JOBS
    if {"path", "lift", "path1"} & case.row.signature.parameters.keys()
    and "points" not in case.asked
]


@pytest.fixture
def four_processors(monkeypatch):
    monkeypatch.setattr(checks, "_available_processors", lambda: 4)


def assert_threads_change_nothing(case, batch):
    given = case.arguments(batch)
    one = call(case, given | {"n_jobs": 1})
    for n_jobs in (2, 3):
        # The lengths of the pieces that a path is cut into depend on the number of threads.
        assert_close(call(case, given | {"n_jobs": n_jobs}), one, factor=5000)


@each_case(WITH_JOBS)
@pytest.mark.usefixtures("four_processors")
def test_results_do_not_depend_on_the_number_of_threads(case):
    assert_threads_change_nothing(case, (5,) if "gram" in case.name else (40,))


@each_case(ALONG_PATH, "plain", "planar", "corrected", "brackets", "prefixes", "lead_lag_time")
@pytest.mark.usefixtures("four_processors")
def test_results_of_one_long_path_do_not_depend_on_the_number_of_threads(case):
    assert_threads_change_nothing(case, ())


@each_case(WITH_JOBS, *WAYS)
@pytest.mark.usefixtures("four_processors")
def test_the_same_call_gives_the_same_bits(case):
    given = case.arguments((40,) if "gram" not in case.name else (5,)) | {"n_jobs": 3}
    for one, other in zip(call(case, given), call(case, given), strict=True):
        assert (one is None) == (other is None)
        assert one is None or one.tobytes() == other.tobytes()


def counted(function):
    return lambda n_jobs, **given: function(n_jobs=n_jobs, **given) * (1 + 1e-9 * n_jobs)


@pytest.mark.usefixtures("four_processors")
def test_results_that_depend_on_threads_are_found():
    with pytest.raises(AssertionError):
        assert_threads_change_nothing(Planted("sig", "plain", error=counted), (40,))


TASKS = Path("/proc/self/task")
several_processors = pytest.mark.skipif(
    not TASKS.exists() or checks.thread_count(-1) < 2,
    reason="takes two processors, and a system that tells how long a thread ran",
)


def times_of_threads():
    """Return how long each thread of this process has run, in nanoseconds."""
    return {task.name: int((task / "schedstat").read_text().split()[0]) for task in TASKS.iterdir()}


def waiting_threads():
    """Count the other threads of this process that wait for the processor, or have it."""
    states = [(task / "stat").read_text().rpartition(")")[2].split()[0] for task in TASKS.iterdir()]
    return states.count("R") - 1


def working_threads(function):
    """Count the threads that run while a function does, nearly as long as the first of them."""
    while waiting_threads():  # those of the last call, which spin a while for more work
        time.sleep(0.001)
    before = times_of_threads()
    function()
    after = times_of_threads()
    gained = [after[name] - before.get(name, 0) for name in after]
    return sum(3 * x > max(gained) for x in gained)


def enlarged(case, n_jobs):
    """Return a call of an operation on so many rows that it takes milliseconds."""
    given = case.arguments((24,) if "gram" in case.name else (600,)) | {"n_jobs": n_jobs}

    def repeat():
        start = time.perf_counter()
        while time.perf_counter() - start < 0.02:
            call(case, given)

    return repeat


@several_processors
@each_case([case for case in WITH_JOBS if case.name not in WITHOUT_WORK], "plain", "corrected")
def test_several_threads_work_where_they_are_asked_for(case):
    assert working_threads(enlarged(case, 1)) == 1
    counts = [working_threads(enlarged(case, 2)) for _ in range(3)]
    assert 2 in counts


@several_processors
def test_threads_that_do_not_work_are_found():

    def serial(function):
        return lambda n_jobs, **given: function(n_jobs=1, **given)

    case = Planted("branched_sig", "plain", error=serial)
    assert working_threads(enlarged(case, 2)) == 1
