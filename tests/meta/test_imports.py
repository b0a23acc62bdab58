"""Who may import whom: the drawing in docs/architecture.md, held against the source.

Every form of import counts: at the top of a module, inside a function, and by a name in a string;
`cimport` in Cython, `#include` in C. What stands under ``if TYPE_CHECKING`` is not run and does
not count.
"""

import ast
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

import treealg
from treealg.codegen.straight import LANES

PACKAGE = Path(treealg.__file__).parent
WRITTEN = {"straight/sizes.h", *(f"straight/lanes_{lanes}.h" for lanes in LANES)}  # by the build
OPTIONAL = (
    "IPython",
    "aeon",
    "array_api_compat",
    "array_api_extra",
    "array_api_strict",
    "cupy",
    "dask",
    "distributed",
    "duckdb",
    "jax",
    "matplotlib",
    "narwhals",
    "networkx",
    "nbclient",
    "numba",
    "pandas",
    "polars",
    "platformdirs",
    "pyarrow",
    "pydot",
    "pysiglib",
    "scipy",
    "sklearn",
    "sktime",
    "sympy",
    "torch",
    "tqdm",
    "xarray",
    "zarr",
)

PAGE = Path(__file__).parents[2] / "docs" / "architecture.md"


def module_name(path):
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {
    module_name(path): path
    for suffix in ("py", "pyx")
    for path in sorted(PACKAGE.rglob(f"*.{suffix}"))
}


def is_for_type_checkers(node):
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def run_nodes(tree):
    """Yield the nodes that are run."""
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        if is_for_type_checkers(node):
            stack += node.orelse
        else:
            stack += ast.iter_child_nodes(node)


def imports_of_python(source, modules):
    """Return the modules that a module's source imports or names in a string, anywhere in it."""
    found = set()
    for node in run_nodes(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                found.add(name if name in modules else node.module)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= {node.value} - {"treealg"}
    return found & set(modules)


def imports_of_cython(source, modules):
    """Return the modules that Cython source imports or cimports."""
    found = set()
    for name in re.findall(r"^\s*(?:from|import|cimport)\s+(treealg[\w.]*)", source, re.MULTILINE):
        found.add(name)
    return found & set(modules)


def import_graph():
    graph = {}
    for name, path in MODULES.items():
        source = path.read_text("utf-8")
        if path.suffix == ".py":
            graph[name] = imports_of_python(source, MODULES)
            # The stub of a face says where its names come from.
            stub = path.with_suffix(".pyi")
            if path.name == "__init__.py" and stub.exists():
                graph[name] |= imports_of_python(stub.read_text("utf-8"), MODULES)
        else:
            graph[name] = imports_of_cython(source, MODULES)
        graph[name] -= {name}
    return graph


def include_graph():
    folder = PACKAGE / "_fast" / "src"
    sources = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.[ch]")}
    graph = {}
    for name, path in sources.items():
        text = path.read_text("utf-8")
        included = set(re.findall(r'#\s*(?:include|define\s+\w+)\s+"([^"]+)"', text))
        assert included - WRITTEN <= set(sources), f"{name} includes what is not named from src/"
        graph[name] = included - WRITTEN
    return graph


def circles(graph):
    """Return the sets of nodes that reach each other (Tarjan 1972), of two nodes or more."""
    index, low, stack, on_stack, found = {}, {}, [], set(), []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        on_stack.add(node)
        for other in sorted(graph.get(node, ())):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in on_stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            circle = set()
            while node not in circle:
                circle.add(stack.pop())
            on_stack.difference_update(circle)
            if len(circle) > 1:
                found.append(circle)

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def below(graph, folder):
    """Return the graph between what lies in a folder, and which modules make each of its arrows."""
    arrows = defaultdict(lambda: defaultdict(set))

    def child(module):
        if module == folder:
            return "__init__"
        prefix = f"{folder}."
        return module[len(prefix) :].split(".")[0] if module.startswith(prefix) else None

    for module, imported in graph.items():
        for other in imported:
            source, target = child(module), child(other)
            if source and target and source != target:
                arrows[source][target].add((module, other))
    return arrows


def floors_of_page():
    """Return what the drawing shows in each folder: a list of floors, each a list of names."""
    drawing = PAGE.read_text("utf-8").split("```text\n")[1].split("```")[0]
    floors, parents = defaultdict(list), []
    for line in drawing.splitlines():
        if not line.strip():
            continue
        depth = (len(line) - len(line.lstrip())) // 2
        names = re.split(r"\s{2,}", line.strip())[0].split()
        del parents[depth:]
        floors["/".join(parents)].append(names)
        parents.append(names[0].rstrip("/"))
    return floors


FLOORS = floors_of_page()
IMPORTS = import_graph()


def test_the_reader_of_python_sees_every_form():
    modules = {f"treealg.{name}": None for name in ("a", "a.x", "b", "c", "d", "e", "f")}
    source = """
import treealg.a.x
from treealg import b
from treealg.c import y
if TYPE_CHECKING:
    from treealg.f import z
def inside():
    from treealg.d import z
    import_module("treealg.e")
import numpy.linalg
"""
    expected = {f"treealg.{name}" for name in ("a.x", "b", "c", "d", "e")}
    assert imports_of_python(source, modules) == expected
    with pytest.raises(AssertionError, match="absolute"):
        imports_of_python("from . import a", modules)


def test_the_reader_of_cython_sees_both_forms():
    modules = {"treealg.a": None, "treealg.b": None}
    source = (
        "from treealg.a cimport thing\nimport numpy as np\nfrom treealg.b import (\n    x,\n)\n"
    )
    assert imports_of_cython(source, modules) == set(modules)


def test_circles_are_found():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set()}) == [{"b", "c"}]
    assert circles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_no_module_imports_itself_by_way_of_others():
    assert circles(IMPORTS) == []


@pytest.mark.parametrize(
    "folder", sorted(name for name, path in MODULES.items() if path.name == "__init__.py")
)
def test_no_folder_imports_itself_by_way_of_others(folder):
    arrows = below(IMPORTS, folder)
    found = circles({source: set(targets) for source, targets in arrows.items()})
    ways = [
        sorted(arrows[source][target])[0]
        for circle in found
        for source in circle
        for target in circle
        if arrows[source][target]
    ]
    assert ways == []


def test_packages_that_load_their_modules_are_imported_as_a_whole():
    # Python locks a module, then its packages: see treealg/_lazy.py. All else imports the first.
    loaded = {
        other: name
        for name, path in MODULES.items()
        if path.name == "__init__.py" and name != "treealg"
        for other in imports_of_python(path.read_text("utf-8"), MODULES)
        if other.startswith(f"{name}.")
    }
    assert "treealg.cuda" in loaded.values()
    assert "treealg.symbolic" not in loaded.values()
    found = [
        (module, other)
        for module, imported in IMPORTS.items()
        for other in imported & set(loaded)
        if not f"{module}.".startswith((f"{loaded[other]}.", "treealg.__main__.", "treealg.cli."))
    ]
    assert found == []


def test_no_header_includes_itself_by_way_of_others():
    graph = include_graph()
    assert len(graph) > 10
    assert circles(graph) == []


def test_the_drawing_shows_every_folder():
    folders = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_dir() and path.name != "__pycache__" and any(path.iterdir())
    }
    drawn = {
        f"{parent}/{name}".strip("/").rstrip("/")
        for parent, floors in FLOORS.items()
        for floor in floors
        for name in floor
        if name.endswith("/")
    }
    assert drawn == folders


def test_the_drawing_shows_every_module_of_the_top():
    drawn = {name for floor in FLOORS[""] for name in floor if not name.endswith("/")}
    assert drawn == {path.name for path in PACKAGE.glob("*.py")}


@pytest.mark.parametrize("folder", sorted(FLOORS))
def test_imports_point_down(folder):
    package = ".".join(["treealg", *filter(None, folder.split("/"))])
    floor_of = {
        re.sub(r"/|\.py$", "", name): number
        for number, names in enumerate(FLOORS[folder])
        for name in names
    }
    up = [
        sorted(ways)[0]
        for source, targets in below(IMPORTS, package).items()
        for target, ways in targets.items()
        if source in floor_of and target in floor_of and floor_of[source] >= floor_of[target]
    ]
    assert up == []


def run_python(code, directory):
    command = [sys.executable, "-W", "error", "-c", code]
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    done = subprocess.run(
        command, cwd=directory, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_import_loads_neither_numpy_nor_an_optional_package(tmp_path):
    code = "import json, sys, treealg; print(json.dumps(sorted(sys.modules)))"
    loaded = {name.partition(".")[0] for name in json.loads(run_python(code, tmp_path))}
    assert "treealg" in loaded
    assert loaded.isdisjoint({*OPTIONAL, "numpy"})


@pytest.mark.parametrize(
    "command", [["--help"], ["compute", "--help"], ["trees", "--help"], ["--version"]]
)
def test_help_loads_nothing_heavy(command, tmp_path):
    code = f"""
import contextlib, io, json, sys
from treealg.cli import main
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main({command})
print(json.dumps(sorted(sys.modules)))
"""
    loaded = json.loads(run_python(code, tmp_path))
    assert {name.partition(".")[0] for name in loaded}.isdisjoint({*OPTIONAL, "numpy"})
    assert len(loaded) < 200


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
