"""Properties that are computed once."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, TypeVar

__all__ = ["cached_property"]

_Value = TypeVar("_Value")


class cached_property(functools.cached_property[_Value]):
    """A property that is computed when it is first asked for, without a lock.

    Python's own has one before 3.12, for all instances together. A process that is forked while a
    thread computes inherits it closed, and whoever asks there waits for ever.
    """

    def __init__(self, func: Callable[[Any], _Value]) -> None:
        super().__init__(func)
        self.lock = nullcontext()
