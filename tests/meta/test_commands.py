"""Commands of the algebra: what they print is what the functions return."""

import contextlib
import io
import json
import os
import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse

import treealg
from treealg import cli, symbolic, tables
from treealg.symbolic import OrderedForest, Tree, bck, bseries, cem, mkw

ROOT = Path(treealg.__file__).parents[1]
COMMANDS = (
    "demo", "compute", "trees", "coproduct", "antipode", "formula", "generate", "verify",
    "methods", "table", "cache", "info", "completion",
)  # fmt: skip


def printed(*words):
    with contextlib.redirect_stdout(io.StringIO()) as stream:
        assert cli.main(list(words)) == 0
    return stream.getvalue()


def refused(capsys, *words):
    assert cli.main(list(words)) == 2
    errors = capsys.readouterr().err
    assert errors.count("\n") == 1
    return errors


@pytest.mark.parametrize("command", COMMANDS)
def test_each_help_has_examples_that_parse(command, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main([command, "--help"])
    assert stop.value.code == 0
    text = capsys.readouterr().out
    examples = re.findall(rf"^  treealg ({command} .*|{command})$", text, re.MULTILINE)
    assert len(examples) >= 2
    parser = cli.main.__globals__["_parser"]()
    for example in examples:
        words = re.findall(r"'[^']*'|[^ ]+", example.partition(" > ")[0])
        parser.parse_args([word.strip("'") for word in words])


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["treees"], "did you mean 'trees'"),
        (["trees", "2", "2", "--plannar"], "did you mean '--planar'"),
        (["table", "arborifcation", "2", "2", "-o", "x.npz"], "did you mean 'arborification'"),
        (["cache", "prun"], "did you mean 'prune'"),
        (["cache", "prune", "--megabyts", "3"], "treealg cache prune: error"),
        (["trees", "2", "3", ""], "treealg trees: error: unrecognized arguments: ''"),
        (["trees", "2", "3", " ", "x"], "treealg trees: error: unrecognized arguments: ' ' x"),
        (["trees", "--dimension", "2", "3"], "treealg trees: error: unrecognized arguments: --dim"),
    ],
)
def test_what_does_not_parse_says_what_may_have_been_meant(words, meant, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(words)
    assert stop.value.code == 2
    assert meant in capsys.readouterr().err


@pytest.mark.parametrize("text", ["0[1,1]", "((1,),(1,),0)", " 0[1, 1] "])
def test_what_is_known_of_a_tree(text):
    facts = json.loads(printed("trees", "--of", text, "--json"))
    assert facts["tuple form"] == [[1], [1], 0]
    assert (facts["nodes"], facts["symmetry"], facts["factorial"]) == (3, 2, 3)
    shown = printed("trees", "--of", text)
    assert "symmetry    2\n" in shown
    assert shown.endswith("0\n├─ 1\n└─ 1\n")


@pytest.mark.parametrize("planar", [False, True])
def test_trees_are_counted_by_nodes(planar):
    flag = ["--planar"] if planar else []
    counts = json.loads(printed("trees", "2", "4", "--count", "--json", *flag))
    assert counts["total"] == treealg.branched_sig_length(2, 4, planar=planar)
    assert sum(counts["by nodes"].values()) == counts["total"]
    last = printed("trees", "2", "4", "--count", *flag).splitlines()[-1]
    assert last.split() == ["total", str(counts["total"])]


def test_a_basis_as_json_has_names_and_trees():
    rows = json.loads(printed("trees", "2", "3", "--json"))
    assert [row["name"] for row in rows] == list(treealg.branched_sig_names(2, 3))
    assert [row["index"] for row in rows] == list(range(20))


@pytest.mark.parametrize("operation", ["coproduct", "antipode"])
@pytest.mark.parametrize(
    ("text", "flags", "algebra", "element"),
    [
        ("0[0,1]", [], bck, Tree.from_text("0[0,1]")),
        ("0[1] 2", ["--planar"], mkw, OrderedForest.from_text("0[1] 2")),
        ("((0,),1)", ["--planar"], mkw, OrderedForest.from_text("1[0]")),
        ("0[0[0]]", ["--algebra", "cem"], cem, Tree.from_text("0[0[0]]")),
    ],
)
def test_the_algebra_of_a_tree_is_that_of_the_symbolic_layer(
    operation, text, flags, algebra, element
):
    result = getattr(algebra, operation)(element)
    assert printed(operation, text, *flags) == f"{result}\n"
    assert printed(operation, text, *flags, "--latex") == f"{symbolic.to_latex(result)}\n"
    terms = json.loads(printed(operation, text, *flags, "--json"))
    assert sorted(term["coefficient"] for term in terms) == sorted(
        str(c) for _, c in result.items()
    )


def test_formulas_take_trees_as_text_too():
    as_text = printed("formula", "log", "0[1]")
    assert as_text == printed("formula", "log", "((1,),0)")
    assert json.loads(printed("formula", "log", "0[1]", "--json"))["text"] + "\n" == as_text


def test_published_methods_are_listed_and_shown():
    names = [line.split()[0] for line in printed("methods").splitlines()]
    assert names == list(bseries.published_methods())
    kinds = json.loads(printed("methods", "--kind", "implicit", "--json"))
    assert [info["name"] for info in kinds] == list(bseries.published_methods("implicit"))
    assert kinds[0]["order"] == bseries.method_info(kinds[0]["name"]).order
    shown = json.loads(printed("methods", "rk4", "--conditions", "5", "--json"))
    assert shown["b"] == ["1/6", "1/3", "1/3", "1/6"]
    rows = {
        row["tree"]: (Fraction(row["weight"]), Fraction(row["exact"]))
        for row in shown["conditions"]
    }
    missed = {name for name, (weight, exact) in rows.items() if weight != exact}
    assert missed
    assert {Tree.from_text(name).order for name in missed} == {5}


@pytest.mark.parametrize("name", bseries.published_methods())
def test_every_method_is_shown(name):
    text = printed("methods", name)
    info = bseries.method_info(name)
    assert text.startswith(f"{name}: {info.kind}, order {info.order}, {info.source}\n")
    assert "Fraction" not in text


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("longest", [1, 2])
def test_a_table_is_a_matrix_for_scipy(planar, longest, tmp_path):
    output = tmp_path / "phi.npz"
    flags = ["--planar"] if planar else []
    printed(
        "table", "arborification", "2", "3", "-o", str(output), "--longest", str(longest), *flags
    )
    matrix = scipy.sparse.load_npz(output)
    table = tables.arborification(2, 3, planar=planar, longest=longest)
    blocks = scipy.sparse.csr_matrix(
        (table.coef, table.col, table.ptr), (table.n_rows, table.n_cols)
    )
    expected = scipy.sparse.kron(blocks, np.eye(table.width)).toarray()
    np.testing.assert_array_equal(matrix.toarray(), expected)
    if longest == 1:
        path = np.random.default_rng(0).normal(size=(6, 2))
        np.testing.assert_allclose(
            matrix @ treealg.sig(path, 3), treealg.branched_sig(path, 3, planar=planar), rtol=1e-12
        )


@pytest.mark.parametrize(
    ("name", "flags"),
    [("convolution", []), ("word-convolution", []), ("lyndon", ["--planar", "--method", "2"])],
)
def test_tables_as_json_have_their_arrays(name, flags, tmp_path):
    for suffix in ("json", "npz"):
        printed("table", name, "2", "3", *flags, "-o", str(tmp_path / f"table.{suffix}"))
    found = json.loads((tmp_path / "table.json").read_text("utf-8"))
    with np.load(tmp_path / "table.npz") as arrays:
        assert set(arrays.files) == set(found)
        for key in found:
            if key != "format":
                np.testing.assert_array_equal(arrays[key], found[key])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["table.json", "table.npz"]


def test_a_table_without_a_file_is_printed():
    found = json.loads(printed("table", "arborification", "2", "3"))
    matrix = scipy.sparse.csr_array(
        (found["data"], found["indices"], found["indptr"]), shape=found["shape"]
    )
    expected = tables.arborification(2, 3).to_scipy()
    np.testing.assert_array_equal(matrix.toarray(), expected.toarray())
    assert found["format"] == "csr"


def test_a_verification_as_json_has_all_checks():
    found = json.loads(
        printed("verify", "--dimension", "1", "--degree", "2", "--map", "log", "--json")
    )
    assert found["passed"] is True
    assert {"tables", "log"} <= {check["subject"].split()[0] for check in found["checks"]}
    assert all(check["points"] > 0 and check["failure"] == "" for check in found["checks"])


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("generate --map lgo --dimension 2 --degree 2", "did you mean 'log'"),
        ("generate --map log --dimension 2 --degree 2 --language cud", "did you mean 'cuda'"),
        ("formula exq 0", "did you mean 'exp'"),
        ("methods --kind implcit", "did you mean 'implicit'"),
        ("coproduct 0 --algebra bkc", "did you mean 'bck'"),
        ("verify --map inverze --degree 1", "did you mean 'inverse'"),
        ("demo vowls", "did you mean 'vowels'"),
        ("methods RK4", "did you mean 'rk4'"),
    ],
)
def test_what_is_refused_says_what_may_have_been_meant(words, meant, capsys):
    assert meant in refused(capsys, *words.split())


def test_a_file_that_cannot_be_written_is_named(capsys, tmp_path):
    output = tmp_path / "none" / "x.c"
    words = f"generate --map log --dimension 1 --degree 2 -o {output}"
    assert refused(capsys, *words.split()) == (
        f"treealg: there is no folder {output.parent} to write x.c to\n"
    )


@pytest.mark.parametrize("language", ["c", "cuda"])
def test_source_and_header_go_to_files(language, tmp_path):
    words = ["--map", "sig", "--dimension", "2", "--degree", "2", "--language", language]
    text = printed("generate", *words)
    source, header = tmp_path / "sig.c", tmp_path / "sig.h"
    shown = printed("generate", *words, "-o", str(source), "--header", str(header))
    assert source.read_text("utf-8") == text
    assert shown == f"{source}: treealg_sig_2_2\n"
    declared = header.read_text("utf-8")
    function = "treealg_sig_2_2_launch" if language == "cuda" else "treealg_sig_2_2"
    assert f" {function}(const double *" in declared
    assert "restrict" not in declared


@pytest.mark.parametrize("missing", ["source", "header"])
def test_source_and_header_are_both_written_or_neither(missing, capsys, tmp_path):
    files = {"source": tmp_path / "x.c", "header": tmp_path / "x.h"}
    files[missing] = tmp_path / "none" / "x"
    words = ["generate", "--map", "log", "--dimension", "1", "--degree", "2"]
    words += ["-o", str(files["source"]), "--header", str(files["header"])]
    assert refused(capsys, *words) == (
        f"treealg: there is no folder {tmp_path / 'none'} to write x to\n"
    )
    assert not list(tmp_path.iterdir())


def test_a_header_declares_what_the_source_defines(tmp_path):
    printed(
        "generate", "--map", "combine", "--dimension", "2", "--degree", "2",
        "-o", str(tmp_path / "f.c"), "--header", str(tmp_path / "f.h"),
    )  # fmt: skip
    both = '#include "f.h"\n#include "f.c"\n'
    (tmp_path / "both.c").write_text(both)
    compiler = os.environ.get("CC", "cc")
    subprocess.run(
        [compiler, "-std=c99", "-Wall", "-Werror", "-fsyntax-only", "both.c"],
        cwd=tmp_path,
        check=True,
    )


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no owners")
def test_a_directory_that_is_not_trusted_is_told_so(tmp_path, monkeypatch):
    place = tmp_path / "common"
    place.mkdir()
    place.chmod(0o777)
    monkeypatch.setenv("TREEALG_CACHE_DIR", str(place))
    owner = os.geteuid()
    monkeypatch.setattr("os.geteuid", lambda: owner + 1)
    why = f"{place} belongs to another user"
    assert f"it is not used: {why}" in printed("cache", "list")
    assert json.loads(printed("cache", "list", "--json"))["refused"].startswith(why)
    assert f"not used: {why}" in printed("info")
    assert json.loads(printed("info", "--json"))["table cache refused"].startswith(why)


@pytest.mark.parametrize(
    ("kind", "why"),
    [("file", "Not a directory"), ("inside", "Not a directory"), ("link", "is a link to what")],
)
def test_what_is_no_directory_is_not_shown_as_one(kind, why, tmp_path, monkeypatch):
    place = tmp_path / "place"
    if kind == "link":
        place.symlink_to("none")
    else:
        place.write_text("mine")
    monkeypatch.setenv("TREEALG_CACHE_DIR", str(place / "x" if kind == "inside" else place))
    for action in (["list"], ["clear"], ["prune", "--megabytes", "1"]):
        assert why in printed("cache", *action).partition("it is not used: ")[2]
    assert why in json.loads(printed("cache", "list", "--json"))["refused"]
    assert why in printed("info").partition("not used: ")[2]
    assert why in json.loads(printed("info", "--json"))["table cache refused"]


@pytest.mark.parametrize(
    "words",
    [
        ["table", "convolution", "2", "2", "-o", "x.npz"],
        ["table", "convolution", "2", "2", "-o", "x.json"],
        ["generate", "--map", "log", "--dimension", "1", "--degree", "2", "-o", "x.c"],
        ["generate", "--map", "log", "--dimension", "1", "--degree", "2", "--header", "x.c"],
    ],
)
def test_outputs_are_refused_before_the_work(words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / words[-1]).mkdir()

    def work(*_, **options):
        pytest.fail("the work was done")

    monkeypatch.setattr("treealg.tables.convolution", work)
    monkeypatch.setattr("treealg.codegen.generate_source", work)
    assert cli.main(words) == 2
    assert [path.name for path in tmp_path.iterdir()] == [words[-1]]


def test_info_and_cache_as_json(tmp_path, monkeypatch):
    monkeypatch.setenv("TREEALG_CACHE_DIR", str(tmp_path))
    rows = json.loads(printed("info", "--json"))
    assert rows["treealg"] == treealg.__version__
    assert rows["table cache"] == str(tmp_path)
    assert json.loads(printed("cache", "list", "--json")) == {
        "directory": str(tmp_path), "refused": None, "tables": [], "unread": {},
    }  # fmt: skip


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_completion_knows_every_command(shell):
    script = printed("completion", shell)
    assert all(command in script for command in COMMANDS)
    assert "--time-aug" in script or "time-aug" in script


@pytest.mark.parametrize(
    "words",
    [
        ["trees"],
        ["trees", "--of", "0[1"],
        ["trees", "--of", "((0,),"],
        ["trees", "1", "2", "--of", "0"],
        ["trees", "--of", "0", "--count"],
        ["methods", "--conditions", "2"],
        ["methods", "rk4", "--kind", "explicit"],
        ["coproduct", "0", "--algebra", "bkc"],
        ["coproduct", "0", "--planar", "--algebra", "cem"],
        ["methods", "rk44"],
        ["methods", "cmo3", "--conditions", "2"],
        ["methods", "--kind", "implict"],
        ["table", "convolution", "2", "2", "-o", "x.csv"],
        ["table", "convolution", "2", "2", "-o", "no/such/folder/x.npz"],
        ["trees", "0", "2", "--count"],
        ["generate", "--map", "log", "--dimension", "1", "--degree", "2", "--language", "numpy",
         "--header", "x.h"],
    ],
)  # fmt: skip
def test_what_is_refused_is_one_line(words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert refused(capsys, *words).startswith("treealg: ")
    assert list(tmp_path.iterdir()) == []


def test_verbose_shows_where_an_error_comes_from(capsys):
    assert cli.main(["methods", "rk44", "--verbose"]) == 2
    errors = capsys.readouterr().err
    assert errors.startswith("Traceback")
    assert errors.splitlines()[-1].startswith("treealg: there is no method 'rk44'")


def test_quiet_prints_results_only(tmp_path):
    output = str(tmp_path / "x.npz")
    assert printed("table", "convolution", "2", "2", "-o", output, "--quiet") == ""
    assert printed("antipode", "0", "--quiet") == "-(0)\n"


@pytest.mark.parametrize("command", ["trees --of 0[1,1]", "coproduct 0[1]"])
def test_a_terminal_of_ascii_gets_ascii(command, tmp_path):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT)}
    line = [sys.executable, "-m", "treealg", *command.split()]
    done = subprocess.run(line, capture_output=True, cwd=tmp_path, env=environment, check=True)
    assert done.stderr == b""
    assert b"?" not in done.stdout
    assert b"+- 1" in done.stdout or b"(x)" in done.stdout
    assert b"\x1b" not in done.stdout
