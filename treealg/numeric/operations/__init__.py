"""The table of operations: every function of arrays, described once, for those who wrap them all.

For each there is its backward function, its arguments that are arrays, with their axes and how
their batches go together, its other arguments, and the shape and dtype of what it returns, which
no data is needed for.
"""

from treealg._lazy import attach

__all__, __getattr__, __dir__ = attach(__name__)
