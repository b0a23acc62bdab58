"""A test that is skipped is a failure unless the list of allowed skips has it, with its reason."""

import ast
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ALLOWED = tomllib.loads((ROOT / ".ci" / "allowed_skips.toml").read_text("utf-8"))

SKIPS = """
import pytest

def test_call():
    pytest.skip("no such thing")

@pytest.mark.skipif(True, reason="no such thing")
def test_mark():
    pass

@pytest.fixture
def absent():
    pytest.skip("no such thing")

def test_fixture(absent):
    pass

@pytest.mark.xfail(reason="no such thing")
def test_expected_failure():
    raise ValueError

def test_that_runs():
    pass
"""
LISTED = """
"test_skips.py::test_*" = "no such *"
"test_module.py" = "could not import 'no_such_package'*"
"""


# Where CI is set, pytest shows each reason a second time; options are those of this file alone.
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name not in ("CI", "PYTEST_ADDOPTS")
}


def run_pytest(folder, allowed, *options):
    shutil.copy(ROOT / "conftest.py", folder)
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_skips.py").write_text(SKIPS)
    (folder / "test_module.py").write_text("import pytest\npytest.importorskip('no_such_package')")
    (folder / "allowed.toml").write_text(allowed)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--allowed-skips", "allowed.toml", *options],
        cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("processes", [0, 2])
def test_skips_fail_unless_test_and_reason_are_listed(tmp_path, processes):
    options = "--continue-on-collection-errors", f"-n{processes}"
    done = run_pytest(tmp_path, LISTED.replace("no", "some"), *options)
    assert done.returncode == 1
    assert "2 failed, 1 passed, 3 errors" in done.stdout
    assert done.stdout.count("no such thing\nA skip that allowed.toml does not list.") == 4
    assert "could not import 'no_such_package'" in done.stdout


@pytest.mark.slow
def test_skips_pass_where_test_and_reason_are_listed(tmp_path):
    done = run_pytest(tmp_path, LISTED)
    assert done.returncode == 0
    assert "1 passed, 4 skipped, 1 xfailed" in done.stdout


@pytest.mark.parametrize("pattern", ALLOWED)
def test_an_allowed_skip_names_a_test_that_exists(pattern):
    file, name = pattern.split("::")
    functions = ast.parse((ROOT / file).read_text("utf-8")).body
    assert name.rstrip("*").partition("[")[0] in [
        node.name for node in functions if isinstance(node, ast.FunctionDef)
    ]
