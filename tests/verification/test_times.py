"""The proofs about time hold, and errors that are planted in times are found."""

import numpy as np
import pytest

import treealg.numeric
from treealg.verification import times


def failed(size=(2, 2, False)):
    return {name for name, outcome in times.check_times(*size) if outcome.failure}


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_times_are_proved(dimension, planar):
    outcomes = dict(times.check_times(dimension, 2, planar))
    assert {name: o.failure for name, o in outcomes.items() if o.failure} == {}
    assert all(outcome.points for outcome in outcomes.values())


def planted(monkeypatch, attribute, change):
    """Change what a public function gives with time."""
    function = getattr(treealg, attribute)

    def wrong(path, *arguments, **options):
        result = function(path, *arguments, **options)
        return change(result) if options.get("time_aug") else result

    monkeypatch.setattr(treealg.numeric, attribute, wrong)


def next_up(result):
    return np.nextafter(result, np.inf, dtype=result.dtype)


@pytest.mark.parametrize(
    ("attribute", "checks"),
    [
        ("branched_log_sig", {"log-signatures by the grid", "log-signatures end"}),
        ("branched_sig_coef", {"coefficients by the grid", "coefficients end"}),
        ("branched_sig_backprop", {"gradients by the grid"}),
        ("branched_sig_kernel", {"signature kernels by the grid"}),
    ],
)
def test_a_last_digit_is_found(attribute, checks, monkeypatch):
    planted(monkeypatch, attribute, next_up)
    assert failed() == checks


def test_one_tick_that_is_summed_up_is_found(monkeypatch):
    def tick(result):
        segments = result.shape[-2] - 1
        each = np.full(segments, result[..., -1, -1].max() / segments, result.dtype)
        result[..., 1:, -1] = np.cumsum(each)
        return result

    planted(monkeypatch, "transform_path", tick)
    found = failed()
    assert "grid" in found
    assert {"signatures by the grid", "prefixes by the grid", "gradients by the grid"} <= found


def test_times_that_are_rounded_twice_are_found(monkeypatch):
    def coarse(result):
        result[..., 1:-1, -1] = np.round(result[..., 1:-1, -1], 3)
        return result

    planted(monkeypatch, "transform_path", coarse)
    assert "grid" in failed()
