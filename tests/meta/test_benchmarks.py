"""Benchmarks check before they time, and what is written about them is what they gave."""

import importlib
import itertools
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "benchmarks"
BENCHMARKS = {path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py")}


@pytest.fixture
def harness(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    yield importlib.import_module("harness")
    for name in ("harness", "report", "compare"):
        sys.modules.pop(name, None)


@pytest.fixture
def cases(harness):
    names = [("f", "(2,3)"), ("f", "(4,5)"), ("g, a part", "(2,3)")]
    return [harness.Case("all", f, "planar", size, 1e-3, "peer", 3e-3) for f, size in names]


def run(script, *arguments):
    command = [sys.executable, str(FOLDER / script), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


def test_the_page_is_what_the_stored_results_give():
    done = run("report.py", "--check")
    assert done.returncode == 0, done.stderr


def test_a_page_that_was_written_by_hand_is_noticed(harness, monkeypatch, tmp_path, capsys):
    report = importlib.import_module("report")
    page = tmp_path / "benchmarks.md"
    page.write_text(report.page().replace("| planar |", "| plane |", 1), "utf-8")
    monkeypatch.setattr(report, "PAGE", page)
    monkeypatch.setattr(sys, "argv", ["report.py", "--check"])
    assert report.main() == 1
    assert "run it" in capsys.readouterr().err


def test_every_benchmark_has_a_result_that_the_page_shows():
    stored = {path.stem for path in FOLDER.glob("results/*.json")}
    assert stored | {"cuda"} == BENCHMARKS | {"cuda"}
    shown = re.findall(r"\{\{(?:table|times|ratios) (\w+)", (FOLDER / "page.md").read_text("utf-8"))
    assert set(shown) == stored


def test_results_say_where_with_what_and_when():
    for path in FOLDER.glob("results/*.json"):
        about = json.loads(path.read_text("utf-8"))
        assert about["benchmark"] == path.stem
        assert set(about["machine"]) == {"processor", "cores", "instruction set", "system"}
        assert {"Python", "treealg", "numpy"} <= set(about["versions"])
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", about["date"])
        assert about["seeds"]
        assert all(case["seconds"] > 0 for case in about["cases"])


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (np.ones(3), np.array([1, 1, 1 + 1e-9])),
        (np.ones(3), np.array([1, 1, np.nan])),
        (np.full(3, np.nan), np.full(3, np.nan)),
        (np.ones(3), np.ones((3, 1))),
        ((np.ones(3), np.ones(3)), (np.ones(3), np.zeros(3))),
        ((np.ones(3), None), (np.ones(3), np.ones(3))),
    ],
)
def test_nothing_is_timed_where_two_results_differ(harness, ours, theirs):
    calls = []

    def mine():
        calls.append("ours")
        return ours

    benchmark = harness.Run(quick=True)
    with pytest.raises(SystemExit, match="f size: results"):
        benchmark.compare("f", "size", mine, lambda: theirs)
    with pytest.raises(SystemExit, match="f size: results"):
        benchmark.alone("f", "size", mine, lambda: theirs)
    assert calls == ["ours", "ours"]
    assert benchmark.cases == []


def test_two_sides_take_turns(harness):
    turns = []
    benchmark = harness.Run(quick=False)
    benchmark.compare("f", "size", lambda: turns.append(1) or 1.0, lambda: turns.append(2) or 1.0)
    changes = sum(a != b for a, b in itertools.pairwise(turns))
    assert changes == 2 * (benchmark.rounds + 1) - 1


def test_a_case_has_one_name(harness):
    benchmark = harness.Run(quick=True)
    benchmark.add("f", "size", 1.0, None)
    with pytest.raises(ValueError, match="two cases"):
        benchmark.add("f", "size", 2.0, None)


def write(harness, path, cases):
    path.write_text(harness.text_of({"benchmark": "some"}, cases), "utf-8")
    return path


def test_results_are_read_as_they_were_written(harness, cases, tmp_path):
    about, found = harness.load(write(harness, tmp_path / "some.json", cases))
    assert about == {"benchmark": "some"}
    assert found == cases


def test_comparison_fails_where_a_ratio_falls_or_a_case_is_gone(harness, cases, tmp_path):
    old = write(harness, tmp_path / "old.json", cases)
    # Twice the time on both sides is another machine, not a slower treealg.
    machine = [replace(case, seconds=2e-3, beside_seconds=6e-3) for case in cases]
    assert (
        run("compare.py", old, write(harness, tmp_path / "machine.json", machine)).returncode == 0
    )
    slower = [*cases[:2], replace(cases[2], beside_seconds=2e-3)]
    done = run("compare.py", old, write(harness, tmp_path / "slower.json", slower))
    assert done.returncode == 1
    assert "1 of 3 slower, 0 gone" in done.stdout
    assert run("compare.py", old, tmp_path / "slower.json", "--threshold", "0.4").returncode == 0
    fewer = write(harness, tmp_path / "fewer.json", cases[:2])
    assert run("compare.py", old, fewer).returncode == 1
    assert run("compare.py", fewer, old).returncode == 0


def test_results_of_a_commit_are_compared_with_what_is_stored():
    done = run("compare.py", "no-such-commit")
    assert done.returncode == 1
    assert "no-such-commit is no file, no folder and no commit" in done.stderr
    where = ["git", "rev-parse", "--show-prefix"]
    inside = subprocess.run(where, cwd=ROOT, capture_output=True, text=True, check=False)
    # Not where the source distribution is tried, which may be unpacked within a checkout.
    if inside.returncode == 0 and not inside.stdout.strip():
        done = run("compare.py", "HEAD", "--threshold", "1")
        assert "0 of" in done.stdout.splitlines()[-1]


@pytest.fixture
def instructions(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    yield importlib.import_module("instructions")
    sys.modules.pop("instructions", None)


def test_the_instructions_of_every_case_are_stored(instructions):
    stored = json.loads(instructions.STORED.read_text("utf-8"))
    assert list(stored["instructions"]) == list(instructions.cases())
    assert all(isinstance(count, int) and count > 0 for count in stored["instructions"].values())
    assert list(stored["made by"]) == list(instructions.machine())


def test_a_tenth_more_instructions_fails_and_is_named(instructions, capsys):
    stored = {"some": 1000, "other": 1000}
    assert instructions.compare({"some": 1100, "other": 900}, stored) == 0
    capsys.readouterr()
    assert instructions.compare({"some": 1101, "other": 1000, "new": 1}, stored) == 2
    some, other, new = capsys.readouterr().out.splitlines()
    assert re.search(r"some .* 1\.101 .*TOO MANY", some)
    assert "TOO MANY" not in other
    assert "not stored" in new


def test_a_case_of_instructions_that_is_not_there_is_refused():
    done = run("instructions.py", "no such case")
    assert done.returncode == 2
    assert "no such case" in done.stderr
