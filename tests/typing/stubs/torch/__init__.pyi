"""What the types of treealg need of PyTorch, so that checks do not depend on what is installed."""

from typing import Any

class Tensor:
    shape: tuple[int, ...]

def __getattr__(name: str) -> Any: ...
