"""Processes: forks by anybody and at any time, threads that cannot start, what the system lacks.

Each test runs a script in a process of its own, which may hang, or be ended by the system.
"""

import json
import os
import re
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
    _fast.use_thread_for(0)
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
def test_process_may_fork_amid_calls_of_several_threads():
    script = f"""{COMPUTE}
import threading
assert compute()
def call():
    for _ in range(200):
        assert compute()
for _ in range(3):
    threading.Thread(target=call).start()
print([ends_well(os.fork()) for _ in range(5)])
"""
    assert run_python(script) == f"{[True] * 5}\n"


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


# -- forks amid an import ------------------------------------------------------------------------

# Calls a function when a module is loaded, whose lock is held then.
WHEN_LOADED = """
import os, signal, sys, threading, time, treealg
from treealg import loads
begun, forked = threading.Event(), threading.Event()
todo = {}
def look(event, args):
    if event == "exec":
        for file in [file for file in todo if args[0].co_filename.endswith(file)]:
            todo.pop(file)()
sys.addaudithook(look)
def slowly():
    begun.set()
    time.sleep(0.3)
def ends_well(child, use):
    if child == 0:
        signal.alarm(20)
        use()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""

LOADS = {
    "a function": ("treealg.branched_sig([[0.0], [1.0]], 1)", "treealg/_fast/__init__.py"),
    "a room": ("treealg.symbolic.Tree()", "treealg/symbolic/trees/trees.py"),
    "another package": ("treealg.branched_sig_names(2, 2)", "numpy/__init__.py"),
    "an import": ("__import__('treealg.codegen.maps')", "treealg/codegen/program.py"),
    "a module of a call": ("treealg.warm_up(2, 2)", "treealg/tables/disk.py"),
}


@needs_fork
@pytest.mark.parametrize("use", LOADS)
def test_process_may_fork_while_another_thread_loads(use):
    call, file = LOADS[use]
    script = f"""{WHEN_LOADED}
todo[{file!r}] = slowly
thread = threading.Thread(target=lambda: {call})
thread.start()
assert begun.wait(20)
print(ends_well(os.fork(), lambda: {call}))
thread.join()
"""
    assert run_python(script) == "True\n"


# Takes what was done wrong about a fork, which Python only prints.
UNRAISED = """
sys.unraisablehook = lambda unraised: print(unraised.exc_value)
"""


@needs_fork
def test_fork_lets_go_of_the_lock_of_logging_while_it_waits():
    script = f"""{WHEN_LOADED}{UNRAISED}
import logging
def log():
    slowly()
    logging.getLogger("treealg.some")
todo["treealg/symbolic/trees/trees.py"] = log
thread = threading.Thread(target=lambda: treealg.symbolic.Tree())
thread.start()
assert begun.wait(20)
start = time.monotonic()
with logging._lock:  # once more than what is done before a fork takes it
    well = ends_well(os.fork(), lambda: logging.getLogger(str(treealg.symbolic.Tree())))
assert time.monotonic() - start < loads._LONGEST_REST / 2
thread.join()
other = threading.Thread(target=logging.getLogger, args=("treealg.other",))
other.start()
other.join(20)
print(well, other.is_alive())
"""
    assert run_python(script) == "True False\n"


@needs_fork
def test_what_is_registered_while_a_fork_waits_is_done_before_it_and_after():
    script = f"""{WHEN_LOADED}{UNRAISED}
done = []
lock = threading.Lock()
def register():
    slowly()
    import concurrent.futures.thread, logging
    after = dict.fromkeys(["after_in_child", "after_in_parent"], lock.release)
    os.register_at_fork(before=lock.acquire, **after)
    for name in "late", "later":
        os.register_at_fork(before=lambda name=name: done.append(name))
assert not {{"logging", "concurrent.futures.thread"}} & set(sys.modules)
os.register_at_fork(before=lambda: done.append("early"))
register_at_fork = os.register_at_fork
todo["treealg/symbolic/trees/trees.py"] = register
thread = threading.Thread(target=lambda: treealg.symbolic.Tree())
thread.start()
assert begun.wait(20)
print(ends_well(os.fork(), lambda: os.write(1, f"{{done}} {{lock.locked()}}\\n".encode())))
thread.join()
print(done, lock.locked(), os.register_at_fork is register_at_fork)
"""
    assert run_python(script).splitlines() == [
        "['early', 'later', 'late'] False", "True", "['early', 'later', 'late'] False True",
    ]  # fmt: skip


PACKAGES = {
    "treealg.symbolic": ("treealg.symbolic.bck.coproduct(treealg.symbolic.Tree())", 0.2, 6),
    "treealg.numeric": ("treealg.branched_sig([[0.0], [1.0]], 2)", 0.5, 6),
    "treealg.verification": ("treealg.verification.verify", 0.5, 6),
    "treealg.sklearn": ("treealg.sklearn.BranchedSignatureTransformer", 2.0, 2),
    "treealg.dask": ("treealg.dask.branched_sig", 1.5, 2),
    "treealg.torch": ("treealg.torch.branched_sig", 3.0, 2),
}


@needs_fork
@pytest.mark.slow
@pytest.mark.parametrize("imported", ["", "import logging, concurrent.futures.thread"])
@pytest.mark.parametrize("package", PACKAGES)
def test_process_may_fork_at_any_moment_of_a_load(package, imported):
    if find_spec(package.rpartition(".")[2]) is None and PACKAGES[package][2] < 6:
        pytest.skip(f"{package} needs what is not installed")
    call, seconds, times = PACKAGES[package]
    script = f"""
import os, signal, sys, threading, time
def use():
    __import__({package!r})
    {call}
for moment in range({times}):
    if os.fork():  # a process in which nothing is loaded
        assert os.wait()[1] == 0
        continue
    signal.alarm(40)
    import treealg
    {UNRAISED.strip()}
    {imported}
    thread = threading.Thread(target=use)
    thread.start()
    time.sleep({seconds} * moment / {times})
    start = time.monotonic()
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        use()
        os._exit(0)
    took = time.monotonic() - start
    thread.join()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status or took > 30:
        print(moment, status, took)
    sys.stdout.flush()
    os._exit(0)
"""
    assert run_python(script) == ""


@needs_fork
def test_a_forked_process_makes_algebras_while_a_thread_of_its_parent_does():
    script = f"""{WHEN_LOADED}
bck = type(treealg.symbolic.bck)
class Slow(bck):
    def __init__(self):
        super().__init__()
        slowly()
class Other(bck):
    pass
thread = threading.Thread(target=Slow)
thread.start()
assert begun.wait(20)
print(ends_well(os.fork(), Other))
thread.join()
"""
    assert run_python(script) == "True\n"


@needs_fork
def test_what_is_loaded_may_fork():
    script = f"""{WHEN_LOADED}
children = []
todo["treealg/symbolic/trees/trees.py"] = lambda: children.append(os.fork())
start = time.monotonic()
treealg.symbolic.Tree()
assert time.monotonic() - start < loads._LONGEST_REST / 2
if children == [0]:
    os._exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(children[0], 0)[1]))
"""
    assert run_python(script) == "7\n"


WAITING = """
def wait():
    begun.set()
    assert forked.wait(20)
thread = threading.Thread(target=call)
thread.start()
assert begun.wait(20)
start = time.monotonic()
child = os.fork()
if child == 0:
    os._exit(7)
took = time.monotonic() - start
forked.set()
thread.join()
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), treealg.symbolic.Tree())
"""


@needs_fork
def test_fork_waits_for_a_bounded_time_for_a_thread_that_waits_for_it():
    script = f"""{WHEN_LOADED}
loads._LONGEST_REST = 0.3
todo["treealg/symbolic/trees/trees.py"] = lambda: wait()
call = lambda: treealg.symbolic.Tree
{WAITING}
assert 0.3 <= took < 10
"""
    assert run_python(script) == "7 0\n"


@needs_fork
def test_several_threads_may_fork_while_another_one_loads():
    script = f"""{WHEN_LOADED}{UNRAISED}
import logging
register_at_fork = os.register_at_fork
todo["treealg/symbolic/trees/trees.py"] = slowly
well = []
def use():
    assert os.register_at_fork is register_at_fork
    treealg.symbolic.Tree()
threads = [threading.Thread(target=lambda: treealg.symbolic.Tree())]
threads += [threading.Thread(target=lambda: well.append(ends_well(os.fork(), use))) for _ in "abc"]
threads[0].start()
assert begun.wait(20)
for thread in threads[1:]: thread.start()
for thread in threads: thread.join()
print(well, os.register_at_fork is register_at_fork)
"""
    assert run_python(script) == "[True, True, True] True\n"


@needs_fork
def test_fork_waits_for_a_module_that_is_only_looked_for():
    script = f"""{WHEN_LOADED}
class Finder:
    def find_spec(self, name, path, target=None):
        if name == "treealg.codegen" and not begun.is_set():
            slowly()
sys.meta_path.insert(0, Finder())
thread = threading.Thread(target=lambda: __import__("treealg.codegen"))
thread.start()
assert begun.wait(20)
print(ends_well(os.fork(), lambda: __import__("treealg.codegen")))
thread.join()
"""
    assert run_python(script) == "True\n"


@needs_fork
@pytest.mark.parametrize(("longest", "waited"), [(60.0, True), (0.6, False)])
def test_fork_waits_longer_for_a_thread_that_moves(longest, waited):
    script = f"""{WHEN_LOADED}
loads._LONGEST_REST, loads._LONGEST_WAIT = 0.5, {longest}
def move():
    begun.set()
    for _ in range(20):
        time.sleep(0.05)
        time.sleep(0.05)
todo["treealg/symbolic/trees/trees.py"] = move
thread = threading.Thread(target=lambda: treealg.symbolic.Tree())
thread.start()
assert begun.wait(20)
if os.fork() == 0:
    os._exit(0)
print(not thread.is_alive())
thread.join()
"""
    assert run_python(script) == f"{waited}\n"


@needs_fork
def test_fork_does_not_wait_for_a_call_of_a_module_that_is_no_room(tmp_path):
    (tmp_path / "application.py").write_text("""
from __main__ import wait
from treealg.symbolic import Functional, Tree, bck
Functional(bck, lambda tree: wait() or 1)(Tree())
""")
    script = f"""{WHEN_LOADED}
sys.path.insert(0, {str(tmp_path)!r})
call = lambda: __import__("application")
{WAITING}
assert took < loads._LONGEST_REST / 2
"""
    assert run_python(script) == "7 0\n"


@needs_fork
def test_process_may_fork_while_another_thread_computes_a_property():
    script = f"""{WHEN_LOADED}
from treealg.cached import cached_property
class Thing:
    @cached_property
    def value(self):
        begun.set()
        return forked.wait(20)
thread = threading.Thread(target=lambda: Thing().value)
thread.start()
assert begun.wait(20)
child = os.fork()
forked.set()
print(ends_well(child, lambda: Thing().value))
thread.join()
"""
    assert run_python(script) == "True\n"


def test_no_property_has_a_lock():
    texts = {path.name: path.read_text("utf-8") for path in (ROOT / "treealg").rglob("*.py")}
    assert [name for name in texts if re.search(r"functools.*cached_property", texts[name])] == [
        "cached.py"
    ]


# -- threads that are kept -----------------------------------------------------------------------

# How many threads this process has, besides the one that asks.
OTHERS = """
def others():
    return len(os.listdir("/proc/self/task")) - before
before = len(os.listdir("/proc/self/task"))
"""


@needs_proc
@pytest.mark.slow
def test_threads_serve_many_calls_burn_no_processor_time_and_end_when_idle():
    script = f"""{COMPUTE}{OTHERS}
import time
from treealg import _fast
for _ in range(50):
    assert compute()
assert (_fast.threads_started(), others()) == (1, 1)
start = time.process_time()
time.sleep(0.3)
assert time.process_time() - start < 0.1
for _ in range(200):
    if others():
        time.sleep(0.1)
print(others(), compute(), _fast.threads_started())
"""
    assert run_python(script) == "0 True 2\n"


@needs_fork
@needs_proc
def test_forking_ends_idle_threads():
    script = f"""{COMPUTE}{OTHERS}
import time
assert compute() and others() == 1
child = os.fork()
if child == 0:
    os._exit(0 if others() == 0 else 3)
for _ in range(100):
    if others():
        time.sleep(0.01)  # a thread that ended is listed a moment longer
print(others(), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), compute())
"""
    assert run_python(script, OPENBLAS_NUM_THREADS="1") == "0 0 True\n"


@needs_proc
def test_calls_of_several_threads_have_threads_of_their_own():
    script = f"""{COMPUTE}{OTHERS}
import threading, time
from treealg import _fast
assert compute()
wrong = []
def call():
    for _ in range(100):
        if not compute():
            wrong.append(1)
threads = [threading.Thread(target=call) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
for _ in range(1000):  # a thread that is joined may take a moment to be gone
    if others() > 4:
        time.sleep(0.001)
print(wrong, 0 < others() <= 4, _fast.threads_started() <= 4)
"""
    assert run_python(script) == "[] True True\n"


@needs_proc
def test_threads_compute_where_the_caller_may():
    script = f"""{COMPUTE}
import pathlib, treealg
assert compute()
os.sched_setaffinity(0, {{min(os.sched_getaffinity(0))}})
treealg.branched_sig(np.broadcast_to(np.zeros((1, 1, 2)), (20000, 1000, 2)), 3, n_jobs=2)
allowed = {{
    line for task in pathlib.Path("/proc/self/task").iterdir()
    for line in (task / "status").read_text().splitlines() if line.startswith("Cpus_allowed:")
}}
print(len(allowed))
"""
    assert run_python(script, OPENBLAS_NUM_THREADS="1") == "1\n"


def test_work_too_small_for_threads_starts_none():
    script = """
import numpy as np
from treealg import _fast, branched_sig, branched_sig_kernel, checks
checks.available_processors = lambda: 2
for shape in ((5, 2), (16, 10, 2)):
    path = np.zeros(shape)
    branched_sig(path, 3, n_jobs=2), branched_sig_kernel(path, path, 2, 0, n_jobs=2)
before = _fast.threads_started()
branched_sig(np.zeros((500, 100, 3)), 4, n_jobs=2)
print(before, _fast.threads_started())
"""
    assert run_python(script) == "0 1\n"


@needs_fork
def test_child_that_goes_on_with_a_call_says_so():
    script = f"""{COMPUTE}
import treealg
assert compute()
main, children = os.getpid(), []
def fork(*_):
    children.append(os.fork())
    if children[-1] == 0:
        signal.alarm(20)
many = np.broadcast_to(np.zeros((1, 1, 2)), (20000, 10000, 2))
treealg.branched_sig(many[:2, :9], 3, n_jobs=2)  # what is made once is there before the alarm
signal.signal(signal.SIGALRM, fork)
signal.setitimer(signal.ITIMER_REAL, 0.02)
try:
    treealg.branched_sig(many, 3, n_jobs=2)
except treealg.errors.InvalidValueError as error:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    os._exit(7 if os.getpid() != main and "forked" in str(error) and compute() else 3)
print(os.waitstatus_to_exitcode(os.waitpid(children[0], 0)[1]), compute())
"""
    assert run_python(script) == "7 True\n"


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
_fast.use_thread_for(0)
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
_fast.use_thread_for(0)
processors._scheduled = lambda: 4
processors._quota = lambda: None
path = np.random.default_rng(0).normal(size=(40, 50, 2))
assert np.array_equal(*(treealg.branched_sig(path, 3, n_jobs=n) for n in (1, 3)))
print(json.dumps([checks.thread_count(3), checks.thread_count(-1), _fast.threads_started()]))
"""
    given, everything, started = json.loads(run_python(script, **{name: value}))
    assert (given, everything) == (bounded or (3, 4))
    assert started == given - 1


needs_processors = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2,
    reason="the processors of a thread cannot be chosen here, or there is one only",
)

# What narrows the processors of the thread that loads it, as some libraries of OpenMP do.
NARROW = """
import os
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
value = 1
"""

NARROWED = {
    "a package": "from treealg.optional import require; require('narrow', extra='torch')",
    "a name of a face": """
import treealg.symbolic
sys.modules["face"] = type(sys)("face")
treealg._lazy.public_names = lambda package: {"value": "narrow"}
assert treealg._lazy.attach("face")[1]("value") == 1
""",
}


@needs_processors
@pytest.mark.parametrize("door", NARROWED)
def test_what_is_loaded_leaves_the_thread_its_processors(door, tmp_path):
    (tmp_path / "narrow.py").write_text(NARROW)
    script = f"""
import os, sys
sys.path.insert(0, {str(tmp_path)!r})
before = os.sched_getaffinity(0)
{NARROWED[door]}
print("narrow" in sys.modules, os.sched_getaffinity(0) == before)
os.sched_setaffinity(0, {{min(before)}})
print(len(os.sched_getaffinity(0)))
"""
    assert run_python(script) == "True True\n1\n"


@needs_processors
@pytest.mark.slow
@pytest.mark.parametrize(
    "setting",
    [{"OMP_PROC_BIND": "true"}, {"GOMP_CPU_AFFINITY": "0"}],
    ids=lambda given: next(iter(given)),
)
@pytest.mark.parametrize("package", ["sklearn", "sktime", "torch"])
def test_frameworks_leave_the_thread_its_processors(package, setting):
    pytest.importorskip(package)
    script = f"""
import os, importlib
before = os.sched_getaffinity(0)
module = importlib.import_module("treealg.{package}")
for name in module.__all__:
    getattr(module, name)
from treealg.processors import available_processors
print(os.sched_getaffinity(0) == before, available_processors() > 1)
"""
    assert run_python(script, **setting) == "True True\n"


# -- interpreters, and systems that lack something -----------------------------------------------


@pytest.mark.skipif(
    find_spec("_xxsubinterpreters") is None, reason="no subinterpreters under this name"
)
@pytest.mark.parametrize("before", ["", "import treealg._fast", "import treealg.symbolic"])
@pytest.mark.parametrize(
    "call",
    [
        "treealg.branched_sig([[0.0], [1.0]], 1)",
        "import treealg._fast.core",
        "import treealg._fast.algebra",
    ],
)
def test_subinterpreter_is_refused_when_kernels_are_needed(before, call):
    inner = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
for _ in range(2):
    try:
        import treealg
        {call}
    except ImportError as error:
        print(type(error).__name__, error, flush=True)
"""
    # And the main one can go on, if NumPy can, which wants to be loaded there first.
    script = f"""
import numpy
{before}
import _xxsubinterpreters
_xxsubinterpreters.run_string(_xxsubinterpreters.create(), {inner!r})
import treealg
print(treealg.branched_sig([[0.0], [1.0]], 1))
"""
    *refused, last = run_python(script).splitlines()
    text = "MissingDependencyError treealg: the kernels and NumPy run in the main interpreter only"
    assert [line[: len(text)] for line in refused] == [text] * 2
    assert last == "[1.]"


NEED_NUMPY = [
    "treealg.branched_sig([[0.0], [1.0]], 1)",
    "treealg.log_sig_backprop([[0.0], [1.0]], [1.0], 1)",
    "treealg.branched_sig_combine([1.0], [1.0], 1, 1)",
    "treealg.branched_sig_kernel([[0.0]], [[1.0]], 1)",
    "treealg.expected_branched_sig([1.0], [[1.0]], 1)",
    "treealg.BranchedSigStream(1, 1)",
    "treealg.operations",
    "treealg.warm_up(1, 1)",
    "treealg.trees(1, 2)",
    "treealg.words(1, 2)",
    "treealg.symbolic.count_trees(3000)",
    "treealg.symbolic.elementary_differential",
    "import treealg.tables; treealg.tables.arborification(1, 2)",
    "import treealg.codegen; treealg.codegen.generate('branched_sig', 'c', 1, 2)",
    "import treealg.verification; treealg.verification.verify(1, 2)",
    *(
        f"import treealg.{package}"
        for package in ("aeon", "dask", "demo", "files", "frames", "jax", "sklearn", "sktime",
                        "torch", "xarray")
    ),
]  # fmt: skip


@pytest.mark.skipif(
    find_spec("_xxsubinterpreters") is None, reason="no subinterpreters under this name"
)
def test_a_refused_subinterpreter_leaves_numpy_to_the_main_one():
    inner = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
import treealg
for call in {NEED_NUMPY!r}:
    try:
        exec(call)
    except ImportError as error:
        print(str(error).partition(",")[0], "numpy" in sys.modules, flush=True)
print(treealg.symbolic.count_trees(3), flush=True)
"""
    script = f"""
import _xxsubinterpreters
_xxsubinterpreters.run_string(_xxsubinterpreters.create(), {inner!r})
import treealg
print(treealg.branched_sig([[0.0], [1.0]], 1))
"""
    *refused, count, last = run_python(script).splitlines()
    said = "treealg: the kernels and NumPy run in the main interpreter only False"
    assert refused == [said] * len(NEED_NUMPY)
    assert (count, last) == ("2", "[1.]")


@pytest.mark.slow
@pytest.mark.skipif(
    find_spec("_xxsubinterpreters") is None, reason="no subinterpreters under this name"
)
def test_no_module_loads_numpy_in_a_subinterpreter():
    folder = ROOT / "treealg"
    paths = [path.relative_to(ROOT).with_suffix("").parts for path in folder.rglob("*.py")]
    modules = sorted(".".join(parts) for parts in paths if parts[-1] not in ("__main__", "setup"))
    inner = f"""
import importlib, sys
sys.path.insert(0, {str(ROOT)!r})
there = []
for module in {modules!r}:
    try:
        importlib.import_module(module)
        there.append(module)
    except ImportError:
        pass
    assert "numpy" not in sys.modules, module
print(len(there), "treealg.symbolic.hopf.mkw" in there, "treealg.tables.arborification" in there)
"""
    script = f"""
import _xxsubinterpreters
_xxsubinterpreters.run_string(_xxsubinterpreters.create(), {inner!r})
import treealg
print(treealg.branched_sig([[0.0], [1.0]], 1))
"""
    found, last = run_python(script).splitlines()
    count, *rest = found.split()
    assert int(count) > 100
    assert rest == ["True", "False"]
    assert last == "[1.]"


@pytest.mark.skipif(
    find_spec("_xxsubinterpreters") is None, reason="no subinterpreters under this name"
)
def test_who_imports_numpy_in_a_subinterpreter_without_treealg_may():
    inner = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
import treealg, numpy
print(numpy.arange(2).tolist(), treealg.trees(1, 2), flush=True)
"""
    script = f"""
import numpy, _xxsubinterpreters
_xxsubinterpreters.run_string(_xxsubinterpreters.create(), {inner!r})
"""
    assert run_python(script) == "[0, 1] (None, (0,), ((0,), 0))\n"


@pytest.mark.skipif(
    find_spec("_xxsubinterpreters") is None, reason="no subinterpreters under this name"
)
def test_kernels_know_a_subinterpreter_where_python_has_no_module_of_these():
    inner = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
sys.modules["_xxsubinterpreters"] = sys.modules["_interpreters"] = None
try:
    import treealg._fast
except ImportError as error:
    print(type(error).__name__, error, flush=True)
"""
    script = f"""
import _xxsubinterpreters
_xxsubinterpreters.run_string(_xxsubinterpreters.create(), {inner!r})
"""
    refused = run_python(script)
    assert refused.startswith("MissingDependencyError treealg: the kernels and NumPy run")


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
_fast.use_thread_for(0)
assert np.array_equal(*(treealg.branched_sig(path, 3, n_jobs=n) for n in (1, 2)))
assert symbolic.bck.coproduct(symbolic.Tree()) is not None
print(_fast.threads_started())
"""
    assert run_python(script, TREEALG_CACHE_DIR=str(tmp_path / "new")) == "1\n"
    assert any((tmp_path / "new").iterdir())
