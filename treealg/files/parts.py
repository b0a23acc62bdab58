"""The pieces that are done, kept beside the output until it is whole.

A part is a file that was written under another name and then renamed, so that there are whole parts
only. The folder says which run it belongs to; another run with other options or other inputs is
refused, as its parts would be wrong. A folder of that name with anything else in it is somebody's,
and left alone.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from treealg.errors import InvalidValueError
from treealg.files.sinks import sidecar_of
from treealg.files.source import mapped, readable
from treealg.locks import hold, let_go
from treealg.whole import check_names, errors_of

__all__ = ["Part", "Parts", "remove"]

Floats = npt.NDArray[np.floating[Any]]

_STOP = b"treealg.stop"
_ROWS = "features of treealg"
"""The name of the last column of a part; one of those before it may have it, too."""

_OURS = re.compile(r"lock|job\.json|done|\d+\.part|(beside-|\.new-).*", re.DOTALL)
_OURS_OR_FOLDERS = re.compile(r"finished\.\w+|replaced")
_OF_ZARR = ("zarr.json", ".zgroup", ".zarray")
_DAMAGED = {"job.json": "damaged"}


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
        check_names(self.output, self.folder)
        beside = sidecar_of(self.output)
        if beside is not None:
            check_names(self.output, beside, beside.with_name(f".new-beside-{beside.name}"))
        self.lock = self._held()
        try:
            with errors_of(self.output, self.folder):
                self._begin()
        except BaseException:
            let_go(self.lock)
            raise
        return self

    def _held(self) -> int:
        """Make the folder if it is not there, hold it, and return its open lock."""
        while True:
            if not os.path.lexists(self.folder):
                self._check_output()
                with errors_of(self.output, self.folder):
                    self.folder.mkdir(exist_ok=True)
            try:
                self._check_folder()
                lock = os.open(self.folder / "lock", os.O_CREAT | os.O_RDWR)
            except FileNotFoundError:
                continue  # who had it has just removed it
            if not hold(lock, wait=False):
                os.close(lock)
                raise InvalidValueError(
                    f"another process is writing {self.output}; wait for it, or stop it"
                )
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(lock), os.stat(self.folder / "lock")):
                    return lock
            let_go(lock)  # it was that of a folder which is gone

    def _check_folder(self) -> None:
        """Refuse what has the name of the folder and is none of ours."""
        if self.folder.is_symlink() or not self.folder.is_dir():
            if not os.path.lexists(self.folder):
                raise FileNotFoundError
            raise InvalidValueError(
                f"{self.folder}, where parts are kept, is no folder; remove it, or give the output "
                f"another name"
            )
        with os.scandir(self.folder) as entries:
            for entry in entries:
                is_file = entry.is_file(follow_symlinks=False)
                is_folder = entry.is_dir(follow_symlinks=False)
                if not (
                    (is_file and _OURS.fullmatch(entry.name))
                    or ((is_file or is_folder) and _OURS_OR_FOLDERS.fullmatch(entry.name))
                    or not os.path.lexists(entry)
                ):
                    raise InvalidValueError(
                        f"{self.folder}, where parts are kept, has {entry.name!r}, which is none "
                        f"of them; move it, or give the output another name"
                    )

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
        for path in (self.output, sidecar_of(self.output)):
            if path is None or not path.exists():
                continue
            if path != self.output and not self.output.exists() and _is_about(path):
                continue  # left over from an output that was removed
            if not self.overwrite:
                raise InvalidValueError(
                    f"{path} is there already; give another name, or overwrite=True (--overwrite) "
                    f"to replace it"
                )
            if path.is_dir() and not (path.suffix.lower() == ".zarr" and _is_zarr(path)):
                raise InvalidValueError(
                    f"{path} is a folder, and no output of before; give another name"
                )

    def _begin(self) -> None:
        """Find out what was done before."""
        self.count = 0
        known = self._known()
        if known is not None and known != self.job:
            if not self.restart:
                raise InvalidValueError(
                    f"{self.folder} has parts of another run ({_difference(known, self.job)}"
                    f"); give the same options to go on with it, or --restart to throw them away"
                )
            known = None
        for left in self.folder.glob(".new-*"):
            remove(left)
        if known is None or self.restart:
            self._empty()
            self._write("job.json", json.dumps({"job": self.job}).encode())
        if self.is_done and not (self.finished.exists() or self.output.exists()):
            (self.folder / "done").unlink()  # somebody removed the output
        if not self.is_done:
            self._check_output()
        while self._path(self.count).exists():
            self.count += 1

    def _known(self) -> dict[str, Any] | None:
        """Return what the parts that are there depend on."""
        file = self.folder / "job.json"
        if not file.exists():
            return None
        try:
            job = json.loads(file.read_bytes())["job"]
        except (ValueError, LookupError, TypeError, RecursionError):
            return _DAMAGED
        return job if isinstance(job, dict) else _DAMAGED

    def _empty(self) -> None:
        """Remove all but the lock."""
        for old in self.folder.iterdir():
            if old.name != "lock":
                remove(old)

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
            with new.open("wb") as file, pa.ipc.new_file(file, table.schema) as writer:
                writer.write_table(table)
            new.replace(self._path(self.count))
        except BaseException:
            new.unlink(missing_ok=True)
            raise
        self.count += 1

    def __iter__(self) -> Iterator[Part]:
        for number in range(self.count):
            path = self._path(number)
            with readable(f"{path}"), mapped(path) as data:
                table = pa.ipc.open_file(data).read_all()
                table.validate(full=True)  # before anything is read that may not be there
                part = _part(table)
            yield part

    @property
    def rows(self) -> int:
        """The number of rows of all parts."""
        return sum(len(part.ids) for part in self)

    def last_stop(self) -> int:
        """Return where to go on."""
        if not self.count:
            return 0
        path = self._path(self.count - 1)
        with readable(f"{path}"), mapped(path) as data:
            return int(pa.ipc.open_file(data).schema.metadata[_STOP])

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
        """Remove the folder, and the lock last."""
        self._empty()
        (self.folder / "lock").unlink()
        with suppress(OSError):  # another process has begun anew
            self.folder.rmdir()


def _fixed(flat: Any, width: int, count: int) -> Any:
    if width:
        return pa.FixedSizeListArray.from_arrays(flat, width)
    return pa.nulls(count, pa.list_(flat.type, 0))


def _part(table: Any) -> Part:
    last = table.num_columns - 1
    column = table.column(last).combine_chunks()
    width = column.type.list_size
    values = column.values if hasattr(column, "values") else column.flatten()
    rows = np.asarray(values).reshape(len(table), width)
    ids = table.remove_column(last).replace_schema_metadata(None)
    return Part(int(table.schema.metadata[_STOP]), ids, rows)


def _difference(old: dict[str, Any], new: dict[str, Any]) -> str:
    """Say in what two runs differ."""
    if old is _DAMAGED:
        return "what they depend on is damaged"
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    first = names[0]
    before, now = old.get(first), new.get(first)
    if isinstance(before, dict) and isinstance(now, dict):
        return _difference(before, now)
    return f"{first} was {before!r:.80} and is {now!r:.80}"


def _is_about(path: Path) -> bool:
    """Tell whether a file says what features mean, as one beside an output does."""
    try:
        return bool({"function", "names"} <= json.loads(path.read_bytes()).keys())
    except (OSError, ValueError, AttributeError, RecursionError):
        return False


def _is_zarr(path: Path) -> bool:
    """Tell whether a folder is one of Zarr, or holds nothing."""
    names = {file.name for file in path.iterdir()}
    return not names or not names.isdisjoint(_OF_ZARR)


def remove(path: Path) -> None:
    """Remove a file or folder."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
