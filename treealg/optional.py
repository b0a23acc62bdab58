"""What may not be there: packages that are not required, kernels not built, a compiler at work."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any, TypeVar

from treealg.errors import MissingDependencyError

__all__ = ["require", "require_built", "untraced"]

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
            f'install it with: pip install "treealg[{extra}]"'
        ) from error


def require_built(folder: Path) -> None:
    """Say how to build the compiled modules of a folder, if one is missing there.

    Notes
    -----
    The stub of a compiled module stands where the module has to be.
    """
    names = [stub.stem for stub in folder.glob("[!_]*.pyi")]
    if all(PathFinder.find_spec(name, [str(folder)]) for name in names):
        return
    root = folder.parents[1]
    what = f'-e "{root}"' if (root / "pyproject.toml").is_file() else "--force-reinstall treealg"
    raise MissingDependencyError(
        f"treealg: the compiled kernels are not built in {folder} for Python "
        f"{sys.version_info.major}.{sys.version_info.minor}; run: pip install {what}"
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
