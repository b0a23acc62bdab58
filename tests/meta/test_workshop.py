"""The tools that developers work with agree with what is written about them."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def read(name):
    return (ROOT / name).read_text("utf-8")


def sessions():
    """Return the names of the sessions of noxfile.py, which needs no nox to be read."""
    return {
        node.name
        for node in ast.parse(read("noxfile.py")).body
        if isinstance(node, ast.FunctionDef)
        and any("nox.session" in ast.unparse(decorator) for decorator in node.decorator_list)
    }


def sessions_named(text):
    return {
        name for names in re.findall(r"nox -s\s+((?:[a-z]+ ?)+)", text) for name in names.split()
    }


def test_every_session_has_its_row_in_contributing():
    rows = re.findall(r"^\|.*\| `nox -s (\w+).*` \|$", read("CONTRIBUTING.md"), re.MULTILINE)
    assert len(rows) == len(set(rows))
    assert set(rows) == sessions()


@pytest.mark.parametrize(
    "document", ["CONTRIBUTING.md", "noxfile.py", ".github/PULL_REQUEST_TEMPLATE.md"]
)
def test_sessions_that_are_named_exist(document):
    found = sessions_named(read(document))
    assert found
    assert found <= sessions()


def test_workflows_name_sessions_and_supported_pythons():
    workflow = read(".github/workflows/checks.yml")
    (names,) = re.findall(r"session: \[(.*)\]", workflow)
    assert set(names.split(", ")) <= sessions()
    (versions,) = re.findall(r"^ +python: \[(.*)\]$", workflow, re.MULTILINE)
    classifiers = re.findall(r"Python :: (3\.\d+)", " ".join(PROJECT["project"]["classifiers"]))
    assert re.findall(r"3\.\d+", versions) == classifiers


def test_dev_has_what_the_build_requires():
    assert set(PROJECT["build-system"]["requires"]) <= set(
        PROJECT["project"]["optional-dependencies"]["dev"]
    )


def test_hooks_are_tools_of_the_extra_lint_and_checked_in_ci():
    entries = re.findall(
        r"^ +entry: (.*)\n +language: system$", read(".pre-commit-config.yaml"), re.M
    )
    pinned = {r.split("==")[0] for r in PROJECT["project"]["optional-dependencies"]["lint"]}
    tools = {entry.split()[0] for entry in entries}
    assert tools == pinned - {"pre-commit"}
    assert {tool for tool in tools if tool not in read(".ci/run")} == set()


@pytest.mark.parametrize(
    "document", [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")], ids=lambda path: path.name
)
def test_files_that_documents_name_exist(document):
    named = re.findall(
        r"`((?:treealg|tests|benchmarks|docs)/[\w/.]*)`", document.read_text("utf-8")
    )
    assert [name for name in named if not (ROOT / name).exists()] == []
    if document.name == "add_a_map.md":
        assert len(named) > 15
