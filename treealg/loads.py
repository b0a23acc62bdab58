"""How modules are loaded, beside other threads, forks, settings of OpenMP and interpreters.

A fork waits until what other threads load for treealg is loaded. In the child the module would stay
half made and locked by a thread that is not there, and whoever asks for it would wait for ever.

What is to be done before a fork is done in turn, the latest first. So `logging`, if it was imported
after treealg, holds its lock by then, which much of what is loaded wants: it is let go of while the
fork waits. What is registered while it waits would be done after the fork and not before, as the
release of a lock that was not taken: it is done before, too.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from types import FrameType, ModuleType
from typing import Any, NoReturn

from treealg.errors import MissingDependencyError

__all__ = ["is_subinterpreter", "load", "refuse_subinterpreter"]


def load(name: str) -> ModuleType:
    """Import a module, and leave the thread on the processors that it may run on.

    Notes
    -----
    A library of OpenMP binds the thread that loads it to one processor where ``OMP_PROC_BIND`` or
    ``GOMP_CPU_AFFINITY`` is set. That is meant for the threads of that library, and threads of
    others, which inherit it, would all run there.

    Examples
    --------
    >>> load("math").gcd(6, 4)
    2
    """
    if name in sys.modules or not hasattr(os, "sched_getaffinity"):
        return import_module(name)
    before = os.sched_getaffinity(0)
    try:
        return import_module(name)
    finally:
        if os.sched_getaffinity(0) != before:
            with suppress(OSError):  # the system may have taken some away meanwhile
                os.sched_setaffinity(0, before)


def _is_loading(frame: FrameType | None) -> bool:
    """Tell whether a thread that is here loads a module of treealg, or one that treealg wants.

    Python finds a module, and lets go of it in the end, in frames of its own.
    """
    is_import = False
    while frame is not None:
        code = frame.f_code
        if code.co_filename == "<frozen importlib._bootstrap>":
            is_import = True
            if code.co_name == "_find_and_load" and _is_ours(frame.f_locals.get("name")):
                return True
        elif (is_import or code.co_name == "<module>") and _is_ours(
            frame.f_globals.get("__name__")
        ):
            return True
        frame = frame.f_back
    return False


def _is_ours(module: object) -> bool:
    return str(module).partition(".")[0] == "treealg"


_LONGEST_REST = 10.0
"""Seconds that a fork waits for threads that stand still: they may wait for the one that forks."""

_LONGEST_WAIT = 60.0
"""Seconds that it waits at most."""


_missed: dict[int, list[Callable[[], Any]]] = {}
"""By thread that waits to fork, what was registered meanwhile to be done before a fork."""

_register: Any = getattr(os, "register_at_fork", None)


def _register_late(**functions: Callable[[], Any]) -> None:
    """Stand for `os.register_at_fork` while a fork waits."""
    _register(**functions)
    if "before" in functions:
        for missed in list(_missed.values()):
            missed.append(functions["before"])


def _end_waiting(*threads: int) -> None:
    """Have `os.register_at_fork` again, when no thread waits any more."""
    for thread in threads:
        _missed.pop(thread, None)
    if not _missed and os.register_at_fork is _register_late:
        os.register_at_fork = _register


def _wait_for_loads() -> None:
    """Wait until no other thread loads anything for treealg."""
    state = _loading()
    if not state:
        return
    this = threading.get_ident()
    missed = _missed[this] = []
    os.register_at_fork = _register_late  # type: ignore[assignment]
    try:
        begun = moved = now = time.monotonic()
        while state and now < min(moved + _LONGEST_REST, begun + _LONGEST_WAIT):
            _pause()
            now = time.monotonic()
            before, state = state, _loading()
            if state != before:
                moved = now
    finally:
        _end_waiting(this)
    for function in reversed(missed):
        function()


def _loading() -> dict[int, tuple[int, int]]:
    """Return the other threads that load, and where they are."""
    frames = sys._current_frames()
    del frames[threading.get_ident()]
    return {
        thread: (id(frame), frame.f_lasti) for thread, frame in frames.items() if _is_loading(frame)
    }


def _pause() -> None:
    """Let other threads go on, and have the lock of `logging` if this one holds it."""
    lock = getattr(sys.modules.get("logging"), "_lock", None)
    if lock is not None:
        with suppress(RuntimeError):  # it is not held
            threading.Condition(lock).wait(0.001)
            return
    time.sleep(0.001)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_wait_for_loads,
        after_in_child=lambda: _end_waiting(*_missed),  # whose threads are not there
    )


def is_subinterpreter() -> bool:
    """Tell whether this is one, as far as Python tells."""
    for name in ("_interpreters", "_xxsubinterpreters"):  # from Python 3.13 on, and before
        try:
            interpreters = import_module(name)
        except ImportError:
            continue
        return bool(interpreters.get_current() != interpreters.get_main())
    return False


def refuse_subinterpreter() -> NoReturn:
    """Say that this is a subinterpreter, and what to do."""
    # A call takes the lock of the interpreter from within C, which is always that of the main one.
    raise MissingDependencyError(
        "treealg: the kernels and NumPy run in the main interpreter only, and this is a "
        "subinterpreter; call treealg in the main one, or in a process of its own"
    )


class _WithoutNumPy:
    """What refuses NumPy where treealg, or a package that it wants, would load it.

    Loaded here first, it would fail in the main interpreter. What needs none goes on working, and
    who imports it here without treealg may do so.
    """

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> None:
        """Refuse, or leave it to the next finder."""
        if fullname == "numpy" and _is_loading(sys._getframe()):
            refuse_subinterpreter()


if is_subinterpreter():
    sys.meta_path.insert(0, _WithoutNumPy())
