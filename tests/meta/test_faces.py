"""The faces: each public name once, in a stub, loaded when it is first asked for."""

import ast
import copy
import importlib
import inspect
import json
import os
import pickle
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import treealg
from treealg import _pyinstaller, _version
from treealg._lazy import public_names, read_stub

from ..stubs import NUMBERS, TYPES, expected_numbers, is_of_others, of_others

PACKAGE = Path(treealg.__file__).parent
STUBS = sorted(PACKAGE.rglob("__init__.pyi"))
FACES = [".".join(stub.parent.relative_to(PACKAGE.parent).parts) for stub in STUBS]


def run_python(code, *options, cwd):
    """Run code in a fresh Python, on the treealg of `cwd`, or else on the one that is tested."""
    command = [sys.executable, *options, "-c", code]
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def output(code, *options, cwd):
    done = run_python(code, *options, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_reader_of_stubs_sees_its_forms():
    stub = """# A note.
import numpy as np
from numpy.typing import NDArray
from treealg import symbolic as symbolic, tables as tables
from treealg.errors import (
    TreeAlgError as TreeAlgError,
)

from treealg.verification import *

# treealg.numeric.paths
@overload
def sig(path: NDArray[Any]) -> Any: ...
@overload
def sig(
    path: list[Any], import_as: int = 0
) -> Any: ...
"""
    assert read_stub(stub) == {
        "symbolic": "treealg",
        "tables": "treealg",
        "TreeAlgError": "treealg.errors",
        **public_names("treealg.verification"),
        "sig": "treealg.numeric.paths",
    }


def test_the_stub_of_the_numbers_follows_from_lists_and_arrays_of_numpy():
    text = NUMBERS.read_text("utf-8")
    assert text == expected_numbers(), "write it anew with: python -m tests.stubs"


def test_signatures_for_arrays_of_other_packages_follow_from_those_for_numpy():
    vectors = (
        "def f(\n    a: ArrayT | Exact | None,\n    out: ArrayT | None = None,\n) -> ArrayT: ..."
    )
    others = (
        "@overload\ndef f(\n    a: OtherT | None,\n    out: OtherT | None = None,\n) -> OtherT: ..."
    )
    assert of_others(vectors) == others
    assert is_of_others(others)
    assert not is_of_others(vectors)
    lists = of_others("def f(\n    x: ArrayT | Exact,\n    y: ArrayT | Exact,\n) -> ArrayT: ...")
    assert lists.count("OtherT | Sequence[OtherT],") == 2


@pytest.mark.parametrize(
    "file",
    [
        PACKAGE / "typing.py",
        PACKAGE / "__init__.pyi",
        *sorted((PACKAGE / "numeric").rglob("*.py")),
        *sorted((PACKAGE / "numeric").rglob("*.pyi")),
    ],
    ids=lambda file: str(file.relative_to(PACKAGE)),
)
def test_types_of_numbers_come_from_no_optional_package(file):
    modules = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add(node.module.partition(".")[0])
    # Type checkers know typing_extensions without an installation.
    assert modules <= {*sys.stdlib_module_names, "numpy", "treealg", "typing_extensions"}


def test_the_faces_are_those_that_users_import():
    assert set(FACES) == {
        "treealg",
        "treealg.aeon",
        "treealg.codegen",
        "treealg.dask",
        "treealg.files",
        "treealg.frames",
        "treealg.jax",
        "treealg.numeric",
        "treealg.numeric.operations",
        "treealg.pictures",
        "treealg.sklearn",
        "treealg.sktime",
        "treealg.symbolic",
        "treealg.symbolic.bseries",
        "treealg.symbolic.display",
        "treealg.tables",
        "treealg.torch",
        "treealg.verification",
        "treealg.xarray",
    }


@pytest.mark.parametrize("face", FACES)
def test_a_name_is_loaded_from_where_it_is_defined(face):
    module = importlib.import_module(face)
    for name, source in public_names(face).items():
        value = getattr(module, name)
        if inspect.isfunction(value) or inspect.isclass(value):
            assert value.__module__ == source
        elif inspect.ismodule(value):
            assert (source, value.__name__) == (face, f"{face}.{name}")


@pytest.mark.parametrize("face", FACES)
def test_dir_and_all_show_the_public_names_only(face):
    module = importlib.import_module(face)
    names = set(public_names(face))
    assert set(dir(module)) == names
    subpackages = {name for name in names if inspect.ismodule(getattr(module, name))}
    assert set(module.__all__) == names - subpackages - {"__version__"}
    assert len(module.__all__) == len(set(module.__all__))


@pytest.mark.parametrize("face", FACES)
def test_a_face_is_pickled_and_copied_by_its_name(face):
    module = importlib.import_module(face)
    assert pickle.loads(pickle.dumps(module)) is module
    assert copy.deepcopy([module])[0] is module


@pytest.mark.parametrize("face", FACES)
def test_functions_that_are_pickled_whole_may_speak_of_a_face(face):
    """As joblib, Dask, Ray and Spark pickle those of a notebook, with the modules they name."""
    cloudpickle = pytest.importorskip("cloudpickle")
    module = importlib.import_module(face)
    own = {"__name__": "__main__", "module": module}
    exec("def names(): return sorted(module.__all__)", own)
    again = pickle.loads(cloudpickle.dumps(own["names"]))
    assert again() == sorted(module.__all__)


@pytest.mark.parametrize("face", FACES)
def test_a_star_import_brings_all_names(face):
    found = {}
    exec(f"from {face} import *", found)
    assert set(found) - {"__builtins__"} == set(importlib.import_module(face).__all__)


@pytest.mark.parametrize("face", FACES)
def test_a_misspelt_name_is_an_attribute_error(face):
    module = importlib.import_module(face)
    with pytest.raises(AttributeError, match=f"module '{face}' has no attribute 'brached_sig'"):
        _ = module.brached_sig


@pytest.mark.parametrize("face", FACES)
def test_a_name_stays_itself_when_its_module_is_imported(face, tmp_path):
    # Import of a submodule binds it in its package, where a function may have its name.
    code = f"""
import importlib, pkgutil, types, {face} as face
for module in pkgutil.iter_modules(face.__path__):
    if module.name != "__main__":
        importlib.import_module(f"{face}.{{module.name}}")
for name in dir(face):
    value = getattr(face, name)
    if isinstance(value, types.ModuleType):
        print(name)
"""
    found = output(code, cwd=tmp_path).split()
    assert set(found) == {name for name, module in public_names(face).items() if module == face}


@pytest.mark.parametrize("face", FACES)
def test_functions_and_classes_can_be_pickled(face):
    module = importlib.import_module(face)
    for name in module.__all__:
        value = getattr(module, name)
        if inspect.isfunction(value) or inspect.isclass(value):
            assert pickle.loads(pickle.dumps(value)) is value


def signatures_of_stub(face):
    """Yield the names of functions, and the signatures that the stub of a face gives them."""
    text = (PACKAGE.parent / face.replace(".", "/") / "__init__.pyi").read_text("utf-8")
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            node.decorator_list = []  # overload
            found = {}
            exec(f"from __future__ import annotations\n{ast.unparse(node)}", found)
            yield node.name, inspect.signature(found[node.name])


def without_types(signature):
    """Return names, kinds and defaults; an overload may require what has a default."""
    return [(p.name, p.kind, p.default) for p in signature.parameters.values()]


@pytest.mark.parametrize("face", FACES)
def test_signatures_of_the_stub_are_those_of_the_functions(face):
    module = importlib.import_module(face)
    merged = {}
    for name, signature in signatures_of_stub(face):
        for parameter in without_types(signature):
            merged.setdefault(name, {}).setdefault(parameter[:2], set()).add(parameter[2])
    for name, parameters in merged.items():
        real = without_types(inspect.signature(getattr(module, name)))
        assert [*parameters] == [parameter[:2] for parameter in real], (
            f"write the stub of {face} anew with: python -m tests.stubs"
            if face.removeprefix("treealg.") in TYPES
            else name
        )
        for *parameter, default in real:
            assert parameters[tuple(parameter)] - {inspect.Parameter.empty} <= {default}
            assert parameters[tuple(parameter)] & {default}


def test_functions_of_arrays_have_signatures_in_the_stub():
    typed = {name for name, _ in signatures_of_stub("treealg.numeric")}
    functions = {
        name
        for name in public_names("treealg.numeric")
        if inspect.isfunction(value := getattr(treealg, name))
        and any(
            x in str(inspect.signature(value).return_annotation) for x in ("Array", "Gradients")
        )
    }
    assert typed == functions


def test_many_threads_may_ask_first(tmp_path):
    code = """
import threading, treealg, treealg.symbolic, treealg.tables
names = [(face, name) for face in (treealg, treealg.symbolic, treealg.tables)
         for name in face.__all__]
start, wrong = threading.Barrier(16), []
def ask(first):
    start.wait()
    for face, name in names[first:] + names[:first]:
        try:
            getattr(face, name)
        except BaseException as error:
            wrong.append((name, error))
threads = [threading.Thread(target=ask, args=(11 * k,)) for k in range(16)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(names), wrong)
"""
    number, wrong = output(code, "-W", "error", cwd=tmp_path).split(maxsplit=1)
    assert int(number) > 150
    assert wrong == "[]\n"


@pytest.mark.slow
def test_many_threads_may_call_first(tmp_path):
    code = """
import random, threading
import treealg
path = [[0.0, 0.0], [1.0, 2.0], [2.0, 1.0]]
calls = 2 * [
    lambda: treealg.branched_sig(path, 3, correction=[0.1] * 4),
    lambda: treealg.branched_log_sig(path, 3, planar=True, method=2),
    lambda: treealg.branched_sig_combine([1.0] * 6, [1.0] * 6, 2, 2),
    lambda: treealg.branched_sig_coef(path, [((0,), 1)]),
    lambda: treealg.codegen.generate("log", 2, 3),
    lambda: treealg.symbolic.bck.coproduct,
    lambda: treealg.symbolic.bseries.exact_series,
    lambda: treealg.tables.convolution(2, 3),
    lambda: treealg.tables.arborification(2, 3),
    lambda: __import__("treealg.tables"),
    lambda: __import__("treealg.symbolic.display"),
    lambda: __import__("treealg.symbolic.hopf.connes_kreimer"),
    lambda: __import__("treealg.symbolic.hopf.grossman_larson"),
    lambda: __import__("treealg.symbolic.trees.arithmetic"),
]
random.Random(SEED).shuffle(calls)
start, wrong = threading.Barrier(len(calls)), []
def run(call):
    start.wait()
    try:
        call()
    except BaseException as error:
        wrong.append(error)
threads = [threading.Thread(target=run, args=(call,)) for call in calls]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(wrong)
"""
    for seed in range(4):
        assert output(code.replace("SEED", str(seed)), cwd=tmp_path) == "[]\n"


def test_import_loads_little(tmp_path):
    code = """
import json, sys, treealg
print(json.dumps([name for name in sys.modules if name.startswith("treealg.")]))
"""
    loaded = set(json.loads(output(code, "-W", "error", cwd=tmp_path)))
    parts = {name.split(".")[1] for name in loaded}
    assert parts == {
        "_lazy",
        "checks",
        "control_groups",
        "engines",
        "errors",
        "loads",
        "processors",
    }


def test_version_is_that_of_the_project():
    project = PACKAGE.parent / "pyproject.toml"
    if not project.is_file():
        pytest.skip("not a source tree")
    assert treealg.__version__ == tomllib.loads(project.read_text("utf-8"))["project"]["version"]


def test_version_of_a_source_tree_is_its_own(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "treealg"\nversion = "7.1"\n')
    assert _version._version(tmp_path / "treealg") == "7.1"


@pytest.mark.parametrize("text", [None, "[project]\nname = 'other'\nversion = '3'\n", "]", "a = 1"])
def test_version_is_else_that_of_the_installed_package(tmp_path, monkeypatch, text):
    if text is not None:
        (tmp_path / "pyproject.toml").write_text(text)
    asked = []
    monkeypatch.setattr(_version, "version", lambda name: asked.append(name) or "7.2")
    assert _version._version(tmp_path / "treealg") == "7.2"
    assert asked == ["treealg"]


def test_version_without_any_record_is_a_fallback(tmp_path):
    code = "import sys; sys.path.insert(0, '.'); import treealg; print(treealg.__version__)"
    shutil.copytree(PACKAGE, tmp_path / "treealg", ignore=shutil.ignore_patterns("__pycache__"))
    # Without site-packages' records: isolated from them but for NumPy, which is linked.
    lib = tmp_path / "lib"
    lib.mkdir()
    for found in Path(sys.modules["numpy"].__file__).parents[1].glob("numpy*"):
        (lib / found.name).symlink_to(found)
    code = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(lib)!r}]; " + code
    assert output(code, "-I", "-S", cwd=tmp_path) == "0+unknown\n"


@pytest.fixture(scope="module")
def tree_without_kernels(tmp_path_factory):
    root = tmp_path_factory.mktemp("checkout")
    ignored = shutil.ignore_patterns("__pycache__", "*.so", "*.pyd")
    shutil.copytree(PACKAGE, root / "treealg", ignore=ignored)
    return root


@pytest.mark.parametrize(
    "call", ["treealg.branched_sig([[0.0], [1.0]], 1)", "import treealg.jax; treealg.jax.log_sig"]
)
def test_first_call_without_kernels_says_how_to_build_them(call, tree_without_kernels):
    (tree_without_kernels / "pyproject.toml").write_text("")
    done = run_python(f"import treealg; {call}", cwd=tree_without_kernels)
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith(
        "treealg.errors.MissingDependencyError: treealg: the compiled kernels are not built in "
        f"{tree_without_kernels / 'treealg' / '_fast'} for Python 3."
    )
    assert last.endswith(f'; run: pip install -e "{tree_without_kernels}"')


def test_the_algebra_needs_no_kernels(tree_without_kernels):
    code = "from treealg import symbolic, tables; print(tables.convolution(1, 3).n_blocks)"
    assert output(code, cwd=tree_without_kernels) == "4\n"


def test_commands_need_kernels_only_where_they_compute(tree_without_kernels):
    def command(*arguments):
        code = f"import sys; from treealg.cli import main; sys.exit(main({arguments!r}))"
        return run_python(code, cwd=tree_without_kernels)

    assert "instruction set  none: the compiled kernels are not built" in command("info").stdout
    assert command("coproduct", "0").stdout == "(∅)⊗(0) + (0)⊗(∅)\n"
    (tree_without_kernels / "path.csv").write_text("x,y\n0,0\n1,2\n")
    done = command("compute", "path.csv", "out.npy", "--degree", "2")
    assert done.returncode == 2
    assert done.stderr.startswith("treealg: the compiled kernels are not built in ")
    assert done.stderr.count("\n") == 1
    assert not (tree_without_kernels / "out.npy").exists()


def test_the_algebra_works_from_an_archive(tmp_path):
    archive = shutil.make_archive(str(tmp_path / "app"), "zip", PACKAGE.parent, "treealg")
    code = f"import sys; sys.path.insert(0, {archive!r}); import treealg; print(treealg.__file__); "
    shown = "from treealg.symbolic import Tree, bck; print(bck.antipode(Tree()))"
    assert output(code + shown, cwd=tmp_path).splitlines() == [
        str(Path(archive) / "treealg" / "__init__.py"), "-(0)",
    ]  # fmt: skip
    done = run_python(code + "treealg.branched_sig([[0.0], [1.0]], 1)", cwd=tmp_path)
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("treealg.errors.MissingDependencyError: treealg: the compiled kernels")


@pytest.mark.parametrize("words", [["-c", "import treealg"], ["__main__.py", "info"]])
def test_in_the_folder_of_the_package_it_is_said_that_it_hides_a_module_of_python(words):
    done = subprocess.run(
        [sys.executable, "-S", *words], cwd=PACKAGE, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
    )  # fmt: skip
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: treealg: Python looks for modules within the folder")


def test_without_stubs_it_is_said_what_is_missing(tmp_path):
    ignored = shutil.ignore_patterns("__pycache__", "*.pyi")
    shutil.copytree(PACKAGE, tmp_path / "treealg", ignore=ignored)
    done = run_python("import treealg", cwd=tmp_path)
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("treealg.errors.MissingDependencyError: treealg: the stub ")
    assert last.endswith("take the files *.pyi of treealg along, as an installation does")


def test_pyinstaller_is_told_of_all_that_is_loaded_by_name():
    assert f"hook-{treealg.__name__}.py" in os.listdir(_pyinstaller.hook_folders()[0])
    code = """
import json, pkgutil, sys, types
from pathlib import Path
hooks = types.ModuleType("PyInstaller.utils.hooks")
hooks.collect_data_files = lambda package, includes: includes
hooks.collect_submodules = lambda package: [package]
sys.modules.update({"PyInstaller": hooks, "PyInstaller.utils": hooks, hooks.__name__: hooks})
import runpy
found = runpy.run_path(sys.argv[1])
print(json.dumps([found["hiddenimports"], found["datas"]]))
"""
    hook = Path(_pyinstaller.hook_folders()[0]) / "hook-treealg.py"
    done = subprocess.run(
        [sys.executable, "-c", code, str(hook)], capture_output=True, text=True, check=True
    )
    rooms, files = json.loads(done.stdout)
    named = {module for face in ("treealg", "treealg.symbolic", "treealg.tables", "treealg.codegen",
             "treealg.verification") for module in public_names(face).values()}  # fmt: skip
    unseen = {
        module for module in named
        if module not in ("treealg", "treealg.errors", "treealg._version")
        and not any(module == room or module.startswith(f"{room}.") for room in rooms)
    }  # fmt: skip
    assert unseen == set()
    data = {path.suffix for path in PACKAGE.rglob("*") if path.suffix in (".pyi", ".h")}
    assert data <= {Path(pattern).suffix for pattern in files}


def test_first_call_of_a_broken_kernel_passes_on_its_error(tmp_path, monkeypatch):
    shutil.copytree(PACKAGE, tmp_path / "treealg", ignore=shutil.ignore_patterns("__pycache__"))
    library = next((tmp_path / "treealg" / "_fast").glob("core.*.so"))
    library.write_bytes(b"not a library")
    code = "import treealg; treealg.branched_sig([[0.0], [1.0]], 1)"
    done = run_python(code, cwd=tmp_path)
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: ")
    assert library.name in last
    told = output("from treealg.cli import main; main(['info'])", cwd=tmp_path)
    assert f"{library}: file too short" in told


@pytest.mark.slow
@pytest.mark.parametrize("option", ["-O", "-OO"])
def test_every_public_name_is_there_without_asserts_and_docstrings(option, tmp_path):
    code = (
        "import importlib, sys\n"
        f"for face in {FACES}:\n"
        "    module = importlib.import_module(face)\n"
        "    found = [getattr(module, name) for name in module.__all__]\n"
        "    assert False, 'is left out'\n"
        "print(sys.flags.optimize)"
    )
    assert output(code, option, cwd=tmp_path).strip() == str(len(option) - 1)
