"""Builds the compiled kernels; everything else about the package is in pyproject.toml.

Translation units are compiled side by side, as many at a time as `build_ext -j` says or as there
are processors. The kernels are one unit per family, kind of numbers and instruction set. An object
in ``build/objects`` is compiled anew when its command, its source or a file that it includes has
changed, told by their contents; setuptools links them.
"""

import hashlib
import importlib
import os
import re
import sys
import sysconfig
import tempfile
import types
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

FAST = Path("treealg/_fast")
GENERATED = Path("build/generated")
MODULES = [
    "core",
    "programs",
    "algebra",
    "calls",
    "coefficients",
    "duals",
    "gradients",
    "lines",
    "pairs",
    "paths",
    "pieces",
    "prefix_gradients",
    "prefixes",
    "repeats",
    "span_gradients",
    "spans",
]
# The ones that take longest come first. Over dual numbers they are C++ (see src/common/duals.h).
UNITS = [
    "algebra/algebra_duals.cpp",
    "straight/straight.c",
    "algebra/algebra.c",
    "trees/trees_duals.cpp",
    "chains/chains.c",
    "chains/chains_duals.cpp",
    "words/words.c",
    "words/words_duals.cpp",
    "pairs/pairs_duals.cpp",
    "pairs/pairs.c",
    "trees/trees.c",
]
INSTRUCTION_SETS = {
    "avx512": [("TREEALG_AVX512", None)],
    "avx2": [("TREEALG_AVX2", None)],
    "baseline": [],
}

OBJECTS = Path("build", f"objects{sysconfig.get_config_var('EXT_SUFFIX').partition('.so')[0]}")
COMPILE_ARGS = ["-O3", "-Wno-psabi", "-Wno-unused-function"]
LANGUAGE_ARGS = {".c": ["-std=gnu11"], ".cpp": ["-std=gnu++2a", "-fno-exceptions", "-fno-rtti"]}
LINK_ARGS = ["-pthread"]

# A header may be included by the name of a macro.
INCLUDED = re.compile(r'^\s*#\s*(?:include|define\s+\w+)\s+"([^"]+\.[hc])"', re.MULTILINE)


def processors():
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def included(path, found):
    """Add a file and all files of the project that it includes, however deep, to `found`."""
    if path not in found:
        found.add(path)
        for name in INCLUDED.findall(path.read_text()):
            for header in (FAST / "src" / name, GENERATED / name):
                if header.exists():
                    included(header, found)
    return found


def write_straight_kernels():
    """Write the kernels that are made from tables, by modules of the package, as they are here.

    It cannot be imported as a whole before it is built.
    """
    os.environ["TREEALG_CACHE_DIR"] = ""  # no tables but those of this source
    package = types.ModuleType("treealg")
    package.__path__ = [os.path.abspath("treealg")]
    sys.modules["treealg"] = package
    importlib.import_module("treealg.codegen.straight").write(GENERATED / "straight")


def kernel_units():
    """Yield source, name and macros of each unit of kernels on each instruction set."""
    for unit in UNITS:
        for name, macros in INSTRUCTION_SETS.items():
            if unit.startswith("straight/") and not macros:
                continue
            source = FAST / "src" / unit
            yield source, f"{source.stem}-{name}", macros


class BuildKernels(build_ext):
    """Compile all translation units, each once and side by side, before extensions are linked."""

    def build_extensions(self):
        """Write the straight-line kernels, compile what has changed, and link it."""
        write_straight_kernels()
        units = []
        for extension in self.extensions:
            if extension.name == "treealg._fast.core":
                units += [(extension, *unit) for unit in kernel_units()]
        for extension in self.extensions:
            sources = map(Path, extension.sources)
            units += [(extension, source, source.stem, []) for source in sources]
        with ThreadPoolExecutor(self.parallel or processors()) as pool:
            objects = list(pool.map(lambda unit: self.compiled(*unit), units))
        for extension in self.extensions:
            extension.sources = []
            extension.extra_objects = [
                str(found)
                for unit, found in zip(units, objects, strict=True)
                if unit[0] is extension
            ]
        self.force = True  # linking takes no time, and objects may come from another checkout
        super().build_extensions()

    def compiled(self, extension, source, name, macros):
        """Return the object of one translation unit, compiled if it is not there already."""
        arguments = COMPILE_ARGS + LANGUAGE_ARGS[source.suffix]
        command = repr(
            (self.compiler.compiler_so, self.include_dirs, self.debug, macros, arguments)
        )
        digest = hashlib.sha256(command.encode())
        for path in sorted(included(source, set())):
            digest.update(path.read_bytes())
        made = OBJECTS / f"{name}.o"
        record = OBJECTS / f"{name}.digest"
        if not (made.exists() and record.exists() and record.read_text() == digest.hexdigest()):
            record.unlink(missing_ok=True)
            with tempfile.TemporaryDirectory() as folder:
                (found,) = self.compiler.compile(
                    [str(source)],
                    output_dir=folder,
                    macros=macros,
                    include_dirs=extension.include_dirs,
                    debug=self.debug,
                    extra_postargs=arguments,
                )
                OBJECTS.mkdir(parents=True, exist_ok=True)
                made.write_bytes(Path(found).read_bytes())
            record.write_text(digest.hexdigest())
        return made


def kernel_module(name):
    """Return the extension treealg._fast.`name`."""
    common = ["dispatch.c", "scratch.c", "threads.c"] if name == "core" else []
    sources = [FAST / f"{name}.pyx", *(FAST / "src/common" / file for file in common)]
    return Extension(
        f"treealg._fast.{name}",
        [str(path) for path in sources],
        include_dirs=[str(FAST / "src"), str(GENERATED)],
        extra_link_args=LINK_ARGS,
    )


if __name__ == "__main__":
    setup(
        ext_modules=cythonize(
            [kernel_module(name) for name in MODULES],
            compiler_directives={"language_level": 3},
            nthreads=min(processors(), len(MODULES)),
        ),
        cmdclass={"build_ext": BuildKernels},
    )
