"""Faces: a package whose public names stand once, in the stub beside its ``__init__.py``.

The stub is what type checkers and editors read, and here it also tells where a name is loaded from
when it is first asked for. Three of its forms count, as ruff lays them out; all else is for type
checkers alone:

- ``from treealg.errors import TreeAlgError as TreeAlgError``, with several names one to a line in
  parentheses; a subpackage of the package itself is ``from treealg import symbolic as symbolic``;
- ``from treealg.numeric import *``: all names of another face;
- ``def branched_sig(`` at the left margin, where the stub has signatures of its own; the nearest
  line ``# treealg.numeric.paths.signature`` above it says which module has the function.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

__all__ = ["attach", "public_names", "read_stub"]


def public_names(package: str) -> dict[str, str]:
    """Return the module of each public name of a package that has a stub."""
    stub = Path(__file__).parents[1].joinpath(*package.split("."), "__init__.pyi")
    return read_stub(stub.read_text("utf-8"))


def read_stub(text: str) -> dict[str, str]:
    """Return the module of each public name of a stub, in the order of the stub."""
    modules = {}
    module = ""
    for line in text.splitlines():
        if line.startswith(("from ", "# treealg.")):
            module = line.split()[1]
        if line.startswith("def "):
            modules[line[4 : line.index("(")]] = module
        elif line.endswith("import *"):
            modules.update(public_names(module))
        elif " as " in line and line.startswith(("from ", "    ")):
            for imported in line.rstrip(",").split(", "):
                modules[imported.rpartition(" ")[2]] = module
    return modules


def attach(package: str) -> tuple[list[str], Callable[[str], Any], Callable[[], list[str]]]:
    """Return ``__all__``, ``__getattr__`` and ``__dir__`` of a package, as its stub says.

    Notes
    -----
    Threads that ask for a name at the same time are served by the locks of Python's imports; a
    lock held here could wait for one of those, and one of those for it.
    """
    face = sys.modules[package]
    modules = public_names(package)

    def load(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = modules[name]
        if module == package:
            return import_module(f"{package}.{name}")
        value = getattr(import_module(module), name)
        setattr(face, name, value)
        return value

    for name, module in modules.items():
        # Importing such a module later would put it in the place of the name that it defines.
        if module == f"{package}.{name}":
            load(name)
    return [name for name in modules if name[0] != "_"], load, lambda: sorted(modules)
