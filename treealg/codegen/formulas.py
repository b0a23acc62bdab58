r"""Coefficients as SymPy expressions in named symbols, straight from the definitions.

Nothing here reads a table: the symbolic layer is evaluated on symbols, so that formulas exist for
any tree with any labels and do not depend on what is generated from tables.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from treealg.checks import check_choice, check_flag, check_integer
from treealg.codegen.maps import MAPS
from treealg.codegen.polynomials import MAX_FORMULA_TERMS, Polynomial, check_formula_terms
from treealg.errors import InvalidValueError
from treealg.symbolic.trees.scalars import number_text

__all__ = ["FORMULA_MAPS", "MAX_FORMULA_NODES", "MAX_FORMULA_TERMS", "Formula", "formula"]

FORMULA_MAPS = MAPS
"""The maps that have a formula for each coefficient: all of them."""

MAX_FORMULA_NODES = 10
"""The most nodes of a tree or forest that a formula is made for."""


@dataclass(frozen=True)
class Formula:
    """A coefficient of a map as an expression.

    Parameters
    ----------
    name : str
        What is computed.
    expression : sympy.Expr
        The value; with common subexpressions, in terms of them.
    shared : tuple of (sympy.Symbol, sympy.Expr)
        Common subexpressions in order of use; empty unless asked for.
    latex_names : tuple of (sympy.Symbol, str)
        How each symbol is written in LaTeX.
    """

    name: str
    expression: Any
    shared: tuple[tuple[Any, Any], ...]
    latex_names: tuple[tuple[Any, str], ...]

    def __str__(self) -> str:
        from treealg.codegen.sums import text_of

        lines = [f"{symbol} = {text_of(expression)}" for symbol, expression in self.shared]
        return "\n".join([*lines, f"{self.name} = {text_of(self.expression)}"])

    def latex(self) -> str:
        """Return the formula in LaTeX, without mathematics delimiters.

        Returns
        -------
        str
            One line per common subexpression, and the result.
        """
        from treealg.codegen.sums import latex_of

        names = dict(self.latex_names)
        lines = [
            f"{latex_of(symbol, {})} = {latex_of(expression, names)}"
            for symbol, expression in self.shared
        ]
        lines.append(latex_of(self.expression, names))
        return "\n".join(lines)


class _Symbols:
    """Numbers the symbols, one for each name, and remembers their LaTeX."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._latex: list[str] = []

    def number(self, name: str, index: Any) -> int:
        """Return the number of a symbol with a tree, a forest or a text in parentheses."""
        number = self._numbers.setdefault(f"{name}({index})", len(self._latex))
        if number == len(self._latex):
            self._latex.append(rf"{name}\left({_bracketed(index)}\right)")
        return number

    def __call__(self, name: str, index: Any) -> Polynomial:
        return Polynomial({(self.number(name, index),): 1})

    def expression(self, value: Any) -> tuple[Any, dict[Any, str]]:
        """Return a value as an expression, and the LaTeX of all symbols."""
        from sympy import Add, Mul, Rational, Symbol

        symbols = [Symbol(name) for name in self._numbers]
        names = dict(zip(symbols, self._latex, strict=True))
        if not isinstance(value, Polynomial):
            return Rational(value), names
        terms = value.terms.items()
        check_formula_terms(len(terms))
        products = [Mul(Rational(c), *(symbols[i] for i in monomial)) for monomial, c in terms]
        return Add(*products), names


def _bracketed(index: Any) -> str:
    """Write trees as mathematics does: branches in brackets, the root as their subscript."""
    if isinstance(index, str):
        return index.replace(" ", r" \, ")
    if hasattr(index, "trees"):
        return r" \, ".join(map(_bracketed, index.trees))
    root = number_text(index.label)
    branches = r" \, ".join(map(_bracketed, index.children))
    return f"[{branches}]_{{{root}}}" if branches else root


def formula(
    map: str, tree: Any, *, planar: bool = False, levels: int = 2, cse: bool = False
) -> Formula:
    r"""Return the coefficient of a map on a tree or ordered forest as a SymPy expression.

    Symbols: ``dx(a)`` increment of channel a, ``c(i j)`` correction on the chain from root i to
    leaf j, ``S(a b)`` the word signature, in which ``(i j)`` is a chain, ``X(1[0])``, ``Y(...)``
    coefficients of signatures and ``L(...)`` of logarithms; trees are written ``root[children]``,
    in LaTeX with the root as a subscript of the bracket.

    Parameters
    ----------
    map : str
        One of `FORMULA_MAPS`: ``"sig"`` and ``"logsig"``, of a path, in its word signature;
        ``"corrected_sig"``, in that of words of chains; ``"linear"`` and ``"corrected"``, the
        signature of one segment; ``"arborification"``, a signature from words; ``"combine"``, the
        Chen product X * Y with X first; ``"log"``, ``"exp"`` and ``"inverse"`` for the convolution.
    tree : Tree, PlanarTree, OrderedForest or tuple
        A tree, or with `planar` an ordered forest, with integer labels; tuples as everywhere.
    planar : bool, default False
        Ordered forests (MKW) and not trees (BCK).
    levels : int, default 2
        For ``"corrected"`` and ``"corrected_sig"``: the longest chain that a correction has.
    cse : bool, default False
        Extract common subexpressions.

    Returns
    -------
    Formula
        Exact; printed as text by ``str`` and as LaTeX by `Formula.latex`.

    Raises
    ------
    InvalidTypeError
        If a flag is no boolean, `levels` no integer, or `tree` nothing of the algebra.
    InvalidValueError
        If `map` is unknown, `levels` below 1, or `tree` invalid, empty, no single tree when
        non-planar, or of more than `MAX_FORMULA_NODES` nodes; or if the formula, or what it is
        made of, has more than `MAX_FORMULA_TERMS` terms, as those in words of thousands have.

    References
    ----------
    A. Connes and D. Kreimer (1998), "Hopf algebras, renormalization and noncommutative geometry",
    Comm. Math. Phys. 199. H. Munthe-Kaas and W. Wright (2008), "On the Hopf algebraic structure of
    Lie group integrators", Found. Comput. Math. 8.

    Examples
    --------
    >>> print(formula("log", ((0,), 1)))
    L(1[0]) = -X(0)*X(1)/2 + X(1[0])
    >>> print(formula("combine", (((0,), 1),), planar=True))
    Z(1[0]) = X(0)*Y(1) + X(1[0]) + Y(1[0])
    >>> print(formula("logsig", ((0,), 1)))
    L(1[0]) = S(0 1) - S(0)*S(1)/2
    """
    check_choice("map", map, FORMULA_MAPS)
    planar, cse = check_flag("planar", planar), check_flag("cse", cse)
    levels = check_integer("levels", levels, 1)
    element = _element(tree, planar)
    symbols = _Symbols()
    name, value = _RULES[map](element, planar, levels, symbols)
    expression, latex_names = symbols.expression(value)
    shared: list[tuple[Any, Any]] = []
    if cse:
        from sympy import cse as sharing

        shared, (expression,) = sharing([expression])
    return Formula(
        f"{name}({_single(element, planar)})",
        expression,
        tuple(shared),
        tuple(latex_names.items()),
    )


def _element(tree: Any, planar: bool) -> Any:
    """Return the forest of the algebra that an argument stands for."""
    from treealg.symbolic import bck, mkw
    from treealg.symbolic.linear.elements import sole_forest

    form = tree = sole_forest(tree)
    if not isinstance(tree, tuple):
        is_one = hasattr(tree, "to_tuple") and not isinstance(tree, type)
        form = tree.to_tuple() if is_one else tree
    _check_nodes(form)
    forest = (mkw if planar else bck).basis_element(tree)
    if not len(forest):
        raise InvalidValueError("tree must not be empty: the empty one has a constant coefficient")
    if not planar and len(forest) > 1:
        raise InvalidValueError(
            f"tree must be a single tree when non-planar, got {len(forest)} trees; coefficients "
            f"of a forest are products"
        )
    pending = list(forest)
    while pending:
        node = pending.pop()
        pending += node.children
        if type(node.label) is not int or node.label < 0:
            raise InvalidValueError(
                f"tree must have integer labels from 0 on, got the label {node.label!r}"
            )
    return forest


def _check_nodes(form: Any) -> None:
    nodes, pending = 0, [form]
    while pending:
        item = pending.pop()
        if isinstance(item, tuple):
            pending += item
        else:
            nodes += 1
        if nodes > MAX_FORMULA_NODES:
            raise InvalidValueError(
                f"tree has more than {MAX_FORMULA_NODES} nodes, whose formulas are too large to "
                f"print; take a smaller one, or evaluate the symbolic layer on numbers"
            )


def _single(element: Any, planar: bool) -> Any:
    return element if planar else element.trees[0]


def _character(name: str, planar: bool, symbols: _Symbols) -> Any:
    """Return a functional with a symbol on each basis element, and 1 on the unit."""
    from treealg.symbolic import Character, Functional, bck, mkw

    if not planar:
        return Character(bck, lambda tree: symbols(name, tree))
    return Functional(mkw, lambda forest: symbols(name, forest) if len(forest) else 1)


def _field(planar: bool, value: Callable[[Any], Any]) -> Any:
    """Return a functional that is 0 on the unit and, non-planar, on products."""
    from treealg.symbolic import Functional, InfinitesimalCharacter, bck, mkw

    if not planar:
        return InfinitesimalCharacter(bck, lambda tree: value(tree))
    return Functional(mkw, lambda forest: value(forest) if len(forest) else 0)


def _chain(element: Any) -> tuple[int, ...] | None:
    """Return the labels of a chain from root to leaf, None for anything else."""
    trees = getattr(element, "trees", (element,))
    labels = []
    while trees:
        if len(trees) > 1:
            return None
        labels.append(trees[0].label)
        trees = trees[0].children
    return tuple(labels)


def _linear(element: Any, planar: bool, levels: int, symbols: _Symbols) -> tuple[str, Any]:
    return _corrected(element, planar, 1, symbols)


def _corrected(element: Any, planar: bool, levels: int, symbols: _Symbols) -> tuple[str, Any]:
    def value(x: Any) -> Any:
        chain = _chain(x)
        if chain is None or len(chain) > levels:
            return 0
        return symbols("dx" if len(chain) == 1 else "c", " ".join(map(str, chain)))

    return "X", _field(planar, value).exp()(element)


def _arborification(element: Any, planar: bool, levels: int, symbols: _Symbols) -> tuple[str, Any]:
    _check_words(element)
    return "X", _in_words(element, 1, symbols)


def _corrected_sig(element: Any, planar: bool, levels: int, symbols: _Symbols) -> tuple[str, Any]:
    _check_words(element)
    return "X", _in_words(element, levels, symbols)


def _logsig(element: Any, planar: bool, levels: int, symbols: _Symbols) -> tuple[str, Any]:
    from treealg.symbolic import Functional, bck, mkw

    _check_words(element)
    algebra = mkw if planar else bck
    return "L", Functional(algebra, lambda forest: _in_words(forest, 1, symbols)).log()(element)


def _check_words(element: Any) -> None:
    """Refuse a formula in words by their number; with chains as letters there are as many more."""
    from treealg.symbolic.hopf.readings import count_readings

    check_formula_terms(count_readings(element, MAX_FORMULA_TERMS))


def _in_words(element: Any, longest: int, symbols: _Symbols) -> Any:
    """Return the value of the arborification of an element on the word signature."""
    from treealg.symbolic import arborification

    def letter(label: Any) -> str:
        if not isinstance(label, tuple):
            return number_text(label)
        text = " ".join(map(number_text, label))
        return f"({text})" if len(label) > 1 else text

    return Polynomial(
        {
            (symbols.number("S", " ".join(map(letter, word))),) if word else (): count
            for word, count in arborification(element, longest=longest).items()
        }
    )


def _combine(element: Any, planar: bool, levels: int, symbols: _Symbols) -> tuple[str, Any]:
    first, second = (_character(name, planar, symbols) for name in "XY")
    return "Z", (first * second)(element)


def _log(element: Any, planar: bool, levels: int, symbols: _Symbols) -> tuple[str, Any]:
    return "L", _character("X", planar, symbols).log()(element)


def _exp(element: Any, planar: bool, levels: int, symbols: _Symbols) -> tuple[str, Any]:
    return "X", _field(planar, lambda x: symbols("L", x)).exp()(element)


def _inverse(element: Any, planar: bool, levels: int, symbols: _Symbols) -> tuple[str, Any]:
    return "Y", _character("X", planar, symbols).inverse()(element)


_RULES: dict[str, Callable[[Any, bool, int, _Symbols], tuple[str, Any]]] = {
    "sig": _arborification,
    "logsig": _logsig,
    "corrected_sig": _corrected_sig,
    "linear": _linear,
    "corrected": _corrected,
    "arborification": _arborification,
    "combine": _combine,
    "log": _log,
    "exp": _exp,
    "inverse": _inverse,
}
