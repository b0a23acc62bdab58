"""The command ``compute``: its options are those of the functions."""

import importlib
import inspect
import json

import numpy as np
import pandas as pd
import pytest

import treealg
from treealg import cli
from treealg.files import compute


@pytest.fixture
def trades(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({
        "day": np.repeat([3, 1, 2], 8), "minute": np.tile(np.arange(8.0) ** 2, 3),
        "price": rng.normal(size=24), "size": rng.normal(size=24),
    })  # fmt: skip
    frame.to_parquet("trades.parquet", row_group_size=5)
    return frame


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("--degree 2", {"degree": 2}),
        ("--degree 2 --log --planar --method 1", {"log": True, "planar": True, "method": 1}),
        ("--degree 2 --words --lead-lag", {"words": True, "lead_lag": True}),
        ("--degree 2 --time-aug --end-time 0.5", {"time_aug": True, "end_time": 0.5}),
        ("--degree 2 --time-aug --end-time 0", {"time_aug": True, "end_time": 0.0}),
        ("--degree 2 --log --planar --method 0", {"log": True, "planar": True, "method": 0}),
        ("--degree 2 --times --dtype float32", {"times": True, "dtype": "float32"}),
        ("--degree 2 --basepoint --scalar-term", {"basepoint": True, "scalar_term": True}),
        ("--degree 2 --correction -0.5,0,0,-0.5", {"correction": [-0.5, 0, 0, -0.5]}),
        ("--degree 2 --windows 4,2 --n-jobs 2", {"windows": (4, 2), "n_jobs": 2}),
        ("--degree 2 --windows 0:3,2:8", {"windows": [[0, 3], [2, 8]]}),
        ("--degree 2 --trees size price[size]", {"trees": ["size", "price[size]"]}),
        ("--degree 2 --windows expanding,3", {"windows": ("expanding", 3)}),
        ("--degree 2 --windows dyadic,1 --times", {"windows": ("dyadic", 1), "times": True}),
        ("--degree 3 --weights 1,2", {"degree": 3, "weights": [1, 2]}),
        ("--degree 2 --missing linear", {"missing": "linear"}),
    ],
)
@pytest.mark.usefixtures("trades")
def test_options_are_those_of_the_functions(line, options, capsys):
    columns = "--id day --time minute --values price size"
    line = line.replace("--correction ", "--correction=")
    assert cli.main(f"compute trades.parquet out.parquet {columns} {line}".split()) == 0
    rows = compute(
        "trades.parquet", "expected.parquet", id="day", time="minute", values=["price", "size"],
        **{"degree": 2} | options,
    )  # fmt: skip
    assert capsys.readouterr().out == f"out.parquet: {rows} rows\n"
    pd.testing.assert_frame_equal(
        pd.read_parquet("out.parquet"), pd.read_parquet("expected.parquet")
    )


def test_the_command_has_every_option_of_the_functions():
    parser = importlib.import_module("treealg.cli.main")._parser()
    (command,) = [a.choices["compute"] for a in parser._actions if getattr(a, "choices", None)]
    there = {action.dest for action in command._actions}
    functions = (
        treealg.branched_sig,
        treealg.branched_log_sig,
        treealg.sig,
        treealg.log_sig,
        compute,
    )
    wanted = {name for function in functions for name in inspect.signature(function).parameters}
    settled = {"path", "lengths", "stream", "out", "options", "progress"}
    assert wanted - there == settled & wanted
    assert there - wanted == {"help", "quiet", "verbose", "no_progress", "json"}


@pytest.mark.usefixtures("trades")
def test_what_was_written_as_json(capsys):
    line = "compute trades.parquet out.parquet --degree 1 --id day --time minute --json"
    assert cli.main(line.split()) == 0
    assert json.loads(capsys.readouterr().out) == {"output": "out.parquet", "rows": 3}


@pytest.mark.usefixtures("trades")
def test_recordings_of_the_demo_become_features(capsys):
    from treealg.demo import load_motions

    paths = np.stack(load_motions().paths)
    np.save("recordings.npy", paths)
    line = "compute recordings.npy out.npy --degree 2 --log --time-aug"
    assert cli.main(line.split()) == 0
    expected = treealg.branched_log_sig(paths, 2, time_aug=True)
    np.testing.assert_allclose(np.load("out.npy"), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    "line",
    [
        "compute trades.parquet out.parquet --degree 2 --id dya",
        "compute trades.parquet out.pakket --degree 2 --id day",
        "compute trade.parquet out.parquet --degree 2 --id day",
        "compute trades.parquet out.parquet --degree 2 --id day --planar --words",
        "compute trades.parquet out.parquet --degree 2 --id day --n-jobs 0",
    ],
)
@pytest.mark.usefixtures("trades")
def test_what_is_wrong_is_one_line_and_status_two(line, capsys):
    assert cli.main(line.split()) == 2
    errors = capsys.readouterr().err
    assert errors.startswith("treealg: ")
    assert errors.count("\n") == 1


@pytest.mark.usefixtures("trades")
def test_progress_shows_rows_and_rate(capsys):
    compute("trades.parquet", "out.npy", degree=2, id="day", time="minute", progress=True)
    shown = capsys.readouterr().err
    assert "24.0/24.0" in shown
    assert "rows/s" in shown
