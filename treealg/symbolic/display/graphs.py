"""Trees and forests as NetworkX graphs, and from there to everything that NetworkX writes."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from treealg.checks import brief, check_flag
from treealg.errors import InvalidTypeError, InvalidValueError
from treealg.optional import require
from treealg.symbolic.display.pieces import advice_on
from treealg.symbolic.display.style import plain_text
from treealg.symbolic.trees.displayed import Displayed
from treealg.symbolic.trees.forests import Forest, OrderedForest, RootedForest
from treealg.symbolic.trees.rooted import RootedTree
from treealg.symbolic.trees.sizes import check_steps
from treealg.symbolic.trees.terminal import printable

if TYPE_CHECKING:
    import networkx

__all__ = ["from_networkx", "to_dot", "to_networkx"]


def to_networkx(x: Any) -> networkx.DiGraph:
    """Return a tree or forest as a directed graph with edges from parent to child.

    Parameters
    ----------
    x : Tree, PlanarTree, Forest or OrderedForest
        What to convert.

    Returns
    -------
    networkx.DiGraph
        Nodes 0, 1, … in preorder, so that a parent comes before its children. Node data:
        ``label``, the label, and ``position``, the place among the siblings from left to right,
        or of a root among the roots. Graph data: ``planar``, whether positions matter.

    Raises
    ------
    InvalidTypeError
        If `x` is neither a tree nor a forest.
    InvalidValueError
        If there are more than a million vertices.

    Examples
    --------
    >>> from treealg.symbolic import PlanarTree
    >>> graph = to_networkx(PlanarTree.from_text("2[1,0]"))
    >>> list(graph.edges), dict(graph.nodes(data="label")), graph.nodes[2]["position"]
    ([(0, 1), (0, 2)], {0: 2, 1: 1, 2: 0}, 1)
    """
    if isinstance(x, RootedTree):
        trees: tuple[RootedTree, ...] = (x,)
    elif isinstance(x, RootedForest):
        trees = x.trees
    else:
        advice = "take a forest of it" if isinstance(x, Displayed) else advice_on(x)
        raise InvalidTypeError(
            f"only trees and forests become graphs, got {type(x).__name__} {brief(x)}; {advice}"
        )
    import networkx

    check_steps("this graph", 10 * x.order)
    graph = networkx.DiGraph(planar=x.is_planar)
    pending: list[tuple[RootedTree, int | None, int]] = [
        (tree, None, position) for position, tree in reversed(list(enumerate(trees)))
    ]
    while pending:
        tree, parent, position = pending.pop()
        node = len(graph)
        graph.add_node(node, label=tree.label, position=position)
        if parent is not None:
            graph.add_edge(parent, node)
        below = list(enumerate(tree.children))
        pending.extend((child, node, place) for place, child in reversed(below))
    return graph


def from_networkx(
    graph: Any,
    *,
    planar: bool | None = None,
    root: Hashable = None,
    label: str = "label",
    position: str = "position",
) -> Forest | OrderedForest:
    """Return the forest that a NetworkX graph describes.

    Parameters
    ----------
    graph : networkx.Graph or networkx.DiGraph
        Directed: edges from parent to child, at most one into each node. Undirected: one tree,
        for which `root` must be given.
    planar : bool, optional
        Whether to keep the order of children and trees. By default the graph data ``planar``
        decides, and without that False.
    root : hashable, optional
        The root node of an undirected tree. A directed graph shows its roots.
    label : str, default "label"
        The node data with the label; nodes without it have the label 0.
    position : str, default "position"
        The node data by which siblings, and the roots, are sorted when `planar`; where none of
        them has it, they come in the order in which the graph has them.

    Returns
    -------
    Forest or OrderedForest
        A tree ``t`` is the forest of one tree: take ``[0]``.

    Raises
    ------
    InvalidTypeError
        If `graph` is not a graph, `planar` not a bool, a label is not hashable, or positions
        cannot be sorted, for instance because some siblings have one and others do not.
    InvalidValueError
        If the graph is not a forest with edges from parent to child; if it is undirected and not
        a tree or `root` is not a node of it; if `root` is given for a directed graph; or if two
        siblings have the same position.

    Examples
    --------
    >>> import networkx
    >>> from_networkx(networkx.DiGraph([("r", "s"), ("r", "t"), ("t", "u")]))
    <Forest 0[0,0[0]]>
    >>> from_networkx(networkx.path_graph(3), root=1)[0]
    <Tree 0[0,0]>
    """
    import networkx

    if not isinstance(graph, networkx.Graph):
        raise InvalidTypeError(
            f"graph must be a networkx Graph or DiGraph, got {type(graph).__name__}"
        )
    keep = graph.graph.get("planar", False) is True if planar is None else planar
    forest = OrderedForest if check_flag("planar", keep) else Forest
    directed = _directed(graph, root)
    if len(directed) and not networkx.is_branching(directed):
        raise InvalidValueError(
            "graph must be a forest with edges from parent to child, at most one into each node "
            "and no cycle; reverse it if its edges go from child to parent"
        )
    try:
        hash(label)
    except TypeError:
        raise InvalidTypeError(
            f"label must be the name of an attribute of vertices, got {brief(label)} of type "
            f"{type(label).__name__}, which is not hashable; give a text"
        ) from None
    nodes = graph.nodes
    built: dict[Hashable, Any] = {}
    make = forest._tree
    roots = [node for node, degree in directed.in_degree() if degree == 0]
    for node in reversed(list(networkx.topological_sort(directed))):
        children = list(directed.successors(node))
        if keep:
            children = _sorted(nodes, children, position)
        built[node] = make([built.pop(child) for child in children], nodes[node].get(label, 0))
    if keep:
        roots = _sorted(nodes, roots, position)
    return forest(built[node] for node in roots)


def _directed(graph: Any, root: Hashable) -> Any:
    """Return the graph with edges from parent to child."""
    import networkx

    if graph.is_multigraph():
        raise InvalidValueError(
            "graph must not be a multigraph; convert it with networkx.Graph or networkx.DiGraph"
        )
    if graph.is_directed():
        if root is not None:
            raise InvalidValueError(
                f"root is for undirected graphs, got {brief(root)}; a directed graph shows its "
                f"roots"
            )
        return graph
    if root not in graph:
        raise InvalidValueError(
            f"root must be a node of an undirected graph, got {brief(root)}; choose one of its "
            f"nodes"
        )
    if not networkx.is_tree(graph):
        raise InvalidValueError(
            "an undirected graph must be a tree: connected and without cycles; convert its "
            "components one by one"
        )
    return networkx.bfs_tree(graph, root)


def _sorted(nodes: Any, siblings: list[Any], position: str) -> list[Any]:
    """Return siblings from left to right."""
    places = [nodes[node].get(position) for node in siblings]
    if all(place is None for place in places):
        return siblings
    shown = f"{brief(places)} for the nodes {brief(siblings)}"
    try:
        order = sorted(range(len(places)), key=places.__getitem__)
    except TypeError:
        raise InvalidTypeError(
            f"the {position!r} of siblings must be numbers or strings that can be sorted, and all "
            f"of them or none must have one, got {shown}"
        ) from None
    if any(places[i] == places[j] for i, j in pairwise(order)):
        raise InvalidValueError(f"the {position!r} of siblings must differ, got {shown}")
    return [siblings[index] for index in order]


def to_dot(x: Any) -> str:
    """Return a tree or forest in the DOT language of Graphviz, through NetworkX and pydot.

    Parameters
    ----------
    x : Tree, PlanarTree, Forest or OrderedForest
        What to write.

    Returns
    -------
    str
        The text of a directed graph with edges from parent to child; labels are strings.

    Raises
    ------
    InvalidTypeError
        If `x` is neither a tree nor a forest.
    InvalidValueError
        If there are more than a million vertices.
    MissingDependencyError
        If pydot is not installed.

    Notes
    -----
    Roots are at the bottom, and children keep their order (``ordering=out``).
    """
    graph = to_networkx(x)
    require("pydot", extra="graphviz")
    from networkx.drawing.nx_pydot import to_pydot

    for _, data in graph.nodes(data=True):
        del data["position"]
        text = printable(plain_text(data["label"])).replace("\\", "\\\\").replace('"', '\\"')
        data["label"] = f'"{text}"'
    graph.graph.clear()
    graph.graph["graph"] = {"rankdir": "BT", "ordering": "out"}
    return str(to_pydot(graph).to_string())
