"""The layout of trees: the aesthetic laws of tidy drawings, exhaustively for small trees."""

import itertools
import math
import re
import xml.etree.ElementTree as ElementTree

import pytest

from treealg.errors import InvalidTypeError
from treealg.symbolic import Forest, OrderedForest, PlanarTree, Tree, enumerate_trees, unrank
from treealg.symbolic.display import layout_forest, plot, plot_grid, to_latex, to_svg

SMALL = [tree for order in range(1, 8) for tree in enumerate_trees(order, planar=True)]
# Far beyond what can be listed.
LARGE = [unrank(PlanarTree, 10**18 + 7), unrank(PlanarTree, 10**30 + 5)]
LOOSE = "0[0[0[0,0,0],0[0,0]],0,0[0],0[0[0,0,0,0],0]]"


def rows(layout):
    """Return the horizontal positions of each height, from left to right as drawn in order."""
    found = {}
    for across, height in zip(layout.across, layout.height, strict=True):
        found.setdefault(height, []).append(across)
    return [found[height] for height in sorted(found)]


def mirror(tree):
    return PlanarTree([mirror(child) for child in reversed(tree.children)], tree.label)


def ladder(nodes, kind=Tree):
    tree = kind()
    for _ in range(nodes - 1):
        tree = kind([tree])
    return tree


@pytest.mark.parametrize("trees", [SMALL, LARGE], ids=["small", "large"])
def test_vertices_of_one_height_stand_in_order_one_unit_apart(trees):
    gaps = [
        right - left
        for tree in trees
        for row in rows(layout_forest(tree))
        for left, right in itertools.pairwise(row)
    ]
    assert len(gaps) > 50
    assert min(gaps) >= 1 - 1e-9


@pytest.mark.parametrize("trees", [SMALL, LARGE], ids=["small", "large"])
def test_a_parent_stands_in_the_middle_of_its_first_and_last_child(trees):
    for tree in trees:
        layout = layout_forest(tree)
        children = {}
        for parent, child in layout.edges:
            children.setdefault(parent, []).append(layout.across[child])
        middles = {parent: (below[0] + below[-1]) / 2 for parent, below in children.items()}
        assert {parent: layout.across[parent] for parent in middles} == pytest.approx(middles)


def test_a_mirrored_tree_gives_the_mirrored_picture():
    # A small subtree between large ones has room to move.
    loose = [PlanarTree.from_text(text) for text in ("0[0[0,0,0],0,0[0,0,0]]", LOOSE)]
    for tree in [*SMALL, *loose, *LARGE]:
        straight, mirrored = layout_forest(tree), layout_forest(mirror(tree))
        turned = [[straight.width - x for x in reversed(row)] for row in rows(straight)]
        for row, expected in zip(rows(mirrored), turned, strict=True):
            assert row == pytest.approx(expected)


def test_equal_subtrees_are_drawn_alike():
    branch = PlanarTree.from_text("0[0,0[0,0]]")
    layout = layout_forest(PlanarTree([branch, PlanarTree(), branch]))
    first, second = layout.across[1:6], layout.across[7:12]
    moves = [right - left for left, right in zip(first, second, strict=True)]
    assert moves == pytest.approx([moves[0]] * 5)


def test_a_small_subtree_takes_no_more_room_than_it_needs():
    layout = layout_forest(PlanarTree.from_text("4[0,3[1,2]]"))
    assert layout.across == (0.5, 0.0, 1.0, 0.5, 1.5)
    assert layout.height == (0, 1, 1, 2, 2)
    assert layout.label == (4, 0, 3, 1, 2)
    assert layout.edges == [(0, 1), (0, 2), (2, 3), (2, 4)]


def test_a_small_subtree_stands_in_the_middle_of_the_room_that_it_has():
    layout = layout_forest(PlanarTree.from_text("0[0[0,0,0],0,0[0,0,0]]"))
    first, small, last = (layout.across[vertex] for vertex in (1, 5, 6))
    assert (small - first, last - small) == (1.5, 1.5)


def test_the_leftmost_vertex_is_at_zero_and_the_trees_of_a_forest_keep_apart():
    cherry = PlanarTree.from_text("0[0,0]")
    layout = layout_forest(OrderedForest([cherry, PlanarTree(), cherry]))
    assert layout.across == (0.5, 0.0, 1.0, 2.0, 3.5, 3.0, 4.0)
    assert layout.parent == (-1, 0, 0, -1, -1, 4, 4)
    assert layout.width == 4.0


@pytest.mark.parametrize("empty", [Forest(), OrderedForest()])
def test_the_empty_forest_has_an_empty_layout(empty):
    layout = layout_forest(empty)
    assert (layout.across, layout.width, layout.top, layout.edges) == ((), 0.0, 0, [])


def test_a_path_and_a_star_of_a_thousand_vertices_have_a_layout():
    path = layout_forest(ladder(1000))
    assert (path.width, path.top) == (0.0, 999)
    star = layout_forest(Tree([Tree()] * 999))
    assert (star.width, star.top) == (998.0, 1)


def test_a_deep_tree_with_leaves_everywhere_has_a_layout():
    tree = PlanarTree()
    for _ in range(2_000):
        tree = PlanarTree([PlanarTree(), tree])
    layout = layout_forest(tree)
    assert layout.top == 2_000
    assert layout.width == pytest.approx(1_000.5)


@pytest.mark.parametrize("value", [(0,), "0", None, {Tree(): 1}])
def test_other_values_have_no_layout(value):
    with pytest.raises(InvalidTypeError, match="only trees and forests"):
        layout_forest(value)


# -- edges and vertices ----------------------------------------------------------------------------

WIDE = [
    *enumerate_trees(6),
    *(Tree([Tree()] * k) for k in (4, 8, 20)),
    Tree.from_text("a[b,f,j,k]"),
    Tree.from_text("a[b[c,d,e],f[g,h,i],j,k]"),
    Tree.from_text("a[b[c[d,e],f[g,h,i,j,k,l,m]],n,o,p,q[r[s],t]]"),
    Forest([Tree([Tree([Tree()] * 9)]), Tree([Tree([Tree()])] * 2)]),
    PlanarTree.from_text("0[0[0[0]],0,0,0,0,0,0[0,0,0]]"),
]


def distance(point, start, end):
    """Return the distance of a point from a segment."""
    along = (end[0] - start[0], end[1] - start[1])
    to = (point[0] - start[0], point[1] - start[1])
    share = (along[0] * to[0] + along[1] * to[1]) / (along[0] ** 2 + along[1] ** 2)
    share = min(max(share, 0.0), 1.0)
    return math.dist(to, (share * along[0], share * along[1]))


def clearances(edges, vertices):
    """Yield how far each edge is from each vertex that is not its end, given what that takes up.

    A vertex is a list of points, the middles of the circles of which it is the hull.
    """
    for start, end in edges:
        for middle, points in vertices:
            if math.dist(middle, start) > 1e-3 and math.dist(middle, end) > 1e-3:
                yield min(distance(point, start, end) for point in points)


@pytest.mark.parametrize("names", [None, "x", "a long name"])
@pytest.mark.parametrize("x", WIDE, ids=lambda x: str(x)[:30])
def test_no_edge_of_a_picture_runs_over_a_vertex(x, names):
    labels = {v.label for tree in getattr(x, "trees", [x]) for v in tree.vertices()}
    picture = ElementTree.fromstring(to_svg(x, names=names and dict.fromkeys(labels, names)))
    edges, vertices = [], []
    for shape in picture.iter():
        value = {key: float(v) for key, v in shape.attrib.items() if re.fullmatch(r"-?[\d.]+", v)}
        if shape.tag.endswith("line"):
            edges.append(((value["x1"], value["y1"]), (value["x2"], value["y2"])))
        elif shape.tag.endswith("circle"):
            middle, radius = (value["cx"], value["cy"]), value["r"]
            vertices.append((middle, [middle]))
        elif shape.tag.endswith("rect"):
            radius = value["rx"]
            across, y = value["x"] + value["width"] / 2, value["y"] + radius
            reach = value["width"] / 2 - radius
            points = [(across + k * reach / 10, y) for k in range(-10, 11)]
            vertices.append(((across, y), points))
    assert len(edges) == len(vertices) - len(getattr(x, "trees", [x]))
    # Coordinates are written with six digits.
    assert all(clear > radius + 1.0 for clear in clearances(edges, vertices))


@pytest.mark.parametrize("grid", [False, True])
@pytest.mark.parametrize("x", WIDE[-8:], ids=lambda x: str(x)[:30])
def test_no_edge_of_a_figure_runs_over_a_vertex(x, grid):
    pytest.importorskip("matplotlib")
    figure = plot_grid([x, Tree()], columns=2) if grid else plot(x)
    figure.canvas.draw()
    axes = figure.axes[0]
    points = axes.collections[0]
    radius = math.sqrt(points.get_sizes()[0] / math.pi) * figure.dpi / 72
    middles = [tuple(p) for p in axes.transData.transform(points.get_offsets())]
    edges = [[tuple(p) for p in axes.transData.transform(line.get_xydata())] for line in axes.lines]
    assert edges
    assert all(
        clear > radius for clear in clearances(edges, [(middle, [middle]) for middle in middles])
    )


def test_levels_are_as_far_apart_as_they_were_where_nothing_is_wide():
    for x in enumerate_trees(5):
        layout = layout_forest(x)
        assert layout.rise(1.0, 0.4) == tuple(map(float, layout.height))


@pytest.mark.parametrize(
    ("label", "size", "sibling", "level"), [(0, 0.4, 0.5, 0.4), (1, 1.4, 0.3, 0.6)]
)
def test_the_longest_edge_of_a_drawing_in_latex_keeps_clear_of_the_vertex_beside_its_end(
    label, size, sibling, level
):
    for count in range(2, 80):
        drawn = to_latex(Tree([Tree(label=label)] * count, label), drawn=True)
        found = re.search(r"l sep=([\d.]+)em", drawn)
        rise = size + (float(found[1]) if found else level)
        run = (size + sibling) * (count - 1) / 2
        distance = (size + sibling) * math.sin(math.atan2(rise, run))
        assert distance >= size / 2 + 0.1 - 1e-12


def test_latex_puts_levels_apart_where_a_vertex_has_many_children():
    star = to_latex(Tree([Tree()] * 8), drawn=True)
    assert star == r"\begin{forest} dots [, l sep=0.8em" + " []" * 8 + r"] \end{forest}"
    assert "l sep" not in to_latex(Tree([Tree()] * 4), drawn=True)
    assert to_latex(Tree([Tree(label=1)] * 9), drawn=True).startswith(
        r"\begin{forest} labels [{$0$}, l sep="
    )
