"""Long sums break into lines, and terminals without our symbols get ASCII."""

import io
import itertools
import os
import pickle
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.symbolic import (
    Forest,
    OrderedForest,
    Tree,
    bck,
    exact_lie_butcher_series,
    exact_series,
    plot,
    to_latex,
    to_svg,
    to_unicode,
)
from treealg.symbolic.display import plot_grid

LONG = exact_series(6)
CHERRY = Tree([Tree(), Tree()])


def lines_of_figure(figure):
    """The heights of the texts of a sum, which stand on the baselines."""
    return sorted({text.get_position()[1] for text in figure.axes[0].texts})


def test_plotted_sums_are_broken_at_their_width():
    one, several = plot(LONG, width=1000.0), plot(LONG, width=6.0)
    assert len(lines_of_figure(one)) == 1
    assert len(lines_of_figure(several)) > 5
    assert several.get_figwidth() <= 6.0 < one.get_figwidth()
    assert len(one.axes[0].lines) == len(several.axes[0].lines)
    assert plot(LONG).get_figwidth() <= 10.0
    assert len(lines_of_figure(plot(exact_series(2)))) == 1
    # No line reaches into the one above it.
    tops = [max(line.get_ydata()) for line in several.axes[0].lines]
    assert max(tops) < several.axes[0].get_ylim()[1]


def test_pictures_show_themselves_and_say_what_they_show():
    for figure in (plot(CHERRY), plot_grid([CHERRY, Tree()])):
        assert figure._repr_png_().startswith(b"\x89PNG")
    assert repr(plot(CHERRY)) == "<Picture of 0[0,0]; show or save it with savefig>"
    assert "Figure" not in repr(plot(LONG))
    again = pickle.loads(pickle.dumps(plot(CHERRY)))
    assert repr(again) == repr(plot(CHERRY))
    file = io.BytesIO()
    again.savefig(file, format="svg")
    assert ElementTree.fromstring(file.getvalue())


def test_the_width_of_a_plot_is_a_positive_number():
    with pytest.raises(InvalidValueError, match="width must be more than 0"):
        plot(CHERRY, width=0)
    with pytest.raises(InvalidTypeError, match="width must be a real number"):
        plot(CHERRY, width="wide")


def test_long_latex_is_broken_between_terms_and_loses_none():
    whole, broken = to_latex(LONG, width=10**6), to_latex(LONG)
    assert "aligned" not in whole
    assert broken.startswith(r"\begin{aligned} & \sum_{\tau} a(\tau)\, \tau = ")
    assert broken.endswith(r" \end{aligned}")
    body = broken.removeprefix(r"\begin{aligned} & ").removesuffix(r" \end{aligned}")
    assert body.replace(" \\\\\n& \\quad ", " ") == whole
    for line in body.split(" \\\\\n& \\quad ")[1:]:
        assert line.startswith(("+ ", "- "))
    assert to_latex(bck.coproduct(CHERRY)) == to_latex(bck.coproduct(CHERRY), width=1000)
    with pytest.raises(InvalidValueError, match="width must be at least 1"):
        to_latex(CHERRY, width=0)


@pytest.mark.parametrize("drawn", [False, True])
def test_braces_of_broken_latex_are_balanced_in_each_line(drawn):
    for line in to_latex(LONG, drawn=drawn).split("\\\\\n"):
        assert line.count("{") == line.count("}")
        assert len(re.findall(r"\\begin\{forest\}", line)) == line.count(r"\end{forest}")


def test_letters_and_integers_never_share_a_colour():
    def fills(tree):
        root = ElementTree.fromstring(to_svg(tree))
        return [shape.get("fill") for shape in root.iter("{http://www.w3.org/2000/svg}circle")]

    mixed = Tree([Tree(label=label) for label in (0, 1, 2, "f", "g", "h")], "k")
    assert len(set(fills(mixed))) == 7
    assert set(fills(Tree(label="f"))) <= set(fills(mixed))


# -- terminals -------------------------------------------------------------------------------------

PRINTS = """
from treealg.symbolic import *
for x in (bck.coproduct(Tree([Tree()])), Forest(), exact_series(2), exact_lie_butcher_series(1),
          arborification_bck, bck.antipode(Tree([Tree()])), Tree(label="\xe9"),
          tree_table([Tree()])):
    print(x)
    print(repr(x))
print(to_unicode(Tree([Tree(), Tree(label=1)])))
print(to_unicode(bck.coproduct(Tree([Tree(), Tree()]))))
print(to_indented(Tree([Tree()])))
"""


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_everything_prints_where_the_terminal_has_no_symbols(encoding):
    environment = os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-c", PRINTS], capture_output=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    text = done.stdout.decode(encoding)
    assert "({})(x)(0[0]) + (0)(x)(0) + (0[0])(x)({})" in text
    assert "?" not in text
    assert "0 1\n+++\n 0\n" in text
    assert "0\n+- 0\n" in text


LABELS = r"""
from treealg.symbolic import *
for label in ("\xe9", "\u65e5\u672c", "\u03b1", "\U0001f332", "\u2502", "a"):
    tree = Tree([Tree(label="b"), Tree(label=label)], label)
    for x in (tree, Forest([tree, Tree()]), bck.coproduct(Tree(label=label)), 2 * tree):
        print(x, repr(x))
        print(to_unicode(x))
        print(to_unicode(x, labels=False))
    print(to_unicode(Tree(), names=[label]))
    print(to_indented(Forest([tree, Tree()])))
    print(tree_table([tree]))
print(*to_unicode(Tree([Tree(label="\xe9"), Tree()], "\xe9")).split("\n"), sep="/")
"""
DRAWN = {
    "ascii": r" 0    \xe9/ +--+--+/   \xe9",
    "latin-1": "0 é/+++/ é",
    "cp1252": "0 é/+++/ é",
    "cp1253": r" 0    \xe9/ +--+--+/   \xe9",
    "cp437": "0 é/└┬┘/ é",
    "koi8-r": r" 0    \xe9/ +--+--+/   \xe9",
    "gb2312": "0 é/└┬┘/ é",
    "utf-8": "0 é/└┬┘/ é",
}


@pytest.mark.parametrize("encoding", DRAWN)
def test_labels_print_on_every_terminal_and_are_escaped_where_it_has_them_not(encoding):
    environment = os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0", "LC_ALL": "C"}
    done = subprocess.run(
        [sys.executable, "-c", LABELS], capture_output=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode(encoding).splitlines()[-1] == DRAWN[encoding]


def test_ascii_drawings_have_the_shape_of_the_others():
    for x in (CHERRY, bck.coproduct(CHERRY), Tree.from_text("0[1[3],2]")):
        drawn = to_unicode(x, ascii=True)
        assert drawn.isascii()
        assert drawn.count("o") == to_unicode(x, ascii=False).count("●")
        assert drawn.count("\n") == to_unicode(x, ascii=False).count("\n")
    with pytest.raises(InvalidTypeError, match="ascii must be True or False"):
        to_unicode(CHERRY, ascii=1)


def test_the_empty_forest_is_read_in_both_writings():
    for kind in (Forest, OrderedForest):
        assert kind.from_text("{}") is kind.from_text("∅") is kind.empty
    assert str(exact_lie_butcher_series(0)) == "<LieButcherSeries to order 0: ∅: 1>"


def test_long_sums_break_between_terms_in_svg():
    series = exact_series(6)
    lines = ElementTree.fromstring(to_svg(series, width=700))
    whole = ElementTree.fromstring(to_svg(series, width=1e9))
    assert float(lines.get("width")) <= 700 < float(whole.get("width"))
    circle = "{http://www.w3.org/2000/svg}circle"
    assert len(list(lines.iter(circle))) == len(list(whole.iter(circle)))
    below = [
        float(group.get("transform").split()[1].rstrip(")"))
        for group in lines.iter("{http://www.w3.org/2000/svg}g")
        if group.get("transform")
    ]
    assert below == sorted(set(below))
    _, top, _, height = map(float, lines.get("viewBox").split())
    assert 0 < below[-1] < top + height
    # A term that is wider stays whole.
    assert to_svg(Tree(), width=1) == to_svg(Tree())
    for wrong in (0, -1):
        with pytest.raises(InvalidValueError, match="width must be more than 0"):
            to_svg(series, width=wrong)


@pytest.mark.parametrize("text", ["alpha[some_long_label,x,velocity[a,b]]", "a1b[c,c[c,c,c]]"])
def test_long_labels_stand_in_boxes_that_do_not_meet(text):
    tree = Tree.from_text(text)
    figure = plot(bck.antipode(tree), max_terms=4)
    figure.savefig(io.BytesIO(), format="png", dpi=figure.dpi)  # which places the boxes
    boxes = [
        piece.get_bbox_patch().get_window_extent()
        for piece in figure.axes[0].texts
        if piece.get_bbox_patch()
    ]
    assert boxes
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))
    width, height = figure.canvas.get_width_height()
    assert all(
        box.x0 >= 0 and box.x1 <= width and box.y0 >= 0 and box.y1 <= height for box in boxes
    )
