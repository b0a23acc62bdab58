"""What may not be there: packages that are not required, kernels not built, a compiler at work."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any, TypeVar

from treealg.errors import MissingDependencyError

__all__ = ["install_command", "require", "require_built", "untraced"]

_Function = TypeVar("_Function", bound=Callable[..., Any])


def require(module: str, *, extra: str) -> Any:
    """Import an optional module, or say how to install it.

    Examples
    --------
    >>> require("math", extra="plot").gcd(6, 4)
    2
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        package = module.partition(".")[0]
        if error.name is None or error.name.partition(".")[0] != package:
            raise
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
