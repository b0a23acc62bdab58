"""What may not be there: packages that are not required, kernels not built, a compiler at work."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any, TypeVar

from treealg.errors import MissingDependencyError
from treealg.loads import is_subinterpreter, load, refuse_subinterpreter

__all__ = [
    "install_command",
    "refuse_subinterpreter",
    "require",
    "require_built",
    "require_main_interpreter",
    "run_as_it_is",
    "untraced",
]

_Function = TypeVar("_Function", bound=Callable[..., Any])


def require(module: str, *, extra: str) -> Any:
    """Import an optional module, or say how to install it.

    Examples
    --------
    >>> require("math", extra="plot").gcd(6, 4)
    2
    """
    try:
        return load(module)
    except ModuleNotFoundError as error:
        package = module.partition(".")[0]
        if error.name is None or error.name.partition(".")[0] != package:
            raise
        if error.name != package and (found := sys.modules.get(package)) is not None:
            raise MissingDependencyError(
                f"{error.name} is needed here and is not in what is imported as {package!r}, "
                f"{getattr(found, '__file__', None) or found}; if that is a file of your own, "
                "rename it, as it hides the package, or else install a newer version"
            ) from error
        raise MissingDependencyError(
            f"the package {package!r} is needed here and is not installed; "
            f"install it with: {install_command(extra)}"
        ) from error


def install_command(extra: str) -> str:
    """Return the command that installs what an extra names, without asking an index for treealg.

    Notes
    -----
    In a checkout it installs that with the extra. Elsewhere the file that treealg was installed
    from need not be there any more, and so the requirements are named, as the record of the
    installation has them.

    Examples
    --------
    >>> install_command("torch").startswith("pip install ")
    True
    """
    root = Path(__file__).parents[1]
    if (root / "pyproject.toml").is_file():
        return f'pip install -e "{root}[{extra}]"'
    from importlib.metadata import PackageNotFoundError, requires

    try:
        lines = requires("treealg") or []
    except PackageNotFoundError:
        return f'pip install "FILE[{extra}]", with FILE the wheel or checkout that is used'
    marker = re.compile(rf"extra == ['\"]{extra}['\"]")
    parts = (line.partition(";") for line in lines)
    needed = [f'"{name.strip()}"' for name, _, condition in parts if marker.search(condition)]
    return " ".join(["pip install", *needed])


def require_built(folder: Path) -> None:
    """Say how to build the compiled modules of a folder, if one is missing there.

    Notes
    -----
    The stub of a compiled module stands where the module has to be. From an archive none can be
    loaded.
    """
    names = [stub.stem for stub in folder.glob("[!_]*.pyi")]
    if names and all(PathFinder.find_spec(name, [str(folder)]) for name in names):
        return
    root = folder.parents[1]
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    how = f"install treealg from its checkout, or from a wheel for Python {version}"
    if (root / "pyproject.toml").is_file():
        how = f'run: pip install -e "{root}"'
    raise MissingDependencyError(
        f"treealg: the compiled kernels are not built in {folder} for Python {version}; {how}"
    )


def require_main_interpreter() -> None:
    """Refuse a subinterpreter before a compiled module is loaded there.

    Notes
    -----
    Which interpreter loads one first is the only one that may load it: of a later one Cython says
    that an "interpreter change" was detected, also of the main one, and NumPy fails there. Where
    Python's own modules of interpreters are left out, the kernels find it out themselves.
    """
    if is_subinterpreter():
        refuse_subinterpreter()


# What functions of treealg.torch are made of, which `torch.compile` reads.
_READ = (
    "torch", "frameworks", "checks.py", "errors.py", "numeric/operations",
    "numeric/arguments/lists.py",
)  # fmt: skip
_told: list[Any] = []


def run_as_it_is() -> bool:
    """Have `torch.compile`, if it is loaded, run the modules of treealg instead of reading them.

    Returns
    -------
    bool
        Whether it is loaded.

    Notes
    -----
    It would read them up to what it does not know, such as a kernel, with a warning each time, and
    go on behind that. It calls this function when it comes to it.
    """
    rules = sys.modules.get("torch._dynamo.trace_rules")
    if rules is None:
        return False
    if rules not in _told and hasattr(rules, "_recompile_re"):
        _told.append(rules)
        folder = Path(__file__).parent
        rules.SKIP_DIRS.extend(_apart(folder, [folder / name for name in _READ]))
        rules._recompile_re()
    return True


# As torch.compiler.assume_constant_result has it, which loads the compiler.
run_as_it_is._dynamo_marked_constant = True  # type: ignore[attr-defined]


def _apart(folder: Path, read: list[Path]) -> list[str]:
    """Return the folders and modules in a folder that hold none of some others."""
    found: list[str] = []
    for path in folder.iterdir():
        if path in read or not (path.is_dir() or path.suffix == ".py"):
            continue
        if any(path in other.parents for other in read):
            found += _apart(path, read)
        else:
            found.append(f"{path.as_posix()}/" if path.is_dir() else path.as_posix())
    return found


def untraced(function: _Function) -> _Function:
    """Return a function that `torch.compile` runs as it is, and with it all that it calls.

    Notes
    -----
    Otherwise a call within a compiled function is taken for a part of it as far as its Python goes:
    the making of a table, too, whose arrays nobody may write to, which the compiler does not take.
    Who has not loaded the compiler gets the function itself.

    Examples
    --------
    >>> untraced(len)("abc")
    3
    """
    if "torch._dynamo" not in sys.modules:
        return function
    disabled: _Function = sys.modules["torch"].compiler.disable(function)
    return disabled
