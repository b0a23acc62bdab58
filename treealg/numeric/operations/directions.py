"""The derivatives in a direction of all functions that have one, by their names.

They are made from the rows of the table (`tangents.py`); the stub of `treealg.numeric` has their
signatures.
"""

from treealg.numeric.operations.table import operations

__all__ = [name for name, row in operations.items() if row.tangents]

globals().update((name, operations[name].function) for name in __all__)
