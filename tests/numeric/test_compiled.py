"""Calls within functions that torch compiles: they run as they are, tables and all."""

import subprocess
import sys

import numpy as np
import pytest

import treealg

torch = pytest.importorskip("torch")

D, N = 2, 3


def derivatives(path):
    return path.new_ones(len(path), treealg.branched_sig_length(D, N))


CALLS = {
    "branched_sig": lambda path: treealg.branched_sig(path, N, n_jobs=2),
    "corrected": lambda path: treealg.branched_sig(path, N, correction=path.new_ones(4)),
    "brackets": lambda path: treealg.branched_log_sig(path, N, planar=True, method=2),
    "branched_sig_coef": lambda path: treealg.branched_sig_coef(path, [((0,), 1)]),
    "branched_sig_backprop": lambda path: treealg.branched_sig_backprop(
        path, None, derivatives(path), N
    ),
    "branched_sig_kernel": lambda path: treealg.branched_sig_kernel(path, path, 2, 0),
}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("name", CALLS)
def test_first_call_within_a_compiled_function_builds_its_tables(name, monkeypatch):
    monkeypatch.setenv("TREEALG_CACHE_DIR", "")
    path = torch.from_numpy(np.random.default_rng(0).normal(size=(3, 10, D)))

    def function(path):
        return 1 + CALLS[name](2 * path)

    treealg.clear_cache()
    torch._dynamo.reset()
    got = torch.compile(function, backend="eager")(path)
    torch.testing.assert_close(got, function(path), rtol=0, atol=0)


FRESH = """
import sys
import warnings

import torch

import treealg

path = torch.linspace(0, 1, 30, dtype=torch.float64).reshape(3, 5, 2)
calls = {
    "signature": lambda path: treealg.branched_sig(2 * path, 4),
    "logarithm": lambda path: treealg.branched_sig_to_log_sig(path.new_ones(3, 20), 2, 3),
    "coefficients": lambda path: treealg.branched_sig_coef(2 * path, [((0,), 1)]),
    "length": lambda path: path * treealg.branched_sig_length(2, 3),
}
if sys.argv[1] == "known":  # before the compiler is loaded
    for call in calls.values():
        call(path)
assert "torch._dynamo" not in sys.modules
warnings.simplefilter("error", UserWarning)
for call in calls.values():
    got = torch.compile(call, backend="eager")(path)
    assert torch.equal(got, call(path))
"""


@pytest.mark.slow
@pytest.mark.parametrize("names", ["new", "known"])
def test_compilers_find_nothing_to_warn_of(names, tmp_path, monkeypatch):
    monkeypatch.setenv("TREEALG_CACHE_DIR", str(tmp_path))
    subprocess.run([sys.executable, "-c", FRESH, names], check=True, timeout=600)
