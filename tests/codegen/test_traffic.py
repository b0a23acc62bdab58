"""What kernels ask of memory and arithmetic, against kernels whose traffic is known."""

from dataclasses import replace

import pytest

from treealg.codegen import generate_source, map_size
from treealg.codegen.compilers.traffic import Traffic, TrafficCounter
from treealg.codegen.maps import build_program
from treealg.errors import InvalidValueError

PLAIN = generate_source("combine", 2, 4, language="cuda")


def counted(body, threads=32, dtype="float64"):
    """Count a kernel of the arguments a, b and out, with 1,024 numbers of shared memory."""
    real = {"float64": "double", "float32": "float"}[dtype]
    text = f"""
extern "C" __global__ void probe(const {real} *a, const {real} *b, {real} *out, long long batch)
{{
    extern __shared__ {real} memory[];
    const int t = (int)threadIdx.x;
    {body}
}}
"""
    source = replace(PLAIN, text=text, name="probe", memory=1024, lanes=8, dtype=dtype)
    return TrafficCounter(source)(threads=threads)


NONE = Traffic(*[0] * len(Traffic._fields))


@pytest.mark.parametrize(
    ("index", "dtype", "sectors"),
    [
        ("t", "float64", 8),
        ("t", "float32", 4),
        ("t + 1", "float64", 9),
        ("4 * t", "float64", 32),
        ("2 * t", "float32", 8),
        ("t / 8", "float64", 1),
        ("0", "float64", 1),
        ("31 - t", "float64", 8),
    ],
)
def test_a_request_touches_the_sectors_of_its_threads(index, dtype, sectors):
    found = counted(f"out[t] = a[{index}];", dtype=dtype)
    written = 8 if dtype == "float64" else 4
    assert found == NONE._replace(
        read_requests=1, read_sectors=sectors, write_requests=1, write_sectors=written
    )


@pytest.mark.parametrize(
    ("index", "dtype", "waves", "conflicts"),
    [
        ("t", "float64", 2, 0),
        ("t", "float32", 1, 0),
        ("0", "float64", 1, 0),
        ("t / 16", "float32", 1, 0),
        ("2 * t", "float32", 2, 1),
        ("16 * t", "float64", 32, 30),
        ("32 * t", "float32", 32, 31),
        ("33 * t % 1024", "float32", 1, 0),
        ("t % 2 * 32", "float32", 2, 1),
    ],
)
def test_words_of_one_bank_take_turns(index, dtype, waves, conflicts):
    found = counted(f"out[t] = memory[{index}];", dtype=dtype)
    assert found.shared_requests == 1
    assert (found.shared_waves, found.shared_conflicts) == (waves, conflicts)


def test_threads_wait_for_those_that_take_another_branch():
    found = counted("if (t % 2) out[t] = a[t]; else out[t] = b[t];")
    assert (found.read_requests, found.read_sectors) == (2, 16)


def test_a_loop_takes_as_many_requests_as_its_longest_thread():
    body = """
    for (int r = 0; r < 2; ++r) {
        double sum = 0;
        for (int e = 0; e < (t + r) % 4; ++e)
            sum += a[e];
        out[32 * r + t] = sum;
    }"""
    found = counted(body)
    assert (found.read_requests, found.write_requests) == (3 + 3, 2)
    assert found.sums == 2 * 32 * 6 / 4


def test_warps_count_for_themselves():
    found = counted("out[t] = a[t];", threads=40)
    assert (found.read_requests, found.read_sectors) == (2, 10)


def test_barriers_are_those_that_a_block_waits_at():
    found = counted("memory[t] = a[t]; __syncthreads(); out[t] = memory[31 - t];")
    assert found.barriers == 1
    assert (found.read_sectors, found.write_sectors, found.shared_waves) == (8, 8, 4)


def test_operations_are_those_of_all_threads():
    found = counted("out[t] = a[t] * b[t] + a[t] - (double)1 / 3 * b[t];")
    assert (found.products, found.sums) == (2 * 32, 2 * 32)
    assert (found.read_requests, found.write_requests) == (2, 1)


@pytest.mark.parametrize("name", ["combine", "log"])
def test_generated_rows_take_the_operations_of_their_program(name):
    source = generate_source(name, 2, 3, language="cuda")
    program = build_program(map_size(name, 2, 3))
    terms = program.n_terms * source.lanes * 3
    found = TrafficCounter(source)(blocks=3)
    # Zeros fill up short rows beside longer ones.
    assert terms <= found.sums <= 1.5 * terms
    assert found.products == 2 * found.sums
    numbers = 20 * source.lanes * 3
    assert found.write_sectors == numbers * 8 / 32


def test_a_segment_costs_a_word_signature_the_same_everywhere():
    source = generate_source("sig", 5, 4, language="cuda")
    counter = TrafficCounter(source)
    short, longer, longest = (counter(length=length) for length in (2, 3, 12))
    # Each of the 25 threads of a path: 41 multiply-adds, 3 products and a sum; and the increment.
    for name, segment in (("products", 25 * 44), ("sums", 25 * 42 + 5)):
        numbers = [getattr(found, name) for found in (short, longer, longest)]
        assert numbers[1] - numbers[0] == source.lanes * segment
        assert numbers[2] - numbers[0] == source.lanes * segment * 10


def test_only_kernels_are_counted():
    with pytest.raises(InvalidValueError, match="source must be CUDA, got c"):
        TrafficCounter(generate_source("combine", 2, 3, language="c"))
