"""Functions that are written out as source, and docstrings, for functions made from others.

A call of a function that is written out costs no more than one of a function written by hand.
"""

from __future__ import annotations

import linecache
import re
from collections.abc import Callable
from typing import Any

__all__ = ["without_out", "written"]


def written(name: str, source: str, place: str, **known: Any) -> Callable[..., Any]:
    r"""Return the function of a name that some source defines; debuggers find it under the place.

    Examples
    --------
    >>> written("twice", "def twice(x):\n    return add(x, x)\n", "doc", add=max)(3)
    3
    """
    file = f"<treealg.{place}.{name}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    exec(compile(source, file, "exec"), known)
    function: Callable[..., Any] = known[name]
    return function


def without_out(text: str) -> str:
    r"""Return a docstring without what it says of the parameter `out`.

    Examples
    --------
    >>> without_out("Returns\n-------\nArray\n    The result. It is `out`, if that is given.")
    'Returns\n-------\nArray\n    The result.'
    """
    text = re.sub(r"\nout : .*(?:\n    .*)+", "", text)
    which = r"(?:It\s+is|They\s+are\s+those\s+of)"
    text = re.sub(rf"\s+{which}\s+`out`,\s+if\s+that\s+is\s+given\.", "", text)
    return re.sub(r";\s+or\s+if\s+`out`[^;.]*", "", text)
