"""A meter of work, under all counts that are made beforehand: no call goes on without end.

What makes trees, adds terms or multiplies sums says so (`spend`), in steps of half a microsecond
or so, whoever asked for it. They are counted for the outermost function of this layer that runs:
what a user calls, with all that it calls, functions of users included. Steps are no time, so that
what is refused once is refused always.

No function has to open or close an account. Now and then the stack is looked through for the
outermost function, and its account is kept among the local variables of that call, under a name
that no variable has, so that it goes when the call ends. Generators that users go through are not
counted as a whole, but what each of their steps calls is.
"""

from __future__ import annotations

import sys
import threading
import weakref
from collections.abc import Callable
from inspect import CO_GENERATOR, CO_NEWLOCALS
from types import FrameType
from typing import Any

from treealg.errors import InvalidValueError
from treealg.symbolic.trees.sizes import MAX_STEPS

__all__ = ["before_refusal", "spend"]

#: After so many steps the stack is looked through, which takes as long as a few of them.
_LOOK = max(1, min(5000, MAX_STEPS // 100))

_LAYER = __name__.partition(".trees")[0]
_VARIABLE = "the account of this call"
_refusals: list[Callable[[], Any]] = []


class _Account:
    """The steps of a call, and which frame is its."""

    __slots__ = ("__weakref__", "frame", "steps")

    def __init__(self, frame: FrameType) -> None:
        self.frame = id(frame)
        self.steps = 0


def _no_account() -> None:
    return None


#: Steps since the stack was last looked through, of all threads: the one that looks gets them. As
#: threads take turns of several looks, each gets its own but for a few.
_pending = 0

_last = threading.local()


def spend(steps: int) -> None:
    """Count steps of work for the call that is going on; refuse it if there are too many.

    Examples
    --------
    >>> spend(70)
    """
    global _pending
    _pending += steps
    if _pending >= _LOOK:
        _look()


def before_refusal(forget: Callable[[], Any]) -> None:
    """Have a function called before a call is refused, that nothing is left of its work."""
    _refusals.append(forget)


def _look() -> None:
    global _pending
    steps, _pending = _pending, 0
    account = getattr(_last, "account", _no_account)()
    # While the account lives, so does its frame, and no other has this number.
    known = 0 if account is None else account.frame
    outermost = None
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        if id(frame) == known:
            outermost = frame
            break
        if _is_call(frame):
            outermost = frame
        frame = frame.f_back
    if outermost is None:
        return
    if frame is None or account is None:
        variables = outermost.f_locals
        account = variables.get(_VARIABLE)
        if account is None:
            account = variables[_VARIABLE] = _Account(outermost)
        _last.account = weakref.ref(account)
    account.steps += steps
    if account.steps > MAX_STEPS:
        what, code = _shown(outermost), outermost.f_code
        options = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        advice = (
            "draw fewer terms with max_terms="
            if "max_terms" in options
            else "take smaller arguments or a lower order, ask for single coefficients by a "
            "pairing with the dual"
        )
        for forget in _refusals:
            forget()
        raise InvalidValueError(
            f"{what} takes more than {MAX_STEPS:,} steps, beyond the bound of as many for one "
            f"call; {advice}, or set TREEALG_MAX_TERMS in the environment to more"
        )


def _is_call(frame: FrameType) -> bool:
    flags = frame.f_code.co_flags
    name = frame.f_globals.get("__name__", "")
    return (
        bool(flags & CO_NEWLOCALS)
        and not flags & CO_GENERATOR
        and isinstance(name, str)
        and name.startswith(_LAYER)
    )


# What operators are asked for.
_ACTS = {
    "__call__": "a call",
    "__pow__": "a power",
    "__mul__": "a product",
    "__rmul__": "a product",
    "__matmul__": "a product",
    "__truediv__": "a quotient",
    "__add__": "a sum",
    "__radd__": "a sum",
    "__sub__": "a difference",
    "__rsub__": "a difference",
    "__eq__": "a comparison",
    "__ne__": "a comparison",
    "__hash__": "a hash",
    "__getitem__": "a coefficient",
    "__repr__": "the text",
    "__str__": "the text",
}


def _shown(frame: FrameType) -> str:
    """Return what a call asks for, and of whom, as far as that takes no work."""
    name = frame.f_code.co_name
    owner = frame.f_locals.get("self")
    if owner is None:
        return name
    of = getattr(owner, "name", None)
    kind = type(owner).__name__
    of = of if isinstance(of, str) else f"a{'n' if kind[0] in 'AEIO' else ''} {kind}"
    return f"{_ACTS.get(name, name)} of {of}"
