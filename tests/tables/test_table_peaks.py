"""What the making of a table needs, in a process of its own: a few times the table."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from treealg import tables

# What `resource` tells begins with the peak of the process that started this one.
STATUS = Path("/proc/self/status")
pytestmark = pytest.mark.skipif(not STATUS.exists(), reason="peaks are read from /proc")

PEAK = """
import json, re, sys
from pathlib import Path
import numpy as np
import treealg, treealg.symbolic
from treealg import tables
tables.inverse_brackets = lambda *size, planar: tables.lyndon(*size, 2, planar=planar)
tables.selected = lambda *size, planar: tables.lyndon(*size, 1, planar=planar)
tables.from_coordinates = lambda *size, planar: tables.lyndon_expansion(*size, 1, planar=planar)
tables.of_words = lambda *size, planar: tables.word_convolution(*size)
tables.of_chains = lambda *size, planar: tables.arborification(*size, planar=planar, longest=2)
tables.moves = lambda *size, planar: tables.translation(*size, planar=planar, order=size[1])
tables.labels_moved = lambda *size, planar: tables.translation(*size, planar=planar, order=1)
def of_cumulants(lift):
    return lambda *size, planar: tables.cumulants(*size, planar=planar, lift=lift)
tables.of_marcus, tables.of_ito = of_cumulants("stratonovich"), of_cumulants("ito")
tables.by_weight = lambda *size, planar: tables.weighted_arborification(
    tuple(range(1, size[0] + 1)), size[1], planar=planar
)
tables.chains_by_weight = lambda *size, planar: tables.weighted_arborification(
    tuple(range(1, size[0] + 1)), size[1], planar=planar, longest=2
)
tables.brackets_by_weight = lambda *size, planar: tables.weighted_lyndon(
    tuple(range(1, size[0] + 1)), size[1], 2, planar=planar
)
tables.cuts_by_weight = lambda *size, planar: tables.weighted_convolution(
    tuple(range(1, size[0] + 1)), size[1], planar=planar
)
tables.to_other_lifts = lambda *size, planar: tables.change_of_lift(*size, planar=planar)
tables.coordinates = lambda *size, planar: tables.lyndon_arborification(*size, 2, planar=planar)
tables.of_lifts = lambda *size, planar: tables.arborification(*size, planar=planar, longest=None)
def peak():
    status = Path("/proc/self/status").read_text()
    return 1024 * int(re.search(r"VmHWM:\\s*(\\d+) kB", status)[1])
"""

MEASURE = f"""{PEAK}
name, dimension, degree, planar = json.loads(sys.argv[1])
getattr(tables, name)(1, 2, planar=planar)  # what is loaded when it is first needed
before = peak()
try:
    nbytes = getattr(tables, name)(dimension, degree, planar=planar).nbytes
except treealg.TreeAlgError:
    nbytes = 0
print(peak() - before, nbytes)
"""


PREPARED = f"""{PEAK}
from treealg import _fast
def prepared(dimension, degree, planar):
    c = tables.convolution(dimension, degree, planar=planar)
    before = peak()
    made = _fast.ConvolutionProgram(
        c.dimension, c.block_start, c.slot_start, c.factor, c.head, c.tail, c.term_ptr, c.term_slot,
        c.term_trunk, *tables.nodes(c.degree),
    )
    return peak() - before, c.nbytes
size = json.loads(sys.argv[1])
prepared(1, 3, False)
Path("/proc/self/clear_refs").write_text("5")
tables.convolution(*size[:2], planar=size[2])
Path("/proc/self/clear_refs").write_text("5")
print(*prepared(*size))
"""


CALL = f"""{PEAK}
path = [[0.0, 0.0], [1.0, 2.0], [2.0, 1.0]]
EYE = [[1.0, 0.0], [0.0, 1.0]]
ZEROS = np.zeros(tables.basis_length(2, 9, planar=True))
LYNDON = np.zeros(tables.log_length(2, 9, planar=True, method=2))
WORDS = np.zeros(tables.log_length(2, 17, planar=None, method=2))
LIGHT = np.zeros(tables.weighted_length((1, 2), 13, planar=True))
treealg.log_sig(path, 2, method=1)
before = peak()
try:
    CALLED
except treealg.TreeAlgError:
    print(peak() - before)
"""


def printed(code, *given):
    """Return the integers that a process prints."""
    done = subprocess.run(
        [sys.executable, "-c", code, *given], cwd=Path(__file__).parents[2],
        env={**os.environ, "TREEALG_CACHE_DIR": ""}, capture_output=True, text=True, timeout=300,
        check=True,
    )  # fmt: skip
    return tuple(map(int, done.stdout.split()))


def measured(name, dimension, degree, planar):
    """Return the growth of a process that makes a table, and the bytes of the table."""
    return printed(MEASURE, f'["{name}", {dimension}, {degree}, {json.dumps(planar)}]')


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "dimension", "degree", "planar"),
    [
        ("convolution", 2, 9, False),
        ("convolution", 3, 8, False),
        ("convolution", 2, 7, True),
        ("arborification", 2, 9, False),
        ("arborification", 2, 8, True),
        ("arborification", 3, 7, True),
        ("arborification", 1, 14, True),
        ("of_words", 2, 18, None),
        ("inverse_brackets", 3, 11, None),
        ("inverse_brackets", 1, 14, True),
        ("inverse_brackets", 2, 9, True),
        ("selected", 2, 24, None),
        ("selected", 5, 10, None),
        ("from_coordinates", 3, 10, None),
        ("from_coordinates", 1, 13, True),
        ("of_chains", 1, 13, False),
        ("of_lifts", 2, 8, False),
        ("of_lifts", 2, 7, True),
        ("to_other_lifts", 2, 7, False),
        ("to_other_lifts", 1, 9, True),
        ("to_other_lifts", 2, 6, True),
        ("of_marcus", 4, 7, True),
        ("of_marcus", 2, 11, False),
        ("of_marcus", 1, 14, True),
        ("of_ito", 3, 8, True),
        ("of_ito", 2, 11, False),
        ("by_weight", 2, 13, False),
        ("by_weight", 2, 11, True),
        ("brackets_by_weight", 2, 12, True),
        ("cuts_by_weight", 2, 12, False),
        ("cuts_by_weight", 2, 10, True),
        ("cuts_by_weight", 2, 25, None),
        ("coordinates", 2, 8, True),
        ("moves", 1, 10, False),
        ("labels_moved", 1, 16, False),
        ("labels_moved", 1, 13, True),
        ("moves", 3, 5, False),
        ("moves", 2, 5, True),
    ],
)
def test_a_table_needs_a_few_times_its_own_memory(name, dimension, degree, planar):
    peak, nbytes = measured(name, dimension, degree, planar)
    # As the contracts say; what a chunk of entries takes does not grow with the table.
    assert 0 < nbytes < peak < 5 * nbytes + 2**24


@pytest.mark.slow
def test_rows_of_what_is_heaviest_are_not_kept():
    peak, nbytes = measured("chains_by_weight", 2, 10, True)
    assert 0 < nbytes < peak < 2 * nbytes + 2**24


@pytest.mark.slow
@pytest.mark.skipif(not os.access("/proc/self/clear_refs", os.W_OK), reason="peaks are kept")
@pytest.mark.parametrize(("dimension", "degree", "planar"), [(3, 7, "false"), (2, 16, "null")])
def test_what_kernels_make_of_a_table_needs_a_few_times_as_much(dimension, degree, planar):
    peak, nbytes = printed(PREPARED, f"[{dimension}, {degree}, {planar}]")
    assert 0 < peak < 3 * nbytes + 2**23


@pytest.mark.parametrize(
    ("name", "dimension", "degree", "planar"),
    [
        ("convolution", 2, 12, False),
        ("convolution", 2, 9, True),
        ("convolution", 3, 8, True),
        ("convolution", 2, 10, True),
        ("arborification", 2, 10, True),
        ("arborification", 3, 9, True),
        ("arborification", 2, 12, False),
        ("arborification", 6, 7, True),
        ("arborification", 1, 20, False),
        ("of_chains", 3, 8, True),
        ("of_chains", 5, 7, True),
        ("of_chains", 1, 15, False),
        ("of_lifts", 2, 10, False),
        ("by_weight", 2, 16, False),
        ("by_weight", 3, 17, False),
        ("cuts_by_weight", 2, 15, False),
        ("cuts_by_weight", 2, 12, True),
        ("moves", 1, 12, False),
        ("labels_moved", 1, 19, False),
        ("labels_moved", 1, 15, True),
        ("moves", 3, 7, False),
        ("moves", 2, 7, True),
    ],
)
def test_a_table_that_is_too_large_is_refused_before_memory_is_taken(
    name, dimension, degree, planar
):
    peak, nbytes = measured(name, dimension, degree, planar)
    assert nbytes == 0
    assert peak < 2**26


@pytest.mark.slow
@pytest.mark.parametrize(
    ("dimension", "degree", "planar"), [(3, 8, False), (5, 7, False), (6, 6, True)]
)
def test_a_lift_whose_last_order_is_too_large_is_refused_before_that(dimension, degree, planar):
    peak, nbytes = measured("of_lifts", dimension, degree, planar)
    assert nbytes == 0
    assert peak < 5 * 2**27


@pytest.mark.slow
def test_a_table_by_weight_is_refused_by_the_growth_of_much_smaller_ones():
    peak, nbytes = measured("by_weight", 2, 13, True)
    assert nbytes == 0
    assert peak < 2**28


@pytest.mark.parametrize(
    "called",
    [
        "treealg.log_sig(path, 23, method=1)",
        "treealg.log_sig(path, 23, method=2, n_jobs=2)",
        "treealg.log_sig(path, 23, weights=[1, 1], method=1)",
        "treealg.branched_log_sig(path, 10, planar=True, method=1)",
        "treealg.branched_log_sig([[0.0] * 5] * 3, 7, planar=True, method=1)",
        "treealg.branched_log_sig([[0.0] * 5] * 3, 7, planar=True, method=2)",
        "tables.lyndon_arborification(3, 9, 1, longest=3)",
        "treealg.log_sig_combine(WORDS, WORDS, 2, 17, method=2)",
        "treealg.log_sig(np.zeros((3, 4)), 12, method=2)",
        "treealg.log_sig(np.zeros((3, 3)), 14, method=2)",
        "treealg.warm_up(2, 10, levels=2)",
        "treealg.warm_up(2, 10, levels=3)",
        "tables.lyndon(2, 26, 1, planar=None)",
        "treealg.expected_branched_sig([0.0] * 2, EYE, 10, planar=True)",
        "treealg.expected_branched_sig([0.0] * 2, EYE, 10, planar=True, lift='ito')",
        "treealg.expected_branched_sig_backprop(ZEROS, [0.0] * 2, EYE, 9, planar=True)",
        "treealg.branched_sig_to_log_sig(ZEROS, 2, 9, planar=True, method=1)",
        "treealg.branched_sig_to_log_sig(ZEROS, 2, 9, planar=True, method=2)",
        "treealg.branched_log_sig_to_sig(LYNDON, 2, 9, planar=True, method=2)",
        "treealg.branched_sig_join(LIGHT, [0.0] * 2, 2, 13, planar=True, weights=[1, 2])",
        "treealg.expected_branched_sig([0.0] * 2, EYE, 13, lift='ito')",
        "treealg.expected_branched_sig([0.0] * 2, EYE, 10)",
        "tables.expectation(4, 8, lift='stratonovich', longest=2)",
        "tables.expectation(1, 15, lift='backward', longest=2)",
    ],
)
def test_a_call_whose_tables_are_too_large_is_refused_before_memory_is_taken(called):
    (peak,) = printed(CALL.replace("CALLED", called))
    assert peak < 2**26


RESULT = f"""{PEAK}
path = np.array([[0.0, 0.0], [1.0, 2.0], [2.0, 1.0]])
treealg.sig(path, 2)
before = peak()
print(CALLED.nbytes, peak() - before)
"""


@pytest.mark.slow
def test_a_table_grows_where_it_stays():
    # What came of it was copied at the end: one and two thirds of it were there at once.
    made = "tables.expectation(2, 9, lift='stratonovich', longest=2)"
    nbytes, peak = printed(RESULT.replace("CALLED", made))
    assert 2**29 < nbytes < peak < 4 * nbytes // 3


@pytest.mark.slow
def test_the_signature_of_one_path_needs_a_few_times_its_result():
    nbytes, peak = printed(RESULT.replace("CALLED", "treealg.sig(path, 22)"))
    assert 0 < nbytes < peak < 4 * nbytes


@pytest.mark.slow
def test_coefficients_need_what_is_still_to_be_read():
    # Of each of 2,000 letters a polynomial was kept, 16 MB in each lane.
    _, peak = printed(RESULT.replace("CALLED", "treealg.sig_coef(path, [(0, 1) * 1000])"))
    assert 0 < peak < 2**24


LIMITED = f"""{PEAK}
import resource
tables.convolution(1, 3)
status = Path("/proc/self/status").read_text()
taken = 1024 * int(re.search(r"VmSize:\\s*(\\d+) kB", status)[1])
resource.setrlimit(resource.RLIMIT_AS, (taken + 2**26, resource.RLIM_INFINITY))
try:
    CALLED
except treealg.InvalidValueError as error:
    told = "memory" in str(error)
resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)
print(int(told), CALLED.n_rows)
"""


@pytest.mark.parametrize(
    ("called", "degree", "planar"),
    [
        ("tables.cumulants(2, 9, planar=True, lift='stratonovich')", 9, True),
        ("tables.arborification(2, 10)", 10, False),
    ],
)
def test_a_table_for_which_there_is_no_memory_is_refused_until_there_is(called, degree, planar):
    rows = tables.basis_length(2, degree, planar=planar) // 2
    assert printed(LIMITED.replace("CALLED", called)) == (1, rows)


TOLD = f"""{PEAK}
import resource
treealg.branched_sig(np.zeros((2, 2)), 3)
status = Path("/proc/self/status").read_text()
taken = 1024 * int(re.search(r"VmSize:\\s*(\\d+) kB", status)[1])
resource.setrlimit(resource.RLIMIT_AS, (taken + 1200 * 10**6,) * 2)
before = peak()
try:
    CALLED
except treealg.InvalidValueError as error:
    has, needed, free = map(int, re.findall(r"(\\d+)(?= bytes, cannot| are)", str(error)))
    print(peak() - before, has, needed, free)
"""


@pytest.mark.slow
def test_a_limit_of_memory_is_seen_before_anything_is_made():
    called, nbytes = "treealg.branched_sig(np.zeros((2, 3)), 9)", 672388712
    peak, has, needed, free = printed(TOLD.replace("CALLED", called))
    assert free < needed
    assert nbytes - 64 < has <= nbytes
    assert 2.3 * nbytes < needed < 2.4 * nbytes
    assert peak < 2**25
