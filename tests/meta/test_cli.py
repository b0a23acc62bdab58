"""The command line: subcommands, exit status, one line per error."""

import errno
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import treealg
from treealg import cli
from treealg.errors import MissingDependencyError
from treealg.tables import directory

ROOT = Path(__file__).parents[2]


@pytest.fixture
def cache(tmp_path, monkeypatch):
    directory = tmp_path / "cache"
    monkeypatch.setenv("TREEALG_CACHE_DIR", str(directory))
    treealg.clear_cache()
    yield directory
    treealg.clear_cache()


def test_version_is_that_of_the_package(capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"treealg {treealg.__version__}\n"


@pytest.mark.parametrize(
    "launcher", [["-m", "treealg"], ["-c", "from treealg.cli import main; main()"]]
)
def test_module_and_entry_point_run_the_command(launcher, tmp_path):
    command = [sys.executable, "-W", "error", *launcher, "trees", "2", "1"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "0  (0,)\n1  (1,)\n"


def test_trees_lists_the_basis_in_order(capsys):
    assert cli.main(["trees", "2", "2"]) == 0
    assert capsys.readouterr().out.split("\n") == [
        "0  (0,)",
        "1  (1,)",
        "2  ((0,), 0)",
        "3  ((0,), 1)",
        "4  ((1,), 0)",
        "5  ((1,), 1)",
        "",
    ]


@pytest.mark.parametrize("planar", [False, True])
def test_trees_lists_every_coefficient_once(planar, capsys):
    assert cli.main(["trees", "2", "3", *(["--planar"] if planar else [])]) == 0
    lines = capsys.readouterr().out.splitlines()
    count = treealg.branched_sig_length(2, 3, planar=planar)
    assert [int(line.split()[0]) for line in lines] == list(range(count))
    assert len({line.split(maxsplit=1)[1] for line in lines}) == count


def test_trees_draws_planar_forests_side_by_side(capsys):
    assert cli.main(["trees", "1", "2", "--planar", "--draw"]) == 0
    assert capsys.readouterr().out == (
        "0  ((0,),)\n0\n\n1  ((0,), (0,))\n0   0\n\n2  (((0,), 0),)\n0\n└─ 0\n\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["trees", "0", "2"],
        ["trees", "2", "-1"],
        ["trees", "1", str(10**20), "--count"],
        ["trees", "1", "7000", "--planar", "--count"],
        ["demo", "vowel"],
        ["demo", "--n-jobs", "0"],
        ["demo", "--output", "no/such/directory/picture.png"],
        ["demo", "--output", "picture.nonsense"],
    ],
)
def test_refused_argument_is_one_line_and_status_two(arguments, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(arguments) == 2
    errors = capsys.readouterr().err
    assert errors.startswith("treealg: ")
    assert errors.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_no_command_is_a_question_for_help(capsys):
    assert cli.main([]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("usage: treealg")
    for command in ("demo", "info", "trees", "cache", "formula", "generate", "verify"):
        assert f"    {command} " in printed


def test_cache_without_an_action_is_a_question_for_help(capsys):
    assert cli.main(["cache"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("usage: treealg cache")
    for action in ("list", "prune", "clear"):
        assert f"    {action} " in printed


@pytest.mark.parametrize("arguments", [["cache", "nonsense"], ["nonsense"], ["trees", "two", "2"]])
def test_what_does_not_parse_exits_with_status_two(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(arguments)
    assert stop.value.code == 2
    assert "usage: treealg" in capsys.readouterr().err


def test_a_missing_package_names_the_extra(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "aeon.datasets", None)
    monkeypatch.setitem(sys.modules, "aeon", None)
    assert cli.main(["demo", "--no-progress"]) == 2
    assert capsys.readouterr().err == (
        "treealg: the package 'aeon' is needed here and is not installed; "
        f'install it with: pip install -e "{ROOT}[demo]"\n'
    )


def test_a_script_that_hides_a_package_is_named(tmp_path, monkeypatch):
    from treealg.optional import require

    script = tmp_path / "hidden_package.py"
    script.write_text("import treealg\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "hidden_package", raising=False)
    importlib.import_module("hidden_package")
    with pytest.raises(MissingDependencyError, match="rename it, as it hides") as caught:
        require("hidden_package.array", extra="dask")
    assert str(script) in str(caught.value)


def test_require_passes_errors_from_inside_a_package(tmp_path, monkeypatch):
    from treealg.optional import require

    (tmp_path / "broken_package.py").write_text("import no_such_module_at_all\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="no_such_module_at_all") as caught:
        require("broken_package", extra="demo")
    assert not isinstance(caught.value, MissingDependencyError)


def test_info_tells_version_kernels_and_cache(cache, capsys):
    treealg.warm_up(2, 2)
    assert cli.main(["info"]) == 0
    rows = dict(line.split("  ", 1) for line in capsys.readouterr().out.splitlines())
    rows = {name.strip(): value.strip() for name, value in rows.items()}
    assert rows["treealg"] == treealg.__version__
    assert rows["instruction set"] in {"avx512", "avx2", "baseline"}
    assert int(rows["threads"]) >= 1
    assert rows["table cache"] == str(cache)
    assert int(rows["cached tables"].split()[0]) == len(list(cache.iterdir())) > 0


def test_info_goes_on_where_the_cache_may_not_be_read(cache, capsys, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr("os.listdir", refuse)
    assert cli.main(["info"]) == 0
    assert "cannot be read: Permission denied" in capsys.readouterr().out
    assert cli.main(["info", "--json"]) == 0
    assert '"cached tables": null' in capsys.readouterr().out


def test_info_and_clear_work_without_a_disk_cache(monkeypatch, capsys):
    monkeypatch.setenv("TREEALG_CACHE_DIR", "")
    assert cli.main(["info"]) == 0
    assert cli.main(["cache", "clear"]) == 0
    out = capsys.readouterr().out
    assert "table cache      off" in out
    assert "no disk cache to clear" in out


def test_cache_clear_removes_the_tables_and_nothing_else(cache, capsys):
    treealg.warm_up(2, 2)
    (cache / "notes.txt").write_text("mine")
    count = len(list(cache.iterdir())) - 1
    assert count > 0
    assert cli.main(["cache", "clear"]) == 0
    assert capsys.readouterr().out.startswith(f"removed {count} tables, ")
    assert [file.name for file in cache.iterdir()] == ["notes.txt"]
    assert cli.main(["cache", "clear"]) == 0
    assert capsys.readouterr().out.startswith("removed 0 tables, ")


@pytest.mark.parametrize("arguments", [["-q", "clear"], ["clear", "-q"]])
def test_options_of_all_commands_stand_before_or_behind_an_action(cache, arguments, capsys):
    assert cli.main(["cache", *arguments]) == 0
    assert capsys.readouterr().out == ""


def test_cache_lists_and_prunes_what_was_used_longest_ago(cache, capsys):
    treealg.warm_up(2, 3)
    names = sorted(file.name for file in cache.iterdir())
    for age, name in enumerate(names):
        os.utime(cache / name, (1000 + age, 1000 + age))
    assert cli.main(["cache", "list"]) == 0
    *listed, summary = capsys.readouterr().out.splitlines()
    assert [line.split()[-1] for line in listed] == names
    assert f"in {cache}" in summary
    size = (cache / names[-1]).stat().st_size
    assert cli.main(["cache", "prune", "--megabytes", str(size / 1e6)]) == 0
    assert capsys.readouterr().out.startswith(f"removed {len(names) - 1} tables, ")
    assert [file.name for file in cache.iterdir()] == names[-1:]


def test_cache_clear_leaves_what_is_no_table_and_says_so(cache, capsys):
    treealg.warm_up(2, 2)
    (cache / "accounts.table").write_text("mine")
    (cache / "x-1.table").mkdir()
    assert cli.main(["cache", "clear"]) == 0
    assert "left alone, as they are no tables of treealg: accounts.table, x-1.table" in (
        capsys.readouterr().out
    )
    assert sorted(file.name for file in cache.iterdir()) == ["accounts.table", "x-1.table"]


def test_files_that_cannot_be_read_are_named_and_left_alone(cache, capsys, monkeypatch):
    treealg.warm_up(2, 2)
    *rest, denied, broken = sorted(file.name for file in cache.iterdir())
    why = {denied: (errno.EACCES, "Permission denied"), broken: (errno.EIO, "Input/output error")}
    wait = directory.without_waiting

    def opener(path, flags):
        if (reason := why.get(os.path.basename(path))) is not None:
            raise OSError(*reason, path)
        return wait(path, flags)

    # No mode stops the superuser.
    monkeypatch.setattr(directory, "without_waiting", opener)
    assert cli.main(["cache", "list"]) == 0
    *listed, _, first, second = capsys.readouterr().out.splitlines()
    assert [line.split()[-1] for line in listed] == rest
    assert first == f"not counted, as they cannot be read (Permission denied): {denied}"
    assert second == f"not counted, as they cannot be read (Input/output error): {broken}"
    assert cli.main(["cache", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["unread"] == {
        name: text for name, (_, text) in why.items()
    }
    assert cli.main(["info"]) == 0
    assert f"{len(rest)} in 0.0 MB, and 2 that cannot be read" in capsys.readouterr().out
    assert cli.main(["cache", "clear"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"removed {len(rest)} tables, ")
    assert f"left alone, as they cannot be read (Permission denied): {denied}" in said
    assert sorted(file.name for file in cache.iterdir()) == [denied, broken]


@pytest.mark.parametrize("size", ["-1", "much", "nan", "inf", "", "1,2", "0x10"])
def test_cache_prunes_to_a_size_only(cache, size, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["cache", "prune", f"--megabytes={size}"])
    assert caught.value.code == 2
    assert "must be a number" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "1,", "a", "1;2", "1,,2"])
@pytest.mark.parametrize(("option", "what"), [("weights", "integers"), ("correction", "numbers")])
def test_several_numbers_have_commas_between_them(option, what, text, capsys):
    with pytest.raises(SystemExit):
        cli.main(["compute", "in.npy", "out.npy", "--degree", "2", f"--{option}={text}"])
    assert f"must be {what} with commas between them" in capsys.readouterr().err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that takes nothing")
@pytest.mark.parametrize("is_buffered", [False, True])
@pytest.mark.parametrize(
    "command", ["--version", "--help", "info", "trees 2 7", "trees 2 999 2>&1", "nonsense 2>&1"]
)
def test_a_stream_that_takes_nothing_is_status_two(command, is_buffered):
    run = "" if is_buffered else "PYTHONUNBUFFERED=1"
    line = f"{run} {sys.executable} -m treealg {command}".replace("2>&1", "2>/dev/full")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(
        ["bash", "-c", f"{line} >/dev/full"],
        capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert ("No space left" in done.stderr) == ("2>" not in command)


@pytest.mark.parametrize("command", ["trees 2 2", "info", "cache list", "--version", "--help"])
def test_closed_streams_are_no_error(tmp_path, command):
    line = f"{sys.executable} -m treealg {command} <&- >&-"
    done = subprocess.run(
        ["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("command", "reader", "read"),
    [
        ("trees 3 6", "head -n 1", "0  (0,)"),
        ("trees 3 6", "true", ""),
        ("trees --help", "true", ""),
        ("--help", "true", ""),
        ("--version", "true", ""),
    ],
)
def test_a_reader_that_leaves_early_is_no_error(command, reader, read, tmp_path):
    line = f"{sys.executable} -m treealg {command} | {reader}"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, read, "")


@pytest.mark.parametrize(
    "command", ["generate --map log --dimension 1 --degree 2", "table convolution 1 2"]
)
def test_what_cannot_be_written_leaves_the_old_file(command, tmp_path, capsys, monkeypatch):
    def full(*arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    output = tmp_path / "out.json"
    output.write_text("old")
    monkeypatch.setattr("pathlib.Path.replace", full)
    assert cli.main([*command.split(), "--output", str(output)]) == 2
    assert "No space left" in capsys.readouterr().err
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("out.json", "old")]


@pytest.mark.parametrize(
    "arguments",
    [
        ["generate", "--map", "log", "--dimension", "1", "--degree", "2", "-o", ""],
        ["generate", "--map", "log", "--dimension", "1", "--degree", "2", "--header="],
        ["verify", "--report", ""],
        ["compute", "", "features.npy", "--degree", "2"],
        ["compute", "paths.npy", "", "--degree", "2"],
        ["demo", "--output", ""],
    ],
)
def test_an_empty_name_is_no_file(arguments, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        cli.main(arguments)
    assert "must be the name of a file, got ''" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "command",
    [
        "generate --map log --dimension 1 --degree 2 -o o.c/",
        "generate --map log --dimension 1 --degree 2 --header o.h/.",
        "verify --report o.json/",
        "table convolution 2 3 -o o.npz/",
        "compute in.npy o.csv/ --degree 2",
        "compute in.npy/ o.csv --degree 2",
        "demo --output o.png/",
    ],
)
def test_what_ends_as_the_name_of_a_folder_is_no_file(command, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.npy").touch()
    with pytest.raises(SystemExit):
        cli.main(command.split())
    assert "which is that of a folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["in.npy"]


@pytest.mark.parametrize("command", ["coproduct", "antipode", "trees --of", "formula log"])
@pytest.mark.parametrize("text", ["((0,),(0,))", "(((0,),0),)", "((0,),(0,1))", "(((0,),(0,)),0)"])
def test_a_forest_is_not_taken_for_a_tree_with_tuples_as_labels(command, text, capsys):
    assert cli.main([*command.split(), text]) == 2
    assert "tree must have integers as labels" in capsys.readouterr().err


def test_a_branch_of_a_forest_is_no_forest(capsys):
    assert cli.main(["coproduct", "((((0,),(0,)),0),)", "--planar"]) == 2
    assert "tree must have integers as labels" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["coproduct", "-1[0]"], ["trees", "--of", "-1[0]"], ["formula", "log", "-1[0]"]]
)
def test_trees_with_negative_labels_say_how_they_are_written(arguments, capsys):
    with pytest.raises(SystemExit):
        cli.main(arguments)
    assert "-1[0], is written after --" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["0 0", "", "0[1] 1 2"])
def test_several_trees_are_told_to_be_forests_of_the_option(text, capsys):
    assert cli.main(["coproduct", text]) == 2
    assert "tree must be one tree, got" in (error := capsys.readouterr().err)
    assert "--planar takes forests" in error


def test_trees_with_negative_labels_are_read_after_dashes_or_an_equals_sign(capsys):
    assert cli.main(["coproduct", "--", "-1[0]"]) == 0
    assert cli.main(["trees", "--of=-1[0]"]) == 0
    assert "-1[0]" in capsys.readouterr().out
