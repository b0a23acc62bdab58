"""How printed CUDA is launched: the host function beside each kernel, run against a stand-in.

The stand-in of the CUDA runtime writes down what a launch would be; the C++ compiler of the host
reads the whole text.
"""

import shutil
import subprocess

import numpy as np
import pytest

from treealg.codegen import generate_source
from treealg.codegen.compilers.nvrtc import compile_ptx

RUNTIME = """
#include <stdio.h>
#include <stddef.h>
#define __CUDACC__
#define __global__
#define __device__
#define __shared__
#define __restrict__ __restrict
#define __launch_bounds__(threads)
struct Index3 { unsigned x, y, z; };
static Index3 blockIdx, blockDim, gridDim, threadIdx;
static void __syncthreads() {}
NUMBER memory[1];
struct dim3 { unsigned x; explicit dim3(unsigned n) : x(n) {} };
enum cudaError_t { cudaSuccess, cudaFailure };
enum { cudaFuncAttributeMaxDynamicSharedMemorySize };
typedef void *cudaStream_t;
static int allowed = 49152;
static cudaError_t cudaFuncSetAttribute(const void *, int, int bytes)
{
    allowed = bytes;
    return bytes <= ROOM ? cudaSuccess : cudaFailure;
}
static cudaError_t cudaLaunchKernel(
    const void *kernel, dim3 blocks, dim3 threads, void **arguments, size_t shared, cudaStream_t)
{
    printf("%p %u %u %zu %d", kernel, blocks.x, threads.x, shared, (int)shared <= allowed);
    for (int i = 0; i < ARRAYS; ++i)
        printf(" %td", *(NUMBER **)arguments[i] - memory);
    for (int i = ARRAYS; i < ARRAYS + NUMBERS; ++i)
        printf(" %lld", *(long long *)arguments[i]);
    return cudaSuccess;
}
"""

MAIN = """
int main()
{{
    const cudaError_t status = {name}_launch({arguments}, NULL);
    printf(" %d %p", (int)status, (const void *){name});
}}
"""


def launched(source, arrays, numbers, folder, *, room=1 << 20):
    """Return what the host function of a source does: a list of words."""
    given = [f"memory + {i}" for i in range(arrays)] + [f"{number}ll" for number in numbers]
    defines = {
        "NUMBER": "double" if source.dtype == "float64" else "float",
        "ARRAYS": arrays,
        "NUMBERS": len(numbers),
        "ROOM": room,
    }
    text = "".join(f"#define {name} {value}\n" for name, value in defines.items())
    text += RUNTIME + source.text + MAIN.format(name=source.name, arguments=", ".join(given))
    (folder / "launch.cpp").write_text(text)
    compiler = shutil.which("g++") or shutil.which("c++")
    command = [compiler, "-w", "-o", folder / "launch", folder / "launch.cpp"]
    subprocess.run(command, check=True)
    done = subprocess.run([folder / "launch"], capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("name", "backward", "arrays"),
    [
        ("log", False, 2),
        ("combine", True, 5),
        ("sig", False, 2),
        ("logsig", True, 4),
        ("corrected_sig", True, 6),
    ],
)
def test_host_function_launches_what_the_source_needs(name, backward, arrays, dtype, tmp_path):
    source = generate_source(name, 2, 3, language="cuda", backward=backward, dtype=dtype)
    batch = 5 * source.lanes + 1
    numbers = (batch, 9) if source.is_path else (batch,)
    kernel, blocks, threads, shared, is_allowed, *passed, status, address = launched(
        source, arrays, numbers, tmp_path
    )
    assert kernel == address
    assert int(blocks) == 6
    assert int(threads) == (source.threads or 128)
    assert int(shared) == source.memory * np.dtype(dtype).itemsize
    assert is_allowed == "1"
    assert list(map(int, passed)) == [*range(arrays), *numbers]
    assert status == "0"


def test_large_shared_memory_is_asked_for_and_said(tmp_path):
    source = generate_source("combine", 4, 5, language="cuda")
    shared = source.memory * 8
    assert shared > 48 * 1024
    assert f"with {shared} bytes of dynamic shared memory" in source.text
    assert "have to be allowed first" in source.text
    words = launched(source, 3, (1,), tmp_path)
    assert words[3:5] == [str(shared), "1"]
    assert launched(source, 3, (1,), tmp_path, room=shared - 1)[0] == "1", "no launch, an error"


def test_an_empty_batch_launches_nothing(tmp_path):
    source = generate_source("log", 2, 2, language="cuda")
    assert launched(source, 2, (0,), tmp_path)[0] == "0"


def test_nvrtc_does_not_see_the_host_function():
    source = generate_source("log", 2, 2, language="cuda")
    assert "cudaLaunchKernel" in source.text
    assert source.name in compile_ptx(source)
