"""Import of what may not be there: packages that are not required, kernels that are not built."""

from __future__ import annotations

import importlib
import sys
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

from treealg.errors import MissingDependencyError

__all__ = ["require", "require_built"]


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
