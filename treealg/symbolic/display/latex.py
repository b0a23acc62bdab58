r"""Trees, forests, sums and tableaux as LaTeX, with plain brackets or drawn by the package forest.

Brackets need no package and are what a notebook shows: a vertex without children is a bullet, the
tree with branches :math:`\tau_1 \dots \tau_k` is :math:`[\tau_1, \dots, \tau_k]`, the label a
subscript.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from treealg.checks import check_flag, check_integer
from treealg.symbolic.display.layout import layout_forest, slope_clear_of
from treealg.symbolic.display.numbers import LATEX, TEXT, without_mpmath
from treealg.symbolic.display.pieces import (
    Term,
    is_compound,
    labels_of,
    lead_of,
    split_sign,
    terms_to_show,
    word_text,
)
from treealg.symbolic.display.style import Names, Style, make_style
from treealg.symbolic.display.texts import escaped, named, upright
from treealg.symbolic.trees.displayed import Tableau, Tabular
from treealg.symbolic.trees.forests import RootedForest
from treealg.symbolic.trees.scalars import expression_text, is_too_long, number_text

__all__ = ["LATEX_PREAMBLE", "to_latex"]


@dataclass(frozen=True)
class _Shape:
    """Sizes in em, as in the preamble: of a vertex across, and between vertices."""

    size: float
    sibling: float
    level: float

    def separation(self, reach: float) -> float:
        """Return what has to be between two levels so that a long edge runs over no vertex.

        Beside it a tenth of an em is left, of which lines take a part. The result is rounded up.
        """
        unit = self.size + self.sibling
        needed = slope_clear_of(self.size / 2 + 0.1, unit) * unit * reach - self.size
        return math.ceil(10 * needed) / 10


_DOTS = _Shape(size=0.4, sibling=0.5, level=0.4)
_LABELLED = _Shape(size=1.4, sibling=0.3, level=0.6)

LATEX_PREAMBLE = r"""\usepackage{forest}
\forestset{
  rooted tree/.style={for tree={grow'=90, circle, inner sep=0pt, s sep=0.5em, l sep=0.4em, l=0pt}},
  dots/.style={rooted tree, for tree={fill, minimum size=0.4em}, baseline},
  labels/.style={rooted tree, for tree={draw, font=\scriptsize, minimum size=1.4em,
    inner sep=0.1em, s sep=0.3em, l sep=0.6em}, baseline},
}"""
"""What a document needs in its preamble for trees drawn by the package forest (Živanović)."""

# A command is one symbol; marks that are not seen are none.
_COMMAND = re.compile(r"\\(?:begin|end)\{\w+\}|\\[A-Za-z]+|\\.")
_NO_SYMBOL = re.compile(r"[{}^_ ]")

_VARIABLES = {"τ": r"\tau", "ω": r"\omega"}


def to_latex(
    x: Any,
    *,
    drawn: bool = False,
    names: Names = None,
    labels: bool | None = None,
    max_terms: int | None = None,
    width: int = 100,
) -> str:
    r"""Write a tree, a forest or a sum of such as LaTeX for use in mathematics.

    Parameters
    ----------
    x : Tree, Forest, Element, Tensor, BSeries, RungeKutta or others like these
        What to write, also planar; sums in the basis order. The tableau of a method (additive and
        Rosenbrock ones, too) is an ``array`` of its nodes, matrix and weights, where the options
        mean nothing: of an additive method one for each part, of a Rosenbrock method with the
        matrices of the stages and of the Jacobian side by side.
    drawn : bool, default False
        Draw each tree with the package forest; the document needs `LATEX_PREAMBLE`. Otherwise
        brackets, which need no package.
    names : mapping or sequence of str, optional
        Texts of the labels, not LaTeX: ``names[label]``.
    labels : bool, optional
        Whether to write the labels. By default they are written if there are names or any label
        in `x` is not 0.
    max_terms : int, optional
        Largest number of terms of a sum, at least 1; by default all.
    width : int, default 100
        A sum of about more symbols than this is broken into lines between terms, in an environment
        ``aligned``, which notebooks know and documents have from the package amsmath. At least 1.

    Returns
    -------
    str
        A formula without dollar signs around it. No text of a label or name is taken for LaTeX:
        special characters are escaped, and hyphens, asterisks, quotes and letters beyond ASCII,
        but Greek ones, stand in ``\text``, which is of the package amsmath, too. SymPy
        coefficients are written by SymPy; so are names of symbols that are LaTeX, such as
        ``\hat{x}``, and special characters in others are escaped, too. A series begins with what
        is shown, :math:`\sum_\tau a(\tau)\, \tau`, that is without factors
        :math:`1/\sigma(\tau)`.

    Raises
    ------
    InvalidTypeError
        If `x` or an option has another type, or a label that is not an integer is looked up in a
        sequence of names.
    InvalidValueError
        If a label has no name, or `max_terms` or `width` is less than 1.

    References
    ----------
    J. C. Butcher, "B-Series: Algebraic Analysis of Numerical Methods", 2021, for trees in
    brackets; S. Živanović, "Forest: a PGF/TikZ-based package for drawing linguistic trees", CTAN.

    Examples
    --------
    >>> from treealg.symbolic import RungeKutta, Tree, bck
    >>> print(to_latex(bck.antipode(Tree.from_text("0[0]"))))
    {\bullet}\,{\bullet} - [{\bullet}]
    >>> print(to_latex(Tree.from_text("1[0,2]")))
    [{\bullet}_{0}, {\bullet}_{2}]_{1}
    >>> print(to_latex(Tree.from_text("1[0,2]"), drawn=True))
    \begin{forest} labels [{$1$} [{$0$}] [{$2$}]] \end{forest}
    >>> print(to_latex(RungeKutta([[], ["1/2"]], [0, 1])))
    \begin{array}{c|cc}
    0 &  &  \\
    \frac{1}{2} & \frac{1}{2} &  \\
    \hline
     & 0 & 1
    \end{array}
    """
    drawn = check_flag("drawn", drawn)
    if isinstance(x, Tabular):
        return r" \qquad ".join(map(_tableau, x._tableaux()))
    terms, left_out = terms_to_show(x, max_terms)
    style = make_style(labels_of(terms), names, labels)
    limit = check_integer("width", width, 1)
    written: list[str] = []
    for term in terms:
        negative, text = _term(term, style, drawn=drawn)
        sign = "-" if negative else "+" if written else ""
        written.append(f"{sign} {text}" if sign else text)
    if left_out:
        written.append(rf"+ \cdots \text{{ ({left_out} more)}}")
    written = written or ["0"]
    if lead_of(x):
        variable = _VARIABLES[x._variable]
        written[0] = rf"\sum_{{{variable}}} a({variable})\, {variable} = {written[0]}"
    lines = _lines(written, limit)
    if len(lines) == 1:
        return lines[0]
    body = " \\\\\n& \\quad ".join(lines)
    return rf"\begin{{aligned}} & {body} \end{{aligned}}"


def _tableau(table: Tableau) -> str:
    """Write a tableau; what is zero in every explicit method is left blank."""
    stages = len(table.weights)
    rows = []
    for i, node in enumerate(table.nodes):
        entries = [
            "" if table.is_explicit and j >= i else _number(value)
            for matrix in table.matrices
            for j, value in enumerate(matrix[i])
        ]
        rows.append(" & ".join([_number(node), *entries]))
    blank = [""] * (stages * (len(table.matrices) - 1))
    weights = " & ".join(["", *map(_number, table.weights), *blank])
    columns = "|".join(["c", *["c" * stages] * len(table.matrices)])
    body = "\n".join(f"{row} \\\\" for row in rows)
    return rf"\begin{{array}}{{{columns}}}" + f"\n{body}\n\\hline\n{weights}\n" + r"\end{array}"


def _lines(written: list[str], limit: int) -> list[str]:
    """Join terms to lines that are about no longer than the limit, if a term is not."""
    lines: list[str] = []
    length = 0
    for text in written:
        size = len(_NO_SYMBOL.sub("", _COMMAND.sub("x", text))) + 1
        if lines and length + size <= limit:
            lines[-1] += f" {text}"
            length += size
        else:
            lines.append(text)
            length = size
    return lines


def _term(term: Term, style: Style, *, drawn: bool) -> tuple[bool, str]:
    """Return whether a term is negative, and its text without the sign."""
    slots, coefficient = term
    negative, magnitude = split_sign(coefficient)
    factor = _coefficient(magnitude)
    keys = r" \otimes ".join(_key(key, style, drawn=drawn) for key in slots)
    return negative, keys if factor == "1" else rf"{factor}\, {keys}"


def _coefficient(value: Any) -> str:
    written = _number(value)
    if isinstance(value, Fraction) or not is_compound(TEXT.number(value)):
        return written
    return rf"\left({written}\right)"


def _number(value: Any) -> str:
    value = without_mpmath(value)
    if isinstance(value, Fraction) and value.denominator != 1:
        upper, lower = map(_integer, (abs(value.numerator), value.denominator))
        return rf"{'-' if value < 0 else ''}\frac{{{upper}}}{{{lower}}}"
    if isinstance(value, (float, complex, Decimal)) or getattr(value, "is_Float", False):
        return LATEX.number(value)
    if hasattr(type(value), "free_symbols"):
        return _expression(value)
    if isinstance(value, (int, Fraction)):
        return f"-{_integer(-int(value))}" if value < 0 else _integer(int(value))
    text = TEXT.number(value)
    return escaped(text) if not text.isascii() or "_" in text else text


def _integer(value: int) -> str:
    """Return the digits of an integer that is not negative, or a text on its size."""
    return upright(number_text(value)) if is_too_long(value) else number_text(value)


def _expression(value: Any) -> str:
    """Return the LaTeX of an expression, with the names in it as texts if they are no LaTeX."""
    # SymPy is imported for its own objects only.
    from sympy.printing.latex import LatexPrinter

    printer = LatexPrinter({"imaginary_unit": "ri"})
    write, write_function = printer._deal_with_super_sub, printer._hprint_Function
    enclose = printer.parenthesize

    def enclosed(item: Any, *arguments: Any, **options: Any) -> str:
        # A float with a power of ten is a product, which SymPy takes for one number.
        text: str = enclose(item, *arguments, **options)
        return rf"\left({text}\right)" if item.is_Float and "10^" in text else text

    printer.parenthesize = enclosed
    printer._deal_with_super_sub = lambda name, style="plain": named(
        name, lambda part: write(part, style)
    )
    # What is applied is filled in with %.
    printer._hprint_Function = lambda name: write_function(name).replace("%", "%%")
    printer._print_UndefinedFunction = lambda function: write_function(str(function))
    return expression_text(value, printer.doprint, upright)


def _key(key: Any, style: Style, *, drawn: bool) -> str:
    if not isinstance(key, RootedForest):
        if not isinstance(key, tuple):
            return upright(word_text(key, style))
        letters = r",\,".join(_label(letter, style) for letter in key)
        return f"({letters})"
    write = _forest_package if drawn else _brackets
    return r"\,".join(write(tree, style) for tree in key.trees) or r"\emptyset"


def _brackets(tree: Any, style: Style) -> str:
    parts: list[str] = []
    stack: list[Any] = [tree]
    while stack:
        top = stack.pop()
        if isinstance(top, str):
            parts.append(top)
            continue
        subscript = f"_{{{_label(top.label, style)}}}" if style.shown else ""
        if not top.children:
            parts.append(rf"{{\bullet}}{subscript}")
            continue
        parts.append("[")
        stack.append(f"]{subscript}")
        for position, child in enumerate(reversed(top.children)):
            if position:
                stack.append(", ")
            stack.append(child)
    return "".join(parts)


def _forest_package(tree: Any, style: Style) -> str:
    shape = _LABELLED if style.shown else _DOTS
    parts = [rf"\begin{{forest}} {'labels' if style.shown else 'dots'}"]
    layout = layout_forest(tree)
    reach = [0.0] * len(layout.label)
    for parent, child in layout.edges:
        reach[parent] = max(reach[parent], abs(layout.across[parent] - layout.across[child]))
    # Vertices in the order of the layout, with what closes them in between.
    stack: list[Any] = [tree]
    vertex = 0
    while stack:
        top = stack.pop()
        if isinstance(top, str):
            parts[-1] += top
            continue
        text = f"{{${_label(top.label, style)}$}}" if style.shown else ""
        needed = shape.separation(reach[vertex])
        parts.append(f"[{text}" + (f", l sep={needed}em" if needed > shape.level else ""))
        vertex += 1
        stack.append("]")
        stack.extend(reversed(top.children))
    return " ".join([*parts, r"\end{forest}"])


def _label(label: Any, style: Style) -> str:
    text = style.text(label)
    if text.isdecimal() and text.isascii():
        return text
    if style.names is not None or isinstance(label, int) or not _is_mathematics(label):
        return upright(text)
    written = _mathematics(label)
    return upright(text) if written == text else written


def _is_mathematics(label: Any) -> bool:
    """Tell whether a label is a number, an expression that is no name, or a tuple of such."""
    if isinstance(label, tuple):
        return bool(label) and all(map(_is_mathematics, label))
    if isinstance(label, bool):
        return False
    if isinstance(label, (int, float, complex, Fraction, Decimal)):
        return True
    return hasattr(type(label), "free_symbols") and not getattr(label, "is_Symbol", False)


def _mathematics(label: Any) -> str:
    if not isinstance(label, tuple):
        return _number(label)
    return f"({', '.join(map(_mathematics, label))}{',' if len(label) == 1 else ''})"
