"""CUDA source without a GPU: barriers, batches, and PTX."""

import sys
from dataclasses import replace

import numpy as np
import pytest

from treealg.codegen import generate_source, nvrtc
from treealg.codegen.host import HostFunction
from treealg.errors import InvalidValueError, MissingDependencyError

MODES = [(1, 1, False), (1, 4, False), (3, 7, True), (2, 32, True)]


@pytest.mark.parametrize("launch", MODES)
@pytest.mark.parametrize("batch", [1, 4, 9])
def test_result_does_not_depend_on_the_launch(launch, batch):
    generator = np.random.default_rng(batch)
    x, y = generator.normal(size=(2, batch, 20))
    function = HostFunction(generate_source("combine", 2, 3, language="cuda"))
    assert function(x, y, launch=launch) == function(x, y, launch=(1, 1, False))


@pytest.mark.parametrize("name", ["combine", "sig"])
def test_emulation_finds_each_missing_barrier(name):
    source = generate_source(name, 2, 4, language="cuda")
    generator = np.random.default_rng(0)
    shapes = [(9, 3, 2)] if name == "sig" else [(9, 72)] * 2
    values = [generator.normal(size=shape) for shape in shapes]
    expected = HostFunction(source)(*values, length=3)
    barrier = "__syncthreads();"
    pieces = source.text.split(barrier)
    missed = []
    for cut in range(1, len(pieces)):
        text = barrier.join(pieces[:cut]) + barrier.join(pieces[cut:])
        function = HostFunction(replace(source, text=text))
        results = []
        for launch in ((1, 5, False), (1, 5, True)):
            results.append(function(*values, length=3, launch=launch))
        if all(result == expected for result in results):
            missed.append(cut)
    assert missed == []


@pytest.mark.parametrize("architecture", nvrtc.ARCHITECTURES)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    ("name", "dimension", "degree"), [("sig", 5, 4), ("corrected_sig", 2, 3), ("log", 2, 3)]
)
def test_kernels_compile_to_ptx(name, dimension, degree, dtype, architecture):
    pytest.importorskip("nvidia.cuda_nvrtc")
    source = generate_source(name, dimension, degree, language="cuda", dtype=dtype)
    ptx = nvrtc.compile_ptx(source, architecture)
    assert f".entry {source.name}(" in ptx
    assert f".target {architecture}" in ptx


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
    with pytest.raises(MissingDependencyError, match=r"treealg\[nvrtc\]"):
        nvrtc.compile_ptx(generate_source("log", 1, 2, language="cuda"))
    nvrtc._library.cache_clear()
