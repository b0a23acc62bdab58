"""Who imports whom: floors of the house, and what ``import treealg`` may load."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import treealg

PACKAGE = Path(treealg.__file__).parent

# For each floor the parts of treealg that it may import, itself apart.
FLOORS = {
    "errors": set(),
    "checks": {"errors"},
    "optional": {"errors"},
    "typing": set(),
    "symbolic": {"checks", "optional", "errors", "typing"},
    "_fast": {"errors"},
    "tables": {"checks", "optional", "symbolic", "errors", "typing"},
    # It reaches treealg.cuda by name, when an array on a GPU shows up.
    "numeric": {"checks", "optional", "tables", "_fast", "symbolic", "errors", "typing"},
    # Generated source names the version that made it.
    "codegen": {"checks", "optional", "tables", "symbolic", "errors", "typing", "treealg"},
    "cuda": {"checks", "optional", "numeric", "codegen", "errors"},
}

REQUIRED = {"numpy"}
OPTIONAL = (
    "IPython",
    "aeon",
    "cupy",
    "matplotlib",
    "networkx",
    "nbclient",
    "numba",
    "pandas",
    "platformdirs",
    "pydot",
    "pysiglib",
    "scipy",
    "sklearn",
    "sympy",
    "torch",
    "tqdm",
)


def imported_parts(source, module, *, is_package):
    """Return the parts of treealg that a module's source imports, anywhere in it."""
    parts = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            # In `a.b` one dot means `a`; in the package `a` itself it means `a`.
            parents = module.split(".")[: len(module.split(".")) - node.level + is_package]
            base = ".".join(parents) if node.level else ""
            stem = ".".join(filter(None, (base, node.module)))
            names = [f"{stem}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            root, *rest = name.split(".")
            if root == "treealg":
                parts.add(rest[0] if rest else "treealg")
    return parts


def modules_of(floor):
    folder = PACKAGE / floor
    files = sorted(folder.rglob("*.py")) if folder.is_dir() else [PACKAGE / f"{floor}.py"]
    assert files
    return files


def test_the_reader_of_imports_sees_every_form():
    source = """
import treealg.a.x
from treealg import b
from treealg.c import y
from . import d1
from .d2 import z
from ..e import z
from .. import f
def inside():
    from ..g.h import z
import numpy.linalg
"""
    assert imported_parts(source, "treealg.floor.module", is_package=False) == {
        "a", "b", "c", "floor", "e", "f", "g",
    }  # fmt: skip
    found = imported_parts("from . import a\nfrom ..b import c", "treealg.floor", is_package=True)
    assert found == {"floor", "b"}


@pytest.mark.parametrize("floor", FLOORS)
def test_imports_point_down(floor):
    allowed = FLOORS[floor] | {floor}
    found = {}
    for file in modules_of(floor):
        relative = file.relative_to(PACKAGE.parent).with_suffix("")
        is_package = relative.name == "__init__"
        name = ".".join(relative.parts[:-1] if is_package else relative.parts)
        parts = imported_parts(file.read_text("utf-8"), name, is_package=is_package)
        if parts - allowed:
            found[name] = sorted(parts - allowed)
    assert found == {}


def run_python(code, directory):
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_import_loads_no_optional_package(tmp_path):
    code = "import json, sys, treealg; print(json.dumps(sorted(sys.modules)))"
    loaded = {name.partition(".")[0] for name in json.loads(run_python(code, tmp_path))}
    assert loaded >= REQUIRED | {"treealg"}
    assert loaded.isdisjoint(OPTIONAL)


def test_computing_a_signature_loads_no_optional_package(tmp_path):
    code = """
import json, os, sys
os.environ["TREEALG_CACHE_DIR"] = ""
import treealg
bsig = treealg.branched_sig([[0.0, 0.0], [1.0, 2.0]], 3)
treealg.branched_sig_to_log_sig(bsig, 2, 3)
print(json.dumps(sorted(sys.modules)))
"""
    loaded = {name.partition(".")[0] for name in json.loads(run_python(code, tmp_path))}
    assert loaded.isdisjoint(set(OPTIONAL) - {"platformdirs"})


def test_symbolic_layer_and_command_line_load_no_optional_package(tmp_path):
    code = """
import json, sys
import treealg.symbolic, treealg.cli
print(json.dumps(sorted(sys.modules)))
"""
    loaded = {name.partition(".")[0] for name in json.loads(run_python(code, tmp_path))}
    assert loaded.isdisjoint(set(OPTIONAL) - {"platformdirs"})


def test_every_public_name_is_found_where_it_is_loaded_from():
    import treealg
    from treealg import numeric

    found = {name: getattr(numeric, name) for name in numeric.__all__}
    assert all(getattr(treealg, name) is value for name, value in found.items())
    for name, module in numeric._ON_DEMAND.items():
        assert found[name].__module__ == f"treealg.numeric.{module}"
