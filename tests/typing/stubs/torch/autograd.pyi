"""Functions with derivatives."""

from typing import Any

class _SingleLevelFunction:
    @classmethod
    def apply(cls, *args: Any) -> Any: ...

class Function(_SingleLevelFunction): ...

def __getattr__(name: str) -> Any: ...
