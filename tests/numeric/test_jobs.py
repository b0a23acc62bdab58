"""Threads beyond the laws in tests/operations: streams, forks, interrupts."""

import inspect
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import treealg
from treealg import _fast

D, N = 2, 3
STREAMS = [
    "BranchedSigStream",
    "BranchedLogSigStream",
    "BranchedSigWindowStream",
    "BranchedLogSigWindowStream",
]


def call_stream(name, n_jobs, **keywords):
    points = np.cumsum(0.3 * np.random.default_rng(0).normal(size=(20, 300, D)), axis=1)
    if "Window" in name:
        windows = getattr(treealg, name)(D, N, 20, n_jobs=n_jobs, **keywords)
        windows.push_batch(points)
        return windows.take()
    stream = getattr(treealg, name)(D, N, n_jobs=n_jobs, **keywords)
    stream.push_batch(points)
    return stream.sig(3, 290), stream.sig_all(), stream.sig_batch([(0, 9), (5, 299)] * 20)


CALLS = {
    f"{name}-{'planar' if planar else 'plain'}": partial(call_stream, name, planar=planar)
    for name in STREAMS
    for planar in (False, True)
}


def as_arrays(result):
    return [np.asarray(x) for x in (result if isinstance(result, tuple) else (result,))]


def test_streams_are_all_classes_with_jobs():
    found = {
        name
        for name in treealg.__all__
        if inspect.isclass(getattr(treealg, name))
        and "n_jobs" in inspect.signature(getattr(treealg, name).__init__).parameters
    }
    assert found == set(STREAMS)


@pytest.mark.parametrize("name", CALLS)
def test_values_do_not_depend_on_the_number_of_threads(name):
    one = as_arrays(CALLS[name](1))
    assert max(np.abs(x).max() for x in one) > 1e-3
    for n_jobs in (2, 3):
        for got, want in zip(as_arrays(CALLS[name](n_jobs)), one, strict=True):
            scale = np.abs(want).max()
            np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-13 * scale)


@pytest.mark.parametrize("name", CALLS)
def test_as_many_threads_work_as_are_asked_for(name):
    before = _fast.threads_called()
    CALLS[name](3)
    assert (_fast.threads_called() - before) % 2 == 0
    assert _fast.threads_called() > before


FORK = """
import os, signal
import numpy as np
from treealg import _fast, checks
from tests.numeric.test_jobs import CALLS, as_arrays
from tests.operations.cases import CASES, WAYS
checks.available_processors = lambda: 2
_fast.use_thread_for(0)
calls = dict(CALLS)
for case in CASES:
    if case.variant in WAYS and "n_jobs" in case.row.signature.parameters:
        given = case.arguments((5,) if "gram" in case.name else (40,))
        calls[repr(case)] = lambda n, case=case, given=given: case.row.function(
            **given | {"n_jobs": n}
        )
def numbers(result):
    return [x for x in as_arrays(result) if x.dtype != object]
for name, call in calls.items():
    want = numbers(call(2))
    child = os.fork()
    if child == 0:
        signal.alarm(10)
        os._exit(0 if all(map(np.array_equal, numbers(call(2)), want)) else 3)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status or not all(map(np.array_equal, numbers(call(2)), want)):
        print(name, status)
print("the end, with threads" if _fast.threads_called() else "the end")
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_forked_process_computes_all_with_threads_after_its_parent_did():
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORK], cwd=Path(__file__).parents[2],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert result.stdout == "the end, with threads\n", result.stderr


def zeros(*shape):
    """Return an array of any size that takes no memory."""
    return np.broadcast_to(np.zeros(()), shape)


SIZE = treealg.branched_sig_length(1, 10)
LADDER = (0,)
for _ in range(19):
    LADDER = (LADDER, 0)


def on_vectors(name, *columns):
    """Work in one channel to 10 nodes, on `count` vectors."""
    function = getattr(treealg, name)
    return lambda count, n: function(*(zeros(count, k) for k in columns), 1, 10, n_jobs=n)


def on_paths(name, length, degree=4, is_corrected=False):
    """Work on `count` paths, or if they have no length on one path of `count` points."""
    function, columns = getattr(treealg, name), treealg.branched_sig_length(2, degree)

    def call(count, n):
        batch = (count,) if length else ()
        given = [zeros(*batch, length or count, 2)]
        if name.endswith("backprop"):
            given += [None, zeros(*batch, columns)]
        correction = zeros(*batch, (length or count) - 1, 4) if is_corrected else None
        return function(*given, degree, correction=correction, n_jobs=n)

    return call


def on_trees(name, length):
    """Work on `count` paths, or if they have no length on one path of `count` points."""
    function = getattr(treealg, name)

    def call(count, n):
        batch = (count,) if length else ()
        rest = (None, zeros(*batch, 1)) if name.endswith("backprop") else ()
        return function(zeros(*batch, length or count, 2), LADDER, *rest, n_jobs=n)

    return call


def on_pairs(name, length):
    """Work on `count` pairs of paths, or if they have no length on one pair of `count` points."""
    function = getattr(treealg, name)

    def call(count, n):
        batch = (count,) if length else ()
        path = zeros(*batch, length or count, 2)
        derivs = (zeros(*batch) if length else 1.0,) if name.endswith("backprop") else ()
        return function(*derivs, path, path, 3, 0, n_jobs=n)

    return call


# What runs each driver of the kernels, in batches and on one path, and how much of it is too much.
LONG = {
    "paths": (on_paths("branched_sig", 10_000), 20_000),
    "one_path": (on_paths("branched_sig", None), 10**8),
    "corrected_paths": (on_paths("branched_sig", 10_000, is_corrected=True), 20_000),
    "one_corrected_path": (on_paths("branched_sig", None, is_corrected=True), 10**8),
    "path_gradients": (on_paths("branched_sig_backprop", 500, 7), 20_000),
    "one_path_gradient": (on_paths("branched_sig_backprop", None, 7), 4 * 10**6),
    "corrected_gradients": (on_paths("branched_sig_backprop", 500, 6, True), 10_000),
    "one_corrected_gradient": (on_paths("branched_sig_backprop", None, 6, True), 2 * 10**6),
    "coefficients": (on_trees("branched_sig_coef", 10_000), 20_000),
    "one_coefficient": (on_trees("branched_sig_coef", None), 10**8),
    "coefficient_gradients": (on_trees("branched_sig_coef_backprop", 500), 10_000),
    "one_coefficient_gradient": (on_trees("branched_sig_coef_backprop", None), 3 * 10**6),
    "kernels": (on_pairs("branched_sig_kernel", 1000), 4000),
    "one_kernel": (on_pairs("branched_sig_kernel", None), 100_000),
    "kernel_gradients": (on_pairs("branched_sig_kernel_backprop", 1000), 4000),
    "one_kernel_gradient": (on_pairs("branched_sig_kernel_backprop", None), 50_000),
    "product": (on_vectors("branched_sig_combine", SIZE, SIZE), 300_000),
    "product_gradient": (on_vectors("branched_sig_combine_backprop", *[SIZE] * 3), 100_000),
    "inverse_gradient": (on_vectors("branched_sig_inverse_backprop", SIZE, SIZE), 200_000),
    "logarithm": (on_vectors("branched_sig_to_log_sig", SIZE), 200_000),
    "logarithm_gradient": (
        on_vectors("branched_sig_to_log_sig_backprop", SIZE, SIZE),
        100_000,
    ),
    "exponential": (on_vectors("branched_log_sig_to_sig", SIZE), 200_000),
    "exponential_gradient": (
        on_vectors("branched_log_sig_to_sig_backprop", SIZE, SIZE),
        100_000,
    ),
    "linear_gradient": (on_vectors("linear_branched_sig_backprop", SIZE, 1), 10**6),
    "words": (on_vectors("sig_to_branched_sig_backprop", SIZE), 10**7),
}


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no timers")
@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("name", LONG)
def test_keyboard_interrupt_ends_a_long_call(name, n_jobs):
    call, count = LONG[name]
    call(3, n_jobs)
    handler = signal.signal(signal.SIGVTALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_VIRTUAL, 0.05)
    start = os.times().user
    try:
        with pytest.raises(KeyboardInterrupt) as caught:
            call(count, n_jobs)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, handler)
    elapsed = os.times().user - start
    assert str(caught.traceback[-1].path).endswith(".pyx")
    assert elapsed < 0.25 * n_jobs
