"""Trees and forests as the command line takes them, in tuple form or as text."""

from __future__ import annotations

import re
from typing import Any

from treealg.checks import brief
from treealg.errors import InvalidValueError

__all__ = ["TREE_HELP", "tree_of", "tuple_form"]

# More characters than a tree has whose formula can be printed.
_LONGEST_TREE = 1000

TREE_HELP = "a tree such as '0[0,1]' or '((0,),(1,),0)'; with --planar a forest such as '0[1] 2'"


def tree_of(text: str, *, planar: bool) -> Any:
    """Return the tree, or with `planar` the ordered forest, of a text.

    Examples
    --------
    >>> tree_of("0[1,1]", planar=False) == tree_of("((1,),(1,),0)", planar=False)
    True
    >>> print(tree_of("0[1] 2", planar=True))
    0[1] 2
    """
    from treealg.symbolic import Forest, OrderedForest, PlanarTree, Tree

    if len(text) > _LONGEST_TREE:
        raise InvalidValueError(f"tree must have at most {_LONGEST_TREE} characters")
    if not text.lstrip().startswith("("):
        trees = OrderedForest.from_text(text) if planar else Forest.from_text(text)
        if not planar and len(trees.trees) != 1:
            raise InvalidValueError(
                f"tree must be one tree, got {len(trees.trees)} in {brief(text)}; --planar takes "
                "forests, whose trees are ordered"
            )
        return trees if planar else trees.trees[0]
    form: Any = tuple_form(text)
    is_tree = bool(form) and isinstance(form[-1], int)
    if planar:
        read: Any = OrderedForest([PlanarTree.from_tuple(t) for t in ([form] if is_tree else form)])
    else:
        read = Tree.from_tuple(form)
    for tree in read.trees if planar else (read,):
        for vertex in tree.vertices():
            if not isinstance(vertex.label, int):
                raise InvalidValueError(
                    f"tree must have integers as labels, which come last, got {vertex.label} in "
                    f"the place of one in {brief(text)}; --planar takes forests, such as "
                    "'((0,),(0,))'"
                )
    return read


def tuple_form(text: str) -> object:
    """Read nested tuples of integers, and nothing else; the text is not evaluated."""
    if len(text) > _LONGEST_TREE:
        raise InvalidValueError(f"tree must have at most {_LONGEST_TREE} characters")
    pieces = re.findall(r"\d+|[(),]|\S", text)
    open_tuples: list[list[object]] = [[]]
    # What may follow: an item, or after an item a comma or a bracket that closes.
    before = "("
    for piece in pieces:
        after_item = before == ")" or before.isdecimal()
        if piece == "(" and not after_item:
            open_tuples.append([])
        elif piece.isdecimal() and not after_item:
            open_tuples[-1].append(int(piece))
        elif piece == "," and after_item:
            pass
        elif piece == ")" and len(open_tuples) > 1 and (after_item or before == ","):
            done = tuple(open_tuples.pop())
            open_tuples[-1].append(done)
        else:
            break
        before = piece
    else:
        if len(open_tuples) == 1 and len(open_tuples[0]) == 1 and before == ")":
            return open_tuples[0][0]
    raise InvalidValueError(
        f"tree must be a tuple form such as ((0,),1): nested round brackets with integer labels, "
        f"the root label last; got {text!r}"
    )
