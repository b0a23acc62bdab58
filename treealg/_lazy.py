"""Faces: a package whose public names stand once, in the stub beside its ``__init__.py``.

The stub is what type checkers and editors read, and here it also tells where a name is loaded from
when it is first asked for. Three of its forms count, as ruff lays them out; all else is for type
checkers alone:

- ``from treealg.errors import TreeAlgError as TreeAlgError``, with several names one to a line in
  parentheses; a subpackage of the package itself is ``from treealg import symbolic as symbolic``;
- ``from treealg.numeric import *``: all names of another face;
- ``def branched_sig(`` at the left margin, where the stub has signatures of its own; the nearest
  line ``# treealg.numeric.paths.signature`` above it says which module has the function.

Several threads may load names at once. Python locks a module, then the packages that it is in: a
package that imports modules of its own, while another thread imports one of these, would have the
two wait for each other. So no package does, but for the first of all: names are loaded when they
are asked for, and what a package has to say to its modules goes through `announce`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from treealg.errors import MissingDependencyError
from treealg.loads import load as load_module

__all__ = ["announce", "announced", "attach", "public_names", "read_stub"]

_announced: dict[str, str] = {}


class _Face(ModuleType):
    """A package with names loaded on demand, of which some may be those of its modules."""

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute, unless a module of the package would hide the function of its name."""
        hidden = isinstance(value, ModuleType) and name in self.__all__
        if not hidden:
            super().__setattr__(name, value)

    def __reduce__(self) -> tuple[Callable[[str], ModuleType], tuple[str]]:
        """Pickle by name: what pickles functions whole, with their globals, knows modules alone."""
        return import_module, (self.__name__,)


def public_names(package: str) -> dict[str, str]:
    """Return the module of each public name of a package that has a stub."""
    stub = Path(__file__).parents[1].joinpath(*package.split("."), "__init__.pyi")
    loader: Any = __spec__.loader  # which reads from archives, too
    try:
        return read_stub(loader.get_data(str(stub)).decode("utf-8"))
    except OSError as error:
        raise MissingDependencyError(
            f"treealg: the stub {stub}, which tells where names are loaded from, is not there; "
            "take the files *.pyi of treealg along, as an installation does"
        ) from error


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
    ``__all__``, and so a star import, has no subpackages: in a notebook ``display`` is another
    function.
    """
    modules = public_names(package)

    def load(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = modules[name]
        if module == package:
            return load_module(f"{package}.{name}")
        if "torch._dynamo" in sys.modules:
            from treealg.optional import run_as_it_is

            run_as_it_is()
        value = getattr(load_module(module), name)
        setattr(sys.modules[package], name, value)
        return value

    sys.modules[package].__class__ = _Face
    names = [name for name, module in modules.items() if module != package and name[0] != "_"]
    return names, load, lambda: sorted(modules)


def announce(role: str, module: str) -> None:
    """Say which module, not loaded yet, does what modules below it ask for by its role."""
    _announced[role] = module


def announced(role: str) -> Any:
    """Return the module of a role."""
    return load_module(_announced[role])
