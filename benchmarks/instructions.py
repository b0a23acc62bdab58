"""Count the instructions of a few calls, which do not depend on how busy a machine is.

    python benchmarks/instructions.py             count, and compare with what is stored
    python benchmarks/instructions.py --store     count, and store in benchmarks/instructions.json
    python benchmarks/instructions.py CASE ...    some cases, by name, compared

Callgrind, of Valgrind, counts what one process runs between two marks. Kernels are those for any
processor, so that counts are alike on all of one architecture; compiler and Python make a
difference, and counts of others are not compared. The exit status is 1 if a case takes more than a
tenth more than is stored, or is not stored; and 3 if nothing could be compared.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
STORED = HERE / "instructions.json"
ALLOWED = 1.1
"""What a case may take of what is stored."""

NOT_COMPARED = 3
INSTRUCTION_SET = "baseline"

# Marks for callgrind, which are instructions that do nothing elsewhere.
MARKS = """
#include <valgrind/callgrind.h>
void start(void) { CALLGRIND_START_INSTRUMENTATION; }
void zero(void) { CALLGRIND_ZERO_STATS; }
void dump(const char *name) { CALLGRIND_DUMP_STATS_AT(name); }
"""

Call = Callable[[], Any]


def cases() -> dict[str, tuple[int, Call]]:
    """Return calls by name, and how often each is counted."""
    import numpy as np

    import treealg as ta

    rng = np.random.default_rng(20)

    def paths(*shape: int) -> Any:
        return rng.standard_normal(shape).cumsum(axis=-2) / np.sqrt(shape[-2])

    def derivs(like: Any) -> Any:
        return rng.standard_normal(np.shape(like))

    few, small, many = paths(8, 50, 3), paths(5, 2), paths(8, 40, 2)
    itos = rng.standard_normal((8, 49, 9)) / 50
    lists = [paths(length, 3) for length in range(2, 66)]
    lengths = np.arange(8) * 6 + 8
    signatures = ta.branched_sig(paths(64, 20, 3), 4)
    logarithms = ta.branched_sig_to_log_sig(signatures, 3, 4)
    one = signatures[0]
    windows = ta.sliding_windows(50, 10, step=2)
    small_derivs, one_derivs = derivs(ta.branched_sig(small, 2)), derivs(one)
    forward, forward_derivs = ta.branched_sig(few, 4), derivs(ta.branched_sig(few, 4))
    prefixes = derivs(ta.branched_sig(few, 3, stream=True))
    log_derivs = derivs(logarithms)
    gram_derivs = derivs(np.zeros((8, 8)))
    of_list = derivs(ta.branched_sig(lists, 3))
    itos_derivs = derivs(ta.branched_sig(few, 3))
    left, right = paths(10, 2), paths(10, 2)
    single = paths(1000, 3)

    def stream() -> Any:
        windowed = ta.BranchedSigWindowStream(2, 3, 10)
        for point in many[0]:
            windowed.push(point)
        return windowed.take()

    return {
        "branched_sig, 5 points": (20, lambda: ta.branched_sig(small, 2)),
        "branched_sig_backprop, 5 points": (
            20, lambda: ta.branched_sig_backprop(small, None, small_derivs, 2)),
        "branched_sig": (1, lambda: ta.branched_sig(few, 4)),
        "branched_sig, planar": (1, lambda: ta.branched_sig(many, 5, planar=True)),
        "branched_sig, one long path": (1, lambda: ta.branched_sig(single, 4)),
        "branched_sig, lead-lag and time": (
            1, lambda: ta.branched_sig(many, 3, lead_lag=True, time_aug=True)),
        "branched_sig, stream": (1, lambda: ta.branched_sig(few, 3, stream=True)),
        "branched_sig, list": (1, lambda: ta.branched_sig(lists, 3)),
        "branched_sig, lengths": (1, lambda: ta.branched_sig(few, 3, lengths=lengths)),
        "branched_sig, windows": (1, lambda: ta.branched_sig(few, 3, windows=windows)),
        "branched_sig, correction": (1, lambda: ta.branched_sig(few, 3, correction=itos)),
        "branched_sig_backprop": (
            1, lambda: ta.branched_sig_backprop(few, forward, forward_derivs, 4)),
        "branched_sig_backprop, list": (
            1, lambda: ta.branched_sig_backprop(lists, None, of_list, 3)),
        "branched_sig_backprop, stream": (
            1, lambda: ta.branched_sig_backprop(few, None, prefixes, 3, stream=True)),
        "branched_sig_backprop, correction": (
            1, lambda: ta.branched_sig_backprop(few, None, itos_derivs, 3, correction=itos)),
        "branched_log_sig": (1, lambda: ta.branched_log_sig(few, 4)),
        "sig": (1, lambda: ta.sig(few, 5)),
        "branched_sig_coef": (
            1, lambda: ta.branched_sig_coef(few, [((0,), (1,), 2), (((0,), 1), 2)])),
        "branched_sig_to_log_sig": (1, lambda: ta.branched_sig_to_log_sig(signatures, 3, 4)),
        "branched_sig_to_log_sig, one": (5, lambda: ta.branched_sig_to_log_sig(one, 3, 4)),
        "branched_sig_to_log_sig_backprop": (
            1, lambda: ta.branched_sig_to_log_sig_backprop(signatures, log_derivs, 3, 4)),
        "branched_sig_to_log_sig_backprop, one": (
            5, lambda: ta.branched_sig_to_log_sig_backprop(one, one_derivs, 3, 4)),
        "branched_log_sig_to_sig": (1, lambda: ta.branched_log_sig_to_sig(logarithms, 3, 4)),
        "branched_sig_combine": (
            1, lambda: ta.branched_sig_combine(signatures, signatures, 3, 4)),
        "branched_sig_combine, one": (5, lambda: ta.branched_sig_combine(one, one, 3, 4)),
        "branched_sig_inverse": (1, lambda: ta.branched_sig_inverse(signatures, 3, 4)),
        "branched_sig_kernel, one pair": (5, lambda: ta.branched_sig_kernel(left, right, 3, 0)),
        "branched_sig_kernel_backprop, one pair": (
            5, lambda: ta.branched_sig_kernel_backprop(1.0, left, right, 3, 0)),
        "branched_sig_kernel_gram": (1, lambda: ta.branched_sig_kernel_gram(many, many, 3, 0)),
        "branched_sig_kernel_gram_backprop": (
            1, lambda: ta.branched_sig_kernel_gram_backprop(gram_derivs, many, many, 3, 0)),
        "BranchedSigWindowStream": (1, stream),
    }  # fmt: skip


def run(names: list[str], library: str) -> None:
    """Make the calls, with marks between them; within Callgrind."""
    import gc

    from treealg import _fast

    marks = ctypes.CDLL(library)
    _fast.use_instruction_set(INSTRUCTION_SET)
    known = cases()
    for name in names or known:
        known[name][1]()  # builds tables, and what is kept for the next call
    gc.collect()
    gc.disable()
    marks.start()
    for name in names or known:
        often, call = known[name]
        call()
        marks.zero()
        for _ in range(often):
            call()
        marks.dump(name.encode())


def counted(names: list[str]) -> dict[str, int]:
    """Return how many instructions one call of each case takes."""
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder, "marks.c"), Path(folder, "marks.so")
        source.write_text(MARKS)
        compiler = os.environ.get("CC", "cc")
        subprocess.run(
            [compiler, "-O1", "-shared", "-fPIC", str(source), "-o", str(library)], check=True
        )
        command = ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--quiet"]
        command += [f"--callgrind-out-file={folder}/counts", "--error-exitcode=9"]
        command += [sys.executable, __file__, "--within", str(library), *names]
        # No seed of hashes moves keys, and no library but ours starts threads.
        fixed = {"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            command, env=os.environ | fixed, capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(f"valgrind failed:\n{done.stdout}{done.stderr}")
        found = {}
        for dump in Path(folder).glob("counts.*"):
            text = dump.read_text()
            name = re.search(r"^desc: Trigger: Client Request: (.*)$", text, re.MULTILINE)
            total = re.search(r"^(?:summary|totals): (\d+)", text, re.MULTILINE)
            if name and total:
                found[name[1]] = int(total[1])
    often = {name: times for name, (times, _) in cases().items()}
    return {name: found[name] // often[name] for name in often if name in found}


def machine() -> dict[str, str]:
    """Return what counts depend on, beside our own source."""
    made_by = platform.python_compiler().split()
    done = subprocess.run(
        [os.environ.get("CC", "cc"), "-dumpversion"], capture_output=True, text=True, check=False
    )
    return {
        "architecture": platform.machine(),
        "Python": ".".join(platform.python_version_tuple()[:2]),
        "compiler": f"{made_by[0]} {done.stdout.strip().split('.')[0]}",
        "instruction set": INSTRUCTION_SET,
    }


def compare(found: dict[str, int], stored: dict[str, int]) -> int:
    """Print a line per case, and return how many take too much or are not stored."""
    failed = 0
    for name, count in found.items():
        ratio = count / stored[name] if name in stored else None
        is_wrong = ratio is None or ratio > ALLOWED
        failed += is_wrong
        what = "is not stored" if ratio is None else f"{ratio:6.3f} of what is stored"
        mark = "  TOO MANY" if is_wrong and ratio is not None else ""
        print(f"{name:40} {count:12,}  {what}{mark}", flush=True)
    return failed


def main() -> int:
    """Count, then compare or store, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="CASE", help="some cases")
    parser.add_argument("--store", action="store_true", help="store the counts of all cases")
    parser.add_argument("--within", metavar="LIBRARY", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.within:
        run(options.names, options.within)
        return 0
    if unknown := set(options.names) - set(cases()):
        parser.error(f"no case is called {', '.join(sorted(unknown))}")
    if not shutil.which("valgrind"):
        print("instructions: NOT COUNTED: valgrind is not installed (apt-get install valgrind)")
        return NOT_COMPARED
    found, here = counted(options.names), machine()
    if options.store:
        if options.names:
            parser.error("all cases are stored together; leave their names out")
        STORED.write_text(json.dumps({"made by": here, "instructions": found}, indent=1) + "\n")
        print(f"{len(found)} cases are stored")
        return 0
    stored = json.loads(STORED.read_text())
    failed = compare(found, stored["instructions"])
    if stored["made by"] != here:
        print(f"instructions: NOT COMPARED: stored by {stored['made by']}, counted by {here}")
        return NOT_COMPARED
    print(f"instructions: {len(found)} cases counted, {failed} of them take too many")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
