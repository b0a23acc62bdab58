"""Facts that stand in more than one place agree: commands, versions, dependencies."""

import importlib.metadata
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

import treealg
from treealg import optional

ROOT = Path(__file__).parents[2]
MADE = ROOT / "docs" / "gallery"  # by the build of the site
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def read(name):
    return (ROOT / name).read_text("utf-8")


def bash_blocks(text):
    return re.findall(r"^```bash\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)


def test_readme_opens_with_two_set_up_commands_of_one_line():
    first, second, *_ = bash_blocks(read("README.md"))
    assert first.count("\n") == second.count("\n") == 1
    assert first.endswith('".[demo]" && .venv/bin/treealg demo\n')
    assert second.endswith("&& .venv/bin/python -m pytest\n")
    fences = re.findall(r"^```(\w+)$", read("README.md"), flags=re.MULTILINE)
    assert fences[:2] == ["bash", "bash"]


def test_contributing_repeats_the_test_command_of_the_readme():
    assert bash_blocks(read("CONTRIBUTING.md"))[0] == bash_blocks(read("README.md"))[1]


@pytest.mark.parametrize("number", [1, 2])
def test_ci_reads_the_commands_of_the_readme(number):
    pattern = r"^readme_command\(\) \{\n.*?^\}$"
    function = re.search(pattern, read(".ci/run"), flags=re.DOTALL | re.MULTILINE)
    code = f"{function.group()}\nreadme_command {number}"
    done = subprocess.run(
        ["bash", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == bash_blocks(read("README.md"))[number - 1]


def test_ci_runs_the_test_command_of_the_readme():
    script = read(".ci/run")
    assert "command=$(readme_command 2)" in script
    assert 'bash -euo pipefail -c "${command//.venv/.ci/venv}"' in script


def test_version_is_the_same_everywhere():
    citation = re.search(r"^version: (\S+)$", read("CITATION.cff"), re.MULTILINE)
    newest = re.search(r"^## (\d\S+) \((\S+)\)$", read("CHANGELOG.md"), re.MULTILINE)
    assert {
        "citation": citation.group(1),
        "changelog": newest.group(1),
        "installed": importlib.metadata.version("treealg"),
        "package": treealg.__version__,
    } == dict.fromkeys(("citation", "changelog", "installed", "package"), PROJECT["version"])


def test_what_is_not_released_stands_above_and_dates_are_one():
    heads = re.findall(r"^## (\S+)(?: \((.*)\))?$", read("CHANGELOG.md"), re.MULTILINE)
    assert heads[0] == ("Unreleased", "")
    assert [date for _, date in heads[1:]] == sorted((date for _, date in heads[1:]), reverse=True)
    assert f'date-released: "{heads[1][1]}"' in read("CITATION.cff")


def test_license_is_the_same_everywhere():
    assert PROJECT["license"] == "MIT"
    assert read("LICENSE").startswith("MIT License\n")
    assert "\nlicense: MIT\n" in read("CITATION.cff")


def test_python_range_is_the_same_everywhere():
    tools = tomllib.loads(read("pyproject.toml"))["tool"]
    assert PROJECT["requires-python"] == ">=3.11"
    assert tools["ruff"]["target-version"] == "py311"
    assert tools["mypy"]["python_version"] == "3.11"
    assert "Python 3.11 or newer" in read("README.md")


def names_of(requirements):
    return {re.match(r"[\w-]+", requirement).group().lower() for requirement in requirements}


def test_required_dependencies_are_numpy_sympy_and_networkx():
    assert names_of(PROJECT["dependencies"]) == {"numpy", "sympy", "networkx"}
    installed = [line for line in importlib.metadata.requires("treealg") if "extra" not in line]
    assert names_of(installed) == {"numpy", "sympy", "networkx"}


def test_a_package_has_one_version_range_in_all_extras():
    ranges = {}
    for extra in PROJECT["optional-dependencies"].values():
        for requirement in extra:
            ranges.setdefault(re.match(r"[\w-]+", requirement).group(), set()).add(requirement)
    del ranges["treealg"]
    # Tests run with one version of each framework, as with one of each peer; others with any.
    assert {name: found for name, found in ranges.items() if len(found) > 1} == {
        "jax": {"jax>=0.7", "jax==0.10.2"},
        "torch": {"torch>=2.4", "torch==2.13.0"},
    }


def test_test_extra_pulls_in_frameworks_and_no_peer():
    extras, pending, needed = PROJECT["optional-dependencies"], ["test"], set()
    while pending:
        for requirement in extras[pending.pop()]:
            nested = re.fullmatch(r"treealg\[([\w,]+)\]", requirement)
            if nested:
                pending += nested.group(1).split(",")
            else:
                needed |= names_of([requirement])
    assert needed >= {"jax", "pytest", "torch"}
    assert needed.isdisjoint({"pysiglib", "kauri"})


def test_pyinstaller_asks_a_function_that_is_there():
    module, _, name = PROJECT["entry-points"]["pyinstaller40"]["hook-dirs"].partition(":")
    assert callable(getattr(importlib.import_module(module), name))


def documents():
    """Yield the files that tell people how to install something."""
    for pattern in ("*.md", "docs/**/*.md", "notebooks/*.ipynb", "treealg/**/*.py", "*.py"):
        yield from (path for path in ROOT.glob(pattern) if not path.is_relative_to(MADE))
    yield from (ROOT / "benchmarks").glob("*.*")


def test_nothing_is_installed_from_an_index_that_does_not_have_it():
    wrong = re.compile(r"pip install [^`\n]*(?<![\w/.\-])treealg\b(?!-)")
    assert wrong.search('pip install "treealg[demo]"')
    assert wrong.search("pip install --force-reinstall treealg")
    assert not wrong.search('pip install ".[demo]"')
    assert [path for path in documents() if wrong.search(path.read_text("utf-8"))] == []


EXTRAS = sorted({
    extra
    for path in (ROOT / "treealg").rglob("*.py")
    for extra in re.findall(r"(?:extra=|install_command\()['\"](\w+)['\"]", path.read_text("utf-8"))
})  # fmt: skip


def test_extras_that_messages_name_exist():
    assert {"cuda", "demo", "files", "jax", "nvrtc", "plot", "torch"} <= set(EXTRAS)
    assert set(EXTRAS) <= set(PROJECT["optional-dependencies"])


@pytest.mark.parametrize("extra", EXTRAS)
def test_a_message_names_the_checkout_or_what_the_extra_needs(extra, tmp_path, monkeypatch):
    assert optional.install_command(extra) == f'pip install -e "{ROOT}[{extra}]"'
    monkeypatch.setattr(optional, "__file__", str(tmp_path / "treealg" / "optional.py"))
    needed = PROJECT["optional-dependencies"][extra]
    lines = [f'{line.partition(";")[0]}; extra == "{extra}"' for line in needed]
    record = ["numpy>=2.0", 'x>=1; extra == "else"', *lines]
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: record)
    expected = " ".join(f'"{line.partition(";")[0].strip()}"' for line in needed)
    assert optional.install_command(extra) == f"pip install {expected}"


def test_without_a_record_the_file_is_named(tmp_path, monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(optional, "__file__", str(tmp_path / "treealg" / "optional.py"))
    monkeypatch.setattr(importlib.metadata, "requires", missing)
    assert optional.install_command("demo").startswith('pip install "FILE[demo]", with FILE')
