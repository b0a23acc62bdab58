"""Generated source compiled for the host: as it is, in exact arithmetic, or with degrees.

C source is compiled as C99 for floats. With exact numbers, and for CUDA source, the same text is
compiled as C++ behind headers that define the number type, and blocks and threads. `traffic` counts
what a CUDA kernel asks of a GPU meanwhile.
"""

from __future__ import annotations

import ctypes
import math
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from treealg.checks import brief, in_home
from treealg.codegen.arguments import Argument, arguments
from treealg.codegen.printers.text import REAL, Source
from treealg.errors import InvalidValueError, MissingDependencyError
from treealg.whole import errors_of

__all__ = ["HostFunction", "find_compiler", "given_arrays", "kernel_lines", "shared_library"]

_HERE = Path(__file__).parent
_WORD = 16


def find_compiler(language: str) -> list[str]:
    """Return the command of a compiler, with the options that stand beside it in the environment.

    Notes
    -----
    ``CC`` and ``CXX`` are read as by build tools: as words of a shell, of which the first names the
    compiler, or what calls it. A path with blanks need not be quoted where there is nothing else.
    """
    variable, names = ("CC", ("cc", "gcc", "clang"))
    if language == "c++":
        variable, names = ("CXX", ("c++", "g++", "clang++"))
    chosen = os.environ.get(variable, "").strip()
    if chosen:
        return _chosen_compiler(variable, chosen)
    for name in names:
        found = shutil.which(name)
        if found:
            return [found]
    raise MissingDependencyError(
        f"a {language.upper()} compiler is needed here and none was found; install GCC or Clang "
        f"with the package manager of the system, or name one in the variable {variable}"
    )


def _chosen_compiler(variable: str, chosen: str) -> list[str]:
    """Return the command that a variable of the environment has."""
    try:
        words = [chosen] if _program(chosen) else shlex.split(chosen)
    except ValueError as error:  # a quotation mark without its other one
        raise InvalidValueError(
            f"the variable {variable} must be a command as shells read it, got {brief(chosen)}: "
            f"{error}"
        ) from None
    found = _program(words[0]) if words else None
    if found is None:
        raise InvalidValueError(
            f"the variable {variable} must name a compiler, got {brief(chosen)}, and there is no "
            f"such program; name one that is there, or unset {variable}"
        )
    return [found, *map(os.path.expanduser, words[1:])]


def _program(name: str) -> str | None:
    """Return the path of a program."""
    return shutil.which(in_home(name) or name)


def given_arrays(source: Source, length: int) -> list[Argument]:
    """Return the array arguments of a generated function, scratch memory among them."""
    given = arguments(source.size, source.backward, length)
    if source.scratch:
        given.append(Argument("scratch", "work", (0,) * source.scratch, (source.scratch,)))
    return given


def kernel_lines(source: Source) -> list[str]:
    """Return a kernel's source with its shared memory, and an entry that launches it."""
    real, given = REAL[source.dtype], given_arrays(source, 2)
    call = [f"({real} *)pointers[{index}]" for index in range(len(given))]
    call += ["numbers[0]", *["numbers[1]"] * source.is_path]
    return [
        f"alignas(128) {real} memory[{max(source.memory, 1)}];",
        source.text,
        "static void **pointers;",
        "static const long long *numbers;",
        f"UNWATCHED static void work(void) {{ {source.name}({', '.join(call)}); }}",
        'extern "C" int run(void **p, const long long *n, unsigned b, unsigned t, int d)',
        "{ pointers = p; numbers = n; return launch(work, b, t, d); }",
    ]


class HostFunction:
    """A generated C or CUDA function on the host.

    Parameters
    ----------
    source : Source
        In C or CUDA.
    exact : bool, default False
        Compute with fractions, which also carry degrees, and not with floats of the source's dtype.
    """

    def __init__(
        self,
        source: Source,
        *,
        exact: bool = False,
    ) -> None:
        self._source, self._exact, self._prefix = source, exact, ""
        is_c = source.language == "c" and not exact
        self._library = _load(source.text if is_c else self._wrapped(), is_c, source.name)

    @classmethod
    def compiled_together(
        cls, sources: Sequence[Source], *, exact: bool = False
    ) -> list[HostFunction | InvalidValueError]:
        """Compile functions as one text, which is much faster than one by one."""
        units: dict[bool, list[tuple[int, HostFunction, str]]] = {True: [], False: []}
        for number, source in enumerate(sources):
            unit = cls.__new__(cls)
            is_c = source.language == "c" and not exact
            unit._source, unit._exact = source, exact
            unit._prefix = "" if is_c else f"unit{number}_"
            text = source.text if is_c else unit._in_namespace()
            units[is_c].append((number, unit, text))
        result: dict[int, HostFunction | InvalidValueError] = {}
        for is_c, members in units.items():
            if not members:
                continue
            texts = [] if is_c else ['#include "exact.h"\n#include "emulate.h"\n']
            texts += [text for _, _, text in members]
            try:
                library = _load("".join(texts), is_c, f"{len(members)} maps")
            except InvalidValueError:
                for number, unit, _ in members:
                    try:
                        result[number] = cls(unit._source, exact=exact)
                    except InvalidValueError as error:
                        result[number] = error
                continue
            for number, unit, _ in members:
                unit._library = library
                result[number] = unit
        return [result[number] for number in range(len(sources))]

    def _in_namespace(self) -> str:
        """Return the source as C++ with names of its own."""
        own = [self._source.name, "run", "overflow_flag"]
        defined = re.findall(r"^#define (\w+)", text := self._wrapped(), re.MULTILINE)
        return "\n".join(
            [
                *(f"#define {name} {self._prefix}{name}" for name in own),
                f"namespace {self._prefix}names {{",
                text,
                "}",
                *(f"#undef {name}" for name in {*own, *defined}),
                "",
            ]
        )

    def _wrapped(self) -> str:
        """Return the source as C++ for the host, with an entry for kernels."""
        source, real = self._source, REAL[self._source.dtype]
        lines = ['#include "exact.h"', "#include <stddef.h>"]
        if source.language == "cuda":
            lines.append('#include "emulate.h"')
        else:
            lines.append("#define restrict __restrict")
        if self._exact:
            lines.append(f"#define {real} Exact")
        if source.language == "c":
            lines += ['extern "C" {', source.text, "}"]
        else:
            lines += kernel_lines(source)
        lines.append('extern "C" int *overflow_flag(void) { return &overflowed; }')
        return "\n".join(lines) + "\n"

    def __call__(
        self,
        *values: Any,
        length: int = 1,
        weights: Sequence[Sequence[int]] | None = None,
        launch: tuple[int, int, bool] = (2, 3, False),
        arrays: bool = False,
    ) -> list[Any]:
        """Compute a batch."""
        source = self._source
        given = given_arrays(source, length)
        batch = len(values[0])
        read = [argument for argument in given if argument.role == "in"]
        orders = [argument.orders for argument in read] if weights is None else weights
        reading = iter(zip(values, orders, strict=True))
        # What is not written stays NaN.
        fill = b"\0" if self._exact else b"\xff"
        buffers = [
            self._encode(*next(reading), batch, argument)
            if argument.role == "in"
            else bytearray(fill * max(batch * argument.size, 1) * self._item_bytes())
            for argument in given
        ]
        self._run(buffers, given, batch, length, launch)
        if self._exact:
            flag: Callable[[], Any] = getattr(self._library, f"{self._prefix}overflow_flag")
            flag.restype = ctypes.POINTER(ctypes.c_int)  # type: ignore[attr-defined]
            if flag()[0]:
                flag()[0] = 0
                raise InvalidValueError("an exact number does not fit in 128 bits; lower the size")
        return [
            self._decode(buffer, batch, argument, arrays)
            for buffer, argument in zip(buffers, given, strict=True)
            if argument.role == "out"
        ]

    def _run(
        self,
        buffers: Sequence[bytearray],
        given: Sequence[Argument],
        batch: int,
        length: int,
        launch: tuple[int, int, bool],
    ) -> None:
        addresses = [
            ctypes.addressof((ctypes.c_char * len(buffer)).from_buffer(buffer))
            for buffer in buffers
        ]
        if self._source.language == "cuda":
            self.launch(addresses, batch, length, *launch)
            return
        function = getattr(self._library, f"{self._prefix}{self._source.name}")
        for item in range(batch):
            passed: list[Any] = [
                ctypes.c_void_p(address + item * argument.size * self._item_bytes())
                for address, argument in zip(addresses, given, strict=True)
            ]
            if self._source.is_path:
                passed.insert(1, ctypes.c_size_t(length))
            function(*passed)

    def launch(
        self,
        addresses: Sequence[int],
        batch: int,
        length: int,
        blocks: int,
        threads: int,
        is_descending: bool = False,
    ) -> None:
        """Run a kernel where its arguments are."""
        threads = self._source.threads or threads
        pointers = (ctypes.c_void_p * len(addresses))(*addresses)
        numbers = (ctypes.c_longlong * 2)(batch, length)
        run = getattr(self._library, f"{self._prefix}run")
        if run(pointers, numbers, blocks, threads, int(is_descending)):
            raise InvalidValueError(f"threads of {self._source.name} meet different barriers")

    def _item_bytes(self) -> int:
        return 3 * _WORD if self._exact else np.dtype(self._source.dtype).itemsize

    def _encode(
        self, value: Any, weights: Sequence[int], batch: int, argument: Argument
    ) -> bytearray:
        if not self._exact:
            array = np.ascontiguousarray(value, self._source.dtype)
            data = bytearray(array.tobytes())
        elif isinstance(value, np.ndarray) and value.dtype == np.int64:
            words = np.zeros((value.size, 3, 2), dtype=np.int64)
            words[:, 0, 0], words[:, 0, 1] = value.ravel(), value.ravel() >> 63
            words[:, 1, 0] = 1
            words[:, 2, 0] = np.resize(np.asarray(weights, dtype=np.int64), value.size)
            data = bytearray(words.tobytes())
        else:
            flat = np.array(value, dtype=object).reshape(-1).tolist()
            data = bytearray()
            for index, number in enumerate(flat):
                exact = Fraction(number)
                for part in (exact.numerator, exact.denominator, weights[index % argument.size]):
                    data += part.to_bytes(_WORD, "little", signed=True)
        if len(data) != batch * math.prod(argument.shape) * self._item_bytes():
            raise InvalidValueError(
                f"{argument.name} must have shape {(batch, *argument.shape)} in all"
            )
        return data or bytearray(self._item_bytes())

    def _decode(self, buffer: bytearray, batch: int, argument: Argument, arrays: bool) -> Any:
        size = argument.size
        numbers: list[Any]
        if not self._exact:
            floats: npt.NDArray[Any] = np.frombuffer(buffer, self._source.dtype)
            numbers = floats.tolist()
        else:
            words = np.frombuffer(buffer, np.int64)[: batch * size * 6].reshape(batch, size, 3, 2)
            triple = [_integers(words[..., part, :]) for part in range(3)]
            if arrays:
                return triple
            flat = (part.ravel().tolist() for part in triple)
            numbers = [(Fraction(p, q or 1), degree) for p, q, degree in zip(*flat, strict=True)]
        return [numbers[item * size : (item + 1) * size] for item in range(batch)]


def _integers(words: npt.NDArray[np.int64]) -> Any:
    """Return integers from their low and high halves, as int64 where all fit."""
    low, high = words[..., 0], words[..., 1]
    if (high == low >> 63).all():
        return low
    return high.astype(object) * 2**64 + low.astype(np.uint64).astype(object)


def _load(text: str, is_c: bool, name: str) -> ctypes.CDLL:
    """Compile generated source and load it."""
    if is_c:
        strict = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-O1"]
        return shared_library(text, "c", strict, f"the source of {name}")
    return shared_library(text, "c++", ["-w", f"-I{_HERE}"], f"the source of {name}")


def shared_library(text: str, language: str, flags: Sequence[str], name: str) -> ctypes.CDLL:
    """Compile a text in C or C++ and load it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / ("source.c" if language == "c" else "source.cpp")
        with errors_of(file, file):
            file.write_text(text, "utf-8")
        library = Path(folder) / "source.so"
        command = [*find_compiler(language), *flags, "-fPIC", "-shared"]
        done = subprocess.run(
            [*command, "-o", str(library), str(file)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise InvalidValueError(
                f"{name} does not compile; the compiler says: {done.stderr.strip()[:500]}"
            )
        return ctypes.CDLL(str(library))
