"""Dual numbers are put side by side for a few rows at a time, which changes no result."""

import numpy as np
import pytest

from treealg import engines
from treealg.numeric.arguments import batches

from .cases import CASES, OF_JVP, assert_close, call, each_case

DIRECTIONS = [case for case in CASES if case.name in OF_JVP]


@each_case(DIRECTIONS)
def test_results_in_parts_are_those_of_the_whole(case, monkeypatch):
    given = case.arguments((37,))
    monkeypatch.setattr(batches, "_DUAL_BYTES", 1 << 40)
    want = call(case, given)
    monkeypatch.setattr(batches, "_DUAL_BYTES", 1)
    assert_close(call(case, given), want)


SHAPES = {
    "vectors": lambda x: x,
    "rows apart": lambda x: x[::2],
    "rows backwards": lambda x: x[::-1],
    "columns apart": lambda x: x[:, ::2],
    "paths": lambda x: x.reshape(len(x), 3, -1),
    "paths transposed": lambda x: x.reshape(len(x), 3, -1).swapaxes(1, 2),
    "no rows": lambda x: x[:0],
    "no columns": lambda x: x[:, :0],
}


@pytest.fixture(params=["compiled", "reference"])
def engine(request):
    with engines.use(request.param):
        yield engines.current()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_values_and_tangents_are_the_parts_of_dual_numbers(engine, shape, dtype):
    rng = np.random.default_rng(7)
    values, tangents = (SHAPES[shape](x) for x in rng.normal(size=(2, 9, 12)).astype(dtype))
    both = np.full(values.shape, np.nan, np.result_type(dtype, np.complex64))
    engine.join_tangents(values, tangents, both)
    np.testing.assert_array_equal(both, values + 1j * tangents)
    out = SHAPES[shape](np.full((9, 12), np.nan, dtype))
    engine.take_tangents(both, out)
    np.testing.assert_array_equal(out, tangents)
    engine.join_tangents(values, None, both)
    np.testing.assert_array_equal(both, values)


@pytest.mark.parametrize("wrong", ["shape", "precision", "no duals"])
def test_the_door_refuses_what_does_not_fit_together(wrong):
    engine = engines.current()
    values = np.zeros((3, 4), np.float32 if wrong == "precision" else np.float64)
    both = np.zeros((3, 5 if wrong == "shape" else 4), complex)
    with pytest.raises(ValueError, match="duals"):
        engine.join_tangents(values, None, both.real if wrong == "no duals" else both)
    with pytest.raises(ValueError, match="duals"):
        engine.take_tangents(both.real if wrong == "no duals" else both, values)
