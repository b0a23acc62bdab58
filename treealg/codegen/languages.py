"""Source of a map in a language: the one door to the printers."""

from __future__ import annotations

from treealg.checks import check_choice, check_flag
from treealg.codegen.maps import map_size
from treealg.codegen.printers.c import c_source
from treealg.codegen.printers.cuda import cuda_source
from treealg.codegen.printers.numpy import numpy_source
from treealg.codegen.printers.text import Source

__all__ = ["LANGUAGES", "generate", "generate_source"]

_PRINTERS = {"c": c_source, "numpy": numpy_source, "cuda": cuda_source}

LANGUAGES = tuple(_PRINTERS)
"""The languages that source is generated in."""


def generate_source(
    map: str,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    backward: bool = False,
    language: str = "c",
    dtype: str = "float64",
    levels: int = 2,
    method: int = 0,
) -> Source:
    """Generate the source of a map, with what is needed to run it.

    Parameters
    ----------
    map : str
        One of ``treealg.codegen.MAPS``.
    dimension, degree : int
        Labels, at least 1, and largest number of nodes, at least 1.
    planar : bool, default False
        Ordered forests and not trees.
    backward : bool, default False
        The adjoint of the derivative and not the map.
    language : {"c", "numpy", "cuda"}, default "c"
        The language.
    dtype : {"float64", "float32"}, default "float64"
        The numbers.
    levels : int, default 2
        For corrected maps: the longest chain that a correction has.
    method : {0, 1, 2}, default 0
        For planar logarithms: expanded, Lyndon coordinates, or bracket coefficients.

    Returns
    -------
    Source
        Text, name, and shared memory of a kernel.

    Raises
    ------
    InvalidTypeError
        If an integer is none, or a flag no boolean.
    InvalidValueError
        If a name is unknown, an integer too small, or the source would be absurdly large.

    Examples
    --------
    >>> generate_source("log", 2, 3, language="cuda").name
    'treealg_log_2_3'
    """
    size = map_size(map, dimension, degree, planar=planar, levels=levels, method=method)
    backward = check_flag("backward", backward)
    check_choice("language", language, LANGUAGES)
    check_choice("dtype", dtype, ("float32", "float64"))
    return _PRINTERS[language](size, backward, dtype)


def generate(
    map: str,
    dimension: int,
    degree: int,
    *,
    planar: bool = False,
    backward: bool = False,
    language: str = "c",
    dtype: str = "float64",
    levels: int = 2,
    method: int = 0,
) -> str:
    """Generate the source of a map: a C99 or NumPy function, or a CUDA kernel.

    Parameters
    ----------
    map : str
        ``"sig"``, ``"logsig"`` and ``"corrected_sig"`` read a path; ``"linear"`` and
        ``"corrected"`` one segment; ``"arborification"`` a word signature; ``"combine"``,
        ``"log"``, ``"exp"`` and ``"inverse"`` vectors of coefficients in basis order.
    dimension, degree : int
        Labels, at least 1, and largest number of nodes, at least 1.
    planar : bool, default False
        Ordered forests and not trees.
    backward : bool, default False
        The adjoint of the derivative and not the map: the same terms read the other way.
    language : {"c", "numpy", "cuda"}, default "c"
        The language.
    dtype : {"float64", "float32"}, default "float64"
        The numbers of C and CUDA; NumPy source follows its arguments.
    levels : int, default 2
        For corrected maps: the longest chain that a correction has.
    method : {0, 1, 2}, default 0
        For planar logarithms: expanded, Lyndon coordinates, or bracket coefficients.

    Returns
    -------
    str
        The source; the same for the same arguments and version.

    Raises
    ------
    InvalidTypeError
        If an integer is none, or a flag no boolean.
    InvalidValueError
        If a name is unknown, an integer too small, or the source would be absurdly large.

    Examples
    --------
    >>> text = generate("inverse", 1, 2)
    >>> print(text[text.index("void") :], end="")
    void treealg_inverse_1_2(const double *restrict x, double *restrict out)
    {
        /* level 1 */
        const double t0 = -x[0];
        out[0] = t0; /* 0 */
        out[1] = -x[0] * t0 - x[1]; /* 0[0] */
    }
    """
    return generate_source(
        map, dimension, degree, planar=planar, backward=backward, language=language,
        dtype=dtype, levels=levels, method=method,
    ).text  # fmt: skip
