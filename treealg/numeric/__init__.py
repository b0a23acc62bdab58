"""The array face: functions that check, allocate, call a kernel, and return."""

from treealg._lazy import announce, attach

__all__, __getattr__, __dir__ = attach(__name__)

announce("table", f"{__name__}.operations.table")
