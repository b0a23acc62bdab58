"""CUDA source without a GPU: barriers, batches, and PTX."""

import sys
from dataclasses import replace

import numpy as np
import pytest

import treealg
from treealg.codegen import MAPS, generate_source, map_size
from treealg.codegen.arguments import arguments
from treealg.codegen.compilers import nvrtc
from treealg.codegen.compilers.host import HostFunction
from treealg.codegen.printers.cuda import cuda_source
from treealg.errors import InvalidValueError, MissingDependencyError

LENGTH = 6
MODES = [(1, 1, False), (1, 4, False), (3, 7, True), (2, 32, True)]


@pytest.mark.parametrize("launch", MODES)
@pytest.mark.parametrize("batch", [1, 4, 9])
def test_result_does_not_depend_on_the_launch(launch, batch):
    generator = np.random.default_rng(batch)
    x, y = generator.normal(size=(2, batch, 20))
    function = HostFunction(generate_source("combine", 2, 3, language="cuda"))
    assert function(x, y, launch=launch) == function(x, y, launch=(1, 1, False))


# Backward with tables, the two levels of the step for longest words alone change nothing, and the
# state that is set to zero first is read by other threads only for lanes without an item; where the
# logarithm leaves derivatives for words nothing else is in shared memory.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "backward", "dimension", "length", "idle"),
    [
        ("combine", False, 2, 1, 0),
        ("corrected_sig", False, 2, 4, 0),
        ("sig", False, 2, 70, 0),
        ("corrected_sig", True, 2, 6, 3),
        ("sig", True, 3, 24, 0),
        ("logsig", True, 3, 24, 1),
    ],
)
def test_emulation_finds_each_missing_barrier(name, backward, dimension, length, idle):
    source = generate_source(name, dimension, 4, language="cuda", backward=backward)
    generator = np.random.default_rng(0)
    given = arguments(source.size, backward, length)
    values = [
        generator.normal(size=(2 * source.lanes + 1, *a.shape)) for a in given if a.role == "in"
    ]
    expected = HostFunction(source)(*values, length=length)
    barrier = "__syncthreads();"
    pieces = source.text.split(barrier)
    missed = []
    for cut in range(1, len(pieces)):
        text = barrier.join(pieces[:cut]) + barrier.join(pieces[cut:])
        function = HostFunction(replace(source, text=text))
        results = []
        for launch in ((1, 5, False), (1, 5, True)):
            results.append(function(*values, length=length, launch=launch))
        if all(result == expected for result in results):
            missed.append(cut)
    assert len(missed) == idle, missed


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 9, 10, 17])
def test_backward_along_a_path_of_any_length(length, backward_sig):
    generator = np.random.default_rng(length)
    path, derivs = generator.normal(size=(5, length, 2)), generator.normal(size=(5, 20))
    expected = treealg.branched_sig_backprop(path, None, derivs, 3)
    (found,) = backward_sig(path, derivs, length=length, launch=(2, 7, True))
    np.testing.assert_allclose(np.reshape(found, path.shape), expected, rtol=1e-12, atol=1e-12)


@pytest.fixture(scope="module")
def backward_sig():
    return HostFunction(generate_source("sig", 2, 3, language="cuda", backward=True))


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("name", ["combine", "log", "sig", "corrected_sig"])
def test_what_has_no_room_in_shared_memory_is_computed_in_global_memory(name, backward):
    source = cuda_source(map_size(name, 2, 3), backward, "float64", 100)
    assert source.memory == 0
    assert source.scratch > 0
    shared = generate_source(name, 2, 3, language="cuda", backward=backward)
    assert shared.memory > shared.scratch == 0
    generator = np.random.default_rng(3)
    given = arguments(source.size, backward, 4)
    values = [generator.normal(size=(5, *a.shape)) for a in given if a.role == "in"]
    expected = HostFunction(shared)(*values, length=4)
    for launch in ((2, 3, False), (1, 4, True)):
        found = HostFunction(source)(*values, length=4, launch=launch)
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-13, atol=1e-13)


WORDS = [
    (1, 1), (1, 6), (2, 1), (2, 4), (2, 6), (3, 3), (4, 3), (5, 4), (7, 2), (12, 2),
]  # fmt: skip


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("dimension", "degree"), WORDS)
def test_words_in_registers_are_those_of_the_kernels(dimension, degree, dtype):
    source = generate_source("sig", dimension, degree, language="cuda", dtype=dtype)
    assert source.threads % 32 == 0
    assert source.lanes * dimension <= source.threads * dimension <= 1024 * dimension
    function = HostFunction(source)
    generator = np.random.default_rng(dimension)
    rounding = 100 * np.finfo(dtype).eps
    for length in (1, 2, 40):
        steps = generator.normal(size=(source.lanes + 1, length, dimension)) / length**0.5
        path = steps.cumsum(axis=1).astype(dtype)
        expected = treealg.branched_sig(path, degree)
        found = function(path, length=length, launch=(1, 1, True))[0]
        np.testing.assert_allclose(found, expected, rtol=rounding, atol=rounding)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("dimension", "degree"), WORDS)
@pytest.mark.parametrize("name", ["sig", "logsig"])
def test_gradients_of_words_in_registers_are_those_of_the_kernels(name, dimension, degree, dtype):
    source = generate_source(
        name, dimension, degree, language="cuda", dtype=dtype, backward=True, planar=degree < 4
    )
    assert source.threads % 32 == 0
    function = HostFunction(source)
    generator = np.random.default_rng(dimension)
    rounding = 1000 * np.finfo(dtype).eps
    for length in (1, 2, 40):
        steps = generator.normal(size=(source.lanes + 1, length, dimension)) / length**0.5
        path = (steps.cumsum(axis=1) / 2).astype(dtype)
        derivs = generator.normal(size=(len(path), arguments(source.size, True)[1].size))
        derivs = derivs.astype(dtype)
        if name == "sig":
            given = path, None, derivs, degree
            expected = treealg.branched_sig_backprop(*given, planar=degree < 4)
        else:
            expected = treealg.branched_log_sig_backprop(
                path, derivs, degree, planar=degree < 4, method=0
            )
        found = np.reshape(
            function(path, derivs, length=length, launch=(1, 1, True))[0], path.shape
        )
        scale = max(np.abs(expected).max(initial=0), 1)
        np.testing.assert_allclose(found, expected, rtol=0, atol=rounding * scale)


def test_many_words_go_by_the_tables():
    assert generate_source("sig", 60, 1, language="cuda").threads == 0
    assert generate_source("sig", 60, 1, language="cuda", backward=True).threads == 0
    assert cuda_source(map_size("sig", 2, 4), False, "float64", 100).threads == 0


@pytest.mark.parametrize("architecture", nvrtc.ARCHITECTURES)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    ("name", "dimension", "degree"),
    [("sig", 5, 4), ("logsig", 3, 4), ("sig", 40, 1), ("corrected_sig", 2, 3), ("log", 2, 3)],
)
def test_kernels_compile_to_ptx(name, dimension, degree, dtype, architecture):
    pytest.importorskip("nvidia.cuda_nvrtc")
    source = generate_source(name, dimension, degree, language="cuda", dtype=dtype)
    ptx = nvrtc.compile_ptx(source, architecture)
    assert f".entry {source.name}(" in ptx
    assert f".target {architecture}" in ptx


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("name", MAPS)
def test_every_map_compiles_to_ptx(name, backward):
    pytest.importorskip("nvidia.cuda_nvrtc")
    source = generate_source(name, 2, 3, language="cuda", planar=True, backward=backward)
    for architecture in nvrtc.ARCHITECTURES:
        assert f".entry {source.name}(" in nvrtc.compile_ptx(source, architecture)


def test_ptx_of_wrong_source_is_refused():
    pytest.importorskip("nvidia.cuda_nvrtc")
    source = generate_source("log", 1, 2, language="cuda")
    with pytest.raises(InvalidValueError, match="nonsense"):
        nvrtc.compile_ptx(replace(source, text=source.text + "nonsense"))
    with pytest.raises(InvalidValueError, match="must be in CUDA"):
        nvrtc.compile_ptx(generate_source("log", 1, 2))


def test_missing_nvrtc_names_the_extra(monkeypatch):
    def nothing(name):
        raise OSError(name)

    nvrtc._library.cache_clear()
    monkeypatch.setitem(sys.modules, "nvidia", None)
    monkeypatch.setattr(nvrtc.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(nvrtc.ctypes, "CDLL", nothing)
    with pytest.raises(MissingDependencyError, match=r"\[nvrtc\]"):
        nvrtc.compile_ptx(generate_source("log", 1, 2, language="cuda"))
    nvrtc._library.cache_clear()
