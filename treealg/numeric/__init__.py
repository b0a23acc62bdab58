"""The array face: functions that check, allocate, call a kernel, and return."""

from treealg._lazy import attach

__all__, __getattr__, __dir__ = attach(__name__)
