"""What PyInstaller has to know to make a program of one that uses treealg."""

from __future__ import annotations

from pathlib import Path

__all__ = ["hook_folders"]


def hook_folders() -> list[str]:
    """Return where the hook is; PyInstaller asks, by an entry point of the installed package.

    Examples
    --------
    >>> [Path(folder).name for folder in hook_folders()]
    ['_pyinstaller']
    """
    return [str(Path(__file__).parent)]
