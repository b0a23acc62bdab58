"""The derivatives in a direction of all functions that have one, by their names.

They are made from the rows of the table (`tangents.py`); the stub of `treealg.numeric` has their
signatures.
"""

from treealg.numeric.operations.table import operations

__all__: list[str] = []

for _name, _row in operations.items():
    if _row.tangents:
        globals()[_name] = _row.function
        __all__.append(_name)
