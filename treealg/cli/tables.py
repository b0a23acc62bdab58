"""The command ``table``: index tables as files, for SciPy and everybody else."""

from __future__ import annotations

import argparse
from typing import Any, BinaryIO

from treealg.cli.parsers import Commands, add_command, add_planar, output, print_json, say
from treealg.errors import InvalidValueError
from treealg.whole import whole

__all__ = ["add_parser"]

_TABLES = ("arborification", "convolution", "lyndon", "word-convolution")


def add_parser(commands: Commands[Any]) -> None:
    """Add the command ``table`` to a parser."""
    parser = add_command(
        commands,
        "table",
        "write an index table as npz or JSON",
        "Write an index table to a file, or print it as JSON. A linear map in npz is a matrix in "
        "compressed rows that scipy.sparse.load_npz reads, on coefficients as they are; all else "
        "has the arrays of treealg.tables under their names.",
        """\
table arborification 2 4 -o phi.npz
table convolution 2 3 --planar -o coproduct.json
table lyndon 2 4 --planar --method 2 -o brackets.npz
table arborification 1 3
""",
    )
    parser.add_argument("table", metavar="TABLE", choices=_TABLES, help=", ".join(_TABLES))
    parser.add_argument("dimension", type=int, help="number of labels")
    parser.add_argument("degree", type=int, help="largest number of nodes")
    add_planar(parser)
    parser.add_argument("--method", type=int, default=1, help="of lyndon: 1 or 2 (default: 1)")
    parser.add_argument(
        "--longest", type=int, default=1, help="longest chain that is a letter (default: 1)"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=output,
        help="file to write: .npz or .json (default: JSON on standard output)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit status."""
    if arguments.output is None:
        print_json(_plain(_arrays(arguments)))
        return 0
    if arguments.output.suffix not in (".npz", ".json"):
        raise InvalidValueError(f"output must end in .npz or .json, got {arguments.output}")
    with whole(arguments.output) as file:  # which is refused before the work
        arrays = _arrays(arguments)
        _write(file, arguments.output.suffix, arrays)
    say(arguments, f"{arguments.output}: {', '.join(arrays)}")
    return 0


def _arrays(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the arrays of a table by name."""
    from treealg import tables

    size = arguments.dimension, arguments.degree
    if arguments.table == "arborification":
        return _matrix(
            tables.arborification(*size, planar=arguments.planar, longest=arguments.longest)
        )
    if arguments.table == "lyndon":
        return _matrix(tables.lyndon(*size, arguments.method, planar=True))
    if arguments.table == "word-convolution":
        table = tables.word_convolution(*size, longest=arguments.longest)
    else:
        table = tables.convolution(*size, planar=arguments.planar)
    integers, arrays = table.parts()
    return {"table": type(table).__name__, **integers, **arrays}


def _matrix(table: Any) -> dict[str, Any]:
    """Return a linear map on coefficients as SciPy stores it."""
    data, indices, indptr = table.csr()
    return {
        "format": b"csr", "shape": list(table.shape), "indptr": indptr, "indices": indices,
        "data": data,
    }  # fmt: skip


def _write(file: BinaryIO, suffix: str, arrays: dict[str, Any]) -> None:
    import json

    import numpy as np

    if suffix == ".npz":
        np.savez(file, **arrays)
    else:
        file.write(json.dumps(_plain(arrays)).encode("utf-8"))


def _plain(arrays: dict[str, Any]) -> dict[str, Any]:
    """Return arrays as JSON has them."""
    import numpy as np

    found = {name: np.asarray(array).tolist() for name, array in arrays.items()}
    return {
        name: value.decode() if isinstance(value, bytes) else value for name, value in found.items()
    }
