"""One command for each chore: ``nox -s build``, test, quick, lint, bench, compare, docs, site.

These make no environment of their own: each runs in the one that nox itself is installed in,
``pip install -e ".[dev]"`` for all of them. What stands after ``--`` goes to the tool, such as
``nox -s test -- -k coproduct``. The sessions ``sdist`` and ``lowest`` try what is released, each in
an environment of its own.
"""

import os
import shutil
import sys
import tomllib
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "none"
nox.options.sessions = ["lint", "quick"]


def python(session: nox.Session, *arguments: str) -> None:
    """Run Python, with the tools of its environment first on the path."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    session.run(sys.executable, *arguments, env={"PATH": path})


@nox.session
def build(session: nox.Session) -> None:
    """Compile what changed of the kernels, into the source folder."""
    python(session, "setup.py", "build_ext", "--inplace", *session.posargs)


@nox.session
def test(session: nox.Session) -> None:
    """Run all tests but those that need a peer or a GPU."""
    python(session, "-m", "pytest", *session.posargs)


@nox.session
def quick(session: nox.Session) -> None:
    """Run the tests that take at most two seconds each."""
    marks = "not slow and not exhaustive and not peer and not gpu and not site"
    python(session, "-m", "pytest", "-m", marks, *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Run the hooks of .pre-commit-config.yaml on all files."""
    python(session, "-m", "pre_commit", "run", "--all-files", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Run all benchmarks, write their results, and make docs/benchmarks.md from these."""
    python(session, "benchmarks/run.py", *session.posargs)
    python(session, "benchmarks/report.py")


@nox.session
def compare(session: nox.Session) -> None:
    """Compare two results of benchmarks, files or folders: nox -s compare -- OLD NEW."""
    python(session, "benchmarks/compare.py", *session.posargs)


@nox.session
def instructions(session: nox.Session) -> None:
    """Count the instructions of a few calls, and compare; ``-- --store`` stores new numbers."""
    python(session, "benchmarks/instructions.py", *session.posargs)


@nox.session
def site(session: nox.Session) -> None:
    """Build the site into docs/_build; ``-- -b linkcheck`` tries the links to other sites."""
    python(
        session, "-m", "sphinx", "-W", *(session.posargs or ["-b", "html"]), "docs", "docs/_build"
    )


@nox.session
def docs(session: nox.Session) -> None:
    """Write the generated pages, and try the snippets and links of all."""
    python(session, "benchmarks/report.py")
    python(session, "-m", "pytest", "tests/meta/test_markdown.py", "tests/meta/test_notebooks.py")


@nox.session
def dist(session: nox.Session) -> None:
    """Make the wheel and the source distribution in the folder dist, and check both."""
    shutil.rmtree("dist", ignore_errors=True)
    python(session, "-m", "build", "--outdir", "dist")
    files = sorted(map(str, Path("dist").iterdir()))
    python(session, "-m", "twine", "check", "--strict", *files)
    wheels = [file for file in files if file.endswith(".whl")]
    python(session, "-m", "check_wheel_contents", *wheels)


@nox.session(venv_backend="uv|virtualenv")
def sdist(session: nox.Session) -> None:
    """Unpack the source distribution, install it with its newest dependencies, run its tests."""
    unpack(session)
    session.install("-e", ".[test]")
    session.run("python", "-m", "pytest", *session.posargs)


@nox.session(venv_backend="uv")
def lowest(session: nox.Session) -> None:
    """Do the same with the lowest versions of everything that pyproject.toml names."""
    with open("pyproject.toml", "rb") as file:
        needed_to_build = tomllib.load(file)["build-system"]["requires"]
    unpack(session)
    lowest_versions = ("--resolution", "lowest-direct")
    session.install(*lowest_versions, *needed_to_build)
    session.install(*lowest_versions, "--no-build-isolation", "-e", ".[test]")
    session.run("python", "-m", "pytest", *session.posargs)


def unpack(session: nox.Session) -> None:
    """Make the source distribution, unpack it in the session's scratch folder, and go there."""
    scratch = Path(session.create_tmp())
    shutil.rmtree(scratch)
    # With what pyproject.toml needs to build, which need not be in the environment of nox.
    session.install("build")
    session.run("python", "-m", "build", "--sdist", "--outdir", str(scratch))
    (archive,) = scratch.glob("*.tar.gz")
    shutil.unpack_archive(archive, scratch, filter="data")
    session.chdir(scratch / archive.name.removesuffix(".tar.gz"))
