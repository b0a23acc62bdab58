"""The pieces that are done, kept beside the output until it is whole.

A part is a file that was written under another name and then renamed, so that there are whole parts
only. The folder says which run it belongs to; another run with other options or other inputs is
refused, as its parts would be wrong.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from treealg.errors import InvalidValueError
from treealg.files.source import readable
from treealg.locks import hold, let_go

__all__ = ["Part", "Parts", "remove"]

Floats = npt.NDArray[np.floating[Any]]

_STOP = b"treealg.stop"
_ROWS = "features of treealg"


class Part(NamedTuple):
    """A piece that was computed: where the next one begins, ids and features."""

    stop: int
    ids: Any
    rows: Floats


class Parts:
    """The folder of parts of one output, locked while it is open.

    Parameters
    ----------
    output : Path
        The output, beside which the folder lies.
    job : mapping
        What the parts depend on, as JSON has it.
    overwrite : bool
        Whether an output that is there may be replaced.
    restart : bool
        Whether parts of another run may be thrown away.
    """

    def __init__(
        self, output: Path, job: dict[str, Any], *, overwrite: bool, restart: bool
    ) -> None:
        self.output = output
        self.folder = output.with_name(f"{output.name}.parts")
        self.job, self.overwrite, self.restart = job, overwrite, restart
        self.lock = -1

    def __enter__(self) -> Parts:
        is_new = not self.folder.exists()
        if is_new:
            self._check_output()
            self.folder.mkdir()
        self.lock = os.open(self.folder / "lock", os.O_CREAT | os.O_RDWR)
        if not hold(self.lock, wait=False):
            os.close(self.lock)
            raise InvalidValueError(
                f"another process is writing {self.output}; wait for it, or stop it"
            )
        try:
            self._begin()
        except BaseException:
            let_go(self.lock)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.folder.exists() and not self.count:
            self._remove()  # nothing would be lost
        let_go(self.lock)

    def _check_output(self) -> None:
        if self.output.exists() and not self.overwrite:
            raise InvalidValueError(
                f"{self.output} is there already; give another name, or --overwrite to replace it"
            )

    def _begin(self) -> None:
        """Find out what was done before."""
        file = self.folder / "job.json"
        for left in self.folder.glob(".new-*"):
            remove(left)
        self.count = 0
        known = json.loads(file.read_text("utf-8")) if file.exists() else None
        if known is not None and known["job"] != self.job:
            if not self.restart:
                raise InvalidValueError(
                    f"{self.folder} has parts of another run ({_difference(known['job'], self.job)}"
                    f"); give the same options to go on with it, or --restart to throw them away"
                )
            known = None
        if known is None or self.restart:
            for old in self.folder.iterdir():
                if old.name != "lock":
                    remove(old)
            self._write("job.json", json.dumps({"job": self.job}).encode())
        if not self.is_done:
            self._check_output()
        while self._path(self.count).exists():
            self.count += 1

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:06}.part"

    def _write(self, name: str, data: bytes) -> None:
        new = self.folder / f".new-{name}"
        new.write_bytes(data)
        new.replace(self.folder / name)

    @property
    def finished(self) -> Path:
        """The output before it gets its name; a suffix tells its format."""
        return self.folder / f"finished{self.output.suffix.lower()}"

    @property
    def is_done(self) -> bool:
        """Whether all was written, and at most the name is missing."""
        return (self.folder / "done").exists()

    def add(self, part: Part) -> None:
        """Keep a part."""
        new = self.folder / f".new-{self.count:06}"
        width = part.rows.shape[1]
        flat = pa.array(np.ascontiguousarray(part.rows).reshape(-1))
        rows = _fixed(flat, width, len(part.rows))
        table = part.ids.append_column(_ROWS, rows)
        table = table.replace_schema_metadata({_STOP: str(part.stop)})
        try:
            with pa.ipc.new_file(str(new), table.schema) as writer:
                writer.write_table(table)
            new.replace(self._path(self.count))
        except BaseException:
            new.unlink(missing_ok=True)
            raise
        self.count += 1

    def __iter__(self) -> Iterator[Part]:
        for number in range(self.count):
            path = self._path(number)
            with readable(f"{path}"), pa.memory_map(str(path)) as mapped:
                table = pa.ipc.open_file(mapped).read_all()
                yield _part(table)

    @property
    def rows(self) -> int:
        """The number of rows of all parts."""
        return sum(len(part.ids) for part in self)

    def last_stop(self) -> int:
        """Return where to go on."""
        if not self.count:
            return 0
        path = self._path(self.count - 1)
        with readable(f"{path}"), pa.memory_map(str(path)) as mapped:
            return int(pa.ipc.open_file(mapped).schema.metadata[_STOP])

    def ids(self) -> Iterator[Any]:
        """Return the tables of what tells rows apart."""
        for part in self:
            yield part.ids

    def keep(self, name: str, about: dict[str, Any]) -> None:
        """Keep what is to stand beside the output under some name."""
        self._write(f"beside-{name}", json.dumps(about, indent=1).encode())

    def finish(self) -> None:
        """Give the output its name, and throw the parts away."""
        if not self.is_done:
            self._write("done", b"")
        for text in self.folder.glob("beside-*"):
            text.replace(self.output.with_name(text.name.removeprefix("beside-")))
        if self.finished.exists():
            if self.output.is_dir():
                self.output.replace(self.folder / "replaced")
            self.finished.replace(self.output)
        self.count = 0

    def _remove(self) -> None:
        shutil.rmtree(self.folder)


def _fixed(flat: Any, width: int, count: int) -> Any:
    if width:
        return pa.FixedSizeListArray.from_arrays(flat, width)
    return pa.nulls(count, pa.list_(flat.type, 0))


def _part(table: Any) -> Part:
    column = table.column(_ROWS).combine_chunks()
    width = column.type.list_size
    values = column.values if hasattr(column, "values") else column.flatten()
    rows = np.asarray(values).reshape(len(table), width)
    ids = table.drop_columns(_ROWS).replace_schema_metadata(None)
    return Part(int(table.schema.metadata[_STOP]), ids, rows)


def _difference(old: dict[str, Any], new: dict[str, Any]) -> str:
    """Say in what two runs differ."""
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    first = names[0]
    before, now = old.get(first), new.get(first)
    if isinstance(before, dict) and isinstance(now, dict):
        return _difference(before, now)
    return f"{first} was {before!r:.80} and is {now!r:.80}"


def remove(path: Path) -> None:
    """Remove a file or folder."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
