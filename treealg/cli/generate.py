"""The command ``generate``: a whole map as source."""

from __future__ import annotations

import argparse
import re
from contextlib import ExitStack
from typing import Any

from treealg.cli.parsers import Commands, add_command, add_planar, output, say
from treealg.errors import InvalidValueError
from treealg.whole import whole

__all__ = ["add_parser"]


def add_parser(commands: Commands[Any]) -> None:
    """Add the command ``generate`` to a parser."""
    parser = add_command(
        commands,
        "generate",
        "write a map as C99, NumPy or CUDA source",
        "Write the source of a map of a size: a self-contained C99 function, a NumPy function, or "
        "a CUDA C++ kernel with the function that launches it.",
        """\
generate --map log --dimension 2 --degree 3
generate --map sig --dimension 2 --degree 3 -o sig.c --header sig.h
generate --map combine --dimension 3 --degree 3 --language cuda --backward -o combine.cu
""",
    )
    parser.add_argument(
        "--map",
        required=True,
        help="sig, logsig, corrected_sig, linear, corrected, arborification, combine, log, exp, "
        "inverse",
    )
    parser.add_argument("--dimension", type=int, required=True, help="number of labels")
    parser.add_argument("--degree", type=int, required=True, help="largest number of nodes")
    add_planar(parser)
    parser.add_argument("--backward", action="store_true", help="the adjoint of the derivative")
    parser.add_argument("--language", default="c", help="c, numpy or cuda (default: %(default)s)")
    parser.add_argument("--dtype", default="float64", help="float64 or float32")
    parser.add_argument("--levels", type=int, default=2, help="longest chain of a correction")
    parser.add_argument(
        "--method", type=int, default=0, help="planar logarithms: 1 Lyndon coordinates, 2 brackets"
    )
    parser.add_argument(
        "-o", "--output", type=output, help="file to write (default: standard output)"
    )
    parser.add_argument(
        "--header", type=output, help="file to write the declaration to, for C and C++"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit status."""
    from treealg.codegen import generate_source

    with ExitStack() as files:  # both are there, or neither is; refused before the work
        header, output = (
            None if name is None else files.enter_context(whole(name))
            for name in (arguments.header, arguments.output)
        )
        source = generate_source(
            arguments.map,
            arguments.dimension,
            arguments.degree,
            planar=arguments.planar,
            backward=arguments.backward,
            language=arguments.language,
            dtype=arguments.dtype,
            levels=arguments.levels,
            method=arguments.method,
        )
        if header is not None:
            header.write(_header(source.text, source.name).encode("utf-8"))
        if output is not None:
            output.write(source.text.encode("utf-8"))
    if arguments.output is None:
        print(source.text, end="")
    else:
        say(arguments, f"{arguments.output}: {source.name}")
    return 0


def _header(text: str, name: str) -> str:
    r"""Return the declaration of a function of C, or of what launches a kernel.

    Examples
    --------
    >>> print(_header("void f(const double *restrict x, size_t n)\n{\n}\n", "f"))
    #ifndef F_H
    #define F_H
    #include <stddef.h>
    #ifdef __cplusplus
    extern "C" {
    #endif
    void f(const double *x, size_t n);
    #ifdef __cplusplus
    }
    #endif
    #endif
    <BLANKLINE>
    """
    found = re.search(rf"^void {name}\([^)]*\)", text, re.MULTILINE)
    includes = "#include <stddef.h>"
    if found is None:
        found = re.search(rf"cudaError_t {name}_launch\([^)]*\)", text)
        includes = "#include <cuda_runtime.h>"
    if found is None:
        raise InvalidValueError("--header must be left out for NumPy source, which has none")
    comment = re.match(r"/\*.*?\*/\n", text, re.DOTALL)
    declared = re.sub(r"\s*\brestrict\b ?", "", " ".join(found[0].split()))
    guard = f"{name.upper()}_H"
    return (
        f"{comment[0] if comment else ''}#ifndef {guard}\n#define {guard}\n{includes}\n"
        f'#ifdef __cplusplus\nextern "C" {{\n#endif\n{declared};\n'
        f"#ifdef __cplusplus\n}}\n#endif\n#endif\n"
    )
