"""What the making of a table needs, in a process of its own: a few times the table."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

# What `resource` tells begins with the peak of the process that started this one.
STATUS = Path("/proc/self/status")
pytestmark = pytest.mark.skipif(not STATUS.exists(), reason="peaks are read from /proc")

MEASURE = """
import json, re, sys
from pathlib import Path
import treealg, treealg.symbolic
from treealg import tables
def peak():
    status = Path("/proc/self/status").read_text()
    return 1024 * int(re.search(r"VmHWM:\\s*(\\d+) kB", status)[1])
name, dimension, degree, planar = json.loads(sys.argv[1])
getattr(tables, name)(1, 2, planar)  # what is loaded when it is first needed
before = peak()
try:
    nbytes = getattr(tables, name)(dimension, degree, planar).nbytes
except treealg.TreeAlgError:
    nbytes = 0
print(peak() - before, nbytes)
"""


def measured(name, dimension, degree, planar):
    """Return the growth of a process that makes a table, and the bytes of the table."""
    given = f'["{name}", {dimension}, {degree}, {str(planar).lower()}]'
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, given], cwd=Path(__file__).parents[2],
        env={**os.environ, "TREEALG_CACHE_DIR": ""}, capture_output=True, text=True, timeout=300,
        check=True,
    )  # fmt: skip
    return tuple(map(int, done.stdout.split()))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "dimension", "degree", "planar"),
    [
        ("convolution", 2, 9, False),
        ("convolution", 3, 8, False),
        ("convolution", 2, 7, True),
        ("arborification", 2, 9, False),
        ("arborification", 2, 8, True),
    ],
)
def test_a_table_needs_a_few_times_its_own_memory(name, dimension, degree, planar):
    peak, nbytes = measured(name, dimension, degree, planar)
    # The modules and what a chunk of entries takes do not grow with the table.
    assert 0 < nbytes < peak < 5 * nbytes + 2**25


@pytest.mark.parametrize(
    ("name", "dimension", "degree", "planar"),
    [
        ("convolution", 2, 12, False),
        ("convolution", 2, 10, True),
        ("arborification", 2, 10, True),
        ("arborification", 3, 9, True),
        ("arborification", 2, 12, False),
    ],
)
def test_a_table_that_is_too_large_is_refused_before_memory_is_taken(
    name, dimension, degree, planar
):
    peak, nbytes = measured(name, dimension, degree, planar)
    assert nbytes == 0
    assert peak < 2**26
