"""What a file tells of some nodes or edges only: a default of the file stands in for the others, or they are told."""

from __future__ import annotations

import pytest

from gatviz import GatvizError, Graph, read_graph

NAMESPACE = 'xmlns="http://graphml.graphdrawing.org/xmlns"'
DEFAULTS = f"""<graphml {NAMESPACE}>
<key id="d0" for="node" attr.name="size" attr.type="double"><default>2.5</default></key>
<key id="d1" for="edge" attr.name="weight" attr.type="double"><default>7</default></key>
<graph edgedefault="directed"><node id="a"><data key="d0">1</data></node><node id="b"/>
<edge source="a" target="b" directed="false"><data key="d1">3</data></edge><edge source="a" target="a"/><port/>
</graph></graphml>"""
MATRIX = b",a,b\na,0,1\nb,1,0\n"


def edges_of(graph: Graph) -> list[list[int]]:
    found: list[list[int]] = graph.edge_index.T.tolist()
    return found


def test_a_default_of_graphml_stands_where_nothing_is_said() -> None:
    graph = read_graph(DEFAULTS.encode(), name="g.graphml")
    assert graph.x.tolist() == [[1.0], [2.5]]
    assert dict(zip(map(tuple, edges_of(graph)), graph.edge_attributes["weight"], strict=True)) == {
        (0, 1): 3,
        (1, 0): 3,
        (0, 0): 7,
    }
    assert graph.directed
    assert graph.notes == (
        "1 edge is undirected in a directed graph: it gives both arrows",
        "left out: port",
    )


def test_graphml_without_a_graph() -> None:
    with pytest.raises(GatvizError, match="expected a <graph>, found none"):
        read_graph(f"<graphml {NAMESPACE}></graphml>".encode(), name="g.graphml")


@pytest.mark.parametrize(("rows", "found"), [("a,1", "no row for 'b'"), ("a,1\nb,2\nc,3", "'c' too")])
def test_a_node_table_beside_a_matrix_has_the_nodes_of_the_matrix(rows: str, found: str) -> None:
    with pytest.raises(GatvizError, match=rf"nodes\.csv: expected the nodes of m\.csv, found {found}"):
        read_graph({"m.csv": MATRIX, "nodes.csv": f"id,size\n{rows}\n".encode()})


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("id,pos_x\na,1\nb,2", "there is no column pos_y"),
        ("id,pos_y\na,1\nb,2", "there is no column pos_x"),
        ("id,pos_x,pos_y\na,1,1\nb,,2", "only 1 of 2 nodes have one"),
    ],
)
def test_half_a_position_is_none_and_said(table: str, said: str) -> None:
    graph = read_graph(b"source,target\na,b\n", name="e.csv", nodes=table.encode())
    assert graph.positions is None
    assert f"positions were left out: {said}" in graph.notes
