"""Engines: every operation and stream gives the same with each, and how one is chosen."""

import re
import subprocess
import sys

import numpy as np
import pytest

import treealg
from treealg import engines

from .cases import CASES, call

STREAMS = {
    "interval": (treealg.BranchedSigStream, {}),
    "logarithm": (treealg.BranchedLogSigStream, {"planar": True, "method": 2, "lead_lag": True}),
    "corrected": (treealg.BranchedSigStream, {"correction": np.zeros(4), "time_aug": True}),
    "window": (treealg.BranchedSigWindowStream, {"window_size": 70, "lead_lag": True}),
}


@pytest.fixture(autouse=True)
def _compiled_again():
    yield
    engines.use("compiled")


def assert_agree(got, want):
    for one, other in zip(got, want, strict=True):
        assert (one is None) == (other is None)
        if other is not None:
            np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("case", CASES, ids=repr)
def test_every_operation_gives_the_same_with_the_reference_engine(case):
    given = case.arguments((3,))
    want = call(case, given)
    with engines.use("reference"):
        got = call(case, given)
    assert_agree(got, want)


@pytest.mark.parametrize("name", STREAMS)
def test_every_stream_gives_the_same_with_the_reference_engine(name):
    kind, options = STREAMS[name]
    points = np.random.default_rng(3).normal(size=(2, 150, 2)).cumsum(axis=1) / 10
    results = []
    for engine in ("compiled", "reference"):
        with engines.use(engine):
            stream = kind(2, 2, **options)
            stream.push_batch(points)
            results.append(stream.sig() if name == "window" else stream.sig(3, 140))
    assert_agree(*[[result] for result in results])


def test_the_engine_that_is_in_use_computes(monkeypatch):
    with engines.use("reference"):
        reference = engines.current()

    class Reached(Exception):
        """The engine computed."""

    def path_signature(*_given):
        raise Reached

    monkeypatch.setattr(reference, "path_signature", path_signature)
    treealg.branched_sig([[0.0], [1.0]], 2)
    with engines.use("reference"), pytest.raises(Reached):
        treealg.branched_sig([[0.0], [1.0]], 2)
    treealg.branched_sig([[0.0], [1.0]], 2)


def test_an_engine_stays_until_another_is_chosen_or_its_block_ends():
    assert engines.current().name == "compiled"
    engines.use("reference")
    assert engines.current().name == "reference"
    with engines.use("compiled"):
        assert engines.current().name == "compiled"
    assert engines.current().name == "reference"
    with pytest.raises(ZeroDivisionError), engines.use("compiled"):
        raise ZeroDivisionError
    assert engines.current().name == "reference"


@pytest.mark.parametrize("name", ["numpy", "", None, 1])
def test_an_unknown_engine_is_refused_by_a_list_of_those_there_are(name):
    with pytest.raises(treealg.InvalidValueError, match=r"'compiled', 'reference'"):
        engines.use(name)
    assert engines.current().name == "compiled"


def test_importing_treealg_loads_neither_the_reference_engine_nor_that_of_gpus():
    script = "import sys, treealg; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert not found.returncode
    assert "treealg.engines" in found.stdout
    assert not re.search(r"treealg\._fast\.reference|treealg\.cuda", found.stdout)
