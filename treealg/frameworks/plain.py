"""What a function of one framework is given that is no array of it: lists, tables, numbers."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from treealg.numeric.arguments.kinds import read_array
from treealg.numeric.arguments.lists import list_array
from treealg.numeric.arguments.rows import memory_for
from treealg.numeric.arguments.tables import is_table, table_array
from treealg.numeric.arguments.times import from_first_time

__all__ = ["plain_array"]


def plain_array(value: Any, name: str) -> npt.NDArray[Any]:
    """Return an argument as an array of NumPy; times are those from the first of each path on.

    Examples
    --------
    >>> plain_array([[1, 2]], "windows").shape
    (1, 2)
    """
    with memory_for(name):
        if name.startswith("times"):
            return from_first_time(value, name)
        if isinstance(value, (list, tuple)):
            return list_array(value, name)
        if is_table(value):
            return table_array(value, name)
        return read_array(value, name, "numbers")
