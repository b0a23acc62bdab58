"""The version of this copy of treealg, which pyproject.toml states."""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

__all__ = ["__version__"]


def _version(folder: Path) -> str:
    """Return the version of the package in `folder`, from its source tree or as installed.

    Notes
    -----
    A source tree comes first: what is installed may be another copy, or an older one.
    """
    try:
        project = tomllib.loads((folder.parent / "pyproject.toml").read_text("utf-8"))["project"]
        if project["name"] == "treealg":
            return str(project["version"])
    except (OSError, ValueError, KeyError):
        pass
    try:
        return version("treealg")
    except PackageNotFoundError:
        return "0+unknown"


__version__ = _version(Path(__file__).parent)
