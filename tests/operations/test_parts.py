"""Large batches of dual numbers are computed in parts, which changes no result."""

import numpy as np
import pytest

import treealg
from treealg.numeric.operations import parts

from .cases import CASES, OF_JVP, assert_close, call, each_case

DIRECTIONS = [case for case in CASES if case.name in OF_JVP]


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(parts, "_BYTES", 1)


@each_case(DIRECTIONS)
def test_results_in_parts_are_those_of_the_whole(case, monkeypatch):
    given = case.arguments((37,))
    want = call(case, given)
    monkeypatch.setattr(parts, "_BYTES", 1)
    assert_close(call(case, given), want)


@pytest.mark.usefixtures("small")
def test_a_batch_comes_in_parts_of_several_rows(monkeypatch):
    counts = []
    row = treealg.operations["branched_sig_inverse_jvp"]
    whole = parts._part

    def part(given, arguments, start, stop):
        found = whole(given, arguments, start, stop)
        counts.append(len(found["bsig"]))
        return found

    monkeypatch.setattr(parts, "_part", part)
    bsig = np.random.default_rng(1).normal(size=(37, 20))
    row.function(bsig, bsig, 2, 3)
    assert counts == [16, 16, 5]


@pytest.mark.usefixtures("small")
def test_errors_have_the_shapes_that_were_given():
    bsig = np.ones((37, 20))
    with pytest.raises(treealg.InvalidValueError, match=r"got shape \(37, 20\)"):
        treealg.branched_sig_inverse_jvp(bsig, bsig, 2, 4)


def test_arguments_that_serve_several_rows_are_not_divided():
    path, shared = np.ones((37, 4, 2)), np.ones(4)
    row = treealg.operations["branched_sig_jvp"]
    defaults = {name: x.default for name, x in row.signature.parameters.items()}
    given = defaults | {"path": path, "tangent": path, "degree": 2}
    assert parts._rows(given, row.arguments) == 37
    assert parts._rows(given | {"correction": shared}, row.arguments) == 0
    assert parts._rows(given | {"basepoint": np.ones(2)}, row.arguments) == 0
    assert parts._rows(given | {"path": [path[0]], "tangent": [path[0]]}, row.arguments) == 0
    assert parts._rows(given | {"path": path[0], "tangent": path[0]}, row.arguments) == 0
