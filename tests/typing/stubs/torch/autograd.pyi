"""Functions with derivatives."""

from typing import Any

class Function:
    @classmethod
    def apply(cls, *args: Any) -> Any: ...

def __getattr__(name: str) -> Any: ...
