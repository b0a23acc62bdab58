"""Values of functionals that need values of others, found without recursion."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from treealg.symbolic.trees.meter import spend

if TYPE_CHECKING:
    from treealg.symbolic.maps.functionals import Functional

__all__ = ["Asked", "Asking", "value_of"]

#: Asks for values, each of a functional on a key, and returns a value that these give.
Asked = Generator[tuple["Functional", Any], Any, Any]
#: The rule of a functional that is the result of an operation: from keys to what asks.
Asking = Callable[[Any], Asked]


def value_of(functional: Functional, key: Any) -> Any:
    """Return the value of a functional on a key, and remember it with those that it needs.

    Rules that wait for a value stand in a list, so that thousands of functionals may be added or
    multiplied one after another.

    Examples
    --------
    >>> from treealg.symbolic import Character, Forest, Tree, bck
    >>> f = Character(bck, lambda tree: 1)
    >>> value_of(sum([f] * 1000), Forest([Tree()]))
    1000
    """
    waiting: list[tuple[Functional, Any, Asked]] = []
    while True:
        known = functional._known
        if key not in known:
            spend(4)
            if functional._asks is not None:
                waiting.append((functional, key, functional._asks(key)))
                value = None
            else:
                known[key] = value = functional._check_value(functional._rule(key))
        else:
            value = known[key]
        while waiting:
            functional, key, asked = waiting[-1]
            try:
                functional, key = asked.send(value)
                break
            except StopIteration as done:
                value = functional._check_value(done.value)
                functional._known[key] = value
                waiting.pop()
        else:
            return value
