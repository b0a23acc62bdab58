"""Pictures as SVG, and formulas as HTML with such pictures in them; the roots are at the bottom.

A formula has one baseline. The roots of its trees stand on the axis above it, on which signs such
as + are centred, so that a tree reads like a symbol of the formula.
"""

from __future__ import annotations

import base64
import html
from dataclasses import dataclass
from typing import Any

from treealg.checks import check_real
from treealg.errors import InvalidValueError
from treealg.symbolic.display.layout import layout_forest, slope_clear_of
from treealg.symbolic.display.pieces import Piece, labels_of, lead_of, pieces_of, terms_to_show
from treealg.symbolic.display.style import INK, Names, Style, make_style
from treealg.symbolic.trees.forests import RootedForest
from treealg.symbolic.trees.terminal import printable

__all__ = ["forest_image", "to_html", "to_svg"]

_FONT = "font-family:sans-serif"
_FONT_SIZE = 15.0
_LABEL_SIZE = 11.0
_CHARACTER = 0.62
_NARROW = set("(),.:;'|! ")
_WIDE = 0.9
_AXIS = 5.0
_MARGIN = 2.0
_SPACE = 5.0


@dataclass(frozen=True)
class _Measures:
    """Sizes in pixels: half a vertex across and up, and the least distances of vertices."""

    half_width: float
    radius: float
    unit: float
    level: float

    @property
    def slope(self) -> float:
        """How steep edges have to be, so that none runs over a vertex or close beside it."""
        # Of a wide vertex the half circle at its end is what an edge meets first.
        return slope_clear_of(self.radius + 1.5, self.unit - self.half_width + self.radius)


def _measure(style: Style) -> _Measures:
    """Return sizes with room for the longest label."""
    if not style.shown:
        return _Measures(4.0, 4.0, 15.0, 18.0)
    longest = max((len(style.text(label)) for label in style.found), default=1)
    half = max(9.0, longest * _LABEL_SIZE * _CHARACTER / 2 + 5.0)
    return _Measures(half, 9.0, 2 * half + 6.0, 30.0)


def to_svg(
    x: Any,
    *,
    names: Names = None,
    labels: bool | None = None,
    max_terms: int | None = None,
    width: float = 960.0,
) -> str:
    """Draw a tree, a forest or a sum of such as an SVG picture.

    Parameters
    ----------
    x : Tree, PlanarTree, Forest, OrderedForest, Element, Tensor, BSeries or LieButcherSeries
        What to draw; sums in the basis order.
    names : mapping or sequence of str, optional
        Texts of the labels: ``names[label]``.
    labels : bool, optional
        Whether to write the labels. By default they are written if there are names or any label
        in `x` is not 0.
    max_terms : int, optional
        Largest number of terms of a sum, at least 1; by default all.
    width : float, default 960.0
        Pixels beyond which a line is broken between terms; a term that is wider stays whole. More
        than 0.

    Returns
    -------
    str
        A complete ``<svg>`` element, sizes in pixels.

    Raises
    ------
    InvalidTypeError
        If `x` or an option has another type, or a label that is not an integer is looked up in a
        sequence of names.
    InvalidValueError
        If a label has no name, `max_terms` is less than 1, or `width` is not positive.

    Notes
    -----
    The picture depends on `x` and the options only. A label has the same colour in every picture,
    unless two labels of one picture would share it: then one of them has a colour that is free, as
    long as there are any of 17.

    Examples
    --------
    >>> from treealg.symbolic import Tree
    >>> picture = to_svg(Tree([Tree(), Tree()]))
    >>> picture.count("<circle"), picture.count("<line")
    (3, 2)
    """
    terms, left_out = terms_to_show(x, max_terms)
    style = make_style(labels_of(terms), names, labels)
    measures = _measure(style)
    limit = check_real("width", width) - _MARGIN
    if width <= 0:
        raise InvalidValueError(f"width must be more than 0, got {width}")
    lines = [_Line([], _MARGIN, _FONT_SIZE * 0.8)]
    for term in pieces_of(terms, left_out, style, lead=lead_of(x)):
        line = lines[-1]
        if line.drawn:
            line = _line(term, style, measures, line.right + 2 * _SPACE)
            if line.right > limit:
                lines.append(_line(term, style, measures, _MARGIN))
                continue
            line.drawn[:0] = lines[-1].drawn
            line.top = max(line.top, lines[-1].top)
        else:
            line = _line(term, style, measures, _MARGIN)
        lines[-1] = line
    bottom = max(measures.radius - _AXIS + _MARGIN, _FONT_SIZE * 0.3)
    # The baseline of the first line is at 0, and those of the others are below.
    drawn, baseline = lines[0].drawn, 0.0
    for line in lines[1:]:
        baseline += bottom + _SPACE + line.top
        drawn.append(f'<g transform="translate(0 {baseline:g})">{"".join(line.drawn)}</g>')
    right = max(line.right for line in lines)
    return _svg(drawn, right + _MARGIN, lines[0].top + _MARGIN, baseline + bottom)


@dataclass
class _Line:
    """What stands beside each other, where it ends, and how high it is above the baseline."""

    drawn: list[str]
    right: float
    top: float


def _line(term: list[Piece], style: Style, measures: _Measures, left: float) -> _Line:
    """Draw a term from `left` on."""
    line = _Line([], left, _FONT_SIZE * 0.8)
    for position, piece in enumerate(term):
        line.right += _SPACE if position else 0.0
        if isinstance(piece, str):
            line.drawn.append(_text(piece, line.right))
            line.right += _text_width(piece)
        else:
            picture, width, height = _forest(piece, style, measures, line.right)
            line.drawn.append(picture)
            line.right += width
            line.top = max(line.top, height)
    return line


def forest_image(forest: RootedForest[Any], style: Style) -> str:
    """Return a forest as an HTML image that stands on the axis of the line of text around it."""
    measures = _measure(style)
    picture, width, height = _forest(forest, style, measures, _MARGIN)
    bottom = measures.radius - _AXIS + _MARGIN
    svg = _svg([picture], width + 2 * _MARGIN, height + _MARGIN, bottom)
    # An image, as pages that clean up what they show drop SVG elements and keep images.
    data = base64.b64encode(svg.encode()).decode()
    return (
        f'<img src="data:image/svg+xml;base64,{data}" alt="{html.escape(printable(str(forest)))}" '
        f'style="display:inline;margin:0;vertical-align:{-bottom:g}px">'
    )


def to_html(
    x: Any, *, names: Names = None, labels: bool | None = None, max_terms: int | None = None
) -> str:
    """Write a tree, a forest or a sum of such as HTML, the trees being pictures.

    Parameters
    ----------
    x : Tree, PlanarTree, Forest, OrderedForest, Element, Tensor, BSeries or LieButcherSeries
        What to write; sums in the basis order, with line breaks between terms only.
    names, labels, max_terms : optional
        As in `to_svg`.

    Returns
    -------
    str
        A ``<div>`` element that needs nothing outside itself.

    Raises
    ------
    InvalidTypeError
        If `x` or an option has another type, as in `to_svg`.
    InvalidValueError
        If a label has no name, or `max_terms` is less than 1.

    Examples
    --------
    >>> from treealg.symbolic import Tree, bck
    >>> to_html(bck.coproduct(Tree([Tree()]))).count("<img")
    4
    """
    terms, left_out = terms_to_show(x, max_terms)
    style = make_style(labels_of(terms), names, labels)
    spans = []
    for term in pieces_of(terms, left_out, style, lead=lead_of(x)):
        inside = "&nbsp;".join(_html_piece(piece, style) for piece in term)
        spans.append(f'<span style="white-space:nowrap">{inside}</span>')
    return f'<div style="font-size:{_FONT_SIZE:g}px;line-height:1.8">{" ".join(spans)}</div>'


def _html_piece(piece: Piece, style: Style) -> str:
    if isinstance(piece, str):
        return html.escape(piece)
    return forest_image(piece, style)


def _svg(drawn: list[str], right: float, top: float, bottom: float) -> str:
    """Wrap drawn elements, whose baseline is at 0, in an SVG element."""
    size = f'width="{right:g}" height="{top + bottom:g}"'
    box = f'viewBox="0 {-top:g} {right:g} {top + bottom:g}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box}>{"".join(drawn)}</svg>'


def _text_width(text: str) -> float:
    """Return about how wide a text is, as the font is the reader's."""
    ems = sum(
        0.36 if c in _NARROW else _CHARACTER if c.isascii() and c != "+" else _WIDE for c in text
    )
    return ems * _FONT_SIZE


def _text(text: str, left: float) -> str:
    return (
        f'<text x="{left + _text_width(text) / 2:g}" y="0" text-anchor="middle" '
        f'style="{_FONT}" font-size="{_FONT_SIZE:g}" fill="{INK}">{html.escape(text)}</text>'
    )


def _forest(
    forest: RootedForest[Any], style: Style, measures: _Measures, left: float
) -> tuple[str, float, float]:
    """Return the drawing of a forest, its width, and its height above the baseline."""
    layout = layout_forest(forest)
    xs = [left + measures.half_width + measures.unit * across for across in layout.across]
    rise = layout.rise(measures.level / measures.unit, measures.slope)
    ys = [-_AXIS - measures.unit * height for height in rise]
    parts = [f'<g stroke="{INK}" stroke-width="1.5">']
    parts += [
        f'<line x1="{xs[a]:g}" y1="{ys[a]:g}" x2="{xs[b]:g}" y2="{ys[b]:g}"/>'
        for a, b in layout.edges
    ]
    for x, y, label in zip(xs, ys, layout.label, strict=True):
        parts.append(_vertex(x, y, label, style, measures))
    parts.append("</g>")
    width = measures.unit * layout.width + 2 * measures.half_width
    height = _AXIS + measures.unit * max(rise, default=0.0) + measures.radius
    return "".join(parts), width, height


def _vertex(x: float, y: float, label: Any, style: Style, measures: _Measures) -> str:
    if not style.shown:
        return f'<circle cx="{x:g}" cy="{y:g}" r="{measures.radius:g}" fill="{INK}"/>'
    fill = style.colour(label)
    half, radius = measures.half_width, measures.radius
    if half == radius:
        shape = f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="{fill}"/>'
    else:
        shape = (
            f'<rect x="{x - half:g}" y="{y - radius:g}" width="{2 * half:g}" '
            f'height="{2 * radius:g}" rx="{radius:g}" fill="{fill}"/>'
        )
    return (
        f'{shape}<text x="{x:g}" y="{y + _LABEL_SIZE * 0.36:g}" text-anchor="middle" '
        f'style="{_FONT}" font-size="{_LABEL_SIZE:g}" stroke="none" '
        f'fill="{style.text_colour(label)}">{html.escape(style.text(label))}</text>'
    )
