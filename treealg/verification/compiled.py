"""Generated source of all maps of a size, compiled in the background while other checks run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future

from treealg.codegen.compilers.host import HostFunction
from treealg.codegen.languages import generate_source
from treealg.codegen.maps import MapSize
from treealg.codegen.printers.text import Source
from treealg.errors import InvalidValueError

__all__ = ["DTYPES", "CompiledMaps"]

DTYPES = ("float64", "float32")
"""The number types of compiled source."""

_MOST_CHARACTERS = 400_000

Key = tuple[MapSize, bool, str, str]
Group = Future[list[HostFunction | InvalidValueError]]


class CompiledMaps:
    """Source of maps of one size in all languages; what is compiled is so from the start.

    Parameters
    ----------
    sizes : sequence of MapSize
        The maps.
    pool : Executor
        Runs the compilers.
    floats : bool, default True
        Whether source is compiled for floats, too, and not for exact numbers alone.
    """

    def __init__(self, sizes: Sequence[MapSize], pool: Executor, *, floats: bool = True) -> None:
        self._sources: dict[Key, Source | InvalidValueError] = {}
        for size in sizes:
            for backward in (False, True):
                for language in ("numpy", "c", "cuda"):
                    for dtype in DTYPES:
                        if dtype == "float64" or (floats and language != "numpy"):
                            key = (size, backward, language, dtype)
                            self._sources[key] = _generate(*key)
        self._groups: dict[tuple[bool, Key], tuple[Group, int]] = {}
        for exact in (True, False) if floats else (True,):
            for keys in self._grouped(exact):
                sources = [s for key in keys if isinstance(s := self._sources[key], Source)]
                group = pool.submit(HostFunction.compiled_together, sources, exact=exact)
                for place, key in enumerate(keys):
                    self._groups[exact, key] = group, place

    def _grouped(self, exact: bool) -> Iterator[list[Key]]:
        """Yield what is compiled together: not too much, so that there is some for each worker."""
        group: list[Key] = []
        characters = 0
        for key, source in self._sources.items():
            if not isinstance(source, Source) or source.language == "numpy":
                continue
            if exact and source.dtype != "float64":
                continue
            if group and characters + len(source.text) > _MOST_CHARACTERS:
                yield group
                group, characters = [], 0
            group.append(key)
            characters += len(source.text)
        if group:
            yield group

    def source(self, size: MapSize, backward: bool, language: str, dtype: str) -> Source:
        """Return the source of a map."""
        source = self._sources[size, backward, language, dtype]
        if isinstance(source, InvalidValueError):
            raise source
        return source

    def function(
        self, size: MapSize, backward: bool, language: str, dtype: str, *, exact: bool
    ) -> HostFunction:
        """Return a compiled function, as soon as it is there."""
        group, place = self._groups[exact, (size, backward, language, dtype)]
        function = group.result()[place]
        if isinstance(function, InvalidValueError):
            raise function
        return function


def _generate(
    size: MapSize, backward: bool, language: str, dtype: str
) -> Source | InvalidValueError:
    try:
        return generate_source(
            size.name, size.dimension, size.degree, planar=bool(size.planar), backward=backward,
            language=language, dtype=dtype, levels=size.levels, method=size.method,
        )  # fmt: skip
    except InvalidValueError as error:
        return error
