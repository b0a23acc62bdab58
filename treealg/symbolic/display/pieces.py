"""What every display starts from: an object as a sum of terms, a term as texts and forests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from treealg.checks import brief, check_integer
from treealg.errors import InvalidTypeError
from treealg.symbolic.display.numbers import TEXT
from treealg.symbolic.display.style import Style
from treealg.symbolic.linear.ordering import in_order
from treealg.symbolic.linear.tensors import Tensor
from treealg.symbolic.trees.displayed import Displayed, Tabular
from treealg.symbolic.trees.forests import Forest, OrderedForest, RootedForest
from treealg.symbolic.trees.rooted import RootedTree
from treealg.symbolic.trees.terminal import printable
from treealg.symbolic.trees.text import EMPTY
from treealg.symbolic.trees.trees import PlanarTree, Tree

__all__ = [
    "Key",
    "Piece",
    "Term",
    "advice_on",
    "is_compound",
    "labels_of",
    "lead_of",
    "more_text",
    "pieces_of",
    "split_sign",
    "terms_to_show",
    "word_text",
]

Key = Any
Term = tuple[tuple[Key, ...], Any]
Piece = str | RootedForest[Any]


def terms_to_show(x: Any, max_terms: Any) -> tuple[list[Term], int]:
    """Return an object as a list of terms, and how many were left out.

    A term is a tuple of forests and words, one per slot, and a coefficient that is not zero. Terms
    are as `in_order` puts them.

    Examples
    --------
    >>> terms_to_show(Tree([Tree()]), None)
    ([((<Forest 0[0]>,), 1)], 0)
    """
    if isinstance(x, (RootedTree, RootedForest)):
        return [((_forest_of(x),), 1)], 0
    if not isinstance(x, Displayed):
        raise InvalidTypeError(
            "only trees, forests, elements, tensors and series can be displayed, got "
            f"{type(x).__name__} {brief(x)}; {advice_on(x)}"
        )
    limit = None if max_terms is None else check_integer("max_terms", max_terms, 1)
    sums: Any = x
    terms = [
        (key if isinstance(x, Tensor) else (_forest_of(key),), value)
        for key, value in sums.items()
        if value != 0
    ]
    shown = in_order(terms, limit)
    return shown, len(terms) - len(shown)


def advice_on(x: Any) -> str:
    """Return what makes something that can be shown of what cannot.

    Examples
    --------
    >>> print(advice_on([Tree()]))
    tree_table shows several trees, and Forest(trees) is one forest
    """
    if isinstance(x, str):
        return "Tree.from_text reads a text"
    if isinstance(x, Tabular):
        return "to_latex writes a tableau, and series(order) gives its series"
    if isinstance(x, Mapping):
        return "Element makes a sum of it"
    if isinstance(x, tuple) and x and not isinstance(x[-1], RootedTree):
        return "Tree.from_tuple and OrderedForest.from_tuple read tuple forms"
    if isinstance(x, Iterable):
        return "tree_table shows several trees, and Forest(trees) is one forest"
    if hasattr(x, "element"):
        return "take its element"
    return "from_text and from_tuple make trees and forests"


def _forest_of(key: Any) -> Any:
    """Return a tree, or None for the empty one, as a forest, and anything else as it is."""
    if key is None or isinstance(key, Tree):
        return Forest(() if key is None else (key,))
    return OrderedForest((key,)) if isinstance(key, PlanarTree) else key


def labels_of(terms: list[Term]) -> Iterator[Any]:
    """Iterate over the labels of all vertices of all terms.

    Once per vertex; letters of words are no labels of vertices.
    """
    for slots, _ in terms:
        for key in slots:
            if isinstance(key, RootedForest):
                for tree in key.trees:
                    for vertex in tree.vertices():
                        yield vertex.label


def split_sign(coefficient: Any) -> tuple[bool, Any]:
    """Split a coefficient into a sign and what remains.

    Examples
    --------
    >>> split_sign(-3)
    (True, 3)
    """
    text = TEXT.number(coefficient)
    if text.startswith("-") and not is_compound(text[1:]):
        return True, -coefficient
    return False, coefficient


def is_compound(text: str) -> bool:
    """Tell whether a coefficient must stand in parentheses.

    Examples
    --------
    >>> is_compound("x + 1"), is_compound("3/2")
    (True, False)
    """
    return any(sign in text for sign in "+- ")


def word_text(word: Any, style: Style) -> str:
    """Return the text of a word, or of another key that is not a forest.

    Examples
    --------
    >>> word_text((0, 1), Style(True, "xy")), word_text((), Style(True, None))
    ('(x,y)', '()')
    """
    if not isinstance(word, tuple):
        return f"({printable(str(word))})"
    return f"({','.join(style.text(letter) for letter in word)})"


def more_text(left_out: int) -> str:
    """Return what stands for terms that are not shown.

    Examples
    --------
    >>> more_text(7)
    '… 7 more'
    """
    return f"… {left_out} more"


def lead_of(x: Any) -> str:
    """Return what stands in front of a series, whose terms say nothing of factors 1/σ(τ).

    Examples
    --------
    >>> from treealg.symbolic import BSeries
    >>> lead_of(BSeries({Tree(): 1}, 2)), lead_of(Tree())
    ('Σ a(τ) τ =', '')
    """
    variable = getattr(x, "_variable", "")
    return f"Σ a({variable}) {variable} =" if variable else ""


def pieces_of(
    terms: list[Term], left_out: int, style: Style, *, times: str = "", lead: str = ""
) -> list[list[Piece]]:
    """Return a sum as pieces to set side by side: texts, and forests that are not empty.

    One list per term, its sign included; ``times`` stands after a coefficient, `lead` in front.

    Examples
    --------
    >>> terms, left_out = terms_to_show(Tensor({((), Tree()): -2}), None)
    >>> pieces_of(terms, left_out, Style(False, None))
    [['−', '2', '()', '⊗', <Forest 0>]]
    """
    found: list[list[Piece]] = []
    for slots, coefficient in terms:
        negative, magnitude = split_sign(coefficient)
        term: list[Piece] = ["−"] if negative else ["+"] if found else []
        text = TEXT.number(magnitude)
        if text != "1":
            term.append((f"({text})" if is_compound(text) else text) + times)
        for slot, key in enumerate(slots):
            if slot:
                term.append("⊗")
            if not isinstance(key, RootedForest):
                term.append(word_text(key, style))
            else:
                term.append(key if key.trees else EMPTY)
        found.append(term)
    if left_out:
        found.append(["+", more_text(left_out)])
    found = found or [["0"]]
    if lead:
        found[0].insert(0, lead)
    return found
