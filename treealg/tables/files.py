"""Tables as files of NumPy, which anybody can read."""

from __future__ import annotations

from operator import index
from pathlib import Path
from typing import Any

import numpy as np

from treealg.checks import check_path
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.tables.coefficients import CoefficientTable
from treealg.tables.convolution_table import ConvolutionTable
from treealg.tables.frozen import Table
from treealg.tables.linear_map import LinearMap
from treealg.tables.translation import TranslationTable
from treealg.whole import whole

__all__ = ["load_table", "save_table"]

_CLASSES: dict[str, type[Table]] = {
    kind.__name__: kind
    for kind in (LinearMap, ConvolutionTable, CoefficientTable, TranslationTable)
}
# The name of the array that says which class a table is of.
_KIND = "table"


def save_table(table: Table, path: str | Path) -> None:
    """Write a table to a file of NumPy.

    Parameters
    ----------
    table : LinearMap, ConvolutionTable, CoefficientTable or TranslationTable
        A table.
    path : str or Path
        The file, which should end in ``.npz``; one that is there is replaced.

    Raises
    ------
    InvalidTypeError
        If `table` is no table, or `path` no name.
    InvalidValueError
        If `path` is empty, or its folder is not there.

    See Also
    --------
    load_table : The table in a file.

    Notes
    -----
    The file holds the fields of the table under their names, integers as arrays of no axis, and the
    name of its class under ``table``. It is written under another name first, so that where it
    cannot be written, for which the system raises an OSError, an old one stays as it was.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> from treealg import tables
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder) / "phi.npz"
    ...     tables.save_table(tables.arborification(1, 3), file)
    ...     with np.load(file) as arrays:
    ...         print(str(arrays["table"]), arrays["coef"].tolist(), arrays["col"].dtype)
    LinearMap [1.0, 1.0, 2.0, 1.0] int32
    """
    if type(table).__name__ not in _CLASSES:
        raise InvalidTypeError(
            f"table must be one of {', '.join(_CLASSES)}, got {type(table).__name__}"
        )
    integers, arrays = table.parts()
    file = check_path("path", path)
    given: dict[str, Any] = {_KIND: np.array(type(table).__name__), **integers, **arrays}
    with whole(file) as out:
        np.savez(out, **given)


def load_table(path: str | Path) -> Table:
    """Read a table from a file that `save_table` wrote.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    LinearMap, ConvolutionTable, CoefficientTable or TranslationTable
        The table; its structure is checked, every index included.

    Raises
    ------
    InvalidTypeError
        If `path` is no name.
    InvalidValueError
        If the file is not there, is damaged, or holds no table.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from treealg import tables
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder) / "coproduct.npz"
    ...     tables.save_table(tables.convolution(2, 3, planar=True), file)
    ...     table = tables.load_table(file)
    >>> table.dimension, table.degree, table.n_blocks
    (2, 3, 25)
    """
    source = check_path("path", path)
    if source.exists() and not source.is_file():
        raise InvalidValueError(f"path must be the name of a file, got {source}, which is none")
    try:
        stream = source.open("rb")
    except OSError as error:
        raise InvalidValueError(
            f"path must be the name of a file that can be read, got {source}: {error.strerror}"
        ) from None
    try:
        with stream, np.load(stream, allow_pickle=False) as file:
            found = {name: file[name] for name in file.files}
        kind = _CLASSES[str(found.pop(_KIND))]
        types = kind.array_types()
        integers = {name: index(found[name].item()) for name in found if name not in types}
        arrays = {name: found[name] for name in found if name in types}
        return kind.from_parts(integers, arrays)
    except Exception as error:
        # Of any kind: a file may say that it is encrypted, of a later version, or of any size.
        raise InvalidValueError(
            f"{path} holds no table that save_table wrote, or is damaged: {error}"
        ) from None
