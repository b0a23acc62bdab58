"""The table of a verification on the terminal."""

from __future__ import annotations

from typing import Any

__all__ = ["Rows"]


class Rows:
    """Rows of a table as they come.

    Over a progress bar where tqdm is installed and standard error is a terminal, otherwise each
    with its number.
    """

    def __init__(self) -> None:
        try:
            from tqdm import tqdm
        except ImportError:
            self._bar: Any = None
        else:
            self._bar = tqdm(unit="row", disable=None, leave=False)

    def __enter__(self) -> Rows:
        return self

    def __exit__(self, *details: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def add(self, row: str, done: int, total: int) -> None:
        """Print a row, and move the bar."""
        if self._bar is None or self._bar.disable:
            print(f"{done:>{len(str(total))}}/{total}  {row}", flush=True)
            return
        self._bar.total = total
        self._bar.write(row)
        self._bar.update()
