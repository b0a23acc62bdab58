"""Threads: they change no result, and they work."""

import itertools

import pytest

from treealg import _fast, checks

from .cases import CASES, WAYS, Case, Planted, assert_close, call, each_case

WITH_JOBS = [case for case in CASES if "n_jobs" in case.row.signature.parameters]
# A copy: there is nothing to compute.
WITHOUT_WORK = {
    "linear_branched_log_sig",
    "linear_branched_log_sig_backprop",
    "linear_log_sig",
    "linear_log_sig_backprop",
    # Threads share the rows of one translation; here each row has its own.
    "branched_sig_translate",
    "branched_sig_translate_backprop",
}
ALONG_PATH = [
    Case(case.name, case.variant, 2000)  # enough for all lanes of three threads
    for case in WITH_JOBS
    if {"path", "lift", "path1"} & {argument.name for argument in case.row.arguments}
    and "points" not in case.asked
]


@pytest.fixture
def four_processors(monkeypatch):
    monkeypatch.setattr(checks, "available_processors", lambda: 4)


def assert_threads_change_nothing(case, batch):
    given = case.arguments(batch)
    one = call(case, given | {"n_jobs": 1})
    for n_jobs in (2, 3):
        # The lengths of the pieces that a path is cut into depend on the number of threads.
        assert_close(call(case, given | {"n_jobs": n_jobs}), one, factor=5000)


@each_case(WITH_JOBS, *WAYS, "planar", "corrected_by_segment", "prefixes", "extrapolated")
@pytest.mark.usefixtures("four_processors")
def test_results_do_not_depend_on_the_number_of_threads(case):
    assert_threads_change_nothing(case, (5,) if "gram" in case.name else (40,))


@each_case([c for c in WITH_JOBS if any(a.batch == "broadcast" for a in c.row.arguments)], "plain")
@pytest.mark.usefixtures("four_processors")
def test_results_of_batches_that_broadcast_do_not_depend_on_the_number_of_threads(case):
    assert_threads_change_nothing(case, [(40, 1), (3,)])


@each_case(
    ALONG_PATH,
    "plain",
    "planar",
    "corrected",
    "brackets",
    "word_brackets",
    "prefixes",
    "lead_lag_time",
)
@pytest.mark.usefixtures("four_processors")
def test_results_of_one_long_path_do_not_depend_on_the_number_of_threads(case):
    assert_threads_change_nothing(case, ())


def assert_bits_are_the_same(case):
    given = case.arguments((40,) if "gram" not in case.name else (5,)) | {"n_jobs": 3}
    for one, other in zip(call(case, given), call(case, given), strict=True):
        assert (one is None) == (other is None)
        assert one is None or one.tobytes() == other.tobytes()


@each_case(WITH_JOBS, *WAYS)
@pytest.mark.usefixtures("four_processors")
def test_the_same_call_gives_the_same_bits(case):
    assert_bits_are_the_same(case)


def test_bits_that_change_are_found():
    calls = itertools.count(1)

    def changing(function):
        return lambda **given: function(**given) * (1 + next(calls) * 2**-50)

    with pytest.raises(AssertionError):
        assert_bits_are_the_same(Planted("sig", "plain", error=changing))


def counted(function):
    return lambda n_jobs, **given: function(n_jobs=n_jobs, **given) * (1 + 1e-9 * n_jobs)


@pytest.mark.usefixtures("four_processors")
def test_results_that_depend_on_threads_are_found():
    with pytest.raises(AssertionError):
        assert_threads_change_nothing(Planted("sig", "plain", error=counted), (40,))


def assert_as_many_threads_work_as_are_asked_for(case, batch=(40,)):
    given = case.arguments((5,) if "gram" in case.name and batch else batch)
    before = _fast.threads_called()
    call(case, given | {"n_jobs": 3})
    assert (_fast.threads_called() - before) % 2 == 0
    assert _fast.threads_called() > before


@each_case(
    [case for case in WITH_JOBS if case.name.removesuffix("_jvp") not in WITHOUT_WORK],
    "plain",
    *WAYS,
)
@pytest.mark.usefixtures("four_processors")
def test_as_many_threads_work_as_are_asked_for(case):
    assert_as_many_threads_work_as_are_asked_for(case)


# A path of which several threads would have nothing to share.
UNDIVIDED = (
    "branched_sig_coef",
    "branched_log_sig_coef",
    "sig_coef",
    "log_sig_coef",
    "branched_sig_kernel",
)


@each_case([c for c in ALONG_PATH if not c.name.startswith(UNDIVIDED)], "plain", "corrected")
@pytest.mark.usefixtures("four_processors")
def test_as_many_threads_work_on_one_long_path_as_are_asked_for(case):
    assert_as_many_threads_work_as_are_asked_for(case, ())


@pytest.mark.usefixtures("four_processors")
def test_threads_that_are_not_used_are_found():
    def serial(function):
        return lambda n_jobs, **given: function(n_jobs=1, **given)

    with pytest.raises(AssertionError):
        assert_as_many_threads_work_as_are_asked_for(Planted("sig", "plain", error=serial))
