"""NetworkX: trees and forests survive the way there and back, and bad graphs are refused."""

import re
import sys
from decimal import Decimal

import networkx
import pytest

from treealg.errors import InvalidTypeError, InvalidValueError, MissingDependencyError
from treealg.symbolic import (
    Forest,
    OrderedForest,
    PlanarTree,
    Tree,
    enumerate_forests,
    from_networkx,
    to_dot,
    to_networkx,
)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("nodes", range(5))
def test_forests_survive_the_way_there_and_back(nodes, planar):
    for forest in enumerate_forests(nodes, colours=2, planar=planar):
        graph = to_networkx(forest)
        assert from_networkx(graph) is forest
        assert len(graph) == nodes
        assert graph.number_of_edges() == nodes - len(forest)


def test_order_is_kept_when_nodes_are_renamed_and_shuffled():
    forest = OrderedForest.from_text("0[2,1[4,3]] 5[6,0,1]")
    graph = to_networkx(forest)
    names = {node: chr(ord("z") - node) for node in graph}
    shuffled = networkx.DiGraph(**graph.graph)
    for node in sorted(names.values()):
        shuffled.add_node(node)
    renamed = networkx.relabel_nodes(graph, names)
    shuffled.add_nodes_from(renamed.nodes(data=True))
    shuffled.add_edges_from(sorted(renamed.edges))
    assert list(shuffled.successors(names[1])) == []
    assert from_networkx(shuffled) is forest
    assert from_networkx(shuffled, planar=False) is forest.forget_order()


def test_order_survives_json():
    forest = OrderedForest.from_text("a[c,b[d]]")
    data = networkx.node_link_data(to_networkx(forest), edges="edges")
    assert from_networkx(networkx.node_link_graph(data, edges="edges")) is forest


def test_a_graph_without_positions_keeps_the_order_of_its_edges():
    graph = networkx.DiGraph([("r", "b"), ("r", "a"), ("b", "c")])
    assert from_networkx(graph, planar=True) is OrderedForest.from_text("0[0[0],0]")
    assert from_networkx(graph) is Forest.from_text("0[0,0[0]]")


def test_labels_are_node_data_under_any_name():
    graph = networkx.DiGraph([(1, 2)])
    graph.nodes[1]["colour"] = "red"
    assert from_networkx(graph, label="colour")[0] is Tree.from_text("red[0]")
    graph.nodes[1]["label"] = None
    assert from_networkx(graph)[0] is Tree([Tree()], None)


def test_an_undirected_tree_is_rooted_where_asked():
    graph = networkx.path_graph(4)
    networkx.set_node_attributes(graph, {node: node for node in graph}, "label")
    assert from_networkx(graph, root=1)[0] is Tree.from_text("1[0,2[3]]")
    assert from_networkx(graph, root=3)[0] is Tree.from_text("3[2[1[0]]]")


def test_a_path_of_a_thousand_vertices_survives():
    tree = Tree()
    for label in range(999):
        tree = Tree([tree], label)
    assert from_networkx(to_networkx(tree))[0] is tree


def graph_with_positions(*places):
    graph = networkx.DiGraph([(0, child) for child in range(1, len(places) + 1)])
    for child, place in enumerate(places, 1):
        if place is not None:
            graph.nodes[child]["position"] = place
    return graph


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: to_networkx((0,)), InvalidTypeError),
        (lambda: to_dot("0"), InvalidTypeError),
        (lambda: from_networkx({0: [1]}), InvalidTypeError),
        (lambda: from_networkx(networkx.DiGraph([(0, 1)]), planar=1), InvalidTypeError),
        (lambda: from_networkx(networkx.DiGraph([(0, 1), (1, 0)])), InvalidValueError),
        (lambda: from_networkx(networkx.DiGraph([(0, 2), (1, 2)])), InvalidValueError),
        (lambda: from_networkx(networkx.DiGraph([(0, 0)])), InvalidValueError),
        (lambda: from_networkx(networkx.DiGraph([(0, 1)]), root=0), InvalidValueError),
        (lambda: from_networkx(networkx.MultiDiGraph([(0, 1)])), InvalidValueError),
        (lambda: from_networkx(networkx.path_graph(3)), InvalidValueError),
        (lambda: from_networkx(networkx.DiGraph([(0, 1)]), label=[]), InvalidTypeError),
        (
            lambda: from_networkx(networkx.DiGraph([(0, 1)]), label=Decimal("sNaN")),
            InvalidTypeError,
        ),
        (lambda: from_networkx(networkx.path_graph(3), root=7), InvalidValueError),
        (lambda: from_networkx(networkx.path_graph(3), root=[7]), InvalidValueError),
        (lambda: from_networkx(networkx.cycle_graph(3), root=0), InvalidValueError),
        (lambda: from_networkx(networkx.Graph(), root=None), InvalidValueError),
        (lambda: from_networkx(networkx.empty_graph(2), root=0), InvalidValueError),
        (lambda: from_networkx(graph_with_positions(1, None), planar=True), InvalidTypeError),
        (lambda: from_networkx(graph_with_positions(1, 1), planar=True), InvalidValueError),
        (lambda: from_networkx(graph_with_positions(1, "a"), planar=True), InvalidTypeError),
        (lambda: from_networkx(graph_with_positions([1], [1]), planar=True), InvalidValueError),
    ],
)
def test_bad_input_is_refused(call, error):
    with pytest.raises(error):
        call()


# pydot's parser uses names that pyparsing has given up.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_dot_has_labels_and_edges_and_can_be_read_back():
    pydot = pytest.importorskip("pydot")
    text = to_dot(OrderedForest.from_text(r'1["a\"b"[2],3] 4'))
    (graph,) = pydot.graph_from_dot_data(text)
    edges = [(edge.get_source(), edge.get_destination()) for edge in graph.get_edges()]
    assert edges == [("0", "1"), ("0", "3"), ("1", "2")]
    labels = {node.get_name(): node.get_label() for node in graph.get_nodes()}
    assert labels["1"] == r'"a\"b"'
    assert [labels[name] for name in "0234"] == ['"1"', '"2"', '"3"', '"4"']
    assert re.search("rankdir=BT", text)
    assert re.search("ordering=out", text)


def test_the_empty_forest_is_a_graph_without_nodes():
    assert len(to_networkx(Forest())) == 0
    assert from_networkx(networkx.DiGraph()) is Forest()
    assert from_networkx(to_networkx(OrderedForest())) is OrderedForest()


def test_a_missing_pydot_is_named_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "pydot", None)
    with pytest.raises(MissingDependencyError, match=r"pydot.*\[graphviz\]"):
        to_dot(PlanarTree())
