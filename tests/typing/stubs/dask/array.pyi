"""Arrays."""

from typing import Any

class Array:
    shape: tuple[int, ...]
    ndim: int
    dtype: Any
    chunks: tuple[tuple[int, ...], ...]
    def compute(self, **options: Any) -> Any: ...
    def __array__(self, dtype: Any = None, **options: Any) -> Any: ...
