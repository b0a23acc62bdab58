"""Pickles of classes with slots, by every protocol."""

from __future__ import annotations

from typing import Any

__all__ = ["Slotted"]


class Slotted:
    """A value whose state is in slots, which protocols 0 and 1 ask classes to say themselves."""

    __slots__ = ()

    def __getstate__(self) -> Any:
        return object.__getstate__(self)
