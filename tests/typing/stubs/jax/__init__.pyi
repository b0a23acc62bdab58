"""What the types of treealg need of JAX, so that checks do not depend on what is installed."""

from typing import Any

class Array:
    shape: tuple[int, ...]
    ndim: int
    dtype: Any
    astype: Any
    committed: bool

    def __dlpack__(self) -> Any: ...
    def block_until_ready(self) -> Array: ...

def __getattr__(name: str) -> Any: ...
