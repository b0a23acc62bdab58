"""What the types of treealg need of PyTorch, so that checks do not depend on what is installed."""

from enum import Enum
from typing import Any

class Tensor:
    shape: tuple[int, ...]
    ndim: int
    dtype: Any
    layout: Any
    device: Any
    is_nested: bool
    new_empty: Any
    new_full: Any
    new_zeros: Any
    float: Any

    def __len__(self) -> int: ...
    def __getitem__(self, indices: Any) -> Tensor: ...
    def __contains__(self, element: Any) -> bool: ...
    def index(self, positions: Any, dims: Any) -> Any: ...
    def __dlpack__(self) -> Any: ...
    def __dlpack_device__(self) -> tuple[Enum, int]: ...

def __getattr__(name: str) -> Any: ...
