"""What objects look like: SVG, HTML, LaTeX, text, Matplotlib, tables; contents and bad input."""

import base64
import functools
import math
import pickle
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from decimal import Decimal
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy

from treealg.errors import InvalidTypeError, InvalidValueError, MissingDependencyError
from treealg.symbolic import (
    AdditiveRungeKutta,
    AlgebraElement,
    Element,
    Forest,
    OrderedForest,
    PlanarTree,
    RungeKutta,
    Tensor,
    Tree,
    arborification,
    bck,
    enumerate_trees,
    mkw,
    published_method,
    to_dot,
    unrank,
)
from treealg.symbolic.bseries import BSeries, exact_lie_butcher_series, modified_equation
from treealg.symbolic.display import (
    COLOURS,
    OTHER_COLOURS,
    plot,
    plot_grid,
    to_html,
    to_indented,
    to_latex,
    to_svg,
    to_unicode,
    tree_table,
)
from treealg.symbolic.display.style import INK

SVG = "{http://www.w3.org/2000/svg}"
CHERRY = Tree.from_text("0[0,0]")
LABELLED = Tree.from_text("0[1,2[3]]")


def path(nodes, label=0):
    tree = Tree(label=label)
    for _ in range(nodes - 1):
        tree = Tree([tree], label)
    return tree


def texts(picture):
    return [text.text for text in ElementTree.fromstring(picture).iter(f"{SVG}text")]


def count(picture, shape):
    return len(list(ElementTree.fromstring(picture).iter(SVG + shape)))


def images(page):
    return [
        base64.b64decode(data).decode()
        for data in re.findall(r"data:image/svg\+xml;base64,([\w+/=]+)", page)
    ]


# -- SVG -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", range(1, 7))
def test_a_picture_has_a_vertex_per_node_and_a_line_per_edge(order):
    for tree in enumerate_trees(order):
        picture = to_svg(tree)
        assert count(picture, "circle") == order
        assert count(picture, "line") == order - 1


def test_everything_lies_within_the_frame_of_the_picture():
    root = ElementTree.fromstring(to_svg(bck.antipode(LABELLED)))
    left, top, width, height = map(float, root.get("viewBox").split())
    assert float(root.get("width")) == width
    assert float(root.get("height")) == height
    for circle in root.iter(f"{SVG}circle"):
        x, y, radius = (float(circle.get(name)) for name in ("cx", "cy", "r"))
        assert left <= x - radius < x + radius <= left + width
        assert top <= y - radius < y + radius <= top + height


def test_roots_are_below_their_children():
    circles = list(ElementTree.fromstring(to_svg(path(4))).iter(f"{SVG}circle"))
    heights = [float(circle.get("cy")) for circle in circles]
    assert heights == sorted(heights, reverse=True)
    assert len(set(heights)) == 4


def test_labels_are_written_when_one_of_them_is_not_zero():
    assert texts(to_svg(CHERRY)) == []
    assert sorted(texts(to_svg(LABELLED))) == ["0", "1", "2", "3"]
    assert texts(to_svg(CHERRY, labels=True)) == ["0", "0", "0"]
    assert texts(to_svg(LABELLED, labels=False)) == []
    assert sorted(texts(to_svg(CHERRY, names="f"))) == ["f", "f", "f"]
    assert texts(to_svg(Tree(label=False))) == ["False"]
    assert texts(to_svg(Tree(label=1))) == ["1"]


def test_a_label_has_one_colour_in_all_pictures():
    shapes = ElementTree.fromstring(to_svg(LABELLED)).iter(f"{SVG}circle")
    assert [shape.get("fill") for shape in shapes] == [COLOURS[i] for i in (0, 1, 2, 3)]
    alone = ElementTree.fromstring(to_svg(Tree(label="f"))).find(f".//{SVG}circle")
    shapes = ElementTree.fromstring(to_svg(Tree.from_text("g[h,f]"))).findall(f".//{SVG}circle")
    assert alone.get("fill") in OTHER_COLOURS
    assert not {*OTHER_COLOURS} & {*COLOURS}
    assert shapes[1].get("fill") == alone.get("fill") != shapes[0].get("fill")


LABELS = {
    "texts that share": ["a", "j", "s", "A"],
    "integers that share": [0, 8, 16, 1],
    "both": [3, 11, "c", "l"],
    "as many as colours": [*range(8), *"abcdefghi"],
    "equal ones": [0, False, 1, True, (1,), (True,), frozenset({1}), frozenset({True})],
    "integers alone": list(range(17)),
    "texts alone": [f"{i:02}" for i in range(17)],
}


def colours_of_svg(labels):
    shapes = ElementTree.fromstring(to_svg(Tree([Tree(label=x) for x in labels[1:]], labels[0])))
    drawn = [node for node in shapes.iter() if node.tag in (f"{SVG}circle", f"{SVG}rect")]
    return [node.get("fill") for node in drawn if node.get("fill") in (*COLOURS, *OTHER_COLOURS)]


def colours_of_legend(labels):
    (legend,) = plot_grid([Tree(label=x) for x in labels]).legends
    shown = {
        text.get_text(): handle.get_markerfacecolor()
        for text, handle in zip(legend.get_texts(), legend.legend_handles, strict=True)
    }
    return [shown[str(label)] for label in labels]


@pytest.mark.parametrize("kind", LABELS)
def test_no_two_labels_of_a_picture_share_a_colour_while_there_are_others(kind):
    labels = LABELS[kind]
    found = colours_of_legend(labels)
    assert len(set(found)) == len(labels)
    assert {*found} <= {*COLOURS, *OTHER_COLOURS}
    # Whatever comes first, and whatever draws.
    assert colours_of_legend(labels[::-1]) == found[::-1]
    assert sorted(colours_of_svg(labels)) == sorted(found)


def test_labels_that_equal_0_are_written_beside_it():
    assert texts(to_svg(Tree([Tree(label=False)]))) == ["0", "False"]
    assert texts(to_svg(Tree([Tree()], False))) == ["False", "0"]


def test_labels_with_one_text_have_the_same_colours_in_whatever_order():
    labels = [1.0, "1", Fraction(1), Decimal(1), 1]
    row = OrderedForest([PlanarTree(label=x) for x in labels])
    found, turned = (
        [shape.get("fill") for shape in ElementTree.fromstring(to_svg(x)).iter(f"{SVG}circle")]
        for x in (row, OrderedForest(row.trees[::-1]))
    )
    assert len({*found}) == len(labels)
    assert turned == found[::-1]


def test_labels_beyond_all_colours_share_them_as_in_other_pictures():
    found = colours_of_legend(list(range(40)))
    assert len(set(found)) == len(COLOURS) + len(OTHER_COLOURS)
    assert found[32:] == list(COLOURS)


@pytest.mark.parametrize("label", ["<script>", "a&b", '"', "]]>", "\x00", "\ud800", "\n", ("x", 1)])
def test_any_label_gives_a_well_formed_picture(label):
    picture = to_svg(Tree(label=label))
    assert len(texts(picture)) == 1
    assert "<script>" not in picture
    page = to_html(Tree(label=label))
    assert len(texts(*images(page))) == 1
    assert "<script>" not in page


def test_a_sum_shows_signs_coefficients_and_the_empty_forest():
    x = Tensor({(Forest(), Tree()): Fraction(-3, 2), (Tree(), Forest()): 1, (Forest(),) * 2: -1})
    assert texts(to_svg(x)) == ["−", "∅", "⊗", "∅", "−", "3/2", "∅", "⊗", "+", "⊗", "∅"]
    assert texts(to_svg(Tensor({((), Tree()): 1}))) == ["()", "⊗"]
    assert texts(to_svg(Element())) == ["0"]
    assert texts(to_svg(Forest())) == ["∅"]


def test_terms_come_in_the_basis_order_and_letters_in_that_of_labels():
    x = Element({CHERRY: 3, Forest([Tree(), Tree()]): 2, Forest(): 1})
    assert [text for text in texts(to_svg(x)) if text != "+"] == ["∅", "2", "3"]
    assert [text for text in texts(to_svg(Element({("a",): 3, (0,): 2}))) if text != "+"] == [
        "2", "(0)", "3", "(a)",
    ]  # fmt: skip


def test_a_symbolic_sum_stands_in_parentheses():
    sympy = pytest.importorskip("sympy")
    a = sympy.Symbol("a")
    assert texts(to_svg(Element({Tree(): a - 1}))) == ["(a - 1)"]
    assert texts(to_svg(Element({Tree(): -2 * a}))) == ["−", "2a"]


def nested(depth):
    value = sympy.Symbol("a")
    for _ in range(depth):
        value = sympy.Function("f")(value)
        assert value.is_commutative  # known step by step, which SymPy does not find out at once
    return value


@pytest.mark.parametrize("show", [str, repr, to_latex, to_svg, to_unicode, to_html, plot])
def test_an_expression_that_is_nested_too_deep_to_be_written_is_shown_by_its_size(show):
    value = nested(400)
    for x in (Element({Tree(): value, CHERRY: 2}), Tensor({(Tree(), CHERRY): -value})):
        shown = show(x)
        text = str(shown.axes[0].texts[0].get_text()) if show is plot else shown
        assert re.search(r"\(….*\d{3}.*more.*parts\)", text.replace(r"\text{…}", "…"))


def test_a_series_whose_coefficients_are_nested_too_deep_is_shown_by_their_size():
    shown = "<BSeries to order 1: None: 1, 0: f(… 400 more parts)>"
    assert repr(BSeries({Tree(): nested(400)}, 1)) == shown


def test_long_sums_are_cut_on_request_only():
    x = Element({tree: 1 for tree in enumerate_trees(6)})
    assert count(to_svg(x), "circle") == 6 * 20
    assert texts(to_svg(x, max_terms=3)) == ["+", "+", "+", "… 17 more"]
    assert count(to_svg(x, max_terms=3), "circle") == 18
    assert to_unicode(x, max_terms=19, width=10_000).endswith("+ … 1 more")
    assert to_latex(x, max_terms=1).endswith(r"+ \cdots \text{ (19 more)}")


def test_words_are_written_as_letters():
    words = arborification(Tree.from_text("0[1,2]"))
    assert sorted(t for t in texts(to_svg(words)) if t != "+") == ["(1,2,0)", "(2,1,0)"]
    assert sorted(t for t in texts(to_svg(words, names="xyz")) if t != "+") == [
        "(y,z,x)",
        "(z,y,x)",
    ]
    assert to_latex(Element({(0, "b"): -2})) == r"- 2\, (0,\,\mathrm{b})"


# -- HTML and the hooks of notebooks ---------------------------------------------------------------


def test_html_has_one_picture_per_forest_with_its_text_as_alternative():
    page = to_html(bck.coproduct(CHERRY))
    assert re.findall('alt="([^"]*)"', page) == ["0[0,0]", "0", "0[0]", "0 0", "0", "0[0,0]"]
    assert [count(picture, "circle") for picture in images(page)] == [3, 1, 2, 2, 1, 3]
    assert page.count("<span") == 4


@pytest.mark.parametrize(
    "value",
    [
        LABELLED,
        PlanarTree.from_text("0[0[0],0]"),
        Forest([CHERRY, Tree()]),
        OrderedForest([PlanarTree(), PlanarTree()]),
        bck.antipode(LABELLED),
        mkw.coproduct(PlanarTree.from_text("0[0[0],0]")),
        Forest(),
        Element(),
    ],
    ids=lambda value: f"{type(value).__name__}-{value}"[:24],
)
def test_hooks_show_what_the_functions_give(value):
    assert value._repr_svg_() == to_svg(value)
    assert value._repr_html_() == to_html(value)
    assert value._repr_latex_() == rf"$\displaystyle {to_latex(value)}$"


def test_drawing_is_loaded_when_a_notebook_asks_for_it():
    values = [LABELLED, Forest([Tree()]), bck.antipode(LABELLED), bck.coproduct(CHERRY)]
    values.append(BSeries({Tree(): 1}, 2))
    code = f"""
import pickle, sys
values = pickle.loads({pickle.dumps(values)!r})
assert not [name for name in sys.modules if name.startswith("treealg.symbolic.display")]
from treealg.symbolic import Tree
assert Tree()._repr_svg_().startswith("<svg")
assert "matplotlib" not in sys.modules
print([value._repr_latex_() for value in values] == {[v._repr_latex_() for v in values]!r})
"""
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_series_show_themselves_without_their_zeros():
    euler = BSeries({Tree(): 1}, 3)
    lead = "Σ a(τ) τ ="
    assert texts(euler._repr_svg_()) == [lead, "∅", "+"]
    assert texts(modified_equation(euler)._repr_svg_()) == [
        lead, "−", "1/2", "+", "1/6", "+", "1/3",
    ]  # fmt: skip
    assert to_latex(euler) == r"\sum_{\tau} a(\tau)\, \tau = \emptyset + {\bullet}"
    flow = exact_lie_butcher_series(2)
    assert to_unicode(flow).split("\n")[-1] == "Σ a(ω) ω = ∅ + ● + 1/2 ● ● + 1/2 ●"
    assert to_latex(flow).startswith(r"\sum_{\omega} a(\omega)\, \omega = \emptyset + {\bullet} +")
    assert "Σ a(ω) ω =" in flow._repr_html_()
    assert to_latex(BSeries({}, 1, empty=0)) == r"\sum_{\tau} a(\tau)\, \tau = 0"
    assert len(images(flow._repr_html_())) == 3


@pytest.mark.parametrize(
    ("value", "text", "latex"),
    [
        (1e-5, "10⁻⁵", "10^{-5}"),
        (-1e-5, "−10⁻⁵", "- 10^{-5}"),
        (2.5e20, "2.5·10²⁰", r"2.5 \cdot 10^{20}"),
        (-1e100, "−10¹⁰⁰", "- 10^{100}"),
        (0.1, "0.1", "0.1"),
        (3.0, "3", "3"),
        (1.0, "", ""),
        (float("inf"), "∞", r"\infty"),
        (float("-inf"), "−∞", r"- \infty"),
        (float("nan"), "NaN", r"\mathrm{NaN}"),
        (2j, "2i", r"2\mathrm{i}"),
        (-1j, "−i", r"- \mathrm{i}"),
        (1 - 2j, "(1 - 2i)", r"\left(1 - 2\mathrm{i}\right)"),
        (1e-7j, "10⁻⁷i", r"10^{-7}\mathrm{i}"),
        (complex("nan"), "NaN", r"\mathrm{NaN}"),
    ],
)
def test_numbers_are_written_as_mathematics(value, text, latex):
    x = Element({Tree(): value})
    assert "".join(texts(to_svg(x))) == text
    written = to_unicode(x).removesuffix("●").replace("− ", "−").strip()
    assert written == text
    expected = f"{latex}\\, {{\\bullet}}" if latex else r"{\bullet}"
    assert to_latex(x) == expected
    assert "e-0" not in to_html(x)


@pytest.mark.parametrize(
    ("value", "text", "latex"),
    [
        (sympy.Float("1e500"), "10⁵⁰⁰", "10^{500}"),
        (sympy.Float("-2.5e-400"), "− 2.5·10⁻⁴⁰⁰", r"- 2.5 \cdot 10^{-400}"),
        (sympy.oo, "∞", r"\infty"),
        (-sympy.oo, "− ∞", r"- \infty"),
        (sympy.nan, "NaN", r"\text{NaN}"),
        (sympy.I, "i", r"\mathrm{i}"),
        (1 - 2 * sympy.I, "(1 - 2i)", r"\left(1 - 2 \mathrm{i}\right)"),
        (-sympy.pi, "− π", r"- \pi"),
        (1e-5 * sympy.Symbol("a"), "10⁻⁵·a", r"1.0 \cdot 10^{-5} a"),
        (sympy.Function("f")(sympy.Symbol("a")), "f(a)", r"f{\left(a \right)}"),
        (
            sympy.Float("1e-5") ** sympy.Symbol("x"),
            "(10⁻⁵)^x",
            r"{\left(1.0 \cdot 10^{-5}\right)}^{x}",
        ),
        (2 * sympy.I, "2i", r"2 \mathrm{i}"),
        (sympy.zoo, "∞\N{COMBINING TILDE}", r"\tilde{\infty}"),
    ],
    ids=str,
)
def test_numbers_in_expressions_are_written_as_mathematics(value, text, latex):
    x = Element({Tree(): value})
    assert to_unicode(x) == f"{text} ●"
    assert to_latex(x) == rf"{latex}\, {{\bullet}}"
    assert text.removeprefix("− ") in to_html(x)
    assert "<svg" in to_svg(x)


X, Y, STEP = sympy.symbols("x y lambda")


@pytest.mark.parametrize(
    ("value", "text", "plain"),
    [
        (X**2, "x²", "x^2"),
        (-X, "− x", "- x"),
        (X * Y, "x·y", "x*y"),
        (2 * X * Y / 3, "2x·y/3", "2x*y/3"),
        (-3 * STEP**2 / 7, "− 3λ²/7", "- 3lambda^2/7"),
        (1 / X, "1/x", "1/x"),
        (X / (2 * Y), "x/(2y)", "x/(2y)"),
        (1 / (X * Y**2), "1/(x·y²)", "1/(x*y^2)"),
        (1 / (X + Y) ** 2, "(1/(x + y)²)", "(1/(x + y)^2)"),
        ((X - Y) * (X + Y), "((x - y)·(x + y))", "((x - y)*(x + y))"),
        (sympy.sqrt(2) / 2, "√2/2", "sqrt(2)/2"),
        (2 * sympy.sqrt(5) / 3, "2√5/3", "2sqrt(5)/3"),
        (sympy.Rational(1, 4) - sympy.sqrt(3) / 6, "(1/4 - √3/6)", "(1/4 - sqrt(3)/6)"),
        (sympy.sqrt(X + 1), "(√(x + 1))", "(sqrt(x + 1))"),
        (sympy.sqrt(2) * sympy.sqrt(X), "√2·√x", "sqrt(2)*sqrt(x)"),
        (X ** sympy.Rational(2, 3) / Y, "x^(2/3)/y", "x^(2/3)/y"),
        (X ** (Y + 1), "(x^(y + 1))", "(x^(y + 1))"),
        ((X**2) ** Y, "(x²)^y", "(x^2)^y"),
        ((-2) ** X, "((-2)^x)", "((-2)^x)"),
        (2**X * Y, "2^x·y", "2^x*y"),
        (sympy.sin(X) ** 2, "sin(x)²", "sin(x)^2"),
        (2 * sympy.exp(2 * X), "2exp(2x)", "2exp(2x)"),
        (sympy.E * abs(X), "e·|x|", "e*|x|"),
        (sympy.Symbol("a_1") * sympy.Symbol("alpha12"), "a₁·α₁₂", "a_1*alpha_12"),
        (sympy.Symbol("Delta_t"), "Δ_t", "Delta_t"),
        (sympy.Symbol("pi") * sympy.pi, "π·pi", "pi*pi"),
        (sympy.Symbol("Sigma"), "Sigma", "Sigma"),
        (sympy.Symbol("u v") ** 2, "(u v²)", "(u v^2)"),
        (1.5 * X, "1.5x", "1.5x"),
        (sympy.Mul(2, 3, evaluate=False), "2·3", "2*3"),
        (sympy.zoo, "∞\N{COMBINING TILDE}", "zoo"),
    ],
    ids=str,
)
def test_expressions_are_written_as_mathematics_on_a_line(value, text, plain):
    x = Element({Tree(): value})
    assert to_unicode(x) == f"{text} ●"
    assert to_unicode(x, ascii=True) == f"{plain} o"


def test_floats_of_sympy_are_written_as_mathematics():
    x = Element({Tree(): sympy.Float(-1e-5)})
    assert to_unicode(x) == "− 10⁻⁵ ●"
    assert to_latex(x) == r"- 10^{-5}\, {\bullet}"


def test_hooks_show_sixty_terms_at_most():
    x = Element({tree: 1 for tree in enumerate_trees(8)})
    assert len(images(x._repr_html_())) == 60
    assert "… 55 more" in x._repr_html_()
    assert "… 55 more" in x._repr_svg_()
    assert "(55 more)" in x._repr_latex_()


# -- LaTeX -----------------------------------------------------------------------------------------


def test_brackets_nest_as_the_tree_does():
    assert to_latex(CHERRY) == r"[{\bullet}, {\bullet}]"
    assert to_latex(LABELLED) == r"[{\bullet}_{1}, [{\bullet}_{3}]_{2}]_{0}"
    assert to_latex(Forest([Tree(), CHERRY])) == r"{\bullet}\,[{\bullet}, {\bullet}]"
    assert to_latex(Forest()) == r"\emptyset"


def test_drawn_trees_keep_the_order_of_children():
    tree = PlanarTree.from_text("0[2[1],3]")
    assert to_latex(tree, drawn=True) == (
        r"\begin{forest} labels [{$0$} [{$2$} [{$1$}]] [{$3$}]] \end{forest}"
    )
    assert to_latex(CHERRY, drawn=True) == r"\begin{forest} dots [ [] []] \end{forest}"


def test_coefficients_are_set_as_mathematics():
    sympy = pytest.importorskip("sympy")
    a = sympy.Symbol("alpha")
    x = Element({Tree(): Fraction(-1, 2), Forest(): a + 1, CHERRY: sympy.Rational(1, 3)})
    assert to_latex(x) == (
        r"\left(\alpha + 1\right)\, \emptyset - \frac{1}{2}\, {\bullet} "
        r"+ \frac{1}{3}\, [{\bullet}, {\bullet}]"
    )
    assert to_latex(Element()) == "0"


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("a_1", r"a\_1"),
        ("}", r"\}"),
        ("\\input", r"{\backslash}input"),
        ("a b$", r"a\ b\$"),
        ("%#&^~", r"\%\#\&{}^{\wedge}{\sim}"),
        # Hyphens are no minus signs, and asterisks and quotes no operators and derivatives.
        ("log-price", r"log\text{-}price"),
        ("f'*", r"f\text{'}\text{*}"),
        ("a=b+1, c<d", r"a{=}b{+}1{,}\ c{<}d"),
        # A number is one.
        (-2, "-2"),
        (2.5, "2.5"),
        ("σ_x", r"\sigma \_x"),
        ("Δt2", r"\Delta t2"),
        ("naïve é", "\\text{naïve}\\ \\text{é}"),
        ("日本", r"\text{日本}"),
    ],
)
def test_labels_are_texts_and_no_commands(label, text):
    assert to_latex(Tree(label=label)) == rf"{{\bullet}}_{{\mathrm{{{text}}}}}"
    assert rf"[{{$\mathrm{{{text}}}$}}]" in to_latex(Tree(label=label), drawn=True)


@pytest.mark.parametrize(
    ("label", "latex", "text"),
    [
        (1e-5, "10^{-5}", "10⁻⁵"),
        (-2.5e20, r"-2.5 \cdot 10^{20}", "-2.5·10²⁰"),
        (math.inf, r"\infty", "∞"),
        (2j, r"2\mathrm{i}", "2i"),
        (Decimal("1E-30"), "10^{-30}", "10⁻³⁰"),
        (Fraction(-1, 3), r"-\frac{1}{3}", "-1/3"),
        (sympy.pi / 2, r"\frac{\pi}{2}", "π/2"),
    ],
)
def test_labels_that_are_numbers_are_written_as_coefficients_are(label, latex, text):
    tree = Tree(label=label)
    assert to_latex(tree) == rf"{{\bullet}}_{{{latex}}}"
    assert rf"[{{${latex}$}}]" in to_latex(tree, drawn=True)
    assert to_unicode(tree) == text
    assert f">{text}<" in to_svg(tree)
    # A name and a text are what they are.
    assert to_latex(tree, names={label: "1e-5"}) == r"{\bullet}_{\mathrm{1e\text{-}5}}"
    assert to_latex(Tree(label="1e-5")) == r"{\bullet}_{\mathrm{1e\text{-}5}}"


# -- text ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tree", "drawing"),
    [
        ("0", "●"),
        ("0[0,0]", "● ●\n└┬┘\n ●"),
        ("0[0,0,0]", "● ● ●\n└─┼─┘\n  ●"),
        ("0[0[0],0]", "●\n│\n● ●\n└┬┘\n ●"),
        ("0[0,0[0,0]]", " ● ●\n └┬┘\n● ●\n└┬┘\n ●"),
        ("1[0,2[3]]", "  3\n  │\n0 2\n└┬┘\n 1"),
        ("ab[cde,f]", "cde  f\n └─┬─┘\n   ab"),
    ],
)
def test_text_drawings_of_planar_trees(tree, drawing):
    drawn = to_unicode(PlanarTree.from_text(tree))
    assert drawn == drawing


def numbers_of_children(drawing):
    """Read a drawing: the number of children of each vertex, sorted."""
    lines = drawing.split("\n")
    width = max(map(len, lines))
    grid = [line.ljust(width) for line in lines]
    found = []
    for row in range(len(grid)):
        for column in range(width):
            if grid[row][column] == "●":
                found.append(_children_above(grid, row, column))
    return sorted(found)


def _children_above(grid, row, column):
    if row == 0 or grid[row - 1][column] not in "│┬┼├┤":
        return 0
    line, left, right = grid[row - 1], column, column
    if line[column] == "│":
        return 1
    while line[left] not in "└├":
        left -= 1
    while line[right] not in "┘┤":
        right += 1
    return sum(grid[row - 2][x] == "●" for x in range(left, right + 1) if line[x] in "└┴┼┘├┤")


@pytest.mark.parametrize("order", range(1, 8))
def test_a_text_drawing_can_be_read_back(order):
    for tree in enumerate_trees(order, planar=True):
        degrees = sorted(len(vertex.children) for vertex in tree.vertices())
        assert numbers_of_children(to_unicode(tree)) == degrees


@pytest.mark.parametrize("index", [10**9 + 7, 10**18 + 7, 10**30 + 5])
def test_a_text_drawing_of_a_large_tree_can_be_read_back(index):
    tree = unrank(PlanarTree, index)
    degrees = sorted(len(vertex.children) for vertex in tree.vertices())
    assert numbers_of_children(to_unicode(tree)) == degrees


@pytest.mark.parametrize("name", ["●", "abc"])
@pytest.mark.parametrize("index", [10**9 + 7, 10**18 + 7, 10**30 + 5])
def test_labels_of_a_drawing_do_not_touch(index, name):
    tree = unrank(PlanarTree, index)
    assert to_unicode(tree, names=[name]).split().count(name) == tree.order


def test_signs_and_roots_share_a_line_and_lines_break_between_terms():
    drawing = to_unicode(bck.antipode(CHERRY))
    assert drawing == "              ●   ● ●\n              │   └┬┘\n− ● ● ● + 2 ● ● −  ●"
    broken = to_unicode(bck.antipode(CHERRY), width=16)
    assert broken == "              ●\n              │\n− ● ● ● + 2 ● ●\n\n  ● ●\n  └┬┘\n−  ●"


def test_a_coefficient_cannot_be_taken_for_a_label():
    assert to_unicode(Element({Tree(label=2): 2})) == "2· 2"
    assert to_unicode(Element({Tree(): 2})) == "2 ●"


def test_indented_text_shows_each_child_under_its_parent():
    tree = PlanarTree.from_text("5[3[1[0],2],4]")
    assert to_indented(tree) == "5\n├─ 3\n│  ├─ 1\n│  │  └─ 0\n│  └─ 2\n└─ 4"
    assert to_indented(tree, names="abcdef").split("\n")[0] == "f"
    assert to_indented(Forest()) == ""
    assert to_indented(Forest([tree.forget_order(), Tree()])).split("\n")[0] == "0   5"


# -- Matplotlib ------------------------------------------------------------------------------------


@pytest.fixture
def _matplotlib():
    pytest.importorskip("matplotlib")


@pytest.mark.usefixtures("_matplotlib")
@pytest.mark.parametrize(
    "draw",
    [
        plot,
        lambda tree: plot_grid([tree, CHERRY]),
        lambda tree: plot(Element({CHERRY: 1, tree: 2})),
    ],
)
def test_pictures_of_too_many_vertices_are_refused_before_they_are_drawn(draw):
    # Of vertices without end, by objects of which few are different.
    tree = functools.reduce(lambda tree, _: Tree([tree, tree]), range(14), Tree())
    with pytest.raises(InvalidValueError, match=r"plot.* takes more than [\d,]+ steps"):
        draw(tree)


@pytest.mark.usefixtures("_matplotlib")
def test_a_plot_has_the_vertices_edges_and_texts_of_the_sum():
    figure = plot(bck.antipode(CHERRY))
    (axes,) = figure.axes
    dots = [tuple(place) for scatter in axes.collections for place in scatter.get_offsets()]
    assert len(dots) == 3 + 3 + 3
    lines = [list(zip(*line.get_data(), strict=True)) for line in axes.lines]
    assert len(lines) == 2 + 1
    assert all(end in dots for line in lines for end in line)
    assert [(below[1], above[1]) for below, above in lines] == [(0, 1)] * 3
    slopes = sorted(above[0] - below[0] for below, above in lines)
    assert slopes == pytest.approx([-0.5, 0, 0.5])
    assert [text.get_text() for text in axes.texts] == ["−", "+", "2", "−"]


@pytest.mark.usefixtures("_matplotlib")
def test_a_plot_goes_into_given_axes():
    from matplotlib.figure import Figure

    figure = Figure()
    axes = figure.add_subplot()
    assert plot(LABELLED, axes=axes) is figure
    assert sorted(text.get_text() for text in axes.texts) == ["0", "1", "2", "3"]


@pytest.mark.usefixtures("_matplotlib")
def test_a_grid_has_a_panel_per_tree_and_a_legend_of_labels():
    figure = plot_grid([CHERRY, LABELLED, Forest()], titles=["a", "b", "c"], columns=2)
    assert [axes.get_title() for axes in figure.axes] == ["a", "b", "c", ""]
    assert [len(axes.lines) for axes in figure.axes] == [2, 3, 0, 0]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["0", "1", "2", "3"]
    assert plot_grid([CHERRY]).legends == []


@pytest.mark.usefixtures("_matplotlib")
@pytest.mark.parametrize("draw", [plot, lambda tree: plot_grid([tree])], ids=["plot", "grid"])
def test_labels_are_texts_in_figures_too(draw):
    figure = draw(Tree([Tree(label="_y"), Tree(label="$z$ ")], label="$x$"))
    texts = [text for legend in figure.legends for text in legend.get_texts()]
    texts = texts or [text for axes in figure.axes for text in axes.texts]
    assert {text.get_text() for text in texts} == {"$x$", "_y", "$z$ "}
    assert not any(text.get_parse_math() for text in texts)


@pytest.mark.parametrize(("count", "panels"), [(30, 1), (60, 4)])
def test_legends_of_many_labels_stay_within_the_picture(count, panels):
    tree = Tree([Tree(label=f"label {i}") for i in range(count)])
    figure = plot_grid([tree] * panels)
    figure.draw_without_rendering()
    (legend,) = figure.legends
    drawn, whole = legend.get_window_extent(), figure.bbox
    assert whole.x0 <= drawn.x0 < drawn.x1 <= whole.x1
    assert whole.y0 <= drawn.y0 < drawn.y1 <= whole.y1


@pytest.mark.parametrize("draw", [plot, lambda tree: plot_grid([tree])], ids=["plot", "grid"])
@pytest.mark.parametrize("tree", [CHERRY, LABELLED, Tree.from_text("f[0,g]")], ids=str)
def test_figures_have_the_colours_of_pictures(tree, draw):
    pytest.importorskip("matplotlib")
    from matplotlib.colors import to_hex

    axes = draw(tree).axes[0]
    shapes = ElementTree.fromstring(to_svg(tree)).iter(f"{SVG}circle")
    found = [to_hex(colour).upper() for colour in axes.collections[0].get_facecolors()]
    expected = [shape.get("fill").upper() for shape in shapes]
    assert found == expected
    assert {line.get_color() for line in axes.lines} == {INK}


def test_a_missing_matplotlib_is_named_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingDependencyError, match=r"matplotlib.*\[plot\]"):
        plot(CHERRY)


# -- tables ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("order", range(1, 8))
def test_the_columns_alpha_and_beta_have_their_published_sums(order, planar):
    rows = tree_table(enumerate_trees(order, planar=planar)).rows
    alpha, beta = (sum(row[column] for row in rows) for column in (3, 4))
    increasing = range(1, order) if not planar else range(1, 2 * order - 2, 2)
    product = 1
    for factor in increasing:
        product *= factor
    assert alpha == product
    if not planar:
        assert beta == order ** (order - 1)


def test_a_table_shows_numbers_of_any_length():
    ladder = Tree()
    for _ in range(1599):
        ladder = Tree([ladder])
    digits = str(Decimal(math.factorial(1600)))
    table = tree_table([ladder])
    for text in (str(table), table._repr_html_(), table.to_latex()):
        assert text.count(digits) == 2  # factorial, and n! / 1


def test_a_table_shows_every_tree_in_every_form():
    table = tree_table(enumerate_trees(4))
    assert str(table).split("\n")[2].split() == ["0[0,0[0]]", "4", "1", "8", "3", "24"]
    assert len(images(table._repr_html_())) == 4
    assert table._repr_html_().count("<tr>") == 5
    assert table._repr_latex_() == f"$${table.to_latex()}$$"
    assert table.to_latex(drawn=True).count(r"\begin{forest}") == 4
    assert texts(images(tree_table([Tree()], names="f")._repr_html_())[0]) == ["f"]


# -- deep trees and bad input ----------------------------------------------------------------------


@pytest.mark.parametrize("show", [to_svg, to_html, to_latex, to_unicode, to_indented])
def test_a_path_of_a_thousand_vertices_is_shown(show):
    assert show(path(1000))
    assert show(path(1000, "f"))
    assert to_latex(path(1000), drawn=True).count("]") == 1000


SHOWS = [to_svg, to_html, to_latex, to_unicode, plot]


@pytest.mark.parametrize("show", SHOWS)
@pytest.mark.parametrize(
    ("value", "options", "error"),
    [
        ((0,), {}, InvalidTypeError),
        ("0", {}, InvalidTypeError),
        (None, {}, InvalidTypeError),
        (CHERRY, {"labels": 1}, InvalidTypeError),
        (CHERRY, {"names": 5}, InvalidTypeError),
        (CHERRY, {"names": {0: 1}}, InvalidTypeError),
        (CHERRY, {"names": {1: "x"}}, InvalidValueError),
        (LABELLED, {"names": "abc"}, InvalidValueError),
        (Tree(label=-1), {"names": "abc"}, InvalidValueError),
        (Tree(label="y"), {"names": "abc"}, InvalidTypeError),
        (Tree(label=True), {"names": "abc"}, InvalidTypeError),
        (Element(), {"max_terms": 0}, InvalidValueError),
        (Element(), {"max_terms": 1.5}, InvalidTypeError),
    ],
    ids=str,
)
def test_bad_input_is_refused_by_every_display(show, value, options, error):
    with pytest.raises(error):
        show(value, **options)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: to_latex(CHERRY, drawn=1), InvalidTypeError),
        (lambda: to_unicode(CHERRY, width=0), InvalidValueError),
        (lambda: to_indented(Element({CHERRY: 1})), InvalidTypeError),
        (lambda: to_indented((0,)), InvalidTypeError),
        (lambda: plot_grid([]), InvalidValueError),
        (lambda: plot_grid(CHERRY), InvalidTypeError),
        (lambda: plot_grid([CHERRY], titles=["a", "b"]), InvalidValueError),
        (lambda: plot_grid([CHERRY], columns=0), InvalidValueError),
        (lambda: plot_grid([CHERRY], titles=3), InvalidTypeError),
        (lambda: plot_grid([CHERRY], titles="a"), InvalidTypeError),
        (lambda: plot(CHERRY, axes="a"), InvalidTypeError),
        (lambda: plot_grid([LABELLED], names="abc"), InvalidValueError),
        (lambda: tree_table(CHERRY), InvalidTypeError),
        (lambda: tree_table([(0,)]), InvalidTypeError),
        (lambda: tree_table([LABELLED], names="abc"), InvalidValueError),
        (lambda: tree_table(enumerate_trees(30)), InvalidValueError),
        (lambda: tree_table([CHERRY]).to_latex(drawn="yes"), InvalidTypeError),
    ],
)
def test_bad_input_is_refused(call, error):
    with pytest.raises(error):
        call()


@pytest.mark.parametrize("make", [np.array, tuple])
def test_names_may_be_arrays(make):
    names = ["f", "g"]
    tree = Tree.from_tuple(((1,), 0))
    assert to_svg(tree, names=make(names)) == to_svg(tree, names=names)


@pytest.mark.parametrize("names", [np.array([["f"]]), np.array("f"), 3, {"f"}])
def test_names_that_are_no_sequence_of_texts_are_refused(names):
    with pytest.raises(InvalidTypeError, match="names must be a mapping"):
        to_svg(Tree(), names=names)


@pytest.mark.parametrize(
    ("value", "same"),
    [
        (mpmath.mpf("1e-7"), 1e-7),
        (mpmath.mpf(-1), -1.0),
        (mpmath.mpf("2.5e30"), 2.5e30),
        (mpmath.mpc(1, 2), 1 + 2j),
        (mpmath.inf, math.inf),
        (mpmath.mpf("1e-4000"), sympy.Float("1e-4000")),
    ],
)
def test_floats_of_mpmath_are_written_as_those_of_python(value, same):
    for show in (to_latex, to_unicode):
        assert show(Element({Tree(): value})) == show(Element({Tree(): same}))


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("50%", r"50\%"),
        ("50%_1", r"50\%_{1}"),
        ("a&b", r"a\&b"),
        ("x#", r"x\#"),
        ("$x", r"\$x"),
        ("x~y", r"x{\sim}y"),
        ("_", r"\_"),
        ("^", r"{}^{\wedge}"),
        ("{", r"\{"),
        ("a}", r"a\}"),
        ("{a}%", r"\{a\}\%"),
        ("a\\", r"a{\backslash}"),
        ("a-b c", r"a\text{-}b\ c"),
        ("naïve", r"\text{naïve}"),
        ("α_1", r"\alpha _{1}"),
        # What SymPy knows, and what is LaTeX.
        ("x_1", "x_{1}"),
        ("beta2", r"\beta_{2}"),
        (r"\hat{x}", r"\hat{x}"),
        (r"\beta_1", r"\beta_{1}"),
        (r"50\%", r"50\%"),
    ],
)
def test_names_of_symbols_are_texts_unless_they_are_latex(name, latex):
    symbol, function = sympy.Symbol(name), sympy.Function(name)
    written = to_latex(Element({Tree(): symbol}))
    assert written in {rf"{latex}\, {{\bullet}}", rf"\left({latex}\right)\, {{\bullet}}"}
    assert latex in to_latex(Element({Tree(): 1 / (symbol + 2)}))
    assert latex.partition("_{")[0] in to_latex(Element({Tree(): function(symbol)}))


@pytest.mark.parametrize(
    ("label", "written"),
    [
        ((1e-5, 2), r"(10^{-5}, 2)"),
        ((Fraction(1, 2),), r"(\frac{1}{2},)"),
        (((2.5, 1), 3j), r"((2.5, 1), 3\mathrm{i})"),
        (sympy.Symbol("a") ** 2, "a^{2}"),
        ((sympy.sqrt(2), sympy.Symbol("a") + 1), r"(\sqrt{2}, a + 1)"),
    ],
)
def test_labels_that_are_mathematics_are_written_as_such(label, written):
    assert to_latex(Tree(label=label)) == rf"{{\bullet}}_{{{written}}}"


@pytest.mark.parametrize(
    ("label", "text"),
    [
        (1 + 2j, "(1 + 2i)"),
        (-1, "(-1)"),
        ("a b", "(a b)"),
        ("+", "(+)"),
        ("", "()"),
        ("∅", "(∅)"),
        ("log-price", "log-price"),
        ((1, 2), "(1, 2)"),
        (2j, "2i"),
        (0.5, "0.5"),
    ],
)
def test_labels_that_could_be_several_are_in_parentheses_beside_others(label, text):
    tree = Tree(label=label)
    assert to_unicode(2 * tree) == f"2· {text}"
    assert to_unicode(2 * tree + Tree(label="z")) in (f"2· {text} + z", f"z + 2· {text}")
    assert text in to_unicode(Forest([tree, Tree(label="z")]))
    assert to_unicode(tree) == (text[1:-1] if text != "(1, 2)" and "(" in text else text)


def test_labels_are_no_vertices_without_labels():
    for label in ("o", "oo"):
        assert to_unicode(Tree(label=label)) == label
        assert to_unicode(Tree(label=label), ascii=True) == f"({label})"
    assert to_unicode(Tree(), ascii=True) == "o"
    assert to_unicode(Tree(label="●")) == "(●)"
    assert to_unicode(Tree(), names=["●"]) == "●"
    assert to_unicode(Tree(label="off"), ascii=True) == "off"


def test_a_tableau_is_written_in_latex():
    heun = RungeKutta([[], [1]], ["1/2", "1/2"])
    rows = "0 &  &  \\\\\n1 & 1 &  \\\\\n\\hline\n & \\frac{1}{2} & \\frac{1}{2}\n"
    table = f"\\begin{{array}}{{c|cc}}\n{rows}\\end{{array}}"
    assert to_latex(heun) == table
    assert to_latex(AdditiveRungeKutta([heun, heun])) == f"{table} \\qquad {table}"
    (row,) = re.findall("^1.*$", to_latex(RungeKutta([["1/2", 0], ["1/2", "1/2"]], [1, 0])), re.M)
    assert row == r"1 & \frac{1}{2} & \frac{1}{2} \\"
    rosenbrock = to_latex(published_method("ros2")).splitlines()
    assert rosenbrock[0] == r"\begin{array}{c|cc|cc}"
    assert {line.count("&") for line in rosenbrock[1:-1]} == {4, 0}


@pytest.mark.parametrize(
    ("x", "advice"),
    [
        ([Tree(), Tree()], r"tree_table shows several trees"),
        ((Tree(), Tree()), r"tree_table shows several trees"),
        (((0,), 0), r"from_tuple"),
        ("0[0]", r"Tree\.from_text"),
        ({Tree(): 1}, r"Element makes a sum"),
        (AlgebraElement(bck, Tree()), r"take its element"),
        (RungeKutta([[]], [1]), r"to_latex writes a tableau, and series\(order\)"),
        (3, r"from_text and from_tuple"),
    ],
    ids=lambda x: type(x).__name__,
)
def test_what_cannot_be_drawn_says_what_can(x, advice):
    for function in (to_unicode, plot, to_svg, to_html, to_indented, to_dot):
        with pytest.raises(InvalidTypeError, match=advice):
            function(x)


def test_what_is_advised_is_taken():
    assert to_unicode(AlgebraElement(bck, Tree()).element) == "●"
    assert to_unicode(RungeKutta([[]], [1]).series(1)) == "Σ a(τ) τ = ∅ + ●"


def test_graphs_are_those_of_forests_of_a_sum():
    with pytest.raises(InvalidTypeError, match="take a forest of it"):
        to_dot(bck.element(Tree()))
