"""Tables as files of NumPy, which anybody can read."""

from __future__ import annotations

import os
import zipfile
from math import prod
from operator import index
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.checks import check_file
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.tables.coefficients import CoefficientTable
from treealg.tables.convolution_table import ConvolutionTable
from treealg.tables.disk import LARGEST_FILE
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
# Bytes of the name of a class, or of an integer.
_LARGEST_ITEM = 400

_format: Any = np.lib.format


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
        If `path` is empty or cannot be written: the name of a folder, or in one that is not there,
        too long, or of what is no regular file, as a pipe.

    See Also
    --------
    load_table : The table in a file.

    Notes
    -----
    The file holds the fields of the table under their names, integers as arrays of no axis, and the
    name of its class under ``table``. It is written under another name first, so that where the
    disk is full, for which the system raises an OSError, an old one stays as it was.

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
    file = check_file("path", path)
    if os.path.exists(file) and not os.path.isfile(file):
        raise InvalidValueError(f"{file} cannot be written: it is no regular file")
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
    source = check_file("path", path)
    if os.path.exists(source) and not os.path.isfile(source):
        raise InvalidValueError(f"path must be the name of a file, got {source}, which is none")
    try:
        stream = source.open("rb")
    except OSError as error:
        raise InvalidValueError(
            f"path must be the name of a file that can be read, got {source}: {error.strerror}"
        ) from None
    try:
        with stream, zipfile.ZipFile(stream) as archive:
            return _table(archive)
    except Exception as error:
        # Of any kind: a file may say that it is encrypted, of a later version, or of any size.
        why = str(error) or type(error).__name__
        raise InvalidValueError(
            f"{path} holds no table that save_table wrote, or is damaged: {why:.300}"
        ) from None


def _table(archive: zipfile.ZipFile) -> Table:
    """Read the table in an archive, each array of the dtype that the class has for it."""
    members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
    if len(members) < len(archive.infolist()):
        raise ValueError("it has two arrays of one name")
    if sum(info.file_size for info in members.values()) > LARGEST_FILE:
        raise ValueError("its arrays are larger than those of any table")
    kind = _CLASSES.get(str(_array(archive, members[_KIND], "U").item()))
    if kind is None:
        raise ValueError("it is of no class of tables")
    types = kind.array_types()
    integers, arrays = {}, {}
    for name, info in members.items():
        if name in types:
            arrays[name] = _array(archive, info, types[name])
        elif name != _KIND:
            integers[name] = index(_array(archive, info, "iu").item())
    return kind.from_parts(integers, arrays)


def _array(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, wanted: str | np.dtype[Any]
) -> npt.NDArray[Any]:
    """Read an array of a dtype, or one without axes of some kinds, if the archive has its bytes."""
    with archive.open(info) as file:
        version = _format.read_magic(file)
        read = {(1, 0): _format.read_array_header_1_0, (2, 0): _format.read_array_header_2_0}
        shape, _, dtype = read[version](file)
        if isinstance(wanted, str):
            fits = shape == () and dtype.kind in wanted and dtype.itemsize <= _LARGEST_ITEM
        else:
            fits = len(shape) == 1 and dtype == wanted
        if not fits:
            raise ValueError(f"{info.filename} is of shape {shape} and dtype {dtype!s:.40}")
        nbytes = prod(shape) * dtype.itemsize
        if nbytes != info.file_size - file.tell():
            raise ValueError(f"{info.filename} has not the bytes of its shape {shape}")
        return np.frombuffer(file.read(), dtype).reshape(shape)
