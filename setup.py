"""Builds the compiled kernels; everything else about the package is in pyproject.toml.

OpenMP is used where the compiler can link it, which is tried out and not guessed.
"""

import os
import tempfile
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.errors import CompileError, LinkError

OPENMP_PROGRAM = """
#include <omp.h>
int main(void) { return omp_get_max_threads() < 1; }
"""

# Compiler and linker arguments to try, in this order; the last stands for "without OpenMP".
OPENMP_FLAGS = [
    (["-fopenmp"], ["-fopenmp"]),
    (["-Xpreprocessor", "-fopenmp"], ["-lomp"]),
    ([], []),
]


class BuildKernels(build_ext):
    """Add optimisation and, where it works, OpenMP to each extension."""

    def build_extensions(self):
        """Build all extensions with the flags that this compiler takes."""
        compile_args, link_args = self.openmp_flags()
        for extension in self.extensions:
            extension.extra_compile_args += ["-O3", "-std=gnu11", "-Wno-psabi", *compile_args]
            extension.extra_link_args += link_args
        super().build_extensions()

    def openmp_flags(self):
        """Return the first flags with which a program that uses OpenMP compiles and links."""
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "openmp.c"
            source.write_text(OPENMP_PROGRAM)
            for compile_args, link_args in OPENMP_FLAGS[:-1]:
                try:
                    objects = self.compiler.compile(
                        [str(source)], output_dir=folder, extra_postargs=compile_args
                    )
                    self.compiler.link_executable(
                        objects, os.path.join(folder, "openmp"), extra_postargs=link_args
                    )
                except (CompileError, LinkError):
                    continue
                return compile_args, link_args
        return OPENMP_FLAGS[-1]


SOURCES = ["kernels_baseline.c", "kernels_avx2.c", "kernels_avx512.c", "dispatch.c"]
MODULES = ["core", "programs", "algebra", "coefficients", "gradients", "pairs", "paths"]


def kernel_module(name):
    """Return the extension treealg._fast.`name`."""
    sources = [f"treealg/_fast/src/common/{source}" for source in SOURCES]
    return Extension(
        f"treealg._fast.{name}",
        [f"treealg/_fast/{name}.pyx", *(sources if name == "core" else [])],
        include_dirs=["treealg/_fast/src"],
        depends=[str(path) for path in Path("treealg/_fast/src").glob("*/*.h")],
    )


setup(
    ext_modules=cythonize(
        [kernel_module(name) for name in MODULES], compiler_directives={"language_level": 3}
    ),
    cmdclass={"build_ext": BuildKernels},
)
