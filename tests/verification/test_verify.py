"""The command and its function: sizes, rows, exit status, and what cannot be checked."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

import treealg
from treealg import cli, tables
from treealg.codegen import languages
from treealg.codegen.compilers import host
from treealg.errors import InvalidTypeError, InvalidValueError, MissingDependencyError
from treealg.optional import install_command
from treealg.verification import ptx, run
from treealg.verification.progress import Rows
from treealg.verification.report import Check, Outcome, Report, merged, row

COMMAND = ["verify", "--dimension", "1", "--degree", "1", "--map", "arborification"]


@pytest.fixture
def wrong_table(monkeypatch):
    def wrong(*arguments, **options):
        from dataclasses import replace

        table = function(*arguments, **options)
        return replace(table, coef=table.coef + 1)

    function = tables.arborification
    monkeypatch.setattr(tables, "arborification", wrong)


def test_command_writes_rows_and_a_report(tmp_path, capsys):
    file = tmp_path / "report.txt"
    assert cli.main([*COMMAND, "--report", str(file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:6] == [f"1/{len(lines) - 1}", "ok", "1", "1", "non-planar", "tables"]
    assert "0 failures" in lines[-1]
    report = file.read_text("utf-8").splitlines()
    assert report[-1] == lines[-1]
    assert len(report) == 1 + int(lines[-1].split()[0])


@pytest.mark.usefixtures("wrong_table")
def test_command_exits_non_zero_on_a_failure(capsys):
    assert cli.main(COMMAND) == 1
    out = capsys.readouterr().out
    assert "FAIL 1 1 non-planar  tables" in out
    assert "row (0,)" in out


@pytest.mark.parametrize("text", ["x", "1:", "1:2:3", "-1", "2.0"])
def test_command_refuses_what_is_no_size(text, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(["verify", f"--degree={text}"])
    assert stop.value.code == 2
    assert "a number N or a range M:N" in capsys.readouterr().err


def test_command_refuses_a_size_beyond_all_bounds(capsys):
    assert cli.main(["verify", "--degree", "9" * 20]) == 2
    assert "lower the degree" in capsys.readouterr().err


def test_rows_stand_above_a_progress_bar(monkeypatch, capsys):
    calls = []

    class Bar:
        disable = False

        def __init__(self, **options):
            self.total = None

        def write(self, text):
            calls.append(text)

        def update(self):
            calls.append(self.total)

        def close(self):
            calls.append("closed")

    monkeypatch.setitem(sys.modules, "tqdm", SimpleNamespace(tqdm=Bar))
    with Rows() as rows:
        rows.add("a row", 1, 9)
    assert calls == ["a row", 9, "closed"]
    monkeypatch.setitem(sys.modules, "tqdm", None)
    with Rows() as rows:
        rows.add("a row", 1, 10)
    assert capsys.readouterr().out == " 1/10  a row\n"


def test_a_range_of_sizes_is_checked():
    report = treealg.verify((1, 2), (2, 2), maps=["arborification"], planar=True)
    assert report.passed
    assert {check.size for check in report.checks} == {"1 2 planar", "2 2 planar"}
    subjects = {check.subject for check in report.checks}
    assert subjects >= {"tables", "laws", "arborification backward", "arborification kernel"}


def test_kernels_of_compositions_need_all_their_maps():
    label = (1, 1, False)
    ahead = None
    found = {
        name for _, name, _ in run._subjects(label, ["combine", "linear"], ahead, threads=True)
    }
    kernels = {name for name in found if name.endswith("kernel")}
    assert kernels == {"combine kernel", "linear kernel", "join kernel", "prepend kernel"}


@pytest.mark.parametrize(
    ("arguments", "options", "error"),
    [
        ((0, 2), {}, InvalidValueError),
        ((1, 2.5), {}, InvalidTypeError),
        ((1, (1, 2, 3)), {}, InvalidTypeError),
        (((1, "2"), 1), {}, InvalidTypeError),
        ((1, (3, 2)), {}, InvalidValueError),
        ((1, 2), {"maps": "log"}, InvalidTypeError),
        ((1, 2), {"maps": ["nonsense"]}, InvalidValueError),
        ((1, 2), {"maps": []}, InvalidValueError),
        ((1, 2), {"planar": 1}, InvalidTypeError),
        ((1, 2), {"ptx": "yes"}, InvalidTypeError),
        ((1, 2), {"report": 3}, InvalidTypeError),
        ((9, 99), {}, InvalidValueError),
        ((1, 10**20), {}, InvalidValueError),
        ((2, (10**20, 10**20)), {"maps": ["arborification"]}, InvalidValueError),
        ((10**20, 2), {"maps": ["sig"]}, InvalidValueError),
    ],
)
def test_bad_arguments_are_refused(arguments, options, error):
    with pytest.raises(error):
        treealg.verify(*arguments, **options)


def test_a_report_that_cannot_be_written_is_refused_before_anything_is_done(tmp_path):
    rows = []
    with pytest.raises(InvalidValueError, match="there is no folder"):
        treealg.verify(
            1, 1, report=tmp_path / "none" / "report", progress=lambda *given: rows.append(given)
        )
    assert not rows


@pytest.mark.parametrize("name", [".", "a" * 300])
def test_a_report_that_cannot_have_its_name_is_refused_before_anything_is_done(name, tmp_path):
    rows = []
    with pytest.raises(InvalidValueError, match=r"written: Is a dir|longer than names"):
        treealg.verify(1, 1, report=tmp_path / name, progress=lambda *given: rows.append(given))
    assert (rows, list(tmp_path.iterdir())) == ([], [])


def test_an_old_report_stays_where_checks_are_interrupted(tmp_path):
    (tmp_path / "report").write_text("old")

    def interrupt(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        treealg.verify(1, 1, maps=["log"], report=tmp_path / "report", progress=interrupt)
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("report", "old")]


def test_a_size_whose_proof_is_too_large_is_refused_before_anything_is_done():
    rows = []
    with pytest.raises(InvalidValueError, match=r"needs [0-9,]+ points"):
        treealg.verify(3, 4, maps=["combine"], progress=lambda *given: rows.append(given))
    assert not rows


def test_without_a_compiler_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(host.shutil, "which", lambda name: None)
    with pytest.raises(MissingDependencyError, match="install GCC or Clang"):
        treealg.verify(1, 1, maps=["arborification"])


def test_without_nvrtc_ptx_is_reported_as_skipped_or_refused(monkeypatch):
    def missing(*arguments):
        raise MissingDependencyError(f"install it with: {install_command('nvrtc')}")

    monkeypatch.setattr(ptx, "compile_ptx", missing)
    report = treealg.verify(1, 1, maps=["linear"], planar=False)
    assert report.passed
    assert [check.name for check in report.skipped] == [
        "float64, sm_80",
        "backward, float64, sm_80",
    ]
    assert install_command("nvrtc") in str(report)
    with pytest.raises(MissingDependencyError, match="nvrtc"):
        treealg.verify(1, 1, maps=["linear"], ptx=True)


def test_ptx_is_made_for_all_architectures_on_request():
    pytest.importorskip("nvidia")
    report = treealg.verify(1, 1, maps=["linear"], planar=False, ptx=True)
    names = [check.name for check in report.checks if check.subject == "linear PTX"]
    assert names[:4] == ["float64, sm_80", "float64, sm_90", "float32, sm_80", "float32, sm_90"]
    assert len(names) == 8
    assert report.passed


def test_a_kernel_that_is_too_large_for_a_gpu_is_a_row_with_its_reason(monkeypatch):
    def refused(*arguments):
        raise InvalidValueError("needs 999,999 bytes of shared memory")

    monkeypatch.setitem(languages._PRINTERS, "cuda", refused)
    report = treealg.verify(1, 1, maps=["inverse"], planar=True)
    assert report.passed
    assert {check.outcome.skipped for check in report.skipped} == {
        "needs 999,999 bytes of shared memory"
    }
    assert {check.name for check in report.skipped} >= {
        "CUDA source, threads ascending",
        "CUDA source, float32, backward",
        "float64, sm_80",
    }
    assert "skipped" in report.verdict


def test_an_empty_check_does_not_pass():
    check = Check("1 1", "tables", "nothing", Outcome(0), 0.0)
    assert check.failed
    assert not Report((check,)).passed
    assert not Report(()).passed
    assert "nothing was compared" in str(check)


def test_a_report_of_skipped_checks_alone_does_not_pass():
    check = Check("1 1", "log PTX", "float64", Outcome(0, skipped="no NVRTC"), 0.0)
    assert not check.failed
    assert not Report((check,)).passed
    assert row([check]).startswith("skip 1 1")
    assert "no NVRTC" in row([check])


def test_merged_outcomes_keep_the_first_failure_and_the_largest_error():
    parts = [Outcome(2, error=0.5), Outcome(3, error=0.25)]
    assert merged(parts) == Outcome(5, error=0.5)
    assert merged([*parts, Outcome(1, "wrong"), Outcome(9)]) == Outcome(6, "wrong", error=0.5)


def test_a_report_goes_to_the_home_directory_too(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    command = ["verify", "--dimension", "1", "--degree", "1", "--map", "arborification"]
    assert cli.main([*command, "--report=~/a ü.txt"]) == 0
    treealg.verify(1, 1, maps=["arborification"], report="~/b.txt")
    assert (tmp_path / "a ü.txt").read_text("utf-8") == (tmp_path / "b.txt").read_text("utf-8")
    for name in (3, [], ""):
        with pytest.raises(treealg.TreeAlgError, match="report must be the name of a file"):
            treealg.verify(1, 1, report=name)


@pytest.mark.parametrize("name", [1j, None, np.zeros(3), ["log"]], ids=str)
def test_what_is_no_name_of_a_map_is_refused(name):
    with pytest.raises(treealg.InvalidValueError, match=r"maps must be some of .*; got "):
        treealg.verify(1, 1, maps=["log", name])
