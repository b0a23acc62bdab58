"""Threads, forks, interrupts, caches, and bounds on memory."""

import os
import subprocess
import sys
import threading
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import treealg
from treealg import checks
from treealg.numeric.plans.plan import Plan
from treealg.numeric.plans.words import path_plan


def paths(*shape):
    return np.random.default_rng(0).normal(size=shape)


def test_one_path_on_several_threads_agrees_with_one():
    path = np.cumsum(paths(5000, 3), axis=0) / 200
    one, two = (treealg.branched_sig(path, 4, n_jobs=n) for n in (1, 2))
    np.testing.assert_allclose(two, one, rtol=1e-12, atol=1e-13)


GRADIENTS = {
    "sig": lambda path, correction, lift, derivs, **options: treealg.branched_sig_backprop(
        path, None, derivs, 3, correction=correction, **options
    ),
    "log": lambda path, correction, lift, derivs, **options: treealg.branched_log_sig_backprop(
        path, derivs, 3, correction=correction, **options
    ),
    "lift": lambda path, correction, lift, derivs, **options: (
        treealg.branched_sig_of_lift_backprop(lift, derivs, 2, 3, **options),
    ),
}


@pytest.mark.parametrize("name", GRADIENTS)
@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("planar", [False, True])
def test_gradients_of_a_path_alone_are_those_within_a_batch(planar, n_jobs, name):
    path = np.cumsum(paths(40, 90, 2), axis=1) / 20
    correction = paths(40, 89, 4) / 50
    lift = paths(40, 89, treealg.branched_sig_length(2, 3, planar=planar)) / 50
    given = path, correction, lift, paths(40, lift.shape[-1])
    kind = {"planar": planar, "n_jobs": n_jobs}
    alone = GRADIENTS[name](*(x[7] for x in given), **kind)
    for batch, one in zip(GRADIENTS[name](*given, **kind), alone, strict=True):
        np.testing.assert_allclose(one, batch[7], rtol=1e-11, atol=1e-13 * np.abs(one).max())


def test_negative_number_of_jobs_counts_down_from_all_processors():
    got = [checks.thread_count(n) for n in (1, 3, 4, 9, -1, -2, -4, -5, -100)]
    assert got == [1, 3, 4, 4, 4, 3, 1, 1, 1]


def test_available_processors_are_those_of_this_process(monkeypatch):
    monkeypatch.undo()
    if hasattr(os, "sched_getaffinity") and not hasattr(os, "process_cpu_count"):
        assert checks.thread_count(-1) == len(os.sched_getaffinity(0))
    assert 1 <= checks.thread_count(-1) <= os.cpu_count()


def test_threads_compute_while_another_clears_the_cache():
    path = paths(5, 6, 2)
    sizes = [(degree, planar) for degree in (1, 2, 3) for planar in (False, True)] * 4

    def compute(size):
        degree, planar = size
        sig = treealg.branched_sig(path, degree, planar=planar)
        return treealg.branched_sig_to_log_sig(sig, 2, degree, planar=planar, n_jobs=2)

    want = [compute(size) for size in sizes]
    done = threading.Event()

    def clear():
        while not done.is_set():
            treealg.clear_cache()

    with ThreadPoolExecutor(5) as pool:
        clearing = pool.submit(clear)
        try:
            got = list(pool.map(compute, sizes))
        finally:
            done.set()
    clearing.result()
    for one, other in zip(got, want, strict=True):
        np.testing.assert_array_equal(one, other)


def test_other_threads_run_during_a_kernel():
    one = np.zeros((1, 1, 2))
    many = np.broadcast_to(one, (256, 100_000, 2))
    worker = threading.Thread(target=treealg.branched_sig, args=(many, 4))
    worker.start()
    ticks = 0
    while worker.is_alive():
        time.sleep(0.001)
        ticks += 1
    assert ticks >= 5


def run_python(script):
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )


FORK = """
import os, numpy as np, treealg
path = np.random.default_rng(0).normal(size=(40, 50, 2))
def compute():
    sig = treealg.branched_sig(path, 4, n_jobs=2)
    return treealg.branched_sig_to_log_sig(sig, 2, 4, n_jobs=2)
import treealg.checks as checks
checks.available_processors = lambda: 2
want = compute()
child = os.fork()
if child == 0:
    treealg.clear_cache()
    os._exit(0 if np.array_equal(compute(), want) else 3)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert np.array_equal(compute(), want)
print("both completed")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_forked_process_computes_after_its_parent_used_threads():
    result = run_python(FORK)
    assert result.stdout == "both completed\n", result.stderr


INTERRUPT = """
import os, signal, threading, time, numpy as np, treealg
import treealg.checks as checks
checks.available_processors = lambda: 2
many = np.broadcast_to(np.zeros((1, 1, 2)), (200_000, 10_000, 2))
treealg.warm_up(2, 4)
threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
start = time.perf_counter()
try:
    treealg.branched_sig(many, 4, n_jobs={n_jobs})
except KeyboardInterrupt:
    print("interrupted" if time.perf_counter() - start < 2 else "too late")
print(treealg.branched_sig(many[0], 1))
"""


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_keyboard_interrupt_ends_a_long_call_and_leaves_the_process_sound(n_jobs):
    result = run_python(INTERRUPT.format(n_jobs=n_jobs))
    assert result.stdout == "interrupted\n[0. 0.]\n", result.stderr


def peak(function, *arguments, **keywords):
    """Return the largest memory in bytes that a call holds, its result apart."""
    function(*arguments, **keywords)
    tracemalloc.start()
    try:
        result = function(*arguments, **keywords)
        return tracemalloc.get_traced_memory()[1] - result.nbytes
    finally:
        tracemalloc.stop()


CONVERSIONS = {
    "native": lambda a: a,
    "swapped": lambda a: a.astype(">f8"),
    "integers": lambda a: a.astype(np.int64),
    "not_collapsible": lambda a: a.reshape(100, -1, *a.shape[1:]).swapaxes(0, 1),
}


@pytest.mark.parametrize("conversion", CONVERSIONS)
def test_no_array_is_copied_as_a_whole(conversion):
    path = CONVERSIONS[conversion](np.zeros((40_000, 20, 1)))
    assert peak(treealg.branched_sig, path, 1) < path.nbytes / 3
    assert peak(treealg.transform_path, path, lead_lag=True) < path.nbytes / 3
    sig = CONVERSIONS[conversion](np.ones((20_000, 38)))
    assert peak(treealg.branched_sig_to_log_sig, sig, 1, 6) < sig.nbytes / 3
    assert peak(treealg.branched_sig_to_log_sig_backprop, sig, sig, 1, 6) < sig.nbytes / 2


# -- plans ---------------------------------------------------------------------------------------


def test_second_call_finds_the_plan_and_a_cleared_cache_does_not():
    plan = path_plan(2, 3, False, None)
    assert path_plan(2, 3, False, None) is plan
    treealg.clear_cache()
    assert path_plan(2, 3, False, None) is not plan


@pytest.mark.parametrize("planar", [False, True])
def test_warm_up_makes_every_plan_of_a_size(planar, monkeypatch):
    treealg.clear_cache()
    treealg.warm_up(2, 3, planar=True)

    def refuse(*_args):
        raise AssertionError("a table was made")

    monkeypatch.setattr(Plan, "_prepare", refuse)
    columns = treealg.branched_sig_length(2, 3, planar=planar)
    calls = [
        lambda: treealg.branched_sig(np.zeros((3, 2)), 3, planar=planar),
        lambda: treealg.branched_log_sig(np.zeros((3, 2)), 3, planar=planar),
        lambda: treealg.branched_sig_to_log_sig(np.zeros(columns), 2, 3, planar=planar),
    ]
    for call in calls:
        if planar:
            call()
        else:
            with pytest.raises(AssertionError, match="a table was made"):
                call()


@pytest.mark.parametrize("planar", [False, True])
def test_warm_up_with_levels_leaves_no_table_of_a_corrected_call_to_build(planar, monkeypatch):
    treealg.clear_cache()
    treealg.warm_up(2, 4, planar=planar, levels=3)

    def refuse(*_args):
        raise AssertionError("a table was made")

    monkeypatch.setattr(Plan, "_prepare", refuse)
    path, correction = np.zeros((3, 2)), np.zeros((2, 4 + 8))
    options = {"planar": planar, "correction": correction}
    treealg.branched_log_sig(path, 4, **options)
    sig = treealg.branched_sig(path, 4, **options)
    treealg.branched_sig_backprop(path, sig, sig, 4, **options)
    with pytest.raises(AssertionError):
        treealg.branched_sig(path, 4, planar=planar, correction=np.zeros((2, 4)))


def test_warm_up_at_degree_0_has_nothing_to_do():
    treealg.warm_up(2, 0)
    assert path_plan(2, 0, False, None).size == 0
