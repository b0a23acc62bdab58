"""Processes: forks by anybody and at any time, threads that cannot start, what the system lacks.

Each test runs a script in a process of its own, which may hang, or be ended by the system.
"""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
needs_proc = pytest.mark.skipif(
    not Path("/proc/self/status").is_file(), reason="no file system proc here"
)
needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed")


def run_python(script, **environment):
    """Run a script and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], cwd=ROOT,
        env={**os.environ, **environment}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"status {done.returncode}: {done.stderr[-2000:]}"
    return done.stdout


# A call on two threads, compared with the one on one.
COMPUTE = """
import os, signal, sys
import numpy as np
def compute():
    import treealg
    from treealg import _fast, checks
    checks.available_processors = lambda: 2
    path = np.random.default_rng(0).normal(size=(40, 50, 2))
    one, two = (treealg.branched_sig(path, 3, n_jobs=n) for n in (1, 2))
    return np.array_equal(one, two) and _fast.threads_started() > 0
def ends_well(child):
    if child == 0:
        signal.alarm(20)
        os._exit(0 if compute() else 3)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""

BEFORE = {
    "nothing": "",
    "a_call": "assert compute()",
    "a_running_call": """
import threading, time, treealg
assert compute()
many = np.broadcast_to(np.zeros((1, 1, 2)), (5000, 1000, 2))
threading.Thread(target=treealg.branched_sig, args=(many, 3), kwargs={"n_jobs": 2}).start()
time.sleep(0.02)
""",
    "torch": "import torch; torch.set_num_threads(2); torch.randn(4_000_000).exp().sum()",
}

FORKS = {
    "python": "ends_well(os.fork())",
    "c": "import ctypes; print(ends_well(ctypes.CDLL(None).fork()))",
    "twice": """
child = os.fork()
if child == 0:
    os._exit(0 if ends_well(os.fork()) and compute() else 3)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0)
""",
}
FORKS["python"] = f"print({FORKS['python']})"


@needs_fork
@pytest.mark.slow
@pytest.mark.parametrize("fork", FORKS)
@pytest.mark.parametrize(
    "before",
    [pytest.param(name, marks=needs_torch) if name == "torch" else name for name in BEFORE],
)
def test_forked_process_computes_with_threads(before, fork):
    assert run_python(f"{COMPUTE}\n{BEFORE[before]}\n{FORKS[fork]}") == "True\n"


@needs_fork
@pytest.mark.slow
def test_pool_of_forked_processes_computes_with_threads():
    script = f"""{COMPUTE}
import multiprocessing
def work(_):
    return compute()
assert compute()
with multiprocessing.get_context("fork").Pool(2) as pool:
    print(pool.map_async(work, range(6)).get(timeout=30))
"""
    assert run_python(script) == f"{[True] * 6}\n"


@needs_fork
@needs_torch
@pytest.mark.slow
def test_workers_of_a_data_loader_compute_with_threads():
    script = f"""{COMPUTE}
import torch
class Data(torch.utils.data.Dataset):
    def __len__(self):
        return 6
    def __getitem__(self, index):
        torch.set_num_threads(2)
        return int(compute())
torch.set_num_threads(2)
torch.randn(4_000_000).exp().sum()
assert "treealg" not in sys.modules
loader = torch.utils.data.DataLoader(
    Data(), num_workers=2, timeout=30, multiprocessing_context="fork"
)
print([int(item) for item in loader])
"""
    assert run_python(script) == f"{[1] * 6}\n"


@needs_proc
def test_no_thread_outlives_its_call():
    script = f"""{COMPUTE}
before = os.listdir("/proc/self/task")
assert compute()
print(os.listdir("/proc/self/task") == before)
"""
    assert run_python(script) == "True\n"


# -- where threads cannot start ------------------------------------------------------------------

LIMITS = {
    "processes": """
if os.getuid() == 0:
    os.setuid(65534)
resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))
""",
    "memory": """
size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + 2**19, size + 2**19))
""",
}


@needs_proc
@pytest.mark.parametrize("limit", LIMITS)
def test_call_does_without_threads_where_none_can_start(limit):
    script = f"""{COMPUTE}
import resource, threading, treealg
from treealg import _fast, checks
checks.available_processors = lambda: 4
paths = np.random.default_rng(0).normal(size=(40, 50, 2)), np.zeros((300, 2))
def call(n):
    return [treealg.branched_sig(path, 2, n_jobs=n) for path in paths]
want = call(1)
started = _fast.threads_started()
{LIMITS[limit]}
for _ in range(3):
    assert all(map(np.allclose, call(4), want))
assert _fast.threads_started() == started
try:
    threading.Thread(target=print).start()
except RuntimeError as error:
    print(error)
"""
    assert run_python(script) == "can't start new thread\n"


# -- settings of OpenMP libraries ----------------------------------------------------------------

SETTINGS = {
    "OMP_PROC_BIND": ("true", None),
    "OMP_PLACES": ("{0}", None),
    "OMP_DYNAMIC": ("true", None),
    "GOMP_CPU_AFFINITY": ("0", None),
    "OMP_NUM_THREADS": ("1,2", (3, 1)),
    "OMP_THREAD_LIMIT": ("2", (2, 2)),
    "OMP_STACKSIZE": ("1", None),
    "OMP_WAIT_POLICY": ("active", None),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_of_openmp_libraries_bound_threads_and_break_nothing(name):
    value, bounded = SETTINGS[name]
    script = """
import json, os
affinity = getattr(os, "sched_getaffinity", lambda _: {0})
before = affinity(0)
import numpy as np, treealg
from treealg import _fast, checks, processors
assert affinity(0) == before
processors._scheduled = lambda: 4
processors._quota = lambda: None
path = np.random.default_rng(0).normal(size=(40, 50, 2))
assert np.array_equal(*(treealg.branched_sig(path, 3, n_jobs=n) for n in (1, 3)))
print(json.dumps([checks.thread_count(3), checks.thread_count(-1), _fast.threads_started()]))
"""
    given, everything, started = json.loads(run_python(script, **{name: value}))
    assert (given, everything) == (bounded or (3, 4))
    assert started == given - 1


# -- interpreters, and systems that lack something -----------------------------------------------


@pytest.mark.skipif(
    find_spec("_xxsubinterpreters") is None, reason="no subinterpreters under this name"
)
@pytest.mark.parametrize(
    ("before", "reason"),
    [
        ("", "MissingDependencyError treealg: the kernels run in the main interpreter"),
        ("import treealg._fast", "ImportError Interpreter change detected"),
    ],
)
def test_subinterpreter_is_refused_when_kernels_are_needed(before, reason):
    inner = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
try:
    import treealg
    treealg.branched_sig([[0.0], [1.0]], 1)
except ImportError as error:
    print(type(error).__name__, error, flush=True)
"""
    script = f"""
{before}
import _xxsubinterpreters
_xxsubinterpreters.run_string(_xxsubinterpreters.create(), {inner!r})
"""
    assert run_python(script).startswith(reason)


MISSING = [
    "fork", "register_at_fork", "getuid", "geteuid", "getlogin", "sched_getaffinity",
    "process_cpu_count", "cpu_count", "O_NOCTTY", "O_NONBLOCK", "O_NOFOLLOW",
]  # fmt: skip


def test_systems_without_forks_users_and_affinity_are_served(tmp_path):
    script = f"""
import os
for name in {MISSING}:
    if hasattr(os, name):
        delattr(os, name)
os.cpu_count = lambda: None
import numpy as np, treealg
from treealg import _fast, checks, symbolic
path = np.random.default_rng(0).normal(size=(40, 50, 2))
assert checks.thread_count(-1) == 1
checks.available_processors = lambda: 2
assert np.array_equal(*(treealg.branched_sig(path, 3, n_jobs=n) for n in (1, 2)))
assert symbolic.bck.coproduct(symbolic.Tree()) is not None
print(_fast.threads_started())
"""
    assert run_python(script, TREEALG_CACHE_DIR=str(tmp_path / "new")) == "1\n"
    assert any((tmp_path / "new").iterdir())
