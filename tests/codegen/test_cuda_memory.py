"""Kernels stay inside their arrays: memory before and behind each of them is not accessible."""

import subprocess
import sys

import pytest

CODE = """
import ctypes, mmap, sys
import numpy as np
from treealg.codegen import map_size
from treealg.codegen.arguments import arguments
from treealg.codegen.compilers.host import HostFunction
from treealg.codegen.printers.cuda import cuda_source
from treealg.codegen.printers.cuda_paths import path_work

protect = ctypes.CDLL(None, use_errno=True).mprotect
protect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
kept = []


def guarded(values, at_end):
    page = mmap.PAGESIZE
    pages = -(-values.nbytes // page)
    buffer = mmap.mmap(-1, (pages + 2) * page)
    kept.append(buffer)
    start = ctypes.addressof(ctypes.c_char.from_buffer(buffer))
    offset = page + (pages * page - values.nbytes if at_end else 0)
    buffer[offset : offset + values.nbytes] = values.tobytes()
    for outside in (start, start + (pages + 1) * page):
        assert protect(outside, page, 0) == 0
    return start + offset


def run(name, backward, length, shared_bytes):
    source = cuda_source(map_size(name, 2, 3), backward, "float64", shared_bytes)
    function = HostFunction(source)
    given = arguments(source.size, backward, length)
    for batch in (1, source.lanes + 1):
        for at_end in (False, True):
            addresses = []
            for argument in given:
                count = argument.size
                if argument.role == "work":
                    count = path_work(source.states, 2, length)
                values = np.random.default_rng(1).normal(size=batch * count)
                addresses.append(guarded(values, at_end))
            if source.scratch:
                addresses.append(guarded(np.zeros(batch * source.scratch), at_end))
            function.launch(addresses, batch, length, 2, 32)


for name in ("sig", "logsig", "corrected_sig", "combine", "log"):
    print(name, flush=True)
    for length in (1, 2, 10) if "sig" in name else (1,):
        run(name, sys.argv[1] == "True", length, int(sys.argv[2]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("shared_bytes", [100, 160_000])
@pytest.mark.parametrize("backward", [False, True])
def test_kernels_stay_inside_their_arrays(backward, shared_bytes):
    command = [sys.executable, "-c", CODE, str(backward), str(shared_bytes)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    # The last name printed is that of the kernel that did not.
    assert done.returncode == 0, done.stdout + done.stderr
