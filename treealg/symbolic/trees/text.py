"""The text form of trees and forests: ``0[1,2[0]]`` and ``0 0[1]``, with ``∅`` for no tree."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, TypeVar

from treealg.checks import brief
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic.trees.labels import shown_label
from treealg.symbolic.trees.meter import spend
from treealg.symbolic.trees.scalars import MOST_DIGITS, is_too_long, number_text
from treealg.symbolic.trees.sizes import MAX_TERMS, check_steps

__all__ = ["EMPTY", "label_text", "parse_trees", "tree_text"]

T = TypeVar("T")

EMPTY = "∅"

_LONG = 600  # digits, more than which Python may refuse to read as an integer

_TOKEN = re.compile(
    r"""\s*(?:(?P<integer>-?[0-9]+(?!\w))|(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<bare>[^\W\d]\w*)
        |(?P<mark>[\[\],])|(?P<empty>∅))""",
    re.VERBOSE | re.DOTALL,
)


def label_text(label: Any, *, strict: bool) -> str:
    """Return the text of a label: an integer, a bare identifier, or a JSON string.

    With `strict`, other labels are refused, as they could not be read back; else they print.

    Examples
    --------
    >>> label_text(3, strict=True), label_text("f", strict=True), label_text("f g", strict=True)
    ('3', 'f', '"f g"')
    """
    if label.__class__ is int:
        if not is_too_long(label):
            _spend_digits(label.bit_length() // 3)
        elif strict:
            raise _too_long(
                "a label that is written as text", f"{label.bit_length():,} binary ones"
            )
        return number_text(label)
    if label.__class__ is str:
        # \w is what the parser reads; it differs from str.isidentifier on a few letters.
        if re.fullmatch(r"[^\W\d]\w*", label):
            return label
        return json.dumps(label, ensure_ascii=not label.isprintable())
    if strict:
        raise InvalidTypeError(
            f"the text form holds integer and string labels only, got {type(label).__name__} "
            f"{brief(label)}; use to_tuple or pickle"
        )
    return shown_label(label)


def tree_text(tree: Any, *, strict: bool) -> str:
    """Return the text of a tree: root label, then the children in brackets.

    If it need not be read back, that of a tree of too many vertices only says how many.

    Examples
    --------
    >>> from treealg.symbolic import Tree
    >>> tree_text(Tree([Tree([Tree()])], "f"), strict=True)
    'f[0[0]]'
    """
    if strict:
        check_steps("the text of a tree", tree.order)
    elif tree.order > MAX_TERMS:
        return f"{label_text(tree.label, strict=False)}[… {tree.order - 1:,} more vertices]"
    parts: list[str] = []
    stack: list[Any] = [tree]
    while stack:
        top = stack.pop()
        if isinstance(top, str):
            parts.append(top)
            continue
        parts.append(label_text(top.label, strict=strict))
        if top.children:
            parts.append("[")
            stack.append("]")
            for position, child in enumerate(reversed(top.children)):
                if position:
                    stack.append(",")
                stack.append(child)
    return "".join(parts)


def parse_trees(text: Any, build: Callable[[tuple[T, ...], Any], T]) -> tuple[T, ...]:
    """Read a sequence of trees.

    They are separated by white space; ``build(children, label)`` makes one.

    Examples
    --------
    >>> parse_trees("0[1,2] 0", lambda children, label: (*children, label))
    (((1,), (2,), 0), (0,))
    """
    if not isinstance(text, str):
        raise InvalidTypeError(
            f"text must be a str, got {type(text).__name__} {brief(text)}; "
            "use from_tuple for tuples"
        )
    if text.strip() in ("", EMPTY, "{}"):
        return ()
    # Each open bracket keeps the root label and the children read so far; a label that has been
    # read stays pending until it is known whether a bracket follows.
    frames: list[tuple[Any, list[T]]] = [(None, [])]
    label: Any = None
    pending = False
    comma = False
    for kind, token, position in _tokens(text):
        if kind != "mark":
            if (pending and len(frames) > 1) or (len(frames) > 1 and frames[-1][1] and not comma):
                raise _malformed(text, position, "a comma or ']'")
            if pending:
                frames[-1][1].append(build((), label))
            label, pending, comma = _read_label(kind, token, text, position), True, False
        elif token == "[":
            if not pending:
                raise _malformed(text, position, "a label")
            frames.append((label, []))
            pending = comma = False
        else:
            if pending:
                frames[-1][1].append(build((), label))
                pending = False
            elif comma or not frames[-1][1]:
                raise _malformed(text, position, "a label")
            if len(frames) == 1:
                raise _malformed(text, position, "a tree or the end")
            comma = token == ","
            if token == "]":
                root, children = frames.pop()
                frames[-1][1].append(build(tuple(children), root))
    if len(frames) > 1:
        raise _malformed(text, len(text), "']'")
    if pending:
        frames[0][1].append(build((), label))
    return tuple(frames[0][1])


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    position = 0
    end = len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup in (None, "empty"):
            raise _malformed(text, position, "a label, '[', ']' or ','")
        kind = str(match.lastgroup)
        spend(3)
        yield kind, match.group(kind), match.start(kind)
        position = match.end()


def _read_label(kind: str, token: str, text: str, position: int) -> Any:
    if kind == "integer":
        if len(token) < _LONG:
            return int(token)
        if len(token.lstrip("-")) > MOST_DIGITS:
            raise _too_long("text", f"{len(token):,} at position {position} of {brief(text)}")
        _spend_digits(len(token))
        return int(Decimal(token))
    if kind == "bare":
        return token
    try:
        return json.loads(token)
    except ValueError:
        raise _malformed(text, position, "a string as in JSON") from None


def _spend_digits(digits: int) -> None:
    if digits > _LONG:
        spend(digits**2 // 15_000)


def _too_long(what: str, got: str) -> InvalidValueError:
    return InvalidValueError(
        f"{what} must have integers of at most {MOST_DIGITS:,} digits, got {got}; take a string, "
        "or a smaller number"
    )


def _malformed(text: str, position: int, expected: str) -> InvalidValueError:
    return InvalidValueError(
        f"text is not that of a tree: expected {expected} at position {position} of "
        f"{brief(text)}; an example is 0[1,2[0]]"
    )
