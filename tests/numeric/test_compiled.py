"""Calls within functions that torch compiles: they run as they are, tables and all."""

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
